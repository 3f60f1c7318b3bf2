"""Classes of roads."""

from __future__ import annotations

MAJOR, COLLECTOR, LOCAL, MINOR = "major", "collector", "local", "minor"

ROAD_CLASSES: dict[str, str] = {
    # OSM highway values, links as their road
    **dict.fromkeys(("motorway", "trunk", "primary", "secondary"), MAJOR),
    **dict.fromkeys(("tertiary",), COLLECTOR),
    **dict.fromkeys(("residential", "unclassified", "living_street", "road", "pedestrian"), LOCAL),
    # Chinese classes
    **dict.fromkeys(("快速路", "主干道", "主干路", "国道", "省道", "高速公路"), MAJOR),
    **dict.fromkeys(("次干道", "次干路", "县道"), COLLECTOR),
    **dict.fromkeys(("支路", "街巷", "乡道", "村道"), LOCAL),
}
"""Road class of a highway value; everything else (paths, driveways, steps) is `MINOR`."""


def road_class(highway: object) -> str:
    """Return the class of a road: ``major``, ``collector``, ``local`` or ``minor``."""
    return ROAD_CLASSES.get(str(highway).strip().removesuffix("_link"), MINOR)
