"""Recode grids after their communities took other codes, by an approved crosswalk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from gridtool.codes.checking import malformed
from gridtool.codes.ledger import Ledger
from gridtool.codes.names import is_serial_name
from gridtool.codes.numbering import Take, name_grids
from gridtool.codes.schemes import Scheme
from gridtool.codes.tables import CodeTable
from gridtool.findings import Finding


class Migration(NamedTuple):
    """A recoded layer.

    Attributes
    ----------
    grids : DataFrame or GeoDataFrame
        The rows of the input in the order of their codes; codes, names and communities replaced,
        ``prev_code`` (the code before, or None).
    lineage : DataFrame
        ``old_code``, ``new_code``, ``outcome`` (``recoded``), ``reason`` (``community``),
        one row for each recoded grid.
    findings : list of Finding
    """

    grids: pd.DataFrame
    lineage: pd.DataFrame
    findings: list[Finding]


def migrate_codes(
    grids: pd.DataFrame,
    approved: pd.DataFrame,
    *,
    scheme: Scheme,
    take: Take,
    table: CodeTable,
    taken: Iterable[str] = (),
) -> Migration:
    """Recode the grids of communities that have another code now.

    Parameters
    ----------
    grids : DataFrame or GeoDataFrame
        ``grid_code``, ``grid_kind``, ``grid_name``.
    approved : DataFrame
        What `gridtool.codes.read_crosswalk` returns: ``old_code``, ``new_code``, ``approved``.
    scheme : Scheme
    take : callable
        Hands out codes for grids whose serial is taken in the new community: `Counter.take`, or
        that of a ledger.
    table : CodeTable
        Of the new edition: for the names.
    taken : iterable of str
        Codes ever used, beside those of the layer.

    Returns
    -------
    Migration
        A serial is kept where the new community never used it. Where several communities became
        one, the one whose code (or else whose lowest code) goes on keeps its serials, and the
        grids of the others get new ones in the order of their old codes. Communities without an
        approved successor stay as they are, and are found.
    """
    frame = grids.copy()
    codes = frame["grid_code"].to_numpy(dtype=object)
    good = ~malformed(frame["grid_code"], scheme).to_numpy()
    parents = np.array([scheme.parent(c)[:12] if ok else "" for c, ok in zip(codes, good)])  # noqa: B905
    yes = approved[approved["approved"]]
    became: dict[str, str] = dict(zip(yes["old_code"], yes["new_code"], strict=True))
    listed = set(approved["old_code"])
    moves = [at for at in np.argsort(codes) if became.get(parents[at], parents[at]) != parents[at]]
    used = {*taken, *codes}
    fresh = codes.copy()
    later = []
    for at in moves:
        wanted = scheme.prefix(became[parents[at]] + scheme.parent(codes[at])[12:])
        code = wanted + codes[at][scheme.prefix_length :]
        if code in used:
            later.append((at, wanted))
        else:
            fresh[at] = code
            used.add(code)
    findings = _unapproved(parents, became, listed)
    for at, prefix in later:
        fresh[at] = _take_free(take, prefix, str(frame["grid_kind"].iloc[at]), used)
        values = {"old": codes[at], "new": fresh[at]}
        findings.append(Finding("GT322", "grids", codes[at], values=values))
    moved = np.zeros(len(frame), dtype=bool)
    moved[moves] = True
    lineage = pd.DataFrame({"old_code": codes[moved], "new_code": fresh[moved]})
    lineage = lineage.assign(outcome="recoded", reason="community").sort_values("old_code")
    frame["prev_code"] = pd.Series(codes, frame.index, dtype=object).where(moved, None)
    frame["grid_code"] = fresh
    frame = _rename(frame, moved, scheme, table)
    order = frame.sort_values("grid_code", kind="stable", ignore_index=True)
    return Migration(order, lineage.reset_index(drop=True), findings)


def _take_free(take: Take, prefix: str, kind: str, used: set[str]) -> str:
    """Return a new code that no grid has: a counter may not know what was moved just now."""
    while (code := take(prefix, 1, kind)[0]) in used:
        pass
    used.add(code)
    return code


def _unapproved(parents: np.ndarray, became: dict[str, str], listed: set[str]) -> list[Finding]:
    """Return a finding for each community that has no approved successor."""
    return [
        Finding(
            "GT320" if parent in listed else "GT321", "grids", parent, values={"community": parent}
        )
        for parent in sorted(set(parents) - set(became) - {""})
    ]


def _rename(
    frame: pd.DataFrame, moved: np.ndarray, scheme: Scheme, table: CodeTable
) -> pd.DataFrame:
    """Bring community and names of the recoded grids in line with their codes."""
    if not moved.any():
        return frame
    part = frame[moved].copy()
    part["community_code"] = [scheme.parent(code)[:12] for code in part["grid_code"]]
    known = part["community_code"].unique()
    names = [table.name(code) or code for code in known]
    # a name of one's own stands; 第N网格 follows the serial
    own = ~part["grid_name"].map(is_serial_name)
    given = part["grid_name"].where(own, "").tolist()
    communities = pd.DataFrame({"code": known, "name": names})
    named = name_grids(part, communities, scheme=scheme, given=given)
    joined: pd.DataFrame = pd.concat([named, frame[~moved]])
    return joined


def record_migration(ledger: Ledger, lineage: pd.DataFrame, *, document: str = "") -> None:
    """Issue the new codes and retire the old ones, all or nothing.

    Raises
    ------
    DataError
        GT091 or GT094 when the ledger does not allow it.
    """
    issued = [("issue", code, None) for code in lineage["new_code"]]
    retired = [("retire", code, None) for code in lineage["old_code"]]
    ledger.record_all([*issued, *retired], document=document)
