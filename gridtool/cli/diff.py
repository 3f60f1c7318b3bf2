"""``gridtool diff``, ``gridtool lineage`` and ``gridtool translate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridtool.cli.code_options import show_findings
from gridtool.cli.options import (
    AsJson,
    Columns,
    Language,
    Overwrite,
    Quiet,
    Verbose,
    chosen_columns,
    chosen_lang,
)
from gridtool.errors import DONE, FINDINGS, DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridtool.findings import Finding

Buildings = Annotated[
    Path | None,
    typer.Option(
        "--buildings",
        "-b",
        metavar="PATH",
        show_default=False,
        help="楼栋（含户数） One snapshot of buildings with households. [NEW's layer buildings]",
    ),
]
Crs = Annotated[
    str | None,
    typer.Option(
        "--crs", metavar="CRS", show_default=False, help="坐标系 CRS of layers that say none."
    ),
]
DIFFERENT = 1


def diff_command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="旧版网格 Grids before.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="新版网格 Grids after.")],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="FOLDER", help="输出文件夹 For diff.html, diff.gpkg …"),
    ] = Path("diff"),
    buildings: Buildings = None,
    columns: Columns = None,
    crs: Crs = None,
    storage: Annotated[
        float, typer.Option("--storage-m", help="存储误差 What files do to a vertex, metres.")
    ] = 0.01,
    drawing: Annotated[
        float,
        typer.Option("--drawing-m", help="绘图误差 Lines this near, no building moved: redrawn."),
    ] = 1.0,
    accept_redrawn: Annotated[
        bool, typer.Option("--accept-redrawn", help="采用修绘的线 Take redrawn lines over.")
    ] = False,
    exit_code: Annotated[
        bool,
        typer.Option("--exit-code", help="有变更即返回 1 Exit 1 where anything changed, else 0."),
    ] = False,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """比较两版网格，说清变了什么 Say exactly what changed between two revisions of grids.

    Counts households on both sides by one snapshot of buildings. Writes FOLDER/groups.csv,
    relations.csv, grids.csv, buildings.csv, codes.csv, diff.gpkg (styled for QGIS), diff.json and
    diff.html (offline, a map for each change group). Exit code 0: nothing needs a person; 1:
    findings that need one, or with --exit-code any change; 14: errors to mend.
    """
    tongue = chosen_lang(lang)
    from gridtool.cli.changes import print_diff
    from gridtool.cli.console import progress_bar
    from gridtool.diff import Tolerances
    from gridtool.pipeline import diff_files

    with progress_bar(tongue, shown=not (quiet or as_json)) as tell:
        found, summary, written = diff_files(
            old,
            new,
            out,
            buildings=buildings,
            mapping=chosen_columns(columns),
            crs=crs,
            tolerances=Tolerances(storage, drawing),
            accept_redrawn=accept_redrawn,
            overwrite=overwrite,
            lang=tongue,
            progress=tell,
        )
    if as_json:
        told = {**summary, "files": [str(path) for path in written]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2, default=str))
    elif not quiet:
        print_diff(found, summary, written, tongue, verbose=verbose)
    severities = {item["severity"] for item in summary["findings"]}
    if "error" in severities:
        raise typer.Exit(DataError.exit_code)
    if exit_code:
        raise typer.Exit(DONE if found.is_empty else DIFFERENT)
    raise typer.Exit(FINDINGS if "warning" in severities else DONE)


def lineage_command(
    code: Annotated[str, typer.Argument(metavar="CODE", help="网格编码 A grid code.")],
    folders: Annotated[
        list[Path],
        typer.Option(
            "--diff",
            metavar="FOLDER",
            help="变更记录 Output of gridtool diff; repeat in the order of time.",
        ),
    ],
    forward: Annotated[
        bool, typer.Option("--forward", help="只看去向 Its successors alone.")
    ] = False,
    back: Annotated[bool, typer.Option("--back", help="只看来源 Its predecessors alone.")] = False,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """网格的来龙去脉 Where a grid came from and where it went, by households.

    Reads the folders that gridtool diff wrote. A code that never changed has no lines.
    """
    tongue = chosen_lang(lang)
    from gridtool.cli.changes import print_lineage
    from gridtool.diff import BACK, FORWARD
    from gridtool.pipeline import lineage_of

    wanted = [FORWARD] * (forward or not back) + [BACK] * (back or not forward)
    steps = lineage_of(code, folders, wanted)
    if as_json:
        told = [step._asdict() for step in steps]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print_lineage(code, steps, wanted, tongue)


def translate_command(
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="旧编码的表 CSV or XLSX keyed by grid code.")
    ],
    old: Annotated[Path, typer.Option("--from", metavar="OLD", help="旧版网格 Grids before.")],
    new: Annotated[Path, typer.Option("--to", metavar="NEW", help="新版网格 Grids after.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE.csv", show_default=False, help="输出 [TABLE_new.csv]"
        ),
    ] = None,
    buildings: Buildings = None,
    columns: Columns = None,
    crs: Crs = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """旧表换到新网格 Move a table keyed by old grids to the new ones, by households.

    Columns of numbers are moved and add up to the same totals; others are left out. The column
    exact says which rows are sure, and the findings how much was only shared out.
    """
    tongue = chosen_lang(lang)
    from gridtool.cli.console import progress_bar
    from gridtool.pipeline import translate_file

    target = out or table.with_name(f"{table.stem}_new.csv")
    with progress_bar(tongue, shown=not as_json) as tell:
        moved, findings = translate_file(
            table,
            target,
            old,
            new,
            buildings=buildings,
            mapping=chosen_columns(columns),
            crs=crs,
            overwrite=overwrite,
            progress=tell,
        )
    raise typer.Exit(
        _tell_translation(len(moved), target, findings, tongue == "zh", as_json, verbose)
    )


def _tell_translation(
    rows: int, target: Path, findings: Sequence[Finding], zh: bool, as_json: bool, verbose: bool
) -> int:
    """Print what was written and what was found; return the exit code."""
    exit_code = show_findings(findings, "zh" if zh else "en", as_json=as_json, verbose=verbose)
    if not as_json:
        typer.echo(f"{rows:,} 行 → {target}" if zh else f"{rows:,} rows → {target}")
    return exit_code
