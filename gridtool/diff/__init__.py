"""Stage ``diff``: what changed between two revisions, told by counted households."""

from __future__ import annotations

from gridtool.diff.changes import Changes, apply_diff, changes_between, invert
from gridtool.diff.comparing import Diff, diff_revisions
from gridtool.diff.invariants import NAMES, Invariant
from gridtool.diff.kinds import FLAGS, KINDS
from gridtool.diff.lineage import BACK, FORWARD, Record, Step, trace_code
from gridtool.diff.matching import group_id
from gridtool.diff.revision import Revision, prepare_buildings, prepare_revision
from gridtool.diff.tolerances import TOLERANCES, Tolerances
from gridtool.diff.translating import Translation, translate_table

__all__ = [
    "BACK",
    "FLAGS",
    "FORWARD",
    "KINDS",
    "NAMES",
    "TOLERANCES",
    "Changes",
    "Diff",
    "Invariant",
    "Record",
    "Revision",
    "Step",
    "Tolerances",
    "Translation",
    "apply_diff",
    "changes_between",
    "diff_revisions",
    "group_id",
    "invert",
    "prepare_buildings",
    "prepare_revision",
    "trace_code",
    "translate_table",
]
