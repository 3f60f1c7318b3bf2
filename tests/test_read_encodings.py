"""Stage ``read``: Chinese and Japanese text in shapefiles that say nothing, or lie."""

from __future__ import annotations

import struct
from pathlib import Path

import geopandas as gpd
import pytest
from files import METRES, buildings, communities, square, write
from hypothesis import given
from hypothesis import strategies as st

from gridtool.errors import InputError
from gridtool.read import read_layers
from gridtool.read.dbf import read_dbf
from gridtool.read.encodings import likeliest, shapefile_encoding, text_encoding

SHARED = Path(__file__).parents[2] / "shared" / "data" / "dirty_gis"
dirty = pytest.mark.skipif(not SHARED.exists(), reason="the files from the wild are not here")

CHINESE = ["自流井区", "贡井区", "富世街道", "高山井社区居民委员会", "釜溪河", "盐店街"]
JAPANESE = ["八重洲１丁目", "京橋", "日本橋浜町", "つくだ", "センター"]


def dbf(path: Path, values: list[bytes], *, language: int = 0, width: int = 80) -> Path:
    """Write a .dbf of one text field by hand, and shapes to go with it."""
    shapes = gpd.GeoDataFrame(
        {"n": range(len(values))}, geometry=[square(0, 0)] * len(values), crs=METRES
    )
    write(shapes, path)
    head = struct.pack("<B3BIHH16xBB2x", 3, 26, 1, 1, len(values), 65, width + 1, 0, language)
    field = b"NAME".ljust(11, b"\0") + b"C" + bytes(4) + bytes([width]) + bytes(15)
    body = b"".join(b" " + value.ljust(width) for value in values)
    path.with_suffix(".dbf").write_bytes(head + field + b"\r" + body + b"\x1a")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


@pytest.mark.parametrize(
    ("texts", "codec"),
    [
        (CHINESE, "gb18030"),
        (CHINESE, "utf-8"),
        (JAPANESE, "cp932"),
        (["臺北市中正區", "大安區", "高雄市鹽埕區", "國民小學"], "big5hkscs"),
    ],
)
def test_text_that_says_nothing(tmp_path: Path, texts: list[str], codec: str) -> None:
    path = dbf(tmp_path / "a.shp", [text.encode(codec) for text in texts])
    assert shapefile_encoding(path) == (codec, "tested", None)


def test_plain_text(tmp_path: Path) -> None:
    assert shapefile_encoding(dbf(tmp_path / "a.shp", [b"Main Street"])) == ("utf-8", "plain", None)


def test_the_language_byte_counts_where_the_text_agrees(tmp_path: Path) -> None:
    chinese = [text.encode("gb18030") for text in CHINESE]
    assert shapefile_encoding(dbf(tmp_path / "a.shp", chinese, language=77)) == (
        "gb18030",
        "dbf",
        None,
    )
    utf8 = [text.encode() for text in JAPANESE]
    found = shapefile_encoding(dbf(tmp_path / "b.shp", utf8, language=19))
    assert found is not None
    assert found[:2] == ("utf-8", "tested")


@pytest.mark.parametrize("said", ["UTF-8", "utf8", "65001"])
def test_a_cpg_that_lies_is_told(tmp_path: Path, said: str) -> None:
    path = dbf(tmp_path / "a.shp", [text.encode("gb18030") for text in CHINESE])
    path.with_suffix(".cpg").write_text(said)
    assert shapefile_encoding(path) == ("gb18030", "tested", said)


@pytest.mark.parametrize("said", ["GBK", "936", "ANSI 936", "CP936", "gb2312", "GB18030"])
def test_the_many_names_of_gbk(tmp_path: Path, said: str) -> None:
    path = dbf(tmp_path / "a.shp", [text.encode("gb18030") for text in CHINESE])
    path.with_suffix(".cpg").write_text(said)
    assert shapefile_encoding(path) == ("gb18030", "cpg", None)


def test_text_cut_in_the_middle_of_a_character(tmp_path: Path) -> None:
    long = ("自流井区" * 30).encode()[:254]
    with pytest.raises(UnicodeDecodeError):
        long.decode()
    path = dbf(tmp_path / "a.shp", [long, "贡井区".encode()], width=254)
    assert shapefile_encoding(path) == ("utf-8", "tested", None)


