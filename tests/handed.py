"""Five grids of two communities and a village whose figures are known by hand, as a file."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
from shapely import box

from gridtool.findings import Finding, findings_frame

CRS = "EPSG:4544"
X, Y, SIDE = 478_000.0, 3_248_000.0, 100.0
TOWN, VILLAGE_TOWN = "510302001", "510302101"
CODES = [
    *(f"{TOWN}001001", f"{TOWN}001002", f"{TOWN}001003"),
    *(f"{TOWN}002001", f"{VILLAGE_TOWN}201001"),
]


def grids(**columns: Any) -> gpd.GeoDataFrame:
    """Return the grids, side by side from west to east, squares of 100 m."""
    data = {
        "grid_code": CODES,
        "grid_name": ["第一网格", "第二网格", "汇东小学", "第一网格", "第一网格"],
        "grid_full_name": [
            *("汇东社区第一网格", "汇东社区第二网格", "汇东社区汇东小学"),
            *("新民街社区第一网格", "全胜村第一网格"),
        ],
        "grid_kind": ["base", "base", "dedicated", "base", "base"],
        "community_code": [code[:12] for code in CODES],
        "community_name": ["汇东社区", "汇东社区", "汇东社区", "新民街社区", "全胜村"],
        "town_code": [code[:9] for code in CODES],
        "county_code": "510302",
        "households": [400, 620, 0, 220, 700],
        "persons": [1000, 1500, 0, 600, 1900],
        "buildings": [4, 1, 2, 9, 80],
        "area_m2": 10_000.0,
        "size_rule": ["in_range", "exception", "dedicated", "exception", "village"],
        "size_reason": [None, "single_building", None, "small_community", None],
        "estimated": [False, False, False, True, False],
        "bounds_text": "东至解放路，南至滨江大道，西至县界，北至县界",
        "included_units": [
            *("汇东花园；解放路2–30号 14栋", "解放路32–60号 1栋", "其他2栋"),
            *("新民街1–9号 9栋", "全胜村1组1–80号 80栋"),
        ],
        "rev": 3,
        **columns,
    }
    shapes = [box(X + SIDE * at, Y, X + SIDE * (at + 1), Y + SIDE) for at in range(5)]
    return gpd.GeoDataFrame(data, geometry=shapes, crs=CRS)


def buildings() -> gpd.GeoDataFrame:
    """Return a building in the middle of each of the first two grids, and one outside."""
    return gpd.GeoDataFrame(
        {
            "building_id": ["B1", "B2", "B3"],
            "grid_code": [CODES[0], CODES[1], None],
            "unit_id": ["U1", "U2", None],
            "community_code": [CODES[0][:12], CODES[1][:12], None],
            "households": [400, 620, 5],
            "persons": [1000, 1500, 12],
            "estimated": False,
        },
        geometry=[
            *(box(X + 40 + at, Y + 40, X + 60 + at, Y + 60) for at in (0, 100)),
            box(X - 50, Y, X - 40, Y + 10),
        ],
        crs=CRS,
    )


def findings() -> gpd.GeoDataFrame:
    """Return one finding with a place and one without."""
    return findings_frame(
        [
            Finding("GT143", "grids", CODES[1], box(X + 140, Y + 40, X + 160, Y + 60),
                    {"households": 620, "maximum": 500}),
            Finding("GT134", "compounds", "X1", values={"compound": "X1", "count": 2}),
        ],
        CRS,
    )  # fmt: skip


def save(path: Path, frame: gpd.GeoDataFrame | None = None, **more: gpd.GeoDataFrame) -> Path:
    """Write grids, and other layers beside them, into a new file."""
    with warnings.catch_warnings():
        # a layer of points and polygons is what findings are
        warnings.simplefilter("ignore")
        for key, layer in {"grids": grids() if frame is None else frame, **more}.items():
            pyogrio.write_dataframe(layer, path, layer=key, append=path.exists())
    return path
