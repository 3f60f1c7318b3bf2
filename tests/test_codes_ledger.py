"""The ledger: nothing is issued twice, nothing comes back, nothing is changed unseen."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gridtool.codes import Ledger, load_scheme, running_out
from gridtool.codes.ledger_file import OBJECTS
from gridtool.errors import DataError, InputError, SettingsError
from gridtool.messages import CATALOGUE

ROOT = Path(__file__).parents[1]
HOME, OTHER = "510302001002", "510302001003"


def codes(*serials: int, community: str = HOME) -> list[str]:
    return [f"{community}{serial:03d}" for serial in serials]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "510302.ledger"
    Ledger.create(path, county="510302", scheme=load_scheme()).close()
    return path


@pytest.fixture
def ledger():
    with Ledger.create(None, county="510302", scheme=load_scheme()) as ledger:
        yield ledger


def test_serials_count_on_from_the_highest_ever_reserved(ledger: Ledger) -> None:
    assert ledger.reserve(HOME, 2) == codes(1, 2)
    ledger.record("void", codes(2))
    assert ledger.reserve(HOME) == codes(3)
    ledger.record("issue", codes(9))
    assert ledger.reserve(HOME) == codes(10)
    assert ledger.reserve(OTHER) == codes(1, community=OTHER)
    assert [ledger.state(code) for code in codes(1, 2, 9, 4)] == [
        *("reserved", "void", "issued"),
        None,
    ]
    assert ledger.codes("void", "issued") == codes(2, 9)


@pytest.mark.parametrize(
    ("events", "last"),
    [
        (["reserve", "issue", "retire"], "issue"),
        (["issue", "retire"], "issue"),
        (["issue", "retire"], "void"),
        (["issue", "retire"], "reserve"),
        (["issue"], "issue"),
        (["reserve"], "retire"),
        (["reserve", "void"], "issue"),
        (["issue", "void"], "retire"),
        ([], "retire"),
        ([], "void"),
    ],
)
def test_what_cannot_follow_is_refused_by_us_and_by_the_file(
    events: list[str], last: str, path: Path
) -> None:
    code = codes(1)[0]
    with Ledger.open(path) as ledger:
        for event in events:
            ledger.record(event, [code])
        with pytest.raises(DataError, match=f"GT094 code {code} is .*{last} is not possible"):
            ledger.record(last, [code])
        count = len(ledger)
    row = (count + 1, last, code, "base", "", "", "hash")
    with (
        closing(sqlite3.connect(path)) as foreign,
        pytest.raises(sqlite3.IntegrityError, match="a code never comes back"),
    ):
        foreign.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def test_all_or_nothing(ledger: Ledger) -> None:
    with pytest.raises(DataError, match="GT094"):
        ledger.record("issue", codes(1, 2, 1))
    assert ledger.codes() == []
    ledger.record_all([("issue", codes(1)[0], None), ("retire", codes(1)[0], None)])
    assert ledger.codes("retired") == codes(1)


def test_history_and_document(ledger: Ledger) -> None:
    ledger.reserve(HOME, document="草案一")
    ledger.record("issue", codes(1), document="自备〔2026〕1号")
    assert [(entry.event, entry.document) for entry in ledger.history(codes(1)[0])] == [
        ("reserve", "草案一"),
        ("issue", "自备〔2026〕1号"),
    ]


def test_eighty_per_cent_is_told_and_a_full_space_refused(ledger: Ledger) -> None:
    ledger.record("issue", codes(798))
    assert running_out(ledger, "L") == []
    ledger.reserve(HOME, 2)
    (found,) = running_out(ledger, "L")
    assert found.record()["message_en"] == f"80% of the serials of {HOME} are used (800 of 999)"
    with pytest.raises(SettingsError, match=f"GT090 the serials of {HOME} are used up to 800"):
        ledger.reserve(HOME, 200)
    # nothing was taken by what was refused
    assert ledger.reserve(HOME, 199)[-1] == f"{HOME}999"
    with pytest.raises(SettingsError, match=r"GT090 .* 999 of 999: 1 more do not fit"):
        ledger.reserve(HOME)


def test_dedicated_grids_with_a_range_of_their_own_fill_it_alone() -> None:
    scheme = load_scheme().with_dedicated(998, 999)
    with Ledger.create(None, county="510302", scheme=scheme) as ledger:
        assert ledger.reserve(HOME, 2, "dedicated") == codes(998, 999)
        assert ledger.reserve(HOME) == codes(1)
        with pytest.raises(SettingsError, match="GT090"):
            ledger.reserve(HOME, 1, "dedicated")


def test_a_ledger_keeps_its_scheme_and_refuses_another(tmp_path: Path) -> None:
    path = tmp_path / "z.ledger"
    Ledger.create(path, county="510302", scheme=load_scheme("grid15_z")).close()
    with Ledger.open(path) as ledger:
        assert ledger.reserve(HOME, 1, "dedicated") == [f"{HOME}001Z"]
        # the letter is no serial of its own
        assert ledger.reserve(HOME) == codes(2)
    with pytest.raises(SettingsError, match=r"GT091 the ledger is that of grid15_z, not of grid15"):
        Ledger.open(path, scheme=load_scheme())


def test_the_ledger_of_another_county_is_refused(path: Path) -> None:
    with pytest.raises(DataError, match=r"GT091 the ledger is that of 510302, not of 510303"):
        Ledger.open(path, county="510303")
    with Ledger.open(path, county="510302") as ledger:
        for act in (
            lambda: ledger.reserve("510303001001"),
            lambda: ledger.record("issue", ["510303001001001"]),
        ):
            with pytest.raises(DataError, match="GT091"):
                act()
        with pytest.raises(DataError, match=r"GT094 code 510302001000001 is no grid15"):
            ledger.reserve("510302001000")
        assert len(ledger) == 0


@pytest.mark.parametrize("county", ["5103", "51030a", "５１０３０２"])
def test_a_county_has_six_digits(county: str) -> None:
    with pytest.raises(SettingsError, match="GT046"):
        Ledger.create(None, county=county, scheme=load_scheme())


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("not a database, but long enough to be looked at " * 30)
    empty = tmp_path / "empty"
    empty.touch()
    for wrong, reason in (
        (tmp_path / "no", "no such file"),
        (text, "not a database"),
        (empty, "not a ledger"),
    ):
        with pytest.raises(InputError, match=f"GT093 .*{reason}"):
            Ledger.open(wrong)
    with pytest.raises(InputError, match=r"GT093 .*it exists"):
        Ledger.create(path, county="510302", scheme=load_scheme())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entries SET code = code",
        "DELETE FROM entries",
        "UPDATE about SET value = '510303' WHERE key = 'county'",
        "DELETE FROM about",
        "INSERT INTO about VALUES ('more', '1')",
        "INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE seq = 1",
        "REPLACE INTO entries VALUES (3, 'issue', '510302001002001', 'base', '', '', 'x')",
    ],
)
def test_foreign_sql_is_stopped(sql: str, path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.reserve(HOME, 3)
        head = ledger.head
    with (
        closing(sqlite3.connect(path)) as foreign,
        pytest.raises(sqlite3.IntegrityError, match=r"append-only|never comes back"),
    ):
        foreign.execute(sql)
    with Ledger.open(path) as ledger:
        assert ledger.head == head


def without_guards(path: Path, *statements: str, restore: bool = True) -> None:
    """Do what a person with a database tool can do: drop the triggers, write, put them back."""
    guards = [name for name, text in OBJECTS.items() if "TRIGGER" in text]
    with closing(sqlite3.connect(path, isolation_level=None)) as foreign:
        for name in guards:
            foreign.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            foreign.execute(statement)
        for name in guards if restore else ():
            foreign.execute(OBJECTS[name])


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE entries SET code = '510302001002009' WHERE seq = 2", "entries[2]"),
        ("UPDATE entries SET document = '另一份' WHERE seq = 1", "entries[1]"),
        ("UPDATE entries SET event = 'issue' WHERE seq = 4", "entries[4]"),
        ("DELETE FROM entries WHERE seq = 2", "entries[3]"),
        ("DELETE FROM entries WHERE seq = 4", "3 rows of 4"),
        ("DELETE FROM entries", "0 rows of 4"),
        (
            "INSERT INTO entries VALUES (5, 'issue', '510302001002003', 'base', '', '', 'h')",
            "entries[5]",
        ),
        ("UPDATE about SET value = '510303' WHERE key = 'county'", "about"),
        ("UPDATE about SET value = replace(value, '999', '998') WHERE key = 'scheme'", "about"),
    ],
)
def test_what_was_written_in_spite_of_the_guards_is_seen(
    statement: str, said: str, path: Path
) -> None:
    with Ledger.open(path) as ledger:
        ledger.reserve(HOME, 3)
        ledger.record("void", codes(3))
    without_guards(path, statement)
    with pytest.raises(DataError, match=r"GT092 the ledger was tampered with") as caught:
        Ledger.open(path)
    assert said in str(caught.value)
    assert caught.value.exit_code == 14


def test_a_ledger_made_anew_does_not_know_the_hash_that_was_noted(tmp_path: Path) -> None:
    made = {}
    for name, serial in (("true", 1), ("forged", 2)):
        path = tmp_path / name
        with Ledger.create(path, county="510302", scheme=load_scheme()) as ledger:
            ledger.record("issue", codes(serial))
            made[name] = ledger.head[1]
            ledger.reserve(HOME)
    with Ledger.open(tmp_path / "true") as ledger:
        ledger.require_noted(made["true"])
    with (
        Ledger.open(tmp_path / "forged") as ledger,
        pytest.raises(DataError, match=f"GT092 .*{made['true'][:16]}"),
    ):
        ledger.require_noted(made["true"])


def test_missing_or_foreign_guards_are_seen(path: Path) -> None:
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("CREATE TRIGGER mine AFTER INSERT ON entries BEGIN SELECT 1; END")
    with pytest.raises(DataError, match=r"GT092 .*: mine"):
        Ledger.open(path)
    without_guards(path, "DROP TRIGGER mine", restore=False)
    with pytest.raises(DataError, match=r"GT092 .*entries_update, entries_delete"):
        Ledger.open(path)


def test_tampering_under_an_open_ledger_is_seen_at_the_next_write(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.reserve(HOME, 3)
        without_guards(path, "DELETE FROM entries WHERE seq = 3")
        with pytest.raises(DataError, match="GT092"):
            ledger.reserve(HOME)


DRAFTER = f"""
import sys
from pathlib import Path
from gridtool.codes import Ledger
with Ledger.open(Path(sys.argv[1])) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(40):
        print(*ledger.reserve("{HOME}", 2))
