"""Footprints: valid polygons and single points, without needles."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.check.listing import add_each
from gridtool.check.plain import are_plain
from gridtool.check.spikes import smooth_polygons
from gridtool.columns import BUILDINGS
from gridtool.findings import Finding
from gridtool.geom import Geometries, repair_polygons, spread

_LAYER = BUILDINGS.key


def repair_footprints(frame: gpd.GeoDataFrame, findings: list[Finding]) -> gpd.GeoSeries:
    """Return valid polygons and single points, None where a row has no geometry.

    Parameters
    ----------
    frame : GeoDataFrame
        Polygons and points.
    findings : list of Finding
        Rows without geometry (GT114), repairs (GT111), needles (GT183) and repeated points
        (GT184).

    Returns
    -------
    GeoSeries of Polygon, MultiPolygon or Point
        The index of `frame`.
    """
    shapes = np.array(frame.geometry.array, dtype=object)
    # most need no mending, which is told at little cost
    rest = np.flatnonzero(~spread(are_plain, shapes))
    shapes[rest] = _repaired(shapes[rest], frame.index[rest], findings)
    return gpd.GeoSeries(shapes, frame.index, crs=frame.crs)


def _repaired(shapes: Geometries, rows: pd.Index, findings: list[Finding]) -> Geometries:
    """Return some of the rows' geometries as `repair_footprints` does."""
    bounds = spread(shapely.bounds, shapes)
    shapes[shapely.is_empty(shapes) | ~np.isfinite(bounds).all(axis=1)] = None
    several = shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT
    shapes[several] = shapely.get_geometry(shapes[several], 0)
    there = ~shapely.is_missing(shapes)
    add_each(findings, [Finding("GT114", _LAYER, row) for row in rows[~there]])

    invalid = np.flatnonzero(there & ~spread(shapely.is_valid, shapes, least=2_000))
    reasons = shapely.is_valid_reason(shapes[invalid])
    fixed = repair_polygons(shapes[invalid])
    # a footprint without area still has its households: it is kept as a point
    flat = shapely.is_missing(fixed)
    fixed[flat] = shapely.centroid(shapes[invalid[flat]])
    shapes[invalid] = fixed
    found = [
        Finding("GT111", _LAYER, rows[at], shapes[at], {"reason": reason})
        for at, reason in zip(invalid.tolist(), reasons, strict=True)
    ]
    add_each(findings, found)
    return smooth_polygons(shapes, rows, _LAYER, findings)
