"""``gridtool key``: make keys, and say whose signatures a register trusts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridtool.cli.code_options import padded
from gridtool.cli.options import AsJson, Language, chosen_lang
from gridtool.cli.register_options import RegisterOption, chosen_day
from gridtool.errors import SettingsError

if TYPE_CHECKING:
    from gridtool.register import TrustedKey

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="密钥：新建、信任、列出 Keys: make, trust, list.",
)

_STATES = {
    "valid": ("有效", "valid"),
    "revoked": ("已吊销", "revoked"),
    "not yet": ("未生效", "not yet"),
    "expired": ("已过期", "expired"),
}

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file", metavar="FILE", show_default=False, help="口令文件 Its first line."
    ),
]


@app.command("new")
def new_command(
    path: Annotated[Path, typer.Argument(metavar="NAME.key", help="私钥文件 Secret file.")],
    owner: Annotated[
        str, typer.Option("--owner", metavar="OFFICE", help="单位 An office, not a person.")
    ],
    profile: Annotated[
        str, typer.Option("--profile", help="算法 ed25519 | sm2-sm3 (国密)")
    ] = "ed25519",
    ask: Annotated[
        bool, typer.Option("--passphrase", help="设口令 Ask for a passphrase at the terminal.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    lang: Language = None,
) -> None:
    """新建密钥 Make a key.

    NAME.key signs and stays with you; NAME.pub goes to the office that is to trust it.
    """
    tongue = chosen_lang(lang)
    from gridtool.filing import PROFILES, SigningKey, write_key

    if profile not in PROFILES or not owner.strip():
        raise SettingsError("GT046", reason=f"--profile {profile}: {', '.join(PROFILES)}")
    word = given_passphrase(passphrase_file)
    if ask and word is None:
        word = typer.prompt("口令 passphrase", hide_input=True, confirmation_prompt=True)
    secret, public = write_key(
        path.with_suffix(".key"),
        SigningKey.make(PROFILES[PROFILES.index(profile)], owner.strip()),
        word,
    )
    kept, given = (
        ("留在本单位，勿外传", "交给要验签的单位")
        if tongue == "zh"
        else (
            "keep it to yourself",
            "give it to whom you file with",
        )
    )
    typer.echo(f"{secret}  {kept}\n{public}  {given}")


@app.command("trust")
def trust_command(
    key: Annotated[str, typer.Argument(metavar="NAME.pub|KEY_ID", help="公钥文件 Public file.")],
    register: RegisterOption,
    role: Annotated[str, typer.Option("--role", help="用途 filer 报备 | receiver 受理")] = "filer",
    counties: Annotated[
        list[str] | None,
        typer.Option(
            "--county",
            metavar="CODE",
            show_default=False,
            help="可报备的县（区） 6 digits. Repeat.",
        ),
    ] = None,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", show_default=False, help="起 First day. [today]"),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", show_default=False, help="止 Last day. [in 3 years]"),
    ] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="吊销 Take the trust away.")] = False,
    lang: Language = None,
) -> None:
    """信任密钥 Trust a key, for some counties and days.

    A county's key files for its own codes alone. Ask the office by telephone for its key id.
    """
    tongue = chosen_lang(lang)
    from gridtool.filing import read_public_key
    from gridtool.register import RECEIVER, Register, TrustedKey, revoke_key, trust_key

    with Register.open(register) as held:
        if revoke:
            key_id = read_public_key(Path(key)).key_id if Path(key).is_file() else key
            _print_keys([revoke_key(held, key_id)], tongue)
            return
        public = read_public_key(Path(key))
        start = chosen_day("--from", first) or date.today()
        end = chosen_day("--to", last) or _years_on(start, 3)
        if role != RECEIVER and not counties:
            raise SettingsError("GT046", reason="--county")
        made = TrustedKey(
            public.key_id,
            public.profile,
            public.public.hex(),
            public.owner,
            role,
            tuple(counties or ["*"]),
            start,
            end,
        )
        trust_key(held, made)
    _print_keys([made], tongue)


@app.command("list")
def list_command(
    register: RegisterOption,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """列出密钥 List the keys that a register trusts."""
    tongue = chosen_lang(lang)
    from gridtool.register import Register, trusted_keys

    with Register.open(register) as held:
        keys = list(trusted_keys(held).values())
    if as_json:
        typer.echo(json.dumps([_record(key) for key in keys], ensure_ascii=False, indent=2))
        return
    _print_keys(keys, tongue)


def given_passphrase(path: Path | None) -> str | None:
    """Return the first line of a passphrase file."""
    if path is None:
        return None
    try:
        return path.read_text("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("GT046", reason=f"--passphrase-file {path}: {error}") from None


def _record(key: TrustedKey) -> dict[str, object]:
    """Return a key as JSON tells it."""
    return {
        "key_id": key.key_id,
        "owner": key.owner,
        "profile": key.profile,
        "role": key.role,
        "counties": list(key.counties),
        "valid_from": key.valid_from.isoformat(),
        "valid_to": key.valid_to.isoformat(),
        "state": _state(key),
    }


def _state(key: TrustedKey) -> str:
    """Return whether a key counts today."""
    today = date.today()
    if key.revoked:
        return "revoked"
    if key.counts_on(today):
        return "valid"
    return "not yet" if today < key.valid_from else "expired"


def _print_keys(keys: list[TrustedKey], lang: str) -> None:
    """Print a line for each key."""
    for key in keys:
        state = _STATES[_state(key)][lang == "en"]
        counties = ",".join(key.counties)
        span = f"{key.valid_from} – {key.valid_to}"
        head = f"{key.key_id}  {key.profile:<8} {key.role:<8} {counties:<15} {span}"
        typer.echo(f"{head}  {padded(state, 8)} {key.owner}")


def _years_on(day: date, years: int) -> date:
    """Return the day some years later, less one."""
    ordinal = date(day.year + years, day.month, min(day.day, 28)).toordinal()
    return date.fromordinal(ordinal - 1)
