"""Draw the gallery of the sample county: ``python docs/gallery.py``.

Ten communities and villages, each as it comes in and as it goes out, drawn with the same colours.
Every picture was looked at: would a community worker accept these borders?
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from gridtool.columns import road_class
from gridtool.pipeline import partition_files

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "sample_data" / "county.gpkg"
PICTURES = HERE / "gallery"
CHOSEN = {
    "510302001002": "two quarters either side of a main road",
    "510302001003": "a compound of 900 households parted along its lanes; two dedicated grids",
    "510302001005": "compounds of 450 households alone, old quarters shared along their lanes",
    "510302001006": "four grids along streets",
    "510302001007": "ground on both banks of a river; a hospital that leaves a street to others",
    "510302002001": "a compound of 280 households that fits with none beside it",
    "510302002004": "one building of 620 households",
    "510302002005": "a compound of 240 households among larger ones: a grid passes along them",
    "510302101204": "a village of 690 households: the border follows the road as far as it goes",
    "510302101208": "a village of 940 households",
}
INK, STREET, ROADS = "#222222", "#9a9a9a", {"major": 2.4, "collector": 1.6, "local": 0.9}
FILLS = ("#f4d7c3", "#cfe3d4", "#d3dcef", "#f1e6b8", "#e5d0e6", "#c9e6ea", "#e9d9c4", "#dcdcdc")


def draw_ground(axes: Axes, layers: dict[str, gpd.GeoDataFrame], frame: gpd.GeoDataFrame) -> None:
    """Draw the streets and buildings inside a frame."""
    west, south, east, north = frame.total_bounds
    roads = layers["roads"]
    for kind, width in ROADS.items():
        some = roads[roads["highway"].map(road_class) == kind]
        if len(some):
            some.plot(ax=axes, color=STREET, lw=width, zorder=2)
    layers["barriers"].plot(ax=axes, color="#b5d6e8", zorder=1)
    layers["buildings"].plot(
        ax=axes, column="households", cmap="YlOrRd", vmin=0, vmax=120, lw=0, zorder=3
    )
    margin = 0.03 * max(east - west, north - south)
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - margin, north + margin)
    axes.set_axis_off()


def draw(code: str, layers: dict[str, gpd.GeoDataFrame], grids: gpd.GeoDataFrame) -> None:
    """Draw one community before and after."""
    frame = layers["communities"][layers["communities"]["code"] == code]
    mine = grids[grids["community_code"] == code].sort_values("grid_code")
    west, south, east, north = frame.total_bounds
    figure, sides = plt.subplots(1, 2, figsize=(14, 0.6 + 7 * (north - south) / (east - west)))
    for axes in sides:
        draw_ground(axes, layers, frame)
        frame.boundary.plot(ax=axes, color=INK, lw=1.2, zorder=4)
    fills = [FILLS[at % len(FILLS)] for at in range(len(mine))]
    mine.plot(ax=sides[1], color=fills, alpha=0.75, zorder=1.5)
    mine.boundary.plot(ax=sides[1], color="#7a1f5c", lw=2.0, zorder=5)
    for grid in mine.itertuples():
        spot = grid.geometry.representative_point()
        mark = " D" if grid.grid_kind == "dedicated" else ""
        sides[1].annotate(
            f"{grid.grid_code[-3:]}{mark}\n{grid.households}",
            (spot.x, spot.y),
            ha="center",
            va="center",
            fontsize=9,
            zorder=6,
            bbox={"boxstyle": "round,pad=0.2", "fc": "white", "ec": "none", "alpha": 0.75},
        )
    figure.tight_layout()
    figure.savefig(PICTURES / f"{code}.png", dpi=70)
    plt.close(figure)


def write_page(layers: dict[str, gpd.GeoDataFrame]) -> None:
    """Write the page that shows the pictures."""
    names = layers["communities"].set_index("code")["name"]
    lines = [
        "# 图集 Gallery",
        "",
        "示例区县的十个社区和村：左为划分前（道路、楼栋，颜色越深户数越多），右为划分后（网格编号、户数，"
        "D 为专属网格）。由 `python docs/gallery.py` 画出。",
        "",
        "Ten communities and villages of the sample county, before (streets and buildings, darker "
        "with more households) and after (number and households of each grid, D for dedicated). "
        "Drawn by `python docs/gallery.py`.",
    ]
    for code, text in CHOSEN.items():
        lines += ["", f"## {names[code]} {code}", "", text.capitalize() + ".", ""]
        lines += [f"![{code}](gallery/{code}.png)"]
    (HERE / "gallery.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Divide the sample county and draw ten of its communities."""
    mpl.use("Agg")
    PICTURES.mkdir(exist_ok=True)
    names = ("communities", "buildings", "roads", "barriers")
    layers = {name: gpd.read_file(SAMPLE, layer=name) for name in names}
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("out")
    division, _ = partition_files(SAMPLE, out, overwrite=True)
    for code in CHOSEN:
        draw(code, layers, division.grids)
    write_page(layers)


if __name__ == "__main__":
    main()
