"""Stage ``read``: every format counties have, archives, and layers in several files."""

from __future__ import annotations

import sqlite3
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from files import METRES, X, Y, buildings, communities, layers_from, square, write
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point

from gridtool.errors import ColumnError, DataError, InputError
from gridtool.read import frames, read_layers
from gridtool.read.archives import _MOST_RATIO, Unpacker


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "in.gpkg"
    write(communities(), path, "communities")
    return write(buildings(), path, "buildings")


def roads() -> gpd.GeoDataFrame:
    lines = [LineString([(X, Y + 50), (X + 200, Y + 50)])]
    return gpd.GeoDataFrame({"highway": ["支路"]}, geometry=lines, crs=METRES)


def codes_of(inputs) -> list[str]:
    return [item.code for item in inputs.findings]


@pytest.mark.parametrize("suffix", [".fgb", ".geojsonl", ".kml", ".gpkg", ".shp"])
def test_gdal_formats(package: Path, tmp_path: Path, suffix: str) -> None:
    degrees = suffix in (".geojsonl", ".kml")
    frame = buildings().to_crs(4326) if degrees else buildings()
    options = {"driver": "KML"} if suffix == ".kml" else {}
    path = write(frame, tmp_path / f"houses{suffix}", **options)
    layers = layers_from(package, paths={"buildings": path})
    found = layers["buildings"].sort_values("building_id")
    assert found["building_id"].tolist() == ["a", "b"]
    assert pd.to_numeric(found["households"]).tolist() == [3, 4]
    assert shapely.area(found.geometry).tolist() == pytest.approx([400, 400], rel=1e-3)
    assert not shapely.has_z(layers["buildings"].geometry.array).any()


