"""Addresses and grids: which grid an address is in, and whether a list claims the right one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import gridtool
from gridtool.addresses import (
    Gazetteer,
    Options,
    check_list,
    match_text,
    normal_form,
    parse_address,
)
from gridtool.errors import SettingsError
from gridtool.pipeline.clock import Clock, Progress
from gridtool.place import ensure_free

if TYPE_CHECKING:
    from gridtool.addresses import Address, Checked
    from gridtool.pipeline.indexing import Sources


class Answer(NamedTuple):
    """What is known of one address.

    Attributes
    ----------
    text : str
    address : Address
        Its parts.
    normal_form : str
    verdict : str
        ``ok``, ``ambiguous``, ``outside`` or ``not_found``.
    way : str
    confidence : float
    grids : list of dict
        The grid, or those it may be in: ``code``, ``name``, ``community_code``,
        ``community_name`` and what may be told of each to anybody.
    lonlat : (longitude, latitude) or None
        Degrees, of the building.
    notes : list of str
    """

    text: str
    address: Address
    normal_form: str
    verdict: str
    way: str
    confidence: float
    grids: list[dict[str, Any]]
    lonlat: tuple[float, float] | None
    notes: list[str]


class Parsed(NamedTuple):
    """The parts of one address.

    Attributes
    ----------
    text : str
    address : Address
    area : dict of str to str
        Names of the levels that are told or follow from them.
    normal_form : str
    """

    text: str
    address: Address
    area: dict[str, str]
    normal_form: str


@contextmanager
def open_gazetteer(
    index: Path | None, sources: Sources | None, progress: Progress | None = None
) -> Iterator[Gazetteer]:
    """Open an index, or make one of files for as long as it is needed.

    Parameters
    ----------
    index : Path or None
        What ``gridtool address index`` made.
    sources : Sources or None
        Files to make one of, where there is none.
    progress : callable, optional

    Raises
    ------
    SettingsError
        GT605 unless one of the two is given.
    InputError, ColumnError, CrsError
        When a file cannot be used.
    """
    if (index is None) == (sources is None):
        raise SettingsError("GT605")
    if index is not None:
        with Gazetteer(index) as gazetteer:
            yield gazetteer
        return
    assert sources is not None
    from gridtool.pipeline.indexing import make_index

    clock = Clock(progress)
    with tempfile.TemporaryDirectory(prefix="gridtool-") as folder:
        with clock.stage("index"):
            make_index(sources, Path(folder) / "index")
        with Gazetteer(Path(folder) / "index") as gazetteer:
            yield gazetteer


def check_addresses(
    path: Path,
    out: Path,
    *,
    index: Path | None = None,
    sources: Sources | None = None,
    options: Options | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Checked:
    """Check a list of addresses against grids, and write what was found into a folder.

    Parameters
    ----------
    path : Path
        The list: CSV, XLSX, Parquet or any layer.
    out : Path
        Folder for ``addresses.xlsx``, ``addresses.csv``, ``addresses.gpkg``, ``summary.json``.
    index, sources
        As `open_gazetteer` takes them.
    options : Options, optional
    overwrite : bool
        Whether existing files may be replaced.
    progress : callable, optional

    Returns
    -------
    Checked

    Raises
    ------
    InputError, ColumnError, CrsError
        When a file cannot be used.
    SettingsError
        When the options are wrong.
    OutputError
        When a file exists or cannot be written; then nothing is written.
    """
    from gridtool.addresses.outputs import OUTPUT_FILES

    ensure_free(out, OUTPUT_FILES, overwrite=overwrite)
    chosen = _with_encoding(options or Options(), path)
    clock = Clock(progress)
    with open_gazetteer(index, sources, progress) as gazetteer, clock.stage("addresses"):
        return check_list(
            path,
            gazetteer,
            out,
            chosen,
            version=gridtool.__version__,
            overwrite=overwrite,
            tell=lambda done, count: clock.tell("addresses", min(done, count), count + 1),
        )


def find_address(text: str, gazetteer: Gazetteer) -> Answer:
    """Return the grid of one address, or those it may be in.

    Parameters
    ----------
    text : str
    gazetteer : Gazetteer
    """
    from gridtool.addresses import Claim, judge
    from gridtool.addresses.outputs import shown_name

    address = gazetteer.parse(text)
    result = judge(match_text(address, gazetteer), None, Claim(), gazetteer)
    grids = []
    for at in (result.grid,) if result.grid >= 0 else result.candidates:
        grid = gazetteer.grids[at]
        grids.append(
            {
                "code": grid.code,
                "name": shown_name(grid),
                "community_code": grid.community_code,
                "community_name": grid.community_name,
                **gazetteer.facts(at),
            }
        )
    return Answer(
        text,
        address,
        normal_form(address, gazetteer.places),
        result.verdict,
        result.way,
        result.confidence,
        grids,
        _lonlat(result.place, gazetteer),
        list(result.notes),
    )


def parse_texts(
    texts: Iterable[str], *, index: Path | None = None, tables: Sequence[Path] = ()
) -> Iterator[Parsed]:
    """Take addresses apart.

    Parameters
    ----------
    texts : iterable of str
    index : Path, optional
        Gazetteer whose names are known.
    tables : sequence of Path
        Code tables, where there is no index; none gives the one that is shipped.

    Yields
    ------
    Parsed
    """
    with ExitStack() as stack:
        if index is not None:
            gazetteer = stack.enter_context(Gazetteer(index))
            places, parse = gazetteer.places, gazetteer.parse
        else:
            from gridtool.pipeline.indexing import places_of_tables

            places = places_of_tables(tables)
            parse = partial(parse_address, places=places)
        for text in texts:
            address = parse(text)
            codes = address.area.codes
            area = places.names_of(codes[0]) if len(codes) == 1 else {}
            yield Parsed(text, address, area, normal_form(address, places))


def _lonlat(place: tuple[float, float] | None, gazetteer: Gazetteer) -> tuple[float, float] | None:
    """Return a place in degrees."""
    if place is None:
        return None
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(gazetteer.crs, 4326, always_xy=True)
    lon, lat = to_degrees.transform(*place)
    return round(lon, 6), round(lat, 6)


def _with_encoding(options: Options, path: Path) -> Options:
    """Return the options with the encoding of a shapefile, which is often not told."""
    if path.suffix.lower() != ".shp" or not path.exists():
        return options
    from dataclasses import replace

    from gridtool.read.encodings import shapefile_encoding

    found = shapefile_encoding(path)
    return options if found is None else replace(options, encoding=found.name)
