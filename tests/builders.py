"""Small towns drawn by hand, and plain checks of what a division must keep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from gridtool.check import check_layers
from gridtool.pipeline import Division
from gridtool.read import read_frames
from gridtool.rules import RULES, Rules
from gridtool.units import Units, build_units
from gridtool.units.shapes import INSET_M

CRS = "EPSG:4544"
CODES = ("510302001001", "510302001002", "510302001003", "510302001004")
VILLAGE = "510302101201"

Frames = dict[str, gpd.GeoDataFrame]


def square(x: float, y: float, size: float = 10.0) -> Polygon:
    """Return a square with its lower left corner at (x, y)."""
    return box(x, y, x + size, y + size)


def communities(*shapes: BaseGeometry, codes: Sequence[str] = CODES, **more: Any) -> Any:
    """Return communities A, B, … of these shapes."""
    codes = codes[: len(shapes)]
    names = [f"{letter}社区居民委员会" for letter in "甲乙丙丁"[: len(shapes)]]
    data = {"code": list(codes), "name": names, **more}
    return gpd.GeoDataFrame(data, geometry=list(shapes), crs=CRS)


def buildings(shapes: Sequence[BaseGeometry], households: Iterable[int], **more: Any) -> Any:
    """Return buildings h00, h01, … with three persons a household."""
    counts = list(households)
    data = {
        "building_id": [f"h{at:02d}" for at in range(len(shapes))],
        "households": counts,
        "persons": [3 * count for count in counts],
        **more,
    }
    return gpd.GeoDataFrame(data, geometry=list(shapes), crs=CRS)


def roads(*lines: Sequence[tuple[float, float]], highway: str = "residential") -> Any:
    """Return streets along these points."""
    shapes = [LineString(line) for line in lines]
    return gpd.GeoDataFrame({"highway": [highway] * len(lines)}, geometry=shapes, crs=CRS)


def sites(*shapes: BaseGeometry, **more: Any) -> Any:
    """Return sites S1, S2, …, schools by kind."""
    count = len(shapes)
    data = {
        "site_id": [f"S{at + 1}" for at in range(count)],
        "name": [f"学校{at + 1}" for at in range(count)],
        "kind": ["school"] * count,
        **more,
    }
    return gpd.GeoDataFrame(data, geometry=list(shapes), crs=CRS)


def barriers(*shapes: BaseGeometry, kind: str = "river") -> Any:
    """Return barriers."""
    return gpd.GeoDataFrame({"kind": [kind] * len(shapes)}, geometry=list(shapes), crs=CRS)


def compounds(**shapes: BaseGeometry) -> Any:
    """Return compounds by id."""
    data = {"compound_id": list(shapes), "name": [f"{name}苑" for name in shapes]}
    return gpd.GeoDataFrame(data, geometry=list(shapes.values()), crs=CRS)


def checked(**frames: gpd.GeoDataFrame) -> Frames:
    """Return layers as the stage ``units`` takes them."""
    layers, _ = check_layers(read_frames(frames).layers)
    return layers


def build(rules: Rules = RULES, **frames: gpd.GeoDataFrame) -> Units:
    """Read, check and build the units of a town."""
    return build_units(checked(**frames), rules=rules)


def unit_of(built: Units, building_id: str) -> str:
    """Return the unit a building is in."""
    found = built.buildings.set_index("building_id")["unit_id"]
    return str(found[building_id])


def shape_of(built: Units, building_id: str) -> Polygon:
    """Return the polygon of the unit a building is in."""
    return built.units.geometry[unit_of(built, building_id)]


def codes_of(built: Units) -> list[str]:
    """Return the codes of what the stage found."""
    return [finding.code for finding in built.findings]


def footprints_cut(held: gpd.GeoDataFrame, owners: gpd.GeoSeries, by: str) -> list[str]:
    """Return the buildings with more than 1 % of their footprint outside their own polygon.

    Borders may run up to 5 cm inside a wall: `gridtool.units.shapes.INSET_M`.
    """
    inside = held[held[by].notna()]
    ground = inside.geometry.to_numpy()
    drawn = shapely.buffer(ground, -INSET_M - 0.005, join_style="mitre")
    ground = np.where(shapely.is_empty(drawn), shapely.point_on_surface(ground), drawn)
    own = owners.loc[inside[by]].to_numpy()
    area = shapely.area(ground)
    areal = area > 0
    kept = shapely.area(shapely.intersection(ground[areal], own[areal]))
    out = kept < 0.99 * area[areal]
    # a point belongs to the polygon it lies in or on; tiny footprints count as points
    astray = shapely.distance(ground[~areal], own[~areal]) > 0.1
    names = inside["building_id"].to_numpy()
    return [*names[areal][out], *names[~areal][astray]]


def cut_anyway(frame: gpd.GeoDataFrame, layers: Frames) -> set[str]:
    """Return the buildings nobody can keep whole: on a community line, or under a barrier."""
    ground = frame.geometry.to_numpy()
    area = shapely.area(ground)
    best = np.zeros(len(frame))
    for shape in layers["communities"].geometry:
        best = np.maximum(best, shapely.area(shapely.intersection(ground, shape)))
    lost = best < 0.99 * area
    if "barriers" in layers:
        lost |= shapely.intersects(ground, layers["barriers"].geometry.union_all())
    return set(frame["building_id"][lost])


def assert_units_hold(built: Units, layers: Frames) -> None:
    """Units tile their communities, keep every household, and cut no footprint."""
    units, held = built.units, built.buildings
    ground = layers["communities"]
    shapes = units.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert set(shapely.get_type_id(shapes)) == {3}
    assert shapely.is_valid(shapes).all()
    for code, shape in zip(ground["code"], ground.geometry, strict=True):
        mine = units[units["community_code"] == code]
        assert mine.geometry.area.sum() == near_area(shape.area)
        assert shapely.union_all(mine.geometry).symmetric_difference(shape).area < 0.01
    inside = held[held["unit_id"].notna()]
    assert units["households"].sum() == inside["households"].sum()
    assert units["persons"].sum() == inside["persons"].sum()
    assert units["buildings"].sum() == len(inside)
    home = inside["unit_id"].map(units["community_code"])
    assert home.tolist() == inside["community_code"].tolist()
    across = cut_anyway(inside, layers)
    assert set(footprints_cut(held, units.geometry, "unit_id")) <= across


def near_area(value: float) -> Any:
    """Return a value to compare an area with: equal within a square decimetre."""
    return pytest.approx(value, rel=1e-6, abs=0.01)


def assert_grids_hold(division: Division, layers: Frames, *, pieces: bool = True) -> None:
    """Grids tile the communities, keep every household, cut no footprint, hang together."""
    grids, held = division.grids, division.buildings
    ground = layers["communities"]
    shapes = grids.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.is_valid(shapes).all()
    for code, shape in zip(ground["code"], ground.geometry, strict=True):
        mine = grids[grids["community_code"] == code]
        assert mine.geometry.area.sum() == near_area(shape.area)
        assert shapely.union_all(mine.geometry).symmetric_difference(shape).area < 0.01
        if pieces and shape.geom_type == "Polygon":
            assert set(mine.geom_type) == {"Polygon"}, code
    np.testing.assert_allclose(grids["area_m2"], grids.geometry.area)
    inside = held[held["grid_code"].notna()]
    sums = inside.groupby("grid_code")[["households", "persons"]].sum()
    sums["buildings"] = inside.groupby("grid_code").size()
    wanted = grids.set_index("grid_code")[["households", "persons", "buildings"]]
    found = sums.reindex(wanted.index).fillna(0).astype("int64")
    pd.testing.assert_frame_equal(wanted, found, check_names=False)
    across = cut_anyway(inside, layers)
    owners = grids.set_index("grid_code").geometry
    assert set(footprints_cut(held, owners, "grid_code")) <= across
    assert grids["grid_code"].is_unique


def largest_building(division: Division) -> dict[str, int]:
    """Return the households of each grid's largest building."""
    return division.buildings.groupby("grid_code")["households"].max().to_dict()


