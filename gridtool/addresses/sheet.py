"""A workbook written row by row: every cell text or a number, so that none can be a formula.

openpyxl takes half of the time in which a check of ten rows must be done to start, and as long as
the whole check to write a million rows; what is needed of the format is one page of XML.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Final

MOST_ROWS: Final = 1_048_575
LONGEST_CELL: Final = 32_767
HEADING: Final = "heading"

_EXACT: Final = 1e15
_BUFFER: Final = 2000
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ILLEGAL: Final = {at: None for at in range(32) if at not in (9, 10, 13)} | {
    0xFFFE: None,
    0xFFFF: None,
}
_PLAIN, _HEADER = 0, 1
_FIRST_FILL = 2


class Workbook:
    """A workbook with one long sheet and short ones before it.

    Parameters
    ----------
    path : Path
    title : str
        Of the long sheet.
    columns : sequence of str
    widths : sequence of float
        Of its columns, characters.
    fills : mapping of str to str
        Style name to colour (RRGGBB) of cells.
    """

    def __init__(
        self,
        path: Path,
        title: str,
        columns: Sequence[str],
        widths: Sequence[float],
        fills: Mapping[str, str],
    ) -> None:
        self._title, self._columns, self._fills = title, columns, fills
        self._styles = {name: at for at, name in enumerate(fills, start=_FIRST_FILL)}
        self._letters = [column_letters(at) for at in range(len(columns))]
        self._short: list[tuple[str, str]] = []
        self._rows = 1
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        # written last of all the parts that a reader asks for first
        self._sheet = self._zip.open("xl/worksheets/sheet_long.xml", "w", force_zip64=True)
        self._buffer = [_sheet_head(widths, frozen=True)]
        self._buffer.append(self._row(1, columns, dict.fromkeys(range(len(columns)), _HEADER)))

    def __enter__(self) -> Workbook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            self._finish()
        else:
            self._sheet.close()
        self._zip.close()

    @property
    def rows(self) -> int:
        """Return how many rows the long sheet has below its header."""
        return self._rows - 1

    def append(self, cells: Sequence[object], styles: Mapping[int, str]) -> None:
        """Write a row of the long sheet.

        Parameters
        ----------
        cells : sequence of str, number or None
        styles : mapping of int to str
            Column to the name of its fill.
        """
        self._rows += 1
        used = {at: self._styles[name] for at, name in styles.items()}
        self._buffer.append(self._row(self._rows, cells, used))
        if len(self._buffer) > _BUFFER:
            self._flush()

    def add_sheet(
        self,
        title: str,
        rows: Sequence[Sequence[object]],
        widths: Sequence[float],
        styles: Mapping[int, str],
    ) -> None:
        """Add a short sheet before the long one.

        Parameters
        ----------
        title : str
        rows : sequence of sequences of cells
        widths : sequence of float
        styles : mapping of int to str
            Row, from 0, to `HEADING` for all of its cells, or to a fill for the first.
        """
        used = {HEADING: _HEADER, **self._styles}
        told = {row: used[name] for row, name in styles.items()}
        self._short.append((title, _short_sheet(rows, widths, told)))

    def _row(self, number: int, cells: Sequence[object], styles: Mapping[int, int]) -> str:
        """Return the XML of a row."""
        found = [
            _cell(f"{letters}{number}", value, styles.get(at, _PLAIN))
            for at, (letters, value) in enumerate(zip(self._letters, cells, strict=False))
            if value is not None and value != ""
        ]
        return f'<row r="{number}">{"".join(found)}</row>'

    def _flush(self) -> None:
        """Write what is held."""
        self._sheet.write("".join(self._buffer).encode())
        self._buffer.clear()

    def _finish(self) -> None:
        """Write what follows the rows, and the other parts."""
        last = f"{self._letters[-1]}{self._rows}"
        self._buffer.append(f'</sheetData><autoFilter ref="A1:{last}"/></worksheet>')
        self._flush()
        self._sheet.close()
        files = []
        for at, (_, sheet) in enumerate(self._short, start=1):
            files.append(f"sheet{at}.xml")
            self._write(f"xl/worksheets/sheet{at}.xml", sheet)
        files.append("sheet_long.xml")
        titles = [*(title for title, _ in self._short), self._title]
        self._write("xl/workbook.xml", _workbook(titles, last))
        self._write("xl/_rels/workbook.xml.rels", _workbook_parts(files))
        self._write("xl/styles.xml", _styles(list(self._fills.values())))
        self._write("[Content_Types].xml", _content_types(files))
        self._write("_rels/.rels", _root_parts())

    def _write(self, name: str, text: str) -> None:
        """Write one part."""
        self._zip.writestr(name, text.encode())


def column_letters(at: int) -> str:
    """Return the letters of a column, from 0.

    Examples
    --------
    >>> [column_letters(at) for at in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    text = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        text = chr(65 + rest) + text
    return text


def _cell(place: str, value: object, style: int) -> str:
    """Return the XML of a cell: a number that a double holds, else text."""
    shown = f' s="{style}"' if style else ""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _EXACT:
        return f'<c r="{place}"{shown}><v>{value!r}</v></c>'
    text = escape(str(value)[:LONGEST_CELL].translate(_ILLEGAL), quote=False)
    return f'<c r="{place}"{shown} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _sheet_head(widths: Sequence[float], *, frozen: bool) -> str:
    """Return what stands before the rows of a sheet."""
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetView workbookViewId="0">{pane if frozen else ""}</sheetView>'
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width:g}" customWidth="1"/>'
        for at, width in enumerate(widths, start=1)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews>{view}</sheetViews>'
        f"<cols>{columns}</cols><sheetData>"
    )


