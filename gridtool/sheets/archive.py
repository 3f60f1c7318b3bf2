"""Office files with stable bytes: no clock in the ZIP, none in the document's properties."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

# the day Order 75 came into force stands for "no date"
_STAMP: Final = (2024, 2, 1, 0, 0, 0)
_CREATED: Final = b"2024-02-01T00:00:00Z"
_PROPERTIES: Final = "docProps/core.xml"
_DATES: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def stable_office_file(content: bytes) -> bytes:
    """Return a DOCX or XLSX whose bytes depend on its contents alone.

    Parameters
    ----------
    content : bytes
        As python-docx or openpyxl wrote it.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w") as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == _PROPERTIES:
                data = _DATES.sub(rb"\g<1>" + _CREATED + rb"\g<2>", data)
            entry = zipfile.ZipInfo(item.filename, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # what made it must not show either
            entry.create_system, entry.external_attr = 0, 0
            target.writestr(entry, data, compresslevel=9)
    return made.getvalue()
