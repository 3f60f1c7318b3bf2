"""Stage ``units``: from buildings and streets to the atoms of the division.

Communities are cut into street blocks, buildings take their share of the ground of their block,
compounds and sites stay whole. What comes out is a seamless layer of units and the metres of
border between them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.findings import Finding
from gridtool.geom import Geometries, Ints, give_back_memory, require_metres
from gridtool.rules import RULES, VILLAGE_KIND, Relax, Rules
from gridtool.units.atoms import gather_faces, unit_borders, unit_polygons
from gridtool.units.claims import plan_claims
from gridtool.units.faces import RIM_ATOM, Faces
from gridtool.units.network import BORDER_CLASSES, Enclosures, build_enclosures
from gridtool.units.shapes import filled_blocks, fit_shapes
from gridtool.units.shares import share_ground
from gridtool.units.sites import settle_sites
from gridtool.units.uses import SiteSizes, sites_by_use

__all__ = ["SiteSizes", "Units", "build_units", "sites_by_use"]


@dataclass(frozen=True)
class Units:
    """What the stage returns.

    Attributes
    ----------
    units : GeoDataFrame, index ``unit_id``
        ``community_code``, ``households``, ``persons``, ``buildings`` (int), ``area_m2``,
        ``perimeter_m``, ``largest`` (households of its largest building), ``compound_id``,
        ``site_id`` (text or None), geometry: a valid coverage, one polygon each.
    borders : DataFrame
        ``first``, ``second`` (unit_id), ``border_class``, ``length_m``; inside communities only.
    buildings : GeoDataFrame
        The input with ``unit_id`` (None outside all communities).
    findings : list of Finding
    severed : frozenset of str
        Communities where a site is not made a dedicated grid because it would cut them apart.
    """

    units: gpd.GeoDataFrame
    borders: pd.DataFrame
    buildings: gpd.GeoDataFrame
    findings: list[Finding]
    severed: frozenset[str]


def build_units(
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    rules: Rules = RULES,
    relax: Mapping[str, Relax] | None = None,
    partable: Collection[str] = (),
    jobs: int = 1,
) -> Units:
    """Build the units of all communities.

    Parameters
    ----------
    layers : mapping of GeoDataFrame, CRS in metres
        Checked layers: ``communities`` and ``buildings``; ``roads``, ``barriers``, ``compounds``
        and ``sites`` where present.
    rules : Rules
        Compounds of up to ``max_households`` stay whole. Source: Art. 8 (居民小区 first).
    relax : mapping of community code to Relax, optional
        What communities give up where whole units left no division inside the window, or a site
        cut them apart.
    partable : collection of str
        Compounds known to be in the way: where there are such in a community, only they are
        parted along their gaps.
    jobs : int
        Threads; the result does not depend on it.

    Returns
    -------
    Units

    Raises
    ------
    CrsError
        When a layer is not in metres.
    """
    communities, buildings = layers["communities"], layers["buildings"]
    require_metres(communities, layer="communities")
    position = pd.Series(np.arange(len(communities)), index=communities["code"])
    home = buildings["community_code"].map(position).fillna(-1).to_numpy(dtype=np.int64)
    level = communities["code"].map(dict(relax or {})).fillna(0).to_numpy(dtype=np.int64)
    plan, findings = plan_claims(layers, home, rules, level=level, partable=partable)
    ground = buildings.geometry.to_numpy()
    footprints = ground[(shapely.get_dimensions(ground) == 2) & (home >= 0)]
    enclosures = build_enclosures(
        communities, layers.get("roads"), layers.get("barriers"), footprints
    )
    shapes, atom_root, block = fit_shapes(plan.claims, enclosures)
    given = level[enclosures.community]
    open_rim = (given & Relax.OPEN_GROUND > 0) & filled_blocks(enclosures, shapes)
    open_rim |= given & Relax.OPEN_STREETS > 0
    give_back_memory()
    faces = share_ground(enclosures, shapes, open_rim=open_rim, jobs=jobs)
    del shapes
    give_back_memory()
    block = block[: len(buildings)]
    face = _faces_of_buildings(faces, atom_root[plan.building_atom], block, ground)
    _place_lost(face, home, enclosures.community[faces.enclosure], faces.polygons, ground)
    site_of_atom = {int(atom_root[atom]): site for atom, site in plan.site_atom.items()}
    units, borders, unit_of_face, broken = _assemble(
        faces, enclosures, communities, buildings, face, site_of_atom
    )
    rim = np.zeros(len(units), dtype=bool)
    rim[unit_of_face[faces.atom == RIM_ATOM]] = True
    held = buildings.assign(
        unit_id=np.where(face >= 0, units.index.to_numpy()[unit_of_face[face]], None)
    )
    findings += _broken_compounds(broken, atom_root[plan.building_atom], buildings)
    urban = frozenset(communities["code"][communities["kind"] != VILLAGE_KIND])
    units, more, severed = settle_sites(units, borders, layers.get("sites"), urban, rim)
    return Units(units, borders, held, findings + more, severed)


def _faces_of_buildings(faces: Faces, atom: Ints, block: Ints, ground: Geometries) -> Ints:
    """Return the face of each building, -1 where it stands in no block."""
    stride = int(max(faces.atom.max(initial=0), atom.max(initial=0))) + 1
    key = np.where(faces.atom >= 0, faces.enclosure * stride + faces.atom, -1)
    keys, first, count = np.unique(key, return_index=True, return_counts=True)
    wanted = block * stride + atom
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    known = (keys[place] == wanted) & (block >= 0)
    face = np.where(known & (count[place] == 1), first[place], -1)
    # an atom in several pieces, or a footprint too thin to hold ground: by its point
    for at in np.flatnonzero((face < 0) & (block >= 0)):
        near = np.flatnonzero(faces.enclosure == block[at])
        mine = near[faces.atom[near] == atom[at]]
        near = mine if len(mine) else near
        face[at] = near[
            np.argmin(shapely.distance(faces.polygons[near], shapely.point_on_surface(ground[at])))
        ]
    return face


def _place_lost(
    face: Ints, home: Ints, community: Ints, polygons: Geometries, ground: Geometries
) -> None:
    """Give what stands in no block, on a hair of ground, the nearest face of its community.

    No household may be lost: `face` is filled in place.
    """
    for at in np.flatnonzero((face < 0) & (home >= 0)):
        near = np.flatnonzero(community == home[at])
        if len(near):
            spot = shapely.point_on_surface(ground[at])
            face[at] = near[np.argmin(shapely.distance(polygons[near], spot))]


def _assemble(
    faces: Faces,
    enclosures: Enclosures,
    communities: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    face: Ints,
    site_of_atom: dict[int, str],
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, Ints, Ints]:
    """Gather faces into the frames of units and borders, units in reading order."""
    has_site = np.isin(faces.atom, np.array(list(site_of_atom), dtype=np.int64))
    settled = has_site.copy()
    settled[face[face >= 0]] = True
    unit, broken = gather_faces(faces, enclosures, settled)
    count = int(unit.max(initial=-1)) + 1
    polygons = unit_polygons(faces.polygons, unit, count)
    community = np.empty(count, dtype=np.int64)
    community[unit] = enclosures.community[faces.enclosure]
    spot = shapely.get_coordinates(shapely.centroid(polygons)).round(3)
    order = np.lexsort((spot[:, 0], -spot[:, 1], community))
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    unit, polygons, community = rank[unit], polygons[order], community[order]

    units = _count(polygons, community, unit, face, buildings, communities)
    site = np.full(count, None, dtype=object)
    site[unit[has_site]] = [site_of_atom[int(atom)] for atom in faces.atom[has_site]]
    units["site_id"] = site
    first, second, kind, length = unit_borders(
        faces,
        unit,
        enclosures.community[faces.enclosure],
        enclosures.barrier[faces.enclosure],
    )
    names = units.index.to_numpy()
    borders = pd.DataFrame(
        {
            "first": names[first],
            "second": names[second],
            "border_class": np.array(BORDER_CLASSES, dtype=object)[kind],
            "length_m": length,
        }
    )
    return units, borders, unit, broken


def _count(
    polygons: Geometries,
    community: Ints,
    unit: Ints,
    face: Ints,
    buildings: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Return the frame of units with what stands on them."""
    start = np.searchsorted(community, community)
    codes = communities["code"].to_numpy()[community]
    serial = np.arange(len(community)) - start + 1
    held = face >= 0
    at = unit[face[held]]
    households = buildings["households"].to_numpy()[held]
    largest = np.zeros(len(community), dtype=np.int64)
    np.maximum.at(largest, at, households)
    sums = {
        "households": households,
        "persons": buildings["persons"].to_numpy()[held],
        "buildings": np.ones(len(at)),
    }
    compound = pd.Series(buildings["compound_id"].to_numpy()[held]).groupby(at)
    single = compound.first()[(compound.nunique(dropna=False) == 1)]
    return gpd.GeoDataFrame(
        {
            "community_code": codes,
            **{
                name: np.bincount(at, values, minlength=len(community)).astype(np.int64)
                for name, values in sums.items()
            },
            "largest": largest,
            "compound_id": single.reindex(np.arange(len(community))).to_numpy(dtype=object),
            "area_m2": shapely.area(polygons),
            "perimeter_m": shapely.length(polygons),
        },
        geometry=polygons,
        crs=communities.crs,
        index=pd.Index(
            [f"{c}-{n:04d}" for c, n in zip(codes, serial, strict=True)], name="unit_id"
        ),
    )


def _broken_compounds(broken: Ints, atom: Ints, buildings: gpd.GeoDataFrame) -> list[Finding]:
    """Return findings for compounds that do not hang together."""
    findings = []
    for one in broken:
        members = buildings[atom == one]
        compound = members["compound_id"].dropna()
        if len(compound):
            name = compound.iloc[0]
            values = {"compound": name, "count": len(members)}
            spot = members.geometry.iloc[0].representative_point()
            findings.append(Finding("GT131", "compounds", name, spot, values))
    return findings
