"""Sites made from the use of buildings (``--dedicated auto``).

Source: Art. 8: larger office buildings, parks (园区), malls and markets, schools, hospitals and
enterprises in urban communities may be dedicated grids. What "larger" is the article leaves open:
here it is floor area, by kind.

The rule: buildings of one kind in which nobody lives, within `GAP_M` of each other and with no
street between, are one group; kiosks and sheds (under `SMALL_SHARE` of the size) do not count, so
that a row of shops is no mall. A group with enough floor area is a site; its polygon is what the
buildings enclose. Buildings inside a site that is drawn, dedicated or not, are left out: what a
person has drawn comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import Polygon

from gridtool.columns import MINOR
from gridtool.findings import Finding
from gridtool.geom import Bools, Geometries, Ints
from gridtool.rules import VILLAGE_KIND
from gridtool.units.kernels import join_pairs, roots

GAP_M = 40.0
"""Buildings of one school or works stand no further apart than this."""
SMALL_SHARE = 0.05

_WORDS = {
    "school": ("school", "education", "kindergarten", "university", "college", "学", "幼儿园"),
    "hospital": ("hospital", "medical", "clinic", "healthcare", "医"),
    "market": ("market", "marketplace", "市场"),
    "mall": ("mall", "commercial", "retail", "supermarket", "商场", "商业", "购物"),
    "office": ("office", "办公", "写字楼", "商务"),
    "park": ("park", "industrial_park", "园区"),
    "enterprise": ("enterprise", "industrial", "factory", "warehouse", "工业", "厂", "企业"),
}
_LABELS = {
    "school": "学校",
    "hospital": "医院",
    "market": "市场",
    "mall": "商场",
    "office": "商务楼宇",
    "park": "园区",
    "enterprise": "企业",
}


@dataclass(frozen=True)
class SiteSizes:
    """Floor area from which a group of buildings is a site, m², by kind."""

    school: float = 3000.0
    hospital: float = 5000.0
    market: float = 5000.0
    mall: float = 10000.0
    office: float = 20000.0
    park: float = 20000.0
    enterprise: float = 10000.0


def kind_of_use(use: str | None) -> str | None:
    """Return the kind of site a building's use speaks of, None for none.

    English words must be the whole use, Chinese ones a part of it.
    """
    if not use:
        return None
    plain = use.strip().lower()
    for kind, words in _WORDS.items():
        if any(plain == word if word.isascii() else word in plain for word in words):
            return kind
    return None


def sites_by_use(
    layers: Mapping[str, gpd.GeoDataFrame], sizes: SiteSizes
) -> tuple[gpd.GeoDataFrame | None, list[Finding]]:
    """Add the sites that the use of buildings speaks of to those drawn.

    Parameters
    ----------
    layers : mapping of GeoDataFrame, CRS in metres
        Checked layers: ``communities``, ``buildings``; ``roads`` and ``sites`` where present.
    sizes : SiteSizes

    Returns
    -------
    GeoDataFrame or None
        The layer ``sites``; None where there are none.
    list of Finding
        GT324 for each site made, GT325 for the groups too small, GT326 where no use is known.
    """
    buildings, drawn = layers["buildings"], layers.get("sites")
    kinds = np.array([kind_of_use(use) for use in buildings["use"]], dtype=object)
    if buildings["use"].isna().all():
        return drawn, [Finding("GT326", "buildings")]
    least = np.array([asdict(sizes).get(kind, np.inf) for kind in kinds])
    floor = shapely.area(buildings.geometry.to_numpy())
    floor = floor * buildings["floors"].fillna(1).to_numpy(dtype=np.float64)
    chosen = np.flatnonzero(_eligible(layers, kinds) & (floor >= SMALL_SHARE * least))
    if not len(chosen):
        return drawn, []
    group = _groups(buildings.iloc[chosen], kinds[chosen], layers.get("roads"))
    floor = np.bincount(group, floor[chosen])
    first = np.unique(group, return_index=True)[1]
    least = least[chosen[first]]
    large = floor >= least
    rows: list[dict[str, object]] = []
    findings: list[Finding] = []
    for at in np.flatnonzero(large):
        members = buildings.iloc[chosen[group == at]]
        kind, number = str(kinds[chosen[first[at]]]), len(rows) + 1
        values: dict[str, object] = {"name": f"{_LABELS[kind]}{number}", "count": len(members)}
        values["floor"] = round(float(floor[at]))
        ground = _enclosed(members.geometry.to_numpy())
        rows.append(
            {
                "site_id": f"auto-{number:03d}",
                "name": values["name"],
                "kind": kind,
                "dedicated": True,
                "community_code": members["community_code"].iloc[0],
                "geometry": ground,
            }
        )
        spot = ground.representative_point()
        findings.append(Finding("GT324", "sites", rows[-1]["site_id"], spot, values))
    if not large.all():
        small = {"count": int((~large).sum()), "floor": round(float(floor[~large].max()))}
        findings.append(Finding("GT325", "buildings", values={**small}))
    made = gpd.GeoDataFrame(rows, geometry="geometry", crs=buildings.crs) if rows else None
    frames = [frame for frame in (drawn, made) if frame is not None]
    return (pd.concat(frames, ignore_index=True) if frames else None), findings


def _eligible(layers: Mapping[str, gpd.GeoDataFrame], kinds: Geometries) -> Bools:
    """Return the buildings that may be part of a site."""
    communities, buildings, drawn = layers["communities"], layers["buildings"], layers.get("sites")
    urban = communities["code"][communities["kind"] != VILLAGE_KIND]
    ground = buildings.geometry.to_numpy()
    found = pd.notna(kinds) & (buildings["households"] == 0).to_numpy()
    found &= buildings["community_code"].isin(urban).to_numpy()
    found &= shapely.get_dimensions(ground) == 2
    if drawn is not None and len(drawn):
        spots = shapely.point_on_surface(ground)
        taken = shapely.STRtree(spots).query(drawn.geometry.to_numpy(), predicate="intersects")[1]
        found[taken] = False
    return np.asarray(found, dtype=np.bool_)


def _groups(buildings: gpd.GeoDataFrame, kinds: Geometries, roads: gpd.GeoDataFrame | None) -> Ints:
    """Number the groups of buildings of one kind and community that no street parts."""
    ground = buildings.geometry.to_numpy()
    like = pd.factorize(buildings["community_code"].astype(str) + "/" + kinds.astype(str))[0]
    first, second = shapely.STRtree(ground).query(ground, predicate="dwithin", distance=GAP_M)
    pair = (first < second) & (like[first] == like[second])
    first, second = first[pair], second[pair]
    if roads is not None and len(roads):
        streets = shapely.STRtree(roads.geometry.to_numpy()[roads["road_class"] != MINOR])
        ways = shapely.shortest_line(ground[first], ground[second])
        parted = np.zeros(len(ways), dtype=bool)
        parted[streets.query(ways, predicate="intersects")[0]] = True
        first, second = first[~parted], second[~parted]
    parent = np.arange(len(ground))
    join_pairs(parent, first, second)
    return np.unique(roots(parent), return_inverse=True)[1]


def _enclosed(footprints: Geometries) -> Polygon:
    """Return the ground that the buildings of a site enclose, without holes."""
    grown = shapely.union_all(shapely.buffer(footprints, GAP_M / 2, join_style="mitre"))
    drawn_in = shapely.buffer(grown, -GAP_M / 2, join_style="mitre")
    ground = shapely.union_all([drawn_in, *footprints])
    if ground.geom_type != "Polygon":
        ground = shapely.convex_hull(ground)
    return Polygon(ground.exterior)
