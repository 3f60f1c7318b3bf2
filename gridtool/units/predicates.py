"""On which side of a line a point lies, and whether it lies in a circle: kernels.

Source: J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric
Predicates, 1997. Buildings stand in rows: points on one line are the rule, not the exception, and
a side told wrongly by the last digit would tear a triangulation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from gridtool.geom import Floats

_HALF_ULP = 2.0**-53
_SPLITTER = 2.0**27 + 1.0
_SIDE_ERROR = (3.0 + 16.0 * _HALF_ULP) * _HALF_ULP
_CIRCLE_ERROR = (10.0 + 96.0 * _HALF_ULP) * _HALF_ULP

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


def inner(kernel: _Kernel) -> _Kernel:
    """Compile a kernel that only kernels call: it is cached with those, and compiled sooner."""
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast("_Kernel", numba.njit(**options)(kernel))


@inner
def _product_tail(a: float, b: float, product: float) -> float:
    """Return what the rounded product of two numbers lacks."""
    c = _SPLITTER * a
    a_high = c - (c - a)
    c = _SPLITTER * b
    b_high = c - (c - b)
    a_low, b_low = a - a_high, b - b_high
    return float(a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low))


@inner
def _grow(sum_: Floats, count: int, term: float) -> None:
    """Add a term to a sum of `count` numbers that do not overlap, in place and exactly."""
    carry = term
    for at in range(count):
        total = carry + sum_[at]
        virtual = total - carry
        sum_[at] = (carry - (total - virtual)) + (sum_[at] - virtual)
        carry = total
    sum_[count] = carry


@inner
def _exact_side(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> float:
    """Return a number of the same sign as the area of a triangle, whatever it takes."""
    factors = ((ax, by), (-ax, cy), (bx, cy), (-bx, ay), (cx, ay), (-cx, by))
    terms = np.zeros(12)
    count = 0
    for one, other in factors:
        product = one * other
        _grow(terms, count, _product_tail(one, other, product))
        _grow(terms, count + 1, product)
        count += 2
    for at in range(11, -1, -1):
        if terms[at] != 0.0:
            return float(terms[at])
    return 0.0


@inner
def side_of(xy: Floats, a: int, b: int, c: int) -> float:
    """Return on which side of the line from a to b the point c lies.

    Returns
    -------
    float
        Over 0 on the left, under 0 on the right, 0 just on the line: the sign is exact.
    """
    ax, ay, bx, by = xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1]
    cx, cy = xy[c, 0], xy[c, 1]
    left = (ax - cx) * (by - cy)
    right = (ay - cy) * (bx - cx)
    area = left - right
    if left == 0.0 or right == 0.0 or abs(area) >= _SIDE_ERROR * (abs(left) + abs(right)):
        return float(area)
    return float(_exact_side(ax, ay, bx, by, cx, cy))


@inner
def surely_in_circle(xy: Floats, a: int, b: int, c: int, d: int) -> bool:
    """Return whether d lies in the circle through a, b, c (counter-clockwise) beyond doubt.

    On the circle, within what rounding hides, counts as out of it: flipping edges on this answer
    comes to an end.
    """
    dx, dy = xy[d, 0], xy[d, 1]
    ax, ay = xy[a, 0] - dx, xy[a, 1] - dy
    bx, by = xy[b, 0] - dx, xy[b, 1] - dy
    cx, cy = xy[c, 0] - dx, xy[c, 1] - dy
    a_lift, b_lift, c_lift = ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy
    bc, cb, ca, ac, ab, ba = bx * cy, cx * by, cx * ay, ax * cy, ax * by, bx * ay
    value = a_lift * (bc - cb) + b_lift * (ca - ac) + c_lift * (ab - ba)
    scale = a_lift * (abs(bc) + abs(cb))
    scale += b_lift * (abs(ca) + abs(ac)) + c_lift * (abs(ab) + abs(ba))
    return bool(value > _CIRCLE_ERROR * scale)
