"""JSON Schemas of the layers, made from the data dictionary."""

from __future__ import annotations

from typing import Any, Final

from gridtool.columns import (
    COMMUNITY_KINDS,
    DIFF_TABLES,
    GRID_BUILDINGS,
    INPUT_LAYERS,
    OUTPUT_LAYERS,
    Column,
    Layer,
)
from gridtool.messages import ERROR, INFO, WARNING
from gridtool.rules import GRID_KINDS, SIZE_REASONS, SIZE_RULES

SCHEMA_LAYERS: Final[dict[str, Layer]] = {
    **INPUT_LAYERS,
    # buildings come in under the same name; what goes out is a layer of its own
    **{
        "grid_buildings" if layer is GRID_BUILDINGS else key: layer
        for key, layer in OUTPUT_LAYERS.items()
    },
    **{layer.key: layer for layer in DIFF_TABLES.values()},
}
"""Name of a schema to its layer: all inputs, then all outputs, then the tables of a diff."""

_VALUES: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("communities", "kind"): tuple(COMMUNITY_KINDS),
    ("grids", "grid_kind"): GRID_KINDS,
    ("grids", "size_rule"): SIZE_RULES,
    ("grids", "size_reason"): SIZE_REASONS,
    ("findings", "severity"): (ERROR, WARNING, INFO),
}
_PATTERNS: Final = {
    ("findings", "code"): "^GT[0-9]{3}$",
    ("grids", "town_code"): "^.{9}$",
    ("grids", "county_code"): "^.{6}$",
}
_TYPES: Final = {"text": "string"}


def layer_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one row of a layer.

    Parameters
    ----------
    name : str
        Key of `SCHEMA_LAYERS`.

    Returns
    -------
    dict
        ``title`` is the Chinese name; ``x-dbf`` and ``x-aliases`` are the other names a column
        is found by, ``x-geometry`` the geometry types. Columns beyond those of an input are
        passed over, an output has no others.
    """
    layer = SCHEMA_LAYERS[name]
    output = layer not in INPUT_LAYERS.values()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:gridtool:layer:{name}",
        "title": layer.zh,
        "description": f"One row of the {_role(layer)} {layer.key}.",
        "x-geometry": list(layer.geometry),
        "type": "object",
        "properties": {
            column.key: _property(layer.key, column, output=output) for column in layer.columns
        },
        "required": [column.key for column in layer.columns if column.required or output],
        "additionalProperties": not output,
    }


def _role(layer: Layer) -> str:
    """Return what a layer is."""
    if layer in DIFF_TABLES.values():
        return "table of a diff"
    return "output layer" if layer in OUTPUT_LAYERS.values() else "input layer"


def _property(layer: str, column: Column, *, output: bool) -> dict[str, Any]:
    """Return the schema of one column; what is not required may be null."""
    kind = _TYPES.get(column.kind, column.kind)
    values: dict[str, Any] = {"title": column.zh, "x-dbf": column.dbf}
    if column.aliases:
        values["x-aliases"] = list(column.aliases)
    values["type"] = kind if column.required else [kind, "null"]
    if column.kind in ("integer", "number"):
        values["minimum"] = 0
    known = _VALUES.get((layer, column.key))
    if known:
        values["enum"] = [*known] if column.required else [*known, None]
    pattern = _PATTERNS.get((layer, column.key))
    if pattern and output:
        values["pattern"] = pattern
    return values
