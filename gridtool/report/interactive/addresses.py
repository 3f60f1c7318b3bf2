"""Addresses of buildings for the search of a page: streets and what follows them told once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from gridtool.report.interactive.packing import pack_numbers

# the house number is the one before 号; without that sign the first there is
_PARTS: Final = (re.compile(r"(.*?)(\d{1,6})(号.*)"), re.compile(r"(\D*)(\d{1,6})(.*)"))


def pack_addresses(
    buildings: pd.DataFrame, addresses: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Pack the addresses of buildings.

    Parameters
    ----------
    buildings : DataFrame
        ``building_id``.
    addresses : mapping of building_id to str

    Returns
    -------
    dict
        For each building ``head`` (0 for no address, else 1 + number), ``number`` and ``tail``.
    dict
        ``heads`` (up to the number) and ``tails`` (after the number), each told once.
    """
    found: list[tuple[str, int, str] | None] = [
        _parted(addresses.get(str(item), "")) for item in buildings["building_id"]
    ]
    heads = _numbered(part[0] for part in found if part)
    tails = _numbered(part[2] for part in found if part)
    head = [heads[part[0]] + 1 if part else 0 for part in found]
    number = [part[1] if part else 0 for part in found]
    tail = [tails[part[2]] if part else 0 for part in found]
    packs = {
        key: pack_numbers(np.array(values, dtype=np.int64))
        for key, values in (("head", head), ("number", number), ("tail", tail))
    }
    return packs, {"heads": list(heads), "tails": list(tails)}


def _parted(address: str) -> tuple[str, int, str] | None:
    """Return what stands before the first number, the number, and the rest."""
    text = "".join(address.split())
    match = next((found for part in _PARTS if (found := part.fullmatch(text))), None)
    return (match[1], int(match[2]), match[3]) if match else None


def _numbered(texts: Any) -> dict[str, int]:
    """Return each text once, with its number in the order they come."""
    found: dict[str, int] = {}
    for text in texts:
        found.setdefault(text, len(found))
    return found
