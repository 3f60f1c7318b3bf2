"""Filing by files: what the command line reads and writes."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import geopandas as gpd
from pyproj import CRS

from gridtool.codes import load_table, shipped_table
from gridtool.columns import BARRIERS, BUILDINGS, GRIDS, ROADS, Layer
from gridtool.errors import DataError
from gridtool.export import add_styles, write_geopackage
from gridtool.filing import FORM_KEYS, INITIAL, Package, Receipt
from gridtool.filing.forms import draw_receipt, shipped_template
from gridtool.messages import Lang
from gridtool.pipeline.filing_making import BaseGrids, Names, county_of
from gridtool.place import replacing, write_whole
from gridtool.register import Register, is_server
from gridtool.rules import RULES
from gridtool.sheets.maps import Ground
from gridtool.tables import code_text, read_table, under_keys


def read_grids_file(path: str | Path) -> gpd.GeoDataFrame:
    """Read grids from a file, their columns under the keys of the data dictionary.

    Parameters
    ----------
    path : str or Path
        ``FILE.gpkg|layername=NAME`` names one of several layers; the usual one is ``grids``.

    Raises
    ------
    InputError
        GT001 to GT003 when it cannot be read.
    ColumnError
        GT099 without codes.
    DataError
        GT007 for a table without shapes.
    """
    grids = _read(path, GRIDS, ("grid_code",))
    codes = {
        key: code_text(grids[key], name=Path(path).name)
        for key in ("grid_code", "community_code")
        if key in grids
    }
    return gpd.GeoDataFrame(grids.assign(**codes))


def read_buildings_file(path: str | Path) -> gpd.GeoDataFrame:
    """Read the snapshot of buildings, as `read_grids_file` reads grids."""
    return _read(path, BUILDINGS, ("households",))


def read_ground(roads: str | None, barriers: str | None) -> Ground:
    """Read what lies beneath the grids of a map; either may be missing."""
    given = {"roads": (ROADS, roads), "barriers": (BARRIERS, barriers)}
    layers = {
        key: _read(path, layer, ()) for key, (layer, path) in given.items() if path is not None
    }
    return Ground(**layers)


def area_names(tables: Sequence[Path]) -> Names:
    """Return what names areas: tables of codes, by default the one that is shipped.

    Raises
    ------
    InputError
        When a table cannot be read.
    """
    return load_table(tables).name if tables else shipped_table().name


def read_base(place: str | None, new: gpd.GeoDataFrame, kind: str) -> BaseGrids:
    """Return what a filing starts from.

    Parameters
    ----------
    place : str or None
        A layer, or a register: then the newest grids of the county are the base.
    new : GeoDataFrame
        Their codes tell the county.
    kind : str
        A first filing starts from nothing, whatever register is given.
    """
    if place is None:
        return BaseGrids(new.iloc[:0])
    if not is_server(place) and not is_register(Path(place)):
        return BaseGrids(read_grids_file(place))
    with Register.open(place) as register:
        county = county_of(new)
        grids = register.grids(county)
        if kind == INITIAL and grids.empty:
            return BaseGrids(new.iloc[:0])
        return BaseGrids(grids, register.register_id, register.head(county).rev)


def is_register(path: Path) -> bool:
    """Return whether a file is a register."""
    if not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute(
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'code_events'"
            ).fetchone()
    except sqlite3.Error:
        return False
    return found is not None


def write_package(package: Package, path: Path, *, overwrite: bool = False) -> None:
    """Write a package, whole or not at all.

    Raises
    ------
    OutputError
        GT042 when the file exists, GT043 when it cannot be written.
    """
    with replacing(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(package.content)


def write_receipt_file(receipt: Receipt, path: Path, *, overwrite: bool = False) -> None:
    """Write a receipt, whole or not at all: as DOCX to be sealed, else as JSON.

    Raises
    ------
    OutputError
        GT042 when the file exists, GT043 when it cannot be written, GT048 when what a DOCX needs
        is not installed.
    """
    if path.suffix.lower() == ".docx":
        content = draw_receipt(receipt)
    else:
        text = json.dumps(receipt.model_dump(mode="json"), ensure_ascii=False, indent=2)
        content = f"{text}\n".encode()
    with replacing(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(content)


def write_templates(out: Path, *, overwrite: bool = False) -> list[Path]:
    """Write the Word templates of the forms into a folder, all of them or none.

    Raises
    ------
    OutputError
        GT042 when one exists, GT043 when they cannot be written.
    """
    names = [f"{key}.docx" for key in FORM_KEYS]

    def write(folder: Path) -> None:
        for key, name in zip(FORM_KEYS, names, strict=True):
            shutil.copyfile(shipped_template(key), folder / name)

    return write_whole(out, names, write, overwrite=overwrite)


def write_grids(
    grids: gpd.GeoDataFrame, path: Path, *, lang: Lang, overwrite: bool = False
) -> None:
    """Write grids of a register as the layer ``grids`` of a GeoPackage, styled for QGIS.

    Raises
    ------
    OutputError
        GT042 when the file exists, GT043 when it cannot be written.
    """
    with replacing(path, overwrite=overwrite) as temporary:
        rules = asdict(RULES)
        write_geopackage(temporary, {"grids": grids}, crs=grids.crs, lang=lang, rules=rules)


def make_register(
    place: str | Path, *, crs: CRS, allow_unsigned: bool, signers: int, lang: Lang
) -> Register:
    """Make a register, as `gridtool.register.Register.create` does; a file styled for QGIS.

    Parameters
    ----------
    place, crs, allow_unsigned, signers
        As for `Register.create`.
    lang : ``zh`` or ``en``
        Language of the default style of its grids.
    """
    made = Register.create(place, crs=crs, allow_unsigned=allow_unsigned, signers=signers)
    if not is_server(place):
        add_styles(Path(place), {"grids": ("polygon",)}, lang=lang, rules=asdict(RULES))
    return made


def _read(path: str | Path, layer: Layer, required: Sequence[str]) -> gpd.GeoDataFrame:
    """Read a layer under the keys of the data dictionary."""
    name = Path(path).name
    found = read_table(Path(path), layer=layer.key)
    frame = under_keys(found, layer, required=required, name=name)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataError("GT007", layer=name, found="-", wanted=", ".join(layer.geometry))
    return frame
