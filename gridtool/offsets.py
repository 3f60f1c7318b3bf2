"""Chinese web-map coordinates: GCJ-02 and BD-09 to and from true degrees.

GCJ-02 is the offset that maps sold in China must carry (Amap, Tencent, Google's Chinese tiles);
BD-09 is Baidu's own on top of it. True degrees are those of WGS 84 or CGCS2000, which differ by
less than a map can show. The offset has no official text; the formulas are the published ones
that every library uses (eviltransform, coord-convert and prcoords agree on them), with the
Krasovsky ellipsoid.

As published, the offset holds inside a box round China and nothing is moved outside it. No
inverse is published: it is found by fixed point, to less than a millimetre. Within a kilometre
of the edge of the box, which lies far out of China, an offset point and a true one can fall on
the same spot; the inverse then takes it for the offset one, so that going there and back is
exact for every point of the box.

All functions take and return float arrays of equal shape, longitude before latitude, in degrees;
what is not a number stays so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely

Source = Literal["gcj02", "bd09"]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]
Pair = tuple[Floats, Floats]
Move = Callable[[Floats, Floats], Pair]

_WEST, _SOUTH, _EAST, _NORTH = 72.004, 0.8293, 137.8347, 55.8271
# wider than any offset: GCJ-02 comes to 0.011°, BD-09 to 0.018°
_REACH = 0.05
# a millimetre, so that points on the edge itself come back
_HAIR = 1e-8
_AXIS, _ECCENTRICITY2 = 6378245.0, 0.00669342162296594323
_BD_LON, _BD_LAT, _BD_WAVE = 0.0065, 0.006, 3000 * np.pi / 180
# An offset changes by less than 3 % of a move, so that much of the last step is left: 0.3 mm.
_STEP = 1e-7
# temporaries of this many points stay in the processor's cache
_BLOCK = 1 << 13


def to_gcj02(lon: Floats, lat: Floats) -> Pair:
    """Return true degrees as GCJ-02."""
    return _forward(lon, lat, _add_gcj02)


def from_gcj02(lon: Floats, lat: Floats) -> Pair:
    """Return GCJ-02 as true degrees."""
    return _inverse(lon, lat, _add_gcj02)


def to_bd09(lon: Floats, lat: Floats) -> Pair:
    """Return true degrees as BD-09."""
    return _forward(lon, lat, _add_gcj02, _add_bd09)


def from_bd09(lon: Floats, lat: Floats) -> Pair:
    """Return BD-09 as true degrees."""
    return _inverse(lon, lat, _add_gcj02, _add_bd09)


def gcj02_to_bd09(lon: Floats, lat: Floats) -> Pair:
    """Return GCJ-02 as BD-09."""
    return _forward(lon, lat, _add_bd09)


def bd09_to_gcj02(lon: Floats, lat: Floats) -> Pair:
    """Return BD-09 as GCJ-02."""
    return _inverse(lon, lat, _add_bd09)


def shift_geometries(geometries: Geometries, source: Source) -> Geometries:
    """Return geometries in GCJ-02 or BD-09 in CGCS2000 degrees.

    Parameters
    ----------
    geometries : array of geometries, or None
        Longitude and latitude in degrees; left unchanged.
    source : ``gcj02`` or ``bd09``
        What they are in.

    Returns
    -------
    array of geometries
        In two dimensions, in the same order. Vertices are moved; lines between them stay
        straight.
    """
    moved = shapely.transform(geometries, _TO_TRUE[source], interleaved=False)
    return np.asarray(moved, dtype=object)


_TO_TRUE: dict[Source, Move] = {"gcj02": from_gcj02, "bd09": from_bd09}


def in_box(lon: Floats, lat: Floats, reach: float = 0.0) -> Bools:
    """Return where points lie in the box round China, made wider by `reach`."""
    inside = (lon >= _WEST - reach) & (lon <= _EAST + reach)
    inside &= (lat >= _SOUTH - reach) & (lat <= _NORTH + reach)
    return inside


def _forward(lon: Floats, lat: Floats, *moves: Move) -> Pair:
    """Apply moves in turn to the points in the box."""

    def move(x: Floats, y: Floats) -> Pair:
        for step in moves:
            x, y = step(x, y)
        return x, y

    return _blockwise(lon, lat, move, reach=0.0)


def _inverse(lon: Floats, lat: Floats, *moves: Move) -> Pair:
    """Undo moves, the last first, where that leads to a point in the box."""

    def move(x: Floats, y: Floats) -> Pair:
        u, v = x, y
        for step in reversed(moves):
            u, v = _undo(step, u, v)
        inside = in_box(u, v, _HAIR)
        return np.where(inside, u, x), np.where(inside, v, y)

    return _blockwise(lon, lat, move, reach=_REACH)


def _blockwise(lon: Floats, lat: Floats, move: Move, *, reach: float) -> Pair:
    """Move the points in the box, made wider by `reach`, block by block."""
    x = np.array(lon, dtype=np.float64, order="C")
    y = np.array(lat, dtype=np.float64, order="C")
    flat_x, flat_y = x.reshape(-1), y.reshape(-1)
    for start in range(0, flat_x.size, _BLOCK):
        at_x, at_y = flat_x[start : start + _BLOCK], flat_y[start : start + _BLOCK]
        inside = in_box(at_x, at_y, reach)
        if inside.any():
            at_x[inside], at_y[inside] = move(at_x[inside], at_y[inside])
    return x, y


def _undo(move: Move, lon: Floats, lat: Floats) -> Pair:
    """Return the points that `move` takes to the points given."""
    # what it does to one of them is a good first guess for its neighbours
    near = slice(lon.size // 2, lon.size // 2 + 1)
    x, y = move(lon[near], lat[near])
    x, y = lon + (lon[near] - x), lat + (lat[near] - y)
    step = np.inf
    while step > _STEP:
        u, v = move(x, y)
        u -= lon
        v -= lat
        x -= u
        y -= v
        step = max(np.abs(u).max(), np.abs(v).max())
    return x, y


def _add_gcj02(lon: Floats, lat: Floats) -> Pair:
    """Return points with the offset of GCJ-02 added, wherever they lie."""
    x, y = lon - 105.0, lat - 35.0
    x_twelfth, x_third, x_full = _waves(x)
    y_twelfth, y_third, y_full = _waves(y)
    root = np.sqrt(np.abs(x))
    # both axes share the two short waves along x: sin(2πx) and sin(6πx), which is its triple
    double = 2.0 * x_full * np.cos(np.pi * x)
    short = 20.0 * (double + double * (3.0 - 4.0 * double * double))
    north = short + 20.0 * y_full + 40.0 * y_third + 160.0 * y_twelfth
    north += 320.0 * np.sin(y * (np.pi / 30.0))
    north *= 2.0 / 3.0
    north += (2.0 + 0.1 * y) * x + (3.0 + 0.2 * y) * y + 0.2 * root - 100.0
    east = short + 20.0 * x_full + 40.0 * x_third + 150.0 * x_twelfth
    east += 300.0 * np.sin(x * (np.pi / 30.0))
    east *= 2.0 / 3.0
    east += (1.0 + 0.1 * x) * x + (2.0 + 0.1 * x) * y + 0.1 * root + 300.0

    # metres to degrees on the ellipsoid: radii of curvature along meridian and parallel
    angle = np.radians(lat)
    sine = np.sin(angle)
    flat = 1.0 - _ECCENTRICITY2 * sine * sine
    normal = np.radians(_AXIS) / np.sqrt(flat)
    north *= flat / (normal * (1.0 - _ECCENTRICITY2))
    east /= normal * np.cos(angle)
    return lon + east, lat + north


def _waves(x: Floats) -> tuple[Floats, Floats, Floats]:
    """Return sin(πx/12), sin(πx/3) and sin(πx), of four and twelve times the first angle."""
    angle = x * (np.pi / 12.0)
    sine, cosine = np.sin(angle), np.cos(angle)
    third = 4.0 * sine * cosine * (1.0 - 2.0 * sine * sine)
    return sine, third, third * (3.0 - 4.0 * third * third)


def _add_bd09(lon: Floats, lat: Floats) -> Pair:
    """Return GCJ-02 points with Baidu's offset added.

    It is published in polar form, as r + 0.00002 sin(ky) and θ + 0.000003 cos(kx). Turned by so
    small an angle, x and y follow without arc tangent; the cube of the angle is 3e-17.
    """
    turn = 0.000003 * np.cos(_BD_WAVE * lon)
    scale = 1.0 + 0.00002 * np.sin(_BD_WAVE * lat) / np.hypot(lon, lat)
    along, aside = scale * (1.0 - 0.5 * turn * turn), scale * turn
    return lon * along - lat * aside + _BD_LON, lat * along + lon * aside + _BD_LAT
