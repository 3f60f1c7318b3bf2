"""Grids drawn by hand: where they overlap, leave their community, or share a code."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from gridtool.findings import Finding
from gridtool.geom import Geometries

NOISE_M2 = 1.0
"""Overlaps, gaps and overhangs up to this are rounding."""


def check_drawn(drawn: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> list[Finding]:
    """Find what is wrong with drawn grids before they are snapped to anything.

    Parameters
    ----------
    drawn : GeoDataFrame, CRS in metres
        ``grid_code`` (empty without), ``community_code`` (empty outside all), ``row``, polygons.
    communities : GeoDataFrame, the same CRS
        ``code``.

    Returns
    -------
    list of Finding
        Overlaps, ground outside the community, codes on several shapes.
    """
    shapes = drawn.geometry.to_numpy()
    names = drawn_names(drawn)
    findings = []
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = one < other
    one, other = one[pair], other[pair]
    shared = shapely.intersection(shapes[one], shapes[other])
    area = shapely.area(shared)
    for at in np.flatnonzero(area > NOISE_M2):
        values: dict[str, object] = {"other": names[other[at]], "area": f"{area[at]:.0f}"}
        findings.append(Finding("GT350", "grids", names[one[at]], shared[at], values))
    findings += _outside(drawn, names, communities)
    codes = drawn["grid_code"]
    counts = codes[codes != ""].value_counts().sort_index()
    for code, count in counts[counts > 1].items():
        spot = shapes[int(np.flatnonzero(codes == code)[0])].representative_point()
        said: dict[str, object] = {"code": code, "count": int(count)}
        findings.append(Finding("GT355", "grids", code, spot, said))
    return findings


def drawn_names(drawn: gpd.GeoDataFrame) -> list[str]:
    """Return what each drawn grid is called in findings: its code, else its row as #1, #2, …."""
    rows = zip(drawn["grid_code"], drawn["row"], strict=True)
    return [code or f"#{row + 1}" for code, row in rows]


def _outside(
    drawn: gpd.GeoDataFrame, names: list[str], communities: gpd.GeoDataFrame
) -> list[Finding]:
    """Return findings for ground outside a drawn grid's community."""
    shapes = drawn.geometry.to_numpy()
    ground = dict(zip(communities["code"], communities.geometry, strict=True))
    home: Geometries = np.array(
        [ground.get(code, shapely.Polygon()) for code in drawn["community_code"]], dtype=object
    )
    over = shapely.difference(shapes, home)
    area = shapely.area(over)
    return [
        Finding("GT353", "grids", names[at], over[at], {"area": f"{area[at]:.0f}"})
        for at in np.flatnonzero(area > NOISE_M2)
    ]
