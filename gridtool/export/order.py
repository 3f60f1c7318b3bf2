"""What is asked of an export, once it is known that the format can do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pyproj import CRS
from pyproj.exceptions import CRSError

from gridtool.errors import SettingsError
from gridtool.export.formats import FORMATS
from gridtool.export.profiles import Profile
from gridtool.offsets import Source as OffsetSystem

SPLITS: Final = {"town": "town_code", "community": "community_code"}
ENCODINGS: Final = {"utf-8": "UTF-8", "gbk": "GBK"}

_OFFSETS: Final[dict[str, OffsetSystem]] = {"gcj02": "gcj02", "bd09": "bd09"}
_MOST_PLACES: Final = 15


@dataclass(frozen=True)
class Order:
    """What is asked for.

    Attributes
    ----------
    to : str
        Key of `gridtool.export.formats.FORMATS`, or ``postgis``.
    profile : Profile
    crs : CRS or None
        To write in; None is that of the grids, or WGS 84 where the format has no other.
    offset : ``gcj02`` or ``bd09``, optional
    decimals : int, optional
        Of coordinates; None is 7 of degrees and 3 of metres in text, and none elsewhere.
    split : ``town`` or ``community``, optional
        One file for each.
    encoding : str
        Of a shapefile: ``utf-8`` or ``gbk``.
    prune : bool
        In a table, delete grids of the same counties that are not among those exported.
    """

    to: str
    profile: Profile
    crs: CRS | None = None
    offset: OffsetSystem | None = None
    decimals: int | None = None
    split: str | None = None
    encoding: str = "utf-8"
    prune: bool = False


def order_for(
    to: str,
    profile: Profile,
    *,
    crs: str | None = None,
    offset: str | None = None,
    decimals: int | None = None,
    split: str | None = None,
    encoding: str = "utf-8",
    prune: bool = False,
) -> Order:
    """Return what is asked for, once it is known that the format can do it.

    Raises
    ------
    SettingsError
        GT046 for a value that is none of those possible, GT702 for what the format cannot do,
        GT048 when a package is missing.
    """
    for option, value, choices in (
        ("--split", split, SPLITS),
        ("--encoding", encoding.lower(), ENCODINGS),
        ("--coords", offset, _OFFSETS),
    ):
        if value is not None and value not in choices:
            raise SettingsError("GT046", reason=f"{option} {value}: {' | '.join(choices)}")
    if decimals is not None and not 0 <= decimals <= _MOST_PLACES:
        raise SettingsError("GT046", reason=f"--decimals {decimals}: 0-{_MOST_PLACES}")
    form = FORMATS.get(to)
    if form is not None:
        form.ensure_there()
    if offset is not None and (form is None or not form.offsets):
        able = ", ".join(item.key for item in FORMATS.values() if item.offsets)
        raise _unable(
            to, "--coords", f"会被当成真坐标；用 {able}", f"it would pass for true; {able}"
        )
    if crs is not None and (offset is not None or (form is not None and form.wgs84)):
        raise _unable(to, "--crs", "坐标只能是经纬度", "coordinates are degrees of WGS 84")
    if split is not None and form is None:
        raise _unable(to, "--split", "数据库表不分文件", "a table is not split")
    if encoding.lower() != "utf-8" and to != "shp":
        raise _unable(to, "--encoding", "只有 shp 可选编码", "only shp has a choice of encodings")
    return Order(
        to=to,
        profile=profile.short() if to == "shp" else profile,
        crs=_crs(crs),
        offset=None if offset is None else _OFFSETS[offset],
        decimals=decimals,
        split=split,
        encoding=encoding.lower(),
        prune=prune,
    )


def _unable(to: str, option: str, zh: str, en: str) -> SettingsError:
    """Return the error of an option that the format cannot follow."""
    return SettingsError("GT702", format=to, option=option, reason_zh=zh, reason=en)


def _crs(text: str | None) -> CRS | None:
    """Return the CRS asked for."""
    try:
        return None if text is None else CRS.from_user_input(text)
    except CRSError:
        raise SettingsError("GT046", reason=f"--crs {text}") from None
