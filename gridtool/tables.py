"""Tables and layers as files, read plainly: for what is no input layer of a division."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from numbers import Number
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from gridtool.columns import Layer, match_columns
from gridtool.errors import ColumnError, DataError, InputError
from gridtool.geom import Bools

_READ_ERRORS: Final = (DataSourceError, DataLayerError, OSError, RuntimeError, ValueError)
# bytes of a float → below which whole numbers are exact
_EXACT: Final[Mapping[int, float]] = {2: 2.0**11, 4: 2.0**24, 8: 2.0**53}
_TEXT: Final = frozenset((".csv", ".txt"))


def read_table(path: Path, *, layer: str = "grids") -> pd.DataFrame:
    """Read a file as a table, every value of a text file as text.

    Parameters
    ----------
    path : Path
        CSV (UTF-8 or GB 18030), Parquet, XLSX, or a layer GDAL can open, its geometry with it;
        ``FILE.gpkg|layername=NAME`` names one of several layers.
    layer : str
        The one that is meant where none is named.

    Returns
    -------
    DataFrame or GeoDataFrame

    Raises
    ------
    InputError
        GT001 when there is no such file, GT002 when it cannot be read.
    """
    text, _, named = str(path).partition("|layername=")
    file = Path(text)
    if not file.exists():
        raise InputError("GT001", path=file)
    suffix = file.suffix.lower()
    try:
        if suffix in _TEXT:
            return _read_csv(file)
        if suffix == ".parquet":
            return pd.read_parquet(file)
        if suffix == ".xlsx":
            return _read_excel(file)
        return _read_layer(file, named, layer)
    except ImportError as error:
        raise InputError("GT002", path=file, reason=f"pip install {error.name}") from None
    except _READ_ERRORS as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError("GT002", path=file, reason=reason) from None


def _read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV as Excel writes it in China: UTF-8 with or without a mark, or GB 18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return pd.read_csv(path, dtype="str", encoding=encoding, keep_default_na=False)
    raise ValueError("neither UTF-8 nor GB 18030")


def _read_excel(path: Path) -> pd.DataFrame:
    """Read a sheet, text as text; a number too large to be exact is a float, as the cell is."""
    # without dtype digits stored as text would become numbers
    frame = pd.read_excel(path, dtype=object)
    cells = frame.map(lambda cell: float(cell) if _is_beyond(cell) else cell)
    return cells.infer_objects()


def _is_beyond(cell: object) -> bool:
    """Return whether a cell is a whole number that a double does not hold for sure."""
    return isinstance(cell, int) and abs(cell) >= _EXACT[8]


def _read_layer(path: Path, named: str, usual: str) -> pd.DataFrame:
    """Read a layer: the one named, else the usual one, else the only one."""
    names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    only = names[0] if len(names) == 1 else usual
    layer = named or (usual if usual in names else only)
    if layer not in names:
        found = ", ".join(names) or "-"
        raise InputError("GT003", path=path, wanted=layer, found=found, names=layer)
    with warnings.catch_warnings():
        # GDAL's remarks on a layer are no business of a reader of codes
        warnings.simplefilter("ignore", RuntimeWarning)
        frame: pd.DataFrame = pyogrio.read_dataframe(path, layer=layer)
        return frame


def read_columns(path: Path, layer: Layer, *, required: Sequence[str]) -> pd.DataFrame:
    """Read a table under the keys of the data dictionary, as text.

    Parameters
    ----------
    path : Path
    layer : Layer
        Its columns are found by key, Chinese name or DBF name; further ones are left out.
    required : sequence of str
        Keys that must be there.

    Returns
    -------
    DataFrame
        Text; whole numbers as their digits.

    Raises
    ------
    InputError
        As `read_table`.
    ColumnError
        GT099 when a column is missing.
    """
    raw = read_table(path)
    chosen = choose_columns(raw, layer, required=required, name=path.name)
    return pd.DataFrame({key: as_text(raw[name]) for key, name in chosen.items()})


def under_keys(
    raw: pd.DataFrame, layer: Layer, *, required: Sequence[str], name: str
) -> pd.DataFrame:
    """Return a table with the columns of the dictionary under their keys, others as they are.

    Raises
    ------
    ColumnError
        GT099 when a required column is missing.
    """
    chosen = choose_columns(raw, layer, required=required, name=name)
    return raw.rename(columns={source: key for key, source in chosen.items()})


def choose_columns(
    raw: pd.DataFrame, layer: Layer, *, required: Sequence[str], name: str
) -> dict[str, str]:
    """Return the column of each key of the dictionary that is there."""
    found = [str(column) for column in raw.columns]
    chosen = match_columns(layer, found)
    for key in required:
        if key not in chosen:
            raise missing_column(name, key, found, layer[key].names)
    return chosen


def missing_column(layer: str, key: str, found: Sequence[str], names: Sequence[str]) -> ColumnError:
    """Return the error of a column that is not there."""
    there = f"缺 missing ({', '.join(found) or '-'})"
    return ColumnError(
        "GT099", layer=layer, column=key, found=there, wanted=" | ".join(dict.fromkeys(names))
    )


def is_number(values: pd.Series[Any]) -> bool:
    """Return whether a column holds numbers, as Excel and DBF make of codes."""
    if values.dtype != object:
        return bool(pd.api.types.is_numeric_dtype(values.dtype))
    return any(isinstance(value, Number) for value in values.dropna())


def lost_digits(values: pd.Series[Any]) -> Bools:
    """Return which values are floats too large to be exact: their last digits are anybody's."""
    if not is_number(values):
        return np.zeros(len(values), dtype=bool)
    size = _size(values.dtype)
    there = zip(values.notna(), values.astype(object), strict=True)
    return np.array([ok and not _is_exact(value, size) for ok, value in there], dtype=bool)


def _size(of: object) -> int:
    """Return the bytes of a float or of a type of floats."""
    size: int = getattr(of, "itemsize", 8)
    return min(size, 8)


def _is_exact(value: object, size: int) -> bool:
    """Return whether a value is no float, or one small enough for its bytes."""
    if not isinstance(value, float | np.floating):
        return True
    return bool(abs(float(value)) < _EXACT[min(size, _size(value))])


def as_text(values: pd.Series[Any]) -> pd.Series[str]:
    """Return a column as text: whole numbers as their digits, missing values as missing.

    A float that lost digits (`lost_digits`) is written with an exponent, as Excel shows it, so
    that nothing takes it for a code.
    """
    if values.dtype != object and pd.api.types.is_string_dtype(values.dtype):
        return values
    size = _size(values.dtype)
    there = zip(values.notna(), values.astype(object), strict=True)
    text = [_digits(value, size) if ok else None for ok, value in there]
    return pd.Series(text, index=values.index, name=values.name, dtype=object)


def _digits(value: object, size: int) -> str:
    """Return one value as text."""
    if not _is_exact(value, size):
        return f"{value:.14E}"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return f"{value:.0f}"
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return f"{value:.0f}"
    return str(value)


def code_text(values: pd.Series[Any], *, name: str) -> pd.Series[str]:
    """Return a column of codes as text, empty where there is none.

    Raises
    ------
    DataError
        GT306 for numbers that lost digits.
    """
    lost = lost_digits(values)
    if lost.any():
        raise DataError("GT306", layer=name, rows=np.flatnonzero(lost), column=values.name)
    return as_text(values).fillna("").str.strip()
