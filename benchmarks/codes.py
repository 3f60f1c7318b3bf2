"""Time the codes: ``python benchmarks/codes.py [FOLDER]``.

Numbers 4,000 grids, decides the continuity of 4,000, checks 600,000 codes, opens and verifies a
ledger. FOLDER holds the national lists of 2023 (``villages_2023.parquet`` and the CSVs above it):
with it, the index is made and opened, and all communities of Zigong are explained. Each is done
several times in one process; the fastest counts. Beside it stands the time of a plain pass over
the same data, since only the ratio may be compared between machines.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.codes import (
    Ledger,
    assign_codes,
    check_codes,
    continue_codes,
    explain_code,
    load_scheme,
    load_table,
    measure_shares,
    read_tables,
    shipped_table,
)

CELL_M = 250.0
ABOVE = ("streets_2023.csv", "areas_2023.csv", "cities_2023.csv", "provinces_2023.csv")


def best(job: Callable[[], object], times: int = 3) -> float:
    """Return the fastest of several runs, in seconds."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def report(name: str, seconds: float, plain: float) -> None:
    """Print one line: what, how long, and how many plain passes that is."""
    print(f"{name:<52}{seconds:>9.3f} s{seconds / plain:>9.1f} x")


def lattice(count: int) -> gpd.GeoDataFrame:
    """Return grids of squares, ten to each community of Zigong in turn."""
    codes = shipped_table().frame()["code"]
    codes = codes[~codes.str.endswith("000")].to_numpy()
    side = int(np.ceil(np.sqrt(count)))
    at = np.arange(count)
    x, y = at % side * CELL_M, at // side * CELL_M
    shapes = shapely.box(x, y, x + CELL_M, y + CELL_M)
    data = {"community_code": codes[at // 10], "grid_kind": "base", "site_id": None}
    data |= {"area_m2": CELL_M**2, "grid_id": [f"{n:06d}" for n in at]}
    return gpd.GeoDataFrame(data, geometry=shapes, crs="EPSG:4544")


def time_numbering(grids: gpd.GeoDataFrame, plain: float) -> gpd.GeoDataFrame:
    """Time the first numbering and the continuity of some grids."""
    communities = shipped_table().frame()
    report(f"number {len(grids):,} grids", best(lambda: assign_codes(grids, communities)), plain)
    old = assign_codes(grids, communities)
    moved = grids.assign(geometry=grids.translate(30.0, 10.0))
    shares = measure_shares(old, moved)
    report(f"measure shares of {len(old):,}", best(lambda: measure_shares(old, moved)), plain)
    report(f"continue {len(old):,} codes", best(lambda: continue_codes(old, moved, shares)), plain)
    return old


def time_checking(folder: Path | None, plain: float) -> None:
    """Time the check of 600,000 codes."""
    table = shipped_table()
    codes = table.frame()["code"]
    home = codes[~codes.str.endswith("000")].to_numpy()
    serials = np.arange(600_000)
    grids = pd.DataFrame({"community_code": home[serials % len(home)]})
    grids["grid_code"] = grids["community_code"] + pd.Series(serials // len(home) + 1).map(
        "{:03d}".format
    )
    grids["community_name"] = grids["community_code"].map(
        table.frame().set_index("code")["name"].to_dict()
    )
    grids["grid_kind"] = "base"
    assert check_codes(grids, table=table) == []
    report(f"check {len(grids):,} codes", best(lambda: check_codes(grids, table=table)), plain)
    if folder is not None:
        with tempfile.TemporaryDirectory() as place:
            index = Path(place) / "china.npz"
            files = [folder / "villages_2023.parquet", *(folder / one for one in ABOVE)]
            start = time.perf_counter()
            read_tables(files, source="NBS", edition="2023").save(index)
            report("make the index of all lists", time.perf_counter() - start, plain)
            held = load_table([index])
            size = index.stat().st_size / 1e6
            name = f"open it ({held.communities:,} communities, {size:.0f} MB)"
            report(name, best(lambda: load_table([index])), plain)
            report("the same, with all lists", best(lambda: check_codes(grids, table=held)), plain)
    report("explain 987 communities", best(lambda: [explain_code(c, table) for c in home]), plain)


def time_ledger(old: gpd.GeoDataFrame, plain: float) -> None:
    """Time a ledger on disk."""
    scheme = load_scheme()
    codes = (
        old["grid_code"]
        .str.slice(12)
        .radd(old["community_code"].str.replace(r"^.{6}", "510302", regex=True))
    )
    codes = codes.drop_duplicates()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger"
        with Ledger.create(path, county="510302", scheme=scheme) as ledger:
            start = time.perf_counter()
            ledger.record("issue", codes)
            report(f"issue {len(codes):,} codes", time.perf_counter() - start, plain)
            prefix = codes.iloc[0][:12]
            report("reserve one code", best(lambda: ledger.reserve(prefix)), plain)
        report("open and verify it", best(lambda: Ledger.open(path).close()), plain)


def main() -> None:
    """Time everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    folder = parser.parse_args().folder
    text = pd.Series(np.arange(600_000)).map("{:015d}".format)
    plain = best(lambda: [code[:12] for code in text])
    print(f"a plain pass over 600,000 codes: {plain:.3f} s")
    old = time_numbering(lattice(4000), plain)
    time_checking(folder, plain)
    time_ledger(old, plain)


if __name__ == "__main__":
    main()
