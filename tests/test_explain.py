"""Messages: one catalogue, each explained; gridtool explain; docs/findings.md."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest
from typer.testing import CliRunner, Result

import gridtool.messages
from gridtool.cli import app
from gridtool.messages import CATALOGUE, ERROR, INFO, WARNING, Message
from gridtool.messages.explanations import Explanation, explain, explanations

DOCS = Path(__file__).parents[1] / "docs"
HOW = (
    "add a table [GTnnn.zh] and [GTnnn.en] with title, means, why and mend to the .toml beside "
    "the module of the message in gridtool/messages, then run: python docs/findings.py"
)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["explain", *words])


# -- the catalogue ---------------------------------------------------------------------------


def test_no_id_stands_in_two_modules() -> None:
    package = files(gridtool.messages)
    text = "".join(
        item.read_text(encoding="utf-8") for item in package.iterdir() if item.name.endswith(".py")
    )
    found = re.findall(r'^    "(GT\d{3})": Message\(', text, re.M)
    assert sorted(found) == sorted(set(found)) == sorted(CATALOGUE)


def fields(text: str) -> set[str]:
    names = {name for _, name, _, _ in Formatter().parse(text) if name}
    # a value that is a word comes in both languages
    return {name.removesuffix("_zh").removesuffix("_en") for name in names}


@pytest.mark.parametrize("code", CATALOGUE)
def test_both_languages_say_the_same(code: str) -> None:
    message = CATALOGUE[code]
    assert re.fullmatch(r"GT\d{3}", code)
    assert message.severity in (ERROR, WARNING, INFO)
    assert all(message)
    assert fields(message.zh) == fields(message.en)


def test_what_a_form_with_values_says() -> None:
    message = Message("{n} 户", "{n} households", "改 {n}", "mend {n}")
    assert (message.what("zh", n=3), message.mend("en", n=3)) == ("3 户", "mend 3")


# -- explanations ----------------------------------------------------------------------------


def test_every_message_is_explained() -> None:
    assert sorted(set(CATALOGUE) - set(explanations())) == [], HOW
    assert sorted(set(explanations()) - set(CATALOGUE)) == [], "explained, but not in the catalogue"


@pytest.mark.parametrize("code", explanations())
def test_an_explanation_is_whole(code: str) -> None:
    told = explanations()[code]
    for lang in ("zh", "en"):
        for name, text in told[lang]._asdict().items():
            assert text == text.strip()
            assert text, name
    for name in Explanation._fields:
        chinese = re.search("[\u4e00-\u9fff]", getattr(told["zh"], name))
        assert chinese, name
    assert not re.search("[\u4e00-\u9fff]", told["en"].title)


def test_the_text_stands_beside_the_messages_it_explains() -> None:
    package = files(gridtool.messages)
    texts = [item for item in package.iterdir() if item.name.endswith(".toml")]
    assert texts
    for item in texts:
        module = package.joinpath(item.name.replace(".toml", ".py")).read_text(encoding="utf-8")
        codes = re.findall(r"^\[(GT\d{3})\.zh\]", item.read_text(encoding="utf-8"), re.M)
        assert [code for code in codes if f'"{code}": Message(' not in module] == []
        assert codes == sorted(codes)


# -- the command -----------------------------------------------------------------------------


def test_one_id_at_length() -> None:
    result = run("GT112", "--lang", "zh")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "GT112  警告       楼栋不在任何社区内"
    assert lines[1].strip() == "楼栋不在任何社区内，未计入（{households} 户）"
    assert [line for line in lines if line and not line.startswith((" ", "GT"))] == [
        "含义",
        "影响",
        "处理",
    ]
    told = explain("GT112")
    assert told is not None
    assert f"  {told['zh'].mend}" in lines


@pytest.mark.parametrize("text", ["GT026", "gt026", "026", "26"])
def test_an_id_may_be_written_short(text: str) -> None:
    assert run(text, "--lang", "en").stdout.startswith("GT026  error    Communities overlap widely")


def test_several_ids_follow_each_other() -> None:
    result = run("112", "113", "--lang", "en")
    assert re.findall(r"^GT\d+", result.stdout, re.M) == ["GT112", "GT113"]


def test_all_ids_are_listed() -> None:
    lines = run("--lang", "en").stdout.splitlines()
    assert [line.split()[0] for line in lines] == sorted(CATALOGUE)
    assert "GT113  note     Building across a community line" in lines


def test_an_id_that_does_not_exist() -> None:
    result = run("GT999", "--lang", "en")
    assert (result.exit_code, result.stdout) == (16, "")
    assert result.stderr.startswith("GT047 there is no id GT999")


def test_a_message_without_explanation_still_says_how_to_mend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gridtool.messages.explanations, "explain", lambda _code: None)
    said = run("GT112", "--lang", "en").stdout
    assert "the building lies in no community" in said
    assert CATALOGUE["GT112"].mend_en in said


def test_explaining_needs_nothing_heavy() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from gridtool.cli import app; "
        "r = CliRunner().invoke(app, ['explain', 'GT112']); assert r.exit_code == 0; "
        "print(sorted({'geopandas', 'numba', 'numpy', 'pandas', 'rich', 'shapely'} & "
        "set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- the page --------------------------------------------------------------------------------


def test_the_page_is_what_the_catalogue_makes() -> None:
    made = runpy.run_path(str(DOCS / "findings.py"))["page"]()
    assert (DOCS / "findings.md").read_text("utf-8") == made, "run: python docs/findings.py"
    entries = re.findall(r'^### <a id="gt\d+"></a>(GT\d{3}) ', made, re.M)
    assert sorted(entries) == sorted(CATALOGUE)
    anchors = set(re.findall(r'<a id="(gt\d+)">', made))
    assert set(re.findall(r"\]\(#(gt\d+)\)", made)) == anchors
