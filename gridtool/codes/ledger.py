"""The ledger: an append-only record of every code reserved, issued, retired or void.

One SQLite file for one county. Triggers forbid to change or delete a row and to bring a dead code
back; each row holds the hash of the row before it, so that what other programs change in spite of
the triggers is seen when the ledger is opened. Without a secret nothing can stop a person who
rewrites all of it and all hashes: against that, note the last hash (`Ledger.head`) elsewhere, and
ask for it later (`Ledger.require_noted`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

import pandas as pd

from gridtool.chain import digest
from gridtool.code_events import BEFORE, EVENTS, NEVER_SEEN, STATES, Entry, not_possible
from gridtool.codes.ledger_file import connect, make_file, require_objects
from gridtool.codes.schemes import Scheme
from gridtool.errors import DataError, InputError, SettingsError
from gridtool.rules import BASE, GRID_KINDS

_FORMAT: Final = "gridtool.ledger/1"


class Ledger:
    """The codes of one county, from the first to the last.

    Open it with `Ledger.open` or make it with `Ledger.create`; it is a context manager. Several
    processes may hold the same ledger: each write sees what the others wrote before it. Several
    writes become one within `Ledger.transaction`.

    Attributes
    ----------
    county : str
        6 digits.
    scheme : Scheme
        The ledger keeps it, so that nobody has to name it again.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self._db = connection
        self._path = path
        self._states: dict[str, str] = {}
        self._highest: dict[tuple[str, tuple[int, int]], int] = {}
        self._count = 0
        with self._errors():
            require_objects(connection, path)
            about = dict(self._db.execute("SELECT key, value FROM about"))
        if about.get("format") != _FORMAT:
            raise InputError("GT093", path=path, reason=about.get("format", "?"))
        self.county: str = about.get("county", "")
        self._hash = digest([about.get(key, "") for key in ("format", "county", "scheme")])
        if about.get("hash") != self._hash:
            raise DataError("GT092", reason="about")
        self.scheme = Scheme.from_shape(json.loads(about["scheme"]))
        self._read()

    @classmethod
    def create(cls, path: Path | None, *, county: str, scheme: Scheme) -> Self:
        """Make a new ledger.

        Parameters
        ----------
        path : Path or None
            None keeps it in memory.
        county : str
            6 digits.
        scheme : Scheme

        Raises
        ------
        SettingsError
            GT046 when the county is no code, GT097 when the scheme issues none.
        OutputError
        GT043 when it cannot be written.
        InputError
            GT093 when the file exists.
        """
        if not (len(county) == 6 and county.isascii() and county.isdigit()):
            raise SettingsError("GT046", reason=f"county {county}")
        scheme.require_issue()
        shape = json.dumps(scheme.shape(), ensure_ascii=False, sort_keys=True)
        connection = make_file(path, {"format": _FORMAT, "county": county, "scheme": shape})
        return cls(connection, path)

    @classmethod
    def open(cls, path: Path, *, county: str | None = None, scheme: Scheme | None = None) -> Self:
        """Open a ledger and verify every row of it.

        Parameters
        ----------
        path : Path
        county : str, optional
            Refuse the ledger of another county.
        scheme : Scheme, optional
            Refuse a ledger kept in another scheme.

        Raises
        ------
        InputError
            GT093 when it is not there, no ledger, or locked by another program.
        DataError
            GT091 when it is of another county, GT092 when it was tampered with.
        SettingsError
            GT091 when it is kept in another scheme.
        """
        if not path.is_file():
            raise InputError("GT093", path=path, reason="no such file")
        try:
            connection = connect(str(path))
        except sqlite3.Error as error:
            raise InputError("GT093", path=path, reason=error) from None
        try:
            ledger = cls(connection, path)
            if county is not None:
                ledger.require_county(county)
            if scheme is not None and scheme.shape() != ledger.scheme.shape():
                held, asked = ledger.scheme.apart(scheme), scheme.apart(ledger.scheme)
                raise SettingsError("GT091", held=held, asked=asked)
        except BaseException:
            connection.close()
            raise
        return ledger

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @property
    def head(self) -> tuple[int, str]:
        """Return how many rows there are and the last hash: what to note elsewhere."""
        return self._count, self._hash

    def state(self, code: str) -> str | None:
        """Return ``reserved``, ``issued``, ``retired``, ``void``, or None for a code never seen."""
        return self._states.get(code)

    def codes(self, *states: str) -> list[str]:
        """Return the codes in some states, all when none is named; sorted."""
        wanted = states or STATES
        return sorted(code for code, state in self._states.items() if state in wanted)

    def require_county(self, county: str) -> None:
        """Raise `DataError` (GT091) unless this is the ledger of a county."""
        if county[:6] != self.county:
            raise DataError("GT091", held=self.county, asked=county[:6])

    def require_noted(self, noted: str) -> None:
        """Raise `DataError` (GT092) unless a hash that was noted once is still in the chain.

        It finds what the chain alone cannot: a ledger that was made anew from some row on.
        """
        with self._errors():
            row = self._db.execute("SELECT 1 FROM entries WHERE hash = ?", (noted,)).fetchone()
        if row is None:
            raise DataError("GT092", reason=f"{noted[:16]}…")

    def reserve(
        self, prefix: str, count: int = 1, kind: str = BASE, *, document: str = ""
    ) -> list[str]:
        """Reserve new codes: 1 + the highest serial ever reserved or issued, and on.

        Parameters
        ----------
        prefix : str
            What stands before the serial: a community's code (`Scheme.prefix` of it).
        count : int
        kind : ``base`` or ``dedicated``
        document : str
            Draft or filing they are for. No person's name.

        Returns
        -------
        list of str

        Raises
        ------
        DataError
            GT091 for a community of another county, GT094 for what is no community.
        SettingsError
            GT090 when the serials do not suffice: nothing is reserved then.
        """
        if count < 1 or kind not in GRID_KINDS:
            raise SettingsError("GT046", reason=f"{count} {kind}")
        with self._writing():
            return self._reserve(prefix, count, kind, document)

    def _reserve(self, prefix: str, count: int, kind: str, document: str) -> list[str]:
        """Reserve codes inside a transaction."""
        first, last = self.scheme.spans[kind]
        highest = self._highest.get((prefix, (first, last)), first - 1)
        start = max(highest + 1, first)
        self._require_mine(self.scheme.code(prefix, first, kind), "reserve")
        if start + count - 1 > last:
            raise SettingsError("GT090", community=prefix, highest=highest, last=last, needed=count)
        codes = [self.scheme.code(prefix, n, kind) for n in range(start, start + count)]
        self._append([("reserve", code, kind) for code in codes], document)
        return codes

    def record(
        self, event: str, codes: Iterable[str], *, kind: str | None = None, document: str = ""
    ) -> None:
        """Record that codes are issued, retired or void; all of them or none.

        Parameters
        ----------
        event : ``issue``, ``retire`` or ``void``
            A code may be issued without having been reserved, as those in use when a ledger
            is begun.
        codes : iterable of str
        kind : str, optional
            Default what the code tells, else ``base``.
        document : str
            The filing it rests on. No person's name.

        Raises
        ------
        DataError
            GT091 for a code of another county, GT094 for an event that cannot follow.
        """
        self.record_all([(event, code, kind) for code in codes], document=document)

    def record_all(
        self, events: Iterable[tuple[str, str, str | None]], *, document: str = ""
    ) -> None:
        """Record several events, ``(event, code, kind)``, all of them or none."""
        given = list(events)
        if wrong := {event for event, _, _ in given} - set(EVENTS):
            raise SettingsError("GT046", reason=", ".join(sorted(wrong)))
        with self._writing():
            rows = []
            for event, code, kind in given:
                self._require_mine(code, event)
                rows.append((event, code, kind or self.scheme.kind(code) or BASE))
            self._append(rows, document)

    def history(self, code: str) -> list[Entry]:
        """Return what happened to a code, in order."""
        with self._errors():
            rows = self._db.execute("SELECT * FROM entries WHERE code = ? ORDER BY seq", (code,))
            return [Entry(*row) for row in rows]

    def usage(self) -> pd.DataFrame:
        """Return how far the serials are used.

        Returns
        -------
        DataFrame
            ``prefix``, ``first``, ``highest``, ``last``, ``share`` (of the serials), the fullest
            first; a row for each community, and for each range of serials.
        """
        rows = [
            (prefix, first, highest, last, max(highest - first + 1, 0) / (last - first + 1))
            for (prefix, (first, last)), highest in self._highest.items()
        ]
        frame = pd.DataFrame(rows, columns=["prefix", "first", "highest", "last", "share"])
        return frame.sort_values(["share", "prefix"], ascending=[False, True], ignore_index=True)

    def _require_mine(self, code: str, event: str) -> None:
        """Refuse what is no code of this county."""
        parts = self.scheme.split(code)
        if parts is None:
            raise not_possible(code, f"no {self.scheme.name}", event)
        self.require_county(parts["county"])

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what SQLite fails with into GT093."""
        try:
            yield
        except sqlite3.Error as error:
            raise InputError("GT093", path=self._path, reason=error) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make one of several writes: all of them are kept, or none when what is done fails.

        Others wait meanwhile, half a minute at the longest: do inside what needs the codes, and
        no more. A transaction within a transaction is part of it.

        Raises
        ------
        InputError
            GT093 when another program holds the ledger.
        """
        if self._db.in_transaction:
            yield
            return
        before = None
        try:
            with self._locked():
                before = (dict(self._states), dict(self._highest), self._count, self._hash)
                yield
        except BaseException:
            if before is not None:
                self._states, self._highest, self._count, self._hash = before
            raise

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Write one thing, alone or within a transaction; the mirror follows."""
        if self._db.in_transaction:
            yield
            self._catch_up()
            return
        with self._locked():
            yield
        self._read()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the only right to write, see what others wrote, and keep all or nothing."""
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            self._catch_up()
            yield
            with self._errors():
                self._db.execute("COMMIT")
        except BaseException:
            self._db.rollback()
            raise

    def _append(self, rows: list[tuple[str, str, str]], document: str) -> None:
        """Write rows behind the last; the mirror follows when it reads them."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        count, last = self._count, self._hash
        states: dict[str, str] = {}
        written = []
        for event, code, kind in rows:
            state = states.get(code) or self._states.get(code, NEVER_SEEN)
            if state not in BEFORE[event]:
                raise not_possible(code, state, event)
            states[code] = EVENTS[event]
            count += 1
            values = [count, event, code, kind, now, document]
            last = digest([last, *values])
            written.append((*values, last))
        with self._errors():
            self._db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", written)

    def _read(self) -> None:
        """See what was written, all of it at one moment."""
        with self._errors():
            self._db.execute("BEGIN")
        try:
            self._catch_up()
        finally:
            self._db.rollback()

    def _catch_up(self) -> None:
        """Read and verify the rows behind the last one known."""
        with self._errors():
            rows = self._db.execute(
                "SELECT * FROM entries WHERE seq > ? ORDER BY seq", (self._count,)
            )
            for row in rows:
                self._take(Entry(*row))
            total, ever = self._db.execute(
                "SELECT (SELECT COUNT(*) FROM entries), "
                "(SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'entries')"
            ).fetchone()
        if total != self._count or ever != self._count:
            raise DataError("GT092", reason=f"{self._count} rows of {max(total, ever)}")

    def _take(self, entry: Entry) -> None:
        """Verify one row and let the mirror follow it."""
        wanted = digest([self._hash, *entry[:-1]])
        state = self._states.get(entry.code, NEVER_SEEN)
        if entry.seq != self._count + 1 or entry.hash != wanted:
            raise DataError("GT092", layer="entries", rows=[entry.seq], reason=entry.code)
        if state not in BEFORE.get(entry.event, ()) or not self.scheme.matches(entry.code):
            reason = f"{entry.code} {state} → {entry.event}"
            raise DataError("GT092", layer="entries", rows=[entry.seq], reason=reason)
        self._states[entry.code] = EVENTS[entry.event]
        self._count, self._hash = entry.seq, entry.hash
        serial, prefix = self.scheme.serial(entry.code), entry.code[: self.scheme.prefix_length]
        for span in set(self.scheme.spans.values()):
            if span[0] <= serial <= span[1] or serial == self.scheme.whole:
                key = (prefix, span)
                self._highest[key] = max(self._highest.get(key, 0), serial)
