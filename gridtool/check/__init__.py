"""Stage ``check``: repair what can be repaired, report it, refuse the rest.

What comes out can be relied on by every later stage: valid geometry, whole counts, ids that are
unique, communities that fit together without gap or overlap, a community for each building.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from gridtool.check.buildings import check_buildings, order_of_ids, take_buildings
from gridtool.check.codes_table import compare_with_codes, tell_namesakes
from gridtool.check.communities import Ground, check_communities
from gridtool.check.compounds import check_compounds, tell_across
from gridtool.check.drawn import check_drawn
from gridtool.check.duplicates import tell_stacked
from gridtool.check.estimate import estimate_model
from gridtool.check.footprints import repair_footprints
from gridtool.check.others import check_barriers, check_sites
from gridtool.check.persons import fill_persons
from gridtool.check.places import find_communities, find_compounds
from gridtool.check.roads import check_roads
from gridtool.check.shapes import Indexed
from gridtool.check.shift import find_shifts
from gridtool.check.texts import check_texts
from gridtool.check.totals import compare_with_totals
from gridtool.columns import (
    BARRIERS,
    BUILDINGS,
    CODES,
    COMMUNITIES,
    COMPOUNDS,
    COUNTS,
    INPUT_LAYERS,
    ROADS,
    SITES,
    TOTALS,
)
from gridtool.findings import Finding, sort_findings
from gridtool.geom import at_once, collector_off, require_metres

__all__ = ["check_drawn", "check_layers", "estimate_model"]

Layers = Mapping[str, gpd.GeoDataFrame | pd.DataFrame]


@collector_off()
def check_layers(
    layers: Layers,
    *,
    m2_per_household: float = 90.0,
    persons_per_household: float = 2.6,
) -> tuple[dict[str, gpd.GeoDataFrame], list[Finding]]:
    """Check and repair the input layers.

    Parameters
    ----------
    layers : mapping of layer key to GeoDataFrame, or to DataFrame for a table
        As `gridtool.read.read_layers` returns them, in one CRS in metres; left unchanged.
    m2_per_household : float
        Floor space of a household, where households must be estimated.
    persons_per_household : float
        Where persons are not given.

    Returns
    -------
    dict of layer key to GeoDataFrame
        ``communities``: one row a code, sorted by it; ``code``, ``name``, ``kind``, polygons
        that fit together (`shapely.coverage_is_valid`).

        ``buildings``: sorted by ``building_id``, index the source row; ``households`` and
        ``persons`` (int64), ``floors`` (float64, NaN unknown), ``use``, ``compound_id``,
        ``address``, ``community_code`` (text or None), ``estimated`` (bool), polygon or point.

        ``compounds``: ``compound_id``, ``name``. ``sites``: ``site_id``, ``name``, ``kind``,
        ``dedicated`` (bool), ``community_code`` (text or None). ``roads``: ``highway``,
        ``name``, ``road_class``, single lines. ``barriers``: ``kind``, ``name``. An optional
        layer that is left without rows is left out; tables are.
    list of Finding
        By layer, kind of finding and row. With an error among them
        (`gridtool.findings.refuse_errors`) the layers are only what checking could go on with.

    Raises
    ------
    CrsError
        When a layer is not in metres.
    """
    for key, frame in layers.items():
        if isinstance(frame, gpd.GeoDataFrame):
            require_metres(frame, layer=key)
    findings: list[Finding] = []
    given = layers[BUILDINGS.key]
    ground, shapes, taken, _ = at_once(
        lambda: _check_ground(layers, findings),
        lambda: repair_footprints(given, findings),
        lambda: take_buildings(given, findings),
        lambda: _check_texts(layers, findings),
    )
    buildings, footprints = at_once(
        lambda: check_buildings(
            taken, shapes, layers.get(COUNTS.key), findings, m2_per_household=m2_per_household
        ),
        lambda: Indexed.of(shapes),
    )
    if len(buildings) < len(shapes):
        footprints = Indexed.of(buildings.geometry)
    homes, order, _ = at_once(
        lambda: find_communities(buildings, footprints, ground, findings),
        lambda: order_of_ids(buildings),
        lambda: tell_stacked(buildings, footprints, findings),
    )
    buildings = buildings.assign(community_code=homes).iloc[order]
    persons, persons_given = fill_persons(buildings, persons_per_household, findings)
    buildings = buildings.assign(persons=persons)
    if TOTALS.key in layers and ground.sound and buildings["community_code"].notna().any():
        compare_with_totals(
            ground.named,
            buildings,
            layers[TOTALS.key],
            findings,
            keys=("households", "persons") if persons_given else ("households",),
            m2_per_household=m2_per_household,
        )
    checked = {COMMUNITIES.key: ground.communities, BUILDINGS.key: buildings}
    checked |= _check_others(layers, ground, findings)
    if COMPOUNDS.key in checked:
        buildings["compound_id"] = find_compounds(buildings, checked[COMPOUNDS.key])
    held = {key: frame for key, frame in checked.items() if len(frame)}
    if held.keys() >= {COMMUNITIES.key, BUILDINGS.key}:
        find_shifts(held, findings)
    return held, sort_findings(findings)


def _check_texts(layers: Layers, findings: list[Finding]) -> None:
    """Check the texts of all layers and tables."""
    for key, frame in layers.items():
        check_texts(frame, INPUT_LAYERS[key], findings)


def _check_ground(layers: Layers, findings: list[Finding]) -> Ground:
    """Check the communities, their names and their codes."""
    ground = check_communities(layers[COMMUNITIES.key], findings)
    tell_namesakes(ground.named, findings)
    if CODES.key in layers:
        compare_with_codes(ground.named, layers[CODES.key], findings)
    return ground


def _check_others(
    layers: Layers, ground: Ground, findings: list[Finding]
) -> dict[str, gpd.GeoDataFrame]:
    """Check the optional layers that are there."""
    checked, communities = {}, ground.communities
    if COMPOUNDS.key in layers:
        checked[COMPOUNDS.key] = check_compounds(layers[COMPOUNDS.key], findings)
        if ground.sound:
            tell_across(checked[COMPOUNDS.key], communities, findings)
    if SITES.key in layers:
        checked[SITES.key] = check_sites(layers[SITES.key], communities, findings)
    if ROADS.key in layers:
        checked[ROADS.key] = check_roads(layers[ROADS.key], communities, findings)
    if BARRIERS.key in layers:
        checked[BARRIERS.key] = check_barriers(layers[BARRIERS.key], findings)
    return checked
