"""The formats of an export: their names, files, and what they can hold."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import geopandas as gpd

from gridtool.errors import SettingsError
from gridtool.export.geojson import write_collection, write_lines
from gridtool.export.making import Making
from gridtool.export.postgis import is_database
from gridtool.export.tables import write_csv, write_xlsx
from gridtool.export.vector import (
    write_filegdb,
    write_flatgeobuf,
    write_geopackage_layer,
    write_geoparquet,
    write_kml,
    write_shapefile,
)
from gridtool.findings import Finding

POSTGIS: Final = "postgis"

Writer = Callable[[Path, gpd.GeoDataFrame, Making], list[Finding]]


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes
    ----------
    key, suffix : str
        What ``--to`` takes, and how its files end.
    title : str
    write : callable
        Writes grids to a path that ends in `suffix`; the names of the grids' columns are those
        of the fields.
    beside : tuple of str
        Suffixes of further files of the same stem.
    wgs84 : bool
        Whether its coordinates are WGS 84 whatever is asked for.
    offsets : bool
        Whether it may hold GCJ-02 or BD-09: formats that say a CRS would say a wrong one.
    as_text : bool
        Whether coordinates are text, and so rounded unless told otherwise.
    needs : str
        Package beyond gridtool's own, empty for none.
    aliases : tuple of str
        Other suffixes it goes by, as ``.json``.
    """

    key: str
    suffix: str
    title: str
    write: Writer
    beside: tuple[str, ...] = ()
    wgs84: bool = False
    offsets: bool = False
    as_text: bool = False
    needs: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Return every suffix it goes by, its own first."""
        return (self.suffix, *self.aliases)

    def files(self, main: str) -> list[str]:
        """Return the names of the files of an export, the main one first."""
        return [main, *(f"{Path(main).stem}{suffix}" for suffix in self.beside)]

    def ensure_there(self) -> None:
        """Raise `SettingsError` (GT048) when a package it needs is missing."""
        if self.needs and importlib.util.find_spec(self.needs) is None:
            raise SettingsError("GT048", job=self.title, package=self.needs, extra="arrow")


_GEOJSON: Final = Format(
    "geojson",
    ".geojson",
    "GeoJSON (RFC 7946)",
    write_collection,
    wgs84=True,
    offsets=True,
    as_text=True,
    aliases=(".json",),
)
_SHAPEFILE: Final = Format(
    "shp",
    ".shp",
    "ESRI Shapefile",
    write_shapefile,
    beside=(".shx", ".dbf", ".prj", ".cpg", ".fields.csv"),
)
_GEOPARQUET: Final = Format(
    *("parquet", ".parquet", "GeoParquet", write_geoparquet),
    needs="pyarrow",
    aliases=(".geoparquet",),
)
_CSV: Final = Format(
    "csv", ".csv", "CSV + WKT", write_csv, beside=(".csvt",), offsets=True, as_text=True
)
FORMATS: Final[dict[str, Format]] = {
    item.key: item
    for item in (
        _GEOJSON,
        replace(
            _GEOJSON,
            key="geojsonl",
            suffix=".geojsonl",
            title="GeoJSON, newline-delimited",
            write=write_lines,
            aliases=(".ndjson", ".jsonl"),
        ),
        Format("gpkg", ".gpkg", "GeoPackage", write_geopackage_layer),
        _SHAPEFILE,
        Format("gdb", ".gdb", "Esri File Geodatabase", write_filegdb),
        Format("fgb", ".fgb", "FlatGeobuf", write_flatgeobuf),
        _GEOPARQUET,
        Format("kml", ".kml", "KML", write_kml, wgs84=True),
        _CSV,
        Format("xlsx", ".xlsx", "XLSX + WKT", write_xlsx, offsets=True, as_text=True),
    )
}


def format_names() -> list[str]:
    """Return what ``--to`` takes."""
    return [*FORMATS, POSTGIS]


def chosen_format(asked: str | None, out: str) -> str:
    """Return the format asked for, else the one that the output's name tells.

    Raises
    ------
    SettingsError
        GT700 when it is none of the formats.
    """
    if asked is None:
        suffix = Path(out).suffix.lower()
        known = {name: item.key for item in FORMATS.values() for name in item.suffixes}
        key = POSTGIS if is_database(out) else known.get(suffix, suffix or out)
    else:
        key = asked.lower().lstrip(".")
    if key not in format_names():
        raise SettingsError("GT700", wanted=key, known=", ".join(format_names()))
    return key
