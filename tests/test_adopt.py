"""Grids edited in QGIS come back: from file to file, as an analyst does it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import jsonschema
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from builders import CODES
from shapely import box
from test_keeping import FIRST, SECOND, town
from typer.testing import CliRunner, Result

from gridtool.cli import app
from gridtool.codes import Ledger, load_scheme

THIRD = f"{CODES[0]}003"
SCHEMAS = Path(__file__).parents[1] / "schemas"

Edit = Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words), "--lang", "en"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the town, and its division into two grids of 400."""
    folder = tmp_path_factory.mktemp("town")
    for name, frame in town(50).items():
        frame.to_file(folder / "town.gpkg", layer=name, driver="GPKG")
    assert run("partition", folder / "town.gpkg", "-o", folder / "out").exit_code == 0
    return folder


def adopt(made: Path, tmp_path: Path, edit: Edit, *words: object) -> tuple[Result, Path]:
    """Edit the layer of grids in a copy of the whole file, and adopt it."""
    copy, out = tmp_path / "edited.gpkg", tmp_path / "new"
    shutil.copy(made / "out" / "grids.gpkg", copy)
    pyogrio.write_dataframe(edit(gpd.read_file(copy, layer="grids")), copy, layer="grids")
    return run("adopt", copy, "-i", made / "town.gpkg", "-o", out, "-v", *words), out


def grids_in(out: Path) -> pd.DataFrame:
    return gpd.read_file(out / "grids.gpkg", layer="grids").set_index("grid_code")


def codes_in(out: Path) -> list[str]:
    """Return the findings that are more than the everyday ones."""
    return sorted(gpd.read_file(out / "grids.gpkg", layer="findings")["code"])


def with_shape(grids: gpd.GeoDataFrame, code: str, shape: Any) -> gpd.GeoDataFrame:
    grids.loc[grids["grid_code"] == code, "geometry"] = gpd.GeoSeries([shape], crs=grids.crs).values
    return grids


def one_more(grids: gpd.GeoDataFrame, like: str, shape: Any, **values: Any) -> gpd.GeoDataFrame:
    row = grids[grids["grid_code"] == like].assign(**values).set_geometry([shape], crs=grids.crs)
    return pd.concat([grids, row], ignore_index=True)


def shape_of(grids: gpd.GeoDataFrame, code: str) -> Any:
    return grids.set_index("grid_code").geometry[code]


def test_an_unedited_file_comes_back_row_for_row(made: Path, tmp_path: Path) -> None:
    result, out = adopt(made, tmp_path, lambda grids: grids)
    assert result.exit_code == 0, result.output
    for layer in ("grids", "units", "buildings"):
        before, after = (
            gpd.read_file(folder / "grids.gpkg", layer=layer) for folder in (made / "out", out)
        )
        assert before.drop(columns="geometry").equals(after.drop(columns="geometry"))
        assert before.geometry.to_wkb().equals(after.geometry.to_wkb())
    assert codes_in(out) == []
    assert "grids in force: 2 of 2 codes go on · 0 households moved (0.0%) · U 2" in result.stdout
    schema = json.loads((SCHEMAS / "summary.schema.json").read_text("utf-8"))
    jsonschema.validate(json.loads((out / "summary.json").read_text("utf-8")), schema)


