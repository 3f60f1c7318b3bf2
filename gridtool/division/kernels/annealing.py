"""Annealing: single units move across borders, and every grid stays in one piece."""

from __future__ import annotations

import numba
import numpy as np

from gridtool.division.kernels.plans import (
    TOGETHER,
    Bonds,
    Dials,
    Graph,
    Units,
    Words,
    draw,
    drift_of,
    measure,
    price_drift,
    price_of,
)
from gridtool.geom import Floats, Ints

WEIGHT, AREA, BORDER, HEAVY, COUNT, PRICE = range(6)
"""Columns of the sums of grids."""

Rim = tuple[Ints, Ints, Ints]
"""Neighbours of each unit in other grids; the units that have some; where they stand there."""


@numba.njit(cache=True, nogil=True)
def _stays_whole(u: int, label: Ints, graph: Graph, seen: Ints, queue: Ints, stamp: int) -> bool:
    """Return whether the grid of u hangs together without u; seeks from one neighbour."""
    start, other = graph[0], graph[1]
    p = label[u]
    wanted, first = 0, -1
    for e in range(start[u], start[u + 1]):
        if label[other[e]] == p:
            wanted += 1
            seen[other[e]] = -stamp
            first = other[e]
    if wanted <= 1:
        return wanted == 1
    seen[u] = stamp
    seen[first] = stamp
    queue[0] = first
    head, tail, reached = 0, 1, 1
    while head < tail:
        v = queue[head]
        head += 1
        for e in range(start[v], start[v + 1]):
            w = other[e]
            if label[w] == p and seen[w] != stamp:
                if seen[w] == -stamp:
                    reached += 1
                    if reached == wanted:
                        return True
                seen[w] = stamp
                queue[tail] = w
                tail += 1
    return False


@numba.njit(cache=True, nogil=True)
def _sum_up(label: Ints, k: int, graph: Graph, units: Units, dials: Dials) -> tuple[Floats, float]:
    """Return what grids sum up to, a row each, and all drift."""
    weight, area, border, heavy, count, _ = measure(label, k, graph, units)
    sums, drift = np.empty((k, 6)), 0.0
    for p in range(k):
        sums[p, WEIGHT], sums[p, AREA], sums[p, BORDER] = weight[p], area[p], border[p]
        sums[p, HEAVY], sums[p, COUNT] = heavy[p], count[p]
        sums[p, PRICE] = price_of(weight[p], heavy[p], area[p], border[p], dials)
        drift += drift_of(weight[p], heavy[p], dials)
    return sums, drift


@numba.njit(cache=True, nogil=True)
def _find_rim(label: Ints, graph: Graph) -> tuple[Rim, int]:
    """Return the units on borders, and how many they are."""
    start, other = graph[0], graph[1]
    n = len(label)
    foreign, rim, place = np.zeros(n, np.int64), np.empty(n, np.int64), np.full(n, -1, np.int64)
    size = 0
    for u in range(n):
        for e in range(start[u], start[u + 1]):
            foreign[u] += label[other[e]] != label[u]
        if foreign[u] > 0:
            rim[size] = u
            place[u] = size
            size += 1
    return (foreign, rim, place), size


@numba.njit(cache=True, nogil=True, inline="always")
def _leave_rim(u: int, rim: Ints, place: Ints, size: int) -> int:
    """Take a unit off the rim and return how many are left."""
    size -= 1
    rim[place[u]] = rim[size]
    place[rim[size]] = place[u]
    place[u] = -1
    return size


@numba.njit(cache=True, nogil=True, inline="always")
def _shift_rim(u: int, p: int, q: int, label: Ints, graph: Graph, ends: Rim, size: int) -> int:
    """Bring the rim up to date after u moved from p to q; return how many units are on it."""
    start, other = graph[0], graph[1]
    foreign, rim, place = ends
    foreign[u] = 0
    for e in range(start[u], start[u + 1]):
        v = other[e]
        if label[v] == p:
            foreign[v] += 1
        elif label[v] == q:
            foreign[v] -= 1
        foreign[u] += label[v] != q
        if foreign[v] > 0 and place[v] < 0:
            place[v] = size
            rim[size] = v
            size += 1
        elif foreign[v] == 0 and place[v] >= 0:
            size = _leave_rim(v, rim, place, size)
    if foreign[u] == 0 and place[u] >= 0:
        size = _leave_rim(u, rim, place, size)
    return size


@numba.njit(cache=True, nogil=True, inline="always")
def _pick_grid(u: int, label: Ints, graph: Graph, pick: int) -> int:
    """Return the grid across the border of u that is picked."""
    start, other = graph[0], graph[1]
    for e in range(start[u], start[u + 1]):
        if label[other[e]] != label[u]:
            if pick == 0:
                return int(label[other[e]])
            pick -= 1
    return -1


@numba.njit(cache=True, nogil=True, inline="always")
def _bond_change(u: int, p: int, q: int, label: Ints, bonds: Bonds, dials: Dials) -> float:
    """Return what moving u from p to q costs by its bonds."""
    home, toll, start, other = bonds
    change = 0.0
    if home[u] == p:
        change += toll[u]
    elif home[u] == q:
        change -= toll[u]
    for e in range(start[u], start[u + 1]):
        if label[other[e]] == q:
            change += dials[3] * TOGETHER
        elif label[other[e]] == p:
            change -= dials[3] * TOGETHER
    return change


