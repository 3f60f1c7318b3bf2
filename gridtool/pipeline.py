"""The few functions that chain the stages: what a script, a notebook or the command line calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

import gridtool
from gridtool.check import check_layers
from gridtool.codes import assign_codes, load_scheme
from gridtool.columns import GRID_BUILDINGS, GRIDS, UNITS, Layer
from gridtool.division import Dials, assign_grids, dissolve_grids, explain_sizes, size_grids
from gridtool.division.kernels import anneal
from gridtool.export import ensure_free, write_results
from gridtool.findings import findings_frame
from gridtool.geom import Ints
from gridtool.graph import Costs, build_graph
from gridtool.messages import Lang
from gridtool.read import read_frames, read_layers
from gridtool.report import bounds_text, included_units, summarise
from gridtool.rules import NOT_FOUND, Rules
from gridtool.units import OPEN_GROUND, SPLIT_COMPOUNDS, Units, build_units

__all__ = ["Division", "Settings", "partition", "partition_files", "read_layers"]

STAGES = ("read", "check", "units", "graph", "partition", "codes", "write")

Progress = Callable[[str, int, int], None]
Frames = dict[str, gpd.GeoDataFrame]


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


@dataclass(frozen=True)
class Division:
    """A division of communities into grids.

    Attributes
    ----------
    grids, units, buildings, findings : GeoDataFrame
        The layers of ``grids.gpkg``, columns as in `gridtool.columns.OUTPUT_LAYERS`, CRS in
        metres.
    summary : dict
        The content of ``summary.json``.
    crs : CRS
        Of the input, in which the results are written.
    """

    grids: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    findings: gpd.GeoDataFrame
    summary: dict[str, Any]
    crs: CRS

    @property
    def layers(self) -> Frames:
        """Return the output layers by name."""
        return {
            "grids": self.grids,
            "units": self.units,
            "buildings": self.buildings,
            "findings": self.findings,
        }

    def write(self, out: Path | str, *, lang: Lang = "zh", overwrite: bool = False) -> list[Path]:
        """Write ``grids.gpkg`` and ``summary.json`` into a folder, both or neither.

        Raises
        ------
        OutputError
            When an output exists or cannot be written.
        """
        return write_results(
            Path(out), self.layers, self.summary, crs=self.crs, lang=lang, overwrite=overwrite
        )


class _Clock:
    """Times the stages and tells the progress."""

    def __init__(self, progress: Progress | None) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage; a stage entered again adds up."""
        self.tell(name, 0, 1)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
        self.tell(name, 1, 1)

    def tell(self, name: str, done: int, count: int) -> None:
        """Report how far a stage is."""
        if self._progress:
            self._progress(name, done, count)


