"""What the terminal shows: a progress bar, and the table of a division."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from gridtool.messages import INFO, Lang
from gridtool.rules import BASE, VILLAGE_KIND

if TYPE_CHECKING:
    from gridtool.pipeline import Division

_STAGES = {
    "read": ("读取", "read"),
    "check": ("检查", "check"),
    "units": ("划分单元", "units"),
    "graph": ("建立邻接", "graph"),
    "partition": ("划分网格", "partition"),
    "codes": ("编码", "codes"),
    "write": ("写出", "write"),
}
_WORDS = {
    "zh": {
        "community": "社区（村）",
        "households": "户数",
        "grids": "网格",
        "in_range": "范围内",
        "sizes": "每格户数",
        "notes": "例外",
        "total": "合计",
        "findings": "检查结果",
        "written": "已写出",
        "more": "其余 {count} 个社区（村）见 summary.json",
        "list": "用 -v 列出每一条",
    },
    "en": {
        "community": "community",
        "households": "households",
        "grids": "grids",
        "in_range": "in range",
        "sizes": "households a grid",
        "notes": "exceptions",
        "total": "in all",
        "findings": "findings",
        "written": "written",
        "more": "{count} more communities in summary.json",
        "list": "-v lists every one",
    },
}
_REASONS = {
    "small_community": ("社区不足下限", "small community"),
    "no_count_fits": ("任何网格数都不合", "no count fits"),
    "single_building": ("单栋超上限", "single building"),
    "barrier": ("屏障隔开", "barrier"),
    "not_found": ("未找到", "not found"),
}
_ROWS = 30


@contextmanager
def progress_bar(lang: Lang, *, shown: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """Show a bar for each stage on a terminal, on stderr; nothing elsewhere."""
    console = Console(stderr=True)
    if not (shown and console.is_terminal):
        yield None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        tasks = {}

        def tell(stage: str, done: int, count: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(_STAGES[stage][lang == "en"])
            # a stage of one step shows no share before it ends
            total = count if count > 1 or done == count else None
            progress.update(tasks[stage], completed=done, total=total)

        yield tell


def print_division(division: Division, written: list[Path], lang: Lang, *, verbose: bool) -> None:
    """Print the table of communities, the findings and the files, on stdout."""
    console = Console()
    if not console.is_terminal:
        # into a file or pipe nothing is folded
        console = Console(width=200)
    words = _WORDS[lang]
    summary = division.summary
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(words["community"], no_wrap=True)
    for name in ("households", "grids", "in_range", "sizes"):
        table.add_column(words[name], justify="right", no_wrap=True)
    table.add_column(words["notes"])
    rows = summary["communities"]
    urban = _urban_base(division)
    # with many communities, those that need a look come first
    listed = sorted(rows, key=lambda row: not row["exceptions"]) if len(rows) > _ROWS else rows
    for row in listed if verbose else listed[:_ROWS]:
        table.add_row(
            f"{row['code']} {row['name']}",
            f"{row['households']:,}",
            str(row["grids"]),
            f"{row['in_range']}/{urban[row['code']]}" if urban.get(row["code"]) else "",
            _span(row["smallest"], row["largest"]),
            _reasons(row["exceptions"], lang),
        )
    totals = summary["totals"]
    table.add_section()
    table.add_row(
        words["total"],
        f"{totals['households']:,}",
        str(sum(row["grids"] for row in rows)),
        f"{sum(row['in_range'] for row in rows)}/{sum(urban.values())}",
        style="bold",
    )
    console.print(table)
    if not verbose and len(rows) > _ROWS:
        console.print(words["more"].format(count=len(rows) - _ROWS))
    _print_findings(console, division, lang, verbose=verbose)
    for path in written:
        console.print(f"{words['written']} {path}", highlight=False, soft_wrap=True)


def _urban_base(division: Division) -> dict[str, int]:
    """Count the base grids of each urban community: those Art. 8 gives a number for."""
    grids = division.grids
    villages = {
        row["code"] for row in division.summary["communities"] if row["kind"] == VILLAGE_KIND
    }
    counts = grids.loc[grids["grid_kind"] == BASE, "community_code"].value_counts()
    return {str(code): int(n) for code, n in counts.items() if code not in villages}


def _span(smallest: int | None, largest: int | None) -> str:
    """Return the range of sizes."""
    if smallest is None:
        return ""
    return str(smallest) if smallest == largest else f"{smallest}–{largest}"


def _reasons(exceptions: list[dict[str, object]], lang: Lang) -> str:
    """Return the reasons of a community's exceptions, each once with its count."""
    counts: dict[str, int] = {}
    for item in exceptions:
        counts[str(item["reason"])] = counts.get(str(item["reason"]), 0) + 1
    parts = []
    for reason, count in counts.items():
        name = _REASONS[reason][lang == "en"]
        parts.append(name if count == 1 else f"{name} ×{count}")
    return "、".join(parts) if lang == "zh" else ", ".join(parts)


def _print_findings(console: Console, division: Division, lang: Lang, *, verbose: bool) -> None:
    """Print findings: a line for each kind, or each one."""
    findings = division.findings
    if findings.empty:
        return
    column = f"message_{lang}"
    console.print(f"\n{_WORDS[lang]['findings']}: {len(findings)}", highlight=False)
    groups = findings.groupby("code", sort=True)
    for code, group in groups:
        mark = "·" if group["severity"].iloc[0] == INFO else "!"
        if verbose:
            for item in group.itertuples():
                row = f"[{item.row}]" if isinstance(item.row, str) else ""
                _line(console, f"{mark} {code} {item.layer}{row}: {getattr(item, column)}")
            continue
        more = f" (×{len(group)})" if len(group) > 1 else ""
        _line(console, f"{mark} {code} {group['layer'].iloc[0]}: {group[column].iloc[0]}{more}")
    if not verbose:
        console.print(_WORDS[lang]["list"], highlight=False)


def _line(console: Console, text: str) -> None:
    """Print a line as it stands: no markup, no highlighting, no wrapping."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)
