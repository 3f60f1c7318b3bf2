"""One layer from its source, in the columns of the data dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gridtool.columns import Layer, fold, is_personal, match_columns
from gridtool.errors import ColumnError, DataError, InputError
from gridtool.findings import Finding
from gridtool.geom import Geometries, spread
from gridtool.read.dbf import read_dbf
from gridtool.read.encodings import AS_BYTES, TESTED, from_bytes, shapefile_encoding
from gridtool.read.sources import PARQUET, Source, failures_told, unreadable
from gridtool.read.tables import SHEETS, TABLES, read_table, with_geometry
from gridtool.read.texts import clean_text

try:
    from pyarrow import ArrowException
except ImportError:
    ArrowException = OSError

Frame = pd.DataFrame
"""A GeoDataFrame, or a plain one where a layer is a table."""

_USE_ARROW = ArrowException is not OSError
_TYPE_NAMES = np.array(
    [
        *("", "Point", "LineString", "LinearRing", "Polygon"),
        *("MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"),
    ],
    dtype=object,
)
_COLLECTION: Final = 7
_FLAT: Final = 2
_DRAWINGS: Final = frozenset((".dxf", ".kml", ".kmz"))
"""Files that hold whatever was drawn; only what the layer can have is taken from them."""
_DIMENSIONS: Final = {
    **dict.fromkeys(("Point", "MultiPoint"), 0),
    **dict.fromkeys(("LineString", "MultiLineString"), 1),
    **dict.fromkeys(("Polygon", "MultiPolygon"), 2),
}
_CONSTANT: Final = "="
_NOWHERE: Final = Path()


def load_layer(
    layer: Layer, source: Source, mapped: Mapping[str, str], findings: list[Finding]
) -> Frame | None:
    """Read one layer from one source.

    Parameters
    ----------
    layer : Layer
        The dictionary's layer.
    source : Source
        File and layer.
    mapped : mapping of column key to the column's name in the source
        A name that begins with ``=`` is the value itself, for all rows.
    findings : list of Finding
        What is found is appended.

    Returns
    -------
    GeoDataFrame, DataFrame or None
        Dictionary columns that are there, in its order, and geometry unless the layer is a
        table; index ``row``; perhaps without CRS. None when the source is empty.
    """
    raw = _read(layer, source, mapped, findings)
    columns = _choose_columns(layer, list(raw.names), mapped)
    if raw.frame.empty:
        return None
    if persons := [name for name in raw.names if is_personal(name)]:
        values: dict[str, object] = {"file": source.shown, "columns": ", ".join(persons)}
        findings.append(Finding("GT162", layer.key, values=values))
    frame: Frame = raw.frame.rename(columns={name: key for key, name in raw.names.items()})
    if layer.is_table:
        return _columns_of(layer, pd.DataFrame(frame), columns, text_is_bytes=raw.is_cut)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise _wrong_type(layer, "-")
    named: Frame = _to_dictionary(layer, frame, columns, source, findings, text_is_bytes=raw.is_cut)
    return named


def take_frame(layer: Layer, frame: Frame, findings: list[Finding]) -> Frame:
    """Return a frame in memory as `load_layer` returns one from a file."""
    if layer.is_table:
        names = [str(name) for name in frame.columns]
        return _columns_of(layer, pd.DataFrame(frame), _choose_columns(layer, names, {}))
    names = [str(name) for name in frame.columns if name != frame.geometry.name]
    source = Source(path=_NOWHERE, layer=None, shown=layer.key)
    columns = _choose_columns(layer, names, {})
    named: Frame = _to_dictionary(layer, frame, columns, source, findings)
    return named


class _Raw(NamedTuple):
    """A source as it stands, its columns by the names a person sees, and its text as bytes."""

    frame: Frame
    names: dict[str, str]
    is_cut: bool = False


def _read(layer: Layer, source: Source, mapped: Mapping[str, str], findings: list[Finding]) -> _Raw:
    """Read a source as it stands."""
    suffix = source.path.suffix.lower()
    if suffix in SHEETS or (suffix in TABLES and suffix != ".dbf"):
        with failures_told(source.shown):
            table = read_table(source.path, source.layer)
        placed = None if layer.is_table else with_geometry(table)
        frame: Frame = table if placed is None else placed
    elif suffix in PARQUET:
        frame = _read_parquet(source)
    else:
        return _read_vector(layer, source, mapped, findings)
    shape = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None
    return _Raw(frame, {str(name): str(name) for name in frame.columns if name != shape})


def _read_parquet(source: Source) -> Frame:
    """Read GeoParquet, or Parquet without geometry."""
    if not _USE_ARROW:
        raise InputError("GT056", path=source.shown)
    with failures_told(source.shown):
        try:
            frame: Frame = gpd.read_parquet(source.path)
            return frame
        except ValueError as error:
            if "geo metadata" not in str(error).casefold():
                raise
            return pd.read_parquet(source.path)


def _read_vector(
    layer: Layer, source: Source, mapped: Mapping[str, str], findings: list[Finding]
) -> _Raw:
    """Read what GDAL reads: only the columns that are wanted."""
    info, options = _read_info(source, layer, findings)
    is_cut = options["encoding"] == AS_BYTES
    found = [str(name) for name in info["fields"]]
    names = {from_bytes(name) if is_cut else name: name for name in found}
    columns = _choose_columns(layer, list(names), mapped)
    if info["features"] == 0:
        return _Raw(pd.DataFrame(columns=found), names, is_cut)
    if info["geometry_type"] is None and not layer.is_table:
        raise _wrong_type(layer, "-")
    options["columns"] = sorted(names[name] for name in set(columns.values()) if name in names)
    options["read_geometry"] = not layer.is_table
    frame = _read_whole(source, options)
    if len(frame) != info["features"]:
        reason = f"{len(frame)} / {info['features']} rows"
        raise unreadable(source.shown, OSError(reason))
    return _Raw(frame, names, is_cut)


def _read_whole(source: Source, options: Mapping[str, Any]) -> Frame:
    """Read a layer through Arrow where that can be done; curves come as fine lines."""
    # rows whose geometry cannot even be built are judged by the stage `check`
    options = {"on_invalid": "ignore", **options}
    with failures_told(source.shown):
        if _USE_ARROW:
            try:
                frame = _own_texts(pyogrio.read_dataframe(source.path, use_arrow=True, **options))
            except (NotImplementedError, ArrowException):
                # Arrow has no curves, which GDAL alone draws as lines; nor text in a wrong encoding
                frame = pyogrio.read_dataframe(source.path, **options)
            if not options["read_geometry"] or not _is_curved(frame):
                return frame
        curved: Frame = pyogrio.read_dataframe(source.path, **options)
    return curved


def _own_texts(frame: Frame) -> Frame:
    """Return a frame whose text is Python's: Arrow lets bytes through that are no text."""
    names = [name for name, kind in frame.dtypes.items() if isinstance(kind, pd.StringDtype)]
    arrays: dict[str, Any] = {str(name): frame[name].array for name in names}
    own = {name: array.to_numpy(object, na_value=None) for name, array in arrays.items()}
    return frame.assign(**own) if own else frame


