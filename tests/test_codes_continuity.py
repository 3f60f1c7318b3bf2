"""Who keeps the code: by hand, under shuffling, and over a thousand lives of a county."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from builders import CODES, CRS, square
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from gridtool.codes import (
    Continuity,
    Ledger,
    assign_layer,
    continue_codes,
    count_shares,
    counter_for,
    load_scheme,
    measure_shares,
)
from gridtool.errors import SettingsError
from gridtool.shares import Link, match_grids

POLICIES = ("keep-majority", "retire-on-split", "new-on-boundary-change")


def frame(key: str, names: list[str], **more: object) -> pd.DataFrame:
    return pd.DataFrame({key: names, "community_code": CODES[0], "grid_kind": "base", **more})


def decide(
    moves: dict[tuple[str, str], int],
    *,
    areas: dict[tuple[str, str], float] | None = None,
    policy: str = "keep-majority",
    old: dict[str, object] | None = None,
    new: dict[str, object] | None = None,
    scheme: str | None = None,
) -> Continuity:
    """Decide by households: one building for each pair, named after it."""
    rows = [(f"b{at}", n, i or None, j or None) for at, ((i, j), n) in enumerate(moves.items())]
    homes = pd.DataFrame(rows, columns=["building_id", "households", "grid_code", "grid_id"])
    ground = None
    if areas is not None:
        cells = [(i or None, j or None, m2) for (i, j), m2 in areas.items()]
        ground = pd.DataFrame(cells, columns=["grid_code", "grid_id", "area_m2"])
    names = [*moves, *(areas or {})]
    return continue_codes(
        frame("grid_code", sorted({i for i, _ in names} - {""}), **(old or {})),
        frame("grid_id", sorted({j for _, j in names} - {""}), **(new or {})),
        count_shares(homes, ground),
        policy=policy,
        scheme=load_scheme(scheme) if scheme else None,
    )


def kept(found: Continuity) -> dict[str, str]:
    codes = found.grids["grid_code"].dropna()
    return dict(zip(codes.index, codes, strict=True))


@pytest.mark.parametrize(
    ("moves", "by_policy"),
    [
        # nothing happened
        ({("A", "x"): 400}, ({"x": "A"}, {"x": "A"}, {"x": "A"})),
        # split 60/40: the larger part keeps the code
        ({("A", "x"): 240, ("A", "y"): 160}, ({"x": "A"}, {}, {})),
        # split 40/30/30: nobody has the half
        ({("A", "x"): 40, ("A", "y"): 30, ("A", "z"): 30}, ({}, {}, {})),
        # merger 60/40
        ({("A", "x"): 240, ("B", "x"): 160}, ({"x": "A"}, {}, {})),
        # border moved: each has most of itself
        (
            {("A", "x"): 300, ("A", "y"): 40, ("B", "y"): 310},
            ({"x": "A", "y": "B"}, {"x": "A", "y": "B"}, {}),
        ),
        # gave 60 % away in a "boundary adjustment": no silent continuation; for the cadastre the
        # greater part of A was merged into B
        ({("A", "x"): 160, ("A", "y"): 240, ("B", "y"): 400}, ({"y": "B"}, {}, {})),
        # retired and created
        ({("A", ""): 400, ("", "x"): 380}, ({}, {}, {})),
        # a part left the county, most stayed
        ({("A", "x"): 300, ("A", ""): 100}, ({"x": "A"}, {"x": "A"}, {})),
    ],
)
def test_cases_by_hand(moves: dict[tuple[str, str], int], by_policy: tuple[object, ...]) -> None:
    for policy, wanted in zip(POLICIES, by_policy, strict=True):
        assert kept(decide(moves, policy=policy)) == wanted, policy


def test_an_exact_half_goes_to_more_ground_then_to_the_smaller_building() -> None:
    half = {("A", "x"): 200, ("A", "y"): 200}
    # building b0 is in x
    assert kept(decide(half)) == {"x": "A"}
    assert kept(decide(half, areas={("A", "x"): 10.0, ("A", "y"): 20.0})) == {"y": "A"}
    both = {("A", "x"): 200, ("B", "x"): 200}
    assert kept(decide(both)) == {"x": "A"}
    assert kept(decide(both, areas={("A", "x"): 10.0, ("B", "x"): 20.0})) == {"x": "B"}


def test_ground_counts_where_nobody_lives() -> None:
    areas = {("A", "x"): 600.0, ("A", "y"): 400.0}
    found = decide({("A", "x"): 0}, areas=areas)
    assert kept(found) == {"x": "A"}
    assert found.grids.loc["x", "basis"] == "area"
    assert found.grids.loc["x", "share_old"] == pytest.approx(0.6)
    # as soon as both have households, these alone count
    peopled = decide({("A", "x"): 1, ("A", "y"): 3}, areas=areas)
    assert kept(peopled) == {"y": "A"}
    assert peopled.grids.loc["y", "basis"] == "households"


def test_a_redrawn_line_is_no_boundary_change_but_a_building_is() -> None:
    policy = "new-on-boundary-change"
    both = {("A", "x"): 400, ("B", "y"): 400}
    line = {("A", "x"): 9950.0, ("A", "y"): 50.0, ("B", "y"): 10000.0}
    assert kept(decide(both, areas=line, policy=policy)) == {"x": "A", "y": "B"}
    real = {("A", "x"): 9800.0, ("A", "y"): 200.0, ("B", "y"): 10000.0}
    assert kept(decide(both, areas=real, policy=policy)) == {}
    shed = {**both, ("A", "y"): 0}
    assert kept(decide(shed, areas=line, policy=policy)) == {}


def test_rename_and_kind_change_keep_the_code() -> None:
    same = {("A", "x"): 400}
    assert kept(decide(same, new={"grid_kind": "dedicated"})) == {"x": "A"}
    told = decide(same, new={"grid_kind": "dedicated"}, scheme="grid15_z")
    assert told.grids.loc["x", ["outcome", "prev_code", "reason"]].tolist() == [
        *("recoded", "A", "kind")
    ]
    assert told.codes.loc["A", ["outcome", "successors"]].tolist() == ["retired", "x"]


def test_a_change_of_community_is_a_linked_recode() -> None:
    found = decide({("A", "x"): 400}, new={"community_code": CODES[1]})
    assert found.grids.loc["x", ["outcome", "grid_code", "prev_code", "reason"]].tolist() == [
        *("recoded", None, "A", "community")
    ]
    assert found.counts() == {"kept": 0, "recoded": 1, "new": 0, "retired": 1}


def test_lineage_tells_parts_and_ends() -> None:
    moves = {("A", "x"): 300, ("A", "y"): 100, ("B", "y"): 300, ("C", ""): 10, ("", "z"): 10}
    found = decide(moves)
    coded = pd.DataFrame({"grid_id": ["x", "y", "z"], "grid_code": ["A", "B", "D"]})
    rows = found.lineage(coded)[["old_code", "new_code", "outcome"]].to_numpy().tolist()
    assert rows == [
        ["", "D", "new"], ["A", "A", "kept"], ["A", "B", "part"], ["B", "B", "kept"],
        ["C", "", "retired"],
    ]  # fmt: skip


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"GT046 .*keep-all: keep-majority, retire-on-split"):
        decide({("A", "x"): 1}, policy="keep-all")


@st.composite
def tables(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw buildings and ground with many ties."""
    names = [("A", "B", "C", None), ("x", "y", "z", None)]
    row = st.tuples(st.sampled_from(names[0]), st.sampled_from(names[1]), st.integers(0, 2))
    rows = draw(st.lists(row, min_size=1, max_size=14))
    homes = pd.DataFrame(rows, columns=["grid_code", "grid_id", "households"])
    homes["building_id"] = [f"b{at:02d}" for at in range(len(homes))]
    cells = draw(st.lists(row, min_size=0, max_size=9))
    ground = pd.DataFrame(cells, columns=["grid_code", "grid_id", "area_m2"]).astype(
        {"area_m2": float, "grid_code": object, "grid_id": object}
    )
    return homes, ground


