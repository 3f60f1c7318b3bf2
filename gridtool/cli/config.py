"""``gridtool.toml``: the settings an office keeps beside its data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridtool.columns import match_layer
from gridtool.errors import SettingsError

if TYPE_CHECKING:
    from gridtool.pipeline import Settings
    from gridtool.read import Placing


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
    """``[costs]``: what a metre of grid border costs, and of major road inside a grid."""

    inside: float = Field(default=3.0, gt=0, description="through a street block")
    local: float = Field(default=0.7, gt=0, description="along a local street")
    collector: float = Field(default=0.55, gt=0, description="along a collector road")
    major: float = Field(default=0.1, gt=0, description="along a major road")
    within_compound: float = Field(default=12.0, gt=0, description="through a compound")
    major_inside: float = Field(
        default=0.4, ge=0, description="of major road that a grid holds on both sides"
    )


class WeightTable(_Table):
    """``[weights]``: what a division strives for, beside short borders."""

    drift: float = Field(default=0.00055, ge=0, description="price of a household off the target")
    spread: float = Field(
        default=21.0, ge=0, description="mean households off the target above which drift is dear"
    )
    shape: float = Field(default=0.25, ge=0, description="price of a grid that is not round")
    effort: float = Field(default=1.0, gt=0, description="how many times as long to search")
    exact: int = Field(
        default=100, ge=0, description="units times grids up to which a community is solved exactly"
    )
    change: float = Field(
        default=0.01, ge=0, description="price of a household that leaves its grid in force"
    )


class EstimateTable(_Table):
    """``[estimate]``: where counts are absent."""

    m2_per_household: float = Field(
        default=90.0, gt=0, description="floor space of a household, m²"
    )
    persons_per_household: float = Field(default=2.6, gt=0, description="persons in a household")


class DedicatedTable(_Table):
    """``[dedicated]``: from which floor area (m²) a group of buildings is a site by its use."""

    school: float = Field(default=3000.0, gt=0, description="schools")
    hospital: float = Field(default=5000.0, gt=0, description="hospitals")
    market: float = Field(default=5000.0, gt=0, description="markets")
    mall: float = Field(default=10000.0, gt=0, description="malls and shops")
    office: float = Field(default=20000.0, gt=0, description="office buildings")
    park: float = Field(default=20000.0, gt=0, description="parks of enterprises")
    enterprise: float = Field(default=10000.0, gt=0, description="enterprises")


def _layer_key(name: str) -> str:
    """Return the key of a layer, ``""`` of ``all``."""
    key = "" if name == "all" else match_layer(name)
    if key is None:
        raise SettingsError("GT041", path="gridtool.toml", reason=f"crs, coords: {name}")
    return key


class Config(_Table):
    """The whole file."""

    seed: int = Field(default=0, ge=0, description="chance comes from here alone")
    jobs: int = Field(default=1, ge=1, description="threads; the result does not depend on it")
    scheme: str = Field(default="grid15", description="code scheme, or a JSON file of your own")
    towgs84: list[float] = Field(
        default=[], description="dx, dy, dz, rx, ry, rz, ds from Xi'an 80 or Beijing 54"
    )
    size: SizeTable = SizeTable()
    costs: CostTable = CostTable()
    weights: WeightTable = WeightTable()
    estimate: EstimateTable = EstimateTable()
    dedicated: DedicatedTable = DedicatedTable()
    map: dict[str, str | dict[str, str]] = Field(
        default={}, description="layer.column = source column, or a table for each layer"
    )
    crs: dict[str, str] = Field(
        default={}, description="layer = its CRS; the layer all for those that say none"
    )
    coords: dict[str, Literal["gcj02", "bd09"]] = Field(
        default={}, description="layer = gcj02 or bd09; the layer all for every one"
    )

    @property
    def placing(self) -> Placing:
        """Return the coordinate systems stated."""
        from gridtool.read import Placing

        return Placing(
            {_layer_key(name): text for name, text in self.crs.items()},
            {_layer_key(name): system for name, system in self.coords.items()},
            tuple(self.towgs84) or None,
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


def build_settings(
    config: Config,
    size: Mapping[str, int | None],
    own: Mapping[str, object],
    *,
    dedicated: Literal["drawn", "auto", "none"] = "drawn",
) -> Settings:
    """Join the file's settings with the options given, which win.

    A target that was not asked for stays inside a window that was moved.

    Parameters
    ----------
    config : Config
    size : mapping
        Options named as the keys of ``[size]``, None where not given.
    own : mapping
        ``scheme``, ``seed``, ``jobs``, ``locks`` and ``max_moved`` likewise.
    dedicated : ``drawn``, ``auto`` or ``none``
        Where dedicated grids come from.

    Returns
    -------
    Settings

    Raises
    ------
    SettingsError
        When the window is impossible or a number is out of range.
    """
    from gridtool.division import Dials
    from gridtool.graph import Costs
    from gridtool.pipeline import Settings
    from gridtool.rules import Rules
    from gridtool.units import SiteSizes

    asked = {key: value for key, value in size.items() if value is not None}
    window = {**config.size.model_dump(), **asked}
    if "target" not in asked and "target" not in config.size.model_fields_set:
        middle = (window["min"] + window["max"]) // 2
        window["target"] = min(max(window["target"], window["min"]), window["max"])
        if asked.keys() & {"min", "max"} or config.size.model_fields_set & {"min", "max"}:
            window["target"] = middle
    rules = Rules(
        min_households=window["min"],
        max_households=window["max"],
        target_households=window["target"],
        persons=window["persons"],
        persons_tolerance=window["persons_tolerance"],
    )
    chosen = {key: value for key, value in own.items() if value is not None}
    merged: dict[str, Any] = {
        "scheme": config.scheme,
        "seed": config.seed,
        "jobs": config.jobs,
        "locks": (),
        "max_moved": None,
        **chosen,
    }
    if merged["jobs"] < 1 or merged["seed"] < 0:
        raise SettingsError("GT046", reason="--jobs >= 1, --seed >= 0")
    return Settings(
        rules=rules,
        costs=Costs(**config.costs.model_dump()),
        dials=Dials(**config.weights.model_dump()),
        scheme=merged["scheme"],
        seed=merged["seed"],
        jobs=merged["jobs"],
        locks=tuple(merged["locks"]),
        max_moved=merged["max_moved"],
        dedicated=dedicated,
        site_sizes=SiteSizes(**config.dedicated.model_dump()),
        **config.estimate.model_dump(),
    )


def _first_fault(error: ValidationError) -> str:
    """Return the first fault as ``table.key: what``."""
    first: Any = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
