"""Layers that are shifted against the others: web-map coordinates, a wrong datum or local grid.

Only what lies differently can be seen: where all layers are shifted alike, nothing shows. Too few
buildings or no lines among them (no roads, large communities in open country) show nothing
either, nor does a layer that is shifted in parts only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
from pyproj import CRS, Transformer
from shapely.geometry import LineString

from gridtool.check.alignment import Sample, Weighed, find_signals, take_sample, weigh
from gridtool.check.displacement import find_vector
from gridtool.columns import (
    BARRIERS,
    BUILDINGS,
    COMMUNITIES,
    COMPOUNDS,
    INPUT_LAYERS,
    ROADS,
    SITES,
)
from gridtool.findings import Finding
from gridtool.geom import Floats, Geometries
from gridtool.offsets import Source, from_bd09, from_gcj02, in_box, to_bd09, to_gcj02

_FEWEST, _MOST = 100, 2000
# Few and scattered, or now and then meant to run under buildings: no vector is searched for these.
_NOT_SEARCHED = (SITES.key, BARRIERS.key)

System = Source | None
_SYSTEMS: tuple[System, ...] = (None, "gcj02", "bd09")
_NAMES = {"gcj02": "GCJ-02", "bd09": "BD-09"}

_WINDS = (
    ("东", "east"),
    ("东北", "north-east"),
    ("北", "north"),
    ("西北", "north-west"),
    ("西", "west"),
    ("西南", "south-west"),
    ("南", "south"),
    ("东南", "south-east"),
)
_LINES = {
    COMMUNITIES.key: ("社区界线", "community lines"),
    ROADS.key: ("道路", "roads"),
    COMPOUNDS.key: ("小区边线", "outlines of compounds"),
    SITES.key: ("专属单位边线", "outlines of sites"),
    BARRIERS.key: ("屏障", "barriers"),
}


class Shift(NamedTuple):
    """A layer, where it lies from its right place (metres), and what shows it.

    `shown_by` are the signals that are mended in the sample `moved`. `other` is the layer it may
    be instead.
    """

    layer: str
    vector: Floats
    shown_by: Sequence[tuple[Weighed, Sample]]
    source: System = None
    other: str = ""


def find_shifts(layers: Mapping[str, gpd.GeoDataFrame], findings: list[Finding]) -> None:
    """Find layers that are shifted against the others.

    Parameters
    ----------
    layers : mapping of layer key to GeoDataFrame
        Checked, in one CRS in metres: ``communities``, ``buildings`` and what else there is.
    findings : list of Finding
        What is found is appended: GT220 a layer in GCJ-02 or BD-09, GT221 one that is off by a
        constant vector, GT222 two of which one is.

    Notes
    -----
    The buildings (2,000 of them) are held against every other layer. Where too many are crossed
    by lines or lie in no community, they are tried in the place they have if either layer is in
    GCJ-02 or BD-09; the direction tells which of the two it is. What that does not explain is
    tried with one vector up to 800 m. A vector says only that two layers differ: the layer is
    named by the others that agree with one of them.
    """
    buildings = layers[BUILDINGS.key]
    if len(buildings) < _FEWEST:
        return
    shapes = np.asarray(buildings.geometry.array, dtype=object)
    sample = take_sample(shapes, _MOST)
    signals = find_signals(layers)
    if not any(signal.stands_out(sample) for signal in signals):
        return
    weighed = weigh(signals, sample)
    if not any(item.odd for item in weighed):
        return
    shifts = _web_maps(sample, weighed, buildings.crs)
    named = {shift.layer for shift in shifts}
    if BUILDINGS.key not in named:
        rest = [item for item in weighed if item.signal.layer not in named]
        shifts += _constants(shapes, sample, rest)
    middle = sample.middles.mean(axis=0)
    findings += [_finding(shift, middle) for shift in shifts]


class _Places:
    """Where the buildings of a sample lie when layers are in other systems."""

    def __init__(self, sample: Sample, crs: CRS) -> None:
        self.sample = sample
        self._to_degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
        self._given = self._to_degrees.transform(*sample.middles.T)
        self.in_box = bool(in_box(*self._given).all())

    def steps(self, own: System, other: System) -> Floats:
        """Return the way from where buildings in `own` are to where they are in `other`."""
        place = self._given
        if own != other:
            if own is not None:
                place = (from_gcj02 if own == "gcj02" else from_bd09)(*place)
            if other is not None:
                place = (to_gcj02 if other == "gcj02" else to_bd09)(*place)
        metres = self._to_degrees.transform(*place, direction="INVERSE")
        return np.column_stack(metres) - self.sample.middles

    def moved(self, own: System, other: System) -> Sample:
        """Return the buildings, given in `own`, where a layer in `other` has them."""
        return self.sample.moved(self.steps(own, other))


def _web_maps(sample: Sample, weighed: Sequence[Weighed], crs: CRS) -> list[Shift]:
    """Return the layers that GCJ-02 or BD-09 explains: the fewest that explain the most.

    One layer at least must be right, for the others to be held against.
    """
    places = _Places(sample, crs)
    if not places.in_box:
        return []
    fewest = (sum(item.odd for item in weighed), 0)
    own: System = None
    others: list[System] = []
    for tried in _SYSTEMS:
        # rather right or like the buildings than in a third system
        moved = {system: places.moved(tried, system) for system in (None, tried, *_SYSTEMS)}
        found: list[System] = []
        failed = 0
        for item in weighed:
            left = {system: _fails(item, sample, there) for system, there in moved.items()}
            best = min(left, key=left.__getitem__)
            found.append(best)
            failed += left[best]
        named = sum(system is not None for system in (tried, *found))
        if named <= len(weighed) and (failed, named) < fewest:
            fewest, own, others = (failed, named), tried, found
    return _in_systems(own, list(zip(weighed, others, strict=False)), places)


def _fails(item: Weighed, sample: Sample, moved: Sample) -> bool:
    """Return whether a signal is still odd, or becomes so, when the buildings are moved."""
    return not item.mended(sample, moved) if item.odd else item.worse(moved)


def _in_systems(
    own: System, others: Sequence[tuple[Weighed, System]], places: _Places
) -> list[Shift]:
    """Return the shifts of layers that are in another system, buildings in `own`."""
    ways = [(item, system, places.moved(own, system)) for item, system in others]
    mended = [
        (item, moved) for item, _, moved in ways if item.odd and item.mended(places.sample, moved)
    ]
    shifts = []
    if own is not None:
        shifts.append(Shift(BUILDINGS.key, -places.steps(own, None).mean(axis=0), mended, own))
    for item, system, _ in ways:
        if system is not None:
            vector = (places.steps(own, system) - places.steps(own, None)).mean(axis=0)
            shown = [pair for pair in mended if pair[0] is item]
            shifts.append(Shift(item.signal.layer, vector, shown, system))
    return shifts


def _constants(shapes: Geometries, sample: Sample, weighed: Sequence[Weighed]) -> list[Shift]:
    """Return the layers that one vector puts right."""
    lined = [item for item in weighed if item.signal.areas is None]
    odd = [item for item in lined if item.odd and item.signal.layer not in _NOT_SEARCHED]
    steady = any(item.fits for item in lined)
    if len(odd) > 1 and not steady:
        vector = find_vector(shapes, sample, [item.signal for item in odd])
        moved = sample.moved(vector)
        if all(item.mended(sample, moved) for item in odd):
            return [Shift(BUILDINGS.key, -vector, [(item, moved) for item in odd])]
    shifts = []
    for item in odd:
        vector = find_vector(shapes, sample, [item.signal])
        moved = sample.moved(vector)
        if item.mended(sample, moved):
            if steady:
                shifts.append(Shift(item.signal.layer, vector, [(item, moved)]))
            else:
                shown = [(item, moved)]
                shifts.append(Shift(BUILDINGS.key, -vector, shown, other=item.signal.layer))
    return shifts


def _finding(shift: Shift, middle: Floats) -> Finding:
    """Return a shift as a finding, drawn from where the layer is to where it belongs."""
    east, north = shift.vector
    wind_zh, wind_en = _WINDS[round(np.degrees(np.arctan2(north, east)) / 45) % 8]
    before_after = [_evidence(item, moved) for item, moved in shift.shown_by]
    values: dict[str, object] = {
        "metres": float(np.hypot(east, north)),
        "wind_zh": wind_zh,
        "wind_en": wind_en,
        "east": float(east),
        "north": float(north),
        "evidence_zh": "，".join(zh for zh, _ in before_after) or "仍与楼栋相合",
        "evidence_en": ", ".join(en for _, en in before_after) or "it still fits the buildings",
    }
    code = "GT221"
    if shift.source:
        code, values["source"], values["system"] = "GT220", shift.source, _NAMES[shift.source]
    elif shift.other:
        code, values["other"] = "GT222", shift.other
        values["other_zh"] = INPUT_LAYERS[shift.other].zh
    return Finding(code, shift.layer, None, LineString([middle + shift.vector, middle]), values)


def _evidence(item: Weighed, moved: Sample) -> tuple[str, str]:
    """Return the share of buildings at odds before and after, in Chinese and English."""
    shares = f"{_percent(item.before)} → {_percent(item.signal.share(moved))}"
    if item.signal.areas is not None:
        return f"不在任何社区内的楼栋 {shares}", f"buildings in no community {shares}"
    zh, en = _LINES[item.signal.layer]
    return f"被{zh}穿过的楼栋 {shares}", f"buildings crossed by {en} {shares}"


def _percent(share: float) -> str:
    """Return a share in per cent, with a decimal where it is small."""
    return f"{share:.0%}" if share >= 0.1 or share == 0 else f"{share:.1%}"
