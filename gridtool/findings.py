"""Findings: the table of what was found, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gridtool.columns import FINDINGS, INPUT_LAYERS
from gridtool.errors import DataError, GridtoolError
from gridtool.messages import CATALOGUE, ERROR, INFO, WARNING, Lang

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

COLUMNS = [column.key for column in FINDINGS.columns]
SEVERITIES = (ERROR, WARNING, INFO)

_BETWEEN = " | "
_SHOWN_ROWS = 10


@dataclass
class Finding:
    """One thing found: the message's id, the place and the values of its placeholders.

    Attributes
    ----------
    row : object
        Number or name of the one row it was found in, None where it is about more or none.
    rows : tuple
        The rows it is about, where they are several.
    """

    code: str
    layer: str
    row: object = None
    geometry: BaseGeometry | None = None
    values: dict[str, object] = field(default_factory=dict)
    rows: tuple[object, ...] = ()

    @property
    def severity(self) -> str:
        """Return ``error``, ``warning`` or ``info``."""
        return CATALOGUE[self.code].severity

    @property
    def where(self) -> tuple[object, ...]:
        """Return the rows it is about, one or several."""
        return self.rows if self.rows or self.row is None else (self.row,)

    def record(self) -> dict[str, object]:
        """Return the finding as a row of the findings layer."""
        message = CATALOGUE[self.code]
        values = {"layer": self.layer, **self.values}
        mend_zh, mend_en = message.mend("zh", **values), message.mend("en", **values)
        return {
            "layer": self.layer,
            "row": _shown(self.where),
            "code": self.code,
            "severity": message.severity,
            "message_zh": message.what("zh", **values),
            "message_en": message.what("en", **values),
            "mend": f"{mend_zh}{_BETWEEN}{mend_en}",
            "geometry": self.geometry,
        }


def _shown(rows: tuple[object, ...]) -> str | None:
    """Return rows as text, the first of very many; None where there is none."""
    more = f", … ({len(rows)})" if len(rows) > _SHOWN_ROWS else ""
    return ", ".join(str(row) for row in rows[:_SHOWN_ROWS]) + more if rows else None


def row_order(row: object) -> tuple[str, int, str]:
    """Return what rows are put in order by: the file's name, then the number in it.

    Parameters
    ----------
    row : int or str
        ``12``, or ``楼栋.shp:12`` where a layer came from several files.
    """
    file, _, number = str(row).rpartition(":")
    return (file, int(number), "") if number.isdecimal() else ("", -1, str(row))


def sort_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by layer, kind of finding and row, whatever order they were made in."""
    layers = {key: at for at, key in enumerate(INPUT_LAYERS)}
    return sorted(
        findings,
        key=lambda item: (
            layers.get(item.layer, len(layers)),
            item.code,
            [row_order(row) for row in item.where],
        ),
    )


def refuse_errors(findings: Iterable[Finding]) -> None:
    """Refuse input with contents that cannot be used.

    Parameters
    ----------
    findings : iterable of Finding

    Raises
    ------
    DataError
        The first finding that is an error; it says how many more there are.
    """
    errors = [item for item in findings if item.severity == ERROR]
    if errors:
        first = errors[0]
        others = len(errors) - 1
        raise DataError(
            first.code, layer=first.layer, rows=first.where, others=others, **first.values
        )


def findings_frame(findings: Iterable[Finding], crs: object) -> gpd.GeoDataFrame:
    """Gather findings into the layer ``findings``.

    Parameters
    ----------
    findings : iterable of Finding
        In the order they were made.
    crs : CRS
        Of the geometries.

    Returns
    -------
    GeoDataFrame
        Columns of `gridtool.columns.FINDINGS`, in the order given.
    """
    # here, so that a stage that makes findings starts without them
    import geopandas as gpd
    import pandas as pd

    frame = pd.DataFrame([item.record() for item in findings], columns=[*COLUMNS, "geometry"])
    text = dict.fromkeys(COLUMNS, "str")
    return gpd.GeoDataFrame(frame.astype(text), geometry="geometry", crs=crs)


def finding_of(error: GridtoolError) -> Finding:
    """Return what made work stop as a finding."""
    return Finding(error.code, error.layer, error.shown_rows or None, values=error.values)


def severest_first(findings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the findings with errors first, then warnings; else in their order, from 0."""
    ranks = findings["severity"].map(SEVERITIES.index)
    return findings.iloc[ranks.argsort(kind="stable")].reset_index(drop=True)


def mend_in(lang: Lang, mend: str) -> str:
    """Return one language of the column ``mend``."""
    zh, _, en = mend.partition(_BETWEEN)
    return zh if lang == "zh" else en


def needs_person(findings: gpd.GeoDataFrame) -> int:
    """Return how many findings are more than information."""
    return int((findings["severity"] != INFO).sum())
