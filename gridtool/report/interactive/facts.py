"""What the page of a report knows: columns of the grids, classes of its map, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from gridtool.findings import mend_in
from gridtool.geom import Geometries, mark_points
from gridtool.legend import HOUSEHOLDS, SEVERITIES, Class
from gridtool.messages import Lang
from gridtool.report.interactive.packing import (
    UNIT_M,
    Frame,
    pack_numbers,
    pack_points,
    pack_shapes,
)
from gridtool.rules import BASE, VILLAGE, Rules

Json = dict[str, Any]

# what a screen shows of a border; shared borders are simplified alike
_SIMPLIFIED_M: Final = 0.5
# how near the widest place of a shape its label stands, as a share of its width
_LABEL_SHARE: Final = 0.05
_TEXTS: Final = ("grid_code", "grid_name", "grid_full_name", "bounds_text", "included_units")
_COUNTS: Final = ("households", "persons", "buildings", "rev")


def size_classes(rules: Rules) -> list[Class]:
    """Return the classes of households of a grid, round the window."""
    low, high = rules.min_households, rules.max_households
    third = (high - low) // 3
    return [
        Class(f"0:{low - 1}", "91,141,196,150", f"不足 {low} 户", f"under {low}"),
        Class(
            f"{low}:{low + third - 1}",
            "152,206,182,150",
            f"{low}–{low + third - 1} 户",
            f"{low}–{low + third - 1}",
        ),
        Class(
            f"{low + third}:{high - third}",
            "84,166,138,150",
            f"{low + third}–{high - third} 户",
            f"{low + third}–{high - third}",
        ),
        Class(
            f"{high - third + 1}:{high}",
            "38,122,100,150",
            f"{high - third + 1}–{high} 户",
            f"{high - third + 1}–{high}",
        ),
        Class(f"{high + 1}:", "222,112,62,160", f"{high} 户以上", f"over {high}"),
    ]


KINDS: Final = (
    Class("urban", "104,151,206,120", "社区网格", "urban grid"),
    Class("village", "214,190,104,120", "行政村网格", "village grid"),
    Class("dedicated", "150,120,182,135", "专属网格", "dedicated grid"),
)


def map_modes(grids: pd.DataFrame, rules: Sequence[Class], window: Rules, lang: Lang) -> Json:
    """Return what the map may be coloured by: classes, and the class of each grid."""
    sizes = size_classes(window)
    starts = [int(item.value.partition(":")[0]) for item in sizes]
    by_size = np.searchsorted(starts, grids["households"].to_numpy(), side="right") - 1
    by_rule = pd.Index([item.value for item in rules]).get_indexer(pd.Index(grids["size_rule"]))
    base = (grids["grid_kind"] == BASE).to_numpy()
    village = (grids["size_rule"] == VILLAGE).to_numpy()
    by_kind = np.where(base, np.where(village, 1, 0), 2)
    return {
        "rule": _mode(rules, by_rule, lang),
        "size": _mode(sizes, by_size, lang),
        "kind": _mode(KINDS, by_kind, lang),
    }


def _mode(classes: Sequence[Class], of: Any, lang: Lang) -> Json:
    """Return one mode; classes that do not occur are left out of the legend, not of the list."""
    return {
        "classes": [
            {"colour": item.hex, "label": item.label(lang), "count": int((of == at).sum())}
            for at, item in enumerate(classes)
        ],
        "of": np.asarray(of).tolist(),
    }


def grid_columns(grids: gpd.GeoDataFrame, communities: pd.DataFrame) -> Json:
    """Return the columns of the grids; texts that repeat are told by number."""
    columns: Json = {key: _texts(grids, key) for key in _TEXTS}
    for key in _COUNTS:
        columns[key] = grids[key].astype(int).tolist() if key in grids else [0] * len(grids)
    area = grids.get("area_m2", grids.area)
    columns["area_m2"] = area.round().astype(int).tolist()
    columns["estimated"] = grids["estimated"].astype(int).tolist() if "estimated" in grids else []
    at = pd.Index(communities["code"]).get_indexer(grids["community_code"])
    columns["community"] = at.tolist()
    return columns


def _texts(grids: pd.DataFrame, key: str) -> list[str]:
    """Return a column of text, empty where there is none."""
    if key not in grids:
        return [""] * len(grids)
    return [value if isinstance(value, str) else "" for value in grids[key]]


def ground_shapes(
    grids: gpd.GeoDataFrame, frame: Frame
) -> tuple[dict[str, dict[str, str]], Json, pd.DataFrame]:
    """Pack grids and communities as the map draws them.

    Parameters
    ----------
    grids : GeoDataFrame, polygons, metres
    frame : Frame

    Returns
    -------
    dict
        Packed shapes of ``grids`` and ``communities``.
    dict
        Where labels stand: x, y and the room round them, in units.
    DataFrame
        ``code`` and ``name`` of the communities, in the order of their shapes.
    """
    shapes = np.asarray(grids.geometry.array, dtype=object)
    simple = shapely.coverage_simplify(shapes, _SIMPLIFIED_M)
    # a shape too small to simplify stays
    simple = np.where(shapely.is_empty(simple), shapes, simple)
    codes, first, owner = np.unique(
        grids["community_code"].to_numpy(dtype=str), return_index=True, return_inverse=True
    )
    whole = np.array([_union(simple[owner == at]) for at in range(len(codes))], dtype=object)
    names = _texts(grids, "community_name")
    communities = pd.DataFrame({"code": codes, "name": [names[at] for at in first]})
    packs = {"grids": pack_shapes(simple, frame), "communities": pack_shapes(whole, frame)}
    labels = {"grids": _labels(simple, frame), "communities": _labels(whole, frame)}
    return packs, labels, communities


def _union(shapes: Geometries) -> BaseGeometry:
    """Return the ground of grids that tile it, or of such as do not quite."""
    try:
        return shapely.coverage_union_all(shapes)
    except GEOSException:
        return shapely.union_all(shapes)


def _labels(shapes: Geometries, frame: Frame) -> list[list[int]]:
    """Return the middle of the widest place of each shape, and how wide it is, in units."""
    fine = np.maximum(np.sqrt(shapely.area(shapes)) * _LABEL_SHARE, UNIT_M)
    circles = shapely.maximum_inscribed_circle(shapes, tolerance=fine)
    ends = shapely.get_coordinates(circles).reshape(-1, 2, 2)
    radius = np.hypot(*(ends[:, 1] - ends[:, 0]).T) / UNIT_M
    middle = pack_points(ends[:, 0], frame)
    return [[x, y, round(room)] for (x, y), room in zip(middle, radius, strict=True)]


def pack_buildings(
    buildings: gpd.GeoDataFrame, codes: Sequence[str], frame: Frame
) -> dict[str, str]:
    """Pack buildings: shapes, households, and 1 + the number of their grid, 0 for none."""
    shapes = np.asarray(buildings.geometry.array, dtype=object)
    grid = pd.Index(codes).get_indexer(buildings["grid_code"]) + 1
    households = buildings["households"].to_numpy(dtype=np.int64)
    return {
        **pack_shapes(shapes, frame),
        "grid": pack_numbers(grid.astype(np.int64)),
        "households": pack_numbers(households),
    }


def building_classes(lang: Lang) -> list[Json]:
    """Return the classes buildings are drawn by."""
    return [
        {
            "from": int(item.value.partition(":")[0]),
            "colour": item.hex[:7],
            "label": item.label(lang),
        }
        for item in HOUSEHOLDS
    ]


def finding_marks(
    findings: gpd.GeoDataFrame | None, frame: Frame, lang: Lang, *, most: int
) -> list[Json]:
    """Return the findings as the page lists them, the first `most`; without a place x is None."""
    if findings is None:
        return []
    listed = findings.iloc[:most]
    points = mark_points(np.asarray(listed.geometry.array, dtype=object))
    there = ~shapely.is_missing(points)
    xy = np.full((len(points), 2), np.nan)
    xy[there] = shapely.get_coordinates(points[there])
    places: list[list[int] | None] = [None] * len(points)
    for at, pair in zip(np.flatnonzero(there), pack_points(xy[there], frame), strict=True):
        places[at] = pair
    colours = {item.value: item for item in SEVERITIES}
    return [
        {
            "code": row.code,
            "severity": row.severity,
            "label": colours[row.severity].label(lang),
            "place": place,
            "where": f"{row.layer}[{row.row}]" if isinstance(row.row, str) else row.layer,
            "message": getattr(row, f"message_{lang}"),
            "mend": mend_in(lang, row.mend),
        }
        for row, place in zip(listed.itertuples(), places, strict=True)
    ]


def proofs_by_grid(proofs: Mapping[str, str], codes: Sequence[str]) -> dict[int, str]:
    """Return the proofs by the number of their grid."""
    return {at: proofs[code] for at, code in enumerate(codes) if code in proofs}
