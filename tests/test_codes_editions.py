"""Editions of the 12-digit codes: what became what, and grids that follow."""

from __future__ import annotations

import itertools
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from builders import CRS, square

from gridtool.codes import (
    Counter,
    Ledger,
    crosswalk,
    load_scheme,
    make_table,
    migrate_codes,
    read_crosswalk,
    record_migration,
)
from gridtool.errors import ColumnError, DataError

SHARED = Path(__file__).parents[2] / "shared" / "data" / "cn_admin_codes"
LISTS = SHARED / "villages_2016_2023_five_cities.parquet"
TOWN, NEXT, FAR = "510302101", "510302102", "510302007"


def table(**names: str):
    """Return a table of codes given as ``c510302101201="全胜村村委会"``."""
    rows = [(code.removeprefix("c"), name) for code, name in names.items()]
    return make_table(pd.DataFrame(rows, columns=["code", "name"]), source="t")


def proposed(old, new) -> dict[str, tuple[str, str, float]]:
    """Return the proposal for each old code, and for new ones without one."""
    rows = crosswalk(old, new)
    return {
        row.old_code or row.new_code: (row.change, row.new_code, row.confidence)
        for row in rows.itertuples()
    }


def test_each_kind_of_change() -> None:
    old = table(
        c510302101201="全胜村村委会",
        c510302101202="向阳街社区居委会",
        c510302101203="黄家村村委会",
        c510302101204="石辊村委会",
        c510302101205="柏林村村委会",
        c510302101206="慈云村委会",
    )
    new = table(
        c510302101201="全胜村村民委员会",
        c510302101202="向阳社区居委会",
        c510302101011="石辊社区居民委员会",
        c510302007201="柏林村村民委员会",
        c510302101206="五条沟村民委员会",
        c510302101207="新村村民委员会",
    )
    assert proposed(old, new) == {
        "510302101201": ("same", "510302101201", 1.0),
        "510302101202": ("renamed", "510302101202", 0.9),
        "510302101203": ("gone", "", 1.0),
        "510302101204": ("recoded", "510302101011", 0.95),
        "510302101205": ("recoded", "510302007201", 0.9),
        "510302101206": ("renamed", "510302101206", 0.6),
        "510302101207": ("new", "510302101207", 1.0),
    }


def test_a_name_that_went_on_under_a_neighbours_code_is_a_merger() -> None:
    old = table(c510302003001="龙凤山社区居委会", c510302003002="后山坡社区居委会")
    new = table(c510302003002="龙凤山社区居民委员会")
    assert proposed(old, new) == {
        "510302003001": ("merged", "510302003002", 0.7),
        "510302003002": ("merged", "510302003002", 0.7),
    }


def test_a_code_given_to_another_community_is_no_rename() -> None:
    old = table(c510302101201="甲村村委会", c510302101202="乙村村委会")
    new = table(c510302101201="乙村村委会", c510302101203="甲村村委会")
    assert proposed(old, new) == {
        "510302101201": ("recoded", "510302101203", 0.95),
        "510302101202": ("recoded", "510302101201", 0.95),
    }


def test_a_name_that_is_not_single_goes_where_its_neighbours_went() -> None:
    old = table(
        c510302101201="东风村村委会",
        c510302101202="柏林村村委会",
        c510302102201="东风村村委会",
        c510302102202="白果村村委会",
    )
    new = table(
        c510302007201="柏林村村民委员会",
        c510302007202="东风村村民委员会",
        c510302008201="白果村村民委员会",
        c510302008202="东风村村民委员会",
    )
    found = proposed(old, new)
    assert found["510302101201"] == ("recoded", "510302007202", 0.9)
    assert found["510302102201"] == ("recoded", "510302008202", 0.9)
    # without neighbours to go by nothing is guessed
    bare = proposed(
        table(c510302101201="东风村村委会", c510302102201="东风村村委会"),
        table(c510302007202="东风村村民委员会", c510302008202="东风村村民委员会"),
    )
    assert [change for change, *_ in bare.values()] == ["new", "new", "gone", "gone"]


def test_another_county_is_another_place() -> None:
    found = proposed(table(c510302101201="东风村村委会"), table(c510303101201="东风村村委会"))
    assert [change for change, *_ in found.values()] == ["gone", "new"]


def test_only_what_is_the_same_is_approved_beforehand() -> None:
    rows = crosswalk(
        table(c510302101201="甲村村委会", c510302101202="乙村村委会"),
        table(c510302101201="甲村村民委员会", c510302101203="乙村村委会"),
    )
    assert rows["approved"].tolist() == ["yes", ""]
    assert rows["note"].tolist() == ["写法不同 spelt differently", ""]
    assert crosswalk(table(c510302101201="甲"), table(c510302101201="甲"), area="5104").empty


