"""Stage ``division``: units to grids of 300-500 households, each in one piece."""

from gridtool.division.borders import dissolve_grids
from gridtool.division.divide import assign_grids
from gridtool.division.engine import Dials
from gridtool.division.figures import measure_communities
from gridtool.division.sizes import explain_sizes, size_grids

__all__ = [
    "Dials",
    "assign_grids",
    "dissolve_grids",
    "explain_sizes",
    "measure_communities",
    "size_grids",
]
