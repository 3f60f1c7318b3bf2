"""What the engine is given and what it gives: a component, the dials, a plan; and its chance."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gridtool.division.kernels import Bonds, Graph, Units, Words, contract, energy
from gridtool.division.kernels import Dials as Prices
from gridtool.geom import Ints

FREE = -1
"""Home of a unit that no grid is home to."""
_NONE = np.zeros(0, dtype=np.int64)

_WINDOW_FIRST = 10.0
_DEAR = 6.0
"""Price of drift beyond the spread, in prices of drift within it."""
_FEW_VARY = 3.0
"""The mean of few grids varies more: by this over the root of their number."""


@dataclass(frozen=True)
class Dials:
    """What the engine strives for, beside contiguity.

    Attributes
    ----------
    outside : float
        Price of one household outside the window, in shares of the side of a mean grid.
    drift : float
        Price of one household off the target, likewise.
    spread : float
        Mean households off the target, beyond what k grids must be, above which drift is dear;
        for many grids, as the mean of few varies more.
    shape : float
        Price of a wholly un-round grid (1 - Polsby-Popper), likewise.
    coarse_units : int
        Units a grid shall have at least on the coarsest graph.
    trees : int
        Random spanning trees for each split.
    steps : int
        Moves tried for each unit of the coarsest graph in all.
    effort : float
        How many times as long to search. Above 1 nothing is coarsened.
    exact : int
        Units times grids up to which a community is divided exactly as well.
    change : float
        Price of one household that leaves the grid it was in, in shares of the side of a mean
        grid; counts where grids in force are given.
    """

    outside: float = 0.05
    drift: float = 0.00055
    spread: float = 21.0
    shape: float = 0.25
    coarse_units: int = 15
    trees: int = 2
    steps: int = 900
    effort: float = 1.0
    exact: int = 100
    change: float = 0.01


@dataclass(frozen=True)
class Component:
    """One connected piece of ground to divide.

    Attributes
    ----------
    graph : (start, other, cost, length)
        Both directions of every edge; cost in weighted metres, length in metres.
    units : (weight, area, outline, heavy)
        Households (capped at the window's top), m², border in metres, whether it was capped.
    bonds : (home, toll, start, other)
        Where units want to be, and who may not share a grid; none unless given.
    """

    graph: Graph
    units: Units
    bonds: Bonds = field(default=(_NONE, _NONE.astype(np.float64), _NONE, _NONE))

    def __post_init__(self) -> None:
        if len(self.bonds[2]) == 0:
            object.__setattr__(self, "bonds", no_bonds(len(self.units[0])))

    @property
    def weight(self) -> float:
        """Return the households of the component, heavy units capped."""
        return float(self.units[0].sum())

    def energy(self, label: Ints, k: int, priced: Prices) -> tuple[float, float]:
        """Return the energy of a plan and the households outside the window."""
        total, outside = energy(label, k, self.graph, self.units, self.bonds, priced)
        return float(total), float(outside)

    def contracted(self, coarse: Ints, count: int) -> Component:
        """Return the component with units gathered; it keeps who may not share a grid.

        Parameters
        ----------
        coarse : int array, n
            Number of the coarse unit of each unit, below `count`.
        """
        graph, units = contract(self.graph, self.units, coarse, count)
        apart = coarse[_ends(self.bonds[2])], coarse[self.bonds[3]]
        return Component(graph, units, apart_bonds(count, *apart))

    def part(self, nodes: Ints) -> Component:
        """Return the component of some of its units, in the order given, without bonds of home."""
        start, other, cost, length = self.graph
        held, at = _kept(start, other, nodes)
        place = np.full(len(start) - 1, -1, dtype=np.int64)
        place[nodes] = np.arange(len(nodes))
        graph = (held, place[other[at]], cost[at], length[at])
        weight, area, outline, heavy = self.units
        first, second = place[_ends(self.bonds[2])], place[self.bonds[3]]
        inside = (first >= 0) & (second >= 0)
        bonds = apart_bonds(len(nodes), first[inside], second[inside])
        units = (weight[nodes], area[nodes], outline[nodes], heavy[nodes])
        return Component(graph, units, bonds)

    def with_homes(self, home: Ints, price: float) -> Component:
        """Return the component with a price on every household that lies outside its home."""
        toll = np.where(home == FREE, 0.0, price * self.units[0])
        return Component(self.graph, self.units, (home, toll, *self.bonds[2:]))


def no_bonds(n: int) -> Bonds:
    """Return the bonds of n units that are free."""
    none = np.zeros(0, dtype=np.int64)
    return np.full(n, FREE, dtype=np.int64), np.zeros(n), np.zeros(n + 1, dtype=np.int64), none


def apart_bonds(n: int, first: Ints, second: Ints) -> Bonds:
    """Return the bonds of n units of which some pairs may not share a grid.

    Parameters
    ----------
    first, second : int array, m
        Each pair once or both ways; a unit and itself is no pair.
    """
    differ = first != second
    both = np.c_[np.r_[first, second], np.r_[second, first]][np.r_[differ, differ]]
    pairs = np.unique(both, axis=0)
    home, toll, _, _ = no_bonds(n)
    start = np.searchsorted(pairs[:, 0], np.arange(n + 1)).astype(np.int64)
    return home, toll, start, np.ascontiguousarray(pairs[:, 1])


def _ends(start: Ints) -> Ints:
    """Return the unit that each entry of a list by unit belongs to."""
    return np.repeat(np.arange(len(start) - 1), np.diff(start))


def _kept(start: Ints, other: Ints, nodes: Ints) -> tuple[Ints, Ints]:
    """Return where the edges among some units start, and their places in the whole graph."""
    inside = np.zeros(len(start) - 1, dtype=np.bool_)
    inside[nodes] = True
    degree = start[nodes + 1] - start[nodes]
    first = np.r_[0, np.cumsum(degree)]
    at = np.repeat(start[nodes] - first[:-1], degree) + np.arange(first[-1])
    kept = inside[other[at]]
    count = np.bincount(np.repeat(np.arange(len(nodes)), degree)[kept], minlength=len(nodes))
    return np.r_[0, np.cumsum(count)].astype(np.int64), at[kept]


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


def price_dials(
    component: Component,
    k: int,
    window: tuple[float, float, float],
    dials: Dials,
    side: float | None = None,
) -> Prices:
    """Return the dials in metres: shares of the side of a mean grid, its own unless given."""
    side = mean_side(component, k) if side is None else side
    low, aim, high = window
    strain = abs(component.weight / k - aim)
    nu = dials.drift * side
    return (
        low,
        high,
        aim,
        dials.outside * side,
        dials.shape * side,
        nu,
        k * (strain + dials.spread * (1.0 + _FEW_VARY / np.sqrt(k))),
        _DEAR * nu,
    )


def mean_side(component: Component, k: int) -> float:
    """Return the side of a square as large as a mean grid, in metres."""
    return float(np.sqrt(component.units[1].sum() / k))


def window_first(priced: Prices) -> Prices:
    """Return the prices with the window before all else: coarse units only roughly meet it."""
    return (*priced[:3], _WINDOW_FIRST * priced[3], *priced[4:])


def mix(seed: int) -> int:
    """Return a well-mixed, non-zero 64-bit state (splitmix64)."""
    mask = (1 << 64) - 1
    z = (seed + 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return (z ^ (z >> 31)) | 1


def scatter(n: int, state: Words) -> Words:
    """Return n well-mixed numbers and move the state on."""
    state[0] = np.uint64(mix(int(state[0])))
    with np.errstate(over="ignore"):
        keys = (np.arange(n, dtype=np.uint64) + state[0]) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (keys ^ (keys >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(mixed, dtype=np.uint64)
