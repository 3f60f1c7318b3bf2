"""Stage ``check``: buildings, their counts, and the community each belongs to."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from shapely.geometry import MultiPoint, Point, Polygon, box

from gridtool.check import check_layers
from gridtool.errors import DataError
from gridtool.findings import Finding

CRS = "EPSG:4544"
A, B = "510302001001", "510302001002"
LEFT, RIGHT = box(0, 0, 100, 100), box(100, 0, 200, 100)
HOME = box(10, 10, 20, 20)


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
    return [f"{item.code} {item.row} {item.record()['message_en']}" for item in findings]


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
    frame = counted([HOME] * 4, building_id=["x", "y", "x", "z"])
    pattern = r"GT020 building_id has duplicate values: x · buildings\[0, 2\] · .* each building"
    with pytest.raises(DataError, match=pattern):
        check(frame)


def test_some_ids_are_empty() -> None:
    frame = counted([HOME, HOME], building_id=pd.Series(["x", None], dtype=object))
    with pytest.raises(DataError, match=r"GT023 building_id has empty values · buildings\[1\]"):
        check(frame)


@pytest.mark.parametrize("ids", [None, pd.Series([None, None], dtype=object)])
def test_no_ids(ids: object) -> None:
    found, findings = check(counted([HOME, HOME], building_id=ids))
    assert found["building_id"].tolist() == ["B000001", "B000002"]
    assert messages(findings) == ["GT118 None no building_id given; numbered from B000001 by row"]


# -- counts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["households", "persons"])
def test_counts_that_are_no_numbers(column: str) -> None:
    frame = counted([HOME] * 3, **{column: ["1", "约3户", "many"]})
    pattern = rf"GT021 {column} is not a number: 约3户, many · buildings\[1, 2\]"
    with pytest.raises(DataError, match=pattern):
        check(frame)


@pytest.mark.parametrize("value", [np.inf, 1e12])
def test_absurd_counts(value: float) -> None:
    with pytest.raises(DataError, match=r"GT021 households is not a number: .* · buildings\[0\]"):
        check(counted([HOME], households=[value]))


@pytest.mark.parametrize("column", ["households", "persons"])
def test_negative_counts(column: str) -> None:
    frame = counted([HOME] * 2, **{column: [3, -1]})
    with pytest.raises(DataError, match=rf"GT022 {column} is negative: -1 · buildings\[1\]"):
        check(frame)


def test_text_and_fractions_become_whole() -> None:
    frame = counted([HOME] * 4, households=[" 3", "１２", "2.5", "0.4"])
    found, findings = check(frame)
    assert found["households"].tolist() == [3, 12, 3, 0]
    assert findings == []


def test_empty_households_are_zero() -> None:
    frame = counted([HOME] * 3, households=[4, np.nan, np.nan])
    found, findings = check(frame)
    assert found["households"].tolist() == [4, 0, 0]
    assert messages(findings) == [
        "GT115 1 households are empty, taken as 0",
        "GT115 2 households are empty, taken as 0",
    ]
    assert findings[0].geometry.equals(HOME)


def test_empty_text_is_empty() -> None:
    found, findings = check(counted([HOME] * 3, households=["4", " ", "<Null>"]))
    assert found["households"].tolist() == [4, 0, 0]
    assert [item.code for item in findings] == ["GT115", "GT115"]


def test_many_empty_households_are_one_finding() -> None:
    frame = counted([HOME] * 202, households=[4] + [np.nan] * 201)
    _, findings = check(frame)
    assert messages(findings) == ["GT119 None 201 buildings have no households; taken as 0"]


def test_persons_by_ratio() -> None:
    found, findings = check(buildings([HOME, HOME], households=[3, 0]), persons_per_household=2.5)
    assert found["persons"].tolist() == [8, 0]
    assert found["estimated"].tolist() == [False, False]
    assert messages(findings) == ["GT117 None no persons given; taken as 2.5 a household"]


def test_some_persons_by_ratio() -> None:
    found, findings = check(counted([HOME] * 3, households=[3, 3, 3], persons=[1, np.nan, np.nan]))
    assert found["persons"].tolist() == [1, 8, 8]
    assert messages(findings) == [
        "GT120 None 2 buildings have no persons; taken as 2.6 a household"
    ]


def test_floors_that_are_no_numbers() -> None:
    found, findings = check(counted([HOME] * 4, floors=["3.5", "EG", "-1", ""]))
    assert found["floors"].fillna(-9).tolist() == [3.5, -9, -9, -9]
    assert messages(findings) == [
        "GT110 1 floors of 2 buildings are not positive numbers (such as EG, -1); taken as unknown"
    ]


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
    found, findings = check(counted([HOME, bow_tie]))
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
    with pytest.raises(DataError, match=r"GT027 no building lies in any community · buildings"):
        check(counted([box(300, 0, 310, 10), Point(-5, 0)]))


def test_findings_come_in_the_same_order_whatever_the_order_of_rows() -> None:
    shapes = [box(95 + at / 10, 10, 105 + at / 10, 20) for at in range(9)]
    frame = counted([*shapes, box(300, 0, 310, 10)])
    found, findings = check(frame)
    shuffled, again = check(frame.sample(frac=1, random_state=3))
    assert_geodataframe_equal(found, shuffled)
    assert messages(findings) == messages(again)
