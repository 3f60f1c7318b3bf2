"""Search the division: units, graph and grids, with whole units let go of where they must."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

import geopandas as gpd
import pandas as pd

from gridtool.division import Dials, Ties, assign_grids, measure_communities
from gridtool.geom import give_back_memory
from gridtool.graph import build_graph, cornered_compounds, measure_roads, none_cornered
from gridtool.pipeline.clock import Clock
from gridtool.pipeline.settings import Settings
from gridtool.rules import NO_DIVISION_FITS, NOT_FOUND, RELAX_LADDER, Relax
from gridtool.units import Units, build_units

Frames = dict[str, gpd.GeoDataFrame]
Levels = Mapping[str, Relax]
"""What communities give up, by code."""
Timed = Callable[[str, float], None]
Tying = Callable[[Units, pd.DataFrame], Ties]
"""Makes the ties of units; called with their graph too."""
_Key = tuple[tuple[tuple[str, int], ...], frozenset[str]]


@dataclass(frozen=True)
class Found:
    """A division that was searched.

    Attributes
    ----------
    held : Units
    edges : DataFrame
        As stage ``graph`` returns them.
    assignment : DataFrame, index ``unit_id``
        As `gridtool.division.assign_grids` returns it.
    figures : DataFrame
        What is measured of each community's division.
    cornered : DataFrame
        The compounds that no grid could hold whole, as `gridtool.graph.cornered_compounds`
        returns them, in communities where that matters.
    """

    held: Units
    edges: pd.DataFrame
    assignment: pd.DataFrame
    figures: pd.DataFrame
    cornered: pd.DataFrame = field(default_factory=none_cornered)


@dataclass(frozen=True)
class _Easing:
    """What letting go of whole units came to.

    Attributes
    ----------
    gained : mapping of community code to Relax
        What communities give up beside what they gave up before, where that helped.
    proven : mapping of community code to bool
        Of communities it did not help: whether their smallest units leave no division at all.
    cornered : DataFrame
    memories : list of _Memory
        How the gaining communities were divided.
    """

    gained: Levels
    proven: Mapping[str, bool]
    cornered: pd.DataFrame
    memories: list[_Memory]

    @property
    def partable(self) -> frozenset[str]:
        """Return the compounds known to be in the way."""
        return frozenset(self.cornered["compound_id"])


class Search:
    """Builds units and divides them, in one run after another over the same layers.

    Parameters
    ----------
    layers : mapping of GeoDataFrame
        Checked layers.
    settings : Settings
    clock : Clock
    tying : callable, optional
        Makes the ties of units.
    keep : bool
        Whether units that are built are kept for the next run; they are most of the memory.
    """

    def __init__(
        self,
        layers: Frames,
        settings: Settings,
        clock: Clock,
        tying: Tying | None = None,
        *,
        keep: bool = True,
    ) -> None:
        self._layers, self._settings, self._clock, self._tying = layers, settings, clock, tying
        self._keep = keep
        self._built: dict[_Key, tuple[Units, pd.DataFrame]] = {}
        self._spent: dict[str, float] = {}
        self._lock = Lock()

    def run(self, relax: Levels | None = None) -> Found:
        """Divide; let go of whole units only where no division was found.

        How far to let go is tried on the failing communities alone; then all units are built
        anew, so that they fit together, and those communities are divided again.

        Parameters
        ----------
        relax : mapping of community code to Relax, optional
            What communities give up from the beginning.
        """
        relax = dict(relax or {})
        held, edges = self.build(relax)
        assignment = self._assign(held, edges, self._layers["communities"])
        eased = self._ease(relax, held, edges, assignment)
        if eased.gained:
            before = assignment.groupby(held.units["community_code"])
            known = {str(code): rows for code, rows in before if code not in eased.gained}
            # two counties of units need not be held at once
            del held, edges, before
            give_back_memory()
            held, edges = self.build(_joined(relax, eased.gained), partable=eased.partable)
            for memory in eased.memories:
                known |= memory.recall(held, edges)
            assignment = self._assign(held, edges, self._layers["communities"], known)
        assignment = _agree(held, assignment, eased.proven)
        with self._clock.stage("partition"):
            figures = measure_found(held, edges, assignment, self._settings, self._spent)
        return Found(held, edges, assignment, figures, eased.cornered)

    def _ease(
        self, relax: Levels, held: Units, edges: pd.DataFrame, assignment: pd.DataFrame
    ) -> _Easing:
        """Try, step by step, what the failing communities must give up."""
        communities, rules = self._layers["communities"], self._settings.rules
        missed, severed = _not_found(held, assignment), held.severed
        memory = _Memory(held, edges, assignment)
        cornered = none_cornered()
        gained: dict[str, Relax] = {}
        proven: dict[str, bool] = {}
        memories: list[_Memory] = []
        for level in RELAX_LADDER:
            opens = Relax.OPEN_GROUND in level
            failed = missed | severed if opens else missed
            tried = {code for code in failed if level not in relax.get(code, Relax(0))}
            if tried:
                levels = {code: relax.get(code, Relax(0)) | level for code in tried}
                layers = only(self._layers, tried)
                partable = frozenset(cornered["compound_id"])
                units, ways = self.build(levels, layers, partable=partable)
                known = memory.recall(units, ways)
                grids = self._assign(units, ways, layers["communities"], known)
                memory = _Memory(units, ways, grids)
                if level == Relax.CROSS_ROADS:
                    cornered = cornered_compounds(units.units, ways, communities, rules)
                still = _not_found(units, grids)
                proven |= dict.fromkeys(still, True)
                proven |= dict.fromkeys(_not_found(units, grids, (NOT_FOUND,)), False)
                # a site that severs its community all the same is not dedicated: no need to
                # open it
                mended = tried - still - (units.severed - missed)
                gained |= dict.fromkeys(sorted(mended), level)
                memories.append(memory.only(mended))
                missed -= tried - still
            severed = frozenset() if opens else severed
        return _Easing(gained, proven, cornered, memories)

    def variant(self, dials: Dials, seed: int, *, keep: bool = True) -> Search:
        """Return a search that strives for something else, over the units built already."""
        settings = replace(self._settings, dials=dials, seed=seed)
        other = Search(self._layers, settings, self._clock, self._tying, keep=keep)
        other._built = self._built
        return other

    def build(
        self,
        relax: Levels,
        layers: Frames | None = None,
        *,
        partable: frozenset[str] = frozenset(),
    ) -> tuple[Units, pd.DataFrame]:
        """Build units and their graph; those of all layers may be kept for the next time.

        Parameters
        ----------
        relax : mapping of community code to Relax
        layers : mapping of GeoDataFrame, optional
            Of some communities alone.
        partable : set of str
            Compounds known to be in the way, as `gridtool.units.build_units` takes them.
        """
        key = (tuple(sorted(relax.items())), partable)
        if layers is None and key in self._built:
            return self._built[key]
        built = self._build(relax, self._layers if layers is None else layers, partable)
        if layers is None and self._keep:
            self._built[key] = built
        return built

    def _build(
        self, relax: Levels, layers: Frames, partable: frozenset[str]
    ) -> tuple[Units, pd.DataFrame]:
        """Build units and their graph."""
        settings = self._settings
        with self._clock.stage("units"):
            held = build_units(
                layers, rules=settings.rules, relax=relax, partable=partable, jobs=settings.jobs
            )
        with self._clock.stage("graph"):
            edges = build_graph(
                held.units,
                held.borders,
                rules=settings.rules,
                costs=settings.costs,
                crossing={code for code, given in relax.items() if Relax.CROSS_ROADS in given},
            )
        return held, edges

    def _assign(
        self,
        held: Units,
        edges: pd.DataFrame,
        communities: gpd.GeoDataFrame,
        known: Mapping[str, pd.DataFrame] | None = None,
    ) -> pd.DataFrame:
        """Assign units to grids; what is known is not sought again."""
        settings = self._settings
        with self._clock.stage("partition"):
            return assign_grids(
                held.units,
                edges,
                communities,
                rules=settings.rules,
                dials=settings.dials,
                seed=settings.seed,
                jobs=settings.jobs,
                ties=self._tying(held, edges) if self._tying else None,
                known=known,
                tick=lambda done, count: self._clock.tell("partition", done, count),
                timed=self._timed,
            )

    def _timed(self, code: str, seconds: float) -> None:
        """Add up what a community took."""
        with self._lock:
            self._spent[code] = self._spent.get(code, 0.0) + seconds


def measure_found(
    held: Units,
    edges: pd.DataFrame,
    assignment: pd.DataFrame,
    settings: Settings,
    seconds: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Measure each community's division, and the major roads inside its grids."""
    rules = settings.rules
    figures = measure_communities(
        held.units,
        edges,
        assignment,
        rules=rules,
        exact=settings.dials.exact,
        seconds=seconds,
    )
    return figures.join(measure_roads(held.units, held.borders, assignment["grid"], rules=rules))


