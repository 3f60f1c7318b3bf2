"""The one vector, if any, that moves buildings off the lines that cross them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gridtool.check.alignment import Sample, Signal, take_sample
from gridtool.geom import Floats, Geometries

_REACH = 800.0
_CELL = 4.0
_HALF_WINDOW = 2000.0
# cells across the window with the reach on either side, and a little more for a fast transform
_SIZE = 1440
_CANDIDATES = 12
_APART = 24.0
_REFINE = 16.0
_FINE = 2.0
_MOST_BUILDINGS = 600


def find_vector(shapes: Geometries, sample: Sample, signals: Sequence[Signal]) -> Floats:
    """Return the vector that leaves the fewest buildings crossed.

    Coarsely: lines and middles of buildings are drawn into cells of 4 m, and one correlation
    counts for every vector how many middles it puts on a line. The best of these are then
    counted on footprints and moved to the middle of the range where few are crossed.

    Parameters
    ----------
    shapes : array of polygons and points
        All buildings; those are used that lie in the 4 km where most are crossed.
    sample : Sample
        Some of them, to find that place; one at least is crossed.
    signals : sequence of Signal
        With lines.

    Returns
    -------
    float array, (2,)
        Metres, up to 800 along each axis and a little more.
    """
    crossed = np.any([signal.at_odds(sample) for signal in signals], axis=0)
    centre = _densest(sample.middles[crossed])
    middles = shapely.get_coordinates(shapely.centroid(shapes))
    near = (np.abs(middles - centre) < _HALF_WINDOW).all(axis=1)
    crossings = _crossings(middles[near], signals, centre)
    local = take_sample(shapes[near], _MOST_BUILDINGS)
    best, fewest = np.zeros(2), np.inf
    for candidate in _lowest(crossings):
        count = _count(local, signals, candidate)
        if count < fewest:
            best, fewest = candidate, count
    return _centred(local, signals, best)


def _densest(points: Floats) -> Floats:
    """Return the middle of the square of half the window with the most points."""
    cells, counts = np.unique(points // _HALF_WINDOW, axis=0, return_counts=True)
    return np.asarray((cells[counts.argmax()] + 0.5) * _HALF_WINDOW)


def _crossings(points: Floats, signals: Sequence[Signal], centre: Floats) -> Floats:
    """Return how many points each vector puts on lines: rows by y, columns by x from -_REACH."""
    low = centre - _HALF_WINDOW - _REACH
    spectrum = np.zeros((_SIZE, _SIZE // 2 + 1), dtype=complex)
    for signal in signals:
        drawn = np.zeros((_SIZE, _SIZE))
        drawn[_cells(_points_along(signal.lines, low, _SIZE * _CELL), low)] = 1.0
        # few long lines count as much as many short ones
        spectrum += np.fft.rfft2(drawn / max(1.0, drawn.sum()))
    placed = np.zeros((_SIZE, _SIZE))
    np.add.at(placed, _cells(points, low + _REACH), 1.0)
    spectrum *= np.conj(np.fft.rfft2(placed))
    steps = 2 * int(_REACH / _CELL) + 1
    return np.fft.irfft2(spectrum, s=(_SIZE, _SIZE))[:steps, :steps]


def _points_along(tree: shapely.STRtree, low: Floats, length: float) -> Floats:
    """Return points every half cell along the lines in a square."""
    square = (*low, *(low + length))
    near = tree.geometries[tree.query(shapely.box(*square))]
    inside = shapely.clip_by_rect(near, *square)
    points: Floats = shapely.get_coordinates(shapely.segmentize(inside, _CELL / 2))
    return points[((points >= low) & (points < low + length)).all(axis=1)]


def _cells(points: Floats, low: Floats) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of the cells that points lie in."""
    cells = ((points - low) / _CELL).astype(np.int64)
    return cells[:, 1], cells[:, 0]


def _lowest(crossings: Floats) -> list[Floats]:
    """Return the vectors with the fewest crossings, some way apart from one another."""
    left = crossings.copy()
    apart, middle = int(_APART / _CELL), crossings.shape[0] // 2
    found = []
    for _ in range(_CANDIDATES):
        row, column = np.unravel_index(left.argmin(), left.shape)
        found.append(np.array([column - middle, row - middle]) * _CELL)
        rows = slice(max(0, row - apart), row + apart + 1)
        left[rows, max(0, column - apart) : column + apart + 1] = np.inf
    return found


def _count(sample: Sample, signals: Sequence[Signal], vector: Floats) -> int:
    """Return how many crossings are left when the buildings are moved."""
    moved = sample.moved(vector)
    return sum(int(signal.at_odds(moved).sum()) for signal in signals)


def _centred(sample: Sample, signals: Sequence[Signal], vector: Floats) -> Floats:
    """Return the middle of the range with few crossings round a vector, axis by axis."""
    steps = np.arange(-_REFINE, _REFINE + _FINE, _FINE)
    for axis in (0, 1, 0, 1):
        tries = np.repeat(vector[None, :], len(steps), axis=0)
        tries[:, axis] += steps
        counts = np.array([_count(sample, signals, item) for item in tries])
        low = counts.min()
        vector = tries[counts <= low + max(1.0, 0.1 * low)].mean(axis=0)
    return vector
