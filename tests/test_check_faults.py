"""Faults planted in the sample county: each yields its finding, and nothing else."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely.affinity import translate
from shapely.geometry import LineString, Polygon, box

from gridtool.check import check_layers
from gridtool.errors import DataError
from gridtool.findings import refuse_errors, sort_findings
from gridtool.messages import CATALOGUE, ERROR
from gridtool.pipeline import check_files, partition
from gridtool.read import read_frames

Frames = dict[str, Any]
TOWN_A, TOWN_B = "510302001002", "510302001003"
VILLAGE = "510302101201"


@pytest.fixture(scope="module")
def clean(sample: dict[str, gpd.GeoDataFrame]) -> Frames:
    """Return the layers of the sample as the stage takes them, with tables that fit."""
    layers: Frames = dict(read_frames(sample).layers)
    checked, _ = check_layers(layers)
    homes = checked["buildings"]
    sums = homes.groupby("community_code")[["households", "persons"]].sum().reset_index()
    known = layers["communities"]
    layers["counts"] = pd.DataFrame(
        {"building_id": homes["building_id"], "households": homes["households"]}
    ).reset_index(drop=True)
    layers["totals"] = sums.rename(columns={"community_code": "code"})
    layers["codes"] = pd.DataFrame({"code": known["code"], "name": known["name"]})
    return layers


def found(layers: Frames) -> Counter[str]:
    return Counter(item.code for item in check_layers(layers)[1])


def test_the_clean_sample_is_clean(clean: Frames) -> None:
    # the one building across a line that the sample was made with
    assert found(clean) == {"GT113": 1}


# -- how to plant -------------------------------------------------------------------------------


def put(frame: pd.DataFrame, at: int, key: str, value: object) -> None:
    """Write one value, whatever the column's type."""
    frame[key] = frame[key].astype(object)
    frame.loc[frame.index[at], key] = value


def shape(layers: Frames, key: str, at: int, change: Callable[[Any], Any]) -> None:
    """Change one geometry."""
    frame = layers[key]
    shapes = frame.geometry.to_numpy().copy()
    shapes[at] = change(shapes[at])
    layers[key] = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def add(layers: Frames, key: str, geometry: Any, **values: object) -> None:
    """Append a row, like the first one but for these values."""
    frame = layers[key]
    row = frame.iloc[[0]].assign(**values).set_geometry([geometry], crs=frame.crs)
    layers[key] = pd.concat([frame, row], ignore_index=True).rename_axis("row")


def home(layers: Frames, at: int) -> Polygon:
    return layers["buildings"].geometry.iloc[at]


def ground(layers: Frames, code: str) -> Polygon:
    frame = layers["communities"]
    return frame.geometry[frame["code"] == code].iloc[0]


def free_spot(layers: Frames, size: float = 6.0) -> Polygon:
    """Return a square in the village that touches no building."""
    place = ground(layers, VILLAGE)
    taken = shapely.union_all(layers["buildings"].geometry.buffer(0).to_numpy())
    west, south, east, north = place.bounds
    for x in range(int(west) + 100, int(east) - 100, 37):
        for y in range(int(south) + 100, int(north) - 100, 41):
            spot = box(x, y, x + size, y + size)
            if place.contains(spot) and not taken.intersects(spot.buffer(2)):
                return spot
    raise AssertionError


def with_needle(polygon: Polygon) -> Polygon:
    """Return a polygon with a needle in the middle of its longest side, outwards."""
    largest = max(shapely.get_parts(polygon), key=lambda part: part.area)
    xy = list(shapely.orient_polygons(largest).exterior.coords)
    (ax, ay), (bx, by) = max(pairwise(xy), key=lambda pair: LineString(pair).length)
    x, y, length = (ax + bx) / 2, (ay + by) / 2, LineString([(ax, ay), (bx, by)]).length
    ux, uy = (bx - ax) / length, (by - ay) / length
    at = xy.index((bx, by)) or len(xy) - 1
    tip = (x + uy * 1.5, y - ux * 1.5)
    ring = [*xy[:at], (x, y), tip, (x + ux * 0.01, y + uy * 0.01), *xy[at:]]
    return Polygon(ring, largest.interiors)


def position(layers: Frames, community: str) -> int:
    return int(layers["communities"]["code"].eq(community).to_numpy().argmax())


# -- what is planted ----------------------------------------------------------------------------


def duplicate_id(layers: Frames) -> None:
    frame = layers["buildings"]
    put(frame, 30, "building_id", frame["building_id"].iloc[20])
    layers.pop("counts")


def repeated_row(layers: Frames) -> None:
    frame = layers["buildings"]
    twice = pd.concat([frame, frame.iloc[[60]]], ignore_index=True)
    layers["buildings"] = twice.rename_axis("row")


