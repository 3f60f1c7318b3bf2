"""What ``gridtool filing`` prints of packages and receipts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from gridtool.cli.code_options import padded

if TYPE_CHECKING:
    from gridtool.filing import Package, Receipt
    from gridtool.pipeline import Verdict

_WORDS = {
    "zh": {
        "made": "已制作 {path}（{size}，{groups} 个变更组，{count} 个网格不变）",
        "signed": "已签名：{keys}",
        "unsigned": "没有签名：不能证明来源，一般不被受理。用 gridtool filing sign 签名",
        "applied": "已入库：第 {rev} 版",
        "again": "早已入库：第 {rev} 版，这次什么也没有做",
        "receipt": "回执 {number}  {hash}",
        "reason": "理由",
        "remark": "说明",
        "conflicts": "有 {count} 处冲突，不能移到新版上；没有写出",
        "signer": "签名",
    },
    "en": {
        "made": "{path} made ({size}, {groups} change groups, {count} grids untouched)",
        "signed": "signed by {keys}",
        "unsigned": "not signed: its origin is not proven, few offices take it. "
        "Sign it with gridtool filing sign",
        "applied": "applied as revision {rev}",
        "again": "applied before, as revision {rev}; nothing was done",
        "receipt": "receipt {number}  {hash}",
        "conflicts": "{count} conflicts: it cannot be rebased, and nothing was written",
    },
}
_COLOURS = {"accepted": "green", "correction": "yellow", "returned": "red"}


def say(lang: str, key: str, **values: object) -> str:
    """Return a word of the output; the key itself is the English one."""
    return _WORDS[lang].get(key, key).format(**values)


def print_made(package: Package, out: Path, lang: str, *, as_json: bool) -> None:
    """Say what was made."""
    manifest = package.manifest
    if as_json:
        body = {
            "path": str(out),
            "package_id": package.package_id,
            "kind": manifest.kind,
            "groups": manifest.counts.groups,
            "untouched": manifest.counts.untouched,
            "signers": [one.key_id for one in package.signatures],
        }
        typer.echo(json.dumps(body, ensure_ascii=False, indent=2))
    else:
        values: dict[str, Any] = {
            "path": out,
            "size": f"{len(package.content) / 1000:,.0f} kB",
            "groups": sum(manifest.counts.groups.values()),
            "count": f"{manifest.counts.untouched:,}",
        }
        typer.echo(say(lang, "made", **values))
        typer.echo(package.package_id)
    if package.signatures:
        listed = ", ".join(one.key_id for one in package.signatures)
        typer.echo(say(lang, "signed", keys=listed), err=True)
    else:
        typer.secho(f"! {say(lang, 'unsigned')}", fg="red", err=True)


def print_verdict(
    verdict: Verdict, path: Path | None, lang: str, *, overwrite: bool, as_json: bool
) -> None:
    """Print a receipt, and write it where that is asked for."""
    receipt = verdict.receipt
    if path is not None:
        from gridtool.pipeline import write_receipt_file

        write_receipt_file(receipt, path, overwrite=overwrite)
    if as_json:
        typer.echo(json.dumps(receipt.model_dump(mode="json"), ensure_ascii=False, indent=2))
        return
    decision = receipt.decision_zh if lang == "zh" else receipt.decision
    typer.secho(
        f"{decision}  {receipt.filing_no}  {receipt.package_id[:16]}",
        fg=_COLOURS[receipt.decision],
        bold=True,
    )
    for signer in receipt.signers:
        typer.echo(f"{padded(say(lang, 'signer'), 10)} {signer.key_id}  {signer.owner}")
    _print_reasons(receipt, lang)
    if receipt.applied_rev is not None:
        replayed = any(one.code == "GT560" for one in receipt.remarks)
        typer.echo(say(lang, "again" if replayed else "applied", rev=receipt.applied_rev))
    if receipt.number is not None and receipt.hash is not None:
        typer.echo(say(lang, "receipt", number=receipt.number, hash=receipt.hash[:16]))


def _print_reasons(receipt: Receipt, lang: str) -> None:
    """Print reasons and remarks; that a package is unsigned stands in red."""
    for key, some in (("reason", receipt.reasons), ("remark", receipt.remarks)):
        for one in some:
            text = one.message_zh if lang == "zh" else one.message_en
            loud = one.code in ("GT540", "GT561")
            line = f"{padded(say(lang, key), 10)} {one.code} {one.where}: {text}"
            typer.secho(line, fg="red" if loud else None)
