"""A county of two communities and two buildings, and how to write it to files."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
from shapely.geometry import Polygon, box

from gridtool.read import read_layers

METRES = "EPSG:4544"


def layers_from(*given: Any, **options: Any) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers alone."""
    return read_layers(*given, **options).layers


X, Y = 430_000.0, 3_240_000.0


def square(x: float, y: float, size: float = 100.0) -> Polygon:
    return box(X + x, Y + y, X + x + size, Y + y + size)


def communities(crs: str | None = METRES, **columns: object) -> gpd.GeoDataFrame:
    data = {"code": ["510302001001", "510302001002"], "name": ["甲", "乙"], **columns}
    return gpd.GeoDataFrame(data, geometry=[square(0, 0), square(100, 0)], crs=crs)


def buildings(crs: str | None = METRES, **columns: object) -> gpd.GeoDataFrame:
    data = {"building_id": ["a", "b"], "households": [3, 4], "extra": [1, 2], **columns}
    return gpd.GeoDataFrame(data, geometry=[square(10, 10, 20), square(110, 10, 20)], crs=crs)


def write(frame: gpd.GeoDataFrame, path: Path, layer: str | None = None, **options: object) -> Path:
    with warnings.catch_warnings():
        # drivers tell what they change (names cut at 10 bytes, types): that is what is tested
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(frame, path, layer=layer, append=False, **options)
    return path
