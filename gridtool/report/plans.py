"""Several plans side by side, for a person to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.optimize import linear_sum_assignment

from gridtool.rules import BASE, EXCEPTION, IN_RANGE, NOT_FOUND, Rules

PLANS_FORMAT: Final = "gridtool.plans/1"


def difference(one: pd.DataFrame, other: pd.DataFrame) -> float:
    """Return the share of households that two plans group differently.

    Parameters
    ----------
    one, other : DataFrame
        ``building_id``, ``grid_code``, ``community_code``, ``households``: the same buildings.

    Returns
    -------
    float
        Those outside the pairs of grids that match best; 0 for the same plan.
    """
    both = one[["building_id", "grid_code", "community_code", "households"]].merge(
        other[["building_id", "grid_code"]], on="building_id", suffixes=("", "_other")
    )
    both = both.dropna(subset=["grid_code", "grid_code_other"])
    same = 0
    for _, mine in both.groupby("community_code"):
        shared = mine.pivot_table(
            index="grid_code",
            columns="grid_code_other",
            values="households",
            aggfunc="sum",
            fill_value=0,
        ).to_numpy()
        rows, columns = linear_sum_assignment(-shared)
        same += int(shared[rows, columns].sum())
    total = int(both["households"].sum())
    return 1.0 - same / total if total else 0.0


def compare_plans(
    plans: Sequence[tuple[str, dict[str, gpd.GeoDataFrame], dict[str, Any], str]], rules: Rules
) -> dict[str, Any]:
    """Put plans side by side.

    Parameters
    ----------
    plans : sequence of (profile, layers, summary, file)
        The first is what the others are compared with.
    rules : Rules

    Returns
    -------
    dict
        Made of plain JSON types; see ``schemas/plans.schema.json``.
    """
    first = plans[0][1]["buildings"]
    rows = []
    for number, (profile, layers, summary, file) in enumerate(plans, 1):
        grids = layers["grids"]
        base = grids[grids["grid_kind"] == BASE]
        off = (base["households"] - rules.target_households).abs()
        cuts = [row["cut_m"] or 0.0 for row in summary["communities"]]
        shared = summary["findings"]["by_code"].get("GT134", 0)
        rows.append(
            {
                "plan": number,
                "file": file,
                "profile": profile,
                "grids": len(grids),
                "in_range": int((grids["size_rule"] == IN_RANGE).sum()),
                "exceptions": int((grids["size_rule"] == EXCEPTION).sum()),
                "not_found": int((grids["size_reason"] == NOT_FOUND).sum()),
                "smallest": int(base["households"].min()) if len(base) else None,
                "largest": int(base["households"].max()) if len(base) else None,
                "mean_off": round(float(off.mean()), 1) if len(base) else None,
                "border_m": round(float(sum(cuts)), 0),
                "roundness": round(_roundness(base), 3),
                "compounds_shared": int(shared),
                "different": round(difference(first, layers["buildings"]), 4),
            }
        )
    return {"format": PLANS_FORMAT, "plans": rows}


def _roundness(grids: gpd.GeoDataFrame) -> float:
    """Return the mean Polsby-Popper of grids."""
    shapes = grids.geometry.to_numpy()
    if not len(shapes):
        return 0.0
    return float(np.mean(4 * np.pi * shapely.area(shapes) / shapely.length(shapes) ** 2))
