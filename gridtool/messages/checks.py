"""Findings of the stage ``check``."""

from __future__ import annotations

from gridtool.messages.message import INFO, WARNING, Message

CHECKS: dict[str, Message] = {
    # -- communities ---------------------------------------------------------------------------
    "GT101": Message(
        "社区面几何无效（{reason}），已修复，面积变化 {area_m2:.2f} 平方米",
        "the community's polygon is invalid ({reason}); repaired, area changed by {area_m2:.2f} m²",
        "在源数据中改正",
        "correct it in the source",
        WARNING,
    ),
    "GT102": Message(
        "代码 {value} 不是 12 位数字",
        "code {value} is not 12 digits",
        "核对国家统计局 12 位代码，以文本保存",
        "check against the 12-digit code list; keep it as text",
        WARNING,
    ),
    "GT103": Message(
        "{count} 行同属社区 {value}，已合并",
        "{count} rows belong to community {value}; merged",
        "属飞地则无须处理",
        "nothing to do when these are exclaves",
        INFO,
    ),
    "GT104": Message(
        "社区 {codes} 的边界有缝隙或重叠，已接上（{area_m2:.2f} 平方米）",
        "gaps or overlaps along the lines of {codes} were closed ({area_m2:.2f} m²)",
        "在 QGIS 中用拓扑检查器核对这段边界",
        "check this line with the topology checker of QGIS",
        WARNING,
    ),
    "GT105": Message(
        "社区内没有楼栋，整体作为一个网格",
        "no building in the community; it becomes one grid",
        "核对楼栋图层是否完整",
        "check that the buildings layer is complete",
        WARNING,
    ),
    "GT106": Message(
        "社区内没有住户，整体作为一个网格",
        "no household in the community; it becomes one grid",
        "核对楼栋户数",
        "check the households of its buildings",
        WARNING,
    ),
    # -- buildings -----------------------------------------------------------------------------
    "GT110": Message(
        "{count} 座楼栋的层数不是正数（例如 {values}），按未知处理",
        "floors of {count} buildings are not positive numbers (such as {values}); taken as unknown",
        "改成楼层数；未知的留空",
        "write the number of floors; leave unknown ones empty",
        INFO,
    ),
    "GT111": Message(
        "楼栋几何无效（{reason}），已修复",
        "the building's polygon is invalid ({reason}); repaired",
        "在源数据中改正",
        "correct it in the source",
        WARNING,
    ),
    "GT112": Message(
        "楼栋不在任何社区内，未计入（{households} 户）",
        "the building lies in no community and is not counted ({households} households)",
        "核对社区界线或楼栋位置",
        "check the community line or the building's place",
        WARNING,
    ),
    "GT113": Message(
        "楼栋跨社区界线，归入 {community}（占地 {share:.0%}）",
        "the building lies across a community line; it goes to {community} with {share:.0%} of it",
        "核对界线；需要时移动界线",
        "check the line, and move it if need be",
        INFO,
    ),
    "GT114": Message(
        "楼栋没有几何，未计入",
        "the building has no geometry and is not counted",
        "补画楼栋",
        "draw the building",
        WARNING,
    ),
    "GT115": Message(
        "户数为空，按 0 计",
        "households are empty, taken as 0",
        "补填户数",
        "fill them in",
        WARNING,
    ),
    "GT116": Message(
        "buildings 没有户数列，户数由楼层和占地面积估算（每户 {area_m2:.0f} 平方米）",
        "buildings have no households; estimated from floors and footprint ({area_m2:.0f} m² each)",
        "尽量提供实际户数",
        "give real counts where you can",
        WARNING,
    ),
    "GT117": Message(
        "没有人口列，按每户 {ratio} 人推算",
        "no persons given; taken as {ratio} a household",
        "尽量提供实际人口",
        "give real counts where you can",
        INFO,
    ),
    "GT118": Message(
        "没有楼栋编号，按行号编为 {first} 起",
        "no building_id given; numbered from {first} by row",
        "加一列稳定的楼栋编号",
        "add a column with stable ids",
        WARNING,
    ),
    "GT119": Message(
        "{count} 座楼栋的户数为空，按 0 计",
        "{count} buildings have no households; taken as 0",
        "补填户数",
        "fill them in",
        WARNING,
    ),
    "GT120": Message(
        "{count} 座楼栋的人口为空，按每户 {ratio} 人推算",
        "{count} buildings have no persons; taken as {ratio} a household",
        "尽量提供实际人口",
        "give real counts where you can",
        INFO,
    ),
    # -- other layers --------------------------------------------------------------------------
    "GT121": Message(
        "{layer} 有 {count} 个无效或空的几何，已修复或略去",
        "{count} geometries of {layer} are invalid or empty; repaired or left out",
        "在源数据中改正",
        "correct them in the source",
        INFO,
    ),
    "GT122": Message(
        "专属单位 {name} 跨社区，只取 {community} 内的部分",
        "site {name} lies across communities; only its part in {community} is taken",
        "核对界线",
        "check the lines",
        WARNING,
    ),
    "GT123": Message(
        "专属单位 {name} 内有 {households} 户住户，计入专属网格",
        "{households} households live inside site {name}; they count in its dedicated grid",
        "如应归基础网格，请把住宅划出该面",
        "if they belong to a base grid, draw the site without them",
        INFO,
    ),
    "GT124": Message(
        "专属单位 {name} 会把社区其余部分隔断，未设专属网格",
        "site {name} would cut the rest of its community apart; no dedicated grid is made",
        "缩小该面，留出街道",
        "draw it smaller, leaving the street around it",
        WARNING,
    ),
    "GT125": Message(
        "专属单位 {name} 内没有可划的地块，未设专属网格",
        "site {name} holds no block of its own; no dedicated grid is made",
        "核对该面的范围",
        "check the extent of the site",
        WARNING,
    ),
    "GT126": Message(
        "专属单位 {name} 位于行政村，第八条只许社区内设专属网格，未设",
        "site {name} lies in a village; Art. 8 allows dedicated grids in urban communities only",
        "无须处理",
        "nothing to do",
        INFO,
    ),
}
