"""The options of ``partition`` and ``adopt`` beside those of input."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class DedicatedFrom(StrEnum):
    """Where dedicated grids come from."""

    drawn = "drawn"
    auto = "auto"
    none = "none"


Dedicated = Annotated[
    DedicatedFrom,
    typer.Option(
        "--dedicated",
        help="专属网格 Dedicated grids: as drawn in sites, by use of buildings too, or none.",
    ),
]
Out = Annotated[
    Path,
    typer.Option(
        "--out", "-o", metavar="FOLDER", help="输出文件夹 For grids.gpkg and summary.json."
    ),
]
Minimum = Annotated[
    int | None, typer.Option("--min", help="最少户数 Fewest households in a grid. [300]")
]
Maximum = Annotated[
    int | None, typer.Option("--max", help="最多户数 Most households in a grid. [500]")
]
Target = Annotated[int | None, typer.Option("--target", help="目标户数 Households aimed at. [400]")]
Persons = Annotated[
    int | None, typer.Option("--persons", help='"1000人左右" About so many persons. [1000]')
]
PersonsTolerance = Annotated[
    int | None,
    typer.Option("--persons-tolerance", help="人数容差 How far about reaches. [100]"),
]
Scheme = Annotated[
    str | None, typer.Option("--scheme", help="编码方案 Code scheme, or a JSON file. [grid15]")
]
Seed = Annotated[
    int | None, typer.Option("--seed", help="随机种子 Chance comes from here alone. [0]")
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", help="线程数 Threads; the result is the same. [1]"),
]
Base = Annotated[
    Path | None,
    typer.Option(
        "--base",
        metavar="FILE",
        show_default=False,
        help="现行网格 Grids in force: what still fits stays, and codes go on.",
    ),
]
Lock = Annotated[
    list[str] | None,
    typer.Option(
        "--lock",
        metavar="CODE",
        show_default=False,
        help="锁定 Code of a grid of --base that must stay as it is, as a column locked says too. "
        "Repeat.",
    ),
]
MaxMoved = Annotated[
    str | None,
    typer.Option(
        "--max-moved",
        metavar="5%",
        show_default=False,
        help="变动上限 Share of households that may leave their grid of --base.",
    ),
]
LedgerFile = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        metavar="FILE",
        show_default=False,
        help="编码台账 Ledger that new codes are reserved in, with --base.",
    ),
]
Pin = Annotated[
    Path | None,
    typer.Option(
        "--pin",
        metavar="TABLE",
        show_default=False,
        help="定格表 Buildings that must share a grid (group) or may not (apart), CSV or XLSX.",
    ),
]


Plans = Annotated[
    int,
    typer.Option(
        "--plans",
        metavar="N",
        min=1,
        max=6,
        show_default=False,
        help="多方案 Write N good, different plans and a table to choose from. [1]",
    ),
]


def chosen_share(text: str | None) -> float | None:
    """Return ``5%`` or ``0.05`` as a share."""
    if text is None:
        return None
    number = text.strip().removesuffix("%").removesuffix("％")
    try:
        share = float(number) / (1.0 if number == text.strip() else 100.0)
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        raise typer.BadParameter(f"--max-moved {text}: 0% … 100%")
    return share
