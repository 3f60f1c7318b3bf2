"""The canonical form: by hand, and the same however a file tells it."""

from __future__ import annotations

import hashlib
import struct

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from gridtool.canonical import (
    canonical_shapes,
    canonical_wkb,
    hash_rows,
    root_hash,
    wkb_of,
)

ZONE_35 = 35_500_000.0


def form(shape: BaseGeometry) -> BaseGeometry:
    return canonical_shapes(np.array([shape], dtype=object))[0]


def same(one: BaseGeometry, other: BaseGeometry) -> bool:
    first, second = canonical_wkb(np.array([one, other], dtype=object))
    return bool(first == second)


# -- by hand ---------------------------------------------------------------------------------


def test_the_bytes_of_a_square() -> None:
    corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
    wanted = struct.pack("<BIII", 1, 3, 1, 5) + b"".join(struct.pack("<dd", *c) for c in corners)
    assert canonical_wkb(np.array([box(0, 0, 1, 1)], dtype=object))[0] == wanted


@pytest.mark.parametrize(
    "shape",
    [
        Polygon([(1, 1), (0, 1), (0, 0), (1, 0)]),  # another start
        Polygon([(0, 0), (0, 1), (1, 1), (1, 0)]),  # another direction
        Polygon([(0, 0), (0.25, 0), (0.5, 0), (1, 0), (1, 1), (0, 1)]),  # on a straight line
        Polygon([(0.5, 0), (1, 0), (1, 1), (0, 1), (0, 0)]),  # the start is on a straight line
        Polygon([(0, 0), (1, 0), (1, 0), (1, 1), (0, 1)]),  # twice the same
        Polygon([(0.0004, 0), (1, -0.0004), (1.0001, 1), (-0.0, 1)]),  # less than half a cell
        Polygon([(0, 0, 7), (1, 0, 8), (1, 1, 9), (0, 1, 7)]),  # heights
        MultiPolygon([box(0, 0, 1, 1)]),  # wrapped
        Polygon([(0, 0), (1, 0), (1, 1), (1, 1.5), (1, 1), (0, 1)]),  # a spike
        shapely.set_srid(box(0, 0, 1, 1), 4544),
    ],
)
def test_what_does_not_count(shape: BaseGeometry) -> None:
    assert same(shape, box(0, 0, 1, 1))


@pytest.mark.parametrize(
    "shape",
    [
        box(0, 0, 1, 1.001),
        Polygon([(0, 0), (0.5, -0.001), (1, 0), (1, 1), (0, 1)]),
        Polygon(box(0, 0, 1, 1).exterior, [box(0.4, 0.4, 0.6, 0.6).exterior]),
        MultiPolygon([box(0, 0, 1, 1), box(2, 0, 3, 1)]),
    ],
)
def test_what_counts(shape: BaseGeometry) -> None:
    assert not same(shape, box(0, 0, 1, 1))


def test_order_of_holes_and_parts() -> None:
    holes = [box(1, 1, 2, 2).exterior, box(3, 1, 4, 2).exterior, box(3, 3, 4, 4).exterior]
    shell = box(0, 0, 5, 5).exterior
    assert same(Polygon(shell, holes), Polygon(shell, holes[::-1]))
    # two holes that touch at their lowest vertex
    one, other = Polygon([(1, 2), (2, 1), (2, 1.5)]), Polygon([(1, 2), (2, 3), (2, 2.5)])
    pair = [one.exterior, other.exterior]
    assert same(Polygon(shell, pair), Polygon(shell, pair[::-1]))
    parts = [Polygon(shell, holes), box(6, 0, 7, 1), box(0, 6, 1, 7)]
    whole = form(MultiPolygon(parts))
    assert same(MultiPolygon(parts[::-1]), MultiPolygon(parts))
    assert whole.area == MultiPolygon(parts).area == 24.0
    assert [part.bounds[:2] for part in whole.geoms] == [(0, 0), (0, 6), (6, 0)]


def test_what_is_invalid_is_mended() -> None:
    # a bow-tie: by structure both triangles, 1 m² each
    assert form(Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])).area == 2.0
    # a shell within a millimetre of its hole crosses it once rounded
    hole = [(0.0004, 0.5), (0.5, 0.4), (0.5, 0.6)]
    mended = form(Polygon(box(0, 0, 1, 1).exterior, [hole]))
    assert mended.is_valid
    assert mended.area == pytest.approx(0.95)
    # a part and a hole narrower than the grid go, their neighbours stay
    thin = MultiPolygon([box(0, 0, 1, 1), box(2, 0, 2.0002, 0.0002)])
    assert same(thin, box(0, 0, 1, 1))
    pricked = Polygon(box(0, 0, 1, 1).exterior, [box(0.5, 0.5, 0.5002, 0.5002).exterior])
    assert same(pricked, box(0, 0, 1, 1))


