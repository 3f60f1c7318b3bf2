"""The canonical form of a grid, and hashes that are the same on any machine.

Two files may hold one grid in many ways: another start of the ring, another direction, a node
more on a straight line, a part wrapped as several. The canonical form takes all of that away, by
whole numbers of millimetres; it is for comparing and hashing only, never for drawing.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridtool.geom import Bools, Geometries, Ints, repair_polygons, spread

GRID_M: Final = 0.001
"""Cell of the canonical form, metres."""

IDENTITY: Final = ("grid_code", "grid_name", "grid_kind", "community_code")
"""What a grid is beside its ground; counts and texts that follow from them do not count."""

_PER_M: Final = 1000
_SINGLE, _MULTI = 3, 6


class _Rings(NamedTuple):
    """Rings without their closing vertex, one after another, in whole millimetres.

    Attributes
    ----------
    xy : int array (vertices, 2)
    ring : int array (vertices,)
        Ring each vertex is of, ascending.
    part : int array (rings,)
        Polygon each ring is of.
    is_hole : bool array (rings,)
    owner : int array (parts,)
        Geometry each polygon is of.
    """

    xy: Ints
    ring: Ints
    part: Ints
    is_hole: Bools
    owner: Ints

    def sizes(self) -> Ints:
        """Return how many vertices each ring has."""
        return np.bincount(self.ring, minlength=len(self.part))

    def starts(self) -> Ints:
        """Return where each ring starts."""
        return np.concatenate(([0], np.cumsum(self.sizes())[:-1])).astype(np.int64)

    def neighbours(self) -> tuple[Ints, Ints]:
        """Return for each vertex where the one before and the one after it in its ring stand."""
        at = np.arange(len(self.xy), dtype=np.int64)
        sizes = self.sizes()
        first = self.starts()[sizes > 0]
        last = first + sizes[sizes > 0] - 1
        before, after = at - 1, at + 1
        before[first], after[last] = last, first
        return before, after

    def kept(self, which: Bools) -> _Rings:
        """Return the rings with only some of their vertices."""
        return self._replace(xy=self.xy[which], ring=self.ring[which])


def round_shapes(geometries: Geometries) -> Geometries:
    """Return polygons with their vertices on the grid of 1 mm, all else as it was.

    Neighbours that share vertices share them still. What is invalid, or becomes so, is repaired.

    Parameters
    ----------
    geometries : array of Polygon or MultiPolygon
        Metres; none missing or empty.

    Returns
    -------
    array of Polygon or MultiPolygon
        Single parts unwrapped, two dimensions; an empty polygon where nothing is left.
    """
    rounded = shapely.transform(geometries, lambda xy: np.rint(xy * _PER_M) / _PER_M)
    bad = ~spread(shapely.is_valid, rounded)
    if bad.any():
        rounded[bad] = _on_grid(geometries[bad])
    wrapped = (shapely.get_type_id(rounded) == _MULTI) & (shapely.get_num_geometries(rounded) == 1)
    rounded[wrapped] = shapely.get_geometry(rounded[wrapped], 0)
    return np.asarray(rounded, dtype=object)


def canonical_shapes(geometries: Geometries) -> Geometries:
    """Return polygons in canonical form.

    Single parts are unwrapped, vertices lie on a grid of 1 mm, rings start at their lowest vertex
    (x, then y), shells run anticlockwise and holes clockwise, vertices on a straight line are
    dropped, holes and parts are sorted. What is invalid, or becomes so on the grid, is repaired by
    its structure.

    Parameters
    ----------
    geometries : array of Polygon or MultiPolygon
        Metres; valid or not, none missing or empty.

    Returns
    -------
    array of Polygon or MultiPolygon
        The canonical form of a canonical form is itself. An empty polygon where less than the
        grid's cell is left.
    """
    if len(geometries) == 0:
        return np.empty(0, dtype=object)
    rings = _snapped(geometries)
    shapes, sound = _built(rings, len(geometries))
    bad = np.flatnonzero(~sound | ~spread(shapely.is_valid, shapes))
    if len(bad):
        again = _on_grid(geometries[bad])
        shapes[bad], _ = _built(_snapped(again), len(again))
    return shapes


def canonical_wkb(geometries: Geometries) -> Geometries:
    """Return the canonical form as WKB: little-endian, two dimensions, no SRID.

    Parameters
    ----------
    geometries : array of Polygon or MultiPolygon
        As `canonical_shapes` takes them.

    Returns
    -------
    array of bytes
    """
    return wkb_of(canonical_shapes(geometries))


def wkb_of(geometries: Geometries) -> Geometries:
    """Return geometries as they are as WKB: little-endian, two dimensions, no SRID."""
    made = shapely.to_wkb(
        geometries, byte_order=1, output_dimension=2, include_srid=False, flavor="iso"
    )
    return np.asarray(made, dtype=object)


def hash_rows(attributes: pd.DataFrame, wkb: Geometries) -> npt.NDArray[np.object_]:
    """Return the hash of each row: SHA-256 of its attributes as JSON, then its WKB.

    Parameters
    ----------
    attributes : DataFrame
        What identifies a grid; text, whole numbers, truth values or nothing. Text is compared in
        Unicode form NFC, a missing value is null, the order of columns does not matter.
    wkb : array of bytes
        `canonical_wkb` of the rows.

    Returns
    -------
    array of str
        64 hexadecimal digits.

    Raises
    ------
    ValueError
        For a number that is not whole: its digits are not the same on every machine.
    """
    keys = sorted(map(str, attributes.columns))
    columns = [[_plain(value) for value in attributes[key].to_numpy(dtype=object)] for key in keys]
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    texts = [encode(dict(zip(keys, row, strict=True))) for row in zip(*columns, strict=True)]
    hashes = [
        hashlib.sha256(text.encode() + shape).hexdigest()
        for text, shape in zip(texts, wkb, strict=True)
    ]
    return np.array(hashes, dtype=object)


def hash_grids(grids: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Return the hash of each grid: of its `IDENTITY` and its canonical form.

    Parameters
    ----------
    grids : GeoDataFrame, CRS in metres
        Columns `IDENTITY`; polygons, none missing.
    """
    shapes = np.asarray(grids.geometry.array, dtype=object)
    return hash_rows(pd.DataFrame(grids[list(IDENTITY)]), canonical_wkb(shapes))


