"""Households where none are given: from dwellings, or from residential floor space."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridtool.check.values import Flags, Floats, Objects
from gridtool.columns import BUILDINGS, fold
from gridtool.findings import Finding

USUAL_FLOORS: Final = 2.0
"""Floors of a building where they are not told."""
SMALLEST_HOME_M2: Final = 40.0
"""Smaller footprints are sheds and garages."""

_HOME_USES = frozenset(
    (
        *("residential", "house", "apartments", "detached", "semidetached_house", "terrace"),
        *("dormitory", "bungalow", "farm", "mixed", "résidentiel"),
    )
)
_HOME_WORDS = ("住宅", "居住", "宿舍", "公寓", "民居", "民房", "农房", "自建房", "住房", "商住")
# what stands for "a building" in sources that do not tell more
_UNTOLD = frozenset(("yes", "indifférencié"))


def estimate_households(
    footprints: Floats,
    floors: Floats,
    uses: Objects,
    dwellings: Floats,
    *,
    m2_per_household: float,
    findings: list[Finding],
) -> Floats:
    """Return households from dwellings where they are given, else from floor space.

    A residential footprint of 40 m² or more holds at least one household. Where other buildings
    have dwellings, one without counts only if its use is told to be residential.

    Parameters
    ----------
    footprints : float array
        m².
    floors : float array
        NaN where unknown.
    uses : array of str or None
    dwellings : float array
        NaN where unknown.
    m2_per_household : float
        Floor space of a household.
    findings : list of Finding
        What the figures rest on: GT116 floor space alone, GT216 dwellings.
    """
    layer, told = BUILDINGS.key, ~np.isnan(dwellings)
    space = footprints * np.where(np.isnan(floors), USUAL_FLOORS, floors)
    households = np.maximum(np.floor(space / m2_per_household + 0.5), 1.0)
    home = _is_home(uses, untold=not told.any()) & (footprints >= SMALLEST_HOME_M2)
    values: dict[str, object] = {"area_m2": m2_per_household}
    if told.any():
        values |= {"count": int(told.sum()), "rest": int((home & ~told).sum())}
    findings.append(Finding("GT216" if told.any() else "GT116", layer, values=values))
    return np.where(told, dwellings, np.where(home, households, 0.0))


def _is_home(uses: Objects, *, untold: bool) -> Flags:
    """Return where a use is residential; `untold` stands for uses that say nothing."""
    codes, distinct = pd.factorize(uses)
    folded = [fold(use) for use in distinct]
    homes = [
        use in _HOME_USES or any(word in use for word in _HOME_WORDS) or (untold and use in _UNTOLD)
        for use in folded
    ]
    lookup: npt.NDArray[np.bool_] = np.array([*homes, untold], dtype=bool)
    return lookup[codes]


def estimate_model(
    buildings: pd.DataFrame, *, m2_per_household: float, persons_per_household: float
) -> dict[str, Any]:
    """Return the model that absent counts are estimated by, and what was estimated.

    Parameters
    ----------
    buildings : DataFrame
        As `gridtool.check.check_layers` returns them.
    m2_per_household, persons_per_household : float
        As they were given to it.

    Returns
    -------
    dict
        The parameters; ``buildings`` and ``households`` that rest on them.
    """
    rests = buildings["estimated"]
    return {
        "m2_per_household": m2_per_household,
        "persons_per_household": persons_per_household,
        "usual_floors": USUAL_FLOORS,
        "smallest_home_m2": SMALLEST_HOME_M2,
        "buildings": int(rests.sum()),
        "households": int(buildings.loc[rests, "households"].sum()),
    }
