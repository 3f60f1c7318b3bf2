"""The ledger beside a run: all or nothing, and no scheme but its own."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
from builders import square
from test_codes_cli import HOME, layer, refused, run, write
from test_codes_ledger import OTHER, codes, start

from gridtool.codes import Ledger, load_scheme
from gridtool.codes.schemes import Scheme
from gridtool.errors import InputError, OutputError, SettingsError
from gridtool.place import restored


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "510302.ledger"
    Ledger.create(path, county="510302", scheme=load_scheme()).close()
    return path


def head(path: Path) -> object:
    return json.loads(run("ledger", path, "--json").stdout)["head"]


def test_what_is_done_in_one_transaction_is_kept_as_a_whole(ledger: Path) -> None:
    with Ledger.open(ledger) as held:
        with held.transaction():
            assert held.reserve(HOME, 2) == codes(1, 2)
            # what was just reserved is seen at once
            held.record("issue", codes(1))
            with held.transaction():
                assert held.reserve(HOME) == codes(3)
        assert [held.state(code) for code in codes(1, 2, 3)] == ["issued", "reserved", "reserved"]
    with Ledger.open(ledger) as held:
        assert held.codes() == codes(1, 2, 3)


def reserve_in_vain(held: Ledger, error: BaseException) -> None:
    with held.transaction():
        held.reserve(HOME, 5)
        held.record("void", codes(1))
        raise error


@pytest.mark.parametrize("error", [SettingsError("GT046", reason="x"), KeyboardInterrupt()])
def test_what_fails_leaves_nothing_in_the_file_nor_in_hand(
    error: BaseException, ledger: Path
) -> None:
    with Ledger.open(ledger) as held:
        held.reserve(HOME)
        before = held.head
        with pytest.raises(type(error)):
            reserve_in_vain(held, error)
        assert held.head == before
        assert held.codes("reserved") == codes(1)
        # no serial was burnt, and the ledger goes on
        assert held.reserve(HOME) == codes(2)
    with Ledger.open(ledger) as held:
        assert held.codes() == codes(1, 2)


def test_while_one_holds_the_ledger_another_waits(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridtool.codes.ledger_file._WAIT_S", 0.05)
    with Ledger.open(ledger) as one, Ledger.open(ledger) as other:
        with one.transaction():
            one.reserve(HOME)
            with pytest.raises(InputError, match=r"GT093 .*database is locked"):
                other.reserve(HOME)
            # it can still be read
            with Ledger.open(ledger) as reader:
                assert reader.codes() == []
        assert other.reserve(HOME) == codes(2)


HOLDER = f"""
import sys
from pathlib import Path
from gridtool.codes import Ledger
with Ledger.open(Path(sys.argv[1])) as ledger, ledger.transaction():
    print(*ledger.reserve("{HOME}", 3), flush=True)
    sys.exit(int(sys.stdin.readline()))
"""

WAITER = f"""
import sys
from pathlib import Path
from gridtool.codes import Ledger
with Ledger.open(Path(sys.argv[1])) as ledger:
    print("ready", flush=True)
    print(*ledger.reserve("{HOME}", 2))
