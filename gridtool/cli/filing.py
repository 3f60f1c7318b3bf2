"""``gridtool filing``: packages for the city office: make, sign, verify, apply, move."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridtool.cli.code_options import CodesOption, show_findings
from gridtool.cli.filing_shown import print_made, print_verdict, say
from gridtool.cli.key import PassphraseFile, given_passphrase
from gridtool.cli.options import AsJson, Language, Overwrite, chosen_lang
from gridtool.cli.register_options import RegisterOption, chosen_day
from gridtool.errors import DONE, FINDINGS, SettingsError

if TYPE_CHECKING:
    from gridtool.filing import FormKey, SigningKey

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="报备：制作、签名、核验、入库、撤回 Filing packages: make, sign, verify, apply, withdraw.",
)

PackagePath = Annotated[Path, typer.Argument(metavar="FILE.zip", help="报备包 Package.")]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FILE.zip", help="输出 Output.")]
BuildingsOption = Annotated[
    str | None,
    typer.Option(
        "--buildings", metavar="PATH", show_default=False, help="楼栋 Buildings with households."
    ),
]
KeyOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--key", metavar="NAME.key", show_default=False, help="签名密钥 Sign with. Repeat."
    ),
]
NumberOption = Annotated[
    str, typer.Option("--filing-no", metavar="NO", help="报备号 Number of the filing.")
]
OfficeOption = Annotated[
    str, typer.Option("--prepared-by", metavar="OFFICE", help="报备单位 Office, no person.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="理由 Why. No names of persons.")]
BasisOption = Annotated[
    str, typer.Option("--basis", metavar="DOCUMENT", help="依据文件 Document it rests on.")
]
DatedOption = Annotated[
    str | None,
    typer.Option("--dated", metavar="DATE", show_default=False, help="落款日期 [today]"),
]
ReceiptOption = Annotated[
    Path | None,
    typer.Option(
        "--receipt",
        metavar="FILE.json|.docx",
        show_default=False,
        help="回执 Write the receipt: JSON for machines, DOCX to be sealed.",
    ),
]
NoForms = Annotated[
    bool, typer.Option("--no-forms", help="只要数据 Data alone, no forms and no maps.")
]
Templates = Annotated[
    list[str] | None,
    typer.Option(
        "--template",
        metavar="FORM=FILE.docx",
        show_default=False,
        help="本单位模板 Your office's own template of a form: letter, filing_form, details, "
        "code_table, check_report. Repeat.",
    ),
]
RoadsOption = Annotated[
    str | None,
    typer.Option("--roads", metavar="PATH", show_default=False, help="道路 Roads on the maps."),
]
BarriersOption = Annotated[
    str | None,
    typer.Option(
        "--barriers", metavar="PATH", show_default=False, help="屏障 Rivers, railways on the maps."
    ),
]


@app.command("make")
def make_command(
    new: Annotated[
        str,
        typer.Option("--new", metavar="PATH", help="变更后全部网格 All grids as they are to be."),
    ],
    buildings: Annotated[
        str, typer.Option("--buildings", metavar="PATH", help="楼栋 Buildings with households.")
    ],
    kind: Annotated[
        str,
        typer.Option("--kind", help="类型 initial | adjustment | code_change | correction"),
    ],
    filing_no: NumberOption,
    prepared_by: OfficeOption,
    reason: ReasonOption,
    valid_from: Annotated[
        str, typer.Option("--valid-from", metavar="DATE", help="生效日期 In force from.")
    ],
    out: Out,
    base: Annotated[
        str | None,
        typer.Option(
            "--base",
            metavar="PATH|REGISTER",
            show_default=False,
            help="现行网格或台账 Grids in force, or a register; none for initial.",
        ),
    ] = None,
    basis: BasisOption = "",
    exceptions: Annotated[
        list[str] | None,
        typer.Option(
            "--exception",
            metavar="ID=REASON",
            show_default=False,
            help="例外及理由 Why an invariant need not hold: I1 I2 I3 I5 I10 C1. Repeat.",
        ),
    ] = None,
    dated: DatedOption = None,
    roads: RoadsOption = None,
    barriers: BarriersOption = None,
    codes: CodesOption = None,
    templates: Templates = None,
    no_forms: NoForms = False,
    keys: KeyOption = None,
    passphrase_file: PassphraseFile = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """制作报备包 Make a package from the grids before and after.

    Refuses to make what breaks an invariant without a reason. The same input gives the same bytes.
    """
    tongue = chosen_lang(lang)
    from gridtool.filing import KINDS, WITHDRAWAL
    from gridtool.pipeline import (
        Header,
        area_names,
        form_maker,
        make_package,
        read_base,
        read_buildings_file,
        read_grids_file,
        read_ground,
        write_package,
    )
    from gridtool.place import require_free

    if kind not in KINDS or kind == WITHDRAWAL:
        allowed = ", ".join(one for one in KINDS if one != WITHDRAWAL)
        raise SettingsError("GT046", reason=f"--kind {kind}: {allowed}; gridtool filing withdraw")
    require_free(out, overwrite=overwrite)
    own = _own_templates(templates)
    header = Header(
        kind=KINDS[KINDS.index(kind)],
        filing_no=filing_no,
        prepared_by=prepared_by,
        reason=reason,
        valid_from=_day("--valid-from", valid_from),
        dated=_day("--dated", dated),
        basis_document=basis,
        exceptions=_pairs("--exception", exceptions),
        names=area_names(codes or ()),
        own_templates=tuple(own),
    )
    signers = _signing_keys(keys, passphrase_file)
    grids, homes = read_grids_file(new), read_buildings_file(buildings)
    ground = read_ground(roads, barriers)
    forms = None if no_forms else form_maker(homes, ground=ground, templates=own)
    package = make_package(
        read_base(base, grids, kind), grids, homes, header, forms=forms, keys=signers
    )
    write_package(package, out, overwrite=overwrite)
    print_made(package, out, tongue, as_json=as_json)


@app.command("templates")
def templates_command(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="文件夹 Folder.")],
    overwrite: Overwrite = False,
) -> None:
    """模板 Write the Word templates of the forms, to start your office's own from."""
    from gridtool.pipeline import write_templates

    for path in write_templates(out, overwrite=overwrite):
        typer.echo(path)


