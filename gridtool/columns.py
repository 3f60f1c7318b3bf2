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

ADDRESSES = Layer(
    "addresses",
    "地址",
    (
        Column("address_id", "地址编码", "DZBM", aliases=("标准地址编码",)),
        Column(
            "address",
            "地址",
            "DZ",
            aliases=(
                *("详细地址", "标准地址", "地址全称", "地址名称", "住址", "现住址", "居住地址"),
                *("DZMC", "DZQC", "addr", "full_address"),
            ),
        ),
        Column("community_code", "社区代码", "SQDM", aliases=("SQJCWHDM", "社区村代码")),
        Column(
            "grid_code_claimed",
            "网格编码",
            "WGBM",
            aliases=("所属网格编码", "所属网格", "网格代码", "grid_code", "JWWGDM"),
        ),
        Column("building_id", "楼栋编号", "LDBH", aliases=("楼栋编码", "建筑物编号", "JZWDM")),
        Column("county", "县区", "XZQMC", aliases=("区县", "县（区）", "行政区划名称")),
        Column("town", "乡镇街道", "XZJDMC", aliases=("街道", "乡镇", "乡镇（街道）")),
        Column("community", "社区", "SQJCWHMC", aliases=("社区村", "社区名称", "SQMC")),
        Column("road", "街路巷", "JLXMC", aliases=("路名", "街路巷名称", "addr_street")),
        Column("number", "门牌号", "MPH", aliases=("门楼牌号", "MLPHM", "addr_housenumber")),
        Column("compound", "小区", "XQMC", aliases=("小区名称", "院落小区")),
        Column("building", "楼栋", "JZWMC", aliases=("楼栋号", "幢号", "楼号", "建筑物名称")),
        Column("unit", "单元", "DYH", aliases=("单元号",)),
        Column("room", "室", "SH", aliases=("室号", "房号", "DYFH")),
        Column("ended", "停用日期", "TYRQ", aliases=("注销日期",)),
    ),
    POINTS + POLYGONS,
    aliases=("地址表", "标准地址", "address"),
)
"""Lists of addresses, and address layers or tables that a gazetteer is made of.

The names in capital letters are those of police tables of standard addresses.
"""

ALIASES = Layer(
    "aliases",
    "别名表",
    (
        Column("alias", "别名", "BM", required=True, aliases=("旧名", "曾用名", "俗称")),
        Column("name", "名称", "MC", required=True, aliases=("现名", "标准名", "标准名称")),
    ),
)
"""Old names and aliases of places, roads and compounds, kept by the user."""

CHECKED_ADDRESSES = Layer(
    "checked_addresses",
    "地址核对结果",
    (
        Column("verdict", "结论", "JL", required=True),
        Column("grid_code", "网格编码", "WGBM"),
        Column("grid_name", "网格名称", "WGMC"),
        Column("community_code", "社区代码", "SQDM"),
        Column("community_name", "社区名称", "SQMC"),
        Column("way", "依据", "YJ", required=True),
        Column("confidence", "可信度", "KXD", "number", required=True),
        Column("distance_m", "相距米", "JL_M", "number"),
        Column("candidates", "候选网格", "HXWG"),
        Column("normal_form", "规范地址", "GFDZ"),
        Column("note", "备注", "BZ"),
    ),
    POINTS,
)
"""What a check adds to each row of a list, behind the list's own columns."""

ROSTER = Layer(
    "roster",
    "网格员名册",
    (
        Column("grid_code", "网格编码", "WGBM", required=True, aliases=("网格代码",)),
        Column("worker", "网格员", "WGY", required=True, aliases=("网格员姓名", "姓名", "name")),
        Column(
            "phone",
            "联系电话",
            "LXDH",
            required=True,
            aliases=("电话", "手机", "手机号", "手机号码", "网格员电话"),
        ),
        Column("duty", "专兼职", "ZJZ", aliases=("岗位", "类型", "网格员类型")),
    ),
)
"""Workers by grid, for public notices alone: read, printed, and kept nowhere else."""

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

