"""What holds ground in a street block: footprints, and the compounds and sites around them.

Shapes are made simple, strictly inside their block and clear of each other, as the triangulation
needs them. Footprints that overlap, or stand in another's courtyard, cannot be told apart on the
ground: they become one atom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from gridtool.geom import Bools, Geometries, Ints
from gridtool.units.kernels import join_pairs, roots
from gridtool.units.network import Enclosures
from gridtool.units.shares import Shapes

INSET_M = 0.05
"""Footprints are drawn in by this much, so that walls that touch do not."""
_POINT_M = 0.1
_SLIVER_SHARE = 0.2
FOOTPRINT_SPACING_M = 8.0
_FILLED_SHARE = 0.15
_MULTI = 4


@dataclass(frozen=True)
class Claims:
    """Polygons that claim ground, before they are fitted to blocks.

    Attributes
    ----------
    polygons : array of polygons or points, n
    community : int array, n
        Position of the community whose blocks it may claim.
    atom : int array, n
    is_area : bool array, n
        Whether it is a compound or a site (which may span blocks), not a building.
    """

    polygons: Geometries
    community: Ints
    atom: Ints
    is_area: Bools


def fit_shapes(claims: Claims, enclosures: Enclosures) -> tuple[Shapes, Ints, Ints]:
    """Fit claims to their blocks.

    Parameters
    ----------
    claims : Claims
    enclosures : Enclosures

    Returns
    -------
    shapes : Shapes
        Atoms are the roots of what had to be joined.
    atom_root : int array
        For each atom of `claims`, the atom it became.
    claim_enclosure : int array, n
        Block of each building's claim; -1 for areas and for what lies in no block.
    """
    home = home_enclosure(claims, enclosures)
    polygons, owner = _parts(_inset(claims.polygons))
    block = home[owner]
    area = claims.is_area[owner]
    pieces, of, piece_block = _area_pieces(polygons[area], owner[area], claims, enclosures, home)
    polygons = np.concatenate([polygons[~area & (block >= 0)], pieces])
    owner = np.r_[owner[~area & (block >= 0)], of]
    block = np.r_[block[~area & (block >= 0)], piece_block]
    polygons, at = _clip(polygons, block, enclosures)
    shapes, part = _simple(polygons, block[at], enclosures)
    at = at[part]
    joined = np.arange(int(claims.atom.max(initial=-1)) + 1)
    shapes, block, atom = _clear(shapes, block[at], claims.atom[owner[at]], joined, enclosures)
    order = np.argsort(block, kind="stable")
    shapes = shapely.segmentize(shapes[order], FOOTPRINT_SPACING_M)
    return Shapes.of(shapes, block[order], roots(joined)[atom[order]]), roots(joined), home


def filled_blocks(enclosures: Enclosures, shapes: Shapes) -> Bools:
    """Return the blocks that one atom fills, so that no grid could pass it by."""
    stride = int(shapes.atom.max(initial=0)) + 1
    keys, at = np.unique(shapes.enclosure * stride + shapes.atom, return_inverse=True)
    held = np.bincount(at, shapes.area)
    block = keys // stride
    largest = np.zeros(len(enclosures.polygons))
    np.maximum.at(largest, block, held)
    alone = np.bincount(block, minlength=len(largest)) == 1
    return np.asarray(alone | (largest > _FILLED_SHARE * shapely.area(enclosures.polygons)))


def home_enclosure(claims: Claims, enclosures: Enclosures) -> Ints:
    """Return the block of its community that each building's claim stands in, -1 for none."""
    home = np.full(len(claims.polygons), -1, dtype=np.int64)
    points = shapely.point_on_surface(claims.polygons)
    blocks = enclosures.polygons
    block_at, claim_at = shapely.STRtree(points).query(blocks, predicate="intersects")
    same = enclosures.community[block_at] == claims.community[claim_at]
    order = np.lexsort((block_at[same], claim_at[same]))[::-1]
    home[claim_at[same][order]] = block_at[same][order]
    lost = np.flatnonzero((home < 0) & ~claims.is_area & (claims.community >= 0))
    if len(lost):
        shape_at, block_at = shapely.STRtree(blocks).query(
            claims.polygons[lost], predicate="intersects"
        )
        same = enclosures.community[block_at] == claims.community[lost[shape_at]]
        shape_at, block_at = shape_at[same], block_at[same]
        share = shapely.area(
            shapely.intersection(claims.polygons[lost[shape_at]], blocks[block_at])
        )
        order = np.argsort(share, kind="stable")
        home[lost[shape_at[order]]] = block_at[order]
    home[claims.is_area] = -1
    return home


