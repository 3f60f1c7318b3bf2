"""A text as an address: its area, its parts, its normal form."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from gridtool.addresses.grammar import Parts, parse_parts
from gridtool.addresses.latin import parse_latin
from gridtool.addresses.places import Area, Places
from gridtool.addresses.text import LONGEST, clean, is_latin

EMPTY, TOO_LONG = "empty", "too_long"
_NOTHING: Final = frozenset(("", "无", "null", "none", "nan", "-", "/", "不详", "未知"))
# a village that the code table does not have: its houses are numbered, 新村 and 二村 are estates
_VILLAGE: Final = re.compile(r"[^新一二三四五六七八九十\d](?:村|屯|寨)$")


class Address(NamedTuple):
    """What a text says.

    Attributes
    ----------
    area : Area
        Down to the community.
    town : str
        Of an address in Latin letters, folded.
    parts : Parts
    notes : str
        What stood in brackets.
    fault : str
        ``empty`` or ``too_long``, where it is no address at all.
    """

    area: Area = Area()
    town: str = ""
    parts: Parts = Parts()
    notes: str = ""
    fault: str = ""


_EMPTY: Final = Address(fault=EMPTY)
_TOO_LONG: Final = Address(fault=TOO_LONG)


def parse_address(
    raw: str,
    places: Places,
    *,
    aliases: dict[str, str] | None = None,
    towns: frozenset[str] = frozenset(),
) -> Address:
    """Return what a text says.

    Parameters
    ----------
    raw : str
        As it stands in a list.
    places : Places
    aliases : dict of str to str, optional
        Old and other names of roads and compounds to those in use.
    towns : frozenset of str
        Names of towns in Latin letters.

    Returns
    -------
    Address
    """
    if len(raw) > LONGEST:
        return _TOO_LONG
    if raw.strip().casefold() in _NOTHING:
        return _EMPTY
    if is_latin(raw) and any(sign.isalpha() for sign in raw):
        town, parts = parse_latin(raw, towns)
        return Address(town=town, parts=parts)
    text, notes = clean(raw)
    area, at = places.scan(text)
    parts = parse_parts(text[at:], places.known)
    if not area.codes and (parts.compound or parts.rest):
        area, parts = _area_behind(area, parts, places)
    if aliases:
        parts = _renamed(parts, aliases)
    return Address(area, "", parts, notes)


def _area_behind(area: Area, parts: Parts, places: Places) -> tuple[Area, Parts]:
    """Return the area of a text that was turned round, and the parts without it."""
    for name in ("compound", "rest"):
        text: str = getattr(parts, name)
        behind, at = places.scan(text)
        if behind.codes:
            return behind, parts._replace(**{name: text[at:]})
    return area, parts


def _renamed(parts: Parts, aliases: dict[str, str]) -> Parts:
    """Return parts under the names in use."""
    if parts.road in aliases:
        parts = parts._replace(road=aliases[parts.road])
    if parts.compound in aliases:
        parts = parts._replace(compound=aliases[parts.compound])
    return parts


def normal_form(address: Address, places: Places) -> str:
    """Return an address in one way of writing, empty where nothing is told.

    All levels that follow from those told, each once; 附 for what stands behind a gate's number;
    栋, 单元 and 室 for building, unit and room, but 号 for the houses of a village.
    """
    parts = address.parts
    if is_latin(parts.road or "路"):
        # letters without a number are no address
        gate = f"{parts.road} {parts.number}" if parts.number else ""
        return ", ".join(item for item in (gate, address.town) if item)
    codes = address.area.codes
    above = places.names_of(codes[0]).values() if len(codes) == 1 else ()
    number = parts.number + ("" if not parts.number or parts.number.endswith("弄") else "号")
    pieces = (
        *above,
        f"{parts.group}组" if parts.group else "",
        parts.road,
        number,
        f"附{parts.sub}号" if parts.sub else "",
        parts.compound,
        _counted(parts.building, "号" if _VILLAGE.search(parts.compound) else "栋"),
        _counted(parts.unit, "单元"),
        _counted(parts.floor, "层"),
        _counted(parts.room, "室"),
    )
    return "".join(pieces)


def _counted(number: str, what: str) -> str:
    """Return a number with what it counts, empty without one."""
    return f"{number}{what}" if number else ""
