"""Footprints: valid polygons and single points, without needles."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from gridtool.check.listing import add_each
from gridtool.check.spikes import smooth_polygons
from gridtool.columns import BUILDINGS
from gridtool.findings import Finding
from gridtool.geom import Geometries, repair_polygons, spread

_LAYER = BUILDINGS.key


def repair_footprints(frame: gpd.GeoDataFrame, findings: list[Finding]) -> Geometries:
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
    array of Polygon, MultiPolygon or Point
    """
    shapes = np.array(frame.geometry.array, dtype=object)
    shapes[shapely.is_empty(shapes) | ~np.isfinite(spread(shapely.bounds, shapes)).all(axis=1)] = (
        None
    )
    several = shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT
    shapes[several] = shapely.get_geometry(shapes[several], 0)
    there = ~shapely.is_missing(shapes)
    add_each(findings, [Finding("GT114", _LAYER, row) for row in frame.index[~there]])

    invalid = np.flatnonzero(there & ~spread(shapely.is_valid, shapes))
    reasons = shapely.is_valid_reason(shapes[invalid])
    fixed = repair_polygons(shapes[invalid])
    # a footprint without area still has its households: it is kept as a point
    flat = shapely.is_missing(fixed)
    fixed[flat] = shapely.centroid(shapes[invalid[flat]])
    shapes[invalid] = fixed
    found = [
        Finding("GT111", _LAYER, frame.index[at], shapes[at], {"reason": reason})
        for at, reason in zip(invalid, reasons, strict=True)
    ]
    add_each(findings, found)

    return smooth_polygons(shapes, frame.index, _LAYER, findings)
