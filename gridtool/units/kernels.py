"""Kernels of the ground division: plain arrays in and out, no frames.

Vertices are numbered per enclosure. A label is the atom (building, compound or site) whose ground
a vertex belongs to; -1 while it is not known.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from gridtool.geom import Floats, Ints
from gridtool.units.predicates import inner

_CURVE_BITS = 15
_INSIDE = 0.02

Triangles = npt.NDArray[np.int32]


@numba.njit(cache=True, nogil=True)
def curve_places(xy: Floats, size: Floats) -> Ints:
    """Return where points lie along a Hilbert curve.

    Parameters
    ----------
    xy : float array, n x 2
        From the lower left of what the curve fills.
    size : float array, n
        Side of the square it fills, over 0.
    """
    top = (1 << _CURVE_BITS) - 1
    places = np.empty(len(xy), np.int64)
    for at in range(len(xy)):
        x, y = np.int64(xy[at, 0] / size[at] * top), np.int64(xy[at, 1] / size[at] * top)
        place = np.int64(0)
        for bit in range(_CURVE_BITS - 1, -1, -1):
            right, up = (x >> bit) & 1, (y >> bit) & 1
            place = (place << 2) | ((3 * right) ^ up)
            if up == 0:
                if right == 1:
                    x, y = top - x, top - y
                x, y = y, x
        places[at] = place
    return places


@numba.njit(cache=True, nogil=True)
def spread_labels(label: Ints, xy: Floats, triangles: Triangles) -> None:
    """Give every unlabelled vertex the label nearest to it along triangle edges, in place.

    Parameters
    ----------
    label : int array, n
        -1 where unknown.
    xy : float array, n x 2
    triangles : int array, t x 3
    """
    n = len(label)
    degree = np.zeros(n + 1, np.int64)
    for t in range(len(triangles)):
        for i in range(3):
            u, v = triangles[t, i], triangles[t, (i + 1) % 3]
            if label[u] < 0 or label[v] < 0:
                degree[u + 1] += 1
                degree[v + 1] += 1
    start = degree
    for u in range(n):
        start[u + 1] += start[u]
    fill = start[:-1].copy()
    other = np.empty(start[-1], np.int64)
    for t in range(len(triangles)):
        for i in range(3):
            u, v = triangles[t, i], triangles[t, (i + 1) % 3]
            if label[u] < 0 or label[v] < 0:
                other[fill[u]] = v
                fill[u] += 1
                other[fill[v]] = u
                fill[v] += 1
    distance = np.full(n, np.inf)
    queue = np.empty(n + 1, np.int64)
    waiting = np.zeros(n, np.bool_)
    head, tail, size = 0, 0, n + 1
    fixed = np.empty(n, np.bool_)
    for u in range(n):
        fixed[u] = label[u] >= 0
        if fixed[u] and start[u] < start[u + 1]:
            distance[u] = 0.0
            queue[tail] = u
            tail += 1
            waiting[u] = True
    while head != tail:
        u = queue[head]
        head = (head + 1) % size
        waiting[u] = False
        for e in range(start[u], start[u + 1]):
            v = other[e]
            if fixed[v]:
                continue
            reach = distance[u] + np.hypot(xy[u, 0] - xy[v, 0], xy[u, 1] - xy[v, 1])
            if reach < distance[v] or (reach == distance[v] and label[u] < label[v]):
                distance[v] = reach
                label[v] = label[u]
                if not waiting[v]:
                    queue[tail] = v
                    tail = (tail + 1) % size
                    waiting[v] = True


@inner
def _put(rows: Ints, at: int, a: int, b: int, c: int, d: int) -> None:
    rows[at, 0] = a
    rows[at, 1] = b
    rows[at, 2] = c
    rows[at, 3] = d


@numba.njit(cache=True, nogil=True)
def border_segments(triangles: Triangles, label: Ints, node: Ints) -> tuple[Ints, Ints]:
    """Draw the borders between labels through triangles, from edge middle to edge middle.

    Parameters
    ----------
    triangles : int array, t x 3
        Counter-clockwise.
    label : int array
        Label of each vertex.
    node : int array
        The vertex that each is on the ground.

    Returns
    -------
    ends : int array, s x 4
        Each segment runs from the middle of edge (0, 1) to the middle of edge (2, 3), in nodes; a
        column pair of ``(-1, t)`` is the centre of triangle t. Segments 2i and 2i + 1 are one
        border, there and back; each has its label on its left.
    side : int array, s
        The label on the left.
    """
    count = 0
    for t in range(len(triangles)):
        a, b, c = label[triangles[t, 0]], label[triangles[t, 1]], label[triangles[t, 2]]
        if a != b and b != c and a != c:
            count += 6
        elif a != b or b != c:
            count += 2
    ends = np.empty((count, 4), np.int64)
    side = np.empty(count, np.int64)
    # not plain numbers: the compiler would make one of everything for each it knows in advance
    s, none = 0 * count, 0 * count - 1
    for t in range(len(triangles)):
        a, b, c = label[triangles[t, 0]], label[triangles[t, 1]], label[triangles[t, 2]]
        if a == b and b == c:
            continue
        if a != b and b != c and a != c:
            for i in range(3):
                u, v = triangles[t, i], triangles[t, (i + 1) % 3]
                _put(ends, s, node[u], node[v], none, t)
                side[s] = label[u]
                _put(ends, s + 1, none, t, node[u], node[v])
                side[s + 1] = label[v]
                s += 2
            continue
        for i in range(3):
            u, v, w = triangles[t, i], triangles[t, (i + 1) % 3], triangles[t, (i + 2) % 3]
            if label[u] == label[v]:
                _put(ends, s, node[v], node[w], node[w], node[u])
                side[s] = label[u]
                _put(ends, s + 1, node[w], node[u], node[v], node[w])
                side[s + 1] = label[w]
                s += 2
    return ends, side


@numba.njit(cache=True, nogil=True)
def segment_starts(ends: Ints, xy: Floats, triangles: Triangles) -> Floats:
    """Return where segments start that are given as `border_segments` returns them."""
    places = np.empty((len(ends), 2))
    for at in range(len(ends)):
        u, v = ends[at, 0], ends[at, 1]
        if u < 0:
            a, b, c = triangles[v, 0], triangles[v, 1], triangles[v, 2]
            places[at, 0], places[at, 1] = _centre(xy, a, b, c)
            continue
        for i in range(2):
            # halves first: the sum is the same whichever end comes first, on both sides of a street
            places[at, i] = 0.5 * xy[u, i] + 0.5 * xy[v, i]
    return places


@inner
def _centre(xy: Floats, a: int, b: int, c: int) -> tuple[float, float]:
    """Return the point in a triangle as far from all three corners, or the nearest to it inside.

    The mean of the corners would stand out from the mid-line towards the shorter side: where a
    wide ground is shared, the borders would have teeth.
    """
    over_a = (xy[b, 0] - xy[c, 0]) ** 2 + (xy[b, 1] - xy[c, 1]) ** 2
    over_b = (xy[c, 0] - xy[a, 0]) ** 2 + (xy[c, 1] - xy[a, 1]) ** 2
    over_c = (xy[a, 0] - xy[b, 0]) ** 2 + (xy[a, 1] - xy[b, 1]) ** 2
    total = over_a + over_b + over_c
    of_a, of_b = over_a * (total - 2.0 * over_a), over_b * (total - 2.0 * over_b)
    of_c = over_c * (total - 2.0 * over_c)
    if min(of_a, of_b, of_c) <= 0.0:
        # beyond the longest side: the middle of it
        of_a, of_b = 1.0 if of_a > 0.0 else 0.0, 1.0 if of_b > 0.0 else 0.0
        of_c = 1.0 if of_c > 0.0 else 0.0
    total = max(of_a + of_b + of_c, 1e-12)
    of_a, of_b = max(of_a / total, _INSIDE), max(of_b / total, _INSIDE)
    of_c = max(of_c / total, _INSIDE)
    total = of_a + of_b + of_c
    x = (of_a * xy[a, 0] + of_b * xy[b, 0] + of_c * xy[c, 0]) / total
    y = (of_a * xy[a, 1] + of_b * xy[b, 1] + of_c * xy[c, 1]) / total
    return x, y


@numba.njit(cache=True, nogil=True)
def link_segments(ends: Ints, side: Ints) -> tuple[Ints, Ints, Ints]:
    """Find for each segment those of its label that start where it starts and where it ends.

    Parameters
    ----------
    ends : int array, s x 4
        As `border_segments` returns them.
    side : int array, s

    Returns
    -------
    follow, first, after : int array, s
        As `trace_rings` takes them.
    """
    n = len(ends)
    size = 8
    while size < 2 * n:
        size *= 2
    table = np.full(size, -1, np.int64)
    follow, first, after = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    for at in range(n - 1, -1, -1):
        slot = _slot(table, ends, side, at, ends[at, 0], ends[at, 1])
        after[at] = table[slot]
        table[slot] = at
        first[at] = slot
    for at in range(n):
        first[at] = table[first[at]]
        follow[at] = table[_slot(table, ends, side, at, ends[at, 2], ends[at, 3])]
    return follow, first, after


@inner
def _slot(table: Ints, ends: Ints, side: Ints, at: int, u: int, v: int) -> int:
    """Return the place in a table of what starts in one point with the label of one segment.

    A point on an edge is known by the edge, whichever end is named first.
    """
    low, high = min(u, v), max(u, v)
    key = np.uint64(low + 1) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(high)
    key = (key ^ (key >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9) + np.uint64(side[at])
    key = (key ^ (key >> np.uint64(32))) * np.uint64(0x94D049BB133111EB)
    slot = np.int64((key ^ (key >> np.uint64(31))) & np.uint64(len(table) - 1))
    while table[slot] >= 0:
        one = table[slot]
        a, b = min(ends[one, 0], ends[one, 1]), max(ends[one, 0], ends[one, 1])
        if a == low and b == high and side[one] == side[at]:
            break
        slot = (slot + 1) & (len(table) - 1)
    return int(slot)


@numba.njit(cache=True, nogil=True)
def trace_rings(follow: Ints, first: Ints, after: Ints) -> tuple[Ints, Ints]:
    """Link segments into rings that pass no point twice.

    Segments of one label that start in one point are a group, a chain of numbers.

    Parameters
    ----------
    follow : int array, s
        The first segment of the group that starts where segment i ends.
    first : int array, s
        The first segment of the group segment i is in.
    after : int array, s
        The next one in that group, -1 for none.

    Returns
    -------
    order : int array, s
        Segments ring after ring.
    ring_start : int array, r + 1
    """
    n = len(follow)
    used = np.zeros(n, np.bool_)
    path = np.empty(n, np.int64)
    place = np.full(n, -1, np.int64)
    order = np.empty(n, np.int64)
    ring_start = np.zeros(n + 1, np.int64)
    rings, filled = 0, 0
    for begin in range(n):
        if used[begin]:
            continue
        at, length = begin, 0
        while True:
            used[at] = True
            path[length] = at
            place[first[at]] = length
            length += 1
            group = follow[at]
            if place[group] >= 0:
                # back where the path has been: what lies between is a ring
                back = place[group]
                for i in range(back, length):
                    order[filled] = path[i]
                    place[first[path[i]]] = -1
                    filled += 1
                length = back
                rings += 1
                ring_start[rings] = filled
                if length == 0:
                    break
            at = group
            while after[at] >= 0 and used[at]:
                at = after[at]
    return order, ring_start[: rings + 1]


@inner
def _find_root(parent: Ints, node: int) -> int:
    """Return the root of a node, halving the path."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@numba.njit(cache=True, nogil=True)
def join_pairs(parent: Ints, first: Ints, second: Ints) -> None:
    """Join pairs of nodes, in place; the smaller root stays, so the order does not matter."""
    for i in range(len(first)):
        a, b = _find_root(parent, first[i]), _find_root(parent, second[i])
        if a < b:
            parent[b] = a
        elif b < a:
            parent[a] = b


@numba.njit(cache=True, nogil=True)
def roots(parent: Ints) -> Ints:
    """Return the root of every node."""
    out = np.empty_like(parent)
    for node in range(len(parent)):
        out[node] = _find_root(parent, node)
    return out
