"""What several test modules share: the sample county, divided once."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from hypothesis import settings

from gridtool.pipeline import Division, partition

# how long an example takes depends on what else the machine does
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

SAMPLE = Path(__file__).parents[1] / "sample_data" / "county.gpkg"


@pytest.fixture(scope="session")
def sample() -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of the sample county as they are read."""
    names = pyogrio.list_layers(SAMPLE)[:, 0]
    return {str(name): gpd.read_file(SAMPLE, layer=name) for name in names}


@pytest.fixture(scope="session")
def division(sample: dict[str, gpd.GeoDataFrame]) -> Division:
    """Return the sample county divided with the settings it comes with."""
    return partition(**sample)
