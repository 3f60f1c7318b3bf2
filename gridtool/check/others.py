"""The optional layers: compounds, sites, roads, barriers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.check.places import share_of
from gridtool.check.values import is_none, require_filled, text_column, text_of, yes_or_no
from gridtool.columns import BARRIERS, COMPOUNDS, MINOR, ROADS, SITES, Layer, road_class
from gridtool.findings import Finding
from gridtool.geom import repair_polygons


def check_compounds(frame: gpd.GeoDataFrame, findings: list[Finding]) -> gpd.GeoDataFrame:
    """Return compounds with ``compound_id``, ``name`` and valid polygons."""
    require_filled(frame, COMPOUNDS, "compound_id")
    return _texts(_clean(frame, COMPOUNDS, findings), "compound_id", "name")


def check_sites(
    frame: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Return sites with the community most of each lies in.

    Parameters
    ----------
    frame : GeoDataFrame
        Any columns of the dictionary.
    communities : GeoDataFrame
        Checked.
    findings : list of Finding
        What is found is appended.

    Returns
    -------
    GeoDataFrame
        ``site_id`` (numbered where absent), ``name`` (the id where absent), ``kind``,
        ``dedicated`` (true where absent), ``community_code`` (None outside), polygons.
    """
    dedicated = yes_or_no(frame, SITES, "dedicated", empty=True)
    numbered = np.array([f"S{at:03d}" for at in range(1, len(frame) + 1)], dtype=object)
    ids, names = text_of(frame, "site_id"), text_of(frame, "name")
    ids = np.where(is_none(ids), numbered, ids)
    filled = gpd.GeoDataFrame(
        {
            "site_id": text_column(ids, frame.index),
            "name": text_column(np.where(is_none(names), ids, names), frame.index),
            "kind": text_column(text_of(frame, "kind"), frame.index),
            "dedicated": pd.Series(dedicated, index=frame.index),
        },
        geometry=np.asarray(frame.geometry.array, dtype=object),
        crs=frame.crs,
    )
    sites = _clean(filled, SITES, findings)
    place, *_ = share_of(
        np.asarray(sites.geometry.array, dtype=object),
        np.asarray(communities.geometry.array, dtype=object),
    )
    codes = np.array([*communities["code"], None], dtype=object)[place]
    kept = ["site_id", "name", "kind", "dedicated"]
    return sites[[*kept, "geometry"]].assign(community_code=text_column(codes, sites.index))[
        [*kept, "community_code", "geometry"]
    ]


def check_roads(frame: gpd.GeoDataFrame, findings: list[Finding]) -> gpd.GeoDataFrame:
    """Return roads as single lines with ``highway``, ``name`` and ``road_class``."""
    roads = _texts(_clean(frame, ROADS, findings), "highway", "name")
    classes = {value: road_class(value) for value in set(roads["highway"]) if value is not None}
    known = np.array([classes.get(value, MINOR) for value in roads["highway"]], dtype=object)
    roads.insert(2, "road_class", text_column(known, roads.index))
    return roads


def check_barriers(frame: gpd.GeoDataFrame, findings: list[Finding]) -> gpd.GeoDataFrame:
    """Return barriers with ``kind``, ``name`` and valid lines or polygons."""
    return _texts(_clean(frame, BARRIERS, findings), "kind", "name")


def _texts(frame: gpd.GeoDataFrame, *keys: str) -> gpd.GeoDataFrame:
    """Return only these columns of text, None where absent, and the geometry."""
    data = {key: text_column(text_of(frame, key), frame.index) for key in keys}
    shapes = np.asarray(frame.geometry.array, dtype=object)
    return gpd.GeoDataFrame(data, index=frame.index, geometry=shapes, crs=frame.crs)


def _clean(frame: gpd.GeoDataFrame, layer: Layer, findings: list[Finding]) -> gpd.GeoDataFrame:
    """Return rows with valid geometry, lines in single parts; count the others."""
    shapes = np.array(frame.geometry.array, dtype=object)
    shapes[shapely.is_empty(shapes) | ~np.isfinite(shapely.bounds(shapes)).all(axis=1)] = None
    areal = shapely.get_dimensions(shapes) == 2
    bad = shapely.is_missing(shapes) | ~shapely.is_valid(shapes)
    if bad.any():
        values: dict[str, object] = {"count": int(bad.sum())}
        findings.append(Finding("GT121", layer.key, values=values))
    shapes[bad & areal] = repair_polygons(shapes[bad & areal])
    polygons = np.flatnonzero(areal & ~shapely.is_missing(shapes))
    lines = np.flatnonzero(~areal)
    parts, line_at = shapely.get_parts(shapes[lines], return_index=True)
    sound = shapely.is_valid(parts)
    rows = np.concatenate((polygons, lines[line_at[sound]]))
    whole = np.concatenate((shapes[polygons], parts[sound]))
    order = np.argsort(rows, kind="stable")
    kept: gpd.GeoDataFrame = frame.iloc[rows[order]].set_geometry(whole[order], crs=frame.crs)
    return kept
