"""Fit the new grids of a group into its ground: no seam, and no sliver of noise."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gridtool.canonical import GRID_M
from gridtool.diff.likeness import wider_than
from gridtool.diff.tolerances import Tolerances
from gridtool.geom import Floats, Geometries, Ints, vertices_of

ON_LINE_M: Final = 1.5 * GRID_M
"""A node on a straight border is off it by its rounding, half a cell's diagonal."""

_OPEN: Final = -1
_UNDECIDED: Final = -2


def ground_to_fill(
    before: shapely.Geometry,
    after: shapely.Geometry,
    olds: Geometries,
    tree: shapely.STRtree,
    tolerances: Tolerances,
) -> shapely.Geometry:
    """Return the ground a group takes up: what it had, and new land outside all old grids."""
    beyond = shapely.get_parts(shapely.difference(after, before, grid_size=GRID_M))
    beyond = beyond[wider_than(beyond, tolerances.drawing_m)]
    if not len(beyond):
        return before
    land = shapely.union_all(beyond)
    held = shapely.union_all(
        olds[tree.query(land, predicate="dwithin", distance=tolerances.drawing_m)]
    )
    if not held.is_empty:
        laid = _laid(np.array([land]), land, shapely.boundary(held), tolerances)
        # by linework: laid lines may cross, which GEOS cannot always mend by structure
        parts = shapely.get_parts(shapely.make_valid(laid[0]))
        land = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
        land = shapely.difference(land, held, grid_size=GRID_M)
    parts = shapely.get_parts(land)
    parts = parts[wider_than(parts, tolerances.drawing_m)]
    return shapely.union_all([before, *parts], grid_size=GRID_M)


def fit_grids(target: shapely.Geometry, drawn: Geometries, tolerances: Tolerances) -> Geometries:
    """Return grids cut to a ground, without gap or overlap narrower than the drawing tolerance.

    Parameters
    ----------
    target : polygon
        What they fill together.
    drawn : array of polygons
    tolerances : Tolerances

    Returns
    -------
    array of polygons
        They share every vertex; wider gaps stay as they are.
    """
    faces = _faces(target, drawn, tolerances)
    at, face = shapely.STRtree(shapely.point_on_surface(faces)).query(drawn, predicate="intersects")
    count = np.bincount(face, minlength=len(faces))
    owner = np.full(len(faces), _OPEN, dtype=np.int64)
    # of several the first in the order of the codes
    owner[face[::-1]] = at[::-1]
    slivers = (count != 1) & ~wider_than(faces, tolerances.drawing_m)
    owner[slivers] = _UNDECIDED
    owner = _shared_out(faces, owner)
    made = drawn.copy()
    for at in np.unique(owner[owner >= 0]):
        made[at] = union_of(faces[owner == at])[0]
    return made


