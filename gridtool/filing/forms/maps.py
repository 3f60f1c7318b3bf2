"""The maps of a package: the county, then each change before and after, a page each.

A first division has no before: its pages are the communities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.filing.forms.values import Change
from gridtool.filing.manifest import INITIAL
from gridtool.geom import Geometries
from gridtool.sheets import maps, read_pdf, typeset
from gridtool.sheets.maps import Ground, MapSheet, Paper
from gridtool.sheets.maps.colours import Swatch

MAPS: Final = "derived/maps.pdf"

_TEMPLATE: Final = Path(str(files("gridtool.filing.forms"))) / "data" / "maps.typ"
_PICTURE: Final = Paper(253, 148)
_CHANGED: Final = Swatch("有变更的网格", "grid that changes", "#f2c14e")
_AS_BEFORE: Final = Swatch("未变的网格", "grid as it was", "#d9dee2")


@dataclass(frozen=True)
class Sides:
    """The grids on both sides of a filing, CRS in metres.

    Attributes
    ----------
    before, after : GeoDataFrame
        All grids of the county; columns of `gridtool.columns.GRIDS`.
    buildings : GeoDataFrame
        Geometry, indexed by ``building_id``.
    moved : DataFrame
        ``building_id``, ``group_id``: the buildings that are in another grid now.
    ground : Ground
        Roads and waters, where there are any.
    """

    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    moved: pd.DataFrame
    ground: Ground

    def moved_in(self, group_id: str) -> Geometries:
        """Return the buildings that a group moves."""
        names = self.moved["building_id"][self.moved["group_id"] == group_id]
        return np.asarray(self.buildings.geometry.loc[names].array, dtype=object)


class Page(NamedTuple):
    """A page: what stands over the map and below it, and the map."""

    title: str
    caption: str
    sheet: MapSheet


def draw_maps(change: Change, sides: Sides) -> bytes:
    """Return the maps of a package as one PDF, A4 across.

    Raises
    ------
    OutputError
        GT048 when typst or matplotlib is not installed.
    """
    pictures, shown = {}, []
    for at, page in enumerate(_pages(change, sides)):
        name = f"map{at}.svg"
        pictures[name] = maps.draw(page.sheet, _PICTURE).save("svg")
        shown.append({"title": page.title, "caption": page.caption, "picture": name})
    told = change.manifest
    foot = f"调整前后示意图　{told.filing_no}　{told.prepared_by}　{told.dated}"
    return typeset(_TEMPLATE, {"pages": shown, "foot": foot}, pictures=pictures)


def map_captions(change: Change) -> list[str]:
    """Return what stands on the pages of the maps beside the maps, in order."""
    if change.manifest.kind == INITIAL:
        codes = sorted(set(change.touched["new_community"].dropna()))
        return [change.name_of(code) for code in codes]
    return [str(text) for text in change.groups["description_zh"]]


def maps_agree(change: Change, found: bytes) -> bool:
    """Return whether the maps of a package have a page for each change, and say what it is."""
    text = read_pdf(found)
    if text is None:
        return False
    squeezed, at = "".join(text.split()), 0
    for caption in map_captions(change):
        wanted = "".join(caption.split())
        at = squeezed.find(wanted, at)
        if at < 0:
            return False
        at += len(wanted)
    return True


def _pages(change: Change, sides: Sides) -> Iterator[Page]:
    """Yield the overview, then the changes."""
    county = change.name_of(change.manifest.county)
    if change.manifest.kind == INITIAL:
        yield Page(f"{county}网格总图", "", maps.overview_map(sides.after, sides.ground))
        yield from _community_pages(change, sides)
        return
    yield Page(f"{county}调整总图", "", _overview(change, sides))
    captions = zip(change.groups.to_dict("records"), map_captions(change), strict=True)
    for serial, (group, caption) in enumerate(captions, start=1):
        title = f"变更 {serial}　{group['type_zh']}"
        yield Page(title, caption, _change(group, sides))


def _overview(change: Change, sides: Sides) -> MapSheet:
    """Return the county with what changed in colour."""
    touched = set(change.touched["grid_code"])
    whole = sides.after if len(sides.after) else sides.before
    colours = whole["grid_code"].map(
        lambda code: (_CHANGED if code in touched else _AS_BEFORE).colour
    )
    sheet = maps.overview_map(whole, sides.ground, colours=colours)
    return replace(sheet, legend=(_CHANGED, _AS_BEFORE), facts=())


def _change(group: Mapping[Any, Any], sides: Sides) -> MapSheet:
    """Return one change, before and after, with the ground around it."""
    old, new = (str(group[key] or "").split("|") for key in ("old_codes", "new_codes"))
    before = sides.before[sides.before["grid_code"].isin(old)]
    after = sides.after[sides.after["grid_code"].isin(new)]
    around = sides.after[~sides.after["grid_code"].isin({*old, *new})]
    ground = replace(sides.ground, buildings=sides.buildings)
    moved = sides.moved_in(group["group_id"])
    return maps.change_map(before, after, ground, around=around, moved=moved)


def _community_pages(change: Change, sides: Sides) -> Iterator[Page]:
    """Yield the communities of a first division."""
    ground = replace(sides.ground, buildings=sides.buildings)
    for code in sorted(set(sides.after["community_code"])):
        yield Page(change.name_of(code), "", maps.community_map(sides.after, code, ground))
