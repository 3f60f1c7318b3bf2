"""What whoever hands grids over should know first: secrecy, seams, offsets."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from gridtool.export.making import OFFSET_NAMES
from gridtool.findings import Finding
from gridtool.offsets import Source

SECRET_KM2: Final = 25.0
OPEN_SCALE: Final = 5000
"""Outside military zones digital maps larger than 1:5,000 that cover more than 25 km² without a
break are state secrets. Source: item 18 of the list of secrets in surveying and mapping."""

_M2_PER_KM2: Final = 1e6


def secrecy(covered_m2: float, scale: int | None, layer: str) -> list[Finding]:
    """Return a warning where the ground is large and nobody said that the map is small.

    Parameters
    ----------
    covered_m2 : float
        Ground of the grids, m².
    scale : int or None
        Denominator of the scale of the map that the grids were drawn on.
    layer : str
    """
    covered = covered_m2 / _M2_PER_KM2
    if covered <= SECRET_KM2 or (scale is not None and scale >= OPEN_SCALE):
        return []
    told = ("未说明", "not told") if scale is None else (f"1:{scale}", f"1:{scale}")
    values: dict[str, object] = {"km2": f"{covered:,.0f}", "scale_zh": told[0], "scale": told[1]}
    return [Finding("GT715", layer, values=values)]


def fits(
    grids: gpd.GeoDataFrame, placed: gpd.GeoDataFrame, layer: str, decimals: int
) -> list[Finding]:
    """Return a warning where grids as they are written overlap or gape.

    Parameters
    ----------
    grids, placed : GeoDataFrame
        As they were read, and in the coordinates they are written in.
    layer : str
    decimals : int
        That coordinates were rounded to.

    Returns
    -------
    list of Finding
        GT719 when the source is at fault, GT716 when rounding is.
    """
    after = _unfit(placed)
    if not after:
        return []
    before = _unfit(grids)
    if before:
        return [Finding("GT719", layer, values={"count": before})]
    return [Finding("GT716", layer, values={"count": after, "decimals": decimals})]


def offset_told(offset: Source | None, layer: str) -> list[Finding]:
    """Return a note that the coordinates are for web maps alone."""
    if offset is None:
        return []
    return [Finding("GT722", layer, values={"system": OFFSET_NAMES[offset]})]


def _unfit(grids: gpd.GeoDataFrame) -> int:
    """Return how many grids overlap others or themselves, or do not meet point by point."""
    shapes = np.asarray(grids.geometry.array, dtype=object)
    wrong = ~shapely.is_valid(shapes)
    if not shapely.coverage_is_valid(shapes):
        wrong |= ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    return int(wrong.sum())
