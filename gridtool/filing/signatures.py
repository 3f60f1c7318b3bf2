"""Whether the signatures of a package count: who may sign is given, by the register's trust."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple, Protocol

from gridtool.filing.package import Package
from gridtool.filing.signing import PROFILES, PublicKey
from gridtool.findings import Finding


class Trusted(Protocol):
    """What is asked of a key in a trust store."""

    @property
    def profile(self) -> str:
        """Return ``ed25519`` or ``sm2-sm3``."""

    @property
    def public(self) -> str:
        """Return the public key in hexadecimal digits."""

    @property
    def owner(self) -> str:
        """Return the office it is of."""

    @property
    def role(self) -> str:
        """Return what it may sign."""

    def may_file_for(self, county: str) -> bool:
        """Return whether it has the right for a county."""

    def counts_on(self, day: date) -> bool:
        """Return whether it is valid on a day."""


class Policy(NamedTuple):
    """What a register asks of signatures.

    Attributes
    ----------
    allow_unsigned : bool
    signers : int
        How many keys must have signed.
    role : str
        The role of keys that may file.
    """

    allow_unsigned: bool
    signers: int
    role: str


def judge_signatures(
    package: Package, keys: Mapping[str, Trusted], policy: Policy, today: date
) -> tuple[list[Finding], list[str]]:
    """Judge the signatures of a package.

    Parameters
    ----------
    package : Package
    keys : mapping of Trusted
        By id.
    policy : Policy
    today : date
        The day of receipt: the date a package bears proves nothing of when it was signed.

    Returns
    -------
    list of Finding
        GT540 to GT546, GT561, GT562.
    list of str
        Ids of the keys whose signatures count.
    """
    if not package.signatures:
        return [Finding("GT561" if policy.allow_unsigned else "GT540", "sig")], []
    found: list[Finding] = []
    counted: list[str] = []
    payload = package.manifest.to_bytes()
    for one in package.signatures:
        key = keys.get(one.key_id)
        if key is None:
            found.append(Finding("GT562", "sig", row=one.key_id))
            continue
        profile = PROFILES[PROFILES.index(key.profile)]
        public = PublicKey(profile, bytes.fromhex(key.public), key.owner)
        if not one.holds(public, payload):
            found.append(Finding("GT541", "sig", row=one.key_id, values={"owner": key.owner}))
            continue
        faults = list(_faults(one.key_id, key, package.manifest.county, policy, today))
        found += faults
        counted += [one.key_id] * (not faults)
    if len(counted) < policy.signers:
        values: dict[str, object] = {"count": len(counted), "needed": policy.signers}
        return [*found, Finding("GT542", "sig", values=values)], counted
    # enough count without those that do not: more signatures never hurt
    return [_remark(one) for one in found], counted


def _remark(fault: Finding) -> Finding:
    """Return as a remark that a signature does not count; a false one stays an error."""
    return fault if fault.code == "GT541" else Finding("GT562", "sig", row=fault.row)


def _faults(
    key_id: str, key: Trusted, county: str, policy: Policy, today: date
) -> Iterator[Finding]:
    """Yield why a signature that holds does not count."""
    values: dict[str, object] = {"owner": key.owner, "county": county, "role": key.role}
    if not key.counts_on(today):
        yield Finding("GT543", "sig", row=key_id, values=values)
    if key.role != policy.role:
        yield Finding("GT545", "sig", row=key_id, values=values)
    elif not key.may_file_for(county):
        yield Finding("GT546", "sig", row=key_id, values=values)
