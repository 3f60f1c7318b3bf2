"""What a division writes."""

from __future__ import annotations

from gridtool.columns.model import LINES, POINTS, POLYGONS, Column, Layer

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
