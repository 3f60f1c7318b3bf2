"""Footprints, and ways to place them on a piece of ground without overlap."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import LineString, MultiPolygon, Point, Polygon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Ground: TypeAlias = Polygon | MultiPolygon


def rounded(shape: Polygon) -> Polygon:
    """Round the vertices to the centimetre."""
    return shapely.transform(shape, lambda xy: np.round(xy, 2))


def largest(shape: Ground) -> Polygon:
    """Return the largest part of a shape."""
    return max(shapely.get_parts(shape).tolist(), key=lambda part: part.area)


def main_angle(shape: Ground) -> float:
    """Return the direction of the longest side of the tightest rectangle, in degrees."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    steps = np.diff(corners, axis=0)
    longest = steps[int(np.argmax(np.hypot(steps[:, 0], steps[:, 1]).round(3)))]
    return math.degrees(math.atan2(longest[1], longest[0]))


def ell(x: float, y: float, width: float, depth: float, notch: float) -> Polygon:
    """Return an L shape with its lower left corner at (x, y)."""
    cut_x, cut_y = x + width * (1 - notch), y + depth * (1 - notch)
    right, top = x + width, y + depth
    return Polygon([(x, y), (right, y), (right, cut_y), (cut_x, cut_y), (cut_x, top), (x, top)])


class Frame:
    """A piece of ground turned so that its longest side lies along x.

    Parameters
    ----------
    ground : Polygon or MultiPolygon
        Where buildings may stand.
    angle : float, optional
        Direction of x in degrees; by default that of the longest side.
    """

    def __init__(self, ground: Ground, angle: float | None = None) -> None:
        self.angle = main_angle(ground) if angle is None else angle
        self.centre = ground.centroid
        self.ground = affinity.rotate(ground, -self.angle, origin=self.centre)
        shapely.prepare(self.ground)

    def back(self, shape: Polygon) -> Polygon:
        """Turn a shape of the frame back into map coordinates."""
        return rounded(affinity.rotate(shape, self.angle, origin=self.centre))


def _runs(fits: np.ndarray) -> list[tuple[int, int]]:
    """Return first and last index of each run of true values."""
    padded = np.concatenate([[False], fits, [False]]).astype(int)
    change = np.diff(padded)
    return list(zip(np.flatnonzero(change == 1), np.flatnonzero(change == -1) - 1, strict=True))


