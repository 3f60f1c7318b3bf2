"""A county of four grids with a few addresses, whose answers are known by hand."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import shapely

from gridtool.addresses import Checked, Gazetteer, Options, check_list
from gridtool.pipeline import Sources, make_index

CRS = "EPSG:4544"
# metres of the south-west corner: near Zigong, so that degrees and zone numbers are real
EAST, NORTH = 476_000.0, 3_248_000.0
A1, A2 = "510302001002001", "510302001002002"
B1, V1 = "510302002001001", "510302101205001"
NAMES = {
    A1: ("第一网格", "高山井社区第一网格", "510302001002", "高山井社区"),
    A2: ("第二网格", "高山井社区第二网格", "510302001002", "高山井社区"),
    B1: ("第一网格", "钟云山社区第一网格", "510302002001", "钟云山社区"),
    V1: ("第一网格", "百胜村第一网格", "510302101205", "百胜村"),
}
# side by side, from west to east, each a kilometre wide and high
COLUMNS = (A1, A2, B1, V1)
BUILDINGS = (
    ("b1", "四川省自贡市自流井区五星街街道汇盐大道200号", 200, 500),
    ("b2", "四川省自贡市自流井区五星街街道檀香街49号盐都家园1栋", 300, 500),
    ("b3", "四川省自贡市自流井区五星街街道檀香街49号盐都家园2栋", 400, 500),
    ("b4", "四川省自贡市自流井区五星街街道檀香街51号翠湖名城1栋", 1200, 500),
    ("b5", "四川省自贡市自流井区五星街街道檀香街53号附1号", 1300, 500),
    ("b6", "四川省自贡市自流井区东兴寺街道檀香街49号", 2300, 500),
    ("b7", "四川省自贡市自流井区东兴寺街道槐荫街12号翠湖名苑1栋", 2400, 500),
    ("b8", "四川省自贡市自流井区仲权镇百胜村3组7号", 3500, 500),
    ("b9", "四川省自贡市自流井区五星街街道滨溪路8号", 1400, 300),
    ("b10", "四川省自贡市自流井区五星街街道滨溪路8号1栋", 1400, 320),
)


def write_grids(path: Path) -> Path:
    """Write the grids, and the buildings in a file beside them."""
    shapes = [
        shapely.box(EAST + 1000 * at, NORTH, EAST + 1000 * (at + 1), NORTH + 1000)
        for at in range(len(COLUMNS))
    ]
    keys = ("grid_name", "grid_full_name", "community_code", "community_name")
    rows = [
        {"grid_code": code, **dict(zip(keys, NAMES[code], strict=True)), "households": 400}
        for code in COLUMNS
    ]
    gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS).to_file(path, layer="grids")
    return path


def write_buildings(path: Path) -> Path:
    """Write the buildings, as points."""
    ids, texts, x, y = zip(*BUILDINGS, strict=True)
    frame = gpd.GeoDataFrame(
        {"building_id": ids, "address": texts},
        geometry=gpd.points_from_xy([EAST + v for v in x], [NORTH + v for v in y]),
        crs=CRS,
    )
    frame.to_file(path, layer="buildings")
    return path


def make_gazetteer(folder: Path, **more: Any) -> Path:
    """Write the index of the county."""
    sources = Sources(
        write_grids(folder / "grids.gpkg"), write_buildings(folder / "b.gpkg"), **more
    )
    make_index(sources, folder / "index")
    return folder / "index"


def write_csv(
    path: Path, header: Sequence[str], *rows: Sequence[object], encoding: str = "utf-8"
) -> Path:
    """Write a list."""
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        out.writerows(rows)
    return path


def checked(path: Path, index: Path, out: Path, **options: Any) -> tuple[Checked, list[dict]]:
    """Check a list; return what was found and the rows of the CSV."""
    with Gazetteer(index) as gazetteer:
        found = check_list(path, gazetteer, out, Options(**options), version="test")
    return found, read_csv(out / "addresses.csv")


def read_csv(path: Path) -> list[dict]:
    """Return the rows of a CSV by column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_sheet(path: Path, sheet: int) -> list[list[object]]:
    """Return the cells of a sheet of a workbook."""
    book = openpyxl.load_workbook(path)
    return [[cell.value for cell in row] for row in book.worksheets[sheet].iter_rows()]
