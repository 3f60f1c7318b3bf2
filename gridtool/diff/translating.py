"""Move a table keyed by old grid codes to the new grids, by households."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from gridtool.diff.comparing import Diff
from gridtool.diff.tables import SEPARATOR
from gridtool.errors import DataError
from gridtool.findings import Finding
from gridtool.geom import Floats, Ints

CODE: Final = "grid_code"
EXACT: Final = "exact"
SOURCES: Final = "from_codes"
_SHOWN: Final = 10


class Translation(NamedTuple):
    """A table moved to the new grids.

    Attributes
    ----------
    table : DataFrame
        ``grid_code`` (empty for what could not be moved), the columns of numbers, ``exact``
        (whether nothing in the row was shared out), ``from_codes`` (joined by ``|``).
    findings : list of Finding
        Codes that are not known, and how much was shared out.
    """

    table: pd.DataFrame
    findings: list[Finding]


class _Flows(NamedTuple):
    """Where the figures of old grids go: positions of rows and new codes, and shares."""

    row: Ints
    new: list[str]
    share: Floats


def translate_table(table: pd.DataFrame, diff: Diff, *, name: str = "table") -> Translation:
    """Move the figures of a table from the old grids to the new ones.

    Parameters
    ----------
    table : DataFrame
        ``grid_code`` and figures that add up; rows of one code are added.
    diff : Diff
    name : str
        Of the table, for messages.

    Returns
    -------
    Translation
        Totals are those of `table`: whole numbers stay whole, shared out by largest remainder.

    Raises
    ------
    DataError
        GT406 when no column holds numbers alone.
    """
    figures = {
        str(key): numbers
        for key in table.columns
        if key != CODE and (numbers := _numbers(table[key])) is not None
    }
    if not figures:
        found = ", ".join(map(str, table.columns))
        raise DataError("GT406", layer=name, path=name, found=found)
    held = pd.DataFrame(figures).groupby(table[CODE].fillna("").astype(str).to_numpy()).sum()
    flows = _flows(held.index.tolist(), diff)
    data = {key: _shared_out(held[key], flows) for key in held}
    moved = pd.DataFrame(data).groupby(np.array(flows.new, dtype=object), sort=True).sum()
    partial = flows.share < 1
    sources = pd.Series(held.index.to_numpy()[flows.row]).groupby(flows.new).agg(SEPARATOR.join)
    exact = ~pd.Series(partial).groupby(flows.new).any() & (moved.index != "")
    moved[EXACT], moved[SOURCES] = exact, sources
    made = moved.rename_axis(CODE).reset_index()
    return Translation(made, _told(held, flows, diff, pd.DataFrame(data), name))


def _numbers(values: pd.Series[Any]) -> pd.Series[Any] | None:
    """Return a column as numbers, missing ones as 0; None when it holds anything else."""
    numbers = pd.to_numeric(values.replace("", None), errors="coerce")
    given = values.notna() & (values.astype(str).str.strip() != "")
    if not given.any() or numbers[given].isna().any():
        return None
    filled = numbers.fillna(0)
    return filled.astype("int64") if (filled % 1 == 0).all() else filled.astype("float64")


def _flows(codes: Sequence[str], diff: Diff) -> _Flows:
    """Return where the figures of some old codes go."""
    relations = diff.relations.dropna(subset=["old_code"])
    divided = {str(code): part for code, part in relations.groupby("old_code", sort=False)}
    known = set(diff.old.codes)
    rows: list[int] = []
    news: list[str] = []
    shares: list[float] = []
    for at, code in enumerate(codes):
        part = divided.get(code)
        if part is None:
            rows.append(at)
            news.append(code if code in known else "")
            shares.append(1.0)
            continue
        weights = part["households"].to_numpy(dtype="float64")
        if not weights.any():
            weights = part["area_m2"].to_numpy(dtype="float64")
        there = weights > 0
        rows += [at] * int(there.sum())
        news += part["new_code"].fillna("")[there].tolist()
        shares += (weights[there] / weights.sum()).tolist()
    return _Flows(np.array(rows, dtype=np.int64), news, np.array(shares))


def _shared_out(values: pd.Series[Any], flows: _Flows) -> Floats | Ints:
    """Return what goes along each flow; the parts of a row add up to it."""
    whole = values.to_numpy()[flows.row]
    parts = whole * flows.share
    if values.dtype != np.int64:
        return np.asarray(parts)
    floor = np.floor(parts).astype(np.int64)
    left = values.to_numpy() - np.bincount(flows.row, floor, len(values)).astype(np.int64)
    # the largest remainders of each row take what is left
    order = np.lexsort((-(parts - floor), flows.row))
    first = np.searchsorted(flows.row[order], np.arange(len(values)))
    rank = np.arange(len(order)) - first[flows.row[order]]
    floor[order] += rank < left[flows.row[order]]
    return floor


def _told(
    held: pd.DataFrame, flows: _Flows, diff: Diff, parts: pd.DataFrame, name: str
) -> list[Finding]:
    """Return what could not be moved, and what was only estimated."""
    found = []
    unknown = [code for code in held.index if code not in diff.old.grids.index]
    if unknown:
        shown = ", ".join(code or "-" for code in unknown[:_SHOWN])
        values: dict[str, object] = {"count": len(unknown), "codes": shown}
        found.append(Finding("GT438", name, values=values))
    partial = flows.share < 1
    if partial.any():
        total = float(parts.abs().to_numpy().sum())
        share = float(parts[partial].abs().to_numpy().sum()) / total if total else 0.0
        news = len(set(np.array(flows.new, dtype=object)[partial]) - {""})
        found.append(Finding("GT439", name, values={"count": news, "share": share}))
    return found
