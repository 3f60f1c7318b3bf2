"""The first of the damaged inputs that ``tests/fuzz.py`` makes without end."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz import one

from gridtool.messages import CATALOGUE


@pytest.mark.parametrize("first", range(0, 80, 20))
def test_damaged_inputs_end_in_a_result_or_an_error_of_ours(first: int, tmp_path: Path) -> None:
    ends = set()
    for seed in range(first, first + 20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        ends.add(one(seed, folder)[1])
    assert ends <= {"done", *CATALOGUE}
    assert len(ends) > 1
