"""Assign the units of all communities to grids: every connected piece is divided on its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.division.engine import Dials
from gridtool.division.pieces import Arrays, Piece, list_pieces
from gridtool.division.solve import solve
from gridtool.division.ties import Ties, no_ties
from gridtool.geom import Ints
from gridtool.rules import BASE, DEDICATED, RULES, Rules


def assign_grids(
    units: gpd.GeoDataFrame,
    edges: pd.DataFrame,
    communities: gpd.GeoDataFrame,
    *,
    rules: Rules = RULES,
    dials: Dials | None = None,
    seed: int = 0,
    jobs: int = 1,
    ties: Ties | None = None,
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
    ties : Ties, optional
        Grids in force, locks and pins, a row for each unit.
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
    ties = ties or no_ties(len(units))
    # what is locked is no neighbour: nothing passes over it
    free = ~(ties.locked[first] | ties.locked[second])
    arrays = Arrays(units, edges[free], first[free], second[free])
    kinds = communities.set_index("code")["kind"]
    known = known or {}
    pieces = [
        piece
        for piece in list_pieces(units, arrays.hang(), kinds, rules, ties)
        if piece.code not in known
    ]

    def timed_solve(piece: Piece) -> tuple[Ints, list[str | None]]:
        begun = time.thread_time()
        found = solve(piece, arrays, ties, rules, dials or Dials(), seed)
        if timed:
            timed(piece.code, time.thread_time() - begun)
        return found

    grid = np.full(len(units), -1, dtype=np.int64)
    reason = np.full(len(units), None, dtype=object)
    count = 0
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        for at, (piece, (label, reasons)) in enumerate(
            zip(pieces, pool.map(timed_solve, pieces), strict=True)
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
    # numbered as units come, so that the order of the work leaves no trace
    grid = pd.factorize(grid)[0]
    kind = np.where(units["site_id"].notna(), DEDICATED, BASE)
    return pd.DataFrame({"grid": grid, "grid_kind": kind, "reason": reason}, index=units.index)
