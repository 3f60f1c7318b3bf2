"""Findings about grid codes: their form, their order, their history."""

from __future__ import annotations

from gridtool.messages.message import INFO, WARNING, Message

CODES: dict[str, Message] = {
    "GT300": Message(
        "编码 {code!r} 不符合方案 {scheme}",
        "code {code!r} does not follow the scheme {scheme}",
        "对照 gridtool code explain 的说明改正",
        "compare it with what gridtool code explain says",
    ),
    "GT301": Message(
        "编码 {code} 出现 {count} 次",
        "code {code} comes {count} times",
        "一格一码；后画的网格用 gridtool code assign 取新码",
        "one code for one grid; give the later ones new codes with gridtool code assign",
    ),
    "GT302": Message(
        "代码表中没有社区（村）{prefix}",
        "the code table has no community {prefix}",
        "核对代码表的年份（{edition}）；区划调整后用 gridtool code crosswalk",
        "check the edition of the table ({edition}); after changes use gridtool code crosswalk",
    ),
    "GT303": Message(
        "编码 {code} 属于 {found}，不是 {county}",
        "code {code} is of county {found}, not {county}",
        "移到该县（区）的图层，或改正编码",
        "move it to the layer of that county, or mend the code",
    ),
    "GT304": Message(
        "编码 {code} 只到社区（村），没有网格流水号",
        "code {code} ends at the community: the serial is missing",
        "用 gridtool code assign 取流水号",
        "give it a serial with gridtool code assign",
    ),
    "GT305": Message(
        "编码 {code} 已{state_zh}，却仍在图层中",
        "code {code} is {state} but still in the layer",
        "停用的编码不得再用；给该网格取新码",
        "a dead code is never used again; give the grid a new one",
    ),
    "GT306": Message(
        "列 {column} 是数字，不是文本；超过 15 位的编码会丢失末位",
        "column {column} holds numbers, not text; beyond 15 digits the last ones are lost",
        "把该列改为文本后重新导入",
        "make the column text and import it again",
    ),
    "GT307": Message(
        "图层混用了几种编码方案：{found}",
        "the layer mixes code schemes: {found}",
        "先统一为一种方案并备案编码变更",
        "bring them to one scheme, and file the code change",
    ),
    "GT308": Message(
        "{count} 个网格的社区名与代码表不符，其名称另有代码，疑混用两套区划代码；"
        "如 {prefix} 在表中是 {listed}，图层写 {name}（表中 {other}）",
        "the names of {count} grids belong to other codes of the table: two code books seem mixed; "
        "{prefix} is {listed} in the table and {name} in the layer, which the table has as {other}",
        "查明图层用的是统计用区划代码还是民政代码，用对应的 --codes",
        "find out whether the layer has statistical or civil-affairs codes, and give that --codes",
        WARNING,
    ),
    "GT309": Message(
        "编码 {code} 在图层中，台账里却是 {state}",
        "code {code} is in the layer, but {state} in the ledger",
        "用 gridtool code record issue 登记，或改正编码",
        "record it with gridtool code record issue, or mend the code",
        WARNING,
    ),
    "GT310": Message(
        "没有网格编码",
        "the grid has no code",
        "用 gridtool code assign 取码",
        "give it one with gridtool code assign",
    ),
    "GT311": Message(
        "编码 {code} 与社区代码 {community} 不一致",
        "code {code} is not of the community {community} the row names",
        "改正其一；换了社区的网格要换码",
        "mend one of them; a grid that moved to another community takes a new code",
    ),
    "GT312": Message(
        "{prefix} 的流水号已用 {share:.0%}（到 {highest}，上限 {last}）",
        "{share:.0%} of the serials of {prefix} are used ({highest} of {last})",
        "尽早商定流水号更长的编码方案",
        "agree on a scheme with longer serials in good time",
        WARNING,
    ),
    "GT313": Message(
        "编码 {code} 末三位像城乡分类代码，可能是 17 位统计代码，不是微网格",
        "code {code} ends like an urban-rural class: maybe a 17-digit statistical code, no grid",
        "核对来源",
        "check where it comes from",
        WARNING,
    ),
    "GT314": Message(
        "编码 {code} 表示{told}，图层写的是{kind}",
        "code {code} tells {told}, the row says {kind}",
        "类型变更且编码含类型时要换码（gridtool code assign --base）",
        "a change of kind takes a new code where codes tell it (gridtool code assign --base)",
    ),
    "GT320": Message(
        "社区（村）{community} 在对照表中还没有批准的去向",
        "the crosswalk has no approved successor of community {community}",
        "在对照表中填 new_code，approved 填 yes",
        "fill in new_code and write yes under approved",
        WARNING,
    ),
    "GT321": Message(
        "对照表中没有社区（村）{community}",
        "the crosswalk does not have community {community}",
        "确认旧代码表的年份",
        "check the edition of the old table",
        WARNING,
    ),
    "GT322": Message(
        "{old} 改为 {new}：原流水号在新社区（村）已被占用",
        "{old} becomes {new}: its serial was taken in the new community",
        "名称随之改变，请通知使用单位",
        "its name changes too: tell those who use it",
        INFO,
    ),
}
