"""``gridtool report``: a division as one page to look at, search and print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridtool.cli.code_options import CodesOption
from gridtool.cli.options import (
    DataDate,
    GridsFile,
    Language,
    Licence,
    Overwrite,
    Quiet,
    chosen_date,
    chosen_lang,
)

_WORDS = {"zh": "已写出 {path}（{size:.1f} MB）", "en": "written {path} ({size:.1f} MB)"}
_MB = 1e6


def report_command(
    grids: GridsFile,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE.html", help="输出 The page.")
    ] = Path("report.html"),
    buildings: Annotated[
        bool, typer.Option("--buildings/--no-buildings", help="楼栋 Draw the buildings.")
    ] = True,
    addresses: Annotated[
        Path | None,
        typer.Option(
            "--addresses",
            metavar="LAYER",
            show_default=False,
            help="地址 Layer or table with building_id and address, for the search.",
        ),
    ] = None,
    codes: CodesOption = None,
    data_date: DataDate = None,
    licence: Licence = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    quiet: Quiet = False,
) -> None:
    """生成离线网页报告 Make the report of a division: one page that needs no network.

    Map with search, figures, exceptions with their proofs, findings, provenance. It opens in any
    browser of the last years, from a disk or a stick, and prints.
    """
    tongue, day = chosen_lang(lang), chosen_date(data_date)
    from gridtool.cli.console import progress_bar
    from gridtool.pipeline import report_file

    with progress_bar(tongue, shown=not quiet) as tell:
        path, _ = report_file(
            grids,
            out,
            with_buildings=buildings,
            addresses=addresses,
            tables=tuple(codes or ()),
            data_date=day or "",
            licence=licence,
            overwrite=overwrite,
            lang=tongue,
            progress=tell,
        )
    if not quiet:
        typer.echo(_WORDS[tongue].format(path=path, size=path.stat().st_size / _MB))
