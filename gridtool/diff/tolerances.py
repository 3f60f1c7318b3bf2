"""How far two lines may lie apart and still be one."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from gridtool.canonical import GRID_M
from gridtool.errors import SettingsError


@dataclass(frozen=True)
class Tolerances:
    """What is noise, and what is a redrawn line.

    Attributes
    ----------
    storage_m : float
        What files and reprojection do to a vertex.
    drawing_m : float
        How exactly lines are drawn: at least twice the stated accuracy. A building that changes
        grid is a real change however small the distance.
    area_m2 : float
        Less ground than this, shared by two grids that changed, is none.
    """

    storage_m: float = 0.01
    drawing_m: float = 1.0
    area_m2: float = 0.05

    def __post_init__(self) -> None:
        if not GRID_M < self.storage_m <= self.drawing_m or self.area_m2 <= 0:
            raise SettingsError(
                "GT046",
                reason=f"{GRID_M} < storage {self.storage_m} <= drawing {self.drawing_m}, "
                f"area {self.area_m2} > 0",
            )

    def record(self) -> dict[str, float]:
        """Return the tolerances as they are written in ``diff.json``."""
        return asdict(self)


TOLERANCES = Tolerances()
