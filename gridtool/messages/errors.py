"""Errors, ids below GT100: work stops, or a fault that cannot be used is told."""

from __future__ import annotations

from gridtool.messages.message import Message

ERRORS: dict[str, Message] = {
    "GT000": Message(
        "gridtool 内部错误：{reason}",
        "a fault inside gridtool: {reason}",
        "设 GRIDTOOL_DEBUG=1 重跑，并把输出报告给我们",
        "run again with GRIDTOOL_DEBUG=1 and report what it prints",
    ),
    # -- reading -------------------------------------------------------------------------------
    "GT001": Message(
        "找不到 {path}",
        "{path} does not exist",
        "检查路径",
        "check the path",
    ),
    "GT002": Message(
        "无法读取 {path}：{reason}",
        "{path} cannot be read: {reason}",
        "在 QGIS 中打开检查，或另存为 GeoPackage；被占用就关闭占用的程序，没有权限就请人授权",
        "open it in QGIS, or save it as a GeoPackage; close it where another program holds it, "
        "ask for the right to read it where you have none",
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
        "图层没有坐标参考系（CRS），坐标范围 {bounds} 不能确定是哪一个",
        "the layer has no coordinate reference system (CRS), and bounds {bounds} do not tell which",
        "补上 .prj 文件，或用 --crs {layer}=EPSG:…；不带号的高斯坐标要写明中央经线",
        "add its .prj, or say --crs {layer}=EPSG:…; eastings without zone number fit any zone",
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
        "请测绘部门用当地参数转换后再用，或用 --towgs84 给出参数",
        "have it converted with the local parameters first, or give them with --towgs84",
    ),
    # -- reading: files ------------------------------------------------------------------------
    "GT050": Message(
        "{path} 读取到一半停止：{reason}",
        "reading {path} stopped half-way: {reason}",
        "重新复制或导出该文件",
        "copy or export the file again",
    ),
    "GT051": Message(
        "压缩包 {path} 不能解开：{reason}",
        "the archive {path} cannot be unpacked: {reason}",
        "手工解压后，把文件夹作为输入",
        "unpack it by hand and give the folder",
    ),
    "GT052": Message(
        "文件夹 {path} 中的文件超过 {most} 个",
        "the folder {path} holds more than {most} files",
        "把要用的图层放进单独的文件夹，或用 --communities、--buildings 指定",
        "put the layers into a folder of their own, or name them with --communities, --buildings",
    ),
    "GT053": Message(
        "表格 {path} 不能读：{reason}",
        "the table {path} cannot be read: {reason}",
        "在 Excel 或 WPS 中打开检查该行，另存为 CSV UTF-8 或 XLSX",
        "look at that row in Excel; save it as CSV UTF-8 or XLSX",
    ),
    "GT054": Message(
        "坐标系 {crs} 不存在",
        "the CRS {crs} is not known",
        "写 EPSG 代码，例如 EPSG:4490（经纬度）或 EPSG:4544（3 度带，105°E）",
        "write an EPSG code such as EPSG:4490 (degrees) or EPSG:4544 (3-degree zone, 105°E)",
    ),
    "GT055": Message(
        "--towgs84 需要 3 个或 7 个数，给了 {found} 个",
        "--towgs84 takes 3 or 7 numbers, not {found}",
        "写 dx,dy,dz 或 dx,dy,dz,rx,ry,rz,ds（米、角秒、百万分之一）",
        "write dx,dy,dz or dx,dy,dz,rx,ry,rz,ds (metres, arc seconds, millionths)",
    ),
    "GT056": Message(
        "读 {path} 需要 pyarrow",
        "pyarrow is needed to read {path}",
        "运行 pip install 'gridtool[arrow]'，或另存为 GeoPackage",
        "run pip install 'gridtool[arrow]', or save it as a GeoPackage",
    ),
    "GT057": Message(
        "{path} 缺少 .dbf，没有任何属性",
        "{path} has no .dbf beside it, so there are no attributes",
        "把同名的 .shp、.dbf、.shx、.prj 一起复制过来",
        "copy the .shp, .dbf, .shx and .prj of that name together",
    ),
    "GT058": Message(
        "{path} 已损坏：.shp 有 {shapes} 个图形，.dbf 只有 {records} 条记录",
        "{path} is torn: its .shp holds {shapes} shapes, its .dbf {records} records",
        "重新复制整套文件，或从源系统重新导出",
        "copy all its files again, or export it anew",
    ),
    # -- contents ------------------------------------------------------------------------------
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
    "GT047": Message(
        "没有编号 {wanted}",
        "there is no id {wanted}",
        "gridtool explain 列出全部编号",
        "gridtool explain lists all ids",
    ),
    "GT048": Message(
        "{job}需要 {package}，这台机器没有装",
        "{job} needs {package}, which is not installed here",
        "运行 pip install 'gridtool[{extra}]'",
        "run pip install 'gridtool[{extra}]'",
    ),
    # -- codes ---------------------------------------------------------------------------------
    "GT090": Message(
        "{community} 的流水号已用到 {highest}，上限 {last}，不够再取 {needed} 个",
        "the serials of {community} are used up to {highest} of {last}: {needed} more do not fit",
        "流水号不重用；该社区（村）需改用流水号更长的编码方案，并备案编码变更",
        "serials are never reused; take a scheme with longer serials, and file the code change",
    ),
    "GT091": Message(
        "编码台账属于 {held}，与 {asked} 不符",
        "the ledger is that of {held}, not of {asked}",
        "每个县（区）、每种方案一本台账：换用对应的台账，或去掉 --scheme、--dedicated",
        "each county and scheme has its own: give that ledger, or leave --scheme, --dedicated out",
    ),
    "GT092": Message(
        "编码台账被改动过：{reason}",
        "the ledger was tampered with: {reason}",
        "用备份恢复，并查明是谁用什么程序改的；不要在此台账上继续发码",
        "restore it from a backup and find out what wrote to it; issue no codes from this one",
    ),
    "GT093": Message(
        "编码台账 {path} 不能用：{reason}",
        "the ledger {path} cannot be used: {reason}",
        "检查路径；新台账用 gridtool code ledger FILE --new COUNTY 建立",
        "check the path; a new ledger is made with gridtool code ledger FILE --new COUNTY",
    ),
    "GT094": Message(
        "编码 {grid_code} {state_zh}（{state}），不能 {event}",
        "code {grid_code} is {state}: {event} is not possible",
        "顺序是 reserve（预留）→ issue（启用）→ retire（撤销），或 void（作废），不可恢复；"
        "台账没有的旧码先用 gridtool code record 登记",
        "the order is reserve, issue, retire, or void, which are for ever; "
        "codes older than the ledger are entered with gridtool code record",
    ),
    "GT095": Message(
        "代码表中 {listed} 有两个名称：{names}",
        "the code table has two names for {listed}: {names}",
        "一张表只放一个年份、一个来源；删去重复的行",
        "a table holds one edition of one source; take the repeated rows out",
    ),
    "GT096": Message(
        "代码表中 {found!r} 不是 2、4、6、9 或 12 位代码",
        "the code table has {found!r}, which is no code of 2, 4, 6, 9 or 12 digits",
        "把代码列设为文本后重新导出（Excel 会写成 5.1E+11）",
        "make the code column text and export it again (Excel writes 5.1E+11)",
    ),
    "GT097": Message(
        "编码方案 {scheme} 不能用来发码：{reason}",
        "the scheme {scheme} cannot issue codes here: {reason}",
        "只读（import）方案换一个；要取值的段用 --segment 给出；微网格方案需要 parent_code 列",
        "take another for import only; give segments with --segment; "
        "micro grids need a column parent_code",
    ),
    "GT098": Message(
        "对照表 {path} 第 {row} 行有误：{reason}",
        "row {row} of the crosswalk {path} is wrong: {reason}",
        "代码列应为 12 位文本；approved 填 yes 或留空；一个旧代码只批准一行",
        "codes are 12 digits as text, approved is yes or empty, an old code is approved once",
    ),
    "GT099": Message(
        "列 {column} 不能用：{found}",
        "the column {column} cannot be used: {found}",
        "应为 {wanted}",
        "it should be {wanted}",
    ),
}
