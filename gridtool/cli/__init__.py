"""The command line: parses, calls one function of the pipeline, prints. Nothing else.

Nothing heavy is imported here, so that ``--help`` answers at once.
"""

from __future__ import annotations

import gc
import os
import sys
from collections import UserDict
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

import gridtool
from gridtool.errors import GridtoolError
from gridtool.messages import Lang, default_lang

_HOMES: Final = {
    "partition": "partition:partition_command",
    "adopt": "adopt:adopt_command",
    "check-input": "check_input:check_input_command",
    "inspect": "inspect:inspect_command",
    "export": "export:export_command",
    "report": "report:report_command",
    "stats": "stats:stats_command",
    "map": "map:map_command",
    "notice": "notice:notice_command",
    "explain": "explain:explain_command",
    "diff": "diff:diff_command",
    "lineage": "diff:lineage_command",
    "translate": "diff:translate_command",
    "code": "code:app",
    "address": "address:app",
    "filing": "filing:app",
    "key": "key:app",
    "register": "register:app",
}
"""Commands in the order of the help, and where each is."""


class _Commands(UserDict[str, Any]):
    """The commands, each made when it is asked for: all of them take longer than most tasks."""

    def __getitem__(self, name: str) -> Any:
        held = super().__getitem__(name)
        if isinstance(held, str):
            held = self.data[name] = _made(name, held)
        return held


def _made(name: str, home: str) -> Any:
    """Return a command or a group of commands."""
    module, _, attribute = home.partition(":")
    found = getattr(import_module(f"gridtool.cli.{module}"), attribute)
    if isinstance(found, typer.Typer):
        command: Any = typer.main.get_group(found)
    else:
        alone = typer.Typer(rich_markup_mode=None, add_completion=False)
        alone.command(name)(found)
        command = typer.main.get_command(alone)
    command.name = name
    return command


class _Group(TyperGroup):
    """Turns a `GridtoolError` into one line on stderr and its exit code."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Commands(_HOMES)

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
    finally:
        # the interpreter looks through all objects, again and again, before it ends: a twentieth of
        # a second for nothing
        gc.freeze()
