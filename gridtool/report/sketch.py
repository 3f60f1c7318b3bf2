"""The small map of one change group: before in dashes, after filled, what moved marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from gridtool.geom import Floats, Geometries

WIDTH: Final = 420.0
_MOST_HEIGHT: Final = 420.0
_LEAST_HEIGHT: Final = 200.0
_MARGIN: Final = 26.0
_SIMPLIFIED: Final = 0.4
_SHADES: Final = 6
# the end of a code that tells it from its neighbours
_TAIL: Final = 6
_MOST_LABELS: Final = 14
_STEPS: Final = (1, 2, 5)


class Ground(NamedTuple):
    """What the maps are drawn from; CRS in metres.

    Attributes
    ----------
    before, after : GeoDataFrame
        ``grid_code``, ``group_id``; `after` with the grids that did not change.
    moved : GeoDataFrame
        ``group_id``, ``old_code``, ``new_code``, ``households``: ground that went to another grid.
    homes : GeoDataFrame
        ``group_id``, ``households``: points of the buildings that went to another grid.
    """

    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    moved: gpd.GeoDataFrame
    homes: gpd.GeoDataFrame


class _Frame(NamedTuple):
    """How ground becomes picture: offset, units a metre, and the picture's height."""

    west: float
    north: float
    scale: float
    height: float

    def place(self, xy: Floats) -> Floats:
        """Return coordinates of the picture, y down."""
        return np.column_stack(
            ((xy[:, 0] - self.west) * self.scale, (self.north - xy[:, 1]) * self.scale)
        )


class Sketcher:
    """Draws the maps of some groups from one index of the grids around.

    Parameters
    ----------
    ground : Ground
    groups : sequence of str
        Ids of those to be drawn.
    """

    def __init__(self, ground: Ground, groups: Sequence[str]) -> None:
        self._around: Geometries = np.asarray(ground.after.geometry.array, dtype=object)
        self._tree = shapely.STRtree(self._around)
        self._parts = [
            {
                str(key): part
                for key, part in frame[frame["group_id"].isin(groups)].groupby("group_id")
            }
            for frame in ground
        ]

    def draw(self, group: str, *, label: str) -> str:
        """Return the map of a group as an ``svg`` element.

        Parameters
        ----------
        group : str
            Its id.
        label : str
            What the map is, for those who do not see it.
        """
        before, after, moved, homes = (part.get(group) for part in self._parts)
        shapes = [np.asarray(side.geometry.array) for side in (before, after) if side is not None]
        frame = _frame(shapely.total_bounds(np.concatenate(shapes)))
        parts = [*self._neighbours(frame)]
        if after is not None:
            parts += _areas(after, frame)
        if moved is not None:
            parts += [_path(shape, frame, "moved") for shape in moved.geometry]
        if before is not None:
            parts += [_path(shape, frame, "before") for shape in before.geometry]
        if homes is not None:
            parts += _homes(homes, frame)
        if after is not None:
            parts += _labels(after, frame)
        parts.append(_scale_bar(frame))
        size = f"0 0 {WIDTH:.0f} {frame.height:.0f}"
        return (
            f'<svg viewBox="{size}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'
        )

    def _neighbours(self, frame: _Frame) -> Iterator[str]:
        """Draw the grids around, faintly."""
        seen = shapely.box(
            frame.west,
            frame.north - frame.height / frame.scale,
            frame.west + WIDTH / frame.scale,
            frame.north,
        )
        for at in sorted(self._tree.query(seen)):
            yield _path(shapely.intersection(self._around[at], seen), frame, "near")


def _frame(bounds: Floats) -> _Frame:
    """Return the frame round some ground."""
    west, south, east, north = bounds
    wide, high = max(east - west, 1.0), max(north - south, 1.0)
    scale = min((WIDTH - 2 * _MARGIN) / wide, (_MOST_HEIGHT - 2 * _MARGIN) / high)
    height = max(high * scale + 2 * _MARGIN, _LEAST_HEIGHT)
    return _Frame(
        west=west - (WIDTH / scale - wide) / 2,
        north=north + (height / scale - high) / 2,
        scale=scale,
        height=height,
    )


def _areas(grids: gpd.GeoDataFrame, frame: _Frame) -> Iterator[str]:
    """Draw the grids after, each in a shade of its own."""
    for at, (code, shape) in enumerate(zip(grids["grid_code"], grids.geometry, strict=True)):
        yield _path(shape, frame, f"after s{at % _SHADES}", str(code))


def _homes(homes: gpd.GeoDataFrame, frame: _Frame) -> Iterator[str]:
    """Draw the buildings that moved; those with households larger."""
    places = frame.place(shapely.get_coordinates(homes.geometry.array))
    for (x, y), households in zip(places, homes["households"], strict=True):
        radius = 3.2 if households else 2.0
        yield f'<circle class="home" cx="{_short(x)}" cy="{_short(y)}" r="{radius}"/>'


def _labels(grids: gpd.GeoDataFrame, frame: _Frame) -> Iterator[str]:
    """Write the end of each code on its grid."""
    if len(grids) > _MOST_LABELS:
        return
    shapes = np.asarray(grids.geometry.array, dtype=object)
    inner = shapely.maximum_inscribed_circle(shapes, tolerance=2.0 / frame.scale)
    places = frame.place(shapely.get_coordinates(inner)[::2])
    for code, (x, y) in zip(grids["grid_code"], places, strict=True):
        text = escape(str(code)[-_TAIL:])
        yield f'<text x="{_short(x)}" y="{_short(y + 4)}">{text}</text>'


def _scale_bar(frame: _Frame) -> str:
    """Draw a bar of a round length."""
    most = WIDTH / 4 / frame.scale
    power = 10 ** np.floor(np.log10(most))
    metres = max(step * power for step in _STEPS if step * power <= most)
    length, y = metres * frame.scale, frame.height - 10
    text = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    return (
        f'<path class="bar" d="M10 {_short(y - 4)}v4h{_short(length)}v-4"/>'
        f'<text class="bar" x="{_short(14 + length)}" y="{_short(y)}">{text}</text>'
    )


def _path(shape: shapely.Geometry, frame: _Frame, kind: str, title: str = "") -> str:
    """Draw a polygon, simplified to what can be seen."""
    placed = shapely.simplify(shapely.transform(shape, frame.place), _SIMPLIFIED)
    rings: list[Sequence[Sequence[float]]] = [
        shapely.get_coordinates(ring).tolist()
        for part in shapely.get_parts(placed)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    if not rings:
        return ""
    drawn = "".join(
        "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in ring[:-1]) + "Z" for ring in rings
    )
    told = f"<title>{escape(title)}</title>" if title else ""
    return f'<path class="{kind}" d="{drawn}">{told}</path>'


def _short(value: float) -> str:
    """Return a coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")
