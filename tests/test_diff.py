"""Two revisions compared: every kind of change on squares whose answer is known by hand."""

from __future__ import annotations

import hashlib
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders import CRS
from comparing import assert_again, assert_sound, compare, kinds_of
from shapely.geometry import MultiPolygon, Point, Polygon, box

from gridtool.canonical import IDENTITY
from gridtool.columns import DIFF_TABLES
from gridtool.diff import (
    FLAGS,
    KINDS,
    NAMES,
    Diff,
    Tolerances,
    apply_diff,
    group_id,
    invert,
    prepare_buildings,
    prepare_revision,
    translate_table,
)
from gridtool.diff.likeness import MOVED, NEAR, REDRAWN, SAME, compare_shapes, wider_than
from gridtool.diff.lineage import BACK, FORWARD, Record, trace_code
from gridtool.errors import CrsError, DataError, InputError, SettingsError
from gridtool.export.styles import _CHANGES

A, B, C, D, N = (f"51030200100100{n}" for n in (1, 2, 3, 4, 9))
SQUARE = {A: box(0, 0, 100, 100), B: box(100, 0, 200, 100), C: box(200, 0, 300, 100)}


def layer(shapes: dict[str, Any], **told: dict[str, str]) -> gpd.GeoDataFrame:
    """Return grids of these shapes; `told` are columns by code."""
    data = {
        "grid_code": list(shapes),
        "grid_name": [told.get("name", {}).get(code, f"第{code[-1]}网格") for code in shapes],
        "grid_kind": [told.get("kind", {}).get(code, "base") for code in shapes],
        "community_code": [told.get("community", {}).get(code, code[:12]) for code in shapes],
    }
    return gpd.GeoDataFrame(data, geometry=list(shapes.values()), crs=CRS)


def homes(*places: tuple[float, float, int]) -> gpd.GeoDataFrame:
    """Return buildings b0, b1, … at x, y with so many households, two persons each."""
    data = {
        "building_id": [f"b{at}" for at in range(len(places))],
        "households": [n for *_, n in places],
        "persons": [2 * n for *_, n in places],
    }
    return gpd.GeoDataFrame(data, geometry=[Point(x, y) for x, y, _ in places], crs=CRS)


# 100 households left and 50 right in A; 80 in B; 120 in C
HOMES = homes((20, 50, 100), (80, 50, 50), (150, 50, 80), (250, 50, 120))


def cut(code: str, at: float) -> tuple[Polygon, Polygon]:
    """Return a square cut at x."""
    west, south, east, north = SQUARE[code].bounds
    return box(west, south, at, north), box(at, south, east, north)


def diff(new: dict[str, Any], buildings: gpd.GeoDataFrame = HOMES, **told: Any) -> Diff:
    return compare(layer(SQUARE), layer(new, **told), buildings)


def only(found: Diff) -> dict[str, Any]:
    """Return the one group there is."""
    assert len(found.groups) == 1
    return dict(found.groups.iloc[0])


def codes(found: Diff) -> list[str]:
    return [item.code for item in found.findings]


# -- kinds of change -------------------------------------------------------------------------


def test_nothing() -> None:
    found = diff(SQUARE)
    assert found.is_empty
    assert found.relations.empty
    assert set(found.grids["status"]) == {"unchanged"}
    assert found.result.root == found.old.root
    assert_sound(found)
    assert codes(found) == []


