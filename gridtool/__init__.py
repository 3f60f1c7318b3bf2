"""gridtool: service grids of 300-500 households, divided with proof, coded and filed.

The heavy libraries are imported when a name is first used, so that ``import gridtool`` and
``gridtool --help`` answer at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from gridtool.pipeline import Division, Settings, partition, read_layers
    from gridtool.rules import Rules

__all__ = ["Division", "Rules", "Settings", "__version__", "partition", "read_layers"]


def __getattr__(name: str) -> Any:
    """Import the public names on first use."""
    if name in ("Division", "Settings", "partition", "read_layers"):
        from gridtool import pipeline

        return getattr(pipeline, name)
    if name == "Rules":
        from gridtool.rules import Rules

        return Rules
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
