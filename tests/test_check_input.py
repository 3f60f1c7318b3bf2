"""gridtool check-input through real files: what a person is given, and what is never done."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sqlite3
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from builders import buildings, communities, square
from conftest import SAMPLE
from jsonschema import Draft202012Validator
from shapely import LineString, Point, Polygon, box
from typer.testing import CliRunner, Result

import gridtool.report.page
from gridtool import place
from gridtool.cli import app
from gridtool.columns import FINDINGS
from gridtool.errors import DataError, OutputError
from gridtool.export import FINDINGS_FILES, write_findings
from gridtool.export.findings import findings_table
from gridtool.findings import Finding, finding_of, findings_frame, mend_in, severest_first
from gridtool.geom import mark_points
from gridtool.pipeline import check_files
from gridtool.report import findings_page
from gridtool.report.overview import Mark, overview_svg

# the central meridian of EPSG:4544 is 105° east
X, Y = 500_000.0, 3_248_000.0
KEYS = [column.key for column in FINDINGS.columns]
BOW_TIE = Polygon([(X, Y + 10), (X + 10, Y + 20), (X + 10, Y + 10), (X, Y + 20)])
SCHEMA = Path(__file__).parents[1] / "schemas" / "check.schema.json"


def town(**columns: Any) -> gpd.GeoDataFrame:
    """Return two communities side by side, the meridian between them."""
    return communities(box(X - 300, Y, X, Y + 60), box(X, Y, X + 300, Y + 60), **columns)


def homes(count: int = 28) -> gpd.GeoDataFrame:
    """Return buildings in a row, none across the line, 24 households each."""
    shapes = [square(X - 295 + 20.0 * at, Y + 20) for at in range(count)]
    return buildings(shapes, [24] * count)


def damaged() -> gpd.GeoDataFrame:
    """Return buildings with one bow-tie, one far off on the meridian, two without households."""
    frame = homes().astype({"households": "float64"})
    shapes = frame.geometry.to_list()
    shapes[3], shapes[5] = BOW_TIE, box(X - 10, Y + 900, X + 10, Y + 920)
    frame.loc[[7, 8], "households"] = np.nan
    return frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))


PLANTED = {"GT111": 1, "GT112": 1, "GT115": 2}


def write(path: Path, **layers: gpd.GeoDataFrame) -> Path:
    for name, frame in layers.items():
        frame.to_file(path, layer=name, driver="GPKG")
    return path


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    return write(tmp_path / "clean.gpkg", communities=town(), buildings=homes())


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return write(tmp_path / "bad.gpkg", communities=town(), buildings=damaged())


def run(*words: object) -> Result:
    result = CliRunner().invoke(app, ["check-input", *map(str, words)])
    assert "Traceback" not in result.output
    assert "Traceback" not in result.stderr
    return result


def table(out: Path) -> pd.DataFrame:
    return pd.read_csv(out / "findings.csv", dtype=dict.fromkeys(KEYS, "str"))


def page(out: Path) -> str:
    return (out / "findings.html").read_text(encoding="utf-8")


def files(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir())


# -- the command -----------------------------------------------------------------------------


def test_the_clean_sample_needs_no_person(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(SAMPLE, "-o", out, "--lang", "en")
    assert (result.exit_code, result.stderr) == (0, "")
    assert files(out) == sorted(FINDINGS_FILES)
    assert re.search(r"^communities +18$", result.stdout, re.M)
    assert re.search(r"^buildings +4,792$", result.stdout, re.M)
    # one building stands across a line on purpose
    assert re.search(r"^note +GT113 +1 +buildings\[0\] ", result.stdout, re.M)
    assert "run gridtool partition" in result.stdout
    assert table(out)["code"].tolist() == ["GT113"]


def test_every_planted_fault_is_found_and_no_other(bad: Path, tmp_path: Path) -> None:
    result = run(bad, "-o", tmp_path / "out", "--json")
    assert result.exit_code == 1
    summary = json.loads(result.stdout)
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(summary)
    assert summary["findings"] == {"by_code": PLANTED, "by_severity": {"warning": 4}}
    assert summary["layers"] == {"communities": 2, "buildings": 28}
    assert summary["usable"] is True
    assert [Path(path).name for path in summary["files"]] == list(FINDINGS_FILES)
    found = table(tmp_path / "out")
    assert found["code"].value_counts().to_dict() == PLANTED
    assert set(zip(found["code"], found["row"], strict=True)) == {
        ("GT111", "3"), ("GT112", "5"), ("GT115", "7"), ("GT115", "8"),
    }  # fmt: skip


def test_the_screen_lists_kinds_and_verbose_each(bad: Path, tmp_path: Path) -> None:
    short = run(bad, "-o", tmp_path / "a", "--lang", "zh").stdout
    assert re.search(r"^社区 communities +2$", short, re.M)
    assert "检查结果: 警告 4" in short
    assert re.search(r"^警告 +GT115 +2 +buildings\[7\] +户数为空", short, re.M)
    assert "buildings[8]" not in short
    assert len(short.splitlines()) < 24
    long = run(bad, "-o", tmp_path / "b", "--lang", "zh", "-v").stdout
    assert "! GT115 buildings[8]: 户数为空，按 0 计" in long


def test_nothing_found_is_said(clean: Path, tmp_path: Path) -> None:
    result = run(clean, "-o", tmp_path / "out", "--lang", "en")
    assert result.exit_code == 0
    assert "Nothing was found." in result.stdout
    assert "Nothing was found." in page(tmp_path / "out")
    assert len(table(tmp_path / "out")) == 0
    assert list(table(tmp_path / "out").columns) == [*KEYS, "x", "y", "lon", "lat"]


def test_quiet_is_quiet(bad: Path, tmp_path: Path) -> None:
    result = run(bad, "-o", tmp_path / "out", "-q")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "")


def test_an_unreadable_input_is_a_finding_too(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"SQLite format 3\x00 and then nothing")
    out = tmp_path / "out"
    result = run(broken, "-o", out, "--lang", "en")
    assert result.exit_code == 11
    assert result.stderr.startswith("GT002 ")
    assert "Next: correct the errors" in result.stdout
    found = table(out)
    assert found["code"].tolist() == ["GT002"]
    assert found["severity"].tolist() == ["error"]
    assert "broken.gpkg" in found["message_zh"][0]
    assert "GeoPackage" in found["mend"][0]
    assert found[["x", "lon"]].isna().all(axis=None)
    assert "Cannot be used yet." in page(out)
    assert "<svg" not in page(out)
    layer = gpd.read_file(out / "findings.gpkg", layer="findings")
    assert layer["code"].tolist() == ["GT002"]


def test_json_says_that_it_cannot_be_used(tmp_path: Path) -> None:
    result = run(tmp_path / "no.gpkg", "-o", tmp_path / "out", "--json")
    assert result.exit_code == 11
    summary = json.loads(result.stdout)
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(summary)
    assert summary["usable"] is False
    assert summary["layers"] == {}
    assert summary["findings"]["by_code"] == {"GT001": 1}


@pytest.mark.parametrize(
    ("layers", "exit_code", "code"),
    [
        ({"communities": town().drop(columns="code")}, 12, "GT004"),
        ({"buildings": homes().assign(building_id="A")}, 14, "GT020"),
        ({"buildings": homes().assign(households=-1)}, 14, "GT022"),
        ({"communities": town(kind="town")}, 14, "GT024"),
    ],
)
def test_contents_that_cannot_be_used(
    layers: dict[str, Any], exit_code: int, code: str, tmp_path: Path
) -> None:
    source = write(tmp_path / "t.gpkg", **{"communities": town(), "buildings": homes()} | layers)
    result = run(source, "-o", tmp_path / "out", "--lang", "zh")
    assert result.exit_code == exit_code
    found = table(tmp_path / "out")
    assert found["code"][0] == code
    assert found["severity"][0] == "error"
    assert found["layer"][0] == next(iter(layers))
    assert f"gridtool explain {code}" in result.stdout


def test_wrong_options_write_nothing(clean: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    config = tmp_path / "gridtool.toml"
    config.write_text("sed = 1", encoding="utf-8")
    assert run(clean, "-o", out, "--config", config).exit_code == 16
    assert run(clean, "-o", out, "--lang", "fr").exit_code == 2
    assert run(clean, "-o", out, "--map", "nonsense").exit_code == 2
    assert run("-o", out).exit_code == 2
    assert not out.exists()


def test_files_by_option_and_columns_by_map(tmp_path: Path) -> None:
    frame = damaged().rename(columns={"households": "ZHS"})
    one = write(tmp_path / "a.gpkg", ground=town())
    two = write(tmp_path / "b.gpkg", things=frame)
    words = ["--communities", f"{one}|layername=ground", "--buildings", two, "-o", tmp_path / "out"]
    result = run(*words, "--map", "buildings.households=ZHS", "--json")
    assert json.loads(result.stdout)["findings"]["by_code"] == PLANTED
    assert "<small>a.gpkg|layername=ground, b.gpkg</small>" in page(tmp_path / "out")


def test_an_estimate_follows_the_configuration(tmp_path: Path) -> None:
    source = write(
        tmp_path / "t.gpkg", communities=town(), buildings=homes().drop(columns="households")
    )
    config = tmp_path / "gridtool.toml"
    config.write_text("[estimate]\nm2_per_household = 70", encoding="utf-8")
    run(source, "-o", tmp_path / "out", "--config", config)
    (told,) = table(tmp_path / "out").query("code == 'GT116'")["message_en"]
    assert "70 m²" in told


# -- the files -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FINDINGS_FILES)
def test_an_existing_output_is_kept_unless_asked(bad: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("mine")
    result = run(bad, "-o", out)
    assert result.exit_code == 15
    assert "GT042" in result.stderr
    assert name in result.stderr
    assert files(out) == [name]
    assert (out / name).read_text() == "mine"
    assert run(bad, "-o", out, "--overwrite").exit_code == 1
    assert files(out) == sorted(FINDINGS_FILES)


def test_all_files_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    findings = findings_frame([], "EPSG:4544")
    flushed: list[str] = []

    def fail_on_the_last(path: Path) -> None:
        flushed.append(path.name)
        if path.name == "findings.html":
            raise OSError("No space left on device")

    monkeypatch.setattr(place, "_flush", fail_on_the_last)
    with pytest.raises(OutputError, match="No space left"):
        write_findings(tmp_path / "out", findings, "", crs=findings.crs, lang="zh")
    assert flushed == list(FINDINGS_FILES)
    assert list(tmp_path.iterdir()) == []


def test_two_runs_give_the_same_bytes(bad: Path, tmp_path: Path) -> None:
    for out in ("a", "b"):
        run(bad, "-o", tmp_path / out, "--lang", "en")
    for name in FINDINGS_FILES:
        one, two = ((tmp_path / out / name).read_bytes() for out in ("a", "b"))
        assert hashlib.sha256(one).digest() == hashlib.sha256(two).digest(), name


@pytest.mark.parametrize("inside", ["", "out"])
def test_what_was_written_is_no_input(tmp_path: Path, inside: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    town().to_file(folder / "communities.geojson", driver="GeoJSON")
    damaged().to_file(folder / "buildings.geojson", driver="GeoJSON")
    words = [folder, "-o", folder / inside, "--json", "--overwrite"]
    first, again = (json.loads(run(*words).stdout) for _ in range(2))
    assert first == again
    assert first["findings"]["by_code"] == PLANTED


def test_excel_and_programs_can_read_the_table(bad: Path, tmp_path: Path) -> None:
    run(bad, "-o", tmp_path / "out")
    raw = (tmp_path / "out" / "findings.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbflayer,row,code,severity,")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 5
    assert "户数为空".encode() in raw
    found = table(tmp_path / "out").set_index("code")
    # a square of 20 m round the meridian; a point on it lies within
    outside = found.loc["GT112"]
    assert outside["x"] == pytest.approx(X, abs=0.001)
    assert Y + 900 < outside["y"] < Y + 920
    assert outside["lon"] == pytest.approx(105.0, abs=1e-7)
    assert 29.3 < outside["lat"] < 29.4


def test_degrees_stay_degrees(tmp_path: Path) -> None:
    frames = {"communities": town(), "buildings": damaged()}
    degrees = {key: frame.to_crs(4490) for key, frame in frames.items()}
    run(write(tmp_path / "d.gpkg", **degrees), "-o", tmp_path / "out")
    found = table(tmp_path / "out").set_index("code")
    assert found.loc["GT112", "x"] == pytest.approx(105.0, abs=1e-7)
    np.testing.assert_allclose(found["x"], found["lon"], atol=1e-7)
    np.testing.assert_allclose(found["y"], found["lat"], atol=1e-7)
    layer = gpd.read_file(tmp_path / "out" / "findings.gpkg", layer="findings")
    assert layer.crs.to_epsg() == 4490


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(sign: str) -> None:
    finding = Finding("GT001", "", values={"path": f"{sign}1+1"})
    frame = findings_frame([finding], "EPSG:4544").assign(message_zh=f"{sign}1+1")
    assert findings_table(frame, frame.crs)["message_zh"].tolist() == [f"'{sign}1+1"]


def test_the_layer_is_styled_by_severity(bad: Path, tmp_path: Path) -> None:
    for lang, legend in (("zh", "警告"), ("en", "warning")):
        run(bad, "-o", tmp_path / lang, "--lang", lang)
        gpkg = tmp_path / lang / "findings.gpkg"
        assert [str(name) for name in pyogrio.list_layers(gpkg)[:, 0]] == [
            "findings",
            "layer_styles",
        ]
        with closing(sqlite3.connect(gpkg)) as database:
            ((qml,),) = database.execute(
                "SELECT styleQML FROM layer_styles WHERE useAsDefault AND f_table_name = 'findings'"
            ).fetchall()
        assert "&quot;severity&quot; = 'warning'" in qml
        assert f'label="{legend}"' in qml
        layer = gpd.read_file(gpkg, layer="findings")
        assert list(layer.columns) == [*KEYS, "geometry"]
        # the number on the page is the fid
        assert layer["code"].tolist() == table(tmp_path / lang)["code"].tolist()
        outside = layer.geometry[layer["code"] == "GT112"].item()
        assert outside.equals(box(X - 10, Y + 900, X + 10, Y + 920))


# -- the page --------------------------------------------------------------------------------

NASTY = "<script>alert('1')</script>\"&'社区"


class _Elements(HTMLParser):
    """Collects elements, their attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


