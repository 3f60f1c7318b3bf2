"""Layers of codes as files."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from gridtool.place import replacing

_TEXT = (".csv", ".txt")


def write_layer(path: Path, frame: pd.DataFrame, *, overwrite: bool = False) -> None:
    """Write a layer as a GeoPackage (layer ``grids``), or a table as CSV for Excel.

    Raises
    ------
    OutputError
        When it exists or cannot be written.
    """
    with replacing(path, overwrite=overwrite) as temporary:
        if path.suffix.lower() in _TEXT:
            plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
            # the mark tells Excel that this is UTF-8
            plain.to_csv(temporary, index=False, encoding="utf-8-sig", lineterminator="\n")
        else:
            if not isinstance(frame, gpd.GeoDataFrame):
                frame = gpd.GeoDataFrame(frame)
            pyogrio.write_dataframe(frame, temporary, layer="grids", driver="GPKG")


def beside(out: Path) -> Path:
    """Return where the lineage of a layer is written: who took over from whom."""
    return out.with_name(f"{out.stem}_lineage.csv")
