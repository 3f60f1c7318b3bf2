"""Values of columns: text, counts, yes and no, and where rows are in error."""

from __future__ import annotations

import unicodedata
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gridtool.columns import Layer
from gridtool.errors import DataError

Flags = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]

_MOST = 1e9
_EMPTY = ("", "null", "<null>", "nan", "none")
_YES = frozenset(("1", "1.0", "true", "t", "yes", "y", "是", "有", "设", "真"))
_NO = frozenset(("0", "0.0", "false", "f", "no", "n", "否", "无", "不设", "假"))


def text_of(frame: gpd.GeoDataFrame, key: str) -> Objects:
    """Return a text column as str or None; all None where there is no such column."""
    if key not in frame:
        return np.full(len(frame), None, dtype=object)
    values = frame[key]
    found = np.array(values, dtype=object)
    found[values.isna().to_numpy()] = None
    return found


def is_none(values: Objects) -> Flags:
    """Return where a text column has nothing."""
    return np.fromiter((value is None for value in values), dtype=bool, count=len(values))


def text_column(values: Objects, index: pd.Index) -> pd.Series[Any]:
    """Return text as a column that keeps None (pandas 3 would make it NaN)."""
    return pd.Series(values, index=index, dtype=object)


def require_filled(frame: gpd.GeoDataFrame, layer: Layer, key: str) -> Objects:
    """Return a text column, refusing rows without it."""
    values = text_of(frame, key)
    empty = is_none(values)
    if empty.any():
        raise DataError("GT023", layer=layer.key, rows=frame.index[empty], column=key)
    return values


def listed(values: Any, most: int = 5) -> str:
    """Return the distinct values as text, the first few of them."""
    distinct = list(dict.fromkeys(str(value) for value in values))
    return ", ".join(distinct[:most]) + (", …" if len(distinct) > most else "")


def numbers(frame: gpd.GeoDataFrame, key: str) -> tuple[Floats, Flags]:
    """Return a column as numbers, and where something stands that is none.

    Parameters
    ----------
    frame : GeoDataFrame
    key : str
        A column of numbers, or of text that should be.

    Returns
    -------
    float array
        NaN where empty or not a number.
    bool array
        True where the value is not a number.
    """
    values = frame[key]
    if not pd.api.types.is_numeric_dtype(values.dtype):
        # full-width digits and blanks are common in columns kept as text
        text = values.map(_plain, na_action="ignore")
        values = text.mask(text.isin(_EMPTY))
    numeric = pd.to_numeric(values, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    with np.errstate(invalid="ignore"):
        absurd = np.abs(numeric) > _MOST
    wrong = (np.isnan(numeric) & values.notna().to_numpy()) | absurd
    return np.where(absurd, np.nan, numeric), wrong


def _plain(value: object) -> str:
    """Return a value as it is compared: half width, no blanks around, lower case."""
    return unicodedata.normalize("NFKC", str(value)).strip().casefold()


def counts(frame: gpd.GeoDataFrame, layer: Layer, key: str) -> Floats:
    """Return a column of counts as whole numbers, NaN where empty.

    Raises
    ------
    DataError
        GT021 when a value is not a number, GT022 when one is negative.
    """
    found, wrong = numbers(frame, key)
    for code, bad in (("GT021", wrong), ("GT022", found < 0)):
        if bad.any():
            raise DataError(
                code,
                layer=layer.key,
                rows=frame.index[bad],
                column=key,
                values=listed(frame[key][bad]),
            )
    return np.floor(found + 0.5)


def yes_or_no(frame: gpd.GeoDataFrame, layer: Layer, key: str, *, empty: bool) -> Flags:
    """Return a column as booleans; `empty` stands for rows without a value."""
    if key not in frame:
        return np.full(len(frame), empty)
    answers = [
        None if missing else _plain(value)
        for value, missing in zip(frame[key], frame[key].isna(), strict=True)
    ]
    wrong = np.array([bool(item) and item not in _YES | _NO for item in answers], dtype=bool)
    if wrong.any():
        raise DataError(
            "GT030",
            layer=layer.key,
            rows=frame.index[wrong],
            column=key,
            values=listed(frame[key][wrong]),
        )
    return np.array([item in _YES if item else empty for item in answers], dtype=bool)
