"""Which file and which of its layers holds each input layer."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyogrio
from pyproj.exceptions import CRSError

from gridtool.columns import INPUT_LAYERS, fold, match_layer
from gridtool.errors import InputError, SettingsError

_SUFFIXES = frozenset((".gpkg", ".shp", ".geojson", ".json", ".gdb"))
_FAILURES = (RuntimeError, OSError, ValueError, CRSError)
_CONTAINERS = frozenset((".gpkg", ".gdb"))
# what `gridtool partition` writes beside its input is not input
_OUTPUT_LAYERS = frozenset(("grids", "units"))


@dataclass(frozen=True)
class Source:
    """One layer in one file, the names it may be known by, and whether it has geometry."""

    path: Path
    layer: str | None
    names: tuple[str, ...] = ()
    spatial: bool = True

    def __str__(self) -> str:
        return self.path.name if self.layer is None else f"{self.path.name}|layername={self.layer}"

    def matches(self, key: str, wanted: str | None) -> bool:
        """Return whether this may be the layer `key`, or the layer named `wanted`."""
        if wanted is not None:
            return fold(wanted) in {fold(name) for name in self.names}
        known = (match_layer(name) for name in self.names)
        return next((name for name in known if name is not None), None) == key


def find_sources(
    source: Path | None, paths: Mapping[str, Path | str], layer_names: Mapping[str, str]
) -> dict[str, Source]:
    """Find the file and layer of each input layer.

    Parameters
    ----------
    source : Path or None
        A file with layers, or a folder of files.
    paths : mapping of layer key to path
        Wins over `source`.
    layer_names : mapping of layer key to the layer's name in the source

    Returns
    -------
    dict of layer key to Source, in the order of the dictionary
    """
    if unknown := sorted(set(paths) - set(INPUT_LAYERS)):
        raise SettingsError("GT046", reason=f"--{unknown[0]}")
    given = {key: _by_path(key, str(path), layer_names) for key, path in paths.items()}
    there, broken = ([], []) if source is None else _search(source)
    taken = {fold(name) for name in layer_names.values()}
    found: dict[str, Source] = {}
    for key, layer in INPUT_LAYERS.items():
        wanted = layer_names.get(key)
        options = [item for item in there if item.matches(key, wanted)]
        if wanted is None:
            options = [item for item in options if not taken & set(map(fold, item.names))]
        if key in given:
            found[key] = given[key]
        elif options:
            found[key] = _only(options, key, source)
        elif layer.required or (wanted is not None and source is not None):
            if broken:
                raise broken[0]
            raise _missing(key, source if source is not None else "input", there)
    return found


def _missing(key: str, path: object, there: Iterable[Source]) -> InputError:
    """Return the error of a layer that is not there."""
    found = ", ".join(sorted({str(item.layer or item.path.name) for item in there})) or "-"
    names = ", ".join(INPUT_LAYERS[key].names)
    return InputError("GT003", layer=key, path=path, wanted=key, found=found, names=names)


def _only(options: list[Source], key: str, path: object) -> Source:
    """Return the one option, or refuse to choose."""
    if len(options) > 1:
        found = ", ".join(str(item) for item in options)
        raise InputError("GT008", layer=key, path=path, wanted=key, found=found)
    return options[0]


def _by_path(key: str, text: str, layer_names: Mapping[str, str]) -> Source:
    """Return the source of a path given by option, ``file|layername=name`` or a file."""
    path_part, *options = text.split("|")
    path = Path(path_part)
    named = [item.partition("=")[2] for item in options if item.startswith("layername=")]
    if len(named) != len(options):
        raise SettingsError("GT046", reason=f"--{key} {text}")
    layers = layers_of(path)
    wanted = named[0] if named else layer_names.get(key)
    chosen = [item for item in layers if item.matches(key, wanted)]
    if wanted is None and not chosen:
        # a file with one layer needs no name
        spatial = [item for item in layers if item.spatial]
        chosen = spatial if len(spatial) == 1 else []
    if not chosen:
        raise _missing(key, path, layers)
    return _only(chosen, key, path)


def _search(source: Path) -> tuple[list[Source], list[InputError]]:
    """Return every layer of a file or a folder, and the files that cannot be read."""
    if not source.is_dir() or source.suffix.lower() in _CONTAINERS:
        return layers_of(source), []
    there: list[Source] = []
    broken: list[InputError] = []
    for path in sorted(source.iterdir()):
        if path.suffix.lower() not in _SUFFIXES:
            continue
        try:
            layers = layers_of(path)
        except InputError as error:
            broken.append(error)
            continue
        if not {item.layer for item in layers} >= _OUTPUT_LAYERS:
            there += layers
    return there, broken


def layers_of(path: Path) -> list[Source]:
    """Return the layers of one file; a file with one layer also goes by its own name."""
    if not path.exists():
        raise InputError("GT001", path=path)
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES - _CONTAINERS:
        # these hold one layer; listing it would parse a whole GeoJSON
        return [Source(path, None, (path.stem,))]
    with failures_told(path):
        listed = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
    spatial = sum(kind is not None for _, kind in listed)
    return [
        Source(
            path,
            name,
            (path.stem, name) if spatial == 1 and kind is not None else (name,),
            kind is not None,
        )
        for name, kind in listed
    ]


def unreadable(path: Path, error: Exception) -> InputError:
    """Return the error of a file that GDAL cannot read."""
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InputError("GT002", path=path, reason=reason.replace(str(path), path.name))


@contextlib.contextmanager
def failures_told(path: Path) -> Iterator[None]:
    """Turn failures of GDAL into `InputError`, and keep its warnings from the user.

    It warns of geometries it cannot build; they arrive as missing, and the stage `check`
    reports those by row.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            yield
        except _FAILURES as error:
            raise unreadable(path, error) from None
