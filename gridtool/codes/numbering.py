"""First numbering, and numbers for grids that have none yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.codes.names import grid_name, short_name
from gridtool.codes.schemes import Scheme, load_scheme
from gridtool.errors import SettingsError
from gridtool.geom import Floats, Ints
from gridtool.rules import BASE, DEDICATED, GRID_KINDS
from gridtool.tables import as_text

Take = Callable[[str, int, str], list[str]]
"""Hands out new codes for a prefix: how many, and for which kind of grid."""


class Counter:
    """Hands out serials without a ledger: 1 + the highest it has seen.

    Parameters
    ----------
    scheme : Scheme
    seen : iterable of str
        Codes in use; those of another scheme are passed over.
    """

    def __init__(self, scheme: Scheme, seen: Iterable[str] = ()) -> None:
        self._scheme = scheme
        self._highest: dict[tuple[str, tuple[int, int]], int] = {}
        for code in seen:
            if scheme.matches(code):
                prefix, serial = code[: scheme.prefix_length], scheme.serial(code)
                for span in set(scheme.spans.values()):
                    if span[0] <= serial <= span[1] or serial == scheme.whole:
                        key = (prefix, span)
                        self._highest[key] = max(self._highest.get(key, 0), serial)

    def take(self, prefix: str, count: int, kind: str) -> list[str]:
        """Return `count` new codes, and count them as used.

        Raises
        ------
        SettingsError
            GT044 when the serials do not suffice.
        """
        first, last = self._scheme.spans[kind]
        key = (prefix, (first, last))
        start = max(self._highest.get(key, first - 1) + 1, first)
        if start + count - 1 > last:
            name = self._scheme.name
            raise SettingsError("GT044", scheme=name, community=prefix, needed=count)
        self._highest[key] = start + count - 1
        return [self._scheme.code(prefix, n, kind) for n in range(start, start + count)]


def assign_codes(
    grids: gpd.GeoDataFrame,
    communities: pd.DataFrame,
    sites: pd.DataFrame | None = None,
    *,
    scheme: Scheme | None = None,
    band_m: float | None = None,
    with_body: bool = False,
) -> gpd.GeoDataFrame:
    """Number the grids of each community for the first time.

    Parameters
    ----------
    grids : GeoDataFrame, CRS in metres
        ``community_code``, ``grid_kind``, ``site_id``, ``area_m2``; optionally ``grid_id``, the
        last resort of ties; ``parent_code`` for schemes of micro grids.
    communities : DataFrame
        ``code``, ``name``.
    sites : DataFrame, optional
        ``site_id``, ``name``: dedicated grids are named after their site.
    scheme : Scheme, optional
        Default `grid15`.
    band_m : float, optional
        Height of the bands in metres; default the median height of the community's grids.
    with_body : bool
        Whether full names keep 居民委员会 and 村民委员会.

    Returns
    -------
    GeoDataFrame
        Sorted by ``grid_code``; added ``grid_code``, ``grid_name``, ``grid_full_name``,
        ``community_name``, ``town_code``, ``county_code``. Base grids are numbered in bands north
        to south, west to east inside a band (DB11/T 2157-2023, DB6101/T 3185-2024: 从西向东、
        从北向南), ties by area, then id; dedicated grids follow, or have their own range. Neither
        the order of rows nor the number of processes matters.

    Raises
    ------
    SettingsError
        When a community has more grids than serials, or the scheme issues no codes.
    """
    scheme = scheme or load_scheme()
    scheme.require_issue(micro="parent_code" in grids)
    codes = number_grids(grids, scheme=scheme, take=Counter(scheme).take, band_m=band_m, first=True)
    coded = name_grids(
        grids.assign(grid_code=codes),
        communities,
        scheme=scheme,
        given=_site_names(grids, sites),
        with_body=with_body,
    )
    return coded.sort_values("grid_code", kind="stable").reset_index(drop=True)


def number_grids(
    grids: gpd.GeoDataFrame,
    *,
    scheme: Scheme,
    take: Take,
    band_m: float | None = None,
    first: bool = False,
) -> pd.Series[str]:
    """Return codes for grids, community by community in reading order.

    Parameters
    ----------
    grids : GeoDataFrame, CRS in metres
        All of them get a code; columns as for `assign_codes`.
    scheme : Scheme
    take : callable
        `Counter.take`, or `gridtool.codes.Ledger.reserve`.
    band_m : float, optional
        As for `assign_codes`.
    first : bool
        Whether this is the first numbering, where a community of one grid may have a serial of
        its own (CJ/T 349-2010, 5.7: 00).

    Returns
    -------
    Series of str, the index of `grids`
    """
    parents = as_text(grids["parent_code" if scheme.is_micro else "community_code"]).astype(str)
    codes = np.full(len(grids), "", dtype=object)
    order = _Order(grids)
    dedicated = (grids["grid_kind"] == DEDICATED).to_numpy()
    for parent, at in sorted(parents.groupby(parents).indices.items()):
        prefix = scheme.prefix(str(parent))
        if first and scheme.whole is not None and len(at) == 1:
            kind = DEDICATED if dedicated[at[0]] else BASE
            codes[at] = scheme.code(prefix, scheme.whole, kind)
            continue
        read = order.of(np.asarray(at, dtype=np.int64), band_m)
        for kind in GRID_KINDS:
            rows = read[dedicated[read] == (kind == DEDICATED)]
            if len(rows):
                codes[rows] = take(prefix, len(rows), kind)
    return pd.Series(codes, index=grids.index, dtype="str")


class _Order:
    """The reading order of grids: what it is made of is measured once for all communities."""

    def __init__(self, grids: gpd.GeoDataFrame) -> None:
        shapes = grids.geometry.to_numpy()
        bounds = shapely.bounds(shapes)
        self.top: Floats = bounds[:, 3]
        self.height: Floats = bounds[:, 3] - bounds[:, 1]
        centre = shapely.get_coordinates(shapely.centroid(shapes))
        # to the millimetre, so that noise in the last digits does not part what stands in line
        self.x: Floats = centre[:, 0].round(3)
        self.y: Floats = centre[:, 1]
        self.area: Floats = grids["area_m2"].to_numpy(dtype="float64")
        self.rank: Ints = _rank(grids)

    def of(self, at: Ints, band_m: float | None) -> Ints:
        """Return positions of one community's grids, north to south in bands, west to east."""
        height = band_m or max(float(np.median(self.height[at])), 1.0)
        band = np.floor((self.top[at].max() - self.y[at]) / height)
        keys = (self.rank[at], self.area[at], self.x[at], band)
        return np.asarray(at[np.lexsort(keys)], dtype=np.int64)


