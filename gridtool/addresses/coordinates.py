"""Coordinates of a list in the metres of the grids, row by row whatever they are in.

Degrees and metres tell themselves apart by their size, and so do exchanged axes and a zone's
number in front of an easting once it is known where the grids lie: what is mended so is noted.
PROJ is loaded for degrees and for other systems of metres; a list in the grids' own does without.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gridtool.addresses.words import DEGREES_AMONG_METRES, SWAPPED, ZONE_NUMBER
from gridtool.offsets import Bools, Floats, Source, from_bd09, from_gcj02

if TYPE_CHECKING:
    from pyproj import Transformer

_PREFIX: Final = 1_000_000
_FIRST_ZONE, _LAST_ZONE = 13, 45
# how far beyond the grids a list may reach before its axes are doubted
_BEYOND_M, _BEYOND_DEGREES = 50_000.0, 0.5


class Placed(NamedTuple):
    """Coordinates brought to the CRS of the grids.

    Attributes
    ----------
    xy : float array, (n, 2)
        Metres; NaN where there are none.
    lonlat : float array, (n, 2)
        Degrees as they were given, GCJ-02 or not; NaN for rows in metres.
    notes : dict of str to bool array
        Which rows were mended, and how.
    """

    xy: Floats
    lonlat: Floats
    notes: dict[str, Bools]


class Placer:
    """Brings coordinates to the CRS of the grids.

    Parameters
    ----------
    crs : str
        Of the grids; in metres.
    bounds : (west, south, east, north)
        Of the grids, metres.
    system : ``gcj02``, ``bd09`` or None
        What degrees are in.
    source : str, optional
        CRS of the list, where it says one.
    pipeline : str
        From degrees to the CRS of the grids, where it is known beforehand.
    """

    def __init__(
        self,
        crs: str,
        bounds: tuple[float, float, float, float],
        *,
        system: Source | None = None,
        source: str | None = None,
        pipeline: str = "",
    ) -> None:
        self._system, self._crs, self._pipeline = system, crs, pipeline
        self._from_source = None if source is None else _from_source(source, crs)
        self._bounds = bounds
        self._metres = _wider(bounds, _BEYOND_M)
        self._of_metres: bool | None = None

    @cached_property
    def _to_metres(self) -> Transformer:
        """Return what leads from degrees to the CRS of the grids."""
        from pyproj import Transformer

        if self._pipeline:
            return Transformer.from_pipeline(self._pipeline)
        return Transformer.from_crs(4326, self._crs, always_xy=True)

    @cached_property
    def _degrees(self) -> tuple[float, ...]:
        """Return the window that degrees of the list are expected in."""
        west, south, east, north = self._bounds
        corners = np.array([(west, south), (west, north), (east, south), (east, north)])
        lon, lat = self.to_degrees(corners).T
        return _wider((lon.min(), lat.min(), lon.max(), lat.max()), _BEYOND_DEGREES)

    def place(self, xy: Floats) -> Placed:
        """Return coordinates in the CRS of the grids."""
        xy = np.array(xy, dtype=np.float64).reshape(-1, 2)
        xy[~np.isfinite(xy).all(axis=1)] = np.nan
        degrees: Bools = np.asarray((np.abs(xy) <= 180.0).all(axis=1))
        metres: Bools = np.isfinite(xy[:, 0]) & ~degrees
        if self._of_metres is None and (degrees | metres).any():
            self._of_metres = bool(metres.sum() >= degrees.sum())
        numbered = self._strip_zone(xy, metres)
        swapped = np.zeros(len(xy), dtype=bool)
        if degrees.any():
            swapped |= self._exchange(xy, degrees, self._degrees)
        if self._from_source is None:
            swapped |= self._exchange(xy, metres, self._metres)
        lonlat = np.where(degrees[:, None], xy, np.nan)
        if degrees.any():
            xy[degrees] = self._projected(xy[degrees])
        if self._from_source is not None:
            xy[metres] = np.column_stack(self._from_source.transform(*xy[metres].T))
        if self._system is not None:
            xy[metres] = self._projected(self.to_degrees(xy[metres]))
        among = degrees if self._of_metres else np.zeros(len(xy), dtype=bool)
        notes = {SWAPPED: swapped, DEGREES_AMONG_METRES: among, ZONE_NUMBER: numbered}
        xy[~np.isfinite(xy).all(axis=1)] = np.nan
        return Placed(xy, lonlat, notes)

    def to_degrees(self, xy: Floats) -> Floats:
        """Return metres of the grids as longitude and latitude."""
        lonlat = self._to_metres.transform(xy[:, 0], xy[:, 1], direction="INVERSE")
        return np.column_stack(lonlat)

    def to_metres(self, lonlat: Floats) -> Floats:
        """Return true longitude and latitude in the metres of the grids."""
        return np.column_stack(self._to_metres.transform(*lonlat.T))

    def _projected(self, lonlat: Floats) -> Floats:
        """Return degrees of the list's system in metres."""
        lon, lat = lonlat.T
        if self._system is not None:
            lon, lat = (from_gcj02 if self._system == "gcj02" else from_bd09)(lon, lat)
        return self.to_metres(np.column_stack((lon, lat)))

    def _strip_zone(self, xy: Floats, metres: Bools) -> Bools:
        """Take a zone's number off eastings where the grids have none; return where."""
        if self._metres[2] >= _PREFIX or self._from_source is not None:
            return np.zeros(len(xy), dtype=bool)
        numbered = np.zeros(len(xy), dtype=bool)
        for axis in (0, 1):
            zone = np.where(metres, xy[:, axis] // _PREFIX, 0)
            here = (zone >= _FIRST_ZONE) & (zone <= _LAST_ZONE)
            xy[here, axis] %= _PREFIX
            numbered |= here
        return numbered

    def _exchange(self, xy: Floats, rows: Bools, window: tuple[float, ...]) -> Bools:
        """Exchange the axes of rows that lie near the grids only so; return which."""
        swapped: Bools = rows & ~_within(xy, window) & _within(xy[:, ::-1], window)
        xy[swapped] = xy[swapped, ::-1]
        return swapped


def _from_source(source: str, crs: str) -> Transformer | None:
    """Return what leads from metres of a list to those of the grids, None where they are one."""
    from pyproj import CRS, Transformer

    said, target = CRS.from_user_input(source), CRS.from_user_input(crs)
    if said.is_geographic or said == target:
        return None
    return Transformer.from_crs(said, target, always_xy=True)


def _wider(bounds: tuple[float, ...], by: float) -> tuple[float, ...]:
    """Return bounds made wider on all sides."""
    west, south, east, north = bounds
    return (west - by, south - by, east + by, north + by)


def _within(xy: Floats, window: tuple[float, ...]) -> Bools:
    """Return which points lie in a window; none that have no coordinates."""
    x, y = xy[:, 0], xy[:, 1]
    found: Bools = (x >= window[0]) & (y >= window[1]) & (x <= window[2]) & (y <= window[3])
    return found
