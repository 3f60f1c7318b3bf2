"""Polygons without needles and repeated points; what is drawn otherwise stays as it is."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gridtool.check.listing import add_each, together
from gridtool.check.values import Flags
from gridtool.findings import Finding
from gridtool.geom import Geometries, Ints, Points, owned_vertices_of, vertices_of

_TURN: Final = float(np.tan(np.radians(1.0)))
_SHARE: Final = 0.01
_MOST_M2: Final = 10.0


def smooth_polygons(
    shapes: Geometries,
    rows: pd.Index,
    layer: str,
    findings: list[Finding],
    *,
    coverage: bool = False,
) -> Geometries:
    """Return polygons without spikes and repeated points, which are reported.

    Parameters
    ----------
    shapes, coverage
        As `without_spikes` takes them.
    rows : Index
        Source rows.
    layer : str
    findings : list of Finding
        Each polygon with spikes (GT183), those with repeated points together (GT184).
    """
    smooth, spiked, repeating = without_spikes(shapes, coverage=coverage)
    add_each(findings, [Finding("GT183", layer, rows[at], smooth[at]) for at in spiked])
    if len(repeating):
        marks, count = smooth[repeating], len(repeating)
        findings.append(together("GT184", layer, rows[repeating], marks, count=count))
    return smooth


def without_spikes(shapes: Geometries, *, coverage: bool = False) -> tuple[Geometries, Ints, Ints]:
    """Return polygons without spikes and repeated points.

    A spike is a vertex at which the line turns back on itself, within 1 degree, and that holds
    at most 1 % of the polygon and 10 m²: a slip of the mouse, not ground.

    Parameters
    ----------
    shapes : array of valid polygons; points and None are passed by
    coverage : bool
        Whether the polygons are neighbours: a vertex two of them share is then no spike,
        whatever its angle.

    Returns
    -------
    array of polygons
        `shapes` itself where there is nothing to do.
    spiked, repeating : int arrays
        Positions of polygons that had spikes, and of those that had repeated points.
    """
    sharp, twice = _candidates(shapes)
    if len(sharp) == 0 and len(twice) == 0:
        return shapes, sharp, twice
    fixed = shapes.copy()
    fixed[twice] = shapely.remove_repeated_points(fixed[twice])
    fewer = shapely.get_num_coordinates(fixed[twice]) < shapely.get_num_coordinates(shapes[twice])
    kept = _shared_vertices(fixed) if coverage else np.empty(0, dtype=np.complex128)
    # a point that stands twice at the tip hides a spike
    spiked = []
    for at in np.union1d(sharp, twice[fewer]):
        smooth = _blunt(fixed[at], kept)
        if smooth is not None:
            fixed[at] = smooth
            spiked.append(at)
    return fixed, np.array(spiked, dtype=np.int64), twice[fewer]


def is_sharp(before: Points, after: Points) -> Flags:
    """Return where a line turns back on itself between two steps."""
    turn = np.conj(before) * after
    return np.asarray((turn.real < 0) & (np.abs(turn.imag) <= -_TURN * turn.real), dtype=bool)


def _candidates(shapes: Geometries) -> tuple[Ints, Ints]:
    """Return polygons that may have spikes and those that have repeated points."""
    areal = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    parts, of_shape = shapely.get_parts(shapes[areal], return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    xy, count = owned_vertices_of(rings)
    ends = np.cumsum(count - 1)
    after = np.delete(np.diff(xy, append=0), np.cumsum(count) - 1)
    before = np.roll(after, 1)
    before[ends - count + 1] = after[ends - 1]
    owner = np.repeat(of_shape[of_part], count - 1)
    turns = np.flatnonzero(is_sharp(before, after))
    # a turn that holds more than a spike may is none, whatever its angle
    held = np.abs((np.conj(before[turns]) * after[turns]).imag) / 2
    most = np.minimum(_SHARE * shapely.area(shapes[areal]), _MOST_M2)
    sharp = np.unique(owner[turns[held <= most[owner[turns]]]])
    return areal[sharp], areal[np.unique(owner[after == 0])]


def _shared_vertices(shapes: Geometries) -> Points:
    """Return the vertices that stand in more than one geometry."""
    own = [np.unique(vertices_of(shape)) for shape in shapes]
    vertices, count = np.unique(np.concatenate(own), return_counts=True)
    return vertices[count > 1]


def _blunt(shape: BaseGeometry, kept: Points) -> BaseGeometry | None:
    """Return a polygon without its spikes, None where it has none."""
    most = min(_SHARE * shape.area, _MOST_M2)
    parts, changed = [], False
    for part in shapely.get_parts(shape):
        rings = [vertices_of(ring)[:-1] for ring in shapely.get_rings(part)]
        smooth = [_blunt_ring(ring, most, kept) for ring in rings]
        changed |= any(len(new) < len(old) for new, old in zip(smooth, rings, strict=True))
        shell, *holes = (np.column_stack((ring.real, ring.imag)) for ring in smooth)
        parts.append(Polygon(shell, holes))
    drawn = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    return drawn if changed and drawn.is_valid else None


def _blunt_ring(ring: Points, most: float, kept: Points) -> Points:
    """Return an open ring without its spikes, the sharpest taken first."""
    while len(ring) > 3:
        before, after = ring - np.roll(ring, 1), np.roll(ring, -1) - ring
        turn = np.conj(before) * after
        spike = is_sharp(before, after) & (np.abs(turn.imag) / 2 <= most) & ~np.isin(ring, kept)
        if not spike.any():
            break
        at = np.flatnonzero(spike)[np.argmax(-turn.real[spike])]
        ring = np.delete(ring, at)
    return ring
