"""Which units are divided together, and how the engine sees them."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from gridtool.division.problem import FREE, Component
from gridtool.division.ties import Ties
from gridtool.geom import Ints
from gridtool.rules import BY_HAND, SMALL_COMMUNITY, VILLAGE_KIND, Rules


@dataclass(frozen=True)
class Piece:
    """Connected units to divide.

    Attributes
    ----------
    members : int array
        Positions of its units.
    settled : str or None
        ``""`` or a reason when it becomes one grid without further ado, else None.
    village, alone : bool
        Whether it is a village's, and whether it is all of its community.
    beside_locked : bool
        Whether locked grids of its community took their part beforehand.
    """

    code: str
    members: Ints
    settled: str | None
    village: bool
    alone: bool
    beside_locked: bool = False


def list_pieces(
    units: gpd.GeoDataFrame, hang: Ints, kinds: pd.Series, rules: Rules, ties: Ties
) -> list[Piece]:
    """List what to divide, community by community: the base, then locked grids, then sites."""
    pieces = []
    households = units["households"].to_numpy()
    site = units["site_id"].to_numpy(dtype=object)
    for code, positions in units.groupby("community_code", sort=True).indices.items():
        village = kinds[code] == VILLAGE_KIND
        is_site = pd.notna(site[positions])
        locked = positions[ties.locked[positions] & ~is_site]
        base = positions[~ties.locked[positions] & ~is_site]
        free = not (len(locked) or (ties.home[base] != FREE).any())
        total = int(households[base].sum())
        settled = None
        if village and total <= rules.max_households and free:
            settled = ""
        elif not village and total < rules.min_households:
            settled = BY_HAND if len(locked) else SMALL_COMMUNITY
        if settled is not None:
            if len(base):
                pieces.append(Piece(code, base, settled, village, alone=True))
        else:
            for _, members in pd.Series(base).groupby(hang[base], sort=False):
                one = members.to_numpy()
                alone = len(one) == len(base) and not len(locked)
                pieces.append(Piece(code, one, None, village, alone, bool(len(locked))))
        for _, members in pd.Series(locked).groupby(ties.home[locked], sort=True):
            pieces.append(Piece(code, members.to_numpy(), BY_HAND, village, alone=False))
        for _, members in pd.Series(positions[is_site]).groupby(site[positions[is_site]]):
            pieces.append(Piece(code, members.to_numpy(), "", village, alone=False))
    return pieces


class Arrays:
    """The units and edges of all communities as arrays, cut into components on demand."""

    def __init__(
        self, units: gpd.GeoDataFrame, edges: pd.DataFrame, first: Ints, second: Ints
    ) -> None:
        self.households = units["households"].to_numpy()
        self.persons = units["persons"].to_numpy()
        self.largest = units["largest"].to_numpy()
        self.area = units["area_m2"].to_numpy()
        self.perimeter = units["perimeter_m"].to_numpy()
        a, b = np.r_[first, second], np.r_[second, first]
        order = np.lexsort((b, a))
        self.other = b[order].astype(np.int64)
        self.start = np.searchsorted(a[order], np.arange(len(units) + 1))
        self.cost = np.tile(edges["cost"].to_numpy(), 2)[order]
        self.length = np.tile(edges["length_m"].to_numpy(), 2)[order]

    def hang(self) -> Ints:
        """Return a number for each unit, the same for units that hang together."""
        n = len(self.start) - 1
        links = csr_matrix((np.ones(len(self.other)), self.other, self.start), shape=(n, n))
        return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)

    def component(self, members: Ints, rules: Rules) -> Component:
        """Return a piece as the engine takes it."""
        degree = self.start[members + 1] - self.start[members]
        start = np.r_[0, np.cumsum(degree)]
        at = np.repeat(self.start[members] - start[:-1], degree) + np.arange(start[-1])
        place = np.full(int(members.max()) + 1, -1, dtype=np.int64)
        place[members] = np.arange(len(members))
        heavy = self.households[members] > rules.max_households
        weight = np.minimum(self.households[members], rules.max_households).astype(np.float64)
        return Component(
            (start, place[self.other[at]], self.cost[at], self.length[at]),
            (weight, self.area[members], self.perimeter[members], heavy.astype(np.int64)),
        )
