"""What is printed, as it was read: grids and what lies beneath them, in one CRS in metres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from gridtool.columns import GRIDS
from gridtool.errors import DataError
from gridtool.findings import Finding
from gridtool.geom import repair_polygons, working_crs
from gridtool.pipeline.handing import area_names, require_columns
from gridtool.read import Paths, Placing, read_layers
from gridtool.read.results import Results, read_results
from gridtool.sheets import glyph_findings
from gridtool.sheets.maps import Ground

SHOWN: Final = 8
"""How many names a message lists."""

_NEEDED: Final = (
    *("grid_name", "grid_full_name", "grid_kind", "community_code", "community_name"),
    *("town_code", "county_code", "households", "persons", "size_rule"),
)
_GROUND: Final = ("buildings", "roads", "barriers")
_CGCS2000: Final = 4490


@dataclass(frozen=True)
class Beneath:
    """Where the layers beneath grids are read from.

    Attributes
    ----------
    source, paths, mapping, placing
        As `gridtool.read.read_layers` takes them; buildings are those of the grids' own file
        where none are given.
    tables : sequence of Path
        Code tables with the names of counties and towns.
    """

    source: Path | None = None
    paths: Paths = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    placing: Placing | None = None
    tables: Sequence[Path] = ()


@dataclass(frozen=True)
class Scene:
    """Grids in metres, what lies beneath, names of towns, and what was found on the way."""

    grids: gpd.GeoDataFrame
    ground: Ground
    names: dict[str, str]
    findings: list[Finding]
    results: Results


def read_scene(path: Path, beneath: Beneath) -> Scene:
    """Read grids and what lies beneath them, in one CRS in metres."""
    results = read_results(path)
    require_columns(results, _NEEDED)
    west, south, east, north = results.grids.geometry.to_crs(_CGCS2000).total_bounds
    metres = working_crs(results.crs, (west, south, east, north))
    grids = _sound(_with_texts(results.grids.to_crs(metres)))
    inputs = read_layers(
        beneath.source,
        paths=beneath.paths,
        mapping=beneath.mapping,
        placing=beneath.placing,
        only=_GROUND,
        target=metres,
    )
    layers = inputs.layers
    if "buildings" not in layers and results.buildings is not None:
        layers = {**layers, "buildings": results.buildings.to_crs(metres)}
    findings = list(inputs.findings)
    if "roads" not in layers:
        more = "buildings" in layers
        values: dict[str, object] = {
            "shown_zh": "和楼栋" if more else "",
            "shown_en": " and buildings" if more else "",
        }
        findings.append(Finding("GT747", "roads", values=values))
    ground = Ground(**{key: _sound(layers[key]) for key in _GROUND if key in layers})
    return Scene(grids, ground, area_names(results, tuple(beneath.tables)), findings, results)


def _sound(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer that can be cut and joined; what has no area at all is drawn as a dot."""
    shapes = np.asarray(frame.geometry.array, dtype=object)
    broken = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    if not len(broken):
        return frame
    repaired = repair_polygons(shapes[broken])
    dots = shapely.buffer(shapely.convex_hull(shapes[broken]), 1.0)
    mended = shapes.copy()
    mended[broken] = np.where(shapely.is_missing(repaired), dots, repaired)
    return frame.set_geometry(gpd.GeoSeries(mended, index=frame.index, crs=frame.crs))


def _with_texts(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return grids whose text columns are all there, empty where nothing is said."""
    texts = {
        column.key: grids[column.key].fillna("") if column.key in grids else ""
        for column in GRIDS.columns
        if column.kind == "text"
    }
    return grids.assign(**texts)


def community_code(grids: gpd.GeoDataFrame, wanted: str) -> str:
    """Return the code of a community given by code or name."""
    pairs = grids[["community_code", "community_name"]].drop_duplicates()
    named = (pairs["community_code"] == wanted) | (pairs["community_name"] == wanted)
    codes = pairs["community_code"][named]
    if codes.nunique() == 1:
        return str(codes.iloc[0])
    listed = [f"{code} {name}" for code, name in pairs.itertuples(index=False)]
    more = f", … ({len(listed)})" if len(listed) > SHOWN else ""
    raise DataError("GT736", layer="grids", wanted=wanted, known=", ".join(listed[:SHOWN]) + more)


def missing_glyphs(
    scene: Scene, grids: gpd.GeoDataFrame, name: str, more: Mapping[str, str] | None = None
) -> list[Finding]:
    """Return findings about characters that would print as boxes.

    Parameters
    ----------
    scene : Scene
        Whose roads and waters are named on the map.
    grids : GeoDataFrame
        Those that are printed.
    name : str
        Of their file.
    more : mapping, optional
        Further texts by what they are.
    """
    further = more or {}
    texts = [*(grids["grid_full_name"] + grids["bounds_text"]), *further.values()]
    found = glyph_findings(texts, layer=name, rows=[*grids["grid_code"], *further])
    for key in ("roads", "barriers"):
        frame: gpd.GeoDataFrame | None = getattr(scene.ground, key)
        if frame is not None and "name" in frame:
            named = frame["name"].dropna().astype(str)
            found += glyph_findings(named, layer=key, rows=named.index)
    return found
