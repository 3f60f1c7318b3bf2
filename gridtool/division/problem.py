"""What the engine is given and what it gives: a component, the dials, a plan; and its chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridtool.division.kernels import Dials as Prices
from gridtool.division.kernels import Graph, Units, Words
from gridtool.geom import Ints

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
    """

    outside: float = 0.05
    drift: float = 0.00055
    spread: float = 21.0
    shape: float = 0.25
    coarse_units: int = 15
    trees: int = 2
    steps: int = 900
    effort: float = 1.0


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


def price_dials(
    component: Component, k: int, window: tuple[float, float, float], dials: Dials
) -> Prices:
    """Return the dials in metres: shares of the side of a mean grid."""
    side = float(np.sqrt(component.units[1].sum() / k))
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
