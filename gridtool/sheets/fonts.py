"""The fonts that come with gridtool, and which characters they lack.

Forms and maps never depend on what fonts a machine has: they are set in a subset of Noto Sans SC
(SIL Open Font License, see ``data/fonts/OFL.txt``) that ``docs/fonts.py`` makes. It holds GB 2312,
the general standard characters, and every character of the names of China's towns, communities
and villages but two.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from gridtool.errors import InputError
from gridtool.findings import Finding
from gridtool.sheets.optional import optional

FAMILY: Final = "Noto Sans SC"
FOLDER: Final = Path(str(files("gridtool.sheets"))) / "data" / "fonts"

# a font this small is what is left of a copy that broke off
_LEAST_BYTES: Final = 1_000_000


class Fonts(NamedTuple):
    """Where the two weights of the font are."""

    regular: Path
    bold: Path


def find_fonts() -> Fonts:
    """Return the font files.

    Raises
    ------
    InputError
        GT730 when one is missing or damaged.
    """
    fonts = Fonts(FOLDER / "NotoSansSC-Regular.ttf", FOLDER / "NotoSansSC-Bold.ttf")
    for path in fonts:
        if not path.is_file() or path.stat().st_size < _LEAST_BYTES:
            raise InputError("GT730", path=path)
    return fonts


@cache
def _characters(path: Path) -> frozenset[str]:
    """Return the characters a font has."""
    ft2font = optional("matplotlib.ft2font", job="map")
    try:
        codes = ft2font.FT2Font(str(path)).get_charmap()
    except RuntimeError:
        # FreeType's word for a file that is no font
        raise InputError("GT730", path=path) from None
    return frozenset(map(chr, codes))


def missing_characters(texts: Iterable[str]) -> str:
    """Return the characters of texts that the font lacks, each once, in order of code point."""
    there = _characters(find_fonts().regular)
    used = {character for text in texts for character in text}
    return "".join(sorted(c for c in used - there if c.isprintable()))


def glyph_findings(
    texts: Iterable[str], *, layer: str, rows: Iterable[object] | None = None
) -> list[Finding]:
    """Return a finding for the characters of a layer's texts that would print as boxes.

    Parameters
    ----------
    texts : iterable of str
    layer : str
        Layer or file they are of.
    rows : iterable, optional
        A row number or code for each text; those concerned are named.

    Returns
    -------
    list of Finding
        None, or one: GT745.
    """
    known = list(texts)
    missing = missing_characters(known)
    if not missing:
        return []
    named = zip([] if rows is None else rows, known, strict=False)
    where = [row for row, text in named if set(text) & set(missing)]
    return [Finding("GT745", layer, rows=tuple(where), values={"characters": " ".join(missing)})]
