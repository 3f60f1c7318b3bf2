"""Communities: one row a code, a kind for each, polygons that fit together."""

from __future__ import annotations

import re
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.check.seams import close_seams, refuse_overlaps
from gridtool.check.values import (
    Objects,
    is_none,
    listed,
    require_filled,
    text_column,
    text_of,
)
from gridtool.columns import COMMUNITIES, COMMUNITY_KINDS, fold
from gridtool.errors import DataError
from gridtool.findings import Finding
from gridtool.geom import Geometries, group_starts, repair_polygons
from gridtool.rules import COMMUNITY_KIND, VILLAGE_KIND

_TWELVE_DIGITS = re.compile(r"[0-9]{12}")
_MOVED_M2 = 0.5


def check_communities(frame: gpd.GeoDataFrame, findings: list[Finding]) -> gpd.GeoDataFrame:
    """Check the communities.

    Parameters
    ----------
    frame : GeoDataFrame
        Columns ``code``, ``name``, perhaps ``kind``.
    findings : list of Finding
        What is found is appended.

    Returns
    -------
    GeoDataFrame
        ``code``, ``name``, ``kind``, geometry; one row a code, sorted by code, index from 0.
    """
    codes = require_filled(frame, COMMUNITIES, "code")
    names = require_filled(frame, COMMUNITIES, "name")
    kinds = _kinds(frame, codes)
    shapes = _repair(frame, findings)
    for at, code in enumerate(codes):
        if not _TWELVE_DIGITS.fullmatch(code):
            place = shapely.point_on_surface(shapes[at])
            row = frame.index[at]
            findings.append(Finding("GT102", COMMUNITIES.key, row, place, {"value": code}))

    order = np.argsort(codes.astype(str), kind="stable")
    starts = group_starts(codes[order])
    firsts = order[starts[:-1]]
    merged = np.empty(len(firsts), dtype=object)
    for at, (low, high) in enumerate(pairwise(starts)):
        rows = order[low:high]
        merged[at] = shapes[rows[0]]
        if len(rows) > 1:
            _refuse_difference(frame, rows, codes, {"name": names, "kind": kinds})
            merged[at] = shapely.union_all(shapes[rows])
            values = {"count": len(rows), "value": codes[rows[0]]}
            row = frame.index[rows[0]]
            findings.append(Finding("GT103", COMMUNITIES.key, row, merged[at], values))
    rows = frame.index[firsts]
    fitted = _fit(merged, codes[firsts], rows, findings)
    index = pd.RangeIndex(len(firsts))
    columns = {"code": codes, "name": names, "kind": kinds}
    data = {key: text_column(values[firsts], index) for key, values in columns.items()}
    return gpd.GeoDataFrame(data, geometry=fitted, crs=frame.crs)


def _kinds(frame: gpd.GeoDataFrame, codes: Objects) -> Objects:
    """Return community or village for each row, from the column or from the code."""
    given = text_of(frame, "kind")
    known = {fold(name): kind for name, kind in COMMUNITY_KINDS.items()}
    kinds = np.array([None if item is None else known.get(fold(item)) for item in given], object)
    unknown = is_none(kinds) & ~is_none(given)
    if unknown.any():
        rows, values = frame.index[unknown], listed(given[unknown])
        raise DataError("GT024", layer=COMMUNITIES.key, rows=rows, values=values)
    for at in np.flatnonzero(is_none(kinds)):
        kinds[at] = _kind_of_code(codes[at])
    untold = is_none(kinds)
    if untold.any():
        rows, values = frame.index[untold], listed(codes[untold])
        raise DataError("GT025", layer=COMMUNITIES.key, rows=rows, values=values)
    return kinds


def _kind_of_code(code: str) -> str | None:
    """Return the kind that digits 10 to 12 stand for.

    Source: 统计用区划代码编制规则: 001-199 residents' committees and 200-399 villagers' committees;
    400-499 and 500-599 for units that act as them.
    """
    if not _TWELVE_DIGITS.fullmatch(code):
        return None
    serial = int(code[9:])
    if 1 <= serial <= 199 or 400 <= serial <= 499:
        return COMMUNITY_KIND
    if 200 <= serial <= 399 or 500 <= serial <= 599:
        return VILLAGE_KIND
    return None


def _repair(frame: gpd.GeoDataFrame, findings: list[Finding]) -> Geometries:
    """Return valid polygons; refuse rows that have none."""
    shapes = np.array(frame.geometry.array, dtype=object)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    bounds = shapely.bounds(shapes)
    lost = missing | ~np.isfinite(bounds).all(axis=1)
    invalid = ~lost & ~shapely.is_valid(shapes)
    for at in np.flatnonzero(invalid):
        reason = shapely.is_valid_reason(shapes[at])
        fixed = repair_polygons(shapes[at : at + 1])[0]
        if fixed is None:
            lost[at] = True
            continue
        change = abs(fixed.area - shapes[at].area)
        values: dict[str, object] = {"reason": reason, "area_m2": change}
        findings.append(Finding("GT101", COMMUNITIES.key, frame.index[at], fixed, values))
        shapes[at] = fixed
    if lost.any():
        raise DataError("GT029", layer=COMMUNITIES.key, rows=frame.index[lost])
    return shapes


def _refuse_difference(
    frame: gpd.GeoDataFrame,
    rows: np.ndarray,
    codes: Objects,
    columns: dict[str, Objects],
) -> None:
    """Refuse rows of one code that disagree."""
    for column, values in columns.items():
        if len(set(values[rows])) > 1:
            raise DataError(
                "GT028",
                layer=COMMUNITIES.key,
                rows=frame.index[rows],
                community=codes[rows[0]],
                column=column,
                values=listed(values[rows]),
            )


def _fit(shapes: Geometries, codes: Objects, rows: pd.Index, findings: list[Finding]) -> Geometries:
    """Return communities without gap or overlap, reporting those that changed."""
    if not shapely.coverage_is_valid(shapes):
        refuse_overlaps(shapes, codes, rows)
    fitted = close_seams(shapes, rows)
    changed = np.flatnonzero(~shapely.equals_exact(shapes, fitted, tolerance=0.0))
    moved = shapely.symmetric_difference(shapes[changed], fitted[changed])
    for at, piece in zip(changed, moved, strict=True):
        if piece.area > _MOVED_M2:
            values: dict[str, object] = {"area_m2": piece.area}
            findings.append(Finding("GT104", COMMUNITIES.key, rows[int(at)], piece, values))
    return fitted
