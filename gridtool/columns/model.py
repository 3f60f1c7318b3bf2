"""What the data dictionary is made of: layers and their columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "number", "boolean"]


@dataclass(frozen=True)
class Column:
    """One column: its key, Chinese name, DBF name (at most 10 bytes) and type."""

    key: str
    zh: str
    dbf: str
    kind: Kind = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name the column goes by, the key first."""
        return (self.key, self.zh, self.dbf, *self.aliases)

    @property
    def cut_names(self) -> tuple[str, ...]:
        """Return key and Chinese name as a UTF-8 shapefile cuts them, at 10 bytes."""
        return tuple(name.encode()[:10].decode(errors="ignore") for name in (self.key, self.zh))


@dataclass(frozen=True)
class Layer:
    """One layer: its key, Chinese name, columns and the geometry it may have.

    A layer without geometry is a table: its rows are joined to those of another layer.
    """

    key: str
    zh: str
    columns: tuple[Column, ...]
    geometry: tuple[str, ...] = ()
    required: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def is_table(self) -> bool:
        """Return whether the layer has no geometry."""
        return not self.geometry

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name the layer goes by, the key first."""
        return (self.key, self.zh, *self.aliases)

    def __getitem__(self, key: str) -> Column:
        """Return the column of that key."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)


POLYGONS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")
POINTS = ("Point", "MultiPoint")

HOUSEHOLDS = Column("households", "户数", "HS", "integer", aliases=("常住户数", "hs"))
PERSONS = Column("persons", "人口", "RS", "integer", aliases=("常住人口", "人数", "population"))
COMPOUND_ID = Column("compound_id", "小区编号", "XQBH", aliases=("小区代码", "XQDM"))
COMMUNITY_CODE = Column("community_code", "社区代码", "SQDM")
COMMUNITY_NAME = Column("community_name", "社区名称", "SQMC")
GRID_CODE = Column("grid_code", "网格编码", "WGBM", aliases=("网格代码",))
