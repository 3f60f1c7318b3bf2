"""Names of places as addresses write them: from province down to community, roads, compounds.

A place is known by its code. One name may stand for several places, so that what an address says
of its area is a set of codes: those that agree with every name in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gridtool.addresses.grammar import COMPOUND, ROAD

LEVELS: Final = {2: "province", 4: "city", 6: "county", 9: "town", 12: "community"}

_COMMUNITY_ENDS: Final = ("社区居民委员会", "社区居委会", "居民委员会", "居委会", "社区")
_VILLAGE_ENDS: Final = ("村村民委员会", "村民委员会", "村村委会", "村委会", "村委员会", "村")
_STREET_ENDS: Final = ("街道办事处", "街道办", "街办", "街道")
_TOWN_ENDS: Final = ("镇人民政府", "镇政府", "镇", "乡人民政府", "乡政府", "乡")
_UPPER_ENDS: Final = (
    *("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区", "省", "自治州", "地区"),
    *("自治县", "市", "县", "区", "旗"),
)
# 建设村道 is a road, not 建设村
_ROAD_BEHIND = re.compile(r"(?:大道|大街|[东南西北中][路街]|[路街巷道](?!办|\d组))")
_SKIP: Final = frozenset(",-/ ")
# a town or community by its ending alone, where a road follows: 大场镇真金路
_OTHER_TOWN = re.compile(
    r"(?:[^\d,]{2,8}?(?:工业区|开发区|园区))?(?:[^\d,]{1,5}?(?:镇|乡|街道(?!口)))?"
    r"(?:[^\d,]{2,6}?(?:社区|居委会|村委会|村))?"
    r"(?=[^\d,]{2,8}(?:大道|大街|公路|路|街|巷)\d|\d{1,3}(?:组|社|队))"
)
# a county or city by its ending alone
_OTHER_AREA = re.compile(
    r"(?:[^\d,]{2,8}?(?:省|自治区))?(?:[^\d,]{2,7}?(?:市(?![场政民口府区])|自治州))?"
    r"(?:[^\d,]{1,6}?(?:县(?![道城医])|(?<![小园社矿校景库厂院片新郊城街辖A-Z])"
    # 花园东区 is part of an estate, 江北区 a county
    r"(?<![园苑居庭庄湾郡府寓舍厦场][东西南北中一二三四五六七八九])区(?![间])))?"
)


class Area(NamedTuple):
    """What an address says of where it is, down to the community.

    Attributes
    ----------
    codes : tuple of str
        Codes of 2 to 12 digits, any of which may be meant; empty where nothing is told.
    conflict : bool
        Whether two names of the text exclude one another.
    foreign : str
        A county or city that is named and not known here.
    unknown : str
        A town or community that is named and not known here.
    """

    codes: tuple[str, ...] = ()
    conflict: bool = False
    foreign: str = ""
    unknown: str = ""

    @property
    def level(self) -> str:
        """Return the level of the area, empty where nothing is told."""
        return LEVELS[min(map(len, self.codes))] if self.codes else ""


@dataclass
class Places:
    """Names that can stand in an address.

    Attributes
    ----------
    names : dict of str to tuple of str
        Full names and their variants to codes.
    stems : dict of str to tuple of str
        Names without their ending; taken only where another place follows.
    official : dict of str to str
        Code to the name that a normal form has.
    kinds : dict of str to str
        Roads and compounds to ``road`` or ``compound``.
    complete : bool
        Whether the counties of the city are all known, so that another one is another.
    """

    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stems: dict[str, tuple[str, ...]] = field(default_factory=dict)
    official: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    complete: bool = False
    _lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _kind_lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def ready(self) -> Places:
        """Return itself once all names are in."""
        self._lengths = _lengths_by_sign(self.names)
        self._kind_lengths = _lengths_by_sign(self.kinds)
        return self

    def known(self, text: str, at: int) -> tuple[str, str] | None:
        """Return the longest road or compound at a place of a text, with its kind."""
        for length in self._kind_lengths.get(text[at : at + 1], ()):
            name = text[at : at + length]
            if (kind := self.kinds.get(name)) is not None and len(name) == length:
                return name, kind
        return None

    def scan(self, text: str) -> tuple[Area, int]:
        """Return the area at the start of a text, and where it ends.

        Levels may be missing, repeated or in any order. A name that is also the start of a
        longer road or compound is that.
        """
        codes: tuple[str, ...] = ()
        conflict = False
        at = 0
        while at < len(text):
            if text[at] in _SKIP:
                at += 1
                continue
            found = self._place(text, at) or self._stem(text, at)
            if found is None:
                break
            end, names = found
            narrowed = _narrow(codes, names)
            conflict = conflict or not narrowed
            codes, at = narrowed or codes, end
        foreign = unknown = ""
        if at < len(text) and self.known(text, at) is None:
            if self.complete:
                foreign, at = self._foreign(text, at, codes)
            if (other := _OTHER_TOWN.match(text, at)) is not None:
                unknown, at = other[0], other.end()
        return Area(codes, conflict, foreign, unknown), at

    def names_of(self, code: str) -> dict[str, str]:
        """Return the names of a code and of those above it, by level."""
        return {
            level: self.official[code[:size]]
            for size, level in LEVELS.items()
            if len(code) >= size and code[:size] in self.official
        }

    def _place(self, text: str, at: int) -> tuple[int, tuple[str, ...]] | None:
        """Return the end and the codes of the longest full name at a place."""
        for length in self._lengths.get(text[at], ()):
            end = at + length
            codes = self.names.get(text[at:end])
            if codes is None or end > len(text):
                continue
            on_road = text[end - 1] == "村" and _ROAD_BEHIND.match(text, end)
            if on_road and not self._starts(text, end):
                return None
            return None if self._longer(text, at, length) else (end, codes)
        return None

    def _starts(self, text: str, at: int) -> bool:
        """Return whether the full name of a place starts at a place of a text: 北街社区."""
        lengths = self._lengths.get(text[at : at + 1], ())
        return any(text[at : at + length] in self.names for length in lengths)

    def _longer(self, text: str, at: int, length: int) -> bool:
        """Return whether a road or compound reaches beyond a place's name."""
        name = self.known(text, at)
        return name is not None and len(name[0]) > length

    def _stem(self, text: str, at: int) -> tuple[int, tuple[str, ...]] | None:
        """Return a name without its ending where another place follows: 自贡富顺县."""
        for length in (4, 3, 2):
            end = at + length
            codes = self.stems.get(text[at:end])
            if codes is None or end >= len(text):
                continue
            after = self._place(text, end) or self._stem(text, end)
            if after is not None and _narrow(codes, after[1]):
                return end, codes
        return None

    def _foreign(self, text: str, at: int, codes: tuple[str, ...]) -> tuple[str, int]:
        """Return a city or county that is not known here, and where it ends."""
        if codes and max(map(len, codes)) > 4:
            return "", at
        found = _OTHER_AREA.match(text, at)
        if found is None or found.end() == at:
            return "", at
        return text[at : found.end()], found.end()


