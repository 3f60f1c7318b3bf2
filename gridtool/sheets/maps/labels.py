"""Where names stand on a map: inside their shape if they can, and never over one another.

All lengths here are millimetres on paper. A place is sought for the largest type first, then for
smaller, then for the first line alone, then across the border, then beside the shape with a line
leading to it; a name without any place is told, not printed over another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from gridtool.geom import Bools, Floats, Geometries

MM_PER_POINT: Final = 25.4 / 72

Measure = Callable[[str, float, bool], float]
"""Width in millimetres of a text in a size in points, bold or not."""

_LINE: Final = 1.25
_SMALLER: Final = 0.82
_SCALES: Final = (1.0, 0.85, 0.72)
_LATTICE: Final = 13
# characters of a name on one line
_LONGEST: Final = 8
_GAP_MM: Final = 0.5
_MOST_OUTSIDE: Final = 0.45
_STRAIGHT: Final = 0.97
# how far from a shape, and at which angles, a name beside it is tried
_AWAY_MM: Final = (1.0, 30.0, 2.0)
_TURN_DEGREES: Final = 15


class Line(NamedTuple):
    """One line of a label: text, size in points, weight."""

    text: str
    size: float
    bold: bool


class Placed(NamedTuple):
    """A label in its place.

    Attributes
    ----------
    lines : tuple of Line
    x, y : float
        Its middle.
    angle : float
        Degrees, counter-clockwise.
    leader : tuple of float, optional
        End of the line that leads to the shape.
    """

    lines: tuple[Line, ...]
    x: float
    y: float
    angle: float = 0.0
    leader: tuple[float, float] | None = None


@dataclass
class Board:
    """What is taken on a map already; labels are put on it one after another.

    Attributes
    ----------
    frame : Polygon
        Where labels may stand.
    measure : callable
        Width of a text.
    taken : list of geometries
        Labels, and the lines that lead to some.
    """

    frame: Polygon
    measure: Measure
    taken: list[BaseGeometry] = field(default_factory=list)

    def are_free(self, boxes: Geometries) -> Bools:
        """Return which boxes are inside the frame and clear of all that stands."""
        free = np.asarray(shapely.contains(self.frame, boxes))
        if self.taken:
            tree = shapely.STRtree(self.taken)
            free[tree.query(boxes, predicate="intersects")[0]] = False
        return free

    def size(self, lines: Sequence[Line]) -> tuple[float, float]:
        """Return width and height of lines above each other."""
        width = max(self.measure(line.text, line.size, line.bold) for line in lines)
        return width, sum(line.size for line in lines) * _LINE * MM_PER_POINT

    def place_area(
        self, shape: BaseGeometry, texts: Sequence[str], size: float, *, beside: bool = True
    ) -> Placed | None:
        """Put a label on an area.

        Parameters
        ----------
        shape : Polygon or MultiPolygon
        texts : sequence of str
            Lines; the first is the name, in bold, the rest are smaller and may be dropped.
        size : float
            Of the name, in points.
        beside : bool
            Whether it may stand beside the area, led to it by a line.

        Returns
        -------
        Placed
            None when there is no place.
        """
        visible = shapely.intersection(shape, self.frame)
        parts = [part for part in shapely.get_parts(visible) if part.area > 0]
        if not parts:
            return None
        largest = max(parts, key=lambda part: part.area)
        spots = _lattice(largest)
        for lines in _variants(texts, size):
            found = self._inside(largest, spots, lines, _GAP_MM, outside=0.0)
            if found is not None:
                return found
        smallest = [
            tuple(Line(piece, size * _SCALES[-1], bold=True) for piece in pieces)
            for pieces in _broken(texts[0])
        ]
        for lines in smallest:
            found = self._inside(largest, spots, lines, 0.0, outside=_MOST_OUTSIDE)
            if found is not None:
                return found
        return self._beside(largest, spots[0], smallest[0]) if beside else None

    def _inside(
        self,
        shape: BaseGeometry,
        spots: Floats,
        lines: tuple[Line, ...],
        gap: float,
        outside: float,
    ) -> Placed | None:
        """Return the label at the first spot where at most a share of it is outside the shape."""
        width, height = self.size(lines)
        boxes = _boxes(spots, width + 2 * gap, height + 2 * gap)
        if outside:
            beyond = 1 - shapely.area(shapely.intersection(boxes, shape)) / shapely.area(boxes)
            # what sticks out least first; within a tenth the spot with most room
            order = np.argsort(np.round(beyond, 1), kind="stable")
            order = order[beyond[order] <= outside]
        else:
            shapely.prepare(shape)
            order = np.flatnonzero(shapely.contains(shape, boxes))
        free = order[self.are_free(boxes[order])]
        if not len(free):
            return None
        x, y = spots[free[0]]
        self.taken.append(boxes[free[0]])
        return Placed(lines, float(x), float(y))

    def _beside(self, shape: BaseGeometry, spot: Floats, lines: tuple[Line, ...]) -> Placed | None:
        """Return the label beside the shape, led to it by a line, as near as there is room."""
        width, height = self.size(lines)
        spots = _around(shape, width, height)
        boxes = _boxes(spots, width, height)
        ends = np.stack((np.broadcast_to(spot, spots.shape), spots), axis=1)
        leaders = shapely.difference(shapely.linestrings(ends), boxes)
        free = np.flatnonzero(self.are_free(boxes) & self.are_free(leaders))
        if not len(free):
            return None
        x, y = spots[free[0]]
        self.taken += [boxes[free[0]], leaders[free[0]]]
        return Placed(lines, float(x), float(y), leader=(float(spot[0]), float(spot[1])))

    def place_line(self, line: BaseGeometry, text: str, size: float) -> Placed | None:
        """Put a name along the straightest stretch of a line that is free.

        Parameters
        ----------
        line : LineString or MultiLineString
        text : str
        size : float
            In points.
        """
        parts = shapely.get_parts(shapely.line_merge(shapely.intersection(line, self.frame)))
        width, height = self.size([Line(text, size, bold=False)])
        for part in sorted(parts, key=lambda part: -part.length):
            if part.length < width * 1.15:
                return None
            found = self._along(part, Line(text, size, bold=False), width, height)
            if found is not None:
                return found
        return None

    def _along(self, part: BaseGeometry, line: Line, width: float, height: float) -> Placed | None:
        """Return the name on the straightest free stretch, the middle before the ends."""
        starts = np.linspace(0, part.length - width, 25)
        starts = starts[np.argsort(np.abs(starts - starts.mean()), kind="stable")]
        ends = shapely.get_coordinates(
            shapely.line_interpolate_point(part, np.column_stack((starts, starts + width)).ravel())
        ).reshape(-1, 2, 2)
        middles = shapely.get_coordinates(shapely.line_interpolate_point(part, starts + width / 2))
        chord = ends[:, 1] - ends[:, 0]
        straight = np.hypot(chord[:, 0], chord[:, 1]) / width
        for at in np.argsort(-np.round(np.minimum(straight, _STRAIGHT + 0.02), 2), kind="stable"):
            if straight[at] < _STRAIGHT:
                return None
            angle = _upright(np.degrees(np.arctan2(chord[at, 1], chord[at, 0])))
            found = self._turned(middles[at], angle, line, width, height)
            if found is not None:
                return found
        return None

    def place_within(self, shape: BaseGeometry, text: str, size: float) -> Placed | None:
        """Put a name inside a long shape, such as a river, turned as the bank beside it."""
        visible = shapely.intersection(shape, self.frame)
        if visible.is_empty:
            return None
        spots = np.vstack([_lattice(part) for part in shapely.get_parts(visible) if part.area > 0])
        width, height = self.size([Line(text, size, bold=False)])
        banks = shapely.boundary(visible)
        shapely.prepare(visible)
        for spot in spots:
            near = shapely.line_locate_point(banks, shapely.Point(spot))
            ends = shapely.get_coordinates(
                shapely.line_interpolate_point(banks, [near - width / 2, near + width / 2])
            )
            step = ends[1] - ends[0]
            angle = _upright(np.degrees(np.arctan2(step[1], step[0])))
            box = _turned_box(spot, angle, width, height * 0.8)
            if visible.contains(box):
                found = self._turned(spot, angle, Line(text, size, bold=False), width, height)
                if found is not None:
                    return found
        return None

    def _turned(
        self, middle: Floats, angle: float, line: Line, width: float, height: float
    ) -> Placed | None:
        """Return a turned label when its box is free, and take the place."""
        box = _turned_box(middle, angle, width, height)
        if not self.are_free(np.array([box], dtype=object))[0]:
            return None
        self.taken.append(box)
        return Placed((line,), float(middle[0]), float(middle[1]), angle)


def _variants(texts: Sequence[str], size: float) -> Iterator[tuple[Line, ...]]:
    """Return the forms a label may take, the fullest first."""
    for count in dict.fromkeys((len(texts), 1)):
        for scale in _SCALES:
            rest = [Line(text, size * scale * _SMALLER, bold=False) for text in texts[1:count]]
            for pieces in _broken(texts[0]):
                yield (*(Line(piece, size * scale, bold=True) for piece in pieces), *rest)


def _broken(name: str) -> list[list[str]]:
    """Return the ways a name may be broken into lines of about one length; short ones are whole."""
    fewest = -(-len(name) // _LONGEST)
    counts = (1,) if fewest <= 1 else (fewest, fewest + 1, 1)
    lengths = (-(-len(name) // count) for count in counts)
    return [[name[at : at + step] for at in range(0, len(name), step)] for step in lengths]


def _lattice(shape: BaseGeometry) -> Floats:
    """Return points inside a shape: much room around them first, then near its middle."""
    west, south, east, north = shapely.bounds(shape)
    across = np.linspace(west, east, _LATTICE + 2)[1:-1]
    along = np.linspace(south, north, _LATTICE + 2)[1:-1]
    grid = np.stack(np.meshgrid(across, along), axis=-1).reshape(-1, 2)
    circle = shapely.maximum_inscribed_circle(shape, tolerance=max(np.sqrt(shape.area) / 50, 0.05))
    shapely.prepare(shape)
    pole = shapely.get_coordinates(circle)[:1]
    spots = np.vstack((pole, grid[shapely.contains_xy(shape, grid)]))
    room = shapely.distance(shapely.boundary(shape), shapely.points(spots))
    middle = shapely.get_coordinates(shapely.centroid(shape))
    astray = np.hypot(*(spots - middle).T)
    # a tenth of the room more or less is not seen, a name off the middle is
    order = np.lexsort((np.round(astray, 3), -np.round(room / room.max(), 1)))
    return np.asarray(spots[order])


def _around(shape: BaseGeometry, width: float, height: float) -> Floats:
    """Return points around a shape at which a box stands beside it, the nearest first."""
    west, south, east, north = shapely.bounds(shape)
    turn = np.radians(np.arange(0, 360, _TURN_DEGREES))
    away = np.arange(*_AWAY_MM)[:, None]
    x = (west + east) / 2 + ((east - west + width) / 2 + away) * np.cos(turn)
    y = (south + north) / 2 + ((north - south + height) / 2 + away) * np.sin(turn)
    return np.column_stack((x.ravel(), y.ravel()))


def _boxes(middles: Floats, width: float, height: float) -> Geometries:
    """Return upright boxes around points."""
    x, y = middles[:, 0], middles[:, 1]
    boxes = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return np.asarray(boxes, dtype=object)


def _turned_box(middle: Floats, angle: float, width: float, height: float) -> Polygon:
    """Return a box around a point, turned by degrees."""
    turn = np.radians(angle)
    along = np.array([np.cos(turn), np.sin(turn)]) * width / 2
    up = np.array([-np.sin(turn), np.cos(turn)]) * height / 2
    corners = [middle - along - up, middle + along - up, middle + along + up, middle - along + up]
    return Polygon(corners)


def _upright(angle: float) -> float:
    """Return the angle at which a line of text is not upside down."""
    return float((angle + 90.0) % 180.0 - 90.0)
