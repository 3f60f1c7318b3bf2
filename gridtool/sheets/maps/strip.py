"""The strip beside or below maps: the rows of its legend and table, and how they fill columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gridtool.sheets.maps.colours import Swatch


class Row(NamedTuple):
    """A row: a heading, a swatch of the legend, cells of the table, or nothing."""

    heading: str = ""
    swatch: Swatch | None = None
    cells: tuple[str, ...] = ()
    is_head: bool = False


def legend_rows(heading: str, legend: Sequence[Swatch]) -> list[Row]:
    """Return the rows of a legend, none for an empty one."""
    rows = [Row(swatch=swatch) for swatch in legend]
    return [Row(heading=heading), *rows] if rows else []


def table_rows(cells: Sequence[tuple[str, ...]]) -> list[Row]:
    """Return the rows of a table; the first is its head."""
    return [Row(cells=row, is_head=at == 0) for at, row in enumerate(cells)]


def flow(legend: Sequence[Row], table: Sequence[Row], most: int) -> list[list[Row]]:
    """Return columns of at most `most` rows; each column of the table has its head.

    Legend and table share a column where both fit into one.
    """
    if legend and table and len(legend) + 1 + len(table) <= most:
        return [[*legend, Row(), *table]]
    columns = [list(part) for part in _parts(legend, most)]
    head, body = table[:1], table[1:]
    return columns + [[*head, *part] for part in _parts(body, max(most - 1, 1))]


def flow_into(legend: Sequence[Row], table: Sequence[Row], count: int) -> list[list[Row]]:
    """Return the rows in at most `count` columns, as short as they can be."""
    rows = len(legend) + len(table)
    tries = (flow(legend, table, most) for most in range(2, rows + 2))
    return next((columns for columns in tries if len(columns) <= count), [])


def _parts(rows: Sequence[Row], most: int) -> list[Sequence[Row]]:
    """Return runs of at most `most` rows."""
    return [rows[start : start + most] for start in range(0, len(rows), most)]
