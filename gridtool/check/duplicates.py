"""Buildings that stand in the layer twice: as rows, as shapes, or one upon another."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.check.ids import repeated
from gridtool.check.listing import add_each, listed, together
from gridtool.check.shapes import Indexed
from gridtool.check.values import Flags, Floats, Objects
from gridtool.columns import BUILDINGS
from gridtool.findings import Finding, row_order
from gridtool.geom import Geometries, Ints, group_starts, query_spread, spread

_LAYER = BUILDINGS.key
_OVERLAP_SHARE: Final = 0.5


def drop_repeated_rows(held: pd.DataFrame, findings: list[Finding]) -> pd.DataFrame:
    """Return buildings with each row once.

    Parameters
    ----------
    held : DataFrame
        ``building_id``, ``households``, ``persons``, ``geometry``; index the source row.
    findings : list of Finding
        Rows of one id, shape and counts are the same building, counted once (GT185). Rows of
        one id that differ are an error (GT020), and all of them stay.

    Returns
    -------
    DataFrame
    """
    ids = held["building_id"].to_numpy()
    shapes = held["geometry"].to_numpy()
    counts = held[["households", "persons"]].to_numpy()
    kept = np.ones(len(held), dtype=bool)
    dropped, differing = [], []
    for rows in repeated(ids):
        rows = np.array(sorted(rows, key=lambda at: row_order(held.index[at])))
        where, marks = held.index[rows], shapes[rows]
        if _all_same(marks, counts[rows]):
            kept[rows[1:]] = False
            values: dict[str, Any] = {"count": len(rows), "value": ids[rows[0]]}
            dropped.append(together("GT185", _LAYER, where, marks[:1], **values))
        else:
            values = {
                "column": "building_id",
                "values": ids[rows[0]],
                "what_zh": "楼栋",
                "what_en": "building",
            }
            differing.append(together("GT020", _LAYER, where, marks, **values))
    add_each(findings, differing)
    add_each(findings, dropped)
    return held if kept.all() else held[kept]


def _all_same(shapes: Geometries, counts: Floats) -> bool:
    """Return whether rows have one shape and the same counts."""
    missing = shapely.is_missing(shapes)
    one_shape = missing.all() or bool(shapely.equals(shapes[1:], shapes[0]).all())
    return one_shape and bool(np.array_equal(counts, np.tile(counts[0], (len(counts), 1)), True))


def tell_stacked(buildings: gpd.GeoDataFrame, footprints: Indexed, findings: list[Finding]) -> None:
    """Report buildings of the same shape (GT186) and those that overlap (GT187).

    Both are counted: a tower above its podium is drawn like that, a footprint digitised twice
    too. Rows of one id are an error told before.

    Parameters
    ----------
    buildings : GeoDataFrame
        Checked; ``building_id``, ``households``.
    footprints : Indexed
        Their geometries.
    findings : list of Finding
        What is found is appended.
    """
    shapes = footprints.shapes
    ids, rows = buildings["building_id"].to_numpy(), buildings.index
    households = buildings["households"].to_numpy()
    same, alone = _of_one_shape(footprints, ids)
    found = []
    for at in same:
        if len(set(ids[at])) == 1:
            continue
        values: dict[str, Any] = {"count": len(at), "households": int(households[at].sum())}
        marks, named = shapes[at[:1]], listed(sorted(ids[at]))
        found.append(together("GT186", _LAYER, rows[at], marks, values=named, **values))
    add_each(findings, found)
    found = []
    for one, other, shared, share in zip(*_overlapping(footprints, ids, alone), strict=True):
        if ids[one] == ids[other]:
            continue
        values = {"a": ids[one], "b": ids[other], "share": float(share)}
        values["households"] = int(households[one] + households[other])
        found.append(together("GT187", _LAYER, rows[[one, other]], shared, **values))
    add_each(findings, found)


def _of_one_shape(footprints: Indexed, ids: Objects) -> tuple[list[Ints], Flags]:
    """Return groups of equal geometries by id, and which geometries are no repeats of a first."""
    shapes = footprints.shapes
    # equal bounds give equal sums; the few that have them by chance are told apart below
    mixed = footprints.bounds @ np.array([0.7548776662, 0.5698402910, 0.3247179572, 0.8191725134])
    again = np.flatnonzero(pd.Series(mixed).duplicated(keep=False))
    order = again[np.argsort(mixed[again], kind="stable")]
    alone = np.ones(len(shapes), dtype=bool)
    groups = []
    for low, high in pairwise(group_starts(mixed[order])):
        at = order[low:high]
        at = at[shapely.equals(shapes[at], shapes[at[0]])]
        if len(at) > 1:
            at = at[np.argsort(ids[at].astype(str), kind="stable")]
            groups.append(at)
            alone[at[1:]] = False
    return groups, alone


def _overlapping(
    footprints: Indexed, ids: Objects, alone: Flags
) -> tuple[Ints, Ints, Geometries, Floats]:
    """Return pairs of footprints that share over half of the smaller one, and what they share.

    The first of a pair is the first by id.
    """
    shapes = footprints.shapes
    areas = spread(shapely.area, shapes)
    alone = alone & (areas > 0)
    asked = np.flatnonzero(alone)
    mine = shapes if len(asked) == len(shapes) else shapes[asked]
    one, other = query_spread(footprints.tree, mine)
    one = asked[one]
    pairs = np.flatnonzero((one < other) & alone[other])
    one, other = one[pairs], other[pairs]
    smaller = np.minimum(areas[one], areas[other])
    # what footprints share lies within what their bounds share
    west, south, east, north = footprints.bounds.T
    width = np.minimum(east[one], east[other]) - np.maximum(west[one], west[other])
    height = np.minimum(north[one], north[other]) - np.maximum(south[one], south[other])
    maybe = np.flatnonzero(width * height > _OVERLAP_SHARE * smaller)
    maybe = maybe[spread(shapely.intersects, shapes[one[maybe]], shapes[other[maybe]])]
    one, other, smaller = one[maybe], other[maybe], smaller[maybe]
    swapped = ids[one] > ids[other]
    one, other = np.where(swapped, other, one), np.where(swapped, one, other)
    shared = shapely.intersection(shapes[one], shapes[other])
    share = shapely.area(shared) / smaller
    over = share > _OVERLAP_SHARE
    return one[over], other[over], shared[over], share[over]
