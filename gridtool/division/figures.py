"""How good the division of each community is: sizes, border, and what is proven of it."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.division.engine import Dials
from gridtool.division.exact import NODES, cut_bound
from gridtool.division.pieces import Arrays
from gridtool.geom import Bools, Ints
from gridtool.rules import BASE, RULES, Rules


def measure_communities(
    units: gpd.GeoDataFrame,
    edges: pd.DataFrame,
    assignment: pd.DataFrame,
    *,
    rules: Rules = RULES,
    exact: int = Dials.exact,
    seconds: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Measure the base grids of every community.

    Parameters
    ----------
    units : GeoDataFrame, index ``unit_id``
        As stage ``units`` returns them.
    edges : DataFrame
        As stage ``graph`` returns them.
    assignment : DataFrame, index ``unit_id``
        As `assign_grids` returns it.
    rules : Rules
    exact : int
        Units times grids up to which the least border of a piece is sought; 0 gives only what is
        free.
    seconds : mapping of community code to float, optional
        What dividing took.

    Returns
    -------
    DataFrame, index ``community_code``
        ``k`` (base grids), ``in_window`` (share of them), ``cut_m`` (border between them),
        ``cut_cost`` (the same in weighted metres, and the
        price of major roads inside grids), ``bound_cost`` (no division of each piece into
        as many grids inside the window costs less; NaN where that is not known or the plan is
        outside), ``gap`` (share of the cost that a better plan could save at most), ``seconds``.
    """
    base = (assignment["grid_kind"] == BASE).to_numpy()
    grid = assignment["grid"].to_numpy()
    community = units["community_code"].to_numpy()
    grids = pd.DataFrame(
        {"code": community[base], "grid": grid[base], "w": units["households"].to_numpy()[base]}
    )
    sizes = grids.groupby(["code", "grid"], sort=True)["w"].sum()
    fits = sizes.between(rules.min_households, rules.max_households).groupby(level="code")
    first, second = (units.index.get_indexer(edges[end]) for end in ("first", "second"))
    cut = grid[first] != grid[second]
    costs = edges.assign(length_m=edges["length_m"].where(cut, 0.0))
    costs["cost"] = costs["cost"].where(cut, 0.0) + costs["inside_cost"]
    border = costs.groupby(community[first])[["length_m", "cost", "inside_cost"]].sum()
    frame = pd.DataFrame({"k": fits.size(), "in_window": fits.mean()})
    frame.index.name = "community_code"
    border = border.reindex(frame.index, fill_value=0.0)
    bounds = _bounds(units, Arrays(units, edges, first, second), grid, base, rules, exact)
    cost, bound = border["cost"], bounds.reindex(frame.index) + border["inside_cost"]
    return frame.assign(
        cut_m=border["length_m"],
        cut_cost=cost,
        bound_cost=bound,
        gap=(1.0 - bound / cost.where(cost > 0.0)).clip(lower=0.0).where(cost > 0.0, bound * 0.0),
        seconds=pd.Series(dict(seconds or {}), dtype=float).reindex(frame.index, fill_value=0.0),
    )


def _bounds(
    units: gpd.GeoDataFrame, arrays: Arrays, grid: Ints, base: Bools, rules: Rules, exact: int
) -> pd.Series:
    """Return the sum of the bounds of each community's pieces, NaN where one is not known."""
    at = np.flatnonzero(base)
    hang = arrays.hang()
    rows = [
        (
            units["community_code"].iloc[members.iloc[0]],
            _bound(members.to_numpy(), arrays, grid, rules, exact),
        )
        for _, members in pd.Series(at).groupby(hang[at], sort=True)
    ]
    frame = pd.DataFrame(rows, columns=["code", "bound"])
    return frame.groupby("code")["bound"].agg(lambda part: part.sum(skipna=False))


def _bound(members: Ints, arrays: Arrays, grid: Ints, rules: Rules, exact: int) -> float:
    """Return the bound of one piece."""
    name, label = np.unique(grid[members], return_inverse=True)
    k = len(name)
    if k == 1:
        return 0.0
    sizes = np.bincount(label, arrays.households[members])
    if not all(map(rules.households_fit, sizes.astype(int).tolist())):
        return np.nan  # what is bounded are plans inside the window
    if len(members) * k > exact:
        return np.nan
    component = arrays.component(members, rules)
    window = (float(rules.min_households), float(rules.max_households))
    bound = cut_bound(component.graph, component.units[0], k, window, NODES)
    return np.nan if bound is None else bound
