"""Stage ``export``: write the results, whole or not at all."""

from __future__ import annotations

from gridtool.export.results import GPKG, SUMMARY, ensure_free, write_results
from gridtool.export.schema import SCHEMA_LAYERS, layer_schema

__all__ = ["GPKG", "SCHEMA_LAYERS", "SUMMARY", "ensure_free", "layer_schema", "write_results"]
