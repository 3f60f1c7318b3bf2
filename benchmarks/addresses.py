"""Time and score the addresses: ``python benchmarks/addresses.py JOB [FOLDER]``.

``points``: a million points to 4,000 grids, beside DuckDB's spatial join where its extension can
be loaded. ``text``: addresses a second, exact and nearly right, on a made city of a million.
``start``: a check of ten rows on that city, in a process of its own. ``stream``: memory and time of
long CSVs, up to five million rows, and whether all of them come out. ``planted``: 2,000 queries of
every verdict on the sample county, as a confusion matrix. ``liechtenstein FOLDER``: its addressed
buildings asked for in damaged words. ``shanghai FOLDER``: a sample of real texts, printed to be
checked by eye. ``oracles FOLDER``: their districts beside those of jionlp and cpca. Jobs share one
machine with whatever else runs on it: only ratios within a run, and seconds of the processor, may
be compared.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gridtool.addresses import (
    INDEX_FILES,
    Contents,
    Gazetteer,
    Grid,
    Options,
    make_entries,
    make_places,
    match_text,
    parse_address,
    write_index,
)
from gridtool.addresses.index import DATABASE
from gridtool.addresses.matching import SURE
from gridtool.addresses.outputs import CSV, GPKG, SUMMARY, XLSX
from gridtool.addresses.points import Raster
from gridtool.pipeline import Sources, check_addresses, make_index, partition

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "sample_data" / "county.gpkg"
CRS = "EPSG:4544"
EVERY = 3
"""One of so many buildings of Liechtenstein is asked for; all are in the gazetteer."""
SIDE_M, GRIDS, VERTICES = 20_000.0, 4_000, 163
ROADS = [a + b for a in "汇盐天沙银凤同龙滨檀" for b in "兴川东安泰和顺祥吉庆福禄寿喜康宁华荣昌盛"]

KINDS = [a + b for a in "花佳名雅" for b in "苑园居庭城"]


def cpu(job: Callable[[], object], times: int = 3) -> float:
    """Return the fewest seconds of the processor of several runs."""
    seconds = []
    for _ in range(times):
        start = time.process_time()
        job()
        seconds.append(time.process_time() - start)
    return min(seconds)


def made_grids(count: int = GRIDS) -> np.ndarray:
    """Return polygons that tile a square, with about as many vertices as real grids."""
    rng = np.random.default_rng(1)
    ground = shapely.box(0, 0, SIDE_M, SIDE_M)
    seeds = shapely.multipoints(rng.random((count, 2)) * SIDE_M)
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=ground))
    cells = shapely.intersection(cells, ground)
    cells = shapely.segmentize(cells, shapely.length(cells).mean() / VERTICES)

    def wave(xy: np.ndarray) -> np.ndarray:
        # the same at the same place, so that neighbours still meet
        inner = ((xy > 1) & (xy < SIDE_M - 1)).all(axis=1)[:, None]
        x, y = xy.T
        return xy + inner * 4.0 * np.column_stack((np.sin(y / 13), np.cos(x / 17)))

    return shapely.transform(cells, wave)


def time_points(_: Path | None) -> None:
    """Time points to grids, beside a tree of points and beside DuckDB."""
    grids = made_grids()
    xy = np.random.default_rng(2).random((1_000_000, 2)) * SIDE_M
    start = time.process_time()
    raster = Raster(grids, 2.0)
    print(f"raster of {len(grids):,} grids made in {time.process_time() - start:.2f} CPU s")
    ours = cpu(lambda: raster.locate(xy))
    print(f"1 M points: {ours:.2f} CPU s, {1 / ours:.2f} M/s, with borders within 2 m")

    def tree() -> None:
        shapely.STRtree(shapely.points(xy)).query(grids, predicate="intersects")

    theirs = cpu(tree, 1)
    print(
        f"STRtree of points, prepared grids, no borders: {theirs:.2f} CPU s, {theirs / ours:.1f} x"
    )
    time_duckdb(grids, xy, ours)


def time_duckdb(grids: np.ndarray, xy: np.ndarray, ours: float) -> None:
    """Time the same join in DuckDB on one thread."""
    import duckdb

    connection = duckdb.connect(config={"threads": 1, "allow_unsigned_extensions": True})
    try:
        from duckdb_extension_spatial import __file__ as beside

        found = sorted(Path(beside).parent.rglob("spatial.duckdb_extension*"))
        connection.execute(f"INSTALL '{found[0]}'" if found else "INSTALL spatial")
        connection.execute("LOAD spatial")
    except (ImportError, duckdb.Error) as error:
        print(f"DuckDB spatial skipped: {str(error).splitlines()[0]}")
        return
    frame = pd.DataFrame({"id": np.arange(len(grids)), "shape": shapely.to_wkb(grids)})
    points = pd.DataFrame(xy, columns=["x", "y"])
    connection.register("frame", frame)
    connection.register("given", points)
    connection.execute("CREATE TABLE g AS SELECT id, ST_GeomFromWKB(shape) AS geom FROM frame")
    connection.execute("CREATE TABLE p AS SELECT ST_Point(x, y) AS geom FROM given")
    join = "SELECT count(*), sum(g.id) FROM p JOIN g ON ST_Intersects(g.geom, p.geom)"
    theirs = cpu(lambda: connection.execute(join).fetchall(), 2)
    print(f"DuckDB {duckdb.__version__} spatial: {theirs:.2f} CPU s, {theirs / ours:.1f} x")


def made_city(folder: Path, count: int = 1_000_000) -> Path:
    """Write the index of a made city: 4,000 grids, 400 communities, a million addresses."""
    shapes = made_grids()
    middles = shapely.get_coordinates(shapely.centroid(shapes))
    order = np.argsort(middles[:, 0] // 1000 * 1e6 + middles[:, 1])
    shapes = shapes[order]
    codes = [f"5103020{at // 200 + 1:02d}{at // 10 % 20 + 1:03d}" for at in range(len(shapes))]
    names = {
        "51": "四川省",
        "5103": "自贡市",
        "510302": "自流井区",
        "510303": "贡井区",
        **{code[:9]: f"{ROADS[int(code[7:9])]}街道" for code in codes},
        **{code: f"{ROADS[int(code[7:9]) + int(code[9:])]}社区" for code in codes},
    }
    grids = [
        Grid(f"{code}{at % 10 + 1:03d}", f"第{at % 10 + 1}网格", f"{names[code]}{at % 10 + 1}",
             code, names[code], {}, shapely.to_wkb(shape), tuple(shapely.bounds(shape).tolist()))
        for at, (code, shape) in enumerate(zip(codes, shapes, strict=True))
    ]  # fmt: skip
    per = count // len(grids)
    at = np.repeat(np.arange(len(grids)), per)
    serial = np.tile(np.arange(per), len(grids))
    xy = shapely.get_coordinates(shapely.point_on_surface(shapes))[at]
    compounds = [f"{ROADS[n // 20]}{KINDS[n % 20]}" for n in range(len(grids))]
    towns = [names[codes[n][:9]] for n in range(len(grids))]
    texts = [
        f"{towns[n]}{ROADS[(n + s // 50) % 200]}路{n + 1}号{compounds[n]}{s % 50 + 1}栋"
        for n, s in zip(at.tolist(), serial.tolist(), strict=True)
    ]
    frame = pd.DataFrame({"address": texts, "grid": at, "x": xy[:, 0], "y": xy[:, 1]})
    places = make_places(names, compounds=compounds)
    entries = make_entries(frame, places, source="address", communities=codes)
    folder.mkdir(parents=True, exist_ok=True)
    start = time.process_time()
    wkt = gpd.GeoSeries([], crs=CRS).crs.to_wkt()
    written = write_index(folder, Contents(grids, wkt, 4544, entries, names))
    size = sum((folder / name).stat().st_size for name in INDEX_FILES) / 1e6
    print(f"index of {written:,} addresses: {time.process_time() - start:.0f} CPU s, {size:.0f} MB")
    pd.Series(texts).sample(20_000, random_state=1).to_csv(
        folder / "texts.csv", index=False, header=["address"]
    )
    return folder


def city(folder: Path | None) -> Path:
    """Return the index of the made city, kept in a folder from run to run where one is given."""
    place = folder or Path(tempfile.mkdtemp(prefix="gridtool-city-"))
    return place if (place / "texts.csv").exists() else made_city(place)


def time_text(folder: Path | None) -> None:
    """Time text to grids on the made city."""
    place = city(folder)
    texts = pd.read_csv(place / "texts.csv")["address"].tolist()
    gates = [text[: text.index("号") + 1] for text in texts[:3000]]
    wrong = [f"{gate[: gate.index('路') - 1]}亳{gate[gate.index('路') :]}" for gate in gates]
    with Gazetteer(place) as gazetteer:
        match_text(gazetteer.parse(texts[0]), gazetteer)
        for name, some in (("exact", texts), ("one wrong character in the road", wrong)):
            seconds = cpu(
                lambda some=some: [match_text(gazetteer.parse(t), gazetteer) for t in some], 2
            )
            found = [match_text(gazetteer.parse(text), gazetteer) for text in some]
            told = sum(len(item.grids) > 0 for item in found) / len(found)
            print(f"{name}: {len(some) / seconds:,.0f} addresses a CPU second, {told:.1%} answered")


def time_start(folder: Path | None) -> None:
    """Time whole processes that check ten rows, in turn with others that show what the box does."""
    place = city(folder)
    texts = pd.read_csv(place / "texts.csv")["address"].head(10)
    with tempfile.TemporaryDirectory() as held:
        here = Path(held)
        jobs = {"python -c pass": ["-c", "pass"], "import pandas": ["-c", "import pandas"]}
        jobs["gridtool --help"] = ["-m", "gridtool", "--help"]
        for name, more in (
            ("text", {}),
            ("text and metres", {"x": 1000.5, "y": 2000.5}),
            ("text and degrees", {"x": 104.757, "y": 29.352}),
        ):
            listed = here / f"{name}.csv"
            pd.DataFrame({"address": texts, **more}).to_csv(listed, index=False)
            words = ["-m", "gridtool", "address", "check", str(listed), "--index", str(place)]
            jobs[f"ten rows of {name}"] = [*words, "-o", str(here / "out"), "--overwrite", "-q"]
        # compiled beforehand, as by an installer
        env = {**os.environ, "PYTHONPYCACHEPREFIX": str(here / "compiled")}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
        for turn in range(16):
            for name, words in jobs.items():
                start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
                subprocess.run(
                    [sys.executable, *words], check=False, stdout=subprocess.DEVNULL, env=env
                )
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                if turn:
                    taken[name].append((time.perf_counter() - start, used))
        print(f"{'':<28}{'s, median':>11}{'fewest':>9}{'CPU s, median':>15}{'fewest':>9}")
        for name, times in taken.items():
            wall, used = np.array(times).T
            middle, fewest = np.median([wall, used], axis=1), np.min([wall, used], axis=1)
            print(
                f"{name:<28}{middle[0]:>11.2f}{fewest[0]:>9.2f}{middle[1]:>15.2f}{fewest[1]:>9.2f}"
            )


def write_long_list(path: Path, place: Path, count: int, encoding: str) -> None:
    """Write a list of a made city: text, points and claims, some of them wrong or missing."""
    query = (
        "SELECT p.name || e.road || e.number || '号' || e.compound || e.building || '栋', e.x, e.y,"
        " g.code FROM entries e JOIN grids g ON g.id = e.grid"
        " JOIN places p ON p.code = substr(e.community, 1, 9) WHERE e.id % 37 = 0"
    )
    with closing(sqlite3.connect(place / DATABASE)) as database:
        known = database.execute(query).fetchall()
    draw = random.Random(6)
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file)
        out.writerow(["序号", "地址", "x", "y", "网格编码", "备注"])
        for at in range(count):
            text, x, y, claim = known[draw.randrange(len(known))]
            kind = draw.random()
            if kind < 0.1:
                claim = known[draw.randrange(len(known))][3]
            elif kind < 0.15:
                text = text.replace("路", "陆", 1)
            elif kind < 0.2:
                x = y = ""
            elif kind < 0.25:
                text = ""
            elif kind < 0.27:
                x, y = draw.random() * SIDE_M, draw.random() * SIDE_M
            out.writerow([at, text, x, y, claim, "入户核实" if kind > 0.5 else ""])


def time_stream(folder: Path | None) -> None:
    """Check CSVs of three lengths, say what memory each took, and whether no row was lost."""
    place = city(folder)
    watch = (
        "import resource, sys, runpy; sys.argv[0] = 'gridtool'\n"
        "try: runpy.run_module('gridtool', run_name='__main__')\n"
        "finally: print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    for count, encoding in ((300_000, "gb18030"), (1_000_000, "utf-8"), (5_000_000, "gb18030")):
        with tempfile.TemporaryDirectory() as held:
            listed, out = Path(held) / "long.csv", Path(held) / "out"
            write_long_list(listed, place, count, encoding)
            words = ["address", "check", str(listed), "--index", str(place), "-o", str(out)]
            start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(
                [sys.executable, "-c", watch, *words], capture_output=True, text=True, check=False
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"{count:,} rows: {time.perf_counter() - start:.0f} s, {used:.0f} CPU s")
            print(done.stdout, done.stderr, *told_of(out, count), sep="\n", flush=True)


def told_of(out: Path, count: int) -> Iterator[str]:
    """Yield what the files of a long check hold, and whether rows kept their order."""
    with (out / CSV).open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        right = sum(row[0] == str(at) for at, row in enumerate(rows))
    yield f"{CSV}: {right:,} of {count:,} rows in their place"
    with closing(sqlite3.connect(out / GPKG)) as database:
        ((points,),) = database.execute("SELECT count(*) FROM addresses")
    yield f"{GPKG}: {points:,} rows with a place"
    summary = json.loads((out / SUMMARY).read_text(encoding="utf-8"))
    yield f"{SUMMARY}: {summary['rows']:,} rows"
    with zipfile.ZipFile(out / XLSX) as book, book.open("xl/worksheets/sheet_long.xml") as sheet:
        lines = sum(block.count(b"<row ") for block in iter(partial(sheet.read, 1 << 20), b""))
    yield f"{XLSX}: about {lines - 1:,} rows"


def score_planted(_: Path | None) -> None:
    """Print the confusion matrix of planted queries."""
    sys.path.insert(0, str(HERE.parent / "tests"))
    from planted import Planter

    names = [str(name) for name in pyogrio.list_layers(SAMPLE)[:, 0]]
    layers = {name: gpd.read_file(SAMPLE, layer=name) for name in names}
    division = partition(**layers)
    with tempfile.TemporaryDirectory() as held:
        place = Path(held)
        division.write(place / "division")
        made = place / "division" / "grids.gpkg"
        grids = gpd.read_file(made, layer="grids")
        tied = gpd.read_file(made, layer="buildings").set_index("building_id")["grid_code"]
        communities = dict(zip(grids["grid_code"], grids["community_name"], strict=True))
        planter = Planter(layers["buildings"], grids, tied.to_dict(), communities)
        asked = pd.DataFrame(planter.queries(2000))
        table = asked[["address", "x", "y", "claim"]].rename(columns={"claim": "grid_code_claimed"})
        table.to_csv(place / "list.csv", index=False)
        check_addresses(
            place / "list.csv", place / "out", sources=Sources(made, SAMPLE), options=Options()
        )
        got = pd.read_csv(place / "out" / "addresses.csv", dtype=str, keep_default_na=False)
    asked["verdict"], asked["found"] = got["verdict"], got["grid_code"]
    print(pd.crosstab([asked["expected"], asked["kind"]], asked["verdict"]).to_string())
    right = asked["found"] == asked["grid"]
    for verdict, claim_right in (("ok", True), ("claim_wrong", False)):
        said = asked["verdict"] == verdict
        true = right & ((asked["claim"] == asked["grid"]) == claim_right)
        print(f"precision of {verdict}: {true[said].mean():.2%} of {said.sum()}")


def damages(
    street: str, number: str, postcode: str, town: str, draw: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield an address in words that are damaged in one way each."""

    def typo(text: str) -> str:
        at = draw.randrange(1, len(text))
        letter = draw.choice("abcdefghijklmnopqrstuvwxyz")
        change = draw.choice(("put", "drop", "swap"))
        if change == "put":
            return text[:at] + letter + text[at + 1 :]
        if change == "drop":
            return text[:at] + text[at + 1 :]
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]

    whole = f"{street} {number}, {postcode} {town}"
    yield "as it is", whole
    yield "capitals", whole.upper()
    yield "no accents, Str.", whole.replace("ü", "u").replace("ä", "a").replace("strasse", "str.")
    yield "no postcode", f"{street} {number}, {town}"
    yield "no comma", f"{street} {number} {postcode} {town}"
    yield "town first", f"{postcode} {town}, {street} {number}"
    yield "number first", f"{number} {street}, {town}"
    yield "typo in street", f"{typo(street)} {number}, {postcode} {town}"
    yield "two typos in street", f"{typo(typo(street))} {number}, {postcode} {town}"
    yield "typo in town", f"{street} {number}, {postcode} {typo(town)}"
    yield "no town", f"{street} {number}"
    yield "no number", f"{street}, {postcode} {town}"
    yield "no street", f"{number}, {postcode} {town}"
    other = str(int("".join(s for s in number if s.isdigit()) or 1) + draw.choice((1, 2, 300)))
    yield "another number", f"{street} {other}, {postcode} {town}"


