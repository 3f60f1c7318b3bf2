"""Ids: numbered where they are missing, told apart where they nearly agree."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from gridtool.check.listing import add_each, listed, together
from gridtool.check.values import Objects, is_none, rows_together, shapes_of, text_of
from gridtool.columns import Layer
from gridtool.findings import Finding
from gridtool.geom import Ints, group_starts

_MOST_OF_BYTE: Final = 0xFF


def fill_ids(
    frame: pd.DataFrame, layer: Layer, key: str, findings: list[Finding], *, letter: str, width: int
) -> Objects:
    """Return ids, numbered by row where they are missing.

    Parameters
    ----------
    frame : DataFrame
    layer : Layer
    key : str
        A column of text.
    findings : list of Finding
        Rows that were numbered (GT181), ids that differ only in case or width (GT182).
    letter, width : str, int
        Of the numbers given: ``B`` and 6 for ``B000001``.

    Returns
    -------
    array of str
    """
    given = text_of(frame, key)
    empty = is_none(given)
    ids = number_ids(given, letter=letter, width=width)
    if empty.any():
        values = listed(ids[empty])
        findings.append(rows_together("GT181", frame, layer, empty, column=key, values=values))
    _tell_lookalikes(frame, layer, key, ids, findings)
    return ids


def number_ids(ids: Objects, *, letter: str, width: int) -> Objects:
    """Return ids with those missing numbered by row, never by an id given to another row."""
    rows = np.flatnonzero(is_none(ids))
    if len(rows) == 0:
        return ids
    width = max(width, len(str(len(ids))))
    taken = {_folded(value) for value in ids if value is not None}
    start = letter
    while True:
        numbered = [f"{start}{at + 1:0{width}d}" for at in rows]
        if taken.isdisjoint(_folded(value) for value in numbered):
            break
        start += letter
    filled = ids.copy()
    filled[rows] = numbered
    return filled


def order_of(ids: Objects) -> Ints:
    """Return the order of ids by their characters, equal ones as they stand."""
    texts = ids.astype(str)
    if len(texts) == 0:
        return np.zeros(0, dtype=np.int64)
    # ids of one layer are alike: what all have in common need not be compared, and of plain
    # letters and digits eight are compared at once
    letters = texts.view(np.uint32).reshape(len(texts), -1)
    letters = letters[:, (letters != letters[0]).any(axis=0)]
    if letters.max(initial=0) > _MOST_OF_BYTE:
        return np.argsort(texts, kind="stable")
    eights = np.zeros((len(texts), 1 + letters.shape[1] // 8, 8), dtype=np.uint8)
    eights.reshape(len(texts), -1)[:, : letters.shape[1]] = letters
    numbers = eights.view(">u8")[:, :, 0].astype(np.uint64)
    return np.lexsort(numbers.T[::-1])


def repeated(ids: Objects) -> list[Ints]:
    """Return the positions of each id that stands in several rows, by id."""
    if len(set(ids)) == len(ids):
        return []
    again = np.flatnonzero(pd.Series(ids).duplicated(keep=False).to_numpy())
    order = again[np.argsort(ids[again].astype(str), kind="stable")]
    return [order[low:high] for low, high in pairwise(group_starts(ids[order]))]


def _tell_lookalikes(
    frame: pd.DataFrame, layer: Layer, key: str, ids: Objects, findings: list[Finding]
) -> None:
    """Report ids that differ only in case or width."""
    joined = "".join(ids)
    plain = joined.isascii()
    if plain and joined in (joined.lower(), joined.upper()):
        return
    folded = list(map(str.casefold if plain else _folded, ids))
    if len(set(folded)) in (len(ids), len(set(ids))):
        return
    shapes = shapes_of(frame)
    found = []
    for rows in repeated(np.array(folded, dtype=object)):
        if len(set(ids[rows])) > 1:
            marks = None if shapes is None else shapes[rows]
            values = listed(sorted(set(ids[rows])))
            named = frame.index[rows]
            found.append(together("GT182", layer.key, named, marks, column=key, values=values))
    add_each(findings, found)


def _folded(value: str) -> str:
    """Return an id as one reads it: half width, without case."""
    return unicodedata.normalize("NFKC", value).casefold()
