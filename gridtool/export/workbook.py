"""The figures of ``gridtool stats`` as files: CSV, or a workbook with charts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from gridtool.cells import inert
from gridtool.errors import SettingsError
from gridtool.export.tables import fill_sheet
from gridtool.messages import Lang
from gridtool.place import replacing

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

STATS_SUFFIXES: Final = (".csv", ".xlsx")

_LEVELS: Final = {
    "county": ("县（区）", "counties"),
    "town": ("乡镇（街道）", "towns"),
    "community": ("社区（村）", "communities"),
}
STATS_HEADS: Final = {
    "level": ("级别", "level"),
    "code": ("代码", "code"),
    "name": ("名称", "name"),
    "communities": ("社区（村）数", "communities"),
    "grids": ("网格数", "grids"),
    "base": ("基础网格", "base grids"),
    "dedicated": ("专属网格", "dedicated grids"),
    "households": ("户数", "households"),
    "persons": ("人口", "persons"),
    "rated": ("适用户数标准的网格", "grids with a norm"),
    "in_range": ("其中在范围内", "of these in range"),
    "share_in_range": ("范围内占比", "share in range"),
    "exceptions": ("例外", "exceptions"),
    "smallest": ("最少户数", "fewest households"),
    "mean": ("平均户数", "mean households"),
    "largest": ("最多户数", "most households"),
    "workers": ("需网格员", "workers needed"),
    "estimated": ("户数为估算", "estimated"),
}
"""Columns of `gridtool.report.count_grids` as people read them."""

_CHARTED: Final = 40
_PERCENT: Final = "0.0%"
_GREEN, _BLUE, _PURPLE, _PALE = "66B2A0", "6897CE", "9678B6", "DDE2E6"


def write_stats(
    path: Path,
    table: pd.DataFrame,
    rule: Mapping[str, str],
    *,
    lang: Lang,
    overwrite: bool = False,
) -> Path:
    """Write the figures as CSV or, with charts, as XLSX.

    Parameters
    ----------
    path : Path
        Ends in ``.csv`` or ``.xlsx``.
    table : DataFrame
        Of `gridtool.report.count_grids`.
    rule : mapping
        By what rule workers are counted, by language.
    lang : ``zh`` or ``en``
        Of the heads.
    overwrite : bool

    Raises
    ------
    SettingsError
        GT046 for another suffix.
    OutputError
        GT042 when the file exists, GT043 when it cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in STATS_SUFFIXES:
        raise SettingsError("GT046", reason=f"--out {path}: {' | '.join(STATS_SUFFIXES)}")
    with replacing(path, overwrite=overwrite) as temporary:
        if suffix == ".csv":
            _write_csv(temporary, table)
        else:
            _write_workbook(temporary, table, rule, lang)
    return path


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write all levels into one table, under the keys."""
    texts = {key: [inert(value) for value in table[key]] for key in ("level", "code", "name")}
    # the mark tells Excel that the text is UTF-8
    table.assign(**texts).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _write_workbook(path: Path, table: pd.DataFrame, rule: Mapping[str, str], lang: Lang) -> None:
    """Write a sheet for each level, charts beside the figures."""
    from openpyxl import Workbook

    book = Workbook()
    del book[book.sheetnames[0]]
    english = lang == "en"
    for level, titles in _LEVELS.items():
        rows = table[table["level"] == level].drop(columns="level")
        sheet = book.create_sheet(titles[english])
        keys = [str(key) for key in rows]
        plain = rows.astype(object).where(rows.notna(), None)
        fill_sheet(
            sheet, [STATS_HEADS[key][english] for key in keys], plain.itertuples(index=False)
        )
        columns = {key: at for at, key in enumerate(keys, start=1)}
        for row in sheet.iter_rows(min_row=2, min_col=columns["share_in_range"]):
            row[0].number_format = _PERCENT
        sheet.cell(len(rows) + 3, 1, rule[lang])
        if len(rows) > 1:
            _add_charts(sheet, columns, len(rows), english=english)
    book.save(path)


def _add_charts(sheet: Worksheet, columns: Mapping[str, int], count: int, *, english: bool) -> None:
    """Put bar charts below the figures: grids, workers, share in range."""
    kinds = (_GREEN, _PURPLE)
    title = STATS_HEADS["grids"][english]
    _add_chart(sheet, columns, count, 0, title, ("base", "dedicated"), kinds)
    _add_chart(sheet, columns, count, 1, STATS_HEADS["workers"][english], ("workers",), (_BLUE,))
    title = STATS_HEADS["share_in_range"][english]
    _add_chart(sheet, columns, count, 2, title, ("share_in_range",), (_GREEN,))


def _add_chart(
    sheet: Worksheet,
    columns: Mapping[str, int],
    count: int,
    number: int,
    title: str,
    keys: tuple[str, ...],
    colours: tuple[str, ...],
) -> None:
    """Add one chart; of very many rows the first are drawn."""
    from openpyxl.chart import BarChart, Reference
    from openpyxl.chart.shapes import GraphicalProperties
    from openpyxl.drawing.line import LineProperties

    last = 1 + min(count, _CHARTED)
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.overlap = "bar", "stacked", 100
    chart.title, chart.style, chart.gapWidth = title, 10, 40
    for key in keys:
        at = columns[key]
        chart.add_data(Reference(sheet, min_col=at, min_row=1, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=columns["name"], min_row=2, max_row=last))
    for series, colour in zip(chart.series, colours, strict=True):
        series.graphicalProperties.solidFill = colour
        series.graphicalProperties.line.solidFill = colour
    # the first row on top, as in the table; openpyxl hides both axes unless told
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.scaling.min = 0
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=_PALE))
    if keys == ("share_in_range",):
        chart.y_axis.scaling.max, chart.y_axis.number_format = 1, "0%"
    if len(keys) == 1:
        chart.legend = None
    else:
        chart.legend.position = "b"
    chart.width, chart.height = 16, max(7.0, 2.5 + 0.55 * (last - 1))
    sheet.add_chart(chart, f"{'AHO'[number]}{count + 5}")
