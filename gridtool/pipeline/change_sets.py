"""The change set of a filing: what the stage ``diff`` finds, as the stage ``filing`` tells it.

Sender and receiver reckon it by the same function, each from what it has; the package holds when
the two agree.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from gridtool.canonical import IDENTITY, hash_grids, root_of
from gridtool.columns import GRIDS
from gridtool.diff import (
    Diff,
    Revision,
    diff_revisions,
    prepare_buildings,
    prepare_revision,
)
from gridtool.errors import ColumnError, PackageError
from gridtool.filing import BUILDINGS, INITIAL, TABLES, WITHDRAWAL, Invariant, Snapshot
from gridtool.rules import COMMUNITY_KIND, RULES, VILLAGE, VILLAGE_KIND, kind_of_code

_CONTINUITY: Final = {"C1": "GT421", "SWAP": "GT420"}
"""Rules of codes and what the stage ``diff`` finds against them: a code kept without the majority
of its former self, and codes that changed places."""

EXCUSABLE: Final = frozenset(("I1", "I2", "I3", "I5", "I10", "C1"))
"""Invariants that may not hold for a reason; the others are arithmetic, which has none."""

_NEEDED: Final = (*IDENTITY, "community_name")


@dataclass(frozen=True)
class ChangeSet:
    """What a filing changes.

    Attributes
    ----------
    diff : Diff
        Of the base and of what is filed, by one snapshot of buildings. What it fits anew within
        the tolerance is for the figures; what is filed is `after`, to the byte.
    tables : mapping of DataFrame
        By path in the package; of changed grids alone.
    after : GeoDataFrame
        The changed and new grids, columns of `gridtool.columns.GRIDS`.
    gone : tuple of str
        Codes of the grids of the base that are no longer as they were.
    result_root : str
        Of the grids with the changes applied.
    snapshot : Snapshot
    invariants : tuple of Invariant
    """

    diff: Diff
    tables: Mapping[str, pd.DataFrame]
    after: gpd.GeoDataFrame
    gone: tuple[str, ...]
    result_root: str
    snapshot: Snapshot
    invariants: tuple[Invariant, ...]

    @property
    def broken(self) -> list[Invariant]:
        """Return the invariants that do not hold."""
        return [one for one in self.invariants if not one.passed]

    @property
    def types(self) -> dict[str, int]:
        """Return how many groups there are of each type."""
        counts = self.tables["data/groups.csv"]["type"].value_counts()
        return {str(name): int(count) for name, count in counts.sort_index().items()}

    @property
    def untouched(self) -> dict[str, str]:
        """Return the hashes of the grids that did not change, by code."""
        old = self.diff.old
        return {
            code: row_hash
            for code, row_hash in zip(old.codes, old.hashes, strict=True)
            if code not in set(self.gone)
        }

    @property
    def untouched_root(self) -> str:
        """Return the root of the grids that did not change."""
        return root_of(self.untouched)


def file_changes(
    base: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    *,
    kind: str,
    told: Mapping[str, str],
) -> ChangeSet:
    """Reckon the change set that leads from grids to grids as they were drawn.

    What is filed is drawn anew first: unchanged lines keep the bytes of the base, the others are
    fitted in. The change set is then reckoned from that, as the receiver will.

    Parameters
    ----------
    base, new : GeoDataFrame
        Grids before, no row for a first filing, and after.
    buildings : GeoDataFrame
        One snapshot, for both sides.
    kind : str
        Of the filing.
    told : mapping of str
        ``reason``, ``basis_document`` and ``valid_from`` of every group.

    Raises
    ------
    GridtoolError
        As `gridtool.diff.prepare_revision`, `prepare_buildings` and `diff_revisions` do.
    ColumnError
        GT518 when grids lack a column that a filing needs.
    PackageError
        GT508 when nothing changed.
    """
    missing = [key for key in _NEEDED if key not in new]
    if missing:
        raise ColumnError("GT518", layer="new", columns=", ".join(missing))
    drawn = prepare_revision(new, name="new", crs=base.crs if len(base) else None)
    old = _revision(base, "base", drawn.crs)
    diff = diff_revisions(old, drawn, prepare_buildings(buildings, crs=drawn.crs))
    if diff.is_empty:
        raise PackageError("GT508")
    gone = tuple(diff.changes.removed.index)
    own = base if len(base) and base.crs == drawn.crs else base.to_crs(drawn.crs)
    return check_changes(own, _after(diff), gone, buildings, kind=kind, told=told)


def check_changes(
    base: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    gone: tuple[str, ...],
    buildings: gpd.GeoDataFrame,
    *,
    kind: str,
    told: Mapping[str, str],
) -> ChangeSet:
    """Reckon the change set of a package from one's own base.

    Parameters
    ----------
    base : GeoDataFrame
        One's own grids.
    after : GeoDataFrame
        The changed and new grids of the package, columns of `gridtool.columns.GRIDS`.
    gone : tuple of str
        The codes it takes away or changes.
    buildings : GeoDataFrame
        One's own snapshot, or the buildings of the package.
    kind, told
        As `file_changes` takes them.

    Raises
    ------
    GridtoolError
        As `file_changes` does.
    """
    old = _revision(base, "base", after.crs)
    stays = base[~base["grid_code"].isin({*gone, *after["grid_code"]})]
    rows = pd.concat([stays, after]) if len(stays) else after
    new = _revision(gpd.GeoDataFrame(rows, crs=after.crs), "new", after.crs)
    homes = prepare_buildings(buildings, crs=after.crs)
    diff = diff_revisions(old, new, homes)
    hashes = dict(zip(after["grid_code"], map(str, hash_grids(after)), strict=True))
    return ChangeSet(
        diff=diff,
        tables=_tables(diff, homes, hashes, told),
        after=after,
        gone=gone,
        result_root=new.root,
        snapshot=_snapshot(homes),
        invariants=tuple(_invariants(diff, new.root, kind)),
    )


def community_names(changes: ChangeSet) -> dict[str, str]:
    """Return the names of communities as the grids have them, new ones before old ones."""
    sides = (changes.diff.old.grids, changes.diff.result.grids)
    return {
        str(code): str(name)
        for grids in sides
        if "community_name" in grids
        for code, name in zip(grids["community_code"], grids["community_name"], strict=True)
        if isinstance(name, str) and name
    }


def filed_buildings(
    table: pd.DataFrame, base: gpd.GeoDataFrame, gone: tuple[str, ...], crs: CRS
) -> gpd.GeoDataFrame:
    """Return the buildings of a package as a layer.

    Where its groups have none, as on a campus, a mark without households stands on ground that
    did not change: a snapshot of nothing tells nothing.
    """
    points = shapely.points(table["x"].to_numpy("float64"), table["y"].to_numpy("float64"))
    columns = table[["building_id", "households", "persons"]]
    layer = gpd.GeoDataFrame(columns.copy(), geometry=points, crs=crs)
    if len(layer):
        return layer
    ground = base[~base["grid_code"].isin(gone)] if len(base) > len(gone) else base
    mark = {"building_id": ["-"], "households": [0], "persons": [0]}
    return gpd.GeoDataFrame(
        mark, geometry=[ground.geometry.iloc[0].representative_point()], crs=crs
    )


def _revision(grids: gpd.GeoDataFrame, name: str, crs: CRS | None) -> Revision:
    """Return grids as the stage ``diff`` takes them; there may be none."""
    if len(grids):
        return prepare_revision(grids, name=name, crs=crs)
    empty = gpd.GeoDataFrame(
        {key: np.empty(0, dtype=object) for key in IDENTITY}, geometry=[], crs=crs
    )
    return Revision(name, empty.set_index("grid_code"), frozenset(IDENTITY[1:]))


def _tables(
    diff: Diff, homes: gpd.GeoDataFrame, hashes: Mapping[str, str], told: Mapping[str, str]
) -> dict[str, pd.DataFrame]:
    """Return what a diff found as it is filed: changed grids alone, by path in the package."""
    grids = diff.grids[diff.grids["group_id"].notna()].reset_index(drop=True)
    points = homes.geometry.loc[diff.buildings["building_id"]]
    made = {
        "data/groups.csv": diff.groups.assign(**told),
        "data/relations.csv": diff.relations.assign(old_version=None, new_version=None),
        "data/grids.csv": grids.assign(new_hash=grids["grid_code"].map(hashes)),
        BUILDINGS: diff.buildings.assign(x=points.x.to_numpy(), y=points.y.to_numpy()),
        "data/codes.csv": diff.codes,
    }
    return {path: made[path] for path in TABLES}


def _invariants(diff: Diff, result_root: str, kind: str) -> Iterator[Invariant]:
    """Yield what must hold as a manifest tells it: that of the diff, and how codes go on."""
    for one in diff.invariants:
        holds, value = one.holds, one.value
        if one.id == "I3" and kind in (INITIAL, WITHDRAWAL):
            # before the first division no building is in a grid, nor after its withdrawal
            holds = not value["outside"] and not value["lost" if kind == INITIAL else "won"]
        if one.id == "I9":
            value = {"base_root": diff.changes.base_root, "result_root": result_root}
        yield Invariant(id=one.id, passed=holds, value=json.dumps(value, sort_keys=True))
    for name, code in _CONTINUITY.items():
        found = sorted(str(one.row) for one in diff.findings if one.code == code)
        # a withdrawal gives back what was: nothing is decided anew
        passed = not found or kind == WITHDRAWAL
        yield Invariant(id=name, passed=passed, value=json.dumps({"codes": found}))


def _after(diff: Diff) -> gpd.GeoDataFrame:
    """Return the changed and new grids with every column of the dictionary, counted anew."""
    rows = diff.changes.added.reset_index()
    counted = diff.grids.set_index("grid_code").loc[rows["grid_code"]]
    community = rows["community_code"]
    known = {key: rows[key] for key in rows if key != "geometry"}
    full = rows["community_name"].fillna("").astype(str) + rows["grid_name"]
    data = {
        "grid_full_name": full,
        "size_reason": None,
        "estimated": False,
        "bounds_text": "",
        "included_units": "",
        "rev": 1,
        **known,
        "town_code": community.str[:9],
        "county_code": community.str[:6],
        "households": counted["new_households"].to_numpy(),
        "persons": counted["new_persons"].to_numpy(),
        "buildings": counted["new_buildings"].to_numpy(),
        "area_m2": rows.geometry.area.round(2),
        "size_rule": _size_rules(rows, counted),
    }
    frame = gpd.GeoDataFrame(
        data, geometry=rows.geometry.to_numpy(), crs=rows.crs, index=rows.index
    )
    return frame[[*(column.key for column in GRIDS.columns), "geometry"]]


def _size_rules(rows: gpd.GeoDataFrame, counted: pd.DataFrame) -> list[str]:
    """Return the rule that the size of each grid follows, as counted."""
    stated = rows.get("size_rule", pd.Series("", rows.index))
    columns = (rows["grid_kind"], rows["community_code"], stated)
    counts = (counted["new_households"], counted["new_persons"])
    return [
        RULES.size_rule(
            kind,
            VILLAGE_KIND if said == VILLAGE else kind_of_code(community) or COMMUNITY_KIND,
            int(households),
            int(persons),
        )
        for kind, community, said, households, persons in zip(*columns, *counts, strict=True)
    ]


def _snapshot(homes: gpd.GeoDataFrame) -> Snapshot:
    """Return what names a snapshot of buildings: its root, and its sums."""
    xy = shapely.get_coordinates(homes.geometry.to_numpy())
    millimetres = np.rint(xy * 1000).astype(np.int64)
    counts = zip(homes["households"], homes["persons"], strict=True)
    digest = hashlib.sha256()
    for name, (x, y), (households, persons) in zip(homes.index, millimetres, counts, strict=True):
        digest.update(f"{name}:{x}:{y}:{households}:{persons}\n".encode())
    return Snapshot(
        root=digest.hexdigest(),
        buildings=len(homes),
        households=int(homes["households"].sum()),
        persons=int(homes["persons"].sum()),
    )
