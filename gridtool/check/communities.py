"""Communities: one row a code, a kind for each, polygons that fit together."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.check.codes import Codes, clean_codes, kinds_of
from gridtool.check.gaps import tell_holes, tell_seams
from gridtool.check.listing import add_each, listed, together
from gridtool.check.seams import close_seams, cut_overlaps
from gridtool.check.slivers import drop_slivers
from gridtool.check.spikes import smooth_polygons
from gridtool.check.values import Flags, Objects, is_none, require_filled, text_column
from gridtool.columns import COMMUNITIES
from gridtool.findings import Finding
from gridtool.geom import Geometries, Ints, group_starts, repair_polygons
from gridtool.rules import TWELVE_DIGITS

_LAYER = COMMUNITIES.key
_LEAST_M2 = 1.0
"""Ground of less is none: a slip of the mouse, or two lines that should be one."""


class Ground(NamedTuple):
    """The communities, and how far they can be relied on.

    Attributes
    ----------
    communities : GeoDataFrame
        ``code``, ``name``, ``kind``, geometry; one row a code, sorted by code, index from 0.
    rows : Index
        The first source row of each.
    sound : bool
        Whether every row of the source has its place: else nobody can tell what lies outside.
    """

    communities: gpd.GeoDataFrame
    rows: pd.Index
    sound: bool

    @property
    def named(self) -> gpd.GeoDataFrame:
        """Return the communities with the source row as index, those with a usable code."""
        own = self.communities.set_axis(self.rows)
        return own[~own["code"].str.startswith("?")]


def check_communities(frame: gpd.GeoDataFrame, findings: list[Finding]) -> Ground:
    """Check the communities.

    Parameters
    ----------
    frame : GeoDataFrame
        Columns ``code``, ``name``, perhaps ``kind``.
    findings : list of Finding
        What is found is appended.

    Returns
    -------
    Ground
    """
    codes = clean_codes(frame, COMMUNITIES, findings)
    names = require_filled(frame, COMMUNITIES, "name", findings)
    kinds = kinds_of(frame, codes, findings)
    shapes, there = _repair(frame, findings)
    _tell_odd_codes(codes, shapes, frame.index, findings)

    columns = {"code": codes.codes, "name": np.where(is_none(names), codes.codes, names)}
    columns["kind"] = kinds
    frame, shapes = frame[there], shapes[there]
    columns = {key: values[there] for key, values in columns.items()}
    firsts, merged = _merge(frame, shapes, columns, findings)
    grounded = shapely.area(merged) >= _LEAST_M2
    add_each(findings, [Finding("GT029", _LAYER, row) for row in frame.index[firsts[~grounded]]])
    firsts, merged = firsts[grounded], merged[grounded]
    complete = bool(there.all() and grounded.all())
    rows, codes_of = frame.index[firsts], columns["code"][firsts]
    merged = drop_slivers(merged, codes_of, rows, findings)
    fitted, fits = _fit(merged, codes_of, rows, complete, findings)
    held = np.flatnonzero(~shapely.is_missing(fitted))
    index = pd.RangeIndex(len(held))
    data = {key: text_column(values[firsts][held], index) for key, values in columns.items()}
    communities = gpd.GeoDataFrame(data, geometry=fitted[held], crs=frame.crs)
    return Ground(communities, rows[held], complete and fits)


def _tell_odd_codes(
    codes: Codes, shapes: Geometries, rows: pd.Index, findings: list[Finding]
) -> None:
    """Report codes that are not 12 digits."""
    twelve = np.array([TWELVE_DIGITS.fullmatch(code) is not None for code in codes.codes])
    odd = np.flatnonzero(codes.usable & ~twelve)
    places = shapely.point_on_surface(shapes[odd])
    found = [
        Finding("GT102", _LAYER, row, place, {"value": code})
        for row, place, code in zip(rows[odd], places, codes.codes[odd], strict=True)
    ]
    add_each(findings, found)


def _repair(frame: gpd.GeoDataFrame, findings: list[Finding]) -> tuple[Geometries, Flags]:
    """Return valid polygons, and which rows have one; the others are an error."""
    shapes = np.array(frame.geometry.array, dtype=object)
    lost = shapely.is_empty(shapes) | ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    shapes[lost] = None
    repaired = []
    for at in np.flatnonzero(~lost & ~shapely.is_valid(shapes)):
        reason = shapely.is_valid_reason(shapes[at])
        fixed = repair_polygons(shapes[at : at + 1])[0]
        if fixed is not None:
            values = {"reason": reason, "area_m2": abs(fixed.area - shapes[at].area)}
            repaired.append(Finding("GT101", _LAYER, frame.index[at], fixed, values))
        shapes[at] = fixed
    add_each(findings, repaired)
    there = ~shapely.is_missing(shapes)
    add_each(findings, [Finding("GT029", _LAYER, row) for row in frame.index[~there]])

    smooth = smooth_polygons(shapes, frame.index, _LAYER, findings, coverage=True)
    return smooth, there


def _merge(
    frame: gpd.GeoDataFrame,
    shapes: Geometries,
    columns: dict[str, Objects],
    findings: list[Finding],
) -> tuple[Ints, Geometries]:
    """Return the first row of each code, sorted by code, and the ground of all its rows."""
    codes = columns["code"]
    order = np.argsort(codes.astype(str), kind="stable")
    starts = group_starts(codes[order])
    firsts = order[starts[:-1]]
    merged = shapes[firsts]
    for at, (low, high) in enumerate(pairwise(starts)):
        rows = order[low:high]
        if len(rows) == 1:
            continue
        merged[at] = shapely.union_all(shapes[rows])
        if not _differ(frame, rows, columns, shapes, findings):
            values: dict[str, object] = {"count": len(rows), "value": codes[rows[0]]}
            row = frame.index[rows[0]]
            findings.append(Finding("GT103", _LAYER, row, merged[at], values))
    return firsts, merged


def _differ(
    frame: gpd.GeoDataFrame,
    rows: Ints,
    columns: dict[str, Objects],
    shapes: Geometries,
    findings: list[Finding],
) -> bool:
    """Return whether rows of one code disagree, which is an error."""
    differing = [key for key in ("name", "kind") if len(set(columns[key][rows])) > 1]
    for key in differing:
        values = listed(columns[key][rows])
        community, where = columns["code"][rows[0]], frame.index[rows]
        told = {"community": community, "column": key, "values": values}
        findings.append(together("GT028", _LAYER, where, shapes[rows], **told))
    return bool(differing)


def _fit(
    shapes: Geometries,
    codes: Objects,
    rows: pd.Index,
    complete: bool,
    findings: list[Finding],
) -> tuple[Geometries, bool]:
    """Return communities without gap or overlap, and whether that could be done.

    Parameters
    ----------
    complete : bool
        Whether no community is lost: else the holes they leave are not told.
    """
    apart = shapes
    if not shapely.coverage_is_valid(shapes):
        apart = cut_overlaps(shapes, codes, rows, findings)
    held = np.flatnonzero(~shapely.is_missing(apart))
    before, codes, rows = apart[held], codes[held], rows[held]
    after = close_seams(before)
    if after is None:
        if apart is shapes:
            edges = shapely.coverage_invalid_edges(before)
            bad = shapely.length(edges) > 0
            open_edges = shapely.union_all(edges[bad])
            findings.append(together("GT031", _LAYER, rows[bad], open_edges))
        return apart, False
    tell_seams(before, after, codes, rows, findings)
    if complete and apart is shapes:
        tell_holes(after, codes, rows, findings)
    fitted = apart.copy()
    fitted[held] = after
    return fitted, apart is shapes
