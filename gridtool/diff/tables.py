"""The tables of a diff, as the data dictionary has them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridtool.columns import (
    BUILDING_CHANGES,
    CODE_CHANGES,
    GRID_CHANGES,
    GROUPS,
    RELATIONS,
    Layer,
)
from gridtool.diff.judging import Comparison, Judged
from gridtool.diff.kinds import KINDS
from gridtool.diff.likeness import REDRAWN
from gridtool.diff.relations import (
    AREA,
    HOUSEHOLDS,
    LEAST_M2,
    PART,
    WHOLE,
    Sizes,
    size_rules,
)
from gridtool.diff.revision import Objects, Revision
from gridtool.diff.wording import describe
from gridtool.geom import Bools, Floats, Ints

SEPARATOR: Final = "|"

UNCHANGED: Final = "unchanged"
REDRAWN_LINE: Final = "redrawn"
ATTRIBUTES_ONLY: Final = "attributes"
CHANGED: Final = "changed"
NEW: Final = "new"
RETIRED: Final = "retired"
KEPT: Final = "kept"

_COUNTS: Final = ("buildings", "households", "persons")
_SHARE_PLACES: Final = 6


class Tables(NamedTuple):
    """The tables of a diff; columns of `gridtool.columns.DIFF_TABLES`."""

    groups: pd.DataFrame
    relations: pd.DataFrame
    grids: pd.DataFrame
    buildings: pd.DataFrame
    codes: pd.DataFrame


def make_tables(found: Comparison, judged: Judged) -> Tables:
    """Return the tables, groups by households moved, the most first."""
    groups = _groups(found, judged)
    moved, held = (groups[key].to_numpy() for key in ("moved_households", "households"))
    order = np.lexsort((groups["group_id"].to_numpy(dtype=str), -held, -moved))
    rank = np.argsort(order)
    relations = _relations(found)
    relations = _ranked(relations, rank[found.rows["group"].to_numpy()], "old_code", "new_code")
    return Tables(
        groups.iloc[order].reset_index(drop=True),
        relations,
        _grids(found),
        _buildings(found, rank),
        _codes(found, judged, relations, rank),
    )


def _as_table(layer: Layer, columns: dict[str, Any]) -> pd.DataFrame:
    """Return a table with the columns of the dictionary, missing ones empty."""
    frame = pd.DataFrame(columns)
    for column in layer.columns:
        if column.key not in frame:
            frame[column.key] = None
    return frame[[column.key for column in layer.columns]]


def _ranked(frame: pd.DataFrame, rank: Ints, *keys: str) -> pd.DataFrame:
    """Return rows in the order of their groups, then by some columns."""
    texts = [
        np.array([code or "" for code in frame[key].to_numpy(dtype=object)], dtype=str)
        for key in reversed(keys)
    ]
    return frame.iloc[np.lexsort((*texts, rank))].reset_index(drop=True)


def _groups(found: Comparison, judged: Judged) -> pd.DataFrame:
    """Return a row for each group, in the order of their ids."""
    rows, ids = found.rows, found.groups.ids
    at, count = rows["group"].to_numpy(), len(ids)
    moved = ~judged.stays
    sums = {key: _summed(at, rows[key], count) for key in _COUNTS}
    sums |= {f"moved_{key}": _summed(at[moved], rows[key][moved], count) for key in _COUNTS}
    area = rows["area_m2"].to_numpy()
    real = moved & rows["real"].to_numpy(dtype=bool)
    members = found.groups.members()
    return _as_table(
        GROUPS,
        {
            "group_id": ids,
            "type": judged.kinds,
            "type_zh": [KINDS[kind].zh for kind in judged.kinds],
            "flags": [SEPARATOR.join(flags) for flags in judged.flags],
            "onsind": [KINDS[kind].ons for kind in judged.kinds],
            "old_codes": [SEPARATOR.join(found.old.codes[one]) for one, _ in members],
            "new_codes": [SEPARATOR.join(found.result.codes[other]) for _, other in members],
            **sums,
            "area_m2": np.bincount(at, area, count).round(2),
            "moved_area_m2": np.bincount(at[real], area[real], count).round(2),
            "conserved": conserved(found),
            "description_zh": [describe(story, "zh") for story in judged.stories],
            "description_en": [describe(story, "en") for story in judged.stories],
        },
    )


def _summed(at: Ints, values: pd.Series[Any], count: int) -> Ints:
    """Return whole numbers added up by group."""
    return np.bincount(at, values.to_numpy(dtype="float64"), count).astype(np.int64)


def conserved(found: Comparison) -> Bools:
    """Return which groups have the same buildings and, but for noise, the same ground."""
    rows, count = found.rows, len(found.groups.ids)
    lost = ((rows["old"] < 0) | (rows["new"] < 0)).to_numpy()
    whole = np.bincount(rows["group"].to_numpy()[lost], minlength=count) == 0
    return np.asarray(whole & (np.abs(area_changes(found)) <= area_tolerances(found)))


def area_changes(found: Comparison) -> Floats:
    """Return how much ground each group has more than before, m²."""
    count = len(found.groups.ids)
    before, after = (
        np.bincount(of[of >= 0], shapely.area(side.shapes[of >= 0]), count)
        for of, side in ((found.groups.of_old, found.old), (found.groups.of_new, found.result))
    )
    return np.asarray((after - before).round(2))


def area_tolerances(found: Comparison) -> Floats:
    """Return how much ground of each group storage noise may change, m²."""
    of = found.groups.of_old
    border = np.bincount(
        of[of >= 0], shapely.length(found.old.shapes[of >= 0]), len(found.groups.ids)
    )
    return np.asarray(np.maximum(LEAST_M2, found.tolerances.storage_m * border))


def _relations(found: Comparison) -> pd.DataFrame:
    """Return a row for each pair of grids that share something, in the order of the rows."""
    rows = found.rows
    old, new = rows["old"].to_numpy(), rows["new"].to_numpy()
    both = (old >= 0) & (new >= 0)
    real = rows["real"].to_numpy(dtype=bool) & both
    successors = _count_real(old, real, len(found.old))
    predecessors = _count_real(new, real, len(found.result))
    lost_old, lost_new = (_lossy(side, rows, both) for side in (old, new))
    shares = _shares(found, old, new)
    by_households = ~np.isnan(shares["share_old_hh"]) & ~np.isnan(shares["share_new_hh"])
    basis = np.where(by_households, HOUSEHOLDS, AREA)
    part_old = np.where((successors <= 1) & ~lost_old, WHOLE, PART).astype(object)
    part_new = np.where((predecessors <= 1) & ~lost_new, WHOLE, PART).astype(object)
    part_old[old < 0], part_new[new < 0] = None, None
    old_codes, new_codes = found.old.codes_at(old), found.result.codes_at(new)
    return _as_table(
        RELATIONS,
        {
            "group_id": np.array(found.groups.ids, dtype=object)[rows["group"].to_numpy()],
            "old_code": old_codes,
            "old_version": _versions(found.old, old),
            "new_code": new_codes,
            "new_version": _versions(found.result, new),
            **{key: rows[key].to_numpy() for key in _COUNTS},
            **{key: values.round(_SHARE_PLACES) for key, values in shares.items()},
            "area_m2": rows["area_m2"].to_numpy(),
            "part_old": part_old,
            "part_new": part_new,
            "basis": basis,
            "keeps_code": both & (old_codes == new_codes),
            "predecessor_count": predecessors,
            "successor_count": successors,
            "qi": _quality(shares, by_households, new),
        },
    )


def _versions(revision: Revision, at: Ints) -> Objects:
    """Return ``code@revision`` by position, None for none or where the layer has no ``rev``."""
    if "rev" not in revision.grids:
        return np.full(len(at), None, dtype=object)
    revs = pd.to_numeric(revision.grids["rev"], errors="coerce").fillna(1).astype("int64")
    names = [f"{code}@{rev}" for code, rev in revs.items()]
    return np.array([*names, None], dtype=object)[at]


def _count_real(at: Ints, real: Bools, count: int) -> Ints:
    """Return for each row how many partners its grid has."""
    counts = np.bincount(at[real], minlength=count)
    return np.append(counts, 0)[at]


def _lossy(side: Ints, rows: pd.DataFrame, both: Bools) -> Bools:
    """Return which rows are of a grid that shares something with none."""
    return np.isin(side, side[~both & rows["real"].to_numpy(dtype=bool)])


def _shares(found: Comparison, old: Ints, new: Ints) -> dict[str, Floats]:
    """Return the shares of each row, NaN where one side has none or nothing to share."""
    sides = (("old", old, found.sizes_old), ("new", new, found.sizes_new))
    made: dict[str, Floats] = {}
    for name, at, sizes in sides:
        whole = sizes.counts["households"].to_numpy(dtype="float64")
        made[f"share_{name}_hh"] = _part(found.rows["households"], whole, at)
        made[f"share_{name}_area"] = _part(found.rows["area_m2"], sizes.area, at)
    return made


def _part(values: pd.Series[Any], whole: Floats, at: Ints) -> Floats:
    """Return values as parts of what their grid has, at most 1."""
    of = np.append(whole, np.nan)[at]
    of = np.where(of > 0, of, np.nan)
    return np.asarray(np.minimum(values.to_numpy(dtype="float64") / of, 1.0))


def _quality(shares: dict[str, Floats], by_households: Bools, new: Ints) -> Floats:
    """Return the quality index of each row's new grid: how well old figures can be carried over.

    The sum over its predecessors of share of the old grid × share of the new one; 1 where nothing
    was divided. Source: Australian Bureau of Statistics, correspondences.
    """
    households = shares["share_old_hh"] * shares["share_new_hh"]
    ground = shares["share_old_area"] * shares["share_new_area"]
    product = np.nan_to_num(np.where(by_households, households, ground))
    held = new >= 0
    sums = np.bincount(new[held], product[held], int(new.max(initial=0)) + 1)
    return np.where(held, np.append(sums, np.nan)[new], np.nan).round(_SHARE_PLACES)


def _buildings(found: Comparison, rank: Ints) -> pd.DataFrame:
    """Return the buildings of the groups."""
    old, new = found.places.old, found.places.new
    group = np.maximum(
        np.append(found.groups.of_old, -1)[old], np.append(found.groups.of_new, -1)[new]
    )
    at = np.flatnonzero(group >= 0)
    frame = _as_table(
        BUILDING_CHANGES,
        {
            "building_id": found.homes.index.to_numpy(dtype=object)[at],
            "group_id": np.array(found.groups.ids, dtype=object)[group[at]],
            "old_code": found.old.codes_at(old[at]),
            "new_code": found.result.codes_at(new[at]),
            **{key: found.homes[key].to_numpy()[at] for key in _COUNTS[1:]},
        },
    )
    return _ranked(frame, rank[group[at]], "building_id")


def _grids(found: Comparison) -> pd.DataFrame:
    """Return every code of either side, with what it was and is."""
    codes = np.array(sorted({*found.old.codes, *found.result.codes}), dtype=object)
    sides = []
    for revision, sizes, of in (
        (found.old, found.sizes_old, found.groups.of_old),
        (found.result, found.sizes_new, found.groups.of_new),
    ):
        at = revision.grids.index.get_indexer(codes)
        sides.append((revision, sizes, of, at))
    columns: dict[str, Any] = {"grid_code": codes, "status": _status(found, *(s[3] for s in sides))}
    group = np.maximum(*(np.append(of, -1)[at] for _, _, of, at in sides))
    columns["group_id"] = np.array([*found.groups.ids, None], dtype=object)[group]
    for name, (revision, sizes, _, at) in zip(("old", "new"), sides, strict=True):
        columns |= _side(name, revision, sizes, at)
    rules = size_rules(found.result, found.sizes_new)
    columns["size_rule"] = np.array([*rules, None], dtype=object)[sides[1][3]]
    return _as_table(GRID_CHANGES, columns)


def _side(name: str, revision: Revision, sizes: Sizes, at: Ints) -> dict[str, Any]:
    """Return the columns of one side."""
    there = at >= 0
    texts = {"name": "grid_name", "kind": "grid_kind", "community": "community_code"}
    columns: dict[str, Any] = {
        f"{name}_{key}": np.array([*revision.grids[column], None], dtype=object)[at]
        for key, column in texts.items()
    }
    for key in _COUNTS:
        values = np.append(sizes.counts[key].to_numpy(), 0)[at]
        columns[f"{name}_{key}"] = pd.array(np.where(there, values, 0), dtype="Int64")
        columns[f"{name}_{key}"][~there] = pd.NA
    columns[f"{name}_area_m2"] = np.append(sizes.area, np.nan)[at]
    columns[f"{name}_hash"] = np.array([*revision.hashes, None], dtype=object)[at]
    return columns


def _status(found: Comparison, old_at: Ints, new_at: Ints) -> npt.NDArray[np.object_]:
    """Return what became of each code."""
    like = np.append(found.matched.like_old, -1)[old_at]
    told = np.append(found.matched.told_old, False)[old_at]
    kept = np.append(found.restored.kept, False)[new_at]
    status = np.full(len(old_at), CHANGED, dtype=object)
    status[kept] = UNCHANGED
    status[kept & (like == REDRAWN)] = REDRAWN_LINE
    status[kept & told] = ATTRIBUTES_ONLY
    status[old_at < 0], status[new_at < 0] = NEW, RETIRED
    return status


def _codes(found: Comparison, judged: Judged, relations: pd.DataFrame, rank: Ints) -> pd.DataFrame:
    """Return the codes of the groups: what became of each, and whether it may go on."""
    sides = ((found.old, found.groups.of_old), (found.result, found.groups.of_new))
    olds, news = (dict(zip(side.codes[of >= 0], of[of >= 0], strict=True)) for side, of in sides)
    partners = relations.dropna(subset=["old_code", "new_code"])
    partners = partners[(partners["buildings"] > 0) | (partners["area_m2"] >= LEAST_M2)]
    after, before = (_joined(partners, *keys) for keys in (("old", "new"), ("new", "old")))
    selves = relations[relations["keeps_code"].astype(bool)].set_index("new_code")
    codes = sorted({**olds, **news})
    group = np.array([news.get(code, olds.get(code, 0)) for code in codes], dtype=np.int64)
    kept = [code in olds and code in news for code in codes]
    frame = _as_table(
        CODE_CHANGES,
        {
            "grid_code": codes,
            "outcome": [
                KEPT if both else NEW if code in news else RETIRED
                for code, both in zip(codes, kept, strict=True)
            ],
            "group_id": np.array(found.groups.ids, dtype=object)[group],
            "predecessors": [before.get(code) if code in news else None for code in codes],
            "successors": [after.get(code) if code in olds else None for code in codes],
            **_self_shares(selves, codes),
            "continuous": [
                (code in judged.pairs and judged.pairs[code].old == code) if both else None
                for code, both in zip(codes, kept, strict=True)
            ],
        },
    )
    return _ranked(frame, rank[group], "grid_code")


def _joined(relations: pd.DataFrame, side: str, other: str) -> dict[str, str]:
    """Return the partners of each code of one side, joined."""
    partners: dict[str, list[str]] = {}
    columns = (relations[f"{key}_code"].to_numpy(dtype=object) for key in (side, other))
    for code, partner in zip(*columns, strict=True):
        partners.setdefault(code, []).append(partner)
    return {code: SEPARATOR.join(some) for code, some in partners.items()}


def _self_shares(selves: pd.DataFrame, codes: list[str]) -> dict[str, Any]:
    """Return what kept codes share with their former selves, by what they are counted in."""
    own = selves.reindex(codes)
    by = (own["basis"] == HOUSEHOLDS).to_numpy()
    columns: dict[str, Any] = {
        f"share_{side}": np.where(by, own[f"share_{side}_hh"], own[f"share_{side}_area"])
        for side in ("old", "new")
    }
    return {**columns, "basis": own["basis"].to_numpy(dtype=object)}
