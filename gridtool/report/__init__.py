"""Stage ``report``: the words and figures about grids, and about what was found."""

from __future__ import annotations

from gridtool.report.bounds import bounds_text
from gridtool.report.included import included_units
from gridtool.report.page import findings_page
from gridtool.report.summary import CHECK_FORMAT, FORMAT, summarise, summarise_check

__all__ = [
    "CHECK_FORMAT",
    "FORMAT",
    "bounds_text",
    "findings_page",
    "included_units",
    "summarise",
    "summarise_check",
]
