"""Findings of stage ``read``: what was guessed and mended on the way in."""

from __future__ import annotations

from gridtool.messages.message import INFO, WARNING, Message

READING: dict[str, Message] = {
    "GT150": Message(
        "{layer} 由 {count} 个文件合成：{files}",
        "{layer} is put together from {count} files: {files}",
        "如不应合并，请只保留一个，或用 --{layer} 指定",
        "if they do not belong together keep one, or name it with --{layer}",
        INFO,
    ),
    "GT151": Message(
        "下级文件夹里的同名图层没有使用：{files}",
        "layers of that name in folders further down are not used: {files}",
        "如需要，请用 --{layer} 指定",
        "name them with --{layer} if they are wanted",
        INFO,
    ),
    "GT152": Message(
        "{file} 没有说明编码，按内容判定为 {encoding}",
        "{file} does not say its encoding; by its text it is {encoding}",
        "核对中文是否正确；补一个 .cpg 文件，内容写 {encoding}",
        "see whether the text is right; add a .cpg file that says {encoding}",
        INFO,
    ),
    "GT153": Message(
        "{file} 自称编码 {said}，与内容不符，按内容判定为 {encoding}",
        "{file} says it is in {said}, which its text is not; taken as {encoding}",
        "把 .cpg 文件的内容改成 {encoding}",
        "correct its .cpg file to {encoding}",
        WARNING,
    ),
    "GT154": Message(
        "{file} 的 X、Y 颠倒，已对调",
        "x and y of {file} were exchanged; put right",
        "在源数据中对调坐标，或导出时选“经度在前”",
        "exchange them in the source; longitude or easting comes first",
        WARNING,
    ),
    "GT155": Message(
        "{file} 自称 {said}，但横坐标的带号与之不符，按 {taken} 处理",
        "{file} says {said}, but the zone number of its eastings says otherwise; taken as {taken}",
        "在 QGIS 图层属性中把坐标系改为 {taken}（不是重投影）",
        "set the CRS of the layer to {taken} in QGIS (do not reproject it)",
        WARNING,
    ),
    "GT156": Message(
        "{file} 没有坐标系；坐标范围 {bounds} 只能是 {crs}，按此处理",
        "{file} has no CRS; with bounds {bounds} it can only be {crs} and is taken so",
        "确认后补上 .prj，或用 --crs {layer}=…；经纬度若是 GCJ-02 用 --coords {layer}=gcj02",
        "confirm it and add a .prj, or say --crs {layer}=…, or --coords {layer}=gcj02 for GCJ-02",
        WARNING,
    ),
    "GT157": Message(
        "{count} 行是几何集合，只取其中合用的部分",
        "{count} rows are geometry collections; only the parts that fit are taken",
        "在 QGIS 中用“多部件转单部件”后检查",
        "run Multipart to singleparts in QGIS and look at them",
        INFO,
    ),
    "GT158": Message(
        "{file} 中 {count} 个图形不是 {layer} 需要的类型，未取用",
        "{count} shapes of {file} are not of a type {layer} can have; left out",
        "核对图纸中的图层",
        "look at the layers of the drawing",
        INFO,
    ),
    "GT159": Message(
        "没有坐标系；与 {other} 的位置重合，按 {crs} 处理",
        "it has no CRS; it lies upon {other} and is taken as {crs}",
        "确认后补上 .prj，或用 --crs {layer}=…",
        "confirm it and add a .prj, or say --crs {layer}=…",
        WARNING,
    ),
    "GT160": Message(
        "{file} 的 {system} 坐标已换算为 CGCS2000",
        "{system} coordinates of {file} were converted to CGCS2000",
        "无须处理",
        "nothing to do",
        INFO,
    ),
    "GT161": Message(
        "按给定参数由 {crs} 换算到 CGCS2000",
        "brought from {crs} to CGCS2000 by the parameters given",
        "用已知控制点核对",
        "check it at a known control point",
        INFO,
    ),
    "GT162": Message(
        "{file} 含个人信息列 {columns}，没有读取",
        "{file} has columns with data of persons: {columns}; they are not read",
        "请对方给不含个人信息的数据；gridtool 只需要数量",
        "ask for data without them; gridtool needs counts alone",
        INFO,
    ),
}
