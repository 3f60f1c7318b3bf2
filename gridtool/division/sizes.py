"""Say which rule of Art. 8 each grid's size follows, and why where none fits."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.findings import Finding
from gridtool.rules import (
    BARRIER,
    BY_HAND,
    EXCEPTION,
    NO_COUNT_FITS,
    NO_DIVISION_FITS,
    NOT_FOUND,
    RULES,
    SINGLE_BUILDING,
    SMALL_COMMUNITY,
    Rules,
)

_FINDING_OF = {
    SMALL_COMMUNITY: "GT141",
    NO_COUNT_FITS: "GT142",
    SINGLE_BUILDING: "GT143",
    BARRIER: "GT144",
    NO_DIVISION_FITS: "GT340",
    BY_HAND: "GT341",
    NOT_FOUND: "GT145",
}


def size_grids(
    grids: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, *, rules: Rules = RULES
) -> gpd.GeoDataFrame:
    """Add ``size_rule`` and ``size_reason``.

    Parameters
    ----------
    grids : GeoDataFrame
        ``community_code``, ``grid_kind``, ``households``, ``persons``, ``reason``.
    communities : GeoDataFrame
        ``code``, ``kind``.
    rules : Rules
        Source: Art. 8.

    Returns
    -------
    GeoDataFrame
        ``reason`` replaced by ``size_rule`` (one of `gridtool.rules.SIZE_RULES`) and
        ``size_reason`` (one of `SIZE_REASONS` on exceptions, else None).
    """
    kind = grids["community_code"].map(communities.set_index("code")["kind"])
    rule = [
        rules.size_rule(*row)
        for row in zip(grids["grid_kind"], kind, grids["households"], grids["persons"], strict=True)
    ]
    reason = grids["reason"].to_numpy(dtype=object)
    return grids.drop(columns="reason").assign(
        size_rule=rule,
        size_reason=np.where(np.array(rule) == EXCEPTION, reason, None),
    )


def explain_sizes(
    grids: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    buildings: pd.DataFrame,
    *,
    rules: Rules = RULES,
    drawn: bool = False,
) -> list[Finding]:
    """Return what a person should know about the sizes and shapes of grids.

    Parameters
    ----------
    grids : GeoDataFrame
        ``grid_code``, ``community_code``, ``households``, ``size_reason``.
    communities : GeoDataFrame
        ``code``.
    buildings : DataFrame
        ``grid_code``, ``compound_id``, ``households``, ``community_code``.
    rules : Rules
    drawn : bool
        Whether grids were drawn by hand: they may be in pieces where their community is not.

    Returns
    -------
    list of Finding
        Communities without buildings or households, exceptions with their proof, grids in several
        pieces, compounds that had to be shared.
    """
    findings: list[Finding] = []
    total = grids.groupby("community_code")[["households", "buildings"]].sum()
    for community in communities.itertuples():
        if total.loc[community.code, "households"] == 0:
            code = "GT105" if total.loc[community.code, "buildings"] == 0 else "GT106"
            spot = community.geometry.representative_point()
            findings.append(Finding(code, "communities", community.code, spot))
    limits = {"minimum": rules.min_households, "maximum": rules.max_households}
    largest = buildings.groupby("grid_code")["households"].max()
    for grid in grids[grids["size_reason"].notna()].itertuples():
        households = grid.households
        if grid.size_reason == SINGLE_BUILDING:
            households = largest[grid.grid_code]
        values: dict[str, object] = {"households": int(households), **limits}
        spot = grid.geometry.representative_point()
        code = _FINDING_OF[grid.size_reason]
        findings.append(Finding(code, "grids", grid.grid_code, spot, values))
    pieces = shapely.get_num_geometries(grids.geometry.to_numpy())
    whole = set(communities["code"][communities.geometry.geom_type == "Polygon"]) if drawn else ()
    for at in np.flatnonzero(pieces > 1):
        grid = grids.iloc[at]
        count: dict[str, object] = {"count": int(pieces[at])}
        code = "GT354" if grid["community_code"] in whole else "GT146"
        findings.append(Finding(code, "grids", grid["grid_code"], grid.geometry, count))
    return findings + _shared_compounds(buildings, rules)


def _shared_compounds(buildings: pd.DataFrame, rules: Rules) -> list[Finding]:
    """Return findings for compounds that could be whole but are shared by grids."""
    known = buildings[buildings["compound_id"].notna() & buildings["grid_code"].notna()]
    per = known.groupby(["compound_id", "community_code"], sort=True).agg(
        count=("grid_code", "nunique"), households=("households", "sum")
    )
    shared = per[(per["count"] > 1) & (per["households"] <= rules.max_households)]
    names = shared.index.get_level_values("compound_id")
    return [
        Finding("GT134", "compounds", name, None, {"compound": name, "count": int(count)})
        for name, count in zip(names, shared["count"], strict=True)
    ]
