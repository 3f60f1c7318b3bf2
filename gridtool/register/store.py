"""The small interface that a register needs of a database."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from gridtool.register.layout import Table

Row = tuple[Any, ...]


class Store(ABC):
    """A database that holds the tables of a register.

    Statements are written with ``?`` for values. What a database fails with comes out as an
    `InputError`, an `OutputError` or a `DataError`, never as its own exception.

    Attributes
    ----------
    place : str
        What the user calls it: a path, or an address without its password.
    srid : int
        EPSG code of the geometries.
    """

    geometry_in: ClassVar[str]
    """What stands for a geometry among the values of an INSERT."""
    geometry_out: ClassVar[str]
    """What stands for the column ``geom`` in a SELECT."""

    place: str
    srid: int

    @abstractmethod
    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run a statement."""

    @abstractmethod
    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement for each of several rows of values."""

    @abstractmethod
    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a query."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[None]:
        """Hold the only right to write; what is done inside is kept wholly, or not at all."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[None]:
        """See all of the register as it is at one moment."""

    @abstractmethod
    def encode(self, wkb: bytes) -> bytes:
        """Return a geometry as the column ``geom`` takes it; ``wkb`` is of a MultiPolygon."""

    @abstractmethod
    def decode(self, value: bytes) -> bytes:
        """Return the WKB of what ``geometry_out`` gave."""

    @abstractmethod
    def faults(self) -> list[str]:
        """Return what is wrong with the tables and their guards, and with the file itself."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the database."""

    def insert(self, table: Table, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows, values in the order of the table's columns."""
        slots = [self.geometry_in if one.type == "geometry" else "?" for one in table.fields]
        names = ", ".join(table.names)
        self.run_many(f"INSERT INTO {table.name} ({names}) VALUES ({', '.join(slots)})", rows)

    def select(self, table: Table, where: str = "", values: Sequence[Any] = ()) -> list[Row]:
        """Return whole rows of a table.

        Parameters
        ----------
        table : Table
        where : str
            What follows the name of the table.
        values : sequence
        """
        names = [
            self.geometry_out if one.type == "geometry" else f"{table.name}.{one.name}"
            for one in table.fields
        ]
        return self.rows(f"SELECT {', '.join(names)} FROM {table.name} {where}", values)