def _rank(grids: gpd.GeoDataFrame) -> Ints:
    """Return the last resort of ties: the order of ids, else of the shapes themselves."""
    if "grid_id" in grids:
        keys: Any = grids["grid_id"].astype(str).to_numpy(dtype=object)
    else:
        keys = shapely.to_wkb(shapely.normalize(grids.geometry.to_numpy()))
    return np.asarray(np.unique(keys, return_inverse=True)[1], dtype=np.int64)


def _site_names(grids: pd.DataFrame, sites: pd.DataFrame | None) -> list[str]:
    """Return the name of the site each dedicated grid is, empty for other grids."""
    if sites is None:
        return [""] * len(grids)
    names = dict(zip(sites["site_id"], sites["name"].fillna(""), strict=True))
    pairs = zip(grids["site_id"], grids["grid_kind"], strict=True)
    return [str(names.get(site, "")) if kind == DEDICATED else "" for site, kind in pairs]


def name_grids(
    grids: gpd.GeoDataFrame,
    communities: pd.DataFrame,
    *,
    scheme: Scheme,
    given: Sequence[str],
    with_body: bool = False,
) -> gpd.GeoDataFrame:
    """Add the names that follow from codes.

    Parameters
    ----------
    grids : GeoDataFrame
        ``grid_code``, ``grid_kind``, ``community_code``.
    communities : DataFrame
        ``code``, ``name``.
    scheme : Scheme
    given : sequence of str, one for each grid
        Names that stand, as those of sites; empty where the name follows from the code.
    with_body : bool
        Whether full names keep 居民委员会 and 村民委员会.

    Returns
    -------
    GeoDataFrame
        Added or replaced ``grid_name``, ``grid_full_name``, ``community_name``, ``town_code``,
        ``county_code``.
    """
    rows = zip(grids["grid_code"], grids["grid_kind"], given, strict=True)
    own = [name or grid_name(scheme.serial(code), kind, scheme) for code, kind, name in rows]
    community = grids["community_code"]
    bodies = communities.drop_duplicates("code").set_index("code")["name"].astype(object)
    full = community.map(bodies).astype(object)
    short = community.map(bodies.map(short_name)).astype(object)
    return grids.assign(
        grid_name=own,
        grid_full_name=(full if with_body else short).to_numpy() + np.array(own, dtype=object),
        community_name=short.to_numpy(),
        town_code=community.str[:9].to_numpy(),
        county_code=community.str[:6].to_numpy(),
    )