def test_text_of_the_input_stays_text(tmp_path: Path) -> None:
    source = write(
        tmp_path / "<b>.gpkg",
        communities=town().assign(name=[NASTY, "乙"], code=[NASTY, "510302001002"], kind="社区"),
        buildings=homes(),
    )
    run(source, "-o", tmp_path / "out", "--lang", "zh")
    elements = _Elements(page(tmp_path / "out"))
    assert len(elements.of("script")) == 1
    # as the name on the map, and as the code in the finding
    assert NASTY in elements.texts
    assert f"代码 {NASTY} 不是 12 位数字" in "".join(elements.texts)
    assert "<b>.gpkg" in elements.texts


def test_the_page_needs_and_may_load_nothing(bad: Path, tmp_path: Path) -> None:
    run(bad, "-o", tmp_path / "out")
    text = page(tmp_path / "out")
    elements = _Elements(text)
    loading = [("src", "href", "data", "action", "srcset", "poster", "style")]
    values = [item.get(key) for _, item in elements.seen for keys in loading for key in keys]
    assert all(value.startswith("#") for value in values if value)
    assert not [key for _, item in elements.seen for key in item if key.startswith("on")]
    assert "http:" not in text.replace("http://www.w3.org", "")
    assert "https:" not in text
    (policy,) = [
        str(item["content"])
        for item in elements.of("meta")
        if item.get("http-equiv") == "Content-Security-Policy"
    ]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == "'none'"
    for tag in ("style", "script"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.S)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert parts[f"{tag}-src"] == f"'sha256-{digest}'"


