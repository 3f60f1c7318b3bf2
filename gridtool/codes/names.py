"""Names of communities and grids: short as they are spoken, stable like codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gridtool.codes.schemes import Scheme
from gridtool.rules import BASE, DEDICATED

KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("", BASE, "基础网格", "综合网格"), BASE),
    **dict.fromkeys((DEDICATED, "专属网格"), DEDICATED),
}
"""The kind of grid by what layers call it; ``base`` where nothing is said."""

_DIGITS = "零一二三四五六七八九"
_BY_SERIAL = re.compile(rf"第[{_DIGITS}十百千]+(?:专属)?网格|单一网格")
_BODY = re.compile(r"(?:居民委员会|居委会)$")
_VILLAGE_BODY = re.compile(r"村?(?:村民委员会|村委会|村委员会)$")
_GROUND = re.compile(r"(?<=.)(?:社区|村)$")


def short_name(name: str) -> str:
    """Return a community's everyday name, without 居民委员会 or 村民委员会.

    Examples
    --------
    >>> short_name("高山井社区居民委员会"), short_name("徐家塘村民委员会")
    ('高山井社区', '徐家塘村')
    >>> short_name("王家社区村民委员会")
    '王家社区'
    """
    plain = _VILLAGE_BODY.sub("村", _BODY.sub("", name))
    return plain.removesuffix("村") if plain.endswith("社区村") else plain or name


def name_stem(name: str) -> str:
    """Return what is left of a community's name without its kind: 全胜 of 全胜村村委会.

    Examples
    --------
    >>> [name_stem(name) for name in ("全胜村村委会", "全胜村民委员会", "全胜社区居委会")]
    ['全胜', '全胜', '全胜']
    """
    return _GROUND.sub("", short_name("".join(name.split())))


def grid_name(serial: int, kind: str, scheme: Scheme) -> str:
    """Return the short name that follows from a grid's serial.

    Parameters
    ----------
    serial : int
    kind : str
        ``base`` or ``dedicated``.
    scheme : Scheme

    Returns
    -------
    str
        第N网格, N from the serial, so that a name lasts as long as its code; 第N专属网格 for a
        dedicated grid without a name; 单一网格 for a community that is not divided.
    """
    number = scheme.ordinal(serial, kind)
    if number == 0:
        return "单一网格"
    return f"第{chinese_numeral(number)}{'专属网格' if kind == DEDICATED else '网格'}"


def is_serial_name(name: str) -> bool:
    """Return whether a name is empty or one that follows from a serial, not one of its own."""
    return not name or _BY_SERIAL.fullmatch(name) is not None


def chinese_numeral(number: int) -> str:
    """Return a number from 1 to 9,999 as it is read.

    Examples
    --------
    >>> [chinese_numeral(n) for n in (1, 10, 11, 20, 101, 110, 999)]
    ['一', '十', '十一', '二十', '一百零一', '一百一十', '九百九十九']
    """
    if not 0 < number < 10_000:
        raise ValueError(f"{number} is not in 1-9999")
    text, gap = "", False
    for unit, value in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, number = divmod(number, value)
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + unit
            gap = False
        elif text:
            gap = True
    return text.removeprefix("一") if text.startswith("一十") else text
