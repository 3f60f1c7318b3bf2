"""Kernels of the partition engine: plain arrays in and out, no frames.

A graph is given by ``start`` (n + 1) and ``other`` (2m), its edges by ``cost`` (what cutting them
costs more than not, weighted metres; negative where a border is wanted) and ``length`` (true
metres), its units by ``weight`` (households), ``area`` (m²) and ``outline`` (whole border, m).
``heavy`` marks units over the window's top.

Bonds say where units want to be: ``home`` (the grid of each unit, -1 for none) and ``toll`` (what
it costs that it lies elsewhere, metres); and by ``start`` and ``other``, as edges, which units
may not share its grid.

Dials are packed as ``(low, high, aim, mu, gamma, nu, knee, dear)``: the window and target in
households, and the price of a household outside the window, of a wholly un-round grid
(1 - Polsby-Popper), and of a household off the target: nu up to ``knee`` households in all, dear
beyond; all prices in metres of cut.
"""

from gridtool.division.kernels.annealing import anneal
from gridtool.division.kernels.coarsening import contract, match_units, overlay
from gridtool.division.kernels.plans import (
    Bonds,
    Dials,
    Graph,
    Units,
    Words,
    draw,
    energy,
    measure,
    neighbours,
)
from gridtool.division.kernels.trees import split

__all__ = [
    "Bonds",
    "Dials",
    "Graph",
    "Units",
    "Words",
    "anneal",
    "contract",
    "draw",
    "energy",
    "match_units",
    "measure",
    "neighbours",
    "overlay",
    "split",
]
