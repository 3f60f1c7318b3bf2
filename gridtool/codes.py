"""Stage ``codes``: grid codes by one standard, and grid names.

Source: Art. 7: the county codes its grids by one unified standard. Which standard is a parameter:
schemes are data (``schemas/schemes/*.json``).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridtool.errors import SettingsError
from gridtool.rules import DEDICATED

_DIGITS = "零一二三四五六七八九"
_BODY_SUFFIX = re.compile(r"(?:居民委员会|居委会)$")
_VILLAGE_SUFFIX = re.compile(r"村?(?:村民委员会|村委会)$")


@dataclass(frozen=True)
class Scheme:
    """How a grid code is built.

    Attributes
    ----------
    name : str
    pattern : re.Pattern
        What a whole code must match, with a group for each segment.
    prefix_length : int
        Characters before the serial.
    serial_length, first, last : int
        Digits and range of the serial.
    """

    name: str
    pattern: re.Pattern[str]
    prefix_length: int
    serial_length: int
    first: int
    last: int

    def code(self, prefix: str, serial: int) -> str:
        """Return the code of a prefix and serial, zeros in front."""
        return f"{prefix}{serial:0{self.serial_length}d}"

    def matches(self, code: str) -> bool:
        """Return whether a code follows the scheme."""
        return self.pattern.fullmatch(code) is not None


def load_scheme(name: str | Path = "grid15") -> Scheme:
    """Load a scheme by its name, or a file of the user's own.

    Parameters
    ----------
    name : str or Path
        One shipped with gridtool (``grid15``), or a path to a JSON file.

    Returns
    -------
    Scheme

    Raises
    ------
    SettingsError
        When there is no such scheme or it contradicts itself.
    """
    try:
        text = _scheme_text(name)
        return _scheme(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise SettingsError("GT045", scheme=name, reason=str(error)) from error


def _scheme_text(name: str | Path) -> str:
    """Return the JSON text of a scheme."""
    if str(name).endswith(".json"):
        return Path(name).read_text(encoding="utf-8")
    shipped = resources.files("gridtool") / "schemas"
    # an editable install has no schemas inside the package, only beside it
    folder = shipped if shipped.is_dir() else Path(__file__).parent.parent / "schemas"
    return (folder / "schemes" / f"{name}.json").read_text(encoding="utf-8")


def _scheme(data: dict[str, Any]) -> Scheme:
    """Build a scheme from its JSON."""
    segments = data["segments"]
    serial = segments[-1]
    first, last = int(data["serial"]["first"]), int(data["serial"]["last"])
    if not 0 <= first <= last < 10 ** int(serial["length"]):
        raise ValueError(f"serials {first}-{last} do not fit {serial['length']} digits")
    return Scheme(
        name=str(data["name"]),
        pattern=re.compile("".join(f"({segment['pattern']})" for segment in segments), re.ASCII),
        prefix_length=sum(int(segment["length"]) for segment in segments[:-1]),
        serial_length=int(serial["length"]),
        first=first,
        last=last,
    )


def assign_codes(
    grids: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame | None = None,
    *,
    scheme: Scheme | None = None,
    band_m: float | None = None,
) -> gpd.GeoDataFrame:
    """Number the grids of each community for the first time.

    Parameters
    ----------
    grids : GeoDataFrame, CRS in metres
        ``community_code``, ``grid_kind``, ``site_id``, ``area_m2``.
    communities : GeoDataFrame
        ``code``, ``name``.
    sites : GeoDataFrame, optional
        ``site_id``, ``name``: dedicated grids are named after their site.
    scheme : Scheme, optional
        Default `grid15`.
    band_m : float, optional
        Height of the bands in metres; default the median height of the community's grids.

    Returns
    -------
    GeoDataFrame
        Sorted by ``grid_code``; added ``grid_code``, ``grid_name``, ``grid_full_name``,
        ``community_name``, ``town_code``, ``county_code``. Base grids are numbered in bands north
        to south, west to east inside a band (DB11/T 2157-2023, DB6101/T 3185-2024: 从西向东、
        从北向南); dedicated grids follow.

    Raises
    ------
    SettingsError
        When a community has more grids than serials.
    """
    scheme = scheme or load_scheme()
    names = communities.set_index("code")["name"].map(short_name)
    site_names = {} if sites is None else dict(zip(sites["site_id"], sites["name"], strict=True))
    serial = np.empty(len(grids), dtype=np.int64)
    for code, at in grids.groupby("community_code", sort=True).indices.items():
        if scheme.first + len(at) - 1 > scheme.last:
            values = {"scheme": scheme.name, "community": code, "needed": len(at)}
            raise SettingsError("GT044", **values)
        serial[_reading_order(grids.iloc[at], at, band_m)] = scheme.first + np.arange(len(at))
    community = grids["community_code"]
    dedicated = (grids["grid_kind"] == DEDICATED).to_numpy()
    own = [f"第{chinese_numeral(int(n) - scheme.first + 1)}网格" for n in serial]
    site = [site_names.get(one, "专属网格") for one in grids["site_id"]]
    name = np.where(dedicated, site, own)
    coded = grids.assign(
        grid_code=[scheme.code(c, int(n)) for c, n in zip(community, serial, strict=True)],
        grid_name=name,
        grid_full_name=community.map(names).to_numpy() + name,
        community_name=community.map(names).to_numpy(),
        town_code=community.str[:9].to_numpy(),
        county_code=community.str[:6].to_numpy(),
    )
    return coded.sort_values("grid_code", kind="stable").reset_index(drop=True)


def _reading_order(
    grids: gpd.GeoDataFrame, at: np.ndarray[Any, np.dtype[np.int64]], band_m: float | None
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return positions of one community's grids in the order they are numbered."""
    shapes = grids.geometry.to_numpy()
    bounds = shapely.bounds(shapes)
    height = band_m or max(float(np.median(bounds[:, 3] - bounds[:, 1])), 1.0)
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    band = np.floor((bounds[:, 3].max() - centre[:, 1]) / height)
    later = (grids["grid_kind"] == DEDICATED).to_numpy()
    # ties by area, so that the order of rows never matters
    order = np.lexsort((grids["area_m2"].to_numpy(), centre[:, 0].round(3), band, later))
    return np.asarray(at[order])


def short_name(name: str) -> str:
    """Return a community's everyday name, without 居民委员会 or 村民委员会.

    Examples
    --------
    >>> short_name("高山井社区居民委员会"), short_name("徐家塘村民委员会")
    ('高山井社区', '徐家塘村')
    """
    return _VILLAGE_SUFFIX.sub("村", _BODY_SUFFIX.sub("", name)) or name


def chinese_numeral(number: int) -> str:
    """Return a number from 1 to 9,999 as it is read.

    Examples
    --------
    >>> [chinese_numeral(n) for n in (1, 10, 11, 20, 101, 110, 999)]
    ['一', '十', '十一', '二十', '一百零一', '一百一十', '九百九十九']
    """
    if not 0 < number < 10_000:
        raise ValueError(f"{number} is not in 1-9999")
    text, gap = "", False
    for unit, value in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, number = divmod(number, value)
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + unit
            gap = False
        elif text:
            gap = True
    return text.removeprefix("一") if text.startswith("一十") else text


def malformed(codes: pd.Series, scheme: Scheme) -> pd.Series:
    """Return which codes do not follow a scheme (bool, same index)."""
    return ~codes.map(scheme.matches)
