"""Rows chained by hashes: each holds the hash of the row before it.

What other programs change in a table in spite of its guards is seen when the chain is read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any


def digest(values: Sequence[Any]) -> str:
    """Return the hash of a row: SHA-256 over its values as JSON.

    Parameters
    ----------
    values : sequence
        Text, whole numbers or nothing; the hash of the row before stands first.
    """
    text = json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
