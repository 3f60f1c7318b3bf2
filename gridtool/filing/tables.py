"""The data of a package: tables as CSV, grids as lines of GeoJSON; written and read in one form."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.columns import DIFF_TABLES, GRIDS, Column, Layer
from gridtool.errors import PackageError

AFTER: Final = "data/after.ndjson"
BUILDINGS: Final = "data/buildings.csv"
TABLES: Final[Mapping[str, Layer]] = {f"data/{name}": one for name, one in DIFF_TABLES.items()}
"""Path in a package to table."""

_POINT: Final = (Column("x", "X", "X", "number"), Column("y", "Y", "Y", "number"))
_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "groups": ("group_id",),
    "relations": ("group_id", "old_code", "new_code"),
    "grid_changes": ("grid_code",),
    "building_changes": ("building_id",),
    "code_changes": ("grid_code",),
}
_KINDS: Final[dict[str, Any]] = {
    "text": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
_DECIMALS: Final = 4
_MM: Final = 3
_SAME: Final = {"area": 0.05, "share": 1e-3}
"""How far numbers reckoned on two machines may be apart: square metres, shares."""
_MOST_TEXT: Final = 20_000
_MOST_INTEGER: Final = 2**53


class Difference(NamedTuple):
    """What a package tells of a row, and what was reckoned."""

    row: str
    column: str
    told: str
    reckoned: str


def table_columns(path: str) -> tuple[Column, ...]:
    """Return the columns of a table; buildings are filed with the point they are counted at."""
    return TABLES[path].columns + (_POINT if path == BUILDINGS else ())


def table_bytes(path: str, frame: pd.DataFrame) -> bytes:
    """Return a table as CSV: UTF-8 with a mark, so that Excel takes it for what it is."""
    columns = table_columns(path)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(column.key for column in columns)
    texts = [_texts(frame[one.key], one.kind) for one in columns]
    writer.writerows(zip(*texts, strict=True))
    return buffer.getvalue().encode("utf-8-sig")


def read_table(path: str, data: bytes) -> pd.DataFrame:
    """Read a table from its CSV.

    Raises
    ------
    PackageError
        GT502 for anything that `table_bytes` would not have written.
    """
    columns = table_columns(path)
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
        if not rows or rows[0] != [column.key for column in columns]:
            raise ValueError("the header")
        values = list(zip(*rows[1:], strict=True)) or [()] * len(columns)
        frame = pd.DataFrame(
            {one.key: _array(cells, one) for one, cells in zip(columns, values, strict=True)}
        )
    except (ValueError, csv.Error, OverflowError) as error:
        raise PackageError("GT502", reason=f"{path}: {error}") from None
    if table_bytes(path, frame) != data:
        raise PackageError("GT502", reason=f"{path}: written in another form")
    return frame


def grids_bytes(grids: gpd.GeoDataFrame) -> bytes:
    """Return grids as lines of GeoJSON, metres in the CRS of the manifest, whole millimetres."""
    shapes = shapely.to_geojson(np.asarray(grids.geometry.array, dtype=object))
    lines = []
    records = [
        _properties(row) for row in grids[[one.key for one in GRIDS.columns]].to_dict("records")
    ]
    for record, shape in zip(records, shapes, strict=True):
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        lines.append(f'{{"type":"Feature","properties":{text},"geometry":{shape}}}\n')
    return "".join(lines).encode("utf-8")


def read_grids(data: bytes, crs: str) -> gpd.GeoDataFrame:
    """Read grids from lines of GeoJSON.

    Returns
    -------
    GeoDataFrame
        Columns of `gridtool.columns.GRIDS`.

    Raises
    ------
    PackageError
        GT502 for columns, types or shapes that no grid has.
    """
    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []
    try:
        for line in data.decode("utf-8").splitlines():
            feature = json.loads(line, parse_constant=_no_number)
            record = {one.key: feature["properties"].pop(one.key) for one in GRIDS.columns}
            if feature["properties"] or set(feature) != {"type", "properties", "geometry"}:
                raise ValueError("an unknown key")
            for column in GRIDS.columns:
                _require_kind(record[column.key], column)
            rows.append(record)
            shapes.append(shapely.from_geojson(json.dumps(feature["geometry"])))
        _require_shapes(np.array(shapes, dtype=object))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PackageError("GT502", reason=f"{AFTER}: {error}") from None
    except shapely.errors.ShapelyError as error:
        raise PackageError("GT502", reason=f"{AFTER}: {error}") from None
    frame = pd.DataFrame(rows, columns=[one.key for one in GRIDS.columns])
    codes = frame["grid_code"]
    if codes.duplicated().any():
        raise PackageError("GT502", reason=f"{AFTER}: {codes[codes.duplicated()].iloc[0]} ×2")
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=crs)


def compare_tables(path: str, told: pd.DataFrame, reckoned: pd.DataFrame) -> list[Difference]:
    """Return where a table of a package is not what was reckoned.

    Parameters
    ----------
    path : str
        Key of `TABLES`.
    told, reckoned : DataFrame
        Of the package, and of the receiver's own data. The order of rows does not matter; areas
        may be 0.05 m² apart and shares 0.001, as machines reckon them; all else is the same.
    """
    layer = TABLES[path]
    mine, theirs = _rows_by_key(reckoned, layer), _rows_by_key(told, layer)
    found = [Difference(key, "-", "-", "+") for key in sorted(mine.keys() - theirs.keys())]
    found += [Difference(key, "-", "+", "-") for key in sorted(theirs.keys() - mine.keys())]
    both = sorted(mine.keys() & theirs.keys())
    apart = []
    for place, column in enumerate(layer.columns):
        texts, others = (_texts(frame[column.key], column.kind) for frame in (told, reckoned))
        for key in both:
            one, other = texts[theirs[key]], others[mine[key]]
            if one != other and not _is_near(one, other, column):
                apart.append((key, place, Difference(key, column.key, one, other)))
    return found + [difference for *_, difference in sorted(apart)]


def _rows_by_key(frame: pd.DataFrame, layer: Layer) -> dict[str, int]:
    """Return where the rows of a frame stand, by the words of their key."""
    words = [_texts(frame[key], "text") for key in _KEYS[layer.key]]
    rows = zip(*words, strict=True)
    return {" ".join(word or "-" for word in row): at for at, row in enumerate(rows)}


def _is_near(one: str, other: str, column: Column) -> bool:
    """Return whether two texts are numbers as two machines reckon the same."""
    if column.kind != "number" or "" in (one, other):
        return False
    most = _SAME["area"] if "area_m2" in column.key else _SAME["share"]
    return abs(float(one) - float(other)) <= most


def _texts(values: pd.Series[Any], kind: str) -> list[str]:
    """Return the values of a column as the CSV holds them."""
    plain = {"text": str, "integer": int}.get(kind, str)
    cells = values.astype(object).tolist()
    return [str(cell) if type(cell) is plain else _text(cell, kind) for cell in cells]


def _text(value: Any, kind: str) -> str:
    """Return a value as the CSV holds it."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "integer":
        return str(int(value))
    if kind == "number":
        return f"{round(float(value), _DECIMALS) + 0.0:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return str(value)


