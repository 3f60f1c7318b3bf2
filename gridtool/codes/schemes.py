"""Code schemes: how a grid code is built. They are data, ``schemas/schemes/*.json``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from gridtool.errors import SettingsError
from gridtool.rules import BASE, DEDICATED, GRID_KINDS
from gridtool.shipped import schemas_folder

ISSUE: Final = "issue"

Span = tuple[int, int]


@dataclass(frozen=True)
class Segment:
    """One segment of a code, and what is known of it.

    Attributes
    ----------
    name : str
        ``object``, ``county``, ``town``, ``community``, ``grid``, ``serial`` or ``kind``.
    length : int
    pattern : str
        Regular expression of the segment alone.
    values : str
        Where its values come from.
    read, assumed : str
        What was read in the norm, and what is assumed beyond that.
    value : str
        Of a segment that is the same in all codes; empty for others.
    """

    name: str
    length: int
    pattern: str
    values: str = ""
    read: str = ""
    assumed: str = ""
    value: str = ""

    @property
    def rule(self) -> tuple[str, int, str, str]:
        """Return what the segment's part of a code rests on: name, length, pattern, value."""
        return self.name, self.length, self.pattern, self.value


@dataclass(frozen=True)
class Scheme:
    """How a grid code is built.

    Attributes
    ----------
    name, title_zh, title_en, source : str
    status : str
        ``verified``, ``secondary`` or ``unverified``: how well its source was read.
    use : str
        ``issue``, or ``import`` for codes that are read and checked, never issued.
    segments : tuple of Segment
        From left to right.
    spans : dict of kind to (first, last)
        Serials of base and of dedicated grids: the same range, or one each.
    marks : dict of kind to str
        Letter behind the serial; empty for none.
    whole : int, optional
        Serial of a community that is not divided.
    pattern : re.Pattern
        What a whole code must match, with a named group for each segment.
    """

    name: str
    segments: tuple[Segment, ...]
    spans: Mapping[str, Span]
    marks: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(GRID_KINDS, ""))
    whole: int | None = None
    title_zh: str = ""
    title_en: str = ""
    status: str = "unverified"
    use: str = ISSUE
    source: str = ""
    pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _refuse_overlap(self)
        text = "".join(
            f"(?P<{part.name}>{part.pattern}){'?' if part.name == 'kind' else ''}"
            for part in self.segments
        )
        object.__setattr__(self, "pattern", re.compile(text, re.ASCII))

    @cached_property
    def _before(self) -> tuple[Segment, ...]:
        """Return the segments in front of the serial."""
        names = [part.name for part in self.segments]
        return self.segments[: names.index("serial")]

    @cached_property
    def serial_length(self) -> int:
        """Return the digits of the serial."""
        return next(part.length for part in self.segments if part.name == "serial")

    @cached_property
    def prefix_length(self) -> int:
        """Return the characters before the serial."""
        return sum(part.length for part in self._before)

    @cached_property
    def parent_length(self) -> int:
        """Return the characters of what grids are counted in: a community, or a grid."""
        return sum(part.length for part in self._before if part.name != "object")

    @property
    def is_micro(self) -> bool:
        """Return whether codes are counted within a grid, not within a community."""
        return any(part.name == "grid" for part in self._before)

    @cached_property
    def kind_in_code(self) -> bool:
        """Return whether a code tells a base grid from a dedicated one."""
        return (
            self.marks[BASE] != self.marks[DEDICATED] or self.spans[BASE] != self.spans[DEDICATED]
        )

    def prefix(self, parent: str) -> str:
        """Return what stands before the serial, for a community's (or a grid's) code."""
        fixed = "".join(part.value for part in self._before if part.name == "object")
        return fixed + parent

    def parent(self, code: str) -> str:
        """Return the code of the community (or grid) a grid code was counted in."""
        return code[self.prefix_length - self.parent_length : self.prefix_length]

    def code(self, prefix: str, serial: int, kind: str = BASE) -> str:
        """Return the code of a prefix and serial, zeros in front."""
        return f"{prefix}{serial:0{self.serial_length}d}{self.marks[kind]}"

    def matches(self, code: str) -> bool:
        """Return whether a code follows the scheme."""
        return self.pattern.fullmatch(code) is not None

    def split(self, code: str) -> dict[str, str] | None:
        """Return the segments of a code by name, or None where it does not follow the scheme."""
        found = self.pattern.fullmatch(code)
        return None if found is None else {k: v or "" for k, v in found.groupdict().items()}

    def serial(self, code: str) -> int:
        """Return the serial of a code of the scheme; its prefix may be of another length."""
        digits = code[:-1] if code[-1:].isalpha() else code
        return int(digits[-self.serial_length :])

    def kind(self, code: str) -> str | None:
        """Return the kind a code tells, or None where codes do not tell it."""
        if not self.kind_in_code:
            return None
        letter = code[-1:] if code[-1:].isalpha() else ""
        for kind in GRID_KINDS:
            first, last = self.spans[kind]
            if letter == self.marks[kind] and first <= self.serial(code) <= last:
                return kind
        return BASE if self.serial(code) == self.whole else None

    def ordinal(self, serial: int, kind: str) -> int:
        """Return the number a grid is named by, from 1; 0 for a community that is one grid."""
        return 0 if serial == self.whole else serial - self.spans[kind][0] + 1

    def require_issue(self, *, micro: bool | None = None) -> None:
        """Raise `SettingsError` (GT097) where codes of the scheme cannot be issued."""
        reason = ""
        unset = [part.name for part in self._before if part.name == "object" and not part.value]
        if self.use != ISSUE:
            reason = f"status {self.status}, use {self.use}"
        elif unset:
            reason = f"--segment {unset[0]}=…"
        elif micro is False and self.is_micro:
            reason = "parent_code"
        if reason:
            raise SettingsError("GT097", scheme=self.name, reason=reason)

    def with_dedicated(self, first: int, last: int) -> Scheme:
        """Return the scheme with a range of its own for dedicated grids, at the end."""
        spans = {BASE: (self.spans[BASE][0], first - 1), DEDICATED: (first, last)}
        try:
            return replace(self, spans=spans)
        except ValueError as error:
            raise SettingsError("GT045", scheme=self.name, reason=error) from None

    def with_values(self, values: Mapping[str, str]) -> Scheme:
        """Return the scheme with the values of segments that are the same in all codes."""
        parts = {part.name: part for part in self.segments}
        for name, value in values.items():
            part = parts.get(name)
            if part is None or name != "object" or not re.fullmatch(part.pattern, value, re.ASCII):
                raise SettingsError("GT045", scheme=self.name, reason=f"{name}={value}")
            parts[name] = replace(part, value=value, pattern=re.escape(value))
        return replace(self, segments=tuple(parts.values()))

    def shape(self) -> dict[str, Any]:
        """Return what two schemes must share for their codes to be the same, as plain data."""
        return {
            "name": self.name,
            "use": self.use,
            "segments": [
                dict(zip(("name", "length", "pattern", "value"), s.rule, strict=True))
                for s in self.segments
            ],
            "spans": {kind: list(self.spans[kind]) for kind in GRID_KINDS},
            "marks": {kind: self.marks[kind] for kind in GRID_KINDS},
            "whole": self.whole,
        }

    def apart(self, other: Scheme) -> str:
        """Return the name, and where another scheme has the same, what tells them apart."""
        if self.name != other.name:
            return self.name
        told = [] if self.use == other.use else [self.use]
        told += [
            f"{part.name}={part.value}" if part.value else f"{part.name} {part.pattern}"
            for part in self.segments
            if part.rule not in [one.rule for one in other.segments]
        ]
        if dict(self.spans) != dict(other.spans):
            told += [f"{kind} {a}-{b}" for kind, (a, b) in self.spans.items()]
        if dict(self.marks) != dict(other.marks):
            told += [f"{kind} {mark or '-'}" for kind, mark in self.marks.items()]
        if self.whole != other.whole:
            told.append(f"whole {'-' if self.whole is None else self.whole}")
        return f"{self.name} ({', '.join(told)})"

    @classmethod
    def from_shape(cls, shape: Mapping[str, Any]) -> Scheme:
        """Return the scheme of a shape, without titles and sources."""
        return cls(
            name=shape["name"],
            segments=tuple(Segment(**part) for part in shape["segments"]),
            spans={kind: (int(a), int(b)) for kind, (a, b) in shape["spans"].items()},
            marks=shape["marks"],
            whole=shape["whole"],
            use=shape["use"],
        )


