"""Codes and names of grids."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import jsonschema
import numpy as np
import pytest
from builders import CODES, communities, square

from gridtool.codes import (
    Counter,
    assign_codes,
    chinese_numeral,
    load_scheme,
    malformed,
    name_stem,
    number_grids,
    scheme_names,
    short_name,
)
from gridtool.codes.names import is_serial_name
from gridtool.codes.schemes import Scheme
from gridtool.errors import SettingsError

SCHEMAS = Path(__file__).parents[1] / "schemas"


def grids_at(*corners: tuple[float, float], **more: object) -> gpd.GeoDataFrame:
    shapes = [square(x, y, 100.0) for x, y in corners]
    columns = {"community_code": CODES[0], "grid_kind": "base", "site_id": None, **more}
    return gpd.GeoDataFrame(
        {**columns, "area_m2": [shape.area for shape in shapes], "at": np.arange(len(shapes))},
        geometry=shapes,
        crs="EPSG:4544",
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "一"), (2, "二"), (10, "十"), (11, "十一"), (19, "十九"), (20, "二十"), (21, "二十一"),
     (99, "九十九"), (100, "一百"), (101, "一百零一"), (110, "一百一十"), (119, "一百一十九"),
     (999, "九百九十九"), (1000, "一千"), (1001, "一千零一"), (1010, "一千零一十"),
     (9999, "九千九百九十九")],
)  # fmt: skip
def test_numbers_are_written_as_they_are_read(number: int, text: str) -> None:
    assert chinese_numeral(number) == text


def test_a_number_without_a_numeral_is_refused() -> None:
    with pytest.raises(ValueError, match="0 is not in 1-9999"):
        chinese_numeral(0)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("高山井社区居民委员会", "高山井社区"),
        ("高山井社区居委会", "高山井社区"),
        ("徐家塘村民委员会", "徐家塘村"),
        ("徐家塘村村民委员会", "徐家塘村"),
        ("徐家塘村委会", "徐家塘村"),
        ("汇东社区", "汇东社区"),
        ("居民委员会", "居民委员会"),
        ("王家社区村民委员会", "王家社区"),
        ("黄桷村村委员会", "黄桷村"),
    ],
)
def test_everyday_names(name: str, short: str) -> None:
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("names", "stem"),
    [
        (
            ("全胜村村委会", "全胜村民委员会", "全胜社区居委会", "全胜社区", "全 胜村村民委员会"),
            "全胜",
        ),
        (("丹桂社区居委会", "丹桂居民委员会"), "丹桂"),
        (("村", "村村委会"), "村"),
    ],
)
def test_what_a_name_is_without_its_kind(names: tuple[str, ...], stem: str) -> None:
    assert {name_stem(name) for name in names} == {stem}


@pytest.mark.parametrize(
    ("name", "by_serial"),
    [("第一网格", True), ("第一百零一网格", True), ("第四专属网格", True), ("单一网格", True),
     ("", True), ("第一中学", False), ("第一网格员工作站", False)],
)  # fmt: skip
def test_names_that_follow_from_a_serial(name: str, by_serial: bool) -> None:
    assert is_serial_name(name) is by_serial


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("510302001002003", True),
        ("510302001002000", False),  # no serial
        ("510302001000003", False),  # no community
        ("510302000002003", False),  # no town
        ("510302601002003", False),  # towns end at 599
        ("51030200100200", False),
        ("5103020010020030", False),
        ("51030200100200３", False),
    ],
)
def test_what_grid15_takes(code: str, right: bool) -> None:
    assert load_scheme().matches(code) is right


def test_grids_are_numbered_in_bands_north_to_south_and_west_to_east() -> None:
    # three bands; within a band a grid may stand a little higher without coming first
    corners = [(200, 0), (0, 0), (100, 100), (0, 130), (200, 230), (100, 200), (0, 215)]
    coded = assign_codes(grids_at(*corners), communities(square(0, 0, 400.0)))
    assert coded["at"].tolist() == [6, 5, 4, 3, 2, 1, 0]
    assert coded["grid_code"].tolist() == [f"{CODES[0]}{n:03d}" for n in range(1, 8)]
    assert coded["grid_name"].tolist()[:2] == ["第一网格", "第二网格"]


def test_dedicated_grids_come_after_the_base_and_have_the_name_of_their_site() -> None:
    grids = grids_at((0, 300), (0, 0), grid_kind=["dedicated", "base"], site_id=["S1", None])
    sites = gpd.GeoDataFrame({"site_id": ["S1"], "name": ["第一中学"]})
    towns = communities(square(0, 0, 400.0)).assign(name="汇东社区居委会")
    coded = assign_codes(grids, towns, sites)
    assert coded["grid_code"].str[-3:].tolist() == ["001", "002"]
    assert coded["grid_full_name"].tolist() == ["汇东社区第一网格", "汇东社区第一中学"]
    assert coded["town_code"].tolist() == ["510302001"] * 2
    assert coded["county_code"].tolist() == ["510302"] * 2


def test_the_order_of_rows_does_not_matter() -> None:
    grids = grids_at((0, 0), (0, 200), (200, 0), (200, 200))
    towns = communities(square(0, 0, 400.0))
    coded = assign_codes(grids, towns)
    again = assign_codes(grids.iloc[::-1], towns)
    assert coded.drop(columns="geometry").equals(again.drop(columns="geometry"))


def test_each_community_counts_from_one() -> None:
    grids = grids_at((0, 0), (500, 0), community_code=list(CODES[:2]))
    coded = assign_codes(grids, communities(square(0, 0, 400.0), square(500, 0, 400.0)))
    assert coded["grid_code"].tolist() == [f"{CODES[0]}001", f"{CODES[1]}001"]


def test_more_grids_than_serials_are_refused() -> None:
    with pytest.raises(SettingsError, match=f"GT044 .*{CODES[0]} needs 1000") as caught:
        assign_codes(grids_at(*[(n, 0.0) for n in range(1000)]), communities(square(0, 0, 9e3)))
    assert caught.value.exit_code == 16


def test_a_code_of_other_length_is_made_and_known_as_malformed() -> None:
    grids = grids_at((0, 0), community_code="5103020010")
    towns = communities(square(0, 0, 400.0), codes=["5103020010"])
    coded = assign_codes(grids, towns)
    assert coded["grid_code"].tolist() == ["5103020010001"]
    assert malformed(coded["grid_code"], load_scheme()).tolist() == [True]


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"GT045 .*grid99 cannot be used: not one of grid15, "):
        load_scheme("grid99")
    with pytest.raises(SettingsError, match=r"GT045 .*no such file"):
        load_scheme("mine.json")


def own_scheme(folder: Path, **more: object) -> Path:
    """Write grid15 with some keys replaced."""
    data = json.loads((SCHEMAS / "schemes" / "grid15.json").read_text("utf-8"))
    path = folder / "own.json"
    path.write_text(json.dumps(data | {"name": "own"} | more), encoding="utf-8")
    return path


def test_a_scheme_of_ones_own(tmp_path: Path) -> None:
    scheme = load_scheme(own_scheme(tmp_path, serial={"first": 501, "last": 999}))
    coded = assign_codes(grids_at((0, 0)), communities(square(0, 0, 400.0)), scheme=scheme)
    assert coded[["grid_code", "grid_name"]].iloc[0].tolist() == [f"{CODES[0]}501", "第一网格"]


COUNTY = {
    "name": "county",
    "length": 6,
    "pattern": "\\d{6}",
    "values": "",
    "read": "",
    "assumed": "",
}
SERIAL = COUNTY | {"name": "serial", "length": 3, "pattern": "\\d{3}"}
KIND = COUNTY | {"name": "kind", "length": 1, "pattern": "[XZ]"}
RANGES = {"first": 1, "last": 600, "dedicated": {"first": 500, "last": 999}}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"serial": {"first": 1, "last": 1000}}, "serials 1-1000 do not fit 3 digits"),
        ({"serial": {"first": 0, "last": 999}}, "serial 0 is not taken by"),
        (
            {"serial": RANGES, "kind": {"in_code": "range"}},
            "serials overlap: base 1-600, dedicated 500-999",
        ),
        ({"serial": {"first": 1, "last": 999, "whole": 7}}, "7 means a whole community too"),
        ({"segments": [COUNTY, COUNTY, SERIAL]}, "a segment comes twice"),
        ({"segments": [COUNTY | {"pattern": "\\d+"}, SERIAL]}, "segment county overlaps the next"),
        ({"segments": [COUNTY, COUNTY | {"name": "town"}]}, "segment serial are needed"),
        ({"segments": [SERIAL, COUNTY]}, "only a segment kind may follow"),
        (
            {
                "segments": [COUNTY, SERIAL, KIND],
                "kind": {"in_code": "letter", "base": "Z", "dedicated": "Z"},
            },
            "both kinds have the letter Z",
        ),
        ({"kind": {"in_code": "letter", "dedicated": "Z"}}, "letters of kinds need a segment kind"),
        ({"serial": RANGES}, "go together"),
        ({"segments": "none"}, "argument after"),
        ({"serial": {}}, "no 'first'"),
    ],
)
def test_a_scheme_that_contradicts_itself_is_refused(
    more: dict[str, object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="GT045") as caught:
        load_scheme(own_scheme(tmp_path, **more))
    assert said in str(caught.value)
    assert caught.value.exit_code == 16


def test_shipped_schemes_follow_their_schema() -> None:
    schema = json.loads((SCHEMAS / "scheme.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    paths = sorted((SCHEMAS / "schemes").glob("*.json"))
    assert {path.stem for path in paths} == set(scheme_names())
    for path in paths:
        jsonschema.validate(json.loads(path.read_text("utf-8")), schema)
        assert load_scheme(path).name == path.stem


def test_every_shipped_scheme_says_what_was_read() -> None:
    assert scheme_names()[0] == "grid15"
    for name in scheme_names():
        scheme = load_scheme(name)
        assert scheme.status in ("verified", "secondary", "unverified")
        assert scheme.source
        # what nobody read is said to be assumed
        assert all(part.read or part.assumed for part in scheme.segments)
    imports = {name for name in scheme_names() if load_scheme(name).use == "import"}
    assert imports == {"cjt213_14", "gbt30428_15"}
    assert all(load_scheme(name).status == "unverified" for name in imports)


@pytest.mark.parametrize(
    ("scheme", "code", "kind"),
    [
        ("grid15", "510302001002003", None),
        ("grid15_z", "510302001002003", "base"),
        ("grid15_z", "510302001002003Z", "dedicated"),
        ("beijing_db11_2157", "110101001001003", None),
        ("cjt349_20", "01010051030200100203", None),
        ("grid17_micro", "51030200100200307", None),
        ("cjt213_14", "51030200100203", None),
        ("gbt30428_15", "510302001002003", None),
    ],
)
def test_codes_of_every_scheme(scheme: str, code: str, kind: str | None) -> None:
    one = load_scheme(scheme)
    assert one.matches(code)
    assert one.kind(code) == kind
    assert one.parent(code)[:6] == (one.split(code) or {})["county"]
    assert one.code(code[: one.prefix_length], one.serial(code), kind or "base") == code
    assert not one.matches(code + "0")
    assert Scheme.from_shape(json.loads(json.dumps(one.shape()))).shape() == one.shape()


@pytest.mark.parametrize("name", ["cjt213_14", "gbt30428_15", "cjt349_20", "grid17_micro"])
def test_schemes_that_issue_no_codes_as_they_are(name: str) -> None:
    with pytest.raises(SettingsError, match=f"GT097 the scheme {name} cannot issue codes"):
        assign_codes(grids_at((0, 0)), communities(square(0, 0)), scheme=load_scheme(name))


def test_the_letter_of_dedicated_grids() -> None:
    grids = grids_at((0, 300), (0, 0), grid_kind=["dedicated", "base"])
    coded = assign_codes(grids, communities(square(0, 0, 400.0)), scheme=load_scheme("grid15_z"))
    assert coded["grid_code"].tolist() == [f"{CODES[0]}001", f"{CODES[0]}002Z"]
    assert coded["grid_name"].tolist() == ["第一网格", "第二专属网格"]


def test_dedicated_grids_in_a_range_of_their_own() -> None:
    grids = grids_at((0, 300), (0, 0), (0, 100), grid_kind=["dedicated", "base", "base"])
    scheme = load_scheme().with_dedicated(901, 999)
    coded = assign_codes(grids, communities(square(0, 0, 400.0)), scheme=scheme)
    assert coded["grid_code"].str[-3:].tolist() == ["001", "002", "901"]
    assert coded["grid_name"].tolist()[2] == "第一专属网格"
    assert scheme.kind(f"{CODES[0]}901") == "dedicated"
    with pytest.raises(SettingsError, match="GT045"):
        load_scheme().with_dedicated(0, 999)


def test_the_20_digits_of_a_digital_community() -> None:
    scheme = load_scheme("cjt349_20").with_values({"object": "010100"})
    one = assign_codes(grids_at((0, 0)), communities(square(0, 0)), scheme=scheme)
    assert one["grid_code"].tolist() == [f"010100{CODES[0]}00"]
    assert one["grid_name"].tolist() == ["单一网格"]
    two = assign_codes(grids_at((0, 0), (200, 0)), communities(square(0, 0)), scheme=scheme)
    assert two["grid_code"].str[-2:].tolist() == ["01", "02"]
    with pytest.raises(SettingsError, match=r"GT045 .*object=01"):
        load_scheme("cjt349_20").with_values({"object": "01"})


def test_micro_grids_are_counted_in_their_grid() -> None:
    parents = [f"{CODES[0]}001", f"{CODES[0]}002", f"{CODES[0]}001"]
    grids = grids_at((0, 0), (200, 0), (400, 0), parent_code=parents)
    scheme = load_scheme("grid17_micro")
    coded = assign_codes(grids, communities(square(0, 0)), scheme=scheme)
    assert coded["grid_code"].str[12:].tolist() == ["00101", "00102", "00201"]
    assert coded["community_code"].tolist() == [CODES[0]] * 3


def test_full_names_with_the_committee() -> None:
    towns = communities(square(0, 0, 400.0))
    coded = assign_codes(grids_at((0, 0)), towns, with_body=True)
    assert coded["grid_full_name"].tolist() == ["甲社区居民委员会第一网格"]
    assert coded["community_name"].tolist() == ["甲社区"]


def test_names_beyond_ten() -> None:
    grids = grids_at(*[(200.0 * n, 0.0) for n in range(101)])
    names = assign_codes(grids, communities(square(0, 0)))["grid_name"]
    assert [names[n - 1] for n in (10, 11, 20, 21, 101)] == [
        "第十网格", "第十一网格", "第二十网格", "第二十一网格", "第一百零一网格",
    ]  # fmt: skip


def test_the_height_of_the_bands_is_a_parameter() -> None:
    # one band of 300 m takes all three from west to east; bands of 100 m from north to south
    grids = grids_at((0, 0), (100, 100), (200, 200))
    towns = communities(square(0, 0, 400.0))
    assert assign_codes(grids, towns, band_m=300.0)["at"].tolist() == [0, 1, 2]
    assert assign_codes(grids, towns, band_m=100.0)["at"].tolist() == [2, 1, 0]


def test_ties_go_by_area_then_by_id() -> None:
    grids = grids_at((0, 0), (0, 0), (0, 0))
    grids = grids.assign(area_m2=[2.0, 1.0, 1.0], grid_id=["a", "c", "b"])
    towns = communities(square(0, 0, 400.0))
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        assert assign_codes(grids.iloc[order], towns)["at"].tolist() == [2, 1, 0]


def test_new_grids_count_on_from_the_highest_ever_seen() -> None:
    counter = Counter(load_scheme(), [f"{CODES[0]}007", f"{CODES[0]}002", "not a code"])
    codes = number_grids(grids_at((0, 0), (0, 200)), scheme=load_scheme(), take=counter.take)
    assert codes.tolist() == [f"{CODES[0]}009", f"{CODES[0]}008"]
    assert counter.take(CODES[0], 1, "base") == [f"{CODES[0]}010"]
    with pytest.raises(SettingsError, match="GT044"):
        counter.take(CODES[0], 990, "base")
