"""The grammar of Chinese addresses below the community: road, number, compound, building, room.

A text is read from left to right. Names that the gazetteer knows win over what the rules would
make of them; where it knows none the rules stand alone: a road ends in 路, 街, 巷 … before its
number, and what is left before a building's number is a compound. A number with 号 is a gate's
behind a road, a group or the name of the area itself, and a building's in a compound.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple


class Parts(NamedTuple):
    """The parts of an address below the community, each empty where it is not told.

    Attributes
    ----------
    group : str
        Number of the village group (组, 社, 队).
    road, number, sub : str
        Road, number of the gate (``200``, ``1039弄``) and number behind 附.
    compound, building, unit, floor, room : str
        Buildings are compared by their number alone, whether 栋, 幢, 座, 号楼 or 号.
    rest : str
        What no rule took.
    """

    group: str = ""
    road: str = ""
    number: str = ""
    sub: str = ""
    compound: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    rest: str = ""


Known = Callable[[str, int], tuple[str, str] | None]
"""Gives the longest known name at a place of a text, with its kind ``road`` or ``compound``."""

ROAD, COMPOUND = "road", "compound"

_ROAD_END: Final = (
    "大道|大街|公路|马路|环路|支路|支巷|胡同|弄堂|步行街|村道|路|街|巷|道|里|坊|径|线"
)
_GROUP = re.compile(r",?第?(\d{1,3})(?:村民小组|居民小组|小组|组|社|大队|队)(?!区)")
# 人民南路4段, 二环路北1段, 天府大道北段
_SECTION: Final = r"(?:[东南西北中]?\d{1,2}段|[东南西北中上下]段)?"
_ROAD = re.compile(
    rf"(?:[经纬]\d{{1,2}}|\d{{1,2}}号?|[A-Z]\d{{0,3}})?[^\d,]{{0,14}}?(?:{_ROAD_END}){_SECTION}(?=\d)"
)
_ROAD_ALONE = re.compile(
    rf"(?:[经纬]\d{{1,2}}|\d{{1,2}}号?|[A-Z]\d{{0,3}})?[^\d,]{{1,8}}?(?:大道|大街|公路|马路|路|街|巷){_SECTION}"
    r"(?![口道社村区北东西南中大])"
)
_NUMBER = re.compile(
    r",?(?P<number>\d{1,5})(?P<letter>[A-Z甲乙丙丁](?=号|弄|$|附))?"
    # 828,846号 and 43-47号: several gates, of which the first counts
    r"(?:(?:,\d{1,5}){1,6}(?=号)|-(?P<dash>\d{1,4})(?=号|$|,))?"
    r"(?:(?P<kind>弄|号院|号)(?!楼|线)|(?=附\d)|(?=之\d)|(?![\d栋幢座楼层室米期组单#号-]))"
    r"(?:(?:附|之|-)(?P<sub>\d{1,4})(?P<letter2>[A-Z])?号?)?"
)
# 新华巷附3号: the gate itself has no number
_SUB_ALONE = re.compile(r",?附(?P<sub>\d{1,4})号?")
# 3号2单元: what has units is a building; 1号路 is a road
_NO_GATE = re.compile(r",?(?:\d{1,2}|[A-Z])单元|[路街巷]")
_BUILDING: Final = (
    r"(?:(?P<building>\d{1,4}[A-Z]?|[A-Z]\d{0,2}|[甲乙丙丁东南西北中])"
    r"(?:号楼|栋楼?|幢|座|#楼?|号|楼(?=\d{3}|\d+单元)))?"
)
_TAIL = re.compile(
    r"[,院内]*(?P<compound>(?:[^\d#,]*?(?:\d[期区]|\d{1,3}号院(?=\d)"
    r"|\d号(?=\d{1,3}(?:栋|幢|座|号楼))))?[^\d#,]*?)"
    r"(?=\d|#|,|[A-Z]\d{0,2}(?:座|栋|幢|号楼|单元)|[甲乙丙丁东南西北中](?:座|栋|幢|楼)"
    r"|[BFL]\d{1,2}(?:层|楼|$)|第\d{1,2}层|$),?"
    r"(?:"
    # 12-3-502 and 12栋3-502: building, unit, room by dashes alone
    r"(?P<b>\d{1,3})-(?P<u>\d{1,2})-(?P<r>\d{1,4})(?:号|室)?"
    r"|" + _BUILDING + r",?"
    r"(?:(?P<unit>\d{1,2}|[A-Z])(?:单元|门),?)?"
    r"(?:(?P<u2>\d{1,2})-(?=\d{1,4}(?:号|室)?(?:$|,)))?"
    r"(?:第?(?P<floor>-?\d{1,3}(?:-\d{1,2}(?=层|楼))?|[BFL]\d{1,2})(?:层|楼|F层?|(?<=[BFL]\d)$),?)?"
    r"(?:(?P<room>[A-Z]?\d{1,5}(?:-\d{1,5})*)(?:室|房|号|户|铺)?)?"
    r")"
)
# 8号院3号楼: what stands behind the gate is no name of a compound
_NO_COMPOUND: Final = frozenset(
    ("院", "内", "院内", "附近", "旁", "旁边", "对面", "处", "号", "门面")
)
_ASIDE = re.compile(r"(?:内|附近|旁边?|斜?对面|门口)$")
# 与振泰路交叉口东: a description, no name
_DESCRIPTION = re.compile(r"^[与和近靠临距].*(?:路|街|巷|侧|边|东|西|南|北)$|交叉口|交汇处|路口")


def parse_parts(text: str, known: Known) -> Parts:
    """Return the parts of a cleaned text from behind the community on.

    Parameters
    ----------
    text : str
        As `gridtool.addresses.text.clean` returns it, without province to community.
    known : callable
        Names of the gazetteer.

    Examples
    --------
    >>> parse_parts("汇盐大道200号附3号盐都佳苑12栋3单元502室", lambda text, at: None)[1:9]
    ('汇盐大道', '200', '3', '盐都佳苑', '12', '3', '', '502')
    """
    text = text.strip(",-")
    group = ""
    if found := _GROUP.match(text):
        group, text = found[1], text[found.end() :].lstrip(",")
    name = known(text, 0)
    if name is not None and name[1] == COMPOUND:
        return _compound_first(text, group, known)
    road, at = _road(text, name)
    number = _NUMBER.match(text, at) if road or group else _gate_alone(text)
    if number is not None:
        return _tail(text, number.end(), group, (road, *_number(number)))
    sub = _SUB_ALONE.match(text, at) if road else None
    if sub is not None:
        return _tail(text, sub.end(), group, (road, "", _plain(sub["sub"])))
    return _tail(text, at, group, (road, "", ""))


def _gate_alone(text: str) -> re.Match[str] | None:
    """Return the number at the start of a text where it is a gate's, behind no road or group."""
    found = _NUMBER.match(text)
    if found is None or not (found["kind"] or found["sub"]) or _NO_GATE.match(text, found.end()):
        return None
    return found