def _refuse_overlap(scheme: Scheme) -> None:
    """Raise ValueError where a scheme contradicts itself: one code could mean two things."""
    names = [part.name for part in scheme.segments]
    if len(set(names)) != len(names):
        raise ValueError(f"a segment comes twice: {', '.join(names)}")
    if "serial" not in names or "county" not in names:
        raise ValueError("a segment county and a segment serial are needed")
    at = names.index("serial")
    if names[at + 1 :] not in ([], ["kind"]) or "kind" in names[:at]:
        raise ValueError("only a segment kind may follow the serial")
    for part in scheme.segments:
        _refuse_loose(part)
    _refuse_spans(scheme, scheme.segments[at])
    _refuse_marks(scheme, scheme.segments[at + 1 :])


def _refuse_loose(part: Segment) -> None:
    """Raise ValueError where a pattern takes more or fewer characters than the segment has."""
    pattern = re.compile(part.pattern, re.ASCII)
    for length in range(part.length + 3):
        for sign in "0123456789AZ":
            fits = pattern.fullmatch(sign * length) is not None
            if fits and length != part.length:
                taken = f"takes {length} characters, its length is {part.length}"
                raise ValueError(f"segment {part.name} overlaps the next: {part.pattern} {taken}")


def _refuse_spans(scheme: Scheme, serial: Segment) -> None:
    """Raise ValueError where serials do not fit, or belong to two kinds."""
    for first, last in scheme.spans.values():
        if not 0 <= first <= last < 10**serial.length:
            raise ValueError(f"serials {first}-{last} do not fit {serial.length} digits")
        for number in (first, last):
            if not re.fullmatch(serial.pattern, f"{number:0{serial.length}d}", re.ASCII):
                raise ValueError(f"serial {number} is not taken by {serial.pattern}")
    (low, high), (first, last) = scheme.spans[BASE], scheme.spans[DEDICATED]
    if (low, high) != (first, last) and low <= last and first <= high:
        raise ValueError(f"serials overlap: base {low}-{high}, dedicated {first}-{last}")
    if scheme.whole is not None and any(a <= scheme.whole <= b for a, b in scheme.spans.values()):
        raise ValueError(f"serials overlap: {scheme.whole} means a whole community too")


