"""From points to grids: a few through the R-tree on disk, many through a raster of cells.

Most of a grid lies farther from its borders than the tolerance. For many points the ground is cut
into cells; a cell that no border comes near to belongs to one grid or to none, and all points in
it are answered by looking it up. Only points in the other cells are held against polygons.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from gridtool.offsets import Bools, Floats

Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]
ShapesOf = Callable[[Sequence[int]], Geometries]

OUTSIDE: Final = -1
_NEAR: Final = -2
# cells across a grid of average size; more make fewer points near a border, and a slower start
_ACROSS, _MOST_CELLS = 44, 3600
# metres: edges that differ by less are one
_PLACES = 3


class Located(NamedTuple):
    """Where points are.

    Attributes
    ----------
    grid : int array, (n,)
        Number of the grid, -1 outside all of them.
    border : dict of int to tuple of int
        For points within the tolerance of a border: the grids on either side, the point's own
        first; one alone at the outer border.
    """

    grid: Ints
    border: dict[int, tuple[int, ...]]


class Raster:
    """Cells over all grids, each with its grid or a mark that a border is near.

    Parameters
    ----------
    shapes : array of polygons
    tolerance : float
        Metres from a border within which a point is on it.
    """

    def __init__(self, shapes: Geometries, tolerance: float) -> None:
        self._shapes = shapes
        self._tolerance = tolerance
        shapely.prepare(shapes)
        west, south, east, north = shapely.total_bounds(shapes)
        grids = max(len(shapes), 1)
        size = max(np.sqrt((east - west) * (north - south) / grids) / _ACROSS, 4 * tolerance)
        self._cell = float(max(size, max(east - west, north - south) / _MOST_CELLS))
        # a rim of cells that nothing comes near to
        self._low = np.array([west, south]) - 2 * self._cell
        self._shape = tuple(
            (np.array([north - south, east - west]) / self._cell).astype(np.int64) + 5
        )
        self._table = self._filled(self._marked())
        self._outer = _outer_grids(shapes)

    def locate(self, xy: Floats) -> Located:
        """Return where points are; those without coordinates are outside."""
        cells = np.floor((xy - self._low) / self._cell)
        rows, columns = self._shape
        inside = (cells >= 0).all(axis=1) & (cells[:, 0] < columns) & (cells[:, 1] < rows)
        grid = np.full(len(xy), OUTSIDE, dtype=np.int64)
        at = cells[inside].astype(np.int64)
        grid[inside] = self._table[at[:, 1], at[:, 0]]
        near = np.flatnonzero(grid == _NEAR)
        border: dict[int, tuple[int, ...]] = {}
        if len(near):
            tree = shapely.STRtree(shapely.points(xy[near]))
            which, point = tree.query(self._shapes, predicate="dwithin", distance=self._tolerance)
            order = np.lexsort((which, point))
            which, point = which[order], point[order]
            found = np.full(len(near), OUTSIDE, dtype=np.int64)
            sides: dict[int, tuple[int, ...]] = {}
            pairs = _Pairs(point, which, self._shapes[which], self._outer[which])
            _settle(tree.geometries, pairs, self._tolerance, found, sides)
            grid[near] = found
            border = {int(near[at]): grids for at, grids in sides.items()}
        return Located(grid, border)

    def _marked(self) -> Bools:
        """Return which cells a border comes near to."""
        marks = np.zeros(self._shape, dtype=bool)
        step = self._cell / 4
        reach = self._tolerance + step / 2
        for start in range(0, len(self._shapes), 500):
            lines = shapely.boundary(self._shapes[start : start + 500])
            along = shapely.get_coordinates(shapely.segmentize(lines, step))
            for corner in ((-reach, -reach), (-reach, reach), (reach, -reach), (reach, reach)):
                # the square round a point is smaller than a cell: its corners tell all it meets
                cells = ((along + corner - self._low) / self._cell).astype(np.int64)
                marks[cells[:, 1], cells[:, 0]] = True
        return marks

    def _filled(self, marks: Bools) -> npt.NDArray[np.int32]:
        """Return the grid of each cell: cells in one piece without a border are in one grid."""
        from scipy import ndimage

        pieces, count = ndimage.label(~marks)
        _, first = np.unique(pieces, return_index=True)
        rows, columns = np.divmod(first, self._shape[1])
        middles = self._low + (np.column_stack((columns, rows)) + 0.5) * self._cell
        which, piece = shapely.STRtree(shapely.points(middles)).query(
            self._shapes, predicate="intersects"
        )
        owner = np.full(count + 1, OUTSIDE, dtype=np.int32)
        order = np.argsort(-which, kind="stable")
        # np.unique gives the marked cells first where there are any
        shift = 0 if marks.any() else 1
        owner[piece[order] + shift] = which[order]
        owner[0] = _NEAR
        return np.asarray(owner[pieces])


def locate_few(xy: Floats, folder: Path, tolerance: float, shapes_of: ShapesOf) -> Located:
    """Return where a few points are, through the R-tree on disk.

    Parameters
    ----------
    xy : float array, (n, 2)
        Metres; NaN where there is none.
    folder : Path
        Of the index.
    tolerance : float
        Metres.
    shapes_of : callable
        Takes numbers of grids and returns their shapes.
    """
    from rtree import index

    tree = index.Index(str(folder / "grids"))
    pairs = [
        (at, which)
        for at in np.flatnonzero(np.isfinite(xy).all(axis=1)).tolist()
        for which in tree.intersection((*(xy[at] - tolerance), *(xy[at] + tolerance)))
    ]
    tree.close()
    grid = np.full(len(xy), OUTSIDE, dtype=np.int64)
    border: dict[int, tuple[int, ...]] = {}
    if pairs:
        point, which = np.array(sorted(pairs), dtype=np.int64).T
        numbers, place = np.unique(which, return_inverse=True)
        shapes = shapes_of(numbers.tolist())[place]
        points = shapely.points(xy)
        near = shapely.dwithin(shapes, points[point], tolerance)
        outer = np.ones(int(near.sum()), dtype=bool)
        found = _Pairs(point[near], which[near], shapes[near], outer)
        _settle(points, found, tolerance, grid, border)
    return Located(grid, border)


class _Pairs(NamedTuple):
    """Points and the grids within reach of them, sorted by point, then by grid.

    Attributes
    ----------
    point, which : int array
        Numbers of point and grid.
    shape : array of polygons
        Of the grid.
    outer : bool array
        Whether the grid may have a border with no grid beyond it.
    """

    point: Ints
    which: Ints
    shape: Geometries
    outer: Bools


def _settle(
    points: Geometries,
    pairs: _Pairs,
    tolerance: float,
    grid: Ints,
    border: dict[int, tuple[int, ...]],
) -> None:
    """Write the grid and the border of points, as in `Located`."""
    point, which = pairs.point, pairs.which
    inside = shapely.intersects(pairs.shape, points[point])
    # in reverse, so that of grids that overlap the first is kept
    grid[point[inside][::-1]] = which[inside][::-1]
    starts = np.flatnonzero(np.diff(point, prepend=-1))
    counts = np.diff(np.append(starts, len(point)))
    alone = starts[counts == 1]
    on_edge = ~inside[alone]
    asked = ~on_edge & pairs.outer[alone]
    lines = shapely.boundary(pairs.shape[alone[asked]])
    on_edge[asked] = shapely.dwithin(lines, points[point[alone[asked]]], tolerance)
    for pair in alone[on_edge].tolist():
        border[int(point[pair])] = (int(which[pair]),)
    several = counts > 1
    for start, count in zip(starts[several].tolist(), counts[several].tolist(), strict=True):
        at = int(point[start])
        own = int(grid[at])
        sides = which[start : start + count].tolist()
        border[at] = tuple(sorted(sides, key=lambda side: side != own))


def _outer_grids(shapes: Geometries) -> Bools:
    """Return which polygons have an edge that no other one has."""
    rings = shapely.get_rings(shapes, return_index=True)
    points, ring = shapely.get_coordinates(rings[0], return_index=True)
    points = points.round(_PLACES) + 0.0
    same = ring[:-1] == ring[1:]
    a = points[:-1][same] @ np.array([1.0, 1j])
    b = points[1:][same] @ np.array([1.0, 1j])
    # either way round, an edge is the same
    swap = (a.real > b.real) | ((a.real == b.real) & (a.imag > b.imag))
    edges = np.column_stack((np.where(swap, b, a), np.where(swap, a, b)))
    flat = np.ascontiguousarray(edges).view(np.dtype((np.void, 32))).ravel()
    _, back, counts = np.unique(flat, return_inverse=True, return_counts=True)
    outer = np.zeros(len(shapes), dtype=bool)
    outer[rings[1][ring[:-1][same]][counts[back] == 1]] = True
    return outer
