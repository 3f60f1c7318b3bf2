"""Stage ``addresses``: which grid an address is in, and whether a list claims the right one.

What a name needs is imported when it is first used: a check of ten rows starts at once,
and loads neither pandas nor geopandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridtool.addresses.address import Address, normal_form, parse_address
    from gridtool.addresses.checking import Checked, Options, check_list
    from gridtool.addresses.coordinates import Placer
    from gridtool.addresses.entries import make_entries
    from gridtool.addresses.gazetteer import Gazetteer
    from gridtool.addresses.index import INDEX_FILES, Contents, Grid, write_index
    from gridtool.addresses.matching import match_text
    from gridtool.addresses.places import Places, make_places, variants_of
    from gridtool.addresses.verdicts import VERDICTS, Claim, Point, judge

_HOMES = {
    "Address": "address",
    "normal_form": "address",
    "parse_address": "address",
    "Checked": "checking",
    "Options": "checking",
    "check_list": "checking",
    "Placer": "coordinates",
    "make_entries": "entries",
    "Gazetteer": "gazetteer",
    "INDEX_FILES": "index",
    "Contents": "index",
    "Grid": "index",
    "write_index": "index",
    "match_text": "matching",
    "Places": "places",
    "make_places": "places",
    "variants_of": "places",
    "VERDICTS": "verdicts",
    "Claim": "verdicts",
    "Point": "verdicts",
    "judge": "verdicts",
}

__all__ = [
    "INDEX_FILES",
    "VERDICTS",
    "Address",
    "Checked",
    "Claim",
    "Contents",
    "Gazetteer",
    "Grid",
    "Options",
    "Placer",
    "Places",
    "Point",
    "check_list",
    "judge",
    "make_entries",
    "make_places",
    "match_text",
    "normal_form",
    "parse_address",
    "variants_of",
    "write_index",
]


def __getattr__(name: str) -> Any:
    """Import the public names on first use."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
