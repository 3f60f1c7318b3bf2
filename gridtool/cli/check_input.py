"""``gridtool check-input``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gridtool.cli.options import (
    AsJson,
    Barriers,
    Buildings,
    Codes,
    Columns,
    Communities,
    Compounds,
    ConfigFile,
    Coords,
    Counts,
    Crs,
    Language,
    Overwrite,
    Quiet,
    Roads,
    Sites,
    Source,
    Totals,
    Towgs84,
    Verbose,
    chosen_lang,
    chosen_placing,
    given_input,
)
from gridtool.errors import DONE, FINDINGS, DataError


def check_input_command(
    source: Source = None,
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="FOLDER", help="输出文件夹 For findings.gpkg, .csv and .html."
        ),
    ] = Path("out"),
    communities: Communities = None,
    buildings: Buildings = None,
    roads: Roads = None,
    compounds: Compounds = None,
    sites: Sites = None,
    barriers: Barriers = None,
    counts: Counts = None,
    totals: Totals = None,
    codes: Codes = None,
    columns: Columns = None,
    crs: Crs = None,
    coords: Coords = None,
    towgs84: Towgs84 = None,
    config: ConfigFile = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """检查输入数据，列出问题和处理办法 Check the input and say how to mend it.

    Reads and checks as partition does, and divides nothing. Writes OUT/findings.gpkg (styled for
    QGIS), OUT/findings.csv and OUT/findings.html. Exit code 0: nothing needs a person; 1: findings
    that need one; 2: usage; 10 and up: the input cannot be used.
    """
    tongue = chosen_lang(lang)
    from gridtool.cli.config import load_config

    loaded = load_config(config)
    given = given_input(
        source,
        {
            "communities": communities,
            "buildings": buildings,
            "roads": roads,
            "compounds": compounds,
            "sites": sites,
            "barriers": barriers,
            "counts": counts,
            "totals": totals,
            "codes": codes,
        },
        columns,
        chosen_placing(crs, coords, towgs84, loaded),
        loaded,
    )

    from gridtool.cli.console import print_check, progress_bar
    from gridtool.findings import needs_person
    from gridtool.pipeline import check_files

    with progress_bar(tongue, shown=not (quiet or as_json)) as tell:
        check, written = check_files(
            source,
            out,
            paths=given.paths,
            mapping=given.mapping,
            placing=given.placing,
            **loaded.estimate.model_dump(),
            overwrite=overwrite,
            lang=tongue,
            progress=tell,
        )
    if as_json:
        summary = {**check.summary, "files": [str(path) for path in written]}
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    elif not quiet:
        print_check(check, written, tongue, verbose=verbose)
    if check.failure is not None:
        raise check.failure
    if not check.summary["usable"]:
        raise typer.Exit(DataError.exit_code)
    raise typer.Exit(FINDINGS if needs_person(check.findings) else DONE)
