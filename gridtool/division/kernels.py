"""Kernels of the partition engine: plain arrays in and out, no frames.

A graph is given by ``start`` (n + 1) and ``other`` (2m), its edges by ``cost`` (what cutting them
costs, weighted metres) and ``length`` (true metres), its units by ``weight`` (households),
``area`` (m²) and ``outline`` (whole border, m). ``heavy`` marks units over the window's top.
Dials are packed as ``(low, high, aim, mu, gamma, nu, knee, dear)``: the window and target in
households, and the price of a household outside the window, of a wholly un-round grid
(1 - Polsby-Popper), and of a household off the target: nu up to ``knee`` households in all, dear
beyond; all prices in metres of cut.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from gridtool.geom import Bools, Floats, Ints

Words = npt.NDArray[np.uint64]
Graph = tuple[Ints, Ints, Floats, Floats]
Units = tuple[Floats, Floats, Floats, Ints]
Dials = tuple[float, float, float, float, float, float, float, float]

_OVER_HEAVY = 0.3  # a grid around a heavy unit is over the window anyway: more costs less


@numba.njit(cache=True, nogil=True)
def draw(state: Words) -> float:
    """Return the next number in [0, 1) of a 64-bit xorshift generator."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return np.float64((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@numba.njit(cache=True, nogil=True)
def _outside(weight: float, heavy: int, low: float, high: float) -> float:
    """Return how many households a grid is outside the window."""
    if heavy > 0:
        return _OVER_HEAVY * max(0.0, weight - high)
    return max(0.0, low - weight, weight - high)


@numba.njit(cache=True, nogil=True)
def _price(weight: float, heavy: int, area: float, border: float, dials: Dials) -> float:
    """Return the energy of one grid, its cut and its drift left out."""
    price = dials[3] * _outside(weight, heavy, dials[0], dials[1]) + dials[4]
    if border > 0.0:
        price -= dials[4] * min(1.0, 12.566370614359172 * area / (border * border))
    return price


@numba.njit(cache=True, nogil=True)
def _drift(weight: float, heavy: int, dials: Dials) -> float:
    """Return how many households a grid is off the target."""
    return abs(weight - dials[2]) if heavy == 0 else 0.0


@numba.njit(cache=True, nogil=True)
def _drift_price(drift: float, dials: Dials) -> float:
    """Return the energy of all drift."""
    nu, knee, dear = dials[5], dials[6], dials[7]
    return nu * min(drift, knee) + dear * max(0.0, drift - knee)


@numba.njit(cache=True, nogil=True)
def measure(
    label: Ints, k: int, graph: Graph, units: Units
) -> tuple[Floats, Floats, Floats, Ints, Ints, float]:
    """Sum up grids.

    Returns
    -------
    weight, area, border : float array, k
        ``border`` is the perimeter in metres.
    heavy, count : int array, k
        Heavy units and all units.
    cut : float
        Cost of all cut edges.
    """
    start, other, cost, length = graph
    unit_weight, unit_area, outline, unit_heavy = units
    weight, area, border = np.zeros(k), np.zeros(k), np.zeros(k)
    heavy, count = np.zeros(k, np.int64), np.zeros(k, np.int64)
    cut = 0.0
    for u in range(len(label)):
        p = label[u]
        weight[p] += unit_weight[u]
        area[p] += unit_area[u]
        border[p] += outline[u]
        heavy[p] += unit_heavy[u]
        count[p] += 1
        for e in range(start[u], start[u + 1]):
            if label[other[e]] == p:
                border[p] -= length[e]
            else:
                cut += 0.5 * cost[e]
    return weight, area, border, heavy, count, cut


@numba.njit(cache=True, nogil=True)
def energy(label: Ints, k: int, graph: Graph, units: Units, dials: Dials) -> tuple[float, float]:
    """Return the energy of a whole plan and the households outside the window."""
    weight, area, border, heavy, _, cut = measure(label, k, graph, units)
    total, outside, drift = cut, 0.0, 0.0
    for p in range(k):
        total += _price(weight[p], heavy[p], area[p], border[p], dials)
        outside += _outside(weight[p], heavy[p], dials[0], dials[1])
        drift += _drift(weight[p], heavy[p], dials)
    return total + _drift_price(drift, dials), outside


