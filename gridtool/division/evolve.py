"""The long search: a population of plans, crossed, mutated and cooled until the effort is spent.

Every plan is cooled twice: at a lower price of the window, which lets units pass through grids that
are too large for a while, and at a high one, which mends what that left. Two plans are crossed on
the ground on which they agree: where both are good already nothing moves, elsewhere large pieces
do. Effort is counted in moves tried, never in seconds.
"""

from __future__ import annotations

import numpy as np

from gridtool.division.kernels import Dials as Prices
from gridtool.division.kernels import Words, draw
from gridtool.division.moves import bisect, cool, cross, mutate
from gridtool.division.problem import Component, Dials
from gridtool.geom import Ints

_SOFTS = (0.025, 0.5)
"""Prices of the window while hot, in turns, in shares of the price while cold.

At the low one towers pass through grids; the high one finds the few plans of a tight window.
"""
_MOST_PLANS, _MOST_STEPS = 12, 1500
_CROSS_STEPS, _MEND_STEPS = 200, 60
_FIRST_SHARE, _MUTATE_SHARE = 0.3, 0.3

Key = tuple[float, float]


class _Population:
    """Plans of one component, the best of them, and the moves tried so far.

    Attributes
    ----------
    plans : list of (households outside, energy), label
    spent : int
        Moves tried for each unit.
    """

    def __init__(
        self, component: Component, k: int, priced: Prices, trees: int, state: Words
    ) -> None:
        self.component, self.k, self.trees, self.state = component, k, trees, state
        self.cold = priced
        self.hot = [(*priced[:3], soft * priced[3], *priced[4:]) for soft in _SOFTS]
        self.plans: list[tuple[Key, Ints]] = []
        self.spent, self.turn = 0.0, 0

    def begin(self, steps: int) -> Ints | None:
        """Return a new plan, None where the component does not hang together."""
        label = np.zeros(len(self.component.units[0]), dtype=np.int64)
        if not bisect(label, self.k, self.component, self.cold, self.trees, self.state):
            return None
        cool(label, self.k, self.component, self._hot(), steps, (1.0, 0.2), self.state)
        self.spent += steps
        return self.mend(label)

    def _hot(self) -> Prices:
        """Return the prices whose turn it is."""
        self.turn += 1
        return self.hot[self.turn % len(self.hot)]

    def mend(self, label: Ints) -> Ints:
        """Cool a plan, in place, with the window first."""
        cool(label, self.k, self.component, self.cold, _MEND_STEPS, (0.3, 0.05), self.state)
        self.spent += _MEND_STEPS
        return label

    def breed(self) -> tuple[Ints, int]:
        """Return a child, and the place of the plan that it may take."""
        one = int(draw(self.state) * len(self.plans))
        if draw(self.state) < _MUTATE_SHARE:
            label = mutate(self.plans[one][1], self.k, self.component, self.cold, self.state)
            return self.mend(label.copy()), one
        two = (one + 1 + int(draw(self.state) * (len(self.plans) - 1))) % len(self.plans)
        better, worse = sorted((one, two), key=lambda at: self.plans[at][0])
        label, moved = cross(
            self.plans[better][1],
            self.plans[worse][1],
            self.k,
            self.component,
            self._hot(),
            _CROSS_STEPS,
            self.state,
        )
        self.spent += _CROSS_STEPS * moved / len(label)
        return self.mend(label), worse

    def key(self, label: Ints) -> Key:
        """Return what plans are compared by: the window, then the energy."""
        total, outside = self.component.energy(label, self.k, self.cold)
        return outside, total

    def place(self, label: Ints, at: int) -> bool:
        """Take a plan in the place of a worse one; say whether it was taken."""
        key = self.key(label)
        known = any(key[0] == k[0] and abs(key[1] - k[1]) < 1e-6 for k, _ in self.plans)
        if known or key >= self.plans[at][0]:
            return False
        self.plans[at] = (key, label)
        return True

    def worst(self) -> int:
        """Return the place of the worst plan."""
        return max(range(len(self.plans)), key=lambda at: self.plans[at][0])


def evolve(
    component: Component,
    k: int,
    priced: Prices,
    dials: Dials,
    state: Words,
    known: Ints | None = None,
) -> Ints | None:
    """Search long for the best plan.

    Parameters
    ----------
    component : Component
    k : int
        Grids, at least two.
    priced : Prices
        With the window dear.
    dials : Dials
        ``effort`` says how long.
    state : uint64 array, 1
    known : int array, n, optional
        A plan to begin with.

    Returns
    -------
    int array, n, or None
        None where the component does not hang together.
    """
    budget = dials.effort * dials.steps
    steps = int(min(budget * _FIRST_SHARE, _MOST_STEPS))
    size = int(min(max(budget / steps / 2, 2), _MOST_PLANS))
    people = _Population(component, k, priced, dials.trees, state)
    if known is not None:
        people.plans.append((people.key(known), known))
    while len(people.plans) < size:
        label = people.begin(steps)
        if label is None:
            return None
        people.plans.append((people.key(label), label))
    still = 0
    while people.spent < budget:
        if still < 2 * size:
            taken = people.place(*people.breed())
            still = 0 if taken else still + 1
        else:
            fresh = people.begin(steps)
            if fresh is not None:
                people.place(fresh, people.worst())
            still = size
    return min(people.plans, key=lambda plan: plan[0])[1]
