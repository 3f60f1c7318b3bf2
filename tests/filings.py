"""A small county of square grids, and filings of it made without the stages before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.ops

from gridtool.canonical import hash_grids, root_hash
from gridtool.columns import GRIDS, GROUPS, RELATIONS
from gridtool.register import Filing

CRS = "EPSG:4544"
COUNTY = "510302"
HOME = "510302001002"
CELL_M = 100.0
DAYS = tuple(f"2026-{month:02d}-01" for month in range(1, 13))


def code(serial: int, community: str = HOME) -> str:
    """Return a grid code of 15 digits."""
    return f"{community}{serial:03d}"


def grids(
    columns: int = 3,
    rows: int = 2,
    *,
    community: str = HOME,
    first: int = 1,
    origin: tuple[float, float] = (410_000.0, 3_240_000.0),
) -> gpd.GeoDataFrame:
    """Return a county of squares, numbered row by row, each of 350 households."""
    x0, y0 = origin
    cells = [(column, row) for row in range(rows) for column in range(columns)]
    shapes = [
        shapely.box(
            x0 + CELL_M * column,
            y0 + CELL_M * row,
            x0 + CELL_M * (column + 1),
            y0 + CELL_M * (row + 1),
        )
        for column, row in cells
    ]
    return layer(shapes, [first + at for at in range(len(cells))], community=community)


def layer(
    shapes: Sequence[Any], serials: Sequence[int], *, community: str = HOME
) -> gpd.GeoDataFrame:
    """Return grids of shapes, with every column of the data dictionary."""
    count = len(shapes)
    data: dict[str, Any] = {
        "grid_code": [code(serial, community) for serial in serials],
        "grid_name": [f"第{serial}网格" for serial in serials],
        "grid_full_name": [f"汇东社区第{serial}网格" for serial in serials],
        "grid_kind": ["base"] * count,
        "community_code": [community] * count,
        "community_name": ["汇东社区"] * count,
        "town_code": [community[:9]] * count,
        "county_code": [community[:6]] * count,
        "households": np.full(count, 350),
        "persons": np.full(count, 1050),
        "buildings": np.full(count, 10),
        "area_m2": [float(shape.area) for shape in shapes],
        "size_rule": ["in_range"] * count,
        "size_reason": np.full(count, None, dtype=object),
        "estimated": np.zeros(count, dtype=bool),
        "bounds_text": ["东至大街"] * count,
        "included_units": [""] * count,
        "rev": np.ones(count, dtype="int64"),
    }
    frame = gpd.GeoDataFrame(data, geometry=list(shapes), crs=CRS)
    return frame[[*(one.key for one in GRIDS.columns), "geometry"]]


def buildings(
    ground: gpd.GeoDataFrame, *, a_side: int = 3, households: int = 40
) -> gpd.GeoDataFrame:
    """Return buildings in a lattice on every grid, the same number of households in each."""
    points, ids = [], []
    for serial, shape in enumerate(ground.geometry):
        west, south, east, north = shape.bounds
        for at in range(a_side * a_side):
            right, up = at % a_side, at // a_side
            points.append(
                shapely.Point(
                    west + (east - west) * (right + 0.5) / a_side,
                    south + (north - south) * (up + 0.5) / a_side,
                )
            )
            ids.append(f"b{serial:04d}-{at:02d}")
    counts = np.full(len(points), households)
    data = {"building_id": ids, "households": counts, "persons": 3 * counts}
    return gpd.GeoDataFrame(data, geometry=points, crs=CRS)


def split(ground: gpd.GeoDataFrame, at: int, serial: int, share: float = 0.5) -> gpd.GeoDataFrame:
    """Return the grids with one cut from south to north; the west keeps the code."""
    west, south, east, north = ground.geometry.iloc[at].bounds
    middle = round(west + share * (east - west), 3)
    parts = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    new = layer(parts[1:], [serial], community=str(ground["community_code"].iloc[at]))
    kept = ground.copy()
    kept.loc[kept.index[at], "geometry"] = parts[0]
    kept["area_m2"] = kept.geometry.area
    return gpd.GeoDataFrame(pd.concat([kept, new], ignore_index=True), crs=CRS)


def rename(ground: gpd.GeoDataFrame, at: int, name: str) -> gpd.GeoDataFrame:
    """Return the grids with one that has another name."""
    new = ground.copy()
    new.loc[new.index[at], "grid_name"] = name
    return new


def root(ground: gpd.GeoDataFrame) -> str:
    """Return the root of grids."""
    return root_hash(ground["grid_code"], hash_grids(ground))


def filing(
    before: gpd.GeoDataFrame | None,
    after: gpd.GeoDataFrame,
    number: int,
    *,
    valid_from: str = DAYS[0],
    kind: str = "adjustment",
    supersedes: str = "",
) -> Filing:
    """Return what leads from one county to another, as the register takes it."""
    before = after[:0] if before is None else before
    was = dict(zip(before["grid_code"], hash_grids(before), strict=True))
    now = dict(zip(after["grid_code"], hash_grids(after), strict=True))
    changed = [one for one in now if was.get(one) != now[one]]
    gone = [one for one in was if now.get(one) != was[one]]
    content = f"package {number}".encode()
    package_id = hashlib.sha256(content).hexdigest()
    return Filing(
        package_id=package_id,
        package_sha256=package_id,
        content=content,
        kind=kind,
        filing_no=f"自备〔2026〕{number}号",
        county=str(after["county_code"].iloc[0]),
        prepared_by="自流井区网格中心",
        reason="试",
        signers="",
        supersedes=supersedes,
        valid_from=valid_from,
        base_root=root(before),
        result_root=root(after),
        gone=tuple(gone),
        after=after[after["grid_code"].isin(changed)].reset_index(drop=True),
        groups=_groups(gone, changed),
        relations=_relations(before, after, gone, changed),
    )


def _groups(gone: Sequence[str], changed: Sequence[str]) -> pd.DataFrame:
    values: dict[str, Any] = {one.key: 0 if one.kind == "integer" else "" for one in GROUPS.columns}
    values |= {
        "old_codes": "|".join(gone),
        "new_codes": "|".join(changed),
        "type": "redistribution",
    }
    values |= {"area_m2": 1.5, "moved_area_m2": 0.0, "conserved": True, "group_id": "G1"}
    return pd.DataFrame([values])


def _relations(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, gone: Sequence[str], changed: Sequence[str]
) -> pd.DataFrame:
    old = before[before["grid_code"].isin(gone)]
    new = after[after["grid_code"].isin(changed)]
    rows = []
    for one in old.itertuples():
        for other in new.itertuples():
            area = one.geometry.intersection(other.geometry).area
            if area > 0:
                rows.append(_relation(one.grid_code, other.grid_code, area))
    if not len(old):
        rows = [_relation(None, one, 0.0) for one in new["grid_code"]]
    return pd.DataFrame(rows, columns=[one.key for one in RELATIONS.columns])


def _relation(old: str | None, new: str, area: float) -> dict[str, Any]:
    values: dict[str, Any] = {
        one.key: 0 if one.kind == "integer" else "" for one in RELATIONS.columns
    }
    shares = {one.key: None for one in RELATIONS.columns if one.kind == "number"}
    return {
        **values,
        **shares,
        "group_id": "G1",
        "old_code": old,
        "new_code": new,
        "area_m2": area,
        "households": round(area / 100),
        "basis": "area",
        "keeps_code": old == new,
    }


def random_edit(
    rng: np.random.Generator, ground: gpd.GeoDataFrame, serial: int
) -> tuple[gpd.GeoDataFrame, int]:
    """Return the grids with one to four changes of any kind, and the next serial."""
    frame = ground.reset_index(drop=True)
    touched: set[str] = set()
    for _ in range(int(rng.integers(1, 5))):
        free = [at for at in range(len(frame)) if frame["grid_code"].iloc[at] not in touched]
        if not free:
            break
        at = int(rng.choice(free))
        before = set(frame["grid_code"])
        change = rng.choice(["split", "merge", "shift", "rename", "recode", "kind"])
        frame, serial, codes = _edit(rng, frame, at, str(change), touched, serial)
        touched |= codes | (set(frame["grid_code"]) - before)
    return frame.sort_values("grid_code", ignore_index=True), serial


def _edit(
    rng: np.random.Generator,
    frame: gpd.GeoDataFrame,
    at: int,
    change: str,
    touched: set[str],
    serial: int,
) -> tuple[gpd.GeoDataFrame, int, set[str]]:
    own = str(frame["grid_code"].iloc[at])
    shape = frame.geometry.iloc[at]
    if change == "rename":
        return rename(frame, at, f"新名{serial}"), serial, {own}
    if change == "kind":
        new = frame.copy()
        was = new["grid_kind"].iloc[at]
        new.loc[at, "grid_kind"] = "base" if was == "dedicated" else "dedicated"
        return new, serial, {own}
    if change == "recode":
        new = frame.copy()
        new.loc[at, "grid_code"] = code(serial)
        return new, serial + 1, {own}
    line = _cut(rng, shape)
    parts = [one for one in shapely.ops.split(shape, line).geoms if one.area > 1.0]
    if change == "split":
        if len(parts) < 2:
            return frame, serial, {own}
        new = frame.copy()
        new.loc[at, "geometry"] = max(parts, key=lambda one: float(one.area))
        rest = shapely.union_all(sorted(parts, key=lambda one: float(one.area))[:-1])
        more = layer([rest], [serial])
        return _joined(new, more), serial + 1, {own}
    near = [
        other
        for other in range(len(frame))
        if other != at
        and frame["grid_code"].iloc[other] not in touched
        and frame.geometry.iloc[other].intersection(shape).length > 1.0
    ]
    if not near:
        return frame, serial, {own}
    other = int(rng.choice(near))
    theirs = str(frame["grid_code"].iloc[other])
    new = frame.copy()
    if change == "merge":
        new.loc[at, "geometry"] = shapely.union_all([shape, frame.geometry.iloc[other]])
        return new.drop(index=other).reset_index(drop=True), serial, {own, theirs}
    given = [one for one in parts if one.intersection(frame.geometry.iloc[other]).length > 1.0]
    if not given or len(parts) < 2:
        return frame, serial, {own, theirs}
    new.loc[at, "geometry"] = shapely.difference(shape, given[0])
    new.loc[other, "geometry"] = shapely.union_all([frame.geometry.iloc[other], given[0]])
    return new, serial, {own, theirs}


def _cut(rng: np.random.Generator, shape: Any) -> shapely.LineString:
    """Return a slanted line through a shape."""
    west, south, east, north = shape.bounds
    share, slant = rng.uniform(0.15, 0.85), rng.uniform(-0.2, 0.2)
    if rng.random() < 0.5:
        x, lean = west + share * (east - west), slant * (east - west)
        return shapely.LineString([(x - lean, south - 1), (x + lean, north + 1)])
    y, lean = south + share * (north - south), slant * (north - south)
    return shapely.LineString([(west - 1, y - lean), (east + 1, y + lean)])


def _joined(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.concat([one, other], ignore_index=True), crs=CRS)
