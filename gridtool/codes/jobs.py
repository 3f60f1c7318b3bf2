"""What the commands of ``gridtool code`` do, from file to file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gridtool.codes.assigning import (
    assign_layer,
    counter_for,
    prepare_grids,
    prepare_table,
    read_buildings,
    restore_shapes,
)
from gridtool.codes.checking import check_codes
from gridtool.codes.continuity import KEPT, NEW, RECODED, RETIRED, Continuity, continue_codes
from gridtool.codes.editions import crosswalk, read_crosswalk
from gridtool.codes.files import beside, write_layer
from gridtool.codes.ledger import Ledger
from gridtool.codes.migration import Migration, migrate_codes, record_migration
from gridtool.codes.schemes import Scheme
from gridtool.codes.tables import load_table
from gridtool.columns import GRIDS
from gridtool.errors import SettingsError
from gridtool.findings import Finding
from gridtool.place import require_free, restored
from gridtool.shares import KEEP_MAJORITY, measure_shares
from gridtool.tables import code_text, read_table, under_keys


def read_codes(path: Path) -> pd.DataFrame:
    """Read a layer or table of grids for its codes, columns under their keys.

    Raises
    ------
    InputError
        When it cannot be read.
    ColumnError
        GT099 without a column of codes.
    """
    return under_keys(read_table(path), GRIDS, required=("grid_code",), name=path.name)


def layer_codes(path: Path) -> list[str]:
    """Return the codes of all grids of a layer that have one.

    Raises
    ------
    InputError, ColumnError
        As `read_codes`.
    DataError
        GT306 for numbers that lost digits.
    """
    codes = code_text(read_codes(path)["grid_code"], name=path.name)
    return [code for code in codes if code]


@contextmanager
def as_one(ledger: Ledger | None, *paths: Path) -> Iterator[None]:
    """Record and write all, or leave the ledger and the files as they were."""
    with ExitStack() as stack:
        # outside: a ledger that cannot be written is the last thing that may fail
        stack.enter_context(restored(*paths))
        if ledger is not None:
            stack.enter_context(ledger.transaction())
        yield


def check_file(
    layer: Path,
    *,
    scheme: Scheme,
    tables: Sequence[Path] = (),
    county: str | None = None,
    ledger: Ledger | None = None,
) -> tuple[list[Finding], int]:
    """Check the codes of a file.

    Returns
    -------
    list of Finding
    int
        How many codes were checked.
    """
    grids = read_codes(layer)
    table = load_table(tables)
    found = check_codes(grids, scheme=scheme, table=table, county=county, ledger=ledger)
    return found, len(grids)


def assign_file(
    layer: Path,
    out: Path,
    *,
    scheme: Scheme,
    base: Path | None = None,
    buildings: Path | None = None,
    policy: str = KEEP_MAJORITY,
    ledger: Ledger | None = None,
    tables: Sequence[Path] = (),
    band_m: float | None = None,
    with_body: bool = False,
    overwrite: bool = False,
) -> dict[str, int]:
    """Give codes to the grids of a layer that have none.

    Parameters
    ----------
    layer, out : Path
        Polygons; a GeoPackage to write, shapes as they were read.
    scheme : Scheme
    base : Path, optional
        The grids in force: then ``OUT_lineage.csv`` is written too.
    buildings : Path, optional
        With households, to count by; else ground counts.
    policy : str
        As for `continue_codes`.
    ledger : Ledger, optional
        New codes are reserved in it, all of them once the output is written.
    tables : sequence of Path
        Code tables, for the names of communities.
    band_m, with_body
        As for `assign_codes`.
    overwrite : bool

    Returns
    -------
    dict
        How many grids are ``kept``, ``recoded``, ``new``, ``retired``.
    """
    outputs = (out,) if base is None else (out, beside(out))
    for path in outputs:
        require_free(path, overwrite=overwrite)
    raw = read_table(layer)
    grids = prepare_grids(raw, name=layer.name)
    table = load_table(tables)
    assign = partial(assign_layer, scheme=scheme, table=table, band_m=band_m, with_body=with_body)
    if base is None:
        with as_one(ledger, *outputs):
            coded = assign(grids, take=counter_for(scheme, ledger, grids["grid_code"]))
            write_layer(out, restore_shapes(coded, raw), overwrite=overwrite)
        kept = int((grids["grid_code"] != "").sum())
        return {KEPT: kept, RECODED: 0, NEW: len(grids) - kept, RETIRED: 0}
    old = prepare_grids(read_table(base), name=base.name, codes=True)
    grids = grids.assign(grid_id=[f"{at:06d}" for at in range(len(grids))])
    found = _continue(old, grids, buildings, policy, scheme)
    names = dict(zip(old["grid_code"], old["grid_name"], strict=True))
    with as_one(ledger, *outputs):
        take = counter_for(scheme, ledger, old["grid_code"])
        coded = assign(grids, take=take, continuity=found, names=names)
        write_layer(out, restore_shapes(coded, raw), overwrite=overwrite)
        write_layer(beside(out), found.lineage(coded), overwrite=overwrite)
    return found.counts()


def _continue(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    buildings: Path | None,
    policy: str,
    scheme: Scheme,
) -> Continuity:
    """Return who keeps the code."""
    homes = None if buildings is None else read_buildings(buildings, crs=new.crs)
    shares = measure_shares(old.to_crs(new.crs), new, homes)
    return continue_codes(old, new, shares, policy=policy, scheme=scheme)


def crosswalk_files(
    old: Path, new: Path, out: Path, *, area: str = "", overwrite: bool = False
) -> pd.DataFrame:
    """Compare two code tables and write the proposal as CSV."""
    require_free(out, overwrite=overwrite)
    table = crosswalk(load_table([old]), load_table([new]), area=area)
    write_layer(out, table, overwrite=overwrite)
    return table


def migrate_file(
    layer: Path,
    table: Path,
    out: Path,
    *,
    scheme: Scheme,
    codes: Sequence[Path] = (),
    ledger: Ledger | None = None,
    document: str = "",
    overwrite: bool = False,
) -> Migration:
    """Recode a layer by an approved crosswalk, and write ``OUT_lineage.csv``.

    Parameters
    ----------
    layer, table, out : Path
        Grids, crosswalk, and where to write; `out` must not be `layer`.
    scheme : Scheme
    codes : sequence of Path
        Code tables of the new edition.
    ledger : Ledger, optional
        The new codes are issued in it and the old ones retired, all of them once the output is
        written.
    document : str
    overwrite : bool

    Returns
    -------
    Migration
    """
    if out.resolve() == layer.resolve():
        raise SettingsError("GT046", reason=f"--out {out}")
    for path in (out, beside(out)):
        require_free(path, overwrite=overwrite)
    approved = read_crosswalk(table)
    grids = prepare_table(read_table(layer), name=layer.name)
    edition = load_table(codes)
    with as_one(ledger, out, beside(out)):
        done = migrate_codes(
            grids,
            approved,
            scheme=scheme,
            take=counter_for(scheme, ledger, grids["grid_code"]),
            table=edition,
            taken=ledger.codes() if ledger else (),
        )
        if ledger is not None:
            record_migration(ledger, done.lineage, document=document)
        write_layer(out, done.grids, overwrite=overwrite)
        write_layer(beside(out), done.lineage, overwrite=overwrite)
    return done
