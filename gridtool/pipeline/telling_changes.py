"""What is told of a diff: its layers for the map, its figures, its page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np

from gridtool.diff import FLAGS, KINDS, NAMES, Diff
from gridtool.findings import Finding, findings_frame, severest_first
from gridtool.messages import Lang
from gridtool.report import Check, Ground, changes_page

FORMAT: Final = "gridtool.diff/1"
_COUNTS: Final = ("households", "persons", "buildings", "area_m2")


def changes_layers(found: Diff) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of ``diff.gpkg``: columns of `gridtool.columns.DIFF_LAYERS`."""
    after = gpd.GeoSeries(found.coverage, index=found.result.grids.index, crs=found.old.crs)
    before = _side(found, "old", found.old.grids.geometry)
    homes = found.buildings
    moved = homes[homes["old_code"].fillna("") != homes["new_code"].fillna("")]
    # where a code went on under another, nobody moved
    ways = set(found.ground[["old_code", "new_code"]].itertuples(index=False, name=None))
    gone = [way in ways for way in moved[["old_code", "new_code"]].itertuples(False, None)]
    moved = moved[np.array(gone, dtype=bool)]
    points = found.homes.geometry.reindex(moved["building_id"]).to_numpy()
    return {
        "after": _side(found, "new", after),
        "before": before[before["group_id"].notna()],
        "moved_ground": found.ground,
        "moved_buildings": gpd.GeoDataFrame(moved, geometry=points, crs=found.old.crs),
    }


def _side(found: Diff, side: str, shapes: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Return the grids of one side with what became of them."""
    told = found.grids.set_index("grid_code").loc[shapes.index]
    kinds = found.groups.set_index("group_id")["type"]
    texts = {"grid_name": "name", "grid_kind": "kind", "community_code": "community"}
    data = {
        "grid_code": shapes.index.to_numpy(),
        **{column: told[f"{side}_{key}"].to_numpy() for column, key in texts.items()},
        "status": told["status"].to_numpy(),
        "group_id": told["group_id"].to_numpy(),
        "type": told["group_id"].map(kinds).to_numpy(),
        **{key: told[f"{side}_{key}"].to_numpy() for key in _COUNTS},
    }
    return gpd.GeoDataFrame(data, geometry=shapes.to_numpy(), crs=found.old.crs)


def changes_summary(
    found: Diff, findings: Sequence[Finding], title: str, *, version: str
) -> dict[str, Any]:
    """Return what ``diff.json`` holds; made of plain JSON types."""
    statuses = found.grids["status"].value_counts()
    types = found.groups["type"].value_counts()
    homes = found.homes
    return {
        "format": FORMAT,
        "version": version,
        "title": title,
        "crs": found.old.crs.to_string(),
        "tolerances": found.tolerances.record(),
        "old": {"grids": len(found.old), "root": found.old.root},
        "new": {"grids": len(found.new)},
        "result": {"grids": len(found.result), "root": found.result.root},
        "buildings": {
            "count": len(homes),
            "households": int(homes["households"].sum()),
            "persons": int(homes["persons"].sum()),
        },
        "population_drift": found.drift,
        "grids": {str(key): int(count) for key, count in statuses.items()},
        "types": {str(key): int(count) for key, count in types.items()},
        "moved": {
            key: int(found.groups[f"moved_{key}"].sum())
            for key in ("households", "persons", "buildings")
        },
        "invariants": [
            {
                "id": one.id,
                "holds": one.holds,
                "name_zh": NAMES[one.id][0],
                "name_en": NAMES[one.id][1],
                "value": one.value,
            }
            for one in found.invariants
        ],
        "groups": _groups(found),
        "findings": [_without_shape(item) for item in findings],
    }


def _groups(found: Diff) -> list[dict[str, Any]]:
    """Return the groups, each with its relations."""
    rows = json.loads(found.relations.to_json(orient="records", double_precision=6))
    by_group: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_group.setdefault(row.pop("group_id"), []).append(row)
    groups = json.loads(found.groups.to_json(orient="records", double_precision=6))
    return [{**group, "relations": by_group[group["group_id"]]} for group in groups]


def _without_shape(item: Finding) -> dict[str, object]:
    """Return a finding as plain JSON."""
    return {key: value for key, value in item.record().items() if key != "geometry"}


def draw_page(
    found: Diff,
    findings: Sequence[Finding],
    layers: dict[str, gpd.GeoDataFrame],
    title: str,
    *,
    version: str,
    lang: Lang,
) -> str:
    """Return ``diff.html``."""
    names = {key: (kind.zh, kind.en) for key, kind in KINDS.items()} | dict(FLAGS)
    status = found.grids["status"]
    return changes_page(
        found.groups,
        found.relations,
        Ground(
            layers["before"], layers["after"], layers["moved_ground"], layers["moved_buildings"]
        ),
        severest_first(findings_frame(findings, found.old.crs)),
        [Check(one.id, one.holds, *NAMES[one.id], _figures(one.value)) for one in found.invariants],
        names=names,
        totals={
            "grids": len(found.result),
            "untouched": int(found.grids["group_id"].isna().sum()),
            "redrawn": int((status == "redrawn").sum()),
        },
        title=title,
        crs=found.old.crs.name,
        version=version,
        lang=lang,
    )


def _figures(value: dict[str, Any]) -> str:
    """Return the figures of an invariant in one line."""
    parts = []
    for key, figure in value.items():
        if isinstance(figure, dict):
            parts.append(f"{key}: {_figures(figure)}")
        elif isinstance(figure, str):
            parts.append(f"{key} {figure[:12]}…")
        elif isinstance(figure, list):
            continue
        else:
            told = f"{figure:,}" if not isinstance(figure, bool) else str(figure).lower()
            parts.append(f"{key} {told}")
    return " · ".join(parts)
