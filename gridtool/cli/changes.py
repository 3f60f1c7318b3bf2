"""What the terminal shows of a diff: a table by type, the groups, the lineage of a code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gridtool.diff import FLAGS, FORWARD, KINDS, Step
from gridtool.messages import ERROR, INFO, WARNING, Lang

if TYPE_CHECKING:
    from gridtool.diff import Diff

_WORDS = {
    "zh": {
        "type": "变更类型",
        "groups": "组",
        "households": "涉及户数",
        "moved": "划转户数",
        "total": "合计",
        "none": "没有变更：两版 {grids} 个网格一致。",
        "redrawn": "{count} 个网格只是界线修绘，沿用原界线。",
        "untouched": "组外 {count} 个网格一字不差，校验值 {root}…",
        "holds": "校核：{good}/{all} 项成立",
        "more": "另 {count} 组见 groups.csv（-v 全部列出）",
        "findings": "另 {count} 条见 diff.html",
        "written": "已写出",
        FORWARD: "去向",
        "back": "来源",
        "unchanged": "没有变更",
        "gone": "（无）",
        "unit": "{households} 户",
    },
    "en": {
        "type": "type",
        "groups": "groups",
        "households": "households",
        "moved": "moved",
        "total": "in all",
        "none": "Nothing changed: the {grids} grids of both are the same.",
        "redrawn": "{count} grids were only redrawn; their old lines stay.",
        "untouched": "{count} grids outside the groups are the same to the byte, hash {root}…",
        "holds": "checks: {good} of {all} hold",
        "more": "{count} more groups in groups.csv (-v lists all)",
        "findings": "{count} more in diff.html",
        "written": "written",
        FORWARD: "successors",
        "back": "predecessors",
        "unchanged": "never changed",
        "gone": "(none)",
        "unit": "{households} households",
    },
}
_STYLES = {ERROR: "red", WARNING: "yellow", INFO: "blue"}
_SHOWN_GROUPS = 15
_SHOWN_FINDINGS = 12


def print_diff(
    found: Diff, summary: Mapping[str, Any], written: list[Path], lang: Lang, *, verbose: bool
) -> None:
    """Print what changed, on stdout: a table by type, then the groups, the largest first."""
    console = _stdout()
    words = _WORDS[lang]
    statuses = summary["grids"]
    if found.is_empty:
        console.print(words["none"].format(grids=f"{len(found.result):,}"), highlight=False)
    else:
        console.print(_by_type(found, lang))
        console.print()
        _print_groups(console, found, lang, verbose=verbose)
    if statuses.get("redrawn"):
        console.print(words["redrawn"].format(count=statuses["redrawn"]), highlight=False)
    untouched = int(found.grids["group_id"].isna().sum())
    _line(console, words["untouched"].format(count=f"{untouched:,}", root=found.result.root[:12]))
    checks = summary["invariants"]
    good = sum(one["holds"] for one in checks)
    _line(console, words["holds"].format(good=good, all=len(checks)))
    for one in checks:
        if not one["holds"]:
            _line(console, f"  ✗ {one['id']} {one[f'name_{lang}']}")
    _print_findings(console, summary["findings"], lang, verbose=verbose)
    console.print()
    for path in written:
        _line(console, f"{words['written']} {path}")


def _by_type(found: Diff, lang: Lang) -> Table:
    """Return the table by type."""
    words = _WORDS[lang]
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(words["type"], no_wrap=True)
    for name in ("groups", "households", "moved"):
        table.add_column(words[name], justify="right", no_wrap=True)
    groups = found.groups
    sums = groups.groupby("type")[["households", "moved_households"]].sum()
    counts = groups["type"].value_counts()
    for kind in KINDS:
        if kind in counts.index:
            name = KINDS[kind].zh if lang == "zh" else KINDS[kind].en
            households, moved = sums.to_numpy()[sums.index == kind][0]
            table.add_row(name, f"{counts[kind]:,}", f"{households:,}", f"{moved:,}")
    table.add_section()
    totals = (groups["households"].sum(), groups["moved_households"].sum())
    table.add_row(
        words["total"], f"{len(groups):,}", *(f"{total:,}" for total in totals), style="bold"
    )
    return table


def _print_groups(console: Console, found: Diff, lang: Lang, *, verbose: bool) -> None:
    """Print a sentence for each group."""
    at = 0 if lang == "zh" else 1
    listed = found.groups if verbose else found.groups.iloc[:_SHOWN_GROUPS]
    for group in listed.to_dict("records"):
        kind = KINDS[group["type"]]
        flags = [FLAGS[flag][at] for flag in group["flags"].split("|") if flag]
        name = kind.zh if lang == "zh" else kind.en
        marked = f" [{'，'.join(flags) if lang == 'zh' else ', '.join(flags)}]" if flags else ""
        _line(console, f"{group['group_id']} {name}{marked}: {group[f'description_{lang}']}")
    left = len(found.groups) - len(listed)
    if left:
        _line(console, _WORDS[lang]["more"].format(count=f"{left:,}"))
    console.print()


def _print_findings(
    console: Console, findings: Sequence[Mapping[str, Any]], lang: Lang, *, verbose: bool
) -> None:
    """Print findings, the most severe first."""
    order = (ERROR, WARNING, INFO)
    ranked = sorted(findings, key=lambda item: order.index(item["severity"]))
    listed = ranked if verbose else ranked[:_SHOWN_FINDINGS]
    for item in listed:
        place = item["layer"] + (f"[{item['row']}]" if item["row"] else "")
        text = f"{item['code']} {place}: {item[f'message_{lang}']}"
        console.print(Text(text, style=_STYLES[item["severity"]]), soft_wrap=True)
    if len(ranked) > len(listed):
        _line(console, _WORDS[lang]["findings"].format(count=len(ranked) - len(listed)))


def print_lineage(code: str, steps: Sequence[Step], directions: Sequence[str], lang: Lang) -> None:
    """Print the lineage of a code as a tree for each direction."""
    console = _stdout()
    words = _WORDS[lang]
    _line(console, code)
    for direction in directions:
        mine = [step for step in steps if step.direction == direction]
        _line(console, f"  {words[direction]}" + ("" if mine else f": {words['unchanged']}"))
        for step in mine:
            kind = KINDS[step.type].zh if lang == "zh" else KINDS[step.type].en
            told = words["unit"].format(households=f"{step.households:,}")
            _line(
                console,
                f"{'    ' * step.depth}{step.target or words['gone']}  {told}  {step.share:.1%}"
                f"  {kind} {step.group_id} ({step.record})",
            )


def _stdout() -> Console:
    """Return the console of results; into a file or pipe nothing is folded."""
    console = Console()
    return console if console.is_terminal else Console(width=200)


def _line(console: Console, text: str) -> None:
    """Print a line as it stands: no markup, no highlighting, no wrapping."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)
