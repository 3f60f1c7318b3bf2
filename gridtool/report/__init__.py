"""Stage ``report``: the words and figures about grids, and about what was found."""

from __future__ import annotations

from gridtool.report.bounds import bounds_text
from gridtool.report.changes import Check, changes_page
from gridtool.report.in_force import count_changes, explain_changes, summarise_changes
from gridtool.report.included import included_units
from gridtool.report.interactive import About, report_page
from gridtool.report.page import findings_page
from gridtool.report.plans import PLANS_FORMAT, compare_plans, difference
from gridtool.report.sketch import Ground
from gridtool.report.stats import count_grids, summarise_stats, workers_rule
from gridtool.report.summary import CHECK_FORMAT, FORMAT, summarise, summarise_check

__all__ = [
    "CHECK_FORMAT",
    "FORMAT",
    "PLANS_FORMAT",
    "About",
    "Check",
    "Ground",
    "bounds_text",
    "changes_page",
    "compare_plans",
    "count_changes",
    "count_grids",
    "difference",
    "explain_changes",
    "findings_page",
    "included_units",
    "report_page",
    "summarise",
    "summarise_changes",
    "summarise_check",
    "summarise_stats",
    "workers_rule",
]
