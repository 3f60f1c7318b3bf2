"""``gridtool notice``: the public notices of Art. 21."""

from __future__ import annotations

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

_PER = ("community", "grid")


def notice_command(
    grids: GridsFile,
    roster: Annotated[
        Path,
        typer.Option(
            "--roster",
            metavar="FILE",
            help="网格员名册 Workers by grid: 网格编码, 姓名, 电话, 专兼职 (CSV, XLSX). Printed, "
            "kept nowhere.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="输出文件夹 For the posters.")
    ] = Path("notices"),
    services: Annotated[
        Path | None,
        typer.Option(
            "--services",
            metavar="TXT",
            show_default=False,
            help="服务事项 Service items, one a line. [those of Art. 9]",
        ),
    ] = None,
    per: Annotated[
        str,
        typer.Option("--per", metavar="community|grid", help="一社区一张或一网格一张 One each."),
    ] = "community",
    community: Annotated[
        list[str] | None,
        typer.Option(
            "--community",
            metavar="CODE|NAME",
            show_default=False,
            help="社区（村） These communities alone. Repeat.",
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
    formats: Annotated[
        str, typer.Option("--format", metavar="pdf,docx", help="格式 Formats.")
    ] = "pdf,docx",
    paper: Annotated[str, typer.Option("--paper", metavar="A3|A2", help="纸张 Paper.")] = "A3",
    template: Annotated[
        Path | None,
        typer.Option(
            "--template",
            metavar="DOCX",
            show_default=False,
            help="Word 模板 A template of your own, see docs/printing.md.",
        ),
    ] = None,
    issuer: Annotated[
        str,
        typer.Option("--issuer", show_default=False, help="公示单位 Who posts it. [the town]"),
    ] = "",
    hotline: Annotated[
        str, typer.Option("--hotline", show_default=False, help="监督电话 Phone for complaints.")
    ] = "",
    on: Annotated[
        str | None,
        typer.Option(
            "--date",
            metavar="YYYY-MM-DD",
            show_default=False,
            help="公示日期 Date. [a space to fill in]",
        ),
    ] = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """网格公示 Make the public notices that Article 21 asks for.

    A poster for each community or grid: names, bounds, map, service items, workers and phones.
    Exit code 1 when a grid has no worker, a worker several grids, or a row something missing.
    """
    tongue = chosen_lang(lang)
    if per not in _PER:
        raise SettingsError("GT046", reason=f"--per {per}: {' | '.join(_PER)}")
    day = chosen_date(on)
    layers = {"buildings": buildings, "roads": roads, "barriers": barriers}
    beneath = beneath_of(source, layers, columns, crs, coords, codes)
    from gridtool.cli.console import progress_bar
    from gridtool.pipeline import notice_files

    with progress_bar(tongue, shown=not (quiet or as_json)) as tell:
        printed = notice_files(
            grids,
            out,
            roster,
            beneath=beneath,
            services=services,
            per=per,
            communities=community or (),
            formats=tuple(dict.fromkeys(part.strip() for part in formats.lower().split(","))),
            paper=paper,
            template=template,
            issuer=issuer,
            hotline=hotline,
            date=f"{day.year}年{day.month}月{day.day}日" if day else "",
            overwrite=overwrite,
            progress=tell,
        )
    tell_printed(printed, tongue, as_json=as_json, quiet=quiet, verbose=verbose)