def _array(cells: Sequence[str], column: Column) -> Any:
    """Return the cells of a column in its type."""
    kinds: dict[str, Any] = {"integer": int, "number": float, "boolean": _truth, "text": str}
    whole = column.kind == "text" and column.required
    values = [kinds[column.kind](cell) if cell or whole else None for cell in cells]
    for value in values:
        _require_kind(value, column)
    return pd.Series(values, dtype=object)


def _truth(cell: str) -> bool:
    """Return the value of a cell that holds a truth value."""
    if cell not in ("true", "false"):
        raise ValueError(cell)
    return cell == "true"


def _require_kind(value: Any, column: Column) -> None:
    """Raise ValueError for a value that is not of a column's type."""
    if value is None and not column.required:
        return
    sound = isinstance(value, _KINDS[column.kind]) and isinstance(value, bool) == (
        column.kind == "boolean"
    )
    if isinstance(value, str):
        # a lone surrogate, a NUL or an escape has no place in a register
        value.encode("utf-8")
        sound = sound and len(value) <= _MOST_TEXT and (value.isprintable() or "\n" in value)
    elif sound and not isinstance(value, bool):
        sound = math.isfinite(value) and abs(value) < _MOST_INTEGER
    if not sound:
        raise ValueError(f"{column.key} {value!r:.40}")


def _require_shapes(shapes: Any) -> None:
    """Raise ValueError for what is no polygon in whole millimetres."""
    if not len(shapes):
        return
    polygons = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.has_z(shapes)
    sound = polygons & ~shapely.is_empty(shapes) & shapely.is_valid(shapes)
    if not sound.all():
        raise ValueError(f"line {int(np.flatnonzero(~sound)[0]) + 1} is no sound polygon")
    xy = shapely.get_coordinates(shapes)
    if not (np.isfinite(xy).all() and (np.round(xy, _MM) == xy).all()):
        raise ValueError("coordinates beyond a millimetre")


def _properties(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a grid as JSON holds them."""
    return dict(_plain(record))


def _plain(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the columns of a grid with values of plain types."""
    kinds: dict[str, Any] = {"integer": int, "number": float, "boolean": bool, "text": str}
    for column in GRIDS.columns:
        value = record[column.key]
        missing = value is None or (not isinstance(value, str) and pd.isna(value))
        yield column.key, None if missing else kinds[column.kind](value)


def _no_number(text: str) -> None:
    """Refuse NaN and Infinity, which JSON does not have."""
    raise ValueError(text)
