"""The data dictionary: every layer and column gridtool reads or writes.

English keys are used in code; Chinese names and DBF short names are aliases of them. The JSON
Schemas in ``schemas/`` are tested against this module, so that there is one truth.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "number", "boolean"]


@dataclass(frozen=True)
class Column:
    """One column: its key, Chinese name, DBF name (at most 10 bytes) and type."""

    key: str
    zh: str
    dbf: str
    kind: Kind = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name the column goes by, the key first."""
        return (self.key, self.zh, self.dbf, *self.aliases)

    @property
    def cut_names(self) -> tuple[str, ...]:
        """Return key and Chinese name as a UTF-8 shapefile cuts them, at 10 bytes."""
        return tuple(name.encode()[:10].decode(errors="ignore") for name in (self.key, self.zh))


@dataclass(frozen=True)
class Layer:
    """One layer: its key, Chinese name, columns and the geometry it may have.

    A layer without geometry is a table: its rows are joined to those of another layer.
    """

    key: str
    zh: str
    columns: tuple[Column, ...]
    geometry: tuple[str, ...] = ()
    required: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def is_table(self) -> bool:
        """Return whether the layer has no geometry."""
        return not self.geometry

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name the layer goes by, the key first."""
        return (self.key, self.zh, *self.aliases)

    def __getitem__(self, key: str) -> Column:
        """Return the column of that key."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)


POLYGONS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")
POINTS = ("Point", "MultiPoint")

_HOUSEHOLDS = Column("households", "户数", "HS", "integer", aliases=("常住户数", "hs"))
_PERSONS = Column("persons", "人口", "RS", "integer", aliases=("常住人口", "人数", "population"))
_COMPOUND_ID = Column("compound_id", "小区编号", "XQBH", aliases=("小区代码", "XQDM"))
_COMMUNITY_CODE = Column("community_code", "社区代码", "SQDM")
_COMMUNITY_NAME = Column("community_name", "社区名称", "SQMC")
_GRID_CODE = Column("grid_code", "网格编码", "WGBM", aliases=("网格代码",))

COMMUNITIES = Layer(
    "communities",
    "社区",
    (
        Column(
            "code",
            "社区代码",
            "SQDM",
            required=True,
            aliases=("代码", "community_code", "区划代码"),
        ),
        Column("name", "社区名称", "SQMC", required=True, aliases=("名称", "community_name")),
        Column("kind", "类型", "LX", aliases=("社区类型",)),
    ),
    POLYGONS,
    required=True,
    aliases=("社区界", "社区面", "行政村", "村社区", "community"),
)
BUILDINGS = Layer(
    "buildings",
    "楼栋",
    (
        Column("building_id", "楼栋编号", "LDBH", aliases=("楼栋编码", "建筑物编号")),
        _HOUSEHOLDS,
        _PERSONS,
        Column("dwellings", "住宅套数", "ZZTS", "integer", aliases=("套数",)),
        Column("floors", "层数", "CS", "number", aliases=("楼层", "地上层数")),
        Column("use", "用途", "YT", aliases=("房屋用途",)),
        _COMPOUND_ID,
        Column("address", "地址", "DZ", aliases=("标准地址",)),
    ),
    POLYGONS + POINTS,
    required=True,
    aliases=("建筑物", "房屋", "building"),
)
COMPOUNDS = Layer(
    "compounds",
    "小区",
    (
        Column("compound_id", "小区编号", "XQBH", required=True, aliases=("小区代码", "XQDM")),
        Column("name", "小区名称", "XQMC", aliases=("名称",)),
    ),
    POLYGONS,
    aliases=("居民小区", "compound"),
)
ROADS = Layer(
    "roads",
    "道路",
    (
        Column("highway", "等级", "DJ", aliases=("道路等级", "class")),
        Column("name", "道路名称", "DLMC", aliases=("名称",)),
    ),
    LINES,
    aliases=("道路中心线", "road"),
)
BARRIERS = Layer(
    "barriers",
    "屏障",
    (
        Column("kind", "类型", "LX"),
        Column("name", "名称", "MC"),
    ),
    LINES + POLYGONS,
    aliases=("barrier",),
)
SITES = Layer(
    "sites",
    "专属单位",
    (
        Column("site_id", "单位编号", "DWBH"),
        Column("name", "单位名称", "DWMC", aliases=("名称",)),
        Column("kind", "类型", "LX", aliases=("单位类型",)),
        Column("dedicated", "设专属网格", "ZS", "boolean", aliases=("是否专属",)),
    ),
    POLYGONS,
    aliases=("site",),
)

COUNTS = Layer(
    "counts",
    "户数表",
    (
        Column("building_id", "楼栋编号", "LDBH", aliases=("楼栋编码", "建筑物编号")),
        Column("address", "地址", "DZ", aliases=("标准地址",)),
        _HOUSEHOLDS,
        _PERSONS,
    ),
    aliases=("楼栋户数", "楼栋户数表"),
)
TOTALS = Layer(
    "totals",
    "社区户数表",
    (
        Column("code", "社区代码", "SQDM", required=True, aliases=("代码", "community_code")),
        _HOUSEHOLDS,
        _PERSONS,
    ),
    aliases=("社区户数", "社区汇总"),
)
CODES = Layer(
    "codes",
    "代码表",
    (
        Column("code", "统计用区划代码", "DM", required=True, aliases=("代码", "区划代码")),
        Column("name", "名称", "MC", aliases=("单位名称",)),
    ),
    aliases=("区划代码表",),
)

