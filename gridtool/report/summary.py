"""Figures for programs: of a division, and of what reading and checking found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import pandas as pd

from gridtool.messages import ERROR
from gridtool.rules import (
    BASE,
    COMMUNITY_KIND,
    EXCEPTION,
    GRID_KINDS,
    IN_RANGE,
    SIZE_REASONS,
    SIZE_RULES,
    VILLAGE_KIND,
    Rules,
)

FORMAT: Final = "gridtool.summary/1"
CHECK_FORMAT: Final = "gridtool.check/1"

_FIGURES: Final = {
    "cut_m": 1,
    "cut_cost": 1,
    "bound_cost": 1,
    "gap": 4,
    "major_road_m": 1,
    "major_road_inside_m": 1,
    "major_road_forced_m": 1,
    "seconds": 3,
}
"""What is measured of a community's division, and the decimals it is told with."""

Json = dict[str, Any]


def summarise(
    grids: pd.DataFrame,
    communities: pd.DataFrame,
    buildings: pd.DataFrame,
    findings: pd.DataFrame,
    *,
    figures: pd.DataFrame | None = None,
    base: Mapping[str, Any] | None = None,
    rules: Rules,
    estimate: Mapping[str, object],
    settings: Mapping[str, object],
    seconds: Mapping[str, float],
) -> Json:
    """Count grids, communities and findings.

    Parameters
    ----------
    grids, buildings, findings : DataFrame
        The output layers of `gridtool.columns`; geometry is not looked at.
    communities : DataFrame
        ``code``, ``name``, ``kind``; one row each.
    figures : DataFrame, index community code, optional
        ``cut_m``, ``cut_cost``, ``bound_cost``, ``gap``, ``major_road_m``,
        ``major_road_inside_m``, ``major_road_forced_m``, ``seconds`` of each community's division.
    base : mapping, optional
        What `gridtool.report.summarise_changes` returns, where grids in force were given.
    rules : Rules
        The size window in force.
    estimate : mapping
        As `gridtool.check.estimate_model` returns it.
    settings : mapping
        What the run was made with; ``version`` is gridtool's own.
    seconds : mapping of float
        Time by stage; the only part that differs between two runs.

    Returns
    -------
    dict
        Made of plain JSON types; see ``schemas/summary.schema.json``.
    """
    options = {key: value for key, value in sorted(settings.items()) if key != "version"}
    return {
        "format": FORMAT,
        "version": str(settings.get("version", "")),
        "settings": options,
        "rules": asdict(rules),
        "estimate": dict(estimate),
        "totals": _totals(grids, communities, buildings),
        "communities": _communities(grids, communities, figures),
        "base": None if base is None else dict(base),
        "findings": _findings(findings),
        "seconds": {key: round(float(value), 3) for key, value in seconds.items()},
    }


def summarise_check(findings: pd.DataFrame, layers: Mapping[str, int], *, version: str) -> Json:
    """Count what reading and checking found.

    Parameters
    ----------
    findings : DataFrame
        Columns of `gridtool.columns.FINDINGS`.
    layers : mapping of layer key to int
        How many rows each layer has.
    version : str
        Of gridtool.

    Returns
    -------
    dict
        Made of plain JSON types; see ``schemas/check.schema.json``. ``usable`` is false when
        a finding is an error.
    """
    return {
        "format": CHECK_FORMAT,
        "version": version,
        "usable": not bool((findings["severity"] == ERROR).any()),
        "layers": dict(layers),
        "findings": _findings(findings),
    }


def _totals(grids: pd.DataFrame, communities: pd.DataFrame, buildings: pd.DataFrame) -> Json:
    """Return the figures of the whole area."""
    kinds = communities["kind"]
    return {
        "communities": int((kinds == COMMUNITY_KIND).sum()),
        "villages": int((kinds == VILLAGE_KIND).sum()),
        "buildings": int(grids["buildings"].sum()),
        "buildings_outside": int(buildings["grid_code"].isna().sum()),
        "households": int(grids["households"].sum()),
        "persons": int(grids["persons"].sum()),
        "grids": len(grids),
        "grid_kind": _counts(grids["grid_kind"], GRID_KINDS),
        "size_rule": _counts(grids["size_rule"], SIZE_RULES),
        "size_reason": _counts(grids["size_reason"], SIZE_REASONS),
        "estimated": bool(grids["estimated"].any()),
    }


def _counts(values: pd.Series, known: tuple[str, ...]) -> dict[str, int]:
    """Return how often each known value occurs, zeros with it."""
    found = values.value_counts()
    return {value: int(found.get(value, 0)) for value in known}


def _communities(
    grids: pd.DataFrame, communities: pd.DataFrame, figures: pd.DataFrame | None
) -> list[Json]:
    """Return one record for each community, by code."""
    known = {} if figures is None else figures[list(_FIGURES)].to_dict("index")
    plain = pd.DataFrame(grids.drop(columns="geometry", errors="ignore"))
    groups = dict(iter(plain.groupby("community_code")))
    rows = communities[["code", "name", "kind"]].sort_values("code")
    return [
        {
            **_community(str(code), str(name), str(kind), groups.get(code, plain.iloc[:0])),
            **_measured(known.get(code, {})),
        }
        for code, name, kind in rows.itertuples(index=False, name=None)
    ]


def _measured(figures: Mapping[Any, Any]) -> Json:
    """Return the figures of one community, None where one is not known."""
    found = {name: figures.get(name) for name in _FIGURES}
    return {
        name: None if value is None or pd.isna(value) else round(float(value), _FIGURES[name])
        for name, value in found.items()
    }


def _community(code: str, name: str, kind: str, grids: pd.DataFrame) -> Json:
    """Return the record of one community; smallest and largest are of its base grids."""
    sizes = grids.loc[grids["grid_kind"] == BASE, "households"]
    outside = grids[grids["size_rule"] == EXCEPTION].sort_values("grid_code")
    fields = outside[["grid_code", "households", "size_reason"]]
    return {
        "code": code,
        "name": name,
        "kind": kind,
        "households": int(grids["households"].sum()),
        "persons": int(grids["persons"].sum()),
        "buildings": int(grids["buildings"].sum()),
        "grids": len(grids),
        "in_range": int((grids["size_rule"] == IN_RANGE).sum()),
        "smallest": int(sizes.min()) if len(sizes) else None,
        "largest": int(sizes.max()) if len(sizes) else None,
        "exceptions": [
            {
                "grid_code": str(grid),
                "households": int(households),
                "reason": None if pd.isna(reason) else str(reason),
            }
            for grid, households, reason in fields.itertuples(index=False, name=None)
        ],
    }


def _findings(findings: pd.DataFrame) -> Json:
    """Return how many findings there are, by code and by severity."""
    return {
        "by_code": _sorted_counts(findings["code"]),
        "by_severity": _sorted_counts(findings["severity"]),
    }


def _sorted_counts(values: pd.Series) -> dict[str, int]:
    """Return how often each value occurs, sorted by value."""
    return {str(key): int(count) for key, count in values.value_counts().sort_index().items()}
