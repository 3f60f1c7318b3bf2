"""The data dictionary: every layer and column gridtool reads or writes.

English keys are used in code; Chinese names and DBF short names are aliases of them. The JSON
Schemas in ``schemas/`` are tested against this package, so that there is one truth.
"""

from __future__ import annotations

from gridtool.columns.changes import (
    BUILDING_CHANGES,
    CODE_CHANGES,
    DIFF_LAYERS,
    DIFF_TABLES,
    GRID_CHANGES,
    GROUPS,
    RELATIONS,
)
from gridtool.columns.grids import FINDINGS, GRID_BUILDINGS, GRIDS, OUTPUT_LAYERS, UNITS
from gridtool.columns.inputs import (
    BARRIERS,
    BUILDINGS,
    CODES,
    COMMUNITIES,
    COMMUNITY_KINDS,
    COMPOUNDS,
    COUNTS,
    INPUT_LAYERS,
    ROADS,
    SITES,
    TOTALS,
)
from gridtool.columns.lists import ADDRESSES, ALIASES, CHECKED_ADDRESSES, ROSTER
from gridtool.columns.model import LINES, POINTS, POLYGONS, Column, Layer
from gridtool.columns.names import (
    WKT_NAMES,
    X_NAMES,
    Y_NAMES,
    fold,
    is_personal,
    match_columns,
    match_layer,
    match_layer_part,
)
from gridtool.columns.roads import COLLECTOR, LOCAL, MAJOR, MINOR, road_class

__all__ = [
    "ADDRESSES",
    "ALIASES",
    "BARRIERS",
    "BUILDINGS",
    "BUILDING_CHANGES",
    "CHECKED_ADDRESSES",
    "CODES",
    "CODE_CHANGES",
    "COLLECTOR",
    "COMMUNITIES",
    "COMMUNITY_KINDS",
    "COMPOUNDS",
    "COUNTS",
    "DIFF_LAYERS",
    "DIFF_TABLES",
    "FINDINGS",
    "GRIDS",
    "GRID_BUILDINGS",
    "GRID_CHANGES",
    "GROUPS",
    "INPUT_LAYERS",
    "LINES",
    "LOCAL",
    "MAJOR",
    "MINOR",
    "OUTPUT_LAYERS",
    "POINTS",
    "POLYGONS",
    "RELATIONS",
    "ROADS",
    "ROSTER",
    "SITES",
    "TOTALS",
    "UNITS",
    "WKT_NAMES",
    "X_NAMES",
    "Y_NAMES",
    "Column",
    "Layer",
    "fold",
    "is_personal",
    "match_columns",
    "match_layer",
    "match_layer_part",
    "road_class",
]
