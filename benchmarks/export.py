"""Time what is handed over: ``python benchmarks/export.py [GRIDS BUILDINGS]``.

A county is made up: 4,000 grids of some 160 vertices with 200,000 buildings. It is exported as
GeoJSON and put into a report; then the report is opened in Chromium, where there is one, from a
file and without a network: until the first map, until the buildings are there, clicks on grids,
changes of layer, searches. Beside it stands the time in which GDAL writes the same grids as
GeoJSON, since only the ratio may be compared between machines.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gridtool.pipeline import export_file, report_file
from gridtool.rules import RULES

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from browser import Browser, browser_path

CELL_M, EDGE = 300.0, 40
CORNER = np.array((470_000.0, 3_240_000.0))
READY = "document.documentElement?.dataset.ready"
# a browser draws later than it is told to: reading a pixel waits for that. Told is the
# middle one of 20, and the slowest
TIMED = """window.timed = async (job) => {
  const taken = [];
  for (let n = 0; n < 20; n++) {
    const start = performance.now();
    job(n);
    for (const canvas of all("#map canvas")) canvas.getContext("2d").getImageData(0, 0, 1, 1);
    await new Promise((done) => requestAnimationFrame(done));
    taken.push(performance.now() - start);
  }
  taken.sort((a, b) => a - b);
  return [taken[10], taken[19]];
}; 0"""


def best(job: Callable[[], object], times: int = 3) -> float:
    """Return the fastest of several runs, in seconds."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def county(count: int, buildings: int) -> dict[str, gpd.GeoDataFrame]:
    """Return grids whose borders wind, and buildings in them, in EPSG:4544."""
    dice = np.random.default_rng(0)
    wide = int(np.ceil(np.sqrt(count)))
    corners = dice.uniform(-40, 40, (wide + 1, wide + 1, 2))
    corners += np.stack(np.meshgrid(np.arange(wide + 1), np.arange(wide + 1)), axis=-1) * CELL_M
    rows = [[_winding(dice, a, b) for a, b in pairwise(line)] for line in corners]
    columns = [[_winding(dice, a, b) for a, b in pairwise(line)] for line in corners.swapaxes(0, 1)]
    shapes = []
    for at in range(count):
        y, x = divmod(at, wide)
        ring = [
            rows[y][x][:-1],
            columns[x + 1][y][:-1],
            rows[y + 1][x][::-1][:-1],
            columns[x][y][::-1],
        ]
        shapes.append(shapely.Polygon(np.concatenate(ring) + CORNER))
    grids = gpd.GeoDataFrame(_columns(dice, count), geometry=shapes, crs=4544)
    return {"grids": grids, "buildings": _buildings(dice, grids, buildings)}


