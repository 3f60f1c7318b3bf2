"""Draw ``preview.png`` from ``county.gpkg``.

Names are drawn in Chinese if the machine has a Chinese font, else communities are labelled with
the last digits of their codes. Run ``python sample_data/preview.py``.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import geopandas as gpd
import matplotlib as mpl
import pyogrio
from matplotlib import font_manager
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.patheffects import withStroke
from PIL import Image

HERE = Path(__file__).resolve().parent
FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "SimHei", "PingFang SC",
         "WenQuanYi Zen Hei", "WenQuanYi Micro Hei")  # fmt: skip
ROADS = {
    "primary": ("#e8a33d", 1.9), "tertiary": ("#d9c46a", 1.3), "residential": ("#a9a9a9", 0.6),
    "service": ("#a9a9a9", 0.5), "footway": ("#c9958a", 0.5),
}  # fmt: skip
STEPS = [0, 1, 3, 6, 12, 30, 60, 120, 240, 700]
SITES = {"school": "#7fb069", "hospital": "#e07a7a", "market": "#c29ad6", "park": "#9aa5b1",
         "office": "#6fa8dc", "mall": "#e6a8d7", "enterprise": "#b8b08d"}  # fmt: skip


def chinese_font() -> str | None:
    """Return an installed Chinese font, if any."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in FONTS if name in installed), None)


def draw(axes: Axes, layers: dict[str, gpd.GeoDataFrame], detail: bool, chinese: bool) -> None:
    """Draw all layers into one map.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    layers : dict of str to GeoDataFrame
        The county.
    detail : bool
        Whether this is the map of the town alone.
    chinese : bool
        Whether names can be drawn in Chinese.
    """
    scale = 1.0 if detail else 0.45
    communities, barriers = layers["communities"], layers["barriers"]
    communities.plot(ax=axes, color="#f7f5ef", edgecolor="none")
    barriers[barriers["kind"] == "river"].plot(ax=axes, color="#a9d3e8")
    layers["compounds"].plot(ax=axes, color="#e3ecd8", edgecolor="#9db38a", linewidth=0.5 * scale)
    for kind, group in layers["sites"].groupby("kind"):
        group.plot(ax=axes, color=SITES[kind], alpha=0.5, edgecolor="none")
    for kind, (colour, width) in reversed(ROADS.items()):
        group = layers["roads"][layers["roads"]["highway"] == kind]
        group.plot(ax=axes, color=colour, linewidth=width * scale)
    barriers[barriers["kind"] == "rail"].plot(ax=axes, color="#333333", linewidth=1.6 * scale)
    colours = mpl.colormaps["YlOrRd"].resampled(len(STEPS) - 1)
    layers["buildings"].plot(
        ax=axes, column="households", cmap=colours, norm=BoundaryNorm(STEPS, colours.N),
        edgecolor="#555555", linewidth=0.15 if detail else 0.05,
    )  # fmt: skip
    communities.boundary.plot(ax=axes, color="#7a2f8f", linewidth=1.3 * scale, linestyle="--")
    label(axes, communities, detail, chinese)
    axes.set_axis_off()
    axes.set_aspect("equal")


def label(axes: Axes, communities: gpd.GeoDataFrame, detail: bool, chinese: bool) -> None:
    """Write the names (or codes) of communities, in the map of the county those of villages."""
    halo = [withStroke(linewidth=2.5, foreground="white")]
    for row in communities.itertuples():
        if detail != (row.kind == "community"):
            continue
        spot = row.geometry.representative_point()
        text = row.name if chinese else row.code[6:]
        axes.text(spot.x, spot.y, text, fontsize=9, ha="center", color="#5b1a70", path_effects=halo)


def main() -> None:
    """Draw the county on the left and the town on the right."""
    font = chinese_font()
    if font:
        mpl.rcParams["font.family"] = font
    path = HERE / "county.gpkg"
    names = pyogrio.list_layers(path)[:, 0]
    layers = {name: gpd.read_file(path, layer=name) for name in names}
    figure, panels = plt.subplots(
        1, 2, figsize=(16, 6.6), width_ratios=(1.0, 1.75), layout="constrained"
    )
    for axes, detail in zip(panels, (False, True), strict=True):
        draw(axes, layers, detail, font is not None)
    town = layers["communities"].query("kind == 'community'").total_bounds
    panels[1].set_xlim(town[0] - 40, town[2] + 40)
    panels[1].set_ylim(town[1] - 40, town[3] + 40)
    norm = BoundaryNorm(STEPS, len(STEPS) - 1)
    shades = mpl.cm.ScalarMappable(norm, mpl.colormaps["YlOrRd"].resampled(len(STEPS) - 1))
    bar = figure.colorbar(shades, ax=panels, orientation="horizontal", shrink=0.4, pad=0.02)
    bar.set_label("户 / households" if font else "households per building")
    picture = BytesIO()
    figure.savefig(picture, dpi=120)
    Image.open(picture).convert("RGB").quantize(96).save(HERE / "preview.png", optimize=True)


if __name__ == "__main__":
    main()