def test_a_part_is_split_off() -> None:
    west, east = cut(A, 60)
    found = diff({**SQUARE, A: west, N: east})
    group = only(found)
    assert (group["type"], group["type_zh"], group["onsind"]) == ("split_off", "划出", "S")
    assert (group["old_codes"], group["new_codes"]) == (A, f"{A}|{N}")
    assert group["group_id"] == group_id([A], [N, A])
    assert (group["households"], group["moved_households"]) == (150, 50)
    assert (group["persons"], group["moved_persons"]) == (300, 100)
    assert (group["buildings"], group["moved_buildings"]) == (2, 1)
    assert (group["area_m2"], group["moved_area_m2"]) == (10_000, 4_000)
    assert group["conserved"]
    assert group["description_zh"] == f"{A} 划出 50 户（1 栋）至 {N}"
    assert group["description_en"] == f"{A} gives 50 households (1 buildings) to {N}"
    rows = found.relations.set_index("new_code")
    assert rows["share_old_hh"].to_dict() == {A: 0.666667, N: 0.333333}
    assert rows["share_new_hh"].to_dict() == {A: 1.0, N: 1.0}
    assert rows["share_old_area"].to_dict() == {A: 0.6, N: 0.4}
    assert rows["part_old"].to_dict() == {A: "P", N: "P"}
    assert rows["part_new"].to_dict() == {A: "W", N: "W"}
    assert rows["keeps_code"].to_dict() == {A: True, N: False}
    assert rows["successor_count"].tolist() == [2, 2]
    assert rows["predecessor_count"].tolist() == [1, 1]
    # share of the old grid × share of the new one
    assert rows["qi"].to_dict() == {A: 0.666667, N: 0.333333}
    assert set(rows["basis"]) == {"households"}
    assert found.buildings.set_index("building_id")["new_code"].to_dict() == {"b0": A, "b1": N}
    kept = found.codes.set_index("grid_code")
    assert kept["outcome"].to_dict() == {A: "kept", N: "new"}
    assert kept.loc[A, "successors"] == f"{A}|{N}"
    assert kept.loc[N, "predecessors"] == A
    assert kept.loc[A, "continuous"]
    assert_sound(found)
    assert_again(found)


def test_the_part_that_keeps_the_code_must_be_the_greater() -> None:
    west, east = cut(A, 60)
    found = diff({**SQUARE, N: west, A: east})
    assert only(found)["flags"] == "code_discontinuous"
    (told,) = [item for item in found.findings if item.code == "GT421"]
    assert told.row == A
    assert told.values["old"] == pytest.approx(1 / 3, abs=1e-6)


def test_broken_up() -> None:
    west, east = cut(A, 60)
    found = diff({N: west, D: east, B: SQUARE[B], C: SQUARE[C]})
    group = only(found)
    # two thirds went on as N under another code; a third moved
    assert (group["type"], group["onsind"], group["moved_households"]) == ("breakdown", "S", 50)
    assert group["description_zh"] == f"{A} 拆分为 {D}（50 户）、{N}（100 户）"
    assert_sound(found)


@pytest.mark.parametrize(
    ("code", "kind", "moved"), [(A, "take_over", 80), (B, "take_over", 150), (N, "merger", 80)]
)
def test_two_become_one(code: str, kind: str, moved: int) -> None:
    found = diff({code: box(0, 0, 200, 100), C: SQUARE[C]})
    group = only(found)
    assert (group["type"], group["onsind"], group["moved_households"]) == (kind, "M", moved)
    # 80 of 230 are no half: B may not go on
    assert group["flags"] == ("code_discontinuous" if code == B else "")
    assert found.relations["qi"].tolist() == [1.0, 1.0]
    assert set(found.relations["part_old"]) == {"W"}
    assert_sound(found)
    assert_again(found)


def test_a_border_moved() -> None:
    found = diff({**SQUARE, A: box(0, 0, 60, 100), B: box(60, 0, 200, 100)})
    group = only(found)
    assert (group["type"], group["onsind"]) == ("transfer", "X")
    assert group["description_zh"] == f"{A} 划出 50 户（1 栋）至 {B}"
    ground = found.ground.iloc[0]
    assert (ground["old_code"], ground["new_code"], ground["area_m2"]) == (A, B, 4000)
    assert ground.geometry.equals(box(60, 0, 100, 100))
    assert_sound(found)


def test_a_border_moved_so_far_that_a_code_may_not_go_on() -> None:
    found = diff({**SQUARE, A: box(0, 0, 15, 100), B: box(15, 0, 200, 100)})
    group = only(found)
    # A gave all of its households away, and has ground alone in common with itself
    assert (group["type"], group["flags"]) == ("redistribution", "code_discontinuous")
    assert "GT421" in codes(found)


def test_ground_counts_where_nobody_lives() -> None:
    empty = homes((20, 50, 0), (80, 50, 0), (150, 50, 0))
    found = diff({**SQUARE, A: box(0, 0, 60, 100), B: box(60, 0, 200, 100)}, empty)
    assert only(found)["type"] == "transfer"
    assert set(found.relations["basis"]) == {"area"}
    assert "GT436" in codes(found)


