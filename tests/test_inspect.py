"""Stage ``read``: what is in a file, and rows in batches."""

from __future__ import annotations

import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
from files import METRES, X, Y, buildings, communities, write
from shapely.geometry import Point

from gridtool.errors import InputError
from gridtool.read.archives import Unpacker
from gridtool.read.inspect import LOOKED_AT, LayerReport, inspect_paths
from gridtool.read.sources import layers_of
from gridtool.read.stream import stream_rows

SHARED = Path(__file__).parents[2] / "shared" / "data" / "dirty_gis"
dirty = pytest.mark.skipif(not SHARED.exists(), reason="the files from the wild are not here")


def reports(*paths: Path) -> list[LayerReport]:
    return list(inspect_paths(paths))


def test_a_package(tmp_path: Path) -> None:
    path = tmp_path / "county.gpkg"
    write(communities(), path, "社区")
    write(buildings(用途=["住宅", None]), path, "buildings")
    first, second = reports(path)
    assert (first.file, first.layer, first.driver) == ("county.gpkg", "社区", "GPKG")
    assert (first.rows, first.looked_at, first.geometry) == (2, 2, {"Polygon": 2})
    assert first.crs == "EPSG:4544 CGCS2000 / 3-degree Gauss-Kruger CM 105E"
    assert first.bounds == [X, Y, X + 200, Y + 100]
    assert (first.taken_as, first.missing, first.error) == ("communities", [], None)
    use = {column.name: column for column in second.columns}["用途"]
    assert (use.null_share, use.samples, use.taken_as) == (0.5, ["住宅"], "use")
    extra = {column.name: column for column in second.columns}["extra"]
    assert (extra.samples, extra.taken_as) == (["1", "2"], None)


def test_what_is_missing_and_guessed_is_said(tmp_path: Path) -> None:
    frame = communities().to_crs(4490).rename(columns={"code": "dm"})
    path = write(frame.set_crs(None, allow_override=True), tmp_path / "社区_富世.fgb")
    (report,) = reports(path)
    assert report.taken_as == "communities"
    assert report.missing == ["code"]
    assert report.crs is not None
    assert report.crs.startswith("EPSG:4490")
    assert [note["code"] for note in report.notes] == ["GT156"]


def test_data_of_persons_is_not_shown(tmp_path: Path) -> None:
    frame = buildings(户主姓名=["张三", "李四"], 编号=["51030219800101123X", "510302198001011231"])
    (report,) = reports(write(frame, tmp_path / "b.gpkg"))
    hidden = {column.name: column.samples for column in report.columns if column.personal}
    assert hidden == {"户主姓名": [], "编号": []}


def test_tables(tmp_path: Path) -> None:
    path = tmp_path / "户数表.csv"
    path.write_text("楼栋编号,户数\na,3\nb,\n", encoding="gb18030")
    book = openpyxl.Workbook()
    book.active.append(["代码", "户数"])
    book.active.append(["510302001001", 3])
    book.save(tmp_path / "统计.xlsx")
    table, sheet = reports(tmp_path)
    assert (table.driver, table.rows, table.geometry) == ("CSV", 2, {})
    assert (table.encoding, table.encoding_from) == ("gb18030", "tested")
    assert [column.taken_as for column in table.columns] == ["building_id", "households"]
    assert table.columns[1].null_share == 0.5
    assert (sheet.driver, sheet.layer, sheet.rows) == ("XLSX", "Sheet", 1)


def test_a_file_that_cannot_be_read_hinders_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_text("no package")
    write(buildings(), tmp_path / "b.gpkg")
    bad, good = reports(tmp_path)
    assert bad.error is not None
    assert bad.error["code"] == "GT002"
    assert good.error is None
    (missing,) = reports(tmp_path / "none.gpkg")
    assert missing.error is not None
    assert missing.error["code"] == "GT001"


