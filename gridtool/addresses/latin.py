"""European addresses: road, house number, postcode and town, in any order.

Not what the measures are about, but what real addressed buildings with a free licence look like:
the matching below the grammar is the same and can be measured on them.
"""

from __future__ import annotations

import re
from typing import Final

from gridtool.addresses.grammar import Parts
from gridtool.addresses.text import fold_latin

_HOUSE = re.compile(r"\d{1,4} ?[a-z]?(?:[-/]\d{1,4})?")
_NUMBER_BEHIND = re.compile(rf"(?P<road>\D.*?) (?P<number>{_HOUSE.pattern})")
_NUMBER_BEFORE = re.compile(rf"(?P<number>{_HOUSE.pattern}) (?P<road>\D.*)")
_POSTCODE = re.compile(r"(?<!\S)\d{4,5}(?!\S)")
_STREET: Final = re.compile(r"str(?:asse|\.)?(?![a-z])|strasse")


def parse_latin(raw: str, towns: frozenset[str]) -> tuple[str, Parts]:
    """Return town and parts of an address in Latin letters.

    Parameters
    ----------
    raw : str
    towns : frozenset of str
        Names the gazetteer knows, folded.

    Returns
    -------
    str
        Town, folded; empty where there is none.
    Parts
        Road and number, folded.

    Examples
    --------
    >>> parse_latin("9490 Vaduz, Fürst-Franz-Josef-Straße 12a", frozenset())[1][1:3]
    ('furst-franz-josef-strasse', '12a')
    """
    town, gate = "", ""
    pieces = [piece.strip() for piece in fold_latin(raw).split(",") if piece.strip()]
    if len(pieces) == 1:
        town, pieces = _town_at_the_ends(pieces[0], towns)
    for piece in pieces:
        plain = " ".join(_POSTCODE.sub(" ", piece).split())
        if not plain:
            continue
        if plain in towns or (plain != piece and not any(sign.isdigit() for sign in plain)):
            town = town or plain
        elif not gate:
            gate = plain
        else:
            town = town or plain
    if gate and town and not any(sign.isdigit() for sign in gate) and _has_number(town):
        gate, town = town, gate
    return town, _gate(gate)


def _has_number(text: str) -> bool:
    """Return whether there is a digit."""
    return any(sign.isdigit() for sign in text)


def _town_at_the_ends(text: str, towns: frozenset[str]) -> tuple[str, list[str]]:
    """Part a text without commas: at its postcode, else at a known town at either end."""
    if found := _POSTCODE.search(text):
        before, behind = text[: found.start()].strip(), text[found.end() :].strip()
        if before and behind:
            return _sided(before, behind, towns)
        text = before or behind
    words = text.split()
    for count in (3, 2, 1):
        if len(words) <= count:
            continue
        if (town := " ".join(words[-count:])) in towns:
            return town, [" ".join(words[:-count])]
        if (town := " ".join(words[:count])) in towns:
            return town, [" ".join(words[count:])]
    return "", [text]


def _sided(before: str, behind: str, towns: frozenset[str]) -> tuple[str, list[str]]:
    """Return the town of a text with a postcode in its middle."""
    words = behind.split()
    for count in range(len(words), 0, -1):
        if (town := " ".join(words[:count])) in towns:
            return town, [f"{before} {' '.join(words[count:])}".strip()]
    return (behind, [before]) if _has_number(before) else (before, [behind])


def _gate(text: str) -> Parts:
    """Return road and house number of what is left."""
    text = _STREET.sub("strasse", text.replace("straße", "strasse"))
    found = _NUMBER_BEHIND.fullmatch(text) or _NUMBER_BEFORE.fullmatch(text)
    if found is None:
        return Parts(road=text)
    return Parts(road=found["road"].strip(" ."), number=found["number"].replace(" ", ""))
