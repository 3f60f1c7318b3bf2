"""Codes for a layer of grids: keep those there are, give new ones to the rest, name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.code_events import NEVER_SEEN, not_possible
from gridtool.codes.checking import malformed
from gridtool.codes.continuity import Continuity
from gridtool.codes.ledger import Ledger
from gridtool.codes.names import KINDS, is_serial_name
from gridtool.codes.numbering import Counter, Take, name_grids, number_grids
from gridtool.codes.schemes import Scheme
from gridtool.codes.tables import CodeTable
from gridtool.columns import BUILDINGS, GRIDS, POLYGONS
from gridtool.errors import DataError
from gridtool.geom import working_crs
from gridtool.rules import BASE, GRID_KINDS
from gridtool.tables import as_text, code_text, read_table, under_keys


def prepare_grids(raw: pd.DataFrame, *, name: str, codes: bool = False) -> gpd.GeoDataFrame:
    """Return a grids layer as it was read, ready to be numbered.

    Parameters
    ----------
    raw : GeoDataFrame
        Polygons in any CRS; ``community_code``, optionally ``grid_code``, ``grid_kind``,
        ``grid_name``, ``community_name``, under any name of the data dictionary.
    name : str
        Of the file, for messages.
    codes : bool
        Whether every grid must have a ``grid_code``.

    Returns
    -------
    GeoDataFrame, CRS in metres, index 0..n-1
        As `prepare_table`, with ``area_m2`` and ``row``, the place of the row in `raw`.

    Raises
    ------
    DataError
        GT007 when it has no polygons, GT020 when a code comes twice, GT099 for a wrong kind.
    ColumnError
        GT099 when a column is missing.
    """
    required = ("grid_code",) if codes else ("community_code",)
    wanted = ", ".join(POLYGONS)
    frame = prepare_table(raw, name=name, required=required)
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        raise DataError("GT007", layer=name, found="-", wanted=wanted)
    wrong = ~frame.geometry.geom_type.isin(POLYGONS).to_numpy()
    if wrong.any():
        found = ", ".join(sorted(set(frame.geometry.geom_type[wrong].fillna("-"))))
        raise DataError("GT007", layer=name, rows=np.flatnonzero(wrong), found=found, wanted=wanted)
    west, south, east, north = frame.to_crs(4326).total_bounds
    frame = frame.to_crs(working_crs(frame.crs, (west, south, east, north)))
    return frame.assign(area_m2=frame.geometry.area, row=np.arange(len(frame)))


def restore_shapes(coded: gpd.GeoDataFrame, raw: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a coded layer with the shapes it was read with, not a digit moved.

    Parameters
    ----------
    coded : GeoDataFrame
        What `assign_layer` returns.
    raw : GeoDataFrame
        What was given to `prepare_grids`.
    """
    shapes = raw.geometry.to_numpy()[coded["row"].to_numpy()]
    plain = coded.drop(columns=["row", "grid_id"], errors="ignore")
    return gpd.GeoDataFrame(plain.assign(geometry=shapes), geometry="geometry", crs=raw.crs)


def prepare_table(
    raw: pd.DataFrame, *, name: str, required: Sequence[str] = ("grid_code",)
) -> pd.DataFrame:
    """Return a layer or table of grids as it was read, its codes as text.

    Parameters
    ----------
    raw : DataFrame or GeoDataFrame
    name : str
        Of the file, for messages.
    required : sequence of str
        Keys that must be there.

    Returns
    -------
    DataFrame or GeoDataFrame, index 0..n-1
        All columns of `raw`, those of the dictionary under their keys; ``grid_code``,
        ``community_code``, ``grid_name``, ``community_name`` as text, empty where there is none;
        ``grid_kind`` as ``base`` or ``dedicated``.

    Raises
    ------
    DataError
        GT020 when a code comes twice, GT099 for a wrong kind, GT306 for codes that lost digits.
    ColumnError
        GT099 when a column is missing.
    """
    frame = under_keys(raw, GRIDS, required=required, name=name).reset_index(drop=True)
    for key in ("grid_code", "community_code", "grid_name", "community_name"):
        if key not in frame:
            frame[key] = pd.Series("", frame.index, dtype="str")
        elif key.endswith("_code"):
            frame[key] = code_text(frame[key], name=name)
        else:
            frame[key] = as_text(frame[key]).fillna("").str.strip()
    frame["grid_kind"] = _kinds(frame, name)
    _refuse_repeated(frame["grid_code"], name)
    return frame


