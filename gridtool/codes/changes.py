"""How each grid came from the grids in force, in four letters.

U unchanged, S split, M merged, X anything else: the letters of the British output areas, as
"2011 to 2021 Output Area lookups" publish them. N is a grid on ground that had none.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from gridtool.shares import DRAWN

UNCHANGED, SPLIT, MERGED, OTHER, FRESH = "U", "S", "M", "X", "N"
LETTERS: Final = (UNCHANGED, SPLIT, MERGED, OTHER, FRESH)


def tell_changes(shares: pd.DataFrame, coded: pd.DataFrame) -> pd.DataFrame:
    """Say how each new grid came from the grids in force.

    Parameters
    ----------
    shares : DataFrame
        What `count_shares` returns, counted by the buildings of the new division.
    coded : DataFrame
        ``grid_id``, ``grid_code``: the new grids with their codes.

    Returns
    -------
    DataFrame, index ``grid_code``, sorted
        ``change`` (one of `LETTERS`), ``before`` (codes it has buildings of, or ground where
        neither has buildings; joined by ``;``), ``moved`` (households that come from a grid of
        another code).
    """
    code_of = dict(zip(coded["grid_id"], coded["grid_code"], strict=True))
    links = shares[(shares["grid_code"] != "") & (shares["grid_id"] != "")]
    links = links.assign(new=links["grid_id"].map(code_of), old=links["grid_code"])
    moved = links[links["old"] != links["new"]].groupby("new")["households"].sum()
    links = links[_counts(links)]
    before = links.groupby("new")["old"].agg(sorted)
    after = links.groupby("old")["new"].agg(sorted)
    index = pd.Index(sorted(code_of.values()), name="grid_code", dtype="str")
    olds = [before.get(code, []) for code in index]
    return pd.DataFrame(
        {
            "change": [_letter(of, [after[old] for old in of], before) for of in olds],
            "before": [";".join(of) for of in olds],
            "moved": moved.reindex(index).fillna(0).astype("int64").to_numpy(),
        },
        index=index,
    )


def _counts(links: pd.DataFrame) -> pd.Series[bool]:
    """Return which links are more than a redrawn line: by buildings, else by ground."""
    homes = {end: links.groupby(end)["buildings"].transform("sum") for end in ("old", "new")}
    ground = {end: links.groupby(end)["area_m2"].transform("sum") for end in ("old", "new")}
    bare = (homes["old"] == 0) | (homes["new"] == 0)
    smaller = ground["old"].where(ground["old"] < ground["new"], ground["new"])
    return (links["buildings"] > 0) | (bare & (links["area_m2"] > DRAWN * smaller))


def _letter(olds: list[str], heirs: list[list[str]], before: pd.Series[list[str]]) -> str:
    """Return the letter of one new grid from its old grids and the new grids of these."""
    if not olds:
        return FRESH
    if len(olds) == 1 and len(heirs[0]) == 1:
        return UNCHANGED
    if len(olds) == 1 and all(len(before[new]) == 1 for new in heirs[0]):
        return SPLIT
    if len(olds) > 1 and all(len(of) == 1 for of in heirs):
        return MERGED
    return OTHER
