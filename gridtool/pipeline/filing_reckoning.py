"""Reckon a package again from one's own grids, and say where it tells something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from gridtool.columns import GRIDS
from gridtool.diff import TOLERANCES
from gridtool.errors import GridtoolError, PackageError
from gridtool.filing import (
    AFTER,
    BUILDINGS,
    TABLES,
    Package,
    compare_tables,
    read_grids,
    read_table,
)
from gridtool.findings import Finding
from gridtool.pipeline.change_sets import ChangeSet, check_changes, filed_buildings
from gridtool.pipeline.filing_making import is_excused, told_value

_COUNTED = ("households", "persons", "buildings", "area_m2", "size_rule", "town_code")
"""What a grid states of itself and is reckoned anew; names and descriptions are the county's."""
_SAME_M2 = 0.05


@dataclass(frozen=True)
class Content:
    """The data of a package, read.

    Attributes
    ----------
    tables : mapping of DataFrame
        By path.
    after : GeoDataFrame
        The changed and new grids.
    gone : tuple of str
        Codes of the grids that are no longer as they were.
    """

    tables: Mapping[str, pd.DataFrame]
    after: gpd.GeoDataFrame
    gone: tuple[str, ...]


def read_content(package: Package) -> Content:
    """Read the data of a package.

    Raises
    ------
    PackageError
        GT502 when a table is missing or in another form.
    """
    for path in (*TABLES, AFTER):
        if path not in package.files:
            raise PackageError("GT502", reason=f"no {path}")
    tables = {path: read_table(path, package.files[path]) for path in TABLES}
    grids = tables["data/grids.csv"]
    gone = grids["grid_code"][grids["old_hash"].notna()]
    after = read_grids(package.files[AFTER], package.manifest.crs)
    return Content(tables, after, tuple(gone))


def reckon_package(
    package: Package,
    content: Content,
    base: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame | None,
) -> tuple[ChangeSet | None, list[Finding]]:
    """Reckon the change set anew and compare it with what the package tells."""
    manifest = package.manifest
    told = {
        "reason": manifest.reason,
        "basis_document": manifest.basis_document,
        "valid_from": manifest.valid_from,
    }
    if buildings is None:
        table = content.tables[BUILDINGS]
        buildings = filed_buildings(table, base, content.gone, content.after.crs)
    try:
        changes = check_changes(
            base, content.after, content.gone, buildings, kind=manifest.kind, told=told
        )
    except GridtoolError as error:
        values = {"what_zh": error.what("zh"), "what_en": error.what("en")}
        return None, [Finding("GT551", error.layer or "data", values={**values})]
    found = list(_differences(content, changes))
    found += _statements(package, changes)
    exceptions = {one.id: one.reason for one in manifest.exemptions}
    for one in changes.broken:
        values = {"id": one.id, "value": told_value(one), "reason": exceptions.get(one.id, "")}
        excused = is_excused(one, exceptions)
        found.append(Finding("GT564" if excused else "GT554", "data", values={**values}))
    return changes, found


def _differences(content: Content, changes: ChangeSet) -> Iterator[Finding]:
    """Yield the tables that are not as reckoned."""
    for path, told in content.tables.items():
        apart = compare_tables(path, told, changes.tables[path])
        if apart:
            first = apart[0]
            values: dict[str, object] = {"table": path, "count": len(apart), **first._asdict()}
            yield Finding("GT548", path, row=first.row, values=values)
    apart_rows = list(_counts_apart(content.after, changes.after))
    if apart_rows:
        code, key, told_value, mine = apart_rows[0]
        values = {"table": AFTER, "count": len(apart_rows), "row": code, "column": key}
        values |= {"told": told_value, "reckoned": mine}
        yield Finding("GT548", AFTER, row=code, values=values)


def _counts_apart(
    told: gpd.GeoDataFrame, reckoned: gpd.GeoDataFrame
) -> Iterator[tuple[str, str, object, object]]:
    """Yield what grids state of themselves and is not so: code, column, told and reckoned."""
    for key in (one.key for one in GRIDS.columns if one.key in (*_COUNTED, "county_code")):
        mine = dict(zip(reckoned["grid_code"], reckoned[key].tolist(), strict=True))
        for code, value in zip(told["grid_code"], told[key].tolist(), strict=True):
            if not _agrees(value, mine.get(code)):
                yield code, key, value, mine.get(code)


def _agrees(told: object, reckoned: object) -> bool:
    """Return whether what a grid states of itself is what was reckoned."""
    if isinstance(told, float) and isinstance(reckoned, float):
        return abs(told - reckoned) <= _SAME_M2
    return told == reckoned


def _statements(package: Package, changes: ChangeSet) -> Iterator[Finding]:
    """Yield what the manifest states and is not so."""
    manifest, diff = package.manifest, changes.diff
    tolerances = (TOLERANCES.storage_m, TOLERANCES.drawing_m, TOLERANCES.area_m2)
    told = manifest.tolerances
    pairs: dict[str, tuple[object, object]] = {
        "tolerances": ((told.epsilon_m, told.tau_m, told.area_m2), tolerances),
        "result_root": (manifest.result_root, changes.result_root),
        "groups": (manifest.counts.groups, changes.types),
        "grids_before": (manifest.counts.grids_before, len(diff.old)),
        "grids_after": (manifest.counts.grids_after, len(diff.result)),
        "untouched_root": (manifest.counts.untouched_root, changes.untouched_root),
        "untouched": (manifest.counts.untouched, len(changes.untouched)),
        "exemptions": (
            {one.id for one in manifest.exemptions},
            {one.id for one in manifest.invariants if not one.passed},
        ),
    }
    for name, (said, reckoned) in pairs.items():
        if said != reckoned:
            values: dict[str, object] = {"table": "manifest.json", "row": name, "column": name}
            values |= {"told": said, "reckoned": reckoned, "count": 1}
            yield Finding("GT548", "manifest.json", row=name, values=values)
