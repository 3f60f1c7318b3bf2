"""The first of the damaged inputs that ``tests/fuzz.py`` makes without end."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz import one

from gridtool.messages import CATALOGUE
from gridtool.read.sources import failures_told


@pytest.mark.parametrize("first", range(0, 80, 20))
def test_damaged_inputs_end_in_a_result_or_an_error_of_ours(first: int, tmp_path: Path) -> None:
    ends = set()
    for seed in range(first, first + 20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        ends.add(one(seed, folder)[1])
    assert ends <= {"done", *CATALOGUE}
    assert len(ends) > 1


def test_a_crs_that_pyogrio_trips_over(tmp_path: Path) -> None:
    assert one(304789, tmp_path)[1] == "GT002"


def test_a_slip_of_our_own_is_not_taken_for_a_broken_file() -> None:
    with pytest.raises(UnboundLocalError), failures_told("a.gpkg"):
        raise UnboundLocalError
