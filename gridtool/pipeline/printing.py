"""From grids in a file to what is printed: maps and public notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from gridtool.errors import SettingsError
from gridtool.findings import Finding, findings_frame, sort_findings
from gridtool.messages import Lang
from gridtool.notice import (
    PER_COMMUNITY,
    SERVICES,
    TEMPLATE,
    Notice,
    Poster,
    Wording,
    check_roster,
    poster_docx,
    poster_pdf,
    read_roster,
    read_services,
    write_notices,
)
from gridtool.pipeline.clock import Clock, Progress
from gridtool.pipeline.scene import (
    SHOWN,
    Beneath,
    Scene,
    community_code,
    missing_glyphs,
    read_scene,
)
from gridtool.place import ensure_free, replacing, write_whole
from gridtool.sheets import glyph_findings
from gridtool.sheets.maps import (
    BY_GRID,
    BY_RULE,
    Drawing,
    MapSheet,
    Paper,
    community_map,
    draw,
    fit_paper,
    overview_map,
    paper_named,
    picture_kind,
)

FORMATS: Final = ("pdf", "docx")


@dataclass(frozen=True)
class Printed:
    """What was printed.

    Attributes
    ----------
    written : list of Path
    findings : DataFrame
        Columns of `gridtool.columns.FINDINGS`.
    """

    written: list[Path]
    findings: pd.DataFrame


def map_file(
    path: Path,
    out: Path,
    *,
    community: str | None = None,
    beneath: Beneath | None = None,
    paper: str = "A4",
    landscape: bool | None = None,
    fill: str | None = None,
    title: str | None = None,
    source_line: str | None = None,
    date: str = "",
    dpi: int = 200,
    lang: Lang = "zh",
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Printed:
    """Draw the map of a community, or of all grids, and write it.

    Parameters
    ----------
    path : Path
        As `gridtool.read.results.read_results` takes it.
    out : Path
        ``.pdf``, ``.png`` or ``.svg``.
    community : str, optional
        Code or name; the map shows all communities by default.
    beneath : Beneath, optional
        What lies beneath the grids.
    paper : ``A4``, ``A3`` or ``A2``
    landscape : bool, optional
        Whichever shows the grids larger by default.
    fill : ``grid`` or ``size_rule``, optional
        By grid for one community, else by the rule of size.
    title, source_line : str, optional
        Default: names of county, town and community; name and revision of the file.
    date : str
        Printed as it is; none when empty.
    dpi : int
        Of a PNG.
    lang : ``zh`` or ``en``
    overwrite : bool
    progress : callable, optional

    Returns
    -------
    Printed

    Raises
    ------
    GridtoolError
        Before anything is written.
    """
    kind = picture_kind(out)
    paper_named(paper)
    ensure_free(out.parent, [out.name], overwrite=overwrite)
    clock = Clock(progress)
    with clock.stage("read"):
        scene = read_scene(path, beneath or Beneath())
    with clock.stage("print"):
        code = community_code(scene.grids, community) if community else ""
        sheet = _sheet(scene, code, fill, title, _foot(scene, source_line, date, lang), lang)
        if landscape is None:
            page = fit_paper(sheet, paper)
        else:
            page = paper_named(paper, landscape=landscape)
        drawing = draw(sheet, page)
        content = drawing.save(kind, dpi=dpi)
    with replacing(out, overwrite=overwrite) as temporary:
        temporary.write_bytes(content)
    shown = scene.grids[scene.grids["community_code"] == code] if code else scene.grids
    more = {"title": sheet.title, "source": sheet.foot}
    findings = [*scene.findings, *missing_glyphs(scene, shown, path.name, more)]
    return Printed([out], _findings(findings, drawing.left_off, path.name))


def notice_files(
    path: Path,
    out: Path,
    roster: Path,
    *,
    beneath: Beneath | None = None,
    services: Path | None = None,
    per: str = PER_COMMUNITY,
    communities: Sequence[str] = (),
    formats: Sequence[str] = FORMATS,
    paper: str = "A3",
    template: Path | None = None,
    issuer: str = "",
    hotline: str = "",
    date: str = "",
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Printed:
    """Write the public notices of Art. 21 into a folder, all of them or none.

    Parameters
    ----------
    path : Path
        As `gridtool.read.results.read_results` takes it.
    out : Path
        Folder.
    roster : Path
        As `gridtool.notice.read_roster` takes it.
    beneath : Beneath, optional
        What lies beneath the grids on the maps.
    services : Path, optional
        Service items, one a line; those of Art. 9 by default.
    per : ``community`` or ``grid``
    communities : sequence of str
        Codes or names; all by default.
    formats : sequence of ``pdf`` and ``docx``
    paper : ``A3`` or ``A2``
    template : Path, optional
        The office's own, for DOCX.
    issuer, hotline, date : str
        As `gridtool.notice.Wording` holds them.
    overwrite : bool
    progress : callable, optional

    Returns
    -------
    Printed

    Raises
    ------
    GridtoolError
        Before anything is written.
    """
    if unknown := sorted(set(formats) - set(FORMATS)):
        raise SettingsError("GT735", wanted=unknown[0], known=", ".join(FORMATS))
    paper_named(paper)
    clock = Clock(progress)
    with clock.stage("read"):
        items = SERVICES if services is None else read_services(services)
        people = read_roster(roster)
        scene = read_scene(path, beneath or Beneath())
        chosen = _chosen(scene.grids, communities)
        found = _check_notices(scene, people, chosen, roster.name, path.name)
        found += glyph_findings(items, layer=services.name if services else "Art. 9")
    wording = Wording(items, issuer, date, hotline)
    notices = list(write_notices(chosen, people, wording, per=per, names=scene.names))
    names = [f"{notice.stem}.{kind}" for notice in notices for kind in formats]
    ensure_free(out, names, overwrite=overwrite)
    left_off: list[str] = []
    press = _Press(scene, paper.upper(), template or TEMPLATE)

    def write(folder: Path) -> None:
        for at, notice in enumerate(notices):
            clock.tell("print", at, len(notices))
            for kind in formats:
                poster = press.make(notice, kind)
                (folder / f"{notice.stem}.{kind}").write_bytes(poster.content)
                left_off.extend(poster.left_off)

    with clock.stage("print"):
        written = write_whole(out, names, write, overwrite=overwrite)
    return Printed(written, _findings(found, list(dict.fromkeys(left_off)), path.name))


@dataclass(frozen=True)
class _Press:
    """Makes the posters of one run."""

    scene: Scene
    paper: str
    template: Path

    def make(self, notice: Notice, kind: str) -> Poster:
        """Return one poster."""
        if kind == "pdf":
            return poster_pdf(notice, self._draw, paper=self.paper)
        return poster_docx(notice, self._draw, paper=self.paper, template=self.template)

    def _draw(self, notice: Notice, paper: Paper) -> Drawing:
        """Draw the map of a notice; what the table beside it tells is not told twice."""
        sheet = community_map(
            self.scene.grids, notice.community, self.scene.ground, only=notice.grid, counts=False
        )
        return draw(sheet, paper)


def _chosen(grids: gpd.GeoDataFrame, communities: Sequence[str]) -> gpd.GeoDataFrame:
    """Return the grids of the communities asked for, all by default."""
    if not communities:
        return grids
    codes = [community_code(grids, wanted) for wanted in communities]
    return grids[grids["community_code"].isin(codes)]


def _sheet(
    scene: Scene, code: str, fill: str | None, title: str | None, foot: str, lang: Lang
) -> MapSheet:
    """Return what stands on a map."""
    grids = scene.grids
    first = grids[grids["community_code"] == code].iloc[0] if code else grids.iloc[0]
    names = (scene.names.get(first["county_code"], ""), scene.names.get(first["town_code"], ""))
    if code:
        place = "".join(names) + str(first["community_name"])
        return community_map(
            grids,
            code,
            scene.ground,
            title=_title(place, lang) if title is None else title,
            foot=foot,
            fill=fill or BY_GRID,
            lang=lang,
        )
    one_town = grids["town_code"].nunique() == 1
    place = "".join(names) if one_town else names[0]
    return overview_map(
        grids,
        scene.ground,
        title=_title(place, lang) if title is None else title,
        foot=foot,
        fill=fill or BY_RULE,
        lang=lang,
    )


def _title(place: str, lang: Lang) -> str:
    """Return the title of a map."""
    return f"{place}网格图" if lang == "zh" else f"Grids of {place}".removesuffix(" of ")


def _foot(scene: Scene, source_line: str | None, date: str, lang: Lang) -> str:
    """Return the line of source and date."""
    words = ("资料来源：", "制图日期：") if lang == "zh" else ("Source: ", "Date: ")
    if source_line is None:
        revision = scene.grids["rev"].max() if "rev" in scene.grids else None
        known = f"，第 {revision} 版" if lang == "zh" else f", revision {revision}"
        source_line = scene.results.path.name + (known if revision else "")
    parts = [words[0] + source_line if source_line else "", words[1] + date if date else ""]
    return " · ".join(part for part in parts if part)


def _check_notices(
    scene: Scene, people: pd.DataFrame, chosen: gpd.GeoDataFrame, roster: str, name: str
) -> list[Finding]:
    """Return what was found about a roster and the grids its notices are for."""
    codes = set(chosen["grid_code"])
    # a code of another community is no mistake where only some notices are made
    elsewhere = scene.grids["grid_code"][~scene.grids["grid_code"].isin(codes)]
    here = people[~people["grid_code"].isin(elsewhere)]
    found = [*scene.findings, *check_roster(here, chosen, name=roster)]
    without = chosen["grid_code"][chosen["bounds_text"] == ""]
    if len(without):
        found.append(Finding("GT753", name, rows=tuple(without), values={"count": len(without)}))
    texts = here["worker"] + here["duty"]
    # which characters, and in which rows; never whose name
    found += glyph_findings(texts, layer=roster, rows=here.index)
    return found + missing_glyphs(scene, chosen, name)


def _findings(findings: Sequence[Finding], left_off: list[str], name: str) -> pd.DataFrame:
    """Return findings as a table, with those about names that had no room."""
    found = list(findings)
    if left_off:
        more = " …" if len(left_off) > SHOWN else ""
        shown = "、".join(left_off[:SHOWN]) + more
        found.append(Finding("GT746", name, values={"count": len(left_off), "names": shown}))
    return pd.DataFrame(findings_frame(sort_findings(found), None).drop(columns="geometry"))