def _pack_row(ground: Ground, y: float, size: tuple[float, float], gap: float) -> list[Polygon]:
    """Return evenly spread boxes of one row whose lower edge is at `y`."""
    x0, _, x1, _ = ground.bounds
    width, depth = size
    xs = np.arange(x0, x1 - width, 1.0)
    if not len(xs):
        return []
    boxes = []
    for first, last in _runs(ground.contains(shapely.box(xs, y, xs + width, y + depth))):
        number = int((last - first) // (width + gap)) + 1
        spread = np.linspace(xs[first], xs[last], number)
        starts = spread if number > 1 else [(xs[first] + xs[last]) / 2]
        boxes += [shapely.box(x, y, x + width, y + depth) for x in starts]
    return boxes


def pack_rows(
    ground: Ground, size: tuple[float, float], gap: tuple[float, float], turn: float = 0.0
) -> list[Polygon]:
    """Place equal rectangles in even rows along the longest side.

    Parameters
    ----------
    ground : Polygon or MultiPolygon
        Where they must lie.
    size : (float, float)
        Width along the row and depth.
    gap : (float, float)
        Least gap within a row and between rows.
    turn : float
        Degrees to turn the rows away from the longest side.

    Returns
    -------
    list of Polygon
        Footprints, row by row.
    """
    frame = Frame(ground, main_angle(ground) + turn)
    pitch = size[1] + gap[1]
    y0, y1 = frame.ground.bounds[1], frame.ground.bounds[3]
    best: list[Polygon] = []
    for shift in np.arange(0.0, min(pitch, y1 - y0), 2.0).tolist():
        rows = np.arange(y0 + shift, y1 - size[1], pitch).tolist()
        boxes = [box for y in rows for box in _pack_row(frame.ground, y, size, gap[0])]
        best = max(best, boxes, key=len)
    return [frame.back(box) for box in best]


def place_list(
    ground: Ground, sizes: Sequence[tuple[float, float, float]], gap: float = 8.0
) -> list[Polygon | None]:
    """Place given footprints one after the other where each first fits.

    Parameters
    ----------
    ground : Polygon or MultiPolygon
        Where they must lie.
    sizes : sequence of (float, float, float)
        Width, depth and notch (0 for a rectangle, else an L).
    gap : float
        Least distance between them.

    Returns
    -------
    list of Polygon or None
        One for each size; None where there was no room.
    """
    frame = Frame(ground)
    free = frame.ground
    placed: list[Polygon | None] = []
    for width, depth, notch in sizes:
        x0, y0, x1, y1 = frame.ground.bounds
        grid_x, grid_y = np.meshgrid(
            np.arange(x0, x1 - width, 4.0), np.arange(y0, y1 - depth, 4.0)[::-1]
        )
        xs, ys = grid_x.ravel(), grid_y.ravel()
        shapely.prepare(free)
        fits = np.flatnonzero(free.contains(shapely.box(xs, ys, xs + width, ys + depth)))
        if not len(fits):
            placed.append(None)
            continue
        x, y = float(xs[fits[0]]), float(ys[fits[0]])
        box = shapely.box(x, y, x + width, y + depth)
        placed.append(frame.back(ell(x, y, width, depth, notch) if notch else box))
        free = free.difference(box.buffer(gap, join_style="mitre"))
    return placed


def scatter_lots(ground: Ground, rng: np.random.Generator) -> list[tuple[Polygon, bool]]:
    """Fill the ground with the dense, uneven houses of an old quarter.

    Parameters
    ----------
    ground : Polygon or MultiPolygon
        Where they must lie.
    rng : numpy.random.Generator
        Source of sizes, gaps and L shapes.

    Returns
    -------
    list of (Polygon, bool)
        Footprint, and whether it is one of the larger houses.
    """
    frame = Frame(ground)
    x0, y0, x1, y1 = frame.ground.bounds
    houses = []
    y, row = y0 + 1.5, 0
    while y < y1 - 8:
        x = x0 + float(rng.uniform(0, 6))
        while x < x1 - 8:
            large = bool(rng.random() < 0.13)
            width = float(rng.uniform(17, 24) if large else rng.uniform(8.5, 13.5))
            depth = float(rng.uniform(8.0, 10.2))
            corner = y + float(rng.uniform(-0.9, 0.9))
            box = shapely.box(x, corner, x + width, corner + depth)
            if frame.ground.contains(box) and rng.random() < 0.86:
                shape = ell(x, corner, width, depth, 0.42) if rng.random() < 0.2 else box
                houses.append((frame.back(shape), large))
            wide = float(rng.uniform(6.0, 16.0)) if rng.random() < 0.08 else 0.0
            x += width + float(rng.uniform(1.2, 3.6)) + wide
        row += 1
        y += 12.6 if row % 2 else 16.2
    return houses


def _fronts(line: LineString, at: float, width: float, near: float, depth: float) -> list[Polygon]:
    """Return the footprints on the left and the right of a line at one place."""
    here, there = line.interpolate(at), line.interpolate(min(at + width, line.length))
    dx, dy = there.x - here.x, there.y - here.y
    long = math.hypot(dx, dy)
    if long < 5:
        return []
    fronts = []
    for side in (1.0, -1.0):
        nx, ny = -dy * side / long, dx * side / long
        corners = [(here, near), (there, near), (there, near + depth), (here, near + depth)]
        fronts.append(rounded(Polygon([(p.x + nx * d, p.y + ny * d) for p, d in corners])))
    return fronts


def along_line(
    line: LineString,
    clear: float,
    depth: float,
    accept: Callable[[Polygon], bool],
    rng: np.random.Generator,
) -> list[Polygon]:
    """Place shop fronts along a street, on whichever side is accepted.

    Parameters
    ----------
    line : LineString
        Street centre line.
    clear : float
        Distance of the fronts from it.
    depth : float
        Depth of the shops.
    accept : callable
        Says whether a footprint may stand.
    rng : numpy.random.Generator
        Source of widths and gaps.

    Returns
    -------
    list of Polygon
        Footprints, without overlap.
    """
    shops: list[Polygon] = []
    at = float(rng.uniform(8, 26))
    while at < line.length - 8:
        width = float(rng.uniform(8, 17))
        for shop in _fronts(line, at, width, clear + 0.4, depth):
            if accept(shop) and not any(shop.distance(other) < 0.3 for other in shops[-2:]):
                shops.append(shop)
                break
        at += width + float(rng.uniform(0.6, 3.0) if rng.random() < 0.7 else rng.uniform(8, 30))
    return shops


def on_line(line: LineString, shape: Polygon) -> tuple[float, bool]:
    """Return how far along a line a shape lies, and whether it lies to its left."""
    spot: Point = shape.centroid
    at = float(line.project(spot))
    here = line.interpolate(max(0.0, at - 1.0))
    there = line.interpolate(min(line.length, at + 1.0))
    cross = (there.x - here.x) * (spot.y - here.y) - (there.y - here.y) * (spot.x - here.x)
    return at, cross > 0