@pytest.mark.skipif(not LISTS.exists(), reason="the lists of five cities are not here")
def test_zigong_from_2016_to_2023() -> None:
    pytest.importorskip("pyarrow")
    frame = pd.read_parquet(LISTS)
    old, new = (
        make_table(frame.loc[frame["year"] == year, ["code", "name"]], source=year)
        for year in ("2016", "2023")
    )
    rows = crosswalk(old, new, area="5103")
    before, after = rows["old_code"], rows["new_code"]
    # every code of both lists, and none twice on the old side
    assert before[before != ""].is_unique
    assert (before != "").sum() == 1418
    assert after[after != ""].nunique() == 987
    counts = rows["change"].value_counts().to_dict()
    shared = set(before) & set(after) - {""}
    assert len(shared) == 523
    # of these one went to a village made of its neighbours, and is told
    reused = rows[(rows["change"] == "new") & rows["new_code"].isin(shared)]
    assert reused[["new_code", "note"]].to_numpy().tolist() == [
        ["510311111225", "该代码原属 平安村民委员会 was its code"]
    ]
    assert counts["same"] + counts["renamed"] + counts["merged"] / 2 == 522
    assert sum(counts.values()) - counts["new"] == 1418
    by_code = rows.set_index("old_code")
    # read by hand: the street office of Shuping took over the town's villages
    assert by_code.loc["510302102204", ["new_code", "change"]].tolist() == [
        *("510302007202", "recoded")
    ]
    assert by_code.loc["510302003001", ["new_code", "change"]].tolist() == [
        *("510302003002", "merged")
    ]
    assert by_code.loc["510302001001", "change"] == "gone"
    # the lists of each pair of years add up too
    years = sorted(frame["year"].unique())
    for one, other in itertools.pairwise(years):
        tables = [
            make_table(frame.loc[frame["year"] == year, ["code", "name"]], source=year)
            for year in (one, other)
        ]
        rows = crosswalk(*tables, area="5103")
        sizes = [(frame["year"] == y) & frame["code"].str.startswith("5103") for y in (one, other)]
        assert rows["old_code"].ne("").sum() == sizes[0].sum()
        assert rows.loc[rows["new_code"] != "", "new_code"].nunique() == sizes[1].sum()


HEAD = "old_code,old_name,new_code,approved"


def write(path: Path, *rows: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8-sig")
    return path


def test_a_crosswalk_as_a_person_edits_it(tmp_path: Path) -> None:
    path = write(
        tmp_path / "c.csv",
        f"{TOWN}201,甲,{FAR}201,YES",
        f"{TOWN}202,乙,{FAR}202,是",
        f"{TOWN}203,丙,{FAR}203,",
        f",,{FAR}204,yes",
        f"{TOWN}205,戊,,no",
    )
    rows = read_crosswalk(path)
    assert rows["approved"].tolist() == [True, True, False, True, False]
    assert rows["new_code"].iloc[0] == f"{FAR}201"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (("5.10302E+11,甲,510302007201,yes",), "row 2 .* old_code '5.10302E"),
        ((f"{TOWN}201,甲,51030200720,yes",), "row 2 .* new_code '51030200720'"),
        ((f"{TOWN}201,甲,,yes",), "row 2 .* new_code ''"),
        (
            (f"{TOWN}201,甲,{FAR}201,yes", f"{TOWN}201,甲,{FAR}202,yes"),
            f"row 3 .* old_code '{TOWN}201'",
        ),
    ],
)
def test_rows_that_cannot_be_used(rows: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"GT098 {said}"):
        read_crosswalk(write(tmp_path / "c.csv", *rows))


def test_a_crosswalk_without_approval_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", f"{TOWN}201,{FAR}201", head="old_code,new_code")
    with pytest.raises(ColumnError, match="GT099 the column approved cannot be used"):
        read_crosswalk(path)


NEW = table(
    c510302007201="柏林村村民委员会",
    c510302007202="磨刀岭村村民委员会",
    c510302101201="全胜村村委会",
)


def grids(*codes: str, **more: object) -> gpd.GeoDataFrame:
    data = {
        "grid_code": list(codes), "community_code": [code[:12] for code in codes],
        "community_name": "旧名", "grid_kind": "base", "grid_name": "第一网格", "note": "mine",
    }  # fmt: skip
    shapes = [square(20.0 * at, 0) for at in range(len(codes))]
    return gpd.GeoDataFrame(data | more, geometry=shapes, crs=CRS)


def approved(*pairs: tuple[str, str], yes: bool = True) -> pd.DataFrame:
    frame = pd.DataFrame(pairs, columns=["old_code", "new_code"])
    return frame.assign(approved=yes)


