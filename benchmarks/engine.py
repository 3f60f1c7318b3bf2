"""Put the partition engine beside METIS: ``python benchmarks/engine.py [GRAPH.npz ...]``.

Each graph (households, areas, shared borders of building units) is divided by the engine with
``--effort`` raised until a run takes about ``--cpu`` seconds of process time; METIS then gets the
seconds the engine took, trying seed after seed and keeping its best valid plan. Both stand in one
run, so the ratios may be compared between machines. Validity, cut (m), mean Polsby-Popper (pp) and
mean |households - 400| (dev) are those of ``judge_labels.py``, which shares no code with this and
reads the label files written to ``--out``.

METIS comes with pymetis (measured with 2025.2.2), which gridtool itself does not need:
``pip install pymetis``. Without it, or without the graphs, that is said and nothing is compared.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from gridtool.division.engine import Component, Dials, divide
from gridtool.division.exact import NODES, cut_bound

GRAPHS = Path(__file__).resolve().parents[2] / "shared" / "bench"
LOW, AIM, HIGH = 300, 400, 500
LARGE = 1000
PROVEN = 150
"""Units times grids up to which the least cut is proven (seconds in a graph)."""
_SLACKS = (1.0, 0.8, 0.5)

Arrays = dict[str, npt.NDArray[np.float64]]
Labels = npt.NDArray[np.int64]


class Figures(NamedTuple):
    """What is measured of a plan."""

    valid: bool
    cut: float
    pp: float
    dev: float


class Row(NamedTuple):
    """One graph: the engine's plan beside the best of METIS."""

    name: str
    units: int
    ours: Figures
    metis: Figures | None
    seconds: float
    seeds: int
    bound: float | None


def as_component(arrays: Arrays) -> Component:
    """Return a graph as the engine takes it, borders costing what they measure."""
    first, second, length = arrays["eu"], arrays["ev"], arrays["elen"]
    n = len(arrays["w"])
    a, b, both = np.r_[first, second], np.r_[second, first], np.tile(length, 2)
    order = np.lexsort((b, a))
    start = np.searchsorted(a[order], np.arange(n + 1))
    outline = arrays["ext"] + np.bincount(a, both, n)
    graph = (start, b[order].astype(np.int64), both[order], both[order])
    weight = arrays["w"].astype(np.float64)
    return Component(graph, (weight, arrays["area"], outline, np.zeros(n, dtype=np.int64)))


def measure(arrays: Arrays, label: Labels) -> Figures:
    """Measure a plan from the graph and the labels alone."""
    first, second, length = arrays["eu"], arrays["ev"], arrays["elen"]
    label = np.unique(label, return_inverse=True)[1]
    k, n = int(label.max()) + 1, len(label)
    weight = np.bincount(label, arrays["w"], k)
    same = label[first] == label[second]
    links = coo_matrix((np.ones(same.sum()), (first[same], second[same])), shape=(n, n))
    pieces = connected_components(links, directed=False)[0]
    border = np.bincount(label, arrays["ext"], k)
    for end in (first, second):
        border += np.bincount(label[end[~same]], length[~same], k)
    roundness = 4 * np.pi * np.bincount(label, arrays["area"], k) / border**2
    fits = bool(((weight >= LOW) & (weight <= HIGH)).all() and pieces == k)
    return Figures(
        fits,
        float(length[~same].sum()),
        float(roundness.mean()),
        float(np.abs(weight - AIM).mean()),
    )


def engine(arrays: Arrays, seconds: float, dials: Dials, seed: int) -> tuple[Labels, float]:
    """Divide with the effort that takes about so many seconds; return what it took, too."""
    component, k = as_component(arrays), round(arrays["w"].sum() / AIM)
    window = (float(LOW), float(AIM), float(HIGH))
    effort, used = 4.0, 0.0
    while used < 0.5 * seconds:
        effort *= min(10.0, 0.9 * seconds / used) if used else 1.0
        start = time.process_time()
        plan = divide(component, k, window, replace(dials, effort=effort), seed)
        used = time.process_time() - start
    return plan.label, used


