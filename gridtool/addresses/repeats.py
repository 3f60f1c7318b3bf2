"""Rows of a list that repeat an earlier one, found in constant memory however long it is.

The first million rows are remembered. Later ones that repeat none of these are put down in files
by their hash, and held against one another at the end, a file at a time.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Hashable
from pathlib import Path
from typing import Final

_REMEMBERED: Final = 1_000_000
_FILES: Final = 64
_BUFFER: Final = 4_096
_TOLD: Final = 10


class Repeats:
    """Counts rows that are the same as one before.

    Attributes
    ----------
    count : int
    first : list of int
        Numbers of the first of them, as they were given.
    """

    def __init__(self) -> None:
        self.count = 0
        self.first: list[int] = []
        self._seen: set[int] = set()
        self._later = [array("q") for _ in range(_FILES)]
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def take(self, number: int, row: Hashable) -> None:
        """Hold a row against those before it."""
        mark = hash(row)
        if mark in self._seen:
            self._add(number)
        elif len(self._seen) < _REMEMBERED:
            self._seen.add(mark)
        else:
            buffer = self._later[mark % _FILES]
            buffer.extend((mark, number))
            if len(buffer) >= _BUFFER:
                self._put_down(mark % _FILES)

    def conclude(self) -> None:
        """Hold the rows that were put down against one another."""
        self._seen.clear()
        for at, held in enumerate(self._later):
            seen: set[int] = set()
            marks = self._put_down_before(at) + held
            for mark, number in zip(marks[::2], marks[1::2], strict=True):
                if mark in seen:
                    self._add(number)
                seen.add(mark)
        if self._folder is not None:
            self._folder.cleanup()

    def _put_down(self, at: int) -> None:
        """Write what is held for one file."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="gridtool-")
        with Path(self._folder.name, str(at)).open("ab") as file:
            self._later[at].tofile(file)
        self._later[at] = array("q")

    def _put_down_before(self, at: int) -> array[int]:
        """Return what one file holds."""
        marks = array("q")
        path = None if self._folder is None else Path(self._folder.name, str(at))
        if path is not None and path.exists():
            marks.frombytes(path.read_bytes())
        return marks

    def _add(self, number: int) -> None:
        """Count a row."""
        self.count += 1
        self.first = sorted([*self.first, number])[:_TOLD]
