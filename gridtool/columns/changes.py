"""What differs between two revisions."""

from __future__ import annotations

from gridtool.columns.model import POINTS, POLYGONS, Column, Layer

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
