"""The triangulation of street blocks: sides told exactly, edges kept, however regular the rows."""

from __future__ import annotations

from fractions import Fraction

import numba
import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from gridtool.geom import Floats, Ints
from gridtool.units.delaunay import triangulate
from gridtool.units.kernels import curve_places
from gridtool.units.predicates import side_of, surely_in_circle


@numba.njit
def side(xy: Floats) -> float:
    """Call the kernel, which only kernels can."""
    return side_of(xy, 0, 1, 2)


@numba.njit
def in_circle(xy: Floats, a: int, b: int, c: int, d: int) -> bool:
    """Call the kernel, which only kernels can."""
    return surely_in_circle(xy, a, b, c, d)


Prepared = tuple[Floats, Ints, Ints, npt.NDArray[np.bool_]]


def prepared(polygon: Polygon) -> Prepared:
    """Return the vertices of a block as the kernel takes them: places, order, next, outline."""
    rings = shapely.get_rings(shapely.orient_polygons(polygon, exterior_cw=False))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    closing = np.r_[ring[1:] != ring[:-1], True]
    xy, ring = xy[~closing], ring[~closing]
    following = np.arange(1, len(xy) + 1)
    start = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]])
    following[np.r_[start[1:], len(xy)] - 1] = start
    size = np.full(len(xy), np.ptp(xy, axis=0).max())
    order = np.argsort(curve_places(xy - xy.min(axis=0), size), kind="stable")
    return xy, order, following, ring == 0


def mesh_of(polygon: Polygon) -> tuple[Floats, Ints, Ints]:
    """Return the vertices of a block, its triangles, and the vertex that follows each."""
    xy, order, following, outline = prepared(polygon)
    return xy, triangulate(xy, np.array([0, len(xy)]), order, following, outline), following


def area(points: Floats, triangles: Ints) -> Floats:
    """Return twice the area of triangles, under 0 where they turn right."""
    one, two = (points[triangles[:, i]] - points[triangles[:, 0]] for i in (1, 2))
    return one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]


def assert_triangulated(polygon: Polygon) -> None:
    """Check that triangles tile a block, keep its outlines, and are Delaunay where they may be."""
    points, triangles, following = mesh_of(polygon)
    twice = area(points, triangles)
    assert (twice > 0).all()
    assert twice.sum() / 2 == pytest.approx(polygon.area, rel=1e-9)
    sides = {}
    for t, corners in enumerate(triangles.tolist()):
        for i in range(3):
            sides[corners[i], corners[(i + 1) % 3]] = (t, corners[(i + 2) % 3])
    forced = set(zip(range(len(points)), following.tolist(), strict=True))
    # each outline edge has ground on one side alone
    assert all(((a, b) in sides) != ((b, a) in sides) for a, b in forced)
    for (a, b), (_, c) in sides.items():
        if (b, a) in sides:
            assert not in_circle(points, a, b, c, sides[b, a][1])


def rows(n: int, *, turn: float = 0.0) -> Polygon:
    """Return a block with n x n houses in rows, all alike."""
    west, south = (at.ravel() * 15.0 + 2.5 for at in np.meshgrid(np.arange(n), np.arange(n)))
    houses = shapely.segmentize(shapely.box(west, south, west + 10, south + 10), 8.0)
    ground = shapely.segmentize(box(0, 0, 15 * n, 15 * n), 6.0)
    block = Polygon(ground.exterior, [house.exterior for house in houses])
    at = shapely.affinity.rotate(block, turn, origin=(0, 0))
    return shapely.affinity.translate(at, 500_000.0, 3_250_000.0)


@pytest.mark.parametrize("turn", [0.0, 17.0, 45.0])
def test_houses_in_rows(turn: float) -> None:
    assert_triangulated(rows(12, turn=turn))


def test_no_triangle_of_a_large_estate_is_longer_than_a_house() -> None:
    points, triangles, _ = mesh_of(rows(70))
    corners = points[triangles]
    assert np.hypot(*(corners - np.roll(corners, 1, axis=1)).transpose(2, 0, 1)).max() < 8.0