def metis(arrays: Arrays, seconds: float) -> tuple[Labels, int]:
    """Return METIS's best plan of as many seeds as fit, and how many did."""
    from pymetis import CSRAdjacency, Options, part_graph

    first, second = arrays["eu"], arrays["ev"]
    ends = np.r_[first, second]
    order = np.argsort(ends, kind="stable")  # neighbours as the file has them
    start = np.searchsorted(ends[order], np.arange(len(arrays["w"]) + 1))
    other, length = np.r_[second, first][order], np.tile(arrays["elen"], 2)[order]
    weight = arrays["w"].tolist()
    k = max(1, round(sum(weight) / AIM))
    room = int(1000 * (HIGH * k / sum(weight) - 1.0)) - 2
    adjacency = CSRAdjacency(start, other)
    prices = np.maximum(1, np.round(length * 10)).astype(int).tolist()
    best, seed, begun = None, 0, time.process_time()
    while best is None or time.process_time() - begun < seconds:
        for slack in _SLACKS:
            options = Options(seed=seed, ufactor=max(2, int(room * slack)), contig=1)
            label = np.array(
                part_graph(
                    k, adjacency, vweights=weight, eweights=prices, recursive=False, options=options
                )[1]
            )
            seed += 1
            figures = measure(arrays, label)
            if best is None or (not figures.valid, figures.cut) < best[0]:
                best = ((not figures.valid, figures.cut), label)
    return best[1], seed


def compare(path: Path, args: argparse.Namespace, dials: Dials) -> Row:
    """Divide one graph both ways; write both plans for the judge."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in ("w", "area", "ext", "eu", "ev", "elen")}
    label, seconds = engine(arrays, args.cpu, dials, args.seed)
    np.save(args.out / f"{path.stem}.npy", label)
    theirs, seeds = None, 0
    if find_spec("pymetis"):
        plan, seeds = metis(arrays, max(seconds, args.cpu))
        np.save(args.out / f"{path.stem}.metis.npy", plan)
        theirs = measure(arrays, plan)
    bound = None
    k = round(arrays["w"].sum() / AIM)
    if len(label) * k <= PROVEN:
        component = as_component(arrays)
        bound = cut_bound(component.graph, component.units[0], k, (float(LOW), float(HIGH)), NODES)
    return Row(path.stem, len(label), measure(arrays, label), theirs, seconds, seeds, bound)


def no_worse(row: Row) -> bool:
    """Return whether pp and dev are no worse than METIS's, as the judge rounds them."""
    ours, theirs = row.ours, row.metis
    if theirs is None or not theirs.valid:
        return ours.valid
    return round(ours.pp, 3) >= round(theirs.pp, 3) and round(ours.dev, 1) <= round(theirs.dev, 1)


def report(rows: list[Row]) -> None:
    """Print the table and what it comes to."""
    print(
        f"{'graph':<9}{'n':>6}{'cpu s':>7} | {'cut m':>9}{'pp':>7}{'dev':>7} |"
        f" {'METIS cut':>10}{'pp':>7}{'dev':>7}{'seeds':>7} | {'ratio':>7}  pp, dev"
    )
    for row in rows:
        ours, theirs = row.ours, row.metis
        line = f"{row.name:<9}{row.units:>6}{row.seconds:>7.2f} | {ours.cut:>9.1f}{ours.pp:>7.3f}"
        line += f"{ours.dev:>7.1f} | "
        if theirs is None:
            line += "pymetis is not installed"
        elif not theirs.valid:
            line += f"{'invalid':>10}{'':>14}{row.seeds:>7} |"
        else:
            line += f"{theirs.cut:>10.1f}{theirs.pp:>7.3f}{theirs.dev:>7.1f}{row.seeds:>7} | "
            line += f"{ours.cut / theirs.cut:>7.3f}  {'no worse' if no_worse(row) else 'worse'}"
        if not ours.valid:
            line += "  OUR PLAN IS INVALID"
        if row.bound is not None:
            line += f"  no plan is below {row.bound:.1f}"
        print(line)
    print(f"valid: {sum(row.ours.valid for row in rows)} of {len(rows)}")
    if all(row.metis for row in rows):
        print(f"pp and dev no worse: {sum(map(no_worse, rows))} of {len(rows)}")


def main() -> None:
    """Measure every graph given."""
    parser = argparse.ArgumentParser(description="Put the engine beside METIS.")
    parser.add_argument("graphs", nargs="*", type=Path, metavar="GRAPH.npz")
    parser.add_argument("--cpu", type=float, default=1.0, help="process seconds a graph [1]")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--drift", type=float, default=Dials().drift, help="as in [weights]")
    parser.add_argument("--shape", type=float, default=Dials().shape, help="as in [weights]")
    parser.add_argument("--out", type=Path, default=Path("engine-labels"), help="for the labels")
    args = parser.parse_args()
    graphs = args.graphs or sorted(GRAPHS.glob("*.npz"))
    if not graphs:
        print(f"no graphs in {GRAPHS}: nothing to measure")
        return
    args.out.mkdir(parents=True, exist_ok=True)
    dials = Dials(drift=args.drift, shape=args.shape)
    compare(graphs[0], argparse.Namespace(**{**vars(args), "cpu": 0.01}), dials)  # compile, load
    report([compare(path, args, dials) for path in graphs])


if __name__ == "__main__":
    main()
