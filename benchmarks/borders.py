"""Say which major roads lie inside grids: ``python benchmarks/borders.py [INPUT ...]``.

For every community: the major road between its units, the metres of it with the same grid on both
sides, and of these the ones that are forced (`gridtool.graph.measure_roads`): between quarters that
no number of grids fits alone, in ground that is one grid in any division, inside a dedicated site.
Beside it, from the drawn shapes alone and without units: the share of all major road further than
6 m from any border. It counts what no choice of border can mend too: a roundabout and a road of two
carriageways have one side in a grid.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import geopandas as gpd
import shapely

from gridtool.columns import MAJOR, road_class
from gridtool.pipeline import Division, Settings, partition
from gridtool.read import read_layers

SAMPLE = Path(__file__).resolve().parents[1] / "sample_data" / "county.gpkg"
_BESIDE_M = 6.0
_FIGURES = ("major_road_m", "major_road_inside_m", "major_road_forced_m")


def divide(path: Path) -> tuple[dict[str, gpd.GeoDataFrame], Division]:
    """Return the layers of a file and their division."""
    layers = dict(read_layers(path).layers)
    division = partition(
        layers["communities"],
        layers["buildings"],
        roads=layers.get("roads"),
        compounds=layers.get("compounds"),
        sites=layers.get("sites"),
        barriers=layers.get("barriers"),
        settings=Settings(),
    )
    return layers, division


def drawn(layers: dict[str, gpd.GeoDataFrame], division: Division) -> tuple[float, float]:
    """Return the metres of major road on the ground, and of it further from any border."""
    grids = division.grids
    roads, places = (layers[name].to_crs(grids.crs) for name in ("roads", "communities"))
    major = roads.geometry[roads["highway"].map(road_class) == MAJOR].to_numpy()
    ground = shapely.union_all(places.geometry.to_numpy())
    line = shapely.intersection(shapely.union_all(major), ground)
    rims = shapely.union_all(shapely.boundary(grids.geometry.to_numpy()))
    inner = shapely.difference(line, shapely.buffer(rims, _BESIDE_M, quad_segs=2))
    return float(shapely.length(line)), float(shapely.length(inner))


def report(path: Path) -> None:
    """Print the table of one input."""
    layers, division = divide(path)
    print(f"{path.name}\n{'community':<14}{'grids':>6}{'major m':>9}{'inside':>8}{'forced':>8}")
    total = dict.fromkeys(_FIGURES, 0.0)
    for row in division.summary["communities"]:
        metres = [row[name] for name in _FIGURES]
        if metres[0]:
            print(f"{row['code']:<14}{row['grids']:>6}", "".join(f"{one:8.0f}" for one in metres))
        total = {name: total[name] + row[name] for name in _FIGURES}
    line, inner = drawn(layers, division)
    major, inside, forced = total.values()
    print(f"between units: {major:.0f} m, inside {inside / major:.1%}, forced {forced / major:.1%}")
    print(f"as drawn: {line:.0f} m, inside {inner / line:.1%}")
    print(f"inside and not forced: {(inner - forced) / line:.1%} of major roads as drawn\n")


def main() -> None:
    """Measure every input given."""
    parser = argparse.ArgumentParser(description="Say which major roads lie inside grids.")
    parser.add_argument("inputs", nargs="*", type=Path, default=[SAMPLE], metavar="INPUT")
    for path in parser.parse_args().inputs:
        report(path)


if __name__ == "__main__":
    main()
