"""Receipts: what the office answered, in the order it answered."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from gridtool.register.chains import append_rows
from gridtool.register.layout import RECEIPTS
from gridtool.register.register import Register, moment_now
from gridtool.register.rows import rows_frame


def write_receipt(register: Register, body: dict[str, Any]) -> tuple[int, str]:
    """Enter a receipt.

    Parameters
    ----------
    register : Register
    body : dict
        The receipt as JSON; ``package_id`` and ``decision`` are part of it.

    Returns
    -------
    (int, str)
        Number and hash, which rests on all receipts before it.
    """
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    row = (str(body["package_id"]), str(body["decision"]), text, moment_now())
    with register.writing():
        (made,) = append_rows(register.store, RECEIPTS, register.seed, [row])
    return int(made[0]), str(made[-1])


def receipts_of(register: Register, package_id: str) -> pd.DataFrame:
    """Return the receipts of a package, the oldest first."""
    rows = register.store.select(RECEIPTS, "WHERE package_id = ? ORDER BY seq", [package_id])
    return rows_frame(rows, RECEIPTS.fields)
