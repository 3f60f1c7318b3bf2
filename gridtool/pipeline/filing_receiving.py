"""Receive a package: verify it against one's own register, answer with a receipt, apply it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import geopandas as gpd

from gridtool.canonical import root_of
from gridtool.errors import PackageError
from gridtool.filing import (
    ACCEPTED,
    DECISIONS_ZH,
    Package,
    Receipt,
    SignaturePolicy,
    Signer,
    decide,
    judge_signatures,
    reasons_of,
    sha256,
)
from gridtool.findings import Finding
from gridtool.messages import ERROR
from gridtool.pipeline.change_sets import ChangeSet
from gridtool.pipeline.filing_forms import check_forms
from gridtool.pipeline.filing_judging import judge_base, judge_county, judge_ledger
from gridtool.pipeline.filing_reckoning import Content, read_content, reckon_package
from gridtool.register import (
    FILER,
    Filing,
    Register,
    apply_filing,
    trusted_keys,
    write_receipt,
)

FormCheck = Callable[[Package, ChangeSet], Iterable[Finding]]
"""Says where the forms of a package disagree with what was reckoned (GT549, GT550, GT572)."""

_RETRIES: Final = 3


@dataclass(frozen=True)
class Verdict:
    """What became of a package that was looked at.

    Attributes
    ----------
    receipt : Receipt
    findings : tuple of Finding
    package : Package
    content : Content or None
        The data of the package, read; None where that was not called for.
    changes : ChangeSet or None
        As reckoned; None where it did not come to that.
    """

    receipt: Receipt
    findings: tuple[Finding, ...]
    package: Package
    content: Content | None = None
    changes: ChangeSet | None = None

    @property
    def is_accepted(self) -> bool:
        """Return whether it can be applied, or was applied before."""
        return self.receipt.decision == ACCEPTED


def verify_package(
    package: Package,
    register: Register,
    *,
    buildings: gpd.GeoDataFrame | None = None,
    form_check: FormCheck = check_forms,
    today: date | None = None,
) -> Verdict:
    """Verify a package: signatures, base, everything reckoned again, codes, forms.

    Nothing is written.

    Parameters
    ----------
    package : Package
        What `gridtool.filing.read_package` returns: its structure and hashes hold.
    register : Register
    buildings : GeoDataFrame, optional
        The receiver's own snapshot; else the buildings in the package are counted.
    form_check : callable
        Says where forms disagree with what was reckoned.
    today : date, optional
        Day of receipt.

    Raises
    ------
    PackageError
        GT502 when the data in the package are not in its format.
    """
    day = today or date.today()
    with register.store.reading():
        found, signers = _signatures(package, register, day)
        known = register.filing(package.package_id)
        if known is not None:
            found = [Finding("GT560", package.manifest.filing_no, values={"rev": known["rev"]})]
            return _verdict(package, register, found, signers, rev=known["rev"])
        content = read_content(package)
        found += judge_county(package, content)
        head = register.head(package.manifest.county)
        found += judge_base(package, register, head)
        found += judge_ledger(package, register, content, day)
        changes = None
        if not any(one.severity == ERROR for one in found):
            base = register.grids(package.manifest.county)
            changes, more = reckon_package(package, content, base, buildings)
            found += more
            if changes is not None:
                found += form_check(package, changes)
        if buildings is None:
            found.append(Finding("GT563", "buildings"))
    return _verdict(package, register, found, signers, content, changes, own=buildings is not None)


def receive_package(
    package: Package,
    register: Register,
    *,
    buildings: gpd.GeoDataFrame | None = None,
    form_check: FormCheck = check_forms,
    today: date | None = None,
) -> Verdict:
    """Verify a package and enter the receipt in the register.

    Only what a trusted key signed leaves a trace there: who is not known cannot fill it.
    """
    verdict = verify_package(
        package, register, buildings=buildings, form_check=form_check, today=today
    )
    return _entered(verdict, register)


def apply_package(
    package: Package,
    register: Register,
    *,
    buildings: gpd.GeoDataFrame | None = None,
    form_check: FormCheck = check_forms,
    today: date | None = None,
) -> Verdict:
    """Verify a package and apply it in one transaction; a replay does nothing.

    Parameters
    ----------
    package, register, buildings, form_check, today
        As `verify_package` takes them.

    Returns
    -------
    Verdict
        Its receipt tells the revision, and is in the register.

    Raises
    ------
    PackageError
        GT510 when it is not accepted, with the first reason; nothing is written then but the
        receipt.
    OutputError
        GT043 when it cannot be written: nothing is.
    """
    day = today or date.today()
    for _ in range(_RETRIES):
        verdict = verify_package(
            package, register, buildings=buildings, form_check=form_check, today=day
        )
        if not verdict.is_accepted:
            raise _refusal(_entered(verdict, register))
        if verdict.content is None:
            return verdict
        with register.writing():
            # another process may have written since: then all is looked at again
            found, _ = _signatures(package, register, day)
            head = register.head(package.manifest.county)
            stale = list(judge_base(package, register, head))
            known = register.filing(package.package_id)
            if known is None and not any(one.severity == ERROR for one in (*found, *stale)):
                rev = apply_filing(register, filing_of(verdict)).rev
                receipt = verdict.receipt.model_copy(update={"applied_rev": rev})
                return _entered(replace(verdict, receipt=receipt), register)
    raise PackageError("GT511", package=package.package_id[:16], county=package.manifest.county)


def _signatures(
    package: Package, register: Register, day: date
) -> tuple[list[Finding], tuple[Signer, ...]]:
    """Judge the signatures by the trust of the register."""
    keys = trusted_keys(register)
    policy = SignaturePolicy(register.allow_unsigned, register.signers, FILER)
    found, counted = judge_signatures(package, keys, policy, day)
    signers = [
        Signer(key_id=one, owner=keys[one].owner, profile=keys[one].profile) for one in counted
    ]
    return found, tuple(signers)


def _verdict(
    package: Package,
    register: Register,
    found: list[Finding],
    signers: tuple[Signer, ...],
    content: Content | None = None,
    changes: ChangeSet | None = None,
    *,
    own: bool = False,
    rev: int | None = None,
) -> Verdict:
    """Return the receipt that findings lead to."""
    manifest = package.manifest
    decision = decide(found)
    reasons, remarks = reasons_of(found)
    receipt = Receipt(
        register_id=register.register_id,
        package_id=package.package_id,
        package_sha256=sha256(package.content),
        kind=manifest.kind,
        county=manifest.county,
        filing_no=manifest.filing_no,
        prepared_by=manifest.prepared_by,
        valid_from=manifest.valid_from,
        decision=decision,
        decision_zh=DECISIONS_ZH[decision],
        reasons=reasons,
        remarks=remarks,
        signers=signers,
        base_root=manifest.base.root if manifest.base else root_of({}),
        result_root=manifest.result_root,
        buildings="own" if own else "package",
        groups=changes.types if changes is not None else manifest.counts.groups,
        applied_rev=None if rev is None else int(rev),
    )
    return Verdict(receipt, tuple(found), package, content, changes)


def _entered(verdict: Verdict, register: Register) -> Verdict:
    """Return a verdict whose receipt is in the register, where its sender is known."""
    if not verdict.receipt.signers and not register.allow_unsigned:
        return verdict
    body = verdict.receipt.model_dump(mode="json", exclude={"number", "hash"})
    number, row_hash = write_receipt(register, body)
    receipt = verdict.receipt.model_copy(update={"number": number, "hash": row_hash})
    return replace(verdict, receipt=receipt)


def _refusal(verdict: Verdict) -> PackageError:
    """Return the error of a package that cannot be applied."""
    receipt, first = verdict.receipt, verdict.receipt.reasons[0]
    return PackageError(
        "GT510",
        package=receipt.package_id[:16],
        decision_en=receipt.decision,
        decision_zh=receipt.decision_zh,
        first_zh=f"{first.code} {first.message_zh}",
        first_en=f"{first.code} {first.message_en}",
    )


def filing_of(verdict: Verdict) -> Filing:
    """Return an accepted package as the register takes it: what was signed, not what was drawn."""
    package, receipt = verdict.package, verdict.receipt
    assert verdict.content is not None
    manifest, content = package.manifest, verdict.content
    return Filing(
        package_id=package.package_id,
        package_sha256=receipt.package_sha256,
        content=package.content,
        kind=manifest.kind,
        filing_no=manifest.filing_no,
        county=manifest.county,
        prepared_by=manifest.prepared_by,
        reason=manifest.reason,
        signers="|".join(one.key_id for one in receipt.signers),
        supersedes="|".join(manifest.supersedes),
        valid_from=manifest.valid_from,
        base_root=receipt.base_root,
        result_root=manifest.result_root,
        gone=content.gone,
        after=content.after,
        groups=content.tables["data/groups.csv"],
        relations=content.tables["data/relations.csv"],
    )
