"""Findings of the stages ``units`` and ``division``."""

from __future__ import annotations

from gridtool.messages.message import INFO, WARNING, Message

GRIDS: dict[str, Message] = {
    # -- units ---------------------------------------------------------------------------------
    "GT131": Message(
        "小区 {compound} 不连片，分为 {count} 块处理",
        "compound {compound} is not in one piece; it is handled as {count} pieces",
        "核对楼栋的小区编号",
        "check the compound ids of its buildings",
        INFO,
    ),
    "GT132": Message(
        "小区 {compound} 共 {households} 户，超过 {maximum} 户，沿内部最宽间隔分开",
        "compound {compound} has {households} households, more than {maximum}; parted along its "
        "widest gaps",
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
    # -- grids ---------------------------------------------------------------------------------
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
