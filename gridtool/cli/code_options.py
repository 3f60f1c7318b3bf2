"""Options that the commands of ``gridtool code`` share, and what they make of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from unicodedata import east_asian_width

import typer

from gridtool.errors import DONE, FINDINGS, SettingsError
from gridtool.messages import CATALOGUE, INFO, Lang

if TYPE_CHECKING:
    from gridtool.codes import Ledger, Scheme
    from gridtool.findings import Finding

CodesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--codes",
        metavar="TABLE",
        show_default=False,
        help="代码表 Code table (CSV, Parquet, XLSX) or index of gridtool code index; repeat it. "
        "[自贡 Zigong 2023]",
    ),
]
SchemeOption = Annotated[
    str | None, typer.Option("--scheme", help="编码方案 Code scheme, or a JSON file. [grid15]")
]
SegmentOption = Annotated[
    list[str] | None,
    typer.Option(
        "--segment",
        metavar="NAME=VALUE",
        show_default=False,
        help="固定段的值 Value of a segment that all codes share (object of cjt349_20).",
    ),
]
DedicatedOption = Annotated[
    str | None,
    typer.Option(
        "--dedicated",
        metavar="FIRST-LAST",
        show_default=False,
        help="专属网格流水号段 Serials of dedicated grids, as 901-999. [after the base grids]",
    ),
]
LedgerOption = Annotated[
    Path | None,
    typer.Option("--ledger", metavar="FILE", show_default=False, help="编码台账 Ledger."),
]
DocumentOption = Annotated[
    str, typer.Option("--document", help="文号 Filing it rests on; no person's name.")
]


def padded(text: str, width: int) -> str:
    """Return text filled up to a width on the terminal, where a Chinese sign takes two places."""
    taken = sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
    return text + " " * (width - taken)


def chosen_scheme(name: str | None, segments: Sequence[str], dedicated: str | None) -> Scheme:
    """Return the scheme that the options ask for."""
    from gridtool.codes import load_scheme

    scheme = load_scheme(name or "grid15")
    if segments:
        pairs = [text.partition("=") for text in segments]
        scheme = scheme.with_values({key: value for key, _, value in pairs})
    if dedicated:
        first, _, last = dedicated.partition("-")
        if not (first.isdecimal() and last.isdecimal()):
            raise SettingsError("GT046", reason=f"--dedicated {dedicated}")
        scheme = scheme.with_dedicated(int(first), int(last))
    return scheme


def open_ledger(
    path: Path, name: str | None, segments: Sequence[str], dedicated: str | None
) -> Ledger:
    """Open a ledger; the scheme is its own unless the options ask for one."""
    from gridtool.codes import Ledger

    asked = name or segments or dedicated
    scheme = chosen_scheme(name, segments, dedicated) if asked else None
    return Ledger.open(path, scheme=scheme)


@contextmanager
def ledger_of(
    path: Path | None, name: str | None, segments: Sequence[str], dedicated: str | None
) -> Iterator[tuple[Ledger | None, Scheme]]:
    """Give the ledger, if one is asked for, and the scheme: the ledger's, or the options'."""
    if path is None:
        yield None, chosen_scheme(name, segments, dedicated)
        return
    with open_ledger(path, name, segments, dedicated) as held:
        yield held, held.scheme


def show_findings(
    found: Iterable[Finding], lang: Lang, *, as_json: bool = False, verbose: bool = False
) -> int:
    """Print findings and return the exit code.

    Parameters
    ----------
    found : iterable of Finding
    lang : ``zh`` or ``en``
    as_json : bool
        Print them as a JSON list.
    verbose : bool
        Print each; else one line for each kind.
    """
    items = list(found)
    if as_json:
        records = [item.record() for item in items]
        for record in records:
            del record["geometry"]
        typer.echo(json.dumps(records, ensure_ascii=False, indent=2))
    else:
        by_code: dict[str, list[Finding]] = {}
        for item in items:
            by_code.setdefault(item.code, []).append(item)
        for group in by_code.values():
            for item in group if verbose else group[:1]:
                more = "" if verbose or len(group) == 1 else f" (×{len(group)})"
                typer.echo(_line(item, lang) + more)
    serious = sum(CATALOGUE[item.code].severity != INFO for item in items)
    return FINDINGS if serious else DONE


def _line(item: Finding, lang: Lang) -> str:
    """Return a finding as *what · how to mend* with its place in front."""
    message = CATALOGUE[item.code]
    values = {"layer": item.layer, **item.values}
    row = "" if item.row is None else f"[{item.row}]"
    mark = "·" if message.severity == INFO else "!"
    said = f"{message.what(lang, **values)} · {message.mend(lang, **values)}"
    return f"{mark} {item.code} {item.layer}{row}: {said}"
