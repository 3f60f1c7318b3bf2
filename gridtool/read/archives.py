"""ZIP archives, unpacked with care into a folder that lasts as long as the reading."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Final

from gridtool.errors import InputError
from gridtool.read.encodings import likeliest

_MOST_FILES: Final = 10_000
_MOST_BYTES: Final = 16 << 30
_MOST_RATIO: Final = 200
_SMALL: Final = 64 << 20
"""Below this size a high ratio is no sign of a bomb: empty rasters and tables shrink well."""
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1


class Unpacker:
    """Unpacks archives; what it made is gone when its ``with`` block ends."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._shown: dict[Path, str] = {}

    def __enter__(self) -> Unpacker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def unpack(self, path: Path) -> Path:
        """Return the folder with the contents of an archive.

        Raises
        ------
        InputError
            GT051 when the archive is damaged, encrypted, too large, or names files outside
            itself.
        """
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="gridtool-"))
        target = self._folder / str(len(self._shown))
        self._shown[target] = self.shown(path)
        try:
            with zipfile.ZipFile(path) as archive:
                _extract(archive, target, path.name)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise InputError("GT051", path=path.name, reason=error) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise InputError("GT051", path=path.name, reason=error) from None
        return target

    def shown(self, path: Path) -> str:
        """Return a path as the user knows it: ``county.zip/楼栋.shp``."""
        for target, name in self._shown.items():
            if target in path.parents:
                return f"{name}/{path.relative_to(target).as_posix()}"
        return path.name


def _extract(archive: zipfile.ZipFile, target: Path, name: str) -> None:
    """Write the files of an archive whose list is sound."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    total, packed = (
        sum(getattr(member, size) for member in members) for size in ("file_size", "compress_size")
    )
    bomb = total > _SMALL and total > _MOST_RATIO * max(1, packed)
    if len(members) > _MOST_FILES or total > _MOST_BYTES or bomb:
        reason = f"{len(members)} files, {total >> 20} MB"
        raise InputError("GT051", path=name, reason=reason)
    for member in members:
        inside = PurePosixPath(_name(member).replace("\\", "/"))
        if inside.is_absolute() or ".." in inside.parts or ":" in inside.parts[0]:
            raise InputError("GT051", path=name, reason=f"{inside}")
        if member.flag_bits & _ENCRYPTED:
            raise InputError("GT051", path=name, reason="encrypted")
        place = target / inside
        place.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, place.open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)


def _name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; archives made on Chinese Windows hold it in GBK and do not say so."""
    if member.flag_bits & _UTF8_NAME or member.filename.isascii():
        return member.filename
    raw = member.filename.encode("cp437", errors="replace")
    return raw.decode(likeliest([(raw, False)]), errors="replace")
