"""Where the coordinates of a list lie, batch by batch, and whether they are shifted as a whole.

A module of its own, so that a list without coordinates loads nothing of what they need.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from gridtool.addresses.coordinates import Placed, Placer
from gridtool.addresses.gazetteer import Gazetteer
from gridtool.addresses.lists import Batch
from gridtool.addresses.matching import SURE, Match
from gridtool.addresses.points import Located, Raster, locate_few
from gridtool.addresses.shifted import Shift, Witnesses
from gridtool.addresses.verdicts import Claim, Point
from gridtool.offsets import Floats, Source

# points from which a raster of all grids is worth its making
_MANY: Final = 5_000
_UNITS: Final = "°ENen东南西北经纬度"


class Whereabouts:
    """Brings the coordinates of rows to grids.

    Parameters
    ----------
    gazetteer : Gazetteer
    tolerance : float
        Metres from a border within which a point is on it.
    system : ``gcj02``, ``bd09`` or None
        What the coordinates are in.
    crs : str or None
        Of the list, where it is not that of the grids.
    columns : (int, int) or None
        Places of x and y in a row; None for a layer.
    """

    def __init__(
        self,
        gazetteer: Gazetteer,
        *,
        tolerance: float,
        system: Source | None,
        crs: str | None,
        columns: tuple[int, int] | None,
    ) -> None:
        self._gazetteer, self._tolerance, self._columns = gazetteer, tolerance, columns
        self._placer = Placer(
            gazetteer.crs,
            gazetteer.bounds,
            system=system,
            source=crs,
            pipeline=gazetteer.from_degrees,
        )
        self._raster: Raster | None = None
        self._witnesses = Witnesses()

    def points(self, batch: Batch) -> tuple[list[Point | None], list[tuple[str, ...]]]:
        """Return where rows lie, None for those without coordinates, and what was mended."""
        placed = self._placer.place(self._coordinates(batch))
        located = self._locate(placed.xy)
        there: list[bool] = np.asarray(np.isfinite(placed.xy).all(axis=1)).tolist()
        points = [
            Point(x, y, grid, located.border.get(at, ())) if known else None
            for at, (x, y, grid, known) in enumerate(
                zip(*placed.xy.T.tolist(), located.grid.tolist(), there, strict=True)
            )
        ]
        return points, _notes(placed, len(batch.rows))

    def witness(self, match: Match, point: Point, claim: Claim) -> None:
        """Hold a row's point against what it says otherwise."""
        place = (point.x, point.y)
        if match.place is not None and match.confidence >= SURE:
            self._witnesses.of_text(place, match.place)
        elif (grid := self._gazetteer.grid_at.get(claim.grid)) is not None:
            self._witnesses.of_claim(place, grid)

    def shift(self) -> Shift | None:
        """Return how the list is shifted as a whole, None where it is not."""
        return self._witnesses.shift(self._placer, self._gazetteer.shapes)

    def _coordinates(self, batch: Batch) -> Floats:
        """Return the coordinates of rows as they stand."""
        if self._columns is None:
            points = batch.points or []
            return np.array([point or (np.nan, np.nan) for point in points]).reshape(-1, 2)
        return np.column_stack([_numbers(batch.rows, at) for at in self._columns])

    def _locate(self, xy: Floats) -> Located:
        """Return the grids of points: through the R-tree for a few, a raster for many."""
        if self._raster is None and len(xy) < _MANY:
            folder, shapes_of = self._gazetteer.folder, self._gazetteer.shapes
            return locate_few(xy, folder, self._tolerance, shapes_of)
        if self._raster is None:
            self._raster = Raster(self._gazetteer.shapes(), self._tolerance)
        return self._raster.locate(xy)


def _notes(placed: Placed, count: int) -> list[tuple[str, ...]]:
    """Return what was mended of each row."""
    notes: list[tuple[str, ...]] = [()] * count
    for note, rows in placed.notes.items():
        for at in np.flatnonzero(rows).tolist():
            notes[at] = (*notes[at], note)
    return notes


def _numbers(rows: Sequence[Sequence[Any]], at: int) -> Floats:
    """Return a column of coordinates as numbers, NaN where a cell is none."""
    found = np.full(len(rows), np.nan)
    for number, row in enumerate(rows):
        cell = row[at]
        if cell is None or cell == "":
            continue
        try:
            found[number] = float(str(cell).strip().strip(_UNITS))
        except ValueError:
            continue
    return found
