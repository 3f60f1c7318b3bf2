"""Write the JSON Schemas of the layers and the settings anew: ``python schemas/make.py``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from gridtool.cli.config import Config
from gridtool.diff import KINDS, NAMES
from gridtool.export import SCHEMA_LAYERS, layer_schema
from gridtool.filing import manifest_schema, receipt_schema
from gridtool.filing.keys import key_schema
from gridtool.pipeline.telling_changes import FORMAT
from gridtool.read.inspect import LayerReport

HERE = Path(__file__).parent
LAYERS = HERE / "layers"
CONFIG = HERE / "config.schema.json"
INSPECT = HERE / "inspect.schema.json"
FILING = {"manifest": manifest_schema, "receipt": receipt_schema, "key": key_schema}
DIFF = HERE / "diff.schema.json"


def config_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``gridtool.toml``, made from its model."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:gridtool:config",
        **Config.model_json_schema(),
    }


def inspect_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what ``gridtool inspect --json`` prints."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:gridtool:inspect",
        **TypeAdapter(list[LayerReport]).json_schema(),
    }


def diff_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``diff.json``, its groups made from the dictionary."""
    count, text = {"type": "integer", "minimum": 0}, {"type": "string"}
    root = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    findings = list(layer_schema("findings")["properties"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:gridtool:diff",
        "title": "变更对照",
        **_record(
            format={"const": FORMAT},
            version=text,
            title=text,
            crs=text,
            tolerances=_record(
                storage_m={"type": "number"},
                drawing_m={"type": "number"},
                area_m2={"type": "number"},
            ),
            old=_record(grids=count, root=root),
            new=_record(grids=count),
            result=_record(grids=count, root=root),
            buildings=_record(count=count, households=count, persons=count),
            population_drift={
                "type": "object",
                "propertyNames": {"enum": ["old", "new"]},
                "additionalProperties": _record(
                    stated=count, counted=count, grids_apart=count, most=count
                ),
            },
            grids={"type": "object", "additionalProperties": count},
            types={
                "type": "object",
                "propertyNames": {"enum": list(KINDS)},
                "additionalProperties": count,
            },
            moved=_record(households=count, persons=count, buildings=count),
            invariants=_list(
                _record(
                    id={"enum": list(NAMES)},
                    holds={"type": "boolean"},
                    name_zh=text,
                    name_en=text,
                    value={"type": "object"},
                )
            ),
            groups=_list(_group()),
            findings=_list(_record(**{key: {"type": ["string", "null"]} for key in findings})),
        ),
    }


def _group() -> dict[str, Any]:
    """Return the schema of a change group with its relations."""
    rows = layer_schema("relations")["properties"]
    row = _record(**{key: value for key, value in rows.items() if key != "group_id"})
    return _record(**layer_schema("groups")["properties"], relations=_list(row))


def _record(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object with these properties, all of them and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def main() -> None:
    """Write one file for each layer, and one for each JSON file we write or take."""
    LAYERS.mkdir(exist_ok=True)
    for name in SCHEMA_LAYERS:
        _write(LAYERS / f"{name}.schema.json", layer_schema(name))
    _write(CONFIG, config_schema())
    _write(INSPECT, inspect_schema())
    for name, made in FILING.items():
        _write(HERE / f"{name}.schema.json", made())
    _write(DIFF, diff_schema())


def _write(path: Path, schema: dict[str, Any]) -> None:
    """Write one schema."""
    text = json.dumps(schema, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
