"""``findings.html``: one page that needs no network, to read, filter and print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

import geopandas as gpd
import numpy as np
from pyproj import CRS

from gridtool.columns import INPUT_LAYERS
from gridtool.findings import SEVERITIES, mend_in
from gridtool.messages import ERROR, WARNING, Lang
from gridtool.messages.explanations import explain
from gridtool.report.overview import Mark, overview_svg
from gridtool.report.shell import asset, whole_page

FORMAT: Final = "gridtool.findings/1"
MOST_ROWS: Final = 5000
"""More rows than this make a browser slow; the rest is in ``findings.csv``."""

_WORDS: Final[dict[Lang, dict[str, str]]] = {
    "zh": {
        "title": "检查结果",
        "crs": "坐标系",
        "error": "错误",
        "warning": "警告",
        "info": "提示",
        "no": "<b>还不能使用。</b>先改正 {error} 条错误，再检查一次。",
        "some": "<b>可以使用。</b>有 {warning} 条警告需要人看。",
        "yes": "<b>可以使用。</b>没有需要人处理的问题。",
        "map": "社区界线和检查结果的位置",
        "layers": "读到的图层",
        "rows": "行",
        "list": "检查结果 {count} 条",
        "cut": "只列最严重的 {most} 条，全部 {count} 条见 findings.csv 和 findings.gpkg。",
        "nothing": "没有发现问题。",
        "none": "没有符合筛选条件的。",
        "every": "所有图层",
        "text": "筛选文字",
        "kinds": "共 {count} 种：是什么意思，怎么改",
        "only": "只看这一种",
        "means": "含义",
        "why": "影响",
        "mend": "在 QGIS 中处理",
        "n": "序号",
        "s": "等级",
        "c": "编号",
        "l": "图层",
        "r": "行",
        "m": "问题与处理办法",
        "foot": "行号从 0 起，即源图层中的顺序。在 QGIS 中看位置：打开同一文件夹里的 "
        "findings.gpkg，序号即其 fid。",
        "nearer": "放大",
        "farther": "缩小",
        "whole": "全图",
        "edge": "贴边的标记在图外",
    },
    "en": {
        "title": "Findings",
        "crs": "CRS",
        "error": "error",
        "warning": "warning",
        "info": "note",
        "no": "<b>Cannot be used yet.</b> Correct the errors ({error}), then check again.",
        "some": "<b>Can be used.</b> Warnings that a person should look at: {warning}.",
        "yes": "<b>Can be used.</b> Nothing needs a person.",
        "map": "Community lines and where the findings are",
        "layers": "Layers read",
        "rows": "rows",
        "list": "Findings: {count}",
        "cut": "Only the {most} most severe are listed; all {count} are in "
        "findings.csv and findings.gpkg.",
        "nothing": "Nothing was found.",
        "none": "None fits the filter.",
        "every": "all layers",
        "text": "filter by text",
        "kinds": "What they mean, and how to mend them ({count} kinds)",
        "only": "list this kind alone",
        "means": "Meaning",
        "why": "Effect",
        "mend": "To mend it in QGIS",
        "n": "No.",
        "s": "severity",
        "c": "id",
        "l": "layer",
        "r": "row",
        "m": "finding and how to mend it",
        "foot": "Rows count from 0, in the order of the source layer. To see the places in QGIS, "
        "open findings.gpkg in the same folder; No. is its fid.",
        "nearer": "zoom in",
        "farther": "zoom out",
        "whole": "whole map",
        "edge": "marks on the edge lie outside",
    },
}
_COLUMNS: Final = ("n", "s", "c", "l", "r", "m")


def findings_page(
    findings: gpd.GeoDataFrame,
    outlines: gpd.GeoDataFrame,
    layers: Mapping[str, int],
    *,
    name: str,
    crs: CRS | None,
    version: str,
    lang: Lang,
) -> str:
    """Return the page of what reading and checking found.

    Parameters
    ----------
    findings : GeoDataFrame
        Columns of `gridtool.columns.FINDINGS`, the most severe first.
    outlines : GeoDataFrame
        ``name`` and geometry of the communities, CRS of `findings`; may be empty.
    layers : mapping of layer key to int
        How many rows each layer has.
    name : str
        Of the input.
    crs : CRS or None
        Of the input, where it is known.
    version : str
        Of gridtool.
    lang : ``zh`` or ``en``
        The other language is shown by the pointer.

    Returns
    -------
    str
        An HTML document, the same for the same input: there is no clock in it.
    """
    words = _WORDS[lang]
    overview = _overview(findings, outlines, lang)
    counts = {str(key): int(n) for key, n in findings["severity"].value_counts().items()}
    side = _side(overview, layers, lang)
    known = "" if crs is None else f"{words['crs']} {escape(crs.name)} · "
    body = (
        f"<header><h1>{words['title']}<small>{escape(name)}</small></h1>"
        f"{_verdict(counts, words)}</header>"
        f"<main{' class=mapped' if overview else ''}>{side}"
        f'<div class="list">{_kinds(findings, lang)}{_list(findings, counts, lang)}</div></main>'
        f"<footer><p>{words['foot']}</p><p>{known}gridtool {version}</p></footer>"
    )
    return whole_page(
        f"{words['title']} · {name}",
        body,
        style=asset(__package__, "base.css") + asset(__package__, "findings.css"),
        scripts=[asset(__package__, "findings.js")],
        form=FORMAT,
        version=version,
        lang=lang,
    )


def _verdict(counts: Mapping[str, int], words: Mapping[str, str]) -> str:
    """Return the one sentence that matters."""
    for severity, key in ((ERROR, "no"), (WARNING, "some")):
        if counts.get(severity):
            said = words[key].format(**{severity: f"{counts[severity]:,}"})
            return f'<p class="verdict {severity}">{said}</p>'
    return f'<p class="verdict">{words["yes"]}</p>'


def _overview(findings: gpd.GeoDataFrame, outlines: gpd.GeoDataFrame, lang: Lang) -> str:
    """Return the map of the findings that are listed."""
    listed = findings.iloc[:MOST_ROWS]
    told = zip(listed["severity"], listed["code"], listed[f"message_{lang}"], strict=True)
    marks = [
        Mark(number, str(severity), f"{code} {message}")
        for number, (severity, code, message) in enumerate(told, start=1)
    ]
    shapes = np.asarray(listed.geometry.array, dtype=object)
    return overview_svg(outlines, shapes, marks, label=_WORDS[lang]["map"])


def _side(overview: str, layers: Mapping[str, int], lang: Lang) -> str:
    """Return the map and the layers that were read."""
    words = _WORDS[lang]
    parts = []
    if overview:
        buttons = "".join(
            f'<button type="button" id="{key}" title="{words[key]}" aria-label="{words[key]}">'
            f"{sign}</button>"
            for key, sign in (("nearer", "+"), ("farther", "−"), ("whole", "◻"))
        )
        legend = "".join(f"<li>{_dot(item)}{words[item]}</li>" for item in SEVERITIES)
        edge = f"<li>{words['edge']}</li>" if " off" in overview else ""
        parts.append(
            f'<div class="map">{overview}<div class="zoom" hidden>{buttons}</div></div>'
            f'<ul class="legend">{legend}{edge}</ul>'
        )
    if layers:
        rows = "".join(
            f"<tr><td>{_layer(key, lang)}</td><td>{count:,} {words['rows']}</td></tr>"
            for key, count in layers.items()
        )
        parts.append(f'<h2>{words["layers"]}</h2><table class="layers">{rows}</table>')
    return f'<div class="side">{"".join(parts)}</div>'


def _dot(severity: str) -> str:
    """Return the sign of a severity."""
    return f'<span class="dot {severity}"></span>'


def _layer(key: str, lang: Lang) -> str:
    """Return a layer's name in the language of the page, the key beside it."""
    if lang == "zh" and key in INPUT_LAYERS:
        return f"{INPUT_LAYERS[key].zh}<small>{key}</small>"
    return escape(key)


