"""Rows of the register as frames, and frames as rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.canonical import hash_grids, wkb_of
from gridtool.chain import digest
from gridtool.geom import Geometries
from gridtool.register.layout import (
    GRID_FIELDS,
    GRID_VERSIONS,
    GROUP_ROWS,
    RELATION_ROWS,
    Field,
    Table,
)
from gridtool.register.store import Row, Store

GRID_KEYS: Final = [field.name for field in GRID_FIELDS]
_CODE: Final = GRID_VERSIONS.names.index("grid_code")
_GEOM: Final = GRID_VERSIONS.names.index("geom")


def plain(value: Any, field: Field) -> Any:
    """Return a value as every database holds it: None, str, int, float, bool or bytes."""
    if value is None or (not isinstance(value, bytes | str) and pd.isna(value)):
        return None
    kinds = {"integer": int, "number": float, "boolean": bool, "bytes": bytes, "geometry": bytes}
    return kinds.get(field.type, str)(value)


def frame_values(frame: pd.DataFrame, fields: Sequence[Field]) -> list[list[Any]]:
    """Return the rows of a frame as plain values, None where it has no such column."""
    columns = [
        [plain(value, field) for value in frame[field.name].array]
        if field.name in frame
        else [None] * len(frame)
        for field in fields
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def rows_frame(rows: Iterable[Row], fields: Sequence[Field]) -> pd.DataFrame:
    """Return rows as a frame of plain values, types by column."""
    listed = list(rows)
    data = {}
    for at, field in enumerate(fields):
        values = [plain(row[at], field) for row in listed]
        whole = field.type == "integer" and None not in values
        data[field.name] = pd.array(values, dtype="int64") if whole else _array(values, field)
    return pd.DataFrame(data)


def grids_frame(store: Store, rows: Sequence[Row]) -> gpd.GeoDataFrame:
    """Return rows of ``grid_versions`` as a layer.

    Returns
    -------
    GeoDataFrame
        Every column of the table but ``geom`` and ``fid``, ordered by code, then by day; a grid
        of one part is a Polygon again.
    """
    ordered = sorted(rows, key=lambda row: (row[_CODE], row[3], row[5]))
    frame = rows_frame(ordered, GRID_VERSIONS.fields[:_GEOM]).drop(columns="fid")
    wkb = np.array([store.decode(row[_GEOM]) for row in ordered], dtype=object)
    shapes = np.asarray(shapely.from_wkb(wkb), dtype=object)
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=f"EPSG:{store.srid}")


def stored_wkb(shapes: Geometries) -> list[bytes]:
    """Return polygons as the register holds them: WKB of MultiPolygons, vertices as they are."""
    single = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    held = np.array(shapes, dtype=object)
    held[single] = shapely.multipolygons(held[single], indices=np.arange(int(single.sum())))
    return [bytes(one) for one in wkb_of(held)]


def content_hash(store: Store, rev: int) -> str:
    """Return the hash of all that a revision wrote: rows that came, rows it closed, its tables."""
    closed = GRID_VERSIONS.names.index("rev_out")
    came = []
    for row in store.select(GRID_VERSIONS, "WHERE rev_in = ? ORDER BY fid", [rev]):
        values = _plain_row(row, GRID_VERSIONS)
        # a later revision may have closed it since
        values[closed] = None
        values[_GEOM] = hashlib.sha256(store.decode(row[_GEOM])).hexdigest()
        came.append(values)
    went = store.rows("SELECT fid FROM grid_versions WHERE rev_out = ? ORDER BY fid", [rev])
    tables = [
        sorted(
            map(repr, (_plain_row(row, one) for row in store.select(one, "WHERE rev = ?", [rev])))
        )
        for one in (GROUP_ROWS, RELATION_ROWS)
    ]
    return digest([came, [fid for (fid,) in went], tables])


def row_hashes(grids: gpd.GeoDataFrame) -> dict[str, str]:
    """Return the hash of each grid by its code."""
    return dict(zip(grids["grid_code"], map(str, hash_grids(grids)), strict=True))


def _plain_row(row: Row, table: Table) -> list[Any]:
    """Return a row as plain values."""
    return [plain(value, field) for value, field in zip(row, table.fields, strict=True)]


def _array(values: list[Any], field: Field) -> Any:
    """Return values as an array of the column's type; what is missing stays missing."""
    if field.type == "number":
        return pd.array(values, dtype="float64")
    if field.type == "boolean" and None not in values:
        return np.array(values, dtype=bool)
    # a plain array of text would become text with NaN for what is missing
    return pd.Series(values, dtype=object)
