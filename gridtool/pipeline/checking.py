"""Read and check alone: what a person is told before anything is divided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
from pyproj import CRS

import gridtool
from gridtool.check import check_layers
from gridtool.columns import COMMUNITIES
from gridtool.errors import ColumnError, CrsError, DataError, GridtoolError, InputError
from gridtool.export import FINDINGS_FILES, ensure_free, write_findings
from gridtool.findings import Finding, finding_of, findings_frame, severest_first
from gridtool.messages import Lang
from gridtool.pipeline.clock import Clock, Progress
from gridtool.read import Paths, Placing, path_texts, read_layers
from gridtool.report import findings_page, summarise_check

# a file of findings has a CRS even when reading stopped before one was known
_NO_CRS_YET = CRS.from_epsg(4490)
# what is wrong with the input; a wrong option is not
_INPUT_FAULTS = (InputError, ColumnError, CrsError, DataError)


@dataclass(frozen=True)
class Check:
    """What reading and checking found.

    Attributes
    ----------
    name : str
        Of the input.
    layers : dict of layer key to int
        How many rows each layer has.
    findings : GeoDataFrame
        Columns of `gridtool.columns.FINDINGS`, the most severe first; CRS in metres.
    outlines : GeoDataFrame
        ``name`` and ground of the communities, for the map; empty when they could not be read.
    summary : dict
        The findings counted; made of plain JSON types.
    crs : CRS or None
        Of the input, in which the files are written; None when reading stopped.
    failure : GridtoolError or None
        What made reading or checking stop; it is among the findings too.
    """

    name: str
    layers: dict[str, int]
    findings: gpd.GeoDataFrame
    outlines: gpd.GeoDataFrame
    summary: dict[str, Any]
    crs: CRS | None
    failure: GridtoolError | None

    def write(self, out: Path | str, *, lang: Lang = "zh", overwrite: bool = False) -> list[Path]:
        """Write ``findings.gpkg``, ``findings.csv`` and ``findings.html`` into a folder.

        Raises
        ------
        OutputError
            When a file exists or cannot be written; then nothing is written.
        """
        page = findings_page(
            self.findings,
            self.outlines,
            self.layers,
            name=self.name,
            crs=self.crs,
            version=gridtool.__version__,
            lang=lang,
        )
        return write_findings(
            Path(out),
            self.findings,
            page,
            crs=self.crs or _NO_CRS_YET,
            lang=lang,
            overwrite=overwrite,
        )


def check_files(
    source: Path | None,
    out: Path,
    *,
    paths: Paths | None = None,
    mapping: Mapping[str, str] | None = None,
    placing: Placing | None = None,
    m2_per_household: float = 90.0,
    persons_per_household: float = 2.6,
    overwrite: bool = False,
    lang: Lang = "zh",
    progress: Progress | None = None,
) -> tuple[Check, list[Path]]:
    """Read and check layers, and write what was found into a folder.

    Parameters
    ----------
    source : Path or None
        As `gridtool.pipeline.partition_files` takes it.
    out : Path
        Folder for ``findings.gpkg``, ``findings.csv`` and ``findings.html``.
    paths, mapping, placing
        As `gridtool.read.read_layers` takes them.
    m2_per_household, persons_per_household : float
        For estimates, as `gridtool.check.check_layers` takes them.
    overwrite : bool
    lang : ``zh`` or ``en``
        Language of the page and of the map's legend.
    progress : callable, optional

    Returns
    -------
    Check
        Also when the input cannot be used: then its `Check.failure` or an error among its
        findings says why.
    list of Path
        The files written.

    Raises
    ------
    SettingsError
        When the options are wrong.
    OutputError
        When a file exists or cannot be written.
    """
    ensure_free(out, FINDINGS_FILES, overwrite=overwrite)
    clock = Clock(progress)
    name = ", ".join(_names(source, paths or {}))
    clues = {
        "m2_per_household": m2_per_household,
        "persons_per_household": persons_per_household,
    }
    check = _check(name, source, paths, mapping, placing, clues, clock)
    with clock.stage("write"):
        written = check.write(out, lang=lang, overwrite=overwrite)
    return check, written


def _names(source: Path | None, paths: Paths) -> list[str]:
    """Return the names of the files given, without their folders."""
    texts = [item for value in paths.values() for item in path_texts(value)]
    given = [text.partition("|") for text in texts]
    files = [f"{Path(path).name}{bar}{layer}" for path, bar, layer in given]
    # "." has no name of its own
    return [*([] if source is None else [source.name or source.resolve().name]), *files]


def _check(
    name: str,
    source: Path | None,
    paths: Paths | None,
    mapping: Mapping[str, str] | None,
    placing: Placing | None,
    clues: Mapping[str, float],
    clock: Clock,
) -> Check:
    """Read and check; what makes either stop becomes the one finding."""
    layers: dict[str, gpd.GeoDataFrame] = {}
    crs: CRS | None = None
    findings: list[Finding] = []
    failure: GridtoolError | None = None
    try:
        with clock.stage("read"):
            inputs = read_layers(source, paths=paths, mapping=mapping, placing=placing)
        layers, crs = inputs.layers, inputs.crs
        findings += inputs.findings
        with clock.stage("check"):
            _, found = check_layers(layers, **clues)
            findings += found
    except _INPUT_FAULTS as error:
        failure = error
        findings.append(finding_of(error))
    rows = {key: len(frame) for key, frame in layers.items()}
    outlines = _outlines(layers)
    found = severest_first(findings_frame(findings, outlines.crs))
    summary = summarise_check(found, rows, version=gridtool.__version__)
    return Check(name, rows, found, outlines, summary, crs, failure)


def _outlines(layers: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return name and ground of the communities, no rows where there are none."""
    if COMMUNITIES.key in layers:
        return layers[COMMUNITIES.key][["name", "geometry"]]
    return gpd.GeoDataFrame({"name": []}, geometry=[], crs=_NO_CRS_YET)