def _list(findings: gpd.GeoDataFrame, counts: Mapping[str, int], lang: Lang) -> str:
    """Return the controls and the table."""
    words = _WORDS[lang]
    head = f"<h2 id=list>{words['list'].format(count=f'{len(findings):,}')}</h2>"
    if findings.empty:
        return f"{head}<p>{words['nothing']}</p>"
    listed = findings.iloc[:MOST_ROWS]
    if len(findings) > len(listed):
        cut = words["cut"].format(most=f"{MOST_ROWS:,}", count=f"{len(findings):,}")
        head += f'<p class="cut">{cut}</p>'
    heads = "".join(
        f'<th class="{key}" scope="col"><button type="button">{words[key]}</button></th>'
        for key in _COLUMNS
    )
    rows = "".join(_rows(listed, lang))
    return (
        f"{head}{_controls(listed, counts, lang)}"
        f'<table id="findings"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        f'<p class="none" hidden>{words["none"]}</p>'
    )


def _controls(findings: gpd.GeoDataFrame, counts: Mapping[str, int], lang: Lang) -> str:
    """Return buttons for severities, a choice of layer, a field for text."""
    words = _WORDS[lang]
    buttons = "".join(
        f'<button type="button" data-s="{item}" aria-pressed="true">{_dot(item)}{words[item]}'
        f" {counts[item]:,}</button>"
        for item in SEVERITIES
        if counts.get(item)
    )
    keys = sorted(set(findings["layer"]))
    options = "".join(
        f'<option value="{escape(key)}">{escape(key) or "—"}</option>' for key in keys
    )
    return (
        f'<form class="controls" hidden>{buttons}<select id="layer" aria-label="{words["l"]}">'
        f'<option value="">{words["every"]}</option>{options}</select>'
        f'<input id="text" type="search" placeholder="{words["text"]}"'
        f' aria-label="{words["text"]}"><span class="shown" aria-live="polite"></span></form>'
    )