INPUT_LAYERS: dict[str, Layer] = {
    layer.key: layer
    for layer in (
        *(COMMUNITIES, BUILDINGS, COMPOUNDS, ROADS, BARRIERS, SITES),
        *(COUNTS, TOTALS, CODES),
    )
}

GRIDS = Layer(
    "grids",
    "网格",
    (
        Column("grid_code", "网格编码", "WGBM", required=True),
        Column("grid_name", "网格名称", "WGMC", required=True),
        Column("grid_full_name", "网格全称", "WGQC", required=True),
        Column("grid_kind", "网格类型", "WGLX", required=True),
        Column("community_code", "社区代码", "SQDM", required=True),
        Column("community_name", "社区名称", "SQMC", required=True),
        Column("town_code", "乡镇代码", "XZJDDM", required=True),
        Column("county_code", "县区代码", "XZQDM", required=True),
        Column("households", "常住户数", "HS", "integer", required=True),
        Column("persons", "常住人口", "RS", "integer", required=True),
        Column("buildings", "楼栋数", "LDS", "integer", required=True),
        Column("area_m2", "面积", "MJ", "number", required=True),
        Column("size_rule", "规模依据", "GMYJ", required=True),
        Column("size_reason", "规模说明", "GMSM"),
        Column("estimated", "户数为估算", "GS", "boolean", required=True),
        Column("bounds_text", "四至范围", "SZFW", required=True),
        Column("included_units", "包含小区楼幢", "BHXQ", required=True),
        Column("rev", "版次", "BC", "integer", required=True),
    ),
    POLYGONS,
    required=True,
)
UNITS = Layer(
    "units",
    "单元",
    (
        Column("unit_id", "单元编号", "DYBH", required=True),
        Column("grid_code", "网格编码", "WGBM", required=True),
        Column("community_code", "社区代码", "SQDM", required=True),
        Column("households", "户数", "HS", "integer", required=True),
        Column("persons", "人口", "RS", "integer", required=True),
        Column("buildings", "楼栋数", "LDS", "integer", required=True),
        Column("compound_id", "小区编号", "XQBH"),
        Column("site_id", "单位编号", "DWBH"),
    ),
    POLYGONS,
    required=True,
)
GRID_BUILDINGS = Layer(
    "buildings",
    "楼栋",
    (
        Column("building_id", "楼栋编号", "LDBH", required=True),
        Column("grid_code", "网格编码", "WGBM"),
        Column("unit_id", "单元编号", "DYBH"),
        Column("community_code", "社区代码", "SQDM"),
        Column("households", "户数", "HS", "integer", required=True),
        Column("persons", "人口", "RS", "integer", required=True),
        Column("estimated", "户数为估算", "GS", "boolean", required=True),
    ),
    POLYGONS + POINTS,
    required=True,
)
FINDINGS = Layer(
    "findings",
    "检查结果",
    (
        Column("layer", "图层", "TC", required=True),
        Column("row", "行", "HANG"),
        Column("code", "编号", "BH", required=True),
        Column("severity", "等级", "DJ", required=True),
        Column("message_zh", "说明", "SM", required=True),
        Column("message_en", "英文说明", "SM_EN", required=True),
        Column("mend", "处理办法", "CLBF", required=True),
    ),
    POINTS + LINES + POLYGONS,
    required=True,
)

OUTPUT_LAYERS: dict[str, Layer] = {
    layer.key: layer for layer in (GRIDS, UNITS, GRID_BUILDINGS, FINDINGS)
}

COMMUNITY_KINDS: dict[str, str] = {
    "community": "community",
    "社区": "community",
    "居委会": "community",
    "居民委员会": "community",
    "village": "village",
    "村": "village",
    "行政村": "village",
    "村委会": "village",
    "村民委员会": "village",
}


X_NAMES = ("x", "lon", "lng", "longitude", "经度", "x坐标", "东坐标", "coord_x", "point_x")
Y_NAMES = ("y", "lat", "latitude", "纬度", "y坐标", "北坐标", "coord_y", "point_y")
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


MAJOR, COLLECTOR, LOCAL, MINOR = "major", "collector", "local", "minor"

ROAD_CLASSES: dict[str, str] = {
    # OSM highway values, links as their road
    **dict.fromkeys(("motorway", "trunk", "primary", "secondary"), MAJOR),
    **dict.fromkeys(("tertiary",), COLLECTOR),
    **dict.fromkeys(("residential", "unclassified", "living_street", "road", "pedestrian"), LOCAL),
    # Chinese classes
    **dict.fromkeys(("快速路", "主干道", "主干路", "国道", "省道", "高速公路"), MAJOR),
    **dict.fromkeys(("次干道", "次干路", "县道"), COLLECTOR),
    **dict.fromkeys(("支路", "街巷", "乡道", "村道"), LOCAL),
}
"""Road class of a highway value; everything else (paths, driveways, steps) is `MINOR`."""


def road_class(highway: object) -> str:
    """Return the class of a road: ``major``, ``collector``, ``local`` or ``minor``."""
    return ROAD_CLASSES.get(str(highway).strip().removesuffix("_link"), MINOR)


_PERSONAL = re.compile(
    r"姓名|户主|联系人|电话|手机|身份证|证件号|公民身份|出生日期|phone|mobile|^tel$|id_?card|resident_?name"
)


def is_personal(name: object) -> bool:
    """Return whether a column's name says that it holds data of persons.

    Source: Order 75, Art. 13(2): personal data must not be unlawfully collected, used or passed
    on. gridtool holds counts; such columns are neither read nor shown.
    """
    return _PERSONAL.search(fold(name)) is not None
