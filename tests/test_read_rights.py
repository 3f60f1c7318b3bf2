"""Stage ``read``: files that may not be read, and files that another program holds."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pandas as pd
import pytest
from conftest import SAMPLE
from geopandas.testing import assert_geodataframe_equal

from gridtool.errors import InputError
from gridtool.read import Inputs, read_layers
from gridtool.read.inspect import inspect_paths

NOBODY = 65534
is_root = hasattr(os, "geteuid") and os.geteuid() == 0


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up the rights of root, who may read everything."""
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that anyone may look into, as the ones of pytest may not be."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def read(folder: Path, name: str) -> Inputs:
    """Read the sample with one layer from a file of another format."""
    if name.endswith((".gpkg", ".zip")):
        return read_layers(folder / name)
    key = name.partition(".")[0]
    path = folder / name
    part = path.with_suffix(".shp") if path.suffix in (".dbf", ".shx", ".cpg") else path
    return read_layers(SAMPLE, paths={key: part})


def write(folder: Path, name: str) -> Path:
    """Write the file that is to be read, and those that belong to it."""
    path, layers = folder / name, read_layers(SAMPLE).layers
    households = pd.DataFrame({"building_id": layers["buildings"]["building_id"], "households": 1})
    if path.suffix == ".gpkg":
        shutil.copy(SAMPLE, path)
    elif path.suffix == ".zip":
        shutil.make_archive(str(path.with_suffix("")), "zip", SAMPLE.parent, SAMPLE.name)
    elif path.suffix == ".csv":
        households.to_csv(path, index=False)
    elif path.suffix == ".xlsx":
        households.to_excel(path, index=False)
    elif path.suffix == ".parquet":
        layers["communities"].to_parquet(path)
    else:
        shown = path if path.suffix == ".geojson" else path.with_suffix(".shp")
        layers["communities"].to_file(shown, encoding="utf-8")
    for item in folder.iterdir():
        item.chmod(0o644)
    return path


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are told otherwise on Windows")
@pytest.mark.parametrize(
    "name",
    [
        *("county.gpkg", "county.zip", "counts.csv", "counts.xlsx"),
        *("communities.geojson", "communities.parquet"),
        *("communities.shp", "communities.dbf", "communities.shx", "communities.cpg"),
    ],
)
def test_a_file_without_the_right_to_read_it(folder: Path, name: str) -> None:
    path = write(folder, name)
    read(folder, name)
    with as_nobody():
        read(folder, name)
    path.chmod(0)
    code = "GT051" if path.suffix == ".zip" else "GT002"
    with as_nobody():
        with pytest.raises(InputError, match=rf"(?i){code} .*(permission denied|unable to open)"):
            read(folder, name)
        whole = path.with_suffix(".shp") if path.suffix in (".dbf", ".shx", ".cpg") else path
        (report,) = inspect_paths([whole])
    assert report.error is not None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are told otherwise on Windows")
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_folder_without_the_right_to_look_into_it(folder: Path, mode: int) -> None:
    inner = folder / "inner"
    inner.mkdir(mode=0o755)
    if is_root:
        os.chown(inner, NOBODY, -1)
    write(inner, "county.gpkg")
    inner.chmod(mode)
    with as_nobody():
        for path in (inner, inner / "county.gpkg"):
            with pytest.raises(InputError, match=r"GT002 .*Permission denied"):
                read_layers(path)
            (report,) = inspect_paths([path])
            assert report.error is not None
    inner.chmod(0o755)


def test_a_geopackage_that_another_program_writes_is_read_as_it_stands(folder: Path) -> None:
    path = write(folder, "county.gpkg")
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        found = read_layers(path)
    for key, frame in read_layers(SAMPLE).layers.items():
        assert_geodataframe_equal(found.layers[key], frame)
