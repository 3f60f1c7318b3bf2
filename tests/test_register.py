"""The register: two times, chains, guards, applying, withdrawing, fsck."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pyogrio
import pyproj
import pytest
from filings import COUNTY, CRS, DAYS, HOME, code, filing, grids, rename, root, split

from gridtool.errors import DataError, InputError, OutputError, PackageError, SettingsError
from gridtool.register import (
    EMPTY_ROOT,
    Register,
    apply_filing,
    check_register,
    code_states,
    follow_code,
    receipts_of,
    write_receipt,
)
from gridtool.register.guards import sqlite_guards


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "city.gpkg"
    Register.create(path, crs=pyproj.CRS(CRS)).store.close()
    return path


@pytest.fixture
def register(path: Path):
    with Register.open(path) as register:
        yield register


FIRST = grids()
SECOND = split(FIRST, 0, 7)
THIRD = rename(SECOND, 3, "新名网格")


def applied(register: Register, count: int = 3) -> list:
    steps = [
        filing(None, FIRST, 1, kind="initial", valid_from=DAYS[0]),
        filing(FIRST, SECOND, 2, valid_from=DAYS[2]),
        filing(SECOND, THIRD, 3, valid_from=DAYS[4]),
    ][:count]
    assert [apply_filing(register, step).rev for step in steps] == list(range(1, count + 1))
    return steps


def codes(frame: pd.DataFrame) -> list[str]:
    return sorted(frame["grid_code"])


# -- the two times ---------------------------------------------------------------------------


def test_a_new_register_is_empty(register: Register) -> None:
    assert register.head(COUNTY) == (0, EMPTY_ROOT)
    assert register.grids().empty
    assert check_register(register) == []


def test_what_is_filed_is_what_comes_back(register: Register) -> None:
    applied(register, 1)
    back = register.grids(COUNTY)
    assert root(back) == root(FIRST) == register.head(COUNTY).root
    assert back.crs == CRS
    columns = [*FIRST.columns.drop("geometry")]
    same = back[columns].astype(object).where(back[columns].notna(), None)
    wanted = FIRST[columns].astype(object).where(FIRST[columns].notna(), None)
    pd.testing.assert_frame_equal(same, wanted.sort_values("grid_code", ignore_index=True))
    assert back.geometry.geom_equals_exact(FIRST.geometry, 0).all()


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        ("2025-12-31", None),
        (DAYS[0], FIRST),
        ("2026-02-28", FIRST),
        (DAYS[2], SECOND),
        ("2026-04-30", SECOND),
        (DAYS[4], THIRD),
        ("2099-01-01", THIRD),
    ],
)
def test_as_of_a_day(register: Register, day: str, wanted: pd.DataFrame | None) -> None:
    applied(register)
    found = register.as_of(date.fromisoformat(day))
    if wanted is None:
        assert found.empty
    else:
        assert root(found) == root(wanted)


def test_as_of_what_was_known_then(register: Register) -> None:
    applied(register, 1)
    moment = pd.Timestamp(register.revisions()["known_from"].iloc[0]).to_pydatetime()
    apply_filing(register, filing(FIRST, SECOND, 2, valid_from=DAYS[2]))
    later = date.fromisoformat(DAYS[6])
    assert root(register.as_of(later, known=moment)) == root(FIRST)
    assert root(register.as_of(later)) == root(SECOND)
    before = moment.replace(year=2020)
    assert register.as_of(later, known=before).empty


def test_every_earlier_revision_is_still_there(register: Register) -> None:
    applied(register)
    for rev, wanted in enumerate((FIRST, SECOND, THIRD), 1):
        assert root(register.known_at(rev, COUNTY)) == root(wanted)


def test_a_correction_of_the_same_day_leaves_no_gap_and_no_overlap(register: Register) -> None:
    applied(register, 1)
    mended = rename(FIRST, 0, "正名网格")
    apply_filing(register, filing(FIRST, mended, 2, kind="correction", valid_from=DAYS[0]))
    assert root(register.as_of(date.fromisoformat(DAYS[0]))) == root(mended)
    rows = register.history(code(1))
    assert rows[["valid_from", "rev_in"]].to_numpy().tolist() == [[DAYS[0], 1], [DAYS[0], 2]]
    assert check_register(register) == []


def test_versions_count_per_code_and_come_back_with_what_they_were_of(register: Register) -> None:
    applied(register, 1)
    changed = rename(FIRST, 0, "甲")
    apply_filing(register, filing(FIRST, changed, 2, valid_from=DAYS[1]))
    apply_filing(register, filing(changed, FIRST, 3, valid_from=DAYS[2]))
    versions = register.history(code(1))
    newest = versions[versions["valid_to"].isna()]["version_id"].tolist()
    assert newest == [f"{code(1)}@1", f"{code(1)}@2", f"{code(1)}@1"]


def test_counties_stand_side_by_side(register: Register) -> None:
    other = grids(community="510303001001", origin=(420_000.0, 3_240_000.0))
    applied(register)
    apply_filing(register, filing(None, other, 9, kind="initial"))
    assert register.head("510303") == (4, root(other))
    assert register.head(COUNTY) == (3, root(THIRD))
    assert codes(register.grids()) == codes(THIRD) + codes(other)
    assert check_register(register) == []


# -- applying --------------------------------------------------------------------------------


def test_replay_does_nothing(register: Register) -> None:
    steps = applied(register)
    assert apply_filing(register, steps[1]) == (2, True)
    assert len(register.revisions()) == 3


def test_a_stale_base_is_refused_and_nothing_is_written(register: Register) -> None:
    applied(register)
    with pytest.raises(PackageError, match="GT511 the grids of 510302 are no longer those"):
        apply_filing(register, filing(FIRST, rename(FIRST, 1, "乙"), 8))
    assert len(register.revisions()) == 3
    assert check_register(register) == []


def test_a_result_that_is_not_the_stated_one_is_refused(register: Register) -> None:
    applied(register, 1)
    step = replace(filing(FIRST, SECOND, 2), result_root=root(THIRD))
    with pytest.raises(PackageError, match=r"GT512 .*nothing was written"):
        apply_filing(register, step)
    assert len(register.revisions()) == 1
    assert root(register.grids()) == root(FIRST)
    assert check_register(register) == []


def test_a_dead_code_is_never_issued_again(register: Register) -> None:
    applied(register, 1)
    fewer = FIRST[FIRST["grid_code"] != code(6)]
    apply_filing(register, filing(FIRST, fewer, 2, valid_from=DAYS[1]))
    assert code_states(register)[code(6)] == "retired"
    with pytest.raises(DataError, match=f"GT094 code {code(6)} is retired: issue is not possible"):
        apply_filing(register, filing(fewer, FIRST, 3, valid_from=DAYS[2]))
    assert len(register.revisions()) == 2


def test_a_withdrawal_restores_rows_days_and_codes(register: Register) -> None:
    steps = applied(register, 1)
    fewer = split(FIRST[FIRST["grid_code"] != code(6)], 0, 7)
    wrong = filing(FIRST, fewer, 2, valid_from=DAYS[3])
    apply_filing(register, wrong)
    back = filing(
        fewer, FIRST, 3, kind="withdrawal", valid_from=DAYS[3], supersedes=wrong.package_id
    )
    apply_filing(register, back)
    states = code_states(register)
    assert (states[code(6)], states[code(7)]) == ("issued", "void")
    for day in (DAYS[0], DAYS[3], DAYS[5]):
        assert root(register.as_of(date.fromisoformat(day))) == root(FIRST)
    assert register.head(COUNTY).root == steps[0].result_root
    assert check_register(register) == []
    # what was known in between stays known
    assert root(register.known_at(2)) == root(fewer)


def test_history_and_lineage(register: Register) -> None:
    applied(register)
    forward = follow_code(register, code(1), "forward")
    pairs = forward[["rev", "old_version", "new_version"]].to_numpy().tolist()
    assert pairs == [[2, f"{code(1)}@1", f"{code(1)}@2"], [2, f"{code(1)}@1", f"{code(7)}@1"]]
    back = follow_code(register, code(7), "back")
    assert back["old_code"].tolist() == [code(1)]
    assert follow_code(register, code(5), "forward").empty
    for ask in (register.history, lambda one: follow_code(register, one, "back")):
        with pytest.raises(DataError, match="GT515 the register has no grid code 999"):
            ask("999")


def test_filings_are_found_by_number_rev_or_id(register: Register) -> None:
    steps = applied(register)
    for wanted in ("2", "自备〔2026〕2号", steps[1].package_id[:12]):
        found = register.filing(wanted)
        assert found is not None
        assert found["rev"] == 2
    assert register.filing("nothing") is None
    assert register.filing(steps[1].package_id[:5]) is None
    other = grids(community="510303001001", origin=(420_000.0, 3_240_000.0))
    apply_filing(
        register, replace(filing(None, other, 9, kind="initial"), filing_no="自备〔2026〕2号")
    )
    with pytest.raises(DataError, match=r"GT513 .*or several"):
        register.filing("自备〔2026〕2号")


def test_receipts_are_chained(register: Register) -> None:
    first = write_receipt(register, {"package_id": "a", "decision": "returned"})
    second = write_receipt(register, {"package_id": "a", "decision": "accepted"})
    assert (first[0], second[0]) == (1, 2)
    assert receipts_of(register, "a")["decision"].tolist() == ["returned", "accepted"]


# -- the file --------------------------------------------------------------------------------


def test_it_opens_as_a_geopackage(register: Register, path: Path) -> None:
    applied(register)
    names = dict(pyogrio.list_layers(path))
    assert names["grids"] == names["grid_versions"] == "MultiPolygon"
    now = pyogrio.read_dataframe(path, layer="grids")
    assert codes(now) == codes(THIRD)
    assert now.crs == CRS
    assert now.geometry.is_valid.all()
    every = pyogrio.read_dataframe(path, layer="grid_versions")
    assert len(every) == 6 + 3 + 2
    assert str(pyogrio.read_info(path, layer="grids")["crs"]) == CRS


def test_the_log_is_written_ahead_and_flushed(register: Register) -> None:
    assert register.store.rows("PRAGMA journal_mode") == [("wal",)]
    assert register.store.rows("PRAGMA synchronous") == [(2,)]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE revisions SET reason = 'x'",
        "DELETE FROM revisions",
        "REPLACE INTO revisions SELECT * FROM revisions WHERE rev = 1",
        "UPDATE grid_versions SET grid_name = 'x'",
        "UPDATE grid_versions SET rev_out = NULL",
        "UPDATE grid_versions SET rev_out = 9, grid_name = 'x' WHERE rev_out IS NULL",
        "DELETE FROM grid_versions",
        "REPLACE INTO grid_versions SELECT * FROM grid_versions WHERE fid = 1",
        "DELETE FROM code_events",
        "INSERT INTO code_events VALUES (99, 'issue', '1', '', '', '', 'h')",
        f"INSERT INTO code_events SELECT MAX(seq) + 1, 'issue', '{code(1)}', '', '', '', 'h' "
        "FROM code_events",
        f"INSERT INTO code_events SELECT MAX(seq) + 1, 'restore', '{code(1)}', '', '', '', 'h' "
        "FROM code_events",
        "UPDATE packages SET content = x'00'",
        "DELETE FROM packages",
        "UPDATE about SET value = 'yes' WHERE key = 'allow_unsigned'",
        "DELETE FROM change_groups",
        "UPDATE relations SET households = 0",
    ],
)
def test_foreign_sql_is_stopped(register: Register, path: Path, sql: str) -> None:
    applied(register)
    with (
        closing(sqlite3.connect(path)) as foreign,
        pytest.raises(sqlite3.IntegrityError, match=r"append-only|never comes back|UNIQUE"),
    ):
        foreign.execute(sql)


def without_guards(path: Path, *statements: str) -> None:
    """Do what a person with a database tool can do: drop the triggers, write, put them back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as foreign:
        guards = sqlite_guards()
        for name in guards:
            foreign.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            foreign.execute(statement)
        for text in guards.values():
            foreign.execute(text)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE grid_versions SET grid_name = 'x' WHERE fid = 2", {"GT567", "GT566"}),
        ("UPDATE grid_versions SET households = 1 WHERE fid = 2", {"GT566"}),
        ("UPDATE grid_versions SET valid_from = '2020-01-01' WHERE fid = 2", {"GT566"}),
        ("UPDATE grid_versions SET rev_out = NULL WHERE fid = 1", {"GT566", "GT570"}),
        ("DELETE FROM grid_versions WHERE fid = 2", {"GT566", "GT570"}),
        ("UPDATE relations SET households = 7 WHERE rev = 2", {"GT566"}),
        ("UPDATE change_groups SET type = 'merger' WHERE rev = 2", {"GT566"}),
        ("DELETE FROM packages WHERE CAST(content AS TEXT) = 'package 2'", {"GT571"}),
        ("UPDATE packages SET content = x'00'", {"GT571"}),
        ("UPDATE revisions SET reason = 'x' WHERE rev = 2", {"GT568"}),
        ("DELETE FROM revisions WHERE rev = 2", {"GT568"}),
        ("UPDATE code_events SET code = '1' WHERE seq = 2", {"GT568"}),
        ("DELETE FROM code_events WHERE seq = 2", {"GT568"}),
        ("UPDATE receipts SET decision = 'accepted'", {"GT568"}),
        ("UPDATE about SET value = '0' WHERE key = 'signers'", {"GT568"}),
        ("CREATE TRIGGER mine AFTER INSERT ON revisions BEGIN SELECT 1; END", {"GT569"}),
    ],
)
def test_fsck_finds_what_was_written_in_spite_of_the_guards(
    register: Register, path: Path, statement: str, found: set[str]
) -> None:
    applied(register)
    write_receipt(register, {"package_id": "a", "decision": "returned"})
    without_guards(path, statement)
    with Register.open(path) as again:
        told = check_register(again)
    assert {one.code for one in told} == found
    for one in told:
        assert one.record()["message_zh"]


