"""Order of ids."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtool.check.ids import order_of

# letters that share a byte or need several, and what ids of one layer have in common
_LETTERS = st.sampled_from("09AZaz-_ é楼栋🏠\x7f\xff\u0100")
_IDS = st.lists(st.text(_LETTERS, min_size=1, max_size=20), max_size=30)


@given(ids=_IDS, start=st.text(_LETTERS, max_size=10))
def test_ids_are_ordered_by_their_characters(ids: list[str], start: str) -> None:
    texts = [start + text for text in ids]
    order = order_of(np.array(texts, dtype=object))
    assert order.tolist() == sorted(range(len(texts)), key=texts.__getitem__)
