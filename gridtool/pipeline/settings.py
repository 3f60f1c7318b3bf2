"""What a run depends on beside its input."""

from __future__ import annotations

from dataclasses import dataclass, field

from gridtool.division import Dials
from gridtool.graph import Costs
from gridtool.rules import Rules


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
    m2_per_household, persons_per_household : float
        Of the estimate where counts are absent.
    """

    rules: Rules = field(default_factory=Rules)
    costs: Costs = field(default_factory=Costs)
    dials: Dials = field(default_factory=Dials)
    scheme: str = "grid15"
    seed: int = 0
    jobs: int = 1
    m2_per_household: float = 90.0
    persons_per_household: float = 2.6
