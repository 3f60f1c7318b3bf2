"""Time the sharing of ground against momepy: ``python benchmarks/units.py [INPUT]``.

momepy is not a dependency: ``pip install momepy`` first. Both divide the same street blocks among
the same buildings in one process: momepy's ``enclosed_tessellation`` with its default segment
(0.5 m) and with the one used here (8 m on footprints). Of gridtool two spans are told: the sharing
of ground alone, which is what momepy does (footprints made fit, a seamless layer of one polygon a
building; borders and their metres come with it), and the whole stage ``units``, from the network
to units with their counts, which momepy leaves to be done. Blocks are taken until there are enough
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

import gridtool
from gridtool.check import check_layers
from gridtool.read import read_layers
from gridtool.rules import RULES
from gridtool.units import build_units
from gridtool.units.claims import plan_claims
from gridtool.units.network import Enclosures, build_enclosures
from gridtool.units.shapes import FOOTPRINT_SPACING_M, fit_shapes
from gridtool.units.shares import share_ground

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


def ground_sharing(layers: dict[str, Any], blocks: Enclosures) -> Callable[[], Any]:
    """Return what shares the ground of blocks among the buildings, and no more."""
    communities, buildings = layers["communities"], layers["buildings"]
    place = {code: at for at, code in enumerate(communities["code"])}
    home = buildings["community_code"].map(place).to_numpy(dtype=np.int64)
    plan, _ = plan_claims(layers, home, RULES, level=np.zeros(len(communities), dtype=np.int64))
    return lambda: share_ground(blocks, fit_shapes(plan.claims, blocks)[0])


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
        + f"gridtool {gridtool.__version__}, "
        + ", ".join(f"{name} {version(name)}" for name in ("momepy", "shapely"))
    )
    shared = seconds(ground_sharing(layers, blocks), 3)
    ours = seconds(lambda: build_units(layers), 3)
    print(f"{'':<44}{'s':>8}{'ms/building':>13}{'x sharing':>11}{'x stage':>9}")
    for name, own in (
        ("gridtool, ground shared (as momepy)", shared),
        ("gridtool, the whole stage", ours),
    ):
        print(f"{name:<44}{own:>8.2f}{1000 * own / count:>13.3f}")
    for segment in (FOOTPRINT_SPACING_M, _DEFAULT_M):
        peer = seconds(
            lambda segment=segment: momepy.enclosed_tessellation(
                buildings.geometry, enclosures.geometry, segment=segment, n_jobs=1
            ),
            1,
        )
        name = f"momepy.enclosed_tessellation, {segment:g} m"
        print(
            f"{name:<44}{peer:>8.2f}{1000 * peer / count:>13.3f}"
            f"{peer / shared:>11.1f}{peer / ours:>9.1f}"
        )


if __name__ == "__main__":
    main()