@pytest.mark.parametrize(
    ("told", "kind", "words"),
    [
        ({"name": {A: "滨江网格"}}, "rename", f"{A} 更名：第1网格 → 滨江网格"),
        ({"kind": {A: "dedicated"}}, "dedicated_on", f"{A} 改为专属网格"),
        (
            {"community": {A: "510302001009"}},
            "parent",
            f"{A} 由社区 510302001001 改隶 510302001009",
        ),
    ],
)
def test_attributes_alone(told: dict[str, Any], kind: str, words: str) -> None:
    found = diff(SQUARE, **told)
    group = only(found)
    assert (group["type"], group["flags"], group["onsind"]) == (kind, "", "U")
    assert group["description_zh"] == words
    assert group["moved_households"] == 0
    assert found.grids.set_index("grid_code")["status"].to_dict() == {
        A: "attributes",
        B: "unchanged",
        C: "unchanged",
    }
    assert found.result.root != found.old.root
    assert_sound(found)


def test_several_attributes_at_once() -> None:
    found = diff(SQUARE, name={A: "学校网格"}, kind={A: "dedicated"})
    assert (only(found)["type"], only(found)["flags"]) == ("dedicated_on", "rename")
    back = compare(layer(SQUARE, kind={A: "dedicated"}), layer(SQUARE), HOMES)
    assert only(back)["type"] == "dedicated_off"
    assert only(back)["description_en"] == f"{A} is a dedicated grid no more"


def test_recoded() -> None:
    found = diff({N: SQUARE[A], B: SQUARE[B], C: SQUARE[C]}, community={N: "510302001002"})
    group = only(found)
    assert (group["type"], group["flags"]) == ("recode", "parent|rename")
    assert group["moved_households"] == 0
    assert group["description_zh"].startswith(f"{A} 编码改为 {N}；{N} 更名")
    assert_sound(found)


def test_codes_swapped_are_an_error() -> None:
    found = diff({A: SQUARE[B], B: SQUARE[A], C: SQUARE[C]})
    group = only(found)
    assert (group["type"], group["moved_households"]) == ("code_swap", 0)
    assert [(item.code, item.row) for item in found.findings if item.severity == "error"] == [
        ("GT420", A),
        ("GT420", B),
    ]


def test_codes_that_moved_on_are_an_error_in_any_group() -> None:
    found = diff({B: SQUARE[A], N: SQUARE[B], C: SQUARE[C]})
    group = only(found)
    assert (group["type"], group["flags"]) == ("redistribution", "code_swap")
    assert codes(found).count("GT420") == 1


def test_every_code_new() -> None:
    new = {code[:-1] + "7" + code[-1]: shape for code, shape in SQUARE.items()}
    found = diff(new)
    assert found.groups["type"].tolist() == ["recode"] * 3
    assert_sound(found)


def test_two_to_three() -> None:
    found = diff(
        {A: box(0, 0, 60, 100), B: box(60, 0, 140, 100), N: box(140, 0, 200, 100), C: SQUARE[C]}
    )
    group = only(found)
    assert group["type"] == "redistribution"
    assert group["description_zh"] == (
        f"{A}、{B} 重新划分为 {A}（100 户）、{B}（50 户）、{N}（80 户），划转 130 户"
    )
    assert "GT421" in codes(found)
    assert_sound(found)


def test_a_dedicated_grid_carved_out_of_the_middle() -> None:
    hole = box(70, 40, 90, 60)
    found = diff({**SQUARE, A: SQUARE[A].difference(hole), N: hole}, kind={N: "dedicated"})
    assert (only(found)["type"], only(found)["flags"]) == ("split_off", "carve_dedicated")
    assert only(found)["moved_households"] == 50
    assert_sound(found)


def test_created_and_retired_at_the_border() -> None:
    new = {A: SQUARE[A], B: SQUARE[B], N: box(0, 100, 100, 200)}
    buildings = homes((20, 50, 100), (150, 50, 80))
    found = compare(layer(SQUARE), layer(new), buildings)
    assert kinds_of(found) == {
        (frozenset(), frozenset({N})): "create",
        (frozenset({C}), frozenset()): "retire",
    }
    assert {"GT423", "GT424"} <= set(codes(found))
    assert found.groups.set_index("type")["area_m2"].to_dict() == {"create": 1e4, "retire": 1e4}
    assert_sound(found)


