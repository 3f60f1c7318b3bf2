"""The receipt as a document: what the city office answers, to be sealed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from gridtool.filing.forms.layouts import RECEIPT
from gridtool.filing.forms.values import KINDS_ZH, day_zh
from gridtool.filing.forms.writers import docx_form
from gridtool.filing.receipt import Reason, Receipt

UNSIGNED: Final = "本报备包没有可信签名，仅因登记库允许而受理"

_BUILDINGS_ZH: Final = {"own": "市级自有楼栋快照", "package": "报备包所附楼栋"}
_NONE: Final = "—"


def draw_receipt(receipt: Receipt, template: Path | None = None) -> bytes:
    """Return a receipt as DOCX.

    Parameters
    ----------
    receipt : Receipt
    template : Path, optional
        The office's own; it may ask for whatever `receipt_values` has.

    Raises
    ------
    InputError
        GT731 or GT732 for a template that cannot be used.
    OutputError
        GT048 when docxtpl is not installed.
    """
    return docx_form(RECEIPT, receipt_values(receipt), template)


def receipt_values(receipt: Receipt) -> dict[str, Any]:
    """Return the values of a receipt by key; an unsigned package is told in red."""
    signers = [f"{one.owner}（{one.profile} {one.key_id}）" for one in receipt.signers]
    return {
        "decision": receipt.decision_zh,
        "number": _text(receipt.number),
        "filing_no": receipt.filing_no,
        "kind": KINDS_ZH.get(receipt.kind, receipt.kind),
        "office": receipt.prepared_by,
        "county": receipt.county,
        "valid_from": day_zh(receipt.valid_from),
        "applied_rev": _text(receipt.applied_rev),
        "groups": "、".join(f"{name} {count}" for name, count in receipt.groups.items()) or _NONE,
        "signers": "、".join(signers) or "无",
        "buildings": _BUILDINGS_ZH[receipt.buildings],
        "base_root": receipt.base_root or _NONE,
        "result_root": receipt.result_root,
        "package_id": receipt.package_id,
        "hash": _text(receipt.hash),
        "reasons": _rows(receipt.reasons),
        "remarks": _rows(receipt.remarks),
        "warning": "" if signers else UNSIGNED,
    }


def _rows(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    """Return reasons as rows of a table, numbered."""
    return [
        {
            "serial": str(at),
            "code": one.code,
            "where": one.where,
            "message": one.message_zh,
            "mend": one.mend,
        }
        for at, one in enumerate(reasons, start=1)
    ]


def _text(value: object) -> str:
    """Return a value as text, — where there is none."""
    return _NONE if value is None else str(value)
