"""The gazetteer on disk: made once, opened in milliseconds.

A folder of three files. ``gazetteer.sqlite`` holds the grids, the entries under their keys, the
names of places, roads and compounds, and an FTS5 table of these names by pairs of characters;
``grids.idx`` and ``grids.dat`` are a persistent R-tree of the grids.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice, pairwise
from pathlib import Path
from typing import Final, NamedTuple

from gridtool.addresses.entries import Entry
from gridtool.addresses.grammar import COMPOUND, ROAD
from gridtool.addresses.keys import entry_keys, id_key

FORMAT: Final = "gridtool.addresses/2"
"""Goes up with the grammar too: keys of an older one are other keys."""
DATABASE: Final = "gazetteer.sqlite"
INDEX_FILES: Final = (DATABASE, "grids.idx", "grids.dat")

_BATCH: Final = 20_000
_DDL: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE grids (
    id INTEGER PRIMARY KEY, code TEXT NOT NULL, name TEXT, full_name TEXT,
    community_code TEXT, community_name TEXT, facts TEXT NOT NULL, shape BLOB NOT NULL);
CREATE TABLE entries (
    id INTEGER PRIMARY KEY, ref TEXT, source TEXT, community TEXT, grid INTEGER, x REAL, y REAL,
    town TEXT, village_group TEXT, road TEXT, number TEXT, sub TEXT, compound TEXT, building TEXT);
CREATE TABLE keys (key TEXT, entry INTEGER, PRIMARY KEY (key, entry)) WITHOUT ROWID;
CREATE TABLE places (code TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE aliases (alias TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE names (
    community TEXT, kind TEXT, name TEXT, PRIMARY KEY (community, kind, name)) WITHOUT ROWID;
CREATE VIRTUAL TABLE similar USING fts5 (pairs, name UNINDEXED, kind UNINDEXED);
"""


class Grid(NamedTuple):
    """One grid as the index holds it.

    Attributes
    ----------
    code, name, full_name, community_code, community_name : str
    facts : mapping
        What may be told to anybody: kind, households, buildings, bounds; no worker.
    shape : bytes
        WKB in the CRS of the index.
    bounds : (west, south, east, north)
    """

    code: str
    name: str
    full_name: str
    community_code: str
    community_name: str
    facts: Mapping[str, object]
    shape: bytes
    bounds: tuple[float, float, float, float]


class Contents(NamedTuple):
    """What an index is made of.

    Attributes
    ----------
    grids : sequence of Grid
    crs : str
        Well-known text; in metres.
    epsg : int or None
        Its number, where it has one.
    entries : iterable of Entry
    places : mapping of str to str
        Code to name.
    roads, compounds : iterable of str
        Names known beside those of the entries.
    aliases : mapping of str to str
    sources : sequence of str
        Names of the files it was made of.
    """

    grids: Sequence[Grid]
    crs: str
    epsg: int | None
    entries: Iterable[Entry]
    places: Mapping[str, str]
    roads: Iterable[str] = ()
    compounds: Iterable[str] = ()
    aliases: Mapping[str, str] = {}
    sources: Sequence[str] = ()


def write_index(
    folder: Path, contents: Contents, *, tell: Callable[[int], None] | None = None
) -> int:
    """Write the files of an index into an empty folder.

    Parameters
    ----------
    folder : Path
    contents : Contents
    tell : callable, optional
        Is told how many entries are written.

    Returns
    -------
    int
        Number of entries.
    """
    _write_tree(folder, contents.grids)
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as database:
        database.executescript(_DDL)
        database.execute("BEGIN")
        database.executemany(
            "INSERT INTO grids VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (at, *grid[:5], json.dumps(grid.facts, ensure_ascii=False), grid.shape)
                for at, grid in enumerate(contents.grids)
            ),
        )
        database.executemany("INSERT INTO places VALUES (?, ?)", contents.places.items())
        database.executemany("INSERT INTO aliases VALUES (?, ?)", contents.aliases.items())
        count = _write_entries(database, contents.entries, tell)
        _write_names(database, contents)
        about = {
            "format": FORMAT,
            "crs": contents.crs,
            "epsg": json.dumps(contents.epsg),
            "from_degrees": _pipeline(contents.crs),
            "towns": json.dumps(_towns(database), ensure_ascii=False),
            "bounds": json.dumps(_bounds(contents.grids)),
            "entries": str(count),
            "sources": json.dumps(list(contents.sources), ensure_ascii=False),
        }
        database.executemany("INSERT INTO meta VALUES (?, ?)", about.items())
        database.execute("COMMIT")
        database.execute("ANALYZE")
    return count


