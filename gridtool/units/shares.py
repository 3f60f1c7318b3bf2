"""Give every shape (building, compound, site) its share of the ground of its street block.

The free ground of a block is triangulated (constrained Delaunay, GEOS); every vertex belongs to a
shape or, on the block's outline, to the shape nearest to it through free ground. Borders run from
edge middle to edge middle: half-way between buildings, never through one, and a share is in one
piece by construction. No polygon of a single building is made; faces are traced from the borders
alone. Cost: about 0.1 ms a building.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely

from gridtool.geom import Bools, Floats, Geometries, Ints, group_starts
from gridtool.units.kernels import (
    border_segments,
    match_vertices,
    spread_labels,
    trace_rings,
)
from gridtool.units.network import Enclosures

NO_ATOM, RIM_ATOM = -1, -2
RIM_VERTICES = 4
"""Open ground along an outline is cut every so many network vertices (about 24 m)."""


@dataclass(frozen=True)
class Shapes:
    """What holds ground: one simple polygon a row, none touching another.

    Attributes
    ----------
    polygons : array of Polygon without holes, n
    enclosure : int array, n
        Sorted.
    atom : int array, n
        What the shape belongs to: shapes of one atom have no border between them.
    """

    polygons: Geometries
    enclosure: Ints
    atom: Ints


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
class _Rings:
    """Vertices of the enclosures' rings, in ring order, without the closing one.

    A vertex that a ring touches twice stands twice in it; `vertex` names its first standing.
    Edge i runs from vertex i to the one that follows it.
    """

    xy: Floats
    ring: Ints
    enclosure: Ints
    vertex: Ints
    following: Ints
    twin: Ints
    edge_class: Ints


def share_ground(
    enclosures: Enclosures,
    shapes: Shapes,
    *,
    open_rim: Bools | None = None,
    jobs: int = 1,
) -> Faces:
    """Divide every enclosure among its shapes.

    Parameters
    ----------
    enclosures : Enclosures
    shapes : Shapes
        Strictly inside their enclosure.
    open_rim : bool array, one an enclosure, optional
        Where the ground along the outline belongs to no shape: it becomes faces of its own, a
        stretch of `RIM_VERTICES` vertices each, so that grids can pass around a building.
    jobs : int
        Threads for the triangulation; the result does not depend on it.

    Returns
    -------
    Faces
    """
    rings = _rings(enclosures)
    hole_xy, hole_shape = shapely.get_coordinates(shapes.polygons, return_index=True)
    last = np.r_[hole_shape[1:] != hole_shape[:-1], True] if len(hole_shape) else hole_shape == 0
    hole_xy, hole_shape = hole_xy[~last], hole_shape[~last]

    pair = shapes.enclosure * (int(shapes.atom.max(initial=0)) + 1) + shapes.atom
    _, first_of, shape_label = np.unique(pair, return_index=True, return_inverse=True)
    empty = np.setdiff1d(np.arange(len(enclosures.polygons)), shapes.enclosure)
    rim = np.setdiff1d(np.flatnonzero(open_rim), empty) if open_rim is not None else empty[:0]
    rim_label, rim_enclosure = _rim_labels(rings, rim, len(first_of) + len(empty))
    label_enclosure = np.r_[shapes.enclosure[first_of], empty, rim_enclosure]
    label_atom = np.r_[
        shapes.atom[first_of], np.full(len(empty), NO_ATOM), np.full(len(rim_enclosure), RIM_ATOM)
    ]

    of_empty = np.full(len(enclosures.polygons), -1, dtype=np.int64)
    of_empty[empty] = np.arange(len(first_of), len(first_of) + len(empty))
    ring_label = np.maximum(of_empty[rings.enclosure], rim_label)

    xy = np.vstack([rings.xy, hole_xy])
    label = np.r_[ring_label, shape_label[hole_shape]]
    vertex_enclosure = np.r_[rings.enclosure, shapes.enclosure[hole_shape]]
    held = np.unique(shapes.enclosure)
    free = _free_ground(enclosures.polygons, shapes, held)
    triangles = _triangulate(free, held, xy, vertex_enclosure, jobs)
    spread_labels(label, xy, triangles)

    beds, bed_enclosure, bed_atom = _bed_labels(
        enclosures,
        rings,
        label,
        label_atom,
        np.intersect1d(empty, np.flatnonzero(enclosures.barrier)),
    )
    in_beds = _triangulate(enclosures.polygons[beds], beds, xy, vertex_enclosure, jobs)
    spread_labels(label, xy, in_beds)
    return _faces(
        rings,
        xy,
        label,
        np.vstack([triangles, in_beds]),
        np.r_[label_enclosure, bed_enclosure],
        np.r_[label_atom, bed_atom],
    )


def _rim_labels(rings: _Rings, rim: Ints, first: int) -> tuple[Ints, Ints]:
    """Label the outlines of some enclosures in stretches, from label `first` on.

    Returns
    -------
    label : int array, one a ring vertex
        -1 elsewhere.
    enclosure : int array, one a label
    """
    label = np.full(len(rings.xy), -1, dtype=np.int64)
    mine = np.flatnonzero(np.isin(rings.enclosure, rim))
    if not len(mine):
        return label, mine
    ring_start = np.r_[0, np.flatnonzero(np.diff(rings.ring[mine])) + 1]
    within = np.arange(len(mine)) - np.repeat(ring_start, np.diff(np.r_[ring_start, len(mine)]))
    key = rings.ring[mine] * len(rings.xy) + within // RIM_VERTICES
    _, at, number = np.unique(key, return_index=True, return_inverse=True)
    label[mine] = first + number
    return label, rings.enclosure[mine[at]]


def _rings(enclosures: Enclosures) -> _Rings:
    """Number the network's vertices and find what lies across each edge."""
    ring, polygon = shapely.get_rings(enclosures.polygons, return_index=True)
    xy, at = shapely.get_coordinates(ring, return_index=True)
    closing = np.r_[at[1:] != at[:-1], True]
    xy, at = xy[~closing], at[~closing]
    start = group_starts(at)
    following = np.arange(1, len(xy) + 1)
    following[start[1:] - 1] = start[:-1]

    points, number = np.unique(xy[:, 0] + 1j * xy[:, 1], return_inverse=True)
    out, back = number * len(points) + number[following], number[following] * len(points) + number
    twin = _lookup(out, back)
    ends = enclosures.edge_ends
    a = _lookup(points, ends[:, 0] + 1j * ends[:, 1])
    b = _lookup(points, ends[:, 2] + 1j * ends[:, 3])
    known = (a >= 0) & (b >= 0)
    a, b, kind = a[known], b[known], enclosures.edge_class[known]
    edge_class = np.zeros(len(xy), dtype=np.int64)
    for key in (a * len(points) + b, b * len(points) + a):
        at_edge = _lookup(key, out)
        edge_class = np.maximum(edge_class, np.r_[kind, 0][at_edge])
    _, first, which = np.unique(
        polygon[at] * len(points) + number, return_index=True, return_inverse=True
    )
    vertex = first[which]
    return _Rings(xy, at, polygon[at], vertex, vertex[following], twin, edge_class)


