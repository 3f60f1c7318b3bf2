"""Profiles of fields: which columns an export holds, under which names. They are data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from gridtool.columns import GRIDS, Column
from gridtool.errors import SettingsError
from gridtool.shipped import schemas_folder

ID: Final = "grid_code"
STANDARD: Final = "standard"

_NAMES: Final = ("key", "zh", "dbf")


@dataclass(frozen=True)
class Field:
    """One field of an export: its name there, and the column it comes from."""

    name: str
    column: Column


@dataclass(frozen=True)
class Profile:
    """Which columns an export holds.

    Attributes
    ----------
    name, title_zh, title_en : str
    fields : tuple of Field
        In the order of the export; `ID` is among them.
    """

    name: str
    title_zh: str
    title_en: str
    fields: tuple[Field, ...]

    def short(self) -> Profile:
        """Return the profile with the names a DBF holds."""
        fields = tuple(Field(item.column.dbf, item.column) for item in self.fields)
        return Profile(self.name, self.title_zh, self.title_en, fields)

    def only(self, keys: set[str]) -> Profile:
        """Return the profile without the columns that are not among `keys`."""
        fields = tuple(item for item in self.fields if item.column.key in keys)
        return Profile(self.name, self.title_zh, self.title_en, fields)

    @property
    def id_name(self) -> str:
        """Return the name that the grid code goes by."""
        return next(item.name for item in self.fields if item.column.key == ID)


def profile_names() -> list[str]:
    """Return the names of the profiles that come with gridtool, the default first."""
    names = sorted(item.name.removesuffix(".json") for item in schemas_folder("export").iterdir())
    return sorted(names, key=lambda name: name != STANDARD)


def load_profile(name: str | Path = STANDARD) -> Profile:
    """Load a profile by its name, or a file of the user's own.

    Parameters
    ----------
    name : str or Path
        One shipped with gridtool, or a path to a JSON file
        (``schemas/export_profile.schema.json``).

    Returns
    -------
    Profile

    Raises
    ------
    SettingsError
        GT703 when there is no such profile or it cannot be used.
    """
    own = str(name).endswith(".json")
    try:
        path: Traversable = Path(name) if own else schemas_folder("export") / f"{name}.json"
        return _profile(json.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        reason = "no such file" if own else f"not one of {', '.join(profile_names())}"
        raise SettingsError("GT703", profile=name, reason=reason) from None
    except KeyError as error:
        raise SettingsError("GT703", profile=name, reason=f"no {error}") from None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise SettingsError("GT703", profile=name, reason=error) from None


def _profile(data: Mapping[str, Any]) -> Profile:
    """Build a profile from its JSON."""
    kind = data["names"]
    if kind not in _NAMES:
        raise ValueError(f"names: {kind} (key, zh, dbf)")
    fields = tuple(_field(item, kind) for item in data["fields"])
    keys = [item.column.key for item in fields]
    if ID not in keys:
        raise ValueError(f"fields: no {ID}")
    names = [item.name.lower() for item in fields]
    for found in (keys, names):
        twice = sorted({one for one in found if found.count(one) > 1})
        if twice:
            raise ValueError(f"fields: {', '.join(twice)} twice")
    return Profile(str(data["name"]), str(data["title_zh"]), str(data["title_en"]), fields)


def _field(item: Mapping[str, Any], kind: str) -> Field:
    """Build one field."""
    try:
        column = GRIDS[item["column"]]
    except KeyError:
        raise ValueError(f"fields: {item.get('column', item)}") from None
    return Field(str(item.get("as") or getattr(column, kind)), column)
