"""Who claims ground, and who belongs together: buildings, compounds, sites.

Source: Art. 8: a community is divided by compound (居民小区), then building (楼幢), then street.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.findings import Finding
from gridtool.geom import Geometries, Ints
from gridtool.rules import VILLAGE_KIND, Relax, Rules
from gridtool.units.gaps import part_by_gaps
from gridtool.units.shapes import Claims

_PARTS = 4
"""Where a compound may be parted, into parts of the window's top divided by this."""


@dataclass(frozen=True)
class Plan:
    """The claims, and what each atom stands for.

    Attributes
    ----------
    claims : Claims
        Buildings first, in the order of the layer, then compounds, then sites.
    building_atom : int array, one a building
        The atom of each building: its own, its compound's or its site's.
    site_atom : dict
        Atom of a site to its ``site_id``.
    """

    claims: Claims
    building_atom: Ints
    site_atom: dict[int, str]


def plan_claims(
    layers: Mapping[str, gpd.GeoDataFrame],
    home: Ints,
    rules: Rules,
    level: Ints,
    partable: Collection[str] = (),
) -> tuple[Plan, list[Finding]]:
    """Decide what stays whole.

    Parameters
    ----------
    layers : mapping of GeoDataFrame
        Checked layers.
    home : int array, one a building
        Position of its community, -1 outside all.
    rules : Rules
        Compounds of up to ``max_households`` are one atom; larger ones are parted along their
        widest inner gaps.
    level : int array, one a community
        What it gives up, as `gridtool.rules.Relax`.
    partable : collection of str
        As `gridtool.units.build_units` takes it.

    Returns
    -------
    Plan
    list of Finding
    """
    communities, buildings = layers["communities"], layers["buildings"]
    atom = np.arange(len(buildings), dtype=np.int64)
    findings: list[Finding] = []
    areas: list[tuple[Geometries, Ints, Ints]] = []
    count = len(buildings)

    members = _part_compounds(buildings, home, rules, communities, level, partable, findings)
    inside = members["atom"].to_numpy() >= 0
    atom[inside] = count + members["atom"].to_numpy()[inside]
    keys = members[inside].drop_duplicates("atom")
    compounds = layers.get("compounds")
    if compounds is not None and len(keys):
        drawn = keys[keys["whole"]].merge(compounds[["compound_id", "geometry"]], on="compound_id")
        areas.append(
            (
                drawn["geometry"].to_numpy(),
                drawn["home"].to_numpy(dtype=np.int64),
                count + drawn["atom"].to_numpy(dtype=np.int64),
            )
        )
    count += len(keys)

    sites = _dedicated_sites(layers.get("sites"), communities, findings)
    site_atom = {}
    if len(sites):
        own = count + np.arange(len(sites))
        site_atom = dict(zip(own.tolist(), sites["site_id"], strict=True))
        shapes, at = sites.geometry.to_numpy(), sites["home"].to_numpy(dtype=np.int64)
        areas.append((shapes, at, own))
        spots = shapely.point_on_surface(buildings.geometry.to_numpy())
        site, building = shapely.STRtree(spots).query(shapes, predicate="intersects")
        same = home[building] == at[site]
        atom[building[same]] = own[site[same]]

    ground = buildings.geometry.to_numpy()
    claims = Claims(
        polygons=np.concatenate([ground, *(area[0] for area in areas)]),
        community=np.concatenate([home, *(area[1] for area in areas)]),
        atom=np.concatenate([atom, *(area[2] for area in areas)]),
        is_area=np.arange(len(ground) + sum(len(area[0]) for area in areas)) >= len(ground),
    )
    return Plan(claims, atom, site_atom), findings


