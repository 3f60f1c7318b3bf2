"""Stage ``graph``: who touches whom, for how many metres, and what it costs to part them.

A border on a major road is cheap, one through a street block dear, one through a compound dearest;
a barrier is no edge at all. A piece of a community that cannot be divided on its own (an exclave
of few households) is linked to the piece nearest to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from gridtool.columns import COLLECTOR, LOCAL, MAJOR
from gridtool.geom import Floats, Ints
from gridtool.rules import RULES, Rules

BORDER, LINK = "border", "link"
_EDGE_COLUMNS = ["first", "second", "kind", "length_m", "cost"]
_LINK_COST = 3.0  # a link is cut no more gladly than a border of three mean ones


@dataclass(frozen=True)
class Costs:
    """Cost of a metre of grid border, by what it runs along.

    Measured on graphs with streets, these put 64-85 % of borders on roads where plain lengths put
    32-49 %, for 2-9 % more border.
    """

    inside: float = 3.0
    local: float = 1.0
    collector: float = 0.6
    major: float = 0.3
    within_compound: float = 12.0

    def of_class(self, border_class: pd.Series) -> Floats:
        """Return the cost per metre of border classes."""
        table = {
            "inside": self.inside,
            LOCAL: self.local,
            COLLECTOR: self.collector,
            MAJOR: self.major,
        }
        return np.asarray(border_class.map(table), dtype=np.float64)


def build_graph(
    units: gpd.GeoDataFrame,
    borders: pd.DataFrame,
    *,
    rules: Rules = RULES,
    costs: Costs | None = None,
) -> pd.DataFrame:
    """Build the edges between the units of base grids.

    Parameters
    ----------
    units : GeoDataFrame, index ``unit_id``, CRS in metres
        ``community_code``, ``households``, ``compound_id``, ``site_id``.
    borders : DataFrame
        ``first``, ``second``, ``border_class``, ``length_m``.
    rules : Rules
        Says which pieces can stand alone. Source: Art. 8.
    costs : Costs, optional

    Returns
    -------
    DataFrame
        ``first``, ``second`` (unit_id), ``kind`` (``border`` or ``link``), ``length_m``, ``cost``
        (weighted metres); one row a pair. Units of dedicated grids have no edges.
    """
    costs = costs or Costs()
    base = units[units["site_id"].isna()]
    at_first = base.index.get_indexer(borders["first"])
    at_second = base.index.get_indexer(borders["second"])
    held = (at_first >= 0) & (at_second >= 0)
    at_first, at_second, borders = at_first[held], at_second[held], borders[held]
    barrier = (borders["border_class"] == "barrier").to_numpy()
    per_metre = costs.of_class(borders["border_class"]).copy()
    compound = base["compound_id"].to_numpy(dtype=object)
    same = compound[at_first] == compound[at_second]
    same &= pd.notna(compound[at_first])
    per_metre[same] = costs.within_compound
    length = borders["length_m"].to_numpy()
    edges = pd.DataFrame(
        {"a": at_first, "b": at_second, "length_m": length, "cost": length * per_metre}
    )[~barrier]
    edges = edges.groupby(["a", "b"], sort=True, as_index=False)[["length_m", "cost"]].sum()
    links = _links(base, edges, at_first[barrier], at_second[barrier], length[barrier], rules)
    edges["kind"] = BORDER
    every = pd.concat([edges, links], ignore_index=True) if len(links) else edges
    names = base.index.to_numpy()
    every["first"], every["second"] = names[every["a"]], names[every["b"]]
    return every[_EDGE_COLUMNS]


def _links(
    base: gpd.GeoDataFrame,
    edges: pd.DataFrame,
    barrier_first: Ints,
    barrier_second: Ints,
    barrier_length: Floats,
    rules: Rules,
) -> pd.DataFrame:
    """Link what cannot stand alone: ground without households, and small pieces of communities."""
    n = len(base)
    first, second = edges["a"].to_numpy(), edges["b"].to_numpy()
    households = base["households"].to_numpy()
    piece = _pieces(n, first, second)
    people = np.bincount(piece, households)
    empty = people[piece] == 0
    # over a barrier only ground where nobody lives is joined, where the border is longest
    over = pd.DataFrame(
        {
            "a": np.r_[barrier_first, barrier_second],
            "b": np.r_[barrier_second, barrier_first],
            "length": np.r_[barrier_length, barrier_length],
        }
    )
    over = over[empty[over["a"]] & ~empty[over["b"]]]
    over = over.assign(piece=piece[over["a"]]).sort_values(
        ["piece", "length", "a", "b"], ascending=[True, False, True, True]
    )
    nearest = over.drop_duplicates("piece")
    across = [(int(one), int(two)) for one, two in zip(nearest["a"], nearest["b"], strict=True)]
    a = np.r_[first, [pair[0] for pair in across]].astype(np.int64)
    b = np.r_[second, [pair[1] for pair in across]].astype(np.int64)
    ground = _pieces(n, np.r_[a, barrier_first], np.r_[b, barrier_second])
    across += _exclave_links(base, ground, rules)
    if not across:
        return pd.DataFrame(columns=["a", "b", "length_m", "cost", "kind"])
    mean = float(edges["cost"].mean()) if len(edges) else 1.0
    pairs = np.sort(np.array(across, dtype=np.int64), axis=1)
    return pd.DataFrame(
        {
            "a": pairs[:, 0],
            "b": pairs[:, 1],
            "length_m": 0.0,
            "cost": _LINK_COST * mean,
            "kind": LINK,
        }
    )


def _exclave_links(base: gpd.GeoDataFrame, ground: Ints, rules: Rules) -> list[tuple[int, int]]:
    """Link pieces of a community that no number of grids fits to the nearest other piece."""
    links: list[tuple[int, int]] = []
    codes = base["community_code"].to_numpy()
    shapes, households = base.geometry.to_numpy(), base["households"].to_numpy()
    pieces_of = pd.Series(ground).groupby(codes).nunique()
    for code in pieces_of.index[pieces_of > 1]:
        members = np.flatnonzero(codes == code)
        group = ground[members].copy()
        while len(np.unique(group)) > 1:
            people = pd.Series(households[members]).groupby(group).sum().sort_values(kind="stable")
            stuck = [at for at, count in people.items() if not rules.count_fits(int(count))]
            if not stuck:
                break
            mine, theirs = members[group == stuck[0]], members[group != stuck[0]]
            tree = shapely.STRtree(shapes[theirs])
            (source, near), gap = tree.query_nearest(
                shapes[mine], return_distance=True, all_matches=False
            )
            best = int(np.argmin(gap))
            a, b = int(mine[source[best]]), int(theirs[near[best]])
            links.append((a, b))
            group[group == stuck[0]] = group[members == b][0]
    return links


def _pieces(n: int, first: Ints, second: Ints) -> Ints:
    """Number the connected pieces of n units."""
    links = coo_matrix((np.ones(len(first)), (first, second)), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)
