"""The check of a list, batch by batch: parsed, located, judged, written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gridtool.addresses.address import TOO_LONG, normal_form
from gridtool.addresses.entries import row_texts
from gridtool.addresses.gazetteer import Gazetteer
from gridtool.addresses.keys import id_key
from gridtool.addresses.lists import AddressList, Batch
from gridtool.addresses.matching import Match, match_building, match_text
from gridtool.addresses.outputs import OUTPUT_FILES, SUMMARY, Outputs
from gridtool.addresses.personal import PersonalColumns
from gridtool.addresses.repeats import Repeats
from gridtool.addresses.summary import DUPLICATE, Tally, add_summary_sheet, find_findings, summarise
from gridtool.addresses.text import masked, masked_remark
from gridtool.addresses.verdicts import Claim, Point, Result, judge
from gridtool.columns import ADDRESSES, X_NAMES, Y_NAMES, fold, match_columns
from gridtool.errors import ColumnError
from gridtool.findings import Finding
from gridtool.messages import Lang
from gridtool.place import write_whole

if TYPE_CHECKING:
    from gridtool.addresses.whereabouts import Whereabouts
    from gridtool.offsets import Source

_PARTS: Final = ("road", "number", "compound", "building", "community", "town", "county")
# rows that tell how wide the columns of the workbook are to be
_HEAD: Final = 50

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Options:
    """How a list is checked.

    Attributes
    ----------
    columns : mapping of str to str
        Keys of `gridtool.columns.ADDRESSES` to columns of the list, where their names do not say.
    tolerance : float
        Metres from a border within which a point is on it.
    system : ``gcj02``, ``bd09`` or None
        What the list's coordinates are in.
    crs : str or None
        Of the list's coordinates in metres, where it is not that of the grids.
    keep : tuple of str
        Columns that stay though they hold data of persons.
    encoding : str or None
        Of a shapefile's text.
    lang : ``zh`` or ``en``
        Of the workbook.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    tolerance: float = 2.0
    system: Source | None = None
    crs: str | None = None
    keep: tuple[str, ...] = ()
    encoding: str | None = None
    lang: Lang = "zh"


class Checked(NamedTuple):
    """What a check found.

    Attributes
    ----------
    summary : dict
        Of plain JSON types, as in ``schemas/addresses.schema.json``.
    findings : list of Finding
    written : list of Path
    """

    summary: dict[str, Any]
    findings: list[Finding]
    written: list[Path]


def check_list(
    path: Path,
    gazetteer: Gazetteer,
    out: Path,
    options: Options,
    *,
    version: str,
    overwrite: bool = False,
    tell: Tell | None = None,
) -> Checked:
    """Check a list of addresses, and write what is found into a folder.

    Parameters
    ----------
    path : Path
        CSV, XLSX, Parquet or any layer.
    gazetteer : Gazetteer
    out : Path
        Folder for ``addresses.xlsx``, ``.csv``, ``.gpkg`` and ``summary.json``.
    options : Options
    version : str
        Of gridtool, for the summary.
    overwrite : bool
        Whether existing files may be replaced.
    tell : callable, optional
        Is told how far reading is, and of how much.

    Returns
    -------
    Checked

    Raises
    ------
    InputError
        When the list cannot be read.
    ColumnError
        GT602 when it has nothing to go by, GT603 when a column that is named is not there.
    OutputError
        When a file exists or cannot be written; then nothing is written.
    """
    listed = AddressList(path, encoding=options.encoding)
    check = _Check(listed, gazetteer, options)

    def write(folder: Path) -> None:
        nonlocal check
        if not check.run(folder, version, tell):
            # rows are written already that have what no file may have
            for file in folder.iterdir():
                file.unlink()
            again = AddressList(path, encoding=options.encoding)
            check = _Check(again, gazetteer, options, check.personal)
            check.run(folder, version, tell)

    written = write_whole(out, OUTPUT_FILES, write, overwrite=overwrite)
    return Checked(check.summary, check.findings, written)


