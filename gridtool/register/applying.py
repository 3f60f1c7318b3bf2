"""Apply a filing: one transaction, the new state or the old one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.canonical import root_of
from gridtool.code_events import NEVER_SEEN, not_possible
from gridtool.errors import PackageError
from gridtool.register.chains import append_rows, read_rows
from gridtool.register.guards import CODE_EVENT_BEFORE, CODE_EVENT_STATES, RESTORE
from gridtool.register.layout import (
    CODE_EVENTS,
    GRID_FIELDS,
    GRID_VERSIONS,
    GROUP_ROWS,
    PACKAGES,
    RELATION_ROWS,
    REVISIONS,
    Table,
)
from gridtool.register.register import Register, moment_now
from gridtool.register.rows import content_hash, frame_values, row_hashes, stored_wkb
from gridtool.register.store import Row

WITHDRAWAL: Final = "withdrawal"
_AT: Final = {name: at for at, name in enumerate(GRID_VERSIONS.names)}

_NONE: Final = (None, None)
Versions = Mapping[str, tuple[str | None, str | None]]

CodeEvent = tuple[str, str, str]
"""What happens to a code: event, code, kind."""


@dataclass(frozen=True)
class Filing:
    """What a package changes, as the register takes it.

    Attributes
    ----------
    package_id, package_sha256 : str
    content : bytes
        The package itself, kept as evidence.
    kind, filing_no, county, prepared_by, reason : str
    signers, supersedes : str
        Ids of keys and packages, joined by ``|``.
    valid_from : str
        ISO date.
    base_root, result_root : str
        Of the county's grids before and after.
    gone : tuple of str
        Codes of the grids that are no longer as they were: changed ones and retired ones.
    after : GeoDataFrame
        The changed and new grids, columns of `gridtool.columns.GRIDS`, in the register's CRS.
    groups, relations : DataFrame
        Columns of `gridtool.columns.GROUPS` and `RELATIONS`.
    """

    package_id: str
    package_sha256: str
    content: bytes
    kind: str
    filing_no: str
    county: str
    prepared_by: str
    reason: str
    signers: str
    supersedes: str
    valid_from: str
    base_root: str
    result_root: str
    gone: tuple[str, ...]
    after: gpd.GeoDataFrame
    groups: pd.DataFrame
    relations: pd.DataFrame


class Applied(NamedTuple):
    """What became of a filing.

    Attributes
    ----------
    rev : int
    replayed : bool
        It had been applied before; nothing was done now.
    """

    rev: int
    replayed: bool


def apply_filing(register: Register, filing: Filing) -> Applied:
    """Apply a filing in one transaction.

    Who calls has verified the package; here is seen what may have changed since.

    Parameters
    ----------
    register : Register
    filing : Filing

    Raises
    ------
    PackageError
        GT511 when the county's grids are no longer those the filing starts from, GT512 when the
        result is not the one it states.
    DataError
        GT094 when a code cannot take the event, GT506 when the register was tampered with.
    OutputError
        GT043 when it cannot be written. In all cases nothing was written.
    """
    with register.writing():
        known = register.revisions()
        same = known["package_id"] == filing.package_id
        if same.any():
            return Applied(int(known["rev"][same].iloc[0]), replayed=True)
        head = register.head(filing.county)
        if head.root != filing.base_root:
            raise PackageError("GT511", package=filing.package_id[:16], county=filing.county)
        rev = len(known) + 1
        versions = _write_grids(register, filing, rev)
        _write_tables(register, filing, rev, versions)
        _write_codes(register, filing)
        register.store.insert(PACKAGES, [(filing.package_id, filing.content)])
        root = root_of(current_hashes(register, filing.county))
        if root != filing.result_root:
            raise PackageError("GT512", wanted=filing.result_root[:16], found=root[:16])
        last = known["known_from"].iloc[-1] if len(known) else ""
        # a clock that was put back must not make two revisions change places
        moment = max(moment_now(), str(last))
        append_rows(
            register.store, REVISIONS, register.seed, [_revision(register, filing, rev, moment)]
        )
    return Applied(rev, replayed=False)


def code_states(register: Register) -> dict[str, str]:
    """Return the state of every code ever seen, the ledger's chain verified.

    Raises
    ------
    DataError
        GT506 when the chain is broken.
    """
    states: dict[str, str] = {}
    for row in read_rows(register.store, CODE_EVENTS, register.seed):
        states[row[2]] = CODE_EVENT_STATES[row[1]]
    return states


def events_of(
    kind: str, before: Sequence[str], after: Mapping[str, str], states: Mapping[str, str]
) -> list[CodeEvent]:
    """Return what a filing does to codes.

    Parameters
    ----------
    kind : str
        Of the filing: a withdrawal makes codes void and brings retired ones back.
    before : sequence of str
        Codes of the grids that the filing takes away or changes.
    after : mapping of str
        Code to kind of the grids that take their place.
    states : mapping of str
        As `code_states` gives it.

    Raises
    ------
    DataError
        GT094 when a code cannot take its event: it was issued before, or is dead.
    """
    withdrawn = kind == WITHDRAWAL
    gone = sorted(set(before) - after.keys())
    came = sorted(after.keys() - set(before))
    events = [("void" if withdrawn else "retire", code, "") for code in gone]
    events += [(RESTORE if withdrawn else "issue", code, after[code]) for code in came]
    for event, code, _ in events:
        state = states.get(code, NEVER_SEEN)
        if state not in CODE_EVENT_BEFORE[event]:
            raise not_possible(code, state, event)
    return events


def _write_grids(register: Register, filing: Filing, rev: int) -> Versions:
    """Close the rows that a filing changes and add those that follow.

    Returns
    -------
    mapping
        Code to version before and version after, None where there is none.
    """
    store = register.store
    live = store.select(
        GRID_VERSIONS,
        "WHERE county_code = ? AND rev_out IS NULL",
        [filing.county],
    )
    touched = {*filing.gone, *filing.after["grid_code"]}
    withdrawn = filing.kind == WITHDRAWAL
    closed = [row for row in live if row[_AT["grid_code"]] in touched and _is_open(row, filing)]
    store.run_many(
        "UPDATE grid_versions SET rev_out = ? WHERE fid = ?", [(rev, row[0]) for row in closed]
    )
    open_rows = [row for row in closed if row[_AT["valid_to"]] is None]
    (last,) = store.rows("SELECT COALESCE(MAX(fid), 0) FROM grid_versions")
    made: list[Row] = []
    if not withdrawn:
        made += [
            _again(row, store.encode(store.decode(row[_AT["geom"]])), filing.valid_from, rev)
            for row in open_rows
            if row[_AT["valid_from"]] < filing.valid_from
        ]
    before = {row[_AT["grid_code"]]: str(row[_AT["version_id"]]) for row in open_rows}
    new, after = _new_rows(register, filing, rev, closed)
    made += new
    store.insert(GRID_VERSIONS, [(last[0] + at, *row[1:]) for at, row in enumerate(made, 1)])
    return {code: (before.get(code), after.get(code)) for code in touched}


def _is_open(row: Row, filing: Filing) -> bool:
    """Return whether a filing closes a row: the newest of its code.

    A withdrawal also closes the row that the withdrawn filing had cut off at its day.
    """
    ends = row[_AT["valid_to"]]
    return ends is None or (filing.kind == WITHDRAWAL and ends == filing.valid_from)


def _again(row: Row, geometry: bytes, valid_to: str, rev: int) -> Row:
    """Return a row once more, in force up to a day."""
    values = list(row)
    values[_AT["valid_to"]], values[_AT["rev_in"]] = valid_to, rev
    values[_AT["rev_out"]], values[_AT["geom"]] = None, geometry
    return tuple(values)


def _new_rows(
    register: Register, filing: Filing, rev: int, closed: Sequence[Row]
) -> tuple[list[Row], dict[str, str]]:
    """Return the rows of the grids after, and the version of each by its code."""
    after = filing.after
    hashes = row_hashes(after)
    versions = _versions(register, hashes)
    cut_off = {
        row[_AT["grid_code"]]: row[_AT["valid_from"]]
        for row in closed
        if row[_AT["valid_to"]] is not None
    }
    rows: list[Row] = []
    shapes = stored_wkb(np.asarray(after.geometry.array, dtype=object))
    for values, shape in zip(frame_values(after, GRID_FIELDS), shapes, strict=True):
        code = str(values[0])
        # what a withdrawal brings back was in force all along
        since = cut_off.get(code, filing.valid_from)
        head = (0, versions[code], hashes[code], since, None, rev, None)
        rows.append((*head, *values, register.store.encode(shape)))
    return rows, versions


def _versions(register: Register, hashes: Mapping[str, str]) -> dict[str, str]:
    """Return ``code@n`` for each grid; what is as it was once has its version of then."""
    known: dict[str, dict[str, str]] = {}
    for code, version, row_hash in register.store.rows(
        "SELECT DISTINCT grid_code, version_id, row_hash FROM grid_versions"
    ):
        known.setdefault(code, {})[row_hash] = version
    return {
        code: known.get(code, {}).get(row_hash, f"{code}@{len(known.get(code, {})) + 1}")
        for code, row_hash in hashes.items()
    }


def _write_tables(register: Register, filing: Filing, rev: int, versions: Versions) -> None:
    """Add the change groups and relations, with the versions they are between."""
    relations = filing.relations.assign(
        old_version=filing.relations["old_code"].map(lambda code: versions.get(code, _NONE)[0]),
        new_version=filing.relations["new_code"].map(lambda code: versions.get(code, _NONE)[1]),
    )
    for table, frame in ((GROUP_ROWS, filing.groups), (RELATION_ROWS, relations)):
        register.store.insert(table, _with_rev(table, frame, rev))


def _with_rev(table: Table, frame: pd.DataFrame, rev: int) -> list[list[Any]]:
    """Return the rows of a frame with the revision in front."""
    return [[rev, *values] for values in frame_values(frame, table.fields[1:])]


def _write_codes(register: Register, filing: Filing) -> None:
    """Write what happens to codes into the ledger."""
    kinds = dict(zip(filing.after["grid_code"], filing.after["grid_kind"], strict=True))
    events = events_of(filing.kind, filing.gone, kinds, code_states(register))
    now = moment_now()
    rows = [(event, code, kind, now, filing.package_id) for event, code, kind in events]
    append_rows(register.store, CODE_EVENTS, register.seed, rows)


def current_hashes(register: Register, county: str) -> dict[str, str]:
    """Return the hashes of a county's newest grids by code."""
    rows = register.store.rows(
        "SELECT grid_code, row_hash FROM grid_versions "
        "WHERE county_code = ? AND rev_out IS NULL AND valid_to IS NULL",
        [county],
    )
    return {str(code): str(row_hash) for code, row_hash in rows}


def _revision(register: Register, filing: Filing, rev: int, moment: str) -> tuple[Any, ...]:
    """Return the row of a revision, without its number and hash."""
    return (
        *(filing.county, filing.package_id, filing.package_sha256, filing.kind),
        *(filing.filing_no, filing.prepared_by, filing.reason, filing.signers),
        *(filing.supersedes, filing.valid_from, moment, filing.base_root, filing.result_root),
        content_hash(register.store, rev),
    )