"""


def start(script: str, path: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    words = [sys.executable, "-c", script, str(path)]
    return subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)


def test_two_processes_that_reserve_at_once_get_different_codes(path: Path) -> None:
    drafters = [start(DRAFTER, path) for _ in range(2)]
    for drafter in drafters:
        assert drafter.stdout is not None
        assert drafter.stdout.readline() == "ready\n"
    said = [drafter.communicate("go\n")[0].split() for drafter in drafters]
    assert [drafter.returncode for drafter in drafters] == [0, 0]
    assert len(said[0]) == len(said[1]) == 80
    assert sorted(said[0] + said[1]) == codes(*range(1, 161))
    with Ledger.open(path) as ledger:
        assert ledger.codes("reserved") == codes(*range(1, 161))


def test_two_who_hold_the_same_ledger_see_each_other(path: Path) -> None:
    with Ledger.open(path) as one, Ledger.open(path) as other:
        assert one.reserve(HOME) == codes(1)
        assert other.reserve(HOME) == codes(2)
        one.record("void", codes(2))
        with pytest.raises(DataError, match=r"GT094 .* is void"):
            other.record("issue", codes(2))


DYING = f"""
import os, signal, sys
from pathlib import Path
from gridtool.codes import Ledger
ledger = Ledger.open(Path(sys.argv[1]))
statements = []
def count(statement):
    statements.append(statement)
    if len(statements) == int(sys.stdin.readline()):
        os.kill(os.getpid(), signal.SIGKILL)