def test_rows_marks_and_words_of_both_languages(bad: Path, tmp_path: Path) -> None:
    run(bad, "-o", tmp_path / "out", "--lang", "zh")
    text = page(tmp_path / "out")
    elements = _Elements(text)
    rows = [item for item in elements.of("tr") if "data-n" in item]
    assert [item["data-n"] for item in rows] == ["1", "2", "3", "4"]
    assert {item["data-l"] for item in rows} == {"buildings"}
    marks = [item for item in elements.of("path") if "mark" in (item.get("class") or "")]
    assert sorted(str(item["data-n"]) for item in marks) == ["1", "2", "3", "4"]
    # the one far outside stands on the edge
    assert [item["class"] for item in marks].count("mark warning off") == 1
    assert 'lang="zh-CN"' in text
    titles = [item.get("title") for item in elements.of("span")]
    assert titles.count("households are empty, taken as 0") == 2
    assert [item["id"] for item in elements.of("details")] == ["GT111", "GT112", "GT115"]


def make_page(findings: list[Finding], **options: Any) -> str:
    frame = severest_first(findings_frame(findings, "EPSG:4544"))
    words = {"name": "t", "crs": frame.crs, "version": "1", "lang": "en", **options}
    return findings_page(frame, town(), {"communities": 2}, **words)


