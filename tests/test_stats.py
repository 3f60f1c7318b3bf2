"""Figures of grids, counted by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from handed import grids, save
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from gridtool.cli import app
from gridtool.errors import GridtoolError
from gridtool.export.workbook import STATS_HEADS
from gridtool.pipeline import stats_file
from gridtool.report import count_grids
from gridtool.report.stats import COLUMNS

SCHEMA = Path(__file__).parents[1] / "schemas" / "stats.schema.json"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return save(tmp_path / "grids.gpkg")


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["stats", *map(str, words)])


def row(table: pd.DataFrame, code: str) -> dict:
    (found,) = table[table["code"] == code].to_dict("records")
    return found


def test_the_county_by_hand() -> None:
    table = count_grids(grids(), names={"510302": "自流井区"})
    assert row(table, "510302") == {
        "level": "county",
        "code": "510302",
        "name": "自流井区",
        "communities": 3,
        "grids": 5,
        "base": 4,
        "dedicated": 1,
        # 400 + 620 + 0 + 220 + 700
        "households": 1940,
        "persons": 5000,
        # the village's grid has no norm, the dedicated one neither
        "rated": 3,
        "in_range": 1,
        "share_in_range": 0.3333,
        "exceptions": 2,
        "smallest": 220,
        "mean": 485.0,
        "largest": 700,
        # 1 for 400, 2 for 620, 1 for 220, 2 for 700, none for the school
        "workers": 6,
        "estimated": True,
    }


def test_towns_and_communities_by_hand() -> None:
    table = count_grids(grids())
    assert table["level"].tolist() == ["county", *["town"] * 2, *["community"] * 3]
    assert tuple(table) == COLUMNS
    town, village = row(table, "510302001"), row(table, "510302101201")
    assert (town["communities"], town["grids"], town["households"], town["workers"]) == (
        2, 4, 1240, 4,
    )  # fmt: skip
    assert (village["name"], village["rated"], village["exceptions"]) == ("全胜村", 0, 0)
    assert pd.isna(village["share_in_range"])
    assert not village["estimated"]


def test_a_community_of_dedicated_grids_alone() -> None:
    table = count_grids(grids().iloc[2:3])
    found = row(table, "510302001001")
    assert (found["base"], found["dedicated"], found["workers"]) == (0, 1, 0)
    assert pd.isna(found["smallest"])
    assert pd.isna(found["mean"])


@pytest.mark.parametrize(("per_worker", "workers"), [(500, 6), (400, 6), (350, 7), (1000, 4)])
def test_workers_by_the_rule_asked_for(per_worker: int, workers: int) -> None:
    # 350: 2 for 400, 2 for 620, 1 for 220, 2 for 700
    table = count_grids(grids(), households_per_worker=per_worker)
    assert row(table, "510302")["workers"] == workers


# -- the command and its files ---------------------------------------------------------------


def test_the_table_on_the_terminal(source: Path) -> None:
    result = run(source, "--by", "town", "--lang", "zh")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[1] == [
        *("510302001", "五星街街道", "4", "1", "1,240*", "3,100", "1", "33.3%", "2", "4"),
    ]  # fmt: skip
    assert lines[2] == ["510302101", "仲权镇", "1", "0", "700", "1,900", "0", "0", "2"]
    assert [line for line in lines if line and line[0] == "合计"] == [
        ["合计", "5", "1", "1,940", "5,000", "1", "33.3%", "2", "6"]
    ]
    assert "* 户数为估算" in result.stdout
    assert "基础网格每 500 户配 1 名网格员" in result.stdout


def test_json_follows_its_schema(source: Path) -> None:
    told = json.loads(run(source, "--json", "--households-per-worker", 350).stdout)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(told)
    assert told["workers_rule"]["households_per_worker"] == 350
    assert "350" in told["workers_rule"]["zh"]
    assert [item["workers"] for item in told["rows"] if item["level"] == "county"] == [7]
    assert [item["share_in_range"] for item in told["rows"]][2] is None


def test_csv_has_all_levels(source: Path, tmp_path: Path) -> None:
    run(source, "-o", tmp_path / "s.csv")
    with (tmp_path / "s.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [item["code"] for item in rows][:3] == ["510302", "510302001", "510302101"]
    assert rows[0]["households"] == "1940"


def test_the_workbook_has_charts_and_no_formula(tmp_path: Path) -> None:
    source = save(tmp_path / "a.gpkg", grids(community_name=["=1+1"] * 5))
    run(source, "-o", tmp_path / "s.xlsx", "--lang", "en")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    assert book.sheetnames == ["counties", "towns", "communities"]
    sheet = book["communities"]
    assert [cell.value for cell in sheet[1]] == [
        STATS_HEADS[key][1] for key in COLUMNS if key != "level"
    ]
    kinds = {cell.data_type for one in book for line in one.iter_rows() for cell in line}
    assert "f" not in kinds
    assert (sheet["A2"].value, sheet["B2"].value) == ("510302001001", "=1+1")
    # charts point at the rows there are, and a single county needs none
    assert [len(one._charts) for one in book] == [0, 3, 3]
    first = sheet._charts[0].series[0]
    assert first.val.numRef.f == "'communities'!$E$2:$E$4"
    assert first.cat.numRef.f == "'communities'!$B$2:$B$4"
    assert any("One worker" in str(cell.value) for cell in sheet["A"])


def test_what_stands_there_is_kept(source: Path, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("mine", encoding="utf-8")
    result = run(source, "-o", tmp_path / "s.csv", "--lang", "en")
    assert (result.exit_code, "GT042" in result.stderr) == (15, True)
    assert (tmp_path / "s.csv").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "village"], "GT046 a wrong argument: --by village: county | town | community"),
        (["-o", "s.pdf"], "GT046 a wrong argument: --out s.pdf: .csv | .xlsx"),
    ],
)
def test_options_that_do_not_go(words: list[str], said: str, source: Path) -> None:
    result = run(source, *words, "--lang", "en")
    assert (result.exit_code, result.stdout) == (16, "")
    assert said in result.stderr


def test_a_layer_without_counts_is_refused(tmp_path: Path) -> None:
    source = save(tmp_path / "a.gpkg", grids().drop(columns="persons"))
    with pytest.raises(GridtoolError, match=r"GT099 the column persons cannot be used.*missing|RS"):
        stats_file(source)
