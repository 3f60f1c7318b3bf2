"""``report.html``: a division in one file, to look at, search and print without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from gridtool.geom import require_metres
from gridtool.legend import size_rules
from gridtool.messages import Lang
from gridtool.report.interactive import facts, sections
from gridtool.report.interactive.addresses import pack_addresses
from gridtool.report.interactive.packing import Frame
from gridtool.report.interactive.proofs import Proof, prove
from gridtool.report.interactive.words import SCRIPT_WORDS, WORDS
from gridtool.report.shell import asset, whole_page
from gridtool.rules import NOT_FOUND, RULES, Rules

FORMAT: Final = "gridtool.report/1"
MOST_FINDINGS: Final = 2000

_SCRIPTS: Final = ("unpack.js", "canvas.js", "page.js", "tables.js")
_MODES: Final = ("rule", "size", "kind")
_LAYERS: Final = ("buildings", "labels", "findings")


@dataclass(frozen=True)
class About:
    """What is told of where a report comes from.

    Attributes
    ----------
    area : str
        Name of the county, or what it is of.
    source, sha256, version : str
        File of the grids, its digest, gridtool's version.
    crs : CRS
        Of the source.
    data_date, licence : str
    rules : Rules
        The size window that was in force.
    settings, estimate : mapping
        Of the division, as ``summary.json`` tells them.
    """

    area: str
    source: str
    sha256: str
    version: str
    crs: CRS
    data_date: str = ""
    licence: str = ""
    rules: Rules = RULES
    settings: Mapping[str, Any] = field(default_factory=dict)
    estimate: Mapping[str, Any] = field(default_factory=dict)


def report_page(
    grids: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame | None,
    findings: gpd.GeoDataFrame | None,
    stats: pd.DataFrame,
    about: About,
    *,
    addresses: Mapping[str, str] | None = None,
    lang: Lang,
) -> str:
    """Return the report of a division.

    Parameters
    ----------
    grids : GeoDataFrame, polygons, CRS in metres
        Columns of `gridtool.columns.GRIDS`, by code.
    buildings : GeoDataFrame or None
        ``building_id``, ``grid_code``, ``households``; CRS of `grids`.
    findings : GeoDataFrame or None
        Columns of `gridtool.columns.FINDINGS`; CRS of `grids`.
    stats : DataFrame
        Of `gridtool.report.stats.count_grids`.
    about : About
    addresses : mapping of building_id to str, optional
        For the search.
    lang : ``zh`` or ``en``

    Returns
    -------
    str
        An HTML document, the same for the same input: there is no clock in it.

    Raises
    ------
    CrsError
        GT005 when `grids` are not in metres.
    """
    require_metres(grids, layer="grids")
    if buildings is not None:
        buildings = buildings[buildings.geometry.notna() & ~buildings.geometry.is_empty]
    frame = Frame(*np.floor(grids.total_bounds[:2]))
    proofs = prove(grids, buildings, about.rules)
    packs, labels, communities = facts.ground_shapes(grids, frame)
    if buildings is not None and len(buildings):
        packs["buildings"] = facts.pack_buildings(buildings, grids["grid_code"].tolist(), frame)
    marks = facts.finding_marks(findings, frame, lang, most=MOST_FINDINGS)
    classes = size_rules(vars(about.rules))
    told = {proof.grid_code: proof.zh if lang == "zh" else proof.en for proof in proofs}
    data = {
        "facts": facts.grid_columns(grids, communities),
        "communities": communities.to_dict("records"),
        "labels": labels,
        "modes": facts.map_modes(grids, classes, about.rules, lang),
        "buildings": facts.building_classes(lang),
        "findings": marks,
        "proofs": facts.proofs_by_grid(told, grids["grid_code"].tolist()),
        "words": {key: WORDS[lang][key] for key in SCRIPT_WORDS},
        "addresses": None,
    }
    if addresses and buildings is not None:
        packs["addresses"], data["addresses"] = pack_addresses(buildings, addresses)
    count = 0 if findings is None else len(findings)
    body = _body(grids, stats, communities, proofs, marks, count, about, lang)
    return whole_page(
        _title(about, lang),
        body + _data(data, packs),
        style="".join(_styles(classes)),
        scripts=[asset(__package__, "leaflet.js"), _script()],
        form=FORMAT,
        version=about.version,
        lang=lang,
    )


def _title(about: About, lang: Lang) -> str:
    """Return the title of the page."""
    words = WORDS[lang]
    return words["of"].format(area=about.area) if about.area else words["title"]


def _script() -> str:
    """Return the page's own script; Leaflet's licence goes with Leaflet."""
    parts = [asset(__package__, name) for name in _SCRIPTS]
    licence = asset(__package__, "leaflet.LICENSE").replace("*/", "")
    return "\n".join([*parts, f"/* Leaflet:\n{licence}*/"])


def _styles(classes: Sequence[Any]) -> list[str]:
    """Return the styles: of all pages, Leaflet's, this page's, and the colours of classes."""
    return [
        asset("gridtool.report", "base.css"),
        asset(__package__, "leaflet.css"),
        asset(__package__, "report.css"),
        "\n".join(sections.rule_colours(classes)),
    ]


def _data(data: Mapping[str, Any], packs: Mapping[str, Mapping[str, str]]) -> str:
    """Return the data of the page, as elements that no browser runs."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # inside an element nothing may look like the end of it
    text = text.replace("<", "\\u003c")
    parts = [f'<script type="application/json" id="data">{text}</script>']
    for layer, pack in packs.items():
        parts += [
            f'<script type="text/plain" id="pack-{layer}-{key}">{packed}</script>'
            for key, packed in pack.items()
        ]
    return "\n" + "\n".join(parts)


