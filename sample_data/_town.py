"""The ground plan: a warped lattice of streets, its blocks, the community lines, the barriers.

Everything is laid out in flat plan coordinates (u eastwards, v northwards, metres) and bent by
`warp`, which also rounds to the centimetre. Lines that coincide are built from the same plan
points, so that streets, blocks and community lines share exact vertices.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import _plan as plan
import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon

if TYPE_CHECKING:
    from collections.abc import Sequence

Node = tuple[int, int]
Cell = tuple[int, int]
Uv = tuple[float, float]
Area: TypeAlias = Polygon | MultiPolygon

U = [float(sum(plan.COLUMN_WIDTHS[:i])) for i in range(len(plan.COLUMN_WIDTHS) + 1)]
V = [float(sum(plan.ROW_HEIGHTS[j:])) for j in range(len(plan.ROW_HEIGHTS) + 1)]
BANK = 40.0  # streets without a bridge end this far from the river's centre line
RAIL_STOP = 14.0  # and this far from the railway
RAIL_CLEAR = 18.0  # half the width of the railway land
_ORIGIN = (476650.0, 3247350.0)
_TURN = math.radians(7.0)


@dataclass(frozen=True)
class Side:
    """One edge of a block and what runs along it.

    Attributes
    ----------
    line : LineString
        The edge.
    kind : str
        OSM highway class, or ``river``, ``rail``, ``blind`` (a line on paper only).
    """

    line: LineString
    kind: str

    @property
    def clear(self) -> float:
        """Metres from the line that stay free of buildings."""
        other = {"river": plan.RIVER_HALF + 12.0, "rail": RAIL_CLEAR, "blind": 2.5}
        return plan.HALF_WIDTH[self.kind] if self.kind in plan.HALF_WIDTH else other[self.kind]


@dataclass(frozen=True)
class Block:
    """A piece of ground between streets, within one community.

    Attributes
    ----------
    kind : str
        Letter of the block map.
    cells : tuple of (int, int)
        Lattice cells (row, column) it is made of.
    community : str
        Letter of its community in revision 1.
    shape : Polygon
        The ground up to the centre lines.
    sides : tuple of Side
        What runs along its edges.
    """

    kind: str
    cells: tuple[Cell, ...]
    community: str
    shape: Polygon
    sides: tuple[Side, ...]


@dataclass(frozen=True)
class Road:
    """A road with its class and name."""

    highway: str
    name: str
    line: LineString


def warp(u: float, v: float) -> tuple[float, float]:
    """Bend plan coordinates into EPSG:4544, rounded to the centimetre."""
    bent_u = u + 38.0 * math.sin(v / 410.0 + 0.6) + 15.0 * math.sin(u / 300.0 + v / 520.0)
    near = math.exp(-(((v - V[plan.RIVER_LINE]) / 950.0) ** 2))
    bent_v = v + 92.0 * math.sin(u / 450.0 + 0.5) * near + 13.0 * math.sin(u / 190.0 - v / 350.0)
    east = _ORIGIN[0] + bent_u * math.cos(_TURN) - bent_v * math.sin(_TURN)
    north = _ORIGIN[1] + bent_u * math.sin(_TURN) + bent_v * math.cos(_TURN)
    return round(east, 2), round(north, 2)


def warp_line(points: Sequence[Uv]) -> LineString:
    """Warp a polyline given in plan coordinates."""
    return LineString([warp(u, v) for u, v in points])


def edge_points(a: Node, b: Node) -> list[Uv]:
    """Plan points from node `a` to node `b`, the same ones in either direction.

    Parameters
    ----------
    a, b : (int, int)
        Neighbouring nodes (column line, row line).

    Returns
    -------
    list of (float, float)
        Ends, midpoint, and the ends of streets that stop at the river or the railway.
    """
    if a > b:
        return edge_points(b, a)[::-1]
    (u0, v0), (u1, v1) = (U[a[0]], V[a[1]]), (U[b[0]], V[b[1]])
    points = [(u0, v0), ((u0 + u1) / 2, (v0 + v1) / 2), (u1, v1)]
    if a[0] == b[0] and b[1] == plan.RIVER_LINE:
        points.insert(2, (u0, v1 + BANK))
    elif a[0] == b[0] and a[1] == plan.RIVER_LINE:
        points.insert(1, (u0, v0 - BANK))
    elif a[0] == b[0] and b[1] == plan.RAIL_LINE:
        points.insert(2, (u0, v1 + RAIL_STOP))
    return points


def block_root(cell: Cell) -> Cell:
    """Return the cell that gives a joined block its kind."""
    row, column = cell
    letter = plan.BLOCK_MAP[row][column]
    if letter == "<":
        return block_root((row, column - 1))
    return block_root((row - 1, column)) if letter == "^" else cell


def _cells_beside(a: Node, b: Node) -> list[Cell]:
    """Return the one or two cells on either side of an edge of the lattice."""
    i, j = min(a, b)
    pair = [(j, i - 1), (j, i)] if a[0] == b[0] else [(j - 1, i), (j, i)]
    return [(r, c) for r, c in pair if 0 <= r < len(plan.ROW_HEIGHTS) and 0 <= c < len(U) - 1]


def edge_kind(a: Node, b: Node) -> str:
    """Return what runs along an edge, "" inside a joined block."""
    if abs(a[0] - b[0]) == 1 and abs(a[1] - b[1]) == 1:
        return "residential"
    if a[1] == b[1] == plan.RIVER_LINE:
        return "river"
    if a[1] == b[1] == plan.RAIL_LINE:
        return "rail"
    if tuple(sorted((a, b))) == plan.BLIND_EDGE:
        return "blind"
    beside = _cells_beside(a, b)
    if len(beside) == 2 and block_root(beside[0]) == block_root(beside[1]):
        return ""
    return (plan.ROW_STREETS[a[1]] if a[1] == b[1] else plan.COLUMN_STREETS[a[0]])[1]


def _rings(cell: Cell) -> list[list[Node]]:
    """Return the corner nodes of a cell, or of its two halves if a diagonal cuts it."""
    row, column = cell
    nw, ne = (column, row), (column + 1, row)
    sw, se = (column, row + 1), (column + 1, row + 1)
    for _, nodes in plan.DIAGONALS:
        for a, b in pairwise(nodes):
            if {a, b} == {nw, se}:
                return [[nw, ne, se], [nw, se, sw]]
            if {a, b} == {sw, ne}:
                return [[nw, ne, sw], [ne, se, sw]]
    return [[nw, ne, se, sw]]


def _ring_polygon(ring: list[Node]) -> Polygon:
    """Return the warped polygon round a ring of nodes."""
    points: list[Uv] = []
    for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
        points += edge_points(a, b)[:-1]
    return Polygon([warp(u, v) for u, v in points])


def _sides(rings: list[list[Node]]) -> tuple[Side, ...]:
    """Return the outer edges of a block."""
    sides = []
    for ring in rings:
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            kind = edge_kind(a, b)
            if kind:
                sides.append(Side(warp_line(edge_points(a, b)), kind))
    return tuple(sides)


def make_blocks() -> list[Block]:
    """Return all town blocks, north row first."""
    groups: dict[Cell, list[Cell]] = {}
    for row, letters in enumerate(plan.BLOCK_MAP):
        for column in range(len(letters)):
            groups.setdefault(block_root((row, column)), []).append((row, column))
    blocks = []
    for (row, column), cells in groups.items():
        kind, community = plan.BLOCK_MAP[row][column], plan.COMMUNITY_MAP[row][column]
        rings = [ring for cell in cells for ring in _rings(cell)]
        # the halves of a cut cell stand alone
        pieces = [[ring] for ring in rings] if len(cells) == 1 else [rings]
        for piece in pieces:
            shape = shapely.coverage_union_all([_ring_polygon(ring) for ring in piece])
            blocks.append(Block(kind, tuple(cells), community, shape, _sides(piece)))
    return blocks


def urban_shapes(revision: int) -> dict[str, Area]:
    """Return the urban communities by letter, as unions of cells."""
    parts: dict[str, list[Polygon]] = {letter: [] for letter in plan.URBAN}
    for row, letters in enumerate(plan.COMMUNITY_MAP):
        for column, own in enumerate(letters):
            moved = revision == 2 and (row, column) == plan.MOVED_CELL
            letter = plan.MOVED_TO if moved else own
            parts[letter] += [_ring_polygon(ring) for ring in _rings((row, column))]
    return {letter: shapely.coverage_union_all(cells) for letter, cells in parts.items()}


def _street_runs(name: str, nodes: list[Node], closed_ends: dict[Node, float]) -> list[Road]:
    """Join the edges of one street into lines, broken where the street is."""
    roads: list[Road] = []
    run: list[Uv] = []
    run_kind = ""
    for a, b in [*pairwise(nodes), (nodes[-1], nodes[-1])]:
        kind = edge_kind(a, b) if a != b else ""
        if kind != run_kind or (a in closed_ends and run):
            if run_kind in plan.HALF_WIDTH:
                roads.append(Road(run_kind, name, warp_line(run)))
            run, run_kind = [], kind
        if kind in plan.HALF_WIDTH:
            points = edge_points(a, b)
            points = points[1:] if a in closed_ends else points
            run += (points[:-1] if b in closed_ends else points)[1 if run else 0 :]
    return roads


def make_streets() -> list[Road]:
    """Return the streets of the town, one line for each unbroken run."""
    roads: list[Road] = []
    for j, (name, kind) in enumerate(plan.ROW_STREETS):
        if kind:
            roads += _street_runs(name, [(i, j) for i in range(len(U))], {})
    for i, (name, _) in enumerate(plan.COLUMN_STREETS):
        closed: dict[Node, float] = {}
        if i not in plan.BRIDGES:
            closed[(i, plan.RIVER_LINE)] = BANK
        if i not in plan.CROSSINGS:
            closed[(i, plan.RAIL_LINE)] = RAIL_STOP
        roads += _street_runs(name, [(i, j) for j in range(len(V))], closed)
    for name, nodes in plan.DIAGONALS:
        roads += _street_runs(name, list(nodes), {})
    return roads


def crooked(
    start: Uv, end: Uv, rng: np.random.Generator, amplitude: float = 0.1, step: float = 110.0
) -> list[Uv]:
    """Return a natural, slightly wandering line between two plan points.

    Parameters
    ----------
    start, end : (float, float)
        The fixed ends.
    rng : numpy.random.Generator
        Source of the wandering.
    amplitude : float
        Sideways wandering as a share of each half's length.
    step : float
        Halving stops below this length.

    Returns
    -------
    list of (float, float)
        The line, both ends included.
    """
    du, dv = end[0] - start[0], end[1] - start[1]
    if math.hypot(du, dv) < step:
        return [start, end]
    shift = float(rng.uniform(-amplitude, amplitude))
    middle = ((start[0] + end[0]) / 2 - dv * shift, (start[1] + end[1]) / 2 + du * shift)
    first = crooked(start, middle, rng, amplitude, step)
    return first + crooked(middle, end, rng, amplitude, step)[1:]


@dataclass(frozen=True)
class Countryside:
    """The villages round the town and the lines of river and railway.

    Attributes
    ----------
    shapes : dict of str to Polygon or MultiPolygon
        Villages by key.
    exclave : Polygon
        The far piece of the village that lies in two.
    river, rail : LineString
        Centre lines through the whole county.
    """

    shapes: dict[str, Area]
    exclave: Polygon
    river: LineString
    rail: LineString


def _town_outline() -> list[LineString]:
    """Return the edges round the town."""
    last_i, last_j = len(U) - 1, len(V) - 1
    across = [((i, j), (i + 1, j)) for i in range(last_i) for j in (0, last_j)]
    down = [((i, j), (i, j + 1)) for j in range(last_j) for i in (0, last_i)]
    return [warp_line(edge_points(a, b)) for a, b in across + down]


def _across(row_line: int) -> list[Uv]:
    """Return the plan points of a row line through the town, without its last one."""
    columns = range(len(U) - 1)
    return [p for i in columns for p in edge_points((i, row_line), (i + 1, row_line))[:-1]]


def _river_arm(town: Uv, outer: Uv, bends: float) -> list[Uv]:
    """Return a meandering arm of the river from the town to the county line."""
    share = np.linspace(0.0, 1.0, 26)
    swing = bends * np.sin(share * 2.6 * math.pi) * np.minimum(1.0, share * 2.5)
    return [
        (town[0] + (outer[0] - town[0]) * t, town[1] + (outer[1] - town[1]) * t + s)
        for t, s in zip(share.tolist(), swing.tolist(), strict=True)
    ]


def make_countryside() -> Countryside:
    """Draw the county line, the village lines, the river and the railway outside the town."""
    rng = np.random.default_rng(plan.SEED)
    width, height, river_v = U[-1], V[0], V[plan.RIVER_LINE]
    river_w = _river_arm((0.0, river_v), (-1380.0, river_v + 90.0), 75.0)
    river_e = _river_arm((width, river_v), (width + 1330.0, river_v - 60.0), -85.0)
    rail_w = _river_arm((0.0, 0.0), (-1300.0, -190.0), 18.0)
    rail_e = _river_arm((width, 0.0), (width + 1250.0, -230.0), -18.0)
    north_1 = crooked((U[4], height), (310.0, height + 1190.0), rng, 0.12)
    north_2 = crooked((U[10], height), (1700.0, height + 1240.0), rng, 0.12)
    corners = [
        river_w[-1], (-1010.0, height + 640.0), north_1[-1], north_2[-1],
        (width + 900.0, height + 700.0), river_e[-1], rail_e[-1], (width + 640.0, -960.0),
        (950.0, -1270.0), (-690.0, -900.0), rail_w[-1],
    ]  # fmt: skip
    lines = [river_w, river_e, rail_w, rail_e, north_1, north_2]
    lines += [crooked(a, b, rng) for a, b in zip(corners, corners[1:] + corners[:1], strict=True)]
    angles = np.linspace(0.0, 2.0 * math.pi, 13)[:-1]
    radii = rng.uniform(125.0, 170.0, len(angles))
    ring = [
        (-420.0 + r * math.cos(a), 1480.0 + r * math.sin(a))
        for a, r in zip(angles.tolist(), radii.tolist(), strict=True)
    ]
    exclave = Polygon([warp(u, v) for u, v in ring])
    edges = [warp_line(line) for line in lines] + _town_outline()
    faces = list(shapely.polygonize([*edges, exclave.exterior]).geoms)
    seeds = {
        "NW": (-500.0, 1000.0), "N": (1000.0, height + 500.0), "NE": (width + 500.0, 1000.0),
        "SW": (-500.0, 250.0), "SE": (width + 500.0, 250.0), "S": (1000.0, -600.0),
    }  # fmt: skip
    shapes: dict[str, Area] = {
        key: next(f for f in faces if f.contains(Point(warp(u, v))))
        for key, (u, v) in seeds.items()
    }
    shapes[plan.EXCLAVE_OWNER] = MultiPolygon([shapes[plan.EXCLAVE_OWNER], exclave])
    river = warp_line(river_w[:0:-1] + _across(plan.RIVER_LINE) + river_e)
    rail = warp_line(rail_w[:0:-1] + _across(plan.RAIL_LINE) + rail_e)
    return Countryside(shapes, exclave, river, rail)
