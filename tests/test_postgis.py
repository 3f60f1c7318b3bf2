"""A table of PostGIS, in a server that the tests start when it is installed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from handed import CODES, grids, save
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from gridtool.cli import app
from gridtool.errors import GridtoolError
from gridtool.export.postgis import chosen_table
from gridtool.pipeline import export_file

SCHEMA = Path(__file__).parents[1] / "schemas" / "export.schema.json"
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """Start a server of our own and return its port."""
    if not BINARIES or not list(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        pytest.skip("PostgreSQL with PostGIS is not installed")
    binaries, port = BINARIES[-1].parent, free_port()
    home = Path(tempfile.mkdtemp(prefix="gridtool-pg-"))
    # a server does not run as root
    as_user = []
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    data = home / "data"

    def run(*words: object) -> None:
        subprocess.run([*as_user, *map(str, words)], check=True, capture_output=True, cwd=home)

    run(binaries / "initdb", "-D", data, "-A", "trust", "-U", "gridtool", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {home} -c fsync=off"
    run(binaries / "pg_ctl", "-D", data, "-o", options, "-l", home / "log", "-w", "start")
    yield port
    run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def url(server: int) -> str:
    """Return the address of an empty database."""
    main = f"postgresql://gridtool@127.0.0.1:{server}/postgres"
    with psycopg.connect(main, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS city WITH (FORCE)")
        connection.execute("CREATE DATABASE city")
    return f"postgresql://gridtool@127.0.0.1:{server}/city"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return save(tmp_path / "grids.gpkg")


def ask(url: str, query: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def test_a_new_table_holds_the_grids(url: str, source: Path) -> None:
    done = export_file(source, url, table="gis.wangge")
    rows = ask(
        url,
        "SELECT grid_code, households, estimated, size_reason, ST_SRID(geom), ST_Area(geom),"
        " ST_IsValid(geom), GeometryType(geom) FROM gis.wangge ORDER BY grid_code",
    )
    assert [row[0] for row in rows] == CODES
    assert rows[0][1:] == (400, False, None, 4544, 10_000.0, True, "MULTIPOLYGON")
    assert rows[3][2] is True
    kinds = dict(
        ask(
            url,
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = 'wangge'",
        )
    )
    assert kinds["grid_code"] == kinds["community_code"] == "text"
    # a spatial index, and none besides but the key's
    indexes = ask(url, "SELECT indexdef FROM pg_indexes WHERE tablename = 'wangge'")
    assert sorted("gist" in text for (text,) in indexes) == [False, True]
    ((about,),) = ask(url, "SELECT obj_description('gis.wangge'::regclass)")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(about))
    assert json.loads(about) == done.metadata
    assert done.metadata["to"] == "postgis"


def test_grids_are_brought_up_to_date(url: str, source: Path, tmp_path: Path) -> None:
    export_file(source, url)
    later = grids(households=[401, 620, 0, 220, 700], rev=4).iloc[:4]
    done = export_file(save(tmp_path / "later.gpkg", later), url)
    rows = ask(url, "SELECT grid_code, households, rev FROM grids ORDER BY grid_code")
    assert rows[0] == (CODES[0], 401, 4)
    assert rows[4] == (CODES[4], 700, 3)
    (finding,) = done.findings
    assert (finding.code, finding.values) == ("GT721", {"table": "public.grids", "count": 1})


def test_those_that_are_gone_are_deleted_on_demand(url: str, source: Path, tmp_path: Path) -> None:
    export_file(source, url)
    other = grids(grid_code=[f"5103030{code[7:]}" for code in CODES], county_code="510303")
    export_file(save(tmp_path / "neighbour.gpkg", other), url)
    done = export_file(save(tmp_path / "later.gpkg", grids().iloc[:4]), url, prune=True)
    assert done.findings == []
    codes = [code for (code,) in ask(url, "SELECT grid_code FROM grids")]
    # the neighbour's are none of ours
    assert sorted(codes) == sorted([*CODES[:4], *other["grid_code"]])


def test_another_crs_and_profile(url: str, source: Path) -> None:
    export_file(source, url, crs="EPSG:4490", fields="chinese", table="网格")
    rows = ask(url, 'SELECT "网格编码", ST_SRID(geom) FROM "网格" ORDER BY 1')
    assert rows[0] == (CODES[0], 4490)


def test_a_table_of_another_form_is_left_alone(url: str, source: Path) -> None:
    export_file(source, url, fields="brief")
    with pytest.raises(GridtoolError, match=r"GT706.*county_code - ≠ text"):
        export_file(source, url)
    with pytest.raises(GridtoolError, match=r"GT706.*geom SRID 4544 ≠ 4490"):
        export_file(source, url, fields="brief", crs="EPSG:4490")
    assert ask(url, "SELECT count(*) FROM grids") == [(5,)]


def test_a_writer_without_rights_to_make_tables(url: str, source: Path) -> None:
    export_file(source, url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS clerk")
        connection.execute("CREATE ROLE clerk LOGIN")
    with pytest.raises(GridtoolError, match=r"GT705.*permission denied for table grids"):
        export_file(source, url.replace("gridtool@", "clerk@"))


# -- what breaks -----------------------------------------------------------------------------


class Passed:
    """How much a connection passed on."""

    port = 0
    count = 0


@contextlib.contextmanager
def breaking(port: int, after: int) -> Iterator[Passed]:
    """Pass a connection on to a port, and drop it once so many bytes went there."""
    passed = Passed()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            backend = socket.create_connection(("127.0.0.1", port))
            threading.Thread(target=back, args=(backend, client), daemon=True).start()
            left = after
            with client, backend:
                while left > 0 and (part := client.recv(min(4096, left))):
                    left -= len(part)
                    passed.count += len(part)
                    backend.sendall(part)
                for end in (client, backend):
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)

        def back(backend: socket.socket, client: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while part := backend.recv(4096):
                    client.sendall(part)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        passed.port = listener.getsockname()[1]
        yield passed
        thread.join(timeout=10)


def through(url: str, passed: Passed) -> str:
    head, _, rest = url.rpartition(":")
    return f"{head}:{passed.port}/{rest.partition('/')[2]}"


def whole_length(url: str, server: int, source: Path) -> int:
    """Return how many bytes an export sends."""
    with breaking(server, 1 << 30) as passed:
        export_file(source, through(url, passed))
    return passed.count


# in the middle of the rows copied, and just before they are committed
@pytest.mark.parametrize("left", [0.5, 30])
def test_a_connection_that_breaks_leaves_nothing_half_written(
    left: float, url: str, server: int, source: Path, tmp_path: Path
) -> None:
    export_file(source, url)
    length = whole_length(url, server, source)
    before = ask(url, "SELECT grid_code, households, rev FROM grids ORDER BY 1")
    later = save(tmp_path / "later.gpkg", grids(households=[1, 2, 3, 4, 5], rev=4))
    with (
        breaking(server, int(length * left) if left < 1 else length - int(left)) as passed,
        pytest.raises(GridtoolError, match="GT705 the database did not take it"),
    ):
        export_file(later, through(url, passed))
    assert ask(url, "SELECT grid_code, households, rev FROM grids ORDER BY 1") == before
    export_file(later, url)
    assert ask(url, "SELECT sum(households) FROM grids") == [(15,)]


def test_a_connection_that_breaks_leaves_no_new_table(url: str, server: int, source: Path) -> None:
    with breaking(server, 4000) as passed, pytest.raises(GridtoolError, match="GT705"):
        export_file(source, through(url, passed))
    assert ask(url, "SELECT to_regclass('public.grids')") == [(None,)]


def test_no_database_there(source: Path) -> None:
    url = f"postgresql://clerk:secret@127.0.0.1:{free_port()}/city?sslmode=disable"
    result = CliRunner().invoke(app, ["export", str(source), "-o", url, "--lang", "en"])
    assert result.exit_code == 15
    assert "GT705 the database did not take it (postgresql://clerk@127.0.0.1:" in result.stderr
    assert "/city public.grids)" in result.stderr
    assert "secret" not in result.output


def test_the_place_is_told_without_the_password() -> None:
    table = chosen_table("postgresql://a:b@c@host/city?password=d", "gis.x")
    assert table.shown == "postgresql://a@host/city gis.x"


@pytest.mark.parametrize("name", ["", "gis.", ".grids"])
def test_a_table_that_has_no_name(name: str, source: Path) -> None:
    with pytest.raises(GridtoolError, match="GT046 a wrong argument: --table"):
        export_file(source, "postgresql://localhost/city", table=name)


def test_a_table_is_not_split(source: Path) -> None:
    with pytest.raises(GridtoolError, match="GT702 the format postgis cannot take --split"):
        export_file(source, "postgresql://localhost/city", split="town")
