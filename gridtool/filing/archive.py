"""The ZIP of a package: given contents have one form, and no other form is read.

Members stand sorted and uncompressed with one fixed time, so that the same contents are the same
bytes on any machine. Reading can therefore be strict: what was read must be, byte for byte, what
would be written. Overlapping members, data before, between or behind them, comments and whatever
else two readers could understand in two ways are refused by that alone; the checks before it say
what is wrong in words.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
from collections.abc import Mapping
from typing import Final

from gridtool.errors import PackageError

MOST_FILES: Final = 1000
MOST_BYTES: Final = 512 << 20
"""Members and bytes of a package. An adjustment of 60 groups with all its maps has about 150."""

_DATE: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = stat.S_IFREG | 0o644
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*){0,3}")
_ENCRYPTED: Final = 0x1
_UNIX: Final = 3
_BROKEN: Final = (
    *(zipfile.BadZipFile, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError),
)


def pack(contents: Mapping[str, bytes]) -> bytes:
    """Return contents as an archive, the same bytes for the same contents.

    Parameters
    ----------
    contents : mapping of str to bytes
        Names in ASCII with ``/`` between folders.

    Raises
    ------
    PackageError
        GT500 for a name or a size that no reader would take.
    """
    _require_limits(len(contents), sum(map(len, contents.values())))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(contents):
            _require_name(name)
            member = zipfile.ZipInfo(name, _DATE)
            member.create_system, member.external_attr = _UNIX, _MODE << 16
            archive.writestr(member, contents[name])
    return buffer.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the contents of an archive that `pack` made.

    Nothing is written anywhere. The list of members is judged before any of them is read.

    Parameters
    ----------
    data : bytes

    Raises
    ------
    PackageError
        GT500 for everything else, with the reason.
    """
    _require_limits(0, len(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _require_sound(members)
            contents = {member.filename: archive.read(member) for member in members}
    except _BROKEN as error:
        raise PackageError("GT500", reason=error) from None
    if pack(contents) != data:
        raise PackageError("GT500", reason="not as it was written: repacked or altered")
    return contents


def _require_sound(members: list[zipfile.ZipInfo]) -> None:
    """Refuse a list of members that could mean harm, before any of them is read."""
    _require_limits(len(members), sum(member.file_size for member in members))
    seen: set[str] = set()
    end = 0
    for member in sorted(members, key=lambda item: item.header_offset):
        name = member.orig_filename
        _require_name(name)
        if name.lower() in seen:
            raise PackageError("GT500", reason=f"{name} comes twice")
        seen.add(name.lower())
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise PackageError("GT500", reason=f"{name} is a link or no plain file")
        if member.flag_bits & _ENCRYPTED:
            raise PackageError("GT500", reason=f"{name} is encrypted")
        if member.compress_type != zipfile.ZIP_STORED or member.compress_size != member.file_size:
            raise PackageError("GT500", reason=f"{name} is compressed")
        if member.header_offset < end:
            raise PackageError("GT500", reason=f"{name} overlaps another")
        end = member.header_offset + member.compress_size


def _require_limits(count: int, size: int) -> None:
    """Refuse too many members or bytes."""
    if count > MOST_FILES or size > MOST_BYTES:
        reason = f"{count} files, {size >> 20} MB; at most {MOST_FILES}, {MOST_BYTES >> 20} MB"
        raise PackageError("GT500", reason=reason)


def _require_name(name: str) -> None:
    """Refuse absolute names, ``..``, backslashes, drives, hidden files, non-ASCII names."""
    if not _NAME.fullmatch(name) or ".." in name or name.endswith("."):
        raise PackageError("GT500", reason=f"the name {name!r}")
