"""A PostgreSQL server with PostGIS of the tests' own, where the machine has one installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PLACES = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt")


def programs() -> Path:
    """Return the folder of ``initdb`` and ``pg_ctl``; skip the test where there is none."""
    named = shutil.which("initdb")
    found = [Path(named).parent] if named else []
    for place in _PLACES:
        found += sorted(Path(place).glob("*/bin"), reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    pytest.skip("no PostgreSQL here (Debian: apt-get install postgresql postgis)")


@contextmanager
def server() -> Iterator[str]:
    """Start a server and give the address of a database in it; stop it afterwards."""
    folder = programs()
    # PostgreSQL does not run as root
    user = "postgres" if os.geteuid() == 0 else None
    place = Path(tempfile.mkdtemp(prefix="gridtool-pg-"))
    if user:
        account = pwd.getpwnam(user)
        os.chown(place, account.pw_uid, account.pw_gid)
    data = place / "data"

    def run(*words: str) -> None:
        done = subprocess.run(
            words, user=user, cwd=place, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr

    try:
        run(str(folder / "initdb"), "-D", str(data), "-U", "grid", "-A", "trust", "-E", "UTF8")
        options = f"-k {place} -c listen_addresses='' -c fsync=off"
        log = str(place / "log")
        run(str(folder / "pg_ctl"), "-D", str(data), "-o", options, "-l", log, "-w", "start")
        try:
            yield f"postgresql://grid@/postgres?host={place}"
        finally:
            run(str(folder / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(place, ignore_errors=True)
