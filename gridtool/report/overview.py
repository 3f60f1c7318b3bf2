"""The small map of a page of findings: outlines of communities, marks of findings, as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from gridtool.geom import Floats, Geometries, mark_points

_WIDTH: Final = 1000.0
_LEAST_HEIGHT, _MOST_HEIGHT = 400.0, 1400.0
_MARGIN: Final = 24.0
# a finding larger than this on the map is drawn with its outline
_OUTLINED: Final = 14.0
_SIMPLIFIED: Final = 0.5
# far-off strays must not shrink the county to a dot
_STRAY: Final = 20.0


class Mark(NamedTuple):
    """A finding on the map: its number, severity, the words a pointer gets to see."""

    number: int
    severity: str
    words: str


class _Frame(NamedTuple):
    """How ground becomes picture: offset, units a metre, and the picture's size."""

    west: float
    north: float
    scale: float
    width: float
    height: float

    def place(self, coordinates: Floats) -> Floats:
        """Return coordinates of the picture, y down."""
        x = (coordinates[:, 0] - self.west) * self.scale
        y = (self.north - coordinates[:, 1]) * self.scale
        return np.column_stack((x, y))


def overview_svg(
    outlines: gpd.GeoDataFrame, shapes: Geometries, marks: list[Mark], *, label: str
) -> str:
    """Draw the map.

    Parameters
    ----------
    outlines : GeoDataFrame
        ``name`` and geometry of the communities, valid or not; may be empty.
    shapes : array of geometries
        Of the findings, in the same CRS; missing ones have no mark.
    marks : list of Mark
        One for each of `shapes`; later ones are drawn beneath.
    label : str
        What the map is, for those who do not see it.

    Returns
    -------
    str
        An ``svg`` element, empty text when there is nothing to draw. Marks outside the ground
        of the communities stand on the map's edge.
    """
    ground = np.asarray(outlines.geometry.array, dtype=object)
    points = mark_points(shapes)
    there = np.flatnonzero(~shapely.is_missing(points))
    frame = _frame(ground, points[there])
    if frame is None:
        return ""
    areas = "".join(_areas(ground, outlines["name"].tolist(), frame))
    drawn = "".join(_marks(shapes, points, there[::-1], marks, frame))
    size = f"0 0 {_short(frame.width)} {_short(frame.height)}"
    return (
        f'<svg id="map" viewBox="{size}" role="img" aria-label="{escape(label)}">'
        f'<g class="ground">{areas}</g><g class="marks">{drawn}</g></svg>'
    )


def _frame(ground: Geometries, points: Geometries) -> _Frame | None:
    """Return the frame round the communities, without strays; else round the marks."""
    bounds = shapely.bounds(ground) if len(ground) else np.empty((0, 4))
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        bounds = shapely.bounds(points) if len(points) else bounds
    if not len(bounds):
        return None
    centres = (bounds[:, :2] + bounds[:, 2:]) / 2
    away = np.hypot(*(centres - np.median(centres, axis=0)).T)
    bounds = bounds[away <= max(_STRAY * float(np.median(away)), float(away.min()))]
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    wide, high = max(east - west, 1.0), max(north - south, 1.0)
    inner = _WIDTH - 2 * _MARGIN
    scale = min(inner / wide, (_MOST_HEIGHT - 2 * _MARGIN) / high)
    height = max(high * scale + 2 * _MARGIN, _LEAST_HEIGHT)
    return _Frame(
        west=west - (_WIDTH / scale - wide) / 2,
        north=north + (height / scale - high) / 2,
        scale=scale,
        width=_WIDTH,
        height=height,
    )


def _areas(ground: Geometries, names: list[object], frame: _Frame) -> Iterator[str]:
    """Draw the communities."""
    for shape, name in zip(ground, names, strict=True):
        drawn = _path(shape, frame)
        if drawn:
            yield f'<path d="{drawn}"><title>{escape(str(name or ""))}</title></path>'


def _marks(
    shapes: Geometries, points: Geometries, rows: np.ndarray, marks: list[Mark], frame: _Frame
) -> Iterator[str]:
    """Draw the findings: each a mark of a fixed size, large ones with their outline."""
    places = np.zeros((len(points), 2))
    places[rows] = frame.place(shapely.get_coordinates(points[rows]))
    off = np.asarray((places < 0).any(axis=1) | (places > (frame.width, frame.height)).any(axis=1))
    places = np.clip(places, _MARGIN / 3, np.array((frame.width, frame.height)) - _MARGIN / 3)
    bounds = shapely.bounds(shapes)
    extent = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]) * frame.scale
    for at in rows:
        number, severity, words = marks[at]
        x, y = places[at]
        if extent[at] > _OUTLINED and not off[at]:
            drawn = _path(shapes[at], frame)
            yield f'<path class="shape {severity}" data-n="{number}" d="{drawn}"/>'
        beyond = " off" if off[at] else ""
        yield (
            f'<path class="mark {severity}{beyond}" data-n="{number}"'
            f' d="M{_short(x)} {_short(y)}h0"><title>{escape(words)}</title></path>'
        )


def _path(shape: object, frame: _Frame) -> str:
    """Return the path of a geometry, simplified to what can be seen."""
    if shape is None or not np.isfinite(shapely.bounds(shape)).all():
        return ""
    placed = shapely.transform(shape, frame.place)
    parts = shapely.get_parts(shapely.simplify(placed, _SIMPLIFIED))
    rings: list[str] = []
    for part in parts:
        if part.geom_type == "Polygon":
            rings += [_line(ring) + "Z" for ring in (part.exterior, *part.interiors)]
        elif part.geom_type == "LineString":
            rings.append(_line(part))
    return "".join(rings)


def _line(line: object) -> str:
    """Return the path of one line."""
    points = shapely.get_coordinates(line)
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points)


def _short(value: float) -> str:
    """Return a coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")
