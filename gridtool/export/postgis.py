"""A table of PostGIS: grids put in or brought up to date in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from gridtool.errors import OutputError, SettingsError
from gridtool.export.making import Making
from gridtool.findings import Finding

if TYPE_CHECKING:
    from psycopg import Cursor

SCHEMES: Final = ("postgresql://", "postgres://")
GEOM: Final = "geom"

_TYPES: Final = {
    "text": "text",
    "integer": "integer",
    "number": "double precision",
    "boolean": "boolean",
}
_WAIT_S: Final = 10


@dataclass(frozen=True)
class Table:
    """Where the grids go: a database, a schema and a table in it."""

    url: str
    schema: str
    name: str

    @property
    def shown(self) -> str:
        """Return the place as it may be told and kept: without the password."""
        head, at, rest = self.url.rpartition("@")
        scheme, _, user = head.partition("://")
        place = f"{scheme}://{user.partition(':')[0]}@{rest}" if at else self.url
        return f"{place.partition('?')[0]} {self.schema}.{self.name}"


def is_database(out: str) -> bool:
    """Return whether an output is a database."""
    return out.startswith(SCHEMES)


def chosen_table(url: str, name: str) -> Table:
    """Return the table ``NAME`` or ``SCHEMA.NAME``; without a schema that is ``public``."""
    schema, dot, table = name.rpartition(".")
    if not table or (dot and not schema):
        raise SettingsError("GT046", reason=f"--table {name}")
    return Table(url, schema or "public", table)


def write_table(
    table: Table,
    grids: gpd.GeoDataFrame,
    making: Making,
    *,
    crs: CRS,
    about: str,
    counties: tuple[str, ...] = (),
    prune: bool = False,
) -> list[Finding]:
    """Put grids into a table, and bring those up to date that it has.

    Parameters
    ----------
    table : Table
        Made when it does not exist, with the extension PostGIS.
    grids : GeoDataFrame
        Named as `making` says; the grid code is the primary key.
    making : Making
    crs : CRS
        Of the table; it must have an EPSG code.
    about : str
        Metadata, kept as the comment on the table.
    counties : tuple of str
        Whose grids the table should then hold, and no others of these counties.
    prune : bool
        Delete the others; else they are told.

    Returns
    -------
    list of Finding
        GT721 when there are others.

    Raises
    ------
    SettingsError
        GT048 without psycopg, GT702 when the CRS has no EPSG code.
    OutputError
        GT705 when the database cannot be reached or breaks off, GT706 when the table there is
        of another form. Then nothing is changed.
    """
    srid = crs.to_epsg()
    if srid is None:
        raise SettingsError(
            "GT702",
            format="postgis",
            option="--crs",
            reason_zh="坐标系没有 EPSG 编号",
            reason="the CRS has no EPSG code",
        )
    with _transaction(table) as cursor:
        _prepare(cursor, table, making, srid)
        _upsert(cursor, table, grids, making, srid)
        others = _others(cursor, table, making, counties, prune=prune)
        _comment(cursor, table, about)
    if not others:
        return []
    values = {"table": f"{table.schema}.{table.name}", "count": others}
    return [Finding("GT721", making.layer, values=values)]


@contextmanager
def _transaction(table: Table) -> Iterator[Cursor[Any]]:
    """Give a cursor inside one transaction; what breaks it becomes GT705."""
    try:
        import psycopg
    except ImportError:
        raise SettingsError("GT048", job="PostGIS", package="psycopg", extra="postgis") from None
    try:
        with (
            psycopg.connect(table.url, connect_timeout=_WAIT_S) as connection,
            connection.cursor() as cursor,
        ):
            yield cursor
    except psycopg.Error as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise OutputError("GT705", place=table.shown, reason=lines[0]) from None


def _prepare(cursor: Cursor[Any], table: Table, making: Making, srid: int) -> None:
    """Make the table where there is none; refuse one that is of another form."""
    # who may only write rows may not ask for what is there already to be made
    cursor.execute(
        "SELECT to_regclass(format('%%I.%%I', %s::text, %s::text)) IS NOT NULL",
        (table.schema, table.name),
    )
    if cursor.fetchone() == (True,):
        _refuse_other_form(cursor, table, making, srid)
    else:
        _make(cursor, table, making, srid)


def _make(cursor: Cursor[Any], table: Table, making: Making, srid: int) -> None:
    """Make the table, its spatial index, and what it stands on."""
    from psycopg import sql

    cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    cursor.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(table.schema)))
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(item.name), sql.SQL(_TYPES[item.column.kind]))
        for item in making.fields
    ]
    place, geom = sql.Identifier(table.schema, table.name), sql.Identifier(GEOM)
    cursor.execute(
        sql.SQL("CREATE TABLE {} ({}, {} geometry(MultiPolygon, {}), PRIMARY KEY ({}))").format(
            place,
            sql.SQL(", ").join(columns),
            geom,
            sql.Literal(srid),
            sql.Identifier(making.id_name),
        )
    )
    cursor.execute(sql.SQL("CREATE INDEX ON {} USING gist ({})").format(place, geom))


def _refuse_other_form(cursor: Cursor[Any], table: Table, making: Making, srid: int) -> None:
    """Refuse a table that was there and is of another form."""
    # the catalogue itself: views show only what one has rights to
    cursor.execute(
        "SELECT attname, format_type(atttypid, NULL),"
        " CASE WHEN attname = %s THEN postgis_typmod_srid(atttypmod) END"
        " FROM pg_attribute WHERE attrelid = format('%%I.%%I', %s::text, %s::text)::regclass"
        " AND attnum > 0 AND NOT attisdropped",
        (GEOM, table.schema, table.name),
    )
    rows = cursor.fetchall()
    there = {str(name): str(kind) for name, kind, _ in rows}
    found = next((held for name, _, held in rows if name == GEOM), None)
    wanted = {item.name: _TYPES[item.column.kind] for item in making.fields}
    wrong = [
        f"{name} {there.get(name, '-')} ≠ {kind}"
        for name, kind in wanted.items()
        if there.get(name) != kind and not (kind == "integer" and there.get(name) == "bigint")
    ]
    if found != srid:
        wrong.append(f"{GEOM} SRID {'-' if found is None else found} ≠ {srid}")
    if wrong:
        name = f"{table.schema}.{table.name}"
        raise OutputError("GT706", table=name, found="; ".join(wrong))


def _upsert(
    cursor: Cursor[Any], table: Table, grids: gpd.GeoDataFrame, making: Making, srid: int
) -> None:
    """Copy the grids into a temporary table, and from there into the table."""
    from psycopg import sql

    place = sql.Identifier(table.schema, table.name)
    names = [*(item.name for item in making.fields), GEOM]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    cursor.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0"
        ).format(columns, place)
    )
    with cursor.copy(sql.SQL("COPY incoming ({}) FROM STDIN").format(columns)) as copy:
        for row in _rows(grids, making, srid):
            copy.write_row(row)
    others = [name for name in names if name != making.id_name]
    pairs = [sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in others]
    cursor.execute(
        sql.SQL(
            "INSERT INTO {0} ({1}) SELECT {1} FROM incoming ON CONFLICT ({2}) DO UPDATE SET {3}"
        ).format(place, columns, sql.Identifier(making.id_name), sql.SQL(", ").join(pairs))
    )


def _rows(grids: gpd.GeoDataFrame, making: Making, srid: int) -> Iterator[tuple[object, ...]]:
    """Return the rows to copy, shapes as EWKB in hexadecimal."""
    shapes = np.asarray(grids.geometry.array, dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    multi = shapely.set_srid(shapely.multipolygons(parts, indices=owner), srid)
    texts = shapely.to_wkb(multi, hex=True, include_srid=True)
    columns = [grids[item.name].astype(object) for item in making.fields]
    plain = [column.where(column.notna(), None).tolist() for column in columns]
    yield from zip(*plain, texts, strict=True)


def _others(
    cursor: Cursor[Any], table: Table, making: Making, counties: tuple[str, ...], *, prune: bool
) -> int:
    """Count, or delete, the grids of the counties that were not among those copied."""
    from psycopg import sql

    names = {item.column.key: item.name for item in making.fields}
    key = names.get("county_code", making.id_name)
    where = sql.SQL(
        "FROM {} AS held WHERE left(held.{}, 6) = ANY(%s)"
        " AND NOT EXISTS (SELECT FROM incoming WHERE incoming.{} = held.{})"
    ).format(
        sql.Identifier(table.schema, table.name),
        sql.Identifier(key),
        sql.Identifier(making.id_name),
        sql.Identifier(making.id_name),
    )
    if prune:
        cursor.execute(sql.SQL("DELETE ") + where, (list(counties),))
        return 0
    cursor.execute(sql.SQL("SELECT count(*) ") + where, (list(counties),))
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _comment(cursor: Cursor[Any], table: Table, about: str) -> None:
    """Keep the metadata with the table."""
    from psycopg import sql

    cursor.execute(
        sql.SQL("COMMENT ON TABLE {} IS {}").format(
            sql.Identifier(table.schema, table.name), sql.Literal(about)
        )
    )
