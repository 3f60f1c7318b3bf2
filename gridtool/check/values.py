"""Values of columns: text, counts, yes and no; what cannot be used is a finding."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from gridtool.check.listing import listed, together
from gridtool.columns import Layer
from gridtool.findings import Finding
from gridtool.geom import Geometries

Flags = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]

_MOST = 1e9
_WHOLE = 1e-6
_EMPTY = ("", "null", "<null>", "nan", "none")
# what clerks write where there is nothing: dashes of any width, strokes, 无
_NOTHING = re.compile(r"[-‐‑‒–—―−]+|[/\\]+|无")
_YES = frozenset(("1", "1.0", "true", "t", "yes", "y", "是", "有", "设", "真"))
_NO = frozenset(("0", "0.0", "false", "f", "no", "n", "否", "无", "不设", "假"))

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
# a second figure (300-400), a share or a multiple (3万) leaves open which number is meant
_OPEN = "一二三四五六七八九十百千万亿"
_ONE_FIGURE = re.compile(rf"\D*?(?P<sign>(?<!\S)-)?(?P<figure>\d+(?:\.\d+)?)(?![\d.%{_OPEN}])\D*")


class Numbers(NamedTuple):
    """A column as numbers.

    Attributes
    ----------
    found : float array
        NaN where empty or of no use.
    wrong : bool array
        Where something stands that is no number, or an absurd one.
    read : bool array
        Where the number was read out of words ("约300户").
    marked : bool array
        Where a mark says that there is nothing ("—", "无").
    """

    found: Floats
    wrong: Flags
    read: Flags
    marked: Flags


def text_of(frame: pd.DataFrame, key: str) -> Objects:
    """Return a text column as str or None; all None where there is no such column."""
    if key not in frame:
        return np.full(len(frame), None, dtype=object)
    values = frame[key]
    found = np.array(values, dtype=object)
    found[values.isna().to_numpy()] = None
    return found


def is_none(values: Objects) -> Flags:
    """Return where a text column has nothing."""
    return np.asarray(pd.isna(values), dtype=bool)


def text_column(values: Objects, index: pd.Index) -> pd.Series[Any]:
    """Return text as a column that keeps None (pandas 3 would make it NaN)."""
    return pd.Series(values, index=index, dtype=object)


def shapes_of(frame: pd.DataFrame) -> Geometries | None:
    """Return the geometry of a layer, None for a table."""
    if isinstance(frame, gpd.GeoDataFrame):
        return np.array(frame.geometry.array, dtype=object)
    return None


def rows_together(
    code: str, frame: pd.DataFrame, layer: Layer, rows: Flags, **values: object
) -> Finding:
    """Return one finding about some rows of a layer or table."""
    shapes = shapes_of(frame)
    marked = None if shapes is None else shapes[rows]
    return together(code, layer.key, frame.index[rows], marked, **values)


def require_filled(frame: pd.DataFrame, layer: Layer, key: str, findings: list[Finding]) -> Objects:
    """Return a text column; rows without it are an error and stay None."""
    values = text_of(frame, key)
    empty = is_none(values)
    if empty.any():
        findings.append(rows_together("GT023", frame, layer, empty, column=key))
    return values


def numbers(frame: pd.DataFrame, key: str) -> Numbers:
    """Return a column of numbers, or of text that should be, as numbers."""
    values = frame[key]
    if pd.api.types.is_numeric_dtype(values.dtype):
        found = pd.to_numeric(values).to_numpy(dtype="float64", na_value=np.nan)
        nowhere = np.zeros(len(found), dtype=bool)
        return Numbers(*_without_absurd(found, nowhere), nowhere, nowhere)
    codes, distinct = pd.factorize(values.map(str, na_action="ignore"))
    each = [_number(text) for text in distinct]
    figures = np.array([*(figure for figure, _ in each), np.nan], dtype=np.float64)
    in_words = np.array([*(words for _, words in each), False], dtype=bool)
    marks = [_NOTHING.fullmatch(_plain(text)) is not None for text in distinct]
    marked = np.array([*marks, False], dtype=bool)
    wrong = np.isnan(figures) & in_words & ~marked
    found, absurd = _without_absurd(figures[codes], wrong[codes])
    return Numbers(found, absurd, (in_words & ~marked)[codes] & ~absurd, marked[codes])


def _without_absurd(found: Floats, wrong: Flags) -> tuple[Floats, Flags]:
    """Return numbers without those no count can have, and where something is wrong."""
    with np.errstate(invalid="ignore"):
        absurd = np.abs(found) > _MOST
    return np.where(absurd, np.nan, found), wrong | absurd


def _number(text: str) -> tuple[float, bool]:
    """Return the number a text holds (NaN for none), and whether words stand around it."""
    plain = _plain(text)
    if plain in _EMPTY:
        return np.nan, False
    plain = _THOUSANDS.sub("", plain)
    try:
        return float(plain), False
    except ValueError:
        pass
    figure = _ONE_FIGURE.fullmatch(plain)
    if figure is None:
        return np.nan, True
    return float(f"{figure['sign'] or ''}{figure['figure']}"), True


def _plain(value: object) -> str:
    """Return a value as it is compared: half width, no blanks around, lower case."""
    return unicodedata.normalize("NFKC", str(value)).strip().casefold()


def counts(frame: pd.DataFrame, layer: Layer, key: str, findings: list[Finding]) -> Floats:
    """Return a column of counts as whole numbers.

    Parameters
    ----------
    frame : DataFrame
        A layer or a table.
    layer : Layer
    key : str
    findings : list of Finding
        Values that are no number (GT021) or negative (GT022) are errors; numbers read out of
        words (GT198) and fractions (GT199) are told with what became of them, and so are marks
        for nothing (GT223).

    Returns
    -------
    float array
        NaN where empty, 0 where in error.
    """
    found, wrong, read, marked = numbers(frame, key)
    with np.errstate(invalid="ignore"):
        negative = found < 0
        whole = np.where(wrong | negative, 0.0, np.floor(found + 0.5))
        broken = (np.abs(found - whole) > _WHOLE) & ~negative & ~read
    texts = frame[key].to_numpy(dtype=object)
    for code, bad in (("GT021", wrong), ("GT022", negative), ("GT223", marked)):
        if bad.any():
            values = listed(texts[bad])
            findings.append(rows_together(code, frame, layer, bad, column=key, values=values))
    for code, changed in (("GT198", read & ~negative), ("GT199", broken)):
        if changed.any():
            values = listed(told_as(texts[changed], whole[changed]))
            findings.append(rows_together(code, frame, layer, changed, column=key, values=values))
    return whole


def told_as(texts: Objects, found: Objects | Floats) -> list[str]:
    """Return what was read as what: ``约300户 → 300``."""
    named = [item if isinstance(item, str) else f"{item:.12g}" for item in found]
    return [f"{text} → {item}" for text, item in zip(texts, named, strict=True)]


def yes_or_no(
    frame: pd.DataFrame, layer: Layer, key: str, findings: list[Finding], *, empty: bool
) -> Flags:
    """Return a column as booleans; `empty` stands for rows without a value, or a wrong one."""
    if key not in frame:
        return np.full(len(frame), empty)
    answers = [
        None if missing else _plain(value)
        for value, missing in zip(frame[key], frame[key].isna(), strict=True)
    ]
    wrong = np.array([bool(item) and item not in _YES | _NO for item in answers], dtype=bool)
    if wrong.any():
        values = listed(frame[key][wrong])
        findings.append(rows_together("GT030", frame, layer, wrong, column=key, values=values))
    known = [item if item in _YES | _NO else None for item in answers]
    return np.array([item in _YES if item else empty for item in known], dtype=bool)
