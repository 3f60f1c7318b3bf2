"""Constrained Delaunay triangulation of the free ground of street blocks: kernels.

Vertices are put in one after another along a Hilbert curve, edges are flipped until every
triangle is Delaunay, then the outlines of block and shapes are forced and the rest is flipped
again. Source: S. W. Sloan, A fast algorithm for generating constrained Delaunay triangulations,
1993. Time is near linear in the vertices of a block, however regular they stand.
"""

from __future__ import annotations

import numba
import numpy as np

from gridtool.geom import Bools, Floats, Ints
from gridtool.units.mesh import (
    Mesh,
    facing,
    find_edge,
    fix_edge,
    flip,
    place_of,
    relink,
    set_triangle,
)
from gridtool.units.predicates import inner, side_of, surely_in_circle

_AWAY = 30.0
"""How far off the corners stand that enclose a block, in sizes of it."""


@numba.njit(cache=True, nogil=True)
def triangulate(xy: Floats, start: Ints, order: Ints, following: Ints, outline: Bools) -> Ints:
    """Triangulate blocks without the shapes in them.

    Parameters
    ----------
    xy : float array, n x 2
        Vertices, block after block; equal ones in a block are one vertex, the first in order.
    start : int array, b + 1
        Where each block starts.
    order : int array, n
        The vertices of each block in the order they are put in.
    following : int array, n
        The vertex at the other end of the edge that starts in each vertex. Edges do not cross.
    outline : bool array, n
        Whether that edge is one of the block's outline; the block is on its left.

    Returns
    -------
    int array, t x 3
        Vertices, counter-clockwise.
    """
    found = np.empty((2 * (start[-1] - start[0]), 3), np.int64)
    filled = 0
    for block in range(len(start) - 1):
        first, n = start[block], start[block + 1] - start[block]
        points = _with_corners(xy, first, n)
        mesh, same, touched = _insert_all(points, order, first)
        for of_block in (True, False):
            for v in range(n):
                if outline[first + v] == of_block:
                    _force(points, mesh, same[v], same[following[first + v] - first], touched)
        _flip_all(points, mesh, touched)
        for v in range(n):
            if outline[first + v]:
                _reach(mesh, same[v], same[following[first + v] - first], touched)
        for t in range(len(touched)):
            if touched[t] and max(mesh[0][t, 0], mesh[0][t, 1], mesh[0][t, 2]) < n:
                for i in range(3):
                    found[filled, i] = first + mesh[0][t, i]
                filled += 1
    return found[:filled]


@inner
def _with_corners(xy: Floats, first: int, n: int) -> Floats:
    """Return the points of a block, and behind them the corners of a triangle around them all."""
    points = np.empty((n + 3, 2))
    low_x = high_x = xy[first, 0]
    low_y = high_y = xy[first, 1]
    for at in range(n):
        x, y = xy[first + at, 0], xy[first + at, 1]
        points[at, 0], points[at, 1] = x, y
        low_x, high_x = min(low_x, x), max(high_x, x)
        low_y, high_y = min(low_y, y), max(high_y, y)
    x, y = (low_x + high_x) / 2, (low_y + high_y) / 2
    away = _AWAY * max(high_x - low_x, high_y - low_y, 1.0)
    points[n, 0], points[n, 1] = x - away, y - away / 2
    points[n + 1, 0], points[n + 1, 1] = x + away, y - away / 2
    points[n + 2, 0], points[n + 2, 1] = x, y + away
    return points


@inner
def _insert_all(points: Floats, order: Ints, first: int) -> tuple[Mesh, Ints, Bools]:
    """Triangulate points; the last three enclose the others.

    Returns
    -------
    mesh
    same : int array
        For each point the vertex it is: itself, or an equal one.
    touched : bool array, t
        All False.
    """
    n = len(points) - 3
    corner, beyond = np.empty((2 * n + 1, 3), np.int64), np.empty((2 * n + 1, 3), np.int64)
    fixed, at = np.zeros((2 * n + 1, 3), np.bool_), np.zeros(n + 3, np.int64)
    mesh = (corner, beyond, fixed, at)
    # not plain numbers: the compiler would make one of everything for each it knows in advance
    count: int = len(at) - n - 2
    t, none = count - 1, -count
    set_triangle(mesh, t, n, n + 1, n + 2, none, none, none)
    same = np.empty(n + 3, np.int64)
    stack = np.empty(2 * n + 4, np.int64)
    for place in range(first, first + n):
        p = order[place] - first
        t = _locate(points, mesh, count, t, p)
        same[p] = _equal_corner(points, corner, t, p)
        if same[p] >= 0:
            continue
        same[p] = p
        edge = none
        for i in range(3):
            if side_of(points, corner[t, (i + 1) % 3], corner[t, (i + 2) % 3], p) == 0.0:
                edge = i
        if edge < 0:
            waiting = _split_triangle(mesh, count, t, p, stack)
        else:
            waiting = _split_edge(mesh, count, t, edge, p, stack)
        count += 2
        _flip_around(points, mesh, stack, waiting)
    mesh = (corner[:count], beyond[:count], fixed[:count], at)
    return mesh, same, np.zeros(count, np.bool_)


