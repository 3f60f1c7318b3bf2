"""What is printed: fonts, maps, PDF pages, Word documents, workbooks. No stage of its own.

Stages say *what* stands on a form or a map; this package draws it. All of it is deterministic:
the same contents give the same bytes, without clock or machine in them. It needs the extra
``docs`` (GT048 says so where it is missing) and returns bytes; `gridtool.place` puts them in
their place.

``fonts``
    `missing_characters`, `glyph_findings`: what would print as boxes (GT745).
``typeset``
    `typeset(template, data, pictures=…)`: PDF from a typst template, which has its values as
    ``data``; see ``data/typst/base.typ``
    for the page, tables and places for seals.
``word``
    `fill_template(template, values)`: DOCX from an office's template; `new_document`,
    `docx_bytes` for plain ones.
``maps``
    `maps.community_map`, `maps.overview_map`, `maps.change_map` say what stands on a sheet;
    `maps.draw(sheet, paper).save("pdf")` draws it. See `gridtool.sheets.maps`.
``workbook``
    `workbook([Tab(name, frame, …)])`: XLSX without formulas.
``reading``
    `read_pdf`, `read_docx`, `read_workbook`: what stands on a document, to compare it.
"""

from __future__ import annotations

from gridtool.sheets.fonts import glyph_findings, missing_characters
from gridtool.sheets.reading import read_docx, read_pdf, read_workbook
from gridtool.sheets.typeset import ask_template, typeset
from gridtool.sheets.word import Picture, docx_bytes, fill_template, new_document
from gridtool.sheets.workbook import Tab, workbook

__all__ = [
    "Picture",
    "Tab",
    "ask_template",
    "docx_bytes",
    "fill_template",
    "glyph_findings",
    "missing_characters",
    "new_document",
    "read_docx",
    "read_pdf",
    "read_workbook",
    "typeset",
    "workbook",
]