ledger._db.set_trace_callback(count)
ledger.reserve("{HOME}", 3)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("at", range(1, 9))
def test_a_process_that_is_killed_leaves_all_or_nothing(at: int, path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.reserve(HOME, 2)
    dying = start(DYING, path)
    dying.communicate(f"{at}\n" * 50)
    assert dying.returncode == -signal.SIGKILL
    with Ledger.open(path) as ledger:
        assert len(ledger) in (2, 5)
        assert ledger.reserve(HOME)[0] in codes(3, 6)


def test_a_locked_ledger_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridtool.codes.ledger_file._WAIT_S", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as foreign, Ledger.open(path) as mine:
        foreign.execute("BEGIN IMMEDIATE")
        with pytest.raises(InputError, match=r"GT093 .*database is locked"):
            mine.reserve(HOME)


def test_a_flipped_bit_is_refused_or_harmless(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.reserve(HOME, 5, document="draft")
        head = ledger.head
    whole = path.read_bytes()
    at = whole.index(b"draft")
    harmless = set()
    for place in [*range(at - 60, at + 70), *range(0, len(whole), 499)]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            with Ledger.open(path) as ledger:
                assert ledger.head == head
                harmless.add(place)
        except (DataError, InputError):
            pass
    # what a row says is in its hash
    assert not harmless & set(range(at - 25, at + 69))


def test_the_messages_are_in_both_languages() -> None:
    numbers = [*range(90, 100), *range(300, 315), *range(320, 323)]
    for number in numbers:
        message = CATALOGUE[f"GT{number:03d}"]
        for text in (message.zh, message.mend_zh):
            assert any("一" <= sign <= "鿿" for sign in text)
        for text in (message.en, message.mend_en):
            assert text.isascii() or "→" in text
