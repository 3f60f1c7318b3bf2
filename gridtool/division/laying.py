"""Lay drawn grids onto units: which grid each unit belongs to.

Grids in force and grids edited by hand come as polygons whose borders run near, not on, those of
units. A unit belongs where most of its households live; where nobody lives, where most of its
ground lies.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from gridtool.division.problem import FREE
from gridtool.geom import Floats, Geometries, Ints, group_starts, locate

_COVERED = 0.5
"""A unit with less of its ground in grids, and no building in one, lies in none."""


def lay_grids(
    units: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, grids: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Find the grid of each unit.

    Parameters
    ----------
    units : GeoDataFrame, index ``unit_id``, CRS in metres
        ``households``, ``area_m2``.
    buildings : GeoDataFrame, the same CRS
        ``unit_id``, ``households``.
    grids : GeoDataFrame, the same CRS
        ``community_code``, polygons; they may overlap and leave gaps.

    Returns
    -------
    DataFrame, index ``unit_id``
        ``laid`` (position in `grids`, -1 for none) and ``astray`` (households of the unit whose
        building lies in another grid of the community).
    """
    shapes = grids.geometry.to_numpy()
    held = buildings["unit_id"].notna().to_numpy()
    unit = units.index.get_indexer(buildings["unit_id"][held])
    households = buildings["households"].to_numpy()[held]
    spots = locate(shapely.point_on_surface(buildings.geometry.to_numpy()[held]), shapes)
    inside = spots >= 0
    votes = pd.DataFrame(
        {"unit": unit[inside], "grid": spots[inside], "households": households[inside], "homes": 1}
    )
    ground = _shared_ground(units.geometry.to_numpy(), shapes)
    votes = pd.concat([votes, ground]).fillna(0.0).groupby(["unit", "grid"], as_index=False).sum()
    order = ["unit", "households", "ground", "grid"]
    votes = votes.sort_values(order, ascending=[True, False, False, True])
    best = votes.drop_duplicates("unit")
    covered = votes.groupby("unit")[["ground", "homes"]].sum().loc[best["unit"]]
    share = covered["ground"].to_numpy() / units["area_m2"].to_numpy()[best["unit"]]
    best = best[(share >= _COVERED) | (covered["homes"].to_numpy() > 0)]
    laid = np.full(len(units), FREE, dtype=np.int64)
    laid[best["unit"]] = best["grid"]
    own = units["community_code"].to_numpy()[unit]
    wrong = inside & (spots != laid[unit]) & (grids["community_code"].to_numpy()[spots] == own)
    astray = np.bincount(unit[wrong], households[wrong], minlength=len(units))
    return pd.DataFrame({"laid": laid, "astray": astray.astype(np.int64)}, index=units.index)


def _shared_ground(units: Geometries, grids: Geometries) -> pd.DataFrame:
    """Return the ground in m² of each unit and grid that share some."""
    shapely.prepare(grids)
    grid, unit = shapely.STRtree(units).query(grids, predicate="intersects")
    # most units lie inside one grid: what they share needs no overlay
    whole = shapely.contains_properly(grids[grid], units[unit])
    ground = np.empty(len(unit))
    ground[whole] = shapely.area(units[unit[whole]])
    part = ~whole
    ground[part] = shapely.area(shapely.intersection(units[unit[part]], grids[grid[part]]))
    shared = ground > 0.0
    return pd.DataFrame({"unit": unit[shared], "grid": grid[shared], "ground": ground[shared]})


def join_grids(units: gpd.GeoDataFrame, edges: pd.DataFrame, laid: Ints) -> Ints:
    """Return a number for each unit, the same for units of one laid grid that hang together."""
    first, second = (units.index.get_indexer(edges[end]) for end in ("first", "second"))
    same = laid[first] == laid[second]
    n = len(units)
    links = coo_matrix((np.ones(int(same.sum())), (first[same], second[same])), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def misfit_by_community(
    units: gpd.GeoDataFrame, edges: pd.DataFrame, laid: pd.DataFrame
) -> pd.Series[int]:
    """Return the households that units do not put where grids are drawn.

    Parameters
    ----------
    units : GeoDataFrame, index ``unit_id``
        ``community_code``, ``households``, ``area_m2``, ``site_id``.
    edges : DataFrame
    laid : DataFrame
        What `lay_grids` returns.

    Returns
    -------
    Series, index community code
        Households whose building lies in another grid, and those of units apart from the rest of
        their grid.
    """
    place = laid["laid"].to_numpy()
    home = settle_homes(
        place,
        pd.factorize(units["community_code"])[0],
        units["households"].to_numpy(),
        units["area_m2"].to_numpy(),
        join_grids(units, edges, place),
        least=int(units["households"].sum()) + 1,
    )
    loose = (place != FREE) & (home == FREE) & units["site_id"].isna().to_numpy()
    wrong: pd.Series[int] = laid["astray"] + units["households"].where(loose, 0)
    return wrong.groupby(units["community_code"]).sum()


def settle_homes(
    laid: Ints, community: Ints, households: Ints, area: Floats, hang: Ints, least: int
) -> Ints:
    """Make of laid grids what units can be at home in: connected, and in one community.

    Parameters
    ----------
    laid : int array, n
        What `lay_grids` returns.
    community : int array, n
    households : int array, n
    area : float array, n
    hang : int array, n
        What `join_grids` returns.
    least : int
        Households from which ground apart from the rest of its grid is a home of its own.

    Returns
    -------
    int array, n
        A number for each home, that of the grid for its main ground; `FREE` for units without.
    """
    home = np.full(len(laid), FREE, dtype=np.int64)
    held = np.flatnonzero(laid != FREE)
    if not len(held):
        return home
    ground = pd.DataFrame(
        {
            "laid": laid[held],
            "community": community[held],
            "hang": hang[held],
            "households": households[held],
            "area": area[held],
        }
    )
    sums = ground.groupby(["laid", "community", "hang"], as_index=False).sum()
    order = ["laid", "households", "area", "hang"]
    sums = sums.sort_values(order, ascending=[True, False, False, True], ignore_index=True)
    starts = group_starts(sums["laid"].to_numpy())[:-1]
    main = np.zeros(len(sums), dtype=np.bool_)
    main[starts] = True
    own = ~main & (sums["households"].to_numpy() >= least)
    number = np.full(len(sums), FREE, dtype=np.int64)
    number[main] = sums["laid"].to_numpy()[main]
    number[own] = int(laid.max()) + 1 + np.arange(int(own.sum()))
    home_of = dict(zip(sums["hang"].tolist(), number.tolist(), strict=True))
    home[held] = [home_of[int(one)] for one in hang[held]]
    return home
