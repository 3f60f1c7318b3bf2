"""Quarters: the ground between major roads, divided on its own wherever a number of grids fits it.

A person who divides a community begins with its main roads. So does this: no grid crosses a major
road unless the households of a quarter leave no other way, and then over as little of the road as
may be.
"""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.geom import Bools, Floats, Ints
from gridtool.graph.links import number_pieces
from gridtool.rules import Rules

_ACROSS_SHARE = 0.5
"""Two units lie across a major road when this much of their border runs along it."""
_SPARE = 0.1
"""Room a quarter of several grids needs at both ends of the window, in shares of its width."""
_MOST_TRIES = 2000

Group = frozenset[int]
Metres = dict[tuple[int, int], float]


def part_quarters(
    base: gpd.GeoDataFrame, edges: pd.DataFrame, rules: Rules, crossing: Collection[str]
) -> Bools:
    """Return the edges across major roads that no grid need cross.

    Parameters
    ----------
    base : GeoDataFrame
        The units of base grids: ``community_code``, ``households``.
    edges : DataFrame
        ``a``, ``b`` (positions in `base`), ``length_m``, ``major`` (metres along major roads).
    rules : Rules
        Say which quarters can stand alone. Source: Art. 8.
    crossing : collection of str
        Communities in which grids may cross.
    """
    _, group = join_quarters(base, edges, rules, crossing)
    first, second = edges["a"].to_numpy(), edges["b"].to_numpy()
    return np.asarray(group[first] != group[second])


def join_quarters(
    base: gpd.GeoDataFrame,
    edges: pd.DataFrame,
    rules: Rules,
    crossing: Collection[str] = (),
    *,
    spare: float = _SPARE,
) -> tuple[Ints, Ints]:
    """Number the quarter of each unit, and what its quarter is divided together with.

    Parameters
    ----------
    base, edges, rules, crossing
        As for `part_quarters`.
    spare : float
        Room a quarter of several grids needs at both ends of the window to be divided on its own;
        0 joins only what arithmetic leaves no other way.

    Returns
    -------
    quarter, group : int array, n
        A group is of quarters of which no number of grids fits one or the other on its own, joined
        over as little road as may be.
    """
    first, second = edges["a"].to_numpy(), edges["b"].to_numpy()
    major = edges["major"].to_numpy()
    across = major > _ACROSS_SHARE * edges["length_m"].to_numpy()
    across &= ~np.asarray(base["community_code"].isin(crossing))[first]
    quarter = _number_quarters(len(base), edges, across)
    capped = np.minimum(base["households"].to_numpy(), rules.max_households)
    people = np.bincount(quarter, capped).astype(np.float64)
    metres: Metres = {}
    for at in np.flatnonzero(across & (quarter[first] != quarter[second])):
        pair = sorted((int(quarter[first[at]]), int(quarter[second[at]])))
        key = (pair[0], pair[1])
        metres[key] = metres.get(key, 0.0) + float(major[at])
    return quarter, _group_quarters(people, metres, rules, spare)[quarter]


def _number_quarters(n: int, edges: pd.DataFrame, across: Bools) -> Ints:
    """Number the quarters; what stands over a road, or just beyond its end, joins none.

    A gatehouse over a road, or one plot between its end and the community line, touches both
    sides. Units that do are given to the side they touch most, if that parts what is otherwise
    apart; at the end of a road inside a quarter other ground leads around.
    """
    first, second = edges["a"].to_numpy(), edges["b"].to_numpy()
    quarter = number_pieces(n, first[~across], second[~across])
    leaks = np.flatnonzero(across & (quarter[first] == quarter[second]))
    if not len(leaks):
        return quarter
    over = _touch_both(n, first, second, across, leaks)
    loose = ~across & (over[first] | over[second])
    side = number_pieces(n, first[~across & ~loose], second[~across & ~loose])
    sides = _Sides(side, first[leaks], second[leaks])
    length = edges["length_m"].to_numpy()
    order = np.flatnonzero(loose)
    for at in order[np.argsort(-length[order].round(3), kind="stable")]:
        sides.join(int(side[first[at]]), int(side[second[at]]))
    return np.unique([sides.find(int(one)) for one in side], return_inverse=True)[1]


