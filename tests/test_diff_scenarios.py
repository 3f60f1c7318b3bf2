"""Revisions with known truth: the first of those that ``tests/fuzz_diff.py`` makes without end."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from comparing import assert_again, assert_sound, compare, kinds_of
from fuzz_diff import edited, noisy, there_and_back, verdict
from revisions import EDITS, NOISE, scenario, shuffled
from shapely import box

from gridtool.diff import Tolerances, diff_revisions

SHARED = Path("shared") / "data" / "ch_municipalities"
SWISS = next(
    (up / SHARED for up in Path(__file__).parents if (up / SHARED).is_dir()), Path("nowhere")
)


@pytest.mark.parametrize("seed", range(4))
def test_every_group_is_found_and_none_is_false(seed: int) -> None:
    made, _ = noisy(seed)
    assert len(made.truth) == len(EDITS)
    found = compare(made.old, made.new, made.buildings)
    assert verdict(found, made.truth) == ({}, {})
    assert (found.grids["status"] == "redrawn").sum() > 30
    assert_sound(found)
    assert_again(found)


@pytest.mark.parametrize("name", NOISE)
def test_noise_is_no_change(name: str) -> None:
    made = scenario(7, size=5, edits=[], redraw=0)
    rng = np.random.default_rng(1)
    found = compare(made.old, NOISE[name](made.old, rng), made.buildings)
    assert found.is_empty
    assert found.result.root == found.old.root
    assert set(found.grids["status"]) == {"unchanged"}


def test_the_order_of_rows_does_not_matter() -> None:
    made = scenario(11, size=8, edits=[name for name in EDITS if "shift" in name or "to" in name])
    plain = compare(made.old, made.new, made.buildings)
    rng = np.random.default_rng(2)
    mixed = compare(*(shuffled(one, rng) for one in (made.old, made.new, made.buildings)))
    pd.testing.assert_frame_equal(plain.groups, mixed.groups)
    pd.testing.assert_frame_equal(plain.relations, mixed.relations)
    pd.testing.assert_frame_equal(plain.codes, mixed.codes)
    assert plain.result.root == mixed.result.root


@pytest.mark.parametrize("seed", range(20))
def test_random_edits_lead_there_and_back(seed: int) -> None:
    there_and_back(seed)


@pytest.mark.parametrize("seed", range(100, 106))
def test_two_diffs_on_one_another_are_the_diff_of_both(seed: int) -> None:
    made = edited(seed)
    first = compare(made.old, made.new, made.buildings)
    # the second step: a grid that was left alone is split
    grids = first.result.grids.reset_index()
    free = first.grids[first.grids["status"] == "unchanged"]["grid_code"].tolist()
    half = grids.set_index("grid_code").geometry[free[0]]
    west, south, east, north = half.bounds
    side = half.intersection(box(west, south - 1, (west + east) / 2, north + 1))
    rest = half.difference(side)
    changed = grids[grids["grid_code"] != free[0]]
    more = grids[grids["grid_code"] == free[0]]
    new = pd.concat(
        [
            changed,
            more.assign(geometry=[rest]),
            more.assign(grid_code="510302001001999", geometry=[side]),
        ],
        ignore_index=True,
    )
    second = compare(grids, gpd.GeoDataFrame(new, crs=grids.crs), made.buildings)
    both = diff_revisions(first.old, second.result, first.homes)
    assert first.result.root == second.old.root
    # every building went the same way, and so did every household
    assert first.places["new_code"].equals(second.places["old_code"])
    assert both.places["old_code"].equals(first.places["old_code"])
    assert both.places["new_code"].equals(second.places["new_code"])
    composed = first.places.assign(new_code=second.places["new_code"])
    pairs = composed.groupby(["old_code", "new_code"])["households"].sum()
    told = both.relations.set_index(["old_code", "new_code"])["households"]
    assert pairs.reindex(told.index).fillna(0).astype(int).to_dict() == told.to_dict()
    # the groups of both are those of the first and of the second, which touch other grids
    assert kinds_of(both) == {**kinds_of(first), **kinds_of(second)}


@pytest.mark.skipif(not SWISS.is_dir(), reason="the Swiss municipalities are not here")
def test_swiss_municipalities_2010_to_2015() -> None:
    old, new = (_municipalities(year) for year in (2010, 2015))
    points = gpd.GeoDataFrame(
        {"building_id": old["grid_code"], "households": 0},
        geometry=old.representative_point(),
        crs=old.crs,
    )
    # each edition is generalised anew: lines lie 80-300 m apart, a few far more
    found = compare(old, new, points, tolerances=Tolerances(drawing_m=500.0))
    official = pd.read_csv(SWISS / "official_lineage_2010_2015.csv", dtype="str")
    # half of Melide lies in the lake in 2010 and in no municipality in 2015
    relations = found.relations.dropna(subset=["old_code", "new_code"])
    shares = relations.set_index(["old_code", "new_code"])["share_old_area"]
    wrong, apart = [], []
    for code, rows in official.groupby("old_id"):
        wanted = set(rows["new_id"])
        told = shares[code] if code in shares.index.levels[0] else pd.Series({code: 1.0})
        if told.idxmax() not in wanted:
            wrong.append(code)
        if set(told.index[told > 0.025]) != wanted:
            apart.append((code, set(rows["relation"]), float(told.max())))
    assert len(official["old_id"].unique()) == 2596
    assert wrong == []
    # partial transfers smaller than the lines are drawn, and slivers where they differ by more
    complex_ = [code for code, relation, _ in apart if "complex" in relation]
    slivers = [share for _, relation, share in apart if "complex" not in relation]
    assert (len(complex_), len(slivers)) == (5, 13)
    assert sum(share > 0.85 for share in slivers) == len(slivers)


def _municipalities(year: int) -> gpd.GeoDataFrame:
    frame = gpd.read_file(SWISS / "municipalities.gpkg", layer=f"m{year}")
    data = {
        "grid_code": frame["id"].astype(str),
        "grid_name": frame["name"],
        "community_code": frame["KTNR"].astype(str),
    }
    return gpd.GeoDataFrame(data, geometry=frame.geometry, crs=frame.crs)
