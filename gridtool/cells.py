"""What a spreadsheet would run: one rule for all tables we write."""

from __future__ import annotations

from typing import Final

_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")


def is_formula(cell: object) -> bool:
    """Return whether a spreadsheet would take a cell of a CSV for a formula; a number is none."""
    return isinstance(cell, str) and cell.startswith(_SIGNS) and not _is_number(cell)


def inert(cell: object) -> str:
    """Return a text that a spreadsheet shows as it is, empty for what is no text.

    In a column of text ``+1`` is a name and must not become a number either.
    """
    text = cell if isinstance(cell, str) else ""
    return f"'{text}" if text.startswith(_SIGNS) else text


def _is_number(text: str) -> bool:
    """Return whether a text is a number, which no spreadsheet takes for more."""
    try:
        float(text)
    except ValueError:
        return False
    return True
