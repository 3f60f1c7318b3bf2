"""From an address to its grid by text: exact keys first, then names that are nearly the same.

Numbers are never guessed, and nothing is taken across a level that disagrees: a road of the right
name in another community is no match. How sure a match is, is told as confidence; what is not
sure is never called right or wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from gridtool.addresses.address import Address
from gridtool.addresses.entries import BUILDING as FROM_BUILDING
from gridtool.addresses.gazetteer import Found, Gazetteer
from gridtool.addresses.grammar import COMPOUND, ROAD, Parts
from gridtool.addresses.keys import Key, compound_keys, gate_keys

BUILDING: Final = "building"
EXACT: Final = "gazetteer_exact"
FUZZY: Final = "gazetteer_fuzzy"
COMMUNITY_ONLY: Final = "community_only"
NONE: Final = "none"

SURE: Final = 0.9
"""Confidence from which a match alone may call a claim wrong."""

_WHOLE, _NO_AREA, _LIKE_LONG, _LIKE, _PART, _ODD = 1.0, 0.95, 0.92, 0.8, 0.8, 0.4
# names of so many characters bear a second difference, and one alone does not make them another's
_LONG = 8

LEVELS_DISAGREE = "levels_disagree"
PARTS_DISAGREE = "parts_disagree"
OTHER_AREA = "other_area"
UNKNOWN_AREA = "unknown_area"
BUILDING_UNKNOWN = "building_unknown"
NAME_LIKE = "name_like"


class Match(NamedTuple):
    """What the text of an address tells.

    Attributes
    ----------
    way : str
        ``building``, ``gazetteer_exact``, ``gazetteer_fuzzy``, ``community_only`` or ``none``.
    grids : tuple of int
        Numbers of the grids it may be in; one where it is told.
    confidence : float
        0 to 1, of the one grid.
    community : str
        Code, where only one may be meant.
    place : (x, y) or None
        Of the entry, metres.
    notes : tuple of str
        What did not agree, what was nearly the same.
    """

    way: str = NONE
    grids: tuple[int, ...] = ()
    confidence: float = 0.0
    community: str = ""
    place: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()


def match_text(address: Address, gazetteer: Gazetteer) -> Match:
    """Return what an address tells of its grid.

    Parameters
    ----------
    address : Address
    gazetteer : Gazetteer

    Returns
    -------
    Match
        One grid, several between which the text does not decide, or none.
    """
    area = address.area
    if address.fault:
        return Match(notes=(address.fault,))
    if area.foreign:
        return Match(notes=(OTHER_AREA,))
    found = _exactly(address, gazetteer) or _nearly(address, gazetteer)
    if found is None and area.unknown:
        return _in_community_alike(address, gazetteer)
    if found is None:
        return _community(address, gazetteer)
    if area.conflict:
        found = _doubted(found, LEVELS_DISAGREE, _ODD)
    elif area.unknown:
        found = _doubted(found, UNKNOWN_AREA, _PART)
    return found


def match_building(building_id: str, gazetteer: Gazetteer, key: str) -> Match | None:
    """Return the grid of a building that a list names by id, None where there is no such id."""
    rows = [row for row in gazetteer.find(key) if row.ref == building_id]
    return _of_rows(rows, BUILDING, _WHOLE) if rows else None


def _exactly(address: Address, gazetteer: Gazetteer) -> Match | None:
    """Return what is found under the address's own names."""
    parts = address.parts
    gate, gate_key = _look_up(_gate_keys(address), address, gazetteer)
    if gate and not parts.compound:
        return _told(gate, gate_key, address)
    if both := [row for row in gate if row.compound == parts.compound]:
        return _told(both, gate_key, address)
    compound, compound_key = _look_up(compound_keys(parts), address, gazetteer)
    if not gate and not compound:
        return _elsewhere(address, gazetteer)
    if gate and compound:
        return _gate_and_compound(gate, compound, gate_key, address)
    if gate:
        if parts.compound and all(row.compound for row in gate):
            return _renamed_compound(gate, gate_key, address)
        return _told(gate, gate_key, address)
    return _only_compound(compound, compound_key, address)


def _gate_and_compound(
    gate: list[Found], compound: list[Found], key: Key, address: Address
) -> Match:
    """Return what a gate tells that is not, in the gazetteer, one of the compound's."""
    shared = {row.grid for row in gate} & {row.grid for row in compound}
    if not shared:
        return _of_rows([*gate, *compound], EXACT, _ODD, PARTS_DISAGREE)
    found = _told([row for row in gate if row.grid in shared], key, address)
    if all(row.compound for row in gate):
        return _doubted(found, PARTS_DISAGREE, _PART)
    return found


