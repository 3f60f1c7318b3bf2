"""Checking lists: formats, bad input, outputs, data of persons, the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from addressed import (
    A1,
    A2,
    B1,
    BUILDINGS,
    CRS,
    EAST,
    NORTH,
    V1,
    checked,
    make_gazetteer,
    read_csv,
    read_sheet,
    write_csv,
)
from jsonschema import Draft202012Validator
from planted import Planter
from typer.testing import CliRunner, Result

import gridtool.addresses.outputs as outputs_module
import gridtool.addresses.repeats as repeats_module
import gridtool.addresses.whereabouts as whereabouts_module
from gridtool.addresses import Gazetteer, Options, check_list
from gridtool.addresses.lists import AddressList
from gridtool.addresses.personal import PersonalColumns
from gridtool.addresses.sheet import column_letters
from gridtool.cli import app
from gridtool.errors import ColumnError, InputError, OutputError
from gridtool.offsets import to_bd09, to_gcj02
from gridtool.pipeline import Division, Sources, check_addresses

SCHEMA = Path(__file__).parents[1] / "schemas" / "addresses.schema.json"
GATE = "五星街街道汇盐大道200号"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_gazetteer(tmp_path_factory.mktemp("county"))


def run(*words: object, input: str | None = None) -> Result:  # noqa: A002 - typer's own name
    return CliRunner().invoke(app, ["address", *map(str, words)], input=input)


def codes(found) -> list[str]:
    return [item.code for item in found.findings]


# -- rows ------------------------------------------------------------------------------------


def test_rows_keep_their_order_and_columns(tmp_path: Path, index: Path) -> None:
    path = write_csv(
        tmp_path / "l.csv",
        ["序", "地址", "网格编码", "note"],
        [1, GATE, A1, "x"],
        [2, "东兴寺街道檀香街49号", A1, ""],
        [3, "", "", "y"],
    )
    found, rows = checked(path, index, tmp_path / "out")
    assert list(rows[0])[:4] == ["序", "地址", "网格编码", "note"]
    # the list's own note stays what it is
    assert list(rows[0])[4:] == [
        *("verdict", "grid_code", "grid_name", "community_code", "community_name", "way"),
        *("confidence", "distance_m", "candidates", "normal_form", "note_found"),
    ]
    assert [row["序"] for row in rows] == ["1", "2", "3"]
    assert [row["verdict"] for row in rows] == ["ok", "claim_wrong", "not_found"]
    assert (rows[1]["grid_code"], rows[1]["grid_name"]) == (B1, "钟云山社区第一网格")
    assert found.summary["columns"]["note"] == "note_found"
    assert rows[2]["note_found"] == "empty"


def test_the_summary_follows_its_schema(tmp_path: Path, index: Path) -> None:
    path = write_csv(
        tmp_path / "l.csv", ["地址", "电话", "网格编码"], [GATE, "", "9"], [GATE, "", A1]
    )
    found, _ = checked(path, index, tmp_path / "out")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    written = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(written)
    assert written == found.summary
    assert written["verdicts"]["claim_wrong"] == written["verdicts"]["ok"] == 1
    assert written["communities"] == [
        {
            "code": "510302001002",
            "name": "高山井社区",
            "rows": 2,
            "verdicts": {"ok": 1, "claim_wrong": 1},
        }
    ]
    assert [item["code"] for item in written["findings"]] == ["GT624", "GT629"]


def test_the_workbook_is_for_people(tmp_path: Path, index: Path) -> None:
    path = write_csv(tmp_path / "l.csv", ["地址", "网格编码"], [GATE, A2], ["=1+1", ""])
    checked(path, index, tmp_path / "out", lang="zh")
    book = openpyxl.load_workbook(tmp_path / "out" / "addresses.xlsx")
    assert book.sheetnames == ["汇总", "核对结果"]
    sheet = book["核对结果"]
    assert sheet.auto_filter.ref == "A1:M3"
    assert sheet.freeze_panes == "A2"
    # what was found is told from what the list says
    assert [cell.value for cell in sheet[1]][1:4] == ["网格编码", "结论", "网格编码（核对）"]
    assert [cell.value for cell in sheet[2]][2:5] == ["所填网格有误", A1, "高山井社区第一网格"]
    assert sheet["C2"].fill.fgColor.rgb == "FFF4CCCC"
    # text, not a formula
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=1+1", "s")
    assert ["所填网格有误", 1] in [
        row[:2] for row in read_sheet(tmp_path / "out" / "addresses.xlsx", 0)
    ]


def test_the_layer_opens_with_its_style(tmp_path: Path, index: Path) -> None:
    path = write_csv(tmp_path / "l.csv", ["地址", "FID", "Geom"], [GATE, "7", "8"], ["无", "", ""])
    checked(path, index, tmp_path / "out")
    made = tmp_path / "out" / "addresses.gpkg"
    frame = gpd.read_file(made, layer="addresses")
    assert frame.crs.to_epsg() == 4544
    assert frame.geometry.iloc[0].equals(shapely.Point(EAST + 200, NORTH + 500))
    assert (len(frame), frame["FID_"].iloc[0], frame["Geom_"].iloc[0]) == (1, "7", "8")
    styles = gpd.read_file(made, layer="layer_styles")
    assert 'attr="verdict"' in styles["styleQML"].iloc[0]


def test_a_building_is_found_by_its_id(tmp_path: Path, index: Path) -> None:
    path = write_csv(tmp_path / "l.csv", ["楼栋编号", "网格编码"], ["b4", A2], ["b99", A2])
    _, rows = checked(path, index, tmp_path / "out")
    assert [(row["verdict"], row["way"]) for row in rows] == [
        ("ok", "building"),
        ("not_found", "none"),
    ]


def test_part_columns_do_for_an_address(tmp_path: Path, index: Path) -> None:
    path = write_csv(
        tmp_path / "l.csv",
        ["街道", "JLXMC", "MPH", "XQMC", "楼号"],
        ["", "檀香街", "49", "盐都家园", "2"],
    )
    _, rows = checked(path, index, tmp_path / "out")
    assert (rows[0]["verdict"], rows[0]["grid_code"]) == ("ok", A1)


def test_columns_are_named_where_their_names_do_not_say(tmp_path: Path, index: Path) -> None:
    path = write_csv(tmp_path / "l.csv", ["甲", "乙", "丙", "丁"], [GATE, A2, EAST + 1, NORTH + 1])
    columns = {"address": "甲", "grid_code_claimed": "乙", "x": "丙", "y": "丁"}
    _, rows = checked(path, index, tmp_path / "out", columns=columns)
    assert rows[0]["verdict"] == "claim_wrong"
    with pytest.raises(ColumnError, match="GT603 the list has no column 戊"):
        checked(path, index, tmp_path / "o2", columns={"address": "戊"})
    with pytest.raises(ColumnError, match="GT602 there is no column of addresses"):
        checked(path, index, tmp_path / "o2")
    assert not (tmp_path / "o2").exists()


# -- formats ---------------------------------------------------------------------------------


def rows_of(path: Path) -> tuple[list[str], list[list], AddressList]:
    listed = AddressList(path)
    rows = [row for batch in listed.batches(2) for row in batch.rows]
    return listed.columns, rows, listed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_in_each_encoding(encoding: str, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "l.csv", ["地址", "b"], [GATE, "a\nb"], ["é", ""], encoding=encoding
    )
    assert rows_of(path)[:2] == (["地址", "b"], [[GATE, "a\nb"], ["é", ""]])


def test_lines_in_several_encodings(tmp_path: Path, index: Path) -> None:
    path = tmp_path / "l.csv"
    lines = [b"id,\xb5\xd8\xd6\xb7\n", b"1," + GATE.encode() + b"\n", b"2," + GATE.encode("gbk")]
    path.write_bytes(b"".join(lines) + b"\n3,\xff\xff\xfe\n")
    found, rows = checked(path, index, tmp_path / "out")
    assert [row["verdict"] for row in rows] == ["ok", "ok", "not_found"]
    assert codes(found) == ["GT627", "GT628"]
    assert found.findings[1].values["found"] == "? 1, gb18030 2, utf-8 1"


def test_other_delimiters_and_ragged_rows(tmp_path: Path) -> None:
    path = tmp_path / "l.txt"
    path.write_text("a;地址;a;\n1;x\n\n2;y;z;u;v\n", encoding="utf-8")
    assert rows_of(path)[:2] == (
        ["a", "地址", "a_3", "column_4"],
        [["1", "x", None, None], ["2", "y", "z", "u"]],
    )


def test_a_workbook_with_a_title_above_its_header(tmp_path: Path, index: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["2024 年度核对表"],
        [],
        ["地址", "网格编码"],
        [GATE, int(A1)],
        [None, None],
        ["无", 1.5],
    ):
        book.active.append(row)
    book.save(tmp_path / "l.xlsx")
    _, rows = checked(tmp_path / "l.xlsx", index, tmp_path / "out")
    assert [(row["地址"], row["verdict"]) for row in rows] == [(GATE, "ok"), ("无", "not_found")]


def test_formulas_of_a_workbook_are_not_reckoned(tmp_path: Path, index: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["地址", "网格编码"], ["=A3&B3", A1], [GATE, f'=IF(1,"{A1}","")'], [GATE, A1]):
        book.active.append(row)
    book.save(tmp_path / "l.xlsx")
    found, rows = checked(tmp_path / "l.xlsx", index, tmp_path / "out")
    assert [(row["地址"], row["verdict"]) for row in rows] == [
        *(("", "not_found"), (GATE, "ok"), (GATE, "ok")),
    ]
    assert {item.code: item.values for item in found.findings}["GT633"] == {"count": 2}
    # as Excel saves them: reckoned, one of them to an empty text
    with (
        zipfile.ZipFile(tmp_path / "l.xlsx") as old,
        zipfile.ZipFile(tmp_path / "m.xlsx", "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b'<c r="A2">', b'<c r="A2" t="str">')
                before, cell, after = data.partition(b'<c r="B3">')
                data = before + cell + after.replace(b"<v></v>", f"<v>{A1}</v>".encode(), 1)
            new.writestr(name, data)
    found, rows = checked(tmp_path / "m.xlsx", index, tmp_path / "o2")
    assert [(row["地址"], row["网格编码"]) for row in rows] == [("", A1), (GATE, A1), (GATE, A1)]
    assert "GT633" not in codes(found)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp", "parquet"])
def test_a_layer_of_points(suffix: str, tmp_path: Path, index: Path) -> None:
    points = gpd.points_from_xy([EAST + 500, EAST + 2500], [NORTH + 500] * 2)
    frame = gpd.GeoDataFrame({"WGBM": [A1, A1], "DZ": ["", GATE]}, geometry=points, crs=CRS)
    path = tmp_path / f"l.{suffix}"
    if suffix == "parquet":
        pd.DataFrame(frame.drop(columns="geometry")).to_parquet(path)
        expected = ["not_found", "ok"]
    else:
        frame = frame.to_crs(4490) if suffix == "geojson" else frame
        frame.to_file(path, **({"encoding": "GBK"} if suffix == "shp" else {}))
        expected = ["ok", "text_and_point_disagree"]
    out = tmp_path / "out"
    check_addresses(path, out, index=index)
    assert [row["verdict"] for row in read_csv(out / "addresses.csv")] == expected


def test_polygons_stand_for_their_middles(tmp_path: Path, index: Path) -> None:
    box = shapely.box(EAST + 400, NORTH + 400, EAST + 600, NORTH + 600)
    gpd.GeoDataFrame({"id": [1]}, geometry=[box], crs=CRS).to_file(tmp_path / "l.gpkg")
    _, rows = checked(tmp_path / "l.gpkg", index, tmp_path / "out")
    assert (rows[0]["verdict"], rows[0]["grid_code"]) == ("ok", A1)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "GT601 the list has no header"), (b",,\n1,2,3\n", "GT601")],
)
def test_a_list_without_header_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_bytes(content)
    with pytest.raises(InputError, match=message):
        AddressList(tmp_path / "l.csv")


@pytest.mark.parametrize("name", ["l.xlsx", "l.gpkg", "l.parquet", "l.shp"])
def test_a_broken_file_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x00 nothing of the kind")
    with pytest.raises(InputError, match="GT002"):
        AddressList(tmp_path / name)
    with pytest.raises(InputError, match="GT001"):
        AddressList(tmp_path / f"no_{name}")


# -- bad input -------------------------------------------------------------------------------


def test_each_kind_of_bad_input_is_named(tmp_path: Path, index: Path) -> None:
    million = "汇盐大道" * 250_000
    rows = [
        ["", "", ""],
        [million, "", ""],
        ["=cmd|' /C calc'!A0", "", ""],
        [GATE, "", ""],
        [GATE, "", ""],
        ["", EAST + 200, NORTH + 500],
        ["", NORTH + 500, EAST + 200],
        ["", 104.757, 29.352],
        ["", "东经", "?"],
    ]
    path = write_csv(tmp_path / "l.csv", ["地址", "x", "y"], *rows)
    found, told = checked(path, index, tmp_path / "out")
    assert [row["verdict"] for row in told] == [
        *("not_found", "not_found", "not_found", "ok", "ok", "ok", "ok", "ok", "not_found"),
    ]
    assert told[1]["note"] == "too_long"
    assert told[2]["地址"] == "'=cmd|' /C calc'!A0"
    assert "xy_swapped" in told[6]["note"]
    assert "degrees_among_metres" in told[7]["note"]
    assert {item.code: item.where for item in found.findings} == {
        "GT622": (7,),
        "GT623": (8,),
        "GT625": (2,),
        "GT626": (5,),
        "GT631": (),
    }
    cells = [
        str(cell) for row in read_sheet(tmp_path / "out" / "addresses.xlsx", 1) for cell in row
    ]
    assert max(map(len, cells)) == 32_767


def test_no_output_ever_has_an_active_formula(tmp_path: Path, index: Path) -> None:
    evil = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "-12.5", "=HYPERLINK(1)"]
    path = write_csv(tmp_path / "l.csv", ["=地址", "地址"], *[[text, text] for text in evil])
    checked(path, index, tmp_path / "out")
    frame = pd.read_csv(tmp_path / "out" / "addresses.csv", dtype=str, keep_default_na=False)
    cells = [*frame.columns, *frame.to_numpy().ravel()]
    assert {cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")} == {"-12.5"}
    book = openpyxl.load_workbook(tmp_path / "out" / "addresses.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_data_of_persons_leaves_every_output(tmp_path: Path, index: Path) -> None:
    header = ["姓名", "身份证号", "联系电话", "备注", "地址"]
    secret = ["张伟", "11010519491231002X", "13800138000"]
    rows = [[*secret, "13900139000", f"{GATE} 13700137000"] for _ in range(6)]
    path = write_csv(tmp_path / "l.csv", header, *rows)
    found, told = checked(path, index, tmp_path / "out")
    assert found.summary["dropped_columns"] == ["姓名", "身份证号", "联系电话", "备注"]
    assert (told[0]["地址"], told[0]["verdict"]) == (f"{GATE} ***", "ok")
    assert codes(found) == ["GT626", "GT629", "GT630"]
    words = b"|".join(item.read_bytes() for item in (tmp_path / "out").iterdir())
    sheet = str(read_sheet(tmp_path / "out" / "addresses.xlsx", 1)).encode()
    for item in (*secret, "13900139000", "13700137000"):
        assert item.encode() not in words
        assert item.encode() not in sheet
    _, kept = checked(path, index, tmp_path / "o2", keep=("备注",))
    assert list(kept[0])[:2] == ["备注", "地址"]


@pytest.mark.parametrize(
    ("column", "personal"),
    [
        *(
            (name, True)
            for name in ("经手人", "承租人", "网格员", "申请人（签字）", "业主姓名", "XM")
        ),
        *((name, False) for name in ("人数", "常住人口", "人民路门牌", "地址", "网格编码", "备注")),
    ],
)
def test_columns_of_persons_by_their_names(column: str, personal: bool) -> None:
    assert PersonalColumns([column], ()).found == ([column] if personal else [])


def test_a_column_that_shows_late_what_it_holds_leaves_every_output(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AddressList.batches, "__defaults__", (6,))
    phones = [f"1390013900{at}" for at in range(7)]
    rows = [[at, "", "", f"{GATE}{at}栋"] for at in range(12)]
    rows += [[12, "", "", GATE], *([at, phone, "", GATE] for at, phone in enumerate(phones, 13))]
    rows += [[at, "", name, GATE] for at, name in enumerate(("张伟", "王芳", "李娜", "刘洋"), 20)]
    rows += [[at, "", name, GATE] for at, name in enumerate(("陈静", "杨敏", "赵磊", "周涛"), 24)]
    path = write_csv(tmp_path / "l.csv", ["序", "甲", "乙", "地址"], *rows)
    found, told = checked(path, index, tmp_path / "out")
    assert found.summary["dropped_columns"] == ["甲", "乙"]
    (finding,) = [item for item in found.findings if item.code == "GT629"]
    assert finding.where == (14, 21)
    assert [row["序"] for row in told] == [str(at) for at in range(28)]
    assert list(told[0])[:2] == ["序", "地址"]
    words = b"|".join(item.read_bytes() for item in (tmp_path / "out").iterdir())
    sheet = str(read_sheet(tmp_path / "out" / "addresses.xlsx", 1)).encode()
    for item in (*phones, "张伟", "赵磊"):
        assert item.encode() not in words + sheet
    kept, told = checked(path, index, tmp_path / "o2", keep=("甲", "乙"))
    assert kept.summary["dropped_columns"] == []
    assert (told[13]["甲"], told[27]["乙"]) == (phones[0], "周涛")


def test_a_phone_in_a_remark_is_hidden(tmp_path: Path, index: Path) -> None:
    remarks = ["先打 13800138000", "11010519491231002X", "", "编号 510302001002001002", "周三"]
    rows = [[remark, GATE, A1] for remark in remarks]
    path = write_csv(tmp_path / "l.csv", ["备注", "地址", "网格编码"], *rows)
    found, told = checked(path, index, tmp_path / "out")
    assert [row["备注"] for row in told] == ["先打 ***", "***", "", remarks[3], "周三"]
    assert {item.code: item.values for item in found.findings}["GT630"] == {"count": 2}
    _, told = checked(path, index, tmp_path / "o2", keep=("备注",))
    assert [row["备注"] for row in told] == remarks


def test_repeats_are_found_however_long_the_list(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats_module, "_REMEMBERED", 3)
    monkeypatch.setattr(repeats_module, "_BUFFER", 4)
    rows = [[f"{GATE}{at % 40}栋"] for at in (0, 1, 2, 1, *range(3, 40), 2, *range(45, 40, -1))]
    path = write_csv(tmp_path / "l.csv", ["地址"], *rows, [""], [""])
    found, _ = checked(path, index, tmp_path / "out")
    (finding,) = [item for item in found.findings if item.code == "GT626"]
    assert (finding.values["count"], finding.where) == (7, (4, 42, 43, 44, 45, 46, 47))


# -- the list as a whole ---------------------------------------------------------------------


@pytest.fixture
def points(index: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the buildings that are told by text, in metres and in degrees."""
    from gridtool.addresses import Placer

    xy = np.array([(EAST + x, NORTH + y) for _, _, x, y in BUILDINGS])
    with Gazetteer(index) as held:
        return xy, Placer(held.crs, held.bounds).to_degrees(xy)


