"""Standard addresses in the real form, with invented street names and house numbers."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import _plan as plan
import shapely
from _shapes import on_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _build import Building, Compound, Site
    from _town import Road


def give_village_addresses(farms: Iterable[Building]) -> None:
    """Give farmhouses a number within their village group (组)."""
    count: dict[tuple[str, int], int] = defaultdict(int)
    for farm in farms:
        place = plan.VILLAGES[farm.community]
        count[farm.community, farm.number] += 1
        serial = count[farm.community, farm.number]
        farm.address = f"{plan.COUNTY}{place.town}{place.name}{farm.number}组{serial}号"


def give_town_addresses(
    buildings: list[Building], compounds: list[Compound], sites: list[Site], roads: list[Road]
) -> None:
    """Give every building of the town its street, number and place within a compound.

    Numbers run along each street, odd on the left and even on the right; a compound or a site
    has one number, that of its gate.

    Parameters
    ----------
    buildings : list of Building
        Changed in place.
    compounds, sites : list
        What shares one street number.
    roads : list of Road
        Streets; those without a name (drives) have no numbers.
    """
    groups: dict[str, list[Building]] = defaultdict(list)
    for serial, building in enumerate(buildings):
        groups[building.compound or building.site or f"-{serial}"].append(building)
    names = {c.compound_id: c.name for c in compounds} | {s.site_id: s.name for s in sites}
    shapes = {c.compound_id: c.shape for c in compounds} | {s.site_id: s.shape for s in sites}
    streets = [r for r in roads if r.name]
    tree = shapely.STRtree([r.line for r in streets])
    fronts: dict[tuple[str, str, bool], list[tuple[int, float, str]]] = defaultdict(list)
    for key, members in groups.items():
        shape = shapes.get(key, members[0].shape)
        nearest = int(tree.nearest(shape.centroid))
        at, left = on_line(streets[nearest].line, shape)
        town = plan.URBAN[members[0].community].town
        fronts[town, streets[nearest].name, left].append((nearest, at, key))
    for (town, street, left), row in fronts.items():
        for rank, (_, _, key) in enumerate(sorted(row)):
            gate = f"{plan.COUNTY}{town}{street}{2 * rank + (1 if left else 2)}号"
            for b in groups[key]:
                unit = "号楼" if b.site else "栋"
                b.address = gate + names.get(key, "") + (f"{b.number}{unit}" if b.number else "")
