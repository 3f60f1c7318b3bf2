"""Bring grids to the coordinates of an export: another CRS, degrees, web-map offsets, decimals.

Every step moves equal vertices alike, so that grids that tile the ground still do. RFC 7946 asks
for the rest: exterior rings counter-clockwise, and shapes cut where they cross the antimeridian.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from gridtool.geom import Floats, Geometries
from gridtool.offsets import Move, Source, to_bd09, to_gcj02

WGS84: Final = CRS.from_epsg(4326)
DEGREE_PLACES, METRE_PLACES = 7, 3
"""Decimals of text: a centimetre, a millimetre."""

_OFFSETS: Final[dict[Source, Move]] = {"gcj02": to_gcj02, "bd09": to_bd09}
_HALF, _WHOLE = 180.0, 360.0


def place_grids(
    grids: gpd.GeoDataFrame, crs: CRS, *, offset: Source | None = None, decimals: int | None = None
) -> gpd.GeoDataFrame:
    """Return grids in the coordinates of an export.

    Parameters
    ----------
    grids : GeoDataFrame, polygons
        Any CRS; left unchanged.
    crs : CRS
        To write in.
    offset : ``gcj02`` or ``bd09``, optional
        Of web maps, on top of `crs`, which must then be WGS 84.
    decimals : int, optional
        To round to; None keeps the coordinates as they are.

    Returns
    -------
    GeoDataFrame
        In degrees shapes that cross the antimeridian are cut there; exterior rings run
        counter-clockwise.
    """
    placed = grids if grids.crs == crs else grids.to_crs(crs)
    shapes = np.asarray(placed.geometry.array, dtype=object)
    if crs.is_geographic:
        shapes = cut_at_antimeridian(shapes)
    if offset is not None:
        shapes = shapely.transform(shapes, _OFFSETS[offset], interleaved=False)
    if decimals is not None:
        shapes = shapely.transform(shapes, lambda xy: xy.round(decimals))
    shapes = shapely.orient_polygons(shapes, exterior_cw=False)
    return placed.set_geometry(gpd.GeoSeries(shapes, index=placed.index, crs=crs))


def cut_at_antimeridian(shapes: Geometries) -> Geometries:
    """Return shapes in degrees, those that cross the antimeridian in two parts.

    Source: RFC 7946, 3.1.9. A shape wider than half the globe is taken for one that crosses.
    """
    bounds = shapely.bounds(shapes)
    crossing = np.flatnonzero(bounds[:, 2] - bounds[:, 0] > _HALF)
    if not len(crossing):
        return shapes
    cut = shapes.copy()
    for at in crossing:
        east = shapely.transform(shapes[at], _shifted(lambda x: np.where(x < 0, x + _WHOLE, x)))
        before = shapely.intersection(east, shapely.box(0, -90, _HALF, 90))
        after = shapely.intersection(east, shapely.box(_HALF, -90, _WHOLE, 90))
        after = shapely.transform(after, _shifted(lambda x: x - _WHOLE))
        parts = shapely.get_parts([before, after])
        cut[at] = shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])
    return cut


def _shifted(move: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    """Return a function of coordinates that moves longitudes alone."""
    return lambda xy: np.column_stack((move(xy[:, 0]), xy[:, 1]))


def lonlat_boxes(shapes: Geometries) -> list[list[float]]:
    """Return west, south, east, north of each shape in degrees, as `lonlat_bbox`."""
    bounds = shapely.bounds(shapes)
    boxes: list[list[float]] = bounds.tolist()
    for at in np.flatnonzero(bounds[:, 2] - bounds[:, 0] > _HALF):
        boxes[at] = lonlat_bbox(shapes[at : at + 1])
    return boxes


def lonlat_bbox(shapes: Geometries) -> list[float]:
    """Return west, south, east, north of shapes in degrees.

    West is greater than east where the shapes lie on both sides of the antimeridian (RFC 7946,
    5.2); they must have been cut there.
    """
    bounds = shapely.bounds(shapely.get_parts(shapes))
    west, south, east, north = bounds.T
    if (west == -_HALF).any() and (east == _HALF).any():
        eastern = west >= 0
        return [west[eastern].min(), south.min(), east[~eastern].max(), north.max()]
    return [west.min(), south.min(), east.max(), north.max()]