# by claims a shift shows only where it leads out of the grid
@pytest.mark.parametrize(
    ("shift", "system", "by"),
    [(to_gcj02, "GCJ-02", "text"), (to_bd09, "BD-09", "text"), (to_bd09, "BD-09", "claim")],
)
def test_a_list_in_web_map_coordinates_is_found_out(
    shift, system: str, by: str, points, tmp_path: Path, index: Path
) -> None:
    metres, degrees = points
    lon, lat = shift(*degrees.T)
    grid = [(A1, A2, B1, V1)[int((x - EAST) // 1000)] for x in metres[:, 0]]
    texts = [text if by == "text" else "" for _, text, _, _ in BUILDINGS]
    rows = [list(row) for row in zip(texts, grid, lon, lat, strict=True)] * 3
    path = write_csv(tmp_path / "l.csv", ["地址", "网格编码", "经度", "纬度"], *rows)
    found, _ = checked(path, index, tmp_path / "out")
    (shifted,) = [item for item in found.findings if item.code == "GT620"]
    assert shifted.values["system"] == system
    assert shifted.values["after"] > shifted.values["before"] + 0.25
    mended, told = checked(path, index, tmp_path / "o2", system=shifted.values["option"])
    assert "GT620" not in codes(mended)
    right = [row["verdict"] for row in told if row["verdict"] != "ambiguous"]
    assert set(right) == {"ok"}


def test_a_list_off_by_one_vector_is_found_out(points, tmp_path: Path, index: Path) -> None:
    metres, _ = points
    rows = [
        [text, x + 130, y - 60] for (_, text, _, _), (x, y) in zip(BUILDINGS, metres, strict=True)
    ]
    path = write_csv(tmp_path / "l.csv", ["地址", "x", "y"], *rows * 3)
    found, _ = checked(path, index, tmp_path / "out")
    (shifted,) = [item for item in found.findings if item.code == "GT621"]
    assert shifted.values["metres"] == pytest.approx(np.hypot(130, 60), abs=1)


def test_a_list_that_lies_right_says_nothing(points, tmp_path: Path, index: Path) -> None:
    metres, _ = points
    rows = [[text, x, y] for (_, text, _, _), (x, y) in zip(BUILDINGS, metres, strict=True)]
    path = write_csv(tmp_path / "l.csv", ["地址", "x", "y"], *rows * 3)
    assert codes(checked(path, index, tmp_path / "out")[0]) == ["GT626"]


def test_a_long_list_fills_the_sheet_with_what_needs_a_person(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs_module, "SHEET_ROWS", 3)
    rows = [[at, GATE if at % 2 else "无"] for at in range(10)]
    path = write_csv(tmp_path / "l.csv", ["id", "地址"], *rows)
    found, told = checked(path, index, tmp_path / "out")
    assert len(told) == 10
    sheet = read_sheet(tmp_path / "out" / "addresses.xlsx", 1)[1:]
    assert [row[0] for row in sheet] == ["0", "1", "2", "4", "6", "8"]
    assert found.findings[-1].values == {"count": 4, "unsure": 0}
    assert codes(found)[-1] == "GT632"
    # a sheet that is full to its last row
    monkeypatch.setattr(outputs_module, "MOST_ROWS", 5)
    found, told = checked(path, index, tmp_path / "o2")
    sheet = read_sheet(tmp_path / "o2" / "addresses.xlsx", 1)[1:]
    assert [row[0] for row in sheet] == ["0", "1", "2", "4", "6"]
    assert (len(told), found.findings[-1].values) == (10, {"count": 5, "unsure": 1})


def test_batches_do_not_matter(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whereabouts_module, "_MANY", 150)
    rows = [[text, EAST + x, NORTH + y] for _, text, x, y in BUILDINGS] * 20
    path = write_csv(tmp_path / "l.csv", ["地址", "x", "y"], *rows)
    _, whole = checked(path, index, tmp_path / "out")
    batches = AddressList.batches
    monkeypatch.setattr(AddressList, "batches", lambda self: batches(self, 70))
    _, parts = checked(path, index, tmp_path / "o2")
    assert whole == parts


def test_what_stands_there_is_kept(tmp_path: Path, index: Path) -> None:
    path = write_csv(tmp_path / "l.csv", ["地址"], [GATE])
    checked(path, index, tmp_path / "out")
    with Gazetteer(index) as held, pytest.raises(OutputError, match="GT042"):
        check_list(path, held, tmp_path / "out", Options(), version="test")


def test_letters_of_columns() -> None:
    assert [column_letters(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


# -- planted errors --------------------------------------------------------------------------


def test_two_thousand_planted_queries(sample, division: Division, tmp_path: Path) -> None:
    division.write(tmp_path / "division")
    made = tmp_path / "division" / "grids.gpkg"
    sample["buildings"].to_file(tmp_path / "b.gpkg", layer="buildings")
    tied = division.buildings.reset_index().set_index("building_id")["grid_code"]
    names = dict(zip(division.grids["grid_code"], division.grids["community_name"], strict=True))
    planter = Planter(sample["buildings"], division.grids, tied.to_dict(), names)
    asked = pd.DataFrame(planter.queries(2000))
    table = asked[["address", "x", "y"]].assign(网格编码=asked["claim"])
    table.to_csv(tmp_path / "list.csv", index=False)
    sources = Sources(made, tmp_path / "b.gpkg")
    check_addresses(tmp_path / "list.csv", tmp_path / "out", sources=sources)
    got = pd.DataFrame(read_csv(tmp_path / "out" / "addresses.csv"))
    verdict, right = got["verdict"], got["grid_code"] == asked["grid"]
    # a misspelt name may be told or not, but never wrongly
    plain = asked["kind"] != "typo"
    agree = (verdict == asked["expected"])[plain]
    assert agree.mean() >= 0.995, pd.crosstab(asked["expected"][plain], verdict[plain])
    claimed = asked["claim"] == asked["grid"]
    for name, true in (("ok", right & claimed), ("claim_wrong", right & ~claimed)):
        said = verdict == name
        assert said.sum() > 250
        assert true[said].mean() >= 0.995


# -- the command line ------------------------------------------------------------------------


def test_check_says_how_many_are_what(tmp_path: Path, index: Path) -> None:
    path = write_csv(tmp_path / "l.csv", ["地址", "网格编码"], [GATE, A1], [GATE, A2], ["", ""])
    result = run("check", path, "--index", index, "-o", tmp_path / "out", "--lang", "zh")
    assert result.exit_code == 1, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["结论", "行数", "占比"]
    assert lines[1].split() == ["一致", "1", "33.3%"]
    assert "510302001002 高山井社区           一致 1 · 所填网格有误 1" in lines
    assert f"已写出 {tmp_path / 'out' / 'addresses.xlsx'}" in lines
    again = run("check", path, "--index", index, "-o", tmp_path / "out", "--lang", "en")
    assert again.exit_code == 15
    assert again.stderr.startswith("GT042")


def test_check_without_index_and_with_options(tmp_path: Path, index: Path) -> None:
    path = write_csv(tmp_path / "l.csv", ["LXDZ", "claimed"], [GATE, A1])
    words = ["check", path, "--grids", index.parent / "grids.gpkg", "--buildings"]
    words += [index.parent / "b.gpkg", "-o", tmp_path / "out", "--map", "address=LXDZ"]
    result = run(*words, "--claim", "claimed", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["verdicts"]["ok"] == 1
    assert [Path(item).name for item in told["files"]] == [
        *("addresses.xlsx", "addresses.csv", "addresses.gpkg", "summary.json"),
    ]


@pytest.mark.parametrize(
    ("words", "message", "code"),
    [
        (["--coords", "wgs84"], "gcj02 | bd09", 2),
        (["--map", "address"], "COLUMN=SOURCE", 2),
        (["--map", "nothing=x"], "address_id, address", 2),
        (["--crs", "EPSG:1"], "GT054", 16),
        (["--grids", "g.gpkg"], "GT605", 16),
        (["--claim", "none"], "GT603", 12),
    ],
)
def test_wrong_options(words, message: str, code: int, tmp_path: Path, index: Path) -> None:
    path = write_csv(tmp_path / "l.csv", ["地址"], [GATE])
    result = run("check", path, "--index", index, "-o", tmp_path / "out", "--lang", "en", *words)
    assert (result.exit_code, message in result.stderr) == (code, True), result.output
    assert not (tmp_path / "out").exists()


def test_find_answers_with_grid_facts_and_link(index: Path) -> None:
    result = run("find", "汇盐大道200号", "--index", index, "--lang", "zh")
    assert result.exit_code == 0, result.output
    lines = [line.split(maxsplit=1) for line in result.stdout.splitlines() if line]
    told = {line[0]: line[1] for line in lines if len(line) == 2}
    assert told["网格"] == f"{A1} 高山井社区第一网格"
    assert told["户数"] == "400"
    assert told["地图"].startswith("geo:29.3")


def test_find_gives_candidates_when_it_is_not_sure(index: Path) -> None:
    result = run("find", "檀香街49号", "--index", index, "--json")
    assert result.exit_code == 1
    (told,) = json.loads(result.stdout)
    assert (told["verdict"], told["map"]) == ("ambiguous", None)
    assert [grid["code"] for grid in told["grids"]] == [A1, B1]


def test_find_asks_for_addresses(index: Path) -> None:
    result = run("find", "--index", index, "--lang", "en", input="汇盐大道200号\n\n檀香街49号\n")
    assert [line for line in result.stdout.splitlines() if line.endswith("]")] == [
        "汇盐大道200号  [ok]",
        "檀香街49号  [ambiguous]",
    ]


def test_parse_prints_the_parts(index: Path) -> None:
    result = run("parse", "自流井区高山井居委会汇盐大道十二号附3号", "--json")
    (told,) = json.loads(result.stdout)
    assert told["codes"] == ["510302001002"]
    assert told["parts"]["town"] == "五星街街道"
    assert (told["parts"]["number"], told["parts"]["sub"]) == ("12", "3")
    assert told["normal_form"] == "四川省自贡市自流井区五星街街道高山井社区汇盐大道12号附3号"
    shown = run("parse", "盐都家园2幢", "--index", index, "--lang", "zh").stdout
    assert "小区                 盐都家园" in shown


def test_index_makes_what_check_opens(tmp_path: Path, index: Path) -> None:
    words = ["--grids", index.parent / "grids.gpkg", "--buildings", index.parent / "b.gpkg"]
    result = run("index", *words, "-o", tmp_path / "index", "--lang", "en")
    assert result.stdout == f"10 addresses → {tmp_path / 'index'}\n"
    assert sorted(item.name for item in (tmp_path / "index").iterdir()) == [
        *("gazetteer.sqlite", "grids.dat", "grids.idx"),
    ]


@pytest.mark.parametrize(
    ("x", "y", "loaded"),
    [("", "", set()), (EAST + 200, NORTH + 500, {"numpy", "rtree", "shapely"})],
)
def test_a_check_starts_without_anything_heavy(
    x: object, y: object, loaded: set[str], tmp_path: Path, index: Path
) -> None:
    path = write_csv(tmp_path / "l.csv", ["地址", "x", "y"], [GATE, x, y])
    code = (
        "import sys; from typer.testing import CliRunner; from gridtool.cli import app; "
        f"r = CliRunner().invoke(app, ['address', 'check', {str(path)!r}, '--index', "
        f"{str(index)!r}, '-o', {str(tmp_path / 'out')!r}, '-q']); "
        "assert r.exit_code == 0, r.output; "
        "print(sorted({'geopandas', 'numba', 'pandas', 'rich', 'pyogrio', 'openpyxl', 'pyproj', "
        "'shapely', 'rtree', 'numpy', 'fiona', 'urllib.request', 'gridtool.cli.partition'} "
        "& set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "GRIDTOOL_LANG": "en"},
    )
    assert done.stdout.strip() == str(sorted(loaded))
