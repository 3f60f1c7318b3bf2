"""Stage ``check``: communities, their kinds, and the seams between them."""

from __future__ import annotations

from random import Random

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from gridtool.check import check_layers, seams
from gridtool.check.seams import close_seams
from gridtool.errors import CrsError, DataError
from gridtool.findings import Finding, findings_frame, refuse_errors

CRS = "EPSG:4544"
A, B, C = "510302001001", "510302001002", "510302001203"
BOW_TIE = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])


def communities(shapes: list[object], codes: list[object], **columns: object) -> gpd.GeoDataFrame:
    data = {"code": codes, "name": [f"n{code}" for code in codes], **columns}
    index = pd.RangeIndex(len(codes), name="row")
    return gpd.GeoDataFrame(data, geometry=shapes, crs=CRS, index=index)


def buildings(at: tuple[float, float] = (10, 10)) -> gpd.GeoDataFrame:
    data = {"building_id": ["h1"], "households": [5], "persons": [9]}
    return gpd.GeoDataFrame(data, geometry=[box(*at, at[0] + 10, at[1] + 10)], crs=CRS)


def check(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    layers, findings = check_layers({"communities": frame, "buildings": buildings()})
    return layers["communities"], findings


def messages(findings: list[Finding]) -> list[str]:
    records = [item.record() for item in findings]
    return [f"{item['code']} {item['row']} {item['message_en']}" for item in records]


def refused(frame: gpd.GeoDataFrame, pattern: str) -> Finding:
    """Check that a frame has one fault, that it is refused for it, and return the fault."""
    _, findings = check(frame)
    assert len(findings) == 1, messages(findings)
    with pytest.raises(DataError, match=pattern):
        refuse_errors(findings)
    return findings[0]


def test_sound_communities_pass_unchanged_and_sorted() -> None:
    frame = communities([box(100, 0, 200, 100), box(0, 0, 100, 100)], [B, A])
    before = frame.copy()
    found, findings = check(frame)
    assert findings == []
    assert found.columns.tolist() == ["code", "name", "kind", "geometry"]
    assert found["code"].tolist() == [A, B]
    assert found["kind"].tolist() == ["community", "community"]
    assert found.index.tolist() == [0, 1]
    assert found.geometry.iloc[0].equals_exact(box(0, 0, 100, 100), 0)
    assert_geodataframe_equal(frame, before)


@pytest.mark.parametrize(
    ("serial", "kind"),
    [
        *(("001", "community"), ("199", "community"), ("400", "community"), ("499", "community")),
        *(("200", "village"), ("399", "village"), ("500", "village"), ("599", "village")),
    ],
)
def test_kind_by_code(serial: str, kind: str) -> None:
    found, _ = check(communities([box(0, 0, 100, 100)], [f"510302001{serial}"]))
    assert found["kind"].tolist() == [kind]


@pytest.mark.parametrize("code", ["510302001000", "510302001600", "51030200100X"])
def test_kind_that_cannot_be_told(code: str) -> None:
    frame = communities([box(0, 0, 100, 100)], [code])
    if code.endswith("X"):
        frame = frame.assign(kind="village")
        assert messages(check(frame)[1]) == [f"GT102 0 code {code} is not 12 digits"]
        return
    fault = refused(frame, f"GT025 .* of code {code} are not .* communities.0. ")
    assert fault.geometry.within(frame.geometry.iloc[0])


@pytest.mark.parametrize(
    ("text", "kind"), [("社区", "community"), ("行政村", "village"), ("Village ", "village")]
)
def test_kind_by_column_wins_over_the_code(text: str, kind: str) -> None:
    found, _ = check(communities([box(0, 0, 100, 100)], [A], kind=[text]))
    assert found["kind"].tolist() == [kind]


def test_empty_kind_is_told_by_the_code() -> None:
    found, _ = check(communities([box(0, 0, 100, 100)], [C], kind=pd.Series([None], dtype=object)))
    assert found["kind"].tolist() == ["village"]


def test_unknown_kind() -> None:
    frame = communities([box(0, 0, 100, 100)], [A], kind=["town"])
    refused(frame, r"GT024 kind town is not known · communities\[0\]")


@pytest.mark.parametrize("column", ["code", "name"])
def test_empty_code_or_name(column: str) -> None:
    frame = communities([box(0, 0, 100, 100), box(100, 0, 200, 100)], [A, B])
    frame.loc[1, column] = None
    refused(frame, rf"GT023 {column} has empty values · communities\[1\]")


def test_code_that_is_not_12_digits() -> None:
    frame = communities([box(0, 0, 100, 100)], ["12174"], kind=["village"])
    found, findings = check(frame)
    assert found["code"].tolist() == ["12174"]
    assert messages(findings) == ["GT102 0 code 12174 is not 12 digits"]
    assert findings[0].geometry.within(frame.geometry.iloc[0])


# -- geometry -----------------------------------------------------------------------------------


def test_invalid_polygon_is_repaired() -> None:
    found, findings = check(communities([BOW_TIE], [A]))
    assert found.is_valid.all()
    assert found.area.iloc[0] == pytest.approx(5000)
    assert messages(findings) == [
        "GT101 0 the community's polygon is invalid (Self-intersection[50 50]); repaired, "
        "area changed by 5000.00 m²"
    ]


@pytest.mark.parametrize(
    "shape",
    [
        None,
        Polygon(),
        Polygon([(0, 0), (50, 50), (100, 100)]),
        Polygon([(0, 0), (np.inf, 50), (100, 100)]),
        Polygon([(0, 0), (50, 50), (100, 100.001)]),
    ],
    ids=["missing", "empty", "flat", "infinite", "a hair wide"],
)
def test_polygon_that_cannot_be_repaired(shape: Polygon | None) -> None:
    # its buildings are not said to lie outside: nobody can tell
    frame = communities([box(0, 0, 9, 9), shape], [A, B])
    refused(frame, r"GT029 .* cannot be repaired · communities\[1\] · redraw")


def test_no_polygon_at_all() -> None:
    layers, findings = check_layers(
        {"communities": communities([None], [A]), "buildings": buildings()}
    )
    assert [item.code for item in findings] == ["GT029"]
    assert "communities" not in layers


def test_rows_of_one_code_are_one_community() -> None:
    exclave = box(300, 0, 310, 10)
    frame = communities([box(0, 0, 100, 100), box(100, 0, 200, 100), exclave], [A, B, A])
    found, findings = check(frame)
    assert found["code"].tolist() == [A, B]
    assert found.geometry.iloc[0].equals(MultiPolygon([box(0, 0, 100, 100), exclave]))
    assert messages(findings) == [f"GT103 0 2 rows belong to community {A}; merged"]


@pytest.mark.parametrize("column", ["name", "kind"])
def test_rows_of_one_code_that_disagree(column: str) -> None:
    values = ["village", "community"]
    frame = communities([box(0, 0, 100, 100), box(100, 0, 200, 100)], [A, A], **{column: values})
    pattern = rf"GT028 rows of community {A} differ in {column}: village, community · .*\[0, 1\]"
    refused(frame, pattern)


def test_layer_must_be_in_metres() -> None:
    frame = communities([box(0, 0, 1, 1)], [A]).set_crs(4490, allow_override=True)
    with pytest.raises(CrsError, match="GT005"):
        check(frame)


# -- seams --------------------------------------------------------------------------------------


def test_large_overlap_is_refused() -> None:
    frame = communities([box(0, 0, 100, 100), box(98, 0, 200, 100)], [B, A])
    fault = refused(frame, f"GT026 communities {A} and {B} overlap by 200 m² · .*\\[0, 1\\]")
    assert fault.geometry.equals(box(98, 0, 100, 100))


def test_every_large_overlap_is_told() -> None:
    shapes = [box(0, 0, 100, 100), box(98, 0, 200, 100), box(198, 0, 300, 100)]
    _, findings = check(communities(shapes, [A, B, C]))
    assert messages(findings) == [
        f"GT026 0, 1 communities {A} and {B} overlap by 200 m²",
        f"GT026 1, 2 communities {B} and {C} overlap by 200 m²",
    ]


def test_two_codes_with_one_polygon() -> None:
    _, findings = check(communities([box(0, 0, 100, 100)] * 2, [A, B]))
    assert [item.code for item in findings] == ["GT026"]


def test_one_community_inside_another_is_refused() -> None:
    frame = communities([box(0, 0, 100, 100), box(20, 20, 60, 60)], [A, B])
    refused(frame, r"GT026 .* overlap by 1600 m²")


@pytest.mark.parametrize(
    ("left", "right", "change"),
    [
        pytest.param(box(0, 0, 100, 100), box(99.6, 0, 200, 100), 40, id="overlap"),
        pytest.param(
            box(0, 0, 100, 100),
            Polygon([(100, 0), (100.5, 50), (100, 100), (200, 100), (200, 0)]),
            25,
            id="gap",
        ),
    ],
)
def test_seams_are_closed(left: Polygon, right: Polygon, change: float) -> None:
    found, findings = check(communities([left, right], [A, B]))
    shapes = found.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes, gap_width=1.0)
    assert shapely.union_all(shapes).equals(box(0, 0, 200, 100))
    assert messages(findings) == [
        f"GT104 0, 1 gaps or overlaps along the lines of {A}, {B} were closed ({change}.00 m²)"
    ]
    assert findings[0].values["area_m2"] == pytest.approx(change)
    assert findings[0].geometry.area == pytest.approx(change)


