"""What lies between communities: seams that were closed, and ground of nobody."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from gridtool.check.listing import add_each, together
from gridtool.check.seams import overlaps
from gridtool.check.values import Objects
from gridtool.columns import COMMUNITIES
from gridtool.findings import Finding
from gridtool.geom import Geometries

_LAYER = COMMUNITIES.key
_TOLD_M2: Final = 0.5
_TOUCH_M: Final = 0.01
_MOST_CODES: Final = 4


def tell_seams(
    before: Geometries,
    after: Geometries,
    codes: Objects,
    rows: pd.Index,
    findings: list[Finding],
) -> None:
    """Report the gaps and overlaps that were closed, for each pair of communities (GT104).

    Parameters
    ----------
    before, after : arrays of polygons
        Before and after the seams were closed, one a community.
    codes : array of str
    rows : Index
        Source rows.
    findings : list of Finding
        What is found is appended.
    """
    if np.array_equal(before, after):
        return
    pieces: dict[tuple[int, ...], list[Any]] = defaultdict(list)
    first, second, _ = overlaps(before)
    shared = shapely.intersection(before[first], before[second])
    for one, other, piece in zip(first, second, shared, strict=True):
        pieces[int(one), int(other)].append(piece)
    filled = shapely.difference(shapely.union_all(after), shapely.union_all(before))
    tree = shapely.STRtree(before)
    for piece in shapely.get_parts(filled):
        pieces[_around(piece, tree)].append(piece)
    found = []
    for around, parts in pieces.items():
        ground = shapely.union_all(parts)
        areas = [part for part in shapely.get_parts(ground) if part.area > 0]
        ground = shapely.union_all(areas)
        if ground.area > _TOLD_M2:
            values: dict[str, object] = {"area_m2": ground.area}
            found.append(_between("GT104", around, codes, rows, ground, values))
    add_each(findings, found)


def tell_holes(shapes: Geometries, codes: Objects, rows: pd.Index, findings: list[Finding]) -> None:
    """Report ground of nobody that communities enclose.

    Parameters
    ----------
    shapes : array of polygons
        A valid coverage.
    codes : array of str
    rows : Index
        Source rows.
    findings : list of Finding
        Holes between communities (GT191) and inside a single one (GT192).
    """
    if len(shapes) == 0:
        return
    parts = shapely.get_parts(shapely.coverage_union_all(shapes))
    rings = shapely.get_rings(parts)
    outer = shapely.get_exterior_ring(parts)
    holes = shapely.polygons(rings[~np.isin(shapely.to_wkb(rings), shapely.to_wkb(outer))])
    tree = shapely.STRtree(shapes)
    found: dict[str, list[Finding]] = {"GT191": [], "GT192": []}
    for hole in holes[shapely.area(holes) > _TOLD_M2]:
        around = _around(hole, tree)
        code = "GT191" if len(around) > 1 else "GT192"
        found[code].append(_between(code, around, codes, rows, hole, {"area_m2": hole.area}))
    for kind in found.values():
        add_each(findings, kind)


def _around(piece: Any, communities: shapely.STRtree) -> tuple[int, ...]:
    """Return the communities that touch a piece of ground."""
    near = communities.query(piece, predicate="dwithin", distance=_TOUCH_M)
    return tuple(int(at) for at in np.sort(near))


def _between(
    code: str,
    around: tuple[int, ...],
    codes: Objects,
    rows: pd.Index,
    ground: Any,
    values: dict[str, object],
) -> Finding:
    """Return the finding about ground between communities, which it names."""
    more = ", …" if len(around) > _MOST_CODES else ""
    named = ", ".join(str(codes[at]) for at in around[:_MOST_CODES]) + more
    return together(code, _LAYER, rows[list(around)], ground, codes=named, **values)
