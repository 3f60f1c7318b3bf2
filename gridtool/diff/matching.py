"""Which grids changed, and which of them belong together: the change groups."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridtool.canonical import IDENTITY
from gridtool.diff.likeness import ABSENT, MOVED, NEAR, REDRAWN, compare_shapes, wider_than
from gridtool.diff.places import Places, place_after, place_before
from gridtool.diff.revision import Objects, Revision
from gridtool.diff.tolerances import Tolerances
from gridtool.geom import Bools, Geometries, Ints, query_spread, spread

ATTRIBUTES: Final = IDENTITY[1:]
_FEW: Final = 500


class Matched(NamedTuple):
    """The two sides, grid by grid.

    Attributes
    ----------
    partner_old, partner_new : int arrays
        Position of the grid of the same code on the other side, -1 for none.
    like_old, like_new : int arrays
        How like it is (`gridtool.diff.likeness`).
    told_old : bool array, one for each old grid
        Whether its name, kind or community changed.
    places : Places
    """

    partner_old: Ints
    partner_new: Ints
    like_old: Ints
    like_new: Ints
    told_old: Bools
    places: Places


class Links(NamedTuple):
    """Pairs of changed grids that share ground: their positions, and the ground."""

    old: Ints
    new: Ints
    ground: Geometries


class Groups(NamedTuple):
    """The change groups.

    Attributes
    ----------
    ids : list of str
        The same on any machine.
    of_old, of_new : int arrays
        Group of each grid, -1 for none.
    """

    ids: list[str]
    of_old: Ints
    of_new: Ints

    def members(self) -> list[tuple[Ints, Ints]]:
        """Return the positions of the old and the new grids of each group."""
        return list(
            zip(*(_by_group(of, len(self.ids)) for of in (self.of_old, self.of_new)), strict=True)
        )


def _by_group(of: Ints, count: int) -> list[Ints]:
    """Return the positions of each group."""
    order = np.argsort(of, kind="stable")
    cuts = np.searchsorted(of[order], np.arange(count + 1))
    return [order[a:b] for a, b in pairwise(cuts.tolist())]


def match_revisions(
    old: Revision, new: Revision, points: Geometries, tolerances: Tolerances
) -> Matched:
    """Compare the grids of one code, and say where each building lies on both sides."""
    partner_old = new.grids.index.get_indexer(old.grids.index)
    partner_new = old.grids.index.get_indexer(new.grids.index)
    at = np.flatnonzero(partner_old >= 0)
    like_old = np.full(len(old), ABSENT, dtype=np.int64)
    like_old[at] = compare_shapes(old.shapes[at], new.shapes[partner_old[at]], tolerances)
    before = place_before(points, old.shapes, tolerances)
    kept = like_old <= NEAR
    places = place_after(points, new.shapes, before, partner_old, kept, tolerances)
    # a building that changes grid makes a real change, however near the lines lie
    strays = places.new != np.append(partner_old, -1)[places.old]
    came = np.append(partner_new, -1)[places.new[strays]]
    for touched in (places.old[strays], came):
        there = touched[touched >= 0]
        like_old[there] = np.maximum(like_old[there], MOVED)
    like_new = np.append(like_old, ABSENT)[partner_new]
    told = _told(old, new, partner_old)
    return Matched(partner_old, partner_new, like_old, like_new, told, places)


def _told(old: Revision, new: Revision, partner: Ints) -> Bools:
    """Return which old grids changed in name, kind or community; both sides must state it."""
    told = np.zeros(len(old), dtype=bool)
    at = np.flatnonzero(partner >= 0)
    for key in ATTRIBUTES:
        if key in old.stated & new.stated:
            one = old.grids[key].to_numpy(dtype=object)[at]
            told[at] |= one != new.grids[key].to_numpy(dtype=object)[partner[at]]
    return told


def link_ground(
    old: Revision, new: Revision, matched: Matched, tolerances: Tolerances, *, redrawn: bool
) -> Links:
    """Return which changed grids share ground that is more than noise.

    Parameters
    ----------
    redrawn : bool
        Whether redrawn lines count as changes.
    """
    least = REDRAWN if redrawn else MOVED
    olds = np.flatnonzero(matched.like_old >= least)
    news = np.flatnonzero(matched.like_new >= least)
    if not (len(olds) and len(news)):
        return Links(olds[:0], news[:0], np.empty(0, dtype=object))
    new_at, old_at = query_spread(shapely.STRtree(old.shapes[olds]), new.shapes[news])
    return shared_ground(olds[old_at], news[new_at], old.shapes, new.shapes, tolerances)


def shared_ground(
    one: Ints, other: Ints, olds: Geometries, news: Geometries, tolerances: Tolerances
) -> Links:
    """Return which of some pairs of grids share ground that is more than noise."""
    shared = spread(shapely.intersection, olds[one], news[other], least=_FEW)
    # a ribbon no wider than storage noise links nobody: neighbours that change apart stay apart
    real = shapely.area(shared) > tolerances.area_m2
    real[real] = wider_than(shared[real], 2 * tolerances.storage_m)
    return Links(one[real], other[real], shared[real])


def group_changes(
    old: Revision, new: Revision, matched: Matched, links: Links, *, redrawn: bool
) -> Groups:
    """Return the connected components of what changed."""
    least = REDRAWN if redrawn else MOVED
    changed_old = (matched.like_old >= least) | matched.told_old
    changed_new = matched.like_new >= least
    pairs = np.flatnonzero(matched.partner_old >= 0)
    changed_new[matched.partner_old[pairs]] |= changed_old[pairs]
    moved = _moves(matched.places)
    same = pairs[changed_old[pairs]]
    heads = np.concatenate((links.old, moved[0], same))
    tails = np.concatenate((links.new, moved[1], matched.partner_old[same]))
    count = len(old) + len(new)
    edges = coo_array((np.ones(len(heads)), (heads, tails + len(old))), shape=(count, count))
    _, label = connected_components(edges, directed=False)
    label[~np.concatenate((changed_old, changed_new))] = -1
    return _named(label[: len(old)], label[len(old) :], old.codes, new.codes)


def _moves(places: Places) -> tuple[Ints, Ints]:
    """Return the pairs of grids that a building lies in before and after."""
    both = (places.old >= 0) & (places.new >= 0)
    width = int(places.new.max(initial=0)) + 1
    pairs = np.unique(places.old[both] * width + places.new[both])
    return pairs // width, pairs % width


def _named(of_old: Ints, of_new: Ints, old_codes: Objects, new_codes: Objects) -> Groups:
    """Return the groups with their ids, in the order of the ids."""
    labels = np.unique(np.concatenate((of_old[of_old >= 0], of_new[of_new >= 0])))
    place = np.full(int(labels[-1]) + 2 if len(labels) else 1, -1, dtype=np.int64)
    place[labels] = np.arange(len(labels))
    numbered = Groups([], place[of_old], place[of_new])
    olds, news = (_by_group(of, len(labels)) for of in (numbered.of_old, numbered.of_new))
    ids = [
        group_id(old_codes[one].tolist(), new_codes[other].tolist())
        for one, other in zip(olds, news, strict=True)
    ]
    order = np.argsort(np.array(ids, dtype=str))
    rank = np.full(len(ids) + 1, -1, dtype=np.int64)
    rank[order] = np.arange(len(ids))
    return Groups([ids[at] for at in order], rank[numbered.of_old], rank[numbered.of_new])


def group_id(old_codes: Sequence[str], new_codes: Sequence[str]) -> str:
    """Return the id of a change group: the same on any machine.

    ``G`` and the first ten hexadecimal digits of the SHA-256 of its old codes, sorted and joined
    by ``|``, a ``>``, and its new codes in the same way.
    """
    text = f"{'|'.join(sorted(old_codes))}>{'|'.join(sorted(new_codes))}"
    return "G" + hashlib.sha256(text.encode()).hexdigest()[:10]
