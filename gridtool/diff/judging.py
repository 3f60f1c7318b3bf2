"""What each change group is: its kind, who goes on as whom, what moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.diff.kinds import Shape, kind_of
from gridtool.diff.likeness import MOVED
from gridtool.diff.matching import ATTRIBUTES, Groups, Matched
from gridtool.diff.places import Places
from gridtool.diff.relations import Sizes
from gridtool.diff.restoring import Restored
from gridtool.diff.revision import Revision
from gridtool.diff.tolerances import Tolerances
from gridtool.diff.wording import Move, Story
from gridtool.geom import Bools, Ints
from gridtool.rules import DEDICATED
from gridtool.shares import Link, Pair, match_grids

Told = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Comparison:
    """Two revisions compared, by position.

    Attributes
    ----------
    old, new : Revision
        As they were given, in one CRS.
    result : Revision
        The new side fitted in: what did not change has the bytes of the old side.
    homes : GeoDataFrame
        What `prepare_buildings` returns.
    matched, groups, restored, places
        What the steps return.
    rows : DataFrame
        What `gridtool.diff.relations.relate` returns.
    sizes_old, sizes_new : Sizes
        Of the grids of `old` and `result`.
    tolerances : Tolerances
    """

    old: Revision
    new: Revision
    result: Revision
    homes: gpd.GeoDataFrame
    matched: Matched
    groups: Groups
    restored: Restored
    places: Places
    rows: pd.DataFrame
    sizes_old: Sizes
    sizes_new: Sizes
    tolerances: Tolerances


class Judged(NamedTuple):
    """What the groups are.

    Attributes
    ----------
    kinds, flags, stories : lists, one for each group
    stays : bool array, one for each row of `Comparison.rows`
        Whether what the row tells stays in its grid.
    pairs : dict of new code to Pair
        Who goes on as whom, by reciprocal majority.
    strangers : frozenset of str
        Codes that name other ground than before.
    """

    kinds: list[str]
    flags: list[tuple[str, ...]]
    stories: list[Story]
    stays: Bools
    pairs: dict[str, Pair]
    strangers: frozenset[str]


class _Row(NamedTuple):
    """A relation in codes, empty where one side has none."""

    old: str
    new: str
    buildings: int
    households: int
    area_m2: float
    first_building: str
    real: bool


def judge_groups(found: Comparison) -> Judged:
    """Return what each group is."""
    rows = _rows(found)
    pairs = {pair.new: pair for pair in match_grids([_link(row) for row in rows])}
    starts = np.searchsorted(found.rows["group"], np.arange(len(found.groups.ids) + 1))
    counts = [side.counts["households"].to_numpy() for side in (found.sizes_old, found.sizes_new)]
    kinds, flags, stories = [], [], []
    stays: list[bool] = []
    strangers: set[str] = set()
    for at, (olds, news) in enumerate(found.groups.members()):
        mine = rows[starts[at] : starts[at + 1]]
        shape = _shape(found, olds, news, mine, pairs)
        kind, more = kind_of(shape)
        staying = _staying(mine, shape, pairs)
        kinds.append(kind)
        flags.append(more)
        stays += staying
        strangers |= shape.strangers
        held = (counts[0][olds].tolist(), counts[1][news].tolist())
        stories.append(_story(kind, shape, mine, staying, held))
    return Judged(kinds, flags, stories, np.array(stays, dtype=bool), pairs, frozenset(strangers))


def _rows(found: Comparison) -> list[_Row]:
    """Return the relations in codes."""
    columns = ["buildings", "households", "area_m2", "first_building", "real"]
    return [
        _Row(*values)
        for values in zip(
            np.append(found.old.codes, "")[found.rows["old"]].tolist(),
            np.append(found.result.codes, "")[found.rows["new"]].tolist(),
            *(found.rows[key].tolist() for key in columns),
            strict=True,
        )
    ]


def _link(row: _Row) -> Link:
    """Return a relation as the rule of continuity takes it, its ground in cm²."""
    ground = round(row.area_m2 * 10_000)
    return Link(row.old, row.new, row.households, row.buildings, ground, row.first_building)


def _shape(
    found: Comparison, olds: Ints, news: Ints, rows: list[_Row], pairs: Mapping[str, Pair]
) -> Shape:
    """Return what the kind of a group depends on."""
    old_codes, new_codes = found.old.codes[olds].tolist(), found.result.codes[news].tolist()
    both = set(old_codes) & set(new_codes)
    self_sharing = {row.old for row in rows if row.old == row.new and row.real}
    like = np.concatenate((found.matched.like_old[olds], found.matched.like_new[news]))
    kept = bool(found.restored.kept[news].all()) and len(news) > 0
    going_on = {code for code in both if code in pairs and pairs[code].old == code}
    return Shape(
        old=old_codes,
        new=new_codes,
        told=_told(found, old_codes, new_codes),
        dedicated_old=_dedicated(found.old, olds),
        dedicated_new=_dedicated(found.result, news),
        moved=not kept,
        redrawn=not kept and bool((like < MOVED).all()),
        strangers=frozenset(both - self_sharing) if not kept else frozenset(),
        discontinuous=frozenset(both - going_on) if not kept else frozenset(),
        on_border=any(not row.old or not row.new for row in rows),
    )


def _dedicated(revision: Revision, at: Ints) -> frozenset[str]:
    """Return the codes of the dedicated grids among some."""
    codes = revision.codes[at].tolist()
    told = revision.attributes
    return frozenset(code for code in codes if told[code]["grid_kind"] == DEDICATED)


def _told(found: Comparison, olds: list[str], news: list[str]) -> dict[str, Told]:
    """Return what grids that go on are told differently, by their new code."""
    both = set(olds) & set(news)
    alone = len(olds) == len(news) == 1
    pairs = [(olds[0], news[0])] if alone else [(code, code) for code in sorted(both)]
    stated = found.old.stated & found.new.stated
    told: dict[str, Told] = {}
    for old, new in pairs:
        before, after = found.old.attributes[old], found.result.attributes[new]
        changed: dict[str, tuple[str, str]] = {
            str(key): (before[key], after[key])
            for key in ATTRIBUTES
            if key in stated and before[key] != after[key]
        }
        if changed:
            told[new] = changed
    return told


def _staying(rows: list[_Row], shape: Shape, pairs: Mapping[str, Pair]) -> list[bool]:
    """Return which relations tell what stays: in the grid of its code, else in its successor."""
    keeps = (set(shape.old) & set(shape.new)) - shape.strangers
    return [
        row.old == row.new
        if row.old in keeps or row.new in keeps
        else row.new in pairs and pairs[row.new].old == row.old
        for row in rows
    ]


def _story(
    kind: str,
    shape: Shape,
    rows: list[_Row],
    stays: list[bool],
    households: tuple[list[int], list[int]],
) -> Story:
    """Return what the sentence of a group tells."""
    moves = [
        Move(row.old, row.new, row.households, row.buildings, row.area_m2)
        for row, stay in zip(rows, stays, strict=True)
        if not stay and row.real
    ]
    moves.sort(key=lambda move: (-move.households, -move.buildings, -move.area_m2, move.old))
    old = dict(zip(shape.old, households[0], strict=True))
    new = dict(zip(shape.new, households[1], strict=True))
    return Story(kind, old, new, moves, shape.told)
