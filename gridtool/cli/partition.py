"""``gridtool partition``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from gridtool.cli.partition_options import (
    Base,
    Dedicated,
    DedicatedFrom,
    Jobs,
    LedgerFile,
    Lock,
    Maximum,
    MaxMoved,
    Minimum,
    Out,
    Persons,
    PersonsTolerance,
    Pin,
    Plans,
    Scheme,
    Seed,
    Target,
    chosen_share,
)
from gridtool.errors import DONE, FINDINGS

if TYPE_CHECKING:
    from gridtool.messages import Lang
    from gridtool.pipeline import Division


def partition_command(
    source: Source = None,
    out: Out = Path("out"),
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
    minimum: Minimum = None,
    maximum: Maximum = None,
    target: Target = None,
    persons: Persons = None,
    persons_tolerance: PersonsTolerance = None,
    scheme: Scheme = None,
    base: Base = None,
    lock: Lock = None,
    max_moved: MaxMoved = None,
    ledger: LedgerFile = None,
    pin: Pin = None,
    plans: Plans = 1,
    dedicated: Dedicated = DedicatedFrom.drawn,
    seed: Seed = None,
    jobs: Jobs = None,
    config: ConfigFile = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """把社区和行政村划分为网格 Divide communities and villages into grids.

    Writes OUT/grids.gpkg (layers grids, units, buildings, findings, styled for QGIS) and
    OUT/summary.json. Exit code 0: done; 1: done, with findings that need a person; 2: usage;
    10 and up: the input cannot be used.
    """
    tongue = chosen_lang(lang)
    from gridtool.cli.config import build_settings, load_config

    loaded = load_config(config)
    layers = {
        "communities": communities,
        "buildings": buildings,
        "roads": roads,
        "compounds": compounds,
        "sites": sites,
        "barriers": barriers,
        "counts": counts,
        "totals": totals,
        "codes": codes,
    }
    placing = chosen_placing(crs, coords, towgs84, loaded)
    given = given_input(source, layers, columns, placing, loaded)
    size = {
        "min": minimum,
        "max": maximum,
        "target": target,
        "persons": persons,
        "persons_tolerance": persons_tolerance,
    }
    own = {"scheme": scheme, "seed": seed, "jobs": jobs, "locks": lock}
    settings = build_settings(
        loaded, size, {**own, "max_moved": chosen_share(max_moved)}, dedicated=dedicated.value
    )

    from gridtool.cli.console import progress_bar
    from gridtool.pipeline import partition_files, partition_plans

    if plans > 1 and ledger is not None:
        raise typer.BadParameter("--plans: 不能与 --ledger 同用 · not with --ledger")
    tell_first_run(quiet=quiet)
    with progress_bar(tongue, shown=not (quiet or as_json)) as tell:
        told: dict[str, Any] = {
            "paths": given.paths,
            "mapping": given.mapping,
            "placing": given.placing,
            "base": base,
            "pins": pin,
            "settings": settings,
            "overwrite": overwrite,
            "lang": tongue,
            "progress": tell,
        }
        if plans == 1:
            division, written = partition_files(source, out, ledger=ledger, **told)
        else:
            found = partition_plans(source, out, plans, **told)
    if plans > 1:
        show_plans(*found, tongue, as_json=as_json, quiet=quiet)
    show_division(division, written, tongue, as_json=as_json, quiet=quiet, verbose=verbose)


def show_plans(
    divisions: list[Division],
    table: dict[str, Any],
    written: list[Path],
    lang: Lang,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Print the table of plans, and end with the exit code that their findings ask for."""
    from gridtool.cli.console import print_plans
    from gridtool.findings import needs_person

    if as_json:
        typer.echo(json.dumps(table, ensure_ascii=False, indent=2))
    elif not quiet:
        print_plans(table, written, lang)
    person = any(needs_person(division.findings) for division in divisions)
    raise typer.Exit(FINDINGS if person else DONE)


def tell_first_run(*, quiet: bool) -> None:
    """Say that the kernels are compiled first, where they are."""
    from gridtool.pipeline import first_run

    if first_run() and not quiet:
        typer.echo(
            "首次运行：正在编译计算内核，约二十秒。First run: compiling kernels, about 20 seconds.",
            err=True,
        )


def show_division(
    division: Division,
    written: list[Path],
    lang: Lang,
    *,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Print a division, and end with the exit code that its findings ask for."""
    from gridtool.cli.console import print_division
    from gridtool.findings import needs_person

    if as_json:
        typer.echo(json.dumps(division.summary, ensure_ascii=False, indent=2))
    elif not quiet:
        print_division(division, written, lang, verbose=verbose)
    raise typer.Exit(FINDINGS if needs_person(division.findings) else DONE)
