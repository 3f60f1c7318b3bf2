"""Editions of the 12-digit codes: which community became which.

Nothing official says so below the county: the lists are compared by code and name. A proposal has
a confidence, and a person approves it in the CSV.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final, NamedTuple

import pandas as pd

from gridtool.codes.names import name_stem
from gridtool.codes.tables import CodeTable
from gridtool.columns import fold
from gridtool.errors import DataError
from gridtool.tables import as_text, missing_column, read_table

SAME, RENAMED, RECODED, MERGED, NEW, GONE = (
    *("same", "renamed", "recoded"),
    *("merged", "new", "gone"),
)
CHANGES: Final = (SAME, RENAMED, RECODED, MERGED, NEW, GONE)
COLUMNS: Final = (
    *("old_code", "old_name", "new_code", "new_name"),
    *("change", "confidence", "note", "approved"),
)
_YES: Final = frozenset(("yes", "y", "true", "1", "是", "√", "✓"))
_ALIKE: Final = 0.5


class _Row(NamedTuple):
    """A proposal."""

    old: str
    new: str
    change: str
    confidence: float
    note: str = ""


def crosswalk(old: CodeTable, new: CodeTable, *, area: str = "") -> pd.DataFrame:
    """Propose which community became which between two editions.

    Parameters
    ----------
    old, new : CodeTable
    area : str
        First digits of the codes to compare: a county, a city; empty for all.

    Returns
    -------
    DataFrame
        ``old_code``, ``old_name``, ``new_code``, ``new_name``, ``change``, ``confidence`` (0-1),
        ``note``, ``approved`` (``yes`` where code and name are the same, else empty); sorted. Every
        old and every new code is in it:

        - ``same`` 1.0: code and name, but for 居委会, 居民委员会 and the like.
        - ``renamed`` 0.9 / 0.6: the code is the same, the names are alike / are not.
        - ``recoded`` 0.95: the name is the same and has another code in its town; 0.9 in the town
          most of its neighbours went to; 0.7 elsewhere in the county.
        - ``merged`` 0.7: the name went on under a code whose own name ended; that one is
          ``merged`` into it too.
        - ``gone`` and ``new`` 1.0 that the code ended or began; 0.5 where the code lived on under
          another name that came from elsewhere. What a gone one became is not in the lists.
    """
    return _Comparison(_names(old, area), _names(new, area)).frame()


def _names(table: CodeTable, area: str) -> dict[str, str]:
    """Return the communities of an area by code."""
    frame = table.frame()
    mine = frame["code"].str.startswith(area) & ~frame["code"].str.endswith("000")
    return dict(zip(frame["code"][mine], frame["name"][mine], strict=True))


class _Comparison:
    """Two lists, and what is not yet explained of them."""

    def __init__(self, old: dict[str, str], new: dict[str, str]) -> None:
        self.old, self.new = old, new
        self.old_stem = {code: name_stem(name) for code, name in old.items()}
        self.new_stem = {code: name_stem(name) for code, name in new.items()}
        self.old_left, self.new_left = set(old), set(new)
        self.rows: list[_Row] = []
        self._same()
        self._moved()
        self._held()
        self.rows += [_Row(code, "", GONE, 1.0) for code in self.old_left]
        # a code that went to another community is the worst that can happen to a register
        again = {
            code: f"该代码原属 {self.old[code]} was its code" for code in self.new_left & set(old)
        }
        self.rows += [_Row("", code, NEW, 1.0, again.get(code, "")) for code in self.new_left]

    def _pair(self, old: str, new: str, change: str, confidence: float, note: str = "") -> None:
        """Note a pair as explained."""
        self.rows.append(_Row(old, new, change, confidence, note))
        self.old_left.discard(old)
        self.new_left.discard(new)

    def _same(self) -> None:
        """Take out what kept code and name."""
        for code in sorted(self.old_left & self.new_left):
            if self.old_stem[code] == self.new_stem[code]:
                spelt = "" if self.old[code] == self.new[code] else "写法不同 spelt differently"
                self._pair(code, code, SAME, 1.0, spelt)

    def _moved(self) -> None:
        """Follow names to other codes: in their town, then where their neighbours went."""
        self._by_name(9, None)
        self._by_name(6, self._towns())

    def _by_name(self, length: int, towns: dict[str, str] | None) -> None:
        """Follow names that are single among what is left of an area of `length` digits."""
        olds = _index(self.old_left, self.old_stem, length)
        news = _index(self.new_left, self.new_stem, length)
        for key in sorted(olds.keys() & news.keys()):
            for old, new in _single(olds[key], news[key], towns):
                if towns is None:
                    confidence = 0.95
                else:
                    confidence = 0.9 if towns.get(old[:9]) == new[:9] else 0.7
                self._move(old, new, confidence)

    def _move(self, old: str, new: str, confidence: float) -> None:
        """Note a name that has another code; what had that code before is merged into it."""
        holder = new if new in self.old_left else None
        kept = _kind(old) == _kind(new)
        note = "" if kept else "村改社区或社区改村 a village became a community, or the reverse"
        if holder is None or self._lives_on(holder):
            if holder is not None:
                note = "该代码原属他社区（村） the code was another's before"
            self._pair(old, new, RECODED, confidence, note)
            return
        self._pair(old, new, MERGED, 0.7, f"并入 {new}，名称沿用 its name went on there")
        self._pair(holder, new, MERGED, 0.7, f"代码沿用，名称改为 {self.new[new]} keeps the code")

    def _lives_on(self, code: str) -> bool:
        """Return whether the name of an old code is found under another new code."""
        stem = self.old_stem[code]
        return any(self.new_stem[n] == stem and n[:6] == code[:6] for n in self.new_left)

    def _towns(self) -> dict[str, str]:
        """Return the town most communities of each old town are in now, by those known."""
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        olds = _index(self.old_left, self.old_stem, 6)
        news = _index(self.new_left, self.new_stem, 6)
        for key in olds.keys() & news.keys():
            if len(olds[key]) == len(news[key]) == 1:
                votes[olds[key][0][:9]][news[key][0][:9]] += 1
        return {
            town: min(count, key=lambda item: (-count[item], item)) for town, count in votes.items()
        }

    def _held(self) -> None:
        """Judge codes that are in both lists under different names."""
        for code in sorted(self.old_left & self.new_left):
            alike = SequenceMatcher(None, self.old_stem[code], self.new_stem[code]).ratio()
            self._pair(code, code, RENAMED, 0.9 if alike >= _ALIKE else 0.6)

    def frame(self) -> pd.DataFrame:
        """Return the proposals, sorted by old code, new ones by their place among them."""
        rows = [
            (
                *(row.old, self.old.get(row.old, ""), row.new, self.new.get(row.new, "")),
                *(row.change, row.confidence, row.note, "yes" if row.change == SAME else ""),
            )
            for row in sorted(self.rows, key=lambda row: (row.old or row.new, row.new))
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))


def _index(
    codes: Iterable[str], stems: dict[str, str], length: int
) -> dict[tuple[str, str], list[str]]:
    """Return codes by area and name."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code in sorted(codes):
        found[code[:length], stems[code]].append(code)
    return found


