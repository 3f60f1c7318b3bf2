"""Time the diff: ``python benchmarks/diff.py [--large]``.

2,000 grids and 80,000 buildings with some 60 change groups, borders drawn anew and noise in every
vertex, against ``geopandas.overlay`` of the same two layers; an unchanged pair, against reading
it. ``--large``: 20,000 grids, 800,000 buildings and 10,000 change groups, each a grid split in
two, from file to file. Each small one is done several times and the fastest counts; only ratios
may be compared between machines.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from revisions import CELL, X0, Y0, county, frame, jittered, noded, scenario

from gridtool.diff import Diff, Revision, diff_revisions, prepare_buildings, prepare_revision

EDITS = (
    *("split_2", "split_3", "breakdown", "take_over", "merger", "shift_1", "shift_5", "shift_20"),
    *("recode", "rename", "carve", "two_to_three", "three_to_two", "three_to_three"),
)


def best(job: Callable[[], object], times: int = 3) -> float:
    """Return the fastest of several runs, in seconds."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def prepare(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, homes: gpd.GeoDataFrame
) -> tuple[Revision, Revision, gpd.GeoDataFrame]:
    """Take in both sides and the buildings."""
    before = prepare_revision(old, name="old")
    after = prepare_revision(new, name="new", crs=before.crs)
    return before, after, prepare_buildings(homes, crs=before.crs)


def compare(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, homes: gpd.GeoDataFrame) -> Diff:
    """Take in both sides and the buildings, and compare."""
    return diff_revisions(*prepare(old, new, homes))


def report(name: str, seconds: float, note: str = "") -> None:
    """Print one line."""
    print(f"{name:<58}{seconds:>9.2f} s  {note}", flush=True)


def time_county() -> None:
    """Time a county of 2,000 grids against an overlay, and an unchanged pair against reading."""
    made = scenario(5, size=45, per_cell=40, edits=[*EDITS] * 4, redraw=200)
    rng = np.random.default_rng(0)
    new = jittered(noded(made.new, rng), rng)
    found = compare(made.old, new, made.buildings)
    told = f"{len(found.groups)} groups of {len(made.truth)}"
    name = f"diff, {len(made.old):,} grids, {len(made.buildings):,} buildings"
    report(name, best(lambda: compare(made.old, new, made.buildings)), told)
    # hashes are kept once reckoned: a fresh pair for each run
    pairs = iter([prepare(made.old, new, made.buildings) for _ in range(3)])
    took = best(lambda: diff_revisions(*next(pairs)))
    report("the same, both sides taken in already", took)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        overlay = best(lambda: gpd.overlay(made.old, new, how="union"), times=2)
    report("geopandas.overlay (union) of the same layers", overlay, f"{overlay / took:.1f} x")
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("grids.gpkg", "buildings.gpkg")]
        for path, layer in zip(files, (made.old, made.buildings), strict=True):
            pyogrio.write_dataframe(layer, path)
        reading = best(lambda: [pyogrio.read_dataframe(files[at]) for at in (0, 0, 1)])
    same = best(lambda: compare(made.old, made.old, made.buildings))
    report("read the three layers of an unchanged pair", reading)
    report("diff of an unchanged pair", same, f"{same / reading:.1f} x of reading it")


def large(size: int = 142, homes: int = 800_000) -> None:
    """Time 20,000 grids with 10,000 change groups."""
    base = county(size, 3)
    grids, told = dict(base.grids), dict(base.told)
    codes = list(grids)[:20_000]
    old = frame({code: grids[code] for code in codes}, told)
    new = {}
    for at, code in enumerate(codes):
        new[code] = grids[code]
        if at % 2 == 0:
            west, south, east, north = grids[code].bounds
            half = shapely.box(west - 1, south - 1, (west + east) / 2, north + 1)
            fresh = f"{code}N"
            new[code], new[fresh] = grids[code].intersection(half), grids[code].difference(half)
            told[fresh] = (f"{told[code][0]}-2", *told[code][1:])
    layer = frame(new, told)
    rng = np.random.default_rng(1)
    points = shapely.points(
        rng.uniform(X0, X0 + CELL * 141, homes), rng.uniform(Y0, Y0 + CELL * size, homes)
    )
    data = {"building_id": [f"B{at:06d}" for at in range(homes)]}
    data |= {key: rng.integers(0, 60, homes) for key in ("households", "persons")}
    buildings = gpd.GeoDataFrame(pd.DataFrame(data), geometry=points, crs=old.crs)
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{name}.gpkg" for name in ("old", "new", "buildings")]
        for path, frame_ in zip(files, (old, layer, buildings), strict=True):
            pyogrio.write_dataframe(frame_, path)
        words = ["diff", *files[:2], "--buildings", files[2], "-o", Path(folder) / "out", "-q"]
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "gridtool", *map(str, words)], check=False)
        took = time.perf_counter() - start
        groups = len(pd.read_csv(Path(folder) / "out" / "groups.csv"))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    name = f"gridtool diff, {len(old):,} grids, {homes:,} buildings"
    report(name, took, f"{groups:,} groups, {peak:.2f} GB at most")


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", action="store_true", help="20,000 grids alone")
    if parser.parse_args().large:
        large()
    else:
        time_county()


if __name__ == "__main__":
    main()
