"""Stage ``graph``: edges, their costs, and the links of what cannot stand alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from builders import CODES, barriers, build, buildings, communities, lattice, square, unit_of
from geopandas.testing import assert_geodataframe_equal
from shapely.geometry import LineString, MultiPolygon, box

from gridtool.graph import BORDER, LINK, Costs, build_graph
from gridtool.rules import Rules

A, B, C, D = (f"{CODES[0]}-{at:04d}" for at in range(1, 5))


def pairs(edges: pd.DataFrame, kind: str | None = None) -> list[tuple[str, str]]:
    """Return the ends of edges, perhaps of one kind."""
    found = edges if kind is None else edges[edges["kind"] == kind]
    return list(zip(found["first"], found["second"], strict=True))


def test_contract() -> None:
    units, borders = lattice([[400, 400], [400, 400]])
    before, lines = units.copy(), borders.copy()
    edges = build_graph(units, borders)
    assert list(edges.columns) == ["first", "second", "kind", "length_m", "cost", "inside_cost"]
    assert pairs(edges) == [(A, B), (A, C), (B, D), (C, D)]
    assert set(edges["kind"]) == {BORDER}
    assert edges["length_m"].tolist() == [10.0] * 4
    assert_geodataframe_equal(units, before)
    pd.testing.assert_frame_equal(borders, lines)


@pytest.mark.parametrize(
    ("border_class", "cost"),
    # 10 m on a major road cost 1, and 4 where no border runs along them
    [("inside", 30.0), ("local", 7.0), ("collector", 5.5), ("major", -3.0)],
)
def test_a_metre_costs_by_what_it_runs_along(border_class: str, cost: float) -> None:
    units, borders = lattice([[200, 200]])
    edges = build_graph(units, borders.assign(border_class=border_class))
    assert edges["cost"].tolist() == [pytest.approx(cost)]


def test_costs_are_the_callers() -> None:
    units, borders = lattice([[400, 400]])
    edges = build_graph(units, borders, costs=Costs(inside=7.0))
    assert edges["cost"].tolist() == [70.0]


def test_within_a_compound_a_metre_is_dearest() -> None:
    units, borders = lattice([[100, 100, 100, 100]])
    units["compound_id"] = np.array(["K1", "K1", "K2", None], dtype=object)
    borders["border_class"] = ["major", "local", "local"]
    edges = build_graph(units, borders)
    assert edges["cost"].tolist() == [116.0, 7.0, 7.0]
    assert edges["inside_cost"].tolist() == [4.0, 0.0, 0.0]


def test_two_units_without_compound_are_not_of_one() -> None:
    units, borders = lattice([[400, 400]])
    for missing in (None, np.nan):
        units["compound_id"] = missing
        assert build_graph(units, borders)["cost"].tolist() == [30.0]


def test_borders_of_several_classes_are_one_edge() -> None:
    units, borders = lattice([[400, 400]])
    both = pd.concat([borders, borders.assign(border_class="major", length_m=4.0)])
    (edge,) = build_graph(units, both).itertuples()
    assert (edge.length_m, edge.cost) == (14.0, pytest.approx(10 * 3.0 + 4 * (0.1 - 0.4)))


def test_dedicated_units_have_no_edges() -> None:
    units, borders = lattice([[400, 0, 400]])
    units["site_id"] = np.array([None, "S1", None], dtype=object)
    assert pairs(build_graph(units, borders)) == []


def test_a_barrier_is_no_edge() -> None:
    units, borders = lattice([[400, 400, 400]])
    borders["border_class"] = ["barrier", "local"]
    assert pairs(build_graph(units, borders)) == [(B, C)]


def test_people_are_not_joined_over_a_barrier() -> None:
    units, borders = lattice([[400, 20]])
    assert pairs(build_graph(units, borders.assign(border_class="barrier"))) == []


def test_ground_without_households_joins_over_a_barrier_where_it_touches_most() -> None:
    units, borders = lattice([[400, 0, 400]])
    borders = borders.assign(border_class="barrier", length_m=[5.0, 8.0])
    edges = build_graph(units, borders)
    assert pairs(edges, LINK) == [(B, C)]
    assert edges["length_m"].tolist() == [0.0]
    assert edges["cost"].tolist() == [3.0]


def test_a_small_exclave_is_linked_to_the_nearest_piece() -> None:
    # A, B and a gap, then C with 40 households
    units, borders = lattice([[300, 100, None, 40]])
    edges = build_graph(units, borders)
    assert pairs(edges, BORDER) == [(A, B)]
    assert pairs(edges, LINK) == [(B, C)]
    # a link is as dear as three mean borders
    assert edges["cost"].tolist() == [30.0, 90.0]


@pytest.mark.parametrize(
    ("far", "linked"), [(299, True), (300, False), (500, False), (501, True), (600, False)]
)
def test_an_exclave_that_can_be_divided_stands_alone(far: int, linked: bool) -> None:
    units, borders = lattice([[400, None, far]])
    assert pairs(build_graph(units, borders)) == ([(A, B)] if linked else [])


def test_the_rules_say_what_can_stand_alone() -> None:
    units, borders = lattice([[400, None, 250]])
    rules = Rules(min_households=200)
    assert pairs(build_graph(units, borders, rules=rules)) == []


def test_small_exclaves_join_one_another_until_they_fit() -> None:
    units, borders = lattice([[150, None, 160, None, None, None, 400]])
    assert pairs(build_graph(units, borders)) == [(A, B)]


def test_exclaves_of_different_communities_are_not_linked() -> None:
    units, borders = lattice([[400, None, 40]])
    units["community_code"] = [CODES[0], CODES[1]]
    assert pairs(build_graph(units, borders)) == []


def test_a_river_and_an_exclave_from_hand_drawn_ground() -> None:
    ground = MultiPolygon([box(0, 0, 60, 30), box(200, 0, 260, 30)])
    shapes = [square(10, 10), square(40, 10), square(220, 10)]
    built = build(
        communities=communities(ground),
        buildings=buildings(shapes, [300, 400, 20]),
        barriers=barriers(LineString([(30, -5), (30, 35)])),
    )
    edges = build_graph(built.units, built.borders)
    assert pairs(edges) == [(unit_of(built, "h01"), unit_of(built, "h02"))]
    assert edges["kind"].tolist() == [LINK]


def test_a_single_unit_has_no_edges() -> None:
    units, borders = lattice([[400]])
    edges = build_graph(units, borders)
    assert len(edges) == 0
    assert list(edges.columns) == ["first", "second", "kind", "length_m", "cost", "inside_cost"]
