"""``gridtool export``: hand grids over to other systems."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from gridtool.cli.code_options import show_findings
from gridtool.cli.options import (
    AsJson,
    DataDate,
    GridsFile,
    Language,
    Licence,
    Overwrite,
    Quiet,
    Verbose,
    chosen_date,
    chosen_lang,
)
from gridtool.errors import DONE, FINDINGS
from gridtool.messages import INFO, Lang

if TYPE_CHECKING:
    from gridtool.export import Export
    from gridtool.findings import Finding

_SHOWN = 12
_WORDS = {
    "zh": {
        "counted": "已导出 {count} 个网格（{to}）",
        "written": "已写出",
        "more": "… 另有 {count} 个文件",
    },
    "en": {
        "counted": "{count} grids exported as {to}",
        "written": "written",
        "more": "… {count} more files",
    },
}


def export_command(
    grids: GridsFile,
    out: Annotated[
        str,
        typer.Option(
            "--out",
            "-o",
            metavar="PATH",
            help="输出 File, folder (--split), or postgresql://USER@HOST/DATABASE.",
        ),
    ],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="FORMAT",
            show_default=False,
            help="格式 geojson | geojsonl | gpkg | shp | gdb | fgb | parquet | kml | csv | xlsx | "
            "postgis. [told by --out]",
        ),
    ] = None,
    fields: Annotated[
        str,
        typer.Option(
            "--fields",
            metavar="PROFILE",
            help="字段 standard | brief | chinese | pinyin | public, or a JSON file.",
        ),
    ] = "standard",
    crs: Annotated[
        str | None,
        typer.Option("--crs", metavar="CRS", show_default=False, help="坐标系 [that of GRIDS]"),
    ] = None,
    coords: Annotated[
        str | None,
        typer.Option(
            "--coords",
            metavar="gcj02|bd09",
            show_default=False,
            help="网图坐标 Coordinates of web maps, said in the file name.",
        ),
    ] = None,
    decimals: Annotated[
        int | None,
        typer.Option(
            "--decimals",
            show_default=False,
            help="小数位 Of coordinates. [in text 7 of degrees, 3 of metres]",
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            metavar="town|community",
            show_default=False,
            help="分文件 One file for each; --out is a folder.",
        ),
    ] = None,
    encoding: Annotated[
        str, typer.Option("--encoding", metavar="utf-8|gbk", help="编码 Of a shapefile.")
    ] = "utf-8",
    table: Annotated[
        str, typer.Option("--table", metavar="[SCHEMA.]NAME", help="表 Of the database.")
    ] = "grids",
    prune: Annotated[
        bool,
        typer.Option(
            "--prune", help="删去多余 Delete grids of these counties in the table that are gone."
        ),
    ] = False,
    data_date: DataDate = None,
    licence: Licence = None,
    scale: Annotated[
        int | None,
        typer.Option(
            "--base-scale",
            metavar="N",
            min=100,
            show_default=False,
            help="底图比例尺 1:N of the map the grids were drawn on.",
        ),
    ] = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """导出网格给其他系统 Export grids for other systems.

    Files are written whole or not at all, with FILE.meta.json beside them: source, CRS, count,
    SHA-256, data date, licence. A database takes all grids in one transaction: new ones are put
    in, those it has are brought up to date. Exit code 1 when something needs a person.
    """
    tongue = chosen_lang(lang)
    day = chosen_date(data_date)
    from gridtool.cli.console import progress_bar
    from gridtool.pipeline import export_file

    with progress_bar(tongue, shown=not (quiet or as_json)) as tell:
        done = export_file(
            grids,
            out,
            to=to,
            fields=fields,
            crs=crs,
            coords=coords,
            decimals=decimals,
            split=split,
            encoding=encoding,
            table=table,
            prune=prune,
            data_date=day,
            licence=licence,
            scale=scale,
            overwrite=overwrite,
            progress=tell,
        )
    needs_person = any(item.severity != INFO for item in done.findings)
    if as_json:
        told = {**done.metadata, "findings": told_findings(done.findings)}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif not quiet:
        show_findings(done.findings, tongue, verbose=verbose)
        _print_export(done, out, tongue)
    raise typer.Exit(FINDINGS if needs_person else DONE)


def told_findings(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Return findings for programs, without their shapes."""
    records = [item.record() for item in findings]
    return [{key: value for key, value in row.items() if key != "geometry"} for row in records]


def _print_export(done: Export, out: str, lang: Lang) -> None:
    """Print how many grids went where."""
    metadata, words = done.metadata, _WORDS[lang]
    place = metadata["parts"][0]["file"] if not done.files else out
    counted = words["counted"].format(count=f"{metadata['count']:,}", to=metadata["to"])
    typer.echo(f"{counted} · {metadata['crs']['name']} · {place}")
    for path in done.files[:_SHOWN]:
        typer.echo(f"{words['written']} {path}")
    if len(done.files) > _SHOWN:
        typer.echo(words["more"].format(count=len(done.files) - _SHOWN))