def fits(households: int, low: int = 300, high: int = 500) -> bool:
    """Return whether some number of grids of `low` to `high` holds these households."""
    return any(k * low <= households <= k * high for k in range(1, households // low + 2))


def wrong_sizes(division: Division, layers: Frames) -> list[str]:
    """Return the grids whose size rule or reason is not true, by arithmetic of our own."""
    kinds = dict(zip(layers["communities"]["code"], layers["communities"]["kind"], strict=True))
    base = division.grids[division.grids["grid_kind"] == "base"]
    total = base.groupby("community_code")["households"].sum()
    towers = largest_building(division)
    wrong = []
    for grid in division.grids.itertuples():
        rule, reason = grid.size_rule, grid.size_reason
        of_all = total.get(grid.community_code, 0)
        if grid.grid_kind == "dedicated":
            true = rule == "dedicated"
        elif kinds[grid.community_code] == "village":
            true = rule == "village"
        elif 300 <= grid.households <= 500:
            true = rule == "in_range"
        elif 900 <= grid.persons <= 1100:
            true = rule == "about_1000"
        else:
            true = rule == "exception" and {
                "small_community": of_all < 300,
                "no_count_fits": not fits(int(of_all)),
                "single_building": towers.get(grid.grid_code, 0) > 500,
                # what is closed off: its own households fit no number of grids
                "barrier": reason == "barrier"
                and closed_off(division, layers, grid.grid_code) < of_all
                and not fits(closed_off(division, layers, grid.grid_code)),
                "no_division_fits": reason == "no_division_fits"
                and cannot_be_divided(division, layers, grid.community_code),
            }.get(reason, False)
        if not true or (rule != "exception" and reason is not None and not pd.isna(reason)):
            wrong.append(f"{grid.grid_code} {grid.households} {grid.persons} {rule} {reason}")
    return wrong


def open_borders(division: Division, layers: Frames, community: str) -> tuple[Any, list[Any]]:
    """Return the base units of a community, and the pairs that touch where no barrier runs."""
    units = division.units[division.units["community_code"] == community]
    units = units[units["site_id"].isna()].set_index("unit_id")
    shapes = units.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    lines = shapely.intersection(shapes[one], shapes[other])
    if "barriers" in layers:
        lines = shapely.difference(lines, layers["barriers"].geometry.union_all().buffer(0.1))
    joined = shapely.length(lines) > 0.01
    return units, list(zip(units.index[one[joined]], units.index[other[joined]], strict=True))


def closed_off(division: Division, layers: Frames, grid_code: str) -> int:
    """Return the households that can be reached from a grid within its community."""
    community = grid_code_community(division, grid_code)
    units, pairs = open_borders(division, layers, community)
    reached = set(units.index[units["grid_code"] == grid_code])
    while more := {b for a, b in [*pairs, *((b, a) for a, b in pairs)] if a in reached} - reached:
        reached |= more
    return int(units["households"].loc[sorted(reached)].sum())


def grid_code_community(division: Division, grid_code: str) -> str:
    """Return the community of a grid."""
    return str(division.grids.set_index("grid_code")["community_code"][grid_code])


def can_be_divided(units: pd.DataFrame, pairs: Sequence[tuple[Any, Any]]) -> bool:
    """Return whether connected units can be divided inside the window at all, trying every way.

    Parameters
    ----------
    units : DataFrame
        ``households``; a dozen rows at most.
    pairs : sequence
        Ends of the open borders between them, by index.
    """
    people = units["households"].to_dict()
    around: dict[Any, set[Any]] = {unit: set() for unit in people}
    for one, other in pairs:
        around[one].add(other)
        around[other].add(one)

    def divide(left: frozenset[Any]) -> bool:
        if not left:
            return True
        return any(divide(left - grid) for grid in grids_of(min(left), left))

    def grids_of(first: Any, left: frozenset[Any]) -> set[frozenset[Any]]:
        found, stack = set(), [frozenset([first])]
        seen = set(stack)
        while stack:
            grid = stack.pop()
            size = sum(people[unit] for unit in grid)
            if 300 <= size <= 500:
                found.add(grid)
            near = set().union(*(around[unit] for unit in grid)) & left - grid
            for more in (grid | {unit} for unit in near):
                if more not in seen and sum(people[unit] for unit in more) <= 500:
                    seen.add(more)
                    stack.append(more)
        return found

    return divide(frozenset(people))


def cannot_be_divided(division: Division, layers: Frames, community: str) -> bool:
    """Return whether trying every way finds no division of a community, if it is small enough."""
    units, pairs = open_borders(division, layers, community)
    if len(units) > 12 or not hang_together(units.index, pairs):
        return True
    return not can_be_divided(units, pairs)


def avoidable(division: Division, layers: Frames) -> list[str]:
    """Return the grids said not to be found in communities small enough to prove that false."""
    wrong = []
    for grid in division.grids[division.grids["size_reason"] == "not_found"].itertuples():
        units, pairs = open_borders(division, layers, grid.community_code)
        if len(units) > 12 or not hang_together(units.index, pairs):
            continue
        if can_be_divided(units, pairs):
            wrong.append(grid.grid_code)
    return wrong


def point(x: float, y: float) -> Point:
    """Return a point."""
    return Point(x, y)


CELL = 30.0


@st.composite
def towns(draw: st.DrawFn, *, with_barriers: bool = True) -> Frames:
    """Draw a town: a jittered lattice of buildings, lines through it, and people.

    The lattice is of `CELL` metres; communities are parted by straight lines that may run through
    buildings; streets may be slanted; households range from none to a tower over the limit.
    """
    columns, rows = draw(st.integers(2, 7)), draw(st.integers(2, 5))
    width, height = columns * CELL, rows * CELL
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    crowd = draw(st.sampled_from(["few", "many", "mixed", "none but one"]))
    shapes, households = [], []
    for column in range(columns):
        for row in range(rows):
            if rng.random() < 0.15:
                continue
            w, h = rng.uniform(2, 22, 2)
            x, y = column * CELL + rng.uniform(0, 28 - w), row * CELL + rng.uniform(0, 28 - h)
            shapes.append(box(x, y, x + w, y + h))
            households.append(_people(crowd, rng))
    if not shapes:
        shapes, households = [square(5, 5)], [0]
    if crowd == "none but one":
        households[0] = int(rng.integers(1, 700))
    if draw(st.booleans()):
        # some stand on one another, touch, or are points
        shapes += [shapes[0], shapely.affinity.translate(shapes[0], 1.0, 0.0), Point(3, 3)]
        households += [7, 0, 30]
    ids = np.array(["K1", "K2", "K3", None], dtype=object)
    compound = rng.choice(ids, len(shapes), p=[0.1, 0.1, 0.1, 0.7])
    town = {
        "communities": communities(*_parts(draw, width, height)),
        "buildings": buildings(shapes, households, compound_id=compound),
    }
    lines = [
        [(x, -5.0), (x + rng.choice([0.0, 7.3]), height + 5.0)]
        for x in draw(st.lists(st.sampled_from([29.0, 44.0, 60.0, 89.0, 119.0]), max_size=2))
    ] + [
        [(-5.0, y), (width + 5.0, y + rng.choice([0.0, -6.1]))]
        for y in draw(st.lists(st.sampled_from([29.0, 45.0, 60.0]), max_size=2))
    ]
    if lines:
        kinds = rng.choice(["primary", "tertiary", "residential", "footway"], len(lines))
        town["roads"] = roads(*lines, highway="residential").assign(highway=kinds)
    if with_barriers and draw(st.booleans()):
        x = float(rng.uniform(10, width - 10))
        river = LineString([(x, -5), (x + 4, height / 2), (x, height + 5)])
        town["barriers"] = barriers(river.buffer(3) if rng.random() < 0.5 else river)
    return town


def _people(crowd: str, rng: np.random.Generator) -> int:
    if crowd == "few":
        return int(rng.integers(0, 12))
    if crowd == "many":
        return int(rng.integers(20, 120))
    if crowd == "mixed":
        return int(rng.choice([0, 0, 40, 90, 260, 620]))
    return 0


def _parts(draw: st.DrawFn, width: float, height: float) -> list[Polygon]:
    whole = box(0, 0, width, height)
    cut = draw(st.sampled_from(["one", "two", "three", "ring"]))
    if cut == "two":
        return [box(0, 0, width / 2, height), box(width / 2, 0, width, height)]
    if cut == "three":
        middle = height / 2 + 1.5
        return [
            box(0, 0, width, middle),
            Polygon([(0, middle), (width / 2, middle), (width / 3, height), (0, height)]),
            Polygon([(width / 2, middle), (width, middle), (width, height), (width / 3, height)]),
        ]
    if cut == "ring":
        inner = box(width / 4, height / 4, width * 3 / 4, height * 3 / 4)
        return [Polygon(whole.exterior, [inner.exterior]), inner]
    return [whole]


def lattice(
    households: Sequence[Sequence[int]], *, persons: int = 3, code: str = CODES[0]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return units of 10 m squares, rows north to south, and the borders between them.

    Parameters
    ----------
    households : rows of counts
        None leaves a gap in the lattice.
    persons : int
        A household.
    """
    names, shapes, counts = {}, [], []
    for row, line in enumerate(households):
        for column, count in enumerate(line):
            if count is not None:
                names[row, column] = f"{code}-{len(names) + 1:04d}"
                shapes.append(square(10.0 * column, -10.0 * (row + 1)))
                counts.append(count)
    units = gpd.GeoDataFrame(
        {
            "community_code": code,
            "households": counts,
            "persons": [persons * count for count in counts],
            "buildings": 1,
            "largest": counts,
            "compound_id": np.full(len(counts), None, dtype=object),
            "site_id": np.full(len(counts), None, dtype=object),
            "area_m2": 100.0,
            "perimeter_m": 40.0,
        },
        geometry=shapes,
        crs=CRS,
        index=pd.Index(names.values(), name="unit_id"),
    )
    pairs = [
        (name, names[row + down, column + right])
        for (row, column), name in names.items()
        for down, right in ((0, 1), (1, 0))
        if (row + down, column + right) in names
    ]
    borders = pd.DataFrame(pairs, columns=["first", "second"], dtype=object)
    borders["border_class"], borders["length_m"] = "inside", 10.0
    return units, borders


def hang_together(members: Iterable[Any], pairs: Iterable[tuple[Any, Any]]) -> bool:
    """Return whether some nodes are connected by pairs among them."""
    left = set(members)
    around: dict[Any, set[Any]] = {node: set() for node in left}
    for one, other in pairs:
        if one in left and other in left:
            around[one].add(other)
            around[other].add(one)
    stack = [next(iter(left))]
    left.discard(stack[0])
    while stack:
        reached = around[stack.pop()] & left
        left -= reached
        stack += reached
    return not left
