"""Colours on paper: opaque, light enough to write on, apart under common colour blindness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final, NamedTuple

import numpy as np
import shapely

from gridtool.geom import Geometries, Ints
from gridtool.legend import size_rules
from gridtool.messages import Lang
from gridtool.rules import ABOUT_1000, DEDICATED, EXCEPTION, IN_RANGE, RULES, VILLAGE


class Swatch(NamedTuple):
    """One line of a legend: what it looks like and what it means.

    Attributes
    ----------
    shape : str
        ``area``, ``road``, or a line: a key of `DASHES`.
    """

    zh: str
    en: str
    colour: str
    shape: str = "area"
    width: float = 0.0

    def label(self, lang: Lang) -> str:
        """Return the label in one language."""
        return self.zh if lang == "zh" else self.en


INK, PALE_INK, HALO = "#1f2d38", "#6b7680", "#ffffff"
GROUND, CONTEXT, FRAME = "#f4f2ec", "#ecebe7", "#1f2d38"
BUILDING, BUILDING_EDGE = "#9aa3a9", "#78828a"
WATER, WATER_INK, RAIL = "#b9d9ea", "#2f6f96", "#555555"
FORMER, MOVED = "#c0392b", "#a61c3c"
BORDER, ROAD_EDGE, ROAD_INK = "#4d5b66", "#b4b0a6", "#5b4a2f"

_FILLS: Final = {
    IN_RANGE: "#b5dccb",
    ABOUT_1000: "#b3d0ee",
    VILLAGE: "#f0e5b4",
    DEDICATED: "#d3c3e2",
    EXCEPTION: "#f3b58e",
}
SIZE_RULE_SWATCHES: Final[dict[str, Swatch]] = {
    item.value: Swatch(item.zh, item.en, _FILLS[item.value]) for item in size_rules(asdict(RULES))
}
"""The rules of size as on the screen, in colours that are opaque."""
DISTINCT: Final = ("#c5e0cf", "#f6dcb4", "#c3d9ee", "#f0c9c4", "#e6e3a8", "#bfe3e3")
"""Fills of neighbours that are to be told apart, none like that of a dedicated grid."""

ROADS: Final = {
    "major": Swatch("主干道", "major road", "#f0b95f", "road", 3.0),
    "collector": Swatch("次干道", "collector", "#f7df98", "road", 2.2),
    "local": Swatch("支路", "local street", "#ffffff", "road", 1.4),
    "minor": Swatch("小路", "path", "#ffffff", "road", 0.6),
}

DASHES: Final[dict[str, tuple[float, ...]]] = {
    "dashed": (3.0, 1.8),
    "dash-dot": (5.0, 1.5, 1.0, 1.5),
    "rail": (5.0, 5.0),
}
"""Lengths of dashes and gaps, in widths of the line; a railway has light ones on dark."""

DISTINCT_SWATCH: Final = Swatch(
    "网格（颜色仅作区分）", "grid (colours only tell apart)", DISTINCT[0]
)
THIS_GRID_SWATCH: Final = Swatch("本网格", "this grid", DISTINCT[0])
FRAME_SWATCH: Final = Swatch("社区（村）界", "community border", INK, "dash-dot", 1.9)
FORMER_SWATCH: Final = Swatch("调整前网格界", "former grid border", FORMER, "dashed", 1.5)
MOVED_SWATCH: Final = Swatch("调整网格的楼栋", "building that changed grid", MOVED)
BUILDING_SWATCH: Final = Swatch("楼栋", "building", BUILDING)
RAIL_SWATCH: Final = Swatch("铁路、围墙", "railway, wall", RAIL, "rail", 1.8)
WATER_SWATCH: Final = Swatch("水域", "water", WATER)


def distinct_colours(polygons: Geometries, *, colours: Sequence[str] = DISTINCT) -> list[str]:
    """Return a colour for each polygon, such that neighbours differ where that can be.

    Parameters
    ----------
    polygons : array of polygons
        In an order that does not depend on chance: colours are given in this order.
    colours : sequence of str

    Returns
    -------
    list of str
    """
    first, second = _neighbours(polygons)
    given = np.full(len(polygons), -1, dtype=np.int64)
    used = np.zeros(len(colours), dtype=np.int64)
    for at in range(len(polygons)):
        near = given[second[first == at]]
        taken = np.bincount(near[near >= 0], minlength=len(colours))
        # least taken by neighbours, then least used of all, then the first
        given[at] = np.lexsort((used, taken))[0]
        used[given[at]] += 1
    return [colours[int(at)] for at in given]


def _neighbours(polygons: Geometries) -> tuple[Ints, Ints]:
    """Return pairs of positions, both ways, of polygons that touch."""
    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    apart = first != second
    return first[apart], second[apart]
