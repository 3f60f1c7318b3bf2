"""Lists of addresses, read some thousand rows at a time: CSV, XLSX, Parquet, any layer.

A check must start at once and hold nothing, so that files are read here without the machinery
that reads the layers of a division. Each line of a CSV is decoded by itself, for lists are put
together from files of several systems.
"""

from __future__ import annotations

import codecs
import csv
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from gridtool.errors import InputError

BATCH: Final = 20_000
_TEXTS: Final = frozenset((".csv", ".tsv", ".txt"))
_SHEETS: Final = frozenset((".xlsx", ".xlsm"))
_PARQUET: Final = frozenset((".parquet", ".geoparquet"))
_DELIMITERS: Final = ",\t;|"
_HEAD_ROWS: Final = 10
_LONGEST_FIELD: Final = 1 << 27
# a cell with a formula and nothing that it came to; "" is something
_NOT_RECKONED: Final = re.compile(
    rb'<c(?![^>]*t="str")[^>]*>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
_PIECE: Final = 1 << 20
_WIDE_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Row = list[Any]


class Batch(NamedTuple):
    """Some rows of a list.

    Attributes
    ----------
    start : int
        Number of the first row, from 0.
    rows : list of lists
        As many cells as there are columns.
    points : list of (x, y) or None, or None
        Of a layer.
    """

    start: int
    rows: list[Row]
    points: list[tuple[float, float] | None] | None


class AddressList:
    """A list of addresses.

    Parameters
    ----------
    path : Path
        ``FILE|layername=NAME`` names one of several layers or sheets.
    encoding : str, optional
        Of a shapefile's text.

    Attributes
    ----------
    columns : list of str
    crs : str or None
        Of a layer.
    has_points : bool
        Whether rows come with points: those of a layer.
    size : int
        Rows, or bytes of a text file: what `done` counts to.
    done : int
        How far reading is.
    encodings : dict of str to int
        Lines beyond ASCII of a text file by encoding; ``?`` for those that fit none.
    not_reckoned : int
        Cells of a workbook with a formula whose value was not saved: they are read as empty.

    Raises
    ------
    InputError
        GT001 when there is no such file, GT002 when it cannot be read, GT601 when it has no
        columns.
    """

    def __init__(self, path: Path, *, encoding: str | None = None) -> None:
        text, _, layer = str(path).partition("|layername=")
        self.path, self._layer, self._encoding = Path(text), layer or None, encoding
        if not self.path.exists():
            raise InputError("GT001", path=self.path)
        self.crs: str | None = None
        self.size = self.done = 0
        self.encodings: dict[str, int] = {}
        self.not_reckoned = 0
        self.has_points = False
        self._rows = self._open()
        self.columns = _unique(self._next_header())

    def batches(self, rows: int = BATCH) -> Iterator[Batch]:
        """Yield the rows in order, so many at a time."""
        start, width = 0, len(self.columns)
        while True:
            with _failures_told(self.path):
                some = list(islice(self._rows, rows))
            if not some:
                return
            cells = [_filled(list(row[0]), width) for row in some]
            points = [row[1] for row in some] if self.has_points else None
            yield Batch(start, cells, points)
            start += len(some)

    def _next_header(self) -> Sequence[Any]:
        """Return the names of the columns."""
        with _failures_told(self.path):
            header, _ = next(self._rows, ([], None))
        if not any(str(name).strip() for name in header if name is not None):
            raise InputError("GT601", layer=self.path.name)
        return header

    def _open(self) -> Iterator[tuple[Sequence[Any], tuple[float, float] | None]]:
        """Return the header, then the rows, each with its point."""
        suffix = self.path.suffix.lower()
        if suffix in _TEXTS:
            return self._of_text()
        if suffix in _SHEETS:
            return self._of_sheet()
        if suffix in _PARQUET:
            return self._of_parquet()
        self.has_points = True
        return self._of_layer()

    def _of_text(self) -> Iterator[tuple[Sequence[Any], None]]:
        """Yield the rows of a text file."""
        self.size = self.path.stat().st_size
        csv.field_size_limit(_LONGEST_FIELD)
        with self.path.open("rb") as file:
            lines = self._lines(file)
            first = next(lines, "")
            delimiter = max(_DELIMITERS, key=lambda sign: (first.count(sign), sign == ","))
            for row in csv.reader(_chained(first, lines), delimiter=delimiter):
                if row:
                    yield row, None

    def _lines(self, file: BinaryIO) -> Iterator[str]:
        """Yield the lines of a text file, each in the encoding it is in."""
        head = file.read(3)
        file.seek(0)
        if head.startswith(_WIDE_MARKS):
            with self.path.open(encoding="utf-16", newline="") as wide:
                for text in wide:
                    self.done += 2 * len(text)
                    yield text.replace("\0", "")
            return
        if head.startswith(codecs.BOM_UTF8):
            file.seek(3)
        for line in file:
            self.done += len(line)
            text = line.decode("ascii") if line.isascii() else self._decoded(line)
            yield text.replace("\0", "")

    def _decoded(self, line: bytes) -> str:
        """Return a line in the first encoding that it fits."""
        for name in ("utf-8", "gb18030"):
            try:
                text = line.decode(name)
            except UnicodeDecodeError:
                continue
            self.encodings[name] = self.encodings.get(name, 0) + 1
            return text
        self.encodings["?"] = self.encodings.get("?", 0) + 1
        return line.decode("gb18030", errors="replace")

    def _of_sheet(self) -> Iterator[tuple[Sequence[Any], None]]:
        """Yield the rows of a sheet from its header on."""
        import openpyxl

        book = openpyxl.load_workbook(self.path, read_only=True, data_only=True)
        try:
            sheet = book[self._layer] if self._layer else book.worksheets[0]
            self.size = sheet.max_row or 0
            self.not_reckoned = _formulas_without_value(self.path, sheet)
            rows = sheet.iter_rows(values_only=True)
            head = [row for row in islice(rows, _HEAD_ROWS) if any(_told(cell) for cell in row)]
            # a title often stands above the header
            names = [sum(isinstance(cell, str) and _told(cell) for cell in row) for row in head]
            most = max(names, default=0)
            at = next((at for at, n in enumerate(names) if n >= max(1, 0.7 * most)), 0)
            for row in head[at:]:
                yield row, None
            for row in rows:
                self.done += 1
                if any(_told(cell) for cell in row):
                    yield row, None
        finally:
            book.close()

    def _of_parquet(self) -> Iterator[tuple[Sequence[Any], None]]:
        """Yield the rows of a Parquet file, without its geometry."""
        try:
            from pyarrow import parquet
        except ImportError:
            raise InputError("GT056", path=self.path.name) from None
        file = parquet.ParquetFile(self.path)
        self.size = file.metadata.num_rows
        names = [name for name in file.schema_arrow.names if name != "geometry"]
        yield names, None
        for some in file.iter_batches(BATCH, columns=names):
            columns = [column.to_pylist() for column in some.columns]
            self.done += some.num_rows
            for row in zip(*columns, strict=True):
                yield row, None

    def _of_layer(self) -> Iterator[tuple[Sequence[Any], tuple[float, float] | None]]:
        """Yield the records of a layer, each with its point or the middle of its bounds."""
        import fiona

        options: dict[str, Any] = {} if self._encoding is None else {"encoding": self._encoding}
        with (
            fiona.Env(CPL_LOG=os.devnull),
            fiona.open(self.path, layer=self._layer, **options) as layer,
        ):
            self.crs = layer.crs_wkt or None
            self.size = len(layer)
            names = list(layer.schema["properties"])
            yield names, None
            for item in layer:
                self.done += 1
                yield [item.properties[name] for name in names], _middle(item.geometry)


def _formulas_without_value(path: Path, sheet: Any) -> int:
    """Return how many cells of a sheet hold a formula that no program reckoned."""
    part = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
    count, held = 0, b""
    with zipfile.ZipFile(path) as book:
        if part not in book.namelist():
            return 0
        with book.open(part) as file:
            while piece := file.read(_PIECE):
                whole, end, held = (held + piece).rpartition(b"</c>")
                if b"<f" in whole:
                    count += len(_NOT_RECKONED.findall(whole + end))
    return count


@contextmanager
def _failures_told(path: Path) -> Iterator[None]:
    """Turn what reading can fail with into GT002."""
    try:
        yield
    except InputError:
        raise
    except _read_errors() as error:
        raise _unreadable(path, error) from None


def _read_errors() -> tuple[type[Exception], ...]:
    """Return what reading can fail with; looked up when it does, for few lists need fiona."""
    from fiona.errors import FionaError

    return (OSError, csv.Error, UnicodeError, zipfile.BadZipFile, KeyError, ValueError, FionaError)


def _unreadable(path: Path, error: BaseException) -> InputError:
    """Return the error of a file that cannot be read, with its first line as the reason."""
    reason = str(error).strip().splitlines() or [type(error).__name__]
    return InputError("GT002", path=path, reason=reason[0])


def _middle(geometry: Any) -> tuple[float, float] | None:
    """Return a point of a record's geometry: itself, else the middle of its bounds."""
    if geometry is None:
        return None
    place = geometry.coordinates
    if geometry.type == "Point":
        return float(place[0]), float(place[1])
    xs, ys = zip(*_vertices(place), strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _vertices(place: Any) -> Iterator[tuple[float, float]]:
    """Yield the vertices of nested coordinates."""
    if place and isinstance(place[0], (int, float)):
        yield float(place[0]), float(place[1])
        return
    for part in place:
        yield from _vertices(part)


def _chained(first: str, rest: Iterable[str]) -> Iterator[str]:
    """Yield a line, then the rest."""
    yield first
    yield from rest


def _filled(row: Row, width: int) -> Row:
    """Return a row with as many cells as there are columns."""
    return row[:width] if len(row) >= width else [*row, *[None] * (width - len(row))]


def _unique(header: Sequence[Any]) -> list[str]:
    """Return names of columns, each once, none empty."""
    names: list[str] = []
    taken = set()
    for at, cell in enumerate(header, start=1):
        name = str(cell).strip() if _told(cell) else f"column_{at}"
        while name in taken:
            name = f"{name}_{at}"
        taken.add(name)
        names.append(name)
    return names


def _told(cell: object) -> bool:
    """Return whether a cell holds something."""
    return cell is not None and str(cell).strip() != ""
