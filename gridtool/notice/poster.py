"""Posters of notices: a PDF on A3 or A2, and a DOCX for an office to go on with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from gridtool.notice.wording import Notice
from gridtool.sheets import Picture, ask_template, fill_template, typeset
from gridtool.sheets.maps import Drawing, Paper, paper_named

TEMPLATE: Final = Path(str(files("gridtool.notice"))) / "data" / "notice.docx"
"""The DOCX that is filled where an office brings none of its own."""

_PAGE: Final = Path(str(files("gridtool.notice"))) / "data" / "notice.typ"
_A3_SHORT_MM: Final = 297.0
# type in points on A3, the largest that leaves the map enough of the page
_SIZES: Final = (17.0, 16.0, 15.0, 14.0, 13.0, 12.0, 11.0, 10.0, 9.0)
# and how many of them are for posters of one grid alone
_ONE_GRID_MORE: Final = 2
_MAP_SHARE: Final = 0.42
# with less than this of the page a map shows nothing: then it has its share of the first of two
_LEAST_SHARE: Final = 0.22
# names on a wall map are read from two steps away
_ENLARGE: Final = 1.5
# as wide as the text, less a little: Word breaks what is wider
_DOCX_MARGIN_MM: Final = 22.0
_DOCX_MAP_SHARE: Final = 0.4
_DOCX_DPI: Final = 150

Draw = Callable[[Notice, Paper], Drawing]
"""Draws the map of a notice as large as it is told."""


@dataclass(frozen=True)
class Poster:
    """A poster and the names its map had no room for."""

    content: bytes
    left_off: list[str]


def poster_pdf(notice: Notice, draw: Draw, *, paper: str = "A3") -> Poster:
    """Set a notice as a poster.

    The text is set first; the map takes the room that is left. Where too many grids leave too
    little of it, type becomes smaller, and at last the table goes on to a second page.

    Parameters
    ----------
    notice : Notice
    draw : callable
        Of the map, with the paper it stands on.
    paper : ``A3`` or ``A2``

    Raises
    ------
    SettingsError
        GT734 for another paper.
    OutputError, InputError
        As `gridtool.sheets.typeset`.
    """
    page = paper_named(paper)
    factor = page.width / _A3_SHORT_MM
    for size in _SIZES if notice.grid else _SIZES[_ONE_GRID_MORE:]:
        values: dict[str, Any] = {
            **notice.values,
            "paper": paper.lower(),
            "size": size * factor,
            "factor": factor,
            "map": None,
        }
        room = ask_template(_PAGE, values, "room")
        if room["height"] >= _MAP_SHARE * room["whole"]:
            break
    enough = room["height"] >= _LEAST_SHARE * room["whole"]
    height = room["height"] if enough else _MAP_SHARE * room["whole"]
    drawing = draw(notice, Paper(room["width"], height, factor * _ENLARGE))
    values["map"] = {"width": room["width"], "height": height}
    content = typeset(_PAGE, values, pictures={"map.pdf": drawing.save("pdf")})
    return Poster(content, drawing.left_off)


def poster_docx(
    notice: Notice, draw: Draw, *, paper: str = "A3", template: Path = TEMPLATE
) -> Poster:
    """Fill a Word template with a notice.

    Parameters
    ----------
    notice : Notice
    draw : callable
    paper : ``A3`` or ``A2``
        Which the template is made for: the map is drawn to fit its width.
    template : Path
        May ask for everything `Notice.values` has, and for ``map``.

    Raises
    ------
    InputError
        GT731, GT732, as `gridtool.sheets.fill_template`.
    """
    page = paper_named(paper)
    width = page.width - 2 * _DOCX_MARGIN_MM
    place = Paper(
        width, page.height * _DOCX_MAP_SHARE, enlarge=page.width / _A3_SHORT_MM * _ENLARGE
    )
    drawing = draw(notice, place)
    picture = Picture(drawing.save("png", dpi=_DOCX_DPI), width)
    return Poster(fill_template(template, {**notice.values, "map": picture}), drawing.left_off)
