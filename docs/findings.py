"""Write docs/findings.md anew from the catalogue of messages: ``python docs/findings.py``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from gridtool.messages import CATALOGUE, ERROR, INFO, WARNING
from gridtool.messages.explanations import Explanation, explanations

PAGE = Path(__file__).with_suffix(".md")

SEVERITIES = {ERROR: "错误 error", WARNING: "警告 warning", INFO: "提示 note"}
ERRORS = (
    *(("GT000", "GT099"), ("GT400", "GT419"), ("GT500", "GT539")),
    *(("GT600", "GT619"), ("GT700", "GT714"), ("GT730", "GT744")),
)
"""Ids of what stops the work; all others are findings."""

HEAD = """\
<!-- Made by docs/findings.py from gridtool/messages. Do not edit this page. -->

# 错误和检查结果一览 · Errors and findings

`gridtool check-input` 只读取和检查，不划分，把发现的问题写成三个文件：
`findings.gpkg`（在 QGIS 中看位置）、`findings.csv`（用 Excel 打开）、
`findings.html`（用浏览器打开，可筛选、打印）。
`gridtool explain GT112` 在终端里显示本页的一条。

- **错误**：数据不能用，改好再来（退出码 10 以上）。**警告**：能用，但要人看一眼（退出码 1）。
  **提示**：知道即可（退出码 0）。
- **行号**从 0 起，是源图层中的顺序。在源图层中找到它：按表达式选择要素，Shapefile 用 `$id = 行号`，
  GeoPackage 和 FileGDB 用 `$id = 行号 + 1`（没有删过行时）；或打开 findings.gpkg，点图形。
- **菜单名**照 QGIS 3.22 的简体中文界面，括号里是英文名；版本不同，译名略有出入。
  没有工具箱面板时：数据处理 → 工具箱。
- 花括号 {…} 在实际消息中是具体的值。

*`gridtool check-input` reads and checks, divides nothing, and writes what it found as
`findings.gpkg` (for QGIS), `findings.csv` (for a spreadsheet) and `findings.html` (for a browser).
`gridtool explain GT112` shows an entry of this page. An **error** must be mended before the data
can be used (exit code 10 and up), a **warning** needs a person's eye (1), a **note** is to be
known (0). Rows count from 0 in the order of the source: Select by Expression `$id = row` in a
shapefile, `$id = row + 1` in a GeoPackage or FileGDB. Menus are those of QGIS 3.22. In braces {…}
stand the values of a case.*
"""


def page() -> str:
    """Return the page."""
    errors = [
        code for code in sorted(CATALOGUE) if any(first <= code <= last for first, last in ERRORS)
    ]
    findings = sorted(set(CATALOGUE) - set(errors))
    parts = [HEAD, *_table(), "\n## 错误 · Errors\n"]
    parts += [line for code in errors for line in _entry(code)]
    parts.append("\n## 检查结果 · Findings\n")
    parts += [line for code in findings for line in _entry(code)]
    return "\n".join(parts) + "\n"


def _table() -> Iterator[str]:
    """List all entries."""
    yield "| | 等级 | 名称 | |\n|---|---|---|---|"
    for code, told in explanations().items():
        severity = SEVERITIES[CATALOGUE[code].severity].split()[0]
        titles = f"{_text(told['zh'].title)} | {_text(told['en'].title)}"
        yield f"| [{code}](#{code.lower()}) | {severity} | {titles} |"


def _entry(code: str) -> Iterator[str]:
    """Write one entry, Chinese first."""
    message, told = CATALOGUE[code], explanations()[code]
    zh, en = told["zh"], told["en"]
    yield f'\n### <a id="{code.lower()}"></a>{code} {_text(zh.title)} · {_text(en.title)}\n'
    yield f"{SEVERITIES[message.severity]}：{_text(message.zh)}\n"
    yield from _terms(zh, "含义", "影响", "处理", "：")
    yield f"\n{_text(message.en)}\n"
    yield from _terms(en, "Meaning", "Effect", "To mend it", ": ")


def _terms(told: Explanation, means: str, why: str, mend: str, colon: str) -> Iterator[str]:
    """Write the three parts of an explanation."""
    for name, text in ((means, told.means), (why, told.why), (mend, told.mend)):
        yield f"- **{name}**{colon}{_text(text)}"


def _text(text: str) -> str:
    """Return text that Markdown takes as it stands."""
    return re.sub(r"([\\`*_<>|])", r"\\\1", text)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