@given(tables(), st.sampled_from(POLICIES), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_does_not_matter(drawn, policy: str, chance: random.Random) -> None:
    homes, ground = drawn
    old = frame("grid_code", ["A", "B", "C"])
    new = frame("grid_id", ["x", "y", "z"])
    first = continue_codes(old, new, count_shares(homes, ground), policy=policy)

    def shuffled(table: pd.DataFrame) -> pd.DataFrame:
        return table.sample(frac=1, random_state=chance.randrange(2**32))

    shares = shuffled(count_shares(shuffled(homes), shuffled(ground)))
    again = continue_codes(shuffled(old), shuffled(new), shares, policy=policy)
    pd.testing.assert_frame_equal(first.grids, again.grids)
    pd.testing.assert_frame_equal(first.codes, again.codes)
    assert first.grids["prev_code"].dropna().is_unique


class Grid(NamedTuple):
    """A grid of the invented county: its code and its buildings."""

    code: str
    homes: frozenset[int]


def step(grids: list[Grid], sizes: dict[int, int], chance: random.Random) -> list[frozenset[int]]:
    """Return the buildings of each grid after one change."""
    parts = [set(grid.homes) for grid in grids]
    act = chance.choice(["split", "merge", "shift", "rename", "retire", "create"])
    if act == "split":
        victim = parts.pop(chance.randrange(len(parts)))
        count = min(chance.choice([2, 2, 3]), len(victim))
        pieces = [set() for _ in range(count)]
        for at, home in enumerate(chance.sample(sorted(victim), len(victim))):
            pieces[at if at < count else chance.randrange(count)].add(home)
        parts += pieces
    elif act == "merge" and len(parts) > 1:
        one, other = (parts.pop(chance.randrange(len(parts))) for _ in range(2))
        parts.append(one | other)
    elif act == "shift" and len(parts) > 1:
        giver, taker = chance.sample(parts, 2)
        moved = chance.sample(sorted(giver), chance.randrange(len(giver)))
        giver.difference_update(moved)
        taker.update(moved)
    elif act == "retire" and len(parts) > 1:
        parts.pop(chance.randrange(len(parts)))
    elif act == "create":
        first = len(sizes)
        fresh = range(first, first + chance.randint(1, 5))
        sizes.update((home, chance.randint(0, 3)) for home in fresh)
        parts.append(set(fresh))
    chance.shuffle(parts)
    return [frozenset(part) for part in parts]


def links_of(grids: list[Grid], parts: list[frozenset[int]], sizes: dict[int, int]) -> list[Link]:
    """Return what old and new grids share."""
    owner = {home: grid.code for grid in grids for home in grid.homes}
    taker = {home: f"n{at:03d}" for at, part in enumerate(parts) for home in part}
    shared: dict[tuple[str, str], list[int]] = defaultdict(list)
    for home in {*owner, *taker}:
        shared[owner.get(home, ""), taker.get(home, "")].append(home)
    return [
        Link(i, j, sum(sizes[h] for h in homes), len(homes), len(homes), f"b{min(homes):04d}")
        for (i, j), homes in shared.items()
    ]


def live(seed: int, ledger: Ledger, community: str, policy: str) -> None:
    """Let a community live through changes, and hold what must always hold."""
    chance = random.Random(seed)
    sizes = {home: chance.randint(0, 3) for home in range(12)}
    first = ledger.reserve(community, 3)
    ledger.record("issue", first)
    grids = [Grid(code, frozenset(range(4 * at, 4 * at + 4))) for at, code in enumerate(first)]
    ever, dead = set(first), set()
    for _ in range(chance.randint(3, 9)):
        parts = step(grids, sizes, chance)
        pairs = match_grids(links_of(grids, parts, sizes), policy=policy)
        carried = {pair.new: pair.old for pair in pairs}
        assert len(set(carried.values())) == len(carried)
        bare = [at for at in range(len(parts)) if f"n{at:03d}" not in carried]
        fresh = ledger.reserve(community, len(bare)) if bare else []
        assert not ever & set(fresh), "issued twice"
        ledger.record("issue", fresh)
        ever |= set(fresh)
        codes = {**carried, **{f"n{at:03d}": c for at, c in zip(bare, fresh, strict=True)}}
        after = [Grid(codes[f"n{at:03d}"], part) for at, part in enumerate(parts)]
        was = {grid.homes: grid.code for grid in grids}
        for grid in after:
            # who was not touched is not renumbered
            assert was.get(grid.homes, grid.code) == grid.code
        gone = {grid.code for grid in grids} - {grid.code for grid in after}
        ledger.record("retire", sorted(gone))
        dead |= gone
        assert not dead & {grid.code for grid in after}, "came back"
        grids = after
    assert {ledger.state(code) for code in dead} <= {"retired"}
    assert {ledger.state(grid.code) for grid in grids} == {"issued"}


def test_a_thousand_lives_without_renumbering_or_a_code_issued_twice() -> None:
    with Ledger.create(None, county="510302", scheme=load_scheme()) as ledger:
        for seed in range(1000):
            community = f"510302{1 + seed // 100:03d}{1 + seed % 100:03d}"
            live(seed, ledger, community, POLICIES[seed % 3])
        assert len(ledger.codes()) > 3000


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_frames_decide_as_the_plain_lists_do(seed: int) -> None:
    chance = random.Random(seed)
    sizes = {home: chance.randint(0, 3) for home in range(12)}
    grids = [Grid(name, frozenset(range(4 * at, 4 * at + 4))) for at, name in enumerate("ABC")]
    parts = step(grids, sizes, chance)
    links = links_of(grids, parts, sizes)
    table = pd.DataFrame(
        [
            (k.old, k.new, k.households, k.buildings, k.ground / 1e4, k.first_building)
            for k in links
        ],
        columns=["grid_code", "grid_id", "households", "buildings", "area_m2", "first_building"],
    )
    ids = [f"n{at:03d}" for at in range(len(parts))]
    found = continue_codes(frame("grid_code", list("ABC")), frame("grid_id", ids), table)
    assert kept(found) == {pair.new: pair.old for pair in match_grids(links)}


def layer(*shapes: object, **more: object) -> gpd.GeoDataFrame:
    data = {"community_code": CODES[0], "grid_kind": "base", "grid_name": "", **more}
    data |= {"community_name": "甲社区", "grid_code": more.get("grid_code", "")}
    grids = gpd.GeoDataFrame(data, geometry=list(shapes), crs=CRS)
    return grids.assign(area_m2=grids.area)


def test_shares_are_measured_on_the_ground() -> None:
    old = layer(box(0, 0, 10, 10), box(10, 0, 20, 10), grid_code=["A", "B"])
    new = layer(box(0, 0, 12, 10), box(12, 0, 18, 10), grid_id=["x", "y"])
    homes = gpd.GeoDataFrame(
        {"building_id": ["h1", "h2", "h3"], "households": [5, 7, 2]},
        geometry=[square(1, 1, 1), square(10.5, 1, 1), square(18.5, 1, 1)],
        crs=CRS,
    )
    shares = measure_shares(old, new, homes).set_index(["grid_code", "grid_id"])
    wanted = {
        ("A", "x"): (5, 100.0), ("B", "x"): (7, 20.0), ("B", "y"): (0, 60.0), ("B", ""): (2, 20.0),
    }  # fmt: skip
    assert {
        key: (row.households, pytest.approx(row.area_m2)) for key, row in shares.iterrows()
    } == wanted
    ground = measure_shares(old, new).set_index(["grid_code", "grid_id"])
    assert set(ground["households"]) == {0}


def test_a_split_gives_the_rest_new_codes_and_names_that_last() -> None:
    old = layer(
        box(0, 0, 100, 100),
        box(100, 0, 200, 100),
        grid_code=[f"{CODES[0]}001", f"{CODES[0]}002"],
    )
    new = layer(
        box(0, 0, 30, 100),
        box(30, 0, 100, 100),
        box(100, 0, 200, 100),
        grid_id=["a", "b", "c"],
        # names of a first numbering do not replace those in force; one's own name does
        grid_name=["第一网格", "第二网格", "和平苑网格"],
    )
    scheme = load_scheme()
    found = continue_codes(old, new, measure_shares(old, new), scheme=scheme)
    coded = assign_layer(
        new,
        scheme=scheme,
        take=counter_for(scheme, None, old["grid_code"]),
        continuity=found,
        names={f"{CODES[0]}001": "第一网格", f"{CODES[0]}002": "第二网格"},
    )
    rows = coded[["grid_id", "grid_code", "prev_code", "grid_full_name"]].fillna("-").to_numpy()
    assert rows.tolist() == [
        ["b", f"{CODES[0]}001", f"{CODES[0]}001", "甲社区第一网格"],
        ["c", f"{CODES[0]}002", f"{CODES[0]}002", "甲社区和平苑网格"],
        ["a", f"{CODES[0]}003", "-", "甲社区第三网格"],
    ]


def test_many_grids_are_decided_alike_whatever_the_order() -> None:
    side = np.arange(12) * 100.0
    cells = [box(x, y, x + 100, y + 100) for x in side for y in side]
    old = layer(*cells, grid_code=[f"{CODES[0]}{n:03d}" for n in range(1, 145)])
    moved = [box(x + 30, y, x + 130, y + 100) for x in side for y in side]
    new = layer(*moved, grid_id=[f"g{n:03d}" for n in range(144)])
    one = continue_codes(old, new, measure_shares(old, new))
    other = continue_codes(
        old.iloc[::-1], new.iloc[::-1], measure_shares(old.iloc[::-1], new.iloc[::-1])
    )
    pd.testing.assert_frame_equal(one.grids, other.grids)
    assert (one.grids["outcome"] == "kept").all()
