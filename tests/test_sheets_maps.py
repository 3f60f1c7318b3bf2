"""Maps on paper: where names stand, to what scale, the same bytes each time."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from builders import CRS, square
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from shapely import LineString, Polygon, box

from gridtool.errors import CrsError, SettingsError
from gridtool.pipeline import Division
from gridtool.sheets.maps import (
    Ground,
    MapSheet,
    Panel,
    Paper,
    change_map,
    community_map,
    draw,
    fit_paper,
    overview_map,
    paper_named,
    picture_kind,
)
from gridtool.sheets.maps.canvas import measure, wrap
from gridtool.sheets.maps.colours import distinct_colours
from gridtool.sheets.maps.furniture import north_box
from gridtool.sheets.maps.labels import MM_PER_POINT, Board
from gridtool.sheets.maps.layout import bar_length, project_into, round_scale
from gridtool.sheets.maps.sheet import Box
from gridtool.sheets.maps.strip import Row, flow, flow_into

HOME, TOWN = "510302001003", "510302001"


def text_of(pdf: bytes, tmp_path: Path) -> str:
    """Return the text of a PDF without blanks: names may stand turned."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed")
    path = tmp_path / "map.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return re.sub(r"[ \n\f]+", " ", done.stdout.decode("utf-8"))


def grids(*shapes: Polygon, code: str = HOME, **more: object) -> gpd.GeoDataFrame:
    serials = range(1, len(shapes) + 1)
    data = {
        "grid_code": [f"{code}{at:03d}" for at in serials],
        "grid_name": [f"第{'一二三四五六七八九'[at - 1]}网格" for at in serials],
        "grid_full_name": [f"甲社区第{'一二三四五六七八九'[at - 1]}网格" for at in serials],
        "grid_kind": "base",
        "community_code": code,
        "community_name": "甲社区",
        "households": [300 + at for at in serials],
        "persons": [900 + at for at in serials],
        "size_rule": "in_range",
        **more,
    }
    return gpd.GeoDataFrame(data, geometry=list(shapes), crs=CRS)


@pytest.fixture
def four() -> gpd.GeoDataFrame:
    """Return four grids of 200 m."""
    return grids(*(square(x, y, 200) for y in (200, 0) for x in (0, 200)))


# -- scale and places ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metres", "denominator"),
    # 100 mm, 6 % of them free: 470 m need 1:5,000, a little more the next round number
    [(470, 5000), (471, 6000), (94, 1000), (0.0, 60), (94_000, 1_000_000)],
)
def test_the_scale_is_the_next_round_one(metres: float, denominator: float) -> None:
    assert round_scale((0, 0, metres, metres / 2), Box(0, 0, 100, 100)) == denominator


def test_a_projection_puts_the_middle_into_the_middle() -> None:
    projection = project_into((1000, 2000, 1100, 2100), Box(20, 30, 100, 60), denominator=2000)
    assert projection.apply(np.array([[1050.0, 2050.0], [1100.0, 2050.0]])).tolist() == [
        [70, 60],
        [95, 60],
    ]
    assert projection.ground.bounds == (950, 1990, 1150, 2110)


@pytest.mark.parametrize(("denominator", "metres"), [(5000, 200), (4000, 100), (20_000, 500)])
def test_a_scale_bar_is_one_two_or_five(denominator: float, metres: float) -> None:
    # at most 45 mm: 225 m, 180 m, 900 m
    assert bar_length(denominator, 45) == metres


def test_a_strip_flows_into_columns() -> None:
    legend = [Row(heading="图例"), *[Row(cells=(f"l{at}",)) for at in range(3)]]
    table = [Row(cells=("head",), is_head=True), *[Row(cells=(f"t{at}",)) for at in range(5)]]
    assert [len(column) for column in flow(legend, table, 11)] == [11]
    # each column of the table has its head again
    columns = flow(legend, table, 4)
    assert [len(column) for column in columns] == [4, 4, 3]
    assert [column[0] for column in columns] == [legend[0], table[0], table[0]]
    assert [len(column) for column in flow_into(legend, table, 3)] == [4, 4, 3]
    assert flow_into([], [], 3) == []


def test_papers_are_known_by_name() -> None:
    assert paper_named("a3", landscape=True) == Paper(420, 297)
    with pytest.raises(SettingsError, match=r"GT734 there is no paper A5 · known: A4, A3, A2"):
        paper_named("A5")
    assert picture_kind(Path("x.PDF")) == "pdf"
    with pytest.raises(SettingsError, match=r"GT735 a picture cannot be written as \.jpg"):
        picture_kind(Path("x.jpg"))


