"""Lists that are held against grids: addresses, aliases of places, workers."""

from __future__ import annotations

from gridtool.columns.model import POINTS, POLYGONS, Column, Layer

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
