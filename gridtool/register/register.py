"""The register: every grid that was ever filed, as it was in force and as it was known.

Two times. *Valid* is when a grid is in force: ``[valid_from, valid_to)``. *Known* is when the
office learnt of it: from the revision that brought it to the one that changed it. Nothing is ever
overwritten, so that any table made in the past can be made again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple, Self

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridtool.canonical import root_of
from gridtool.chain import digest
from gridtool.errors import DataError, InputError, SettingsError
from gridtool.register.chains import read_rows
from gridtool.register.layout import GRID_VERSIONS, REVISIONS
from gridtool.register.rows import grids_frame, rows_frame
from gridtool.register.sqlite_store import SqliteStore
from gridtool.register.store import Store

FORMAT: Final = "gridtool.register/1"
_LEAST_ID: Final = 6
EMPTY_ROOT: Final = root_of({})
_POSTGRES: Final = ("postgresql://", "postgres://")


class Head(NamedTuple):
    """Where a county stands.

    Attributes
    ----------
    rev : int
        Its newest revision, 0 where it has none.
    root : str
        Of its grids, `EMPTY_ROOT` where it has none.
    """

    rev: int
    root: str


class Register:
    """The register of a city; its counties file into it, each its own codes.

    Open it with `Register.open` or make it with `Register.create`; it is a context manager.

    Attributes
    ----------
    store : Store
    register_id : str
    allow_unsigned : bool
    signers : int
        How many trusted keys must have signed a package.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        about = {str(key): str(value) for key, value in store.rows("SELECT key, value FROM about")}
        if about.get("format") != FORMAT:
            store.close()
            raise InputError("GT505", path=store.place, reason=about.get("format", "?"))
        self.register_id = about["register_id"]
        self.allow_unsigned = about["allow_unsigned"] == "yes"
        self.signers = int(about["signers"])
        self.seed = digest(sorted(about.items()))

    @classmethod
    def create(
        cls,
        place: str | Path,
        *,
        crs: CRS,
        allow_unsigned: bool = False,
        signers: int = 1,
    ) -> Self:
        """Make a new register.

        Parameters
        ----------
        place : path or str
            A file, or ``postgresql://…``.
        crs : CRS
            With an EPSG code, in metres; every package has to be in it.
        allow_unsigned : bool
            Whether packages may come without a signature.
        signers : int
            How many trusted keys must have signed a package.

        Raises
        ------
        OutputError
            GT042 when there is one, GT043 when it cannot be written.
        SettingsError
            GT046 when the CRS or the number of signers is of no use.
        """
        srid = crs.to_epsg()
        if srid is None or not crs.is_projected or signers < 1:
            raise SettingsError("GT046", reason=f"--crs {crs.name}, --signers {signers}")
        about = {
            "format": FORMAT,
            "register_id": str(uuid.uuid4()),
            "srid": str(srid),
            "allow_unsigned": "yes" if allow_unsigned else "no",
            "signers": str(signers),
        }
        if is_server(place):
            from gridtool.register.postgis_store import PostgisStore

            PostgisStore.create(str(place), about)
        else:
            systems = {code: CRS.from_epsg(code).to_wkt("WKT1_GDAL") for code in (4326, srid)}
            SqliteStore.create(Path(place), about, systems)
        return cls.open(place)

    @classmethod
    def open(cls, place: str | Path) -> Self:
        """Open a register.

        Raises
        ------
        InputError
            GT505 when it is not there or no register.
        DataError
            GT506 when its tables or guards were changed.
        """
        if is_server(place):
            from gridtool.register.postgis_store import PostgisStore

            return cls(PostgisStore.open(str(place)))
        return cls(SqliteStore.open(Path(place)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    @property
    def crs(self) -> CRS:
        """Return the CRS of the grids."""
        return CRS.from_epsg(self.store.srid)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the only right to write; all of what is done inside is kept, or nothing."""
        with self.store.writing():
            yield

    def revisions(self, county: str | None = None) -> pd.DataFrame:
        """Return the revisions, the oldest first, their chain verified.

        Returns
        -------
        DataFrame
            Columns of `gridtool.register.layout.REVISIONS`.

        Raises
        ------
        DataError
            GT506 when the chain is broken.
        """
        rows = read_rows(self.store, REVISIONS, self.seed)
        frame = rows_frame(rows, REVISIONS.fields)
        if county is None:
            return frame
        return frame[frame["county"] == county].reset_index(drop=True)

    def head(self, county: str) -> Head:
        """Return where a county stands."""
        found = self.revisions(county)
        if found.empty:
            return Head(0, EMPTY_ROOT)
        return Head(int(found["rev"].iloc[-1]), str(found["root"].iloc[-1]))

    def filing(self, wanted: str) -> pd.Series | None:
        """Return the revision that a filing made, None for one that was never applied.

        Parameters
        ----------
        wanted : str
            Number of the revision, number of the filing, or the package's id; of that 6 digits
            do where no other begins with them. They are tried in this order.

        Raises
        ------
        DataError
            GT513 when several fit: counties may use one number.
        """
        found = self.revisions()
        begins = found["package_id"].str.startswith(wanted) & (len(wanted) >= _LEAST_ID)
        for fits in (found["rev"].astype(str) == wanted, found["filing_no"] == wanted, begins):
            if fits.sum() > 1:
                listed = ", ".join(found["package_id"][fits].str[:16])
                raise DataError("GT513", wanted=wanted, found=listed)
            if fits.any():
                return found[fits].iloc[0]
        return None

    def grids(self, county: str | None = None) -> gpd.GeoDataFrame:
        """Return the grids of the newest revision, whenever they come into force.

        This is what the next filing starts from.

        Returns
        -------
        GeoDataFrame
            Columns of `gridtool.columns.GRIDS` and of `gridtool.register.layout.GRID_VERSIONS`,
            by code.
        """
        return self._select("rev_out IS NULL AND valid_to IS NULL", [], county)

    def as_of(
        self, valid: date, known: datetime | None = None, county: str | None = None
    ) -> gpd.GeoDataFrame:
        """Return the grids in force on a day, as known at a moment.

        Parameters
        ----------
        valid : date
        known : datetime, optional
            Default now. A moment without zone is taken as local.
        county : str, optional
            6 digits; default all.

        Returns
        -------
        GeoDataFrame
            As `grids` gives it.
        """
        day = valid.isoformat()
        rev = self._revision_at(known)
        where = (
            "rev_in <= ? AND (rev_out IS NULL OR rev_out > ?) "
            "AND valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)"
        )
        return self._select(where, [rev, rev, day, day], county)

    def known_at(self, rev: int, county: str | None = None) -> gpd.GeoDataFrame:
        """Return the grids that were the newest when a revision had been applied."""
        where = "rev_in <= ? AND (rev_out IS NULL OR rev_out > ?) AND valid_to IS NULL"
        return self._select(where, [rev, rev], county)

    def history(self, code: str) -> gpd.GeoDataFrame:
        """Return every row there ever was of a code.

        Raises
        ------
        DataError
            GT515 for a code that was never filed.
        """
        found = self._select("grid_code = ?", [code], None)
        if found.empty:
            raise DataError("GT515", wanted=code)
        return found.sort_values(["rev_in", "valid_from"], ignore_index=True)

    def rows_of(self, rev: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
        """Return the newest rows that a revision made, and those it took the place of."""
        made = self._select("rev_in = ? AND valid_to IS NULL", [rev], None)
        taken = self._select("rev_out = ? AND valid_to IS NULL", [rev], None)
        return made, taken

    def package(self, package_id: str) -> bytes:
        """Return the package that was applied, as it came.

        Raises
        ------
        DataError
            GT513 when the register does not have it.
        """
        sql = "SELECT content FROM packages WHERE package_id = ?"
        found = self.store.rows(sql, [package_id])
        if not found:
            raise DataError("GT513", wanted=package_id[:16], found="-")
        return bytes(found[0][0])

    def last_change(self, code: str) -> int | None:
        """Return the newest revision that changed a code, None where none did."""
        sql = "SELECT MAX(rev_in), MAX(rev_out) FROM grid_versions WHERE grid_code = ?"
        revs = [rev for rev in self.store.rows(sql, [code])[0] if rev is not None]
        return int(max(revs)) if revs else None

    def _revision_at(self, known: datetime | None) -> int:
        """Return the newest revision that was known at a moment."""
        if known is None:
            (found,) = self.store.rows("SELECT MAX(rev) FROM revisions")
        else:
            moment = known.astimezone(UTC).isoformat(timespec="milliseconds")
            text = moment.replace("+00:00", "Z")
            (found,) = self.store.rows(
                "SELECT MAX(rev) FROM revisions WHERE known_from <= ?", [text]
            )
        return int(found[0] or 0)

    def _select(
        self, where: str, values: Sequence[str | int], county: str | None
    ) -> gpd.GeoDataFrame:
        """Return rows of ``grid_versions``."""
        of_county = "" if county is None else "county_code = ? AND "
        given = values if county is None else [county, *values]
        rows = self.store.select(GRID_VERSIONS, f"WHERE {of_county}{where}", given)
        return grids_frame(self.store, rows)


def is_server(place: str | Path) -> bool:
    """Return whether a place is the address of a database server."""
    return str(place).startswith(_POSTGRES)


def moment_now() -> str:
    """Return this moment as the register writes it: UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
