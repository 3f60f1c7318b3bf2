"""Lanes and farmhouses of the villages."""

from __future__ import annotations

import math
from dataclasses import dataclass

import _plan as plan
import numpy as np
import shapely
from _build import Building
from _shapes import Ground, rounded
from _town import Countryside, Road, U, V, crooked, warp_line
from shapely import affinity
from shapely.geometry import LineString, Point, Polygon

HOUSE_APART = 17.0  # centres; no two farmhouses can overlap
LANE_APART = 11.0  # farmhouse centre to lane


@dataclass(frozen=True)
class Plot:
    """Where a farmhouse may stand: centre, direction in degrees, village group (组)."""

    x: float
    y: float
    angle: float
    group: int


def make_lanes(country: Countryside) -> dict[str, list[Road]]:
    """Return the lanes of each village: trunk roads out of town with branches.

    Parameters
    ----------
    country : Countryside
        The villages and the barriers the lanes keep away from.

    Returns
    -------
    dict of str to list of Road
        Lanes by village key.
    """
    lanes: dict[str, list[Road]] = {key: [] for key in plan.VILLAGES}
    barriers = shapely.union_all([country.river.buffer(45.0), country.rail.buffer(25.0)])
    for serial, (key, (i, j), goal) in enumerate(plan.TRUNKS):
        rng = np.random.default_rng([plan.SEED, 500, serial])
        trunk = warp_line(crooked((U[i], V[j]), goal, rng, 0.13, 75.0))
        room = country.shapes[key].buffer(-35.0)
        free = room.difference(barriers) if key != "S" else room.difference(barriers.buffer(40.0))
        shapely.prepare(free)
        name = plan.VILLAGES[key].name.removesuffix("村")
        lanes[key].append(Road("tertiary", f"{name}路", trunk))
        lanes[key] += _branches(trunk, free, [r.line for r in lanes[key]], f"{name}村道", rng)
    return lanes


def _branches(
    trunk: LineString,
    free: Ground,
    taken: list[LineString],
    name: str,
    rng: np.random.Generator,
) -> list[Road]:
    """Return crooked side lanes from the vertices of a trunk road."""
    points = np.array(trunk.coords)
    roads: list[Road] = []
    sign = 1.0
    for k in range(2, len(points) - 1):
        if rng.random() < 0.35:
            continue
        sign = -sign
        dx, dy = points[k + 1] - points[k - 1]
        heading = math.atan2(dy, dx) + sign * (math.pi / 2 + float(rng.uniform(-0.35, 0.35)))
        long = float(rng.uniform(220, 720))
        start = (float(points[k][0]), float(points[k][1]))
        while long > 120:
            end = (start[0] + long * math.cos(heading), start[1] + long * math.sin(heading))
            line = crooked(start, end, rng, 0.16, 80.0)
            lane = LineString([(round(x, 2), round(y, 2)) for x, y in line])
            beyond = LineString(lane.coords[1:])
            clear = all(beyond.distance(t) > 35.0 for t in taken)
            if free.contains(lane) and clear and lane.is_simple:
                roads.append(Road("residential", name, lane))
                taken.append(lane)
                break
            long *= 0.75
    return roads


def _hamlet(centre: Point, group: int, rng: np.random.Generator) -> list[Plot]:
    """Return the plots of one hamlet: a jittered cluster round a centre."""
    angle = float(rng.uniform(0, 180))
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    across, down = int(rng.integers(4, 7)), int(rng.integers(3, 6))
    plots = []
    for a in range(across):
        for b in range(down):
            x = (a - across / 2) * 23.0 + float(rng.uniform(-4, 4))
            y = (b - down / 2) * 21.0 + float(rng.uniform(-4, 4))
            turn = angle + float(rng.uniform(-9, 9))
            plots.append(Plot(centre.x + x * c - y * s, centre.y + x * s + y * c, turn, group))
    return [p for p in plots if rng.random() < 0.8]


def _lane_plots(lanes: list[Road], rng: np.random.Generator) -> list[Plot]:
    """Return plots in loose rows on both sides of the lanes."""
    plots = []
    for group, road in enumerate(lanes, start=1):
        at = 30.0
        while at < road.line.length - 5:
            here, there = road.line.interpolate(at), road.line.interpolate(at + 2.0)
            heading = math.atan2(there.y - here.y, there.x - here.x)
            for side in (1, -1):
                off = side * float(rng.uniform(12.5, 24.0))
                if math.sin(at / 55.0 + group * 1.7 + side) > -0.1:
                    x, y = here.x - off * math.sin(heading), here.y + off * math.cos(heading)
                    plots.append(Plot(x, y, math.degrees(heading), group % 9 + 1))
            at += float(rng.uniform(17, 30))
    return [plots[k] for k in rng.permutation(len(plots))]


