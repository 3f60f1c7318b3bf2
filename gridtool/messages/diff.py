"""What comparing two revisions stops at, and what it finds."""

from __future__ import annotations

from gridtool.messages.message import INFO, WARNING, Message

DIFF: dict[str, Message] = {
    "GT400": Message(
        "两版不是同一个县（区）的：{other} 与 {layer} 几乎没有共同的地面（相同编码 {shared} 个）",
        "the two are not of one county: {other} and {layer} share hardly a code or any ground "
        "(codes in common: {shared})",
        "核对文件和坐标系；同一个县的新旧两版才能比较",
        "check the files and their CRS; only two revisions of one county can be compared",
    ),
    "GT401": Message(
        "{count} 栋楼没有一栋落在网格内，无法按户数比较",
        "none of {count} buildings lies in a grid, so no household can be counted",
        "核对楼栋文件是否同一个县、坐标系是否正确",
        "check that the buildings are of this county and that their CRS is right",
    ),
    "GT402": Message(
        "网格没有面：几何为空、坐标不是数，或小到没有面积",
        "a grid without ground: its geometry is empty, not finite, or has no area",
        "删去空行，或重新画出这些网格",
        "delete the empty rows, or draw these grids again",
    ),
    "GT403": Message(
        "网格几何自相交，修复后面积会变 {area_m2:.1f} 平方米",
        "the polygon of a grid crosses itself; mending it would change {area_m2:.1f} m²",
        "在 QGIS 中用“修复几何图形”看清是哪一种，再改好网格",
        "see with QGIS's Fix geometries which shape is meant, and draw it so",
    ),
    "GT404": Message(
        "变更不是为这一版做的：应为 {wanted}…，实为 {found}…",
        "the changes are not for this revision: {wanted}… is wanted, {found}… was found",
        "用当时的基准版，或从这一版重新比较",
        "use the revision they were made from, or compare anew from this one",
    ),
    "GT405": Message(
        "这些变更记录中没有编码 {grid_code}",
        "code {grid_code} is in none of these diffs",
        "核对编码，以及 --diff 给的文件夹",
        "check the code and the folders given to --diff",
    ),
    "GT406": Message(
        "表 {path} 中没有可以换算的数字列；找到的列：{found}",
        "the table {path} has no column of numbers to move; columns found: {found}",
        "户数、人口这类可以相加的数才能换算；文本和比率不能",
        "figures that add up, as households, can be moved; text and ratios cannot",
    ),
    "GT407": Message(
        "没有楼栋数据，无法按户数比较：{path} 里没有楼栋图层",
        "no buildings to count households by: {path} has no layer of buildings",
        "用 --buildings 给出楼栋文件（含户数列）",
        "give a file of buildings with households as --buildings",
    ),
    "GT420": Message(
        "编码错位：{code} 现在指的地方与原来毫无关系",
        "codes swapped: {code} now names ground that shares nothing with what it named",
        "把编码改回；确要重新划分的，发新码，不可把旧码给别的网格",
        "give the codes back; where grids are truly new, take new codes",
    ),
    "GT421": Message(
        "{code} 沿用编码不足半数：保留原网格的 {old:.0%}，占新网格的 {new:.0%}",
        "{code} keeps its code without majority: {old:.0%} of the old, {new:.0%} of the new grid",
        "按规则应换新码；要沿用的，备案时写明理由",
        "by the rule it takes a new code; to keep this one, give the reason in the filing",
        WARNING,
    ),
    "GT422": Message(
        "原网格 {code} 的 {households} 户（{buildings} 栋）不在任何新网格内",
        "{households} households ({buildings} buildings) of grid {code} lie in no new grid",
        "把这块地划入相邻网格",
        "draw this ground into a grid beside it",
    ),
    "GT423": Message(
        "原网格 {code} 有 {area_m2:.0f} 平方米（{households} 户）划出县界",
        "{area_m2:.0f} m² of grid {code} ({households} households) leave the county",
        "确是行政区划调整的，备案时附文件；否则改回边界",
        "cite the decision in the filing if the county was changed; else draw the border back",
        WARNING,
    ),
    "GT424": Message(
        "新网格 {code} 有 {area_m2:.0f} 平方米（{households} 户）原来不在任何网格内",
        "{area_m2:.0f} m² of the new grid {code} ({households} households) were in no grid before",
        "确是新增的，备案时写明；否则改回边界",
        "say so in the filing if the ground is new; else draw the border back",
        WARNING,
    ),
    "GT425": Message(
        "{count} 栋楼（{households} 户）前后都不在任何网格内，未计入",
        "{count} buildings ({households} households) lie in no grid on either side, not counted",
        "核对楼栋位置，或网格是否漏画",
        "check where the buildings stand, and whether a grid is missing",
        WARNING,
    ),
    "GT426": Message(
        "网格 {a} 与 {b} 重叠 {area_m2:.1f} 平方米",
        "grids {a} and {b} overlap by {area_m2:.1f} m²",
        "在 QGIS 中打开拓扑编辑，改成一条公共边",
        "give them one common border, with topological editing in QGIS",
    ),
    "GT427": Message(
        "网格之间有 {area_m2:.1f} 平方米的缝隙",
        "there is a gap of {area_m2:.1f} m² between grids",
        "在 QGIS 中打开拓扑编辑，把缝隙并入一侧",
        "close it with topological editing in QGIS",
    ),
    "GT428": Message(
        "坐标系 {found} 已换算为 {crs} 再比较",
        "the CRS {found} was brought to {crs} to compare",
        "不需处理",
        "nothing to do",
        INFO,
    ),
    "GT429": Message(
        "网格几何自相交，已修复（面积变化 {area_m2:.2f} 平方米）",
        "the polygon of the grid crossed itself and was mended ({area_m2:.2f} m² changed)",
        "不需处理；可在 QGIS 中用“修复几何图形”改好原文件",
        "nothing to do; QGIS's Fix geometries mends the file itself",
        INFO,
    ),
    "GT430": Message(
        "OLD 和 NEW 是同一个文件",
        "OLD and NEW are one and the same file",
        "核对参数：先旧版，后新版",
        "check the arguments: the old revision first, then the new one",
        WARNING,
    ),
    "GT431": Message(
        "{count} 个网格只是界线修绘（不超过 {metres:g} 米，没有楼栋换格），沿用原界线",
        "{count} grids were only redrawn (by {metres:g} m at most, no building moved): "
        "the old lines stay",
        "不需处理；要采用新画的线，加 --accept-redrawn",
        "nothing to do; --accept-redrawn takes the new lines over",
        INFO,
    ),
    "GT432": Message(
        "{count} 栋楼（{households} 户）就在网格界线上，按原网格计",
        "{count} buildings ({households} households) stand on a border, and stay in their old grid",
        "核对：要换格的，把界线画到楼外",
        "check them: to move one, draw the border clear of it",
        INFO,
    ),
    "GT433": Message(
        "变更后的网格 {code} 有 {households} 户、{persons} 人，超出第八条的规模，也没有说明",
        "grid {code} now has {households} households and {persons} persons, beyond Art. 8, "
        "without a reason",
        "调整界线，或在 size_reason（规模说明）列写明理由",
        "move its borders, or give the reason in the column size_reason",
        WARNING,
    ),
    "GT434": Message(
        "校核 {id} 不成立：{name_zh}（{value}）",
        "{id} does not hold: {name_en} ({value})",
        "先处理其他错误，再比较一次；仍不成立请把 diff.json 发给我们",
        "mend the other errors and compare again; if it still fails, send us diff.json",
    ),
    "GT435": Message(
        "只有一版写明 {columns}，未比较",
        "only one side states {columns}: not compared",
        "要比较名称、类型、社区的，两版都要有这些列",
        "give both sides these columns to have names, kinds and communities compared",
        INFO,
    ),
    "GT436": Message(
        "楼栋没有户数，全部按面积比较",
        "no building has households: everything is compared by ground",
        "用 --map buildings.households=列名 指明户数列，或补上户数",
        "say with --map buildings.households=COLUMN where they are, or add them",
        WARNING,
    ),
    "GT437": Message(
        "图层写明 {stated} 户，按楼栋数出 {counted} 户（{grids} 个网格不同）："
        "是户数变动，不是界线变动",
        "the layer states {stated} households, the buildings {counted} ({grids} grids differ): "
        "people moved, no border did",
        "不需处理；两版都按同一份楼栋比较",
        "nothing to do; both sides are compared by one snapshot of buildings",
        INFO,
    ),
    "GT438": Message(
        "表中有 {count} 个编码不在旧版网格内，未能换算：{codes}",
        "{count} codes of the table are not in the old revision and were not moved: {codes}",
        "核对表的年份；这些数保留在编码为空的一行，合计不变",
        "check the table's date; their figures stay in a row without code, so that totals agree",
        WARNING,
    ),
    "GT439": Message(
        "{count} 个新网格的数是按户数分摊估计的（占合计 {share:.1%}）",
        "the figures of {count} new grids are shared out by households ({share:.1%} of the total)",
        "这些行 exact 为假；要准确数，请按新网格重新统计",
        "their column exact says so; for true figures count anew by the new grids",
        INFO,
    ),
}