def same_shape(layers: Frames) -> None:
    add(layers, "buildings", home(layers, 40), building_id="twin", households=0, persons=0)
    layers.pop("counts")


def overlapping(layers: Frames) -> None:
    moved = translate(home(layers, 45), 0.5, 0)
    add(layers, "buildings", moved, building_id="shifted", households=0, persons=0)
    layers.pop("counts")


def bow_tie(layers: Frames) -> None:
    spot = free_spot(layers)
    ring = [spot.exterior.coords[at] for at in (0, 2, 1, 3)]
    add(layers, "buildings", Polygon(ring), building_id="tie", households=0, persons=0)
    layers.pop("counts")


def far_away(layers: Frames) -> None:
    spot = translate(free_spot(layers), 100_000, 0)
    add(layers, "buildings", spot, building_id="far", households=0, persons=0)
    layers.pop("counts")


def missing_geometry(layers: Frames) -> None:
    empty = int((layers["buildings"]["households"] == 0).to_numpy().argmax())
    shape(layers, "buildings", empty, lambda _: None)


def overlapping_communities(layers: Frames) -> None:
    other = ground(layers, TOWN_B)
    at = position(layers, TOWN_A)
    bite = other.intersection(ground(layers, TOWN_A).buffer(15))
    shape(layers, "communities", at, lambda polygon: polygon.union(bite))


def no_ground(layers: Frames) -> None:
    shape(layers, "communities", 3, lambda _: None)


def needle(layers: Frames) -> None:
    shape(layers, "buildings", 50, with_needle)


def open_seam(layers: Frames) -> None:
    shape(layers, "communities", position(layers, VILLAGE), lambda polygon: polygon.buffer(-0.2))


def missing_community(layers: Frames) -> None:
    frame = layers["communities"]
    inner = frame["code"] == TOWN_A
    layers["communities"] = frame[~inner]
    gone = ground({"communities": frame}, TOWN_A)
    homes = layers["buildings"]
    layers["buildings"] = homes[~homes.intersects(gone)]
    for key in ("counts", "totals", "codes"):
        layers.pop(key)


def sliver(layers: Frames) -> None:
    place = ground(layers, VILLAGE)
    x, y = place.representative_point().coords[0]
    part = box(x, y, x + 3, y + 0.2)
    shape(layers, "communities", position(layers, TOWN_A), lambda polygon: polygon.union(part))
    own = position(layers, VILLAGE)
    shape(layers, "communities", own, lambda polygon: polygon.difference(part))


def needle_of_a_community(layers: Frames) -> None:
    at = position(layers, VILLAGE)
    shape(layers, "communities", at, with_needle)


def compound_across(layers: Frames) -> None:
    line = ground(layers, TOWN_A).intersection(ground(layers, TOWN_B))
    spot = line.interpolate(0.5, normalized=True).buffer(12)
    add(layers, "compounds", spot, compound_id="跨界小区")
    layers["buildings"]["compound_id"] = layers["buildings"]["compound_id"].fillna("-")


def compounds_overlap(layers: Frames) -> None:
    add(layers, "compounds", layers["compounds"].geometry.iloc[0], compound_id="另一个")


def short_road(layers: Frames) -> None:
    spot = free_spot(layers)
    x, y = spot.centroid.coords[0]
    long = LineString([(x - 60, y), (x + 60, y)])
    add(layers, "roads", long, highway="residential")
    add(layers, "roads", LineString([(x, y + 1), (x, y + 50)]), highway="residential")


def renamed(layers: Frames) -> None:
    frame = layers["communities"]
    at = int(frame["code"].eq(TOWN_A).to_numpy().argmax())
    put(frame, at, "name", frame["name"][frame["code"] == TOWN_B].iloc[0])
    layers.pop("codes")


def recount(value: object, key: str = "households", at: int = 20) -> Callable[[Frames], None]:
    def plant(layers: Frames) -> None:
        put(layers["buildings"], at, key, value)
        layers.pop("counts")
        layers.pop("totals")

    return plant


def code(value: str | None, at: int = 3) -> Callable[[Frames], None]:
    def plant(layers: Frames) -> None:
        put(layers["communities"], at, "code", value)
        layers.pop("codes")
        layers.pop("totals")

    return plant


def blanks_in_a_code(layers: Frames) -> None:
    whole = layers["communities"]["code"].iloc[3]
    put(layers["communities"], 3, "code", f"{whole[:6]} {whole[6:]}")


def without_row(key: str, at: int) -> Callable[[Frames], None]:
    def plant(layers: Frames) -> None:
        layers[key] = layers[key].drop(layers[key].index[at])

    return plant