def test_households_without_a_grid_are_an_error() -> None:
    # B is not drawn at all: a hole in the middle of the county
    old = {**SQUARE, D: box(0, 100, 300, 200), N: box(0, -100, 300, 0)}
    new = {code: shape for code, shape in old.items() if code != B}
    found = compare(layer(old), layer(new), HOMES)
    (lost,) = [item for item in found.findings if item.severity == "error"]
    assert (lost.code, lost.row, lost.values["households"]) == ("GT422", B, 80)
    assert not {one.id: one.holds for one in found.invariants}["I3"]


def test_ground_that_leaves_the_county_with_its_people_is_told() -> None:
    found = diff({A: SQUARE[A], B: SQUARE[B], C: box(200, 0, 240, 100)})
    assert only(found)["flags"] == "code_discontinuous|county_border"
    (lost,) = [item for item in found.findings if item.code == "GT423"]
    assert (lost.values["households"], lost.values["area_m2"]) == (120, 6000)
    held = {one.id: one.holds for one in found.invariants}
    assert not held["I2"]
    assert not held["I4"]
    assert held["I9"]


def test_neighbours_that_change_apart_stay_apart() -> None:
    # both sides of the border between A and B are split; the lines meet on it
    (a, n), (b, d) = cut(A, 60), cut(B, 160)
    found = diff({A: a, N: n, B: b, D: d, C: SQUARE[C]})
    assert kinds_of(found) == {
        (frozenset({A}), frozenset({A, N})): "split_off",
        (frozenset({B}), frozenset({B, D})): "split_off",
    }


# -- noise, redrawn lines, sticky ground -----------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "like"),
    [
        (box(0, 0, 100, 100), SAME),
        (MultiPolygon([box(0, 0, 100, 100)]), SAME),
        (Polygon([(0, 0), (50, 0.008), (100, 0), (100, 100), (0, 100)]), NEAR),
        (box(0, 0, 100, 100.01), NEAR),
        (Polygon([(0, 0), (50, 0.6), (100, 0), (100, 100), (0, 100)]), REDRAWN),
        (box(0, 0, 100, 101), REDRAWN),
        (box(0, 0, 100, 101.1), MOVED),
        (Polygon([(0, 0), (50, 1.2), (100, 0), (100, 100), (0, 100)]), MOVED),
    ],
)
def test_how_like_two_drawings_are(shape: Any, like: int) -> None:
    one = np.array([box(0, 0, 100, 100)], dtype=object)
    other = np.array([shape], dtype=object)
    assert compare_shapes(one, other, Tolerances()).tolist() == [like]
    assert compare_shapes(other, one, Tolerances()).tolist() == [like]


def test_how_wide_ground_is() -> None:
    shapes = np.array([box(0, 0, 100, 0.9), box(0, 0, 100, 1.1), box(0, 0, 3, 3), Polygon()])
    assert wider_than(shapes, 1.0).tolist() == [False, True, True, False]


def test_a_redrawn_line_keeps_the_old_one() -> None:
    # the line between A and B is drawn 0.6 m further east; nobody lives there
    new = {**SQUARE, A: box(0, 0, 100.6, 100), B: box(100.6, 0, 200, 100)}
    found = diff(new)
    assert found.is_empty
    assert found.grids["status"].tolist() == ["redrawn", "redrawn", "unchanged"]
    assert found.result.root == found.old.root
    assert found.result.grids.geometry[A].equals(SQUARE[A])
    (told,) = found.findings
    assert (told.code, told.values["count"]) == ("GT431", 2)
    assert_sound(found)
    taken = compare(layer(SQUARE), layer(new), HOMES, accept_redrawn=True)
    assert only(taken)["type"] == "redraw"
    assert only(taken)["onsind"] == "U"
    assert taken.result.grids.geometry[A].area == pytest.approx(10_060)
    assert_sound(taken)


def test_a_building_that_changes_grid_makes_any_line_a_change() -> None:
    new = {**SQUARE, A: box(0, 0, 100.6, 100), B: box(100.6, 0, 200, 100)}
    found = diff(new, homes((50, 50, 100), (100.3, 50, 7), (150, 50, 80)))
    assert only(found)["description_zh"] == f"{B} 划出 7 户（1 栋）至 {A}"
    assert only(found)["type"] == "transfer"


def test_a_building_on_the_line_stays_where_it_was() -> None:
    new = {**SQUARE, A: box(0, 0, 100.008, 100), B: box(100.008, 0, 200, 100)}
    found = diff(new, homes((50, 50, 100), (100.004, 50, 7), (150, 50, 80)))
    assert found.is_empty


