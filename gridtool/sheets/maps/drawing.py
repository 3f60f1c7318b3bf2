"""Draw a map sheet: ground, areas, borders, then the names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gridtool.columns import LOCAL, road_class
from gridtool.geom import Geometries, require_metres
from gridtool.sheets.maps import furniture
from gridtool.sheets.maps.canvas import Canvas, measure
from gridtool.sheets.maps.colours import (
    BORDER,
    BUILDING,
    BUILDING_EDGE,
    BUILDING_SWATCH,
    CONTEXT,
    DASHES,
    FORMER,
    FORMER_SWATCH,
    FRAME,
    FRAME_SWATCH,
    GROUND,
    INK,
    MOVED,
    MOVED_SWATCH,
    PALE_INK,
    RAIL,
    RAIL_SWATCH,
    ROAD_EDGE,
    ROAD_INK,
    ROADS,
    WATER,
    WATER_INK,
    WATER_SWATCH,
    Swatch,
)
from gridtool.sheets.maps.labels import MM_PER_POINT, Board, Placed
from gridtool.sheets.maps.layout import Layout, Projection, lay_out, project_into, round_scale
from gridtool.sheets.maps.sheet import Box, MapSheet, Panel, Paper, Place, paper_named
from gridtool.sheets.maps.strip import table_rows

# denominators beyond which a layer would only be grey
_BUILDINGS_TO: Final = 15_000.0
_ROADS_TO: Final = {"minor": 5_000.0, "local": 20_000.0, "collector": 80_000.0, "major": 1e9}
# what is finer than this cannot be seen, and only makes the file large
_FINEST_MM: Final = 0.03
_POINT_MM: Final = 0.5
_NAME, _PLACE, _ROAD_NAME = 8.0, 8.5, 6.2


class Drawing(NamedTuple):
    """A map sheet that has been drawn.

    Attributes
    ----------
    canvas : Canvas
        Its `save` gives the file.
    left_off : list of str
        Names there was no room for.
    """

    canvas: Canvas
    left_off: list[str]

    def save(self, kind: str, *, dpi: int = 200) -> bytes:
        """Return it as ``pdf``, ``png`` or ``svg``; see `Canvas.save`."""
        return self.canvas.save(kind, dpi=dpi)


def draw(sheet: MapSheet, paper: Paper) -> Drawing:
    """Draw a map sheet.

    Parameters
    ----------
    sheet : MapSheet
    paper : Paper
        Of the page, or of the picture that stands on one.

    Returns
    -------
    Drawing

    Raises
    ------
    CrsError
        When the areas are not in metres.
    OutputError
        GT048 when matplotlib is not installed.
    InputError
        GT730 when the font is missing.
    """
    for panel in sheet.panels:
        require_metres(panel.areas, layer="grids")
    plan = _plan(sheet, paper)
    canvas = Canvas(paper)
    canvas.box(Box(0, 0, paper.width, paper.height), "#ffffff")
    left_off: list[str] = []
    for panel, box in zip(sheet.panels, plan.layout.maps, strict=True):
        projection = project_into(panel.bounds, box, denominator=plan.scale)
        left_off += _draw_panel(canvas, sheet, panel, projection)
    furniture.draw_strip(canvas, plan.layout, sheet.lang)
    furniture.draw_foot(canvas, sheet, plan.layout, plan.scale)
    if plan.layout.title is not None:
        furniture.draw_title(canvas, sheet, plan.layout.title, plan.title, plan.size)
        _draw_neat_line(canvas, plan.layout)
    return Drawing(canvas, left_off)


def fit_paper(sheet: MapSheet, name: str) -> Paper:
    """Return a paper, upright or lying, whichever shows the maps larger; upright if both do."""
    papers = [paper_named(name), paper_named(name, landscape=True)]
    return min(papers, key=lambda sized: _plan(sheet, sized).scale)


class _Plan(NamedTuple):
    """How a sheet is to stand on paper: places, scale, lines of the title and their size."""

    layout: Layout
    scale: float
    title: list[str]
    size: float


def _plan(sheet: MapSheet, paper: Paper) -> _Plan:
    """Lay a sheet out on paper, the strip beside or below the maps: as shows them larger."""
    plans = [_plan_strip(sheet, paper, beside=beside) for beside in (True, False)]
    return min(plans, key=lambda plan: (plan.scale, -plan.layout.maps[0].area))


def _plan_strip(sheet: MapSheet, paper: Paper, *, beside: bool) -> _Plan:
    """Lay a sheet out with the strip on one side.

    The legend depends on the scale, for buildings are not drawn at a small one, and the scale on
    the room that the legend takes: it is laid out with the whole legend first, and a second time
    with what that scale shows.
    """
    title, size = furniture.title_lines(sheet, paper)
    table = table_rows(sheet.facts)
    scale, shown = 0.0, shapely.union_all([shapely.box(*panel.bounds) for panel in sheet.panels])
    for _ in range(2):
        legend = furniture.legend(sheet, [*sheet.legend, *_ground_legend(sheet, scale, shown)])
        layout = lay_out(
            paper,
            len(sheet.panels),
            legend,
            table,
            title_lines=len(title),
            has_subtitle=bool(sheet.subtitle),
            beside=beside,
        )
        pairs = list(zip(sheet.panels, layout.maps, strict=True))
        scale = max(round_scale(panel.bounds, box) for panel, box in pairs)
        shown = shapely.union_all(
            [project_into(panel.bounds, box, denominator=scale).ground for panel, box in pairs]
        )
    return _Plan(layout, scale, title, size)


def _draw_neat_line(canvas: Canvas, layout: Layout) -> None:
    """Draw the double line around maps, strip and foot."""
    page = layout.page
    height = page.height - (layout.title.height if layout.title is not None else 0.0)
    inner = Box(page.x, page.y, page.width, height)
    canvas.box(inner, None, edge=FRAME, width=0.6)
    gap = 1.2 * canvas.paper.factor
    outer = Box(page.x - gap, page.y - gap, page.width + 2 * gap, height + 2 * gap)
    canvas.box(outer, None, edge=FRAME, width=1.6)


def _ground_legend(sheet: MapSheet, scale: float, shown: BaseGeometry) -> Iterator[Swatch]:
    """Yield the legend of what is drawn besides the areas, at a scale and in an area."""
    panels, ground = sheet.panels, sheet.ground
    if not sheet.legend:
        return
    if any(panel.frames is not None for panel in panels):
        yield FRAME_SWATCH
    if any(panel.outlines is not None for panel in panels):
        yield FORMER_SWATCH
    if any(panel.marked is not None and len(panel.marked) for panel in panels):
        yield MOVED_SWATCH
    if scale <= _BUILDINGS_TO and len(_seen(ground.buildings, shown)):
        yield BUILDING_SWATCH
    roads = _seen(ground.roads, shown)
    classes = set(_road_classes(roads))
    yield from (ROADS[key] for key in ROADS if key in classes and scale <= _ROADS_TO[key])
    barriers = _seen(ground.barriers, shown)
    is_area = shapely.get_dimensions(np.asarray(barriers.geometry.array, dtype=object)) == 2
    if is_area.any():
        yield WATER_SWATCH
    if not is_area.all():
        yield RAIL_SWATCH


def _draw_panel(canvas: Canvas, sheet: MapSheet, panel: Panel, projection: Projection) -> list[str]:
    """Draw one map and return the names left off."""
    box, factor = projection.box, canvas.paper.factor
    canvas.box(box, GROUND)
    areas = panel.areas
    shapes = projection.project(np.asarray(areas.geometry.array, dtype=object))
    _draw_areas(canvas, areas["colour"], shapes, box)
    _draw_ground(canvas, sheet, projection)
    filled = areas["colour"].notna().to_numpy()
    canvas.lines(_borders(shapes[~filled]), PALE_INK, 0.5 * factor, clip=box)
    canvas.lines(_borders(shapes[filled]), BORDER, 1.0 * factor, clip=box)
    frames = _borders(_on_page(panel.frames, projection))
    canvas.lines(frames, "#ffffff", 3.0 * factor, clip=box)
    canvas.lines(frames, INK, 1.9 * factor, dashes=DASHES["dash-dot"], clip=box)
    canvas.areas(
        _on_page(panel.outlines, projection),
        None,
        edge=FORMER,
        width=1.5 * factor,
        dashes=DASHES["dashed"],
        clip=box,
    )
    canvas.areas(_on_page(panel.marked, projection), MOVED, edge=MOVED, width=0.5, clip=box)
    left_off = _draw_names(canvas, sheet, panel, shapes, projection)
    canvas.box(box, None, edge=FRAME, width=0.6)
    if panel.heading:
        y = box.y + box.height + 3.5 * factor
        canvas.text(box.x + box.width / 2, y, panel.heading, 10 * factor, bold=True)
    return left_off


def _borders(shapes: Geometries) -> Geometries:
    """Return the borders of areas, once where two areas share them: dashes fall in step."""
    merged = shapely.line_merge(shapely.union_all(shapely.boundary(shapes)))
    return np.array([merged], dtype=object)


def _on_page(shapes: Geometries | None, projection: Projection) -> Geometries:
    """Return shapes on the page, none for None."""
    return projection.project(shapes) if shapes is not None else np.empty(0, dtype=object)


def _draw_areas(canvas: Canvas, colours: pd.Series[Any], shapes: Geometries, box: Box) -> None:
    """Fill the areas, one colour after another; those without one lie around."""
    filled = colours.where(colours.notna(), CONTEXT).to_numpy()
    for colour in dict.fromkeys(filled):
        canvas.areas(shapes[filled == colour], colour, edge=colour, width=0.4, clip=box)


def _draw_ground(canvas: Canvas, sheet: MapSheet, projection: Projection) -> None:
    """Draw water, roads, railways and buildings."""
    ground, box, factor = sheet.ground, projection.box, canvas.paper.factor
    barriers = _visible(ground.barriers, projection)
    if len(barriers):
        shapes = projection.project(np.asarray(barriers.geometry.array, dtype=object))
        water = shapely.get_dimensions(shapes) == 2
        canvas.areas(shapes[water], WATER, edge=WATER_INK, width=0.4, clip=box)
        canvas.lines(shapes[~water], RAIL, RAIL_SWATCH.width * factor, clip=box)
        canvas.lines(shapes[~water], "#ffffff", factor, dashes=DASHES["rail"], clip=box)
    roads = _visible(ground.roads, projection)
    if len(roads):
        classes = _road_classes(roads)
        lines = projection.project(np.asarray(roads.geometry.array, dtype=object))
        shown = [key for key in reversed(ROADS) if projection.denominator <= _ROADS_TO[key]]
        for key in shown:
            canvas.lines(
                lines[classes == key], ROAD_EDGE, (ROADS[key].width + 0.8) * factor, clip=box
            )
        for key in shown:
            canvas.lines(
                lines[classes == key], ROADS[key].colour, ROADS[key].width * factor, clip=box
            )
    buildings = _visible(ground.buildings, projection)
    if len(buildings) and projection.denominator <= _BUILDINGS_TO:
        shapes = projection.project(np.asarray(buildings.geometry.array, dtype=object))
        points = shapely.get_dimensions(shapes) == 0
        shapes[points] = shapely.buffer(shapes[points], _POINT_MM * factor)
        canvas.areas(shapes, BUILDING, edge=BUILDING_EDGE, width=0.25, clip=box)


def _road_classes(roads: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Return the class of each road; a layer without classes holds streets."""
    if "highway" not in roads:
        return np.full(len(roads), LOCAL, dtype=object)
    return np.array([road_class(value) for value in roads["highway"]], dtype=object)


