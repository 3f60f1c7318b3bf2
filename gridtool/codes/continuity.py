"""Who keeps the code: the grids in force beside a new division.

A new grid may carry the code of an old one when each holds at least half of the other, counted in
households of one snapshot of buildings; in ground where one of them has no households. Pure
functions of frames: the stages that compare divisions call them too.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.codes.schemes import Scheme
from gridtool.errors import SettingsError
from gridtool.geom import locate

KEEP_MAJORITY: Final = "keep-majority"
RETIRE_ON_SPLIT: Final = "retire-on-split"
NEW_ON_BOUNDARY_CHANGE: Final = "new-on-boundary-change"
POLICIES: Final = (KEEP_MAJORITY, RETIRE_ON_SPLIT, NEW_ON_BOUNDARY_CHANGE)

KEPT, RECODED, NEW, RETIRED = "kept", "recoded", "new", "retired"

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


class Continuity(NamedTuple):
    """Who keeps which code.

    Attributes
    ----------
    grids : DataFrame, a row for each new grid
        Index ``grid_id``, sorted. ``outcome``: ``kept`` (carries `grid_code`), ``recoded`` (goes
        on from ``prev_code``, but needs a new code: ``reason`` says ``community`` or ``kind``) or
        ``new``. ``grid_code`` (None where a new one is needed), ``prev_code``, ``reason``,
        ``basis`` (``households`` or ``area``), ``share_old``, ``share_new`` (0-1), and
        ``predecessors``: the old codes it got households or ground from, joined by ``;``.
    codes : DataFrame, a row for each old grid
        Index ``grid_code``, sorted. ``outcome``: ``kept`` or ``retired``; ``successors``: the new
        grids that took over from it, joined by ``;``.
    """

    grids: pd.DataFrame
    codes: pd.DataFrame

    def counts(self) -> dict[str, int]:
        """Return how many grids kept their code, were recoded, are new, and how many retired."""
        outcomes = self.grids["outcome"].value_counts()
        counts = {name: int(outcomes.get(name, 0)) for name in (KEPT, RECODED, NEW)}
        return {**counts, RETIRED: int((self.codes["outcome"] == RETIRED).sum())}

    def lineage(self, coded: pd.DataFrame) -> pd.DataFrame:
        """Return who took over from whom, in codes.

        Parameters
        ----------
        coded : DataFrame
            ``grid_id``, ``grid_code``: the new grids with their codes.

        Returns
        -------
        DataFrame
            A row for each old and new grid that share something, and for each without a partner:
            ``old_code``, ``new_code``, ``outcome``, ``reason``, ``basis``, ``share_old``,
            ``share_new`` (the last four of grids that go on alone).
        """
        code_of = dict(zip(coded["grid_id"], coded["grid_code"], strict=True))
        rows: list[tuple[object, ...]] = []
        for grid in self.grids.reset_index().to_dict("records"):
            code, goes_on = code_of[grid["grid_id"]], grid["prev_code"] or ""
            parts = {goes_on, *str(grid["predecessors"]).split(";")} - {""}
            for old in sorted(parts) or [""]:
                if old == goes_on:
                    shared = [grid[key] for key in ("reason", "basis", "share_old", "share_new")]
                    rows.append((old, code, grid["outcome"], *shared))
                else:
                    rows.append((old, code, "part", "", "", None, None))
        ended = self.codes[(self.codes["successors"] == "") & (self.codes["outcome"] == RETIRED)]
        rows += [(code, "", RETIRED, "", "", None, None) for code in ended.index]
        names = ["old_code", "new_code", "outcome", "reason", "basis", "share_old", "share_new"]
        frame = pd.DataFrame(rows, columns=names).round({"share_old": 4, "share_new": 4})
        return frame.sort_values(["old_code", "new_code"], ignore_index=True)


def continue_codes(
    old: pd.DataFrame,
    new: pd.DataFrame,
    shares: pd.DataFrame,
    *,
    policy: str = KEEP_MAJORITY,
    scheme: Scheme | None = None,
) -> Continuity:
    """Decide which new grid keeps which code.

    Parameters
    ----------
    old : DataFrame
        The grids in force: ``grid_code`` (unique), ``community_code``, ``grid_kind``.
    new : DataFrame
        The new division: ``grid_id`` (unique), ``community_code``, ``grid_kind``; and
        ``parent_code`` for schemes of micro grids.
    shares : DataFrame
        What `count_shares` returns.
    policy : str
        ``keep-majority``: reciprocal majority keeps the code. ``retire-on-split``: as that, but a
        grid that was split retires, and none that was merged goes on (the number of a cadastral
        parcel). ``new-on-boundary-change``: only a grid that kept all of its ground and buildings
        keeps the code (the British GSS codes).
    scheme : Scheme, optional
        Where its codes tell the kind of grid, a change of kind is a recode.

    Returns
    -------
    Continuity
        The order of rows of the inputs does not matter. Exact halves: the pair counted in
        households comes first, then the one that shares more ground, then the one with the smaller
        building id, then the smaller old code, then the smaller new id.

    Raises
    ------
    SettingsError
        When there is no such policy.
    """
    if policy not in POLICIES:
        raise SettingsError("GT046", reason=f"{policy}: {', '.join(POLICIES)}")
    links = _links(shares)
    pairs = {pair.new: pair for pair in match_grids(links, policy=policy)}
    before, after = _by(links, "new"), _by(links, "old")
    tells_kind = scheme is not None and scheme.kind_in_code
    held = old.set_index("grid_code")[["community_code", "grid_kind"]].to_dict("index")
    rows: list[tuple[object, ...]] = []
    keeper: dict[str, str] = {}
    inside = "parent_code" if scheme is not None and scheme.is_micro else "community_code"
    plan = new.sort_values("grid_id")[["grid_id", inside, "grid_kind"]]
    for one in plan.itertuples(index=False, name=None):
        grid_id, parent, kind = map(str, one)
        pair = pairs.get(grid_id)
        was = held.get(pair.old) if pair else None
        if pair is None or was is None:
            rows.append((grid_id, NEW, None, None, "", "", 0.0, 0.0))
            continue
        basis = "households" if pair.by_households else "area"
        # what the code itself says counts before a column beside it
        told = scheme.parent(pair.old) if scheme is not None and scheme.matches(pair.old) else None
        reason = "community" if (told or was["community_code"]) != parent else ""
        if not reason and tells_kind and was["grid_kind"] != kind:
            reason = "kind"
        outcome, code = (RECODED, None) if reason else (KEPT, pair.old)
        keeper[pair.old] = outcome
        shared = (basis, pair.share_old, pair.share_new)
        rows.append((grid_id, outcome, code, pair.old, reason, *shared))
    names = ["grid_id", "outcome", "grid_code", "prev_code", "reason", "basis"]
    grids = pd.DataFrame(rows, columns=[*names, "share_old", "share_new"]).set_index("grid_id")
    for key in ("grid_code", "prev_code"):
        grids[key] = grids[key].astype(object).where(grids[key].notna(), None)
    grids["predecessors"] = [";".join(before.get(str(grid), ())) for grid in grids.index]
    codes = pd.DataFrame({"grid_code": sorted(map(str, held))}).set_index("grid_code")
    codes["outcome"] = [KEPT if keeper.get(str(code)) == KEPT else RETIRED for code in codes.index]
    codes["successors"] = [";".join(after.get(str(code), ())) for code in codes.index]
    return Continuity(grids, codes)


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
    count_old, count_new = _totals(links, "old"), _totals(links, "new")
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


def _totals(links: list[Link], side: str) -> dict[str, tuple[int, int, int]]:
    """Return households, buildings and ground of each grid of one side."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for link in links:
        total = sums[getattr(link, side)]
        total[0] += link.households
        total[1] += link.buildings
        total[2] += link.ground
    return {key: (a, b, c) for key, (a, b, c) in sums.items()}


def _by(links: list[Link], side: str) -> dict[str, list[str]]:
    """Return the partners of each grid of one side that share households or real ground."""
    old, new = _totals(links, "old"), _totals(links, "new")
    found: dict[str, list[str]] = defaultdict(list)
    for link in links:
        ground = min(old[link.old][2], new[link.new][2])
        if link.old and link.new and (link.buildings or link.ground > DRAWN * ground):
            other = link.old if side == "new" else link.new
            found[getattr(link, side)].append(other)
    return {key: sorted(others) for key, others in found.items()}


def _links(shares: pd.DataFrame) -> list[Link]:
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
