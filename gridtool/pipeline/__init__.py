"""The few functions that chain the stages: what a script, a notebook or the command line calls.

What a name needs is imported when it is first used: checking input loads no kernels.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridtool.pipeline.addressing import (
        Answer,
        Parsed,
        check_addresses,
        find_address,
        open_gazetteer,
        parse_texts,
    )
    from gridtool.pipeline.adopting import adopt_files
    from gridtool.pipeline.change_sets import ChangeSet
    from gridtool.pipeline.checking import Check, check_files
    from gridtool.pipeline.comparing import Comparing, diff_files, lineage_of, translate_file
    from gridtool.pipeline.dividing import first_run, partition, partition_files
    from gridtool.pipeline.filing_files import (
        area_names,
        make_register,
        read_base,
        read_buildings_file,
        read_grids_file,
        read_ground,
        write_grids,
        write_package,
        write_receipt_file,
        write_templates,
    )
    from gridtool.pipeline.filing_forms import form_maker
    from gridtool.pipeline.filing_making import BaseGrids, Header, make_package
    from gridtool.pipeline.filing_moving import Rebased, rebase_package, withdraw_filing
    from gridtool.pipeline.filing_receiving import (
        Verdict,
        apply_package,
        receive_package,
        verify_package,
    )
    from gridtool.pipeline.handing import Stats, export_file, report_file, stats_file
    from gridtool.pipeline.indexing import Sources, make_index
    from gridtool.pipeline.planning import partition_plans
    from gridtool.pipeline.printing import Printed, map_file, notice_files
    from gridtool.pipeline.result import Division
    from gridtool.pipeline.scene import Beneath
    from gridtool.pipeline.settings import Settings
    from gridtool.read import Placing, read_layers

__all__ = [
    "Answer",
    "BaseGrids",
    "Beneath",
    "ChangeSet",
    "Check",
    "Comparing",
    "Division",
    "Header",
    "Parsed",
    "Placing",
    "Printed",
    "Rebased",
    "Settings",
    "Sources",
    "Stats",
    "Verdict",
    "adopt_files",
    "apply_package",
    "area_names",
    "check_addresses",
    "check_files",
    "diff_files",
    "export_file",
    "find_address",
    "first_run",
    "form_maker",
    "lineage_of",
    "make_index",
    "make_package",
    "make_register",
    "map_file",
    "notice_files",
    "open_gazetteer",
    "parse_texts",
    "partition",
    "partition_files",
    "partition_plans",
    "read_base",
    "read_buildings_file",
    "read_grids_file",
    "read_ground",
    "read_layers",
    "rebase_package",
    "receive_package",
    "report_file",
    "stats_file",
    "translate_file",
    "verify_package",
    "withdraw_filing",
    "write_grids",
    "write_package",
    "write_receipt_file",
    "write_templates",
]

_HOMES = {
    "Answer": "gridtool.pipeline.addressing",
    "Parsed": "gridtool.pipeline.addressing",
    "check_addresses": "gridtool.pipeline.addressing",
    "find_address": "gridtool.pipeline.addressing",
    "open_gazetteer": "gridtool.pipeline.addressing",
    "parse_texts": "gridtool.pipeline.addressing",
    "adopt_files": "gridtool.pipeline.adopting",
    "ChangeSet": "gridtool.pipeline.change_sets",
    "Check": "gridtool.pipeline.checking",
    "check_files": "gridtool.pipeline.checking",
    "Comparing": "gridtool.pipeline.comparing",
    "diff_files": "gridtool.pipeline.comparing",
    "lineage_of": "gridtool.pipeline.comparing",
    "translate_file": "gridtool.pipeline.comparing",
    "first_run": "gridtool.pipeline.dividing",
    "partition": "gridtool.pipeline.dividing",
    "partition_files": "gridtool.pipeline.dividing",
    "area_names": "gridtool.pipeline.filing_files",
    "make_register": "gridtool.pipeline.filing_files",
    "read_base": "gridtool.pipeline.filing_files",
    "read_buildings_file": "gridtool.pipeline.filing_files",
    "read_grids_file": "gridtool.pipeline.filing_files",
    "read_ground": "gridtool.pipeline.filing_files",
    "write_grids": "gridtool.pipeline.filing_files",
    "write_package": "gridtool.pipeline.filing_files",
    "write_receipt_file": "gridtool.pipeline.filing_files",
    "write_templates": "gridtool.pipeline.filing_files",
    "form_maker": "gridtool.pipeline.filing_forms",
    "BaseGrids": "gridtool.pipeline.filing_making",
    "Header": "gridtool.pipeline.filing_making",
    "make_package": "gridtool.pipeline.filing_making",
    "Rebased": "gridtool.pipeline.filing_moving",
    "rebase_package": "gridtool.pipeline.filing_moving",
    "withdraw_filing": "gridtool.pipeline.filing_moving",
    "Verdict": "gridtool.pipeline.filing_receiving",
    "apply_package": "gridtool.pipeline.filing_receiving",
    "receive_package": "gridtool.pipeline.filing_receiving",
    "verify_package": "gridtool.pipeline.filing_receiving",
    "Stats": "gridtool.pipeline.handing",
    "export_file": "gridtool.pipeline.handing",
    "report_file": "gridtool.pipeline.handing",
    "stats_file": "gridtool.pipeline.handing",
    "Sources": "gridtool.pipeline.indexing",
    "make_index": "gridtool.pipeline.indexing",
    "partition_plans": "gridtool.pipeline.planning",
    "Printed": "gridtool.pipeline.printing",
    "map_file": "gridtool.pipeline.printing",
    "notice_files": "gridtool.pipeline.printing",
    "Division": "gridtool.pipeline.result",
    "Beneath": "gridtool.pipeline.scene",
    "Settings": "gridtool.pipeline.settings",
    "Placing": "gridtool.read",
    "read_layers": "gridtool.read",
}


def __getattr__(name: str) -> Any:
    """Import the public names on first use."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
