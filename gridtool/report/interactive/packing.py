"""Shapes and numbers as short text, for a page that holds a county.

A shape is told in three streams of numbers: rings of each shape, vertices of each ring, and the
step from vertex to vertex. Steps are short, so most take one byte or two; ``unpack.js`` reads
them back.
"""

from __future__ import annotations

import base64
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from gridtool.geom import Floats, Geometries, Ints

UNIT_M: Final = 0.1
"""Length of a step of one: what a screen can show of a building."""

_BITS: Final = 7
_MORE: Final = 0x80


class Frame(NamedTuple):
    """Where the page's coordinates count from, in metres of the CRS."""

    west: float
    south: float


def pack_shapes(shapes: Geometries, frame: Frame) -> dict[str, str]:
    """Pack polygons, multipolygons and points.

    Parameters
    ----------
    shapes : array of geometries
        In metres.
    frame : Frame

    Returns
    -------
    dict
        ``rings``, ``sizes`` and ``steps``; a point is a ring of one vertex.
    """
    owner, rings = _rings(shapes)
    xy, ring_at = shapely.get_coordinates(rings, return_index=True)
    # a ring ends where it starts: the page closes it
    lengths = np.bincount(ring_at, minlength=len(rings))
    ends = np.cumsum(lengths) - 1
    keep = np.ones(len(xy), dtype=bool)
    keep[ends[lengths > 1]] = False
    units = np.rint((xy[keep] - frame) / UNIT_M).astype(np.int64)
    steps = np.diff(units, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return {
        "rings": pack_numbers(np.bincount(owner, minlength=len(shapes))),
        "sizes": pack_numbers(lengths - (lengths > 1)),
        "steps": pack_numbers(_zigzag(steps.ravel())),
    }


def _rings(shapes: Geometries) -> tuple[Ints, Geometries]:
    """Return all rings and points with the shape each is of."""
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    areas = shapely.get_dimensions(parts) == 2
    rings, ring_of = shapely.get_rings(parts[areas], return_index=True)
    points = shapely.get_dimensions(parts) == 0
    owner = np.concatenate((part_of[areas][ring_of], part_of[points]))
    order = np.argsort(owner, kind="stable")
    return owner[order], np.concatenate((rings, parts[points]))[order]


def pack_numbers(values: Ints) -> str:
    """Return whole numbers from 0 on as base64, seven bits a byte, the low ones first."""
    left = values.astype(np.uint64)
    count = np.ones(len(left), dtype=np.int64)
    for bits in range(_BITS, 64, _BITS):
        more = left >> np.uint64(bits) > 0
        if not more.any():
            break
        count += more
    out = np.zeros(int(count.sum()), dtype=np.uint8)
    starts = np.cumsum(count) - count
    for at in range(int(count.max(initial=0))):
        some = count > at
        byte = (left[some] >> np.uint64(_BITS * at)) & np.uint64(_MORE - 1)
        out[starts[some] + at] = byte | np.where(count[some] > at + 1, _MORE, 0).astype(np.uint64)
    return base64.b64encode(out.tobytes()).decode("ascii")


def _zigzag(values: Ints) -> Ints:
    """Return signed numbers as unsigned ones: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4."""
    zigzag: npt.NDArray[np.int64] = (values << 1) ^ (values >> 63)
    return zigzag


def pack_points(xy: Floats, frame: Frame) -> list[list[int]]:
    """Return points as pairs of units, for the few that stand in the page's JSON."""
    units = np.rint((xy - frame) / UNIT_M).astype(np.int64)
    pairs: list[list[int]] = units.tolist()
    return pairs