class _Check:
    """A check under way: the list's columns, what was counted so far."""

    def __init__(
        self,
        listed: AddressList,
        gazetteer: Gazetteer,
        options: Options,
        personal: PersonalColumns | None = None,
    ) -> None:
        self._listed, self._gazetteer, self._options = listed, gazetteer, options
        self._at = _chosen_columns(listed, options)
        used = {listed.columns[at] for at in self._at.values()}
        asked = {*options.keep, *used}
        self.personal = personal or PersonalColumns(listed.columns, asked)
        self._whereabouts: Whereabouts | None = None
        self._repeats = Repeats()
        self.tally = Tally()
        self.summary: dict[str, Any] = {}
        self.findings: list[Finding] = []
        self._kept: list[int] = []
        self._address_at = self._at.get("address", -1)
        # in these no text is put out of sight: codes, numbers, and what a user asked for
        told = {fold(name) for name in asked}
        self._as_they_are = {at for at, name in enumerate(listed.columns) if fold(name) in told}

    def run(self, folder: Path, version: str, tell: Tell | None) -> bool:
        """Check all rows and write the files; return whether that could be done in one reading.

        It cannot where a column turns out to hold data of persons when some of it is written:
        then the rest is read for that alone, and the files are to be written anew.
        """
        listed, personal = self._listed, self.personal
        batches = listed.batches()
        first = next(batches, Batch(0, [], None))
        personal.judge(first.start, first.rows)
        gone = set(personal.found)
        self._kept = [at for at, name in enumerate(listed.columns) if name not in gone]
        columns = [listed.columns[at] for at in self._kept]
        head = self._cells(first.rows[:_HEAD])[0]
        with Outputs(folder, columns, self._gazetteer, self._options.lang, head) as outputs:
            for batch in chain((first,), batches):
                if batch is not first:
                    personal.judge(batch.start, batch.rows)
                if len(personal.found) > len(gone):
                    for rest in batches:
                        personal.judge(rest.start, rest.rows)
                    return False
                self.take(batch, outputs)
                if tell:
                    tell(listed.done, listed.size)
            self.conclude(outputs, version)
            add_summary_sheet(outputs.book, self.summary, self.findings, self._options.lang)
        text = json.dumps(self.summary, ensure_ascii=False, indent=2)
        (folder / SUMMARY).write_text(f"{text}\n", encoding="utf-8", newline="\n")
        return True

    def take(self, batch: Batch, outputs: Outputs) -> None:
        """Check and write some rows."""
        texts = [self._text(row) for row in batch.rows]
        matches, forms = self._match(batch.rows, texts)
        points, mended = self._points(batch)
        claims = [self._claim(row) for row in batch.rows]
        results = []
        for at, (match, point, claim) in enumerate(zip(matches, points, claims, strict=True)):
            result = judge(match, point, claim, self._gazetteer)
            if mended[at]:
                result = result._replace(notes=(*result.notes, *mended[at]))
            if point is not None and self._whereabouts is not None:
                self._whereabouts.witness(match, point, claim)
            results.append(result)
            self._count(batch.start + at, batch.rows[at], texts[at], result)
        rows, hidden = self._cells(batch.rows)
        self.tally.masked += hidden
        outputs.write(rows, results, forms)

    def _cells(self, rows: Sequence[Sequence[Any]]) -> tuple[list[list[Any]], int]:
        """Return rows as they are written, and how many of their cells had data of persons.

        Without the columns of such data; phones and identity numbers elsewhere are put out of
        sight.
        """
        found: list[list[Any]] = [[row[at] for at in self._kept] for row in rows]
        hidden = 0
        for place, at in enumerate(self._kept):
            hide = masked if at == self._address_at else masked_remark
            if at in self._as_they_are and at != self._address_at:
                continue
            for row in found:
                cell = row[place]
                if cell is not None and cell != "" and (text := hide(str(cell))) != str(cell):
                    row[place] = text
                    hidden += 1
        return found, hidden

    def conclude(self, outputs: Outputs, version: str) -> None:
        """Make the summary and the findings of all rows."""
        tally, repeats = self.tally, self._repeats
        repeats.conclude()
        if repeats.count:
            tally.noted[DUPLICATE] = (repeats.count, [number + 1 for number in repeats.first])
        tally.dropped, tally.dropped_late = self.personal.found, self.personal.late
        tally.encodings, tally.not_reckoned = self._listed.encodings, self._listed.not_reckoned
        tally.defused = outputs.defused
        tally.left_out, tally.left_open = outputs.left_out, outputs.left_open
        if self._whereabouts is not None:
            tally.shift = self._whereabouts.shift()
        self.findings = find_findings(tally, self._listed.path.name)
        self.summary = summarise(
            tally,
            self.findings,
            list_name=self._listed.path.name,
            columns=outputs.added,
            gazetteer=self._gazetteer,
            version=version,
        )

    def _text(self, row: Sequence[Any]) -> str:
        """Return the address of a row."""
        if self._address_at >= 0:
            cell = row[self._address_at]
            return "" if cell is None else str(cell)
        told = {key: row[at] for key, at in self._at.items() if key in _PARTS}
        return row_texts(told)[0] if told else ""

    def _match(
        self, rows: Sequence[Sequence[Any]], texts: Sequence[str]
    ) -> tuple[list[Match], list[str]]:
        """Return what the texts of rows tell, and their normal forms."""
        gazetteer = self._gazetteer
        id_at = self._at.get("building_id")
        matches, forms = [], []
        for row, text in zip(rows, texts, strict=True):
            address = gazetteer.parse(text)
            match = None
            if id_at is not None and (ref := _plain(row[id_at])):
                match = match_building(ref, gazetteer, id_key(ref))
            matches.append(match or match_text(address, gazetteer))
            forms.append("" if address.fault else normal_form(address, gazetteer.places))
        return matches, forms

    def _points(self, batch: Batch) -> tuple[list[Point | None], list[tuple[str, ...]]]:
        """Return where the coordinates of rows lie, and what was mended of them."""
        if self._whereabouts is None and self._has_coordinates(batch):
            self._whereabouts = self._new_whereabouts()
        if self._whereabouts is None:
            return [None] * len(batch.rows), [()] * len(batch.rows)
        return self._whereabouts.points(batch)

    def _has_coordinates(self, batch: Batch) -> bool:
        """Return whether any row has coordinates."""
        if batch.points is not None:
            return any(batch.points)
        at = self._at.get("x")
        return at is not None and any(row[at] not in (None, "") for row in batch.rows)

    def _new_whereabouts(self) -> Whereabouts:
        """Return what brings coordinates to grids; a list without any never loads it."""
        from gridtool.addresses.whereabouts import Whereabouts

        listed, options = self._listed, self._options
        return Whereabouts(
            self._gazetteer,
            tolerance=options.tolerance,
            system=options.system,
            crs=options.crs or listed.crs,
            columns=None if listed.has_points else (self._at["x"], self._at["y"]),
        )

    def _claim(self, row: Sequence[Any]) -> Claim:
        """Return what a row claims."""
        grid, community = self._at.get("grid_code_claimed"), self._at.get("community_code")
        return Claim(
            "" if grid is None else _plain(row[grid]),
            "" if community is None else _plain(row[community]),
        )

    def _count(self, number: int, row: Sequence[Any], text: str, result: Result) -> None:
        """Count a row."""
        tally = self.tally
        tally.add(number, result, self._gazetteer)
        if TOO_LONG in result.notes:
            tally.note(TOO_LONG, number)
        if text.strip():
            # rows of nothing are no repeats of one another
            self._repeats.take(number, tuple(map(str, row)))


def _chosen_columns(listed: AddressList, options: Options) -> dict[str, int]:
    """Return the place of each column that a check goes by."""
    columns = listed.columns
    named = {**match_columns(ADDRESSES, columns)}
    folded = {fold(name): name for name in reversed(columns)}
    for key, names in (("x", X_NAMES), ("y", Y_NAMES)):
        found = next((folded[fold(name)] for name in names if fold(name) in folded), None)
        if found is not None:
            named[key] = found
    for key, name in options.columns.items():
        if name not in columns:
            raise ColumnError(
                "GT603", layer=listed.path.name, column=name, found=", ".join(columns)
            )
        named[key] = name
    if ("x" in named) != ("y" in named):
        named.pop("x", None)
        named.pop("y", None)
    told = {"address", "x", "building_id", *_PARTS} & named.keys()
    if not told and not listed.has_points:
        raise ColumnError(
            "GT602",
            layer=listed.path.name,
            found=", ".join(columns),
            names=", ".join(ADDRESSES["address"].names[:6]),
        )
    return {key: columns.index(name) for key, name in named.items()}


def _plain(cell: object) -> str:
    """Return a code as text: whole numbers as their digits."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    return str(cell).strip()
