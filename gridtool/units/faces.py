"""Faces: the shares of ground, traced from the borders between labels and the network's edges."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import Polygon

from gridtool.geom import Floats, Geometries, Ints
from gridtool.units.kernels import (
    Triangles,
    border_segments,
    link_segments,
    segment_starts,
    trace_rings,
)
from gridtool.units.rings import Rings

NO_ATOM, RIM_ATOM = -1, -2
_LEAST_CORNERS = 3
_AT_ONCE = 60_000
"""Triangles and network segments that are traced at once, in whole blocks."""


@dataclass(frozen=True)
class Faces:
    """The shares, and the borders between them.

    Attributes
    ----------
    polygons : array of Polygon, f
        A valid coverage.
    enclosure, atom : int array, f
        ``atom`` is `NO_ATOM` for a block without shapes, `RIM_ATOM` for open ground.
    first, second : int array, b
        Faces on both sides of a border.
    length : float array, b
        Metres.
    border_class : int array, b
        Index into `network.BORDER_CLASSES`.
    """

    polygons: Geometries
    enclosure: Ints
    atom: Ints
    first: Ints
    second: Ints
    length: Floats
    border_class: Ints


@dataclass(frozen=True)
class Shared:
    """The ground of all blocks, every vertex with its label.

    Attributes
    ----------
    rings : Rings
    xy : float array, n x 2
        Vertices: those of `rings`, then those of shapes.
    label : int array, n
    triangles : int array, t x 3
        Sorted by block.
    triangle_block : int array, t
    label_enclosure, label_atom : int array, one a label
    """

    rings: Rings
    xy: Floats
    label: Ints
    triangles: Triangles
    triangle_block: Ints
    label_enclosure: Ints
    label_atom: Ints


@dataclass(frozen=True)
class _Outer:
    """The segments of the network, in the order of the vertices they start in.

    Attributes
    ----------
    ends : int array, s x 4
    side : int array, s
        Label on the left.
    twin : int array, s
        The segment on the other side, -1 for none.
    edge : int array, s
        The vertex whose edge it is of.
    """

    ends: Ints
    side: Ints
    twin: Ints
    edge: Ints


@dataclass(frozen=True)
class _Part:
    """The faces of some blocks.

    Attributes
    ----------
    polygons : array of Polygon, f
    label : int array, f
    of_outer : int array
        The face on the left of each network segment of these blocks.
    first, second : int array, b
        Faces on both sides of a border inside a block.
    length : float array, b
    """

    polygons: Geometries
    label: Ints
    of_outer: Ints
    first: Ints
    second: Ints
    length: Floats


def trace_faces(shared: Shared, jobs: int = 1) -> Faces:
    """Trace the faces from the borders inside blocks and the network's edges.

    Blocks are traced some at a time, so that what this takes does not grow with a county.
    """
    rings = shared.rings
    outer = _network_segments(rings, shared.label)
    blocks = int(rings.enclosure.max(initial=-1)) + 1
    at = np.arange(blocks + 1)
    triangle_start = np.searchsorted(shared.triangle_block, at)
    outer_start = np.searchsorted(rings.enclosure[outer.edge], at)
    node = np.r_[rings.node, np.arange(len(rings.node), len(shared.xy))]

    def of_blocks(some: slice) -> _Part:
        inner = slice(triangle_start[some.start], triangle_start[some.stop])
        return _trace(shared, node, inner, outer, slice(*outer_start[[some.start, some.stop]]))

    weights = np.diff(triangle_start) + np.diff(outer_start)
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        parts = list(pool.map(of_blocks, slices_of_weight(weights, _AT_ONCE)))
    shift = np.cumsum([0, *(len(part.polygons) for part in parts)])[:-1].tolist()
    face = np.concatenate([part.of_outer + more for part, more in zip(parts, shift, strict=True)])
    pair = np.flatnonzero(np.arange(len(outer.twin)) < outer.twin)
    step = segment_starts(outer.ends[pair], shared.xy, shared.triangles)
    step -= segment_starts(outer.ends[outer.twin[pair]], shared.xy, shared.triangles)
    label = np.concatenate([part.label for part in parts])
    streets = _gather(
        face[pair],
        face[outer.twin[pair]],
        np.hypot(step[:, 0], step[:, 1]),
        rings.edge_class[outer.edge[pair]],
    )
    inside = [
        (part.first + more, part.second + more, part.length, np.zeros(len(part.length), np.int64))
        for part, more in zip(parts, shift, strict=True)
    ]
    borders = [np.concatenate(column) for column in zip(streets, *inside, strict=True)]
    return Faces(
        np.concatenate([part.polygons for part in parts]),
        shared.label_enclosure[label],
        shared.label_atom[label],
        *_gather(*borders),
    )


def _trace(shared: Shared, node: Ints, inner: slice, outer: _Outer, street: slice) -> _Part:
    """Trace the faces of the blocks that some triangles and network segments are of."""
    triangles = shared.triangles[inner]
    ends, side = border_segments(triangles, shared.label, node)
    count = len(side)
    ends, side = np.vstack([ends, outer.ends[street]]), np.r_[side, outer.side[street]]
    traced, ring_start = trace_rings(*link_segments(ends, side))
    start = segment_starts(ends, shared.xy, triangles)
    polygons, face_of_ring, label = _polygons(start[traced], ring_start, side[traced])
    face = np.empty(len(side), dtype=np.int64)
    face[traced] = np.repeat(face_of_ring, np.diff(ring_start))
    # there and back: the start of one is the end of the other
    step = start[0:count:2] - start[1:count:2]
    length = np.hypot(step[:, 0], step[:, 1])
    kind = np.zeros(len(length), dtype=np.int64)
    first, second, length, _ = _gather(face[0:count:2], face[1:count:2], length, kind)
    return _Part(polygons, label, face[count:], first, second, length)


def _network_segments(rings: Rings, label: Ints) -> _Outer:
    """Turn network edges into segments: one an edge, or two halves where a border meets it."""
    crossed = label[rings.vertex] != label[rings.following]
    crossed |= np.where(rings.twin >= 0, crossed[rings.twin], False)
    at = np.arange(len(rings.xy))
    pieces = 1 + crossed
    first = np.r_[0, np.cumsum(pieces)][:-1]
    edge = np.repeat(at, pieces)
    second_half = np.arange(len(edge)) > first[edge]
    side = label[np.where(second_half, rings.following[edge], rings.vertex[edge])]
    u, v = rings.node[edge], rings.node[rings.following[edge]]
    whole = ~crossed[edge]
    begin = np.where(second_half[:, None], np.c_[u, v], np.c_[u, u])
    end = np.where((second_half | whole)[:, None], np.c_[v, v], np.c_[u, v])
    other = rings.twin[edge]
    # the first half of an edge lies against the second half of the edge across
    twin = np.where(other < 0, -1, first[other] + np.where(whole | second_half, 0, 1))
    # the two sides of a dead end that nothing parts are no border
    kept = (twin < 0) | (side[twin] != side)
    number = np.cumsum(kept) - 1
    twin = np.where(twin[kept] < 0, -1, number[twin[kept]])
    return _Outer(np.hstack([begin, end])[kept], side[kept], twin, edge[kept])


def _polygons(xy: Floats, ring_start: Ints, side: Ints) -> tuple[Geometries, Ints, Ints]:
    """Build polygons from traced rings.

    Returns
    -------
    polygons : array of Polygon, f
        Sorted by label.
    face_of_ring : int array, r
    face_label : int array, f
    """
    count = np.diff(ring_start)
    ring_label = side[ring_start[:-1]]
    # there and back again is no ground: it lies in a face, but is no part of its outline
    flat = count < _LEAST_CORNERS
    is_hole = flat | (_areas(xy, ring_start) <= 0.0)
    outer = np.flatnonzero(~is_hole)
    outer = outer[np.argsort(ring_label[outer], kind="stable")]
    face_of_ring = np.empty(len(count), dtype=np.int64)
    face_of_ring[outer] = np.arange(len(outer))
    face_label = ring_label[outer]
    inner = np.flatnonzero(is_hole)
    face_of_ring[inner] = _shell_of_holes(xy, ring_start, inner, outer, ring_label)
    order = np.lexsort((is_hole, face_of_ring))
    order = order[~flat[order]]
    starts = np.r_[0, np.cumsum(count[order] + 1)]
    polygon_start = np.searchsorted(face_of_ring[order], np.arange(len(outer) + 1))
    polygons = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON,
        xy[_closed(ring_start, order)],
        (starts, polygon_start),
    )
    return np.asarray(polygons), face_of_ring, face_label


def _areas(xy: Floats, ring_start: Ints) -> Floats:
    """Return twice the area of rings, over 0 where they run counter-clockwise."""
    count = np.diff(ring_start)
    following = np.arange(1, len(xy) + 1)
    following[ring_start[1:] - 1] = ring_start[:-1]
    near = xy - np.repeat(xy[ring_start[:-1]], count, axis=0)
    x, y = near[:, 0], near[:, 1]
    return np.add.reduceat(x * y[following] - x[following] * y, ring_start[:-1])


def _closed(ring_start: Ints, rings: Ints) -> Ints:
    """Return the points of some rings one after another, each closed by its first."""
    count = np.diff(ring_start)[rings]
    step = np.arange((count + 1).sum()) - np.repeat(np.r_[0, np.cumsum(count + 1)][:-1], count + 1)
    step[np.cumsum(count + 1) - 1] = 0
    return np.asarray(np.repeat(ring_start[rings], count + 1) + step)


def _shell_of_holes(
    xy: Floats, ring_start: Ints, inner: Ints, outer: Ints, ring_label: Ints
) -> Ints:
    """Return the face each hole lies in: the smallest shell of its label around it."""
    label_start = np.searchsorted(ring_label[outer], ring_label[inner])
    label_end = np.searchsorted(ring_label[outer], ring_label[inner], side="right")
    face = label_start.copy()
    for at in np.flatnonzero(label_end - label_start > 1):
        mine = outer[label_start[at] : label_end[at]]
        rings = [xy[_closed(ring_start, one)] for one in mine[:, None]]
        shells = np.array([Polygon(ring) for ring in rings], dtype=object)
        spot = shapely.points(xy[ring_start[inner[at]]])
        inside = np.flatnonzero(shapely.covers(shells, spot))
        if len(inside):
            face[at] = label_start[at] + inside[np.argmin(shapely.area(shells[inside]))]
    return face


def slices_of_weight(weights: Ints, most: int) -> list[slice]:
    """Cut a sequence into slices of about a weight, or of one item that weighs more."""
    ends = np.cumsum(weights)
    marks = np.arange(most, int(ends[-1]) if len(ends) else 0, most)
    at = np.unique(np.r_[0, np.searchsorted(ends, marks), len(weights)])
    return [slice(a, b) for a, b in pairwise(at.tolist())]


def _gather(a: Ints, b: Ints, length: Floats, kind: Ints) -> tuple[Ints, Ints, Floats, Ints]:
    """Add up the lengths of borders between the same faces and of the same class."""
    differ = a != b
    a, b, length, kind = a[differ], b[differ], length[differ], kind[differ]
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((kind, high, low))
    low, high, kind, length = low[order], high[order], kind[order], length[order]
    if not len(low):
        return low, high, length, kind
    new = np.r_[True, (low[1:] != low[:-1]) | (high[1:] != high[:-1]) | (kind[1:] != kind[:-1])]
    total = np.add.reduceat(length, np.flatnonzero(new))
    return low[new], high[new], total, kind[new]
