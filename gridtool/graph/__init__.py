"""Stage ``graph``: who touches whom, for how many metres, and what it costs to part them.

A border on a major road is cheap, one through a street block dear, one through a compound dearest;
a barrier is no edge at all. A major road that a grid holds inside costs too. A piece of a
community that cannot be divided on its own (an exclave of few households) is linked to the piece
nearest to it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.columns import COLLECTOR, LOCAL, MAJOR
from gridtool.geom import Floats
from gridtool.graph.cornered import cornered_compounds, none_cornered, prove_splits
from gridtool.graph.links import LINK, link_pieces
from gridtool.graph.quarters import join_quarters, part_quarters
from gridtool.rules import RULES, Rules

BORDER = "border"
__all__ = [
    "BORDER",
    "LINK",
    "Costs",
    "build_graph",
    "cornered_compounds",
    "measure_roads",
    "none_cornered",
    "prove_splits",
]

_EDGE_COLUMNS = ["first", "second", "kind", "length_m", "cost", "inside_cost"]


@dataclass(frozen=True)
class Costs:
    """Cost of a metre of grid border, by what it runs along, and of major road inside a grid.

    Measured on graphs with streets, these put 64-85 % of borders on roads where plain lengths put
    32-49 %, for 2-9 % more border.
    """

    inside: float = 3.0
    local: float = 0.7
    collector: float = 0.55
    major: float = 0.1
    within_compound: float = 12.0
    major_inside: float = 0.4

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
    crossing: Collection[str] = (),
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
        (weighted metres: what a border here costs more than none), ``inside_cost`` (what none
        costs); one row a pair. Units of dedicated grids have no edges.
    """
    base, every = _all_edges(units, borders, rules, costs or Costs())
    every = every[~part_quarters(base, every, rules, crossing)]
    names = base.index.to_numpy()
    every["first"], every["second"] = names[every["a"]], names[every["b"]]
    return every[_EDGE_COLUMNS]


def _all_edges(
    units: gpd.GeoDataFrame, borders: pd.DataFrame, rules: Rules, costs: Costs
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the units of base grids, and all edges between them by position."""
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
    major = np.where(borders["border_class"] == MAJOR, length, 0.0)
    edges = pd.DataFrame(
        {
            "a": at_first,
            "b": at_second,
            "length_m": length,
            "cost": length * per_metre,
            "major": major,
        }
    )[~barrier]
    sums = ["length_m", "cost", "major"]
    edges = edges.groupby(["a", "b"], sort=True, as_index=False)[sums].sum()
    links = link_pieces(base, edges, at_first[barrier], at_second[barrier], length[barrier], rules)
    edges["kind"] = BORDER
    every = pd.concat([edges, links.assign(major=0.0)], ignore_index=True) if len(links) else edges
    inside = costs.major_inside * every["major"]
    return base, every.assign(cost=every["cost"] - inside, inside_cost=inside)


def measure_roads(
    units: gpd.GeoDataFrame, borders: pd.DataFrame, grid: pd.Series, *, rules: Rules = RULES
) -> pd.DataFrame:
    """Measure the major roads inside grids, and how much of that is forced.

    Forced are roads between quarters that no number of grids fits alone, in the joining over the
    least road; roads in ground that is one grid in any division, having too few households for
    two; and roads inside a dedicated grid, which is drawn as it is.

    Parameters
    ----------
    units : GeoDataFrame, index ``unit_id``
        ``community_code``, ``households``, ``compound_id``, ``site_id``.
    borders : DataFrame
        ``first``, ``second``, ``border_class``, ``length_m``.
    grid : Series, index ``unit_id``
    rules : Rules
        Source: Art. 8.

    Returns
    -------
    DataFrame, index ``community_code``
        ``major_road_m`` (between units of the community), ``major_road_inside_m`` (the same grid
        on both sides), ``major_road_forced_m`` (of that).
    """
    code = units["community_code"]
    major = borders[borders["border_class"] == MAJOR]
    base, every = _all_edges(units, borders, rules, Costs())
    quarter, group = join_quarters(base, every, rules, spare=0.0)
    people = np.bincount(group, base["households"])
    at_first = base.index.get_indexer(major["first"])
    at_second = base.index.get_indexer(major["second"])
    drawn = (at_first < 0) | (at_second < 0)
    joined = (quarter[at_first] != quarter[at_second]) & (group[at_first] == group[at_second])
    single = people[group[at_first]] < 2 * rules.min_households
    inside = grid.loc[major["first"]].to_numpy() == grid.loc[major["second"]].to_numpy()
    forced = inside & (drawn | joined | single)
    length = major["length_m"]
    frame = pd.DataFrame(
        {
            "major_road_m": length,
            "major_road_inside_m": length.where(inside, 0.0),
            "major_road_forced_m": length.where(forced, 0.0),
        }
    )
    sums = frame.groupby(code.loc[major["first"]].to_numpy()).sum()
    return sums.reindex(pd.Index(code.unique(), name="community_code"), fill_value=0.0)
