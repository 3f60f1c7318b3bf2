"""GCJ-02 and BD-09: known values, there and back, the edge of the box, whole geometries."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiPoint, Point, Polygon, box

from gridtool.offsets import (
    bd09_to_gcj02,
    from_bd09,
    from_gcj02,
    gcj02_to_bd09,
    shift_geometries,
    to_bd09,
    to_gcj02,
)

Pair = tuple[np.ndarray, np.ndarray]
Move = Callable[[np.ndarray, np.ndarray], Pair]

MILLIMETRE = 9e-9
THERE_AND_BACK: list[tuple[Move, Move]] = [
    (to_gcj02, from_gcj02),
    (to_bd09, from_bd09),
    (gcj02_to_bd09, bd09_to_gcj02),
]
# true, GCJ-02 and BD-09 degrees by coord-convert 0.2.1; prcoords 1.0.2 gives the same digits
KNOWN = np.array(
    [
        [[104.7734, 29.3527], [104.7760967325, 29.3498535036], [104.7825286466, 29.3560599829]],
        [[116.3974, 39.9093], [116.4036436293, 39.9107035032], [116.4100160126, 39.9170429300]],
        [[114.1655, 22.2753], [114.1704748293, 22.2725690647], [114.1770215012, 22.2782659332]],
        [[75.9898, 39.4704], [75.9927549902, 39.4706270260], [75.9992636471, 39.4765899091]],
        [[122.5387, 52.9721], [122.5457282157, 52.9736125527], [122.5521989914, 52.9796967031]],
    ]
)
TRUE, GCJ02, BD09 = (KNOWN[:, at].T for at in range(3))


def inside() -> st.SearchStrategy[np.ndarray]:
    """Draw points anywhere in the box, its edges and the lines of symmetry among them."""
    lon = st.one_of(st.floats(72.004, 137.8347), st.sampled_from([72.004, 105.0, 137.8347]))
    lat = st.one_of(st.floats(0.8293, 55.8271), st.sampled_from([0.8293, 35.0, 55.8271]))
    return st.lists(st.tuples(lon, lat), min_size=1, max_size=20).map(lambda at: np.array(at).T)


@pytest.mark.parametrize(
    ("move", "source", "target"),
    [
        (to_gcj02, TRUE, GCJ02),
        (from_gcj02, GCJ02, TRUE),
        (to_bd09, TRUE, BD09),
        (from_bd09, BD09, TRUE),
        (gcj02_to_bd09, GCJ02, BD09),
        (bd09_to_gcj02, BD09, GCJ02),
    ],
)
def test_known_values(move: Move, source: np.ndarray, target: np.ndarray) -> None:
    assert np.abs(np.array(move(*source)) - target).max() < 1e-9


def test_offset_at_the_origin_of_the_formula() -> None:
    # all waves are 0 there: 300 m east and 100 m south are left, in degrees of the ellipsoid
    lon, lat = to_gcj02(np.array([105.0]), np.array([35.0]))
    flat = 1 - 0.00669342162296594323 * np.sin(np.radians(35)) ** 2
    parallel = 6378245 / np.sqrt(flat) * np.cos(np.radians(35))
    meridian = 6378245 * (1 - 0.00669342162296594323) / flat**1.5
    assert np.radians(lon[0] - 105) * parallel == pytest.approx(300, abs=1e-6)
    assert np.radians(lat[0] - 35) * meridian == pytest.approx(-100, abs=1e-6)


@pytest.mark.parametrize(("there", "back"), THERE_AND_BACK)
@given(points=inside())
def test_there_and_back_is_exact_in_the_whole_box(
    there: Move, back: Move, points: np.ndarray
) -> None:
    assert np.abs(np.array(back(*there(*points))) - points).max() < MILLIMETRE


@pytest.mark.parametrize(("there", "back"), THERE_AND_BACK)
@given(lon=st.floats(73.5, 135.1), lat=st.floats(3.4, 53.6))
def test_back_and_there_is_exact_in_china(there: Move, back: Move, lon: float, lat: float) -> None:
    point = np.array([[lon], [lat]])
    assert np.abs(np.array(there(*back(*point))) - point).max() < MILLIMETRE


@pytest.mark.parametrize("move", [move for pair in THERE_AND_BACK for move in pair])
@given(
    lon=st.one_of(st.floats(-400, 71.9), st.floats(137.9, 400), st.just(np.nan)),
    lat=st.floats(-90, 90),
)
def test_points_outside_stay_bit_for_bit(move: Move, lon: float, lat: float) -> None:
    moved = move(np.array([lon, 9.51]), np.array([lat, 47.1]))
    np.testing.assert_array_equal(moved, [[lon, 9.51], [lat, 47.1]])


def test_edge_of_the_box() -> None:
    # the last point of the box lands 450 m beyond it, where a true point stays what it is
    edge, beyond = np.array([137.8347]), np.array([137.8395])
    lat = np.array([35.0])
    lon, shifted = to_gcj02(edge, lat)
    assert 0.0045 < lon[0] - edge[0] < 0.0055
    np.testing.assert_allclose(from_gcj02(lon, shifted), [edge, lat], rtol=0, atol=1e-9)
    np.testing.assert_array_equal(to_gcj02(beyond, lat), [beyond, lat])
    # what no point of the box leads to is left alone
    hole = np.array([72.004 + 0.0001])
    np.testing.assert_array_equal(from_gcj02(hole, lat), [hole, lat])


@pytest.mark.parametrize("move", [move for pair in THERE_AND_BACK for move in pair])
def test_many_points_as_one_by_one(move: Move) -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(70, 140, (20_000, 1)), rng.uniform(0, 57, (20_000, 1))
    before = lon.copy(), lat.copy()
    moved = np.array(move(lon, lat))
    np.testing.assert_array_equal([lon, lat], before)
    assert moved.shape == (2, 20_000, 1)
    for at in (0, 8191, 8192, 19_999):
        alone = np.array(move(lon[at], lat[at]))
        assert np.abs(moved[:, at] - alone).max() < MILLIMETRE


def test_any_shape() -> None:
    grid = np.asfortranarray(np.full((2, 3), 104.7734)), np.full((2, 3), 29.3527)
    lon, lat = to_gcj02(*grid)
    np.testing.assert_allclose(lon, np.full((2, 3), GCJ02[0, 0]), rtol=0, atol=1e-9)
    np.testing.assert_allclose(lat, np.full((2, 3), GCJ02[1, 0]), rtol=0, atol=1e-9)
    assert from_bd09(np.empty(0), np.empty(0))[0].shape == (0,)
    assert to_bd09(np.array(116.3974), np.array(39.9093))[0] == pytest.approx(BD09[0, 1], abs=1e-9)


@pytest.mark.parametrize(("source", "back"), [("gcj02", from_gcj02), ("bd09", from_bd09)])
def test_shift_geometries(source: str, back: Move) -> None:
    ring = Polygon(
        box(104.7, 29.3, 104.8, 29.4).exterior, [box(104.72, 29.32, 104.74, 29.34).exterior]
    )
    shapes = np.array(
        [
            ring,
            None,
            Point(104.7760967325, 29.3498535036, 312.0),
            MultiPoint([(104.7, 29.3), (9.5, 47.1)]),
            GeometryCollection([LineString([(104.7, 29.3), (104.8, 29.4)]), Polygon()]),
        ],
        dtype=object,
    )
    before = shapely.to_wkb(shapes).tolist()
    moved = shift_geometries(shapes, source)
    assert shapely.to_wkb(shapes).tolist() == before
    assert moved[1] is None
    assert not shapely.has_z(moved).any()
    assert shapely.get_type_id(moved).tolist() == shapely.get_type_id(shapes).tolist()
    coordinates = shapely.get_coordinates(shapes)
    expected = np.array(back(*coordinates.T)).T
    np.testing.assert_allclose(shapely.get_coordinates(moved), expected, rtol=0, atol=1e-9)
    assert len(moved[0].interiors) == 1


def test_shifted_point_is_where_the_oracle_has_it() -> None:
    (point,) = shift_geometries(np.array([Point(104.7825286466, 29.3560599829)]), "bd09")
    assert (point.x, point.y) == pytest.approx((104.7734, 29.3527), abs=1e-9)
