"""Stage ``check``: compounds, sites, roads and barriers."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon, box

from gridtool.check import check_layers
from gridtool.errors import DataError
from gridtool.findings import Finding

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
    return [f"{item.code} {item.row} {item.record()['message_en']}" for item in findings]


def test_buildings_take_the_compound_they_lie_in() -> None:
    compounds = layer([box(0, 0, 60, 60)], compound_id=["c1"], name=["东苑"])
    layers, findings = check(compounds=compounds)
    assert layers["buildings"]["compound_id"].tolist() == ["c1", "own", None]
    assert layers["compounds"].columns.tolist() == ["compound_id", "name", "geometry"]
    assert findings == []


def test_compound_without_id() -> None:
    with pytest.raises(DataError, match=r"GT023 compound_id has empty values · compounds\[0\]"):
        check(compounds=layer([box(0, 0, 60, 60)], compound_id=[None]))


def test_geometry_is_repaired_or_left_out() -> None:
    shapes = [BOW_TIE, None, Polygon(), Polygon([(0, 0), (1, 1), (2, 2)]), box(0, 0, 5, 5)]
    layers, findings = check(compounds=layer(shapes, compound_id=list("abcde")))
    assert layers["compounds"]["compound_id"].tolist() == ["a", "e"]
    assert layers["compounds"]["name"].tolist() == [None, None]
    assert layers["compounds"].is_valid.all()
    assert messages(findings) == [
        "GT121 None 4 geometries of compounds are invalid or empty; repaired or left out"
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
    with pytest.raises(DataError, match=r"GT030 dedicated has the value maybe, .* · sites\[1\]"):
        check(sites=sites)


def test_roads_are_single_lines_with_a_class() -> None:
    whole, one, two = [LineString([(x, 0), (x, 50)]) for x in (1, 2, 3)]
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
        "GT121 None 3 geometries of roads are invalid or empty; repaired or left out"
    ]


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
