"""Take over grids edited by hand: read, snapped to units, counted and coded anew."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gridtool.check import check_drawn
from gridtool.codes import Ledger, as_one, load_scheme
from gridtool.columns import GRIDS, POLYGONS
from gridtool.division import explain_snap, lay_grids, snap_grids
from gridtool.errors import DataError
from gridtool.export import RESULT_FILES, ensure_free
from gridtool.findings import Finding
from gridtool.geom import Geometries, Ints, repair_polygons
from gridtool.messages import Lang
from gridtool.pipeline.clock import Clock, Progress
from gridtool.pipeline.hand import Hand, fit_levels
from gridtool.pipeline.keeping import Keeping, prepare_base
from gridtool.pipeline.result import Division, check_inputs, finish
from gridtool.pipeline.searching import Found, Frames, Search, measure_found
from gridtool.pipeline.settings import Settings
from gridtool.read import Paths, Placing, read_layers
from gridtool.rules import BASE, DEDICATED
from gridtool.tables import as_text, code_text, read_table, under_keys

_FREE = -1
_DEDICATED_WORDS = (DEDICATED, "专属网格")


@dataclass(frozen=True)
class Drawn:
    """Grids as they were drawn.

    Attributes
    ----------
    grids : GeoDataFrame, CRS in metres
        ``grid_code`` (empty without), ``grid_kind``, ``grid_name``, ``rev``, ``community_code``
        (where most of it lies, empty outside), ``row`` of the file.
    findings : list of Finding
        About their shapes.
    """

    grids: gpd.GeoDataFrame
    findings: list[Finding]


def adopt_files(
    edited: Path,
    source: Path | None,
    out: Path,
    *,
    paths: Paths | None = None,
    mapping: Mapping[str, str] | None = None,
    placing: Placing | None = None,
    base: Path | None = None,
    ledger: Path | None = None,
    settings: Settings | None = None,
    overwrite: bool = False,
    lang: Lang = "zh",
    progress: Progress | None = None,
) -> tuple[Division, list[Path]]:
    """Take over a layer of grids edited by hand, and write the result into a folder.

    Parameters
    ----------
    edited : Path
        Layer ``grids``: a copy of ``grids.gpkg`` as QGIS saved it. Codes may be there twice or
        not at all.
    source, out, paths, mapping, placing, ledger, settings, overwrite, lang, progress
        As `gridtool.pipeline.partition_files` takes them.
    base : Path, optional
        The grids before they were edited; else the layer ``units`` beside the edited grids says
        what they were, else the codes on the shapes do.

    Returns
    -------
    Division
        Its findings list every violation.
    list of Path
        The files written.

    Raises
    ------
    GridtoolError
        Before anything is written.
    """
    ensure_free(out, RESULT_FILES, overwrite=overwrite)
    clock, settings = Clock(progress), settings or Settings()
    scheme = load_scheme(settings.scheme)
    scheme.require_issue(micro=False)
    with clock.stage("read"):
        inputs = read_layers(source, paths=paths, mapping=mapping, placing=placing)
        raw = read_table(edited)
    layers, findings = check_inputs(inputs, settings, clock)
    communities = layers["communities"]
    drawn = read_drawn(raw, communities, name=edited.name)
    before = _before(edited, base, drawn, crs=communities.crs)
    with ExitStack() as stack:
        held = None
        if ledger is not None:
            held = stack.enter_context(Ledger.open(ledger, scheme=scheme))
        keeping = Keeping(
            before, communities, rules=settings.rules, scheme=scheme, ledger=held, by_hand=True
        )
        snapped = _snap(Search(layers, settings, clock), drawn, layers, settings)
        hand = Hand(keeping, names=_names(snapped, drawn))
        with as_one(held, *(out / name for name in RESULT_FILES)):
            division = finish(
                snapped.found,
                layers,
                inputs.crs,
                settings,
                scheme,
                clock,
                findings=[*findings, *drawn.findings],
                hand=hand,
                explain=partial(_explain, snapped=snapped, drawn=drawn, communities=communities),
            )
            with clock.stage("write"):
                written = division.write(out, lang=lang, overwrite=overwrite)
    return division, written


def read_drawn(raw: pd.DataFrame, communities: gpd.GeoDataFrame, *, name: str) -> Drawn:
    """Return edited grids as they were read, repaired and placed.

    Parameters
    ----------
    raw : GeoDataFrame
    communities : GeoDataFrame, CRS in metres
    name : str
        Of the file, for messages.

    Raises
    ------
    ColumnError
        GT099 without a column of codes.
    DataError
        GT007 without polygons, GT075 when none lies in the communities, GT306 for codes that lost
        digits.
    """
    frame = under_keys(raw, GRIDS, required=("grid_code",), name=name).reset_index(drop=True)
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        raise DataError("GT007", layer=name, found="-", wanted=", ".join(POLYGONS))
    shapes, findings = _repaired(frame.to_crs(communities.crs), name)
    there = np.array([shape is not None for shape in shapes])
    kind = _text(frame, "grid_kind").isin(_DEDICATED_WORDS)
    grids = gpd.GeoDataFrame(
        {
            "grid_code": code_text(frame["grid_code"], name=name),
            "grid_kind": kind.map({True: DEDICATED, False: BASE}),
            "grid_name": _text(frame, "grid_name"),
            "rev": pd.to_numeric(_text(frame, "rev"), errors="coerce").fillna(1).astype("int64"),
            "row": np.arange(len(frame)),
        },
        geometry=shapes,
        crs=communities.crs,
    )[there].reset_index(drop=True)
    inside = _communities_of(grids.geometry.to_numpy(), communities)
    grids["community_code"] = np.array([*communities["code"], ""], dtype=object)[inside]
    if not (inside != _FREE).any():
        first = grids["grid_code"].iloc[0] if len(grids) else "-"
        raise DataError("GT075", layer=name, there=first, here=communities["code"].iloc[0])
    return Drawn(grids, findings)


def _text(frame: pd.DataFrame, key: str) -> pd.Series[str]:
    """Return a column as text, empty where there is none."""
    if key not in frame:
        return pd.Series("", frame.index, dtype="str")
    return as_text(frame[key]).fillna("").astype(str).str.strip()


def _repaired(frame: gpd.GeoDataFrame, name: str) -> tuple[Geometries, list[Finding]]:
    """Return valid polygons, None where there is none, and what was wrong with them."""
    shapes = frame.geometry.to_numpy()
    reasons = shapely.is_valid_reason(shapes)
    fixed = shapes.copy()
    fixed[shapely.is_missing(shapes) | shapely.is_empty(shapes)] = None
    bad = ~shapely.is_missing(fixed) & ~shapely.is_valid(fixed)
    fixed[bad] = repair_polygons(shapes[bad])
    findings = [
        Finding("GT357", name, int(at), fixed[at], {"reason": reasons[at] if bad[at] else "-"})
        for at in np.flatnonzero(bad | shapely.is_missing(fixed))
    ]
    return fixed, findings


def _communities_of(shapes: Geometries, communities: gpd.GeoDataFrame) -> Ints:
    """Return the community with most of each shape's ground, -1 outside all."""
    grounds = communities.geometry.to_numpy()
    at, of = shapely.STRtree(grounds).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[at], grounds[of]))
    found = np.full(len(shapes), _FREE, dtype=np.int64)
    order = np.lexsort((-of, shared))
    held = order[shared[order] > 0.0]
    found[at[held]] = of[held]
    return found