@numba.njit(cache=True, nogil=True)
def _stays_whole(u: int, label: Ints, graph: Graph, seen: Ints, queue: Ints, stamp: int) -> bool:
    """Return whether the grid of u hangs together without u; seeks from one neighbour."""
    start, other = graph[0], graph[1]
    p = label[u]
    wanted, first = 0, -1
    for e in range(start[u], start[u + 1]):
        if label[other[e]] == p:
            wanted += 1
            seen[other[e]] = -stamp
            first = other[e]
    if wanted <= 1:
        return wanted == 1
    seen[u] = stamp
    seen[first] = stamp
    queue[0] = first
    head, tail, reached = 0, 1, 1
    while head < tail:
        v = queue[head]
        head += 1
        for e in range(start[v], start[v + 1]):
            w = other[e]
            if label[w] == p and seen[w] != stamp:
                if seen[w] == -stamp:
                    reached += 1
                    if reached == wanted:
                        return True
                seen[w] = stamp
                queue[tail] = w
                tail += 1
    return False


@numba.njit(cache=True, nogil=True)
def anneal(
    label: Ints,
    k: int,
    graph: Graph,
    units: Units,
    dials: Dials,
    steps: int,
    hot: float,
    cold: float,
    state: Words,
) -> None:
    """Improve a plan by moving units across borders, in place; every grid stays in one piece.

    Parameters
    ----------
    label : int array, n
    k : int
    graph, units, dials
        See the module.
    steps : int
        Moves tried; fixed beforehand, so that a seed gives one plan on any machine.
    hot, cold : float
        First and last temperature, metres of cut.
    state : uint64 array, 1
        Of the generator.
    """
    start, other, cost, length = graph
    unit_weight, unit_area, outline, unit_heavy = units
    n = len(label)
    weight, area, border, heavy, count, _ = measure(label, k, graph, units)
    price, drift = np.empty(k), 0.0
    for p in range(k):
        price[p] = _price(weight[p], heavy[p], area[p], border[p], dials)
        drift += _drift(weight[p], heavy[p], dials)
    drift_price = _drift_price(drift, dials)
    foreign = np.zeros(n, np.int64)
    rim = np.empty(n, np.int64)
    place = np.full(n, -1, np.int64)
    size = 0
    for u in range(n):
        for e in range(start[u], start[u + 1]):
            foreign[u] += label[other[e]] != label[u]
        if foreign[u] > 0:
            rim[size] = u
            place[u] = size
            size += 1
    seen = np.zeros(n, np.int64)
    queue = np.empty(n, np.int64)
    best, current, lowest = label.copy(), 0.0, 0.0
    changed, since = np.empty(n, np.int64), 0
    fall = (cold / hot) ** (1.0 / max(1, steps))
    heat = hot
    for step in range(steps):
        heat *= fall
        if size == 0:
            break
        u = rim[np.int64(draw(state) * size)]
        p = label[u]
        if count[p] == 1:
            continue
        pick = np.int64(draw(state) * foreign[u])
        q = -1
        for e in range(start[u], start[u + 1]):
            if label[other[e]] != p:
                if pick == 0:
                    q = label[other[e]]
                    break
                pick -= 1
        to_p, to_q, metres_p, metres_q = 0.0, 0.0, 0.0, 0.0
        for e in range(start[u], start[u + 1]):
            if label[other[e]] == p:
                to_p += cost[e]
                metres_p += length[e]
            elif label[other[e]] == q:
                to_q += cost[e]
                metres_q += length[e]
        border_p = border[p] - outline[u] + 2.0 * metres_p
        border_q = border[q] + outline[u] - 2.0 * metres_q
        weight_p, heavy_p = weight[p] - unit_weight[u], heavy[p] - unit_heavy[u]
        weight_q, heavy_q = weight[q] + unit_weight[u], heavy[q] + unit_heavy[u]
        price_p = _price(weight_p, heavy_p, area[p] - unit_area[u], border_p, dials)
        price_q = _price(weight_q, heavy_q, area[q] + unit_area[u], border_q, dials)
        drifted = drift + _drift(weight_p, heavy_p, dials) + _drift(weight_q, heavy_q, dials)
        drifted -= _drift(weight[p], heavy[p], dials) + _drift(weight[q], heavy[q], dials)
        drifted_price = _drift_price(drifted, dials)
        change = to_p - to_q + price_p + price_q - price[p] - price[q]
        change += drifted_price - drift_price
        if change > 0.0 and draw(state) >= np.exp(-change / heat):
            continue
        if not _stays_whole(u, label, graph, seen, queue, step + 1):
            continue
        label[u] = q
        weight[p], weight[q] = weight_p, weight_q
        heavy[p], heavy[q] = heavy_p, heavy_q
        area[p] -= unit_area[u]
        area[q] += unit_area[u]
        count[p] -= 1
        count[q] += 1
        border[p], border[q] = border_p, border_q
        price[p], price[q] = price_p, price_q
        drift, drift_price = drifted, drifted_price
        foreign[u] = 0
        for e in range(start[u], start[u + 1]):
            v = other[e]
            if label[v] == p:
                foreign[v] += 1
            elif label[v] == q:
                foreign[v] -= 1
            foreign[u] += label[v] != q
            if foreign[v] > 0 and place[v] < 0:
                place[v] = size
                rim[size] = v
                size += 1
            elif foreign[v] == 0 and place[v] >= 0:
                size -= 1
                rim[place[v]] = rim[size]
                place[rim[size]] = place[v]
                place[v] = -1
        if foreign[u] == 0 and place[u] >= 0:
            size -= 1
            rim[place[u]] = rim[size]
            place[rim[size]] = place[u]
            place[u] = -1
        current += change
        if since < n:
            changed[since] = u
        since += 1
        if current < lowest - 1e-9:
            lowest = current
            if since <= n:
                for i in range(since):
                    best[changed[i]] = label[changed[i]]
            else:
                for v in range(n):
                    best[v] = label[v]
            since = 0
    for v in range(n):
        label[v] = best[v]


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
def _grow_tree(
    nodes: Ints, label: Ints, p: int, graph: Graph, local: Ints, state: Words
) -> tuple[Ints, Ints, Ints]:
    """Draw a random spanning tree of a grid, dear edges first (Kruskal).

    Returns
    -------
    order : int array, n
        Nodes (positions in `nodes`), parents before children.
    parent, depth : int array, n
    """
    start, other, cost = graph[0], graph[1], graph[2]
    n = len(nodes)
    m = 0
    for i in range(n):
        for e in range(start[nodes[i]], start[nodes[i] + 1]):
            m += label[other[e]] == p and other[e] > nodes[i]
    a, b = np.empty(m, np.int64), np.empty(m, np.int64)
    key = np.empty(m)
    m = 0
    for i in range(n):
        u = nodes[i]
        for e in range(start[u], start[u + 1]):
            if label[other[e]] == p and other[e] > u:
                a[m], b[m] = i, local[other[e]]
                key[m] = -np.log(1.0 - draw(state)) / (cost[e] + 1e-9)
                m += 1
    root = np.empty(n, np.int64)
    for i in range(n):
        root[i] = i
    degree = np.zeros(n + 1, np.int64)
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
    start, other, cost = graph[0], graph[1], graph[2]
    unit_weight = units[0]
    low, high, mu, nu = dials[0], dials[1], dials[3], dials[5]
    local = np.empty(len(label), np.int64)
    n = 0
    for u in range(len(label)):
        local[u] = n if label[u] == p else -1
        n += label[u] == p
    if n < 2:
        return 0
    nodes = np.empty(n, np.int64)
    for u in range(len(label)):
        if local[u] >= 0:
            nodes[local[u]] = u
    whole = 0.0
    for i in range(n):
        whole += unit_weight[nodes[i]]
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
            below[i] = unit_weight[nodes[i]]
            border[i] = 0.0
        for i in range(n):
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
        found, found_k = -1, 0
        for at in range(len(order) - 1, 0, -1):
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
                score = border[x] / np.sqrt(min(kx, k - kx)) + mu * miss + nu * drift
                if score < best_score:
                    best_score, found, found_k = score, x, kx
            below[parent[x]] += below[x]
            border[parent[x]] += border[x]
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


