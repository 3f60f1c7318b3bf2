"""``gridtool stats``: figures of grids by county, town and community."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridtool.cli.code_options import CodesOption
from gridtool.cli.options import AsJson, GridsFile, Language, Overwrite, Quiet, chosen_lang
from gridtool.errors import SettingsError
from gridtool.messages import Lang

if TYPE_CHECKING:
    import pandas as pd

    from gridtool.pipeline import Stats

_LEVELS = ("county", "town", "community")
_SHOWN = (
    *("code", "name", "grids", "dedicated", "households", "persons"),
    *("in_range", "share_in_range", "exceptions", "workers"),
)
_WORDS = {
    "zh": {"total": "合计", "estimated": "* 户数为估算", "written": "已写出"},
    "en": {"total": "in all", "estimated": "* estimated", "written": "written"},
}


def stats_command(
    grids: GridsFile,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            show_default=False,
            help="输出 .csv, or .xlsx with charts.",
        ),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", metavar="county|town|community", help="级别 Level to print.")
    ] = "community",
    per_worker: Annotated[
        int,
        typer.Option(
            "--households-per-worker", min=1, help="每名网格员户数 Households of one worker."
        ),
    ] = 500,
    codes: CodesOption = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """统计网格 Count grids by county, town and community.

    Grids, households, persons, share in range, dedicated grids, workers needed; the rule of the
    last is told with them.
    """
    tongue = chosen_lang(lang)
    if by not in _LEVELS:
        raise SettingsError("GT046", reason=f"--by {by}: {' | '.join(_LEVELS)}")
    from gridtool.pipeline import stats_file

    stats = stats_file(
        grids,
        out,
        households_per_worker=per_worker,
        tables=tuple(codes or ()),
        overwrite=overwrite,
        lang=tongue,
    )
    if as_json:
        typer.echo(json.dumps(stats.summary, ensure_ascii=False, indent=2))
    elif not quiet:
        _print(stats, by, tongue)


def _print(stats: Stats, by: str, lang: Lang) -> None:
    """Print one level, the sum of it, and by what rule workers are counted."""
    from rich.console import Console
    from rich.table import Table

    from gridtool.export import STATS_HEADS

    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    words, english = _WORDS[lang], lang == "en"
    table = Table(box=None, header_style="bold", pad_edge=False)
    for key in _SHOWN:
        left = key in ("code", "name")
        table.add_column(
            STATS_HEADS[key][english], justify="left" if left else "right", no_wrap=left
        )
    rows = stats.table[stats.table["level"] == by]
    for row in rows.to_dict("records"):
        table.add_row(*(_cell(row, key) for key in _SHOWN))
    if len(rows) > 1:
        table.add_section()
        table.add_row(*_sums(rows, words["total"]), style="bold")
    console.print(table)
    if rows["estimated"].any():
        console.print(words["estimated"])
    console.print(stats.rule[lang], highlight=False, soft_wrap=True)
    if stats.written is not None:
        console.print(f"{words['written']} {stats.written}", highlight=False, soft_wrap=True)


def _sums(rows: pd.DataFrame, label: str) -> list[str]:
    """Return the last line of the table."""
    sums: dict[Any, Any] = rows.select_dtypes("number").sum().to_dict()
    rated = rows["rated"].sum()
    share = rows["in_range"].sum() / rated if rated else None
    named = {"code": label, "name": "", "share_in_range": share}
    return [_cell({**sums, **named, "estimated": False}, key) for key in _SHOWN]


def _cell(row: Mapping[Any, Any], key: str) -> str:
    """Return one figure as text."""
    value = row[key]
    if value is None or value != value:
        return ""
    if key == "share_in_range":
        return f"{value:.1%}"
    if isinstance(value, str):
        return value
    mark = "*" if key == "households" and row["estimated"] else ""
    return f"{int(value):,}{mark}"
