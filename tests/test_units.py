"""Stage ``units``: ground shared by hand-drawn buildings, and towns drawn at random."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders import (
    CODES,
    CRS,
    VILLAGE,
    assert_units_hold,
    barriers,
    build,
    buildings,
    checked,
    codes_of,
    communities,
    compounds,
    roads,
    shape_of,
    sites,
    square,
    towns,
    unit_of,
)
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from gridtool.errors import CrsError
from gridtool.rules import RELAX_LADDER, Relax, Rules
from gridtool.units import _place_lost, build_units

BLOCK = box(0, 0, 60, 30)
TWO = [square(10, 10), square(40, 10)]


def border(built, one: str, other: str):
    """Return the line between the units of two buildings."""
    return shapely.intersection(shape_of(built, one), shape_of(built, other))


def between(built, one: str, other: str) -> pd.DataFrame:
    """Return the rows of the border between the units of two buildings."""
    pair = sorted((unit_of(built, one), unit_of(built, other)))
    found = built.borders
    return found[(found["first"] == pair[0]) & (found["second"] == pair[1])]


# -- shares of ground -----------------------------------------------------------------------------


def test_contract() -> None:
    layers = checked(communities=communities(BLOCK), buildings=buildings(TWO, [3, 4]))
    before = {key: frame.copy() for key, frame in layers.items()}
    built = build_units(layers)
    assert built.units.index.tolist() == [f"{CODES[0]}-0001", f"{CODES[0]}-0002"]
    assert built.units.index.name == "unit_id"
    assert list(built.borders.columns) == ["first", "second", "border_class", "length_m"]
    assert built.units["households"].tolist() == [3, 4]
    assert built.units["persons"].tolist() == [9, 12]
    assert built.units["largest"].tolist() == [3, 4]
    assert built.units["buildings"].tolist() == [1, 1]
    assert built.units["compound_id"].isna().all()
    assert built.units["site_id"].isna().all()
    np.testing.assert_allclose(built.units["area_m2"], built.units.geometry.area)
    np.testing.assert_allclose(built.units["perimeter_m"], built.units.geometry.length)
    assert built.findings == []
    assert_units_hold(built, layers)
    for key, frame in layers.items():
        assert_geodataframe_equal(frame, before[key])


def test_the_border_of_two_squares_is_mid_way() -> None:
    built = build(communities=communities(BLOCK), buildings=buildings(TWO, [1, 1]))
    line = border(built, "h00", "h01")
    middle = line.intersection(box(0, 11, 60, 19))
    xs = shapely.get_coordinates(middle)[:, 0]
    assert xs == pytest.approx(np.full(len(xs), 30.0), abs=1e-6)
    # where it meets the street it may be off by a step of 6 m between vertices
    assert np.abs(shapely.get_coordinates(line)[:, 0] - 30.0).max() < 6.0
    row = between(built, "h00", "h01")
    assert row["border_class"].tolist() == ["inside"]
    assert row["length_m"].iloc[0] == pytest.approx(line.length)


def test_touching_buildings_part_on_their_wall() -> None:
    shapes = [box(10, 10, 30, 20), box(30, 10, 50, 20)]
    built = build(communities=communities(BLOCK), buildings=buildings(shapes, [1, 1]))
    wall = border(built, "h00", "h01").intersection(box(0, 10.5, 60, 19.5))
    xs = shapely.get_coordinates(wall)[:, 0]
    assert xs == pytest.approx(np.full(len(xs), 30.0), abs=1e-6)
    assert wall.length == pytest.approx(9.0, abs=1e-3)


def test_a_building_in_a_courtyard_is_one_unit_with_what_is_around_it() -> None:
    ring = Polygon(square(10, 5, 20).exterior, [square(14, 9, 12).exterior])
    inner = square(18, 13, 4)
    built = build(communities=communities(BLOCK), buildings=buildings([ring, inner], [5, 2]))
    assert unit_of(built, "h00") == unit_of(built, "h01")
    assert built.units["households"].tolist() == [7]
    assert built.units["largest"].tolist() == [5]


def test_houses_in_rows_have_square_shares() -> None:
    # so many alike that a triangulation that is given up half-way leaves shares like threads
    n, pitch = 80, 15.0
    at = [(pitch * column, pitch * row) for row in range(n) for column in range(n)]
    layers = checked(
        communities=communities(box(0, 0, n * pitch, n * pitch)),
        buildings=buildings([box(x + 2, y + 2, x + 12, y + 12) for x, y in at], [5] * len(at)),
    )
    built = build_units(layers)
    assert len(built.units) == n * n
    assert built.units["perimeter_m"].max() < 5 * pitch
    assert built.units["area_m2"].max() < 1.5 * pitch**2
    # no more neighbours than there are sides and corners
    assert pd.concat([built.borders["first"], built.borders["second"]]).value_counts().max() <= 8


def test_stacked_footprints_are_one_unit() -> None:
    shapes = [TWO[0], TWO[0], TWO[1], square(42, 12)]
    built = build(communities=communities(BLOCK), buildings=buildings(shapes, [1, 2, 3, 4]))
    assert built.units["households"].tolist() == [3, 7]
    assert built.units["buildings"].tolist() == [2, 2]


def test_buildings_that_touch_in_a_corner_stay_two() -> None:
    layers = checked(
        communities=communities(BLOCK),
        buildings=buildings([square(10, 5), square(20, 15)], [1, 2]),
    )
    built = build_units(layers)
    assert sorted(built.units["households"]) == [1, 2]
    assert_units_hold(built, layers)


def test_points_and_tiny_buildings_hold_ground() -> None:
    shapes = [Point(10, 10), square(40, 10, 0.05), Point(20, 20), Point(20, 20)]
    layers = checked(communities=communities(BLOCK), buildings=buildings(shapes, [1, 2, 3, 4]))
    built = build_units(layers)
    assert sorted(built.units["households"]) == [1, 2, 7]
    assert_units_hold(built, layers)
    assert border(built, "h00", "h01").length > 0


def test_a_point_on_a_street_and_one_on_a_community_line_belong_somewhere() -> None:
    layers = checked(
        communities=communities(box(0, 0, 60, 30), box(60, 0, 120, 30)),
        buildings=buildings([Point(30, 10), Point(60, 10), *TWO, square(90, 10)], [1, 2, 3, 4, 5]),
        roads=roads([(30, -5), (30, 35)]),
    )
    built = build_units(layers)
    assert built.units["households"].sum() == 15
    assert_units_hold(built, layers)


@pytest.mark.parametrize("size", [0.05, 0.099, 0.1, 0.11, 0.3])
def test_a_building_of_any_size_keeps_its_household(size: float) -> None:
    shapes = [square(10, 10, size), square(10 + size, 10, size), square(0, 0, size)]
    layers = checked(communities=communities(BLOCK), buildings=buildings(shapes, [1, 2, 4]))
    built = build_units(layers)
    assert built.units["households"].sum() == 7
    assert_units_hold(built, layers)


def test_a_building_wider_than_its_block_keeps_its_household() -> None:
    layers = checked(
        communities=communities(BLOCK),
        buildings=buildings([BLOCK.buffer(-0.01), square(20, 10, 1)], [1, 2]),
    )
    built = build_units(layers)
    assert built.units["households"].sum() == 3
    assert_units_hold(built, layers)


# -- communities ----------------------------------------------------------------------------------


def test_a_building_over_a_community_line_goes_where_most_of_it_is() -> None:
    halves = communities(box(0, 0, 60, 30), box(60, 0, 120, 30))
    layers = checked(
        communities=halves,
        buildings=buildings([*TWO, square(53, 15), square(90, 10)], [1, 2, 4, 8]),
    )
    built = build_units(layers)
    home = built.units["community_code"][unit_of(built, "h02")]
    assert home == CODES[0]
    per = built.units.groupby("community_code")["households"].sum()
    assert per.to_dict() == {CODES[0]: 7, CODES[1]: 8}
    assert_units_hold(built, layers)


def test_a_building_outside_all_communities_is_in_no_unit() -> None:
    shapes = [*TWO, square(200, 200)]
    built = build(communities=communities(BLOCK), buildings=buildings(shapes, [1, 2, 4]))
    assert built.buildings["unit_id"].isna().tolist() == [False, False, True]
    assert built.units["households"].sum() == 3


def test_a_community_without_buildings_is_one_unit() -> None:
    layers = checked(
        communities=communities(BLOCK, box(60, 0, 120, 30)),
        buildings=buildings(TWO, [1, 2]),
        roads=roads([(90, -5), (90, 35)]),
    )
    built = build_units(layers)
    empty = built.units[built.units["community_code"] == CODES[1]]
    assert empty["households"].tolist() == [0]
    assert empty["area_m2"].tolist() == [pytest.approx(1800.0)]
    assert_units_hold(built, layers)


def test_an_exclave_has_units_of_its_own() -> None:
    both = MultiPolygon([BLOCK, box(200, 0, 260, 30)])
    layers = checked(
        communities=communities(both), buildings=buildings([*TWO, square(220, 10)], [1, 2, 4])
    )
    built = build_units(layers)
    assert len(built.units) == 3
    assert_units_hold(built, layers)


def test_a_community_with_a_hole_keeps_it_open() -> None:
    ring = Polygon(box(0, 0, 90, 90).exterior, [box(30, 30, 60, 60).exterior])
    layers = checked(
        communities=communities(ring, box(30, 30, 60, 60)),
        buildings=buildings([square(10, 40), square(70, 40), square(40, 40)], [1, 2, 4]),
    )
    built = build_units(layers)
    assert_units_hold(built, layers)
    assert built.units["area_m2"].sum() == pytest.approx(8100.0)


# -- streets --------------------------------------------------------------------------------------


def test_a_street_cuts_on_its_centre_line() -> None:
    layers = checked(
        communities=communities(BLOCK),
        buildings=buildings([square(5, 10), square(40, 10)], [1, 1]),
        roads=roads([(20, -5), (20, 35)]),
    )
    built = build_units(layers)
    line = border(built, "h00", "h01")
    assert shapely.get_coordinates(line)[:, 0] == pytest.approx(20.0, abs=1e-9)
    row = between(built, "h00", "h01")
    assert row["border_class"].tolist() == ["local"]
    assert row["length_m"].iloc[0] == pytest.approx(30.0)
    assert_units_hold(built, layers)


@pytest.mark.parametrize(
    ("highway", "found"),
    [("primary", "major"), ("主干道", "major"), ("tertiary", "collector"), ("支路", "local"),
     ("footway", "inside"), ("service", "inside")],
)  # fmt: skip
def test_the_class_of_a_street_is_the_class_of_the_border(highway: str, found: str) -> None:
    built = build(
        communities=communities(BLOCK),
        buildings=buildings(TWO, [1, 1]),
        roads=roads([(30, -5), (30, 35)], highway=highway),
    )
    assert between(built, "h00", "h01")["border_class"].tolist() == [found]


def test_of_two_streets_on_one_line_the_greater_counts() -> None:
    lines = pd.concat([roads([(30, -5), (30, 35)]), roads([(30, -5), (30, 35)], highway="primary")])
    built = build(communities=communities(BLOCK), buildings=buildings(TWO, [1, 1]), roads=lines)
    assert between(built, "h00", "h01")["border_class"].tolist() == ["major"]


def test_a_street_through_a_building_is_led_around_it() -> None:
    shapes = [square(5, 10), square(26, 10), square(45, 10)]
    layers = checked(
        communities=communities(BLOCK),
        buildings=buildings(shapes, [1, 2, 4]),
        roads=roads([(30, -5), (30, 35)]),
    )
    built = build_units(layers)
    assert len(built.units) == 3
    assert shape_of(built, "h01").covers(shapes[1].buffer(-1e-6))
    assert_units_hold(built, layers)


def test_a_street_along_a_wall_does_not_cut_the_building() -> None:
    shapes = [square(20, 10), square(45, 10)]
    layers = checked(
        communities=communities(BLOCK),
        buildings=buildings(shapes, [1, 2]),
        roads=roads([(30, -5), (30, 35)]),
    )
    built = build_units(layers)
    assert sorted(built.units["households"]) == [1, 2]
    assert_units_hold(built, layers)


def test_no_household_is_lost_for_want_of_a_block() -> None:
    face = np.array([0, -1, -1])
    faces = np.array([box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)], dtype=object)
    spots = shapely.points([[0.5, 0.5], [2.9, 0.5], [0.5, 0.5]])
    _place_lost(face, np.array([0, 1, -1]), np.array([0, 1, 1]), faces, spots)
    assert face.tolist() == [0, 2, -1]


def test_a_dead_end_cuts_nothing() -> None:
    built = build(
        communities=communities(BLOCK),
        buildings=buildings([square(25, 18)], [1]),
        roads=roads([(30, -5), (30, 15)]),
    )
    assert len(built.units) == 1


def test_an_empty_block_joins_a_neighbour() -> None:
    # blocks of 600 m² between streets; the middle one is empty
    layers = checked(
        communities=communities(BLOCK),
        buildings=buildings([square(5, 10), square(45, 10)], [1, 2]),
        roads=roads([(20, -5), (20, 35)], [(40, -5), (40, 35)]),
    )
    built = build_units(layers)
    assert sorted(built.units["area_m2"].round()) == [600, 1200]
    assert_units_hold(built, layers)


def test_large_open_ground_stays_a_unit_of_its_own() -> None:
    layers = checked(
        communities=communities(box(0, 0, 200, 60)),
        buildings=buildings([square(5, 10), square(185, 10)], [1, 2]),
        roads=roads([(50, -5), (50, 65)], [(150, -5), (150, 65)]),
    )
    built = build_units(layers)
    assert sorted(built.units["households"]) == [0, 1, 2]
    open_ground = built.units[built.units["households"] == 0]
    assert open_ground["area_m2"].tolist() == [pytest.approx(6000.0)]


# -- barriers -------------------------------------------------------------------------------------


def test_a_line_barrier_has_no_passable_border() -> None:
    built = build(
        communities=communities(BLOCK),
        buildings=buildings(TWO, [1, 1]),
        barriers=barriers(LineString([(30, -5), (30, 35)]), kind="rail"),
    )
    assert between(built, "h00", "h01")["border_class"].tolist() == ["barrier"]


def test_a_barrier_on_a_street_stays_a_barrier() -> None:
    built = build(
        communities=communities(BLOCK),
        buildings=buildings(TWO, [1, 1]),
        roads=roads([(30, -5), (30, 35)], highway="primary"),
        barriers=barriers(LineString([(30, -5), (30, 35)]), kind="rail"),
    )
    assert between(built, "h00", "h01")["border_class"].tolist() == ["barrier"]


def test_the_bed_of_a_river_is_shared_by_its_banks_and_nothing_crosses_it() -> None:
    river = box(25, -5, 35, 35)
    layers = checked(
        communities=communities(BLOCK),
        buildings=buildings(TWO, [1, 2]),
        barriers=barriers(river),
    )
    built = build_units(layers)
    assert sorted(built.units["households"]) == [1, 2]
    assert sorted(built.units["area_m2"].round(6)) == pytest.approx([900.0, 900.0])
    assert set(built.borders["border_class"]) == {"barrier"}
    assert_units_hold(built, layers)


# -- compounds ------------------------------------------------------------------------------------


def test_a_drawn_compound_is_one_unit() -> None:
    shapes = [square(5, 10, 4), square(15, 10, 4), square(45, 10)]
    layers = checked(
        communities=communities(BLOCK),
        buildings=buildings(shapes, [100, 200, 50]),
        compounds=compounds(K1=box(2, 5, 22, 25)),
    )
    built = build_units(layers)
    assert unit_of(built, "h00") == unit_of(built, "h01") != unit_of(built, "h02")
    unit = built.units.loc[unit_of(built, "h00")]
    assert (unit["compound_id"], unit["households"], unit["largest"]) == ("K1", 300, 200)
    assert unit.geometry.covers(box(2.1, 5.1, 21.9, 24.9))
    assert_units_hold(built, layers)


def test_a_drive_round_the_middle_of_a_compound_leaves_it_whole() -> None:
    # the drive is a block of its own, which the compound's polygon has all around it
    shapes = [square(25, 12, 6), square(5, 10, 4), square(47, 10)]
    drive = [(20, 8), (36, 8), (36, 22), (20, 22), (20, 8)]
    layers = checked(
        communities=communities(BLOCK),
        buildings=buildings(shapes, [100, 200, 50]),
        compounds=compounds(K1=box(2, 2, 42, 28)),
        roads=roads(drive),
    )
    built = build_units(layers)
    assert unit_of(built, "h00") == unit_of(built, "h01") != unit_of(built, "h02")
    assert built.units.loc[unit_of(built, "h00"), "households"] == 300
    assert_units_hold(built, layers)


def test_a_street_through_a_building_of_a_drawn_compound() -> None:
    layers = checked(
        communities=communities(BLOCK),
        buildings=buildings([square(15, 10), square(45, 10)], [100, 50]),
        compounds=compounds(K1=box(5, 5, 35, 25)),
        roads=roads([(20, -5), (20, 35)]),
    )
    built = build_units(layers)
    assert unit_of(built, "h00") != unit_of(built, "h01")
    assert_units_hold(built, layers)


def test_buildings_of_one_compound_are_one_unit_across_their_street() -> None:
    built = build(
        communities=communities(BLOCK),
        buildings=buildings(TWO, [100, 200], compound_id=["K1", "K1"]),
        roads=roads([(30, -5), (30, 35)]),
    )
    assert unit_of(built, "h00") == unit_of(built, "h01")
    assert len(built.units) == 1
    assert codes_of(built) == []


def test_a_compound_across_a_barrier_is_not_one_unit() -> None:
    built = build(
        communities=communities(BLOCK),
        buildings=buildings(TWO, [100, 200], compound_id=["K1", "K1"]),
        barriers=barriers(LineString([(30, -5), (30, 35)])),
    )
    assert unit_of(built, "h00") != unit_of(built, "h01")
    assert codes_of(built) == ["GT131"]


def test_a_compound_with_others_between_is_handled_in_pieces() -> None:
    shapes = [square(5, 10), square(25, 10), square(45, 10)]
    built = build(
        communities=communities(box(0, 5, 60, 25)),
        buildings=buildings(shapes, [1, 2, 4], compound_id=["K1", None, "K1"]),
    )
    assert len(built.units) == 3
    (finding,) = built.findings
    assert (finding.code, finding.row) == ("GT131", "K1")
    assert built.units["compound_id"].eq("K1").tolist() == [True, False, True]
    assert built.units["compound_id"].isna().tolist() == [False, True, False]


def test_a_compound_over_the_limit_is_parted() -> None:
    frames = {
        "communities": communities(BLOCK),
        "buildings": buildings(TWO, [251, 250], compound_id=["K1", "K1"]),
    }
    built = build(**frames)
    assert unit_of(built, "h00") != unit_of(built, "h01")
    assert built.units["compound_id"].tolist() == ["K1", "K1"]
    (finding,) = built.findings
    message = finding.record()["message_en"]
    assert message == "compound K1 has 501 households, more than 500; parted along its widest gaps"
    whole = build(Rules(max_households=501), **frames)
    assert len(whole.units) == 1


def test_a_compound_at_the_limit_stays_whole() -> None:
    built = build(
        communities=communities(BLOCK),
        buildings=buildings(TWO, [250, 250], compound_id=["K1", "K1"]),
    )
    assert built.units["households"].tolist() == [500]


def test_a_compound_over_a_community_line_is_parted_there() -> None:
    layers = checked(
        communities=communities(box(0, 0, 30, 30), box(30, 0, 60, 30)),
        buildings=buildings(TWO, [1, 2], compound_id=["K1", "K1"]),
    )
    built = build_units(layers)
    assert built.units["compound_id"].tolist() == ["K1", "K1"]
    assert codes_of(built) == ["GT133"]
    assert_units_hold(built, layers)


def test_relaxed_communities_split_compounds_and_open_the_ground() -> None:
    layers = checked(
        communities=communities(BLOCK),
        buildings=buildings(TWO, [1, 2], compound_id=["K1", "K1"]),
    )
    split = build_units(layers, relax={CODES[0]: ~Relax(0)})
    assert unit_of(split, "h00") != unit_of(split, "h01")
    assert_units_hold(split, layers)
    rim = build_units(layers, relax={CODES[0]: Relax.OPEN_GROUND})
    assert unit_of(rim, "h00") == unit_of(rim, "h01")
    assert (rim.units["households"] == 0).any()
    assert_units_hold(rim, layers)


def test_water_before_open_ground_goes_with_it() -> None:
    # one block of two compounds that fill it, its bank in one line: each its own stretch of water
    layers = checked(
        communities=communities(box(0, 0, 400, 140)),
        buildings=buildings([square(50, 30, 20), square(300, 30, 20)], [280, 280]),
        compounds=compounds(K1=box(5, 5, 195, 95), K2=box(205, 5, 395, 95)),
        barriers=barriers(box(-1, 100, 401, 141)),
    )
    built = build_units(layers, relax={CODES[0]: Relax.OPEN_GROUND})
    assert_units_hold(built, layers)
    water = built.units.intersection(box(0, 100, 400, 140)).area
    wet = built.units[water > 1.0]
    assert len(wet) > 4
    assert water.max() < 40 * 100
    # no water lies off its stretch of the bank
    dry = shapely.intersection(wet.geometry.to_numpy(), box(0, 0, 400, 100))
    reach = shapely.bounds(wet.geometry.to_numpy()) - shapely.bounds(dry)
    assert np.abs(reach[:, [0, 2]]).max() < 20


# -- sites ----------------------------------------------------------------------------------------

TOWN = box(0, 0, 120, 60)
HOMES = [square(5, 4), square(5, 46), square(100, 4), square(100, 46)]
STREETS = roads([(-5, 18), (125, 18)], [(-5, 42), (125, 42)], [(60, -5), (60, 65)])
SCHOOL = box(65, 22, 115, 38)
HALL = square(70, 25)


def test_a_site_is_a_unit_with_its_buildings() -> None:
    layers = checked(
        communities=communities(TOWN),
        buildings=buildings([*HOMES, HALL], [1, 2, 3, 4, 0]),
        roads=STREETS,
        sites=sites(SCHOOL),
    )
    built = build_units(layers)
    mine = built.units[built.units["site_id"] == "S1"]
    assert mine["buildings"].tolist() == [1]
    assert mine.geometry.iloc[0].covers(SCHOOL)
    assert mine["area_m2"].tolist() == [pytest.approx(60 * 24)]
    assert codes_of(built) == []
    assert_units_hold(built, layers)


def test_residents_in_a_site_count_there() -> None:
    built = build(
        communities=communities(TOWN),
        buildings=buildings([*HOMES, HALL], [1, 2, 3, 4, 18]),
        roads=STREETS,
        sites=sites(SCHOOL),
    )
    (finding,) = built.findings
    assert finding.code == "GT123"
    assert finding.record()["message_en"].startswith("18 households live inside site 学校1")
    assert built.units.loc[unit_of(built, "h04"), "site_id"] == "S1"


def test_a_site_without_buildings_is_dedicated_too() -> None:
    built = build(
        communities=communities(TOWN),
        buildings=buildings(HOMES, [1] * 4),
        roads=STREETS,
        sites=sites(SCHOOL),
    )
    assert (built.units["site_id"] == "S1").sum() == 1
    assert codes_of(built) == []


def test_a_site_that_cuts_residents_apart_is_refused() -> None:
    built = build(
        communities=communities(TOWN),
        buildings=buildings(HOMES, [1] * 4),
        roads=STREETS,
        sites=sites(box(2, 20, 118, 40)),
    )
    assert codes_of(built) == ["GT124"]
    assert built.units["site_id"].isna().all()


def test_ground_without_residents_that_a_site_cuts_off_belongs_to_it() -> None:
    layers = checked(
        communities=communities(TOWN),
        buildings=buildings([*HOMES[::2], square(100, 46)], [1, 2, 0]),
        roads=STREETS,
        sites=sites(box(2, 20, 118, 40)),
    )
    built = build_units(layers)
    assert codes_of(built) == []
    assert built.units.loc[unit_of(built, "h02"), "site_id"] == "S1"
    for home in ("h00", "h01"):
        assert pd.isna(built.units.loc[unit_of(built, home), "site_id"])
    assert_units_hold(built, layers)


def test_two_sites_stay_apart() -> None:
    built = build(
        communities=communities(TOWN),
        buildings=buildings(HOMES, [1] * 4),
        roads=STREETS,
        sites=sites(box(65, 22, 85, 38), box(95, 22, 115, 38)),
    )
    assert built.units["site_id"].value_counts().to_dict() == {"S1": 1, "S2": 1}


def test_a_site_in_a_village_is_not_dedicated() -> None:
    built = build(
        communities=communities(TOWN, codes=[VILLAGE]),
        buildings=buildings(HOMES, [1] * 4),
        roads=STREETS,
        sites=sites(SCHOOL),
    )
    assert codes_of(built) == ["GT126"]
    assert built.units["site_id"].isna().all()


def test_a_village_told_by_its_column_has_no_other_finding_for_a_site() -> None:
    built = build(
        communities=communities(TOWN, kind=["village"]),
        buildings=buildings(HOMES, [1] * 4),
        roads=STREETS,
        sites=sites(SCHOOL),
    )
    assert codes_of(built) == ["GT126"]


@pytest.mark.parametrize("code", [CODES[0], VILLAGE])
def test_a_site_that_another_holds_already_is_told(code: str) -> None:
    built = build(
        communities=communities(TOWN, codes=[code], kind=["community"]),
        buildings=buildings(HOMES, [1] * 4),
        roads=STREETS,
        sites=sites(SCHOOL, SCHOOL.buffer(-2)),
    )
    assert (built.units["site_id"] == "S1").sum() == 1
    assert codes_of(built) == ["GT125"]


def test_a_site_that_is_not_dedicated_is_left_in_the_base() -> None:
    built = build(
        communities=communities(TOWN),
        buildings=buildings([*HOMES, HALL], [1, 2, 3, 4, 18]),
        roads=STREETS,
        sites=sites(SCHOOL, dedicated=[False]),
    )
    assert built.units["site_id"].isna().all()
    assert codes_of(built) == []


def test_a_site_across_communities_takes_its_part_at_home() -> None:
    layers = checked(
        communities=communities(box(0, 0, 90, 60), box(90, 0, 120, 60)),
        buildings=buildings(HOMES, [1] * 4),
        roads=STREETS,
        sites=sites(box(65, 22, 105, 38)),
    )
    built = build_units(layers)
    assert codes_of(built) == ["GT122"]
    mine = built.units[built.units["site_id"] == "S1"]
    assert mine["community_code"].tolist() == [CODES[0]]
    assert_units_hold(built, layers)


def test_a_whole_community_as_a_site() -> None:
    layers = checked(
        communities=communities(TOWN), buildings=buildings(HOMES, [0] * 4), sites=sites(TOWN)
    )
    built = build_units(layers)
    assert set(built.units["site_id"]) == {"S1"}
    assert_units_hold(built, layers)


# -- all of it ------------------------------------------------------------------------------------


def test_metres_are_required() -> None:
    layers = checked(communities=communities(BLOCK), buildings=buildings(TWO, [1, 1]))
    layers["communities"] = layers["communities"].to_crs("EPSG:4490")
    with pytest.raises(CrsError, match="GT005"):
        build_units(layers)


def test_threads_change_nothing() -> None:
    shapes = [square(x, y) for x in range(5, 180, 20) for y in range(5, 100, 20)]
    layers = checked(
        communities=communities(box(0, 0, 180, 100)),
        buildings=buildings(shapes, range(len(shapes))),
        roads=roads([(62, -5), (62, 105)], [(-5, 42), (185, 42)]),
    )
    one, three = build_units(layers), build_units(layers, jobs=3)
    assert_geodataframe_equal(one.units, three.units)
    pd.testing.assert_frame_equal(one.borders, three.borders)
    assert_geodataframe_equal(one.buildings, three.buildings)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(towns())
def test_units_of_any_town_hold(town: dict[str, gpd.GeoDataFrame]) -> None:
    layers = checked(**town)
    built = build_units(layers)
    assert_units_hold(built, layers)
    # borders are symmetric sums of what two polygons share
    shapes = built.units.geometry
    for row in built.borders.groupby(["first", "second"])["length_m"].sum().items():
        (one, other), length = row
        shared = shapely.length(shapely.intersection(shapes[one], shapes[other]))
        assert length == pytest.approx(shared, abs=0.01)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(towns())
def test_relaxed_units_of_any_town_hold(town: dict[str, gpd.GeoDataFrame]) -> None:
    layers = checked(**town)
    for level in RELAX_LADDER:
        relax = dict.fromkeys(layers["communities"]["code"], level)
        assert_units_hold(build_units(layers, relax=relax), layers)


def test_the_frame_of_the_sample_crs_is_kept() -> None:
    built = build(communities=communities(BLOCK), buildings=buildings(TWO, [1, 1]))
    assert built.units.crs == CRS
