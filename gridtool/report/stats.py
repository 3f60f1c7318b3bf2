"""Figures of grids by county, town and community, and how many workers they need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from gridtool.rules import ABOUT_1000, BASE, DEDICATED, EXCEPTION, IN_RANGE

FORMAT: Final = "gridtool.stats/1"
LEVELS: Final = {"county": "county_code", "town": "town_code", "community": "community_code"}
HOUSEHOLDS_PER_WORKER: Final = 500

COLUMNS: Final = (
    *("level", "code", "name", "communities", "grids", "base", "dedicated"),
    *("households", "persons", "rated", "in_range", "share_in_range", "exceptions"),
    *("smallest", "mean", "largest", "workers", "estimated"),
)

_RATED: Final = (IN_RANGE, ABOUT_1000, EXCEPTION)


def workers_rule(households_per_worker: int) -> dict[str, str]:
    """Return the rule that workers are counted by, in both languages."""
    return {
        "zh": f"基础网格每 {households_per_worker} 户配 1 名网格员，不足的也配 1 名；"
        "专属网格由所在单位负责，不计（第75号令第八条、第十二条）。",
        "en": f"One worker for every {households_per_worker} households of a base grid or part of "
        "them; dedicated grids are run by their own organisation and not counted (Order 75, "
        "Art. 8 and 12).",
    }


def count_grids(
    grids: pd.DataFrame,
    *,
    names: Mapping[str, str] | None = None,
    households_per_worker: int = HOUSEHOLDS_PER_WORKER,
) -> pd.DataFrame:
    """Count grids by county, town and community.

    Parameters
    ----------
    grids : DataFrame
        ``community_code``, ``town_code``, ``county_code``, ``grid_kind``, ``households``,
        ``persons``, ``size_rule``; optionally ``community_name`` and ``estimated``.
    names : mapping of code to str, optional
        Of counties (6 digits) and towns (9 digits).
    households_per_worker : int
        See `workers_rule`.

    Returns
    -------
    DataFrame
        `COLUMNS`: counties first, then towns, then communities, by code. ``rated`` grids are
        those that Art. 8 gives a number for: base grids of urban communities;
        ``share_in_range`` is that of ``in_range`` among them, missing where there are none.
        ``smallest``, ``mean`` and ``largest`` are households of base grids.
    """
    counted = _marked(grids, households_per_worker)
    called = dict(names or {})
    if "community_name" in grids:
        named = grids.dropna(subset=["community_name"])
        called |= dict(zip(named["community_code"], named["community_name"], strict=True))
    parts = [_level(counted, level, key, called) for level, key in LEVELS.items()]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def _marked(grids: pd.DataFrame, households_per_worker: int) -> pd.DataFrame:
    """Return what is added up, a row for each grid."""
    base = grids["grid_kind"] == BASE
    households = grids["households"]
    needed = -(-households // households_per_worker)
    return pd.DataFrame(
        {
            **{key: grids[key] for key in LEVELS.values()},
            "base": base,
            "dedicated": grids["grid_kind"] == DEDICATED,
            "households": households,
            "persons": grids["persons"],
            "rated": base & grids["size_rule"].isin(_RATED),
            "in_range": base & (grids["size_rule"] == IN_RANGE),
            "exceptions": grids["size_rule"] == EXCEPTION,
            "of_base": households.where(base),
            "workers": needed.clip(lower=1).where(base, 0),
            "estimated": grids.get("estimated", False),
        }
    )


def _level(counted: pd.DataFrame, level: str, key: str, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows of one level."""
    groups = counted.groupby(key, sort=True)
    sums = groups[
        ["base", "dedicated", "households", "persons", "rated", "in_range", "exceptions", "workers"]
    ].sum()
    sizes = groups["of_base"].agg(["min", "mean", "max"])
    rows = sums.assign(
        level=level,
        code=sums.index,
        name=[names.get(str(code), "") for code in sums.index],
        communities=groups["community_code"].nunique(),
        grids=groups.size(),
        share_in_range=(sums["in_range"] / sums["rated"]).where(sums["rated"] > 0).round(4),
        smallest=sizes["min"].astype("Int64"),
        mean=sizes["mean"].round(1),
        largest=sizes["max"].astype("Int64"),
        estimated=groups["estimated"].any(),
    )
    whole = ["base", "dedicated", "rated", "in_range", "exceptions", "workers"]
    return rows.astype(dict.fromkeys(whole, "int64"))


def summarise_stats(
    table: pd.DataFrame, *, source: str, version: str, households_per_worker: int
) -> dict[str, Any]:
    """Return figures for programs; see ``schemas/stats.schema.json``.

    Parameters
    ----------
    table : DataFrame
        Of `count_grids`.
    source : str
        Name of the file of grids.
    version : str
        Of gridtool.
    households_per_worker : int
    """
    plain = table.astype(object).where(table.notna(), None)
    return {
        "format": FORMAT,
        "version": version,
        "source": source,
        "workers_rule": {
            "households_per_worker": households_per_worker,
            **workers_rule(households_per_worker),
        },
        "rows": plain.to_dict("records"),
    }
