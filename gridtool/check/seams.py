"""Seams between communities: small gaps and overlaps closed, and nothing else moved."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gridtool.check.listing import add_each, together
from gridtool.check.values import Floats, Objects
from gridtool.columns import COMMUNITIES
from gridtool.findings import Finding
from gridtool.geom import Geometries, Ints

GAP_M: Final = 1.0
"""Gaps up to this width are closed; wider ones are taken for ground of nobody."""

# Snapping also acts inside a polygon, where it can close a narrow neck (GEOS issue 1476), so
# the smallest that closes the seams is taken.
_SNAPS_M: Final = (0.01, 0.05, 0.1)
_OVERLAP_SHARE, _OVERLAP_M2 = 0.01, 100.0
_KEPT_M2, _KEPT_SHARE = 1.0, 1e-6
_SPLINTER_M2 = 10.0


def cut_overlaps(
    shapes: Geometries, codes: Objects, rows: pd.Index, findings: list[Finding]
) -> Geometries:
    """Refuse communities that overlap by more than a drawing error.

    Parameters
    ----------
    shapes : array of valid polygons
    codes : array of str
    rows : Index
        Source rows.
    findings : list of Finding
        Each overlap over 100 m² and over 1 % of the smaller community is an error (GT026).

    Returns
    -------
    array of polygons, None where nothing is left
        Without those overlaps, which go to the smaller community so that checking can go on.
    """
    first, second, areas = overlaps(shapes)
    size = shapely.area(shapes)
    heavy = areas > np.maximum(_OVERLAP_M2, _OVERLAP_SHARE * np.minimum(size[first], size[second]))
    if not heavy.any():
        return shapes
    cut, found = shapes.copy(), []
    for a, b in zip(first[heavy], second[heavy], strict=True):
        shared = _areal(shapely.intersection(shapes[a], shapes[b]))
        values: dict[str, object] = {"a": codes[a], "b": codes[b], "area_m2": shared.area}
        found.append(together("GT026", COMMUNITIES.key, rows[[a, b]], shared, **values))
        large, small = (a, b) if size[a] > size[b] else (b, a)
        cut[large] = _areal(shapely.difference(cut[large], shapes[small]))
    add_each(findings, found)
    cut[shapely.is_empty(cut)] = None
    return cut


def _areal(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a geometry as one."""
    parts = shapely.get_parts(shape)
    whole: BaseGeometry = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return whole


def close_seams(shapes: Geometries) -> Geometries | None:
    """Return the communities as a valid coverage.

    Parameters
    ----------
    shapes : array of valid polygons

    Returns
    -------
    array of polygons, in the same order
        `shapes` itself when nothing has to be done. Away from real gaps and overlaps a
        community changes by at most 1 m² or a millionth of its area. None when no cleaning
        leads to a valid coverage.
    """
    if shapely.coverage_is_valid(shapes, gap_width=GAP_M):
        return shapes
    # narrow inlets from outside are no gaps: a coverage may stay as it is with them
    best = shapes if shapely.coverage_is_valid(shapes) else None
    least = _open_length(shapes) if best is not None else np.inf
    for snap in _SNAPS_M:
        cleaned = np.asarray(
            shapely.coverage_clean(shapes, snapping_distance=snap, gap_width=GAP_M), dtype=object
        )
        cleaned = _give_splinters_away(shapes, cleaned)
        if not _keeps(shapes, cleaned):
            continue
        length = _open_length(cleaned)
        if length < least - 1e-6:
            best, least = cleaned, length
        if length == 0:
            break
    return best


def _give_splinters_away(before: Geometries, after: Geometries) -> Geometries:
    """Return a coverage in which cleaning cut no small piece off a community.

    Such a piece goes to the community it has the longest border with; one that touches none is
    left out.
    """
    if len(before) != len(after):
        return after
    given = after.copy()
    kept = shapely.get_num_geometries(before)
    for at in np.flatnonzero(shapely.get_num_geometries(after) > kept):
        parts = shapely.get_parts(given[at])
        parts = parts[np.argsort(-shapely.area(parts), kind="stable")]
        own = list(parts[: kept[at]])
        for part in parts[kept[at] :]:
            near = np.flatnonzero(shapely.intersects(part, given))
            near = near[near != at]
            borders = shapely.length(shapely.intersection(part, given[near]))
            if part.area > _SPLINTER_M2:
                own.append(part)
            elif len(near) and borders.max() > 0:
                best = near[np.argmax(borders)]
                given[best] = shapely.coverage_union(given[best], part)
        given[at] = own[0] if len(own) == 1 else shapely.MultiPolygon(own)
    return given


def _open_length(shapes: Geometries) -> float:
    """Return the metres of border along gaps that are still open."""
    return float(shapely.length(shapely.coverage_invalid_edges(shapes, gap_width=GAP_M)).sum())


def _keeps(before: Geometries, after: Geometries) -> bool:
    """Return whether a cleaning is a valid coverage that moved nothing but the seams."""
    if len(before) != len(after) or not shapely.coverage_is_valid(after):
        return False
    if (shapely.is_empty(after) | ~shapely.is_valid(after)).any():
        return False
    allowed = np.maximum(_KEPT_M2, _KEPT_SHARE * shapely.area(before))
    lost = shapely.area(shapely.difference(before, after))
    gained = shapely.area(shapely.difference(after, before))
    suspects = np.flatnonzero(lost + gained > allowed)
    if len(suspects) == 0:
        return True
    overlap = _overlap_areas(before)
    whole = shapely.union_all(before)
    for at in suspects:
        filled = shapely.area(shapely.difference(after[at], whole))
        unexplained = max(0.0, lost[at] - overlap[at]) + max(0.0, gained[at] - filled)
        if unexplained > allowed[at]:
            return False
    return True


def overlaps(shapes: Geometries) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of polygons that share ground, and how much."""
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    areas = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    return first[areas > 0], second[areas > 0], areas[areas > 0]


def _overlap_areas(shapes: Geometries) -> Floats:
    """Return how much of each polygon others also claim."""
    first, second, areas = overlaps(shapes)
    total = np.bincount(first, areas, len(shapes)) + np.bincount(second, areas, len(shapes))
    return np.asarray(total, dtype=np.float64)
