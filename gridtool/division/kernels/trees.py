"""Random spanning trees, and the best way to cut one."""

from __future__ import annotations

import numba
import numpy as np

from gridtool.division.kernels.plans import Dials, Graph, Units, Words, draw
from gridtool.geom import Floats, Ints


@numba.njit(cache=True, nogil=True)
def _order(key: Floats) -> Ints:
    """Return the positions of keys in rising order (heapsort; numba's own takes 2 s to compile)."""
    n = len(key)
    heap = np.empty(n, np.int64)
    for i in range(n):
        heap[i] = i
    first, last = n // 2, n - 1
    while last > 0:
        if first > 0:
            first -= 1
        else:
            heap[0], heap[last] = heap[last], heap[0]
            last -= 1
        at, top = first, heap[first]
        while 2 * at + 1 <= last:
            child = 2 * at + 1
            if child < last and key[heap[child + 1]] > key[heap[child]]:
                child += 1
            if key[heap[child]] <= key[top]:
                break
            heap[at] = heap[child]
            at = child
        heap[at] = top
    return heap


@numba.njit(cache=True, nogil=True)
def _draw_edges(
    nodes: Ints, label: Ints, p: int, graph: Graph, local: Ints, state: Words
) -> tuple[Ints, Ints, Floats]:
    """Return the edges within a grid, by places in `nodes`, each with a random key, dear low."""
    start, other, cost = graph[0], graph[1], graph[2]
    m = 0
    for i in range(len(nodes)):
        for e in range(start[nodes[i]], start[nodes[i] + 1]):
            m += label[other[e]] == p and other[e] > nodes[i]
    a, b, key = np.empty(m, np.int64), np.empty(m, np.int64), np.empty(m)
    m = 0
    for i in range(len(nodes)):
        u = nodes[i]
        for e in range(start[u], start[u + 1]):
            if label[other[e]] == p and other[e] > u:
                a[m], b[m] = i, local[other[e]]
                key[m] = -np.log(1.0 - draw(state)) / (max(cost[e], 0.0) + 1e-9)
                m += 1
    return a, b, key


@numba.njit(cache=True, nogil=True)
def _choose_edges(n: int, a: Ints, b: Ints, key: Floats) -> tuple[Ints, Ints]:
    """Return the links of the spanning tree with the lowest keys (Kruskal): starts, then ends."""
    root, degree = np.empty(n, np.int64), np.zeros(n + 1, np.int64)
    for i in range(n):
        root[i] = i
    chosen = np.empty(max(1, n - 1), np.int64)
    taken = 0
    for e in _order(key):
        x, y = a[e], b[e]
        while root[x] != x:
            root[x] = root[root[x]]
            x = root[x]
        while root[y] != y:
            root[y] = root[root[y]]
            y = root[y]
        if x != y:
            root[x] = y
            chosen[taken] = e
            taken += 1
            degree[a[e] + 1] += 1
            degree[b[e] + 1] += 1
    at = degree
    for i in range(n):
        at[i + 1] += at[i]
    fill = at[:-1].copy()
    link = np.empty(at[-1], np.int64)
    for i in range(taken):
        x, y = a[chosen[i]], b[chosen[i]]
        link[fill[x]] = y
        fill[x] += 1
        link[fill[y]] = x
        fill[y] += 1
    return at, link


@numba.njit(cache=True, nogil=True)
def _grow_tree(
    nodes: Ints, label: Ints, p: int, graph: Graph, local: Ints, state: Words
) -> tuple[Ints, Ints, Ints]:
    """Draw a random spanning tree of a grid, dear edges first.

    Returns
    -------
    order : int array, n
        Nodes (positions in `nodes`), parents before children.
    parent, depth : int array, n
    """
    n = len(nodes)
    a, b, key = _draw_edges(nodes, label, p, graph, local, state)
    at, link = _choose_edges(n, a, b, key)
    parent, depth = np.full(n, -1, np.int64), np.zeros(n, np.int64)
    order = np.empty(n, np.int64)
    order[0] = 0
    head, tail = 0, 1
    while head < tail:
        x = order[head]
        head += 1
        for i in range(at[x], at[x + 1]):
            if link[i] != parent[x]:
                parent[link[i]] = x
                depth[link[i]] = depth[x] + 1
                order[tail] = link[i]
                tail += 1
    return order[:tail], parent, depth


@numba.njit(cache=True, nogil=True)
def _chain(order: Ints, parent: Ints, size: Ints, head: Ints) -> None:
    """Count what hangs under each node, and name the top of its chain of heaviest children.

    Chains let two nodes find where their paths to the root meet in a few steps.
    """
    n = len(order)
    for i in range(n):
        size[i] = 1
    for at in range(n - 1, 0, -1):
        size[parent[order[at]]] += size[order[at]]
    heavy = np.full(n, -1, np.int64)
    for at in range(1, n):
        x = order[at]
        y = parent[x]
        if heavy[y] < 0 or size[x] > size[heavy[y]]:
            heavy[y] = x
    head[order[0]] = order[0]
    for at in range(1, n):
        x = order[at]
        head[x] = head[parent[x]] if heavy[parent[x]] == x else x