class _Ground:
    """Keeps farmhouses apart from each other, from lanes and from the village line."""

    def __init__(self, room: Ground, lanes: shapely.Geometry) -> None:
        self.room, self.lanes = room, lanes
        shapely.prepare(self.room)
        shapely.prepare(self.lanes)
        self.spots: list[tuple[float, float]] = []

    def take(self, plot: Plot) -> bool:
        """Take the plot if it is free."""
        spot = Point(plot.x, plot.y)
        if not self.room.contains(spot) or self.lanes.dwithin(spot, LANE_APART):
            return False
        apart = HOUSE_APART**2
        if any((plot.x - x) ** 2 + (plot.y - y) ** 2 < apart for x, y in self.spots):
            return False
        self.spots.append((plot.x, plot.y))
        return True


def _farm(plot: Plot, key: str, homes: int, rng: np.random.Generator) -> Building:
    width, depth = float(rng.uniform(9.0, 12.5)), float(rng.uniform(8.0, 10.0))
    box = shapely.box(
        plot.x - width / 2, plot.y - depth / 2, plot.x + width / 2, plot.y + depth / 2
    )
    shape = rounded(affinity.rotate(box, plot.angle, origin=(plot.x, plot.y)))
    floors = int(rng.integers(1, 4))
    return Building(shape, "residential", "farm", floors, homes, key, number=plot.group)


def _random_spots(room: Ground, count: int, rng: np.random.Generator) -> list[Point]:
    """Return scattered points inside the ground."""
    x0, y0, x1, y1 = room.bounds
    spots: list[Point] = []
    while len(spots) < count:
        spot = Point(float(rng.uniform(x0, x1)), float(rng.uniform(y0, y1)))
        if room.contains(spot):
            spots.append(spot)
    return spots


def _settle_ground(
    key: str, ground: _Ground, plots: list[Plot], total: int, rng: np.random.Generator
) -> list[Building]:
    """Put farmhouses on free plots until the households are reached."""
    made: list[Building] = []
    left = total
    for plot in plots:
        if left <= 0:
            break
        if ground.take(plot):
            homes = min(left, 2 if rng.random() < 0.35 else 1)
            made.append(_farm(plot, key, homes, rng))
            left -= homes
    if left:
        raise RuntimeError(f"village {key}: no room for {left} households")
    return made


def build_villages(country: Countryside, lanes: dict[str, list[Road]]) -> list[Building]:
    """Return the farmhouses and village offices.

    Parameters
    ----------
    country : Countryside
        Village shapes and barriers.
    lanes : dict of str to list of Road
        Lanes by village key.

    Returns
    -------
    list of Building
        Village by village; `number` holds the village group.
    """
    every_lane = shapely.union_all([r.line for roads in lanes.values() for r in roads])
    water = shapely.union_all([country.river.buffer(48.0), country.rail.buffer(26.0)])
    made: list[Building] = []
    for serial, (key, place) in enumerate(plan.VILLAGES.items()):
        rng = np.random.default_rng([plan.SEED, 700, serial])
        shape = country.shapes[key]
        total = place.households
        if key == plan.EXCLAVE_OWNER:
            made += _exclave(country, every_lane, rng)
            shape, total = shape.geoms[0], total - EXCLAVE
        ground = _Ground(shape.buffer(-20.0).difference(water), every_lane)
        inner = shape.buffer(-90.0).difference(water.buffer(60.0))
        office = _office(key, lanes[key][0].line, rng)
        ground.spots.append((office.shape.centroid.x, office.shape.centroid.y))
        made.append(office)
        rows = _lane_plots(lanes[key], rng)
        centres = _random_spots(inner, max(4, total // 17), rng)
        nests = [p for g, c in enumerate(centres) for p in _hamlet(c, g % 9 + 1, rng)]
        first = _settle_ground(key, ground, rows + nests, min(total, total * 55 // 100), rng)
        made += first + _settle_ground(key, ground, nests + rows, total - total * 55 // 100, rng)
    return made


EXCLAVE = plan.EXCLAVE_HOUSEHOLDS


def _exclave(
    country: Countryside, lanes: shapely.Geometry, rng: np.random.Generator
) -> list[Building]:
    ground = _Ground(country.exclave.buffer(-14.0), lanes)
    centre = country.exclave.centroid
    plots = [p for _ in range(9) for p in _hamlet(centre, 9, rng)]
    return _settle_ground(plan.EXCLAVE_OWNER, ground, plots, EXCLAVE, rng)


def _office(key: str, trunk: LineString, rng: np.random.Generator) -> Building:
    """Return the village office, a short way down the trunk road."""
    here, there = trunk.interpolate(110.0), trunk.interpolate(112.0)
    heading = math.atan2(there.y - here.y, there.x - here.x)
    x, y = here.x - 16.0 * math.sin(heading), here.y + 16.0 * math.cos(heading)
    shape: Polygon = _farm(Plot(x, y, math.degrees(heading), 1), key, 0, rng).shape
    return Building(shape, "public", "other", 2, 0, key, number=1)
