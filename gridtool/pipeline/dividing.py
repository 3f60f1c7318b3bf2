"""From layers or files to a division: all stages, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

import gridtool
from gridtool.check import check_layers, estimate_model
from gridtool.codes import assign_codes, load_scheme
from gridtool.columns import GRID_BUILDINGS, GRIDS, UNITS, Layer
from gridtool.division import (
    assign_grids,
    dissolve_grids,
    explain_sizes,
    measure_communities,
    size_grids,
)
from gridtool.division.kernels import anneal
from gridtool.export import RESULT_FILES, ensure_free, write_results
from gridtool.findings import Finding, findings_frame, refuse_errors
from gridtool.geom import Ints
from gridtool.graph import build_graph
from gridtool.messages import Lang
from gridtool.pipeline.clock import Clock, Progress
from gridtool.pipeline.settings import Settings
from gridtool.read import Inputs, Paths, Placing, read_frames, read_layers
from gridtool.report import bounds_text, included_units, summarise
from gridtool.rules import NOT_FOUND
from gridtool.units import OPEN_GROUND, SPLIT_COMPOUNDS, Units, build_units

__all__ = ["Division", "partition", "partition_files"]

STAGES = ("read", "check", "units", "graph", "partition", "codes", "write")

Frames = dict[str, gpd.GeoDataFrame]


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


def partition(
    communities: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    *,
    roads: gpd.GeoDataFrame | None = None,
    compounds: gpd.GeoDataFrame | None = None,
    sites: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    counts: pd.DataFrame | None = None,
    totals: pd.DataFrame | None = None,
    codes: pd.DataFrame | None = None,
    findings: Sequence[Finding] = (),
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
    counts, totals, codes : DataFrame, optional
        Tables of households by building and by community, and of the codes there are.
    findings : sequence of Finding, optional
        Of reading; they stand before those of the division.
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
    clock = Clock(progress)
    frames = {
        "communities": communities,
        "buildings": buildings,
        "roads": roads,
        "compounds": compounds,
        "sites": sites,
        "barriers": barriers,
        "counts": counts,
        "totals": totals,
        "codes": codes,
    }
    with clock.stage("read"):
        given = {key: item for key, item in frames.items() if item is not None}
        taken = read_frames(given)
        inputs = Inputs(taken.layers, crs or taken.crs, [*findings, *taken.findings])
    return _divide(inputs, settings or Settings(), clock)


def first_run() -> bool:
    """Return whether the kernels must still be compiled, which takes about ten seconds."""
    folder = anneal.stats.cache_path
    return folder is None or not any(Path(folder).glob("kernels.anneal-*.nbi"))


def partition_files(
    source: Path | None,
    out: Path,
    *,
    paths: Paths | None = None,
    mapping: Mapping[str, str] | None = None,
    placing: Placing | None = None,
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
    paths, mapping, placing
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
    ensure_free(out, RESULT_FILES, overwrite=overwrite)
    clock = Clock(progress)
    with clock.stage("read"):
        inputs = read_layers(source, paths=paths, mapping=mapping, placing=placing)
    division = _divide(inputs, settings or Settings(), clock)
    with clock.stage("write"):
        written = division.write(out, lang=lang, overwrite=overwrite)
    return division, written


def _divide(inputs: Inputs, settings: Settings, clock: Clock) -> Division:
    """Chain the stages from check to codes."""
    scheme = load_scheme(settings.scheme)
    # before the long work, not after it
    scheme.require_issue(micro=False)
    with clock.stage("check"):
        layers, found_in_check = check_layers(
            inputs.layers,
            m2_per_household=settings.m2_per_household,
            persons_per_household=settings.persons_per_household,
        )
        refuse_errors(found_in_check)
    communities = layers["communities"]
    held, grids, unit_grid, figures = _partition_units(layers, settings, clock)
    with clock.stage("codes"):
        sized = size_grids(grids, communities, rules=settings.rules)
        coded = assign_codes(sized, communities, layers.get("sites"), scheme=scheme)
        code_of = coded.set_index("grid")["grid_code"]
        units = held.units.assign(grid_code=code_of.loc[unit_grid].to_numpy())
        buildings = held.buildings.assign(
            grid_code=held.buildings["unit_id"].map(units["grid_code"])
        )
        coded = _describe(coded, buildings, layers)
        findings = inputs.findings + found_in_check + held.findings
        findings += explain_sizes(coded, communities, buildings, rules=settings.rules)
        found = findings_frame(findings, communities.crs)
    summary = summarise(
        coded,
        communities,
        buildings,
        found,
        figures=figures,
        rules=settings.rules,
        estimate=estimate_model(
            buildings,
            m2_per_household=settings.m2_per_household,
            persons_per_household=settings.persons_per_household,
        ),
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
        inputs.crs,
    )


def _partition_units(
    layers: Frames, settings: Settings, clock: Clock
) -> tuple[Units, gpd.GeoDataFrame, Ints, pd.DataFrame]:
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
    DataFrame
        What is measured of each community's division.
    """
    spent: dict[str, float] = {}
    lock = Lock()

    def timed(code: str, seconds: float) -> None:
        with lock:
            spent[code] = spent.get(code, 0.0) + seconds

    held, edges, assignment = _divide_units(layers, settings, clock, timed, {})
    failed = _not_found(held, assignment) | held.severed
    relax: dict[str, int] = {}
    for level in (OPEN_GROUND, SPLIT_COMPOUNDS):
        if failed:
            tried = _only(layers, failed)
            units, _, grids = _divide_units(
                tried, settings, clock, timed, dict.fromkeys(failed, level)
            )
            still = _not_found(units, grids)
            relax |= dict.fromkeys(failed - still - units.severed, level)
            failed = still
    if relax:
        before = assignment.groupby(held.units["community_code"])
        held, edges, assignment = _divide_units(
            layers,
            settings,
            clock,
            timed,
            relax,
            known={str(code): rows for code, rows in before if code not in relax},
        )
    with clock.stage("partition"):
        grids = dissolve_grids(held.units, assignment, held.buildings).reset_index()
        figures = measure_communities(
            held.units, edges, assignment, rules=settings.rules, seconds=spent
        )
    return held, grids, assignment["grid"].to_numpy(), figures


def _divide_units(
    layers: Frames,
    settings: Settings,
    clock: Clock,
    timed: Callable[[str, float], None],
    relax: Mapping[str, int],
    known: Mapping[str, pd.DataFrame] | None = None,
) -> tuple[Units, pd.DataFrame, pd.DataFrame]:
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
            timed=timed,
        )
    return held, edges, assignment


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
