"""Stage ``check``: layers that are shifted against the others, and clean ones that are not."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from shapely.geometry import LineString, Point, Polygon, box

from gridtool.check import check_layers
from gridtool.check.alignment import find_signals, take_sample, weigh
from gridtool.check.displacement import find_vector
from gridtool.check.shift import find_shifts
from gridtool.findings import Finding
from gridtool.offsets import to_bd09, to_gcj02
from gridtool.read import read_frames

ROOT = Path(__file__).parents[1]
CASES = ROOT.parent / "shared" / "data" / "cases"
CRS = "EPSG:4544"
Frames = dict[str, gpd.GeoDataFrame]
Way = str | tuple[float, float]

SYSTEMS = {"gcj02": to_gcj02, "bd09": to_bd09}
# Metres east and north at Zigong, from the degrees that coord-convert 0.2.1 gives for 104.7734°,
# 29.3527° (see test_offsets.py): a degree is 97,150 m along that parallel, 110,860 m northward.
OFFSETS = {"gcj02": (262, -316), "bd09": (887, 373)}


def planted(frame: gpd.GeoDataFrame, way: Way) -> gpd.GeoDataFrame:
    """Return a layer as it lies when it was given in a web map's system, or moved by metres."""
    if isinstance(way, tuple):
        return frame.set_geometry(frame.translate(*way))
    degrees = frame.geometry.to_crs("EPSG:4490")
    moved = shapely.transform(degrees.to_numpy(), SYSTEMS[way], interleaved=False)
    return frame.set_geometry(gpd.GeoSeries(moved, frame.index, crs="EPSG:4490").to_crs(frame.crs))


def found(layers: Frames) -> list[Finding]:
    before = {key: frame.copy() for key, frame in layers.items()}
    findings: list[Finding] = []
    find_shifts(layers, findings)
    for key, frame in before.items():
        assert_geodataframe_equal(layers[key], frame)
    return findings


def shift_of(finding: Finding) -> np.ndarray:
    """Return by how many metres east and north the layer of a finding is off."""
    (start, end) = shapely.get_coordinates(finding.geometry)
    values = finding.values
    np.testing.assert_allclose(start - end, [values["east"], values["north"]], atol=1e-6)
    assert values["metres"] == pytest.approx(np.hypot(*(start - end)))
    return start - end


@pytest.fixture(scope="module")
def county(sample: Frames) -> Frames:
    return dict(sample)


# -- clean layers ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["county.gpkg", "county_rev2.gpkg"])
def test_the_sample_is_clean(name: str) -> None:
    path = ROOT / "sample_data" / name
    layers = {key: gpd.read_file(path, layer=key) for key in pyogrio.list_layers(path)[:, 0]}
    assert found(layers) == []


@pytest.mark.parametrize("name", ["tokyo_taito", "tokyo_nakano", "tokyo_setagaya", "liechtenstein"])
def test_real_cases_are_clean(name: str) -> None:
    assert found(case(name)) == []


@pytest.mark.parametrize("buildings", ["buildings_v3", "buildings_v2_wide"])
def test_olemps_is_clean(buildings: str) -> None:
    # the wide layer goes far beyond the commune: 84 % of it lies outside
    path = real("olemps_raw.gpkg")
    names = {"communities": "commune", "buildings": buildings, "roads": "roads_v2_wide"}
    assert found({key: gpd.read_file(path, layer=name) for key, name in names.items()}) == []


def real(name: str) -> Path:
    path = CASES / name
    if not path.exists():
        pytest.skip(f"{name} is not at hand")
    return path


def case(name: str) -> Frames:
    path = real(f"{name}.gpkg")
    known = {"communities", "buildings", "roads"}
    layers = set(pyogrio.list_layers(path)[:, 0]) & known
    return {key: gpd.read_file(path, layer=key) for key in layers}


def test_buildings_beyond_the_communities_are_no_shift(county: Frames) -> None:
    some = county["communities"].iloc[:9]
    assert found({**county, "communities": some}) == []
    assert found({"communities": some, "buildings": county["buildings"]}) == []


@pytest.mark.parametrize("seed", range(2))
def test_lines_that_belong_to_another_place_are_no_shift(county: Frames, seed: int) -> None:
    rng = np.random.default_rng(seed)
    west, south, east, north = county["communities"].total_bounds
    seeds = shapely.multipoints(rng.uniform([west, south], [east, north], (30, 2)))
    area = box(west, south, east, north)
    cells = shapely.intersection(
        shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=area)), area
    )
    drawn = gpd.GeoDataFrame({"code": range(len(cells))}, geometry=cells, crs=CRS)
    middle = ((west + east) / 2, (south + north) / 2)
    turned = county["roads"].rotate(float(rng.uniform(30, 330)), origin=middle)
    roads = county["roads"].set_geometry(turned)
    assert found({"communities": drawn, "buildings": county["buildings"], "roads": roads}) == []


def test_what_is_shifted_alike_cannot_be_told(county: Frames) -> None:
    assert found({key: planted(frame, "gcj02") for key, frame in county.items()}) == []


