"""Several good and different plans, to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from gridtool.division import Dials
from gridtool.errors import SettingsError
from gridtool.export import ensure_free, plan_files, plan_gpkg, write_plans
from gridtool.messages import Lang
from gridtool.pipeline.clock import Clock, Progress
from gridtool.pipeline.dividing import Job, read_job
from gridtool.pipeline.result import Division
from gridtool.pipeline.settings import Settings
from gridtool.read import Paths, Placing
from gridtool.report import compare_plans, difference
from gridtool.rules import NOT_FOUND

MOST_PLANS = 6

BALANCED, EVEN, SHORT, ROUND = "balanced", "even", "short", "round"
_APART = 0.02
"""A plan is different when so many households share a grid with others than in all before."""
_DEAREST = 1.3
"""A plan is good when its border costs no more than so many times that of the first."""


class Plan(NamedTuple):
    """A plan and what it strives for."""

    profile: str
    division: Division

    @property
    def lost(self) -> int:
        """Return how many grids are outside the window for want of a better plan."""
        return int((self.division.grids["size_reason"] == NOT_FOUND).sum())

    @property
    def cost(self) -> float:
        """Return what the borders cost in all."""
        return sum(row["cut_cost"] or 0.0 for row in self.division.summary["communities"])


def partition_plans(
    source: Path | None,
    out: Path,
    count: int,
    *,
    paths: Paths | None = None,
    mapping: Mapping[str, str] | None = None,
    placing: Placing | None = None,
    base: Path | None = None,
    pins: Path | None = None,
    settings: Settings | None = None,
    overwrite: bool = False,
    lang: Lang = "zh",
    progress: Progress | None = None,
) -> tuple[list[Division], dict[str, Any], list[Path]]:
    """Read layers from files, divide them in several ways, and write all into a folder.

    Parameters
    ----------
    source, out, paths, mapping, placing, base, pins, settings, overwrite, lang, progress
        As `gridtool.pipeline.partition_files` takes them.
    count : int
        Plans to write, 2 to `MOST_PLANS`.

    Returns
    -------
    list of Division
        The first is the one that `partition_files` would write.
    dict
        The table that compares them; see ``schemas/plans.schema.json``.
    list of Path
        The files written: ``grids-1.gpkg``, ``summary-1.json``, …, ``plans.json``.

    Raises
    ------
    GridtoolError
        Before anything is written.
    """
    if not 2 <= count <= MOST_PLANS:
        raise SettingsError("GT046", reason=f"--plans 2 … {MOST_PLANS}")
    ensure_free(out, plan_files(count), overwrite=overwrite)
    clock, settings = Clock(progress), settings or Settings()
    job = read_job(
        source, settings, clock, paths=paths, mapping=mapping, placing=placing, base=base, pins=pins
    )
    chosen = make_plans(job, count)
    shown = [
        (plan.profile, plan.division.layers, plan.division.summary, plan_gpkg(at))
        for at, plan in enumerate(chosen, 1)
    ]
    table = compare_plans(shown, settings.rules)
    divisions = [plan.division for plan in chosen]
    with clock.stage("write"):
        written = write_plans(
            out,
            [(division.layers, division.summary) for division in divisions],
            table,
            crs=job.crs,
            lang=lang,
            overwrite=overwrite,
        )
    return divisions, table, written


def make_plans(job: Job, count: int) -> list[Plan]:
    """Divide in several ways, and choose those that are good and most different.

    Parameters
    ----------
    job : Job
    count : int

    Returns
    -------
    list of Plan
        The first is the division of `Job.search`; others strive for something else, and where too
        few of these are good, the same by another chance. Fewer than `count` where no more differ.
    """
    dials, seed = job.settings.dials, job.settings.seed

    def make(profile: str, dials: Dials, seed: int) -> Plan:
        return Plan(profile, job.finish(job.search_with(dials, seed)))

    chosen = [make(BALANCED, dials, seed)]
    _choose(chosen, [make(name, way, seed) for name, way in _profiles(dials).items()], count)
    for at in range(1, count):
        if len(chosen) < count:
            _choose(chosen, [make(BALANCED, dials, seed + at)], count)
    return chosen


def _choose(chosen: list[Plan], plans: list[Plan], count: int) -> None:
    """Add good plans to those chosen, the most different first, while they differ enough."""
    first = chosen[0]
    good = [
        plan for plan in plans if plan.lost <= first.lost and plan.cost <= _DEAREST * first.cost
    ]
    while good and len(chosen) < count:
        apart = [
            min(difference(plan.division.buildings, one.division.buildings) for one in chosen)
            for plan in good
        ]
        best = max(range(len(good)), key=lambda at: (apart[at], -at))
        if apart[best] < _APART:
            return
        chosen.append(good.pop(best))


def _profiles(dials: Dials) -> dict[str, Dials]:
    """Return what else to strive for: even sizes, short borders, round grids."""
    return {
        EVEN: replace(dials, drift=4.0 * dials.drift, spread=0.25 * dials.spread),
        SHORT: replace(dials, drift=0.1 * dials.drift, shape=0.3 * dials.shape),
        ROUND: replace(dials, shape=3.0 * dials.shape),
    }
