"""Stage ``export``: write the results, whole or not at all, and hand them over."""

from __future__ import annotations

from gridtool.export.changes import DIFF_FILES, write_changes
from gridtool.export.findings import FINDINGS_FILES, write_findings
from gridtool.export.formats import POSTGIS, chosen_format, format_names
from gridtool.export.geopackage import add_styles, write_geopackage
from gridtool.export.handover import Export, export_files, export_table, planned_files
from gridtool.export.metadata import LICENCE, Source
from gridtool.export.order import Order, order_for
from gridtool.export.postgis import chosen_table, is_database
from gridtool.export.profiles import load_profile, profile_names
from gridtool.export.results import (
    GPKG,
    RESULT_FILES,
    SUMMARY,
    plan_files,
    plan_gpkg,
    write_plans,
    write_results,
)
from gridtool.export.schema import SCHEMA_LAYERS, layer_schema
from gridtool.export.workbook import STATS_HEADS, STATS_SUFFIXES, write_stats
from gridtool.place import ensure_free

__all__ = [
    "DIFF_FILES",
    "FINDINGS_FILES",
    "GPKG",
    "LICENCE",
    "POSTGIS",
    "RESULT_FILES",
    "SCHEMA_LAYERS",
    "STATS_HEADS",
    "STATS_SUFFIXES",
    "SUMMARY",
    "Export",
    "Order",
    "Source",
    "add_styles",
    "chosen_format",
    "chosen_table",
    "ensure_free",
    "export_files",
    "export_table",
    "format_names",
    "is_database",
    "layer_schema",
    "load_profile",
    "order_for",
    "plan_files",
    "plan_gpkg",
    "planned_files",
    "profile_names",
    "write_changes",
    "write_findings",
    "write_geopackage",
    "write_plans",
    "write_results",
    "write_stats",
]
