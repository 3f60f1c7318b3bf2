"""Errors and findings of handing grids over: exports, figures, the report."""

from __future__ import annotations

from gridtool.messages.message import INFO, WARNING, Message

HANDING: dict[str, Message] = {
    "GT700": Message(
        "没有输出格式 {wanted}；可用：{known}",
        "there is no format {wanted}; known: {known}",
        "用 --to 写其中之一，或让 -o 的后缀说明格式",
        "give one of them to --to, or let the suffix of -o tell it",
    ),
    "GT701": Message(
        "网格编码缺失或重复：{codes}",
        "grid codes are missing or come twice: {codes}",
        "一格一码；用 gridtool code check 查看，gridtool code assign 补发",
        "one code for one grid; see gridtool code check, and gridtool code assign for new ones",
    ),
    "GT702": Message(
        "格式 {format} 不能用 {option}：{reason_zh}",
        "the format {format} cannot take {option}: {reason}",
        "去掉 {option}，或换一种格式",
        "leave {option} out, or take another format",
    ),
    "GT703": Message(
        "字段方案 {profile} 不能用：{reason}",
        "the profile of fields {profile} cannot be used: {reason}",
        "对照 schemas/export 里的例子",
        "compare it with those in schemas/export",
    ),
    "GT704": Message(
        "{encoding} 没有这些字：{signs}",
        "{encoding} does not have these characters: {signs}",
        "改用 --encoding utf-8",
        "use --encoding utf-8",
    ),
    "GT705": Message(
        "数据库没有收下（{place}）：{reason}",
        "the database did not take it ({place}): {reason}",
        "表中数据未变；检查地址、账号和网络后重试",
        "nothing was changed there; check address, account and network, and try again",
    ),
    "GT706": Message(
        "表 {table} 与要写的不符：{found}",
        "the table {table} is of another form: {found}",
        "用 --table 换一个表，或用原来的 --fields 和 --crs",
        "name another with --table, or use the --fields and --crs it was made with",
    ),
    "GT707": Message(
        "{path} 没有坐标参考系（CRS）",
        "{path} has no coordinate reference system (CRS)",
        "在 QGIS 中给图层指定坐标系，另存后再来",
        "set the CRS of the layer in QGIS, and save it anew",
    ),
    # -- findings ------------------------------------------------------------------------------
    "GT715": Message(
        "网格覆盖 {km2} 平方千米，超过 25 平方千米；底图比例尺{scale_zh}，大于 1:5000 的可能涉密",
        "the grids cover {km2} km², more than 25; scale of the base map: {scale}. "
        "Larger than 1:5,000 it may be a state secret",
        "交付前请测绘主管部门认定；底图小于等于 1:5000 的，用 --base-scale 说明",
        "ask the surveying authority first; say --base-scale if the map is 1:5,000 or smaller",
        WARNING,
    ),
    "GT716": Message(
        "坐标保留 {decimals} 位小数后，有 {count} 个网格与邻格不再密合",
        "with {decimals} decimals {count} grids no longer fit their neighbours",
        "用 --decimals 多留几位",
        "keep more with --decimals",
        WARNING,
    ),
    "GT717": Message(
        "字段 {column} 有 {count} 个值超过 {width} 字节，在 DBF 中截断",
        "{count} values of the field {column} are longer than {width} bytes and cut in the DBF",
        "需要全文的用 gpkg 或 gdb",
        "where the whole text is needed use gpkg or gdb",
        WARNING,
    ),
    "GT718": Message(
        "{count} 个网格的 WKT 超过 {limit} 字符，表格单元放不下，留空",
        "the WKT of {count} grids is longer than {limit} characters and left out of its cell",
        "用 --decimals 少留几位，或用 csv、gpkg",
        "keep fewer --decimals, or use csv or gpkg",
        WARNING,
    ),
    "GT719": Message(
        "来源中有 {count} 个网格与邻格重叠或不密合",
        "{count} grids of the source overlap or do not fit their neighbours",
        "在 QGIS 中用拓扑检查改正后再导出",
        "mend them in QGIS with its topology checker, and export again",
        WARNING,
    ),
    "GT720": Message(
        "来源中没有这些列，未导出：{columns}",
        "the source lacks these columns, which were left out: {columns}",
        "需要时改用 partition 写出的 grids.gpkg",
        "where they are needed export the grids.gpkg that partition wrote",
        INFO,
    ),
    "GT721": Message(
        "表 {table} 中还有同县（区）的 {count} 个网格不在本次导出中",
        "the table {table} has {count} more grids of these counties",
        "如已撤销，加 --prune 删去",
        "if they are abolished, add --prune to delete them",
        WARNING,
    ),
    "GT722": Message(
        "坐标是 {system}，只供网络地图显示",
        "the coordinates are {system}, for web maps alone",
        "不要当作 WGS 84 或 CGCS2000 使用、量算或回传",
        "do not use, measure or send them back as WGS 84 or CGCS2000",
        INFO,
    ),
}
