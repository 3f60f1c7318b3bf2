"""Queries with planted errors of every verdict, on the sample county, their truth known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

OK, WRONG, DISAGREE = "ok", "claim_wrong", "text_and_point_disagree"
AMBIGUOUS, BORDER, OUTSIDE, NOT_FOUND = "ambiguous", "on_border", "outside", "not_found"
_DIGITS = "零一二三四五六七八九"


class Query(NamedTuple):
    """One row of a list and what is true of it.

    Attributes
    ----------
    kind : str
        How it was made.
    expected : str
        The verdict it was made for.
    grid : str
        The grid it is truly in, empty where that is outside or nobody can know.
    """

    kind: str
    address: str
    x: float
    y: float
    claim: str
    expected: str
    grid: str


class Planter:
    """Makes queries of buildings whose grid is known.

    Parameters
    ----------
    buildings : GeoDataFrame
        ``address`` and geometry.
    grids : GeoDataFrame
        ``grid_code`` and geometry.
    tied : mapping
        Building id to grid code.
    """

    def __init__(
        self,
        buildings: gpd.GeoDataFrame,
        grids: gpd.GeoDataFrame,
        tied: Mapping[str, str],
        communities: Mapping[str, str],
        seed: int = 7,
    ) -> None:
        self._rng = np.random.default_rng(seed)
        points = buildings.geometry.representative_point()
        self._rows = pd.DataFrame(
            {
                "address": buildings["address"],
                "grid": buildings["building_id"].map(tied),
                "x": points.x,
                "y": points.y,
                "depth": _depths(points, grids),
            }
        ).dropna(subset=["grid"])
        self._grids = grids.reset_index(drop=True)
        self._codes = self._grids["grid_code"].tolist()
        self._communities = communities
        bare = self._rows["address"].str.replace(r"^.*?(?:街道|镇)", "", regex=True)
        where = self._rows.assign(bare=bare).groupby("bare")["grid"].nunique()
        self._twofold = where[where > 1].index.tolist()

    def queries(self, count: int) -> list[Query]:
        """Return so many queries, of all kinds in turn."""
        makers: list[Callable[[], Query]] = [
            self._ok_text,
            self._ok_point,
            self._ok_both,
            self._wrong_text,
            self._wrong_point,
            self._disagreeing,
            self._twofold_text,
            self._community_alone,
            self._typo_right,
            self._typo_wrong,
            self._on_border,
            self._outside_point,
            self._outside_text,
            self._no_such_number,
            self._no_such_road,
            self._no_address,
        ]
        return [makers[at % len(makers)]() for at in range(count)]

    def _row(self, *, deep: bool = False) -> pd.Series:
        rows = self._rows[self._rows["depth"] > 5.0] if deep else self._rows
        return rows.iloc[int(self._rng.integers(len(rows)))]

    def _other(self, grid: str) -> str:
        while (code := self._codes[int(self._rng.integers(len(self._codes)))]) == grid:
            pass
        return code

    def _ok_text(self) -> Query:
        row = self._row()
        return Query("text", self._written(row), np.nan, np.nan, row["grid"], OK, row["grid"])

    def _ok_point(self) -> Query:
        row = self._row(deep=True)
        return Query("point", "", row["x"], row["y"], row["grid"], OK, row["grid"])

    def _ok_both(self) -> Query:
        row = self._row(deep=True)
        return Query("both", self._written(row), row["x"], row["y"], row["grid"], OK, row["grid"])

    def _wrong_text(self) -> Query:
        row = self._row()
        claim = self._other(row["grid"])
        return Query("text", self._written(row), np.nan, np.nan, claim, WRONG, row["grid"])

    def _wrong_point(self) -> Query:
        row = self._row(deep=True)
        claim = self._other(row["grid"])
        return Query("point", "", row["x"], row["y"], claim, WRONG, row["grid"])

    def _disagreeing(self) -> Query:
        row, far = self._row(), self._row(deep=True)
        while far["grid"] == row["grid"]:
            far = self._row(deep=True)
        return Query(
            "both", self._written(row), far["x"], far["y"], row["grid"], DISAGREE, row["grid"]
        )

    def _twofold_text(self) -> Query:
        text = self._twofold[int(self._rng.integers(len(self._twofold)))]
        return Query("without town", text, np.nan, np.nan, self._other(""), AMBIGUOUS, "")

    def _community_alone(self) -> Query:
        row = self._row()
        while self._alone(row["grid"]):
            row = self._row()
        text = f"自流井区{self._communities[row['grid']]}"
        return Query("community", text, np.nan, np.nan, row["grid"], AMBIGUOUS, row["grid"])

    def _alone(self, grid: str) -> bool:
        return sum(code[:12] == grid[:12] for code in self._codes) == 1

    def _typo_right(self) -> Query:
        row = self._row()
        return Query(
            "typo", self._mistyped(row), np.nan, np.nan, row["grid"], AMBIGUOUS, row["grid"]
        )

    def _typo_wrong(self) -> Query:
        row = self._row()
        claim = self._other(row["grid"])
        return Query("typo", self._mistyped(row), np.nan, np.nan, claim, AMBIGUOUS, row["grid"])

    def _on_border(self) -> Query:
        while True:
            at = int(self._rng.integers(len(self._grids)))
            line = self._grids.geometry.iloc[at].boundary
            point = line.interpolate(float(self._rng.random()), normalized=True)
            aside = self._rng.uniform(-0.9, 0.9, 2)
            point = shapely.Point(point.x + aside[0], point.y + aside[1])
            near = self._grids[self._grids.geometry.dwithin(point, 1.5)]
            if len(near) > 1:
                claim = near["grid_code"].iloc[0]
                return Query("point", "", point.x, point.y, claim, BORDER, "")

    def _outside_point(self) -> Query:
        west, south, east, north = self._grids.total_bounds
        x = float(self._rng.choice([west - 3000, east + 3000]))
        return Query("point", "", x, (south + north) / 2, self._other(""), OUTSIDE, "")

    def _outside_text(self) -> Query:
        texts = (
            "四川省成都市武侯区科华北路62号",
            "富顺县富世街道解放街5号",
            "重庆市渝中区八一路177号",
            "自贡市荣县旭阳镇桂林街8号",
        )
        text = texts[int(self._rng.integers(len(texts)))]
        return Query("text", text, np.nan, np.nan, self._other(""), OUTSIDE, "")

    def _no_such_number(self) -> Query:
        number = int(self._rng.integers(3000, 9000))
        text = f"自贡市自流井区五星街街道汇盐大道{number}号"
        return Query("number", text, np.nan, np.nan, self._other(""), NOT_FOUND, "")

    def _no_such_road(self) -> Query:
        name = "".join(self._rng.choice(list("玉兰芙蓉紫荆海棠翡翠琥珀"), 3))
        text = f"自流井区东兴寺街道{name}路{int(self._rng.integers(1, 90))}号"
        return Query("road", text, np.nan, np.nan, self._other(""), NOT_FOUND, "")

    def _no_address(self) -> Query:
        texts = ("", "无", "不详", "=1+1", "=cmd|' /C calc'!A0", "？？？", "本人自有房屋", "—")
        text = texts[int(self._rng.integers(len(texts)))]
        return Query("nothing", text, np.nan, np.nan, self._other(""), NOT_FOUND, "")

    def _written(self, row: pd.Series) -> str:
        """Return a building's address as another office would write it: nothing is wrong."""
        text = str(row["address"])
        if self._half():
            text = text.removeprefix("四川省")
        if self._half():
            text = text.replace("自贡市", "自贡市自贡市" if self._half() else "")
        if self._half():
            text = text.replace("五星街街道", "五星街街办").replace(
                "东兴寺街道", "东兴寺街道办事处"
            )
        if "街" in text and self._half():
            community = self._communities[row["grid"]]
            ending = "居委会" if self._half() else "社区居民委员会"
            body = community.removesuffix("社区") + ending
            for town in ("街道办事处", "街办", "街道"):
                if town in text and community.endswith("社区"):
                    text = text.replace(town, town + body, 1)
                    break
        if self._half():
            text = text.replace("栋", str(self._rng.choice(["幢", "座", "号楼", "#"])))
        if "栋" in text and self._half():
            text += str(self._rng.choice(["3单元502", "2单元3楼6号", "-1-1201", "一单元三〇二室"]))
            text = text.replace("栋-", "-")
        if self._half():
            text = "".join(chr(ord(s) + 0xFEE0) if s.isdigit() and s.isascii() else s for s in text)
        if self._half():
            text += "（物业旁）" if self._half() else "【自住】"
        if self._half():
            text = text.replace("区", "区 ", 1)
        return text

    def _mistyped(self, row: pd.Series) -> str:
        """Return a building's address with one wrong character in a name."""
        text = str(row["address"])
        start = max(text.find("道") if "街道" in text else -1, text.find("镇")) + 1
        names = [at for at in range(start, len(text)) if "\u4e00" <= text[at] <= "\u9fff"]
        names = [at for at in names if text[at] not in "号栋组楼村路街巷道"]
        if not names:
            return text
        at = names[int(self._rng.integers(len(names)))]
        wrong = str(self._rng.choice(list("攀筱赟甬赣圳崂亳")))
        return f"{text[:at]}{wrong}{text[at + 1 :]}"

    def _half(self) -> bool:
        return bool(self._rng.random() < 0.5)


def _depths(points: gpd.GeoSeries, grids: gpd.GeoDataFrame) -> list[float]:
    """Return how far points lie from the next border of a grid."""
    lines = shapely.STRtree(shapely.boundary(np.asarray(grids.geometry.array)))
    nearest = lines.nearest(np.asarray(points.array))
    return shapely.distance(lines.geometries[nearest], np.asarray(points.array)).tolist()
