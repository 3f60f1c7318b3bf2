"""Cost of reading and checking, beside a bare read; memory of a long list read in batches.

    python benchmarks/reading.py INPUT.gpkg [--rows 5000000]

Each figure comes from processes of its own. ``warm`` times are the best of seven runs in one
process, so that imports and first calls do not count; ``whole process`` is what a person waits for,
imports and all, the best of three. What is compared runs turn by turn, so that other work on the
machine falls on both alike.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE = """
import geopandas as gpd
frames = [gpd.read_file(path, layer=name, use_arrow=True) for name in names]
"""
OURS = """
from gridtool.check import check_layers
from gridtool.read import read_layers
layers, findings = check_layers(read_layers(path).layers)
"""
STREAM = """
from gridtool.read.inspect import inspect_paths
from pathlib import Path
(report,) = inspect_paths([Path(path)])
assert report.rows == rows, report
"""
CHILD = """
import json, resource, sys, time
path, names, rows = json.loads(sys.argv[1])
import gridtool.check, gridtool.read.inspect, geopandas, pyogrio
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
def once(code, space):
    begin = time.perf_counter()
    exec(code, space)
    return time.perf_counter() - begin
codes = json.loads(sys.stdin.read())
seconds = [1e9] * len(codes)
for turn in range(7 if len(codes) > 1 else 1):
    for at, code in enumerate(codes):
        space = {"path": path, "names": names, "rows": rows}
        seconds[at] = min(seconds[at], once(code, space))
        space.clear()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, start, peak]))
"""


def run(codes: list[str], path: Path, names: list[str], rows: int = 0) -> tuple[list[float], int]:
    """Return the seconds of each piece of code, and the KB its process grew by."""
    given = json.dumps([str(path), names, rows])
    done = subprocess.run(
        [sys.executable, "-c", CHILD, given],
        input=json.dumps(codes),
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, start, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak - start


def process_seconds(codes: list[str], path: Path, names: list[str]) -> list[float]:
    """Return the seconds of fresh processes that run each piece of code once."""
    head = f"path, names = {str(path)!r}, {names!r}\n"
    seconds = [float("inf")] * len(codes)
    for _ in range(3):
        for at, code in enumerate(codes):
            begin = time.perf_counter()
            subprocess.run([sys.executable, "-c", head + code], check=True)
            seconds[at] = min(seconds[at], time.perf_counter() - begin)
    return seconds


def reading(path: Path) -> None:
    """Print time and memory of read and check against a bare read of the same layers."""
    import pyogrio

    names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    (bare, ours), _ = run([BARE, OURS], path, names)
    _, frame = run([BARE], path, names)
    _, grown = run([OURS], path, names)
    rows = sum(pyogrio.read_info(path, layer=name)["features"] for name in names)
    print(f"{path.name}: {rows:,} rows")
    print(f"  warm: bare read {bare:.2f} s, read and check {ours:.2f} s: {ours / bare:.2f} x")
    bare, ours = process_seconds([BARE, OURS], path, names)
    print(f"  whole process: {bare:.2f} s, {ours:.2f} s: {ours / bare:.2f} x")
    print(f"  bare frame {frame >> 10} MB, read and check {grown >> 10} MB: {grown / frame:.2f} x")


def streaming(rows: int) -> None:
    """Print time and memory of address lists of a tenth of the rows, and of all."""
    with tempfile.TemporaryDirectory() as folder:
        for count in (rows // 10, rows):
            path = Path(folder) / "addresses.csv"
            with path.open("w", encoding="gb18030") as file:
                file.write("地址,经度,纬度,网格编码\n")
                for at in range(count):
                    place = f"{104.7 + at % 999 / 1e4:.6f},{29.3 + at % 997 / 1e4:.6f}"
                    file.write(
                        f"富世街道釜溪路{at % 500}号{at % 30}栋,{place},510302001{at % 999:06d}\n"
                    )
            (seconds,), grown = run([STREAM], path, [], count)
            size = path.stat().st_size >> 20
            print(f"{count:,} rows ({size} MB): {seconds:.1f} s, {grown >> 10} MB more memory")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input", type=Path, nargs="*")
    parser.add_argument("--rows", type=int, default=0)
    given = parser.parse_args()
    for path in given.input:
        reading(path)
    if given.rows:
        streaming(given.rows)


if __name__ == "__main__":
    main()
