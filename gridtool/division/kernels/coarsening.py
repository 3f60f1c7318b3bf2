"""Graphs made smaller: pairs of units, and ground on which two plans agree."""

from __future__ import annotations

import numba
import numpy as np

from gridtool.division.kernels.plans import Graph, Units
from gridtool.geom import Floats, Ints


@numba.njit(cache=True, nogil=True)
def overlay(one: Ints, two: Ints, graph: Graph) -> tuple[Ints, int]:
    """Lay two plans over one another.

    Returns
    -------
    coarse : int array, n
        Number of the connected ground that lies in one grid of either plan.
    count : int
    """
    start, other = graph[0], graph[1]
    n = len(one)
    coarse, queue = np.full(n, -1, np.int64), np.empty(n, np.int64)
    count = 0
    for seed in range(n):
        if coarse[seed] >= 0:
            continue
        coarse[seed] = count
        queue[0] = seed
        head, tail = 0, 1
        while head < tail:
            u = queue[head]
            head += 1
            for e in range(start[u], start[u + 1]):
                v = other[e]
                if coarse[v] < 0 and one[v] == one[u] and two[v] == two[u]:
                    coarse[v] = count
                    queue[tail] = v
                    tail += 1
        count += 1
    return coarse, count


@numba.njit(cache=True, nogil=True)
def match_units(
    graph: Graph, weight: Floats, heavy: Ints, cap: float, rank: Ints
) -> tuple[Ints, int]:
    """Pair every unit with the neighbour it shares most border with, for coarsening.

    Parameters
    ----------
    cap : float
        A pair may not weigh more.
    rank : int array, n
        Order in which units choose.

    Returns
    -------
    coarse : int array, n
        Number of the coarse unit.
    count : int
    """
    start, other, cost, length = graph
    n = len(weight)
    mate = np.full(n, -1, np.int64)
    around = np.zeros(n)
    for u in range(n):
        for e in range(start[u], start[u + 1]):
            around[u] += length[e]
    for u in rank:
        if mate[u] >= 0 or heavy[u] > 0:
            continue
        best, choice = 0.0, -1
        for e in range(start[u], start[u + 1]):
            v = other[e]
            if mate[v] >= 0 or heavy[v] > 0 or weight[u] + weight[v] > cap:
                continue
            pull = cost[e] / (min(around[u], around[v]) + 1e-9)
            if pull > best or (pull == best and v < choice):
                best, choice = pull, v
        if choice >= 0:
            mate[u], mate[choice] = choice, u
    coarse = np.full(n, -1, np.int64)
    count = 0
    for u in range(n):
        if coarse[u] < 0:
            coarse[u] = count
            if mate[u] >= 0:
                coarse[mate[u]] = count
            count += 1
    return coarse, count


@numba.njit(cache=True, nogil=True)
def contract(graph: Graph, units: Units, coarse: Ints, count: int) -> tuple[Graph, Units]:
    """Return the graph and units of a coarsening."""
    start, other, cost, length = graph
    weight, area, outline, heavy = units
    n = len(weight)
    new_weight, new_area, new_outline = np.zeros(count), np.zeros(count), np.zeros(count)
    new_heavy = np.zeros(count, np.int64)
    first = np.full(count, -1, np.int64)
    following = np.full(n, -1, np.int64)
    for u in range(n - 1, -1, -1):
        c = coarse[u]
        following[u] = first[c]
        first[c] = u
        new_weight[c] += weight[u]
        new_area[c] += area[u]
        new_outline[c] += outline[u]
        new_heavy[c] += heavy[u]
    new_start = np.zeros(count + 1, np.int64)
    new_other = np.empty(len(other), np.int64)
    new_cost, new_length = np.empty(len(other)), np.empty(len(other))
    slot = np.full(count, -1, np.int64)
    m = 0
    for c in range(count):
        begin = m
        u = first[c]
        while u >= 0:
            for e in range(start[u], start[u + 1]):
                d = coarse[other[e]]
                if d == c:
                    new_outline[c] -= length[e]
                elif slot[d] >= begin:
                    new_cost[slot[d]] += cost[e]
                    new_length[slot[d]] += length[e]
                else:
                    slot[d] = m
                    new_other[m], new_cost[m], new_length[m] = d, cost[e], length[e]
                    m += 1
            u = following[u]
        new_start[c + 1] = m
    new_graph = (new_start, new_other[:m].copy(), new_cost[:m].copy(), new_length[:m].copy())
    return new_graph, (new_weight, new_area, new_outline, new_heavy)
