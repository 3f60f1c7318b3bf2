"""A bounded run of every fault; all of them in full: ``python tests/faults/faults.py --full``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from faults import FAULTS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed")


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "full-tmpfs"])
def test_what_breaks_leaves_the_old_state_or_the_new(name: str, tmp_path: Path) -> None:
    fault, bounded, _ = FAULTS[name]
    assert sum(fault(tmp_path, bounded).values()) > 0