def twice_in_table(layers: Frames) -> None:
    counts = layers["counts"]
    more = counts.iloc[[20]].assign(households=0)
    layers["counts"] = pd.concat([counts, more], ignore_index=True)


def cell(key: str, at: int, column: str, value: object) -> Callable[[Frames], None]:
    def plant(layers: Frames) -> None:
        put(layers[key], at, column, value)

    return plant


def no_id(layers: Frames) -> None:
    put(layers["buildings"], 20, "building_id", None)
    layers.pop("counts")


def id_in_another_case(layers: Frames) -> None:
    ids = layers["buildings"]["building_id"]
    put(layers["buildings"], 20, "building_id", ids.iloc[30].lower())
    layers.pop("counts")


def repeated_point(layers: Frames) -> None:
    def twice(polygon: Polygon) -> Polygon:
        return Polygon([polygon.exterior.coords[0], *polygon.exterior.coords])

    shape(layers, "buildings", 55, twice)


def no_figures(layers: Frames) -> None:
    layers["totals"] = layers["totals"][["code"]]


def stranger(layers: Frames) -> None:
    counts = layers["counts"]
    layers["counts"] = pd.concat([counts, counts.iloc[[0]].assign(building_id="x")])


def newer_count(layers: Frames) -> None:
    put(layers["counts"], 20, "households", 21)
    layers.pop("totals")


FAULTS: dict[str, tuple[str, Callable[[Frames], None]]] = {
    "duplicate id": ("GT020", duplicate_id),
    "no number": ("GT021", recount("三百")),
    "negative": ("GT022", recount(-1)),
    "empty code": ("GT023", code(None)),
    "unknown kind": ("GT024", cell("communities", 3, "kind", "town")),
    "overlapping communities": ("GT026", overlapping_communities),
    "community without ground": ("GT029", no_ground),
    "neither yes nor no": ("GT030", cell("sites", 2, "dedicated", "maybe")),
    "code as a number": ("GT071", code("5.1E+11")),
    "code rounded": ("GT071", code("510302000000")),
    "table without figures": ("GT072", no_figures),
    "twelve digits": ("GT102", code("51030200100")),
    "open seam": ("GT104", open_seam),
    "bow-tie": ("GT111", bow_tie),
    "outside": ("GT112", far_away),
    "no geometry": ("GT114", missing_geometry),
    "no households": ("GT115", recount(None)),
    "id missing": ("GT181", no_id),
    "id in another case": ("GT182", id_in_another_case),
    "needle": ("GT183", needle),
    "needle of a community": ("GT183", needle_of_a_community),
    "repeated point": ("GT184", repeated_point),
    "repeated row": ("GT185", repeated_row),
    "same shape": ("GT186", same_shape),
    "overlapping buildings": ("GT187", overlapping),
    "compound across": ("GT188", compound_across),
    "compounds overlap": ("GT189", compounds_overlap),
    "short road": ("GT190", short_road),
    "missing community": ("GT191", missing_community),
    "sliver": ("GT193", sliver),
    "blanks in a code": ("GT194", blanks_in_a_code),
    "namesakes": ("GT196", renamed),
    "lost character": ("GT197", cell("buildings", 20, "address", "五星?街7号")),
    "words in a number": ("GT198", recount("约12户")),
    "fraction": ("GT199", recount(12.5)),
    "too many households": ("GT200", recount(2500)),
    "too many persons": ("GT201", recount(900, "persons")),
    "too many floors": ("GT203", cell("buildings", 20, "floors", 300)),
    "cut text": ("GT204", cell("buildings", 20, "address", "五" * 84)),
    "code of another edition": ("GT205", cell("codes", 3, "code", "510302001099")),
    "unknown code": ("GT206", without_row("codes", 0)),
    "another name": ("GT207", cell("codes", 3, "name", "某某社区")),
    "sum of households": ("GT208", cell("totals", 3, "households", 9999)),
    "row without total": ("GT210", without_row("totals", 3)),
    "two rows of a building": ("GT211", twice_in_table),
    "row without building": ("GT212", stranger),
    "building without row": ("GT213", without_row("counts", 20)),
    "counts differ": ("GT214", newer_count),
    "sum of persons": ("GT219", cell("totals", 3, "persons", 9999)),
}


