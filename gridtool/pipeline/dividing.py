"""From layers or files to a division: all stages, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridtool.codes import Ledger, as_one, load_scheme
from gridtool.division import NO_PINS, Dials, check_pins
from gridtool.division.kernels import anneal
from gridtool.errors import SettingsError
from gridtool.export import RESULT_FILES, ensure_free
from gridtool.findings import Finding
from gridtool.geom import give_back_memory
from gridtool.messages import Lang
from gridtool.pipeline.clock import Clock, Progress
from gridtool.pipeline.hand import Hand, fit_levels, prepare_pins
from gridtool.pipeline.keeping import Keeping, prepare_base
from gridtool.pipeline.result import Division, check_inputs, finish
from gridtool.pipeline.searching import Found, Search
from gridtool.pipeline.settings import Settings
from gridtool.read import Inputs, Paths, Placing, read_frames, read_layers
from gridtool.tables import read_table

__all__ = ["Division", "partition", "partition_files"]

_DEARER = (5.0, 25.0)
"""Prices of change that are tried, one after another, until no more moves than is allowed."""


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
    base: pd.DataFrame | None = None,
    pins: pd.DataFrame | None = None,
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
    base : GeoDataFrame, optional
        The grids in force, with ``grid_code``: what still fits stays, and codes go on. A column
        ``locked`` says which stay in any case.
    pins : DataFrame, optional
        ``building_id`` and ``group`` (buildings that must share a grid) or ``apart`` (that may
        not), as text.
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
    plan = Job(inputs, settings or Settings(), clock, base=base, pins=pins)
    return plan.finish(plan.search())


def first_run() -> bool:
    """Return whether the kernels must still be compiled, which takes about twenty seconds."""
    folder = anneal.stats.cache_path
    return folder is None or not any(Path(folder).glob("annealing.anneal-*.nbi"))


def partition_files(
    source: Path | None,
    out: Path,
    *,
    paths: Paths | None = None,
    mapping: Mapping[str, str] | None = None,
    placing: Placing | None = None,
    base: Path | None = None,
    pins: Path | None = None,
    ledger: Path | None = None,
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
    base, pins : Path, optional
        Files of what `partition` takes by these names.
    ledger : Path, optional
        With `base`: new codes are reserved in it, once all is written.
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
    settings = settings or Settings()
    with ExitStack() as stack:
        held = None
        if ledger is not None:
            held = stack.enter_context(Ledger.open(ledger, scheme=load_scheme(settings.scheme)))
        job = read_job(
            source,
            settings,
            clock,
            paths=paths,
            mapping=mapping,
            placing=placing,
            base=base,
            pins=pins,
            ledger=held,
        )
        found = job.search()
        with as_one(held, *(out / name for name in RESULT_FILES)):
            division = job.finish(found)
            # writing takes room of its own: what the division was made of is let go of
            del found, job
            give_back_memory()
            with clock.stage("write"):
                written = division.write(out, lang=lang, overwrite=overwrite)
    return division, written


def read_job(
    source: Path | None,
    settings: Settings,
    clock: Clock,
    *,
    paths: Paths | None,
    mapping: Mapping[str, str] | None,
    placing: Placing | None,
    base: Path | None,
    pins: Path | None,
    ledger: Ledger | None = None,
) -> Job:
    """Read and check what a division rests on; parameters as for `partition_files`."""
    with clock.stage("read"):
        inputs = read_layers(source, paths=paths, mapping=mapping, placing=placing)
        tables = {
            "base": None if base is None else read_table(base),
            "pins": None if pins is None else read_table(pins),
        }
    return Job(inputs, settings, clock, **tables, ledger=ledger)


class Job:
    """One division: what it rests on, checked.

    Raises
    ------
    GridtoolError
        When it cannot be made so.
    """

    def __init__(
        self,
        inputs: Inputs,
        settings: Settings,
        clock: Clock,
        *,
        base: pd.DataFrame | None,
        pins: pd.DataFrame | None,
        ledger: Ledger | None = None,
    ) -> None:
        if base is None and (settings.locks or settings.max_moved is not None or ledger):
            raise SettingsError("GT078")
        self.scheme = load_scheme(settings.scheme)
        # before the long work, not after it
        self.scheme.require_issue(micro=False)
        # the layers as they were read are let go of, once they are checked
        self.crs, self.settings, self.clock = inputs.crs, settings, clock
        self.layers, self.findings = check_inputs(inputs, settings, clock)
        self.hand = self._hand(base, pins, ledger)
        self._search = Search(self.layers, settings, clock, self.hand.ties)

    def _hand(
        self, base: pd.DataFrame | None, pins: pd.DataFrame | None, ledger: Ledger | None
    ) -> Hand:
        """Check what must be respected."""
        communities, settings = self.layers["communities"], self.settings
        keeping = None
        if base is not None:
            keeping = Keeping(
                prepare_base(base, crs=communities.crs),
                communities,
                rules=settings.rules,
                scheme=self.scheme,
                locks=settings.locks,
                ledger=ledger,
                max_moved=settings.max_moved,
            )
        pinned = NO_PINS
        if pins is not None:
            table = prepare_pins(pins, name="pins")
            pinned = check_pins(table, self.layers["buildings"], rules=settings.rules)
        return Hand(keeping, pinned)

    def search(self) -> Found:
        """Divide; with more change than is allowed, again with a higher price on it."""
        return self.search_with(self.settings.dials, self.settings.seed, last=True)

    def search_with(self, dials: Dials, seed: int, *, last: bool = False) -> Found:
        """Divide as `search` does, striving for something else.

        Parameters
        ----------
        dials : Dials
        seed : int
        last : bool
            Whether no other search follows.
        """
        keeping = self.hand.keeping
        if keeping is None:
            return self._search.variant(dials, seed, keep=not last).run()
        search = self._search.variant(dials, seed)
        levels = fit_levels(search, self.layers, keeping.base)
        found = search.run(levels)
        for factor in _DEARER:
            if keeping.holds(found):
                break
            dear = replace(dials, change=factor * dials.change)
            found = min(found, search.variant(dear, seed).run(levels), key=keeping.moved)
        return found

    def finish(self, found: Found) -> Division:
        """Give a division its codes, words and figures."""
        return finish(
            found,
            self.layers,
            self.crs,
            self.settings,
            self.scheme,
            self.clock,
            findings=self.findings,
            hand=self.hand,
        )
