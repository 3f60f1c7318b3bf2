"""From assigned units to the polygons of grids: seamless, smooth, no footprint cut."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.geom import Floats, Geometries, Ints

SMOOTH_M = 6.0
"""Side of the square whose area a border may shift by at a vertex (Visvalingam)."""
_CUT_SHARE = 0.001
_STRAIGHT_M = 1e-3


def dissolve_grids(
    units: gpd.GeoDataFrame, assignment: pd.DataFrame, buildings: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Merge units into one row a grid.

    Parameters
    ----------
    units : GeoDataFrame, index ``unit_id``, CRS in metres
    assignment : DataFrame, index ``unit_id``
        ``grid``, ``grid_kind``, ``reason``.
    buildings : GeoDataFrame
        ``unit_id``; footprints that no border may cut.

    Returns
    -------
    GeoDataFrame, index ``grid``
        ``community_code``, ``grid_kind``, ``reason``, ``site_id``, ``households``, ``persons``,
        ``buildings``, ``area_m2``, geometry: a valid coverage of all communities. Borders inside a
        community are smoothed; community lines stay as they are.
    """
    grid = assignment["grid"].to_numpy()
    order = np.argsort(grid, kind="stable")
    start = np.searchsorted(grid[order], np.arange(int(grid.max(initial=-1)) + 2))
    shapes = units.geometry.to_numpy()
    rough = np.array(
        [shapely.coverage_union_all(shapes[order[a:b]]) for a, b in pairwise(start.tolist())],
        dtype=object,
    )
    first = order[start[:-1]]
    community = pd.factorize(units["community_code"].to_numpy()[first])[0].astype(np.int64)
    held = buildings["unit_id"].notna().to_numpy()
    own = grid[units.index.get_indexer(buildings["unit_id"][held])]
    smooth = _smooth(rough, community, buildings.geometry.to_numpy()[held], own)
    sums = {
        name: np.bincount(grid, units[name].to_numpy()).astype(np.int64)
        for name in ("households", "persons", "buildings")
    }
    return gpd.GeoDataFrame(
        {
            "community_code": units["community_code"].to_numpy()[first],
            "grid_kind": assignment["grid_kind"].to_numpy()[first],
            "reason": assignment["reason"].to_numpy()[first],
            "site_id": units["site_id"].to_numpy()[first],
            **sums,
            "area_m2": shapely.area(smooth),
        },
        geometry=smooth,
        crs=units.crs,
        index=pd.RangeIndex(len(smooth), name="grid"),
    )


def _smooth(rough: Geometries, community: Ints, footprints: Geometries, own: Ints) -> Geometries:
    """Smooth borders community by community, less where a footprint would be cut."""
    smooth = rough.copy()
    tolerance = {int(one): SMOOTH_M for one in np.unique(community)}
    todo = list(tolerance)
    while todo:
        for one in todo:
            mine = community == one
            smooth[mine] = _simplify(rough[mine], tolerance[one])
        cut = _cut_communities(rough, smooth, community, footprints, own, todo)
        todo = []
        for one in cut:
            tolerance[one] = tolerance[one] / 2 if tolerance[one] > SMOOTH_M / 10 else 0.0
            todo.append(one)
            if tolerance[one] == 0.0:
                smooth[community == one] = rough[community == one]
                todo.remove(one)
    # along community lines only vertices on straight stretches go, the same on both sides
    straight = shapely.coverage_simplify(smooth, _STRAIGHT_M)
    return np.asarray(straight if shapely.coverage_is_valid(straight) else smooth)


def _simplify(polygons: Geometries, tolerance: float) -> Geometries:
    """Simplify the borders within a community, its outer line left as it is."""
    return np.asarray(shapely.coverage_simplify(polygons, tolerance, simplify_boundary=False))


def _cut_communities(
    rough: Geometries,
    smooth: Geometries,
    community: Ints,
    footprints: Geometries,
    own: Ints,
    todo: list[int],
) -> list[int]:
    """Return the communities in which smoothing cuts a footprint that was whole."""
    mine = np.flatnonzero(np.isin(community[own], todo))
    grounds = smooth.copy()
    shapely.prepare(grounds)
    out = mine[~shapely.covers(grounds[own[mine]], footprints[mine])]
    if not len(out):
        return []
    size = np.maximum(shapely.area(footprints[out]), 1e-9)

    def lost(of: Geometries) -> Floats:
        inside = shapely.area(shapely.intersection(footprints[out], of[own[out]]))
        return np.asarray(1.0 - inside / size)

    worse = (lost(smooth) > lost(rough) + _CUT_SHARE) & (
        shapely.get_dimensions(footprints[out]) == 2
    )
    return sorted(set(community[own[out[worse]]].tolist()))