def test_neighbours_have_different_colours(four: gpd.GeoDataFrame) -> None:
    colours = distinct_colours(np.asarray(four.geometry.array, dtype=object))
    assert len(set(colours)) == 4
    # two colours cannot keep four apart that meet in a point, but still share them evenly
    pair = distinct_colours(np.asarray(four.geometry.array, dtype=object), colours="ab")
    assert sorted(pair) == ["a", "a", "b", "b"]


def test_a_north_arrow_stands_where_it_covers_least() -> None:
    frame, paper = Box(0, 0, 100, 100), Paper(210, 210)
    north_east, south_west = box(60, 60, 100, 100), box(0, 0, 40, 40)
    assert north_box(paper, frame, np.array([south_west])).polygon.centroid.coords[0] == (94, 91)
    both = np.array([north_east, south_west])
    assert north_box(paper, frame, both).polygon.centroid.coords[0] == (6, 91)


# -- names -----------------------------------------------------------------------------------


def em(text: str, size: float, bold: bool) -> float:
    """Measure text in which each character is as wide as high."""
    return len(text) * size * MM_PER_POINT


def board(width: float = 100, height: float = 100) -> Board:
    return Board(box(0, 0, width, height), em)


def test_a_name_stands_in_the_middle_of_its_area() -> None:
    placed = board().place_area(box(10, 10, 50, 30), ["第一网格", "400 户"], 8)
    assert placed is not None
    assert (round(placed.x), round(placed.y)) == (30, 20)
    assert [(line.text, line.size) for line in placed.lines] == [("第一网格", 8), ("400 户", 6.56)]


def test_a_name_becomes_smaller_then_stands_alone_then_beside() -> None:
    # four characters of 8 points are 11.3 mm, of 5.76 points 8.1 mm
    texts = ["第一网格", "400 户"]
    smaller = board().place_area(box(40, 40, 50, 50), texts, 8)
    alone = board().place_area(box(40, 40, 52.5, 44.8), texts, 8)
    beside = board().place_area(box(40, 40, 43, 43), texts, 8)
    assert smaller is not None
    assert len(smaller.lines) == 2
    assert smaller.lines[0].size < 8
    assert alone is not None
    assert [line.text for line in alone.lines] == ["第一网格"]
    assert beside is not None
    assert beside.leader is not None
    assert box(40, 40, 43, 43).covers(shapely.Point(beside.leader))


def test_a_long_name_is_broken_into_lines_of_one_length() -> None:
    placed = board().place_area(box(10, 10, 40, 40), ["国际商贸城及周边物流园区"], 8)
    assert placed is not None
    assert [line.text for line in placed.lines] == ["国际商贸城及", "周边物流园区"]


def test_a_name_without_any_room_has_no_place() -> None:
    full = board()
    full.taken.append(box(0, 0, 100, 100))
    assert full.place_area(box(40, 40, 60, 60), ["第一网格"], 8) is None
    assert board().place_area(box(200, 200, 300, 300), ["第一网格"], 8) is None


def test_a_road_has_its_name_along_a_straight_stretch() -> None:
    bend = LineString([(10, 10), (20, 30), (30, 10), (90, 10)])
    placed = board().place_line(bend, "解放路", 8)
    assert placed is not None
    assert (round(placed.y), placed.angle) == (10, 0)
    assert 34 < placed.x < 86
    # never upside down, nor on a stretch that is too short
    west = board().place_line(LineString([(90, 10), (10, 90)]), "解放路", 8)
    assert west is not None
    assert round(west.angle) == -45
    assert board().place_line(LineString([(10, 10), (18, 10)]), "解放路", 8) is None


def test_a_river_has_its_name_inside_turned_as_its_bank() -> None:
    river = LineString([(0, 20), (100, 60)]).buffer(6)
    placed = board().place_within(river, "釜溪河", 8)
    assert placed is not None
    assert round(abs(placed.angle)) == 22


areas = st.tuples(*(st.floats(0, 80) for _ in range(2)), *(st.floats(2, 40) for _ in range(2)))


@settings(max_examples=25, deadline=None)
@given(st.lists(areas, min_size=2, max_size=12))
def test_names_never_overlap(found: list[tuple[float, ...]]) -> None:
    put = board()
    for at, (x, y, width, height) in enumerate(found):
        put.place_area(box(x, y, x + width, y + height), [f"第{at}网格", "400 户"], 8)
    assert all(put.frame.contains(taken) for taken in put.taken)
    # boxes may share no ground, and no line may lead through a box; its own it only touches
    first, second = shapely.STRtree(put.taken).query(put.taken, predicate="intersects")
    for a, b in zip(first[first < second], second[first < second], strict=True):
        shared = shapely.intersection(put.taken[a], put.taken[b])
        assert shared.area == shared.length == 0


