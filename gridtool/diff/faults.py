"""Whether the grids of a revision fit together: overlaps and gaps that are more than noise."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import shapely

from gridtool.diff.likeness import wider_than
from gridtool.geom import Bools, Geometries, Ints

GAP_M: Final = 0.5
"""Gaps narrower than this are faults; wider ones may be meant, as a lake."""


class Faults(NamedTuple):
    """What does not fit.

    Attributes
    ----------
    strict : bool
        Whether neighbours share every vertex; of overlaps alone whether there is none.
    overlaps : list of (position, position, polygon)
    gaps : list of polygon
    """

    strict: bool
    overlaps: list[tuple[int, int, shapely.Geometry]]
    gaps: list[shapely.Geometry]


def find_faults(shapes: Geometries, least: float, *, among: Bools | None = None) -> Faults:
    """Return what does not fit in a set of grids.

    Parameters
    ----------
    shapes : array of polygons
    least : float
        Overlaps and gaps no wider than this are none, metres.
    among : bool array, optional
        Look only at these grids and their neighbours.
    """
    at = np.arange(len(shapes)) if among is None else _with_neighbours(shapes, among)
    held = shapes[at]
    if shapely.coverage_is_valid(held, gap_width=GAP_M):
        return Faults(True, [], [])
    edges = shapely.coverage_invalid_edges(held, gap_width=GAP_M)
    flagged = at[~shapely.is_empty(edges)]
    overlaps = _overlaps(shapes, flagged, flagged, least)
    return Faults(False, overlaps, _gaps(shapes, flagged, least))


def find_overlaps(shapes: Geometries, among: Bools, least: float) -> Faults:
    """Return the overlaps of some grids with any other."""
    at = np.flatnonzero(among)
    overlaps = _overlaps(shapes, at, np.arange(len(shapes)), least)
    return Faults(not overlaps, overlaps, [])


def _with_neighbours(shapes: Geometries, among: Bools) -> Ints:
    """Return the positions of some grids and of those beside them."""
    beside = shapely.STRtree(shapes).query(shapes[among])[1]
    return np.unique(np.concatenate((np.flatnonzero(among), beside)))


def _overlaps(
    shapes: Geometries, some: Ints, others: Ints, least: float
) -> list[tuple[int, int, shapely.Geometry]]:
    """Return the pairs of grids that overlap, and where."""
    other, one = shapely.STRtree(shapes[some]).query(shapes[others])
    one, other = some[one], others[other]
    pairs = np.unique(np.sort(np.column_stack((one, other))[one != other], axis=1), axis=0)
    one, other = pairs[:, 0], pairs[:, 1]
    shared = shapely.intersection(shapes[one], shapes[other])
    wide = wider_than(shared, least)
    return list(zip(one[wide].tolist(), other[wide].tolist(), shared[wide].tolist(), strict=True))


def _gaps(shapes: Geometries, flagged: Ints, least: float) -> list[shapely.Geometry]:
    """Return narrow ground between grids that is of none."""
    parts = shapely.get_parts(shapely.union_all(shapes[flagged]))
    rings, of = shapely.get_rings(parts, return_index=True)
    holes = shapely.polygons(rings[np.flatnonzero(np.append(False, of[1:] == of[:-1]))])
    if not len(holes):
        return []
    tree = shapely.STRtree(shapes)
    inside = [shapely.union_all(shapes[tree.query(hole)]) for hole in holes]
    empty = shapely.get_parts(shapely.difference(holes, np.array(inside, dtype=object)))
    narrow = ~wider_than(empty, GAP_M) & wider_than(empty, least)
    return list(empty[narrow])
