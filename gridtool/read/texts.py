"""Text as it is compared and written: without blanks around it, codes as their digits."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridtool.columns import Column

_WRITTEN_NULLS = frozenset(("", "null", "<null>", "nan", "none"))
_WHOLE = re.compile(r"(\d+)\.0*")
_LONGEST_NULL = max(map(len, _WRITTEN_NULLS))
# in ASCII texts parted by lines: a blank, what means nothing, a whole number written with a point
_BLANKS = " \t\r\v\f\x1c\x1d\x1e\x1f"
_NOTHING = re.compile(r"^(?:|null|<null>|nan|none)$", re.IGNORECASE | re.MULTILINE)
_POINTED = re.compile(r"^\d+\.0*$", re.MULTILINE)


def clean_text(values: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """Return text stripped of blanks, None where there is none.

    Parameters
    ----------
    values : Series of any type
    column : Column
        Ids and codes are brought to half width, and codes kept as numbers to their digits.

    Returns
    -------
    Series of object, the index of `values`
    """
    is_key = column.key.endswith(("_id", "code"))
    if not pd.api.types.is_numeric_dtype(values.dtype):
        texts = values.to_numpy(dtype=object)
        if _is_clean(texts):
            return pd.Series(texts, index=values.index, dtype=object)
    try:
        codes, distinct = pd.factorize(values)
    except TypeError:  # lists, as GeoJSON may hold
        codes, distinct = pd.factorize(values.astype(str))
    cleaned = [_clean(value, is_key=is_key) for value in distinct]
    lookup = np.array([*cleaned, None], dtype=object)
    return pd.Series(lookup[codes], index=values.index, dtype=object)


def _is_clean(texts: npt.NDArray[np.object_]) -> bool:
    """Return whether plain ASCII texts, such as ids, need nothing done to them."""
    try:
        joined = "\n".join(texts)
    except TypeError:
        return False
    if not joined.isascii() or joined.count("\n") != len(texts) - 1:
        return False
    if any(blank in joined for blank in _BLANKS):
        return False
    if min(map(len, texts)) <= _LONGEST_NULL and _NOTHING.search(joined):
        return False
    return "." not in joined or _POINTED.search(joined) is None


def _clean(value: object, *, is_key: bool) -> str | None:
    """Return one value as text, None for what means "nothing"."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        value = int(value)
    text = str(value).strip()
    if is_key:
        text = text if text.isascii() else unicodedata.normalize("NFKC", text).strip()
        if whole := _WHOLE.fullmatch(text):
            text = whole[1]
    return None if text.casefold() in _WRITTEN_NULLS else text