def test_a_long_list_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gridtool.report.page, "MOST_ROWS", 3)
    findings = [Finding("GT115", "buildings", row, Point(X, Y)) for row in range(4)]
    told = make_page([*findings, Finding("GT029", "communities", 9)])
    rows = [item for item in _Elements(told).of("tr") if "data-n" in item]
    assert [item["data-s"] for item in rows] == ["error", "warning", "warning"]
    assert "Only the 3 most severe are listed; all 5 are in findings.csv" in told
    assert "Only the" not in make_page(findings[:3])


def test_the_verdict_follows_the_worst() -> None:
    note = Finding("GT113", "buildings", 1, Point(X, Y), {"community": "a", "share": 0.5})
    warning, error = Finding("GT115", "buildings", 1), Finding("GT029", "communities", 1)
    assert "Nothing needs a person." in make_page([note])
    assert "Warnings that a person should look at: 1." in make_page([note, warning])
    assert "Correct the errors (1)" in make_page([note, warning, error])


def test_a_message_without_explanation_is_listed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gridtool.report.page, "explain", lambda _code: None)
    told = make_page([Finding("GT115", "buildings", 1)])
    assert "households are empty" in told
    assert "#GT115" not in told


# -- the map ---------------------------------------------------------------------------------


def draw(outlines: gpd.GeoDataFrame, *shapes: Any) -> list[dict[str, str | None]]:
    given = np.array([*shapes, None], dtype=object)[:-1]
    marks = [Mark(at + 1, "error", "<w>") for at in range(len(given))]
    return _Elements(overview_svg(outlines, given, marks, label="map")).of("path")


