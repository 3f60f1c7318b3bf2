"""The forms of a filing: what stands on them, and whether they agree with the data."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook

from gridtool.columns import GRID_CHANGES, GROUPS, RELATIONS
from gridtool.errors import InputError
from gridtool.filing import (
    Base,
    Counts,
    Exemption,
    Invariant,
    Manifest,
    Receipt,
    Signer,
    Snapshot,
    Tolerances,
    Tool,
)
from gridtool.filing.forms import (
    LAYOUTS,
    Change,
    disagreeing_forms,
    draw_forms,
    draw_receipt,
    form_values,
    shipped_template,
)
from gridtool.filing.forms.receipt import UNSIGNED
from gridtool.filing.receipt import Reason
from gridtool.sheets import docx_bytes, read_docx, read_pdf

GOLDEN = Path(__file__).parent / "golden"
HASH = "0123456789abcdef" * 4
OLD, NEW = "510302001002003", "510302001002005"
LONG = "自流井工业园区南苑新城第二社区"


def manifest(**changed) -> Manifest:
    told = {
        "kind": "adjustment",
        "filing_no": "自流井网备〔2026〕3号",
        "county": "510302",
        "prepared_by": "自流井区网格化服务管理中心",
        "dated": "2026-11-25",
        "valid_from": "2027-01-01",
        "reason": "新建小区入住，户数超过500户",
        "base": Base(register_id="zigong", rev=4, root=HASH),
        "result_root": HASH,
        "code_policy": "keep-majority",
        "snapshot": Snapshot(root=HASH, buildings=20, households=712, persons=1900),
        "crs": "EPSG:4544",
        "tolerances": Tolerances(epsilon_m=0.01, tau_m=1.0, area_m2=0.05),
        "counts": Counts(
            groups={"split_off": 1},
            grids_before=75,
            grids_after=76,
            untouched=74,
            untouched_root=HASH,
        ),
        "invariants": (
            Invariant(id="I4", passed=True, value="1/1"),
            Invariant(id="I10", passed=False, value=OLD),
        ),
        "exemptions": (Exemption(id="I10", reason="单栋高层公寓，无法再分"),),
        "names": {"510302": "自流井区", "510302001": "五星街街道", "510302001002": LONG},
        "files": (),
        "tool": Tool(name="gridtool", version="0"),
    }
    return Manifest(package_id="", **{**told, **changed})


def table(layer, *rows: dict) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[column.key for column in layer.columns], dtype=object)


def change(**changed) -> Change:
    group = {
        "group_id": "G1",
        "type": "split_off",
        "type_zh": "划出",
        "old_codes": OLD,
        "new_codes": f"{OLD}|{NEW}",
        "households": 712,
        "moved_households": 326,
        "description_zh": f"{OLD} 划出 326 户至 …005",
    }
    shared = {"group_id": "G1", "old_code": OLD, "share_new_hh": 1.0}
    kept = {"buildings": 11, "households": 386, "persons": 1000, "share_old_hh": 0.542}
    gone = {"buildings": 9, "households": 326, "persons": 900, "share_old_hh": 0.458}
    before = {
        "old_name": "第三网格",
        "old_kind": "base",
        "old_community": OLD[:12],
        "old_households": 712,
        "old_persons": 1900,
    }
    after = {"group_id": "G1", "new_kind": "base", "new_community": OLD[:12]}
    return Change(
        manifest(**changed),
        table(GROUPS, group),
        table(
            RELATIONS,
            {**shared, **kept, "new_code": OLD, "keeps_code": True},
            {**shared, **gone, "new_code": NEW, "keeps_code": False},
        ),
        table(
            GRID_CHANGES,
            {
                **before,
                **after,
                "grid_code": OLD,
                "new_name": "第三网格",
                "new_households": 386,
                "new_persons": 1000,
                "size_rule": "in_range",
            },
            {
                **after,
                "grid_code": NEW,
                "new_name": "㘵塘垇嘴网格",
                "new_households": 326,
                "new_persons": 900,
                "size_rule": "in_range",
            },
            {"grid_code": "510302001002001", "old_households": 400, "new_households": 400},
        ),
    )


@pytest.fixture(scope="module")
def values() -> dict:
    return form_values(change())


@pytest.fixture(scope="module")
def forms(values) -> dict[str, bytes]:
    return draw_forms(values)


def test_the_head_counts_what_changed(values):
    heads = ("created", "retired", "adjusted", "untouched", "households", "moved_households")
    assert [values[key] for key in heads] == ["1", "0", "1", "74", "712", "326"]
    assert (values["dated"], values["valid_from"]) == ("2026年11月25日", "2027年1月1日")
    assert (values["towns"], values["communities"]) == ("五星街街道", LONG)


def test_many_communities_are_counted():
    several = change()
    rows = [
        several.grids.iloc[[0]].assign(new_community=f"5103020010{at:02d}") for at in range(3, 11)
    ]
    grids = pd.concat([several.grids, *rows], ignore_index=True)
    told = form_values(Change(several.manifest, several.groups, several.relations, grids))
    assert (
        told["communities"]
        == f"{LONG}、" + "、".join(f"5103020010{at:02d}" for at in range(3, 8)) + "等9个"
    )


def test_the_details_have_households_before_and_after(values):
    first, second = values["details"]
    assert (first["households_before"], first["households_after"]) == ("712", "386")
    assert (second["households_before"], second["households_after"]) == ("—", "326")
    assert (second["prev_codes"], second["grid_name"]) == (OLD, "㘵塘垇嘴网格")
    assert {row["reason"] for row in values["details"]} == {"新建小区入住，户数超过500户"}


def test_a_reason_of_its_own_goes_before_that_of_the_package():
    own = change()
    own.groups["reason"] = "道路改线"
    assert {row["reason"] for row in form_values(own)["details"]} == {"道路改线"}


def test_the_handler_is_left_to_the_pen(values):
    assert (values["handler"], values["telephone"]) == ("", "")


def test_an_exemption_stands_beside_its_invariant(values):
    assert [(row["id"], row["result"], row["exemption"]) for row in values["invariants"]] == [
        ("I4", "通过", ""),
        ("I10", "未通过", "单栋高层公寓，无法再分"),
    ]


def test_a_first_division_has_no_base():
    assert form_values(change(kind="initial", base=None))["base"] == "无（首次划分）"


@pytest.mark.parametrize("key", LAYOUTS)
def test_a_form_reads_as_it_should(key, forms):
    """Look at the form before you write the golden file anew: `python tests/golden/make.py`."""
    wanted = (GOLDEN / f"{key}.txt").read_text(encoding="utf-8")
    assert (read_docx(forms[f"forms/{key}.docx"]) or "").strip() == wanted.strip()


@pytest.mark.parametrize("key", LAYOUTS)
def test_the_pdf_says_what_the_word_file_says(key, forms, values):
    text = "".join((read_pdf(forms[f"forms/{key}.pdf"]) or "").split())
    for one in LAYOUTS[key].tables:
        for row in values[one.rows]:
            for head in one.columns:
                assert "".join(row[head.key].split()) in text
    for fact in LAYOUTS[key].facts:
        assert "".join(values[fact.key].split()) in text
    assert "第1页共" in text


def test_the_workbook_has_numbers_as_numbers_and_codes_as_text(forms):
    book = load_workbook(io.BytesIO(forms["forms/tables.xlsx"]))
    head, first = (list(book["网格调整明细表"].values)[at] for at in (1, 2))
    cells = dict(zip(head, first, strict=True))
    assert (cells["网格编码"], cells["户数（前）"], cells["户数（后）"]) == (OLD, 712, 386)


def test_the_same_change_gives_the_same_bytes(values, forms):
    assert draw_forms(values) == forms


def test_forms_agree_with_their_data(values, forms):
    assert disagreeing_forms(values, forms) == []


def test_another_figure_is_seen_in_each_form_that_has_it(values, forms):
    told = {**values, "moved_households": "236"}
    assert disagreeing_forms(told, forms) == [
        "forms/filing_form.docx",
        "forms/filing_form.pdf",
        "forms/tables.xlsx",
    ]


def test_a_form_that_is_missing_or_unknown_is_seen(values, forms):
    files = {**forms, "forms/more.pdf": b"%PDF"}
    del files["forms/letter.pdf"]
    assert disagreeing_forms(values, files) == ["forms/letter.pdf", "forms/more.pdf"]


@pytest.mark.parametrize("name", ["letter.pdf", "letter.docx", "tables.xlsx"])
def test_a_broken_form_disagrees(name, values, forms):
    path = f"forms/{name}"
    for content in (b"", forms[path][: len(forms[path]) // 2], b"\0" * 999):
        assert disagreeing_forms(values, {**forms, path: content}) == [path]


def receipt(**changed) -> Receipt:
    told = {
        "register_id": "zigong",
        "package_id": HASH,
        "package_sha256": HASH,
        "kind": "adjustment",
        "county": "510302",
        "filing_no": "自流井网备〔2026〕3号",
        "prepared_by": "自流井区网格化服务管理中心",
        "valid_from": "2027-01-01",
        "decision": "correction",
        "decision_zh": "补正",
        "reasons": (
            Reason(
                code="GT554", where="I10", message_zh="规模不符", message_en="-", mend="说明理由"
            ),
        ),
        "remarks": (),
        "signers": (Signer(key_id="0" * 16, owner="自流井区", profile="ed25519"),),
        "base_root": HASH,
        "result_root": HASH,
        "buildings": "own",
        "groups": {"划出": 1},
    }
    return Receipt(**{**told, **changed})


def test_a_receipt_says_why():
    text = read_docx(draw_receipt(receipt()))
    for part in ("网格备案回执", "补正", "GT554", "规模不符", "说明理由", "自流井区（ed25519"):
        assert part in text
    assert UNSIGNED not in text


def test_an_unsigned_package_is_told_in_red():
    document = Document(io.BytesIO(draw_receipt(receipt(signers=()))))
    (warning,) = [one for one in document.paragraphs if one.text == UNSIGNED]
    assert str(warning.runs[0].font.color.rgb) == "B3261E"


def edited(path: Path, to: Path, old: str, new: str) -> Path:
    """Save a template with one text replaced in its table cells."""
    document = Document(path)
    for grid in document.tables:
        for cell in (cell for row in grid.rows for cell in row.cells):
            for run in (run for paragraph in cell.paragraphs for run in paragraph.runs):
                run.text = run.text.replace(old, new)
    to.write_bytes(docx_bytes(document))
    return to


def test_an_offices_own_template_is_filled_and_agrees(values, forms, tmp_path):
    own = edited(
        shipped_template("details"), tmp_path / "own.docx", "调整原因", "原因（本办格式，第75号令）"
    )
    made = draw_forms(values, {"details": own})
    assert "本办格式" in read_docx(made["forms/details.docx"])
    assert disagreeing_forms(values, made, own=["details"]) == []
    assert disagreeing_forms(values, made) == ["forms/details.docx"]


def test_an_own_template_must_show_what_is_required(values, tmp_path):
    own = edited(
        shipped_template("details"), tmp_path / "own.docx", "{{ row.households_after }}", ""
    )
    made = draw_forms(values, {"details": own})
    assert disagreeing_forms(values, made, own=["details"]) == ["forms/details.docx"]


def test_an_own_template_has_no_code_of_its_own(values, tmp_path):
    own = edited(shipped_template("details"), tmp_path / "own.docx", "调整原因", "510302001002009")
    made = draw_forms(values, {"details": own})
    assert disagreeing_forms(values, made, own=["details"]) == ["forms/details.docx"]


def test_a_template_that_asks_for_what_there_is_not(values, tmp_path):
    own = edited(shipped_template("letter"), tmp_path / "own.docx", "报备单位", "{{ phone }}")
    with pytest.raises(InputError, match=r"GT732.*phone"):
        draw_forms(values, {"letter": own})
