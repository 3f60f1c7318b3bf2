"""Draw the pictures of the README from the sample county: ``python docs/pictures.py``.

The colours are read from the map styles that gridtool writes for QGIS. Names need a Chinese font;
without one the script says so and stops, for a picture full of boxes is worse than none.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import geopandas as gpd
import matplotlib as mpl
import shapely
from matplotlib import font_manager, ft2font
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from PIL import Image

import gridtool
from gridtool.columns import road_class
from gridtool.export.styles import layer_style

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "sample_data" / "county.gpkg"
IMAGES = HERE / "img"
CLOSEUP = "510302001003"

FONTS = ("NotoSansCJK", "SourceHanSans", "msyh", "PingFang", "simhei", "wqy-microhei", "wqy-zenhei")
INK, GROUND, WATER, RAIL, UNIT = "#2c3a47", "#f1efe8", "#b5d6e8", "#4a4a4a", "#6d7680"
ROADS = {
    "minor": ("#ffffff", 0.5, "小路 path"),
    "local": ("#ffffff", 1.3, "支路 local street"),
    "collector": ("#f6dc8c", 2.2, "次干道 collector"),
    "major": ("#eeb45a", 3.2, "主干道 major road"),
}
MARGIN_M = 30.0

Frames = dict[str, gpd.GeoDataFrame]


class Class(NamedTuple):
    """One line of a legend: the value (or least value), its colour and label."""

    value: str
    colour: tuple[float, ...]
    label: str


def use_chinese_font() -> None:
    """Have matplotlib draw with an installed font that knows Chinese, known good ones first.

    Raises
    ------
    SystemExit
        When there is none.
    """

    def rank(path: str) -> int:
        return next((at for at, name in enumerate(FONTS) if name in Path(path).name), len(FONTS))

    for path in sorted(font_manager.findSystemFonts(), key=lambda path: (rank(path), path)):
        try:
            font = ft2font.FT2Font(path)
            known = all(ord(letter) in font.get_charmap() for letter in "网格划社区")
        except (OSError, RuntimeError):
            continue
        if known:
            font_manager.fontManager.addfont(path)
            mpl.rcParams["font.family"] = font.family_name
            return
    sys.exit("no font with Chinese characters found; install one, such as fonts-wqy-microhei")


def legend_of(layer: str) -> list[Class]:
    """Return the classes of an output layer's QGIS style."""
    rules = asdict(gridtool.Rules())
    entries = []
    for lang in ("zh", "en"):
        tree = ET.fromstring(layer_style(layer, ["polygon"], lang, rules=rules).split("\n", 1)[1])
        colour = {
            symbol.attrib["name"]: option.attrib["value"]
            for symbol in tree.iter("symbol")
            for option in symbol.findall(".//Option[@name='color']")
        }
        items = [item.attrib for tag in ("category", "range") for item in tree.iter(tag)]
        entries.append([(item, colour[item["symbol"]]) for item in items])
    return [
        Class(
            zh.get("value") or zh["lower"],
            tuple(int(part) / 255 for part in rgba.split(",")),
            _both(zh["label"], en["label"]),
        )
        for (zh, rgba), (en, _) in zip(*entries, strict=True)
    ]


def _both(zh: str, en: str) -> str:
    """Return a label in both languages, without what is in brackets or said twice."""
    zh, en = zh.split("（")[0], en.split(" (")[0]
    return f"{zh} {en.removeprefix(zh.split(' ')[0]).strip()}"