def pairs_of(name: str) -> str:
    """Return the pairs of neighbouring characters of a name, for the full-text table.

    Examples
    --------
    >>> pairs_of("汇盐大道")
    '汇盐 盐大 大道'
    """
    plain = "".join(sign for sign in name if sign.isalnum())
    return " ".join(a + b for a, b in pairwise(plain)) or plain


def _pipeline(crs: str) -> str:
    """Return the PROJ pipeline from degrees to a CRS, empty where it depends on the place.

    With it, coordinates are ready at once; to look a CRS up takes PROJ a tenth of a second.
    """
    from pyproj import Transformer

    definition: str = Transformer.from_crs(4326, crs, always_xy=True).definition
    return definition if definition.startswith("proj=pipeline") else ""


def _towns(database: sqlite3.Connection) -> list[str]:
    """Return the towns of addresses in Latin letters."""
    rows = database.execute("SELECT DISTINCT town FROM entries WHERE town != '' ORDER BY town")
    return [town for (town,) in rows]


def _bounds(grids: Sequence[Grid]) -> list[float]:
    """Return the bounds of all grids: west, south, east, north."""
    west, south, east, north = zip(*(grid.bounds for grid in grids), strict=True)
    return [min(west), min(south), max(east), max(north)]


def _write_tree(folder: Path, grids: Sequence[Grid]) -> None:
    """Write the R-tree of the grids."""
    from rtree import index

    boxes = ((at, grid.bounds, None) for at, grid in enumerate(grids))
    tree = index.Index(str(folder / "grids"), boxes)
    tree.close()


def _write_entries(
    database: sqlite3.Connection, entries: Iterable[Entry], tell: Callable[[int], None] | None
) -> int:
    """Write the entries, then their keys in the order of the table."""
    database.execute("CREATE TEMP TABLE unsorted (key TEXT, entry INTEGER)")
    count = 0
    for batch in _batches(entries):
        numbered = list(enumerate(batch, start=count))
        database.executemany(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((at, *entry[:7], *entry.parts[:6]) for at, entry in numbered),
        )
        database.executemany("INSERT INTO unsorted VALUES (?, ?)", _keys(numbered))
        count += len(batch)
        if tell:
            tell(count)
    # in order, for a tree that is filled at random grows slowly
    database.execute("INSERT OR IGNORE INTO keys SELECT key, entry FROM unsorted ORDER BY 1, 2")
    database.execute("DROP TABLE unsorted")
    return count


def _keys(numbered: Iterable[tuple[int, Entry]]) -> Iterator[tuple[str, int]]:
    """Yield the keys of entries."""
    for at, entry in numbered:
        for key in entry_keys(entry.parts, entry.community):
            yield key, at
        if entry.ref:
            yield id_key(entry.ref), at


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield entries some thousands at a time."""
    rest = iter(entries)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _write_names(database: sqlite3.Connection, contents: Contents) -> None:
    """Write the roads and compounds, by community and by their pairs of characters."""
    for kind, column in ((ROAD, "road"), (COMPOUND, "compound")):
        told = "number != ''" if kind == ROAD else "(building != '' OR number != '')"
        database.execute(
            f"INSERT INTO names SELECT DISTINCT coalesce(community, ''), '{kind}', {column} "
            f"FROM entries WHERE {column} != '' AND {told}"
        )
    further = [(ROAD, name) for name in contents.roads]
    further += [(COMPOUND, name) for name in contents.compounds]
    database.executemany("INSERT OR IGNORE INTO names VALUES ('', ?, ?)", further)
    distinct = database.execute("SELECT DISTINCT kind, name FROM names ORDER BY 1, 2").fetchall()
    database.executemany(
        "INSERT INTO similar VALUES (?, ?, ?)",
        ((pairs_of(name), name, kind) for kind, name in distinct),
    )
