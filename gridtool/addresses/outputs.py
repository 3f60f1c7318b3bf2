"""Writing what was found: a workbook for people, CSV, GeoPackage and JSON for machines."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from gridtool.addresses.gazetteer import Gazetteer, GridRow
from gridtool.addresses.layer import PointLayer
from gridtool.addresses.sheet import MOST_ROWS, Workbook
from gridtool.addresses.verdicts import OK, Result
from gridtool.addresses.words import (
    NOTE_WORDS,
    VERDICT_FILLS,
    VERDICT_WORDS,
    WAY_WORDS,
    said,
)
from gridtool.cells import is_formula
from gridtool.columns import CHECKED_ADDRESSES
from gridtool.messages import Lang

XLSX, CSV, GPKG, SUMMARY = "addresses.xlsx", "addresses.csv", "addresses.gpkg", "summary.json"
OUTPUT_FILES: Final = (XLSX, CSV, GPKG, SUMMARY)

SHEET_ROWS: Final = 200_000
"""Rows after which the workbook takes only those that need a person."""

_WIDTHS: Final = {
    "verdict": 18,
    "grid_code": 18,
    "grid_name": 24,
    "candidates": 36,
    "normal_form": 44,
    "note": 30,
}
_NARROWEST, _USUAL, _WIDEST = 10, 16, 60


class Outputs:
    """The files of one check, written as the rows come.

    Parameters
    ----------
    folder : Path
        Empty.
    columns : sequence of str
        Of the list, those that are kept.
    gazetteer : Gazetteer
    lang : ``zh`` or ``en``
        Of the workbook.
    head : sequence of rows
        The first rows, by which the columns of the workbook get their widths.

    Attributes
    ----------
    added : dict of str to str
        Keys of `gridtool.columns.CHECKED_ADDRESSES` to the names they have in the files, which
        differ where the list has a column of that name itself.
    defused : int
        Cells that a spreadsheet would have taken for a formula.
    left_out, left_open : int
        Rows that the workbook does not have, and those of them that need a person.
    """

    def __init__(
        self,
        folder: Path,
        columns: Sequence[str],
        gazetteer: Gazetteer,
        lang: Lang,
        head: Sequence[Sequence[Any]] = (),
    ) -> None:
        self._gazetteer, self._lang = gazetteer, lang
        self.added = _added_names(columns)
        self.defused = self.left_out = self.left_open = 0
        self._names = [*columns, *self.added.values()]
        self._verdict_at = len(columns)
        self._stack = ExitStack()
        file = (folder / CSV).open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._stack.enter_context(file))
        self._csv.writerow([self._safe(name) for name in self._names])
        titles = [*columns, *_titles(columns, self.added, lang)]
        widths = [_width(name, [row[at] for row in head]) for at, name in enumerate(columns)]
        widths += [_WIDTHS.get(key, _USUAL) for key in self.added]
        self.book = Workbook(
            folder / XLSX,
            "核对结果" if lang == "zh" else "addresses",
            titles,
            widths,
            VERDICT_FILLS,
        )
        self._stack.enter_context(self.book)
        own = list(self.added)
        layer = PointLayer(
            folder / GPKG,
            self._names,
            numbers=[len(columns) + own.index(name) for name in ("confidence", "distance_m")],
            crs=gazetteer.crs,
            epsg=gazetteer.epsg,
            style_by=self.added["verdict"],
            lang=lang,
        )
        self._layer = self._stack.enter_context(layer)

    def __enter__(self) -> Outputs:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        back: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, back)

    def write(
        self, rows: Sequence[Sequence[Any]], results: Sequence[Result], forms: Sequence[str]
    ) -> None:
        """Write some rows.

        Parameters
        ----------
        rows : sequence of rows
            The cells that are kept.
        results : sequence of Result
        forms : sequence of str
            Normal form of each row's address.
        """
        records = []
        for row, result, form in zip(rows, results, forms, strict=True):
            texts = [self._safe(cell) for cell in row]
            cells = self._cells(result, form)
            self._csv.writerow([*texts, *map(_defused, cells)])
            self._append(row, result, form)
            if result.place is not None:
                records.append((result.place, [*map(_text, row), *cells]))
        self._layer.append(records)

    def _append(self, row: Sequence[Any], result: Result, form: str) -> None:
        """Write a row of the workbook, unless it is full."""
        full = self.book.rows >= (SHEET_ROWS if result.verdict == OK else MOST_ROWS)
        if full:
            self.left_out += 1
            self.left_open += result.verdict != OK
            return
        cells = self._cells(result, form, self._lang)
        # numbers stay numbers; what a check defused in CSV is text here anyway
        kept = [cell if isinstance(cell, (int, float)) else _text(cell) for cell in row]
        self.book.append([*kept, *cells], {self._verdict_at: result.verdict})

    def _cells(self, result: Result, form: str, lang: Lang | None = None) -> list[Any]:
        """Return the cells that a check adds to a row; words in a language where one is given."""
        grid = self._gazetteer.grids[result.grid] if result.grid >= 0 else None
        distance = None if result.distance is None else round(result.distance, 1)
        verdict, way, notes = result.verdict, result.way, list(result.notes)
        if lang is not None:
            verdict, way = said(VERDICT_WORDS, verdict, lang), said(WAY_WORDS, way, lang)
            notes = [said(NOTE_WORDS, note, lang) for note in notes]
        candidates = [self._shown(at) for at in result.candidates]
        return [
            verdict,
            grid.code if grid else None,
            shown_name(grid) if grid else None,
            grid.community_code if grid else result.community or None,
            grid.community_name if grid else None,
            way,
            round(result.confidence, 2),
            distance,
            "; ".join(candidates) or None,
            form or None,
            "; ".join(notes) or None,
        ]

    def _shown(self, at: int) -> str:
        """Return a grid as code and name."""
        grid = self._gazetteer.grids[at]
        return f"{grid.code} {shown_name(grid)}".strip()

    def _safe(self, cell: object) -> object:
        """Return a cell of the list that no spreadsheet takes for a formula."""
        if cell is None:
            return ""
        if not is_formula(cell):
            return cell
        self.defused += 1
        return f"'{cell}"


def shown_name(grid: GridRow) -> str:
    """Return the full name of a grid, else the short one."""
    return grid.full_name or grid.name


def _width(name: str, cells: Sequence[object]) -> int:
    """Return the width of a column of the list, characters; a Chinese one takes two places."""
    texts = [name, *(str(cell) for cell in cells if cell is not None)]
    longest = max(len(text.encode("gb18030", "replace")) for text in texts)
    return min(max(_NARROWEST, longest + 2), _WIDEST)


def _added_names(columns: Sequence[str]) -> dict[str, str]:
    """Return what the added columns are called, beside those that are there."""
    taken = {name.casefold() for name in columns}
    names = {}
    for column in CHECKED_ADDRESSES.columns:
        name = column.key
        while name.casefold() in taken:
            name += "_found"
        names[column.key] = name
        taken.add(name.casefold())
    return names


def _titles(columns: Sequence[str], added: dict[str, str], lang: Lang) -> list[str]:
    """Return the added columns as people call them, told from those of the list."""
    if lang == "en":
        return list(added.values())
    titles = [CHECKED_ADDRESSES[key].zh for key in added]
    return [f"{title}（核对）" if title in columns else title for title in titles]


def _text(cell: object) -> str | None:
    """Return a cell as text, None where it is empty."""
    return None if cell is None or cell == "" else str(cell)


def _defused(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula, empty for none."""
    if cell is None:
        return ""
    return f"'{cell}" if is_formula(cell) else cell
