"""GridtoolError and its few children, one for each class of failure.

Exit codes: 0 done, 1 done with findings that need a person, 2 usage, 10 and up by class.

GridtoolError 10
├── InputError 11      a file or layer that cannot be found or read
├── ColumnError 12     a column or mapping that is missing or wrong
├── CrsError 13        a coordinate reference system that is missing or of no use
├── DataError 14       contents that cannot be used
├── OutputError 15     an output that exists or cannot be written
├── SettingsError 16   options, configuration or code schemes that cannot be used
└── PackageError 17    a filing package that cannot be trusted, made or applied
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from gridtool.messages import CATALOGUE, Lang

DONE, FINDINGS, USAGE = 0, 1, 2


class GridtoolError(Exception):
    """Says what is wrong, where, and how to mend it.

    Parameters
    ----------
    code : str
        Id in `gridtool.messages.CATALOGUE`.
    layer : str, optional
        Layer or file it was found in.
    rows : iterable, optional
        Row numbers or ids; the first five are shown.
    others : int, optional
        How many more errors were found; how to list them is then told with how to mend.
    **values
        Values for the placeholders of the message.
    """

    exit_code: ClassVar[int] = 10

    def __init__(
        self,
        code: str,
        *,
        layer: str = "",
        rows: Iterable[object] = (),
        others: int = 0,
        **values: object,
    ) -> None:
        self.code = code
        self.layer = layer
        self.rows = tuple(rows)
        self.others = others
        self.values = {"layer": layer, **values}
        super().__init__(self.text("en"))

    @property
    def where(self) -> str:
        """Return the place as ``layer[row, row, … n rows]``."""
        return f"{self.layer}[{self.shown_rows}]" if self.rows else self.layer

    @property
    def shown_rows(self) -> str:
        """Return the first rows and how many there are, empty without rows."""
        shown = ", ".join(str(row) for row in self.rows[:5])
        more = f", … {len(self.rows)} rows" if len(self.rows) > 5 else ""
        return f"{shown}{more}"

    def what(self, lang: Lang) -> str:
        """Return what is wrong in one language."""
        return CATALOGUE[self.code].what(lang, **self.values)

    def mend(self, lang: Lang) -> str:
        """Return how to mend it in one language."""
        mend = CATALOGUE[self.code].mend(lang, **self.values)
        if not self.others:
            return mend
        return f"{mend} · {CATALOGUE['GT070'].mend(lang, count=self.others)}"

    def text(self, lang: Lang) -> str:
        """Return *what · where · how to mend* in one line."""
        parts = [self.what(lang), self.where, self.mend(lang)]
        return f"{self.code} " + " · ".join(part for part in parts if part)


class InputError(GridtoolError):
    """A file or layer cannot be found or read."""

    exit_code = 11


class ColumnError(GridtoolError):
    """A column or a mapping is missing or wrong."""

    exit_code = 12


class CrsError(GridtoolError):
    """A coordinate reference system is missing or of no use."""

    exit_code = 13


class DataError(GridtoolError):
    """The contents of a layer cannot be used."""

    exit_code = 14


class OutputError(GridtoolError):
    """An output exists or cannot be written."""

    exit_code = 15


class SettingsError(GridtoolError):
    """Options, configuration or a code scheme cannot be used."""

    exit_code = 16


class PackageError(GridtoolError):
    """A filing package cannot be trusted, made or applied."""

    exit_code = 17
