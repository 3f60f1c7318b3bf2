"""Columns that hold data of persons: by their names, and by what stands in them.

Source: Order 75, Art. 13(2). Such columns leave every output unless a user asks for them by name,
and what stands in them is neither counted nor logged.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from gridtool.columns import fold, is_personal

_PERSON_COLUMN = re.compile(
    r"业主|房主|户主|租客|租户|承租人|申请人|居民|法定代表人|法人|经办人|监护人|联系方式|微信|邮箱"
    r"|^(?:xm|sfzh|sfzhm|gmsfhm|lxdh|lxfs|sjh|dh|hzxm|lxr)$|e-?mail|^name_of_person$"
)
_MOBILE = re.compile(r"(?:\+?86-?)?1[3-9]\d{9}")
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


def personal_columns(
    columns: Sequence[str], rows: Sequence[Sequence[object]], kept: Collection[str]
) -> list[str]:
    """Return the columns that look as if they held data of persons.

    Parameters
    ----------
    columns : sequence of str
    rows : sequence of sequences
        Some rows of the list, as many cells each as there are columns.
    kept : collection of str
        Columns that stay whatever they hold.
    """
    asked = {fold(name) for name in kept}
    found = []
    for at, name in enumerate(columns):
        if fold(name) in asked:
            continue
        values = [row[at] for row in rows if at < len(row)]
        if is_personal(name) or _PERSON_COLUMN.search(fold(name)) or holds_persons(values):
            found.append(name)
    return found


def holds_persons(values: Sequence[object]) -> bool:
    """Return whether most values of a column are phones, identity numbers or persons' names."""
    texts = [str(value).strip() for value in values if value not in (None, "")]
    texts = [text for text in texts if text]
    if len(texts) < _FEWEST:
        return False
    least = _SHARE * len(texts)
    for judge in (_is_phone, is_identity, _is_name):
        if sum(map(judge, texts)) >= least:
            # few different ones are a choice of words, not persons
            return judge is not _is_name or len(set(texts)) > max(_FEWEST, len(texts) // 10)
    return False


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
