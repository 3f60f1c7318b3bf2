"""Stage ``graph``: major roads between grids, and compounds that cannot be whole."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from builders import CODES, buildings, communities, compounds, lattice, roads, square
from shapely.geometry import box

from gridtool.columns import MAJOR
from gridtool.findings import Finding
from gridtool.graph import build_graph, cornered_compounds, measure_roads, prove_splits
from gridtool.graph.quarters import _group_quarters
from gridtool.pipeline import partition
from gridtool.rules import RULES

A, B, C, D, E = (f"{CODES[0]}-{at:04d}" for at in range(1, 6))


def groups(people: list[int], metres: dict[tuple[int, int], float]) -> list[int]:
    return _group_quarters(np.array(people, dtype=float), metres, RULES).tolist()


def test_quarters_that_fit_are_apart() -> None:
    assert groups([400, 800, 300], {(0, 1): 100.0, (1, 2): 100.0}) == [0, 1, 2]


def test_a_small_quarter_is_joined_over_as_little_road_as_may_be() -> None:
    # 100 fits with either neighbour
    assert groups([400, 100, 390], {(0, 1): 90.0, (1, 2): 60.0}) == [0, 1, 1]


def test_a_small_quarter_is_joined_to_one_it_fits_with() -> None:
    # 480 + 100 is 580, for which there is no number of grids
    assert groups([480, 100, 390], {(0, 1): 10.0, (1, 2): 60.0}) == [0, 1, 1]


def test_two_small_quarters_make_one_grid() -> None:
    # joined each to its large neighbour they would cross 100 + 100 m; with each other, 150 m
    metres = {(0, 1): 100.0, (1, 2): 150.0, (2, 3): 100.0}
    assert groups([400, 180, 180, 400], metres) == [0, 1, 1, 3]


def test_room_to_spare_is_asked_of_several_grids() -> None:
    # 605 could only be 300 + 305: taken together with 395 it is 1,000, again with nothing to spare
    assert groups([605, 450], {(0, 1): 10.0}) == [0, 0]
    assert groups([640, 450], {(0, 1): 10.0}) == [0, 1]


def test_where_nothing_fits_all_is_one() -> None:
    assert groups([300, 250], {(0, 1): 10.0}) == [0, 0]


def test_the_road_is_open_where_a_community_may_cross() -> None:
    units, borders = lattice([[400, 400]])
    borders["border_class"] = MAJOR
    assert build_graph(units, borders).empty
    assert len(build_graph(units, borders, crossing={CODES[0]})) == 1


def test_a_border_less_than_half_on_the_road_is_open() -> None:
    units, borders = lattice([[400, 400]])
    both = pd.concat([borders, borders.assign(border_class=MAJOR, length_m=9.0)])
    assert len(build_graph(units, both)) == 1


def row_over_a_road(*, over: int) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return two rows of 2 x 200 households with a major road between; a third column over it."""
    units, borders = lattice([[200, 200, over], [200, 200, None]])
    road = borders["first"].isin([A, B]) & borders["second"].isin([D, E])
    borders.loc[road, "border_class"] = MAJOR
    # the unit at the end of the road touches the lower row too
    more = pd.DataFrame([(C, E, "inside", 3.0)], columns=borders.columns)
    return units, pd.concat([borders, more], ignore_index=True)


def test_what_stands_over_a_road_does_not_join_its_sides() -> None:
    units, borders = row_over_a_road(over=0)
    edges = build_graph(units, borders)
    assert {*zip(edges["first"], edges["second"], strict=True)} == {(A, B), (B, C), (D, E)}


def test_the_end_of_a_road_inside_a_quarter_does_not_part_it() -> None:
    units, borders = lattice([[200, 200, 0, 0], [200, 200, 0, 0]])
    road = borders["first"].isin([A, B]) & (borders["length_m"] > 0)
    at = borders["first"].str[-1].astype(int) + 4 == borders["second"].str[-1].astype(int)
    borders.loc[road & at, "border_class"] = MAJOR
    assert len(build_graph(units, borders)) == len(borders)


def roads_of(rows: list[list[int]], road: tuple[int, int], label: list[int]) -> tuple[float, ...]:
    """Return the figures of a lattice with a major road below row, of so many columns."""
    units, borders = lattice(rows)
    row, columns = road
    top = [row * len(rows[0]) + at for at in range(columns)]
    pairs = {(units.index[at], units.index[at + len(rows[0])]) for at in top}
    on = [pair in pairs for pair in zip(borders["first"], borders["second"], strict=True)]
    borders.loc[on, "border_class"] = MAJOR
    found = measure_roads(units, borders, pd.Series(label, index=units.index))
    return tuple(found.loc[CODES[0]])