def _winding(dice: np.random.Generator, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a line of `EDGE` steps from one corner to the next."""
    along = np.linspace(0, 1, EDGE + 1)[:, None]
    side = np.array([-(b - a)[1], (b - a)[0]]) / np.hypot(*(b - a))
    sway = np.cumsum(dice.normal(0, 1.2, EDGE + 1))
    sway -= along[:, 0] * sway[-1] + (1 - along[:, 0]) * sway[0]
    return (a + along * (b - a) + sway[:, None] * side).round(3)


def _columns(dice: np.random.Generator, count: int) -> dict[str, object]:
    """Return the columns of the grids, ten to a community."""
    community = [f"5103020{at // 200 + 1:02d}{at // 10 % 20 + 1:03d}" for at in range(count)]
    households = dice.integers(250, 560, count)
    rule = ["in_range" if RULES.households_fit(int(n)) else "exception" for n in households]
    return {
        "grid_code": [f"{code}{at % 10 + 1:03d}" for at, code in enumerate(community)],
        "grid_name": [f"第{at % 10 + 1}网格" for at in range(count)],
        "grid_full_name": [f"第{at // 10 + 1}社区第{at % 10 + 1}网格" for at in range(count)],
        "grid_kind": "base",
        "community_code": community,
        "community_name": [f"第{at // 10 + 1}社区" for at in range(count)],
        "town_code": [code[:9] for code in community],
        "county_code": "510302",
        "households": households,
        "persons": (households * 2.6).astype(int),
        "buildings": 50,
        "area_m2": CELL_M**2,
        "size_rule": rule,
        "size_reason": [None if item == "in_range" else "barrier" for item in rule],
        "estimated": False,
        "bounds_text": "东至解放路，南至滨江大道，西至檀木林街，北至与新民街社区交界处的釜溪河",
        "included_units": "汇东花园、盐都佳苑（部分）；解放路2–118号 26栋、檀木林街1–47号 24栋",
        "rev": 1,
    }


def _buildings(dice: np.random.Generator, grids: gpd.GeoDataFrame, count: int) -> gpd.GeoDataFrame:
    """Return L-shaped buildings, the same number in each grid."""
    at = np.arange(count) * len(grids) // count
    middle = shapely.get_coordinates(grids.centroid)[at] + dice.uniform(-110, 110, (count, 2))
    corner = np.array([(0, 0), (18, 0), (18, 8), (9, 8), (9, 14), (0, 14), (0, 0)])
    turn = dice.uniform(0, np.pi, count)
    spin = np.stack((np.cos(turn), -np.sin(turn), np.sin(turn), np.cos(turn)), axis=1)
    rings = corner @ spin.reshape(-1, 2, 2) + middle[:, None]
    return gpd.GeoDataFrame(
        {
            "building_id": [f"B{number:06d}" for number in range(count)],
            "grid_code": grids["grid_code"].to_numpy()[at],
            "unit_id": [f"U{number:06d}" for number in range(count)],
            "community_code": grids["community_code"].to_numpy()[at],
            "households": dice.integers(0, 60, count),
            "persons": 0,
            "estimated": False,
        },
        geometry=shapely.polygons(rings.round(2)),
        crs=4544,
    )


def exported(folder: Path, source: Path, grids: gpd.GeoDataFrame) -> None:
    """Time the GeoJSON of the grids."""
    plain = best(lambda: pyogrio.write_dataframe(grids.to_crs(4326), folder / "plain.geojson"))
    print(f"{'GDAL writes the grids as GeoJSON':<44}{plain:>9.2f} s")
    whole = best(lambda: export_file(source, str(folder / "g.geojson"), overwrite=True))
    print(f"{'export GeoJSON, file to file':<44}{whole:>9.2f} s{whole / plain:>8.1f} x")


def reported(folder: Path, source: Path) -> Path:
    """Time the report and tell its size."""
    page = folder / "report.html"
    start = time.perf_counter()
    report_file(source, page, overwrite=True, lang="zh")
    seconds = time.perf_counter() - start
    print(f"{'report, file to file':<44}{seconds:>9.2f} s")
    print(f"{'its size':<44}{page.stat().st_size / 1e6:>9.1f} MB")
    return page


def looked_at(page: Path) -> None:
    """Time the report in a browser: what a person waits for."""
    with Browser() as browser:
        browser.open(page, READY)
        for name, told in (("map", "first map"), ("ready", "buildings and lists there")):
            value = int(browser.run(f"document.documentElement.dataset.{name}"))
            print(f"{'  ' + told:<44}{value:>9} ms")
        browser.run(TIMED)
        middle = "toLatLng(...ground.labels.grids[n * 97 % ground.grids.count])"
        jobs = {
            "a click, county in sight": f"map.fire('click', {{ latlng: {middle} }})",
            "a change of layer": "all('[data-mode]')[n % 3].click()",
            "a search": "field.value = `解放路${n + 60}号`; showHits()",
            "a jump to a grid and its buildings": "choose(n * 97 % 4000, { fly: true })",
            "a click there": f"map.fire('click', {{ latlng: {middle} }})",
        }
        for name, code in jobs.items():
            usual, slowest = browser.run(f"timed(n => {{ {code} }})")
            print(f"{'  ' + name:<44}{usual:>9.0f} ms{slowest:>8.0f} ms")


def main() -> None:
    """Print the figures."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("grids", nargs="?", type=int, default=4000)
    words.add_argument("buildings", nargs="?", type=int, default=200_000)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "grids.gpkg"
        for key, layer in county(asked.grids, asked.buildings).items():
            pyogrio.write_dataframe(layer, source, layer=key, append=source.exists())
        grids = pd.DataFrame(pyogrio.read_dataframe(source, layer="grids"))
        grids = gpd.GeoDataFrame(grids, crs=4544)
        vertices = shapely.get_num_coordinates(grids.geometry.array).mean()
        print(f"{asked.grids:,} grids of {vertices:.0f} vertices, {asked.buildings:,} buildings")
        exported(folder, source, grids)
        page = reported(folder, source)
        if browser_path() is None:
            print("no Chromium here: the page was not looked at")
        else:
            looked_at(page)


if __name__ == "__main__":
    main()
