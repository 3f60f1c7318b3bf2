"""Divide one piece of a community, and say why where the window cannot be met.

A grid outside the window carries a reason that can be checked: by arithmetic, by a building or by
having tried every way; ``not_found`` is the only one that is the engine's fault.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np

from gridtool.division.engine import Dials, Plan, divide, polish, sketch_plans
from gridtool.division.exact import NODES, any_division, counts_that_fit, least_cut, sums_fit
from gridtool.division.pieces import Arrays, Piece
from gridtool.division.problem import FREE, Component, price_dials, window_first
from gridtool.division.proofs import enclosed
from gridtool.division.repair import fill, follow, repair
from gridtool.division.ties import Bound, Ties, bind
from gridtool.geom import Ints
from gridtool.rules import (
    BARRIER,
    BY_HAND,
    NO_COUNT_FITS,
    NO_DIVISION_FITS,
    NOT_FOUND,
    SINGLE_BUILDING,
    Rules,
)

_PROVEN_PLACES = 200
"""Units times grids up to which it is proven that no division fits, where none was found."""

_MOST_SKETCHES, _ENOUGH = 150, 6
"""Sketches made for each number of grids where the first plan misses the window, until so many
are inside it: the best of these is searched on from."""

_LONGER, _MOST_MOVES = 3.0, 60e6
"""How much longer a large piece is searched then, and moves tried at most: some ten seconds."""
_LARGE, _FEW = 2000, 0.1
"""In a piece of so many units grids outside the window, if no larger a share, are mended."""


@dataclass(frozen=True)
class Task:
    """A piece to divide, and what it is divided by.

    Attributes
    ----------
    piece : Piece
    bound : Bound
        The piece as its ties make it.
    arrays : Arrays
    ties : Ties
        Of all units.
    rules : Rules
    dials : Dials
    seed : int
        Of this piece alone.
    """

    piece: Piece
    bound: Bound
    arrays: Arrays
    ties: Ties
    rules: Rules
    dials: Dials
    seed: int

    @property
    def window(self) -> tuple[float, float, float]:
        """Return the window and its target."""
        rules = self.rules
        low, aim, high = rules.min_households, rules.target_households, rules.max_households
        return float(low), float(aim), float(high)

    def misses(self, label: Ints) -> tuple[int, int]:
        """Count grids outside the window for want of a better plan.

        Parameters
        ----------
        label : int array
            Grid of each unit of the bound component, from 0.

        Returns
        -------
        int
            Grids that neither fit the window, nor have about 1,000 persons, nor hold a tower.
        int
            Those with about 1,000 persons included: the second door is used only when it must be.
        """
        label, members, rules = label[self.bound.coarse], self.piece.members, self.rules
        count = int(label.max()) + 1
        households = np.bincount(label, self.arrays.households[members], minlength=count)
        persons = np.bincount(label, self.arrays.persons[members], minlength=count)
        heavy = self.arrays.largest[members] > rules.max_households
        excused = np.bincount(label, heavy, minlength=count) > 0
        fits = (households >= rules.min_households) & (households <= rules.max_households)
        about = np.abs(persons - rules.persons) <= rules.persons_tolerance
        return int((~fits & ~excused & ~about).sum()), int((~fits & ~excused).sum())

    def may_stay(self, nodes: Ints) -> bool:
        """Return whether units of the bound component may stay a grid as they are."""
        inside = np.zeros(len(self.bound.home), dtype=np.bool_)
        inside[nodes] = True
        mine = self.piece.members[inside[self.bound.coarse]]
        if self.arrays.largest[mine].max(initial=0) > self.rules.max_households:
            return True
        if self.rules.households_fit(int(self.arrays.households[mine].sum())):
            return True
        by_persons = bool(self.ties.by_persons[mine].any())
        return by_persons and self.rules.persons_fit(int(self.arrays.persons[mine].sum()))


def solve(
    piece: Piece, arrays: Arrays, ties: Ties, rules: Rules, dials: Dials, seed: int
) -> tuple[Ints, list[str | None]]:
    """Divide one piece.

    Parameters
    ----------
    piece : Piece
    arrays : Arrays
    ties : Ties
    rules : Rules
    dials : Dials
    seed : int

    Returns
    -------
    label : int array
        Grid of each unit, 0 … k - 1.
    reasons : list
        Why each grid is outside the household window, None where it is not.
    """
    members = piece.members
    one_grid = np.zeros(len(members), dtype=np.int64)
    if piece.settled is not None:
        return one_grid, [piece.settled or None]
    total = int(arrays.households[members].sum())
    bound = bind(arrays.component(members, rules), members, ties)
    task = Task(piece, bound, arrays, ties, rules, dials, _own_seed(piece, seed))
    if (bound.home != FREE).any():
        label = _keep(task)
    elif total < rules.min_households:
        label = np.zeros(len(bound.home), dtype=np.int64)
    else:
        label = best_label(task)
    proven = False
    if not piece.village and task.misses(label)[0]:
        label, proven = _try_every_way(task, label)
    label = label[bound.coarse]
    if piece.village:
        return label, [None] * (int(label.max()) + 1)
    return label, _reasons(task, label, proven=proven)


def _try_every_way(task: Task, label: Ints) -> tuple[Ints, bool]:
    """Return a division inside the window, or the one there is and whether none is proven."""
    component, (low, _, high) = task.bound.component, task.window
    counts = counts_that_fit(component.weight, (low, high))
    places = len(task.bound.home) * max(counts, default=0)
    if not counts or component.units[3].any() or len(component.bonds[3]):
        # a tower excuses its grid, and who may not share one is not in the programme
        return label, False
    if enclosed(component.graph, component.units[0], (low, high)):
        return label, True
    if places > _PROVEN_PLACES:
        sums = (sums_fit(component.units[0], k, (low, high)) for k in counts)
        return label, not any(sums)
    found, proven = any_division(component.graph, component.units[0], (low, high), NODES)
    if found is None:
        return label, proven
    plan = Plan(_numbered(found), 0.0, np.inf)
    return polish(component, plan, task.window, task.dials, task.seed).label, False


def _keep(task: Task) -> Ints:
    """Keep the grids in force; where mending them fails, divide anew and follow them."""
    component, home = task.bound.component, task.bound.home
    if task.piece.village:
        return _numbered(fill(component, home))
    kept = _numbered(repair(component, home, task.may_stay, task.window, task.dials, task.seed))
    missed = task.misses(kept)[0]
    if missed == 0:
        return kept
    fresh = best_label(task)
    followed = follow(component, fresh, home, task.window, task.dials)
    for label in (followed, fresh):
        if task.misses(label)[0] < missed:
            return label
    return kept


def _numbered(label: Ints) -> Ints:
    """Return grids as 0 … k - 1."""
    return np.asarray(np.unique(label, return_inverse=True)[1], dtype=np.int64)


def best_label(task: Task) -> Ints:
    """Try numbers of grids, the likeliest first, until every grid is in the window."""
    component, rules = task.bound.component, task.rules
    plans: dict[tuple[int, int, float], Ints] = {}

    def is_fit(plan: Plan) -> bool:
        key = (*task.misses(plan.label), plan.outside)
        plans.setdefault(key, plan.label)
        return key[1:] == (0, 0.0)

    counts = _counts(component, rules)
    for k in counts:
        plan = _mended(task, divide(component, k, task.window, task.dials, task.seed))
        if is_fit(plan):
            return _numbered(_cheaper(task, plan, k))
    best = min(plans)
    # only ground around a tower is over the window: more than a tower alone must have
    settled = best[1] == 0 or (not rules.count_fits(int(component.weight)) and best[1] <= 1)
    if settled or _proven_tight(component, task.window):
        return _numbered(plans[best])
    nearest = {int(plans[key].max()) + 1 for key in sorted(plans)[:2]}
    for k in (k for k in counts if k in nearest):
        again = _sketched(task, k)
        if again is not None and is_fit(again):
            return _numbered(_cheaper(task, again, k))
    return _numbered(plans[min(plans)])


def _sketched(task: Task, k: int) -> Plan | None:
    """Return a plan inside the window or None; of a large piece what a longer search finds.

    No sketch of many grids fits all over; there a few grids are mended where they are.
    """
    component, seed = task.bound.component, task.seed
    n = len(task.bound.home)
    if n < _LARGE:
        tries = (seed + k, _MOST_SKETCHES, _ENOUGH)
        plans = sketch_plans(component, k, task.window, task.dials, *tries)
        return polish(component, plans[0], task.window, task.dials, seed) if plans else None
    effort = max(1.0, task.dials.effort)
    longer = min(_LONGER * effort, max(effort, _MOST_MOVES / (task.dials.steps * n)))
    dials = replace(task.dials, effort=longer)
    return _mended(task, divide(component, k, task.window, dials, seed + 1))


def _proven_tight(component: Component, window: tuple[float, float, float]) -> bool:
    """Return whether the households leave no division, by what needs no programme."""
    if component.units[3].any():
        return False  # a tower excuses its grid
    low, _, high = window
    if not counts_that_fit(component.weight, (low, high)):
        return False  # told as arithmetic
    return enclosed(component.graph, component.units[0], (low, high))


def _mended(task: Task, plan: Plan) -> Plan:
    """Return the plan of a large piece with its few grids outside the window mended on the spot."""
    component = task.bound.component
    few = task.misses(plan.label)[1] <= _FEW * len(np.unique(plan.label))
    if plan.outside == 0.0 or not few or len(plan.label) < _LARGE or np.isinf(plan.energy):
        return plan
    free = replace(task.dials, change=0.0)
    label = _numbered(repair(component, plan.label, task.may_stay, task.window, free, task.seed))
    k = int(label.max()) + 1
    priced = window_first(price_dials(component, k, task.window, task.dials))
    energy, outside = component.energy(label, k, priced)
    return Plan(label, outside, energy) if outside < plan.outside else plan


def _cheaper(task: Task, plan: Plan, k: int) -> Ints:
    """Return the plan, or in a small community that of least border where it is better in all.

    What is sought has towers alone with ground where nobody lives, as the window asks.
    """
    component, (low, _, high) = task.bound.component, task.window
    if len(plan.label) * k > task.dials.exact:
        return plan.label
    apart = component.bonds[2:]
    found = least_cut(component.graph, component.units[0], k, (low, high), NODES, apart)
    if found is None or found.label is None:
        return plan.label
    priced = window_first(price_dials(component, k, task.window, task.dials))
    least = component.energy(found.label, k, priced)[0]
    return found.label if least < component.energy(plan.label, k, priced)[0] else plan.label


def _counts(component: Component, rules: Rules) -> list[int]:
    """Return the numbers of grids worth trying, those that fit the window first.

    Where some fit by arithmetic the others are left out, unless there are towers: what they are
    over the window, grids around them may lack.
    """
    weight = component.weight
    near = round(weight / rules.target_households)
    fewest = max(1, int(np.ceil(weight / rules.max_households)) - 1)
    most = max(1, int(weight // rules.min_households) + 1)
    counts = [k for k in range(fewest, most + 1) if abs(k - near) <= 2] or [max(1, near)]

    def strain(k: int) -> tuple[float, float]:
        outside = max(k * rules.min_households - weight, weight - k * rules.max_households, 0.0)
        return outside, abs(weight / k - rules.target_households)

    fitting = [k for k in counts if strain(k)[0] == 0.0]
    if fitting and not component.units[3].any():
        counts = fitting
    return sorted(counts, key=strain)


def _reasons(task: Task, label: Ints, *, proven: bool) -> list[str | None]:
    """Return why each grid is outside the household window, None where it is not."""
    piece, arrays, rules = task.piece, task.arrays, task.rules
    members = piece.members
    total = int(arrays.households[members].sum())
    reasons: list[str | None] = []
    for at in range(int(label.max()) + 1):
        mine = members[label == at]
        if rules.households_fit(int(arrays.households[mine].sum())):
            reasons.append(None)
        elif arrays.largest[mine].max(initial=0) > rules.max_households:
            reasons.append(SINGLE_BUILDING)
        elif not rules.count_fits(total):
            reasons.append(_no_count(piece))
        elif proven:
            # units that were pinned together are not as small as they could be
            pinned = len(task.bound.home) < len(members)
            reasons.append(BY_HAND if pinned else NO_DIVISION_FITS)
        else:
            reasons.append(NOT_FOUND)
    return reasons


def _no_count(piece: Piece) -> str:
    """Return why no number of grids fits the households of a piece."""
    if piece.alone:
        return NO_COUNT_FITS
    return BY_HAND if piece.beside_locked else BARRIER


def _own_seed(piece: Piece, seed: int) -> int:
    """Return a seed that depends on the piece alone, not on what else is divided."""
    return (seed << 32) ^ zlib.crc32(f"{piece.code}/{len(piece.members)}".encode())
