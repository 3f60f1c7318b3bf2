"""The forms and maps of a package, and whether they say what its data says.

``layouts`` says what stands on a form, ``values`` reckons it from the change set, ``writers`` draws
it as PDF, DOCX and XLSX, ``maps`` draws the changes, ``agreement`` compares. Nothing here reads a
clock: the same change set gives the same bytes.
"""

from __future__ import annotations

from gridtool.filing.forms.agreement import disagreeing_forms
from gridtool.filing.forms.layouts import LAYOUTS
from gridtool.filing.forms.maps import MAPS, Sides, draw_maps, maps_agree
from gridtool.filing.forms.receipt import draw_receipt
from gridtool.filing.forms.values import Change, form_values
from gridtool.filing.forms.writers import FORM_PATHS, draw_forms, shipped_template

__all__ = [
    "FORM_PATHS",
    "LAYOUTS",
    "MAPS",
    "Change",
    "Sides",
    "disagreeing_forms",
    "draw_forms",
    "draw_maps",
    "draw_receipt",
    "form_values",
    "maps_agree",
    "shipped_template",
]
