"""In which grid each building lies, before and after."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from gridtool.diff.tolerances import Tolerances
from gridtool.geom import Bools, Geometries, Ints, locate


class Places(NamedTuple):
    """Where each building lies.

    Attributes
    ----------
    old, new : int arrays
        Position of the grid on each side, -1 for none.
    on_border : bool array
        Whether storage noise alone decides: such a building stays where it was.
    """

    old: Ints
    new: Ints
    on_border: Bools


def place_before(points: Geometries, shapes: Geometries, tolerances: Tolerances) -> Ints:
    """Return the grid each building lies in; one in a narrow gap belongs to the nearest grid."""
    at = locate(points, shapes)
    lost = np.flatnonzero(at < 0)
    at[lost] = _nearest(points[lost], shapes, tolerances.drawing_m)
    return at


def place_after(
    points: Geometries,
    shapes: Geometries,
    before: Ints,
    partner: Ints,
    kept: Bools,
    tolerances: Tolerances,
) -> Places:
    """Return where the buildings lie on the new side.

    Parameters
    ----------
    points : array of Point
        Of the buildings.
    shapes : array of polygons
        The new grids.
    before : int array
        What `place_before` returns of the old grids.
    partner : int array, one for each old grid
        Position of the new grid of the same code, -1 for none.
    kept : bool array, one for each old grid
        Whether the two are the same but for noise.
    tolerances : Tolerances
    """
    was = np.append(partner, -1)[before]
    stays = np.append(kept, False)[before]
    new = np.where(stays, was, -1)
    on_border = np.zeros(len(points), dtype=bool)
    asked = np.flatnonzero(~stays)
    if not len(asked):
        return Places(before, new, on_border)
    others = np.setdiff1d(np.arange(len(shapes)), partner[kept])
    found = np.append(others, -1)[locate(points[asked], shapes[others])]
    left = found < 0
    found[left] = locate(points[asked[left]], shapes)
    moved = np.flatnonzero((found != was[asked]) & (was[asked] >= 0))
    near = shapely.dwithin(
        points[asked[moved]], shapes[was[asked[moved]]], distance=tolerances.storage_m
    )
    found[moved[near]] = was[asked[moved[near]]]
    on_border[asked[moved[near]]] = True
    found = _out_of_gaps(found, points[asked], shapes, was[asked], tolerances.drawing_m)
    new[asked] = found
    return Places(before, new, on_border)


def _out_of_gaps(
    found: Ints, points: Geometries, shapes: Geometries, was: Ints, most: float
) -> Ints:
    """Return places with those in a narrow gap in the grid they were in, else the nearest."""
    lost = np.flatnonzero(found < 0)
    back = lost[was[lost] >= 0]
    back = back[shapely.dwithin(points[back], shapes[was[back]], distance=most)]
    found[back] = was[back]
    lost = np.flatnonzero(found < 0)
    found[lost] = _nearest(points[lost], shapes, most)
    return found


def _nearest(points: Geometries, shapes: Geometries, most: float) -> Ints:
    """Return the nearest polygon of each point, -1 when it is farther than `most`."""
    found = np.full(len(points), -1, dtype=np.int64)
    if len(points):
        at, near = shapely.STRtree(shapes).query_nearest(points, max_distance=most)
        # of several the first in the order of the codes
        order = np.lexsort((near, at))[::-1]
        found[at[order]] = near[order]
    return found
