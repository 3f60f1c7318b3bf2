"""Write what changed between two revisions: tables, a map, figures and a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from gridtool.cells import inert
from gridtool.columns import DIFF_TABLES, Layer
from gridtool.export.geopackage import write_geopackage
from gridtool.messages import Lang
from gridtool.place import write_whole
from gridtool.rules import RULES

DIFF_GPKG: Final = "diff.gpkg"
DIFF_JSON: Final = "diff.json"
DIFF_PAGE: Final = "diff.html"
DIFF_FILES: Final = (*DIFF_TABLES, DIFF_GPKG, DIFF_JSON, DIFF_PAGE)


def write_changes(
    out: Path,
    tables: Mapping[str, pd.DataFrame],
    layers: Mapping[str, gpd.GeoDataFrame],
    summary: Mapping[str, Any],
    page: str,
    *,
    crs: CRS,
    lang: Lang,
    overwrite: bool = False,
) -> list[Path]:
    """Write the files of a diff, all or none.

    Parameters
    ----------
    out : Path
        Folder; made when it does not exist.
    tables : mapping
        Keys and columns of `gridtool.columns.DIFF_TABLES`.
    layers : mapping
        Keys and columns of `gridtool.columns.DIFF_LAYERS`.
    summary : mapping
        Written as ``diff.json``.
    page : str
        What `gridtool.report.changes_page` returns.
    crs : CRS
        Of ``diff.gpkg``, in metres.
    lang : ``zh`` or ``en``
        Language of the map style that QGIS opens with; the other is in the file too.
    overwrite : bool
        Whether existing files may be replaced.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        GT042 when a file exists, GT043 when one cannot be written. What stood in `out` is then
        as it was.
    """

    def write(folder: Path) -> None:
        for name, layer in DIFF_TABLES.items():
            # the mark tells Excel that the text is UTF-8
            _inert(tables[name], layer).to_csv(
                folder / name, index=False, encoding="utf-8-sig", lineterminator="\r\n"
            )
        write_geopackage(folder / DIFF_GPKG, layers, crs=crs, lang=lang, rules=asdict(RULES))
        with (folder / DIFF_JSON).open("w", encoding="utf-8", newline="\n") as file:
            json.dump(summary, file, ensure_ascii=False, indent=2, allow_nan=False, default=_plain)
            file.write("\n")
        (folder / DIFF_PAGE).write_text(page, encoding="utf-8", newline="\n")

    return write_whole(out, DIFF_FILES, write, overwrite=overwrite)


def _inert(table: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    """Return a table with text that no spreadsheet takes for a formula."""
    changed = {}
    for column in layer.columns:
        if column.kind == "text":
            values = table[column.key].to_numpy(dtype=object)
            if any(isinstance(value, str) and inert(value) != value for value in values):
                changed[column.key] = [inert(value) for value in values]
    return table.assign(**changed)


def _plain(value: object) -> object:
    """Return a number of numpy as one of Python."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} in {DIFF_JSON}")
