"""Buildings: unique ids, whole counts, valid footprints; estimates where counts are absent."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridtool.check.values import (
    Flags,
    Floats,
    Objects,
    counts,
    is_none,
    listed,
    numbers,
    require_filled,
    text_column,
    text_of,
)
from gridtool.columns import BUILDINGS, fold
from gridtool.errors import DataError
from gridtool.findings import Finding
from gridtool.geom import Geometries, repair_polygons

_LAYER = BUILDINGS.key
_MOST_ROWS = 200
_HOME_M2 = 40.0
_USUAL_FLOORS = 2.0
_HOME_USES = frozenset(
    (
        *("yes", "residential", "house", "apartments", "detached", "semidetached_house"),
        *("terrace", "dormitory", "bungalow", "farm", "mixed", "résidentiel", "indifférencié"),
    )
)
_HOME_WORDS = ("住宅", "居住", "宿舍", "公寓", "民居", "民房", "农房", "自建房", "住房", "商住")


def check_buildings(
    frame: gpd.GeoDataFrame,
    findings: list[Finding],
    *,
    m2_per_household: float,
    persons_per_household: float,
) -> gpd.GeoDataFrame:
    """Check the buildings.

    Parameters
    ----------
    frame : GeoDataFrame
        Any columns of the dictionary.
    findings : list of Finding
        What is found is appended.
    m2_per_household, persons_per_household : float
        For estimates.

    Returns
    -------
    GeoDataFrame
        ``building_id``, ``households``, ``persons``, ``floors``, ``use``, ``compound_id``,
        ``address``, ``estimated``, geometry; sorted by ``building_id``, index the source row.
    """
    ids = _ids(frame, findings)
    shapes = _repair(frame, findings)
    floors = _floors(frame, findings)
    uses = text_of(frame, "use")
    households, estimated = _households(frame, shapes, findings)
    if estimated:
        households = _estimate(shapely.area(shapes), floors, uses, m2_per_household)
        findings.append(Finding("GT116", _LAYER, values={"area_m2": m2_per_household}))
    persons = _persons(frame, households, persons_per_household, findings)

    there = ~shapely.is_missing(shapes)
    order = np.flatnonzero(there)[np.argsort(ids[there].astype(str), kind="stable")]
    index = frame.index[order]
    data = {
        "building_id": text_column(ids[order], index),
        "households": pd.Series(households[order].astype(np.int64), index=index),
        "persons": pd.Series(persons[order].astype(np.int64), index=index),
        "floors": pd.Series(floors[order], index=index),
        "use": text_column(uses[order], index),
        "compound_id": text_column(text_of(frame, "compound_id")[order], index),
        "address": text_column(text_of(frame, "address")[order], index),
        "estimated": pd.Series(estimated, index=index, dtype=bool),
    }
    return gpd.GeoDataFrame(data, geometry=shapes[order], crs=frame.crs)


def _ids(frame: gpd.GeoDataFrame, findings: list[Finding]) -> Objects:
    """Return unique ids, numbered by row where none are given."""
    if is_none(text_of(frame, "building_id")).all():
        width = max(6, len(str(len(frame))))
        ids = np.array([f"B{at:0{width}d}" for at in range(1, len(frame) + 1)], dtype=object)
        findings.append(Finding("GT118", _LAYER, values={"first": ids[0]}))
        return ids
    ids = require_filled(frame, BUILDINGS, "building_id")
    twice = pd.Series(ids).duplicated(keep=False).to_numpy()
    if twice.any():
        raise DataError(
            "GT020",
            layer=_LAYER,
            rows=frame.index[twice],
            column="building_id",
            values=listed(ids[twice]),
            what_zh="楼栋",
            what_en="building",
        )
    return ids


def _repair(frame: gpd.GeoDataFrame, findings: list[Finding]) -> Geometries:
    """Return valid polygons and single points, None where a row has no geometry."""
    shapes = np.array(frame.geometry.array, dtype=object)
    shapes[shapely.is_empty(shapes) | ~np.isfinite(shapely.bounds(shapes)).all(axis=1)] = None
    several = shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOINT
    shapes[several] = shapely.get_geometry(shapes[several], 0)
    missing = frame.index[shapely.is_missing(shapes)]
    findings += [Finding("GT114", _LAYER, row) for row in missing]
    invalid = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_valid(shapes))
    fixed = repair_polygons(shapes[invalid])
    for at, shape in zip(invalid, fixed, strict=True):
        # a footprint without area still has its households: it is kept as a point
        mended = shapely.centroid(shapes[at]) if shape is None else shape
        values: dict[str, object] = {"reason": shapely.is_valid_reason(shapes[at])}
        findings.append(Finding("GT111", _LAYER, frame.index[at], mended, values))
        shapes[at] = mended
    return shapes


def _floors(frame: gpd.GeoDataFrame, findings: list[Finding]) -> Floats:
    """Return floors, NaN where unknown; 0 is how many sources write unknown."""
    if "floors" not in frame:
        return np.full(len(frame), np.nan)
    floors, wrong = numbers(frame, "floors")
    wrong |= floors < 0
    if wrong.any():
        values = {"count": int(wrong.sum()), "values": listed(frame["floors"][wrong])}
        findings.append(Finding("GT110", _LAYER, frame.index[wrong][0], values=values))
    floors[~(floors > 0)] = np.nan
    return floors


def _households(
    frame: gpd.GeoDataFrame, shapes: Geometries, findings: list[Finding]
) -> tuple[Floats, bool]:
    """Return households with empty ones as 0, and whether all must be estimated."""
    if "households" not in frame:
        return np.zeros(len(frame)), True
    households = counts(frame, BUILDINGS, "households")
    empty = np.isnan(households)
    if empty.all():
        return np.zeros(len(frame)), True
    rows = np.flatnonzero(empty & ~shapely.is_missing(shapes))
    if len(rows) > _MOST_ROWS:
        findings.append(Finding("GT119", _LAYER, values={"count": len(rows)}))
    else:
        findings += [Finding("GT115", _LAYER, frame.index[at], shapes[at]) for at in rows]
    return np.where(empty, 0.0, households), False


def _estimate(footprints: Floats, floors: Floats, uses: Objects, m2_per_household: float) -> Floats:
    """Return households from residential floor space.

    A residential footprint of 40 m² or more holds at least one household; smaller ones are
    sheds and garages.
    """
    space = footprints * np.where(np.isnan(floors), _USUAL_FLOORS, floors)
    households = np.maximum(np.floor(space / m2_per_household + 0.5), 1.0)
    return np.where(_is_home(uses) & (footprints >= _HOME_M2), households, 0.0)


def _is_home(uses: Objects) -> Flags:
    """Return where a use is residential or not told."""
    codes, distinct = pd.factorize(uses)
    folded = [fold(use) for use in distinct]
    homes = [use in _HOME_USES or any(word in use for word in _HOME_WORDS) for use in folded]
    lookup: npt.NDArray[np.bool_] = np.array([*homes, True], dtype=bool)
    return lookup[codes]


def _persons(
    frame: gpd.GeoDataFrame, households: Floats, ratio: float, findings: list[Finding]
) -> Floats:
    """Return persons, by households where they are not given."""
    derived = np.floor(households * ratio + 0.5)
    given = np.full(len(frame), np.nan)
    if "persons" in frame:
        given = counts(frame, BUILDINGS, "persons")
    empty = np.isnan(given)
    if empty.all():
        findings.append(Finding("GT117", _LAYER, values={"ratio": ratio}))
    elif empty.any():
        values: dict[str, object] = {"count": int(empty.sum()), "ratio": ratio}
        findings.append(Finding("GT120", _LAYER, values=values))
    return np.where(empty, derived, given)
