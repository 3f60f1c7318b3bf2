"""Shared geometry guards: metres, working CRS, repair, joins by representative point."""

from __future__ import annotations

import ctypes
import gc
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from gridtool.errors import CrsError

Geometries = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Points = npt.NDArray[np.complex128]

_MOST_THREADS = 4
_CHINA = (73.0, 3.0, 136.0, 54.0)


def is_metric(crs: CRS) -> bool:
    """Return whether a CRS is projected with metres on both axes, and they are metres.

    The metres of Web Mercator are not: at Zigong they are 15 % too long.
    """
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info[:2]):
        return False
    operation = crs.coordinate_operation
    method = operation.method_name if operation is not None else ""
    return not method.startswith(("Mercator", "Popular Visualisation"))


def require_metres(frame: gpd.GeoDataFrame, *, layer: str) -> None:
    """Raise `CrsError` unless the frame's CRS is projected in metres."""
    if frame.crs is None or not is_metric(frame.crs):
        raise CrsError("GT005", layer=layer, bounds="-")


def working_crs(crs: CRS, lonlat_bounds: tuple[float, float, float, float]) -> CRS:
    """Return the CRS in metres to work in.

    Parameters
    ----------
    crs : CRS
        Of the input; kept when it is already in metres.
    lonlat_bounds : (west, south, east, north)
        Degrees.

    Returns
    -------
    CRS
        `crs` itself, else the CGCS2000 3-degree Gauss-Krüger zone of the centre without zone
        prefix (EPSG:4534-4554) in China, else its UTM zone.
    """
    if is_metric(crs):
        return crs
    west, south, east, north = lonlat_bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    if _CHINA[0] <= lon <= _CHINA[2] and _CHINA[1] <= lat <= _CHINA[3]:
        zone = int(min(max(round(lon / 3), 25), 45))
        return CRS.from_epsg(4534 + zone - 25)
    zone = int((lon + 180) // 6) % 60 + 1
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def repair_polygons(geometries: Geometries) -> Geometries:
    """Return valid polygons: structure kept, parts that are not areas dropped.

    Parameters
    ----------
    geometries : array of polygons, possibly invalid or empty

    Returns
    -------
    array of Polygon or MultiPolygon; None where no area is left
    """
    fixed = shapely.make_valid(geometries, method="structure", keep_collapsed=False)
    # rings in the wrong order: by structure a hole around its shell would leave nothing
    reasons = shapely.is_valid_reason(geometries)
    swapped = np.array([str(why).startswith("Hole lies outside") for why in reasons], dtype=bool)
    fixed[swapped] = shapely.make_valid(geometries[swapped], method="linework")
    mixed = shapely.get_type_id(fixed) == 7
    for at in np.flatnonzero(mixed):
        parts = shapely.get_parts(fixed[at])
        fixed[at] = shapely.union_all(parts[np.isin(shapely.get_type_id(parts), (3, 6))])
    fixed[shapely.is_empty(fixed) | ~np.isin(shapely.get_type_id(fixed), (3, 6))] = None
    return np.asarray(fixed, dtype=object)


def give_back_memory() -> None:
    """Give memory that is free back to the system, where the C library keeps it for itself.

    What many small geometries leave behind is free, but lies between what is still held.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:
        trim(0)


def mark_points(geometries: Geometries) -> Geometries:
    """Return a point for each geometry that a mark can stand on.

    Parameters
    ----------
    geometries : array of any geometries, valid or not, or None

    Returns
    -------
    array of Point
        On the geometry, or in the middle of its bounds where it is not valid; None where it is
        missing, empty or not finite.
    """
    bounds = shapely.bounds(geometries)
    there = np.isfinite(bounds).all(axis=1)
    points = np.full(len(geometries), None, dtype=object)
    middle = (bounds[there, :2] + bounds[there, 2:]) / 2
    points[there] = shapely.points(middle)
    valid = there & shapely.is_valid(geometries)
    points[valid] = shapely.point_on_surface(geometries[valid])
    return points


def locate(points: Geometries, polygons: Geometries) -> Ints:
    """Return for each point the position of the first polygon it lies in or on, else -1.

    Parameters
    ----------
    points : array of Point, length n
    polygons : array of polygons

    Returns
    -------
    int array, length n
    """
    found = np.full(len(points), -1, dtype=np.int64)
    # a tree of the points with prepared polygons is several times faster than the reverse
    polygon_at, point_at = shapely.STRtree(points).query(polygons, predicate="intersects")
    order = np.lexsort((polygon_at, point_at))[::-1]
    found[point_at[order]] = polygon_at[order]
    return found


def spread(function: Callable[..., Any], *arrays: npt.NDArray[Any], least: int = 20_000) -> Any:
    """Return what a function of whole arrays returns, reckoned on all cores.

    GEOS lets other threads run; the result does not depend on their number.

    Parameters
    ----------
    function : callable
        Takes arrays of equal length; what it returns for parts of them follows on one another.
    *arrays : arrays of equal length
    least : int
        Arrays shorter than this are not worth the threads.
    """
    cores = min(os.cpu_count() or 1, _MOST_THREADS)
    if cores == 1 or len(arrays[0]) < least:
        return function(*arrays)
    cuts = np.linspace(0, len(arrays[0]), 2 * cores + 1).astype(np.int64)
    parts = [[array[a:b] for array in arrays] for a, b in pairwise(cuts.tolist())]
    with ThreadPoolExecutor(cores) as pool:
        return np.concatenate(list(pool.map(lambda part: function(*part), parts)))


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Return what jobs return, which run at the same time.

    GEOS and numpy let one another run. Jobs must change nothing of one another's but lists that
    they append to.
    """
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [running.result() for running in [pool.submit(job) for job in jobs]]


@contextmanager
def collector_off() -> Iterator[None]:
    """Keep Python's collector of cycles from going through geometries while many are made.

    Geometries are in no cycles, but each few hundred of them set it off, and each time it looks
    at more: a third of the time it takes to read them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def query_spread(tree: shapely.STRtree, shapes: Geometries) -> tuple[Ints, Ints]:
    """Return the pairs of shapes and items of a tree whose bounds meet, found on all cores.

    The tree must have been asked before: its first query builds it.
    """
    at = np.arange(len(shapes), dtype=np.int64)

    def pairs(some: Ints) -> Ints:
        one, other = tree.query(shapes[some])
        return np.column_stack((some[one], other))

    found = spread(pairs, at)
    return found[:, 0], found[:, 1]


def vertices_of(geometries: Geometries) -> Points:
    """Return all vertices of geometries, one after another, as complex numbers."""
    return _as_points(shapely.get_coordinates(geometries))


def owned_vertices_of(geometries: Geometries) -> tuple[Points, Ints]:
    """Return all vertices of geometries, as `vertices_of` does, and how many each has."""
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    return _as_points(xy), np.bincount(owner, minlength=len(geometries))


def _as_points(xy: Floats) -> Points:
    return np.ascontiguousarray(xy).view(np.complex128).ravel()


def group_starts(sorted_keys: npt.NDArray[Any]) -> Ints:
    """Return where each run of equal values starts in a sorted array, with the end appended."""
    if len(sorted_keys) == 0:
        return np.zeros(1, dtype=np.int64)
    change = np.flatnonzero(sorted_keys[1:] != sorted_keys[:-1]) + 1
    return np.concatenate(([0], change, [len(sorted_keys)])).astype(np.int64)
