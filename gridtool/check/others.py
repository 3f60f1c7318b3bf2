"""The optional layers sites and barriers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.check.ids import number_ids
from gridtool.check.places import share_of
from gridtool.check.shapes import Indexed, clean_shapes, texts_of
from gridtool.check.values import is_none, text_column, text_of, yes_or_no
from gridtool.columns import BARRIERS, SITES
from gridtool.findings import Finding


def check_sites(
    frame: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Return sites with the community most of each lies in.

    Parameters
    ----------
    frame : GeoDataFrame
        Any columns of the dictionary.
    communities : GeoDataFrame
        Checked.
    findings : list of Finding
        What is found is appended.

    Returns
    -------
    GeoDataFrame
        ``site_id`` (numbered where absent), ``name`` (the id where absent), ``kind``,
        ``dedicated`` (true where absent), ``community_code`` (None outside), polygons.
    """
    dedicated = yes_or_no(frame, SITES, "dedicated", findings, empty=True)
    names = text_of(frame, "name")
    ids = number_ids(text_of(frame, "site_id"), letter="S", width=3)
    filled = gpd.GeoDataFrame(
        {
            "site_id": text_column(ids, frame.index),
            "name": text_column(np.where(is_none(names), ids, names), frame.index),
            "kind": text_column(text_of(frame, "kind"), frame.index),
            "dedicated": pd.Series(dedicated, index=frame.index),
        },
        geometry=np.asarray(frame.geometry.array, dtype=object),
        crs=frame.crs,
    )
    sites = clean_shapes(filled, SITES, findings)
    place, *_ = share_of(Indexed.of(sites.geometry), communities.geometry.to_numpy())
    codes = np.array([*communities["code"], None], dtype=object)[place]
    kept = ["site_id", "name", "kind", "dedicated"]
    return sites[[*kept, "geometry"]].assign(community_code=text_column(codes, sites.index))[
        [*kept, "community_code", "geometry"]
    ]


def check_barriers(frame: gpd.GeoDataFrame, findings: list[Finding]) -> gpd.GeoDataFrame:
    """Return barriers with ``kind``, ``name`` and valid lines or polygons."""
    return texts_of(clean_shapes(frame, BARRIERS, findings), "kind", "name")
