"""Errors and findings about contents: attributes, tables, and how shapes lie to one another."""

from __future__ import annotations

from gridtool.messages.message import INFO, WARNING, Message

CONTENTS: dict[str, Message] = {
    # -- errors --------------------------------------------------------------------------------
    "GT070": Message(
        "另有 {count} 个错误",
        "{count} more errors",
        "另有 {count} 个错误，用 gridtool check-input 列出全部",
        "{count} more errors; gridtool check-input lists them all",
    ),
    "GT071": Message(
        "代码 {values} 被当作数字保存，后面的数字已丢失",
        "code {values} was kept as a number and lost its last digits",
        "从原始资料重新导出，把该列设为文本",
        "export it anew from the source, with the column as text",
    ),
    "GT072": Message(
        "表 {layer} 没有户数列，也没有人口列",
        "table {layer} has neither households nor persons",
        "加一列 households（户数）或 persons（人口），或用 --map {layer}.households=列名",
        "add a column households or persons, or use --map {layer}.households=COLUMN",
    ),
    "GT073": Message(
        "户数表与楼栋图层没有可对应的列",
        "the table counts and the buildings have no column in common",
        "两边都要有 building_id（楼栋编号），或都有 address（地址）",
        "give both a building_id, or both an address",
    ),
    "GT074": Message(
        "没有一座楼栋有几何",
        "no building has a geometry",
        "检查导出时是否丢失了图形；在 QGIS 中打开核对",
        "check whether the export lost the shapes; open the layer in QGIS",
    ),
    # -- findings: rows and ids ----------------------------------------------------------------
    "GT180": Message(
        "另有 {count} 处也是 {same}，不再逐一列出",
        "{count} more like {same}, not listed one by one",
        "先处理已列出的，再检查一次",
        "mend those listed, then check again",
        INFO,
    ),
    "GT181": Message(
        "没有 {column} 的行已编号：{values}",
        "rows without {column} were numbered {values}",
        "补上稳定的编号",
        "fill in stable ids",
        WARNING,
    ),
    "GT182": Message(
        "{column} 只有大小写或全半角不同：{values}",
        "values of {column} differ only in case or width: {values}",
        "是同一个就改成一致；不是就改得容易分清",
        "make them agree if they are one, else tell them apart better",
        WARNING,
    ),
    # -- findings: geometry --------------------------------------------------------------------
    "GT183": Message(
        "面上有尖刺（折回的顶点），已去掉",
        "the polygon has a spike, a vertex that turns back on itself; removed",
        "在 QGIS 中用顶点工具删除该顶点",
        "delete the vertex in QGIS with the vertex tool",
        INFO,
    ),
    "GT184": Message(
        "{layer} 有 {count} 个面带重复顶点，已去掉",
        "{count} polygons of {layer} have repeated points; removed",
        "在 QGIS 中运行“移除重复的顶点”",
        "run Remove duplicate vertices in QGIS",
        INFO,
    ),
    "GT185": Message(
        "楼栋 {value} 有 {count} 行，图形和户数都相同，只计一次",
        "building {value} stands in {count} rows of one shape and count; counted once",
        "在 QGIS 中删除多余的行",
        "delete the repeated rows in QGIS",
        WARNING,
    ),
    "GT186": Message(
        "{count} 座楼栋（{values}）的图形完全相同，共 {households} 户，都已计入",
        "{count} buildings ({values}) have the very same shape; all {households} households count",
        "如系重复，在 QGIS 中删除多余的；如系同址多户，无须处理",
        "delete those that are repeated; nothing to do if they are parts of one building",
        WARNING,
    ),
    "GT187": Message(
        "楼栋 {a} 与 {b} 重叠（占较小者的 {share:.0%}），两者共 {households} 户，都已计入",
        "buildings {a} and {b} overlap by {share:.0%} of the smaller; all {households} households "
        "count",
        "如系重复，在 QGIS 中删除一座；如系裙楼与塔楼，无须处理",
        "delete one if it is repeated; nothing to do for a tower on its podium",
        WARNING,
    ),
    "GT188": Message(
        "小区 {compound} 的面跨社区：{communities}",
        "the polygon of compound {compound} lies across communities: {communities}",
        "在 QGIS 中核对小区面与社区界线，按社区拆分或移动界线",
        "compare polygon and line in QGIS; split the compound or move the line",
        WARNING,
    ),
    "GT189": Message(
        "小区 {a} 与 {b} 重叠 {area_m2:.0f} 平方米",
        "compounds {a} and {b} overlap by {area_m2:.0f} m²",
        "在 QGIS 中改正小区面",
        "correct the polygons in QGIS",
        WARNING,
    ),
    "GT190": Message(
        "{count} 处道路端点差不到 {tolerance:g} 米没有接上，已延长接上",
        "{count} ends of roads stop less than {tolerance:g} m short of another line; led on to it",
        "在 QGIS 中打开捕捉，把端点接到另一条线上",
        "snap the ends to the other line in QGIS",
        INFO,
    ),
    "GT191": Message(
        "社区 {codes} 之间有 {area_m2:.0f} 平方米不属于任何社区",
        "{area_m2:.0f} m² between communities {codes} belong to none",
        "如系漏画，在 QGIS 中补到某个社区；如系水面等，无须处理",
        "add it to a community in QGIS; nothing to do for a lake",
        WARNING,
    ),
    "GT192": Message(
        "社区 {codes} 里面有 {area_m2:.0f} 平方米不属于任何社区",
        "{area_m2:.0f} m² inside community {codes} belong to none",
        "如系漏画，在 QGIS 中删除内环；如系水面或飞地，无须处理",
        "delete the ring in QGIS if it is an omission; nothing to do for a lake or an enclave",
        INFO,
    ),
    "GT193": Message(
        "社区 {value} 有一块 {area_m2:.2f} 平方米的碎片，已并入 {other}",
        "community {value} has a splinter of {area_m2:.2f} m², which was given to {other}",
        "在 QGIS 中把该部分并入相邻社区",
        "give the part to the neighbour in QGIS",
        WARNING,
    ),
    "GT218": Message(
        "社区 {value} 有一块 {area_m2:.2f} 平方米的碎片，已略去",
        "community {value} has a splinter of {area_m2:.2f} m², which was left out",
        "在 QGIS 中删除该部分",
        "delete the part in QGIS",
        WARNING,
    ),
    # -- findings: codes and names -------------------------------------------------------------
    "GT194": Message(
        "代码里有空格等符号，已去掉：{values}",
        "codes hold blanks or marks, which were taken out: {values}",
        "在源数据中改成 12 位半角数字",
        "write 12 plain digits in the source",
        WARNING,
    ),
    "GT195": Message(
        "代码丢了开头的 0，已补上：{values}",
        "codes lost their leading zero, which was put back: {values}",
        "把该列存为文本",
        "keep the column as text",
        WARNING,
    ),
    "GT196": Message(
        "同一乡镇（街道）有同名的社区 {name}：{codes}",
        "communities of one town share the name {name}: {codes}",
        "核对名称",
        "check the names",
        INFO,
    ),
    "GT197": Message(
        "{column} 有 {count} 行丢了字（? 或 �），例如 {values}",
        "{column} lost characters (? or �) in {count} rows, such as {values}",
        "原表里有 GBK 没有的生僻字；从原始资料改用 UTF-8 或 GeoPackage 导出",
        "GBK has no such character: export the source anew as UTF-8 or GeoPackage",
        WARNING,
    ),
    "GT204": Message(
        "{column} 有 {count} 行正好到 254 字节，可能被截断，例如 {values}",
        "{column} ends at 254 bytes in {count} rows and may be cut, such as {values}",
        "改用 GeoPackage，或缩短文字",
        "use a GeoPackage, or shorter text",
        WARNING,
    ),
    "GT205": Message(
        "代码表里没有 {value}（{name}）；名称相同或最相近的是 {proposal}（{other}）",
        "code {value} ({name}) is not in the table; the nearest name is {proposal} ({other})",
        "核对是否用了另一年版的代码",
        "check whether it is of another edition",
        WARNING,
    ),
    "GT206": Message(
        "代码表里没有 {value}（{name}）",
        "code {value} ({name}) is not in the table",
        "核对代码，或换用对应年版的代码表",
        "check the code, or take the table of the right edition",
        WARNING,
    ),
    "GT207": Message(
        "社区 {value} 的名称是 {name}，代码表里是 {other}",
        "community {value} is named {name}, in the table {other}",
        "核对名称，或换用对应年版的代码表",
        "check the name, or take the table of the right edition",
        INFO,
    ),
    # -- findings: figures ---------------------------------------------------------------------
    "GT198": Message(
        "{column} 里有文字，按其中的数字计：{values}",
        "{column} holds words; the numbers in them were taken: {values}",
        "改成整数",
        "write whole numbers",
        WARNING,
    ),
    "GT199": Message(
        "{column} 不是整数，已四舍五入：{values}",
        "{column} is not whole; rounded: {values}",
        "改成整数",
        "write whole numbers",
        WARNING,
    ),
    "GT200": Message(
        "一座楼栋有 {households} 户",
        "a single building has {households} households",
        "核对户数；是否把整个小区的户数填到了一栋",
        "check the count; is it that of a whole compound?",
        WARNING,
    ),
    "GT201": Message(
        "楼栋 {households} 户却有 {persons} 人，每户超过 20 人",
        "{persons} persons in {households} households: over 20 in each",
        "核对户数和人口；集体户无须处理",
        "check both counts; nothing to do for a dormitory",
        WARNING,
    ),
    "GT202": Message(
        "平均每户 {mean:.2f} 人，不在 1–6 之间",
        "{mean:.2f} persons a household on average, not 1 to 6",
        "核对户数列和人口列是否对调或取错",
        "check whether the columns of households and persons are the right ones",
        WARNING,
    ),
    "GT203": Message(
        "{count} 座楼栋超过 120 层（例如 {values}），按未知处理",
        "{count} buildings have over 120 floors (such as {values}); taken as unknown",
        "核对是否填了建筑高度",
        "check whether it is the height in metres",
        WARNING,
    ),
    "GT208": Message(
        "社区 {community} 各楼栋户数合计 {found}，社区表为 {wanted}",
        "households of the buildings in {community} add up to {found}, in the table to {wanted}",
        "核对楼栋是否漏画或重复，以及表的时点",
        "check for buildings missing or repeated, and the date of the table",
        WARNING,
    ),
    "GT219": Message(
        "社区 {community} 各楼栋人口合计 {found}，社区表为 {wanted}",
        "persons of the buildings in {community} add up to {found}, in the table to {wanted}",
        "核对楼栋是否漏画或重复，以及表的时点",
        "check for buildings missing or repeated, and the date of the table",
        WARNING,
    ),
    "GT209": Message(
        "社区户数表有 {count} 行的代码不在社区图层中：{values}",
        "{count} rows of the table have codes that are not in the communities: {values}",
        "核对代码的年版，或补画社区",
        "check the edition of the codes, or draw the communities",
        WARNING,
    ),
    "GT210": Message(
        "社区户数表没有 {count} 个社区：{values}",
        "the table has no row for {count} communities: {values}",
        "需要核对合计时补上",
        "add them to compare their sums",
        INFO,
    ),
    "GT211": Message(
        "户数表有 {count} 座楼栋各占几行，已相加",
        "{count} buildings stand in several rows of the table; added up",
        "一户一行时无须处理",
        "nothing to do when each row is a flat",
        INFO,
    ),
    "GT212": Message(
        "户数表有 {count} 行对不上楼栋，{households} 户未计入：{values}",
        "{count} rows of the table fit no building, {households} households are not placed: "
        "{values}",
        "核对楼栋编号或地址的写法，或补画楼栋",
        "check how ids or addresses are written, or draw the buildings",
        WARNING,
    ),
    "GT213": Message(
        "户数表没有 {count} 座楼栋，其中 {empty} 座因此没有户数，按 0 计",
        "the table has no row for {count} buildings; {empty} of them have no households otherwise",
        "需要时在表中补上",
        "add them to the table if need be",
        INFO,
    ),
    "GT214": Message(
        "{count} 座楼栋的 {column} 与户数表不同，以表为准",
        "{column} of {count} buildings differs from the table; the table wins",
        "核对哪一份是新的",
        "check which is newer",
        INFO,
    ),
    "GT215": Message(
        "户数表有 {count} 行的地址对应多座楼栋，{households} 户未计入：{values}",
        "{count} rows of the table have the address of several buildings; {households} households "
        "are not placed: {values}",
        "给楼栋和表都加上楼栋编号",
        "give buildings and table a building_id",
        WARNING,
    ),
    "GT216": Message(
        "没有户数列：{count} 座楼栋按住宅套数计，另有 {rest} 座住宅由楼层和占地面积估算"
        "（每户 {area_m2:.0f} 平方米）",
        "no households given: {count} buildings count by dwellings, {rest} more are estimated from "
        "floors and footprint ({area_m2:.0f} m² each)",
        "尽量提供实际户数",
        "give real counts where you can",
        WARNING,
    ),
    "GT217": Message(
        "估算共 {found} 户，社区户数表为 {wanted} 户；每户按 {area_m2:.0f} 平方米估算可相符",
        "{found} households were estimated, the table has {wanted}; {area_m2:.0f} m² a household "
        "would meet it",
        "在 gridtool.toml 的 [estimate] 中设 m2_per_household",
        "set m2_per_household in [estimate] of gridtool.toml",
        INFO,
    ),
    "GT223": Message(
        "{column} 里有表示“没有”的符号，当作空：{values}",
        "{column} holds marks for nothing, taken as empty: {values}",
        "改为空值；确是零的，写 0",
        "leave the cells empty; write 0 where it is none",
        INFO,
    ),
    # -- one layer against another ---------------------------------------------------------------
    "GT220": Message(
        "图层看来是 {system} 坐标，整体偏{wind_zh}约 {metres:.0f} 米；还原后，{evidence_zh}",
        "the layer seems to be in {system}, about {metres:.0f} m {wind_en} of its place; "
        "put back: {evidence_en}",
        "用 --coords {layer}={source} 重跑",
        "run again with --coords {layer}={source}",
        WARNING,
    ),
    "GT221": Message(
        "图层整体偏{wind_zh}约 {metres:.0f} 米（东 {east:+.0f}，北 {north:+.0f}），"
        "不是 GCJ-02 或 BD-09；移回后，{evidence_zh}",
        "the layer lies about {metres:.0f} m {wind_en} of its place (east {east:+.0f}, "
        "north {north:+.0f}), not by GCJ-02 or BD-09; moved back: {evidence_en}",
        "核对图层坐标系（西安 80、北京 54、地方坐标系须用当地参数转换），在 QGIS 中改正",
        "check the layer's CRS (Xi'an 80, Beijing 54 and local ones need local parameters) "
        "and correct it in QGIS",
        WARNING,
    ),
    "GT222": Message(
        "图层相对{other_zh}偏{wind_zh}约 {metres:.0f} 米（东 {east:+.0f}，北 {north:+.0f}），"
        "无法判断哪一个有误；移回后，{evidence_zh}",
        "the layer lies about {metres:.0f} m {wind_en} of where {other} put it "
        "(east {east:+.0f}, north {north:+.0f}), and which of them is wrong cannot be told; "
        "moved back: {evidence_en}",
        "与影像或第三个图层比较，改正有误图层的坐标系",
        "compare both with imagery or a third layer, and correct the CRS of the wrong one",
        WARNING,
    ),
}
