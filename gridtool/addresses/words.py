"""Verdicts, ways and notes in words, for people."""

from __future__ import annotations

from typing import Final

from gridtool.messages import Lang

VERDICT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "ok": ("一致", "ok"),
    "claim_wrong": ("所填网格有误", "claim wrong"),
    "text_and_point_disagree": ("地址与坐标不符", "text and point disagree"),
    "ambiguous": ("不能确定", "ambiguous"),
    "on_border": ("在界线上", "on a border"),
    "outside": ("不在范围内", "outside"),
    "not_found": ("未找到", "not found"),
}
VERDICT_FILLS: Final[dict[str, str]] = {
    "ok": "D9EAD3",
    "claim_wrong": "F4CCCC",
    "text_and_point_disagree": "FCE5CD",
    "ambiguous": "FFF2CC",
    "on_border": "CFE2F3",
    "outside": "D9D2E9",
    "not_found": "E7E6E6",
}
"""Colours (RRGGBB) light enough for black text."""

WAY_WORDS: Final[dict[str, tuple[str, str]]] = {
    "point": ("坐标", "point"),
    "building": ("楼栋", "building"),
    "gazetteer_exact": ("地名库（一致）", "gazetteer, exact"),
    "gazetteer_fuzzy": ("地名库（近似）", "gazetteer, nearly"),
    "community_only": ("仅社区", "community only"),
    "none": ("无", "none"),
}
SWAPPED: Final = "xy_swapped"
DEGREES_AMONG_METRES: Final = "degrees_among_metres"
ZONE_NUMBER: Final = "zone_number"

NOTE_WORDS: Final[dict[str, tuple[str, str]]] = {
    "empty": ("没有地址", "no address"),
    "too_long": ("文字过长，不是地址", "too long for an address"),
    "levels_disagree": ("各级地名互相矛盾", "levels of the address disagree"),
    "parts_disagree": ("路门牌与小区不符", "gate and compound disagree"),
    "other_area": ("不是本区域的地址", "of another area"),
    "unknown_area": ("有不认识的乡镇或社区", "names an unknown town or community"),
    "building_unknown": ("库中没有这一栋", "this building is not in the gazetteer"),
    "name_like": ("名称相近，按近似匹配", "matched by a name that is nearly the same"),
    "claim_unknown": ("所填网格不存在", "there is no such grid as claimed"),
    "claim_agrees": ("近似结果与所填一致", "a near match confirms the claim"),
    "near_border": ("坐标靠近界线，按地址判定", "near a border, decided by the text"),
    SWAPPED: ("坐标东、北互换，已改正", "axes were exchanged and put right"),
    DEGREES_AMONG_METRES: ("米制列中的经纬度，已换算", "degrees in a column of metres, converted"),
    ZONE_NUMBER: ("已去掉带号", "the zone's number was taken off"),
}


def said(words: dict[str, tuple[str, str]], key: str, lang: Lang) -> str:
    """Return a key in words."""
    return words[key][lang == "en"]
