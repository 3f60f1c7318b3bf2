"""Stage ``check``: communities, their kinds, and the seams between them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from shapely.geometry import MultiPolygon, Polygon, box

from gridtool.check import check_layers, seams
from gridtool.check.seams import close_seams
from gridtool.errors import CrsError, DataError
from gridtool.findings import Finding, findings_frame

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
    return [f"{item.code} {item.row} {item.record()['message_en']}" for item in findings]


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
    with pytest.raises(DataError, match=f"GT025 .* of code {code} are not .* communities.0. ") as e:
        check(communities([box(0, 0, 100, 100)], [code]))
    assert e.value.exit_code == 14


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
    with pytest.raises(DataError, match=r"GT024 kind town is not known · communities\[0\]"):
        check(communities([box(0, 0, 100, 100)], [A], kind=["town"]))


@pytest.mark.parametrize("column", ["code", "name"])
def test_empty_code_or_name(column: str) -> None:
    frame = communities([box(0, 0, 100, 100), box(100, 0, 200, 100)], [A, B])
    frame[column] = pd.Series(["x", None], dtype=object)
    with pytest.raises(DataError, match=rf"GT023 {column} has empty values · communities\[1\]"):
        check(frame)


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
    ],
    ids=["missing", "empty", "flat", "infinite"],
)
def test_polygon_that_cannot_be_repaired(shape: Polygon | None) -> None:
    with pytest.raises(DataError, match=r"GT029 .* cannot be repaired · communities\[1\] · redraw"):
        check(communities([box(0, 0, 100, 100), shape], [A, B]))


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
    with pytest.raises(DataError, match=pattern):
        check(frame)


def test_layer_must_be_in_metres() -> None:
    frame = communities([box(0, 0, 1, 1)], [A]).set_crs(4490, allow_override=True)
    with pytest.raises(CrsError, match="GT005"):
        check(frame)


# -- seams --------------------------------------------------------------------------------------


def test_large_overlap_is_refused() -> None:
    frame = communities([box(0, 0, 100, 100), box(98, 0, 200, 100)], [B, A])
    with pytest.raises(DataError, match=f"GT026 communities {A} and {B} overlap by 200 m²") as e:
        check(frame)
    assert sorted(e.value.rows) == [0, 1]


def test_one_community_inside_another_is_refused() -> None:
    frame = communities([box(0, 0, 100, 100), box(20, 20, 60, 60)], [A, B])
    with pytest.raises(DataError, match=r"GT026 .* overlap by 1600 m²"):
        check(frame)


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
    assert [item.code for item in findings] == ["GT104"]
    assert findings[0].values["area_m2"] == pytest.approx(change)
    assert findings[0].geometry.area == pytest.approx(change)


def test_a_hole_wider_than_a_seam_stays() -> None:
    ring = Polygon(box(0, 0, 100, 100).exterior, [box(40, 40, 60, 60).exterior])
    found, findings = check(communities([ring], [A]))
    assert found.area.iloc[0] == 9600
    assert findings == []


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
    fitted = close_seams(shapes, pd.RangeIndex(36))
    assert len(fitted) == 36
    assert shapely.coverage_is_valid(fitted)
    assert (shapely.get_type_id(fitted) == 3).all()
    moved = shapely.area(shapely.symmetric_difference(shapes, fitted))
    # 400 m of border, each side off by `shift` at most
    assert moved.max() <= 1.0 + 2 * 400 * shift
    assert [a.wkb for a in close_seams(shapes, pd.RangeIndex(36))] == [a.wkb for a in fitted]


def test_seams_that_cannot_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seams, "_SNAPS_M", ())
    with pytest.raises(DataError, match=r"GT031 .* cannot be closed · communities\[0, 1\]"):
        check(communities([box(0, 0, 100, 100), box(99.7, 0, 200, 100)], [A, B]))


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
