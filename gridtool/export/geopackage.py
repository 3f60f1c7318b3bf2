"""Write the GeoPackage: the layers of the data dictionary, then their map styles."""

from __future__ import annotations

import importlib.util
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS

from gridtool.columns import DIFF_LAYERS, LINES, OUTPUT_LAYERS, POLYGONS, Column, Layer
from gridtool.export.styles import layer_style, style_name
from gridtool.messages import Lang

GEOMETRY: Final = "geom"

# the day Order 75 came into force: the same input must give the same bytes, so no clock here
DATE: Final = "2024-02-01T00:00:00.000Z"
GDAL_OPTIONS: Final = {
    "OGR_CURRENT_DATE": DATE,
    # a file that is not finished has no name yet, so there is nothing to guard with a sync
    "OGR_SQLITE_SYNCHRONOUS": "OFF",
}

_DESCRIPTIONS: Final = {
    "grids": "网格：城乡社区一般 300–500 户或 1000 人左右，行政村一格或多格，专属网格另列",
    "units": "单元：划分网格所用的最小地块",
    "buildings": "楼栋：计入各网格的户数和人口",
    "findings": "检查结果：数据中的问题和处理办法",
    "after": "变更后的全部网格：未变的与原网格一字不差",
    "before": "变更前的网格：只列变更组内的",
    "moved_ground": "从一个网格划到另一个网格的地块",
    "moved_buildings": "从一个网格划到另一个网格的楼栋",
}
_WRITTEN: Final = {**OUTPUT_LAYERS, **DIFF_LAYERS}

_STYLES_DDL: Final = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256),
    f_table_schema TEXT(256),
    f_table_name TEXT(256),
    f_geometry_column TEXT(256),
    styleName TEXT(30),
    styleQML TEXT,
    styleSLD TEXT,
    useAsDefault BOOLEAN,
    description TEXT(256),
    owner TEXT(30),
    ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
)
"""


def write_geopackage(
    path: Path,
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    crs: CRS,
    lang: Lang,
    rules: Mapping[str, int],
) -> None:
    """Write the output layers with styles for QGIS into a new GeoPackage.

    Parameters
    ----------
    path : Path
        A file that does not exist.
    layers : mapping of GeoDataFrame
        Keys of `gridtool.columns.OUTPUT_LAYERS` or `DIFF_LAYERS`; written in the order of the
        dictionary.
    crs : CRS
        Of the file.
    lang : ``zh`` or ``en``
        Language of the default styles.
    rules : mapping
        Fields of `gridtool.rules.Rules`, named in the legend.
    """
    shapes: dict[str, tuple[str, ...]] = {}
    with gdal_options(GDAL_OPTIONS):
        for key, layer in _WRITTEN.items():
            if key in layers:
                frame = _as_written(layers[key], layer, crs)
                shapes[key] = _shapes(frame)
                _write_layer(path, frame, layer)
    add_styles(path, shapes, lang=lang, rules=rules)


def _as_written(frame: gpd.GeoDataFrame, layer: Layer, crs: CRS) -> gpd.GeoDataFrame:
    """Return the columns of the dictionary, in its order and with its types."""
    if frame.index.name in {column.key for column in layer.columns} - set(frame.columns):
        frame = frame.reset_index()
    if frame.crs is not None and frame.crs != crs:
        frame = frame.to_crs(crs)
    data = {column.key: _typed(frame, column) for column in layer.columns}
    geometry = np.asarray(frame.geometry.array, dtype=object)
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(geometry, crs=crs))


def _typed(frame: gpd.GeoDataFrame, column: Column) -> object:
    """Return the values of one column in the type the dictionary gives it."""
    if column.key not in frame and not column.required:
        return np.full(len(frame), None, dtype=object)
    values = frame[column.key]
    if column.kind == "integer":
        return values.to_numpy(dtype="int64")
    if column.kind == "number":
        return values.to_numpy(dtype="float64")
    if column.kind == "boolean":
        return values.to_numpy(dtype="bool")
    return pd.array(values.astype(object).where(values.notna(), None), dtype=object)


def _shapes(frame: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Return which of ``polygon``, ``line``, ``point`` occur, the most frequent first."""
    kinds = frame.geometry.geom_type.dropna()
    names = np.select(
        [kinds.isin(POLYGONS), kinds.isin(LINES)], ["polygon", "line"], default="point"
    )
    return tuple(pd.Series(names, dtype="str").value_counts().index)


def _write_layer(path: Path, frame: gpd.GeoDataFrame, layer: Layer) -> None:
    """Append one layer to the file."""
    kinds = set(frame.geometry.geom_type.dropna())
    one_shape = len(_shapes(frame)) == 1 and layer.key != "findings"
    geometry_type = max(kinds, key=len) if one_shape else "Unknown"
    if one_shape and len(kinds) > 1:
        frame = frame.set_geometry(_promote(frame.geometry))
    if not kinds and layer.geometry == POLYGONS:
        geometry_type = "MultiPolygon"
    pyogrio.write_dataframe(
        frame.rename_geometry(GEOMETRY),
        path,
        layer=layer.key,
        driver="GPKG",
        geometry_type=geometry_type,
        promote_to_multi=False,
        append=path.exists(),
        # QGIS 3.22 comes with a GDAL that warns of newer ones
        dataset_options={} if path.exists() else {"VERSION": "1.3"},
        # the same bytes either way, a little faster where pyarrow is installed
        use_arrow=importlib.util.find_spec("pyarrow") is not None,
        layer_options={
            "GEOMETRY_NAME": GEOMETRY,
            "IDENTIFIER": layer.zh,
            "DESCRIPTION": _DESCRIPTIONS[layer.key],
        },
    )


def _promote(geometry: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return every geometry as a multi-part one."""
    values = np.asarray(geometry.array, dtype=object)
    parts, owner = shapely.get_parts(values, return_index=True)
    multi = {0: shapely.multipoints, 1: shapely.multilinestrings, 2: shapely.multipolygons}
    make = multi[int(shapely.get_dimensions(parts[0]))]
    result = np.full(len(values), None, dtype=object)
    make(parts, indices=owner, out=result)
    return gpd.GeoSeries(result, index=geometry.index, crs=geometry.crs)


@contextmanager
def gdal_options(options: Mapping[str, str]) -> Iterator[None]:
    """Set options of GDAL for a while."""
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(dict(options))
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def add_styles(
    path: Path, shapes: Mapping[str, tuple[str, ...]], *, lang: Lang, rules: Mapping[str, int]
) -> None:
    """Add QGIS's table of styles to a GeoPackage, with both languages for each layer.

    Parameters
    ----------
    path : Path
        Without such a table.
    shapes : mapping of str to tuple of str
        Layer to which of ``polygon``, ``line``, ``point`` it has.
    lang : ``zh`` or ``en``
        Language of the default styles.
    rules : mapping
        Fields of `gridtool.rules.Rules`, named in the legend.
    """
    languages: tuple[Lang, Lang] = ("zh", "en")
    rows = [
        (
            key,
            GEOMETRY,
            style_name(key, language),
            layer_style(key, found, language, rules=rules),
            language == lang,
            _WRITTEN[key].zh,
            DATE,
        )
        for key, found in shapes.items()
        for language in languages
    ]
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_STYLES_DDL)
        database.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description,"
            " owner, update_time) VALUES ('', '', ?, ?, ?, ?, '', ?, ?, '', ?)",
            rows,
        )
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description,"
            " last_change) VALUES ('layer_styles', 'attributes', 'layer_styles', 'QGIS 样式', ?)",
            (DATE,),
        )