@inner
def _locate(points: Floats, mesh: Mesh, count: int, t: int, p: int) -> int:
    """Return a triangle with a point in it or on its edge, on a walk from triangle t."""
    corner, beyond = mesh[0], mesh[1]
    before = -1
    for step in range(count + 10):
        away = -1
        for j in range(3):
            # from another edge each time: no walk goes round in circles
            i = (j + step) % 3
            other = beyond[t, i]
            if other < 0 or other == before:
                continue
            if side_of(points, corner[t, (i + 1) % 3], corner[t, (i + 2) % 3], p) < 0.0:
                away = other
                break
        if away < 0:
            return t
        before, t = t, away
    for one in range(count):
        outside = False
        for i in range(3):
            a, b = corner[one, (i + 1) % 3], corner[one, (i + 2) % 3]
            outside |= side_of(points, a, b, p) < 0.0
        if not outside:
            return one
    return t


@inner
def _equal_corner(points: Floats, corner: Ints, t: int, p: int) -> int:
    """Return the corner of a triangle that is where a point is, -1 for none."""
    for i in range(3):
        v = corner[t, i]
        if points[v, 0] == points[p, 0] and points[v, 1] == points[p, 1]:
            return int(v)
    return -1


@inner
def _split_triangle(mesh: Mesh, count: int, t: int, p: int, stack: Ints) -> int:
    """Put a point into a triangle; return how many triangles are on the stack to be looked at."""
    corner, beyond = mesh[0], mesh[1]
    a, b, c = corner[t, 0], corner[t, 1], corner[t, 2]
    over_a, over_b, over_c = beyond[t, 0], beyond[t, 1], beyond[t, 2]
    u, v = count, count + 1
    set_triangle(mesh, t, p, b, c, over_a, u, v)
    set_triangle(mesh, u, p, c, a, over_b, v, t)
    set_triangle(mesh, v, p, a, b, over_c, t, u)
    relink(beyond, over_b, t, u)
    relink(beyond, over_c, t, v)
    stack[0], stack[1], stack[2] = t, u, v
    return 3


@inner
def _split_edge(mesh: Mesh, count: int, t: int, i: int, p: int, stack: Ints) -> int:
    """Put a point on the edge that faces corner i; return as `_split_triangle` does."""
    corner, beyond = mesh[0], mesh[1]
    a, b, c = corner[t, i], corner[t, (i + 1) % 3], corner[t, (i + 2) % 3]
    over_b, over_c = beyond[t, (i + 1) % 3], beyond[t, (i + 2) % 3]
    u = beyond[t, i]
    j = facing(beyond, u, t)
    d = corner[u, j]
    under_c, under_b = beyond[u, (j + 1) % 3], beyond[u, (j + 2) % 3]
    v, w = count, count + 1
    set_triangle(mesh, t, p, c, a, over_b, v, w)
    set_triangle(mesh, v, p, a, b, over_c, u, t)
    set_triangle(mesh, u, p, b, d, under_c, w, v)
    set_triangle(mesh, w, p, d, c, under_b, t, u)
    relink(beyond, over_c, t, v)
    relink(beyond, under_b, u, w)
    stack[0], stack[1], stack[2], stack[3] = t, v, u, w
    return 4


@inner
def _flip_around(points: Floats, mesh: Mesh, stack: Ints, waiting: int) -> None:
    """Flip edges until the triangles at a new vertex, their first corner, are Delaunay."""
    corner, beyond = mesh[0], mesh[1]
    while waiting:
        waiting -= 1
        t = stack[waiting]
        u = beyond[t, 0]
        if u < 0:
            continue
        d = corner[u, facing(beyond, u, t)]
        if surely_in_circle(points, corner[t, 0], corner[t, 1], corner[t, 2], d):
            stack[waiting], stack[waiting + 1] = t, flip(mesh, t, 0)
            waiting += 2


@inner
def _force(points: Floats, mesh: Mesh, a: int, b: int, touched: Bools) -> None:
    """Make the line from a to b an edge, or a row of edges where vertices lie on it.

    A line across an edge forced before is let go: that is for shapes drawn over one another, which
    there should not be.
    """
    while a != b:  # equal where two vertices are one
        if find_edge(mesh, a, b)[0] >= 0:
            fix_edge(mesh, a, b)
            return
        end, crossed = _crossed_edges(points, mesh, a, b)
        if end < 0 or not _clear_way(points, mesh, a, end, crossed, touched):
            return
        fix_edge(mesh, a, end)
        a = end


