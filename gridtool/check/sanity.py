"""Counts that are numbers and still cannot be true."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from gridtool.check.listing import add_each
from gridtool.check.values import Floats
from gridtool.columns import BUILDINGS
from gridtool.findings import Finding

_MOST_HOUSEHOLDS: Final = 2000
_MOST_PERSONS: Final = 20.0
_LEAST_MEAN, _MOST_MEAN = 1.0, 6.0
# a mean over fewer says nothing
_FEWEST: Final = 100


def check_sizes(held: pd.DataFrame, findings: list[Finding]) -> None:
    """Report counts that are hard to believe.

    Parameters
    ----------
    held : DataFrame
        ``households``, ``persons`` as they were given, NaN where they were not; ``geometry``.
    findings : list of Finding
        Over 2,000 households in a building (GT200), over 20 persons a household in a building
        (GT201), a mean of under 1 or over 6 persons a household (GT202).
    """
    households: Floats = held["households"].to_numpy(dtype="float64")
    persons: Floats = held["persons"].to_numpy(dtype="float64")
    layer, shapes = BUILDINGS.key, held["geometry"].to_numpy()
    both = (households > 0) & ~np.isnan(persons)
    with np.errstate(invalid="ignore"):
        huge = households > _MOST_HOUSEHOLDS
        crowded = both & (persons > _MOST_PERSONS * households)
    for code, rows in (("GT200", huge), ("GT201", crowded)):
        found = []
        for row, shape, count, people in zip(
            held.index[rows], shapes[rows], households[rows], persons[rows], strict=True
        ):
            values: dict[str, object] = {"households": int(count)}
            if code == "GT201":
                values["persons"] = int(people)
            found.append(Finding(code, layer, row, shape, values))
        add_each(findings, found)
    total = households[both].sum()
    if total >= _FEWEST:
        mean = float(persons[both].sum() / total)
        if not _LEAST_MEAN <= mean <= _MOST_MEAN:
            findings.append(Finding("GT202", layer, values={"mean": mean}))
