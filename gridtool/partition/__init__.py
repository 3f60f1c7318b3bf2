"""Stage ``partition``: units to grids of 300-500 households, each in one piece."""

from gridtool.partition.borders import dissolve_grids
from gridtool.partition.divide import assign_grids
from gridtool.partition.engine import Dials
from gridtool.partition.sizes import explain_sizes, size_grids

__all__ = ["Dials", "assign_grids", "dissolve_grids", "explain_sizes", "size_grids"]