def test_a_mark_stands_in_its_place() -> None:
    ground = communities(box(0, 0, 952, 476))
    # 1,000 wide with a margin of 24: one metre is one unit, north up
    area, mark = draw(ground, Point(100, 400))
    corners = set(re.findall(r"[\d.]+ [\d.]+", str(area["d"])))
    assert corners == {"24 24", "976 24", "976 500", "24 500"}
    assert mark["d"] == "M124 100h0"
    assert mark["class"] == "mark error"


def test_large_findings_have_an_outline_and_lines_are_open() -> None:
    ground = communities(box(0, 0, 952, 476))
    drawn = draw(ground, box(0, 0, 100, 100), LineString([(0, 0), (50, 0)]), box(0, 0, 5, 5))
    shapes = {item["data-n"]: item["d"] for item in drawn if item.get("class") == "shape error"}
    assert set(shapes) == {"1", "2"}
    assert str(shapes["1"]).endswith("Z")
    assert shapes["2"] == "M24 500L74 500"


def test_strays_do_not_shrink_the_map() -> None:
    shapes = [box(100 * at, 0, 100 * at + 100, 100) for at in range(3)]
    near = draw(communities(*shapes))
    far = draw(communities(*shapes, box(9e6, 9e6, 9e6 + 1, 9e6 + 1)))
    assert [item["d"] for item in far[:3]] == [item["d"] for item in near]


