"""Revisions of an invented county with known truth: what was done to it, and what only looks so.

A county is a lattice of grids with crooked borders that share every vertex. `scenario` does things
to some of its grids (splits, mergers, shifts …) and notes what they are; `NOISE` are the things
that files, programs and people do to a layer without changing a grid.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely import affinity
from shapely.geometry import MultiPolygon, Polygon, box

CRS = "EPSG:4544"
X0, Y0 = 430_000.0, 3_240_000.0
CELL = 250.0
CLEAR = 1.6
"""Buildings stand this far from a border: a redrawn line moves none."""

Rng = np.random.Generator
Cell = tuple[int, int]


@dataclass
class County:
    """A lattice of grids.

    Attributes
    ----------
    grids : dict of code to polygon
    told : dict of code to name, kind, community
    codes : dict of cell to code
    borders : dict of (cell, cell) to the line between them
    """

    size: int
    grids: dict[str, Polygon] = field(default_factory=dict)
    told: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    codes: dict[Cell, str] = field(default_factory=dict)
    corners: dict[Cell, tuple[float, float]] = field(default_factory=dict)
    lines: dict[tuple[Cell, Cell], np.ndarray] = field(default_factory=dict)

    def shape(
        self, cell: Cell, lines: dict[tuple[Cell, Cell], np.ndarray] | None = None
    ) -> Polygon:
        """Return the polygon of a cell."""
        held = self.lines if lines is None else lines
        x, y = cell
        around = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)]
        ring = []
        for a, b in pairwise(around):
            ring.append(held[a, b][:-1] if (a, b) in held else held[b, a][::-1][:-1])
        return Polygon(np.concatenate(ring))


def community_of(x: int) -> str:
    return f"510302001{x % 9 + 1:03d}"


def county(size: int, seed: int) -> County:
    """Return a county of size × size grids, of 28 vertices each."""
    rng = np.random.default_rng(seed)
    made = County(size)
    for x in range(size + 1):
        for y in range(size + 1):
            dx, dy = rng.uniform(-25, 25, 2)
            made.corners[x, y] = (X0 + CELL * x + dx, Y0 + CELL * y + dy)
    for x in range(size + 1):
        for y in range(size + 1):
            for other in ((x + 1, y), (x, y + 1)):
                if max(other) <= size:
                    made.lines[(x, y), other] = _crooked(
                        made.corners[x, y], made.corners[other], rng
                    )
    serial = dict.fromkeys((community_of(x) for x in range(size)), 0)
    for x in range(size):
        for y in range(size):
            community = community_of(x)
            serial[community] += 1
            code = f"{community}{serial[community]:03d}"
            made.codes[x, y] = code
            made.grids[code] = made.shape((x, y))
            made.told[code] = (f"第{serial[community]}网格", "base", community)
    return made


def _crooked(a: tuple[float, float], b: tuple[float, float], rng: Rng) -> np.ndarray:
    """Return a line of eight vertices, off the straight one by up to 3 m."""
    share = np.linspace(0, 1, 8)[:, None]
    line = np.array(a) * (1 - share) + np.array(b) * share
    line[1:-1] += rng.uniform(-3, 3, (6, 2))
    return line


@dataclass
class Scenario:
    """A county before and after, and what is true.

    Attributes
    ----------
    old, new : GeoDataFrame
        ``grid_code``, ``grid_name``, ``grid_kind``, ``community_code``.
    buildings : GeoDataFrame
        Points; ``building_id``, ``households``, ``persons``.
    truth : dict of (old codes, new codes) to kind of change
    """

    old: gpd.GeoDataFrame
    new: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    truth: dict[tuple[frozenset[str], frozenset[str]], str]


class _Editor:
    """Does things to a county and keeps the truth."""

    def __init__(self, base: County, rng: Rng) -> None:
        self.base, self.rng = base, rng
        self.grids, self.told = dict(base.grids), dict(base.told)
        self.old = dict(base.grids)
        self.truth: list[tuple[set[str], set[str], str]] = []
        self.used: set[Cell] = set()
        self.serial = 900
        self.cut: set[Cell] = set()

    def fresh(self, like: str) -> str:
        self.serial += 1
        return f"{self.told[like][2]}{self.serial}" if self.serial < 1000 else self._more(like)

    def _more(self, like: str) -> str:
        return f"{self.told[like][2]}X{self.serial}"

    def take(self, *offsets: Cell, edge: bool = False) -> list[Cell]:
        """Return free cells in this pattern."""
        size = self.base.size
        cells = [(x, y) for x in range(size) for y in range(size)]
        for at in self.rng.permutation(len(cells)):
            x, y = cells[at]
            wanted = [(x + dx, y + dy) for dx, dy in ((0, 0), *offsets)]
            inside = all(0 <= a < size and 0 <= b < size for a, b in wanted)
            if edge and x != size - 1:
                continue
            if inside and not self.used & set(wanted):
                self.used |= set(wanted)
                return wanted
        raise LookupError("the county is too small for so many edits")

    def note(self, olds: set[str], news: set[str], kind: str) -> None:
        self.truth.append((olds, news, kind))

    def put(self, shapes: dict[str, Polygon], like: str, **more: Any) -> None:
        for code, shape in shapes.items():
            self.grids[code] = shape
            name, kind, community = self.told[like]
            if code not in self.base.told:
                name = f"{name}-{code[-3:]}"
            self.told[code] = (name, more.get(code, kind), community)

    def drop(self, *codes: str) -> None:
        for code in codes:
            del self.grids[code], self.told[code]

    # -- what is done ------------------------------------------------------------------------

    def cut_in(self, shape: Polygon, count: int, *, along: str = "x") -> list[Polygon]:
        """Return a polygon cut into strips by crooked lines."""
        west, south, east, north = shape.bounds
        low, high = (west, east) if along == "x" else (south, north)
        parts = []
        rest = shape
        for at in range(1, count):
            place = low + (high - low) * (at / count + self.rng.uniform(-0.04, 0.04))
            side = _half(place, shape.bounds, along)
            parts.append(_polygon(rest.intersection(side)))
            rest = _polygon(rest.difference(side))
        return [*parts, rest]

    def split(self, count: int, *, keep: bool) -> None:
        (cell,) = self.take()
        code = self.base.codes[cell]
        parts = self.cut_in(self.grids[code], count, along=self.rng.choice(["x", "y"]))
        codes = [code if keep and at == 0 else self.fresh(code) for at in range(count)]
        self.put(dict(zip(codes, parts, strict=True)), code)
        if not keep:
            self.drop(code)
        self.cut.add(cell)
        self.note({code}, set(codes), "split_off" if keep else "breakdown")

    def merge(self, *, keep: bool, offsets: tuple[Cell, ...] = ((1, 0),)) -> None:
        codes = [self.base.codes[cell] for cell in self.take(*offsets)]
        whole = _polygon(shapely.coverage_union_all([self.grids[code] for code in codes]))
        code = codes[0] if keep else self.fresh(codes[0])
        self.put({code: whole}, codes[0])
        self.drop(*(one for one in codes if one != code))
        self.note(set(codes), {code}, "take_over" if keep else "merger")

    def shift(self, share: float) -> None:
        """Give a part of one grid to the one west of it."""
        cells = self.take((1, 0))
        west, east = (self.base.codes[cell] for cell in cells)
        x, y = cells[1]
        line, beyond = self.base.lines[(x, y), (x, y + 1)], np.array((0.0, 60.0))
        line = np.concatenate((line[:1] - beyond, line, line[-1:] + beyond))
        band = Polygon(np.concatenate((line, (line + np.array((share * CELL, 0.0)))[::-1])))
        given = _polygon(self.grids[east].intersection(band))
        self.put({west: _polygon(self.grids[west].union(given))}, west)
        self.put({east: _polygon(self.grids[east].difference(given))}, east)
        self.cut |= set(cells)
        self.note({west, east}, {west, east}, "transfer")

    def redistribute(self, olds: int, news: int, *, kept: int) -> None:
        cells = self.take(*((at, 0) for at in range(1, olds)))
        codes = [self.base.codes[cell] for cell in cells]
        whole = _polygon(shapely.coverage_union_all([self.grids[code] for code in codes]))
        parts = self.cut_in(whole, news, along="x" if olds != news else "y")
        given = [*codes[:kept], *(self.fresh(codes[0]) for _ in range(news - kept))]
        self.put(dict(zip(given, parts, strict=True)), codes[0])
        self.drop(*(code for code in codes if code not in given))
        self.cut |= set(cells)
        self.note(set(codes), set(given), "redistribution")

    def carve(self) -> None:
        (cell,) = self.take()
        code = self.base.codes[cell]
        center = self.grids[code].representative_point()
        hole = affinity.rotate(box(center.x - 40, center.y - 30, center.x + 40, center.y + 30), 20)
        new = self.fresh(code)
        self.put({code: self.grids[code].difference(hole)}, code)
        self.put({new: hole}, code, **{new: "dedicated"})
        self.note({code}, {code, new}, "split_off")

    def retell(self, at: int, value: str, kind: str) -> None:
        (cell,) = self.take()
        code = self.base.codes[cell]
        told = list(self.told[code])
        told[at] = value
        self.told[code] = (told[0], told[1], told[2])
        self.note({code}, {code}, kind)

    def recode(self) -> None:
        (cell,) = self.take()
        code = self.base.codes[cell]
        new = self.fresh(code)
        self.grids[new], self.told[new] = self.grids[code], self.told[code]
        self.drop(code)
        self.note({code}, {new}, "recode")

    def swap(self) -> None:
        one, other = (self.base.codes[cell] for cell in self.take((0, 1)))
        self.grids[one], self.grids[other] = self.grids[other], self.grids[one]
        self.note({one, other}, {one, other}, "code_swap")

    def create(self) -> None:
        """Let a grid begin: the county did not have its ground before."""
        (cell,) = self.take(edge=True)
        code = self.base.codes[cell]
        del self.old[code]
        self.note(set(), {code}, "create")

    def redraw(self, count: int) -> None:
        """Draw borders between grids that are whole cells anew, a little beside."""
        whole = {id(shape): code for code, shape in self.grids.items()}
        cells = {
            cell: whole[id(self.base.grids[code])]
            for cell, code in self.base.codes.items()
            if id(self.base.grids[code]) in whole and code in self.old
        }
        lines = dict(self.base.lines)
        inner = [key for key in lines if all(cell in cells for cell in _beside(key))]
        for at in self.rng.permutation(len(inner))[:count]:
            line = lines[inner[at]].copy()
            line[1:-1] += self.rng.uniform(-0.5, 0.5, (len(line) - 2, 2))
            lines[inner[at]] = line
        for cell, code in cells.items():
            self.grids[code] = self.base.shape(cell, lines)

    def retire(self) -> None:
        (cell,) = self.take(edge=True)
        code = self.base.codes[cell]
        self.drop(code)
        self.note({code}, set(), "retire")


def _beside(border: tuple[Cell, Cell]) -> tuple[Cell, Cell]:
    """Return the cells on both sides of a border."""
    (x, y), (right, _) = border
    return ((x, y), (x, y - 1)) if right > x else ((x, y), (x - 1, y))


def _half(place: float, bounds: tuple[float, ...], along: str) -> Polygon:
    """Return the ground on the lower side of a crooked line."""
    west, south, east, north = bounds
    ends = (south - 50, north + 50) if along == "x" else (west - 50, east + 50)
    t = np.linspace(*ends, 9)
    line = np.column_stack((place + 5 * np.sin(t / 30), t))
    far = place - 5000
    ring = np.concatenate(([[far, ends[0]]], line, [[far, ends[1]]]))
    return Polygon(ring if along == "x" else ring[:, ::-1])


def _polygon(shape: Any) -> Any:
    """Return the polygons of an overlay without its crumbs."""
    parts = [part for part in shapely.get_parts(shape) if part.area > 1e-3]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


EDITS: dict[str, Callable[[_Editor], None]] = {
    "split_2": lambda e: e.split(2, keep=True),
    "split_3": lambda e: e.split(3, keep=True),
    "breakdown": lambda e: e.split(2, keep=False),
    "take_over": lambda e: e.merge(keep=True),
    "take_over_3": lambda e: e.merge(keep=True, offsets=((1, 0), (0, 1))),
    "merger": lambda e: e.merge(keep=False),
    "shift_1": lambda e: e.shift(0.012),
    "shift_5": lambda e: e.shift(0.05),
    "shift_20": lambda e: e.shift(0.2),
    "shift_60": lambda e: e.shift(0.6),
    "recode": lambda e: e.recode(),
    "rename": lambda e: e.retell(0, "滨江网格", "rename"),
    "dedicated": lambda e: e.retell(1, "dedicated", "dedicated_on"),
    "parent": lambda e: e.retell(2, "510302001099", "parent"),
    "carve": lambda e: e.carve(),
    "two_to_three": lambda e: e.redistribute(2, 3, kept=2),
    "three_to_two": lambda e: e.redistribute(3, 2, kept=2),
    "three_to_three": lambda e: e.redistribute(3, 3, kept=0),
    "swap": lambda e: e.swap(),
    "create": lambda e: e.create(),
    "retire": lambda e: e.retire(),
}


def scenario(
    seed: int,
    *,
    size: int = 12,
    edits: list[str] | None = None,
    per_cell: int = 12,
    redraw: int = 40,
) -> Scenario:
    """Return a county before and after some edits, each of `EDITS` once by default.

    Some borders (`redraw`) of grids that kept their ground are drawn anew, up to 0.7 m beside.
    """
    rng = np.random.default_rng([seed, 1])
    base = county(size, seed)
    editor = _Editor(base, rng)
    wanted = list(EDITS) if edits is None else edits
    # those that need the county's edge come first, while it is free
    for name in sorted(wanted, key=lambda name: name not in ("create", "retire")):
        EDITS[name](editor)
    if redraw:
        editor.redraw(redraw)
    old = frame(editor.old, base.told)
    new = frame(editor.grids, editor.told)
    buildings = homes(old, new, rng, per_cell * size * size)
    truth = {
        (frozenset(olds), frozenset(news)): _kind(kind, olds, old, new, buildings)
        for olds, news, kind in editor.truth
    }
    return Scenario(old, new, buildings, truth)


def _kind(
    kind: str,
    codes: set[str],
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
) -> str:
    """Return the kind of a shift: who loses most households, or most ground without any."""
    if kind != "transfer":
        return kind
    counts = buildings["households"].to_numpy()
    sides = [side.set_index("grid_code").geometry for side in (old, new)]
    for code in codes:
        shapes = [side[code] for side in sides]
        before, after = (buildings.within(shape).to_numpy() for shape in shapes)
        wholes, both = [counts[before].sum(), counts[after].sum()], counts[before & after].sum()
        if 0 in wholes:
            wholes = [shape.area for shape in shapes]
            both = shapes[0].intersection(shapes[1]).area
        if 2 * both < max(wholes):
            return "redistribution"
    return "transfer"


def frame(grids: dict[str, Polygon], told: dict[str, tuple[str, str, str]]) -> gpd.GeoDataFrame:
    """Return grids as a layer."""
    rows = [(code, *told[code]) for code in grids]
    names = ["grid_code", "grid_name", "grid_kind", "community_code"]
    return gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=names), geometry=list(grids.values()), crs=CRS
    )


def homes(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, rng: Rng, count: int) -> gpd.GeoDataFrame:
    """Return buildings clear of every border, inside a grid on both sides."""
    west, south, east, north = old.total_bounds
    points = shapely.points(rng.uniform(west, east, count), rng.uniform(south, north, count))
    lines = shapely.boundary(np.concatenate((old.geometry.array, new.geometry.array)))
    near = shapely.STRtree(lines).query(points, predicate="dwithin", distance=CLEAR)[0]
    stay = np.ones(count, dtype=bool)
    stay[near] = False
    for side in (old, new):
        inside = shapely.STRtree(points).query(side.geometry.array, predicate="intersects")[1]
        stay &= np.isin(np.arange(count), inside)
    points = points[stay]
    households = rng.integers(0, 60, len(points))
    data = {
        "building_id": [f"B{at:06d}" for at in range(len(points))],
        "households": households,
        "persons": households * 3,
    }
    return gpd.GeoDataFrame(data, geometry=points, crs=CRS)


# -- what only looks like a change -------------------------------------------------------------


def _each(layer: gpd.GeoDataFrame, change: Callable[[Polygon], Any]) -> gpd.GeoDataFrame:
    """Return a layer with every polygon told anew."""

    def told(shape: Any) -> Any:
        if isinstance(shape, MultiPolygon):
            return MultiPolygon([change(part) for part in shape.geoms])
        return change(shape)

    return layer.set_geometry([told(shape) for shape in layer.geometry], crs=layer.crs)


def _rings(shape: Polygon, change: Callable[[np.ndarray], np.ndarray]) -> Polygon:
    """Return a polygon with each ring, without its closing vertex, told anew."""
    rings = [change(np.array(ring.coords)[:-1]) for ring in (shape.exterior, *shape.interiors)]
    return Polygon(rings[0], rings[1:])


def jittered(layer: gpd.GeoDataFrame, rng: Rng, most: float = 1e-7) -> gpd.GeoDataFrame:
    return _each(layer, lambda s: _rings(s, lambda xy: xy + rng.uniform(-most, most, xy.shape)))


def rotated(layer: gpd.GeoDataFrame, rng: Rng) -> gpd.GeoDataFrame:
    return _each(
        layer, lambda s: _rings(s, lambda xy: np.roll(xy, rng.integers(1, len(xy)), axis=0))
    )


def turned(layer: gpd.GeoDataFrame, _rng: Rng) -> gpd.GeoDataFrame:
    return _each(layer, lambda s: _rings(s, lambda xy: xy[::-1]))


def noded(layer: gpd.GeoDataFrame, rng: Rng) -> gpd.GeoDataFrame:
    def more(xy: np.ndarray) -> np.ndarray:
        at = int(rng.integers(len(xy)))
        share = rng.uniform(0.2, 0.8)
        node = xy[at] * (1 - share) + xy[(at + 1) % len(xy)] * share
        return np.insert(xy, at + 1, node, axis=0)

    return _each(layer, lambda s: _rings(s, more))


def wrapped(layer: gpd.GeoDataFrame, _rng: Rng) -> gpd.GeoDataFrame:
    shapes = [MultiPolygon([s]) if s.geom_type == "Polygon" else s for s in layer.geometry]
    return layer.set_geometry(shapes, crs=layer.crs)


def shuffled(layer: gpd.GeoDataFrame, rng: Rng) -> gpd.GeoDataFrame:
    return layer.iloc[rng.permutation(len(layer))].reset_index(drop=True)


def widened(layer: gpd.GeoDataFrame, rng: Rng) -> gpd.GeoDataFrame:
    return layer.assign(备注="复核", Shape_Area=layer.area, fid=rng.permutation(len(layer)))


def there_and_back(layer: gpd.GeoDataFrame, _rng: Rng) -> gpd.GeoDataFrame:
    return layer.to_crs("EPSG:4490").to_crs(layer.crs)


def in_degrees(layer: gpd.GeoDataFrame, _rng: Rng) -> gpd.GeoDataFrame:
    """Return the layer in degrees, rounded to seven places."""
    flat = layer.to_crs("EPSG:4490")
    return flat.set_geometry(
        shapely.transform(flat.geometry.array, lambda xy: xy.round(7)), crs=flat.crs
    )


def _through(suffix: str, **options: Any) -> Callable[[gpd.GeoDataFrame, Rng], gpd.GeoDataFrame]:
    """Return what sends a layer through a file."""

    def send(layer: gpd.GeoDataFrame, _rng: Rng) -> gpd.GeoDataFrame:
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = Path(folder) / f"grids{suffix}"
            pyogrio.write_dataframe(layer, path, **options)
            read = pyogrio.read_dataframe(path)
        names = {name[:10]: name for name in layer.columns}
        return read.rename(columns=names)

    return send


def as_geojson(layer: gpd.GeoDataFrame, rng: Rng) -> gpd.GeoDataFrame:
    send = _through(".geojson", COORDINATE_PRECISION=7, RFC7946="NO")
    return send(layer.to_crs("EPSG:4490"), rng)


NOISE: dict[str, Callable[[gpd.GeoDataFrame, Rng], gpd.GeoDataFrame]] = {
    "jittered": jittered,
    "rotated": rotated,
    "turned": turned,
    "noded": noded,
    "wrapped": wrapped,
    "shuffled": shuffled,
    "widened": widened,
    "there_and_back": there_and_back,
    "in_degrees": in_degrees,
    "geojson": as_geojson,
    "shapefile": _through(".shp", encoding="UTF-8"),
    "geopackage": _through(".gpkg"),
}