def test_a_finding_says_what_was_taken(tmp_path: Path) -> None:
    write(communities(), tmp_path / "communities.gpkg")
    path = tmp_path / "buildings.shp"
    frame = buildings(address=["釜溪路12号", "盐店街3号"])
    write(frame.rename(columns={"address": "DZ"}), path, encoding="GBK")
    path.with_suffix(".cpg").write_text("UTF-8")
    inputs = read_layers(tmp_path)
    assert inputs.layers["buildings"]["address"].tolist() == ["釜溪路12号", "盐店街3号"]
    assert [item.code for item in inputs.findings] == ["GT153"]
    assert "gb18030" in inputs.findings[0].record()["message_zh"]


def test_text_wider_than_its_header_is_read(tmp_path: Path) -> None:
    assert read_dbf(dbf(tmp_path / "a.shp", [b"x"]).with_suffix(".dbf"), most=99).rows == 1
    short = tmp_path / "b.dbf"
    short.write_bytes(b"\3" * 20)
    assert read_dbf(short, most=99) is None


def test_a_dbf_with_too_few_records_is_refused(tmp_path: Path) -> None:
    write(communities(), tmp_path / "communities.gpkg")
    path = write(buildings(), tmp_path / "buildings.shp")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes()[:-30])
    with pytest.raises(
        InputError, match=r"GT058 buildings\.shp is torn: .* 2 shapes, .* 1 records"
    ):
        read_layers(tmp_path)
    table.unlink()
    with pytest.raises(InputError, match=r"GT057 buildings\.shp has no \.dbf"):
        read_layers(tmp_path)


@given(st.lists(st.sampled_from([*CHINESE, "街道办事处", "第一网格", "人民路"]), min_size=2))
def test_common_chinese_is_never_taken_for_another_script(texts: list[str]) -> None:
    for codec in ("utf-8", "gb18030"):
        assert likeliest([(text.encode(codec), False) for text in texts]) == codec


def test_text_files(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for codec, found in (("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("gbk", "gb18030")):
        path.write_text("社区,户数\n高山井社区,3\n", encoding=codec)
        assert text_encoding(path).name == found


# -- files from the wild ------------------------------------------------------------------------


@dirty
@pytest.mark.parametrize(
    ("name", "encoding", "column", "first"),
    [
        ("gbk_no_cpg/chongqing_shp/区县界_area.shp", ("gb18030", "dbf"), "NAME", "奉节县"),
        ("gbk_no_cpg/shanghai_shp/区县界_area.shp", ("gb18030", "dbf"), "NAME", "宝山区"),
        ("cp932_no_cpg/h27ka13102.shp", ("cp932", "dbf"), "S_NAME", "八重洲１丁目"),
        ("no_prj/sz.shp", ("utf-8", "cpg"), "qh", "罗湖"),
    ],
)
def test_the_text_of_files_from_the_wild(
    name: str, encoding: tuple[str, str], column: str, first: str
) -> None:
    path = SHARED / name
    assert shapefile_encoding(path)[:2] == encoding
    inputs = read_layers(
        None,
        paths={"communities": path, "buildings": path},
        mapping={
            "communities.name": column,
            "communities.code": "=510302001001",
        },
    )
    assert inputs.layers["communities"]["name"].iloc[0] == first


@dirty
def test_gbk_is_found_without_the_language_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.shp"
    for item in (SHARED / "gbk_no_cpg" / "chongqing_shp").iterdir():
        data = bytearray(item.read_bytes())
        if item.suffix == ".dbf":
            data[29] = 0
        path.with_suffix(item.suffix).write_bytes(data)
    assert shapefile_encoding(path) == ("gb18030", "tested", None)


@dirty
def test_a_shapefile_from_the_wild_without_its_dbf() -> None:
    path = SHARED / "missing_dbf" / "TRONCON_DE_ROUTE.shp"
    with pytest.raises(InputError, match=r"GT057 TRONCON_DE_ROUTE\.shp has no \.dbf"):
        read_layers(None, paths={"communities": path, "buildings": path})
