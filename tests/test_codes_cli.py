"""``gridtool code`` through real files."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from builders import CRS, buildings, square
from shapely import box
from typer.testing import CliRunner, Result

from gridtool.cli import app
from gridtool.codes import shipped_table

HOME = "510302001002"
COUNTY = "510302"


def run(*words: object, lang: str = "en") -> Result:
    # commands differ in options, so the language comes as the locale does
    result = CliRunner().invoke(app, ["code", *map(str, words)], env={"GRIDTOOL_LANG": lang})
    assert "Traceback" not in result.output
    assert "GT000" not in result.stderr, result.stderr
    return result


def refused(result: Result, exit_code: int, *texts: str) -> None:
    assert result.exit_code == exit_code, (result.stdout, result.stderr)
    for text in texts:
        assert text in result.stderr


def write(path: Path, frame: gpd.GeoDataFrame, layer: str = "grids") -> Path:
    frame.to_file(path, layer=layer, driver="GPKG")
    return path


def layer(*shapes: object, **more: object) -> gpd.GeoDataFrame:
    data = {"community_code": [HOME] * len(shapes), "grid_kind": "base", **more}
    return gpd.GeoDataFrame(data, geometry=list(shapes), crs=CRS)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "510302.ledger"
    assert run("ledger", path, "--new", COUNTY).exit_code == 0
    return path


def test_schemes_are_listed_with_their_status() -> None:
    text = run("schemes").stdout
    assert text.splitlines()[0].startswith("grid15 ")
    assert "beijing_db11_2157  Beijing DB11/T 2157-2023 unit grid code [verified, issue]" in text
    assert "[unverified, import]" in text
    assert "已核" in run("schemes", lang="zh").stdout
    one = run("schemes", "cjt349_20").stdout
    assert "read: 5.7: counted within a community; 00 where it is not divided" in one
    data = json.loads(run("schemes", "--json").stdout)
    assert len(data) == 7
    assert all(item["segments"] for item in data)
    refused(run("schemes", "grid99"), 16, "GT045", "grid15")


def test_explain_names_everything() -> None:
    result = run("explain", f"{HOME}003")
    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines()] == [
        [f"{HOME}003", "grid15", "(also", "grid15_z,", "gbt30428_15)"],
        ["province", "51", "四川省"],
        ["city", "5103", "自贡市"],
        ["county", "510302", "自流井区"],
        ["town", "510302001", "五星街街道"],
        ["community", HOME, "高山井社区居民委员会"],
        ["serial", "003", "第三网格"],
        ["kind", "not", "told", "by", "the", "code"],
    ]
    assert "专属网格" in run("explain", f"{HOME}003Z", lang="zh").stdout
    bad = run("explain", "nonsense", "510302001999")
    assert bad.exit_code == 1
    assert "follows no scheme" in bad.stdout
    assert "not in the code table" in bad.stdout
    told = json.loads(run("explain", HOME, "--json").stdout)
    assert told[0]["areas"]["town"] == ["510302001", "五星街街道"]


def test_explain_takes_all_987_communities_of_zigong() -> None:
    codes = shipped_table().frame()["code"]
    codes = codes[~codes.str.endswith("000")]
    result = run("explain", *codes, "--json")
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)) == 987


def test_a_table_of_ones_own_and_its_index(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text(f"code,name\n{HOME},我的社区\n510302001,街道\n510302,区\n", encoding="utf-8")
    assert "我的社区" in run("explain", f"{HOME}001", "--codes", table).stdout
    index = tmp_path / "t.npz"
    made = run("index", table, "-o", index, "--source", "own", "--edition", "2024")
    assert "3 codes, 1 communities" in made.stdout
    assert "我的社区" in run("explain", f"{HOME}001", "--codes", index).stdout
    refused(run("index", table, "-o", index), 15, "GT042")
    refused(run("index", table, "-o", tmp_path / "t.sqlite"), 16, "GT046")
    table.write_text(f"code,name\n{HOME},甲\n{HOME},乙\n", encoding="utf-8")
    refused(run("explain", HOME, "--codes", table), 14, "GT095", "甲 / 乙")
    refused(run("explain", HOME, "--codes", tmp_path / "no.csv"), 11, "GT001")


def test_check_reads_layers_and_tables(tmp_path: Path) -> None:
    good = layer(square(0, 0), square(20, 0), grid_code=[f"{HOME}001", f"{HOME}002"])
    path = write(tmp_path / "good.gpkg", good)
    assert run("check", path).stdout == "2 codes checked\n"
    bad = tmp_path / "bad.csv"
    bad.write_text(f"网格编码\n{HOME}001\n{HOME}001\n51\n", encoding="gb18030")
    result = run("check", bad)
    assert result.exit_code == 1
    assert "! GT301 grids[1]: code 510302001002001 comes 2 times" in result.stdout
    assert "编码" in run("check", bad, lang="zh").stdout
    items = json.loads(run("check", bad, "--json").stdout)
    assert [(item["code"], item["row"]) for item in items] == [("GT301", "1"), ("GT300", "2")]
    assert run("check", path, "--county", "510303").stdout.count("(×2)") == 1
    many = run("check", path, "--county", "510303", "-v").stdout
    assert many.count("GT303") == 2
    refused(run("check", tmp_path / "no.gpkg"), 11, "GT001")
    other = tmp_path / "other.csv"
    other.write_text("a\n1\n", encoding="utf-8")
    refused(run("check", other), 12, "GT099", "grid_code", "网格编码")
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"no database")
    refused(run("check", broken), 11, "GT002")


def test_a_spreadsheet_of_numbers(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path = tmp_path / "codes.xlsx"
    pd.DataFrame({"WGBM": [int(f"{HOME}001")]}).to_excel(path, index=False)
    result = run("check", path)
    assert result.exit_code == 1
    assert "GT306" in result.stdout


def test_assign_gives_codes_to_those_without(tmp_path: Path) -> None:
    raw = layer(
        *(square(20.0 * at, 0) for at in range(3)),
        grid_code=[None, f"{HOME}007", None],
        note=["a", "b", "c"],
    ).to_crs(4490)
    path, out = write(tmp_path / "in.gpkg", raw), tmp_path / "out.gpkg"
    result = run("assign", path, "-o", out)
    assert result.exit_code == 0
    assert result.stdout == f"kept 1, recoded 0, new 2, retired 0 → {out}\n"
    coded = gpd.read_file(out)
    assert coded["grid_code"].tolist() == [f"{HOME}007", f"{HOME}008", f"{HOME}009"]
    assert coded["note"].tolist() == ["b", "a", "c"]
    assert coded["grid_full_name"].tolist()[0] == "高山井社区第七网格"
    assert coded.crs == raw.crs
    # not a digit of a shape has moved
    assert coded.geometry.to_wkb().tolist()[1] == raw.geometry.to_wkb().tolist()[0]
    refused(run("assign", path, "-o", out), 15, "GT042")
    assert run("assign", path, "-o", out, "--overwrite").exit_code == 0


def test_assign_with_options(tmp_path: Path) -> None:
    kinds = ["base", "dedicated"]
    path = write(tmp_path / "in.gpkg", layer(square(0, 0), square(20, 0), grid_kind=kinds))

    def codes(name: str, *words: object) -> list[str]:
        out = tmp_path / name
        assert run("assign", path, "-o", out, *words).exit_code == 0
        return gpd.read_file(out)["grid_code"].tolist()

    assert codes("a.gpkg", "--scheme", "grid15_z") == [f"{HOME}001", f"{HOME}002Z"]
    assert codes("b.gpkg", "--dedicated", "901-999") == [f"{HOME}001", f"{HOME}901"]
    words = ("--scheme", "cjt349_20", "--segment", "object=010100")
    assert codes("c.gpkg", *words) == [f"010100{HOME}01", f"010100{HOME}02"]
    out = tmp_path / "d.gpkg"
    refused(run("assign", path, "-o", out, "--scheme", "cjt349_20"), 16, "GT097", "--segment")
    refused(run("assign", path, "-o", out, "--scheme", "cjt213_14"), 16, "GT097")
    refused(run("assign", path, "-o", out, "--dedicated", "last"), 16, "GT046")
    run("assign", path, "-o", out, "--with-body")
    assert gpd.read_file(out)["grid_full_name"].iloc[0] == "高山井社区居民委员会第一网格"


def test_a_division_refuses_a_scheme_that_issues_no_codes_before_the_work(tmp_path: Path) -> None:
    source = Path(__file__).parents[1] / "sample_data" / "county.gpkg"
    for name in ("cjt213_14", "grid17_micro", "cjt349_20"):
        words = ["partition", source, "-o", tmp_path / "out", "--scheme", name, "--lang", "en"]
        refused(CliRunner().invoke(app, list(map(str, words))), 16, "GT097", name)
    assert not (tmp_path / "out").exists()


def test_nothing_is_reserved_for_an_output_that_cannot_be(tmp_path: Path, ledger: Path) -> None:
    path = write(tmp_path / "in.gpkg", layer(square(0, 0)))
    refused(run("assign", path, "-o", path, "--ledger", ledger), 15, "GT042")
    assert json.loads(run("ledger", ledger, "--json").stdout)["reserved"] == 0


def test_assign_refuses_what_it_cannot_number(tmp_path: Path) -> None:
    out = tmp_path / "out.gpkg"
    table = tmp_path / "t.csv"
    table.write_text(f"community_code\n{HOME}\n", encoding="utf-8")
    refused(run("assign", table, "-o", out), 14, "GT007", "Polygon")
    odd = write(tmp_path / "odd.gpkg", layer(square(0, 0), grid_kind="large"))
    refused(run("assign", odd, "-o", out), 14, "GT099", "large", "base | dedicated")
    twice = layer(square(0, 0), square(20, 0), grid_code=f"{HOME}001")
    refused(run("assign", write(tmp_path / "tw.gpkg", twice), "-o", out), 14, "GT020")
    lost = layer(square(0, 0), square(20, 0), community_code=[HOME, ""])
    refused(run("assign", write(tmp_path / "l.gpkg", lost), "-o", out), 14, "GT099", "12 digits")
    assert not out.exists()


def test_the_grids_in_force_need_nothing_but_their_codes(tmp_path: Path) -> None:
    old = layer(box(0, 0, 100, 100), grid_code=[f"{HOME}001"]).drop(columns="community_code")
    base = write(tmp_path / "base.gpkg", old)
    same = write(tmp_path / "same.gpkg", layer(box(0, 0, 100, 100)))
    assert "kept 1," in run("assign", same, "-o", tmp_path / "a.gpkg", "--base", base).stdout
    moved = layer(box(0, 0, 100, 100), community_code=["510302001003"])
    path = write(tmp_path / "moved.gpkg", moved)
    result = run("assign", path, "-o", tmp_path / "b.gpkg", "--base", base)
    assert "kept 0, recoded 1, new 0, retired 1" in result.stdout
    coded = gpd.read_file(tmp_path / "b.gpkg")
    assert coded[["grid_code", "prev_code"]].to_numpy().tolist() == [
        ["510302001003001", f"{HOME}001"]
    ]


def test_assign_continues_the_grids_in_force(tmp_path: Path, ledger: Path) -> None:
    old = layer(
        box(0, 0, 100, 100),
        box(100, 0, 200, 100),
        grid_code=[f"{HOME}001", f"{HOME}002"],
        grid_name=["第一网格", "第二网格"],
    )
    base = write(tmp_path / "base.gpkg", old)
    new = layer(box(0, 0, 60, 100), box(60, 0, 100, 100), box(100, 0, 200, 100))
    path = write(tmp_path / "new.gpkg", new)
    homes = buildings([square(10, 10), square(70, 10), square(150, 10)], [100, 300, 400])
    where = write(tmp_path / "homes.gpkg", homes, "buildings")
    out = tmp_path / "out.gpkg"
    words = ("assign", path, "-o", out, "--base", base, "--buildings", where)
    # what is in force has to be in the ledger first
    refused(run(*words, "--ledger", ledger), 14, "GT094", "gridtool code record")
    assert run("record", ledger, "issue", "--layer", base).stdout == "2 recorded\n"
    result = run(*words, "--ledger", ledger)
    assert result.stdout == f"kept 2, recoded 0, new 1, retired 0 → {out}\n"
    coded = gpd.read_file(out).set_index("grid_code")
    # the households are in the smaller part
    assert coded.geometry[f"{HOME}001"].area == pytest.approx(4000)
    assert coded.geometry[f"{HOME}003"].area == pytest.approx(6000)
    lineage = pd.read_csv(tmp_path / "out_lineage.csv", dtype=str, encoding="utf-8-sig")
    assert lineage[["old_code", "new_code", "outcome"]].to_numpy().tolist() == [
        [f"{HOME}001", f"{HOME}001", "kept"],
        [f"{HOME}001", f"{HOME}003", "part"],
        [f"{HOME}002", f"{HOME}002", "kept"],
    ]
    assert json.loads(run("ledger", ledger, "--json").stdout)["reserved"] == 1
    # by ground alone the greater part keeps it
    run("assign", path, "-o", tmp_path / "g.gpkg", "--base", base)
    ground = gpd.read_file(tmp_path / "g.gpkg").set_index("grid_code")
    assert ground.geometry[f"{HOME}001"].area == pytest.approx(6000)
    strict = ("--policy", "retire-on-split", "--overwrite")
    assert "kept 1, recoded 0, new 2, retired 1" in run(*words, *strict).stdout
    refused(run(*words, "--policy", "mine", "--overwrite"), 16, "GT046", "keep-majority")


def test_reserve_record_and_history(ledger: Path) -> None:
    assert run("reserve", ledger, HOME, "-n", 2).stdout == f"{HOME}001\n{HOME}002\n"
    assert json.loads(run("reserve", ledger, HOME, "--json").stdout) == [f"{HOME}003"]
    assert run("record", ledger, "issue", f"{HOME}001", "--document", "1号").exit_code == 0
    assert run("record", ledger, "retire", f"{HOME}001").exit_code == 0
    refused(run("record", ledger, "issue", f"{HOME}001"), 14, "GT094", "retired")
    refused(run("record", ledger, "reserve", f"{HOME}009"), 16, "GT046")
    history = run("ledger", ledger, "--history", f"{HOME}001").stdout.splitlines()
    assert [line.split()[2] for line in history] == ["reserve", "issue", "retire"]
    told = run("explain", f"{HOME}001", "--ledger", ledger).stdout.splitlines()
    assert told[-1].split() == ["state", "retired"]
    refused(run("reserve", ledger, "510303001023"), 14, "GT091", "510302")
    head = json.loads(run("ledger", ledger, "--json").stdout)["head"]
    assert run("ledger", ledger, "--noted", head).exit_code == 0
    refused(run("ledger", ledger, "--noted", "0" * 64), 14, "GT092")
    refused(run("ledger", ledger, "--new", COUNTY), 11, "GT093", "it exists")
    refused(run("reserve", ledger.with_name("no"), HOME), 11, "GT093", "--new")


def test_a_space_that_fills_up_is_told_beside_the_codes(ledger: Path) -> None:
    run("record", ledger, "issue", f"{HOME}799")
    result = run("reserve", ledger, HOME)
    assert result.stdout == f"{HOME}800\n"
    assert "80% of the serials" in result.stderr
    refused(run("reserve", ledger, HOME, "-n", 500), 16, "GT090")
    assert run("ledger", ledger).exit_code == 1


def test_editions_from_list_to_layer(tmp_path: Path, ledger: Path) -> None:
    old, new = tmp_path / "2016.csv", tmp_path / "2023.csv"
    old.write_text(
        "code,name\n510302102201,柏林村村委会\n510302102202,白阳村村委会\n", encoding="utf-8"
    )
    new.write_text("code,name\n510302007201,柏林村村民委员会\n", encoding="utf-8")
    walk = tmp_path / "crosswalk.csv"
    result = run("crosswalk", old, new, "-o", walk)
    assert result.exit_code == 1
    assert result.stdout.startswith("2 → 1: ")
    assert walk.read_bytes().startswith(b"\xef\xbb\xbf")
    refused(run("crosswalk", old, new, "-o", walk), 15, "GT042")
    codes = ["510302102201001", "510302102201002", "510302102202001"]
    shapes = [square(20.0 * at, 0) for at in range(3)]
    frame = layer(*shapes, grid_code=codes, community_code=[code[:12] for code in codes])
    source, out = write(tmp_path / "grids.gpkg", frame), tmp_path / "out.gpkg"
    run("record", ledger, "issue", "--layer", source)
    words = ("migrate", source, "--crosswalk", walk, "--codes", new)
    first = run(*words, "-o", out)
    assert first.exit_code == 1
    assert "GT320" in first.stdout
    assert "recoded 0 / 3" in first.stdout
    table = pd.read_csv(walk, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    table.loc[:, "approved"] = "yes"
    table.loc[table["new_code"] == "", "new_code"] = "510302007201"
    table.to_csv(walk, index=False, encoding="utf-8")
    done = run(*words, "-o", out, "--overwrite", "--ledger", ledger, "--document", "换版")
    assert "recoded 3 / 3" in done.stdout
    coded = gpd.read_file(out)
    assert coded["grid_code"].tolist() == [f"510302007201{n:03d}" for n in (1, 2, 3)]
    assert coded["grid_full_name"].tolist()[2] == "柏林村第三网格"
    assert run("check", out, "--codes", new, "--ledger", ledger).stdout == "3 codes checked\n"
    refused(run(*words, "-o", source, "--overwrite"), 16, "GT046")


def test_the_help_answers_and_names_every_command() -> None:
    text = run("--help").stdout
    for name in (
        *("assign", "check", "explain", "reserve", "schemes"),
        *("crosswalk", "migrate", "index", "ledger", "record"),
    ):
        assert f"\n  {name} " in text
        assert run(name, "--help").exit_code == 0
    # no first line is cut
    assert "..." not in text.partition("Commands:")[2]