def test_what_is_smaller_than_the_grid_leaves_nothing() -> None:
    shapes = np.array([box(0, 0, 0.0001, 0.0001), box(0, 0, 1, 1), Polygon()], dtype=object)
    assert [shape.is_empty for shape in canonical_shapes(shapes)] == [True, False, True]
    assert len(canonical_shapes(shapes[:0])) == 0


def test_coordinates_with_their_zone_in_front() -> None:
    one = box(ZONE_35, 3_255_000, ZONE_35 + 1, 3_255_001)
    assert form(one).equals(one)
    assert not same(one, shapely.transform(one, lambda xy: xy + np.array([0.001, 0])))


# -- what must always hold -------------------------------------------------------------------


@st.composite
def polygons(draw: st.DrawFn) -> Polygon:
    """Draw a star with millimetres and perhaps holes."""
    count = draw(st.integers(3, 12))
    radii = draw(st.lists(st.integers(3_000, 9_000), min_size=count, max_size=count))
    angles = 2 * np.pi * np.arange(count) / count
    x = np.rint(np.array(radii) * np.cos(angles)) / 1000 + ZONE_35
    y = np.rint(np.array(radii) * np.sin(angles)) / 1000
    holes = [box(ZONE_35 + at - 0.2, -0.2, ZONE_35 + at + 0.2, 0.2).exterior for at in (-0.5, 0.5)]
    return Polygon(np.column_stack((x, y)), holes[: draw(st.integers(0, 2))])


def told_anew(shape: Polygon, draw: st.DrawFn) -> BaseGeometry:
    """Return the polygon as another program might tell it."""
    rings = []
    for ring in (shape.exterior, *shape.interiors):
        xy = np.array(ring.coords)[:-1]
        xy = np.roll(xy, draw(st.integers(0, len(xy) - 1)), axis=0)
        xy = xy[::-1] if draw(st.booleans()) else xy
        noise = draw(st.lists(st.floats(-3e-4, 3e-4), min_size=xy.size, max_size=xy.size))
        rings.append(xy + np.reshape(noise, xy.shape))
    holes = rings[1:][:: draw(st.sampled_from((1, -1)))]
    made = Polygon(rings[0], holes)
    return MultiPolygon([made]) if draw(st.booleans()) else made


@given(polygons(), st.data())
def test_one_form_however_it_is_told(shape: Polygon, data: st.DataObject) -> None:
    told = told_anew(shape, data.draw)
    assert same(shape, told)
    once = form(told)
    assert once.is_valid
    assert once.area == pytest.approx(shape.area, rel=1e-9)
    # the form of a form is itself, to the byte
    assert wkb_of(np.array([once]))[0] == canonical_wkb(np.array([once], dtype=object))[0]


@given(st.lists(polygons(), min_size=1, max_size=5))
def test_a_row_does_not_depend_on_the_others(shapes: list[Polygon]) -> None:
    parts = [shapely.affinity.translate(shape, 30.0 * at) for at, shape in enumerate(shapes)]
    together = np.array([*parts, MultiPolygon(parts)], dtype=object)
    alone = [canonical_wkb(np.array([shape], dtype=object))[0] for shape in together]
    assert canonical_wkb(together).tolist() == alone


# -- hashes ----------------------------------------------------------------------------------


def test_the_hash_of_a_row_by_hand() -> None:
    frame = pd.DataFrame({"grid_name": ["第一网格"], "grid_code": ["A"], "n": [3], "more": [None]})
    wkb = canonical_wkb(np.array([box(0, 0, 1, 1)], dtype=object))
    text = '{"grid_code":"A","grid_name":"第一网格","more":null,"n":3}'
    wanted = hashlib.sha256(text.encode() + wkb[0]).hexdigest()
    assert hash_rows(frame, wkb).tolist() == [wanted]
    # the order of columns, how a number is stored and how an accent is typed do not count
    shuffled = frame[["n", "more", "grid_code", "grid_name"]].astype({"n": "float64"})
    assert hash_rows(shuffled, wkb).tolist() == [wanted]
    composed, typed = "\u00e9", "e\u0301"
    one, other = (pd.DataFrame({"grid_name": [name]}) for name in (composed, typed))
    assert hash_rows(one, wkb).tolist() == hash_rows(other, wkb).tolist()
    assert hash_rows(one, wkb).tolist() != [wanted]


def test_a_hash_knows_no_broken_numbers() -> None:
    with pytest.raises(ValueError, match=r"not a whole number: 1\.5"):
        hash_rows(pd.DataFrame({"n": [1.5]}), np.array([b""], dtype=object))


def test_the_root_by_hand() -> None:
    wanted = hashlib.sha256(b"A:11\nB:22\n").hexdigest()
    assert root_hash(["A", "B"], ["11", "22"]) == root_hash(["B", "A"], ["22", "11"]) == wanted
    assert root_hash([], []) == hashlib.sha256(b"").hexdigest()
