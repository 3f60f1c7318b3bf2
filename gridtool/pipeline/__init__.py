"""The few functions that chain the stages: what a script, a notebook or the command line calls.

What a name needs is imported when it is first used: checking input loads no kernels.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridtool.pipeline.checking import Check, check_files
    from gridtool.pipeline.dividing import Division, first_run, partition, partition_files
    from gridtool.pipeline.settings import Settings
    from gridtool.read import read_layers

__all__ = [
    "Check",
    "Division",
    "Settings",
    "check_files",
    "first_run",
    "partition",
    "partition_files",
    "read_layers",
]

_HOMES = {
    "Check": "gridtool.pipeline.checking",
    "check_files": "gridtool.pipeline.checking",
    "Division": "gridtool.pipeline.dividing",
    "first_run": "gridtool.pipeline.dividing",
    "partition": "gridtool.pipeline.dividing",
    "partition_files": "gridtool.pipeline.dividing",
    "Settings": "gridtool.pipeline.settings",
    "read_layers": "gridtool.read",
}


def __getattr__(name: str) -> Any:
    """Import the public names on first use."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