_GROUP_ID = Column("group_id", "变更组", "BGZ", required=True)
_OLD_CODE = Column("old_code", "原网格编码", "YWGBM", aliases=("旧编码", "原编码"))
_NEW_CODE = Column("new_code", "新网格编码", "XWGBM", aliases=("新编码",))

GROUPS = Layer(
    "groups",
    "变更组",
    (
        _GROUP_ID,
        Column("type", "变更类型", "BGLX", required=True),
        Column("type_zh", "变更类型名称", "BGLXMC", required=True),
        Column("flags", "附加标记", "BJ"),
        Column("onsind", "可比性", "KBX", required=True),
        Column("old_codes", "原网格编码", "YWGBM"),
        Column("new_codes", "新网格编码", "XWGBM"),
        Column("households", "涉及户数", "HS", "integer", required=True),
        Column("persons", "涉及人口", "RS", "integer", required=True),
        Column("buildings", "涉及楼栋数", "LDS", "integer", required=True),
        Column("area_m2", "涉及面积", "MJ", "number", required=True),
        Column("moved_households", "划转户数", "HZHS", "integer", required=True),
        Column("moved_persons", "划转人口", "HZRS", "integer", required=True),
        Column("moved_buildings", "划转楼栋数", "HZLDS", "integer", required=True),
        Column("moved_area_m2", "划转面积", "HZMJ", "number", required=True),
        Column("conserved", "前后相符", "XF", "boolean", required=True),
        Column("description_zh", "变更说明", "BGSM", required=True),
        Column("description_en", "英文说明", "SM_EN", required=True),
        Column("reason", "变更理由", "BGLY"),
        Column("basis_document", "依据文件", "YJWJ"),
        Column("valid_from", "生效日期", "SXRQ"),
    ),
)
"""What changed, a row for each group. ``old_codes`` and ``new_codes`` are joined by ``|``; the
last three are for the person who files it, and empty in a diff."""
RELATIONS = Layer(
    "relations",
    "对应关系",
    (
        _GROUP_ID,
        _OLD_CODE,
        Column("old_version", "原版本", "YBB"),
        _NEW_CODE,
        Column("new_version", "新版本", "XBB"),
        Column("buildings", "楼栋数", "LDS", "integer", required=True),
        Column("households", "户数", "HS", "integer", required=True),
        Column("persons", "人口", "RS", "integer", required=True),
        Column("share_old_hh", "占原网格户数", "ZYHS", "number"),
        Column("share_new_hh", "占新网格户数", "ZXHS", "number"),
        Column("area_m2", "面积", "MJ", "number", required=True),
        Column("share_old_area", "占原网格面积", "ZYMJ", "number"),
        Column("share_new_area", "占新网格面积", "ZXMJ", "number"),
        Column("part_old", "原网格整体或部分", "YZB"),
        Column("part_new", "新网格整体或部分", "XZB"),
        Column("basis", "计算依据", "JSYJ", required=True),
        Column("keeps_code", "沿用编码", "YYBM", "boolean", required=True),
        Column("predecessor_count", "来源数", "LYS", "integer", required=True),
        Column("successor_count", "去向数", "QXS", "integer", required=True),
        Column("qi", "质量指数", "ZLZS", "number"),
    ),
)
"""A row for each old and new grid that share something, in groups only. A side is empty where the
ground or the buildings lie in no grid there."""
GRID_CHANGES = Layer(
    "grid_changes",
    "网格变化",
    (
        Column("grid_code", "网格编码", "WGBM", required=True),
        Column("status", "变化", "BH", required=True),
        Column("group_id", "变更组", "BGZ"),
        Column("old_name", "原名称", "YMC"),
        Column("new_name", "新名称", "XMC"),
        Column("old_kind", "原类型", "YLX"),
        Column("new_kind", "新类型", "XLX"),
        Column("old_community", "原社区代码", "YSQDM"),
        Column("new_community", "新社区代码", "XSQDM"),
        Column("old_households", "原户数", "YHS", "integer"),
        Column("new_households", "新户数", "XHS", "integer"),
        Column("old_persons", "原人口", "YRS", "integer"),
        Column("new_persons", "新人口", "XRS", "integer"),
        Column("old_buildings", "原楼栋数", "YLDS", "integer"),
        Column("new_buildings", "新楼栋数", "XLDS", "integer"),
        Column("old_area_m2", "原面积", "YMJ", "number"),
        Column("new_area_m2", "新面积", "XMJ", "number"),
        Column("size_rule", "规模依据", "GMYJ"),
        Column("old_hash", "原校验值", "YJYZ"),
        Column("new_hash", "新校验值", "XJYZ"),
    ),
)
"""Every code of either side, a row each: what became of it, counted in one snapshot."""
BUILDING_CHANGES = Layer(
    "building_changes",
    "楼栋变化",
    (
        Column("building_id", "楼栋编号", "LDBH", required=True),
        _GROUP_ID,
        _OLD_CODE,
        _NEW_CODE,
        Column("households", "户数", "HS", "integer", required=True),
        Column("persons", "人口", "RS", "integer", required=True),
    ),
)
"""The buildings of change groups: the grid before and after. No names, no addresses (Art. 13)."""
CODE_CHANGES = Layer(
    "code_changes",
    "编码对照",
    (
        Column("grid_code", "网格编码", "WGBM", required=True),
        Column("outcome", "编码去向", "BMQX", required=True),
        _GROUP_ID,
        Column("predecessors", "来源网格", "LYWG"),
        Column("successors", "去向网格", "QXWG"),
        Column("share_old", "占原网格", "ZY", "number"),
        Column("share_new", "占新网格", "ZX", "number"),
        Column("basis", "计算依据", "JSYJ"),
        Column("continuous", "可沿用", "KYY", "boolean"),
    ),
)
"""The codes of change groups: ``kept``, ``new`` or ``retired``. ``share_old``, ``share_new`` and
``continuous`` say of a kept code what it shares with its former self, and whether that is enough;
``predecessors`` and ``successors`` are joined by ``|``."""

