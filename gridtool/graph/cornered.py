"""Proofs that a compound cannot stay whole inside the window."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.findings import Finding
from gridtool.geom import Bools, Geometries, Ints
from gridtool.graph.links import number_pieces
from gridtool.rules import VILLAGE_KIND, Rules

COLUMNS = ["compound_id", "cornered", "households", "most"]


def cornered_compounds(
    units: gpd.GeoDataFrame, edges: pd.DataFrame, communities: gpd.GeoDataFrame, rules: Rules
) -> pd.DataFrame:
    """List the compounds that cannot all be whole, and why.

    A grid that holds a compound whole can hold no unit that would take the two of them over the
    window. Where all that can be reached without such units is too little for the window, the
    compound is cornered: it, or a compound that corners it, must be parted. That is the proof.

    Parameters
    ----------
    units : GeoDataFrame, index ``unit_id``
        As stage ``units`` returns them, compounds whole.
    edges : DataFrame
        As `build_graph` returns them, major roads open.
    communities : GeoDataFrame
        ``code``, ``kind``.
    rules : Rules
        The window. Source: Art. 8.

    Returns
    -------
    DataFrame
        ``compound_id`` (a compound that may have to be parted), ``cornered`` (the compound that
        is), ``households`` and ``most`` (of all that a grid around it could hold, itself
        included), of that one.
    """
    first, second = (units.index.get_indexer(edges[end]) for end in ("first", "second"))
    households = units["households"].to_numpy()
    code = units["community_code"].to_numpy()
    urban = set(communities["code"][communities["kind"] != VILLAGE_KIND])
    total = units[units["site_id"].isna()].groupby("community_code")["households"].sum()
    fits = {one for one in urban if rules.count_fits(int(total.get(one, 0)))}
    low, high = rules.min_households, rules.max_households
    asked = units["compound_id"].notna().to_numpy() & (households > 0) & (households < low)
    asked &= units["site_id"].isna().to_numpy() & np.isin(code, sorted(fits))
    compound = units["compound_id"].to_numpy(dtype=object)
    found: list[tuple[object, object, int, int]] = []
    for at in np.flatnonzero(asked):
        room = households <= high - households[at]
        reach = _reach(int(at), room, first, second, code)
        most = int(households[reach].sum())
        if most < low:
            others = _around(reach, first, second, len(units))
            named = {item for item in compound[others] if item is not None}
            row = (compound[at], int(households[at]), most)
            found += [(one, *row) for one in sorted({compound[at], *named})]
    return pd.DataFrame(found, columns=COLUMNS)


def none_cornered() -> pd.DataFrame:
    """Return what `cornered_compounds` does where no compound is cornered."""
    return pd.DataFrame(columns=COLUMNS)


def prove_splits(
    findings: Sequence[Finding], cornered: pd.DataFrame, rules: Rules
) -> list[Finding]:
    """Put the proof in the place of what is said of shared compounds, where there is one.

    Parameters
    ----------
    findings : sequence of Finding
        Of the grids; GT134 names a compound shared by several.
    cornered : DataFrame
        As `cornered_compounds` returns it.
    rules : Rules
    """
    proofs = cornered.drop_duplicates("compound_id").set_index("compound_id")
    result = []
    for one in findings:
        if one.code == "GT134" and one.row in proofs.index:
            cause, households, most = proofs.loc[[one.row]].iloc[0].tolist()
            values = {**one.values, "cornered": cause, "households": households, "most": most}
            values["minimum"] = rules.min_households
            result.append(Finding("GT323", "compounds", one.row, one.geometry, values))
        else:
            result.append(one)
    return result


def _reach(at: int, room: Bools, first: Ints, second: Ints, code: Geometries) -> Ints:
    """Return the units that hang together with one over units for which there is room."""
    open_ = room & (code == code[at])
    open_[at] = True
    held = open_[first] & open_[second]
    piece = number_pieces(len(room), first[held], second[held])
    return np.flatnonzero((piece == piece[at]) & open_)


def _around(reach: Ints, first: Ints, second: Ints, n: int) -> Bools:
    """Return the units that touch some units."""
    inside = np.zeros(n, dtype=bool)
    inside[reach] = True
    around = np.zeros(n, dtype=bool)
    around[first[inside[second]]] = around[second[inside[first]]] = True
    return np.asarray(around & ~inside)
