"""``gridtool explain``."""

from __future__ import annotations

from typing import Annotated

import typer

from gridtool.cli.options import Language, chosen_lang
from gridtool.errors import SettingsError
from gridtool.messages import CATALOGUE, Lang

_SEVERITIES = {"error": ("错误", "error"), "warning": ("警告", "warning"), "info": ("提示", "note")}
_HEADS = {
    "means": ("含义", "Meaning"),
    "why": ("影响", "Effect"),
    "mend": ("处理", "To mend it"),
}


def explain_command(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...", show_default=False, help="编号 Such as GT112; without any, all ids."
        ),
    ] = None,
    lang: Language = None,
) -> None:
    """解释检查结果和错误的编号 Say what a finding or an error means and how to mend it."""
    tongue = chosen_lang(lang)
    known = [_known(text) for text in ids or []]
    if known:
        typer.echo("\n\n".join(_at_length(code, tongue) for code in known))
    else:
        for code in sorted(CATALOGUE):
            typer.echo(_in_short(code, tongue))


def _known(text: str) -> str:
    """Return the id meant by ``GT112``, ``gt112`` or ``112``."""
    code = f"GT{text.upper().removeprefix('GT'):0>3}"
    if code not in CATALOGUE:
        raise SettingsError("GT047", wanted=text)
    return code


def _in_short(code: str, lang: Lang) -> str:
    """Return id, severity and title of a message in one line."""
    from gridtool.messages.explanations import explain

    explanation = explain(code)
    title = _sentence(code, lang) if explanation is None else explanation[lang].title
    return f"{code}  {_SEVERITIES[CATALOGUE[code].severity][lang == 'en']:<7}  {title}"


def _at_length(code: str, lang: Lang) -> str:
    """Return all there is to say about a message."""
    from gridtool.messages.explanations import explain

    lines = [_in_short(code, lang)]
    explanation = explain(code)
    if explanation is None:
        lines += ["", CATALOGUE[code].mend_zh if lang == "zh" else CATALOGUE[code].mend_en]
    else:
        lines.append(f"       {_sentence(code, lang)}")
        for key, heads in _HEADS.items():
            text = getattr(explanation[lang], key)
            lines += ["", heads[lang == "en"], *(f"  {line}" for line in text.splitlines())]
    return "\n".join(lines)


def _sentence(code: str, lang: Lang) -> str:
    """Return the message itself, its placeholders as they stand."""
    return CATALOGUE[code].zh if lang == "zh" else CATALOGUE[code].en
