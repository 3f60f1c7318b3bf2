"""Stage ``codes``: grid codes by one standard, grid names, and their life over the years.

Source: Art. 7: the county codes its grids by one unified standard, and files code changes. Which
standard is a parameter: schemes are data (``schemas/schemes/*.json``). The whole is told in
``docs/codes.md``.
"""

from __future__ import annotations

from gridtool.codes.assigning import (
    assign_layer,
    counter_for,
    prepare_grids,
    prepare_table,
    read_buildings,
    restore_shapes,
)
from gridtool.codes.changes import tell_changes
from gridtool.codes.checking import check_codes, malformed, running_out
from gridtool.codes.continuity import Continuity, continue_codes
from gridtool.codes.editions import crosswalk, read_crosswalk
from gridtool.codes.explain import Explanation, explain_code
from gridtool.codes.files import write_layer
from gridtool.codes.jobs import (
    as_one,
    assign_file,
    check_file,
    crosswalk_files,
    layer_codes,
    migrate_file,
    read_codes,
)
from gridtool.codes.ledger import Ledger
from gridtool.codes.migration import Migration, migrate_codes, record_migration
from gridtool.codes.names import chinese_numeral, grid_name, name_stem, short_name
from gridtool.codes.numbering import Counter, assign_codes, name_grids, number_grids
from gridtool.codes.schemes import Scheme, Segment, load_scheme, scheme_names
from gridtool.codes.tables import CodeTable, load_table, make_table, read_tables, shipped_table
from gridtool.shares import KEEP_MAJORITY, POLICIES, count_shares, measure_shares
from gridtool.tables import read_table

__all__ = [
    "KEEP_MAJORITY",
    "POLICIES",
    "CodeTable",
    "Continuity",
    "Counter",
    "Explanation",
    "Ledger",
    "Migration",
    "Scheme",
    "Segment",
    "as_one",
    "assign_codes",
    "assign_file",
    "assign_layer",
    "check_codes",
    "check_file",
    "chinese_numeral",
    "continue_codes",
    "count_shares",
    "counter_for",
    "crosswalk",
    "crosswalk_files",
    "explain_code",
    "grid_name",
    "layer_codes",
    "load_scheme",
    "load_table",
    "make_table",
    "malformed",
    "measure_shares",
    "migrate_codes",
    "migrate_file",
    "name_grids",
    "name_stem",
    "number_grids",
    "prepare_grids",
    "prepare_table",
    "read_buildings",
    "read_codes",
    "read_crosswalk",
    "read_table",
    "read_tables",
    "record_migration",
    "restore_shapes",
    "running_out",
    "scheme_names",
    "shipped_table",
    "short_name",
    "tell_changes",
    "write_layer",
]
