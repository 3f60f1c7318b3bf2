"""The round trip of two offices by the command line, each with files of its own."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from filings import COUNTY, buildings, code, grids, rename, root, split
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from gridtool.cli import app

SCHEMAS = Path(__file__).parents[1] / "schemas"
FIRST = grids(3, 2)
OFFICE = "自流井区网格中心"
NEXT_YEAR = "2099-01-01"


def run(*words: object, lang: str = "en") -> Result:
    result = CliRunner().invoke(app, [*map(str, words)], env={"GRIDTOOL_LANG": lang})
    assert "Traceback" not in result.output
    assert "GT000" not in result.stderr, result.stderr
    return result


def good(*words: object, lang: str = "en") -> str:
    result = run(*words, lang=lang)
    assert result.exit_code == 0, (result.stdout, result.stderr)
    return result.stdout


def refused(exit_code: int, text: str, *words: object) -> None:
    result = run(*words)
    assert result.exit_code == exit_code, (result.stdout, result.stderr)
    assert text in result.output


def write(path: Path, frame: gpd.GeoDataFrame, layer: str = "grids") -> Path:
    path.unlink(missing_ok=True)
    frame.to_file(path, layer=layer, driver="GPKG")
    return path


class County:
    """The county's side: its grids, its buildings, its key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = folder / "county.key"
        self.homes = folder / "homes.gpkg"
        if not self.homes.exists():
            write(self.homes, buildings(FIRST), "buildings")

    def make(
        self, new: gpd.GeoDataFrame, name: str, *more: object, kind: str, signed: bool = True
    ) -> Result:
        layer = write(self.folder / f"{name}_new.gpkg", new)
        keys = ["--key", self.key] if signed else []
        return run(
            *("filing", "make", "--new", layer, "--buildings", self.homes, "--kind", kind),
            *(
                "--filing-no",
                f"自备〔2026〕{name}号",
                "--prepared-by",
                OFFICE,
                "--reason",
                "居民增多",
            ),
            *("--dated", "2026-01-05", "-o", self.folder / f"{name}.zip", *keys, *more),
        )


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a county's key and first package, and a register that trusts it."""
    folder = tmp_path_factory.mktemp("offices")
    (folder / "county").mkdir()
    county, city = County(folder / "county"), folder / "city" / "city.gpkg"
    out = good("key", "new", county.key, "--owner", OFFICE, "--profile", "sm2-sm3")
    assert "keep it to yourself" in out
    assert "EPSG:4544" in good("register", "init", city)
    told = good("key", "trust", county.key.with_suffix(".pub"), "-r", city, "--county", COUNTY)
    assert OFFICE in told
    made = county.make(FIRST, "1", "--valid-from", "2026-02-01", kind="initial")
    assert "6 change groups, 0 grids untouched" in made.stdout
    assert "signed by" in made.stderr
    applied = folder / "applied.gpkg"
    shutil.copy(city, applied)
    good("filing", "apply", county.folder / "1.zip", "-r", applied)
    return folder


@pytest.fixture
def county(offices: Path, tmp_path: Path) -> County:
    shutil.copytree(offices / "county", tmp_path / "county")
    return County(tmp_path / "county")


@pytest.fixture
def city(offices: Path, tmp_path: Path) -> Path:
    """Return a register in which nothing was filed yet."""
    shutil.copytree(offices / "city", tmp_path / "city")
    return tmp_path / "city" / "city.gpkg"


@pytest.fixture
def filed(offices: Path, tmp_path: Path) -> Path:
    """Return a register with the county's first filing."""
    return Path(shutil.copy(offices / "applied.gpkg", tmp_path / "filed.gpkg"))


