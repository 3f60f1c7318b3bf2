"""Where layers lie: each in a CRS that fits it, then all in one CRS in metres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd
import numpy as np
from pyproj import CRS
from pyproj.exceptions import ProjError

from gridtool.columns import COMMUNITIES
from gridtool.errors import CrsError, DataError
from gridtool.findings import Finding
from gridtool.geom import is_metric, working_crs
from gridtool.offsets import Source as OffsetSystem
from gridtool.offsets import shift_geometries
from gridtool.read.crs import (
    CGCS2000,
    bind,
    canonical,
    cgcs2000_twin,
    datum_of,
    exchange_axes,
    extent_of,
    guess_crs,
    label,
    mend_crs,
    parse_crs,
    zone_crs,
)
from gridtool.read.frames import Frame

# Datums tied to CGCS2000 by no public parameters: PROJ would pass them through unchanged, tens
# of metres off, and say nothing.
UNTIED: Final = frozenset(("xian_1980", "beijing_1954"))
ALL_LAYERS: Final = ""


@dataclass(frozen=True)
class Placing:
    """Coordinate systems as the user states them.

    Attributes
    ----------
    crs : mapping of layer key to CRS text
        Wins over what a layer says of itself; under ``""`` for every layer that says nothing.
    coords : mapping of layer key to ``gcj02`` or ``bd09``
        Layers, or under ``""`` all, whose coordinates are those of Chinese web maps.
    towgs84 : tuple of three or seven floats, optional
        The user's own parameters from Xi'an 80 or Beijing 54 to CGCS2000.
    """

    crs: Mapping[str, str] = field(default_factory=dict)
    coords: Mapping[str, OffsetSystem] = field(default_factory=dict)
    towgs84: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse a CRS that there is not, even where no layer needs it."""
        for text in self.crs.values():
            parse_crs(text)


def place_layer(
    frame: Frame, key: str, shown: str, placing: Placing, findings: list[Finding]
) -> Frame:
    """Return a layer in a CRS that fits its coordinates, or without one where none can be told.

    Parameters
    ----------
    frame : GeoDataFrame or DataFrame
        A table is returned as it is.
    key, shown : str
        The layer, and its file, for messages.
    placing : Placing
    findings : list of Finding
        What was guessed and mended is appended.

    Raises
    ------
    CrsError
        GT011 when coordinates cannot be in their CRS.
    SettingsError
        When the user names a CRS that PROJ does not know.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame
    placed: Frame = _placed(frame, key, shown, placing, findings)
    return placed


def _placed(
    frame: gpd.GeoDataFrame, key: str, shown: str, placing: Placing, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Return a layer with geometry in a CRS that fits it."""
    stated = placing.crs.get(key)
    said = frame.crs
    if said is None or not (said.is_geographic or said.is_projected):
        said = None
        stated = stated or placing.crs.get(ALL_LAYERS)
    if stated:
        frame = frame.set_crs(parse_crs(stated), allow_override=True)
    elif said is None:
        frame = _guess(frame.set_crs(None, allow_override=True), key, shown, findings)
    if frame.crs is None:
        return frame
    frame = frame.set_crs(canonical(frame.crs), allow_override=True)
    frame = mend_crs(frame, key, shown, findings)
    system = placing.coords.get(key, placing.coords.get(ALL_LAYERS))
    return frame if system is None else _unshift(frame, key, shown, system, findings)


def bring_together(
    layers: Mapping[str, Frame],
    placing: Placing,
    findings: list[Finding],
    *,
    target: CRS | None = None,
) -> tuple[dict[str, Frame], CRS]:
    """Bring all layers to one CRS in metres; return them and the CRS of the communities.

    With a `target` that is the CRS, and the one returned; no communities are needed then.

    Raises
    ------
    CrsError
        When a layer has no CRS and none can be told, when its coordinates cannot be reached, or
        when no public parameters lead from its datum to the others'.
    """
    spatial = {key: item for key, item in layers.items() if isinstance(item, gpd.GeoDataFrame)}
    placed = _lend_crs(spatial, findings)
    if placing.towgs84 is not None:
        placed = {key: _tie(frame, key, placing.towgs84, findings) for key, frame in placed.items()}
    original = placed[COMMUNITIES.key].crs if target is None else target
    target = _metres(placed[COMMUNITIES.key]) if target is None else target
    for key, frame in placed.items():
        _refuse_untied(frame.crs, original, layer=key)
    projected = {key: _project(frame, target, layer=key) for key, frame in placed.items()}
    return {key: projected.get(key, frame) for key, frame in layers.items()}, original


