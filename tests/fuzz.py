"""Damaged inputs without end: none may end in anything but a result or a `GridtoolError`.

    python tests/fuzz.py [COUNT] [SEED]

Each input is a small county in one of four formats, with one to three faults in its shapes,
values, columns, coordinate systems or bytes. The same seed gives the same inputs.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from gridtool.check import check_layers
from gridtool.errors import GridtoolError
from gridtool.pipeline import partition_files
from gridtool.read import read_layers

CRS = "EPSG:4544"
X, Y = 430_000.0, 3_240_000.0
Layers = dict[str, gpd.GeoDataFrame]
WORDS = [
    "",
    " ",
    "约300户",
    "-5",
    "1e400",
    "nan",
    "5.1E+11",
    "５１０",
    "\x00",
    "?",
    "户" * 300,
    "0",
    "3.5",
]
WORDS += ["510302001001", "51030200100", "<script>", "=1+1", "9" * 400, "是", "2024-01-01", "1/0"]


def county() -> Layers:
    """Return a county with something in every layer."""
    towns = [box(X + 300 * at, Y, X + 300 * (at + 1), Y + 200) for at in range(3)]
    homes = [
        box(X + 20 + 40 * at, Y + 20 + 60 * row, X + 45 + 40 * at, Y + 50 + 60 * row)
        for row in range(3)
        for at in range(21)
    ]
    lines = [
        LineString([(X, Y + 70), (X + 900, Y + 70)]),
        LineString([(X + 150, Y), (X + 150, Y + 200)]),
    ]
    frames = {
        "communities": {
            "code": ["510302001001", "510302001002", "510302101201"],
            "name": ["甲社区居民委员会", "乙社区居民委员会", "丙村村民委员会"],
        },
        "buildings": {
            "building_id": [f"h{at:02d}" for at in range(63)],
            "households": [10 + at % 17 for at in range(63)],
            "persons": [30 + at % 23 for at in range(63)],
            "floors": [float(1 + at % 6) for at in range(63)],
            "use": ["住宅", "商业", None] * 21,
            "compound_id": ["X1" if at < 4 else None for at in range(63)],
            "address": [f"釜溪路{at}号" for at in range(63)],
        },
        "roads": {"highway": ["支路", "主干道"], "name": ["釜溪路", None]},
        "barriers": {"kind": ["river"], "name": ["釜溪河"]},
        "sites": {"site_id": ["S1"], "name": ["小学"], "kind": ["school"], "dedicated": ["1"]},
        "compounds": {"compound_id": ["X1"], "name": ["甲苑"]},
    }
    shapes: dict[str, list[Any]] = {
        "communities": towns,
        "buildings": homes,
        "roads": lines,
        "barriers": [LineString([(X + 620, Y), (X + 640, Y + 200)])],
        "sites": [box(X + 335, Y + 10, X + 455, Y + 60)],
        "compounds": [box(X + 15, Y + 15, X + 190, Y + 55)],
    }
    return {
        key: gpd.GeoDataFrame(data, geometry=shapes[key], crs=CRS) for key, data in frames.items()
    }


def odd_shape(rng: random.Random, shape: Any) -> Any:
    """Return a shape nobody would draw."""
    x, y = (rng.uniform(X - 100, X + 1000), rng.uniform(Y - 100, Y + 300))
    ways: list[Callable[[], Any]] = [
        lambda: None,
        lambda: Polygon(),
        lambda: Point(x, y),
        lambda: LineString([(x, y), (x + 9, y)]),
        lambda: Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)]),
        lambda: Polygon([(x, y), (x, y), (x, y), (x, y)]),
        lambda: Polygon([(x, y), (x + 9, y), (x + 4, y), (x, y)]),
        lambda: Polygon([(x, y), (x + 9, y), (np.nan, y), (x, y + 9)]),
        lambda: Polygon([(x, y), (np.inf, y), (x, y + 9)]),
        lambda: box(1e18, 1e18, 1e19, 1e19),
        lambda: box(0, 0, 1, 1),
        lambda: box(x, y, x + 1e-9, y + 1e-9),
        lambda: box(X - 1e4, Y - 1e4, X + 1e4, Y + 1e4),
        lambda: MultiPolygon([box(x, y, x + 9, y + 9), box(x + 5, y, x + 20, y + 9)]),
        lambda: GeometryCollection([box(x, y, x + 9, y + 9), Point(x, y)]),
        lambda: GeometryCollection(),
        lambda: shapely.force_3d(box(x, y, x + 9, y + 9), 5),
        lambda: shapely.reverse(shape) if shape is not None else None,
        lambda: shapely.transform(shape, lambda xy: xy[:, ::-1]) if shape is not None else None,
        lambda: Polygon([(x, y), (x + 9, y), (x + 9, y + 9), (x + 4, y + 1e-12), (x, y + 9)]),
    ]
    with np.errstate(invalid="ignore"):
        return rng.choice(ways)()


def damage_shapes(rng: random.Random, layers: Layers) -> str:
    """Replace some shapes of a layer."""
    key = rng.choice(list(layers))
    frame = layers[key]
    shapes = list(frame.geometry)
    for at in rng.sample(range(len(shapes)), k=min(len(shapes), rng.choice((1, 1, 2, 99)))):
        shapes[at] = odd_shape(rng, shapes[at])
    layers[key] = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    return f"shapes of {key}"


def damage_values(rng: random.Random, layers: Layers) -> str:
    """Replace some values of a column, perhaps its type."""
    key = rng.choice(list(layers))
    frame = layers[key].copy()
    name = rng.choice([item for item in frame.columns if item != "geometry"])
    values = frame[name].astype(object).tolist()
    kind = rng.choice(("words", "numbers", "empty", "same", "number"))
    for at in rng.sample(range(len(values)), k=rng.randint(min(1, len(values)), len(values))):
        values[at] = {
            "words": rng.choice(WORDS),
            "numbers": rng.choice((-1, 0, 1e300, -1e300, 3.5, 2**53 + 1, 999_999_999_999, 5000)),
            "empty": None,
            "same": values[0],
            "number": str(rng.randint(-9, 10**13)),
        }[kind]
    if kind == "numbers":
        frame[name] = pd.Series(
            [item if isinstance(item, (int, float)) else np.nan for item in values],
            index=frame.index,
            dtype=float,
        )
    else:
        frame[name] = pd.Series(
            [None if item is None else str(item) for item in values], index=frame.index
        )
    layers[key] = frame
    return f"{kind} in {key}.{name}"


def damage_columns(rng: random.Random, layers: Layers) -> str:
    """Drop, rename or double a column, a row or a layer."""
    key = rng.choice(list(layers))
    frame = layers[key]
    name = rng.choice([item for item in frame.columns if item != "geometry"])
    what = rng.choice(("drop", "rename", "rows", "double", "layer", "twice"))
    if what == "drop":
        layers[key] = frame.drop(columns=name)
    elif what == "rename":
        layers[key] = frame.rename(
            columns={name: rng.choice(("户数", "HS", "x", "代码", "geom", "名称"))}
        )
    elif what == "rows":
        layers[key] = frame.iloc[: rng.randint(0, len(frame))]
    elif what == "double":
        layers[key] = pd.concat([frame, frame], ignore_index=True)
    elif what == "layer":
        del layers[key]
    else:
        layers[rng.choice(("楼栋", "社区", "道路"))] = frame
    return f"{what} {key}.{name}"


def damage_crs(rng: random.Random, layers: Layers) -> str:
    """Say another CRS, none, or move the coordinates."""
    key = rng.choice(list(layers))
    frame = layers[key]
    epsg = rng.choice((None, 4490, 4326, 3857, 4523, 4548, 2380, 2432, 4610, 32648, 4979, 6677))
    if epsg is not None and frame.crs is not None and rng.random() < 0.4:
        layers[key] = frame.to_crs(epsg)
    else:
        layers[key] = frame.set_crs(epsg, allow_override=True)
    return f"crs {epsg} of {key}"


def damage_bytes(rng: random.Random, folder: Path) -> str:
    """Cut a file, or change some of its bytes."""
    path = rng.choice(sorted(item for item in folder.iterdir() if item.is_file()))
    data = bytearray(path.read_bytes())
    what = rng.choice(("cut", "flip", "flip", "zero", "empty", "head", "name", "gone"))
    if what == "cut":
        data = data[: rng.randint(0, len(data))]
    elif what == "flip":
        for _ in range(rng.choice((1, 8, 200))):
            data[rng.randrange(len(data))] = rng.randrange(256)
    elif what == "zero":
        start = rng.randrange(len(data))
        data[start : start + 512] = bytes(min(512, len(data) - start))
    elif what == "empty":
        data = bytearray()
    elif what == "head":
        data[:16] = bytes(rng.randrange(256) for _ in range(16))
    if what == "gone":
        path.unlink()
    else:
        path.write_bytes(data)
    if what == "name":
        path.rename(
            path.with_suffix(rng.choice((".shp", ".gpkg", ".xlsx", ".csv", ".zip", ".fgb")))
        )
    return f"{what} {path.name}"


def write(rng: random.Random, layers: Layers, folder: Path) -> Path:
    """Write a county in one of the formats; return what to read."""
    form = rng.choice(("gpkg", "shp", "geojson", "csv"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for key, frame in layers.items():
            try:
                if form == "gpkg":
                    pyogrio.write_dataframe(frame, folder / "in.gpkg", layer=key)
                elif form == "csv" and key == "buildings":
                    table = pd.DataFrame(frame.drop(columns="geometry"))
                    table.assign(wkt=frame.geometry.to_wkt()).to_csv(folder / f"{key}.csv")
                else:
                    suffix = "shp" if form == "shp" else "geojson"
                    pyogrio.write_dataframe(frame, folder / f"{key}.{suffix}")
            except (
                pyogrio.errors.DataSourceError,
                pyogrio.errors.GeometryError,
                ValueError,
                RuntimeError,
                TypeError,
                AttributeError,
            ):
                # what the format cannot hold (a column twice) cannot come in through it
                continue
    return folder / "in.gpkg" if form == "gpkg" and rng.random() < 0.7 else folder


def one(seed: int, folder: Path) -> tuple[str, str]:
    """Make and read one input; return what was done to it and how it ended."""
    rng = random.Random(seed)
    layers = county()
    damages = (damage_shapes, damage_values, damage_values, damage_columns, damage_crs)
    done = [rng.choice(damages)(rng, layers) for _ in range(rng.randint(1, 3)) if layers]
    source = write(rng, layers, folder)
    if rng.random() < 0.35 and any(item.is_file() for item in folder.iterdir()):
        done.append(damage_bytes(rng, folder))
    told = "; ".join(done)
    try:
        if seed % 10 == 0:
            partition_files(source, folder / "out")
        else:
            check_layers(read_layers(source).layers)
    except GridtoolError as error:
        error.text("zh")
        return told, error.code
    return told, "done"


def main() -> None:
    """Run many; print what ended badly, and how the others ended."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    start = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    ends: Counter[str] = Counter()
    for seed in range(start, start + count):
        folder = Path(tempfile.mkdtemp())
        try:
            ends[one(seed, folder)[1]] += 1
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            print(f"seed {seed}: {type(error).__name__}: {error} ({place.filename}:{place.lineno})")
            ends["FAULT"] += 1
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print(dict(ends.most_common()))
    sys.exit(ends["FAULT"] > 0)


if __name__ == "__main__":
    warnings.simplefilter("error")
    main()
