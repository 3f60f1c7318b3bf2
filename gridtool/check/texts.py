"""Text that lost something on its way: characters replaced, or an end cut off."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from gridtool.check.listing import listed
from gridtool.check.values import Objects, is_none, rows_together, text_of
from gridtool.columns import Layer
from gridtool.findings import Finding

_CHINESE: Final = "\u3400-\u9fff"
# GBK writes "?" for a character it does not have, decoders write U+FFFD for bytes they cannot read
_LOST = re.compile(f"\ufffd|[{_CHINESE}]\\?|\\?[{_CHINESE}]")
_MARKS: Final = ("?", "\ufffd")
# a DBF field ends at 254 bytes, or at 253 and a blank; UTF-8 cut within a character of three
# bytes is left with 252
_DBF_BYTES: Final = 254
_FEWEST_CHARACTERS: Final = 63


def check_texts(frame: pd.DataFrame, layer: Layer, findings: list[Finding]) -> None:
    """Report columns with text that lost characters (GT197) or its end (GT204).

    Parameters
    ----------
    frame : DataFrame
        A layer or table.
    layer : Layer
    findings : list of Finding
        One for each column and kind; it shows the first values.
    """
    for column in layer.columns:
        if column.kind != "text" or column.key not in frame:
            continue
        texts = text_of(frame, column.key)
        rows = np.flatnonzero(~is_none(texts))
        for code, found in (("GT197", _lost(texts[rows])), ("GT204", _cut(texts[rows]))):
            if len(found):
                wrong = np.zeros(len(texts), dtype=bool)
                wrong[rows[found]] = True
                values = {
                    "column": column.key,
                    "count": len(found),
                    "values": listed((_short(text) for text in texts[wrong]), 3),
                }
                findings.append(rows_together(code, frame, layer, wrong, **values))


def _lost(texts: Objects) -> list[int]:
    """Return the positions of texts in which a character was replaced."""
    whole = "\n".join(texts)
    if not any(mark in whole for mark in _MARKS):
        return []
    return [at for at, text in enumerate(texts) if _LOST.search(text)]


def _cut(texts: Objects) -> list[int]:
    """Return the positions of texts that end where a DBF field does."""
    if max(map(len, texts), default=0) < _FEWEST_CHARACTERS:
        return []
    long = [at for at, text in enumerate(texts) if len(text) >= _FEWEST_CHARACTERS]
    return [at for at in long if _ends_with_field(texts[at])]


def _ends_with_field(text: str) -> bool:
    """Return whether a text fills a DBF field in UTF-8 or GBK, but for part of a character."""
    for encoding in ("utf-8", "gb18030"):
        size = len(text.encode(encoding, "replace"))
        widest = len(text[-1].encode(encoding, "replace"))
        if min(_DBF_BYTES - 1, _DBF_BYTES + 1 - widest) <= size <= _DBF_BYTES:
            return True
    return False


def _short(text: str) -> str:
    """Return the start of a text."""
    return text if len(text) <= 30 else f"{text[:30]}…"
