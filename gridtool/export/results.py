"""Write the results of a division: the GeoPackage and the summary."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
PLANS: Final = "plans.json"


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


def plan_files(count: int) -> tuple[str, ...]:
    """Return the names of the files of several plans, and that of the table beside them."""
    names = [name for at in range(1, count + 1) for name in (plan_gpkg(at), f"summary-{at}.json")]
    return (*names, PLANS)


def plan_gpkg(plan: int) -> str:
    """Return the name of the GeoPackage of a plan, counted from 1."""
    return f"grids-{plan}.gpkg"


def write_plans(
    out: Path,
    plans: Sequence[tuple[Mapping[str, gpd.GeoDataFrame], Mapping[str, Any]]],
    table: Mapping[str, Any],
    *,
    crs: CRS,
    lang: Lang,
    overwrite: bool = False,
) -> list[Path]:
    """Write several plans and the table that compares them, all or none.

    Parameters
    ----------
    out : Path
        Folder; made when it does not exist.
    plans : sequence of (layers, summary)
        Each as `write_results` takes it.
    table : mapping
        What `gridtool.report.compare_plans` returns.
    crs, lang, overwrite
        As for `write_results`.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        As `write_results`.
    """

    def write(folder: Path) -> None:
        for at, (layers, summary) in enumerate(plans, 1):
            rules = summary["rules"]
            write_geopackage(folder / plan_gpkg(at), layers, crs=crs, lang=lang, rules=rules)
            _write_json(folder / f"summary-{at}.json", summary)
        _write_json(folder / PLANS, table)

    return write_whole(out, plan_files(len(plans)), write, overwrite=overwrite)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON for people and programs: UTF-8, indented, keys in the order given."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