def _parts(shapes: Geometries) -> tuple[Geometries, Ints]:
    """Return the parts of shapes, and which shape each is of; a single polygon is not copied."""
    at = np.repeat(np.arange(len(shapes)), shapely.get_num_geometries(shapes))
    many = shapely.get_type_id(shapes) >= _MULTI
    parts = shapes[at]
    parts[many[at]] = shapely.get_parts(shapes[many])
    return parts, at


def _inset(polygons: Geometries) -> Geometries:
    """Draw polygons in by `INSET_M`; what would vanish, and points, become a small square."""
    drawn = shapely.buffer(polygons, -INSET_M, join_style="mitre", quad_segs=1)
    gone = shapely.is_empty(drawn)
    spot = shapely.point_on_surface(polygons[gone])
    drawn[gone] = shapely.buffer(spot, _POINT_M / 2, cap_style="square")
    return np.asarray(drawn, dtype=object)


def _area_pieces(
    polygons: Geometries, owner: Ints, claims: Claims, enclosures: Enclosures, home: Ints
) -> tuple[Geometries, Ints, Ints]:
    """Cut compounds and sites by blocks; slivers over a street's centre line are let go."""
    polygons = _clear_of_others(polygons, owner, claims)
    at, block = shapely.STRtree(enclosures.polygons).query(polygons, predicate="intersects")
    same = enclosures.community[block] == claims.community[owner[at]]
    at, block = at[same], block[same]
    pieces = shapely.intersection(polygons[at], enclosures.polygons[block])
    size = shapely.area(pieces)
    whole = np.bincount(at, size, minlength=len(polygons))
    atoms = claims.atom[owner[at]]
    stride = len(enclosures.polygons)
    settled = np.isin(atoms * stride + block, claims.atom[home >= 0] * stride + home[home >= 0])
    keep = (size > 0) & (settled | (size > _SLIVER_SHARE * whole[at]))
    return pieces[keep], owner[at[keep]], block[keep]


def _clear_of_others(polygons: Geometries, owner: Ints, claims: Claims) -> Geometries:
    """Take out of compounds and sites what others hold: earlier areas, and foreign buildings."""
    cleared = polygons.copy()
    buildings = np.flatnonzero(~claims.is_area)
    others = np.concatenate([polygons, claims.polygons[buildings]])
    other_atom = np.r_[claims.atom[owner], claims.atom[buildings]]
    at, other = shapely.STRtree(others).query(polygons, predicate="intersects")
    foreign = (claims.atom[owner[at]] != other_atom[other]) & (
        (other < at) | (other >= len(polygons))
    )
    at, other = at[foreign], other[foreign]
    for one in np.unique(at):
        taken = shapely.buffer(shapely.union_all(others[other[at == one]]), 2 * INSET_M)
        cleared[one] = shapely.difference(cleared[one], taken)
    return cleared


def _clip(polygons: Geometries, block: Ints, enclosures: Enclosures) -> tuple[Geometries, Ints]:
    """Keep every polygon strictly inside its block; return the parts and whose they are."""
    grounds = enclosures.polygons.copy()
    shapely.prepare(grounds)
    out = np.flatnonzero(~shapely.contains_properly(grounds[block], polygons))
    tight = np.unique(block[out])
    grounds[tight] = shapely.buffer(grounds[tight], -INSET_M, join_style="mitre", quad_segs=1)
    clipped = polygons.copy()
    clipped[out] = shapely.intersection(polygons[out], grounds[block[out]])
    parts, at = _parts(clipped)
    solid = (shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > _POINT_M**2 / 2)
    return parts[solid], at[solid]


