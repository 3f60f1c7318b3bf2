"""What stands on a map sheet: panels, legend, facts, foot. Data alone; `drawing` draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import geopandas as gpd
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from gridtool.errors import SettingsError
from gridtool.geom import Geometries
from gridtool.messages import Lang
from gridtool.sheets.maps.colours import Swatch

PAPERS_MM: Final = {"A4": (210.0, 297.0), "A3": (297.0, 420.0), "A2": (420.0, 594.0)}

Bounds = tuple[float, float, float, float]


class Paper(NamedTuple):
    """A sheet of paper, or the place of a picture on one.

    Attributes
    ----------
    width, height : float
        In millimetres.
    enlarge : float
        How much larger type is than on a sheet of this size: a picture on a poster is read from
        as far away as the poster.
    """

    width: float
    height: float
    enlarge: float = 1.0

    @property
    def factor(self) -> float:
        """Return how much larger type is than on A4."""
        return self.enlarge * max(0.85, float((min(self.width, self.height) / 210.0) ** 0.7))


def paper_named(name: str, *, landscape: bool = False) -> Paper:
    """Return a paper by name.

    Raises
    ------
    SettingsError
        GT734 for one that is not A4, A3 or A2.
    """
    if name.upper() not in PAPERS_MM:
        raise SettingsError("GT734", wanted=name, known=", ".join(PAPERS_MM))
    short, long = PAPERS_MM[name.upper()]
    return Paper(long, short) if landscape else Paper(short, long)


class Box(NamedTuple):
    """A rectangle on the page: west, south, width, height in millimetres."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Return its area."""
        return self.width * self.height

    @property
    def polygon(self) -> Polygon:
        """Return it as a shape."""
        return shapely.box(self.x, self.y, self.x + self.width, self.y + self.height)


@dataclass(frozen=True)
class Ground:
    """What lies beneath grids, in their CRS; each layer may be missing.

    Attributes
    ----------
    buildings : GeoDataFrame, optional
        Geometry.
    roads : GeoDataFrame, optional
        ``highway``, ``name``.
    barriers : GeoDataFrame, optional
        ``kind``, ``name``: areas are drawn as water, lines as a railway or wall.
    """

    buildings: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    barriers: gpd.GeoDataFrame | None = None


class Place(NamedTuple):
    """A name of its own: a community, or what lies around.

    Attributes
    ----------
    lines : sequence of str
        The first is the name.
    area : geometry
        Where it is to stand, in metres.
    strong : bool
        In ink, as the names of grids are, else pale.
    """

    lines: Sequence[str]
    area: BaseGeometry
    strong: bool = False


@dataclass(frozen=True)
class Panel:
    """One map.

    Attributes
    ----------
    areas : GeoDataFrame
        ``colour``: of the fill, None for what only lies around; ``label``: lines of text, the
        first is the name; CRS in metres.
    bounds : tuple
        West, south, east, north of what must be seen, in metres.
    heading : str
        Above the map, where there are several.
    outlines : array, optional
        Former areas, drawn as dashed lines.
    marked : array, optional
        Buildings to be seen at once.
    frames : array, optional
        Areas with a strong border of their own: communities.
    places : sequence of Place
    """

    areas: gpd.GeoDataFrame
    bounds: Bounds
    heading: str = ""
    outlines: Geometries | None = None
    marked: Geometries | None = None
    frames: Geometries | None = None
    places: Sequence[Place] = ()


@dataclass(frozen=True)
class MapSheet:
    """A page of one or several maps.

    Attributes
    ----------
    title, subtitle : str
        Nothing is kept free for them when both are empty, as for a picture in a form.
    panels : sequence of Panel
    ground : Ground
    legend : sequence of Swatch
        Of the areas; roads, water and buildings that are drawn are added.
    facts : sequence of tuple of str
        Rows of a small table beside the legend; the first is its head.
    foot : str
        Source and date.
    lang : ``zh`` or ``en``
    """

    title: str
    panels: Sequence[Panel]
    subtitle: str = ""
    ground: Ground = field(default_factory=Ground)
    legend: Sequence[Swatch] = ()
    facts: Sequence[tuple[str, ...]] = ()
    foot: str = ""
    lang: Lang = "zh"
