"""The partition engine: k connected grids inside the household window, at least cost of border.

Coarsen by pairing neighbours, divide the coarse graph by recursive spanning-tree bisection, anneal
contiguous flips, recombine neighbouring grids, and refine on every finer level. All chance comes
from the seed; no clock steers anything, so a seed gives one plan on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridtool.division.kernels import Dials as Prices
from gridtool.division.kernels import (
    Graph,
    Units,
    Words,
    anneal,
    contract,
    energy,
    match_units,
    measure,
    neighbours,
    split,
)
from gridtool.geom import Floats, Ints

_WINDOW_FIRST = 10.0
_LAST_HEATS, _LAST_STEPS = (0.5, 2.0, 8.0), 300
"""Where households are left outside the window, hotter and hotter last attempts to move them."""


@dataclass(frozen=True)
class Dials:
    """What the engine strives for, beside contiguity.

    Attributes
    ----------
    outside : float
        Price of one household outside the window, in shares of the side of a mean grid.
    drift : float
        Price of one household off the target, likewise.
    shape : float
        Price of a wholly un-round grid (1 - Polsby-Popper), likewise.
    coarse_units : int
        Units a grid shall have at least on the coarsest graph.
    starts : int
        Plans begun on the coarsest graph; the best is refined.
    trees : int
        Random spanning trees for each split.
    steps : int
        Moves tried for each unit in one annealing.
    """

    outside: float = 0.05
    drift: float = 0.001
    shape: float = 0.5
    coarse_units: int = 20
    starts: int = 3
    trees: int = 8
    steps: int = 150


@dataclass(frozen=True)
class Component:
    """One connected piece of ground to divide.

    Attributes
    ----------
    graph : (start, other, cost, length)
        Both directions of every edge; cost in weighted metres, length in metres.
    units : (weight, area, outline, heavy)
        Households (capped at the window's top), m², border in metres, whether it was capped.
    """

    graph: Graph
    units: Units

    @property
    def weight(self) -> float:
        """Return the households of the component, heavy units capped."""
        return float(self.units[0].sum())


@dataclass(frozen=True)
class Plan:
    """A division of a component.

    Attributes
    ----------
    label : int array, n
        Grid of each unit, 0 … k - 1.
    outside : float
        Households outside the window, summed over grids.
    energy : float
        Metres.
    """

    label: Ints
    outside: float
    energy: float


def divide(
    component: Component, k: int, window: tuple[float, float, float], dials: Dials, seed: int
) -> Plan:
    """Divide a component into k connected grids.

    Parameters
    ----------
    component : Component
    k : int
    window : (low, aim, high)
        Households.
    dials : Dials
    seed : int

    Returns
    -------
    Plan
    """
    n = len(component.units[0])
    priced = _priced(component, k, window, dials)
    if k == 1 or n <= k:
        label = np.minimum(np.arange(n), k - 1) if k > 1 else np.zeros(n, dtype=np.int64)
        total, outside = energy(label, k, component.graph, component.units, priced)
        return Plan(label, outside, total)
    state = np.array([_mix(seed)], dtype=np.uint64)
    levels, maps = _coarsen(component, k, window, dials, state)
    best = _begin(levels[-1], k, priced, dials, state)
    if best is None:
        return Plan(np.zeros(n, dtype=np.int64), component.weight, np.inf)
    label = best
    # coarse units leave the window only roughly met; on finer ones it comes first
    low, high, aim, mu, nu, gamma = priced
    priced = (low, high, aim, _WINDOW_FIRST * mu, nu, gamma)
    for level, coarse in zip(levels[-2::-1], maps[::-1], strict=True):
        label = label[coarse]
        _anneal(label, k, level, priced, dials.steps // 3, (0.3, 0.05), state)
    total, outside = energy(label, k, component.graph, component.units, priced)
    for heat in _LAST_HEATS if outside > 0.0 else ():
        trial = label.copy()
        _anneal(trial, k, component, priced, min(dials.steps, _LAST_STEPS), (heat, 0.05), state)
        again, left = energy(trial, k, component.graph, component.units, priced)
        if (left, again) < (outside, total):
            label, outside, total = trial, left, again
    return Plan(label, outside, total)


def _begin(level: Component, k: int, priced: Prices, dials: Dials, state: Words) -> Ints | None:
    """Return the best of several plans on the coarsest graph."""
    best: Ints | None = None
    best_key = (np.inf, np.inf)
    for _ in range(dials.starts):
        label = np.zeros(len(level.units[0]), dtype=np.int64)
        if not _bisect(label, k, level, priced, dials.trees, state):
            continue
        _anneal(label, k, level, priced, dials.steps, (1.0, 0.1), state)
        if _recombine(label, k, level, priced, dials.trees, state):
            _anneal(label, k, level, priced, dials.steps // 3, (0.3, 0.05), state)
        total, outside = energy(label, k, level.graph, level.units, priced)
        if (outside, total) < best_key:
            best, best_key = label, (outside, total)
    return best


def _bisect(
    label: Ints,
    k: int,
    level: Component,
    priced: Prices,
    trees: int,
    state: Words,
) -> bool:
    """Divide all units into k grids by repeated splits, in place; say whether it worked."""
    stack, fresh = [(0, k)], 1
    while stack:
        at, parts = stack.pop()
        if parts == 1:
            continue
        taken = split(label, at, fresh, parts, level.graph, level.units, priced, trees, state)
        if taken == 0:
            return False
        stack += [(at, parts - taken), (fresh, taken)]
        fresh += 1
    return True


def _recombine(
    label: Ints,
    k: int,
    level: Component,
    priced: Prices,
    trees: int,
    state: Words,
) -> bool:
    """Merge neighbouring grids and split them anew where that is better, in place."""
    now = energy(label, k, level.graph, level.units, priced)[0]
    improved = False
    for p, q in np.argwhere(np.triu(neighbours(label, k, level.graph), 1)).tolist():
        trial = np.where(label == q, p, label)
        if split(trial, p, q, 2, level.graph, level.units, priced, trees, state) == 0:
            continue
        then = energy(trial, k, level.graph, level.units, priced)[0]
        if then < now - 1e-9:
            label[:] = trial
            now, improved = then, True
    return improved


def _anneal(
    label: Ints,
    k: int,
    level: Component,
    priced: Prices,
    steps: int,
    heat: tuple[float, float],
    state: Words,
) -> None:
    """Anneal with temperatures in mean edge costs."""
    cost = level.graph[2]
    mean = float(cost.mean()) if len(cost) else 1.0
    tried = steps * len(label)
    anneal(label, k, level.graph, level.units, priced, tried, heat[0] * mean, heat[1] * mean, state)


def _coarsen(
    component: Component,
    k: int,
    window: tuple[float, float, float],
    dials: Dials,
    state: Words,
) -> tuple[list[Component], list[Ints]]:
    """Pair units until a grid has about `Dials.coarse_units` of them."""
    levels, maps = [component], []
    cap = window[1] / dials.coarse_units * 2
    while len(levels[-1].units[0]) > dials.coarse_units * k * 1.5:
        graph, units = levels[-1].graph, levels[-1].units
        rank = np.argsort(_scatter(len(units[0]), state), kind="stable")
        coarse, count = match_units(graph, units[0], units[3], cap, rank)
        if count > 0.9 * len(units[0]):
            break
        levels.append(Component(*contract(graph, units, coarse, count)))
        maps.append(coarse)
    return levels, maps


def _priced(
    component: Component, k: int, window: tuple[float, float, float], dials: Dials
) -> Prices:
    """Return the dials in metres: shares of the side of a mean grid."""
    side = float(np.sqrt(component.units[1].sum() / k))
    aim = min(max(component.weight / k, window[0]), window[2])
    return (
        window[0],
        window[2],
        aim,
        dials.outside * side,
        dials.drift * side,
        dials.shape * side,
    )


def _mix(seed: int) -> int:
    """Return a well-mixed, non-zero 64-bit state (splitmix64)."""
    mask = (1 << 64) - 1
    z = (seed + 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return (z ^ (z >> 31)) | 1


def _scatter(n: int, state: Words) -> Words:
    """Return n well-mixed numbers and move the state on."""
    state[0] = np.uint64(_mix(int(state[0])))
    with np.errstate(over="ignore"):
        keys = (np.arange(n, dtype=np.uint64) + state[0]) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (keys ^ (keys >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(mixed, dtype=np.uint64)


def grid_weights(label: Ints, k: int, component: Component) -> Floats:
    """Return the households of each grid."""
    return np.asarray(measure(label, k, component.graph, component.units)[0])