def test_the_round_trip_of_two_offices(county: County, city: Path, tmp_path: Path) -> None:
    # the county has divided and filed; the city verifies and applies
    package = tmp_path / "city" / "1.zip"
    shutil.copy(county.folder / "1.zip", package)
    receipt = tmp_path / "receipt.json"
    said = good("filing", "verify", package, "-r", city, "--receipt", receipt)
    assert said.startswith("accepted  自备〔2026〕1号")
    assert "applied as revision 1" in good("filing", "apply", package, "-r", city)
    assert "applied before, as revision 1" in good("filing", "apply", package, "-r", city)
    # the county pulls the new base, changes it, and files that
    base = county.folder / "base.gpkg"
    assert "6 grids, 2,160 households" in good("register", "export", city, "-o", base)
    held = gpd.read_file(base, layer="grids")
    assert root(held) == root(FIRST)
    drawn = split(held, 0, 7)
    more = ("--base", base, "--valid-from", NEXT_YEAR)
    bare = county.make(drawn, "2", *more, kind="adjustment")
    assert (bare.exit_code, bare.stdout) == (17, "")
    assert "GT509 the package cannot be made" in bare.stderr
    made = county.make(drawn, "2", *more, "--exception", "I10=过渡", kind="adjustment")
    assert made.exit_code == 0, made.output
    # the city may read it from its own buildings
    good("filing", "verify", county.folder / "2.zip", "-r", city, "--buildings", county.homes)
    out = good("filing", "apply", county.folder / "2.zip", "-r", city, lang="zh")
    assert out.startswith("受理  自备〔2026〕2号")
    assert "已入库：第 2 版" in out
    assert "理由：过渡" in out
    # everyone can ask for any day
    assert "6 grids" in good("register", "as-of", city, "--valid", "2026-03-01")
    assert "7 grids" in good("register", "as-of", city, "--valid", NEXT_YEAR)
    assert "0 grids" in good("register", "as-of", city, "--known", "2020-01-01")
    assert good("register", "fsck", city).startswith("sound: 2 revisions, 9 rows of grids")