@numba.njit(cache=True, nogil=True, inline="always")
def _after_move(
    u: int, p: int, q: int, label: Ints, graph: Graph, units: Units, dials: Dials, sums: Floats
) -> tuple[float, float, float, float, float, float]:
    """Return what moving u from p to q would change.

    Returns
    -------
    change, drift : float
        Of the energy, drift left out, and of the drift in households.
    border_p, border_q, price_p, price_q : float
        What both grids would have.
    """
    start, other, cost, length = graph
    unit_weight, unit_area, outline, unit_heavy = units
    to_p, to_q, metres_p, metres_q = 0.0, 0.0, 0.0, 0.0
    for e in range(start[u], start[u + 1]):
        if label[other[e]] == p:
            to_p += cost[e]
            metres_p += length[e]
        elif label[other[e]] == q:
            to_q += cost[e]
            metres_q += length[e]
    border_p = sums[p, BORDER] - outline[u] + 2.0 * metres_p
    border_q = sums[q, BORDER] + outline[u] - 2.0 * metres_q
    weight_p, heavy_p = sums[p, WEIGHT] - unit_weight[u], sums[p, HEAVY] - unit_heavy[u]
    weight_q, heavy_q = sums[q, WEIGHT] + unit_weight[u], sums[q, HEAVY] + unit_heavy[u]
    price_p = price_of(weight_p, heavy_p, sums[p, AREA] - unit_area[u], border_p, dials)
    price_q = price_of(weight_q, heavy_q, sums[q, AREA] + unit_area[u], border_q, dials)
    drift = drift_of(weight_p, heavy_p, dials) + drift_of(weight_q, heavy_q, dials)
    drift -= drift_of(sums[p, WEIGHT], sums[p, HEAVY], dials)
    drift -= drift_of(sums[q, WEIGHT], sums[q, HEAVY], dials)
    change = to_p - to_q + price_p + price_q - sums[p, PRICE] - sums[q, PRICE]
    return change, drift, border_p, border_q, price_p, price_q


@numba.njit(cache=True, nogil=True, inline="always")
def _move(u: int, p: int, q: int, label: Ints, units: Units, sums: Floats) -> None:
    """Move u from p to q: label, households, heavy units, ground and count."""
    label[u] = q
    sums[p, WEIGHT] -= units[0][u]
    sums[q, WEIGHT] += units[0][u]
    sums[p, AREA] -= units[1][u]
    sums[q, AREA] += units[1][u]
    sums[p, HEAVY] -= units[3][u]
    sums[q, HEAVY] += units[3][u]
    sums[p, COUNT] -= 1
    sums[q, COUNT] += 1


@numba.njit(cache=True, nogil=True)
def _remember(label: Ints, best: Ints, changed: Ints, since: int) -> None:
    """Take a plan over as the best: what changed since, or all where that was too much."""
    if since <= len(label):
        for i in range(since):
            best[changed[i]] = label[changed[i]]
    else:
        for v in range(len(label)):
            best[v] = label[v]


@numba.njit(cache=True, nogil=True)
def anneal(
    label: Ints,
    k: int,
    graph: Graph,
    units: Units,
    bonds: Bonds,
    dials: Dials,
    steps: int,
    hot: float,
    cold: float,
    state: Words,
) -> None:
    """Improve a plan by moving units across borders, in place; every grid stays in one piece.

    Parameters
    ----------
    label : int array, n
    k : int
    graph, units, bonds, dials
        See `gridtool.division.kernels`.
    steps : int
        Moves tried; fixed beforehand, so that a seed gives one plan on any machine.
    hot, cold : float
        First and last temperature, metres of cut.
    state : uint64 array, 1
        Of the generator.
    """
    n = len(label)
    sums, drift = _sum_up(label, k, graph, units, dials)
    drift_price = price_drift(drift, dials)
    ends, size = _find_rim(label, graph)
    foreign, rim = ends[0], ends[1]
    bound = len(bonds[3]) > 0 or bonds[1].any()
    seen, queue = np.zeros(n, np.int64), np.empty(n, np.int64)
    best, current, lowest = label.copy(), 0.0, 0.0
    changed, since = np.empty(n, np.int64), 0
    fall = (cold / hot) ** (1.0 / max(1, steps))
    heat = hot
    for step in range(steps):
        heat *= fall
        if size == 0:
            break
        u = rim[np.int64(draw(state) * size)]
        p = label[u]
        if sums[p, COUNT] == 1:
            continue
        q = _pick_grid(u, label, graph, int(draw(state) * foreign[u]))
        change, drifts, border_p, border_q, price_p, price_q = _after_move(
            u, p, q, label, graph, units, dials, sums
        )
        drifted_price = price_drift(drift + drifts, dials)
        change += drifted_price - drift_price
        if bound:
            change += _bond_change(u, p, q, label, bonds, dials)
        if change > 0.0 and draw(state) >= np.exp(-change / heat):
            continue
        if not _stays_whole(u, label, graph, seen, queue, step + 1):
            continue
        _move(u, p, q, label, units, sums)
        sums[p, BORDER], sums[q, BORDER] = border_p, border_q
        sums[p, PRICE], sums[q, PRICE] = price_p, price_q
        drift, drift_price = drift + drifts, drifted_price
        size = _shift_rim(u, p, q, label, graph, ends, size)
        current += change
        if since < n:
            changed[since] = u
        since += 1
        if current < lowest - 1e-9:
            lowest = current
            _remember(label, best, changed, since)
            since = 0
    for v in range(n):
        label[v] = best[v]