def _is_curved(frame: gpd.GeoDataFrame) -> bool:
    """Return whether a geometry is of a type beyond the seven plain ones."""
    return bool((shapely.get_type_id(frame.geometry.array) > _COLLECTION).any())


def _read_info(
    source: Source, layer: Layer, findings: list[Finding]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a layer holds, and the options it must be read with."""
    options: dict[str, Any] = {"layer": source.layer, "encoding": None}
    with failures_told(source.shown):
        if source.path.suffix.lower() in (".shp", ".dbf"):
            options["encoding"] = _shapefile_encoding(source, layer, findings)
        try:
            info = pyogrio.read_info(source.path, force_feature_count=True, **options)
        except UnicodeDecodeError:
            # a UTF-8 shapefile cuts names at 10 bytes, in the middle of a Chinese character
            options["encoding"] = AS_BYTES
            info = pyogrio.read_info(source.path, force_feature_count=True, **options)
    refuse_torn(source, int(info["features"]))
    return info, options


def _shapefile_encoding(source: Source, layer: Layer, findings: list[Finding]) -> str | None:
    """Return the encoding to read a shapefile with, saying so where it is not plain."""
    encoding = shapefile_encoding(source.path)
    if encoding is None:
        return None
    if encoding.why == TESTED:
        code = "GT152" if encoding.said is None else "GT153"
        values: dict[str, object] = {
            "file": source.shown,
            "encoding": encoding.name,
            "said": encoding.said,
        }
        findings.append(Finding(code, layer.key, values=values))
    return encoding.name


def refuse_torn(source: Source, rows: int) -> None:
    """Refuse a shapefile whose parts do not belong together."""
    path = source.path
    if path.suffix.lower() != ".shp":
        return
    beside = {item.suffix.lower(): item for item in path.parent.iterdir() if item.stem == path.stem}
    if ".dbf" not in beside:
        raise InputError("GT057", path=source.shown)
    with failures_told(source.shown):
        table = read_dbf(beside[".dbf"], most=0)
    held = -1 if table is None else min(table.rows, table.whole_rows)
    if held < rows:
        raise InputError("GT058", path=source.shown, shapes=rows, records=max(held, 0))


def _choose_columns(layer: Layer, found: list[str], mapped: Mapping[str, str]) -> dict[str, str]:
    """Return the source column of each dictionary column that is there, ``=…`` for a constant."""
    listed = ", ".join(found) or "-"
    chosen = match_columns(layer, found)
    folded = {fold(name): name for name in reversed(found)}
    for key, wanted in mapped.items():
        name = wanted if wanted in found else folded.get(fold(wanted))
        if name is None and wanted.startswith(_CONSTANT):
            name = wanted
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


def _columns_of(
    layer: Layer, raw: pd.DataFrame, columns: Mapping[str, str], *, text_is_bytes: bool = False
) -> pd.DataFrame:
    """Return the dictionary's columns, text cleaned; index ``row``."""
    index = pd.RangeIndex(len(raw), name="row")
    data: dict[str, pd.Series[Any]] = {}
    for column in layer.columns:
        name = columns.get(column.key)
        if name is None:
            continue
        if name.startswith(_CONSTANT) and name not in raw:
            values = pd.Series(name.removeprefix(_CONSTANT), index=index, dtype=object)
        else:
            values = raw[name].set_axis(index)
        if text_is_bytes and not pd.api.types.is_numeric_dtype(values.dtype):
            values = values.map(from_bytes, na_action="ignore")
        data[column.key] = clean_text(values, column) if column.kind == "text" else values
    return pd.DataFrame(data, index=index)


def _to_dictionary(
    layer: Layer,
    raw: gpd.GeoDataFrame,
    columns: Mapping[str, str],
    source: Source,
    findings: list[Finding],
    *,
    text_is_bytes: bool = False,
) -> gpd.GeoDataFrame:
    """Return the frame with the dictionary's columns, text cleaned, geometry flat."""
    data = _columns_of(layer, raw, columns, text_is_bytes=text_is_bytes)
    geometry = np.array(raw.geometry.array, dtype=object)
    geometry = _open_collections(layer, geometry, data.index, findings)
    if source.path.suffix.lower() in _DRAWINGS:
        geometry, data = _fitting(layer, geometry, data, source, findings)
    _require_type(layer, geometry)
    if (spread(shapely.get_coordinate_dimension, geometry) > _FLAT).any():
        geometry = shapely.force_2d(geometry)
    return gpd.GeoDataFrame(data, geometry=geometry, crs=raw.crs)


def _open_collections(
    layer: Layer, geometry: Geometries, index: pd.Index, findings: list[Finding]
) -> Geometries:
    """Return geometry with what fits the layer taken out of collections."""
    mixed = np.flatnonzero(shapely.get_type_id(geometry) == _COLLECTION)
    if not len(mixed):
        return geometry
    dimensions = {_DIMENSIONS[name] for name in layer.geometry}
    opened = geometry.copy()
    for at in mixed:
        parts = shapely.get_parts(geometry[at])
        while (shapely.get_type_id(parts) == _COLLECTION).any():
            parts = shapely.get_parts(parts)
        held = shapely.get_dimensions(parts)
        wanted = max((size for size in dimensions if (held == size).any()), default=None)
        if wanted is not None:
            opened[at] = _joined(parts[held == wanted])
    kept = mixed[shapely.get_type_id(opened[mixed]) != _COLLECTION]
    if len(kept):
        values: dict[str, object] = {"count": len(kept)}
        findings.append(Finding("GT157", layer.key, index[kept[0]], values=values))
    return opened


def _joined(parts: Geometries) -> object:
    """Return parts of one kind as one geometry, as they are: overlaps are for `check`."""
    single = shapely.get_parts(parts)
    if len(single) == 1:
        return single[0]
    make = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    return make[int(shapely.get_dimensions(single[0]))](single)


def _fitting(
    layer: Layer,
    geometry: Geometries,
    data: pd.DataFrame,
    source: Source,
    findings: list[Finding],
) -> tuple[Geometries, pd.DataFrame]:
    """Return the rows of a drawing that the layer can have; refuse when there is none."""
    kinds = shapely.get_type_id(geometry)
    fits = np.isin(_TYPE_NAMES[np.clip(kinds, -1, _COLLECTION) + 1], layer.geometry)
    if not fits.any():
        found = ", ".join(sorted(set(_TYPE_NAMES[kinds[kinds >= 0] + 1])))
        raise _wrong_type(layer, found or "-")
    if not fits.all():
        values: dict[str, object] = {"file": source.shown, "count": int((~fits).sum())}
        findings.append(Finding("GT158", layer.key, values=values))
    return geometry[fits], data[fits]


def _require_type(layer: Layer, geometry: Geometries) -> None:
    """Refuse a geometry type the layer must not have; missing and empty ones pass."""
    kinds = shapely.get_type_id(geometry)
    right = np.isin(kinds, np.flatnonzero(np.isin(_TYPE_NAMES, layer.geometry)) - 1)
    wrong = np.flatnonzero((kinds >= 0) & ~right)
    wrong = wrong[~shapely.is_empty(geometry[wrong])]
    if len(wrong):
        found = ", ".join(sorted(set(_TYPE_NAMES[kinds[wrong] + 1])))
        some_right = not shapely.is_empty(geometry[right]).all()
        raise _wrong_type(layer, found, wrong if some_right else ())


def _wrong_type(layer: Layer, found: str, rows: Any = ()) -> DataError:
    """Return the error of a wrong geometry type."""
    wanted = ", ".join(layer.geometry)
    return DataError("GT007", layer=layer.key, rows=rows, found=found, wanted=wanted)
