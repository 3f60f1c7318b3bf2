"""The coordinate reference system of a layer: said, mended where it plainly lies, or told.

Chinese layers often come without a .prj; in metres with or without the zone's number in front of
the easting, and with the other one said; with latitude first. What the coordinates themselves
prove is mended and reported; what they do not is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from pyproj.crs import BoundCRS, GeographicCRS
from pyproj.crs.coordinate_operation import ToWGS84Transformation
from pyproj.exceptions import CRSError

from gridtool.errors import CrsError, SettingsError
from gridtool.findings import Finding
from gridtool.geom import Geometries

CGCS2000: Final = 4490
_LON, _LAT = (73.0, 136.0), (3.0, 54.0)
_NORTHING = (3.0e5, 6.1e6)
_EASTING = (1.0e5, 9.0e5)
_PREFIX = 1_000_000
_FALSE_EASTING = 500_000.0
# first EPSG codes of the Gauss-Krüger zones: 3 degrees with number, without, 6 degrees likewise
_ZONES: Final = {
    "china_2000": (4513, 4534, 4491, 4502),
    "xian_1980": (2349, 2370, 2327, 2338),
    "beijing_1954": (2401, 2422, 21413, 21453),
}
_FIRST_3, _LAST_3, _FIRST_6, _LAST_6 = 25, 45, 13, 23
# rows that tell where a layer lies
_ENOUGH: Final = 10_000
# Web Mercator puts the west of China where the numbers of 6-degree zones 13 to 15 stand
_MERCATOR_LIKE = (13, 15)


@dataclass(frozen=True)
class Extent:
    """Where most of a layer lies; the outermost hundredths of its rows do not count."""

    west: float
    south: float
    east: float
    north: float

    def within(self, x: tuple[float, float], y: tuple[float, float]) -> bool:
        """Return whether it lies in a window."""
        return (x[0] <= self.west and self.east <= x[1]) and (
            y[0] <= self.south and self.north <= y[1]
        )

    def swapped(self) -> Extent:
        """Return it with the axes exchanged."""
        return Extent(self.south, self.west, self.north, self.east)

    def __str__(self) -> str:
        digits = 0 if max(abs(self.west), abs(self.south)) > 360 else 4
        numbers = (self.west, self.south, self.east, self.north)
        return " ".join(f"{number:.{digits}f}" for number in numbers)


def extent_of(frame: gpd.GeoDataFrame) -> Extent | None:
    """Return where most of a layer lies, None when it has no finite coordinates."""
    shapes = np.asarray(frame.geometry.array, dtype=object)
    # a hundredth of thousands is told as well by every other row
    bounds = shapely.bounds(shapes[:: max(1, len(shapes) // _ENOUGH)])
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return None
    west, south = np.quantile(bounds[:, :2], 0.01, axis=0, method="lower").tolist()
    east, north = np.quantile(bounds[:, 2:], 0.99, axis=0, method="higher").tolist()
    return Extent(west, south, east, north)


def canonical(crs: CRS) -> CRS:
    """Return the EPSG twin of a CRS that ESRI or an older program wrote, else the CRS itself.

    ESRI's ``CGCS2000_3_Degree_GK_CM_105E`` is not equal to EPSG:4544 though it means the same;
    a layer would be reprojected by nothing and its lines would move by a hair.
    """
    code = crs.to_epsg(min_confidence=20)
    if code is None:
        return crs
    twin = CRS.from_epsg(code)
    same = datum_of(twin) == datum_of(crs) and _parameters(twin) == _parameters(crs)
    return twin if same and _unit(twin) == _unit(crs) else crs


def parse_crs(text: str) -> CRS:
    """Return the CRS a user named.

    Raises
    ------
    SettingsError
        GT054 when PROJ does not know it.
    """
    try:
        return CRS.from_user_input(int(text) if text.strip().isdigit() else text)
    except CRSError:
        raise SettingsError("GT054", crs=text) from None


def guess_crs(extent: Extent) -> tuple[CRS, bool] | None:
    """Return the CRS that coordinates can only have in China, and whether their axes are swapped.

    Degrees are taken as CGCS2000's; metres only with the zone's number in front, which tells the
    zone. Metres without it fit 21 zones, so that no guess is made.
    """
    for swapped in (False, True):
        place = extent.swapped() if swapped else extent
        if place.within(_LON, _LAT):
            return CRS.from_epsg(CGCS2000), swapped
        zone = _zone(place)
        if zone is not None and not _MERCATOR_LIKE[0] <= zone <= _MERCATOR_LIKE[1]:
            return CRS.from_epsg(_code("china_2000", zone, prefixed=True)), swapped
    return None


def mend_crs(
    frame: gpd.GeoDataFrame, layer: str, shown: str, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Return a layer whose CRS and coordinates agree.

    Parameters
    ----------
    frame : GeoDataFrame
        With a CRS.
    layer, shown : str
        Key of the layer, and its file, for messages.
    findings : list of Finding
        What was mended is appended: axes exchanged (GT154), the twin of a Gauss-Krüger zone with
        or without the zone's number (GT155).

    Raises
    ------
    CrsError
        GT011 when the coordinates cannot be in this CRS.
    """
    crs, extent = frame.crs, extent_of(frame)
    if extent is None:
        return frame
    if crs.is_geographic:
        if extent.within((-180.0, 360.0), (-90.0, 90.0)):
            return frame
        if extent.swapped().within(_LON, _LAT):
            findings.append(Finding("GT154", layer, values={"file": shown}))
            return exchange_axes(frame)
        raise _unfitting(crs, extent, layer)
    family = datum_of(crs)
    if family not in _ZONES or not _is_gauss_kruger(crs):
        return frame
    if extent.south > _PREFIX * _FIRST_6 or (
        extent.within(_NORTHING, _EASTING) and not extent.within(_EASTING, _NORTHING)
    ):
        findings.append(Finding("GT154", layer, values={"file": shown}))
        frame, extent = exchange_axes(frame), extent.swapped()
    twin = _twin(crs, family, extent)
    if twin is None:
        raise _unfitting(crs, extent, layer)
    if twin != crs:
        values: dict[str, object] = {"file": shown, "said": crs.name, "taken": label(twin)}
        findings.append(Finding("GT155", layer, values=values))
        frame = frame.set_crs(twin, allow_override=True)
    return frame


