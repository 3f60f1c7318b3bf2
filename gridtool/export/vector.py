"""Layers for GIS programs: GeoPackage, shapefile, FileGDB, FlatGeobuf, KML, GeoParquet."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from gridtool.columns import GRIDS
from gridtool.errors import DataError
from gridtool.export.geopackage import DATE, GDAL_OPTIONS, GEOMETRY, gdal_options
from gridtool.export.making import Making
from gridtool.findings import Finding

DBF_WIDTH: Final = 254
"""Bytes of a text field of a DBF at most."""

_KML_NAMES: Final = ("grid_full_name", "grid_name", "grid_code")


def write_geopackage_layer(path: Path, grids: gpd.GeoDataFrame, making: Making) -> list[Finding]:
    """Write a GeoPackage of one layer."""
    options = {"GEOMETRY_NAME": GEOMETRY, "IDENTIFIER": GRIDS.zh}
    # QGIS 3.22 comes with a GDAL that warns of newer ones
    _write(path, grids, making, "GPKG", options, {"VERSION": "1.3"})
    return []


def write_flatgeobuf(path: Path, grids: gpd.GeoDataFrame, making: Making) -> list[Finding]:
    """Write FlatGeobuf; its spatial index puts the grids in an order of its own."""
    _write(path, grids, making, "FlatGeobuf", {"SPATIAL_INDEX": "YES", "TITLE": GRIDS.zh})
    return []


def write_filegdb(path: Path, grids: gpd.GeoDataFrame, making: Making) -> list[Finding]:
    """Write an Esri file geodatabase, which is a folder."""
    _write(path, _small_integers(grids, making), making, "OpenFileGDB", {"LAYER_ALIAS": GRIDS.zh})
    return []


def write_kml(path: Path, grids: gpd.GeoDataFrame, making: Making) -> list[Finding]:
    """Write KML for Google Earth and the like: outlines named by the grid's full name."""
    keys = {item.column.key: item.name for item in making.fields}
    name = next(keys[key] for key in _KML_NAMES if key in keys)
    _write(path, _small_integers(grids, making), making, "KML", {}, {"NameField": name})
    return []


def write_geoparquet(path: Path, grids: gpd.GeoDataFrame, making: Making) -> list[Finding]:
    """Write GeoParquet 1.1 with the bounds of each grid, for DuckDB, Spark and pandas."""
    grids.to_parquet(path, index=False, schema_version="1.1.0", write_covering_bbox=True)
    return []


def write_shapefile(path: Path, grids: gpd.GeoDataFrame, making: Making) -> list[Finding]:
    """Write a shapefile with its ``.cpg``, and a list of its fields beside it.

    Raises
    ------
    DataError
        GT704 when a text has characters that GBK does not.
    """
    frame, findings = _small_integers(grids, making), []
    for item in making.fields:
        if item.column.kind == "text":
            frame[item.name], cut = _fitted(frame[item.name], item.name, making.encoding)
            if cut:
                values = {"column": item.name, "count": cut, "width": DBF_WIDTH}
                findings.append(Finding("GT717", making.layer, values=values))
    options = {"DBF_DATE_LAST_UPDATE": DATE[:10]}
    _write(path, frame, making, "ESRI Shapefile", options, encoding=making.encoding)
    fields_table(making).to_csv(
        path.with_suffix(".fields.csv"), index=False, encoding="utf-8-sig", lineterminator="\r\n"
    )
    return findings


def fields_table(making: Making) -> pd.DataFrame:
    """Return what each field of an export is: name, key, Chinese name, type."""
    return pd.DataFrame(
        [(item.name, item.column.key, item.column.zh, item.column.kind) for item in making.fields],
        columns=["field", "key", "name_zh", "type"],
    )


def _fitted(values: pd.Series[str], name: str, encoding: str) -> tuple[pd.Series[str], int]:
    """Return texts that a DBF holds, and how many had to be cut."""
    given = values.astype(object).where(values.notna(), None)
    strange = {text for text in given.dropna() if not _encodes(text, encoding)}
    if strange:
        signs = sorted({sign for text in strange for sign in text if not _encodes(sign, encoding)})
        rows = np.flatnonzero(given.isin(strange))
        raise DataError(
            "GT704", layer=name, rows=rows, encoding=encoding, signs=" ".join(signs[:10])
        )
    long = given.map(lambda text: text is not None and len(text.encode(encoding)) > DBF_WIDTH)
    cut = given.where(~long, given.map(lambda text: _cut(text or "", encoding)))
    return cut, int(long.sum())


def _encodes(text: str, encoding: str) -> bool:
    """Return whether an encoding has all characters of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _cut(text: str, encoding: str) -> str:
    """Return as much of a text as a DBF holds, whole characters."""
    return text.encode(encoding)[:DBF_WIDTH].decode(encoding, errors="ignore")


def _small_integers(grids: gpd.GeoDataFrame, making: Making) -> gpd.GeoDataFrame:
    """Return grids with counts as 32-bit integers: longer ones become floats, or text."""
    names = [item.name for item in making.fields if item.column.kind == "integer"]
    return grids.astype(dict.fromkeys(names, "int32"))


def _write(
    path: Path,
    grids: gpd.GeoDataFrame,
    making: Making,
    driver: str,
    options: Mapping[str, str],
    dataset: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> None:
    """Write a layer of multipolygons by GDAL."""
    with gdal_options(GDAL_OPTIONS), warnings.catch_warnings():
        # what GDAL remarks on is ours already: names and texts fit the format
        warnings.simplefilter("ignore", RuntimeWarning)
        pyogrio.write_dataframe(
            grids,
            path,
            layer=path.stem if driver == "ESRI Shapefile" else making.layer,
            driver=driver,
            geometry_type="MultiPolygon",
            promote_to_multi=True,
            encoding=encoding,
            layer_options=dict(options),
            dataset_options=dict(dataset or {}),
        )
