"""Options that the commands of ``filing``, ``key`` and ``register`` share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from gridtool.errors import SettingsError

RegisterOption = Annotated[
    str,
    typer.Option(
        "--register", "-r", metavar="FILE|URL", help="备案台账 Register, or postgresql://…"
    ),
]
RegisterPath = Annotated[
    str, typer.Argument(metavar="REGISTER", help="备案台账 Register: FILE.gpkg or postgresql://…")
]
CountyOption = Annotated[
    str | None,
    typer.Option("--county", metavar="CODE", show_default=False, help="县（区） 6 digits. [all]"),
]


def chosen_day(option: str, text: str | None) -> date | None:
    """Return the day that an option names."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError("GT046", reason=f"{option} {text}: YYYY-MM-DD") from None


def chosen_moment(option: str, text: str | None) -> datetime | None:
    """Return the moment that an option names; a day alone means its end."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError("GT046", reason=f"{option} {text}: YYYY-MM-DD[THH:MM]") from None
    if len(text) <= len("YYYY-MM-DD"):
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999_000)
    return moment
