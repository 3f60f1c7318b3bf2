"""Stage report: figures by hand on small maps."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, MultiPolygon, Polygon, box, union_all

from gridtool.errors import CrsError
from gridtool.findings import Finding, findings_frame
from gridtool.report import bounds_text, included_units, summarise
from gridtool.report.included import LIMIT
from gridtool.rules import RULES

CRS = "EPSG:4544"
WEST, EAST = "510302001001", "510302001002"


def frame(shapes, **columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


@pytest.fixture
def square() -> gpd.GeoDataFrame:
    """Two communities of two grids each: a square of 400 m, cut in four.

    第一网格 is north, 第二网格 south in both.
    """
    return frame(
        [
            box(0, 200, 200, 400),
            box(0, 0, 200, 200),
            box(200, 200, 400, 400),
            box(200, 0, 400, 200),
        ],
        grid_code=[f"{WEST}001", f"{WEST}002", f"{EAST}001", f"{EAST}002"],
        grid_name=["第一网格", "第二网格"] * 2,
        community_code=[WEST, WEST, EAST, EAST],
    )


@pytest.fixture
def communities() -> gpd.GeoDataFrame:
    return frame(
        [box(0, 0, 200, 400), box(200, 0, 400, 400)],
        code=[WEST, EAST],
        name=["汇东社区", "新民街社区"],
        kind=["community", "community"],
    )


def test_bounds_without_lines_are_neighbours_and_the_county(square, communities):
    texts = bounds_text(square, communities=communities)
    assert texts.tolist() == [
        "东与新民街社区交界，南至第二网格，西至县界，北至县界",
        "东与新民街社区交界，南至县界，西至县界，北至第一网格",
        "东至县界，南至第二网格，西与汇东社区交界，北至县界",
        "东至县界，南至县界，西与汇东社区交界，北至第一网格",
    ]


def test_bounds_name_roads_and_waters(square, communities):
    roads = frame(
        # 解放路 on the line between the communities, 北环路 10 m off the border, 远路 40 m off,
        # 横街 straight across, and a road without a name
        [
            LineString([(200, -50), (200, 450)]),
            LineString([(0, 410), (400, 410)]),
            LineString([(-40, 0), (-40, 400)]),
            LineString([(0, 100), (400, 100)]),
            LineString([(0, 200), (400, 200)]),
        ],
        highway=["primary", "tertiary", "residential", "residential", "residential"],
        name=["解放路", "北环路", "远路", "横街", None],
    )
    barriers = frame([box(-50, -30, 450, 5)], kind=["river"], name=["釜溪河"])
    texts = bounds_text(square, roads, barriers, communities)
    assert texts.tolist() == [
        "东至解放路，南至第二网格，西至县界，北至北环路",
        "东至解放路，南至釜溪河，西至县界，北至第一网格",
        "东至县界，南至第二网格，西至解放路，北至北环路",
        "东至县界，南至釜溪河，西至解放路，北至第一网格",
    ]


def test_a_road_along_a_quarter_of_a_side_does_not_name_it(square):
    roads = frame([LineString([(0, 400), (50, 400)])], highway=["primary"], name=["短街"])
    assert bounds_text(square, roads).iloc[0].endswith("北至县界")
    roads = frame([LineString([(0, 400), (100, 400)])], highway=["primary"], name=["半街"])
    assert bounds_text(square, roads).iloc[0].endswith("北至半街")


def test_the_longest_road_wins_and_ties_go_by_name(square):
    halves = [LineString([(0, 400), (80, 400)]), LineString([(80, 400), (200, 400)])]
    roads = frame(halves, highway=["primary"] * 2, name=["甲路", "乙路"])
    assert bounds_text(square, roads).iloc[0].endswith("北至乙路")
    both = frame([halves[1], halves[1]], highway=["primary"] * 2, name=["b路", "a路"])
    assert bounds_text(square, both).iloc[0].endswith("北至a路")
    assert bounds_text(square, both.iloc[::-1]).iloc[0].endswith("北至a路")


def test_a_community_that_was_not_divided_is_still_a_neighbour(square, communities):
    west = square[square["community_code"] == WEST]
    texts = bounds_text(west, communities=communities)
    assert texts.iloc[0] == "东与新民街社区交界，南至第二网格，西至县界，北至县界"
    assert texts.index.equals(west.index)


def test_a_triangle_has_four_bounds_and_pieces_are_taken_together():
    shapes = [
        Polygon([(0, 0), (200, 0), (0, 200)]),
        MultiPolygon([box(1000, 0, 1100, 100), box(1200, 0, 1300, 100)]),
    ]
    grids = frame(
        shapes, grid_code=["a", "b"], grid_name=["第一网格"] * 2, community_code=["x", "y"]
    )
    assert bounds_text(grids).tolist() == ["东至县界，南至县界，西至县界，北至县界"] * 2


def one_grid(*shapes: Polygon) -> gpd.GeoDataFrame:
    return frame([union_all(shapes)], grid_code=["a"], grid_name=["第一网格"], community_code=["x"])


def named_lines(**lines: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    shapes = [LineString(points) for points in lines.values()]
    return frame(shapes, highway=["residential"] * len(lines), name=list(lines))


def test_the_inside_of_a_bay_is_no_bound():
    # open to the east; 湾街 runs along its floor, which faces north, 里巷 along its end
    grid = one_grid(box(0, 0, 300, 300).difference(box(100, 100, 300, 200)))
    roads = named_lines(湾街=[(100, 100), (300, 100)], 里巷=[(100, 100), (100, 200)])
    assert bounds_text(grid, roads).tolist() == ["东至县界，南至县界，西至县界，北至县界"]
    roads = named_lines(大街=[(0, 300), (300, 300)], 里巷=[(100, 100), (100, 200)])
    assert bounds_text(grid, roads).tolist() == ["东至县界，南至县界，西至县界，北至大街"]


def test_what_lies_further_out_names_the_side():
    # two blocks, one north-west and one south-east; 内街 is the east of the first, 200 m as 外街
    grid = one_grid(box(0, 200, 210, 400), box(190, 0, 400, 200))
    roads = named_lines(内街=[(210, 200), (210, 400)], 外街=[(400, 0), (400, 200)])
    assert bounds_text(grid, roads).iloc[0].startswith("东至外街，")
    # (210 / 400) ** 2 is less than a third of both together
    assert bounds_text(grid, roads.iloc[:1]).iloc[0].startswith("东至县界，")


def test_a_grid_ends_at_the_bank_of_a_river_that_is_part_of_it():
    grid = one_grid(box(0, 0, 200, 200), box(-200, -40, 200, 0))
    river = frame([box(-500, -60, 500, 0)], kind=["river"], name=["釜溪河"])
    assert bounds_text(grid, barriers=river).tolist() == [
        "东至县界，南至釜溪河，西至县界，北至县界"
    ]
    lake = frame([box(-900, -900, 900, 900)], kind=["lake"], name=["双溪水库"])
    assert bounds_text(grid, barriers=lake).iloc[0].count("双溪水库") == 4


def test_a_compound_across_the_line_stands_for_its_grid(square):
    # 12 m back from the line; 东苑 lies in the other community, which is named as such
    compounds = frame([box(10, 10, 190, 188), box(205, 210, 390, 390)], name=["桂苑", "东苑"])
    texts = bounds_text(square, compounds=compounds)
    assert texts.iloc[:2].tolist() == [
        f"东与{EAST}交界，南至桂苑，西至县界，北至县界",
        f"东与{EAST}交界，南至县界，西至县界，北至第一网格",
    ]
    both_sides = frame([box(10, 10, 190, 390)], name=["桂苑"])
    assert "南至第二网格" in bounds_text(square, compounds=both_sides).iloc[0]


def test_bounds_keep_their_input_and_need_metres(square):
    before = square.copy()
    bounds_text(square)
    pd.testing.assert_frame_equal(square, before)
    with pytest.raises(CrsError, match="CRS"):
        bounds_text(square.to_crs(4326))


ADDRESSES = {
    "四川省自贡市自流井区五星街街道汇盐大道200号": "汇盐大道200号 1栋",
    "四川省自贡市自流井区仲权镇建设村8组78号": "建设村8组78号 1栋",
    "自流井区市府路12号3栋2单元501": "市府路12号 1栋",
    "解放路12号附3号": "解放路12号 1栋",
    "自贡市自流井区丹桂大街中段７号": "丹桂大街中段7号 1栋",
    "新民街3巷5号": "新民街3巷5号 1栋",
    "自流井区东兴寺街道黄葛树社区同善街88-2号": "同善街88号 1栋",
    "汇东花园3栋": "1栋",
    "": "1栋",
}


@pytest.mark.parametrize(("address", "text"), ADDRESSES.items())
def test_street_and_number_are_read_from_an_address(address, text):
    buildings = pd.DataFrame({"grid_code": ["g"], "compound_id": [None], "address": [address]})
    assert included_units(buildings).loc["g"] == text


def test_included_units_by_hand():
    rows = [
        ("g1", "X1", None), ("g1", "X1", None), ("g1", "X2", None), ("g1", "X3", None),
        ("g2", "X2", None), ("g2", None, "解放路12号"), ("g2", None, "解放路48号"),
        ("g2", None, "解放路30号"), ("g2", None, "盐兴街5号"), ("g2", None, None),
        ("g3", None, None), ("g3", None, None), (None, None, "解放路1号"),
        ("g4", "X4", None), ("g4", None, None),
    ]  # fmt: skip
    buildings = pd.DataFrame(rows, columns=["grid_code", "compound_id", "address"])
    compounds = pd.DataFrame(
        {"compound_id": ["X1", "X2", "X3"], "name": ["汇东花园", "盐都佳苑", None]}
    )
    texts = included_units(buildings, compounds)
    assert texts.to_dict() == {
        "g1": "汇东花园、X3、盐都佳苑（部分）",
        "g2": "盐都佳苑（部分）；解放路12–48号 3栋、盐兴街5号 1栋、其他1栋",
        "g3": "2栋",
        "g4": "X4；其他1栋",
    }
    assert texts.index.name == "grid_code"
    assert included_units(buildings.sample(frac=1, random_state=3), compounds).equals(texts)


def test_included_units_do_without_optional_columns():
    assert included_units(pd.DataFrame({"grid_code": ["g", "g", None]})).to_dict() == {"g": "2栋"}
    none = pd.DataFrame({"grid_code": [None], "compound_id": [None], "address": [None]})
    assert included_units(none).empty


def test_a_long_list_is_cut_between_its_items():
    names = [f"第{number:03d}号小区" for number in range(80)]
    buildings = pd.DataFrame({"grid_code": "g", "compound_id": names, "address": None})
    text = included_units(buildings).loc["g"]
    assert len(text) <= LIMIT
    assert text.endswith("小区等")
    assert set(text[:-1].split("、")) <= set(names)


@pytest.fixture
def grids() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "grid_code": ["a002", "a001", "a003", "v001"],
            "grid_kind": ["base", "base", "dedicated", "base"],
            "community_code": ["a", "a", "a", "v"],
            "households": [350, 560, 0, 700],
            "persons": [900, 1300, 40, 2100],
            "buildings": [10, 1, 3, 200],
            "size_rule": ["in_range", "exception", "dedicated", "village"],
            "size_reason": [None, "single_building", None, None],
            "estimated": [False, True, False, False],
        }
    )


ESTIMATE = {
    "m2_per_household": 90.0,
    "persons_per_household": 2.6,
    "usual_floors": 2.0,
    "smallest_home_m2": 40.0,
    "buildings": 7,
    "households": 31,
}


def make_summary(grids, *, seconds=0.5):
    communities = pd.DataFrame(
        {"code": ["v", "a", "e"], "name": ["甲村", "乙社区", "丙社区"],
         "kind": ["village", "community", "community"]}
    )  # fmt: skip
    buildings = pd.DataFrame({"grid_code": ["a001", None]})
    found = [
        Finding("GT115", "buildings", "B1"),
        Finding("GT117", "buildings", None, None, {"ratio": 2.6}),
    ]
    return summarise(
        grids,
        communities,
        buildings,
        findings_frame([*found, found[0]], CRS),
        figures=pd.DataFrame(
            {
                "cut_m": 812.345,
                "cut_cost": 500.0,
                "bound_cost": np.nan,
                "gap": np.nan,
                "major_road_m": 700.04,
                "major_road_inside_m": 80.0,
                "major_road_forced_m": 60.0,
                "seconds": 0.01234,
            },
            index=["a"],
        ),
        rules=RULES,
        estimate=ESTIMATE,
        settings={"version": "9.9", "seed": 1, "lang": "zh"},
        seconds={"read": seconds},
    )


def test_summary_by_hand(grids):
    summary = make_summary(grids)
    assert summary["format"] == "gridtool.summary/1"
    assert summary["version"] == "9.9"
    assert list(summary["settings"]) == ["lang", "seed"]
    assert summary["rules"]["min_households"] == 300
    assert summary["estimate"] == ESTIMATE
    assert summary["totals"] == {
        "communities": 2,
        "villages": 1,
        "buildings": 214,
        "buildings_outside": 1,
        "households": 1610,
        "persons": 4340,
        "grids": 4,
        "grid_kind": {"base": 3, "dedicated": 1},
        "size_rule": {"in_range": 1, "about_1000": 0, "village": 1, "dedicated": 1, "exception": 1},
        "size_reason": {
            "small_community": 0, "no_count_fits": 0, "single_building": 1, "barrier": 0,
            "no_division_fits": 0, "by_hand": 0, "not_found": 0,
        },
        "estimated": True,
    }  # fmt: skip
    assert [row["code"] for row in summary["communities"]] == ["a", "e", "v"]
    assert summary["communities"][0] == {
        "code": "a",
        "name": "乙社区",
        "kind": "community",
        "households": 910,
        "persons": 2240,
        "buildings": 14,
        "grids": 3,
        "in_range": 1,
        "smallest": 350,
        "largest": 560,
        "cut_m": 812.3,
        "cut_cost": 500.0,
        "bound_cost": None,
        "gap": None,
        "major_road_m": 700.0,
        "major_road_inside_m": 80.0,
        "major_road_forced_m": 60.0,
        "seconds": 0.012,
        "exceptions": [{"grid_code": "a001", "households": 560, "reason": "single_building"}],
    }
    assert summary["communities"][1]["smallest"] is None
    assert summary["communities"][1]["cut_m"] is None
    assert summary["findings"] == {
        "by_code": {"GT115": 2, "GT117": 1},
        "by_severity": {"info": 1, "warning": 2},
    }


def test_summary_differs_only_in_seconds_and_row_order_does_not_matter(grids):
    one, two = (
        make_summary(grids, seconds=1.0),
        make_summary(grids.iloc[::-1], seconds=np.float64(2)),
    )
    assert (one.pop("seconds"), two.pop("seconds")) == ({"read": 1.0}, {"read": 2.0})
    assert json.dumps(one) == json.dumps(two)