def test_split_features_leaves_one_code_twice(made: Path, tmp_path: Path) -> None:
    def split(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        whole = shape_of(grids, FIRST)
        # three columns of houses of four go left
        grids = with_shape(grids, FIRST, whole.intersection(box(-99, -99, 55, 99)))
        return one_more(grids, FIRST, whole.intersection(box(55, -99, 99, 99)))

    result, out = adopt(made, tmp_path, split)
    assert result.exit_code == 1
    grids = grids_in(out)
    assert grids["households"].to_dict() == {FIRST: 300, SECOND: 400, THIRD: 100}
    assert grids.loc[THIRD, "size_reason"] == "by_hand"
    assert codes_in(out) == ["GT341", "GT347", "GT347", "GT355"]
    assert f"! GT341 grids[{THIRD}]: the grid has 100 households, outside 300-500" in result.stdout


def test_merged_features_end_a_code(made: Path, tmp_path: Path) -> None:
    def merge(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        both = with_shape(grids, FIRST, grids.geometry.union_all())
        return both[both["grid_code"] == FIRST]

    _, out = adopt(made, tmp_path, merge)
    assert grids_in(out)["households"].to_dict() == {FIRST: 800}
    told = json.loads((out / "summary.json").read_text("utf-8"))["base"]
    assert told["retired"] == [{"grid_code": SECOND, "successors": [FIRST]}]
    assert told["changed"][0]["change"] == "M"
    assert codes_in(out) == ["GT341", "GT346", "GT347"]


def test_a_moved_vertex_leaves_no_gap_and_no_overlap(made: Path, tmp_path: Path) -> None:
    def move(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        # the first lost a wedge of ground beside the line, the second grew over it elsewhere
        first = shape_of(grids, FIRST).difference(shapely.Polygon([(75, -5), (69, -5), (75, 12)]))
        second = shape_of(grids, SECOND).union(shapely.Polygon([(75, 35), (69, 35), (75, 20)]))
        return with_shape(with_shape(grids, FIRST, first), SECOND, second)

    result, out = adopt(made, tmp_path, move)
    assert result.exit_code == 1
    assert grids_in(out)["households"].tolist() == [400, 400]
    assert shapely.coverage_is_valid(grids_in(out).geometry.to_numpy())
    assert codes_in(out) == ["GT350", "GT351"]
    # 6 x 17 / 2 and 6 x 15 / 2
    assert "51 m² of the community lie in no grid" in result.stdout
    assert f"GT350 grids[{FIRST}]: it overlaps grid {SECOND} by 45 m²" in result.stdout


def test_a_border_through_a_house_follows_the_house(made: Path, tmp_path: Path) -> None:
    def shave(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        strip = box(67, -99, 75, 99)  # three metres into the houses that end at 70
        first, second = shape_of(grids, FIRST), shape_of(grids, SECOND)
        grids = with_shape(grids, FIRST, first.difference(strip))
        return with_shape(grids, SECOND, second.union(first.intersection(strip)))

    _, out = adopt(made, tmp_path, shave)
    before = gpd.read_file(made / "out" / "grids.gpkg", layer="grids").set_index("grid_code")
    assert grids_in(out).geometry.geom_equals(before.geometry).all()
    assert codes_in(out) == []


def test_a_deleted_grid_comes_back_with_its_code(made: Path, tmp_path: Path) -> None:
    result, out = adopt(made, tmp_path, lambda grids: grids[grids["grid_code"] != SECOND])
    assert result.exit_code == 1
    assert grids_in(out)["households"].to_dict() == {FIRST: 400, SECOND: 400}
    assert codes_in(out) == ["GT352"]
    assert "ground with 400 households lies in no grid" in result.stdout


def test_a_new_shape_without_a_code_gets_one(made: Path, tmp_path: Path) -> None:
    def draw(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        mine = box(115, -5, 155, 35)  # the last two columns
        grids = with_shape(grids, SECOND, shape_of(grids, SECOND).difference(mine))
        return one_more(grids, SECOND, mine, grid_code=None, grid_name="东头网格")

    _, out = adopt(made, tmp_path, draw)
    grids = grids_in(out)
    # exactly half each: the code stays with one of them, the other gets the next
    assert grids["households"].to_dict() == {FIRST: 400, SECOND: 200, THIRD: 200}
    assert "东头网格" in set(grids["grid_name"])
    assert "GT356" in codes_in(out)


def test_names_of_ones_own_stay(made: Path, tmp_path: Path) -> None:
    def rename(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return grids.assign(grid_name=["滨江网格", "第二网格"])

    result, out = adopt(made, tmp_path, rename)
    assert result.exit_code == 0
    assert grids_in(out)["grid_name"].to_dict() == {FIRST: "滨江网格", SECOND: "第二网格"}
    assert grids_in(out).loc[FIRST, "grid_full_name"].endswith("滨江网格")


def test_shapes_that_are_no_shapes(made: Path, tmp_path: Path) -> None:
    def spoil(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        corners = [(75, -5), (155, 35), (155, -5), (75, 35)]  # crosses itself
        grids = with_shape(grids, SECOND, shapely.Polygon(corners))
        grids = one_more(grids, FIRST, None, grid_code=None)
        return one_more(grids, FIRST, box(0.0, 0.0, 2.0, 2.0), grid_code=None)

    result, out = adopt(made, tmp_path, spoil)
    assert result.exit_code == 1
    assert grids_in(out)["households"].sum() == 800
    assert {"GT350", "GT351", "GT357", "GT359"} <= set(codes_in(out))
    assert "GT359 grids[#4]" in result.stdout


def test_what_reaches_out_is_cut_off(made: Path, tmp_path: Path) -> None:
    result, out = adopt(
        made, tmp_path, lambda grids: with_shape(grids, SECOND, box(75, -5, 165, 35))
    )
    # ten metres beyond the line, forty high
    assert "400 m² of the grid lie outside its community" in result.stdout
    assert codes_in(out) == ["GT353"]
    assert grids_in(out)["households"].tolist() == [400, 400]


def test_a_grid_drawn_in_two_pieces_is_told(made: Path, tmp_path: Path) -> None:
    def swap(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        end = box(135, -99, 199, 99)
        second = shape_of(grids, SECOND)
        grids = with_shape(grids, FIRST, shape_of(grids, FIRST).union(second.intersection(end)))
        return with_shape(grids, SECOND, second.difference(end))

    _, out = adopt(made, tmp_path, swap)
    assert grids_in(out)["households"].to_dict() == {FIRST: 500, SECOND: 300}
    assert codes_in(out) == ["GT347", "GT347", "GT354"]


def test_what_grids_were_may_be_given(made: Path, tmp_path: Path) -> None:
    # a shapefile's worth of columns, alone in its file: codes come from --base
    def bare(path: Path) -> None:
        grids = gpd.read_file(made / "out" / "grids.gpkg", layer="grids")
        grids[["grid_code", "geometry"]].assign(grid_code="").to_file(path, driver="GeoJSON")

    bare(tmp_path / "edited.geojson")
    words = ["adopt", tmp_path / "edited.geojson", "-i", made / "town.gpkg", "-o", tmp_path / "new"]
    result = run(*words, "--base", made / "out" / "grids.gpkg")
    assert result.exit_code == 0, result.output
    assert grids_in(tmp_path / "new")["households"].to_dict() == {FIRST: 400, SECOND: 400}


def test_new_codes_are_reserved_in_the_ledger(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "codes.ledger"
    with Ledger.create(path, county="510302", scheme=load_scheme()) as ledger:
        ledger.record("issue", ledger.reserve(CODES[0], 4))

    def split(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        whole = shape_of(grids, FIRST)
        grids = with_shape(grids, FIRST, whole.intersection(box(-99, -99, 55, 99)))
        return one_more(grids, FIRST, whole.intersection(box(55, -99, 99, 99)))

    _, out = adopt(made, tmp_path, split, "--ledger", path)
    assert grids_in(out).index.tolist() == [FIRST, SECOND, f"{CODES[0]}005"]
    with Ledger.open(path) as ledger:
        assert ledger.state(f"{CODES[0]}005") == "reserved"


def test_grids_of_another_place_are_refused(made: Path, tmp_path: Path) -> None:
    def carry(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return grids.set_geometry(grids.geometry.translate(9_000.0))

    result, out = adopt(made, tmp_path, carry)
    assert result.exit_code == 14
    assert result.stderr.startswith("GT075 the grids in force are not of these communities")
    assert not out.exists()


# -- the options of partition --------------------------------------------------------------------


def test_grids_in_force_from_a_file(made: Path, tmp_path: Path) -> None:
    words = ["partition", made / "town.gpkg", "--base", made / "out" / "grids.gpkg"]
    result = run(*words, "--lock", FIRST, "--max-moved", "5%", "-o", tmp_path / "new")
    assert result.exit_code == 0, result.output
    assert grids_in(tmp_path / "new").index.tolist() == [FIRST, SECOND]
    bad = run(*words, "--max-moved", "many", "-o", tmp_path / "more")
    assert (bad.exit_code, "--max-moved many" in bad.stderr) == (2, True)


def test_pins_from_a_file(made: Path, tmp_path: Path) -> None:
    table = tmp_path / "pins.csv"
    table.write_text("楼栋编号,同格,分格\nh06,甲,\nh08,甲,\n", encoding="utf-8-sig")
    words = ["partition", made / "town.gpkg", "--pin", table, "-o", tmp_path / "new"]
    assert run(*words).exit_code == 0
    homes = gpd.read_file(tmp_path / "new" / "grids.gpkg", layer="buildings")
    assert homes.set_index("building_id").loc[["h06", "h08"], "grid_code"].nunique() == 1


def test_three_plans_and_their_table(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "plans"
    words = ["partition", made / "town.gpkg", "--plans", "3", "-o", out]
    assert run(*words, "--ledger", "x").exit_code == 2
    result = run(*words)
    assert result.exit_code == 0, result.output
    table = json.loads((out / "plans.json").read_text("utf-8"))
    schema = json.loads((SCHEMAS / "plans.schema.json").read_text("utf-8"))
    jsonschema.validate(table, schema)
    first = table["plans"][0]
    assert (first["file"], first["profile"], first["different"]) == ("grids-1.gpkg", "balanced", 0)
    assert (first["grids"], first["smallest"], first["largest"]) == (2, 400, 400)
    for plan in table["plans"]:
        grids = gpd.read_file(out / plan["file"], layer="grids")
        assert len(grids) == plan["grids"]
        assert (out / f"summary-{plan['plan']}.json").exists()
    one = gpd.read_file(out / "grids-1.gpkg", layer="grids")
    alone = gpd.read_file(made / "out" / "grids.gpkg", layer="grids")
    assert one.equals(alone)
    assert result.stdout.splitlines()[0].startswith("plan  strives for")


def test_what_is_alike_is_no_other_plan() -> None:
    from gridtool.report import difference

    ids = [f"h{at}" for at in range(4)]
    data = {"building_id": ids, "community_code": "c", "households": [40, 30, 20, 10]}
    one = pd.DataFrame({**data, "grid_code": ["a", "a", "b", "b"]})
    # other names, same grids; then the house of 20 changes sides
    assert difference(one, one.assign(grid_code=["b", "b", "a", "a"])) == 0.0
    assert difference(one, one.assign(grid_code=["a", "a", "a", "b"])) == pytest.approx(0.2)
    assert difference(one.assign(grid_code=None), one) == 0.0
    assert np.isclose(difference(one, one.assign(grid_code="a")), 0.3)
