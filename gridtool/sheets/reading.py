"""What stands on a document: to compare it with what should. None for what cannot be read."""

from __future__ import annotations

import io
from contextlib import closing
from typing import Any
from zipfile import BadZipFile

from gridtool.sheets.optional import optional


def read_pdf(content: bytes) -> str | None:
    """Return the text of a PDF, page after page.

    Raises
    ------
    OutputError
        GT048 when pypdfium2 is not installed.
    """
    pdfium = optional("pypdfium2", job="PDF")
    try:
        with closing(pdfium.PdfDocument(content)) as document:
            return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    except pdfium.PdfiumError:
        return None


def read_docx(content: bytes) -> str | None:
    """Return the text of a DOCX in its order: paragraphs, and the cells of tables.

    Raises
    ------
    OutputError
        GT048 when python-docx is not installed.
    """
    docx = optional("docx", job="DOCX")
    from docx.opc.exceptions import PackageNotFoundError
    from docx.oxml.ns import qn
    from lxml.etree import XMLSyntaxError

    try:
        body = docx.Document(io.BytesIO(content)).element.body
    except (PackageNotFoundError, XMLSyntaxError, BadZipFile, KeyError, ValueError):
        return None
    texts = (node.text or "" for node in body.iter(qn("w:t")))
    return "\n".join(texts)


def read_workbook(content: bytes) -> dict[str, list[tuple[Any, ...]]] | None:
    """Return the cells of a workbook by the name of the sheet.

    Raises
    ------
    OutputError
        GT048 when openpyxl is not installed.
    """
    openpyxl = optional("openpyxl", job="XLSX")
    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except (BadZipFile, KeyError, ValueError, OSError, SyntaxError):
        return None
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
