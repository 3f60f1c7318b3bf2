"""Stage ``division``: units to grids of 300-500 households, each in one piece."""

from gridtool.division.borders import dissolve_grids
from gridtool.division.divide import assign_grids
from gridtool.division.drawing import explain_snap, snap_grids
from gridtool.division.engine import Dials
from gridtool.division.figures import measure_communities
from gridtool.division.laying import join_grids, lay_grids, misfit_by_community, settle_homes
from gridtool.division.pins import NO_PINS, Pins, check_pins, explain_pins, tie_pins
from gridtool.division.sizes import explain_sizes, size_grids
from gridtool.division.ties import Ties, no_ties

__all__ = [
    "NO_PINS",
    "Dials",
    "Pins",
    "Ties",
    "assign_grids",
    "check_pins",
    "dissolve_grids",
    "explain_pins",
    "explain_sizes",
    "explain_snap",
    "join_grids",
    "lay_grids",
    "measure_communities",
    "misfit_by_community",
    "no_ties",
    "settle_homes",
    "size_grids",
    "snap_grids",
    "tie_pins",
]
