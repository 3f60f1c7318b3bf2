"""Tables: CSV and Excel, with or without coordinates in their columns."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.columns import WKT_NAMES, X_NAMES, Y_NAMES, fold
from gridtool.errors import InputError
from gridtool.geom import Floats
from gridtool.read.encodings import Encoding, text_encoding

TABLES: Final = frozenset((".csv", ".tsv", ".txt", ".dbf"))
SHEETS: Final = frozenset((".xlsx", ".xlsm"))
_DELIMITERS: Final = ",\t;|，"
_HEAD_ROWS: Final = 10
"""Rows among which the header of a sheet is looked for: a title often stands above it."""


def sheet_names(path: Path) -> list[str]:
    """Return the sheets of a workbook that are not empty."""
    with _workbook(path) as book:
        return [sheet.title for sheet in book.worksheets if (sheet.max_row or 0) > 1]


def read_table(path: Path, sheet: str | None) -> pd.DataFrame:
    """Read a table whole, its values as they stand, all text in a CSV.

    Parameters
    ----------
    path : Path
        CSV, TSV or XLSX.
    sheet : str or None
        Of a workbook.

    Returns
    -------
    DataFrame
        Index ``row`` from 0, the first row below the header.

    Raises
    ------
    InputError
        GT053 when rows do not have the columns of the header.
    """
    if path.suffix.lower() in SHEETS:
        return _read_sheet(path, sheet)
    batches = list(read_batches(path))
    return pd.concat(batches) if batches else pd.DataFrame()


def read_batches(path: Path, rows: int = 1_000_000) -> Iterator[pd.DataFrame]:
    """Yield a CSV in batches of at most so many rows, in constant memory.

    Yields
    ------
    DataFrame
        All columns text, None where empty; index ``row`` from 0 on.
    """
    encoding = text_encoding(path)
    delimiter = csv_delimiter(path, encoding)
    start = 0
    try:
        with pd.read_csv(
            path,
            sep=delimiter,
            encoding=encoding.name,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            skipinitialspace=True,
            chunksize=rows,
            index_col=False,
        ) as reader:
            for batch in reader:
                batch.index = pd.RangeIndex(start, start + len(batch), name="row")
                batch.columns = [str(name).strip() for name in batch.columns]
                start += len(batch)
                yield batch
    except pd.errors.EmptyDataError:
        return
    except (pd.errors.ParserError, pd.errors.ParserWarning, UnicodeError, csv.Error) as error:
        raise InputError("GT053", path=path.name, reason=_first_line(error)) from None


def csv_delimiter(path: Path, encoding: Encoding) -> str:
    """Return what parts the columns: the candidate the first line holds most of."""
    with path.open(encoding=encoding.name, errors="replace", newline="") as file:
        first = file.readline(1 << 20)
    return max(_DELIMITERS, key=lambda sign: (first.count(sign), -_DELIMITERS.index(sign)))


def with_geometry(table: pd.DataFrame) -> gpd.GeoDataFrame | None:
    """Return a table as points or WKT shapes, None when it has no columns for them.

    Parameters
    ----------
    table : DataFrame
        With a column of WKT (``wkt``, 几何 …) or two of coordinates (``x``, 经度 … and ``y``,
        纬度 …).

    Returns
    -------
    GeoDataFrame or None
        Without CRS; a shape that cannot be read is missing.
    """
    folded = {fold(name): name for name in reversed([str(item) for item in table.columns])}
    if (wkt := _named(folded, WKT_NAMES)) is not None:
        texts = [text if isinstance(text, str) else None for text in table[wkt]]
        with np.errstate(invalid="ignore"):
            shapes = shapely.from_wkt(np.array(texts, dtype=object), on_invalid="ignore")
        return gpd.GeoDataFrame(table.drop(columns=wkt), geometry=shapes)
    columns = _xy_columns(table)
    if columns is None:
        return None
    xy = table_points(table)
    points = np.asarray(shapely.points(xy))
    points[np.isnan(xy).any(axis=1)] = None
    return gpd.GeoDataFrame(table.drop(columns=list(columns)), geometry=points)


def table_points(table: pd.DataFrame) -> Floats:
    """Return the coordinates of a table's rows, n × 2; NaN where there are none."""
    columns = _xy_columns(table)
    if columns is None:
        return np.full((len(table), 2), np.nan)
    numbers = [pd.to_numeric(table[name], errors="coerce").to_numpy(float) for name in columns]
    return np.column_stack(numbers)


def _xy_columns(table: pd.DataFrame) -> tuple[str, str] | None:
    """Return the columns of x and y, None when there are none."""
    folded = {fold(name): name for name in reversed([str(item) for item in table.columns])}
    x, y = _named(folded, X_NAMES), _named(folded, Y_NAMES)
    return None if x is None or y is None else (x, y)


def _named(folded: dict[str, str], names: Sequence[str]) -> str | None:
    """Return the column that goes by the first of these names."""
    return next((folded[fold(name)] for name in names if fold(name) in folded), None)


class _workbook:  # noqa: N801 - used as a function
    """Opens a workbook for reading; failures as `OSError`."""

    def __init__(self, path: Path) -> None:
        import openpyxl

        try:
            self.book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
            raise OSError(_first_line(error)) from None

    def __enter__(self) -> Any:
        return self.book

    def __exit__(self, *_: object) -> None:
        self.book.close()


def _read_sheet(path: Path, sheet: str | None) -> pd.DataFrame:
    """Read a sheet below its header."""
    with _workbook(path) as book:
        cells = book[sheet] if sheet is not None else book.worksheets[0]
        rows = [row for row in cells.iter_rows(values_only=True) if any(_filled(v) for v in row)]
    if not rows:
        return pd.DataFrame()
    at = _header_row(rows[:_HEAD_ROWS])
    width = max(place + 1 for place, cell in enumerate(rows[at]) if _filled(cell))
    names = [
        str(cell).strip() if _filled(cell) else f"column_{place + 1}"
        for place, cell in enumerate(rows[at][:width])
    ]
    body = [[*row[:width], *[None] * (width - len(row))] for row in rows[at + 1 :]]
    table = pd.DataFrame(body, columns=names, dtype=object)
    return table.loc[:, ~table.columns.duplicated()].rename_axis("row")


def _header_row(rows: list[tuple[object, ...]]) -> int:
    """Return the row most of whose cells are names: text, and more of it than in a title."""
    texts = [sum(isinstance(cell, str) and bool(cell.strip()) for cell in row) for row in rows]
    most = max(texts)
    return next(at for at, count in enumerate(texts) if count >= max(1, 0.7 * most))


def _filled(cell: object) -> bool:
    """Return whether a cell holds something."""
    return cell is not None and str(cell).strip() != ""


def _first_line(error: BaseException) -> str:
    """Return what an error says, in one line."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
