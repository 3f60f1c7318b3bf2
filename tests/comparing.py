"""Compare layers in memory, and hold what must always be so between two revisions."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np

from gridtool.diff import (
    Diff,
    apply_diff,
    diff_revisions,
    invert,
    prepare_buildings,
    prepare_revision,
)

Truth = dict[tuple[frozenset[str], frozenset[str]], str]


def compare(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, **options: Any
) -> Diff:
    """Return what changed between two layers."""
    before = prepare_revision(old, name="old")
    after = prepare_revision(new, name="new", crs=before.crs)
    homes = prepare_buildings(buildings, crs=before.crs)
    return diff_revisions(before, after, homes, **options)


def kinds_of(found: Diff) -> Truth:
    """Return the kind of each group, by its old and new codes."""
    rows = found.groups[["old_codes", "new_codes", "type"]].itertuples(index=False, name=None)
    return {
        (frozenset(filter(None, old.split("|"))), frozenset(filter(None, new.split("|")))): kind
        for old, new, kind in rows
    }


def holds(found: Diff) -> dict[str, bool]:
    """Return which invariants hold, but for the sizes of Art. 8."""
    return {one.id: one.holds for one in found.invariants if one.id != "I10"}


def assert_sound(found: Diff) -> None:
    """Kept grids keep their bytes, households add up, and the changes lead there and back."""
    assert all(holds(found).values()), holds(found)
    kept = found.grids[found.grids["group_id"].isna()]
    assert kept["old_hash"].tolist() == kept["new_hash"].tolist()
    codes = kept["grid_code"].tolist()
    before, after = (side.grids.geometry[codes].to_wkb() for side in (found.old, found.result))
    assert before.tolist() == after.tolist()
    # the households of each pair, counted a second way
    places = found.places[found.places["old_code"].isin(found.relations["old_code"].dropna())]
    counted = places.groupby(["old_code", "new_code"])["households"].sum()
    told = found.relations.set_index(["old_code", "new_code"])["households"]
    assert counted.to_dict() == told.reindex(counted.index).to_dict()
    assert told.sum() == counted.sum()
    there = apply_diff(found.old, found.changes)
    assert there.root == found.result.root
    assert there.codes.tolist() == found.result.codes.tolist()
    back = apply_diff(there, invert(found.changes))
    assert back.root == found.old.root
    assert np.array_equal(back.hashes, found.old.hashes)


def assert_again(found: Diff) -> None:
    """Whoever compares the base with the result comes to the same groups, figures and root."""
    again = diff_revisions(found.old, found.result, found.homes, tolerances=found.tolerances)
    assert again.groups.equals(found.groups)
    assert again.relations.equals(found.relations)
    assert again.result.root == found.result.root
