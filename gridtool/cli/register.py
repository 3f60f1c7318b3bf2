"""``gridtool register``: keep what counties file, and look into it at any day."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridtool.cli.code_options import padded, show_findings
from gridtool.cli.key import list_command, trust_command
from gridtool.cli.options import AsJson, Language, Overwrite, chosen_lang
from gridtool.cli.register_options import (
    CountyOption,
    RegisterPath,
    chosen_day,
    chosen_moment,
)
from gridtool.errors import DataError, SettingsError

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="备案台账：建立、查询、导出、核验 Register: make, ask, export, verify.",
)

_WORDS = {
    "zh": {
        "made": "已建立 {place}（{id}，EPSG:{srid}）",
        "unsigned": "允许未签名的报备包：来源无法证明",
        "grids": "{count:,} 个网格，{households:,} 户",
        "written": "已写出 {path}",
        "sound": "台账完好：{revisions} 版，{rows:,} 行网格，{codes:,} 条编码记录",
        "rev": "版次",
        "kind": "类型",
        "filing_no": "报备号",
        "county": "县（区）",
        "prepared_by": "报备单位",
        "reason": "理由",
        "valid_from": "生效",
        "known_from": "入库",
        "package_id": "报备包",
        "signers": "签名",
        "root": "网格校验值",
        "receipts": "回执",
        "nothing": "没有记录",
    },
    "en": {
        "made": "{place} made ({id}, EPSG:{srid})",
        "unsigned": "packages may come unsigned: their origin is not proven",
        "grids": "{count:,} grids, {households:,} households",
        "written": "written {path}",
        "sound": "sound: {revisions} revisions, {rows:,} rows of grids, {codes:,} events of codes",
        "nothing": "nothing",
    },
}
_KINDS_ZH = {
    "initial": "首次划分",
    "adjustment": "调整",
    "code_change": "编码变更",
    "correction": "更正",
    "withdrawal": "撤回",
}
_DECISIONS_ZH = {"accepted": "受理", "correction": "补正", "returned": "退回"}


def _word(lang: str, key: str, **values: object) -> str:
    """Return a word of the output; the key itself is the English one."""
    return _WORDS[lang].get(key, key).format(**values)


@app.command("init")
def init_command(
    register: RegisterPath,
    crs: Annotated[
        str, typer.Option("--crs", metavar="EPSG", help="坐标系 CRS in metres of the city.")
    ] = "EPSG:4544",
    allow_unsigned: Annotated[
        bool,
        typer.Option("--allow-unsigned", help="允许未签名 Take packages without a signature."),
    ] = False,
    signers: Annotated[
        int, typer.Option("--signers", min=1, help="所需签名数 Signatures a package needs.")
    ] = 1,
    lang: Language = None,
) -> None:
    """建立台账 Make a register: one file that opens in QGIS, or a schema in PostGIS."""
    tongue = chosen_lang(lang)
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    from gridtool.pipeline import make_register

    try:
        chosen = CRS.from_user_input(crs)
    except CRSError:
        raise SettingsError("GT046", reason=f"--crs {crs}") from None
    made = make_register(
        register, crs=chosen, allow_unsigned=allow_unsigned, signers=signers, lang=tongue
    )
    with made as held:
        values = {"place": held.store.place, "id": held.register_id, "srid": held.store.srid}
    typer.echo(_word(tongue, "made", **values))
    if allow_unsigned:
        typer.secho(f"! {_word(tongue, 'unsigned')}", fg="red", err=True)


@app.command("log")
def log_command(
    register: RegisterPath,
    county: CountyOption = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """报备记录 List the filings, the newest first."""
    tongue = chosen_lang(lang)
    from gridtool.register import Register

    with Register.open(register) as held:
        rows = held.revisions(county).iloc[::-1]
    if as_json:
        _print_json(rows)
        return
    for row in rows.to_dict("records"):
        kind = _KINDS_ZH[row["kind"]] if tongue == "zh" else row["kind"]
        head = f"{row['rev']:>4}  {row['county']}  {padded(kind, 11)} {row['valid_from']}"
        typer.echo(f"{head}  {row['package_id'][:12]}  {row['filing_no']}  {row['reason']}")
    if rows.empty:
        typer.echo(_word(tongue, "nothing"))


@app.command("show")
def show_command(
    register: RegisterPath,
    filing: Annotated[
        str, typer.Argument(metavar="REV|NUMBER|ID", help="版次、报备号或报备包 Which filing.")
    ],
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """一件报备 Show one filing: its groups, relations and receipts."""
    tongue = chosen_lang(lang)
    from gridtool.register import Register, changes_of, receipts_of

    with Register.open(register) as held:
        found = held.filing(filing)
        if found is None:
            raise DataError("GT513", wanted=filing, found="-")
        groups, relations = changes_of(held, int(found["rev"]))
        receipts = receipts_of(held, found["package_id"])
    if as_json:
        body = {"filing": _plain(found.to_dict()), "groups": _records(groups)}
        body |= {"relations": _records(relations), "receipts": _records(receipts)}
        typer.echo(json.dumps(body, ensure_ascii=False, indent=2))
        return
    for key in (
        "rev",
        "kind",
        "filing_no",
        "county",
        "prepared_by",
        "reason",
        "valid_from",
        "known_from",
        "package_id",
        "signers",
        "root",
    ):
        value = found[key]
        if key == "kind" and tongue == "zh":
            value = _KINDS_ZH[value]
        typer.echo(f"{padded(_word(tongue, key), 14)} {value}")
    for row in groups.to_dict("records"):
        typer.echo(f"{row['group_id']}  {row[f'description_{tongue}']}")
    for row in receipts.to_dict("records"):
        decision = _DECISIONS_ZH[row["decision"]] if tongue == "zh" else row["decision"]
        typer.echo(
            f"{padded(_word(tongue, 'receipts'), 14)} {row['seq']}  {decision}  "
            f"{row['recorded_at']}  {row['hash'][:12]}"
        )


@app.command("as-of")
def as_of_command(
    register: RegisterPath,
    valid: Annotated[
        str | None,
        typer.Option("--valid", metavar="DATE", show_default=False, help="在用日期 Day. [today]"),
    ] = None,
    known: Annotated[
        str | None,
        typer.Option(
            "--known",
            metavar="DATE[TIME]",
            show_default=False,
            help="当时所知 As known then. [now]",
        ),
    ] = None,
    county: CountyOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE.gpkg", show_default=False, help="输出 Write them."
        ),
    ] = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """某日的网格 The grids in force on a day, as known at a moment."""
    tongue = chosen_lang(lang)
    from datetime import date

    from gridtool.register import Register

    day = chosen_day("--valid", valid) or date.today()
    with Register.open(register) as held:
        grids = held.as_of(day, chosen_moment("--known", known), county)
    _hand_over(grids, out, tongue, overwrite=overwrite, as_json=as_json)


@app.command("export")
def export_command(
    register: RegisterPath,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.gpkg", help="输出 Output.")],
    county: CountyOption = None,
    overwrite: Overwrite = False,
    lang: Language = None,
) -> None:
    """导出现行网格 Write the newest grids: the base of the next filing."""
    tongue = chosen_lang(lang)
    from gridtool.register import Register

    with Register.open(register) as held:
        grids = held.grids(county)
    _hand_over(grids, out, tongue, overwrite=overwrite, as_json=False)


@app.command("history")
def history_command(
    register: RegisterPath,
    code: Annotated[str, typer.Argument(metavar="CODE", help="网格编码 Grid code.")],
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """一格的历史 Every version of a grid, and what happened to its code."""
    chosen_lang(lang)
    from gridtool.register import Register, events_of_code

    with Register.open(register) as held:
        rows = held.history(code).drop(columns="geometry")
        events = events_of_code(held, code)
    if as_json:
        body = {"versions": _records(rows), "events": _records(events)}
        typer.echo(json.dumps(body, ensure_ascii=False, indent=2))
        return
    for row in rows.to_dict("records"):
        span = f"{row['valid_from']} – {row['valid_to'] or ''}"
        revs = f"{row['rev_in']}–{row['rev_out'] or ''}"
        typer.echo(
            f"{row['version_id']:<20} {span:<25} {revs:<9} {row['households']:>5}  "
            f"{row['grid_full_name']}"
        )
    for row in events.to_dict("records"):
        typer.echo(f"{row['event']:<9} {row['recorded_at']}  {row['document'][:12]}")


@app.command("lineage")
def lineage_command(
    register: RegisterPath,
    code: Annotated[str, typer.Argument(metavar="CODE", help="网格编码 Grid code.")],
    back: Annotated[
        bool, typer.Option("--back/--forward", help="来源或去向 Predecessors or successors.")
    ] = False,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """来龙去脉 Where a grid went, or came from, with households."""
    tongue = chosen_lang(lang)
    from gridtool.register import Register, follow_code

    with Register.open(register) as held:
        rows = follow_code(held, code, "back" if back else "forward")
    if as_json:
        _print_json(rows)
        return
    for row in rows.to_dict("records"):
        old, new = row["old_version"] or "-", row["new_version"] or "-"
        share = "" if row["share_old_hh"] != row["share_old_hh"] else f"{row['share_old_hh']:.1%}"
        typer.echo(
            f"{row['rev']:>4}  {old:<20} → {new:<20} {row['households']:>5} "
            f"{share:>7} {row['area_m2']:>12,.0f} m²"
        )
    if rows.empty:
        typer.echo(_word(tongue, "nothing"))


@app.command("fsck")
def fsck_command(
    register: RegisterPath,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """核验台账 Reckon all of it again: chains, rows, roots, packages, codes.

    Exit code 1 when something is not as it should be.
    """
    tongue = chosen_lang(lang)
    from gridtool.register import Register, check_register, count_rows

    with Register.open(register) as held:
        found = check_register(held)
        counts = count_rows(held)
    exit_code = show_findings(found, tongue, as_json=as_json, verbose=True)
    if not found and not as_json:
        typer.echo(_word(tongue, "sound", **counts))
    raise typer.Exit(exit_code)


app.command("trust")(trust_command)
app.command("keys")(list_command)


def _hand_over(grids: Any, out: Path | None, lang: str, *, overwrite: bool, as_json: bool) -> None:
    """Write grids, or say how many there are."""
    counts = {"count": len(grids), "households": int(grids["households"].sum())}
    if out is not None:
        from gridtool.pipeline import write_grids

        write_grids(grids, out, lang="zh" if lang == "zh" else "en", overwrite=overwrite)
    if as_json:
        typer.echo(json.dumps({"grids": counts["count"], "households": counts["households"]}))
        return
    typer.echo(_word(lang, "grids", **counts))
    if out is not None:
        typer.echo(_word(lang, "written", path=out))


def _print_json(frame: pd.DataFrame) -> None:
    """Print the rows of a frame."""
    typer.echo(json.dumps(_records(frame), ensure_ascii=False, indent=2))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON holds them."""
    return [_plain(row) for row in frame.to_dict("records")]


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    """Return a row with nothing where a value is missing."""
    return {
        str(key): None
        if value is None or value != value
        else getattr(value, "item", lambda v=value: v)()
        for key, value in row.items()
    }
