"""``gridtool partition``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridtool.errors import DONE, FINDINGS, SettingsError
from gridtool.messages import Lang, default_lang

if TYPE_CHECKING:
    from gridtool.cli.config import Config
    from gridtool.pipeline import Settings

_LayerPath = Annotated[str | None, typer.Option(metavar="PATH", show_default=False)]


def _layer_option(key: str, zh: str) -> object:
    text = f"{zh}图层 File of the layer {key}; FILE.gpkg|layername=NAME names one of several."
    return typer.Option(f"--{key}", metavar="PATH", show_default=False, help=text)


def partition_command(
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="[INPUT]",
            show_default=False,
            help="输入 A GeoPackage, a FileGDB, or a folder of files named by layer.",
        ),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="FOLDER", help="输出文件夹 For grids.gpkg and summary.json."
        ),
    ] = Path("out"),
    communities: Annotated[str | None, _layer_option("communities", "社区")] = None,
    buildings: Annotated[str | None, _layer_option("buildings", "楼栋")] = None,
    roads: Annotated[str | None, _layer_option("roads", "道路")] = None,
    compounds: Annotated[str | None, _layer_option("compounds", "小区")] = None,
    sites: Annotated[str | None, _layer_option("sites", "专属单位")] = None,
    barriers: Annotated[str | None, _layer_option("barriers", "屏障")] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="LAYER.COLUMN=SOURCE",
            show_default=False,
            help="列名对应 Say which source column is meant; LAYER=SOURCE for a layer. Repeat.",
        ),
    ] = None,
    minimum: Annotated[
        int | None, typer.Option("--min", help="最少户数 Fewest households in a grid. [300]")
    ] = None,
    maximum: Annotated[
        int | None, typer.Option("--max", help="最多户数 Most households in a grid. [500]")
    ] = None,
    target: Annotated[
        int | None, typer.Option("--target", help="目标户数 Households aimed at. [400]")
    ] = None,
    persons: Annotated[
        int | None, typer.Option("--persons", help='"1000人左右" About so many persons. [1000]')
    ] = None,
    persons_tolerance: Annotated[
        int | None,
        typer.Option("--persons-tolerance", help="人数容差 How far about reaches. [100]"),
    ] = None,
    scheme: Annotated[
        str | None, typer.Option("--scheme", help="编码方案 Code scheme, or a JSON file. [grid15]")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="随机种子 Chance comes from here alone. [0]")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", help="线程数 Threads; the result is the same. [1]"),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="TOML", show_default=False, help="配置文件 Settings file."
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="覆盖已有结果 Replace an existing result.")
    ] = False,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="zh|en", help="语言 Language. [locale]")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="输出 JSON Print the summary as JSON.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="安静 Print nothing.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="详细 List every finding.")
    ] = False,
) -> None:
    """把社区和行政村划分为网格 Divide communities and villages into grids.

    Writes OUT/grids.gpkg (layers grids, units, buildings, findings, styled for QGIS) and
    OUT/summary.json. Exit code 0: done; 1: done, with findings that need a person; 2: usage;
    10 and up: the input cannot be used.
    """
    tongue = _lang(lang)
    given = {
        "communities": communities,
        "buildings": buildings,
        "roads": roads,
        "compounds": compounds,
        "sites": sites,
        "barriers": barriers,
    }
    paths: dict[str, Path | str] = {key: path for key, path in given.items() if path is not None}
    if source is None and not {"communities", "buildings"} <= paths.keys():
        raise typer.BadParameter(
            "需要 INPUT，或 --communities 和 --buildings · "
            "INPUT is needed, or --communities and --buildings"
        )
    from gridtool.cli.config import load_config

    loaded = load_config(config)
    size = {
        "min": minimum,
        "max": maximum,
        "target": target,
        "persons": persons,
        "persons_tolerance": persons_tolerance,
    }
    settings = _settings(loaded, size, {"scheme": scheme, "seed": seed, "jobs": jobs})
    columns = {**loaded.mapping, **_mapping(mapping or [])}

    from gridtool.cli.console import print_division, progress_bar
    from gridtool.findings import needs_person
    from gridtool.pipeline import first_run, partition_files

    if first_run() and not quiet:
        typer.echo(
            "首次运行：正在编译计算内核，约十秒。First run: compiling kernels, about ten seconds.",
            err=True,
        )
    with progress_bar(tongue, shown=not (quiet or as_json)) as tell:
        division, written = partition_files(
            source,
            out,
            paths=paths,
            mapping=columns,
            settings=settings,
            overwrite=overwrite,
            lang=tongue,
            progress=tell,
        )
    if as_json:
        typer.echo(json.dumps(division.summary, ensure_ascii=False, indent=2))
    elif not quiet:
        print_division(division, written, tongue, verbose=verbose)
    raise typer.Exit(FINDINGS if needs_person(division.findings) else DONE)


def _lang(value: str | None) -> Lang:
    """Return the language asked for, else the locale's."""
    if value not in (None, "zh", "en"):
        raise typer.BadParameter("--lang: zh | en")
    return default_lang() if value is None else ("zh" if value == "zh" else "en")


def _mapping(pairs: list[str]) -> dict[str, str]:
    """Split ``layer.column=source`` pairs."""
    for pair in pairs:
        if "=" not in pair:
            raise typer.BadParameter(f"--map {pair}: LAYER.COLUMN=SOURCE")
    return {key.strip(): value.strip() for key, _, value in (pair.partition("=") for pair in pairs)}


def _settings(config: Config, size: dict[str, int | None], own: dict[str, object]) -> Settings:
    """Join the file's settings with the options given, which win.

    A target that was not asked for stays inside a window that was moved.
    """
    from gridtool.division import Dials
    from gridtool.graph import Costs
    from gridtool.pipeline import Settings
    from gridtool.rules import Rules

    asked = {key: value for key, value in size.items() if value is not None}
    window = {**config.size.model_dump(), **asked}
    if "target" not in asked and "target" not in config.size.model_fields_set:
        middle = (window["min"] + window["max"]) // 2
        window["target"] = min(max(window["target"], window["min"]), window["max"])
        if asked.keys() & {"min", "max"} or config.size.model_fields_set & {"min", "max"}:
            window["target"] = middle
    rules = Rules(
        min_households=window["min"],
        max_households=window["max"],
        target_households=window["target"],
        persons=window["persons"],
        persons_tolerance=window["persons_tolerance"],
    )
    chosen = {key: value for key, value in own.items() if value is not None}
    merged = {"scheme": config.scheme, "seed": config.seed, "jobs": config.jobs, **chosen}
    if int(str(merged["jobs"])) < 1 or int(str(merged["seed"])) < 0:
        raise SettingsError("GT046", reason="--jobs >= 1, --seed >= 0")
    return Settings(
        rules=rules,
        costs=Costs(**config.costs.model_dump()),
        dials=Dials(**config.weights.model_dump()),
        scheme=str(merged["scheme"]),
        seed=int(str(merged["seed"])),
        jobs=int(str(merged["jobs"])),
        **config.estimate.model_dump(),
    )
