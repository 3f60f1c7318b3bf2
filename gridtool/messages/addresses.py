"""Errors and findings of the stage addresses: lists, gazetteers, indexes."""

from __future__ import annotations

from gridtool.messages.message import INFO, WARNING, Message

ADDRESSES: dict[str, Message] = {
    "GT600": Message(
        "{layer} 不是可用的地名库索引",
        "{layer} is no index of a gazetteer that can be used",
        "用 gridtool address index 重新生成",
        "make it anew with gridtool address index",
    ),
    "GT601": Message(
        "清单没有表头",
        "the list has no header",
        "在第一行写上列名，例如 地址、网格编码",
        "write the names of the columns into the first row, such as address, grid_code",
    ),
    "GT602": Message(
        "没有地址列，也没有坐标列；找到的列：{found}",
        "there is no column of addresses, nor of coordinates; columns found: {found}",
        "把地址列改名为 {names} 之一，或用 --map address=列名",
        "name the column one of {names}, or use --map address=COLUMN",
    ),
    "GT603": Message(
        "清单中没有列 {column}；找到的列：{found}",
        "the list has no column {column}; columns found: {found}",
        "检查 --claim、--map 中的列名",
        "check the name given to --claim or --map",
    ),
    "GT604": Message(
        "网格图层没有面",
        "the layer of grids has no polygons",
        "用 --grids 指定网格面图层，例如 gridtool partition 写出的 grids.gpkg",
        "give polygons with --grids, such as the grids.gpkg of gridtool partition",
    ),
    "GT605": Message(
        "需要 --index，或 --grids（二者取一）",
        "either --index or --grids is needed, not both",
        "先用 gridtool address index 生成索引，或直接给出 --grids 和 --buildings",
        "make an index with gridtool address index, or give --grids and --buildings",
    ),
    "GT620": Message(
        "整份清单的坐标像是 {system}：相差约 {metres:.0f} 米，改正后相符的行由 {before:.0%} 升到 "
        "{after:.0%}（依据 {rows_used} 行）",
        "the list's points seem to be {system}: about {metres:.0f} m off, and {before:.0%} of rows "
        "agree as they are, {after:.0%} when it is undone (from {rows_used} rows)",
        "加 --coords {option} 重新核对",
        "check it again with --coords {option}",
        WARNING,
    ),
    "GT621": Message(
        "整份清单的坐标一致偏移约 {metres:.0f} 米，不是 GCJ-02 或 BD-09（{before:.0%} 相符，移回后 "
        "{after:.0%}，依据 {rows_used} 行）",
        "the list's points are all about {metres:.0f} m off, but not in GCJ-02 or BD-09 "
        "({before:.0%} agree, {after:.0%} when moved back, from {rows_used} rows)",
        "核实坐标系（带号、中央经线、地方坐标系），用 --crs 指定",
        "find out their coordinate system (zone, meridian, local) and give it with --crs",
        WARNING,
    ),
    "GT622": Message(
        "{count} 行的横纵坐标互换了，已按互换处理",
        "{count} rows had x and y exchanged and were taken the other way",
        "核对坐标列的顺序",
        "check the order of the columns of coordinates",
        WARNING,
    ),
    "GT623": Message(
        "{count} 行在米制坐标列中写了经纬度，已换算",
        "{count} rows hold degrees in columns of metres and were converted",
        "统一坐标列的单位",
        "bring the columns to one unit",
        WARNING,
    ),
    "GT624": Message(
        "{count} 行所填的网格不存在",
        "{count} rows claim a grid that there is not",
        "确认清单用的是不是现行网格编码",
        "see whether the list has the codes in force",
        WARNING,
    ),
    "GT625": Message(
        "{count} 行的地址太长，没有解析",
        "the address of {count} rows is too long and was not read",
        "检查该列是否串了行",
        "see whether cells ran together",
        WARNING,
    ),
    "GT626": Message(
        "{count} 行与前面的行完全相同",
        "{count} rows are the same as one before",
        "需要时去掉重复行",
        "take the duplicates out where they are not meant",
        INFO,
    ),
    "GT627": Message(
        "{count} 行的文字既不是 UTF-8，也不是 GB 18030",
        "the text of {count} lines is neither UTF-8 nor GB 18030",
        "从原系统重新导出为 CSV UTF-8",
        "export them anew as CSV UTF-8",
        WARNING,
    ),
    "GT628": Message(
        "清单混用了几种编码（行数：{found}），已逐行识别",
        "the list mixes encodings (lines: {found}); each line was read in its own",
        "另存为 CSV UTF-8，以免在别处乱码",
        "save it as CSV UTF-8, for other programs will show garbage",
        INFO,
    ),
    "GT629": Message(
        "像是个人信息的列没有写出：{columns}",
        "columns that look like data of persons were left out: {columns}",
        "不是个人信息的，用 --keep-columns 列名 保留",
        "keep those that are none with --keep-columns COLUMN",
        INFO,
    ),
    "GT630": Message(
        "{count} 个单元格的文字中夹有电话或证件号，已用 *** 隐去",
        "{count} cells had a phone or identity number in their text, which became ***",
        "在原系统中把它们从文字里去掉；不是电话或证件号的，用 --keep-columns 列名 保留",
        "take them out where the list comes from; keep what is none with --keep-columns COLUMN",
        INFO,
    ),
    "GT631": Message(
        "{count} 个单元格会被表格软件当作公式，已在 CSV 中加 ' 使其失效",
        "{count} cells that a spreadsheet would take for a formula got a ' in front in the CSV",
        "核对这些单元格的来历",
        "find out where these cells come from",
        INFO,
    ),
    "GT632": Message(
        "addresses.xlsx 少 {count:,} 行，其中需要人看的 {unsure:,} 行：行数多时只留需要人看的，"
        "最多 1,048,575 行",
        "addresses.xlsx lacks {count:,} rows, {unsure:,} of which need a person: of a long list it "
        "takes only these, and 1,048,575 rows at most",
        "全部的行在 addresses.csv 中",
        "all rows are in addresses.csv",
        INFO,
    ),
    "GT633": Message(
        "{count} 个公式单元格没有存下计算结果，按空单元格读",
        "{count} cells with a formula had no result saved and were read as empty",
        "用 Excel 或 WPS 打开清单，保存一次再核对",
        "open the list in Excel or LibreOffice, save it, and check it again",
        WARNING,
    ),
}
