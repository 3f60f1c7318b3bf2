"""Break the register and its packages in every way there is, and count what comes of it.

    python tests/faults/faults.py --full        everything, about half an hour on two cores
    python tests/faults/faults.py               a bounded run, as `test_faults.py` does it
    python tests/faults/faults.py --only races  one of them

Each fault is a function of a folder and of how much to do; it returns what it counted, and fails
by an assertion.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

import geopandas as gpd
import pyproj
from filings import COUNTY, CRS, buildings, grids, random_edit, rename, root, split

from gridtool.errors import GridtoolError, OutputError, PackageError
from gridtool.filing import Package, SigningKey, pack, parse_package, unpack
from gridtool.pipeline import (
    BaseGrids,
    Header,
    apply_package,
    make_package,
    verify_package,
    withdraw_filing,
)
from gridtool.pipeline.change_sets import EXCUSABLE
from gridtool.register import FILER, Register, TrustedKey, check_register, trust_key

TODAY = date(2026, 1, 5)
KILLED = -signal.SIGKILL
JOBS = os.cpu_count() or 1
FIRST = grids(3, 2)
HOMES = buildings(FIRST)

Counts = dict[str, int]


class Town(NamedTuple):
    """A register with one filing in it, and packages that start from there."""

    path: Path
    key: SigningKey
    packages: list[Package]
    roots: list[str]


def header(number: int, valid_from: str = "2026-06-01", kind: Any = "adjustment") -> Header:
    return Header(
        kind=kind,
        filing_no=f"自备〔2026〕{number}号",
        prepared_by="自流井区网格中心",
        reason="试",
        valid_from=valid_from,
        dated="2026-01-05",
        exceptions=dict.fromkeys(EXCUSABLE, "试"),
    )


def new_register(path: Path, key: SigningKey) -> Register:
    register = Register.create(path, crs=pyproj.CRS(CRS))
    days = (date(2025, 1, 1), date(2027, 12, 31))
    rights = (FILER, (COUNTY,), *days)
    trust_key(register, TrustedKey(key.key_id, key.profile, key.public.hex(), key.owner, *rights))
    return register


def town(folder: Path) -> Town:
    """Return a register of six grids and three packages that start from it."""
    content, key, packages = _made_town()
    path = folder / "city.gpkg"
    path.write_bytes(content)
    base = packages[0].manifest.base
    assert base is not None
    roots = [base.root, *(package.manifest.result_root for package in packages)]
    return Town(path, key, packages, roots)


@cache
def _made_town() -> tuple[bytes, SigningKey, list[Package]]:
    """Make the town once for all faults."""
    key = SigningKey.make("ed25519", "自流井区网格中心")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "city.gpkg"
        with new_register(path, key) as register:
            first = header(1, "2026-01-01", "initial")
            package = make_package(BaseGrids(FIRST[:0]), FIRST, HOMES, first, keys=[key])
            assert apply_package(package, register, today=TODAY).receipt.applied_rev == 1
            base = BaseGrids(register.grids(COUNTY), register.register_id, 1)
        # closed, all of it is in the one file
        content = path.read_bytes()
    drawn = [split(base.grids, 0, 7), rename(base.grids, 1, "新名"), split(base.grids, 2, 8)]
    packages = [
        make_package(base, new, HOMES, header(at), keys=[key]) for at, new in enumerate(drawn, 2)
    ]
    return content, key, packages


# -- processes that die ----------------------------------------------------------------------


@contextmanager
def copy_of(held: Town) -> Iterator[Path]:
    """Give a copy of the register."""
    with tempfile.TemporaryDirectory(dir=held.path.parent) as folder:
        path = Path(folder) / "city.gpkg"
        shutil.copy(held.path, path)
        yield path


def forked(job: Callable[[], None]) -> int:
    """Start a process that does a job; 0 when it ends well, 1 when an error of ours stopped it."""
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        job()
        code = 0
    except GridtoolError:
        code = 1
    finally:
        os._exit(code)


def waited(pid: int) -> int:
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def applying(path: Path, package: Package) -> Callable[[], None]:
    def job() -> None:
        with Register.open(path) as register:
            apply_package(package, register, today=TODAY)

    return job


def traced(told: Callable[[str], None]) -> None:
    """Have every statement of every connection told before it is run."""
    connect = sqlite3.connect

    def connected(*args: Any, **more: Any) -> sqlite3.Connection:
        made = connect(*args, **more)
        made.set_trace_callback(told)
        return made

    sqlite3.connect = connected  # type: ignore[assignment]


def state_after(path: Path, held: Town) -> str:
    """Return ``old`` or ``new``; then see that fsck finds nothing and a second try completes."""
    with Register.open(path) as register:
        head = register.head(COUNTY)
        assert check_register(register) == []
        assert root(register.grids(COUNTY)) == head.root
        states = {held.roots[0]: "old", held.roots[1]: "new"}
        state = states[head.root]
        verdict = apply_package(held.packages[0], register, today=TODAY)
        assert verdict.receipt.applied_rev == 2
        assert register.head(COUNTY).root == held.roots[1]
        assert check_register(register) == []
    return state


def kill_at_statements(folder: Path, most: int | None) -> Counts:
    """Kill the process before each statement it runs."""
    held = town(folder)
    with copy_of(held) as path:
        reader, writer = os.pipe()

        def count() -> None:
            traced(lambda _sql: os.write(writer, b"."))
            applying(path, held.packages[0])()

        assert waited(forked(count)) == 0
        os.close(writer)
        total = len(b"".join(iter(lambda: os.read(reader, 65536), b"")))
        os.close(reader)
    at = range(1, total + 1)
    if most is not None:
        at = sorted({int(one) for one in np.linspace(1, total, most)})
    found: Counter[str] = Counter()
    for wanted in at:
        with copy_of(held) as path:
            left = [wanted]

            def stop(_sql: str, left: list[int] = left) -> None:
                left[0] -= 1
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)

            def die(path: Path = path, stop: Callable[[str], None] = stop) -> None:
                traced(stop)
                applying(path, held.packages[0])()

            assert waited(forked(die)) == KILLED
            found[state_after(path, held)] += 1
    return {"statements": total, "killed": sum(found.values()), **found}


def kill_at_times(folder: Path, count: int) -> Counts:
    """Kill the process at random times, half of them while it writes."""
    held, rng = town(folder), np.random.default_rng(0)
    with copy_of(held) as path:
        start = time.perf_counter()
        assert waited(forked(applying(path, held.packages[0]))) == 0
        whole = time.perf_counter() - start
    found: Counter[str] = Counter()
    for at in range(count):
        with copy_of(held) as path:
            reader, writer = os.pipe()

            def tell(path: Path = path, writer: int = writer) -> None:
                traced(lambda sql: sql == "BEGIN IMMEDIATE" and os.write(writer, b"."))  # type: ignore[arg-type, return-value]
                applying(path, held.packages[0])()

            pid = forked(tell)
            if at % 2:
                os.read(reader, 1)
                time.sleep(rng.uniform(0, 0.02))
            else:
                time.sleep(rng.uniform(0, whole))
            os.kill(pid, signal.SIGKILL)
            ended = "ended" if waited(pid) == 0 else "killed"
            os.close(reader)
            os.close(writer)
            found[state_after(path, held)] += 1
            found[ended] += 1
    return {"times": count, **found}


# -- disks that are full ---------------------------------------------------------------------


def full_disk(folder: Path, most: int) -> Counts:
    """Let no file grow beyond a limit, from nothing to enough."""
    held = town(folder)
    enough = 3 * held.path.stat().st_size
    found: Counter[str] = Counter()
    for limit in np.linspace(0, enough, most).astype(int):
        with copy_of(held) as path:

            def job(path: Path = path, limit: int = int(limit)) -> None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
                applying(path, held.packages[0])()

            code = waited(forked(job))
            assert code in (0, 1), code
            state = state_after(path, held)
            assert (state == "new") or code == 1
            found[state] += 1
            found["refused" if code else "done"] += 1
    return {"limits": most, **found}


def full_tmpfs(folder: Path, most: int) -> Counts:
    """Fill a small file system of its own, where this machine lets us have one."""
    place = folder / "small"
    place.mkdir()
    held = town(folder)
    size = held.path.stat().st_size
    found: Counter[str] = Counter()
    for room in np.linspace(size + 4096, 3 * size, most).astype(int):
        if os.system(f"mount -t tmpfs -o size={room} tmpfs {place} 2>/dev/null"):
            return {"skipped": 1}
        try:
            path = place / "city.gpkg"
            shutil.copy(held.path, path)
            code = waited(forked(applying(path, held.packages[0])))
            assert code in (0, 1), code
            again = folder / "rescued.gpkg"
            for suffix in ("", "-wal"):
                if Path(f"{path}{suffix}").exists():
                    shutil.copy(f"{path}{suffix}", f"{again}{suffix}")
            found[state_after(again, held)] += 1
            found["refused" if code else "done"] += 1
            for left in folder.glob("rescued.gpkg*"):
                left.unlink()
        finally:
            os.system(f"umount {place}")
    return {"sizes": most, **found}


def read_only(folder: Path, _most: int) -> Counts:
    """Take the right to write away while the register is open."""
    held = town(folder)
    with Register.open(held.path) as register:
        register.store.run("PRAGMA query_only = 1")
        with pytest.raises(OutputError, match="GT043"):
            apply_package(held.packages[0], register, today=TODAY)
        register.store.run("PRAGMA query_only = 0")
    assert state_after(held.path, held) == "old"
    return {"refused": 1}


# -- races -----------------------------------------------------------------------------------


def races(folder: Path, rounds: int) -> Counts:
    """Let six processes apply three packages that start from one base."""
    held = town(folder)
    fork = multiprocessing.get_context("fork")
    found: Counter[str] = Counter()
    for _ in range(rounds):
        with copy_of(held) as path:
            gate, said = fork.Barrier(6), fork.SimpleQueue()

            def run(
                package: Package, path: Path = path, gate: Any = gate, said: Any = said
            ) -> None:
                gate.wait()
                try:
                    with Register.open(path) as register:
                        verdict = apply_package(package, register, today=TODAY)
                    replayed = any(one.code == "GT560" for one in verdict.receipt.remarks)
                    said.put("replayed" if replayed else "won")
                except PackageError as error:
                    said.put({"GT510": "stale", "GT511": "stale"}.get(error.code, error.code))
                except GridtoolError as error:
                    said.put(error.code)

            runners = [fork.Process(target=run, args=(held.packages[at % 3],)) for at in range(6)]
            for runner in runners:
                runner.start()
            words = Counter(said.get() for _ in runners)
            for runner in runners:
                runner.join()
            assert words == {"won": 1, "replayed": 1, "stale": 4}, words
            with Register.open(path) as register:
                assert register.head(COUNTY).rev == 2
                assert check_register(register) == []
            found += words
    return {"rounds": rounds, **found}


# -- packages that were damaged --------------------------------------------------------------


def bit_flips(folder: Path, most: int | None) -> Counts:
    """Flip single bits of the file, and of what is in it with the ZIP made anew around it."""
    held = town(folder)
    package = held.packages[1]
    data = package.content
    found: Counter[str] = Counter()
    for at in _chosen(8 * len(data), most):
        changed = bytearray(data)
        changed[at // 8] ^= 1 << at % 8
        found[_read_again(bytes(changed), package, None)] += 1
    with Register.open(held.path) as register:
        inside = unpack(data)
        for name, content in inside.items():
            for at in _chosen(8 * len(content), most and most // len(inside)):
                changed = bytearray(content)
                changed[at // 8] ^= 1 << at % 8
                repacked = pack({**inside, name: bytes(changed)})
                word = _read_again(repacked, package, register)
                found[f"inside {word}"] += 1
    assert set(found) <= {"refused", "same", "inside refused"}, found
    return {"bytes": len(data), **found}


def truncations(folder: Path, _most: int) -> Counts:
    """Cut the file off at every 1 %, and at its last bytes."""
    package = town(folder).packages[1]
    data = package.content
    lengths = {len(data) * share // 100 for share in range(100)} | {len(data) - 1, len(data) - 22}
    found = Counter(_read_again(data[:length], package, None) for length in lengths)
    assert set(found) == {"refused"}
    return {"lengths": len(lengths), **found}


def _chosen(count: int, most: int | None) -> Iterator[int]:
    rng = np.random.default_rng(0)
    if most is None or most >= count:
        return iter(range(count))
    return iter(rng.choice(count, most, replace=False).tolist())


def _read_again(data: bytes, package: Package, register: Register | None) -> str:
    try:
        back = parse_package(data)
        if register is not None:
            verdict = verify_package(back, register, today=TODAY)
            if not verdict.is_accepted:
                return "refused"
    except GridtoolError:
        return "refused"
    return "same" if back == package else "changed"


# -- years of filings ------------------------------------------------------------------------


def drawn_anew(
    rng: np.random.Generator, base: BaseGrids, homes: gpd.GeoDataFrame, told: Header, serial: int
) -> tuple[Package, int]:
    """Return the package of a random change set, and the next serial.

    Now and then two changes meet so that a code would name other ground altogether: that is
    refused, as it must be, and another change is drawn.
    """
    while True:
        drawn, serial = random_edit(rng, base.grids, serial)
        try:
            return make_package(base, drawn, homes, told, keys=[_made_town()[1]]), serial
        except PackageError as error:
            if not (error.code == "GT508" or "SWAP" in str(error)):
                raise


def long_history(folder: Path, count: int) -> Counts:
    """File many times, and see every revision and every day again."""
    key = _made_town()[1]
    rng, serial = np.random.default_rng(1), 100
    ground = grids(4, 3)
    homes = buildings(ground)
    days = [date.fromordinal(date(2026, 1, 1).toordinal() + 7 * at) for at in range(count)]
    states: list[tuple[date, str]] = []
    with new_register(folder / "city.gpkg", key) as register:
        for at, day in enumerate(days):
            if at == 0:
                first = header(1, day.isoformat(), "initial")
                package = make_package(BaseGrids(ground[:0]), ground, homes, first, keys=[key])
            else:
                base = BaseGrids(register.grids(COUNTY), register.register_id, at)
                told = header(at + 1, day.isoformat())
                package, serial = drawn_anew(rng, base, homes, told, serial)
            assert apply_package(package, register, today=TODAY).receipt.applied_rev == at + 1
            states.append((day, package.manifest.result_root))
        for rev, (day, wanted) in enumerate(states, 1):
            assert root(register.known_at(rev, COUNTY)) == wanted
            assert root(register.as_of(day, county=COUNTY)) == wanted
            eve = register.as_of(date.fromordinal(day.toordinal() - 1), county=COUNTY)
            assert eve.empty if rev == 1 else root(eve) == states[rev - 2][1]
        assert check_register(register) == []
        rows = register.store.rows("SELECT COUNT(*) FROM grid_versions")[0][0]
    return {"revisions": count, "days": 2 * count, "rows": int(rows)}


def random_changes(folder: Path, count: int) -> Counts:
    """Make, verify, apply and withdraw random change sets; the root is the one before, exactly."""
    ground = grids(4, 3)
    homes, key = buildings(ground), _made_town()[1]
    with new_register(folder / "first.gpkg", key) as register:
        first = header(1, "2026-01-01", "initial")
        package = make_package(BaseGrids(ground[:0]), ground, homes, first, keys=[key])
        apply_package(package, register, today=TODAY)
    jobs = [(folder / "first.gpkg", seed) for seed in range(count)]
    types: Counter[str] = Counter()
    if count < 2 * JOBS:
        for job in jobs:
            types += _there_and_back(job)
    else:
        with multiprocessing.get_context("fork").Pool(JOBS) as pool:
            for done, found in enumerate(pool.imap_unordered(_there_and_back, jobs), 1):
                types += found
                if done % 100 == 0:
                    print(f"  {done} change sets", file=sys.stderr, flush=True)
    return {"sets": count, "groups": sum(types.values()), **types}


def _there_and_back(job: tuple[Path, int]) -> Counter[str]:
    """File a random change set and withdraw it, in a copy of a register."""
    first, seed = job
    homes, key = buildings(grids(4, 3)), _made_town()[1]
    with tempfile.TemporaryDirectory(dir=first.parent) as inside:
        path = Path(shutil.copy(first, inside))
        with Register.open(path) as register:
            held = register.grids(COUNTY)
            base = BaseGrids(held, register.register_id, 1)
            rng = np.random.default_rng(seed)
            package, _ = drawn_anew(rng, base, homes, header(2), 100)
            package = parse_package(package.content)
            # by the buildings of the package, and then by the office's own
            verdict = verify_package(package, register, today=TODAY)
            assert verdict.is_accepted, (seed, verdict.receipt.reasons)
            verdict = apply_package(package, register, buildings=homes, today=TODAY)
            assert verdict.receipt.applied_rev == 2
            assert register.head(COUNTY).root == package.manifest.result_root
            assert root(register.grids(COUNTY)) == package.manifest.result_root
            back = withdraw_filing(register, "2", header(3), keys=[key], today=TODAY)
            verdict = apply_package(parse_package(back.content), register, today=TODAY)
            assert verdict.receipt.applied_rev == 3
            assert register.head(COUNTY).root == root(held) == root(register.grids(COUNTY))
            assert root(register.as_of(date(2027, 1, 1))) == root(held)
            assert check_register(register) == []
    return Counter(package.manifest.counts.groups)


FAULTS: dict[str, tuple[Callable[[Path, Any], Counts], Any, Any]] = {
    "statements": (kill_at_statements, 5, None),
    "times": (kill_at_times, 4, 300),
    "full-disk": (full_disk, 5, 60),
    "full-tmpfs": (full_tmpfs, 3, 40),
    "read-only": (read_only, 1, 1),
    "races": (races, 1, 20),
    "bit-flips": (bit_flips, 800, None),
    "truncations": (truncations, 100, 100),
    "history": (long_history, 4, 100),
    "changes": (random_changes, 3, 1000),
}
"""Name to function, how much of it in a bounded run, and how much in the full one."""


def main() -> None:
    """Run the faults and print what they counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--only", choices=FAULTS, action="append")
    asked = parser.parse_args()
    for name, (fault, bounded, full) in FAULTS.items():
        if asked.only and name not in asked.only:
            continue
        with tempfile.TemporaryDirectory(prefix="gridtool-faults-") as folder:
            start = time.perf_counter()
            counts = fault(Path(folder), full if asked.full else bounded)
        seconds = time.perf_counter() - start
        print(f"{name:<12} {seconds:7.1f} s  {json.dumps(counts, ensure_ascii=False)}", flush=True)


if __name__ == "__main__":
    main()
