"""What a division must respect beside the window: grids in force, and what was settled by hand.

Locked grids leave the pool as they are. Units that must share a grid become one, together with
the ground between them; units that may not share one carry bonds that the engine prices.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from gridtool.division.problem import FREE, Component, apart_bonds
from gridtool.geom import Bools, Floats, Ints


@dataclass(frozen=True)
class Ties:
    """What binds units. All of it is optional: see `no_ties`.

    Attributes
    ----------
    home : int array, n
        The grid in force that each unit lies in, `FREE` for none.
    locked : bool array, n
        Whether that grid must stay as it is.
    by_persons : bool array, n
        Whether that grid was one by the second door, about 1,000 persons: it stays by it.
    group : int array, n
        Units with the same number must share a grid; `FREE` for none.
    apart : int array, (m, 2)
        Pairs of units that may not.
    """

    home: Ints
    locked: Bools
    by_persons: Bools
    group: Ints
    apart: Ints

    @property
    def has_homes(self) -> bool:
        """Return whether there are grids in force."""
        return bool((self.home != FREE).any())


def no_ties(n: int) -> Ties:
    """Return the ties of n units that are free."""
    free = np.full(n, FREE, dtype=np.int64)
    no = np.zeros(n, dtype=np.bool_)
    return Ties(free, no, no, free, np.zeros((0, 2), dtype=np.int64))


@dataclass(frozen=True)
class Bound:
    """A component as its ties make it.

    Attributes
    ----------
    component : Component
        With grouped units contracted, and bonds between those that may not share a grid.
    coarse : int array, n
        Its unit of each unit of the piece.
    home : int array
        The home of each of its units.
    """

    component: Component
    coarse: Ints
    home: Ints


def bind(component: Component, members: Ints, ties: Ties) -> Bound:
    """Apply ties to the component of a piece.

    Parameters
    ----------
    component : Component
    members : int array, n
        Positions of its units.
    ties : Ties
        Of all units.

    Returns
    -------
    Bound
    """
    n = len(members)
    coarse = _gather(component, ties.group[members], _partners(members, ties.apart, n))
    count = int(coarse.max(initial=-1)) + 1
    home = _main_home(coarse, count, ties.home[members], component.units[0])
    if count < n:
        component = component.contracted(coarse, count)
    place = np.full(max(int(members.max(initial=0)), int(ties.apart.max(initial=0))) + 1, FREE)
    place[members] = coarse
    first, second = place[ties.apart[:, 0]], place[ties.apart[:, 1]]
    mine = (first != FREE) & (second != FREE)
    if mine.any():
        bonds = apart_bonds(count, first[mine], second[mine])
        component = replace(component, bonds=bonds)
    return Bound(component, coarse, home)


def _partners(members: Ints, apart: Ints, n: int) -> Bools:
    """Return which units of a piece may not share a grid with some other."""
    return np.isin(members, apart) if len(apart) else np.zeros(n, dtype=np.bool_)


def _gather(component: Component, group: Ints, shy: Bools) -> Ints:
    """Number units so that those of a group have one number, the ground between them with it."""
    n = len(group)
    root = np.arange(n)
    for one in np.unique(group[group != FREE]):
        inside = np.flatnonzero(group == one)
        root = _join(root, connect(component, inside, shy & (group != one)))
    return np.unique(root, return_inverse=True)[1]


def _join(root: Ints, members: Ints) -> Ints:
    """Return the numbers with all units of these numbers as one."""
    numbers = np.unique(root[members])
    return np.where(np.isin(root, numbers), numbers[0], root)


def connect(component: Component, wanted: Ints, shut: Bools) -> Ints:
    """Return units that hang together and hold those wanted, with few households beside.

    Parameters
    ----------
    component : Component
    wanted : int array
    shut : bool array, n
        Units not to be passed.

    Returns
    -------
    int array
        The wanted units and those on the shortest ways between them; a wanted unit that cannot be
        reached stands alone.
    """
    start, other, _, _ = component.graph
    n = len(start) - 1
    weight = 1.0 + component.units[0]
    price = np.where(shut, np.inf, weight)
    links = csr_matrix((price[other], other, start), shape=(n, n))
    links.data[~np.isfinite(links.data)] = 1e12
    held = [int(wanted[0])]
    for one in wanted[1:].tolist():
        if one in held:
            continue
        distance, before, _ = dijkstra(
            links, indices=held, min_only=True, return_predecessors=True, directed=True
        )
        if distance[one] >= 1e12:
            held.append(one)
            continue
        step = one
        while step >= 0 and step not in held:
            held.append(step)
            step = int(before[step])
    return np.array(sorted(held), dtype=np.int64)


def _main_home(coarse: Ints, count: int, home: Ints, weight: Floats) -> Ints:
    """Return the home of each contracted unit: that of its heaviest unit that has one."""
    found = np.full(count, FREE, dtype=np.int64)
    order = np.argsort(weight, kind="stable")
    order = order[home[order] != FREE]
    found[coarse[order]] = home[order]
    return found
