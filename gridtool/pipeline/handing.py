"""From grids in a file to what others take over: exports, figures, the report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

import gridtool
from gridtool.codes import load_table
from gridtool.columns import BUILDINGS, GRIDS
from gridtool.export import (
    LICENCE,
    POSTGIS,
    Export,
    Source,
    chosen_format,
    chosen_table,
    ensure_free,
    export_files,
    export_table,
    load_profile,
    order_for,
    planned_files,
    write_stats,
)
from gridtool.geom import working_crs
from gridtool.messages import Lang
from gridtool.pipeline.clock import Clock, Progress
from gridtool.place import replacing
from gridtool.read.results import Results, read_results
from gridtool.report import About, count_grids, report_page, summarise_stats, workers_rule
from gridtool.rules import Rules
from gridtool.tables import missing_column, read_columns

_COUNTED = (
    *("community_code", "town_code", "county_code", "grid_kind"),
    *("households", "persons", "size_rule"),
)


@dataclass(frozen=True)
class Stats:
    """Figures of grids.

    Attributes
    ----------
    table : DataFrame
        Columns of `gridtool.report.stats.COLUMNS`.
    rule : dict
        By what rule workers are counted, by language.
    summary : dict
        Both, made of plain JSON types.
    written : Path or None
    """

    table: pd.DataFrame
    rule: dict[str, str]
    summary: dict[str, Any]
    written: Path | None


def export_file(
    path: Path | str,
    out: Path | str,
    *,
    to: str | None = None,
    fields: str = "standard",
    crs: str | None = None,
    coords: str | None = None,
    decimals: int | None = None,
    split: str | None = None,
    encoding: str = "utf-8",
    table: str = "grids",
    prune: bool = False,
    data_date: str | None = None,
    licence: str | None = None,
    scale: int | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Export:
    """Export the grids of a file.

    Parameters
    ----------
    path : Path or str
        As `gridtool.read.results.read_results` takes it.
    out : Path or str
        A file, a folder where the export is split, or ``postgresql://…``.
    to : str, optional
        Format; else the output's name tells it.
    fields : str
        Name or file of a profile of fields.
    crs, coords, decimals, split, encoding, prune
        As `gridtool.export.order_for` takes them.
    table : str
        Of the database.
    data_date, licence, scale
        Told in the metadata, as `gridtool.export.Source` holds them.
    overwrite : bool
    progress : callable, optional

    Returns
    -------
    Export

    Raises
    ------
    GridtoolError
        When something cannot be read, asked or written; then nothing was.
    """
    key = chosen_format(to, str(out))
    order = order_for(
        key,
        load_profile(fields),
        crs=crs,
        offset=coords,
        decimals=decimals,
        split=split,
        encoding=encoding,
        prune=prune,
    )
    place = chosen_table(str(out), table) if key == POSTGIS else None
    if place is None:
        planned = planned_files(Path(out), order)
        ensure_free(planned[0].parent, [file.name for file in planned], overwrite=overwrite)
    clock = Clock(progress)
    with clock.stage("read"):
        found = read_results(Path(path), grids_alone=True)
    source = Source(
        file=found.path.name,
        sha256=found.sha256,
        version=gridtool.__version__,
        data_date=data_date,
        licence=LICENCE if licence is None else licence,
        scale=scale,
    )
    with clock.stage("write"):
        if place is not None:
            return export_table(found.grids, place, order, source)
        return export_files(
            found.grids,
            Path(out),
            order,
            source,
            overwrite=overwrite,
            tell=lambda done, count: clock.tell("write", done, count),
        )


def stats_file(
    path: Path | str,
    out: Path | str | None = None,
    *,
    households_per_worker: int = 500,
    tables: tuple[Path, ...] = (),
    overwrite: bool = False,
    lang: Lang = "zh",
) -> Stats:
    """Count the grids of a file by county, town and community.

    Parameters
    ----------
    path : Path or str
        As `gridtool.read.results.read_results` takes it.
    out : Path or str, optional
        CSV or XLSX to write.
    households_per_worker : int
    tables : tuple of Path
        Code tables, for the names of counties and towns.
    overwrite : bool
    lang : ``zh`` or ``en``
        Of the heads in a workbook.

    Returns
    -------
    Stats
    """
    found = read_results(Path(path), grids_alone=True)
    require_columns(found, _COUNTED)
    table = count_grids(
        found.grids, names=area_names(found, tables), households_per_worker=households_per_worker
    )
    rule = workers_rule(households_per_worker)
    written = None
    if out is not None:
        written = write_stats(Path(out), table, rule, lang=lang, overwrite=overwrite)
    summary = summarise_stats(
        table,
        source=found.path.name,
        version=gridtool.__version__,
        households_per_worker=households_per_worker,
    )
    return Stats(table, rule, summary, written)


def report_file(
    path: Path | str,
    out: Path | str,
    *,
    with_buildings: bool = True,
    addresses: Path | str | None = None,
    tables: tuple[Path, ...] = (),
    data_date: str = "",
    licence: str | None = None,
    overwrite: bool = False,
    lang: Lang = "zh",
    progress: Progress | None = None,
) -> tuple[Path, pd.DataFrame]:
    """Write the report of the grids of a file as one page.

    Parameters
    ----------
    path : Path or str
        As `gridtool.read.results.read_results` takes it; with its buildings and findings where
        it has them.
    out : Path or str
        The page.
    with_buildings : bool
        Draw the buildings.
    addresses : Path or str, optional
        A layer or table with ``building_id`` and ``address``, for the search.
    tables : tuple of Path
        Code tables, for the names of counties and towns.
    data_date, licence : str
        Told on the page.
    overwrite : bool
    lang : ``zh`` or ``en``
    progress : callable, optional

    Returns
    -------
    Path
        The page.
    DataFrame
        The figures on it, as `gridtool.report.count_grids` returns them.

    Raises
    ------
    GridtoolError
        When something cannot be read or written; then nothing was.
    """
    target = Path(out)
    ensure_free(target.parent, [target.name], overwrite=overwrite)
    clock = Clock(progress)
    with clock.stage("read"):
        found = read_results(Path(path))
        require_columns(found, _COUNTED)
        known = {} if addresses is None else _addresses(Path(addresses))
    with clock.stage("write"):
        metric = _in_metres(found)
        names = area_names(found, tables)
        stats = count_grids(found.grids, names=names)
        page = report_page(
            metric.grids,
            metric.buildings if with_buildings else None,
            metric.findings,
            stats,
            _about(found, names, data_date, LICENCE if licence is None else licence),
            addresses=known,
            lang=lang,
        )
        with replacing(target, overwrite=overwrite) as temporary:
            temporary.write_text(page, encoding="utf-8", newline="\n")
    return target, stats


def _in_metres(found: Results) -> Results:
    """Return the layers in a CRS in metres."""
    bounds = tuple(found.grids.to_crs(4326).total_bounds)
    crs = working_crs(found.crs, bounds)
    if crs == found.crs:
        return found
    buildings, findings = found.buildings, found.findings
    return replace(
        found,
        grids=found.grids.to_crs(crs),
        buildings=None if buildings is None else buildings.to_crs(crs),
        findings=None if findings is None else findings.to_crs(crs),
        crs=crs,
    )


def _about(found: Results, names: dict[str, str], data_date: str, licence: str) -> About:
    """Return what is told of where a report comes from."""
    counties = sorted(set(found.grids["county_code"]))
    area = "、".join(names.get(code, code) for code in counties)
    rules = found.summary.get("rules", {})
    return About(
        area=area,
        source=found.path.name,
        sha256=found.sha256,
        version=gridtool.__version__,
        crs=found.crs,
        data_date=data_date,
        licence=licence,
        rules=Rules(**rules),
        settings=found.summary.get("settings", {}),
        estimate=found.summary.get("estimate", {}),
    )


def _addresses(path: Path) -> dict[str, str]:
    """Return the addresses by building."""
    table = read_columns(path, BUILDINGS, required=("building_id", "address"))
    known = table.dropna(subset=["building_id", "address"])
    return dict(zip(known["building_id"], known["address"], strict=True))


def require_columns(found: Results, keys: tuple[str, ...]) -> None:
    """Raise `ColumnError` (GT099) when the grids lack a column."""
    for key in keys:
        if key not in found.grids:
            there = [str(name) for name in found.grids.columns]
            raise missing_column(found.path.name, key, there, GRIDS[key].names)


def area_names(found: Results, tables: tuple[Path, ...]) -> dict[str, str]:
    """Return the names of counties and towns that the code tables know."""
    known = load_table(list(tables))
    codes = {*found.grids["county_code"], *found.grids["town_code"]}
    named = {code: known.name(code) for code in codes if code}
    return {code: name for code, name in named.items() if name}
