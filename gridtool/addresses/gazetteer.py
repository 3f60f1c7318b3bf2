"""The gazetteer as it is asked: an index on disk, opened for reading."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gridtool.addresses.address import Address, parse_address
from gridtool.addresses.index import DATABASE, FORMAT, INDEX_FILES, pairs_of
from gridtool.addresses.places import Places, make_places
from gridtool.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_ENTRY: Final = (
    "SELECT e.ref, e.source, e.community, e.grid, e.x, e.y, e.town, e.road, e.number, e.sub,"
    " e.compound, e.building FROM keys k JOIN entries e ON e.id = k.entry WHERE k.key = ? LIMIT ?"
)
# rows of one gate or compound beyond which nothing more is learned
_MOST = 400
_ALIKE = 40


class Found(NamedTuple):
    """One entry of the gazetteer, as a look-up returns it."""

    ref: str
    source: str
    community: str
    grid: int | None
    x: float | None
    y: float | None
    town: str
    road: str
    number: str
    sub: str
    compound: str
    building: str


class GridRow(NamedTuple):
    """Codes and names of one grid."""

    code: str
    name: str
    full_name: str
    community_code: str
    community_name: str


class Gazetteer:
    """An index on disk: names, entries by key, grids.

    Attributes
    ----------
    folder : Path
    crs : str
        Of the grids and entries, in metres; well-known text.
    epsg : int or None
        Its number.
    from_degrees : str
        PROJ pipeline that leads to it from degrees, empty where there is not one for all places.
    places : Places
    aliases : dict of str to str
    towns : frozenset of str
        Of addresses in Latin letters.
    entries : int
    grids : list of GridRow
        By number.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._database = _opened(folder)
        try:
            about = dict(self._database.execute("SELECT key, value FROM meta"))
        except sqlite3.DatabaseError as error:
            raise InputError("GT002", path=folder, reason=error) from None
        if about.get("format") != FORMAT:
            raise InputError("GT600", layer=str(folder))
        self.crs: str = about["crs"]
        self.epsg: int | None = json.loads(about["epsg"])
        self.from_degrees: str = about["from_degrees"]
        self.bounds: tuple[float, float, float, float] = tuple(json.loads(about["bounds"]))
        self.towns: frozenset[str] = frozenset(json.loads(about["towns"]))
        self.entries = int(about["entries"])
        self.sources: list[str] = json.loads(about["sources"])
        self.aliases: dict[str, str] = dict(self._rows("SELECT alias, name FROM aliases"))
        columns = "code, name, full_name, community_code, community_name"
        self.grids = [
            GridRow(*row) for row in self._rows(f"SELECT {columns} FROM grids ORDER BY id")
        ]
        self._scoped: dict[tuple[str, tuple[str, ...]], list[str]] = {}

    def __enter__(self) -> Gazetteer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._database.close()

    @cached_property
    def places(self) -> Places:
        """Return the names of places, roads and compounds, with the aliases among them."""
        kinds: dict[str, set[str]] = {"road": set(), "compound": set()}
        for kind, name in self._rows("SELECT kind, name FROM similar"):
            kinds[kind].add(name)
        codes = dict(self._rows("SELECT code, name FROM places"))
        places = make_places(codes, roads=kinds["road"], compounds=kinds["compound"])
        for alias, name in self.aliases.items():
            if name in places.names:
                places.names[alias] = places.names[name]
            elif name in places.kinds:
                places.kinds[alias] = places.kinds[name]
        return places.ready()

    @cached_property
    def grid_at(self) -> dict[str, int]:
        """Return the number of each grid by code."""
        return {grid.code: at for at, grid in enumerate(self.grids)}

    @cached_property
    def grid_named(self) -> dict[str, int]:
        """Return the number of each grid by full name, without names that several have."""
        names: dict[str, int] = {}
        twice = set()
        for at, grid in enumerate(self.grids):
            if grid.full_name in names:
                twice.add(grid.full_name)
            names[grid.full_name] = at
        return {name: at for name, at in names.items() if name and name not in twice}

    @cached_property
    def grids_in(self) -> dict[str, tuple[int, ...]]:
        """Return the numbers of the grids of each community by code."""
        found: dict[str, list[int]] = {}
        for at, grid in enumerate(self.grids):
            found.setdefault(grid.community_code, []).append(at)
        return {code: tuple(numbers) for code, numbers in found.items()}

    def parse(self, text: str) -> Address:
        """Return what a text says, by the names this gazetteer knows."""
        return parse_address(text, self.places, aliases=self.aliases, towns=self.towns)

    def find(self, key: str) -> list[Found]:
        """Return the entries under a key."""
        return [Found._make(row) for row in self._database.execute(_ENTRY, (key, _MOST))]

    def names_in(self, kind: str, codes: tuple[str, ...]) -> list[str]:
        """Return the roads or compounds of an area, all where it is not told."""
        held = self._scoped.get((kind, codes))
        if held is None:
            scopes = " OR ".join(["community GLOB ?"] * len(codes)) or "1"
            query = f"SELECT DISTINCT name FROM names WHERE kind = ? AND ({scopes}) ORDER BY name"
            rows = self._rows(query, (kind, *(f"{code}*" for code in codes)))
            held = [name for (name,) in rows]
            self._scoped[kind, codes] = held
        return held

    def alike(self, kind: str, name: str) -> list[str]:
        """Return the names of the whole gazetteer that share most pairs of characters with one."""
        pairs = " OR ".join(f'"{pair}"' for pair in pairs_of(name).split())
        if not pairs:
            return []
        rows = self._rows(
            "SELECT name FROM similar WHERE similar MATCH ? AND kind = ? ORDER BY rank LIMIT ?",
            (pairs, kind, _ALIKE),
        )
        return [found for (found,) in rows]

    def facts(self, grid: int) -> dict[str, Any]:
        """Return what may be told of a grid to anybody."""
        ((text,),) = self._rows("SELECT facts FROM grids WHERE id = ?", (grid,))
        facts: dict[str, Any] = json.loads(text)
        return facts

    def shapes(self, numbers: Sequence[int] | None = None) -> npt.NDArray[np.object_]:
        """Return the shapes of some grids, or of all, as polygons."""
        import shapely

        if numbers is None:
            rows = self._rows("SELECT shape FROM grids ORDER BY id")
        else:
            rows = [
                row
                for at in numbers
                for row in self._rows("SELECT shape FROM grids WHERE id = ?", (int(at),))
            ]
        found: npt.NDArray[np.object_] = shapely.from_wkb([shape for (shape,) in rows])
        return found

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self._database.execute(query, values).fetchall()


def _opened(folder: Path) -> sqlite3.Connection:
    """Open the database of an index for reading only."""
    if not folder.exists():
        raise InputError("GT001", path=folder)
    if not all((folder / name).is_file() for name in INDEX_FILES):
        raise InputError("GT600", layer=str(folder))
    path = (folder / DATABASE).resolve()
    return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
