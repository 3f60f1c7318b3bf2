"""Numbered rows that hold the hash of the row before: how they are added and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gridtool.chain import digest
from gridtool.errors import DataError
from gridtool.register.layout import Table
from gridtool.register.store import Row, Store


def append_rows(store: Store, table: Table, seed: str, rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Add rows behind the last one.

    Parameters
    ----------
    store : Store
        In a transaction that writes.
    table : Table
        One of `gridtool.register.layout.CHAINS`.
    seed : str
        What stands for the hash before the first row.
    rows : iterable of sequences
        Values without the number in front and the hash behind.

    Returns
    -------
    list of tuple
        The whole rows.
    """
    number, last = last_row(store, table, seed)
    made: list[Row] = []
    for values in rows:
        number += 1
        last = digest([last, number, *values])
        made.append((number, *values, last))
    store.insert(table, made)
    return made


def last_row(store: Store, table: Table, seed: str) -> tuple[int, str]:
    """Return number and hash of the last row; 0 and the seed where there is none."""
    key = table.names[0]
    found = store.rows(f"SELECT {key}, hash FROM {table.name} ORDER BY {key} DESC LIMIT 1")
    return (int(found[0][0]), str(found[0][1])) if found else (0, seed)


def read_rows(store: Store, table: Table, seed: str) -> Iterator[Row]:
    """Return all rows in order, each verified.

    Raises
    ------
    DataError
        GT506 at the first row that is not what was written, or not behind the one before.
    """
    last = seed
    for wanted, row in enumerate(store.select(table, f"ORDER BY {table.names[0]}"), 1):
        if row[0] != wanted or row[-1] != digest([last, *row[:-1]]):
            raise DataError(
                "GT506", layer=table.name, rows=[row[0]], path=store.place, reason=table.zh
            )
        last = row[-1]
        yield row