def test_what_is_written_follows_the_schemas(county: County, filed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(county.folder / "1.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    receipt = tmp_path / "r.json"
    good("filing", "verify", county.folder / "1.zip", "-r", filed, "--receipt", receipt)
    shapes = {
        "manifest": manifest,
        "receipt": json.loads(receipt.read_text("utf-8")),
        "key": json.loads(county.key.read_text("utf-8")),
    }
    for name, shape in shapes.items():
        schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
        Draft202012Validator(schema).validate(shape)
        with pytest.raises(Exception, match="Additional properties"):
            Draft202012Validator(schema).validate({**shape, "more": 1})


def test_unsigned_is_said_in_red_and_refused(county: County, city: Path) -> None:
    first = ("--valid-from", "2026-02-01", "--overwrite")
    made = county.make(FIRST, "1", *first, kind="initial", signed=False)
    assert "! not signed" in made.stderr
    path = county.folder / "1.zip"
    refused(1, "returned", "filing", "verify", path, "-r", city)
    refused(17, "GT510", "filing", "apply", path, "-r", city)
    assert "signed by" in good("filing", "sign", path, "--key", county.key)
    good("filing", "apply", path, "-r", city)


def test_a_stale_package_is_rebased_and_signed_again(county: County, filed: Path) -> None:
    base = ("--base", filed, "--valid-from", NEXT_YEAR)
    for name, drawn in (("2", rename(FIRST, 4, "新名")), ("3", rename(FIRST, 1, "别名"))):
        assert county.make(drawn, name, *base, kind="adjustment").exit_code == 0
    good("filing", "apply", county.folder / "2.zip", "-r", filed)
    stale, new = county.folder / "3.zip", county.folder / "3b.zip"
    refused(1, "GT553", "filing", "verify", stale, "-r", filed)
    refused(17, "GT510", "filing", "apply", stale, "-r", filed)
    result = run("filing", "rebase", stale, "-r", filed, "-o", new)
    assert result.exit_code == 0, result.output
    assert "! not signed" in result.stderr
    good("filing", "sign", new, "--key", county.key)
    good("filing", "apply", new, "-r", filed)
    refused(
        17,
        "GT517",
        "filing",
        "rebase",
        county.folder / "1.zip",
        "-r",
        filed,
        "-o",
        new,
        "--overwrite",
    )


def test_a_conflict_is_listed_and_nothing_written(county: County, filed: Path) -> None:
    base = ("--base", filed, "--valid-from", NEXT_YEAR)
    for name in ("2", "3"):
        drawn = rename(FIRST, 4, f"名{name}")
        assert county.make(drawn, name, *base, kind="adjustment").exit_code == 0
    good("filing", "apply", county.folder / "2.zip", "-r", filed)
    out = county.folder / "3b.zip"
    result = run("filing", "rebase", county.folder / "3.zip", "-r", filed, "-o", out)
    assert result.exit_code == 1
    assert f"code {code(5)} was changed by revision 2" in result.stdout
    assert not out.exists()


def test_a_filing_is_withdrawn(county: County, filed: Path) -> None:
    more = ("--base", filed, "--valid-from", NEXT_YEAR, "--exception", "I10=过渡")
    assert county.make(split(FIRST, 0, 7), "2", *more, kind="adjustment").exit_code == 0
    good("filing", "apply", county.folder / "2.zip", "-r", filed)
    words = ("--filing-no", "3号", "--prepared-by", OFFICE, "--reason", "误报", "--key", county.key)
    out = county.folder / "3.zip"
    good("filing", "withdraw", "自备〔2026〕2号", "-r", filed, *words, "-o", out)
    good("filing", "apply", out, "-r", filed)
    log = good("register", "log", filed, lang="zh").splitlines()
    assert [line.split()[2] for line in log] == ["撤回", "调整", "首次划分"]
    refused(17, "GT516", "filing", "withdraw", "1", "-r", filed, *words, "-o", out, "--overwrite")
    history = good("register", "history", filed, code(7))
    assert "issue" in history
    assert "void" in history


def test_looking_into_a_register(county: County, filed: Path, tmp_path: Path) -> None:
    more = ("--base", filed, "--valid-from", NEXT_YEAR, "--exception", "I10=过渡")
    assert county.make(split(FIRST, 0, 7), "2", *more, kind="adjustment").exit_code == 0
    good("filing", "apply", county.folder / "2.zip", "-r", filed)
    shown = good("register", "show", filed, "2", lang="zh")
    assert f"{code(1)} 划出 120 户（3 栋）至 {code(7)}" in shown
    assert "受理" in shown
    forward = good("register", "lineage", filed, code(1)).splitlines()
    assert [line.split()[1:5:2] for line in forward] == [
        [f"{code(1)}@1", f"{code(1)}@2"],
        [f"{code(1)}@1", f"{code(7)}@1"],
    ]
    assert "33.3%" in forward[1]
    back = json.loads(good("register", "lineage", filed, code(7), "--back", "--json"))
    assert [(one["rev"], one["old_code"]) for one in back] == [(2, code(1))]
    for words in (("log",), ("show", "2"), ("history", code(1)), ("as-of",)):
        place = [words[0], filed, *words[1:]]
        assert json.loads(good("register", *place, "--json"))
    refused(14, "GT513", "register", "show", filed, "9")
    refused(14, "GT515", "register", "history", filed, "1")
    refused(16, "GT046", "register", "as-of", filed, "--valid", "tomorrow")
    out = tmp_path / "then.gpkg"
    good("register", "as-of", filed, "--valid", "2026-03-01", "-o", out)
    assert root(gpd.read_file(out, layer="grids")) == root(FIRST)
    refused(15, "GT042", "register", "export", filed, "-o", out)


def test_a_register_opens_in_qgis_with_colours(filed: Path) -> None:
    with closing(sqlite3.connect(filed)) as read:
        styles = read.execute(
            "SELECT f_table_name, f_geometry_column, styleQML FROM layer_styles"
            " JOIN gpkg_geometry_columns ON table_name = f_table_name"
            " AND column_name = f_geometry_column WHERE useAsDefault"
        ).fetchall()
    assert [row[:2] for row in styles] == [("grids", "geom")]
    assert 'attr="size_rule"' in styles[0][2]
    assert "size_rule" in gpd.read_file(filed, layer="grids")
    good("register", "fsck", filed)


def test_fsck_tells_what_is_wrong(county: County, filed: Path) -> None:
    with closing(sqlite3.connect(filed)) as foreign:
        foreign.execute("CREATE TRIGGER mine AFTER INSERT ON revisions BEGIN SELECT 1; END")
        foreign.commit()
    refused(1, "GT569", "register", "fsck", filed)


def test_keys(county: County, city: Path, tmp_path: Path) -> None:
    listed = json.loads(good("key", "list", "-r", city, "--json"))
    assert [(one["state"], one["counties"]) for one in listed] == [("valid", [COUNTY])]
    public = county.key.with_suffix(".pub")
    assert "已吊销" in good("key", "trust", public, "-r", city, "--revoke", lang="zh")
    refused(1, "GT543", "filing", "verify", county.folder / "1.zip", "-r", city)
    word = tmp_path / "word"
    word.write_text("很长的口令\n", "utf-8")
    sealed = tmp_path / "sealed.key"
    good("key", "new", sealed, "--owner", "甲", "--passphrase-file", word)
    path = county.folder / "1.zip"
    refused(16, "GT504", "filing", "sign", path, "--key", sealed)
    good("filing", "sign", path, "--key", sealed, "--passphrase-file", word)
    refused(15, "GT042", "key", "new", sealed, "--owner", "甲")
    refused(16, "GT046", "key", "new", tmp_path / "x", "--owner", "甲", "--profile", "rsa")
    refused(16, "GT046", "key", "trust", public, "-r", city)
    refused(14, "GT514", "key", "trust", "0" * 16, "-r", city, "--revoke")
    refused(11, "GT503", "key", "trust", word, "-r", city, "--county", COUNTY)


@pytest.mark.parametrize(
    ("more", "exit_code", "text"),
    [
        (("--kind", "withdrawal"), 16, "gridtool filing withdraw"),
        (("--valid-from", "2026-13-01"), 16, "--valid-from 2026-13-01"),
        (("--exception", "I10"), 16, "--exception I10: ID=REASON"),
        (("--key", "none.key"), 11, "GT503"),
        (("--base", "none.gpkg"), 11, "GT001"),
    ],
)
def test_wrong_words_of_make(
    county: County, more: tuple[Any, ...], exit_code: int, text: str
) -> None:
    result = county.make(FIRST, "9", "--valid-from", "2026-02-01", *more, kind="initial")
    assert result.exit_code == exit_code, result.output
    assert text in result.stderr
    assert not (county.folder / "9.zip").exists()


def test_an_existing_package_is_kept(county: County) -> None:
    (county.folder / "1.zip").write_bytes(b"mine")
    made = county.make(FIRST, "1", "--valid-from", "2026-02-01", kind="initial")
    assert (made.exit_code, "GT042" in made.stderr) == (15, True)
    assert (county.folder / "1.zip").read_bytes() == b"mine"


def test_no_register_and_no_package(county: County, city: Path, tmp_path: Path) -> None:
    refused(11, "GT505", "register", "log", tmp_path / "none.gpkg")
    refused(11, "GT505", "filing", "verify", county.folder / "1.zip", "-r", county.homes)
    refused(11, "GT001", "filing", "verify", tmp_path / "none.zip", "-r", city)
    refused(17, "GT500", "filing", "verify", county.homes, "-r", city)
    refused(15, "GT042", "register", "init", city)
    refused(16, "GT046", "register", "init", tmp_path / "x.gpkg", "--crs", "EPSG:4490")
    refused(16, "GT046", "register", "init", tmp_path / "x.gpkg", "--crs", "nonsense")


def test_help_loads_nothing_heavy() -> None:
    import subprocess
    import sys

    code_ = (
        "import sys; from typer.testing import CliRunner; from gridtool.cli import app; "
        "[CliRunner().invoke(app, [one, '--help']) for one in ('filing', 'key', 'register')]; "
        "print(sorted({'geopandas', 'pandas', 'cryptography', 'shapely'} & "
        "set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code_], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
