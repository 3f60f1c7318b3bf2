"""A sentence for each change group, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gridtool.diff import kinds
from gridtool.messages import Lang
from gridtool.rules import DEDICATED

_MOST: Final = 6
_ATTRIBUTES: Final = {
    kinds.DEDICATED_ON: ("{code} 改为专属网格", "{code} becomes a dedicated grid"),
    kinds.DEDICATED_OFF: ("{code} 改为基础网格", "{code} is a dedicated grid no more"),
    kinds.PARENT: (
        "{code} 由社区 {before} 改隶 {after}",
        "{code} goes from community {before} to {after}",
    ),
    kinds.RENAME: ("{code} 更名：{before} → {after}", "{code} is renamed: {before} → {after}"),
}


@dataclass(frozen=True)
class Move:
    """What goes from one grid to another: empty codes for what one side lacks."""

    old: str
    new: str
    households: int
    buildings: int
    area_m2: float


@dataclass(frozen=True)
class Story:
    """What a sentence tells.

    Attributes
    ----------
    kind : str
        Of `gridtool.diff.kinds.KINDS`.
    old, new : mapping of code to households
        Of the two sides, sorted by code.
    moves : sequence of Move
        What does not stay in its grid, the largest first.
    told : mapping of code to columns told differently, each with its value before and after
    """

    kind: str
    old: Mapping[str, int]
    new: Mapping[str, int]
    moves: Sequence[Move]
    told: Mapping[str, Mapping[str, tuple[str, str]]]


def describe(story: Story, lang: Lang) -> str:
    """Return the sentence, without the full stop."""
    said = [_main(story, lang), *(_told(code, told, lang) for code, told in story.told.items())]
    return ("；" if lang == "zh" else "; ").join(filter(None, said))


def _told(code: str, told: Mapping[str, tuple[str, str]], lang: Lang) -> str:
    """Return what a grid is called differently."""
    at = 0 if lang == "zh" else 1
    said = []
    for column, (before, after) in told.items():
        if column == "grid_kind":
            kind = kinds.DEDICATED_ON if after == DEDICATED else kinds.DEDICATED_OFF
        else:
            kind = kinds.RENAME if column == "grid_name" else kinds.PARENT
        said.append(_ATTRIBUTES[kind][at].format(code=code, before=before, after=after))
    return ("，" if lang == "zh" else ", ").join(said)


def _main(story: Story, lang: Lang) -> str:
    """Return what happened to the ground and the codes, empty where nothing did."""
    zh = lang == "zh"
    one, other = _listed(list(story.old), lang), _listed(list(story.new), lang)
    sized_old, sized_new = _sized(story.old, lang), _sized(story.new, lang)
    match story.kind:
        case kinds.CREATE:
            return f"新设 {sized_new}" if zh else f"{sized_new} is created"
        case kinds.RETIRE:
            return f"撤销 {sized_old}" if zh else f"{sized_old} is retired"
        case kinds.REDRAW:
            return f"{one} 界线修绘，户数不变" if zh else f"the lines of {one} are redrawn"
        case kinds.RECODE:
            return f"{one} 编码改为 {other}" if zh else f"{one} is recoded {other}"
        case kinds.BREAKDOWN:
            return f"{one} 拆分为 {sized_new}" if zh else f"{one} is broken up into {sized_new}"
        case kinds.TAKE_OVER:
            joined = _sized(
                {code: n for code, n in story.old.items() if code not in story.new}, lang
            )
            return f"{joined} 并入 {other}" if zh else f"{joined} goes into {other}"
        case kinds.MERGER:
            return f"{sized_old} 合并为 {other}" if zh else f"{sized_old} are merged into {other}"
        case kinds.SPLIT_OFF | kinds.TRANSFER:
            return _moves(story.moves, lang)
        case kinds.CODE_SWAP:
            return f"{one} 的编码错位" if zh else f"the codes of {one} are swapped"
        case kinds.REDISTRIBUTION:
            moved = sum(move.households for move in story.moves)
            if zh:
                return f"{one} 重新划分为 {sized_new}，划转 {moved:,} 户"
            return f"{one} are redistributed into {sized_new}, moving {moved:,} households"
    return ""


def _moves(moves: Sequence[Move], lang: Lang) -> str:
    """Return who gave what to whom."""
    said = [_move(move, lang) for move in moves[:_MOST]]
    left = len(moves) - len(said)
    if left:
        said.append(f"另 {left} 处" if lang == "zh" else f"{left} more")
    return ("；" if lang == "zh" else "; ").join(said)


def _move(move: Move, lang: Lang) -> str:
    """Return what one grid gave to another."""
    zh = lang == "zh"
    if move.buildings:
        what = f"{move.households:,} 户（{move.buildings:,} 栋）"
        english = f"{move.households:,} households ({move.buildings:,} buildings)"
    else:
        what = f"{move.area_m2:,.0f} 平方米（无楼栋）"
        english = f"{move.area_m2:,.0f} m² without buildings"
    if not move.new:
        return f"{move.old} 划走 {what}" if zh else f"{move.old} loses {english}"
    if not move.old:
        return f"{move.new} 新增 {what}" if zh else f"{move.new} gains {english}"
    return (
        f"{move.old} 划出 {what}至 {move.new}"
        if zh
        else f"{move.old} gives {english} to {move.new}"
    )


def _sized(counts: Mapping[str, int], lang: Lang) -> str:
    """Return codes with their households, the first of very many."""
    unit = " 户" if lang == "zh" else " households"
    marks = ("（", "）") if lang == "zh" else (" (", ")")
    return _listed([f"{code}{marks[0]}{n:,}{unit}{marks[1]}" for code, n in counts.items()], lang)


def _listed(words: list[str], lang: Lang) -> str:
    """Return words in a row, the first of very many."""
    left = len(words) - _MOST
    if left > 0:
        more = f"等 {len(words)} 个" if lang == "zh" else f"… ({len(words)})"
        return ("、" if lang == "zh" else ", ").join(words[:_MOST]) + more
    return ("、" if lang == "zh" else ", ").join(words)
