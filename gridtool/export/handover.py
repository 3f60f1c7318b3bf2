"""Hand grids over: from a frame to files or a table that other systems take in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
from pyproj import CRS

from gridtool.columns import GRIDS
from gridtool.export.cautions import fits, offset_told, secrecy
from gridtool.export.formats import FORMATS
from gridtool.export.making import Making
from gridtool.export.metadata import METADATA, Json, Source, describe_export, describe_part
from gridtool.export.order import ENCODINGS, SPLITS, Order
from gridtool.export.placing import DEGREE_PLACES, METRE_PLACES, WGS84, place_grids
from gridtool.export.postgis import Table, write_table
from gridtool.findings import Finding
from gridtool.geom import working_crs
from gridtool.place import ensure_free, write_whole
from gridtool.tables import missing_column

_LAYER: Final = "grids"
_ALL_PARTS: Final = "export"

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Export:
    """What was exported.

    Attributes
    ----------
    files : list of Path
        What was written; empty for a table.
    metadata : dict
        See ``schemas/export.schema.json``.
    findings : list of Finding
    """

    files: list[Path]
    metadata: Json
    findings: list[Finding]


def planned_files(out: Path, order: Order, grids: gpd.GeoDataFrame | None = None) -> list[Path]:
    """Return the files that an export will write, as far as they are known.

    Parameters
    ----------
    out : Path
        A file, or a folder where the export is split.
    order : Order
    grids : GeoDataFrame, optional
        Without them the parts of a split export are not known.
    """
    form = FORMATS[order.to]
    if order.split is None:
        target = _target(out, order)
        names = [*form.files(target.name), f"{target.name}{METADATA}"]
        return [target.parent / name for name in names]
    names = [f"{_ALL_PARTS}{METADATA}"]
    if grids is not None:
        for main, _ in _split(grids, order):
            names += form.files(main)
    return [out / name for name in names]


def _target(out: Path, order: Order) -> Path:
    """Return the main file, its name saying format and offset."""
    form = FORMATS[order.to]
    if out.suffix.lower() in form.suffixes:
        return out.with_name(f"{_marked(out.stem, order)}{out.suffix.lower()}")
    return out.with_name(f"{_marked(out.name, order)}{form.suffix}")


def _marked(stem: str, order: Order) -> str:
    """Return a name that says GCJ-02 or BD-09."""
    if order.offset is None or order.offset in stem.lower():
        return stem
    return f"{stem}_{order.offset}"


def _split(grids: gpd.GeoDataFrame, order: Order) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """Return the parts of an export with the names of their main files, by code."""
    suffix = FORMATS[order.to].suffix
    for area, part in grids.groupby(SPLITS[str(order.split)], sort=True):
        yield f"{_marked(str(area), order)}{suffix}", part


def export_files(
    grids: gpd.GeoDataFrame,
    out: Path,
    order: Order,
    source: Source,
    *,
    overwrite: bool = False,
    tell: Tell | None = None,
) -> Export:
    """Write grids to files, all of them or none.

    Parameters
    ----------
    grids : GeoDataFrame, polygons, any CRS
        Columns of `gridtool.columns.GRIDS`; those that are missing are left out.
    out : Path
        A file, or a folder where the export is split.
    order : Order
    source : Source
    overwrite : bool
        Whether existing files may be replaced.
    tell : callable, optional
        Called with parts done and parts in all.

    Returns
    -------
    Export

    Raises
    ------
    OutputError
        GT042 when a file exists, GT043 when one cannot be written. What stood there is then as
        it was.
    ColumnError
        GT099 when the column to split by is missing.
    DataError
        GT704 for text that GBK does not have.
    """
    form = FORMATS[order.to]
    if order.split is not None:
        _require(grids, SPLITS[order.split], source.file)
    paths = planned_files(out, order, grids)
    folder, names = paths[0].parent, [path.name for path in paths]
    ensure_free(folder, names, overwrite=overwrite)
    making, findings = _making(grids, order)
    placed = _placed(grids, order, making)
    whole = order.split is None
    parts = [(names[0], placed)] if whole else list(_split(placed, order))
    metadata: Json = {}

    def write(temporary: Path) -> None:
        records = []
        for at, (main, part) in enumerate(parts):
            findings.extend(form.write(temporary / main, _named(part, making), making))
            area = None if whole else str(part[SPLITS[str(order.split)]].iloc[0])
            records.append(describe_part(main, part, area))
            if tell:
                tell(at + 1, len(parts))
        written = {name: temporary / name for name in names if not name.endswith(METADATA)}
        metadata.update(
            _described(records, grids, making, order, source, placed.crs, files=written)
        )
        (about,) = set(names) - set(written)
        text = json.dumps(metadata, ensure_ascii=False, indent=2, allow_nan=False)
        (temporary / about).write_text(text + "\n", encoding="utf-8", newline="\n")

    with ThreadPoolExecutor(1) as other:
        # GEOS looks at the seams while Python writes
        checked = other.submit(fits, grids, placed, _LAYER, making.decimals)
        files = write_whole(folder, names, write, overwrite=overwrite)
        findings += checked.result()
    return Export(files, metadata, [*findings, *_cautions(grids, order, source)])


def export_table(grids: gpd.GeoDataFrame, table: Table, order: Order, source: Source) -> Export:
    """Put grids into a table of PostGIS in one transaction.

    Parameters
    ----------
    grids : GeoDataFrame
        As for `export_files`.
    table : Table
    order : Order
    source : Source

    Returns
    -------
    Export

    Raises
    ------
    SettingsError, OutputError
        As `gridtool.export.postgis.write_table`.
    """
    making, findings = _making(grids, order)
    placed = _placed(grids, order, making)
    findings += fits(grids, placed, _LAYER, making.decimals)
    record = describe_part(table.shown, placed, None)
    metadata = _described([record], grids, making, order, source, placed.crs, files={})
    findings += write_table(
        table,
        _named(placed, making),
        making,
        crs=placed.crs,
        about=json.dumps(metadata, ensure_ascii=False),
        counties=tuple(sorted(set(grids["grid_code"].str[:6]))),
        prune=order.prune,
    )
    return Export([], metadata, [*findings, *_cautions(grids, order, source)])


def _require(grids: gpd.GeoDataFrame, key: str, name: str) -> None:
    """Raise `ColumnError` when a column is missing."""
    if key not in grids:
        found = [str(column) for column in grids.columns]
        raise missing_column(name, key, found, GRIDS[key].names)


def _making(grids: gpd.GeoDataFrame, order: Order) -> tuple[Making, list[Finding]]:
    """Return how to write, and what cannot be written because it is not there."""
    profile = order.profile.only(set(grids.columns))
    missing = [item.column.key for item in order.profile.fields if item not in profile.fields]
    findings = []
    if missing:
        findings.append(Finding("GT720", _LAYER, values={"columns": ", ".join(missing)}))
    crs = _target_crs(grids, order)
    usual = DEGREE_PLACES if crs.is_geographic else METRE_PLACES
    making = Making(
        fields=profile.fields,
        id_name=profile.id_name,
        decimals=usual if order.decimals is None else order.decimals,
        encoding=ENCODINGS[order.encoding],
        offset=order.offset,
        layer=_LAYER,
    )
    return making, findings


def _target_crs(grids: gpd.GeoDataFrame, order: Order) -> CRS:
    """Return the CRS to write in."""
    form = FORMATS.get(order.to)
    if order.offset is not None or (form is not None and form.wgs84):
        return WGS84
    return order.crs or grids.crs


def _rounds(order: Order) -> bool:
    """Return whether coordinates are rounded."""
    form = FORMATS.get(order.to)
    return order.decimals is not None or (form is not None and form.as_text)


def _placed(grids: gpd.GeoDataFrame, order: Order, making: Making) -> gpd.GeoDataFrame:
    """Return the grids in the coordinates to write."""
    return place_grids(
        grids,
        _target_crs(grids, order),
        offset=order.offset,
        decimals=making.decimals if _rounds(order) else None,
    )


def _named(grids: gpd.GeoDataFrame, making: Making) -> gpd.GeoDataFrame:
    """Return the fields under their names, measures with two decimals."""
    data: dict[str, Any] = {}
    for item in making.fields:
        values = grids[item.column.key].reset_index(drop=True)
        data[item.name] = values.round(2) if item.column.kind == "number" else values
    shapes = np.asarray(grids.geometry.array, dtype=object)
    return gpd.GeoDataFrame(data, geometry=shapes, crs=grids.crs)


def _described(
    records: list[Json],
    grids: gpd.GeoDataFrame,
    making: Making,
    order: Order,
    source: Source,
    crs: CRS,
    *,
    files: dict[str, Path],
) -> Json:
    """Return the metadata."""
    return describe_export(
        records,
        grids,
        making,
        format_key=order.to,
        profile=order.profile.name,
        crs=crs,
        rounded=_rounds(order),
        source=source,
        files=files,
    )


def _cautions(grids: gpd.GeoDataFrame, order: Order, source: Source) -> list[Finding]:
    """Return what whoever hands the export over should know."""
    if "area_m2" in grids:
        ground = float(grids["area_m2"].sum())
    else:
        metres = working_crs(grids.crs, tuple(grids.to_crs(WGS84).total_bounds))
        ground = float(grids.to_crs(metres).area.sum())
    return [*offset_told(order.offset, _LAYER), *secrecy(ground, source.scale, _LAYER)]
