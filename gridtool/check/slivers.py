"""Splinters of communities: parts too small or too thin to be ground anyone lives on."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gridtool.check.listing import add_each
from gridtool.check.values import Flags, Objects
from gridtool.columns import COMMUNITIES
from gridtool.findings import Finding
from gridtool.geom import Geometries

SLIVER_M2: Final = 10.0
SLIVER_WIDTH_M: Final = 0.5
"""Parts smaller or on average thinner than this are slivers."""


def drop_slivers(
    shapes: Geometries, codes: Objects, rows: pd.Index, findings: list[Finding]
) -> Geometries:
    """Return communities without slivers among their parts.

    A sliver goes to the neighbour it has the longest border with, so that no gap opens; one
    that touches none, or lies on another community anyway, is left out. The largest part of a
    community is never a sliver.

    Parameters
    ----------
    shapes : array of valid polygons
    codes : array of str
    rows : Index
        Source rows.
    findings : list of Finding
        Slivers given away (GT193) and left out (GT218).
    """
    several = np.flatnonzero(shapely.get_num_geometries(shapes) > 1)
    kept = shapes.copy()
    found = []
    for at in several:
        parts = shapely.get_parts(shapes[at])
        thin = _is_sliver(parts)
        if not thin.any():
            continue
        own = parts[~thin]
        kept[at] = own[0] if len(own) == 1 else shapely.multipolygons(own)
        for part in parts[thin]:
            other = _neighbour(part, kept, int(at))
            values: dict[str, object] = {"value": codes[at], "area_m2": part.area}
            if other is not None:
                kept[other] = shapely.union(kept[other], part)
                values["other"] = codes[other]
            code = "GT218" if other is None else "GT193"
            found.append(Finding(code, COMMUNITIES.key, rows[int(at)], part, values))
    for code in ("GT193", "GT218"):
        add_each(findings, [item for item in found if item.code == code])
    return kept if found else shapes


def _is_sliver(parts: Geometries) -> Flags:
    """Return which parts of a community are slivers, the largest one never."""
    areas = shapely.area(parts)
    thin = (areas < SLIVER_M2) | (2 * areas < SLIVER_WIDTH_M * shapely.length(parts))
    thin[np.argmax(areas)] = False
    return np.asarray(thin, dtype=bool)


def _neighbour(part: BaseGeometry, shapes: Geometries, own: int) -> int | None:
    """Return which other community a sliver belongs to, None for none."""
    near = np.flatnonzero(shapely.intersects(part, shapes))
    near = near[near != own]
    shared = shapely.intersection(part, shapes[near])
    if len(near) == 0 or shapely.area(shared).sum() > part.area / 2:
        return None
    borders = shapely.length(shared)
    return int(near[np.argmax(borders)]) if borders.max() > 0 else None
