"""What two divisions share, grid by grid, and which grids go on as one.

Counted in households of one snapshot of buildings; in ground where one of two grids has no
households. Pure functions of frames: codes are continued and revisions compared by one rule.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.geom import locate

KEEP_MAJORITY: Final = "keep-majority"
RETIRE_ON_SPLIT: Final = "retire-on-split"
NEW_ON_BOUNDARY_CHANGE: Final = "new-on-boundary-change"
POLICIES: Final = (KEEP_MAJORITY, RETIRE_ON_SPLIT, NEW_ON_BOUNDARY_CHANGE)

# ground is compared in square centimetres, as whole numbers: sums do not depend on the order
_CM2: Final = 10_000

DRAWN: Final = 0.01
"""Share of a grid's ground that may change hands, with no building on it, as a redrawn line."""


class Link(NamedTuple):
    """What an old and a new grid share. Ground in cm²."""

    old: str
    new: str
    households: int
    buildings: int
    ground: int
    first_building: str


class Pair(NamedTuple):
    """An old and a new grid that hold at least half of each other."""

    old: str
    new: str
    by_households: bool
    share_old: float
    share_new: float


def match_grids(links: list[Link], *, policy: str = KEEP_MAJORITY) -> list[Pair]:
    """Return the pairs of grids that go on as one, at most one for each grid.

    Parameters
    ----------
    links : list of Link
        One for each pair of grids; ``old`` or ``new`` is empty for what one side lacks.
    policy : str

    Returns
    -------
    list of Pair
    """
    count_old, count_new = totals_of(links, "old"), totals_of(links, "new")
    major: list[tuple[tuple[Any, ...], Pair, Link]] = []
    from_old: dict[str, int] = defaultdict(int)
    to_new: dict[str, int] = defaultdict(int)
    for link in links:
        if not link.old or not link.new:
            continue
        of_old, of_new = count_old[link.old], count_new[link.new]
        by_households = of_old[0] > 0 and of_new[0] > 0
        at = 0 if by_households else 2
        part = link.households if by_households else link.ground
        # half of nothing is no share
        most_of_new = part > 0 and 2 * part >= of_new[at]
        most_of_old = part > 0 and 2 * part >= of_old[at]
        from_old[link.old] += most_of_new
        to_new[link.new] += most_of_old
        if most_of_old and most_of_new:
            pair = Pair(link.old, link.new, by_households, part / of_old[at], part / of_new[at])
            tie = (not link.first_building, link.first_building, link.old, link.new)
            more = 2 * part > of_old[at] and 2 * part > of_new[at]
            major.append(((not by_households, not more, -link.ground, *tie), pair, link))
    taken_old: set[str] = set()
    taken_new: set[str] = set()
    chosen = []
    for _, pair, link in sorted(major, key=lambda item: item[0]):
        if pair.old in taken_old or pair.new in taken_new:
            continue
        taken_old.add(pair.old)
        taken_new.add(pair.new)
        split_or_merged = from_old[pair.old] > 1 or to_new[pair.new] > 1
        if policy == RETIRE_ON_SPLIT and split_or_merged:
            continue
        if policy == NEW_ON_BOUNDARY_CHANGE and _moved(link, count_old, count_new):
            continue
        chosen.append(pair)
    return chosen


def _moved(
    link: Link, old: dict[str, tuple[int, int, int]], new: dict[str, tuple[int, int, int]]
) -> bool:
    """Return whether a building, or more ground than a redrawn line, changed hands."""
    buildings = {old[link.old][1], new[link.new][1], link.buildings}
    largest = max(old[link.old][2], new[link.new][2])
    return len(buildings) > 1 or largest - link.ground > DRAWN * largest


