"""What in a register stands against a package: county, base, codes, numbers, days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import geopandas as gpd

from gridtool.canonical import hash_grids, root_of
from gridtool.errors import GridtoolError
from gridtool.filing import AFTER, INITIAL, WITHDRAWAL, Package
from gridtool.findings import Finding
from gridtool.pipeline.filing_making import kind_reason
from gridtool.pipeline.filing_reckoning import Content
from gridtool.register import Head, Register, code_states, events_of


def judge_county(package: Package, content: Content) -> Iterator[Finding]:
    """Yield the codes that are not of the county of the package."""
    county = package.manifest.county
    rows = content.after[["grid_code", "community_code", "county_code"]]
    for row in rows.itertuples(index=False):
        if row.county_code != county or not all(one.startswith(county) for one in row):
            values: dict[str, object] = {"code": row.grid_code, "county": county}
            yield Finding("GT547", AFTER, row=row.grid_code, values=values)
    for code in content.gone:
        if not code.startswith(county):
            yield Finding("GT547", "grids", row=code, values={"code": code, "county": county})


def judge_base(package: Package, register: Register, head: Head) -> Iterator[Finding]:
    """Yield why a package does not start from the newest grids."""
    manifest = package.manifest
    if manifest.crs != f"EPSG:{register.store.srid}":
        values = {"found": manifest.crs, "wanted": f"EPSG:{register.store.srid}"}
        yield Finding("GT544", "manifest", values={**values})
    has_grids = head.root != root_of({})
    if (manifest.kind == INITIAL) == has_grids or (manifest.base is None) == has_grids:
        zh, en = kind_reason(manifest.kind)
        values = {"kind": manifest.kind, "reason_zh": zh, "reason_en": en}
        yield Finding("GT558", "manifest", values={**values})
        return
    if manifest.base is None or manifest.base.root == head.root:
        return
    former = register.revisions(manifest.county)
    at = former["rev"][former["root"] == manifest.base.root]
    if at.empty:
        yield Finding("GT552", "manifest")
    else:
        yield Finding("GT553", "manifest", values={"rev": int(at.iloc[-1]), "head": head.rev})


def judge_ledger(
    package: Package, register: Register, content: Content, day: date
) -> Iterator[Finding]:
    """Yield what stands against a package in the register: codes, numbers, days."""
    manifest = package.manifest
    revisions = register.revisions(manifest.county)
    same = revisions["rev"][revisions["filing_no"] == manifest.filing_no]
    if len(same):
        values: dict[str, object] = {"filing_no": manifest.filing_no, "rev": int(same.iloc[0])}
        yield Finding("GT556", "manifest", values=values)
    kinds = dict(zip(content.after["grid_code"], content.after["grid_kind"], strict=True))
    try:
        events_of(manifest.kind, content.gone, kinds, code_states(register))
    except GridtoolError as error:
        values = {"code": error.values["grid_code"], "state": error.values["state"]}
        yield Finding("GT555", "codes", row=values["code"], values=values)
    touched = register.grids(manifest.county)
    touched = touched[touched["grid_code"].isin({*content.gone, *kinds})]
    late = touched[touched["valid_from"] > manifest.valid_from]
    for row in late[["grid_code", "valid_from"]].head(1).itertuples(index=False):
        values = {"valid_from": manifest.valid_from, "code": row.grid_code, "since": row.valid_from}
        yield Finding("GT557", "manifest", values=values)
    if manifest.kind == WITHDRAWAL:
        yield from _withdrawal_faults(package, register, content.after, content.gone, day)


def _withdrawal_faults(
    package: Package, register: Register, after: gpd.GeoDataFrame, gone: tuple[str, ...], day: date
) -> Iterator[Finding]:
    """Yield why a filing cannot be withdrawn: in force, changed since, or not taken back whole."""
    manifest = package.manifest
    filing = register.filing(manifest.supersedes[0]) if len(manifest.supersedes) == 1 else None
    if filing is None or filing["county"] != manifest.county:
        yield _withdrawal("台账中没有该报备", "the register has no such filing")
        return
    if filing["valid_from"] <= day.isoformat() or filing["valid_from"] != manifest.valid_from:
        yield _withdrawal("已经生效", "it is in force")
    made, taken = register.rows_of(int(filing["rev"]))
    if not made["rev_out"].isna().all():
        yield _withdrawal("之后又有报备改动了它", "other filings changed it since")
    hashes = dict(zip(after["grid_code"], map(str, hash_grids(after)), strict=True))
    former = dict(zip(taken["grid_code"], taken["row_hash"], strict=True))
    if hashes != former or set(gone) != set(made["grid_code"]):
        yield _withdrawal("没有恢复到报备之前", "it does not restore what was before")


def _withdrawal(zh: str, en: str) -> Finding:
    """Return why a withdrawal cannot be."""
    return Finding("GT559", "manifest", values={"reason_zh": zh, "reason_en": en})
