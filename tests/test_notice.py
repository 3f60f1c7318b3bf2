"""Public notices of Art. 21: roster, service items, wording, posters; gridtool notice and map."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from docx import Document
from shapely import Polygon, box
from typer.testing import CliRunner, Result

from gridtool.cli import app
from gridtool.errors import ColumnError, DataError, InputError
from gridtool.notice import (
    PER_COMMUNITY,
    PER_GRID,
    SERVICES,
    TEMPLATE,
    Wording,
    check_roster,
    read_roster,
    read_services,
    write_notices,
)
from gridtool.pipeline import Division
from gridtool.sheets import docx_bytes, new_document

SAMPLE = Path(__file__).parents[1] / "sample_data" / "county.gpkg"
HOME, OTHER = "510302001003", "510302001005"
# nobody has these: the names are made up, the numbers not given out
PEOPLE = {
    "worker": "欧阳甲乙",
    "second": "司徒丙丁",
    "phone": "13900000001",
    "other": "0813-0000002",
}


def run(*words: object, lang: str = "en") -> Result:
    result = CliRunner().invoke(app, [*map(str, words)], env={"GRIDTOOL_LANG": lang})
    assert "Traceback" not in result.output
    assert "GT000" not in result.stderr, result.stderr
    return result


def pdf_text(path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed")
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def docx_text(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.fixture
def grids() -> gpd.GeoDataFrame:
    """Return two grids of one community and one of another."""
    data = {
        "grid_code": [f"{HOME}001", f"{HOME}002", f"{OTHER}001"],
        "grid_name": ["第一网格", "某商场", "第一网格"],
        "grid_full_name": ["甲社区第一网格", "甲社区某商场", "乙/社区第一网格"],
        "grid_kind": ["base", "dedicated", "base"],
        "community_code": [HOME, HOME, OTHER],
        "community_name": ["甲社区", "甲社区", "乙/社区"],
        "town_code": ["510302001"] * 3,
        "county_code": ["510302"] * 3,
        "households": [400, 0, 350],
        "persons": [1100, 0, 900],
        "size_rule": ["in_range", "dedicated", "in_range"],
        "bounds_text": ["东至甲路，南至乙路，西至丙路，北至丁河", "东至甲路", ""],
        "included_units": ["某小区", "", ""],
    }
    shapes = [box(0, 0, 200, 200), box(200, 0, 300, 200), box(0, 200, 300, 400)]
    return gpd.GeoDataFrame(data, geometry=shapes, crs="EPSG:4544")


def roster(*rows: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["grid_code", "worker", "phone", "duty"])


# -- the roster ------------------------------------------------------------------------------


def test_a_roster_is_read_as_offices_keep_it(tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    rows = {
        "序号": [1, 2, 3],
        "网格编码": [f"{HOME}001", f"{HOME}002", None],
        "姓名": [" 张三 ", "李四", None],
        "手机号": [13900000001, "0813-0000002", None],
    }
    pd.DataFrame(rows).to_excel(path, index=False)
    found = read_roster(path)
    assert found.to_dict("list") == {
        "grid_code": [f"{HOME}001", f"{HOME}002"],
        "duty": ["", ""],
        "worker": ["张三", "李四"],
        "phone": ["13900000001", "0813-0000002"],
    }


def test_a_roster_that_lacks_a_column_or_lost_digits(tmp_path: Path) -> None:
    path = tmp_path / "workers.csv"
    path.write_text("网格编码,姓名\n1,张三\n", encoding="gb18030")
    with pytest.raises(ColumnError, match=r"GT099 .*phone.*联系电话"):
        read_roster(path)
    wide = tmp_path / "workers.xlsx"
    table = {"grid_code": [5.10302001003001e17], "worker": ["张三"], "phone": ["1"]}
    pd.DataFrame(table).to_excel(wide, index=False)
    with pytest.raises(DataError, match="GT306"):
        read_roster(wide)
    with pytest.raises(InputError, match="GT001"):
        read_roster(tmp_path / "absent.xlsx")


def test_what_is_wrong_with_a_roster(grids: gpd.GeoDataFrame) -> None:
    people = roster(
        (f"{HOME}001", "张三", "139 0000 0001", ""),
        (f"{HOME}001", "李四", "13900000002", ""),
        (f"{HOME}002", "张三", "13900000001", ""),
        (f"{HOME}002", "", "12", "兼职"),
    )
    found = [
        (item.code, item.where, {key: item.values[key] for key in sorted(item.values)})
        for item in check_roster(people, grids, name="workers.xlsx")
    ]
    assert found == [
        ("GT748", (), {"codes": f"{OTHER}001", "count": 1}),
        ("GT749", (0, 1), {"code": f"{HOME}001", "count": 2}),
        ("GT750", (0, 2), {"codes": f"{HOME}001, {HOME}002", "count": 2}),
        ("GT751", (3,), {"what_en": "worker", "what_zh": "网格员姓名"}),
        ("GT752", (3,), {}),
    ]


@pytest.mark.parametrize(
    ("phone", "is_fine"),
    [
        ("13900000001", True),
        ("+86 139-0000-0001", True),
        ("（0813）8200001", True),
        ("0813-8200001、13900000001", True),
        ("110", True),
        ("4000000001", True),
        ("1390000000", False),
        ("23900000001", False),
        ("见公告", False),
    ],
)
def test_phones(grids: gpd.GeoDataFrame, phone: str, is_fine: bool) -> None:
    people = roster(*((code, f"某{code}", phone, "") for code in grids["grid_code"]))
    found = check_roster(people, grids, name="x")
    assert [item.code for item in found] == ([] if is_fine else ["GT752"] * 3)


def test_full_time_and_part_time_in_one_grid_are_meant(grids: gpd.GeoDataFrame) -> None:
    people = roster(
        (f"{HOME}001", "张三", "13900000001", "专职"), (f"{HOME}001", "李四", "13900000002", "兼职")
    )
    assert check_roster(people, grids.iloc[:1], name="x") == []


def test_codes_no_grid_has_are_refused(grids: gpd.GeoDataFrame) -> None:
    people = roster((f"{HOME}001", "甲", "110", ""), (f"{HOME}009", "乙", "110", ""))
    with pytest.raises(DataError, match=rf"GT737 .*{HOME}009 · workers.xlsx\[1\]") as told:
        check_roster(people, grids, name="workers.xlsx")
    assert told.value.exit_code == 14


# -- service items ---------------------------------------------------------------------------


def test_service_items_are_lines_without_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "items.txt"
    text = "1. 宣传政策\n\n（二）调处矛盾\n三、提供服务\n- 采集信息\n12345热线转办\n"
    for encoding in ("utf-8-sig", "gb18030"):
        path.write_text(text, encoding=encoding)
        assert read_services(path) == (
            *("宣传政策", "调处矛盾", "提供服务", "采集信息", "12345热线转办"),
        )


@pytest.mark.parametrize("content", [b"", b"\n \n", b"PK\x03\x04\x00\x00", b"\xff\xff\xff"])
def test_service_items_that_are_no_text(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "items.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match="GT738 the file of service items"):
        read_services(path)
    with pytest.raises(InputError, match="GT001"):
        read_services(tmp_path / "absent.txt")


# -- wording ---------------------------------------------------------------------------------


def test_a_notice_for_each_community(grids: gpd.GeoDataFrame) -> None:
    people = roster(
        (f"{HOME}001", "张三", "13900000001", "专职"), (f"{HOME}001", "李四", "13900000002", "")
    )
    names = {"510302": "自流井区", "510302001": "五星街街道"}
    notices = list(write_notices(grids, people, Wording(), per=PER_COMMUNITY, names=names))
    assert [(item.community, item.grid, item.stem) for item in notices] == [
        (HOME, "", f"{HOME}_甲社区"),
        (OTHER, "", f"{OTHER}_乙_社区"),
    ]
    values = notices[0].values
    assert (values["place"], values["title"]) == ("自流井区五星街街道", "甲社区网格服务公示")
    assert values["issuer"] == "五星街街道办事处"
    assert values["services"] == list(SERVICES)
    first, second = values["grids"]
    assert (first["names"], first["phones"]) == ("张三（专职）\n李四", "13900000001\n13900000002")
    assert first["bounds"] == "东至甲路，南至乙路，西至丙路，北至丁河"
    assert (second["kind"], second["workers"]) == ("专属网格", [])


def test_a_notice_for_each_grid(grids: gpd.GeoDataFrame) -> None:
    notices = list(
        write_notices(
            grids, roster(), Wording(issuer="某镇"), per=PER_GRID, names={"510302001": "某镇"}
        )
    )
    assert [(item.grid, item.values["title"]) for item in notices] == [
        (f"{HOME}001", "甲社区第一网格服务公示"),
        (f"{HOME}002", "甲社区某商场网格服务公示"),
        (f"{OTHER}001", "乙/社区第一网格服务公示"),
    ]
    assert all(len(item.values["grids"]) == 1 for item in notices)


def test_a_township_posts_as_a_government(grids: gpd.GeoDataFrame) -> None:
    for names, office in (({"510302001": "仲权镇"}, "仲权镇人民政府"), ({}, "")):
        notice = next(write_notices(grids, roster(), Wording(), per=PER_GRID, names=names))
        assert notice.values["issuer"] == office


# -- the commands ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def county(division: Division, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample county's grids as they are written."""
    return division.write(tmp_path_factory.mktemp("county"))[0]


