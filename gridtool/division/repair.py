"""Mend a division in force: keep what fits, re-cut what does not with its neighbours.

Grids inside the window stay unit for unit, unless a neighbour that does not fit needs them. Every
household that leaves its grid has a price; how many grids the ground becomes is free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridtool.division.kernels import Dials as Prices
from gridtool.division.kernels import Words, neighbours
from gridtool.division.moves import bisect, cool
from gridtool.division.problem import (
    FREE,
    Component,
    Dials,
    mean_side,
    mix,
    price_dials,
    window_first,
)
from gridtool.geom import Ints

_ELSEWHERE = -2
"""Home of a unit whose grid is not among those that are cut anew: it has moved in any case."""
_STEPS, _HEATS = 200, ((0.1, 0.02), (0.6, 0.05))
_MOST_GRIDS, _MOST_SETS = 4, 10
"""Grids that are cut anew together, and sets of them that are tried for each number."""
_TURNS = 3
"""How often a grid may be taken up again."""

Window = tuple[float, float, float]
Key = tuple[float, float]
Fits = Callable[[Ints], bool]


def repair(
    component: Component, home: Ints, fits: Fits, window: Window, dials: Dials, seed: int
) -> Ints:
    """Mend the division that a component came with.

    Parameters
    ----------
    component : Component
    home : int array, n
        The grid each unit was in, `FREE` for none; at least one has a home.
    fits : callable
        Says of some units whether they may stay a grid as they are.
    window : (low, aim, high)
        Households.
    dials : Dials
        ``change`` is the price of a household that leaves its grid.
    seed : int

    Returns
    -------
    int array, n
        Grid of each unit: the number of its home where it stays.
    """
    label = fill(component, home)
    state = np.array([mix(seed)], dtype=np.uint64)
    side = mean_side(component, len(np.unique(label)))
    bench = _Bench(component, home, window, dials, side, state)
    turns: dict[int, int] = {}
    while True:
        broken = [
            grid
            for grid in np.unique(label).tolist()
            if turns.get(grid, 0) < _TURNS and not fits(np.flatnonzero(label == grid))
        ]
        if not broken:
            return label
        weight = {grid: component.units[0][label == grid].sum() for grid in broken}
        worst = max(broken, key=lambda grid: (_off(weight[grid], window), -grid))
        turns[worst] = turns.get(worst, 0) + 1
        label = bench.mend(label, worst)


def fill(component: Component, home: Ints) -> Ints:
    """Give each unit without a home that of the neighbours it hangs on most, from the rim in.

    Parameters
    ----------
    component : Component
    home : int array, n

    Returns
    -------
    int array, n
    """
    label = home.copy()
    start, other, cost, _ = component.graph
    one = np.repeat(np.arange(len(label)), np.diff(start))
    while True:
        rim = (label[one] == FREE) & (label[other] != FREE)
        if not rim.any():
            return label
        pull: dict[tuple[int, int], float] = {}
        pairs = zip(one[rim].tolist(), label[other[rim]].tolist(), cost[rim].tolist(), strict=True)
        for unit, grid, price in pairs:
            pull[unit, grid] = pull.get((unit, grid), 0.0) + price
        for unit, grid in sorted(pull, key=lambda pair: (pair[0], pull[pair], -pair[1])):
            label[unit] = grid  # the last of a unit is the one it hangs on most


def follow(component: Component, label: Ints, home: Ints, window: Window, dials: Dials) -> Ints:
    """Draw a new division towards the one in force, as far as the window allows.

    Parameters
    ----------
    component : Component
    label : int array, n
        A division into 0 … k - 1.
    home : int array, n
    window, dials
        As for `repair`.

    Returns
    -------
    int array, n
    """
    state = np.array([mix(0)], dtype=np.uint64)
    parts = int(label.max()) + 1
    bench = _Bench(component, home, window, dials, mean_side(component, parts), state)
    return bench.settle(component, label, parts, home, _HEATS[0])[0]


def _off(weight: float, window: Window) -> float:
    """Return how many households a grid is outside the window."""
    return max(0.0, window[0] - weight, weight - window[2])


@dataclass(frozen=True)
class _Bench:
    """What grids are mended on.

    Attributes
    ----------
    component : Component
    home : int array, n
    window : (low, aim, high)
    dials : Dials
    side : float
        Of a mean grid, metres: prices are the same however many grids are cut anew.
    state : uint64 array, 1
    """

    component: Component
    home: Ints
    window: Window
    dials: Dials
    side: float
    state: Words

    def mend(self, label: Ints, grid: int) -> Ints:
        """Return the division with one grid cut anew, alone or with neighbours, if it is better."""
        best: tuple[Key, Ints] = ((0.0, 0.0), label)
        grids, done = len(np.unique(label)), False
        for count in range(1, _MOST_GRIDS + 1):
            for chosen in _sets(self.component, label, grid, count, self.window):
                best = self._cut_anew(label, chosen, best)
            rests = self._rests(best[1], label)
            if done or (rests and len(np.unique(best[1])) == grids):
                break
            # with one neighbour more the number of grids might stay
            done = rests
        return best[1]

    def _cut_anew(self, label: Ints, chosen: Ints, best: tuple[Key, Ints]) -> tuple[Key, Ints]:
        """Return the best of a division and those with the chosen grids cut anew."""
        nodes = np.flatnonzero(np.isin(label, chosen))
        part, home = self.component.part(nodes), self.home[nodes]
        held = np.searchsorted(chosen, label[nodes])
        before = self.key(part, held, len(chosen), home)
        for parts, heat in _ways(part, len(chosen), self.window):
            cut = held.copy()
            if parts != len(chosen) or heat is _HEATS[1]:
                cut[:] = 0
                priced, trees = self.priced(part, parts), self.dials.trees
                if not bisect(cut, parts, part, priced, trees, self.state):
                    continue
            cut, after = self.settle(part, cut, parts, home, heat)
            key = (after[0] - before[0], after[1] - before[1])
            if key < best[0]:
                trial = label.copy()
                trial[nodes] = _named(cut, parts, home, part, label, chosen)
                best = (key, trial)
        return best

    def _rests(self, label: Ints, before: Ints) -> bool:
        """Return whether grids were cut anew, and all of them are inside the window."""
        changed = np.unique(label[label != before]).tolist()
        weight = self.component.units[0]
        off = [_off(float(weight[label == grid].sum()), self.window) for grid in changed]
        return bool(changed) and not any(off)

    def priced(self, part: Component, parts: int) -> Prices:
        """Return the prices of cutting a part."""
        return window_first(price_dials(part, parts, self.window, self.dials, self.side))

    def settle(
        self, part: Component, cut: Ints, parts: int, home: Ints, heat: tuple[float, float]
    ) -> tuple[Ints, Key]:
        """Cool a cut with the price of moving on it; return it with its key."""
        label = cut.copy()
        if parts > 1:
            bound = self._at_home(part, cut, parts, home)
            cool(label, parts, bound, self.priced(part, parts), _STEPS, heat, self.state)
        return label, self.key(part, label, parts, home)

    def key(self, part: Component, cut: Ints, parts: int, home: Ints) -> Key:
        """Return what cuts are compared by: households outside the window, then the energy."""
        priced = self.priced(part, parts)
        total, outside = self._at_home(part, cut, parts, home).energy(cut, parts, priced)
        return outside, total - priced[3] * outside

    def _at_home(self, part: Component, cut: Ints, parts: int, home: Ints) -> Component:
        """Return a part with the price of moving, homes named by the parts they go on as."""
        local = np.where(home == FREE, FREE, _ELSEWHERE)
        for number, name in _match(cut, parts, home, part).items():
            local[home == name] = number
        return part.with_homes(local, self.dials.change * self.side)


def _sets(
    component: Component, label: Ints, grid: int, count: int, window: Window
) -> Iterator[Ints]:
    """Give the sets of `count` touching grids with `grid` in it, the likeliest first."""
    names, at = np.unique(label, return_inverse=True)
    touch = neighbours(at, len(names), component.graph)
    weight = np.bincount(at, component.units[0])
    first = int(np.searchsorted(names, grid))
    sets = {frozenset([first])}
    for _ in range(count - 1):
        sets = {
            held | {int(near)}
            for held in sets
            for near in np.flatnonzero(touch[sorted(held)].any(axis=0))
            if near not in held
        }

    def strain(held: frozenset[int]) -> tuple[float, list[int]]:
        total = float(weight[sorted(held)].sum())
        parts = max(1, round(total / window[1]))
        return abs(total / parts - window[1]) * parts, sorted(held)

    for held in sorted(sets, key=strain)[:_MOST_SETS]:
        yield names[sorted(held)]


def _ways(part: Component, count: int, window: Window) -> Iterator[tuple[int, tuple[float, float]]]:
    """Give the numbers of grids worth trying: as they are, cut anew, one fewer, one more."""
    low, _, high = window

    def possible(parts: int) -> bool:
        return 1 <= parts <= len(part.units[0]) and parts * low <= part.weight <= parts * high

    if possible(count) or not any(map(possible, (count - 1, count + 1))):
        yield count, _HEATS[0]
        if count > 1:
            yield count, _HEATS[1]
    for parts in (count - 1, count + 1):
        if possible(parts):
            yield parts, _HEATS[1]


def _match(cut: Ints, parts: int, home: Ints, part: Component) -> dict[int, int]:
    """Return the home that each new part goes on as, where it goes on as one."""
    homes = np.unique(home[home != FREE])
    if not len(homes):
        return {}
    held = home != FREE
    shared = np.zeros((parts, len(homes)))
    np.add.at(shared, (cut[held], np.searchsorted(homes, home[held])), part.units[0][held] + 1e-3)
    pairs = zip(*linear_sum_assignment(-shared), strict=True)
    return {int(one): int(homes[other]) for one, other in pairs if shared[one, other] > 0.0}


def _named(cut: Ints, parts: int, home: Ints, part: Component, label: Ints, chosen: Ints) -> Ints:
    """Return the parts under the numbers of the homes they go on as, new ones under new."""
    names = _match(cut, parts, home, part)
    kept = {number: name for number, name in names.items() if name in set(chosen.tolist())}
    fresh = iter(range(int(label.max()) + 1, int(label.max()) + 1 + parts))
    taken = [kept[number] if number in kept else next(fresh) for number in range(parts)]
    return np.array(taken, dtype=np.int64)[cut]
