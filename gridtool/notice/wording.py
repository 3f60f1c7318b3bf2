"""What a notice says, in the order of Art. 21: name, area, service items, worker, phone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from gridtool.notice.services import SERVICES
from gridtool.rules import DEDICATED

PER_COMMUNITY, PER_GRID = "community", "grid"

_TITLE: Final = "{name}网格服务公示"
_BASIS: Final = "依据《自贡市城乡社会治理网格化服务管理办法》第二十一条公示"
_UNSAFE: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


@dataclass(frozen=True)
class Wording:
    """What all notices of one run have in common.

    Attributes
    ----------
    services : sequence of str
        Service items.
    issuer : str
        Who posts it: the town by default, ``五星街街道办事处``.
    date : str
        Of the notice, as it is to be read; a space to fill in by hand when empty.
    hotline : str
        A phone for complaints; left out when empty.
    basis : str
        The article it is posted by.
    """

    services: Sequence[str] = SERVICES
    issuer: str = ""
    date: str = ""
    hotline: str = ""
    basis: str = _BASIS


@dataclass(frozen=True)
class Notice:
    """One notice.

    Attributes
    ----------
    community, grid : str
        Codes; `grid` is empty where the notice is for all grids of the community.
    stem : str
        Of its file names.
    values : dict
        What templates show: ``place``, ``title``, ``grids`` (``name``, ``code``, ``kind``,
        ``bounds``, ``included``, ``workers``, ``names``, ``phones``), ``services``, ``issuer``,
        ``date``, ``hotline``, ``basis``, ``single``.
    """

    community: str
    grid: str
    stem: str
    values: dict[str, Any]


def write_notices(
    grids: pd.DataFrame,
    roster: pd.DataFrame,
    wording: Wording,
    *,
    per: str,
    names: Mapping[str, str],
) -> Iterator[Notice]:
    """Yield the notices of grids, in the order of their codes.

    Parameters
    ----------
    grids : DataFrame
        Columns of `gridtool.columns.GRIDS`; texts may be empty.
    roster : DataFrame
        As `gridtool.notice.read_roster` returns it.
    wording : Wording
    per : ``community`` or ``grid``
    names : mapping
        Names of counties and towns by code.
    """
    workers = {str(code): rows for code, rows in roster.groupby("grid_code")}
    ordered = grids.sort_values("grid_code")
    keys = ["community_code"] if per == PER_COMMUNITY else ["community_code", "grid_code"]
    for code, rows in ordered.groupby(keys, sort=True):
        first = rows.iloc[0]
        single = per == PER_GRID
        name = str(first["grid_full_name"] if single else first["community_name"])
        town = names.get(first["town_code"], "")
        yield Notice(
            community=str(code[0]),
            grid=str(code[1]) if single else "",
            stem=_UNSAFE.sub("_", f"{code[-1]}_{name}"),
            values={
                "place": names.get(first["county_code"], "") + town,
                "title": _TITLE.format(name=name.removesuffix("网格") if single else name),
                "single": single,
                "grids": [_grid_values(row, workers) for _, row in rows.iterrows()],
                "services": list(wording.services),
                "issuer": wording.issuer or _office(town),
                "date": wording.date,
                "hotline": wording.hotline,
                "basis": wording.basis,
            },
        )


def _grid_values(row: pd.Series[Any], workers: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return what a notice says of one grid."""
    rows = workers.get(row["grid_code"])
    people = [] if rows is None else rows[["worker", "phone", "duty"]].to_dict("records")
    return {
        "name": row["grid_name"],
        "code": row["grid_code"],
        "kind": "专属网格" if row["grid_kind"] == DEDICATED else "",
        "bounds": row["bounds_text"],
        "included": row["included_units"],
        "workers": people,
        "names": "\n".join(_name(person) for person in people),
        "phones": "\n".join(str(person["phone"]) for person in people),
    }


def _name(person: Mapping[Any, Any]) -> str:
    """Return a worker's name, with the duty where it is told."""
    return f"{person['worker']}（{person['duty']}）" if person["duty"] else str(person["worker"])


def _office(town: str) -> str:
    """Return who posts a notice: the government of a town, the office of a street."""
    if not town:
        return ""
    return f"{town}办事处" if town.endswith("街道") else f"{town}人民政府"