def _refuse_marks(scheme: Scheme, after: tuple[Segment, ...]) -> None:
    """Raise ValueError where the letters of the kinds are not those of the segment."""
    letters = [scheme.marks[kind] for kind in GRID_KINDS if scheme.marks[kind]]
    if bool(letters) != bool(after):
        raise ValueError("letters of kinds need a segment kind, and it letters")
    if len(set(letters)) != len(letters):
        raise ValueError(f"both kinds have the letter {letters[0]}")
    for letter in letters:
        if not letter.isalpha() or not re.fullmatch(after[0].pattern, letter, re.ASCII):
            raise ValueError(f"the letter {letter} is not taken by the segment kind")


def scheme_names() -> list[str]:
    """Return the names of the schemes that come with gridtool, the default first."""
    names = sorted(
        item.name.removesuffix(".json")
        for item in schemas_folder("schemes").iterdir()
        if item.name[-5:] == ".json"
    )
    return sorted(names, key=lambda name: name != "grid15")


def load_scheme(name: str | Path = "grid15") -> Scheme:
    """Load a scheme by its name, or a file of the user's own.

    Parameters
    ----------
    name : str or Path
        One shipped with gridtool (``grid15``), or a path to a JSON file
        (``schemas/scheme.schema.json``).

    Returns
    -------
    Scheme

    Raises
    ------
    SettingsError
        When there is no such scheme or it contradicts itself.
    """
    own = str(name).endswith(".json")
    try:
        path: Traversable = Path(name) if own else schemas_folder("schemes") / f"{name}.json"
        return _scheme(json.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        reason = "no such file" if own else f"not one of {', '.join(scheme_names())}"
        raise SettingsError("GT045", scheme=name, reason=reason) from None
    except KeyError as error:
        raise SettingsError("GT045", scheme=name, reason=f"no {error}") from None
    except (OSError, ValueError, TypeError, AttributeError, re.error) as error:
        raise SettingsError("GT045", scheme=name, reason=error) from None


def _scheme(data: Mapping[str, Any]) -> Scheme:
    """Build a scheme from its JSON."""
    serial, kind = data["serial"], data["kind"]
    base = (int(serial["first"]), int(serial["last"]))
    own = serial.get("dedicated")
    if (own is not None) != (kind["in_code"] == "range"):
        raise ValueError("serial.dedicated and kind.in_code range go together")
    dedicated = base if own is None else (int(own["first"]), int(own["last"]))
    lettered = kind["in_code"] == "letter"
    if data["use"] not in (ISSUE, "import"):
        raise ValueError(f"use: {data['use']}")
    return Scheme(
        name=str(data["name"]),
        segments=tuple(Segment(**part) for part in data["segments"]),
        spans={BASE: base, DEDICATED: dedicated},
        marks={one: str(kind.get(one, "")) if lettered else "" for one in GRID_KINDS},
        whole=None if serial.get("whole") is None else int(serial["whole"]),
        title_zh=str(data["title_zh"]),
        title_en=str(data["title_en"]),
        status=str(data["status"]),
        use=str(data["use"]),
        source=str(data["source"]),
    )
