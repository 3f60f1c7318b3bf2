"""Write what reading and checking found: a map layer, a table and a page."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS

from gridtool.cells import inert
from gridtool.columns import FINDINGS
from gridtool.export.geopackage import write_geopackage
from gridtool.geom import Floats, mark_points
from gridtool.messages import Lang
from gridtool.place import write_whole
from gridtool.rules import RULES

FINDINGS_FILES: Final = ("findings.gpkg", "findings.csv", "findings.html")

_WGS84: Final = CRS.from_epsg(4326)
_DEGREE_PLACES, _METRE_PLACES, _LONLAT_PLACES = 8, 3, 7


def write_findings(
    out: Path,
    findings: gpd.GeoDataFrame,
    page: str,
    *,
    crs: CRS,
    lang: Lang,
    overwrite: bool = False,
) -> list[Path]:
    """Write ``findings.gpkg``, ``findings.csv`` and ``findings.html``, all or none.

    Parameters
    ----------
    out : Path
        Folder; made when it does not exist.
    findings : GeoDataFrame
        Columns of `gridtool.columns.FINDINGS`.
    page : str
        What `gridtool.report.findings_page` returns.
    crs : CRS
        Of the files: that of the input.
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
        gpkg, table, html = (folder / name for name in FINDINGS_FILES)
        layers = {FINDINGS.key: findings}
        write_geopackage(gpkg, layers, crs=crs, lang=lang, rules=asdict(RULES))
        # the mark tells Excel that the text is UTF-8; else it shows Chinese as garbage
        findings_table(findings, crs).to_csv(
            table, index=False, encoding="utf-8-sig", lineterminator="\r\n"
        )
        html.write_text(page, encoding="utf-8", newline="\n")

    return write_whole(out, FINDINGS_FILES, write, overwrite=overwrite)


def findings_table(findings: gpd.GeoDataFrame, crs: CRS) -> pd.DataFrame:
    """Return the findings as a table, with a point of each.

    Parameters
    ----------
    findings : GeoDataFrame
        Columns of `gridtool.columns.FINDINGS`.
    crs : CRS
        Of ``x`` and ``y``.

    Returns
    -------
    DataFrame
        The columns of the dictionary, then ``x`` and ``y`` in `crs` (east, north) and ``lon``
        and ``lat`` in degrees of WGS 84, empty where a finding has no place.
    """
    marks = gpd.GeoSeries(mark_points(np.asarray(findings.geometry.array)), crs=findings.crs)
    there = marks.to_crs(crs)
    lonlat = there.to_crs(_WGS84)
    places = _DEGREE_PLACES if crs.is_geographic else _METRE_PLACES
    data = {
        column.key: [inert(value) for value in findings[column.key]] for column in FINDINGS.columns
    }
    return pd.DataFrame(
        {
            **data,
            "x": _rounded(there.x, places),
            "y": _rounded(there.y, places),
            "lon": _rounded(lonlat.x, _LONLAT_PLACES),
            "lat": _rounded(lonlat.y, _LONLAT_PLACES),
        }
    )


def _rounded(values: pd.Series[float], places: int) -> npt.NDArray[np.object_] | Floats:
    """Return coordinates as they are written, NaN where there is none."""
    found = values.to_numpy(dtype="float64").round(places)
    return np.where(np.isfinite(found), found, np.nan)
