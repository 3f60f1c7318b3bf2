"""Compare two revisions from file to file; follow a code, and move tables along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

import gridtool
from gridtool.codes import write_layer
from gridtool.codes.assigning import prepare_table
from gridtool.columns import BUILDINGS, DIFF_TABLES, GRIDS, Layer, match_layer
from gridtool.diff import (
    TOLERANCES,
    Diff,
    Record,
    Step,
    Tolerances,
    diff_revisions,
    prepare_buildings,
    prepare_revision,
    trace_code,
    translate_table,
)
from gridtool.errors import ColumnError, CrsError, DataError, InputError
from gridtool.export import DIFF_FILES, ensure_free, write_changes
from gridtool.findings import Finding
from gridtool.messages import Lang
from gridtool.pipeline.clock import Clock, Progress
from gridtool.pipeline.telling_changes import changes_layers, changes_summary, draw_page
from gridtool.tables import choose_columns, code_text, read_table, under_keys

_NAMED: Final = "|layername="


class Comparing:
    """What is compared, and how its files are read.

    Parameters
    ----------
    mapping : mapping, optional
        ``grids.grid_code`` or ``buildings.households`` to a column of the source.
    crs : str, optional
        Of layers that say none.
    """

    def __init__(self, mapping: Mapping[str, str] | None = None, crs: str | None = None) -> None:
        self._columns: dict[str, dict[str, str]] = {GRIDS.key: {}, BUILDINGS.key: {}}
        for target, source in (mapping or {}).items():
            layer, _, column = target.rpartition(".")
            key = GRIDS.key if layer in ("", GRIDS.key, GRIDS.zh) else match_layer(layer)
            if key not in self._columns:
                raise ColumnError("GT009", target=target)
            self._columns[key][column] = source
        try:
            self._crs = None if crs is None else CRS.from_user_input(crs)
        except CRSError:
            raise CrsError("GT054", crs=crs) from None

    def compare(
        self,
        old: Path,
        new: Path,
        buildings: Path | None = None,
        *,
        tolerances: Tolerances = TOLERANCES,
        accept_redrawn: bool = False,
        clock: Clock | None = None,
    ) -> Diff:
        """Read two revisions and a snapshot of buildings, and compare them.

        Raises
        ------
        InputError, ColumnError, CrsError, DataError
            As `gridtool.diff.prepare_revision`, `prepare_buildings` and `diff_revisions`; GT407
            where no buildings are given and `new` holds none.
        """
        clock = clock or Clock(None)
        with clock.stage("read"):
            before = prepare_revision(self._grids(old), name=f"OLD {_name(old)}")
            after = prepare_revision(self._grids(new), name=f"NEW {_name(new)}", crs=before.crs)
            points = prepare_buildings(
                self._buildings(buildings or _buildings_within(new)),
                crs=before.crs,
                name=_name(buildings or new),
            )
        with clock.stage("diff"):
            return diff_revisions(
                before, after, points, tolerances=tolerances, accept_redrawn=accept_redrawn
            )

    def _grids(self, path: Path) -> gpd.GeoDataFrame:
        """Read the grids of one side."""
        raw = self._renamed(read_table(path), GRIDS, _name(path))
        frame = prepare_table(raw, name=_name(path))
        return self._placed(frame, GRIDS, _name(path))

    def _buildings(self, path: Path) -> gpd.GeoDataFrame:
        """Read the buildings."""
        raw = read_table(path, layer=BUILDINGS.key)
        raw = self._renamed(raw, BUILDINGS, _name(path))
        frame = under_keys(raw, BUILDINGS, required=("households",), name=_name(path))
        return self._placed(frame, BUILDINGS, _name(path))

    def _renamed(self, raw: pd.DataFrame, layer: Layer, name: str) -> pd.DataFrame:
        """Return a table with the columns a person named under their keys."""
        wanted = self._columns[layer.key]
        for key, source in wanted.items():
            if source not in raw:
                found = ", ".join(map(str, raw.columns))
                raise ColumnError("GT010", layer=name, source=source, found=found)
            if key not in {column.key for column in layer.columns}:
                raise ColumnError("GT009", layer=name, target=f"{layer.key}.{key}")
        kept = raw.drop(columns=[key for key in wanted if key in raw and wanted[key] != key])
        return kept.rename(columns={source: key for key, source in wanted.items()})

    def _placed(self, frame: pd.DataFrame, layer: Layer, name: str) -> gpd.GeoDataFrame:
        """Return a layer with a CRS; a table without shapes is refused."""
        if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
            raise DataError("GT007", layer=name, found="-", wanted=", ".join(layer.geometry))
        if frame.crs is None and self._crs is not None:
            return frame.set_crs(self._crs)
        return frame


def _name(path: Path) -> str:
    """Return a file's name, with the layer where one is named."""
    text, named, layer = str(path).partition(_NAMED)
    return Path(text).name + (f"|{layer}" if named else "")


def _buildings_within(path: Path) -> Path:
    """Return the layer of buildings that a file of grids holds, as ``grids.gpkg`` does."""
    file = Path(str(path).partition(_NAMED)[0])
    try:
        names = [str(name) for name in pyogrio.list_layers(file)[:, 0]]
    except DataSourceError:
        names = []
    if BUILDINGS.key not in names:
        raise InputError("GT407", path=file.name)
    return Path(f"{file}{_NAMED}{BUILDINGS.key}")


