"""The pages in docs are made from the program, and what they show can be run."""

from __future__ import annotations

import io
import re
import runpy
import shlex
import shutil
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from gridtool.cli import app
from gridtool.pipeline import Division

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TUTORIALS = ("tutorial.md", "tutorial.zh.md")
PAGES = (*TUTORIALS, "export.md", "qgis.md", "use.md", "commands.md")


def blocks(name: str, language: str) -> list[str]:
    text = (DOCS / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.S | re.M)


def commands(name: str) -> list[str]:
    return [line for block in blocks(name, "sh") for line in block.splitlines()]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, division: Division) -> Iterator[Path]:
    """Stand in a folder like the repository's, where the sample is divided into out/."""
    (tmp_path / "sample_data").mkdir()
    shutil.copy(ROOT / "sample_data" / "county.gpkg", tmp_path / "sample_data")
    division.write(tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_of_commands_is_what_the_help_says() -> None:
    made = runpy.run_path(str(DOCS / "commands.py"))["page"]()
    assert (DOCS / "commands.md").read_text("utf-8") == made, "run: python docs/commands.py"


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files_and_places(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?:)(.*?)\)", text):
        path, _, anchor = link.partition("#")
        target = DOCS / path if path else DOCS / name
        assert target.exists(), link
        assert not anchor or f'id="{anchor}"' in target.read_text(encoding="utf-8"), link
    for path in re.findall(r"`((?:schemas|docs|benchmarks)/[^\s*`]+?)`", text):
        assert (ROOT / path).exists(), path


def test_both_tutorials_say_the_same() -> None:
    one, two = (commands(name) for name in TUTORIALS)
    assert one == two
    texts = [(DOCS / name).read_text(encoding="utf-8") for name in TUTORIALS]
    for sign in (r"^## \d", r"!\[.*?\]\((.*?)\)", r"<!-- (\w+)"):
        assert re.findall(sign, texts[0], re.M) == re.findall(sign, texts[1], re.M)


def test_the_tutorial_can_be_followed(here: Path) -> None:
    # the division itself is made once for all tests
    lines = [line for line in commands(TUTORIALS[0]) if " partition " not in line]
    assert len(lines) == 12
    for line in lines:
        program, *words = shlex.split(line)
        assert program == "gridtool"
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
    assert {path.name for path in (here / "handover").iterdir()} >= {
        "grids.shp",
        "web_gcj02.geojson",
    }


def test_the_exports_shown_can_be_run(here: Path) -> None:
    lines = [line for line in commands("export.md") if "postgresql://" not in line]
    for line in lines:
        words = shlex.split(line)[1:]
        assert CliRunner().invoke(app, [*words, "--overwrite"]).exit_code in (0, 1), line


def test_the_python_and_the_query_run(here: Path) -> None:
    (code,), (query, _) = blocks("use.md", "python"), blocks("use.md", "sql")
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(code, "<use.md>", "exec"), {})
    assert re.match(r"[1-9]\d* \[\]", printed.getvalue())
    words = ["export", "out/grids.gpkg", "-o", "out/grids.parquet"]
    assert CliRunner().invoke(app, words).exit_code == 0
    rows = duckdb.sql(query).fetchall()
    # households of 天花井社区, see sample_data/README.md
    assert (rows[0][0], rows[0][2]) == ("天花井社区", 2969)
