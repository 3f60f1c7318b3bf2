"""Errors and findings of what is printed: fonts, maps, documents, public notices."""

from __future__ import annotations

from gridtool.messages.message import INFO, WARNING, Message

SHEETS: dict[str, Message] = {
    # -- errors --------------------------------------------------------------------------------
    "GT730": Message(
        "字体 {path} 不存在或已损坏，不能打印中文",
        "the font {path} is missing or damaged; Chinese cannot be printed",
        "重新安装：pip install --force-reinstall 'gridtool[docs]'",
        "install again: pip install --force-reinstall 'gridtool[docs]'",
    ),
    "GT731": Message(
        "模板 {path} 不能用：{reason}",
        "the template {path} cannot be used: {reason}",
        "在 Word 或 WPS 中打开，改正后另存为 .docx",
        "open it in Word, mend it and save it as .docx",
    ),
    "GT732": Message(
        "模板 {path} 中有不认识的变量：{found}",
        "the template {path} has variables that are not known: {found}",
        "可用的变量：{known}",
        "variables that are known: {known}",
    ),
    "GT733": Message(
        "排版失败：{reason}",
        "the page could not be set: {reason}",
        "把命令和这行文字告诉 gridtool 的维护者",
        "tell the maintainers of gridtool the command and this line",
    ),
    "GT734": Message(
        "没有纸张 {wanted}",
        "there is no paper {wanted}",
        "可用：{known}",
        "known: {known}",
    ),
    "GT735": Message(
        "不能写成 {wanted} 格式的图",
        "a picture cannot be written as {wanted}",
        "可用：{known}",
        "known: {known}",
    ),
    "GT736": Message(
        "网格图层中没有社区（村）{wanted}",
        "the grids have no community {wanted}",
        "有：{known}",
        "there are: {known}",
    ),
    "GT737": Message(
        "名册中的网格编码不在网格图层中：{codes}",
        "the roster has grid codes that are not among the grids: {codes}",
        "改正编码，或删去这些行；网格调整后名册要跟着改",
        "mend the codes or take the rows out; a roster follows each change of the grids",
    ),
    "GT738": Message(
        "服务事项文件 {path} 不能用：{reason}",
        "the file of service items {path} cannot be used: {reason}",
        "写成文本文件，每行一项，UTF-8 或 GBK 编码",
        "write a text file with one item a line, UTF-8 or GBK",
    ),
    # -- findings ------------------------------------------------------------------------------
    "GT745": Message(
        "打印字体中没有这些字：{characters}",
        "the printing font lacks: {characters}",
        "核对是否为错字；确为用字的，打印后手工补上",
        "check for slips of writing; where they are meant, add them by hand on paper",
        WARNING,
    ),
    "GT746": Message(
        "图上放不下 {count} 个名称：{names}",
        "the map has no room for {count} names: {names}",
        "用更大的纸（--paper A3），或按社区分别出图",
        "use larger paper (--paper A3), or make a map for each community",
        INFO,
    ),
    "GT747": Message(
        "没有道路图层，图上只有网格{shown_zh}",
        "there are no roads: the map shows grids{shown_en} alone",
        "用 --input 给出划分时的输入，或用 --roads 给出道路",
        "give the input of the division with --input, or roads with --roads",
        INFO,
    ),
    "GT748": Message(
        "{count} 个网格没有网格员：{codes}",
        "{count} grids have no worker: {codes}",
        "在名册中补上；公示上留了空",
        "add them to the roster; the notice leaves a space",
        WARNING,
    ),
    "GT749": Message(
        "网格 {code} 在名册中有 {count} 个网格员",
        "grid {code} has {count} workers in the roster",
        "确认不是重复；确有几人的，写明专职、兼职",
        "make sure none is there by mistake; where they are meant, say full-time or part-time",
        WARNING,
    ),
    "GT750": Message(
        "同一个网格员分在 {count} 个网格：{codes}",
        "one worker is assigned to {count} grids: {codes}",
        "确认无误；第十二条要求在网格中配备网格员",
        "make sure it is meant; Art. 12 has each grid with workers",
        WARNING,
    ),
    "GT751": Message(
        "名册这一行没有{what_zh}",
        "this row of the roster has no {what_en}",
        "补上；公示上留了空",
        "add it; the notice leaves a space",
        WARNING,
    ),
    "GT752": Message(
        "名册这一行的电话不像电话号码",
        "the phone in this row of the roster does not look like one",
        "核对位数：手机 11 位，固定电话带区号 10–12 位，或 3–8 位短号",
        "count the digits: 11 of a mobile, 10-12 with an area code, or a short number of 3-8",
        WARNING,
    ),
    "GT753": Message(
        "网格没有四至：{count} 个",
        "{count} grids have no bounds in words",
        "用 gridtool partition 生成的网格有四至；其他来源的补上 bounds_text（四至范围）列",
        "grids of gridtool partition have them; add a column bounds_text to others",
        WARNING,
    ),
}