def _rows(findings: gpd.GeoDataFrame, lang: Lang) -> Iterator[str]:
    """Return the rows of the table."""
    other: Lang = "en" if lang == "zh" else "zh"
    placed = (~findings.geometry.isna()).tolist()
    for number, item in enumerate(findings.itertuples(index=False), start=1):
        said: Any = item._asdict()
        mend = [mend_in(tongue, said["mend"]) for tongue in (lang, other)]
        message = [said[f"message_{tongue}"] for tongue in (lang, other)]
        row = said["row"] if isinstance(said["row"], str) else ""
        explained = explain(said["code"]) is not None
        code = f'<a href="#{said["code"]}">{said["code"]}</a>' if explained else said["code"]
        yield (
            f'<tr id="f{number}" data-n="{number}" data-s="{said["severity"]}"'
            f' data-l="{escape(said["layer"])}"{" class=placed" if placed[number - 1] else ""}>'
            f'<td class="n">{number}</td>'
            f'<td class="s">{_dot(said["severity"])}{_WORDS[lang][said["severity"]]}</td>'
            f'<td class="c">{code}</td><td class="l">{_layer(said["layer"], lang)}</td>'
            f'<td class="r">{escape(row)}</td>'
            f'<td class="m"><span title="{escape(message[1])}">{escape(message[0])}</span>'
            f'<small title="{escape(mend[1])}">{escape(mend[0])}</small></td></tr>'
        )


def _kinds(findings: gpd.GeoDataFrame, lang: Lang) -> str:
    """Return what each kind of finding means, in the order of the table."""
    words = _WORDS[lang]
    counts = findings.groupby("code", sort=False).size()
    parts = []
    for code, count in counts.items():
        explanation = explain(str(code))
        if explanation is None:
            continue
        told = explanation[lang]
        severity = findings.loc[findings["code"] == code, "severity"].iloc[0]
        terms = "".join(
            f"<dt>{words[key]}</dt><dd>{escape(getattr(told, key))}</dd>"
            for key in ("means", "why", "mend")
        )
        parts.append(
            f'<details id="{code}"><summary>{_dot(severity)}{code}<b>{escape(told.title)}</b>'
            f'<button type="button" data-only="{code}" title="{words["only"]}">×{count:,}</button>'
            f"</summary><dl>{terms}</dl></details>"
        )
    title = f"<h2>{words['kinds'].format(count=len(parts))}</h2>"
    return title + "".join(parts) if parts else ""
