"""``gridtool code crosswalk | migrate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gridtool.cli.code_options import (
    CodesOption,
    DocumentOption,
    LedgerOption,
    SchemeOption,
    SegmentOption,
    ledger_of,
    show_findings,
)
from gridtool.cli.options import AsJson, Language, Overwrite, Verbose, chosen_lang
from gridtool.errors import DONE, FINDINGS


def crosswalk_command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="旧版代码表 Old code table.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="新版代码表 New code table.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.csv", help="对照表 Crosswalk.")],
    area: Annotated[
        str, typer.Option("--area", metavar="DIGITS", help="只比该区划 Only codes that begin so.")
    ] = "",
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """比较两版代码 Compare two code tables.

    Proposes which community became which; a person approves it in the CSV. Exit code 1
    when there is something to approve.
    """
    tongue = chosen_lang(lang)
    from gridtool.codes import crosswalk_files

    table = crosswalk_files(old, new, out, area=area, overwrite=overwrite)
    counts = {str(name): int(n) for name, n in table["change"].value_counts().items()}
    if as_json:
        typer.echo(json.dumps(counts))
    else:
        before, after = (table[f"{side}_code"] for side in ("old", "new"))
        totals = f"{(before != '').sum()} → {after[after != ''].nunique()}"
        parts = ", ".join(f"{name} {count}" for name, count in counts.items())
        hint = (
            "在 approved 列写 yes 后用于 gridtool code migrate"
            if tongue == "zh"
            else "write yes under approved, then gridtool code migrate"
        )
        typer.echo(f"{totals}: {parts} → {out}\n{hint}")
    raise typer.Exit(FINDINGS if set(counts) - {"same"} else DONE)


def migrate_command(
    layer: Annotated[Path, typer.Argument(metavar="LAYER", help="网格图层 Grids layer or table.")],
    table: Annotated[
        Path, typer.Option("--crosswalk", metavar="CSV", help="批准的对照表 Approved crosswalk.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="输出 Output.")],
    codes: CodesOption = None,
    scheme: SchemeOption = None,
    segment: SegmentOption = None,
    ledger: LedgerOption = None,
    document: DocumentOption = "",
    overwrite: Overwrite = False,
    lang: Language = None,
    verbose: Verbose = False,
) -> None:
    """换码 Recode a layer by a crosswalk.

    Rows approved in the crosswalk count; OUT_lineage.csv says what became what. --codes
    is the new edition. With --ledger the new codes are issued and the old ones retired.
    """
    tongue = chosen_lang(lang)
    from gridtool.codes import migrate_file

    with ledger_of(ledger, scheme, segment or [], None) as (held, used):
        done = migrate_file(
            layer,
            table,
            out,
            scheme=used,
            codes=codes or [],
            ledger=held,
            document=document,
            overwrite=overwrite,
        )
    exit_code = show_findings(done.findings, tongue, verbose=verbose)
    word = "换码" if tongue == "zh" else "recoded"
    typer.echo(f"{word} {len(done.lineage)} / {len(done.grids)} → {out}")
    raise typer.Exit(exit_code)
