"""Stage export: whole or not at all, the same bytes, styles inside."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from pyproj import CRS
from shapely import LineString, MultiPolygon, Point, box

from gridtool import place
from gridtool.columns import OUTPUT_LAYERS
from gridtool.errors import OutputError
from gridtool.export import (
    GPKG,
    RESULT_FILES,
    SUMMARY,
    ensure_free,
    results,
    write_results,
)
from gridtool.findings import Finding, findings_frame

METRES, DEGREES = CRS.from_epsg(4544), CRS.from_epsg(4490)
X, Y = 478000.0, 3248000.0


def make_layers(findings=()) -> dict[str, gpd.GeoDataFrame]:
    shapes = [box(X, Y, X + 100, Y + 100), box(X + 100, Y, X + 200, Y + 100)]
    grids = gpd.GeoDataFrame(
        {
            "grid_code": ["510302001001001", "510302001001002"],
            "grid_name": ["第一网格", "第二网格"],
            "grid_full_name": ["汇东社区第一网格", "汇东社区第二网格"],
            "grid_kind": "base",
            "community_code": "510302001001",
            "community_name": "汇东社区",
            "town_code": "510302001",
            "county_code": "510302",
            "households": [412, 560],
            "persons": [1000, 1400],
            "buildings": [1, 1],
            "area_m2": 10000.0,
            "size_rule": ["in_range", "exception"],
            "size_reason": [None, "single_building"],
            "estimated": [False, True],
            "bounds_text": "东至县界，南至县界，西至县界，北至县界",
            "included_units": "1栋",
            "rev": 1,
            "scratch": 0,
        },
        geometry=[MultiPolygon([shapes[0]]), shapes[1]],
        crs=METRES,
    )
    common = {
        "grid_code": ["510302001001001", "510302001001002"],
        "community_code": "510302001001",
        "households": [412, 560],
        "persons": [1000, 1400],
        "compound_id": ["X1", None],
    }
    units = gpd.GeoDataFrame(
        {**common, "buildings": 1, "site_id": None}, geometry=shapes, crs=METRES
    )
    units.index = pd.Index(["U1", "U2"], name="unit_id")
    buildings = gpd.GeoDataFrame(
        {
            **common,
            "building_id": ["B1", "B2"],
            "unit_id": ["U1", None],
            "estimated": [False, True],
        },
        geometry=[shape.buffer(-20) for shape in shapes],
        crs=METRES,
    )
    return {
        "findings": findings_frame(findings, METRES),
        "buildings": buildings,
        "units": units,
        "grids": grids,
    }


SUMMARY_CONTENT = {"format": "gridtool.summary/1", "totals": {"name": "汇东"}}


def write(out: Path, layers=None, *, crs=METRES, lang="zh", overwrite=False) -> list[Path]:
    return write_results(
        out, layers or make_layers(), SUMMARY_CONTENT, crs=crs, lang=lang, overwrite=overwrite
    )


def digests(out: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}


def rows(path: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def test_layers_columns_types_and_nulls(tmp_path):
    gpkg, summary = write(tmp_path / "new" / "out")
    assert json.loads(summary.read_text(encoding="utf-8")) == SUMMARY_CONTENT
    assert "汇东" in summary.read_text(encoding="utf-8")
    assert sorted(path.name for path in gpkg.parent.iterdir()) == [GPKG, SUMMARY]
    found = rows(gpkg, "SELECT table_name FROM gpkg_contents WHERE data_type = 'features'")
    assert [name for (name,) in found] == ["grids", "units", "buildings", "findings"]
    expected = {"text": ("TEXT",), "integer": ("INTEGER", "MEDIUMINT"), "number": ("REAL",),
                "boolean": ("BOOLEAN",)}  # fmt: skip
    for key, layer in OUTPUT_LAYERS.items():
        fields = {row[1]: row[2] for row in rows(gpkg, f"PRAGMA table_info({key})")}
        assert list(fields) == ["fid", "geom", *(column.key for column in layer.columns)]
        for column in layer.columns:
            assert fields[column.key] in expected[column.kind], column.key
    assert rows(gpkg, "SELECT size_reason, estimated FROM grids") == [
        (None, 0),
        ("single_building", 1),
    ]
    assert rows(gpkg, "SELECT unit_id, compound_id, site_id FROM units") == [
        ("U1", "X1", None),
        ("U2", None, None),
    ]


def test_what_is_read_back_is_what_was_given(tmp_path):
    layers = make_layers()
    gpkg, _ = write(tmp_path, layers)
    grids = gpd.read_file(gpkg, layer="grids")
    assert grids.crs == METRES
    assert set(grids.geom_type) == {"MultiPolygon"}  # mixed: promoted
    assert set(gpd.read_file(gpkg, layer="units").geom_type) == {"Polygon"}
    assert grids.geometry.geom_equals(layers["grids"].geometry).all()
    assert grids["households"].tolist() == [412, 560]


def test_an_empty_findings_layer_keeps_its_columns(tmp_path):
    gpkg, _ = write(tmp_path)
    info = pyogrio.read_info(gpkg, layer="findings")
    assert (info["features"], info["geometry_type"]) == (0, "Unknown")
    assert list(info["fields"]) == [column.key for column in OUTPUT_LAYERS["findings"].columns]


def test_the_file_has_the_crs_asked_for(tmp_path):
    layers = make_layers()
    before = layers["grids"].copy()
    gpkg, _ = write(tmp_path, layers, crs=DEGREES)
    grids = gpd.read_file(gpkg, layer="grids")
    assert grids.crs == DEGREES
    assert np.allclose(grids.total_bounds, before.to_crs(DEGREES).total_bounds)
    pd.testing.assert_frame_equal(layers["grids"], before)


def test_two_writes_give_the_same_bytes_with_and_without_arrow(tmp_path, monkeypatch):
    findings = [Finding("GT112", "buildings", "B1", Point(X, Y), {"households": 3})]
    write(tmp_path / "one", make_layers(findings))
    write(tmp_path / "two", make_layers(findings))
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    write(tmp_path / "three", make_layers(findings))
    assert digests(tmp_path / "one") == digests(tmp_path / "three")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


# -- whole or not at all ---------------------------------------------------------------------


@pytest.mark.parametrize("name", [GPKG, SUMMARY])
def test_an_existing_output_is_kept(tmp_path, name):
    (tmp_path / name).write_text("mine")
    for call in (
        lambda: write(tmp_path),
        lambda: ensure_free(tmp_path, RESULT_FILES, overwrite=False),
    ):
        with pytest.raises(OutputError, match=rf"GT042.*{name} exists.*--overwrite"):
            call()
    assert (tmp_path / name).read_text() == "mine"
    write(tmp_path, overwrite=True)
    assert sorted(digests(tmp_path)) == [GPKG, SUMMARY]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("mine")
    for out in (tmp_path / "out", tmp_path / "out" / "below"):
        with pytest.raises(OutputError, match=r"GT043.*is not a folder"):
            write(out)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_that_is_read_only_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match=r"GT043.*permission denied"):
        ensure_free(tmp_path / "out", RESULT_FILES, overwrite=False)
    tmp_path.chmod(0o700)


def test_permission_is_asked_for_before_work(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match=r"GT043.*permission denied"):
        ensure_free(tmp_path / "out", RESULT_FILES, overwrite=False)


def test_ensure_free_leaves_nothing(tmp_path):
    ensure_free(tmp_path / "a" / "b", RESULT_FILES, overwrite=False)
    assert list(tmp_path.iterdir()) == []


def test_a_geopackage_open_elsewhere_is_not_replaced(tmp_path):
    gpkg, _ = write(tmp_path)
    with closing(sqlite3.connect(gpkg)) as other:
        # as QGIS holds it while editing
        other.execute("PRAGMA journal_mode=WAL").fetchone()
        other.execute("SELECT count(*) FROM grids").fetchone()
        with pytest.raises(OutputError, match=r"GT043.*locked.*close the file in QGIS"):
            write(tmp_path, overwrite=True)
    write(tmp_path, overwrite=True)
    assert sorted(digests(tmp_path)) == [GPKG, SUMMARY]


FAULTS = [
    (OSError("No space left on device"), OutputError),
    (sqlite3.OperationalError("disk I/O error"), OutputError),
    (pyogrio.errors.DataSourceError("cannot create"), OutputError),
    (KeyboardInterrupt(), KeyboardInterrupt),
    (ValueError("a mistake of ours"), ValueError),
]


@pytest.mark.parametrize(("fault", "raised"), FAULTS)
@pytest.mark.parametrize(
    ("module", "writer"),
    [(results, "write_geopackage"), (results, "_write_json"), (place, "_flush")],
    ids=["gpkg", "json", "flush"],
)
def test_a_failure_leaves_things_as_they_were(tmp_path, monkeypatch, fault, raised, module, writer):
    old = tmp_path / "old"
    write(old, lang="en")
    before = digests(old)

    def fail(*_args, **_options):
        raise fault

    monkeypatch.setattr(module, writer, fail)
    with pytest.raises(raised):
        write(old, overwrite=True)
    assert digests(old) == before
    with pytest.raises(raised):
        write(tmp_path / "new" / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("existed", [True, False])
def test_a_failure_between_the_two_files_is_undone(tmp_path, monkeypatch, existed):
    if existed:
        write(tmp_path, lang="en")
    before = digests(tmp_path)
    replace = Path.replace

    def fail_on_summary(self: Path, target: Path) -> Path:
        if self.name == SUMMARY and target.parent == tmp_path and "former" not in self.parts:
            raise PermissionError("the file is in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail_on_summary)
    with pytest.raises(OutputError, match="in use"):
        write(tmp_path, overwrite=True)
    assert digests(tmp_path) == before


# -- styles ----------------------------------------------------------------------------------


def styles(gpkg: Path) -> dict[tuple[str, bool], ET.Element]:
    found = rows(gpkg, "SELECT f_table_name, useAsDefault, styleQML FROM layer_styles")
    return {(name, bool(default)): ET.fromstring(text) for name, default, text in found}


def test_each_layer_has_a_default_style_in_the_language_asked_for(tmp_path):
    for lang, word in (("zh", "'户'"), ("en", "' households'")):
        gpkg, _ = write(tmp_path / lang, lang=lang)
        found = styles(gpkg)
        assert set(found) == {(key, default) for key in OUTPUT_LAYERS for default in (True, False)}
        label = found["grids", True].find("labeling/settings/text-style")
        count = "'\\n' || \"households\" || " + word
        wanted = f"\"grid_name\" || if(\"grid_kind\" = 'dedicated', '', {count})"
        assert label.get("fieldName") == wanted
    contents = "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'"
    assert rows(gpkg, contents) == [("attributes",)]
    assert rows(gpkg, "SELECT DISTINCT f_geometry_column FROM layer_styles") == [("geom",)]


def test_renderers_and_legends(tmp_path):
    gpkg, _ = write(tmp_path)
    found = {
        key: root.find("renderer-v2") for (key, default), root in styles(gpkg).items() if default
    }
    assert {key: renderer.get("type") for key, renderer in found.items()} == {
        "grids": "categorizedSymbol",
        "units": "singleSymbol",
        "buildings": "graduatedSymbol",
        "findings": "RuleRenderer",
    }
    categories = {item.get("value"): item.get("label") for item in found["grids"].iter("category")}
    assert categories == {
        "in_range": "300–500 户",
        "about_1000": "1000 人左右",
        "village": "行政村",
        "dedicated": "专属网格",
        "exception": "例外（见规模说明）",
    }
    ranges = [(item.get("lower"), item.get("upper")) for item in found["buildings"].iter("range")]
    assert ranges[:4] == [("0", "0"), ("1", "9"), ("10", "49"), ("50", "199")]
    for renderer in found.values():
        used = {item.get("symbol") for item in renderer.iter() if item.get("symbol")}
        assert used <= {symbol.get("name") for symbol in renderer.iter("symbol")}


def test_the_legend_names_the_window_in_force(tmp_path):
    summary = {"rules": {"min_households": 250, "max_households": 450, "persons": 900}}
    gpkg, _ = write_results(tmp_path, make_layers(), summary, crs=METRES, lang="en")
    labels = [item.get("label") for item in styles(gpkg)["grids", True].iter("category")]
    assert labels[:2] == ["250–450 households", "about 900 persons"]


def test_findings_of_several_shapes_have_rules_for_each(tmp_path):
    shapes = [Point(X, Y), box(X, Y, X + 9, Y + 9), LineString([(X, Y), (X + 9, Y)]), None]
    findings = [Finding("GT114", "buildings", "B1", shape) for shape in shapes]
    gpkg, _ = write(tmp_path, make_layers(findings))
    renderer = styles(gpkg)["findings", True].find("renderer-v2")
    assert {item.get("type") for item in renderer.iter("symbol")} == {"fill", "line", "marker"}
    assert len(list(renderer.iter("rule"))) == 9
    assert rows(gpkg, "SELECT count(*) FROM findings WHERE geom IS NULL") == [(1,)]


def test_buildings_given_as_points_are_drawn_as_points(tmp_path):
    layers = make_layers()
    layers["buildings"] = layers["buildings"].set_geometry(layers["buildings"].centroid)
    gpkg, _ = write(tmp_path, layers)
    renderer = styles(gpkg)["buildings", True].find("renderer-v2")
    assert {item.get("type") for item in renderer.iter("symbol")} == {"marker"}
    assert pyogrio.read_info(gpkg, layer="buildings")["geometry_type"] == "Point"


def test_layers_are_described_in_chinese(tmp_path):
    gpkg, _ = write(tmp_path)
    found = rows(gpkg, "SELECT table_name, identifier, description FROM gpkg_contents")
    assert [(name, title) for name, title, _ in found][:4] == [
        (key, layer.zh) for key, layer in OUTPUT_LAYERS.items()
    ]
    assert all(text for _, _, text in found)


def test_chinese_column_names_are_aliases_in_the_chinese_style(tmp_path):
    gpkg, _ = write(tmp_path, lang="en")
    found = styles(gpkg)
    assert found["grids", True].find("aliases") is None
    names = {item.get("field"): item.get("name") for item in found["grids", False].iter("alias")}
    assert names == {column.key: column.zh for column in OUTPUT_LAYERS["grids"].columns}
