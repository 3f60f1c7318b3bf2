"""The register on PostgreSQL with PostGIS: the same interface, the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pyproj
import pytest
from filings import COUNTY, CRS, DAYS, buildings, code, filing, grids, rename, root, split
from postgres import server

from gridtool.errors import DataError, InputError, OutputError, PackageError
from gridtool.filing import SigningKey
from gridtool.pipeline import BaseGrids, Header, apply_package, make_package
from gridtool.register import (
    EVERY_COUNTY,
    FILER,
    Register,
    TrustedKey,
    apply_filing,
    check_register,
    code_states,
    follow_code,
    revoke_key,
    trust_key,
    trusted_keys,
)
from gridtool.register.postgis_store import SCHEMA, shown

FIRST = grids()
SECOND = split(FIRST, 0, 7)
THIRD = rename(SECOND, 3, "新名网格")


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with server() as url:
        with psycopg.connect(url, autocommit=True) as made:
            has = made.execute(
                "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"
            ).fetchone()
        if has is None:
            pytest.skip("PostgreSQL here has no PostGIS (Debian: apt-get install postgis)")
        yield url


@pytest.fixture
def url(database: str) -> str:
    with psycopg.connect(database, autocommit=True) as made:
        made.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    Register.create(database, crs=pyproj.CRS(CRS)).store.close()
    return database


@pytest.fixture
def register(url: str) -> Iterator[Register]:
    with Register.open(url) as register:
        yield register


def fill(register: Register) -> list:
    steps = [
        filing(None, FIRST, 1, kind="initial", valid_from=DAYS[0]),
        filing(FIRST, SECOND, 2, valid_from=DAYS[2]),
        filing(SECOND, THIRD, 3, valid_from=DAYS[4]),
    ]
    assert [apply_filing(register, step).rev for step in steps] == [1, 2, 3]
    return steps


def test_both_backends_give_the_same(register: Register, tmp_path: Path) -> None:
    steps = fill(register)
    with Register.create(tmp_path / "city.gpkg", crs=pyproj.CRS(CRS)) as file:
        fill(file)
        for day in (DAYS[0], DAYS[3], DAYS[11]):
            when = date.fromisoformat(day)
            assert register.as_of(when).equals(file.as_of(when))
        assert register.history(code(1)).equals(file.history(code(1)))
        lines = [follow_code(one, code(7), "back") for one in (register, file)]
        assert lines[0].equals(lines[1])
        columns = ["rev", "county", "package_id", "base_root", "root", "content_hash"]
        assert register.revisions()[columns].equals(file.revisions()[columns])
    assert check_register(register) == []
    assert apply_filing(register, steps[0]) == (1, True)
    assert code_states(register)[code(7)] == "issued"


def test_nothing_is_written_when_it_cannot_be(register: Register) -> None:
    fill(register)
    with pytest.raises(PackageError, match="GT511"):
        apply_filing(register, filing(FIRST, rename(FIRST, 1, "乙"), 8))
    fewer = THIRD[THIRD["grid_code"] != code(6)]
    apply_filing(register, filing(THIRD, fewer, 4, valid_from=DAYS[5]))
    with pytest.raises(DataError, match="GT094"):
        apply_filing(register, filing(fewer, THIRD, 5, valid_from=DAYS[6]))
    assert register.head(COUNTY) == (4, root(fewer))
    assert check_register(register) == []


def test_a_withdrawal(register: Register) -> None:
    apply_filing(register, filing(None, FIRST, 1, kind="initial"))
    wrong = filing(FIRST, SECOND, 2, valid_from=DAYS[3])
    apply_filing(register, wrong)
    back = filing(SECOND, FIRST, 3, kind="withdrawal", valid_from=DAYS[3])
    apply_filing(register, back)
    assert root(register.as_of(date.fromisoformat(DAYS[4]))) == root(FIRST)
    assert code_states(register)[code(7)] == "void"
    assert check_register(register) == []


def test_keys(register: Register) -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    key = TrustedKey("ab" * 8, "ed25519", "00" * 32, "甲县", FILER, (EVERY_COUNTY,), first, last)
    trust_key(register, key)
    revoke_key(register, "abab")
    assert trusted_keys(register)["ab" * 8].revoked


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE revisions SET reason = 'x'",
        "DELETE FROM revisions",
        "TRUNCATE revisions",
        "UPDATE grid_versions SET grid_name = 'x'",
        "UPDATE grid_versions SET rev_out = 9, geom = ST_Translate(geom, 1, 0) "
        "WHERE rev_out IS NULL",
        "DELETE FROM grid_versions",
        "TRUNCATE grid_versions",
        f"INSERT INTO code_events SELECT MAX(seq) + 1, 'issue', '{code(1)}', '', '', '', 'h' "
        "FROM code_events",
        "INSERT INTO code_events VALUES (99, 'issue', '1', '', '', '', 'h')",
        "UPDATE about SET value = 'yes'",
        "INSERT INTO about VALUES ('more', '1')",
    ],
)
def test_foreign_sql_is_stopped(register: Register, url: str, sql: str) -> None:
    fill(register)
    with psycopg.connect(url, autocommit=True) as foreign:
        foreign.execute(f"SET search_path = {SCHEMA}, public")
        with pytest.raises(psycopg.errors.RaiseException, match=r"append-only|never comes back"):
            foreign.execute(sql)


def test_fsck_finds_what_was_written_in_spite_of_the_guards(register: Register, url: str) -> None:
    fill(register)
    with psycopg.connect(url, autocommit=True) as foreign:
        foreign.execute(f"SET search_path = {SCHEMA}, public")
        foreign.execute("ALTER TABLE grid_versions DISABLE TRIGGER ALL")
        foreign.execute("UPDATE grid_versions SET households = 1 WHERE fid = 2")
        assert [one.code for one in check_register(register)] == ["GT569", "GT569"]
        foreign.execute("ALTER TABLE grid_versions ENABLE TRIGGER ALL")
    assert [one.code for one in check_register(register)] == ["GT566"]


def test_one_writes_and_the_other_waits(register: Register, url: str) -> None:
    fill(register)
    with Register.open(url) as other:
        other.store.run("SET lock_timeout = '200ms'")
        with register.writing(), pytest.raises(OutputError, match=r"GT043 .*lock timeout"):
            apply_filing(other, filing(THIRD, rename(THIRD, 1, "乙"), 4, valid_from=DAYS[6]))
        assert apply_filing(
            other, filing(THIRD, rename(THIRD, 1, "乙"), 4, valid_from=DAYS[6])
        ) == (4, False)


def test_what_does_not_answer_or_is_no_register(url: str) -> None:
    with pytest.raises(OutputError, match="GT042"):
        Register.create(url, crs=pyproj.CRS(CRS))
    with psycopg.connect(url, autocommit=True) as made:
        made.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    with pytest.raises(InputError, match=r"GT505 .*about"):
        Register.open(url)
    with pytest.raises(InputError, match="GT505"):
        Register.open("postgresql://nobody@/none?host=/nowhere")


def test_a_password_is_never_shown() -> None:
    assert shown("postgresql://grid:secret@host:5432/city") == "postgresql://grid@host:5432/city"


def test_packages_are_received_there_as_in_a_file(register: Register) -> None:
    key = SigningKey.make("sm2-sm3", "自流井区网格中心")
    days = (date(2025, 1, 1), date(2027, 12, 31))
    public = (key.key_id, key.profile, key.public.hex(), key.owner)
    trust_key(register, TrustedKey(*public, FILER, (COUNTY,), *days))
    told = Header("initial", "1号", "网格中心", "首次", "2026-02-01", "2026-01-05")
    package = make_package(BaseGrids(FIRST[:0]), FIRST, buildings(FIRST), told, keys=[key])
    for replayed in (False, True):
        verdict = apply_package(package, register, today=date(2026, 1, 5))
        assert verdict.receipt.applied_rev == 1
        assert ("GT560" in {one.code for one in verdict.receipt.remarks}) == replayed
    assert root(register.grids(COUNTY)) == root(FIRST)
    assert register.package(package.package_id) == package.content
    assert check_register(register) == []