def _part_compounds(
    buildings: gpd.GeoDataFrame,
    home: Ints,
    rules: Rules,
    communities: gpd.GeoDataFrame,
    level: Ints,
    partable: Collection[str],
    findings: list[Finding],
) -> pd.DataFrame:
    """Number the compounds, or the parts of those that do not stay whole.

    Returns
    -------
    DataFrame, one row a building
        ``compound_id``, ``home``, ``atom`` (-1 where it has no compound), ``whole`` (whether the
        atom is all of its compound in its community).
    """
    frame = pd.DataFrame(
        {
            "compound_id": buildings["compound_id"].to_numpy(),
            "home": home,
            "households": buildings["households"].to_numpy(),
        }
    )
    frame["atom"], frame["whole"] = -1, False
    known = frame[frame["compound_id"].notna() & (frame["home"] >= 0)]
    if known.empty:
        return frame
    groups = known.groupby(["compound_id", "home"], sort=True)
    group, total = groups.ngroup().to_numpy(), groups["households"].sum()
    limit = _limits(total.index, known, level, partable, rules)
    part = np.zeros(len(known), dtype=np.int64)
    parts = np.ones(len(total), dtype=np.int64)
    ground, households = buildings.geometry.to_numpy(), known["households"].to_numpy()
    for at in np.flatnonzero(total.to_numpy() > limit):
        rows = np.flatnonzero(group == at)
        part[rows] = part_by_gaps(ground[known.index[rows]], households[rows], int(limit[at]))
        parts[at] = part[rows].max() + 1
    frame.loc[known.index, "atom"] = (np.cumsum(parts) - parts)[group] + part
    frame.loc[known.index, "whole"] = parts[group] == 1
    large = total[total > rules.max_households].reset_index()
    for compound, households in zip(large["compound_id"], large["households"], strict=True):
        values = {"compound": compound, "households": int(households)}
        values |= {"maximum": rules.max_households}
        findings.append(Finding("GT132", "compounds", compound, values=values))
    spread = total.reset_index().groupby("compound_id")["home"].nunique()
    for compound in spread[spread > 1].index:
        at = communities.geometry.iloc[int(total[compound].index[0])].representative_point()
        findings.append(Finding("GT133", "compounds", compound, at, {"compound": compound}))
    return frame


def _limits(
    keys: pd.Index[Any],
    known: pd.DataFrame,
    level: Ints,
    partable: Collection[str],
    rules: Rules,
) -> Ints:
    """Return for compounds in their communities up to how many households they stay whole."""
    home = keys.get_level_values("home").to_numpy(dtype=np.int64)
    cause = keys.get_level_values("compound_id").isin(partable)
    known_cause = np.zeros(len(level), dtype=bool)
    known_cause[known["home"][known["compound_id"].isin(partable)]] = True
    limit = np.full(len(keys), rules.max_households, dtype=np.int64)
    limit[(level[home] & Relax.PART_COMPOUNDS > 0) & (cause | ~known_cause[home])] //= _PARTS
    limit[level[home] & Relax.FREE_BUILDINGS > 0] = 0
    return limit


def _dedicated_sites(
    sites: gpd.GeoDataFrame | None, communities: gpd.GeoDataFrame, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Return the sites that may become dedicated grids, with their community in ``home``."""
    if sites is None or sites.empty:
        return gpd.GeoDataFrame({"site_id": [], "home": []}, geometry=[], crs=communities.crs)
    position = pd.Series(np.arange(len(communities)), index=communities["code"])
    wanted = sites[sites["dedicated"] & sites["community_code"].notna()].copy()
    wanted["home"] = wanted["community_code"].map(position).astype("int64")
    village = communities["kind"].to_numpy()[wanted["home"]] == VILLAGE_KIND
    for row, site in wanted[village].iterrows():
        values = {"name": site["name"]}
        findings.append(
            Finding("GT126", "sites", row, site.geometry.representative_point(), values)
        )
    wanted = wanted[~village]
    home_ground = communities.geometry.to_numpy()[wanted["home"]]
    own = shapely.intersection(wanted.geometry.to_numpy(), home_ground)
    across = shapely.area(own) < 0.98 * shapely.area(wanted.geometry.to_numpy())
    for row, site in wanted[across].iterrows():
        values = {"name": site["name"], "community": site["community_code"]}
        findings.append(
            Finding("GT122", "sites", row, site.geometry.representative_point(), values)
        )
    return wanted.reset_index(drop=True)
