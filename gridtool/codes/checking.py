"""Check the codes of a grids layer: each fault is a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gridtool.code_events import ISSUED, STATES_ZH
from gridtool.codes.ledger import Ledger
from gridtool.codes.names import KINDS, name_stem
from gridtool.codes.schemes import Scheme, load_scheme, scheme_names
from gridtool.codes.tables import CodeTable
from gridtool.findings import Finding
from gridtool.geom import Bools
from gridtool.rules import GRID_KINDS
from gridtool.tables import as_text, is_number, lost_digits

CODE: Final = "grid_code"
FULL: Final = 0.8
"""Share of the serials from which a community is running out. Source: research on CJ/T 349."""

# 城乡分类代码 of the 17-digit statistical code
_CLASSES: Final = frozenset(("111", "112", "121", "122", "123", "210", "220"))

_Values = np.ndarray[Any, np.dtype[Any]]


def malformed(codes: pd.Series[str], scheme: Scheme) -> pd.Series[bool]:
    """Return which codes do not follow a scheme (bool, same index)."""
    fullmatch = scheme.pattern.fullmatch
    return pd.Series([fullmatch(code) is None for code in codes], index=codes.index, dtype="bool")


def check_codes(
    grids: pd.DataFrame,
    *,
    scheme: Scheme | None = None,
    table: CodeTable | None = None,
    county: str | None = None,
    ledger: Ledger | None = None,
    layer: str = "grids",
) -> list[Finding]:
    """Check the codes of grids.

    Parameters
    ----------
    grids : DataFrame or GeoDataFrame
        ``grid_code``; optionally ``community_code``, ``community_name``, ``grid_kind``.
    scheme : Scheme, optional
        Default `grid15`.
    table : CodeTable, optional
        For unknown communities and mixed code books.
    county : str, optional
        6 digits; default that of the ledger.
    ledger : Ledger, optional
        For codes that are retired, or were never issued.
    layer : str
        Named in the findings.

    Returns
    -------
    list of Finding
        By row, in the order of the rows; findings about the whole layer first.
    """
    scheme = scheme or load_scheme()
    values = _plain(grids[CODE])
    good = ~malformed(pd.Series(values, dtype=object), scheme).to_numpy()
    job = _Check(grids, values, good, scheme, layer)
    found = list(job.whole_layer())
    found += job.rows(values == "", "GT310", lambda at: {})
    found += job.rows(job.lost, "GT306", lambda at: {"column": CODE})
    found += job.unmatched()
    found += job.duplicates()
    county = county or (ledger.county if ledger else None)
    if county:
        found += job.of_other_county(county)
    if table is not None:
        found += job.unknown(table)
        found += job.mixed_books(table)
    found += job.beside_columns()
    if ledger is not None:
        found += job.against(ledger)
    whole = [item for item in found if item.row is None]
    rest = [item for item in found if item.row is not None]
    order = {row: at for at, row in enumerate(grids.index)}
    return whole + sorted(rest, key=lambda item: order[item.row])


class _Check:
    """The codes of one layer, with what each check needs of them."""

    def __init__(
        self, grids: pd.DataFrame, values: _Values, good: Bools, scheme: Scheme, layer: str
    ) -> None:
        self.grids, self.values, self.good = grids, values, good
        self.scheme, self.layer = scheme, layer
        self.lost = lost_digits(grids[CODE])
        shapes = isinstance(grids, gpd.GeoDataFrame) and grids.active_geometry_name is not None
        self.shapes = grids.geometry.to_numpy() if shapes else None
        end = scheme.prefix_length
        start = end - scheme.parent_length
        parents = [code[start:end] if ok else "" for code, ok in zip(values, good, strict=True)]
        self.parent_at, self.parents = pd.factorize(np.array(parents, dtype=object))

    def finding(self, at: int, code: str, values: Mapping[str, object]) -> Finding:
        """Return a finding about one row."""
        geometry = None if self.shapes is None else self.shapes[at]
        row = self.grids.index[at]
        return Finding(code, self.layer, row, geometry, {"code": self.values[at], **values})

    def rows(
        self, mask: Any, code: str, values: Callable[[int], Mapping[str, object]]
    ) -> list[Finding]:
        """Return a finding for each marked row."""
        return [self.finding(int(at), code, values(int(at))) for at in np.flatnonzero(mask)]

    def by_parent(self, judge: Callable[[str], bool]) -> Bools:
        """Return the good rows whose community is judged true, each judged once."""
        judged = np.array([bool(parent) and judge(parent) for parent in self.parents], dtype=bool)
        return np.asarray(judged[self.parent_at] & self.good)

    def whole_layer(self) -> Iterator[Finding]:
        """Find numbers in place of text, and several schemes in one layer."""
        if is_number(self.grids[CODE]):
            yield Finding("GT306", self.layer, values={"column": CODE})
        counts = {self.scheme.name: int(self.good.sum())}
        left = self.values[~self.good & (self.values != "")]
        for name in scheme_names():
            other = load_scheme(name)
            if _lengths(other) != _lengths(self.scheme) and len(left):
                fits = np.array([other.matches(code) for code in left])
                counts[name] = int(fits.sum())
                left = left[~fits]
        used = {name: count for name, count in counts.items() if count}
        if len(used) > 1:
            found = ", ".join(f"{name} {count}" for name, count in used.items())
            yield Finding("GT307", self.layer, values={"found": found})

    def unmatched(self) -> list[Finding]:
        """Find codes that end at the community, and other malformed ones."""
        wrong = ~self.good & ~self.lost & (self.values != "")
        length, digits = self.scheme.prefix_length, self.scheme.serial_length
        short = np.zeros(len(wrong), dtype=bool)
        for at in np.flatnonzero(wrong):
            code = self.values[at]
            bare = code if len(code) == length else code[:length]
            tail = code[length:]
            # 000 or nothing behind a right prefix; a serial of 1 shows whether the prefix is right
            right = len(bare) == length and tail.strip("0") == "" and len(tail) in (0, digits)
            short[at] = right and self.scheme.matches(f"{bare}{1:0{digits}d}")
        name = self.scheme.name
        return self.rows(short, "GT304", lambda at: {}) + self.rows(
            wrong & ~short, "GT300", lambda at: {"scheme": name}
        )

    def duplicates(self) -> list[Finding]:
        """Find codes that come more than once, at every row but the first."""
        codes = pd.Series(self.values)
        again = (codes.duplicated() & (codes != "")).to_numpy() & ~self.lost
        counts = codes[codes.isin(set(codes[again]))].value_counts()
        return self.rows(again, "GT301", lambda at: {"count": int(counts[self.values[at]])})

    def of_other_county(self, county: str) -> list[Finding]:
        """Find codes of another county."""
        wrong = self.by_parent(lambda parent: parent[:6] != county)
        parents, at_parent = self.parents, self.parent_at
        return self.rows(
            wrong, "GT303", lambda at: {"county": county, "found": parents[at_parent[at]][:6]}
        )

    def unknown(self, table: CodeTable) -> list[Finding]:
        """Find communities that the code table does not have."""
        known = dict(
            zip(self.parents, table.has([parent[:12] for parent in self.parents]), strict=True)
        )
        wrong = self.by_parent(lambda parent: not known[parent])
        edition = f"{table.source} {table.edition}".strip()
        return self.rows(
            wrong,
            "GT302",
            lambda at: {"prefix": self.parents[self.parent_at[at]][:12], "edition": edition},
        )

    def mixed_books(self, table: CodeTable) -> Iterator[Finding]:
        """Find communities named as the table names another code of the same county."""
        if "community_name" not in self.grids:
            return
        frame = pd.DataFrame(
            {
                "code": [parent[:12] for parent in self.parents[self.parent_at]],
                "name": self.grids["community_name"].to_numpy(),
            }
        )[self.good].dropna()
        pairs = frame.groupby(["code", "name"], sort=True).size().reset_index(name="count")
        listed = {code: table.name(code) for code in pairs["code"].unique()}
        odd = [
            (code, name, count)
            for code, name, count in zip(*(pairs[key].tolist() for key in pairs), strict=True)
            if listed[code] is not None and name_stem(str(listed[code])) != name_stem(str(name))
        ]
        if not odd:
            return
        books = _by_stem(table, {code[:6] for code, _, _ in odd})
        moved = [
            (*item, books[item[0][:6], name_stem(item[1])])
            for item in odd
            if (item[0][:6], name_stem(item[1])) in books
        ]
        if moved:
            code, name, _, other = moved[0]
            values = {"prefix": code, "listed": listed[code], "name": name, "other": other}
            count = sum(item[2] for item in moved)
            yield Finding("GT308", self.layer, values={**values, "count": count})

    def beside_columns(self) -> list[Finding]:
        """Find codes that contradict the community, the kind, or look like another code."""
        found: list[Finding] = []
        if "community_code" in self.grids:
            said = _plain(self.grids["community_code"])
            own = np.array([parent[:12] for parent in self.parents], dtype=object)[self.parent_at]
            wrong = self.good & (said != own) & (said != "")
            found += self.rows(wrong, "GT311", lambda at: {"community": said[at]})
        if "grid_kind" in self.grids and self.scheme.kind_in_code:
            kinds = [KINDS.get(said, said) for said in _plain(self.grids["grid_kind"])]
            told = [
                self.scheme.kind(code) if ok else None
                for code, ok in zip(self.values, self.good, strict=True)
            ]
            wrong = np.array([t in GRID_KINDS and t != k for t, k in zip(told, kinds, strict=True)])
            found += self.rows(
                wrong, "GT314", lambda at: {"told": told[at] or "", "kind": kinds[at]}
            )
        if self.scheme.is_micro:
            like = np.array([code[-3:] in _CLASSES for code in self.values], dtype=bool) & self.good
            # one such ending is chance, a layer of them is not
            if like.sum() > len(like) / 2:
                found += self.rows(like, "GT313", lambda at: {})
        return found

    def against(self, ledger: Ledger) -> list[Finding]:
        """Find codes the ledger holds for dead, or never issued, and communities running out."""
        states = np.array([ledger.state(code) or "" for code in self.values], dtype=object)
        dead = self.good & np.isin(states, ("retired", "void"))
        other = self.good & ~dead & (states != ISSUED)
        found = self.rows(
            dead,
            "GT305",
            lambda at: {"state": states[at], "state_zh": STATES_ZH[states[at]]},
        )
        found += self.rows(other, "GT309", lambda at: {"state": states[at] or "unknown"})
        return found + running_out(ledger, self.layer)


def _plain(column: pd.Series[Any]) -> _Values:
    """Return a column as text without blanks around it, empty where there is none."""
    return as_text(column).fillna("").str.strip().to_numpy(dtype=object)


def _lengths(scheme: Scheme) -> list[int]:
    """Return the lengths of the segments: schemes that share them cannot be told apart."""
    return [part.length for part in scheme.segments]


def _by_stem(table: CodeTable, counties: set[str]) -> dict[tuple[str, str], str]:
    """Return the one code of each community name in some counties; names used twice left out."""
    frame = table.frame()
    frame = frame[frame["code"].str[:6].isin(counties) & (frame["code"].str[9:] != "000")]
    keys = list(zip(frame["code"].str[:6], frame["name"].map(name_stem), strict=True))
    single = ~pd.Series(keys).duplicated(keep=False).to_numpy()
    return {key: code for key, code, ok in zip(keys, frame["code"], single, strict=True) if ok}


def running_out(ledger: Ledger, layer: str) -> list[Finding]:
    """Return a finding for each community that has used 80 % of its serials."""
    full = ledger.usage()
    full = full[full["share"] >= FULL]
    return [
        Finding(
            "GT312",
            layer,
            values={
                "prefix": row.prefix,
                "share": row.share,
                "highest": row.highest,
                "last": row.last,
            },
        )
        for row in full.itertuples()
    ]
