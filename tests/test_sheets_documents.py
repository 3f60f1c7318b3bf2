"""Fonts, PDF pages, Word documents and workbooks: the same contents give the same bytes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from docx import Document
from PIL import Image

from gridtool.codes import shipped_table
from gridtool.errors import GridtoolError, InputError, OutputError
from gridtool.sheets import (
    Picture,
    Tab,
    ask_template,
    docx_bytes,
    fill_template,
    fonts,
    glyph_findings,
    missing_characters,
    new_document,
    optional,
    typeset,
    workbook,
)

NAMES = Path(__file__).parents[2] / "shared" / "data" / "cn_admin_codes"
PAGE = """#import "base.typ": *
#show: sheet.with(title: data.title, foot: data.foot)
#heading-line(data.title, below: "第二行")
#facts(((label: "四至范围", value: data.text, wide: true),))
#listing(((title: "网格编码"), (title: "户数", align: "right")), data.rows)
#seals(("县级机构", "市级机构"))
#metadata(data.rows.len()) <rows>
"""
RARE = "嘴塘垇㘵"


def words(pdf: bytes, tmp_path: Path) -> str:
    """Return the text of a PDF."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed")
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return done.stdout.decode("utf-8")


# -- fonts -----------------------------------------------------------------------------------


def test_the_font_has_what_forms_need() -> None:
    assert missing_characters([RARE, "ABC xyz 0123", "–—·：（）【】①⑳²m³°×≤"]) == ""
    assert missing_characters(["自贡𡌶\n", "𡌶 "]) == "𡌶"


def test_the_font_has_every_name_of_the_shipped_codes() -> None:
    assert missing_characters(shipped_table().frame()["name"]) == ""


def test_the_font_has_the_names_of_all_villages_of_china_but_two() -> None:
    if not NAMES.is_dir():
        pytest.skip("the names of China's villages are not part of the project")
    names = pd.read_parquet(NAMES / "villages_2023.parquet", columns=["name"])["name"]
    assert missing_characters(names) == "𡌶𣒍"


def test_missing_characters_are_a_finding_with_rows() -> None:
    assert glyph_findings([RARE], layer="grids") == []
    found = glyph_findings(["甲", "𡌶村", "乙"], layer="grids", rows=["a", "b", "c"])
    assert [(item.code, item.severity, item.where) for item in found] == [
        ("GT745", "warning", ("b",))
    ]
    assert "lacks: 𡌶" in str(found[0].record()["message_en"])


@pytest.mark.parametrize("content", [None, b"", b"x" * 2_000_000])
def test_a_font_that_is_missing_or_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    for path in fonts.find_fonts():
        if content is not None:
            (tmp_path / path.name).write_bytes(content)
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    with pytest.raises(InputError, match=r"GT730 the font .*Regular.ttf is missing or damaged"):
        missing_characters(["甲"])


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(optional, "import_module", absent)
    with pytest.raises(OutputError, match=r"GT048 DOCX needs python-docx.*gridtool\[docs\]"):
        new_document()


# -- PDF -------------------------------------------------------------------------------------


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "form.typ"
    path.write_text(PAGE, encoding="utf-8")
    return path


def page_data(rows: int = 60, **more: str) -> dict[str, object]:
    listed = [[f"510302001002{row:03d}", str(300 + row)] for row in range(rows)]
    return {"title": "备案表", "foot": "自流井区", "text": RARE, "rows": listed, **more}


def test_a_page_shows_its_data_and_numbers_its_pages(template: Path, tmp_path: Path) -> None:
    text = words(typeset(template, page_data()), tmp_path)
    assert RARE in text
    assert re.search(r"510302001002059\s+359", text)
    assert re.search(r"自流井区\s+第 ?2 ?页 ?共 ?2 ?页", text)
    # the head of the table stands on both pages
    assert text.count("网格编码") == 2


def test_a_page_takes_no_text_for_markup(template: Path, tmp_path: Path) -> None:
    text = '#strong[x] $a$ *b* _c_ "d" \\e // f'
    assert text in words(typeset(template, page_data(text=text)), tmp_path)


def test_a_page_is_the_same_bytes_each_time(template: Path) -> None:
    first = typeset(template, page_data())
    assert first == typeset(template, page_data())
    assert first != typeset(template, page_data(rows=59))


def test_a_template_is_asked_before_it_is_set(template: Path) -> None:
    assert ask_template(template, page_data(7), "rows") == 7


def test_a_template_that_cannot_be_set(template: Path) -> None:
    data = page_data()
    del data["rows"]
    with pytest.raises(OutputError, match=r"GT733 .*rows"):
        typeset(template, data)


# -- Word ------------------------------------------------------------------------------------


