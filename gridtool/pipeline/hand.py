"""What is settled before a division: grids in force, locks, pins, names given by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import pandas as pd

from gridtool.division import NO_PINS, Pins, Ties, lay_grids, misfit_by_community, no_ties, tie_pins
from gridtool.errors import DataError
from gridtool.pipeline.keeping import Keeping
from gridtool.pipeline.searching import Frames, Levels, Search, only
from gridtool.rules import RELAX_LADDER, Relax
from gridtool.tables import as_text
from gridtool.units import Units

_PIN_NAMES = {
    "building_id": ("building_id", "楼栋编号", "LDBH"),
    "group": ("group", "同格", "TG"),
    "apart": ("apart", "分格", "FG"),
}


@dataclass(frozen=True)
class Hand:
    """What a division must respect beside the rules.

    Attributes
    ----------
    keeping : Keeping or None
        The grids in force.
    pins : Pins
    names : mapping of grid to name
        Given by hand.
    """

    keeping: Keeping | None = None
    pins: Pins = NO_PINS
    names: Mapping[int, str] = field(default_factory=dict)

    def ties(self, held: Units, edges: pd.DataFrame) -> Ties:
        """Return the ties of units."""
        ties = no_ties(len(held.units))
        if self.keeping is not None:
            ties = self.keeping.ties(held, edges)
        group, apart = tie_pins(held.units, held.buildings, self.pins, ties.home, ties.locked)
        return replace(ties, group=group, apart=apart)


def prepare_pins(raw: pd.DataFrame, *, name: str) -> pd.DataFrame:
    """Return a table of pins as it was read, ready to be checked.

    Parameters
    ----------
    raw : DataFrame
        ``building_id`` 楼栋编号, ``group`` 同格, ``apart`` 分格.
    name : str
        Of the file, for messages.

    Returns
    -------
    DataFrame
        The three columns as text, empty where there is nothing.

    Raises
    ------
    DataError
        GT079 when a column is missing.
    """
    folded = {str(name).strip().casefold(): name for name in raw.columns}
    data = {}
    for key, names in _PIN_NAMES.items():
        found = next((folded[name.casefold()] for name in names if name.casefold() in folded), None)
        if found is None and key == "building_id":
            raise DataError("GT079", layer=name)
        text = pd.Series("", raw.index) if found is None else as_text(raw[found]).fillna("")
        data[key] = text.astype(str).str.strip()
    return pd.DataFrame(data)


def fit_levels(search: Search, layers: Frames, drawn: gpd.GeoDataFrame) -> dict[str, Relax]:
    """Find what communities must give up so that their units follow drawn grids.

    Parameters
    ----------
    search : Search
    layers : mapping of GeoDataFrame
    drawn : GeoDataFrame
        ``community_code``, polygons.

    Returns
    -------
    dict of community code to Relax
        As `gridtool.units.build_units` takes it: the least that misfits fewest households.
    """

    def misfit(relax: Levels, of: Frames | None = None) -> dict[str, tuple[bool, int]]:
        held, edges = search.build(relax, of)
        laid = lay_grids(held.units, held.buildings, drawn)
        found = misfit_by_community(held.units, edges, laid)
        return {str(code): (code in held.severed, int(count)) for code, count in found.items()}

    best = {code: (*wrong, 0) for code, wrong in misfit({}).items() if any(wrong)}
    for step, level in enumerate(RELAX_LADDER, start=1):
        failing = {code for code, (severed, count, _) in best.items() if severed or count}
        if failing:
            tried = misfit(dict.fromkeys(failing, level), only(layers, failing))
            best |= {code: min(best[code], (*wrong, step)) for code, wrong in tried.items()}
    return {code: RELAX_LADDER[step - 1] for code, (_, _, step) in sorted(best.items()) if step}