def partition(
    communities: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    *,
    roads: gpd.GeoDataFrame | None = None,
    compounds: gpd.GeoDataFrame | None = None,
    sites: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    crs: CRS | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Division:
    """Divide communities and villages into service grids.

    Parameters
    ----------
    communities : GeoDataFrame, polygons, any CRS
        ``code`` (12 digits), ``name``, optionally ``kind``.
    buildings : GeoDataFrame, polygons or points
        ``building_id``, ``households``, ``persons``, ``floors``, ``use``, ``compound_id``,
        ``address``, all optional; Chinese and DBF names are known too.
    roads, compounds, sites, barriers : GeoDataFrame, optional
        See the data dictionary in the README.
    crs : CRS, optional
        That results are written in; default that of `communities`.
    settings : Settings, optional
    progress : callable, optional
        Called with a stage's name, steps done and steps in all.

    Returns
    -------
    Division

    Raises
    ------
    GridtoolError
        When the input cannot be used; its message says what, where and how to mend it.
    """
    clock = _Clock(progress)
    frames = {
        "communities": communities,
        "buildings": buildings,
        "roads": roads,
        "compounds": compounds,
        "sites": sites,
        "barriers": barriers,
    }
    with clock.stage("read"):
        given = {key: item for key, item in frames.items() if item is not None}
        layers, original = read_frames(given)
    return _divide(layers, crs or original, settings or Settings(), clock)


def first_run() -> bool:
    """Return whether the kernels must still be compiled, which takes about ten seconds."""
    folder = anneal.stats.cache_path
    return folder is None or not any(Path(folder).glob("kernels.anneal-*.nbi"))


def partition_files(
    source: Path | None,
    out: Path,
    *,
    paths: Mapping[str, Path | str] | None = None,
    mapping: Mapping[str, str] | None = None,
    settings: Settings | None = None,
    overwrite: bool = False,
    lang: Lang = "zh",
    progress: Progress | None = None,
) -> tuple[Division, list[Path]]:
    """Read layers from files, divide, and write the result into a folder.

    Parameters
    ----------
    source : Path or None
        A GeoPackage, a FileGDB or a folder of files named by layer.
    out : Path
        Folder for ``grids.gpkg`` and ``summary.json``.
    paths, mapping
        As `gridtool.read.read_layers` takes them.
    settings : Settings, optional
    overwrite : bool
    lang : ``zh`` or ``en``
        Language of the map's legend.
    progress : callable, optional

    Returns
    -------
    Division
    list of Path
        The files written.

    Raises
    ------
    GridtoolError
        Before anything is written.
    """
    ensure_free(out, overwrite=overwrite)
    clock = _Clock(progress)
    with clock.stage("read"):
        layers, crs = read_layers(source, paths=paths, mapping=mapping)
    division = _divide(layers, crs, settings or Settings(), clock)
    with clock.stage("write"):
        written = division.write(out, lang=lang, overwrite=overwrite)
    return division, written


def _divide(layers: Frames, crs: CRS, settings: Settings, clock: _Clock) -> Division:
    """Chain the stages from check to codes."""
    scheme = load_scheme(settings.scheme)
    with clock.stage("check"):
        layers, findings = check_layers(
            layers,
            m2_per_household=settings.m2_per_household,
            persons_per_household=settings.persons_per_household,
        )
    communities = layers["communities"]
    held, grids, unit_grid = _partition_units(layers, settings, clock)
    with clock.stage("codes"):
        sized = size_grids(grids, communities, rules=settings.rules)
        coded = assign_codes(sized, communities, layers.get("sites"), scheme=scheme)
        code_of = coded.set_index("grid")["grid_code"]
        units = held.units.assign(grid_code=code_of.loc[unit_grid].to_numpy())
        buildings = held.buildings.assign(
            grid_code=held.buildings["unit_id"].map(units["grid_code"])
        )
        coded = _describe(coded, buildings, layers)
        findings += held.findings
        findings += explain_sizes(coded, communities, buildings, rules=settings.rules)
        found = findings_frame(findings, communities.crs)
    summary = summarise(
        coded,
        communities,
        buildings,
        found,
        rules=settings.rules,
        settings={
            "version": gridtool.__version__,
            "scheme": scheme.name,
            "seed": settings.seed,
            "m2_per_household": settings.m2_per_household,
            "persons_per_household": settings.persons_per_household,
        },
        seconds=clock.seconds,
    )
    return Division(
        _columns(coded, GRIDS),
        _columns(units.reset_index(), UNITS),
        _columns(buildings.reset_index(drop=True), GRID_BUILDINGS),
        found,
        summary,
        crs,
    )


def _partition_units(
    layers: Frames, settings: Settings, clock: _Clock
) -> tuple[Units, gpd.GeoDataFrame, Ints]:
    """Build units and divide them; let go of whole units only where no division was found.

    How far to let go is tried on the failing communities alone; then all units are built anew,
    so that they fit together, and those communities are divided again.

    Returns
    -------
    Units
    GeoDataFrame
        The grids, with column ``grid``.
    int array
        The grid of each unit.
    """
    held, assignment = _divide_units(layers, settings, clock, {})
    failed = _not_found(held, assignment) | held.severed
    relax: dict[str, int] = {}
    for level in (OPEN_GROUND, SPLIT_COMPOUNDS):
        if failed:
            tried = _only(layers, failed)
            units, grids = _divide_units(tried, settings, clock, dict.fromkeys(failed, level))
            still = _not_found(units, grids)
            relax |= dict.fromkeys(failed - still - units.severed, level)
            failed = still
    if relax:
        before = assignment.groupby(held.units["community_code"])
        held, assignment = _divide_units(
            layers,
            settings,
            clock,
            relax,
            known={str(code): rows for code, rows in before if code not in relax},
        )
    with clock.stage("partition"):
        grids = dissolve_grids(held.units, assignment, held.buildings).reset_index()
    return held, grids, assignment["grid"].to_numpy()


def _divide_units(
    layers: Frames,
    settings: Settings,
    clock: _Clock,
    relax: Mapping[str, int],
    known: Mapping[str, pd.DataFrame] | None = None,
) -> tuple[Units, pd.DataFrame]:
    """Build units, their graph, and assign them to grids; what is known is not sought again."""
    communities = layers["communities"]
    with clock.stage("units"):
        held = build_units(layers, rules=settings.rules, relax=relax, jobs=settings.jobs)
    with clock.stage("graph"):
        edges = build_graph(held.units, held.borders, rules=settings.rules, costs=settings.costs)
    with clock.stage("partition"):
        assignment = assign_grids(
            held.units,
            edges,
            communities,
            rules=settings.rules,
            dials=settings.dials,
            seed=settings.seed,
            jobs=settings.jobs,
            known=known,
            tick=lambda done, count: clock.tell("partition", done, count),
        )
    return held, assignment


def _not_found(held: Units, assignment: pd.DataFrame) -> set[str]:
    """Return the communities in which the engine failed."""
    failed = (assignment["reason"] == NOT_FOUND).to_numpy()
    return set(held.units["community_code"].to_numpy()[failed])


def _only(layers: Frames, codes: set[str]) -> Frames:
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


def _describe(
    grids: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, layers: Frames
) -> gpd.GeoDataFrame:
    """Add the words: bounds, what a grid includes, whether its counts are estimated."""
    estimated = buildings.groupby("grid_code")["estimated"].any()
    included = included_units(buildings, layers.get("compounds"))
    bounds = bounds_text(grids, layers.get("roads"), layers.get("barriers"), layers["communities"])
    return grids.assign(
        bounds_text=bounds,
        included_units=grids["grid_code"].map(included).fillna(""),
        estimated=grids["grid_code"].map(estimated).eq(True),
        rev=1,
    )


def _columns(frame: gpd.GeoDataFrame, layer: Layer) -> gpd.GeoDataFrame:
    """Return a frame with the columns of the dictionary, in its order."""
    return frame[[*(column.key for column in layer.columns), "geometry"]]
