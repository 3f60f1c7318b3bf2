"""What a division comes to: grids with codes, words and reasons, and the figures of the whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
from pyproj import CRS

import gridtool
from gridtool.check import check_layers, estimate_model
from gridtool.codes import Scheme, assign_codes
from gridtool.columns import GRID_BUILDINGS, GRIDS, UNITS, Layer
from gridtool.division import dissolve_grids, explain_pins, explain_sizes, size_grids
from gridtool.export import write_results
from gridtool.findings import Finding, findings_frame, refuse_errors
from gridtool.graph import prove_splits
from gridtool.messages import Lang
from gridtool.pipeline.clock import Clock
from gridtool.pipeline.hand import Hand
from gridtool.pipeline.searching import Found, Frames
from gridtool.pipeline.settings import Settings
from gridtool.read import Inputs
from gridtool.report import bounds_text, included_units, summarise
from gridtool.units import sites_by_use


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


def check_inputs(inputs: Inputs, settings: Settings, clock: Clock) -> tuple[Frames, list[Finding]]:
    """Check the layers of an input; return them with all findings so far.

    Raises
    ------
    DataError
        When a finding is an error.
    """
    with clock.stage("check"):
        layers, found = check_layers(
            inputs.layers,
            m2_per_household=settings.m2_per_household,
            persons_per_household=settings.persons_per_household,
        )
        refuse_errors(found)
        layers, found_by_use = _dedicate(layers, settings)
    return layers, inputs.findings + found + found_by_use


def _dedicate(layers: Frames, settings: Settings) -> tuple[Frames, list[Finding]]:
    """Return the layers with the sites that shall be dedicated grids."""
    rest = {key: frame for key, frame in layers.items() if key != "sites"}
    if settings.dedicated == "none":
        return rest, []
    if settings.dedicated == "drawn":
        return layers, []
    sites, findings = sites_by_use(layers, settings.site_sizes)
    return ({**rest, "sites": sites} if sites is not None else rest), findings


def finish(
    found: Found,
    layers: Frames,
    crs: CRS,
    settings: Settings,
    scheme: Scheme,
    clock: Clock,
    *,
    findings: Sequence[Finding],
    hand: Hand,
    explain: Callable[[gpd.GeoDataFrame], list[Finding]] | None = None,
) -> Division:
    """Give a division its codes, words and figures.

    Parameters
    ----------
    found : Found
    layers : mapping of GeoDataFrame
        Checked layers.
    crs : CRS
        That results are written in.
    settings : Settings
    scheme : Scheme
    clock : Clock
    findings : sequence of Finding
        Of reading and checking.
    hand : Hand
        The grids in force, whose codes go on, and the pins.
    explain : callable, optional
        Returns more findings about the grids with their codes.

    Returns
    -------
    Division
    """
    communities, held = layers["communities"], found.held
    with clock.stage("partition"):
        grids = dissolve_grids(held.units, found.assignment, held.buildings).reset_index()
    with clock.stage("codes"):
        sized = size_grids(grids, communities, rules=settings.rules)
        coded, base, told = _number(sized, found, layers, scheme, hand)
        code_of = coded.set_index("grid")["grid_code"]
        units = held.units.assign(
            grid_code=code_of.loc[found.assignment["grid"].to_numpy()].to_numpy()
        )
        buildings = held.buildings.assign(
            grid_code=held.buildings["unit_id"].map(units["grid_code"])
        )
        coded = _describe(coded, buildings, layers)
        told = [*findings, *held.findings, *told]
        sizes = explain_sizes(
            coded, communities, buildings, rules=settings.rules, drawn=explain is not None
        )
        told += prove_splits(sizes, found.cornered, settings.rules)
        told += explain_pins(buildings, hand.pins)
        told += explain(coded) if explain else []
        every = findings_frame(told, communities.crs)
    clues = {
        "m2_per_household": settings.m2_per_household,
        "persons_per_household": settings.persons_per_household,
    }
    summary = summarise(
        coded,
        communities,
        buildings,
        every,
        figures=found.figures,
        base=base,
        rules=settings.rules,
        estimate=estimate_model(buildings, **clues),
        settings={
            "version": gridtool.__version__,
            "scheme": scheme.name,
            "seed": settings.seed,
            **clues,
        },
        seconds=clock.seconds,
    )
    return Division(
        _columns(coded, GRIDS),
        _columns(units.reset_index(), UNITS),
        _columns(buildings.reset_index(drop=True), GRID_BUILDINGS),
        every,
        summary,
        crs,
    )


def _number(
    grids: gpd.GeoDataFrame, found: Found, layers: Frames, scheme: Scheme, hand: Hand
) -> tuple[gpd.GeoDataFrame, dict[str, Any] | None, list[Finding]]:
    """Give grids codes: after the grids in force, or the first of all."""
    if hand.keeping is None:
        coded = assign_codes(grids, layers["communities"], layers.get("sites"), scheme=scheme)
        return coded.assign(rev=1), None, []
    grid_of = found.assignment["grid"]
    buildings = found.held.buildings
    return hand.keeping.number(
        grids, buildings.assign(grid=buildings["unit_id"].map(grid_of)), layers, names=hand.names
    )


def _describe(
    grids: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, layers: Frames
) -> gpd.GeoDataFrame:
    """Add the words: bounds, what a grid includes, whether its counts are estimated."""
    estimated = buildings.groupby("grid_code")["estimated"].any()
    included = included_units(buildings, layers.get("compounds"))
    bounds = bounds_text(
        grids,
        layers.get("roads"),
        layers.get("barriers"),
        layers["communities"],
        layers.get("compounds"),
    )
    return grids.assign(
        bounds_text=bounds,
        included_units=grids["grid_code"].map(included).fillna(""),
        estimated=grids["grid_code"].map(estimated).eq(True),
    )


def _columns(frame: gpd.GeoDataFrame, layer: Layer) -> gpd.GeoDataFrame:
    """Return a frame with the columns of the dictionary, in its order."""
    return frame[[*(column.key for column in layer.columns), "geometry"]]