def test_a_hole_wider_than_a_seam_stays() -> None:
    ring = Polygon(box(0, 0, 100, 100).exterior, [box(40, 40, 60, 60).exterior])
    found, findings = check(communities([ring], [A]))
    assert found.area.iloc[0] == 9600
    assert messages(findings) == [f"GT192 0 400 m² inside community {A} belong to none"]
    assert findings[0].geometry.equals(box(40, 40, 60, 60))


def test_vertices_that_do_not_match_are_mended_without_a_finding() -> None:
    # a vertex of the right one lies 1 mm over the left one's straight side
    right = Polygon([(100, 0), (99.999, 50), (100, 100), (200, 100), (200, 0)])
    shapes = [box(0, 0, 100, 100), right]
    assert not shapely.coverage_is_valid(shapes)
    found, findings = check(communities(shapes, [A, B]))
    assert shapely.coverage_is_valid(found.geometry.to_numpy())
    assert findings == []


def test_a_narrow_neck_away_from_the_seam_survives() -> None:
    # 4 cm wide: a snapping distance of 5 cm would close it
    dumbbell = shapely.union_all(
        [box(0, 0, 100, 100), box(-50, 50, 0, 50.04), box(-99, 40, -50, 60)]
    )
    found, _ = check(communities([dumbbell, box(99.7, 0, 200, 100)], [A, B]))
    assert found.geom_type.tolist() == ["Polygon", "Polygon"]
    assert found.geometry.iloc[0].covers(box(-50, 50, 0, 50.04).centroid)
    assert shapely.coverage_is_valid(found.geometry.to_numpy())