@pytest.fixture
def workers(division: Division, tmp_path: Path) -> Path:
    """Return a roster of all grids but one."""
    own = division.grids[division.grids["community_code"] == HOME]["grid_code"]
    table = pd.DataFrame({"网格编码": own.iloc[1:], "姓名": "", "电话": "110", "专兼职": "专职"})
    table["姓名"] = [f"网格员{at}" for at in range(len(table))]
    table.iloc[0, 1:3] = PEOPLE["worker"], PEOPLE["phone"]
    more = {**table.iloc[0].to_dict(), "姓名": PEOPLE["second"], "电话": PEOPLE["other"]}
    table = pd.concat([table, pd.DataFrame([{**more, "专兼职": "兼职"}])])
    path = tmp_path / "workers.xlsx"
    table.to_excel(path, index=False)
    return path


def notice(county: Path, workers: Path, out: Path, *words: object, lang: str = "en") -> Result:
    given = ("notice", county, "--roster", workers, "--input", SAMPLE, "-o", out)
    return run(*given, "--community", HOME, *words, lang=lang)


def test_posters_of_a_community(county: Path, workers: Path, tmp_path: Path) -> None:
    out = tmp_path / "notices"
    result = notice(county, workers, out, "--hotline", "0813-0000000", "--date", "2026-03-01")
    assert result.exit_code == 1
    assert f"GT748 workers.xlsx: 1 grids have no worker: {HOME}001" in result.stdout
    assert sorted(path.name for path in out.iterdir()) == [
        f"{HOME}_天花井社区.docx",
        f"{HOME}_天花井社区.pdf",
    ]
    told = (
        *("天花井社区网格服务公示", "自流井区五星街街道", "第七网格", "东至"),
        *(PEOPLE["worker"], PEOPLE["second"], PEOPLE["phone"], PEOPLE["other"]),
        *("提供便民服务", "第二十一条公示", "五星街街道办事处（盖章）", "0813-0000000"),
    )
    document = docx_text((out / f"{HOME}_天花井社区.docx").read_bytes())
    for word in (*told, "2026年3月1日"):
        assert word in document
    text = re.sub(r"[ \n]+", "", pdf_text(out / f"{HOME}_天花井社区.pdf"))
    for word in (*told, "比例尺1:", "2026年3月1日", "盐兴街"):
        assert word.replace(" ", "") in text
    # one page, and no second
    assert pdf_text(out / f"{HOME}_天花井社区.pdf").count("\f") == 1


