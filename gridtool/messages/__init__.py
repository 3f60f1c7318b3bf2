"""The one catalogue of messages, in Chinese and English.

Every error and every finding has an id here. An entry says what is wrong and how to mend
it. Ids below 100 are errors (work stops) and those up to 399 findings (work goes on); from 400 on
each stage has a range of its own, errors first. One module holds the messages of one stage.
"""

from __future__ import annotations

from gridtool.messages.addresses import ADDRESSES
from gridtool.messages.checks import CHECKS
from gridtool.messages.codes import CODES
from gridtool.messages.contents import CONTENTS
from gridtool.messages.dedicated import DEDICATED
from gridtool.messages.diff import DIFF
from gridtool.messages.errors import ERRORS
from gridtool.messages.filing import FILING
from gridtool.messages.grids import GRIDS
from gridtool.messages.hand import HAND
from gridtool.messages.handing import HANDING
from gridtool.messages.message import ERROR, INFO, WARNING, Lang, Message, default_lang
from gridtool.messages.reading import READING
from gridtool.messages.sheets import SHEETS

__all__ = ["CATALOGUE", "ERROR", "INFO", "WARNING", "Lang", "Message", "default_lang"]

CATALOGUE: dict[str, Message] = {
    **ERRORS,
    **READING,
    **CHECKS,
    **CONTENTS,
    **GRIDS,
    **DEDICATED,
    **HAND,
    **CODES,
    **DIFF,
    **FILING,
    **SHEETS,
    **HANDING,
    **ADDRESSES,
}
