"""Time the sharing of ground against momepy: ``python benchmarks/units.py [INPUT]``.

momepy is not a dependency: ``pip install momepy`` first. Both divide the same street blocks among
the same buildings in one process: momepy's ``enclosed_tessellation`` with its default segment
(0.5 m) and with the one used here (8 m on footprints), and the stage ``units`` from the network to
units and borders, which momepy leaves to be done. Blocks are taken until there are enough
buildings. Kernels are compiled beforehand. CPU seconds count, so that others at work on the
machine do not; what may be compared between machines are the ratios.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gridtool.check import check_layers
from gridtool.read import read_layers
from gridtool.units import build_units
from gridtool.units.network import build_enclosures
from gridtool.units.shapes import FOOTPRINT_SPACING_M

SAMPLE = Path(__file__).resolve().parents[1] / "sample_data" / "county.gpkg"
_DEFAULT_M = 0.5


def seconds(job: Callable[[], Any], runs: int) -> float:
    """Return the least CPU seconds of some runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.process_time()
        job()
        best = min(best, time.process_time() - start)
    return best


def some_communities(layers: dict[str, gpd.GeoDataFrame], wanted: int) -> dict[str, Any]:
    """Return the layers of so many communities that they hold the buildings wanted."""
    communities, buildings = layers["communities"], layers["buildings"]
    held = buildings["community_code"].value_counts().reindex(communities["code"], fill_value=0)
    few = communities[(held.cumsum() - held < wanted).to_numpy()].reset_index(drop=True)
    inside = buildings[buildings["community_code"].isin(few["code"])]
    flat = shapely.get_dimensions(inside.geometry.to_numpy()) == 2
    return {**layers, "communities": few, "buildings": inside[flat].reset_index(drop=True)}


def main() -> None:
    """Measure one input."""
    parser = argparse.ArgumentParser(description="Time the sharing of ground against momepy.")
    parser.add_argument("input", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--buildings", type=int, default=3000, help="at least so many [3000]")
    args = parser.parse_args()
    try:
        import momepy
    except ModuleNotFoundError:
        print("skipped: momepy is not installed (pip install momepy)")
        sys.exit(0)

    layers, _ = check_layers(read_layers(args.input).layers)
    layers = some_communities(layers, args.buildings)
    layers.pop("compounds", None)
    layers.pop("sites", None)
    buildings, count = layers["buildings"], len(layers["buildings"])
    blocks = build_enclosures(
        layers["communities"],
        layers.get("roads"),
        layers.get("barriers"),
        buildings.geometry.to_numpy(),
    )
    enclosures = gpd.GeoDataFrame(
        {"eID": np.arange(len(blocks.polygons))}, geometry=blocks.polygons, crs=buildings.crs
    )
    build_units(layers)

    print(
        f"{args.input.name}: {count:,} buildings, {len(enclosures):,} blocks; "
        + ", ".join(f"{name} {version(name)}" for name in ("gridtool", "momepy", "shapely"))
    )
    ours = seconds(lambda: build_units(layers), 3)
    print(f"{'':<44}{'s':>8}{'ms/building':>13}{'ratio':>8}")
    print(f"{'gridtool, units and borders':<44}{ours:>8.2f}{1000 * ours / count:>13.3f}{1:>8.1f}")
    for segment in (FOOTPRINT_SPACING_M, _DEFAULT_M):
        peer = seconds(
            lambda segment=segment: momepy.enclosed_tessellation(
                buildings.geometry, enclosures.geometry, segment=segment, n_jobs=1
            ),
            1,
        )
        name = f"momepy.enclosed_tessellation, {segment:g} m"
        print(f"{name:<44}{peer:>8.2f}{1000 * peer / count:>13.3f}{peer / ours:>8.1f}")


if __name__ == "__main__":
    main()