def _guess(
    frame: gpd.GeoDataFrame, key: str, shown: str, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Return a layer that says no CRS with the only one it can have, if there is one."""
    extent = extent_of(frame)
    guess = None if extent is None else guess_crs(extent)
    if guess is None:
        return frame
    crs, swapped = guess
    values: dict[str, object] = {"file": shown, "crs": label(crs), "bounds": str(extent)}
    findings.append(Finding("GT156", key, values=values))
    if swapped:
        findings.append(Finding("GT154", key, values={"file": shown}))
        frame = exchange_axes(frame)
    return frame.set_crs(crs)


def _lend_crs(
    layers: dict[str, gpd.GeoDataFrame], findings: list[Finding]
) -> dict[str, gpd.GeoDataFrame]:
    """Give layers without a CRS that of a layer they lie upon."""
    lent = dict(layers)
    lenders = {key: frame for key, frame in layers.items() if frame.crs is not None}
    for key, frame in layers.items():
        if frame.crs is not None:
            continue
        extent = extent_of(frame)
        for other, lender in lenders.items():
            theirs = extent_of(lender)
            if extent is None or theirs is None:
                continue
            across = min(extent.east, theirs.east) - max(extent.west, theirs.west)
            along = min(extent.north, theirs.north) - max(extent.south, theirs.south)
            if across >= 0 and along >= 0:
                values: dict[str, object] = {"crs": label(lender.crs), "other": other}
                findings.append(Finding("GT159", key, values=values))
                lent[key] = frame.set_crs(lender.crs)
                break
        else:
            raise CrsError("GT005", layer=key, bounds=str(extent or "-"))
    return lent


def _unshift(
    frame: gpd.GeoDataFrame, key: str, shown: str, system: OffsetSystem, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Return a layer of GCJ-02 or BD-09 coordinates in degrees of CGCS2000."""
    crs = frame.crs
    degrees = frame if crs.is_geographic else _project(frame, crs.geodetic_crs, layer=key)
    shapes = shift_geometries(np.asarray(degrees.geometry.array, dtype=object), system)
    findings.append(Finding("GT160", key, values={"file": shown, "system": system}))
    moved = frame.set_crs(CRS.from_epsg(CGCS2000), allow_override=True)
    return moved.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=moved.crs))


def _tie(
    frame: gpd.GeoDataFrame, key: str, towgs84: tuple[float, ...], findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Return a layer on an untied datum brought to CGCS2000 by the user's parameters."""
    if datum_of(frame.crs) not in UNTIED:
        return frame
    bound = frame.set_crs(bind(frame.crs, towgs84), allow_override=True)
    findings.append(Finding("GT161", key, values={"crs": frame.crs.name}))
    # PROJ applies the parameters on the way to WGS 84 alone, which is CGCS2000 but for centimetres
    degrees = _project(bound, CRS.from_epsg(4326), layer=key)
    degrees = degrees.set_crs(CRS.from_epsg(CGCS2000), allow_override=True)
    return _project(degrees, cgcs2000_twin(frame.crs), layer=key)


def _metres(communities: gpd.GeoDataFrame) -> CRS:
    """Return the CRS to work in, from the place of the communities."""
    crs: CRS = communities.crs
    if is_metric(crs):
        return crs
    degrees = communities if crs.is_geographic else _project(communities, CRS.from_epsg(4326))
    west, south, east, north = degrees.total_bounds
    if np.isnan(west):
        raise DataError("GT029", layer=COMMUNITIES.key)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        found = f"{west:.0f} {south:.0f} {east:.0f} {north:.0f}"
        raise CrsError("GT011", layer=COMMUNITIES.key, crs=crs.name, bounds=found)
    return zone_crs(crs, (west + east) / 2) or working_crs(crs, (west, south, east, north))


def _project(
    frame: gpd.GeoDataFrame, target: CRS, *, layer: str = COMMUNITIES.key
) -> gpd.GeoDataFrame:
    """Return the frame in another CRS."""
    if frame.crs == target:
        return frame
    try:
        projected = frame.to_crs(target)
    except ProjError:
        projected = None
    before = frame.total_bounds
    if projected is None or not _as_finite(before, projected.total_bounds):
        found = " ".join(f"{value:.0f}" for value in before)
        raise CrsError("GT011", layer=layer, crs=frame.crs.name, bounds=found)
    return projected


def _refuse_untied(crs: CRS, other: CRS, *, layer: str) -> None:
    """Refuse two layers on datums that PROJ would only pretend to bring together."""
    names = datum_of(crs), datum_of(other)
    if names[0] != names[1] and UNTIED & set(names):
        raise CrsError("GT012", layer=layer, crs=crs.name, target=other.name)


def _as_finite(before: np.ndarray, after: np.ndarray) -> bool:
    """Return whether no coordinate became infinite that was not before."""
    return bool(np.isfinite(after).all() or not np.isfinite(before).all())
