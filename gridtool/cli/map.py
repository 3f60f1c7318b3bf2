"""``gridtool map``: a map of grids to print."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from gridtool.cli.code_options import CodesOption
from gridtool.cli.options import (
    AsJson,
    Barriers,
    Buildings,
    Columns,
    Coords,
    Crs,
    GridsFile,
    Language,
    Overwrite,
    Quiet,
    Roads,
    Verbose,
    chosen_lang,
)
from gridtool.cli.printing_options import InputOption, beneath_of, chosen_date, tell_printed
from gridtool.errors import SettingsError

_FILLS = ("grid", "size_rule")


def map_command(
    grids: GridsFile,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="FILE", help="输出 .pdf, .png or .svg."),
    ],
    community: Annotated[
        str | None,
        typer.Option(
            "--community",
            metavar="CODE|NAME",
            show_default=False,
            help="社区（村） One community; all of them by default.",
        ),
    ] = None,
    source: InputOption = None,
    buildings: Buildings = None,
    roads: Roads = None,
    barriers: Barriers = None,
    columns: Columns = None,
    crs: Crs = None,
    coords: Coords = None,
    codes: CodesOption = None,
    paper: Annotated[str, typer.Option("--paper", metavar="A4|A3|A2", help="纸张 Paper.")] = "A4",
    landscape: Annotated[
        bool | None,
        typer.Option(
            "--landscape/--portrait",
            show_default=False,
            help="横向、纵向 Lying or upright. [whichever shows more]",
        ),
    ] = None,
    fill: Annotated[
        str | None,
        typer.Option(
            "--fill",
            metavar="grid|size_rule",
            show_default=False,
            help="着色 Colours tell grids apart, or the rule of their size.",
        ),
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", show_default=False, help="图名 Title.")
    ] = None,
    source_line: Annotated[
        str | None,
        typer.Option("--source", show_default=False, help="资料来源 Source. [the file's name]"),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--date", metavar="YYYY-MM-DD", show_default=False, help="制图日期 Date. [today]"
        ),
    ] = None,
    dpi: Annotated[
        int, typer.Option("--dpi", min=50, max=1200, help="PNG 分辨率 Resolution of a PNG.")
    ] = 200,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """打印网格图 Draw a map of grids to print.

    Grids with names, borders, buildings, roads, water, legend, scale, north, a table, source and
    date. Buildings are those of GRIDS; give roads and water with --input. Exit code 1 when a
    character would print as a box.
    """
    tongue = chosen_lang(lang)
    if fill not in (None, *_FILLS):
        raise SettingsError("GT046", reason=f"--fill {fill}: {' | '.join(_FILLS)}")
    day = chosen_date(on) or date.today()
    layers = {"buildings": buildings, "roads": roads, "barriers": barriers}
    beneath = beneath_of(source, layers, columns, crs, coords, codes)
    from gridtool.cli.console import progress_bar
    from gridtool.pipeline import map_file

    with progress_bar(tongue, shown=not (quiet or as_json)) as tell:
        printed = map_file(
            grids,
            out,
            community=community,
            beneath=beneath,
            paper=paper,
            landscape=landscape,
            fill=fill,
            title=title,
            source_line=source_line,
            date=day.isoformat(),
            dpi=dpi,
            lang=tongue,
            overwrite=overwrite,
            progress=tell,
        )
    tell_printed(printed, tongue, as_json=as_json, quiet=quiet, verbose=verbose)
