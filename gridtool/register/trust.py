"""Whose signatures count: keys, what they may do, for which counties, from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from gridtool.errors import DataError, SettingsError
from gridtool.register.chains import append_rows, read_rows
from gridtool.register.layout import KEY_EVENTS
from gridtool.register.register import Register, moment_now

FILER: Final = "filer"
RECEIVER: Final = "receiver"
ROLES: Final = (FILER, RECEIVER)
ROLES_ZH: Final = {FILER: "报备", RECEIVER: "受理"}
EVERY_COUNTY: Final = "*"
TRUST, REVOKE = "trust", "revoke"


@dataclass(frozen=True)
class TrustedKey:
    """A key in the trust store.

    Attributes
    ----------
    key_id, profile, public, owner : str
        ``public`` in hexadecimal digits.
    role : str
        ``filer`` signs filings of its counties, ``receiver`` signs receipts.
    counties : tuple of str
        6 digits each, or ``*`` alone.
    valid_from, valid_to : date
        The first and the last day it counts.
    revoked : bool
    """

    key_id: str
    profile: str
    public: str
    owner: str
    role: str
    counties: tuple[str, ...]
    valid_from: date
    valid_to: date
    revoked: bool = False

    def may_file_for(self, county: str) -> bool:
        """Return whether the key has the right for a county."""
        return EVERY_COUNTY in self.counties or county in self.counties

    def counts_on(self, day: date) -> bool:
        """Return whether the key is valid on a day."""
        return not self.revoked and self.valid_from <= day <= self.valid_to


def trusted_keys(register: Register) -> dict[str, TrustedKey]:
    """Return the keys by id, revoked ones too, the chain verified.

    Raises
    ------
    DataError
        GT506 when the chain is broken.
    """
    keys: dict[str, TrustedKey] = {}
    for row in read_rows(register.store, KEY_EVENTS, register.seed):
        _, event, key_id, profile, public, owner, role, counties, first, last, _, _ = row
        keys[key_id] = TrustedKey(
            key_id,
            profile,
            public,
            owner,
            role,
            tuple(counties.split("|")),
            date.fromisoformat(first),
            date.fromisoformat(last),
            revoked=event == REVOKE,
        )
    return keys


def trust_key(register: Register, key: TrustedKey) -> None:
    """Enter a key, or enter it anew with other rights or days.

    Raises
    ------
    SettingsError
        GT046 for a role, county or span of days that cannot be.
    OutputError
        GT043 when it cannot be written.
    """
    if key.role not in ROLES or not key.counties or key.valid_to < key.valid_from:
        reason = f"{key.role}, {key.valid_from}–{key.valid_to}"
        raise SettingsError("GT046", reason=reason)
    for county in key.counties:
        six = len(county) == 6 and county.isascii() and county.isdigit()
        if not six and key.counties != (EVERY_COUNTY,):
            raise SettingsError("GT046", reason=f"county {county}")
    _append(register, TRUST, [key])


def revoke_key(register: Register, key_id: str) -> TrustedKey:
    """Take the trust from a key, from now on.

    Raises
    ------
    DataError
        GT514 when the register does not know it.
    """
    with register.writing():
        held = trusted_keys(register)
        fits = [key for name, key in held.items() if name.startswith(key_id)]
        if len(fits) != 1:
            raise DataError("GT514", key=key_id)
        _append(register, REVOKE, fits)
    return replace(fits[0], revoked=True)


def _append(register: Register, event: str, keys: Sequence[TrustedKey]) -> None:
    """Write events of keys."""
    rows = [
        (
            *(event, key.key_id, key.profile, key.public, key.owner, key.role),
            *("|".join(key.counties), key.valid_from.isoformat(), key.valid_to.isoformat()),
            moment_now(),
        )
        for key in keys
    ]
    with register.writing():
        append_rows(register.store, KEY_EVENTS, register.seed, rows)
