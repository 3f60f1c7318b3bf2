"""The roster of grid workers: who serves which grid, and what is wrong with the list.

Source: Order 75, Art. 12: each grid has workers, full-time (专职) or part-time (兼职). Art. 13(2):
personal data must not be passed on. Findings name rows and grid codes, never a worker or a phone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from gridtool.columns import ROSTER
from gridtool.errors import DataError
from gridtool.findings import Finding
from gridtool.tables import as_text, code_text, read_table, under_keys

_PHONE: Final = re.compile(r"(?:\+?86)?1\d{10}|0\d{9,11}|\d{3,8}|(?:400|800)\d{7}")
_BETWEEN: Final = re.compile(r"[\s\-—－()（）]+")
# several numbers in one cell
_SEPARATORS: Final = re.compile(r"[、,，;；/]+")
_SHOWN: Final = 5
_WHAT: Final = {"worker": ("网格员姓名", "worker"), "phone": ("联系电话", "phone")}


def read_roster(path: Path) -> pd.DataFrame:
    """Read the roster of grid workers.

    Parameters
    ----------
    path : Path
        CSV or XLSX with the columns of `gridtool.columns.ROSTER`, by key or Chinese name.

    Returns
    -------
    DataFrame
        ``grid_code``, ``worker``, ``phone``, ``duty``: text, empty where there is none; index:
        the row of the source from 0. Rows without any of them are left out.

    Raises
    ------
    InputError
        When the file cannot be read.
    ColumnError
        GT099 when a column is missing.
    DataError
        GT306 for codes that lost digits.
    """
    required = [column.key for column in ROSTER.columns if column.required]
    raw = under_keys(read_table(path), ROSTER, required=required, name=path.name)
    codes = code_text(raw["grid_code"], name=path.name)
    texts = {
        column.key: as_text(raw[column.key]).fillna("").astype(str).str.strip()
        for column in ROSTER.columns[1:]
        if column.key in raw
    }
    roster = pd.DataFrame({"grid_code": codes, "duty": "", **texts}).reset_index(drop=True)
    return roster[(roster != "").any(axis=1)]


def check_roster(roster: pd.DataFrame, grids: pd.DataFrame, *, name: str) -> list[Finding]:
    """Compare a roster with the grids there are.

    Parameters
    ----------
    roster : DataFrame
        As `read_roster` returns it.
    grids : DataFrame
        ``grid_code`` of all grids that are to have workers.
    name : str
        Of the roster, for messages.

    Returns
    -------
    list of Finding
        GT748 grids without worker, GT749 with several that are not told apart by their duty,
        GT750 a worker of several grids, GT751 a row without worker or phone, GT752 a phone that
        does not look like one.

    Raises
    ------
    DataError
        GT737 for codes that no grid has: a poster would lack the worker, or show a wrong one.
    """
    known = set(grids["grid_code"])
    unknown = ~roster["grid_code"].isin(known)
    if unknown.any():
        codes = _listed(sorted({code or "-" for code in roster["grid_code"][unknown]}))
        rows = roster.index[unknown]
        raise DataError("GT737", layer=name, rows=rows, codes=codes)
    return [
        *_missing(roster, grids, name),
        *_several(roster, name),
        *_spread(roster, name),
        *_incomplete(roster, name),
    ]


def _missing(roster: pd.DataFrame, grids: pd.DataFrame, name: str) -> Iterator[Finding]:
    """Yield the finding about grids without worker."""
    served = set(roster["grid_code"][roster["worker"] != ""])
    without = [code for code in grids["grid_code"] if code not in served]
    if without:
        yield Finding("GT748", name, values={"count": len(without), "codes": _listed(without)})


def _several(roster: pd.DataFrame, name: str) -> Iterator[Finding]:
    """Yield a finding for each grid with several workers of one duty."""
    for code, rows in roster.groupby("grid_code", sort=True):
        if len(rows) > 1 and rows["duty"].duplicated().any():
            values: dict[str, object] = {"code": code, "count": len(rows)}
            yield Finding("GT749", name, rows=tuple(rows.index), values=values)


def _spread(roster: pd.DataFrame, name: str) -> Iterator[Finding]:
    """Yield a finding for each worker of several grids, known by name and phone together."""
    named = roster[roster["worker"] != ""]
    phones = named["phone"].map(_plain)
    for _, rows in named.groupby([named["worker"], phones], sort=False):
        codes = sorted(set(rows["grid_code"]))
        if len(codes) > 1:
            values: dict[str, object] = {"count": len(codes), "codes": _listed(codes)}
            yield Finding("GT750", name, rows=tuple(rows.index), values=values)


def _incomplete(roster: pd.DataFrame, name: str) -> Iterator[Finding]:
    """Yield findings about rows without worker or phone, and phones that are none."""
    for row in roster.itertuples():
        for key, (zh, en) in _WHAT.items():
            if not getattr(row, key):
                yield Finding("GT751", name, row.Index, values={"what_zh": zh, "what_en": en})
        numbers = [_plain(part) for part in _SEPARATORS.split(str(row.phone))]
        if row.phone and not all(map(_PHONE.fullmatch, numbers)):
            yield Finding("GT752", name, row.Index)


def _plain(phone: str) -> str:
    """Return a phone number without blanks and dashes."""
    return _BETWEEN.sub("", phone)


def _listed(codes: list[str]) -> str:
    """Return the first codes and how many there are."""
    more = f", … ({len(codes)})" if len(codes) > _SHOWN else ""
    return ", ".join(codes[:_SHOWN]) + more