def test_a_changed_grid_meets_its_unchanged_neighbour_on_the_old_line() -> None:
    # A is split; and its border with B is drawn 0.5 m off, on both sides
    new = {
        A: box(0, 0, 60, 100),
        N: box(60, 0, 100.5, 100),
        B: box(100.5, 0, 200, 100),
        C: SQUARE[C],
    }
    found = diff(new)
    assert kinds_of(found) == {(frozenset({A}), frozenset({A, N})): "split_off"}
    assert found.result.grids.geometry[N].equals(box(60, 0, 100, 100))
    assert found.grids.set_index("grid_code").loc[B, "status"] == "redrawn"
    assert shapely.coverage_is_valid(found.coverage)
    assert_sound(found)
    assert_again(found)


def test_a_gap_and_an_overlap_of_noise_are_closed() -> None:
    # N was drawn with a gap of 0.3 m to A and over B by 0.4 m
    new = {A: box(0, 0, 60, 100), N: box(60.3, 0, 100.4, 100), B: SQUARE[B], C: SQUARE[C]}
    found = diff(new)
    ground = found.result.grids.geometry
    assert shapely.coverage_is_valid(found.coverage)
    assert ground[A].area + ground[N].area == pytest.approx(10_000)
    assert found.result.grids.geometry[B].equals(SQUARE[B])
    assert_sound(found)


def test_what_one_side_does_not_state_is_not_compared() -> None:
    bare = layer(SQUARE)[["grid_code", "geometry"]]
    found = compare(layer(SQUARE, name={A: "滨江网格"}), bare, HOMES)
    assert found.is_empty
    assert found.result.root == found.old.root
    assert codes(found) == ["GT435"]


def test_people_who_moved_are_no_change_of_borders() -> None:
    old = layer(SQUARE).assign(households=[140, 80, 130])
    found = compare(old, layer(SQUARE), HOMES)
    assert found.is_empty
    assert found.drift == {"old": {"stated": 350, "counted": 350, "grids_apart": 2, "most": 10}}
    assert codes(found) == ["GT437"]


def test_revisions_count_on() -> None:
    west, east = cut(A, 60)
    old = layer(SQUARE).assign(rev=[3, 1, 1])
    found = compare(old, layer({**SQUARE, A: west, N: east}).assign(rev=1), HOMES)
    versions = found.relations[["old_version", "new_version"]].to_numpy().tolist()
    assert versions == [[f"{A}@3", f"{A}@4"], [f"{A}@3", f"{N}@1"]]


def test_sizes_of_art_8() -> None:
    west, east = cut(A, 60)
    found = diff({**SQUARE, A: west, N: east})
    told = [item for item in found.findings if item.code == "GT433"]
    assert [(item.row, item.values["households"]) for item in told] == [(A, 100), (N, 50)]
    new = layer({**SQUARE, A: west, N: east}).assign(size_reason="small_community")
    assert "GT433" not in codes(compare(layer(SQUARE), new, HOMES))


# -- what cannot be compared -----------------------------------------------------------------


def test_another_county() -> None:
    far = {f"5199{code[4:]}": shapely.affinity.translate(s, 5000, 0) for code, s in SQUARE.items()}
    with pytest.raises(DataError, match="GT400 the two are not of one county: old and new"):
        diff(far)


def test_no_building_in_any_grid() -> None:
    with pytest.raises(DataError, match="GT401 none of 1 buildings lies in a grid"):
        diff(SQUARE, homes((9000, 9000, 3)))


def test_buildings_outside_are_told() -> None:
    found = diff(
        SQUARE,
        pd.concat([HOMES, homes((9000, 9000, 3))], ignore_index=True).assign(
            building_id=[f"b{at}" for at in range(5)]
        ),
    )
    (told,) = found.findings
    assert (told.code, told.values, told.rows) == (
        "GT425",
        {"count": 1, "households": 3},
        ("b4",),
    )


def test_an_empty_side() -> None:
    with pytest.raises(InputError, match="GT006 the layer is empty · new"):
        compare(layer(SQUARE), layer(SQUARE).iloc[:0], HOMES)
    with pytest.raises(InputError, match="GT006 the layer is empty · buildings"):
        diff(SQUARE, HOMES.iloc[:0])


