"""Smooth borders: the small bends between buildings go, footprints and seams stay.

A border is straightened vertex by vertex, the flattest bend first (Visvalingam). A bend stays
where the ground it would give away holds a corner of a building or of another border: so no
footprint is cut and no two borders cross, whatever lies about. Notches, from which a border comes
back to where it was going, may be larger than the bends of a street.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import shapely

from gridtool.geom import Bools, Floats, Geometries, Ints

_LEAST_CORNERS = 3
_AREA = 2
_CUT_SHARE = 0.001
_NEAR = 3.0
_NOTCH, _STRAIGHTER, _LOPSIDED = 4.0, np.radians(110), 2.0
"""A notch may be so many times the area: without it a border turns less by so much in all (by 90
degrees without one corner of a staggered street), and its sides are as long, but for a factor."""
_STRAIGHT = np.radians(15)
_MOST_TURNS = 5


@dataclass(frozen=True)
class _Outlines:
    """The rings of polygons, without closing vertices; `vertex` is the same on both sides."""

    xy: Floats
    ring: Ints
    polygon: Ints
    vertex: Ints
    following: Ints
    polygon_of_ring: Ints


def smooth_coverage(
    polygons: Geometries, community: Ints, footprints: Geometries, own: Ints, side: float
) -> Geometries:
    """Smooth the borders inside communities; community lines stay as they are.

    Parameters
    ----------
    polygons : array of Polygon or MultiPolygon, n
        A valid coverage.
    community : int array, n
    footprints : array of geometries
        Whose corners no border may pass.
    own : int array, one a footprint
        The polygon it is in.
    side : float
        Bends of less area than this, squared, go, and notches of four times as much. Metres.

    Returns
    -------
    array of Polygon or MultiPolygon, n
        A valid coverage of the same ground.
    """
    lines = _outlines(polygons)
    chains, start = _chains(lines, community)
    if not len(chains):
        return polygons
    corners = shapely.get_coordinates(footprints)
    vertices = np.unique(lines.vertex)
    points = np.vstack([corners, lines.xy[vertices]])
    number = np.r_[np.full(len(corners), -1), vertices]
    order = np.argsort(points[:, 0], kind="stable")
    fixed = np.zeros(len(lines.xy), dtype=bool)
    for _ in range(_MOST_TURNS):
        kept = straighten(lines.xy, chains, start, points[order], number[order], fixed, side * side)
        smooth = _rebuilt(polygons, lines, kept[lines.vertex])
        cut = _newly_cut(polygons, smooth, footprints, own)
        if not len(cut):
            return smooth
        near = shapely.STRtree(shapely.points(lines.xy)).query(
            footprints[cut], predicate="dwithin", distance=_NEAR * side
        )[1]
        fixed[lines.vertex[near]] = True
    return polygons


def _newly_cut(rough: Geometries, smooth: Geometries, footprints: Geometries, own: Ints) -> Ints:
    """Return the footprints of which smoothing has cut something off.

    Only those can be that the rough border entered already, if by a hair.
    """
    grounds = smooth.copy()
    shapely.prepare(grounds)
    out = np.flatnonzero(~shapely.covers(grounds[own], footprints))
    out = out[shapely.get_dimensions(footprints[out]) == _AREA]
    inside = [
        shapely.area(shapely.intersection(footprints[out], some[own[out]]))
        for some in (rough, smooth)
    ]
    lost = inside[0] - inside[1] > _CUT_SHARE * shapely.area(footprints[out])
    return np.asarray(out[lost])


def _outlines(polygons: Geometries) -> _Outlines:
    """Number the vertices of all rings; those in one place have one number."""
    part, of_part = shapely.get_parts(polygons, return_index=True)
    ring, of_ring = shapely.get_rings(part, return_index=True)
    xy, at = shapely.get_coordinates(ring, return_index=True)
    closing = np.r_[at[1:] != at[:-1], True]
    xy, at = xy[~closing], at[~closing]
    first = np.r_[True, at[1:] != at[:-1]]
    begin = np.flatnonzero(first)
    following = np.arange(1, len(xy) + 1)
    following[np.r_[begin[1:], len(xy)] - 1] = begin
    _, place, number = np.unique(xy[:, 0] + 1j * xy[:, 1], return_index=True, return_inverse=True)
    return _Outlines(xy, at, of_part[of_ring][at], place[number], following, of_part[of_ring])


def _chains(lines: _Outlines, community: Ints) -> tuple[Ints, Ints]:
    """Return the borders between grids of one community, as runs of vertices between nodes.

    Returns
    -------
    vertices : int array
        Run after run, both ends in them.
    start : int array, c + 1
    """
    u, v = lines.vertex, lines.vertex[lines.following]
    n = len(u)
    out, back = u * n + v, v * n + u
    order = np.argsort(out, kind="stable")
    place = np.minimum(np.searchsorted(out[order], back), n - 1)
    across = np.where(out[order][place] == back, lines.polygon[order[place]], -1)
    inner = (across >= 0) & (community[across] == community[lines.polygon])
    degree = np.bincount(u[inner], minlength=n)
    fixed = np.zeros(n, dtype=bool)
    fixed[u[~inner]] = fixed[v[~inner]] = True
    node = fixed | (degree != 2)
    # each border is taken from the polygon that comes first, a run at a time
    mine = inner & (lines.polygon < across)
    heads = np.flatnonzero(mine & node[u])
    loops = _loop_heads(mine, node[u], lines)
    vertices: list[int] = []
    start = [0]
    for head in np.r_[heads, loops].tolist():
        at = head
        vertices.append(int(u[at]))
        while True:
            vertices.append(int(v[at]))
            at = int(lines.following[at])
            if node[u[at]] or at == head:
                break
        start.append(len(vertices))
    return np.array(vertices, dtype=np.int64), np.array(start, dtype=np.int64)


def _loop_heads(mine: Bools, node: Bools, lines: _Outlines) -> Ints:
    """Return the first vertex of rings that are one border all around."""
    whole = np.ones(len(lines.polygon_of_ring), dtype=bool)
    whole[lines.ring[~mine | node]] = False
    first = np.flatnonzero(np.r_[True, lines.ring[1:] != lines.ring[:-1]])
    return np.asarray(first[whole[lines.ring[first]]])


@numba.njit(cache=True, nogil=True)
def _area(xy: Floats, a: int, b: int, c: int) -> float:
    """Return the area of the triangle of three vertices."""
    turn = (xy[b, 0] - xy[a, 0]) * (xy[c, 1] - xy[a, 1])
    turn -= (xy[c, 0] - xy[a, 0]) * (xy[b, 1] - xy[a, 1])
    return float(0.5 * abs(turn))


@numba.njit(cache=True, nogil=True)
def _is_free(xy: Floats, a: int, b: int, c: int, points: Floats, number: Ints, kept: Bools) -> bool:
    """Return whether a triangle holds no point beside its own corners; points sorted by x."""
    low = min(xy[a, 0], xy[b, 0], xy[c, 0])
    high = max(xy[a, 0], xy[b, 0], xy[c, 0])
    bottom = min(xy[a, 1], xy[b, 1], xy[c, 1])
    top = max(xy[a, 1], xy[b, 1], xy[c, 1])
    at = np.searchsorted(points[:, 0], low)
    while at < len(points) and points[at, 0] <= high:
        x, y, vertex = points[at, 0], points[at, 1], number[at]
        at += 1
        if y < bottom or y > top or vertex in (a, b, c):
            continue
        if vertex >= 0 and not kept[vertex]:
            continue
        left = right = False
        for i, j in ((a, b), (b, c), (c, a)):
            turn = (xy[j, 0] - xy[i, 0]) * (y - xy[i, 1]) - (xy[j, 1] - xy[i, 1]) * (x - xy[i, 0])
            left |= turn > 0
            right |= turn < 0
        if not (left and right):
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _turn(xy: Floats, a: int, b: int, c: int) -> float:
    """Return the angle by which a line turns at the second of three vertices, 0 at its ends."""
    if a < 0 or c < 0:
        return 0.0
    x, y = xy[b, 0] - xy[a, 0], xy[b, 1] - xy[a, 1]
    u, v = xy[c, 0] - xy[b, 0], xy[c, 1] - xy[b, 1]
    return float(abs(np.arctan2(x * v - y * u, x * u + y * v)))


@numba.njit(cache=True, nogil=True)
def _is_notch(xy: Floats, a: int, b: int, c: int, d: int, e: int) -> bool:
    """Return whether a line of five vertices goes astray at the middle one."""
    one = np.hypot(xy[c, 0] - xy[b, 0], xy[c, 1] - xy[b, 1])
    two = np.hypot(xy[d, 0] - xy[c, 0], xy[d, 1] - xy[c, 1])
    if max(one, two) > _LOPSIDED * min(one, two):
        return False
    without = _turn(xy, a, b, d) + _turn(xy, b, d, e)
    if (a < 0 or e < 0) and (max(a, e) < 0 or without > _STRAIGHT):
        # beside another border it must go on straight from there
        return False
    with_it = _turn(xy, a, b, c) + _turn(xy, b, c, d) + _turn(xy, c, d, e)
    return bool(with_it - without > _STRAIGHTER)


@numba.njit(cache=True, nogil=True)
def straighten(
    xy: Floats,
    chains: Ints,
    start: Ints,
    points: Floats,
    number: Ints,
    fixed: Bools,
    limit: float,
) -> Bools:
    """Say which vertices of borders stay.

    Parameters
    ----------
    xy : float array, n x 2
    chains, start : int array
        Runs of vertices.
    points : float array, p x 2
        Sorted by x; what no bend may be drawn over.
    number : int array, p
        Of the vertex that a point is, -1 for none.
    fixed : bool array, n
        Vertices that stay whatever their bend.
    limit : float
        Bends of less area go, m², and notches of `_NOTCH` times as much.

    Returns
    -------
    bool array, n
    """
    kept = np.ones(len(xy), np.bool_)
    for run in range(len(start) - 1):
        first, last = start[run], start[run + 1] - 1
        before = np.arange(first - 1, last)
        after = np.arange(first + 1, last + 2)
        size = np.full(last + 1 - first, np.inf)
        for i in range(first + 1, last):
            size[i - first] = _area(xy, chains[i - 1], chains[i], chains[i + 1])
        left = last - first + 1
        closed = chains[first] == chains[last]
        while left > (4 if closed else 2):
            i = first + np.argmin(size)
            if size[i - first] >= _NOTCH * limit:
                break
            if fixed[chains[i]]:
                size[i - first] = np.inf
                continue
            p, q = before[i - first], after[i - first]
            if size[i - first] >= limit:
                far = chains[before[p - first]] if p > first else -1
                further = chains[after[q - first]] if q < last else -1
                if not _is_notch(xy, far, chains[p], chains[i], chains[q], further):
                    size[i - first] = np.inf
                    continue
            if not _is_free(xy, chains[p], chains[i], chains[q], points, number, kept):
                size[i - first] = np.inf
                continue
            kept[chains[i]] = False
            left -= 1
            area = size[i - first]
            size[i - first] = np.inf
            after[p - first], before[q - first] = q, p
            if p > first:
                bend = _area(xy, chains[before[p - first]], chains[p], chains[q])
                size[p - first] = max(area, bend)
            if q < last:
                bend = _area(xy, chains[p], chains[q], chains[after[q - first]])
                size[q - first] = max(area, bend)
    return kept


def _rebuilt(polygons: Geometries, lines: _Outlines, keep: Bools) -> Geometries:
    """Return the polygons with the vertices that stay, all of them where too few would."""
    count = np.bincount(lines.ring[keep], minlength=len(lines.polygon_of_ring))
    whole = np.zeros(len(keep), dtype=bool)
    whole[lines.vertex[np.isin(lines.ring, np.flatnonzero(count < _LEAST_CORNERS))]] = True
    keep = keep | whole[lines.vertex]
    changed = np.unique(lines.polygon[~keep])
    result = polygons.copy()
    rings = shapely.linearrings(lines.xy[keep], indices=lines.ring[keep])
    shell_of = _shells(polygons)
    for at in changed:
        mine = np.flatnonzero(lines.polygon_of_ring == at)
        parts = [
            shapely.Polygon(rings[shell], rings[mine[shell_of[mine] == shell]][1:])
            for shell in np.unique(shell_of[mine])
        ]
        result[at] = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return result


def _shells(polygons: Geometries) -> Ints:
    """Return for each ring, shells first in their polygons, the ring of its shell."""
    part = shapely.get_parts(polygons)
    ring_of = shapely.get_rings(part, return_index=True)[1]
    first = np.searchsorted(ring_of, np.arange(len(part)))
    return np.asarray(first[ring_of])
