"""The outlines of street blocks as numbered vertices, and what lies across each edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridtool.geom import Floats, Ints, group_starts
from gridtool.units.network import Enclosures


@dataclass(frozen=True)
class Rings:
    """Vertices of the enclosures' rings, in ring order, without the closing one.

    A vertex that a ring touches twice stands twice in it; `vertex` names its first standing.
    Edge i runs from vertex i to the one that follows it. Both sides of a dead end have vertices
    of their own: `place` is where they are on the ground, `node` the first of those in one place.
    """

    xy: Floats
    place: Floats
    node: Ints
    ring: Ints
    enclosure: Ints
    vertex: Ints
    following: Ints
    twin: Ints
    edge_class: Ints


def number_rings(enclosures: Enclosures) -> Rings:
    """Number the network's vertices and find what lies across each edge."""
    ring, polygon = shapely.get_rings(enclosures.polygons, return_index=True)
    xy, at = shapely.get_coordinates(ring, return_index=True)
    closing = np.r_[at[1:] != at[:-1], True]
    xy, at = xy[~closing], at[~closing]
    start = group_starts(at)
    following = np.arange(1, len(xy) + 1)
    following[start[1:] - 1] = start[:-1]

    drawn, moved = xy[:, 0] + 1j * xy[:, 1], enclosures.moved
    off = _lookup(moved[:, 0] + 1j * moved[:, 1], drawn)
    place = np.where(off[:, None] >= 0, np.vstack([moved, np.zeros((1, 4))])[off, 2:], xy)
    points, number = np.unique(place[:, 0] + 1j * place[:, 1], return_inverse=True)
    out, back = number * len(points) + number[following], number[following] * len(points) + number
    twin = _lookup(out, back)
    ends = enclosures.edge_ends
    a = _lookup(points, ends[:, 0] + 1j * ends[:, 1])
    b = _lookup(points, ends[:, 2] + 1j * ends[:, 3])
    known = (a >= 0) & (b >= 0)
    a, b, kind = a[known], b[known], enclosures.edge_class[known]
    edge_class = np.zeros(len(xy), dtype=np.int64)
    for key in (a * len(points) + b, b * len(points) + a):
        at_edge = _lookup(key, out)
        edge_class = np.maximum(edge_class, np.r_[kind, 0][at_edge])
    node = _first_equal(polygon[at] * len(points) + number)
    vertex = np.where(off >= 0, np.arange(len(xy)), node)
    return Rings(xy, place, node, at, polygon[at], vertex, vertex[following], twin, edge_class)


def _first_equal(keys: Ints) -> Ints:
    """Return the position of the first of each key's equals."""
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    return np.asarray(first[which])


def _lookup(keys: npt.NDArray[np.generic], wanted: npt.NDArray[np.generic]) -> Ints:
    """Return the position of each wanted value among the keys, -1 when absent."""
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    place = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    return np.where(keys[order][place] == wanted, order[place], -1)
