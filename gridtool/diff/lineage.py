"""Where a grid came from and where it went, over one diff or a chain of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import pandas as pd

from gridtool.errors import DataError

FORWARD: Final = "forward"
BACK: Final = "back"


class Record(NamedTuple):
    """One diff as it was written: its name, and the tables ``relations`` and ``groups``."""

    name: str
    relations: pd.DataFrame
    groups: pd.DataFrame
    codes: frozenset[str]


class Step(NamedTuple):
    """One piece of a lineage.

    Attributes
    ----------
    direction : str
        ``forward`` or ``back``.
    depth : int
        How many changes away, from 1.
    record, group_id, type : str
        The diff and the change group it stands in.
    source, target : str
        The code it is told from and the one it leads to, empty for none.
    households, share : int, float
        What goes this way, and its part of `source`, in households; in ground where there are
        none.
    basis : str
    """

    direction: str
    depth: int
    record: str
    group_id: str
    type: str
    source: str
    target: str
    households: int
    share: float
    basis: str


def trace_code(code: str, records: Sequence[Record], direction: str) -> list[Step]:
    """Return the lineage of a code.

    Parameters
    ----------
    code : str
    records : sequence of Record
        In the order of time.
    direction : str
        ``forward``: its successors; ``back``: its predecessors.

    Returns
    -------
    list of Step
        Empty when it never changed; a piece stands before the pieces that follow from it.

    Raises
    ------
    DataError
        GT405 when no diff knows the code.
    """
    if not any(code in record.codes for record in records):
        raise DataError("GT405", layer=", ".join(record.name for record in records), grid_code=code)
    ordered = list(records) if direction == FORWARD else list(reversed(records))
    return list(_follow(code, ordered, direction, 1))


def _follow(code: str, records: Sequence[Record], direction: str, depth: int) -> list[Step]:
    """Return the steps from a code through the diffs that are left."""
    for at, record in enumerate(records):
        steps = _steps(code, record, direction, depth)
        if steps:
            return [
                one
                for step in steps
                for one in (
                    step,
                    *(
                        _follow(step.target, records[at + 1 :], direction, depth + 1)
                        if step.target
                        else ()
                    ),
                )
            ]
    return []


def _steps(code: str, record: Record, direction: str, depth: int) -> list[Step]:
    """Return who one diff leads to, the most households first."""
    near, far = ("old", "new") if direction == FORWARD else ("new", "old")
    rows = record.relations
    rows = rows[rows[f"{near}_code"] == code]
    types = record.groups.set_index("group_id")["type"]
    steps = []
    for row in rows.to_dict("records"):
        by = "hh" if row["basis"] == "households" else "area"
        share = row[f"share_{near}_{by}"]
        target = row[f"{far}_code"]
        steps.append(
            Step(
                direction,
                depth,
                record.name,
                row["group_id"],
                str(types[row["group_id"]]),
                code,
                target if isinstance(target, str) else "",
                int(row["households"]),
                0.0 if pd.isna(share) else float(share),
                row["basis"],
            )
        )
    return sorted(steps, key=lambda step: (-step.households, -step.share, step.target))
