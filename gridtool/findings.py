"""Findings: the table of what was found, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from gridtool.columns import FINDINGS
from gridtool.messages import CATALOGUE, INFO

COLUMNS = [column.key for column in FINDINGS.columns]


@dataclass
class Finding:
    """One thing found: the message's id, the place and the values of its placeholders."""

    code: str
    layer: str
    row: object = None
    geometry: BaseGeometry | None = None
    values: dict[str, object] = field(default_factory=dict)

    def record(self) -> dict[str, object]:
        """Return the finding as a row of the findings layer."""
        message = CATALOGUE[self.code]
        values = {"layer": self.layer, **self.values}
        mend_zh, mend_en = message.mend("zh", **values), message.mend("en", **values)
        return {
            "layer": self.layer,
            "row": None if self.row is None else str(self.row),
            "code": self.code,
            "severity": message.severity,
            "message_zh": message.what("zh", **values),
            "message_en": message.what("en", **values),
            "mend": f"{mend_zh} | {mend_en}",
            "geometry": self.geometry,
        }


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
    frame = pd.DataFrame([item.record() for item in findings], columns=[*COLUMNS, "geometry"])
    text = dict.fromkeys(COLUMNS, "str")
    return gpd.GeoDataFrame(frame.astype(text), geometry="geometry", crs=crs)


def needs_person(findings: gpd.GeoDataFrame) -> int:
    """Return how many findings are more than information."""
    return int((findings["severity"] != INFO).sum())
