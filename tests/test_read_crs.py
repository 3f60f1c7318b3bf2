"""Stage ``read``: coordinate systems said, guessed, mended and refused."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from files import METRES, X, Y, buildings, communities, write
from pyproj import CRS
from shapely.geometry import Point

from gridtool.errors import CrsError, SettingsError
from gridtool.read import Inputs, Placing, read_frames, read_layers
from gridtool.read.crs import Extent, canonical, guess_crs, parse_crs

ESRI = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_105E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",105.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def moved(frame: gpd.GeoDataFrame, dx: float = 0.0, *, swap: bool = False) -> gpd.GeoDataFrame:
    """Return a frame with eastings moved, and perhaps its axes exchanged; its CRS kept."""
    shapes = shapely.transform(np.asarray(frame.geometry), lambda xy: xy + np.array([dx, 0.0]))
    if swap:
        shapes = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    return frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))


def bare(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.set_crs(None, allow_override=True)


def taken(placing: Placing | None = None, **frames: gpd.GeoDataFrame) -> Inputs:
    given = {"communities": communities(), "buildings": buildings(), **frames}
    return read_frames(given, placing=placing)


def codes(inputs: Inputs) -> list[str]:
    return [item.code for item in inputs.findings]


def in_place(inputs: Inputs, tolerance: float = 1e-3) -> bool:
    """Return whether the buildings lie where they should in EPSG:4544."""
    back = inputs.layers["buildings"].to_crs(METRES).geometry
    return bool(back.geom_equals_exact(buildings().geometry, tolerance).all())


# -- guessed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "epsg", "swapped"),
    [
        ((104.7, 29.3, 104.8, 29.4), 4490, False),
        ((29.3, 104.7, 29.4, 104.8), 4490, True),
        ((35_430_000, 3.24e6, 35_431_000, 3.25e6), 4523, False),
        ((3.24e6, 35_430_000, 3.25e6, 35_431_000), 4523, True),
        ((18_430_000, 3.24e6, 18_431_000, 3.25e6), 4496, False),
        # metres without zone number, Web Mercator, zero, another continent
        ((430_000, 3.24e6, 431_000, 3.25e6), None, False),
        ((11_660_000, 3.42e6, 11_670_000, 3.43e6), None, False),
        ((14_100_000, 4.0e6, 14_110_000, 4.1e6), None, False),
        ((0, 0, 0, 0), None, False),
        ((2.5, 44.3, 2.6, 44.4), None, False),
    ],
)
def test_what_coordinates_alone_tell(
    bounds: tuple[float, ...], epsg: int | None, swapped: bool
) -> None:
    found = guess_crs(Extent(*bounds))
    assert found == (None if epsg is None else (CRS.from_epsg(epsg), swapped))


def test_degrees_without_crs_are_cgcs2000() -> None:
    inputs = taken(buildings=bare(buildings().to_crs(4490)))
    assert codes(inputs) == ["GT156"]
    assert in_place(inputs)


def test_zone_number_tells_the_zone() -> None:
    inputs = taken(buildings=bare(moved(buildings(), 35e6)))
    assert codes(inputs) == ["GT156"]
    assert "EPSG:4523" in inputs.findings[0].record()["message_en"]
    assert in_place(inputs)


def test_a_layer_without_crs_borrows_that_of_what_it_lies_upon() -> None:
    for lacking in ("buildings", "communities"):
        frame = buildings() if lacking == "buildings" else communities()
        inputs = taken(**{lacking: bare(frame)})
        assert codes(inputs) == ["GT159"]
        assert in_place(inputs)
        assert inputs.crs == CRS(METRES)


def test_metres_that_fit_any_zone_are_refused() -> None:
    frames = {"communities": bare(communities()), "buildings": bare(buildings())}
    with pytest.raises(CrsError, match=r"GT005 .* bounds 430000 3240000 430200 3240100 do not"):
        taken(**frames)
    inputs = taken(Placing(crs={"": "EPSG:4544"}), **frames)
    assert codes(inputs) == []
    assert in_place(inputs)


# -- stated -------------------------------------------------------------------------------------


def test_a_stated_crs_wins_for_its_layer_alone() -> None:
    wrong = buildings().set_crs(4548, allow_override=True)
    inputs = taken(Placing(crs={"buildings": "4544"}), buildings=wrong)
    assert in_place(inputs)
    # for all layers it only fills in what is missing
    inputs = taken(Placing(crs={"": "EPSG:4490"}))
    assert in_place(inputs)


def test_a_crs_that_there_is_not() -> None:
    with pytest.raises(SettingsError, match=r"GT054 the CRS EPSG:99 is not known"):
        parse_crs("EPSG:99")


# -- mended -------------------------------------------------------------------------------------


def test_zone_number_against_what_is_said() -> None:
    inputs = taken(buildings=moved(buildings(), 35e6))
    assert codes(inputs) == ["GT155"]
    assert "EPSG:4523" in inputs.findings[0].record()["message_zh"]
    assert in_place(inputs)


def test_no_zone_number_though_one_is_said() -> None:
    inputs = taken(buildings=buildings().set_crs(4523, allow_override=True))
    assert codes(inputs) == ["GT155"]
    assert in_place(inputs)


def test_another_zone_than_said_is_refused() -> None:
    with pytest.raises(CrsError, match=r"GT011 CRS CGCS2000 .*CM 105E does not fit the data"):
        taken(buildings=moved(buildings(), 36e6))


@pytest.mark.parametrize("epsg", [4544, 4523, 4490, 2380])
def test_exchanged_axes(epsg: int) -> None:
    frame = buildings(METRES)
    frame = frame.set_crs(2380, allow_override=True) if epsg == 2380 else frame.to_crs(epsg)
    other = communities().set_crs(2380, allow_override=True) if epsg == 2380 else communities()
    inputs = taken(communities=other, buildings=moved(frame, swap=True))
    assert codes(inputs) == ["GT154"]
    back = inputs.layers["buildings"].set_crs(METRES, allow_override=True)
    assert back.geometry.geom_equals_exact(buildings().geometry, 1e-3).all()


def test_metres_said_to_be_degrees_are_refused() -> None:
    with pytest.raises(CrsError, match=r"GT011 CRS China .* bounds 430010 3240010 430130 3240030"):
        taken(buildings=buildings().set_crs(4490, allow_override=True))


def test_esris_words_for_an_epsg_code_are_that_code() -> None:
    crs = CRS.from_wkt(ESRI)
    assert canonical(crs).to_epsg() == 4544
    assert canonical(CRS.from_epsg(3857)) == CRS.from_epsg(3857)
    own = CRS.from_proj4("+proj=tmerc +lon_0=104.75 +k=1 +x_0=500000 +ellps=GRS80 +units=m")
    assert canonical(own) == own
    # the coordinates stay what they were, to the last digit
    inputs = taken(buildings=buildings().set_crs(crs, allow_override=True))
    assert inputs.layers["buildings"].geometry.geom_equals(buildings().geometry).all()


def test_a_shapefile_with_esris_prj(tmp_path: Path) -> None:
    path = write(buildings(), tmp_path / "楼栋.shp", encoding="UTF-8")
    path.with_suffix(".prj").write_text(ESRI)
    write(communities(), tmp_path / "社区.shp", encoding="UTF-8")
    (tmp_path / "社区.prj").unlink()
    inputs = read_layers(tmp_path)
    assert codes(inputs) == ["GT159"]
    assert inputs.crs.to_epsg() == 4544


# -- datums -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("epsg", "name"), [(2380, "Xian 1980"), (2432, "Beijing 1954")])
def test_old_datums_are_not_mixed_with_the_new(epsg: int, name: str) -> None:
    old = buildings().set_crs(epsg, allow_override=True)
    with pytest.raises(CrsError, match=rf"GT012 no public parameters lead from {name}"):
        taken(buildings=old)


@pytest.mark.parametrize(("degrees", "zone"), [(4610, 2380), (4214, 2432)])
def test_an_old_datum_alone_stays_what_it_is(degrees: int, zone: int) -> None:
    frames = {
        "communities": communities().set_crs(zone, allow_override=True).to_crs(degrees),
        "buildings": buildings().set_crs(zone, allow_override=True).to_crs(degrees),
    }
    inputs = taken(**frames)
    assert inputs.layers["communities"].crs.to_epsg() == zone
    assert inputs.crs.to_epsg() == degrees
    area = shapely.area(inputs.layers["buildings"].geometry.array)
    assert area.tolist() == pytest.approx([400, 400], abs=1e-4)


def test_the_users_own_parameters() -> None:
    # a shift along the earth's x axis alone, by hand
    dx = 100.0
    old = buildings().set_crs(2380, allow_override=True)
    inputs = taken(Placing(towgs84=(dx, 0.0, 0.0)), buildings=old)
    assert codes(inputs) == ["GT161"]
    lon, lat = gpd.GeoSeries([Point(X, Y)], crs=2380).to_crs(4610).geometry.iloc[0].coords[0]
    east = -np.sin(np.radians(lon)) * dx
    north = -np.sin(np.radians(lat)) * np.cos(np.radians(lon)) * dx
    shift = (
        inputs.layers["buildings"].geometry.centroid.iloc[0].x - buildings().centroid.iloc[0].x,
        inputs.layers["buildings"].geometry.centroid.iloc[0].y - buildings().centroid.iloc[0].y,
    )
    # the ellipsoids differ by 3 m of axis, and the grid turns a little against north
    assert shift == pytest.approx((east, north), abs=4)
    with pytest.raises(SettingsError, match="GT055 --towgs84 takes 3 or 7 numbers, not 2"):
        taken(Placing(towgs84=(1.0, 2.0)), buildings=old)


# -- web maps -----------------------------------------------------------------------------------


def test_points_of_a_web_map() -> None:
    # published pair of the test suite of eviltransform: Tiananmen, WGS 84 and GCJ-02
    wgs, gcj = (116.3913, 39.9075), (116.39754, 39.908901)
    square = Point(*wgs).buffer(0.01)
    town = gpd.GeoDataFrame({"code": ["110101001001"], "name": ["甲"]}, geometry=[square], crs=4490)
    homes = gpd.GeoDataFrame({"households": [1]}, geometry=[Point(*gcj)], crs=4326)
    for crs in (4326, 3857):
        inputs = read_frames(
            {"communities": town, "buildings": homes.to_crs(crs)},
            placing=Placing(coords={"buildings": "gcj02"}),
        )
        assert codes(inputs) == ["GT160"]
        found = inputs.layers["buildings"].to_crs(4490).geometry.iloc[0]
        assert (found.x, found.y) == pytest.approx(wgs, abs=2e-5)


def test_the_way_into_files_without_a_crs(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write(communities(None), tmp_path / "communities.shp")
        write(buildings(None), tmp_path / "buildings.shp")
    with pytest.raises(CrsError, match="GT005"):
        read_layers(tmp_path)
    inputs = read_layers(tmp_path, placing=Placing(crs={"communities": "EPSG:4544"}))
    assert codes(inputs) == ["GT159"]