def _faces(target: shapely.Geometry, drawn: Geometries, tolerances: Tolerances) -> Geometries:
    """Return the pieces that the lines of grids cut a ground into."""
    edge = shapely.boundary(target)
    whole = shapely.union_all(drawn, grid_size=GRID_M)
    laid = _laid(shapely.boundary(drawn), whole, edge, tolerances)
    # what was laid on the edge is off it by its rounding: the edge goes through it
    on_edge = shapely.points(np.unique(shapely.get_coordinates(laid), axis=0))
    target = noded(np.array([target]), on_edge)[0]
    lines = shapely.union_all([shapely.boundary(target), *laid], grid_size=GRID_M)
    corners = shapely.get_coordinates(edge)

    def to_corners(xy: Floats) -> Floats:
        at, corner = _beside(shapely.points(xy), corners, tolerances.storage_m)
        xy[at] = corners[corner]
        return xy

    # crossings beside a corner are the corner
    lines = shapely.union_all([shapely.transform(lines, to_corners)], grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    inside = shapely.intersects(target, shapely.point_on_surface(faces))
    return np.asarray(faces[inside], dtype=object)


def _laid(
    lines: Geometries, whole: shapely.Geometry, edge: shapely.Geometry, tolerances: Tolerances
) -> Geometries:
    """Return lines with the vertices that run along an edge laid on it.

    Where two grids meet on the edge, a sliver of noise would else go to one of them and part the
    other from its neighbour. Outer vertices of the whole may be as far off as a redrawn line, inner
    ones only as far as storage noise.
    """
    held = np.unique(vertices_of(lines))
    outer = np.isin(held, vertices_of(np.array([shapely.boundary(whole)])))
    points = shapely.points(held.real, held.imag)
    far = np.where(outer, tolerances.drawing_m, tolerances.storage_m)
    near = shapely.dwithin(edge, points, far)
    held, points = held[near], points[near]
    if not len(held):
        return lines
    laid = shapely.get_coordinates(shapely.shortest_line(edge, points))[::2]
    corners = shapely.get_coordinates(edge)
    beside, corner = _beside(points, corners, tolerances.storage_m)
    laid[beside] = corners[corner]

    def moved(xy: Floats) -> Floats:
        asked = np.ascontiguousarray(xy).view(np.complex128).ravel()
        at = np.minimum(np.searchsorted(held, asked), len(held) - 1)
        return np.where((held[at] == asked)[:, None], laid[at], xy)

    return np.asarray(shapely.transform(lines, moved))


def _beside(points: Geometries, corners: Floats, most: float) -> tuple[Ints, Ints]:
    """Return which points lie beside a corner, and which one."""
    tree = shapely.STRtree(shapely.points(corners))
    at, corner = tree.query_nearest(points, max_distance=most, all_matches=False)
    return at, corner


def _shared_out(faces: Geometries, owner: Ints) -> Ints:
    """Return owners with each undecided face given to whom it borders longest."""
    lines = shapely.boundary(faces)
    one, other = shapely.STRtree(faces).query(faces[owner == _UNDECIDED])
    one = np.flatnonzero(owner == _UNDECIDED)[one]
    shared = shapely.length(shapely.intersection(lines[one], lines[other])).round(6)
    one, other, shared = (some[(shared > 0) & (one != other)] for some in (one, other, shared))
    while True:
        asks = (owner[one] == _UNDECIDED) & (owner[other] >= 0)
        if not asks.any():
            return owner
        width = int(owner.max()) + 1
        pairs, at = np.unique(one[asks] * width + owner[other[asks]], return_inverse=True)
        lengths = np.bincount(at, shared[asks])
        # the longest first; of equal ones the first in the order of the codes
        best = np.lexsort((pairs, -lengths.round(6)))[::-1]
        owner[pairs[best] // width] = pairs[best] % width


def union_of(shapes: Geometries) -> tuple[shapely.Geometry, bool]:
    """Return the union of grids, and whether they meet without gap or overlap."""
    if len(shapes) < 2:
        return (shapes[0] if len(shapes) else shapely.Polygon()), True
    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes), True
    return shapely.union_all(shapes, grid_size=GRID_M), False


def noded(shapes: Geometries, nodes: Geometries) -> Geometries:
    """Return grids with the nodes that lie on their lines, so that neighbours meet exactly.

    Parameters
    ----------
    shapes : array of polygons
    nodes : array of Point

    Returns
    -------
    array of polygons
        Those that no node lies on are the same objects.
    """
    made = shapes.copy()
    if not len(nodes):
        return made
    lines = shapely.boundary(shapes)
    at, node = shapely.STRtree(nodes).query(lines, predicate="dwithin", distance=ON_LINE_M)
    if not len(at):
        return made
    # what lies beside a vertex would move it, and there a neighbour's line only passes
    free = _from_vertices(lines, at, shapely.get_coordinates(nodes[node])) > ON_LINE_M
    if free.any():
        owners, index = np.unique(at[free], return_inverse=True)
        bundles = shapely.multipoints(nodes[node[free]], indices=index)
        made[owners] = shapely.snap(shapes[owners], bundles, tolerance=ON_LINE_M)
    return made


def _from_vertices(lines: Geometries, at: Ints, xy: Floats) -> Floats:
    """Return how far points are from the nearest vertex, each of the line at its position."""
    owners, index = np.unique(at, return_inverse=True)
    vertices, of = shapely.get_coordinates(lines[owners], return_index=True)
    counts = np.bincount(of, minlength=len(owners))
    first = np.cumsum(counts) - counts
    size = counts[index]
    starts = np.cumsum(size) - size
    place = np.arange(int(size.sum())) - np.repeat(starts - first[index], size)
    apart = vertices[place] - np.repeat(xy, size, axis=0)
    return np.minimum.reduceat(np.hypot(apart[:, 0], apart[:, 1]), starts)
