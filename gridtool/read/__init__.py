"""Stage ``read``: from files to layers with the columns of the data dictionary.

The only stage, with ``export``, that reprojects: what it returns is in one CRS in metres.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
from pyproj import CRS
from pyproj.exceptions import ProjError

from gridtool.columns import COMMUNITIES, INPUT_LAYERS, fold, match_layer
from gridtool.errors import ColumnError, CrsError, DataError, InputError
from gridtool.geom import is_metric, working_crs
from gridtool.read.frames import load_layer, take_frame
from gridtool.read.sources import find_sources

__all__ = ["read_frames", "read_layers"]

# Datums tied to CGCS2000 by no public parameters: PROJ would pass them through unchanged, tens
# of metres off, and say nothing.
_UNTIED_DATUMS = ("xian", "beijing")


def read_layers(
    source: Path | str | None,
    *,
    paths: Mapping[str, Path | str] | None = None,
    mapping: Mapping[str, str] | None = None,
) -> tuple[dict[str, gpd.GeoDataFrame], CRS]:
    """Read the input layers.

    Parameters
    ----------
    source : Path, str or None
        A GeoPackage, a FileGDB, or a folder of files named by layer.
    paths : mapping of layer key to path, optional
        Files of single layers, which win over `source`; ``file.gpkg|layername=xyz`` names the
        layer as QGIS does.
    mapping : mapping, optional
        ``buildings.households`` to a column of the source, ``buildings`` to one of its layers.

    Returns
    -------
    dict of layer key to GeoDataFrame
        Dictionary columns only, with geometry in two dimensions; index ``row``, the row number
        in the source from 0; all in one CRS in metres. Optional layers that are empty are left
        out.
    CRS
        Of the communities as they were read.

    Raises
    ------
    InputError
        When a file or layer cannot be found or read, or a required layer is empty.
    ColumnError
        When a required column is missing or a mapping is wrong.
    CrsError
        When a CRS is missing or of no use.
    DataError
        When a layer holds the wrong type of geometry.
    """
    layer_names, column_names = _parse_mapping(mapping or {})
    layers: dict[str, gpd.GeoDataFrame] = {}
    for key, found in find_sources(
        None if source is None else Path(source), paths or {}, layer_names
    ).items():
        frame = load_layer(INPUT_LAYERS[key], found, column_names.get(key, {}))
        if frame is not None:
            layers[key] = frame
    return _bring_together(layers)


def read_frames(
    frames: Mapping[str, gpd.GeoDataFrame],
) -> tuple[dict[str, gpd.GeoDataFrame], CRS]:
    """Take in layers that are in memory already.

    Parameters
    ----------
    frames : mapping of layer key to GeoDataFrame
        Columns by any name of the dictionary; any CRS. Left unchanged.

    Returns
    -------
    dict of layer key to GeoDataFrame
        As `read_layers` returns them; ``row`` counts from 0.
    CRS
        Of the communities as they were given.

    Raises
    ------
    InputError
        When a required layer is missing or empty.
    ColumnError, CrsError, DataError
        As `read_layers`.
    """
    layers: dict[str, gpd.GeoDataFrame] = {}
    for key, layer in INPUT_LAYERS.items():
        if layer.required and (key not in frames or frames[key].empty):
            raise InputError("GT006", layer=key)
        if key in frames and len(frames[key]):
            layers[key] = take_frame(layer, frames[key])
    return _bring_together(layers)


def _bring_together(
    layers: dict[str, gpd.GeoDataFrame],
) -> tuple[dict[str, gpd.GeoDataFrame], CRS]:
    """Bring all layers to one CRS in metres; return them and the CRS of the communities."""
    original = layers[COMMUNITIES.key].crs
    target = _metres(layers[COMMUNITIES.key])
    for key, frame in layers.items():
        _refuse_untied(frame.crs, original, layer=key)
    projected = {key: _project(frame, target, layer=key) for key, frame in layers.items()}
    return projected, original


def _parse_mapping(
    mapping: Mapping[str, str],
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Split a mapping into layer names and, for each layer, column names."""
    layer_names: dict[str, str] = {}
    column_names: dict[str, dict[str, str]] = {}
    for target, name in mapping.items():
        layer_part, dot, column_part = target.partition(".")
        key = match_layer(layer_part)
        if key is None:
            raise ColumnError("GT009", target=target)
        if not dot:
            layer_names[key] = name
            continue
        for column in INPUT_LAYERS[key].columns:
            if fold(column_part) in {fold(alias) for alias in column.names}:
                column_names.setdefault(key, {})[column.key] = name
                break
        else:
            raise ColumnError("GT009", layer=key, target=target)
    return layer_names, column_names


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
    return working_crs(crs, (west, south, east, north))


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
    names = _datum(crs), _datum(other)
    if names[0] != names[1] and any(word in name for word in _UNTIED_DATUMS for name in names):
        raise CrsError("GT012", layer=layer, crs=crs.name, target=other.name)


def _datum(crs: CRS) -> str:
    """Return the name of a CRS's datum in lower case."""
    return crs.datum.name.casefold() if crs.datum else ""


def _as_finite(before: np.ndarray, after: np.ndarray) -> bool:
    """Return whether no coordinate became infinite that was not before."""
    return bool(np.isfinite(after).all() or not np.isfinite(before).all())
