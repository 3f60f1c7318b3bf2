"""The command line: parses, calls one function of the pipeline, prints. Nothing else.

Nothing heavy is imported here, so that ``--help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import gridtool
from gridtool.cli.address import app as address_app
from gridtool.cli.adopt import adopt_command
from gridtool.cli.check_input import check_input_command
from gridtool.cli.code import app as code_app
from gridtool.cli.diff import diff_command, lineage_command, translate_command
from gridtool.cli.explain import explain_command
from gridtool.cli.export import export_command
from gridtool.cli.filing import app as filing_app
from gridtool.cli.inspect import inspect_command
from gridtool.cli.key import app as key_app
from gridtool.cli.map import map_command
from gridtool.cli.notice import notice_command
from gridtool.cli.partition import partition_command
from gridtool.cli.register import app as register_app
from gridtool.cli.report import report_command
from gridtool.cli.stats import stats_command
from gridtool.errors import GridtoolError
from gridtool.messages import Lang, default_lang


class _Group(TyperGroup):
    """Turns a `GridtoolError` into one line on stderr and its exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.obj = list(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except GridtoolError as error:
            typer.echo(error.text(asked_lang(ctx.obj)), err=True)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            typer.echo("已中断 interrupted", err=True)
            raise typer.Exit(130) from None


def asked_lang(words: list[str]) -> Lang:
    """Return the language of messages: the option's, else the locale's."""
    for at, word in enumerate(words):
        value = word.partition("=")[2] if word.startswith("--lang=") else ""
        value = words[at + 1] if word == "--lang" and at + 1 < len(words) else value
        if value in ("zh", "en"):
            return "zh" if value == "zh" else "en"
    return default_lang()


app = typer.Typer(
    name="gridtool",
    cls=_Group,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="把社区和行政村划分为 300–500 户的网格。"
    "\n\nDivide communities and villages into service grids of 300-500 households.",
)
app.command("partition")(partition_command)
app.command("adopt")(adopt_command)
app.command("check-input")(check_input_command)
app.command("inspect")(inspect_command)
app.command("export")(export_command)
app.command("report")(report_command)
app.command("stats")(stats_command)
app.command("map")(map_command)
app.command("notice")(notice_command)
app.command("explain")(explain_command)
app.command("diff")(diff_command)
app.command("lineage")(lineage_command)
app.command("translate")(translate_command)
app.add_typer(code_app, name="code")
app.add_typer(address_app, name="address")
app.add_typer(filing_app, name="filing")
app.add_typer(key_app, name="key")
app.add_typer(register_app, name="register")


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"gridtool {gridtool.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="版本 Show the version."
        ),
    ] = False,
) -> None:
    """Hold the options of gridtool itself."""


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # an ASCII console must not fail on Chinese text
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except Exception as error:
        # a fault of gridtool's own: exit code 1 would say "done", and a traceback helps no user
        if os.environ.get("GRIDTOOL_DEBUG"):
            raise
        fault = GridtoolError("GT000", reason=f"{type(error).__name__}: {error}")
        typer.echo(fault.text(asked_lang(sys.argv[1:])), err=True)
        sys.exit(fault.exit_code)
