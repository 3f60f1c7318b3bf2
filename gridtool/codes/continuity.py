"""Who keeps the code: the grids in force beside a new division.

A new grid may carry the code of an old one when each holds at least half of the other
(`gridtool.shares`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import pandas as pd

from gridtool.codes.schemes import Scheme
from gridtool.errors import SettingsError
from gridtool.shares import (
    DRAWN,
    KEEP_MAJORITY,
    POLICIES,
    Link,
    links_of,
    match_grids,
    totals_of,
)

KEPT, RECODED, NEW, RETIRED = "kept", "recoded", "new", "retired"


class Continuity(NamedTuple):
    """Who keeps which code.

    Attributes
    ----------
    grids : DataFrame, a row for each new grid
        Index ``grid_id``, sorted. ``outcome``: ``kept`` (carries `grid_code`), ``recoded`` (goes
        on from ``prev_code``, but needs a new code: ``reason`` says ``community`` or ``kind``) or
        ``new``. ``grid_code`` (None where a new one is needed), ``prev_code``, ``reason``,
        ``basis`` (``households`` or ``area``), ``share_old``, ``share_new`` (0-1), and
        ``predecessors``: the old codes it got households or ground from, joined by ``;``.
    codes : DataFrame, a row for each old grid
        Index ``grid_code``, sorted. ``outcome``: ``kept`` or ``retired``; ``successors``: the new
        grids that took over from it, joined by ``;``.
    """

    grids: pd.DataFrame
    codes: pd.DataFrame

    def counts(self) -> dict[str, int]:
        """Return how many grids kept their code, were recoded, are new, and how many retired."""
        outcomes = self.grids["outcome"].value_counts()
        counts = {name: int(outcomes.get(name, 0)) for name in (KEPT, RECODED, NEW)}
        return {**counts, RETIRED: int((self.codes["outcome"] == RETIRED).sum())}

    def lineage(self, coded: pd.DataFrame) -> pd.DataFrame:
        """Return who took over from whom, in codes.

        Parameters
        ----------
        coded : DataFrame
            ``grid_id``, ``grid_code``: the new grids with their codes.

        Returns
        -------
        DataFrame
            A row for each old and new grid that share something, and for each without a partner:
            ``old_code``, ``new_code``, ``outcome``, ``reason``, ``basis``, ``share_old``,
            ``share_new`` (the last four of grids that go on alone).
        """
        code_of = dict(zip(coded["grid_id"], coded["grid_code"], strict=True))
        rows: list[tuple[object, ...]] = []
        for grid in self.grids.reset_index().to_dict("records"):
            code, goes_on = code_of[grid["grid_id"]], grid["prev_code"] or ""
            parts = {goes_on, *str(grid["predecessors"]).split(";")} - {""}
            for old in sorted(parts) or [""]:
                if old == goes_on:
                    shared = [grid[key] for key in ("reason", "basis", "share_old", "share_new")]
                    rows.append((old, code, grid["outcome"], *shared))
                else:
                    rows.append((old, code, "part", "", "", None, None))
        ended = self.codes[(self.codes["successors"] == "") & (self.codes["outcome"] == RETIRED)]
        rows += [(code, "", RETIRED, "", "", None, None) for code in ended.index]
        names = ["old_code", "new_code", "outcome", "reason", "basis", "share_old", "share_new"]
        frame = pd.DataFrame(rows, columns=names).round({"share_old": 4, "share_new": 4})
        return frame.sort_values(["old_code", "new_code"], ignore_index=True)


def continue_codes(
    old: pd.DataFrame,
    new: pd.DataFrame,
    shares: pd.DataFrame,
    *,
    policy: str = KEEP_MAJORITY,
    scheme: Scheme | None = None,
) -> Continuity:
    """Decide which new grid keeps which code.

    Parameters
    ----------
    old : DataFrame
        The grids in force: ``grid_code`` (unique), ``community_code``, ``grid_kind``.
    new : DataFrame
        The new division: ``grid_id`` (unique), ``community_code``, ``grid_kind``; and
        ``parent_code`` for schemes of micro grids.
    shares : DataFrame
        What `count_shares` returns.
    policy : str
        ``keep-majority``: reciprocal majority keeps the code. ``retire-on-split``: as that, but a
        grid that was split retires, and none that was merged goes on (the number of a cadastral
        parcel). ``new-on-boundary-change``: only a grid that kept all of its ground and buildings
        keeps the code (the British GSS codes).
    scheme : Scheme, optional
        Where its codes tell the kind of grid, a change of kind is a recode.

    Returns
    -------
    Continuity
        The order of rows of the inputs does not matter. Exact halves: the pair counted in
        households comes first, then the one that shares more ground, then the one with the smaller
        building id, then the smaller old code, then the smaller new id.

    Raises
    ------
    SettingsError
        When there is no such policy.
    """
    if policy not in POLICIES:
        raise SettingsError("GT046", reason=f"{policy}: {', '.join(POLICIES)}")
    links = links_of(shares)
    pairs = {pair.new: pair for pair in match_grids(links, policy=policy)}
    before, after = _by(links, "new"), _by(links, "old")
    tells_kind = scheme is not None and scheme.kind_in_code
    held = old.set_index("grid_code")[["community_code", "grid_kind"]].to_dict("index")
    rows: list[tuple[object, ...]] = []
    keeper: dict[str, str] = {}
    inside = "parent_code" if scheme is not None and scheme.is_micro else "community_code"
    plan = new.sort_values("grid_id")[["grid_id", inside, "grid_kind"]]
    for one in plan.itertuples(index=False, name=None):
        grid_id, parent, kind = map(str, one)
        pair = pairs.get(grid_id)
        was = held.get(pair.old) if pair else None
        if pair is None or was is None:
            rows.append((grid_id, NEW, None, None, "", "", 0.0, 0.0))
            continue
        basis = "households" if pair.by_households else "area"
        # what the code itself says counts before a column beside it
        told = scheme.parent(pair.old) if scheme is not None and scheme.matches(pair.old) else None
        reason = "community" if (told or was["community_code"]) != parent else ""
        if not reason and tells_kind and was["grid_kind"] != kind:
            reason = "kind"
        outcome, code = (RECODED, None) if reason else (KEPT, pair.old)
        keeper[pair.old] = outcome
        shared = (basis, pair.share_old, pair.share_new)
        rows.append((grid_id, outcome, code, pair.old, reason, *shared))
    names = ["grid_id", "outcome", "grid_code", "prev_code", "reason", "basis"]
    grids = pd.DataFrame(rows, columns=[*names, "share_old", "share_new"]).set_index("grid_id")
    for key in ("grid_code", "prev_code"):
        grids[key] = grids[key].astype(object).where(grids[key].notna(), None)
    grids["predecessors"] = [";".join(before.get(str(grid), ())) for grid in grids.index]
    codes = pd.DataFrame({"grid_code": sorted(map(str, held))}).set_index("grid_code")
    codes["outcome"] = [KEPT if keeper.get(str(code)) == KEPT else RETIRED for code in codes.index]
    codes["successors"] = [";".join(after.get(str(code), ())) for code in codes.index]
    return Continuity(grids, codes)


def _by(links: list[Link], side: str) -> dict[str, list[str]]:
    """Return the partners of each grid of one side that share households or real ground."""
    old, new = totals_of(links, "old"), totals_of(links, "new")
    found: dict[str, list[str]] = defaultdict(list)
    for link in links:
        ground = min(old[link.old][2], new[link.new][2])
        if link.old and link.new and (link.buildings or link.ground > DRAWN * ground):
            other = link.old if side == "new" else link.new
            found[getattr(link, side)].append(other)
    return {key: sorted(others) for key, others in found.items()}
