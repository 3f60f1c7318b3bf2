"""Rows of the optional layers with sound geometry."""

from __future__ import annotations

from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from gridtool.check.spikes import smooth_polygons
from gridtool.check.values import rows_together, text_column, text_of
from gridtool.columns import Layer
from gridtool.findings import Finding
from gridtool.geom import Floats, Geometries, repair_polygons, spread

_SOMEWHERE: Final = shapely.Point(0.0, 0.0)


def texts_of(frame: gpd.GeoDataFrame, *keys: str) -> gpd.GeoDataFrame:
    """Return only these columns of text, None where absent, and the geometry."""
    data = {key: text_column(text_of(frame, key), frame.index) for key in keys}
    shapes = np.asarray(frame.geometry.array, dtype=object)
    return gpd.GeoDataFrame(data, index=frame.index, geometry=shapes, crs=frame.crs)


class Indexed(NamedTuple):
    """Geometries with their bounds and a tree of them, made once and asked several times.

    Attributes
    ----------
    shapes : array of geometries
    bounds : float array, n x 4
    tree : STRtree
    """

    shapes: Geometries
    bounds: Floats
    tree: shapely.STRtree

    @classmethod
    def of(cls, geometries: gpd.GeoSeries) -> Indexed:
        """Return the geometries of a layer, indexed."""
        shapes = np.asarray(geometries.array, dtype=object)
        tree = shapely.STRtree(shapes)
        # a tree is built by its first query: from then on several threads may ask it
        tree.query(_SOMEWHERE)
        return cls(shapes, spread(shapely.bounds, shapes), tree)


def clean_shapes(
    frame: gpd.GeoDataFrame, layer: Layer, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Return rows with valid geometry, lines in single parts; count the others."""
    shapes = np.array(frame.geometry.array, dtype=object)
    shapes[shapely.is_empty(shapes) | ~np.isfinite(shapely.bounds(shapes)).all(axis=1)] = None
    areal = shapely.get_dimensions(shapes) == 2
    bad = shapely.is_missing(shapes) | ~shapely.is_valid(shapes)
    if bad.any():
        findings.append(rows_together("GT121", frame, layer, bad, count=int(bad.sum())))
    shapes[bad & areal] = repair_polygons(shapes[bad & areal])
    shapes = smooth_polygons(shapes, frame.index, layer.key, findings)
    polygons = np.flatnonzero(areal & ~shapely.is_missing(shapes))
    lines = np.flatnonzero(~areal)
    parts, line_at = shapely.get_parts(shapes[lines], return_index=True)
    sound = shapely.is_valid(parts)
    rows = np.concatenate((polygons, lines[line_at[sound]]))
    whole = np.concatenate((shapes[polygons], parts[sound]))
    order = np.argsort(rows, kind="stable")
    kept: gpd.GeoDataFrame = frame.iloc[rows[order]].set_geometry(whole[order], crs=frame.crs)
    return kept
