"""Make a gazetteer: grids, buildings and address tables read, tied together, written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS

from gridtool.addresses import (
    INDEX_FILES,
    Contents,
    Grid,
    Placer,
    Places,
    make_entries,
    make_places,
    variants_of,
    write_index,
)
from gridtool.addresses.entries import ADDRESS, BUILDING, Entry
from gridtool.codes import load_table
from gridtool.columns import (
    ADDRESSES,
    ALIASES,
    COMPOUNDS,
    GRID_BUILDINGS,
    GRIDS,
    POLYGONS,
    ROADS,
    X_NAMES,
    Y_NAMES,
    Layer,
    fold,
    match_columns,
)
from gridtool.errors import ColumnError, CrsError, InputError
from gridtool.geom import Geometries, Ints, locate, repair_polygons, working_crs
from gridtool.place import write_whole
from gridtool.tables import as_text, choose_columns, read_columns, read_table, under_keys

_FACTS: Final = (
    *("grid_kind", "households", "persons", "buildings", "area_m2", "bounds_text"),
    "included_units",
)
_SIZES: Final = (2, 4, 6, 9, 12)


@dataclass(frozen=True)
class Sources:
    """The files a gazetteer is made of.

    Attributes
    ----------
    grids : Path
        Layer ``grids``; a layer ``buildings`` beside it ties buildings to grids by their ids.
    buildings : Path or None
        Layer ``buildings`` with addresses; layers ``compounds`` and ``roads`` of the same file
        lend their names.
    addresses : sequence of Path
        Address layers and tables of standard addresses.
    aliases : Path or None
        Table of old names.
    codes : sequence of Path
        Code tables; none gives the one that is shipped.
    columns : mapping of str to str
        Keys of `gridtool.columns.ADDRESSES` to columns, where their names do not say.
    """

    grids: Path
    buildings: Path | None = None
    addresses: Sequence[Path] = ()
    aliases: Path | None = None
    codes: Sequence[Path] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Ground:
    """The grids, in metres."""

    rows: list[Grid]
    shapes: Geometries
    crs: CRS
    by_code: dict[str, int]


def make_index(
    sources: Sources,
    out: Path,
    *,
    overwrite: bool = False,
    tell: Callable[[int], None] | None = None,
) -> int:
    """Make an index of a gazetteer.

    Parameters
    ----------
    sources : Sources
    out : Path
        Folder of the index.
    overwrite : bool
        Whether an existing index may be replaced.
    tell : callable, optional
        Is told how many entries are written.

    Returns
    -------
    int
        Number of entries.

    Raises
    ------
    InputError
        When a file or layer cannot be read, GT604 when grids have no polygons.
    ColumnError
        GT099 when a column is missing, GT602 when a table holds no address.
    CrsError
        GT005 when a layer says no coordinate reference system.
    OutputError
        When the index exists or cannot be written.
    """
    ground = _read_grids(sources.grids)
    names, aliases = _place_names(ground.rows, sources)
    compounds = _names(sources.buildings, COMPOUNDS)
    roads = _names(sources.buildings, ROADS)
    kinds = set(compounds.values()), set(roads.values())
    places = make_places(names, compounds=kinds[0], roads=kinds[1])
    communities = [grid.community_code for grid in ground.rows]

    def entries() -> Iterator[Entry]:
        parts = []
        if sources.buildings is not None:
            frame = _read_buildings(sources, ground, compounds)
            parts.append((frame, BUILDING))
        parts += [(_read_addresses(path, sources, ground), ADDRESS) for path in sources.addresses]
        return chain.from_iterable(
            make_entries(frame, places, source=source, communities=communities, aliases=aliases)
            for frame, source in parts
        )

    given = (sources.grids, sources.buildings, *sources.addresses)
    contents = Contents(
        ground.rows,
        ground.crs.to_wkt(),
        ground.crs.to_epsg(),
        entries(),
        names,
        roads=kinds[1],
        compounds=kinds[0],
        aliases=aliases,
        sources=[str(path).rpartition("/")[2] for path in given if path is not None],
    )
    count = 0

    def write(folder: Path) -> None:
        nonlocal count
        count = write_index(folder, contents, tell=tell)

    write_whole(out, INDEX_FILES, write, overwrite=overwrite)
    return count


def _read_grids(path: Path) -> _Ground:
    """Read the grids, in metres."""
    raw = read_table(path, layer=GRIDS.key)
    frame = under_keys(raw, GRIDS, required=("grid_code",), name=path.name)
    if not isinstance(frame, gpd.GeoDataFrame) or not _has_polygons(frame):
        raise InputError("GT604", layer=path.name)
    frame = _in_metres(frame, path.name)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    if not shapely.is_valid(shapes).all():
        shapes = repair_polygons(shapes)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    frame, shapes = frame[there].reset_index(drop=True), shapes[there]
    texts = {key: _column(frame, key) for key in ("grid_code", "grid_name", "grid_full_name")}
    codes = _column(frame, "community_code")
    names = _column(frame, "community_name")
    facts = [key for key in _FACTS if key in frame]
    plain = frame[facts].astype(object).where(frame[facts].notna(), None)
    rows = [
        Grid(
            code,
            name,
            full,
            community or code[:12],
            community_name,
            {key: _plain(value) for key, value in zip(facts, values, strict=True)},
            shapely.to_wkb(shape),
            tuple(shapely.bounds(shape).tolist()),
        )
        for code, name, full, community, community_name, values, shape in zip(
            *texts.values(), codes, names, plain.itertuples(index=False), shapes, strict=True
        )
    ]
    return _Ground(rows, shapes, frame.crs, {row.code: at for at, row in enumerate(rows)})


def _has_polygons(frame: gpd.GeoDataFrame) -> bool:
    """Return whether a layer has rows, and none but polygons."""
    kinds = set(frame.geometry.geom_type.dropna())
    return bool(kinds) and kinds <= set(POLYGONS)


def _in_metres(frame: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """Return a layer in a CRS in metres."""
    if frame.crs is None:
        bounds = " ".join(f"{value:.0f}" for value in frame.total_bounds)
        raise CrsError("GT005", layer=name, bounds=bounds)
    west, south, east, north = frame.to_crs(4326).total_bounds
    return frame.to_crs(working_crs(frame.crs, (west, south, east, north)))


def _column(frame: pd.DataFrame, key: str) -> list[str]:
    """Return a column as text, empty where there is none."""
    if key not in frame:
        return [""] * len(frame)
    return list(as_text(frame[key]).fillna("").str.strip())


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    return value.item() if isinstance(value, np.generic) else value


def _place_names(grids: Sequence[Grid], sources: Sources) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of places by code, and the aliases.

    The names of the grids' own communities win; what the code table calls them becomes an alias.
    """
    table = load_table(list(sources.codes)).frame()
    cities = tuple({grid.community_code[:4] for grid in grids})
    above = {code[:2] for code in cities}
    names = {}
    for code, name in zip(table["code"], table["name"], strict=True):
        short = _trimmed(code)
        if short in above or short.startswith(cities):
            names[short] = name
    aliases = _read_aliases(sources.aliases)
    for grid in grids:
        code, name = grid.community_code, grid.community_name
        if not name:
            continue
        listed = names.get(code, name)
        if variants_of(listed, code)[1][0] != variants_of(name, code)[1][0]:
            aliases.setdefault(listed, name)
        names[code] = name
    return names, aliases


