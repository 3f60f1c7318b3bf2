"""A page to draw on, in millimetres from its lower left corner: matplotlib without its state."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import shapely

from gridtool.errors import SettingsError
from gridtool.geom import Geometries
from gridtool.sheets.fonts import find_fonts
from gridtool.sheets.maps.colours import HALO, INK
from gridtool.sheets.maps.labels import MM_PER_POINT
from gridtool.sheets.maps.sheet import Box, Paper
from gridtool.sheets.optional import optional

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties
    from matplotlib.path import Path as Outline

KINDS: Final = ("pdf", "png", "svg")

_JOB: Final = "map"
# no date, no name of a program with its version: the same map is the same file
_METADATA: Final[dict[str, dict[str, Any]]] = {
    "pdf": {"CreationDate": None, "Creator": "gridtool", "Producer": "gridtool"},
    "png": {"Software": "gridtool"},
    "svg": {"Date": None, "Creator": "gridtool"},
}
_SETTINGS: Final[dict[str, Any]] = {
    # whole glyphs that a reader can search and copy; paths where a viewer has no such font
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "gridtool",
    # letters where they belong, not on the nearest pixel
    "text.hinting": "none",
}


class Canvas:
    """What has been drawn so far; what comes later lies on top.

    Parameters
    ----------
    paper : Paper

    Raises
    ------
    OutputError
        GT048 when matplotlib is not installed.
    """

    def __init__(self, paper: Paper) -> None:
        figure = optional("matplotlib.figure", job=_JOB)
        self.paper = paper
        self._figure = figure.Figure(figsize=(paper.width / 25.4, paper.height / 25.4))
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, paper.width)
        self._axes.set_ylim(0, paper.height)
        self._axes.set_axis_off()
        self._order = 0

    def areas(
        self,
        shapes: Geometries,
        face: str | None,
        *,
        edge: str | None = None,
        width: float = 0.5,
        dashes: tuple[float, ...] = (),
        clip: Box | None = None,
    ) -> None:
        """Draw areas, or their borders alone; lengths of dashes in widths."""
        outline = _area_outline(shapes)
        if outline is not None:
            self._patch(outline, face, edge, width, dashes, clip)

    def lines(
        self,
        shapes: Geometries,
        colour: str,
        width: float,
        *,
        dashes: tuple[float, ...] = (),
        clip: Box | None = None,
    ) -> None:
        """Draw lines; width in points."""
        outline = _line_outline(shapes)
        if outline is not None:
            self._patch(outline, None, colour, width, dashes, clip)

    def _patch(
        self,
        outline: Outline,
        face: str | None,
        edge: str | None,
        width: float,
        dashes: tuple[float, ...],
        clip: Box | None,
    ) -> None:
        from matplotlib.patches import PathPatch, Rectangle

        patch = PathPatch(
            outline,
            facecolor=face or "none",
            edgecolor=edge or "none",
            linewidth=width if edge else 0.0,
            linestyle=(0, dashes) if dashes else "solid",
            joinstyle="round",
            capstyle="butt" if dashes else "round",
            zorder=self._next(),
        )
        self._axes.add_patch(patch)
        if clip is not None:
            frame = Rectangle(clip[:2], clip.width, clip.height, transform=self._axes.transData)
            patch.set_clip_path(frame)

    def box(
        self, box: Box, face: str | None, *, edge: str | None = None, width: float = 0.5
    ) -> None:
        """Draw a rectangle."""
        self.areas(np.array([box.polygon], dtype=object), face, edge=edge, width=width)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = INK,
        align: Literal["left", "center", "right"] = "center",
        angle: float = 0.0,
        halo: float = 0.0,
    ) -> None:
        """Write a line of text with its middle at a height; a halo keeps it legible on a map."""
        from matplotlib.patheffects import Stroke

        style = {
            "fontproperties": _font(size, bold),
            "color": colour,
            "ha": align,
            "va": "center_baseline" if not angle else "center",
            "rotation": angle,
            "rotation_mode": "anchor" if not angle else "default",
            # a dollar sign in a name is a dollar sign
            "parse_math": False,
            "usetex": False,
        }
        if halo:
            under = self._axes.text(x, y, text, zorder=self._next(), **style)
            under.set_path_effects([Stroke(linewidth=halo, foreground=HALO, joinstyle="round")])
        self._axes.text(x, y, text, zorder=self._next(), **style)

    def _next(self) -> int:
        self._order += 1
        return self._order

    def save(self, kind: str, *, dpi: int = 200) -> bytes:
        """Return the page as a file.

        Parameters
        ----------
        kind : ``pdf``, ``png`` or ``svg``
        dpi : int
            Of a PNG.

        """
        mpl = optional("matplotlib", job=_JOB)
        made = io.BytesIO()
        with mpl.rc_context(), _quiet_about_glyphs():
            # a style of the user's own plays no part
            mpl.rcdefaults()
            mpl.rcParams.update(_SETTINGS)
            self._figure.savefig(made, format=kind, dpi=dpi, metadata=_METADATA[kind])
        return made.getvalue()


def picture_kind(path: Path) -> str:
    """Return the kind of picture that the name of a file asks for.

    Raises
    ------
    SettingsError
        GT735 for one that is not PDF, PNG or SVG.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise SettingsError("GT735", wanted=path.suffix or path.name, known=", ".join(KINDS))
    return kind


