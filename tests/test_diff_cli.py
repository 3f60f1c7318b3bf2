"""``gridtool diff``, ``lineage`` and ``translate`` through real files."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from builders import CRS
from jsonschema import Draft202012Validator
from shapely import box
from shapely.geometry import Point
from typer.testing import CliRunner, Result

from gridtool.cli import app
from gridtool.columns import DIFF_LAYERS, DIFF_TABLES
from gridtool.export import DIFF_FILES, layer_schema

ROOT = Path(__file__).parents[1]
SCHEMA = json.loads((ROOT / "schemas" / "diff.schema.json").read_text("utf-8"))
A, B, N = "510302001001001", "510302001001002", "510302001001003"
X, Y = 430_000.0, 3_240_000.0


def run(*words: object, lang: str = "en") -> Result:
    result = CliRunner().invoke(app, list(map(str, words)), env={"GRIDTOOL_LANG": lang})
    assert "Traceback" not in result.output
    assert "GT000" not in result.stderr, result.stderr
    return result


def grids(**cells: tuple[float, float]) -> gpd.GeoDataFrame:
    """Return grids from x to x, 100 m high; the last digit of the code is the key's."""
    codes = [f"51030200100100{key[1:]}" for key in cells]
    shapes = [box(X + west, Y, X + east, Y + 100) for west, east in cells.values()]
    data = {"grid_code": codes, "grid_name": [f"第{code[-1]}网格" for code in codes]}
    return gpd.GeoDataFrame(data, geometry=shapes, crs=CRS)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Return an old and a new revision and their buildings: the second grid is split off."""
    places = [(20, 320), (80, 126), (150, 400)]
    homes = gpd.GeoDataFrame(
        {"building_id": ["b0", "b1", "b2"], "households": [n for _, n in places]},
        geometry=[Point(X + x, Y + 50) for x, _ in places],
        crs=CRS,
    )
    layers = {
        "old": grids(g1=(0, 100), g2=(100, 200)),
        "new": grids(g1=(0, 60), g3=(60, 100), g2=(100, 200)),
        "same": grids(g2=(100, 200), g1=(0, 100)),
        "homes": homes,
    }
    paths = {name: tmp_path / f"{name}.gpkg" for name in layers}
    for name, frame in layers.items():
        frame.to_file(paths[name], driver="GPKG", layer="buildings" if name == "homes" else "grids")
    return {**paths, "out": tmp_path / "out"}


def diff(files: dict[str, Path], *more: object, new: str = "new", lang: str = "en") -> Result:
    words = ("diff", files["old"], files[new], "-b", files["homes"], "-o", files["out"])
    return run(*words, *more, lang=lang)


# -- diff ------------------------------------------------------------------------------------


def test_all_files_are_written_and_are_what_they_should_be(files: dict[str, Path]) -> None:
    result = diff(files, lang="zh")
    # the split grids are beyond Art. 8: a person must look
    assert result.exit_code == 1, result.output
    assert {path.name for path in files["out"].iterdir()} == set(DIFF_FILES)
    lines = result.stdout.splitlines()
    assert re.split(r"\s+", lines[1].strip()) == ["划出", "1", "446", "126"]
    assert f"划出: {A} 划出 126 户（1 栋）至 {N}" in result.stdout
    assert "组外 1 个网格一字不差" in result.stdout
    assert "校核：9/10 项成立" in result.stdout
    assert "✗ I10 变更后的网格规模符合第八条或有说明" in result.stdout
    summary = json.loads((files["out"] / "diff.json").read_text("utf-8"))
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(summary)
    assert summary["moved"] == {"households": 126, "persons": 0, "buildings": 1}
    assert summary["types"] == {"split_off": 1}
    (group,) = summary["groups"]
    assert [row["new_code"] for row in group["relations"]] == [A, N]


def test_the_tables_are_those_of_the_dictionary(files: dict[str, Path]) -> None:
    diff(files)
    for name, layer in DIFF_TABLES.items():
        text = {column.key: "str" for column in layer.columns if column.kind == "text"}
        table = pd.read_csv(files["out"] / name, dtype=text, encoding="utf-8-sig")
        assert table.columns.tolist() == [column.key for column in layer.columns]
        check = Draft202012Validator(layer_schema(layer.key))
        for row in json.loads(table.to_json(orient="records")):
            check.validate(row)
    groups = pd.read_csv(files["out"] / "groups.csv", dtype="str", encoding="utf-8-sig")
    assert groups["new_codes"].tolist() == [f"{A}|{N}"]
    assert groups["description_zh"].tolist() == [f"{A} 划出 126 户（1 栋）至 {N}"]


def test_the_map_has_layers_styles_and_legends(files: dict[str, Path]) -> None:
    diff(files)
    path = files["out"] / "diff.gpkg"
    assert set(pyogrio.list_layers(path)[:, 0]) >= set(DIFF_LAYERS)
    after = gpd.read_file(path, layer="after").set_index("grid_code")
    assert after["status"].to_dict() == {A: "changed", B: "unchanged", N: "new"}
    assert after["type"].to_dict()[N] == "split_off"
    assert after["households"].to_dict() == {A: 320, B: 400, N: 126}
    assert gpd.read_file(path, layer="before")["grid_code"].tolist() == [A]
    ground = gpd.read_file(path, layer="moved_ground")
    assert ground.geometry[0].equals(box(X + 60, Y, X + 100, Y + 100))
    assert gpd.read_file(path, layer="moved_buildings")["building_id"].tolist() == ["b1"]
    with closing(sqlite3.connect(path)) as database:
        styles = database.execute(
            "SELECT f_table_name, styleQML, useAsDefault FROM layer_styles"
        ).fetchall()
    assert {name for name, _, default in styles if default} == set(DIFF_LAYERS)
    assert len(styles) == 2 * len(DIFF_LAYERS)
    for name, qml, _ in styles:
        kinds = {layer.get("class") for layer in ET.fromstring(qml.split("\n", 1)[1]).iter("layer")}
        assert (
            kinds
            == {
                "after": {"SimpleFill"},
                "before": {"SimpleLine"},
                "moved_ground": {"SimpleFill"},
                "moved_buildings": {"SimpleMarker"},
            }[name]
        )


def test_the_page_needs_no_network_and_runs_nothing(files: dict[str, Path]) -> None:
    diff(files, lang="zh")
    page = (files["out"] / "diff.html").read_text("utf-8")
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page
    assert page.count("<svg viewBox") == 5
    assert f"{A} 划出 126 户（1 栋）至 {N}。" in page
    # before in dashes, after filled, the building marked
    drawing = page[page.index('<section class="group"') :]
    assert drawing.count('class="before"') == 1
    assert drawing.count('class="after s') == 2
    assert drawing.count('class="moved"') == 1
    assert drawing.count('class="home"') == 1
    assert "001003" in drawing


def test_names_are_text_on_the_page_and_in_the_tables(files: dict[str, Path]) -> None:
    evil = grids(g1=(0, 100), g2=(100, 200)).assign(grid_name=["<b>x</b>", "=1+1"])
    evil.to_file(files["new"], driver="GPKG", layer="grids")
    diff(files)
    page = (files["out"] / "diff.html").read_text("utf-8")
    assert "<b>x" not in page
    assert "&lt;b&gt;x" in page
    table = pd.read_csv(files["out"] / "grids.csv", dtype="str", encoding="utf-8-sig")
    assert table["new_name"].tolist() == ["<b>x</b>", "'=1+1"]


def test_the_same_input_gives_the_same_bytes(files: dict[str, Path]) -> None:
    diff(files)
    first = {path.name: path.read_bytes() for path in files["out"].iterdir()}
    diff(files, "--overwrite")
    assert {path.name: path.read_bytes() for path in files["out"].iterdir()} == first


def test_exit_codes_as_git_has_them(files: dict[str, Path]) -> None:
    assert diff(files, "--exit-code", "-q").exit_code == 1
    assert diff(files, "--exit-code", "-q", "--overwrite", new="same").exit_code == 0
    same = diff(files, "--overwrite", new="same")
    assert same.exit_code == 0
    assert same.stdout.startswith("Nothing changed: the 2 grids of both are the same.")


def test_swapped_codes_end_in_an_error_after_all_is_written(files: dict[str, Path]) -> None:
    grids(g2=(0, 100), g1=(100, 200)).to_file(files["new"], driver="GPKG", layer="grids")
    result = diff(files, "--exit-code")
    assert result.exit_code == 14
    assert "GT420" in result.stdout
    assert (files["out"] / "diff.html").exists()


def test_json_for_machines(files: dict[str, Path]) -> None:
    result = diff(files, "--json")
    told = json.loads(result.stdout)
    assert told.pop("files")[0].endswith("groups.csv")
    Draft202012Validator(SCHEMA).validate(told)


def test_the_same_file_twice(files: dict[str, Path]) -> None:
    result = diff(files, new="old")
    assert result.exit_code == 1
    assert "GT430 NEW: OLD and NEW are one and the same file" in result.stdout


def test_what_is_there_is_kept(files: dict[str, Path]) -> None:
    diff(files)
    result = diff(files)
    assert result.exit_code == 15
    assert "GT042" in result.stderr


def test_files_that_cannot_be_compared(files: dict[str, Path], tmp_path: Path) -> None:
    missing = run("diff", files["old"], tmp_path / "no.gpkg", "-b", files["homes"])
    assert missing.exit_code == 11
    assert "GT001" in missing.stderr
    without = run("diff", files["old"], files["new"], "-o", files["out"])
    assert without.exit_code == 11
    assert "GT407 no buildings to count households by: new.gpkg" in without.stderr
    grids(g1=(0, 100), g2=(100, 200)).iloc[:0].to_file(files["new"], layer="grids")
    empty = diff(files)
    assert (empty.exit_code, "GT006" in empty.stderr) == (11, True)
    assert not files["out"].exists()
    twice = grids(g1=(0, 100), g2=(100, 200)).assign(grid_code=A)
    twice.to_file(files["new"], layer="grids")
    assert "GT020" in diff(files).stderr
    twice.drop(columns="grid_code").to_file(files["new"], layer="grids")
    assert "GT099" in diff(files).stderr


def test_buildings_of_the_new_file_serve_and_columns_can_be_named(
    files: dict[str, Path], tmp_path: Path
) -> None:
    homes = gpd.read_file(files["homes"], layer="buildings").rename(columns={"households": "ZHS"})
    homes.to_file(files["new"], driver="GPKG", layer="buildings", mode="a")
    old = tmp_path / "old.shp"
    frame = gpd.read_file(files["old"], layer="grids").rename(columns={"grid_code": "WG"})
    frame.drop(columns="grid_name").to_file(old, encoding="utf-8")
    words = ("diff", old, files["new"], "-o", files["out"])
    names = ("--map", "buildings.households=ZHS")
    assert "GT099" in run(*words, *names).stderr
    new = gpd.read_file(files["new"], layer="grids").rename(columns={"grid_code": "WG"})
    new.to_file(files["new"], driver="GPKG", layer="grids")
    result = run(*words, *names, "--map", "grids.grid_code=WG", "--json")
    assert json.loads(result.stdout)["types"] == {"split_off": 1}
    for wrong, told in (("grids.grid_code=no", "GT010"), ("roads.name=no", "GT009")):
        assert told in run(*words, "--overwrite", "--map", wrong).stderr


def test_a_layer_without_crs(files: dict[str, Path], tmp_path: Path) -> None:
    bare = tmp_path / "bare.shp"
    gpd.read_file(files["old"], layer="grids").to_file(bare)
    bare.with_suffix(".prj").unlink()
    words = ("diff", bare, files["new"], "-b", files["homes"], "-o", files["out"])
    assert "GT005" in run(*words).stderr
    assert "GT054" in run(*words, "--crs", "EPSG:nowhere").stderr
    assert run(*words, "--crs", CRS).exit_code == 1


# -- lineage and translate -------------------------------------------------------------------


def test_lineage_is_printed_as_a_tree(files: dict[str, Path]) -> None:
    diff(files, "-q")
    result = run("lineage", A, "--diff", files["out"], lang="zh")
    assert result.exit_code == 0
    assert [line.rstrip() for line in result.stdout.splitlines()[:4]] == [
        A,
        "  去向",
        f"    {A}  320 户  71.7%  划出 {_group(files)} (out)",
        f"    {N}  126 户  28.3%  划出 {_group(files)} (out)",
    ]
    back = run("lineage", N, "--diff", files["out"], "--back", "--json")
    (step,) = json.loads(back.stdout)
    assert (step["target"], step["share"], step["direction"]) == (A, 1.0, "back")
    assert "never changed" in run("lineage", B, "--diff", files["out"]).stdout
    unknown = run("lineage", "7", "--diff", files["out"])
    assert (unknown.exit_code, "GT405" in unknown.stderr) == (14, True)
    nowhere = run("lineage", A, "--diff", files["homes"].parent)
    assert (nowhere.exit_code, "GT001" in nowhere.stderr) == (11, True)


def _group(files: dict[str, Path]) -> str:
    table = pd.read_csv(files["out"] / "groups.csv", encoding="utf-8-sig")
    return str(table["group_id"][0])


def test_an_old_table_moves_to_the_new_grids(files: dict[str, Path], tmp_path: Path) -> None:
    table = tmp_path / "events.csv"
    table.write_text(f"网格编码,事件数,备注\n{A},223,甲\n{B},10,乙\n", encoding="gb18030")
    words = ("translate", table, "--from", files["old"], "--to", files["new"], "-b", files["homes"])
    result = run(*words)
    assert result.exit_code == 0, result.stderr
    assert "GT439" in result.stdout
    moved = pd.read_csv(tmp_path / "events_new.csv", dtype={"grid_code": "str"})
    # 223 × 320 / 446 = 160, 223 × 126 / 446 = 63
    assert moved.set_index("grid_code")["事件数"].to_dict() == {A: 160, B: 10, N: 63}
    assert moved.set_index("grid_code")["exact"].to_dict() == {A: False, B: True, N: False}
    assert "GT042" in run(*words).stderr
    found = run(*words, "--overwrite", "--json")
    assert [item["code"] for item in json.loads(found.stdout)] == ["GT439"]