def test_few_buildings_tell_nothing(county: Frames) -> None:
    few = {**county, "buildings": county["buildings"].iloc[:99]}
    assert found({**few, "roads": planted(county["roads"], "gcj02")}) == []


def test_compounds_drawn_along_walls_are_no_shift() -> None:
    rng = np.random.default_rng(1)
    corners = [(40.0 * (at % 20), 40.0 * (at // 20)) for at in range(200)]
    shapes = [box(x, y, x + rng.uniform(8, 20), y + rng.uniform(8, 20)) for x, y in corners]
    layers = {
        "communities": frame([box(-50, -50, 900, 450)]),
        "buildings": frame(shapes),
        "compounds": frame(shapes),
    }
    (crossed,) = (item for item in find_signals(layers) if item.layer == "compounds")
    assert crossed.share(take_sample(np.array(shapes), 200)) == 0
    assert found(layers) == []


# -- web-map coordinates ---------------------------------------------------------------------


@pytest.mark.parametrize("way", ["gcj02", "bd09"])
@pytest.mark.parametrize("layer", ["buildings", "roads", "communities", "compounds"])
def test_a_layer_in_web_map_coordinates(county: Frames, layer: str, way: str) -> None:
    (finding,) = found({**county, layer: planted(county[layer], way)})
    assert (finding.code, finding.layer, finding.row) == ("GT220", layer, None)
    np.testing.assert_allclose(shift_of(finding), OFFSETS[way], atol=4)
    record = finding.record()
    assert record["severity"] == "warning"
    assert record["mend"].endswith(f"| run again with --coords {layer}={way}")


def test_what_is_said(county: Frames) -> None:
    (finding,) = found({**county, "roads": planted(county["roads"], "gcj02")})
    record = finding.record()
    assert record["message_en"].startswith(
        "the layer seems to be in GCJ-02, about 410 m south-east of its place; "
        "put back: buildings crossed by roads "
    )
    assert record["message_zh"].startswith("图层看来是 GCJ-02 坐标，整体偏东南约 410 米；还原后，")
    assert "被道路穿过的楼栋 " in record["message_zh"]
    assert record["message_en"].endswith("% → 0%")
    assert record["mend"].startswith("用 --coords roads=gcj02 重跑 | ")


def test_two_layers_in_web_map_coordinates(county: Frames) -> None:
    moved = {key: planted(county[key], "gcj02") for key in ("communities", "roads")}
    findings = found({**county, **moved})
    assert [(item.code, item.layer) for item in findings] == [
        ("GT220", "communities"),
        ("GT220", "roads"),
    ]
    assert {item.values["source"] for item in findings} == {"gcj02"}


def test_layers_that_go_with_shifted_buildings_are_named_too(county: Frames) -> None:
    moved = {key: planted(county[key], "bd09") for key in ("buildings", "roads")}
    findings = found({**county, **moved})
    assert [item.layer for item in findings] == ["buildings", "roads"]
    assert {item.values["source"] for item in findings} == {"bd09"}
    assert findings[1].record()["message_en"].endswith("put back: it still fits the buildings")
    assert findings[1].record()["message_zh"].endswith("还原后，仍与楼栋相合")


def test_each_layer_in_a_system_of_its_own(county: Frames) -> None:
    moved = {
        "buildings": planted(county["buildings"], "bd09"),
        "roads": planted(county["roads"], "gcj02"),
    }
    findings = found({**county, **moved})
    assert [(item.layer, item.values["source"]) for item in findings] == [
        ("buildings", "bd09"),
        ("roads", "gcj02"),
    ]


def test_direction_tells_which_of_two_layers_it_is(county: Frames) -> None:
    for layer in ("communities", "buildings"):
        two = {key: county[key] for key in ("communities", "buildings")}
        (finding,) = found({**two, layer: planted(two[layer], "gcj02")})
        assert (finding.code, finding.layer) == ("GT220", layer)


def test_buildings_as_points(county: Frames) -> None:
    middles = county["buildings"].set_geometry(county["buildings"].centroid)
    assert found({**county, "buildings": middles}) == []
    (finding,) = found({**county, "buildings": planted(middles, "gcj02")})
    assert (finding.code, finding.layer) == ("GT220", "buildings")


def test_without_lines_among_them_what_lies_outside_tells(county: Frames) -> None:
    whole = frame([county["buildings"].union_all().convex_hull.buffer(60)])
    two = {"communities": whole, "buildings": county["buildings"]}
    assert found(two) == []
    (finding,) = found({**two, "buildings": planted(two["buildings"], "gcj02")})
    assert (finding.code, finding.layer) == ("GT220", "buildings")
    assert "buildings in no community" in finding.record()["message_en"]
    assert "不在任何社区内的楼栋" in finding.record()["message_zh"]


# -- constant shifts -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "way"),
    [
        ("buildings", (72.0, -96.0)),
        ("roads", (12.0, 25.0)),
        ("communities", (-310.0, 415.0)),
    ],
)
def test_a_layer_off_by_a_constant(county: Frames, layer: str, way: Way) -> None:
    (finding,) = found({**county, layer: planted(county[layer], way)})
    assert (finding.code, finding.layer) == ("GT221", layer)
    np.testing.assert_allclose(shift_of(finding), way, atol=4)


def test_what_is_said_of_a_constant(county: Frames) -> None:
    layers = {**county, "buildings": planted(county["buildings"], (0.0, 120.0))}
    (finding,) = found(layers)
    record = finding.record()
    assert found(layers)[0].record() == record
    assert record["message_en"].startswith("the layer lies about 1")
    assert " m north of its place (east " in record["message_en"]
    assert "), not by GCJ-02 or BD-09; moved back: buildings crossed by " in record["message_en"]
    assert record["message_zh"].startswith("图层整体偏北约 1")
    assert "被小区边线穿过的楼栋" in record["message_zh"]


def test_two_layers_that_differ_without_a_third(county: Frames) -> None:
    two = {key: county[key] for key in ("communities", "buildings")}
    (finding,) = found({**two, "buildings": planted(two["buildings"], (72.0, -96.0))})
    assert (finding.code, finding.layer) == ("GT222", "buildings")
    np.testing.assert_allclose(shift_of(finding), (72, -96), atol=4)
    record = finding.record()
    assert "south-east of where communities put it" in record["message_en"]
    assert record["message_zh"].startswith("图层相对社区偏东南约 1")


def test_outside_china_only_a_constant_is_found() -> None:
    layers = case("liechtenstein")
    (finding,) = found({**layers, "roads": planted(layers["roads"], (-72.0, 96.0))})
    # the communities are too large to take sides
    assert (finding.code, finding.layer, finding.values["other"]) == (
        "GT222",
        "buildings",
        "roads",
    )
    np.testing.assert_allclose(shift_of(finding), (72, -96), atol=4)


def test_dense_quarters_tell_to_a_few_metres() -> None:
    layers = case("tokyo_taito")
    (finding,) = found({**layers, "buildings": planted(layers["buildings"], (12.0, 25.0))})
    np.testing.assert_allclose(shift_of(finding), (12, 25), atol=4)


# -- the parts -------------------------------------------------------------------------------


def frame(shapes: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"at": range(len(shapes))}, geometry=shapes, crs=CRS)


def test_signals_count_crossed_and_outside() -> None:
    shapes = np.array([box(0, 0, 10, 10), box(20, 0, 30, 10), Point(45, 5), box(100, 0, 110, 10)])
    layers = {
        "communities": frame([box(-5, -5, 60, 15)]),
        "buildings": frame(list(shapes)),
        "roads": frame([LineString([(24, -5), (24, 15)]), LineString([(48, -5), (48, 15)])]),
        "barriers": frame([Polygon([(-5, 4), (15, 4), (15, 6), (-5, 6)])]),
    }
    sample = take_sample(shapes, 2000)
    signals = {(item.layer, item.areas is not None): item for item in find_signals(layers)}
    assert {key: item.at_odds(sample).tolist() for key, item in signals.items()} == {
        ("communities", False): [False, False, False, False],
        ("communities", True): [False, False, False, True],
        # a point stands for a house of 5 m each way, drawn to nine tenths
        ("roads", False): [False, True, True, False],
        ("barriers", False): [True, False, False, False],
    }
    back = sample.moved(np.array([-50.0, 0.0]))
    assert signals["communities", True].at_odds(back).tolist() == [True, True, False, False]


def test_samples_are_spread_by_row_and_small_layers_whole() -> None:
    shapes = np.array([box(at, 0, at + 1, 1) for at in range(10)])
    assert take_sample(shapes, 4).middles.tolist() == [
        [0.5, 0.5],
        [3.5, 0.5],
        [6.5, 0.5],
        [9.5, 0.5],
    ]
    assert len(take_sample(shapes, 100)) == 10
    assert shapes[0].equals(box(0, 0, 1, 1))


def test_lines_weigh_only_where_enough_buildings_stand_by_them(county: Frames) -> None:
    sample = take_sample(county["buildings"].geometry.to_numpy(), 2000)
    weighed = {item.signal.layer: item for item in weigh(find_signals(county), sample)}
    # ten sites and a river have too few walls along them
    assert list(weighed) == ["communities", "roads", "compounds"]
    assert all(item.fits and not item.odd for item in weighed.values())


@pytest.mark.parametrize("way", [(33.0, -7.0), (-640.0, 540.0)])
def test_find_vector(county: Frames, way: tuple[float, float]) -> None:
    moved = county["buildings"].translate(*way).to_numpy()
    roads = [item for item in find_signals(county) if item.layer == "roads"]
    vector = find_vector(moved, take_sample(moved, 2000), roads)
    np.testing.assert_allclose(vector, np.negative(way), atol=4)


def test_check_layers_reports_shifts(county: Frames) -> None:
    inputs = read_frames({**county, "communities": planted(county["communities"], "bd09")})
    layers, crs = inputs.layers, inputs.crs
    assert crs == CRS
    _, findings = check_layers(layers)
    assert [(item.code, item.layer) for item in findings if item.code.startswith("GT22")] == [
        ("GT220", "communities")
    ]