@numba.njit(cache=True, nogil=True)
def neighbours(label: Ints, k: int, graph: Graph) -> Bools:
    """Return which grids touch (bool array, k x k)."""
    start, other = graph[0], graph[1]
    touch = np.zeros((k, k), np.bool_)
    for u in range(len(label)):
        for e in range(start[u], start[u + 1]):
            touch[label[u], label[other[e]]] = True
    return touch


@numba.njit(cache=True, nogil=True)
def overlay(one: Ints, two: Ints, graph: Graph) -> tuple[Ints, int]:
    """Lay two plans over one another.

    Returns
    -------
    coarse : int array, n
        Number of the connected ground that lies in one grid of either plan.
    count : int
    """
    start, other = graph[0], graph[1]
    n = len(one)
    coarse, queue = np.full(n, -1, np.int64), np.empty(n, np.int64)
    count = 0
    for seed in range(n):
        if coarse[seed] >= 0:
            continue
        coarse[seed] = count
        queue[0] = seed
        head, tail = 0, 1
        while head < tail:
            u = queue[head]
            head += 1
            for e in range(start[u], start[u + 1]):
                v = other[e]
                if coarse[v] < 0 and one[v] == one[u] and two[v] == two[u]:
                    coarse[v] = count
                    queue[tail] = v
                    tail += 1
        count += 1
    return coarse, count


