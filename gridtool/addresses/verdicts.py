"""What is said of a row: from its text, its point and its claim to one verdict.

Only what is sure makes a claim right or wrong. Text and point that agree confirm one another; where
they do not, or where either leaves a choice, a person decides.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from gridtool.addresses.gazetteer import Gazetteer
from gridtool.addresses.matching import COMMUNITY_ONLY, NONE, OTHER_AREA, SURE, Match

OK: Final = "ok"
CLAIM_WRONG: Final = "claim_wrong"
DISAGREE: Final = "text_and_point_disagree"
AMBIGUOUS: Final = "ambiguous"
ON_BORDER: Final = "on_border"
OUTSIDE: Final = "outside"
NOT_FOUND: Final = "not_found"
VERDICTS: Final = (OK, CLAIM_WRONG, DISAGREE, AMBIGUOUS, ON_BORDER, OUTSIDE, NOT_FOUND)

POINT: Final = "point"
WAYS: Final = (*(POINT, "building", "gazetteer_exact", "gazetteer_fuzzy", COMMUNITY_ONLY, NONE),)

CLAIM_UNKNOWN = "claim_unknown"
CLAIM_AGREES = "claim_agrees"
NEAR_BORDER = "near_border"
_OUTSIDE = -1
_MOST_CANDIDATES = 8


class Point(NamedTuple):
    """Where the coordinates of a row lie.

    Attributes
    ----------
    x, y : float
        Metres.
    grid : int
        Number, -1 outside all grids.
    sides : tuple of int
        The grids on either side of a border within the tolerance, empty where there is none.
    """

    x: float
    y: float
    grid: int
    sides: tuple[int, ...] = ()


class Claim(NamedTuple):
    """What a row itself says of its grid.

    Attributes
    ----------
    grid : str
        Code, or full name; empty where nothing is claimed.
    community : str
        Code; empty where nothing is claimed.
    """

    grid: str = ""
    community: str = ""


class Result(NamedTuple):
    """What is said of a row.

    Attributes
    ----------
    verdict, way : str
    grid : int
        Number, -1 where none is told.
    community : str
        Code, where it is told.
    confidence : float
    distance : float or None
        Metres between what the text and the point say.
    candidates : tuple of int
        Numbers of the grids it may be in.
    place : (x, y) or None
        Metres.
    notes : tuple of str
    """

    verdict: str
    way: str
    grid: int = _OUTSIDE
    community: str = ""
    confidence: float = 0.0
    distance: float | None = None
    candidates: tuple[int, ...] = ()
    place: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()


def judge(text: Match, point: Point | None, claim: Claim, gazetteer: Gazetteer) -> Result:
    """Return the verdict on a row.

    Parameters
    ----------
    text : Match
        What its text tells.
    point : Point or None
        Where its coordinates lie.
    claim : Claim
    gazetteer : Gazetteer

    Returns
    -------
    Result
    """
    if point is None:
        return _by_text(text, claim, gazetteer)
    sure = len(text.grids) == 1 and text.confidence >= SURE
    if sure and (text.grids[0] == point.grid or text.grids[0] in point.sides):
        near = (NEAR_BORDER,) if point.sides else ()
        found = Result(OK, text.way, text.grids[0], confidence=1.0, notes=(*text.notes, *near))
        return _held_against(found._replace(place=(point.x, point.y)), claim, gazetteer)
    if sure or _elsewhere(text, point, gazetteer):
        return _disagreeing(text, point)
    return _by_point(text, point, claim, gazetteer)


def _by_text(text: Match, claim: Claim, gazetteer: Gazetteer) -> Result:
    """Return the verdict where there is no point."""
    told = Result(
        AMBIGUOUS,
        text.way,
        community=text.community,
        confidence=text.confidence,
        candidates=text.grids[:_MOST_CANDIDATES],
        place=text.place,
        notes=text.notes,
    )
    if not text.grids:
        verdict = OUTSIDE if OTHER_AREA in text.notes else NOT_FOUND
        return told._replace(verdict=verdict)
    if len(text.grids) > 1:
        return told
    if text.confidence >= SURE:
        return _held_against(told._replace(grid=text.grids[0]), claim, gazetteer)
    if text.confidence > 0.5 and _claimed(claim, gazetteer) == text.grids[0]:
        # two that know nothing of one another say the same
        return told._replace(
            verdict=OK, grid=text.grids[0], candidates=(), notes=(*text.notes, CLAIM_AGREES)
        )
    return told


def _by_point(text: Match, point: Point, claim: Claim, gazetteer: Gazetteer) -> Result:
    """Return the verdict where the point decides, or leaves it open."""
    told = Result(
        OK,
        POINT,
        point.grid,
        confidence=1.0,
        place=(point.x, point.y),
        notes=text.notes,
    )
    if point.sides:
        shared = [grid for grid in point.sides if grid in text.grids]
        if len(shared) == 1 and len(point.sides) > 1 and text.confidence >= SURE:
            return _held_against(told._replace(grid=shared[0]), claim, gazetteer)
        return told._replace(
            verdict=ON_BORDER, confidence=0.5, candidates=point.sides[:_MOST_CANDIDATES]
        )
    if point.grid == _OUTSIDE:
        return told._replace(verdict=OUTSIDE, confidence=1.0)
    if text.grids and point.grid not in text.grids:
        both = tuple(dict.fromkeys((point.grid, *text.grids)))
        return told._replace(
            verdict=AMBIGUOUS, grid=_OUTSIDE, confidence=0.0, candidates=both[:_MOST_CANDIDATES]
        )
    return _held_against(told, claim, gazetteer)


def _elsewhere(text: Match, point: Point, gazetteer: Gazetteer) -> bool:
    """Return whether the text names a community, and the point lies in another."""
    if text.way != COMMUNITY_ONLY or not text.grids:
        return False
    reach = {point.grid, *point.sides} - {_OUTSIDE}
    return not reach & set(text.grids)


def _disagreeing(text: Match, point: Point) -> Result:
    """Return the verdict on a text and a point that do not agree."""
    distance = None
    if text.place is not None:
        distance = math.hypot(text.place[0] - point.x, text.place[1] - point.y)
    there = () if point.grid == _OUTSIDE else (point.grid,)
    candidates = tuple(dict.fromkeys((*text.grids, *there)))
    return Result(
        DISAGREE,
        text.way,
        community="",
        distance=distance,
        candidates=candidates[:_MOST_CANDIDATES],
        place=(point.x, point.y),
        notes=text.notes,
    )


def _held_against(found: Result, claim: Claim, gazetteer: Gazetteer) -> Result:
    """Return the verdict on a row whose grid is known, by what it claims."""
    grid = gazetteer.grids[found.grid]
    found = found._replace(community=grid.community_code, candidates=())
    right = not claim.community or claim.community == grid.community_code
    if claim.grid:
        claimed = _claimed(claim, gazetteer)
        right = right and claimed == found.grid
        if claimed is None:
            found = found._replace(notes=(*found.notes, CLAIM_UNKNOWN))
    return found._replace(verdict=OK if right else CLAIM_WRONG)


def _claimed(claim: Claim, gazetteer: Gazetteer) -> int | None:
    """Return the number of the grid that is claimed, None where there is no such grid."""
    held = gazetteer.grid_at.get(claim.grid)
    return gazetteer.grid_named.get(claim.grid) if held is None else held
