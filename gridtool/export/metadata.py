"""What is told beside an export: where it comes from, what it holds, what it may be used for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
from pyproj import CRS

from gridtool.export.making import OFFSET_NAMES, Making
from gridtool.export.placing import lonlat_bbox

FORMAT: Final = "gridtool.export/1"
METADATA: Final = ".meta.json"

LICENCE: Final = (
    "仅供依法开展网格化服务管理工作使用，未经主管部门同意不得公开或转作他用"
    "（自贡市人民政府令第75号第七条、第十三条）。"
    "For grid-based service management only; not to be published or used otherwise without "
    "leave (Zigong Order 75 of 2023, Art. 7 and 13)."
)

Json = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Where the grids come from.

    Attributes
    ----------
    file : str
        Name without its folder.
    sha256 : str
        Empty when it is not one file.
    version : str
        Of gridtool.
    data_date : str or None
        Of the counts and borders, as the user tells it: YYYY-MM-DD.
    licence : str
    scale : int or None
        Denominator of the scale of the map the grids were drawn on.
    """

    file: str
    sha256: str
    version: str
    data_date: str | None = None
    licence: str = LICENCE
    scale: int | None = None


def describe_part(name: str, grids: gpd.GeoDataFrame, area: str | None) -> Json:
    """Return the record of one file (or table) of an export.

    Parameters
    ----------
    name : str
        Of its main file.
    grids : GeoDataFrame
        As they are written, ``grid_code`` with them.
    area : str or None
        Code of the town or community it is of, None where it holds all.
    """
    bounds = lonlat_bbox(np.asarray(grids.geometry.array, dtype=object))
    digits = 9 if grids.crs is None or grids.crs.is_geographic else 3
    return {
        "file": name,
        "area": area,
        "count": len(grids),
        "bbox": [round(float(value), digits) for value in bounds],
    }


def describe_export(
    parts: Sequence[Json],
    grids: gpd.GeoDataFrame,
    making: Making,
    *,
    format_key: str,
    profile: str,
    crs: CRS,
    rounded: bool,
    source: Source,
    files: Mapping[str, Path],
) -> Json:
    """Return the metadata of an export; see ``schemas/export.schema.json``.

    Parameters
    ----------
    parts : sequence
        Of `describe_part`.
    grids : GeoDataFrame
        All of them, columns by the keys of the dictionary.
    making : Making
    format_key, profile : str
    crs : CRS
    rounded : bool
        Whether coordinates were rounded to `making.decimals`.
    source : Source
    files : mapping of name to Path
        Every file of the export, for its SHA-256; a folder counts file by file.
    """
    system = {"name": crs.name, "epsg": crs.to_epsg()}
    if making.offset is not None:
        system = {"name": OFFSET_NAMES[making.offset], "epsg": None}
    revisions = sorted({int(value) for value in grids.get("rev", [])})
    return {
        "format": FORMAT,
        "version": source.version,
        "to": format_key,
        "layer": making.layer,
        "source": {"file": source.file, "sha256": source.sha256 or None, "rev": revisions},
        "crs": system,
        "coordinates": making.offset or "true",
        "decimals": making.decimals if rounded else None,
        "encoding": making.encoding if format_key == "shp" else "UTF-8",
        "scale": source.scale,
        "data_date": source.data_date,
        "licence": source.licence,
        "count": len(grids),
        "profile": profile,
        "fields": [
            {
                "name": item.name,
                "key": item.column.key,
                "name_zh": item.column.zh,
                "type": item.column.kind,
            }
            for item in making.fields
        ],
        "parts": list(parts),
        "files": [
            {"file": name, "bytes": path.stat().st_size, "sha256": _digest(path)}
            for name, path in _each_file(files)
        ],
    }


def _each_file(files: Mapping[str, Path]) -> list[tuple[str, Path]]:
    """Return all files, those inside folders with them."""
    found: list[tuple[str, Path]] = []
    for name, path in files.items():
        if path.is_dir():
            found += [(f"{name}/{item.name}", item) for item in sorted(path.iterdir())]
        else:
            found.append((name, path))
    return found


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
