"""The file of a ledger: its tables and the guards that keep them append-only."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gridtool.chain import digest
from gridtool.errors import DataError, InputError, OutputError

_WAIT_S: Final = 30.0

_LAST = "(SELECT event FROM entries WHERE code = NEW.code ORDER BY seq DESC LIMIT 1)"
OBJECTS: Final = {
    "about": "CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "entries": (
        "CREATE TABLE entries (seq INTEGER PRIMARY KEY AUTOINCREMENT, "
        "event TEXT NOT NULL CHECK (event IN ('reserve', 'issue', 'retire', 'void')), "
        "code TEXT NOT NULL, kind TEXT NOT NULL, recorded_at TEXT NOT NULL, "
        "document TEXT NOT NULL, hash TEXT NOT NULL UNIQUE)"
    ),
    "entries_by_code": "CREATE INDEX entries_by_code ON entries (code, seq)",
    **{
        f"{table}_{verb}": (
            f"CREATE TRIGGER {table}_{verb} BEFORE {verb.upper()} ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        )
        for table, verb in (
            *(("entries", "update"), ("entries", "delete")),
            *(("about", "update"), ("about", "delete"), ("about", "insert")),
        )
    },
    # a REPLACE would delete without firing the trigger of DELETE
    "entries_next": (
        "CREATE TRIGGER entries_next BEFORE INSERT ON entries "
        "WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM entries) "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    ),
    "entries_order": (
        "CREATE TRIGGER entries_order BEFORE INSERT ON entries WHEN NOT CASE NEW.event "
        f"WHEN 'reserve' THEN COALESCE({_LAST}, '') = '' "
        f"WHEN 'issue' THEN COALESCE({_LAST}, '') IN ('', 'reserve') "
        f"WHEN 'retire' THEN COALESCE({_LAST}, '') = 'issue' "
        f"ELSE COALESCE({_LAST}, '') IN ('reserve', 'issue') END "
        "BEGIN SELECT RAISE(ABORT, 'a code never comes back'); END"
    ),
}
_LISTED: Final = (
    "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
)


def make_file(path: Path | None, about: Mapping[str, str]) -> sqlite3.Connection:
    """Make a new ledger file.

    Parameters
    ----------
    path : Path or None
        None keeps it in memory.
    about : mapping of str
        What the ledger is of; the first row's hash rests on it.

    Raises
    ------
    InputError
        GT093 when the file exists.
    OutputError
        GT043 when it cannot be written.
    """
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            # "x" makes sure that of two who create it at once, one is refused
            path.open("x").close()
        connection = connect(":memory:" if path is None else str(path))
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(OBJECTS["about"])
        rows = [*about.items(), ("hash", digest(list(about.values())))]
        connection.executemany("INSERT INTO about VALUES (?, ?)", rows)
        # the guards of `about` come after its rows
        for name, text in OBJECTS.items():
            if name != "about":
                connection.execute(text)
        connection.execute("COMMIT")
    except FileExistsError:
        raise InputError("GT093", path=path, reason="it exists") from None
    except (OSError, sqlite3.Error) as error:
        raise OutputError("GT043", path=path, reason=error) from None
    return connection


def connect(path: str) -> sqlite3.Connection:
    """Open a database so that a commit is on the disk when it returns."""
    connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        # what is no database fails only here
        connection.close()
        raise
    return connection


def require_objects(connection: sqlite3.Connection, path: Path | None) -> None:
    """Refuse a file without the tables and guards of a ledger.

    Raises
    ------
    InputError
        GT093 when it is no ledger.
    DataError
        GT092 when tables or guards were changed, taken out or put in.
    """
    found = dict(connection.execute(_LISTED).fetchall())
    if not {"about", "entries"} <= set(found):
        raise InputError("GT093", path=path, reason="not a ledger")
    changed = [name for name in OBJECTS if found.get(name) != OBJECTS[name]]
    changed += sorted(set(found) - set(OBJECTS))
    if changed:
        raise DataError("GT092", reason=", ".join(changed))
