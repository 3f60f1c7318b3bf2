"""Make the Word template of public notices: ``python docs/notice_template.py``.

An office that wants its own opens ``gridtool/notice/data/notice.docx`` in Word, changes what it
likes around the tags in braces, and gives the file with ``gridtool notice --template``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, RGBColor

from gridtool.notice import TEMPLATE
from gridtool.sheets.word import BODY_FONT, TITLE_FONT, docx_bytes, new_document, set_font

DEEP = "1C4F6E"
HEADS = ("网格", "区域范围", "网格员", "联系电话")
CELLS = ("{{ grid.name }}", "{{ grid.bounds }}", "{{ grid.names }}", "{{ grid.phones }}")
WIDTHS_MM = (36, 131, 43, 47)


def write(
    paragraph: Any, text: str, size: float, *, bold: bool = False, white: bool = False
) -> None:
    """Add text to a paragraph."""
    run = paragraph.add_run(text)
    set_font(run, TITLE_FONT if bold else BODY_FONT, size, bold=bold)
    if white:
        run.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)


def shade(properties: Any) -> None:
    """Fill a cell or a paragraph with the colour of the band."""
    fill = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", DEEP)):
        fill.set(qn(f"w:{name}"), value)
    properties.append(fill)


def loop(table: Any, row: int, start: str) -> None:
    """Have the row be repeated, by tags in the rows before and after it."""
    for at, tag in ((row - 1, f"{{%tr {start} %}}"), (row + 1, "{%tr endfor %}")):
        table.rows[at].cells[0].paragraphs[0].add_run(tag)


def fill_row(row: Any, texts: Sequence[str], *, head: bool = False) -> None:
    """Write a row of the table of grids."""
    for at, (cell, text, width) in enumerate(zip(row.cells, texts, WIDTHS_MM, strict=True)):
        cell.width = Mm(width)
        paragraph = cell.paragraphs[0]
        if head or at != 1:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        write(paragraph, text, 13, bold=head or at == 0, white=head)
        if head:
            shade(cell._tc.get_or_add_tcPr())


def add_table(document: Any) -> None:
    """Add the table of grids: a head, and a row for each grid between the tags of a loop."""
    table = document.add_table(rows=4, cols=len(HEADS))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    fill_row(table.rows[0], HEADS, head=True)
    for column, width in zip(table.columns, WIDTHS_MM, strict=True):
        column.width = Mm(width)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    loop(table, 2, "for grid in grids")
    fill_row(table.rows[2], CELLS)


def add_services(document: Any) -> None:
    """Add the service items, two beside each other."""
    heading = document.add_paragraph()
    heading.paragraph_format.space_before, heading.paragraph_format.keep_with_next = Mm(4), True
    write(heading, "服务事项", 16, bold=True)
    table = document.add_table(rows=3, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    loop(table, 1, "for pair in services|batch(2)")
    first, second = (cell.paragraphs[0] for cell in table.rows[1].cells)
    write(first, "{{ loop.index0 * 2 + 1 }}. {{ pair[0] }}", 13)
    write(second, "{% if pair[1:] %}{{ loop.index0 * 2 + 2 }}. {{ pair[1] }}{% endif %}", 13)


def build() -> bytes:
    """Return the template."""
    document = new_document("A3", margin_mm=20)
    for text, size in (("{{ place }}", 18), ("{{ title }}", 34)):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = 0
        shade(paragraph._p.get_or_add_pPr())
        write(paragraph, text, size, bold=True, white=True)
    picture = document.add_paragraph("{{ map }}")
    picture.alignment = WD_ALIGN_PARAGRAPH.CENTER
    picture.paragraph_format.space_before = Mm(4)
    add_table(document)
    add_services(document)
    basis = document.add_paragraph()
    basis.paragraph_format.space_before = Mm(4)
    write(basis, "{{ basis }}", 11)
    document.add_paragraph("{%p if hotline %}")
    write(document.add_paragraph(), "监督电话：{{ hotline }}", 12)
    document.add_paragraph("{%p endif %}")
    for text in ("{{ issuer }}（盖章）", "{{ date if date else '　　年　　月　　日' }}"):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        write(paragraph, text, 13)
    return docx_bytes(document)


if __name__ == "__main__":
    TEMPLATE.write_bytes(build())
