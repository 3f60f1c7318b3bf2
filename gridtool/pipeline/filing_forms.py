"""Draw the forms and maps of a filing, and compare those of a package with its data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from gridtool.errors import PackageError
from gridtool.filing import BUILDINGS, FormKey, Manifest, Package
from gridtool.filing.forms import (
    FORM_PATHS,
    MAPS,
    Change,
    Sides,
    disagreeing_forms,
    draw_forms,
    draw_maps,
    form_values,
    maps_agree,
)
from gridtool.findings import Finding
from gridtool.pipeline.change_sets import ChangeSet, community_names
from gridtool.pipeline.filing_making import FormMaker
from gridtool.sheets.maps import Ground

Side = Literal["old", "new"]

_DOT_M: Final = 4.0


def form_maker(
    buildings: gpd.GeoDataFrame | None = None,
    *,
    ground: Ground | None = None,
    templates: Mapping[FormKey, Path] | None = None,
) -> FormMaker:
    """Return what draws the forms and maps of a filing.

    Parameters
    ----------
    buildings : GeoDataFrame, optional
        ``building_id``; drawn on the maps. By default those of the change groups, as dots.
    ground : Ground, optional
        Roads and waters for the maps.
    templates : mapping, optional
        An office's own template for a form's DOCX; the header must name these forms too.

    Raises
    ------
    PackageError
        When called: GT520 for a template that does not show what it must.
    """

    def make(changes: ChangeSet, manifest: Manifest) -> dict[str, bytes]:
        change = _change(changes, manifest)
        values = form_values(change)
        forms = draw_forms(values, templates)
        wrong = disagreeing_forms(values, forms, own=tuple(templates or ()))
        if wrong:
            raise PackageError("GT520", forms=", ".join(wrong))
        sides = _sides(changes, manifest, buildings, ground or Ground())
        return {**forms, MAPS: draw_maps(change, sides)}

    return make


def check_forms(package: Package, changes: ChangeSet) -> Iterator[Finding]:
    """Yield what is to be said of the forms and maps of a package.

    GT549 for one that is missing or says something else than what was reckoned, GT550 for what is
    no form, GT572 where there is no form at all.

    Parameters
    ----------
    package : Package
    changes : ChangeSet
        As the receiver reckoned it.
    """
    drawn = {**package.of_role("form"), **package.of_role("derived")}
    if not drawn:
        yield Finding("GT572", "forms")
        return
    known = {*FORM_PATHS, MAPS}
    for path in sorted(drawn.keys() - known):
        yield Finding("GT550", path, values={"form": path})
    change = _change(changes, package.manifest)
    forms = {path: drawn[path] for path in FORM_PATHS if path in drawn}
    wrong = disagreeing_forms(form_values(change), forms, own=package.manifest.own_templates)
    if not maps_agree(change, drawn.get(MAPS, b"")):
        wrong.append(MAPS)
    for path in wrong:
        yield Finding("GT549", path, values={"form": path})


def _change(changes: ChangeSet, manifest: Manifest) -> Change:
    """Return a change set as the forms take it."""
    tables = {Path(path).stem: table for path, table in changes.tables.items()}
    return Change(manifest, tables["groups"], tables["relations"], tables["grids"])


def _sides(
    changes: ChangeSet, manifest: Manifest, buildings: gpd.GeoDataFrame | None, ground: Ground
) -> Sides:
    """Return the grids before and after as they are drawn."""
    table = changes.tables[BUILDINGS]
    crs = changes.diff.new.crs
    names = {**community_names(changes), **manifest.names}
    return Sides(
        before=_side(changes, names, "old"),
        after=_side(changes, names, "new"),
        buildings=_footprints(_points(table, crs) if buildings is None else buildings.to_crs(crs)),
        moved=table[table["old_code"] != table["new_code"]],
        ground=_placed(ground, crs),
    )


def _side(changes: ChangeSet, names: Mapping[str, str], side: Side) -> gpd.GeoDataFrame:
    """Return the grids of one side with the counts of the snapshot."""
    revision = changes.diff.old if side == "old" else changes.diff.result
    counts = changes.diff.grids.set_index("grid_code").reindex(revision.codes)
    rows = revision.grids
    community = rows["community_code"].map(lambda code: names.get(code, code))
    made = rows[["grid_name", "grid_kind", "community_code"]].assign(
        community_name=community,
        grid_full_name=community + rows["grid_name"],
        households=counts[f"{side}_households"].astype("int64"),
        persons=counts[f"{side}_persons"].astype("int64"),
        size_rule=counts["size_rule"],
    )
    return gpd.GeoDataFrame(made.reset_index(), geometry=rows.geometry.to_numpy(), crs=rows.crs)


def _points(table: pd.DataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """Return the buildings of the change groups where they stand."""
    points = gpd.points_from_xy(table["x"], table["y"], crs=crs)
    return gpd.GeoDataFrame(table[["building_id"]], geometry=points)


def _footprints(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return buildings by id, points as dots that can be seen."""
    shapes = np.asarray(buildings.geometry.array, dtype=object)
    is_point = shapely.get_dimensions(shapes) == 0
    dots = np.where(is_point, shapely.buffer(shapes, _DOT_M, quad_segs=2), shapes)
    ids = pd.Index(buildings["building_id"], name="building_id")
    return gpd.GeoDataFrame(geometry=dots, index=ids, crs=buildings.crs)


def _placed(ground: Ground, crs: CRS) -> Ground:
    """Return the layers of a ground in one CRS."""
    layers = {field.name: getattr(ground, field.name) for field in fields(ground)}
    there = {key: layer.to_crs(crs) for key, layer in layers.items() if layer is not None}
    return Ground(**there)
