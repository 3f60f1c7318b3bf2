"""Stage ``read``: files in every shape people have them, and clear errors for the rest."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from files import METRES, X, Y, buildings, communities, layers_from, square, write
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from shapely.geometry import LineString, MultiPoint, Point

from gridtool.columns import BUILDINGS, COMMUNITIES
from gridtool.errors import ColumnError, CrsError, DataError, InputError, SettingsError
from gridtool.read import frames, read_frames, read_layers, texts


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "in.gpkg"
    write(communities(), path, "communities")
    return write(buildings(), path, "buildings")


@pytest.fixture(params=[True, False], ids=["arrow", "plain"])
def _engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param:
        pytest.importorskip("pyarrow")
    monkeypatch.setattr(frames, "_USE_ARROW", request.param)


@pytest.mark.usefixtures("_engine")
def test_package(package: Path) -> None:
    inputs = read_layers(package)
    layers, crs = inputs.layers, inputs.crs
    assert list(layers) == ["communities", "buildings"]
    assert crs == CRS(METRES)
    found = layers["buildings"]
    assert found.columns.tolist() == ["building_id", "households", "geometry"]
    assert found.index.name == "row"
    assert found.index.tolist() == [0, 1]
    assert found["building_id"].tolist() == ["a", "b"]
    assert found["building_id"].dtype == object
    assert found["households"].tolist() == [3, 4]
    assert found.crs == CRS(METRES)


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".json"])
@pytest.mark.parametrize(("first", "second"), [("communities", "buildings"), ("社区", "房屋")])
def test_folder(tmp_path: Path, suffix: str, first: str, second: str) -> None:
    options = {"driver": "GeoJSON"} if suffix == ".json" else {}
    write(communities().to_crs(4490), tmp_path / f"{first}{suffix}", **options)
    write(buildings().to_crs(4490), tmp_path / f"{second}{suffix}", **options)
    (tmp_path / "readme.txt").write_text("not a layer")
    (tmp_path / "settings.json").write_text("{}")
    layers = layers_from(tmp_path)
    assert layers["communities"]["name"].tolist() == ["甲", "乙"]
    assert layers["buildings"]["households"].tolist() == [3, 4]


def test_folder_with_a_package_of_several_layers_and_an_earlier_output(tmp_path: Path) -> None:
    write(communities(), tmp_path / "base.gpkg", "社区")
    write(buildings(), tmp_path / "base.gpkg", "楼栋")
    for layer in ("grids", "units", "buildings"):
        write(buildings(), tmp_path / "grids.gpkg", layer)
    layers = layers_from(tmp_path)
    assert set(layers) == {"communities", "buildings"}


def test_file_geodatabase(tmp_path: Path) -> None:
    path = tmp_path / "in.gdb"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(communities(), path, layer="communities", driver="OpenFileGDB")
        pyogrio.write_dataframe(
            buildings(), path, layer="buildings", driver="OpenFileGDB", append=True
        )
    layers = layers_from(path)
    assert layers["buildings"]["building_id"].tolist() == ["a", "b"]
    layers = layers_from(tmp_path)
    assert set(layers) == {"communities", "buildings"}


def test_paths_win_over_the_source(package: Path, tmp_path: Path) -> None:
    other = write(buildings(households=[7, 8]), tmp_path / "any name.shp")
    layers = layers_from(package, paths={"buildings": other})
    assert layers["buildings"]["households"].tolist() == [7, 8]


def test_paths_alone_with_a_layer_named_as_qgis_does(package: Path) -> None:
    write(buildings(households=[7, 8]), package, "surveyed 2024")
    layers = layers_from(
        None,
        paths={"communities": package, "buildings": f"{package}|layername=surveyed 2024"},
    )
    assert layers["buildings"]["households"].tolist() == [7, 8]


def test_mapping_of_layers_and_columns(tmp_path: Path) -> None:
    path = tmp_path / "in.gpkg"
    frame = communities().rename(columns={"code": "INSEE", "name": "NOM"})
    write(frame, path, "commune")
    write(buildings(ZHS=[5, 6]), path, "bati")
    layers = layers_from(
        path,
        mapping={
            "communities": "commune",
            "buildings": "bati",
            "communities.code": "INSEE",
            "communities.name": "nom",
            "楼栋.户数": "ZHS",
        },
    )
    assert layers["communities"]["code"].tolist() == ["510302001001", "510302001002"]
    assert layers["communities"]["name"].tolist() == ["甲", "乙"]
    assert layers["buildings"]["households"].tolist() == [5, 6]


def test_chinese_and_dbf_names(tmp_path: Path) -> None:
    path = tmp_path / "in.gpkg"
    write(communities().rename(columns={"code": "社区代码", "name": "SQMC"}), path, "社区")
    write(buildings().rename(columns={"building_id": "LDBH", "households": "户数"}), path, "楼栋")
    layers = layers_from(path)
    assert layers["communities"].columns.tolist() == ["code", "name", "geometry"]
    assert layers["buildings"].columns.tolist() == ["building_id", "households", "geometry"]


@pytest.mark.usefixtures("_engine")
def test_text_is_cleaned(tmp_path: Path) -> None:
    path = tmp_path / "in.gpkg"
    write(communities(code=[510302001001.0, np.nan], name=[" 甲 ", "Ａ区"]), path, "communities")
    ids, uses = ["５楼", " b "], ["", None]
    write(buildings(building_id=ids, use=uses, address=["<Null>", "五星街"]), path, "buildings")
    layers = layers_from(path)
    assert layers["communities"]["code"].tolist() == ["510302001001", None]
    # names keep their width, ids and codes do not
    assert layers["communities"]["name"].tolist() == ["甲", "Ａ区"]
    assert layers["buildings"]["building_id"].tolist() == ["5楼", "b"]
    assert layers["buildings"]["use"].tolist() == [None, None]
    assert layers["buildings"]["address"].tolist() == [None, "五星街"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (510302001002, "510302001002"),
        ("510302001002.0", "510302001002"),
        ("５１０３０２００１００２", "510302001002"),
        ("51030200100Ⅹ", "51030200100X"),
        ("A.0", "A.0"),
        (1.5, "1.5"),
    ],
)
def test_codes_in_odd_dress(value: object, text: str) -> None:
    values = pd.Series([value], dtype=object)
    assert texts.clean_text(values, COMMUNITIES["code"]).tolist() == [text]


ODD = ["a", "b1", "", "null", "NaN", " x", "x ", "12.0", "12.", "1.5", "a\nb", "\n", "５", "none"]


@given(st.lists(st.sampled_from(ODD), min_size=1))
def test_the_short_way_of_cleaning_leads_where_the_long_one_does(values: list[str]) -> None:
    for column in (BUILDINGS["building_id"], BUILDINGS["use"]):
        short = texts.clean_text(pd.Series(values, dtype="str"), column)
        long = texts.clean_text(pd.Series([*values, None], dtype=object), column)[:-1]
        assert short.tolist() == long.tolist()


def test_lists_are_text(package: Path, tmp_path: Path) -> None:
    frame = buildings().to_crs(4490).assign(use="x")
    content = json.loads(frame.to_json())
    content["features"][0]["properties"]["use"] = ["a", "b"]
    path = tmp_path / "b.geojson"
    path.write_text(json.dumps(content), encoding="utf-8")
    layers = layers_from(package, paths={"buildings": path})
    assert all(isinstance(use, str) for use in layers["buildings"]["use"])


def test_height_and_measure_are_dropped(package: Path, tmp_path: Path) -> None:
    frame = buildings()
    frame = frame.set_geometry(shapely.force_3d(frame.geometry.array, 5.0), crs=METRES)
    path = write(frame, tmp_path / "z.gpkg")
    layers = layers_from(package, paths={"buildings": path})
    assert not layers["buildings"].has_z.any()


def test_missing_geometry_is_kept_for_check(package: Path, tmp_path: Path) -> None:
    frame = buildings()
    frame.loc[1, "geometry"] = None
    path = write(frame, tmp_path / "b.gpkg")
    layers = layers_from(package, paths={"buildings": path})
    assert layers["buildings"].geometry.isna().tolist() == [False, True]


def test_points_are_buildings_too(package: Path, tmp_path: Path) -> None:
    points = [Point(X + 20, Y + 20), MultiPoint([(X + 120, Y + 20)])]
    path = write(buildings().set_geometry(points, crs=METRES), tmp_path / "b.gpkg")
    layers = layers_from(package, paths={"buildings": path})
    assert layers["buildings"].geom_type.tolist() == ["MultiPoint", "MultiPoint"]


def test_optional_layers_are_read_or_left_out_when_empty(package: Path) -> None:
    road = gpd.GeoDataFrame({"highway": ["主干道"]}, geometry=[LineString([(X, Y), (X + 9, Y)])])
    write(road.set_crs(METRES), package, "道路")
    write(buildings()[:0], package, "sites", geometry_type="Polygon")
    layers = layers_from(package)
    assert list(layers) == ["communities", "buildings", "roads"]
    assert layers["roads"].columns.tolist() == ["highway", "geometry"]


def test_frames_in_memory() -> None:
    given = {
        "communities": communities().rename(columns={"code": "社区代码"}).to_crs(4490),
        "buildings": buildings().rename_geometry("shape"),
        "sites": buildings()[:0],
    }
    inputs = read_frames(given)
    layers, original = inputs.layers, inputs.crs
    assert list(layers) == ["communities", "buildings"]
    assert original.to_epsg() == 4490
    assert layers["communities"]["code"].tolist() == ["510302001001", "510302001002"]
    assert layers["buildings"].columns.tolist() == ["building_id", "households", "geometry"]
    with pytest.raises(InputError, match="GT006 the layer is empty · buildings"):
        read_frames({"communities": communities()})


# -- coordinate reference systems ---------------------------------------------------------------


def test_all_layers_come_in_the_zone_of_the_communities(tmp_path: Path) -> None:
    path = tmp_path / "in.gpkg"
    write(communities().to_crs("EPSG:4490"), path, "communities")
    write(buildings().to_crs("EPSG:4523"), path, "buildings")
    inputs = read_layers(path)
    layers, original = inputs.layers, inputs.crs
    assert original.to_epsg() == 4490
    assert {frame.crs.to_epsg() for frame in layers.values()} == {4544}
    assert layers["buildings"].geometry.iloc[0].equals_exact(square(10, 10, 20), 1e-4)


def test_web_mercator_is_not_metres(tmp_path: Path) -> None:
    path = tmp_path / "in.gpkg"
    write(communities().to_crs(3857), path, "communities")
    write(buildings().to_crs(3857), path, "buildings")
    inputs = read_layers(path)
    layers, original = inputs.layers, inputs.crs
    assert original.to_epsg() == 3857
    assert layers["communities"].area.sum() == pytest.approx(20_000, rel=1e-3)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_no_crs(tmp_path: Path, package: Path) -> None:
    far = buildings(None).translate(9e5, 0).to_frame("geometry").assign(building_id="a")
    path = write(far, tmp_path / "b.gpkg")
    said = r"GT005 .*no coordinate reference system.* bounds 1330010 .* · buildings · "
    with pytest.raises(CrsError, match=said):
        read_layers(package, paths={"buildings": path})


def test_crs_that_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "in.gpkg"
    write(communities().set_crs("EPSG:4490", allow_override=True), path, "communities")
    write(buildings(), path, "buildings")
    with pytest.raises(
        CrsError, match=r"GT011 CRS China .* does not fit the data: bounds 430000 3240000 430200 "
    ):
        read_layers(path)


def test_communities_without_any_geometry(tmp_path: Path) -> None:
    path = tmp_path / "in.gpkg"
    frame = communities().to_crs(4490)
    frame["geometry"] = None
    write(frame, path, "communities", geometry_type="Polygon")
    write(buildings(), path, "buildings")
    with pytest.raises(DataError, match=r"GT029 .* · communities"):
        read_layers(path)


def test_degrees_that_are_none_in_another_layer(package: Path, tmp_path: Path) -> None:
    frame = buildings().set_crs("EPSG:4490", allow_override=True)
    path = write(frame, tmp_path / "b.gpkg")
    with pytest.raises(CrsError, match=r"GT011 .* · buildings · "):
        read_layers(package, paths={"buildings": path})


def test_datums_without_public_parameters_are_not_mixed(package: Path, tmp_path: Path) -> None:
    frame = buildings().set_crs("EPSG:2370", allow_override=True)
    path = write(frame, tmp_path / "b.gpkg")
    with pytest.raises(CrsError, match=r"GT012 no public parameters lead from Xian 1980 "):
        read_layers(package, paths={"buildings": path})


# -- shapefiles as they come --------------------------------------------------------------------


@pytest.mark.usefixtures("_engine")
@pytest.mark.parametrize("says_so", [True, False])
def test_names_that_a_utf8_shapefile_cut(package: Path, tmp_path: Path, says_so: bool) -> None:
    frame = buildings(compound_id=["x", None], 地址=["自流井区", None])
    frame = frame.rename(columns={"building_id": "楼栋编号"})
    path = write(frame, tmp_path / "b.shp", encoding="UTF-8")
    if not says_so:
        path.with_suffix(".cpg").unlink()
    # pyogrio cannot read such a file by itself
    if says_so:
        with pytest.raises(UnicodeDecodeError):
            pyogrio.read_info(path)
    layers = layers_from(package, paths={"buildings": path})
    assert layers["buildings"]["address"].tolist() == ["自流井区", None]
    assert layers["buildings"]["building_id"].tolist() == ["a", "b"]
    assert layers["buildings"]["compound_id"].tolist() == ["x", None]


@pytest.mark.usefixtures("_engine")
def test_gbk_shapefile_that_does_not_say_so(package: Path, tmp_path: Path) -> None:
    path = write(buildings(address=["自流井区", "大安区"]), tmp_path / "b.shp", encoding="GBK")
    path.with_suffix(".cpg").unlink()
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = 0
    path.with_suffix(".dbf").write_bytes(bytes(table))
    layers = layers_from(package, paths={"buildings": path})
    assert layers["buildings"]["address"].tolist() == ["自流井区", "大安区"]


def test_shapefile_that_is_utf8_without_saying_so(package: Path, tmp_path: Path) -> None:
    path = write(buildings(address=["自流井区", "大安区"]), tmp_path / "b.shp", encoding="UTF-8")
    path.with_suffix(".cpg").unlink()
    layers = layers_from(package, paths={"buildings": path})
    assert layers["buildings"]["address"].tolist() == ["自流井区", "大安区"]


# -- what cannot be read ------------------------------------------------------------------------


def test_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"GT001 .*none\.gpkg does not exist"):
        read_layers(tmp_path / "none.gpkg")
    with pytest.raises(InputError, match="GT001"):
        read_layers(None, paths={"communities": tmp_path / "none.gpkg"})


@pytest.mark.parametrize("content", [b"", b"hello", None], ids=["zero bytes", "text", "truncated"])
def test_broken_file(package: Path, content: bytes | None) -> None:
    whole = package.read_bytes()
    package.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(InputError, match=r"GT002 .*in\.gpkg cannot be read: .* · open it in QGIS"):
        read_layers(package)


def test_broken_file_in_a_folder(package: Path) -> None:
    (package.parent / "rest.gpkg").write_bytes(b"")
    assert len(read_layers(package.parent).layers) == 2
    package.unlink()
    with pytest.raises(InputError, match=r"GT002 .*rest\.gpkg"):
        read_layers(package.parent)


def test_broken_geojson(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.geojson"
    path.write_text('{"type": "FeatureCollection"', encoding="utf-8")
    with pytest.raises(InputError, match="GT002"):
        read_layers(package, paths={"buildings": path})


@pytest.mark.usefixtures("_engine")
def test_rows_that_get_lost_are_noticed(tmp_path: Path) -> None:
    count = 3000
    frame = gpd.GeoDataFrame(
        {"building_id": [f"b{at}" for at in range(count)], "use": ["x" * 50] * count},
        geometry=[square(at, 0, 1) for at in range(count)],
        crs=METRES,
    )
    path = tmp_path / "in.gpkg"
    write(frame, path, "buildings")
    write(communities(), path, "communities")
    content = bytearray(path.read_bytes())
    middle = content.index(b"b1500")
    content[middle - 20_000 : middle + 20_000] = b"\xff" * 40_000
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match="GT002"):
        read_layers(path)


def test_geometry_that_cannot_be_built_is_missing(package: Path, tmp_path: Path) -> None:
    content = json.loads(buildings().to_crs(4490).to_json())
    content["features"][0]["geometry"]["coordinates"] = [[[0, 0], [0, 0], [0, 0]]]
    path = tmp_path / "b.geojson"
    path.write_text(json.dumps(content), encoding="utf-8")
    frame = layers_from(package, paths={"buildings": path})
    assert len(frame["buildings"]) == 2


def test_missing_layer(tmp_path: Path) -> None:
    path = write(communities(), tmp_path / "in.gpkg", "communities")
    with pytest.raises(
        InputError, match=r"GT003 .* has no layer buildings; .*found: communities "
    ) as e:
        read_layers(path)
    assert "楼栋" in e.value.mend("en")
    assert e.value.exit_code == 11
    with pytest.raises(InputError, match=r"GT003 input has no layer communities"):
        read_layers(None)


def test_missing_layer_given_by_mapping(package: Path) -> None:
    with pytest.raises(InputError, match=r"GT003 .* has no layer sites"):
        read_layers(package, mapping={"sites": "schools"})
    with pytest.raises(InputError, match=r"GT003 .* has no layer sites"):
        read_layers(package, paths={"sites": f"{package}|layername=schools"})


def test_missing_column(package: Path) -> None:
    write(communities().drop(columns="name"), package, "communities")
    with pytest.raises(ColumnError, match=r"GT004 .* name is missing; columns found: code ") as e:
        read_layers(package)
    assert "社区名称, SQMC" in e.value.mend("en")
    assert "--map communities.name=COLUMN" in e.value.mend("en")


@pytest.mark.parametrize("layer", ["communities", "buildings"])
def test_empty_layer(package: Path, layer: str) -> None:
    frame = communities() if layer == "communities" else buildings()
    write(frame[:0], package, layer, geometry_type="Polygon")
    with pytest.raises(InputError, match=f"GT006 the layer is empty · {layer}"):
        read_layers(package)


def test_wrong_geometry(package: Path, tmp_path: Path) -> None:
    frame = communities()
    line = LineString([(X, Y), (X, Y + 1)])
    lines = write(frame.set_geometry([line, line], crs=METRES), tmp_path / "l.gpkg")
    with pytest.raises(DataError, match=r"GT007 geometry is LineString, expected Polygon, Multi"):
        read_layers(package, paths={"communities": lines})
    mixed = buildings().set_geometry([square(0, 0), line], crs=METRES)
    path = write(mixed, tmp_path / "m.gpkg", geometry_type="Unknown")
    with pytest.raises(DataError, match=r"GT007 geometry is LineString.* · buildings\[1\]"):
        read_layers(package, paths={"buildings": path})


def test_table_without_geometry(package: Path) -> None:
    table = pd.DataFrame({"building_id": ["a"]})
    write(table, package, "buildings")
    with pytest.raises(DataError, match=r"GT007 geometry is -, expected Polygon"):
        read_layers(package)


def test_ambiguous_layer(package: Path) -> None:
    write(buildings(), package, "楼栋")
    with pytest.raises(InputError, match=r"GT008 .* could be buildings: .*buildings, .*楼栋"):
        read_layers(package)
    assert len(layers_from(package, mapping={"buildings": "楼栋"})) == 2


@pytest.mark.parametrize("target", ["house", "house.households", "buildings.storeys", ""])
def test_unknown_mapping_target(package: Path, target: str) -> None:
    with pytest.raises(ColumnError, match=f"GT009 --map target {target} is not in the data dict"):
        read_layers(package, mapping={target: "x"})


def test_missing_mapping_source(package: Path) -> None:
    with pytest.raises(ColumnError, match=r"GT010 .*column ZHS .*: building_id, households, e"):
        read_layers(package, mapping={"buildings.households": "ZHS"})


def test_unknown_option(package: Path) -> None:
    with pytest.raises(SettingsError, match="GT046 a wrong argument: --houses"):
        read_layers(package, paths={"houses": package})
    with pytest.raises(SettingsError, match="GT046"):
        read_layers(package, paths={"buildings": f"{package}|subset=x"})
