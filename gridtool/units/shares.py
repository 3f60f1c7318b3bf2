"""Give every shape (building, compound, site) its share of the ground of its street block.

The free ground of a block is triangulated (constrained Delaunay); every vertex belongs to a
shape or, on the block's outline, to the shape nearest to it through free ground. Borders run from
edge middle to edge middle: half-way between buildings, never through one, and a share is in one
piece by construction. No polygon of a single building is made; faces are traced from the borders
alone.

The triangulation is made here, not by GEOS: that one begins with ears cut off, takes the square of
a block's vertices, and gives up flipping before an estate of thousands of houses in rows is
Delaunay, which left shares like threads.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import shapely

from gridtool.geom import Bools, Floats, Geometries, Ints, group_starts
from gridtool.units.delaunay import triangulate
from gridtool.units.faces import NO_ATOM, RIM_ATOM, Faces, Shared, slices_of_weight, trace_faces
from gridtool.units.kernels import Triangles, curve_places, spread_labels
from gridtool.units.network import Enclosures
from gridtool.units.rings import Rings, number_rings

_AT_ONCE = 100_000
"""Vertices that are triangulated at once, in whole blocks."""
RIM_VERTICES = 4
"""Open ground along an outline is cut every so many network vertices (about 24 m)."""


@dataclass(frozen=True)
class Shapes:
    """What holds ground: simple polygons, none touching another.

    They are held as coordinates, which take a third of the room of polygons.

    Attributes
    ----------
    xy : float array, v x 2
        Vertices of the outlines, without the closing ones.
    shape : int array, v
        The shape each is of; sorted.
    enclosure : int array, n
        Sorted.
    atom : int array, n
        What the shape belongs to: shapes of one atom have no border between them.
    area : float array, n
        m².
    """

    xy: Floats
    shape: Ints
    enclosure: Ints
    atom: Ints
    area: Floats

    @classmethod
    def of(cls, polygons: Geometries, enclosure: Ints, atom: Ints) -> Shapes:
        """Hold polygons without holes, sorted by enclosure."""
        xy, shape = shapely.get_coordinates(polygons, return_index=True)
        inner = np.r_[shape[1:] == shape[:-1], False] if len(shape) else shape > 0
        return cls(xy[inner], shape[inner], enclosure, atom, shapely.area(polygons))


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
    rings = number_rings(enclosures)
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

    xy = np.vstack([rings.xy, shapes.xy])
    label = np.r_[ring_label, shape_label[shapes.shape]]
    vertex_enclosure = np.r_[rings.enclosure, shapes.enclosure[shapes.shape]]
    edges = _Edges(
        np.r_[rings.following, _next_in_ring(shapes.shape) + len(rings.xy)],
        np.arange(len(xy)) < len(rings.xy),
        vertex_enclosure,
    )
    held = np.unique(shapes.enclosure)
    triangles = _triangulate(edges, xy, held, jobs)
    spread_labels(label, xy, triangles)

    beds, bed_enclosure, bed_atom = _bed_labels(
        enclosures,
        rings,
        label,
        label_atom,
        np.intersect1d(empty, np.flatnonzero(enclosures.barrier)),
    )
    in_beds = _triangulate(edges, xy, beds, jobs)
    spread_labels(label, xy, in_beds)
    xy[: len(rings.place)] = rings.place
    if len(in_beds):
        triangles = np.vstack([triangles, in_beds])
        order = np.argsort(vertex_enclosure[triangles[:, 0]], kind="stable")
        triangles = triangles[order]
    return trace_faces(
        Shared(
            rings,
            xy,
            label,
            triangles,
            vertex_enclosure[triangles[:, 0]],
            np.r_[label_enclosure, bed_enclosure],
            np.r_[label_atom, bed_atom],
        ),
        jobs,
    )


def _rim_labels(rings: Rings, rim: Ints, first: int) -> tuple[Ints, Ints]:
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


def _bed_labels(
    enclosures: Enclosures, rings: Rings, label: Ints, label_atom: Ints, beds: Ints
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
    bank_label = label[rings.following[across]]
    atom = label_atom[bank_label]
    good = (atom != NO_ATOM) & (owner[bed] == owner[bank]) & ~enclosures.barrier[bank]
    edge, bed, bank = edge[good], bed[good], bank[good]
    atom, bank_label = atom[good], bank_label[good]
    # one label for each bank, so that a compound on both does not meet in the water; water before
    # open ground is nobody's, a stretch for each stretch of that
    stretch = np.where(atom == RIM_ATOM, bank_label, -1)
    parts = np.c_[bed, bank, np.maximum(atom, NO_ATOM), stretch]
    keys, number = np.unique(parts, axis=0, return_inverse=True)
    label[: len(rings.xy)][np.isin(rings.enclosure, bed)] = -1
    label[rings.vertex[edge]] = len(label_atom) + number.ravel()
    return np.unique(bed), keys[:, 0], keys[:, 2]


@dataclass(frozen=True)
class _Edges:
    """The outlines of blocks and shapes, one edge a vertex.

    Attributes
    ----------
    following : int array, n
        The vertex that follows each.
    of_block : bool array, n
        Whether the edge is of a block's outline.
    enclosure : int array, n
        Of each vertex.
    """

    following: Ints
    of_block: Bools
    enclosure: Ints


def _next_in_ring(ring: Ints) -> Ints:
    """Return the vertex that follows each, given the ring of each."""
    start = group_starts(ring)
    following = np.arange(1, len(ring) + 1)
    following[start[1:] - 1] = start[:-1]
    return following


def _triangulate(edges: _Edges, xy: Floats, blocks: Ints, jobs: int) -> Triangles:
    """Triangulate the free ground of some blocks; return counter-clockwise vertex triples.

    Parameters
    ----------
    edges : _Edges
    xy : float array, n x 2
        All vertices.
    blocks : int array
        Sorted.
    jobs : int
    """
    if not len(blocks):
        return np.empty((0, 3), dtype=np.int32)
    mine = np.flatnonzero(np.isin(edges.enclosure, blocks))
    mine = mine[np.argsort(edges.enclosure[mine], kind="stable")]
    start = group_starts(edges.enclosure[mine])
    number = np.empty(len(xy), dtype=np.int64)
    number[mine] = np.arange(len(mine))

    def of_blocks(some: slice) -> Triangles:
        vertex = mine[start[some.start] : start[some.stop]]
        starts = start[some.start : some.stop + 1] - start[some.start]
        following = number[edges.following[vertex]] - start[some.start]
        points = xy[vertex]
        order = _curve_order(points, starts)
        found = triangulate(points, starts, order, following, edges.of_block[vertex])
        return vertex.astype(np.int32)[found]

    with ThreadPoolExecutor(max(1, jobs)) as pool:
        parts = pool.map(of_blocks, slices_of_weight(np.diff(start), _AT_ONCE))
        return np.concatenate(list(parts))


def _curve_order(points: Floats, start: Ints) -> Ints:
    """Return the points of each block along a Hilbert curve, those in one place by number."""
    low, high = (edge.reduceat(points, start[:-1]) for edge in (np.minimum, np.maximum))
    block = np.repeat(np.arange(len(low)), np.diff(start))
    size = np.maximum((high - low).max(axis=1), 1.0)
    return np.lexsort((curve_places(points - low[block], size[block]), block))
