"""Code tables, what codes say, and what is wrong with the codes of a layer."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from builders import CRS, square

from gridtool.codes import (
    Ledger,
    check_codes,
    explain_code,
    load_scheme,
    load_table,
    make_table,
    read_tables,
    shipped_table,
)
from gridtool.errors import ColumnError, DataError, InputError

SHARED = Path(__file__).parents[2] / "shared" / "data" / "cn_admin_codes"
needs_lists = pytest.mark.skipif(not SHARED.is_dir(), reason="the national lists are not here")

HOME = "510302001002"


@pytest.fixture(scope="module")
def table():
    return shipped_table()


def write(path: Path, *rows: tuple[object, ...], head: str = "code,name") -> Path:
    lines = [head, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_shipped_table_is_zigong_and_says_where_it_is_from(table) -> None:
    frame = table.frame()
    assert len(frame) == 1 + 1 + 6 + 90 + 987
    assert table.communities == 987
    assert frame["code"].is_monotonic_increasing
    assert set(frame["code"].str[:2]) == {"51"}
    assert table.edition == "2023"
    assert "统计用区划代码" in table.source


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("51", "四川省"), ("5103", "自贡市"), ("510302", "自流井区"), ("510302001", "五星街街道"),
        (HOME, "高山井社区居民委员会"), ("510302001000", "五星街街道"), ("510302001999", None),
        ("520000", None), ("51030200", None), ("abc", None), ("", None),
    ],
)  # fmt: skip
def test_names_of_all_levels(table, code: str, name: str | None) -> None:
    assert table.name(code) == name


def test_many_codes_at_once(table) -> None:
    codes = [
        HOME,
        "510302001999",
        "x",
        "",
        "999999999999",
        "100000000000",
        "５１０３０２００１００２",
    ]
    assert table.has(codes).tolist() == [True, *[False] * 6]


def test_every_code_of_zigong_is_explained(table) -> None:
    frame = table.frame()
    communities = frame[~frame["code"].str.endswith("000")]
    assert len(communities) == 987
    for code, name in communities.itertuples(index=False):
        told = explain_code(code, table)
        assert told.is_known
        assert told.areas["community"] == (code, name)
        grid = explain_code(f"{code}012", table)
        assert (grid.scheme, grid.serial, grid.name) == ("grid15", 12, "第十二网格")
        assert grid.is_known
        assert {level: text for level, (_, text) in grid.areas.items()} == {
            level: text for level, (_, text) in told.areas.items()
        }


def test_tables_of_several_files_formats_and_languages(tmp_path: Path) -> None:
    towns = write(tmp_path / "towns.csv", (510302001, "五星街街道"))
    villages = tmp_path / "村.csv"
    villages.write_bytes(f"统计用区划代码,名称\n{HOME},高山井\n".encode("gb18030"))
    found = read_tables([towns, villages])
    assert found.name(HOME) == "高山井"
    assert found.name("510302001") == "五星街街道"
    assert found.source == "towns.csv, 村.csv"


def test_a_table_from_a_spreadsheet_with_numbers(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path = tmp_path / "t.xlsx"
    pd.DataFrame({"code": [int(HOME)], "name": ["甲"]}).to_excel(path, index=False)
    assert read_tables([path]).name(HOME) == "甲"


def test_codes_with_two_names_are_refused_and_repeats_are_not(tmp_path: Path) -> None:
    rows = [(HOME, "甲"), (HOME, "甲"), ("510302001003", "乙")]
    assert len(read_tables([write(tmp_path / "a.csv", *rows)])) == 2
    with pytest.raises(DataError, match=f"GT095 .* two names for {HOME}: 丙 / 甲"):
        read_tables([write(tmp_path / "b.csv", (HOME, "丙"), *rows)])


@pytest.mark.parametrize("code", ["5.10302E+11", "51030200100", "051030200100", "x", ""])
def test_what_is_no_code_is_refused_by_row(code: str, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", (HOME, "甲"), (code, "乙"))
    with pytest.raises(DataError, match=r"GT096 .* no code of 2, 4, 6, 9 or 12") as caught:
        read_tables([path])
    assert caught.value.rows == (2,)


def test_tables_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="GT001"):
        load_table([tmp_path / "no.csv"])
    with pytest.raises(ColumnError, match=r"GT099 .* name cannot be used: .*\(code, town\)"):
        load_table([write(tmp_path / "t.csv", (HOME, "甲"), head="code,town")])
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(InputError, match="GT002"):
        load_table([broken])
    np.savez(tmp_path / "other.npz", codes=[1])
    with pytest.raises(InputError, match="GT002"):
        load_table([tmp_path / "other.npz"])


def test_a_table_without_a_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("code,name\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"GT006 the layer is empty · codes\.csv"):
        load_table([path])


def test_an_index_holds_what_the_tables_hold(tmp_path: Path, table) -> None:
    path = tmp_path / "zigong.npz"
    table.save(path)
    again = load_table([path])
    pd.testing.assert_frame_equal(again.frame(), table.frame())
    assert (again.source, again.edition) == (table.source, table.edition)


@needs_lists
def test_the_620573_villages_of_2023(tmp_path: Path) -> None:
    names = ["streets_2023.csv", "areas_2023.csv", "cities_2023.csv", "provinces_2023.csv"]
    files = [SHARED / "villages_2023.parquet", *(SHARED / name for name in names)]
    pytest.importorskip("pyarrow")
    read_tables(files, edition="2023").save(tmp_path / "china.npz")
    held = load_table([tmp_path / "china.npz"])
    # 350527000000 金门县 stands as a village, a town and a county at once
    assert held.communities == 620_573 - 1
    told = explain_code("110101001001003", held)
    assert (told.scheme, told.also) == ("beijing_db11_2157", ("grid15", "grid15_z", "gbt30428_15"))
    assert [name for _, name in told.areas.values()] == [
        *("北京市", "市辖区", "东城区", "东华门街道", "多福巷社区居委会")
    ]


@pytest.mark.parametrize(
    ("code", "scheme", "kind"),
    [
        (f"{HOME}003", "grid15", None),
        (f"{HOME}003Z", "grid15_z", "dedicated"),
        (f"{HOME}00312", "grid17_micro", None),
        (f"{HOME}03", "cjt213_14", None),
        (f"010100{HOME}03", "cjt349_20", None),
        (HOME, "area", None),
        (HOME[:9], "area", None),
        (f"{HOME[:6]}000000", "area", None),
        ("510302001002000", "unknown", None),
        ("nonsense", "unknown", None),
    ],
)
def test_the_scheme_of_a_code_is_told(table, code: str, scheme: str, kind: str | None) -> None:
    told = explain_code(f" {code} ", table)
    assert (told.scheme, told.kind) == (scheme, kind)
    assert told.is_known is (scheme != "unknown")


def test_a_code_of_no_known_community_is_not_known(table) -> None:
    told = explain_code("510302001999001", table)
    assert told.areas["community"] == ("510302001999", None)
    assert not told.is_known


def grids(codes: list[object], **more: object) -> gpd.GeoDataFrame:
    shapes = [square(20.0 * at, 0) for at in range(len(codes))]
    return gpd.GeoDataFrame({"grid_code": codes, **more}, geometry=shapes, crs=CRS)


def found_in(layer: pd.DataFrame, **options: object) -> list[tuple[str, object]]:
    return [(item.code, item.row) for item in check_codes(layer, **options)]


def test_good_codes_have_no_findings(table) -> None:
    layer = grids(
        [f"{HOME}001", f"{HOME}002"],
        community_code=HOME,
        community_name="高山井社区",
        grid_kind="base",
    )
    assert found_in(layer, table=table, county="510302") == []


def test_each_fault_is_a_finding_at_its_row(table) -> None:
    codes = [
        f"{HOME}001", "51030200100200X", f"{HOME}001", HOME, f"{HOME}000", None,
        "510302001599001", "510303001023001", " ",
    ]  # fmt: skip
    assert found_in(grids(codes), table=table, county="510302") == [
        ("GT300", 1), ("GT301", 2), ("GT304", 3), ("GT304", 4), ("GT310", 5), ("GT302", 6),
        ("GT303", 7), ("GT310", 8),
    ]  # fmt: skip


def test_what_is_said_names_code_place_and_remedy(table) -> None:
    (item,) = check_codes(grids([f"{HOME}001"]), table=table, county="510321")
    record = item.record()
    assert record["message_en"] == f"code {HOME}001 is of county 510302, not 510321"
    assert record["message_zh"] == f"编码 {HOME}001 属于 510302，不是 510321"
    assert record["row"] == "0"
    assert record["severity"] == "error"
    assert record["geometry"].equals(square(0, 0))


def test_numbers_are_told_once_for_the_layer() -> None:
    numbers = grids([int(f"{HOME}001"), int(f"{HOME}002")])
    assert found_in(numbers) == [("GT306", None)]
    # a float keeps 15 digits, not 17
    floats = grids([float(f"{HOME}00101"), np.nan])
    assert found_in(floats, scheme=load_scheme("grid17_micro")) == [
        *(("GT306", None), ("GT306", 0), ("GT310", 1))
    ]


def test_two_schemes_in_one_layer_are_mixed() -> None:
    layer = grids([f"{HOME}001", f"{HOME}00101", f"{HOME}00102", f"{HOME}002Z"])
    first, *rest = check_codes(layer)
    assert (first.code, first.values["found"]) == ("GT307", "grid15 1, grid15_z 1, grid17_micro 2")
    assert [item.code for item in rest] == ["GT300"] * 3


def test_two_code_books_in_one_layer_are_mixed(table) -> None:
    # civil-affairs numbering has a town at another code: names give it away
    layer = grids(
        [f"{HOME}001", "510302001003001"],
        community_name=["高山井社区", "珍珠寺社区"],
    )
    (item,) = check_codes(layer, table=table)
    assert item.code == "GT308"
    assert item.record()["message_en"].endswith(
        "510302001003 is 天花井社区居民委员会 in the table and 珍珠寺社区 in the layer, "
        "which the table has as 510302001005"
    )
    # a community that was renamed is no other code book
    assert found_in(layer.assign(community_name="新名社区"), table=table) == []


def test_codes_beside_other_columns() -> None:
    layer = grids([f"{HOME}001", f"{HOME}002Z"], community_code=[HOME, "510302001003"])
    layer["grid_kind"] = ["dedicated", "dedicated"]
    assert found_in(layer, scheme=load_scheme("grid15_z")) == [("GT314", 0), ("GT311", 1)]


@pytest.mark.parametrize("scheme", ["grid15_z", "--dedicated"])
def test_kinds_are_compared_under_any_of_their_names(scheme: str) -> None:
    used = load_scheme(scheme) if scheme == "grid15_z" else load_scheme().with_dedicated(901, 999)
    base, own = f"{HOME}001", f"{HOME}002Z" if scheme == "grid15_z" else f"{HOME}901"
    for kind in ("base", "基础网格", "综合网格", "", " base ", None, np.nan):
        kinds = pd.Series([kind, "dedicated"], dtype=object)
        assert found_in(grids([base, own], grid_kind=kinds), scheme=used) == []
        (item,) = check_codes(grids([own], grid_kind=kinds[:1]), scheme=used)
        assert item.code == "GT314"
        assert "tells dedicated, the row says " in str(item.record()["message_en"])
    for kind in ("dedicated", "专属网格"):
        assert found_in(grids([own], grid_kind=kind), scheme=used) == []
        assert found_in(grids([base], grid_kind=kind), scheme=used) == [("GT314", 0)]
    # what is no kind at all contradicts any
    assert found_in(grids([base, own], grid_kind="large"), scheme=used) == [
        *(("GT314", 0), ("GT314", 1))
    ]
    empty = grids([own], grid_kind="")
    assert "the row says base" in str(check_codes(empty, scheme=used)[0].record()["message_en"])


def test_a_row_that_names_no_community_contradicts_none() -> None:
    for community in ("", " ", None, f" {HOME} "):
        named = pd.Series([community], dtype=object)
        assert found_in(grids([f"{HOME}001"], community_code=named)) == []


def test_statistical_codes_are_not_taken_for_micro_grids() -> None:
    micro = load_scheme("grid17_micro")
    assert found_in(grids([f"{HOME}10101", f"{HOME}10102"]), scheme=micro) == []
    assert found_in(grids([f"{HOME}01111", f"{HOME}01220"]), scheme=micro) == [
        *(("GT313", 0), ("GT313", 1))
    ]


def test_against_the_ledger() -> None:
    layer = grids([f"{HOME}{serial:03d}" for serial in (1, 2, 3, 4)])
    with Ledger.create(None, county="510302", scheme=load_scheme()) as ledger:
        ledger.record("issue", [f"{HOME}001", f"{HOME}002"])
        ledger.record("retire", [f"{HOME}002"])
        ledger.record("issue", [f"{HOME}003"])
        ledger.record("void", [f"{HOME}003"])
        items = check_codes(layer, ledger=ledger)
        assert [(item.code, item.row) for item in items] == [
            *(("GT305", 1), ("GT305", 2), ("GT309", 3))
        ]
        assert "已撤销" in str(items[0].record()["message_zh"])
        # the county is the ledger's
        assert found_in(grids(["510303001023001"]), ledger=ledger)[0][0] == "GT303"
        ledger.record("issue", [f"{HOME}900"])
        assert ("GT312", None) in found_in(layer, ledger=ledger)


def test_the_layer_is_not_changed(table) -> None:
    layer = grids([f"{HOME}001", None, "x"])
    before = layer.copy()
    check_codes(layer, table=table)
    pd.testing.assert_frame_equal(layer, before)


def test_a_table_is_made_from_a_frame() -> None:
    made = make_table(
        pd.DataFrame({"code": ["510302001003", HOME], "name": ["乙", ""]}), source="s"
    )
    assert made.frame()["name"].tolist() == ["", "乙"]
