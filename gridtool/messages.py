"""The one catalogue of messages, in Chinese and English.

Every error and every finding has an id here. An entry says what is wrong and how to mend
it; ids below 100 are errors (work stops), ids from 100 are findings (work goes on).
"""

from __future__ import annotations

import locale
import os
from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]

ERROR, WARNING, INFO = "error", "warning", "info"


class Message(NamedTuple):
    """What is wrong and how to mend it, in both languages, with ``{placeholders}``."""

    zh: str
    en: str
    mend_zh: str
    mend_en: str
    severity: str = ERROR

    def what(self, lang: Lang, **values: object) -> str:
        """Return the sentence that says what is wrong."""
        return (self.zh if lang == "zh" else self.en).format(**values)

    def mend(self, lang: Lang, **values: object) -> str:
        """Return the sentence that says how to mend it."""
        return (self.mend_zh if lang == "zh" else self.mend_en).format(**values)


CATALOGUE: dict[str, Message] = {
    "GT000": Message(
        "gridtool 内部错误：{reason}",
        "a fault inside gridtool: {reason}",
        "设 GRIDTOOL_DEBUG=1 重跑，并把输出报告给我们",
        "run again with GRIDTOOL_DEBUG=1 and report what it prints",
    ),
    # -- reading -----------------------------------------------------------------------------
    "GT001": Message(
        "找不到 {path}",
        "{path} does not exist",
        "检查路径",
        "check the path",
    ),
    "GT002": Message(
        "无法读取 {path}：{reason}",
        "{path} cannot be read: {reason}",
        "在 QGIS 中打开检查，或另存为 GeoPackage",
        "open it in QGIS, or save it as a GeoPackage",
    ),
    "GT003": Message(
        "{path} 中没有图层 {wanted}；找到的图层：{found}",
        "{path} has no layer {wanted}; layers found: {found}",
        "把图层改名为 {names} 之一，或用 --{wanted} 指定文件",
        "name the layer one of {names}, or give its file with --{wanted}",
    ),
    "GT004": Message(
        "缺少必需的列 {wanted}；找到的列：{found}",
        "the required column {wanted} is missing; columns found: {found}",
        "把列改名为 {names} 之一，或用 --map {layer}.{wanted}=列名",
        "name it one of {names}, or use --map {layer}.{wanted}=COLUMN",
    ),
    "GT005": Message(
        "图层没有坐标参考系（CRS）",
        "the layer has no coordinate reference system (CRS)",
        "在 QGIS 中设定图层坐标系，或补上 .prj 文件",
        "set the layer's CRS in QGIS, or add its .prj file",
    ),
    "GT006": Message(
        "图层是空的",
        "the layer is empty",
        "检查导出时的筛选条件，或去掉该图层",
        "check the filter it was exported with, or leave the layer out",
    ),
    "GT007": Message(
        "几何类型是 {found}，应为 {wanted}",
        "geometry is {found}, expected {wanted}",
        "改用正确的图层",
        "give the right layer",
    ),
    "GT008": Message(
        "{path} 里有多个图层都可作 {wanted}：{found}",
        "several layers of {path} could be {wanted}: {found}",
        "只保留一个，或用 --{wanted} 路径 指定",
        "keep one, or name it with --{wanted} PATH",
    ),
    "GT009": Message(
        "--map 的目标 {target} 不在数据字典中",
        "--map target {target} is not in the data dictionary",
        "写成 图层.列=来源列，例如 buildings.households=ZHS",
        "write layer.column=source, for example buildings.households=ZHS",
    ),
    "GT010": Message(
        "--map 指定的来源列 {source} 不存在；找到的列：{found}",
        "the source column {source} given to --map does not exist; columns found: {found}",
        "检查列名的拼写",
        "check the spelling of the column",
    ),
    "GT011": Message(
        "坐标系 {crs} 与数据不符：坐标范围 {bounds}",
        "CRS {crs} does not fit the data: bounds {bounds}",
        "在 QGIS 中给图层指定正确的坐标系（不是重投影）",
        "set the right CRS for the layer in QGIS (do not reproject it)",
    ),
    "GT012": Message(
        "{crs} 到 {target} 没有公开的转换参数，换算会差几十米",
        "no public parameters lead from {crs} to {target}; the result would be tens of metres off",
        "请测绘部门用当地参数转换后再用",
        "have it converted with the local parameters first",
    ),
    # -- contents ----------------------------------------------------------------------------
    "GT020": Message(
        "{column} 有重复值：{values}",
        "{column} has duplicate values: {values}",
        "每个{what_zh}只保留一行",
        "keep one row for each {what_en}",
    ),
    "GT021": Message(
        "{column} 不是数字：{values}",
        "{column} is not a number: {values}",
        "改成整数；未知的留空",
        "write whole numbers; leave unknown ones empty",
    ),
    "GT022": Message(
        "{column} 是负数：{values}",
        "{column} is negative: {values}",
        "改成 0 或正数；未知的留空",
        "write 0 or more; leave unknown ones empty",
    ),
    "GT023": Message(
        "{column} 有空值",
        "{column} has empty values",
        "补全这些行",
        "fill in these rows",
    ),
    "GT024": Message(
        "类型 {values} 无法识别",
        "kind {values} is not known",
        "写 community（社区）或 village（村）",
        "write community or village",
    ),
    "GT025": Message(
        "无法判定社区或村：代码 {values} 第 10–12 位不在 001–599",
        "community or village cannot be told: digits 10-12 of code {values} are not in 001-599",
        "加一列 kind（类型），写 community 或 village",
        "add a column kind with community or village",
    ),
    "GT026": Message(
        "社区 {a} 与 {b} 重叠 {area_m2:.0f} 平方米",
        "communities {a} and {b} overlap by {area_m2:.0f} m²",
        "在 QGIS 中用拓扑编辑改正边界",
        "correct the line in QGIS with topological editing",
    ),
    "GT027": Message(
        "没有一座楼栋落在任何社区内",
        "no building lies in any community",
        "检查两个图层的坐标系是否正确（是否 GCJ-02 或带号错误）",
        "check that both layers have their right CRS (GCJ-02? wrong zone?)",
    ),
    "GT028": Message(
        "社区代码 {community} 在不同的行有不同的{column}：{values}",
        "rows of community {community} differ in {column}: {values}",
        "同一社区的各行写成一致",
        "make the rows of one community agree",
    ),
    "GT029": Message(
        "社区几何无法修复",
        "the geometry of the community cannot be repaired",
        "在 QGIS 中重画",
        "redraw it in QGIS",
    ),
    "GT030": Message(
        "{column} 的值 {values} 不是“是/否”",
        "{column} has the value {values}, which is neither yes nor no",
        "写 1 或 0，是 或 否",
        "write 1 or 0, true or false",
    ),
    "GT031": Message(
        "社区之间的缝隙和重叠无法自动接缝",
        "the gaps and overlaps between communities cannot be closed",
        "在 QGIS 中做拓扑检查并改正这些社区的边界",
        "run a topology check in QGIS and correct the lines of these communities",
    ),
    # -- options, output -----------------------------------------------------------------------
    "GT040": Message(
        "户数范围不成立：最少 {minimum}，目标 {target}，最多 {maximum}",
        "the household window is impossible: min {minimum}, target {target}, max {maximum}",
        "应满足 0 < 最少 ≤ 目标 ≤ 最多",
        "it must hold that 0 < min <= target <= max",
    ),
    "GT041": Message(
        "配置文件 {path} 有误：{reason}",
        "the configuration {path} is wrong: {reason}",
        "对照 README 的 gridtool.toml 一节",
        "compare it with the section gridtool.toml of the README",
    ),
    "GT042": Message(
        "输出 {path} 已存在",
        "the output {path} exists",
        "换一个目录，或加 --overwrite",
        "choose another folder, or add --overwrite",
    ),
    "GT043": Message(
        "无法写入 {path}：{reason}",
        "{path} cannot be written: {reason}",
        "检查权限和剩余空间，并在 QGIS 中关闭该文件",
        "check permissions and free space, and close the file in QGIS",
    ),
    "GT044": Message(
        "编码方案 {scheme} 的流水号不够：{community} 需要 {needed} 个",
        "scheme {scheme} has too few serials: {community} needs {needed}",
        "换一个方案，或合并网格",
        "use another scheme, or fewer grids",
    ),
    "GT045": Message(
        "编码方案 {scheme} 不能用：{reason}",
        "the code scheme {scheme} cannot be used: {reason}",
        "对照 schemas/schemes 里的例子",
        "compare it with those in schemas/schemes",
    ),
    "GT046": Message(
        "参数有误：{reason}",
        "a wrong argument: {reason}",
        "见 --help",
        "see --help",
    ),
    # -- findings: communities -----------------------------------------------------------------
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
        "与相邻社区有缝隙或重叠，已接缝（面积变化 {area_m2:.2f} 平方米）",
        "gaps or overlaps with its neighbours were closed (area changed by {area_m2:.2f} m²)",
        "在源数据中做拓扑检查",
        "run a topology check on the source",
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
    # -- findings: buildings -------------------------------------------------------------------
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
    # -- findings: other layers ----------------------------------------------------------------
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
    # -- findings: units -----------------------------------------------------------------------
    "GT131": Message(
        "小区 {compound} 不连片，分为 {count} 块处理",
        "compound {compound} is not in one piece; it is handled as {count} pieces",
        "核对楼栋的小区编号",
        "check the compound ids of its buildings",
        INFO,
    ),
    "GT132": Message(
        "小区 {compound} 共 {households} 户，超过 {maximum} 户，按楼栋划分",
        "compound {compound} has {households} households, more than {maximum}; divided by building",
        "无须处理",
        "nothing to do",
        INFO,
    ),
    "GT133": Message(
        "小区 {compound} 跨社区，按社区分别处理",
        "compound {compound} lies across communities; each part stays with its own",
        "核对界线或小区编号",
        "check the line or the compound ids",
        WARNING,
    ),
    "GT134": Message(
        "小区 {compound} 被划入 {count} 个网格：没有找到保持其完整的划法",
        "compound {compound} is shared by {count} grids: no division with it whole was found",
        "必要时在 QGIS 中调整",
        "adjust in QGIS if need be",
        INFO,
    ),
    # -- findings: grids -----------------------------------------------------------------------
    "GT141": Message(
        "社区共 {households} 户，不足 {minimum} 户，划为一个网格",
        "the community has {households} households, under {minimum}: one grid",
        "可考虑与相邻社区合并",
        "a merger of communities may be considered",
        INFO,
    ),
    "GT142": Message(
        "{households} 户：任何网格数都不能使每格在 {minimum}–{maximum} 户",
        "{households} households: no number of grids of {minimum}-{maximum} fits",
        "备案时说明理由",
        "state the reason in the filing",
        INFO,
    ),
    "GT143": Message(
        "单栋楼 {households} 户，超过 {maximum} 户",
        "a single building holds {households} households, more than {maximum}",
        "备案时说明理由",
        "state the reason in the filing",
        INFO,
    ),
    "GT144": Message(
        "屏障隔开的地块只有 {households} 户，不能与他处合并",
        "barriers close off ground with {households} households; it cannot be joined to more",
        "如有桥梁通道，可删去该处屏障",
        "if a bridge joins it, take the barrier out there",
        INFO,
    ),
    "GT145": Message(
        "网格有 {households} 户，不在 {minimum}–{maximum} 户内，且没有找到更好的划法",
        "the grid has {households} households, outside {minimum}-{maximum}; no better was found",
        "换一个 --seed 再试，或手工调整",
        "try another --seed, or adjust by hand",
        WARNING,
    ),
    "GT146": Message(
        "网格由 {count} 块组成，因为社区本身不连片",
        "the grid is in {count} pieces because its community is",
        "无须处理",
        "nothing to do",
        INFO,
    ),
}


def default_lang() -> Lang:
    """Return ``zh`` when the user's locale is Chinese, else ``en``."""
    for name in ("GRIDTOOL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    try:
        return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"
    except ValueError:
        return "en"
