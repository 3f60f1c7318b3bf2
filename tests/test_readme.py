"""What the READMEs say is what gridtool does."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tomllib
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

import gridtool.pipeline
from gridtool import errors, rules
from gridtool.cli import app
from gridtool.cli.config import Config, load_config
from gridtool.columns import GRIDS, INPUT_LAYERS, OUTPUT_LAYERS, Layer

ROOT = Path(__file__).parents[1]
FILES = ("README.md", "README.zh.md")
TERMS = {"size_rule": rules.SIZE_RULES, "size_reason": rules.SIZE_REASONS}

readmes = pytest.mark.parametrize("text", FILES, indirect=True)


@pytest.fixture(scope="module")
def text(request):
    return (ROOT / request.param).read_text(encoding="utf-8")


def block(text: str, language: str) -> str:
    """Return the one fenced block of a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", text, re.S | re.M)
    return found


def commands(text: str) -> list[str]:
    return [line for line in block(text, "sh").splitlines() if not line.startswith("#")]


def tables(text: str, first: str) -> list[list[str]]:
    """Return the cells of all rows of the tables whose first heading is `first`."""
    rows: list[list[str]] = []
    for table in re.findall(r"(?:^\|.*\|\n)+", text, re.M):
        lines = [
            [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            for line in table.splitlines()
        ]
        if lines[0][0] == first:
            rows += lines[2:]
    return rows


def keys(model: BaseModel) -> dict:
    """Return the keys of a model, those of its tables with them."""
    return {
        name: keys(value) if isinstance(value, BaseModel) else None
        for name, value in ((name, getattr(model, name)) for name in type(model).model_fields)
    }


def test_both_readmes_have_the_same_parts():
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in FILES)
    assert commands(english) == commands(chinese)
    assert re.findall(r"!\[.*\]\((.*)\)", english) == re.findall(r"!\[.*\]\((.*)\)", chinese)
    for sign in ("^#+ ", r"^\|", "^```"):
        found = [len(re.findall(sign, item, re.M)) for item in (english, chinese)]
        assert found[0] == found[1], sign


@readmes
def test_links_lead_to_files(text):
    links = re.findall(r"\]\((?!https?:)(.*?)\)", text)
    links += re.findall(r"`((?:schemas|benchmarks|docs)/\S+?)`", text)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_two_commands():
    one, two = commands((ROOT / "README.md").read_text(encoding="utf-8"))
    assert "pip install . && " in one
    assert one.endswith("gridtool partition sample_data/county.gpkg -o out")
    assert f"\n    {two}\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@readmes
def test_the_toml_block_holds_every_key_with_its_default(text, tmp_path):
    toml = block(text, "toml")
    path = tmp_path / "gridtool.toml"
    path.write_text(toml, encoding="utf-8")
    assert load_config(path) == Config()

    def shape(found: dict, wanted: dict) -> None:
        assert list(found) == list(wanted)
        for key, table in wanted.items():
            if table is not None:
                shape(found[key], table)

    shape(tomllib.loads(toml), {**keys(Config()), "map": {}})
    # the line in the comment is valid too
    path.write_text(toml.replace('# "', '"'), encoding="utf-8")
    assert load_config(path).map == {"buildings.households": "ZHS"}


@readmes
def test_the_options_are_those_of_the_help(text):
    run = CliRunner().invoke(app, ["partition", "--help"], terminal_width=200)
    lines = [line.split("  ")[0] for line in re.findall(r"^ +(-.*)$", run.stdout, re.M)]
    helped = {word for line in lines for word in re.findall(r"(?<!\S)--?[a-z0-9-]+", line)}
    (first,) = {row[0] for row in (["option"], ["选项"]) if tables(text, row[0])}
    listed = re.findall(r"`(--?[a-z0-9-]+)`", " ".join(row[0] for row in tables(text, first)))
    assert len(listed) == len(set(listed))
    assert set(listed) == helped - {"-h", "--help"}


@readmes
def test_the_columns_of_the_grids(text):
    rows = tables(text, "column") or tables(text, "列")
    assert [(row[0].strip("`"), row[1], row[2]) for row in rows] == [
        (column.key, column.zh, column.dbf) for column in GRIDS.columns
    ]
    assert all(row[3] for row in rows)


@readmes
def test_the_columns_of_the_other_layers(text):
    rows = tables(text, "layer") or tables(text, "图层")
    layers = [*list(OUTPUT_LAYERS.values())[1:], *INPUT_LAYERS.values()]
    assert len(rows) == len(layers)
    for row, layer in zip(rows, layers, strict=True):
        name = f"{layer.key} {layer.zh}"
        must = layer.required and layer in INPUT_LAYERS.values()
        assert row[0] == (f"**{name}**" if must else name)
        assert row[1].split(" · ") == [cell(layer, column.key) for column in layer.columns]


def cell(layer: Layer, key: str) -> str:
    column = layer[key]
    mark = "**" if column.required else ""
    return f"{mark}`{key}`{mark} {column.zh} {column.dbf}"


@readmes
@pytest.mark.parametrize("column", TERMS)
def test_the_terms_of_sizes(text, column):
    rows = tables(text, f"`{column}`")
    assert tuple(row[0].strip("`") for row in rows) == TERMS[column]


@readmes
def test_the_exit_codes_are_those_of_the_errors(text):
    classes = [item for item in vars(errors).values() if isinstance(item, type)]
    codes = {item.exit_code for item in classes if issubclass(item, errors.GridtoolError)}
    line = re.search(r"(?:Exit codes: |退出码：)(.*?)\n\n", text, re.S).group(1)
    line = re.split(r"Errors|出错", line)[0]
    assert {int(code) for code in re.findall(r"\d+", line)} == codes | {0, 1, 2}


def test_the_python_block_runs(tmp_path, monkeypatch):
    english, chinese = (block((ROOT / name).read_text("utf-8"), "python") for name in FILES)
    plain = [re.sub(r" +#.*", "", code) for code in (english, chinese)]
    assert plain[0].replace('lang="en"', 'lang="zh"') == plain[1]
    (tmp_path / "sample_data").mkdir()
    shutil.copy(ROOT / "sample_data" / "county.gpkg", tmp_path / "sample_data")
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(english, "<README>", "exec"), {})
    assert "in_range" in printed.getvalue()
    assert (tmp_path / "out" / "grids.gpkg").exists()


def test_the_settings_of_the_readme_are_valid():
    (code,) = re.findall(r"`(gridtool\.Settings.*?)`", (ROOT / FILES[0]).read_text("utf-8"))
    settings = eval(code, {"gridtool": gridtool})
    assert settings.seed == 7
    assert settings.rules.max_households == 450


@pytest.mark.parametrize("before", ["gridtool.read_layers", "import gridtool.pipeline"])
def test_the_public_function_is_not_hidden_by_the_stage_of_its_name(before):
    code = f"import gridtool; {before}; print(callable(gridtool.partition))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run.stdout == "True\n"
