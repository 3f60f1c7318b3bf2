"""Stage ``check``: repair what can be repaired, report it, refuse the rest.

What comes out can be relied on by every later stage: valid geometry, whole counts, ids that are
unique, communities that fit together without gap or overlap, a community for each building.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd

from gridtool.check.buildings import check_buildings
from gridtool.check.communities import check_communities
from gridtool.check.others import check_barriers, check_compounds, check_roads, check_sites
from gridtool.check.places import find_communities, find_compounds
from gridtool.columns import BARRIERS, BUILDINGS, COMMUNITIES, COMPOUNDS, ROADS, SITES
from gridtool.findings import Finding
from gridtool.geom import require_metres

__all__ = ["check_layers"]


def check_layers(
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    m2_per_household: float = 90.0,
    persons_per_household: float = 2.6,
) -> tuple[dict[str, gpd.GeoDataFrame], list[Finding]]:
    """Check and repair the input layers.

    Parameters
    ----------
    layers : mapping of layer key to GeoDataFrame
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
        layer that is left without rows is left out.
    list of Finding
        In a fixed order: by layer, by kind of finding, by row.

    Raises
    ------
    DataError
        When contents cannot be used; it names the layer and the rows.
    CrsError
        When a layer is not in metres.
    """
    for key, frame in layers.items():
        require_metres(frame, layer=key)
    findings: list[Finding] = []
    communities = check_communities(layers[COMMUNITIES.key], findings)
    compounds = None
    if COMPOUNDS.key in layers:
        compounds = check_compounds(layers[COMPOUNDS.key], findings)
    buildings = check_buildings(
        layers[BUILDINGS.key],
        findings,
        m2_per_household=m2_per_household,
        persons_per_household=persons_per_household,
    )
    buildings["community_code"] = find_communities(buildings, communities, findings)
    if compounds is not None:
        buildings["compound_id"] = find_compounds(buildings, compounds)
    checked = {COMMUNITIES.key: communities, BUILDINGS.key: buildings}
    if compounds is not None:
        checked[COMPOUNDS.key] = compounds
    if SITES.key in layers:
        checked[SITES.key] = check_sites(layers[SITES.key], communities, findings)
    if ROADS.key in layers:
        checked[ROADS.key] = check_roads(layers[ROADS.key], findings)
    if BARRIERS.key in layers:
        checked[BARRIERS.key] = check_barriers(layers[BARRIERS.key], findings)
    return {key: frame for key, frame in checked.items() if len(frame)}, findings