def _body(
    grids: gpd.GeoDataFrame,
    stats: pd.DataFrame,
    communities: pd.DataFrame,
    proofs: Sequence[Proof],
    marks: Sequence[Mapping[str, Any]],
    findings: int,
    about: About,
    lang: Lang,
) -> str:
    """Return what stands on the page."""
    words, rules = WORDS[lang], about.rules
    classes = size_rules(vars(rules))
    unproved = sum(proof.reason in (NOT_FOUND, "") for proof in proofs)
    note = ""
    if "estimated" in grids and bool(grids["estimated"].any()):
        note = f'<p class="verdict warning">{words["estimated_note"]}</p>'
    known = " · ".join(item for item in (about.source, about.data_date) if item)
    return (
        f"<header><h1>{escape(_title(about, lang))}<small>{escape(known)}</small></h1>"
        f"{sections.figures_html(stats, unproved, rules, words)}{note}</header>"
        f"<main>{_map(words)}"
        f"{sections.histogram_html(grids, classes, rules, lang, words)}"
        f"{sections.exceptions_html(proofs, grids, lang, words)}"
        f"{sections.communities_html(stats, grids, communities, classes, rules, words)}"
        f"{sections.grids_html(words)}"
        f"{sections.findings_html(marks, findings, lang, words)}"
        f"{sections.provenance_html(_provenance(about, words), words)}</main>"
        f"<footer><p>gridtool {escape(about.version)}</p></footer>"
    )


def _map(words: Mapping[str, str]) -> str:
    """Return the map with what surrounds it."""
    modes = "".join(
        f'<button type="button" data-mode="{mode}" aria-pressed="{str(mode == "rule").lower()}">'
        f"{words[mode]}</button>"
        for mode in _MODES
    )
    layers = "".join(
        f'<label><input type="checkbox" data-layer="{layer}" checked>{words["layer_" + layer]}'
        "</label>"
        for layer in _LAYERS
    )
    return (
        f'<section id="ground" aria-label="{words["map"]}">'
        f'<form id="find" role="search"><input id="search" type="search" autocomplete="off"'
        f' placeholder="{words["search"]}" aria-label="{words["search"]}">'
        f'<ul id="hits" hidden></ul></form>'
        f'<div class="controls"><div class="modes">{modes}</div><div class="layers">{layers}</div>'
        f'<button type="button" id="whole">{words["whole"]}</button></div>'
        f'<div class="stage"><div id="map"></div><canvas id="paper" class="on-paper"></canvas>'
        f'<p id="closer" hidden>{words["closer"]}</p></div>'
        '<ul id="legend" class="legend"></ul>'
        '<aside id="facts" aria-live="polite"></aside></section>'
    )


def _provenance(about: About, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return where the report comes from, line by line."""
    rules = about.rules
    window = f"{rules.min_households}–{rules.max_households} ({rules.target_households})"
    settings = ", ".join(f"{key} {_plain(value)}" for key, value in about.settings.items())
    estimate = ", ".join(f"{key} {_plain(value)}" for key, value in about.estimate.items())
    return [
        ("source", about.source),
        ("sha256", about.sha256),
        ("version", f"gridtool {about.version}"),
        ("data_date", about.data_date),
        ("crs", about.crs.name),
        ("window", window),
        ("settings", settings),
        ("estimate", estimate or words["no_estimate"]),
        ("licence", about.licence),
        ("controls", words["leaflet"]),
    ]


def _plain(value: object) -> str:
    """Return a setting as text."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} {_plain(item)}" for key, item in value.items()) + "}"
    return str(value)