def _renamed_compound(gate: list[Found], key: Key, address: Address) -> Match:
    """Return a gate whose compound the text calls by a name nobody knows."""
    name = address.parts.compound
    alike = [row for row in gate if _is_alike(name, row.compound)]
    if alike:
        return _told(alike, key, address)._replace(way=FUZZY, notes=(NAME_LIKE,))
    return _doubted(_told(gate, key, address), PARTS_DISAGREE, _PART)


def _only_compound(rows: list[Found], key: Key, address: Address) -> Match:
    """Return what a compound tells whose gate is not told, or not known."""
    parts = address.parts
    found = _told(rows, key, address)
    if not parts.road:
        return found
    same_number = [row for row in rows if row.number == parts.number]
    if same_number and any(_is_alike(parts.road, row.road) for row in same_number):
        return found._replace(way=FUZZY, notes=(*found.notes, NAME_LIKE))
    if all(not row.road for row in rows):
        return found
    return _doubted(found, PARTS_DISAGREE, _PART)


def _gate_keys(address: Address) -> list[Key]:
    """Return the keys of an address's gate, in each community that may be meant."""
    if address.parts.road:
        return gate_keys(address.parts)
    codes = [code for code in address.area.codes if len(code) == 12]
    return [key for code in codes for key in gate_keys(address.parts, code)]


def _look_up(
    keys: Sequence[Key], address: Address, gazetteer: Gazetteer
) -> tuple[list[Found], Key]:
    """Return the entries under the first key that has any in the right area."""
    for key in keys:
        rows = _in_area(gazetteer.find(key.text), address)
        compound = address.parts.compound
        rows = [row for row in rows if compound and row.compound == compound] or rows
        if rows and not key.exact:
            # an entry without number of a building stands for all of them
            unnamed = [row for row in rows if not row.building]
            rows, key = (unnamed, key._replace(exact=True)) if unnamed else (rows, key)
            if address.parts.sub and any(row.sub != address.parts.sub for row in rows):
                key = key._replace(exact=False)
        if rows:
            return rows, key
    return [], Key("", False)


def _in_area(rows: Iterable[Found], address: Address) -> list[Found]:
    """Return the entries that no level of the text excludes."""
    codes, town = address.area.codes, address.town
    if codes:
        rows = [row for row in rows if not row.community or _agrees(row.community, codes)]
    if town:
        rows = [row for row in rows if not row.town or row.town == town]
    return list(rows)


def _agrees(community: str, codes: tuple[str, ...]) -> bool:
    """Return whether a community is in one of some areas."""
    return community.startswith(codes)


def _told(rows: list[Found], key: Key, address: Address) -> Match:
    """Return entries that agree with the text, as sure as the text is."""
    sure = _WHOLE if address.area.codes or address.town else _NO_AREA
    if key.exact:
        buildings = all(row.source == FROM_BUILDING for row in rows)
        return _of_rows(rows, BUILDING if buildings else EXACT, sure)
    return _of_rows(rows, FUZZY, _PART, BUILDING_UNKNOWN)


def _of_rows(rows: Sequence[Found], way: str, confidence: float, *notes: str) -> Match:
    """Return the grids of entries."""
    grids = tuple(dict.fromkeys(row.grid for row in rows if row.grid is not None))
    communities = {row.community for row in rows}
    community = communities.pop() if len(communities) == 1 else ""
    placed = [(row.x, row.y) for row in rows if row.x is not None and row.y is not None]
    place = None
    if placed and len(grids) == 1:
        xs, ys = zip(*placed, strict=True)
        place = (sum(xs) / len(xs), sum(ys) / len(ys))
    if not grids:
        return Match(COMMUNITY_ONLY, (), 0.0, community, place, notes)
    return Match(way, grids, confidence if len(grids) == 1 else 0.0, community, place, notes)


def _elsewhere(address: Address, gazetteer: Gazetteer) -> Match | None:
    """Return what lies in another area than the text says, as candidates only."""
    if not address.area.codes or not address.parts.road:
        return None
    for key in gate_keys(address.parts)[:1]:
        rows = gazetteer.find(key.text)
        compound = address.parts.compound
        rows = [row for row in rows if not compound or row.compound in ("", compound)]
        if rows:
            return _of_rows(rows, EXACT, _ODD, LEVELS_DISAGREE)
    return None


