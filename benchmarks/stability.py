"""Divide again after a year of change: ``python benchmarks/stability.py [CASE.gpkg]``.

A case is divided; then 5 % of its buildings gain or lose up to 30 % of their households, some empty
ones become houses (a tenth of these large), and 1 % are demolished. It is divided again with the
first division as the grids in force, from scratch with another seed, and by METIS and GerryChain
with the same seed and with another. All stand in one run over the same units.

Moved is the share of households outside the pairs of old and new grids that match best. Grids in
the window are counted in communities where some number of grids fits, towers left out.

METIS comes with pymetis and GerryChain with gerrychain, which gridtool itself does not need;
without one of them, or without the case, that is said. METIS is the best of a dozen seeds a
community, GerryChain the first spanning-tree plan that it finds in the window
(`recursive_tree_part`); it raises where it finds none, and such a community stays whole.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

import gridtool
from gridtool.check import check_layers
from gridtool.graph import build_graph
from gridtool.read import read_layers
from gridtool.report import difference
from gridtool.rules import RULES
from gridtool.units import build_units

CASE = Path(__file__).resolve().parents[2] / "shared" / "data" / "cases" / "tokyo_taito.gpkg"
_SLACKS = (1.0, 0.8, 0.5)
_SEEDS = 12
_TRIES, _ATTEMPTS = 3, 2000

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Figures(NamedTuple):
    """What is measured of a second division."""

    name: str
    moved: float
    in_window: float
    codes_kept: float | None
    seconds: float


def change(buildings: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
    """Return the buildings a year later."""
    rng = np.random.default_rng(seed)
    n = len(buildings)
    before = buildings["households"].fillna(0).to_numpy(dtype=float)
    ratio = np.ones(n)
    some = rng.choice(n, n // 20, replace=False)
    ratio[some] = 1.0 + rng.uniform(-0.3, 0.3, len(some))
    after = np.rint(before * ratio)
    empty = np.flatnonzero(before == 0)
    new = rng.choice(empty, min(len(empty), n // 300), replace=False)
    after[new] = rng.integers(2, 40, len(new))
    large = new[: len(new) // 10]
    after[large] = rng.integers(60, 180, len(large))
    persons = buildings["persons"].fillna(0).to_numpy(dtype=float)
    persons = np.where(before > 0, persons * after / np.maximum(before, 1.0), 2.2 * after)
    changed = buildings.assign(households=after.astype(int), persons=np.rint(persons).astype(int))
    gone = rng.choice(n, n // 100, replace=False)
    return changed.drop(changed.index[gone]).reset_index(drop=True)


def in_window(buildings: pd.DataFrame) -> float:
    """Return the share of grids in the window where some number of grids fits the community."""
    held = buildings.dropna(subset=["grid_code"])
    total = held.groupby("community_code")["households"].sum()
    towers = held[held["households"] > RULES.max_households]["community_code"]
    possible = [code for code in total.index if RULES.count_fits(int(total[code]))]
    held = held[held["community_code"].isin(possible) & ~held["community_code"].isin(towers)]
    sizes = held.groupby(["community_code", "grid_code"])["households"].sum()
    return float(sizes.between(RULES.min_households, RULES.max_households).mean())


class Community(NamedTuple):
    """The units of one community as a graph: households, ends of its edges and their costs."""

    weight: Ints
    one: Ints
    other: Ints
    cost: Floats
    k: int


Labels = Ints | None
Peer = Callable[[Community, int], Labels]


def by_peer(layers: dict[str, gpd.GeoDataFrame], peer: Peer, first: int) -> pd.DataFrame:
    """Return the buildings with the grids a peer makes, community by community."""
    checked, _ = check_layers(layers)
    held = build_units(checked)
    edges = build_graph(held.units, held.borders)
    label = np.zeros(len(held.units), dtype=np.int64)
    ends = [held.units.index.get_indexer(edges[end]) for end in ("first", "second")]
    households = held.units["households"].to_numpy()
    cost = edges["cost"].to_numpy()
    for at in held.units.groupby("community_code").indices.values():
        mine = np.isin(ends[0], at)
        one, other = (np.searchsorted(at, end[mine]) for end in ends)
        weight = households[at]
        k = max(1, round(weight.sum() / RULES.target_households))
        if k > 1:
            made = peer(Community(weight, one, other, cost[mine], k), first)
            label[at] = 0 if made is None else made
    grid = held.units["community_code"].astype(str) + [f"-{one}" for one in label]
    return held.buildings.assign(grid_code=held.buildings["unit_id"].map(grid))


def metis(community: Community, first: int) -> Labels:
    """Return METIS's labels: the fewest grids outside the window, then the least cut."""
    from pymetis import CSRAdjacency, Options, part_graph

    weight, one, other, cost, k = community
    a, b = np.r_[one, other], np.r_[other, one]
    order = np.argsort(a, kind="stable")
    adjacency = CSRAdjacency(np.searchsorted(a[order], np.arange(len(weight) + 1)), b[order])
    prices = np.maximum(1, np.round(np.tile(cost, 2)[order] * 10)).astype(int).tolist()
    room = int(1000 * (RULES.max_households * k / weight.sum() - 1.0)) - 2
    best = None
    for seed in range(first, first + _SEEDS):
        slack = max(2, int(room * _SLACKS[seed % len(_SLACKS)]))
        options = Options(seed=seed, ufactor=slack, contig=1)
        try:
            cut, label = part_graph(
                k, adjacency, vweights=weight.tolist(), eweights=prices, recursive=False,
                options=options,
            )  # fmt: skip
        except RuntimeError:
            continue  # a community in pieces cannot be cut into connected parts
        sizes = np.bincount(label, weight, k)
        wrong = int(((sizes < RULES.min_households) | (sizes > RULES.max_households)).sum())
        if best is None or (wrong, cut) < best[0]:
            best = ((wrong, cut), np.asarray(label))
    return None if best is None else best[1]


