"""A list whose points are shifted as a whole: web-map coordinates taken for true ones.

Points are held against what their rows say otherwise: the place of the text, else the grid that
is claimed. If far more of them agree once they are taken for GCJ-02 or BD-09, that is what they
are in. Points with one and the same error in metres, in no such system, show by their texts.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from gridtool.addresses.coordinates import Placer
from gridtool.addresses.points import ShapesOf
from gridtool.offsets import Floats, Move, from_bd09, from_gcj02

_MOST, _FEWEST = 2000, 20
# metres between a text's building and its point that are no error
_RIGHT = 60.0
_BETTER, _GOOD = 0.25, 0.6
# a vector fits anything a little better: of two that explain as much, a system is likelier
_PLAIN = 0.85

_SYSTEMS: Final = (("GCJ-02", "gcj02", from_gcj02), ("BD-09", "bd09", from_bd09))


class Shift(NamedTuple):
    """How a list is shifted.

    Attributes
    ----------
    system : str
        ``gcj02``, ``bd09``, or empty for a constant vector.
    name : str
        Of the system, as people write it.
    metres : float
        How far its points are from where they belong, in the median.
    before, after : float
        Share of the rows that agree with their text or claim as they are, and when it is undone.
    rows : int
        How many rows this rests on.
    """

    system: str
    name: str
    metres: float
    before: float
    after: float
    rows: int


class Witnesses:
    """Rows whose point can be held against something else, the first some thousands of them."""

    def __init__(self) -> None:
        self._points: list[tuple[float, float]] = []
        self._places: list[tuple[float, float]] = []
        self._claimed_points: list[tuple[float, float]] = []
        self._claimed_grids: list[int] = []

    def of_text(self, point: tuple[float, float], place: tuple[float, float]) -> None:
        """Take a row whose text is sure."""
        if len(self._points) < _MOST:
            self._points.append(point)
            self._places.append(place)

    def of_claim(self, point: tuple[float, float], grid: int) -> None:
        """Take a row that claims a grid there is."""
        if len(self._claimed_points) < _MOST:
            self._claimed_points.append(point)
            self._claimed_grids.append(grid)

    def shift(self, placer: Placer, shapes_of: ShapesOf) -> Shift | None:
        """Return how the list is shifted, None where it is not or too little tells.

        Parameters
        ----------
        placer : Placer
            With which the points were brought to metres.
        shapes_of : callable
            Takes numbers of grids and returns their shapes.
        """
        if len(self._points) >= _FEWEST:
            points, places = np.array(self._points), np.array(self._places)
            return _by_texts(points, places, placer)
        if len(self._claimed_points) >= _FEWEST:
            return self._by_claims(placer, shapes_of)
        return None

    def _by_claims(self, placer: Placer, shapes_of: ShapesOf) -> Shift | None:
        """Return the system in which most points lie in the grid that is claimed."""
        import shapely

        points = np.array(self._claimed_points)
        numbers, back = np.unique(self._claimed_grids, return_inverse=True)
        shapes = shapes_of(numbers.tolist())[back]

        def share(moved: Floats) -> float:
            return float(shapely.intersects(shapes, shapely.points(moved)).mean())

        before = share(points)
        best: Shift | None = None
        for name, system, undo in _SYSTEMS:
            moved = _undone(points, placer, undo)
            after = share(moved)
            if after >= max(before + _BETTER, _GOOD) and (best is None or after > best.after):
                best = Shift(system, name, _median(points, moved), before, after, len(points))
        return best


def _by_texts(points: Floats, places: Floats, placer: Placer) -> Shift | None:
    """Return the system, or the one vector, that brings points to the places of their texts."""
    before = _share_right(points, places)
    if before >= 1 - _BETTER:
        return None
    found: list[Shift] = []
    for name, system, undo in _SYSTEMS:
        moved = _undone(points, placer, undo)
        after = _share_right(moved, places)
        found.append(Shift(system, name, _median(points, moved), before, after, len(points)))
    vector = np.median(places - points, axis=0)
    length = float(np.hypot(*vector))
    if length > _RIGHT:
        after = _share_right(points + vector, places)
        found.append(Shift("", "", length, before, after, len(points)))
    best = max(found, key=lambda shift: shift.after * (1.0 if shift.system else _PLAIN))
    return best if best.after >= max(before + _BETTER, _GOOD) else None


def _undone(points: Floats, placer: Placer, undo: Move) -> Floats:
    """Return points as they are when what they are in is undone."""
    lon, lat = placer.to_degrees(points).T
    return placer.to_metres(np.column_stack(undo(lon, lat)))


def _share_right(points: Floats, places: Floats) -> float:
    """Return the share of points that lie where their text says."""
    return float((np.hypot(*(points - places).T) <= _RIGHT).mean())


def _median(points: Floats, moved: Floats) -> float:
    """Return how far points were moved, in the median."""
    return float(np.median(np.hypot(*(points - moved).T)))
