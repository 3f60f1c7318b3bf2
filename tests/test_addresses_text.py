"""Texts taken apart: grammar, names of places, normal form."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtool.addresses import make_places, normal_form, parse_address
from gridtool.addresses.entries import compose, row_texts
from gridtool.addresses.latin import parse_latin
from gridtool.addresses.personal import PersonalColumns, is_identity
from gridtool.addresses.places import variants_of
from gridtool.addresses.text import clean, masked, masked_remark, numeral

CODES = {
    "51": "四川省",
    "5103": "自贡市",
    "510302": "自流井区",
    "510322": "富顺县",
    "510302001": "五星街街道",
    "510302001002": "高山井社区居民委员会",
    "510302002": "东兴寺街道",
    "510302002001": "钟云山社区居民委员会",
    "510302101": "仲权镇",
    "510302101204": "宏伟村民委员会",
    "510302101208": "建设村民委员会",
    "510322001": "富世街道",
    "510322001007": "宏伟村民委员会",
    "510322001008": "北街社区居委会",
}
PLACES = make_places(CODES, roads=["建设村道", "汇盐大道"], compounds=["盐都佳苑"])


def told(text: str) -> dict[str, str]:
    address = parse_address(text, PLACES)
    parts = {key: value for key, value in address.parts._asdict().items() if value}
    codes = "/".join(address.area.codes)
    return {**({"codes": codes} if codes else {}), **parts}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "四川省自贡市自流井区五星街街道汇盐大道200号附3号盐都佳苑12栋3单元502室",
            "codes=510302001 road=汇盐大道 number=200 sub=3 compound=盐都佳苑 building=12 unit=3 "
            "room=502",
        ),
        # full width, Chinese digits, blanks, brackets
        (
            "自流井区　五星街街办　汇盐大道２００号（近邮局）盐都佳苑十二幢",
            "codes=510302001 road=汇盐大道 number=200 compound=盐都佳苑 building=12",
        ),
        ("汇盐大道一百零五号", "road=汇盐大道 number=105"),
        ("汇盐大道二〇三号", "road=汇盐大道 number=203"),
        # 附号 in its forms; a range of gates is none
        ("汇盐大道12号附3", "road=汇盐大道 number=12 sub=3"),
        ("汇盐大道12附3号", "road=汇盐大道 number=12 sub=3"),
        ("汇盐大道12-3号", "road=汇盐大道 number=12 sub=3"),
        ("汇盐大道12号之3", "road=汇盐大道 number=12 sub=3"),
        ("汇盐大道149-151号", "road=汇盐大道 number=149"),
        ("汇盐大道80、82号", "road=汇盐大道 number=80"),
        # 号院, and every word for a building
        ("汇盐大道8号院3号楼", "road=汇盐大道 number=8 building=3"),
        ("盐都佳苑3幢", "compound=盐都佳苑 building=3"),
        ("盐都佳苑3座", "compound=盐都佳苑 building=3"),
        ("盐都佳苑03栋", "compound=盐都佳苑 building=3"),
        ("盐都佳苑3#", "compound=盐都佳苑 building=3"),
        ("盐都佳苑A座1201", "compound=盐都佳苑 building=A room=1201"),
        ("盐都佳苑12-3-502", "compound=盐都佳苑 building=12 unit=3 room=502"),
        ("盐都佳苑12栋3-502", "compound=盐都佳苑 building=12 unit=3 room=502"),
        ("盐都佳苑3栋2单元5楼10号", "compound=盐都佳苑 building=3 unit=2 floor=5 room=10"),
        # the number in a compound is its building's, that behind a road its gate's
        ("盐都佳苑3号", "compound=盐都佳苑 building=3"),
        ("汇盐大道3号", "road=汇盐大道 number=3"),
        ("真金路1039弄41号", "road=真金路 number=1039弄 building=41"),
        # levels missing, repeated, turned round
        ("四川省四川省自贡市自贡市自流井区汇盐大道2号", "codes=510302 road=汇盐大道 number=2"),
        ("自贡富顺富世街道北街社区1号", "codes=510322001008 number=1"),
        ("仲权宏伟村7组27号", "codes=510302101204 group=7 number=27"),
        ("宏伟村七社27号", "codes=510302101204/510322001007 group=7 number=27"),
        ("汇盐大道200号四川省自贡市自流井区", "codes=510302 road=汇盐大道 number=200"),
        ("盐都佳苑12栋，汇盐大道200号", "road=汇盐大道 number=200 compound=盐都佳苑 building=12"),
        ("汇盐大道汇盐大道200号", "road=汇盐大道 number=200"),
        ("自流井区-五星街街道-汇盐大道-200号", "codes=510302001 road=汇盐大道 number=200"),
        # names that begin with a place, or look like a number
        ("自流井区仲权镇建设村道12号", "codes=510302101 road=建设村道 number=12"),
        ("五一路8号", "road=五一路 number=8"),
        ("一号路3号", "road=1号路 number=3"),
        ("公园壹号5栋", "compound=公园壹号 building=5"),
        ("人民南路四段11号", "road=人民南路4段 number=11"),
        ("大安街二十号", "road=大安街 number=20"),
        ("汇盐大道与檀香街交叉口东50米", "road=汇盐大道 rest=与檀香街交叉口东50米"),
        ("汇盐大道200", "road=汇盐大道 number=200"),
        ("", ""),
        ("？？？", ""),
    ],
)
def test_parts(text: str, parts: str) -> None:
    assert told(text) == dict(item.split("=") for item in parts.split())


@pytest.mark.parametrize(
    ("text", "parts", "normal"),
    [
        # 号 behind the name of an area is a gate's, as behind a road
        ("五星街街道1号", "codes=510302001 number=1", "五星街街道1号"),
        ("五星街街道办事处1号", "codes=510302001 number=1", "五星街街道1号"),
        ("东兴寺街道12号附2号", "codes=510302002 number=12 sub=2", "东兴寺街道12号附2号"),
        ("仲权镇12号", "codes=510302101 number=12", "仲权镇12号"),
        ("自流井区1号", "codes=510302 number=1", "自流井区1号"),
        ("高山井社区23号", "codes=510302001002 number=23", "五星街街道高山井社区23号"),
        ("高山井居委会十五号之2", "codes=510302001002 number=15 sub=2", "高山井社区15号附2号"),
        ("高山井社区12-3号", "codes=510302001002 number=12 sub=3", "高山井社区12号附3号"),
        ("高山井社区5号院2栋", "codes=510302001002 number=5 building=2", "高山井社区5号2栋"),
        ("高山井社区5号502室", "codes=510302001002 number=5 room=502", "高山井社区5号502室"),
        ("仲权镇宏伟村12号", "codes=510302101204 number=12", "仲权镇宏伟村12号"),
        ("仲权镇宏伟村3组12号附1号", "codes=510302101204 group=3 number=12 sub=1", "3组12号附1号"),
        # unless it has units, or is called a building
        ("高山井社区3号2单元501", "codes=510302001002 building=3 unit=2 room=501", "3栋2单元501室"),
        ("高山井社区3号楼", "codes=510302001002 building=3", "高山井社区3栋"),
        ("高山井社区3栋", "codes=510302001002 building=3", "高山井社区3栋"),
        # roads, their 附 too
        ("五星街1号", "road=五星街 number=1", "五星街1号"),
        ("五星街街1号", "road=五星街街 number=1", "五星街街1号"),
        (
            "五星街街道新民街3号附2号",
            "codes=510302001 road=新民街 number=3 sub=2",
            "新民街3号附2号",
        ),
        ("新华巷12号附3", "road=新华巷 number=12 sub=3", "新华巷12号附3号"),
        ("新华巷附3号", "road=新华巷 sub=3", "新华巷附3号"),
        ("新华一巷5号", "road=新华一巷 number=5", "新华一巷5号"),
        ("学苑里3号", "road=学苑里 number=3", "学苑里3号"),
        # in an estate it is a building's
        ("盐都佳苑12号", "compound=盐都佳苑 building=12", "盐都佳苑12栋"),
        ("檀香小区3号", "compound=檀香小区 building=3", "檀香小区3栋"),
        ("解放新村3号2单元", "compound=解放新村 building=3 unit=2", "解放新村3栋2单元"),
        (
            "汇盐大道12号檀香小区3号",
            "road=汇盐大道 number=12 compound=檀香小区 building=3",
            "汇盐大道12号檀香小区3栋",
        ),
        ("李家湾3号院2号楼", "compound=李家湾3号院 building=2", "李家湾3号院2栋"),
        # a village that no table has: merged long ago, or smaller than one
        ("塘郁村179号", "compound=塘郁村 building=179", "塘郁村179号"),
        ("新华二村12号", "compound=新华二村 building=12", "新华二村12栋"),
        # parts of an estate belong to its name
        ("龙井花园3期12号", "compound=龙井花园3期 building=12", "龙井花园3期12栋"),
        ("龙井小区2区3号", "compound=龙井小区2区 building=3", "龙井小区2区3栋"),
        ("龙井小区A区3号", "compound=龙井小区A区 building=3", "龙井小区A区3栋"),
        ("龙井花园东区12栋", "compound=龙井花园东区 building=12", "龙井花园东区12栋"),
        ("万达广场A区2层201", "compound=万达广场A区 floor=2 room=201", "万达广场A区2层201室"),
    ],
)
def test_what_a_number_counts(text: str, parts: str, normal: str) -> None:
    assert told(text) == dict(item.split("=") for item in parts.split())
    address = parse_address(text, PLACES)
    assert normal_form(address, PLACES).endswith(normal)
    assert address.area.foreign == ""
    # and the normal form means the same
    again = parse_address(normal_form(address, PLACES), PLACES)
    assert (again.parts, again.area) == (address.parts, address.area)


@pytest.mark.parametrize("name", ["东区", "市中区", "江北区", "城西区", "河东区"])
def test_a_county_that_is_named_by_a_direction(name: str) -> None:
    assert parse_address(f"内江市{name}新民街3号", PLACES).area.foreign == f"内江市{name}"


@pytest.mark.parametrize("ending", ["社区", "社区居委会", "社区居民委员会", "居委会", "居民委员会"])
def test_a_community_by_each_of_its_endings(ending: str) -> None:
    assert told(f"自流井区高山井{ending}汇盐大道2号")["codes"] == "510302001002"


@pytest.mark.parametrize("ending", ["街道", "街道办事处", "街道办", "街办"])
def test_a_subdistrict_by_each_of_its_endings(ending: str) -> None:
    assert told(f"五星街{ending}汇盐大道2号")["codes"] == "510302001"


def test_a_village_that_is_called_a_community() -> None:
    assert variants_of("王家社区村民委员会", "510302101209")[1][0] == "王家社区"


def test_levels_that_disagree_are_told() -> None:
    area = parse_address("五星街街道钟云山社区汇盐大道2号", PLACES).area
    assert (area.conflict, area.codes) == (True, ("510302001",))
    assert not parse_address("五星街街道高山井社区汇盐大道2号", PLACES).area.conflict


def test_another_city_and_an_unknown_town_are_told() -> None:
    assert parse_address("成都市武侯区科华北路62号", PLACES).area.foreign == "成都市武侯区"
    assert parse_address("自贡市贡嘎区科华北路62号", PLACES).area.foreign == "贡嘎区"
    assert parse_address("盐都佳苑小区3号", PLACES).area.foreign == ""
    assert parse_address("自流井区大场镇真金路8号", PLACES).area.unknown == "大场镇"


def test_the_normal_form_holds_each_level_once() -> None:
    address = parse_address("五星街街办高山井居委会汇盐大道２００号附３盐都佳苑十二幢3-502", PLACES)
    assert normal_form(address, PLACES) == (
        "四川省自贡市自流井区五星街街道高山井社区汇盐大道200号附3号盐都佳苑12栋3单元502室"
    )


ROADS = st.sampled_from(["汇盐大道", "五一路", "建设村道", "人民南路"])
NUMBERS = st.integers(1, 9999)


@settings(deadline=None)
@given(ROADS, NUMBERS, st.integers(0, 99), st.integers(0, 99), st.integers(0, 9))
def test_a_normal_form_is_its_own(
    road: str, number: int, sub: int, building: int, unit: int
) -> None:
    text = f"四川省自贡市自流井区五星街街道{road}{number}号"
    text += f"附{sub}号" if sub else ""
    text += f"盐都佳苑{building}栋" if building else ""
    text += f"{unit}单元" if building and unit else ""
    assert normal_form(parse_address(text, PLACES), PLACES) == text


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    address = parse_address(text, PLACES)
    again = normal_form(address, PLACES)
    assert len(again) <= 3 * len(text) + 40


@settings(deadline=None)
@given(st.integers(1, 999))
def test_chinese_numerals_are_read(number: int) -> None:
    from gridtool.codes.names import chinese_numeral

    assert numeral(chinese_numeral(number)) == number


def test_a_cell_of_a_million_characters_is_no_address() -> None:
    assert parse_address("汇盐大道" * 250_000, PLACES).fault == "too_long"


def test_brackets_one_in_another() -> None:
    assert clean("汇盐大道2号（近（老）邮局）【自住") == ("汇盐大道2号,自住", "老,近邮局")


# -- part columns ----------------------------------------------------------------------------


def test_part_columns_are_put_together() -> None:
    row = {"town": "五星街街道", "road": "汇盐大道", "number": "200", "compound": "盐都佳苑"}
    assert compose({**row, "building": "12", "room": "无"}) == "五星街街道汇盐大道200号盐都佳苑12栋"
    assert row_texts({"road": "汇盐大道", "number": "76, 76a;78"}) == [
        "汇盐大道76号",
        "汇盐大道76a号",
        "汇盐大道78号",
    ]


# -- Latin letters ---------------------------------------------------------------------------

TOWNS = frozenset(("vaduz", "triesenberg"))


@pytest.mark.parametrize(
    "text",
    [
        "Fürst-Franz-Josef-Straße 12a, 9490 Vaduz",
        "FÜRST-FRANZ-JOSEF-STR. 12A, 9490 VADUZ",
        "9490 Vaduz, Fürst-Franz-Josef-Strasse 12 a",
        "12a Fürst-Franz-Josef-Strasse, Vaduz",
        "Fürst-Franz-Josef-Strasse 12a 9490 Vaduz",
        "Fürst-Franz-Josef-Strasse 12a Vaduz",
        "Vaduz Fürst-Franz-Josef-Strasse 12a",
    ],
)
def test_a_european_address_in_any_order(text: str) -> None:
    town, parts = parse_latin(text, TOWNS)
    assert (town, parts.road, parts.number) == ("vaduz", "furst-franz-josef-strasse", "12a")


# -- data of persons -------------------------------------------------------------------------


def test_phones_and_identity_numbers_in_a_text_are_hidden() -> None:
    assert masked("汇盐大道2号 13800138000") == "汇盐大道2号 ***"
    assert masked("汇盐大道2号0813-8201234") == "汇盐大道2号***"
    assert told("汇盐大道2号13800138000") == {"road": "汇盐大道", "number": "2"}
    assert masked("510302001002001") == "510302001002001"


@pytest.mark.parametrize(
    "number",
    ["13800138000", "138-0013-8000", "138 0013 8000", "+86 13800138000", "１３８００１３８０００"],
)
def test_a_phone_is_known_however_it_is_written(number: str) -> None:
    assert masked(f"汇盐大道2号（{number}）") == "汇盐大道2号（***）"
    assert masked_remark(f"找张师傅{number}。") == "找张师傅***。"
    assert told(f"汇盐大道2号{number}") == {"road": "汇盐大道", "number": "2"}
    column = PersonalColumns(["备注"], ())
    column.judge(0, [[number]] * 6)
    assert column.found == ["备注"]


@pytest.mark.parametrize(
    "text",
    ["510302001002001", "104.13800138000", "9151030213800138000X", "GB13800138000", "2024-01-05"],
)
def test_other_numbers_are_no_phones(text: str) -> None:
    assert masked_remark(text) == text


def test_an_identity_number_has_its_check_digit() -> None:
    # the example of GB 11643-1999
    assert is_identity("11010519491231002X")
    assert not is_identity("110105194912310021")
    assert not is_identity("510302001002001")


def test_columns_are_told_by_name_and_by_what_they_hold() -> None:
    columns = ["序号", "姓名", "XM2", "备注", "路名", "联系方式"]
    names = ["张伟", "王芳", "李娜", "刘洋", "陈静", "杨敏", "赵磊"]
    rows = [[at, "", name, f"1380013800{at}", "张家路", ""] for at, name in enumerate(names)]
    for kept, expected in (
        ((), ["姓名", "XM2", "备注", "联系方式"]),
        (("xm2", "姓名"), ["备注", "联系方式"]),
    ):
        found = PersonalColumns(columns, kept)
        found.judge(0, rows)
        assert (found.found, found.late) == (expected, [])
