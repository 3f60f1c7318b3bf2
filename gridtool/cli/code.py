"""``gridtool code``: grid codes by one standard, stable for decades."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridtool.cli.code_editions import crosswalk_command, migrate_command
from gridtool.cli.code_ledger import ledger_command, record_command, reserve_command
from gridtool.cli.code_options import (
    CodesOption,
    DedicatedOption,
    LedgerOption,
    SchemeOption,
    SegmentOption,
    ledger_of,
    padded,
    show_findings,
)
from gridtool.cli.options import AsJson, Language, Overwrite, Verbose, chosen_lang
from gridtool.errors import DONE, FINDINGS, SettingsError
from gridtool.messages import Lang

if TYPE_CHECKING:
    from gridtool.codes import Explanation

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="网格编码：发码、检查、解释、台账、换版 Codes of grids: assign, check, explain, keep.",
)

_WORDS = {
    "zh": {
        "province": "省",
        "city": "市",
        "county": "县（区）",
        "town": "乡镇（街道）",
        "community": "社区（村）",
        "serial": "流水号",
        "kind": "类型",
        "object": "对象",
        "grid": "网格",
        "state": "台账",
        "base": "基础网格",
        "dedicated": "专属网格",
        "untold": "编码不含类型",
        "missing": "代码表中没有",
        "unknown": "不符合任何方案",
        "area": "区划代码",
        "also": "也符合",
        "checked": "已检查 {count} 个编码",
        "verified": "已核",
        "secondary": "二手资料",
        "unverified": "未核实",
        "issue": "可发码",
        "import": "只读",
        "read": "所见",
        "assumed": "推定",
        "made": "{count} 个代码（社区、村 {communities} 个） → {path}",
        "assigned": "保留 {kept}，换码 {recoded}，新码 {new}，停用 {retired} → {path}",
    },
    "en": {
        "untold": "not told by the code",
        "missing": "not in the code table",
        "unknown": "follows no scheme",
        "area": "area code",
        "also": "also",
        "checked": "{count} codes checked",
        "made": "{count} codes, {communities} communities and villages → {path}",
        "assigned": "kept {kept}, recoded {recoded}, new {new}, retired {retired} → {path}",
    },
}


def _word(lang: Lang, key: str) -> str:
    """Return a word of the output in a language; the key itself is the English one."""
    return _WORDS[lang].get(key, key)


@app.command("schemes")
def schemes_command(
    name: Annotated[
        str | None, typer.Argument(metavar="[SCHEME]", show_default=False, help="方案 One scheme.")
    ] = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """编码方案 List the code schemes.

    With a name or file: one scheme, segment by segment, what was read in the norm and what is
    assumed.
    """
    tongue = chosen_lang(lang)
    from gridtool.codes import load_scheme, scheme_names

    schemes = [load_scheme(one) for one in ([name] if name else scheme_names())]
    if as_json:
        about = [
            {
                **one.shape(),
                "status": one.status,
                "source": one.source,
                "segments": [asdict(part) for part in one.segments],
            }
            for one in schemes
        ]
        typer.echo(json.dumps(about, ensure_ascii=False, indent=2))
        return
    for one in schemes:
        state = f"{_word(tongue, one.status)}, {_word(tongue, one.use)}"
        title = one.title_zh if tongue == "zh" else one.title_en
        typer.echo(f"{one.name:<18} {title} [{state}]")
        if name:
            typer.echo(f"  {one.source}")
            for part in one.segments:
                typer.echo(f"  {part.name:<10} {part.length:>2}  {part.pattern}  {part.values}")
                for key, text in (("read", part.read), ("assumed", part.assumed)):
                    typer.echo(f"{'':16}{_word(tongue, key)}: {text or '-'}")


@app.command("explain")
def explain_command(
    codes: Annotated[list[str], typer.Argument(metavar="CODE...", help="编码 Codes.")],
    tables: CodesOption = None,
    scheme: SchemeOption = None,
    ledger: LedgerOption = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """解释编码 Say what codes mean.

    County, town, community, serial and kind, with names; codes of areas too. Exit code 1 when a
    code follows no scheme or is not in the table.
    """
    tongue = chosen_lang(lang)
    from gridtool.codes import explain_code, load_scheme, load_table

    table = load_table(tables or [])
    given = load_scheme(scheme) if scheme else None
    with ledger_of(ledger, None, [], None) as (held, _):
        told = [explain_code(code, table, scheme=given, ledger=held) for code in codes]
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in told], ensure_ascii=False, indent=2))
    else:
        for one in told:
            _print_explanation(one, tongue)
    raise typer.Exit(DONE if all(one.is_known for one in told) else FINDINGS)


def _print_explanation(told: Explanation, lang: Lang) -> None:
    """Print what one code says."""
    scheme = told.scheme if told.serial is not None else _word(lang, told.scheme)
    also = f" ({_word(lang, 'also')} {', '.join(told.also)})" if told.also else ""
    typer.echo(f"{told.code}  {scheme}{also}")
    rows = [
        (_word(lang, level), code, name or _word(lang, "missing"))
        for level, (code, name) in told.areas.items()
        if name or level not in ("province", "city")
    ]
    parts = [key for key in ("object", "grid") if key in told.segments]
    rows += [(_word(lang, key), told.segments[key], "") for key in parts]
    if told.serial is not None:
        kind = _word(lang, told.kind or "untold")
        rows += [
            (_word(lang, "serial"), told.segments["serial"], told.name or ""),
            (_word(lang, "kind"), told.segments.get("kind", ""), kind),
        ]
    if told.state:
        rows.append((_word(lang, "state"), "", told.state))
    for label, code, text in rows:
        typer.echo(f"  {padded(label, 14)} {code:<14} {text}".rstrip())


@app.command("check")
def check_command(
    layer: Annotated[
        Path,
        typer.Argument(metavar="LAYER", help="网格图层 Grids: GeoPackage, shapefile, CSV, XLSX."),
    ],
    tables: CodesOption = None,
    scheme: SchemeOption = None,
    county: Annotated[
        str | None, typer.Option("--county", metavar="CODE", help="县（区） 6 digits. [ledger's]")
    ] = None,
    ledger: LedgerOption = None,
    lang: Language = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """检查编码 Check the codes of a layer.

    Malformed, repeated, unknown, of another county, without serial, dead, as numbers, mixed. Exit
    code 1 when something is wrong.
    """
    tongue = chosen_lang(lang)
    from gridtool.codes import check_file

    with ledger_of(ledger, scheme, [], None) as (held, used):
        found, count = check_file(
            layer, scheme=used, tables=tables or [], county=county, ledger=held
        )
    exit_code = show_findings(found, tongue, as_json=as_json, verbose=verbose)
    if not as_json:
        typer.echo(_word(tongue, "checked").format(count=f"{count:,}"))
    raise typer.Exit(exit_code)


@app.command("index")
def index_command(
    tables: Annotated[list[Path], typer.Argument(metavar="TABLE...", help="代码表 Code tables.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.npz", help="索引 Index file.")],
    source: Annotated[str | None, typer.Option("--source", help="来源 Whose codes.")] = None,
    edition: Annotated[str, typer.Option("--edition", help="版本 Year of the edition.")] = "",
    overwrite: Overwrite = False,
    lang: Language = None,
) -> None:
    """代码表索引 Make an index of code tables.

    It opens at once: give it as --codes.
    """
    tongue = chosen_lang(lang)
    if out.suffix != ".npz":
        raise SettingsError("GT046", reason=f"--out {out}: .npz")
    from gridtool.codes import read_tables

    table = read_tables(tables, source=source, edition=edition)
    table.save(out, overwrite=overwrite)
    count, communities = f"{len(table):,}", f"{table.communities:,}"
    made = _word(tongue, "made").format(count=count, communities=communities, path=out)
    typer.echo(made)


@app.command("assign")
def assign_command(
    layer: Annotated[
        Path, typer.Argument(metavar="LAYER", help="网格面图层 Polygons with community_code.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.gpkg", help="输出 Output.")],
    base: Annotated[
        Path | None,
        typer.Option(
            "--base", show_default=False, help="现行网格 Grids in force, whose codes go on."
        ),
    ] = None,
    buildings: Annotated[
        Path | None,
        typer.Option(
            "--buildings",
            show_default=False,
            help="楼栋 Buildings with households; without them ground counts.",
        ),
    ] = None,
    policy: Annotated[
        str,
        typer.Option(
            "--policy",
            help="沿用规则 keep-majority | retire-on-split | new-on-boundary-change",
        ),
    ] = "keep-majority",
    scheme: SchemeOption = None,
    segment: SegmentOption = None,
    dedicated: DedicatedOption = None,
    ledger: LedgerOption = None,
    tables: CodesOption = None,
    band: Annotated[
        float | None,
        typer.Option(
            "--band-m", min=1.0, help="编号带高 Height of bands, metres. [median height of grids]"
        ),
    ] = None,
    with_body: Annotated[
        bool, typer.Option("--with-body", help="全称带居委会、村委会 Full names keep 居民委员会.")
    ] = False,
    overwrite: Overwrite = False,
    lang: Language = None,
) -> None:
    """发码 Give codes to grids that have none.

    Codes that are there stay. With --base, grids that go on keep the code of the grid in force,
    and OUT_lineage.csv says who keeps what. With --ledger new codes are reserved in it.
    """
    tongue = chosen_lang(lang)
    from gridtool.codes import assign_file

    with ledger_of(ledger, scheme, segment or [], dedicated) as (held, used):
        counts = assign_file(
            layer,
            out,
            scheme=used,
            base=base,
            buildings=buildings,
            policy=policy,
            ledger=held,
            tables=tables or [],
            band_m=band,
            with_body=with_body,
            overwrite=overwrite,
        )
    typer.echo(_word(tongue, "assigned").format(**counts, path=out))


app.command("reserve")(reserve_command)
app.command("record")(record_command)
app.command("ledger")(ledger_command)
app.command("crosswalk")(crosswalk_command)
app.command("migrate")(migrate_command)
