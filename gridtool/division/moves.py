"""Moves of whole plans: begin one, cool it, split its grids anew, cross it with another."""

from __future__ import annotations

import numpy as np

from gridtool.division.kernels import Dials as Prices
from gridtool.division.kernels import (
    Words,
    anneal,
    draw,
    neighbours,
    overlay,
    split,
)
from gridtool.division.problem import Component
from gridtool.geom import Ints


def bisect(
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


def cool(
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
    mean = float(np.abs(cost).mean()) if len(cost) else 1.0
    tried = steps * len(label)
    hot, cold = heat[0] * mean, heat[1] * mean
    anneal(label, k, level.graph, level.units, level.bonds, priced, tried, hot, cold, state)


def mutate(label: Ints, k: int, level: Component, priced: Prices, state: Words) -> Ints:
    """Return a plan in which two pairs of neighbouring grids are split anew, better or not."""
    touching = np.argwhere(np.triu(neighbours(label, k, level.graph), 1))
    for _ in range(2):
        p, q = touching[int(draw(state) * len(touching))].tolist()
        trial = np.where(label == q, p, label)
        # the first split may have parted the second pair
        if split(trial, p, q, 2, level.graph, level.units, priced, 1, state):
            label = trial
    return label


def cross(
    better: Ints,
    other: Ints,
    k: int,
    level: Component,
    priced: Prices,
    steps: int,
    state: Words,
) -> tuple[Ints, int]:
    """Cool one plan again, moving only whole ground on which two plans agree.

    Returns
    -------
    int array, n
        The plan.
    int
        Pieces of ground moved.
    """
    coarse, count = overlay(better, other, level.graph)
    if count <= k:
        return better.copy(), 0
    ground = level.contracted(coarse, count)
    label = np.empty(count, dtype=np.int64)
    label[coarse] = better
    cool(label, k, ground, priced, steps, (0.6, 0.1), state)
    return label[coarse], count
