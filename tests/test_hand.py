"""Pins, exact divisions and proofs: what must be respected, and what cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import CODES, assert_grids_hold, buildings, can_be_divided, communities, sites, square
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box
from test_keeping import FIRST, again, base, town  # noqa: F401

from gridtool.division.engine import divide
from gridtool.division.exact import any_division, least_cut, sums_fit
from gridtool.division.problem import Component, Dials, apart_bonds
from gridtool.errors import DataError
from gridtool.pipeline import Division, Settings, partition
from gridtool.rules import RULES

few = settings(max_examples=40, deadline=None, derandomize=True)


def pins(**columns: list[str]) -> pd.DataFrame:
    """Return a table of pins."""
    return pd.DataFrame(columns)


def pinned(table: pd.DataFrame, households: Any = 50, **more: Any) -> Division:
    layers = town(households, **more)
    division = partition(**layers, pins=table)
    assert_grids_hold(division, layers)
    return division


def grids_of(division: Division, *ids: str) -> list[str]:
    return division.buildings.set_index("building_id").loc[list(ids), "grid_code"].tolist()


# houses h00, h01 stand in the first column, h14, h15 in the last; h06 … h09 beside the middle


def test_houses_that_must_share_a_grid_do() -> None:
    assert len(set(grids_of(pinned(pins(building_id=["h00"], group=["a"])), "h06", "h08"))) == 2
    division = pinned(pins(building_id=["h06", "h08"], group=["a", "a"]))
    assert len(set(grids_of(division, "h06", "h08"))) == 1
    assert set(division.grids["size_rule"]) == {"in_range"}
    assert "GT344" not in set(division.findings["code"])


def test_what_stands_between_them_comes_along() -> None:
    division = pinned(pins(building_id=["h00", "h10"], group=["a", "a"]))
    between = [f"h{at:02d}" for at in range(0, 12, 2)]
    assert len(set(grids_of(division, *between))) == 1
    assert set(division.grids["size_rule"]) == {"in_range"}


def test_houses_that_may_not_share_a_grid_do_not() -> None:
    assert len(set(grids_of(pinned(pins(building_id=["h00"], group=["a"])), "h00", "h01"))) == 1
    division = pinned(pins(building_id=["h00", "h01"], apart=["b", "b"]))
    assert len(set(grids_of(division, "h00", "h01"))) == 2
    assert set(division.grids["size_rule"]) == {"in_range"}


def test_a_pin_that_cannot_be_kept_is_told() -> None:
    # one grid of 400: nobody can be apart in it
    division = pinned(pins(building_id=["h00", "h15"], apart=["b", "b"]), 25)
    (found,) = division.findings[division.findings["code"] == "GT344"].itertuples()
    assert (found.row, found.message_en) == ("b", f"a pin of pins is not kept: grids {FIRST}")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pins(building_id=["h00", ""], group=["a", "a"]), r"GT079 a row of the pins"),
        (pins(building_id=["h00"], group=[""]), r"GT079 a row of the pins"),
        (pins(building_id=["h00", "x9"], group=["a", "a"]), r"GT080 there are no buildings x9"),
        (
            pins(building_id=[f"h{at:02d}" for at in range(11)], group=["a"] * 11),
            r"GT082 group a has 550 households, more than 500",
        ),
        (
            pins(building_id=["h00", "h01"], group=["a", "a"], apart=["b", "b"]),
            r"GT083 h00 and h01 may not share a grid by b, and cannot be parted because of a",
        ),
    ],
)
def test_pins_that_contradict_are_refused(table: pd.DataFrame, message: str) -> None:
    with pytest.raises(DataError, match=message):
        partition(**town(50), pins=table)


def test_a_group_across_communities_is_refused() -> None:
    homes = buildings([square(20, 20), square(80, 20)], [10, 10])
    with pytest.raises(DataError, match=f"GT081 group a .* h00 in {CODES[0]}, h01 in {CODES[1]}"):
        partition(
            communities(box(0, 0, 60, 60), box(60, 0, 120, 60)),
            homes,
            pins=pins(building_id=["h00", "h01"], group=["a", "a"]),
        )


def test_houses_of_one_compound_cannot_be_apart() -> None:
    ids = ["K"] * 4 + [None] * 12
    with pytest.raises(DataError, match=r"GT083 h00 and h01 .* because of K"):
        pinned(pins(building_id=["h00", "h01"], apart=["b", "b"]), compound_id=ids)


def test_a_group_into_a_site_is_refused() -> None:
    layers = town(50)
    school = sites(box(-3, -3, 13, 13))
    with pytest.raises(DataError, match="GT084 group a reaches into grids"):
        partition(**layers, sites=school, pins=pins(building_id=["h00", "h02"], group=["a", "a"]))


def test_pins_against_locks(base: Any) -> None:  # noqa: F811
    table = pins(building_id=["h00", "h15"], group=["a", "a"])
    with pytest.raises(DataError, match="GT084"):
        partition(**town(50), base=base, pins=table, settings=Settings(locks=(FIRST,)))
    table = pins(building_id=["h00", "h01"], apart=["b", "b"])
    with pytest.raises(DataError, match=r"GT083 h00 and h01 .* because of --lock"):
        partition(**town(50), base=base, pins=table, settings=Settings(locks=(FIRST,)))


# -- small communities exactly ------------------------------------------------------------------


@st.composite
def small_graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]], list[int], list[float]]:
    """Draw a lattice of up to ten units that hangs together, without some of its edges."""
    columns, rows = draw(st.integers(2, 5)), draw(st.integers(1, 2))
    n = columns * rows
    edges = [(at, at + 1) for at in range(n) if (at + 1) % columns]
    edges += [(at, at + columns) for at in range(n - columns)]
    sizes = st.sampled_from([0, 50, 100, 130, 170, 210, 260, 320])
    weight = draw(st.lists(sizes, min_size=n, max_size=n))
    cost = draw(st.lists(st.floats(1.0, 50.0), min_size=len(edges), max_size=len(edges)))
    return n, edges, weight, cost


def graph_of(n: int, edges: list[tuple[int, int]], cost: list[float]) -> Any:
    """Return edges as the engine takes them."""
    a = np.array([one for pair in edges for one in pair])
    b = np.array([other for pair in edges for other in pair[::-1]])
    both = np.repeat(np.array(cost), 2)
    order = np.lexsort((b, a))
    start = np.searchsorted(a[order], np.arange(n + 1)).astype(np.int64)
    return start, b[order].astype(np.int64), both[order], both[order]


@few
@given(small_graphs())
def test_every_way_is_tried(drawn: Any) -> None:
    n, edges, weight, cost = drawn
    graph = graph_of(n, edges, cost)
    label, proven = any_division(graph, np.array(weight, float), (300.0, 500.0), 500)
    frame = pd.DataFrame({"households": weight})
    assert can_be_divided(frame, edges) == (label is not None) == (not proven)
    if label is not None:
        assert frame["households"].groupby(label).sum().between(300, 500).all()


def test_the_least_border_by_hand() -> None:
    # 4 x 100 in a row twice over, borders 9, 1, 9 in both rows and 5 across: the cut is 2 in the
    # middle; the two rows would cost 20
    edges = [(0, 1), (1, 2), (2, 3), (4, 5), (5, 6), (6, 7), *((at, at + 4) for at in range(4))]
    cost = [9.0, 1.0, 9.0, 9.0, 1.0, 9.0, 5.0, 5.0, 5.0, 5.0]
    found = least_cut(graph_of(8, edges, cost), np.full(8, 100.0), 2, (300.0, 500.0), 100)
    assert found is not None
    assert found.label is not None
    assert found.bound == pytest.approx(2.0)
    assert len(set(found.label[[0, 1, 4, 5]])) == len(set(found.label[[2, 3, 6, 7]])) == 1


def test_pieces_are_forbidden() -> None:
    # 200, 100, 200, 100, 200 in a row: cheapest would be both ends together
    edges = [(0, 1), (1, 2), (2, 3), (3, 4)]
    found = least_cut(
        graph_of(5, edges, [1.0, 9.0, 9.0, 1.0]), np.array([200.0, 100, 200, 100, 200]), 2,
        (300.0, 500.0), 100,
    )  # fmt: skip
    assert found is not None
    assert found.label is not None
    assert found.bound == pytest.approx(9.0)
    assert (np.diff(found.label) != 0).sum() == 1


def test_sums_that_fit_no_grid() -> None:
    # 340 and 280 would be 620 in two grids of 310, but these two are whole
    assert not sums_fit(np.array([340.0, 280.0]), 2, (300.0, 500.0))
    assert sums_fit(np.array([320.0, 10.0, 290.0]), 2, (300.0, 500.0))
    assert not sums_fit(np.array([500.0, 90.0]), 2, (300.0, 500.0))


def test_a_proof_is_told() -> None:
    homes = [square(20.0 * at, 0.0) for at in range(2)]
    frame = buildings(homes, [340, 280], persons=[1, 1])
    division = partition(communities(box(-5, -5, 35, 15)), frame)
    assert set(division.grids["size_reason"].dropna()) == {"no_division_fits"}
    (found,) = division.findings[division.findings["code"] == "GT340"].itertuples()
    assert "it is proven that no division of whole buildings fits" in found.message_en


# -- bounded work --------------------------------------------------------------------------------


def test_one_community_of_twenty_thousand_units() -> None:
    columns, rows = 200, 100
    n = columns * rows
    at = np.arange(n).reshape(rows, columns)
    first = np.r_[at[:, :-1].ravel(), at[:-1].ravel()]
    second = np.r_[at[:, 1:].ravel(), at[1:].ravel()]
    a, b = np.r_[first, second], np.r_[second, first]
    order = np.lexsort((b, a))
    start = np.searchsorted(a[order], np.arange(n + 1)).astype(np.int64)
    ten = np.full(len(a), 10.0)
    weight = np.random.default_rng(1).integers(0, 5, n).astype(float)
    units = (weight, np.full(n, 100.0), np.full(n, 40.0), np.zeros(n, np.int64))
    component = Component((start, b[order].astype(np.int64), ten, ten), units)
    k = round(weight.sum() / RULES.target_households)
    plan = divide(component, k, (300.0, 400.0, 500.0), Dials(steps=60), 0)
    sizes = np.bincount(plan.label, weight, k)
    assert plan.outside == 0.0
    assert ((sizes >= 300) & (sizes <= 500)).all()


def test_units_that_may_not_share_a_grid_are_apart() -> None:
    edges = [(at, at + 1) for at in range(7)]
    graph = graph_of(8, edges, [1.0] * 7)
    units = (np.full(8, 100.0), np.full(8, 100.0), np.full(8, 40.0), np.zeros(8, np.int64))
    free = Component(graph, units)
    assert divide(free, 2, (300.0, 400.0, 500.0), Dials(), 0).label[[2, 3]].std() == 0
    bound = Component(graph, units, apart_bonds(8, np.array([2]), np.array([3])))
    label = divide(bound, 2, (300.0, 400.0, 500.0), Dials(), 0).label
    assert label.tolist() in ([0] * 3 + [1] * 5, [1] * 3 + [0] * 5)


def test_the_exact_division_keeps_apart_who_must_be() -> None:
    # a path of eight is cut in the middle; where the third and fourth must part, there
    graph = graph_of(8, [(at, at + 1) for at in range(7)], [1.0] * 3 + [0.5] + [1.0] * 3)
    weight = np.full(8, 100.0)
    found = least_cut(graph, weight, 2, (300.0, 500.0), 100)
    assert found is not None
    assert found.bound == pytest.approx(0.5)
    bonds = apart_bonds(8, np.array([2]), np.array([3]))
    found = least_cut(graph, weight, 2, (300.0, 500.0), 100, bonds[2:])
    assert found is not None
    assert found.bound == pytest.approx(1.0)
    assert found.label is not None
    assert found.label[2] != found.label[3]


def test_a_community_with_a_tower_is_divided_exactly_too(monkeypatch: pytest.MonkeyPatch) -> None:
    sought = []

    def watched(*args: Any) -> Any:
        sought.append(least_cut(*args))
        return sought[-1]

    monkeypatch.setattr("gridtool.division.solve.least_cut", watched)
    layers = town([510, *[60] * 15])
    division = partition(**layers, settings=Settings(dials=Dials(exact=64)))
    assert sorted(division.grids["households"]) == [300, 300, 300, 510]
    (found,) = sought
    assert found.label is not None
