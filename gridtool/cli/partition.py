"""``gridtool partition``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gridtool.cli.options import (
    AsJson,
    Barriers,
    Buildings,
    Codes,
    Columns,
    Communities,
    Compounds,
    ConfigFile,
    Coords,
    Counts,
    Crs,
    Language,
    Overwrite,
    Quiet,
    Roads,
    Sites,
    Source,
    Totals,
    Towgs84,
    Verbose,
    chosen_lang,
    chosen_placing,
    given_input,
)
from gridtool.errors import DONE, FINDINGS


def partition_command(
    source: Source = None,
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="FOLDER", help="输出文件夹 For grids.gpkg and summary.json."
        ),
    ] = Path("out"),
    communities: Communities = None,
    buildings: Buildings = None,
    roads: Roads = None,
    compounds: Compounds = None,
    sites: Sites = None,
    barriers: Barriers = None,
    counts: Counts = None,
    totals: Totals = None,
    codes: Codes = None,
    columns: Columns = None,
    crs: Crs = None,
    coords: Coords = None,
    towgs84: Towgs84 = None,
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
    config: ConfigFile = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """把社区和行政村划分为网格 Divide communities and villages into grids.

    Writes OUT/grids.gpkg (layers grids, units, buildings, findings, styled for QGIS) and
    OUT/summary.json. Exit code 0: done; 1: done, with findings that need a person; 2: usage;
    10 and up: the input cannot be used.
    """
    tongue = chosen_lang(lang)
    from gridtool.cli.config import build_settings, load_config

    loaded = load_config(config)
    given = given_input(
        source,
        {
            "communities": communities,
            "buildings": buildings,
            "roads": roads,
            "compounds": compounds,
            "sites": sites,
            "barriers": barriers,
            "counts": counts,
            "totals": totals,
            "codes": codes,
        },
        columns,
        chosen_placing(crs, coords, towgs84, loaded),
        loaded,
    )
    size = {
        "min": minimum,
        "max": maximum,
        "target": target,
        "persons": persons,
        "persons_tolerance": persons_tolerance,
    }
    settings = build_settings(loaded, size, {"scheme": scheme, "seed": seed, "jobs": jobs})

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
            paths=given.paths,
            mapping=given.mapping,
            placing=given.placing,
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