def score_liechtenstein(folder: Path | None) -> None:
    """Ask for the addressed buildings of Liechtenstein in damaged words."""
    if folder is None:
        print("liechtenstein needs the folder of liechtenstein.gpkg")
        return
    source = folder / "liechtenstein.gpkg"
    buildings = gpd.read_file(source, layer="buildings")
    ground = gpd.read_file(source, layer="communities").to_crs(32632)
    told = buildings[
        buildings[["addr_street", "addr_housenumber", "addr_city"]].notna().all(axis=1)
    ]
    told = told.to_crs(32632)
    told = told[["addr_street", "addr_housenumber", "addr_postcode", "addr_city", "geometry"]]
    # grids of a hundred metres, so that the wrong house is mostly the wrong grid
    west, south, east, north = ground.total_bounds
    xs, ys = np.meshgrid(np.arange(west, east, 100.0), np.arange(south, north, 100.0))
    lattice = gpd.GeoDataFrame(geometry=shapely.box(xs, ys, xs + 100, ys + 100).ravel(), crs=32632)
    points = told.geometry.representative_point()
    lattice = lattice[lattice.intersects(shapely.union_all(points.array))].reset_index(drop=True)
    nearest = ground.sindex.nearest(lattice.geometry.centroid, return_all=False)[1]
    lattice["community_code"] = ground["code"].to_numpy()[nearest]
    lattice["community_name"] = ground["name"].to_numpy()[nearest]
    serial = lattice.groupby("community_code").cumcount().add(1).astype(str).str.zfill(5)
    lattice["grid_code"] = lattice["community_code"] + serial
    with tempfile.TemporaryDirectory() as held:
        place = Path(held)
        lattice.to_file(place / "grids.gpkg", layer="grids")
        table = told.rename(columns={"addr_city": "town"})
        table.to_file(place / "addresses.gpkg", layer="addresses")
        sources = Sources(place / "grids.gpkg", addresses=(place / "addresses.gpkg",))
        print(f"{make_index(sources, place / 'index'):,} entries of {len(told):,} buildings")
        with Gazetteer(place / "index") as gazetteer:
            _score_damages(gazetteer, told, points, lattice)


