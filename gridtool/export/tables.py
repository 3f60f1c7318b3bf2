"""Tables for spreadsheets: CSV and XLSX, shapes as WKT, nothing a program would run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.cells import inert
from gridtool.columns import GRIDS
from gridtool.export.making import Making
from gridtool.export.vector import fields_table
from gridtool.findings import Finding

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

WKT: Final = "wkt"
CELL: Final = 32_767
"""Characters a cell of a spreadsheet holds at most."""

_CSV_TYPES: Final = {"text": "String", "integer": "Integer64", "number": "Real"}
_WIDE, _NARROW = 46, 18


def write_csv(path: Path, grids: gpd.GeoDataFrame, making: Making) -> list[Finding]:
    """Write CSV in UTF-8 with a column of WKT, and the types of its columns beside it.

    Without the ``.csvt`` QGIS would take codes for numbers.
    """
    data: dict[str, object] = {}
    for item in making.fields:
        values = grids[item.name]
        text = item.column.kind == "text"
        data[item.name] = [inert(value) for value in values] if text else values.to_numpy()
    data[WKT] = _wkt(grids, making)
    # the mark tells Excel that the text is UTF-8
    pd.DataFrame(data).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    types = [_CSV_TYPES.get(item.column.kind, "String") for item in making.fields]
    line = ",".join(f'"{kind}"' for kind in [*types, "WKT"])
    path.with_suffix(".csvt").write_text(line + "\n", encoding="ascii", newline="\n")
    return []


def write_xlsx(path: Path, grids: gpd.GeoDataFrame, making: Making) -> list[Finding]:
    """Write a workbook: the grids with a column of WKT, and what the columns are."""
    from openpyxl import Workbook

    shapes = _wkt(grids, making)
    long = [len(text) > CELL for text in shapes]
    findings = []
    if any(long):
        rows = tuple(grids.loc[long, making.id_name])
        values: dict[str, object] = {"count": len(rows), "limit": CELL}
        findings.append(Finding("GT718", making.layer, rows=rows, values=values))
    book = Workbook()
    sheet = _sheet(book.active, GRIDS.zh)
    columns = [_plain(grids[item.name]) for item in making.fields]
    columns.append([None if too else text for text, too in zip(shapes, long, strict=True)])
    fill_sheet(sheet, [*(item.name for item in making.fields), WKT], zip(*columns, strict=True))
    fields = fields_table(making)
    fill_sheet(
        book.create_sheet("字段 fields"), fields.columns.tolist(), fields.itertuples(index=False)
    )
    book.save(path)
    return findings


def _sheet(sheet: Any, title: str) -> Worksheet:
    """Return the first sheet of a new workbook under a title."""
    sheet.title = title
    found: Worksheet = sheet
    return found


def fill_sheet(sheet: Worksheet, heads: Sequence[str], rows: Any) -> None:
    """Fill a sheet: bold heads that stay in sight, text as text, never a formula."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    # in gb18030 a Chinese sign takes two bytes, as it takes two places
    longest = [len(head.encode("gb18030")) for head in heads]
    sheet.append(list(heads))
    for number, row in enumerate(rows, start=2):
        for at, value in enumerate(row, start=1):
            if not isinstance(value, str):
                sheet.cell(number, at, value)
                continue
            text = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell = sheet.cell(number, at, text)
            # after the value: openpyxl takes what starts with = for a formula
            cell.data_type, cell.number_format = "s", "@"
            longest[at - 1] = max(longest[at - 1], len(text.encode("gb18030")))
    for head in sheet[1]:
        head.font = Font(bold=True)
    for at, length in enumerate(longest, start=1):
        width = min(max(length + 2, 8), _WIDE if length > _NARROW else _NARROW)
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = "B2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _wkt(grids: gpd.GeoDataFrame, making: Making) -> list[str]:
    """Return the shapes as text."""
    shapes = np.asarray(grids.geometry.array, dtype=object)
    texts: list[str] = shapely.to_wkt(shapes, rounding_precision=making.decimals).tolist()
    return texts


def _plain(values: pd.Series[Any]) -> list[object]:
    """Return Python's own values, None for what is missing."""
    plain: list[object] = values.astype(object).where(values.notna(), None).tolist()
    return plain
