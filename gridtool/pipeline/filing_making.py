"""Make a filing package: the change set of two revisions, told, listed and signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import geopandas as gpd

import gridtool
from gridtool.errors import PackageError, SettingsError
from gridtool.filing import (
    AFTER,
    INITIAL,
    KINDS,
    Base,
    Counts,
    Exemption,
    FormKey,
    Invariant,
    Kind,
    Manifest,
    Package,
    SigningKey,
    Tolerances,
    Tool,
    grids_bytes,
    list_files,
    table_bytes,
)
from gridtool.messages import CATALOGUE
from gridtool.pipeline.change_sets import EXCUSABLE, ChangeSet, community_names, file_changes

FormMaker = Callable[[ChangeSet, Manifest], Mapping[str, bytes]]
"""Draws forms and maps from a change set; the manifest it gets lists no files yet."""
Forms = Mapping[str, bytes] | FormMaker

_SHOWN: Final = 5
Names = Callable[[str], str | None]
"""Returns the name of an area by its code."""

DEFAULT_POLICY: Final = "keep-majority"


def nameless(_code: str) -> str | None:
    """Return no name: areas are known by their codes, communities as the grids name them."""
    return None


@dataclass(frozen=True)
class Header:
    """What a person says of a filing.

    Attributes
    ----------
    kind : str
        One of `gridtool.filing.KINDS`.
    filing_no, prepared_by, reason, basis_document : str
        Number, office, reason, the document it rests on. No person's name.
    valid_from, dated : str
        ISO dates: when it comes into force, and the date it bears.
    exceptions : mapping of str
        Invariant to the reason why it need not hold.
    policy : str
        How codes are kept.
    supersedes : tuple of str
        Packages that this one takes the place of.
    names : callable
        Returns the name of a county (6 digits), town (9) or community (12), None where it has
        none; for the forms.
    own_templates : tuple of str
        Forms whose DOCX is in an office's own template.
    """

    kind: Kind
    filing_no: str
    prepared_by: str
    reason: str
    valid_from: str
    dated: str
    basis_document: str = ""
    exceptions: Mapping[str, str] = field(default_factory=dict)
    policy: str = DEFAULT_POLICY
    supersedes: tuple[str, ...] = ()
    names: Names = nameless
    own_templates: tuple[FormKey, ...] = ()

    def told(self) -> dict[str, str]:
        """Return what is told of every group."""
        return {
            "reason": self.reason,
            "basis_document": self.basis_document,
            "valid_from": self.valid_from,
        }


@dataclass(frozen=True)
class BaseGrids:
    """What a filing starts from.

    Attributes
    ----------
    grids : GeoDataFrame
        No row for a first filing.
    register_id : str or None
        None where a layer is the base.
    rev : int or None
    """

    grids: gpd.GeoDataFrame
    register_id: str | None = None
    rev: int | None = None


def make_package(
    base: BaseGrids,
    new: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    header: Header,
    *,
    forms: Forms | None = None,
    keys: Sequence[SigningKey] = (),
) -> Package:
    """Make a package; the same input gives the same bytes.

    Parameters
    ----------
    base : BaseGrids
    new : GeoDataFrame
        All grids of the county as they are to be.
    buildings : GeoDataFrame
        ``building_id``, ``households``, ``persons``; one snapshot for both sides.
    header : Header
    forms : mapping of bytes, or callable, optional
        Files for the folder ``forms/`` and ``derived/``, by path.
    keys : sequence of SigningKey
        Who signs; more may sign later.

    Raises
    ------
    PackageError
        GT508 when nothing changed, GT509 when an invariant does not hold without a reason.
    SettingsError
        GT046 for a header that cannot be, GT519 when the kind does not fit the base.
    GridtoolError
        When the layers cannot be used.
    """
    _require_header(header, base)
    changes = file_changes(base.grids, new, buildings, kind=header.kind, told=header.told())
    return pack_changes(base, changes, header, forms=forms, keys=keys)


def pack_changes(
    base: BaseGrids,
    changes: ChangeSet,
    header: Header,
    *,
    forms: Forms | None = None,
    keys: Sequence[SigningKey] = (),
) -> Package:
    """Make the package of a change set, as `make_package` does."""
    if changes.diff.is_empty:
        raise PackageError("GT508")
    require_invariants(changes, header.exceptions)
    files = {path: table_bytes(path, table) for path, table in changes.tables.items()}
    files[AFTER] = grids_bytes(changes.after)
    bare = _manifest(base, changes, header)
    if forms is not None:
        files |= forms(changes, bare) if callable(forms) else forms
    manifest = bare.model_copy(update={"files": list_files(files)}).identified()
    return Package(manifest, files).signed(keys)


def require_invariants(changes: ChangeSet, exceptions: Mapping[str, str]) -> None:
    """Raise `PackageError` (GT509) for an invariant that does not hold and has no excuse."""
    unexcused = [one for one in changes.broken if not is_excused(one, exceptions)]
    if unexcused:
        first = unexcused[0]
        values = {"id": first.id, "value": told_value(first)}
        said = CATALOGUE["GT554"]
        raise PackageError(
            "GT509",
            count=len(unexcused),
            first_zh=said.what("zh", **values),
            first_en=said.what("en", **values),
        )


def told_value(invariant: Invariant) -> str:
    """Return the figures of an invariant as a person reads them."""
    figures = json.loads(invariant.value)
    parts = []
    for key, value in figures.items():
        listed = ", ".join(map(str, value[:_SHOWN])) if isinstance(value, list) else value
        parts.append(f"{key} {listed}")
    return "; ".join(parts)


def is_excused(invariant: Invariant, exceptions: Mapping[str, str]) -> bool:
    """Return whether an invariant that does not hold may do so."""
    return invariant.id in EXCUSABLE and bool(exceptions.get(invariant.id, "").strip())


def county_of(grids: gpd.GeoDataFrame) -> str:
    """Return the one county of grids.

    Raises
    ------
    SettingsError
        GT046 when they are of several.
    """
    counties = sorted(set(grids["grid_code"].astype(str).str[:6]))
    if len(counties) != 1:
        raise SettingsError("GT046", reason=f"county {', '.join(counties) or '-'}")
    return str(counties[0])


def _require_header(header: Header, base: BaseGrids) -> None:
    """Refuse a header that does not fit."""
    if header.kind not in KINDS:
        raise SettingsError("GT046", reason=f"--kind {header.kind}: {', '.join(KINDS)}")
    for name in ("filing_no", "prepared_by", "reason"):
        if not getattr(header, name).strip():
            raise SettingsError("GT046", reason=f"--{name.replace('_', '-')}")
    if unknown := sorted(set(header.exceptions) - EXCUSABLE):
        allowed = ", ".join(sorted(EXCUSABLE))
        raise SettingsError("GT046", reason=f"--exception {unknown[0]}: {allowed}")
    if (header.kind == INITIAL) == bool(len(base.grids)):
        zh, en = kind_reason(header.kind)
        raise SettingsError("GT519", kind=header.kind, reason_zh=zh, reason_en=en)


def kind_reason(kind: str) -> tuple[str, str]:
    """Return why a kind does not fit, in Chinese and in English."""
    if kind == INITIAL:
        return "该县（区）已有网格", "the county has grids already"
    return "该县（区）还没有网格", "the county has no grids yet"


def _manifest(base: BaseGrids, changes: ChangeSet, header: Header) -> Manifest:
    """Return the manifest, its files still to be listed."""
    diff, tolerances = changes.diff, changes.diff.tolerances
    some = diff.result.grids if len(diff.result) else diff.old.grids
    exceptions = [
        Exemption(id=one.id, reason=header.exceptions[one.id].strip()) for one in changes.broken
    ]
    return Manifest(
        kind=header.kind,
        filing_no=header.filing_no.strip(),
        county=county_of(some.reset_index()),
        prepared_by=header.prepared_by.strip(),
        dated=header.dated,
        valid_from=header.valid_from,
        reason=header.reason.strip(),
        basis_document=header.basis_document.strip(),
        base=None
        if header.kind == INITIAL
        else Base(register_id=base.register_id, rev=base.rev, root=diff.changes.base_root),
        result_root=changes.result_root,
        code_policy=header.policy,
        snapshot=changes.snapshot,
        crs=f"EPSG:{diff.new.crs.to_epsg()}",
        tolerances=Tolerances(
            epsilon_m=tolerances.storage_m,
            tau_m=tolerances.drawing_m,
            area_m2=tolerances.area_m2,
        ),
        counts=Counts(
            groups=changes.types,
            grids_before=len(diff.old),
            grids_after=len(diff.result),
            untouched=len(changes.untouched),
            untouched_root=changes.untouched_root,
        ),
        invariants=changes.invariants,
        exemptions=tuple(exceptions),
        supersedes=header.supersedes,
        names=_names_used(changes, header.names),
        own_templates=header.own_templates,
        files=(),
        tool=Tool(name="gridtool", version=gridtool.__version__),
    )


def _names_used(changes: ChangeSet, names: Names) -> dict[str, str]:
    """Return the names of the areas that changed: as the grids have them, else those given."""
    table = changes.tables["data/grids.csv"]
    places = {str(code) for side in ("old", "new") for code in table[f"{side}_community"].dropna()}
    known = community_names(changes)
    codes = sorted({code[:digits] for code in places for digits in (6, 9, 12)})
    found = ((code, known.get(code) or names(code)) for code in codes)
    return {code: name for code, name in found if name}
