"""Findings on compounds, dedicated grids and borders (stages ``units`` and ``graph``)."""

from __future__ import annotations

from gridtool.messages.message import INFO, WARNING, Message

DEDICATED: dict[str, Message] = {
    "GT323": Message(
        "小区 {compound} 分在 {count} 个网格：四周小区都完整时，小区 {cornered}（{households} 户）"
        "所在网格至多 {most} 户，不足 {minimum} 户",
        "compound {compound} is shared by {count} grids: with all around it whole, a grid of "
        "compound {cornered} ({households} households) could have {most}, under {minimum}",
        "备案时说明理由",
        "state the reason in the filing",
        INFO,
    ),
    "GT324": Message(
        "按楼栋用途自动设专属单位 {name}：{count} 栋，建筑面积 {floor} 平方米",
        "site {name} is made from the use of {count} buildings with {floor} m² of floors",
        "不需要时在 sites 图层中画出该单位，dedicated 填 false",
        "where it should not be, draw it in the layer sites with dedicated = false",
        INFO,
    ),
    "GT325": Message(
        "{count} 组单位用房的建筑面积不足，未自动设专属网格，最大一组 {floor} 平方米",
        "{count} groups of buildings are too small for a dedicated grid, the largest of {floor} m²",
        "需要时在 sites 图层中画出，或调低 [dedicated] 的面积",
        "draw those that should be in the layer sites, or lower the sizes in [dedicated]",
        INFO,
    ),
    "GT326": Message(
        "--dedicated auto：楼栋没有用途，未自动设专属网格",
        "--dedicated auto: the buildings have no use, so no site was made",
        "填写 use（用途），或画 sites 图层",
        "fill the column use, or draw the layer sites",
        WARNING,
    ),
}