@dirty
def test_every_folder_from_the_wild() -> None:
    found = {item.file.removeprefix("dirty_gis/"): item for item in reports(SHARED)}
    files = [path for path in SHARED.rglob("*") if path.suffix in (".shp", ".geojson")]
    assert len(found) == len(files)
    assert found["gbk_no_cpg/shanghai_shp/区县界_area.shp"].encoding == "gb18030"
    assert found["no_prj/sz.shp"].crs.startswith("EPSG:4490")
    assert found["cp932_no_cpg/h27ka13102.shp"].encoding == "cp932"
    refused = {name: item.error["code"] for name, item in found.items() if item.error}
    assert refused.pop("missing_dbf/TRONCON_DE_ROUTE.shp") == "GT057"
    assert set(refused.values()) == {"GT002"}
    assert all("/invalid_structure/" in name for name in refused)


@dirty
def test_the_table_of_files_from_the_wild_is_what_inspect_says() -> None:
    text = (Path(__file__).parents[1] / "docs" / "inputs.md").read_text(encoding="utf-8")
    found = {item.file.removeprefix("dirty_gis/"): item for item in reports(SHARED)}
    lines = [line for line in text.splitlines() if re.match(r"\| `[a-z0-9_]+/", line)]
    rows = [[cell.strip().strip("`") for cell in line.split("|")[1:-1]] for line in lines]
    assert len(rows) == 11
    seen = 0
    for name, outcome, encoding, crs in rows:
        if name.endswith("*"):
            some = [item for file, item in found.items() if file.startswith(name[:-1])]
            seen += len(some)
            refused = sum(item.error is not None for item in some)
            assert re.findall(r"(\d+) (?:个)", outcome)[:2] == [
                str(count)
                for count in ((refused, len(some) - refused) if refused else (len(some),))
            ]
            continue
        seen += 1
        report = found[name]
        if report.error:
            assert report.error["code"] in outcome
            continue
        assert f"{report.rows:,} 行" in outcome
        assert encoding == f"{report.encoding} (.{report.encoding_from})"
        assert report.crs.split()[0] in crs
        assert all(note["code"] in crs for note in report.notes)
        samples = {text for column in report.columns for text in column.samples}
        assert set(outcome.partition("：")[2].split("、")) - {""} <= samples
    assert seen == len(found)


# -- batches ------------------------------------------------------------------------------------


def batches(path: Path, rows: int) -> list:
    (source,) = layers_of(path, Unpacker())
    return list(stream_rows(source, rows))


@pytest.mark.parametrize("name", ["p.csv", "p.geojson", "p.gpkg", "p.xlsx"])
def test_batches_hold_every_row_once_and_in_order(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    places = [(104.7 + at / 100, 29.3) for at in range(7)]
    if name.endswith(".csv"):
        rows = "".join(f"{at},{x},{y}\n" for at, (x, y) in enumerate(places))
        path.write_text(f"n,lon,lat\n{rows}")
    elif name.endswith(".xlsx"):
        book = openpyxl.Workbook()
        book.active.append(["n", "lon", "lat"])
        for at, (x, y) in enumerate(places):
            book.active.append([at, x, y])
        book.save(path)
    else:
        frame = gpd.GeoDataFrame({"n": range(7)}, geometry=[Point(p) for p in places], crs=4326)
        write(frame, path)
    found = batches(path, 3)
    assert [len(batch.table) for batch in found] == [3, 3, 1]
    assert [int(n) for batch in found for n in batch.table["n"]] == list(range(7))
    assert [row for batch in found for row in batch.table.index] == list(range(7))
    assert np.vstack([batch.xy for batch in found]) == pytest.approx(np.array(places))
    assert {kind for batch in found for kind in batch.kinds} == {"Point"}


def test_a_list_torn_half_way(tmp_path: Path) -> None:
    path = write(buildings(), tmp_path / "b.gpkg")
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(InputError, match=r"GT0(02|50)"):
        batches(path, 10)


def test_only_the_first_rows_of_a_long_table_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridtool.read.inspect.LOOKED_AT", 2)
    assert LOOKED_AT > 2
    path = tmp_path / "b.csv"
    path.write_text("a\n1\n2\n3\n")
    (report,) = reports(path)
    assert (report.rows, report.looked_at) == (3, 2)
    assert report.columns[0].samples == ["1", "2"]


def test_reports_are_plain_data(tmp_path: Path) -> None:
    from dataclasses import asdict

    (report,) = reports(write(buildings(), tmp_path / "b.gpkg"))
    assert json.loads(json.dumps(asdict(report)))["crs"].startswith(METRES)
