"""Stage ``check``: buildings, their counts, and the community each belongs to."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate
from shapely.geometry import MultiPoint, MultiPolygon, Point, Polygon, box

from gridtool.check import check_layers, estimate_model
from gridtool.check.persons import share_out
from gridtool.check.plain import are_plain
from gridtool.check.spikes import without_spikes
from gridtool.errors import DataError
from gridtool.findings import Finding, refuse_errors

CRS = "EPSG:4544"
A, B = "510302001001", "510302001002"
LEFT, RIGHT = box(0, 0, 100, 100), box(100, 0, 200, 100)
HOME = box(10, 10, 20, 20)
HOMES = [box(x, 10, x + 10, 20) for x in range(10, 90, 12)]


def communities() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": [A, B], "name": ["a", "b"]}, geometry=[LEFT, RIGHT], crs=CRS)


def buildings(shapes: list[object], **columns: object) -> gpd.GeoDataFrame:
    index = pd.RangeIndex(len(shapes), name="row")
    given = {"building_id": [f"h{at}" for at in range(len(shapes))], **columns}
    data = {key: values for key, values in given.items() if values is not None}
    return gpd.GeoDataFrame(data, geometry=shapes, crs=CRS, index=index)


def counted(shapes: list[object], **columns: object) -> gpd.GeoDataFrame:
    return buildings(
        shapes, **{"households": [1] * len(shapes), "persons": [2] * len(shapes), **columns}
    )


def check(frame: gpd.GeoDataFrame, **options: float) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    layers, findings = check_layers({"communities": communities(), "buildings": frame}, **options)
    return layers["buildings"], findings


def messages(findings: list[Finding]) -> list[str]:
    records = [item.record() for item in findings]
    return [f"{item['code']} {item['row']} {item['message_en']}" for item in records]


def refused(frame: gpd.GeoDataFrame, pattern: str) -> Finding:
    """Check that a frame has one fault, that it is refused for it, and return the fault."""
    _, findings = check(frame)
    assert len(findings) == 1, messages(findings)
    with pytest.raises(DataError, match=pattern):
        refuse_errors(findings)
    return findings[0]


def test_contract() -> None:
    frame = counted([box(110, 10, 120, 20), HOME], building_id=["z", "a"], floors=[3, 0])
    frame["use"] = pd.Series(["住宅", None], dtype=object)
    before = frame.copy()
    found, findings = check(frame)
    assert findings == []
    assert found.index.tolist() == [1, 0]
    assert found["building_id"].tolist() == ["a", "z"]
    assert found["community_code"].tolist() == [A, B]
    assert found["use"].tolist() == [None, "住宅"]
    assert found["compound_id"].tolist() == [None, None]
    assert found["address"].tolist() == [None, None]
    assert found["floors"].isna().tolist() == [True, False]
    assert found["estimated"].tolist() == [False, False]
    types = found[["households", "persons", "floors", "estimated"]].dtypes.astype(str).tolist()
    assert types == ["int64", "int64", "float64", "bool"]
    assert set(found.columns) == {
        *("building_id", "households", "persons", "floors", "use", "compound_id", "address"),
        *("community_code", "estimated", "geometry"),
    }
    assert_geodataframe_equal(frame, before)


# -- ids ----------------------------------------------------------------------------------------


def test_duplicate_ids() -> None:
    frame = counted(HOMES[:4], building_id=["x", "y", "x", "z"])
    pattern = r"GT020 building_id has duplicate values: x · buildings\[0, 2\] · .* each building"
    fault = refused(frame, pattern)
    assert fault.rows == (0, 2)
    assert fault.geometry.geom_type == "MultiPoint"
    assert [
        point.within(HOMES[at]) for at, point in zip((0, 2), fault.geometry.geoms, strict=True)
    ] == [True] * 2


def test_each_duplicate_id_is_a_fault_of_its_own() -> None:
    _, findings = check(counted(HOMES[:5], building_id=["x", "y", "x", "y", "z"]))
    assert messages(findings) == [
        "GT020 0, 2 building_id has duplicate values: x",
        "GT020 1, 3 building_id has duplicate values: y",
    ]
    with pytest.raises(DataError, match=r"· 1 more errors; gridtool check-input lists them all$"):
        refuse_errors(findings)


def test_a_row_that_stands_twice_counts_once() -> None:
    frame = counted([HOME, HOMES[2], HOME], building_id=["x", "y", "x"], households=[4, 5, 4])
    found, findings = check(frame)
    assert found["building_id"].tolist() == ["x", "y"]
    assert found["households"].tolist() == [4, 5]
    assert messages(findings) == [
        "GT185 0, 2 building x stands in 2 rows of one shape and count; counted once"
    ]


@pytest.mark.parametrize("column", ["households", "persons"])
def test_rows_of_one_id_and_other_counts_are_refused(column: str) -> None:
    frame = counted([HOME, HOME], building_id=["x", "x"], **{column: [1, 2]})
    _, findings = check(frame)
    assert [item.code for item in findings] == ["GT020"]


def test_some_ids_are_empty() -> None:
    ids = pd.Series(["b000002", None, None, "y"], dtype=object)
    found, findings = check(counted(HOMES[:4], building_id=ids))
    # B000002 is taken, in another case
    assert found["building_id"].tolist() == ["BB000002", "BB000003", "b000002", "y"]
    assert messages(findings) == [
        "GT181 1, 2 rows without building_id were numbered BB000002, BB000003"
    ]


def test_ids_that_differ_in_case_only() -> None:
    found, findings = check(counted(HOMES[:4], building_id=["a-1", "A-1", "b", "B1"]))
    assert found["building_id"].tolist() == ["A-1", "B1", "a-1", "b"]
    assert messages(findings) == [
        "GT182 0, 1 values of building_id differ only in case or width: A-1, a-1"
    ]


@pytest.mark.parametrize("ids", [None, pd.Series([None, None], dtype=object)])
def test_no_ids(ids: object) -> None:
    found, findings = check(counted(HOMES[:2], building_id=ids))
    assert found["building_id"].tolist() == ["B000001", "B000002"]
    assert messages(findings) == ["GT118 None no building_id given; numbered from B000001 by row"]


# -- counts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["households", "persons"])
def test_counts_that_are_no_numbers(column: str) -> None:
    frame = counted(HOMES[:4], **{column: ["1", "三百", "300-400", "2"]})
    pattern = rf"GT021 {column} is not a number: 三百, 300-400 · buildings\[1, 2\]"
    assert refused(frame, pattern).rows == (1, 2)


@pytest.mark.parametrize("column", ["households", "persons"])
@pytest.mark.parametrize(
    ("text", "count"),
    [
        *(("约300户", 300), ("300户", 300), ("300+", 300), ("３００ 户", 300), ("1,200户", 1200)),
        *(("户数：12", 12), ("12.5户", 13), (">7", 7)),
    ],
)
def test_numbers_among_words(column: str, text: str, count: int) -> None:
    other = {"households": [700, count // 2 + 1], "persons": [3000, 2 * count]}
    frame = counted(HOMES[:2], **{**other, column: ["1500", text]})
    found, findings = check(frame)
    assert found[column].tolist() == [1500, count]
    assert messages(findings) == [
        f"GT198 1 {column} holds words; the numbers in them were taken: {text} → {count}"
    ]


@pytest.mark.parametrize("text", ["3万", "1/2", "30%", "3户5人", "2026-03-05", "１２三", "多"])
def test_words_that_leave_the_number_open(text: str) -> None:
    refused(counted(HOMES[:2], households=["1", text]), "GT021 households is not a number")


def test_a_negative_number_among_words() -> None:
    refused(counted(HOMES[:2], households=["1", "-5户"]), "GT022 households is negative: -5户")


@pytest.mark.parametrize("value", [np.inf, 1e12])
def test_absurd_counts(value: float) -> None:
    pattern = r"GT021 households is not a number: .* · buildings\[0\]"
    refused(counted([HOME], households=[value]), pattern)


@pytest.mark.parametrize("column", ["households", "persons"])
def test_negative_counts(column: str) -> None:
    frame = counted(HOMES[:2], **{column: [3, -1]})
    refused(frame, rf"GT022 {column} is negative: -1 · buildings\[1\]")


def test_text_becomes_whole() -> None:
    found, findings = check(counted(HOMES[:3], households=[" 3", "１２", "5.0"]))
    assert found["households"].tolist() == [3, 12, 5]
    assert findings == []


@pytest.mark.parametrize("kind", [str, float])
def test_fractions_are_rounded(kind: type) -> None:
    households = [kind(value) for value in (12.5, 0.4, 3.0)]
    found, findings = check(counted(HOMES[:3], households=households))
    assert found["households"].tolist() == [13, 0, 3]
    assert messages(findings) == ["GT199 0, 1 households is not whole; rounded: 12.5 → 13, 0.4 → 0"]


def test_empty_households_are_zero() -> None:
    frame = counted([HOME, *HOMES[4:6]][::-1], households=[np.nan, np.nan, 4])
    found, findings = check(frame)
    assert found["households"].tolist() == [0, 0, 4]
    assert messages(findings) == [
        "GT115 0 households are empty, taken as 0",
        "GT115 1 households are empty, taken as 0",
    ]
    assert findings[0].geometry.equals(HOMES[5])


def test_empty_text_is_empty() -> None:
    found, findings = check(counted(HOMES[:3], households=["4", " ", "<Null>"]))
    assert found["households"].tolist() == [4, 0, 0]
    assert [item.code for item in findings] == ["GT115", "GT115"]


def test_many_empty_households_are_one_finding() -> None:
    shapes = [box(x / 3, 10, x / 3 + 0.3, 20) for x in range(202)]
    frame = counted(shapes, households=[4] + [np.nan] * 201)
    _, findings = check(frame)
    assert messages(findings) == ["GT119 None 201 buildings have no households; taken as 0"]


def test_persons_by_ratio() -> None:
    found, findings = check(buildings(HOMES[:2], households=[3, 0]), persons_per_household=2.5)
    assert found["persons"].tolist() == [8, 0]
    assert found["estimated"].tolist() == [False, False]
    assert messages(findings) == ["GT117 None no persons given; taken as 2.5 a household"]


def test_some_persons_by_ratio() -> None:
    found, findings = check(counted(HOMES[:3], households=[3, 3, 3], persons=[1, np.nan, np.nan]))
    assert found["persons"].tolist() == [1, 8, 8]
    assert messages(findings) == [
        "GT120 None 2 buildings have no persons; taken as 2.6 a household"
    ]


def test_persons_keep_their_ratio_over_a_community() -> None:
    # one household each: 2.6, 5.2, 7.8, 10.4, 13.0 persons in all, rounded and counted on
    left = [box(x, 10, x + 5, 20) for x in range(10, 60, 10)]
    right = [box(x, 10, x + 5, 20) for x in (110, 120)]
    found, _ = check(counted(left + right, persons=[np.nan] * 7))
    assert found["persons"].tolist() == [3, 2, 3, 2, 3, 3, 2]
    assert found.groupby("community_code")["persons"].sum().tolist() == [13, 5]


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(-1, 3)), max_size=40),
    st.sampled_from([0.1, 1.0, 2.5, 2.6, 3.07, 7.9]),
)
def test_shares_are_whole_near_and_add_up(rows: list[tuple[int, int]], ratio: float) -> None:
    households = np.array([count for count, _ in rows], dtype=np.int64)
    homes = np.array([home for _, home in rows], dtype=np.int64)
    shares = share_out(households, homes, ratio)
    assert (np.abs(shares - households * ratio) < 1 + 1e-6).all()
    assert (shares[households == 0] == 0).all()
    for home in set(homes.tolist()):
        mine = homes == home
        assert abs(shares[mine].sum() - households[mine].sum() * ratio) <= 0.5 + 1e-6


def test_floors_that_are_no_numbers() -> None:
    found, findings = check(counted(HOMES[:4], floors=["3.5", "EG", "-1", ""]))
    assert found["floors"].fillna(-9).tolist() == [3.5, -9, -9, -9]
    assert messages(findings) == [
        "GT110 1, 2 floors of 2 buildings are not positive numbers (such as EG, -1); "
        "taken as unknown"
    ]


def test_floors_that_are_marks_for_nothing() -> None:
    found, findings = check(counted(HOMES[:2], floors=["—", "3"]))
    assert found["floors"].fillna(-9).tolist() == [-9, 3]
    assert [(item.code, item.row) for item in findings] == [("GT223", 0)]


def test_floors_in_words_and_floors_that_are_metres() -> None:
    found, findings = check(counted(HOMES[:3], floors=["6层", "121", "120"]))
    assert found["floors"].fillna(-9).tolist() == [6, -9, 120]
    assert messages(findings) == [
        "GT198 0 floors holds words; the numbers in them were taken: 6层 → 6",
        "GT203 1 1 buildings have over 120 floors (such as 121); taken as unknown",
    ]


# -- polygons that need no mending ---------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=12),
    st.booleans(),
)
def test_what_is_plain_needs_no_mending(ring: list[tuple[int, int]], far: bool) -> None:
    shift = 4e7 if far else 0.0
    drawn = Polygon([(x + shift, y / 3 + shift / 7) for x, y in ring])
    shapes = np.array([drawn, MultiPolygon([drawn]), None], dtype=object)
    plain = are_plain(shapes)
    assert plain[0] == plain[1]
    assert not plain[2]
    if plain[0]:
        assert shapely.is_valid(shapes[:2]).all()
        _, spiked, repeating = without_spikes(shapes[:2])
        assert len(spiked) == len(repeating) == 0


def with_height(height: float) -> Polygon:
    """Return a polygon with a vertex as broken files have it; GEOS would warn of it."""
    with np.errstate(invalid="ignore"):
        return Polygon([(0, 0), (9, 0), (9, height), (0, 9)])


SQUARE, INNER = [(0, 0), (9, 0), (9, 9), (0, 9)], [(1, 1), (2, 1), (2, 2), (1, 2)]


@pytest.mark.parametrize(
    ("shape", "is_plain"),
    [
        (box(0, 0, 9, 9), True),
        (Polygon([(0, 0), (9, 0), (9, 9), (5, 9), (5, 4), (0, 4)]), True),
        (MultiPolygon([box(0, 0, 9, 9)]), True),
        (Polygon([(0, 0), (9, 0), (0, 9), (9, 9)]), False),  # crosses itself
        (Polygon([(0, 0), (9, 0), (9, 9), (4, 0), (0, 9)]), False),  # touches itself
        (Polygon([(0, 0), (5, 0), (9, 0), (9, 9), (0, 9)]), False),  # not sure: a straight turn
        (Polygon([(0, 0), (9, 0), (9, 0), (9, 9), (0, 9)]), False),  # a repeated point
        (Polygon([(0, 0), (90, 0.1), (9, 0), (9, 9), (0, 9)]), False),  # a needle
        (Polygon(SQUARE, [INNER]), False),
        (MultiPolygon([Polygon(SQUARE), box(20, 0, 29, 9)]), False),
        (with_height(np.nan), False),
        (with_height(np.inf), False),
        (with_height(1e200), False),
        (Polygon(), False),
        (Point(0, 0), False),
        (MultiPoint([*SQUARE, SQUARE[0]]), False),
        (None, False),
    ],
)
def test_which_polygons_are_plain(shape: object, is_plain: bool) -> None:
    assert are_plain(np.array([shape, HOME], dtype=object)).tolist() == [is_plain, True]


# -- estimates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("use", "households"),
    [
        *((None, 4), ("yes", 4), ("apartments", 4), ("住宅", 4), ("居住用地;商业", 4), ("宿舍", 4)),
        *(("garage", 0), ("roof", 0), ("shed", 0), ("industrial", 0), ("school", 0), ("厂房", 0)),
    ],
)
def test_estimate_by_use(use: str | None, households: int) -> None:
    # 10 m x 10 m x 4 floors / 90 m² = 4.4
    uses = pd.Series([use], dtype=object)
    found, _ = check(buildings([HOME], floors=[4], use=uses))
    assert found["households"].tolist() == [households]
    assert found["estimated"].tolist() == [True]


@pytest.mark.parametrize(
    ("size", "floors", "households"),
    [
        (10, None, 2),  # 2 floors where unknown: 200 / 90 = 2.2
        (10, 0, 2),
        (6, 1, 0),  # under 40 m²
        (7, 1, 1),  # 49 / 90 = 0.54, at least one anyway
        (6.4, 1, 1),  # 40.96 / 90 = 0.46
        (30, 10, 100),
    ],
)
def test_estimate_by_floor_space(size: float, floors: float | None, households: int) -> None:
    shape = box(10, 10, 10 + size, 10 + size)
    found, findings = check(buildings([shape], floors=pd.Series([floors], dtype="float64")))
    assert found["households"].tolist() == [households]
    assert messages(findings) == [
        "GT116 None buildings have no households; estimated from floors and footprint (90 m² each)",
        "GT117 None no persons given; taken as 2.6 a household",
    ]


def test_estimate_with_other_space_and_points() -> None:
    found, _ = check(buildings([HOME, Point(5, 5)], floors=[1, 9]), m2_per_household=50)
    assert found["households"].tolist() == [2, 0]


def test_empty_column_of_households_is_no_column() -> None:
    found, findings = check(counted([HOME], households=pd.Series([None], dtype=object)))
    assert found["households"].tolist() == [2]
    assert found["estimated"].tolist() == [True]
    assert [item.code for item in findings] == ["GT116"]


# -- geometry -----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [None, Polygon(), Point(np.inf, 0)])
def test_missing_geometry_is_dropped(shape: object) -> None:
    found, findings = check(counted([HOME, shape]))
    assert found["building_id"].tolist() == ["h0"]
    assert messages(findings) == ["GT114 1 the building has no geometry and is not counted"]


def test_invalid_geometry_is_repaired() -> None:
    bow_tie = Polygon([(10, 10), (20, 20), (20, 10), (10, 20)])
    found, findings = check(counted([HOMES[2], bow_tie]))
    assert found.is_valid.all()
    assert found.area.tolist() == pytest.approx([100, 50])
    assert messages(findings) == [
        "GT111 1 the building's polygon is invalid (Self-intersection[15 15]); repaired"
    ]


def test_footprint_without_area_is_kept_as_a_point() -> None:
    flat = Polygon([(10, 10), (20, 10), (30, 10)])
    found, findings = check(counted([flat], households=[7]))
    assert found.geometry.iloc[0].equals(Point(20, 10))
    assert found["households"].tolist() == [7]
    assert found["community_code"].tolist() == [A]
    assert [item.code for item in findings] == ["GT111"]


def test_first_point_of_several() -> None:
    found, findings = check(counted([MultiPoint([(5, 5), (150, 5)]), Point(150, 5)]))
    assert found.geometry.tolist() == [Point(5, 5), Point(150, 5)]
    assert found["community_code"].tolist() == [A, B]
    assert findings == []


# -- communities --------------------------------------------------------------------------------


def test_building_across_a_line_goes_to_the_larger_share() -> None:
    shape = box(93, 10, 103, 20)
    found, findings = check(counted([HOME, shape, box(10, 95, 20, 100)]))
    assert found["community_code"].tolist() == [A, A, A]
    assert messages(findings) == [
        f"GT113 1 the building lies across a community line; it goes to {A} with 70% of it"
    ]
    assert findings[0].geometry.equals(shape)


def test_two_percent_across_is_drawing() -> None:
    found, findings = check(counted([box(99.81, 10, 109.81, 20)]))
    assert found["community_code"].tolist() == [B]
    assert findings == []


def test_equal_shares_go_to_the_first_code() -> None:
    found, _ = check(counted([box(95, 10, 105, 20)]))
    assert found["community_code"].tolist() == [A]


def test_point_on_the_line_goes_to_the_first_code() -> None:
    found, findings = check(counted([Point(100, 50), Point(200, 50)]))
    assert found["community_code"].tolist() == [A, B]
    assert findings == []


@pytest.mark.parametrize(
    ("shape", "inside"),
    [
        (box(300, 0, 310, 10), False),
        (box(200, 0, 210, 10), False),  # touches the line only
        (Point(300, 300), False),
        (box(197, 0, 207, 10), False),  # 30 % inside, its middle outside
        (box(194, 0, 204, 10), True),  # 60 % inside
    ],
)
def test_outside_all_communities(shape: object, inside: bool) -> None:
    found, findings = check(counted([HOME, shape], households=[1, 6]))
    assert found["community_code"].tolist() == [A, B if inside else None]
    expected = "GT112 1 the building lies in no community and is not counted (6 households)"
    assert messages(findings) == ([] if inside else [expected])


def test_middle_inside_is_enough() -> None:
    # two thin arms outside hold more ground than the body inside does
    shape = Polygon([(190, 40), (190, 60), (260, 60), (260, 58), (200, 58), (200, 42), (260, 42)])
    body = shape.union(box(188, 38, 200, 62)).union(box(200, 59, 420, 60))
    assert body.representative_point().within(RIGHT)
    assert body.intersection(RIGHT).area < 0.5 * body.area
    found, _ = check(counted([body]))
    assert found["community_code"].tolist() == [B]


def test_all_outside() -> None:
    frame = counted([box(300, 0, 310, 10), Point(-5, 0)])
    refused(frame, r"GT027 no building lies in any community · buildings ·")


def test_findings_come_in_the_same_order_whatever_the_order_of_rows() -> None:
    shapes = [box(95 + at / 10, 10, 105 + at / 10, 20) for at in range(9)]
    frame = counted([*shapes, box(300, 0, 310, 10)])
    found, findings = check(frame)
    shuffled, again = check(frame.sample(frac=1, random_state=3))
    assert_geodataframe_equal(found, shuffled)
    assert messages(findings) == messages(again)


# -- needles, repeats, stacks ---------------------------------------------------------------------


def needle(at: int, tip: float = 3.0) -> Polygon:
    """Return a square of 10 m with a needle, whose tip is vertex `at` of its ring."""
    ring = [(10, 10), (20, 10), (20, 15), (20 + tip, 15.005), (20, 15.01), (20, 20), (10, 20)]
    start = (3 - at) % len(ring)
    return Polygon([*ring[start:], *ring[:start]])


@pytest.mark.parametrize("at", range(7))
def test_a_needle_is_taken_off_wherever_the_ring_starts(at: int) -> None:
    found, findings = check(counted([needle(at)]))
    assert messages(findings) == [
        "GT183 0 the polygon has a spike, a vertex that turns back on itself; removed"
    ]
    assert found.geometry.iloc[0].equals(HOME)


def test_needles_of_holes_and_of_further_parts() -> None:
    hole = Polygon(box(5, 5, 40, 40).exterior, [needle(0).exterior])
    parts = MultiPolygon([box(50, 50, 60, 60), translate(needle(5), 60, 0)])
    found, findings = check(counted([hole, parts]))
    assert [item.code for item in findings] == ["GT183", "GT183"]
    assert found.geometry.iloc[0].equals(box(5, 5, 40, 40) - HOME)
    assert found.geometry.iloc[1].equals(MultiPolygon([box(50, 50, 60, 60), box(70, 10, 80, 20)]))


def test_a_sharp_corner_is_no_needle() -> None:
    # half a degree, but 22 m²: more than a slip
    wedge = Polygon([(5, 50), (75, 50), (75, 50.63)])
    found, findings = check(counted([wedge, box(5, 60, 5.5, 60.5)]))
    assert findings == []
    assert found.geometry.iloc[0].equals(wedge)


def test_repeated_points_are_taken_off_together() -> None:
    twice = [
        Polygon([(x, 10), (x + 9, 10), (x + 9, 10), (x + 9, 20), (x, 20)]) for x in (10, 30, 50)
    ]
    found, findings = check(counted(twice))
    assert messages(findings) == [
        "GT184 0, 1, 2 3 polygons of buildings have repeated points; removed"
    ]
    assert shapely.get_num_coordinates(found.geometry.to_numpy()).tolist() == [5, 5, 5]


def test_a_needle_whose_tip_stands_twice() -> None:
    ring = [
        (10, 10),
        (20, 10),
        (20, 15),
        (23, 15.005),
        (23, 15.005),
        (20, 15.01),
        (20, 20),
        (10, 20),
    ]
    found, findings = check(counted([Polygon(ring)]))
    assert [item.code for item in findings] == ["GT183", "GT184"]
    assert found.geometry.iloc[0].equals(HOME)


def test_a_collapsed_part_is_dropped() -> None:
    flat = Polygon([(40, 40), (50, 40), (45, 40)])
    found, findings = check(counted([MultiPolygon([HOME, flat])]))
    assert [item.code for item in findings] == ["GT111"]
    assert found.geometry.iloc[0].equals(HOME)


def test_one_shape_and_several_ids() -> None:
    turned = Polygon([*HOME.exterior.coords[2:], *HOME.exterior.coords[1:3]])
    shapes = [HOME, HOMES[3], turned, Point(5, 5), HOME, Point(5, 5)]
    found, findings = check(counted(shapes, households=[1, 2, 3, 4, 5, 6]))
    assert found["households"].sum() == 21
    assert messages(findings) == [
        "GT186 0, 2, 4 3 buildings (h0, h2, h4) have the very same shape; all 9 households count",
        "GT186 3, 5 2 buildings (h3, h5) have the very same shape; all 10 households count",
    ]


@pytest.mark.parametrize(
    ("other", "share"),
    [
        pytest.param(box(10.2, 10, 20.2, 20), 0.98, id="digitised twice"),
        pytest.param(box(12, 12, 15, 15), 1.0, id="tower on podium"),
        pytest.param(box(15, 10, 19, 30), 0.5, id="half of it"),
        pytest.param(box(14, 10, 24, 20), 0.6, id="more than half"),
        pytest.param(
            Polygon([(12, 20), (20, 20), (20, 10), (24, 10), (24, 24), (12, 24)]), 0, id="around"
        ),
        pytest.param(box(20, 10, 30, 20), 0, id="wall to wall"),
    ],
)
def test_footprints_that_overlap(other: Polygon, share: float) -> None:
    _, findings = check(counted([HOME, other], households=[3, 4]))
    expected = (
        f"GT187 0, 1 buildings h0 and h1 overlap by {share:.0%} of the smaller; "
        "all 7 households count"
    )
    assert messages(findings) == ([expected] if share > 0.5 else [])
    if findings:
        assert findings[0].geometry.equals(HOME & other)


def test_rows_that_go_leave_the_others_their_places() -> None:
    far = box(110, 10, 120, 20)
    shapes = [HOME, HOME, None, far, translate(far, 2)]
    frame = counted(shapes, building_id=["x", "x", "lost", "far", "near"])
    checked, findings = check(frame)
    assert checked["community_code"].to_dict() == {0: A, 3: B, 4: B}
    assert [item.code for item in findings] == ["GT114", "GT185", "GT187"]
    assert "buildings far and near overlap by 80%" in messages(findings)[2]


def test_a_thousand_points_in_one_place_are_one_finding() -> None:
    frame = counted([Point(5, 5)] * 1000, households=[1] * 1000)
    _, findings = check(frame)
    assert [item.code for item in findings] == ["GT186"]
    assert len(findings[0].rows) == 1000
    assert findings[0].record()["row"].endswith("8, 9, … (1000)")


def test_of_very_many_the_rest_are_one_finding() -> None:
    bow_ties = [
        Polygon([(x, 10), (x + 0.2, 20), (x + 0.2, 10), (x, 20)]) for x in np.arange(205) / 4
    ]
    frame = counted(bow_ties)
    _, findings = check(frame.sample(frac=1, random_state=1))
    assert [item.code for item in findings] == ["GT111"] * 200 + ["GT180"]
    assert [item.row for item in findings[:200]] == list(range(200))
    rest = findings[-1]
    assert messages([rest]) == [
        "GT180 200, 201, 202, 203, 204 5 more like GT111, not listed one by one"
    ]
    assert len(rest.geometry.geoms) == 5


def test_no_building_has_a_geometry() -> None:
    frame = counted([None, Polygon()])
    layers, findings = check_layers({"communities": communities(), "buildings": frame})
    assert "buildings" not in layers
    assert [item.code for item in findings] == ["GT074", "GT114", "GT114"]
    with pytest.raises(DataError, match="GT074 no building has a geometry · buildings · check"):
        refuse_errors(findings)


# -- counts that cannot be true -------------------------------------------------------------------


def test_very_many_households() -> None:
    _, findings = check(counted(HOMES[:3], households=[2000, 2001, 3], persons=[4000, 4000, 6]))
    assert messages(findings) == ["GT200 1 a single building has 2001 households"]


def test_very_many_persons() -> None:
    frame = counted(HOMES[:4], households=[1, 1, 0, 100], persons=[20, 21, 99, 200])
    assert messages(check(frame)[1]) == ["GT201 1 21 persons in 1 households: over 20 in each"]


@pytest.mark.parametrize(
    ("households", "persons", "mean"),
    [
        *((100, 99, "0.99"), (100, 601, "6.01"), (100, 100, None), (100, 600, None)),
        *((99, 9, None), (0, 9, None)),
    ],
)
def test_the_mean_of_persons(households: int, persons: int, mean: str | None) -> None:
    frame = counted(HOMES[:2], households=[households, 0], persons=[persons, 0])
    expected = [f"GT202 None {mean} persons a household on average, not 1 to 6"]
    assert messages(check(frame)[1]) == (expected if mean else [])


def test_derived_persons_are_not_judged() -> None:
    frame = buildings(HOMES[:2], households=[500, 500])
    _, findings = check(frame, persons_per_household=0.5)
    assert [item.code for item in findings] == ["GT117"]


# -- dwellings ------------------------------------------------------------------------------------


def test_households_from_dwellings() -> None:
    shapes = [box(x, 10, x + 10, 20) for x in range(0, 90, 15)]
    uses = ["residential", "residential", "yes", None, "school", "住宅"]
    frame = buildings(shapes, dwellings=[7, None, None, None, 2, 0], floors=[4] * 6, use=uses)
    frame["dwellings"] = frame["dwellings"].astype(object)
    found, findings = check(frame)
    # 10 m x 10 m x 4 floors / 90 m² = 4.4; where others have dwellings, "yes" says too little
    assert found["households"].tolist() == [7, 4, 0, 0, 2, 0]
    assert found["estimated"].all()
    assert messages(findings) == [
        "GT117 None no persons given; taken as 2.6 a household",
        "GT216 None no households given: 3 buildings count by dwellings, 1 more are estimated "
        "from floors and footprint (90 m² each)",
    ]


def test_dwellings_do_not_replace_households() -> None:
    found, findings = check(counted(HOMES[:2], households=[3, 4], dwellings=[9, 9]))
    assert found["households"].tolist() == [3, 4]
    assert not found["estimated"].any()
    assert findings == []


def test_empty_dwellings_are_none() -> None:
    frame = buildings([HOME], floors=[4], dwellings=pd.Series([None], dtype=object))
    found, findings = check(frame)
    assert found["households"].tolist() == [4]
    assert [item.code for item in findings] == ["GT116", "GT117"]


def test_dwellings_that_are_no_numbers() -> None:
    frame = buildings([HOME], dwellings=["many"])
    _, findings = check(frame)
    assert messages(findings)[0] == "GT021 0 dwellings is not a number: many"


def test_the_model_of_the_estimate() -> None:
    shapes = [box(10, 10, 20, 20), box(30, 10, 40, 20)]
    found, _ = check(buildings(shapes, floors=[4, 2]), m2_per_household=50)
    model = estimate_model(found, m2_per_household=50, persons_per_household=2.6)
    assert model == {
        "m2_per_household": 50,
        "persons_per_household": 2.6,
        "usual_floors": 2.0,
        "smallest_home_m2": 40.0,
        "buildings": 2,
        "households": 12,
    }
    given, _ = check(counted(shapes))
    model = estimate_model(given, m2_per_household=50, persons_per_household=2.6)
    assert (model["buildings"], model["households"]) == (0, 0)


# -- texts ----------------------------------------------------------------------------------------


def test_text_that_lost_characters() -> None:
    addresses = ["汇东路1号?", "五星街?号", "\ufffd星街2号", "what?", "汇东路２号？", None]
    frame = counted(HOMES[:6], address=pd.Series(addresses, dtype=object))
    assert messages(check(frame)[1]) == [
        "GT197 0, 1, 2 address lost characters (? or \ufffd) in 3 rows, "
        "such as 汇东路1号?, 五星街?号, \ufffd星街2号"
    ]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        *(("汇" * 84, True), ("汇" * 83, False), ("汇" * 85, False)),  # 252, 249, 255 in UTF-8
        *(("汇" * 127, True), ("汇" * 126, False)),  # 254 and 252 bytes in GBK
        *(("a" * 254, True), ("a" * 253, True), ("a" * 252, False), ("a" * 255, False)),
        *(("汇" * 84 + "a", True), ("汇" * 84 + "ab", True), ("汇" * 84 + "abc", False)),
    ],
)
def test_text_cut_at_254_bytes(text: str, cut: bool) -> None:
    frame = counted(HOMES[:2], address=pd.Series([text, None], dtype=object))
    assert [f"{item.code} {item.row}" for item in check(frame)[1]] == (["GT204 0"] if cut else [])


# -- whatever the order of rows -------------------------------------------------------------------


@settings(deadline=None)
@given(st.permutations(range(9)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    flat = Polygon([(70, 70), (80, 70), (75, 70)])
    shapes = [HOME, HOME, needle(0), HOMES[2], HOMES[2], flat, None, box(95, 50, 105, 60), HOMES[5]]
    frame = counted(
        shapes,
        building_id=["a", "b", "c", "d", "d", "A", "e", "f", "g"],
        households=["1", "2", "约3户", "4", "4", "5", "6", "x", "2.5"],
        address=["五星?街"] * 9,
    )
    found, findings = check(frame)
    again, shuffled = check(frame.iloc[order])
    assert_geodataframe_equal(found, again)
    assert [item.record() for item in findings] == [item.record() for item in shuffled]
    assert len(findings) > 8


def test_row_names_of_several_files() -> None:
    frame = counted(HOMES[:4], building_id=["x", "y", "x", "y"])
    frame.index = pd.Index(["b.shp:10", "a.shp:2", "b.shp:9", "a.shp:11"], name="row")
    _, findings = check(frame)
    assert [item.record()["row"] for item in findings] == ["a.shp:2, a.shp:11", "b.shp:9, b.shp:10"]
