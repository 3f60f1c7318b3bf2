"""Pins: buildings that must share a grid, and buildings that may not.

A pin is a row of a table: ``building_id`` and ``group`` (all buildings of a group share one grid)
or ``apart`` (no two of them do).
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.division.problem import FREE
from gridtool.errors import DataError
from gridtool.findings import Finding
from gridtool.geom import Bools, Ints
from gridtool.rules import Rules


class Pins(NamedTuple):
    """What was pinned, sorted.

    Attributes
    ----------
    together, apart : dict of name to list of building_id
    """

    together: dict[str, list[str]]
    apart: dict[str, list[str]]


NO_PINS = Pins({}, {})


def check_pins(
    table: pd.DataFrame, buildings: pd.DataFrame, *, rules: Rules, name: str = "pins"
) -> Pins:
    """Check a table of pins against the buildings and against itself.

    Parameters
    ----------
    table : DataFrame
        ``building_id``, ``group``, ``apart``: text, empty where there is none.
    buildings : DataFrame
        ``building_id``, ``community_code``, ``households``.
    rules : Rules
    name : str
        Of the file, for messages.

    Returns
    -------
    Pins

    Raises
    ------
    DataError
        GT079 for a row that pins nothing, GT080 for a building that is not there, GT081 for a
        group in two communities, GT082 for one with more households than a grid may have, GT083
        where two buildings must and may not share a grid.
    """
    bare = (table["building_id"] == "") | ((table["group"] == "") & (table["apart"] == ""))
    if bare.any():
        raise DataError("GT079", layer=name, rows=list(table.index[bare]))
    known = buildings.drop_duplicates("building_id").set_index("building_id")
    lost = ~table["building_id"].isin(known.index)
    if lost.any():
        ids = ", ".join(sorted(set(table.loc[lost, "building_id"]))[:5])
        raise DataError("GT080", layer=name, rows=list(table.index[lost]), ids=ids)
    pins = Pins(_by(table, "group"), _by(table, "apart"))
    for group, members in pins.together.items():
        homes = known.loc[members, "community_code"].fillna("-")
        if homes.nunique() > 1:
            other = homes[homes != homes.iloc[0]].index[0]
            values = {"one": members[0], "home": homes.iloc[0], "other": other}
            raise DataError("GT081", layer=name, group=group, there=homes[other], **values)
        total = int(known.loc[members, "households"].sum())
        if total > rules.max_households:
            values = {"households": total, "maximum": rules.max_households}
            raise DataError("GT082", layer=name, group=group, **values)
    group_of = {one: group for group, members in pins.together.items() for one in members}
    for apart, members in pins.apart.items():
        for one, other in combinations(members, 2):
            if one in group_of and group_of[one] == group_of.get(other):
                _refuse_pair(name, one, other, apart, group_of[one])
    return pins


def _by(table: pd.DataFrame, column: str) -> dict[str, list[str]]:
    """Return the buildings of each name in a column."""
    held = table[table[column] != ""]
    ids = held.groupby(column, sort=True)["building_id"].unique()
    return {str(name): sorted(map(str, members)) for name, members in ids.items()}


def _refuse_pair(layer: str, one: str, other: str, apart: str, why: str) -> None:
    """Refuse two buildings that may not share a grid but cannot be parted."""
    raise DataError("GT083", layer=layer, one=one, other=other, apart=apart, why=why)


def tie_pins(
    units: gpd.GeoDataFrame, buildings: pd.DataFrame, pins: Pins, home: Ints, locked: Bools
) -> tuple[Ints, Ints]:
    """Bring pins from buildings to units.

    Parameters
    ----------
    units : GeoDataFrame, index ``unit_id``
        ``compound_id``, ``site_id``.
    buildings : DataFrame
        ``building_id``, ``unit_id``; pins of buildings that are not among them are passed over.
    pins : Pins
    home : int array, n
        The grid in force of each unit.
    locked : bool array, n

    Returns
    -------
    group : int array, n
        As in `Ties`.
    apart : int array, (m, 2)

    Raises
    ------
    DataError
        GT083 when units that may not share a grid are one unit, or in one locked grid; GT084
        when a group reaches into two locked grids or a dedicated one.
    """
    held = buildings[buildings["unit_id"].notna()].drop_duplicates("building_id")
    place = units.index.get_indexer(held["unit_id"])
    unit_of = dict(zip(held["building_id"], place.tolist(), strict=True))
    group = np.full(len(units), FREE, dtype=np.int64)
    site = units["site_id"].notna().to_numpy()
    for number, (name, members) in enumerate(pins.together.items()):
        mine = sorted({unit_of[one] for one in members if one in unit_of})
        shut = [at for at in mine if site[at] or locked[at]]
        if shut and (len(mine) > len(shut) or len({_grid(at, site, home) for at in shut}) > 1):
            ids = ", ".join(units.index[at] for at in shut)
            raise DataError("GT084", layer="pins", group=name, units=ids)
        # a unit pinned in two groups joins them
        joined = {int(group[at]) for at in mine} - {FREE}
        group[np.isin(group, sorted(joined))] = number
        group[mine] = number
    pairs = []
    for name, members in pins.apart.items():
        known = [one for one in members if one in unit_of]
        for one, other in combinations(known, 2):
            a, b = unit_of[one], unit_of[other]
            if a == b or (group[a] != FREE and group[a] == group[b]):
                compound = units["compound_id"].iloc[a]
                why = units.index[a] if pd.isna(compound) else str(compound)
                _refuse_pair("pins", one, other, name, why)
            if locked[a] and locked[b] and home[a] == home[b]:
                _refuse_pair("pins", one, other, name, "--lock")
            pairs.append((a, b))
    apart = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return group, apart


def _grid(at: int, site: Bools, home: Ints) -> tuple[bool, int]:
    """Return what tells the settled grid of a unit from others."""
    return bool(site[at]), at if site[at] else int(home[at])


def explain_pins(buildings: pd.DataFrame, pins: Pins) -> list[Finding]:
    """Return findings for the pins that a division does not keep.

    Parameters
    ----------
    buildings : DataFrame
        ``building_id``, ``grid_code``.
    pins : Pins
    """
    code_of = dict(zip(buildings["building_id"], buildings["grid_code"], strict=True))
    findings = []
    for of in pins:
        for name, members in of.items():
            codes = [str(code_of[one]) for one in members if one in code_of]
            wanted = min(1, len(codes)) if of is pins.together else len(codes)
            if len(set(codes)) != wanted:
                grids: dict[str, object] = {"grids": ", ".join(sorted(set(codes)))}
                findings.append(Finding("GT344", "pins", name, None, grids))
    return findings
