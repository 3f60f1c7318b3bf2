"""How like two drawings of one grid are: the same, the same but for noise, redrawn, or moved."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gridtool.canonical import canonical_shapes, wkb_of
from gridtool.diff.tolerances import Tolerances
from gridtool.geom import Bools, Geometries, Ints, spread

SAME: Final = 0
NEAR: Final = 1
REDRAWN: Final = 2
MOVED: Final = 3
ABSENT: Final = 4
"""How like, from nothing to tell apart to no grid of that code on the other side."""

_FEW: Final = 200
# a distance between points of the grid is off by what doubles do to their coordinates
_ROUNDING_M: Final = 1e-6


def compare_shapes(old: Geometries, new: Geometries, tolerances: Tolerances) -> Ints:
    """Return how like pairs of polygons are.

    Parameters
    ----------
    old, new : arrays of polygons, equal length
        Valid, metres, on the grid of 1 mm.
    tolerances : Tolerances

    Returns
    -------
    int array
        `SAME`: equal, or of one canonical form. `NEAR`: nowhere farther apart than storage noise.
        `REDRAWN`: nowhere farther than the drawing tolerance. Else `MOVED`.
    """
    like = np.full(len(old), MOVED, dtype=np.int64)
    like[wkb_of(old) == wkb_of(new)] = SAME
    rest = np.flatnonzero(like == MOVED)
    one, other = canonical_shapes(old[rest]), canonical_shapes(new[rest])
    same = wkb_of(one) == wkb_of(other)
    like[rest[same]] = SAME
    one, other, rest = one[~same], other[~same], rest[~same]
    near = shapely.equals_exact(one, other, tolerance=tolerances.storage_m)
    like[rest[near]] = NEAR
    one, other, rest = one[~near], other[~near], rest[~near]
    close = _bounds_agree(one, other, tolerances.drawing_m)
    one, other, rest = one[close], other[close], rest[close]
    like[rest] = spread(lambda a, b: _measure(a, b, tolerances), one, other, least=_FEW)
    return like


def _bounds_agree(one: Geometries, other: Geometries, most: float) -> Bools:
    """Return whether bounds differ by no more than a distance: if not, lines do neither."""
    apart = np.abs(shapely.bounds(one) - shapely.bounds(other))
    return np.asarray((apart <= most + _ROUNDING_M).all(axis=1))


def _measure(one: Geometries, other: Geometries, tolerances: Tolerances) -> Ints:
    """Return how like pairs are, by the distance of their lines."""
    apart = shapely.hausdorff_distance(shapely.boundary(one), shapely.boundary(other))
    like = np.where(apart <= tolerances.storage_m + _ROUNDING_M, NEAR, REDRAWN)
    like[apart > tolerances.drawing_m + _ROUNDING_M] = MOVED
    # the distance is taken at vertices: between them lines may part, which shows as ground
    drawn = np.flatnonzero(like == REDRAWN)
    ground = shapely.symmetric_difference(one[drawn], other[drawn])
    like[drawn[wider_than(ground, tolerances.drawing_m)]] = MOVED
    return like


def wider_than(shapes: Geometries, width: float) -> Bools:
    """Return which polygons hold somewhere a circle of that diameter."""
    half = width / 2
    area, length = shapely.area(shapes), shapely.length(shapes)
    # a polygon's inner circle has at least the radius area / perimeter
    wide = area > half * length
    open_ = np.flatnonzero(~wide & (area > 0))
    wide[open_] = ~shapely.is_empty(shapely.buffer(shapes[open_], -half, quad_segs=2))
    return np.asarray(wide)
