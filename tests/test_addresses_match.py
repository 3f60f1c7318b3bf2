"""The gazetteer and its index: exact, nearly, never across a level; points to grids."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from addressed import (
    A1,
    A2,
    B1,
    CRS,
    EAST,
    NORTH,
    V1,
    make_gazetteer,
    write_buildings,
    write_csv,
    write_grids,
)

from gridtool.addresses import Claim, Gazetteer, Placer, Point, judge, match_text
from gridtool.addresses.index import pairs_of
from gridtool.addresses.matching import Match
from gridtool.addresses.points import OUTSIDE, Raster, locate_few
from gridtool.errors import ColumnError, CrsError, InputError, OutputError
from gridtool.offsets import to_bd09, to_gcj02
from gridtool.pipeline import Sources, find_address, make_index, open_gazetteer


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory: pytest.TempPathFactory):
    with Gazetteer(make_gazetteer(tmp_path_factory.mktemp("county"))) as held:
        yield held


def found(text: str, gazetteer: Gazetteer) -> tuple[str, list[str], float, tuple[str, ...]]:
    match = match_text(gazetteer.parse(text), gazetteer)
    return (
        match.way,
        [gazetteer.grids[at].code for at in match.grids],
        match.confidence,
        match.notes,
    )


def test_gates_of_a_community_without_roads(tmp_path: Path) -> None:
    rows = [
        ["自流井区五星街街道高山井社区23号", EAST + 1300, NORTH + 500],
        ["自流井区五星街街道高山井社区23号附1号", EAST + 1400, NORTH + 500],
        ["自流井区东兴寺街道钟云山社区23号", EAST + 2300, NORTH + 500],
        ["自流井区仲权镇百胜村12号", EAST + 3300, NORTH + 500],
    ]
    table = write_csv(tmp_path / "a.csv", ["address", "x", "y"], *rows)
    make_index(Sources(write_grids(tmp_path / "g.gpkg"), addresses=(table,)), tmp_path / "index")
    with Gazetteer(tmp_path / "index") as held:
        assert found("高山井社区23号", held) == ("gazetteer_exact", [A2], 1.0, ())
        assert found("五星街街办高山井居委会二十三号附一号", held)[1:3] == ([A2], 1.0)
        assert found("钟云山社区23号", held)[1:3] == ([B1], 1.0)
        assert found("仲权镇百胜村12号3室", held)[1:3] == ([V1], 1.0)
        # another number, a group, a town alone: no such gate
        assert found("高山井社区24号", held)[0] == "community_only"
        assert found("高山井社区3组23号", held)[0] == "community_only"
        assert found("五星街街道23号", held)[0] == "none"


@pytest.mark.parametrize(
    ("text", "grid", "confidence"),
    [
        ("四川省自贡市自流井区五星街街道汇盐大道200号", A1, 1.0),
        ("五星街街办汇盐大道２００号3单元502（自住）", A1, 1.0),
        ("檀香街49号盐都家园2幢3-502", A1, 0.95),
        ("盐都家园二栋", A1, 0.95),
        ("东兴寺街道檀香街49号", B1, 1.0),
        ("自流井区仲权镇百胜村三组7号", V1, 1.0),
        ("檀香街53号附1", A2, 0.95),
        ("滨溪路8号1栋", A2, 0.95),
    ],
)
def test_exact(text: str, grid: str, confidence: float, gazetteer: Gazetteer) -> None:
    assert found(text, gazetteer) == ("building", [grid], confidence, ())


@pytest.mark.parametrize(
    ("text", "way", "grids", "confidence", "notes"),
    [
        # one gate in two towns, and no town told
        ("檀香街49号", "building", [A1, B1], 0.0, ()),
        # a building nobody knows, at a gate that is known
        ("檀香街49号盐都家园9栋", "gazetteer_fuzzy", [A1], 0.8, ("building_unknown",)),
        ("檀香街53号附9", "not", [], 0.0, ()),
        # one character wrong: sure where the compound says the same, else not
        ("坛香街49号盐都家园1栋", "gazetteer_fuzzy", [A1], 0.95, ("name_like",)),
        ("五星街街道槟溪路8号", "gazetteer_fuzzy", [A2], 0.8, ("name_like",)),
        # 翠湖名城 and 翠湖名苑 are both nearly 翠湖名园
        ("翠湖名园1栋", "gazetteer_fuzzy", [A2, B1], 0.0, ("name_like",)),
        # the right road and number, in a town where they are not
        ("仲权镇汇盐大道200号", "gazetteer_exact", [A1], 0.4, ("levels_disagree",)),
        # gate of one compound, name of another
        ("檀香街49号翠湖名城1栋", "gazetteer_exact", [A1, A2], 0.0, ("parts_disagree",)),
        # only the community, which has one grid, or two
        ("仲权镇百胜村", "community_only", [V1], 0.95, ()),
        ("自流井区高山井社区", "community_only", [A1, A2], 0.0, ()),
        ("自流井区白胜村3组7号", "gazetteer_fuzzy", [V1], 0.8, ("name_like",)),
        # a gate without compound, and a compound that lies elsewhere
        ("汇盐大道200号翠湖名城1栋", "gazetteer_exact", [A1, A2], 0.0, ("parts_disagree",)),
        ("自流井区猫儿村3组7号", "none", [], 0.0, ("unknown_area",)),
        ("成都市武侯区科华北路62号", "none", [], 0.0, ("other_area",)),
        ("富顺县富世街道解放街5号", "none", [], 0.0, ("other_area",)),
        ("汇盐大道9999号", "none", [], 0.0, ()),
    ],
)
def test_not_sure(
    text: str,
    way: str,
    grids: list[str],
    confidence: float,
    notes: tuple[str, ...],
    gazetteer: Gazetteer,
) -> None:
    told = found(text, gazetteer)
    if way == "not":
        assert told[2] < 0.9
        return
    assert told == (way, grids, confidence, notes)


def test_numbers_are_never_guessed(gazetteer: Gazetteer) -> None:
    for number in (199, 201, 20, 2000):
        assert found(f"五星街街道汇盐大道{number}号", gazetteer)[1] == []


def test_aliases_lead_to_the_names_in_use(tmp_path: Path) -> None:
    table = write_csv(
        tmp_path / "aliases.csv",
        ["旧名", "现名"],
        ["井神路", "汇盐大道"],
        ["百货公司宿舍", "盐都家园"],
        ["梧桐社区", "高山井社区"],
    )
    with Gazetteer(make_gazetteer(tmp_path, aliases=table)) as held:
        assert found("井神路200号", held)[1] == [A1]
        assert found("百货公司宿舍2栋", held)[1] == [A1]
        assert found("自流井区梧桐社区", held)[1] == [A1, A2]


def test_a_table_of_standard_addresses_by_its_police_columns(tmp_path: Path) -> None:
    table = write_csv(
        tmp_path / "bzdz.csv",
        ["DZBM", "XZJDMC", "JLXMC", "MPH", "XQMC", "JZWMC", "ZBWZX", "ZBWZY", "TYRQ", "WGBM"],
        ["d1", "五星街街道", "盐马路", "5", "天车花园", "3", EAST + 1500, NORTH + 5, "", ""],
        ["d2", "五星街街道", "盐马路", "7", "", "", "", "", "", B1],
        ["d3", "五星街街道", "盐马路", "9", "", "", EAST + 10, NORTH + 5, "2020-01-01", ""],
    )
    grids = write_grids(tmp_path / "grids.gpkg")
    assert make_index(Sources(grids, addresses=(table,)), tmp_path / "index") == 2
    with Gazetteer(tmp_path / "index") as held:
        assert found("盐马路5号天车花园3栋", held) == ("gazetteer_exact", [A2], 0.95, ())
        assert found("盐马路7号", held) == ("gazetteer_exact", [B1], 0.95, ())
        assert found("盐马路9号", held)[1] == []


def test_a_building_stays_in_the_grid_it_was_counted_to(tmp_path: Path) -> None:
    grids = write_grids(tmp_path / "grids.gpkg")
    gpd.GeoDataFrame(
        {"building_id": ["b1"], "grid_code": [A2]}, geometry=[shapely.Point(0, 0)], crs=CRS
    ).to_file(grids, layer="buildings")
    make_index(Sources(grids, write_buildings(tmp_path / "b.gpkg")), tmp_path / "index")
    with Gazetteer(tmp_path / "index") as held:
        assert found("汇盐大道200号", held)[1] == [A2]


def test_an_answer_tells_public_facts_and_a_place(gazetteer: Gazetteer) -> None:
    answer = find_address("汇盐大道200号", gazetteer)
    assert (answer.verdict, answer.grids[0]["households"]) == ("ok", 400)
    assert answer.lonlat is not None
    lon, lat = answer.lonlat
    metres = Placer(gazetteer.crs, gazetteer.bounds).to_metres(np.array([[lon, lat]]))
    assert metres == pytest.approx(np.array([[EAST + 200, NORTH + 500]]), abs=0.2)


def test_pairs_of_characters() -> None:
    assert pairs_of("汇盐大道") == "汇盐 盐大 大道"
    assert pairs_of("路") == "路"


# -- what cannot be used ---------------------------------------------------------------------


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"GT600 .* is no index"):
        Gazetteer(tmp_path)
    with pytest.raises(InputError, match="GT001"):
        Gazetteer(tmp_path / "none")
    folder = make_gazetteer(tmp_path)
    (folder / "gazetteer.sqlite").write_bytes(b"no database at all")
    with pytest.raises(InputError, match=r"GT002 .* file is not a database"):
        Gazetteer(folder)


def test_grids_without_polygons_or_crs_are_refused(tmp_path: Path) -> None:
    points = write_buildings(tmp_path / "points.gpkg")
    table = gpd.read_file(points).rename(columns={"building_id": "grid_code"})
    table.to_file(tmp_path / "grids.gpkg", layer="grids")
    with pytest.raises(InputError, match="GT604 the layer of grids has no polygons"):
        make_index(Sources(tmp_path / "grids.gpkg"), tmp_path / "index")
    squares = gpd.GeoDataFrame({"grid_code": [A1]}, geometry=[shapely.box(0, 0, 9, 9)])
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        squares.to_file(tmp_path / "bare.gpkg", layer="grids")
    with pytest.raises(CrsError, match="GT005"):
        make_index(Sources(tmp_path / "bare.gpkg"), tmp_path / "index")


def test_a_gazetteer_without_addresses_is_refused(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", ["编号", "名称"], ["1", "甲"])
    sources = Sources(write_grids(tmp_path / "grids.gpkg"), addresses=(table,))
    with pytest.raises(ColumnError, match="GT602 there is no column of addresses"):
        make_index(sources, tmp_path / "index")
    assert not (tmp_path / "index").exists()


def test_an_index_is_kept_unless_it_may_be_replaced(tmp_path: Path) -> None:
    folder = make_gazetteer(tmp_path)
    sources = Sources(tmp_path / "grids.gpkg")
    with pytest.raises(OutputError, match="GT042"):
        make_index(sources, folder)
    assert make_index(sources, folder, overwrite=True) == 0


def test_either_an_index_or_grids() -> None:
    with pytest.raises(Exception, match="GT605"), open_gazetteer(None, None):
        pass


# -- points ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cells() -> np.ndarray:
    rng = np.random.default_rng(5)
    ground = shapely.box(0, 0, 1000, 1000)
    seeds = shapely.multipoints(rng.random((40, 2)) * 1000)
    found = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=ground))
    # a gap where the last two would be
    return shapely.intersection(found, ground)[:-2]


def test_points_by_raster_are_where_they_lie(cells: np.ndarray) -> None:
    xy = np.random.default_rng(6).random((4000, 2)) * 1100 - 50
    located = Raster(cells, 2.0).locate(np.vstack((xy, [[np.nan, np.nan]])))
    assert located.grid[-1] == OUTSIDE
    points = shapely.points(xy)
    inside = shapely.intersects(cells[:, None], points[None, :])
    own = np.where(inside.any(axis=0), inside.argmax(axis=0), OUTSIDE)
    assert (located.grid[:-1] == own).all()
    near = shapely.dwithin(shapely.boundary(cells)[:, None], points[None, :], 2.0).any(axis=0)
    assert sorted(located.border) == np.flatnonzero(near).tolist()
    for at, sides in located.border.items():
        assert set(sides) == set(np.flatnonzero(shapely.dwithin(cells, points[at], 2.0)))
        assert own[at] in (OUTSIDE, sides[0])


def test_a_few_points_by_the_tree_on_disk_are_the_same(gazetteer: Gazetteer) -> None:
    # in a grid, on an inner border, on the outer one, outside, nowhere
    xy = np.array([(500, 500), (1000.5, 500), (500, -0.5), (500, -50), (np.nan, np.nan)])
    xy += (EAST, NORTH)
    few = locate_few(xy, gazetteer.folder, 2.0, gazetteer.shapes)
    assert few.grid.tolist() == [0, 1, OUTSIDE, OUTSIDE, OUTSIDE]
    assert few.border == {1: (1, 0), 2: (0,)}
    many = Raster(gazetteer.shapes(), 2.0).locate(xy)
    assert (many.grid.tolist(), many.border) == (few.grid.tolist(), few.border)


# -- coordinates -----------------------------------------------------------------------------


@pytest.fixture
def placer(gazetteer: Gazetteer) -> Placer:
    return Placer(gazetteer.crs, gazetteer.bounds, pipeline=gazetteer.from_degrees)


def noted(placer: Placer, *rows: tuple[float, float]) -> tuple[np.ndarray, list[set[str]]]:
    placed = placer.place(np.array(rows))
    notes = [{name for name, on in placed.notes.items() if on[at]} for at in range(len(rows))]
    return placed.xy, notes


def test_each_row_is_taken_for_what_it_must_be(placer: Placer) -> None:
    lon, lat = placer.to_degrees(np.array([[EAST + 200, NORTH + 500]]))[0].tolist()
    xy, notes = noted(
        placer,
        (EAST + 200, NORTH + 500),
        (NORTH + 500, EAST + 200),
        (EAST + 200 + 35e6, NORTH + 500),
        (EAST + 200, NORTH + 500),
        (lon, lat),
        (lat, lon),
        (np.nan, NORTH),
        (np.inf, 0.0),
    )
    assert xy[:6] == pytest.approx(np.tile((EAST + 200, NORTH + 500), (6, 1)), abs=0.01)
    assert np.isnan(xy[6:]).all()
    among = "degrees_among_metres"
    assert notes == [
        *(set(), {"xy_swapped"}, {"zone_number"}, set()),
        *({among}, {among, "xy_swapped"}, set(), set()),
    ]


@pytest.mark.parametrize(("system", "shift"), [("gcj02", to_gcj02), ("bd09", to_bd09)])
def test_web_map_coordinates_are_brought_back(system, shift, gazetteer: Gazetteer) -> None:
    plain = Placer(gazetteer.crs, gazetteer.bounds)
    place = np.array([[EAST + 200, NORTH + 500]])
    lon, lat = plain.to_degrees(place).T
    given = np.column_stack(shift(lon, lat))
    placer = Placer(gazetteer.crs, gazetteer.bounds, system=system)
    assert placer.place(given).xy == pytest.approx(place, abs=0.01)
    assert np.hypot(*(plain.place(given).xy - place)[0]) > 300


def test_metres_of_another_system_are_brought_over(gazetteer: Gazetteer) -> None:
    place = gpd.GeoSeries([shapely.Point(EAST + 200, NORTH + 500)], crs=CRS).to_crs(32648)
    placer = Placer(gazetteer.crs, gazetteer.bounds, source="EPSG:32648")
    xy = placer.place(np.array([[place.x[0], place.y[0]]])).xy
    assert xy == pytest.approx(np.array([[EAST + 200, NORTH + 500]]), abs=0.01)


# -- verdicts --------------------------------------------------------------------------------

SURE = Match("building", (0,), 1.0, "510302001002", (EAST + 200, NORTH + 500))
LIKE = Match("gazetteer_fuzzy", (0,), 0.8, "510302001002")
OPEN = Match("building", (0, 2))
NOTHING = Match()
IN_A1 = Point(EAST + 200, NORTH + 500, 0)
IN_B1 = Point(EAST + 2200, NORTH + 500, 2)
BETWEEN = Point(EAST + 1000, NORTH + 500, 0, (0, 1))
AWAY = Point(EAST, NORTH - 900, -1)


@pytest.mark.parametrize(
    ("text", "point", "claim", "verdict", "grid"),
    [
        (SURE, None, Claim(), "ok", A1),
        (SURE, None, Claim(A1), "ok", A1),
        (SURE, None, Claim("高山井社区第一网格"), "ok", A1),
        (SURE, None, Claim(A2), "claim_wrong", A1),
        (SURE, None, Claim("510302001002099"), "claim_wrong", A1),
        (SURE, None, Claim("", "510302001002"), "ok", A1),
        (SURE, None, Claim("", "510302002001"), "claim_wrong", A1),
        (LIKE, None, Claim(), "ambiguous", ""),
        (LIKE, None, Claim(A1), "ok", A1),
        (LIKE, None, Claim(A2), "ambiguous", ""),
        (OPEN, None, Claim(A1), "ambiguous", ""),
        (NOTHING, None, Claim(A1), "not_found", ""),
        (NOTHING, IN_A1, Claim(A1), "ok", A1),
        (NOTHING, IN_B1, Claim(A1), "claim_wrong", B1),
        (NOTHING, AWAY, Claim(A1), "outside", ""),
        (NOTHING, BETWEEN, Claim(A1), "on_border", A1),
        (SURE, IN_A1, Claim(A1), "ok", A1),
        (SURE, BETWEEN, Claim(A2), "claim_wrong", A1),
        (SURE, IN_B1, Claim(A1), "text_and_point_disagree", ""),
        (SURE, AWAY, Claim(A1), "text_and_point_disagree", ""),
        (LIKE, IN_A1, Claim(A2), "claim_wrong", A1),
        (LIKE, IN_B1, Claim(A1), "ambiguous", ""),
        (OPEN, IN_B1, Claim(B1), "ok", B1),
    ],
)
def test_verdicts(text, point, claim, verdict, grid, gazetteer: Gazetteer) -> None:
    result = judge(text, point, claim, gazetteer)
    code = gazetteer.grids[result.grid].code if result.grid >= 0 else ""
    assert (result.verdict, code) == (verdict, grid)


def test_how_far_text_and_point_are_apart(gazetteer: Gazetteer) -> None:
    result = judge(SURE, IN_B1, Claim(), gazetteer)
    assert (result.distance, result.candidates) == (2000.0, (0, 2))


def test_both_sides_of_a_border_are_named(gazetteer: Gazetteer) -> None:
    assert judge(NOTHING, BETWEEN, Claim(), gazetteer).candidates == (0, 1)


def test_the_frame_that_is_given_is_left_as_it_is(tmp_path: Path) -> None:
    from gridtool.addresses import make_entries, make_places

    frame = pd.DataFrame({"address": ["汇盐大道2号"], "x": [1.0], "y": [2.0], "grid": [0]})
    before = frame.copy()
    entries = list(make_entries(frame, make_places({}), source="address", communities=["c"]))
    assert entries[0].parts[1:3] == ("汇盐大道", "2")
    pd.testing.assert_frame_equal(frame, before)
