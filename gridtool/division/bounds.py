"""Lower bounds: how little border a division into k grids could cost at all.

A mixed-integer programme over who lies in which grid, with the window but without contiguity, so
that what it proves holds for every plan. Two grids of 300 units take it seconds, three grids of 50
as well; larger ones are left alone.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix, csr_matrix, eye_array, hstack, kron, vstack

from gridtool.division.kernels import Graph
from gridtool.geom import Floats

_MOST_PLACES = 800
_INFEASIBLE = 2


def cut_bound(
    graph: Graph, weight: Floats, k: int, window: tuple[float, float], nodes: int
) -> float | None:
    """Return what a division into k grids inside the window must cut at least.

    Parameters
    ----------
    graph : (start, other, cost, length)
        Both directions of every edge.
    weight : float array, n
        Households.
    k : int
    window : (low, high)
    nodes : int
        Branch-and-bound nodes to spend; the bound is valid wherever the search stops.

    Returns
    -------
    float or None
        Cost of cut edges; infinite where no such division exists; None where it was not sought,
        because there are too many units and grids.
    """
    n = len(weight)
    if k == 1:
        return 0.0 if window[0] <= weight.sum() <= window[1] else np.inf
    if n * k > _MOST_PLACES or nodes < 1:
        return None
    ends, cost = _pairs(graph, n)
    m = len(cost)
    places, cuts = n * k, csr_matrix((k, m))
    once = hstack([eye_array(n)] * k + [csr_matrix((n, m))])
    sizes = hstack([kron(eye_array(k), csr_matrix(weight)), cuts])
    # an edge is cut when its ends differ in any grid but the last
    differ = kron(eye_array(k - 1, k), ends)
    cut = vstack([eye_array(m)] * (k - 1))
    found = milp(
        np.r_[np.zeros(places), cost],
        integrality=np.r_[np.ones(places), np.zeros(m)],
        bounds=Bounds(0.0, np.r_[_order_grids(weight, k), np.ones(m)]),
        constraints=[
            LinearConstraint(once, 1.0, 1.0),
            LinearConstraint(sizes, *window),
            LinearConstraint(hstack([differ, -cut]), -np.inf, 0.0),
            LinearConstraint(hstack([-differ, -cut]), -np.inf, 0.0),
        ],
        options={"node_limit": nodes},
    )
    if found.status == _INFEASIBLE:
        return np.inf
    return max(0.0, float(found.mip_dual_bound))


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
