"""What is in a file: before anything is read for use, and whatever it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from gridtool.columns import (
    INPUT_LAYERS,
    Layer,
    is_personal,
    match_columns,
    match_layer,
    match_layer_part,
)
from gridtool.errors import GridtoolError, InputError
from gridtool.findings import Finding
from gridtool.read.archives import Unpacker
from gridtool.read.crs import label
from gridtool.read.encodings import PLAIN, shapefile_encoding, text_encoding
from gridtool.read.frames import refuse_torn
from gridtool.read.place import Placing, place_layer
from gridtool.read.sources import PARQUET, Source, failures_told, files_below, is_folder, layers_of
from gridtool.read.stream import Batch, read_head, stream_rows
from gridtool.read.tables import SHEETS, TABLES

LOOKED_AT: Final = 50_000
"""Rows whose values are looked at; the count of rows is of all."""
_SAMPLES, _WIDEST = 3, 24
_ID_CARD = re.compile(r"\d{6}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dXx]")


@dataclass(frozen=True)
class ColumnReport:
    """One column: what it holds, and what it would be taken as.

    Attributes
    ----------
    null_share : float
        Of the rows looked at.
    samples : list of str
        The first distinct values; none of a column that holds data of persons.
    taken_as : str or None
        Column of the dictionary.
    """

    name: str
    type: str
    null_share: float
    samples: list[str]
    taken_as: str | None = None
    personal: bool = False


@dataclass(frozen=True)
class LayerReport:
    """One layer of one file.

    Attributes
    ----------
    rows, looked_at : int
        Rows in all, and those whose values were looked at.
    geometry : dict of type to rows
        Of the rows looked at; empty for a table.
    crs, encoding : str or None
        As it would be read.
    notes : list of dict
        What was guessed, mended or found wrong: ``code``, ``zh``, ``en``.
    taken_as : str or None
        Layer of the dictionary.
    missing : list of str
        Required columns it lacks as that layer.
    error : dict or None
        Why it cannot be read: ``code``, ``zh``, ``en``.
    """

    file: str
    layer: str | None
    driver: str
    rows: int = 0
    looked_at: int = 0
    geometry: dict[str, int] = field(default_factory=dict)
    bounds: list[float] | None = None
    crs: str | None = None
    encoding: str | None = None
    encoding_from: str | None = None
    notes: list[dict[str, str]] = field(default_factory=list)
    taken_as: str | None = None
    missing: list[str] = field(default_factory=list)
    columns: list[ColumnReport] = field(default_factory=list)
    error: dict[str, str] | None = None


def inspect_paths(paths: Iterable[Path], placing: Placing | None = None) -> Iterator[LayerReport]:
    """Yield a report of each layer in files, folders and archives.

    Parameters
    ----------
    paths : iterable of Path
        ``file|layername=name`` names one layer of a file.
    placing : Placing, optional
        Coordinate systems the user states.

    Yields
    ------
    LayerReport
        With its ``error`` set where a file or layer cannot be read: nothing is raised for it.
    """
    placing = placing or Placing()
    with Unpacker() as unpacker:
        for path in paths:
            for source in _sources(path, unpacker):
                yield source if isinstance(source, LayerReport) else _report(source, placing)


def _sources(path: Path, unpacker: Unpacker) -> Iterator[Source | LayerReport]:
    """Yield the layers of a path, and reports of the files that cannot be opened."""
    text, _, wanted = str(path).partition("|layername=")
    place = Path(text)
    inside = False
    try:
        inside = is_folder(place)
        files = [file for file, _ in files_below(place)] if inside else [place]
        if not files:
            raise InputError("GT003", path=place, wanted="*", found="-", names="*", layer="*")
    except InputError as error:
        yield _failed(str(place), None, error)
        return
    for file in files:
        shown = file.relative_to(place.parent).as_posix() if inside else file.name
        try:
            layers = layers_of(file, unpacker)
        except InputError as error:
            yield _failed(shown, None, error)
            continue
        for item in layers:
            if not wanted or item.layer == wanted:
                yield replace(item, shown=shown) if item.path == file else item


def _failed(shown: str, layer: str | None, error: GridtoolError) -> LayerReport:
    """Return the report of what cannot be read."""
    return LayerReport(shown, layer, "", error=_told(error))


def _told(item: GridtoolError | Finding) -> dict[str, str]:
    """Return an error or a finding in both languages."""
    if isinstance(item, GridtoolError):
        return {"code": item.code, "zh": item.text("zh"), "en": item.text("en")}
    record = item.record()
    return {"code": item.code, "zh": str(record["message_zh"]), "en": str(record["message_en"])}


def _report(source: Source, placing: Placing) -> LayerReport:
    """Look at one layer."""
    try:
        return _look(source, placing)
    except GridtoolError as error:
        return _failed(source.shown, source.layer, error)


def _look(source: Source, placing: Placing) -> LayerReport:
    """Return the report of a layer that can be read."""
    driver, crs, types, bounds, rows = _head(source)
    tally = _Tally()
    for batch in stream_rows(source):
        tally.add(batch)
        if rows is not None and tally.rows >= LOOKED_AT:
            break
    rows = tally.rows if rows is None else rows
    types = types or dict.fromkeys(tally.names, "text")
    if source.path.suffix.lower() == ".shp":
        refuse_torn(source, rows)
    key = next((key for name in source.names if (key := match_layer(name))), None)
    key = key or next((key for name in source.names if (key := match_layer_part(name))), None)
    layer = INPUT_LAYERS[key] if key else None
    chosen = match_columns(layer, list(types)) if layer else {}
    encoding, encoded_by, notes = _encoding(source)
    placed, place_notes = _place(source, tally, crs, key or "?", placing)
    return LayerReport(
        file=source.shown,
        layer=source.layer,
        driver=driver,
        rows=rows,
        looked_at=min(rows, LOOKED_AT),
        geometry=tally.kinds,
        bounds=bounds or tally.bounds,
        crs=placed,
        encoding=encoding,
        encoding_from=encoded_by,
        notes=notes + place_notes,
        taken_as=key,
        missing=_missing(layer, chosen),
        columns=tally.columns(types, {name: column for column, name in chosen.items()}),
    )


def _missing(layer: Layer | None, chosen: dict[str, str]) -> list[str]:
    """Return the required columns that are not there."""
    if layer is None:
        return []
    return [column.key for column in layer.columns if column.required and column.key not in chosen]


def _head(
    source: Source,
) -> tuple[str, CRS | None, dict[str, str], list[float] | None, int | None]:
    """Return driver, CRS, column types, bounds and rows as the source says them."""
    suffix = source.path.suffix.lower()
    if suffix in PARQUET:
        return "Parquet", _parquet_crs(source), {}, None, None
    if (suffix in TABLES and suffix != ".dbf") or suffix in SHEETS:
        return suffix.removeprefix(".").upper(), None, {}, None, None
    head = read_head(source)
    try:
        crs = CRS.from_wkt(head.crs_wkt) if head.crs_wkt else None
    except CRSError:
        crs = None
    bounds = list(head.bounds) if head.bounds else None
    return head.driver, crs, head.fields, bounds, head.rows


def _parquet_crs(source: Source) -> CRS | None:
    """Return the CRS of GeoParquet, None of Parquet without geometry."""
    with failures_told(source.shown):
        try:
            crs: CRS | None = gpd.read_parquet(source.path).crs
        except ValueError:
            return None
    return crs


def _encoding(source: Source) -> tuple[str | None, str | None, list[dict[str, str]]]:
    """Return the encoding of text files and shapefiles, how it is known, and what to say."""
    suffix = source.path.suffix.lower()
    if suffix in (".shp", ".dbf"):
        found = shapefile_encoding(source.path)
    elif suffix in TABLES:
        found = text_encoding(source.path)
    else:
        return None, None, []
    if found is None or found.why == PLAIN:
        return (None if found is None else "ASCII"), None, []
    notes = []
    if found.said is not None:
        values: dict[str, object] = {
            "file": source.shown,
            "encoding": found.name,
            "said": found.said,
        }
        notes.append(_told(Finding("GT153", "", values=values)))
    return found.name, found.why, notes


def _place(
    source: Source, tally: _Tally, crs: CRS | None, key: str, placing: Placing
) -> tuple[str | None, list[dict[str, str]]]:
    """Return the CRS the layer would be taken in, and what was guessed or mended for it."""
    if not len(tally.xy):
        return (label(crs) if crs else None), []
    points = gpd.GeoDataFrame(geometry=shapely.points(tally.xy), crs=crs)
    findings: list[Finding] = []
    try:
        placed = place_layer(points, key, source.shown, placing, findings)
    except GridtoolError as error:
        return (label(crs) if crs else None), [_told(error)]
    known = getattr(placed, "crs", None)
    return (label(known) if known is not None else None), [_told(item) for item in findings]


class _Tally:
    """Counts rows, nulls and geometry types, and keeps the first values, batch by batch."""

    def __init__(self) -> None:
        self.rows = 0
        self.kinds: dict[str, int] = {}
        self.names: list[str] = []
        self.xy = np.empty((0, 2))
        self._nulls: dict[str, int] = {}
        self._samples: dict[str, list[str]] = {}
        self._personal: set[str] = set()

    def add(self, batch: Batch) -> None:
        """Take in a batch; beyond the rows to look at only their number."""
        table, kinds, xy = batch
        left = max(0, LOOKED_AT - self.rows)
        self.rows += len(table)
        if not left:
            return
        table, kinds, xy = table.iloc[:left], kinds[:left], xy[:left]
        for kind in kinds:
            if kind is not None:
                self.kinds[kind] = self.kinds.get(kind, 0) + 1
        self.xy = np.vstack([self.xy, xy[np.isfinite(xy).all(axis=1)]])
        for name in table.columns:
            self._column(str(name), table[name])

    def _column(self, name: str, values: pd.Series[Any]) -> None:
        """Take in the values of one column."""
        if name not in self._nulls:
            self.names.append(name)
            self._nulls[name] = 0
            self._samples[name] = []
        there = values.dropna()
        self._nulls[name] += len(values) - len(there)
        kept = self._samples[name]
        for value in there.drop_duplicates() if there.map(_hashable).all() else there:
            text = str(value)
            if _ID_CARD.fullmatch(text):
                self._personal.add(name)
            if len(kept) >= _SAMPLES:
                break
            if text.strip() and text not in kept:
                kept.append(text)

    @property
    def bounds(self) -> list[float] | None:
        """Return west, south, east, north of the first vertices."""
        if not len(self.xy):
            return None
        return [*self.xy.min(axis=0).tolist(), *self.xy.max(axis=0).tolist()]

    def columns(self, types: dict[str, str], taken: dict[str, str]) -> list[ColumnReport]:
        """Return the reports of the columns."""
        looked = max(1, min(self.rows, LOOKED_AT))
        reports = []
        for name, kind in types.items():
            personal = is_personal(name) or name in self._personal
            samples = [] if personal else [_short(text) for text in self._samples.get(name, [])]
            share = self._nulls.get(name, looked) / looked
            reports.append(
                ColumnReport(name, kind, round(share, 4), samples, taken.get(name), personal)
            )
        return reports


def _hashable(value: object) -> bool:
    """Return whether a value can be told apart by its hash; lists of GeoJSON cannot."""
    return not isinstance(value, (list, dict))


def _short(text: str) -> str:
    """Return text in one line, cut to a width at which a table stays readable."""
    flat = " ".join(text.split())
    width = 0
    for at, sign in enumerate(flat):
        width += 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if width > _WIDEST:
            return flat[:at] + "…"
    return flat
