"""The four bounds of a grid in words (四至): east, south, west and north.

The outer border is sampled every few metres. A sample knows the side it faces, the named road or
water it runs along and the neighbour across the line; the sides then take the longest. What the
grid itself hides from a side, as the inside of a bay, does not count for it, and what lies
further out counts more: a grid ends where it reaches furthest.
"""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridtool.geom import Geometries, Ints, locate, require_metres

Floats = npt.NDArray[np.float64]

SIDES = ("东", "南", "西", "北")
COUNTY_LINE = "县界"

_SIDE_VECTORS = np.array([[1.0, 0.0], [0.0, -1.0], [-1.0, 0.0], [0.0, 1.0]])
_STEP_M = 20.0
_SMOOTH_M = 3.0
# a point this far outside the smoothed border is beyond the true one
_ACROSS_M = 5.0
# a fence stands back from the middle of the ground between it and its neighbour
_TO_FENCE_M = 15.0
_REACH_M = 15.0
# a border runs along a road that is within about 35 degrees of it, not along a side street
_PARALLEL = 0.82
# wide enough that the samples of a line leave no strip between them without one
_STRIP_M = 1.25 * _STEP_M
# less than this share of a side is not what a person would name the side by
_MOSTLY = 1 / 3


class _Samples(NamedTuple):
    """Pieces of grid borders: grid position, middle, unit vector outwards, length."""

    grid: Ints
    middle: Floats
    outward: Floats
    length: Floats

    def at(self, rows: Ints) -> _Samples:
        """Return some of the pieces."""
        grid, middle, outward, length = self
        return _Samples(grid[rows], middle[rows], outward[rows], length[rows])


def bounds_text(
    grids: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    communities: gpd.GeoDataFrame | None = None,
    compounds: gpd.GeoDataFrame | None = None,
) -> pd.Series:
    """Describe the four bounds of each grid in Chinese.

    Parameters
    ----------
    grids : GeoDataFrame, n rows, CRS in metres
        ``grid_code``, ``grid_name``, ``community_code``, polygons that tile their communities.
    roads, barriers : GeoDataFrame, optional, same CRS
        ``name``; rows without a name are passed over.
    communities : GeoDataFrame, optional, same CRS
        ``code``, ``name``, polygons.
    compounds : GeoDataFrame, optional, same CRS
        ``name``, polygons; rows without a name are passed over.

    Returns
    -------
    Series of str, index of `grids`
        ``东至解放路，南至釜溪河，西与新民街社区交界，北至第二网格``. A side is named by the road or
        water that runs along at least a third of it, the longest first; else by what lies across
        most of it: a community, the county line, or within the community a compound of another
        grid, else that grid.

    Raises
    ------
    CrsError
        When `grids` is not in metres.
    """
    require_metres(grids, layer="grids")
    lines = [frame for frame in (roads, barriers) if frame is not None]
    samples = _sample_borders(_land(np.asarray(grids.geometry.array, dtype=object), lines))
    weights = _side_weights(samples, len(grids))
    along = _names_along(samples, lines)
    across = _names_across(samples, grids, communities, compounds)
    texts = _longest(samples.grid, weights, along, len(grids), share=_MOSTLY)
    others = _longest(samples.grid, weights, across, len(grids), share=0.0)
    texts = np.where(texts == "", others, texts)
    texts = np.where(texts == "", f"至{COUNTY_LINE}", texts)
    rows = ["，".join(map("".join, zip(SIDES, row, strict=True))) for row in texts]
    return pd.Series(rows, index=grids.index, name="bounds_text", dtype="str")


def _land(polygons: Geometries, frames: list[gpd.GeoDataFrame]) -> Geometries:
    """Return grids without the waters that name their sides: a grid ends at the bank."""
    _, shapes = _named(frames)
    waters = shapes[shapely.get_dimensions(shapes) == 2]
    wet = np.unique(shapely.STRtree(polygons).query(waters, predicate="intersects")[1])
    land = polygons.copy()
    land[wet] = shapely.difference(polygons[wet], shapely.union_all(waters))
    return np.where(shapely.is_empty(land), polygons, land)