def gerrychain(community: Community, first: int) -> Labels:
    """Return GerryChain's labels, None where it raises with each of a few seeds."""
    import networkx
    from gerrychain import Graph
    from gerrychain.partition import recursive_tree_part
    from gerrychain.tree import BalanceError, PopulationBalanceError, bipartition_tree

    weight, one, other, _, k = community
    drawn = networkx.Graph(list(zip(one.tolist(), other.tolist(), strict=True)))
    drawn.add_nodes_from((at, {"households": int(count)}) for at, count in enumerate(weight))
    graph = Graph.from_networkx(drawn)
    mean = weight.sum() / k
    slack = min(RULES.max_households / mean - 1.0, 1.0 - RULES.min_households / mean)
    for seed in range(first, first + _TRIES):
        try:
            made = recursive_tree_part(
                graph, range(k), mean, "households", slack, rng=seed,
                bipartition_tree_fn=partial(bipartition_tree, max_attempts=_ATTEMPTS),
            )  # fmt: skip
        except (RuntimeError, KeyError, BalanceError, PopulationBalanceError):
            continue
        names = graph.original_nx_node_ids_for_list(list(made))
        label = np.zeros(len(weight), dtype=np.int64)
        label[names] = list(made.values())
        return label
    return None


PEERS: dict[Peer, tuple[str, str]] = {
    metis: ("METIS", "pymetis"),
    gerrychain: ("GerryChain", "gerrychain"),
}


def timed(function: Callable[[], pd.DataFrame]) -> tuple[pd.DataFrame, float]:
    """Return what a function returns, and the CPU seconds it took."""
    begun = time.process_time()
    made = function()
    return made, time.process_time() - begun


def main() -> None:
    """Divide, change, divide again."""
    parser = argparse.ArgumentParser(description="Divide again after a year of change.")
    parser.add_argument("case", nargs="?", type=Path, default=CASE)
    parser.add_argument("--seed", type=int, default=1, help="of the change [1]")
    args = parser.parse_args()
    if not args.case.exists():
        print(f"no case {args.case}: nothing to measure")
        return
    inputs = read_layers(args.case)
    first = gridtool.partition(**inputs.layers, crs=inputs.crs)
    later = {**inputs.layers, "buildings": change(inputs.layers["buildings"], args.seed)}
    rows = []
    begun = time.process_time()
    again = gridtool.partition(**later, crs=inputs.crs, base=first.grids)
    seconds = time.process_time() - begun
    told = again.summary["base"]
    rows.append(
        Figures(
            "gridtool --base",
            difference(first.buildings, again.buildings),
            in_window(again.buildings),
            told["kept_codes"] / told["grids"],
            seconds,
        )
    )
    other, seconds = timed(
        lambda: (
            gridtool.partition(
                **later, crs=inputs.crs, settings=gridtool.Settings(seed=1)
            ).buildings
        )
    )
    moved = difference(first.buildings, other)
    rows.append(Figures("gridtool from scratch", moved, in_window(other), None, seconds))
    for peer, (name, package) in PEERS.items():
        if not find_spec(package):
            print(f"{package} is not installed: {name} is left out")
            continue
        before = by_peer(inputs.layers, peer, 0)
        for seeds, seed in (("same seeds", 0), ("other seeds", 100)):
            plan, seconds = timed(lambda peer=peer, seed=seed: by_peer(later, peer, seed))
            moved = difference(before, plan)
            rows.append(Figures(f"{name}, {seeds}", moved, in_window(plan), None, seconds))
    kept = later["buildings"][["building_id"]].merge(first.buildings, on="building_id")
    kept = kept.drop(columns="households").merge(later["buildings"][["building_id", "households"]])
    print(f"{args.case.name}: old division kept as it is: {in_window(kept):.1%} in the window")
    print(f"{'':<24}{'moved':>8}{'in window':>11}{'codes kept':>12}{'cpu s':>8}")
    for row in rows:
        codes = "" if row.codes_kept is None else f"{row.codes_kept:.1%}"
        print(
            f"{row.name:<24}{row.moved:>8.1%}{row.in_window:>11.1%}{codes:>12}{row.seconds:>8.1f}"
        )


if __name__ == "__main__":
    main()