def make_places(
    codes: Mapping[str, str], *, roads: Iterable[str] = (), compounds: Iterable[str] = ()
) -> Places:
    """Return the names of places.

    Parameters
    ----------
    codes : mapping of str to str
        Code of 2, 4, 6, 9 or 12 digits to name.
    roads, compounds : iterable of str
        Names the gazetteer knows.
    """
    names: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    official: dict[str, str] = {}
    for code, name in codes.items():
        plain = "".join(name.split())
        stem, variants = variants_of(plain, code)
        official[code] = variants[0]
        for variant in dict.fromkeys((plain, *variants)):
            names.setdefault(variant, []).append(code)
        if len(code) < 12 and len(stem) > 1:
            stems.setdefault(stem, []).append(code)
    kinds = dict.fromkeys(compounds, COMPOUND) | dict.fromkeys(roads, ROAD)
    kinds.pop("", None)
    return Places(
        {name: tuple(found) for name, found in names.items()},
        {name: tuple(found) for name, found in stems.items()},
        official,
        kinds,
        complete=sum(len(code) == 6 for code in codes) > 1,
    ).ready()


def variants_of(name: str, code: str) -> tuple[str, list[str]]:
    """Return the stem of a place's name, and how addresses write it, the normal form first.

    Examples
    --------
    >>> variants_of("高山井社区居民委员会", "510302001002")[1][:3]
    ['高山井社区', '高山井社区居民委员会', '高山井社区居委会']
    >>> variants_of("五星街街道", "510302001")[1]
    ['五星街街道', '五星街街道办事处', '五星街街道办', '五星街街办']
    """
    for ends, first in (
        (_COMMUNITY_ENDS, "社区"),
        (_VILLAGE_ENDS, "村"),
        (_STREET_ENDS, "街道"),
        (_TOWN_ENDS, ""),
    ):
        if len(code) != (9 if ends in (_STREET_ENDS, _TOWN_ENDS) else 12):
            continue
        end = next((end for end in ends if name.endswith(end) and name != end), None)
        if end is None:
            continue
        stem = name.removesuffix(end)
        if ends is _TOWN_ENDS:
            kind = end[0]
            kinds = [f"{stem}{item}" for item in _TOWN_ENDS if item.startswith(kind)]
            return stem, [f"{stem}{kind}", *kinds]
        if ends is _VILLAGE_ENDS and stem.endswith("社区"):
            # 王家社区村民委员会 is called 王家社区
            return stem, [stem, name]
        return stem, list(dict.fromkeys((f"{stem}{first}", *(f"{stem}{item}" for item in ends))))
    stem = next((name.removesuffix(end) for end in _UPPER_ENDS if name.endswith(end)), name)
    return stem, [name]


def _narrow(codes: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """Return the more exact of the codes of two names that agree, empty where none do."""
    if not codes:
        return others
    found = [
        one if len(one) > len(other) else other
        for other in others
        for one in codes
        if one.startswith(other) or other.startswith(one)
    ]
    return tuple(dict.fromkeys(found))


def _lengths_by_sign(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Return by first character how long names are, the longest first."""
    lengths: dict[str, set[int]] = {}
    for name in names:
        lengths.setdefault(name[0], set()).add(len(name))
    return {sign: tuple(sorted(found, reverse=True)) for sign, found in lengths.items()}
