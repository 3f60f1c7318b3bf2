"""How findings name rows: each by itself, several together, the rest of very many as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridtool.findings import Finding, row_order
from gridtool.geom import Geometries, mark_points

MOST_ROWS: Final = 200
"""A fault is told row by row up to this many rows."""

_MOST_VALUES: Final = 5


def listed(values: Iterable[Any], most: int = _MOST_VALUES) -> str:
    """Return the distinct values as text, the first few of them."""
    distinct = list(dict.fromkeys(str(value) for value in values))
    return ", ".join(distinct[:most]) + (", …" if len(distinct) > most else "")


def together(
    code: str,
    layer: str,
    rows: Iterable[object],
    shapes: Geometries | BaseGeometry | None = None,
    **values: object,
) -> Finding:
    """Return one finding about several rows.

    Parameters
    ----------
    code, layer : str
    rows : iterable
        The rows, in any order.
    shapes : array or geometry, optional
        Their geometries, the finding is then marked by a point on each; or its own geometry.
    **values
        For the placeholders of the message.
    """
    where = tuple(sorted(rows, key=row_order))
    marks = spots(shapes) if isinstance(shapes, np.ndarray) else shapes
    if len(where) == 1:
        return Finding(code, layer, where[0], marks, values)
    return Finding(code, layer, None, marks, values, where)


def add_each(findings: list[Finding], found: Sequence[Finding]) -> None:
    """Append findings of one kind: one by one, of very many the rest as one."""
    if len(found) <= MOST_ROWS:
        findings += found
        return
    ordered = sorted(found, key=lambda item: [row_order(row) for row in item.where])
    findings += ordered[:MOST_ROWS]
    rest = ordered[MOST_ROWS:]
    shapes = np.array([item.geometry for item in rest] + [None], dtype=object)[:-1]
    rows = [row for item in rest for row in item.where]
    same, count = rest[0].code, len(rest)
    findings.append(together("GT180", rest[0].layer, rows, shapes, count=count, same=same))


def spots(shapes: Geometries) -> BaseGeometry | None:
    """Return a point on each geometry, None where there is none at all."""
    points = mark_points(shapes)
    points = points[~shapely.is_missing(points)]
    if len(points) == 0:
        return None
    first: BaseGeometry = points[0]
    # the order of rows must not show in the finding
    ordered = points[np.argsort(shapely.to_wkb(points), kind="stable")]
    return first if len(points) == 1 else shapely.multipoints(ordered)
