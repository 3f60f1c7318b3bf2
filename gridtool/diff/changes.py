"""What a diff does to a revision, and back: rows taken out, rows put in, roots before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.diff.revision import Revision
from gridtool.errors import DataError

_SHOWN: Final = 12


@dataclass(frozen=True)
class Changes:
    """The rows that differ between two revisions.

    Attributes
    ----------
    base_root, result_root : str
        Of the revision they are applied to, and of what comes out.
    removed, added : GeoDataFrame
        As `Revision.grids`: the rows as they were and as they are. A row that only changed stands
        in both.
    """

    base_root: str
    result_root: str
    removed: gpd.GeoDataFrame
    added: gpd.GeoDataFrame


def changes_between(base: Revision, result: Revision) -> Changes:
    """Return what turns one revision into another, told by the hashes of their rows."""
    before = set(zip(base.codes, base.hashes, strict=True))
    after = set(zip(result.codes, result.hashes, strict=True))
    gone = [row not in after for row in zip(base.codes, base.hashes, strict=True)]
    come = [row not in before for row in zip(result.codes, result.hashes, strict=True)]
    return Changes(base.root, result.root, base.grids[gone], result.grids[come])


def apply_diff(base: Revision, changes: Changes) -> Revision:
    """Return a revision with changes applied.

    Raises
    ------
    DataError
        GT404 when the revision is not the one the changes were made for, or the outcome is not
        the one they promise.
    """
    if base.root != changes.base_root:
        raise _not_the_one(base, changes.base_root, base.root)
    stays = ~base.grids.index.isin(changes.removed.index)
    rows = pd.concat([base.grids[stays], changes.added])
    rows = rows.iloc[np.argsort(rows.index.to_numpy(dtype=str), kind="stable")]
    grids = gpd.GeoDataFrame(rows, geometry=base.grids.geometry.name, crs=base.crs)
    known = dict(zip(base.codes[stays], base.hashes[stays], strict=True))
    result = Revision(base.name, grids, base.stated, known=known)
    if result.root != changes.result_root:
        raise _not_the_one(base, changes.result_root, result.root)
    return result


def invert(changes: Changes) -> Changes:
    """Return the changes that lead back."""
    return Changes(changes.result_root, changes.base_root, changes.added, changes.removed)


def _not_the_one(base: Revision, wanted: str, found: str) -> DataError:
    """Return the error of changes that do not fit."""
    return DataError("GT404", layer=base.name, wanted=wanted[:_SHOWN], found=found[:_SHOWN])
