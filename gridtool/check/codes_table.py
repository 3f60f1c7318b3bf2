"""Codes and names against the table ``codes``, and against one another."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.check.codes import COUNTY, TOWN, clean_codes
from gridtool.check.listing import add_each, listed, together
from gridtool.check.values import text_of
from gridtool.columns import CODES, COMMUNITIES, fold
from gridtool.findings import Finding
from gridtool.rules import TWELVE_DIGITS

_ENDINGS = re.compile(
    "(社区|村)?(居民委员会|居委会|村民委员会|村委会)$|(社区|行政村|村)$",
)
_ALIKE: Final = 0.6


def name_core(name: str) -> str:
    """Return a community's name without what says that it is one: 高山井社区居委会 to 高山井."""
    folded = fold(name)
    return _ENDINGS.sub("", folded) or folded


def tell_namesakes(communities: gpd.GeoDataFrame, findings: list[Finding]) -> None:
    """Report communities of one name in one town (GT196).

    Parameters
    ----------
    communities : GeoDataFrame
        ``code``, ``name``; index the source row.
    findings : list of Finding
        What is found is appended.
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, (code, name) in enumerate(zip(communities["code"], communities["name"], strict=True)):
        if TWELVE_DIGITS.fullmatch(code):
            groups[code[:TOWN], fold(name)].append(at)
    shapes = communities.geometry.to_numpy()
    found = [
        together(
            "GT196",
            COMMUNITIES.key,
            communities.index[rows],
            shapes[rows],
            name=communities["name"].iloc[rows[0]],
            codes=listed(communities["code"].iloc[rows]),
        )
        for rows in groups.values()
        if len(rows) > 1
    ]
    add_each(findings, found)


def compare_with_codes(
    communities: gpd.GeoDataFrame, table: pd.DataFrame, findings: list[Finding]
) -> None:
    """Report codes and names that differ from the table.

    Parameters
    ----------
    communities : GeoDataFrame
        ``code``, ``name``; index the source row.
    table : DataFrame
        Columns of `gridtool.columns.CODES`; it may hold counties, towns and other places too.
    findings : list of Finding
        A code that is not in the table, with the code of the same or nearest name (GT205) or
        without (GT206); another name for the same code (GT207).
    """
    codes, usable = clean_codes(table, CODES, findings)
    names = np.where(pd.isna(text_of(table, "name")), "", text_of(table, "name"))
    known = dict(zip(codes[usable], names[usable], strict=True))
    free: _Names | None = None
    shapes = communities.geometry.to_numpy()
    unknown, renamed = [], []
    for at, row in enumerate(communities.index):
        code, name = communities["code"].iloc[at], communities["name"].iloc[at]
        values: dict[str, object] = {"value": code, "name": name}
        if code in known:
            if known[code] and name_core(known[code]) != name_core(name):
                values["other"] = known[code]
                renamed.append(Finding("GT207", COMMUNITIES.key, row, shapes[at], values))
            continue
        free = _Names(known) if free is None else free
        proposal = free.proposal(code, name)
        if proposal is None:
            unknown.append(Finding("GT206", COMMUNITIES.key, row, shapes[at], values))
        else:
            values |= {"proposal": proposal, "other": known[proposal]}
            unknown.append(Finding("GT205", COMMUNITIES.key, row, shapes[at], values))
    add_each(findings, [item for item in unknown if item.code == "GT205"])
    add_each(findings, [item for item in unknown if item.code == "GT206"])
    add_each(findings, renamed)


class _Names:
    """The names of communities in a table: the same name comes first, then the most alike."""

    def __init__(self, names: dict[str, str]) -> None:
        self._by_core: dict[str, list[str]] = defaultdict(list)
        self._by_county: dict[str, list[str]] = defaultdict(list)
        for code, name in names.items():
            if not name or code[TOWN:] == "000":
                continue
            core = name_core(name)
            self._by_core[core].append(code)
            self._by_county[code[:COUNTY]].append(core)

    def proposal(self, code: str, name: str) -> str | None:
        """Return the code of the same or nearest name, None where that is not one code."""
        core = name_core(name)
        if core not in self._by_core:
            near = difflib.get_close_matches(core, self._by_county[code[:COUNTY]], 1, _ALIKE)
            if not near:
                return None
            core = near[0]
        there = self._by_core[core]
        county = [other for other in there if other[:COUNTY] == code[:COUNTY]]
        town = [other for other in county if other[:TOWN] == code[:TOWN]]
        for found in (town, county, there):
            if len(found) == 1:
                return found[0]
        return None
