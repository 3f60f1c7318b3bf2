"""Reckon the whole register again, and say what is not as it should be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pandas as pd

from gridtool.canonical import root_of
from gridtool.code_events import ISSUED
from gridtool.errors import DataError
from gridtool.findings import Finding
from gridtool.register.applying import code_states
from gridtool.register.chains import read_rows
from gridtool.register.layout import CHAINS, CODE_EVENTS, GRID_VERSIONS, REVISIONS
from gridtool.register.register import EMPTY_ROOT, Register
from gridtool.register.rows import content_hash, grids_frame, row_hashes


def check_register(register: Register) -> list[Finding]:
    """Verify every chain, every row, every root, every package and the ledger of codes.

    Parameters
    ----------
    register : Register

    Returns
    -------
    list of Finding
        GT566 to GT571; none when all is sound.
    """
    with register.store.reading():
        found = [
            Finding("GT569", register.store.place, values={"what": fault})
            for fault in register.store.faults()
        ]
        broken = list(_broken_chains(register))
        if broken or found:
            # what rests on a broken chain would only repeat it
            return found + broken
        revisions = register.revisions()
        every = grids_frame(register.store, register.store.select(GRID_VERSIONS))
        found += _wrong_hashes(register, every)
        found += _wrong_revisions(register, revisions, every)
        found += _wrong_packages(register, revisions)
        found += _wrong_codes(register, every)
        found += _overlaps(every)
    return found


def count_rows(register: Register) -> dict[str, int]:
    """Return how many revisions, rows of grids and events of codes there are."""
    tables = {"revisions": REVISIONS, "rows": GRID_VERSIONS, "codes": CODE_EVENTS}
    return {
        name: int(register.store.rows(f"SELECT COUNT(*) FROM {table.name}")[0][0])
        for name, table in tables.items()
    }


def _broken_chains(register: Register) -> Iterator[Finding]:
    """Yield the chains that do not hold."""
    for table in CHAINS:
        try:
            for _ in read_rows(register.store, table, register.seed):
                pass
        except DataError as error:
            yield Finding("GT568", table.name, row=error.rows[0])


def _wrong_hashes(register: Register, every: pd.DataFrame) -> Iterator[Finding]:
    """Yield the rows whose hash is not that of their content."""
    for rev, rows in every.groupby("rev_in"):
        # a code may have two rows of one revision, of the same grid at two times
        single = rows.drop_duplicates("grid_code", keep="last")
        doubled = rows[rows.duplicated("grid_code", keep="last")]
        for part in (single, doubled):
            if part.empty:
                continue
            reckoned = row_hashes(part)
            for code, held in zip(part["grid_code"], part["row_hash"], strict=True):
                if reckoned[code] != held:
                    yield Finding("GT567", "grid_versions", row=code, values={"rev": rev})


def _wrong_revisions(
    register: Register, revisions: pd.DataFrame, every: pd.DataFrame
) -> Iterator[Finding]:
    """Yield the revisions whose root or content is not what they state."""
    newest = every[every["valid_to"].isna()]
    hashes: dict[str, dict[str, str]] = {}
    last: dict[str, str] = {}
    for one in revisions.to_dict("records"):
        rev, county = int(one["rev"]), str(one["county"])
        held = hashes.setdefault(county, {})
        for code in newest["grid_code"][newest["rev_out"] == rev]:
            held.pop(code, None)
        came = newest[newest["rev_in"] == rev]
        held |= dict(zip(came["grid_code"], came["row_hash"], strict=True))
        root = root_of(held)
        if (root, last.get(county, EMPTY_ROOT)) != (one["root"], one["base_root"]):
            yield Finding("GT566", "revisions", row=rev, values={"rev": rev, "what": "root"})
        if content_hash(register.store, rev) != one["content_hash"]:
            yield Finding("GT566", "revisions", row=rev, values={"rev": rev, "what": "content"})
        last[county] = root


def _wrong_packages(register: Register, revisions: pd.DataFrame) -> Iterator[Finding]:
    """Yield the packages that are missing or not as they came."""
    ids = {str(one) for (one,) in register.store.rows("SELECT package_id FROM packages")}
    for one in revisions.to_dict("records"):
        # one at a time: all of them together may be larger than the memory
        package_id = str(one["package_id"])
        held = register.store.rows(
            "SELECT content FROM packages WHERE package_id = ?", [package_id]
        )
        if not held or hashlib.sha256(held[0][0]).hexdigest() != one["package_sha256"]:
            yield Finding("GT571", "packages", row=package_id[:16], values={"rev": one["rev"]})
    for package_id in sorted(ids - set(revisions["package_id"])):
        yield Finding("GT571", "packages", row=package_id[:16], values={"rev": "-"})


def _wrong_codes(register: Register, every: pd.DataFrame) -> Iterator[Finding]:
    """Yield the codes whose state in the ledger does not agree with the grids."""
    live = set(every["grid_code"][every["rev_out"].isna() & every["valid_to"].isna()])
    states = code_states(register)
    issued = {code for code, state in states.items() if state == ISSUED}
    for code in sorted(live ^ issued):
        state = states.get(code, "-")
        yield Finding("GT570", "code_events", row=code, values={"code": code, "state": state})


def _overlaps(every: pd.DataFrame) -> Iterator[Finding]:
    """Yield the codes with two rows in force on one day as known now."""
    known = every[every["rev_out"].isna()].sort_values(["grid_code", "valid_from"])
    ends = known["valid_to"].fillna("9999-12-31")
    same = known["grid_code"].eq(known["grid_code"].shift(-1))
    early = known["valid_from"].shift(-1, fill_value="9999-12-31") < ends
    for code in known["grid_code"][same & early]:
        yield Finding("GT570", "grid_versions", row=code, values={"code": code, "state": "×2"})