def root_hash(codes: Iterable[str], hashes: Iterable[str]) -> str:
    """Return the hash of a whole revision: SHA-256 of its sorted lines ``code:hash``.

    Parameters
    ----------
    codes, hashes : iterables of str
        Of the grids, in any order; each line ends with a line feed.
    """
    return root_of(dict(zip(codes, hashes, strict=True)))


def root_of(hashes: Mapping[str, str]) -> str:
    """Return the hash of a whole revision from the hash of each code."""
    digest = hashlib.sha256()
    for code in sorted(hashes):
        digest.update(f"{code}:{hashes[code]}\n".encode())
    return digest.hexdigest()


def _plain(value: Any) -> str | int | bool | None:
    """Return a value as JSON holds it, the same whatever column it came from."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if value is None or pd.isna(value):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    whole = int(value)
    if whole != value:
        raise ValueError(f"not a whole number: {value}")
    return whole


def _on_grid(geometries: Geometries) -> Geometries:
    """Return polygons repaired and then rounded to the grid by GEOS, which keeps them valid."""
    fixed = repair_polygons(geometries)
    fixed[shapely.is_missing(fixed)] = shapely.Polygon()
    rounded = shapely.set_precision(fixed, GRID_M)
    rounded[~np.isin(shapely.get_type_id(rounded), (_SINGLE, _MULTI))] = shapely.Polygon()
    return np.asarray(rounded, dtype=object)


def _snapped(geometries: Geometries) -> _Rings:
    """Return the rings of polygons in whole millimetres, without repeated vertices."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    held, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(held, return_index=True)
    is_hole = np.zeros(len(part), dtype=bool)
    is_hole[1:] = part[1:] == part[:-1]
    grid = np.rint(xy * _PER_M).astype(np.int64)
    rings = _Rings(grid, ring, part, is_hole, owner)
    before, _ = rings.neighbours()
    # the closing vertex repeats the first one, so this opens the rings too
    return rings.kept((grid != grid[before]).any(axis=1))


