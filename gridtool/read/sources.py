"""Which file and which of its layers holds each input layer."""

from __future__ import annotations

import contextlib
import traceback
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyogrio
from pyproj.exceptions import CRSError

from gridtool.columns import INPUT_LAYERS, fold, match_layer, match_layer_part
from gridtool.errors import InputError, SettingsError
from gridtool.findings import Finding
from gridtool.read.archives import Unpacker
from gridtool.read.tables import SHEETS, TABLES, sheet_names

Paths = Mapping[str, Path | str | Sequence[Path | str]]

PARQUET: Final = frozenset((".parquet", ".geoparquet"))
_CONTAINERS: Final = frozenset((".gpkg", ".gdb", ".kml", ".kmz"))
_SINGLES: Final = frozenset(
    (".shp", ".geojson", ".json", ".geojsonl", ".geojsons", ".ndjson", ".fgb", ".dxf")
)
_ARCHIVES: Final = frozenset((".zip",))
SUFFIXES: Final = _CONTAINERS | _SINGLES | _ARCHIVES | PARQUET | TABLES | SHEETS
_FAILURES = (RuntimeError, OSError, ValueError, CRSError)
_DEPTH, _MOST_FILES = 3, 10_000
# what `gridtool partition` writes beside its input is not input
_OUTPUT_LAYERS = frozenset(("grids", "units"))


@dataclass(frozen=True)
class Source:
    """One layer in one file.

    Attributes
    ----------
    path : Path
        Where it lies, perhaps in a folder that an archive was unpacked to.
    layer : str or None
        Its name in a file with several, or the sheet of a workbook.
    names : tuple of str
        What it may be known by.
    spatial : bool
        Whether it has geometry.
    shown : str
        The file as the user knows it.
    depth : int
        Folders below the one that was given.
    """

    path: Path
    layer: str | None
    names: tuple[str, ...] = ()
    spatial: bool = True
    shown: str = ""
    depth: int = 0

    def __str__(self) -> str:
        return self.shown if self.layer is None else f"{self.shown}|layername={self.layer}"

    def matches(self, key: str, wanted: str | None) -> bool:
        """Return whether this goes by a name of the layer `key`, or by the name `wanted`."""
        if wanted is not None:
            return fold(wanted) in {fold(name) for name in self.names}
        known = (match_layer(name) for name in self.names)
        return next((name for name in known if name is not None), None) == key

    def matches_part(self, key: str) -> bool:
        """Return whether its name is one of the layer's with more, as in 楼栋_富世街道."""
        return any(match_layer_part(name) == key for name in self.names)