def _road(text: str, name: tuple[str, str] | None) -> tuple[str, int]:
    """Return the road at the start of a text and where it ends."""
    if name is not None and name[1] == ROAD:
        at = len(name[0])
        while text.startswith(name[0], at):
            # written twice
            at += len(name[0])
        section = _SECTION_AT.match(text, at)
        end = section.end() if section else at
        return text[at - len(name[0]) : end], end
    found = _ROAD.match(text) or _ROAD_ALONE.match(text)
    if found is None:
        return "", 0
    road = found[0]
    half = road[: len(road) // 2]
    return half if half + half == road else road, found.end()


_SECTION_AT = re.compile(_SECTION)


def _number(found: re.Match[str]) -> tuple[str, str]:
    """Return the number of the gate and the one behind 附."""
    lane = "弄" if found["kind"] == "弄" else ""
    number = (found["number"].lstrip("0") or "0") + (found["letter"] or "") + lane
    sub = (found["dash"] or found["sub"] or "").lstrip("0")
    if found["dash"] and _is_range(int(found["number"]), int(found["dash"])):
        sub = ""
    return number, sub


def _is_range(first: int, last: int) -> bool:
    """Return whether two numbers are the first and last of a row of gates on one side."""
    return last > first and (last - first) % 2 == 0


def _compound_first(text: str, group: str, known: Known) -> Parts:
    """Return the parts of a text that begins with a compound the gazetteer knows.

    A road may stand behind the building, as where the order was turned round.
    """
    name = known(text, 0)
    at = len(name[0]) if name else 0
    if (behind := known(text, at)) is not None and behind[1] == ROAD:
        rest = parse_parts(text[at:], known)
        return rest._replace(group=group or rest.group, compound=rest.compound or text[:at])
    parts = _tail(text, at, group, ("", "", ""))
    parts = parts._replace(compound=text[:at] + parts.compound)
    if parts.rest and (_ROAD.match(parts.rest) or known(parts.rest, 0)):
        more = parse_parts(parts.rest, known)
        return parts._replace(road=more.road, number=more.number, sub=more.sub, rest=more.rest)
    return parts


def _tail(text: str, at: int, group: str, gate: tuple[str, str, str]) -> Parts:
    """Return the parts with those from the compound on read at a place."""
    found = _TAIL.match(text, at)
    if found is None:
        return Parts(group, *gate, rest=text[at:].strip(","))
    if _DESCRIPTION.search(found["compound"]):
        return Parts(group, *gate, rest=text[at:].strip(","))
    compound = _ASIDE.sub("", found["compound"].strip(",-"))
    if compound in _NO_COMPOUND:
        compound = ""
    return Parts(
        group,
        *gate,
        compound,
        _plain(found["building"] or found["b"]),
        _plain(found["unit"] or found["u"] or found["u2"]),
        found["floor"] or "",
        found["room"] or found["r"] or "",
        text[found.end() :].strip(","),
    )


def _plain(number: str | None) -> str:
    """Return a number without zeros in front."""
    return (number or "").lstrip("0")
