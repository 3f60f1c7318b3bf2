"""From shares of ground to units, the atoms of the division.

A unit is what no grid border may cut: a building's share, a compound with all its buildings, a
site. Ground without buildings joins a neighbour, rather within its street block than across a
street, never across a barrier.
"""

from __future__ import annotations

import numpy as np
import shapely

from gridtool.geom import Bools, Floats, Geometries, Ints, group_starts
from gridtool.units.faces import RIM_ATOM, Faces
from gridtool.units.kernels import join_pairs, roots
from gridtool.units.network import BARRIER_LINE, Enclosures

# how gladly empty ground joins across a border, per metre: inside, local, collector, major, barrier
_NEARNESS = np.array([1.0, 0.6, 0.3, 0.1, 1e-6])
_IN_WATER = 1e-6
OWN_UNIT_M2 = 2000.0
"""Empty ground of this size stays a unit of its own, free to go to either side."""


def gather_faces(faces: Faces, enclosures: Enclosures, settled: Bools) -> tuple[Ints, Ints]:
    """Gather faces into units.

    Parameters
    ----------
    faces : Faces
    enclosures : Enclosures
    settled : bool array, f
        Faces with buildings (or a site).

    Returns
    -------
    unit : int array, f
        The unit of each face, 0 … n - 1.
    broken : int array
        Atoms whose faces with buildings do not hang together.
    """
    community = enclosures.community[faces.enclosure]
    inside = community[faces.first] == community[faces.second]
    first, second = faces.first[inside], faces.second[inside]
    kind, length = faces.border_class[inside], faces.length[inside]
    bed = enclosures.barrier[faces.enclosure]
    passable = kind != BARRIER_LINE
    on_bank = bed[first] != bed[second]
    parent = np.arange(len(faces.atom))
    one_atom = (faces.atom[first] == faces.atom[second]) & (faces.atom[first] >= 0)
    one_atom &= np.where(bed[first] | bed[second], on_bank, passable)
    join_pairs(parent, first[one_atom], second[one_atom])
    broken = _broken_atoms(faces.atom, roots(parent), settled)

    area = shapely.area(faces.polygons)
    group_settled = np.zeros(len(parent), dtype=bool)
    group_settled[roots(parent)[settled]] = True
    loose = ~group_settled[roots(parent)] & (bed | (area < OWN_UNIT_M2))
    loose &= faces.atom != RIM_ATOM
    # water goes with the bank before it, not with the water beside it
    near = np.where(on_bank, 1.0, np.where(bed[first], _IN_WATER, _NEARNESS[kind]))
    weight = length * near
    _attach(parent, loose, first, second, weight, passable | bed[first] | bed[second])
    return np.unique(roots(parent), return_inverse=True)[1], broken


def _broken_atoms(atom: Ints, root: Ints, settled: Bools) -> Ints:
    """Return the atoms whose faces with buildings have more than one root."""
    held = settled & (atom >= 0)
    pairs = np.unique(np.c_[atom[held], root[held]], axis=0)
    atoms, count = np.unique(pairs[:, 0], return_counts=True)
    return atoms[count > 1]


def _attach(
    parent: Ints,
    loose: Bools,
    first: Ints,
    second: Ints,
    weight: Floats,
    passable: Bools,
) -> None:
    """Join every loose face to the neighbour it hangs on most, in place, from the rim inwards."""
    loose = loose.copy()
    a = np.r_[first, second][np.r_[passable, passable]]
    b = np.r_[second, first][np.r_[passable, passable]]
    weight = np.r_[weight, weight][np.r_[passable, passable]]
    while True:
        edge = loose[a] & ~loose[b]
        if not edge.any():
            break
        order = np.lexsort((b[edge], -weight[edge], a[edge]))
        best = group_starts(a[edge][order])[:-1]
        face, host = a[edge][order][best], b[edge][order][best]
        join_pairs(parent, face, host)
        loose[face] = False
    # ground with no settled neighbour (a community without buildings) stays together
    both = loose[a] & loose[b]
    join_pairs(parent, a[both], b[both])


def unit_polygons(polygons: Geometries, unit: Ints, count: int) -> Geometries:
    """Return one polygon a unit: its face, or the union of its faces as a coverage."""
    order = np.argsort(unit, kind="stable")
    start = np.searchsorted(unit[order], np.arange(count + 1))
    result = polygons[order[start[:-1]]]
    for at in np.flatnonzero(np.diff(start) > 1):
        result[at] = shapely.coverage_union_all(polygons[order[start[at] : start[at + 1]]])
    return np.asarray(result, dtype=object)


def unit_borders(
    faces: Faces, unit: Ints, community: Ints, bed: Bools
) -> tuple[Ints, Ints, Ints, Floats]:
    """Add up borders between units of one community, by class.

    Parameters
    ----------
    faces : Faces
    unit, community : int array, f
        Of each face.
    bed : bool array, f
        Whether it is a barrier's own ground.

    Returns
    -------
    first, second, border_class : int array, b
    length : float array, b
        Metres.
    """
    a, b = unit[faces.first], unit[faces.second]
    inside = (community[faces.first] == community[faces.second]) & (a != b)
    # nobody walks along a river's bed: what meets only there does not touch
    wet = bed[faces.first] & bed[faces.second]
    low, high = np.minimum(a, b)[inside], np.maximum(a, b)[inside]
    kind = np.where(wet, BARRIER_LINE, faces.border_class)[inside]
    length = faces.length[inside]
    order = np.lexsort((kind, high, low))
    low, high, kind, length = low[order], high[order], kind[order], length[order]
    if not len(low):
        return low, high, kind, length
    start = group_starts(
        np.stack([low, high, kind], axis=1).astype(np.int64).view("i8,i8,i8")[:, 0]
    )
    total = np.add.reduceat(length, start[:-1])
    return low[start[:-1]], high[start[:-1]], kind[start[:-1]], total
