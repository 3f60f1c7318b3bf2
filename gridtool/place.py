"""Put output files in their place: all of them or none.

Files are written into a temporary folder inside the output folder, which is on the same disk
even when the output folder is a mount, and then renamed. What stood there before is set aside
until every file is in place.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from gridtool.errors import OutputError


def _write_errors(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """Return what writing can fail with; looked up when it does, for pyogrio starts slowly."""
    from pyogrio import errors as gdal

    return (
        *(*more, OSError, sqlite3.Error),
        *(gdal.DataLayerError, gdal.DataSourceError, gdal.FeatureError),
        *(gdal.FieldError, gdal.GeometryError),
    )


def write_whole(
    out: Path, names: Sequence[str], write: Callable[[Path], None], *, overwrite: bool
) -> list[Path]:
    """Write files into a folder, all of them or none.

    Parameters
    ----------
    out : Path
        Folder; made when it does not exist.
    names : sequence of str
        The files that `write` makes; a FileGDB, which is a folder, counts as one.
    write : callable
        Called with an empty folder to write them in.
    overwrite : bool
        Whether existing files may be replaced.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        GT042 when a file exists, GT043 when one cannot be written. What stood in `out` is then
        as it was.
    """
    ensure_free(out, names, overwrite=overwrite)
    made = _missing_folders(out)
    try:
        with _output_errors(out):
            out.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".gridtool-", dir=out) as temporary:
                folder = Path(temporary)
                write(folder)
                return _put_in_place(folder, out, names)
    except BaseException:
        for path in made:
            # only when empty: someone else may have put a file there meanwhile
            with suppress(OSError):
                path.rmdir()
        raise


def ensure_free(out: Path, names: Sequence[str], *, overwrite: bool) -> None:
    """Raise `OutputError` unless files can be written to `out`; nothing is changed.

    Parameters
    ----------
    out : Path
        Output folder, existing or not.
    names : sequence of str
        The files to be written.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    OutputError
        GT042 when a file exists and `overwrite` is false; GT043 when `out` is a file, may not
        be written to, or a GeoPackage is open in another program.
    """
    place = out
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise OutputError("GT043", path=out, reason=f"{place} is not a folder")
    if not os.access(place, os.W_OK | os.X_OK):
        raise OutputError("GT043", path=out, reason="permission denied")
    there = [out / name for name in names if (out / name).exists()]
    if there and not overwrite:
        raise OutputError("GT042", path=there[0])
    for path in there:
        if path.suffix == ".gpkg":
            _ensure_closed(path)


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
    except _write_errors() as error:
        raise OutputError("GT043", path=out, reason=error) from error


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
                # a folder cannot be put over another
                if (out / name).is_dir():
                    shutil.rmtree(out / name)
                (aside / name).replace(out / name)
            elif not (folder / name).exists():
                _remove(out / name)
        raise
    return [out / name for name in names]


def _remove(path: Path) -> None:
    """Take a file, or a folder that counts as one, away."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Have the disk hold a file, or a folder that counts as one, before its name says so."""
    for part in path.iterdir() if path.is_dir() else (path,):
        with part.open("rb+") as file:
            os.fsync(file.fileno())


def require_free(path: Path, *, overwrite: bool) -> None:
    """Raise `OutputError` (GT042) where a file exists that may not be replaced."""
    if path.exists() and not overwrite:
        raise OutputError("GT042", path=path)


@contextmanager
def replacing(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a temporary path beside `path`, and put it in its place when all went well.

    Raises
    ------
    OutputError
        GT042 when `path` exists and may not be replaced, GT043 when it cannot be written.
    """
    require_free(path, overwrite=overwrite)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".gridtool-", dir=path.parent) as folder:
            temporary = Path(folder) / path.name
            yield temporary
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
    except _write_errors(ValueError) as error:
        # ValueError: what pandas says of a table that its format cannot hold
        raise OutputError("GT043", path=path, reason=error) from None


@contextmanager
def restored(*paths: Path) -> Iterator[None]:
    """Put files back as they were, or take them away, when what is done meanwhile fails.

    Raises
    ------
    OutputError
        GT043 when there is no place to keep them.
    """
    folder = paths[0].parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = tempfile.TemporaryDirectory(prefix=".gridtool-", dir=folder)
    except OSError as error:
        raise OutputError("GT043", path=paths[0], reason=error) from None
    with held as place:
        kept = {path: Path(place) / path.name for path in paths if path.is_file()}
        for path, copy in kept.items():
            shutil.copy2(path, copy)
        try:
            yield
        except BaseException:
            for path in paths:
                if path in kept:
                    kept[path].replace(path)
                elif path.is_file():
                    path.unlink()
            raise
