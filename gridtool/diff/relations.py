"""Who got what from whom: a row for each old and new grid of a group that share something."""

from __future__ import annotations

from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.diff.likeness import wider_than
from gridtool.diff.matching import Groups, Links, Matched, shared_ground
from gridtool.diff.places import Places
from gridtool.diff.restoring import Restored
from gridtool.diff.revision import COUNTS, Revision
from gridtool.diff.tolerances import Tolerances
from gridtool.geom import Floats, Geometries, Ints
from gridtool.rules import COMMUNITY_KIND, RULES, VILLAGE, VILLAGE_KIND, kind_of_code

HOUSEHOLDS: Final = "households"
AREA: Final = "area"
WHOLE, PART = "W", "P"

LEAST_M2: Final = 0.5
_KEYS: Final = ["old", "new"]


class Sizes(NamedTuple):
    """What the grids of one side hold: counts, and ground in m²."""

    counts: pd.DataFrame
    area: Floats


def count_grids(homes: gpd.GeoDataFrame, at: Ints, shapes: Geometries) -> Sizes:
    """Return what each grid of one side holds.

    Parameters
    ----------
    homes : GeoDataFrame
        What `prepare_buildings` returns.
    at : int array
        Grid of each building, -1 for none.
    shapes : array of polygons

    Returns
    -------
    Sizes
        ``buildings``, ``households``, ``persons``; ground to a hundredth of a m².
    """
    inside = at >= 0
    sums = {"buildings": np.bincount(at[inside], minlength=len(shapes))}
    for key in COUNTS:
        weights = homes[key].to_numpy(dtype="float64")[inside]
        sums[key] = np.bincount(at[inside], weights, len(shapes)).astype(np.int64)
    return Sizes(pd.DataFrame(sums), shapely.area(shapes).round(2))


def size_rules(revision: Revision, sizes: Sizes) -> list[str]:
    """Return the rule the size of each grid follows (Art. 8)."""
    stated = revision.grids.get("size_rule", pd.Series("", revision.grids.index))
    rows = zip(
        revision.grids["grid_kind"],
        revision.grids["community_code"],
        stated,
        sizes.counts["households"],
        sizes.counts["persons"],
        strict=True,
    )
    return [
        RULES.size_rule(
            kind,
            VILLAGE_KIND if said == VILLAGE else kind_of_code(community) or COMMUNITY_KIND,
            households,
            persons,
        )
        for kind, community, said, households, persons in rows
    ]


def ground_of(
    old: Revision,
    matched: Matched,
    links: Links,
    groups: Groups,
    restored: Restored,
    tolerances: Tolerances,
) -> Links:
    """Return the pairs of grids that share ground, after the new ones were fitted in."""
    inside = (groups.of_old[links.old] == groups.of_new[links.new]) & ~restored.fitted[links.new]
    parts = [Links(*(array[inside] for array in links))]
    fitted = np.flatnonzero(restored.fitted)
    if len(fitted):
        refitted = set(groups.of_new[fitted].tolist())
        members = groups.members()
        pairs = [np.meshgrid(*members[at], indexing="ij") for at in sorted(refitted)]
        one, other = (np.concatenate([pair[side].ravel() for pair in pairs]) for side in (0, 1))
        parts.append(shared_ground(one, other, old.shapes, restored.shapes, tolerances))
    told = np.flatnonzero(restored.kept & (groups.of_new >= 0))
    same = matched.partner_new[told]
    parts.append(Links(same, told, old.shapes[same]))
    return Links(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def with_losses(
    ground: Links, old: Revision, restored: Restored, groups: Groups, tolerances: Tolerances
) -> Links:
    """Return the pairs with those of ground that only one side has, -1 for the other side."""
    parts = [ground]
    news = restored.shapes
    sides = ((ground.old, groups.of_old, old.shapes), (ground.new, groups.of_new, news))
    areas = shapely.area(ground.ground)
    members = groups.members()
    for side, (at, of, shapes) in enumerate(sides):
        mine = np.flatnonzero(of >= 0)
        rest = shapely.area(shapes[mine]) - np.bincount(at, areas, len(shapes))[mine]
        least = np.maximum(LEAST_M2, tolerances.storage_m * shapely.length(shapes[mine]))
        mine = mine[rest > least]
        if len(mine):
            others = [
                shapely.union_all((news, old.shapes)[side][members[of[one]][1 - side]])
                for one in mine
            ]
            lost = shapely.difference(shapes[mine], np.array(others, dtype=object))
            none = np.full(len(mine), -1)
            one, other = (mine, none) if side == 0 else (none, mine)
            parts.append(Links(one, other, lost))
    return Links(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def relate(
    places: Places, homes: gpd.GeoDataFrame, ground: Links, groups: Groups, tolerances: Tolerances
) -> pd.DataFrame:
    """Return who got what from whom.

    Parameters
    ----------
    places : Places
    homes : GeoDataFrame
        What `prepare_buildings` returns.
    ground : Links
        What `with_losses` returns.
    groups : Groups
    tolerances : Tolerances

    Returns
    -------
    DataFrame
        Sorted; ``group``, ``old``, ``new`` (positions, -1 for none), ``buildings``,
        ``households``, ``persons``, ``area_m2``, ``first_building``, ``real`` (whether a building
        or ground wider than a redrawn line goes with it), ``ground`` (polygon or None).
    """
    area = pd.DataFrame(
        {
            "old": ground.old,
            "new": ground.new,
            "area_m2": shapely.area(ground.ground).round(2),
            "wide": wider_than(ground.ground, tolerances.drawing_m),
            "ground": ground.ground,
        }
    ).set_index(_KEYS)
    rows = area.join(_counted_pairs(places, homes, groups), how="outer").reset_index()
    counts = ["buildings", *COUNTS]
    rows[counts] = rows[counts].fillna(0).astype("int64")
    rows["area_m2"] = rows["area_m2"].fillna(0.0)
    for key, none in (("first_building", ""), ("ground", None)):
        rows[key] = rows[key].astype(object).where(rows[key].notna(), none)
    rows["real"] = (rows["buildings"] > 0) | rows.pop("wide").eq(True)
    group = np.maximum(
        np.append(groups.of_old, -1)[rows["old"]], np.append(groups.of_new, -1)[rows["new"]]
    )
    return rows.assign(group=group).sort_values(["group", *_KEYS], ignore_index=True)


def _counted_pairs(places: Places, homes: gpd.GeoDataFrame, groups: Groups) -> pd.DataFrame:
    """Return what the buildings of the groups say: counts for each pair of grids."""
    inside = np.append(groups.of_old, -1)[places.old] >= 0
    inside |= np.append(groups.of_new, -1)[places.new] >= 0
    held = pd.DataFrame(
        {
            "old": places.old[inside],
            "new": places.new[inside],
            "building_id": homes.index[inside],
            **{key: homes[key].to_numpy()[inside] for key in COUNTS},
        }
    )
    return held.groupby(_KEYS).agg(
        buildings=("building_id", "size"),
        **{key: (key, "sum") for key in COUNTS},
        first_building=("building_id", "first"),
    )