@pytest.mark.parametrize("shift", [0.001, 0.02, 0.2])
def test_shifted_blocks_fit_together_and_keep_their_place(shift: float) -> None:
    random = np.random.default_rng(7)
    shapes = np.array(
        [
            shapely.transform(
                box(x * 100, y * 100, x * 100 + 100, y * 100 + 100),
                lambda xy: xy + random.uniform(-shift, shift, 2),
            )
            for x in range(6)
            for y in range(6)
        ],
        dtype=object,
    )
    fitted = close_seams(shapes)
    assert len(fitted) == 36
    assert shapely.coverage_is_valid(fitted)
    assert (shapely.get_type_id(fitted) == 3).all()
    moved = shapely.area(shapely.symmetric_difference(shapes, fitted))
    # 400 m of border, each side off by `shift` at most
    assert moved.max() <= 1.0 + 2 * 400 * shift
    assert [a.wkb for a in close_seams(shapes)] == [a.wkb for a in fitted]


def test_seams_that_cannot_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seams, "_SNAPS_M", ())
    frame = communities([box(0, 0, 100, 100), box(99.7, 0, 200, 100)], [A, B])
    fault = refused(frame, r"GT031 .* cannot be closed · communities\[0, 1\]")
    assert fault.geometry.distance(box(99.7, 0, 100, 100)) == 0


def test_a_cleaning_that_moves_ground_is_not_taken() -> None:
    before = np.array([box(0, 0, 100, 100), box(100, 0, 200, 100)], dtype=object)
    moved = np.array([box(0, 0, 101, 100), box(101, 0, 200, 100)], dtype=object)
    assert not seams._keeps(before, moved)
    assert not seams._keeps(before, moved[:1])
    assert not seams._keeps(before, np.array([before[0], Polygon()], dtype=object))
    assert seams._keeps(before, before)


def test_splinters_are_given_away() -> None:
    before = np.array([box(0, 0, 10, 10), box(10, 0, 20, 10)], dtype=object)
    splinter, lost = box(20, 0, 20.1, 10), box(90, 0, 90.1, 1)
    cut = MultiPolygon([box(0, 0, 10, 10), splinter, lost, box(50, 0, 60, 10)])
    given = seams._give_splinters_away(before, np.array([cut, box(10, 0, 20, 10)], dtype=object))
    # the large piece stays: it is ground, not a splinter
    assert given[0].equals(MultiPolygon([box(0, 0, 10, 10), box(50, 0, 60, 10)]))
    assert given[1].equals(box(10, 0, 20.1, 10))


