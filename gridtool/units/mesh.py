"""The mesh of a triangulation, and what changes it without looking at coordinates: kernels.

A mesh is a tuple of arrays: ``corner`` (t x 3, counter-clockwise), ``beyond`` (t x 3, the triangle
across the edge that faces each corner, -1 for none), ``fixed`` (t x 3, whether that edge is forced)
and ``at`` (a triangle at each vertex).
"""

from __future__ import annotations

from gridtool.geom import Bools, Ints
from gridtool.units.predicates import inner

Mesh = tuple[Ints, Ints, Bools, Ints]


@inner
def set_triangle(
    mesh: Mesh, t: int, a: int, b: int, c: int, over_a: int, over_b: int, over_c: int
) -> None:
    """Write a triangle."""
    corner, beyond, at = mesh[0], mesh[1], mesh[3]
    corner[t, 0], corner[t, 1], corner[t, 2] = a, b, c
    beyond[t, 0], beyond[t, 1], beyond[t, 2] = over_a, over_b, over_c
    at[a] = at[b] = at[c] = t


@inner
def relink(beyond: Ints, t: int, old: int, new: int) -> None:
    """Tell a triangle that another one lies across an edge now."""
    if t >= 0:
        for i in range(3):
            if beyond[t, i] == old:
                beyond[t, i] = new


@inner
def facing(beyond: Ints, t: int, other: int) -> int:
    """Return the corner of triangle t that faces the edge it shares with another."""
    for i in range(2):
        if beyond[t, i] == other:
            return i
    return 2


@inner
def flip(mesh: Mesh, t: int, i: int) -> int:
    """Flip the edge that faces corner i of triangle t; return the triangle across it.

    Both have that corner first then.
    """
    corner, beyond, fixed = mesh[0], mesh[1], mesh[2]
    u = beyond[t, i]
    j = facing(beyond, u, t)
    k, m = (i + 1) % 3, (i + 2) % 3
    g, h = (j + 1) % 3, (j + 2) % 3
    p, b, c, d = corner[t, i], corner[t, k], corner[t, m], corner[u, j]
    over_b, over_c, under_c, under_b = beyond[t, k], beyond[t, m], beyond[u, g], beyond[u, h]
    keep = (fixed[t, k], fixed[t, m], fixed[u, g], fixed[u, h])
    set_triangle(mesh, t, p, b, d, under_c, u, over_c)
    set_triangle(mesh, u, p, d, c, under_b, over_b, t)
    fixed[t, 0], fixed[t, 1], fixed[t, 2] = keep[2], False, keep[1]
    fixed[u, 0], fixed[u, 1], fixed[u, 2] = keep[3], keep[0], False
    relink(beyond, under_c, u, t)
    relink(beyond, over_b, t, u)
    return int(u)


@inner
def find_edge(mesh: Mesh, a: int, b: int) -> tuple[int, int]:
    """Return the triangle that the edge from a to b bounds on its left, and the corner it faces.

    (-1, 0) where there is no such edge.
    """
    corner, beyond = mesh[0], mesh[1]
    first = mesh[3][a]
    t = first
    while t >= 0:
        i = place_of(corner, t, a)
        if corner[t, (i + 1) % 3] == b:
            return int(t), (i + 2) % 3
        t = beyond[t, (i + 1) % 3]
        if t == first:
            return -1, 0
    # at a corner around all, the way round ends: from where it began, the other way
    t = first
    while t >= 0:
        i = place_of(corner, t, a)
        if corner[t, (i + 1) % 3] == b:
            return int(t), (i + 2) % 3
        t = beyond[t, (i + 2) % 3]
    return -1, 0


@inner
def place_of(corner: Ints, t: int, v: int) -> int:
    """Return which corner of a triangle a vertex is."""
    for i in range(2):
        if corner[t, i] == v:
            return i
    return 2


@inner
def fix_edge(mesh: Mesh, a: int, b: int) -> None:
    """Keep an edge from being flipped."""
    t, i = find_edge(mesh, a, b)
    if t >= 0:
        u = mesh[1][t, i]
        mesh[2][t, i] = True
        if u >= 0:
            mesh[2][u, facing(mesh[1], u, t)] = True