"""


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_the_serials_of_a_process_that_failed_go_to_the_next(ledger: Path) -> None:
    holder = start(HOLDER, ledger)
    assert said(holder).split() == codes(1, 2, 3)
    waiter = start(WAITER, ledger)
    assert said(waiter) == "ready"
    # leaving by an exit is no end of a transaction
    holder.communicate("3\n")
    assert holder.returncode == 3
    assert waiter.communicate()[0].split() == codes(1, 2)
    with Ledger.open(ledger) as held:
        assert held.codes() == codes(1, 2)


def write_in_vain(*paths: Path) -> None:
    with restored(*paths):
        for path in paths:
            path.write_text("after")
        raise KeyError


def test_files_go_back_to_what_they_were(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("before")
    with pytest.raises(KeyError):
        write_in_vain(old, new)
    assert old.read_text() == "before"
    assert not new.exists()
    with restored(old, new):
        old.write_text("after")
    assert old.read_text() == "after"
    assert list(tmp_path.iterdir()) == [old]
    with pytest.raises(OutputError, match="GT043"), restored(old / "in a file"):
        pass


def two_communities(tmp_path: Path) -> Path:
    parents = [HOME, OTHER]
    return write(tmp_path / "in.gpkg", layer(square(0, 0), square(20, 0), community_code=parents))


def test_assign_reserves_for_all_communities_or_for_none(tmp_path: Path, ledger: Path) -> None:
    source, out = two_communities(tmp_path), tmp_path / "out.gpkg"
    run("record", ledger, "issue", f"{OTHER}999")
    before = head(ledger)
    refused(run("assign", source, "-o", out, "--ledger", ledger), 16, "GT090", OTHER)
    assert head(ledger) == before
    assert not out.exists()


def test_assign_reserves_nothing_for_what_cannot_be_written(tmp_path: Path, ledger: Path) -> None:
    source, out = two_communities(tmp_path), tmp_path / "out.gpkg"
    before = head(ledger)
    inside = source / "out.gpkg"
    refused(run("assign", source, "-o", inside, "--ledger", ledger), 15, "GT043")
    assert head(ledger) == before
    # the last of two files: then the first goes too
    base = write(tmp_path / "base.gpkg", layer(square(50, 50), grid_code=f"{HOME}007"))
    run("record", ledger, "issue", "--layer", base)
    before = head(ledger)
    (tmp_path / "out_lineage.csv").mkdir()
    words = ("assign", source, "-o", out, "--base", base, "--ledger", ledger, "--overwrite")
    refused(run(*words), 15, "GT043", "out_lineage.csv")
    assert head(ledger) == before
    assert not out.exists()
    out.write_bytes(b"what was there")
    refused(run(*words), 15, "GT043", "out_lineage.csv")
    assert out.read_bytes() == b"what was there"
    (tmp_path / "out_lineage.csv").rmdir()
    assert run(*words).exit_code == 0
    assert gpd.read_file(out)["grid_code"].tolist() == [f"{HOME}008", f"{OTHER}001"]


def crosswalk(tmp_path: Path) -> Path:
    path = tmp_path / "crosswalk.csv"
    rows = [f"{HOME},510302001005,yes", f"{OTHER},510302001005,yes"]
    path.write_text("\n".join(["old_code,new_code,approved", *rows]) + "\n", encoding="utf-8")
    return path


def test_a_migration_that_fails_burns_no_serials(tmp_path: Path, ledger: Path) -> None:
    grids = layer(
        square(0, 0),
        square(20, 0),
        community_code=[HOME, OTHER],
        grid_code=[f"{HOME}001", f"{OTHER}001"],
    )
    source = write(tmp_path / "in.gpkg", grids)
    run("record", ledger, "issue", "--layer", source)
    words = ("migrate", source, "--crosswalk", crosswalk(tmp_path), "--ledger", ledger)
    before = head(ledger)
    refused(run(*words, "-o", source / "out.gpkg"), 15, "GT043")
    assert head(ledger) == before
    done = run(*words, "-o", tmp_path / "a.gpkg")
    assert done.stdout.splitlines()[-1].startswith("recoded 2 / 2")
    moved = gpd.read_file(tmp_path / "a.gpkg")["grid_code"].tolist()
    assert moved == ["510302001005001", "510302001005002"]
    before = head(ledger)
    # the layer of before once more: its codes are retired
    again = run(*words, "-o", tmp_path / "b.gpkg")
    refused(again, 14, "GT094", f"{HOME}001 is retired")
    assert head(ledger) == before
    assert not (tmp_path / "b.gpkg").exists()
    assert run("reserve", ledger, "510302001005").stdout == "510302001005003\n"


@pytest.mark.parametrize(
    ("held", "asked", "said"),
    [
        (
            load_scheme(),
            load_scheme().with_dedicated(901, 999),
            "grid15 (base 1-999, dedicated 1-999), not of grid15 (base 1-900, dedicated 901-999)",
        ),
        (
            load_scheme().with_dedicated(901, 999),
            load_scheme().with_dedicated(801, 999),
            "grid15 (base 1-900, dedicated 901-999), not of grid15 (base 1-800, dedicated 801-999)",
        ),
        (
            load_scheme("cjt349_20").with_values({"object": "010100"}),
            load_scheme("cjt349_20").with_values({"object": "010200"}),
            "cjt349_20 (object=010100), not of cjt349_20 (object=010200)",
        ),
        (
            load_scheme(),
            replace(load_scheme(), whole=0),
            "grid15 (whole -), not of grid15 (whole 0)",
        ),
    ],
)
def test_what_differs_between_two_schemes_of_one_name_is_said(
    held: Scheme, asked: Scheme, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "l"
    Ledger.create(path, county="510302", scheme=held).close()
    with pytest.raises(SettingsError, match=f"GT091 .* that of {re.escape(said)} ·"):
        Ledger.open(path, scheme=asked)
    Ledger.open(path, scheme=held).close()