@numba.njit(cache=True, nogil=True)
def match_units(
    graph: Graph, weight: Floats, heavy: Ints, cap: float, rank: Ints
) -> tuple[Ints, int]:
    """Pair every unit with the neighbour it shares most border with, for coarsening.

    Parameters
    ----------
    cap : float
        A pair may not weigh more.
    rank : int array, n
        Order in which units choose.

    Returns
    -------
    coarse : int array, n
        Number of the coarse unit.
    count : int
    """
    start, other, cost, length = graph
    n = len(weight)
    mate = np.full(n, -1, np.int64)
    around = np.zeros(n)
    for u in range(n):
        for e in range(start[u], start[u + 1]):
            around[u] += length[e]
    for u in rank:
        if mate[u] >= 0 or heavy[u] > 0:
            continue
        best, choice = 0.0, -1
        for e in range(start[u], start[u + 1]):
            v = other[e]
            if mate[v] >= 0 or heavy[v] > 0 or weight[u] + weight[v] > cap:
                continue
            pull = cost[e] / (min(around[u], around[v]) + 1e-9)
            if pull > best or (pull == best and v < choice):
                best, choice = pull, v
        if choice >= 0:
            mate[u], mate[choice] = choice, u
    coarse = np.full(n, -1, np.int64)
    count = 0
    for u in range(n):
        if coarse[u] < 0:
            coarse[u] = count
            if mate[u] >= 0:
                coarse[mate[u]] = count
            count += 1
    return coarse, count


@numba.njit(cache=True, nogil=True)
def contract(graph: Graph, units: Units, coarse: Ints, count: int) -> tuple[Graph, Units]:
    """Return the graph and units of a coarsening."""
    start, other, cost, length = graph
    weight, area, outline, heavy = units
    n = len(weight)
    new_weight, new_area, new_outline = np.zeros(count), np.zeros(count), np.zeros(count)
    new_heavy = np.zeros(count, np.int64)
    first = np.full(count, -1, np.int64)
    following = np.full(n, -1, np.int64)
    for u in range(n - 1, -1, -1):
        c = coarse[u]
        following[u] = first[c]
        first[c] = u
        new_weight[c] += weight[u]
        new_area[c] += area[u]
        new_outline[c] += outline[u]
        new_heavy[c] += heavy[u]
    new_start = np.zeros(count + 1, np.int64)
    new_other = np.empty(len(other), np.int64)
    new_cost, new_length = np.empty(len(other)), np.empty(len(other))
    slot = np.full(count, -1, np.int64)
    m = 0
    for c in range(count):
        begin = m
        u = first[c]
        while u >= 0:
            for e in range(start[u], start[u + 1]):
                d = coarse[other[e]]
                if d == c:
                    new_outline[c] -= length[e]
                elif slot[d] >= begin:
                    new_cost[slot[d]] += cost[e]
                    new_length[slot[d]] += length[e]
                else:
                    slot[d] = m
                    new_other[m], new_cost[m], new_length[m] = d, cost[e], length[e]
                    m += 1
            u = following[u]
        new_start[c + 1] = m
    new_graph = (new_start, new_other[:m].copy(), new_cost[:m].copy(), new_length[:m].copy())
    return new_graph, (new_weight, new_area, new_outline, new_heavy)
