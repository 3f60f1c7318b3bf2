"""``gridtool inspect``: what is in a file, and what each layer would be taken as."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridtool.cli.options import Crs, Language, chosen_lang, chosen_placing
from gridtool.errors import DONE, InputError
from gridtool.messages import Lang

if TYPE_CHECKING:
    from rich.console import Console

    from gridtool.read.inspect import LayerReport

_WORDS = {
    "zh": {
        "rows": "{count:,} 行",
        "table": "无几何",
        "no_crs": "无坐标系",
        "encoding": "编码 {name}（{why}）",
        "cpg": ".cpg 文件或 BOM",
        "dbf": ".dbf 语言字节",
        "tested": "按内容判定",
        "missing": "缺少必需的列：{names}（改名，或用 --map）",
        "head": "列值取自前 {count:,} 行",
        "column": ("列", "类型", "空值", "示例", "用作"),
        "personal": "（含个人信息，不读取、不显示）",
        "unknown": "不认识的图层：改名，或用 --map LAYER=…",
    },
    "en": {
        "rows": "{count:,} rows",
        "table": "no geometry",
        "no_crs": "no CRS",
        "encoding": "encoding {name} ({why})",
        "cpg": "from its .cpg or mark",
        "dbf": "from the .dbf's language byte",
        "tested": "from the text itself",
        "missing": "required columns missing: {names} (rename them, or use --map)",
        "head": "values are of the first {count:,} rows",
        "column": ("column", "type", "empty", "such as", "taken as"),
        "personal": "(personal data: neither read nor shown)",
        "unknown": "not a layer gridtool knows: rename it, or use --map LAYER=…",
    },
}


def inspect_command(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="文件或文件夹 Files, folders or archives."),
    ],
    crs: Crs = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON Print JSON.")] = False,
    lang: Language = None,
) -> None:
    """查看文件里有什么 Say what is in files, and what each layer would be taken as.

    Driver, rows, geometry, CRS and encoding (and how they are known), columns with types, empty
    share and samples. Exit code 11 when something cannot be read.
    """
    from gridtool.read.inspect import inspect_paths

    tongue = chosen_lang(lang)
    reports = []
    for report in inspect_paths(paths, chosen_placing(crs, None, None)):
        reports.append(report)
        if not as_json:
            _print(report, tongue)
    if as_json:
        found = [asdict(report) for report in reports]
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    failed = any(report.error for report in reports)
    raise typer.Exit(InputError.exit_code if failed else DONE)


def _print(report: LayerReport, lang: Lang) -> None:
    """Print one layer."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    words = _WORDS[lang]
    name = report.file if report.layer is None else f"{report.file}|layername={report.layer}"
    if report.error:
        _line(console, f"! {name}", style="bold")
        _line(console, f"  {report.error[lang]}")
        return
    taken = f"  →  {report.taken_as}" if report.taken_as else ""
    _line(console, f"{name}{taken}", style="bold")
    _line(console, "  " + " · ".join(_facts(report, lang)))
    for note in report.notes:
        _line(console, f"  ! {note['code']} {note[lang]}")
    if report.missing:
        _line(console, f"  ! {str(words['missing']).format(names=', '.join(report.missing))}")
    if report.taken_as is None:
        _line(console, f"  {words['unknown']}")
    table = Table(box=None, pad_edge=True, header_style="dim")
    for heading in words["column"]:
        table.add_column(heading, overflow="fold")
    for column in report.columns:
        samples = words["personal"] if column.personal else " | ".join(column.samples)
        share = f"{column.null_share:.0%}" if column.null_share else ""
        table.add_row(column.name, column.type, share, str(samples), column.taken_as or "")
    if report.columns:
        console.print(table, highlight=False, markup=False)
    if report.looked_at < report.rows:
        _line(console, f"  {str(words['head']).format(count=report.looked_at)}")
    console.print()


def _facts(report: LayerReport, lang: Lang) -> list[str]:
    """Return driver, rows, geometry, CRS and encoding in words."""
    words = _WORDS[lang]
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(report.geometry.items()))
    if report.geometry and (empty := report.looked_at - sum(report.geometry.values())):
        kinds += f", {words['table']} {empty:,}"
    facts = [report.driver, str(words["rows"]).format(count=report.rows)]
    facts.append(kinds or str(words["table"]))
    if report.geometry:
        facts.append(report.crs or str(words["no_crs"]))
    if report.encoding:
        why = report.encoding_from
        said = str(words["encoding"]).format(name=report.encoding, why=words[why] if why else "")
        facts.append(said if why else report.encoding)
    return facts


def _line(console: Console, text: str, style: str | None = None) -> None:
    """Print a line as it stands."""
    console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)
