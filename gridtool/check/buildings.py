"""Buildings: unique ids, whole counts, valid footprints; estimates where counts are absent."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.check.counts import join_counts
from gridtool.check.duplicates import drop_repeated_rows
from gridtool.check.estimate import estimate_households
from gridtool.check.ids import fill_ids, number_ids, order_of
from gridtool.check.listing import MOST_ROWS, listed
from gridtool.check.sanity import check_sizes
from gridtool.check.values import (
    Flags,
    Floats,
    Objects,
    counts,
    numbers,
    rows_together,
    text_column,
    text_of,
    told_as,
)
from gridtool.columns import BUILDINGS
from gridtool.findings import Finding
from gridtool.geom import Ints

_LAYER = BUILDINGS.key
_TEXTS: Final = ("use", "compound_id", "address")
_COUNTS: Final = ("households", "persons", "dwellings")
_MOST_FLOORS: Final = 120


def take_buildings(frame: gpd.GeoDataFrame, findings: list[Finding]) -> pd.DataFrame:
    """Return the columns of buildings with sound values, without their geometry.

    Parameters
    ----------
    frame : GeoDataFrame
        Any columns of the dictionary.
    findings : list of Finding
        What is found is appended.

    Returns
    -------
    DataFrame
        In the order and with the index of the rows: ``building_id``, ``given_id`` (None where it
        was numbered), ``use``, ``compound_id``, ``address``, ``floors``, ``households``,
        ``persons``, ``dwellings`` (NaN where empty).
    """
    given = text_of(frame, "building_id")
    data = {
        "building_id": text_column(_ids(frame, given, findings), frame.index),
        "given_id": text_column(given, frame.index),
        "floors": _floors(frame, findings),
        **{key: text_column(text_of(frame, key), frame.index) for key in _TEXTS},
        **{key: _counts(frame, key, findings) for key in _COUNTS},
    }
    return pd.DataFrame(data, index=frame.index)


def check_buildings(
    taken: pd.DataFrame,
    footprints: gpd.GeoSeries,
    table: pd.DataFrame | None,
    findings: list[Finding],
    *,
    m2_per_household: float,
) -> gpd.GeoDataFrame:
    """Check the buildings.

    Parameters
    ----------
    taken : DataFrame
        As `take_buildings` returns them.
    footprints : GeoSeries
        Their polygons and points, repaired; None where there is none.
    table : DataFrame or None
        The table ``counts``, whose figures win over those of the layer.
    findings : list of Finding
        What is found is appended.
    m2_per_household : float
        For estimates.

    Returns
    -------
    GeoDataFrame
        ``building_id``, ``households``, ``persons`` (NaN where not given), ``floors``, ``use``,
        ``compound_id``, ``address``, ``estimated``, geometry; in the order and with the index of
        the source rows.
    """
    shapes = pd.Series(footprints.array, taken.index, dtype=object)
    held = drop_repeated_rows(taken.assign(geometry=shapes), findings)
    told = np.zeros(len(held), dtype=bool)
    if table is not None:
        held, told = join_counts(held, table, findings)
    there = held["geometry"].notna().to_numpy()
    if not there.all():
        held, told = held[there], told[there]
    if len(held) == 0:
        findings.append(Finding("GT074", _LAYER))
    check_sizes(held, findings)
    households, estimated = _households(held, told, m2_per_household, findings)
    data = {
        "building_id": held["building_id"],
        "households": pd.Series(households.astype(np.int64), index=held.index),
        "persons": held["persons"],
        "floors": held["floors"],
        "use": held["use"],
        "compound_id": held["compound_id"],
        "address": held["address"],
        "estimated": pd.Series(estimated, index=held.index, dtype=bool),
    }
    return gpd.GeoDataFrame(data, geometry=held["geometry"].to_numpy(), crs=footprints.crs)


def order_of_ids(buildings: gpd.GeoDataFrame) -> Ints:
    """Return the order of buildings by ``building_id``, rows of one id as they stand."""
    return order_of(buildings["building_id"].to_numpy())


def _ids(frame: gpd.GeoDataFrame, given: Objects, findings: list[Finding]) -> Objects:
    """Return an id for each row, numbered by row where none is given."""
    if any(value is not None for value in given):
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
    floors, wrong, read, marked = numbers(frame, "floors")
    with np.errstate(invalid="ignore"):
        wrong |= floors < 0
        absurd = floors > _MOST_FLOORS
    texts = frame["floors"].to_numpy(dtype=object)
    kinds = {
        "GT110": wrong,
        "GT203": absurd,
        "GT198": read & ~wrong & ~absurd,
        "GT223": marked,
    }
    for code, rows in kinds.items():
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
