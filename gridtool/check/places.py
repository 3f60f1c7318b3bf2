"""Which community and which compound a building lies in."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.check.values import Floats, is_none, text_column
from gridtool.columns import BUILDINGS
from gridtool.errors import DataError
from gridtool.findings import Finding
from gridtool.geom import Geometries, Ints, locate

_ACROSS = 0.02
_INSIDE = 0.5


def find_communities(
    buildings: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, findings: list[Finding]
) -> pd.Series[Any]:
    """Return for each building the code of its community.

    That is the community with most of its footprint. Where a footprint across a line has its
    representative point in the smaller part (an L around a corner), the point decides, so that
    anyone can recount a grid by points and find the same households.

    Parameters
    ----------
    buildings : GeoDataFrame
        Valid polygons and points.
    communities : GeoDataFrame
        A valid coverage, sorted by ``code``.
    findings : list of Finding
        Buildings across a line and outside all communities are appended.

    Returns
    -------
    Series of object, the index of `buildings`
        None outside all communities.

    Raises
    ------
    DataError
        GT027 when no building lies in any community.
    """
    shapes = np.asarray(buildings.geometry.array, dtype=object)
    areas = np.asarray(communities.geometry.array, dtype=object)
    place, best, second, total = share_of(shapes, areas)
    unsure = np.flatnonzero((place >= 0) & (total < _INSIDE))
    middles = shapely.point_on_surface(shapes[unsure])
    place[unsure[locate(middles, areas) < 0]] = -1
    across = np.flatnonzero((second > _ACROSS) & (place >= 0))
    middle = locate(shapely.point_on_surface(shapes[across]), areas)
    moved = (middle >= 0) & (middle != place[across])
    place[across[moved]], best[across[moved]] = middle[moved], second[across[moved]]
    if len(place) and (place < 0).all():
        raise DataError("GT027", layer=BUILDINGS.key)
    codes = np.array([*communities["code"], None], dtype=object)[place]
    outside = np.flatnonzero(place < 0)
    households = buildings["households"].to_numpy()
    for at in outside:
        values: dict[str, object] = {"households": int(households[at])}
        findings.append(Finding("GT112", BUILDINGS.key, buildings.index[at], shapes[at], values))
    for at in across:
        values = {"community": codes[at], "share": float(best[at])}
        findings.append(Finding("GT113", BUILDINGS.key, buildings.index[at], shapes[at], values))
    return text_column(codes, buildings.index)


def share_of(shapes: Geometries, communities: Geometries) -> tuple[Ints, Floats, Floats, Floats]:
    """Return how polygons or points divide among communities.

    Parameters
    ----------
    shapes : array of valid polygons and points
    communities : array of polygons without overlap

    Returns
    -------
    place : int array
        Position of the community with the largest share, the first of equals, -1 for none.
    best, second, total : float arrays
        Largest, second largest and summed share; 1, 0 and 1 for points inside.
    """
    place = np.full(len(shapes), -1, dtype=np.int64)
    best, second, total = (np.zeros(len(shapes)) for _ in range(3))
    # most lie wholly inside one community, which a prepared polygon tells at once
    where, what = shapely.STRtree(shapes).query(communities, predicate="contains_properly")
    place[what], best[what], total[what] = where, 1.0, 1.0

    rest = np.flatnonzero(place < 0)
    points = shapely.get_dimensions(shapes[rest]) == 0
    on_line = rest[points]
    place[on_line] = locate(shapes[on_line], communities)
    best[on_line] = total[on_line] = place[on_line] >= 0

    crossing = rest[~points]
    where, what = shapely.STRtree(shapes[crossing]).query(communities, predicate="intersects")
    what = crossing[what]
    areas = shapely.area(shapely.intersection(shapes[what], communities[where]))
    shares = areas / shapely.area(shapes[what])
    np.add.at(total, what, shares)
    for at in np.lexsort((where, -shares, what)):
        row = what[at]
        if place[row] < 0 and shares[at] > 0:
            place[row], best[row] = where[at], shares[at]
        elif second[row] == 0:
            second[row] = shares[at]
    return place, best, second, total


def find_compounds(buildings: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame) -> pd.Series[Any]:
    """Return the compound of each building: its own, else the one its middle lies in."""
    found = np.array(buildings["compound_id"], dtype=object)
    open_rows = np.flatnonzero(is_none(found))
    shapes = np.asarray(buildings.geometry.array, dtype=object)[open_rows]
    polygons = np.asarray(compounds.geometry.array, dtype=object)
    ids = np.array([*compounds["compound_id"], None], dtype=object)
    found[open_rows] = ids[locate(shapely.point_on_surface(shapes), polygons)]
    return text_column(found, buildings.index)