def office_template(path: Path, *paragraphs: str) -> Path:
    document = new_document("A4")
    for text in paragraphs:
        document.add_paragraph(text)
    path.write_bytes(docx_bytes(document))
    return path


def shown(content: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]


def test_an_office_template_is_filled(tmp_path: Path) -> None:
    path = office_template(
        tmp_path / "own.docx", "{{ name }}", "{% for item in items %}{{ item }};{% endfor %}"
    )
    values = {"name": "<甲> & {{ 乙 }}", "items": ["一\n二", 3], "unused": ""}
    filled = fill_template(path, values)
    assert shown(filled) == ["<甲> & {{ 乙 }}", "一\n二;3;"]
    assert filled == fill_template(path, values)


def test_a_picture_stands_in_a_template(tmp_path: Path) -> None:
    made = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(made, "png")
    path = office_template(tmp_path / "own.docx", "{{ map }}")
    filled = fill_template(path, {"map": Picture(made.getvalue(), 25.4)})
    shape = Document(io.BytesIO(filled)).inline_shapes[0]
    assert (shape.width.inches, shape.height.inches) == (1.0, 0.5)


def test_a_template_that_asks_for_the_unknown(tmp_path: Path) -> None:
    path = office_template(tmp_path / "own.docx", "{{ county }} {{ mayor }}")
    with pytest.raises(InputError, match=r"GT732 .*own.docx .*: mayor .* known: county, town$"):
        fill_template(path, {"county": "", "town": ""})


@pytest.mark.parametrize(
    "text",
    [
        "{{ name",
        "{{ name.nothing.more }}",
        "{{ 1 / 0 }}",
        "{{ 1 + name }}",
        "{% for x in range(10**9) %}{% endfor %}",
        "{{ name.__class__.__mro__ }}",
    ],
)
def test_a_template_with_tags_that_make_no_sense(tmp_path: Path, text: str) -> None:
    path = office_template(tmp_path / "own.docx", text)
    with pytest.raises(InputError, match=r"GT731 the template .*own.docx cannot be used"):
        fill_template(path, {"name": "甲"})


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no document", b"%PDF-1.7"])
def test_a_template_that_is_no_document(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.docx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="GT731"):
        fill_template(path, {})
    with pytest.raises(GridtoolError, match="GT731"):
        fill_template(tmp_path / "absent.docx", {})


def test_a_document_of_our_own_has_paper_fonts_and_page_numbers() -> None:
    document = Document(io.BytesIO(docx_bytes(new_document("A3", landscape=True))))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (420, 297)
    footer = section.footer._element.xml
    assert ">PAGE<" in footer
    assert ">NUMPAGES<" in footer
    assert 'w:eastAsia="宋体"' in document.styles["Normal"].element.xml


# -- workbooks -------------------------------------------------------------------------------


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "网格编码": ["510302001002001", "=1+1", "@x"],
            "户数": [300, None, 401.5],
            "说明": ["甲\x07", None, "很长的说明" * 20],
        }
    )


def read(content: bytes) -> list[list[tuple[object, str]]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [[(cell.value, cell.data_type) for cell in row] for row in sheet.rows]


def test_a_workbook_holds_text_and_numbers_but_no_formula(table: pd.DataFrame) -> None:
    rows = read(workbook([Tab("新旧/编码", table, title="对照表", notes=["注"])]))
    assert rows[0][0] == ("对照表", "s")
    assert rows[2] == [("510302001002001", "s"), (300, "n"), ("甲", "s")]
    assert rows[3] == [("=1+1", "s"), (None, "n"), (None, "n")]
    assert rows[4][:2] == [("@x", "s"), (401.5, "n")]
    assert rows[5][0] == ("注", "s")


def test_a_workbook_is_as_wide_as_its_text_and_prints_its_head(table: pd.DataFrame) -> None:
    content = workbook([Tab("甲", table), Tab("乙", table, widths={"户数": 30})])
    book = openpyxl.load_workbook(io.BytesIO(content))
    first, second = book.worksheets
    # 15 digits and two more; 4 half-width characters for 户数, at least 6; cut at 48
    assert [first.column_dimensions[key].width for key in "ABC"] == [17, 7, 48]
    assert second.column_dimensions["B"].width == 30
    assert (first.freeze_panes, first.print_title_rows) == ("A2", "$1:$1")


def test_office_files_have_no_clock_in_them(table: pd.DataFrame) -> None:
    for content in (workbook([Tab("甲", table)]), docx_bytes(new_document())):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert {item.date_time for item in archive.infolist()} == {(2024, 2, 1, 0, 0, 0)}
            stamps = re.findall(rb"<dcterms:\w+[^>]*>([^<]+)<", archive.read("docProps/core.xml"))
        assert stamps == [b"2024-02-01T00:00:00Z"] * 2
