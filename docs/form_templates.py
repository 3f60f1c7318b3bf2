"""Make the Word templates of the filing forms from their layouts: python docs/form_templates.py.

An office may copy one, change it in Word and give it to ``gridtool filing make --template``.
"""

from __future__ import annotations

from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from gridtool.filing.forms.layouts import LAYOUTS, RECEIPT, Layout, Table
from gridtool.filing.forms.writers import shipped_template
from gridtool.sheets import docx_bytes, new_document
from gridtool.sheets.word import BODY_FONT, TITLE_FONT, set_font

ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
}
SHADE, RED = "EEF1F3", "B3261E"
LABEL_MM = 34


def make_template(layout: Layout) -> bytes:
    """Return the template of one form."""
    document = new_document("A4", landscape=layout.landscape, margin_mm=20)
    width = (297 if layout.landscape else 210) - 40
    write(document.add_paragraph(), layout.title, size=18, bold=True, align="center")
    if layout.warning:
        add_warning(document, layout.warning)
    if layout.facts:
        add_facts(document, layout, width)
    else:
        write(document.add_paragraph(), "{{ office }}", align="center")
    if layout.paragraphs:
        add_sentences(document, layout.paragraphs)
    for table in layout.tables:
        add_table(document, table, width, size=8 if layout.landscape else 9)
    if layout.seals:
        add_seals(document, layout.seals, width)
    return docx_bytes(document)


def add_warning(document: Any, key: str) -> None:
    """Add a red sentence, and no line where there is none."""
    document.add_paragraph("{%p if " + key + " %}")
    paragraph = document.add_paragraph()
    write(paragraph, "{{ " + key + " }}", size=12, bold=True, align="center")
    paragraph.runs[0].font.color.rgb = RGBColor.from_string(RED)
    document.add_paragraph("{%p endif %}")


def add_facts(document: Any, layout: Layout, width: int) -> None:
    """Add labels and values, two to a line, wide ones alone."""
    lines: list[list[Any]] = []
    for fact in layout.facts:
        if fact.wide or not lines or len(lines[-1]) == 2 or lines[-1][0].wide:
            lines.append([fact])
        else:
            lines[-1].append(fact)
    half = width / 2 - LABEL_MM
    grid = new_table(document, len(lines), [LABEL_MM, half, LABEL_MM, half])
    for cells, line in zip((row.cells for row in grid.rows), lines, strict=True):
        if line[0].wide:
            cells[1].merge(cells[3])
        for at, fact in enumerate(line):
            label(cells[2 * at], fact.label)
            write(cells[2 * at + 1].paragraphs[0], "{{ " + fact.key + " }}", size=10)
        if len(line) == 1 and not line[0].wide:
            cells[1].merge(cells[3])


def add_sentences(document: Any, key: str) -> None:
    """Add a paragraph for each sentence of a list, the first without indent."""
    document.add_paragraph("{%p for sentence in " + key + " %}")
    paragraph = document.add_paragraph()
    write(paragraph, "{{ sentence }}", size=12)
    paragraph.paragraph_format.line_spacing = 1.5
    document.add_paragraph("{%p endfor %}")


def add_table(document: Any, table: Table, width: int, *, size: float) -> None:
    """Add a table whose row is repeated for each row of the values."""
    if table.title:
        paragraph = document.add_paragraph()
        write(paragraph, table.title, size=11, bold=True)
        paragraph.paragraph_format.keep_with_next = True
    share = width / sum(head.width for head in table.columns)
    grid = new_table(document, 4, [head.width * share for head in table.columns])
    for cell, head in zip(grid.rows[0].cells, table.columns, strict=True):
        label(cell, head.title, size=size, align="center")
    repeat_on_each_page(grid.rows[0])
    write(grid.rows[1].cells[0].paragraphs[0], "{%tr for row in " + table.rows + " %}")
    for cell, head in zip(grid.rows[2].cells, table.columns, strict=True):
        text = "{{ row." + head.key + " }}"
        write(cell.paragraphs[0], text, size=size, align=head.align)
    write(grid.rows[3].cells[0].paragraphs[0], "{%tr endfor %}")


def add_seals(document: Any, seals: tuple[str, ...], width: int) -> None:
    """Add places for opinion, seal and date."""
    document.add_paragraph()
    grid = new_table(document, 2, [width / len(seals)] * len(seals))
    for head, body, title in zip(grid.rows[0].cells, grid.rows[1].cells, seals, strict=True):
        label(head, title, align="center")
        write(body.paragraphs[0], "\n\n\n（盖章）　　　　\n年　　月　　日", align="right")
    for row in grid.rows:
        keep_together(row)


def new_table(document: Any, rows: int, widths: list[float]) -> Any:
    """Add a table with lines and fixed widths in mm."""
    table = document.add_table(rows=rows, cols=len(widths), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, millimetres in zip(table.columns, widths, strict=True):
        column.width = Mm(millimetres)
    for row in table.rows:
        keep_together(row)
        for cell, millimetres in zip(row.cells, widths, strict=True):
            cell.width = Mm(millimetres)
    return table


def label(cell: Any, text: str, *, size: float = 10, align: str = "left") -> None:
    """Write a heading into a shaded cell."""
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", SHADE)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)
    write(cell.paragraphs[0], text, size=size, bold=True, align=align)


def write(
    paragraph: Any, text: str, *, size: float = 10, bold: bool = False, align: str = "left"
) -> None:
    """Write text into a paragraph."""
    run = paragraph.add_run(text)
    set_font(run, TITLE_FONT if bold else BODY_FONT, size, bold=bold)
    paragraph.alignment = ALIGN[align]
    paragraph.paragraph_format.space_after = Pt(2)


def repeat_on_each_page(row: Any) -> None:
    """Have Word repeat a row at the head of each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def keep_together(row: Any) -> None:
    """Have Word break pages between rows only."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


if __name__ == "__main__":
    for layout in (*LAYOUTS.values(), RECEIPT):
        shipped_template(layout.key).write_bytes(make_template(layout))