@inner
def _crossed_edges(points: Floats, mesh: Mesh, a: int, b: int) -> tuple[int, Ints]:
    """Return the first vertex on the line from a to b, and the edges crossed on the way to it.

    Edges are rows of their vertices, the one on the right of the line first. The vertex is -1
    where an edge on the way is forced.
    """
    corner, beyond, fixed = mesh[0], mesh[1], mesh[2]
    edges = np.empty((32, 2), np.int64)
    count, t = 0, mesh[3][a]
    first = t
    while True:
        i = place_of(corner, t, a)
        right, left = corner[t, (i + 1) % 3], corner[t, (i + 2) % 3]
        side = side_of(points, a, b, right)
        if side == 0.0 and _ahead(points, a, b, right):
            return int(right), edges[:0]
        if side < 0.0 and side_of(points, a, b, left) > 0.0:
            break
        t = beyond[t, (i + 1) % 3]
        if t == first:
            return -1, edges[:0]
    while True:
        if fixed[t, i]:
            return -1, edges[:0]
        if count == len(edges):
            edges = _twice_as_long(edges)
        edges[count, 0], edges[count, 1] = right, left
        count += 1
        u = beyond[t, i]
        d = corner[u, facing(beyond, u, t)]
        side = side_of(points, a, b, d)
        if d == b or side == 0.0:
            return int(d), edges[:count]
        # on through the edge that faces the corner left behind
        t, i = u, place_of(corner, u, left if side > 0.0 else right)
        if side > 0.0:
            left = d
        else:
            right = d


@inner
def _twice_as_long(rows: Ints) -> Ints:
    """Return rows with as many empty ones behind."""
    longer = np.empty((2 * len(rows), 2), np.int64)
    for at in range(len(rows)):
        longer[at, 0], longer[at, 1] = rows[at, 0], rows[at, 1]
    return longer


@inner
def _ahead(points: Floats, a: int, b: int, c: int) -> bool:
    """Return whether from a, c lies in the direction of b."""
    x, y = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1]
    u, v = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1]
    return bool(x * u + y * v > 0.0)


@inner
def _clear_way(points: Floats, mesh: Mesh, a: int, b: int, crossed: Ints, touched: Bools) -> bool:
    """Flip the edges that cross the line from a to b until none does; return whether that went."""
    corner, beyond = mesh[0], mesh[1]
    queue, head, size = crossed, 0, len(crossed)
    left = size
    # a quadrangle that cannot be flipped yet can be, once others around it are
    for _ in range(100 + 20 * size * size):
        if left == 0:
            return True
        one, other = queue[head, 0], queue[head, 1]
        t, i = find_edge(mesh, one, other)
        if t < 0:
            return False
        u = beyond[t, i]
        p, d = corner[t, i], corner[u, facing(beyond, u, t)]
        # t is p, one, other; u is d, other, one
        if side_of(points, p, one, d) > 0.0 and side_of(points, d, other, p) > 0.0:
            touched[t] = touched[flip(mesh, t, i)] = True
            across = p not in (a, b) and d not in (a, b)
            if across:
                p_side, d_side = side_of(points, a, b, p), side_of(points, a, b, d)
                across = (p_side > 0.0) != (d_side > 0.0)
                one, other = (d, p) if p_side > 0.0 else (p, d)
            if not across:
                left -= 1
                head = (head + 1) % size
                continue
        queue[(head + left) % size, 0], queue[(head + left) % size, 1] = one, other
        head = (head + 1) % size
    return False


@inner
def _flip_all(points: Floats, mesh: Mesh, touched: Bools) -> None:
    """Flip edges, except those that are forced, until all is Delaunay.

    Parameters
    ----------
    touched : bool array, t
        Triangles that may not be; all False afterwards.
    """
    corner, beyond, fixed = mesh[0], mesh[1], mesh[2]
    stack = np.empty(len(touched) + 1, np.int64)
    waiting = 0
    for t in range(len(touched)):
        if touched[t]:
            stack[waiting] = t
            waiting += 1
    while waiting:
        waiting -= 1
        t = stack[waiting]
        touched[t] = False
        for i in range(3):
            u = beyond[t, i]
            if u < 0 or fixed[t, i]:
                continue
            d = corner[u, facing(beyond, u, t)]
            if surely_in_circle(points, corner[t, 0], corner[t, 1], corner[t, 2], d):
                u = flip(mesh, t, i)
                for one in (t, u):
                    if not touched[one]:
                        touched[one] = True
                        stack[waiting] = one
                        waiting += 1
                break


@inner
def _reach(mesh: Mesh, a: int, b: int, reached: Bools) -> None:
    """Mark what is reached from the left of an edge without crossing edges that are forced."""
    beyond, fixed = mesh[1], mesh[2]
    t, _ = find_edge(mesh, a, b)
    if t < 0 or reached[t]:
        return
    stack = np.empty(len(reached), np.int64)
    stack[0] = t
    reached[t] = True
    waiting = 1
    while waiting:
        waiting -= 1
        t = stack[waiting]
        for i in range(3):
            u = beyond[t, i]
            if u >= 0 and not reached[u] and not fixed[t, i]:
                reached[u] = True
                stack[waiting] = u
                waiting += 1
