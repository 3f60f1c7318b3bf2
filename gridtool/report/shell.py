"""What every page of gridtool is put in: one file that needs no network.

Text of the input stands in it only as text: everything is escaped, and a content security
policy lets run nothing but the page's own scripts, known by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Final

from gridtool.messages import Lang

_TAGS: Final[dict[Lang, str]] = {"zh": "zh-CN", "en": "en"}


def asset(package: str | None, name: str) -> str:
    """Return a text file that is packed beside a module."""
    return files(str(package)).joinpath(name).read_text(encoding="utf-8")


def whole_page(
    title: str,
    body: str,
    *,
    style: str,
    scripts: Sequence[str],
    form: str,
    version: str,
    lang: Lang,
) -> str:
    """Return a page as one file.

    Parameters
    ----------
    title : str
        Plain text.
    body : str
        HTML, input in it escaped.
    style : str
    scripts : sequence of str
        Run in this order, at the end.
    form : str
        Name and number of the page's form, for programs.
    version : str
        Of gridtool.
    lang : ``zh`` or ``en``
    """
    policy = (
        f"default-src 'none'; style-src {_hash(style)};"
        f" script-src {' '.join(map(_hash, scripts))}; base-uri 'none'; form-action 'none'"
    )
    run = "\n".join(f"<script>{script}</script>" for script in scripts)
    return (
        f'<!DOCTYPE html>\n<html lang="{_TAGS[lang]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="generator" content="gridtool {escape(version)}">\n'
        f'<meta name="format" content="{form}">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n{body}\n{run}\n</body>\n</html>\n"
    )


def _hash(text: str) -> str:
    """Return the hash by which the policy knows the page's own style or script."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