def draw_base(axes: Axes, layers: Frames, buildings: gpd.GeoDataFrame, *, scale: float) -> None:
    """Draw water, streets, railway and the buildings by their households."""
    barriers = layers["barriers"]
    barriers[barriers["kind"] == "river"].plot(ax=axes, color=WATER, zorder=2)
    classes = layers["roads"]["highway"].map(road_class)
    for at, (name, (colour, width, _)) in enumerate(ROADS.items()):
        lines = layers["roads"][classes == name]
        casing = width * scale + 0.8
        lines.plot(ax=axes, color="#b9b4a6", linewidth=casing, capstyle="round", zorder=3)
        lines.plot(
            ax=axes, color=colour, linewidth=width * scale, capstyle="round", zorder=3.1 + at / 10
        )
    rail = barriers[barriers["kind"] == "rail"]
    rail.plot(ax=axes, color=RAIL, linewidth=1.8 * scale, zorder=3.6)
    rail.plot(ax=axes, color="#ffffff", linewidth=0.8 * scale, linestyle=(0, (4, 4)), zorder=3.7)
    steps = legend_of("buildings")
    for item, after in zip(steps, [*steps[1:], None], strict=True):
        held = buildings["households"] >= int(item.value)
        if after:
            held &= buildings["households"] < int(after.value)
        if held.any():
            buildings[held].plot(ax=axes, color=[item.colour], edgecolor="none", zorder=5)


def draw_grids(axes: Axes, grids: gpd.GeoDataFrame, *, width: float) -> None:
    """Fill grids by the rule of their size, with a dark outline."""
    for item in legend_of("grids"):
        some = grids[grids["size_rule"] == item.value]
        if len(some):
            some.plot(ax=axes, color=[item.colour], edgecolor="none", zorder=1)
    grids.boundary.plot(ax=axes, color=INK, linewidth=width, zorder=6)


def spots(grids: gpd.GeoDataFrame) -> Iterator[tuple[object, float, float]]:
    """Yield each grid with its centroid or, where that is near its border, its widest place."""
    for grid in grids.itertuples():
        radius = shapely.maximum_inscribed_circle(grid.geometry, tolerance=2.0)
        middle = grid.geometry.centroid
        room = grid.geometry.boundary.distance(middle)
        inside = grid.geometry.contains(middle) and room > 0.6 * radius.length
        yield grid, *(middle if inside else shapely.Point(radius.coords[0])).coords[0]


def write_name(axes: Axes, x: float, y: float, text: str, size: float, **style: object) -> None:
    """Write a label with a white halo."""
    halo = [withStroke(linewidth=size * 0.33, foreground=(1, 1, 1, 0.9))]
    style = {"color": INK, "linespacing": 1.15, "zorder": 9, **style}
    axes.text(x, y, text, fontsize=size, ha="center", va="center", path_effects=halo, **style)


def frame_map(axes: Axes, bounds: tuple[float, ...], *, bar_m: int) -> None:
    """Set the extent and draw a scale bar in the lower left corner."""
    west, south, east, north = bounds
    axes.set_xlim(west - MARGIN_M, east + MARGIN_M)
    axes.set_ylim(south - MARGIN_M * 1.6, north + MARGIN_M)
    axes.set_aspect("equal")
    axes.set_axis_off()
    y = south - MARGIN_M * 0.9
    axes.plot([west, west + bar_m], [y, y], color=INK, linewidth=2.5, zorder=9)
    axes.text(west + bar_m + 8, y, f"{bar_m} m", fontsize=8, va="center", color=INK)


def add_legend(figure: plt.Figure, grids: gpd.GeoDataFrame, *, units: bool) -> None:
    """Put the legend under the map; of the rules only those that occur."""
    fills = [
        Patch(facecolor=item.colour, edgecolor=INK, linewidth=0.6, label=item.label)
        for item in legend_of("grids")
        if (grids["size_rule"] == item.value).any()
    ]
    steps = [
        Patch(color=item.colour, label=f"每栋 a building: {item.label.replace(' 户 ', ' 户')}")
        for item in legend_of("buildings")
    ]
    lines = [
        Line2D([], [], color=colour, linewidth=width + 1, label=label, path_effects=[outline])
        for colour, width, label in reversed(list(ROADS.values())[1:])
        for outline in [withStroke(linewidth=width + 2, foreground="#b9b4a6")]
    ]
    last = (
        Line2D([], [], color=UNIT, linewidth=0.9, label="单元 unit")
        if units
        else Patch(color=WATER, label="河流 river")
    )
    borders = [
        Line2D([], [], color=INK, linewidth=3.6, label="社区界 community"),
        Line2D([], [], color=INK, linewidth=1.5, label="网格界 grid"),
        last,
    ]
    figure.legend(
        handles=[*fills, *steps, *lines, *borders],
        loc="outside lower center",
        ncols=5,
        fontsize=8,
        frameon=False,
        labelcolor=INK,
        handlelength=1.8,
    )