def _nearly(address: Address, gazetteer: Gazetteer) -> Match | None:
    """Return what is found under names that are nearly those of the text."""
    parts, codes = address.parts, address.area.codes
    tried: list[tuple[Parts, bool]] = []
    for kind in (ROAD, COMPOUND):
        name: str = getattr(parts, kind)
        if not name or (kind == ROAD and not parts.number):
            continue
        if kind == COMPOUND and not (parts.building or parts.number):
            continue
        if gazetteer.places.kinds.get(name) == kind:
            # it is somewhere, so that it is no misspelling
            continue
        alike = _names_alike(name, kind, codes, gazetteer)
        tried += [(parts._replace(**{kind: other}), len(name) >= _LONG) for other in alike]
    tried += [(parts, True)] if address.town else []
    rows: list[Found] = []
    long, exact = True, True
    for changed, is_long in tried:
        asked = address._replace(parts=changed, town=_town_alike(address.town, gazetteer))
        found, key = _look_up([*_gate_keys(asked), *compound_keys(changed)], asked, gazetteer)
        if changed.compound:
            found = [row for row in found if row.compound in ("", changed.compound)]
        if found:
            rows += found
            long, exact = long and is_long, exact and key.exact
    if not rows:
        return None
    corroborated = bool(parts.compound) and all(row.compound == parts.compound for row in rows)
    sure = _LIKE_LONG if exact and (long or corroborated) else _LIKE
    return _of_rows(rows, FUZZY, sure, NAME_LIKE)


def _in_community_alike(address: Address, gazetteer: Gazetteer) -> Match:
    """Return what is found in the communities whose name is nearly what the text has."""
    area = address.area
    alike = [
        code
        for code in gazetteer.grids_in
        if code.startswith(area.codes or "")
        and _is_alike(area.unknown, gazetteer.places.official.get(code, ""))
    ]
    if not alike:
        return Match(notes=(UNKNOWN_AREA,))
    asked = [address._replace(area=area._replace(codes=(code,), unknown="")) for code in alike]
    found = [_exactly(one, gazetteer) or _community(one, gazetteer) for one in asked]
    if len(found) > 1:
        grids = dict.fromkeys(grid for match in found for grid in match.grids)
        return Match(FUZZY, tuple(grids), 0.0, notes=(NAME_LIKE,))
    return _doubted(found[0]._replace(way=FUZZY), NAME_LIKE, _LIKE)


def _town_alike(town: str, gazetteer: Gazetteer) -> str:
    """Return the town of the gazetteer that a text means, the text's own where none is alike."""
    if not town or town in gazetteer.towns:
        return town
    alike = [name for name in gazetteer.towns if _is_alike(town, name)]
    return alike[0] if len(alike) == 1 else town


def _names_alike(name: str, kind: str, codes: tuple[str, ...], gazetteer: Gazetteer) -> list[str]:
    """Return the names of an area that are nearly a given one; none where it is there itself."""
    names = gazetteer.names_in(kind, codes) if codes else gazetteer.alike(kind, name)
    found = process.extract(
        name, names, scorer=DamerauLevenshtein.distance, score_cutoff=_most(name), limit=5
    )
    if any(distance == 0 for _, distance, _ in found):
        return []
    least = min((distance for _, distance, _ in found), default=0)
    return [other for other, distance, _ in found if distance == least]


def _is_alike(name: str, other: str) -> bool:
    """Return whether two names differ by little."""
    if name == other:
        return True
    distance = DamerauLevenshtein.distance(name, other, score_cutoff=_most(name))
    return bool(distance <= _most(name))


def _most(name: str) -> int:
    """Return by how many characters a name may differ."""
    return 0 if len(name) < 3 else 1 if len(name) < _LONG else 2


def _community(address: Address, gazetteer: Gazetteer) -> Match:
    """Return what is known where only the community is."""
    codes = [code for code in address.area.codes if len(code) == 12]
    if len(codes) != 1 or len(address.area.codes) != 1 or address.area.conflict:
        told = bool(address.area.codes) and not any(
            code.startswith(address.area.codes) for code in gazetteer.grids_in
        )
        return Match(notes=(OTHER_AREA,) if told else ())
    grids = gazetteer.grids_in.get(codes[0], ())
    if not grids:
        return Match(notes=(OTHER_AREA,))
    sure = _NO_AREA if len(grids) == 1 else 0.0
    return Match(COMMUNITY_ONLY, grids, sure, codes[0])


def _doubted(match: Match, note: str, most: float) -> Match:
    """Return a match that is less sure for a reason."""
    return match._replace(
        confidence=min(match.confidence, most), notes=tuple(dict.fromkeys((*match.notes, note)))
    )