def test_codes_that_come_twice_or_not_at_all() -> None:
    twice = layer(SQUARE).assign(grid_code=[A, A, C])
    with pytest.raises(DataError, match=rf"GT020 grid_code has duplicate values: {A} .*\[0, 1\]"):
        prepare_revision(twice)
    with pytest.raises(DataError, match=r"GT023 grid_code has empty values · grids\[1\]"):
        prepare_revision(layer(SQUARE).assign(grid_code=[A, None, C]))
    with pytest.raises(DataError, match="GT020 building_id has duplicate values: b0"):
        prepare_buildings(HOMES.assign(building_id="b0"), crs=layer(SQUARE).crs)


def test_counts_that_are_none() -> None:
    crs = layer(SQUARE).crs
    with pytest.raises(DataError, match="GT021 households is not a number: 约5户"):
        prepare_buildings(HOMES.assign(households=["约5户", 1, 2, 3]), crs=crs)
    with pytest.raises(DataError, match="GT022 households is negative: -1"):
        prepare_buildings(HOMES.assign(households=[-1, 1, 2, 3]), crs=crs)
    plain = prepare_buildings(HOMES[["households", "geometry"]].copy(), crs=crs)
    assert plain.index.tolist() == ["#0", "#1", "#2", "#3"]
    assert plain["persons"].tolist() == [0, 0, 0, 0]


def test_shapes_that_are_no_ground() -> None:
    with pytest.raises(DataError, match=rf"GT402 .* · grids\[{A}\]"):
        prepare_revision(layer({**SQUARE, A: Polygon()}))
    with pytest.raises(DataError, match="GT007 geometry is Point"):
        prepare_revision(layer({**SQUARE, A: Point(0, 0)}))
    bow = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    with pytest.raises(DataError, match="GT403 the polygon of a grid crosses itself"):
        prepare_revision(layer({**SQUARE, A: bow}))
    # a spike is mended without a change of ground, and told
    spike = Polygon([(0, 0), (100, 0), (100, 100), (100, 130), (100, 100), (0, 100)])
    assert [item.code for item in prepare_revision(layer({A: spike})).findings] == ["GT429"]
    with pytest.raises(CrsError, match="GT005"):
        prepare_revision(layer(SQUARE).set_crs(None, allow_override=True))


def test_grids_that_overlap_or_gape() -> None:
    found = diff({**SQUARE, A: box(0, 0, 130, 100)})
    overlaps = [item for item in found.findings if item.code == "GT426"]
    assert [(item.values["a"], item.values["b"]) for item in overlaps] == [(A, B)]
    assert overlaps[0].values["area_m2"] == pytest.approx(3000)
    assert not {one.id: one.holds for one in found.invariants}["I1"]
    ring = {
        A: box(0, 0, 300, 100),
        B: box(0, 100, 100, 200),
        C: box(100.2, 100, 300, 200),
        D: box(0, 200, 300, 300),
    }
    gaping = compare(layer(ring), layer(ring), homes((50, 50, 3)))
    (gap,) = [item for item in gaping.findings if item.code == "GT427"]
    assert gap.values["area_m2"] == pytest.approx(20)


def test_other_coordinates() -> None:
    # real coordinates: degrees have no zone otherwise
    place = {
        code: shapely.affinity.translate(shape, 430_000, 3_240_000)
        for code, shape in SQUARE.items()
    }
    buildings = HOMES.set_geometry(HOMES.translate(430_000, 3_240_000))
    old, new = layer(place), layer(place).to_crs("EPSG:4490")
    found = compare(old, new, buildings.to_crs("EPSG:4326"))
    assert found.is_empty
    assert codes(found) == ["GT428"]
    other = compare(new, old, buildings)
    assert other.is_empty
    assert other.old.crs.to_epsg() == 4544


@pytest.mark.parametrize("wrong", [(0.0005, 1.0), (2.0, 1.0), (0.01, 1.0, 0.0)])
def test_tolerances_that_cannot_be(wrong: tuple[float, ...]) -> None:
    with pytest.raises(SettingsError, match="GT046"):
        Tolerances(*wrong)


# -- changes, tables, tables of other people -------------------------------------------------