def save(figure: plt.Figure, name: str) -> None:
    """Write a PNG with a palette, to stay small."""
    picture = BytesIO()
    figure.savefig(picture, dpi=130, facecolor="white")
    plt.close(figure)
    path = IMAGES / name
    image = Image.open(picture).convert("RGB")
    palette = image.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    palette.save(path, optimize=True)
    print(f"{path.relative_to(HERE.parent)}: {path.stat().st_size // 1024} KB, {image.size}")


def draw_town(layers: Frames, division: gridtool.Division) -> None:
    """Draw the grids of all urban communities."""
    town = layers["communities"][layers["communities"]["kind"] == "community"]
    grids = division.grids[division.grids["community_code"].isin(town["code"])]
    buildings = division.buildings[division.buildings["community_code"].isin(town["code"])]
    figure, axes = plt.subplots(figsize=(13, 9.3), layout="constrained")
    layers["communities"].plot(ax=axes, color=GROUND, edgecolor="none", zorder=0)
    draw_grids(axes, grids, width=1.3)
    draw_base(axes, layers, buildings, scale=0.75)
    town.boundary.plot(ax=axes, color=INK, linewidth=3.4, zorder=7)
    for grid, x, y in spots(grids):
        text = grid.grid_name.removesuffix("网格")
        people = f"\n{grid.households} 户" if grid.households else ""
        write_name(axes, x, y, text + people, 7.5)
    frame_map(axes, town.total_bounds, bar_m=200)
    add_legend(figure, grids, units=False)
    save(figure, "sample_grids.png")


def draw_closeup(layers: Frames, division: gridtool.Division) -> None:
    """Draw one community with its units."""
    here = layers["communities"][layers["communities"]["code"] == CLOSEUP]
    grids, units, buildings = (
        frame[frame["community_code"] == CLOSEUP]
        for frame in (division.grids, division.units, division.buildings)
    )
    figure, axes = plt.subplots(figsize=(11, 7), layout="constrained")
    others = division.grids[division.grids["community_code"] != CLOSEUP]
    others.plot(ax=axes, color=GROUND, edgecolor="#c4c1b8", linewidth=0.7, zorder=0)
    draw_grids(axes, grids, width=2.4)
    draw_base(axes, layers, buildings, scale=1.3)
    units.boundary.plot(ax=axes, color=UNIT, linewidth=0.5, zorder=5.5)
    here.boundary.plot(ax=axes, color=INK, linewidth=4.2, zorder=7)
    for grid, x, y in spots(grids):
        people = f"\n{grid.households} 户 {grid.persons} 人" if grid.households else ""
        write_name(axes, x, y, f"{grid.grid_name}{people}", 9.5)
    frame_map(axes, here.total_bounds, bar_m=100)
    axes.set_title(f"{here['name'].iloc[0]} {CLOSEUP}", fontsize=13, color=INK)
    add_legend(figure, grids, units=True)
    save(figure, "closeup.png")


def main() -> None:
    """Divide the sample and draw both pictures."""
    use_chinese_font()
    inputs = gridtool.read_layers(SAMPLE)
    division = gridtool.partition(**inputs.layers, crs=inputs.crs)
    IMAGES.mkdir(exist_ok=True)
    draw_town(inputs.layers, division)
    draw_closeup(inputs.layers, division)


if __name__ == "__main__":
    main()