class _Memory:
    """What came of a try, so that the same units are not divided again.

    Giving something up changes nothing where there is nothing to give: a town without compounds
    has the same units on every step.
    """

    def __init__(self, held: Units, edges: pd.DataFrame, assignment: pd.DataFrame) -> None:
        self._marks = _marks(held, edges)
        self._rows = dict(iter(assignment.groupby(held.units["community_code"])))

    def recall(self, held: Units, edges: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Return what came of communities whose units and links are as they were."""
        marks = _marks(held, edges)
        same = marks[marks == self._marks.reindex(marks.index)]
        return {str(code): self._rows[code] for code in same.index if code in self._rows}

    def only(self, codes: set[str]) -> _Memory:
        """Return what is remembered of some communities alone."""
        kept = copy(self)
        kept._rows = {code: rows for code, rows in self._rows.items() if code in codes}
        return kept


def _marks(held: Units, edges: pd.DataFrame) -> pd.Series[Any]:
    """Return a number for each community that tells its units and their links from others."""
    units = held.units
    code = units["community_code"]
    columns = ["households", "persons", "compound_id", "site_id"]
    own = pd.util.hash_pandas_object(pd.DataFrame(units[columns])).groupby(code.to_numpy()).sum()
    # the last digits of a cost depend on what else was built
    ways = edges[["first", "second", "kind"]].assign(cost=edges["cost"].round(3))
    there = code.loc[edges["first"]].to_numpy()
    links = pd.util.hash_pandas_object(ways, index=False).groupby(there).sum()
    return own ^ links.reindex(own.index, fill_value=0)


def _joined(relax: Levels, gained: Levels) -> dict[str, Relax]:
    """Return what communities give up in all."""
    codes = sorted({*relax, *gained})
    return {code: relax.get(code, Relax(0)) | gained.get(code, Relax(0)) for code in codes}


def _not_found(
    held: Units,
    assignment: pd.DataFrame,
    reasons: tuple[str, ...] = (NOT_FOUND, NO_DIVISION_FITS),
) -> set[str]:
    """Return the communities whose units gave no division inside the window."""
    failed = assignment["reason"].isin(reasons).to_numpy()
    return set(held.units["community_code"].to_numpy()[failed])


def _agree(held: Units, assignment: pd.DataFrame, proven: Mapping[str, bool]) -> pd.DataFrame:
    """Return the assignment with no proof that the smallest units do not bear out.

    Parameters
    ----------
    proven : mapping of community code to bool
        Whether its smallest units leave no division either.
    """
    community = held.units["community_code"]
    lost = assignment["reason"].isin((NOT_FOUND, NO_DIVISION_FITS))
    told = community.map(dict(proven)).where(lost)
    reason = assignment["reason"].mask(told.eq(True), NO_DIVISION_FITS)
    return assignment.assign(reason=reason.mask(told.eq(False), NOT_FOUND))


def only(layers: Frames, codes: set[str]) -> Frames:
    """Return the layers of some communities alone."""
    communities, buildings = layers["communities"], layers["buildings"]
    few = {
        **layers,
        "communities": communities[communities["code"].isin(codes)].reset_index(drop=True),
        "buildings": buildings[buildings["community_code"].isin(codes)],
    }
    if "sites" in layers:
        few["sites"] = layers["sites"][layers["sites"]["community_code"].isin(codes)]
    return few
