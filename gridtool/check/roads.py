"""Roads: single lines with a class, whose ends meet the line they were meant to meet."""

from __future__ import annotations

from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import LineString

from gridtool.check.listing import together
from gridtool.check.shapes import clean_shapes, texts_of
from gridtool.check.values import Flags, Floats, text_column
from gridtool.columns import MINOR, ROADS, road_class
from gridtool.findings import Finding
from gridtool.geom import Geometries, Ints, Points, vertices_of

SNAP_M: Final = 2.0
"""Ends this near another road or a community line are taken to be meant to meet it."""

# past the line it is led to, so that the two cross whatever rounding does; units drop the stub
_PAST_M: Final = 0.01
# shorter moves are rounding, not drawing: mended without a word
_TOLD_M: Final = 0.01


def check_roads(
    frame: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Return roads as single lines with ``highway``, ``name`` and ``road_class``.

    Parameters
    ----------
    frame : GeoDataFrame
        Any columns of the dictionary.
    communities : GeoDataFrame
        Checked; roads are led to their lines too.
    findings : list of Finding
        Ends that were led on (GT190).
    """
    roads = texts_of(clean_shapes(frame, ROADS, findings), "highway", "name")
    classes = {value: road_class(value) for value in set(roads["highway"]) if value is not None}
    known = np.array([classes.get(value, MINOR) for value in roads["highway"]], dtype=object)
    roads.insert(2, "road_class", text_column(known, roads.index))
    # minor roads cut no blocks: where they end does not matter
    cutting = np.flatnonzero(known != MINOR)
    lines = roads.geometry.to_numpy().copy()
    leads = _leads(lines[cutting], shapely.boundary(communities.geometry.to_numpy()))
    if len(leads.line) == 0:
        return roads
    for line, at_end, target in zip(leads.line, leads.at_end, leads.target, strict=True):
        lines[cutting[line]] = _led_on(lines[cutting[line]], bool(at_end), target)
    told = leads.metres > _TOLD_M
    if told.any():
        rows, marks = roads.index[cutting[leads.line[told]]], leads.end[told]
        values = {"count": int(told.sum()), "tolerance": SNAP_M}
        findings.append(together("GT190", ROADS.key, rows.unique(), marks, **values))
    return roads.set_geometry(lines, crs=roads.crs)


class _Leads(NamedTuple):
    """Ends of lines and where they are led to.

    Attributes
    ----------
    line : int array
    at_end : bool array
        Whether it is the line's last point, not its first.
    end : array of Point
        Where it ends as drawn.
    target : complex array
        The vertex to add.
    metres : float array
        How far the other line is.
    """

    line: Ints
    at_end: Flags
    end: Geometries
    target: Points
    metres: Floats


def _leads(lines: Geometries, borders: Geometries) -> _Leads:
    """Return the ends that stop short of another line."""
    line, at_end, ends = _free_ends(lines)
    targets = np.concatenate((lines, borders))
    which, other = shapely.STRtree(targets).query(ends, predicate="dwithin", distance=SNAP_M)
    foreign = other != line[which]
    which, other = which[foreign], other[foreign]
    metres = shapely.distance(ends[which], targets[other])
    crossing = shapely.intersection(lines[line[which]], targets[other])
    # a line that crosses the other near its end has met it already
    met = np.unique(which[shapely.distance(ends[which], crossing) <= 2 * SNAP_M])
    short = ~np.isin(which, met)
    which, other, metres = which[short], other[short], metres[short]
    there = vertices_of(shapely.get_point(shapely.shortest_line(ends[which], targets[other]), 1))
    order = np.lexsort((there.imag, there.real, metres, which))
    which, nearest = np.unique(which[order], return_index=True)
    order = order[nearest]
    there, metres = there[order], metres[order]
    target = _past(lines[line[which]], at_end[which], vertices_of(ends[which]), there)
    at_vertex = np.isin(there, vertices_of(targets[np.unique(other)]))
    target = np.where(at_vertex, there, target)
    return _Leads(line[which], at_end[which], ends[which], target, metres)


def _free_ends(lines: Geometries) -> tuple[Ints, Flags, Geometries]:
    """Return the ends that share no vertex with another line: line, whether last, point."""
    count = len(lines)
    line = np.tile(np.arange(count), 2)
    at_end = np.repeat([False, True], count)
    ends = np.concatenate((shapely.get_point(lines, 0), shapely.get_point(lines, -1)))
    xy = vertices_of(shapely.remove_repeated_points(lines))
    vertices, often = np.unique(xy, return_counts=True)
    free = np.isin(vertices_of(ends), vertices[often == 1])
    return line[free], at_end[free], ends[free]


def _past(lines: Geometries, at_end: Flags, ends: Points, there: Points) -> Points:
    """Return points a little past where the ends are led to."""
    ahead = there - ends
    before = vertices_of(shapely.get_point(lines, np.where(at_end, -2, 1)))
    # too near to tell a direction: go on as the line does
    ahead = np.where(np.abs(ahead) > _TOLD_M, ahead, ends - before)
    return there + ahead / np.abs(ahead) * _PAST_M


def _led_on(line: LineString, at_end: bool, target: complex) -> LineString:
    """Return a line with one more vertex at one end."""
    xy = shapely.get_coordinates(line)
    more = [[target.real, target.imag]]
    return LineString(np.concatenate((xy, more) if at_end else (more, xy)))
