"""The partition engine: k connected grids inside the household window, at least cost of border.

Coarsen by pairing neighbours, evolve plans of the coarse graph, and refine the best on every finer
one. All chance comes from the seed; no clock steers anything, so a seed gives one plan on any
machine.
"""

from __future__ import annotations

import numpy as np

from gridtool.division.evolve import evolve
from gridtool.division.kernels import Words, match_units, measure
from gridtool.division.moves import cool
from gridtool.division.problem import (
    Component,
    Dials,
    Plan,
    mix,
    price_dials,
    scatter,
    window_first,
)
from gridtool.geom import Floats, Ints

__all__ = ["Component", "Dials", "Plan", "divide", "grid_weights"]

_REFINE_STEPS, _REFINE_HEAT = 150, (0.5, 0.1)
_LEAST_UNITS = 150
"""A graph so small is not coarsened."""
_LAST_HEATS, _LAST_STEPS = (0.5, 2.0, 8.0), 300
"""Where households are left outside the window, hotter and hotter last attempts to move them."""


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
    priced = price_dials(component, k, window, dials)
    if k == 1 or n <= k:
        label = np.minimum(np.arange(n), k - 1) if k > 1 else np.zeros(n, dtype=np.int64)
        total, outside = component.energy(label, k, priced)
        return Plan(label, outside, total)
    state = np.array([mix(seed)], dtype=np.uint64)
    priced = window_first(priced)
    levels, maps = _coarsen(component, k, window, dials, state)
    found = evolve(levels[-1], k, priced, dials, state)
    if found is None:
        return Plan(np.zeros(n, dtype=np.int64), component.weight, np.inf)
    label = found
    for level, coarse in zip(levels[-2::-1], maps[::-1], strict=True):
        label = label[coarse]
        cool(label, k, level, priced, _REFINE_STEPS, _REFINE_HEAT, state)
    total, outside = component.energy(label, k, priced)
    for heat in _LAST_HEATS if outside > 0.0 else ():
        trial = label.copy()
        cool(trial, k, component, priced, _LAST_STEPS, (heat, 0.05), state)
        again, left = component.energy(trial, k, priced)
        if (left, again) < (outside, total):
            label, outside, total = trial, left, again
    return Plan(label, outside, total)


def _coarsen(
    component: Component,
    k: int,
    window: tuple[float, float, float],
    dials: Dials,
    state: Words,
) -> tuple[list[Component], list[Ints]]:
    """Pair units until a grid has about `Dials.coarse_units`, in a search that is not long."""
    levels: list[Component] = [component]
    maps: list[Ints] = []
    if dials.effort > 1 or len(component.bonds[3]):
        # who may not share a grid must not become one unit
        return levels, maps
    cap = window[1] / dials.coarse_units * 2
    enough = max(_LEAST_UNITS, dials.coarse_units * k * 1.5)
    while len(levels[-1].units[0]) > enough:
        graph, units = levels[-1].graph, levels[-1].units
        rank = np.argsort(scatter(len(units[0]), state), kind="stable")
        coarse, count = match_units(graph, units[0], units[3], cap, rank)
        if count > 0.9 * len(units[0]):
            break
        levels.append(levels[-1].contracted(coarse, count))
        maps.append(coarse)
    return levels, maps


def grid_weights(label: Ints, k: int, component: Component) -> Floats:
    """Return the households of each grid."""
    return np.asarray(measure(label, k, component.graph, component.units)[0])