def test_text_is_measured_and_wrapped() -> None:
    assert measure("甲乙", 72, bold=False) == pytest.approx(2 * 25.4, rel=0.02)
    assert measure("", 10, bold=True) == 0
    assert wrap("甲乙丙丁戊己", 72, False, 80, most=2) == ["甲乙丙", "丁戊己"]
    assert wrap("甲乙丙丁戊己", 72, False, 80, most=1) == ["甲乙…"]


# -- drawing ---------------------------------------------------------------------------------


def test_a_map_is_the_same_bytes_each_time(four: gpd.GeoDataFrame) -> None:
    for kind, start in (("pdf", b"%PDF"), ("png", b"\x89PNG"), ("svg", b"<?xml")):
        made = [
            draw(community_map(four, HOME, Ground(), title="甲社区"), Paper(120, 90)).save(kind)
            for _ in range(2)
        ]
        assert made[0] == made[1]
        assert made[0].startswith(start)


def test_a_picture_has_the_size_of_its_paper(four: gpd.GeoDataFrame) -> None:
    drawing = draw(community_map(four, HOME, Ground()), Paper(127, 101.6))
    assert Image.open(BytesIO(drawing.save("png", dpi=100))).size == (500, 400)
    svg = ET.fromstring(drawing.save("svg"))
    assert (svg.get("width"), svg.get("height")) == ("360pt", "288pt")


