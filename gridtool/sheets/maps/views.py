"""The maps gridtool knows: a county, one community, one grid, before and after a change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gridtool.geom import Geometries, Ints
from gridtool.messages import Lang
from gridtool.rules import DEDICATED, SIZE_RULES
from gridtool.sheets.maps.colours import (
    DISTINCT,
    DISTINCT_SWATCH,
    SIZE_RULE_SWATCHES,
    THIS_GRID_SWATCH,
    Swatch,
    distinct_colours,
)
from gridtool.sheets.maps.sheet import Bounds, Ground, MapSheet, Panel, Place

BY_RULE, BY_GRID = "size_rule", "grid"

_WORDS: Final[dict[Lang, dict[str, str]]] = {
    "zh": {
        "households": "{count:,} 户",
        "before": "调整前",
        "after": "调整后",
        "summary": "{grids} 个网格 · {households:,} 户 · {persons:,} 人",
    },
    "en": {
        "households": "{count:,} households",
        "before": "Before",
        "after": "After",
        "summary": "{grids} grids · {households:,} households · {persons:,} persons",
    },
}
_GRID_HEAD: Final[dict[Lang, tuple[str, ...]]] = {
    "zh": ("网格", "户数", "人口"),
    "en": ("Grid", "households", "persons"),
}
_COMMUNITY_HEAD: Final[dict[Lang, tuple[str, ...]]] = {
    "zh": ("社区（村）", "网格", "户数"),
    "en": ("Community", "grids", "households"),
}


def community_map(
    grids: gpd.GeoDataFrame,
    code: str,
    ground: Ground,
    *,
    title: str = "",
    foot: str = "",
    fill: str = BY_GRID,
    only: str = "",
    counts: bool = True,
    lang: Lang = "zh",
) -> MapSheet:
    """Return the map of one community, or of one grid in it.

    Parameters
    ----------
    grids : GeoDataFrame, CRS in metres
        Columns of `gridtool.columns.GRIDS`; grids of other communities lie around.
    code : str
        Of the community, which must have grids.
    ground : Ground
    title : str
        None is drawn when empty.
    foot : str
        Source and date.
    fill : ``grid`` or ``size_rule``
        What colours tell: neighbours apart, or the rule of each size.
    only : str
        Code of the one grid to be coloured; all of the community by default.
    counts : bool
        Whether households and persons are told.
    lang : ``zh`` or ``en``
    """
    own = grids["community_code"] == code
    shown = grids["grid_code"] == only if only else own
    inside, around = grids[own], grids[~own]
    labels = _labels(grids, lang) if counts else grids["grid_name"]
    colours = _colours(grids, fill) if not only else pd.Series(DISTINCT[0], index=grids.index)
    areas = gpd.GeoDataFrame(
        {"label": labels.where(shown, ""), "colour": colours.where(shown)}, geometry=grids.geometry
    )
    seen = grids[shown]
    places = [
        Place((str(name),), _union(rows))
        for (_, name), rows in around.groupby(["community_code", "community_name"])
    ]
    if only:
        rest = inside[inside["grid_code"] != only]
        names = zip(rest["grid_name"], rest.geometry, strict=True)
        places = [Place((str(name),), shape) for name, shape in names] + places
    panel = Panel(
        areas.iloc[_near(areas, seen.total_bounds)],
        _bounds(seen),
        frames=np.array([_union(inside)], dtype=object),
        places=places,
    )
    return MapSheet(
        title,
        (panel,),
        subtitle=_summary(inside, lang) if title else "",
        ground=ground,
        legend=[THIS_GRID_SWATCH] if only else _legend(inside, fill),
        facts=_facts(inside, lang) if counts and not only else (),
        foot=foot,
        lang=lang,
    )


def overview_map(
    grids: gpd.GeoDataFrame,
    ground: Ground,
    *,
    title: str = "",
    foot: str = "",
    fill: str = BY_RULE,
    colours: pd.Series[Any] | None = None,
    lang: Lang = "zh",
) -> MapSheet:
    """Return the map of a whole county or town, with the names of its communities.

    Parameters
    ----------
    grids : GeoDataFrame, CRS in metres
        Columns of `gridtool.columns.GRIDS`.
    ground : Ground
    title, foot : str
    fill : ``size_rule`` or ``grid``
    colours : Series of str, index of `grids`, optional
        Fills of one's own, such as one for each change group; None for what is only around. The
        legend is then left to the caller.
    lang : ``zh`` or ``en``
    """
    whole = grids.dissolve(["community_code", "community_name"], sort=True).geometry
    frames = np.asarray(whole.array, dtype=object)
    own = colours is not None
    areas = gpd.GeoDataFrame(
        {"label": "", "colour": colours if own else _colours(grids, fill)},
        index=grids.index,
        geometry=grids.geometry,
    )
    names = [str(name) for _, name in whole.index]
    order = np.argsort(shapely.area(frames), kind="stable")
    panel = Panel(
        areas,
        _bounds(grids),
        frames=frames,
        places=[Place((names[at],), frames[at], strong=True) for at in order],
    )
    return MapSheet(
        title,
        (panel,),
        subtitle=_summary(grids, lang) if title else "",
        ground=ground,
        legend=() if own else _legend(grids, fill),
        facts=_county_facts(grids, lang),
        foot=foot,
        lang=lang,
    )


def change_map(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    ground: Ground,
    *,
    around: gpd.GeoDataFrame | None = None,
    moved: Geometries | None = None,
    title: str = "",
    foot: str = "",
    lang: Lang = "zh",
) -> MapSheet:
    """Return the grids of one change, before and after, side by side at one scale.

    The borders of before are dashed over the grids of after; a code has one colour on both.

    Parameters
    ----------
    before, after : GeoDataFrame, CRS in metres
        The grids of the change alone, columns of `gridtool.columns.GRIDS`; either may be empty.
    ground : Ground
    around : GeoDataFrame, optional
        Grids that do not change, drawn without colour.
    moved : array, optional
        Buildings that are in another grid now; marked in the second map.
    title, foot : str
    lang : ``zh`` or ``en``
    """
    codes = sorted({*before["grid_code"], *after["grid_code"]})
    colour = dict(
        zip(codes, (DISTINCT[at % len(DISTINCT)] for at in range(len(codes))), strict=True)
    )
    bounds = _bounds(gpd.GeoDataFrame(pd.concat([before, after])))
    words = _WORDS[lang]
    panels = []
    for key, grids in (("before", before), ("after", after)):
        areas = gpd.GeoDataFrame(
            {"label": _change_labels(grids, lang), "colour": grids["grid_code"].map(colour)},
            geometry=grids.geometry,
        )
        if around is not None:
            rest = around.iloc[_near(around, bounds)]
            plain = gpd.GeoDataFrame(
                {"label": "", "colour": None}, rest.index, geometry=rest.geometry
            )
            areas = gpd.GeoDataFrame(pd.concat([plain, areas]), crs=grids.crs)
        is_after = key == "after"
        panels.append(
            Panel(
                areas,
                bounds,
                heading=words[key],
                outlines=np.asarray(before.geometry.array, dtype=object) if is_after else None,
                marked=moved if is_after else None,
            )
        )
    return MapSheet(
        title,
        panels,
        ground=ground,
        legend=(DISTINCT_SWATCH,),
        foot=foot,
        lang=lang,
    )


def _labels(grids: gpd.GeoDataFrame, lang: Lang) -> pd.Series[Any]:
    """Return name and households of each grid; a dedicated grid is known by its name."""
    columns = (grids["grid_name"], grids["grid_kind"], grids["households"])
    texts = [
        str(name) if kind == DEDICATED else f"{name}\n{_households(count, lang)}"
        for name, kind, count in zip(*columns, strict=True)
    ]
    return pd.Series(texts, index=grids.index, dtype=object)


def _change_labels(grids: gpd.GeoDataFrame, lang: Lang) -> pd.Series[Any]:
    """Return name, code and households of each grid, and the community where it is not one."""
    several = grids["community_code"].nunique() > 1
    names = grids["grid_full_name" if several else "grid_name"]
    columns = (names, grids["grid_code"], grids["households"])
    texts = [
        f"{name}\n{code}\n{_households(count, lang)}"
        for name, code, count in zip(*columns, strict=True)
    ]
    return pd.Series(texts, index=grids.index, dtype=object)


def _households(count: int, lang: Lang) -> str:
    """Return a number of households in words."""
    return _WORDS[lang]["households"].format(count=count)


def _colours(grids: gpd.GeoDataFrame, fill: str) -> pd.Series[Any]:
    """Return the fill of each grid."""
    rule: pd.Series[Any] = grids["size_rule"]
    by_rule = rule.map({key: item.colour for key, item in SIZE_RULE_SWATCHES.items()})
    if fill == BY_RULE:
        return by_rule
    order = grids["grid_code"].argsort(kind="stable").to_numpy()
    shapes = np.asarray(grids.geometry.array, dtype=object)[order]
    apart = pd.Series(distinct_colours(shapes), index=grids.index[order]).reindex(grids.index)
    # a dedicated grid has one colour whatever colours tell
    return apart.where(grids["grid_kind"] != DEDICATED, by_rule)


def _legend(grids: gpd.GeoDataFrame, fill: str) -> list[Swatch]:
    """Return the legend of the fills that occur."""
    there = set(grids["size_rule"])
    if fill == BY_RULE:
        return [SIZE_RULE_SWATCHES[rule] for rule in SIZE_RULES if rule in there]
    dedicated = [SIZE_RULE_SWATCHES[DEDICATED]] if DEDICATED in there else []
    return [DISTINCT_SWATCH, *dedicated]


def _facts(grids: gpd.GeoDataFrame, lang: Lang) -> list[tuple[str, ...]]:
    """Return the table of the grids of one community."""
    rows = grids.sort_values("grid_code")
    columns = (rows["grid_name"], rows["households"], rows["persons"])
    body = [
        (str(name), f"{homes:,}", f"{people:,}")
        for name, homes, people in zip(*columns, strict=True)
    ]
    return [_GRID_HEAD[lang], *body]


def _county_facts(grids: gpd.GeoDataFrame, lang: Lang) -> list[tuple[str, ...]]:
    """Return the table of the communities."""
    groups = grids.groupby(["community_code", "community_name"], sort=True)
    sums = groups.agg(grids=("grid_code", "size"), households=("households", "sum"))
    body = [
        (str(name), f"{row.grids:,}", f"{row.households:,}")
        for (_, name), row in zip(sums.index, sums.itertuples(), strict=True)
    ]
    return [_COMMUNITY_HEAD[lang], *body]


def _summary(grids: gpd.GeoDataFrame, lang: Lang) -> str:
    """Return the totals in one line."""
    return _WORDS[lang]["summary"].format(
        grids=len(grids), households=grids["households"].sum(), persons=grids["persons"].sum()
    )


def _near(frame: gpd.GeoDataFrame, bounds: Sequence[float]) -> Ints:
    """Return the rows that a map of bounds may show, in their order."""
    west, south, east, north = bounds
    reach = max(east - west, north - south)
    around = shapely.box(west - reach, south - reach, east + reach, north + reach)
    return np.asarray(frame.sindex.query(around, predicate="intersects", sort=True))


def _bounds(frame: gpd.GeoDataFrame) -> Bounds:
    """Return the bounds of all rows."""
    west, south, east, north = frame.total_bounds
    return float(west), float(south), float(east), float(north)


def _union(frame: gpd.GeoDataFrame) -> BaseGeometry:
    """Return all rows as one shape."""
    return shapely.union_all(np.asarray(frame.geometry.array, dtype=object))
