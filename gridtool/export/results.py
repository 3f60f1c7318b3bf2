"""Put the output files in their place: all of them or none.

Files are written into a temporary folder inside the output folder, which is on the same disk
even when the output folder is a mount, and then renamed. What stood there before is set aside
until every file is in place.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyproj import CRS

from gridtool.errors import OutputError
from gridtool.export.geopackage import write_geopackage
from gridtool.messages import Lang
from gridtool.rules import RULES

GPKG: Final = "grids.gpkg"
SUMMARY: Final = "summary.json"

_WRITE_ERRORS = (
    OSError,
    sqlite3.Error,
    DataLayerError,
    DataSourceError,
    FeatureError,
    FieldError,
    GeometryError,
)


def write_results(
    out: Path,
    layers: Mapping[str, gpd.GeoDataFrame],
    summary: Mapping[str, Any],
    *,
    crs: CRS,
    lang: Lang,
    overwrite: bool = False,
) -> list[Path]:
    """Write ``grids.gpkg`` and ``summary.json``, both or neither.

    Parameters
    ----------
    out : Path
        Folder; made when it does not exist.
    layers : mapping of GeoDataFrame
        ``grids``, ``units``, ``buildings``, ``findings`` with the columns of
        `gridtool.columns.OUTPUT_LAYERS`; others are left out of the file.
    summary : mapping
        What `gridtool.report.summarise` returns.
    crs : CRS
        Of the file: that of the input.
    lang : ``zh`` or ``en``
        Language of the map style that QGIS opens with; the other is in the file too.
    overwrite : bool
        Whether an existing output may be replaced.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        GT042 when the output exists, GT043 when it cannot be written. What stood in `out` is
        then as it was.
    """
    ensure_free(out, overwrite=overwrite)
    made = _missing_folders(out)
    try:
        with _output_errors(out):
            out.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".gridtool-", dir=out) as temporary:
                folder = Path(temporary)
                rules = summary.get("rules", asdict(RULES))
                write_geopackage(folder / GPKG, layers, crs=crs, lang=lang, rules=rules)
                _write_json(folder / SUMMARY, summary)
                return _put_in_place(folder, out, (GPKG, SUMMARY))
    except BaseException:
        for path in made:
            # only when empty: someone else may have put a file there meanwhile
            with suppress(OSError):
                path.rmdir()
        raise


def ensure_free(out: Path, *, overwrite: bool) -> None:
    """Raise `OutputError` unless results can be written to `out`; nothing is changed.

    Parameters
    ----------
    out : Path
        Output folder, existing or not.
    overwrite : bool
        Whether an existing output may be replaced.

    Raises
    ------
    OutputError
        GT042 when an output exists and `overwrite` is false; GT043 when `out` is a file, may not
        be written to, or its GeoPackage is open in another program.
    """
    place = out
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise OutputError("GT043", path=out, reason=f"{place} is not a folder")
    if not os.access(place, os.W_OK | os.X_OK):
        raise OutputError("GT043", path=out, reason="permission denied")
    for name in (GPKG, SUMMARY):
        if (out / name).exists() and not overwrite:
            raise OutputError("GT042", path=out / name)
    if (out / GPKG).exists():
        _ensure_closed(out / GPKG)


def _ensure_closed(path: Path) -> None:
    """Raise GT043 when another process holds the GeoPackage open."""
    try:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as database:
            # QGIS edits in WAL mode, which only the last to hold the file can leave; a file
            # replaced beneath its log would be spoilt
            database.execute("PRAGMA journal_mode=DELETE").fetchone()
            database.execute("BEGIN EXCLUSIVE")
            database.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        raise OutputError("GT043", path=path, reason=error) from error
    except sqlite3.DatabaseError:
        # not a database at all: a file that nothing but we would put a GeoPackage over
        return


def _missing_folders(out: Path) -> list[Path]:
    """Return the folders that have to be made for `out`, the innermost first."""
    return [path for path in (out, *out.parents) if not path.exists()]


@contextmanager
def _output_errors(out: Path) -> Iterator[None]:
    """Turn what writing can fail with into GT043."""
    try:
        yield
    except _WRITE_ERRORS as error:
        raise OutputError("GT043", path=out, reason=error) from error


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON for people and programs: UTF-8, indented, keys in the order given."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _put_in_place(folder: Path, out: Path, names: Sequence[str]) -> list[Path]:
    """Rename the files from `folder` to `out`; on failure put the former ones back."""
    aside = folder / "former"
    aside.mkdir()
    for name in names:
        _flush(folder / name)
    done: list[str] = []
    try:
        for name in names:
            done.append(name)
            if (out / name).exists():
                (out / name).replace(aside / name)
            (folder / name).replace(out / name)
    except BaseException:
        for name in done:
            if (aside / name).exists():
                (aside / name).replace(out / name)
            elif not (folder / name).exists():
                (out / name).unlink(missing_ok=True)
        raise
    return [out / name for name in names]


def _flush(path: Path) -> None:
    """Have the disk hold the file before its name says so."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
