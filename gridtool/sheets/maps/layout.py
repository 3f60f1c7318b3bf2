"""Where title, maps, legend and foot stand on a page, and to what scale maps are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from shapely import Polygon

from gridtool.geom import Floats, Geometries
from gridtool.sheets.maps.sheet import Bounds, Box, Paper
from gridtool.sheets.maps.strip import Row, flow, flow_into

_NICE: Final = (1.0, 1.2, 1.5, 1.8, 2.0, 2.2, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0)
# the frame is a little larger than what must be seen
_ROOM: Final = 0.94
_MARGIN: Final = 8.0
_TITLE, _HEADING, _FOOT, _ROW, _STRIP = 9.0, 7.0, 9.0, 4.8, 50.0
# a table that would take more of the page than this is left out
_MOST_BESIDE: Final = 2
_MOST_BELOW: Final = 0.3


class Layout(NamedTuple):
    """The places on a page.

    Attributes
    ----------
    page, strip, foot : Box
    title : Box, optional
    maps : tuple of Box
        One for each panel.
    columns : list of list of Row
        Of the strip of legend and table.
    row : float
        Height of a row of the strip.
    """

    page: Box
    title: Box | None
    maps: tuple[Box, ...]
    strip: Box
    foot: Box
    columns: list[list[Row]]
    row: float


class Projection(NamedTuple):
    """From metres on the ground to millimetres on the page."""

    west: float
    south: float
    denominator: float
    box: Box

    def apply(self, coordinates: Floats) -> Floats:
        """Return coordinates on the page."""
        origin = np.array([self.west, self.south])
        corner = np.array([self.box.x, self.box.y])
        return np.asarray((coordinates - origin) * (1000.0 / self.denominator) + corner)

    def project(self, shapes: Geometries) -> Geometries:
        """Return shapes on the page."""
        return np.asarray(shapely.transform(shapes, self.apply), dtype=object)

    @property
    def ground(self) -> Polygon:
        """Return what the frame shows, in metres."""
        metres = self.denominator / 1000.0
        width, height = self.box.width * metres, self.box.height * metres
        return shapely.box(self.west, self.south, self.west + width, self.south + height)


def project_into(bounds: Bounds, box: Box, *, denominator: float | None = None) -> Projection:
    """Return the projection that shows bounds in the middle of a box, at a round scale.

    Parameters
    ----------
    bounds : tuple
        In metres.
    box : Box
    denominator : float, optional
        Of the scale; the largest round one at which the bounds fit by default.
    """
    west, south, east, north = bounds
    scale = denominator or round_scale(bounds, box)
    metres = scale / 1000.0
    x, y = (west + east) / 2, (south + north) / 2
    return Projection(x - box.width * metres / 2, y - box.height * metres / 2, scale, box)


def round_scale(bounds: Bounds, box: Box) -> float:
    """Return the denominator of the largest round scale at which bounds fit into a box."""
    west, south, east, north = bounds
    needed = max((east - west) / box.width, (north - south) / box.height, 0.05) * 1000.0 / _ROOM
    return next(value for value in _round_numbers(needed) if value >= needed)


def _round_numbers(least: float) -> Iterator[float]:
    """Yield round numbers from below `least` upwards."""
    power = 10.0 ** np.floor(np.log10(least))
    while True:
        yield from (nice * power for nice in _NICE)
        power *= 10.0


def bar_length(denominator: float, most_mm: float) -> float:
    """Return the metres that a scale bar of at most `most_mm` stands for: 1, 2 or 5 by power."""
    most = most_mm * denominator / 1000.0
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(step * power for step in (1.0, 2.0, 5.0) if step * power <= most))


def lay_out(
    paper: Paper,
    panels: int,
    legend: Sequence[Row],
    table: Sequence[Row],
    *,
    title_lines: int,
    has_subtitle: bool,
    beside: bool,
) -> Layout:
    """Return the places on a page.

    Parameters
    ----------
    paper : Paper
    panels : int
        How many maps there are.
    legend, table : sequence of Row
        Of the strip; the first row of the table is its head.
    title_lines : int
        How many lines the title takes; none is drawn when 0.
    has_subtitle : bool
    beside : bool
        Whether the strip stands on the right of the maps, else below them.
    """
    factor = paper.factor
    margin = _MARGIN * factor if title_lines else 0.5
    page = Box(margin, margin, paper.width - 2 * margin, paper.height - 2 * margin)
    head = (_TITLE * title_lines + (8.0 if has_subtitle else 3.0)) * factor if title_lines else 0.0
    foot = Box(page.x, page.y, page.width, _FOOT * factor)
    row = _ROW * factor
    body = Box(page.x, page.y + foot.height, page.width, page.height - foot.height - head)
    split = _strip_beside if beside else _strip_below
    body, strip, columns = split(body, legend, table, factor)
    title = Box(page.x, page.y + page.height - head, page.width, head) if title_lines else None
    maps = _panels(body, panels, _HEADING * factor if panels > 1 else 0.0)
    return Layout(page, title, maps, strip, foot, columns, row)


def _strip_beside(
    body: Box, legend: Sequence[Row], table: Sequence[Row], factor: float
) -> tuple[Box, Box, list[list[Row]]]:
    """Divide the body into maps and the strip on their right."""
    most = max(int(body.height / (_ROW * factor)) - 1, 1)
    columns = flow(legend, table, most)
    if len(columns) > _MOST_BESIDE:
        columns = flow(legend, (), most)
    taken = min(len(columns) * _STRIP * factor, body.width / 2)
    strip = Box(body.x + body.width - taken, body.y, taken, body.height)
    return body._replace(width=body.width - taken), strip, columns


def _strip_below(
    body: Box, legend: Sequence[Row], table: Sequence[Row], factor: float
) -> tuple[Box, Box, list[list[Row]]]:
    """Divide the body into maps and the strip below them."""
    count = max(int(body.width / (_STRIP * factor)), 1)
    columns = flow_into(legend, table, count)
    if max(map(len, columns), default=0) * _ROW * factor > body.height * _MOST_BELOW:
        columns = flow_into(legend, (), count)
    longest = max(map(len, columns), default=0)
    taken = (longest + 1) * _ROW * factor if longest else 0.0
    strip = Box(body.x, body.y, body.width, taken)
    return Box(body.x, body.y + taken, body.width, body.height - taken), strip, columns


def _panels(body: Box, count: int, heading: float) -> tuple[Box, ...]:
    """Return the frames of maps: side by side in a wide body, else one above another."""
    gap = 2.0 if count > 1 else 0.0
    if body.width >= body.height:
        width = (body.width - gap * (count - 1)) / count
        return tuple(
            Box(body.x + at * (width + gap), body.y, width, body.height - heading)
            for at in range(count)
        )
    height = (body.height - gap * (count - 1)) / count
    tops = (body.y + body.height - at * (height + gap) for at in range(count))
    return tuple(Box(body.x, top - height, body.width, height - heading) for top in tops)
