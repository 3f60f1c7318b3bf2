"""A revision: the grids of a county at one time, ready to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from gridtool.canonical import IDENTITY, hash_grids, root_hash, round_shapes
from gridtool.columns import POINTS, POLYGONS
from gridtool.errors import CrsError, DataError, InputError
from gridtool.findings import Finding
from gridtool.geom import Geometries, Ints, working_crs
from gridtool.rules import BASE

Objects = npt.NDArray[np.object_]

COUNTS: Final = ("households", "persons")
_MOST_REPAIRED_M2: Final = 1.0


@dataclass(frozen=True)
class Revision:
    """The grids of a county at one time.

    Attributes
    ----------
    name : str
        Of the layer, for messages.
    grids : GeoDataFrame, CRS in metres
        Index ``grid_code``, sorted; ``grid_name``, ``grid_kind``, ``community_code`` (text, empty
        where there is none) and whatever else the layer has. Vertices on a grid of 1 mm.
    stated : frozenset of str
        Which of those three the layer states at all; what it does not is not compared.
    findings : tuple of Finding
        What was mended and reprojected.
    known : mapping of code to hash
        Of the rows that are as they are in another revision, so that none is reckoned twice.
    """

    name: str
    grids: gpd.GeoDataFrame
    stated: frozenset[str]
    findings: tuple[Finding, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.grids)

    @property
    def crs(self) -> CRS:
        """Return the CRS, in metres."""
        crs: CRS = self.grids.crs
        return crs

    @cached_property
    def codes(self) -> Objects:
        """Return the codes, sorted."""
        return np.asarray(self.grids.index, dtype=object)

    def codes_at(self, at: Ints) -> Objects:
        """Return codes by position, None for -1."""
        return np.array([*self.codes, None], dtype=object)[at]

    @cached_property
    def shapes(self) -> Geometries:
        """Return the polygons, in the order of the codes."""
        return np.asarray(self.grids.geometry.array, dtype=object)

    @cached_property
    def hashes(self) -> Objects:
        """Return the hash of each grid (`gridtool.canonical.hash_grids`)."""
        hashes = np.array([self.known.get(code) for code in self.codes], dtype=object)
        new = np.array([one is None for one in hashes], dtype=bool)
        hashes[new] = hash_grids(self.grids[new].reset_index())
        return hashes

    @cached_property
    def attributes(self) -> dict[str, dict[str, str]]:
        """Return name, kind and community of each grid, by code."""
        columns = [self.grids[key].to_numpy(dtype=object) for key in IDENTITY[1:]]
        rows = zip(*columns, strict=True)
        return {
            code: dict(zip(IDENTITY[1:], row, strict=True))
            for code, row in zip(self.codes, rows, strict=True)
        }

    @cached_property
    def root(self) -> str:
        """Return the hash of the whole revision."""
        return root_hash(self.codes, self.hashes)


def prepare_revision(
    grids: gpd.GeoDataFrame, *, name: str = "grids", crs: CRS | None = None
) -> Revision:
    """Take in the grids of one time.

    Parameters
    ----------
    grids : GeoDataFrame
        Polygons in any CRS; ``grid_code``, and if it has them ``grid_name``, ``grid_kind``,
        ``community_code``, ``households``, ``persons``. Further columns are kept, not compared.
    name : str
        Of the layer, for messages.
    crs : CRS, optional
        In metres, to bring them to; by default their own where it is in metres, else
        `gridtool.geom.working_crs`.

    Returns
    -------
    Revision

    Raises
    ------
    InputError
        GT006 when there is no grid.
    CrsError
        GT005 without a CRS.
    DataError
        GT007 for what is no polygon, GT020 when a code comes twice, GT023 without a code, GT402
        for a polygon without ground, GT403 for one that cannot be repaired without changing it.
    """
    if grids.empty:
        raise InputError("GT006", layer=name)
    codes = _texts(grids["grid_code"])
    _refuse_codes(codes, name)
    frame, findings = _in_metres(grids, codes, name, crs)
    shapes = _sound_shapes(np.asarray(frame.geometry.array, dtype=object), codes, name, findings)
    columns = {key: _texts(grids[key]) for key in IDENTITY[1:] if key in grids}
    stated = frozenset(key for key, values in columns.items() if (values != "").any())
    columns = {key: columns.get(key, np.full(len(codes), "", dtype=object)) for key in IDENTITY[1:]}
    kinds = columns["grid_kind"]
    columns["grid_kind"] = np.where(kinds == "", BASE, kinds)
    plain = pd.DataFrame(frame.drop(columns=["grid_code", frame.geometry.name]))
    order = np.argsort(codes.astype(str), kind="stable")
    made = gpd.GeoDataFrame(plain.assign(**columns), geometry=shapes, crs=frame.crs)
    made = made.set_axis(pd.Index(codes, name="grid_code", dtype=object)).iloc[order]
    return Revision(name, made, stated, tuple(findings))


def prepare_buildings(
    buildings: gpd.GeoDataFrame, *, crs: CRS, name: str = "buildings"
) -> gpd.GeoDataFrame:
    """Take in the one snapshot of buildings that both sides are counted by.

    Parameters
    ----------
    buildings : GeoDataFrame
        Polygons or points in any CRS; ``households``, and if it has them ``persons`` and
        ``building_id`` (unique; else the number of the row).
    crs : CRS
        In metres: that of the revisions.
    name : str
        Of the layer, for messages.

    Returns
    -------
    GeoDataFrame
        Index ``building_id``, sorted; ``households``, ``persons`` (int64) and a point on each.
        Rows without geometry are left out.

    Raises
    ------
    InputError
        GT006 when there is no building.
    CrsError
        GT005 without a CRS.
    DataError
        GT007 for lines, GT020 when an id comes twice, GT021 and GT022 for counts that are none.
    """
    there = (buildings.geometry.notna() & ~buildings.geometry.is_empty).to_numpy()
    if not there.any():
        raise InputError("GT006", layer=name)
    kinds = buildings.geometry.geom_type.to_numpy()
    _refuse_types(there & ~np.isin(kinds, POLYGONS + POINTS), kinds, name, "Polygon, Point")
    held = buildings[there]
    if held.crs is None:
        raise CrsError("GT005", layer=name, bounds=held.total_bounds)
    numbers = np.flatnonzero(there)
    ids = _texts(held["building_id"]) if "building_id" in held else np.full(len(held), "", object)
    ids = np.where(ids == "", [f"#{row}" for row in numbers], ids)
    _refuse_repeated(ids, name, "building_id", ("楼栋编号", "building id"))
    counts = {key: _counted(held, key, name) for key in COUNTS}
    shapes = np.asarray(held.geometry.array, dtype=object)
    if (kinds[there] != "Point").any():
        shapes = shapely.point_on_surface(shapes)
    points = gpd.GeoSeries(shapes, crs=held.crs)
    made = gpd.GeoDataFrame(counts, geometry=(points if held.crs == crs else points.to_crs(crs)))
    made.index = pd.Index(ids, name="building_id", dtype=object)
    return made.iloc[np.argsort(ids.astype(str), kind="stable")]


def _texts(values: pd.Series[Any]) -> Objects:
    """Return text without blanks around it, empty where there is none."""
    if isinstance(values.dtype, pd.StringDtype):
        return np.asarray(values.str.strip().fillna("").to_numpy(dtype=object))
    plain = values.astype(object).where(values.notna(), "")
    return np.array([str(value).strip() for value in plain], dtype=object)


def _counted(frame: gpd.GeoDataFrame, key: str, name: str) -> Ints:
    """Return whole counts; nothing is none."""
    if key not in frame:
        return np.zeros(len(frame), dtype=np.int64)
    values = pd.to_numeric(frame[key], errors="coerce")
    for code, wrong in (("GT021", values.isna() & frame[key].notna()), ("GT022", values < 0)):
        if wrong.any():
            at = np.flatnonzero(wrong)
            first = frame[key].iloc[at[0]]
            raise DataError(code, layer=name, rows=at, column=key, values=first)
    counts: Ints = np.rint(values.fillna(0).to_numpy(dtype="float64")).astype(np.int64)
    return counts


def _refuse_codes(codes: Objects, name: str) -> None:
    """Refuse rows without a code, and codes that come twice."""
    bare = np.flatnonzero(codes == "")
    if len(bare):
        raise DataError("GT023", layer=name, rows=bare, column="grid_code")
    _refuse_repeated(codes, name, "grid_code", ("网格编码", "grid code"))


def _refuse_repeated(values: Objects, name: str, column: str, what: tuple[str, str]) -> None:
    """Refuse ids that come twice."""
    repeated = pd.Series(values).duplicated(keep=False).to_numpy()
    if repeated.any():
        at = np.flatnonzero(repeated)
        raise DataError(
            "GT020",
            layer=name,
            rows=at,
            column=column,
            values=values[at[0]],
            what_zh=what[0],
            what_en=what[1],
        )


def _refuse_types(wrong: npt.NDArray[np.bool_], kinds: Objects, name: str, wanted: str) -> None:
    """Refuse geometry that a layer must not have."""
    if wrong.any():
        found = ", ".join(sorted({str(kind) for kind in kinds[wrong]}))
        raise DataError("GT007", layer=name, rows=np.flatnonzero(wrong), found=found, wanted=wanted)


def _in_metres(
    grids: gpd.GeoDataFrame, codes: Objects, name: str, crs: CRS | None
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the grids in metres; a reprojection is told."""
    shapes = np.asarray(grids.geometry.array, dtype=object)
    gone = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    gone |= ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    if gone.any():
        raise DataError("GT402", layer=name, rows=codes[gone])
    kinds = np.asarray(grids.geometry.geom_type, dtype=object)
    _refuse_types(~np.isin(kinds, POLYGONS), kinds, name, ", ".join(POLYGONS))
    if grids.crs is None:
        bounds = ", ".join(f"{value:.5g}" for value in grids.total_bounds)
        raise CrsError("GT005", layer=name, bounds=bounds)
    if crs is None:
        west, south, east, north = grids.geometry.to_crs(4326).total_bounds
        crs = working_crs(grids.crs, (west, south, east, north))
    if grids.crs == crs:
        return grids, []
    values: dict[str, object] = {"found": grids.crs.name, "crs": crs.name}
    return grids.to_crs(crs), [Finding("GT428", name, values=values)]


def _sound_shapes(
    shapes: Geometries, codes: Objects, name: str, findings: list[Finding]
) -> Geometries:
    """Return the polygons on the grid of 1 mm; a repair that changes more than 1 m² is refused."""
    broken = ~shapely.is_valid(shapes)
    made = round_shapes(shapes)
    empty = shapely.is_empty(made)
    if empty.any():
        raise DataError("GT402", layer=name, rows=codes[empty])
    if broken.any():
        change = np.abs(shapely.area(made[broken]) - shapely.area(shapes[broken]))
        far = change > _MOST_REPAIRED_M2
        if far.any():
            rows, worst = codes[broken][far], float(change.max())
            raise DataError("GT403", layer=name, rows=rows, area_m2=worst)
        findings += [
            Finding("GT429", name, code, shapely.point_on_surface(shape), {"area_m2": float(area)})
            for code, shape, area in zip(codes[broken], made[broken], change, strict=True)
        ]
    return made
