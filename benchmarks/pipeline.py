"""Time the whole division, stage by stage: ``python benchmarks/pipeline.py [INPUT ...]``.

Every input is divided from file to file several times in one process. The first run also loads or
compiles the kernels and is told apart; of the others the fastest counts. Beside it, in the same
process, the same layers are read with plain ``geopandas.read_file``: the ratio to it is what may be
compared between machines. CPU seconds are of all threads, so that others at work on the machine
do not count. Memory is the high-water mark of resident memory (RSS) after each stage of the first
run, so give small inputs first; a division has threads and no other processes, so that it is all
there is.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pyogrio

from gridtool.columns import match_layer
from gridtool.pipeline import Settings, partition_files

SAMPLE = Path(__file__).resolve().parents[1] / "sample_data" / "county.gpkg"
_MB = 1 << (20 if sys.platform == "darwin" else 10)


class Run(NamedTuple):
    """Seconds and memory (MB) by stage of one division, seconds in all, and its summary."""

    seconds: dict[str, float]
    memory: dict[str, float]
    total: float
    cpu: float
    summary: dict[str, dict[str, int]]


def memory_mb() -> float:
    """Return the most memory the process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB


def divide(path: Path, jobs: int) -> Run:
    """Divide one input into a temporary folder."""
    memory: dict[str, float] = {}

    def tell(stage: str, done: int, count: int) -> None:
        if done == count:
            memory[stage] = memory_mb()

    with tempfile.TemporaryDirectory() as folder:
        start, begun = time.perf_counter(), time.process_time()
        division, _ = partition_files(
            path, Path(folder), settings=Settings(jobs=jobs), progress=tell
        )
        total, cpu = time.perf_counter() - start, time.process_time() - begun
    # the summary is written before the clock knows what writing took
    seconds = {**division.summary["seconds"]}
    seconds["write"] = total - sum(seconds.values())
    return Run(seconds, memory, total, cpu, division.summary)


def read_plainly(path: Path) -> float:
    """Return the seconds geopandas takes to read the input layers of a file."""
    start = time.perf_counter()
    for name, _ in pyogrio.list_layers(path):
        if match_layer(str(name)):
            gpd.read_file(path, layer=name)
    return time.perf_counter() - start


def report(path: Path, runs: list[Run], plain: float, jobs: int) -> None:
    """Print the table of one input."""
    first, best = runs[0], min(runs[1:], key=lambda run: run.total)
    totals = best.summary["totals"]
    buildings = totals["buildings"]
    print(f"{path.name}: {buildings:,} buildings, {totals['grids']:,} grids, jobs {jobs}")
    print(f"{'stage':<10}{'first s':>9}{'warm s':>9}{'ms/building':>13}{'peak MB':>9}")
    for stage, seconds in best.seconds.items():
        print(
            f"{stage:<10}{first.seconds[stage]:>9.2f}{seconds:>9.2f}"
            f"{1000 * seconds / buildings:>13.4f}{first.memory[stage]:>9.0f}"
        )
    print(
        f"{'in all':<10}{first.total:>9.2f}{best.total:>9.2f}"
        f"{1000 * best.total / buildings:>13.4f}{max(run.memory['write'] for run in runs):>9.0f}"
    )
    print(f"CPU s in all: first {first.cpu:.1f}, warm {min(run.cpu for run in runs[1:]):.1f}")
    print(
        f"geopandas.read_file of the same layers: {plain:.2f} s; ratio {best.total / plain:.1f}\n"
    )


def main() -> None:
    """Measure every input given."""
    parser = argparse.ArgumentParser(description="Time the whole division, stage by stage.")
    parser.add_argument("inputs", nargs="*", type=Path, default=[SAMPLE], metavar="INPUT")
    parser.add_argument("--jobs", "-j", type=int, default=1, help="threads [1]")
    parser.add_argument("--runs", type=int, default=2, help="divisions of each input [2]")
    args = parser.parse_args()
    if args.runs < 2:
        parser.error("--runs: at least 2, for the first is told apart")
    for path in args.inputs:
        runs = [divide(path, args.jobs) for _ in range(args.runs)]
        # the second reading finds the file in the system's cache, as the runs did
        plain = min(read_plainly(path) for _ in range(2))
        report(path, runs, plain, args.jobs)


if __name__ == "__main__":
    main()
