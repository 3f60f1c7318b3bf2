"""Proofs that no division fits which need no search."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from gridtool.division.kernels import Graph
from gridtool.geom import Bools, Floats, Ints


def enclosed(graph: Graph, weight: Floats, window: tuple[float, float]) -> bool:
    """Return whether large units close off ground that no grid can hold.

    Take away the units above some size: what is left falls into parts. Grids inside a part hold
    what they may; the rest of it must go into grids of the large units around it, and each of
    these has room only for what it lacks to the top of the window. Where a part is too little for
    grids of its own and too much for that room, or has a unit that fits nowhere, there is no
    division.

    Parameters
    ----------
    graph : (start, other, cost, length)
        Both directions of every edge.
    weight : float array, n
        Households.
    window : (low, high)

    Returns
    -------
    bool
        True is a proof; false is none that there is a division.
    """
    start, other, _, _ = graph
    one = np.repeat(np.arange(len(weight)), np.diff(start))
    # units with more room than the least grid has take any part that is too little for one
    sizes = np.unique(weight[weight > window[1] - window[0]])
    return any(_shut(one, other, weight, weight >= size, window) for size in sizes[::-1])


def _shut(
    one: Ints, other: Ints, weight: Floats, large: Bools, window: tuple[float, float]
) -> bool:
    """Return whether some part between the large units fits neither itself nor around it."""
    n, (low, high) = len(weight), window
    inner = ~large[one] & ~large[other]
    links = coo_matrix((np.ones(int(inner.sum())), (one[inner], other[inner])), shape=(n, n))
    part = np.asarray(connected_components(links, directed=False)[1])
    rim = ~large[one] & large[other]
    pairs = np.unique(np.c_[part[one[rim]], other[rim]], axis=0)
    room = np.bincount(pairs[:, 0], high - weight[pairs[:, 1]], minlength=n)
    widest, heaviest = np.zeros(n), np.zeros(n)
    np.maximum.at(widest, pairs[:, 0], high - weight[pairs[:, 1]])
    np.maximum.at(heaviest, part[~large], weight[~large])
    people = np.bincount(part[~large], weight[~large], minlength=n)
    passes = (people <= room) & (heaviest <= widest)
    own = (people >= low) & (people - room <= high * np.floor(people / low))
    return bool(((people > 0) & ~passes & ~own).any())
