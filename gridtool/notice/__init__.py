"""Stage ``notice``: the public notice of Art. 21, a poster for each community or grid.

Art. 21: name and area of each grid, service items, name and phone of its workers, posted where
people come together. The workers come from a roster that is read for this alone: their names and
phones are printed, and stand in no layer, message or log.
"""

from __future__ import annotations

from gridtool.notice.poster import TEMPLATE, Poster, poster_docx, poster_pdf
from gridtool.notice.roster import check_roster, read_roster
from gridtool.notice.services import SERVICES, read_services
from gridtool.notice.wording import PER_COMMUNITY, PER_GRID, Notice, Wording, write_notices

__all__ = [
    "PER_COMMUNITY",
    "PER_GRID",
    "SERVICES",
    "TEMPLATE",
    "Notice",
    "Poster",
    "Wording",
    "check_roster",
    "poster_docx",
    "poster_pdf",
    "read_roster",
    "read_services",
    "write_notices",
]
