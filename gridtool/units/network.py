"""The line network: street blocks (enclosures) and what runs along their borders.

Community lines, roads and barriers are noded together and polygonised, so that neighbouring
enclosures share every vertex. Roads that run through a building give way to its outline, so that
no border cuts a footprint.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from gridtool.columns import COLLECTOR, LOCAL, MAJOR
from gridtool.geom import Bools, Floats, Geometries, Ints
from gridtool.units.slits import slit_blocks

INSIDE, ROAD_LOCAL, ROAD_COLLECTOR, ROAD_MAJOR, BARRIER_LINE = range(5)
BORDER_CLASSES = ("inside", LOCAL, COLLECTOR, MAJOR, "barrier")

# 6 m keeps the point where a border between two buildings meets the street within 3 m of mid-way
SPACING_M = 6.0
_ON_LINE_M = 0.05
GRID_M = 1e-5
"""Vertices of the network are rounded to this: lines that a reprojection parted by a hair meet."""


@dataclass(frozen=True)
class Enclosures:
    """Street blocks and the network they are cut out by.

    Attributes
    ----------
    polygons : array of Polygon, n
        Shells counter-clockwise, holes clockwise; no vertices further apart than `SPACING_M`.
    community : int array, n
        Position of the community; -1 outside all.
    barrier : bool array, n
        Whether the block is a barrier's own ground (a river's bed).
    edge_ends : float array, m x 4
        ``x0, y0, x1, y1`` of network edges that have a class.
    edge_class : int array, m
        Index into `BORDER_CLASSES`.
    moved : float array, s x 4
        Vertices of `polygons` on both sides of a dead end: ``x, y``, and where they belong.
    """

    polygons: Geometries
    community: Ints
    barrier: Bools
    edge_ends: Floats
    edge_class: Ints
    moved: Floats


def build_enclosures(
    communities: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None,
    barriers: gpd.GeoDataFrame | None,
    footprints: Geometries,
) -> Enclosures:
    """Cut communities into street blocks.

    Parameters
    ----------
    communities : GeoDataFrame, one row a community, CRS in metres
        A valid coverage.
    roads : GeoDataFrame or None
        ``road_class``; minor roads do not cut.
    barriers : GeoDataFrame or None
        Lines or polygons no grid crosses.
    footprints : array of polygons
        Buildings; a road that crosses one is led around it.

    Returns
    -------
    Enclosures
    """
    ground = communities.geometry.to_numpy()
    sources = _road_lines(roads, footprints, ground)
    hard, beds = _barrier_lines(barriers, ground)
    outlines = _crossed_outlines(sources, footprints)
    lines = [shapely.boundary(ground), *(_off(line, outlines) for line in sources.values())]
    lines += [hard, shapely.boundary(outlines)]
    merged = np.concatenate(lines)
    # arcs take their direction from the lines in turn: sorted, the order of rows does not matter
    merged = merged[np.argsort(shapely.to_wkb(merged), kind="stable")]
    arcs = shapely.get_parts(shapely.union_all(merged, grid_size=GRID_M))
    classes = _classify(arcs, {**sources, BARRIER_LINE: hard})
    arcs = shapely.segmentize(arcs, SPACING_M)
    whole, cuts, dangles, _ = shapely.polygonize_full(arcs)
    polygons = shapely.orient_polygons(shapely.get_parts(whole), exterior_cw=False)
    inner = shapely.point_on_surface(polygons)
    owner = _first(ground, inner)
    polygons, inner, owner = polygons[owner >= 0], inner[owner >= 0], owner[owner >= 0]
    bed = _first(beds, inner) >= 0
    ends, edge_class = _edges(arcs, classes)
    loose = shapely.get_parts([cuts, dangles])
    block = _first(polygons, shapely.line_interpolate_point(loose, 0.5, normalized=True))
    block[bed[block]] = -1
    slit, moved = slit_blocks(polygons, loose, block)
    return Enclosures(
        polygons=slit,
        community=owner,
        barrier=bed,
        edge_ends=ends,
        edge_class=edge_class,
        moved=moved,
    )


def _road_lines(
    roads: gpd.GeoDataFrame | None, footprints: Geometries, ground: Geometries
) -> dict[int, Geometries]:
    """Return the lines that cut blocks, by border class, those outside all communities left out."""
    if roads is None or roads.empty:
        return {}
    whole = shapely.union_all(shapely.box(*shapely.bounds(ground).T)) if len(ground) else None
    lines = roads.geometry.to_numpy()
    near = shapely.intersects(lines, whole)
    kinds = roads["road_class"].to_numpy()
    return {
        index: lines[near & (kinds == name)]
        for index, name in enumerate(BORDER_CLASSES)
        if name in (LOCAL, COLLECTOR, MAJOR)
    }


def _barrier_lines(
    barriers: gpd.GeoDataFrame | None, ground: Geometries
) -> tuple[Geometries, Geometries]:
    """Return the lines of barriers and the polygons among them."""
    none = np.empty(0, dtype=object)
    if barriers is None or barriers.empty:
        return none, none
    shapes = barriers.geometry.to_numpy()
    is_area = shapely.get_dimensions(shapes) == 2
    return np.concatenate([shapes[~is_area], shapely.boundary(shapes[is_area])]), shapes[is_area]


def _crossed_outlines(sources: dict[int, Geometries], footprints: Geometries) -> Geometries:
    """Return outlines (merged where they touch) of the buildings that roads run through."""
    lines = [line for line in sources.values() if len(line)]
    if not lines or not len(footprints):
        return np.empty(0, dtype=object)
    tree = shapely.STRtree(footprints)
    crossed = np.unique(tree.query(np.concatenate(lines), predicate="intersects")[1])
    # a road along a wall is no crossing: only what enters the footprint counts
    shapes = shapely.get_parts(shapely.union_all(footprints[crossed]))
    return np.asarray(shapes[shapely.area(shapes) > 0])


def _off(lines: Geometries, outlines: Geometries) -> Geometries:
    """Return lines without their parts inside the outlines."""
    if not len(outlines) or not len(lines):
        return lines
    cut = lines.copy()
    at, over = shapely.STRtree(outlines).query(lines, predicate="intersects")
    for line in np.unique(at):
        cut[line] = shapely.difference(lines[line], shapely.union_all(outlines[over[at == line]]))
    return cut


def _classify(arcs: Geometries, sources: dict[int, Geometries]) -> Ints:
    """Return each arc's border class; where lines coincide the highest index wins."""
    classes = np.zeros(len(arcs), dtype=np.int64)
    middle = shapely.line_interpolate_point(arcs, 0.5, normalized=True)
    for index in sorted(sources):
        if len(sources[index]):
            tree = shapely.STRtree(sources[index])
            on_line = tree.query(middle, predicate="dwithin", distance=_ON_LINE_M)[0]
            classes[on_line] = index
    return classes


def _edges(arcs: Geometries, classes: Ints) -> tuple[Floats, Ints]:
    """Return the end points of every edge of the classed arcs, and their class."""
    arcs, classes = arcs[classes > 0], classes[classes > 0]
    xy, arc = shapely.get_coordinates(arcs, return_index=True)
    same = arc[1:] == arc[:-1]
    return np.hstack([xy[:-1], xy[1:]])[same], classes[arc[:-1]][same]


def _first(polygons: Geometries, points: Geometries) -> Ints:
    """Return the position of the polygon that holds each point, -1 for none."""
    found = np.full(len(points), -1, dtype=np.int64)
    if len(polygons):
        point_at, polygon_at = shapely.STRtree(polygons).query(points, predicate="intersects")
        found[point_at[::-1]] = polygon_at[::-1]
    return found
