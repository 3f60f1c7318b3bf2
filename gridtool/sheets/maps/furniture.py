"""What surrounds the maps of a sheet: title, legend, table, scale bar, north arrow, foot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely

from gridtool.geom import Geometries
from gridtool.messages import Lang
from gridtool.sheets.maps.canvas import Canvas, measure, wrap
from gridtool.sheets.maps.colours import DASHES, FRAME, INK, PALE_INK, ROAD_EDGE, Swatch
from gridtool.sheets.maps.layout import Layout, bar_length
from gridtool.sheets.maps.sheet import Box, MapSheet, Paper
from gridtool.sheets.maps.strip import Row, legend_rows

_WORDS: Final = {
    "zh": {"legend": "图例", "north": "北", "scale": "比例尺"},
    "en": {"legend": "Legend", "north": "N", "scale": "Scale"},
}
_TITLE: Final = (18.0, 15.0, 13.0)
_TEXT: Final = 7.5


def legend(sheet: MapSheet, swatches: Sequence[Swatch]) -> list[Row]:
    """Return the rows of the legend."""
    return legend_rows(str(_WORDS[sheet.lang]["legend"]), swatches)


def title_lines(sheet: MapSheet, paper: Paper) -> tuple[list[str], float]:
    """Return the title in one line as large as it can be, else in two, and its size."""
    if not sheet.title:
        return [], 0.0
    width = paper.width - 24 * paper.factor
    for size in _TITLE:
        if measure(sheet.title, size * paper.factor, bold=True) <= width:
            return [sheet.title], size * paper.factor
    size = _TITLE[-1] * paper.factor
    return wrap(sheet.title, size, bold=True, width=width, most=2), size


def draw_title(
    canvas: Canvas, sheet: MapSheet, box: Box, lines: Sequence[str], size: float
) -> None:
    """Write title and subtitle."""
    factor = canvas.paper.factor
    middle = box.x + box.width / 2
    top = box.y + box.height
    for at, line in enumerate(lines):
        canvas.text(middle, top - (at + 0.5) * 9 * factor, line, size, bold=True)
    if sheet.subtitle:
        y = top - len(lines) * 9 * factor - 1.6 * factor
        canvas.text(middle, y, sheet.subtitle, 9 * factor, colour=PALE_INK)


def draw_strip(canvas: Canvas, layout: Layout, lang: Lang) -> None:
    """Draw the rows of legend and table, column after column."""
    strip, factor = layout.strip, canvas.paper.factor
    if not layout.columns:
        return
    canvas.box(strip, "#ffffff", edge=FRAME, width=0.6)
    size = _TEXT * factor
    numbers = [cell for column in layout.columns for row in column for cell in row.cells[1:]]
    widest = max((measure(number, size, bold=True) for number in numbers), default=0.0)
    width = strip.width / len(layout.columns)
    for at, column in enumerate(layout.columns):
        for line, row in enumerate(column):
            y = strip.y + strip.height - (line + 1.5) * layout.row
            box = Box(strip.x + at * width, y, width, layout.row)
            if row.cells:
                _draw_cells(canvas, row, box, size, widest + 2 * factor)
            else:
                _draw_row(canvas, row, box, size, lang)


def _draw_row(canvas: Canvas, row: Row, box: Box, size: float, lang: Lang) -> None:
    """Draw a heading or a line of the legend."""
    factor = canvas.paper.factor
    left, middle = box.x + 3 * factor, box.y + box.height / 2
    if row.heading:
        canvas.text(left, middle, row.heading, size * 1.15, bold=True, align="left")
    if row.swatch is not None:
        sign = Box(left, middle - 1.5 * factor, 8 * factor, 3 * factor)
        _draw_swatch(canvas, row.swatch, sign)
        start = left + 11 * factor
        label = row.swatch.label(lang)
        _draw_fitting(canvas, label, start, middle, size, box.x + box.width - factor - start)


def _draw_fitting(canvas: Canvas, text: str, x: float, y: float, size: float, width: float) -> None:
    """Write a line from the left, smaller where it is too long, cut only when very long."""
    for scale in (1.0, 0.9, 0.8):
        if measure(text, size * scale, bold=False) <= width:
            canvas.text(x, y, text, size * scale, align="left")
            return
    cut = wrap(text, size * 0.8, bold=False, width=width, most=1)[0]
    canvas.text(x, y, cut, size * 0.8, align="left")


def _draw_swatch(canvas: Canvas, swatch: Swatch, box: Box) -> None:
    """Draw the sign of one line of the legend."""
    line = _lines([[(box.x, box.y + box.height / 2), (box.x + box.width, box.y + box.height / 2)]])
    if swatch.shape == "area":
        canvas.box(box, swatch.colour, edge=PALE_INK, width=0.5)
    elif swatch.shape == "road":
        canvas.lines(line, ROAD_EDGE, swatch.width + 0.8)
        canvas.lines(line, swatch.colour, swatch.width)
    elif swatch.shape == "rail":
        canvas.lines(line, swatch.colour, swatch.width)
        canvas.lines(line, "#ffffff", 1.0, dashes=DASHES["rail"])
    else:
        canvas.lines(line, swatch.colour, swatch.width, dashes=DASHES[swatch.shape])


def _draw_cells(canvas: Canvas, row: Row, box: Box, size: float, narrow: float) -> None:
    """Write the cells of a row of the table: the first from the left, numbers from the right.

    `narrow` is the width of a column of numbers.
    """
    factor = canvas.paper.factor
    left, right = box.x + 3 * factor, box.x + box.width - 3 * factor
    middle = box.y + box.height / 2
    numbers = row.cells[1:]
    for at, cell in enumerate(reversed(numbers)):
        canvas.text(right - at * narrow, middle, cell, size, bold=row.is_head, align="right")
    width = right - len(numbers) * narrow - left
    if row.is_head:
        canvas.text(left, middle, row.cells[0], size, bold=True, align="left")
        rule = _lines([[(left, box.y), (right, box.y)]])
        canvas.lines(rule, PALE_INK, 0.5)
    else:
        _draw_fitting(canvas, row.cells[0], left, middle, size, width)


def draw_foot(canvas: Canvas, sheet: MapSheet, layout: Layout, denominator: float) -> None:
    """Draw scale bar and scale on the left, source and date on the right."""
    factor = canvas.paper.factor
    foot = layout.foot
    middle = foot.y + foot.height / 2
    words = _WORDS[sheet.lang]
    text = f"{words['scale']} 1:{denominator:,.0f}"
    x = foot.x + 3 * factor
    canvas.text(x, middle, text, _TEXT * factor, align="left")
    start = x + measure(text, _TEXT * factor, bold=False) + 6 * factor
    end = _draw_bar(canvas, start, middle, denominator)
    room = foot.x + foot.width - 3 * factor - end - 6 * factor
    lines = wrap(sheet.foot, 6.5 * factor, bold=False, width=room, most=2)
    for at, line in enumerate(lines):
        y = middle + ((len(lines) - 1) / 2 - at) * 3.2 * factor
        canvas.text(
            foot.x + foot.width - 3 * factor, y, line, 6.5 * factor, align="right", colour=PALE_INK
        )


def _draw_bar(canvas: Canvas, x: float, y: float, denominator: float) -> float:
    """Draw a scale bar of four fields, and return where it ends."""
    factor = canvas.paper.factor
    metres = bar_length(denominator, min(45.0 * factor, canvas.paper.width / 4))
    length = metres / denominator * 1000.0
    height = 1.3 * factor
    for at in range(4):
        field = Box(x + at * length / 4, y - height - 0.1, length / 4, height)
        canvas.box(field, INK if at % 2 == 0 else "#ffffff", edge=INK, width=0.5)
    large = metres >= 2000
    unit, step = ("km", metres / 1000) if large else ("m", metres)
    for share in (0.0, 0.5, 1.0):
        number = f"{step * share:g}"
        text = f"{number} {unit}" if share == 1.0 else number
        canvas.text(x + share * length, y + 1.6 * factor, text, 6.0 * factor)
    return x + length + measure(f"{step:g} {unit}", 6.0 * factor, bold=False) / 2


def north_box(paper: Paper, frame: Box, areas: Geometries) -> Box:
    """Return the corner of a map in which a north arrow covers least, the north-east first."""
    width, height, gap = 8 * paper.factor, 14 * paper.factor, 2 * paper.factor
    xs = (frame.x + frame.width - width - gap, frame.x + gap)
    ys = (frame.y + frame.height - height - gap, frame.y + gap)
    corners = [Box(x, y, width, height) for y in ys for x in xs]
    tree = shapely.STRtree(areas)

    def covered(box: Box) -> float:
        near = areas[tree.query(box.polygon)]
        return round(float(shapely.area(shapely.intersection(near, box.polygon)).sum()), 3)

    return min(corners, key=covered)


def draw_north(canvas: Canvas, box: Box, lang: Lang) -> None:
    """Draw a north arrow."""
    x, width = box.x + box.width / 2, box.width * 0.62
    tip, low, notch = box.y + box.height * 0.66, box.y, box.y + box.height * 0.16
    left = [(x, tip), (x - width / 2, low), (x, notch)]
    right = [(x, tip), (x, notch), (x + width / 2, low)]
    outline = np.array([shapely.Polygon([left[0], left[1], left[2], right[2]])], dtype=object)
    canvas.areas(outline, "#ffffff", edge="#ffffff", width=2.5)
    canvas.areas(np.array([shapely.Polygon(left)], dtype=object), INK, edge=INK, width=0.5)
    canvas.areas(np.array([shapely.Polygon(right)], dtype=object), "#ffffff", edge=INK, width=0.5)
    top = box.y + box.height * 0.84
    factor = canvas.paper.factor
    canvas.text(x, top, _WORDS[lang]["north"], 9 * factor, bold=True, halo=2.0)


def _lines(points: Sequence[Sequence[tuple[float, float]]]) -> Geometries:
    """Return lines as an array."""
    return np.array([shapely.LineString(line) for line in points], dtype=object)
