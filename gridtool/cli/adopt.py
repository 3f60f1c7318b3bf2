"""``gridtool adopt``."""

from __future__ import annotations

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
    Totals,
    Towgs84,
    Verbose,
    chosen_lang,
    chosen_placing,
    given_input,
)
from gridtool.cli.partition import show_division, tell_first_run
from gridtool.cli.partition_options import (
    Base,
    Dedicated,
    DedicatedFrom,
    Jobs,
    LedgerFile,
    Maximum,
    Minimum,
    Out,
    Persons,
    PersonsTolerance,
    Scheme,
)

Edited = Annotated[
    Path,
    typer.Argument(
        metavar="EDITED",
        show_default=False,
        help="编辑后的网格 Layer of grids edited in QGIS, as grids.gpkg.",
    ),
]
Input = Annotated[
    Path | None,
    typer.Option(
        "--input",
        "-i",
        metavar="INPUT",
        show_default=False,
        help="输入 What the grids were made from, as for partition.",
    ),
]


def adopt_command(
    edited: Edited,
    source: Input = None,
    out: Out = Path("out"),
    base: Base = None,
    ledger: LedgerFile = None,
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
    persons: Persons = None,
    persons_tolerance: PersonsTolerance = None,
    scheme: Scheme = None,
    dedicated: Dedicated = DedicatedFrom.drawn,
    jobs: Jobs = None,
    config: ConfigFile = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """采用人工编辑的网格 Take over grids edited by hand.

    Snaps their borders back to buildings and compounds, closes gaps and overlaps, counts and
    codes anew (grids that go on keep their code), and lists every violation. Writes what
    partition writes. Exit code 0: done; 1: done, with findings that need a person.
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
        "persons": persons,
        "persons_tolerance": persons_tolerance,
    }
    settings = build_settings(
        loaded, size, {"scheme": scheme, "jobs": jobs}, dedicated=dedicated.value
    )

    from gridtool.cli.console import progress_bar
    from gridtool.pipeline import adopt_files

    tell_first_run(quiet=quiet)
    with progress_bar(tongue, shown=not (quiet or as_json)) as tell:
        division, written = adopt_files(
            edited,
            source,
            out,
            paths=given.paths,
            mapping=given.mapping,
            placing=given.placing,
            base=base,
            ledger=ledger,
            settings=settings,
            overwrite=overwrite,
            lang=tongue,
            progress=tell,
        )
    show_division(division, written, tongue, as_json=as_json, quiet=quiet, verbose=verbose)