@pytest.mark.parametrize(
    "shape", [None, Point(), Polygon(), Point(np.nan, 0), box(0, 0, np.inf, 1)], ids=str
)
def test_what_has_no_place_has_no_mark(shape: Any) -> None:
    assert [item.get("class") for item in draw(communities(box(0, 0, 9, 9)), shape)] == [None]
    assert draw(communities(box(0, 0, 9, 9)).iloc[:0], shape) == []
    assert draw(communities(shape).set_crs(4544)) == []


def test_marks_alone_make_a_map() -> None:
    nothing = communities(box(0, 0, 1, 1)).iloc[:0]
    assert len(draw(nothing, Point(5, 5), Point(9, 9))) == 2


# -- small parts -----------------------------------------------------------------------------


def test_points_to_mark() -> None:
    bow = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    shapes = np.array([box(0, 0, 2, 2), bow, Point(3, 4), None, Point()], dtype=object)
    points = mark_points(shapes)
    assert [point is None for point in points] == [False, False, False, True, True]
    assert points[0].within(shapes[0])
    assert points[1].equals(Point(1, 1))
    assert points[2].equals(Point(3, 4))


def test_an_error_becomes_a_finding() -> None:
    error = DataError(
        "GT020", layer="buildings", rows=range(7), column="building_id", values="A",
        what_zh="楼栋", what_en="building",
    )  # fmt: skip
    record = finding_of(error).record()
    assert record["row"] == "0, 1, 2, 3, 4, … 7 rows"
    assert record["severity"] == "error"
    assert record["message_en"] == "building_id has duplicate values: A"
    assert mend_in("zh", str(record["mend"])) == "每个楼栋只保留一行"
    assert mend_in("en", str(record["mend"])) == "keep one row for each building"


def test_the_severest_come_first_in_their_order() -> None:
    codes = ("GT113", "GT115", "GT029", "GT117", "GT023", "GT115")
    values = {"community": "", "share": 0.5, "ratio": 2, "column": "code"}
    given = [Finding(code, "x", row, values=values) for row, code in enumerate(codes)]
    frame = severest_first(findings_frame(given, None))
    assert frame["row"].tolist() == ["2", "4", "1", "5", "0", "3"]
    assert frame.index.tolist() == list(range(6))


def test_the_function_gives_what_the_files_hold(bad: Path, tmp_path: Path) -> None:
    check, written = check_files(bad, tmp_path / "out", lang="en")
    assert [path.name for path in written] == list(FINDINGS_FILES)
    assert check.failure is None
    assert check.findings["code"].tolist() == table(tmp_path / "out")["code"].tolist()
    assert check.crs is not None
    assert check.crs.to_epsg() == 4544


def test_tables_have_options_of_their_own() -> None:
    shown = CliRunner().invoke(app, ["check-input", "--help"], terminal_width=200).stdout
    for option in ("--communities", "--counts", "--totals", "--codes", "--map", "--json"):
        assert option in shown