def _short_sheet(
    rows: Sequence[Sequence[object]], widths: Sequence[float], styles: Mapping[int, int]
) -> str:
    """Return the XML of a short sheet."""
    found = []
    for at, row in enumerate(rows):
        style = styles.get(at, _PLAIN)
        to_end = style == _HEADER
        cells = "".join(
            _cell(
                f"{column_letters(place)}{at + 1}", value, style if to_end or not place else _PLAIN
            )
            for place, value in enumerate(row)
        )
        found.append(f'<row r="{at + 1}">{cells}</row>')
    return f"{_sheet_head(widths, frozen=False)}{''.join(found)}</sheetData></worksheet>"


def _workbook(titles: Sequence[str], last: str) -> str:
    """Return the XML that names the sheets, and the filter of the last."""
    sheets = "".join(
        f'<sheet name="{escape(title)}" sheetId="{at}" r:id="rId{at}"/>'
        for at, title in enumerate(titles, start=1)
    )
    quoted = titles[-1].replace("'", "''")
    corner = f"${last.rstrip('0123456789')}${last.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"
    area = escape(f"'{quoted}'!$A$1:{corner}", quote=False)
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<bookViews><workbookView/></bookViews><sheets>{sheets}</sheets>"
        f'<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="{len(titles) - 1}"'
        f' hidden="1">{area}</definedName></definedNames></workbook>'
    )


def _workbook_parts(files: Sequence[str]) -> str:
    """Return the XML that leads from the workbook to its sheets and styles."""
    parts = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/{name}"/>'
        for at, name in enumerate(files, start=1)
    )
    style = f'<Relationship Id="rIdS" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{parts}{style}</Relationships>'


def _root_parts() -> str:
    """Return the XML that leads to the workbook."""
    part = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{part}</Relationships>'


def _content_types(files: Sequence[str]) -> str:
    """Return the XML that says what each part is."""
    base = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/{name}" ContentType="{base}.worksheet+xml"/>'
        for name in files
    )
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{base}.sheet.main+xml"/>'
        f'{sheets}<Override PartName="/xl/styles.xml" ContentType="{base}.styles+xml"/></Types>'
    )


def _styles(colours: Sequence[str]) -> str:
    """Return the XML of the styles: plain, header, then one for each colour."""
    fills = ["EEF1F5", *colours]
    solid = "".join(
        f'<fill><patternFill patternType="solid"><fgColor rgb="FF{colour}"/></patternFill></fill>'
        for colour in fills
    )
    used = "".join(
        f'<xf fontId="0" fillId="{at}" borderId="0" applyFill="1"/>'
        for at in range(3, 3 + len(colours))
    )
    font = '<font>{}<sz val="11"/><name val="Calibri"/></font>'
    return (
        f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="2">{font.format("")}'
        f'{font.format("<b/>")}</fonts><fills count="{2 + len(fills)}">'
        '<fill><patternFill patternType="none"/></fill>'
        f'<fill><patternFill patternType="gray125"/></fill>{solid}</fills>'
        '<borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{2 + len(colours)}"><xf fontId="0" fillId="0" borderId="0"/>'
        f'<xf fontId="1" fillId="2" borderId="0" applyFill="1" applyFont="1"/>{used}'
        '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
        "</cellStyles></styleSheet>"
    )
