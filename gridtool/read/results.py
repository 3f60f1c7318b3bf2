"""Read grids back: what ``partition`` wrote, or a layer of grids from elsewhere."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS

from gridtool.columns import FINDINGS, GRID_BUILDINGS, GRIDS, Column, Layer
from gridtool.errors import ColumnError, CrsError, DataError, InputError
from gridtool.tables import as_text, code_text, read_table, under_keys

_SUMMARY: Final = "summary.json"
_SUMMARY_FORMAT: Final = "gridtool.summary/"
_CODES: Final = ("grid_code", "community_code", "town_code", "county_code")
_TRUE: Final = ("1", "1.0", "true", "t", "yes", "是")
_CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class Results:
    """Grids read back, and what stands beside them.

    Attributes
    ----------
    path : Path
        The file of the grids.
    sha256 : str
        Of that file; empty for a folder, as a FileGDB is.
    grids : GeoDataFrame, polygons
        Columns of `gridtool.columns.GRIDS` as far as the file has them, by code; codes unique.
    buildings : GeoDataFrame or None
        Columns of `gridtool.columns.GRID_BUILDINGS` as far as the file has them.
    findings : GeoDataFrame or None
        Columns of `gridtool.columns.FINDINGS`.
    summary : dict
        Of ``summary.json`` beside the file; empty when there is none.
    crs : CRS
        Of all layers.
    """

    path: Path
    sha256: str
    grids: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame | None
    findings: gpd.GeoDataFrame | None
    summary: dict[str, Any]
    crs: CRS


def read_results(path: Path, *, grids_alone: bool = False) -> Results:
    """Read grids, and the buildings and findings beside them.

    Parameters
    ----------
    path : Path
        ``grids.gpkg``, or any layer of polygons with a column ``grid_code`` (网格编码, WGBM);
        ``FILE.gpkg|layername=NAME`` names one of several layers.
    grids_alone : bool
        Leave the other layers unread.

    Returns
    -------
    Results

    Raises
    ------
    InputError
        When there is no such file or layer, or it cannot be read.
    ColumnError
        GT099 without a column of codes, or with counts that are no numbers.
    CrsError
        GT707 without a CRS.
    DataError
        GT007 where the layer holds no polygons, GT306 for codes that lost digits, GT701 for
        codes that are missing or not unique.
    """
    raw = read_table(path)
    if not isinstance(raw, gpd.GeoDataFrame):
        raise DataError("GT007", layer=path.name, found="-", wanted=", ".join(GRIDS.geometry))
    grids = _typed(raw, GRIDS, path.name)
    if grids.empty:
        raise InputError("GT006", layer=path.name)
    if grids.crs is None:
        raise CrsError("GT707", path=path)
    _refuse_other_shapes(grids, path.name)
    _refuse_codes(grids["grid_code"], path.name)
    grids = grids.sort_values("grid_code", ignore_index=True)
    file = Path(str(path).partition("|")[0])
    others: dict[str, gpd.GeoDataFrame] = {}
    if file.suffix.lower() == ".gpkg" and not grids_alone:
        others = _others(file, grids.crs)
    return Results(
        path=file,
        sha256=_digest(file),
        grids=grids,
        buildings=others.get(GRID_BUILDINGS.key),
        findings=others.get(FINDINGS.key),
        summary=_summary(file),
        crs=grids.crs,
    )


def _others(path: Path, crs: CRS) -> dict[str, gpd.GeoDataFrame]:
    """Read the layers beside the grids, those that are there."""
    there = set(pyogrio.list_layers(path)[:, 0])
    found = {}
    for layer in (GRID_BUILDINGS, FINDINGS):
        frame = None
        if layer.key in there:
            frame = read_table(Path(f"{path}|layername={layer.key}"))
        if isinstance(frame, gpd.GeoDataFrame):
            typed = _typed(frame, layer, f"{path.name}|{layer.key}")
            found[layer.key] = typed if typed.crs in (crs, None) else typed.to_crs(crs)
    return found


def _typed(raw: gpd.GeoDataFrame, layer: Layer, name: str) -> gpd.GeoDataFrame:
    """Return the columns of the dictionary that are there, in its order and with its types."""
    required = ("grid_code",) if layer is GRIDS else ()
    keyed = under_keys(raw, layer, required=required, name=name)
    there = [column for column in layer.columns if column.key in keyed]
    data = {column.key: _values(keyed[column.key], column, name) for column in there}
    return gpd.GeoDataFrame(data, geometry=shapely.force_2d(raw.geometry.array), crs=raw.crs)


def _values(values: pd.Series[Any], column: Column, name: str) -> object:
    """Return a column in the type of the dictionary."""
    if column.key in _CODES:
        return code_text(values, name=name)
    if column.kind == "text":
        return as_text(values).astype(object).where(values.notna(), None)
    if column.kind == "boolean":
        return values.astype(str).str.strip().str.lower().isin(_TRUE)
    numbers = pd.to_numeric(values, errors="coerce")
    wrong = np.flatnonzero(numbers.isna() & values.notna())
    if len(wrong):
        found = str(values.iloc[wrong[0]])
        raise ColumnError(
            "GT099", layer=name, rows=wrong, column=column.key, found=found, wanted=column.kind
        )
    return numbers.fillna(0).astype("int64") if column.kind == "integer" else numbers.astype(float)


def _refuse_other_shapes(grids: gpd.GeoDataFrame, name: str) -> None:
    """Refuse grids that are not polygons, or have no geometry."""
    kinds = grids.geometry.geom_type.fillna("-")
    wrong = ~kinds.isin(GRIDS.geometry) | grids.geometry.is_empty
    if wrong.any():
        found = ", ".join(sorted(set(kinds[wrong])))
        wanted = ", ".join(GRIDS.geometry)
        rows = np.flatnonzero(wrong)
        raise DataError("GT007", layer=name, rows=rows, found=found, wanted=wanted)


def _refuse_codes(codes: pd.Series[str], name: str) -> None:
    """Refuse codes that are missing or come twice: one code for one grid."""
    wrong = codes.eq("") | codes.duplicated(keep=False)
    if wrong.any():
        shown = ", ".join(sorted({code or "-" for code in codes[wrong]})[:5])
        raise DataError("GT701", layer=name, rows=np.flatnonzero(wrong), codes=shown)


def _summary(path: Path) -> dict[str, Any]:
    """Return what ``summary.json`` beside the file says, nothing when it is none of ours."""
    try:
        found = json.loads((path.parent / _SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    ours = isinstance(found, dict) and str(found.get("format")).startswith(_SUMMARY_FORMAT)
    return found if ours else {}


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, empty for a folder."""
    if not path.is_file():
        return ""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()