def _lookup(keys: npt.NDArray[np.generic], wanted: npt.NDArray[np.generic]) -> Ints:
    """Return the position of each wanted value among the keys, -1 when absent."""
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    place = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    return np.where(keys[order][place] == wanted, order[place], -1)


def _bed_labels(
    enclosures: Enclosures, rings: _Rings, label: Ints, label_atom: Ints, beds: Ints
) -> tuple[Ints, Ints, Ints]:
    """Share barriers' own ground (a river's bed) among the banks, in place of `label`.

    A vertex on the bank takes the atom across it; what lies between is spread later.

    Returns
    -------
    beds : int array
        Those that have a bank with buildings in their community.
    enclosure, atom : int array
        Of the new labels.
    """
    edge = np.flatnonzero(np.isin(rings.enclosure, beds) & (rings.twin >= 0))
    across = rings.twin[edge]
    bed, bank = rings.enclosure[edge], rings.enclosure[across]
    owner = enclosures.community
    # an edge lies against its twin's other end
    atom = label_atom[label[rings.following[across]]]
    good = (atom >= 0) & (owner[bed] == owner[bank]) & ~enclosures.barrier[bank]
    edge, bed, bank, atom = edge[good], bed[good], bank[good], atom[good]
    # one label for each bank, so that a compound on both does not meet in the water
    keys, number = np.unique(np.c_[bed, bank, atom], axis=0, return_inverse=True)
    label[: len(rings.xy)][np.isin(rings.enclosure, bed)] = -1
    label[rings.vertex[edge]] = len(label_atom) + number.ravel()
    return np.unique(bed), keys[:, 0], keys[:, 2]


def _triangulate(
    free: Geometries, held: Ints, xy: Floats, vertex_enclosure: Ints, jobs: int
) -> Ints:
    """Triangulate free ground; return counter-clockwise vertex triples.

    Parameters
    ----------
    free : array of Polygon, h
    held : int array, h
        Their enclosures, sorted.
    xy, vertex_enclosure
        All vertices and the enclosure of each.
    jobs : int
    """
    if not len(held):
        return np.empty((0, 3), dtype=np.int64)
    chunks = _chunks(shapely.get_num_coordinates(free), jobs)
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        parts = pool.map(lambda some: shapely.constrained_delaunay_triangles(free[some]), chunks)
        meshes = np.concatenate(list(parts))
    pieces, mesh = shapely.get_parts(meshes, return_index=True)
    corners = shapely.get_coordinates(pieces).reshape(-1, 4, 2)[:, :3]

    order = np.argsort(vertex_enclosure, kind="stable")
    known_start = np.searchsorted(vertex_enclosure[order], held)
    known_end = np.searchsorted(vertex_enclosure[order], held, side="right")
    order = order[np.isin(vertex_enclosure[order], held)]
    known_start = np.r_[0, np.cumsum(known_end - known_start)]
    wanted_start = 3 * np.searchsorted(mesh, np.arange(len(held) + 1))
    found = match_vertices(xy[order], known_start, corners.reshape(-1, 2), wanted_start)
    triangles = order[found].reshape(-1, 3)
    flat = corners - corners[:, :1]
    clockwise = flat[:, 1, 0] * flat[:, 2, 1] < flat[:, 1, 1] * flat[:, 2, 0]
    triangles[clockwise] = triangles[clockwise][:, ::-1]
    return np.ascontiguousarray(triangles)


