"""Codes of communities: 12 digits as text, whatever a spreadsheet made of them."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from gridtool.check.listing import listed
from gridtool.check.values import (
    Flags,
    Objects,
    is_none,
    require_filled,
    rows_together,
    text_of,
    told_as,
)
from gridtool.columns import COMMUNITIES, COMMUNITY_KINDS, Layer, fold
from gridtool.findings import Finding
from gridtool.rules import COMMUNITY_KIND, TWELVE_DIGITS, kind_of_code

COUNTY: Final = 6
TOWN: Final = 9

_ELEVEN_DIGITS = re.compile(r"[0-9]{11}")
_POWER = re.compile(r"[0-9](\.[0-9]+)?E\+?1[0-3]", re.IGNORECASE)
# what spreadsheets and people put around or between digits
_BETWEEN = re.compile(r"[\s'’`\"\-\u200b\ufeff]")


class Codes(NamedTuple):
    """Codes of the rows of a layer.

    Attributes
    ----------
    codes : array of str
        Rows without a usable one have a stand-in of their own, so that checking can go on.
    usable : bool array
    """

    codes: Objects
    usable: Flags


def clean_codes(frame: pd.DataFrame, layer: Layer, findings: list[Finding]) -> Codes:
    """Return the column ``code``, repaired where that loses nothing.

    Parameters
    ----------
    frame : DataFrame
    layer : Layer
    findings : list of Finding
        Blanks and marks taken out (GT194) and a leading zero put back (GT195) are told. In
        the communities, empty codes (GT023) and codes that lost digits as numbers (GT071) are
        errors; a row of a table that has no code, such as one of sums, is passed by.
    """
    is_table = layer is not COMMUNITIES
    given = text_of(frame, "code") if is_table else require_filled(frame, layer, "code", findings)
    empty = is_none(given)
    codes = np.where(empty, "", given)
    codes[:] = [_without_marks(code) for code in codes]
    _tell(frame, layer, "GT194", given, codes, ~empty, findings)

    marked = codes.copy()
    counties = {code[:COUNTY] for code in codes if TWELVE_DIGITS.fullmatch(code)}
    codes[:] = [_with_zero(code, counties) for code in codes]
    _tell(frame, layer, "GT195", marked, codes, ~empty, findings)

    usable = ~empty if is_table else ~empty & ~_lost_digits(frame, codes, findings)
    codes[~usable] = [f"?{row}" for row in frame.index[~usable]]
    return Codes(codes, usable)


def _lost_digits(frame: pd.DataFrame, codes: Objects, findings: list[Finding]) -> Flags:
    """Return which communities have a code that was a number once, and report them."""
    lost = np.array([_POWER.fullmatch(code) is not None for code in codes], dtype=bool)
    if len(codes) > 1:
        # a whole county would lie over all others
        lost |= np.array([_is_county(code) for code in codes], dtype=bool)
    if lost.any():
        values = listed(codes[lost])
        findings.append(rows_together("GT071", frame, COMMUNITIES, lost, values=values))
    return lost


def _without_marks(code: str) -> str:
    """Return a code in half width, without blanks and marks if nothing but digits is left."""
    if TWELVE_DIGITS.fullmatch(code):
        return code
    digits = _BETWEEN.sub("", unicodedata.normalize("NFKC", code))
    return digits if digits.isdecimal() else code


def _with_zero(code: str, counties: set[str]) -> str:
    """Return 11 digits with a zero before them, if that makes the code of a known county."""
    longer = f"0{code}"
    short = _ELEVEN_DIGITS.fullmatch(code) and longer[:COUNTY] in counties
    return longer if short else code


def _is_county(code: str) -> bool:
    """Return whether 12 digits name a county: what six digits of a number leave of a code."""
    return TWELVE_DIGITS.fullmatch(code) is not None and code.endswith("000000")


def _tell(
    frame: pd.DataFrame,
    layer: Layer,
    finding: str,
    before: Objects,
    after: Objects,
    given: Flags,
    findings: list[Finding],
) -> None:
    """Report the codes that were repaired."""
    changed = given & np.asarray(before != after, dtype=bool)
    if changed.any():
        values = listed(told_as(before[changed], after[changed]))
        findings.append(rows_together(finding, frame, layer, changed, values=values))


def kinds_of(frame: pd.DataFrame, codes: Codes, findings: list[Finding]) -> Objects:
    """Return community or village for each row, from the column or from the code.

    Parameters
    ----------
    frame : DataFrame
        The communities.
    codes : Codes
    findings : list of Finding
        Kinds that are not known (GT024) or cannot be told (GT025) are errors; such rows are
        taken for communities.
    """
    given = text_of(frame, "kind")
    known = {fold(name): kind for name, kind in COMMUNITY_KINDS.items()}
    kinds = np.array([None if item is None else known.get(fold(item)) for item in given], object)
    unknown = is_none(kinds) & ~is_none(given)
    for at in np.flatnonzero(is_none(kinds)):
        kinds[at] = kind_of_code(codes.codes[at])
    untold = is_none(kinds) & codes.usable & ~unknown
    for code, rows, values in (("GT024", unknown, given), ("GT025", untold, codes.codes)):
        if rows.any():
            named = listed(values[rows])
            findings.append(rows_together(code, frame, COMMUNITIES, rows, values=named))
    return np.where(is_none(kinds), COMMUNITY_KIND, kinds)
