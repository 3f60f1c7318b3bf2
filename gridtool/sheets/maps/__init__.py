"""Maps of grids on paper: a county, a community, a grid, before and after a change.

`community_map`, `overview_map` and `change_map` say what stands on a sheet, `draw` draws it on a
`Paper`, and the `Drawing` it returns saves it as PDF, PNG or SVG. A sheet without title and
subtitle leaves no room for them: a picture in a form, as large as the `Paper` it is drawn on.
Without `legend` (``dataclasses.replace(sheet, legend=(), facts=())``) the map takes all of it.

    sheet = change_map(before, after, Ground(buildings=…, roads=…), moved=…)
    picture = draw(sheet, Paper(170, 110)).save("pdf")     # or "svg", "png"; for typeset
"""

from __future__ import annotations

from gridtool.sheets.maps.canvas import KINDS, picture_kind
from gridtool.sheets.maps.drawing import Drawing, draw, fit_paper
from gridtool.sheets.maps.sheet import Ground, MapSheet, Panel, Paper, Place, paper_named
from gridtool.sheets.maps.views import BY_GRID, BY_RULE, change_map, community_map, overview_map

__all__ = [
    "BY_GRID",
    "BY_RULE",
    "KINDS",
    "Drawing",
    "Ground",
    "MapSheet",
    "Panel",
    "Paper",
    "Place",
    "change_map",
    "community_map",
    "draw",
    "fit_paper",
    "overview_map",
    "paper_named",
    "picture_kind",
]
