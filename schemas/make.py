"""Write the JSON Schemas of the layers and the settings anew: ``python schemas/make.py``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from gridtool.cli.config import Config
from gridtool.export import SCHEMA_LAYERS, layer_schema
from gridtool.read.inspect import LayerReport

HERE = Path(__file__).parent
LAYERS = HERE / "layers"
CONFIG = HERE / "config.schema.json"
INSPECT = HERE / "inspect.schema.json"


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


def main() -> None:
    """Write one file for each layer, one for the settings and one for the look into files."""
    LAYERS.mkdir(exist_ok=True)
    for name in SCHEMA_LAYERS:
        _write(LAYERS / f"{name}.schema.json", layer_schema(name))
    _write(CONFIG, config_schema())
    _write(INSPECT, inspect_schema())


def _write(path: Path, schema: dict[str, Any]) -> None:
    """Write one schema."""
    text = json.dumps(schema, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
