"""What a writer of an export must know beside the grids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gridtool.export.profiles import Field
from gridtool.offsets import Source

OFFSET_NAMES: Final[dict[Source, str]] = {"gcj02": "GCJ-02", "bd09": "BD-09"}


@dataclass(frozen=True)
class Making:
    """How an export is written.

    Attributes
    ----------
    fields : tuple of Field
        Names and columns, in order; the grids handed to a writer go by these names.
    id_name : str
        The name of the grid code among them.
    decimals : int
        Of coordinates in text.
    encoding : str
        Of a shapefile: ``UTF-8`` or ``GBK``.
    offset : ``gcj02`` or ``bd09``, optional
        What the coordinates are in, when they are no true degrees.
    layer : str
        Name of the layer inside the file.
    """

    fields: tuple[Field, ...]
    id_name: str
    decimals: int
    encoding: str = "UTF-8"
    offset: Source | None = None
    layer: str = "grids"
