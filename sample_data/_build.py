"""Compounds, old quarters, sites and shops: what stands on the blocks of the town."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import _plan as plan
import numpy as np
import shapely
from _shapes import (
    Frame,
    Ground,
    along_line,
    largest,
    pack_rows,
    place_list,
    rounded,
    scatter_lots,
)
from _town import Block, Road
from shapely.geometry import LineString, Polygon

LIMITS = {"slab": (24, 84), "tower": (60, 240), "old": (1, 12), "giant": (620, 620)}
SHOP_DEPTH = 9.0
SLAB_WIDTH = {2: 32.0, 3: 45.0, 4: 58.0}  # metres, by number of staircases
GIANT_HOUSEHOLDS = 620


@dataclass
class Building:
    """One building through both revisions.

    Attributes
    ----------
    shape : Polygon
        Footprint.
    use : str
        residential, commercial, education, medical, industrial, office or public.
    form : str
        slab, tower, old, giant, farm, dormitory or other; sets the range of households.
    floors, households, persons : int
        As of revision 1 (or when built).
    community : str
        Letter or village key in revision 1.
    cell : (int, int)
        Lattice cell, (-1, -1) outside the town.
    compound, site : str
        Identifier or "".
    number : int
        Number within its compound (几栋) or site (几号楼), 0 without one; in villages the group.
    first, last : int
        Revisions it exists in.
    address, building_id : str
        Filled in at the end.
    """

    shape: Polygon
    use: str
    form: str
    floors: int
    households: int
    community: str
    cell: tuple[int, int] = (-1, -1)
    persons: int = 0
    compound: str = ""
    site: str = ""
    number: int = 0
    first: int = 1
    last: int = 2
    address: str = ""
    building_id: str = ""


@dataclass(frozen=True)
class Compound:
    """A gated compound (小区)."""

    compound_id: str
    name: str
    shape: Polygon
    first: int


@dataclass(frozen=True)
class Site:
    """A unit that may be a dedicated grid (专属网格)."""

    site_id: str
    name: str
    kind: str
    dedicated: bool
    shape: Polygon


@dataclass
class Town:
    """Everything that stands in the town so far."""

    buildings: list[Building] = field(default_factory=list)
    compounds: list[Compound] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    roads: list[Road] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    planted: Ground = field(default_factory=Polygon)


def settle(buildings: Iterable[Building], total: int) -> None:
    """Scale households so that they add up to `total`, within each form's limits.

    Parameters
    ----------
    buildings : iterable of Building
        Changed in place; those without households are left alone.
    total : int
        Wanted sum; reached exactly unless the limits forbid it.
    """
    homes = [b for b in buildings if b.form in LIMITS and b.households > 0]
    now = sum(b.households for b in homes)
    for b in homes:
        low, high = LIMITS[b.form]
        b.households = min(high, max(low, round(b.households * total / now)))
    rest = total - sum(b.households for b in homes)
    for _ in range(200):
        for b in homes:
            step = (rest > 0) - (rest < 0)
            low, high = LIMITS[b.form]
            if step and low <= b.households + step <= high:
                b.households += step
                rest -= step


def _land(block: Block, planted: Ground, shops: bool) -> Polygon:
    """Return the ground of a block behind its pavements (and shop fronts)."""
    strips = []
    for side in block.sides:
        extra = SHOP_DEPTH + 3.0 if shops and side.kind in ("primary", "tertiary") else 0.0
        strips.append(side.line.buffer(side.clear + extra, quad_segs=2))
    free = block.shape.difference(shapely.union_all([*strips, planted.buffer(4.0)]))
    return rounded(largest(free.simplify(0.5)))


def _drive(block: Block, land: Polygon, reach: float, highway: str) -> Road | None:
    """Return a dead end from the middle of a side street into the block."""
    sides = [s for s in block.sides if s.kind == "residential"]
    sides = sides or [s for s in block.sides if s.kind in plan.HALF_WIDTH]
    if not sides:
        return None
    start = sides[0].line.coords[1]
    inner = land.centroid
    end = (start[0] + (inner.x - start[0]) * reach, start[1] + (inner.y - start[1]) * reach)
    line = LineString([start, (round(end[0], 2), round(end[1], 2))])
    return Road(highway, "", line)


class Builder:
    """Build the blocks one by one.

    Parameters
    ----------
    town : Town
        Collects what is built.
    """

    def __init__(self, town: Town) -> None:
        self.town = town
        self.kinds: dict[str, Callable[[Block, np.random.Generator], None]] = {
            "s": self._slabs, "n": self._slabs, "t": self._towers, "d": self._two_compounds,
            "o": self._old, "q": self._old, "g": self._open, "G": self._giant,
        }  # fmt: skip

    def build(self, block: Block, serial: int) -> None:
        """Build one block with its own random stream."""
        rng = np.random.default_rng([plan.SEED, serial])
        if block.kind in SITES:
            self._site(block)
            return
        if block.kind in "sdtoq":
            self._shops(block, rng)
        self.kinds[block.kind](block, rng)

    def _add(
        self, block: Block, shapes: Iterable[Polygon], use: str, form: str, floors: int, homes: int
    ) -> list[Building]:
        made = [
            Building(s, use, form, floors, homes, block.community, block.cells[0]) for s in shapes
        ]
        for building in made:
            building.first = 2 if block.kind == "n" else 1
            building.last = 1 if block.kind == "q" else 2
        self.town.buildings += made
        return made

    def _shops(self, block: Block, rng: np.random.Generator) -> None:
        room = _land(block, self.town.planted, shops=False)
        shapely.prepare(room)
        placed: list[Polygon] = []

        def accept(shape: Polygon) -> bool:
            return room.contains(shape) and all(shape.distance(p) > 1.0 for p in placed)

        for side in block.sides:
            if side.kind in ("primary", "tertiary"):
                row = along_line(side.line, side.clear, SHOP_DEPTH - 0.6, accept, rng)
                placed += row
                for shop in self._add(block, row, "commercial", "other", 1, 0):
                    shop.floors = int(rng.integers(1, 4))

    def _compound(
        self, block: Block, ground: Polygon, made: list[Building], limits: tuple[int, int]
    ) -> None:
        total = sum(b.households for b in made)
        settle(made, min(limits[1], max(limits[0], total)))
        number = len(self.town.compounds) + 1
        compound_id = f"X{number:03d}"
        first = 2 if block.kind == "n" else 1
        name = self.town.names[number - 1]
        self.town.compounds.append(Compound(compound_id, name, ground, first))
        for count, building in enumerate(made, start=1):
            building.compound, building.number = compound_id, count

    def _slab_rows(self, block: Block, inner: Ground, rng: np.random.Generator) -> list[Building]:
        floors, gap = int(rng.integers(6, 8)), float(rng.uniform(13, 17))
        choices = [
            (stairs, pack_rows(inner, (SLAB_WIDTH[stairs], 12.0), (7.0, gap), turn))
            for stairs in (3, 2, 4)
            for turn in (0.0, 90.0)
        ]
        stairs, shapes = max(choices, key=lambda choice: choice[0] * len(choice[1]))
        homes = floors * 2 * stairs
        made = self._add(block, shapes, "residential", "slab", floors, homes)
        for b in made:
            b.households = max(24, round(b.households * float(rng.uniform(0.86, 1.0))))
        return made

    def _slabs(self, block: Block, rng: np.random.Generator) -> None:
        ground = _land(block, self.town.planted, shops=block.kind != "n")
        inner: Ground = ground.buffer(-2.5)
        joined = len(block.cells) > 1
        if joined:
            inner = self._with_drive(block, ground, inner, "service")
        made = self._slab_rows(block, inner, rng)
        self._compound(block, ground, made, (500, 560) if joined else (150, 470))

    def _towers(self, block: Block, rng: np.random.Generator) -> None:
        ground = _land(block, self.town.planted, shops=True)
        joined = len(block.cells) > 1
        inner = self._with_drive(block, ground, ground.buffer(-5.0), "service")
        shapes = pack_rows(inner, (24.0, 22.0), (20.0, 24.0))
        base, per_floor = int(rng.integers(18, 30)), int(rng.integers(4, 7))
        made = self._add(block, shapes, "residential", "tower", base, 1)
        for b in made:
            b.floors = base + int(rng.integers(0, 5))
            b.households = round(b.floors * per_floor * float(rng.uniform(0.7, 0.95)))
        self._compound(
            block, ground, made, (900, 1060) if joined else (240, int(rng.integers(430, 481)))
        )

    def _with_drive(self, block: Block, ground: Polygon, inner: Ground, highway: str) -> Ground:
        road = _drive(block, ground, 0.8, highway)
        if road is None:
            return inner
        self.town.roads.append(road)
        return inner.difference(road.line.buffer(4.0))

    def _two_compounds(self, block: Block, rng: np.random.Generator) -> None:
        ground = _land(block, self.town.planted, shops=True)
        frame = Frame(ground)
        x0, y0, x1, y1 = frame.ground.bounds
        middle = x0 + (x1 - x0) * float(rng.uniform(0.45, 0.55))
        for left, right in ((x0, middle - 2.5), (middle + 2.5, x1)):
            half = frame.ground.intersection(shapely.box(left, y0, right, y1))
            part = frame.back(largest(half))
            made = self._slab_rows(block, part.buffer(-3.0), rng)
            if made:
                self._compound(block, part, made, (80, 250))

    def _old(self, block: Block, rng: np.random.Generator) -> None:
        room: Ground = _land(block, self.town.planted, shops=True)
        if rng.random() < 0.5:
            room = self._with_drive(block, room, room, "footway")
        for shape, large in scatter_lots(room, rng):
            floors = int(rng.integers(3, 5) if large else rng.integers(2, 4))
            homes = int(rng.integers(5, 13) if large else rng.integers(1, 2 * floors))
            self._add(block, [shape], "residential", "old", floors, homes)

    def _open(self, block: Block, rng: np.random.Generator) -> None:
        """Open ground: at most one small public building (community centre, pavilion)."""
        if rng.random() < 0.7:
            room = _land(block, self.town.planted, shops=False).buffer(-6.0)
            shapes = [s for s in place_list(room, [(30.0, 14.0, 0.5)]) if s is not None]
            self._add(block, shapes, "public", "other", int(rng.integers(2, 4)), 0)

    def _giant(self, block: Block, rng: np.random.Generator) -> None:
        del rng
        room = _land(block, self.town.planted, shops=False).buffer(-5.0)
        shapes = pack_rows(room, (98.0, 17.0), (10.0, 200.0))
        self._add(block, shapes[:1], "residential", "giant", 26, GIANT_HOUSEHOLDS)

    def _site(self, block: Block) -> None:
        kind, name, use, floors, sizes = SITES[block.kind]
        if kind == "school":
            name = SCHOOLS[sum(s.kind == "school" for s in self.town.sites)]
        ground = _land(block, self.town.planted, shops=False)
        site_id = f"S{len(self.town.sites) + 1:02d}"
        self.town.sites.append(Site(site_id, name, kind, kind != "enterprise", ground))
        room = ground.buffer(-5.0)
        if kind == "park":
            sheds: list[Polygon | None] = [*pack_rows(room, (60.0, 30.0), (14.0, 22.0))]
        else:
            sheds = place_list(room, sizes)
        made = self._add(block, [s for s in sheds if s is not None], use, "other", floors, 0)
        for count, building in enumerate(made, start=1):
            building.site, building.number = site_id, count
        if kind == "hospital":  # the staff dormitory is the last on the list
            made[-1].use, made[-1].form, made[-1].households = "residential", "dormitory", 18
            made[-1].floors = 3


SCHOOLS = ("沙湾小学", "书院中学", "槐荫小学", "同善实验学校", "老井小学", "银杏中学")
# letter: kind, name, use, floors, footprints (width, depth, notch of the L)
SITES: dict[str, tuple[str, str, str, int, list[tuple[float, float, float]]]] = {
    "S": ("school", "", "education", 4, [(58, 40, 0.65), (46, 14, 0), (30, 20, 0)]),
    "H": ("hospital", "釜溪医院", "medical", 8,
          [(70, 20, 0), (48, 30, 0.5), (30, 16, 0), (30, 12, 0)]),
    "K": ("market", "桐梓农贸市场", "commercial", 2,
          [(60, 22, 0), (60, 22, 0), (40, 16, 0), (20, 12, 0)]),
    "P": ("park", "南华产业园", "industrial", 2, []),
    "O": ("office", "盐都国际大厦", "office", 28, [(42, 38, 0), (36, 20, 0)]),
    "Z": ("mall", "天车购物中心", "commercial", 5, [(88, 60, 0), (40, 14, 0)]),
    "E": ("enterprise", "同善机械厂", "industrial", 2,
          [(60, 30, 0), (60, 24, 0), (34, 14, 0), (22, 12, 0)]),
}  # fmt: skip


def compound_names(rng: np.random.Generator) -> list[str]:
    """Return invented compound names in the order they are given out."""
    pairs = [f + last for f in plan.COMPOUND_FIRST for last in plan.COMPOUND_LAST]
    rest = [pairs[k] for k in rng.permutation(len(pairs)) if pairs[k] != "盐都佳苑"]
    return ["汇东花园", "盐都佳苑", *rest[:30], plan.RENAMED[0], *rest[30:]]


def planted_building(blocks: list[Block]) -> Building:
    """Return the one building that stands across a community line, about 70 to 30.

    Parameters
    ----------
    blocks : list of Block
        The town's blocks; the line is the side of kind ``blind``.

    Returns
    -------
    Building
        An old staff block of 28 households.
    """
    home = next(b for b in blocks if any(s.kind == "blind" for s in b.sides))
    line = next(s.line for s in home.sides if s.kind == "blind")
    (ax, ay), (bx, by) = line.coords[0], line.coords[-1]
    along = np.array([bx - ax, by - ay]) / np.hypot(bx - ax, by - ay)
    across = np.array([-along[1], along[0]])
    middle = np.array([line.interpolate(0.4, normalized=True).coords[0]])[0]
    inward = np.array(home.shape.centroid.coords[0]) - middle
    across *= np.sign(across @ inward)
    near, far = middle - across * 12.0, middle + across * 28.0
    corners = [near - along * 6, far - along * 6, far + along * 6, near + along * 6]
    shape = rounded(Polygon([tuple(c) for c in corners]))
    return Building(shape, "residential", "slab", 5, 28, home.community, home.cells[0])


def build_town(blocks: list[Block]) -> Town:
    """Build every block, then bring the odd communities to their intended totals."""
    planted = planted_building(blocks)
    town = Town([planted], planted=planted.shape)
    town.names = compound_names(np.random.default_rng([plan.SEED, 9001]))
    builder = Builder(town)
    order = sorted(range(len(blocks)), key=lambda k: blocks[k].kind == "n")  # the new one last
    for serial in order:
        builder.build(blocks[serial], serial)
    for letter, place in plan.URBAN.items():
        if place.households:
            settle((b for b in town.buildings if b.community == letter), place.households)
    for letter, total in (("F", 375), ("D", 120)):  # the pieces beyond the river
        settle((b for b in town.buildings if b.community == letter and b.cell[0] == 5), total)
    return town