@dataclass
class Found:
    """What was found: sources by layer key, and what to say about the choice."""

    sources: dict[str, list[Source]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def find_sources(
    source: Path | None,
    paths: Paths,
    layer_names: Mapping[str, str],
    unpacker: Unpacker,
    *,
    only: Collection[str] = (),
) -> Found:
    """Find the files and layers of each input layer.

    Parameters
    ----------
    source : Path or None
        A file with layers, or a folder of files.
    paths : mapping of layer key to path or paths
        Wins over `source`.
    layer_names : mapping of layer key to the layer's name in the source
    unpacker : Unpacker
        For archives.
    only : collection of layer keys, optional
        Look for these alone, none of which has to be there.

    Returns
    -------
    Found
        Keys in the order of the dictionary.

    Raises
    ------
    InputError
        When a layer cannot be found, or which one is meant cannot be told.
    """
    if unknown := sorted(set(paths) - set(INPUT_LAYERS)):
        raise SettingsError("GT046", reason=f"--{unknown[0]}")
    given = {key: _by_paths(key, value, layer_names, unpacker) for key, value in paths.items()}
    there, broken = ([], []) if source is None else _search(source, unpacker)
    taken = {fold(name) for name in layer_names.values()}
    found = Found()
    for key, layer in INPUT_LAYERS.items():
        if only and key not in only:
            continue
        wanted = layer_names.get(key)
        options = [item for item in there if item.matches(key, wanted)]
        if wanted is None:
            options = [item for item in options if not taken & set(map(fold, item.names))]
            options = options or [item for item in there if item.matches_part(key)]
        if not layer.is_table and any(item.spatial for item in options):
            options = [item for item in options if item.spatial]
        if key in given:
            found.sources[key] = given[key]
        elif options:
            found.sources[key] = _agreeing(options, key, source, found.findings)
        elif (layer.required and not only) or (wanted is not None and source is not None):
            if broken:
                raise broken[0]
            raise _missing(key, source if source is not None else "input", there)
    return found


def _missing(key: str, path: object, there: Iterable[Source]) -> InputError:
    """Return the error of a layer that is not there."""
    found = ", ".join(sorted({str(item.layer or item.path.name) for item in there})) or "-"
    names = ", ".join(INPUT_LAYERS[key].names)
    return InputError("GT003", layer=key, path=path, wanted=key, found=found, names=names)


def _agreeing(
    options: list[Source], key: str, path: object, findings: list[Finding]
) -> list[Source]:
    """Return the options that together are the layer, or refuse to choose.

    Of files in folders the uppermost count; one name in several folders, or several names that
    begin or end with the layer's, are its parts. Two files of one name in one folder are not.
    """
    top = min(item.depth for item in options)
    chosen = [item for item in options if item.depth == top]
    whole = [item.matches(key, None) for item in chosen]
    places = [(item.path.parent, fold(item.layer or item.path.stem)) for item in chosen]
    clash = len(set(places)) < len(places)
    if any(whole):
        clash = len({item.path.parent for item in chosen}) < len(chosen)
    if clash:
        found = ", ".join(str(item) for item in chosen)
        raise InputError("GT008", layer=key, path=path, wanted=key, found=found)
    if len(chosen) > 1:
        names = ", ".join(str(item) for item in chosen[:8]) + (", …" if len(chosen) > 8 else "")
        findings.append(Finding("GT150", key, values={"count": len(chosen), "files": names}))
    if left := [str(item) for item in options if item.depth > top]:
        findings.append(Finding("GT151", key, values={"files": ", ".join(left[:8])}))
    return chosen


def path_texts(value: Path | str | Sequence[Path | str]) -> list[str]:
    """Return the paths of one layer as text, whether one or several are given."""
    return [str(value)] if isinstance(value, (str, Path)) else [str(item) for item in value]


def _by_paths(
    key: str,
    value: Path | str | Sequence[Path | str],
    layer_names: Mapping[str, str],
    unpacker: Unpacker,
) -> list[Source]:
    """Return the sources of paths given by option; ``*`` stands for any part of a name."""
    sources = []
    for text in path_texts(value):
        name, bar, layer = text.partition("|")
        path = Path(name)
        with failures_told(path.name):
            is_pattern = "*" in name and not path.exists()
        several = sorted(path.parent.glob(path.name)) if is_pattern else []
        sources += [
            _by_path(key, f"{one}{bar}{layer}", layer_names, unpacker) for one in several or [path]
        ]
    return sources


def _by_path(key: str, text: str, layer_names: Mapping[str, str], unpacker: Unpacker) -> Source:
    """Return the source of a path given by option, ``file|layername=name`` or a file."""
    path_part, *options = text.split("|")
    path = Path(path_part)
    named = [item.partition("=")[2] for item in options if item.startswith("layername=")]
    if len(named) != len(options):
        raise SettingsError("GT046", reason=f"--{key} {text}")
    layers = layers_of(path, unpacker)
    wanted = named[0] if named else layer_names.get(key)
    chosen = [item for item in layers if item.matches(key, wanted)]
    if wanted is None and not chosen:
        # a file with one layer needs no name
        usable = [item for item in layers if item.spatial or INPUT_LAYERS[key].is_table]
        chosen = usable if len(usable) == 1 else []
    if not chosen:
        raise _missing(key, path, layers)
    if len(chosen) > 1:
        found = ", ".join(str(item) for item in chosen)
        raise InputError("GT008", layer=key, path=path, wanted=key, found=found)
    return chosen[0]


def _search(source: Path, unpacker: Unpacker) -> tuple[list[Source], list[InputError]]:
    """Return every layer of a file or a folder, and the files that cannot be read."""
    if not is_folder(source):
        return layers_of(source, unpacker), []
    there: list[Source] = []
    broken: list[InputError] = []
    for path, depth in files_below(source):
        try:
            layers = layers_of(path, unpacker, depth)
        except InputError as error:
            broken.append(error)
            continue
        if not {item.layer for item in layers} >= _OUTPUT_LAYERS:
            there += layers
    return there, broken


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder of files, not a file or a FileGDB."""
    with failures_told(path.name):
        return path.is_dir() and path.suffix.lower() not in _CONTAINERS


def files_below(folder: Path) -> list[tuple[Path, int]]:
    """Return the files of a folder that may hold layers, with their depth, in a fixed order.

    Raises
    ------
    InputError
        GT052 when the folder holds too many files to be the right one.
    """
    found: list[tuple[Path, int]] = []
    folders = [(folder, 0)]
    count = 0
    while folders:
        place, depth = folders.pop(0)
        with failures_told(place.name):
            items = [(item, is_folder(item)) for item in sorted(place.iterdir())]
        count += len(items)
        if count > _MOST_FILES:
            raise InputError("GT052", path=folder, most=_MOST_FILES)
        for item, is_inner in items:
            suffix = item.suffix.lower()
            if item.name.startswith((".", "~$")):
                continue
            if is_inner:
                if depth < _DEPTH:
                    folders.append((item, depth + 1))
            elif suffix in SUFFIXES and not (
                suffix == ".dbf" and any(item.with_suffix(end).exists() for end in (".shp", ".SHP"))
            ):
                found.append((item, depth))
    return found


def layers_of(path: Path, unpacker: Unpacker, depth: int = 0) -> list[Source]:
    """Return the layers of one file; a file with one layer also goes by its own name.

    Raises
    ------
    InputError
        When there is no such file, or it cannot be opened.
    """
    with failures_told(path.name):
        there = path.exists()
    if not there:
        raise InputError("GT001", path=path)
    suffix = path.suffix.lower()
    shown = unpacker.shown(path)
    if suffix in _ARCHIVES:
        inside, broken = _search(unpacker.unpack(path), unpacker)
        if broken:
            raise broken[0]
        names = (path.stem,) if len(inside) == 1 else ()
        return [
            Source(item.path, item.layer, item.names + names, item.spatial, item.shown, depth)
            for item in inside
        ]
    if suffix in _SINGLES | PARQUET | TABLES:
        # these hold one layer; listing it would parse a whole GeoJSON
        return [Source(path, None, (path.stem,), shown=shown, depth=depth)]
    if suffix in SHEETS:
        with failures_told(shown):
            listed = [(name, "") for name in sheet_names(path)]
    else:
        with failures_told(shown):
            listed = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
    spatial = sum(kind is not None for _, kind in listed)
    return [
        Source(
            path,
            name,
            (path.stem, name) if spatial == 1 and kind is not None else (name,),
            kind is not None,
            shown,
            depth,
        )
        for name, kind in listed
    ]


def unreadable(shown: str, error: Exception) -> InputError:
    """Return the error of a file that cannot be read."""
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InputError("GT002", path=shown, reason=reason)


@contextlib.contextmanager
def failures_told(shown: str) -> Iterator[None]:
    """Turn failures of GDAL into `InputError`, and keep its warnings from the user.

    It warns of geometries it cannot build; they arrive as missing, and the stage `check`
    reports those by row.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except _FAILURES as error:
            raise unreadable(shown, error) from None
        except UnboundLocalError as error:
            # pyogrio trips over itself where a CRS cannot be written as text; we must not
            if "pyogrio" not in traceback.extract_tb(error.__traceback__)[-1].filename:
                raise
            raise unreadable(shown, error) from None