def _visible(frame: gpd.GeoDataFrame | None, projection: Projection) -> gpd.GeoDataFrame:
    """Return the rows that the map shows, simplified to what can be seen."""
    seen = _seen(frame, projection.ground)
    finest = _FINEST_MM * projection.denominator / 1000.0
    return seen.set_geometry(seen.geometry.simplify(finest)) if len(seen) else seen


def _seen(frame: gpd.GeoDataFrame | None, shown: BaseGeometry) -> gpd.GeoDataFrame:
    """Return the rows in an area, none of a layer that is not there."""
    if frame is None:
        return gpd.GeoDataFrame(geometry=[])
    return frame.iloc[frame.sindex.query(shown, predicate="intersects", sort=True)]


def _draw_names(
    canvas: Canvas, sheet: MapSheet, panel: Panel, shapes: Geometries, projection: Projection
) -> list[str]:
    """Write all names, grids before roads, and return those there was no room for."""
    factor = canvas.paper.factor
    board = Board(projection.box.polygon.buffer(-1.0), measure)
    filled = shapes[panel.areas["colour"].notna().to_numpy()]
    north = furniture.north_box(canvas.paper, projection.box, filled)
    board.taken.append(north.polygon)
    left_off = []
    labels = [str(label).splitlines() for label in panel.areas["label"]]
    # what is small has few places to choose from
    for at in np.argsort(shapely.area(shapes), kind="stable"):
        if labels[at]:
            placed = board.place_area(shapes[at], labels[at], _NAME * factor)
            _write(canvas, placed, INK)
            left_off += [] if placed else [labels[at][0]]
    for place in panel.places:
        placed = _place(board, place, projection, _PLACE * factor)
        _write(canvas, placed, INK if place.strong else PALE_INK)
        left_off += [] if placed or not place.strong else [place.lines[0]]
    _name_ground(canvas, sheet, board, projection)
    furniture.draw_north(canvas, north, sheet.lang)
    return left_off