def read_buildings(path: Path, *, crs: object) -> gpd.GeoDataFrame:
    """Read the buildings that codes are continued by.

    Parameters
    ----------
    path : Path
        Layer with ``households`` and, if it has, ``building_id``, under any name of the data
        dictionary; ``FILE.gpkg|layername=NAME`` names one of several.
    crs : CRS
        To bring them to.

    Returns
    -------
    GeoDataFrame
        ``building_id``, ``households``, geometry.

    Raises
    ------
    ColumnError
        GT099 without households.
    DataError
        GT007 without geometry, GT021 for households that are no numbers.
    """
    raw = under_keys(
        read_table(path, layer="buildings"), BUILDINGS, required=("households",), name=path.name
    )
    if not isinstance(raw, gpd.GeoDataFrame) or raw.crs is None:
        raise DataError("GT007", layer=path.name, found="-", wanted="Polygon, Point")
    raw = raw[raw.geometry.notna() & ~raw.geometry.is_empty].reset_index(drop=True)
    counts = pd.to_numeric(raw["households"], errors="coerce")
    wrong = (counts.isna() & raw["households"].notna()).to_numpy()
    if wrong.any():
        at = np.flatnonzero(wrong)
        values = {"column": "households", "values": raw["households"].iloc[at[0]]}
        raise DataError("GT021", layer=path.name, rows=at, **values)
    ids = as_text(raw["building_id"]) if "building_id" in raw else pd.Series(raw.index).astype(str)
    data = {"building_id": ids.fillna("").to_numpy(), "households": counts.fillna(0).to_numpy()}
    return gpd.GeoDataFrame(data, geometry=raw.geometry.to_crs(crs).to_numpy(), crs=crs)


def _kinds(frame: pd.DataFrame, name: str) -> pd.Series[str]:
    """Return the kind of each grid; ``base`` where none is said."""
    if "grid_kind" not in frame:
        return pd.Series(BASE, frame.index, dtype="str")
    said = as_text(frame["grid_kind"]).fillna("").str.strip()
    wrong = ~said.isin(list(KINDS)).to_numpy()
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        wanted = " | ".join(GRID_KINDS)
        rows, found = np.flatnonzero(wrong), said.iloc[at]
        raise DataError(
            "GT099", layer=name, rows=rows, column="grid_kind", found=found, wanted=wanted
        )
    return said.map(KINDS)


def _refuse_repeated(codes: pd.Series[str], name: str) -> None:
    """Refuse codes that come twice: nobody can tell who keeps them."""
    twice = codes[(codes != "") & codes.duplicated(keep=False)]
    if len(twice):
        raise DataError(
            "GT020",
            layer=name,
            rows=list(twice.index),
            column="grid_code",
            values=twice.iloc[0],
            what_zh="网格编码",
            what_en="grid code",
        )


def counter_for(scheme: Scheme, ledger: Ledger | None, codes: Iterable[str]) -> Take:
    """Return what hands out new codes: the ledger, else a counter behind the codes in use.

    Raises
    ------
    DataError
        GT094 when a code in use is not in the ledger: it would be handed out again.
    """
    used = [code for code in codes if code]
    if ledger is None:
        return Counter(scheme, used).take
    for code in used:
        if scheme.matches(code) and ledger.state(code) is None:
            raise not_possible(code, NEVER_SEEN, "keep")
    return ledger.reserve