def _single(
    olds: list[str], news: list[str], towns: dict[str, str] | None
) -> list[tuple[str, str]]:
    """Return the pairs that are beyond doubt: one of each, or one in the expected town."""
    if len(olds) == len(news) == 1:
        return [(olds[0], news[0])]
    pairs: list[tuple[str, str]] = []
    for old in olds:
        wanted = old[:9] if towns is None else towns.get(old[:9])
        there = [new for new in news if new[:9] == wanted]
        alike = [new for new in there if _kind(new) == _kind(old)] or there
        rivals = [one for one in olds if one != old and _kind(one) == _kind(old)]
        if towns is not None:
            rivals = [one for one in rivals if towns.get(one[:9]) == wanted]
        if len(alike) == 1 and not rivals and alike[0] not in {new for _, new in pairs}:
            pairs.append((old, alike[0]))
    return pairs


def _kind(code: str) -> str:
    """Return whether digits 10-12 are those of a community or a village."""
    return "village" if code[9] in "235" else "community"


def read_crosswalk(path: Path) -> pd.DataFrame:
    """Read a crosswalk that a person has edited.

    Parameters
    ----------
    path : Path
        CSV or XLSX with ``old_code``, ``new_code``, ``approved``; other columns are left alone.

    Returns
    -------
    DataFrame
        ``old_code``, ``new_code`` (text, maybe empty), ``approved`` (bool).

    Raises
    ------
    ColumnError
        GT099 when a column is missing.
    DataError
        GT098 for a row that cannot be used: a code that is none, an old code approved twice, an
        approval without a new code.
    """
    raw = read_table(path)
    folded = {fold(name): name for name in raw.columns}
    wanted = ("old_code", "new_code", "approved")
    for key in wanted:
        if key not in folded:
            raise missing_column(path.name, key, list(map(str, raw.columns)), (key,))
    table = pd.DataFrame({key: as_text(raw[folded[key]]).fillna("").str.strip() for key in wanted})
    table["approved"] = table["approved"].str.casefold().isin(_YES)
    for column in ("old_code", "new_code"):
        _refuse(
            table, path, (table[column] != "") & ~table[column].str.fullmatch(r"\d{12}"), column
        )
    approved = table[table["approved"] & (table["old_code"] != "")]
    again = approved["old_code"].duplicated().reindex(table.index, fill_value=False)
    _refuse(table, path, again, "old_code")
    _refuse(table, path, table["approved"] & (table["new_code"] == ""), "new_code")
    return table


def _refuse(table: pd.DataFrame, path: Path, wrong: pd.Series[bool], column: str) -> None:
    """Raise GT098 at the first wrong row; rows are counted as a spreadsheet does."""
    if wrong.any():
        at = int(wrong.to_numpy().argmax())
        reason = f"{column} {table[column].iloc[at]!r}"
        raise DataError("GT098", path=path.name, row=at + 2, reason=reason)
