"""The form of a message, and the language it is told in."""

from __future__ import annotations

import locale
import os
from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]

ERROR, WARNING, INFO = "error", "warning", "info"


class Message(NamedTuple):
    """What is wrong and how to mend it, in both languages, with ``{placeholders}``."""

    zh: str
    en: str
    mend_zh: str
    mend_en: str
    severity: str = ERROR

    def what(self, lang: Lang, **values: object) -> str:
        """Return the sentence that says what is wrong."""
        return (self.zh if lang == "zh" else self.en).format(**values)

    def mend(self, lang: Lang, **values: object) -> str:
        """Return the sentence that says how to mend it."""
        return (self.mend_zh if lang == "zh" else self.mend_en).format(**values)


def default_lang() -> Lang:
    """Return ``zh`` when the user's locale is Chinese, else ``en``."""
    for name in ("GRIDTOOL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    try:
        return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"
    except ValueError:
        return "en"
