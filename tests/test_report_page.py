"""The report: what stands on it, and how it behaves in a real browser, from a file, offline."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from browser import Browser, browser_path
from handed import CODES, buildings, findings, grids, save
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box
from typer.testing import CliRunner

from gridtool.cli import app
from gridtool.errors import CrsError
from gridtool.pipeline import Division, report_file
from gridtool.report import count_grids
from gridtool.report.interactive import About, report_page
from gridtool.report.interactive.addresses import pack_addresses
from gridtool.report.interactive.packing import Frame, pack_numbers, pack_shapes
from gridtool.report.interactive.proofs import prove
from gridtool.rules import RULES

READY = "document.documentElement?.dataset.ready"
needs_browser = pytest.mark.skipif(browser_path() is None, reason="Chromium is not installed")


# -- packing ---------------------------------------------------------------------------------


def unpacked(text: str) -> list[int]:
    found, value, shift = [], 0, 0
    for byte in base64.b64decode(text):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(value)
            value = shift = 0
    return found


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**31 - 1)))
def test_numbers_come_back(values: list[int]) -> None:
    assert unpacked(pack_numbers(np.array(values, dtype=np.int64))) == values


def test_a_square_by_hand() -> None:
    shapes = np.array([box(10, 20, 10.3, 20.2)], dtype=object)
    packed = pack_shapes(shapes, Frame(10.0, 20.0))
    assert unpacked(packed["rings"]) == [1]
    assert unpacked(packed["sizes"]) == [4]
    # (3,0) → (3,2) → (0,2) → (0,0) in tenths of a metre, steps as 2n or -2n-1
    assert unpacked(packed["steps"]) == [6, 0, 0, 4, 5, 0, 0, 3]


def test_points_holes_and_parts() -> None:
    hole = box(0, 0, 9, 9).difference(box(3, 3, 6, 6))
    shapes = np.array([Point(1, 1), MultiPolygon([hole, box(20, 0, 21, 1)])], dtype=object)
    packed = pack_shapes(shapes, Frame(0.0, 0.0))
    assert unpacked(packed["rings"]) == [1, 3]
    assert unpacked(packed["sizes"]) == [1, 4, 4, 4]
    assert unpacked(packed["steps"])[:2] == [20, 20]


def test_addresses_are_told_once() -> None:
    frame = pd.DataFrame({"building_id": ["B1", "B2", "B3", "B4"]})
    known = {"B1": "解放路 12号", "B2": "建设村5组14号3栋", "B3": "解放路9", "B4": "老街旁"}
    packs, texts = pack_addresses(frame, known)
    assert texts == {"heads": ["解放路", "建设村5组"], "tails": ["号", "号3栋", ""]}
    assert [unpacked(packs[key]) for key in ("head", "number", "tail")] == [
        [1, 2, 1, 0], [12, 14, 9, 0], [0, 1, 2, 0],
    ]  # fmt: skip


# -- proofs ----------------------------------------------------------------------------------


def proof_of(reason: str | None, households: list[int]) -> tuple[str, str]:
    count = len(households)
    frame = grids().iloc[:count].assign(
        grid_kind="base", community_code="510302001001", households=households,
        size_rule=["exception", *["in_range"] * (count - 1)], size_reason=reason,
    )  # fmt: skip
    (proof,) = prove(frame, buildings(), RULES)
    return proof.zh, proof.en


@pytest.mark.parametrize(
    ("reason", "households", "zh"),
    [
        ("small_community", [220], "社区除专属网格外共 220 户，不足 300 户，只能是一格"),
        (
            "no_count_fits",
            [550],
            "共 550 户：分 1 格，每格平均 550 户，超过 500；分 2 格，平均 275 户，不足 300",
        ),
        # the community could be divided, the part that barriers close off cannot
        (
            "no_count_fits",
            [550, 450],
            "共 550 户：分 1 格，每格平均 550 户，超过 500；分 2 格，平均 275 户，不足 300",
        ),
        ("barrier", [120, 400], "屏障隔开的地块有 120 户，任何网格数都不能使每格在 300–500 户"),
        ("not_found", [510], "510 户；没有找到合乎 300–500 户的划法，也没有证明不存在"),
        (None, [510], "510 户；没有找到合乎 300–500 户的划法，也没有证明不存在"),
        # the largest building of the first grid has 400
        ("single_building", [620], "格内有一栋楼超过 500 户"),
    ],
)
def test_the_proof_of_each_reason(reason: str | None, households: list[int], zh: str) -> None:
    assert proof_of(reason, households)[0] == zh


def test_a_proof_names_the_building() -> None:
    proofs = {proof.grid_code: proof for proof in prove(grids(), buildings(), RULES)}
    assert sorted(proofs) == [CODES[1], CODES[3]]
    assert proofs[CODES[1]].zh == "楼栋 B2 一栋 620 户，超过 500 户，楼栋不拆分"
    assert proofs[CODES[1]].en == (
        "building B2 alone has 620 households, more than 500; it is not cut"
    )


# -- the page --------------------------------------------------------------------------------


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return save(tmp_path / "grids.gpkg", buildings=buildings(), findings=findings())


def page_of(source: Path, tmp_path: Path, **options: object) -> str:
    path, _ = report_file(source, tmp_path / "r.html", **options)
    return path.read_text(encoding="utf-8")


def data_of(page: str) -> dict:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return json.loads(text)


def test_the_policy_lets_nothing_in(source: Path, tmp_path: Path) -> None:
    page = page_of(source, tmp_path)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', page)
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == parts["base-uri"] == parts["form-action"] == "'none'"
    for key in ("script-src", "style-src"):
        assert re.fullmatch(r"('sha256-[A-Za-z0-9+/=]+' ?)+", parts[key])
    shown = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert not re.search(r"\s(?:src|href)=|style=", shown)
    assert "BSD 2-Clause" in page
    assert "Redistribution and use in source and binary forms" in page


def test_two_runs_give_the_same_page(source: Path, tmp_path: Path) -> None:
    assert page_of(source, tmp_path) == page_of(source, tmp_path, overwrite=True)


@pytest.mark.parametrize(
    ("lang", "title"), [("zh", "自流井区网格划分报告"), ("en", "division into grids")]
)
def test_the_figures_on_it(lang: str, title: str, source: Path, tmp_path: Path) -> None:
    page = page_of(source, tmp_path, lang=lang, data_date="2026-06-30")
    assert title in page
    assert "2026-06-30" in page
    figures = re.findall(r"<li><b>(.*?)</b>", page)
    assert figures == ["5", "3", "1,940", "5,000", "33.3%", "2", "6"]
    # one bar for each grid but the dedicated one: no two share a bin
    assert page.count('<rect class="bar"') == 4
    assert page.count("<circle") == 4
    assert len(re.findall(r'<tr data-community="\d"', page)) == 3


def test_findings_come_with_what_they_mean(source: Path, tmp_path: Path) -> None:
    page = page_of(source, tmp_path, lang="zh")
    assert "GT143" in page
    assert "单栋楼 620 户，超过 500 户" in page
    assert re.findall(r"<tr data-finding=\"(\d)\"", page) == ["0"]
    marks = data_of(page)["findings"]
    assert [mark["place"] is None for mark in marks] == [False, True]


def test_grids_alone_do(tmp_path: Path) -> None:
    page = page_of(save(tmp_path / "a.gpkg"), tmp_path)
    assert 'id="pack-buildings-rings"' not in page
    assert data_of(page)["findings"] == []
    page = page_of(save(tmp_path / "b.gpkg", buildings=buildings()), tmp_path,
                   with_buildings=False, overwrite=True)  # fmt: skip
    assert 'id="pack-buildings-rings"' not in page


def test_text_of_the_input_stays_text(tmp_path: Path) -> None:
    evil = "</script><img src=x onerror=alert(1)>\u2028"
    frame = grids(**dict.fromkeys(("grid_name", "grid_full_name", "community_name"), evil))
    page = page_of(save(tmp_path / "a.gpkg", frame), tmp_path)
    assert "<img" not in page
    assert data_of(page)["facts"]["grid_name"][0] == evil


def test_degrees_are_brought_to_metres(tmp_path: Path) -> None:
    page = page_of(save(tmp_path / "a.gpkg", grids().to_crs(4490)), tmp_path)
    boxes = data_of(page)["labels"]["grids"]
    # the room of a square of 100 m is 50 m, in tenths
    assert all(abs(room - 500) < 20 for _, _, room in boxes)


def test_a_page_is_made_of_metres_alone() -> None:
    frame = grids().to_crs(4490)
    about = About("", "", "", "", frame.crs)
    with pytest.raises(CrsError, match="GT005"):
        report_page(frame, None, None, count_grids(frame), about, lang="zh")


def test_overlapping_grids_still_make_a_page(tmp_path: Path) -> None:
    frame = grids()
    frame.geometry = [frame.geometry[0].buffer(3), *frame.geometry[1:]]
    assert "report" in page_of(save(tmp_path / "a.gpkg", frame), tmp_path)


def test_an_existing_page_is_kept(source: Path, tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(
        app, ["report", str(source), "-o", str(tmp_path / "r.html"), "--lang", "en"]
    )
    assert (result.exit_code, "GT042" in result.stderr) == (15, True)
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == "mine"


# -- in a browser ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def county_page(
    division: Division,
    sample: dict[str, gpd.GeoDataFrame],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return the report of the sample county, with the addresses of its buildings."""
    folder = tmp_path_factory.mktemp("page")
    path = division.write(folder)[0]
    addresses = folder / "addresses.csv"
    table = pd.DataFrame(sample["buildings"][["building_id", "address"]])
    table.to_csv(addresses, index=False)
    return report_file(path, folder / "r.html", addresses=addresses)[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser(1400, 1000) as one:
        yield one


@pytest.fixture
def page(browser: Browser, county_page: Path) -> Iterator[Browser]:
    """Open the report anew, and see that nothing failed and nothing was asked of a network."""
    browser.log.clear()
    browser.requested.clear()
    browser.open(county_page, READY)
    yield browser
    assert browser.log == []
    assert {url.partition(":")[0] for url in browser.requested} <= {"file"}


def facts(page: Browser) -> str:
    return str(page.run("document.querySelector('#facts').innerText"))


def place_of(page: Browser, code: str) -> tuple[float, float]:
    """Return where on the screen the label of a grid stands."""
    x, y = page.run(
        f"(() => {{ const grid = facts.grid_code.indexOf('{code}');"
        " const [x, y] = ground.labels.grids[grid];"
        " const at = map.latLngToContainerPoint(toLatLng(x, y));"
        " const box = one('#map').getBoundingClientRect();"
        " return [at.x + box.x, at.y + box.y]; })()"
    )
    return float(x), float(y)


def colour_at(page: Browser, x: float, y: float) -> list[int]:
    return list(
        page.run(
            "(() => { const canvas = one('#map canvas'), box = canvas.getBoundingClientRect();"
            f" return [...canvas.getContext('2d').getImageData({x} - box.x, {y} - box.y, 1, 1)"
            ".data]; })()"
        )
    )


@needs_browser
def test_the_exceptions_stand_beside_the_map(page: Browser) -> None:
    assert "例外 4" in facts(page)
    assert "共 550 户：分 1 格" in facts(page)


@needs_browser
def test_a_click_tells_the_facts(page: Browser) -> None:
    x, y = place_of(page, "510302101205001")
    page.click(x, y)
    page.wait("one('#facts h3')")
    told = facts(page)
    assert told.startswith("百胜村第一网格")
    assert "510302101205001" in told
    # 190 households, see sample_data/README.md
    assert re.search(r"户数\s+190\b", told)
    assert "行政村" in told
    assert page.run("one('tr.on td').textContent") == "510302101205001"


@needs_browser
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("510302002012001", "解放桥社区第一网格"),
        ("百胜", "百胜村第一网格"),
        ("新民街社区第一", "新民街社区第一网格"),
    ],
)
def test_search_by_code_and_name(query: str, first: str, page: Browser) -> None:
    page.run("one('#search').focus()")
    page.type(query)
    assert str(page.run("one('#hits b').textContent")) == first
    page.run("one('#hits button').click()")
    assert facts(page).startswith(first)
    assert page.run("one('#hits').hidden") is True