def places_of_tables(tables: Sequence[Path]) -> Places:
    """Return the names of the places of code tables; none gives the one that is shipped."""
    frame = load_table(list(tables)).frame()
    codes = map(_trimmed, frame["code"])
    return make_places(dict(zip(codes, frame["name"], strict=True)))


def _trimmed(code: str) -> str:
    """Return a 12-digit code without the zeros of the levels below its own."""
    return next(code[:size] for size in _SIZES if not code[size:].strip("0"))


def _read_aliases(path: Path | None) -> dict[str, str]:
    """Read the table of old names."""
    if path is None:
        return {}
    frame = read_columns(path, ALIASES, required=("alias", "name")).fillna("")
    pairs = zip(frame["alias"].str.strip(), frame["name"].str.strip(), strict=True)
    return {alias: name for alias, name in pairs if alias and name}


def _names(path: Path | None, layer: Layer) -> dict[str, str]:
    """Return the names that a layer beside the buildings lends: by id, or by themselves."""
    if path is None or path.suffix.lower() != ".gpkg":
        return {}
    if layer.key not in pyogrio.list_layers(path)[:, 0]:
        return {}
    frame = under_keys(read_table(path, layer=layer.key), layer, required=(), name=path.name)
    names = _column(frame, "name")
    ids = _column(frame, "compound_id") if "compound_id" in frame else names
    return {key: name for key, name in zip(ids, names, strict=True) if name}


