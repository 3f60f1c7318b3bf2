"""Sums of households and persons against the table ``totals``."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.check.codes import clean_codes
from gridtool.check.listing import add_each, listed, together
from gridtool.check.values import Flags, Floats, Objects, counts
from gridtool.columns import COMMUNITIES, TOTALS
from gridtool.findings import Finding
from gridtool.geom import Ints

_FIGURES: Final = {"households": "GT208", "persons": "GT219"}
_SHARE: Final = 0.01
_FEW: Final = 5.0


def compare_with_totals(
    communities: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    table: pd.DataFrame,
    findings: list[Finding],
    *,
    keys: tuple[str, ...],
    m2_per_household: float,
) -> None:
    """Report communities whose buildings do not add up to the table.

    Parameters
    ----------
    communities : GeoDataFrame
        ``code``, ``name``; index the source row.
    buildings : GeoDataFrame
        ``community_code``, ``households``, ``persons``, ``estimated``.
    table : DataFrame
        Columns of `gridtool.columns.TOTALS`; several rows of one code are added up.
    findings : list of Finding
        Differences of more than 5 and more than 1 % (GT208, GT219), codes without a community
        (GT209) and communities without a row (GT210); for estimates the sum of all alone
        (GT217). A table without figures (GT072) is an error.
    keys : tuple of str
        The columns that hold counts: what was derived from others is not compared.
    m2_per_household : float
        Of the estimate.
    """
    there = [key for key in _FIGURES if key in table]
    if not there:
        findings.append(Finding("GT072", TOTALS.key))
        return
    codes, usable = clean_codes(table, TOTALS, findings)
    own = pd.Index(communities["code"], dtype=object)
    place = own.get_indexer(pd.Index(codes, dtype=object))
    _tell_missing(communities, table, codes, usable, place, findings)
    home = own.get_indexer(pd.Index(buildings["community_code"], dtype=object))
    for key in there:
        figures = counts(table, TOTALS, key, findings)
        told = (place >= 0) & ~np.isnan(figures)
        wanted = _sums(place[told], figures[told], len(own))
        counted = np.bincount(place[told], minlength=len(own)) > 0
        inside = home >= 0
        sums = buildings[key].to_numpy(dtype="float64")[inside]
        found = _sums(home[inside], sums, len(own))
        if key == "households" and buildings["estimated"].any():
            _tell_estimate(found[counted].sum(), wanted[counted].sum(), m2_per_household, findings)
        elif key in keys:
            _tell_differences(communities, key, found, np.where(counted, wanted, found), findings)


def _sums(place: Ints, figures: Floats, count: int) -> Floats:
    """Return the sum of figures at each place."""
    return np.bincount(place, figures, count).astype(np.float64)


def _tell_missing(
    communities: gpd.GeoDataFrame,
    table: pd.DataFrame,
    codes: Objects,
    usable: Flags,
    place: Ints,
    findings: list[Finding],
) -> None:
    """Report codes of the table without a community, and communities without a row."""
    strange = (place < 0) & usable
    if strange.any():
        count, values = int(strange.sum()), listed(codes[strange])
        rows = table.index[strange]
        findings.append(together("GT209", TOTALS.key, rows, count=count, values=values))
    missing = np.setdiff1d(np.arange(len(communities)), place)
    if len(missing):
        rows, shapes = communities.index[missing], communities.geometry.to_numpy()[missing]
        count, values = len(missing), listed(communities["code"].iloc[missing])
        findings.append(
            together("GT210", COMMUNITIES.key, rows, shapes, count=count, values=values)
        )


def _tell_differences(
    communities: gpd.GeoDataFrame,
    key: str,
    found: Floats,
    wanted: Floats,
    findings: list[Finding],
) -> None:
    """Report each community whose sum is not the table's."""
    shapes = communities.geometry.to_numpy()
    off = np.flatnonzero(np.abs(found - wanted) > np.maximum(_FEW, _SHARE * wanted))
    differing = []
    for at in off:
        values: dict[str, object] = {
            "community": communities["code"].iloc[at],
            "found": int(found[at]),
            "wanted": int(wanted[at]),
        }
        row = communities.index[at]
        differing.append(Finding(_FIGURES[key], COMMUNITIES.key, row, shapes[at], values))
    add_each(findings, differing)


def _tell_estimate(
    found: float, wanted: float, m2_per_household: float, findings: list[Finding]
) -> None:
    """Report how far an estimate is off, and the floor space that would meet the table."""
    if wanted > 0 and abs(found - wanted) > max(_FEW, _SHARE * wanted):
        fitting = m2_per_household * found / wanted
        values: dict[str, object] = {
            "found": int(found),
            "wanted": int(wanted),
            "area_m2": fitting,
        }
        findings.append(Finding("GT217", TOTALS.key, values=values))