def test_findings_make_a_layer() -> None:
    frame = communities([BOW_TIE, box(100, 0, 200, 100)], ["12174", B], kind=["村", "社区"])
    _, findings = check(frame)
    layer = findings_frame(findings, CRS)
    assert layer["code"].tolist() == ["GT101", "GT102"]
    assert layer["row"].tolist() == ["0", "0"]


# -- holes, slivers, needles ----------------------------------------------------------------------


def test_ground_of_nobody_between_communities() -> None:
    # a missing village of 40 m x 20 m
    shapes = [box(0, 0, 60, 100), box(100, 0, 200, 100), box(60, 0, 100, 50), box(60, 70, 100, 100)]
    codes = [A, B, C, "510302001004"]
    _, findings = check(communities(shapes, codes))
    assert messages(findings) == [
        f"GT191 0, 1, 2, 3 800 m² between communities {A}, {B}, 510302001004, {C} belong to none"
    ]
    assert findings[0].geometry.equals(box(60, 50, 100, 70))


def test_an_enclave_of_another_community_is_no_hole() -> None:
    inner = box(40, 40, 60, 60)
    ring = Polygon(box(0, 0, 100, 100).exterior, [inner.exterior])
    assert check(communities([ring, inner], [A, B]))[1] == []


def test_a_sliver_goes_to_the_neighbour_and_leaves_no_gap() -> None:
    # 20 m x 0.4 m of A, cut out of B
    sliver = box(140, 40, 160, 40.4)
    right = box(100, 0, 200, 100).difference(sliver)
    frame = communities([MultiPolygon([box(0, 0, 100, 100), sliver]), right], [A, B])
    found, findings = check(frame)
    assert messages(findings) == [
        f"GT193 0 community {A} has a splinter of 8.00 m², which was given to {B}"
    ]
    assert found.geometry.iloc[0].equals(box(0, 0, 100, 100))
    assert found.geometry.iloc[1].equals(box(100, 0, 200, 100))
    assert shapely.coverage_is_valid(found.geometry.to_numpy())


def test_a_sliver_far_out_is_left_out() -> None:
    parts = [box(0, 0, 100, 100), box(500, 0, 503, 3)]
    found, findings = check(communities([MultiPolygon(parts)], [A]))
    assert messages(findings) == [
        f"GT218 0 community {A} has a splinter of 9.00 m², which was left out"
    ]
    assert found.geometry.iloc[0].equals(parts[0])


def test_a_thin_part_of_some_size_is_a_sliver_and_an_exclave_is_none() -> None:
    thin, exclave = box(500, 0, 600, 0.4), box(500, 50, 504, 53)
    parts = MultiPolygon([box(0, 0, 100, 100), thin, exclave])
    found, findings = check(communities([parts], [A]))
    assert messages(findings) == [
        f"GT218 0 community {A} has a splinter of 40.00 m², which was left out"
    ]
    assert found.area.iloc[0] == 10012


def test_a_community_of_slivers_keeps_the_largest() -> None:
    found, findings = check(communities([MultiPolygon([box(0, 0, 3, 3), box(9, 0, 11, 2)])], [A]))
    assert found.geometry.iloc[0].equals(box(0, 0, 3, 3))
    assert [item.code for item in findings if item.layer == "communities"] == ["GT218"]


def test_a_needle_is_taken_off() -> None:
    # 50 m long, 10 cm wide at its foot
    needle = [(0, 0), (100, 0), (100, 50), (150, 50.05), (100, 50.1), (100, 100), (0, 100)]
    found, findings = check(communities([Polygon(needle)], [A]))
    assert messages(findings) == [
        "GT183 0 the polygon has a spike, a vertex that turns back on itself; removed"
    ]
    assert found.geometry.iloc[0].equals(box(0, 0, 100, 100))


def test_a_needle_that_the_neighbour_follows_is_ground() -> None:
    needle = [(100, 50), (150, 50.05), (100, 50.1)]
    left = Polygon([(0, 0), (100, 0), *needle, (100, 100), (0, 100)])
    right = Polygon([(100, 0), (200, 0), (200, 100), (100, 100), *needle[::-1]])
    found, findings = check(communities([left, right], [A, B]))
    assert findings == []
    assert found.geometry.iloc[0].equals_exact(left, 0)


def test_rings_in_the_wrong_order() -> None:
    inner, outer = box(40, 40, 60, 60), box(0, 0, 100, 100)
    swapped = Polygon(inner.exterior, [outer.exterior])
    found, findings = check(communities([swapped, inner], [A, B]))
    assert found.area.tolist() == [9600, 400]
    assert [item.code for item in findings] == ["GT101"]
    assert "Hole lies outside shell" in findings[0].record()["message_en"]


