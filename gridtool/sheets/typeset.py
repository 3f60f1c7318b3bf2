"""PDF pages set with typst: A4 to A2, the font inside, the same data the same bytes.

A template is a ``.typ`` file that starts with ``#import "base.typ": *`` and reads what it shows
from ``data``; pictures stand beside it under the names they were given. What users wrote comes in
as data, never as markup, so there is nothing to escape; it is not written to any disk on the way.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from gridtool.errors import OutputError
from gridtool.sheets.fonts import find_fonts
from gridtool.sheets.optional import optional

TEMPLATES: Final = Path(str(files("gridtool.sheets"))) / "data" / "typst"

_BASE, _MAIN = "base.typ", "main.typ"


def typeset(
    template: Path,
    data: Mapping[str, Any],
    *,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the PDF that a template makes of data.

    Parameters
    ----------
    template : Path
        A ``.typ`` file; ``base.typ`` of this package stands beside it while it is set.
    data : mapping
        JSON values: what the template has as ``data``.
    pictures : mapping of bytes, optional
        File name (``map.svg``, ``map.pdf``, ``map.png``) to content.

    Returns
    -------
    bytes

    Raises
    ------
    OutputError
        GT048 when typst is not installed, GT733 when the template cannot be set.
    InputError
        GT730 when the font is missing.
    """
    with _prepared(template, data, pictures or {}) as compiler:
        # what datetime.today() of a template would say
        made: bytes = compiler.compile(format="pdf", timestamp=0)
    return made


def ask_template(
    template: Path,
    data: Mapping[str, Any],
    label: str,
    *,
    pictures: Mapping[str, bytes] | None = None,
) -> Any:
    """Return the value of the one ``#metadata(…) <label>`` that a template has.

    It tells how much room a text takes, before a picture is drawn to fill the rest.

    Parameters
    ----------
    template, data, pictures
        As `typeset` takes them.
    label : str
        Without the angle brackets.

    Raises
    ------
    OutputError, InputError
        As `typeset`.
    """
    with _prepared(template, data, pictures or {}) as compiler:
        return json.loads(compiler.query(f"<{label}>", field="value", one=True))


@contextmanager
def _prepared(
    template: Path, data: Mapping[str, Any], pictures: Mapping[str, bytes]
) -> Iterator[Any]:
    """Give a compiler of a template, with everything it asks for beside it."""
    typst = optional("typst", job="PDF")
    fonts = find_fonts().regular.parent
    with tempfile.TemporaryDirectory(prefix="gridtool-") as place:
        root = Path(place)
        shutil.copyfile(TEMPLATES / _BASE, root / _BASE)
        shutil.copyfile(template, root / _MAIN)
        for name, content in pictures.items():
            (root / name).write_bytes(content)
        text = json.dumps(data, ensure_ascii=False, allow_nan=False)
        try:
            yield typst.Compiler(
                root / _MAIN,
                root=root,
                font_paths=[fonts],
                ignore_system_fonts=True,
                sys_inputs={"data": text},
            )
        except typst.TypstError as error:
            raise OutputError("GT733", reason=error.message) from None
