"""The encoding of shapefiles, which often do not say it, or say it wrong."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

AS_BYTES: Final = "ISO-8859-1"
"""Read so, every byte becomes one character, and `from_bytes` can bring it back."""

_NO_LANGUAGE, _ANSI = 0x00, 0x57
_SAMPLE = 1 << 20


def sniff_encoding(path: Path) -> str | None:
    """Return the encoding of a shapefile that does not say it, None when it does.

    Chinese shapefiles often come without a .cpg and with no language id in the .dbf; GDAL takes
    them for Latin-1.
    """
    if path.suffix.lower() != ".shp":
        return None
    beside = {item.suffix.lower(): item for item in path.parent.iterdir() if item.stem == path.stem}
    if ".cpg" in beside or ".dbf" not in beside:
        return None
    with beside[".dbf"].open("rb") as file:
        head = file.read(_SAMPLE)
    if len(head) < 32 or head[29] not in (_NO_LANGUAGE, _ANSI):
        return None
    start = int.from_bytes(head[8:10], "little")
    names = [head[at : at + 11].split(b"\0")[0] for at in range(32, start - 1, 32)]
    for encoding in ("utf-8", "gb18030"):
        if all(_decodes(text, encoding) for text in (*names, head[start:])):
            return encoding
    return None


def _decodes(text: bytes, encoding: str) -> bool:
    """Return whether bytes can be read so; the last character may be cut."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(text)
    except UnicodeDecodeError:
        return False
    return True


def from_bytes(text: str) -> str:
    """Return UTF-8 text that was read as `AS_BYTES`, without a character that was cut."""
    return text.encode("latin-1").decode(errors="ignore")
