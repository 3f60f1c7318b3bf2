"""Which community and which compound a building lies in."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.check.communities import Ground
from gridtool.check.shapes import Indexed
from gridtool.check.values import Floats, Objects, is_none, text_column
from gridtool.columns import BUILDINGS
from gridtool.findings import Finding
from gridtool.geom import Geometries, Ints, group_starts, locate

_ACROSS = 0.02
_INSIDE = 0.5


def find_communities(
    buildings: gpd.GeoDataFrame,
    footprints: Indexed,
    ground: Ground,
    findings: list[Finding],
) -> pd.Series[Any]:
    """Return for each building the code of its community.

    That is the community with most of its footprint. Where a footprint across a line has its
    representative point in the smaller part (an L around a corner), the point decides, so that
    anyone can recount a grid by points and find the same households.

    Parameters
    ----------
    buildings : GeoDataFrame
        Valid polygons and points.
    footprints : Indexed
        Their geometries.
    ground : Ground
        The communities. Where they are not sound, what lies across or outside is not told.
    findings : list of Finding
        Buildings across a line (GT113) and outside all communities (GT112) are appended; none
        inside is an error (GT027).

    Returns
    -------
    Series of object, the index of `buildings`
        None outside all communities.
    """
    shapes = footprints.shapes
    communities, sound = ground.communities, ground.sound
    areas = np.asarray(communities.geometry.array, dtype=object)
    place, best, second, total = share_of(footprints, areas)
    unsure = np.flatnonzero((place >= 0) & (total < _INSIDE))
    middles = shapely.point_on_surface(shapes[unsure])
    place[unsure[locate(middles, areas) < 0]] = -1
    across = np.flatnonzero((second > _ACROSS) & (place >= 0))
    middle = locate(shapely.point_on_surface(shapes[across]), areas)
    moved = (middle >= 0) & (middle != place[across])
    place[across[moved]], best[across[moved]] = middle[moved], second[across[moved]]
    codes = np.array([*communities["code"], None], dtype=object)[place]
    if sound and len(place) and (place < 0).all():
        findings.append(Finding("GT027", BUILDINGS.key))
    elif sound:
        _tell_places(buildings, shapes, codes, best, across, findings)
    return text_column(codes, buildings.index)


def _tell_places(
    buildings: gpd.GeoDataFrame,
    shapes: Geometries,
    codes: Objects,
    best: Floats,
    across: Ints,
    findings: list[Finding],
) -> None:
    """Report buildings outside all communities and across a line."""
    outside = np.flatnonzero(is_none(codes))
    households = buildings["households"].to_numpy()
    for at in outside:
        values: dict[str, object] = {"households": int(households[at])}
        findings.append(Finding("GT112", BUILDINGS.key, buildings.index[at], shapes[at], values))
    for at in across:
        values = {"community": codes[at], "share": float(best[at])}
        findings.append(Finding("GT113", BUILDINGS.key, buildings.index[at], shapes[at], values))


def share_of(indexed: Indexed, communities: Geometries) -> tuple[Ints, Floats, Floats, Floats]:
    """Return how polygons or points divide among communities.

    Parameters
    ----------
    indexed : Indexed
        Valid polygons and points.
    communities : array of polygons without overlap

    Returns
    -------
    place : int array
        Position of the community with the largest share, the first of equals, -1 for none.
    best, second, total : float arrays
        Largest, second largest and summed share; 1, 0 and 1 for points inside.
    """
    shapes = indexed.shapes
    place, near = _place_clear(indexed, communities)
    # most others lie wholly inside one community too, which a prepared polygon tells at once
    where, what = shapely.STRtree(shapes[near]).query(communities, predicate="contains_properly")
    place[near[what]] = where
    best = (place >= 0).astype(np.float64)
    second, total = np.zeros(len(shapes)), best.copy()

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


def _place_clear(indexed: Indexed, communities: Geometries) -> tuple[Ints, Ints]:
    """Place what is clear of all lines by one point of it.

    Returns
    -------
    place : int array
        Position of the community, -1 where none holds the point.
    near : int array
        Positions of the shapes whose bounds meet those of a line: they are not placed yet.
    """
    rings = shapely.get_rings(shapely.get_parts(communities))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    steps = np.stack((xy[:-1], xy[1:]), axis=1)[ring[1:] == ring[:-1]]
    near = np.unique(indexed.tree.query(shapely.linestrings(steps))[1])
    place = np.full(len(indexed.shapes), -1, dtype=np.int64)
    clear = place < 0
    clear[near] = False
    west, south, east, north = indexed.bounds.T
    x, y = (west + east) / 2, (south + north) / 2
    shapely.prepare(communities)
    where, what = indexed.tree.query(communities)
    for at, (low, high) in zip(np.unique(where), pairwise(group_starts(where)), strict=True):
        mine = what[low:high]
        mine = mine[clear[mine] & (place[mine] < 0)]
        place[mine[shapely.contains_xy(communities[at], x[mine], y[mine])]] = at
    shapely.destroy_prepared(communities)
    return place, near


def find_compounds(buildings: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame) -> pd.Series[Any]:
    """Return the compound of each building: its own, else the one its middle lies in."""
    found = np.array(buildings["compound_id"], dtype=object)
    open_rows = np.flatnonzero(is_none(found))
    shapes = np.asarray(buildings.geometry.array, dtype=object)[open_rows]
    polygons = np.asarray(compounds.geometry.array, dtype=object)
    ids = np.array([*compounds["compound_id"], None], dtype=object)
    found[open_rows] = ids[locate(shapely.point_on_surface(shapes), polygons)]
    return text_column(found, buildings.index)
