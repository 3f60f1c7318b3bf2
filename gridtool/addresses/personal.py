"""Columns that hold data of persons: by their names, and by what stands in them.

Source: Order 75, Art. 13(2). Such columns leave every output unless a user asks for them by name,
and what stands in them is neither counted nor logged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

from gridtool.addresses.text import MOBILE, narrow
from gridtool.columns import fold, is_personal

_PERSON_COLUMN = re.compile(
    r"业主|房主|户主|租客|租户|居民|法人|联系方式|微信|邮箱"
    # whoever it is: 经手人, 承租人, 网格员, 申请人（签字）; counts of them (人数, 人口) are none
    r"|[人员](?:$|[（(])"
    r"|^(?:xm|sfzh|sfzhm|gmsfhm|lxdh|lxfs|sjh|dh|hzxm|lxr)$|e-?mail|^name_of_person$"
)
_MOBILE = re.compile(MOBILE)
_PHONE = re.compile(r"0\d{2,3}-?\d{7,8}")
_IDENTITY = re.compile(r"\d{17}[\dXx]")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
# the hundred most frequent surnames of the censuses hold 85 of 100 persons
_SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔"
    "向汤"
)
_PLACE_ENDS: Final = frozenset("路街巷道村社区镇乡县市组栋幢号楼园苑坪坝沟湾桥井坡")
_SHARE, _FEWEST = 0.7, 5


class PersonalColumns:
    """The columns of a list that look as if they held data of persons.

    They are judged by their names, and by what they hold with every batch of rows: a column may be
    empty for a hundred thousand rows before it shows what it is.

    Parameters
    ----------
    columns : sequence of str
    kept : collection of str
        Columns that stay whatever they hold.

    Attributes
    ----------
    late : list of int
        Rows, from 1, in which a column showed it first, of those whose first batch did not.
    """

    def __init__(self, columns: Sequence[str], kept: Collection[str]) -> None:
        asked = {fold(name) for name in kept}
        self._columns = columns
        self._found = {name for name in columns if fold(name) not in asked and _is_named(name)}
        self._open = [
            at
            for at, name in enumerate(columns)
            if fold(name) not in asked and name not in self._found
        ]
        self.late: list[int] = []
        self._few: dict[int, list[tuple[int, str]]] = {}

    @property
    def found(self) -> list[str]:
        """Return the columns found so far, in their order."""
        return [name for name in self._columns if name in self._found]

    def judge(self, start: int, rows: Sequence[Sequence[object]]) -> None:
        """Judge the columns by some rows, the first of which has a number, from 0."""
        for at in tuple(self._open):
            cells = enumerate((row[at] for row in rows), start=start)
            told = [(number, text) for number, cell in cells if (text := _text(cell))]
            # of a column with a cell here and there, those of several batches are taken together
            told = self._few.pop(at, []) + told
            if len(told) < _FEWEST:
                self._few[at] = told
                continue
            judge = told_by([text for _, text in told])
            if judge is None:
                continue
            self._found.add(self._columns[at])
            self._open.remove(at)
            first = next(number for number, text in told if judge(text))
            if start:
                self.late.append(first + 1)


def told_by(texts: Sequence[str]) -> Callable[[str], bool] | None:
    """Return what most texts of a column are: phones, identity numbers, persons' names, or none.

    Returns
    -------
    callable or None
        Tells whether a text is of that kind.
    """
    for judge in (_is_phone, is_identity, _is_name):
        if _most_are(texts, judge):
            # few different ones are a choice of words, not persons
            chosen = judge is _is_name and len(set(texts)) <= max(_FEWEST, len(texts) // 10)
            return None if chosen else judge
    return None


def _most_are(texts: Sequence[str], judge: Callable[[str], bool]) -> bool:
    """Return whether most texts are of a kind; asks no further than until they cannot be."""
    others, most = 0, (1 - _SHARE) * len(texts)
    for text in texts:
        others += not judge(text)
        if others > most:
            return False
    return True


def _is_named(name: str) -> bool:
    """Return whether the name of a column says that it holds data of persons."""
    return is_personal(name) or _PERSON_COLUMN.search(fold(name)) is not None


def _text(value: object) -> str:
    """Return a cell as text: whole numbers as their digits, empty for none."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return narrow(str(value).strip())


def is_identity(text: str) -> bool:
    """Return whether a text is an identity number, by its check digit. Source: GB 11643-1999."""
    if not _IDENTITY.fullmatch(text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == text[-1].upper()


def _is_phone(text: str) -> bool:
    """Return whether a text is a phone number."""
    return bool(_MOBILE.fullmatch(text) or _PHONE.fullmatch(text))


def _is_name(text: str) -> bool:
    """Return whether a text looks like a person's name."""
    if not 2 <= len(text) <= 3 or text[0] not in _SURNAMES or text[-1] in _PLACE_ENDS:
        return False
    return all("\u4e00" <= sign <= "\u9fff" for sign in text)