def totals_of(links: list[Link], side: str) -> dict[str, tuple[int, int, int]]:
    """Return households, buildings and ground of each grid of one side."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for link in links:
        total = sums[getattr(link, side)]
        total[0] += link.households
        total[1] += link.buildings
        total[2] += link.ground
    return {key: (a, b, c) for key, (a, b, c) in sums.items()}


def links_of(shares: pd.DataFrame) -> list[Link]:
    """Return the rows of the shares as links, missing sides as empty text."""
    plain = shares[["grid_code", "grid_id", "households", "buildings", "area_m2", "first_building"]]
    text = plain[["grid_code", "grid_id", "first_building"]].astype(object)
    text = text.where(text.notna(), "")
    ground = np.rint(plain["area_m2"].to_numpy(dtype="float64") * _CM2).astype(np.int64)
    return [
        Link(old, new, households, buildings, area, first)
        for old, new, first, households, buildings, area in zip(
            text["grid_code"].tolist(),
            text["grid_id"].tolist(),
            text["first_building"].tolist(),
            plain["households"].tolist(),
            plain["buildings"].tolist(),
            ground.tolist(),
            strict=True,
        )
    ]


def count_shares(buildings: pd.DataFrame, areas: pd.DataFrame | None = None) -> pd.DataFrame:
    """Count what each old and each new grid share.

    Parameters
    ----------
    buildings : DataFrame
        One snapshot for both sides: ``building_id``, ``households``, ``grid_code`` (the grid in
        force it lies in, or None), ``grid_id`` (the new one, or None).
    areas : DataFrame, optional
        ``grid_code``, ``grid_id`` (None for ground that one side lacks), ``area_m2``.

    Returns
    -------
    DataFrame
        ``grid_code``, ``grid_id``, ``households``, ``buildings``, ``area_m2``,
        ``first_building``; one row for each pair, sorted.
    """
    keys = ["grid_code", "grid_id"]
    held = buildings[[*keys, "building_id", "households"]].copy()
    held[keys] = held[keys].astype(object).where(held[keys].notna(), "")
    counted = held.groupby(keys, sort=True).agg(
        households=("households", "sum"),
        buildings=("households", "size"),
        first_building=("building_id", "min"),
    )
    if areas is None:
        counted["area_m2"] = 0.0
        joined = counted
    else:
        ground = areas.copy()
        ground[keys] = ground[keys].astype(object).where(ground[keys].notna(), "")
        # rounded before they are added, so that the order of rows does not matter
        ground["area_m2"] = ground["area_m2"].round(4)
        joined = counted.join(ground.groupby(keys)[["area_m2"]].sum(), how="outer")
    joined = joined.reset_index().sort_values(keys, ignore_index=True)
    counts = joined[["households", "buildings"]].fillna(0).astype("int64")
    return joined.assign(
        households=counts["households"],
        buildings=counts["buildings"],
        area_m2=joined["area_m2"].fillna(0.0),
    )[[*keys, "households", "buildings", "area_m2", "first_building"]]


def measure_shares(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame | None = None
) -> pd.DataFrame:
    """Measure what each old and each new grid share, from their shapes.

    Parameters
    ----------
    old : GeoDataFrame, CRS in metres
        ``grid_code``.
    new : GeoDataFrame, the same CRS
        ``grid_id``.
    buildings : GeoDataFrame, optional, the same CRS
        ``building_id``, ``households``; each lies where a point inside it lies.

    Returns
    -------
    DataFrame
        As `count_shares`.
    """
    olds, news = old.geometry.to_numpy(), new.geometry.to_numpy()
    new_at, old_at = shapely.STRtree(olds).query(news, predicate="intersects")
    shared = shapely.area(shapely.intersection(olds[old_at], news[new_at]))
    codes = old["grid_code"].to_numpy(dtype=object)
    ids = new["grid_id"].to_numpy(dtype=object)
    lost = shapely.area(olds) - np.bincount(old_at, shared, len(olds))
    won = shapely.area(news) - np.bincount(new_at, shared, len(news))
    areas = pd.DataFrame(
        {
            "grid_code": np.concatenate([codes[old_at], codes, np.full(len(ids), None)]),
            "grid_id": np.concatenate([ids[new_at], np.full(len(codes), None), ids]),
            "area_m2": np.concatenate([shared, lost.clip(min=0), won.clip(min=0)]),
        }
    )
    areas = areas[areas["area_m2"] > 1.0 / _CM2]
    if buildings is None:
        none = pd.DataFrame(columns=["building_id", "households", "grid_code", "grid_id"])
        none = none.astype({"households": "int64"})
        return count_shares(none, areas)
    points = shapely.point_on_surface(buildings.geometry.to_numpy())
    where = {"grid_code": (codes, olds), "grid_id": (ids, news)}
    placed = pd.DataFrame(
        {
            "building_id": buildings["building_id"].astype(str).to_numpy(),
            "households": buildings["households"].fillna(0).to_numpy(dtype="int64"),
            **{
                key: np.concatenate([names, [None]])[locate(points, shapes)]
                for key, (names, shapes) in where.items()
            },
        }
    )
    return count_shares(placed, areas)
