"""Write the golden texts of the filing forms anew; look at the forms first."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from test_filing_forms import change  # noqa: E402

from gridtool.filing.forms import LAYOUTS, draw_forms, form_values  # noqa: E402
from gridtool.sheets import read_docx  # noqa: E402

for key in LAYOUTS:
    text = read_docx(draw_forms(form_values(change()))[f"forms/{key}.docx"])
    (HERE / f"{key}.txt").write_text(f"{text}\n", encoding="utf-8")
