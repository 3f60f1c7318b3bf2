"""The encoding of text that does not say it, or says it wrong: told, tested, and why.

A shapefile may name its encoding in a .cpg file or in a byte of its .dbf; Chinese ones often do
neither, and some say one thing and hold another. What is said counts only where the bytes agree;
else the text itself decides, by how usual its characters are in each encoding.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from gridtool.read.dbf import Dbf, read_dbf

AS_BYTES: Final = "ISO-8859-1"
"""Read so, every byte becomes one character, and `from_bytes` can bring it back."""

CPG, DBF_BYTE, TESTED, PLAIN = "cpg", "dbf", "tested", "plain"

_CANDIDATES: Final = ("utf-8", "gb18030", "cp932", "big5hkscs")
# language byte of a .dbf to its code page (dBASE, and ESRI's additions)
_LANGUAGES: Final = {
    0x4D: "gb18030",
    0x7A: "gb18030",
    0x13: "cp932",
    0x7B: "cp932",
    0x4F: "big5hkscs",
    0x78: "big5hkscs",
    0x4E: "cp949",
    0x79: "cp949",
    0x03: "cp1252",
    0x58: "cp1252",
    0x59: "cp1252",
}
_PAGES: Final = {
    **dict.fromkeys(("936", "gbk", "gb2312", "cp936", "gb18030", "54936"), "gb18030"),
    **dict.fromkeys(("932", "sjis", "shiftjis", "cp932"), "cp932"),
    **dict.fromkeys(("950", "big5", "cp950"), "big5hkscs"),
    **dict.fromkeys(("65001", "utf8"), "utf-8"),
}
_SAMPLE = 1 << 20
_MOST_TEXTS = 4000


class Encoding(NamedTuple):
    """An encoding and how it is known.

    Attributes
    ----------
    name : str
        A codec of Python.
    why : str
        ``cpg`` and ``dbf``: the file says so, and its text agrees. ``tested``: from the text.
        ``plain``: there is no character beyond ASCII.
    said : str or None
        What the file says, where its text disagrees.
    """

    name: str
    why: str
    said: str | None = None


def shapefile_encoding(path: Path) -> Encoding | None:
    """Return the encoding of a shapefile's text, None when it has no readable .dbf.

    Parameters
    ----------
    path : Path
        The .shp file.
    """
    beside = {item.suffix.lower(): item for item in path.parent.iterdir() if item.stem == path.stem}
    table = read_dbf(beside[".dbf"], most=_SAMPLE) if ".dbf" in beside else None
    if table is None:
        return None
    texts = list(table.texts(_MOST_TEXTS))
    said: str | None = None
    if ".cpg" in beside:
        said = beside[".cpg"].read_text(encoding="ascii", errors="replace").strip() or None
    why = CPG if said else DBF_BYTE
    codec = _codec(said) if said else _LANGUAGES.get(table.language)
    if codec and all(_fits(text, codec) for text in texts):
        return Encoding(codec, why)
    found = _tested(texts, table)
    return found._replace(said=said or codec) if found.why == TESTED else found


def text_encoding(path: Path) -> Encoding:
    """Return the encoding of a text file such as CSV, from its mark or its first megabyte."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), *_WIDE_MARKS):
        if head.startswith(mark):
            return Encoding(name, CPG)
    if head.isascii():
        return Encoding("utf-8", PLAIN)
    return Encoding(likeliest([(head, len(head) == _SAMPLE)]), TESTED)


_WIDE_MARKS: Final = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def from_bytes(text: str) -> str:
    """Return UTF-8 text that was read as `AS_BYTES`, without a character that was cut."""
    return text.encode("latin-1").decode(errors="ignore")


def _codec(said: str | None) -> str | None:
    """Return the codec a .cpg names: ``UTF-8``, ``936``, ``ANSI 936``, ``GBK`` and the like."""
    folded = (said or "").casefold().replace("-", "").replace("_", "").replace(" ", "")
    for prefix in ("", "ansi", "oem", "windows", "cp", "ms"):
        if (page := _PAGES.get(folded.removeprefix(prefix))) is not None:
            return page
    try:
        return codecs.lookup(said or "").name
    except (LookupError, ValueError):
        return None


def _tested(texts: list[tuple[bytes, bool]], table: Dbf) -> Encoding:
    """Return the likeliest encoding of a .dbf's names and values."""
    if not texts:
        return Encoding("utf-8", PLAIN)
    name = likeliest(texts)
    if name == AS_BYTES and (codec := _LANGUAGES.get(table.language)):
        name = codec
    return Encoding(name, TESTED)


def likeliest(texts: Iterable[tuple[bytes, bool]]) -> str:
    """Return the candidate whose characters are the most usual, `AS_BYTES` where none fits.

    Parameters
    ----------
    texts : iterable of (bytes, bool)
        Texts, and whether their last character may be cut in two.
    """
    texts = list(texts)
    best, choice = -1.0, AS_BYTES
    for codec in _CANDIDATES:
        if all(_fits(text, codec) for text in texts):
            decoded = "".join(_decode(text, codec) for text in texts)
            score = _usualness(decoded)
            if score > best:
                best, choice = score, codec
    return choice


def _fits(text: tuple[bytes, bool], codec: str) -> bool:
    """Return whether bytes can be read so."""
    try:
        _decode(text, codec)
    except UnicodeDecodeError:
        return False
    return True


def _decode(text: tuple[bytes, bool], codec: str) -> str:
    """Return bytes as text; where they may be cut, an unfinished last character is let go."""
    content, may_be_cut = text
    return codecs.getincrementaldecoder(codec)().decode(content, final=not may_be_cut)


def _usualness(text: str) -> float:
    """Return the mean weight of the characters beyond ASCII: 1 for the everyday ones.

    Kanji and hanzi count by the level their national standards put them in; the half-width
    katakana and private characters that misread Chinese is full of count against.
    """
    beyond = [sign for sign in text[:20_000] if ord(sign) > 0x7F]
    if not beyond:
        return 0.0
    weights = {sign: _weight(sign) for sign in set(beyond)}
    return sum(weights[sign] for sign in beyond) / len(beyond)


def _weight(sign: str) -> float:
    """Return how usual a character is."""
    point = ord(sign)
    if 0x3040 <= point <= 0x30FF:
        return 0.9
    if 0xFF61 <= point <= 0xFF9F or 0xE000 <= point <= 0xF8FF or point < 0xA0:
        return -2.0
    if 0x4E00 <= point <= 0x9FFF:
        lead = _lead(sign, "gb2312")
        if 0xB0 <= lead <= 0xD7:
            return 1.0
        if 0x88 <= _lead(sign, "cp932") <= 0x97:
            return 0.8
        return 0.7 if 0xA4 <= _lead(sign, "big5") <= 0xC6 else 0.3 if lead else 0.1
    return 0.5 if 0x3000 <= point <= 0x303F or 0xFF00 <= point <= 0xFF60 else 0.0


def _lead(sign: str, codec: str) -> int:
    """Return the first byte of a character in an encoding, 0 where it has none."""
    try:
        return sign.encode(codec)[0]
    except UnicodeEncodeError:
        return 0