@needs_browser
def test_search_by_address(
    page: Browser, division: Division, sample: dict[str, gpd.GeoDataFrame]
) -> None:
    """The address of any building leads to its grid; here of the last one that has one."""
    homes = sample["buildings"].set_index("building_id")["address"].dropna()
    building, address = homes.index[-1], str(homes.iloc[-1])
    code = division.buildings.set_index("building_id")["grid_code"][building]
    page.run("one('#search').focus()")
    page.type(address)
    hits = page.run("all('#hits small').map((item) => item.textContent)")
    assert hits[0] == code
    assert "".join(address.split()) in page.run("one('#hits li').textContent")


@needs_browser
@pytest.mark.parametrize("place", ["街", "村5组"])
def test_search_by_a_number_between_those_told(
    place: str, page: Browser, division: Division
) -> None:
    """Without addresses the ranges of the streets answer."""
    told = division.grids.set_index("grid_code")["included_units"]
    found = told.str.extract(rf"([^、；]+?{place})(\d+)–(\d+)号").dropna().iloc[0]
    street, low, high = found[0], int(found[1]), int(found[2])
    page.run("data.addresses = null; one('#search').focus()")
    page.type(f"自流井区{street}{(low + high) // 2}号")
    hits = page.run("all('#hits li').map((item) => item.textContent)")
    assert any(f"{found.name}{street}{low}–{high}号" in hit for hit in hits)


