"""A register in a PostgreSQL database with PostGIS, for a city that has outgrown one file.

All of it stands in a schema of its own. One who writes holds an advisory lock until the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit, urlunsplit

from gridtool.errors import DataError, InputError, OutputError, SettingsError
from gridtool.register.guards import postgres_guards
from gridtool.register.layout import GRID_FIELDS, INDEXES, TABLES, VIEW, Table, Type
from gridtool.register.store import Row, Store

if TYPE_CHECKING:
    import psycopg

SCHEMA: Final = "gridtool_register"
_LOCK: Final = 0x6772_6964
_TYPES: Final[dict[Type, str]] = {
    "text": "TEXT",
    "integer": "BIGINT",
    "number": "DOUBLE PRECISION",
    "boolean": "BOOLEAN",
    "bytes": "BYTEA",
    "date": "TEXT",
    "time": "TEXT",
}


class PostgisStore(Store):
    """A schema of a database. Made with `create`, opened with `open`."""

    geometry_in: ClassVar[str] = "ST_GeomFromEWKB(?)"
    geometry_out: ClassVar[str] = "ST_AsBinary(geom, 'NDR')"

    def __init__(self, connection: psycopg.Connection[Row], url: str) -> None:
        self._db = connection
        self.place = shown(url)
        found = self.rows("SELECT value FROM about WHERE key = 'srid'")
        self.srid = int(found[0][0])

    @classmethod
    def create(cls, url: str, about: Mapping[str, str]) -> None:
        """Make the schema and its tables in one transaction.

        Raises
        ------
        OutputError
            GT042 when there is a register, GT043 when it cannot be written.
        InputError
            GT505 when the database does not answer.
        SettingsError
            GT048 when the package psycopg is missing.
        """
        require_psycopg()
        import psycopg

        with _connected(url) as connection:
            try:
                with connection.transaction():
                    connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
                    connection.execute(f"CREATE SCHEMA {SCHEMA}")
                    connection.execute(f"SET LOCAL search_path = {SCHEMA}, public")
                    for statement in _statements(int(about["srid"])):
                        connection.execute(statement.encode())
                    connection.cursor().executemany(
                        "INSERT INTO about VALUES (%s, %s)", list(about.items())
                    )
                    connection.execute(
                        "CREATE TRIGGER about_full BEFORE INSERT ON about "
                        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
                    )
            except psycopg.errors.DuplicateSchema:
                raise OutputError("GT042", path=shown(url)) from None
            except psycopg.Error as error:
                raise OutputError("GT043", path=shown(url), reason=_first_line(error)) from None

    @classmethod
    def open(cls, url: str) -> PostgisStore:
        """Open a register.

        Raises
        ------
        InputError
            GT505 when the database does not answer, or holds no register.
        SettingsError
            GT048 when the package psycopg is missing.
        """
        require_psycopg()
        import psycopg

        connection = _connection(url)
        try:
            connection.execute(f"SET search_path = {SCHEMA}, public")
            connection.execute("SET synchronous_commit = on")
            connection.execute("SELECT 1 FROM about LIMIT 1")
        except psycopg.Error as error:
            connection.close()
            raise InputError("GT505", path=shown(url), reason=_first_line(error)) from None
        return cls(connection, url)

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run a statement."""
        with self._errors():
            self._db.execute(_native(sql), values)

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement for each of several rows of values."""
        with self._errors(), self._db.cursor() as cursor:
            cursor.executemany(_native(sql), rows)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a query."""
        with self._errors():
            return self._db.execute(_native(sql), values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the only right to write; inside another one it is part of it."""
        if self._is_busy():
            yield
            return
        with self._within():
            self.run("SELECT pg_advisory_xact_lock(?)", [_LOCK])
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See all of the register as it is at one moment."""
        if self._is_busy():
            yield
            return
        with self._within():
            self.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield

    def _is_busy(self) -> bool:
        """Return whether a transaction has begun."""
        return self._db.info.transaction_status.name != "IDLE"

    @contextmanager
    def _within(self) -> Iterator[None]:
        """Keep all of what is done inside, or nothing."""
        self.run("BEGIN")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            if not self._db.closed:
                self._db.rollback()
            raise

    def encode(self, wkb: bytes) -> bytes:
        """Return a MultiPolygon as EWKB with the SRID of the register."""
        import shapely

        shape = shapely.set_srid(shapely.from_wkb(wkb), self.srid)
        made: bytes = shapely.to_wkb(shape, include_srid=True, byte_order=1, flavor="extended")
        return made

    def decode(self, value: bytes) -> bytes:
        """Return the WKB."""
        return bytes(value)

    def faults(self) -> list[str]:
        """Return the tables and guards that are missing, and guards that are switched off."""
        held = {
            name
            for (name,) in self.rows(
                "SELECT tablename FROM pg_tables WHERE schemaname = ?", [SCHEMA]
            )
        }
        active = {
            name
            for (name,) in self.rows(
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' "
                "AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = ?::regnamespace)",
                [SCHEMA],
            )
        }
        wanted = {sql.split()[2] for sql in postgres_guards() if sql.startswith("CREATE TRIGGER")}
        missing = {table.name for table in TABLES} - held
        return sorted(missing | wanted ^ (active - {"about_full"}))

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what PostgreSQL fails with into errors of ours."""
        import psycopg

        try:
            yield
        except (psycopg.IntegrityError, psycopg.errors.RaiseException) as error:
            raise DataError("GT506", path=self.place, reason=_first_line(error)) from None
        except psycopg.Error as error:
            raise OutputError("GT043", path=self.place, reason=_first_line(error)) from None


def require_psycopg() -> None:
    """Raise `SettingsError` (GT048) where psycopg is missing."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise SettingsError("GT048", job="PostGIS", package="psycopg", extra="postgis") from None


def shown(url: str) -> str:
    """Return an address without its password."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}"))


def _connection(url: str) -> psycopg.Connection[Row]:
    """Connect; every statement is its own transaction until one is begun."""
    import psycopg

    try:
        return psycopg.connect(url, autocommit=True)
    except psycopg.Error as error:
        raise InputError("GT505", path=shown(url), reason=_first_line(error)) from None


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[Row]]:
    """Connect for a while."""
    connection = _connection(url)
    try:
        yield connection
    finally:
        connection.close()


def _native(sql: str) -> bytes:
    """Return a statement with the placeholders of psycopg."""
    return sql.replace("%", "%%").replace("?", "%s").encode()


def _first_line(error: Exception) -> str:
    """Return what a server says, without its hints."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def _statements(srid: int) -> list[str]:
    """Return the statements that make everything of ours."""
    columns = ", ".join(field.name for field in GRID_FIELDS)
    made = [_table(table, srid) for table in TABLES]
    made += [
        f"CREATE INDEX {name} ON {table} ({columns})" for name, (table, columns) in INDEXES.items()
    ]
    made += [f"COMMENT ON TABLE {table.name} IS '{table.zh}'" for table in TABLES]
    made.append(
        f"CREATE VIEW {VIEW} AS SELECT fid, {columns}, version_id, valid_from, geom "
        "FROM grid_versions WHERE rev_out IS NULL AND valid_to IS NULL"
    )
    return [*made, *postgres_guards()]


def _table(table: Table, srid: int) -> str:
    """Return the statement that makes a table."""
    types = {**_TYPES, "geometry": f"geometry(MultiPolygon, {srid})"}
    columns = [f"{one.name} {types[one.type]} {one.rule}".strip() for one in table.fields]
    return f"CREATE TABLE {table.name} ({', '.join(columns)})"
