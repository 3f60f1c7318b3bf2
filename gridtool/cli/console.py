"""What the terminal shows: a progress bar, the table of a division, what a check found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from gridtool.columns import INPUT_LAYERS
from gridtool.findings import SEVERITIES
from gridtool.legend import REASONS
from gridtool.messages import ERROR, INFO, WARNING, Lang
from gridtool.rules import BASE, VILLAGE_KIND

if TYPE_CHECKING:
    import pandas as pd

    from gridtool.pipeline import Check, Division, Printed

_STAGES = {
    "read": ("读取", "read"),
    "check": ("检查", "check"),
    "units": ("划分单元", "units"),
    "graph": ("建立邻接", "graph"),
    "partition": ("划分网格", "partition"),
    "codes": ("编码", "codes"),
    "diff": ("比较", "compare"),
    "write": ("写出", "write"),
    "index": ("建立地名库", "gazetteer"),
    "addresses": ("核对地址", "addresses"),
    "print": ("出图", "print"),
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
        "base": "现行网格：{kept_codes}/{grids} 个编码沿用 · {moved_households:,} 户换格"
        "（{moved_share}）· {changes}",
        "written": "已写出",
        "more": "其余 {count} 个社区（村）见 summary.json",
        "list": "用 -v 列出每一条",
        "layer": "图层",
        "rows": "行数",
        "severity": "等级",
        "id": "编号",
        "count": "条数",
        "first": "第一处",
        "what": "问题",
        "kinds": "其余 {count} 种见 findings.html",
        ERROR: "错误",
        WARNING: "警告",
        INFO: "提示",
        "nothing": "没有发现问题。",
        "mend": "下一步：改正错误，再检查一次。在浏览器中打开 findings.html，或在 QGIS 中打开 "
        "findings.gpkg；gridtool explain {code} 说明怎么改。",
        "look": "下一步：看过警告（findings.html）后，用同样的输入运行 gridtool partition。",
        "go": "下一步：用同样的输入运行 gridtool partition。",
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
        "base": "grids in force: {kept_codes} of {grids} codes go on · {moved_households:,} "
        "households moved ({moved_share}) · {changes}",
        "written": "written",
        "more": "{count} more communities in summary.json",
        "list": "-v lists every one",
        "layer": "layer",
        "rows": "rows",
        "severity": "severity",
        "id": "id",
        "count": "count",
        "first": "first place",
        "what": "finding",
        "kinds": "{count} more kinds in findings.html",
        ERROR: "error",
        WARNING: "warning",
        INFO: "note",
        "nothing": "Nothing was found.",
        "mend": "Next: correct the errors and check again. Open findings.html in a browser, or "
        "findings.gpkg in QGIS; gridtool explain {code} tells how to mend them.",
        "look": "Next: look at the warnings (findings.html), then run gridtool partition on the "
        "same input.",
        "go": "Next: run gridtool partition on the same input.",
    },
}
_PROFILES = {
    "balanced": ("均衡", "balanced"),
    "even": ("户数均匀", "even sizes"),
    "short": ("界线短", "short borders"),
    "round": ("形状紧凑", "round grids"),
}
_PLAN_COLUMNS = {
    "plan": ("方案", "plan"),
    "profile": ("偏重", "strives for"),
    "grids": ("网格", "grids"),
    "in_range": ("范围内", "in range"),
    "exceptions": ("例外", "exceptions"),
    "sizes": ("每格户数", "households a grid"),
    "mean_off": ("平均偏差", "mean off target"),
    "border_m": ("界线 km", "border km"),
    "roundness": ("紧凑度", "roundness"),
    "compounds_shared": ("拆分小区", "compounds shared"),
    "different": ("与方案1不同", "unlike plan 1"),
}
_STYLES = {ERROR: "red", WARNING: "yellow", INFO: "blue"}
_ROWS = 30
_KINDS = 20


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
    console = _stdout()
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
    if summary["base"]:
        _print_base(console, summary["base"], words["base"])
    if len(division.findings):
        console.print(f"\n{words['findings']}: {len(division.findings)}", highlight=False)
        _print_findings(console, division.findings, lang, verbose=verbose)
    _print_written(console, written, lang)


def _print_base(console: Console, base: dict[str, Any], text: str) -> None:
    """Print what became of the grids in force, in one line."""
    letters = " ".join(f"{letter} {count}" for letter, count in base["changes"].items() if count)
    share = f"{base['moved_share']:.1%}"
    console.print()
    _line(console, text.format(**{**base, "moved_share": share, "changes": letters}))


def print_plans(table: dict[str, Any], written: list[Path], lang: Lang) -> None:
    """Print plans side by side and the files, on stdout."""
    console = _stdout()
    rows = Table(box=None, header_style="bold", pad_edge=False)
    for at, (zh, en) in enumerate(_PLAN_COLUMNS.values()):
        rows.add_column(zh if lang == "zh" else en, justify="left" if at == 1 else "right")
    for plan in table["plans"]:
        told = {
            **{key: f"{value:,}" for key, value in plan.items() if isinstance(value, int)},
            "profile": _PROFILES[plan["profile"]][lang == "en"],
            "sizes": _span(plan["smallest"], plan["largest"]),
            "mean_off": "" if plan["mean_off"] is None else f"{plan['mean_off']:.0f}",
            "border_m": f"{plan['border_m'] / 1000:,.1f}",
            "roundness": f"{plan['roundness']:.2f}",
            "different": f"{plan['different']:.0%}",
        }
        rows.add_row(*(told[key] for key in _PLAN_COLUMNS))
    console.print(rows)
    console.print()
    _print_written(console, written, lang)


def print_check(check: Check, written: list[Path], lang: Lang, *, verbose: bool) -> None:
    """Print the layers, the findings by kind, the files and what to do next, on stdout."""
    console = _stdout()
    words = _WORDS[lang]
    findings, counts = check.findings, check.summary["findings"]["by_severity"]
    if check.layers:
        table = Table(box=None, header_style="bold", pad_edge=False)
        table.add_column(words["layer"], no_wrap=True)
        table.add_column(words["rows"], justify="right", no_wrap=True)
        for key, count in check.layers.items():
            table.add_row(f"{INPUT_LAYERS[key].zh} {key}" if lang == "zh" else key, f"{count:,}")
        console.print(table)
        console.print()
    if findings.empty:
        console.print(words["nothing"])
    else:
        told = [f"{words[item]} {counts[item]:,}" for item in SEVERITIES if counts.get(item)]
        console.print(f"{words['findings']}: {' · '.join(told)}", highlight=False)
        if verbose:
            _print_findings(console, findings, lang, verbose=True)
        else:
            _print_kinds(console, findings, lang)
    console.print()
    _print_written(console, written, lang)
    step = "go" if not counts.get(WARNING) else "look"
    first = "" if findings.empty else findings["code"].iloc[0]
    _line(console, words["mend" if counts.get(ERROR) else step].format(code=first))


def print_printed(printed: Printed, lang: Lang, *, verbose: bool) -> None:
    """Print what was found and the files, on stdout."""
    console = _stdout()
    if len(printed.findings):
        _print_findings(console, printed.findings, lang, verbose=verbose)
    _print_written(console, printed.written, lang)


def _print_kinds(console: Console, findings: pd.DataFrame, lang: Lang) -> None:
    """Print a line for each kind of finding, in the order they come."""
    words = _WORDS[lang]
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("severity", "id", "count", "first"):
        table.add_column(words[name], no_wrap=True, justify="right" if name == "count" else "left")
    table.add_column(words["what"])
    groups = list(findings.groupby("code", sort=False))
    for code, group in groups[:_KINDS]:
        first = group.iloc[0]
        table.add_row(
            Text(words[first["severity"]], style=_STYLES[first["severity"]]),
            str(code),
            f"{len(group):,}",
            Text(_place(first["layer"], first["row"])),
            Text(first[f"message_{lang}"]),
        )
    console.print(table)
    if len(groups) > _KINDS:
        console.print(words["kinds"].format(count=len(groups) - _KINDS), highlight=False)


def _place(layer: object, row: object) -> str:
    """Return where a finding is, as ``layer[row]``."""
    return f"{layer}[{row}]" if isinstance(row, str) else str(layer)


def _stdout() -> Console:
    """Return the console of results; into a file or pipe nothing is folded."""
    console = Console()
    return console if console.is_terminal else Console(width=200)


def _print_written(console: Console, written: list[Path], lang: Lang) -> None:
    """Print the files written."""
    for path in written:
        _line(console, f"{_WORDS[lang]['written']} {path}")


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
        name = REASONS[reason][lang == "en"]
        parts.append(name if count == 1 else f"{name} ×{count}")
    return "、".join(parts) if lang == "zh" else ", ".join(parts)


def _print_findings(console: Console, findings: pd.DataFrame, lang: Lang, *, verbose: bool) -> None:
    """Print findings: a line for each kind, or each one."""
    column = f"message_{lang}"
    for code, group in findings.groupby("code", sort=True):
        mark = "·" if group["severity"].iloc[0] == INFO else "!"
        if verbose:
            for item in group.itertuples():
                place = _place(item.layer, item.row)
                _line(console, f"{mark} {code} {place}: {getattr(item, column)}")
            continue
        more = f" (×{len(group)})" if len(group) > 1 else ""
        _line(console, f"{mark} {code} {group['layer'].iloc[0]}: {group[column].iloc[0]}{more}")
    if not verbose:
        console.print(_WORDS[lang]["list"], highlight=False)


def _line(console: Console, text: str) -> None:
    """Print a line as it stands: no markup, no highlighting, no wrapping."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)