def _score_damages(
    gazetteer: Gazetteer, told: gpd.GeoDataFrame, points: gpd.GeoSeries, lattice: gpd.GeoDataFrame
) -> None:
    """Print recall and precision by kind of damage."""
    at, grid = lattice.sindex.query(points.array, predicate="intersects")
    truth = pd.Series(lattice["grid_code"].to_numpy()[grid], index=at).groupby(level=0).first()
    draw = random.Random(4)
    counts: dict[str, list[int]] = {}
    for number, row in enumerate(told.itertuples(index=False)):
        if number % EVERY:
            continue
        words = (row.addr_street, row.addr_housenumber, str(row.addr_postcode or ""), row.addr_city)
        for kind, text in damages(*words, draw):
            match = match_text(gazetteer.parse(text), gazetteer)
            sure = len(match.grids) == 1 and match.confidence >= SURE
            codes = [gazetteer.grids[item].code for item in match.grids]
            tally = counts.setdefault(kind, [0, 0, 0, 0])
            tally[0] += 1
            tally[1] += sure
            tally[2] += sure and codes[0] == truth[number]
            tally[3] += truth[number] in codes
    print(f"{'damage':<22}{'sure':>8}{'recall':>9}{'precision':>11}{'among candidates':>18}")
    for kind, (rows, sure, right, among) in counts.items():
        precision = f"{right / sure:.2%}" if sure else "-"
        print(
            f"{kind:<22}{sure / rows:>8.1%}{right / rows:>9.1%}{precision:>11}{among / rows:>18.1%}"
        )


