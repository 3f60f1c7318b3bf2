"""Grids in force: what still fits stays, codes go on, locks and limits hold."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders import CODES, assert_grids_hold, buildings, communities, square
from shapely import box
from shapely.affinity import translate

from gridtool.codes import count_shares, tell_changes
from gridtool.division.problem import FREE, Component, Dials
from gridtool.division.repair import fill, repair
from gridtool.errors import DataError, GridtoolError, SettingsError
from gridtool.pipeline import Division, Settings, partition

ROWS, COLUMNS = 2, 8
GROUND = box(-5, -5, 20 * COLUMNS - 5, 20 * ROWS - 5)
FIRST, SECOND = f"{CODES[0]}001", f"{CODES[0]}002"


def town(households: Any, **more: Any) -> dict[str, gpd.GeoDataFrame]:
    """Return a block of 2 x 8 houses, column by column; households for each or for all."""
    homes = [square(20.0 * x, 20.0 * y) for x in range(COLUMNS) for y in range(ROWS)]
    counts = [households] * len(homes) if isinstance(households, int) else households
    frame = buildings(homes, counts, **{"persons": counts, **more})
    return {"communities": communities(GROUND), "buildings": frame}


def halves(left: int, right: int) -> list[int]:
    """Return households for the houses of the left and of the right half."""
    return [left] * 8 + [right] * 8


@pytest.fixture(scope="module")
def base() -> gpd.GeoDataFrame:
    """Return two grids of 400 households, left and right."""
    grids = partition(**town(50)).grids
    assert grids["households"].tolist() == [400, 400]
    assert grids["grid_code"].tolist() == [FIRST, SECOND]
    west = grids.geometry.centroid.x
    assert west[0] < west[1]
    return grids


def again(base: gpd.GeoDataFrame, households: Any, **settings: Any) -> Division:
    layers = town(households)
    division = partition(**layers, base=base, settings=Settings(**settings))
    assert_grids_hold(division, layers)
    return division


def told(division: Division) -> dict[str, dict[str, Any]]:
    return {item["grid_code"]: item for item in division.summary["base"]["changed"]}


def test_what_fits_stays_and_nothing_is_told(base: gpd.GeoDataFrame) -> None:
    division = again(base, halves(60, 40))
    pd.testing.assert_frame_equal(
        pd.DataFrame(division.grids[["grid_code", "households", "rev"]]),
        pd.DataFrame({"grid_code": [FIRST, SECOND], "households": [480, 320], "rev": [1, 1]}),
        check_dtype=False,
    )
    assert division.grids.geometry.geom_equals(base.geometry).all()
    told = division.summary["base"]
    assert (told["kept_codes"], told["moved_households"], told["changed"]) == (2, 0, [])
    assert told["changes"] == {"U": 2, "S": 0, "M": 0, "X": 0, "N": 0}


def test_a_grid_over_the_window_gives_what_it_must(base: gpd.GeoDataFrame) -> None:
    # 550 and 400: a column of two houses moves; one would do, but leave a notch in the border
    division = again(base, [200, *[50] * 15])
    assert division.grids.set_index("grid_code")["households"].to_dict() == {
        FIRST: 450,
        SECOND: 500,
    }
    assert division.summary["base"]["moved_households"] == 100
    assert told(division) == {
        FIRST: {"grid_code": FIRST, "change": "X", "before": [FIRST], "moved": 0, "why": "over"},
        SECOND: {
            "grid_code": SECOND,
            "change": "X",
            "before": [FIRST, SECOND],
            "moved": 100,
            "why": "over",
        },
    }
    assert division.grids["rev"].tolist() == [2, 2]
    changed = division.findings[division.findings["code"] == "GT347"]
    assert changed["row"].tolist() == [FIRST, SECOND]
    assert "a grid before it has too many households now" in changed["message_en"].iloc[0]


def test_two_grids_too_small_become_one(base: gpd.GeoDataFrame) -> None:
    division = again(base, halves(30, 25))
    # 240 + 200: the larger goes on, the other code ends
    assert division.grids["grid_code"].tolist() == [FIRST]
    assert told(division)[FIRST]["change"] == "M"
    assert division.summary["base"]["retired"] == [{"grid_code": SECOND, "successors": [FIRST]}]
    assert "GT346" in set(division.findings["code"])


def test_a_grid_too_large_becomes_two_and_codes_count_on(base: gpd.GeoDataFrame) -> None:
    division = again(base, halves(80, 50))
    # 640 + 400: three grids fit, and the right one need not change
    assert sorted(division.grids["households"]) == [320, 320, 400]
    assert f"{CODES[0]}003" in set(division.grids["grid_code"])
    letters = {code: item["change"] for code, item in told(division).items()}
    assert sorted(letters.values()) == ["S", "S"]
    assert SECOND not in letters


def test_a_locked_grid_stays_whatever_its_size(base: gpd.GeoDataFrame) -> None:
    division = again(base, [200, *[50] * 15], locks=(FIRST,))
    rows = division.grids.set_index("grid_code")
    assert rows["households"].to_dict() == {FIRST: 550, SECOND: 400}
    assert rows.loc[FIRST, "size_reason"] == "by_hand"
    assert "GT341" in set(division.findings["code"])
    assert division.summary["base"]["moved_households"] == 0


def test_a_column_locks_as_well(base: gpd.GeoDataFrame) -> None:
    division = again(base.assign(锁定=["1", None]), [200, *[50] * 15])
    assert division.grids["households"].tolist() == [550, 400]


def test_more_change_than_is_allowed_is_told(base: gpd.GeoDataFrame) -> None:
    # 100 of 950 without a limit; with one, the notch
    few = again(base, [200, *[50] * 15], max_moved=0.06)
    assert few.summary["base"]["moved_households"] == 50
    assert "GT342" not in set(few.findings["code"])
    none = again(base, [200, *[50] * 15], max_moved=0.01)
    (found,) = none.findings[none.findings["code"] == "GT342"].itertuples()
    # 50 of 950
    assert found.message_en == "50 households changed their grid (5.3%), more than 1.0%"
    assert found.severity == "warning"


def test_threads_change_nothing(base: gpd.GeoDataFrame) -> None:
    one, other = (again(base, [200, *[50] * 15], jobs=jobs) for jobs in (1, 3))
    assert one.grids.equals(other.grids)


def test_a_community_without_grids_in_force_is_divided_anew(base: gpd.GeoDataFrame) -> None:
    layers = town(50)
    far = translate(GROUND, 500.0)
    both = communities(GROUND, far)
    more = buildings([translate(one, 500.0) for one in layers["buildings"].geometry], [25] * 16)
    more["building_id"] = [f"n{at:02d}" for at in range(16)]
    homes = pd.concat([layers["buildings"], more], ignore_index=True)
    division = partition(both, homes, base=base)
    assert division.grids["grid_code"].tolist() == [FIRST, SECOND, f"{CODES[1]}001"]
    assert division.findings.loc[division.findings["code"] == "GT345", "row"].tolist() == [CODES[1]]
    assert told(division)[f"{CODES[1]}001"]["change"] == "N"


def test_nobody_anywhere(base: gpd.GeoDataFrame) -> None:
    division = again(base, 0)
    assert division.grids["households"].tolist() == [0]
    assert division.grids["size_reason"].tolist() == ["small_community"]


@pytest.mark.parametrize(
    ("change", "settings", "error", "code"),
    [
        ({"community_code": CODES[1]}, {}, DataError, "GT075"),
        ({"shift": 1000.0}, {}, DataError, "GT076"),
        ({}, {"locks": ("510302001001009",)}, SettingsError, "GT077"),
        ({"grid_code": ["510302001101", "510302001102"]}, {}, SettingsError, "GT085"),
        ({"grid_code": ["", SECOND]}, {}, DataError, "GT099"),
        ({"grid_code": [FIRST, FIRST]}, {}, DataError, "GT020"),
    ],
)
def test_grids_in_force_that_cannot_be_used(
    base: gpd.GeoDataFrame,
    change: dict[str, Any],
    settings: dict[str, Any],
    error: type[GridtoolError],
    code: str,
) -> None:
    shift = change.pop("shift", 0.0)
    wrong = base.assign(**change)
    wrong = wrong.set_geometry(wrong.geometry.translate(shift))
    with pytest.raises(error, match=code):
        partition(**town(50), base=wrong, settings=Settings(**settings))


def test_a_lock_that_locks_nothing_is_refused_by_name(base: gpd.GeoDataFrame) -> None:
    with pytest.raises(SettingsError, match=r"GT077 .* 510302001001009 .*\(base\)"):
        partition(**town(50), base=base, settings=Settings(locks=("510302001001009", FIRST)))
    # a grid in force, but of a community that is not in this input
    elsewhere = f"{CODES[1]}001"
    far = base.iloc[[1]].assign(grid_code=elsewhere, community_code=CODES[1])
    both = pd.concat([base, far], ignore_index=True)
    with pytest.raises(SettingsError, match=f"GT077 .*{elsewhere}"):
        partition(**town(50), base=both, settings=Settings(locks=(elsewhere,)))
    assert len(partition(**town(50), base=both, settings=Settings(locks=(FIRST,))).grids) == 2


@pytest.mark.parametrize("settings", [{"locks": (FIRST,)}, {"max_moved": 0.05}])
def test_locks_and_limits_need_grids_in_force(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="GT078 --lock, --max-moved and --ledger need"):
        partition(**town(50), settings=Settings(**settings))


# -- letters ---------------------------------------------------------------------------------


def letters(links: list[tuple[str, str, int]]) -> dict[str, str]:
    """Return the letters of new grids from what old and new share, by one building each."""
    rows = [(f"b{at}", old, new, households) for at, (old, new, households) in enumerate(links)]
    frame = pd.DataFrame(rows, columns=["building_id", "grid_code", "grid_id", "households"])
    ids = sorted({new for _, new, _ in links})
    coded = pd.DataFrame({"grid_id": ids, "grid_code": ids})
    return tell_changes(count_shares(frame), coded)["change"].to_dict()


def test_letters_by_hand() -> None:
    assert letters([("a", "a", 9), ("b", "b", 9)]) == {"a": "U", "b": "U"}
    assert letters([("a", "a", 9), ("a", "c", 9)]) == {"a": "S", "c": "S"}
    assert letters([("a", "a", 9), ("b", "a", 9)]) == {"a": "M"}
    assert letters([("a", "a", 9), ("a", "b", 1), ("b", "b", 9)]) == {"a": "X", "b": "X"}
    # a house where nobody lives counts too, and ground that had no grid is new
    assert letters([("a", "a", 9), ("a", "b", 0), ("b", "b", 9)]) == {"a": "X", "b": "X"}
    assert letters([("a", "a", 9), ("", "n", 5)]) == {"a": "U", "n": "N"}


# -- the engine's part ------------------------------------------------------------------------


def row_of(weight: list[int]) -> Component:
    """Return squares in a row."""
    n = len(weight)
    first = np.arange(n - 1)
    a, b = np.r_[first, first + 1], np.r_[first + 1, first]
    order = np.lexsort((b, a))
    start = np.searchsorted(a[order], np.arange(n + 1)).astype(np.int64)
    ten = np.full(2 * n - 2, 10.0)
    units = (np.array(weight, float), np.full(n, 100.0), np.full(n, 40.0), np.zeros(n, np.int64))
    return Component((start, b[order].astype(np.int64), ten, ten), units)


def mended(weight: list[int], home: list[int]) -> list[int]:
    component = row_of(weight)

    def fits(nodes: Any) -> bool:
        return bool(300 <= component.units[0][nodes].sum() <= 500)

    found = repair(component, np.array(home), fits, (300.0, 400.0, 500.0), Dials(), 3)
    return found.tolist()


def test_ground_without_a_home_goes_to_the_neighbours() -> None:
    home = np.array([FREE, 4, FREE, FREE, 7, FREE])
    assert fill(row_of([1] * 6), home).tolist() == [4, 4, 4, 7, 7, 7]


def test_a_chain_of_full_grids_passes_households_on() -> None:
    # 560, 480, 300: the middle grid takes a hundred and hands one on
    weight = [100, 100, 100, 100, 100, 60, 100, 100, 100, 100, 80, 100, 100, 100]
    home = [1] * 6 + [2] * 5 + [3] * 3
    found = mended(weight, home)
    sizes = [
        sum(w for w, at in zip(weight, found, strict=True) if at == grid) for grid in (1, 2, 3)
    ]
    assert sum(sizes) == sum(weight)
    assert all(300 <= size <= 500 for size in sizes)
    assert found == sorted(found)


def test_grids_that_fit_are_left_alone() -> None:
    home = [5, 5, 5, 8, 8, 8, 8]
    assert mended([100] * 7, home) == home


def test_ground_shapes_are_as_the_base(base: gpd.GeoDataFrame) -> None:
    grids = again(base, 50).grids
    assert shapely.area(shapely.symmetric_difference(grids.geometry, base.geometry)).sum() == 0.0
