"""Links: what cannot stand alone is joined to what is nearest, over a barrier or over a gap."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from gridtool.geom import Floats, Ints
from gridtool.rules import Rules

LINK = "link"
_LINK_COST = 3.0  # a link is cut no more gladly than a border of three mean ones


def link_pieces(
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
    piece = number_pieces(n, first, second)
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
    ground = number_pieces(n, np.r_[a, barrier_first], np.r_[b, barrier_second])
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


def number_pieces(n: int, first: Ints, second: Ints) -> Ints:
    """Number the connected pieces of n units."""
    links = coo_matrix((np.ones(len(first)), (first, second)), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)