def show_shanghai(folder: Path | None) -> None:
    """Print a sample of real texts with their parts, to be checked by eye."""
    if folder is None:
        print("shanghai needs the folder of shanghai_amap_poi.parquet")
        return
    frame = pd.read_parquet(folder / "shanghai_amap_poi.parquet").dropna(subset=["address"])
    districts = {f"3101{at:02d}": name for at, name in enumerate(sorted(set(frame["adname"])), 1)}
    places = make_places({"31": "上海市", "3101": "上海市", **districts})
    parsed = [
        parse_address(name + text, places)
        for name, text in zip(frame["adname"], frame["address"], strict=True)
    ]
    roads = sum(bool(item.parts.road and item.parts.number) for item in parsed)
    right = sum(
        item.area.codes == (code,)
        for item, code in zip(
            parsed, frame["adname"].map({v: k for k, v in districts.items()}), strict=True
        )
    )
    print(
        f"{len(frame):,} texts: district right {right / len(frame):.1%}, "
        f"road and number told {roads / len(frame):.1%}"
    )
    sample = frame.reset_index(drop=True).sample(200, random_state=21).index
    texts = frame["address"].tolist()
    for at in sample:
        parts = {key: value for key, value in parsed[at].parts._asdict().items() if value}
        print(texts[at], "→", parsed[at].area.unknown, *(f"{k}={v}" for k, v in parts.items()))


