"""The .dbf of a shapefile, looked at byte by byte: what GDAL does not tell.

Source: dBASE III table file format: a header of 32 bytes, 32 for each field, a mark 0x0D, then
records of fixed width.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_HEADER: Final = 32
_END_OF_FIELDS: Final = 0x0D


@dataclass(frozen=True)
class Dbf:
    """The head of a table and the first of its records.

    Attributes
    ----------
    rows : int
        As the header says.
    whole_rows : int
        As the size of the file has room for.
    language : int
        Byte 29, the language driver; 0 says nothing.
    fields : tuple of (name, type, width)
        Names as bytes.
    records : bytes
        From the first record on, as far as was read.
    """

    rows: int
    whole_rows: int
    language: int
    fields: tuple[tuple[bytes, str, int], ...]
    record_width: int
    records: bytes

    def texts(self, most: int) -> Iterator[tuple[bytes, bool]]:
        """Yield names and distinct values beyond ASCII, and whether they may be cut."""
        for name, _, _ in self.fields:
            if not name.isascii():
                yield name, len(name) >= 10
        seen: set[bytes] = set()
        for start in range(0, len(self.records) - self.record_width + 1, self.record_width):
            at = start + 1
            for _, kind, width in self.fields:
                value = self.records[at : at + width].rstrip(b" \0")
                at += width
                if kind == "C" and not value.isascii() and value not in seen:
                    seen.add(value)
                    # a last character cut in two may have lost its trailing byte to the blanks
                    yield value, len(value) >= width - 1
            if len(seen) >= most:
                return


def read_dbf(path: Path, *, most: int) -> Dbf | None:
    """Read the head of a .dbf and at most `most` bytes of its records.

    Returns
    -------
    Dbf or None
        None when the file is no table.
    """
    with path.open("rb") as file:
        head = file.read(_HEADER)
        if len(head) < _HEADER:
            return None
        start, width = (int.from_bytes(head[at : at + 2], "little") for at in (8, 10))
        if start <= _HEADER or width == 0:
            return None
        listed = file.read(start - _HEADER)
        records = file.read(most)
    fields = []
    for at in range(0, len(listed) - 31, 32):
        if listed[at] == _END_OF_FIELDS:
            break
        name, kind = listed[at : at + 11].split(b"\0")[0], chr(listed[at + 11])
        # text wider than 255 bytes has the high byte where numbers have their decimals
        breadth = listed[at + 16] + (listed[at + 17] << 8 if kind == "C" else 0)
        fields.append((name, kind, breadth))
    rows = int.from_bytes(head[4:8], "little")
    room = (path.stat().st_size - start) // width
    return Dbf(rows, max(0, room), head[29], tuple(fields), width, records)
