"""``gridtool.toml``: the settings an office keeps beside its data."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridtool.errors import SettingsError


class _Table(BaseModel):
    """A table of the file; a key it does not know is a typing error."""

    model_config = ConfigDict(extra="forbid")


class SizeTable(_Table):
    """``[size]``: the window of Art. 8."""

    min: int = Field(default=300, gt=0, description="fewest households in a grid (Art. 8)")
    max: int = Field(default=500, gt=0, description="most households in a grid (Art. 8)")
    target: int = Field(default=400, gt=0, description="households a grid aims at")
    persons: int = Field(
        default=1000, gt=0, description='the second door, "about 1,000 persons" (Art. 8)'
    )
    persons_tolerance: int = Field(default=100, ge=0, description="how far about 1,000 reaches")


class CostTable(_Table):
    """``[costs]``: what a metre of grid border costs."""

    inside: float = Field(default=3.0, gt=0, description="through a street block")
    local: float = Field(default=1.0, gt=0, description="along a local street")
    collector: float = Field(default=0.6, gt=0, description="along a collector road")
    major: float = Field(default=0.3, gt=0, description="along a major road")
    within_compound: float = Field(default=12.0, gt=0, description="through a compound")


class WeightTable(_Table):
    """``[weights]``: what a division strives for, beside short borders."""

    drift: float = Field(default=0.001, ge=0, description="price of a household off the target")
    shape: float = Field(default=0.5, ge=0, description="price of a grid that is not round")


class EstimateTable(_Table):
    """``[estimate]``: where counts are absent."""

    m2_per_household: float = Field(
        default=90.0, gt=0, description="floor space of a household, m²"
    )
    persons_per_household: float = Field(default=2.6, gt=0, description="persons in a household")


class Config(_Table):
    """The whole file."""

    seed: int = Field(default=0, ge=0, description="chance comes from here alone")
    jobs: int = Field(default=1, ge=1, description="threads; the result does not depend on it")
    scheme: str = Field(default="grid15", description="code scheme, or a JSON file of your own")
    size: SizeTable = SizeTable()
    costs: CostTable = CostTable()
    weights: WeightTable = WeightTable()
    estimate: EstimateTable = EstimateTable()
    map: dict[str, str | dict[str, str]] = Field(
        default={}, description="layer.column = source column, or a table for each layer"
    )

    @property
    def mapping(self) -> dict[str, str]:
        """Return ``layer.column`` and ``layer`` to source names, tables written out."""
        pairs: dict[str, str] = {}
        for key, value in self.map.items():
            if isinstance(value, str):
                pairs[key] = value
            else:
                pairs |= {f"{key}.{column}": name for column, name in value.items()}
        return pairs


def load_config(path: Path | None) -> Config:
    """Read a configuration file.

    Parameters
    ----------
    path : Path or None
        None gives the defaults.

    Returns
    -------
    Config

    Raises
    ------
    SettingsError
        When the file cannot be read, is not TOML, or has a wrong key or value.
    """
    if path is None:
        return Config()
    try:
        return Config.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError("GT041", path=path, reason=error) from None
    except ValidationError as error:
        raise SettingsError("GT041", path=path, reason=_first_fault(error)) from None


def _first_fault(error: ValidationError) -> str:
    """Return the first fault as ``table.key: what``."""
    first: Any = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