def copied(layers: Frames) -> Frames:
    return {key: frame.copy() for key, frame in layers.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_alone(name: str, clean: Frames) -> None:
    code_of, plant = FAULTS[name]
    layers = copied(clean)
    plant(layers)
    assert found(layers) - Counter({"GT113": 1}) == {code_of: 1}


def damaged(clean: Frames) -> tuple[Frames, Counter[str]]:
    """Return layers with thirty-one faults in them, and what must be found."""
    layers = copied(clean)
    homes, places = layers["buildings"], layers["communities"]
    cells: list[tuple[str, pd.DataFrame, int, str, object]] = [
        ("GT021", homes, 21, "households", "三百"),
        ("GT022", homes, 22, "persons", -4),
        ("GT024", places, 3, "kind", "town"),
        ("GT030", layers["sites"], 2, "dedicated", "maybe"),
        ("GT102", places, 4, "code", "51030200199"),
        ("GT115", homes, 23, "households", None),
        ("GT181", homes, 24, "building_id", None),
        ("GT182", homes, 25, "building_id", homes["building_id"].iloc[35].lower()),
        ("GT194", places, 5, "code", f"'{places['code'].iloc[5]}"),
        ("GT197", homes, 26, "address", "五星?街7号"),
        ("GT198", homes, 27, "households", "约12户"),
        ("GT199", homes, 28, "households", 12.5),
        ("GT200", homes, 29, "households", 2500),
        ("GT110", homes, 30, "floors", "地下"),
        ("GT201", homes, 39, "persons", 9000),
        ("GT203", homes, 32, "floors", 300),
        ("GT204", homes, 33, "address", "五" * 84),
    ]
    for _, frame, at, key, value in cells:
        put(frame, at, key, value)
    shapes = [
        *("duplicate id", "same shape", "overlapping buildings", "bow-tie", "outside"),
        *("compound across", "compounds overlap", "short road", "sliver"),
        *("needle", "needle of a community", "repeated point", "repeated row", "namesakes"),
    ]
    tables = {key: layers.pop(key) for key in ("counts", "totals", "codes")}
    for name in shapes:
        planted = {**layers, **tables}
        FAULTS[name][1](planted)
        layers = {key: frame for key, frame in planted.items() if key not in tables}
    wanted = Counter([code for code, *_ in cells] + [FAULTS[name][0] for name in shapes])
    assert wanted.total() == 31
    return layers, wanted


def test_many_faults_at_once(clean: Frames) -> None:
    layers, wanted = damaged(clean)
    assert found(layers) - Counter({"GT113": 1}) == wanted


def written(layers: Frames, path: Path) -> Path:
    """Write layers as a person would have them: text columns where words stand among numbers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for key, frame in layers.items():
            texts = {
                name: frame[name].map(str, na_action="ignore").where(frame[name].notna(), None)
                for name in frame.columns.drop("geometry")
                if frame[name].dtype == object
            }
            pyogrio.write_dataframe(frame.assign(**texts), path, layer=key, append=False)
    return path


def test_a_damaged_copy_of_the_sample_through_its_file(clean: Frames, tmp_path: Path) -> None:
    tables = ("counts", "totals", "codes")
    sound = {key: frame for key, frame in clean.items() if key not in tables}
    check, _ = check_files(written(sound, tmp_path / "sound.gpkg"), tmp_path / "sound")
    assert Counter(check.findings["code"]) == {"GT113": 1}
    assert check.summary["usable"]
    layers, wanted = damaged(clean)
    check, files = check_files(written(layers, tmp_path / "damaged.gpkg"), tmp_path / "damaged")
    assert Counter(check.findings["code"]) - Counter({"GT113": 1}) == wanted
    assert not check.summary["usable"]
    assert [path.name for path in files] == ["findings.gpkg", "findings.csv", "findings.html"]


def test_partition_refuses_with_the_first_and_counts_the_others(
    sample: dict[str, gpd.GeoDataFrame],
) -> None:
    layers = copied(sample)
    put(layers["buildings"], 20, "households", "三百")
    put(layers["buildings"], 21, "persons", -1)
    put(layers["communities"], 2, "kind", "town")
    pattern = r"GT024 .* · communities\[2\] · .* · 2 more errors; gridtool check-input lists them"
    with pytest.raises(DataError, match=pattern) as refused:
        partition(**layers)
    assert refused.value.exit_code == 14
    assert refused.value.mend("zh").endswith("另有 2 个错误，用 gridtool check-input 列出全部")


def test_findings_in_order(clean: Frames) -> None:
    layers = copied(clean)
    repeated_row(layers)
    put(layers["communities"], 2, "kind", "town")
    _, findings = check_layers(layers)
    assert findings == sort_findings(reversed(findings))
    assert [item.layer for item in findings] == ["communities", "buildings", "buildings"]
    with pytest.raises(DataError, match=r"· write community or village$"):
        refuse_errors(findings)


def test_what_needs_no_person_is_not_refused(clean: Frames) -> None:
    _, findings = check_layers(clean)
    refuse_errors(findings)
    assert all(CATALOGUE[item.code].severity != ERROR for item in findings)