def test_a_ring_that_touches_itself() -> None:
    shell = [(0, 0), (20, 0), (20, 20), (0, 20)]
    assert_triangulated_area(Polygon(shell, [[(0, 10), (5, 5), (5, 15)]]))


def assert_triangulated_area(polygon: Polygon) -> None:
    """Check that triangles tile a block."""
    points, triangles, _ = mesh_of(polygon)
    assert (area(points, triangles) > 0).all()
    assert area(points, triangles).sum() / 2 == pytest.approx(polygon.area)


def test_several_blocks_at_once_are_as_each_alone() -> None:
    blocks = [rows(3), shapely.affinity.translate(rows(2, turn=9.0), 300.0, 0.0)]
    one, two = (prepared(block) for block in blocks)
    shift = len(one[0])
    both = [np.concatenate([a, b]) for a, b in zip(one, two, strict=True)]
    both[1][shift:] += shift
    both[2][shift:] += shift
    start = np.array([0, shift, len(both[0])])
    found = triangulate(both[0], start, *both[1:])
    alone = [mesh_of(block)[1] for block in blocks]
    np.testing.assert_array_equal(found, np.vstack([alone[0], alone[1] + shift]))


@st.composite
def crowds(draw: st.DrawFn) -> Polygon:
    """Draw a block with triangles on a coarse lattice, so that many points are on one line."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    step = draw(st.sampled_from([1.0, 0.1, 1 / 3]))
    block = box(-1, -1, 25, 25)
    taken = Polygon()
    for _ in range(draw(st.integers(0, 25))):
        x, y = rng.integers(0, 20, 2)
        shape = Polygon(np.c_[x + rng.integers(0, 5, 3), y + rng.integers(0, 5, 3)])
        if shape.is_valid and shape.area and not shape.intersects(taken):
            taken = shapely.union(taken, shape)
    shapes = [part.exterior for part in shapely.get_parts(taken)]
    return shapely.affinity.scale(Polygon(block.exterior, shapes), step, step, origin=(0, 0))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(crowds())
def test_any_block_is_tiled_and_delaunay(block: Polygon) -> None:
    assert_triangulated(block)


COORDINATES = st.integers(-(2**42), 2**42).map(lambda at: at / 2**19)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.tuples(COORDINATES, COORDINATES, COORDINATES, COORDINATES),
    st.sampled_from([0.0, 0.5, 1.0, 1 / 3, -2.0]),
    st.sampled_from([0.0, 1e-9, -1e-12, 1e-16]),
)
def test_the_side_of_a_point_is_exact(
    ends: tuple[float, float, float, float], along: float, off: float
) -> None:
    ax, ay, bx, by = ends
    cx, cy = ax + along * (bx - ax), ay + along * (by - ay) + off
    told = side(np.array([[ax, ay], [bx, by], [cx, cy]]))
    f = [Fraction(value) for value in (ax, ay, bx, by, cx, cy)]
    exact = (f[0] - f[4]) * (f[3] - f[5]) - (f[1] - f[5]) * (f[2] - f[4])
    assert np.sign(told) == (exact > 0) - (exact < 0)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1.0, 1e-2, 1e-4]))
def test_a_jagged_block_however_flat(seed: int, flat: float) -> None:
    rng = np.random.default_rng(seed)
    turn = np.sort(rng.uniform(0, 2 * np.pi, 30))
    far = rng.uniform(20, 100, 30)
    block = Polygon(np.c_[far * np.cos(turn), flat * far * np.sin(turn)])
    if block.is_valid:
        assert_triangulated(block)


def test_outlines_that_cross_come_to_an_end() -> None:
    for seed in range(60):
        xy = np.random.default_rng(seed).random((18, 2)) * 100
        order, outline = np.arange(18), np.arange(18) < 9
        following = np.roll(order, -1)
        found = triangulate(xy, np.array([0, 18]), order, following, outline)
        assert (area(xy, found) > 0).all()