def _built(rings: _Rings, count: int) -> tuple[Geometries, Bools]:
    """Return one geometry for each owner, and whether all of its rings have an area."""
    rings = _straight(rings)
    collapsed = rings.sizes() < 3
    sound = np.ones(count, dtype=bool)
    sound[rings.owner[rings.part[collapsed]]] = False
    shapes = np.full(count, shapely.Polygon(), dtype=object)
    rings = _without(rings, ~sound[rings.owner[rings.part]])
    if not len(rings.xy):
        return shapes, sound
    rings = _turned(rings)
    order = _order(rings)
    polygons, owner = _polygons(rings, order)
    several = np.bincount(owner, minlength=count)[owner] > 1
    shapes[owner[~several]] = polygons[~several]
    if several.any():
        owners, index = np.unique(owner[several], return_inverse=True)
        shapes[owners] = shapely.multipolygons(polygons[several], indices=index)
    return shapes, sound


def _without(rings: _Rings, gone: Bools) -> _Rings:
    """Return the rings without those of some geometries; parts keep their numbers."""
    if not gone.any():
        return rings
    number = np.cumsum(~gone) - 1
    stay = ~gone[rings.ring]
    return _Rings(
        rings.xy[stay],
        number[rings.ring[stay]],
        rings.part[~gone],
        rings.is_hole[~gone],
        rings.owner,
    )


def _straight(rings: _Rings) -> _Rings:
    """Return the rings without vertices on a straight line, exactly reckoned."""
    before, after = rings.neighbours()
    come, go = rings.xy - rings.xy[before], rings.xy[after] - rings.xy
    return rings.kept(come[:, 0] * go[:, 1] != come[:, 1] * go[:, 0])


def _turned(rings: _Rings) -> _Rings:
    """Return the rings from their lowest vertex, shells anticlockwise and holes clockwise."""
    starts, sizes = rings.starts(), rings.sizes()
    x, y = rings.xy[:, 0], rings.xy[:, 1]
    # relative to the ring, so that the sum stays far inside 64 bits
    dx, dy = x - x[starts][rings.ring], y - y[starts][rings.ring]
    _, after = rings.neighbours()
    doubled = np.add.reduceat(dx * dy[after] - dx[after] * dy, starts)
    backward = (doubled > 0) == rings.is_hole
    lowest_x = np.minimum.reduceat(x, starts)[rings.ring]
    far = np.iinfo(np.int64).max
    lowest_y = np.minimum.reduceat(np.where(x == lowest_x, y, far), starts)[rings.ring]
    at = np.flatnonzero((x == lowest_x) & (y == lowest_y))
    # a ring that touches itself there is invalid and mended later: any of its vertices will do
    first = np.empty(len(starts), dtype=np.int64)
    first[rings.ring[at]] = at
    step = np.arange(len(x), dtype=np.int64) - starts[rings.ring]
    step = np.where(backward[rings.ring], -step, step)
    offset = (first - starts)[rings.ring] + step
    return rings._replace(xy=rings.xy[starts[rings.ring] + offset % sizes[rings.ring]])


def _order(rings: _Rings) -> Ints:
    """Return the rings' order: by geometry, part, shell first, lowest vertices.

    Two rings that touch at their lowest vertex part at the next one.
    """
    starts = rings.starts()
    first, second = rings.xy[starts], rings.xy[starts + 1]
    keys = np.column_stack((first, second))
    shell = np.flatnonzero(~rings.is_hole)
    of_part = np.zeros((len(rings.owner), 4), dtype=np.int64)
    of_part[rings.part[shell]] = keys[shell]
    by_owner = np.lexsort((*of_part.T[::-1], rings.owner))
    rank = np.empty(len(by_owner), dtype=np.int64)
    rank[by_owner] = np.arange(len(by_owner))
    return np.lexsort((*keys.T[::-1], rings.is_hole, rank[rings.part]))


def _polygons(rings: _Rings, order: Ints) -> tuple[Geometries, Ints]:
    """Return the parts as polygons in that order of their rings, and the owner of each."""
    starts, sizes = rings.starts()[order], rings.sizes()[order]
    # one more for the vertex that closes the ring
    whole = sizes + 1
    ends = np.cumsum(whole)
    ring = np.repeat(np.arange(len(order)), whole)
    step = np.arange(ends[-1]) - np.repeat(ends - whole, whole)
    xy = rings.xy[starts[ring] + step % sizes[ring]] / _PER_M
    shells = np.flatnonzero(~rings.is_hole[order])
    made = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON,
        xy,
        (np.concatenate(([0], ends)), np.append(shells, len(order))),
    )
    return made, rings.owner[rings.part[order][shells]]