def score_oracles(folder: Path | None) -> None:
    """Compare the districts found with those of jionlp and cpca, where these are installed."""
    if folder is None:
        print("oracles needs the folder of shanghai_amap_poi.parquet")
        return
    frame = pd.read_parquet(folder / "shanghai_amap_poi.parquet").dropna(subset=["address"])
    frame = frame[frame["address"].str.len() > 2].sample(300, random_state=3)
    texts = ("上海市" + frame["adname"] + frame["address"]).tolist()
    districts = {f"3101{at:02d}": name for at, name in enumerate(sorted(set(frame["adname"])), 1)}
    places = make_places({"31": "上海市", "3101": "上海市", **districts})

    def ours() -> list[str]:
        found = (parse_address(text, places).area.codes for text in texts)
        return [districts.get(codes[0], "") if codes else "" for codes in found]

    def by_jionlp() -> list[str]:
        import jionlp

        return [jionlp.parse_location(text)["county"] for text in texts]

    def by_cpca() -> list[str]:
        import cpca

        return cpca.transform(texts)["区"].tolist()

    for name, parser in (("gridtool", ours), ("jionlp", by_jionlp), ("cpca", by_cpca)):
        try:
            start = time.process_time()
            found = parser()
        except ImportError as error:
            print(f"{name} skipped: {error}")
            continue
        took = (time.process_time() - start) / len(texts) * 1e3
        right = sum(a == b for a, b in zip(found, frame["adname"], strict=True)) / len(texts)
        print(f"{name}: district right {right:.1%}, {took:.2f} CPU ms an address with its start")


JOBS = {
    "points": time_points,
    "text": time_text,
    "start": time_start,
    "stream": time_stream,
    "planted": score_planted,
    "liechtenstein": score_liechtenstein,
    "shanghai": show_shanghai,
    "oracles": score_oracles,
}


def main() -> None:
    """Run one job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", choices=JOBS)
    parser.add_argument("folder", nargs="?", type=Path)
    asked = parser.parse_args()
    JOBS[asked.job](asked.folder)


if __name__ == "__main__":
    main()
