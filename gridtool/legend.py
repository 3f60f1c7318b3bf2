"""The legend of maps, wherever they are drawn: values, colours, labels.

Colours keep apart under the common kinds of colour blindness: the rule of a grid's size is told
by hue and by lightness together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from gridtool.messages import ERROR, INFO, WARNING, Lang
from gridtool.rules import (
    ABOUT_1000,
    BARRIER,
    BY_HAND,
    DEDICATED,
    EXCEPTION,
    IN_RANGE,
    NO_COUNT_FITS,
    NO_DIVISION_FITS,
    NOT_FOUND,
    SINGLE_BUILDING,
    SMALL_COMMUNITY,
    VILLAGE,
)


class Class(NamedTuple):
    """One line of a legend: value or range, colour (r,g,b,a), label in both languages."""

    value: str
    colour: str
    zh: str
    en: str

    def label(self, lang: Lang) -> str:
        """Return the label in one language."""
        return self.zh if lang == "zh" else self.en

    @property
    def hex(self) -> str:
        """Return the colour as the web writes it, with its transparency."""
        return "#" + "".join(f"{int(part):02x}" for part in self.colour.split(","))


SIZE_RULES: Final = (
    Class(
        IN_RANGE,
        "102,178,160,105",
        "{min_households}–{max_households} 户",
        "{min_households}–{max_households} households",
    ),
    Class(ABOUT_1000, "104,151,206,115", "{persons} 人左右", "about {persons} persons"),
    Class(VILLAGE, "226,208,140,110", "行政村", "village"),
    Class(DEDICATED, "150,120,182,125", "专属网格", "dedicated grid"),
    Class(EXCEPTION, "226,118,66,135", "例外（见规模说明）", "exception (see size_reason)"),
)
HOUSEHOLDS: Final = (
    Class("0:0", "222,223,224,255", "无住户", "none"),
    Class("1:9", "190,196,203,255", "1–9 户", "1–9"),
    Class("10:49", "143,154,167,255", "10–49 户", "10–49"),
    Class("50:199", "92,106,122,255", "50–199 户", "50–199"),
    Class("200:1000000", "44,56,70,255", "200 户及以上", "200 and more"),
)
SEVERITIES: Final = (
    Class(ERROR, "190,38,50", "错误", "error"),
    Class(WARNING, "230,150,30", "警告", "warning"),
    Class(INFO, "60,120,180", "提示", "note"),
)
REASONS: Final[dict[str, tuple[str, str]]] = {
    SMALL_COMMUNITY: ("社区不足下限", "small community"),
    NO_COUNT_FITS: ("任何网格数都不合", "no count fits"),
    SINGLE_BUILDING: ("单栋超上限", "single building"),
    BARRIER: ("屏障隔开", "barrier"),
    NO_DIVISION_FITS: ("整栋楼无法合规划分", "no division fits"),
    BY_HAND: ("人工划定", "by hand"),
    NOT_FOUND: ("未找到", "not found"),
}
"""What a ``size_reason`` is called, in both languages."""


def size_rules(rules: Mapping[str, int]) -> list[Class]:
    """Return the classes of the rules of size, with the numbers in force in their labels.

    Parameters
    ----------
    rules : mapping
        Fields of `gridtool.rules.Rules`.
    """
    return [
        item._replace(zh=item.zh.format(**rules), en=item.en.format(**rules)) for item in SIZE_RULES
    ]
