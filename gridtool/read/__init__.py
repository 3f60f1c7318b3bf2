"""Stage ``read``: from files to layers with the columns of the data dictionary.

The only stage, with ``export``, that reprojects: what it returns is in one CRS in metres.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridtool.columns import INPUT_LAYERS, fold, match_layer
from gridtool.errors import ColumnError, InputError
from gridtool.findings import Finding
from gridtool.geom import collector_off
from gridtool.read.archives import Unpacker
from gridtool.read.frames import Frame, load_layer, take_frame
from gridtool.read.place import Placing, bring_together, place_layer
from gridtool.read.sources import Paths, Source, find_sources, path_texts

__all__ = ["Inputs", "Paths", "Placing", "path_texts", "read_frames", "read_layers"]


@dataclass(frozen=True)
class Inputs:
    """What the stage returns.

    Attributes
    ----------
    layers : dict of layer key to GeoDataFrame or DataFrame
        Dictionary columns only; index ``row``, the row number in the source from 0, or
        ``file:number`` where a layer has several. Geometry in two dimensions, all in one CRS in
        metres; the tables have none. Optional layers that are empty are left out.
    crs : CRS
        Of the communities as they were read: results are written in it.
    findings : list of Finding
        What was guessed and mended on the way: encodings, coordinate systems, several files.
    """

    layers: dict[str, Frame]
    crs: CRS
    findings: list[Finding] = field(default_factory=list)


@collector_off()
def read_layers(
    source: Path | str | None,
    *,
    paths: Paths | None = None,
    mapping: Mapping[str, str] | None = None,
    placing: Placing | None = None,
    only: Collection[str] = (),
    target: CRS | None = None,
) -> Inputs:
    """Read the input layers.

    Parameters
    ----------
    source : Path, str or None
        A GeoPackage, a FileGDB, an archive, or a folder of files named by layer.
    paths : mapping of layer key to path or paths, optional
        Files of single layers, which win over `source`; ``file.gpkg|layername=xyz`` names the
        layer as QGIS does, several paths are the parts of one layer.
    mapping : mapping, optional
        ``buildings.households`` to a column of the source, or to ``=value`` for all rows;
        ``buildings`` to one of its layers.
    placing : Placing, optional
        Coordinate systems the user states.
    only : collection of layer keys, optional
        Read these alone, as far as they are there.
    target : CRS, optional
        In metres; what layers are brought to, by default chosen for the communities.

    Returns
    -------
    Inputs

    Raises
    ------
    InputError
        When a file or layer cannot be found or read, or a required layer is empty.
    ColumnError
        When a required column is missing or a mapping is wrong.
    CrsError
        When a CRS is missing or of no use.
    DataError
        When a layer holds the wrong type of geometry.
    """
    layer_names, column_names = _parse_mapping(mapping or {})
    placing = placing or Placing()
    layers: dict[str, Frame] = {}
    with Unpacker() as unpacker:
        where = None if source is None else Path(source)
        found = find_sources(where, paths or {}, layer_names, unpacker, only=only)
        for key, sources in found.sources.items():
            frame = _load(key, sources, column_names.get(key, {}), placing, found.findings)
            if frame is not None:
                layers[key] = frame
            elif INPUT_LAYERS[key].required and not only:
                raise InputError("GT006", layer=key)
    projected, original = bring_together(layers, placing, found.findings, target=target)
    return Inputs(projected, original, found.findings)


def read_frames(frames: Mapping[str, Frame], *, placing: Placing | None = None) -> Inputs:
    """Take in layers that are in memory already.

    Parameters
    ----------
    frames : mapping of layer key to GeoDataFrame or DataFrame
        Columns by any name of the dictionary; any CRS. Left unchanged.
    placing : Placing, optional
        Coordinate systems the user states.

    Returns
    -------
    Inputs
        ``row`` counts from 0.

    Raises
    ------
    InputError
        When a required layer is missing or empty.
    ColumnError, CrsError, DataError
        As `read_layers`.
    """
    placing = placing or Placing()
    layers: dict[str, Frame] = {}
    findings: list[Finding] = []
    for key, layer in INPUT_LAYERS.items():
        if layer.required and (key not in frames or frames[key].empty):
            raise InputError("GT006", layer=key)
        if key in frames and len(frames[key]):
            frame = take_frame(layer, frames[key], findings)
            layers[key] = place_layer(frame, key, key, placing, findings)
    projected, original = bring_together(layers, placing, findings)
    return Inputs(projected, original, findings)


def _load(
    key: str,
    sources: Sequence[Source],
    mapped: Mapping[str, str],
    placing: Placing,
    findings: list[Finding],
) -> Frame | None:
    """Read a layer from all of its sources, in the CRS of the first."""
    parts: list[Frame] = []
    for source in sources:
        frame = load_layer(INPUT_LAYERS[key], source, mapped, findings)
        if frame is None:
            continue
        frame = place_layer(frame, key, source.shown, placing, findings)
        if len(sources) > 1:
            index = pd.Index([f"{source}:{row}" for row in frame.index], name="row", dtype=object)
            frame = frame.set_axis(index)
        if isinstance(frame, gpd.GeoDataFrame) and parts and frame.crs is not None:
            first = parts[0].crs
            frame = frame if first is None or frame.crs == first else frame.to_crs(first)
        parts.append(frame)
    if len(parts) < 2:
        return parts[0] if parts else None
    return pd.concat(parts)


def _parse_mapping(
    mapping: Mapping[str, str],
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Split a mapping into layer names and, for each layer, column names."""
    layer_names: dict[str, str] = {}
    column_names: dict[str, dict[str, str]] = {}
    for target, name in mapping.items():
        layer_part, dot, column_part = target.partition(".")
        key = match_layer(layer_part)
        if key is None:
            raise ColumnError("GT009", target=target)
        if not dot:
            layer_names[key] = name
            continue
        for column in INPUT_LAYERS[key].columns:
            if fold(column_part) in {fold(alias) for alias in column.names}:
                column_names.setdefault(key, {})[column.key] = name
                break
        else:
            raise ColumnError("GT009", layer=key, target=target)
    return layer_names, column_names
