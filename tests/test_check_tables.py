"""Stage ``check``: the tables of household counts, community totals and codes."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely.geometry import box

from gridtool.check import check_layers
from gridtool.errors import DataError
from gridtool.findings import Finding, refuse_errors

CRS = "EPSG:4544"
A, B, C = "510302001001", "510302001002", "510302001003"


def table(**columns: list[Any]) -> pd.DataFrame:
    frame = pd.DataFrame({key: pd.Series(item, dtype=object) for key, item in columns.items()})
    return frame.rename_axis("row")


def communities(**columns: list[Any]) -> gpd.GeoDataFrame:
    data = {"code": [A, B], "name": ["高山井社区", "天花井社区"], **columns}
    shapes = [box(0, 0, 100, 100), box(100, 0, 200, 100)]
    return gpd.GeoDataFrame(data, geometry=shapes, crs=CRS)


def buildings(count: int = 4, **columns: list[Any]) -> gpd.GeoDataFrame:
    """Return buildings h0 … in A, the last one in B, with 10 households and 25 persons each."""
    data = {
        "building_id": [f"h{at}" for at in range(count)],
        "households": [10] * count,
        "persons": [25] * count,
        "address": [f"汇东路{at}号" for at in range(count)],
        **columns,
    }
    data = {key: pd.Series(item, dtype=object) for key, item in data.items() if item is not None}
    shapes = [box(x, 10, x + 6, 18) for x in range(10, 10 + 8 * (count - 1), 8)]
    return gpd.GeoDataFrame(data, geometry=[*shapes, box(150, 10, 158, 20)], crs=CRS)


def check(
    houses: gpd.GeoDataFrame | None = None,
    places: gpd.GeoDataFrame | None = None,
    **tables: pd.DataFrame,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    before = {key: frame.copy() for key, frame in tables.items()}
    given = {
        "communities": communities() if places is None else places,
        "buildings": buildings() if houses is None else houses,
        **tables,
    }
    layers, findings = check_layers(given)
    for key, frame in before.items():
        assert_frame_equal(tables[key], frame)
    assert set(layers) == {"communities", "buildings"}
    return layers["buildings"], findings


def messages(findings: list[Finding]) -> list[str]:
    records = [item.record() for item in findings]
    return [f"{item['layer']} {item['code']} {item['message_en']}" for item in records]


# -- counts -------------------------------------------------------------------------------------


def test_counts_by_id_fill_and_win() -> None:
    houses = buildings(households=[10, 10, None, 10], persons=None)
    counts = table(building_id=["h0", "h1", "h2", "h3"], households=[10, 12, 7, 10])
    found, findings = check(houses, counts=counts)
    assert found["households"].tolist() == [10, 12, 7, 10]
    assert found["persons"].tolist() == [26, 31, 18, 26]
    assert not found["estimated"].any()
    assert messages(findings) == [
        "buildings GT117 no persons given; taken as 2.6 a household",
        "buildings GT214 households of 1 buildings differs from the table; the table wins",
    ]
    assert findings[1].where == (1,)


def test_counts_make_an_estimate_needless() -> None:
    houses = buildings(households=None, persons=None)
    counts = table(building_id=["h0", "h1", "h2", "h3"], households=[1, 2, 3, 4], persons=[2] * 4)
    found, findings = check(houses, counts=counts)
    assert found["households"].tolist() == [1, 2, 3, 4]
    assert found["persons"].tolist() == [2, 2, 2, 2]
    assert findings == []
    assert not found["estimated"].any()


def test_a_row_for_each_flat_is_added_up() -> None:
    ids = ["h0", "h1", "h0", "h2", "h0", "h3"]
    counts = table(building_id=ids, households=[1, 10, 1, 10, 8, 10], persons=[2] * 6)
    found, findings = check(buildings(persons=None), counts=counts)
    assert found["households"].tolist() == [10, 10, 10, 10]
    assert found["persons"].tolist() == [6, 2, 2, 2]
    assert messages(findings) == [
        "counts GT211 1 buildings stand in several rows of the table; added up"
    ]


def test_counts_by_address_where_there_are_no_ids() -> None:
    addresses = ["汇东路 0号", "汇东路１号", " 汇东路2号", "汇东路3号"]
    counts = table(address=addresses, households=[3, 4, 5, 6])
    found, findings = check(buildings(households=None), counts=counts)
    assert found["households"].tolist() == [3, 4, 5, 6]
    assert findings == []


def test_rows_without_id_are_joined_by_address() -> None:
    counts = table(
        building_id=["h0", None, "h2", "h3"],
        address=["?", "汇东路1号", None, None],
        households=[2, 3, 4, 5],
    )
    found, findings = check(buildings(households=None), counts=counts)
    assert found["households"].tolist() == [2, 3, 4, 5]
    assert findings == []


def test_numbered_ids_are_joined_to_nothing() -> None:
    houses = buildings(building_id=None, address=None)
    counts = table(building_id=["B000001"], households=[99])
    found, findings = check(houses, counts=counts)
    assert found["households"].tolist() == [10] * 4
    assert [item.code for item in findings] == ["GT118", "GT073"]


def test_rows_that_fit_no_building() -> None:
    ids = ["h0", "h1", "x", "h2", "h3", None]
    counts = table(building_id=ids, households=[10, 10, 6, 10, 10, 5])
    found, findings = check(counts=counts)
    assert found["households"].sum() == 40
    assert messages(findings) == [
        "counts GT212 2 rows of the table fit no building, 11 households are not placed: x"
    ]
    assert findings[0].where == (2, 5)


def test_buildings_without_a_row() -> None:
    houses = buildings(households=[10, 10, None, 10])
    found, findings = check(houses, counts=table(building_id=["h0", "h1"], households=[10, 10]))
    assert found["households"].tolist() == [10, 10, 0, 10]
    assert messages(findings) == [
        "buildings GT213 the table has no row for 2 buildings; "
        "1 of them have no households otherwise"
    ]
    assert findings[0].where == (2, 3)


def test_addresses_of_several_buildings_are_not_joined() -> None:
    houses = buildings(address=["汇东路1号", "汇东路1号", "汇东路2号", "汇东路3号"])
    counts = table(address=["汇东路1号", "汇东路2号", "汇东路3号"], households=[4, 10, 10])
    found, findings = check(houses, counts=counts)
    assert found["households"].tolist() == [10, 10, 10, 10]
    assert messages(findings) == [
        "buildings GT213 the table has no row for 2 buildings; "
        "0 of them have no households otherwise",
        "counts GT215 1 rows of the table have the address of several buildings; 4 households "
        "are not placed: 汇东路1号",
    ]


def test_faults_in_the_table_are_told_by_its_rows() -> None:
    ids = ["h0", "h1", "h2", "h3"]
    counts = table(building_id=ids, households=["约10户", "many", -3, 10])
    _, findings = check(buildings(households=None), counts=counts)
    assert messages(findings) == [
        "counts GT021 households is not a number: many",
        "counts GT022 households is negative: -3",
        "counts GT198 households holds words; the numbers in them were taken: 约10户 → 10",
    ]
    assert [item.where for item in findings] == [(1,), (2,), (0,)]


@pytest.mark.parametrize("mark", ["-", "/", "无", "—", "——", "－", " / ", "−"])
def test_marks_for_nothing_are_empty_cells(mark: str) -> None:
    counts = table(building_id=["h0", "h1", "h2", "h3"], households=[mark, 7, 8, 9])
    houses = buildings(households=[1, None, None, None], persons=[2, 20, 20, 20])
    found, findings = check(houses, counts=counts)
    assert found["households"].tolist() == [1, 7, 8, 9]
    shown = f"counts GT223 households holds marks for nothing, taken as empty: {mark}"
    assert messages(findings) == [shown]
    assert findings[0].where == (0,)
    assert findings[0].severity == "info"


@pytest.mark.parametrize("text", ["-5", "无数", "1/2", "a-"])
def test_what_is_more_than_a_mark_is_no_empty_cell(text: str) -> None:
    _, findings = check(buildings(households=[text, 9, 9, 9]))
    assert [item.severity for item in findings] == ["error"]


def test_a_table_without_figures() -> None:
    _, findings = check(counts=table(building_id=["h0"]))
    assert len(findings) == 1
    with pytest.raises(DataError, match=r"GT072 table counts has neither households nor persons"):
        refuse_errors(findings)


def test_a_table_that_cannot_be_joined() -> None:
    _, findings = check(buildings(address=None), counts=table(address=["x"], households=[1]))
    assert len(findings) == 1
    with pytest.raises(DataError, match=r"GT073 .* no column in common · counts · give both"):
        refuse_errors(findings)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 50)), max_size=30))
def test_every_household_of_the_table_is_placed_or_told(rows: list[tuple[int, int]]) -> None:
    counts = table(
        building_id=[f"h{at}" for at, _ in rows], households=[count for _, count in rows]
    )
    found, findings = check(buildings(households=[1000] * 4), counts=counts)
    told = sum(int(str(item.values["households"])) for item in findings if item.code == "GT212")
    named = {f"h{at}" for at, _ in rows}
    placed = found[found["building_id"].isin(named)]["households"].sum()
    assert placed + told == sum(count for _, count in rows)
    assert (found[~found["building_id"].isin(named)]["households"] == 1000).all()


# -- totals -------------------------------------------------------------------------------------


def test_sums_that_agree() -> None:
    totals = table(code=[A, B], households=[30, 10], persons=[75, 25])
    assert check(totals=totals)[1] == []


@pytest.mark.parametrize(("households", "told"), [(35, False), (36, True), (25, False), (24, True)])
def test_small_differences_are_let_pass(households: int, told: bool) -> None:
    found = check(totals=table(code=[A, B], households=[households, 10]))[1]
    expected = [
        f"communities GT208 households of the buildings in {A} add up to 30, "
        f"in the table to {households}"
    ]
    assert messages(found) == (expected if told else [])


@pytest.mark.parametrize(("wanted", "told"), [(3030, False), (3031, True)])
def test_one_percent_is_let_pass(wanted: int, told: bool) -> None:
    houses = buildings(households=[1000] * 4, persons=[2500] * 4)
    found = check(houses, totals=table(code=[A, B], households=[wanted, 1000]))[1]
    assert [item.code for item in found] == (["GT208"] if told else [])


def test_persons_are_compared_unless_they_are_a_ratio() -> None:
    totals = table(code=[A, B], households=[30, 10], persons=[99, 25])
    assert messages(check(totals=totals)[1]) == [
        f"communities GT219 persons of the buildings in {A} add up to 75, in the table to 99"
    ]
    assert [item.code for item in check(buildings(persons=None), totals=totals)[1]] == ["GT117"]


def test_rows_of_one_code_are_added_up_and_empty_ones_pass() -> None:
    totals = table(code=[A, A, B], households=[20, "10户", None])
    assert [item.code for item in check(totals=totals)[1]] == ["GT198"]


def test_codes_that_have_no_partner() -> None:
    totals = table(code=[A, C, "510302000000"], households=[30, 9, 40])
    found = check(totals=totals)[1]
    assert messages(found) == [
        f"communities GT210 the table has no row for 1 communities: {B}",
        f"totals GT209 2 rows of the table have codes that are not in the communities: "
        f"{C}, 510302000000",
    ]


def test_codes_of_totals_are_mended_too() -> None:
    found = check(totals=table(code=["510302 001001", B], households=[30, 10]))[1]
    assert [f"{item.layer} {item.code}" for item in found] == ["totals GT194"]


def test_an_estimate_is_compared_as_a_whole() -> None:
    # 6 m x 8 m x 2 floors / 90 m²: one household each, three in A and one of 8 x 10 in B: two
    houses = buildings(households=None, persons=None)
    found = check(houses, totals=table(code=[A, B], households=[6, 4]))[1]
    assert [item.code for item in found] == ["GT116", "GT117"]
    found = check(houses, totals=table(code=[A, B], households=[40, 10]))[1]
    assert messages(found)[2:] == [
        "totals GT217 5 households were estimated, the table has 50; 9 m² a household would meet it"
    ]


def test_totals_without_figures() -> None:
    found = check(totals=table(code=[A, B]))[1]
    assert [f"{item.layer} {item.code}" for item in found] == ["totals GT072"]


# -- codes --------------------------------------------------------------------------------------


def test_codes_that_agree_whatever_the_ending() -> None:
    names = ["高山井社区居民委员会", "天花井社区居委会", "双牌坊社区"]
    assert check(codes=table(code=[A, B, C], name=names))[1] == []


@pytest.mark.parametrize(
    ("own", "other"),
    [
        *(("新村", "新村村民委员会"), ("新村村", "新村村村委会"), ("新社区", "新居委会")),
        *(("高山 井社区", "高山井社区居委会"), ("ＡＢ社区", "AB居民委员会")),
    ],
)
def test_endings_are_no_difference(own: str, other: str) -> None:
    places = communities(name=[own, "天花井社区"])
    codes = table(code=[A, B], name=[other, "天花井社区"])
    assert check(places=places, codes=codes)[1] == []


def test_another_name() -> None:
    codes = table(code=[A, B], name=["檀木林社区居委会", "天花井社区居委会"])
    assert messages(check(codes=codes)[1]) == [
        f"communities GT207 community {A} is named 高山井社区, in the table 檀木林社区居委会"
    ]


def test_a_code_of_another_edition_with_its_new_code() -> None:
    # the same name elsewhere does not disturb: the county decides
    codes = table(
        code=[B, "510302009005", "510303001001", "510302001000"],
        name=["天花井社区居委会", "高山井社区居委会", "高山井社区居委会", "高山井街道"],
    )
    assert messages(check(codes=codes)[1]) == [
        f"communities GT205 code {A} (高山井社区) is not in the table; "
        "the nearest name is 510302009005 (高山井社区居委会)"
    ]


def test_a_code_of_another_edition_with_the_nearest_name() -> None:
    codes = table(code=[B, C], name=["天花井社区", "高山井北社区居委会"])
    assert [item.values["proposal"] for item in check(codes=codes)[1]] == [C]


@pytest.mark.parametrize(
    "names",
    [
        pytest.param({"510302001009": "珍珠寺社区"}, id="no such name"),
        pytest.param({"510302001008": "高山井社区", "510302001009": "高山井村"}, id="two of it"),
    ],
)
def test_a_code_that_is_nowhere(names: dict[str, str]) -> None:
    codes = table(code=[B, *names], name=["天花井社区", *names.values()])
    assert messages(check(codes=codes)[1]) == [
        f"communities GT206 code {A} (高山井社区) is not in the table"
    ]


def test_a_table_of_codes_alone() -> None:
    assert check(codes=table(code=[A, B]))[1] == []
    assert [item.code for item in check(codes=table(code=[A]))[1]] == ["GT206"]


def test_rows_of_other_places_and_of_none_are_passed_by() -> None:
    names = ["高山井", "天花井", "自流井区", "x", "合计"]
    codes = table(code=[A, B, "510302000000", "5.1E+11", None], name=names)
    assert check(codes=codes)[1] == []
    totals = table(code=[A, B, None], households=[30, 10, 40])
    assert check(totals=totals)[1] == []


def test_row_order_of_tables_does_not_matter() -> None:
    rng = np.random.default_rng(5)
    counts = table(building_id=["h0", "h0", "x", "h2", "y"], households=[1, 2, 3, 4, 5])
    totals = table(code=[A, B, C], households=[99, 98, 97])
    codes = table(code=[C, "510302001004"], name=["x", "高山井"])
    one, found = check(counts=counts, totals=totals, codes=codes)
    shuffled = {
        "counts": counts.iloc[rng.permutation(5)],
        "totals": totals.iloc[rng.permutation(3)],
        "codes": codes.iloc[[1, 0]],
    }
    two, again = check(**shuffled)
    assert_frame_equal(one, two)
    assert len(found) > 5
    assert [item.record() for item in found] == [item.record() for item in again]