def test_major_roads_inside_grids_and_what_of_it_is_forced() -> None:
    # 200 below the road are no grid: they are joined over its 20 m
    assert roads_of([[200, 400], [100, 100]], (0, 2), [0, 1, 0, 0]) == (20.0, 10.0, 10.0)
    # 300 are: nothing forces the crossing
    assert roads_of([[200, 400], [100, 200]], (0, 2), [0, 1, 0, 0]) == (20.0, 10.0, 0.0)
    # ground of one grid holds the road that ends in it
    assert roads_of([[200, 100], [100, 100]], (0, 1), [0, 0, 0, 0]) == (10.0, 10.0, 10.0)
    # ground of two might be parted along it
    assert roads_of([[200, 200], [100, 100]], (0, 1), [0, 0, 0, 0]) == (10.0, 10.0, 0.0)


def test_a_main_road_that_ends_in_a_quarter_leads_the_border() -> None:
    # the road at y = 60 ends at x = 150; to part the houses in west and east would be shorter
    homes = [square(x, y, 20) for x in range(10, 190, 40) for y in (15, 75)]
    frame = buildings(homes, [80] * 10)
    road = roads([(-5, 60), (150, 60)], highway="primary")
    divided = partition(communities(box(0, 0, 200, 120)), frame, roads=road)
    (figures,) = divided.summary["communities"]
    assert figures["major_road_inside_m"] == 0.0
    assert figures["major_road_m"] == pytest.approx(150.0, abs=10.0)
    assert divided.grids["households"].tolist() == [400, 400]


def test_grids_keep_to_their_side_of_a_main_road() -> None:
    # 400 on each side; without the road two rows of 400 would be as short to part
    homes = [square(x, y, 20) for x in range(10, 190, 40) for y in (15, 75)]
    frame = buildings(homes, [80] * 10)
    road = roads([(-5, 60), (205, 60)], highway="primary")
    divided = partition(communities(box(0, 0, 200, 120)), frame, roads=road)
    assert divided.grids["households"].tolist() == [400, 400]
    assert sorted(divided.grids.geometry.area.round().tolist()) == [12000.0, 12000.0]


def town(one: int, two: int, **more: object) -> pd.DataFrame:
    """Return what is cornered in a row of two compounds."""
    units, borders = lattice([[one, two]])
    units["compound_id"] = np.array(["K1", "K2"], dtype=object)
    edges = build_graph(units, borders)
    places = communities(box(0, -10, 20, 0), kind=["community"])
    return cornered_compounds(units.assign(**more), edges, places, RULES)


def test_two_neighbours_of_more_than_half_a_window_corner_each_other() -> None:
    # 620 makes two grids of 310, but whole the two are 270 and 350, or 620 together
    found = town(270, 350)
    assert found.to_numpy().tolist() == [["K1", "K1", 270, 270], ["K2", "K1", 270, 270]]


def test_neighbours_that_fit_together_are_not_cornered() -> None:
    assert town(290, 210).empty  # 500 together
    assert town(300, 500).empty  # each alone


def test_no_proof_is_made_where_no_number_fits_anyway() -> None:
    assert town(290, 240).empty


def test_the_proof_stands_in_the_finding() -> None:
    shared = Finding("GT134", "compounds", "K2", None, {"compound": "K2", "count": 2})
    other = Finding("GT134", "compounds", "K9", None, {"compound": "K9", "count": 2})
    told = prove_splits([shared, other], town(270, 350), RULES)
    assert [one.code for one in told] == ["GT323", "GT134"]
    assert told[0].record()["message_en"] == (
        "compound K2 is shared by 2 grids: with all around it whole, a grid of compound K1 (270 "
        "households) could have 270, under 300"
    )


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Return a community of two compounds of 270 and 350: the larger has two rows and a lane."""
    small = [square(x, 20, 15) for x in range(5, 95, 20)]
    north = [square(x, 70, 15) for x in range(105, 195, 20)]
    south = [square(x, 10, 15) for x in range(105, 195, 20)]
    frame = buildings(
        [*small, *north, *south],
        [54] * 5 + [60] * 5 + [10] * 5,
        compound_id=["K1"] * 5 + ["K2"] * 10,
    )
    walls = compounds(K1=box(1, 1, 99, 99), K2=box(101, 1, 199, 99))
    return partition(communities(box(0, 0, 200, 100)), frame, compounds=walls)


def test_a_compound_is_parted_along_its_lane(rows: pd.DataFrame) -> None:
    assert sorted(rows.grids["households"]) == [300, 320]
    of = rows.buildings.set_index("building_id")["grid_code"]
    assert of[[f"h{at:02d}" for at in range(5, 10)]].nunique() == 1
    assert of[[f"h{at:02d}" for at in (*range(5), *range(10, 15))]].nunique() == 1
    (told,) = rows.findings[rows.findings["code"] == "GT323"].itertuples()
    assert told.row == "K2"
