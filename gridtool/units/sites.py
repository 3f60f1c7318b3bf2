"""Sites as dedicated grids (专属网格).

Source: Art. 8: larger offices, parks, markets, schools, hospitals and enterprises in urban
communities may be dedicated grids. A site that would cut residents off from the rest of their
community is not made one.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from gridtool.findings import Finding
from gridtool.geom import Bools, Ints


def settle_sites(
    units: gpd.GeoDataFrame,
    borders: pd.DataFrame,
    sites: gpd.GeoDataFrame | None,
    urban: frozenset[str],
    rim: Bools,
) -> tuple[gpd.GeoDataFrame, list[Finding], frozenset[str]]:
    """Keep the sites that can be dedicated grids; let the others go back to the base.

    Parameters
    ----------
    units, borders : DataFrame
        As `gridtool.units.Units` describes them, ``site_id`` set on every site's units.
    sites : GeoDataFrame or None
        Checked layer.
    urban : frozenset of str
        Codes of urban communities; sites in villages have their finding already.
    rim : bool array, n
        Units of ground along streets: base grids keep what they need of it to stay joined, the
        site has the rest.

    Returns
    -------
    units : GeoDataFrame
        ``site_id`` on the units of dedicated grids only, each site in one piece; ground without
        households that a site cuts off belongs to it.
    list of Finding
    frozenset of str
        Communities that a site would cut apart.
    """
    findings: list[Finding] = []
    severing: set[str] = set()
    if sites is None or sites.empty:
        return units, findings, frozenset()
    wanted = units["site_id"].to_numpy().copy()
    settled = np.full(len(units), None, dtype=object)
    graph = _Graph(units, borders)
    named = sites[sites["dedicated"]].drop_duplicates("site_id").sort_values("site_id")
    for row, site in named.iterrows():
        spot = site.geometry.representative_point()
        mine = graph.largest_piece(wanted == site["site_id"])
        values: dict[str, object] = {"name": site["name"]}
        if not mine.any():
            if site["community_code"] in urban:
                findings.append(Finding("GT125", "sites", row, spot, values))
            continue
        base = np.array([item is None for item in settled]) & ~mine
        cut_off, severed = graph.cut_off(base, mine)
        if severed:
            findings.append(Finding("GT124", "sites", row, spot, values))
            severing.add(str(site["community_code"]))
            continue
        base &= ~cut_off
        settled[mine | cut_off | graph.spare(base, mine, rim)] = site["site_id"]
        households = int(units["households"].to_numpy()[mine].sum())
        if households:
            findings.append(
                Finding("GT123", "sites", row, spot, {**values, "households": households})
            )
    return units.assign(site_id=settled), findings, frozenset(severing)


class _Graph:
    """Which units touch, barriers left out."""

    def __init__(self, units: gpd.GeoDataFrame, borders: pd.DataFrame) -> None:
        open_borders = borders[borders["border_class"] != "barrier"]
        self.inside = (open_borders["border_class"] == "inside").to_numpy()
        self.first: Ints = units.index.get_indexer(open_borders["first"])
        self.second: Ints = units.index.get_indexer(open_borders["second"])
        self.community = pd.factorize(units["community_code"])[0]
        self.households = units["households"].to_numpy()

    def pieces(self, inside: Bools) -> Ints:
        """Number the connected pieces of some units; -1 for the others."""
        both = inside[self.first] & inside[self.second]
        n = len(inside)
        links = coo_matrix(
            (np.ones(int(both.sum())), (self.first[both], self.second[both])), shape=(n, n)
        )
        piece = np.array(connected_components(links, directed=False)[1], dtype=np.int64)
        piece[~inside] = -1
        return piece

    def largest_piece(self, inside: Bools) -> Bools:
        """Return the piece of some units that has most units."""
        if not inside.any():
            return inside
        piece = self.pieces(inside)
        number, count = np.unique(piece[inside], return_counts=True)
        return np.asarray(piece == number[np.argmax(count)])

    def cut_off(self, base: Bools, mine: Bools) -> tuple[Bools, bool]:
        """Return the ground without households that a site severs, and whether residents are.

        Parameters
        ----------
        base : bool array, n
            Units left to base grids once the site is taken out.
        mine : bool array, n
            Units of the site.
        """
        here = self.community == self.community[np.argmax(mine)]
        base = base & here
        before, after = self.pieces(base | mine), self.pieces(base)
        touched = np.unique(before[mine])
        apart = base & np.isin(before, touched)
        people = np.bincount(after[apart], self.households[apart]) if apart.any() else np.zeros(1)
        if (people > 0).sum() > len(touched):
            return apart, True
        lonely = apart & (people[np.where(apart, after, 0)] == 0) if apart.any() else apart
        return (lonely if (people > 0).any() else np.zeros_like(apart)), False

    def spare(self, base: Bools, mine: Bools, rim: Bools) -> Bools:
        """Return the rim in a site's blocks that base grids can do without.

        What touches the site goes to it unit by unit, in reading order, as long as what is left
        hangs together as before.
        """
        given, here = np.zeros_like(base), base & (self.community == self.community[mine][0])
        a, b = np.r_[self.first, self.second], np.r_[self.second, self.first]
        inside = np.tile(self.inside, 2)
        count = len(np.unique(self.pieces(here)[here]))
        for at in np.unique(a[inside & mine[b] & rim[a] & here[a]]):
            here[at] = False
            if len(np.unique(self.pieces(here)[here])) > count:
                here[at] = True
            else:
                given[at] = True
        return given