def test_a_community_map_tells_all_it_must(
    division: Division, sample: dict[str, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    ground = Ground(division.buildings, sample["roads"], sample["barriers"])
    sheet = community_map(division.grids, HOME, ground, title="天花井社区网格图", foot="某来源")
    drawing = draw(sheet, paper_named("A3", landscape=True))
    assert drawing.left_off == []
    text = text_of(drawing.save("pdf"), tmp_path)
    own = division.grids[division.grids["community_code"] == HOME]
    for grid in own.itertuples():
        assert grid.grid_name in text
        assert f"{grid.households:,}" in text
    for word in ("天花井社区网格图", "某来源", "图例", "北", "比例尺 1:", "高山井社区", "盐兴街"):
        assert word in text
    assert "专属网格" in text
    # the river is beyond the frame, so the legend does not tell of water
    assert "水域" not in text


def test_english_maps_have_english_furniture(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    sheet = community_map(four, HOME, Ground(), title="Grids", fill="size_rule", lang="en")
    text = text_of(draw(sheet, paper_named("A4")).save("pdf"), tmp_path)
    for word in ("Legend", "N", "Scale 1:", "300–500 households", "4 grids · 1,210 households"):
        assert word in text


def test_only_one_grid_is_coloured_and_told_of(four: gpd.GeoDataFrame) -> None:
    sheet = community_map(four, HOME, Ground(), only=f"{HOME}002")
    areas = sheet.panels[0].areas
    assert areas["colour"].notna().tolist() == [False, True, False, False]
    assert sheet.panels[0].bounds == (200, 200, 400, 400)
    assert sheet.facts == ()
    assert [place.lines[0] for place in sheet.panels[0].places] == [
        "第一网格",
        "第三网格",
        "第四网格",
    ]


def test_a_map_without_counts_tells_none(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    sheet = community_map(four, HOME, Ground(), counts=False)
    text = text_of(draw(sheet, Paper(150, 150)).save("pdf"), tmp_path)
    assert "第一网格" in text
    assert "户" not in text


def test_an_overview_names_communities(
    division: Division, sample: dict[str, gpd.GeoDataFrame], tmp_path: Path
) -> None:
    ground = Ground(division.buildings, sample["roads"], sample["barriers"])
    drawing = draw(
        overview_map(division.grids, ground, title="总图"), paper_named("A3", landscape=True)
    )
    assert drawing.left_off == []
    text = text_of(drawing.save("pdf"), tmp_path)
    for name in division.grids["community_name"].unique():
        assert text.split().count(name) == 2, name
    # 1:18,000 shows no single buildings, and no paths
    assert "楼栋" not in text
    assert "小路" not in text


def test_a_change_stands_side_by_side(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    before = four.iloc[:2]
    after = grids(box(0, 200, 400, 400), households=[603])
    moved = np.array([box(300, 300, 320, 320)], dtype=object)
    sheet = change_map(before, after, Ground(), around=four.iloc[2:], moved=moved)
    left, right = sheet.panels
    assert left.bounds == right.bounds == (0, 200, 400, 400)
    colour = left.areas.set_index("label")["colour"]
    # the code that stays keeps its colour
    kept = f"第一网格\n{HOME}001\n"
    assert colour[f"{kept}301 户"] == right.areas.set_index("label")["colour"][f"{kept}603 户"]
    assert right.outlines is not None
    assert left.outlines is None
    text = text_of(draw(sheet, Paper(250, 150)).save("pdf"), tmp_path)
    for word in ("调整前", "调整后", "调整前网格界", "调整网格的楼栋", f"{HOME}002", "603 户"):
        assert word in text


def test_one_side_of_a_change_may_be_empty(four: gpd.GeoDataFrame) -> None:
    for before, after in ((four.iloc[:0], four), (four, four.iloc[:0])):
        assert draw(change_map(before, after, Ground()), Paper(170, 110)).left_off == []


def test_a_paper_lies_as_the_grids_do() -> None:
    wide = community_map(grids(box(0, 0, 900, 300)), HOME, Ground(), title="宽")
    high = community_map(grids(box(0, 0, 300, 900)), HOME, Ground(), title="高")
    assert fit_paper(wide, "A4") == Paper(297, 210)
    assert fit_paper(high, "A4") == Paper(210, 297)


def test_dollar_signs_and_very_long_names_are_drawn(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    named = four.assign(grid_name=["$x$ 网格", "甲" * 40, "第三网格", "第四网格"])
    sheet = community_map(named, HOME, Ground(), title="嘴塘垇㘵" * 20)
    text = text_of(draw(sheet, paper_named("A4")).save("pdf"), tmp_path)
    assert "$x$ 网格" in text
    assert "…" in text


def test_points_stand_for_buildings_and_roads_may_lack_a_class(four: gpd.GeoDataFrame) -> None:
    points = gpd.GeoDataFrame(geometry=[shapely.Point(100, 100), None], crs=CRS)
    roads = gpd.GeoDataFrame({"name": ["甲路"]}, geometry=[LineString([(0, 0), (400, 0)])], crs=CRS)
    sheet = community_map(four, HOME, Ground(points, roads))
    plain = draw(replace(sheet, ground=Ground()), Paper(120, 90)).save("png")
    assert draw(sheet, Paper(120, 90)).save("png") != plain


def test_maps_need_metres(four: gpd.GeoDataFrame) -> None:
    panel = Panel(four.to_crs(4490).assign(label="", colour="#ffffff"), (0, 0, 1, 1))
    with pytest.raises(CrsError, match="GT005"):
        draw(MapSheet("", (panel,)), Paper(100, 100))


def test_borders_that_two_share_are_drawn_once(four: gpd.GeoDataFrame) -> None:
    from gridtool.sheets.maps.drawing import _borders

    lines = _borders(np.asarray(four.geometry.array, dtype=object))
    # four sides of 400 m around, two lines of 400 m across
    assert shapely.length(lines).sum() == 4 * 400 + 2 * 400
    ends = [line.coords for line in shapely.get_parts(lines)]
    assert all(a != b for line in ends for a, b in pairwise(line))


def test_an_overview_takes_colours_of_ones_own(four: gpd.GeoDataFrame) -> None:
    colours = four["grid_code"].map({f"{HOME}001": "#ff0000"})
    sheet = overview_map(four, Ground(), colours=colours)
    assert sheet.panels[0].areas["colour"].isna().tolist() == [False, True, True, True]
    assert sheet.legend == ()
    assert draw(sheet, Paper(100, 100)).left_off == []


def test_railways_and_water_stand_in_the_legend(four: gpd.GeoDataFrame, tmp_path: Path) -> None:
    shapes = [LineString([(0, 50), (400, 50)]), box(0, 80, 400, 100), box(9000, 0, 9100, 9)]
    kinds = {"kind": ["rail", "river", "river"], "name": ["某铁路", "某河", "远河"]}
    barriers = gpd.GeoDataFrame(kinds, geometry=shapes, crs=CRS)
    for rows, there, absent in (
        (slice(0, 2), "铁路、围墙 水域", "远河"),
        (slice(2, 3), "", "水域"),
    ):
        sheet = community_map(four, HOME, Ground(barriers=barriers.iloc[rows]))
        text = text_of(draw(sheet, Paper(150, 120)).save("pdf"), tmp_path)
        assert all(word in text for word in there.split())
        assert absent not in text
        assert ("某河" in text) == bool(there)
