"""The parts of the report's page that are read and printed without its script."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

import pandas as pd

from gridtool.legend import REASONS, Class
from gridtool.messages import Lang
from gridtool.messages.explanations import explain
from gridtool.report.interactive.charts import histogram_svg, strip_svg
from gridtool.report.interactive.proofs import Proof
from gridtool.rules import BASE, Rules

_MARKS: Final = {"error": "error", "warning": "warning", "info": "info"}


def figures_html(stats: pd.DataFrame, unproved: int, rules: Rules, words: Mapping[str, str]) -> str:
    """Return the row of figures under the title.

    Parameters
    ----------
    stats : DataFrame
        Of `gridtool.report.stats.count_grids`.
    unproved : int
        Exceptions without a proof.
    rules : Rules
    words : mapping
    """
    counties = stats[stats["level"] == "county"]
    towns = int((stats["level"] == "town").sum())
    total = counties.select_dtypes("number").sum()
    rated, done = int(total["rated"]), int(total["in_range"])
    base = int(total["base"])
    households = counties["mean"] * counties["base"]
    mean = households.sum() / base if base else 0
    proved = words["exceptions_of"] if total["exceptions"] else ""
    told = words["unproved_of"].format(count=unproved) if unproved else proved
    cells = [
        (f"{int(total['grids']):,}", "grids", _said(words, "dedicated_of", total["dedicated"])),
        (f"{int(total['communities']):,}", "communities", _said(words, "towns_of", towns)),
        (f"{int(total['households']):,}", "households", _said(words, "mean_of", round(mean))),
        (f"{int(total['persons']):,}", "persons", ""),
        (
            f"{done / rated:.1%}" if rated else "—",
            "share",
            words["share_of"].format(
                done=f"{done:,}",
                rated=f"{rated:,}",
                low=rules.min_households,
                high=rules.max_households,
            ),
        ),
        (f"{int(total['exceptions']):,}", "exceptions", told),
        (f"{int(total['workers']):,}", "workers", words["workers_of"]),
    ]
    items = "".join(
        f"<li><b>{value}</b><span>{words[key]}</span><small>{note}</small></li>"
        for value, key, note in cells
    )
    return f'<ul class="figures">{items}</ul>'


def _said(words: Mapping[str, str], key: str, count: float) -> str:
    """Return a phrase with a count."""
    return words[key].format(count=f"{int(count):,}")


def histogram_html(
    grids: pd.DataFrame,
    classes: Sequence[Class],
    rules: Rules,
    lang: Lang,
    words: Mapping[str, str],
) -> str:
    """Return the section of the histogram."""
    base = grids[grids["grid_kind"] == BASE]
    legend = "".join(
        f"<li>{_swatch(at)}{escape(item.label(lang))}</li>"
        for at, item in enumerate(classes)
        if (base["size_rule"] == item.value).any()
    )
    note = words["histogram_note"].format(low=rules.min_households, high=rules.max_households)
    return (
        f"<section><h2>{words['histogram']}</h2>{histogram_svg(grids, classes, rules, lang)}"
        f'<ul class="legend">{legend}</ul><p class="soft">{note}</p></section>'
    )


def _swatch(number: int) -> str:
    """Return the colour of a class of the rule of size."""
    return f'<span class="swatch rule-{number}"></span>'


def exceptions_html(
    proofs: Sequence[Proof], grids: pd.DataFrame, lang: Lang, words: Mapping[str, str]
) -> str:
    """Return the section of exceptions, each with its proof."""
    if not proofs:
        return (
            f"<section><h2>{words['exceptions_title']}</h2>"
            f'<p class="soft">{words["no_exceptions"]}</p></section>'
        )
    places = {code: at for at, code in enumerate(grids["grid_code"])}
    rows = "".join(
        f'<tr data-grid="{places[proof.grid_code]}"><td class="code">{escape(proof.grid_code)}</td>'
        f"<td>{_name(grids, places[proof.grid_code])}</td>"
        f"{_figure(int(grids['households'].iloc[places[proof.grid_code]]))}"
        f"<td>{escape(REASONS.get(proof.reason, ('—', '—'))[lang == 'en'])}</td>"
        f'<td class="text">{escape(proof.zh if lang == "zh" else proof.en)}</td></tr>'
        for proof in proofs
    )
    names = [words[key] for key in ("code", "name", "households", "reason", "proof")]
    heads = _heads(names, figures=(2,))
    return (
        f'<section><h2>{words["exceptions_title"]}</h2><table class="sortable exceptions">{heads}'
        f"<tbody>{rows}</tbody></table></section>"
    )


def _name(grids: pd.DataFrame, at: int) -> str:
    """Return the full name of a grid."""
    name = grids["grid_full_name"].iloc[at] if "grid_full_name" in grids else ""
    return escape(name) if isinstance(name, str) else ""


def communities_html(
    stats: pd.DataFrame,
    grids: pd.DataFrame,
    communities: pd.DataFrame,
    classes: Sequence[Class],
    rules: Rules,
    words: Mapping[str, str],
) -> str:
    """Return the table of communities, a strip of dots in each row."""
    heads = _heads(
        (
            *(words["code"], words["name"], words["town"], words["grids"], words["households"]),
            *(words["persons"], words["in_range"], words["workers"]),
            words["sizes"].format(low=rules.min_households, high=rules.max_households),
        ),
        figures=(3, 4, 5, 6, 7),
    )
    colours = {item.value: item.hex[:7] for item in classes}
    base = grids[grids["grid_kind"] == BASE].sort_values("households")
    groups = dict(iter(base.groupby("community_code")))
    towns = dict(zip(grids["community_code"], grids["town_code"], strict=True))
    names = dict(zip(stats["code"], stats["name"], strict=True))
    places = {code: at for at, code in enumerate(communities["code"])}
    rows = []
    for row in stats[stats["level"] == "community"].to_dict("records"):
        code, share = str(row["code"]), float(row["share_in_range"])
        own = groups.get(code, base.iloc[:0])
        told = "" if math.isnan(share) else f"{share:.0%}"
        town = names.get(towns[code]) or towns[code]
        strip = strip_svg(
            own["households"].tolist(), [colours[rule] for rule in own["size_rule"]], rules
        )
        rows.append(
            f'<tr data-community="{places[code]}"><td class="code">{escape(code)}</td>'
            f"<td>{escape(row['name'])}</td><td>{escape(town)}</td>"
            f"{_figure(row['grids'])}{_figure(row['households'])}{_figure(row['persons'])}"
            f'<td class="n" data-v="{share if told else -1}">{told}</td>'
            f'{_figure(row["workers"])}<td data-v="{_mean(own)}">{strip}</td></tr>'
        )
    return (
        f'<section><h2>{words["by_community"]}</h2><table class="sortable communities">{heads}'
        f"<tbody>{''.join(rows)}</tbody></table></section>"
    )


def _mean(base: pd.DataFrame) -> float:
    """Return the mean households of base grids, by which strips are put in order."""
    return round(float(base["households"].mean()), 1) if len(base) else 0.0


def grids_html(words: Mapping[str, str]) -> str:
    """Return the table of all grids, which the script fills."""
    heads = _heads(
        (
            *(words["code"], words["name"], words["rule"], words["households"], words["persons"]),
            *(words["buildings"], f"{words['area']} ({words['hectares']})", words["bounds"]),
        ),
        figures=(3, 4, 5, 6),
    )
    return (
        f'<section class="all"><h2>{words["all_grids"]}</h2><p class="filter">'
        f'<input id="filter" type="search" placeholder="{words["filter"]}"'
        f' aria-label="{words["filter"]}"><span id="shown" aria-live="polite"></span></p>'
        f'<table class="sortable" id="grids">{heads}<tbody></tbody></table></section>'
        f'<p class="on-paper soft">{words["print_note"]}</p>'
    )


def findings_html(
    marks: Sequence[Mapping[str, Any]], count: int, lang: Lang, words: Mapping[str, str]
) -> str:
    """Return the findings by kind: what each means, and where it was found."""
    head = f'<section class="findings"><h2>{words["findings_title"]}</h2>'
    if not marks:
        return f'{head}<p class="soft">{words["no_findings"]}</p></section>'
    cut = ""
    if count > len(marks):
        cut = f'<p class="soft">{words["findings_cut"].format(most=f"{len(marks):,}")}</p>'
    kinds: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for at, mark in enumerate(marks):
        kinds.setdefault(mark["code"], []).append((at, mark))
    body = "".join(_kind(code, found, lang, words) for code, found in kinds.items())
    return f"{head}{cut}{body}</section>"


def _kind(
    code: str, found: Sequence[tuple[int, Mapping[str, Any]]], lang: Lang, words: Mapping[str, str]
) -> str:
    """Return one kind of finding."""
    severity = _MARKS[found[0][1]["severity"]]
    told = explain(code)
    title = "" if told is None else escape(told[lang].title)
    means = "" if told is None else f'<p class="soft">{escape(told[lang].means)}</p>'
    rows = "".join(
        f"<tr{_place(at, mark)}><td>{escape(mark['where'])}</td>"
        f'<td class="text">{escape(mark["message"])}<small>{escape(mark["mend"])}</small></td></tr>'
        for at, mark in found
    )
    return (
        f'<details><summary><span class="dot {severity}"></span>{code}<b>{title}</b>'
        f"×{len(found):,}</summary>{means}<table>"
        f"<thead><tr><th>{words['where']}</th><th>{words['message']}</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></details>"
    )


def _place(at: int, mark: Mapping[str, Any]) -> str:
    """Return the attribute by which a row leads to the map."""
    return "" if mark["place"] is None else f' data-finding="{at}"'


def provenance_html(rows: Sequence[tuple[str, str]], words: Mapping[str, str]) -> str:
    """Return where the report comes from."""
    items = "".join(
        f"<dt>{words[key]}</dt><dd>{escape(value)}</dd>" for key, value in rows if value
    )
    return f'<section class="provenance"><h2>{words["provenance"]}</h2><dl>{items}</dl></section>'


def _heads(names: Sequence[str], figures: Sequence[int] = ()) -> str:
    """Return the head of a table whose columns can be sorted; those of `figures` hold numbers."""
    cells = (
        f'<th scope="col"{" class=n" if at in figures else ""}>'
        f'<button type="button">{escape(name)}</button></th>'
        for at, name in enumerate(names)
    )
    return f"<thead><tr>{''.join(cells)}</tr></thead>"


def _figure(value: int) -> str:
    """Return a cell with a number."""
    return f'<td class="n" data-v="{value}">{value:,}</td>'


def rule_colours(classes: Sequence[Class]) -> Iterator[str]:
    """Return the style of each class of the rule of size."""
    for at, item in enumerate(classes):
        yield f".rule-{at} {{ background: {item.hex} }}"