def _free_ground(polygons: Geometries, shapes: Shapes, held: Ints) -> Geometries:
    """Return the held enclosures with their shapes cut out as holes."""
    ring, owner = shapely.get_rings(polygons[held], return_index=True)
    hole = shapely.get_exterior_ring(shapes.polygons)
    rings = np.concatenate([ring, hole])
    owner = np.r_[owner, np.searchsorted(held, shapes.enclosure)]
    order = np.argsort(owner, kind="stable")
    xy = shapely.get_coordinates(rings[order])
    ring_start = np.r_[0, np.cumsum(shapely.get_num_coordinates(rings[order]))]
    polygon_start = np.searchsorted(owner[order], np.arange(len(held) + 1))
    return np.asarray(
        shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, (ring_start, polygon_start))
    )


def _chunks(weights: Ints, jobs: int) -> list[slice]:
    """Cut a sequence into slices of like weight, four for each job."""
    ends = np.cumsum(weights)
    marks = np.linspace(0, ends[-1], 4 * max(1, jobs) + 1)[1:-1]
    at = np.unique(np.r_[0, np.searchsorted(ends, marks), len(weights)])
    return [slice(a, b) for a, b in pairwise(at.tolist())]


def _faces(
    rings: _Rings,
    xy: Floats,
    label: Ints,
    triangles: Ints,
    label_enclosure: Ints,
    label_atom: Ints,
) -> Faces:
    """Trace the faces from the borders inside blocks and the network's edges."""
    inner_ends, inner_side = border_segments(triangles, label)
    crossed = label[rings.vertex] != label[rings.following]
    crossed |= np.where(rings.twin >= 0, crossed[rings.twin], False)
    outer_ends, outer_side, twin_of_outer, outer_edge = _network_segments(rings, label, crossed)

    ends = np.vstack([inner_ends, outer_ends])
    side = np.r_[inner_side, outer_side]
    shift = len(inner_side)
    twin = np.arange(shift) ^ 1
    twin = np.r_[twin, np.where(twin_of_outer >= 0, twin_of_outer + shift, -1)]
    border_class = np.r_[np.zeros(shift, dtype=np.int64), rings.edge_class[outer_edge]]
    start, stop, node_xy = _nodes(ends, xy, triangles)

    order = np.lexsort((start, side))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    key = side * len(node_xy) + start
    sorted_key = key[order]
    follow = np.searchsorted(sorted_key, (side * len(node_xy) + stop)[order])
    run_end = np.searchsorted(sorted_key, sorted_key, side="right")
    traced, ring_start = trace_rings(follow, run_end)
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


def _network_segments(rings: _Rings, label: Ints, crossed: Bools) -> tuple[Ints, Ints, Ints, Ints]:
    """Turn network edges into segments: one an edge, or two halves where a border meets it."""
    n = len(rings.xy)
    at = np.arange(n)
    pieces = 1 + crossed
    first = np.r_[0, np.cumsum(pieces)][:-1]
    edge = np.repeat(at, pieces)
    second_half = np.arange(len(edge)) > first[edge]
    u, v = rings.vertex[edge], rings.following[edge]
    whole = ~crossed[edge]
    begin = np.where(second_half[:, None], np.c_[u, v], np.c_[u, u])
    end = np.where((second_half | whole)[:, None], np.c_[v, v], np.c_[u, v])
    side = label[np.where(second_half, v, u)]
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
    node_xy[~middle] = xy[triangles[-1 - nodes[~middle]]].mean(axis=1)
    return number[: len(ends)], number[len(ends) :], node_xy


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
    is_hole = ~shapely.is_ccw(lines)
    outer = np.flatnonzero(~is_hole)
    outer = outer[np.argsort(ring_label[outer], kind="stable")]
    face_of_ring = np.empty(len(count), dtype=np.int64)
    face_of_ring[outer] = np.arange(len(outer))
    face_label = ring_label[outer]
    inner = np.flatnonzero(is_hole)
    face_of_ring[inner] = _shell_of_holes(lines, inner, outer, ring_label)
    order = np.lexsort((is_hole, face_of_ring))
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
        shells = shapely.polygons(lines[outer[label_start[at] : label_end[at]]])
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
