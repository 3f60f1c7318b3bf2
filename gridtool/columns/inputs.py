"""What is read for a division: layers, and the tables beside them."""

from __future__ import annotations

from gridtool.columns.model import (
    COMPOUND_ID,
    HOUSEHOLDS,
    LINES,
    PERSONS,
    POINTS,
    POLYGONS,
    Column,
    Layer,
)

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
        HOUSEHOLDS,
        PERSONS,
        Column("dwellings", "住宅套数", "ZZTS", "integer", aliases=("套数",)),
        Column("floors", "层数", "CS", "number", aliases=("楼层", "地上层数")),
        Column("use", "用途", "YT", aliases=("房屋用途",)),
        COMPOUND_ID,
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
        HOUSEHOLDS,
        PERSONS,
    ),
    aliases=("楼栋户数", "楼栋户数表"),
)
TOTALS = Layer(
    "totals",
    "社区户数表",
    (
        Column("code", "社区代码", "SQDM", required=True, aliases=("代码", "community_code")),
        HOUSEHOLDS,
        PERSONS,
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
