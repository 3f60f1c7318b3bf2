"""Stage ``check``: compounds, sites, roads and barriers."""

from __future__ import annotations

from random import Random

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon, box

from gridtool.check import check_layers
from gridtool.errors import DataError
from gridtool.findings import Finding, refuse_errors

CRS = "EPSG:4544"
A, B = "510302001001", "510302001002"
BOW_TIE = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
FLAT = LineString([(5, 5), (5, 5)])


def layer(shapes: list[object], **columns: object) -> gpd.GeoDataFrame:
    data = {key: pd.Series(values, dtype=object) for key, values in columns.items()}
    frame = pd.DataFrame(data, index=pd.RangeIndex(len(shapes), name="row"))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def check(**layers: gpd.GeoDataFrame) -> tuple[dict[str, gpd.GeoDataFrame], list[Finding]]:
    communities = layer([box(0, 0, 100, 100), box(100, 0, 200, 100)], code=[A, B], name=["a", "b"])
    shapes = [box(10, 10, 20, 20), box(30, 10, 40, 20), box(110, 10, 120, 20)]
    compounds = [None, "own", None]
    buildings = layer(shapes, building_id=["1", "2", "3"], compound_id=compounds)
    buildings["households"] = buildings["persons"] = 1
    given = {"communities": communities, "buildings": buildings, **layers}
    before = {key: frame.copy() for key, frame in given.items()}
    result = check_layers(given)
    for key, frame in before.items():
        assert_geodataframe_equal(given[key], frame)
    return result


def messages(findings: list[Finding]) -> list[str]:
    records = [item.record() for item in findings]
    return [f"{item['code']} {item['row']} {item['message_en']}" for item in records]


def test_buildings_take_the_compound_they_lie_in() -> None:
    compounds = layer([box(0, 0, 60, 60)], compound_id=["c1"], name=["东苑"])
    layers, findings = check(compounds=compounds)
    assert layers["buildings"]["compound_id"].tolist() == ["c1", "own", None]
    assert layers["compounds"].columns.tolist() == ["compound_id", "name", "geometry"]
    assert findings == []


def test_compound_without_id() -> None:
    shapes = [box(0, 0, 25, 60), box(25, 0, 60, 60)]
    layers, findings = check(compounds=layer(shapes, compound_id=[None, "c001"]))
    # C001 is taken, in another case
    assert layers["compounds"]["compound_id"].tolist() == ["CC001", "c001"]
    assert layers["buildings"]["compound_id"].tolist() == ["CC001", "own", None]
    assert messages(findings) == ["GT181 0 rows without compound_id were numbered CC001"]


def test_compounds_that_overlap() -> None:
    shapes = [box(0, 0, 60, 60), box(50, 0, 90, 60), box(89.5, 0, 99, 60), box(0, 0, 60, 60)]
    _, findings = check(compounds=layer(shapes, compound_id=["b", "a", "c", "b"]))
    # 0.5 m x 60 m is how compounds are drawn; rows of one compound may lie on one another
    assert messages(findings) == [
        "GT189 0, 1 compounds a and b overlap by 600 m²",
        "GT189 1, 3 compounds a and b overlap by 600 m²",
    ]
    assert findings[0].geometry.equals(box(50, 0, 60, 60))


def test_a_compound_across_communities() -> None:
    shapes = [box(80, 0, 110, 30), box(40, 50, 101, 90), box(30, 0, 60, 20)]
    _, findings = check(compounds=layer(shapes, compound_id=["a", "b", "c"]))
    assert messages(findings) == [
        f"GT188 0 the polygon of compound a lies across communities: {A} (67%), {B} (33%)"
    ]


def test_ids_of_compounds_that_differ_in_case_only() -> None:
    shapes = [box(0, 0, 25, 60), box(25, 0, 60, 60)]
    _, findings = check(compounds=layer(shapes, compound_id=["x1", "X1"]))
    assert messages(findings) == [
        "GT182 0, 1 values of compound_id differ only in case or width: X1, x1"
    ]


def test_geometry_is_repaired_or_left_out() -> None:
    shapes = [BOW_TIE, None, Polygon(), Polygon([(0, 0), (1, 1), (2, 2)]), box(0, 0, 5, 5)]
    layers, findings = check(compounds=layer(shapes, compound_id=list("abcde")))
    assert layers["compounds"]["compound_id"].tolist() == ["a", "e"]
    assert layers["compounds"]["name"].tolist() == [None, None]
    assert layers["compounds"].is_valid.all()
    assert messages(findings) == [
        "GT121 0, 1, 2, 3 4 geometries of compounds are invalid or empty; repaired or left out"
    ]


def test_a_layer_without_a_sound_row_is_left_out() -> None:
    layers, findings = check(barriers=layer([None], kind=["river"]))
    assert "barriers" not in layers
    assert [item.code for item in findings] == ["GT121"]


