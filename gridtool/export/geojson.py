"""GeoJSON by RFC 7946: one collection, or one feature a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from gridtool.export.making import OFFSET_NAMES, Making
from gridtool.export.placing import lonlat_bbox, lonlat_boxes
from gridtool.findings import Finding

# GEOS now and then writes 17 digits where fewer name the same number
_LONG: Final = re.compile(r"\.\d{9,}")


def write_collection(path: Path, grids: gpd.GeoDataFrame, making: Making) -> list[Finding]:
    """Write a feature collection, one feature a line, with the bounding box in front."""
    box = lonlat_bbox(np.asarray(grids.geometry.array, dtype=object))
    head: dict[str, Any] = {"type": "FeatureCollection", "name": making.layer}
    if making.offset is not None:
        # RFC 7946 knows no other CRS; a member of our own says what a reader must know
        head["coordinateSystem"] = OFFSET_NAMES[making.offset]
    head["bbox"] = _rounded(box, making.decimals)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{_text(head)[:-1]},"features":[\n')
        file.write(",\n".join(_features(grids, making)))
        file.write("\n]}\n")
    return []


def write_lines(path: Path, grids: gpd.GeoDataFrame, making: Making) -> list[Finding]:
    """Write one feature a line and nothing round them, for systems that stream."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{feature}\n" for feature in _features(grids, making))
    return []


def _features(grids: gpd.GeoDataFrame, making: Making) -> Iterator[str]:
    """Return each grid as a feature; its id is the grid code, as text."""
    names = [item.name for item in making.fields]
    columns = [grids[name].astype(object).where(grids[name].notna(), None) for name in names]
    shapes = np.asarray(grids.geometry.array, dtype=object)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    identity, boxes = names.index(making.id_name), lonlat_boxes(shapes)
    for row, box, text in zip(rows, boxes, shapely.to_geojson(shapes), strict=True):
        head = {"type": "Feature", "id": row[identity], "bbox": _rounded(box, making.decimals)}
        body = _text(dict(zip(names, row, strict=True)))
        yield f'{_text(head)[:-1]},"properties":{body},"geometry":{_short(text, making.decimals)}}}'


def _short(text: str, decimals: int) -> str:
    """Return a geometry with each number in the fewest digits."""
    return _LONG.sub(lambda found: repr(round(float(f"0{found[0]}"), decimals))[1:], text)


def _rounded(values: Sequence[float], decimals: int) -> list[float]:
    """Return plain numbers."""
    return [round(float(value), decimals) for value in values]


def _text(value: object) -> str:
    """Return compact JSON, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
