"""From units to grids: numbers of grids, reasons, contiguity, smooth borders."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders import (
    CODES,
    VILLAGE,
    assert_grids_hold,
    barriers,
    buildings,
    communities,
    compounds,
    lattice,
    square,
    towns,
    wrong_sizes,
)
from hypothesis import given, settings
from shapely import box

from gridtool.division import assign_grids, measure_communities
from gridtool.graph import build_graph
from gridtool.pipeline import Division, Settings, partition
from gridtool.rules import Rules

few = settings(max_examples=12, deadline=None, derandomize=True)


def assigned(households: list[list[int]], *, kind: str = "community", **more: Any) -> pd.DataFrame:
    units, borders = lattice(households, **more)
    edges = build_graph(units, borders)
    code = units["community_code"].iloc[0]
    return units.join(assign_grids(units, edges, pd.DataFrame({"code": [code], "kind": [kind]})))


def sizes(frame: pd.DataFrame) -> list[int]:
    return sorted(frame.groupby("grid")["households"].sum().tolist())


def reasons(frame: pd.DataFrame) -> set[object]:
    return {None if pd.isna(value) else value for value in frame["reason"]}


@pytest.mark.parametrize(
    ("row", "found", "reason"),
    [
        ([100, 100, 100], [300], None),
        ([100, 100, 99], [299], "small_community"),
        ([0, 0, 0], [0], "small_community"),
        ([250, 251], [501], "no_count_fits"),
        ([300, 299], [299, 300], "no_count_fits"),
        ([300, 300], [300, 300], None),
        ([150] * 6, [450, 450], None),
        ([200] * 8, [400] * 4, None),
    ],
)
def test_a_row_of_units(row: list[int], found: list[int], reason: str | None) -> None:
    frame = assigned([row])
    assert sizes(frame) == found
    assert reasons(frame) - {None} == ({reason} - {None})


def test_a_tower_over_the_limit_stands_alone() -> None:
    frame = assigned([[100, 100, 100, 700, 100, 100, 100]])
    assert sizes(frame) == [300, 300, 700]
    assert set(frame.loc[frame["households"] == 700, "reason"]) == {"single_building"}
    assert frame.loc[frame["households"] == 100, "reason"].isna().all()


def test_where_units_leave_no_division_it_is_said() -> None:
    # 620 could be two grids of 310, but these two units cannot be parted so
    frame = assigned([[320, 10, 290]])
    assert sizes(frame) == [300, 320]
    frame = assigned([[340, 280]])
    assert "no_division_fits" in reasons(frame)


def test_a_village_is_one_grid_up_to_the_limit_and_several_above() -> None:
    assert sizes(assigned([[100] * 5], kind="village")) == [500]
    assert sizes(assigned([[5, 5]], kind="village")) == [10]
    frame = assigned([[100] * 9], kind="village")
    assert sizes(frame) == [400, 500]
    assert reasons(frame) == {None}


def test_about_1000_persons_is_used_only_when_households_do_not_fit() -> None:
    frame = assigned([[500, 50]], persons=2)
    assert sizes(frame) == [550]
    frame = assigned([[300, 300]], persons=2)
    assert sizes(frame) == [300, 300]


def test_a_known_community_is_taken_over() -> None:
    units, borders = lattice([[100] * 9])
    edges = build_graph(units, borders)
    kinds = pd.DataFrame({"code": [CODES[0]], "kind": ["community"]})
    before = assign_grids(units, edges, kinds)
    odd = before.assign(grid=np.arange(9) // 3 + 5)
    after = assign_grids(units, edges, kinds, known={CODES[0]: odd})
    assert after["grid"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def measured(households: list[list[int | None]], **more: Any) -> pd.Series:
    """Return the figures of one divided community."""
    units, borders = lattice(households)
    edges = build_graph(units, borders)
    kinds = pd.DataFrame({"code": [CODES[0]], "kind": ["community"]})
    spent: dict[str, float] = {}
    grids = assign_grids(units, edges, kinds, timed=spent.__setitem__)
    figures = measure_communities(units, edges, grids, seconds=spent, **more)
    assert list(figures.index) == list(spent) == [CODES[0]]
    assert figures["seconds"].iloc[0] == spent[CODES[0]] >= 0.0
    return figures.iloc[0]


def test_figures_of_a_community() -> None:
    # 4 x 2 squares of 100: two halves, 20 m through street blocks at three times the cost
    row = measured([[100] * 4] * 2, exact=40)
    assert (row["k"], row["in_window"], row["cut_m"], row["cut_cost"]) == (2, 1.0, 20.0, 60.0)
    assert row["bound_cost"] == pytest.approx(60.0)
    assert row["gap"] == pytest.approx(0.0)
    assert np.isnan(measured([[100] * 4] * 2, exact=15)["bound_cost"])


def test_figures_of_one_grid_need_no_proof() -> None:
    row = measured([[100, 100, 99]])
    assert (row["k"], row["in_window"], row["cut_m"], row["bound_cost"]) == (1, 0.0, 0.0, 0.0)
    assert row["gap"] == 0.0


def test_figures_of_pieces_are_summed() -> None:
    # both sides of the gap stand alone, one as one grid, one as two
    row = measured([[100] * 4 + [None] + [100] * 8], exact=40)
    assert (row["k"], row["in_window"], row["cut_m"]) == (3, 1.0, 10.0)
    assert row["bound_cost"] == pytest.approx(30.0)


def test_what_is_outside_the_window_has_no_bound() -> None:
    row = measured([[300, 299]], exact=40)
    assert (row["k"], row["in_window"]) == (2, 0.5)
    assert np.isnan(row["bound_cost"])
    assert np.isnan(row["gap"])


def town(shape: Any, homes: list[Any], households: list[int], **more: Any) -> Division:
    return partition(communities(shape), buildings(homes, households), **more)


def test_a_river_makes_pieces_that_are_never_joined() -> None:
    homes = [square(x, 20) for x in [*range(0, 140, 20), *range(160, 300, 20)]]
    left = [100] * 5 + [0] * 2
    river = barriers(box(140, -5, 150, 65))
    divided = town(box(0, 0, 300, 60), homes, left + [20] * 7, barriers=river)
    grids = divided.grids.sort_values("households")
    assert grids["households"].tolist() == [140, 500]
    assert grids["size_reason"].iloc[0] == "barrier"
    assert not grids.geometry.iloc[0].intersects(box(0, 0, 140, 60).buffer(-1))


def test_a_piece_that_cannot_stand_alone_is_linked_across_open_ground() -> None:
    shape = shapely.union_all([box(0, 0, 300, 60), box(400, 0, 440, 60)])
    homes = [square(x, 20) for x in range(0, 300, 20)] + [square(410, 20)]
    divided = town(shape, homes, [40] * 15 + [30])
    assert sorted(divided.grids["households"]) == [310, 320] or len(divided.grids) == 2
    parts = shapely.get_num_geometries(divided.grids.geometry.to_numpy())
    assert sorted(parts.tolist()) == [1, 2]
    assert "GT146" in set(divided.findings["code"])


def test_a_piece_that_can_stand_alone_is_not_linked() -> None:
    shape = shapely.union_all([box(0, 0, 300, 60), box(400, 0, 700, 60)])
    homes = [square(x, 20) for x in [*range(0, 300, 20), *range(400, 700, 20)]]
    divided = town(shape, homes, [25] * 30)
    assert divided.grids["households"].tolist() == [375, 375]
    assert set(divided.grids.geom_type) == {"Polygon"}


def test_compounds_stay_whole_where_the_window_allows() -> None:
    homes = [square(x, 20) for x in range(0, 200, 20)]
    ids = ["A"] * 5 + ["B"] * 5
    walls = compounds(A=box(-1, 5, 91, 55), B=box(99, 5, 191, 55))
    frame = buildings(homes, [70] * 10, compound_id=ids)
    divided = partition(communities(box(-5, 0, 195, 60)), frame, compounds=walls)
    held = divided.buildings.assign(compound=ids).groupby("compound")["grid_code"].nunique()
    assert held.tolist() == [1, 1]


def test_a_compound_gives_way_where_the_window_needs_it() -> None:
    # 330 and 270: only by splitting the first can both grids have 300
    homes = [square(x, 20) for x in range(0, 400, 20)]
    frame = buildings(homes, [30] * 20, compound_id=["A"] * 11 + ["B"] * 9)
    walls = compounds(A=box(-1, 5, 214, 55), B=box(216, 5, 393, 55))
    divided = partition(communities(box(-5, 0, 395, 60)), frame, compounds=walls)
    assert divided.grids["households"].tolist() == [300, 300]
    (shared,) = divided.findings[divided.findings["code"] == "GT323"].itertuples()
    assert shared.row == "A"


def test_borders_are_smoothed_and_no_footprint_is_cut() -> None:
    rng = np.random.default_rng(3)
    homes = [
        box(x, y, x + rng.uniform(6, 16), y + rng.uniform(6, 16))
        for x in range(0, 400, 20)
        for y in range(0, 100, 20)
    ]
    layers = {
        "communities": communities(box(-5, -5, 405, 105)),
        "buildings": buildings(homes, [10] * len(homes)),
    }
    divided = partition(**layers)
    assert_grids_hold(divided, layers)
    grids = divided.grids.geometry.to_numpy()
    rough = divided.units.dissolve("grid_code").geometry.to_numpy()
    assert shapely.get_num_coordinates(grids).sum() < 0.5 * shapely.get_num_coordinates(rough).sum()


def test_a_community_without_households_is_one_grid_and_told() -> None:
    divided = partition(
        communities(box(0, 0, 60, 60), box(60, 0, 120, 60)),
        buildings([square(70, 20)], [0]),
    )
    assert divided.grids["households"].tolist() == [0, 0]
    assert {"GT105", "GT106"} <= set(divided.findings["code"])


def test_a_village_told_by_code() -> None:
    divided = partition(
        communities(box(0, 0, 60, 60), codes=[VILLAGE]), buildings([square(20, 20)], [20])
    )
    assert divided.grids["size_rule"].tolist() == ["village"]


def test_another_window() -> None:
    rules = Rules(min_households=50, target_households=60, max_households=80)
    homes = [square(x, 20) for x in range(0, 300, 20)]
    divided = town(box(0, 0, 300, 60), homes, [10] * 15, settings=Settings(rules=rules))
    assert all(50 <= n <= 80 for n in divided.grids["households"])


@few
@given(towns())
def test_grids_of_any_town_hold(drawn: dict[str, gpd.GeoDataFrame]) -> None:
    before = {key: frame.copy() for key, frame in drawn.items()}
    divided = partition(**drawn)
    for key, frame in drawn.items():
        assert frame.equals(before[key])
    known = divided.summary["communities"]
    ground = drawn["communities"].assign(
        kind=[row["kind"] for row in sorted(known, key=lambda row: row["code"])]
    )
    layers = {**drawn, "communities": ground}
    assert_grids_hold(divided, layers, pieces="barriers" not in drawn)
    wrong = [line for line in wrong_sizes(divided, layers) if not line.endswith("not_found")]
    assert wrong == []


@few
@given(towns())
def test_rows_do_not_depend_on_threads_or_order(drawn: dict[str, gpd.GeoDataFrame]) -> None:
    one = partition(**drawn)
    other = partition(
        **{key: frame.iloc[::-1].reset_index(drop=True) for key, frame in drawn.items()},
        settings=Settings(jobs=3),
    )
    columns = ["grid_code", "households", "persons", "buildings", "size_rule"]
    pd.testing.assert_frame_equal(one.grids[columns], other.grids[columns])
