"""``diff.html``: what changed between two revisions, a map and a sentence for each group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final, NamedTuple

import pandas as pd

from gridtool.findings import SEVERITIES, mend_in
from gridtool.messages import ERROR, WARNING, Lang
from gridtool.report.shell import asset, whole_page
from gridtool.report.sketch import Ground, Sketcher

FORMAT: Final = "gridtool.diff/1"
MOST_MAPS: Final = 300
"""More groups than this make a browser slow; the rest is in ``groups.csv`` and ``diff.gpkg``."""
_MOST_ROWS: Final = 8
_MOST_ALIKE: Final = 5
_BAD: Final = frozenset(("code_swap", "code_discontinuous", "county_border"))

_WORDS: Final[dict[Lang, dict[str, str]]] = {
    "zh": {
        "title": "网格变更对照",
        "none": "<b>没有变更。</b>两版 {grids} 个网格一致{redrawn}。",
        "redrawn": "（{count} 个仅界线修绘，沿用原界线）",
        "good": "<b>{groups} 个变更组，划转 {moved} 户。</b>校核全部成立；"
        "组外 {untouched} 个网格一字不差。",
        "warning": "<b>{groups} 个变更组，划转 {moved} 户。</b>有 {count} 条需要人看。",
        "error": "<b>{groups} 个变更组，划转 {moved} 户。</b>有 {count} 条错误，改正前不能备案。",
        "by_type": "按类型",
        "type": "变更类型",
        "groups": "组",
        "households": "涉及户数",
        "moved": "划转户数",
        "checks": "校核",
        "findings": "需要注意",
        "list": "变更组（划转户数多的在前）",
        "cut": "只画前 {most} 组；全部 {count} 组见 groups.csv 和 diff.gpkg。",
        "old": "原网格",
        "new": "新网格",
        "hh": "户数",
        "homes": "楼栋",
        "area": "面积（m²）",
        "share": "占原网格",
        "more": "另 {count} 行见 relations.csv",
        "outside": "（无网格）",
        "before": "变更前界线",
        "after": "变更后网格",
        "ground": "划转地块",
        "building": "划转楼栋",
        "map": "变更组 {id} 的示意图",
        "crs": "坐标系",
        "foot": "户数按同一份楼栋数据前后各数一次；地图上的数字是网格编码末 6 位。",
    },
    "en": {
        "title": "What changed between two revisions",
        "none": "<b>Nothing changed.</b> The {grids} grids of both are the same{redrawn}.",
        "redrawn": " ({count} only redrawn, the old lines stay)",
        "good": "<b>{groups} change groups, {moved} households moved.</b> Every check holds; the "
        "{untouched} grids outside the groups are the same to the byte.",
        "warning": "<b>{groups} change groups, {moved} households moved.</b> "
        "For a person to look at: {count}.",
        "error": "<b>{groups} change groups, {moved} households moved.</b> "
        "Errors to mend before it can be filed: {count}.",
        "by_type": "By type",
        "type": "type",
        "groups": "groups",
        "households": "households",
        "moved": "moved",
        "checks": "Checks",
        "findings": "To be looked at",
        "list": "Change groups, the most households moved first",
        "cut": "Only the first {most} are drawn; all {count} are in groups.csv and diff.gpkg.",
        "old": "old grid",
        "new": "new grid",
        "hh": "households",
        "homes": "buildings",
        "area": "area (m²)",
        "share": "of the old grid",
        "more": "{count} more rows in relations.csv",
        "outside": "(no grid)",
        "before": "before",
        "after": "after",
        "ground": "ground moved",
        "building": "building moved",
        "map": "map of change group {id}",
        "crs": "CRS",
        "foot": "Households are counted on both sides by one snapshot of buildings; the figures on "
        "the maps are the last 6 digits of grid codes.",
    },
}


class Check(NamedTuple):
    """One invariant as the page tells it."""

    id: str
    holds: bool
    zh: str
    en: str
    value: str


def changes_page(
    groups: pd.DataFrame,
    relations: pd.DataFrame,
    ground: Ground,
    findings: pd.DataFrame,
    checks: Sequence[Check],
    *,
    names: Mapping[str, tuple[str, str]],
    totals: Mapping[str, int],
    title: str,
    crs: str,
    version: str,
    lang: Lang,
) -> str:
    """Return the page.

    Parameters
    ----------
    groups, relations : DataFrame
        Columns of `gridtool.columns.GROUPS` and `RELATIONS`, the largest first.
    ground : Ground
        What the maps are drawn from.
    findings : DataFrame
        Columns of `gridtool.columns.FINDINGS`, the most severe first.
    checks : sequence of Check
    names : mapping of kind or flag to its Chinese and English name
    totals : mapping
        ``grids``, ``untouched``, ``redrawn``.
    title : str
        Names of the two files.
    crs : str
        Name of the CRS.
    version : str
        Of gridtool.
    lang : ``zh`` or ``en``

    Returns
    -------
    str
        An HTML document, the same for the same input: there is no clock in it.
    """
    words = _WORDS[lang]
    body = (
        f"<header><h1>{words['title']}<small>{escape(title)}</small></h1>"
        f"{_verdict(groups, findings, totals, lang)}</header><main>"
        f'<div class="overview"><section>{_by_type(groups, names, lang)}</section>'
        f"<section>{_checks(checks, lang)}</section></div>"
        f"{_findings(findings, lang)}{_groups(groups, relations, ground, names, lang)}</main>"
        f"<footer><p>{words['foot']}</p><p>{words['crs']} {escape(crs)} · gridtool {version}</p>"
        "</footer>"
    )
    style = asset(__package__, "changes.css")
    heading = f"{words['title']} · {title}"
    return whole_page(
        heading, body, style=style, scripts=[], form=FORMAT, version=version, lang=lang
    )


def _verdict(
    groups: pd.DataFrame, findings: pd.DataFrame, totals: Mapping[str, int], lang: Lang
) -> str:
    """Return the one sentence that matters."""
    words = _WORDS[lang]
    moved = f"{int(groups['moved_households'].sum()):,}"
    told = {"groups": f"{len(groups):,}", "moved": moved, "untouched": f"{totals['untouched']:,}"}
    for severity in (ERROR, WARNING):
        count = int((findings["severity"] == severity).sum())
        if count:
            said = words[severity].format(**told, count=count)
            return f'<p class="verdict {severity}">{said}</p>'
    if groups.empty:
        redrawn = words["redrawn"].format(count=totals["redrawn"]) if totals["redrawn"] else ""
        said = words["none"].format(grids=f"{totals['grids']:,}", redrawn=redrawn)
        return f'<p class="verdict">{said}</p>'
    return f'<p class="verdict">{words["good"].format(**told)}</p>'


def _by_type(groups: pd.DataFrame, names: Mapping[str, tuple[str, str]], lang: Lang) -> str:
    """Return how many groups there are of each type."""
    if groups.empty:
        return ""
    words = _WORDS[lang]
    sums = groups.groupby("type", sort=False)[["households", "moved_households"]].sum()
    counts = groups["type"].value_counts().to_dict()
    rows = "".join(
        f"<tr><td>{_name(names, str(kind), lang)}</td><td class=n>{counts[str(kind)]:,}</td>"
        f"<td class=n>{row['households']:,}</td><td class=n>{row['moved_households']:,}</td></tr>"
        for kind, row in sums.iterrows()
    )
    heads = "".join(
        f"<th{' class=n' if at else ''}>{words[key]}</th>"
        for at, key in enumerate(("type", "groups", "households", "moved"))
    )
    return f"<h2>{words['by_type']}</h2><table><tr>{heads}</tr>{rows}</table>"


def _name(names: Mapping[str, tuple[str, str]], key: str, lang: Lang) -> str:
    """Return the name of a kind or flag."""
    return names[key][0 if lang == "zh" else 1]


def _checks(checks: Sequence[Check], lang: Lang) -> str:
    """Return the invariants, each with its value."""
    rows = "".join(
        f"<tr><td>{_sign(one.holds)}</td><td>{one.id}</td>"
        f"<td>{escape(one.zh if lang == 'zh' else one.en)}<small>{escape(one.value)}</small></td>"
        "</tr>"
        for one in checks
    )
    return f"<h2>{_WORDS[lang]['checks']}</h2><table>{rows}</table>"


def _sign(holds: bool) -> str:
    """Return the sign of what holds or does not."""
    return '<span class="mark">✓</span>' if holds else '<span class="mark bad">✗</span>'


def _findings(findings: pd.DataFrame, lang: Lang) -> str:
    """Return the first findings of each kind, the most severe first."""
    if findings.empty:
        return ""
    alike = findings.groupby("code").cumcount()
    counts_of = findings["code"].value_counts().to_dict()
    listed = findings[alike < _MOST_ALIKE].assign(number=alike + 1)
    rows = "".join(
        f"<tr><td class=code>{row['code']}</td><td>{escape(str(row[f'message_{lang}']))}"
        f"{_more(int(row['number']), counts_of[row['code']])}"
        f"<small>{escape(mend_in(lang, str(row['mend'])))}</small></td></tr>"
        for row in listed.to_dict("records")
    )
    counts = {key: int((findings["severity"] == key).sum()) for key in SEVERITIES}
    told = f"{counts[ERROR] + counts[WARNING]} / {len(findings)}"
    return f"<h2>{_WORDS[lang]['findings']} <small>{told}</small></h2><table>{rows}</table>"


def _more(number: int, count: int) -> str:
    """Return how many findings of a kind are not listed, beside the last that is."""
    return f" … ×{count}" if number == _MOST_ALIKE < count else ""


def _groups(
    groups: pd.DataFrame,
    relations: pd.DataFrame,
    ground: Ground,
    names: Mapping[str, tuple[str, str]],
    lang: Lang,
) -> str:
    """Return the groups, each with its map."""
    if groups.empty:
        return ""
    words = _WORDS[lang]
    parts = [f"<h2>{words['list']}</h2>{_legend(words)}"]
    if len(groups) > MOST_MAPS:
        told = words["cut"].format(most=MOST_MAPS, count=f"{len(groups):,}")
        parts.append(f"<p>{told}</p>")
    shown = groups.iloc[:MOST_MAPS]
    sketcher = Sketcher(ground, shown["group_id"].tolist())
    ranked = relations[relations["group_id"].isin(shown["group_id"])]
    ranked = ranked.sort_values(["households", "buildings", "area_m2"], ascending=False)
    rows = {str(key): part for key, part in ranked.groupby("group_id", sort=False)}
    for group in shown.to_dict("records"):
        key = group["group_id"]
        drawn = sketcher.draw(key, label=words["map"].format(id=key))
        parts.append(
            f'<section class="group" id="{key}">{drawn}<div>'
            f"<h3>{_name(names, group['type'], lang)}<small>{key}</small></h3>"
            f"<p>{escape(group[f'description_{lang}'])}{'。' if lang == 'zh' else '.'}</p>"
            f"{''.join(_flags(group['flags'], names, lang))}{_table(rows[key], words)}"
            "</div></section>"
        )
    return "".join(parts)


def _flags(flags: str, names: Mapping[str, tuple[str, str]], lang: Lang) -> Iterator[str]:
    """Return the flags of a group."""
    for flag in filter(None, flags.split("|")):
        bad = " bad" if flag in _BAD else ""
        yield f'<span class="flag{bad}">{_name(names, flag, lang)}</span>'


def _table(relations: pd.DataFrame, words: Mapping[str, str]) -> str:
    """Return who got what from whom."""
    heads = "".join(
        f"<th{' class=n' if at > 1 else ''}>{words[key]}</th>"
        for at, key in enumerate(("old", "new", "hh", "homes", "area", "share"))
    )
    rows = "".join(_relation(row, words) for row in relations[:_MOST_ROWS].to_dict("records"))
    left = len(relations) - _MOST_ROWS
    more = f"<p>{words['more'].format(count=left)}</p>" if left > 0 else ""
    return f"<table><tr>{heads}</tr>{rows}</table>{more}"


def _relation(row: Mapping[Any, Any], words: Mapping[str, str]) -> str:
    """Return a row of it."""
    codes = (
        escape(code) if isinstance(code, str) else words["outside"]
        for code in (row["old_code"], row["new_code"])
    )
    share = row["share_old_hh"] if row["basis"] == "households" else row["share_old_area"]
    told = "" if pd.isna(share) else f"{share:.1%}"
    cells = "".join(f"<td class=code>{code}</td>" for code in codes)
    return (
        f"<tr>{cells}<td class=n>{row['households']:,}</td><td class=n>{row['buildings']:,}</td>"
        f"<td class=n>{row['area_m2']:,.0f}</td><td class=n>{told}</td></tr>"
    )


def _legend(words: Mapping[str, str]) -> str:
    """Return what the signs of the maps mean."""
    signs = {
        "before": '<path class="before" d="M1 8h32"/>',
        "after": '<path class="after s0" d="M2 2h30v12h-30z"/>',
        "ground": '<path class="moved" d="M2 2h30v12h-30z"/>',
        "building": '<circle class="home" cx="17" cy="8" r="4"/>',
    }
    items = "".join(
        f'<li><svg viewBox="0 0 34 16">{sign}</svg>{words[key]}</li>' for key, sign in signs.items()
    )
    return f'<ul class="legend">{items}</ul>'
