"""Where borders run: along dead ends, mid-way in wide ground, straight, past no footprint."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.ops
from builders import (
    CODES,
    CRS,
    assert_units_hold,
    barriers,
    buildings,
    checked,
    communities,
    roads,
    shape_of,
    square,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Polygon, box

from gridtool.division.smoothing import smooth_coverage
from gridtool.rules import RELAX_LADDER
from gridtool.units import build_units
from gridtool.units.slits import slit_blocks

BLOCK = box(0, 0, 100, 60)


def border(built: object, one: str, two: str) -> shapely.Geometry:
    return shapely.line_merge(
        shapely.intersection(shape_of(built, one), shape_of(built, two))  # type: ignore[arg-type]
    )


# -- dead ends -------------------------------------------------------------------------------------


def test_a_border_runs_along_a_street_that_ends_in_the_block() -> None:
    # mid-way between the houses is x = 42.5; the street at x = 40 ends at y = 40
    layers = checked(
        communities=communities(BLOCK),
        buildings=buildings([box(10, 10, 30, 50), box(55, 10, 90, 50)], [1, 2]),
        roads=roads([(40, -5), (40, 40)]),
    )
    built = build_units(layers)
    assert_units_hold(built, layers)
    line = border(built, "h00", "h01")
    # at the tip it leaves the street by half a step
    street = LineString([(40, 0), (40, 36)])
    assert shapely.covers(shapely.buffer(line, 1e-6), street)
    (edge,) = built.borders[built.borders["border_class"] == "local"].itertuples()
    assert edge.length_m == pytest.approx(40.0, abs=6.0)
    assert built.units.area.sum() == pytest.approx(6000.0)


def test_a_dead_end_that_nothing_parts_is_no_border() -> None:
    layers = checked(
        communities=communities(BLOCK),
        buildings=buildings([box(10, 10, 30, 50)], [1]),
        roads=roads([(50, -5), (50, 40)]),
    )
    built = build_units(layers)
    assert len(built.units) == 1
    assert built.units.geometry.iloc[0].normalize().equals(BLOCK)
    assert built.borders.empty


def test_streets_that_fork_and_end_are_followed_to_their_tips() -> None:
    homes = [square(10, 20, 15), square(65, 20, 15), square(38, 45, 12)]
    layers = checked(
        communities=communities(box(0, 0, 90, 70)),
        buildings=buildings(homes, [1, 2, 4]),
        roads=roads([(45, -5), (45, 20)], [(45, 20), (30, 40)], [(45, 20), (60, 40)]),
    )
    built = build_units(layers)
    assert_units_hold(built, layers)
    for one, two, tip in (("h00", "h02", (30, 40)), ("h01", "h02", (60, 40))):
        branch = shapely.ops.substring(LineString([(45, 20), tip]), 0, 22)
        assert shapely.covers(shapely.buffer(border(built, one, two), 1e-6), branch)


def test_a_driveway_is_no_street() -> None:
    line = np.array([LineString([(40, 0), (40, 11.9)])], dtype=object)
    blocks, moved = slit_blocks(np.array([BLOCK], dtype=object), line, np.array([0]))
    assert blocks[0] is BLOCK
    assert len(moved) == 0


def test_both_sides_of_a_slit_lie_where_the_line_does() -> None:
    ring = [(0, 0), (40, 0), (100, 0), (100, 60), (0, 60)]
    line = np.array([LineString([(40, 0), (40, 30)])], dtype=object)
    blocks, moved = slit_blocks(np.array([Polygon(ring)], dtype=object), line, np.array([0]))
    assert shapely.is_valid(blocks[0])
    # the mouth twice, the tip once, each a hair away
    assert sorted(map(tuple, moved[:, 2:].tolist())) == [(40, 0), (40, 0), (40, 30)]
    assert np.hypot(*(moved[:, :2] - moved[:, 2:]).T).tolist() == [pytest.approx(0.01)] * 3


def test_ground_around_a_building_on_two_streets_may_be_in_two_lobes() -> None:
    # the street forks on a house: its label has two shells, one of them with a hole
    homes = [square(x, y, 14) for x in range(8, 110, 28) for y in range(8, 110, 28)]
    layers = checked(
        communities=communities(box(0, 0, 120, 120)),
        buildings=buildings(homes, [1] * 16),
        roads=roads([(6, 3), (62, 118)], [(27, 0), (18, 91), (26, 10)]),
    )
    assert_units_hold(build_units(layers), layers)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_dead_ends_anywhere_leave_the_units_sound(data: st.DataObject) -> None:
    corner = st.tuples(st.integers(-5, 125), st.integers(-5, 125))
    lines = data.draw(st.lists(st.lists(corner, min_size=2, max_size=4, unique=True), max_size=6))
    homes = [square(x, y, 14) for x in range(8, 110, 28) for y in range(8, 110, 28)]
    layers = checked(
        communities=communities(box(0, 0, 120, 120)),
        buildings=buildings(homes, [1] * len(homes)),
        **({"roads": roads(*lines)} if lines else {}),
    )
    for level in (None, RELAX_LADDER[-1]):
        relax = {CODES[0]: level} if level is not None else {}
        assert_units_hold(build_units(layers, relax=relax), layers)


# -- wide ground -----------------------------------------------------------------------------------


def test_a_river_bed_is_shared_along_its_middle() -> None:
    # houses stand close along one bank, far apart along the other: no teeth
    south = [square(x, 2, 8) for x in range(2, 190, 10)]
    north = [box(20, 108, 60, 118), box(120, 108, 180, 118)]
    layers = checked(
        communities=communities(box(0, 0, 200, 120)),
        buildings=buildings([*south, *north], [1] * 21),
        barriers=barriers(box(-1, 20, 201, 100)),
    )
    built = build_units(layers)
    assert_units_hold(built, layers)
    (low, high) = (
        shapely.union_all([shape_of(built, f"h{at:02d}") for at in some])
        for some in (range(19), range(19, 21))
    )
    water = shapely.intersection(shapely.intersection(low, high), box(45, 0, 150, 120))
    assert 59 < water.bounds[1] <= water.bounds[3] < 61


# -- smoothing -------------------------------------------------------------------------------------

NOTHING, NONE = np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
STAIRS = [(50, 0), (50, 20), (52, 20), (52, 26), (50, 26), (50, 34), (48, 34), (48, 40), (50, 40)]


def halves(middle: list[tuple[float, float]], top: float) -> np.ndarray:
    left = Polygon([(0, 0), *middle, (50, top), (0, top)])
    right = Polygon([(100, 0), (100, top), (50, top), *middle[::-1]])
    return np.array([left, right], dtype=object)


def test_a_zigzag_becomes_a_line() -> None:
    smooth = smooth_coverage(halves(STAIRS, 60), np.zeros(2, int), NOTHING, NONE, 8.0)
    assert shapely.get_num_coordinates(smooth).tolist() == [5, 5]
    assert shapely.area(smooth).tolist() == [3000.0, 3000.0]


def test_a_community_line_stays_as_it_is() -> None:
    rough = halves(STAIRS, 60)
    smooth = smooth_coverage(rough, np.array([0, 1]), NOTHING, NONE, 8.0)
    assert shapely.equals_exact(smooth, rough).all()


def test_a_building_in_a_bend_keeps_it() -> None:
    shed = np.array([box(50.5, 21, 51.5, 25)], dtype=object)
    smooth = smooth_coverage(halves(STAIRS, 60), np.zeros(2, int), shed, np.array([0]), 8.0)
    assert shapely.coverage_is_valid(smooth)
    assert shapely.covers(smooth[0], shed[0])
    # the other bend, with nothing in it, went
    assert not shapely.intersects(smooth[1], shapely.Point(48.2, 37))


def test_a_large_bend_is_meant() -> None:
    deep = [(50, 0), (50, 20), (70, 20), (70, 40), (50, 40)]
    rough = halves(deep, 60)
    smooth = smooth_coverage(rough, np.zeros(2, int), NOTHING, NONE, 8.0)
    assert shapely.area(smooth).tolist() == shapely.area(rough).tolist()


def test_a_notch_goes_and_a_street_corner_of_that_size_stays() -> None:
    # 14 m out and back again over 28 m, 196 m²; and a street that is staggered by 20 m, in 18 m
    # from another border
    notch = [(50, 0), (50, 10), (64, 24), (50, 38)]
    smooth = smooth_coverage(halves(notch, 60), np.zeros(2, int), NOTHING, NONE, 8.0)
    assert shapely.area(smooth).tolist() == [3000.0, 3000.0]
    for street in ([(30, 0), (30, 18), (50, 18)], [(30, 0), (30, 18), (50, 18), (50, 40)]):
        rough = halves(street, 60)
        smooth = smooth_coverage(rough, np.zeros(2, int), NOTHING, NONE, 8.0)
        assert shapely.area(smooth).tolist() == shapely.area(rough).tolist()


def test_an_island_in_a_grid_stays_an_island() -> None:
    inner = shapely.Point(50, 30).buffer(12, quad_segs=16)
    outer = box(0, 0, 100, 60).difference(inner)
    smooth = smooth_coverage(
        np.array([outer, inner], dtype=object), np.zeros(2, int), NOTHING, NONE, 8.0
    )
    assert shapely.coverage_is_valid(smooth)
    assert shapely.area(smooth).sum() == pytest.approx(6000.0)
    assert shapely.get_num_coordinates(smooth[1]) < shapely.get_num_coordinates(inner) / 2


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_any_smoothed_coverage_is_sound(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = shapely.MultiPoint(rng.uniform(0, 100, (40, 2)))
    frame = box(0, 0, 100, 100)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame))
    cells = shapely.coverage_simplify(shapely.intersection(cells, frame), 0.0)
    grid = rng.integers(0, 5, len(cells))
    rough = np.array([shapely.union_all(cells[grid == at]) for at in np.unique(grid)])
    # union_all does not keep vertices on straight stretches: take them from the cells
    rough = shapely.get_parts(shapely.coverage_simplify(rough, 0.0))
    if not shapely.coverage_is_valid(rough):
        return
    sheds = shapely.buffer(shapely.points(rng.uniform(5, 95, (30, 2))), 1.0, quad_segs=1)
    own = shapely.STRtree(rough).nearest(shapely.centroid(sheds))
    smooth = smooth_coverage(rough, np.zeros(len(rough), int), sheds, own, 8.0)
    assert shapely.coverage_is_valid(smooth)
    assert shapely.is_valid(smooth).all()
    assert shapely.area(smooth).sum() == pytest.approx(10_000.0)
    whole = shapely.STRtree(rough).query(sheds, predicate="within")
    assert shapely.covers(smooth[whole[1]], sheds[whole[0]]).all()


def test_the_frame_of_the_tests_is_in_metres() -> None:
    assert gpd.GeoSeries([BLOCK], crs=CRS).crs.axis_info[0].unit_name == "metre"
