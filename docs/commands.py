"""Write docs/commands.md anew from the command line itself: ``python docs/commands.py``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from typer.testing import CliRunner

from gridtool.cli import app

PAGE = Path(__file__).with_suffix(".md")
WIDTH = 100

HEAD = """\
<!-- Made by docs/commands.py from the command line. Do not edit this page. -->

# 命令一览 · Commands

每条命令的说明就是 `--help` 所显示的。退出码：0 完成 · 1 完成，但有需要人看的检查结果 · 2 用法有误 ·
10 以上按错误类别，见 [findings.md](findings.md)。

*What `--help` says of every command. Exit codes: 0 done · 1 done, with findings for a person ·
2 usage · 10 and up by class of error, see [findings.md](findings.md).*
"""


def page() -> str:
    """Return the page."""
    names = [name for name in _names(typer.main.get_command(app), ()) if name]
    links = "\n".join(f"- [`gridtool {' '.join(name)}`](#{_anchor(name)})" for name in names)
    parts = [HEAD, f"{links}\n", *(_entry(name) for name in names)]
    return "\n".join(parts)


def _names(command: Any, name: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Return the words of every command, a group before its own."""
    yield name
    for word, part in sorted(getattr(command, "commands", {}).items()):
        yield from _names(part, (*name, word))


def _anchor(name: tuple[str, ...]) -> str:
    """Return where a command stands on the page."""
    return "-".join(("gridtool", *name))


def _entry(name: tuple[str, ...]) -> str:
    """Return one command."""
    said = CliRunner().invoke(
        app, [*name, "--help"], prog_name="gridtool", terminal_width=WIDTH, env={"COLUMNS": "100"}
    )
    text = "\n".join(line.rstrip() for line in said.stdout.strip().splitlines())
    return f'## <a id="{_anchor(name)}"></a>gridtool {" ".join(name)}\n\n```text\n{text}\n```\n'


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