@needs_browser
def test_a_search_that_finds_nothing_says_so(page: Browser) -> None:
    page.run("one('#search').focus()")
    page.type("没有这条路999号")
    assert page.run("one('#hits').textContent") == "没有找到。"


@needs_browser
def test_the_layers_change_the_map(page: Browser) -> None:
    page.run("state.labels = state.findings = state.buildings = false; canvas.redraw()")
    x, y = place_of(page, "510302002012001")
    by_rule = colour_at(page, x, y)
    assert "300–500" in page.run("one('#legend').textContent")
    page.run("one('[data-mode=size]').click()")
    by_size = colour_at(page, x, y)
    assert "500 户以上" in page.run("one('#legend').textContent")
    page.run("one('[data-mode=kind]').click()")
    by_kind = colour_at(page, x, y)
    assert page.run("all('[data-mode][aria-pressed=true]').length") == 1
    assert len({tuple(colour) for colour in (by_rule, by_size, by_kind)}) == 3
    # a class that is switched off is not filled
    page.run("one('#legend button').click()")
    assert colour_at(page, x, y) == [0, 0, 0, 0]


@needs_browser
def test_buildings_are_drawn_or_said_to_be_too_many(page: Browser) -> None:
    page.run(
        "state.labels = false; choose(facts.grid_code.indexOf('510302002012001'), {fly: true})"
    )
    assert page.run("one('#closer').hidden") is True
    with_them = page.run("one('#map canvas').toDataURL().length")
    page.run("one('[data-layer=buildings]').click()")
    assert page.run("one('#map canvas').toDataURL().length") < with_them


