"""Compare two revisions: everything a change filing rests on, from one count of households."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.diff.changes import Changes, changes_between
from gridtool.diff.faults import Faults, find_faults, find_overlaps
from gridtool.diff.fitting import noded
from gridtool.diff.invariants import Invariant, check_invariants
from gridtool.diff.judging import Comparison, Judged, judge_groups
from gridtool.diff.likeness import NEAR
from gridtool.diff.matching import (
    ATTRIBUTES,
    Matched,
    group_changes,
    link_ground,
    match_revisions,
)
from gridtool.diff.places import Places, place_after
from gridtool.diff.relations import count_grids, ground_of, relate, with_losses
from gridtool.diff.restoring import Restored, restore_shapes
from gridtool.diff.revision import Revision
from gridtool.diff.tables import make_tables
from gridtool.diff.telling import tell_findings
from gridtool.diff.tolerances import TOLERANCES, Tolerances
from gridtool.errors import DataError
from gridtool.findings import Finding
from gridtool.geom import Geometries

_LEAST_COMMON: Final = 0.1


@dataclass(frozen=True)
class Diff:
    """What differs between two revisions.

    Attributes
    ----------
    old, new : Revision
        As they were given, in one CRS.
    result : Revision
        The new revision with the ground that did not change as it was, to the byte: what is
        filed, and the base of the next diff.
    groups, relations, grids, buildings, codes : DataFrame
        Columns of `gridtool.columns.DIFF_TABLES`; the largest groups first.
    located : Places
        Position of the grid of every building on both sides.
    ground : GeoDataFrame
        What went from grid to grid: ``group_id``, ``old_code``, ``new_code``, ``buildings``,
        ``households``, ``area_m2``.
    invariants : tuple of Invariant
    findings : tuple of Finding
    changes : Changes
        What turns `old` into `result`.
    drift : dict
        How far the counts that the layers state are from the snapshot: never a change of borders.
    tolerances : Tolerances
    homes : GeoDataFrame
        The snapshot, as `prepare_buildings` returns it.
    coverage : array of polygons
        The grids of `result` with the nodes of their neighbours, for drawing.
    """

    old: Revision
    new: Revision
    result: Revision
    groups: pd.DataFrame
    relations: pd.DataFrame
    grids: pd.DataFrame
    buildings: pd.DataFrame
    codes: pd.DataFrame
    located: Places
    ground: gpd.GeoDataFrame
    invariants: tuple[Invariant, ...]
    findings: tuple[Finding, ...]
    changes: Changes
    drift: dict[str, Any]
    tolerances: Tolerances
    homes: gpd.GeoDataFrame
    coverage: Geometries

    @property
    def is_empty(self) -> bool:
        """Return whether nothing changed."""
        return self.groups.empty

    @cached_property
    def places(self) -> pd.DataFrame:
        """Return every building with its grid on both sides.

        Index ``building_id``; ``old_code``, ``new_code`` (None for none), ``households``,
        ``persons``.
        """
        old = self.old.codes_at(self.located.old)
        new = self.result.codes_at(self.located.new)
        counts = self.homes[["households", "persons"]]
        return pd.DataFrame({"old_code": old, "new_code": new, **counts}, index=self.homes.index)


def diff_revisions(
    old: Revision,
    new: Revision,
    homes: gpd.GeoDataFrame,
    *,
    tolerances: Tolerances = TOLERANCES,
    accept_redrawn: bool = False,
) -> Diff:
    """Compare two revisions by one snapshot of buildings.

    Parameters
    ----------
    old, new : Revision
        What `prepare_revision` returns, in one CRS.
    homes : GeoDataFrame
        What `prepare_buildings` returns, in that CRS.
    tolerances : Tolerances
    accept_redrawn : bool
        Whether lines redrawn within the tolerance are taken over, as changes of their own kind;
        else the old lines stay.

    Returns
    -------
    Diff

    Raises
    ------
    DataError
        GT400 when the two are of different counties, GT401 when no building lies in a grid.
    """
    _require_one_county(old, new)
    points = np.asarray(homes.geometry.array, dtype=object)
    matched = match_revisions(old, new, points, tolerances)
    if (matched.places.old < 0).all() and (matched.places.new < 0).all():
        raise DataError("GT401", layer="buildings", count=len(homes))
    links = link_ground(old, new, matched, tolerances, redrawn=accept_redrawn)
    groups = group_changes(old, new, matched, links, redrawn=accept_redrawn)
    restored = restore_shapes(old, new, matched, groups, tolerances, redrawn=accept_redrawn)
    result = _result(old, new, matched, restored)
    places = _places_after(points, matched, restored, tolerances)
    ground = ground_of(old, matched, links, groups, restored, tolerances)
    ground = with_losses(ground, old, restored, groups, tolerances)
    found = Comparison(
        old=old,
        new=new,
        result=result,
        homes=homes,
        matched=matched,
        groups=groups,
        restored=restored,
        places=places,
        rows=relate(places, homes, ground, groups, tolerances),
        sizes_old=count_grids(homes, places.old, old.shapes),
        sizes_new=count_grids(homes, places.new, result.shapes),
        tolerances=tolerances,
    )
    return _told(found)


def _require_one_county(old: Revision, new: Revision) -> None:
    """Refuse revisions that hardly share a code and hardly share ground."""
    shared = new.grids.index.isin(old.grids.index).sum()
    if shared >= _LEAST_COMMON * min(len(old), len(new)):
        return
    points = shapely.point_on_surface(new.shapes)
    inside = np.unique(shapely.STRtree(points).query(old.shapes, predicate="intersects")[1])
    if len(inside) < _LEAST_COMMON * len(new):
        raise DataError("GT400", layer=new.name, other=old.name, shared=int(shared))


def _places_after(
    points: Any, matched: Matched, restored: Restored, tolerances: Tolerances
) -> Places:
    """Return where the buildings lie once the new grids are fitted in."""
    if not restored.fitted.any():
        return matched.places
    kept = matched.like_old <= NEAR
    before = matched.places.old
    return place_after(points, restored.shapes, before, matched.partner_old, kept, tolerances)


def _result(old: Revision, new: Revision, matched: Matched, restored: Restored) -> Revision:
    """Return the new revision with its fitted shapes, and what it does not state from the old."""
    grids = new.grids.set_geometry(
        gpd.GeoSeries(restored.shapes, index=new.grids.index, crs=new.crs)
    )
    goes_on = matched.partner_new >= 0
    for key in ATTRIBUTES:
        if key not in new.stated:
            before = np.append(old.grids[key].to_numpy(dtype=object), "")[matched.partner_new]
            grids[key] = np.where(goes_on, before, grids[key].to_numpy(dtype=object))
    if "rev" in old.grids:
        grids["rev"] = _revs(old, new, matched, restored)
    same = np.flatnonzero(restored.kept & ~np.append(matched.told_old, True)[matched.partner_new])
    known = dict(zip(new.codes[same], old.hashes[matched.partner_new[same]], strict=True))
    return Revision(new.name, grids, old.stated | new.stated, known=known)


def _revs(old: Revision, new: Revision, matched: Matched, restored: Restored) -> Any:
    """Return the revision of each grid: one more where it changed, 1 where its code is new."""
    before = pd.to_numeric(old.grids["rev"], errors="coerce").fillna(1).to_numpy(dtype="int64")
    was = np.append(before, 0)[matched.partner_new]
    told = np.append(matched.told_old, True)[matched.partner_new]
    return was + (~restored.kept | told)


def _told(found: Comparison) -> Diff:
    """Return what was found as tables, findings and invariants."""
    judged = judge_groups(found)
    tables = make_tables(found, judged)
    changes = changes_between(found.old, found.result)
    coverage = noded(found.result.shapes, found.restored.nodes)
    faults = _faults(found, coverage)
    drift = population_drift(found)
    invariants = tuple(check_invariants(found, tables, changes, faults))
    return Diff(
        old=found.old,
        new=found.new,
        result=found.result,
        **tables._asdict(),
        located=found.places,
        ground=_ground(found, judged),
        invariants=invariants,
        findings=tuple(tell_findings(found, judged, tables, invariants, faults, drift)),
        changes=changes,
        drift=drift,
        tolerances=found.tolerances,
        homes=found.homes,
        coverage=coverage,
    )


def _faults(found: Comparison, coverage: Any) -> dict[str, Faults]:
    """Return what does not fit on either side.

    What the new side has within the drawing tolerance is mended by fitting it in; what was kept
    fits as well as it did before.
    """
    noise = 2 * found.tolerances.storage_m
    changed = ~found.restored.kept
    old = find_faults(found.old.shapes, noise)
    new = find_overlaps(found.new.shapes, changed, found.tolerances.drawing_m)
    result = find_faults(coverage, noise, among=changed if old.strict else None)
    return {"old": old, "new": new, "result": result}


def _ground(found: Comparison, judged: Judged) -> gpd.GeoDataFrame:
    """Return what went from grid to grid."""
    rows = found.rows[~judged.stays & found.rows["real"] & found.rows["ground"].notna()]
    data = {
        "group_id": np.array(found.groups.ids, dtype=object)[rows["group"].to_numpy()],
        "old_code": found.old.codes_at(rows["old"].to_numpy()),
        "new_code": found.result.codes_at(rows["new"].to_numpy()),
        **{key: rows[key].to_numpy() for key in ("buildings", "households", "area_m2")},
    }
    return gpd.GeoDataFrame(data, geometry=rows["ground"].to_numpy(), crs=found.old.crs)


def population_drift(found: Comparison) -> dict[str, Any]:
    """Return how far the counts each layer states are from those of the one snapshot."""
    drift: dict[str, Any] = {}
    for name, revision, sizes in (
        ("old", found.old, found.sizes_old),
        ("new", found.new, found.sizes_new),
    ):
        if "households" not in revision.grids:
            continue
        stated = pd.to_numeric(revision.grids["households"], errors="coerce").to_numpy("float64")
        counted = sizes.counts["households"].to_numpy()
        there = np.isfinite(stated)
        apart = counted[there] - stated[there]
        drift[name] = {
            "stated": int(stated[there].sum()),
            "counted": int(counted[there].sum()),
            "grids_apart": int((apart != 0).sum()),
            "most": int(np.abs(apart).max(initial=0)),
        }
    return drift
