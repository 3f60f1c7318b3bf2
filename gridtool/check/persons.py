"""Persons where they are not given: a ratio of households, kept over each community."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.check.values import Floats
from gridtool.columns import BUILDINGS
from gridtool.findings import Finding
from gridtool.geom import Ints, group_starts

_LAYER = BUILDINGS.key


def fill_persons(
    buildings: gpd.GeoDataFrame, ratio: float, findings: list[Finding]
) -> tuple[Ints, bool]:
    """Return persons, by households where they are not given, and whether any are given.

    Parameters
    ----------
    buildings : GeoDataFrame
        ``households``, ``persons`` (float64, NaN where not given), ``community_code``; sorted by
        ``building_id``.
    ratio : float
        Persons in a household.
    findings : list of Finding
        All (GT117) or some (GT120) persons rest on the ratio.
    """
    given: Floats = buildings["persons"].to_numpy(dtype="float64")
    empty = np.isnan(given)
    if len(given) and empty.all():
        findings.append(Finding("GT117", _LAYER, values={"ratio": ratio}))
    elif empty.any():
        values: dict[str, object] = {"count": int(empty.sum()), "ratio": ratio}
        findings.append(Finding("GT120", _LAYER, values=values))
    persons = np.where(empty, 0.0, given).astype(np.int64)
    homes = pd.factorize(buildings["community_code"].to_numpy()[empty])[0]
    persons[empty] = share_out(buildings["households"].to_numpy()[empty], homes, ratio)
    return persons, not empty.all()


def share_out(households: Ints, homes: Ints, ratio: float) -> Ints:
    """Return whole persons that keep the ratio over each community.

    Rounded one by one, 2.6 persons make 3 of every household that stands alone. So the persons
    of a community are counted on from building to building, and each gets what it adds to the
    rounded count: less than one more or less than its households times the ratio.

    Parameters
    ----------
    households : int array
        In the order the count goes on.
    homes : int array
        The community of each.
    ratio : float
    """
    order = np.argsort(homes, kind="stable")
    mine, starts = households[order], group_starts(homes[order])
    count = np.cumsum(mine)
    count -= np.repeat((count - mine)[starts[:-1]], np.diff(starts))
    shares = np.empty(len(households), dtype=np.int64)
    shares[order] = np.floor(count * ratio + 0.5) - np.floor((count - mine) * ratio + 0.5)
    return shares