@needs_browser
def test_tables_sort_and_lead_to_the_map(page: Browser) -> None:
    head = "one('.communities th:nth-child(5) button')"
    households = "all('.communities tbody tr').map((row) => Number(row.cells[4].dataset.v))"
    page.run(f"{head}.click()")
    found = page.run(households)
    assert found == sorted(found)
    page.run(f"{head}.click()")
    assert page.run(households) == sorted(found, reverse=True)
    page.run("one('.exceptions tbody tr').click()")
    assert "新民街社区第一网格" in facts(page)
    page.run("one('#filter').value = '专属 小学'; one('#filter').dispatchEvent(new Event('input'))")
    grids = page.run("all('#grids tbody tr').length")
    assert page.run("one('#shown').textContent").endswith(f" / {grids}")
    shown = page.run("all('#grids tbody tr').filter((row) => !row.hidden).length")
    assert 0 < shown < grids


@needs_browser
def test_a_link_leads_to_a_grid(browser: Browser, county_page: Path) -> None:
    browser.ask("Page.navigate", url="about:blank")
    browser.ask("Page.navigate", url=f"{county_page.as_uri()}#510302101205001")
    browser.wait(READY)
    assert facts(browser).startswith("百胜村第一网格")


@needs_browser
def test_the_printed_page(page: Browser, tmp_path: Path) -> None:
    page.pdf(tmp_path / "r.pdf")
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    # printing drew the map on the canvas for paper, and opened what cannot be opened there
    colours = page.run(
        "(() => { const paper = one('#paper');"
        " const { data } = paper.getContext('2d').getImageData(0, 0, paper.width, paper.height);"
        " const seen = new Set(); for (let at = 0; at < data.length; at += 4000)"
        " seen.add(data.slice(at, at + 3).join()); return seen.size; })()"
    )
    assert colours > 5
    assert page.run("all('details').every((item) => item.open)") is True
    page.ask("Emulation.setEmulatedMedia", media="print")
    shown = "(item) => getComputedStyle(one(item)).display !== 'none'"
    seen = page.run(f"['#paper', '.histogram', 'table.exceptions', '#map', '.all'].map({shown})")
    page.ask("Emulation.setEmulatedMedia", media="")
    assert seen == [True, True, True, False, False]
