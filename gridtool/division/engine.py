"""The partition engine: k connected grids inside the household window, at least cost of border.

Coarsen by pairing neighbours, evolve plans of the coarse graph, and refine the best on every finer
one. All chance comes from the seed; no clock steers anything, so a seed gives one plan on any
machine.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridtool.division.evolve import evolve
from gridtool.division.kernels import Dials as Prices
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

__all__ = ["Component", "Dials", "Plan", "divide", "grid_weights", "polish", "sketch_plans"]

_REFINE_STEPS, _REFINE_HEAT = 150, (0.5, 0.1)
_LEAST_UNITS = 150
"""A graph so small is not coarsened."""
_LAST_HEATS, _LAST_STEPS = (0.5, 2.0, 8.0), 300
"""Where households are left outside the window, hotter and hotter last attempts to move them."""

_SKETCHES = ((2, 12), (3, 20), (4, 30))
"""Units that a grid of a sketch shall have at least, and units it is not made coarser below."""
_SKETCH_EFFORT, _SKETCH_TREES = 0.3, 8
_SKETCH_STEPS, _SKETCH_HEAT = 40, (0.5, 0.1)


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
    levels: list[Component] = [component]
    maps: list[Ints] = []
    if dials.effort <= 1:
        levels, maps = _coarsen(component, k, window, (dials.coarse_units, _LEAST_UNITS), state)
    found = evolve(levels[-1], k, priced, dials, state)
    if found is None:
        return Plan(np.zeros(n, dtype=np.int64), component.weight, np.inf)
    label = _refine(found, k, levels, maps, priced, (_REFINE_STEPS, _REFINE_HEAT), state)
    total, outside = component.energy(label, k, priced)
    for heat in _LAST_HEATS if outside > 0.0 else ():
        trial = label.copy()
        cool(trial, k, component, priced, _LAST_STEPS, (heat, 0.05), state)
        again, left = component.energy(trial, k, priced)
        if (left, again) < (outside, total):
            label, outside, total = trial, left, again
    return Plan(label, outside, total)


def sketch_plans(
    component: Component,
    k: int,
    window: tuple[float, float, float],
    dials: Dials,
    seed: int,
    tries: int,
    enough: int,
) -> list[Plan]:
    """Look for plans inside the window, on graphs of very few units, one after another.

    Where units are large for the window, a long search settles in a plan that nearly fits and
    from which no small move leads away. Many short ones, each over units gathered otherwise, find
    what fits sooner: 3 to 90 of 100 do where searches fifty times as long found nothing.

    Parameters
    ----------
    component : Component
    k : int
        Grids, at least two.
    window : (low, aim, high)
    dials : Dials
    seed : int
    tries : int
    enough : int
        So many plans are not added to.

    Returns
    -------
    list of Plan
        Those inside the window, the best first; rough, for `polish`.
    """
    state = np.array([mix(seed)], dtype=np.uint64)
    priced = window_first(price_dials(component, k, window, dials))
    short = replace(dials, effort=_SKETCH_EFFORT, trees=_SKETCH_TREES)
    plans: list[Plan] = []
    for at in range(tries if len(component.units[0]) > k > 1 else 0):
        if len(plans) == enough:
            break
        size = _SKETCHES[at % len(_SKETCHES)]
        levels, maps = _coarsen(component, k, window, size, state)
        found = evolve(levels[-1], k, priced, short, state)
        if found is None:
            break
        label = _refine(found, k, levels, maps, priced, (_SKETCH_STEPS, _SKETCH_HEAT), state)
        total, outside = component.energy(label, k, priced)
        if outside == 0.0:
            plans.append(Plan(label, outside, total))
    return sorted(plans, key=lambda one: one.energy)


def polish(
    component: Component, plan: Plan, window: tuple[float, float, float], dials: Dials, seed: int
) -> Plan:
    """Search on from a plan inside the window; parameters as for `divide`."""
    k = int(plan.label.max()) + 1
    if k == 1:
        return plan
    state = np.array([mix(seed)], dtype=np.uint64)
    priced = window_first(price_dials(component, k, window, dials))
    label = evolve(component, k, priced, dials, state, plan.label)
    if label is None:
        return plan
    total, outside = component.energy(label, k, priced)
    return min(plan, Plan(label, outside, total), key=lambda one: (one.outside, one.energy))


def _refine(
    label: Ints,
    k: int,
    levels: list[Component],
    maps: list[Ints],
    priced: Prices,
    cooling: tuple[int, tuple[float, float]],
    state: Words,
) -> Ints:
    """Carry a plan of the coarsest graph to the finest, cooling it on every one."""
    for level, coarse in zip(levels[-2::-1], maps[::-1], strict=True):
        label = label[coarse]
        cool(label, k, level, priced, *cooling, state)
    return label


def _coarsen(
    component: Component,
    k: int,
    window: tuple[float, float, float],
    size: tuple[int, int],
    state: Words,
) -> tuple[list[Component], list[Ints]]:
    """Pair units until a grid has about as many as it shall, and all are not too few."""
    levels: list[Component] = [component]
    maps: list[Ints] = []
    if len(component.bonds[3]):
        # who may not share a grid must not become one unit
        return levels, maps
    cap = window[1] / size[0] * 2
    enough = max(size[1], size[0] * k * 1.5)
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
