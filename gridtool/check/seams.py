"""Seams between communities: small gaps and overlaps closed, and nothing else moved."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import shapely

from gridtool.check.values import Floats, Objects
from gridtool.columns import COMMUNITIES
from gridtool.errors import DataError
from gridtool.geom import Geometries

GAP_M: Final = 1.0
"""Gaps up to this width are closed; wider ones are taken for ground of nobody."""

# Snapping also acts inside a polygon, where it can close a narrow neck (GEOS issue 1476), so
# the smallest that closes the seams is taken.
_SNAPS_M: Final = (0.01, 0.05, 0.1)
_OVERLAP_SHARE, _OVERLAP_M2 = 0.01, 100.0
_KEPT_M2, _KEPT_SHARE = 1.0, 1e-6
_SPLINTER_M2 = 10.0


def refuse_overlaps(shapes: Geometries, codes: Objects, rows: pd.Index) -> None:
    """Refuse communities that overlap by more than a drawing error.

    Raises
    ------
    DataError
        GT026 for the largest overlap over 100 m² and over 1 % of the smaller community.
    """
    first, second, areas = _overlaps(shapes)
    smaller = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    heavy = np.flatnonzero((areas > _OVERLAP_M2) & (areas > _OVERLAP_SHARE * smaller))
    if len(heavy):
        worst = heavy[np.argmax(areas[heavy])]
        a, b = first[worst], second[worst]
        raise DataError(
            "GT026",
            layer=COMMUNITIES.key,
            rows=(rows[a], rows[b]),
            a=codes[a],
            b=codes[b],
            area_m2=areas[worst],
        )


def close_seams(shapes: Geometries, rows: pd.Index) -> Geometries:
    """Return the communities as a valid coverage.

    Parameters
    ----------
    shapes : array of valid polygons
    rows : Index
        Source rows, for the error.

    Returns
    -------
    array of polygons, in the same order
        `shapes` itself when nothing has to be done. Away from real gaps and overlaps a
        community changes by at most 1 m² or a millionth of its area.

    Raises
    ------
    DataError
        GT031 when no cleaning leads to a valid coverage.
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
    if best is None:
        bad = shapely.length(shapely.coverage_invalid_edges(shapes)) > 0
        raise DataError("GT031", layer=COMMUNITIES.key, rows=rows[bad])
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


def _overlaps(shapes: Geometries) -> tuple[np.ndarray, np.ndarray, Floats]:
    """Return the pairs of polygons that share ground, and how much."""
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    areas = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    return first[areas > 0], second[areas > 0], areas[areas > 0]


def _overlap_areas(shapes: Geometries) -> Floats:
    """Return how much of each polygon others also claim."""
    first, second, areas = _overlaps(shapes)
    total = np.bincount(first, areas, len(shapes)) + np.bincount(second, areas, len(shapes))
    return np.asarray(total, dtype=np.float64)
