"""The receipt: what the office answers to a package, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from gridtool.findings import Finding
from gridtool.messages import ERROR

Decision = Literal["accepted", "correction", "returned"]
ACCEPTED: Final[Decision] = "accepted"
CORRECTION: Final[Decision] = "correction"
RETURNED: Final[Decision] = "returned"
DECISIONS_ZH: Final[dict[Decision, str]] = {
    ACCEPTED: "受理",
    CORRECTION: "补正",
    RETURNED: "退回",
}

_CORRECTABLE: Final = frozenset(
    {"GT553", "GT554", "GT555", "GT556", "GT557", "GT558", "GT559"},
)
"""Findings that the sender can mend and file again; every other error sends the package back."""


class _Model(BaseModel):
    """What all parts share."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reason(_Model):
    """One reason, or one remark."""

    code: str
    where: str
    message_zh: str
    message_en: str
    mend: str


class Signer(_Model):
    """Who signed, as the register knows the key."""

    key_id: str
    owner: str
    profile: str


class Receipt(_Model):
    """What the office answers."""

    format: Literal["gridtool.receipt/1"] = "gridtool.receipt/1"
    register_id: str
    package_id: str
    package_sha256: str
    kind: str
    county: str
    filing_no: str
    prepared_by: str
    valid_from: str
    decision: Decision
    decision_zh: str
    reasons: tuple[Reason, ...]
    remarks: tuple[Reason, ...]
    signers: tuple[Signer, ...]
    base_root: str
    result_root: str
    buildings: Literal["own", "package"]
    groups: dict[str, int]
    applied_rev: int | None = None
    number: int | None = None
    hash: str | None = None


def decide(findings: Sequence[Finding]) -> Decision:
    """Return the decision that findings lead to."""
    errors = {one.code for one in findings if one.severity == ERROR}
    if errors - _CORRECTABLE:
        return RETURNED
    return CORRECTION if errors else ACCEPTED


def reasons_of(findings: Sequence[Finding]) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Return findings as reasons (errors) and remarks (all others)."""
    made = [(one.severity, _reason(one)) for one in findings]
    return (
        tuple(reason for severity, reason in made if severity == ERROR),
        tuple(reason for severity, reason in made if severity != ERROR),
    )


def _reason(finding: Finding) -> Reason:
    """Return a finding as a reason."""
    record = finding.record()
    row = record["row"]
    where = finding.layer if row is None else f"{finding.layer}[{row}]"
    texts = {key: str(record[key]) for key in ("message_zh", "message_en", "mend")}
    return Reason(code=finding.code, where=where, **texts)


def receipt_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a receipt."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:gridtool:receipt",
        **Receipt.model_json_schema(),
    }