def test_changes_fit_one_revision_alone() -> None:
    west, east = cut(A, 60)
    found = diff({**SQUARE, A: west, N: east})
    assert found.changes.removed.index.tolist() == [A]
    assert found.changes.added.index.tolist() == [A, N]
    other = prepare_revision(layer(SQUARE, name={C: "别的"}), name="other")
    with pytest.raises(DataError, match="GT404 the changes are not for this revision"):
        apply_diff(other, found.changes)
    with pytest.raises(DataError, match="GT404"):
        apply_diff(found.old, invert(found.changes))


def test_the_id_of_a_group_by_hand() -> None:
    wanted = hashlib.sha256(b"1|2>2|3").hexdigest()[:10]
    assert group_id(["2", "1"], ["3", "2"]) == f"G{wanted}"


def test_tables_have_the_columns_of_the_dictionary() -> None:
    west, east = cut(A, 60)
    found = diff({**SQUARE, A: west, N: east})
    tables = (found.groups, found.relations, found.grids, found.buildings, found.codes)
    for table, one in zip(tables, DIFF_TABLES.values(), strict=True):
        assert table.columns.tolist() == [column.key for column in one.columns]
        required = [column.key for column in one.columns if column.required]
        assert table[required].notna().all().all()
    assert set(NAMES) == {one.id for one in found.invariants}


def test_every_kind_has_names_and_a_colour() -> None:
    # the layer of grids after holds no retired ones
    assert {item.value for item in _CHANGES} == {"", *KINDS} - {"retire"}
    for item in _CHANGES[1:]:
        assert (item.zh, item.en) == (KINDS[item.value].zh, KINDS[item.value].en)
    assert set(KINDS) < set(FLAGS)
    assert IDENTITY == ("grid_code", "grid_name", "grid_kind", "community_code")


def test_a_table_moves_by_households() -> None:
    found = diff({**SQUARE, A: box(0, 0, 60, 100), B: box(60, 0, 200, 100)})
    table = pd.DataFrame(
        {
            "grid_code": [A, B, C, "x"],
            "events": ["10", "4", "1", "2"],
            "rate": [0.5, 1.0, 0.25, 0],
            "note": ["a", "b", "c", "d"],
        }
    )
    moved, findings = translate_table(table, found)
    rows = moved.set_index("grid_code")
    # two thirds of the households of A stay: 6.67 of 10 events become 7
    assert rows["events"].to_dict() == {"": 2, A: 7, B: 7, C: 1}
    assert rows["rate"].to_dict() == pytest.approx({"": 0, A: 1 / 3, B: 1 + 1 / 6, C: 0.25})
    assert rows["exact"].to_dict() == {"": False, A: False, B: False, C: True}
    assert rows.loc[B, "from_codes"] == f"{A}|{B}"
    assert "note" not in moved
    assert [item.code for item in findings] == ["GT438", "GT439"]
    with pytest.raises(DataError, match="GT406 the table t has no column of numbers"):
        translate_table(table[["grid_code", "note"]], found, name="t")


def test_a_table_moves_with_codes_alone() -> None:
    found = diff({N: SQUARE[A], B: SQUARE[B], C: SQUARE[C]})
    moved, findings = translate_table(pd.DataFrame({"grid_code": [A, B], "n": [3, 4]}), found)
    assert moved.set_index("grid_code")["n"].to_dict() == {N: 3, B: 4}
    assert moved["exact"].all()
    assert findings == []


def test_a_code_is_followed_over_two_diffs() -> None:
    west, east = cut(A, 60)
    first = diff({**SQUARE, A: west, N: east})
    last = compare(layer({**SQUARE, A: west, N: east}), layer({**SQUARE, A: west, D: east}), HOMES)
    records = [
        Record(name, one.relations, one.groups, frozenset(one.grids["grid_code"]))
        for name, one in (("2024", first), ("2025", last))
    ]
    ahead = trace_code(A, records, FORWARD)
    assert [(one.depth, one.target, one.households, one.type) for one in ahead] == [
        (1, A, 100, "split_off"),
        (1, N, 50, "split_off"),
        (2, D, 50, "recode"),
    ]
    back = trace_code(D, records, BACK)
    assert [(one.record, one.source, one.target, one.share) for one in back] == [
        ("2025", D, N, 1.0),
        ("2024", N, A, 1.0),
    ]
    assert trace_code(C, records, FORWARD) == []
    with pytest.raises(DataError, match="GT405 code 7 is in none of these diffs"):
        trace_code("7", records, FORWARD)
