"""Dead ends: roads that part no block, along which borders shall run all the same.

A block is slit open along the roads that end in it. For the triangulation both sides of a slit
lie a hair apart, so that each has vertices of its own; on the ground they are one line.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import Polygon

from gridtool.geom import Bools, Floats, Geometries, Ints
from gridtool.units.kernels import trace_rings

HAIR_M = 0.01
_SHORTEST_M = 12.0
"""A stub shorter than this is a driveway or a slip of the pen, not a street."""


def slit_blocks(blocks: Geometries, lines: Geometries, block: Ints) -> tuple[Geometries, Floats]:
    """Slit blocks open along the lines that end in them.

    Parameters
    ----------
    blocks : array of Polygon, n
        Shells counter-clockwise, holes clockwise.
    lines : array of LineString, m
        Noded, inside their blocks; they share vertices with them where they meet.
    block : int array, m
        The block of each line, -1 for none.

    Returns
    -------
    blocks : array of Polygon, n
    moved : float array, s x 4
        ``x, y`` of vertices that lie a hair off the line, and ``x, y`` of where they belong.
    """
    lines, block = _without_stubs(lines[block >= 0], block[block >= 0])
    none = np.empty((0, 4))
    if not len(lines):
        return blocks, none
    chosen = np.unique(block)
    start, stop, of, on_line = _half_edges(blocks, chosen, lines, block)
    follow = _next_edges(start, stop, of)
    order, ring_start = trace_rings(follow, np.arange(len(follow)), np.full(len(follow), -1))
    before = np.empty_like(order)
    before[follow] = np.arange(len(follow))
    drawn = _drawn_off(start, stop, before, on_line)
    slit = _polygons(drawn[order], ring_start, np.searchsorted(chosen, of[order]), len(chosen))
    good = shapely.is_valid(slit)
    result = blocks.copy()
    result[chosen[good]] = slit[good]
    moved = on_line & good[np.searchsorted(chosen, of)]
    return result, np.hstack([drawn[moved], start[moved]])


def _without_stubs(lines: Geometries, block: Ints) -> tuple[Geometries, Ints]:
    """Leave out short lines of which an end is free."""
    tips = np.r_[shapely.get_point(lines, 0), shapely.get_point(lines, -1)]
    ends = shapely.get_coordinates(tips)
    _, at, count = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    free = (count[at.ravel()] == 1).reshape(2, -1).any(axis=0)
    keep = ~free | (shapely.length(lines) >= _SHORTEST_M)
    return lines[keep], block[keep]


def _half_edges(
    blocks: Geometries, chosen: Ints, lines: Geometries, block: Ints
) -> tuple[Floats, Floats, Ints, Bools]:
    """Return start, stop and block of the rings' edges and, both ways, of the lines' edges.

    The last column says whether an edge starts where a line passes.
    """
    ring, of_ring = shapely.get_rings(blocks[chosen], return_index=True)
    xy, at = shapely.get_coordinates(ring, return_index=True)
    inner = at[1:] == at[:-1]
    ring_start, ring_stop, ring_of = xy[:-1][inner], xy[1:][inner], chosen[of_ring[at[:-1]]][inner]
    xy, at = shapely.get_coordinates(lines, return_index=True)
    inner = at[1:] == at[:-1]
    out, back, of = xy[:-1][inner], xy[1:][inner], block[at[:-1]][inner]
    start, stop = np.vstack([ring_start, out, back]), np.vstack([ring_stop, back, out])
    owner = np.r_[ring_of, of, of]
    node = _nodes(start, owner)
    on_line = np.isin(node, node[len(ring_of) :])
    return start, stop, owner, on_line


def _nodes(xy: Floats, of: Ints) -> Ints:
    """Number points, those of each block apart."""
    points, number = np.unique(xy[:, 0] + 1j * xy[:, 1], return_inverse=True)
    return np.asarray(np.unique(of * len(points) + number, return_inverse=True)[1])


def _angle(step: Floats) -> Floats:
    return np.asarray(np.arctan2(step[:, 1], step[:, 0]))


def _next_edges(start: Floats, stop: Floats, of: Ints) -> Ints:
    """Return for each half-edge the next one around the face on its left."""
    n = len(start)
    node = _nodes(np.vstack([start, stop]), np.r_[of, of])
    tail, head = node[:n], node[n:]
    order = np.lexsort((_angle(stop - start), tail))
    first = np.searchsorted(tail[order], head)
    last = np.searchsorted(tail[order], head, side="right") - 1
    # clockwise from the way back: the largest angle below it, else the largest of all
    turn = 4.0 * np.pi
    keys = tail[order] * turn + _angle(stop - start)[order]
    place = np.searchsorted(keys, head * turn + _angle(start - stop)) - 1
    return np.asarray(order[np.where(place < first, last, place)])


def _drawn_off(start: Floats, stop: Floats, before: Ints, on_line: Bools) -> Floats:
    """Return the starts, those on lines moved a hair into the corner on the left."""
    out, into = _angle(stop - start), _angle(start[before] - start)
    opening = np.mod(into - out, 2.0 * np.pi)
    opening[opening == 0.0] = 2.0 * np.pi
    way = out + opening / 2.0
    shift = HAIR_M * np.c_[np.cos(way), np.sin(way)]
    return np.where(on_line[:, None], start + shift, start)


def _polygons(xy: Floats, ring_start: Ints, of: Ints, n: int) -> Geometries:
    """Build n polygons from traced rings; None where there is not just one shell."""
    count = np.diff(ring_start)
    rings = shapely.linearrings(xy, indices=np.repeat(np.arange(len(count)), count))
    owner = of[ring_start[:-1]]
    hole = ~shapely.is_ccw(rings)
    shell = np.full(n, None, dtype=object)
    shell[owner[~hole]] = rings[~hole]
    single = np.bincount(owner[~hole], minlength=n) == 1
    polygons = np.full(n, None, dtype=object)
    holes = pd.Series(rings[hole]).groupby(owner[hole]).agg(list)
    for at in np.flatnonzero(single):
        polygons[at] = Polygon(shell[at], holes.get(at))
    return polygons
