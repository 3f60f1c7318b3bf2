"""A register in one SQLite file that opens in QGIS as a GeoPackage.

Write-ahead log and ``synchronous = FULL``: a commit is on the disk when it returns, and those who
read are not kept waiting by the one who writes.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final

from gridtool.errors import DataError, InputError, OutputError
from gridtool.place import replacing
from gridtool.register.guards import sqlite_guards
from gridtool.register.layout import ABOUT, GRID_FIELDS, INDEXES, TABLES, VIEW, Table, Type
from gridtool.register.store import Row, Store

_WAIT_S: Final = 60.0
_GEOPACKAGE: Final = 0x47504B47
_VERSION: Final = 10300
_ENVELOPE_XY: Final = 0x02
_LITTLE_ENDIAN: Final = 0x01
_ENVELOPE_BYTES: Final = (0, 32, 48, 48, 64)
_TYPES: Final[dict[Type, str]] = {
    "text": "TEXT",
    "integer": "INTEGER",
    "number": "REAL",
    "boolean": "BOOLEAN",
    "bytes": "BLOB",
    "date": "DATE",
    "time": "DATETIME",
    "geometry": "MULTIPOLYGON",
}
_SYSTEM: Final = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
    organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
    definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
    identifier TEXT UNIQUE, description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,
    m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))
"""
_UNDEFINED: Final = (
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", None),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
)


