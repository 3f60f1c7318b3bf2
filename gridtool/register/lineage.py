"""Where a grid came from and where it went, through all revisions."""

from __future__ import annotations

from typing import Final, Literal

import pandas as pd

from gridtool.errors import DataError
from gridtool.register.layout import CODE_EVENTS, GROUP_ROWS, RELATION_ROWS
from gridtool.register.register import Register
from gridtool.register.rows import rows_frame

Direction = Literal["forward", "back"]

LINEAGE: Final = (
    *("step", "rev", "group_id", "old_code", "old_version", "new_code", "new_version"),
    *("buildings", "households", "persons", "share_old_hh", "share_new_hh", "area_m2", "basis"),
)


def changes_of(register: Register, rev: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the change groups and the relations of a revision.

    Returns
    -------
    DataFrame, DataFrame
        Columns of `gridtool.columns.GROUPS` and `RELATIONS`, with ``rev`` in front.
    """
    made = [
        rows_frame(register.store.select(table, "WHERE rev = ?", [rev]), table.fields)
        for table in (GROUP_ROWS, RELATION_ROWS)
    ]
    return made[0], made[1]


def events_of_code(register: Register, code: str) -> pd.DataFrame:
    """Return what happened to a code, in order: columns of the ledger of codes."""
    rows = register.store.select(CODE_EVENTS, "WHERE code = ? ORDER BY seq", [code])
    return rows_frame(rows, CODE_EVENTS.fields)


def follow_code(register: Register, code: str, direction: Direction) -> pd.DataFrame:
    """Follow a code through the filings that changed it.

    A code that is kept is followed on under its own name; filings that were withdrawn are part
    of what happened and stand in the table.

    Parameters
    ----------
    register : Register
    code : str
    direction : ``forward`` or ``back``
        To its successors, or to its predecessors.

    Returns
    -------
    DataFrame
        Columns of `LINEAGE`: a row for each pair of grids, by revision; ``step`` counts the
        revisions on the way. No successor is left out: a split has several rows.

    Raises
    ------
    DataError
        GT515 for a code that was never filed.
    """
    if not register.store.rows("SELECT 1 FROM code_events WHERE code = ? LIMIT 1", [code]):
        raise DataError("GT515", wanted=code)
    forward = direction == "forward"
    here, there = ("old_code", "new_code") if forward else ("new_code", "old_code")
    order = "" if forward else " DESC"
    rows = register.store.select(RELATION_ROWS, f"ORDER BY rev{order}, group_id")
    frame = rows_frame(rows, RELATION_ROWS.fields)
    reached = {code}
    steps: list[pd.DataFrame] = []
    for _, written in frame.groupby("rev", sort=False):
        found = written[written[here].isin(reached) & written[there].notna()]
        if len(found):
            steps.append(found.assign(step=len(steps) + 1))
            reached |= set(found[there])
    if not steps:
        return pd.DataFrame(columns=list(LINEAGE))
    return pd.concat(steps, ignore_index=True)[list(LINEAGE)]