def _read_buildings(
    sources: Sources, ground: _Ground, compounds: Mapping[str, str]
) -> pd.DataFrame:
    """Read the buildings with their addresses, each tied to its grid."""
    path = sources.buildings
    assert path is not None
    raw = read_table(path, layer="buildings")
    frame = _under_address_keys(raw, sources.columns, path.name)
    if "compound" not in frame and "compound_id" in raw:
        frame["compound"] = [compounds.get(key, "") for key in as_text(raw["compound_id"])]
    frame = _tied(frame, raw, ground, path.name)
    tied = _tied_by_id(sources.grids, ground)
    if tied and "building_id" in frame:
        by_id = frame["building_id"].map(tied)
        frame["grid"] = by_id.fillna(frame["grid"]).astype("int64")
    return frame


def _read_addresses(path: Path, sources: Sources, ground: _Ground) -> pd.DataFrame:
    """Read an address layer or table, each row tied to its grid where it has a place or a code."""
    raw = read_table(path, layer=ADDRESSES.key)
    frame = _under_address_keys(raw, sources.columns, path.name)
    frame = _tied(frame, raw, ground, path.name)
    if "grid_code_claimed" in frame:
        by_code = frame["grid_code_claimed"].map(ground.by_code)
        # where it lies says more than what is written
        unplaced = frame["grid"] < 0
        frame.loc[unplaced, "grid"] = by_code[unplaced].fillna(-1).astype("int64")
    return frame


def _under_address_keys(raw: pd.DataFrame, mapped: Mapping[str, str], name: str) -> pd.DataFrame:
    """Return the columns of addresses as text, under their keys."""
    chosen = choose_columns(raw, ADDRESSES, required=(), name=name)
    chosen |= {key: column for key, column in mapped.items() if column in raw}
    if not {"address", "road", "compound"} & chosen.keys():
        found = ", ".join(str(column) for column in raw.columns)
        names = ", ".join(ADDRESSES["address"].names[:6])
        raise ColumnError("GT602", layer=name, found=found, names=names)
    return pd.DataFrame({key: as_text(raw[column]).fillna("") for key, column in chosen.items()})


def _tied(frame: pd.DataFrame, raw: pd.DataFrame, ground: _Ground, name: str) -> pd.DataFrame:
    """Return rows with ``x``, ``y`` (metres, NaN where there is no place) and ``grid``."""
    xy = _places(raw, ground, name)
    points = shapely.points(xy)
    points[np.isnan(xy).any(axis=1)] = None
    grid: Ints = locate(points, ground.shapes)
    return frame.assign(x=xy[:, 0], y=xy[:, 1], grid=grid)


def _places(raw: pd.DataFrame, ground: _Ground, name: str) -> np.ndarray:
    """Return the places of rows in the metres of the grids."""
    if isinstance(raw, gpd.GeoDataFrame):
        if raw.crs is None:
            bounds = " ".join(f"{value:.0f}" for value in raw.total_bounds)
            raise CrsError("GT005", layer=name, bounds=bounds)
        shapes = np.asarray(raw.to_crs(ground.crs).geometry.array, dtype=object)
        points = shapely.point_on_surface(shapes)
        return np.column_stack((shapely.get_x(points), shapely.get_y(points)))
    folded = {fold(column): column for column in raw.columns}
    x, y = (
        next((folded[fold(item)] for item in names if fold(item) in folded), None)
        for names in (X_NAMES, Y_NAMES)
    )
    if x is None or y is None:
        return np.full((len(raw), 2), np.nan)
    numbers = [pd.to_numeric(raw[column], errors="coerce").to_numpy(float) for column in (x, y)]
    west, south, east, north = shapely.total_bounds(ground.shapes).tolist()
    placer = Placer(ground.crs.to_wkt(), (west, south, east, north))
    return placer.place(np.column_stack(numbers)).xy


def _tied_by_id(path: Path, ground: _Ground) -> dict[str, int]:
    """Return the grid of each building that the layer of the grids' own buildings names."""
    if path.suffix.lower() != ".gpkg" or "buildings" not in pyogrio.list_layers(path)[:, 0]:
        return {}
    raw = pyogrio.read_dataframe(path, layer="buildings", read_geometry=False)
    chosen = match_columns(GRID_BUILDINGS, [str(column) for column in raw.columns])
    if not {"building_id", "grid_code"} <= chosen.keys():
        return {}
    ids = as_text(raw[chosen["building_id"]]).fillna("")
    codes = as_text(raw[chosen["grid_code"]]).fillna("").map(ground.by_code)
    return {key: int(at) for key, at in zip(ids, codes, strict=True) if key and at == at}