class SqliteStore(Store):
    """One file. Made with `create`, opened with `open`."""

    geometry_in: ClassVar[str] = "?"
    geometry_out: ClassVar[str] = "geom"

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self.place = str(path)
        found = self.rows("SELECT value FROM about WHERE key = 'srid'")
        self.srid = int(found[0][0])

    @classmethod
    def create(cls, path: Path, about: Mapping[str, str], systems: Mapping[int, str]) -> None:
        """Make the file, whole or not at all.

        Parameters
        ----------
        path : Path
        about : mapping of str
            Rows of the table ``about``; ``srid`` is one of them.
        systems : mapping of int to str
            EPSG code to WKT: WGS 84, which every GeoPackage has, and that of the geometries.

        Raises
        ------
        OutputError
            GT042 when there is such a file, GT043 when it cannot be written.
        """
        with (
            replacing(path, overwrite=False) as temporary,
            closing(sqlite3.connect(temporary, isolation_level=None)) as made,
        ):
            made.execute(f"PRAGMA application_id = {_GEOPACKAGE}")
            made.execute(f"PRAGMA user_version = {_VERSION}")
            made.execute("PRAGMA journal_mode = WAL")
            made.execute("BEGIN")
            for statement in _SYSTEM.split(";\n"):
                made.execute(statement)
            _describe(made, int(about["srid"]), systems)
            objects = _objects()
            made.execute(objects[ABOUT.name])
            made.executemany("INSERT INTO about VALUES (?, ?)", about.items())
            for name, statement in objects.items():
                if name != ABOUT.name:
                    made.execute(statement)
            made.execute("COMMIT")

    @classmethod
    def open(cls, path: Path) -> SqliteStore:
        """Open a register.

        Raises
        ------
        InputError
            GT505 when it is not there or no register.
        DataError
            GT506 when its tables or guards were changed.
        """
        if not path.is_file():
            raise InputError("GT505", path=path, reason="no such file")
        connection = None
        try:
            connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
            connection.execute("PRAGMA synchronous = FULL")
            found = {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if not {table.name for table in TABLES} <= found:
                raise InputError("GT505", path=path, reason="not a register")
            store = cls(connection, path)
            if changed := store._changed():
                raise DataError("GT506", path=path, reason=", ".join(changed))
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            raise InputError("GT505", path=path, reason=error) from None
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        return store

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run a statement."""
        with self._errors():
            self._db.execute(sql, values)

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement for each of several rows of values."""
        with self._errors():
            self._db.executemany(sql, rows)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a query."""
        with self._errors():
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the only right to write; inside another one it is part of it."""
        if self._db.in_transaction:
            yield
            return
        with self._within("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See all of the register as it is at one moment."""
        if self._db.in_transaction:
            yield
            return
        with self._within("BEGIN"):
            yield

    @contextmanager
    def _within(self, begin: str) -> Iterator[None]:
        """Keep all of what is done inside, or nothing."""
        self.run(begin)
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            self._db.rollback()
            raise

    def encode(self, wkb: bytes) -> bytes:
        """Return a GeoPackage geometry: its head with the bounds, then the WKB."""
        head = struct.pack("<2sBBi", b"GP", 0, _ENVELOPE_XY | _LITTLE_ENDIAN, self.srid)
        return head + _bounds(wkb) + wkb

    def decode(self, value: bytes) -> bytes:
        """Return the WKB of a GeoPackage geometry."""
        if value[:2] != b"GP":
            raise DataError("GT506", path=self.place, reason="geom")
        return value[8 + _ENVELOPE_BYTES[min(value[3] >> 1 & 7, 4)] :]

    def faults(self) -> list[str]:
        """Return what is wrong with tables, guards and the file."""
        found = self._changed()
        found += [f"{row[0]}" for row in self.rows("PRAGMA integrity_check") if row[0] != "ok"]
        ours = {table.name for table in TABLES}
        guards = sqlite_guards()
        triggers = self.rows("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        found += [f"{name}" for name, table in triggers if table in ours and name not in guards]
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _changed(self) -> list[str]:
        """Return the tables, indexes and guards that are not as they were made."""
        held: dict[str, str] = dict(
            self.rows("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        )
        return [name for name, statement in _objects().items() if held.get(name) != statement]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what SQLite fails with into errors of ours."""
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise DataError("GT506", path=self.place, reason=error) from None
        except sqlite3.OperationalError as error:
            # disk full, read-only, locked for too long
            raise OutputError("GT043", path=self.place, reason=error) from None
        except sqlite3.Error as error:
            raise DataError("GT506", path=self.place, reason=error) from None


def _objects() -> dict[str, str]:
    """Return the statements that make everything of ours, by name."""
    made = {table.name: _table(table) for table in TABLES}
    made |= {
        name: f"CREATE INDEX {name} ON {table} ({columns})"
        for name, (table, columns) in INDEXES.items()
    }
    columns = ", ".join(field.name for field in GRID_FIELDS)
    made[VIEW] = (
        f"CREATE VIEW {VIEW} AS SELECT fid AS OGC_FID, {columns}, version_id, valid_from, geom "
        "FROM grid_versions WHERE rev_out IS NULL AND valid_to IS NULL"
    )
    return made | sqlite_guards()


def _table(table: Table) -> str:
    """Return the statement that makes a table."""
    columns = [f"{one.name} {_TYPES[one.type]} {one.rule}".strip() for one in table.fields]
    return f"CREATE TABLE {table.name} ({', '.join(columns)})"


def _describe(made: sqlite3.Connection, srid: int, systems: Mapping[int, str]) -> None:
    """Fill the tables that tell a GeoPackage's reader what is in it."""
    known = [(f"EPSG:{code}", code, "EPSG", code, text, None) for code, text in systems.items()]
    made.executemany(
        "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", [*_UNDEFINED, *known]
    )
    contents: list[tuple[str, str, str, int | None]] = [(VIEW, "features", "现行网格", srid)]
    contents += [
        (table.name, "features", table.zh, srid)
        if table.name == "grid_versions"
        else (table.name, "attributes", table.zh, None)
        for table in TABLES
    ]
    made.executemany(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, ?, ?, ?)",
        contents,
    )
    made.executemany(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'MULTIPOLYGON', ?, 0, 0)",
        [(name, srid) for name, kind, _, _ in contents if kind == "features"],
    )


def _bounds(wkb: bytes) -> bytes:
    """Return the bounds of a geometry: least and greatest x, then y."""
    import shapely

    west, south, east, north = shapely.bounds(shapely.from_wkb(wkb))
    return struct.pack("<4d", west, east, south, north)
