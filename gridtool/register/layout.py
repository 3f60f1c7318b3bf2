"""The tables of a register, the same on SQLite and PostgreSQL.

Times are text in ISO 8601, so that they sort as they follow one another on both. A row of
``grid_versions`` is a grid as it was in force from ``valid_from`` up to, not with, ``valid_to``, as
the office knew it from revision ``rev_in`` up to, not with, ``rev_out``; what is open is null.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from gridtool.columns import GRIDS, GROUPS, RELATIONS, Layer

Type = Literal["text", "integer", "number", "boolean", "bytes", "date", "time", "geometry"]


class Field(NamedTuple):
    """A column of a table."""

    name: str
    type: Type
    rule: str = ""


class Table(NamedTuple):
    """A table of the register.

    Attributes
    ----------
    name : str
    zh : str
        What it holds, for people who open the file.
    fields : tuple of Field
    frozen : bool
        No row is ever changed or deleted.
    """

    name: str
    zh: str
    fields: tuple[Field, ...]
    frozen: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(field.name for field in self.fields)


def _of(layer: Layer) -> tuple[Field, ...]:
    """Return the columns of a layer of the data dictionary."""
    return tuple(Field(column.key, column.kind) for column in layer.columns)


_KEY: Final = "PRIMARY KEY"
_MUST: Final = "NOT NULL"
_REV: Final = Field("rev", "integer", _MUST)
_HASH: Final = Field("hash", "text", "NOT NULL UNIQUE")

GRID_FIELDS: Final = _of(GRIDS)

ABOUT: Final = Table(
    "about", "台账说明", (Field("key", "text", _KEY), Field("value", "text", _MUST))
)
REVISIONS: Final = Table(
    "revisions",
    "版次",
    (
        Field("rev", "integer", _KEY),
        Field("county", "text", _MUST),
        Field("package_id", "text", "NOT NULL UNIQUE"),
        Field("package_sha256", "text", _MUST),
        Field("kind", "text", _MUST),
        Field("filing_no", "text", _MUST),
        Field("prepared_by", "text", _MUST),
        Field("reason", "text", _MUST),
        Field("signers", "text", _MUST),
        Field("supersedes", "text", _MUST),
        Field("valid_from", "date", _MUST),
        Field("known_from", "time", _MUST),
        Field("base_root", "text", _MUST),
        Field("root", "text", _MUST),
        Field("content_hash", "text", _MUST),
        _HASH,
    ),
)
GRID_VERSIONS: Final = Table(
    "grid_versions",
    "网格各版本",
    (
        Field("fid", "integer", _KEY),
        Field("version_id", "text", _MUST),
        Field("row_hash", "text", _MUST),
        Field("valid_from", "date", _MUST),
        Field("valid_to", "date"),
        Field("rev_in", "integer", _MUST),
        Field("rev_out", "integer"),
        *GRID_FIELDS,
        Field("geom", "geometry", _MUST),
    ),
    frozen=False,
)
GROUP_ROWS: Final = Table("change_groups", "变更组", (_REV, *_of(GROUPS)))
RELATION_ROWS: Final = Table("relations", "对应关系", (_REV, *_of(RELATIONS)))
CODE_EVENTS: Final = Table(
    "code_events",
    "编码台账",
    (
        Field("seq", "integer", _KEY),
        Field("event", "text", _MUST),
        Field("code", "text", _MUST),
        Field("kind", "text", _MUST),
        Field("recorded_at", "time", _MUST),
        Field("document", "text", _MUST),
        _HASH,
    ),
)
KEY_EVENTS: Final = Table(
    "key_events",
    "信任的密钥",
    (
        Field("seq", "integer", _KEY),
        Field("event", "text", _MUST),
        Field("key_id", "text", _MUST),
        Field("profile", "text", _MUST),
        Field("public", "text", _MUST),
        Field("owner", "text", _MUST),
        Field("role", "text", _MUST),
        Field("counties", "text", _MUST),
        Field("valid_from", "date", _MUST),
        Field("valid_to", "date", _MUST),
        Field("recorded_at", "time", _MUST),
        _HASH,
    ),
)
RECEIPTS: Final = Table(
    "receipts",
    "回执",
    (
        Field("seq", "integer", _KEY),
        Field("package_id", "text", _MUST),
        Field("decision", "text", _MUST),
        Field("body", "text", _MUST),
        Field("recorded_at", "time", _MUST),
        _HASH,
    ),
)
PACKAGES: Final = Table(
    "packages",
    "报备包原件",
    (Field("package_id", "text", _KEY), Field("content", "bytes", _MUST)),
)

TABLES: Final = (
    *(ABOUT, REVISIONS, GRID_VERSIONS, GROUP_ROWS, RELATION_ROWS),
    *(CODE_EVENTS, KEY_EVENTS, RECEIPTS, PACKAGES),
)
CHAINS: Final = (REVISIONS, CODE_EVENTS, KEY_EVENTS, RECEIPTS)
"""Tables whose rows are numbered from 1 and hold the hash of the row before."""

INDEXES: Final = {
    "grid_versions_by_code": ("grid_versions", "grid_code"),
    "grid_versions_by_county": ("grid_versions", "county_code, rev_in, rev_out"),
    "grid_versions_by_rev_in": ("grid_versions", "rev_in"),
    "grid_versions_by_rev_out": ("grid_versions", "rev_out"),
    "relations_by_old": ("relations", "old_code"),
    "relations_by_new": ("relations", "new_code"),
    "code_events_by_code": ("code_events", "code"),
    "receipts_by_package": ("receipts", "package_id"),
}
VIEW: Final = "grids"
"""The grids of the newest revision, whenever they come into force: what QGIS shows first."""