def measure(text: str, size: float, bold: bool) -> float:
    """Return the width of a line of text, in millimetres."""
    textpath = optional("matplotlib.textpath", job=_JOB)
    if not text:
        return 0.0
    with _quiet_about_glyphs():
        whole = textpath.text_to_path.get_text_width_height_descent(text, _font(size, bold), False)
    return float(whole[0]) * MM_PER_POINT


def wrap(text: str, size: float, bold: bool, width: float, *, most: int) -> list[str]:
    """Return a text in at most so many lines of a width; the last ends in … where it is cut."""
    lines = [""]
    for character in text:
        if lines[-1] and measure(lines[-1] + character, size, bold) > width:
            if len(lines) == most:
                lines[-1] = lines[-1][:-1] + "…"
                break
            lines.append("")
        lines[-1] += character
    return lines


@contextmanager
def _quiet_about_glyphs() -> Iterator[None]:
    """Keep matplotlib from warning of characters the font lacks: GT745 tells of them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


@cache
def _font(size: float, bold: bool) -> FontProperties:
    """Return the shipped font in a size, by file: fonts of the machine play no part."""
    manager = optional("matplotlib.font_manager", job=_JOB)
    fonts = find_fonts()
    font: FontProperties = manager.FontProperties(
        fname=str(fonts.bold if bold else fonts.regular), size=size
    )
    return font


def _area_outline(shapes: Geometries) -> Outline | None:
    """Return one outline of all polygons, holes turned the other way round."""
    parts = shapely.get_parts(shapes[~shapely.is_missing(shapes)])
    parts = shapely.orient_polygons(parts[shapely.get_dimensions(parts) == 2])
    rings = shapely.get_rings(parts)
    return _outline(rings, closed=True)


def _line_outline(shapes: Geometries) -> Outline | None:
    """Return one outline of all lines."""
    parts = shapely.get_parts(shapes[~shapely.is_missing(shapes)])
    return _outline(parts[shapely.get_dimensions(parts) == 1], closed=False)


def _outline(lines: Geometries, *, closed: bool) -> Outline | None:
    """Return lines as a path of matplotlib; None for no line at all."""
    path = optional("matplotlib.path", job=_JOB).Path
    points, line = shapely.get_coordinates(lines, return_index=True)
    if not len(points):
        return None
    codes = np.full(len(points), path.LINETO, dtype=path.code_type)
    first = np.flatnonzero(np.diff(line, prepend=-1))
    codes[first] = path.MOVETO
    if closed:
        codes[np.append(first[1:], len(points)) - 1] = path.CLOSEPOLY
    outline: Outline = path(points, codes)
    return outline
