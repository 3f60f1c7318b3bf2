"""Buildings: unique ids, whole counts, valid footprints; estimates where counts are absent."""

from __future__ import annotations

from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.check.counts import join_counts
from gridtool.check.duplicates import drop_repeated_rows
from gridtool.check.estimate import estimate_households
from gridtool.check.footprints import repair_footprints
from gridtool.check.ids import fill_ids, number_ids
from gridtool.check.listing import MOST_ROWS, listed
from gridtool.check.sanity import check_sizes
from gridtool.check.values import (
    Flags,
    Floats,
    Objects,
    counts,
    is_none,
    numbers,
    rows_together,
    text_column,
    text_of,
    told_as,
)
from gridtool.columns import BUILDINGS
from gridtool.findings import Finding

_LAYER = BUILDINGS.key
_TEXTS: Final = ("use", "compound_id", "address")
_COUNTS: Final = ("households", "persons", "dwellings")
_MOST_FLOORS: Final = 120


class Counted(NamedTuple):
    """The buildings, and whether any of their persons are counts, not a ratio."""

    buildings: gpd.GeoDataFrame
    persons_given: bool


def check_buildings(
    frame: gpd.GeoDataFrame,
    table: pd.DataFrame | None,
    findings: list[Finding],
    *,
    m2_per_household: float,
    persons_per_household: float,
) -> Counted:
    """Check the buildings.

    Parameters
    ----------
    frame : GeoDataFrame
        Any columns of the dictionary.
    table : DataFrame or None
        The table ``counts``, whose figures win over those of the layer.
    findings : list of Finding
        What is found is appended.
    m2_per_household, persons_per_household : float
        For estimates.

    Returns
    -------
    Counted
        ``building_id``, ``households``, ``persons``, ``floors``, ``use``, ``compound_id``,
        ``address``, ``estimated``, geometry; sorted by ``building_id``, index the source row.
    """
    held = drop_repeated_rows(_take(frame, findings), findings)
    told = np.zeros(len(held), dtype=bool)
    if table is not None:
        held, told = join_counts(held, table, findings)
    there = np.flatnonzero(held["geometry"].notna())
    order = there[np.argsort(held["building_id"].to_numpy()[there].astype(str), kind="stable")]
    held, told = held.iloc[order], told[order]
    if len(held) == 0:
        findings.append(Finding("GT074", _LAYER))
    check_sizes(held, findings)
    households, estimated = _households(held, told, m2_per_household, findings)
    persons, persons_given = _persons(held, households, persons_per_household, findings)
    data = {
        "building_id": held["building_id"],
        "households": pd.Series(households.astype(np.int64), index=held.index),
        "persons": pd.Series(persons.astype(np.int64), index=held.index),
        "floors": held["floors"],
        "use": held["use"],
        "compound_id": held["compound_id"],
        "address": held["address"],
        "estimated": pd.Series(estimated, index=held.index, dtype=bool),
    }
    shapes = held["geometry"].to_numpy()
    return Counted(gpd.GeoDataFrame(data, geometry=shapes, crs=frame.crs), persons_given)


def _take(frame: gpd.GeoDataFrame, findings: list[Finding]) -> pd.DataFrame:
    """Return the columns with sound values, in the order of rows; counts NaN where empty."""
    data = {
        "building_id": text_column(_ids(frame, findings), frame.index),
        "given_id": text_column(text_of(frame, "building_id"), frame.index),
        "geometry": pd.Series(repair_footprints(frame, findings), frame.index, dtype=object),
        "floors": _floors(frame, findings),
        **{key: text_column(text_of(frame, key), frame.index) for key in _TEXTS},
        **{key: _counts(frame, key, findings) for key in _COUNTS},
    }
    return pd.DataFrame(data, index=frame.index)


def _ids(frame: gpd.GeoDataFrame, findings: list[Finding]) -> Objects:
    """Return an id for each row, numbered by row where none is given."""
    given = text_of(frame, "building_id")
    if not is_none(given).all():
        return fill_ids(frame, BUILDINGS, "building_id", findings, letter="B", width=6)
    ids = number_ids(given, letter="B", width=6)
    findings.append(Finding("GT118", _LAYER, values={"first": ids[0]}))
    return ids


def _counts(frame: gpd.GeoDataFrame, key: str, findings: list[Finding]) -> Floats:
    """Return a column of counts, all NaN where there is no such column."""
    if key not in frame:
        return np.full(len(frame), np.nan)
    return counts(frame, BUILDINGS, key, findings)


def _floors(frame: gpd.GeoDataFrame, findings: list[Finding]) -> Floats:
    """Return floors, NaN where unknown; 0 is how many sources write unknown."""
    if "floors" not in frame:
        return np.full(len(frame), np.nan)
    floors, wrong, read = numbers(frame, "floors")
    with np.errstate(invalid="ignore"):
        wrong |= floors < 0
        absurd = floors > _MOST_FLOORS
    texts = frame["floors"].to_numpy(dtype=object)
    for code, rows in (("GT110", wrong), ("GT203", absurd), ("GT198", read & ~wrong & ~absurd)):
        if rows.any():
            named = texts[rows] if code != "GT198" else told_as(texts[rows], floors[rows])
            values = {"count": int(rows.sum()), "column": "floors", "values": listed(named)}
            findings.append(rows_together(code, frame, BUILDINGS, rows, **values))
    return np.where((floors > 0) & ~absurd, floors, np.nan)


def _households(
    held: pd.DataFrame, told: Flags, m2_per_household: float, findings: list[Finding]
) -> tuple[Floats, bool]:
    """Return households, and whether all of them rest on an estimate.

    Parameters
    ----------
    told : bool array
        Buildings whose empty households were reported already.
    """
    households: Floats = held["households"].to_numpy(dtype="float64")
    shapes = held["geometry"].to_numpy()
    empty = np.isnan(households)
    if len(held) and empty.all():
        given = (held[key].to_numpy() for key in ("floors", "use", "dwellings"))
        footprints = shapely.area(shapes)
        estimated = estimate_households(
            footprints, *given, m2_per_household=m2_per_household, findings=findings
        )
        return estimated, True
    rows = np.flatnonzero(empty & ~told)
    if len(rows) > MOST_ROWS:
        findings.append(Finding("GT119", _LAYER, values={"count": len(rows)}))
    else:
        where = zip(held.index[rows], shapes[rows], strict=True)
        findings += [Finding("GT115", _LAYER, row, shape) for row, shape in where]
    return np.where(empty, 0.0, households), False


def _persons(
    held: pd.DataFrame, households: Floats, ratio: float, findings: list[Finding]
) -> tuple[Floats, bool]:
    """Return persons, by households where they are not given, and whether any are given."""
    derived = np.floor(households * ratio + 0.5)
    given: Floats = held["persons"].to_numpy(dtype="float64")
    empty = np.isnan(given)
    if len(held) and empty.all():
        findings.append(Finding("GT117", _LAYER, values={"ratio": ratio}))
    elif empty.any():
        values: dict[str, object] = {"count": int(empty.sum()), "ratio": ratio}
        findings.append(Finding("GT120", _LAYER, values=values))
    return np.where(empty, derived, given), not empty.all()
