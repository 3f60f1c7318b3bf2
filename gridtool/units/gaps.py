"""Compounds that cannot stay whole: parted along their widest inner gaps, as far as needed.

A person parts a compound along the lane or the green between its rows, not through a row.
"""

from __future__ import annotations

import numpy as np
import shapely

from gridtool.geom import Geometries, Ints
from gridtool.units.kernels import join_pairs, roots

_ROUND_M = 0.1
"""Gaps are compared to this: rows drawn at like distances are parted in the order of the layer."""


def part_by_gaps(footprints: Geometries, households: Ints, limit: int) -> Ints:
    """Part buildings until no part has more than `limit` households.

    The narrowest gaps are closed first (single linkage), so that what remains open are the widest.
    A part over the limit is a single building.

    Parameters
    ----------
    footprints : array of polygons or points, n
    households : int array, n
    limit : int

    Returns
    -------
    int array, n
        Number of each building's part, in the order of the parts' first buildings.
    """
    first, second = np.triu_indices(len(footprints), 1)
    gap = shapely.distance(footprints[first], footprints[second])
    parent = np.arange(len(footprints))
    weight = households.astype(np.int64).copy()
    for at in np.lexsort((second, first, np.round(gap / _ROUND_M))):
        pair = np.sort(roots(parent)[[first[at], second[at]]])
        if pair[0] != pair[1] and weight[pair].sum() <= limit:
            join_pairs(parent, pair[:1], pair[1:])
            weight[pair[0]] += weight[pair[1]]
    return np.unique(roots(parent), return_inverse=True)[1]
