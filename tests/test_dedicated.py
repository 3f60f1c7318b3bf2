"""Dedicated grids: sites from the use of buildings, and how much of the street they take."""

from __future__ import annotations

import numpy as np
import pytest
from builders import CODES, buildings, checked, communities, roads, sites, square
from shapely.geometry import box
from typer.testing import CliRunner

from gridtool.cli import app
from gridtool.cli.config import build_settings, load_config
from gridtool.pipeline import Settings, partition
from gridtool.units import SiteSizes, sites_by_use
from gridtool.units.gaps import part_by_gaps
from gridtool.units.uses import kind_of_use

HALLS = [box(10, 10, 50, 40), box(60, 10, 90, 40)]  # 1,200 and 900 m²
HOME = box(200, 10, 220, 30)
GROUND = box(0, 0, 300, 60)
VILLAGE = "510302101201"


@pytest.mark.parametrize(
    ("use", "kind"),
    [
        ("education", "school"),
        ("第二中学教学楼", "school"),
        ("卫生院（医疗）", "hospital"),
        ("农贸市场", "market"),
        ("Commercial", "mall"),
        ("写字楼", "office"),
        ("科技园区", "park"),
        ("机械厂房", "enterprise"),
        ("residential", None),
        ("parking", None),
        ("", None),
        (None, None),
    ],
)
def test_what_a_use_speaks_of(use: str | None, kind: str | None) -> None:
    assert kind_of_use(use) == kind


def found(**more: object) -> tuple[object, list[str]]:
    frames = {
        "communities": communities(GROUND),
        "buildings": buildings(
            [*HALLS, HOME], [0, 0, 400], use=["学校", "学校", "住宅"], floors=[1, 2, 3]
        ),
        **more,
    }
    made, findings = sites_by_use(checked(**frames), SiteSizes())
    return made, [one.code for one in findings]


def test_buildings_of_one_use_are_one_site() -> None:
    # 1,200 + 2 x 900 = 3,000 m² of floors: just enough for a school
    made, codes = found()
    assert codes == ["GT324"]
    (site,) = made.itertuples()
    assert (site.kind, site.name, site.dedicated) == ("school", "学校1", True)
    assert site.community_code == CODES[0]
    # the two halls and the yard between them
    assert site.geometry.normalize().equals(box(10, 10, 90, 40))


def test_too_small_a_group_stays_with_the_base_and_is_told() -> None:
    frame = buildings([*HALLS, HOME], [0, 0, 400], use=["学校", "学校", "住宅"], floors=[1, 1, 3])
    made, codes = found(buildings=frame)
    assert (made, codes) == (None, ["GT325"])


def test_a_street_parts_a_group() -> None:
    made, codes = found(roads=roads([(55, -5), (55, 65)]))
    assert (made, codes) == (None, ["GT325"])


def test_where_people_live_is_no_site() -> None:
    frame = buildings([*HALLS, HOME], [1, 0, 400], use=["学校", "学校", "住宅"], floors=[1, 2, 3])
    made, codes = found(buildings=frame)
    assert (made, codes) == (None, ["GT325"])


def test_a_row_of_shops_is_no_mall() -> None:
    shops = [square(x, 10, 20) for x in range(0, 300, 20)]  # 15 x 400 m² of 2 floors: 12,000 m²
    frame = buildings(shops, [0] * 15, use=["商业"] * 15, floors=[2] * 15)
    assert found(buildings=frame)[1] == ["GT324"]
    small = buildings([square(x, 10, 15) for x in range(0, 300, 20)], [0] * 15, use=["商业"] * 15)
    assert found(buildings=small.assign(floors=2)) == (None, [])


def test_what_is_drawn_comes_first() -> None:
    drawn = sites(box(5, 5, 95, 45), dedicated=[False])
    made, codes = found(sites=drawn)
    assert made["site_id"].tolist() == ["S1"]
    assert codes == []


def test_villages_have_none() -> None:
    made, codes = found(communities=communities(GROUND, codes=[VILLAGE]))
    assert (made, codes) == (None, [])


def test_without_uses_it_is_told() -> None:
    frame = buildings([*HALLS, HOME], [0, 0, 400])
    made, codes = found(buildings=frame)
    assert (made, codes) == (None, ["GT326"])


@pytest.mark.parametrize(
    ("source", "kinds"), [("auto", ["base", "dedicated"]), ("drawn", ["base"]), ("none", ["base"])]
)
def test_where_dedicated_grids_come_from(source: str, kinds: list[str]) -> None:
    frame = buildings([*HALLS, HOME], [0, 0, 400], use=["学校", "学校", "住宅"], floors=[1, 2, 3])
    divided = partition(communities(GROUND), frame, settings=Settings(dedicated=source))
    assert sorted(divided.grids["grid_kind"]) == kinds


def test_none_leaves_drawn_sites_alone() -> None:
    frame = buildings([*HALLS, HOME], [0, 0, 400])
    site = sites(box(5, 5, 95, 45))
    with_it = partition(communities(GROUND), frame, sites=site)
    without = partition(communities(GROUND), frame, sites=site, settings=Settings(dedicated="none"))
    assert (len(with_it.grids), len(without.grids)) == (2, 1)


def test_the_sizes_are_the_offices(tmp_path: object) -> None:
    path = tmp_path / "gridtool.toml"
    path.write_text("[dedicated]\nschool = 5000\n", encoding="utf-8")
    chosen = build_settings(load_config(path), {}, {}, dedicated="auto")
    assert (chosen.dedicated, chosen.site_sizes) == ("auto", SiteSizes(school=5000.0))


def test_the_command_line_knows_where_from() -> None:
    told = CliRunner().invoke(app, ["partition", "x.gpkg", "--dedicated", "all"])
    assert told.exit_code == 2


# -- streets around a site -------------------------------------------------------------------------


def test_a_site_that_would_sever_leaves_a_street_on_one_side_only() -> None:
    # the school fills the ground between the two ends of its community
    homes = [square(5, 20, 20), square(275, 20, 20)]
    frame = buildings(homes, [200, 200])
    school = sites(box(60, 8, 240, 52))
    street = roads([(50, -5), (50, 65)], [(250, -5), (250, 65)])
    divided = partition(communities(GROUND), frame, sites=school, roads=street)
    assert sorted(divided.grids["grid_kind"]) == ["base", "dedicated"]
    site = divided.grids.set_index("grid_kind").geometry["dedicated"]
    # it has the ground to the community line on one side, the base a way past it on the other
    assert site.bounds[1] == pytest.approx(0.0) or site.bounds[3] == pytest.approx(60.0)
    assert site.bounds[1] > 1.0 or site.bounds[3] < 59.0


# -- gaps ------------------------------------------------------------------------------------------


ROW = np.array([square(0, 0), square(12, 0), square(40, 0), square(52, 0)], dtype=object)


@pytest.mark.parametrize(
    ("limit", "parts"), [(200, [0, 0, 1, 1]), (400, [0, 0, 0, 0]), (0, [0, 1, 2, 3])]
)
def test_the_widest_gap_parts_first(limit: int, parts: list[int]) -> None:
    assert part_by_gaps(ROW, np.full(4, 100), limit).tolist() == parts


def test_a_tower_over_the_limit_is_a_part() -> None:
    assert part_by_gaps(ROW[:2], np.array([600, 10]), 500).tolist() == [0, 1]