def diff_files(
    old: Path,
    new: Path,
    out: Path,
    *,
    buildings: Path | None = None,
    mapping: Mapping[str, str] | None = None,
    crs: str | None = None,
    tolerances: Tolerances = TOLERANCES,
    accept_redrawn: bool = False,
    overwrite: bool = False,
    lang: Lang = "zh",
    progress: Progress | None = None,
) -> tuple[Diff, dict[str, Any], list[Path]]:
    """Compare two revisions and write what changed into a folder.

    Parameters
    ----------
    old, new : Path
        Grids: a GeoPackage, FileGDB, shapefile, GeoJSON …; ``FILE.gpkg|layername=NAME``.
    out : Path
        Folder for the files of `gridtool.export.DIFF_FILES`.
    buildings : Path, optional
        The one snapshot both sides are counted by; by default the layer ``buildings`` of `new`.
    mapping, crs
        As `Comparing` takes them.
    tolerances : Tolerances
    accept_redrawn : bool
        Whether lines redrawn within the tolerance are taken over.
    overwrite : bool
    lang : ``zh`` or ``en``
        Language of the page and of the map's legend.
    progress : callable, optional

    Returns
    -------
    Diff
    dict
        What is written as ``diff.json``.
    list of Path
        The files written.

    Raises
    ------
    GridtoolError
        When something cannot be read, compared or written; then nothing is written.
    """
    ensure_free(out, DIFF_FILES, overwrite=overwrite)
    clock = Clock(progress)
    comparing = Comparing(mapping, crs)
    found = comparing.compare(
        old, new, buildings, tolerances=tolerances, accept_redrawn=accept_redrawn, clock=clock
    )
    findings = [*([Finding("GT430", "NEW")] if _is_same(old, new) else []), *found.findings]
    with clock.stage("write"):
        title = f"{_name(old)} → {_name(new)}"
        summary = changes_summary(found, findings, title, version=gridtool.__version__)
        tables = dict(zip(DIFF_TABLES, _tables(found), strict=True))
        layers = changes_layers(found)
        page = draw_page(found, findings, layers, title, version=gridtool.__version__, lang=lang)
        written = write_changes(
            out, tables, layers, summary, page, crs=found.old.crs, lang=lang, overwrite=overwrite
        )
    return found, summary, written


def _is_same(old: Path, new: Path) -> bool:
    """Return whether two arguments name one layer of one file."""
    return str(old) == str(new) or (old.exists() and new.exists() and old.samefile(new))


def _tables(found: Diff) -> tuple[pd.DataFrame, ...]:
    """Return the tables in the order of `gridtool.columns.DIFF_TABLES`."""
    return found.groups, found.relations, found.grids, found.buildings, found.codes


def lineage_of(code: str, folders: Sequence[Path], directions: Sequence[str]) -> list[Step]:
    """Follow a code through diffs that were written.

    Parameters
    ----------
    code : str
    folders : sequence of Path
        Output folders of `diff_files`, in the order of time.
    directions : sequence of str
        ``forward`` and ``back``.

    Raises
    ------
    InputError
        GT001 when a folder holds no diff.
    DataError
        GT405 when no diff knows the code.
    """
    records = [_record(folder) for folder in folders]
    return [step for one in directions for step in trace_code(code, records, one)]


def _record(folder: Path) -> Record:
    """Read what a diff wrote."""
    texts = {"old_code": "str", "new_code": "str", "group_id": "str", "grid_code": "str"}
    frames = {}
    for name in ("relations.csv", "groups.csv", "grids.csv"):
        path = folder / name
        if not path.is_file():
            raise InputError("GT001", path=path)
        frames[name] = pd.read_csv(path, dtype=texts, encoding="utf-8-sig")
    codes = frozenset(frames["grids.csv"]["grid_code"])
    return Record(folder.name, frames["relations.csv"], frames["groups.csv"], codes)


def translate_file(
    table: Path,
    out: Path,
    old: Path,
    new: Path,
    *,
    buildings: Path | None = None,
    mapping: Mapping[str, str] | None = None,
    crs: str | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Move a table keyed by old grid codes to the new grids, and write it.

    Parameters
    ----------
    table, out : Path
        CSV or XLSX with a column of grid codes and figures that add up; a CSV to write.
    old, new, buildings, mapping, crs
        As `diff_files` takes them.
    overwrite : bool
    progress : callable, optional

    Returns
    -------
    DataFrame
        What was written (`gridtool.diff.translate_table`).
    list of Finding
    """
    ensure_free(out.parent, [out.name], overwrite=overwrite)
    clock = Clock(progress)
    with clock.stage("read"):
        raw = read_table(table)
        names = choose_columns(raw, GRIDS, required=("grid_code",), name=table.name)
        keyed = raw.rename(columns={names["grid_code"]: "grid_code"})
        keyed = keyed.assign(grid_code=code_text(keyed["grid_code"], name=table.name))
    found = Comparing(mapping, crs).compare(old, new, buildings, clock=clock)
    moved = translate_table(keyed, found, name=table.name)
    with clock.stage("write"):
        write_layer(out, moved.table, overwrite=overwrite)
    return moved.table, moved.findings
