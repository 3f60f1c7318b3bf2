"""The main job on the sample county, and on a real case where it is at hand."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import jsonschema
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from builders import assert_grids_hold, wrong_sizes

import gridtool
from gridtool.cli.config import Config, build_settings
from gridtool.codes import load_scheme, malformed
from gridtool.columns import OUTPUT_LAYERS
from gridtool.pipeline import Division, Settings

ROOT = Path(__file__).parents[1]
CASES = ROOT.parent / "shared" / "data" / "cases"
Frames = dict[str, gpd.GeoDataFrame]


def same(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> bool:
    flat = [frame.drop(columns="geometry") for frame in (one, other)]
    shapes = [frame.geometry.to_wkb().fillna(b"").tolist() for frame in (one, other)]
    return flat[0].equals(flat[1]) and shapes[0] == shapes[1]


def test_layers_have_the_columns_of_the_dictionary(division: Division) -> None:
    for name, frame in division.layers.items():
        wanted = [column.key for column in OUTPUT_LAYERS[name].columns]
        assert frame.columns.tolist() == [*wanted, "geometry"]
        for column in OUTPUT_LAYERS[name].columns:
            if column.required:
                assert frame[column.key].notna().all(), column.key


def test_the_grids_of_the_sample_hold(division: Division, sample: Frames) -> None:
    assert_grids_hold(division, sample)
    assert wrong_sizes(division, sample) == []


def test_the_odd_communities_of_the_sample_are_explained(division: Division) -> None:
    reasons = division.grids.set_index("community_code")["size_reason"].dropna().to_dict()
    assert reasons == {
        "510302001008": "small_community",
        "510302002001": "barrier",
        "510302002004": "single_building",
        "510302002012": "no_count_fits",
    }
    exclave = division.grids[division.grids["community_code"] == "510302101203"]
    assert exclave.geom_type.tolist() == ["MultiPolygon"]
    assert (division.findings["code"] == "GT146").sum() == 1


def test_codes_follow_the_scheme_and_count_from_one(division: Division) -> None:
    grids = division.grids
    assert not malformed(grids["grid_code"], load_scheme()).any()
    assert grids["grid_code"].is_monotonic_increasing
    for code, mine in grids.groupby("community_code"):
        serials = [f"{code}{n:03d}" for n in range(1, len(mine) + 1)]
        assert mine["grid_code"].tolist() == serials


def test_sites_are_dedicated_and_named(division: Division, sample: Frames) -> None:
    dedicated = division.grids[division.grids["grid_kind"] == "dedicated"]
    wanted = sample["sites"].loc[sample["sites"]["dedicated"].astype(bool), "name"]
    assert set(dedicated["grid_name"]) <= set(wanted)
    assert len(dedicated) == len(wanted)


def test_compounds_of_the_sample_stay_whole_but_where_told(
    division: Division, sample: Frames
) -> None:
    held = division.buildings.merge(sample["buildings"][["building_id", "compound_id"]])
    per = held.dropna(subset=["compound_id"]).groupby("compound_id")
    small = per["households"].sum() <= 500
    shared = (per["grid_code"].nunique() > 1) & small
    said = division.findings["code"].isin(["GT134", "GT323"])
    told = division.findings.loc[said, "row"]
    # long searches from one beginning missed the division with all of them whole
    assert set(shared.index[shared]) == set(told) == set()


def test_the_words_about_grids(division: Division) -> None:
    assert division.grids["bounds_text"].str.match("东.*南.*西.*北").all()
    assert (division.grids["included_units"].str.len() <= 240).all()
    assert not division.grids["estimated"].any()


def test_the_summary_follows_its_schema_and_counts_right(division: Division) -> None:
    schema = json.loads((ROOT / "schemas" / "summary.schema.json").read_text("utf-8"))
    summary = json.loads(json.dumps(division.summary))
    jsonschema.validate(summary, schema)
    assert summary["totals"]["grids"] == len(division.grids)
    assert summary["totals"]["households"] == division.grids["households"].sum()


def test_threads_and_the_order_of_rows_change_nothing(division: Division, sample: Frames) -> None:
    before = {key: frame.copy() for key, frame in sample.items()}
    shuffled = {
        key: frame.sample(frac=1.0, random_state=7).reset_index(drop=True)
        for key, frame in sample.items()
    }
    again = gridtool.partition(**shuffled, settings=gridtool.Settings(jobs=3))
    for name in ("grids", "units", "buildings"):
        assert same(division.layers[name], again.layers[name]), name
    assert all(frame.equals(before[key]) for key, frame in sample.items())


def test_files_and_frames_are_divided_by_the_same_settings() -> None:
    assert build_settings(Config(), {}, {}) == Settings()


def test_streets_that_came_through_degrees(sample: Frames) -> None:
    # where they run on a community line they lie a hair beside it then
    layers = {**sample, "roads": sample["roads"].to_crs(4326)}
    assert_grids_hold(gridtool.partition(**layers), sample)


def test_degrees_in_degrees_out(division: Division, sample: Frames, tmp_path: Path) -> None:
    degrees = {key: frame.to_crs(4490) for key, frame in sample.items()}
    few = degrees["communities"]["code"].isin(["510302001002", "510302001006"])
    town = degrees["communities"][few]
    kept = {**degrees, "communities": town}
    divided = gridtool.partition(**kept)
    divided.write(tmp_path / "out", lang="en")
    grids = gpd.read_file(tmp_path / "out" / "grids.gpkg", layer="grids")
    assert grids.crs.to_epsg() == 4490
    assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    there = division.grids[division.grids["community_code"].isin(town["code"])]
    assert grids["households"].sum() == there["households"].sum()
    assert divided.grids.crs.to_epsg() == 4544


@pytest.mark.skipif(not CASES.exists(), reason="the real cases are not at hand")
def test_liechtenstein_ends_well() -> None:
    path = CASES / "liechtenstein.gpkg"
    inputs = gridtool.read_layers(path)
    divided = gridtool.partition(**inputs.layers, crs=inputs.crs)
    grids = divided.grids
    assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    ground = gpd.read_file(path, layer="communities").set_index("code").geometry
    mine = grids.dissolve("community_code").geometry
    # vertices are rounded to a hundredth of a millimetre, along some 20 km of line
    np.testing.assert_allclose(mine.area, ground.reindex(mine.index).area, rtol=0, atol=0.1)
    pieces = shapely.get_num_geometries(grids.geometry.to_numpy())
    allowed = grids["community_code"].map(ground.map(shapely.get_num_geometries))
    assert (pieces <= allowed).all()
    told = set(divided.findings.loc[divided.findings["code"] == "GT146", "row"])
    assert set(grids.loc[pieces > 1, "grid_code"]) == told
    assert grids["households"].max() <= 500
    rows = pyogrio.read_info(path, layer="buildings")["features"]
    assert divided.buildings["building_id"].nunique() == rows
    assert pd.notna(divided.buildings["grid_code"]).all()
    assert divided.grids["estimated"].all()
