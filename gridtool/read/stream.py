"""Rows in batches, in constant memory: for a look inside, and for lists too long to hold."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

import fiona
import numpy as np
import pandas as pd
from fiona.errors import FionaError
from fiona.model import Geometry

from gridtool.errors import InputError
from gridtool.geom import Floats
from gridtool.read.encodings import shapefile_encoding
from gridtool.read.sources import PARQUET, Source, failures_told, unreadable
from gridtool.read.tables import SHEETS, TABLES, read_batches, read_table, table_points

BATCH: Final = 50_000


class Batch(NamedTuple):
    """Some rows of a source.

    Attributes
    ----------
    table : DataFrame, n
        Columns as they stand; index ``row``.
    kinds : list of str or None, n
        Type of each geometry; None where there is none.
    xy : float array, n × 2
        First vertex; NaN where there is none.
    """

    table: pd.DataFrame
    kinds: list[str | None]
    xy: Floats


class Head(NamedTuple):
    """What a vector source says of itself: driver, CRS, columns and rows."""

    driver: str
    crs_wkt: str
    fields: dict[str, str]
    rows: int
    bounds: tuple[float, float, float, float] | None


def stream_rows(source: Source, rows: int = BATCH) -> Iterator[Batch]:
    """Yield the rows of a source in order, so many at a time.

    Parameters
    ----------
    source : Source
        CSV and what fiona opens stay in constant memory; XLSX and Parquet are read whole.
    rows : int

    Yields
    ------
    Batch

    Raises
    ------
    InputError
        When the source cannot be read to its end.
    """
    suffix = source.path.suffix.lower()
    if suffix in TABLES and suffix != ".dbf":
        with failures_told(source.shown):
            for table in read_batches(source.path, rows):
                yield _of_table(table)
        return
    if suffix in SHEETS or suffix in PARQUET:
        with failures_told(source.shown):
            whole = read_table(source.path, source.layer) if suffix in SHEETS else _parquet(source)
        for start in range(0, len(whole), rows):
            yield _of_table(whole.iloc[start : start + rows])
        return
    yield from _of_vector(source, rows)


def read_head(source: Source) -> Head:
    """Return what a vector source says of itself.

    Raises
    ------
    InputError
        When it cannot be opened.
    """
    with _opened(source) as collection:
        fields = {str(name): str(kind) for name, kind in collection.schema["properties"].items()}
        wkt = collection.crs_wkt or ""
        try:
            rows, bounds = len(collection), tuple(map(float, collection.bounds))
        except (FionaError, TypeError):
            rows, bounds = sum(1 for _ in collection), ()
        place = bounds if len(bounds) == 4 and np.isfinite(bounds).all() and rows else None
        return Head(str(collection.driver), wkt, fields, rows, place)


@contextlib.contextmanager
def _opened(source: Source) -> Iterator[fiona.Collection]:
    """Open a source with fiona; its failures are `InputError`."""
    options: dict[str, Any] = {"layer": source.layer}
    # GDAL would print its complaints past us
    with failures_told(source.shown), fiona.Env(CPL_LOG=os.devnull):
        if source.path.suffix.lower() in (".shp", ".dbf"):
            encoding = shapefile_encoding(source.path)
            options["encoding"] = None if encoding is None else encoding.name
        try:
            collection = fiona.open(source.path, allow_unsupported_drivers=True, **options)
        except FionaError as error:
            raise unreadable(source.shown, error) from None
        with collection:
            yield collection


def _of_vector(source: Source, rows: int) -> Iterator[Batch]:
    """Yield what fiona reads."""
    with _opened(source) as collection:
        records = iter(collection)
        start = 0
        while True:
            try:
                some = list(islice(records, rows))
            except (FionaError, UnicodeDecodeError) as error:
                raise InputError("GT050", path=source.shown, reason=error) from None
            if not some:
                return
            table = pd.DataFrame.from_records([dict(item.properties) for item in some])
            table.index = pd.RangeIndex(start, start + len(some), name="row")
            start += len(some)
            kinds = [None if item.geometry is None else item.geometry.type for item in some]
            yield Batch(table, kinds, np.array([_first_vertex(item.geometry) for item in some]))


def _first_vertex(geometry: Geometry | None) -> tuple[float, float]:
    """Return the first vertex of a record's geometry."""
    place: Any = None if geometry is None else geometry.coordinates
    while isinstance(place, (list, tuple)) and place and isinstance(place[0], (list, tuple)):
        place = place[0]
    return (float(place[0]), float(place[1])) if place else (np.nan, np.nan)


def _of_table(table: pd.DataFrame) -> Batch:
    """Return rows of a table, placed where they have coordinates."""
    xy = table_points(table)
    there: list[bool] = np.asarray(np.isfinite(xy).all(axis=1)).tolist()
    kinds: list[str | None] = ["Point" if placed else None for placed in there]
    return Batch(table, kinds, xy)


def _parquet(source: Source) -> pd.DataFrame:
    """Read Parquet without its geometry."""
    try:
        table = pd.read_parquet(source.path)
    except ImportError:
        raise InputError("GT056", path=source.shown) from None
    return table[[name for name in table if name != "geometry"]].rename_axis("row")
