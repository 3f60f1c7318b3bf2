"""What can happen to a code, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from gridtool.errors import DataError

RESERVED, ISSUED, RETIRED, VOID = "reserved", "issued", "retired", "void"
STATES: Final = (RESERVED, ISSUED, RETIRED, VOID)
STATES_ZH: Final = {RESERVED: "预留", ISSUED: "启用", RETIRED: "撤销", VOID: "作废"}
EVENTS: Final = {"reserve": RESERVED, "issue": ISSUED, "retire": RETIRED, "void": VOID}

NEVER_SEEN: Final = "unknown"
BEFORE: Final[Mapping[str, tuple[str, ...]]] = {
    "reserve": (NEVER_SEEN,),
    "issue": (NEVER_SEEN, RESERVED),
    "retire": (ISSUED,),
    "void": (RESERVED, ISSUED),
}


class Entry(NamedTuple):
    """One row of the ledger."""

    seq: int
    event: str
    code: str
    kind: str
    recorded_at: str
    document: str
    hash: str


def not_possible(code: str, state: str, event: str) -> DataError:
    """Return the error of an event that cannot follow."""
    other = "不在台账" if state == NEVER_SEEN else "不合方案"
    state_zh = f"已{STATES_ZH[state]}" if state in STATES_ZH else other
    return DataError("GT094", grid_code=code, state=state, state_zh=state_zh, event=event)
