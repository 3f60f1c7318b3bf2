"""What a person must know of a diff, as findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely

from gridtool.canonical import GRID_M
from gridtool.diff.faults import Faults
from gridtool.diff.invariants import NAMES, Invariant
from gridtool.diff.judging import Comparison, Judged
from gridtool.diff.matching import ATTRIBUTES
from gridtool.diff.tables import KEPT, REDRAWN_LINE, Tables
from gridtool.findings import Finding
from gridtool.geom import Bools

# what these find is told in detail by findings of their own
_TOLD_ELSEWHERE: Final = frozenset(("I1", "I2", "I3", "I4", "I8", "I10"))


def tell_findings(
    found: Comparison,
    judged: Judged,
    tables: Tables,
    invariants: Sequence[Invariant],
    faults: Mapping[str, Faults],
    drift: Mapping[str, Mapping[str, int]],
) -> Iterator[Finding]:
    """Tell what a person must know."""
    yield from found.old.findings
    yield from found.new.findings
    yield from _tell_inputs(found, drift)
    yield from _tell_faults(found, faults)
    yield from _tell_codes(found, judged, tables)
    yield from _tell_strays(found)
    yield from _tell_lines(found, tables)
    yield from _tell_sizes(found, invariants)
    for one in invariants:
        if not one.holds and one.id not in _TOLD_ELSEWHERE:
            zh, en = NAMES[one.id]
            value = ", ".join(f"{key} {value}" for key, value in one.value.items())
            values: dict[str, object] = {"id": one.id, "name_zh": zh, "name_en": en, "value": value}
            yield Finding("GT434", found.new.name, values=values)


def _tell_inputs(found: Comparison, drift: Mapping[str, Mapping[str, int]]) -> Iterator[Finding]:
    """Tell what the layers state on one side only, and where counts differ."""
    one_sided = [key for key in ATTRIBUTES if key in found.old.stated ^ found.new.stated]
    if one_sided:
        yield Finding("GT435", found.new.name, values={"columns": ", ".join(one_sided)})
    if not found.homes["households"].any():
        yield Finding("GT436", "buildings")
    for revision, side in ((found.old, "old"), (found.new, "new")):
        told = drift.get(side)
        if told and told["grids_apart"]:
            values: dict[str, object] = {
                "stated": f"{told['stated']:,}",
                "counted": f"{told['counted']:,}",
                "grids": told["grids_apart"],
            }
            yield Finding("GT437", revision.name, values=values)


def _tell_faults(found: Comparison, faults: Mapping[str, Faults]) -> Iterator[Finding]:
    """Tell overlaps and gaps of the layers as they were given."""
    for revision, side in ((found.old, "old"), (found.new, "new")):
        for a, b, shape in faults[side].overlaps:
            values: dict[str, object] = {
                "a": revision.codes[a],
                "b": revision.codes[b],
                "area_m2": shape.area,
            }
            yield Finding("GT426", revision.name, revision.codes[a], shape, values)
        for shape in faults[side].gaps:
            yield Finding("GT427", revision.name, None, shape, {"area_m2": shape.area})


def _tell_codes(found: Comparison, judged: Judged, tables: Tables) -> Iterator[Finding]:
    """Tell codes that name other ground, and codes kept without the majority."""
    codes = tables.codes
    odd = codes[(codes["outcome"] == KEPT) & ~codes["continuous"].eq(True)]
    shapes = found.result.grids.geometry
    columns = odd[["grid_code", "share_old", "share_new"]]
    for code, old, new in columns.itertuples(index=False, name=None):
        point = shapes[code].representative_point()
        if code in judged.strangers:
            yield Finding("GT420", found.new.name, code, point, {"code": code})
        else:
            shares = {"code": code, "old": _number(old), "new": _number(new)}
            yield Finding("GT421", found.new.name, code, point, shares)


def _number(value: float) -> float:
    """Return a share, 0 where there is none."""
    return 0.0 if np.isnan(value) else float(value)


def _tell_strays(found: Comparison) -> Iterator[Finding]:
    """Tell ground and buildings that only one side has."""
    rows = found.rows
    odd = rows[(rows["old"] < 0) | (rows["new"] < 0)]
    if len(odd):
        outline = shapely.boundary(shapely.union_all(found.old.shapes, grid_size=GRID_M))
        for row in odd.to_dict("records"):
            yield _stray(found, row, outline)
    nowhere = (found.places.old < 0) & (found.places.new < 0)
    if nowhere.any():
        yield Finding("GT425", "buildings", None, **_counted(found, nowhere))
    if found.places.on_border.any():
        yield Finding("GT432", "buildings", None, **_counted(found, found.places.on_border))


def _counted(found: Comparison, which: Bools) -> dict[str, Any]:
    """Return how many buildings and households some are, and where they stand."""
    homes = found.homes[which]
    values = {"count": len(homes), "households": int(homes["households"].sum())}
    points = shapely.multipoints(np.asarray(homes.geometry.array, dtype=object))
    return {"geometry": points, "values": values, "rows": tuple(homes.index)}


def _stray(found: Comparison, row: Mapping[Any, Any], outline: shapely.Geometry) -> Finding:
    """Return the finding of what only one side has."""
    ground = row["ground"]
    values: dict[str, object] = {key: row[key] for key in ("households", "buildings", "area_m2")}
    if row["old"] < 0:
        code = found.result.codes[row["new"]]
        place = ground if ground is not None else found.result.shapes[row["new"]]
        return Finding("GT424", found.new.name, code, place, {**values, "code": code})
    code = found.old.codes[row["old"]]
    place = ground if ground is not None else found.old.shapes[row["old"]]
    leaves = not row["buildings"] or shapely.dwithin(place, outline, GRID_M)
    told = "GT423" if leaves else "GT422"
    return Finding(told, found.old.name, code, place, {**values, "code": code})


def _tell_lines(found: Comparison, tables: Tables) -> Iterator[Finding]:
    """Tell how many grids were redrawn and keep their old lines."""
    count = int((tables.grids["status"] == REDRAWN_LINE).sum())
    if count:
        values: dict[str, object] = {"count": count, "metres": found.tolerances.drawing_m}
        yield Finding("GT431", found.new.name, values=values)


def _tell_sizes(found: Comparison, invariants: Sequence[Invariant]) -> Iterator[Finding]:
    """Tell the grids that are beyond Art. 8 without a reason."""
    codes = next(one.value["codes"] for one in invariants if one.id == "I10")
    at = found.result.grids.index.get_indexer(codes)
    counts = found.sizes_new.counts.iloc[at]
    for code, place, held in zip(codes, at, counts.to_dict("records"), strict=True):
        values: dict[str, object] = {"code": code, **held}
        point = shapely.point_on_surface(found.result.shapes[place])
        yield Finding("GT433", found.new.name, code, point, values)
