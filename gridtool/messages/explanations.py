"""What the messages mean, at length: the source of ``gridtool explain`` and ``docs/findings.md``.

The text stands in TOML files, one beside each module of messages, with the same name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from gridtool.messages.message import Lang


class Explanation(NamedTuple):
    """One message at length, in one language.

    Attributes
    ----------
    title : str
        A few words, without the values of a case.
    means : str
        What was found.
    why : str
        What it does to the result.
    mend : str
        How to mend it, with the menus of QGIS.
    """

    title: str
    means: str
    why: str
    mend: str


@cache
def explanations() -> dict[str, Mapping[Lang, Explanation]]:
    """Return the explanations of all messages, by id."""
    found: dict[str, Mapping[Lang, Explanation]] = {}
    for file in files(__package__).iterdir():
        if file.name.endswith(".toml"):
            for code, tables in tomllib.loads(file.read_text(encoding="utf-8")).items():
                zh, en = (Explanation(**tables[lang]) for lang in ("zh", "en"))
                found[code] = {"zh": zh, "en": en}
    return dict(sorted(found.items()))


def explain(code: str) -> Mapping[Lang, Explanation] | None:
    """Return the explanation of a message by language, None where there is none yet."""
    return explanations().get(code)