def _simple(polygons: Geometries, block: Ints, enclosures: Enclosures) -> tuple[Geometries, Ints]:
    """Return polygons without holes, still inside their block, and which each comes from.

    A courtyard goes with what is around it. A block within the block (inside a drive that runs in
    a ring) does not: the polygon around it is slit open towards it.
    """
    holed = np.flatnonzero(shapely.get_num_interior_rings(polygons) > 0)
    filled = polygons.copy()
    filled[holed] = shapely.polygons(shapely.get_exterior_ring(polygons[holed]))
    grounds = enclosures.polygons[block[holed]]
    around = holed[~shapely.covers(grounds, filled[holed])]
    if not len(around):
        return filled, np.arange(len(filled))
    opened = polygons.copy()
    for one in around:
        opened[one] = _slit(polygons[one], filled[one], enclosures.polygons[block[one]])
    parts, at = _parts(opened)
    solid = shapely.area(parts) > _POINT_M**2 / 2
    return shapely.polygons(shapely.get_exterior_ring(parts[solid])), at[solid]


def _slit(polygon: Polygon, filled: Polygon, ground: Polygon) -> BaseGeometry:
    """Return a polygon with a narrow way from its outside to every block within it."""
    within = shapely.polygons(np.asarray(ground.interiors, dtype=object))
    within = within[shapely.intersects(within, filled)]
    ways = shapely.shortest_line(within, filled.exterior)
    return shapely.difference(
        polygon, shapely.union_all(shapely.buffer(ways, 2 * INSET_M, cap_style="square"))
    )


def _clear(
    shapes: Geometries, block: Ints, atom: Ints, joined: Ints, enclosures: Enclosures
) -> tuple[Geometries, Ints, Ints]:
    """Merge shapes that touch or lie in one another, joining their atoms in `joined`."""
    # once merged, only what is merged can touch anything anew
    fresh_from = 0
    while True:
        first, second = _touching(shapes, block, fresh_from)
        if not len(first):
            return shapes, block, atom
        join_pairs(joined, atom[first], atom[second])
        parent = np.arange(len(shapes))
        join_pairs(parent, first, second)
        root = roots(parent)
        crowd = np.unique(root[np.r_[first, second]])
        members = np.flatnonzero(np.isin(root, crowd))
        members = members[np.argsort(root[members], kind="stable")]
        merged = [
            shapely.union_all(group)
            for group in np.split(shapes[members], np.flatnonzero(np.diff(root[members])) + 1)
        ]
        fresh, at = _parts(np.array(merged, dtype=object))
        # what only touched in a point comes apart again: drawn in, it no longer touches
        loose = np.bincount(at, minlength=len(crowd))[at] > 1
        fresh[loose] = shapely.buffer(fresh[loose], -INSET_M / 4, join_style="mitre")
        fresh, part = _parts(fresh)
        solid = shapely.area(fresh) > 0
        fresh, at = fresh[solid], at[part[solid]]
        rest = np.setdiff1d(np.arange(len(shapes)), members)
        fresh, part = _simple(fresh, block[crowd[at]], enclosures)
        at = at[part]
        fresh_from = len(rest)
        shapes = np.concatenate([shapes[rest], fresh])
        atom = np.r_[atom[rest], atom[crowd[at]]]
        block = np.r_[block[rest], block[crowd[at]]]


def _touching(shapes: Geometries, block: Ints, fresh_from: int) -> tuple[Ints, Ints]:
    """Return the pairs of shapes of one block that touch, one of each being fresh."""
    first, second = shapely.STRtree(shapes).query(shapes[fresh_from:])
    first = first + fresh_from
    pair = ((first < second) | (second < fresh_from)) & (block[first] == block[second])
    first, second = first[pair], second[pair]
    touch = shapely.intersects(shapes[first], shapes[second])
    return np.minimum(first, second)[touch], np.maximum(first, second)[touch]
