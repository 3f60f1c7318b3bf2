"""The service items of a notice: those of Art. 9, or an office's own.

Source: Order 75, Art. 9. The first item is its wording; the others are the matters it names, in
the short form of a notice board.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from gridtool.errors import InputError

SERVICES: Final = (
    "采集、登记、核实网格内的实有人口、房屋、单位和标准地址等基础信息",
    "收集、反映社情民意",
    "宣传政策和法律法规",
    "提供便民服务",
    "排查、调处矛盾纠纷",
    "排查、报告安全隐患",
    "协助做好出租房屋和流动人口服务管理",
    "办理其他交办事项",
)

_ONE_OF: Final = "[0-9一二三四五六七八九十]+"
_NUMBER: Final = re.compile(rf"^\s*(?:[（(]?{_ONE_OF}[）)]|{_ONE_OF}[.．、]|[-•·])\s*")
_MOST_BYTES: Final = 100_000


def read_services(path: Path) -> tuple[str, ...]:
    """Read service items: one a line, numbers in front of them left out.

    Parameters
    ----------
    path : Path
        Text, UTF-8 or GB 18030.

    Raises
    ------
    InputError
        GT001 when there is no such file, GT738 when it is no text or has no line.
    """
    if not path.is_file():
        raise InputError("GT001", path=path)
    content = path.read_bytes()[:_MOST_BYTES]
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            text = content.decode(encoding)
            break
    else:
        raise InputError("GT738", path=path, reason="neither UTF-8 nor GB 18030")
    items = tuple(_NUMBER.sub("", line, count=1).strip() for line in text.splitlines())
    items = tuple(item for item in items if item)
    if not items or any(not character.isprintable() for item in items for character in item):
        raise InputError("GT738", path=path, reason="no text")
    return items
