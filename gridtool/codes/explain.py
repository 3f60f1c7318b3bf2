"""What a code says: county, town, community, serial and kind, with names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from gridtool.codes.ledger import Ledger
from gridtool.codes.names import grid_name
from gridtool.codes.schemes import Scheme, load_scheme, scheme_names
from gridtool.codes.tables import CodeTable
from gridtool.rules import BASE

AREA: Final = "area"
UNKNOWN: Final = "unknown"

_LEVELS: Final = (("province", 2), ("city", 4), ("county", 6), ("town", 9), ("community", 12))
_AREA_LENGTHS: Final = (6, 9, 12)


@dataclass(frozen=True)
class Explanation:
    """What a code says.

    Attributes
    ----------
    code : str
    scheme : str
        Name of the scheme it follows; ``area`` for the code of a county, town or community;
        ``unknown`` where it follows none.
    also : tuple of str
        Other schemes it follows: digits alone do not tell them apart.
    areas : dict of level to (code, name)
        ``province`` to ``community``; the name is None where the table does not have it.
    serial : int, optional
    name : str, optional
        第N网格.
    kind : str, optional
        ``base``, ``dedicated``, or None where codes do not tell it.
    segments : dict of name to text
    state : str, optional
        In the ledger.
    """

    code: str
    scheme: str
    also: tuple[str, ...] = ()
    areas: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    serial: int | None = None
    name: str | None = None
    kind: str | None = None
    segments: dict[str, str] = field(default_factory=dict)
    state: str | None = None

    @property
    def is_known(self) -> bool:
        """Return whether the code is well formed and the table has county, town and community."""
        names = [
            name for level, (_, name) in self.areas.items() if level not in ("province", "city")
        ]
        return self.scheme != UNKNOWN and all(names)


def explain_code(
    code: str,
    table: CodeTable,
    *,
    scheme: Scheme | None = None,
    ledger: Ledger | None = None,
) -> Explanation:
    """Explain a grid code, or the code of a community, town or county.

    Parameters
    ----------
    code : str
    table : CodeTable
    scheme : Scheme, optional
        Default the first of the shipped schemes that it follows.
    ledger : Ledger, optional
        For the state of the code.

    Returns
    -------
    Explanation
    """
    code = code.strip()
    digits = code.isascii() and code.isdigit()
    if digits and len(code) in _AREA_LENGTHS and not (scheme and scheme.matches(code)):
        short = code if len(code) < 12 else _without_zeros(code)
        return Explanation(code, AREA, areas=_areas(short, table))
    if scheme is None:
        schemes = [one for one in map(load_scheme, scheme_names()) if one.matches(code)]
    else:
        schemes = [scheme] if scheme.matches(code) else []
    # a norm of one city comes before the general one its codes follow too
    schemes.sort(key=lambda one: (one.use != "issue", one.name != "beijing_db11_2157"))
    if not schemes:
        return Explanation(code, UNKNOWN)
    first = schemes[0]
    serial, kind = first.serial(code), first.kind(code)
    return Explanation(
        code,
        first.name,
        also=tuple(one.name for one in schemes[1:]),
        areas=_areas(first.parent(code)[:12], table),
        serial=serial,
        name=grid_name(serial, kind or BASE, first),
        kind=kind,
        segments={name: text for name, text in (first.split(code) or {}).items() if text},
        state=None if ledger is None else ledger.state(code),
    )


def _areas(code: str, table: CodeTable) -> dict[str, tuple[str, str | None]]:
    """Return the areas a code lies in, down to its own."""
    return {
        level: (code[:length], table.name(code[:length]))
        for level, length in _LEVELS
        if length <= len(code)
    }


def _without_zeros(code: str) -> str:
    """Return a 12-digit code of a level above the community at the length of its level."""
    for _, length in _LEVELS[::-1]:
        if code[length - 3 if length > 6 else length - 2 : length].strip("0"):
            return code[:length]
    return code