def test_sites() -> None:
    shapes = [box(50, 50, 90, 90), box(80, 0, 130, 10), box(500, 0, 510, 10), box(0, 0, 9, 9)]
    sites = layer(
        shapes,
        site_id=["s9", None, None, None],
        name=["一中", None, None, "市场"],
        kind=["school", None, None, None],
        dedicated=["是", "否", None, "1"],
    )
    layers, findings = check(sites=sites)
    found = layers["sites"]
    assert found.columns.tolist() == [
        *("site_id", "name", "kind", "dedicated", "community_code", "geometry")
    ]
    assert found["site_id"].tolist() == ["s9", "S002", "S003", "S004"]
    assert found["name"].tolist() == ["一中", "S002", "S003", "市场"]
    assert found["dedicated"].tolist() == [True, False, True, True]
    assert found["dedicated"].dtype == bool
    assert found["community_code"].tolist() == [A, B, None, A]
    assert findings == []


def test_sites_of_geometry_only() -> None:
    layers, _ = check(sites=layer([box(50, 50, 90, 90), BOW_TIE]))
    assert layers["sites"]["site_id"].tolist() == ["S001", "S002"]
    assert layers["sites"]["dedicated"].tolist() == [True, True]


def test_numbers_of_sites_collide_with_none() -> None:
    shapes = [box(50, 50, 90, 90), box(20, 50, 40, 90)]
    layers, _ = check(sites=layer(shapes, site_id=[None, "s001"]))
    assert layers["sites"]["site_id"].tolist() == ["SS001", "s001"]


@pytest.mark.parametrize(
    ("value", "dedicated"),
    [
        *((True, True), (False, False), (1, True), (0, False), (1.0, True), (0.0, False)),
        *(("TRUE", True), (" false", False), ("是", True), ("否", False), ("", True)),
    ],
)
def test_dedicated_in_many_words(value: object, dedicated: bool) -> None:
    layers, _ = check(sites=layer([box(50, 50, 90, 90)], dedicated=[value]))
    assert layers["sites"]["dedicated"].tolist() == [dedicated]


def test_dedicated_that_is_neither() -> None:
    sites = layer([box(0, 0, 9, 9), box(9, 0, 18, 9)], dedicated=["1", "maybe"])
    layers, findings = check(sites=sites)
    assert layers["sites"]["dedicated"].tolist() == [True, True]
    assert len(findings) == 1
    with pytest.raises(DataError, match=r"GT030 dedicated has the value maybe, .* · sites\[1\]"):
        refuse_errors(findings)


def test_roads_are_single_lines_with_a_class() -> None:
    whole, one, two = [LineString([(x, 5), (x, 50)]) for x in (10, 20, 30)]
    shapes = [whole, MultiLineString([one, FLAT, two]), None, FLAT, whole]
    highways = ["primary_link", "次干道", "x", "x", None]
    layers, findings = check(roads=layer(shapes, highway=highways, name=["a", "b", "c", "d", "e"]))
    roads = layers["roads"]
    assert roads.columns.tolist() == ["highway", "name", "road_class", "geometry"]
    assert roads.index.tolist() == [0, 1, 1, 4]
    assert roads.geometry.tolist() == [whole, one, two, whole]
    assert roads["road_class"].tolist() == ["major", "collector", "collector", "minor"]
    assert roads["highway"].tolist() == ["primary_link", "次干道", "次干道", None]
    assert messages(findings) == [
        "GT121 1, 2, 3 3 geometries of roads are invalid or empty; repaired or left out"
    ]


def streets(*lines: list[tuple[float, float]], highway: str = "residential") -> gpd.GeoDataFrame:
    return layer([LineString(line) for line in lines], highway=[highway] * len(lines))


def drawn(layers: dict[str, gpd.GeoDataFrame]) -> list[list[tuple[float, float]]]:
    return [list(line.coords) for line in layers["roads"].geometry]


def blocks(layers: dict[str, gpd.GeoDataFrame]) -> int:
    """Return how many polygons roads and community lines enclose."""
    lines = [*layers["roads"].geometry, *layers["communities"].boundary]
    return len(shapely.get_parts(shapely.polygonize([shapely.union_all(lines)])))


MAIN = [(-5.0, 50.0), (205.0, 50.0)]


def test_an_end_that_stops_short_is_led_on() -> None:
    side = [(30.0, 80.0), (30.0, 51.5)]
    layers, findings = check(roads=streets(MAIN, side))
    assert messages(findings) == [
        "GT190 1 1 ends of roads stop less than 2 m short of another line; led on to it"
    ]
    assert findings[0].geometry.equals(Point(30, 51.5))
    first, second = drawn(layers)
    assert first == MAIN
    assert second[:2] == side
    # a centimetre past the line, so that rounding cannot part them
    assert second[2] == pytest.approx((30, 49.99))


