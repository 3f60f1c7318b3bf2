"""Grids in force, and what is settled by hand: errors, and findings of the division."""

from __future__ import annotations

from gridtool.messages.message import INFO, WARNING, Message

HAND: dict[str, Message] = {
    # -- errors --------------------------------------------------------------------------------
    "GT075": Message(
        "现行网格不属于这些社区：那里是 {there}，输入中是 {here}",
        "the grids in force are not of these communities: {there} there, {here} in the input",
        "给出同一地方、同一代码年份的网格；代码年份不同时先用 gridtool code migrate 换码",
        "give grids of the same place and edition; if codes changed, migrate them first "
        "(gridtool code migrate)",
    ),
    "GT076": Message(
        "现行网格 {all} 个中有 {count} 个不在其编码所说的社区：{grid} 在 {there}",
        "{count} of {all} grids in force do not lie in the community of their code: {grid} lies in "
        "{there}",
        "核对坐标系，或先用 gridtool code migrate 换成现行社区代码",
        "check the coordinate system, or migrate the codes first (gridtool code migrate)",
    ),
    "GT077": Message(
        "要锁定的网格 {codes} 不在现行网格中（{path}），或其社区不在输入中",
        "locked grids {codes} are not among the grids in force ({path}), or their community is not "
        "in the input",
        "核对 --lock 的编码",
        "check the codes given by --lock",
    ),
    "GT078": Message(
        "--lock、--max-moved、--ledger 需要现行网格",
        "--lock, --max-moved and --ledger need the grids in force",
        "用 --base 给出现行网格",
        "give them by --base",
    ),
    "GT079": Message(
        "定格表的行没有楼栋编号，或既没有同格也没有分格",
        "a row of the pins has no building_id, or neither group nor apart",
        "每行写 building_id 和 group（同格）或 apart（分格）",
        "give each row a building_id and a group or apart",
    ),
    "GT080": Message(
        "定格表中的楼栋 {ids} 不存在",
        "there are no buildings {ids} that the pins name",
        "核对楼栋编号，或删去这些行",
        "check the ids, or take the rows out",
    ),
    "GT081": Message(
        "同格组 {group} 跨社区：{one} 在 {home}，{other} 在 {there}",
        "group {group} lies across communities: {one} in {home}, {other} in {there}",
        "网格不跨社区；把各社区的楼栋分成不同的组",
        "no grid does; make it a group for each community",
    ),
    "GT082": Message(
        "同格组 {group} 共 {households} 户，超过 {maximum} 户",
        "group {group} has {households} households, more than {maximum}",
        "减少组内楼栋，或提高 --max",
        "pin fewer buildings together, or raise --max",
    ),
    "GT083": Message(
        "{one} 和 {other} 按 {apart} 不得同格，又因 {why} 不能分开",
        "{one} and {other} may not share a grid by {apart}, and cannot be parted because of {why}",
        "删去其中一项要求；同一小区的楼栋先改小区编号",
        "take one of both out; for buildings of one compound, change its compound_id first",
    ),
    "GT084": Message(
        "同格组 {group} 涉及不能改动的网格：单元 {units} 在锁定的或专属的网格中",
        "group {group} reaches into grids that must not change: units {units} are in a locked or "
        "dedicated one",
        "删去这些楼栋，或取消锁定",
        "take those buildings out of the group, or do not lock the grid",
    ),
    "GT085": Message(
        "现行网格的编码（如 {grid}）不合编码方案 {scheme}（{path}）",
        "the codes in force, as {grid}, do not follow the scheme {scheme} ({path})",
        "用 --scheme 给出其方案",
        "name their scheme by --scheme",
    ),
    # -- sizes ---------------------------------------------------------------------------------
    "GT340": Message(
        "网格有 {households} 户，不在 {minimum}–{maximum} 户内：已证明整栋楼无法划成连片的合规网格",
        "the grid has {households} households, outside {minimum}-{maximum}: it is proven that no "
        "division of whole buildings fits",
        "备案时说明理由",
        "state the reason in the filing",
        INFO,
    ),
    "GT341": Message(
        "网格有 {households} 户，不在 {minimum}–{maximum} 户内，为人工划定或锁定",
        "the grid has {households} households, outside {minimum}-{maximum}; it was drawn or locked "
        "by hand",
        "确认是否有意如此",
        "make sure that it is meant",
        WARNING,
    ),
    # -- grids in force, locks, pins -----------------------------------------------------------
    "GT342": Message(
        "{moved} 户换了网格（{share}），超过允许的 {most}",
        "{moved} households changed their grid ({share}), more than {most}",
        "提高 --max-moved，或锁定不应变动的网格",
        "raise --max-moved, or lock the grids that should stay",
        WARNING,
    ),
    "GT343": Message(
        "锁定的网格未能逐栋保持：{moved} 户与 {before} 之间有出入",
        "a locked grid could not be kept to the building: {moved} households differ from {before}",
        "核对小区范围与该网格的界线",
        "compare the compounds with the border of the grid",
        WARNING,
    ),
    "GT344": Message(
        "定格要求 {layer} 未能满足：涉及网格 {grids}",
        "a pin of {layer} is not kept: grids {grids}",
        "核对是否被屏障隔开，或在 QGIS 中调整后 gridtool adopt",
        "see whether a barrier parts them, or adjust in QGIS and gridtool adopt",
        WARNING,
    ),
    "GT345": Message(
        "社区没有现行网格，重新划分",
        "the community has no grids in force; it is divided anew",
        "核对是否漏给了现行网格",
        "see whether its grids were left out",
        INFO,
    ),
    "GT346": Message(
        "编码停用，由 {after} 接续",
        "the code ends; {after} takes over",
        "备案时列明",
        "list it in the filing",
        INFO,
    ),
    "GT347": Message(
        "网格有变（{change}）：来自 {before}，{moved} 户由他格划入；{why_zh}",
        "the grid changed ({change}): from {before}, {moved} households came from other grids; "
        "{why_en}",
        "备案时列明",
        "list it in the filing",
        INFO,
    ),
    # -- grids edited by hand ------------------------------------------------------------------
    "GT350": Message(
        "与网格 {other} 重叠 {area} 平方米，按各单元大部所在归属",
        "it overlaps grid {other} by {area} m²; each unit goes where most of it lies",
        "如归属不对，在 QGIS 中修剪后再来",
        "if that is not meant, trim it in QGIS and adopt again",
        WARNING,
    ),
    "GT351": Message(
        "社区内有 {area} 平方米不在任何网格中，已并入邻格",
        "{area} m² of the community lie in no grid; they were joined to the neighbours",
        "核对是否移动了顶点；编辑时打开拓扑编辑",
        "see whether a vertex was moved; edit with topological editing on",
        WARNING,
    ),
    "GT352": Message(
        "{households} 户所在的地块不在任何网格中，已自成一格",
        "ground with {households} households lies in no grid; it was made one of its own",
        "如是误删，把该地块并入应属的网格",
        "if a grid was deleted by mistake, merge the ground into the right one",
        WARNING,
    ),
    "GT353": Message(
        "网格有 {area} 平方米伸出社区界，已截去",
        "{area} m² of the grid lie outside its community; they were cut off",
        "网格不跨社区；用捕捉沿社区界绘制",
        "no grid crosses the line; draw along it with snapping",
        WARNING,
    ),
    "GT354": Message(
        "网格分为 {count} 块，不相连",
        "the grid is in {count} pieces that do not touch",
        "把零星部分并入邻格",
        "merge the loose parts into a neighbour",
        WARNING,
    ),
    "GT355": Message(
        "编码 {code} 出现在 {count} 个图形上：户数最多的一半以上者保留，其余给新码",
        "code {code} stands on {count} shapes: the one with most of it keeps it, the others get "
        "new ones",
        "如是同一网格的几块，先在 QGIS 中合并",
        "if they are parts of one grid, merge them in QGIS first",
        INFO,
    ),
    "GT356": Message(
        "图形没有编码，已给新码 {code}",
        "the shape has no code; it got {code}",
        "无须处理",
        "nothing to do",
        INFO,
    ),
    "GT357": Message(
        "图形无效（{reason}），已修复或略去",
        "the shape is not valid ({reason}); it was repaired or left out",
        "在 QGIS 中检查该图形",
        "look at the shape in QGIS",
        WARNING,
    ),
    "GT358": Message(
        "界线穿过不可分的单元：{households} 户按单元归入别的网格",
        "the border runs through units that stay whole: {households} households went with theirs "
        "to another grid",
        "核对小区、楼栋范围；要拆小区先改小区编号",
        "compare with compounds and buildings; to part a compound change its ids first",
        WARNING,
    ),
    "GT359": Message(
        "图形没有含任何单元的大部分，未成网格",
        "the shape holds most of no unit; it made no grid",
        "核对是否画得太小，或在社区之外",
        "see whether it is too small, or outside the communities",
        WARNING,
    ),
}
