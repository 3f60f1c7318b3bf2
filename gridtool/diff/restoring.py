"""Sticky ground: what did not change keeps its bytes, and what did is fitted in without a seam.

A change group takes up the ground of its old grids to the millimetre. Where its new grids fill
that ground but for nodes on its border they stay as they were drawn; else their lines are cut
together with the old border, and every sliver goes to a grid of the group.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from gridtool.diff.fitting import ON_LINE_M, fit_grids, ground_to_fill, union_of
from gridtool.diff.likeness import MOVED, REDRAWN
from gridtool.diff.matching import Groups, Matched
from gridtool.diff.revision import Revision
from gridtool.diff.tolerances import Tolerances
from gridtool.geom import Bools, Floats, Geometries, Ints

Nodes = npt.NDArray[np.void]
"""Nodes of several groups: group, x, y."""


class Restored(NamedTuple):
    """The new grids, fitted in.

    Attributes
    ----------
    shapes : array of polygons
        Of all grids of the new side.
    kept : bool array, one for each new grid
        Whether it has the bytes of the old grid of its code.
    fitted : bool array, one for each new grid
        Whether its lines were cut together with the old border.
    nodes : array of Point
        New nodes on lines of the old side: what neighbours must take up to meet the grids exactly.
    """

    shapes: Geometries
    kept: Bools
    fitted: Bools
    nodes: Geometries


class _Ground(NamedTuple):
    """The ground of groups before and after, and their new grids."""

    before: Geometries
    after: Geometries
    meets: Bools
    news: list[Ints]


def restore_shapes(
    old: Revision,
    new: Revision,
    matched: Matched,
    groups: Groups,
    tolerances: Tolerances,
    *,
    redrawn: bool,
) -> Restored:
    """Return the new grids with the ground that did not change as it was, to the byte.

    Parameters
    ----------
    redrawn : bool
        Whether redrawn lines count as changes.
    """
    least = REDRAWN if redrawn else MOVED
    shapes = new.shapes.copy()
    kept = matched.like_new < least
    shapes[kept] = old.shapes[matched.partner_new[kept]]
    ground = _grounds(old, new, matched, groups, least)
    clean, nodes = _clean(ground, new.shapes)
    fitted = np.zeros(len(new), dtype=bool)
    tree = shapely.STRtree(old.shapes)
    for at in np.flatnonzero(~clean):
        news = ground.news[at]
        target = ground_to_fill(ground.before[at], ground.after[at], old.shapes, tree, tolerances)
        shapes[news] = fit_grids(target, new.shapes[news], tolerances)
        fitted[news] = True
    cut = shapely.get_coordinates(shapely.boundary(shapes[fitted]))
    points = np.unique(np.concatenate((nodes, cut)), axis=0)
    return Restored(shapes, kept, fitted, shapely.points(points))


def _grounds(old: Revision, new: Revision, matched: Matched, groups: Groups, least: int) -> _Ground:
    """Return the ground of each group with new grids that changed their lines."""
    before, after, meets, news = [], [], [], []
    for one, other in groups.members():
        mine = one[matched.like_old[one] >= least]
        theirs = other[matched.like_new[other] >= least]
        if len(theirs):
            news.append(theirs)
            before.append(union_of(old.shapes[mine])[0])
            whole, fits = union_of(new.shapes[theirs])
            after.append(whole)
            meets.append(fits)
    return _Ground(
        np.array(before, dtype=object),
        np.array(after, dtype=object),
        np.array(meets, dtype=bool),
        news,
    )


def _clean(ground: _Ground, shapes: Geometries) -> tuple[Bools, Floats]:
    """Return which groups fill their old ground as they are drawn, and their new nodes on its edge.

    Every node of the old edge must be there still, further ones lie on it, and no inner node comes
    so near that a sliver of noise parts it from the edge.
    """
    edges, outer = shapely.boundary(ground.before), shapely.boundary(ground.after)
    clean = ground.meets.copy()
    clean[clean] = shapely.hausdorff_distance(edges[clean], outer[clean]) <= ON_LINE_M
    group = np.repeat(np.arange(len(edges)), [len(news) for news in ground.news])
    news = np.concatenate([*ground.news, np.empty(0, dtype=np.int64)])
    before, after = (_nodes(lines, np.arange(len(lines))) for lines in (edges, outer))
    drawn = _nodes(shapely.boundary(shapes[news]), group)
    clean[before[~np.isin(before, after)]["group"]] = False
    inner = drawn[~np.isin(drawn, after)]
    points = shapely.points(inner["x"], inner["y"])
    beside = shapely.dwithin(edges[inner["group"]], points, ON_LINE_M)
    clean[inner[beside]["group"]] = False
    extra = after[~np.isin(after, before)]
    extra = extra[clean[extra["group"]]]
    return clean, np.column_stack((extra["x"], extra["y"]))


def _nodes(lines: Geometries, group: Ints) -> Nodes:
    """Return the nodes of lines, each once for each group."""
    xy, at = shapely.get_coordinates(lines, return_index=True)
    nodes = np.empty(len(xy), dtype=[("group", np.int64), ("x", np.float64), ("y", np.float64)])
    nodes["group"], nodes["x"], nodes["y"] = group[at], xy[:, 0], xy[:, 1]
    return np.unique(nodes)
