"""Exports: read back by others, whole or not at all, told what must be known."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
from pathlib import Path

import duckdb
import fiona
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from handed import CODES, SIDE, X, Y, grids, save
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pyproj import CRS, Transformer
from shapely import MultiPolygon, Polygon, box
from typer.testing import CliRunner, Result

from gridtool.cli import app
from gridtool.errors import DataError, GridtoolError
from gridtool.export import format_names, load_profile, profile_names
from gridtool.export.cautions import secrecy
from gridtool.export.formats import FORMATS
from gridtool.export.geojson import _short
from gridtool.export.placing import cut_at_antimeridian, lonlat_bbox
from gridtool.offsets import to_gcj02
from gridtool.pipeline import Division, export_file

SCHEMAS = Path(__file__).parents[1] / "schemas"
FILES = sorted(FORMATS)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return save(tmp_path / "grids.gpkg")


@pytest.fixture(scope="module")
def county(division: Division, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return division.write(tmp_path_factory.mktemp("county"))[0]


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["export", *map(str, words)])


def codes_of(found: object) -> list[str]:
    return [str(code) for code in found]


def check_metadata(path: Path) -> dict:
    told = json.loads(path.read_text(encoding="utf-8"))
    schema = json.loads((SCHEMAS / "export.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(told)
    for item in told["files"]:
        content = (path.parent / item["file"]).read_bytes()
        assert item["bytes"] == len(content)
        assert item["sha256"] == hashlib.sha256(content).hexdigest()
    return told


# -- every format, read back by another reader -----------------------------------------------


def by_fiona(path: Path) -> tuple[list, list, list]:
    with fiona.open(path) as layer:
        rows = list(layer)
    names = [next(key for key in row.properties if key.lower() in ("grid_code", "wgbm"))
             for row in rows]  # fmt: skip
    households = [row.properties.get("households", row.properties.get("HS")) for row in rows]
    codes = [row.properties[name] for row, name in zip(rows, names, strict=True)]
    return codes, households, [shapely.geometry.shape(row.geometry) for row in rows]


def by_lines(path: Path) -> tuple[list, list, list]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    households = [row["properties"]["households"] for row in rows]
    return [row["id"] for row in rows], households, [
        shapely.from_geojson(json.dumps(row["geometry"])) for row in rows
    ]  # fmt: skip


def by_gdal(path: Path) -> tuple[list, list, list]:
    frame = pyogrio.read_dataframe(path)
    return list(frame["grid_code"]), list(frame["households"]), list(frame.geometry)


def by_duckdb(path: Path) -> tuple[list, list, list]:
    kind = "read_parquet" if path.suffix == ".parquet" else "read_csv"
    shape = "geometry::VARCHAR" if path.suffix == ".parquet" else "wkt"
    types = "" if path.suffix == ".parquet" else ", types={'grid_code': 'VARCHAR'}"
    query = f"SELECT grid_code, households, {shape} FROM {kind}('{path}'{types})"
    codes, households, texts = zip(*duckdb.sql(query).fetchall(), strict=True)
    return list(codes), list(households), [shapely.from_wkt(text) for text in texts]


def by_openpyxl(path: Path) -> tuple[list, list, list]:
    head, *rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    at = {name: number for number, name in enumerate(head)}
    return (
        [row[at["grid_code"]] for row in rows],
        [row[at["households"]] for row in rows],
        [shapely.from_wkt(row[at["wkt"]]) for row in rows],
    )


READERS = {
    **dict.fromkeys(("geojson", "gpkg", "shp", "gdb", "fgb"), by_fiona),
    "geojsonl": by_lines,
    "kml": by_gdal,
    "parquet": by_duckdb,
    "csv": by_duckdb,
    "xlsx": by_openpyxl,
}


@pytest.mark.parametrize("key", FILES)
def test_another_reader_finds_the_same_grids(key: str, county: Path, tmp_path: Path) -> None:
    out = tmp_path / f"a{FORMATS[key].suffix}"
    done = export_file(county, str(out))
    codes, households, shapes = READERS[key](out)
    wanted = pyogrio.read_dataframe(county, layer="grids")
    assert all(isinstance(code, str) for code in codes)
    order = np.argsort(codes)
    assert [codes[at] for at in order] == wanted["grid_code"].tolist()
    assert [households[at] for at in order] == wanted["households"].tolist()
    assert shapely.coverage_is_valid(np.array(shapes, dtype=object))
    lonlat = FORMATS[key].wgs84
    crs = 4326 if lonlat else 4544
    found = gpd.GeoSeries([shapes[at] for at in order], crs=crs).to_crs(4544)
    # a centimetre of rounding along the border
    assert np.allclose(found.area, wanted.area, rtol=1e-4)
    assert found.hausdorff_distance(wanted.geometry).max() < 0.02
    told = check_metadata(tmp_path / f"{out.name}.meta.json")
    assert told["to"] == key
    assert told["crs"]["epsg"] == crs
    assert told["count"] == len(wanted) > 0
    assert {path.name for path in done.files} == {path.name for path in tmp_path.iterdir()}


def test_every_format_has_a_reader_here() -> None:
    assert sorted(READERS) == FILES
    assert format_names() == [*FORMATS, "postgis"]


@pytest.mark.parametrize("key", ["gpkg", "fgb", "parquet"])
def test_the_type_of_each_column_lives_on(key: str, source: Path, tmp_path: Path) -> None:
    out = tmp_path / f"a.{key}"
    export_file(source, str(out))
    frame = gpd.read_parquet(out) if key == "parquet" else pyogrio.read_dataframe(out)
    frame = frame.sort_values("grid_code", ignore_index=True)
    assert frame["estimated"].tolist() == [False, False, False, True, False]
    assert frame["area_m2"].dtype == float
    assert frame["rev"].tolist() == [3] * 5
    assert frame["size_reason"].isna().tolist() == [True, False, True, False, True]


# -- GeoJSON by RFC 7946 ---------------------------------------------------------------------


def test_geojson_follows_rfc_7946(source: Path, tmp_path: Path) -> None:
    export_file(source, str(tmp_path / "a.geojson"))
    text = (tmp_path / "a.geojson").read_text(encoding="utf-8")
    found = json.loads(text)
    assert list(found) == ["type", "name", "bbox", "features"]
    first = found["features"][0]
    assert list(first) == ["type", "id", "bbox", "properties", "geometry"]
    assert first["id"] == first["properties"]["grid_code"] == CODES[0]
    ring = Polygon(first["geometry"]["coordinates"][0])
    assert ring.exterior.is_ccw
    lon, lat = Transformer.from_crs(4544, 4326, always_xy=True).transform(X, Y)
    west, south = found["bbox"][:2]
    assert (west, south) == pytest.approx((lon, lat), abs=2e-5)
    assert [round(lon, 7), round(lat, 7)] in first["geometry"]["coordinates"][0]
    decimals = [len(part) for part in re.findall(r"\d\.(\d+)", text)]
    assert max(decimals) == 7
    # neighbours share their corners to the last digit
    second = found["features"][1]["geometry"]["coordinates"][0]
    shared = {tuple(xy) for xy in second} & {tuple(xy) for xy in ring.exterior.coords}
    assert len(shared) == 2


def test_decimals_may_be_chosen(source: Path, tmp_path: Path) -> None:
    done = export_file(source, str(tmp_path / "a.geojson"), decimals=5)
    text = (tmp_path / "a.geojson").read_text(encoding="utf-8")
    assert max(len(part) for part in re.findall(r"\d\.(\d+)", text)) == 5
    assert done.metadata["decimals"] == 5


@settings(deadline=None)
@given(st.floats(73, 136), st.integers(1, 9))
def test_numbers_are_written_in_the_fewest_digits(value: float, decimals: int) -> None:
    rounded = round(value, decimals)
    for text in (f"{rounded:.17f}", repr(rounded)):
        short = _short(text, decimals)
        assert float(short) == rounded
        assert len(short.partition(".")[2]) <= max(decimals, 8)


def test_a_shape_across_the_antimeridian_is_cut() -> None:
    shape = Polygon([(179, 0), (-179, 0), (-179, 10), (179, 10)])
    (cut,) = cut_at_antimeridian(np.array([shape], dtype=object))
    parts = sorted(part.bounds for part in cut.geoms)
    assert parts == [(-180, 0, -179, 10), (179, 0, 180, 10)]
    assert lonlat_bbox(np.array([cut])) == [179, 0, -179, 10]


def test_a_layer_across_the_antimeridian(tmp_path: Path) -> None:
    away = grids().to_crs(4326)
    away.geometry = [
        *(box(177 + at, 0, 178 + at, 1) for at in range(2)),
        Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)]),
        *(box(-179 + at, 0, -178 + at, 1) for at in range(2)),
    ]
    export_file(save(tmp_path / "a.gpkg", away), str(tmp_path / "a.geojson"), scale=10_000)
    found = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    assert found["bbox"] == [177, 0, -177, 1]
    assert found["features"][2]["bbox"] == [179, 0, -179, 1]
    assert found["features"][2]["geometry"]["type"] == "MultiPolygon"


def test_a_shape_with_a_hole_keeps_it(tmp_path: Path) -> None:
    frame = grids()
    ring = frame.geometry[0].difference(frame.geometry[0].buffer(-20, join_style="mitre"))
    frame.geometry = [MultiPolygon([ring]), *frame.geometry[1:]]
    export_file(save(tmp_path / "a.gpkg", frame), str(tmp_path / "a.geojson"))
    found = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    outer, hole = found["features"][0]["geometry"]["coordinates"][0]
    assert (Polygon(outer).exterior.is_ccw, Polygon(hole).exterior.is_ccw) == (True, False)


# -- web maps --------------------------------------------------------------------------------


def test_gcj02_is_said_and_done(source: Path, tmp_path: Path) -> None:
    done = export_file(source, str(tmp_path / "a.geojson"), coords="gcj02")
    path, about = done.files
    assert (path.name, about.name) == ("a_gcj02.geojson", "a_gcj02.geojson.meta.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["coordinateSystem"] == "GCJ-02"
    lon, lat = Transformer.from_crs(4544, 4326, always_xy=True).transform(X, Y)
    moved = to_gcj02(np.array([lon]), np.array([lat]))
    assert math.dist(found["bbox"][:2], (moved[0][0], moved[1][0])) < 2e-5
    assert math.dist(found["bbox"][:2], (lon, lat)) > 0.002
    told = check_metadata(about)
    assert (told["coordinates"], told["crs"]) == ("gcj02", {"name": "GCJ-02", "epsg": None})
    assert [item.code for item in done.findings] == ["GT722"]


@pytest.mark.parametrize("key", ["gpkg", "shp", "gdb", "fgb", "parquet", "kml"])
def test_a_format_that_says_its_crs_holds_no_offset(key: str, source: Path, tmp_path: Path) -> None:
    result = run(source, "-o", tmp_path / f"a.{key}", "--coords", "bd09", "--lang", "en")
    assert result.exit_code == 16
    assert f"GT702 the format {key} cannot take --coords" in result.stderr


# -- shapefiles ------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_shapefile_says_its_encoding(encoding: str, source: Path, tmp_path: Path) -> None:
    done = export_file(source, str(tmp_path / "a.shp"), encoding=encoding)
    assert (tmp_path / "a.cpg").read_text() == encoding.upper()
    assert "汇东".encode(encoding) in (tmp_path / "a.dbf").read_bytes()
    frame = pyogrio.read_dataframe(tmp_path / "a.shp")
    assert frame["WGQC"][0] == "汇东社区第一网格"
    assert all(len(str(name).encode()) <= 10 for name in frame.columns if name != "geometry")
    with (tmp_path / "a.fields.csv").open(encoding="utf-8-sig", newline="") as file:
        fields = list(csv.DictReader(file))
    assert fields[0] == {"field": "WGBM", "key": "grid_code", "name_zh": "网格编码", "type": "text"}
    assert [row["field"] for row in fields] == [
        name for name in frame.columns if name != "geometry"
    ]
    assert done.metadata["encoding"] == encoding.upper()


def test_long_text_is_cut_between_characters(tmp_path: Path) -> None:
    long = "汇东花园、" * 60
    frame = grids(included_units=[long, *["一"] * 4])
    source = save(tmp_path / "a.gpkg", frame)
    done = export_file(source, str(tmp_path / "out.shp"), encoding="gbk")
    text = pyogrio.read_dataframe(tmp_path / "out.shp")["BHXQ"][0]
    assert long.startswith(text)
    assert len(text) == 127
    (finding,) = [item for item in done.findings if item.code == "GT717"]
    assert finding.values == {"column": "BHXQ", "count": 1, "width": 254}


def test_characters_gbk_lacks_are_refused(tmp_path: Path) -> None:
    source = save(tmp_path / "a.gpkg", grids(grid_name=["𠮷村网格", *["一"] * 4]))
    with pytest.raises(DataError, match="GT704 GBK does not have these characters: 𠮷"):
        export_file(source, str(tmp_path / "out" / "a.shp"), encoding="gbk")
    assert not (tmp_path / "out").exists()


# -- tables ----------------------------------------------------------------------------------


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x")'
    source = save(tmp_path / "a.gpkg", grids(grid_name=[evil, "+1", "@x", "-1", "一\x07"]))
    export_file(source, str(tmp_path / "a.csv"))
    export_file(source, str(tmp_path / "a.xlsx"))
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["grid_name"] for row in csv.DictReader(file)][:2] == [f"'{evil}", "'+1"]
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert sheet["B2"].value == evil
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A2"].number_format) == (
        CODES[0], "s", "@",
    )  # fmt: skip
    assert (tmp_path / "a.csvt").read_text().split(",")[0] == '"String"'


def test_wkt_too_long_for_a_cell_is_left_out_and_told(tmp_path: Path) -> None:
    frame = grids()
    frame.geometry = [frame.geometry[0].segmentize(0.2), *frame.geometry[1:]]
    done = export_file(save(tmp_path / "a.gpkg", frame), str(tmp_path / "a.xlsx"))
    told = {item.code: item for item in done.findings}
    assert told["GT718"].rows == (CODES[0],)
    head, first, second, *_ = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].values
    at = head.index("wkt")
    assert first[at] is None
    assert second[at].startswith("POLYGON")


# -- fields ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", profile_names())
def test_the_profiles_that_come_with_gridtool(name: str) -> None:
    schema = json.loads((SCHEMAS / "export_profile.schema.json").read_text(encoding="utf-8"))
    data = json.loads((SCHEMAS / "export" / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(data)
    assert data["name"] == name
    profile = load_profile(name)
    assert [item.column.key for item in profile.fields] == [
        item["column"] for item in data["fields"]
    ]


def test_public_fields_hold_no_counts(source: Path, tmp_path: Path) -> None:
    export_file(source, str(tmp_path / "a.geojson"), fields="public")
    text = (tmp_path / "a.geojson").read_text(encoding="utf-8")
    assert "households" not in text
    assert "persons" not in text


def test_fields_of_ones_own(source: Path, tmp_path: Path) -> None:
    own = {
        "name": "own",
        "title_zh": "自用",
        "title_en": "own",
        "names": "dbf",
        "fields": [{"column": "households"}, {"column": "grid_code", "as": "id"}],
    }
    path = tmp_path / "own.json"
    path.write_text(json.dumps(own), encoding="utf-8")
    export_file(source, str(tmp_path / "a.gpkg.gpkg"), fields=str(path))
    assert list(pyogrio.read_dataframe(tmp_path / "a.gpkg.gpkg").columns) == [
        "HS", "id", "geometry",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"names": "english"}, "names: english"),
        ({"fields": [{"column": "households"}]}, "no grid_code"),
        ({"fields": [{"column": "grid_code"}, {"column": "phone"}]}, "fields: phone"),
        ({"fields": [{"column": "grid_code"}, {"column": "grid_code"}]}, "grid_code twice"),
        ({"fields": [{"column": "grid_code"}, {"column": "rev", "as": "GRID_CODE"}]}, "twice"),
        ({"title_zh": None, "fields": 3}, "not iterable"),
    ],
)
def test_a_profile_that_cannot_be_used(change: dict, said: str, tmp_path: Path) -> None:
    data = json.loads((SCHEMAS / "export" / "brief.json").read_text(encoding="utf-8"))
    path = tmp_path / "p.json"
    path.write_text(json.dumps({**data, **change}), encoding="utf-8")
    with pytest.raises(GridtoolError, match=f"GT703.*{said}"):
        load_profile(path)


def test_a_profile_that_does_not_exist() -> None:
    with pytest.raises(GridtoolError, match=r"GT703.*not one of standard, brief"):
        load_profile("all")


def test_columns_the_source_lacks_are_told(tmp_path: Path) -> None:
    bare = grids()[["grid_code", "households", "geometry"]]
    done = export_file(save(tmp_path / "a.gpkg", bare), str(tmp_path / "a.geojson"), fields="brief")
    (finding,) = done.findings
    assert (finding.code, finding.severity) == ("GT720", "info")
    assert str(finding.values["columns"]).startswith("grid_name, grid_full_name, grid_kind")
    text = (tmp_path / "a.geojson").read_text(encoding="utf-8")
    assert '"properties":{"grid_code":"510302001001001","households":400}' in text


# -- one file for each town or community -----------------------------------------------------


@pytest.mark.parametrize(("split", "count"), [("town", 2), ("community", 3)])
def test_split(split: str, count: int, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "parts"
    done = export_file(source, str(out), to="geojson", split=split)
    told = check_metadata(out / "export.meta.json")
    assert len(told["parts"]) == count
    assert sum(part["count"] for part in told["parts"]) == 5
    for part in told["parts"]:
        found = json.loads((out / part["file"]).read_text(encoding="utf-8"))
        assert {row["id"][: len(part["area"])] for row in found["features"]} == {part["area"]}
        assert found["bbox"] == pytest.approx(part["bbox"])
    assert len(done.files) == count + 1


# -- what must be known ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("km2", "scale", "warned"),
    [(25.0, None, 0), (25.1, None, 1), (400, 2000, 1), (400, 5000, 0), (400, 10_000, 0)],
)
def test_large_ground_on_a_large_scale_may_be_secret(
    km2: float, scale: int | None, warned: int
) -> None:
    found = secrecy(km2 * 1e6, scale, "grids")
    assert [item.code for item in found] == ["GT715"] * warned


def test_secrecy_is_told_and_asks_for_a_person(tmp_path: Path) -> None:
    source = save(tmp_path / "a.gpkg", grids(area_m2=6e6))
    result = run(source, "-o", tmp_path / "a.geojson", "--lang", "zh")
    assert result.exit_code == 1
    assert (
        "! GT715 grids: 网格覆盖 30 平方千米，超过 25 平方千米；底图比例尺未说明" in result.stdout
    )
    words = ("--base-scale", 10_000, "--overwrite")
    assert run(source, "-o", tmp_path / "a.geojson", *words).exit_code == 0


def test_grids_that_overlap_are_told(tmp_path: Path) -> None:
    frame = grids()
    frame.geometry = [frame.geometry[0].buffer(1, join_style="mitre"), *frame.geometry[1:]]
    done = export_file(save(tmp_path / "a.gpkg", frame), str(tmp_path / "a.geojson"))
    (finding,) = done.findings
    assert (finding.code, finding.values) == ("GT719", {"count": 2})


def test_rounding_that_spoils_the_fit_is_told(tmp_path: Path) -> None:
    frame = grids()
    # an inlet of 2 m closes at five decimals, which are a metre
    slit = box(X + 40.3, Y + 20, X + 40.7, Y + SIDE)
    frame.geometry = [frame.geometry[0].difference(slit), *frame.geometry[1:]]
    source = save(tmp_path / "a.gpkg", frame)
    done = export_file(source, str(tmp_path / "a.geojson"), decimals=4)
    assert [item.code for item in done.findings] == ["GT716"]
    assert export_file(source, str(tmp_path / "b.geojson")).findings == []


# -- bad input -------------------------------------------------------------------------------


def test_an_unknown_format_lists_those_known(source: Path, tmp_path: Path) -> None:
    for words in (["--to", "dwg"], ["-o", tmp_path / "x.dwg"]):
        result = run(source, "-o", tmp_path / "x", *words, "--lang", "en")
        assert result.exit_code == 16
        for name in format_names():
            assert name in result.stderr
        assert "GT700 there is no format" in result.stderr


def test_an_existing_output_is_kept(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.geojson"
    out.write_text("mine", encoding="utf-8")
    result = run(source, "-o", out, "--lang", "en")
    assert result.exit_code == 15
    assert f"GT042 the output {out} exists" in result.stderr
    assert out.read_text(encoding="utf-8") == "mine"
    assert run(source, "-o", out, "--overwrite").exit_code == 0
    assert json.loads(out.read_text(encoding="utf-8"))["type"] == "FeatureCollection"


def test_a_geodatabase_is_a_folder_and_replaced_whole(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.gdb"
    for words in ([], ["--overwrite"]):
        assert run(source, "-o", out, *words).exit_code == 0
        assert pyogrio.read_info(out)["features"] == 5
    assert run(source, "-o", out).exit_code == 15


def test_what_stood_there_comes_back_when_the_last_file_fails(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.gdb"
    export_file(source, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    real = Path.replace

    def fail_on_the_metadata(path: Path, target: Path) -> Path:
        back = path.parent.name == "former"
        if path.name.endswith(".meta.json") and target.parent == tmp_path and not back:
            raise OSError("disk full")
        return real(path, target)

    monkeypatch.setattr(Path, "replace", fail_on_the_metadata)
    later = save(tmp_path / "later.gpkg", grids(households=1))
    with pytest.raises(GridtoolError, match=r"GT043.*disk full"):
        export_file(later, out, overwrite=True)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    # a geodatabase that was not there before goes away again
    with pytest.raises(GridtoolError, match=r"GT043.*disk full"):
        export_file(later, tmp_path / "b.gdb")
    assert not (tmp_path / "b.gdb").exists()


@pytest.mark.parametrize(
    ("out", "words", "written"),
    [
        ("a.json", [], "a.json"),
        ("a.ndjson", [], "a.ndjson"),
        ("grids.2026", ["--to", "geojson"], "grids.2026.geojson"),
        ("A.SHP", [], "A.shp"),
        ("a_GCJ02.json", ["--coords", "gcj02"], "a_GCJ02.json"),
    ],
)
def test_the_name_is_the_one_asked_for(
    out: str, words: list[str], written: str, source: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    assert run(source, "-o", folder / out, *words).exit_code in (0, 1)
    assert {written, f"{written}.meta.json"} <= {path.name for path in folder.iterdir()}


def test_a_target_that_cannot_be_written(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run(source, "-o", tmp_path / "file" / "a.geojson", "--lang", "en")
    assert result.exit_code == 15
    assert "GT043" in result.stderr
    assert "is not a folder" in result.stderr


def test_nothing_is_left_when_writing_fails(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("gridtool.export.vector.pyogrio.write_dataframe", fail)
    out = tmp_path / "out"
    with pytest.raises(GridtoolError, match=r"GT043.*disk full"):
        export_file(source, str(out / "a.gpkg"))
    assert not out.exists()


def test_grids_without_crs(tmp_path: Path) -> None:
    source = save(tmp_path / "a.shp", grids()[["grid_code", "geometry"]])
    source.with_suffix(".prj").unlink()
    result = run(source, "-o", tmp_path / "b.geojson", "--lang", "en")
    assert (result.exit_code, "GT707" in result.stderr) == (13, True)


@pytest.mark.parametrize("codes", [[CODES[0]] * 5, [*CODES[:4], None], [*CODES[:4], " "]])
def test_codes_that_are_missing_or_come_twice(codes: list, tmp_path: Path) -> None:
    source = save(tmp_path / "a.gpkg", grids(grid_code=codes))
    with pytest.raises(DataError, match="GT701 grid codes are missing or come twice"):
        export_file(source, str(tmp_path / "b.geojson"))


def test_codes_that_lost_digits(tmp_path: Path) -> None:
    source = save(
        tmp_path / "a.gpkg", grids(grid_code=[5.10302001001001e19 + at for at in range(5)])
    )
    with pytest.raises(DataError, match="GT306"):
        export_file(source, str(tmp_path / "b.geojson"))


def test_a_layer_that_is_no_grids(tmp_path: Path) -> None:
    points = grids()
    points.geometry = points.centroid
    with pytest.raises(DataError, match="GT007 geometry is Point"):
        export_file(save(tmp_path / "a.gpkg", points), str(tmp_path / "b.geojson"))
    empty = grids()
    empty.geometry = [None, *empty.geometry[1:]]
    with pytest.raises(DataError, match="GT007"):
        export_file(save(tmp_path / "c.gpkg", empty), str(tmp_path / "b.geojson"))
    table = tmp_path / "d.csv"
    pd.DataFrame(grids().drop(columns="geometry")).to_csv(table)
    with pytest.raises(DataError, match="GT007"):
        export_file(table, str(tmp_path / "b.geojson"))


def test_counts_that_are_no_numbers(tmp_path: Path) -> None:
    source = save(tmp_path / "a.gpkg", grids(households=["约400", "1", "2", "3", "4"]))
    with pytest.raises(GridtoolError, match="GT099 the column households cannot be used: 约400"):
        export_file(source, str(tmp_path / "b.geojson"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--crs", "EPSG:4547"], "GT702 the format geojson cannot take --crs"),
        (["--to", "gpkg", "--crs", "EPSG:x"], "GT046 a wrong argument: --crs EPSG:x"),
        (["--coords", "wgs84"], "GT046 a wrong argument: --coords wgs84: gcj02 | bd09"),
        (["--split", "county"], "--split county: town | community"),
        (["--encoding", "gbk"], "GT702 the format geojson cannot take --encoding"),
        (["--to", "shp", "--encoding", "big5"], "--encoding big5: utf-8 | gbk"),
        (["--decimals", "16"], "--decimals 16: 0-15"),
        (["--data-date", "2026/6/30"], "--data-date 2026/6/30: YYYY-MM-DD"),
    ],
)
def test_options_that_do_not_go(words: list[str], said: str, source: Path, tmp_path: Path) -> None:
    result = run(source, "-o", tmp_path / "a.geojson", *words, "--lang", "en")
    assert (result.exit_code, result.stdout) == (16, "")
    assert said in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["grids.gpkg"]


def test_a_missing_package_is_named(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridtool.export.formats.importlib.util.find_spec", lambda _name: None)
    with pytest.raises(GridtoolError, match=r"GT048 GeoParquet needs pyarrow.*gridtool\[arrow\]"):
        export_file(source, str(tmp_path / "a.parquet"))


# -- the command -----------------------------------------------------------------------------


def test_another_crs(source: Path, tmp_path: Path) -> None:
    export_file(source, str(tmp_path / "a.gpkg"), crs="EPSG:4490")
    assert pyogrio.read_info(tmp_path / "a.gpkg")["crs"] == "EPSG:4490"
    assert CRS(pyogrio.read_dataframe(tmp_path / "a.gpkg").crs).is_geographic


def test_json_tells_the_metadata_and_the_findings(source: Path, tmp_path: Path) -> None:
    words = ("--coords", "gcj02", "--data-date", "2026-06-30", "--licence", "内部")
    result = run(source, "-o", tmp_path / "a.geojson", *words, "--json")
    told = json.loads(result.stdout)
    assert told.pop("findings")[0]["code"] == "GT722"
    assert told == check_metadata(tmp_path / "a_gcj02.geojson.meta.json")
    assert (told["data_date"], told["licence"]) == ("2026-06-30", "内部")
    assert told["source"]["rev"] == [3]
    assert told["source"]["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()


def test_an_export_is_read_like_grids(source: Path, tmp_path: Path) -> None:
    """A shapefile under DBF names comes back as it went out."""
    export_file(source, str(tmp_path / "a.shp"), encoding="gbk")
    export_file(tmp_path / "a.shp", str(tmp_path / "b.geojson"))
    export_file(source, str(tmp_path / "c.geojson"))
    one, two = (
        (tmp_path / name).read_text(encoding="utf-8") for name in ("b.geojson", "c.geojson")
    )
    assert one == two


def test_quiet_says_nothing(source: Path, tmp_path: Path) -> None:
    result = run(source, "-o", tmp_path / "a.geojson", "-q")
    assert (result.exit_code, result.output) == (0, "")


def test_the_help_names_every_format_and_profile() -> None:
    text = " ".join(
        CliRunner().invoke(app, ["export", "--help"], terminal_width=200).stdout.split()
    )
    for name in (*format_names(), *profile_names()):
        assert name in text