@numba.njit(cache=True, nogil=True)
def _members(label: Ints, p: int) -> tuple[Ints, Ints]:
    """Return the units of a grid, and for every unit its place among them, else -1."""
    local = np.empty(len(label), np.int64)
    n = 0
    for u in range(len(label)):
        local[u] = n if label[u] == p else -1
        n += label[u] == p
    nodes = np.empty(n, np.int64)
    for u in range(len(label)):
        if local[u] >= 0:
            nodes[local[u]] = u
    return nodes, local


@numba.njit(cache=True, nogil=True)
def _hang_borders(
    nodes: Ints,
    label: Ints,
    p: int,
    graph: Graph,
    local: Ints,
    parent: Ints,
    depth: Ints,
    head: Ints,
    border: Floats,
) -> None:
    """Give each node its borders, less twice those that meet under it (`head` names chains)."""
    start, other, cost = graph[0], graph[1], graph[2]
    border[:] = 0.0
    for i in range(len(nodes)):
        u = nodes[i]
        for e in range(start[u], start[u + 1]):
            if label[other[e]] != p:
                continue
            border[i] += cost[e]
            if other[e] > u:
                x, y = i, local[other[e]]
                while head[x] != head[y]:
                    if depth[head[x]] < depth[head[y]]:
                        y = parent[head[y]]
                    else:
                        x = parent[head[x]]
                border[x if depth[x] < depth[y] else y] -= 2.0 * cost[e]


@numba.njit(cache=True, nogil=True)
def _best_edge(
    order: Ints,
    parent: Ints,
    size: Ints,
    below: Floats,
    border: Floats,
    k: int,
    dials: Dials,
    score: float,
) -> tuple[float, int, int]:
    """Return the best edge of a tree, its score and the grids its lower side shall become.

    ``below`` and ``border`` hold what each node has, and come back summed up towards the root.
    The edge is -1 where none is better than `score`.
    """
    n = len(order)
    low, high, mu, nu = dials[0], dials[1], dials[3], dials[5]
    whole = 0.0
    for i in range(n):
        whole += below[i]
    found, found_k = -1, 0
    for at in range(n - 1, 0, -1):
        x = order[at]
        rest = whole - below[x]
        share = below[x] / whole if whole > 0 else 0.5
        # neither side may be asked for more grids than it has units
        fewest, most = max(1, k - n + size[x]), min(k - 1, size[x])
        guess = min(max(int(share * k + 0.5), fewest), most)
        for kx in range(max(fewest, guess - 1), min(most, guess + 1) + 1):
            miss = max(0.0, kx * low - below[x], below[x] - kx * high)
            miss += max(0.0, (k - kx) * low - rest, rest - (k - kx) * high)
            drift = abs(below[x] - whole * kx / k)
            this = border[x] / np.sqrt(min(kx, k - kx)) + mu * miss + nu * drift
            if this < score:
                score, found, found_k = this, x, kx
        below[parent[x]] += below[x]
        border[parent[x]] += border[x]
    return score, found, found_k


@numba.njit(cache=True, nogil=True)
def split(
    label: Ints,
    p: int,
    q: int,
    k: int,
    graph: Graph,
    units: Units,
    dials: Dials,
    trees: int,
    state: Words,
) -> int:
    """Split grid p into p and q along the best edge of several random trees, in place.

    Every tree edge is scored by the true cost of the border it makes and by how far both sides
    are from what their number of grids can hold.

    Parameters
    ----------
    p, q : int
        The grid to split, and the label of its other side.
    k : int
        Grids that both sides together shall become.
    trees : int

    Returns
    -------
    int
        Grids that side q shall become; 0 when the grid has fewer units or does not hang together.
    """
    nodes, local = _members(label, p)
    n = len(nodes)
    if n < 2:
        return 0
    best_score, best_k = np.inf, 0
    best_side = np.zeros(n, np.bool_)
    below, border = np.empty(n), np.empty(n)
    size, head = np.empty(n, np.int64), np.empty(n, np.int64)
    for _ in range(trees):
        order, parent, depth = _grow_tree(nodes, label, p, graph, local, state)
        if len(order) < n:
            return 0
        _chain(order, parent, size, head)
        for i in range(n):
            below[i] = units[0][nodes[i]]
        _hang_borders(nodes, label, p, graph, local, parent, depth, head, border)
        best_score, found, found_k = _best_edge(
            order, parent, size, below, border, k, dials, best_score
        )
        if found >= 0:
            best_k = found_k
            for x in order:
                best_side[x] = x == found
            for x in order[1:]:
                if best_side[parent[x]]:
                    best_side[x] = True
    for i in range(n):
        if best_side[i]:
            label[nodes[i]] = q
    return best_k
