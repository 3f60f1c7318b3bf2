"""Time filings: ``python benchmarks/filing.py [--revisions 200]``.

Makes, verifies and applies the package of a county of 2,000 grids and 72,000 buildings with 60
change groups, with its forms and maps and without; then fills a city register of 4,000 grids with
200 revisions and asks it for days in the past. Beside it stands the time of a plain pass over the
same data, since only the ratio may be compared between machines: writing and reading the county's
grids as a GeoPackage.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1] / "tests")]

import geopandas as gpd
import pandas as pd
import pyogrio
import pyproj
from filings import COUNTY, CRS, buildings, filing, grids, rename, split

from gridtool.filing import SigningKey, parse_package
from gridtool.pipeline import (
    BaseGrids,
    Header,
    apply_package,
    form_maker,
    make_package,
    verify_package,
)
from gridtool.register import FILER, Register, TrustedKey, apply_filing, check_register, trust_key

TODAY = date(2026, 1, 5)
COLUMNS, ROWS, GROUPS = 50, 40, 60
WHY = dict.fromkeys(("I1", "I2", "I3", "I5", "I10", "C1"), "试")


def timed(name: str, job: Callable[[], Any], plain: float = 0.0) -> Any:
    """Run a job and print how long it took, and how many times the plain pass."""
    start = time.perf_counter()
    cpu = time.process_time()
    result = job()
    seconds, spent = time.perf_counter() - start, time.process_time() - cpu
    ratio = f"{seconds / plain:8.1f} x plain" if plain else ""
    print(f"{name:<44} {seconds:7.2f} s  ({spent:6.2f} s of CPU) {ratio}", flush=True)
    return result


def changed(ground: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the county with 60 grids, far apart, split, renamed or redrawn."""
    new, serial = ground, 3000
    for at in range(GROUPS):
        place = at * 33
        if at % 3:
            new = split(new, place, serial)
            serial += 1
        else:
            new = rename(new, place, f"新名{at}")
    return new


def header(number: int, kind: Any) -> Header:
    """Return what is told of a filing."""
    return Header(
        kind=kind,
        filing_no=f"{number}号",
        prepared_by="网格中心",
        reason="试",
        valid_from=f"2026-0{number}-01",
        dated="2026-01-05",
        exceptions=WHY,
    )


def county(folder: Path) -> None:
    """Time the first filing of a county and an adjustment of 60 groups."""
    ground = many_grids(COLUMNS, ROWS)
    homes = buildings(ground, a_side=6, households=10)
    key = SigningKey.make("ed25519", "网格中心")
    plain_path = folder / "plain.gpkg"

    def plain() -> None:
        pyogrio.write_dataframe(ground, plain_path, layer="grids", driver="GPKG")
        pyogrio.read_dataframe(plain_path)

    start = time.perf_counter()
    plain()
    unit = time.perf_counter() - start
    print(f"{len(ground):,} grids, {len(homes):,} buildings; plain pass {unit:.2f} s")
    first = timed(
        "make the first filing",
        lambda: make_package(
            BaseGrids(ground[:0]), ground, homes, header(1, "initial"), keys=[key]
        ),
        unit,
    )
    with Register.create(folder / "county.gpkg", crs=pyproj.CRS(CRS)) as register:
        days = (date(2025, 1, 1), date(2027, 1, 1))
        public = (key.key_id, key.profile, key.public.hex(), key.owner)
        trust_key(register, TrustedKey(*public, FILER, (COUNTY,), *days))
        timed("verify and apply it", lambda: apply_package(first, register, today=TODAY), unit)
        base = BaseGrids(register.grids(COUNTY), register.register_id, 1)
        new = changed(base.grids)
        package = timed(
            f"make an adjustment of {GROUPS} groups",
            lambda: make_package(base, new, homes, header(2, "adjustment"), keys=[key]),
            unit,
        )
        data = package.content
        print(f"package of {len(data) / 1000:,.0f} kB, groups {package.manifest.counts.groups}")
        timed("read it", lambda: parse_package(data), unit)
        for name, own in (("", None), (", own buildings", homes)):
            timed(
                f"verify{name}",
                lambda own=own: verify_package(package, register, buildings=own, today=TODAY),
                unit,
            )
        drawn = timed(
            "make it with forms and maps",
            lambda: make_package(
                base, new, homes, header(2, "adjustment"), forms=form_maker(homes), keys=[key]
            ),
            unit,
        )
        timed("verify its forms too", lambda: verify_package(drawn, register, today=TODAY), unit)
        verdict = timed(
            "verify and apply", lambda: apply_package(package, register, today=TODAY), unit
        )
        assert verdict.receipt.applied_rev == 2
        timed("fsck", lambda: check_register(register), unit)


def many_grids(columns: int, rows: int) -> gpd.GeoDataFrame:
    """Return a county of many communities, as codes have room for 999 grids in each."""
    parts = [
        grids(
            columns,
            5,
            community=f"5103020010{10 + at:02d}",
            origin=(410_000.0, 3_240_000.0 + 500.0 * at),
        )
        for at in range(rows // 5)
    ]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=CRS)


def city(folder: Path, revisions: int) -> None:
    """Time questions to a register of 4,000 grids."""
    ground = many_grids(COLUMNS, 2 * ROWS)
    with Register.create(
        folder / "city.gpkg", crs=pyproj.CRS(CRS), allow_unsigned=True
    ) as register:
        apply_filing(register, filing(None, ground, 0, kind="initial", valid_from="2020-01-01"))
        held = ground
        start = time.perf_counter()
        for at in range(1, revisions):
            new = held
            for some in range(10):
                new = rename(new, (at * 37 + some * 400) % len(held), f"名{at}")
            day = date.fromordinal(date(2020, 1, 1).toordinal() + 7 * at).isoformat()
            apply_filing(register, filing(held, new, at, valid_from=day))
            held = new
        each = (time.perf_counter() - start) / max(revisions - 1, 1)
        rows = register.store.rows("SELECT COUNT(*) FROM grid_versions")[0][0]
        print(f"{len(ground):,} grids, {revisions} revisions, {rows:,} rows; {each:.2f} s each")
        middle = date.fromordinal(date(2020, 1, 1).toordinal() + 7 * revisions // 2)
        for _ in range(3):
            timed("as of a day in the middle", lambda: register.as_of(middle))
        timed("the newest", lambda: register.grids())
        timed("fsck: every root again", lambda: check_register(register))


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--revisions", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        county(Path(folder))
        city(Path(folder), asked.revisions)


if __name__ == "__main__":
    main()
