"""What became of the grids in force: figures for programs, findings for people."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import pandas as pd

from gridtool.findings import Finding
from gridtool.rules import Rules

UNCHANGED: Final = "U"
OVER, UNDER, NEIGHBOUR = "over", "under", "neighbour"
NEW_GROUND, DRAWN = "new_ground", "by_hand"
_WHY: Final = {
    OVER: ("原网格超过上限", "a grid before it has too many households now"),
    UNDER: ("原网格不足下限", "a grid before it has too few households now"),
    NEIGHBOUR: ("邻格需要调整", "a neighbour had to change"),
    DRAWN: ("人工调整", "it was drawn by hand"),
    NEW_GROUND: ("此前没有网格", "no grid was there before"),
}
"""Why a grid is not as it was: by the first of the grids it came from that does not fit now."""


def count_changes(
    changes: pd.DataFrame, shares: pd.DataFrame, rules: Rules, *, by_hand: bool = False
) -> pd.DataFrame:
    """Say of each new grid why it is not as it was.

    Parameters
    ----------
    changes : DataFrame, index ``grid_code``
        As `gridtool.codes.tell_changes` returns it.
    shares : DataFrame
        ``grid_code`` (of the grids in force), ``households``: counted today.
    rules : Rules
    by_hand : bool
        Whether a person changed them.

    Returns
    -------
    DataFrame
        `changes` with ``why``, None for unchanged grids.
    """
    today = shares.groupby("grid_code")["households"].sum()

    def why(change: str, before: str) -> str | None:
        if change == UNCHANGED:
            return None
        sizes = [int(today.get(code, 0)) for code in before.split(";") if code]
        if by_hand or not sizes:
            return DRAWN if by_hand else NEW_GROUND
        if any(size > rules.max_households for size in sizes):
            return OVER
        return UNDER if any(size < rules.min_households for size in sizes) else NEIGHBOUR

    pairs = zip(changes["change"], changes["before"], strict=True)
    told = [why(change, before) for change, before in pairs]
    return changes.assign(why=pd.Series(told, index=changes.index, dtype=object))


def summarise_changes(
    changes: pd.DataFrame, codes: pd.DataFrame, total: int, max_moved: float | None
) -> dict[str, Any]:
    """Count what became of the grids in force.

    Parameters
    ----------
    changes : DataFrame
        As `count_changes` returns it.
    codes : DataFrame, index ``grid_code``
        ``outcome``, ``successors`` of each grid in force.
    total : int
        Households of today that lie in a grid in force.
    max_moved : float or None
        The share of them that may move.

    Returns
    -------
    dict
        Made of plain JSON types; the part ``base`` of ``schemas/summary.schema.json``.
    """
    letters = changes["change"].value_counts()
    moved = int(changes["moved"].sum())
    retired = codes[codes["outcome"] == "retired"]
    return {
        "grids": len(codes),
        "kept_codes": int((codes["outcome"] == "kept").sum()),
        "households": total,
        "moved_households": moved,
        "moved_share": round(moved / total, 4) if total else 0.0,
        "max_moved": max_moved,
        "changes": {letter: int(letters.get(letter, 0)) for letter in "USMXN"},
        "changed": [
            {
                "grid_code": str(code),
                "change": row["change"],
                "before": [old for old in row["before"].split(";") if old],
                "moved": int(row["moved"]),
                "why": row["why"],
            }
            for code, row in changes[changes["change"] != UNCHANGED].iterrows()
        ],
        "retired": [
            {"grid_code": str(code), "successors": [new for new in after.split(";") if new]}
            for code, after in retired["successors"].items()
        ],
    }


def explain_changes(
    grids: gpd.GeoDataFrame,
    changes: pd.DataFrame,
    told: dict[str, Any],
    *,
    locked: frozenset[str] = frozenset(),
) -> list[Finding]:
    """Return what a person should know about the change.

    Parameters
    ----------
    grids : GeoDataFrame
        ``grid_code``, geometry.
    changes : DataFrame
        As `count_changes` returns it.
    told : dict
        What `summarise_changes` returns.
    locked : frozenset of str
        Codes of grids that had to stay as they were.

    Returns
    -------
    list of Finding
        Each grid that is not as it was, each code that ended, locked grids that could not be kept
        to the building, and more change than is allowed.
    """
    spot = dict(zip(grids["grid_code"], grids.geometry.representative_point(), strict=True))
    findings = []
    for code, row in changes[changes["change"] != UNCHANGED].iterrows():
        why_zh, why_en = _WHY[row["why"]]
        values: dict[str, object] = {
            "change": row["change"],
            "before": row["before"].replace(";", ", ") or "-",
            "moved": int(row["moved"]),
            "why_zh": why_zh,
            "why_en": why_en,
        }
        if code in locked:
            findings.append(Finding("GT343", "grids", code, spot[code], dict(values)))
        else:
            findings.append(Finding("GT347", "grids", code, spot[code], values))
    for item in told["retired"]:
        after = ", ".join(item["successors"]) or "-"
        findings.append(Finding("GT346", "grids", item["grid_code"], None, {"after": after}))
    most = told["max_moved"]
    if most is not None and told["moved_share"] > most:
        share = {"share": f"{told['moved_share']:.1%}", "most": f"{most:.1%}"}
        moved = {"moved": told["moved_households"], **share}
        findings.append(Finding("GT342", "grids", None, None, moved))
    return findings
