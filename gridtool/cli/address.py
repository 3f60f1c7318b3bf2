"""``gridtool address``: which grid an address is in, and whether a list claims the right one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridtool.cli.options import (
    AsJson,
    Language,
    Overwrite,
    Quiet,
    Verbose,
    chosen_lang,
)
from gridtool.errors import DONE, FINDINGS
from gridtool.messages import Lang

if TYPE_CHECKING:
    from gridtool.offsets import Source as OffsetSystem
    from gridtool.pipeline import Sources

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="地址：核对清单、查找、解析、建立地名库 Addresses: check lists, find, parse, index.",
)

GridsOption = Annotated[
    Path | None,
    typer.Option("--grids", metavar="FILE", show_default=False, help="网格 Layer of grids."),
]
BuildingsOption = Annotated[
    Path | None,
    typer.Option(
        "--buildings",
        metavar="FILE",
        show_default=False,
        help="楼栋 Buildings with addresses; compounds and roads beside them lend names.",
    ),
]
GazetteerOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--gazetteer",
        metavar="FILE",
        show_default=False,
        help="地址图层或标准地址表 Address layer, or table of standard addresses. Repeat.",
    ),
]
IndexOption = Annotated[
    Path | None,
    typer.Option(
        "--index",
        metavar="FOLDER",
        show_default=False,
        help="地名库索引 Index of gridtool address index: starts at once.",
    ),
]
AliasesOption = Annotated[
    Path | None,
    typer.Option(
        "--aliases",
        metavar="TABLE",
        show_default=False,
        help="别名表 Old names: columns alias and name.",
    ),
]
CodesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--codes",
        metavar="TABLE",
        show_default=False,
        help="代码表 Code table with the names of places; repeat. [自贡 Zigong 2023]",
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=SOURCE",
        show_default=False,
        help="列名对应 Say which column is meant: address=LXDZ, x=…, y=…. Repeat.",
    ),
]


@app.command("check")
def check_command(
    listed: Annotated[
        Path, typer.Argument(metavar="LIST", help="清单 CSV, XLSX or any layer with addresses.")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="FOLDER", help="输出文件夹 For addresses.xlsx, .csv, .gpkg."
        ),
    ] = Path("out"),
    grids: GridsOption = None,
    buildings: BuildingsOption = None,
    gazetteer: GazetteerOption = None,
    index: IndexOption = None,
    aliases: AliasesOption = None,
    codes: CodesOption = None,
    claim: Annotated[
        str | None,
        typer.Option(
            "--claim",
            metavar="COLUMN",
            show_default=False,
            help="所填网格列 Column with the grid that is claimed. [grid_code_claimed, 网格编码]",
        ),
    ] = None,
    columns: MapOption = None,
    coords: Annotated[
        str | None,
        typer.Option(
            "--coords",
            metavar="gcj02|bd09",
            show_default=False,
            help="网图坐标 The list's coordinates are GCJ-02 or BD-09.",
        ),
    ] = None,
    crs: Annotated[
        str | None,
        typer.Option(
            "--crs",
            metavar="CRS",
            show_default=False,
            help="坐标系 CRS of the list's metres. [that of the grids]",
        ),
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance",
            min=0.01,
            max=100.0,
            help="界线容差（米） Metres to a border, to be on it.",
        ),
    ] = 2.0,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep-columns",
            metavar="COLUMN",
            show_default=False,
            help="保留列 Columns to keep though they look like data of persons. Repeat, or commas.",
        ),
    ] = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """核对地址清单 Say which grid each row of a list is in, and which claims are wrong.

    Goes by text, coordinates, or both. Writes OUT/addresses.xlsx for people, and addresses.csv,
    addresses.gpkg and summary.json. Columns with data of persons are left out. Exit code 1 when a
    row needs a person.
    """
    tongue = chosen_lang(lang)
    asked = _columns(columns) | ({} if claim is None else {"grid_code_claimed": claim})
    sources = _sources(grids, buildings, gazetteer, aliases, codes)
    system = _system(coords)
    _refuse_unknown(crs)

    from gridtool.addresses import Options
    from gridtool.cli.address_shown import print_checked
    from gridtool.pipeline import check_addresses

    options = Options(
        columns=asked,
        tolerance=tolerance,
        system=system,
        crs=crs,
        keep=tuple(name for text in keep or [] for name in text.replace("，", ",").split(",")),
        lang=tongue,
    )
    with _progress(tongue, shown=not (quiet or as_json)) as tell:
        checked = check_addresses(
            listed,
            out,
            index=index,
            sources=sources,
            options=options,
            overwrite=overwrite,
            progress=tell,
        )
    if as_json:
        told = {**checked.summary, "files": [str(path) for path in checked.written]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    elif not quiet:
        print_checked(checked, tongue, verbose=verbose)
    fine = checked.summary["verdicts"]["ok"] == checked.summary["rows"]
    told_warnings = any(item.severity != "info" for item in checked.findings)
    raise typer.Exit(DONE if fine and not told_warnings else FINDINGS)


@app.command("find")
def find_command(
    texts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ADDRESS]...", show_default=False, help="地址 [逐行输入 asks]"),
    ] = None,
    grids: GridsOption = None,
    buildings: BuildingsOption = None,
    gazetteer: GazetteerOption = None,
    index: IndexOption = None,
    aliases: AliasesOption = None,
    codes: CodesOption = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """查找地址所在网格 Say which grid an address is in.

    With public facts of the grid and a link for a map; the candidates when it is not sure. Without
    ADDRESS, asks for one after another. Exit code 1 when one is not sure.
    """
    tongue = chosen_lang(lang)
    sources = _sources(grids, buildings, gazetteer, aliases, codes)

    from gridtool.cli.address_shown import answer_as_json, print_answer
    from gridtool.pipeline import find_address, open_gazetteer

    sure = True
    answers = []
    with open_gazetteer(index, sources) as held:
        for text in texts or _asked(tongue):
            answer = find_address(text, held)
            sure = sure and answer.verdict == "ok"
            if as_json:
                answers.append(answer_as_json(answer))
            else:
                print_answer(answer, tongue)
    if as_json:
        typer.echo(json.dumps(answers, ensure_ascii=False, indent=2))
    raise typer.Exit(DONE if sure else FINDINGS)


@app.command("parse")
def parse_command(
    texts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ADDRESS]...", show_default=False, help="地址 [逐行输入 asks]"),
    ] = None,
    index: IndexOption = None,
    codes: CodesOption = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """解析地址 Take an address apart.

    Province to community with codes, group, road, gate, 附号, compound, building, unit, floor,
    room, and the normal form. With --index, the names of that gazetteer are known too.
    """
    tongue = chosen_lang(lang)

    from gridtool.cli.address_shown import parsed_as_json, print_parsed
    from gridtool.pipeline import parse_texts

    told = parse_texts(list(texts) if texts else _asked(tongue), index=index, tables=codes or [])
    found = []
    for item in told:
        if as_json:
            found.append(parsed_as_json(item))
        else:
            print_parsed(item, tongue)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


@app.command("index")
def index_command(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="索引文件夹 Folder of the index.")
    ],
    grids: Annotated[Path, typer.Option("--grids", metavar="FILE", help="网格 Layer of grids.")],
    buildings: BuildingsOption = None,
    gazetteer: GazetteerOption = None,
    aliases: AliasesOption = None,
    codes: CodesOption = None,
    columns: MapOption = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    quiet: Quiet = False,
) -> None:
    """建立地名库索引 Make an index of a gazetteer: checks with --index start at once."""
    tongue = chosen_lang(lang)

    from gridtool.pipeline import Sources, make_index

    sources = Sources(
        grids, buildings, tuple(gazetteer or ()), aliases, tuple(codes or ()), _columns(columns)
    )
    with _progress(tongue, shown=not quiet) as bar:
        count = make_index(
            sources,
            out,
            overwrite=overwrite,
            tell=None if bar is None else lambda done: bar("index", done, done + 1),
        )
    if not quiet:
        said = "{count:,} 个地址 → {out}" if tongue == "zh" else "{count:,} addresses → {out}"
        typer.echo(said.format(count=count, out=out))


@contextmanager
def _progress(lang: Lang, *, shown: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """Show a bar on a terminal; elsewhere not even what draws it is loaded."""
    if not (shown and sys.stderr.isatty()):
        yield None
        return
    from gridtool.cli.console import progress_bar

    with progress_bar(lang, shown=True) as tell:
        yield tell


def _sources(
    grids: Path | None,
    buildings: Path | None,
    gazetteer: list[Path] | None,
    aliases: Path | None,
    codes: list[Path] | None,
) -> Sources | None:
    """Return the files a gazetteer is to be made of, None where no grids are given."""
    if grids is None:
        return None
    from gridtool.pipeline import Sources

    return Sources(grids, buildings, tuple(gazetteer or ()), aliases, tuple(codes or ()))


def _columns(pairs: list[str] | None) -> dict[str, str]:
    """Split ``column=source`` pairs; ``addresses.`` in front is taken off."""
    found = {}
    for pair in pairs or []:
        key, equals, name = pair.partition("=")
        if not equals:
            raise typer.BadParameter(f"--map {pair}: COLUMN=SOURCE")
        found[_key(key.strip().removeprefix("addresses."), pair)] = name.strip()
    return found


def _key(name: str, pair: str) -> str:
    """Return the key of a column by any of its names."""
    from gridtool.columns import ADDRESSES, fold

    for column in ADDRESSES.columns:
        if fold(name) in {fold(alias) for alias in column.names}:
            return column.key
    if name in ("x", "y"):
        return name
    known = ", ".join(column.key for column in ADDRESSES.columns)
    raise typer.BadParameter(f"--map {pair}: {known}, x, y")


def _system(coords: str | None) -> OffsetSystem | None:
    """Return the system of coordinates that the option names."""
    if coords is None:
        return None
    if coords not in ("gcj02", "bd09"):
        raise typer.BadParameter(f"--coords {coords}: gcj02 | bd09")
    return "gcj02" if coords == "gcj02" else "bd09"


def _refuse_unknown(crs: str | None) -> None:
    """Refuse a coordinate system that there is not."""
    if crs is not None:
        from gridtool.pipeline import Placing

        Placing({"": crs})


def _asked(lang: Lang) -> Iterator[str]:
    """Yield addresses as they are typed in or piped; an empty line ends it on a terminal."""
    shown = sys.stdin.isatty()
    while True:
        if shown:
            typer.echo("地址：" if lang == "zh" else "address: ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line or (shown and not line.strip()):
            return
        if line.strip():
            yield line.strip()