def test_posters_are_the_same_bytes_each_time(county: Path, workers: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for out in (first, second):
        notice(county, workers, out, "-q")
    names = sorted(path.name for path in first.iterdir())
    assert [(first / name).read_bytes() for name in names] == [
        (second / name).read_bytes() for name in names
    ]


def test_workers_are_printed_and_told_nowhere_else(
    county: Path, workers: Path, tmp_path: Path
) -> None:
    before = county.read_bytes()
    results = [
        notice(county, workers, tmp_path / "n", "--json", "-v"),
        notice(county, workers, tmp_path / "n", "-v"),
        notice(county, workers, tmp_path / "n", "-v", "--overwrite"),
    ]
    bad = pd.read_excel(workers, dtype=str)
    bad.loc[1, "网格编码"] = "9"
    bad.to_excel(workers, index=False)
    results.append(notice(county, workers, tmp_path / "m", "-v"))
    assert [result.exit_code for result in results] == [1, 15, 1, 14]
    for result in results:
        for secret in PEOPLE.values():
            assert secret not in result.output
            assert secret not in result.stderr
    assert county.read_bytes() == before
    assert json.loads(results[0].stdout)["findings"][0]["code"] == "GT748"
    with sqlite3.connect(county) as database:
        columns = {row[1] for row in database.execute("PRAGMA table_info(grids)")}
    assert not {"worker", "phone", "网格员", "联系电话"} & columns


def test_one_poster_for_each_grid(county: Path, tmp_path: Path) -> None:
    people, out = tmp_path / "workers.csv", tmp_path / "n"
    rows = roster(*((f"510302002012{at:03d}", f"某{at}", "110", "") for at in (1, 2)))
    rows.to_csv(people, index=False)
    given = ("--roster", people, "--community", "解放桥社区", "--per", "grid", "--paper", "A2")
    result = run("notice", county, *given, "--input", SAMPLE, "-o", out, "--format", "pdf")
    assert (result.exit_code, len(list(out.iterdir()))) == (0, 2)
    text = re.sub(r"[ \n]+", "", pdf_text(out / "510302002012001_解放桥社区第一网格.pdf"))
    for word in ("解放桥社区第一网格服务公示", "510302002012001", "某1", "本网格", "东至"):
        assert word in text


def test_an_office_template_and_services_of_its_own(
    county: Path, workers: Path, tmp_path: Path
) -> None:
    template, items, out = tmp_path / "own.docx", tmp_path / "items.txt", tmp_path / "n"
    document = new_document("A3")
    document.add_paragraph("{{ title }}：{{ services|join('；') }}")
    template.write_bytes(docx_bytes(document))
    items.write_text("1. 一项\n2. 二项\n", encoding="utf-8")
    given = ("--template", template, "--services", items, "--format", "docx")
    notice(county, workers, out, *given)
    assert docx_text(next(out.iterdir()).read_bytes()) == "天花井社区网格服务公示：一项；二项"
    document.add_paragraph("{{ mayor }}")
    template.write_bytes(docx_bytes(document))
    refused = notice(county, workers, tmp_path / "m", *given)
    assert refused.exit_code == 11
    assert "GT732" in refused.stderr
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("words", "exit_code", "text"),
    [
        (("--per", "town"), 16, "GT046 a wrong argument: --per town: community | grid"),
        (("--format", "odt"), 16, "GT735"),
        (("--paper", "A9"), 16, "GT734"),
        (("--date", "1.3.2026"), 16, "GT046 a wrong argument: --date 1.3.2026: YYYY-MM-DD"),
        (("--community", "无此社区"), 14, "GT736 the grids have no community 无此社区"),
        (("--services", "absent.txt"), 11, "GT001"),
    ],
)
def test_wrong_options_are_told(
    county: Path, workers: Path, tmp_path: Path, words: tuple[str, ...], exit_code: int, text: str
) -> None:
    result = notice(county, workers, tmp_path / "n", *words)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert text in result.stderr
    assert not (tmp_path / "n").exists()


