"""The table ``counts``: households and persons by building id or address."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from gridtool.check.listing import listed, together
from gridtool.check.values import Flags, Floats, Objects, counts, is_none, text_of
from gridtool.columns import BUILDINGS, COUNTS, fold
from gridtool.findings import Finding
from gridtool.geom import Ints

_FIGURES: Final = ("households", "persons")
_NONE, _SEVERAL = -1, -2


def join_counts(
    held: pd.DataFrame, table: pd.DataFrame, findings: list[Finding]
) -> tuple[pd.DataFrame, Flags]:
    """Join the table's figures to the buildings; they win over the layer's own.

    A row is joined by ``building_id`` where both have one, else by ``address`` (compared in
    half width, without blanks). Several rows of one building, such as one for each flat, are
    added up.

    Parameters
    ----------
    held : DataFrame
        ``given_id`` and ``address`` (text or None), ``households`` and ``persons`` (NaN where
        not given), ``geometry``.
    table : DataFrame
        Columns of `gridtool.columns.COUNTS`.
    findings : list of Finding
        A table without figures (GT072) or without anything to join by (GT073) is an error;
        added up (GT211), not placed (GT212, GT215), buildings left without (GT213), figures
        replaced (GT214).

    Returns
    -------
    DataFrame
        `held` with the figures of the table.
    bool array
        Buildings of which GT213 has told that the table has no row for them.
    """
    untold = np.zeros(len(held), dtype=bool)
    keys = [key for key in _FIGURES if key in table]
    if not keys:
        findings.append(Finding("GT072", COUNTS.key))
        return held, untold
    place = _places(held, table)
    if place is None:
        findings.append(Finding("GT073", COUNTS.key))
        return held, untold
    figures = {key: counts(table, COUNTS, key, findings) for key in keys}
    _tell_unplaced(table, place, figures, findings)
    placed = place >= 0
    rows_of = np.bincount(place[placed], minlength=len(held))
    several = int((rows_of > 1).sum())
    if several:
        findings.append(Finding("GT211", COUNTS.key, values={"count": several}))
    joined = held.copy()
    for key, figure in figures.items():
        joined[key] = _replaced(held, key, place, figure, findings)
    untold = (rows_of == 0) & placed.any()
    if untold.any():
        empty = int((untold & joined["households"].isna().to_numpy()).sum())
        marks = held["geometry"].to_numpy()[untold]
        values = {"count": int(untold.sum()), "empty": empty}
        findings.append(together("GT213", BUILDINGS.key, held.index[untold], marks, **values))
    return joined, untold


def _places(held: pd.DataFrame, table: pd.DataFrame) -> Ints | None:
    """Return the position of each row's building, -1 for none, -2 for several; None to give up."""
    place = np.full(len(table), _NONE, dtype=np.int64)
    ids, addresses = text_of(table, "building_id"), text_of(table, "address")
    own_ids, own_addresses = held["given_id"].to_numpy(), held["address"].to_numpy()
    open_rows = np.ones(len(table), dtype=bool)
    by_id = not (is_none(ids).all() or is_none(own_ids).all())
    by_address = not (is_none(addresses).all() or is_none(own_addresses).all())
    if by_id:
        open_rows = is_none(ids)
        # two buildings of one id are an error told before
        place[~open_rows] = _lookup(own_ids, ids[~open_rows], several=None)
    if by_address:
        open_rows &= ~is_none(addresses)
        place[open_rows] = _lookup(_folded(own_addresses), _folded(addresses[open_rows]), _SEVERAL)
    return place if by_id or by_address else None


def _lookup(own: Objects, wanted: Objects, several: int | None) -> Ints:
    """Return where each wanted text stands, -1 for nowhere, `several` if it stands there twice."""
    there = np.flatnonzero(~is_none(own))
    texts = pd.Index(own[there], dtype=object)
    again = texts.duplicated()
    found = pd.Index(texts[~again]).get_indexer(pd.Index(wanted, dtype=object))
    place = np.where(found < 0, _NONE, there[~again][found])
    if several is not None and again.any():
        place[pd.Index(wanted, dtype=object).isin(texts[again])] = several
    return np.asarray(place, dtype=np.int64)


def _folded(texts: Objects) -> Objects:
    """Return texts as they are compared, None where there is none."""
    return np.array([None if text is None else fold(text) for text in texts] + [None], object)[:-1]


def _tell_unplaced(
    table: pd.DataFrame, place: Ints, figures: dict[str, Floats], findings: list[Finding]
) -> None:
    """Report rows that fit no building, and rows that fit several."""
    names = np.where(
        is_none(text_of(table, "building_id")),
        text_of(table, "address"),
        text_of(table, "building_id"),
    )
    households = figures.get("households", np.zeros(len(table)))
    for code, reason in (("GT212", _NONE), ("GT215", _SEVERAL)):
        rows = place == reason
        if rows.any():
            named = names[rows]
            values = {
                "count": int(rows.sum()),
                "households": int(np.nansum(households[rows])),
                "values": listed(sorted(named[~is_none(named)])) or "-",
            }
            findings.append(together(code, COUNTS.key, table.index[rows], None, **values))


def _replaced(
    held: pd.DataFrame, key: str, place: Ints, values: Floats, findings: list[Finding]
) -> Floats:
    """Return the figures of a column with the table's in their place."""
    told = (place >= 0) & ~np.isnan(values)
    sums = np.bincount(place[told], values[told], len(held))
    given = np.bincount(place[told], minlength=len(held)) > 0
    own: Floats = held[key].to_numpy(dtype="float64")
    differ = given & ~np.isnan(own) & (own != sums)
    if differ.any():
        marks = held["geometry"].to_numpy()[differ]
        rows, count = held.index[differ], int(differ.sum())
        findings.append(together("GT214", BUILDINGS.key, rows, marks, column=key, count=count))
    return np.where(given, sums, own)
