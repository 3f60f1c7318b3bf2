"""Compounds: ids, sound polygons, and how they lie to communities and to one another."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from gridtool.check.ids import fill_ids
from gridtool.check.listing import add_each, together
from gridtool.check.shapes import clean_shapes, texts_of
from gridtool.check.values import text_column
from gridtool.columns import COMPOUNDS
from gridtool.findings import Finding

_LAYER = COMPOUNDS.key
_SHARE: Final = 0.05
_LEAST_M2: Final = 50.0
"""Less than both is how compounds are drawn."""


def check_compounds(frame: gpd.GeoDataFrame, findings: list[Finding]) -> gpd.GeoDataFrame:
    """Return compounds with ``compound_id`` (numbered where absent), ``name``, valid polygons."""
    ids = fill_ids(frame, COMPOUNDS, "compound_id", findings, letter="C", width=3)
    named = frame.assign(compound_id=text_column(ids, frame.index))
    compounds = texts_of(clean_shapes(named, COMPOUNDS, findings), "compound_id", "name")
    _tell_overlaps(compounds, findings)
    return compounds


def tell_across(
    compounds: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, findings: list[Finding]
) -> None:
    """Report compounds that lie in several communities (GT188).

    Parameters
    ----------
    compounds, communities : GeoDataFrame
        Checked.
    findings : list of Finding
        A community counts from 50 m² and 5 % of the compound on.
    """
    shapes, ground = compounds.geometry.to_numpy(), communities.geometry.to_numpy()
    inside, at = shapely.STRtree(ground).query(shapes, predicate="intersects")
    areas = shapely.area(shapely.intersection(shapes[inside], ground[at]))
    shares = areas / shapely.area(shapes[inside])
    heavy = (areas > _LEAST_M2) & (shares > _SHARE)
    codes = communities["code"].to_numpy()
    found = []
    for row in np.unique(inside[heavy]):
        mine = np.flatnonzero(heavy & (inside == row))
        if len(mine) > 1:
            mine = mine[np.lexsort((at[mine], -shares[mine]))]
            values: dict[str, object] = {
                "compound": compounds["compound_id"].iloc[row],
                "communities": ", ".join(f"{codes[at[n]]} ({shares[n]:.0%})" for n in mine),
            }
            found.append(Finding("GT188", _LAYER, compounds.index[row], shapes[row], values))
    add_each(findings, found)


def _tell_overlaps(compounds: gpd.GeoDataFrame, findings: list[Finding]) -> None:
    """Report pairs of compounds that share ground (GT189)."""
    shapes, ids = compounds.geometry.to_numpy(), compounds["compound_id"].to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = (one < other) & (ids[one] != ids[other])
    one, other = one[pairs], other[pairs]
    shared = shapely.intersection(shapes[one], shapes[other])
    areas, size = shapely.area(shared), shapely.area(shapes)
    heavy = (areas > _LEAST_M2) & (areas > _SHARE * np.minimum(size[one], size[other]))
    found = []
    for a, b, ground in zip(one[heavy], other[heavy], shared[heavy], strict=True):
        first, second = sorted((str(ids[a]), str(ids[b])))
        values = {"a": first, "b": second, "area_m2": ground.area}
        found.append(together("GT189", _LAYER, compounds.index[[a, b]], ground, **values))
    add_each(findings, found)
