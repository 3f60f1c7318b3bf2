"""What plans are measured by: sums of grids, the energy of a plan, and the chance of the engine."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from gridtool.geom import Bools, Floats, Ints

Words = npt.NDArray[np.uint64]
Graph = tuple[Ints, Ints, Floats, Floats]
Units = tuple[Floats, Floats, Floats, Ints]
Bonds = tuple[Ints, Floats, Ints, Ints]
Dials = tuple[float, float, float, float, float, float, float, float]

TOGETHER = 400.0
"""Units that may not share a grid and do count as so many households outside the window."""

_OVER_HEAVY = 0.3  # a grid around a heavy unit is over the window anyway: more costs less


@numba.njit(cache=True, nogil=True)
def draw(state: Words) -> float:
    """Return the next number in [0, 1) of a 64-bit xorshift generator."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.float64((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@numba.njit(cache=True, nogil=True)
def outside_of(weight: float, heavy: int, low: float, high: float) -> float:
    """Return how many households a grid is outside the window."""
    if heavy > 0:
        return _OVER_HEAVY * max(0.0, weight - high)
    return max(0.0, low - weight, weight - high)


@numba.njit(cache=True, nogil=True)
def price_of(weight: float, heavy: int, area: float, border: float, dials: Dials) -> float:
    """Return the energy of one grid, its cut and its drift left out."""
    price = dials[3] * outside_of(weight, heavy, dials[0], dials[1]) + dials[4]
    if border > 0.0:
        price -= dials[4] * min(1.0, 12.566370614359172 * area / (border * border))
    return price


@numba.njit(cache=True, nogil=True)
def drift_of(weight: float, heavy: int, dials: Dials) -> float:
    """Return how many households a grid is off the target."""
    return abs(weight - dials[2]) if heavy == 0 else 0.0


@numba.njit(cache=True, nogil=True)
def price_drift(drift: float, dials: Dials) -> float:
    """Return the energy of all drift."""
    nu, knee, dear = dials[5], dials[6], dials[7]
    return nu * min(drift, knee) + dear * max(0.0, drift - knee)


@numba.njit(cache=True, nogil=True)
def measure(
    label: Ints, k: int, graph: Graph, units: Units
) -> tuple[Floats, Floats, Floats, Ints, Ints, float]:
    """Sum up grids.

    Returns
    -------
    weight, area, border : float array, k
        ``border`` is the perimeter in metres.
    heavy, count : int array, k
        Heavy units and all units.
    cut : float
        Cost of all cut edges.
    """
    start, other, cost, length = graph
    unit_weight, unit_area, outline, unit_heavy = units
    weight, area, border = np.zeros(k), np.zeros(k), np.zeros(k)
    heavy, count = np.zeros(k, np.int64), np.zeros(k, np.int64)
    cut = 0.0
    for u in range(len(label)):
        p = label[u]
        weight[p] += unit_weight[u]
        area[p] += unit_area[u]
        border[p] += outline[u]
        heavy[p] += unit_heavy[u]
        count[p] += 1
        for e in range(start[u], start[u + 1]):
            if label[other[e]] == p:
                border[p] -= length[e]
            else:
                cut += 0.5 * cost[e]
    return weight, area, border, heavy, count, cut


@numba.njit(cache=True, nogil=True)
def bond_price(label: Ints, bonds: Bonds) -> tuple[float, float]:
    """Return the price of units that lie elsewhere, and how many pairs share a grid and may not."""
    home, toll, start, other = bonds
    price, together = 0.0, 0.0
    for u in range(len(label)):
        if label[u] != home[u]:
            price += toll[u]
        for e in range(start[u], start[u + 1]):
            together += 0.5 * (label[other[e]] == label[u])
    return price, together


@numba.njit(cache=True, nogil=True)
def energy(
    label: Ints, k: int, graph: Graph, units: Units, bonds: Bonds, dials: Dials
) -> tuple[float, float]:
    """Return the energy of a whole plan and the households outside the window."""
    weight, area, border, heavy, _, cut = measure(label, k, graph, units)
    price, together = bond_price(label, bonds)
    total = cut + price + dials[3] * TOGETHER * together
    outside, drift = TOGETHER * together, 0.0
    for p in range(k):
        total += price_of(weight[p], heavy[p], area[p], border[p], dials)
        outside += outside_of(weight[p], heavy[p], dials[0], dials[1])
        drift += drift_of(weight[p], heavy[p], dials)
    return total + price_drift(drift, dials), outside


@numba.njit(cache=True, nogil=True)
def neighbours(label: Ints, k: int, graph: Graph) -> Bools:
    """Return which grids touch (bool array, k x k)."""
    start, other = graph[0], graph[1]
    touch = np.zeros((k, k), np.bool_)
    for u in range(len(label)):
        for e in range(start[u], start[u + 1]):
            touch[label[u], label[other[e]]] = True
    return touch
