"""The limits of Art. 8 and the terms a grid's size is judged in.

Source: 自贡市城乡社会治理网格化服务管理办法 (Zigong Order 75 of 2023), Art. 8: a grid of an urban
community has *generally* 300 to 500 resident households *or about 1,000 persons*; a village is
one grid or several, without a number; large offices, parks, markets, schools, hospitals and
enterprises may be dedicated grids. Hence a size is never right or wrong: it has a rule, and
outside the rules a reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from gridtool.errors import SettingsError

IN_RANGE: Final = "in_range"
ABOUT_1000: Final = "about_1000"
VILLAGE: Final = "village"
DEDICATED: Final = "dedicated"
EXCEPTION: Final = "exception"
SIZE_RULES: Final = (IN_RANGE, ABOUT_1000, VILLAGE, DEDICATED, EXCEPTION)

SMALL_COMMUNITY: Final = "small_community"
NO_COUNT_FITS: Final = "no_count_fits"
SINGLE_BUILDING: Final = "single_building"
BARRIER: Final = "barrier"
NO_DIVISION_FITS: Final = "no_division_fits"
BY_HAND: Final = "by_hand"
NOT_FOUND: Final = "not_found"
SIZE_REASONS: Final = (
    *(SMALL_COMMUNITY, NO_COUNT_FITS, SINGLE_BUILDING, BARRIER, NO_DIVISION_FITS),
    *(BY_HAND, NOT_FOUND),
)

BASE: Final = "base"
GRID_KINDS: Final = (BASE, DEDICATED)


class Relax(IntFlag):
    """What a community gives up where no division inside the window is found without.

    Attributes
    ----------
    CROSS_ROADS
        Grids may cross major roads.
    OPEN_GROUND
        The ground along the streets of a block that a compound or a site fills is nobody's, so
        that a grid can pass around it.
    OPEN_STREETS
        Likewise in every block.
    PART_COMPOUNDS
        Compounds may be parted, along their widest inner gaps.
    FREE_BUILDINGS
        Compounds may be parted anywhere.
    """

    CROSS_ROADS = 1
    OPEN_GROUND = 2
    OPEN_STREETS = 4
    PART_COMPOUNDS = 8
    FREE_BUILDINGS = 16


RELAX_LADDER: Final = (
    Relax.CROSS_ROADS,
    Relax.OPEN_GROUND,
    Relax.OPEN_GROUND | Relax.OPEN_STREETS,
    Relax.CROSS_ROADS | Relax.OPEN_GROUND | Relax.OPEN_STREETS,
    Relax.OPEN_GROUND | Relax.PART_COMPOUNDS,
    ~Relax(0),
)
"""In which order they are given up: whole compounds (Art. 8: 居民小区 first) last."""

COMMUNITY_KIND: Final = "community"
VILLAGE_KIND: Final = "village"

TWELVE_DIGITS: Final = re.compile(r"[0-9]{12}")


def kind_of_code(code: str) -> str | None:
    """Return the kind of community that digits 10 to 12 of its code stand for, None if neither.

    Source: 统计用区划代码编制规则: 001-199 residents' committees and 200-399 villagers' committees;
    400-499 and 500-599 for units that act as them.
    """
    if not TWELVE_DIGITS.fullmatch(code):
        return None
    serial = int(code[9:])
    if 1 <= serial <= 199 or 400 <= serial <= 499:
        return COMMUNITY_KIND
    if 200 <= serial <= 399 or 500 <= serial <= 599:
        return VILLAGE_KIND
    return None


@dataclass(frozen=True)
class Rules:
    """The size window of a base grid.

    Attributes
    ----------
    min_households, max_households : int
        "Generally" 300 to 500 resident households. Source: Art. 8.
    target_households : int
        What a division aims at: the middle of the window.
    persons, persons_tolerance : int
        The second door, "about 1,000 persons". Source: Art. 8; the tolerance is ours.
    """

    min_households: int = 300
    max_households: int = 500
    target_households: int = 400
    persons: int = 1000
    persons_tolerance: int = 100

    def __post_init__(self) -> None:
        low, aim, high = self.min_households, self.target_households, self.max_households
        if not 0 < low <= aim <= high:
            raise SettingsError("GT040", minimum=low, target=aim, maximum=high)
        if not 0 <= self.persons_tolerance < self.persons:
            raise SettingsError("GT046", reason="0 <= persons-tolerance < persons")

    def households_fit(self, households: int) -> bool:
        """Return whether a grid has 300 to 500 households."""
        return self.min_households <= households <= self.max_households

    def persons_fit(self, persons: int) -> bool:
        """Return whether a grid has about 1,000 persons."""
        return abs(persons - self.persons) <= self.persons_tolerance

    def count_fits(self, households: int) -> bool:
        """Return whether some number of grids could hold `households` inside the window."""
        fewest = -(-households // self.max_households)
        return households > 0 and fewest * self.min_households <= households

    def size_rule(self, kind: str, community_kind: str, households: int, persons: int) -> str:
        """Return the rule a grid's size follows.

        Parameters
        ----------
        kind : str
            ``base`` or ``dedicated``.
        community_kind : str
            ``community`` or ``village``.
        households, persons : int
            Counts of the grid.

        Returns
        -------
        str
            One of `SIZE_RULES`.
        """
        if kind == DEDICATED:
            return DEDICATED
        if community_kind == VILLAGE_KIND:
            return VILLAGE
        if self.households_fit(households):
            return IN_RANGE
        return ABOUT_1000 if self.persons_fit(persons) else EXCEPTION


RULES: Final = Rules()