def exchange_axes(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer with x and y exchanged."""
    shapes = np.asarray(frame.geometry.array, dtype=object)
    return frame.set_geometry(
        gpd.GeoSeries(shapely.transform(shapes, _exchanged), index=frame.index, crs=frame.crs)
    )


def bind(crs: CRS, towgs84: Sequence[float]) -> CRS:
    """Return a CRS with the user's own parameters to CGCS2000.

    Parameters
    ----------
    towgs84 : three or seven numbers
        Shift in metres, rotation in arc seconds, scale in millionths (position vector).

    Raises
    ------
    SettingsError
        GT055 when there are not three or seven.
    """
    if len(towgs84) not in (3, 7):
        raise SettingsError("GT055", found=len(towgs84))
    numbers = [*towgs84, *[0.0] * (7 - len(towgs84))]
    base = crs.geodetic_crs or crs
    to_wgs84 = ToWGS84Transformation(GeographicCRS(name=base.name, datum=base.datum), *numbers)
    return BoundCRS(crs, CRS.from_epsg(4326), to_wgs84)


def cgcs2000_twin(crs: CRS) -> CRS:
    """Return CGCS2000 as a CRS on another Chinese datum divides it: zone by zone, or degrees."""
    if not _is_gauss_kruger(crs):
        return CRS.from_epsg(CGCS2000)
    numbers = _parameters(crs)
    easting = numbers["False easting"]
    if easting >= _PREFIX:
        return CRS.from_epsg(_code("china_2000", int(easting // _PREFIX), prefixed=True))
    zone = round(numbers["Longitude of natural origin"] / 3)
    return CRS.from_epsg(_code("china_2000", zone, prefixed=False))


def datum_of(crs: CRS) -> str:
    """Return the family of a CRS's datum, else its name in lower case.

    Families are ``china_2000``, ``xian_1980`` and ``beijing_1954``.
    """
    name = (crs.datum.name if crs.datum else "").casefold()
    if "china 2000" in name or "china_2000" in name or "cgcs" in name:
        return "china_2000"
    if "xian" in name or "xi'an" in name:
        return "xian_1980"
    return "beijing_1954" if "beijing" in name else name


def zone_crs(crs: CRS, longitude: float) -> CRS | None:
    """Return the 3-degree zone without number on the datum of a CRS.

    None for datums other than the two that no public parameters tie to CGCS2000.
    """
    family = datum_of(crs)
    if family not in ("xian_1980", "beijing_1954"):
        return None
    zone = int(min(max(round(longitude / 3), _FIRST_3), _LAST_3))
    return CRS.from_epsg(_ZONES[family][1] + zone - _FIRST_3)


def _exchanged(xy: Geometries) -> Geometries:
    return xy[:, ::-1]


def _zone(extent: Extent) -> int | None:
    """Return the zone's number in front of eastings, None when there is none."""
    low, high = int(extent.west // _PREFIX), int(extent.east // _PREFIX)
    if low != high or not extent.within((low * _PREFIX, (low + 1) * _PREFIX), _NORTHING):
        return None
    return low if _FIRST_6 <= low <= _LAST_6 or _FIRST_3 <= low <= _LAST_3 else None


def _code(family: str, zone: int, *, prefixed: bool) -> int:
    """Return the EPSG code of a zone; numbers up to 23 are of 6 degrees, from 25 of 3."""
    three_in, three_out, six_in, six_out = _ZONES[family]
    if zone >= _FIRST_3:
        return (three_in if prefixed else three_out) + zone - _FIRST_3
    return (six_in if prefixed else six_out) + zone - _FIRST_6


def _twin(crs: CRS, family: str, extent: Extent) -> CRS | None:
    """Return the CRS of the same meridian whose false easting the coordinates have."""
    numbers = _parameters(crs)
    meridian, easting = numbers["Longitude of natural origin"], numbers["False easting"]
    zone = _zone(extent)
    if zone is None:
        if not extent.within((-2e5, 1.2e6), (-1e7, 1e7)):
            return None
        if easting < _PREFIX:
            return crs
        said = int(easting // _PREFIX)
        return CRS.from_epsg(_code(family, said, prefixed=False))
    if easting >= _PREFIX:
        return crs if int(easting // _PREFIX) == zone else None
    here = zone * 3.0 if zone >= _FIRST_3 else zone * 6.0 - 3.0
    return CRS.from_epsg(_code(family, zone, prefixed=True)) if here == meridian else None


def _is_gauss_kruger(crs: CRS) -> bool:
    """Return whether a CRS is a zone as China numbers them."""
    operation = crs.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return False
    numbers = _parameters(crs)
    easting = numbers.get("False easting", 0.0) % _PREFIX
    scale = numbers.get("Scale factor at natural origin", 0.0)
    return easting == _FALSE_EASTING and scale == 1.0 and crs.axis_info[0].unit_name == "metre"


def _parameters(crs: CRS) -> dict[str, float]:
    """Return the parameters of a projection by name."""
    operation = crs.coordinate_operation
    if operation is None:
        return {}
    return {item.name: round(float(item.value), 9) for item in operation.params}


def label(crs: CRS) -> str:
    """Return a CRS as a person looks it up: ``EPSG:4544 CGCS2000 / …``."""
    authority = crs.to_authority()
    return f"{':'.join(authority)} {crs.name}" if authority else str(crs.name)


def _unit(crs: CRS) -> str:
    """Return the unit of the axes."""
    return crs.axis_info[0].unit_name if crs.axis_info else ""


def _unfitting(crs: CRS, extent: Extent, layer: str) -> CrsError:
    """Return the error of coordinates that cannot be in a CRS."""
    return CrsError("GT011", layer=layer, crs=crs.name, bounds=str(extent))
