"""Options that the commands which print share, and what they make of them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridtool.cli.options import chosen_columns, chosen_placing
from gridtool.errors import DONE, FINDINGS, SettingsError
from gridtool.messages import Lang

if TYPE_CHECKING:
    from gridtool.pipeline import Beneath, Printed

InputOption = Annotated[
    Path | None,
    typer.Option(
        "--input",
        metavar="INPUT",
        show_default=False,
        help="划分时的输入 Input of the division, for roads and water beneath the grids.",
    ),
]


def beneath_of(
    source: Path | None,
    layers: dict[str, list[str] | None],
    columns: list[str] | None,
    crs: list[str] | None,
    coords: list[str] | None,
    codes: list[Path] | None,
) -> Beneath:
    """Return where the layers beneath grids are read from."""
    from gridtool.pipeline import Beneath

    return Beneath(
        source,
        {key: given for key, given in layers.items() if given},
        chosen_columns(columns),
        chosen_placing(crs, coords, None),
        codes or (),
    )


def chosen_date(text: str | None) -> date | None:
    """Return a date given as 2026-03-01.

    Raises
    ------
    SettingsError
        GT046 for anything else.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise SettingsError("GT046", reason=f"--date {text}: YYYY-MM-DD") from None


def tell_printed(
    printed: Printed, lang: Lang, *, as_json: bool, quiet: bool, verbose: bool
) -> None:
    """Print what was written and found, and end with the exit code that says so."""
    from gridtool.cli.console import print_printed
    from gridtool.findings import needs_person

    if as_json:
        found = printed.findings.to_dict("records")
        told = {"written": [str(path) for path in printed.written], "findings": found}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif not quiet:
        print_printed(printed, lang, verbose=verbose)
    raise typer.Exit(FINDINGS if needs_person(printed.findings) else DONE)