def test_repeated_points() -> None:
    twice = Polygon([(0, 0), (100, 0), (100, 0), (100, 100), (0, 100)])
    found, findings = check(communities([twice], [A]))
    assert messages(findings) == ["GT184 0 1 polygons of communities have repeated points; removed"]
    assert shapely.get_num_coordinates(found.geometry.iloc[0]) == 5


# -- codes and names ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["510302 001001", "'510302001001", "５１０３０２００１００１", "510302-001-001"]
)
def test_blanks_and_marks_in_codes(code: str) -> None:
    found, findings = check(communities([box(0, 0, 100, 100)], [code]))
    assert found["code"].tolist() == [A]
    assert messages(findings) == [
        f"GT194 0 codes hold blanks or marks, which were taken out: {code} → {A}"
    ]


def test_a_leading_zero_is_put_back_where_the_county_is_known() -> None:
    shapes = [box(0, 0, 100, 100), box(100, 0, 200, 100)]
    found, findings = check(communities(shapes, ["010302001001", "10302001002"]))
    assert found["code"].tolist() == ["010302001001", "010302001002"]
    assert messages(findings) == [
        "GT195 1 codes lost their leading zero, which was put back: 10302001002 → 010302001002"
    ]


def test_eleven_digits_of_no_known_county_stay() -> None:
    shapes = [box(0, 0, 100, 100), box(100, 0, 200, 100)]
    frame = communities(shapes, [A, "10302001002"], kind=["村", "村"])
    assert messages(check(frame)[1]) == ["GT102 1 code 10302001002 is not 12 digits"]


@pytest.mark.parametrize("lost", ["5.1E+11", "5.10302e+11", "510302000000"])
@pytest.mark.parametrize("kind", [None, "村"])
def test_codes_that_lost_their_digits(lost: str, kind: str | None) -> None:
    shapes = [box(0, 0, 100, 100), box(100, 0, 200, 100), box(200, 0, 300, 100)]
    frame = communities(shapes, [lost, lost, A], kind=[kind] * 3)
    frame["kind"] = frame["kind"].astype(object)
    refused(frame, rf"GT071 code {lost.replace('+', '.')} was kept as a number .*\[0, 1\]")


def test_namesakes_in_one_town() -> None:
    shapes = [box(at * 100, 0, at * 100 + 100, 100) for at in range(4)]
    codes = [A, B, "510302002001", "510302001201"]
    names = ["新村", "新 村", "新村", "新村村"]
    _, findings = check(communities(shapes, codes, name=names))
    assert messages(findings) == [
        f"GT196 0, 1 communities of one town share the name 新村: {A}, {B}"
    ]


# -- whatever is drawn ----------------------------------------------------------------------------


@st.composite
def patchworks(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Draw blocks of 100 m side by side, their corners off by up to half a metre each."""
    columns, rows = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    off = st.sampled_from([0.0, 0.001, 0.03, 0.2, 0.5])
    shapes = []
    for x in range(columns):
        for y in range(rows):
            west, south, size = 100 * x + draw(off), 100 * y - draw(off), 100 + draw(off)
            shapes.append(box(west, south, west + size, south + size))
    holes = draw(st.sets(st.integers(0, len(shapes) - 1), max_size=len(shapes) - 1))
    left = [shape for at, shape in enumerate(shapes) if at not in holes]
    codes = [f"5103020010{at:02d}" for at in range(1, len(left) + 1)]
    return communities(left, codes)


@settings(deadline=None, max_examples=60)
@given(patchworks(), st.randoms(use_true_random=False))
def test_communities_fit_together_whatever_the_order_of_rows(
    frame: gpd.GeoDataFrame, random: Random
) -> None:
    found, findings = check(frame)
    shapes = found.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert found["code"].tolist() == frame["code"].tolist()
    # nothing is lost but what snapping takes off the lines, at most 10 cm of them
    whole = shapely.union_all(frame.geometry.to_numpy())
    assert shapely.difference(whole, shapely.union_all(shapes)).area <= 0.1 * frame.length.sum()
    moved = shapely.area(shapely.symmetric_difference(shapes, frame.geometry.to_numpy()))
    assert moved.max() <= 1 + 4 * 102 * 1.0
    order = random.sample(range(len(frame)), len(frame))
    again, shuffled = check(frame.iloc[order])
    assert messages(findings) == messages(shuffled)
    for one, other in zip(shapes, again.geometry.to_numpy(), strict=True):
        assert one.symmetric_difference(other).area < 0.01
