"""Kinds of change: one primary kind for each group, further ones as flags.

Sources: GSIM's typology of item changes (RC1 deletion … RC5 transfer, VC1 code, VC2 name) and the
change indicator of the British output areas (U unchanged, S split, M merged, X neither).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from gridtool.rules import DEDICATED

CREATE: Final = "create"
RETIRE: Final = "retire"
REDRAW: Final = "redraw"
RENAME: Final = "rename"
DEDICATED_ON: Final = "dedicated_on"
DEDICATED_OFF: Final = "dedicated_off"
PARENT: Final = "parent"
RECODE: Final = "recode"
SPLIT_OFF: Final = "split_off"
BREAKDOWN: Final = "breakdown"
TAKE_OVER: Final = "take_over"
MERGER: Final = "merger"
TRANSFER: Final = "transfer"
CODE_SWAP: Final = "code_swap"
REDISTRIBUTION: Final = "redistribution"

CARVE_DEDICATED: Final = "carve_dedicated"
DISCONTINUOUS: Final = "code_discontinuous"
BORDER: Final = "county_border"


class Kind(NamedTuple):
    """A kind of change: its names, GSIM's class and the letter of the British output areas."""

    zh: str
    en: str
    gsim: str
    ons: str


KINDS: Final[Mapping[str, Kind]] = {
    CREATE: Kind("新设", "created", "RC2", "X"),
    RETIRE: Kind("撤销", "retired", "RC1", "X"),
    REDRAW: Kind("界线修绘", "redrawn", "", "U"),
    DEDICATED_ON: Kind("改为专属网格", "made dedicated", "VC2", "U"),
    DEDICATED_OFF: Kind("改为基础网格", "no longer dedicated", "VC2", "U"),
    PARENT: Kind("隶属变更", "moved to another community", "VC2", "U"),
    RENAME: Kind("更名", "renamed", "VC2", "U"),
    RECODE: Kind("编码变更", "recoded", "VC1", "U"),
    SPLIT_OFF: Kind("划出", "split off", "RC4.2", "S"),
    BREAKDOWN: Kind("拆分", "broken up", "RC4.1", "S"),
    TAKE_OVER: Kind("并入", "taken over", "RC3.2", "M"),
    MERGER: Kind("合并", "merged", "RC3.1", "M"),
    TRANSFER: Kind("边界调整", "boundary moved", "RC5", "X"),
    CODE_SWAP: Kind("编码错位", "codes swapped", "", "X"),
    REDISTRIBUTION: Kind("重新划分", "redistributed", "RC3+4", "X"),
}
"""Kinds in the order in which those of attributes are primary."""

FLAGS: Final[Mapping[str, tuple[str, str]]] = {
    CARVE_DEDICATED: ("划出专属网格", "a dedicated grid carved out"),
    DISCONTINUOUS: ("沿用编码不足半数", "a code kept without the majority"),
    BORDER: ("涉及县界", "the county's border moved"),
    **{key: (kind.zh, kind.en) for key, kind in KINDS.items()},
}


@dataclass(frozen=True)
class Shape:
    """What the kind of a group depends on.

    Attributes
    ----------
    old, new : sequences of str
        Codes of the two sides, sorted.
    told : mapping of code to the columns it tells differently, each with its value before, after
    dedicated_old, dedicated_new : frozenset of str
        Codes of the dedicated grids.
    moved : bool
        Whether ground or buildings moved at all.
    redrawn : bool
        Whether no line moved farther than the drawing tolerance, and no building.
    strangers : frozenset of str
        Codes of both sides that share nothing with their former self.
    discontinuous : frozenset of str
        Codes of both sides that a grid carries without the reciprocal majority.
    on_border : bool
        Whether ground came to the county or left it.
    """

    old: Sequence[str]
    new: Sequence[str]
    told: Mapping[str, Mapping[str, tuple[str, str]]]
    dedicated_old: frozenset[str]
    dedicated_new: frozenset[str]
    moved: bool
    redrawn: bool
    strangers: frozenset[str]
    discontinuous: frozenset[str]
    on_border: bool


def kind_of(shape: Shape) -> tuple[str, tuple[str, ...]]:
    """Return the kind of a group, and its flags."""
    primary = _primary(shape)
    flags = set(_told_kinds(shape))
    if primary == SPLIT_OFF and shape.dedicated_new - set(shape.old):
        flags.add(CARVE_DEDICATED)
    if shape.strangers:
        flags.add(CODE_SWAP)
    if shape.discontinuous - shape.strangers:
        flags.add(DISCONTINUOUS)
    if shape.on_border and primary not in (CREATE, RETIRE):
        flags.add(BORDER)
    return primary, tuple(key for key in FLAGS if key in flags - {primary})


def _told_kinds(shape: Shape) -> list[str]:
    """Return the kinds of the attributes that changed, the weightiest first."""
    kinds = set()
    for told in shape.told.values():
        if "grid_kind" in told:
            kinds.add(DEDICATED_ON if told["grid_kind"][1] == DEDICATED else DEDICATED_OFF)
        if "community_code" in told:
            kinds.add(PARENT)
        if "grid_name" in told:
            kinds.add(RENAME)
    return [key for key in KINDS if key in kinds]


def _primary(shape: Shape) -> str:
    """Return the kind by the first match."""
    olds, news = set(shape.old), set(shape.new)
    if not olds or not news:
        return CREATE if news else RETIRE
    if olds == news:
        return _same_codes(shape)
    if len(olds) == len(news) == 1:
        return RECODE
    if len(olds) == 1:
        return SPLIT_OFF if olds & news else BREAKDOWN
    if len(news) == 1:
        return TAKE_OVER if olds & news else MERGER
    return REDISTRIBUTION


def _same_codes(shape: Shape) -> str:
    """Return the kind of a group that has the same codes before and after."""
    if shape.redrawn:
        return REDRAW
    if not shape.moved:
        return _told_kinds(shape)[0]
    if shape.strangers:
        return CODE_SWAP
    return REDISTRIBUTION if shape.discontinuous else TRANSFER