def migrate(layer: gpd.GeoDataFrame, rows: pd.DataFrame, **options: object):
    scheme = load_scheme()
    take = options.pop("take", Counter(scheme, layer["grid_code"]).take)
    return migrate_codes(layer, rows, scheme=scheme, take=take, table=NEW, **options)


def test_grids_follow_their_community_and_keep_their_serials() -> None:
    layer = grids(f"{NEXT}201001", f"{NEXT}201007", f"{TOWN}201001")
    layer["grid_name"] = ["第一网格", "第一中学", "第一网格"]
    before = layer.copy()
    rows = approved((f"{NEXT}201", f"{FAR}201"), (f"{TOWN}201", f"{TOWN}201"))
    done = migrate(layer, rows)
    pd.testing.assert_frame_equal(layer, before)
    assert done.findings == []
    named = done.grids[["grid_code", "prev_code", "grid_name"]]
    assert named.fillna("").to_numpy().tolist() == [
        [f"{FAR}201001", f"{NEXT}201001", "第一网格"],
        [f"{FAR}201007", f"{NEXT}201007", "第一中学"],
        [f"{TOWN}201001", "", "第一网格"],
    ]
    assert done.grids["grid_full_name"].iloc[1] == "柏林村第一中学"
    assert done.grids["community_code"].tolist() == [f"{FAR}201"] * 2 + [f"{TOWN}201"]
    assert done.grids["note"].tolist() == ["mine"] * 3
    assert done.lineage.to_numpy().tolist() == [
        [f"{NEXT}201001", f"{FAR}201001", "recoded", "community"],
        [f"{NEXT}201007", f"{FAR}201007", "recoded", "community"],
    ]
    # a shape goes with its code
    assert done.grids.geometry.iloc[1].equals(square(20.0, 0))


def test_communities_that_became_one_get_new_serials_where_they_meet() -> None:
    layer = grids(f"{NEXT}201001", f"{NEXT}201002", f"{NEXT}202001", f"{NEXT}202005")
    done = migrate(layer, approved((f"{NEXT}201", f"{FAR}201"), (f"{NEXT}202", f"{FAR}201")))
    became = dict(zip(done.lineage["old_code"], done.lineage["new_code"], strict=True))
    assert became == {
        f"{NEXT}201001": f"{FAR}201001", f"{NEXT}201002": f"{FAR}201002",
        f"{NEXT}202001": f"{FAR}201003", f"{NEXT}202005": f"{FAR}201005",
    }  # fmt: skip
    (item,) = done.findings
    assert (item.code, item.row, item.values["new"]) == (
        *("GT322", f"{NEXT}202001"),
        f"{FAR}201003",
    )
    assert done.grids.set_index("grid_code").loc[f"{FAR}201003", "grid_name"] == "第三网格"


def test_a_code_once_used_in_the_new_community_is_not_used_again() -> None:
    done = migrate(
        grids(f"{NEXT}201001"), approved((f"{NEXT}201", f"{FAR}201")), taken=[f"{FAR}201001"]
    )
    assert done.grids["grid_code"].tolist() == [f"{FAR}201002"]


def test_two_communities_that_change_codes_never_swap_those_of_grids() -> None:
    layer = grids(f"{FAR}201001", f"{FAR}202001")
    done = migrate(layer, approved((f"{FAR}201", f"{FAR}202"), (f"{FAR}202", f"{FAR}201")))
    assert sorted(done.lineage["new_code"]) == [f"{FAR}201002", f"{FAR}202002"]


def test_what_is_not_approved_stays_and_is_found() -> None:
    layer = grids(f"{NEXT}201001", f"{NEXT}202001", "malformed")
    done = migrate(layer, approved((f"{NEXT}201", f"{FAR}201"), yes=False))
    assert sorted(done.grids["grid_code"]) == sorted(layer["grid_code"])
    assert [(item.code, item.row) for item in done.findings] == [
        *(("GT320", f"{NEXT}201"), ("GT321", f"{NEXT}202"))
    ]


def test_a_migration_is_recorded_as_a_whole() -> None:
    scheme = load_scheme()
    rows = approved((f"{NEXT}201", f"{FAR}201"), (f"{NEXT}202", f"{FAR}201"))
    layer = grids(f"{NEXT}201001", f"{NEXT}202001")
    with Ledger.create(None, county="510302", scheme=scheme) as ledger:
        ledger.record("issue", layer["grid_code"])
        done = migrate(layer, rows, take=ledger.reserve, taken=ledger.codes())
        record_migration(ledger, done.lineage, document="换版")
        assert ledger.codes("retired") == [f"{NEXT}201001", f"{NEXT}202001"]
        assert ledger.codes("issued") == done.grids["grid_code"].tolist()
        with pytest.raises(DataError, match="GT094"):
            record_migration(ledger, done.lineage)
