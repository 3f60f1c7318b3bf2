"""Keys under which a gazetteer finds an address, the most exact first.

A building is found by its gate (road, number, 附号) and by its compound, each with the building's
number and without it; in a village, or where no road is told, by the community with the group and
number. Two texts that mean one building have
one key in common, however differently they are written.
"""

from __future__ import annotations

from typing import NamedTuple

from gridtool.addresses.grammar import Parts

_BUILDING, _GATE, _ID = "/", "#", "@"


class Key(NamedTuple):
    """One key of an address.

    Attributes
    ----------
    text : str
    exact : bool
        Whether it holds all that the address says: false where the number behind 附, or that of
        the building, had to be left out.
    """

    text: str
    exact: bool


def entry_keys(parts: Parts, community: str) -> list[str]:
    """Return the keys an entry of a gazetteer is kept under."""
    places = []
    if parts.number and (parts.road or parts.group or community):
        places.append(_gate(parts, community, parts.sub))
    if parts.compound:
        places.append(parts.compound)
    if not parts.building:
        return places
    return [key for place in places for key in (place, f"{place}{_BUILDING}{parts.building}")]


def gate_keys(parts: Parts, community: str = "") -> list[Key]:
    """Return the keys of the gate that a text names, in the order they are to be tried.

    Parameters
    ----------
    parts : Parts
    community : str
        Code, for addresses without a road: groups and gates are numbered in each anew.
    """
    if not parts.number or not (parts.road or community):
        return []
    keys = _with_building(_gate(parts, community, parts.sub), parts.building)
    if parts.sub:
        front = _with_building(_gate(parts, community, ""), parts.building)
        keys += [key._replace(exact=False) for key in front]
    return keys


def compound_keys(parts: Parts) -> list[Key]:
    """Return the keys of the compound that a text names, in the order they are to be tried."""
    return _with_building(parts.compound, parts.building) if parts.compound else []


def id_key(building_id: str) -> str:
    """Return the key of a building's id."""
    return f"{_ID}{building_id}"


def _with_building(place: str, building: str) -> list[Key]:
    """Return the keys of a gate or compound, with the building first where one is told."""
    if not building:
        return [Key(place, True)]
    return [Key(f"{place}{_BUILDING}{building}", True), Key(place, False)]


def _gate(parts: Parts, community: str, sub: str) -> str:
    """Return the key of a gate."""
    where = parts.road or f"{community}{_GATE}{parts.group}"
    return f"{where}{_GATE}{parts.number}{_GATE}{sub}" if sub else f"{where}{_GATE}{parts.number}"
