"""Make the sample county: one invented town, in two revisions a year apart.

Run ``python sample_data/make.py``; it writes ``county.gpkg`` and ``county_rev2.gpkg`` beside
itself. Two runs give the same bytes (with the same versions of GDAL and GEOS).
"""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import _plan as plan
import geopandas as gpd
import numpy as np
import pyogrio
from _address import give_town_addresses, give_village_addresses
from _build import Building, Compound, Site, Town, build_town
from _town import Countryside, Road, make_blocks, make_countryside, make_streets, urban_shapes
from _village import build_villages, make_lanes

Layers = dict[str, gpd.GeoDataFrame]
FILES = {1: "county.gpkg", 2: "county_rev2.gpkg"}
DRIFT_SHARE = 0.05


class County:
    """The whole county, from which either revision is read off.

    Attributes
    ----------
    country : Countryside
        Villages, river, railway.
    town : Town
        Compounds, sites and their drives.
    roads : list of Road
        All roads.
    buildings : list of Building
        All buildings of both revisions, with ids and addresses.
    """

    def __init__(self) -> None:
        self.country: Countryside = make_countryside()
        self.town: Town = build_town(make_blocks())
        lanes = make_lanes(self.country)
        streets = make_streets()
        self.roads: list[Road] = streets + self.town.roads
        self.roads += [road for key in plan.VILLAGES for road in lanes[key]]
        farms = build_villages(self.country, lanes)
        give_village_addresses(farms)
        give_town_addresses(self.town.buildings, self.town.compounds, self.town.sites, streets)
        self.buildings: list[Building] = self.town.buildings + farms
        self.buildings.sort(key=lambda b: b.first)  # stable: later buildings get later ids
        rng = np.random.default_rng([plan.SEED, 1000])
        for serial, b in enumerate(self.buildings, start=1):
            b.building_id = f"B{serial:05d}"
            b.persons = round(b.households * float(rng.uniform(2.3, 3.1)))

    def revision(self, number: int) -> Layers:
        """Return the layers of revision 1 or 2."""
        buildings = [b for b in self.buildings if b.first <= number <= b.last]
        compounds = [c for c in self.town.compounds if c.first <= number]
        if number == 2:
            compounds, buildings = rename(compounds, drift(buildings))
        return {
            "communities": communities_table(self.country, number),
            "buildings": buildings_table(buildings),
            "compounds": compounds_table(compounds),
            "roads": roads_table(self.roads),
            "barriers": barriers_table(self.country),
            "sites": sites_table(self.town.sites),
        }


def drift(buildings: list[Building]) -> list[Building]:
    """Let households change a little in about one building of twenty.

    Parameters
    ----------
    buildings : list of Building
        Buildings standing in revision 2; not changed.

    Returns
    -------
    list of Building
        The same buildings, some with other counts. New ones and the giant keep theirs.
    """
    rng = np.random.default_rng([plan.SEED, 2000])
    changed = []
    for b in buildings:
        drawn, share, persons = rng.random(), rng.uniform(-0.12, 0.12), rng.uniform(2.3, 3.1)
        if b.households and b.first == 1 and b.form != "giant" and drawn < DRIFT_SHARE:
            step = round(b.households * float(share)) or (1 if share > 0 else -1)
            homes = max(1, b.households + step)
            if homes == b.households:
                homes += 1
            changed.append(replace(b, households=homes, persons=round(homes * float(persons))))
        else:
            changed.append(b)
    return changed


def rename(
    compounds: list[Compound], buildings: list[Building]
) -> tuple[list[Compound], list[Building]]:
    """Rename one compound, and with it the addresses of its buildings."""
    old, new = plan.RENAMED
    target = next(c.compound_id for c in compounds if c.name == old)
    compounds = [replace(c, name=new) if c.compound_id == target else c for c in compounds]
    buildings = [
        replace(b, address=b.address.replace(old, new)) if b.compound == target else b
        for b in buildings
    ]
    return compounds, buildings


def communities_table(country: Countryside, number: int) -> gpd.GeoDataFrame:
    """Return the communities layer, in order of code."""
    shapes = urban_shapes(number)
    rows = [(p.code, p.name, "community", shapes[k]) for k, p in plan.URBAN.items()]
    rows += [(p.code, p.name, "village", country.shapes[k]) for k, p in plan.VILLAGES.items()]
    rows.sort(key=lambda row: row[0])
    return table(["code", "name", "kind", "geometry"], rows)


def buildings_table(buildings: list[Building]) -> gpd.GeoDataFrame:
    """Return the buildings layer."""
    columns = [
        "building_id", "households", "persons", "floors", "use", "compound_id", "address",
        "geometry",
    ]  # fmt: skip
    rows = [
        (b.building_id, b.households, b.persons, b.floors, b.use, b.compound or None, b.address,
         b.shape)
        for b in buildings
    ]  # fmt: skip
    return table(columns, rows)


def compounds_table(compounds: list[Compound]) -> gpd.GeoDataFrame:
    """Return the compounds layer."""
    rows = [(c.compound_id, c.name, c.shape) for c in compounds]
    return table(["compound_id", "name", "geometry"], rows)


def roads_table(roads: list[Road]) -> gpd.GeoDataFrame:
    """Return the roads layer."""
    rows = [(r.highway, r.name or None, r.line) for r in roads]
    return table(["highway", "name", "geometry"], rows)


def barriers_table(country: Countryside) -> gpd.GeoDataFrame:
    """Return the barriers layer: the river as an area, the railway as a line."""
    river = country.river.buffer(plan.RIVER_HALF, cap_style="flat", quad_segs=3)
    river = river.simplify(0.05)
    river = type(river)([(round(x, 2), round(y, 2)) for x, y in river.exterior.coords])
    rows = [("river", "釜溪河", river), ("rail", "盐都铁路", country.rail)]
    return table(["kind", "name", "geometry"], rows)


def sites_table(sites: list[Site]) -> gpd.GeoDataFrame:
    """Return the sites layer."""
    rows = [(s.site_id, s.name, s.kind, s.dedicated, s.shape) for s in sites]
    return table(["site_id", "name", "kind", "dedicated", "geometry"], rows)


def table(columns: list[str], rows: Sequence[tuple[object, ...]]) -> gpd.GeoDataFrame:
    """Return rows as a GeoDataFrame in the county's CRS."""
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=plan.CRS)


def write(layers: Layers, path: Path) -> None:
    """Write one revision as a GeoPackage whose bytes depend on its content only.

    Parameters
    ----------
    layers : dict of str to GeoDataFrame
        Layers by name.
    path : Path
        File to write; an older one is replaced.
    """
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    for name, frame in layers.items():
        # no spatial index: it would be a quarter of the file and is quick to rebuild
        options = {"SPATIAL_INDEX": "NO"}
        pyogrio.write_dataframe(
            frame, path, layer=name, driver="GPKG", append=path.exists(), layer_options=options
        )
    with sqlite3.connect(path) as connection:
        connection.execute("VACUUM")
    connection.close()


def main() -> None:
    """Write both revisions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    folder: Path = parser.parse_args().out
    county = County()
    for number, name in FILES.items():
        layers = county.revision(number)
        write(layers, folder / name)
        print(name, {layer: len(frame) for layer, frame in layers.items()})


if __name__ == "__main__":
    main()
