"""Exceptions with their proofs: why a grid is outside the rules of size."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gridtool.rules import (
    BARRIER,
    BASE,
    EXCEPTION,
    NO_COUNT_FITS,
    SINGLE_BUILDING,
    SMALL_COMMUNITY,
    Rules,
)


@dataclass(frozen=True)
class Proof:
    """Why one grid is an exception, in both languages."""

    grid_code: str
    reason: str
    zh: str
    en: str


def prove(grids: pd.DataFrame, buildings: pd.DataFrame | None, rules: Rules) -> list[Proof]:
    """Return the proofs of all exceptions, by code.

    Parameters
    ----------
    grids : DataFrame
        ``grid_code``, ``grid_kind``, ``community_code``, ``households``, ``size_rule`` and
        ``size_reason``.
    buildings : DataFrame or None
        ``building_id``, ``grid_code``, ``households``: names the building of a proof.
    rules : Rules
        The size window that was in force.
    """
    base = grids[grids["grid_kind"] == BASE]
    totals = base.groupby("community_code")["households"].sum().to_dict()
    largest = _largest(buildings)
    outside = grids[grids["size_rule"] == EXCEPTION].sort_values("grid_code")
    proofs = []
    for row in outside.to_dict("records"):
        code, households = str(row["grid_code"]), int(row["households"])
        total = int(totals.get(row["community_code"], households))
        reason = row["size_reason"] if isinstance(row.get("size_reason"), str) else ""
        zh, en = _sentences(reason, households, total, largest.get(code), rules)
        proofs.append(Proof(code, reason, zh, en))
    return proofs


def _largest(buildings: pd.DataFrame | None) -> dict[str, tuple[str, int]]:
    """Return the building of most households in each grid."""
    if buildings is None or buildings.empty:
        return {}
    order = buildings.sort_values(["households", "building_id"], ascending=[False, True])
    first = order.drop_duplicates("grid_code")
    pairs = zip(first["building_id"].astype(str), first["households"].astype(int), strict=True)
    return dict(zip(first["grid_code"], pairs, strict=True))


def _sentences(
    reason: str, households: int, total: int, building: tuple[str, int] | None, rules: Rules
) -> tuple[str, str]:
    """Return the proof of one grid."""
    low, high = rules.min_households, rules.max_households
    if reason == SMALL_COMMUNITY:
        return (
            f"社区除专属网格外共 {total} 户，不足 {low} 户，只能是一格",
            f"the community has {total} households outside dedicated grids, under {low}: one grid",
        )
    if reason == NO_COUNT_FITS:
        # a part that barriers close off is reckoned by itself
        return _no_count(households if rules.count_fits(total) else total, low, high)
    if reason == SINGLE_BUILDING and building is not None and building[1] > high:
        name, count = building
        return (
            f"楼栋 {name} 一栋 {count} 户，超过 {high} 户，楼栋不拆分",
            f"building {name} alone has {count} households, more than {high}; it is not cut",
        )
    if reason == BARRIER:
        return (
            f"屏障隔开的地块有 {households} 户，任何网格数都不能使每格在 {low}–{high} 户",
            f"barriers close off ground with {households} households: no number of grids fits",
        )
    if reason == SINGLE_BUILDING:
        return (f"格内有一栋楼超过 {high} 户", f"a building in it has more than {high} households")
    return (
        f"{households} 户；没有找到合乎 {low}–{high} 户的划法，也没有证明不存在",
        f"{households} households; no division into {low}-{high} was found, nor proved impossible",
    )


def _no_count(total: int, low: int, high: int) -> tuple[str, str]:
    """Return why neither fewer nor more grids would do."""
    few = total // low
    if few == 0:
        return (f"共 {total} 户，不足 {low} 户", f"{total} households in all, under {low}")
    more = few + 1
    return (
        f"共 {total} 户：分 {few} 格，每格平均 {total / few:.0f} 户，超过 {high}；"
        f"分 {more} 格，平均 {total / more:.0f} 户，不足 {low}",
        f"{total} households: {few} grids would have {total / few:.0f} on average, over {high}; "
        f"{more} grids {total / more:.0f}, under {low}",
    )
