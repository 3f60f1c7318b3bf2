"""Forms as files: PDF by typst, DOCX from a template, one workbook of all tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pandas as pd

from gridtool.filing.forms.layouts import LAYOUTS, Fact, Head, Layout
from gridtool.filing.manifest import FormKey
from gridtool.sheets import Tab, fill_template, typeset, workbook

_DATA: Final = Path(str(files("gridtool.filing.forms"))) / "data"
WORKBOOK: Final = "forms/tables.xlsx"
FORM_PATHS: Final = tuple(
    sorted([WORKBOOK, *(f"forms/{key}.{kind}" for key in LAYOUTS for kind in ("docx", "pdf"))])
)
"""The forms of a package."""


def pdf_form(layout: Layout, values: Mapping[str, Any]) -> bytes:
    """Return a form as PDF, A4.

    Raises
    ------
    OutputError
        GT048 when typst is not installed.
    """
    data = {
        "title": layout.title,
        "below": "" if layout.facts else values["office"],
        "warning": values[layout.warning] if layout.warning else "",
        "facts": [
            {"label": one.label, "value": values[one.key], "wide": one.wide} for one in layout.facts
        ],
        "paragraphs": values[layout.paragraphs] if layout.paragraphs else [],
        "tables": [
            {
                "title": table.title,
                "columns": [
                    {"title": head.title, "width": head.width, "align": head.align}
                    for head in table.columns
                ],
                "rows": [[row[head.key] for head in table.columns] for row in values[table.rows]],
            }
            for table in layout.tables
        ],
        "seals": layout.seals,
        "landscape": layout.landscape,
        "foot": f"{layout.title}　{values['filing_no']}　{values['office']}",
    }
    return typeset(_DATA / "form.typ", data)


def shipped_template(key: str) -> Path:
    """Return the template of a form that comes with gridtool, to be used or to start from."""
    return _DATA / f"{key}.docx"


def docx_form(layout: Layout, values: Mapping[str, Any], template: Path | None = None) -> bytes:
    """Return a form as DOCX, in an office's own template or the one that comes with gridtool.

    Raises
    ------
    InputError
        GT731 or GT732 for a template that cannot be used.
    OutputError
        GT048 when docxtpl is not installed.
    """
    return fill_template(template or shipped_template(layout.key), values)


def tables_workbook(values: Mapping[str, Any]) -> bytes:
    """Return all forms but the letter as one workbook, a sheet for each table."""
    tabs: list[Tab] = []
    for layout in LAYOUTS.values():
        if layout.facts and not layout.landscape:
            tabs.append(Tab(layout.title, _fact_frame(layout.facts, values), title=layout.title))
        tabs += [
            Tab(
                table.title or layout.title,
                _table_frame(table.columns, values[table.rows]),
                title=f"{layout.title} {values['filing_no']}",
            )
            for table in layout.tables
        ]
    return workbook(tabs)


def _fact_frame(facts: Sequence[Fact], values: Mapping[str, Any]) -> pd.DataFrame:
    """Return the head of a form as a table of two columns."""
    rows = [(fact.label, values[fact.key]) for fact in facts]
    return pd.DataFrame(rows, columns=["项目", "内容"], dtype=object)


def _table_frame(heads: Sequence[Head], rows: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    """Return the rows of a form; whole numbers as numbers, so that they can be added up."""
    return pd.DataFrame(
        {
            head.title: pd.Series(
                [_cell(row[head.key], number=head.align == "right") for row in rows], dtype=object
            )
            for head in heads
        }
    )


def _cell(text: str, *, number: bool) -> object:
    """Return what a cell holds."""
    return int(text) if number and text.isdecimal() else text


def draw_forms(
    values: Mapping[str, Any], templates: Mapping[FormKey, Path] | None = None
) -> dict[str, bytes]:
    """Return the forms of a package by path.

    Parameters
    ----------
    values : mapping
        As `form_values` returns them.
    templates : mapping, optional
        An office's own template for a form's DOCX.
    """
    own = templates or {}
    made: dict[str, bytes] = {WORKBOOK: tables_workbook(values)}
    for key, layout in LAYOUTS.items():
        made[f"forms/{key}.docx"] = docx_form(layout, values, own.get(key))
        made[f"forms/{key}.pdf"] = pdf_form(layout, values)
    return dict(sorted(made.items()))
