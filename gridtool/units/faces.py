"""Faces: the shares of ground, traced from the borders between labels and the network's edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridtool.geom import Bools, Floats, Geometries, Ints
from gridtool.units.kernels import border_segments, trace_rings
from gridtool.units.rings import Rings

NO_ATOM, RIM_ATOM = -1, -2
_INSIDE = 0.02
_LEAST_CORNERS = 3


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


def trace_faces(
    rings: Rings,
    xy: Floats,
    label: Ints,
    triangles: Ints,
    label_enclosure: Ints,
    label_atom: Ints,
) -> Faces:
    """Trace the faces from the borders inside blocks and the network's edges."""
    node = np.r_[rings.node, np.arange(len(rings.node), len(xy))]
    inner_ends, inner_side = border_segments(triangles, label)
    middle = np.repeat(inner_ends[:, ::2] >= 0, 2, axis=1)
    inner_ends = np.where(middle, node[np.where(middle, inner_ends, 0)], inner_ends)
    crossed = label[rings.vertex] != label[rings.following]
    crossed |= np.where(rings.twin >= 0, crossed[rings.twin], False)
    outer_ends, outer_side, twin_of_outer, outer_edge = _network_segments(rings, label, crossed)

    ends = np.vstack([inner_ends, outer_ends])
    side = np.r_[inner_side, outer_side]
    shift = len(inner_side)
    twin = np.arange(shift) ^ 1
    twin = np.r_[twin, np.where(twin_of_outer >= 0, twin_of_outer + shift, -1)]
    border_class = np.r_[np.zeros(shift, dtype=np.int64), rings.edge_class[outer_edge]]
    # the two sides of a dead end that nothing parts are no border
    kept = (twin < 0) | (side[twin] != side)
    renumbered = np.cumsum(kept) - 1
    ends, side, border_class = ends[kept], side[kept], border_class[kept]
    twin = np.where(twin[kept] < 0, -1, renumbered[twin[kept]])
    start, stop, node_xy = _nodes(ends, xy, triangles)

    order = np.lexsort((start, side))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    key = side * len(node_xy) + start
    sorted_key = key[order]
    follow = np.searchsorted(sorted_key, (side * len(node_xy) + stop)[order])
    run_start = np.searchsorted(sorted_key, sorted_key)
    run_end = np.searchsorted(sorted_key, sorted_key, side="right")
    traced, ring_start = trace_rings(follow, run_start, run_end)
    traced = order[traced]

    polygons, face_of_ring, face_label = _polygons(node_xy[start[traced]], ring_start, side[traced])
    face = np.empty(len(side), dtype=np.int64)
    face[traced] = np.repeat(face_of_ring, np.diff(ring_start))
    pair = np.flatnonzero((twin >= 0) & (np.arange(len(twin)) < twin))
    a, b = face[pair], face[twin[pair]]
    step = node_xy[start[pair]] - node_xy[stop[pair]]
    return Faces(
        polygons,
        label_enclosure[face_label],
        label_atom[face_label],
        *_gather(a, b, np.hypot(step[:, 0], step[:, 1]), border_class[pair]),
    )


def _network_segments(rings: Rings, label: Ints, crossed: Bools) -> tuple[Ints, Ints, Ints, Ints]:
    """Turn network edges into segments: one an edge, or two halves where a border meets it."""
    n = len(rings.xy)
    at = np.arange(n)
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
    return np.hstack([begin, end]), side, twin, edge


def _nodes(ends: Ints, xy: Floats, triangles: Ints) -> tuple[Ints, Ints, Floats]:
    """Number the end points of segments and return start, stop and coordinates."""
    codes = np.vstack([ends[:, :2], ends[:, 2:]])
    centre = codes[:, 0] < 0
    low, high = codes.min(axis=1), codes.max(axis=1)
    key = np.where(centre, -1 - codes[:, 1], low * len(xy) + high)
    nodes, number = np.unique(key, return_inverse=True)
    node_xy = np.empty((len(nodes), 2))
    middle = nodes >= 0
    u, v = nodes[middle] // len(xy), nodes[middle] % len(xy)
    # halves first: the sum is the same whichever end comes first, on both sides of a street
    node_xy[middle] = np.where((u == v)[:, None], xy[u], 0.5 * xy[u] + 0.5 * xy[v])
    node_xy[~middle] = _centres(xy[triangles[-1 - nodes[~middle]]])
    return number[: len(ends)], number[len(ends) :], node_xy


def _centres(corners: Floats) -> Floats:
    """Return the points in triangles as far from all three corners, or the nearest to them inside.

    The mean of the corners would stand out from the mid-line towards the shorter side: where a
    wide ground is shared, the borders would have teeth.
    """
    squares = ((corners[:, [1, 2, 0]] - corners[:, [2, 0, 1]]) ** 2).sum(axis=2)
    weight = squares * (squares.sum(axis=1, keepdims=True) - 2.0 * squares)
    # beyond the longest side: the middle of it
    weight = np.where(weight.min(axis=1, keepdims=True) <= 0.0, weight > 0.0, weight)
    weight = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    weight = np.maximum(weight, _INSIDE)
    weight /= weight.sum(axis=1, keepdims=True)
    return np.asarray((weight[:, :, None] * corners).sum(axis=1))


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
    closed = np.repeat(ring_start[:-1], count + 1)
    offset = np.arange(len(closed)) - np.repeat(np.r_[0, np.cumsum(count + 1)][:-1], count + 1)
    points = xy[closed + offset % np.repeat(count, count + 1)]
    lines = shapely.linestrings(points, indices=np.repeat(np.arange(len(count)), count + 1))
    ring_label = side[ring_start[:-1]]
    # there and back again is no ground: it lies in a face, but is no part of its outline
    flat = count < _LEAST_CORNERS
    is_hole = flat | ~shapely.is_ccw(lines)
    outer = np.flatnonzero(~is_hole)
    outer = outer[np.argsort(ring_label[outer], kind="stable")]
    face_of_ring = np.empty(len(count), dtype=np.int64)
    face_of_ring[outer] = np.arange(len(outer))
    face_label = ring_label[outer]
    inner = np.flatnonzero(is_hole)
    face_of_ring[inner] = _shell_of_holes(lines, inner, outer, ring_label)
    order = np.lexsort((is_hole, face_of_ring))
    order = order[~flat[order]]
    coordinates = shapely.get_coordinates(lines[order])
    starts = np.r_[0, np.cumsum(count[order] + 1)]
    polygon_start = np.searchsorted(face_of_ring[order], np.arange(len(outer) + 1))
    polygons = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, coordinates, (starts, polygon_start)
    )
    return np.asarray(polygons), face_of_ring, face_label


def _shell_of_holes(lines: Geometries, inner: Ints, outer: Ints, ring_label: Ints) -> Ints:
    """Return the face each hole lies in: the smallest shell of its label around it."""
    label_start = np.searchsorted(ring_label[outer], ring_label[inner])
    label_end = np.searchsorted(ring_label[outer], ring_label[inner], side="right")
    face = label_start.copy()
    for at in np.flatnonzero(label_end - label_start > 1):
        mine = lines[outer[label_start[at] : label_end[at]]]
        points, of = shapely.get_coordinates(mine, return_index=True)
        shells = shapely.polygons(shapely.linearrings(points, indices=of))
        inside = np.flatnonzero(shapely.covers(shells, shapely.get_point(lines[inner[at]], 0)))
        if len(inside):
            face[at] = label_start[at] + inside[np.argmin(shapely.area(shells[inside]))]
    return face


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
