"""The manifest: what a package says of itself, the one object that is signed.

Its bytes have one form (`Manifest.to_bytes`), and only that form is read back; ``package_id`` is
the hash of all the rest. The JSON Schema ``schemas/manifest.schema.json`` is made from the models.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from gridtool.errors import PackageError

FORMAT: Final = "gridtool.filing/1"
PAYLOAD_TYPE: Final = "application/vnd.gridtool.filing.manifest+json"

Kind = Literal["initial", "adjustment", "code_change", "correction", "withdrawal"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
INITIAL: Final = "initial"
WITHDRAWAL: Final = "withdrawal"

Role = Literal["data", "derived", "form"]
FormKey = Literal["letter", "filing_form", "details", "code_table", "check_report"]
FORM_KEYS: Final[tuple[FormKey, ...]] = get_args(FormKey)

_Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_County = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
_Date = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
_Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
_Count = Annotated[int, Field(ge=0)]


class _Model(BaseModel):
    """What all parts share: nothing unknown, nothing converted, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Base(_Model):
    """The revision that the package starts from."""

    register_id: str | None = Field(None, description="None where a layer was the base")
    rev: _Count | None = None
    root: _Hash


class Snapshot(_Model):
    """The buildings that were counted, the same for both sides."""

    root: _Hash
    buildings: _Count
    households: _Count
    persons: _Count


class Tolerances(_Model):
    """What is noise and no change, metres and square metres."""

    epsilon_m: float
    tau_m: float
    area_m2: float


class Counts(_Model):
    """How much changed."""

    groups: dict[str, int]
    grids_before: _Count
    grids_after: _Count
    untouched: _Count
    untouched_root: _Hash = Field(description="root of the grids that were not touched")


class Invariant(_Model):
    """One thing that must hold, and whether it does."""

    id: _Text
    passed: bool
    value: str


class Exemption(_Model):
    """An invariant that does not hold, and why that is right all the same."""

    id: _Text
    reason: _Text


class Entry(_Model):
    """One file of the package."""

    path: _Text
    role: Role
    bytes: _Count
    sha256: _Hash
    sm3: _Hash


class Tool(_Model):
    """What made the package."""

    name: str
    version: str


class Manifest(_Model):
    """What a package says of itself."""

    format: Literal["gridtool.filing/1"] = FORMAT
    package_id: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    kind: Kind
    filing_no: _Text
    county: _County
    prepared_by: _Text = Field(description="an office, no person")
    dated: _Date
    valid_from: _Date
    reason: _Text
    basis_document: str = ""
    base: Base | None = None
    result_root: _Hash
    code_policy: _Text = Field(description="how codes are kept (Art. 7: one standard)")
    snapshot: Snapshot
    crs: _Text
    tolerances: Tolerances
    counts: Counts
    invariants: tuple[Invariant, ...] = Field(strict=False)
    exemptions: tuple[Exemption, ...] = Field((), strict=False)
    supersedes: tuple[_Hash, ...] = Field(
        (), strict=False, description="packages that a withdrawal or a rebase takes the place of"
    )
    names: dict[str, str] = Field(
        default_factory=dict, description="of county, towns and communities, as on the forms"
    )
    own_templates: tuple[FormKey, ...] = Field(
        (), strict=False, description="forms whose DOCX is in an office's own template"
    )
    files: tuple[Entry, ...] = Field(strict=False)
    tool: Tool

    def identified(self) -> Self:
        """Return the manifest with its id."""
        return self.model_copy(update={"package_id": self._reckoned_id()})

    def to_bytes(self) -> bytes:
        """Return the manifest as the bytes that are signed."""
        text = json.dumps(
            self.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True
        )
        return text.encode("utf-8") + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a manifest.

        Raises
        ------
        PackageError
            GT502 for everything that `to_bytes` would not have written.
        """
        try:
            made = cls.model_validate(json.loads(data))
            _require_dates(made.dated, made.valid_from)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise PackageError("GT502", reason=f"{place}: {first['msg']}") from None
        except (ValueError, RecursionError) as error:
            raise PackageError("GT502", reason=error) from None
        if made.to_bytes() != data:
            raise PackageError("GT502", reason="written in another form")
        if made.package_id != made._reckoned_id():
            raise PackageError("GT502", reason="package_id is not the hash of the rest")
        return made

    def _reckoned_id(self) -> str:
        """Return the hash of everything but the id."""
        return hashlib.sha256(self.model_copy(update={"package_id": ""}).to_bytes()).hexdigest()


def _require_dates(*dates: str) -> None:
    """Raise ValueError for a day that no calendar has."""
    for text in dates:
        date.fromisoformat(text)


def manifest_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``manifest.json``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:gridtool:manifest",
        **Manifest.model_json_schema(),
    }
