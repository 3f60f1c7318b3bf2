"""The grids in force: read, laid onto units, kept, and numbered on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.codes import (
    Ledger,
    Scheme,
    assign_layer,
    continue_codes,
    count_shares,
    counter_for,
    malformed,
    measure_shares,
    prepare_grids,
    tell_changes,
)
from gridtool.division import Ties, join_grids, lay_grids, no_ties, settle_homes
from gridtool.errors import DataError, SettingsError
from gridtool.findings import Finding
from gridtool.geom import locate
from gridtool.pipeline.searching import Found, Frames
from gridtool.report import count_changes, explain_changes, summarise_changes
from gridtool.rules import ABOUT_1000, DEDICATED, Rules
from gridtool.tables import read_table
from gridtool.units import Units

Json = dict[str, Any]

_LOCKED_NAMES = ("locked", "锁定", "SD")
_TRUE = ("1", "true", "t", "yes", "y", "是", "真")
_FREE = -1


def read_base(path: Path, *, crs: object) -> gpd.GeoDataFrame:
    """Read the grids in force.

    Parameters
    ----------
    path : Path
        Layer ``grids``, columns under any name of the data dictionary; a column ``locked`` (锁定)
        says which grids must stay as they are.
    crs : CRS
        In metres, to bring them to.

    Returns
    -------
    GeoDataFrame
        As `gridtool.codes.prepare_grids`, with ``locked`` (bool).

    Raises
    ------
    InputError, ColumnError, DataError
        When it is no layer of grids with codes.
    """
    return prepare_base(read_table(path), crs=crs, name=path.name)


def prepare_base(raw: pd.DataFrame, *, crs: object, name: str = "base") -> gpd.GeoDataFrame:
    """Return a layer of grids in force as `read_base` does."""
    grids = prepare_grids(raw, name=name, codes=True).to_crs(crs)
    bare = grids.index[grids["grid_code"] == ""]
    if len(bare):
        raise DataError(
            "GT099",
            layer=name,
            rows=list(bare),
            column="grid_code",
            found="-",
            wanted="grid_code",
        )
    grids["community_code"] = grids["community_code"].where(
        grids["community_code"] != "", grids["grid_code"].str[:12]
    )
    said = next((grids[key] for key in _LOCKED_NAMES if key in grids), None)
    if said is None:
        locked = np.zeros(len(grids), dtype=np.bool_)
    else:
        locked = said.astype(str).str.strip().str.lower().isin(_TRUE).to_numpy()
    return grids.assign(locked=locked)


class Keeping:
    """The grids in force beside a new division.

    Parameters
    ----------
    base : GeoDataFrame
        What `prepare_base` returns, in the CRS of the layers.
    communities : GeoDataFrame
        Checked.
    rules : Rules
    scheme : Scheme
    locks : collection of str
        Codes of grids that must stay as they are, beside those of the column ``locked``.
    ledger : Ledger, optional
        Hands out new codes; else they follow the highest in the base.
    max_moved : float, optional
        Share of households that may move; more is a finding.
    by_hand : bool
        Whether a person, not the engine, changed them.
    name : str
        Of the file, for messages.

    Raises
    ------
    DataError
        GT075 when none of the grids is of these communities, GT076 when most lie in others than
        their codes say.
    SettingsError
        GT077 when a lock names no grid of the base, GT085 when the codes follow another scheme.
    """

    def __init__(
        self,
        base: gpd.GeoDataFrame,
        communities: gpd.GeoDataFrame,
        *,
        rules: Rules,
        scheme: Scheme,
        locks: Collection[str] = (),
        ledger: Ledger | None = None,
        max_moved: float | None = None,
        by_hand: bool = False,
        name: str = "base",
    ) -> None:
        lost = sorted(set(locks) - set(base["grid_code"]))
        if lost:
            raise SettingsError("GT077", codes=", ".join(lost[:5]), path=name)
        if bool(malformed(base["grid_code"], scheme).mean() > 0.5):
            first = base["grid_code"].iloc[0]
            raise SettingsError("GT085", path=name, grid=first, scheme=scheme.name)
        mine = base["community_code"].isin(communities["code"])
        if not mine.any():
            there, here = base["community_code"].iloc[0], communities["code"].iloc[0]
            raise DataError("GT075", layer=name, there=there, here=here)
        away = sorted(set(locks) & set(base.loc[~mine, "grid_code"]))
        if away:
            raise SettingsError("GT077", codes=", ".join(away[:5]), path=name)
        self.every_code = base["grid_code"].tolist()
        self.base = base[mine].sort_values("grid_code", ignore_index=True)
        self._require_place(communities, name)
        self.locked = self.base["locked"].to_numpy() | self.base["grid_code"].isin(locks).to_numpy()
        self._rules, self._scheme, self._ledger = rules, scheme, ledger
        self._max_moved, self._by_hand = max_moved, by_hand

    def _require_place(self, communities: gpd.GeoDataFrame, name: str) -> None:
        """Refuse grids that mostly lie in other communities than their codes say."""
        spots = shapely.point_on_surface(self.base.geometry.to_numpy())
        found = locate(spots, communities.geometry.to_numpy())
        codes = np.array([*communities["code"], "-"], dtype=object)[found]
        wrong = codes != self.base["community_code"].to_numpy()
        if 2 * int(wrong.sum()) > len(self.base):
            at = int(np.flatnonzero(wrong)[0])
            raise DataError(
                "GT076",
                layer=name,
                rows=self.base["grid_code"][wrong].tolist(),
                grid=self.base["grid_code"].iloc[at],
                there=codes[at],
                count=int(wrong.sum()),
                all=len(self.base),
            )

    def ties(self, held: Units, edges: pd.DataFrame) -> Ties:
        """Return where units are at home, and which are locked."""
        laid = lay_grids(held.units, held.buildings, self.base)["laid"].to_numpy()
        units = held.units
        site = units["site_id"].notna().to_numpy()
        # the ground of a dedicated grid that is none any more is nobody's
        dedicated = (self.base["grid_kind"] == DEDICATED).to_numpy()
        gone = (laid != _FREE) & dedicated[laid] & ~site & ~self.locked[laid]
        laid = np.where(gone | site, _FREE, laid)
        home = settle_homes(
            laid,
            pd.factorize(units["community_code"])[0],
            units["households"].to_numpy(),
            units["area_m2"].to_numpy(),
            join_grids(units, edges, laid),
            self._rules.min_households,
        )
        locked = (laid != _FREE) & self.locked[laid]
        ties = replace(no_ties(len(units)), home=np.where(locked, laid, home), locked=locked)
        if "size_rule" not in self.base:
            return ties
        by_persons = (self.base["size_rule"] == ABOUT_1000).to_numpy()
        return replace(ties, by_persons=(home != _FREE) & by_persons[laid])

    def moved(self, found: Found) -> float:
        """Return the share of today's households whose grid does not go on as theirs."""
        assignment, held = found.assignment, found.held
        grid = assignment["grid"].map("{:06d}".format)
        first = ~grid.duplicated()
        new = pd.DataFrame(
            {
                "grid_id": grid[first],
                "community_code": held.units["community_code"][first],
                "grid_kind": assignment["grid_kind"][first],
            }
        )
        placed = self._placed(held.buildings, held.buildings["unit_id"].map(grid))
        shares = count_shares(placed)
        kept = continue_codes(self.base, new, shares).grids["grid_code"]
        both = shares[(shares["grid_code"] != "") & (shares["grid_id"] != "")]
        away = both["grid_id"].map(kept) != both["grid_code"]
        return float(both.loc[away, "households"].sum() / max(1, both["households"].sum()))

    def holds(self, found: Found) -> bool:
        """Return whether no more households move than is allowed."""
        return self._max_moved is None or self.moved(found) <= self._max_moved

    def shares(self, grids: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
        """Return what the grids in force and new ones share, as `count_shares`.

        Parameters
        ----------
        grids : GeoDataFrame
            ``grid_id``.
        buildings : GeoDataFrame
            ``building_id``, ``households``, ``grid_id`` (None outside).
        """
        ground = measure_shares(self.base, grids)
        placed = self._placed(buildings, buildings["grid_id"])
        return count_shares(placed, ground[["grid_code", "grid_id", "area_m2"]])

    def _placed(self, buildings: gpd.GeoDataFrame, grid_id: pd.Series[str]) -> pd.DataFrame:
        """Return the buildings with their grid in force and their new one, those in a new one."""
        spots = shapely.point_on_surface(buildings.geometry.to_numpy())
        found = locate(spots, self.base.geometry.to_numpy())
        codes = np.array([*self.base["grid_code"], None], dtype=object)
        placed = pd.DataFrame(
            {
                "building_id": buildings["building_id"].to_numpy(dtype=object),
                "households": buildings["households"].to_numpy(),
                "grid_code": codes[found],
                "grid_id": grid_id.to_numpy(dtype=object),
            }
        )
        return placed[placed["grid_id"].notna()]

    def number(
        self,
        grids: gpd.GeoDataFrame,
        buildings: gpd.GeoDataFrame,
        layers: Frames,
        *,
        names: Mapping[int, str] | None = None,
    ) -> tuple[gpd.GeoDataFrame, Json, list[Finding]]:
        """Give new grids their codes: those that go on keep theirs.

        Parameters
        ----------
        grids : GeoDataFrame
            ``grid``, ``community_code``, ``grid_kind``, ``site_id``, ``households``.
        buildings : GeoDataFrame
            ``building_id``, ``households``, ``grid`` (NA outside).
        layers : mapping of GeoDataFrame
            For the names of communities and sites.
        names : mapping of grid to name, optional
            Names given by hand.

        Returns
        -------
        GeoDataFrame
            With codes, names and ``rev``; sorted by code.
        dict
            What became of the grids in force, for ``summary.json``.
        list of Finding
        """
        new = grids.assign(grid_id=[f"{at:06d}" for at in grids["grid"]], grid_code="")
        homes = buildings.assign(
            grid_id=[None if pd.isna(at) else f"{int(at):06d}" for at in buildings["grid"]]
        )
        shares = self.shares(new, homes)
        continuity = continue_codes(self.base, new, shares, scheme=self._scheme)
        new["grid_name"] = _given_names(new, layers, names or {})
        communities = layers["communities"]
        new["community_name"] = new["community_code"].map(
            dict(zip(communities["code"], communities["name"], strict=True))
        )
        coded = assign_layer(
            new,
            scheme=self._scheme,
            take=counter_for(self._scheme, self._ledger, self.every_code),
            continuity=continuity,
            names=dict(zip(self.base["grid_code"], self.base["grid_name"], strict=True)),
        )
        changes = count_changes(
            tell_changes(shares, coded), shares, self._rules, by_hand=self._by_hand
        )
        coded = coded.assign(rev=_revisions(coded, self.base, changes["change"]))
        held = shares[(shares["grid_code"] != "") & (shares["grid_id"] != "")]
        total = int(held["households"].sum())
        code_of = dict(zip(coded["grid_id"], coded["grid_code"], strict=True))
        codes = continuity.codes.assign(
            successors=[
                ";".join(sorted(code_of[grid] for grid in after.split(";") if grid))
                for after in continuity.codes["successors"]
            ]
        )
        base = summarise_changes(changes, codes, total, self._max_moved)
        locked = frozenset(self.base["grid_code"][self.locked])
        findings = explain_changes(coded, changes, base, locked=locked)
        return coded, base, [*self._without_base(communities), *findings]

    def _without_base(self, communities: gpd.GeoDataFrame) -> list[Finding]:
        """Return findings for communities that no grid in force is of."""
        bare = communities[~communities["code"].isin(self.base["community_code"])]
        return [
            Finding("GT345", "communities", code, shape.representative_point())
            for code, shape in zip(bare["code"], bare.geometry, strict=True)
        ]


def _given_names(grids: gpd.GeoDataFrame, layers: Frames, names: Mapping[int, str]) -> list[str]:
    """Return the name of each grid that has one of its own: given by hand, or that of its site."""
    sites = layers.get("sites")
    of_site = {} if sites is None else dict(zip(sites["site_id"], sites["name"], strict=True))
    found = []
    rows = zip(grids["grid"], grids["site_id"], grids["grid_kind"], strict=True)
    for grid, site, kind in rows:
        name = names.get(grid) or (of_site.get(site) if kind == DEDICATED else None)
        found.append("" if name is None or pd.isna(name) else str(name))
    return found


def _revisions(coded: pd.DataFrame, base: pd.DataFrame, changes: pd.Series[str]) -> list[int]:
    """Return the revision of each grid: one more than before where it changed, 1 where new."""
    before = {}
    if "rev" in base:
        numbers = pd.to_numeric(base["rev"], errors="coerce").fillna(1).astype(int)
        before = dict(zip(base["grid_code"], numbers, strict=True))
    return [
        before.get(code, 1) + (changes[code] != "U") if code == prev else 1
        for code, prev in zip(coded["grid_code"], coded["prev_code"], strict=True)
    ]
