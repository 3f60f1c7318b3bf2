"""From assigned units to the polygons of grids: seamless, smooth, no footprint cut."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.division.smoothing import smooth_coverage
from gridtool.geom import Geometries, Ints

SMOOTH_M = 8.0
"""Side of the square whose area a border may shift by at a vertex (Visvalingam)."""
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
    """Smooth the borders inside communities."""
    smooth = smooth_coverage(rough, community, footprints, own, SMOOTH_M)
    # along community lines only vertices on straight stretches go, the same on both sides
    straight = shapely.coverage_simplify(smooth, _STRAIGHT_M)
    return np.asarray(straight if shapely.coverage_is_valid(straight) else smooth)
