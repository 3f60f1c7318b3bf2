"""What a grid holds, in words: compounds, then streets with their number ranges."""

from __future__ import annotations

import re
from itertools import chain

import pandas as pd

LIMIT = 240

_OTHERS = "其他"

_HAN = r"[\u4e00-\u9fff]"
# province, city, county and town in front of a street; each may be missing
_ADMIN = (
    r"(?:[^省市区县\d]+?(?:省|自治区))?(?:[^省市区县\d]+?(?:市|州))?"
    rf"(?:[^省市区县\d]+?[区县市旗])?(?:{_HAN}+?(?:街道办事处|街道|镇|乡))?(?:{_HAN}+?社区)?"
)
_ADDRESS = re.compile(
    rf"^{_ADMIN}(?P<street>(?:{_HAN}|\d)*{_HAN}*(?:路|街|巷|道|弄|村|组|社|里|段|坊))"
    r"(?P<number>\d+)(?:[-–—之]\d+)?号"
)


def included_units(buildings: pd.DataFrame, compounds: pd.DataFrame | None = None) -> pd.Series:
    """List the compounds and streets of each grid in Chinese.

    Parameters
    ----------
    buildings : DataFrame
        ``grid_code`` (None outside all grids), ``compound_id``, ``address``.
    compounds : DataFrame, optional
        ``compound_id``, ``name``.

    Returns
    -------
    Series of str, index ``grid_code``, sorted
        ``汇东花园、盐都佳苑（部分）；解放路12–48号 36栋、其他4栋``, at most `LIMIT` characters.
        Compounds and streets with more buildings come first.
    """
    inside = buildings[buildings["grid_code"].notna()]
    grid = inside["grid_code"].astype(str)
    named = inside["compound_id"].notna() if "compound_id" in inside else grid.isna()
    estates = _compounds(grid[named], inside.loc[named].get("compound_id"), compounds)
    streets = _streets(grid[~named], inside.loc[~named].get("address"))
    codes = sorted(grid.unique())
    texts = [_join(estates.get(code, []), streets.get(code, [])) for code in codes]
    index = pd.Index(codes, name="grid_code", dtype="str")
    return pd.Series(texts, index=index, name="included_units", dtype="str")


def _compounds(
    grid: pd.Series, compound: pd.Series | None, compounds: pd.DataFrame | None
) -> dict[str, list[str]]:
    """Return the names of each grid's compounds, （部分） where another grid has a share."""
    if compound is None or compound.empty:
        return {}
    title = {} if compounds is None else _titles(compounds)
    counts = pd.DataFrame({"grid": grid, "id": compound.astype(str)}).value_counts().reset_index()
    counts["shared"] = counts.groupby("id")["grid"].transform("size") > 1
    counts["name"] = [title.get(key, key) for key in counts["id"]]
    counts = counts.sort_values(
        ["grid", "count", "name", "id"], ascending=[True, False, True, True]
    )
    texts: dict[str, list[str]] = {}
    for code, name, shared in zip(counts["grid"], counts["name"], counts["shared"], strict=True):
        texts.setdefault(code, []).append(f"{name}（部分）" if shared else name)
    return texts


def _titles(compounds: pd.DataFrame) -> dict[str, str]:
    """Return the names by id, of the compounds that have one."""
    named = compounds[compounds["name"].notna()]
    return dict(zip(named["compound_id"].astype(str), named["name"].astype(str), strict=True))


def _streets(grid: pd.Series, address: pd.Series | None) -> dict[str, list[str]]:
    """Return each grid's streets as ``解放路12–48号 36栋``, the rest as a bare count."""
    texts: dict[str, list[str]] = {}
    rest = grid.value_counts()
    if address is not None and len(address):
        parts = address.astype("str").str.extract(_ADDRESS)
        known = parts["street"].notna()
        numbers = parts.loc[known].assign(grid=grid[known])
        numbers["number"] = numbers["number"].astype("int64")
        runs = numbers.groupby(["grid", "street"])["number"].agg(["min", "max", "size"])
        runs = runs.reset_index().sort_values(
            ["grid", "size", "street"], ascending=[True, False, True]
        )
        for code, street, low, high, size in runs.itertuples(index=False, name=None):
            span = f"{low}" if low == high else f"{low}–{high}"
            texts.setdefault(code, []).append(f"{street}{span}号 {size}栋")
        rest = rest.sub(numbers["grid"].value_counts(), fill_value=0).astype("int64")
    for code, size in rest[rest > 0].items():
        texts.setdefault(str(code), []).append(f"{_OTHERS}{size}栋")
    return texts


def _join(estates: list[str], streets: list[str]) -> str:
    """Join the parts; what does not fit in `LIMIT` characters becomes 等."""
    if not estates and len(streets) == 1:
        return streets[0].removeprefix(_OTHERS)
    text = "、".join(estates) + ("；" if estates and streets else "") + "、".join(streets)
    if len(text) <= LIMIT:
        return text
    text, mark = "", ""
    marks = chain(
        "、" * (len(estates) - 1), "；" if streets and estates else "", "、" * len(streets)
    )
    for part in (*estates, *streets):
        if len(text) + len(mark) + len(part) >= LIMIT:
            break
        text += mark + part
        mark = next(marks, "、")
    return f"{text}等"
