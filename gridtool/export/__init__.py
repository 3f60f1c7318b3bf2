"""Stage ``export``: write the results, whole or not at all."""

from __future__ import annotations

from gridtool.export.findings import FINDINGS_FILES, write_findings
from gridtool.export.results import GPKG, RESULT_FILES, SUMMARY, write_results
from gridtool.export.schema import SCHEMA_LAYERS, layer_schema
from gridtool.place import ensure_free

__all__ = [
    "FINDINGS_FILES",
    "GPKG",
    "RESULT_FILES",
    "SCHEMA_LAYERS",
    "SUMMARY",
    "ensure_free",
    "layer_schema",
    "write_findings",
    "write_results",
]
