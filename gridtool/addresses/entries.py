"""Entries of a gazetteer, made of the rows of buildings, address layers and address tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from gridtool.addresses.address import Address, parse_address
from gridtool.addresses.grammar import Parts
from gridtool.addresses.places import Places
from gridtool.addresses.text import is_latin

if TYPE_CHECKING:
    import pandas as pd

BUILDING, ADDRESS = "building", "address"

# what part columns hold without its ending, and what the text needs behind it
_ENDS: Final = (
    ("county", ""),
    ("town", ""),
    ("community", ""),
    ("road", ""),
    ("number", "号"),
    ("compound", ""),
    ("building", "栋"),
    ("unit", "单元"),
    ("room", "室"),
)
_BARE_NUMBER = re.compile(r"[0-9A-Za-z-]+")
_SEVERAL = re.compile(r"\s*[;；,，、]\s*")
_NOTHING: Final = frozenset(("", "无", "None", "nan", "NaN"))


class Entry(NamedTuple):
    """One building or address.

    Attributes
    ----------
    ref : str
        Id in its source.
    source : str
        ``building`` or ``address``.
    community : str
        Code; that of its grid, else of its text, else empty.
    grid : int or None
        Number of its grid.
    x, y : float or None
        Metres, in the CRS of the grids.
    town : str
        Of an address in Latin letters.
    parts : Parts
    """

    ref: str
    source: str
    community: str
    grid: int | None
    x: float | None
    y: float | None
    town: str
    parts: Parts


def make_entries(
    frame: pd.DataFrame,
    places: Places,
    *,
    source: str,
    communities: Sequence[str],
    aliases: Mapping[str, str] | None = None,
) -> Iterator[Entry]:
    """Yield the entries of a table.

    Parameters
    ----------
    frame : DataFrame
        Text columns of `gridtool.columns.ADDRESSES`, any of them, ``x`` and ``y`` in metres (NaN
        where there is none) and ``grid``, the number of the grid or -1.
    places : Places
    source : str
        ``building`` or ``address``.
    communities : sequence of str
        Community code of each grid.
    aliases : mapping, optional
        Names of roads and compounds to those in use.

    Yields
    ------
    Entry
        One for each row whose text tells a place, more where a row has several numbers. Rows with
        a date in ``ended`` are passed over.
    """
    renamed = dict(aliases or {})
    columns = {str(name): frame[name].tolist() for name in frame.columns if name != "geometry"}
    for at in range(len(frame)):
        row = {name: values[at] for name, values in columns.items()}
        if _told(row.get("ended")):
            continue
        grid = int(row.get("grid", -1))
        ref = _told(row.get("building_id")) or _told(row.get("address_id"))
        x, y = _coordinate(row.get("x")), _coordinate(row.get("y"))
        for text in row_texts(row):
            address = parse_address(text, places, aliases=renamed)
            parts = _with_columns(address.parts, row)
            community = communities[grid] if grid >= 0 else _community(address, row)
            yield Entry(
                ref, source, community, grid if grid >= 0 else None, x, y, address.town, parts
            )


def row_texts(row: Mapping[str, object]) -> list[str]:
    """Return the address of a row as text: its own, else that of its part columns.

    A number column that lists several numbers gives several texts; a row that tells nothing gives
    one empty text.
    """
    if text := _told(row.get("address")):
        return [text]
    numbers = _SEVERAL.split(_told(row.get("number")))
    return [compose({**row, "number": number}) for number in numbers]


def compose(row: Mapping[str, object]) -> str:
    """Return the text of part columns, with the endings the grammar knows parts by."""
    pieces = []
    latin = False
    for name, end in _ENDS:
        text = _told(row.get(name))
        latin = latin or (name == "road" and bool(text) and is_latin(text))
        bare = text and _BARE_NUMBER.fullmatch(text) and not latin
        pieces.append(f"{text}{end}" if bare else text)
    if latin:
        told = dict(zip((name for name, _ in _ENDS), pieces, strict=True))
        return f"{told['road']} {told['number']}, {told['community'] or told['town']}"
    return "".join(pieces)


def names_of(entries: Iterable[Entry]) -> tuple[set[str], set[str]]:
    """Return the roads that have numbers and the compounds that have buildings."""
    roads, compounds = set(), set()
    for entry in entries:
        if entry.parts.road and entry.parts.number:
            roads.add(entry.parts.road)
        if entry.parts.compound and (entry.parts.building or entry.parts.number):
            compounds.add(entry.parts.compound)
    return roads, compounds


def _with_columns(parts: Parts, row: Mapping[str, object]) -> Parts:
    """Return parts with the compound that only a column tells."""
    compound = _told(row.get("compound"))
    return parts._replace(compound=compound) if compound and not parts.compound else parts


def _community(address: Address, row: Mapping[str, object]) -> str:
    """Return the community a row without grid is in, empty where it is not sure."""
    if code := _told(row.get("community_code")):
        return code
    codes = address.area.codes
    return codes[0] if len(codes) == 1 and len(codes[0]) == 12 else ""


def _told(value: object) -> str:
    """Return a cell as text, empty for what means nothing."""
    text = "" if value is None else str(value).strip()
    return "" if text in _NOTHING else text


def _coordinate(value: object) -> float | None:
    """Return a coordinate, None where there is none."""
    number = float(str(value)) if value is not None else float("nan")
    return number if number == number else None
