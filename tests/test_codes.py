"""Codes and names of grids."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import jsonschema
import numpy as np
import pytest
from builders import CODES, communities, square

from gridtool.codes import assign_codes, chinese_numeral, load_scheme, malformed, short_name
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
    ],
)
def test_everyday_names(name: str, short: str) -> None:
    assert short_name(name) == short


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
    with pytest.raises(SettingsError, match="GT045 the code scheme grid99 cannot be used"):
        load_scheme("grid99")


def test_a_scheme_of_ones_own(tmp_path: Path) -> None:
    own = json.loads((SCHEMAS / "schemes" / "grid15.json").read_text("utf-8"))
    own |= {"name": "own", "serial": {"first": 501, "last": 999}}
    path = tmp_path / "own.json"
    path.write_text(json.dumps(own), encoding="utf-8")
    scheme = load_scheme(path)
    coded = assign_codes(grids_at((0, 0)), communities(square(0, 0, 400.0)), scheme=scheme)
    assert coded[["grid_code", "grid_name"]].iloc[0].tolist() == [f"{CODES[0]}501", "第一网格"]


def test_a_scheme_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    own = json.loads((SCHEMAS / "schemes" / "grid15.json").read_text("utf-8"))
    path = tmp_path / "own.json"
    path.write_text(json.dumps(own | {"serial": {"first": 1, "last": 1000}}), encoding="utf-8")
    with pytest.raises(SettingsError, match="serials 1-1000 do not fit 3 digits"):
        load_scheme(path)


def test_shipped_schemes_follow_their_schema() -> None:
    schema = json.loads((SCHEMAS / "scheme.schema.json").read_text("utf-8"))
    paths = sorted((SCHEMAS / "schemes").glob("*.json"))
    assert paths
    for path in paths:
        jsonschema.validate(json.loads(path.read_text("utf-8")), schema)
        assert load_scheme(path).name == path.stem
