"""Write the results of a division: the GeoPackage and the summary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
from pyproj import CRS

from gridtool.export.geopackage import write_geopackage
from gridtool.messages import Lang
from gridtool.place import write_whole
from gridtool.rules import RULES

GPKG: Final = "grids.gpkg"
SUMMARY: Final = "summary.json"
RESULT_FILES: Final = (GPKG, SUMMARY)


def write_results(
    out: Path,
    layers: Mapping[str, gpd.GeoDataFrame],
    summary: Mapping[str, Any],
    *,
    crs: CRS,
    lang: Lang,
    overwrite: bool = False,
) -> list[Path]:
    """Write ``grids.gpkg`` and ``summary.json``, both or neither.

    Parameters
    ----------
    out : Path
        Folder; made when it does not exist.
    layers : mapping of GeoDataFrame
        ``grids``, ``units``, ``buildings``, ``findings`` with the columns of
        `gridtool.columns.OUTPUT_LAYERS`; others are left out of the file.
    summary : mapping
        What `gridtool.report.summarise` returns.
    crs : CRS
        Of the file: that of the input.
    lang : ``zh`` or ``en``
        Language of the map style that QGIS opens with; the other is in the file too.
    overwrite : bool
        Whether an existing output may be replaced.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        GT042 when the output exists, GT043 when it cannot be written. What stood in `out` is
        then as it was.
    """

    def write(folder: Path) -> None:
        rules = summary.get("rules", asdict(RULES))
        write_geopackage(folder / GPKG, layers, crs=crs, lang=lang, rules=rules)
        _write_json(folder / SUMMARY, summary)

    return write_whole(out, RESULT_FILES, write, overwrite=overwrite)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON for people and programs: UTF-8, indented, keys in the order given."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
