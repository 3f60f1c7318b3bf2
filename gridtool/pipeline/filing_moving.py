"""Move what was filed: take a filing back before its day, or bring a package to newer grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import pandas as pd

from gridtool.columns import GRIDS
from gridtool.errors import DataError, PackageError
from gridtool.filing import (
    BUILDINGS,
    WITHDRAWAL,
    Package,
    SigningKey,
    compare_tables,
    parse_package,
    read_table,
)
from gridtool.findings import Finding
from gridtool.pipeline.change_sets import EXCUSABLE, check_changes, filed_buildings
from gridtool.pipeline.filing_making import BaseGrids, Forms, Header, pack_changes
from gridtool.pipeline.filing_reckoning import Content, read_content
from gridtool.register import Register, current_hashes

_GROUPS: Final = "data/groups.csv"
_NO_NEED: Final = "它依据的就是现行网格", "it starts from the newest grids as it is"


@dataclass(frozen=True)
class Rebased:
    """What became of a package on newer grids.

    Attributes
    ----------
    package : Package or None
        A new one, to be signed again; None where there are conflicts.
    conflicts : tuple of Finding
        GT565, one for each grid that another filing has changed.
    """

    package: Package | None
    conflicts: tuple[Finding, ...] = ()


def withdraw_filing(
    register: Register,
    wanted: str,
    header: Header,
    *,
    forms: Forms | None = None,
    keys: Sequence[SigningKey] = (),
    today: date | None = None,
) -> Package:
    """Make the package that takes back a filing whose day has not come.

    Parameters
    ----------
    register : Register
        One's own copy will do.
    wanted : str
        Package, filing number or revision.
    header : Header
        Its kind, day and what it takes the place of follow from the filing.
    forms, keys
        As `gridtool.pipeline.make_package` takes them.
    today : date, optional

    Raises
    ------
    DataError
        GT513 when the register has no such filing.
    PackageError
        GT516 when it is in force, or other filings of the county came after it.
    """
    found = register.filing(wanted)
    if found is None:
        raise DataError("GT513", wanted=wanted, found="-")
    county, rev = str(found["county"]), int(found["rev"])
    made, taken = register.rows_of(rev)
    reasons = {
        ("已经生效", "it is in force"): found["valid_from"] <= (today or date.today()).isoformat(),
        ("它本身是撤回", "it is a withdrawal itself"): found["kind"] == WITHDRAWAL,
        ("之后又有报备改动了它", "other filings changed it since"): made["rev_out"].notna().any(),
    }
    for (zh, en), holds in reasons.items():
        if holds:
            raise PackageError("GT516", wanted=wanted, reason_zh=zh, reason_en=en)
    package = parse_package(register.package(str(found["package_id"])))
    now, gone = register.grids(county), tuple(made["grid_code"])
    table = read_table(BUILDINGS, package.files[BUILDINGS])
    buildings = filed_buildings(table, now, gone, now.crs)
    whole = replace(
        header,
        kind=WITHDRAWAL,
        valid_from=str(found["valid_from"]),
        supersedes=(package.package_id,),
        # what was in force before needs no new excuse
        exceptions=dict.fromkeys(EXCUSABLE, header.reason),
    )
    after = taken[[*(column.key for column in GRIDS.columns), "geometry"]]
    changes = check_changes(now, after, gone, buildings, kind=WITHDRAWAL, told=whole.told())
    base = BaseGrids(now, register.register_id, register.head(county).rev)
    return pack_changes(base, changes, whole, forms=forms, keys=keys)


def rebase_package(
    package: Package,
    register: Register,
    *,
    forms: Forms | None = None,
    keys: Sequence[SigningKey] = (),
) -> Rebased:
    """Bring a package to the newest grids, where nobody else has changed those it changes.

    Nothing is merged: the grids of the package stay as they were drawn, and a single one that
    another filing changed makes a conflict.

    Parameters
    ----------
    package : Package
    register : Register
    forms, keys
        As `gridtool.pipeline.make_package` takes them.

    Raises
    ------
    PackageError
        GT508 when the register has just these grids already, GT517 when there is no need.
    """
    manifest = package.manifest
    county, content = manifest.county, read_content(package)
    head = register.head(county)
    if manifest.base is None or manifest.base.root == head.root:
        zh, en = _NO_NEED
        raise PackageError("GT517", package=manifest.filing_no, reason_zh=zh, reason_en=en)
    now = register.grids(county)
    hashes = current_hashes(register, county)
    conflicts = _conflicts(content, register, hashes)
    if conflicts:
        if _is_done(content, hashes):
            raise PackageError("GT508")
        return Rebased(None, tuple(conflicts))
    header = _header_of(package)
    buildings = filed_buildings(content.tables[BUILDINGS], now, content.gone, content.after.crs)
    changes = check_changes(
        now, content.after, content.gone, buildings, kind=manifest.kind, told=header.told()
    )
    if compare_tables(_GROUPS, content.tables[_GROUPS], changes.tables[_GROUPS]):
        # the neighbourhood has changed so that the same drawing means something else
        return Rebased(None, tuple(_meant_otherwise(content, changes.tables[_GROUPS])))
    base = BaseGrids(now, register.register_id, head.rev)
    return Rebased(pack_changes(base, changes, header, forms=forms, keys=keys))


def _header_of(package: Package) -> Header:
    """Return what a person said of a package, for one that takes its place."""
    held = package.manifest
    return Header(
        kind=held.kind,
        filing_no=held.filing_no,
        prepared_by=held.prepared_by,
        reason=held.reason,
        valid_from=held.valid_from,
        dated=held.dated,
        basis_document=held.basis_document,
        exceptions={one.id: one.reason for one in held.exemptions},
        policy=held.code_policy,
        supersedes=(package.package_id,),
        names=held.names.get,
    )


def _conflicts(content: Content, register: Register, hashes: dict[str, str]) -> list[Finding]:
    """Return the grids of a package that are no longer as it takes them to be."""
    table = content.tables["data/grids.csv"]
    revisions = register.revisions().set_index("rev")
    found = []
    for code, old in zip(table["grid_code"], table["old_hash"], strict=True):
        if hashes.get(code) != old:
            rev = register.last_change(code)
            values: dict[str, object] = {"code": code, "rev": rev or "-", "filing_no": "-"}
            if rev:
                values["filing_no"] = revisions.loc[rev, "filing_no"]
            found.append(Finding("GT565", "grids", row=code, values=values))
    return found


def _is_done(content: Content, hashes: dict[str, str]) -> bool:
    """Return whether the newest grids are just what a package would make of them."""
    table = content.tables["data/grids.csv"]
    return all(
        hashes.get(code) == new
        for code, new in zip(table["grid_code"], table["new_hash"], strict=True)
    )


def _meant_otherwise(content: Content, reckoned: pd.DataFrame) -> list[Finding]:
    """Return the grids of the groups that are not what they were."""
    told = content.tables[_GROUPS]
    apart = compare_tables(_GROUPS, told, reckoned)
    return [
        Finding(
            "GT565", "groups", row=one.row, values={"code": one.row, "rev": "-", "filing_no": "-"}
        )
        for one in apart
    ]
