"""A GeoPackage of points written row by row, coloured by verdict in QGIS.

Plain SQLite: GDAL takes a third of a second to start a file, and twenty times as long a row.
Source: OGC 12-128r18, GeoPackage 1.3.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from gridtool.addresses.words import VERDICT_FILLS, VERDICT_WORDS, said
from gridtool.messages import Lang

LAYER: Final = "addresses"

_GEOMETRY: Final = "geom"
_RESERVED: Final = frozenset(("fid", _GEOMETRY))
_OWN_SRS: Final = 100_000
# the day Order 75 came into force: the same list must give the same bytes, so no clock here
_DATE: Final = "2024-02-01T00:00:00.000Z"
_WGS84: Final = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]'
)
_DDL: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;
BEGIN;
CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
    description TEXT DEFAULT '', last_change DATETIME NOT NULL,
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL PRIMARY KEY, column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,
    m TINYINT NOT NULL);
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
    f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
    styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
    description TEXT(256), owner TEXT(30), ui TEXT(30), update_time DATETIME);
"""


class PointLayer:
    """The layer ``addresses`` of a new GeoPackage.

    Parameters
    ----------
    path : Path
    columns : sequence of str
    numbers : collection of int
        Places of the columns that hold numbers; the others hold text.
    crs : str
        Well-known text.
    epsg : int or None
    style_by : str
        Column of verdicts.
    lang : ``zh`` or ``en``
        Of the legend.
    """

    def __init__(
        self,
        path: Path,
        columns: Sequence[str],
        *,
        numbers: Iterable[int],
        crs: str,
        epsg: int | None,
        style_by: str,
        lang: Lang,
    ) -> None:
        self._srs = epsg or _OWN_SRS
        self._head = struct.pack("<2sBBi", b"GP", 0, 1, self._srs) + struct.pack("<BI", 1, 1)
        self._bounds = [float("inf"), float("inf"), float("-inf"), float("-inf")]
        fields = field_names(columns)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(_DDL)
        self._add_systems(crs, epsg)
        real = set(numbers)
        typed = ", ".join(
            f"{_quoted(name)} {'REAL' if at in real else 'TEXT'}" for at, name in enumerate(fields)
        )
        self._database.execute(
            f"CREATE TABLE {LAYER} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,"
            f" {_GEOMETRY} POINT, {typed})"
        )
        marks = ", ".join("?" * (len(fields) + 1))
        names = ", ".join(map(_quoted, fields))
        self._insert = f"INSERT INTO {LAYER} ({_GEOMETRY}, {names}) VALUES ({marks})"
        self._add_style(style_by, lang)

    def __enter__(self) -> PointLayer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            self._finish()
        self._database.close()

    def append(self, rows: Iterable[tuple[tuple[float, float], Sequence[Any]]]) -> None:
        """Write some rows, each a place in the layer's CRS and its cells."""
        self._database.executemany(self._insert, (self._record(*row) for row in rows))

    def _record(self, place: tuple[float, float], cells: Sequence[Any]) -> list[Any]:
        """Return a row as the table takes it."""
        (x, y), bounds = place, self._bounds
        self._bounds = [
            min(bounds[0], x),
            min(bounds[1], y),
            max(bounds[2], x),
            max(bounds[3], y),
        ]
        return [self._head + struct.pack("<dd", *place), *cells]

    def _add_systems(self, crs: str, epsg: int | None) -> None:
        """Write the reference systems that every file has, and the layer's."""
        rows = [
            ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", None),
            ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
            ("WGS 84 geodetic", 4326, "EPSG", 4326, _WGS84, None),
        ]
        if self._srs != 4326:
            name = crs.partition('"')[2].partition('"')[0] or "grids"
            organization = "NONE" if epsg is None else "EPSG"
            rows.append((name, self._srs, organization, self._srs, crs, None))
        self._database.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", rows)

    def _add_style(self, column: str, lang: Lang) -> None:
        """Write the map style."""
        name = "地址核对结果" if lang == "zh" else LAYER
        self._database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner,"
            " update_time) VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '', ?)",
            (LAYER, _GEOMETRY, name, _style(column, lang), name, _DATE),
        )
        self._database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', ?)",
            (_DATE,),
        )

    def _finish(self) -> None:
        """Write what describes the layer, now that its bounds are known."""
        bounds = self._bounds if self._bounds[0] <= self._bounds[2] else [None] * 4
        self._database.execute(
            "INSERT INTO gpkg_contents VALUES (?, 'features', ?, '', ?, ?, ?, ?, ?, ?)",
            (LAYER, LAYER, _DATE, *bounds, self._srs),
        )
        self._database.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, ?, 'POINT', ?, 0, 0)",
            (LAYER, _GEOMETRY, self._srs),
        )
        self._database.execute("COMMIT")


def field_names(columns: Sequence[str]) -> list[str]:
    """Return the names of fields, which must differ in more than case."""
    found: list[str] = []
    taken = set(_RESERVED)
    for name in columns:
        field = name
        while field.casefold() in taken:
            field += "_"
        taken.add(field.casefold())
        found.append(field)
    return found


def _quoted(name: str) -> str:
    """Return a name as SQL takes it."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _style(column: str, lang: Lang) -> str:
    """Return the QML of dots coloured by verdict."""
    symbols, categories = [], []
    for at, (verdict, fill) in enumerate(VERDICT_FILLS.items()):
        # the colours of cells are too light for dots
        red, green, blue = (int(fill[i : i + 2], 16) for i in (0, 2, 4))
        dark = ",".join(str(max(0, 2 * part - 255)) for part in (red, green, blue))
        symbols.append(
            f'<symbol type="marker" name="{at}" alpha="1"><layer class="SimpleMarker" enabled="1">'
            f'<Option type="Map"><Option name="name" type="QString" value="circle"/>'
            f'<Option name="color" type="QString" value="{dark},255"/>'
            '<Option name="size" type="QString" value="2.4"/>'
            '<Option name="outline_color" type="QString" value="70,74,80,255"/>'
            '<Option name="outline_width" type="QString" value="0.2"/>'
            "</Option></layer></symbol>"
        )
        label = escape(said(VERDICT_WORDS, verdict, lang))
        categories.append(
            f'<category value="{verdict}" symbol="{at}" label="{label}" render="true"/>'
        )
    return (
        '<!DOCTYPE qgis><qgis version="3.22.0" styleCategories="Symbology">'
        f'<renderer-v2 type="categorizedSymbol" attr="{escape(column)}">'
        f"<symbols>{''.join(symbols)}</symbols><categories>{''.join(categories)}</categories>"
        "</renderer-v2></qgis>\n"
    )