def assign_layer(
    grids: gpd.GeoDataFrame,
    *,
    scheme: Scheme,
    take: Take,
    continuity: Continuity | None = None,
    names: Mapping[str, str] | None = None,
    table: CodeTable | None = None,
    band_m: float | None = None,
    with_body: bool = False,
) -> gpd.GeoDataFrame:
    """Give codes and names to the grids of a layer that need them.

    Parameters
    ----------
    grids : GeoDataFrame
        What `prepare_grids` returns; with ``grid_id`` when `continuity` is given.
    scheme : Scheme
    take : callable
        What `counter_for` returns.
    continuity : Continuity, optional
        Who keeps which code; without it every ``grid_code`` that is there stays.
    names : mapping of code to name, optional
        Of the grids in force.
    table : CodeTable, optional
        For the names of communities where the layer has none.
    band_m, with_body
        As for `assign_codes`.

    Returns
    -------
    GeoDataFrame
        Sorted by ``grid_code``; with `continuity` also ``prev_code``. A grid that keeps its code
        keeps its name; a name of its own, as that of a school, stands in any case.

    Raises
    ------
    SettingsError
        GT097 when the scheme issues no codes, GT044 or GT090 when serials do not suffice.
    DataError
        GT099 for a grid without a community to be counted in.
    """
    scheme.require_issue(micro="parent_code" in grids)
    frame = grids.copy()
    if continuity is not None:
        kept = continuity.grids.reindex(frame["grid_id"])
        frame["grid_code"] = kept["grid_code"].fillna("").to_numpy()
        frame["prev_code"] = kept["prev_code"].to_numpy()
        frame["grid_name"] = _names_that_go_on(frame, names or {})
    bare = (frame["grid_code"] == "").to_numpy()
    if bare.any():
        _refuse_parents(frame[bare], scheme)
        codes = number_grids(
            frame[bare], scheme=scheme, take=take, band_m=band_m, first=bool(bare.all())
        )
        frame.loc[bare, "grid_code"] = codes
    fits = ~malformed(frame["grid_code"], scheme)
    told = frame["grid_name"]
    stays = ~bare | ~told.map(is_serial_name)
    named = name_grids(
        frame[fits],
        _communities(frame, table),
        scheme=scheme,
        given=told.where(stays, "")[fits].tolist(),
        with_body=with_body,
    )
    # what does not follow the scheme stays as it is, for `check_codes` to find
    frame = gpd.GeoDataFrame(pd.concat([named, frame[~fits]]), crs=frame.crs)
    return frame.sort_values("grid_code", kind="stable", ignore_index=True)


def _refuse_parents(grids: pd.DataFrame, scheme: Scheme) -> None:
    """Refuse grids whose community (or grid) is no code: their own would be none either."""
    column = "parent_code" if scheme.is_micro else "community_code"
    first = scheme.spans[BASE][0]
    parents = as_text(grids[column]).fillna("")
    good = {one: scheme.matches(scheme.code(scheme.prefix(one), first)) for one in set(parents)}
    wrong = ~parents.map(good).astype(bool)
    if wrong.any():
        found, rows = repr(parents[wrong].iloc[0]), parents.index[wrong]
        wanted = f"{scheme.parent_length} digits ({scheme.name})"
        raise DataError(
            "GT099", layer="grids", rows=rows, column=column, found=found, wanted=wanted
        )


def _names_that_go_on(grids: pd.DataFrame, names: Mapping[str, str]) -> pd.Series[str]:
    """Return names of one's own as they are, else those of the grids that keep their code."""
    before = grids["grid_code"].map(dict(names)).fillna("").astype("str")
    return grids["grid_name"].where(~grids["grid_name"].map(is_serial_name), before)


def _communities(grids: pd.DataFrame, table: CodeTable | None) -> pd.DataFrame:
    """Return ``code`` and ``name`` of the communities of a layer."""
    pairs = grids[["community_code", "community_name"]].sort_values("community_name")
    pairs = pairs.drop_duplicates("community_code", keep="last")
    names = [
        name or (table.name(code) if table else None) or code
        for code, name in zip(pairs["community_code"], pairs["community_name"], strict=True)
    ]
    return pd.DataFrame({"code": pairs["community_code"].to_numpy(), "name": names})