_CHANGED_GRID = (
    Column("grid_code", "网格编码", "WGBM", required=True),
    Column("grid_name", "网格名称", "WGMC"),
    Column("grid_kind", "网格类型", "WGLX", required=True),
    Column("community_code", "社区代码", "SQDM"),
    Column("status", "变化", "BH", required=True),
    Column("group_id", "变更组", "BGZ"),
    Column("type", "变更类型", "BGLX"),
    Column("households", "户数", "HS", "integer", required=True),
    Column("persons", "人口", "RS", "integer", required=True),
    Column("buildings", "楼栋数", "LDS", "integer", required=True),
    Column("area_m2", "面积", "MJ", "number", required=True),
)
DIFF_LAYERS: dict[str, Layer] = {
    "after": Layer("after", "变更后网格", _CHANGED_GRID, POLYGONS),
    "before": Layer("before", "变更前网格", _CHANGED_GRID, POLYGONS),
    "moved_ground": Layer(
        "moved_ground",
        "划转地块",
        (
            _GROUP_ID,
            _OLD_CODE,
            _NEW_CODE,
            Column("buildings", "楼栋数", "LDS", "integer", required=True),
            Column("households", "户数", "HS", "integer", required=True),
            Column("area_m2", "面积", "MJ", "number", required=True),
        ),
        POLYGONS,
    ),
    "moved_buildings": Layer("moved_buildings", "划转楼栋", BUILDING_CHANGES.columns, POINTS),
}
"""The layers of ``diff.gpkg``: all grids after, those of change groups before, and what moved."""

DIFF_TABLES: dict[str, Layer] = {
    "groups.csv": GROUPS,
    "relations.csv": RELATIONS,
    "grids.csv": GRID_CHANGES,
    "buildings.csv": BUILDING_CHANGES,
    "codes.csv": CODE_CHANGES,
}
"""File to table of what differs between two revisions."""

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
