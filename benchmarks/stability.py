"""Divide again after a year of change: ``python benchmarks/stability.py [CASE.gpkg]``.

A case is divided; then 5 % of its buildings gain or lose up to 30 % of their households, some empty
ones become houses (a tenth of these large), and 1 % are demolished. It is divided again with the
first division as the grids in force, from scratch with another seed, and by METIS with the same
seed and with another. All stand in one run over the same units.

Moved is the share of households outside the pairs of old and new grids that match best. Grids in
the window are counted in communities where some number of grids fits, towers left out.

METIS comes with pymetis, which gridtool itself does not need; without it, or without the case, that
is said.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
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


def metis(layers: dict[str, gpd.GeoDataFrame], first: int) -> pd.DataFrame:
    """Return the buildings with the grids of METIS: the best of a dozen seeds a community."""
    checked, _ = check_layers(layers)
    held = build_units(checked)
    edges = build_graph(held.units, held.borders)
    label = np.full(len(held.units), -1, dtype=np.int64)
    ends = [held.units.index.get_indexer(edges[end]) for end in ("first", "second")]
    for at in held.units.groupby("community_code").indices.values():
        mine = np.isin(ends[0], at)
        label[at] = _metis_of(held.units.iloc[at], at, ends, edges["cost"].to_numpy(), mine, first)
    grid = pd.Series(label, held.units.index).astype(str)
    return held.buildings.assign(grid_code=held.buildings["unit_id"].map(grid))


def _metis_of(
    units: pd.DataFrame,
    at: npt.NDArray[np.int64],
    ends: list[npt.NDArray[np.int64]],
    cost: npt.NDArray[np.float64],
    mine: npt.NDArray[np.bool_],
    first: int,
) -> npt.NDArray[np.int64]:
    """Return METIS's labels for the units of one community."""
    from pymetis import CSRAdjacency, Options, part_graph

    weight = units["households"].to_numpy()
    k = max(1, round(weight.sum() / RULES.target_households))
    if k == 1:
        return np.zeros(len(units), dtype=np.int64)
    one, other = (np.searchsorted(at, end[mine]) for end in ends)
    a, b = np.r_[one, other], np.r_[other, one]
    order = np.argsort(a, kind="stable")
    adjacency = CSRAdjacency(np.searchsorted(a[order], np.arange(len(units) + 1)), b[order])
    prices = np.maximum(1, np.round(np.tile(cost[mine], 2)[order] * 10)).astype(int).tolist()
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
    return np.zeros(len(units), dtype=np.int64) if best is None else best[1]


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
    if find_spec("pymetis"):
        before = metis(inputs.layers, 0)
        for name, seed in (("METIS, same seeds", 0), ("METIS, other seeds", 100)):
            plan, seconds = timed(lambda seed=seed: metis(later, seed))
            rows.append(Figures(name, difference(before, plan), in_window(plan), None, seconds))
    kept = later["buildings"][["building_id"]].merge(first.buildings, on="building_id")
    kept = kept.drop(columns="households").merge(later["buildings"][["building_id", "households"]])
    print(f"{args.case.name}: old division kept as it is: {in_window(kept):.1%} in the window")
    print(f"{'':<24}{'moved':>8}{'in window':>11}{'codes kept':>12}{'cpu s':>8}")
    for row in rows:
        codes = "" if row.codes_kept is None else f"{row.codes_kept:.1%}"
        print(
            f"{row.name:<24}{row.moved:>8.1%}{row.in_window:>11.1%}{codes:>12}{row.seconds:>8.1f}"
        )
    if not find_spec("pymetis"):
        print("pymetis is not installed: METIS is left out")


if __name__ == "__main__":
    main()