def _sample_borders(polygons: Geometries) -> _Samples:
    """Cut the outer borders into pieces of at most `_STEP_M`."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    # small teeth between buildings would face every way; the topology does not matter here
    smooth = shapely.simplify(parts, _SMOOTH_M)
    smooth = shapely.orient_polygons(smooth, exterior_cw=False)
    rings = shapely.segmentize(shapely.get_exterior_ring(smooth), _STEP_M)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[1:] == ring[:-1]
    start, end = points[:-1][inside], points[1:][inside]
    step = end - start
    length = np.hypot(step[:, 0], step[:, 1])
    # with the inside on the left hand, outwards is to the right
    outward = np.column_stack((step[:, 1], -step[:, 0])) / np.maximum(length, 1e-9)[:, None]
    return _Samples(owner[ring[1:][inside]], (start + end) / 2, outward, length)


def _side_weights(samples: _Samples, count: int) -> Floats:
    """Return the metres each sample counts on each of the four sides."""
    facing = samples.outward @ _SIDE_VECTORS.T
    # round first, so that a border at exactly 45 degrees does not hang on the last bit
    side = np.argmax(np.round(facing, 9), axis=1)
    counted = samples.length[:, None] * _outermost(samples, count)
    weights = np.where(np.arange(4) == side[:, None], counted, 0.0)
    # a triangle may have no border in some quadrant: then what faces it at all counts
    missing = _sum_by(samples.grid, weights, count) == 0.0
    return np.where(missing[samples.grid], counted * np.maximum(facing, 0.0), weights)


def _outermost(samples: _Samples, count: int) -> Floats:
    """Return how far out each sample lies on the four sides, from 0 to 1; 0 behind others.

    A sample is behind another of its grid that lies in the same strip across the side and further
    out. The square of how far out, so that the near end of a grid hardly counts.
    """
    depth = samples.middle @ _SIDE_VECTORS.T
    strip = np.floor(depth[:, [1, 0, 1, 0]] / _STRIP_M).astype(np.int64)
    furthest = np.full((count, 4), -np.inf)
    nearest = np.full((count, 4), np.inf)
    np.maximum.at(furthest, samples.grid, depth)
    np.minimum.at(nearest, samples.grid, depth)
    extent = np.maximum(furthest - nearest, 1e-9)
    out: Floats = ((depth - nearest[samples.grid]) / extent[samples.grid]) ** 2
    for side in range(4):
        across = strip[:, side] - strip[:, side].min(initial=0)
        lanes = samples.grid * (across.max(initial=0) + 1) + across
        _, lane = np.unique(lanes, return_inverse=True)
        front = np.full(lane.max(initial=-1) + 1, -np.inf)
        np.maximum.at(front, lane, depth[:, side])
        # a slope of 45 degrees falls by the strip's width within it
        out[depth[:, side] < front[lane] - _STRIP_M, side] = 0.0
    return out


def _sum_by(group: Ints, values: Floats, count: int) -> Floats:
    """Return column sums of `values` for each of `count` groups."""
    return np.column_stack(
        [np.bincount(group, weights=column, minlength=count) for column in values.T]
    )


def _names_along(samples: _Samples, frames: list[gpd.GeoDataFrame]) -> npt.NDArray[np.object_]:
    """Return for each sample the nearest named line or water it runs along, else ''."""
    names, shapes = _named(frames)
    found = np.full(len(samples.grid), "", dtype=object)
    if len(names) == 0:
        return found
    points = shapely.points(samples.middle)
    at, owner, distance = _pairs_along(samples, points, shapes)
    # ties at the same distance go by name, whatever the order of the layers
    _, rank = np.unique(names.astype(str), return_inverse=True)
    order = np.lexsort((rank[owner], np.round(distance, 3), at))[::-1]
    found[at[order]] = "至" + names[owner[order]]
    polygons = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    if len(polygons):
        inside = locate(points, shapes[polygons])
        found[inside >= 0] = "至" + names[polygons[inside[inside >= 0]]]
    return found


def _named(frames: list[gpd.GeoDataFrame]) -> tuple[npt.NDArray[np.object_], Geometries]:
    """Return the names and shapes of the rows that have both."""
    names, shapes = [], []
    for frame in frames:
        if "name" not in frame:
            continue
        text = frame["name"].astype(object).where(frame["name"].notna(), "").astype(str)
        keep = (text.str.strip() != "") & frame.geometry.notna() & ~frame.geometry.is_empty
        names.append(text[keep].str.strip().to_numpy(dtype=object))
        shapes.append(np.asarray(frame.geometry[keep].array, dtype=object))
    if not names:
        return np.empty(0, dtype=object), np.empty(0, dtype=object)
    return np.concatenate(names), np.concatenate(shapes)


def _pairs_along(
    samples: _Samples, points: Geometries, shapes: Geometries
) -> tuple[Ints, Ints, Floats]:
    """Return pairs of sample and shape that run alongside each other, with their distance."""
    lines = np.where(shapely.get_dimensions(shapes) == 2, shapely.boundary(shapes), shapes)
    parts, owner = shapely.get_parts(lines, return_index=True)
    coordinates, part = shapely.get_coordinates(parts, return_index=True)
    same = part[1:] == part[:-1]
    start, end = coordinates[:-1][same], coordinates[1:][same]
    segments = shapely.linestrings(np.stack((start, end), axis=1))
    tree = shapely.STRtree(points)
    segment, at = tree.query(segments, predicate="dwithin", distance=_REACH_M)
    step = end - start
    unit = step / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)[:, None]
    # parallel to the border means square to its outward vector
    crossing = np.abs(np.sum(unit[segment] * samples.outward[at], axis=1))
    keep = crossing <= np.sqrt(1 - _PARALLEL**2)
    segment, at = segment[keep], at[keep]
    distance = shapely.distance(segments[segment], points[at])
    return at, owner[part[1:][same]][segment], distance


def _names_across(
    samples: _Samples,
    grids: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame | None,
    compounds: gpd.GeoDataFrame | None,
) -> npt.NDArray[np.object_]:
    """Return for each sample what lies across the line; '' for a spike into the grid itself."""
    points = shapely.points(samples.middle + _ACROSS_M * samples.outward)
    codes = grids["community_code"].astype(object).to_numpy()
    title = (
        {}
        if communities is None
        else dict(zip(communities["code"], communities["name"], strict=True))
    )
    grid = locate(points, np.asarray(grids.geometry.array, dtype=object))
    theirs = codes[grid]
    theirs[grid < 0] = None
    if communities is not None:
        # a community that was not divided this time is still a neighbour
        outside = np.flatnonzero(grid < 0)
        place = locate(points[outside], np.asarray(communities.geometry.array, dtype=object))
        known = communities["code"].astype(object).to_numpy()
        theirs[outside] = np.where(place >= 0, known[place], None)
    own = codes[samples.grid]
    inner = np.array(["至" + str(name) for name in grids["grid_name"]], dtype=object)
    border = {code: f"与{title.get(code, code)}交界" for code in set(theirs) - {None}}
    names = np.array([border.get(code, f"至{COUNTY_LINE}") for code in theirs], dtype=object)
    neighbours = np.flatnonzero((theirs == own) & (grid >= 0))
    beyond = _compounds_across(samples.at(neighbours), compounds)
    names[neighbours] = np.where(beyond != "", beyond, inner[grid[neighbours]])
    itself = (grid == samples.grid) | ((theirs == own) & (grid < 0))
    return np.where(itself, "", names)


def _compounds_across(
    samples: _Samples, compounds: gpd.GeoDataFrame | None
) -> npt.NDArray[np.object_]:
    """Return for each sample the compound beyond the line, '' where there is none or it is cut."""
    names, shapes = _named([compounds] if compounds is not None else [])
    if not len(names):
        return np.full(len(samples.grid), "", dtype=object)
    away = _TO_FENCE_M * samples.outward
    beyond = locate(shapely.points(samples.middle + away), shapes)
    within = locate(shapely.points(samples.middle - away), shapes)
    return np.where((beyond >= 0) & (beyond != within), "至" + names[beyond], "")


def _longest(
    grid: Ints, weights: Floats, names: npt.NDArray[np.object_], count: int, *, share: float
) -> npt.NDArray[np.object_]:
    """Return for each grid and side the name with the greatest weight, else ''.

    Names with less than `share` of their side are left out; ties go to the first by name.
    """
    best = np.full((count, 4), "", dtype=object)
    total = _sum_by(grid, weights, count)
    labels, code = np.unique(names.astype(str), return_inverse=True)
    keys, pair = np.unique(grid * len(labels) + code, return_inverse=True)
    sums = np.round(_sum_by(pair, weights, len(keys)), 3)
    owner, label = keys // len(labels), keys % len(labels)
    for side in range(4):
        ok = (labels[label] != "") & (sums[:, side] > 0)
        ok &= sums[:, side] >= share * total[owner, side]
        order = np.lexsort((label[ok], -sums[ok, side], owner[ok]))[::-1]
        best[owner[ok][order], side] = labels[label[ok][order]]
    return best
