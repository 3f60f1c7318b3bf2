"""Address text as it is compared: half width, Arabic digits, without blanks and bracket notes."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

LONGEST: Final = 300
"""Characters beyond which a cell is no address."""

_PLAIN = re.compile(r"(?!.*\d{10})[\u4e00-\u9fff0-9A-Z]+")
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_OPEN, _CLOSE = "(（[【〔{<《", ")）]】〕}>》"
_BRACKETS = re.compile(
    rf"[{re.escape(_OPEN)}]([^{re.escape(_OPEN + _CLOSE)}]*)[{re.escape(_CLOSE)}]"
)
_HALF = re.compile(rf"[{re.escape(_OPEN + _CLOSE)}]")
_DASHES = re.compile(r"[‐‑‒–—―−－﹣~～]")
_MARKS = re.compile(r"[,，、;；。.·:：|/\\\"'“”‘’*!?]+")
# a dash that joins no numbers only parts: 黄浦区-陆家浜路-670号
_LOOSE_DASH = re.compile(r"(?<![0-9A-Z号弄])-+|-+(?![0-9A-Z])")
_LABEL = re.compile(r"^(?:详细|标准|家庭|现|居住|联系)?(?:地址|住址)[:：]?")
_NUMERAL = "〇零一二三四五六七八九十百两"
_COUNTED = re.compile(
    rf"(?<![第{_NUMERAL}])([{_NUMERAL}]{{1,5}})(?=(?:号|栋|幢|座|单元|室|房|层|楼|组|社|队|弄|段|期|门|户|村民小组|#))"
)
_NUMERALS_THERE = re.compile(rf"[{_NUMERAL}]")
_DIGITS: Final = {sign: at for at, sign in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_TENS: Final = {"十": 10, "百": 100}
MOBILE: Final = r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"
# a phone (mobile, or with its area code) or an identity number among the text of an address
_PERSONAL_DIGITS = re.compile(rf"(?<!\d)(?:{MOBILE}|0\d{{2,3}}-?\d{{7,8}}|\d{{17}}[\dXx])(?!\d)")
# in other text: with the date of birth, and no digits behind a point, for codes are as long
_PERSONAL_REMARK = re.compile(
    rf"(?<![\d.A-Za-z])(?:{MOBILE}|0\d{{2,3}}-\d{{7,8}}"
    r"|\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx])(?![\dA-Za-z])"
)
_WIDE = re.compile(r"[\uff10-\uff19]")
_NARROW: Final = {0xFF10 + at: 48 + at for at in range(10)}


class Cleaned(NamedTuple):
    """A text ready to be parsed.

    Attributes
    ----------
    text : str
        Half width, upper case, no blanks; several marks have become one comma.
    notes : str
        What stood in brackets.
    """

    text: str
    notes: str


def clean(raw: str) -> Cleaned:
    """Return an address as the grammar takes it.

    Examples
    --------
    >>> clean("富世街道 汇盐大道２００号（近邮局）十二栋")
    Cleaned(text='富世街道汇盐大道200号12栋', notes='近邮局')
    """
    text = raw.strip()
    notes = ""
    if not _PLAIN.fullmatch(text):
        text = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).upper()
        text = _PERSONAL_DIGITS.sub(",", text)
        text = _LABEL.sub("", _BLANKS.sub("", text))
        text, notes = _without_brackets(text)
        text = _MARKS.sub(",", _LOOSE_DASH.sub(",", text)).strip(",")
    if _NUMERALS_THERE.search(text):
        text = _COUNTED.sub(_counted, text)
    return Cleaned(text, notes)


def fold_latin(raw: str) -> str:
    """Return text of a European address as it is compared: no case, no accents, single blanks."""
    text = unicodedata.normalize("NFKD", raw.casefold())
    return " ".join("".join(sign for sign in text if not unicodedata.combining(sign)).split())


def is_latin(raw: str) -> bool:
    """Return whether an address is written without a single Chinese character."""
    return not any("\u3400" <= sign <= "\u9fff" for sign in raw)


def masked(raw: str) -> str:
    """Return text with phones and identity numbers put out of sight."""
    return _hidden(_PERSONAL_DIGITS, raw)


def masked_remark(raw: str) -> str:
    """Return text of any other cell with mobile phones and identity numbers put out of sight.

    Examples
    --------
    >>> masked_remark("约在周三，13800138000"), masked_remark("104.13800138000")
    ('约在周三，***', '104.13800138000')
    """
    return _hidden(_PERSONAL_REMARK, raw) if len(raw) >= 11 else raw


def narrow(text: str) -> str:
    """Return text with full-width digits as plain ones."""
    return text.translate(_NARROW) if _WIDE.search(text) else text


def _hidden(pattern: re.Pattern[str], raw: str) -> str:
    """Return text with what a pattern finds put out of sight, else as it is."""
    plain = narrow(raw)
    hidden = pattern.sub("***", plain)
    return raw if hidden == plain else hidden


def numeral(text: str) -> int | None:
    """Return the number that Chinese digits stand for, None where they stand for none.

    Examples
    --------
    >>> [numeral(text) for text in ("十二", "二十", "一百零五", "二〇三", "两", "十十")]
    [12, 20, 105, 203, 2, None]
    """
    if not any(sign in _TENS for sign in text):
        return int("".join(str(_DIGITS[sign]) for sign in text))
    total, digit, ten = 0, 0, 1000
    for sign in text:
        if sign in _TENS:
            if _TENS[sign] >= ten:
                return None
            ten = _TENS[sign]
            total += (digit or 1) * ten
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def _counted(found: re.Match[str]) -> str:
    """Return Chinese digits before a counted thing as Arabic ones."""
    number = numeral(found[1])
    return found[1] if number is None else str(number)


def _without_brackets(text: str) -> tuple[str, str]:
    """Return text without what is in brackets, and what was."""
    notes: list[str] = []
    while True:
        inner = [found[1] for found in _BRACKETS.finditer(text)]
        if not inner:
            return _HALF.sub(",", text), ",".join(notes)
        notes += [note for note in inner if note]
        text = _BRACKETS.sub("", text)
