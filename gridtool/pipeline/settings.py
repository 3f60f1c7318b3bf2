"""What a run depends on beside its input."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gridtool.division import Dials
from gridtool.graph import Costs
from gridtool.rules import Rules
from gridtool.units import SiteSizes


@dataclass(frozen=True)
class Settings:
    """Everything a division depends on beside its input.

    Attributes
    ----------
    rules : Rules
        The size window. Source: Art. 8.
    costs : Costs
        What a metre of border costs, by what it runs along.
    dials : Dials
        What the engine strives for.
    scheme : str
        Name or file of the code scheme.
    seed : int
    jobs : int
        Threads; the result does not depend on it.
    dedicated : ``drawn``, ``auto`` or ``none``
        Where dedicated grids come from: the layer sites; that and the use of buildings; nowhere.
    site_sizes : SiteSizes
        From which floor area a group of buildings is a site, with ``auto``.
    locks : tuple of str
        Codes of grids in force that must stay as they are.
    max_moved : float, optional
        Share of households that may leave their grid.
    m2_per_household, persons_per_household : float
        Of the estimate where counts are absent.
    """

    rules: Rules = field(default_factory=Rules)
    costs: Costs = field(default_factory=Costs)
    dials: Dials = field(default_factory=Dials)
    scheme: str = "grid15"
    seed: int = 0
    jobs: int = 1
    dedicated: Literal["drawn", "auto", "none"] = "drawn"
    site_sizes: SiteSizes = field(default_factory=SiteSizes)
    locks: tuple[str, ...] = ()
    max_moved: float | None = None
    m2_per_household: float = 90.0
    persons_per_household: float = 2.6