def test_a_layer_from_elsewhere_has_what_a_notice_needs(
    grids: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    source, people = tmp_path / "grids.gpkg", tmp_path / "workers.csv"
    # in degrees, without bounds, and without roads or buildings beside it
    grids.drop(columns="bounds_text").to_crs(4490).to_file(source, layer="grids")
    rows = roster(*((code, f"某{code}", "110", "") for code in grids["grid_code"]))
    rows.to_csv(people, index=False)
    result = run("notice", source, "--roster", people, "-o", tmp_path / "n", "--format", "pdf")
    assert result.exit_code == 1
    assert "GT753 grids.gpkg: 3 grids have no bounds in words" in result.stdout
    assert "GT747 roads: there are no roads: the map shows grids alone" in result.stdout
    assert len(list((tmp_path / "n").iterdir())) == 2
    grids.drop(columns="size_rule").to_file(source, layer="grids", mode="w")
    refused = run("map", source, "-o", tmp_path / "map.pdf")
    assert refused.exit_code == ColumnError.exit_code
    assert "GT099" in refused.stderr


def test_a_map_of_a_community(county: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.pdf"
    given = ("map", county, "--input", SAMPLE, "-o", out, "--community", "天花井社区")
    result = run(*given, "--date", "2026-03-01", lang="zh")
    assert (result.exit_code, result.stdout) == (0, f"已写出 {out}\n")
    first = out.read_bytes()
    text = pdf_text(out)
    for word in ("自流井区五星街街道天花井社区网格图", "grids.gpkg，第 1 版", "2026-03-01", "图例"):
        assert word.replace(" ", "") in re.sub(r"[ \n]+", "", text)
    kept = run(*given)
    assert (kept.exit_code, kept.stdout) == (15, "")
    assert "GT042" in kept.stderr
    run(*given, "--date", "2026-03-01", "--overwrite", lang="zh")
    assert out.read_bytes() == first


@pytest.mark.parametrize("name", ["map.png", "map.svg", "map.pdf"])
def test_a_map_of_the_county(county: Path, tmp_path: Path, name: str) -> None:
    given = ("--paper", "A3", "--portrait", "--fill", "grid", "--dpi", 60, "--json")
    result = run("map", county, "-o", tmp_path / name, *given)
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["written"] == [str(tmp_path / name)]
    assert [item["code"] for item in told["findings"]] == ["GT747"]


def test_wrong_options_of_a_map(county: Path, tmp_path: Path) -> None:
    for words, text in (
        (("-o", tmp_path / "map.jpg"), "GT735 a picture cannot be written as .jpg"),
        (("-o", tmp_path / "map.pdf", "--fill", "red"), "--fill red: grid | size_rule"),
        (("-o", tmp_path / "map.pdf", "--paper", "B5"), "GT734 there is no paper B5"),
    ):
        result = run("map", county, *words)
        assert (result.exit_code, result.stdout) == (16, "")
        assert text in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_character_that_would_be_a_box_is_told(grids: gpd.GeoDataFrame, tmp_path: Path) -> None:
    source = tmp_path / "grids.gpkg"
    grids.assign(grid_full_name=["𡌶村", "乙", "丙"]).to_file(source, layer="grids")
    result = run("map", source, "-o", tmp_path / "map.svg", "-v")
    assert result.exit_code == 1
    assert f"GT745 grids.gpkg[{HOME}001]: the printing font lacks: 𡌶" in result.stdout


def test_broken_shapes_from_elsewhere_are_drawn(grids: gpd.GeoDataFrame, tmp_path: Path) -> None:
    bow = Polygon([(0, 0), (200, 200), (200, 0), (0, 200)])
    line = Polygon([(0, 0), (100, 0), (200, 0)])
    source = tmp_path / "grids.gpkg"
    grids.set_geometry([bow, line, box(0, 200, 300, 400)], crs=grids.crs).to_file(
        source, layer="grids"
    )
    barriers = gpd.GeoDataFrame({"name": ["某湖"]}, geometry=[bow], crs=grids.crs)
    barriers.to_file(tmp_path / "lakes.gpkg", layer="barriers")
    given = ("map", source, "--barriers", tmp_path / "lakes.gpkg", "-o", tmp_path / "map.pdf")
    for words in ((), ("--community", HOME, "--overwrite")):
        assert run(*given, *words).exit_code == 0
    assert "某商场" in pdf_text(tmp_path / "map.pdf")


def test_the_shipped_template_is_what_its_script_makes() -> None:
    import runpy

    docs = Path(__file__).parents[1] / "docs"
    made = runpy.run_path(str(docs / "notice_template.py"))["build"]()
    assert made == TEMPLATE.read_bytes(), "run: python docs/notice_template.py"