def _touch_both(n: int, first: Ints, second: Ints, across: Bools, leaks: Ints) -> Bools:
    """Return the units that touch two units across a road from each other, by open borders."""
    near: dict[int, set[int]] = {}
    ends = np.unique(np.r_[first[leaks], second[leaks]])
    open_ = ~across & (np.isin(first, ends) | np.isin(second, ends))
    for a, b in zip(first[open_].tolist(), second[open_].tolist(), strict=True):
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    over = np.zeros(n, dtype=bool)
    for a, b in zip(first[leaks].tolist(), second[leaks].tolist(), strict=True):
        over[list(near.get(a, set()) & near.get(b, set()))] = True
    return over


class _Sides:
    """Pieces of ground that are joined, but never across a road."""

    def __init__(self, piece: Ints, first: Ints, second: Ints) -> None:
        self._parent = list(range(int(piece.max()) + 1))
        self._across: dict[int, set[int]] = {}
        for a, b in zip(piece[first].tolist(), piece[second].tolist(), strict=True):
            if a != b:
                self._across.setdefault(a, set()).add(b)
                self._across.setdefault(b, set()).add(a)

    def find(self, one: int) -> int:
        """Return the piece that stands for all that one is joined with."""
        while self._parent[one] != one:
            one = self._parent[one]
        return one

    def join(self, one: int, two: int) -> None:
        """Join two pieces unless they lie across a road from each other."""
        one, two = sorted((self.find(one), self.find(two)))
        against = {self.find(other) for other in self._across.get(one, ())}
        if one != two and two not in against:
            self._parent[two] = one
            self._across[one] = self._across.get(one, set()) | self._across.pop(two, set())


def _group_quarters(people: Floats, metres: Metres, rules: Rules, spare: float = _SPARE) -> Ints:
    """Join the quarters that no number of grids fits; return the group of each."""
    group = np.arange(len(people))
    ends = np.array(list(metres), dtype=np.int64).reshape(-1, 2)
    together = number_pieces(len(people), ends[:, 0], ends[:, 1])
    for piece in np.unique(together[ends[:, 0]]):
        members = np.flatnonzero(together == piece)
        own = {pair: length for pair, length in metres.items() if together[pair[0]] == piece}
        for joined in _Search(people, own, rules, spare).run(members):
            group[list(joined)] = min(joined)
    return group


class _Search:
    """The cheapest joining of the quarters of one community.

    The smallest group that no number of grids fits is joined to each of its neighbours in turn:
    whatever the best joining is, one of them is right. The search is exact for as many quarters
    as communities have; what it has after `_MOST_TRIES` joinings is taken.
    """

    def __init__(self, people: Floats, metres: Metres, rules: Rules, spare: float) -> None:
        self.people, self.metres, self.rules, self.spare = people, metres, rules, spare
        self.best: tuple[int, float] = (len(people), np.inf)
        self.found: list[Group] = []
        self.tries = 0

    def run(self, members: Ints) -> list[Group]:
        """Return the groups of some quarters that hang together."""
        self._descend([frozenset([int(one)]) for one in members], 0.0)
        return self.found

    def _descend(self, groups: list[Group], crossed: float) -> None:
        self.tries += 1
        stuck = sorted((self._weight(one), min(one), one) for one in groups if not self._fits(one))
        near: list[tuple[float, int, Group]] = []
        if stuck and len(groups) > 1:
            near = self._neighbours(stuck[0][2], groups)
        if not near:
            key = (len(stuck), crossed)
            if key < self.best:
                self.best, self.found = key, groups
            return
        smallest = stuck[0][2]
        for length, _, other in near:
            more = crossed + length
            if self.tries >= _MOST_TRIES or (self.best[0] == 0 and more >= self.best[1]):
                return
            rest = [one for one in groups if one not in (smallest, other)]
            self._descend([*rest, smallest | other], more)

    def _neighbours(self, group: Group, groups: list[Group]) -> list[tuple[float, int, Group]]:
        """Return who can be reached over a major road, the shortest first, ties by number."""
        length = dict.fromkeys(groups, 0.0)
        of = {quarter: one for one in groups for quarter in one}
        for (a, b), metres in self.metres.items():
            if (a in group) != (b in group):
                length[of[b if a in group else a]] += metres
        return sorted((m, min(one), one) for one, m in length.items() if m > 0)

    def _weight(self, group: Group) -> float:
        return float(self.people[list(group)].sum())

    def _fits(self, group: Group) -> bool:
        """Return whether some number of grids holds a group, with room to spare if several."""
        households = self._weight(group)
        low, high = self.rules.min_households, self.rules.max_households
        if low <= households <= high:
            return True
        spare = self.spare * (high - low)
        fewest = int(np.ceil(households / (high - spare)))
        return fewest > 1 and households >= fewest * (low + spare)
