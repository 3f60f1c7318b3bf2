"""Decide how many grids each community gets, and prove it where the window cannot be met.

Every connected piece of a community is divided on its own. A grid outside the window carries a
reason that can be checked by arithmetic; ``not_found`` is the only one that is the engine's fault.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.division.engine import Component, Dials, Plan, divide
from gridtool.division.pieces import Arrays, Piece, list_pieces
from gridtool.geom import Ints
from gridtool.rules import (
    BARRIER,
    BASE,
    DEDICATED,
    NO_COUNT_FITS,
    NOT_FOUND,
    RULES,
    SINGLE_BUILDING,
    Rules,
)

_HARDER = (3.0, 12.0)
"""How much longer the searches are that are made where the first plan misses the window."""


def assign_grids(
    units: gpd.GeoDataFrame,
    edges: pd.DataFrame,
    communities: gpd.GeoDataFrame,
    *,
    rules: Rules = RULES,
    dials: Dials | None = None,
    seed: int = 0,
    jobs: int = 1,
    known: Mapping[str, pd.DataFrame] | None = None,
    tick: Callable[[int, int], None] | None = None,
    timed: Callable[[str, float], None] | None = None,
) -> pd.DataFrame:
    """Assign every unit to a grid, each community on its own.

    Parameters
    ----------
    units : GeoDataFrame, index ``unit_id``, CRS in metres
        As stage ``units`` returns them.
    edges : DataFrame
        As stage ``graph`` returns them.
    communities : GeoDataFrame
        ``code``, ``kind``.
    rules : Rules
        The window. Source: Art. 8.
    dials : Dials, optional
    seed : int
    jobs : int
        Threads; the result does not depend on it.
    known : mapping of community code to DataFrame, optional
        What was returned before for the same units of a community: it is taken over.
    tick : callable, optional
        Called with pieces done and pieces in all.
    timed : callable, optional
        Called, in any thread, with the community of a piece and the CPU seconds it took.

    Returns
    -------
    DataFrame, index ``unit_id``
        ``grid`` (int, unique over all communities), ``grid_kind``, ``reason`` (text or None: why
        an urban base grid is outside the household window).
    """
    first, second = (units.index.get_indexer(edges[end]) for end in ("first", "second"))
    arrays = Arrays(units, edges, first, second)
    known = known or {}
    pieces = [
        piece
        for piece in list_pieces(units, arrays.hang(), communities.set_index("code")["kind"], rules)
        if piece.code not in known
    ]

    def solve(piece: Piece) -> tuple[Ints, list[str | None]]:
        begun = time.thread_time()
        found = _solve(piece, arrays, rules, dials or Dials(), seed)
        if timed:
            timed(piece.code, time.thread_time() - begun)
        return found

    grid = np.full(len(units), -1, dtype=np.int64)
    reason = np.full(len(units), None, dtype=object)
    count = 0
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        for at, (piece, (label, reasons)) in enumerate(
            zip(pieces, pool.map(solve, pieces), strict=True)
        ):
            grid[piece.members] = count + label
            reason[piece.members] = np.array(reasons, dtype=object)[label]
            count += len(reasons)
            if tick:
                tick(at + 1, len(pieces))
    for rows in known.values():
        at = units.index.get_indexer(rows.index)
        grid[at] = count + pd.factorize(rows["grid"])[0]
        reason[at] = rows["reason"].to_numpy()
        count = int(grid.max()) + 1
    kind = np.where(units["site_id"].notna(), DEDICATED, BASE)
    return pd.DataFrame({"grid": grid, "grid_kind": kind, "reason": reason}, index=units.index)


def _solve(
    piece: Piece, arrays: Arrays, rules: Rules, dials: Dials, seed: int
) -> tuple[Ints, list[str | None]]:
    """Divide one piece; return each unit's grid and each grid's reason."""
    members = piece.members
    one_grid = np.zeros(len(members), dtype=np.int64)
    if piece.settled is not None:
        return one_grid, [piece.settled or None]
    total = int(arrays.households[members].sum())
    if total < rules.min_households:
        label = one_grid
    else:
        component = arrays.component(members, rules)
        label = _best_label(piece, component, arrays, rules, dials, _own_seed(piece, seed))
    if piece.village:
        return label, [None] * (int(label.max()) + 1)
    return label, _reasons(piece, label, arrays, rules)


def _best_label(
    piece: Piece, component: Component, arrays: Arrays, rules: Rules, dials: Dials, seed: int
) -> Ints:
    """Try numbers of grids, the likeliest first, until every grid is in the window."""
    window = (
        float(rules.min_households),
        float(rules.target_households),
        float(rules.max_households),
    )
    plans: dict[tuple[int, int, float], Ints] = {}
    counts = _counts(component.weight, rules)
    for tries in range(1 + len(_HARDER)):
        effort = dials
        if tries:
            effort = replace(dials, effort=_HARDER[tries - 1] * max(1.0, dials.effort))
        for k in counts:
            plan = divide(component, k, window, effort, seed + tries)
            key = (*_misses(plan, piece.members, arrays, rules), plan.outside)
            plans.setdefault(key, plan.label)
            if key[1:] == (0, 0.0):
                return np.unique(plan.label, return_inverse=True)[1]
        if min(plans)[1] == 0:
            # only ground around a tower is over the window: more than a tower alone must have
            break
        if not rules.count_fits(int(component.weight)) and min(plans)[1] <= 1:
            break
        if tries == 0:
            of = {int(label.max()) + 1: key for key, label in sorted(plans.items(), reverse=True)}
            counts = sorted(of, key=lambda k: of[k])[:2]
    return np.unique(plans[min(plans)], return_inverse=True)[1]


def _counts(weight: float, rules: Rules) -> list[int]:
    """Return the numbers of grids worth trying, those that fit the window first."""
    near = round(weight / rules.target_households)
    fewest = max(1, int(np.ceil(weight / rules.max_households)) - 1)
    most = max(1, int(weight // rules.min_households) + 1)
    counts = [k for k in range(fewest, most + 1) if abs(k - near) <= 2] or [max(1, near)]

    def strain(k: int) -> tuple[float, float]:
        outside = max(k * rules.min_households - weight, weight - k * rules.max_households, 0.0)
        return outside, abs(weight / k - rules.target_households)

    return sorted(counts, key=strain)


def _misses(plan: Plan, members: Ints, arrays: Arrays, rules: Rules) -> tuple[int, int]:
    """Count grids outside the window for want of a better plan.

    Returns
    -------
    int
        Grids that neither fit the window, nor have about 1,000 persons, nor hold a tower.
    int
        Those with about 1,000 persons included: the second door is used only when it must be.
    """
    count = int(plan.label.max()) + 1
    households = np.bincount(plan.label, arrays.households[members], minlength=count)
    persons = np.bincount(plan.label, arrays.persons[members], minlength=count)
    heavy = arrays.largest[members] > rules.max_households
    excused = np.bincount(plan.label, heavy, minlength=count) > 0
    fits = (households >= rules.min_households) & (households <= rules.max_households)
    about = np.abs(persons - rules.persons) <= rules.persons_tolerance
    return int((~fits & ~excused & ~about).sum()), int((~fits & ~excused).sum())


def _reasons(piece: Piece, label: Ints, arrays: Arrays, rules: Rules) -> list[str | None]:
    """Return why each grid is outside the household window, None where it is not."""
    members = piece.members
    total = int(arrays.households[members].sum())
    reasons: list[str | None] = []
    for at in range(int(label.max()) + 1):
        mine = members[label == at]
        if rules.households_fit(int(arrays.households[mine].sum())):
            reasons.append(None)
        elif arrays.largest[mine].max(initial=0) > rules.max_households:
            reasons.append(SINGLE_BUILDING)
        elif not rules.count_fits(total):
            reasons.append(NO_COUNT_FITS if piece.alone else BARRIER)
        else:
            reasons.append(NOT_FOUND)
    return reasons


def _own_seed(piece: Piece, seed: int) -> int:
    """Return a seed that depends on the piece alone, not on what else is divided."""
    return (seed << 32) ^ zlib.crc32(f"{piece.code}/{len(piece.members)}".encode())
