"""What must hold between two revisions: each checked, with its value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from gridtool.diff.changes import Changes, apply_diff, invert
from gridtool.diff.faults import Faults
from gridtool.diff.judging import Comparison
from gridtool.diff.kinds import CREATE, RETIRE
from gridtool.diff.tables import Tables, area_changes, area_tolerances
from gridtool.errors import DataError
from gridtool.rules import EXCEPTION


class Invariant(NamedTuple):
    """One invariant: whether it holds, and the figures it is judged by."""

    id: str
    holds: bool
    value: dict[str, Any]


NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "I1": ("两版网格无重叠、无缝隙", "both revisions have neither overlaps nor gaps"),
    "I2": (
        "县界未变（新设、撤销除外）",
        "the county's border is unchanged but for created and retired",
    ),
    "I3": ("每栋楼前后都只在一个网格内", "every building lies in one grid on each side"),
    "I4": (
        "各变更组户数、人口、楼栋前后相等",
        "each group keeps its households, persons, buildings",
    ),
    "I5": ("各变更组面积前后相符", "the ground of each group is equal but for noise"),
    "I6": ("组外网格一字不差", "every grid outside the groups has the same hash"),
    "I7": ("对应关系之和等于网格合计", "relations add up to their grids"),
    "I8": (
        "停用编码不再使用，新旧编码都有去向和来源",
        "no retired code lives; each has a successor or predecessor",
    ),
    "I9": ("变更可重放、可撤回，校验值一致", "applied and taken back, the roots agree"),
    "I10": ("变更后的网格规模符合第八条或有说明", "changed grids follow Art. 8 or say why not"),
}


def check_invariants(
    found: Comparison,
    tables: Tables,
    changes: Changes,
    faults: Mapping[str, Faults],
) -> list[Invariant]:
    """Check what must hold.

    Parameters
    ----------
    found : Comparison
    tables : Tables
    changes : Changes
    faults : mapping of ``old``, ``new``, ``result`` to Faults
    """
    return [
        _coverages(faults),
        _border(found, tables),
        _placed(found),
        *_conserved(found, tables),
        _untouched(found),
        _sums(found, tables),
        _code_lives(tables),
        _replayed(found, changes),
        _size_rules(found, tables),
    ]


def _coverages(faults: Mapping[str, Faults]) -> Invariant:
    """I1: neither side overlaps or gapes."""
    value = {
        name: {
            "strict": found.strict,
            "overlaps": len(found.overlaps),
            "gaps": len(found.gaps),
        }
        for name, found in faults.items()
    }
    return Invariant("I1", not any(one.overlaps or one.gaps for one in faults.values()), value)


def _border(found: Comparison, tables: Tables) -> Invariant:
    """I2: ground comes to the county or leaves it only where grids are created or retired."""
    rows = tables.relations
    sides = {"won_m2": rows["old_code"].isna(), "lost_m2": rows["new_code"].isna()}
    value = {key: round(float(rows.loc[at, "area_m2"].sum()), 2) for key, at in sides.items()}
    kinds = tables.groups.set_index("group_id")["type"]
    at = (sides["won_m2"] | sides["lost_m2"]) & (rows["area_m2"] > 0)
    return Invariant(
        "I2", bool(kinds[rows.loc[at, "group_id"]].isin([CREATE, RETIRE]).all()), value
    )


def _placed(found: Comparison) -> Invariant:
    """I3: every building lies in a grid, before and after; those in neither are told apart."""
    old, new = found.places.old, found.places.new
    value = {
        "buildings": len(old),
        "outside": int(((old < 0) & (new < 0)).sum()),
        "lost": int(((old >= 0) & (new < 0)).sum()),
        "won": int(((old < 0) & (new >= 0)).sum()),
        "on_border": int(found.places.on_border.sum()),
    }
    return Invariant("I3", value["outside"] + value["lost"] + value["won"] == 0, value)


def _conserved(found: Comparison, tables: Tables) -> list[Invariant]:
    """I4 and I5: what each group has before and after; created and retired ground is told by I2."""
    rows = tables.relations
    kinds = tables.groups.set_index("group_id")["type"]
    whole = ~rows["group_id"].map(kinds).isin([CREATE, RETIRE])
    odd = rows[whole & (rows["old_code"].isna() | rows["new_code"].isna())]
    counts: dict[str, Any] = {"groups": len(tables.groups)}
    for key in ("households", "persons", "buildings"):
        counts[key] = int(tables.groups[key].sum())
        counts[f"{key}_apart"] = int(odd[key].sum())
    change, least = np.abs(area_changes(found)), area_tolerances(found)
    inside = ~np.isin(kinds.reindex(found.groups.ids).to_numpy(), [CREATE, RETIRE])
    worst = float(change[inside].max(initial=0.0))
    area = {"worst_m2": worst, "beyond": int((change > least)[inside].sum())}
    return [
        Invariant("I4", counts["buildings_apart"] == 0, counts),
        Invariant("I5", area["beyond"] == 0, area),
    ]


def _untouched(found: Comparison) -> Invariant:
    """I6: what is outside the groups has the same hash as before."""
    old = np.flatnonzero(found.groups.of_old < 0)
    new = np.flatnonzero(found.groups.of_new < 0)
    before = dict(zip(found.old.codes[old], found.old.hashes[old], strict=True))
    after = dict(zip(found.result.codes[new], found.result.hashes[new], strict=True))
    apart = sum(after.get(code) != value for code, value in before.items())
    value = {"grids": len(found.old), "untouched": len(before), "differ": apart}
    return Invariant("I6", before == after, value)


def _sums(found: Comparison, tables: Tables) -> Invariant:
    """I7: relations add up to what the grids of the groups hold."""
    rows, value = tables.relations, {"grids": 0, "households_apart": 0, "worst_m2": 0.0}
    holds = True
    for name, revision, sizes, of in (
        ("old_code", found.old, found.sizes_old, found.groups.of_old),
        ("new_code", found.result, found.sizes_new, found.groups.of_new),
    ):
        at = np.flatnonzero(of >= 0)
        sums = rows.groupby(name)[["households", "area_m2"]].sum().reindex(revision.codes[at])
        sums = sums.fillna(0)
        counted = sizes.counts["households"].to_numpy()[at]
        apart = int(np.abs(sums["households"].to_numpy() - counted).sum())
        ground = np.abs(sums["area_m2"].to_numpy() - sizes.area[at])
        least = np.maximum(0.5, area_tolerances(found)[of[at]])
        value["grids"] += len(at)
        value["households_apart"] += apart
        value["worst_m2"] = round(max(value["worst_m2"], float(ground.max(initial=0.0))), 2)
        holds &= apart == 0 and bool((ground <= least).all())
    return Invariant("I7", holds, value)


def _code_lives(tables: Tables) -> Invariant:
    """I8: codes that end have successors, codes that begin have predecessors, or say why not."""
    kinds = tables.groups.set_index("group_id")["type"]
    codes = tables.codes
    told = codes["group_id"].map(kinds).isin([CREATE, RETIRE])
    orphans = codes[
        ~told
        & (
            ((codes["outcome"] == "retired") & codes["successors"].isna())
            | ((codes["outcome"] == "new") & codes["predecessors"].isna())
        )
    ]
    outcomes = codes["outcome"].value_counts()
    value = {key: int(outcomes.get(key, 0)) for key in ("kept", "new", "retired")}
    return Invariant("I8", orphans.empty, {**value, "orphans": len(orphans)})


def _replayed(found: Comparison, changes: Changes) -> Invariant:
    """I9: the changes lead from root to root, and back."""
    value = {"base_root": changes.base_root, "result_root": changes.result_root}
    try:
        there = apply_diff(found.old, changes)
        apply_diff(there, invert(changes))
    except DataError:
        return Invariant("I9", False, value)
    return Invariant("I9", True, value)


def _size_rules(found: Comparison, tables: Tables) -> Invariant:
    """I10: changed grids have the size of Art. 8, or the layer says why not."""
    rules = tables.grids.set_index("grid_code")["size_rule"].reindex(found.result.codes).to_numpy()
    grids = found.result.grids
    stated = grids.get("size_reason", pd.Series("", grids.index))
    reasons = stated.astype(object).where(stated.notna(), "")
    changed = found.groups.of_new >= 0
    odd = changed & (rules == EXCEPTION)
    bare = odd & (reasons == "").to_numpy()
    value = {
        "grids": int(changed.sum()),
        "exceptions": int(odd.sum()),
        "unexplained": int(bare.sum()),
    }
    return Invariant("I10", not bare.any(), {**value, "codes": found.result.codes[bare].tolist()})
