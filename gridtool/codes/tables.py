"""Code tables: which 12-digit codes there are, and their names.

A table holds codes of all levels in one form, 12 digits with zeros at the end of levels above the
community (510302000000), sorted, with their names. Made once into an index file, it opens in
milliseconds and answers a single code or a column of half a million alike.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from gridtool.columns import CODES
from gridtool.errors import DataError, InputError
from gridtool.geom import Bools, Ints
from gridtool.place import replacing
from gridtool.tables import read_columns

_FORMAT: Final = "gridtool.codes/1"
_LEVELS: Final = (2, 4, 6, 9, 12)
_SHIPPED: Final = ("zigong_2023.csv", "国家统计局 统计用区划代码（自贡市）", "2023")


@dataclass(frozen=True)
class CodeTable:
    """Codes and names of provinces, cities, counties, towns and communities.

    Attributes
    ----------
    codes : int array, sorted, unique
        12 digits each.
    names : uint8 array
        All names in UTF-8, one behind the other.
    ends : int array
        Where each name ends.
    source, edition : str
        Whose codes they are, and of which year.
    """

    codes: Ints
    names: npt.NDArray[np.uint8]
    ends: Ints
    source: str
    edition: str

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def communities(self) -> int:
        """Return how many communities and villages there are."""
        return int((self.codes % 1000 != 0).sum())

    def name(self, code: str) -> str | None:
        """Return the name of a code of 2, 4, 6, 9 or 12 digits, or None."""
        if not (code.isascii() and code.isdigit() and len(code) in _LEVELS):
            return None
        number = int(code.ljust(12, "0"))
        at = int(np.searchsorted(self.codes, number))
        if at == len(self.codes) or self.codes[at] != number:
            return None
        start = self.ends[at - 1] if at else 0
        return bytes(self.names[start : self.ends[at]]).decode("utf-8")

    def has(self, codes: Sequence[str]) -> Bools:
        """Return which of some 12-digit codes are in the table; all digits, else not."""
        digits = [code.isascii() and code.isdigit() and len(code) == 12 for code in codes]
        wanted = np.array([int(c) if ok else -1 for c, ok in zip(codes, digits, strict=True)])
        at = np.minimum(np.searchsorted(self.codes, wanted), len(self.codes) - 1)
        return np.asarray(self.codes[at] == wanted)

    def frame(self) -> pd.DataFrame:
        """Return the table as a frame of ``code`` and ``name``."""
        text = self.names.tobytes()
        starts = [0, *self.ends[:-1]]
        names = [text[a:b].decode("utf-8") for a, b in zip(starts, self.ends, strict=True)]
        return pd.DataFrame({"code": [f"{code:012d}" for code in self.codes], "name": names})

    def save(self, path: Path, *, overwrite: bool = False) -> None:
        """Write the index file.

        Raises
        ------
        OutputError
            When it exists or cannot be written.
        """
        about = np.array([_FORMAT, self.source, self.edition])
        with replacing(path, overwrite=overwrite) as temporary, temporary.open("wb") as file:
            np.savez(file, about=about, codes=self.codes, names=self.names, ends=self.ends)


def shipped_table() -> CodeTable:
    """Return the table that comes with gridtool: Zigong's codes of 2023."""
    name, source, edition = _SHIPPED
    with resources.as_file(resources.files("gridtool.codes") / "data" / name) as path:
        return read_tables([path], source=source, edition=edition)


def load_table(paths: Sequence[Path]) -> CodeTable:
    """Load code tables, or an index of them; none gives the shipped table.

    Raises
    ------
    InputError, ColumnError, DataError
        As `read_tables`; GT002 for an index that is none.
    """
    if not paths:
        return shipped_table()
    if len(paths) == 1 and paths[0].suffix.lower() == ".npz":
        return _open_index(paths[0])
    return read_tables(paths)


def read_tables(
    paths: Iterable[Path], *, source: str | None = None, edition: str = ""
) -> CodeTable:
    """Read tables of codes and names: CSV, Parquet, XLSX, DBF, GeoPackage.

    Parameters
    ----------
    paths : iterable of Path
        Each with the columns ``code`` and ``name`` or their Chinese or DBF names; codes of 2, 4,
        6, 9 or 12 digits. Villages may be in one file and towns in another.
    source, edition : str, optional
        Default the names of the files, and none.

    Returns
    -------
    CodeTable

    Raises
    ------
    InputError
        When a file cannot be read, or holds no row.
    ColumnError
        When a column is missing.
    DataError
        GT095 when one code has two names, GT096 when a code is none.
    """
    files = list(paths)
    frames = [_read_one(path) for path in files]
    frame = pd.concat(frames, ignore_index=True).drop_duplicates(["code", "name"])
    twice = frame[frame["code"].duplicated(keep=False)].sort_values("code", kind="stable")
    if len(twice):
        one = twice.iloc[:2]
        raise DataError(
            "GT095",
            layer=twice["layer"].iloc[0],
            rows=sorted(set(twice["code"])),
            listed=one["code"].iloc[0],
            names=" / ".join(one["name"]),
        )
    return make_table(
        frame, source=source or ", ".join(path.name for path in files), edition=edition
    )


def make_table(frame: pd.DataFrame, *, source: str, edition: str = "") -> CodeTable:
    """Return the table of a frame with ``code`` (12 digits, unique) and ``name``."""
    codes = frame["code"].to_numpy().astype(np.int64)
    order = np.argsort(codes, kind="stable")
    names = [name.encode("utf-8") for name in frame["name"].to_numpy()[order]]
    ends = np.cumsum(np.fromiter(map(len, names), dtype=np.int64, count=len(names)))
    text = np.frombuffer(b"".join(names), dtype=np.uint8)
    return CodeTable(codes[order], text, ends, source, edition)


def _read_one(path: Path) -> pd.DataFrame:
    """Return ``code`` (12 digits), ``name`` and ``layer`` of one file."""
    frame = read_columns(path, CODES, required=("code", "name"))
    if frame.empty:
        raise InputError("GT006", layer=path.name)
    code = frame["code"].fillna("").str.strip()
    good = code.str.fullmatch(r"[1-9]\d+") & code.str.len().isin(_LEVELS)
    if not good.all():
        bad = np.flatnonzero(~good.to_numpy())
        raise DataError("GT096", layer=path.name, rows=bad + 1, found=code.iloc[bad[0]])
    name = frame["name"].fillna("").str.strip()
    return pd.DataFrame({"code": code.str.pad(12, "right", "0"), "name": name, "layer": path.name})


def _open_index(path: Path) -> CodeTable:
    """Open an index file."""
    if not path.exists():
        raise InputError("GT001", path=path)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            form, source, edition = (str(text) for text in held["about"])
            parts: dict[str, Any] = {name: held[name] for name in ("codes", "names", "ends")}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError("GT002", path=path, reason=error) from None
    if form != _FORMAT:
        raise InputError("GT002", path=path, reason=form)
    return CodeTable(parts["codes"], parts["names"], parts["ends"], source, edition)
