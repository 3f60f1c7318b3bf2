"""Small communities exactly: the least border, or the proof that no division fits.

A mixed-integer programme says who lies in which grid, with the window. Grids that come out in
pieces are forbidden one by one, until all hang together: what it proves at any stage holds for
every plan. Measured with HiGHS: 22 units in two grids 0.1 s, 34 in three 2 s, 50 in three 5 s
(CP-SAT on one thread: 0.01 s, 2 s, not in 45 s); larger ones are left alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix, csr_matrix, eye_array, hstack, kron, vstack
from scipy.sparse.csgraph import connected_components

from gridtool.division.kernels import Graph
from gridtool.geom import Floats, Ints

Window = tuple[float, float]

MOST_PLACES = 800
"""Units times grids above which nothing is sought."""

NODES = 2000
"""Branch-and-bound nodes that are spent on a community."""

_FEW_NODES = 20
_INFEASIBLE = 2
_ROUNDS = 20


class Exact(NamedTuple):
    """What is proven of the divisions into k grids inside the window.

    Attributes
    ----------
    bound : float
        Cost of border that none of them is below; infinite where there is none.
    label : int array, n, or None
        One of them that reaches the bound, in grids that hang together; None where none is known.
    """

    bound: float
    label: Ints | None


class _Model:
    """The programme: places of units in grids, then cut edges.

    Attributes
    ----------
    floor : float
        What no cut at all can be below: negative where some edges are worth cutting.

    Parameters
    ----------
    graph : (start, other, cost, length)
    weight : float array, n
    k : int
    window : (low, high)
    """

    def __init__(self, graph: Graph, weight: Floats, k: int, window: Window) -> None:
        self._graph, self._n, self._k = graph, len(weight), k
        ends, cost = _pairs(graph, self._n)
        m = len(cost)
        self._cost = np.r_[np.zeros(self._n * k), cost]
        self.floor = float(np.minimum(cost, 0.0).sum())
        self._top = np.r_[_order_grids(weight, k), np.ones(m)]
        once = hstack([eye_array(self._n)] * k + [csr_matrix((self._n, m))])
        sizes = hstack([kron(eye_array(k), csr_matrix(weight)), csr_matrix((k, m))])
        # an edge is cut when its ends differ in any grid
        differ = kron(eye_array(k), ends)
        cut = vstack([eye_array(m)] * k)
        self._rows = [
            LinearConstraint(once, 1.0, 1.0),
            LinearConstraint(sizes, *window),
            LinearConstraint(hstack([differ, -cut]), -np.inf, 0.0),
            LinearConstraint(hstack([-differ, -cut]), -np.inf, 0.0),
        ]
        gain = np.flatnonzero(cost < 0.0)
        if len(gain):
            # an edge worth cutting is not cut when its ends share any grid
            both = kron(eye_array(k), abs(ends)[gain])
            once = vstack([eye_array(m).tocsr()[gain]] * k)
            self._rows.append(LinearConstraint(hstack([both, once]), -np.inf, 2.0))

    def solve(self, nodes: int) -> tuple[float, Ints | None]:
        """Return the bound after so many branch-and-bound nodes, and a plan that reaches it."""
        places = self._n * self._k
        found = milp(
            self._cost,
            integrality=np.r_[np.ones(places), np.zeros(len(self._cost) - places)],
            bounds=Bounds(0.0, self._top),
            constraints=self._rows,
            options={"node_limit": nodes},
        )
        if found.status == _INFEASIBLE:
            return np.inf, None
        bound = max(self.floor, float(found.mip_dual_bound))
        if not found.success:
            return bound, None
        return bound, np.asarray(found.x[:places].reshape(self._k, self._n).argmax(axis=0))

    def keep_apart(self, start: Ints, other: Ints) -> None:
        """Let some units share no grid with others."""
        one = np.repeat(np.arange(self._n), np.diff(start))
        pairs = np.c_[one, other][one < other]
        at = np.repeat(np.arange(len(pairs)), 2)
        both = coo_matrix((np.ones(len(at)), (at, pairs.ravel())), (len(pairs), self._n))
        none = csr_matrix((len(pairs) * self._k, len(self._cost) - self._n * self._k))
        rows = hstack([kron(eye_array(self._k), both), none])
        self._rows.append(LinearConstraint(rows, -np.inf, 1.0))

    def forbid_pieces(self, label: Ints) -> bool:
        """Forbid the pieces of grids that do not hang together; say whether there were any."""
        start, other, _, _ = self._graph
        one = np.repeat(np.arange(self._n), np.diff(start))
        same = label[one] == label[other]
        links = coo_matrix((np.ones(same.sum()), (one[same], other[same])), (self._n, self._n))
        piece = connected_components(links, directed=False)[1]
        parts = pd.DataFrame({"grid": label, "piece": piece, "unit": np.arange(self._n)})
        first = parts.drop_duplicates("piece")
        loose = first[first["grid"].duplicated()]
        main = first.drop_duplicates("grid").set_index("grid")["unit"]
        for at, unit, grid in loose[["piece", "unit", "grid"]].itertuples(index=False):
            around = np.unique(other[(piece[one] == at) & (piece[other] != at)])
            for q in range(self._k):
                # who is in one grid with a unit beyond is so with some unit around the piece
                row = np.zeros(len(self._cost))
                row[q * self._n + around] = -1.0
                row[[q * self._n + unit, q * self._n + main[grid]]] = 1.0
                self._rows.append(LinearConstraint(csr_matrix(row), -np.inf, 1.0))
        return bool(len(loose))


def least_cut(
    graph: Graph,
    weight: Floats,
    k: int,
    window: Window,
    nodes: int,
    apart: tuple[Ints, Ints] | None = None,
) -> Exact | None:
    """Find the division into k connected grids inside the window with the least border.

    Parameters
    ----------
    graph : (start, other, cost, length)
        Both directions of every edge.
    weight : float array, n
        Households.
    k : int
    window : (low, high)
    nodes : int
        Branch-and-bound nodes to spend, each time a plan in pieces is forbidden; the bound is
        valid wherever the search stops.
    apart : (start, other), optional
        Units that may not share a grid, as edges.

    Returns
    -------
    Exact or None
        None where there are too many units and grids (`MOST_PLACES`), or no nodes to spend.
    """
    n = len(weight)
    if k == 1:
        fits = window[0] <= weight.sum() <= window[1]
        return Exact(0.0, np.zeros(n, dtype=np.int64)) if fits else Exact(np.inf, None)
    if not sums_fit(weight, k, window):
        return Exact(np.inf, None)
    if n * k > MOST_PLACES or nodes < 1:
        return None
    model = _Model(graph, weight, k, window)
    if apart is not None and len(apart[1]):
        model.keep_apart(*apart)
    bound = model.floor
    for _ in range(_ROUNDS):
        reached, label = model.solve(nodes)
        bound = max(bound, reached)
        if label is None or not model.forbid_pieces(label):
            return Exact(bound, label)
    return Exact(bound, None)


def cut_bound(graph: Graph, weight: Floats, k: int, window: Window, nodes: int) -> float | None:
    """Return what a division into k grids inside the window must cut at least.

    Parameters
    ----------
    graph, weight, k, window, nodes
        As for `least_cut`.

    Returns
    -------
    float or None
        Cost of cut edges; infinite where no such division exists; None where it was not sought.
    """
    found = least_cut(graph, weight, k, window, nodes)
    return None if found is None else found.bound


def sums_fit(weight: Floats, k: int, window: Window) -> bool:
    """Return whether some units sum up to one grid and leave the rest what k - 1 can hold.

    Parameters
    ----------
    weight : float array, n
        Whole numbers of households.
    k : int
    window : (low, high)

    Returns
    -------
    bool
        False is a proof that there is no division into k grids; true is none that there is.
    """
    total, (low, high) = int(weight.sum()), (int(window[0]), int(window[1]))
    least, most = max(low, total - (k - 1) * high), min(high, total - (k - 1) * low)
    if least > most:
        return False
    sums, mask = 1, (1 << (most + 1)) - 1  # bit s: some units have s households together
    for one in weight.astype(np.int64).tolist():
        sums |= (sums << one) & mask
    return bool(sums >> least)


def counts_that_fit(total: float, window: Window) -> range:
    """Return the numbers of grids that arithmetic allows."""
    fewest, most = int(np.ceil(total / window[1])), int(total // window[0])
    return range(max(1, fewest), most + 1)


def any_division(
    graph: Graph, weight: Floats, window: Window, nodes: int
) -> tuple[Ints | None, bool]:
    """Find a division inside the window into any number of grids, or prove that there is none.

    Parameters
    ----------
    graph, weight, window, nodes
        As for `least_cut`.

    Returns
    -------
    label : int array, n, or None
    proven : bool
        Whether there is none.
    """
    proven = True
    start, other, cost, length = graph
    # whether there is any is known sooner where nothing is to be least; but what is least hangs
    # together sooner
    any_cost = (start, other, np.zeros_like(cost), length)
    for k in counts_that_fit(float(weight.sum()), window):
        found = least_cut(any_cost, weight, k, window, nodes)
        if found is not None and found.label is None and np.isfinite(found.bound):
            found = least_cut(graph, weight, k, window, min(nodes, _FEW_NODES))
        if found is not None and found.label is not None:
            return found.label, False
        proven &= found is not None and np.isinf(found.bound)
    return None, proven


def _pairs(graph: Graph, n: int) -> tuple[csr_matrix, Floats]:
    """Return the edges as rows of +1 and -1, and what each costs."""
    start, other, cost, _ = graph
    first = np.repeat(np.arange(n), np.diff(start))
    once = first < other
    first, second, cost = first[once], other[once], cost[once]
    m = len(cost)
    rows = np.tile(np.arange(m), 2)
    signs = np.repeat([1.0, -1.0], m)
    ends = coo_matrix((signs, (rows, np.r_[first, second])), shape=(m, n))
    return ends.tocsr(), np.asarray(cost)


def _order_grids(weight: Floats, k: int) -> Floats:
    """Return which places are open: the i-th heaviest unit may lie in the first i grids alone."""
    open_to = np.ones((k, len(weight)))
    for rank, unit in enumerate(np.argsort(-weight, kind="stable")[: k - 1]):
        open_to[rank + 1 :, unit] = 0.0
    return np.asarray(open_to.ravel())
