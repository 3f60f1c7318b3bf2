"""What a check counted, in numbers, findings and a sheet for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from gridtool.addresses.sheet import HEADING
from gridtool.addresses.verdicts import CLAIM_UNKNOWN, VERDICTS, WAYS, Result
from gridtool.addresses.words import (
    DEGREES_AMONG_METRES,
    SWAPPED,
    VERDICT_WORDS,
    WAY_WORDS,
    said,
)
from gridtool.findings import Finding
from gridtool.messages import CATALOGUE, Lang

if TYPE_CHECKING:
    from gridtool.addresses.gazetteer import Gazetteer
    from gridtool.addresses.sheet import Workbook
    from gridtool.addresses.shifted import Shift

FORMAT: Final = "gridtool.addresses.summary/1"
DUPLICATE: Final = "duplicate"
_MOST_ROWS: Final = 10
_NOTED: Final = (SWAPPED, DEGREES_AMONG_METRES, CLAIM_UNKNOWN)


@dataclass
class Tally:
    """What was counted, row by row.

    Attributes
    ----------
    rows : int
    verdicts, ways : Counter
    communities : dict of str to Counter
        Verdicts by community; under an empty code where none is known.
    noted : dict of str to (int, list of int)
        How many rows have a note, and the first of them, from 1.
    dropped : list of str
        Columns that hold data of persons.
    dropped_late : list of int
        Rows, from 1, in which this showed first, of columns whose beginning told nothing.
    masked, defused, left_out, left_open : int
        Cells with a phone in them, cells that looked like formulas, rows not in the workbook, those
        of them that need a person.
    not_reckoned : int
        Cells with a formula that was read as empty.
    encodings : dict of str to int
        Lines of the list by encoding.
    shift : Shift or None
    """

    rows: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    communities: dict[str, Counter[str]] = field(default_factory=dict)
    noted: dict[str, tuple[int, list[int]]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    dropped_late: list[int] = field(default_factory=list)
    masked: int = 0
    defused: int = 0
    left_out: int = 0
    left_open: int = 0
    not_reckoned: int = 0
    encodings: dict[str, int] = field(default_factory=dict)
    shift: Shift | None = None

    def add(self, number: int, result: Result, gazetteer: Gazetteer) -> None:
        """Count the result of a row."""
        self.rows += 1
        self.verdicts[result.verdict] += 1
        self.ways[result.way] += 1
        code = result.community
        if not code and result.candidates:
            codes = {gazetteer.grids[at].community_code for at in result.candidates}
            code = codes.pop() if len(codes) == 1 else ""
        self.communities.setdefault(code, Counter())[result.verdict] += 1
        for note in _NOTED:
            if note in result.notes:
                self.note(note, number)

    def note(self, name: str, number: int) -> None:
        """Count a row that something is said of."""
        count, rows = self.noted.setdefault(name, (0, []))
        if len(rows) < _MOST_ROWS:
            rows.append(number + 1)
        self.noted[name] = (count + 1, rows)


def find_findings(tally: Tally, name: str) -> list[Finding]:
    """Return what is to be said of a list as a whole."""
    found: list[Finding] = []

    def say(code: str, rows: tuple[object, ...] = (), **values: object) -> None:
        found.append(Finding(code, name, rows=rows, values=values))

    if (shift := tally.shift) is not None:
        say(
            "GT620" if shift.system else "GT621",
            system=shift.name,
            option=shift.system,
            metres=shift.metres,
            before=shift.before,
            after=shift.after,
            rows_used=shift.rows,
        )
    for note, code in (
        (SWAPPED, "GT622"),
        (DEGREES_AMONG_METRES, "GT623"),
        (CLAIM_UNKNOWN, "GT624"),
        ("too_long", "GT625"),
        (DUPLICATE, "GT626"),
    ):
        if note in tally.noted:
            count, rows = tally.noted[note]
            say(code, tuple(rows), count=count)
    unread = tally.encodings.get("?", 0)
    if unread:
        say("GT627", count=unread)
    if len(tally.encodings.keys() - {"?"}) > 1:
        told_each = ", ".join(f"{key} {count}" for key, count in sorted(tally.encodings.items()))
        say("GT628", found=told_each)
    if tally.dropped:
        say("GT629", tuple(tally.dropped_late[:_MOST_ROWS]), columns=", ".join(tally.dropped))
    if tally.masked:
        say("GT630", count=tally.masked)
    if tally.defused:
        say("GT631", count=tally.defused)
    if tally.left_out:
        say("GT632", count=tally.left_out, unsure=tally.left_open)
    if tally.not_reckoned:
        say("GT633", count=tally.not_reckoned)
    return found


def summarise(
    tally: Tally,
    findings: list[Finding],
    *,
    list_name: str,
    columns: dict[str, str],
    gazetteer: Gazetteer,
    version: str,
) -> dict[str, Any]:
    """Return the summary as plain JSON types, as in ``schemas/addresses.schema.json``."""
    names = {grid.community_code: grid.community_name for grid in gazetteer.grids}
    return {
        "format": FORMAT,
        "version": version,
        "list": list_name,
        "gazetteer": {
            "grids": len(gazetteer.grids),
            "entries": gazetteer.entries,
            "sources": gazetteer.sources,
        },
        "rows": tally.rows,
        "verdicts": {verdict: tally.verdicts[verdict] for verdict in VERDICTS},
        "ways": {way: tally.ways[way] for way in WAYS},
        "communities": [
            {
                "code": code or None,
                "name": names.get(code),
                "rows": counts.total(),
                "verdicts": {verdict: counts[verdict] for verdict in VERDICTS if counts[verdict]},
            }
            for code, counts in sorted(tally.communities.items())
        ],
        "columns": columns,
        "dropped_columns": tally.dropped,
        "findings": [
            {
                "code": item.code,
                "severity": item.severity,
                "rows": [int(str(row)) for row in item.where],
                **{
                    f"message_{lang}": CATALOGUE[item.code].what(lang, **item.values)
                    for lang in ("zh", "en")
                },
            }
            for item in findings
        ],
    }


def add_summary_sheet(
    book: Workbook, summary: dict[str, Any], findings: list[Finding], lang: Lang
) -> None:
    """Add the sheet that is seen first: verdicts, ways, communities, findings."""
    zh = lang == "zh"
    count = "行数" if zh else "rows"
    rows: list[list[object]] = []
    styles: dict[int, str] = {}

    def head(*cells: object) -> None:
        rows.extend([[]] if rows else [])
        styles[len(rows)] = HEADING
        rows.append(list(cells))

    head("结论" if zh else "verdict", count)
    for verdict, number in summary["verdicts"].items():
        styles[len(rows)] = verdict
        rows.append([said(VERDICT_WORDS, verdict, lang), number])
    rows.append(["合计" if zh else "in all", summary["rows"]])
    head("依据" if zh else "way", count)
    rows += [[said(WAY_WORDS, way, lang), count] for way, count in summary["ways"].items() if count]
    used = [verdict for verdict in VERDICTS if summary["verdicts"][verdict]]
    names = [said(VERDICT_WORDS, verdict, lang) for verdict in used]
    head("社区（村）" if zh else "community", count, *names)
    for row in summary["communities"]:
        label = " ".join(item for item in (row["code"], row["name"]) if item)
        counts = [row["verdicts"].get(verdict, 0) for verdict in used]
        rows.append([label or ("不明" if zh else "unknown"), row["rows"], *counts])
    if findings:
        head("检查结果" if zh else "findings")
    for item in findings:
        message = CATALOGUE[item.code]
        text = f"{message.what(lang, **item.values)} · {message.mend(lang, **item.values)}"
        rows.append([item.code, text])
    book.add_sheet("汇总" if zh else "summary", rows, [34, 12, *[22] * len(used)], styles)