def _place(board: Board, place: Place, projection: Projection, size: float) -> Placed | None:
    """Return the place of a name of its own."""
    area = projection.project(np.array([place.area], dtype=object))[0]
    return board.place_area(area, place.lines, size, beside=place.strong)


def _name_ground(canvas: Canvas, sheet: MapSheet, board: Board, projection: Projection) -> None:
    """Write the names of waters and roads where there is room."""
    size = _ROAD_NAME * canvas.paper.factor
    for name, shape in _named(sheet.ground.barriers, projection):
        if shapely.get_dimensions(shape) == 2:
            placed = board.place_within(shape, name, size)
            # a narrow river has its name along a bank
            placed = placed or board.place_line(shapely.boundary(shape), name, size)
            _write(canvas, placed, WATER_INK)
        else:
            _write(canvas, board.place_line(shape, name, size), RAIL)
    roads = sheet.ground.roads
    if roads is not None:
        shown = [key for key in ROADS if projection.denominator <= _ROADS_TO[key]]
        roads = roads[np.isin(_road_classes(roads), shown)]
    for name, shape in _named(roads, projection):
        _write(canvas, board.place_line(shape, name, size), ROAD_INK)


def _named(
    frame: gpd.GeoDataFrame | None, projection: Projection
) -> Iterator[tuple[str, BaseGeometry]]:
    """Yield the names on the map, each with all its pieces as one shape, longest first."""
    seen = _visible(frame, projection)
    if "name" not in seen:
        return
    named = seen[seen["name"].notna() & (seen["name"].astype(str).str.strip() != "")]
    merged = named.dissolve("name", sort=True).geometry
    shapes = projection.project(np.asarray(merged.array, dtype=object))
    for at in np.argsort(-np.round(shapely.length(shapes), 3), kind="stable"):
        yield str(merged.index[at]), shapes[at]


def _write(canvas: Canvas, placed: Placed | None, colour: str) -> None:
    """Write a label in its place."""
    if placed is None:
        return
    factor = canvas.paper.factor
    if placed.leader is not None:
        line = shapely.LineString([placed.leader, (placed.x, placed.y)])
        canvas.lines(np.array([line], dtype=object), colour, 0.6 * factor)
    heights = [line.size * 1.25 * MM_PER_POINT for line in placed.lines]
    y = placed.y + sum(heights) / 2
    for line, height in zip(placed.lines, heights, strict=True):
        canvas.text(
            placed.x,
            y - height / 2,
            line.text,
            line.size,
            bold=line.bold,
            colour=colour,
            angle=placed.angle,
            halo=2.2 * factor,
        )
        y -= height
