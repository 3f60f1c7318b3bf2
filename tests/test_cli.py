"""The command line through real files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import jsonschema
import pyogrio
import pytest
from builders import buildings, communities, roads, square
from shapely import box
from typer.testing import CliRunner, Result

import gridtool.cli
from gridtool.cli import app

SCHEMAS = Path(__file__).parents[1] / "schemas"

TOWN = communities(box(0, 0, 300, 60), box(300, 0, 600, 60))
HOMES = buildings([square(x + 5.0, 20.0) for x in range(0, 600, 20)], [24] * 30)
STREETS = roads([(150, -5), (150, 65)], [(450, -5), (450, 65)])


def write(path: Path, **layers: gpd.GeoDataFrame) -> Path:
    for name, frame in layers.items():
        frame.to_file(path, layer=name, driver="GPKG")
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write(tmp_path / "town.gpkg", communities=TOWN, buildings=HOMES, roads=STREETS)


def run(*words: object) -> Result:
    result = CliRunner().invoke(app, ["partition", *map(str, words)])
    assert "Traceback" not in result.output
    assert "Traceback" not in result.stderr
    return result


def refused(result: Result, exit_code: int, *texts: str, out: Path | None = None) -> None:
    assert result.exit_code == exit_code, result.stderr
    assert result.stdout == ""
    for text in texts:
        assert text in result.stderr
    if out is not None and out.is_dir():
        assert list(out.iterdir()) == []


def test_a_good_run_writes_both_files_and_prints_the_table(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(source, "-o", out, "--lang", "en")
    assert result.exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["grids.gpkg", "summary.json"]
    names = [str(name) for name in pyogrio.list_layers(out / "grids.gpkg")[:, 0]]
    assert names == ["grids", "units", "buildings", "findings", "layer_styles"]
    assert "households" in result.stdout
    assert "2/2" in result.stdout
    grids = gpd.read_file(out / "grids.gpkg", layer="grids")
    assert grids["households"].tolist() == [360, 360]
    assert grids["grid_code"].tolist() == ["510302001001001", "510302001002001"]
    assert grids.crs == TOWN.crs


def test_messages_follow_the_language(source: Path, tmp_path: Path) -> None:
    assert "社区（村）" in run(source, "-o", tmp_path / "a", "--lang", "zh").stdout
    refused(run(tmp_path / "no.gpkg", "--lang", "zh"), 11, "GT001", "找不到")
    refused(run(tmp_path / "no.gpkg", "--lang", "en"), 11, "GT001", "does not exist")
    refused(run(source, "--lang", "fr"), 2, "zh")


def test_json_alone_stands_on_stdout(source: Path, tmp_path: Path) -> None:
    result = run(source, "-o", tmp_path / "out", "--json")
    assert json.loads(result.stdout)["totals"]["grids"] == 2
    assert json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["seconds"]


def test_quiet_prints_nothing_and_verbose_every_finding(source: Path, tmp_path: Path) -> None:
    result = run(source, "-o", tmp_path / "a", "-q")
    assert (result.stdout, result.stderr) == ("", "")
    lone = HOMES.assign(households=[24] * 29 + [900])
    path = write(tmp_path / "two.gpkg", communities=TOWN, buildings=lone)
    assert "GT143 grids[510302001002" in run(path, "-o", tmp_path / "b", "-v").stdout


def test_findings_that_need_a_person_give_one(source: Path, tmp_path: Path) -> None:
    odd = TOWN.assign(code=["51030200100", "510302001002"], kind="community")
    path = write(tmp_path / "odd.gpkg", communities=odd, buildings=HOMES)
    result = run(path, "-o", tmp_path / "out", "--lang", "en")
    assert result.exit_code == 1
    assert "GT102 communities: code 51030200100 is not 12 digits" in result.stdout


def test_an_output_is_kept_unless_asked(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(source, "-o", out)
    before = (out / "grids.gpkg").read_bytes()
    result = run(source, "-o", out, "--seed", 5, "--min", 100, "--max", 200)
    assert result.exit_code == 15
    assert "GT042" in result.stderr
    assert (out / "grids.gpkg").read_bytes() == before
    assert run(source, "-o", out, "--min", 100, "--max", 200, "--overwrite").exit_code == 0
    assert len(gpd.read_file(out / "grids.gpkg", layer="grids")) > 2


def test_an_output_that_is_a_file_is_refused(source: Path, tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("mine")
    refused(run(source, "-o", path), 15, "GT043")
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("layers", "exit_code", "texts"),
    [
        ({"buildings": None}, 11, ("GT003", "buildings", "communities")),
        ({"communities": TOWN.drop(columns="code")}, 12, ("GT004", "code", "社区代码", "SQDM")),
        (
            {
                "communities": TOWN.set_crs(None, allow_override=True),
                "buildings": HOMES.set_crs(None, allow_override=True),
            },
            13,
            ("GT005", "communities"),
        ),
        ({"buildings": HOMES[:0]}, 11, ("GT006", "buildings")),
        ({"buildings": HOMES.assign(building_id="A")}, 14, ("GT020", "building_id", "A")),
        ({"buildings": HOMES.assign(households=-1)}, 14, ("GT022", "households")),
        ({"buildings": HOMES.assign(households="many")}, 14, ("GT021", "many")),
    ],
)
@pytest.mark.filterwarnings("ignore:'crs' was not provided:UserWarning")
def test_input_that_cannot_be_used(
    layers: dict[str, Any], exit_code: int, texts: tuple[str, ...], tmp_path: Path
) -> None:
    given = {"communities": TOWN, "buildings": HOMES} | layers
    there = {key: frame for key, frame in given.items() if frame is not None}
    path = write(tmp_path / "bad.gpkg", **there)
    out = tmp_path / "out"
    refused(run(path, "-o", out, "--lang", "en"), exit_code, *texts, out=out)


def test_a_truncated_file_is_refused(source: Path, tmp_path: Path) -> None:
    source.write_bytes(source.read_bytes()[:5000])
    refused(run(source, "-o", tmp_path / "out"), 11, "GT002", out=tmp_path / "out")


def test_a_folder_of_files_named_by_layer(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    TOWN.to_file(folder / "社区.geojson", driver="GeoJSON")
    short = {"building_id": "LDBH", "compound_id": "XQBH", "households": "HS"}
    HOMES.rename(columns=short).to_file(folder / "buildings.shp", encoding="utf-8")
    result = run(folder, "-o", tmp_path / "out")
    assert result.exit_code in (0, 1)
    assert len(gpd.read_file(tmp_path / "out" / "grids.gpkg", layer="grids")) == 2


def test_layers_by_option_and_columns_by_map(source: Path, tmp_path: Path) -> None:
    frame = HOMES.rename(columns={"households": "ZHS"})
    other = write(tmp_path / "b.gpkg", things=frame)
    words = ["--communities", f"{source}|layername=communities", "--buildings", other]
    mapped = run(*words, "--map", "buildings.households=ZHS", "-o", tmp_path / "a", "--json")
    assert json.loads(mapped.stdout)["totals"]["households"] == 720
    refused(run(*words, "--map", "buildings.households=NO", "-o", tmp_path / "b"), 12, "GT010")
    refused(run(*words, "--map", "buildings.rooms=ZHS", "-o", tmp_path / "c"), 12, "GT009")
    refused(run(*words, "--map", "nonsense", "-o", tmp_path / "d"), 2, "LAYER.COLUMN=SOURCE")


def test_nothing_to_read_is_a_usage_error() -> None:
    refused(run(), 2, "INPUT")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sed = 1", "sed"),
        ("[size]\nmin = 'x'", "size.min"),
        ("[size]\nmin = 600", "GT040"),
        ("not toml", "GT041"),
        ("scheme = 'grid99'", "GT045"),
    ],
)
def test_a_wrong_configuration_is_named(text: str, said: str, source: Path, tmp_path: Path) -> None:
    path = tmp_path / "gridtool.toml"
    path.write_text(text, encoding="utf-8")
    refused(run(source, "--config", path, "-o", tmp_path / "out"), 16, said, out=tmp_path / "out")


@pytest.mark.parametrize(
    "table", ['[map]\n"buildings.households" = "ZHS"', '[map.buildings]\nhouseholds = "ZHS"']
)
def test_a_configuration_maps_columns_and_options_win(table: str, tmp_path: Path) -> None:
    frame = HOMES.rename(columns={"households": "ZHS"})
    path = write(tmp_path / "t.gpkg", communities=TOWN, buildings=frame)
    config = tmp_path / "gridtool.toml"
    config.write_text(f"[size]\nmin = 100\nmax = 150\n{table}\n", encoding="utf-8")
    one = json.loads(run(path, "--config", config, "-o", tmp_path / "a", "--json").stdout)
    assert one["rules"]["target_households"] == 125
    assert one["totals"]["grids"] == 6
    assert all(row["in_range"] == 3 for row in one["communities"])
    words = ["--min", 300, "--max", 500, "-o", tmp_path / "b", "--json"]
    two = json.loads(run(path, "--config", config, *words).stdout)
    assert two["totals"]["grids"] == 2


def test_an_impossible_window_is_refused(source: Path, tmp_path: Path) -> None:
    refused(run(source, "--min", 600, "-o", tmp_path / "out", "--target", 400), 16, "GT040")
    refused(run(source, "--jobs", 0, "-o", tmp_path / "out"), 16, "GT046")


def test_a_look_into_files(source: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gpkg"
    broken.write_text("x")
    result = CliRunner().invoke(app, ["inspect", str(source), "--lang", "en"])
    assert result.exit_code == 0
    name = source.name
    assert f"{name}|layername=buildings  →  buildings" in result.stdout
    assert "EPSG:4544" in result.stdout
    result = CliRunner().invoke(
        app, ["inspect", str(source), str(tmp_path / "broken.gpkg"), "--json"]
    )
    assert result.exit_code == 11
    found = json.loads(result.stdout)
    schema = json.loads((SCHEMAS / "inspect.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    assert [item["file"] for item in found if item["error"]] == ["broken.gpkg"]


def test_coordinate_systems_by_option(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(source, "-o", out, "--crs", "buildings=EPSG:4548", "--lang", "en")
    assert result.exit_code == 14
    assert "GT027" in result.stderr
    assert run(source, "-o", out, "--crs", "EPSG:4548", "-q").exit_code in (0, 1)
    for wrong in (["--crs", "houses=EPSG:4490"], ["--coords", "wgs84"], ["--towgs84", "a,b"]):
        assert run(source, "-o", out, *wrong).exit_code == 2
    assert run(source, "-o", out, "--crs", "EPSG:9", "--overwrite").exit_code == 16


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from gridtool.cli import app; "
        "r = CliRunner().invoke(app, ['partition', '--help']); assert '--persons' in r.output; "
        "print(sorted({'geopandas', 'numba', 'numpy', 'pandas', 'rich', 'shapely'} & "
        "set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"gridtool {gridtool.__version__}\n"


def test_a_fault_of_our_own_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(gridtool.cli, "app", broken)
    monkeypatch.delenv("GRIDTOOL_DEBUG", raising=False)
    with pytest.raises(SystemExit) as stopped:
        gridtool.cli.main()
    assert stopped.value.code == 10
    said = capsys.readouterr().err
    assert "GT000" in said
    assert "RuntimeError: boom" in said
    assert "Traceback" not in said
    monkeypatch.setenv("GRIDTOOL_DEBUG", "1")
    with pytest.raises(RuntimeError, match="boom"):
        gridtool.cli.main()
