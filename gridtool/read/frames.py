"""One layer from its source, in the columns of the data dictionary."""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gridtool.columns import Column, Layer, fold, match_columns
from gridtool.errors import ColumnError, CrsError, DataError, InputError
from gridtool.geom import Geometries
from gridtool.read.encodings import AS_BYTES, from_bytes, sniff_encoding
from gridtool.read.sources import Source, failures_told, unreadable

_USE_ARROW = importlib.util.find_spec("pyarrow") is not None
_TYPE_NAMES = np.array(
    [
        *("", "Point", "LineString", "LinearRing", "Polygon"),
        *("MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"),
    ],
    dtype=object,
)
_WRITTEN_NULLS = frozenset(("", "null", "<null>", "nan", "none"))
_WHOLE = re.compile(r"(\d+)\.0*")


def load_layer(layer: Layer, source: Source, mapped: Mapping[str, str]) -> gpd.GeoDataFrame | None:
    """Read one layer.

    Parameters
    ----------
    layer : Layer
        The dictionary's layer.
    source : Source
        File and layer.
    mapped : mapping of column key to the column's name in the source

    Returns
    -------
    GeoDataFrame or None
        Dictionary columns that are there, in its order, and geometry; index ``row``. None when
        an optional layer is empty.
    """
    info, options = _read_info(source)
    found = [str(name) for name in info["fields"]]
    is_cut = options["encoding"] == AS_BYTES
    names = {from_bytes(name) if is_cut else name: name for name in found}
    columns = _choose_columns(layer, list(names), mapped)
    if info["features"] == 0:
        if layer.required:
            raise InputError("GT006", layer=layer.key)
        return None
    if info["geometry_type"] is None:
        _refuse_type(layer, "-")
    raw = _read(source, sorted(names[name] for name in set(columns.values())), options)
    if len(raw) != info["features"]:
        reason = f"{len(raw)} / {info['features']} rows"
        raise unreadable(source.path, OSError(reason))
    raw = raw.rename(columns={name: key for key, name in names.items()})
    return _to_dictionary(layer, raw, columns, text_is_bytes=is_cut)


def _read_info(source: Source) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a layer holds, and the options it must be read with."""
    options = {"layer": source.layer, "encoding": sniff_encoding(source.path)}
    with failures_told(source.path):
        try:
            info = pyogrio.read_info(source.path, force_feature_count=True, **options)
        except UnicodeDecodeError:
            # a UTF-8 shapefile cuts names at 10 bytes, in the middle of a Chinese character
            options["encoding"] = AS_BYTES
            info = pyogrio.read_info(source.path, force_feature_count=True, **options)
    return info, options


def take_frame(layer: Layer, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a frame in memory as `load_layer` returns one from a file."""
    names = [str(name) for name in frame.columns if name != frame.geometry.name]
    return _to_dictionary(layer, frame, _choose_columns(layer, names, {}))


def _read(source: Source, names: list[str], options: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Read the named columns and the geometry of a layer."""
    with failures_told(source.path):
        return gpd.read_file(
            source.path,
            engine="pyogrio",
            use_arrow=_USE_ARROW,
            columns=names,
            # rows whose geometry cannot even be built are judged by the stage `check`
            on_invalid="ignore",
            **options,
        )


def _choose_columns(layer: Layer, found: list[str], mapped: Mapping[str, str]) -> dict[str, str]:
    """Return the source column of each dictionary column that is there."""
    listed = ", ".join(found) or "-"
    chosen = match_columns(layer, found)
    folded = {fold(name): name for name in reversed(found)}
    for key, wanted in mapped.items():
        name = wanted if wanted in found else folded.get(fold(wanted))
        if name is None:
            raise ColumnError("GT010", layer=layer.key, source=wanted, found=listed)
        chosen[key] = name
    for column in layer.columns:
        if column.required and column.key not in chosen:
            names = ", ".join(dict.fromkeys(column.names))
            raise ColumnError(
                "GT004", layer=layer.key, wanted=column.key, found=listed, names=names
            )
    return chosen


def _to_dictionary(
    layer: Layer, raw: gpd.GeoDataFrame, columns: Mapping[str, str], *, text_is_bytes: bool = False
) -> gpd.GeoDataFrame:
    """Return the frame with the dictionary's columns, text cleaned, geometry flat."""
    if raw.crs is None or not (raw.crs.is_geographic or raw.crs.is_projected):
        raise CrsError("GT005", layer=layer.key)
    index = pd.RangeIndex(len(raw), name="row")
    data: dict[str, pd.Series[Any]] = {}
    for column in layer.columns:
        if column.key in columns:
            values = raw[columns[column.key]].set_axis(index)
            if text_is_bytes and not pd.api.types.is_numeric_dtype(values.dtype):
                values = values.map(from_bytes, na_action="ignore")
            data[column.key] = clean_text(values, column) if column.kind == "text" else values
    geometry = np.asarray(raw.geometry.array, dtype=object)
    _require_type(layer, geometry)
    if (shapely.has_z(geometry) | shapely.has_m(geometry)).any():
        geometry = shapely.force_2d(geometry)
    return gpd.GeoDataFrame(pd.DataFrame(data, index=index), geometry=geometry, crs=raw.crs)


def _require_type(layer: Layer, geometry: Geometries) -> None:
    """Refuse a geometry type the layer must not have; missing and empty ones pass."""
    kinds = shapely.get_type_id(geometry)
    there = (kinds >= 0) & ~shapely.is_empty(geometry)
    names = np.where(there, _TYPE_NAMES[kinds + 1], "")
    wrong = there & ~np.isin(names, layer.geometry)
    if wrong.any():
        found = ", ".join(sorted(set(names[wrong])))
        _refuse_type(layer, found, np.flatnonzero(wrong) if (there & ~wrong).any() else ())


def _refuse_type(layer: Layer, found: str, rows: Any = ()) -> None:
    """Raise the error of a wrong geometry type."""
    wanted = ", ".join(layer.geometry)
    raise DataError("GT007", layer=layer.key, rows=rows, found=found, wanted=wanted)


def clean_text(values: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """Return text stripped of blanks, None where there is none.

    Parameters
    ----------
    values : Series of any type
    column : Column
        Ids and codes are brought to half width, and codes kept as numbers to their digits.

    Returns
    -------
    Series of object, the index of `values`
    """
    is_key = column.key.endswith(("_id", "code"))
    try:
        codes, distinct = pd.factorize(values)
    except TypeError:  # lists, as GeoJSON may hold
        codes, distinct = pd.factorize(values.astype(str))
    cleaned = [_clean(value, is_key=is_key) for value in distinct]
    lookup = np.array([*cleaned, None], dtype=object)
    return pd.Series(lookup[codes], index=values.index, dtype=object)


def _clean(value: object, *, is_key: bool) -> str | None:
    """Return one value as text, None for what means "nothing"."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        value = int(value)
    text = str(value).strip()
    if is_key:
        text = text if text.isascii() else unicodedata.normalize("NFKC", text).strip()
        if whole := _WHOLE.fullmatch(text):
            text = whole[1]
    return None if text.casefold() in _WRITTEN_NULLS else text
