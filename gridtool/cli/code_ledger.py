"""``gridtool code reserve | record | ledger``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridtool.cli.code_options import (
    DedicatedOption,
    DocumentOption,
    SchemeOption,
    SegmentOption,
    chosen_scheme,
    open_ledger,
    padded,
    show_findings,
)
from gridtool.cli.options import AsJson, Language, chosen_lang
from gridtool.errors import DONE, SettingsError

if TYPE_CHECKING:
    from gridtool.codes import Ledger
    from gridtool.findings import Finding
    from gridtool.messages import Lang

_LedgerPath = Annotated[Path, typer.Argument(metavar="LEDGER", help="编码台账 Ledger.")]
_LABELS = {
    "zh": {
        "reserved": "预留",
        "issued": "启用",
        "retired": "撤销",
        "void": "作废",
        "county": "县（区）",
        "scheme": "方案",
        "rows": "行数",
        "head": "末行校验",
        "recorded": "已登记 {count} 个",
    },
    "en": {"recorded": "{count} recorded"},
}


def reserve_command(
    ledger: _LedgerPath,
    community: Annotated[
        str,
        typer.Argument(metavar="COMMUNITY", help="社区（村）代码 12 digits."),
    ],
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="个数 How many.")] = 1,
    kind: Annotated[str, typer.Option("--kind", help="类型 base | dedicated")] = "base",
    document: DocumentOption = "",
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """预留新码 Reserve new codes in a ledger.

    Two who draft at once never get the same.
    """
    tongue = chosen_lang(lang)
    from gridtool.codes import running_out

    with open_ledger(ledger, None, [], None) as held:
        prefix = held.scheme.prefix(community)
        codes = held.reserve(prefix, count, kind, document=document)
        full = [item for item in running_out(held, ledger.name) if item.values["prefix"] == prefix]
    typer.echo(json.dumps(codes) if as_json else "\n".join(codes))
    for item in full:
        # nothing on stdout but the codes
        typer.echo(f"! {item.record()[f'message_{tongue}']}", err=True)


def record_command(
    ledger: _LedgerPath,
    event: Annotated[str, typer.Argument(metavar="issue|retire|void", help="事项 What happened.")],
    codes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CODE]...", show_default=False, help="编码 Codes."),
    ] = None,
    layer: Annotated[
        Path | None,
        typer.Option("--layer", show_default=False, help="图层中的全部编码 All codes of a layer."),
    ] = None,
    document: DocumentOption = "",
    lang: Language = None,
) -> None:
    """登记 Record codes as issued, retired, void.

    All of them or none. A code that is dead never comes back.
    """
    tongue = chosen_lang(lang)
    from gridtool.codes import layer_codes

    given = list(codes or [])
    if layer is not None:
        given += layer_codes(layer)
    if event not in ("issue", "retire", "void") or not given:
        raise SettingsError("GT046", reason=f"{event} {' '.join(given[:3])}".strip())
    with open_ledger(ledger, None, [], None) as held:
        held.record(event, given, document=document)
        exit_code = show_findings(_full(held, ledger), tongue)
    typer.echo(_label(tongue, "recorded").format(count=len(given)))
    raise typer.Exit(exit_code)


def ledger_command(
    ledger: _LedgerPath,
    new: Annotated[
        str | None,
        typer.Option("--new", metavar="COUNTY", show_default=False, help="新建 Make one."),
    ] = None,
    code: Annotated[
        str | None, typer.Option("--history", metavar="CODE", help="一个编码的历史 Of one code.")
    ] = None,
    noted: Annotated[
        str | None,
        typer.Option("--noted", metavar="HASH", help="以前抄下的校验值 A last hash noted before."),
    ] = None,
    scheme: SchemeOption = None,
    segment: SegmentOption = None,
    dedicated: DedicatedOption = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """台账 Verify a ledger, or make one.

    Note the last line elsewhere: with --noted it proves later that nothing was taken out.
    """
    tongue = chosen_lang(lang)
    from gridtool.codes import Ledger

    if new is not None:
        Ledger.create(
            ledger, county=new, scheme=chosen_scheme(scheme, segment or [], dedicated)
        ).close()
    with open_ledger(ledger, scheme, segment or [], dedicated) as held:
        if noted is not None:
            held.require_noted(noted)
        if code is not None:
            _print_history(held, code, as_json=as_json)
            return
        rows, last = held.head
        about: dict[str, object] = {"county": held.county, "scheme": held.scheme.name}
        about |= {state: len(held.codes(state)) for state in _STATES}
        about |= {"rows": rows, "head": last}
        if as_json:
            typer.echo(json.dumps(about, ensure_ascii=False, indent=2))
            return
        for key, value in about.items():
            typer.echo(f"{padded(_label(tongue, key), 10)} {value}")
        exit_code = show_findings(_full(held, ledger), tongue, verbose=True)
    raise typer.Exit(exit_code if rows else DONE)


_STATES = ("reserved", "issued", "retired", "void")


def _full(held: Ledger, path: Path) -> list[Finding]:
    """Return the communities that run out of serials."""
    from gridtool.codes import running_out

    return running_out(held, path.name)


def _print_history(held: Ledger, code: str, *, as_json: bool) -> None:
    """Print what happened to one code."""
    entries = held.history(code)
    if as_json:
        rows = [entry._asdict() for entry in entries]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for entry in entries:
        typer.echo(f"{entry.seq}  {entry.recorded_at}  {entry.event}  {entry.document}".rstrip())


def _label(lang: Lang, key: str) -> str:
    """Return a word of the output; the key itself is the English one."""
    return _LABELS[lang].get(key, key)
