"""Whether the forms of a package say what its data says: they are drawn again and compared.

With the same versions of the libraries the bytes are the same. Where they are not, the text is
compared: all of a PDF, every cell of a workbook, all of a DOCX in the template that comes with
gridtool; a DOCX in an office's own template must show what the layout calls required, and no
code beside it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from gridtool.filing.forms.layouts import LAYOUTS, Layout
from gridtool.filing.forms.writers import draw_forms
from gridtool.filing.manifest import FormKey
from gridtool.sheets import read_docx, read_pdf, read_workbook

_CODE: Final = re.compile(r"(?<![0-9])[0-9]{12,20}(?![0-9])")
_BLANK: Final = re.compile(r"\s+")


def disagreeing_forms(
    values: Mapping[str, Any], files: Mapping[str, bytes], *, own: Collection[FormKey] = ()
) -> list[str]:
    """Return the paths of forms that are missing, that nobody knows, or that say something else.

    Parameters
    ----------
    values : mapping
        As `form_values` returns them for the data of the package.
    files : mapping of bytes
        The forms in the package, by path.
    own : collection of str
        The forms whose DOCX is in an office's own template.

    Raises
    ------
    OutputError
        GT048 when a package that the comparison needs is not installed.
    """
    wanted = draw_forms(values)
    loose = {f"forms/{key}.docx": LAYOUTS[key] for key in own}
    return [
        path
        for path in sorted(wanted.keys() | files.keys())
        if path not in wanted
        or path not in files
        or not (
            _shows_required(loose[path], files[path], values)
            if path in loose
            else _says_the_same(path, files[path], wanted[path])
        )
    ]


def _says_the_same(path: str, found: bytes, wanted: bytes) -> bool:
    """Return whether a form says all that one drawn anew says, and nothing else."""
    if found == wanted:
        return True
    if path.endswith(".xlsx"):
        cells = read_workbook(found)
        return cells is not None and cells == read_workbook(wanted)
    read = read_pdf if path.endswith(".pdf") else read_docx
    text = read(found)
    return text is not None and _squeezed(text) == _squeezed(read(wanted) or "")


def _squeezed(text: str) -> str:
    """Return text without blanks: where lines break is no matter."""
    return _BLANK.sub("", text)


def _shows_required(layout: Layout, found: bytes, values: Mapping[str, Any]) -> bool:
    """Return whether a DOCX has every required value, row after row, and no code beside them."""
    read = read_docx(found)
    if read is None:
        return False
    text = _squeezed(read)
    facts = [str(values[fact.key]) for fact in layout.facts if fact.required]
    cells = list(_required_cells(layout, values))
    at = 0
    for cell in map(_squeezed, cells):
        at = text.find(cell, at)
        if at < 0:
            return False
        at += len(cell)
    known = set(_CODE.findall(" ".join([*facts, *cells])))
    return all(_squeezed(fact) in text for fact in facts) and known >= set(_CODE.findall(read))


def _required_cells(layout: Layout, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the required values of the rows of a form in their order."""
    if layout.paragraphs:
        yield from values[layout.paragraphs]
    for table in layout.tables:
        heads = [head for head in table.columns if head.required]
        for row in values[table.rows]:
            yield from (row[head.key] for head in heads)
