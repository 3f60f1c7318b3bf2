"""Polygons that are plainly sound: told by arithmetic on many at once, without a look at each.

Most footprints are single rings of few vertices. For these the test that no edge meets another
is made on whole arrays, several times faster than one by one; what it is not sure of is left to
GEOS.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gridtool.check.spikes import is_sharp
from gridtool.check.values import Flags
from gridtool.geom import Geometries, Points, owned_vertices_of

_FEWEST_POINTS: Final = 4
_MOST_POINTS: Final = 16
"""Vertices of a ring with the first repeated; the work grows with their square."""

# a point is clear of a line when the area they span is surely not rounding, which is 1e-15
_CLEAR: Final = 1e-12
# so many numbers at once stay in the processor's cache
_BLOCK: Final = 1 << 17


def are_plain(shapes: Geometries) -> Flags:
    """Return which geometries are polygons that need no mending.

    Parameters
    ----------
    shapes : array of any geometries, or None

    Returns
    -------
    bool array
        True where a polygon has one ring of few vertices, is valid and has neither spike nor
        repeated point (`gridtool.check.spikes`). False says nothing.
    """
    points, count = owned_vertices_of(shapes)
    starts = np.cumsum(count) - count
    areal = shapely.get_dimensions(shapes) == 2
    plain = np.zeros(len(shapes), dtype=bool)
    # what is not a number, or too large for one, is sure of nothing
    with np.errstate(invalid="ignore", over="ignore"):
        for size in range(_FEWEST_POINTS, _MOST_POINTS + 1):
            at = np.flatnonzero(areal & (count == size))
            for some in np.array_split(at, 1 + len(at) * size**2 // _BLOCK):
                plain[some] = _are_plain_rings(points[starts[some] + np.arange(size)[:, None]])
    return plain


def _are_plain_rings(points: Points) -> Flags:
    """Return which runs of points, down the columns, are rings that meet themselves nowhere.

    Several rings of one polygon, one after another, are never taken for one: where the first
    point is the last, it stands twice in between too.
    """
    steps = np.diff(points, axis=0)
    ring = points - points[0]
    x, y = ring.real.copy(), ring.imag.copy()
    dx, dy = steps.real.copy(), steps.imag.copy()
    # twice the area that each edge spans with each point: on which side of it the point lies
    span = dx[:, None] * (y - y[:-1, None]) - dy[:, None] * (x - x[:-1, None])
    margin = _CLEAR * np.maximum(np.abs(x).max(axis=0), np.abs(y).max(axis=0)) ** 2
    left, right = span > margin, span < -margin
    edge = np.arange(len(steps))
    after = np.roll(edge, -1)
    turns = (left | right)[edge, after + 1].all(axis=0)
    # two edges are apart when both ends of the one lie on one side of the other
    apart = (left[:, :-1] & left[:, 1:]) | (right[:, :-1] & right[:, 1:])
    apart |= apart.transpose(1, 0, 2)
    apart[edge, edge] = apart[edge, after] = apart[after, edge] = True
    sharp = is_sharp(steps, np.roll(steps, -1, axis=0)).any(axis=0)
    plain: Flags = (points[0] == points[-1]) & turns & apart.all(axis=(0, 1)) & ~sharp
    return plain
