"""The options that several commands share, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from gridtool.errors import SettingsError
from gridtool.messages import Lang, default_lang

if TYPE_CHECKING:
    from gridtool.cli.config import Config
    from gridtool.offsets import Source as OffsetSystem
    from gridtool.read import Placing


def _layer_option(key: str, zh: str) -> object:
    text = f"{zh}图层 File of the layer {key}, or FILE.gpkg|layername=NAME. Repeat."
    return typer.Option(f"--{key}", metavar="PATH", show_default=False, help=text)


def _table_option(key: str, zh: str) -> object:
    text = f"{zh} File of the table {key}."
    return typer.Option(f"--{key}", metavar="PATH", show_default=False, help=text)


Source = Annotated[
    Path | None,
    typer.Argument(
        metavar="[INPUT]",
        show_default=False,
        help="输入 A GeoPackage, FileGDB or ZIP, or a folder of files named by layer.",
    ),
]
Communities = Annotated[list[str] | None, _layer_option("communities", "社区")]
Buildings = Annotated[list[str] | None, _layer_option("buildings", "楼栋")]
Roads = Annotated[list[str] | None, _layer_option("roads", "道路")]
Compounds = Annotated[list[str] | None, _layer_option("compounds", "小区")]
Sites = Annotated[list[str] | None, _layer_option("sites", "专属单位")]
Barriers = Annotated[list[str] | None, _layer_option("barriers", "屏障")]
Counts = Annotated[list[str] | None, _table_option("counts", "户数表")]
Totals = Annotated[list[str] | None, _table_option("totals", "社区户数表")]
Codes = Annotated[list[str] | None, _table_option("codes", "代码表")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="LAYER.COLUMN=SOURCE",
        show_default=False,
        help="列名对应 Say which source column is meant, or =VALUE for all rows; "
        "LAYER=SOURCE for a layer. Repeat.",
    ),
]
Crs = Annotated[
    list[str] | None,
    typer.Option(
        "--crs",
        metavar="[LAYER=]CRS",
        show_default=False,
        help="坐标系 CRS of layers that say none, or of one LAYER whatever it says. Repeat.",
    ),
]
Coords = Annotated[
    list[str] | None,
    typer.Option(
        "--coords",
        metavar="[LAYER=]gcj02|bd09",
        show_default=False,
        help="网图坐标 Layers in GCJ-02 or BD-09, brought to CGCS2000. Repeat.",
    ),
]
Towgs84 = Annotated[
    str | None,
    typer.Option(
        "--towgs84",
        metavar="DX,DY,DZ[,RX,RY,RZ,DS]",
        show_default=False,
        help="转换参数 Own parameters from Xi'an 80 or Beijing 54 to CGCS2000.",
    ),
]
GridsFile = Annotated[
    Path,
    typer.Argument(
        metavar="GRIDS",
        help="网格 The grids.gpkg of partition, or a layer of polygons with grid codes.",
    ),
]
DataDate = Annotated[
    str | None,
    typer.Option("--data-date", metavar="DATE", show_default=False, help="数据日期 YYYY-MM-DD."),
]
Licence = Annotated[
    str | None,
    typer.Option("--licence", show_default=False, help="使用许可 What it may be used for."),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="TOML", show_default=False, help="配置文件 Settings file."),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="覆盖已有文件 Replace existing files.")
]
Language = Annotated[
    str | None, typer.Option("--lang", metavar="zh|en", help="语言 Language. [locale]")
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON Print JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="安静 Print nothing.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="详细 List every finding.")]


def chosen_lang(value: str | None) -> Lang:
    """Return the language asked for, else the locale's."""
    if value not in (None, "zh", "en"):
        raise typer.BadParameter("--lang: zh | en")
    return default_lang() if value is None else ("zh" if value == "zh" else "en")


def chosen_date(text: str | None) -> str | None:
    """Return a date as it was given; what is none is refused (GT046)."""
    try:
        return text and date.fromisoformat(text).isoformat()
    except ValueError:
        raise SettingsError("GT046", reason=f"--data-date {text}: YYYY-MM-DD") from None


class GivenInput(NamedTuple):
    """What is to be read, as stage ``read`` takes it."""

    paths: dict[str, list[str]]
    mapping: dict[str, str]
    placing: Placing


def given_input(
    source: Path | None,
    layers: Mapping[str, list[str] | None],
    columns: list[str] | None,
    placing: Placing,
    config: Config,
) -> GivenInput:
    """Join the options that say what is read with the settings file; options win."""
    paths = {key: given for key, given in layers.items() if given}
    if source is None and not {"communities", "buildings"} <= paths.keys():
        raise typer.BadParameter(
            "需要 INPUT，或 --communities 和 --buildings · "
            "INPUT is needed, or --communities and --buildings"
        )
    return GivenInput(paths, {**config.mapping, **chosen_columns(columns)}, placing)


def chosen_placing(
    crs: list[str] | None,
    coords: list[str] | None,
    towgs84: str | None,
    config: Config | None = None,
) -> Placing:
    """Return the coordinate systems stated by options, else by the settings file."""
    from gridtool.read import Placing

    told = Placing() if config is None else config.placing
    systems: dict[str, OffsetSystem] = {}
    for layer, system in _by_layer("--coords", coords).items():
        if system not in ("gcj02", "bd09"):
            raise typer.BadParameter(f"--coords {system}: gcj02 | bd09")
        systems[layer] = "gcj02" if system == "gcj02" else "bd09"
    numbers = told.towgs84
    if towgs84 is not None:
        try:
            numbers = tuple(float(part) for part in towgs84.split(","))
        except ValueError:
            raise typer.BadParameter(f"--towgs84 {towgs84}: DX,DY,DZ[,RX,RY,RZ,DS]") from None
    return Placing({**told.crs, **_by_layer("--crs", crs)}, {**told.coords, **systems}, numbers)


def _by_layer(option: str, pairs: list[str] | None) -> dict[str, str]:
    """Split ``layer=value`` pairs; a value alone is for all layers."""
    from gridtool.columns import match_layer

    found: dict[str, str] = {}
    for pair in pairs or []:
        layer, equals, value = pair.partition("=")
        # a PROJ string has equals signs of its own
        key = match_layer(layer) if equals and not layer.lstrip().startswith("+") else ""
        if key is None:
            raise typer.BadParameter(f"{option} {pair}: LAYER=VALUE")
        found[key] = (value if key else pair).strip()
    return found


def chosen_columns(pairs: list[str] | None) -> dict[str, str]:
    """Split ``layer.column=source`` pairs."""
    for pair in pairs or []:
        if "=" not in pair:
            raise typer.BadParameter(f"--map {pair}: LAYER.COLUMN=SOURCE")
    parted = (pair.partition("=") for pair in pairs or [])
    return {key.strip(): value.strip() for key, _, value in parted}
