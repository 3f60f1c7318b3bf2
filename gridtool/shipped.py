"""Data that comes with gridtool: the folder ``schemas``."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path


def schemas_folder(name: str) -> Traversable:
    """Return a folder of ``schemas``, wherever gridtool is installed."""
    shipped = resources.files("gridtool") / "schemas"
    # an editable install has no schemas inside the package, only beside it
    folder = shipped if shipped.is_dir() else Path(__file__).parents[1] / "schemas"
    return folder / name
