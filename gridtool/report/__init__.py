"""Stage ``report``: the words and figures about grids."""

from __future__ import annotations

from gridtool.report.bounds import bounds_text
from gridtool.report.included import included_units
from gridtool.report.summary import FORMAT, summarise

__all__ = ["FORMAT", "bounds_text", "included_units", "summarise"]
