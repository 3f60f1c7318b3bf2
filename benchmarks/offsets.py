"""Time GCJ-02 and BD-09 there and back: ``python benchmarks/offsets.py [--points N]``.

Points are random over the box of China, and over one county, where the inverse needs fewer steps.
The error is the most that a point is away, in millimetres, after going there and back. Beside it,
in the same run, other packages do the same one way and the other where they are installed
(``pip install coord-convert prcoords eviltransform``); they take one point at a time, so they are
given fewer. The ratio is theirs to ours in seconds a point.
"""

from __future__ import annotations

import argparse
import importlib
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from gridtool.offsets import from_bd09, from_gcj02, to_bd09, to_gcj02

PLACES = {"China": (73.5, 18.0, 135.0, 53.5), "a county": (104.55, 29.1, 105.05, 29.6)}
SYSTEMS = {"GCJ-02": (to_gcj02, from_gcj02), "BD-09": (to_bd09, from_bd09)}
_DEGREE_MM = 111_320_000.0

Floats = np.ndarray[Any, np.dtype[np.float64]]
Pair = tuple[Floats, Floats]
Move = Callable[[Floats, Floats], Pair]


class Run(NamedTuple):
    """Seconds a point there and back, and the largest error in millimetres."""

    there: float
    back: float
    error: float


def measure(there: Move, back: Move, lon: Floats, lat: Floats, runs: int) -> Run:
    """Return the fastest of several runs."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        moved = there(lon, lat)
        middle = time.perf_counter()
        x, y = back(*moved)
        seconds.append((middle - start, time.perf_counter() - middle))
    error = np.hypot((x - lon) * np.cos(np.radians(lat)), y - lat).max() * _DEGREE_MM
    fastest = np.min(seconds, axis=0) / len(lon)
    return Run(float(fastest[0]), float(fastest[1]), float(error))


def one_by_one(function: Callable[..., Any], *, lat_first: bool = False) -> Move:
    """Return a function of single points as one of arrays."""

    def move(lon: Floats, lat: Floats) -> Pair:
        first, second = (lat, lon) if lat_first else (lon, lat)
        points = zip(first.tolist(), second.tolist(), strict=True)
        if lat_first:
            moved = np.array([tuple(function(*pair)) for pair in points])
            return moved[:, 1], moved[:, 0]
        moved = np.array([function(*pair) for pair in points])
        return moved[:, 0], moved[:, 1]

    return move


def others() -> dict[tuple[str, str], tuple[Move, Move]]:
    """Return the ways of the packages that are installed, by package and system."""
    found: dict[tuple[str, str], tuple[Move, Move]] = {}
    for name, module in (
        ("coord-convert", "coord_convert.transform"),
        ("prcoords", "prcoords"),
        ("eviltransform", "eviltransform"),
    ):
        try:
            package = importlib.import_module(module)
        except ImportError as reason:
            print(f"{name}: skipped, {reason}")
            continue
        if name == "coord-convert":
            gcj = one_by_one(package.wgs2gcj), one_by_one(package.gcj2wgs)
            bd = one_by_one(package.wgs2bd), one_by_one(package.bd2wgs)
        elif name == "prcoords":
            gcj = _pairs(package.wgs_gcj), _pairs(package.gcj_wgs_bored)
            bd = _pairs(package.wgs_bd), _pairs(package.bd_wgs_bored)
        else:
            gcj = (
                one_by_one(package.wgs2gcj, lat_first=True),
                one_by_one(package.gcj2wgs_exact, lat_first=True),
            )
            bd = (
                one_by_one(package.wgs2bd, lat_first=True),
                one_by_one(package.bd2wgs, lat_first=True),
            )
        found[name, "GCJ-02"], found[name, "BD-09"] = gcj, bd
    return found


def _pairs(function: Callable[..., Any]) -> Move:
    """Return a function that takes a point as one argument as one of arrays."""
    return one_by_one(lambda *point: function(point), lat_first=True)


def report(name: str, run: Run, ours: Run | None = None) -> None:
    """Print one line."""
    ratio = f"{run.there / ours.there:>10.0f}{run.back / ours.back:>8.0f}" if ours else " " * 18
    rates = f"{1e-6 / run.there:>12.3f}{1e-6 / run.back:>12.3f}"
    print(f"{name:<36}{rates}{run.error:>12.4f}{ratio}")


def main() -> None:
    """Measure both systems over both places, and the other packages over one."""
    parser = argparse.ArgumentParser(description="Time GCJ-02 and BD-09 there and back.")
    parser.add_argument("--points", type=int, default=1_000_000, help="points [1000000]")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, the fastest counts [3]")
    args = parser.parse_args()
    rng = np.random.default_rng(0)
    packages = others()
    print(f"{'':<36}{'M/s there':>12}{'M/s back':>12}{'error mm':>12}{'x there':>10}{'x back':>8}")
    for place, (west, south, east, north) in PLACES.items():
        lon, lat = rng.uniform(west, east, args.points), rng.uniform(south, north, args.points)
        for system, (there, back) in SYSTEMS.items():
            ours = measure(there, back, lon, lat, args.runs)
            report(f"gridtool, {system}, {place}", ours)
            few = slice(0, min(args.points, 20_000))
            for (name, of), ways in packages.items():
                if of == system and place == "China":
                    report(f"  {name}", measure(*ways, lon[few], lat[few], 1), ours)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
