"""XLSX workbooks: a title, a styled head, columns as wide as their text, and no formulas.

Text stays text: what starts with ``=``, ``+`` or ``@`` is shown, never reckoned, and codes keep
their zeros.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from numbers import Real
from typing import Any, Final

import pandas as pd

from gridtool.sheets.archive import stable_office_file
from gridtool.sheets.optional import optional

_NARROWEST, _WIDEST = 6.0, 48.0
_MEASURED_ROWS: Final = 2000
# XML 1.0 has no place for these, nor has Excel
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FONT: Final = "宋体"
_LINE_HEIGHT: Final = 15.0
"""Points of a line of 11-point text."""
_HEAD_FILL, _LINE = "EEF1F3", "8A949D"


@dataclass(frozen=True)
class Tab:
    """One sheet of a workbook.

    Attributes
    ----------
    name : str
        Of the tab, at most 31 characters.
    frame : DataFrame
        Columns are the head. Numbers stay numbers; everything else is written as text; missing
        values are empty cells.
    title : str
        A line above the head, over all columns; none when empty.
    notes : sequence of str
        Lines below the table.
    widths : dict
        Column name to width in characters, where the text's own is not wanted.
    """

    name: str
    frame: pd.DataFrame
    title: str = ""
    notes: Sequence[str] = ()
    widths: dict[str, float] = field(default_factory=dict)


def workbook(tabs: Sequence[Tab]) -> bytes:
    """Return an XLSX file; the same tabs give the same bytes.

    Parameters
    ----------
    tabs : sequence of Tab
        At least one.
    """
    openpyxl = optional("openpyxl", job="XLSX")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for tab in tabs:
        _fill(book.create_sheet(_sheet_name(tab.name)), tab)
    made = io.BytesIO()
    book.save(made)
    return stable_office_file(made.getvalue())


def _sheet_name(name: str) -> str:
    """Return a name that Excel takes."""
    return re.sub(r"[\[\]:*?/\\]", "_", name)[:31]


def _fill(sheet: Any, tab: Tab) -> None:
    """Write one sheet."""
    from openpyxl.utils import get_column_letter

    names = [str(name) for name in tab.frame.columns]
    head = 2 if tab.title else 1
    if tab.title:
        _put(sheet.cell(1, 1), tab.title, bold=True, size=14, lines=False, centred=True)
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=max(len(names), 1))
        sheet.row_dimensions[1].height = 28
    for at, name in enumerate(names, start=1):
        _put(sheet.cell(head, at), name, bold=True, fill=_HEAD_FILL, centred=True)
    for row, values in enumerate(tab.frame.itertuples(index=False), start=head + 1):
        for at, value in enumerate(values, start=1):
            _put(sheet.cell(row, at), value)
    for row, note in enumerate(tab.notes, start=head + len(tab.frame) + 1):
        _put(sheet.cell(row, 1), note, size=9, lines=False, wrap=False)
    widths = [
        tab.widths.get(name) or _column_width(name, tab.frame.iloc[:_MEASURED_ROWS, at])
        for at, name in enumerate(names)
    ]
    for at, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    _fit_rows(sheet, widths, head, head + len(tab.frame))
    _prepare_print(sheet, head, len(names))


def _fit_rows(sheet: Any, widths: Sequence[float], first: int, last: int) -> None:
    """Make rows as high as the lines of their text: not every program reckons that itself."""
    for row in sheet.iter_rows(min_row=first, max_row=last, max_col=len(widths)):
        texts = ("" if cell.value is None else str(cell.value) for cell in row)
        lines = max(map(_line_count, texts, widths), default=1)
        if lines > 1:
            sheet.row_dimensions[row[0].row].height = _LINE_HEIGHT * lines


def _line_count(text: str, width: float) -> int:
    """Return how many lines a text takes in a column."""
    room = max(width - 1.0, 1.0)
    return sum(max(1, ceil(text_width(line) / room)) for line in text.split("\n"))


def _prepare_print(sheet: Any, head: int, columns: int) -> None:
    """Have the head stay on the screen and on each printed page, and the page as wide as it."""
    sheet.freeze_panes = sheet.cell(head + 1, 1)
    sheet.print_title_rows = f"1:{head}"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if columns > 6 else "portrait"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"


def _put(
    cell: Any,
    value: Any,
    *,
    bold: bool = False,
    size: int = 11,
    fill: str = "",
    lines: bool = True,
    centred: bool = False,
    wrap: bool = True,
) -> None:
    """Write a value with its style."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    number = isinstance(value, Real) and not isinstance(value, bool)
    if not pd.isna(value):
        if number:
            cell.value = value
        else:
            # set as text outright: openpyxl would take "=1+1" for a formula
            cell.value = _CONTROL.sub("", str(value))
            cell.data_type = "s"
            cell.quotePrefix = True
    cell.font = Font(name=_FONT, size=size, bold=bold)
    across = "center" if centred else ("right" if number else "left")
    cell.alignment = Alignment(horizontal=across, vertical="center", wrap_text=wrap)
    if lines:
        side = Side(style="thin", color=_LINE)
        cell.border = Border(left=side, right=side, top=side, bottom=side)
    if fill:
        cell.fill = PatternFill("solid", fgColor=fill)


def _column_width(name: str, values: pd.Series[Any]) -> float:
    """Return the width that shows the head and the longest value, within reason."""
    texts = [name, *(str(value) for value in values if not pd.isna(value))]
    return min(max(max(map(text_width, texts)) + 2.0, _NARROWEST), _WIDEST)


def text_width(text: str) -> int:
    """Return the width of a text's longest line in half-width characters."""
    lines = text.splitlines() or [""]
    return max(
        sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line) for line in lines
    )
