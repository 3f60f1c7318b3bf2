"""Packages that only printing needs: imported when used, and said how to install."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from gridtool.errors import OutputError


def optional(module: str, *, job: str) -> Any:
    """Return a module of the extra ``docs``.

    Parameters
    ----------
    module : str
        Dotted name.
    job : str
        What it is needed for, named in the error.

    Raises
    ------
    OutputError
        GT048 when its package is not installed.
    """
    package = module.partition(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        known = {"docx": "python-docx"}.get(package, package)
        raise OutputError("GT048", job=job, package=known, extra="docs") from None