@app.command("sign")
def sign_command(
    path: PackagePath,
    keys: Annotated[
        list[Path], typer.Option("--key", metavar="NAME.key", help="密钥 Key. Repeat.")
    ],
    passphrase_file: PassphraseFile = None,
    lang: Language = None,
) -> None:
    """签名 Sign a package, beside those who have signed it."""
    tongue = chosen_lang(lang)
    from gridtool.filing import read_package
    from gridtool.pipeline import write_package

    package = read_package(path).signed(_signing_keys(keys, passphrase_file))
    write_package(package, path, overwrite=True)
    listed = ", ".join(one.key_id for one in package.signatures)
    typer.echo(say(tongue, "signed", keys=listed))


@app.command("verify")
def verify_command(
    path: PackagePath,
    register: RegisterOption,
    buildings: BuildingsOption = None,
    receipt: ReceiptOption = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """核验 Verify a package: everything is reckoned again from one's own register.

    Exit code 0: 受理 accepted; 1: 补正 to be mended, or 退回 returned.
    """
    tongue = chosen_lang(lang)
    from gridtool.filing import read_package
    from gridtool.pipeline import read_buildings_file, receive_package
    from gridtool.register import Register

    package = read_package(path)
    own = None if buildings is None else read_buildings_file(buildings)
    with Register.open(register) as held:
        verdict = receive_package(package, held, buildings=own)
    print_verdict(verdict, receipt, tongue, overwrite=overwrite, as_json=as_json)
    raise typer.Exit(DONE if verdict.is_accepted else FINDINGS)


@app.command("apply")
def apply_command(
    path: PackagePath,
    register: RegisterOption,
    buildings: BuildingsOption = None,
    receipt: ReceiptOption = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """入库 Verify a package and apply it, in one transaction.

    What was applied before is not applied again. Exit code 17 when it is not accepted.
    """
    tongue = chosen_lang(lang)
    from gridtool.filing import read_package
    from gridtool.pipeline import apply_package, read_buildings_file
    from gridtool.register import Register

    package = read_package(path)
    own = None if buildings is None else read_buildings_file(buildings)
    with Register.open(register) as held:
        verdict = apply_package(package, held, buildings=own)
    print_verdict(verdict, receipt, tongue, overwrite=overwrite, as_json=as_json)


@app.command("withdraw")
def withdraw_command(
    filing: Annotated[
        str, typer.Argument(metavar="REV|NUMBER|ID", help="撤回哪一件 Which filing.")
    ],
    register: RegisterOption,
    filing_no: NumberOption,
    prepared_by: OfficeOption,
    reason: ReasonOption,
    out: Out,
    basis: BasisOption = "",
    dated: DatedOption = None,
    codes: CodesOption = None,
    no_forms: NoForms = False,
    keys: KeyOption = None,
    passphrase_file: PassphraseFile = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """撤回 Make the package that takes a filing back before its day.

    New codes become void for ever, retired ones live on. It is applied like any other package.
    """
    tongue = chosen_lang(lang)
    from gridtool.filing import WITHDRAWAL
    from gridtool.pipeline import Header, area_names, form_maker, withdraw_filing, write_package
    from gridtool.place import require_free
    from gridtool.register import Register

    require_free(out, overwrite=overwrite)
    header = Header(
        kind=WITHDRAWAL,
        filing_no=filing_no,
        prepared_by=prepared_by,
        reason=reason,
        valid_from="",
        dated=_day("--dated", dated),
        basis_document=basis,
        names=area_names(codes or ()),
    )
    signers = _signing_keys(keys, passphrase_file)
    forms = None if no_forms else form_maker()
    with Register.open(register) as held:
        package = withdraw_filing(held, filing, header, forms=forms, keys=signers)
    write_package(package, out, overwrite=overwrite)
    print_made(package, out, tongue, as_json=as_json)


@app.command("rebase")
def rebase_command(
    path: PackagePath,
    register: RegisterOption,
    out: Out,
    no_forms: NoForms = False,
    keys: KeyOption = None,
    passphrase_file: PassphraseFile = None,
    overwrite: Overwrite = False,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """移到新版上 Bring a stale package to the newest grids, where nobody else changed its own.

    Nothing is merged: exit code 1 and a list when another filing changed a grid of it.
    """
    tongue = chosen_lang(lang)
    from gridtool.filing import read_package
    from gridtool.pipeline import form_maker, rebase_package, write_package
    from gridtool.place import require_free
    from gridtool.register import Register

    require_free(out, overwrite=overwrite)
    package = read_package(path)
    signers = _signing_keys(keys, passphrase_file)
    with Register.open(register) as held:
        forms = None if no_forms else form_maker()
        rebased = rebase_package(package, held, forms=forms, keys=signers)
    if rebased.package is None:
        show_findings(rebased.conflicts, tongue, as_json=as_json, verbose=True)
        typer.echo(say(tongue, "conflicts", count=len(rebased.conflicts)), err=True)
        raise typer.Exit(FINDINGS)
    write_package(rebased.package, out, overwrite=overwrite)
    print_made(rebased.package, out, tongue, as_json=as_json)


def _day(option: str, text: str | None) -> str:
    """Return the day that an option names, by default today."""
    return (chosen_day(option, text) or date.today()).isoformat()


def _pairs(option: str, texts: list[str] | None) -> dict[str, str]:
    """Split ``ID=REASON``."""
    made = {}
    for text in texts or []:
        key, equals, value = text.partition("=")
        if not equals or not value.strip():
            raise SettingsError("GT046", reason=f"{option} {text}: ID=REASON")
        made[key.strip()] = value.strip()
    return made


def _own_templates(texts: list[str] | None) -> dict[FormKey, Path]:
    """Split ``FORM=FILE.docx``."""
    from gridtool.filing import FORM_KEYS

    made: dict[FormKey, Path] = {}
    for text in texts or []:
        name, _, path = text.partition("=")
        key = next((one for one in FORM_KEYS if one == name), None)
        if key is None or not path:
            raise SettingsError(
                "GT046", reason=f"--template {text}: FORM=FILE.docx, {', '.join(FORM_KEYS)}"
            )
        made[key] = Path(path)
    return made


def _signing_keys(paths: list[Path] | None, passphrase_file: Path | None) -> list[SigningKey]:
    """Read the keys that sign; ask for a passphrase where there is someone to ask."""
    from gridtool.filing import is_sealed, read_signing_key

    word = given_passphrase(passphrase_file)
    made = []
    for path in paths or []:
        asked = word
        if word is None and is_sealed(path) and typer.get_text_stream("stdin").isatty():
            asked = typer.prompt(f"{path.name} 口令 passphrase", hide_input=True)
        made.append(read_signing_key(path, asked))
    return made
