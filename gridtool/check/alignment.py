"""How well the buildings and another layer lie on one another, counted on a sample.

Roads, community lines and the outlines of compounds run between buildings. Where the layers lie
right, hardly a footprint is crossed by them (under 1 % in the real cases measured), and as soon
as one of them is off by more than a street's width, as many are as by chance (4 to 30 %).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from gridtool.columns import BARRIERS, COMMUNITIES, COMPOUNDS, ROADS, SITES
from gridtool.geom import Bools, Floats, Geometries, locate

_LINED = (COMMUNITIES.key, ROADS.key, COMPOUNDS.key, SITES.key, BARRIERS.key)
# a building given as a point stands for a small house
_POINT_RADIUS = 5.0
# lines may be drawn along walls: footprints are held against them a little smaller
_SMALLER = 0.9
# Shares of buildings that need looking into, and how near to chance crossings must come.
_CROSSED, _OUTSIDE, _LEAST = 0.02, 0.01, 20
_NEAR_CHANCE, _NO_CHANCE = 0.5, 0.3
_MENDED, _SHARP, _ASIDE = 0.25, 0.6, 30.0
_BACK_INSIDE, _HALF_WAY = 0.15, 0.25


@dataclass(frozen=True)
class Sample:
    """Footprints of some buildings.

    Attributes
    ----------
    shapes : array of polygons, length n
        Drawn a little smaller.
    middles : float array, (n, 2)
        Their centroids, metres.
    """

    shapes: Geometries
    middles: Floats

    def __len__(self) -> int:
        """Return the number of buildings."""
        return len(self.shapes)

    def moved(self, by: Floats) -> Sample:
        """Return the footprints moved by metres, one vector (2,) or one for each (n, 2)."""
        steps = np.broadcast_to(by, self.middles.shape)
        points, owner = shapely.get_coordinates(self.shapes, return_index=True)
        shapes = shapely.set_coordinates(self.shapes.copy(), points + steps[owner])
        return Sample(shapes, self.middles + steps)

    def around(self, *distances: float) -> Iterator[Sample]:
        """Yield the footprints moved into eight directions, the distances in turn."""
        for at, angle in enumerate(np.arange(8) * np.pi / 4 + 0.3):
            direction = np.array([np.cos(angle), np.sin(angle)])
            yield self.moved(distances[at % len(distances)] * direction)


@dataclass(frozen=True)
class Signal:
    """One way in which buildings can be at odds with a layer.

    Attributes
    ----------
    layer : str
    lines : STRtree
        Lines that should cross no building.
    areas : array of polygons or None
        Where given, buildings are counted that lie in none of these, not those that are crossed.
    """

    layer: str
    lines: shapely.STRtree
    areas: Geometries | None = None

    def at_odds(self, sample: Sample) -> Bools:
        """Return which buildings are crossed by a line, or lie in no area."""
        if self.areas is not None:
            return np.asarray(locate(shapely.points(sample.middles), self.areas) < 0)
        odd = np.zeros(len(sample), dtype=bool)
        odd[self.lines.query(sample.shapes, predicate="intersects")[0]] = True
        return odd

    def share(self, sample: Sample) -> float:
        """Return the share of buildings at odds."""
        return float(self.at_odds(sample).mean())

    def stands_out(self, sample: Sample) -> bool:
        """Return whether so many are at odds that it needs looking into."""
        share = self.share(sample)
        least = _CROSSED if self.areas is None else _OUTSIDE
        return share >= least and share * len(sample) >= _LEAST


@dataclass(frozen=True)
class Weighed:
    """A signal, with what it says of the layers as they are.

    Attributes
    ----------
    signal : Signal
    before : float
        Share of buildings at odds.
    chance : float
        Share that lines would cross with the layers anyhow; 0 for areas.
    odd : bool
        Whether the layers do not seem to belong together.
    """

    signal: Signal
    before: float
    chance: float
    odd: bool

    def mended(self, sample: Sample, moved: Sample) -> bool:
        """Return whether the sample lies right when moved, and only then.

        Few at odds alone prove nothing: lines may run in open ground, areas may end in it. So
        30 m aside lines must cross as many as by chance, and half way some must still be outside.
        """
        share = self.signal.share(moved)
        if self.signal.areas is not None:
            half = sample.moved((moved.middles - sample.middles) / 2)
            return (
                share <= _BACK_INSIDE * self.before
                and self.signal.share(half) >= _HALF_WAY * self.before
            )
        if share > _MENDED * min(self.before, self.chance):
            return False
        aside = np.median([self.signal.share(item) for item in moved.around(_ASIDE)])
        return bool(aside >= _SHARP * self.chance)

    @property
    def fits(self) -> bool:
        """Return whether lines run between the buildings, which chance would not do."""
        return self.before <= _MENDED * self.chance

    def worse(self, moved: Sample) -> bool:
        """Return whether moved buildings lie wrong where they did not."""
        share = self.signal.share(moved)
        return (
            self.signal.stands_out(moved)
            and share >= 2 * self.before
            and share >= _NO_CHANCE * self.chance
        )


def take_sample(shapes: Geometries, most: int) -> Sample:
    """Return at most so many of the polygons and points, evenly by row."""
    rows = np.linspace(0, len(shapes) - 1, min(most, len(shapes))).astype(np.int64)
    some = shapes[rows]
    points = shapely.get_dimensions(some) == 0
    some[points] = shapely.buffer(some[points], _POINT_RADIUS, quad_segs=2)
    middles = shapely.get_coordinates(shapely.centroid(some))
    corners, owner = shapely.get_coordinates(some, return_index=True)
    centre = middles[owner]
    return Sample(shapely.set_coordinates(some, centre + _SMALLER * (corners - centre)), middles)


def find_signals(layers: Mapping[str, gpd.GeoDataFrame]) -> list[Signal]:
    """Return what the buildings can be held against."""
    signals = []
    for key in _LINED:
        if key in layers:
            shapes = np.asarray(layers[key].geometry.array, dtype=object)
            areal = shapely.get_dimensions(shapes) == 2
            rings = shapely.get_parts(shapely.boundary(shapes[areal]))
            lines = shapely.STRtree(np.concatenate((shapes[~areal], rings)))
            signals.append(Signal(key, lines))
            if key == COMMUNITIES.key:
                signals.append(Signal(key, lines, shapes))
    return signals


def weigh(signals: Iterable[Signal], sample: Sample) -> list[Weighed]:
    """Return what signals say of the layers as they are, one a layer.

    Lines are left out where too few run among the buildings to tell, areas where lines tell.
    """
    weighed: dict[str, Weighed] = {}
    for signal in signals:
        before, chance = signal.share(sample), 0.0
        if signal.areas is None:
            chance = float(np.median([signal.share(item) for item in sample.around(90.0, 210.0)]))
            if chance < max(_CROSSED, 2 * _LEAST / len(sample)):
                continue
        odd = signal.stands_out(sample) and before >= _NEAR_CHANCE * chance
        weighed.setdefault(signal.layer, Weighed(signal, before, chance, odd))
    return list(weighed.values())
