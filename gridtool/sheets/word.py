"""DOCX documents: templates filled with docxtpl, and plain ones built with python-docx.

An office may bring its own template: a ``.docx`` with ``{{ variables }}``. What it asks for is
checked before anything is filled, its expressions run in a sandbox, and values are escaped.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from gridtool.errors import InputError
from gridtool.sheets.archive import stable_office_file
from gridtool.sheets.optional import optional

# fonts every office has; Word takes what comes nearest where one is missing
BODY_FONT, TITLE_FONT = "宋体", "黑体"

# what a file that is no DOCX, or an expression that makes no sense, can fail with
_TEMPLATE_FAULTS: Final = (
    *(BadZipFile, KeyError, OSError, SyntaxError),
    *(ArithmeticError, TypeError, ValueError),
)
_PAPERS_MM: Final = {"A4": (210, 297), "A3": (297, 420), "A2": (420, 594)}


@dataclass(frozen=True)
class Picture:
    """A picture to stand in place of a variable.

    Attributes
    ----------
    content : bytes
        PNG or JPEG.
    width_mm : float
    """

    content: bytes
    width_mm: float


def fill_template(template: Path, values: Mapping[str, Any]) -> bytes:
    """Return a template filled with values.

    Parameters
    ----------
    template : Path
        A DOCX with Jinja tags as docxtpl takes them.
    values : mapping
        Everything a template may ask for: text, numbers, lists of mappings, `Picture`.

    Returns
    -------
    bytes

    Raises
    ------
    InputError
        GT731 when the template cannot be read or its tags are wrong; GT732 when it asks for
        what `values` does not have, with the names there are.
    OutputError
        GT048 when docxtpl is not installed.
    """
    docxtpl = optional("docxtpl", job="DOCX")
    jinja = _environment()
    import jinja2
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = docxtpl.DocxTemplate(template)
        asked = document.get_undeclared_template_variables(jinja_env=jinja)
        if unknown := sorted(asked - values.keys()):
            raise InputError(
                "GT732", path=template, found=", ".join(unknown), known=", ".join(sorted(values))
            )
        document.render(_as_shown(document, values), jinja_env=jinja, autoescape=True)
    except (*_TEMPLATE_FAULTS, jinja2.TemplateError, PackageNotFoundError) as error:
        raise InputError(
            "GT731", path=template, reason=str(error) or type(error).__name__
        ) from None
    made = io.BytesIO()
    document.save(made)
    return stable_office_file(made.getvalue())


def _environment() -> Any:
    """Return a Jinja environment in which a template can only show values."""
    optional("docxtpl", job="DOCX")
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def _as_shown(document: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values, at any depth, as docxtpl shows pictures and text of several lines."""
    from docx.shared import Mm
    from docxtpl import InlineImage, Listing

    def shown(value: Any) -> Any:
        if isinstance(value, Picture):
            return InlineImage(document, io.BytesIO(value.content), width=Mm(value.width_mm))
        if isinstance(value, str) and "\n" in value:
            return Listing(value)
        if isinstance(value, Mapping):
            return {key: shown(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [shown(item) for item in value]
        return value

    return {key: shown(value) for key, value in values.items()}


def new_document(paper: str = "A4", *, landscape: bool = False, margin_mm: float = 22) -> Any:
    """Return an empty python-docx document: paper, margins, Chinese fonts, page numbers.

    Parameters
    ----------
    paper : str
        ``A4``, ``A3`` or ``A2``.
    landscape : bool
    margin_mm : float

    Raises
    ------
    OutputError
        GT048 when python-docx is not installed.
    """
    docx = optional("docx", job="DOCX")
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt

    document = docx.Document()
    section = document.sections[0]
    short, long = _PAPERS_MM[paper]
    width, height = (long, short) if landscape else (short, long)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin = section.right_margin = Mm(margin_mm)
    section.top_margin = section.bottom_margin = Mm(margin_mm)
    for name, font, size in (("Normal", BODY_FONT, 10.5), ("Title", TITLE_FONT, 18)):
        set_font(document.styles[name], font, size)
    document.core_properties.author = "gridtool"
    document.styles["Normal"].paragraph_format.space_after = Pt(4)
    _number_pages(section)
    return document


def set_font(styled: Any, font: str, size: float, *, bold: bool | None = None) -> None:
    """Give a style or a run a font for Chinese and Latin text alike, in points."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    styled.font.name, styled.font.size = font, Pt(size)
    if bold is not None:
        styled.font.bold = bold
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), font)
        # a theme's font would win over the name
        fonts.attrib.pop(qn(f"w:{script}Theme"), None)


def _number_pages(section: Any) -> None:
    """Write 第 n 页 共 m 页 at the foot of each page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for before, field in (("第 ", "PAGE"), (" 页 共 ", "NUMPAGES")):
        paragraph.add_run(before)
        _add_field(paragraph.add_run(), field)
    paragraph.add_run(" 页")


def _add_field(run: Any, name: str) -> None:
    """Add a field that Word reckons."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind in ("begin", "", "end"):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = name
        run._r.append(part)


def docx_bytes(document: Any) -> bytes:
    """Return a python-docx document as a file; the same contents give the same bytes."""
    made = io.BytesIO()
    document.save(made)
    return stable_office_file(made.getvalue())
