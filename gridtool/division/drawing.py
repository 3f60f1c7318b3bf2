"""Take over grids drawn by hand: borders back to units, no unit left over, none twice."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.division.laying import join_grids
from gridtool.division.pieces import Arrays
from gridtool.division.problem import FREE
from gridtool.division.repair import fill
from gridtool.findings import Finding
from gridtool.geom import Bools, Ints
from gridtool.rules import (
    BARRIER,
    BASE,
    BY_HAND,
    DEDICATED,
    NO_COUNT_FITS,
    RULES,
    SINGLE_BUILDING,
    SMALL_COMMUNITY,
    Rules,
)

NOISE_M2 = 1.0
"""A gap up to this is rounding."""

_OWN_GRID = 0.5
"""Ground in no grid with this share of the fewest households becomes a grid of its own."""


def snap_grids(
    units: gpd.GeoDataFrame,
    edges: pd.DataFrame,
    laid: Ints,
    drawn: pd.DataFrame,
    *,
    rules: Rules = RULES,
) -> pd.DataFrame:
    """Assign every unit to the grid drawn over it.

    Parameters
    ----------
    units : GeoDataFrame, index ``unit_id``
    edges : DataFrame
        As stage ``graph`` returns them.
    laid : int array, n
        What `lay_grids` found of each unit.
    drawn : DataFrame
        ``community_code`` (where most of it lies), ``grid_kind``; a row for each drawn grid.
    rules : Rules

    Returns
    -------
    DataFrame, index ``unit_id``
        ``grid`` (from 0, in the order of units), ``grid_kind``, ``reason`` as `assign_grids` gives
        them, and ``drawn`` (position of the drawn grid, -1 for ground that became a grid of its
        own). Loose ground where nobody lives, and ground in no grid with few households, goes to
        the neighbours.
    """
    community = units["community_code"].to_numpy()
    households = units["households"].to_numpy()
    own = drawn["community_code"].to_numpy()[laid] == community
    label = np.where((laid != FREE) & own, laid, FREE)
    label[_loose(label, join_grids(units, edges, label), units)] = FREE
    left = join_grids(units, edges, label)
    people = np.bincount(left, households)
    large = (label == FREE) & (people[left] >= _OWN_GRID * rules.min_households)
    label[large] = len(drawn) + left[large]
    first, second = (units.index.get_indexer(edges[end]) for end in ("first", "second"))
    whole = Arrays(units, edges, first, second).component(np.arange(len(units)), rules)
    label = fill(whole, label)
    bare = label == FREE  # a community without a grid, or a site nobody drew
    label[bare] = len(drawn) + len(units) + join_grids(units, edges, label)[bare]
    # a grid may not lie in two communities, whatever was drawn
    grid = pd.factorize(pd.MultiIndex.from_arrays([label, community]))[0]
    origin = np.where(label < len(drawn), label, FREE)
    site = units["site_id"].notna().to_numpy()
    told = np.append((drawn["grid_kind"] == DEDICATED).to_numpy(), False)[origin]
    kind = _kinds(grid, site, told & (origin != FREE))
    hang = join_grids(units, edges, np.zeros(len(units), dtype=np.int64))
    reason = _reasons(units, grid, kind, hang, rules)
    return pd.DataFrame(
        {"grid": grid, "grid_kind": kind, "reason": reason, "drawn": origin}, index=units.index
    )


def explain_snap(
    grids: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    assignment: pd.DataFrame,
    laid: pd.DataFrame,
    drawn: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
) -> list[Finding]:
    """Say what became of drawn grids where it is not what was drawn.

    Parameters
    ----------
    grids : GeoDataFrame
        ``grid``, ``grid_code``, ``households``, the new grids.
    units : GeoDataFrame, index ``unit_id``
    assignment : DataFrame
        What `snap_grids` returns.
    laid : DataFrame
        What `lay_grids` returns.
    drawn : GeoDataFrame
        ``grid_code``, ``community_code``, ``row``.
    communities : GeoDataFrame
        ``code``.

    Returns
    -------
    list of Finding
        Gaps, grids nobody drew, new codes, units that went with theirs, shapes that came to
        nothing.
    """
    origin = assignment.drop_duplicates("grid").set_index("grid")["drawn"]
    coded = grids.assign(drawn=grids["grid"].map(origin), spot=grids.representative_point())
    fresh = coded[coded["drawn"] == FREE]
    bare = coded[coded["drawn"] != FREE]
    bare = bare[drawn["grid_code"].to_numpy()[bare["drawn"]] == ""]
    return [
        *(
            Finding("GT352", "grids", row.grid_code, row.spot, {"households": int(row.households)})
            for row in fresh.itertuples()
        ),
        *_gaps(drawn, fresh, communities),
        *(
            Finding("GT356", "grids", row.grid_code, row.spot, {"code": row.grid_code})
            for row in bare.itertuples()
        ),
        *_moved_units(coded, units, assignment, laid),
        *_vanished(drawn, assignment),
    ]


def _moved_units(
    coded: gpd.GeoDataFrame, units: pd.DataFrame, assignment: pd.DataFrame, laid: pd.DataFrame
) -> list[Finding]:
    """Return findings for grids with households that were drawn into another."""
    strangers = (assignment["drawn"] != laid["laid"]) & (laid["laid"] != FREE)
    moved = laid["astray"] + units["households"].where(strangers, 0)
    count = moved.groupby(assignment["grid"]).sum()
    known = coded.assign(moved=coded["grid"].map(count))
    return [
        Finding("GT358", "grids", row.grid_code, row.spot, {"households": int(row.moved)})
        for row in known[known["moved"] > 0].itertuples()
    ]


def _vanished(drawn: gpd.GeoDataFrame, assignment: pd.DataFrame) -> list[Finding]:
    """Return findings for shapes that hold most of no unit."""
    gone = drawn[~np.isin(np.arange(len(drawn)), assignment["drawn"])]
    return [
        Finding("GT359", "grids", row.grid_code or f"#{row.row + 1}", row.geometry)
        for row in gone.itertuples()
    ]


def _gaps(
    drawn: gpd.GeoDataFrame, fresh: gpd.GeoDataFrame, communities: gpd.GeoDataFrame
) -> list[Finding]:
    """Return findings for ground that no grid was drawn over and that went to neighbours."""
    covered = shapely.union_all([*drawn.geometry, *fresh.geometry])
    shapely.prepare(covered)
    findings = []
    for code, ground in zip(communities["code"], communities.geometry, strict=True):
        gap = shapely.difference(ground, covered)
        if gap.area > NOISE_M2:
            findings.append(Finding("GT351", "communities", code, gap, {"area": f"{gap.area:.0f}"}))
    return findings


def _loose(label: Ints, hang: Ints, units: gpd.GeoDataFrame) -> Bools:
    """Return the units of ground without people that lies apart from the rest of its grid."""
    site = units["site_id"].notna().to_numpy()
    ground = pd.DataFrame(
        {
            "label": label,
            "hang": hang,
            "households": units["households"].to_numpy(),
            "area": units["area_m2"].to_numpy(),
        }
    )[(label != FREE) & ~site]
    sums = ground.groupby(["label", "hang"], as_index=False).sum()
    order = ["label", "households", "area", "hang"]
    sums = sums.sort_values(order, ascending=[True, False, False, True])
    apart = sums["label"].duplicated() & (sums["households"] == 0)
    loose: Bools = np.isin(hang, sums["hang"][apart]) & (label != FREE) & ~site
    return loose


def _kinds(grid: Ints, site: Bools, told: Bools) -> Ints:
    """Return the kind of each unit's grid: what was drawn so or is all site is dedicated."""
    count = np.bincount(grid)
    all_site = np.bincount(grid, site, len(count)) == count
    dedicated = all_site | (np.bincount(grid, told, len(count)) > 0)
    return np.where(dedicated, DEDICATED, BASE)[grid]


def _reasons(
    units: gpd.GeoDataFrame, grid: Ints, kind: Ints, hang: Ints, rules: Rules
) -> list[str | None]:
    """Return why each unit's grid may be outside the window: proven, or by hand."""
    base = kind == BASE
    community = pd.factorize(units["community_code"])[0]
    households = units["households"].to_numpy()
    total = np.bincount(community[base], households[base], community.max(initial=-1) + 1)
    piece = np.bincount(hang[base], households[base], hang.max(initial=-1) + 1)
    largest = np.zeros(int(grid.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(largest, grid, units["largest"].to_numpy())
    size = np.bincount(grid, households)
    reasons: list[str | None] = []
    for at in range(len(units)):
        whole, part = int(total[community[at]]), int(piece[hang[at]])
        if not base[at] or rules.households_fit(int(size[grid[at]])):
            reasons.append(None)
        elif whole < rules.min_households:
            reasons.append(SMALL_COMMUNITY)
        elif largest[grid[at]] > rules.max_households:
            reasons.append(SINGLE_BUILDING)
        elif rules.count_fits(part):
            reasons.append(BY_HAND)
        else:
            reasons.append(NO_COUNT_FITS if part == whole else BARRIER)
    return reasons