def _before(edited: Path, base: Path | None, drawn: Drawn, *, crs: object) -> gpd.GeoDataFrame:
    """Return the grids before they were edited."""
    if base is not None:
        return prepare_base(read_table(base), crs=crs, name=base.name)
    path = Path(str(edited).partition("|layername=")[0])
    grids = drawn.grids[drawn.grids["grid_code"] != ""]
    about = grids.drop_duplicates("grid_code").set_index("grid_code")
    if path.suffix == ".gpkg" and "units" in pyogrio.list_layers(path)[:, 0]:
        units = read_table(Path(f"{path}|layername=units"))
        kinds = units["site_id"].notna().map({True: DEDICATED, False: BASE})
        grids = units[["grid_code", "community_code", "geometry"]].assign(grid_kind=kinds)
    parts = grids.dissolve("grid_code", aggfunc="first").reset_index()
    named = {
        "grid_name": parts["grid_code"].map(about["grid_name"]).fillna(""),
        "rev": parts["grid_code"].map(about["rev"]).fillna(1),
    }
    return prepare_base(parts.assign(**named), crs=crs, name=edited.name)


@dataclass(frozen=True)
class _Snapped:
    """Drawn grids on units.

    Attributes
    ----------
    found : Found
    laid : DataFrame
        What `lay_grids` returns.
    """

    found: Found
    laid: pd.DataFrame


def _snap(search: Search, drawn: Drawn, layers: Frames, settings: Settings) -> _Snapped:
    """Build units that follow the drawn grids, and give each to one of them."""
    held, edges = search.build(fit_levels(search, layers, drawn.grids))
    laid = lay_grids(held.units, held.buildings, drawn.grids)
    assignment = snap_grids(
        held.units, edges, laid["laid"].to_numpy(), drawn.grids, rules=settings.rules
    )
    figures = measure_found(held, edges, assignment, settings)
    return _Snapped(Found(held, edges, assignment, figures), laid)


def _names(snapped: _Snapped, drawn: Drawn) -> dict[int, str]:
    """Return the names given by hand; of shapes with one code the largest has it."""
    assignment = snapped.found.assignment
    homes = snapped.found.held.units["households"].groupby(assignment["grid"]).sum()
    rows = assignment.drop_duplicates("grid").set_index("grid")[["drawn"]].assign(homes=homes)
    rows = rows[rows["drawn"] != _FREE].sort_values("homes", ascending=False, kind="stable")
    rows = rows.assign(
        code=drawn.grids["grid_code"].to_numpy()[rows["drawn"]],
        name=drawn.grids["grid_name"].to_numpy()[rows["drawn"]],
    )
    rows = rows[(rows["code"] == "") | ~rows["code"].duplicated()]
    return dict(zip(rows.index.tolist(), rows["name"].tolist(), strict=True))


def _explain(
    coded: gpd.GeoDataFrame, snapped: _Snapped, drawn: Drawn, communities: gpd.GeoDataFrame
) -> list[Finding]:
    """Return every violation of the drawn grids."""
    found = snapped.found
    return [
        *check_drawn(drawn.grids, communities),
        *explain_snap(
            coded, found.held.units, found.assignment, snapped.laid, drawn.grids, communities
        ),
    ]