def test_a_gap_at_a_crossing_is_closed_from_both_sides() -> None:
    left, right = [(20.0, 80.0), (49.3, 70.0)], [(50.5, 70.0), (80.0, 80.0)]
    layers, findings = check(roads=streets(left, right))
    assert [item.values["count"] for item in findings] == [2]
    assert drawn(layers) == [[*left, right[0]], [left[1], *right]]


def test_streets_that_stop_short_enclose_blocks() -> None:
    sides = [[(x, 51.9), (x, 99.2)] for x in (30.0, 60.0)]
    layers, findings = check(roads=streets(MAIN, *sides))
    assert findings[0].values["count"] == 4
    # two communities cut by the main street, and two side streets that each cut one more
    assert blocks(layers) == 6


def test_rounding_is_mended_without_a_word() -> None:
    # ends on the slanted street but for the last digit
    slanted = [(0.0, 60.0), (90.0, 87.3)]
    end = LineString(slanted).interpolate(1 / 3, normalized=True)
    side = [(30.0, 10.0), (end.x, end.y - 1e-9)]
    layers, findings = check(roads=streets(slanted, side))
    assert findings == []
    assert LineString(drawn(layers)[1]).crosses(LineString(slanted))


@pytest.mark.parametrize(
    "side",
    [
        pytest.param([(30.0, 80.0), (30.0, 52.1)], id="a dead end"),
        pytest.param([(30.0, 80.0), (30.0, 50.0)], id="on the line"),
        pytest.param([(30.0, 80.0), (30.0, 48.5)], id="past the line"),
        pytest.param([(30.0, 51.5), (30.0, 50.0)], id="a stub"),
    ],
)
def test_ends_that_are_left_as_they_are(side: list[tuple[float, float]]) -> None:
    layers, findings = check(roads=streets(MAIN, side))
    assert findings == []
    assert drawn(layers) == [MAIN, side]


def test_minor_roads_may_end_anywhere() -> None:
    roads = streets(MAIN, [(30.0, 80.0), (30.0, 51.5)])
    roads["highway"] = pd.Series(["residential", "footway"], dtype=object)
    layers, findings = check(roads=roads)
    assert findings == []
    assert drawn(layers)[1] == [(30, 80), (30, 51.5)]


def test_a_closed_street_has_no_end() -> None:
    ring = [(20.0, 60.0), (40.0, 60.0), (40.0, 51.0), (20.0, 51.0), (20.0, 60.0)]
    layers, findings = check(roads=streets(MAIN, ring))
    assert findings == []
    assert drawn(layers)[1] == ring


def test_roads_without_columns() -> None:
    layers, _ = check(roads=layer([LineString([(0, 0), (9, 9)])]))
    assert layers["roads"]["road_class"].tolist() == ["minor"]
    assert layers["roads"]["name"].tolist() == [None]


def test_barriers_are_lines_and_polygons() -> None:
    line = LineString([(0, 0), (9, 9)])
    lake = MultiPolygon([box(0, 0, 5, 5), box(7, 7, 9, 9)])
    layers, findings = check(barriers=layer([lake, line, BOW_TIE], kind=["lake", "wall", "lake"]))
    barriers = layers["barriers"]
    assert barriers.columns.tolist() == ["kind", "name", "geometry"]
    assert barriers.geometry.iloc[:2].tolist() == [lake, line]
    assert barriers.is_valid.all()
    assert [item.code for item in findings] == ["GT121"]


def test_layers_come_in_a_fixed_order() -> None:
    line = LineString([(0, 0), (9, 9)])
    layers, _ = check(barriers=layer([line]), roads=layer([line]), sites=layer([box(0, 0, 9, 9)]))
    assert list(layers) == ["communities", "buildings", "sites", "roads", "barriers"]


STREETS = st.lists(
    st.tuples(*(st.integers(-5, 105) for _ in range(4))).filter(lambda ends: ends[:2] != ends[2:]),
    min_size=1,
    max_size=8,
)


@settings(deadline=None)
@given(STREETS, st.randoms(use_true_random=False))
def test_streets_only_grow_at_their_ends(
    ends: list[tuple[int, int, int, int]], random: Random
) -> None:
    lines = [[(float(a), float(b)), (float(c), float(d))] for a, b, c, d in ends]
    frame = streets(*lines)
    layers, findings = check(roads=frame)
    for old, new in zip(lines, drawn(layers), strict=True):
        assert any(new[at : at + 2] == old for at in (0, 1))
        assert len(new) <= 4
        assert LineString(new).length <= LineString(old).length + 2 * 2.011
    order = random.sample(range(len(lines)), len(lines))
    again, shuffled = check(roads=frame.iloc[order])
    assert drawn({"roads": again["roads"].sort_index()}) == drawn(layers)
    assert messages(findings) == messages(shuffled)
    # led on once, they have met: a second time nothing is left to do
    assert check(roads=layers["roads"])[1] == []
