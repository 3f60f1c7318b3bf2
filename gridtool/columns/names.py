"""The names that layers, columns and places go by in the wild."""

from __future__ import annotations

import re
import unicodedata

from gridtool.columns.inputs import INPUT_LAYERS
from gridtool.columns.model import Layer

X_NAMES = (
    "x",
    "lon",
    "lng",
    "longitude",
    "经度",
    "x坐标",
    "东坐标",
    "coord_x",
    "point_x",
    "zbwzx",
    "mapx",
)
Y_NAMES = ("y", "lat", "latitude", "纬度", "y坐标", "北坐标", "coord_y", "point_y", "zbwzy", "mapy")
WKT_NAMES = ("wkt", "geometry", "geom", "几何", "the_geom")
"""Columns of a table that place its rows."""

_SEPARATORS = re.compile(r"[_\-—–.·（）()\[\]、,0-9]+")


def fold(name: object) -> str:
    """Return a name as it is compared: half width, no blanks, lower case."""
    return "".join(unicodedata.normalize("NFKC", str(name)).split()).casefold()


def match_layer(name: str) -> str | None:
    """Return the key of the input layer that goes by `name`, or None."""
    folded = fold(name)
    for layer in INPUT_LAYERS.values():
        if folded in {fold(alias) for alias in layer.names}:
            return layer.key
    return None


def match_layer_part(name: str) -> str | None:
    """Return the key of the layer whose name stands first or last in `name`, or None.

    One file a town or community is common: 楼栋_富世街道, buildings-510302001, 富世街道楼栋. Where
    several names fit the longest wins, so that 社区户数表 is not the layer 社区.
    """
    parts = [part for part in _SEPARATORS.split(fold(name)) if part]
    best: tuple[int, str | None] = (0, None)
    for layer in INPUT_LAYERS.values():
        for alias in map(fold, layer.names):
            ends = len(parts) > 1 and alias in (parts[0], parts[-1])
            chinese = not alias.isascii() and any(part.endswith(alias) for part in parts[-1:])
            if (ends or chinese) and len(alias) > best[0]:
                best = (len(alias), layer.key)
    return best[1]


def match_columns(layer: Layer, found: list[str]) -> dict[str, str]:
    """Match found column names with the dictionary.

    Parameters
    ----------
    layer : Layer
        The dictionary's layer.
    found : list of str
        Column names as they stand in the source.

    Returns
    -------
    dict
        Key of the dictionary to name in the source. Where several found names fit one key, the
        earliest in the order key, Chinese name, DBF name, other aliases wins.
    """
    folded = {fold(name): name for name in reversed(found)}
    return {
        column.key: folded[name]
        for column in layer.columns
        for name in reversed([fold(alias) for alias in (*column.names, *column.cut_names)])
        if name in folded
    }


_PERSONAL = re.compile(
    r"姓名|户主|联系人|电话|手机|身份证|证件号|公民身份|出生日期|phone|mobile|^tel$|id_?card|resident_?name"
)


def is_personal(name: object) -> bool:
    """Return whether a column's name says that it holds data of persons.

    Source: Order 75, Art. 13(2): personal data must not be unlawfully collected, used or passed
    on. gridtool holds counts; such columns are neither read nor shown.
    """
    return _PERSONAL.search(fold(name)) is not None