def test_geoparquet(package: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "b.parquet"
    buildings().to_parquet(path)
    assert (
        layers_from(package, paths={"buildings": path})["buildings"]
        .geom_equals(layers_from(package)["buildings"])
        .all()
    )


def test_parquet_needs_pyarrow(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "b.parquet"
    path.write_bytes(b"PAR1")
    monkeypatch.setattr(frames, "_USE_ARROW", False)
    with pytest.raises(InputError, match=r"GT056 pyarrow is needed to read b\.parquet"):
        read_layers(package, paths={"buildings": path})


def test_lines_of_a_drawing(package: Path, tmp_path: Path) -> None:
    drawn = gpd.GeoDataFrame(
        {"Layer": ["0", "0"]}, geometry=[*roads().geometry, Point(X, Y)], crs=METRES
    )
    path = write(drawn, tmp_path / "roads.dxf", driver="DXF")
    inputs = read_layers(package, paths={"roads": path})
    assert inputs.layers["roads"].geometry.length.tolist() == [200]
    # a drawing says no CRS: it lies upon the communities; its point is no road
    assert sorted(codes_of(inputs)) == ["GT158", "GT159"]


def test_a_drawing_without_a_line_is_no_road(package: Path, tmp_path: Path) -> None:
    drawn = gpd.GeoDataFrame({"Layer": ["0"]}, geometry=[Point(X, Y)], crs=METRES)
    path = write(drawn, tmp_path / "roads.dxf", driver="DXF")
    with pytest.raises(DataError, match=r"GT007 geometry is Point, expected LineString"):
        read_layers(package, paths={"roads": path})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_points_in_a_table(package: Path, tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = [
        ["楼栋编号", "户数", "地址", "X坐标", "Y坐标"],
        ["a", "3", "釜溪路12号", str(X + 20), str(Y + 20)],
        ["b", "4", "釜溪路14号", "", ""],
    ]
    path = tmp_path / "b.csv"
    path.write_text("\n".join(delimiter.join(row) for row in lines), encoding=encoding)
    inputs = read_layers(package, paths={"buildings": path})
    found = inputs.layers["buildings"]
    assert found["address"].tolist() == ["釜溪路12号", "釜溪路14号"]
    assert found.geometry.iloc[0] == Point(X + 20, Y + 20)
    assert found.geometry.iloc[1] is None
    assert codes_of(inputs) == ["GT159"]


def test_shapes_as_text_in_a_table(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text(f'building_id,households,WKT\na,3,"{square(10, 10, 20).wkt}"\nb,4,nonsense\n')
    found = layers_from(package, paths={"buildings": path})["buildings"]
    assert found.geometry.iloc[0].equals(square(10, 10, 20))
    assert found.geometry.iloc[1] is None


def test_a_workbook_with_a_title_over_its_header(package: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "社区户数"
    sheet.append(["自流井区社区户数统计表", None, None])
    sheet.append([])
    sheet.append(["社区代码", "社区", "户数"])
    sheet.append([510302001001, "甲社区", 3])
    sheet.append([510302001002.0, "乙社区", 4])
    book.create_sheet("说明").append(["空"])
    path = tmp_path / "统计.xlsx"
    book.save(path)
    table = layers_from(package, paths={"totals": path})["totals"]
    assert not isinstance(table, gpd.GeoDataFrame)
    assert table["code"].tolist() == ["510302001001", "510302001002"]
    assert table["households"].tolist() == [3, 4]
    assert table.index.name == "row"


def test_tables_are_found_by_name_beside_the_layers(package: Path) -> None:
    (package.parent / "户数表.csv").write_text("楼栋编号,户数\na,7\n", encoding="gb18030")
    table = layers_from(package.parent)["counts"]
    assert table.to_dict("list") == {"building_id": ["a"], "households": ["7"]}


def test_a_table_with_ragged_rows_is_refused(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("building_id,households,x,y\na,3,1,2\nb,4,1,2,9,9\n")
    with pytest.raises(InputError, match=r"GT053 the table b\.csv cannot be read: .*line 3"):
        read_layers(package, paths={"buildings": path})


def test_a_table_without_places_has_no_buildings(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("building_id,households\na,3\n")
    with pytest.raises(DataError, match=r"GT007 geometry is -, expected Polygon"):
        read_layers(package, paths={"buildings": path})


@pytest.mark.parametrize("content", [b"", b"\0\0\0\0", b"PK\3\4 no workbook"])
def test_a_broken_workbook(package: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "counts.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"GT002 counts\.xlsx cannot be read"):
        read_layers(package, paths={"counts": path})


# -- archives -----------------------------------------------------------------------------------


def zipped(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in sorted(folder.iterdir()):
            archive.write(item, item.name)
    return path


def test_an_archive_of_shapefiles(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(communities(), folder / "社区.shp", encoding="UTF-8")
    write(buildings(), folder / "楼栋.shp", encoding="UTF-8")
    inputs = read_layers(zipped(folder, tmp_path / "county.zip"))
    assert inputs.layers["buildings"]["building_id"].tolist() == ["a", "b"]
    assert codes_of(inputs) == []


def test_names_in_gbk(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("0123.csv", "a")
    # as programs on Chinese Windows write it: in GBK, and without a word about it
    path.write_bytes(path.read_bytes().replace(b"0123.csv", "楼栋.csv".encode("gb18030")))
    with Unpacker() as unpacker:
        names = [item.name for item in unpacker.unpack(path).iterdir()]
    assert names == ["楼栋.csv"]


def test_what_was_unpacked_is_gone(package: Path) -> None:
    path = zipped(package.parent, package.parent.parent / "a.zip")
    with Unpacker() as unpacker:
        folder = unpacker.unpack(path)
        assert (folder / "in.gpkg").exists()
    assert not folder.exists()


@pytest.mark.parametrize("name", ["../out.csv", "/out.csv", "a/../../out.csv", "C:/out.csv"])
def test_an_archive_that_reaches_outside_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(InputError, match=r"GT051 the archive evil\.zip cannot be unpacked"):
        read_layers(path)
    assert [item.name for item in tmp_path.iterdir()] == ["evil.zip"]


def test_an_archive_that_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridtool.read.archives._SMALL", 1000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 2000 * _MOST_RATIO)
    with pytest.raises(InputError, match=r"GT051 .*bomb\.zip"):
        read_layers(path)


@pytest.mark.parametrize("cut", [10, 300, -30])
def test_a_torn_archive_is_refused(package: Path, tmp_path: Path, cut: int) -> None:
    path = zipped(package.parent, tmp_path.parent / f"{tmp_path.name}.zip")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError, match=r"GT051 the archive"):
        read_layers(path)


# -- layers in several files --------------------------------------------------------------------


def test_one_file_a_town(tmp_path: Path) -> None:
    write(communities(), tmp_path / "社区.gpkg")
    write(buildings()[:1], tmp_path / "楼栋_富世街道.gpkg")
    write(buildings()[1:].to_crs(4490), tmp_path / "楼栋_邓井关街道.geojson")
    inputs = read_layers(tmp_path)
    found = inputs.layers["buildings"]
    assert found["building_id"].tolist() == ["a", "b"]
    assert found.index.tolist() == [
        "楼栋_富世街道.gpkg|layername=楼栋_富世街道:0",
        "楼栋_邓井关街道.geojson:0",
    ]
    assert shapely.area(found.geometry).tolist() == pytest.approx([400, 400])
    assert codes_of(inputs) == ["GT150"]


def test_one_folder_a_town(tmp_path: Path) -> None:
    for town, rows in (("富世", slice(0, 1)), ("邓井关", slice(1, 2))):
        folder = tmp_path / town
        folder.mkdir()
        write(communities()[rows], folder / "社区.shp", encoding="UTF-8")
        write(buildings()[rows], folder / "楼栋.shp", encoding="UTF-8")
    layers = layers_from(tmp_path)
    assert sorted(layers["communities"]["code"]) == ["510302001001", "510302001002"]
    assert sorted(layers["buildings"]["building_id"]) == ["a", "b"]


def test_an_older_copy_in_a_folder_below_is_left_alone(package: Path) -> None:
    old = package.parent / "old"
    old.mkdir()
    write(buildings(), old / "buildings.gpkg")
    inputs = read_layers(package.parent)
    assert len(inputs.layers["buildings"]) == 2
    assert codes_of(inputs) == ["GT151"]
    assert "buildings.gpkg" in str(inputs.findings[0].values["files"])


def test_two_formats_of_one_name_are_not_added_up(tmp_path: Path) -> None:
    write(communities(), tmp_path / "社区.gpkg")
    write(buildings(), tmp_path / "楼栋_富世.gpkg")
    write(buildings(), tmp_path / "楼栋_富世.fgb")
    with pytest.raises(InputError, match=r"GT008 several layers of .* could be buildings"):
        read_layers(tmp_path)


def test_several_paths_and_patterns(package: Path, tmp_path: Path) -> None:
    first = write(buildings()[:1], tmp_path / "h1.fgb")
    second = write(buildings()[1:], tmp_path / "h2.fgb")
    for given in ([first, second], str(tmp_path / "h*.fgb")):
        found = layers_from(package, paths={"buildings": given})["buildings"]
        assert found["building_id"].tolist() == ["a", "b"]


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridtool.read.sources._MOST_FILES", 3)
    for at in range(4):
        (tmp_path / f"{at}.txt").touch()
    with pytest.raises(InputError, match=r"GT052 the folder .* holds more than 3 files"):
        read_layers(tmp_path)


# -- columns and shapes -------------------------------------------------------------------------


def test_a_constant_for_all_rows(package: Path) -> None:
    mapping = {"communities.kind": "=village", "buildings.households": "=2"}
    layers = layers_from(package, mapping=mapping)
    assert layers["communities"]["kind"].tolist() == ["village", "village"]
    assert layers["buildings"]["households"].tolist() == ["2", "2"]
    with pytest.raises(ColumnError, match=r"GT010 the source column village given"):
        read_layers(package, mapping={"communities.kind": "village"})


def test_data_of_persons_stays_in_the_file(package: Path, tmp_path: Path) -> None:
    path = write(buildings(户主姓名=["张三", "李四"], 电话=["1", "2"]), tmp_path / "b.gpkg")
    inputs = read_layers(package, paths={"buildings": path})
    assert codes_of(inputs) == ["GT162"]
    assert inputs.findings[0].values["columns"] == "户主姓名, 电话"
    assert set(inputs.layers["buildings"].columns) == {"building_id", "households", "geometry"}


def curved(path: Path) -> Path:
    """Write a circle of radius 5 as a curve polygon."""
    write(buildings()[:1].set_geometry([MultiPolygon([square(0, 0, 10)])]), path, "buildings")
    places = [(0, 0), (5, 5), (10, 0), (5, -5), (0, 0)]
    ring = struct.pack("<BII", 1, 8, 5)
    ring += b"".join(struct.pack("<dd", X + x, Y + y) for x, y in places)
    blob = b"GP\0\x01" + struct.pack("<i", 4544) + struct.pack("<BII", 1, 10, 1) + ring
    with sqlite3.connect(path) as base:
        names = base.execute("select name from sqlite_master where type = 'trigger'").fetchall()
        for (name,) in names:
            base.execute(f'drop trigger "{name}"')
        base.execute("update buildings set geom = ?", (blob,))
        base.execute("update gpkg_geometry_columns set geometry_type_name = 'CURVEPOLYGON'")
    base.close()
    return path


@pytest.mark.parametrize("arrow", [True, False])
def test_curves_become_lines(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arrow: bool
) -> None:
    if arrow:
        pytest.importorskip("pyarrow")
    monkeypatch.setattr(frames, "_USE_ARROW", arrow)
    path = curved(tmp_path / "curved.gpkg")
    found = layers_from(package, paths={"buildings": path})["buildings"]
    assert found.geometry.area.tolist() == pytest.approx([25 * 3.14159], rel=1e-3)


def test_collections_are_opened(package: Path, tmp_path: Path) -> None:
    first = square(0, 0, 10)
    mixed = [
        GeometryCollection([first, LineString([(X, Y), (X + 1, Y)])]),
        GeometryCollection([first, GeometryCollection([square(50, 0, 10)]), Point(X, Y)]),
    ]
    path = write(buildings().set_geometry(mixed), tmp_path / "b.gpkg")
    inputs = read_layers(package, paths={"buildings": path})
    assert inputs.layers["buildings"].geometry.area.tolist() == [100, 200]
    assert codes_of(inputs) == ["GT157"]