def test_a_guard_that_is_gone_is_seen_when_it_is_opened(register: Register, path: Path) -> None:
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("DROP TRIGGER packages_delete")
    with pytest.raises(DataError, match=r"GT506 .*packages_delete"):
        Register.open(path)


def test_what_is_no_register_is_refused(tmp_path: Path, path: Path) -> None:
    text = tmp_path / "text.gpkg"
    text.write_text("no database, but long enough to be looked at " * 30)
    other = tmp_path / "other.gpkg"
    with closing(sqlite3.connect(other)) as made:
        made.execute("CREATE TABLE a (b)")
    for wrong, reason in (
        (tmp_path / "no", "no such file"),
        (text, "not a database"),
        (other, "not a register"),
    ):
        with pytest.raises(InputError, match=f"GT505 .*{reason}"):
            Register.open(wrong)
    with pytest.raises(OutputError, match="GT042"):
        Register.create(path, crs=pyproj.CRS(CRS))
    for crs, signers in ((pyproj.CRS(4490), 1), (pyproj.CRS(CRS), 0)):
        with pytest.raises(SettingsError, match="GT046"):
            Register.create(tmp_path / "new.gpkg", crs=crs, signers=signers)
    assert not (tmp_path / "new.gpkg").exists()


def test_home_is_a_county_code() -> None:
    assert HOME.startswith(COUNTY)
