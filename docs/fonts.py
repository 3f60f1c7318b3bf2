"""Make the fonts that gridtool ships: ``python docs/fonts.py FOLDER``.

FOLDER holds ``NotoSansSC_400Regular.ttf`` and ``NotoSansSC_700Bold.ttf``, static instances of
Noto Sans SC (SIL Open Font License 1.1), for one from the npm package
``@expo-google-fonts/noto-sans-sc`` 0.4.3: ``npm pack @expo-google-fonts/noto-sans-sc@0.4.3``, then
unpack and take the two files. Needs fontTools, which comes with matplotlib.

The subset holds ASCII, all of GB 2312, a few signs and ``characters.txt``: what the table of
general standard characters (通用规范汉字表, 2013, 8,105 characters) and the names of all towns,
communities and villages of the statistical codes of 2016 to 2023 have beyond it. Two characters
of those names, 𡌶 and 𣒍, are in no Noto Sans SC.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset

FONTS = Path(__file__).resolve().parents[1] / "gridtool" / "sheets" / "data" / "fonts"
SOURCES = {
    "NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
    "NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
}
# signs of forms and posters that GB 2312 lacks
SIGNS = "\N{NO-BREAK SPACE}–—−²³•…€✓⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳☎"
# hinting, vertical writing and features of other languages: nothing a form or a map uses
UNUSED_TABLES = ("BASE", "STAT", "vhea", "vmtx", "prep", "gasp")


def characters() -> set[str]:
    """Return the characters the fonts are to hold."""
    rows = range(0xA1, 0xF8)
    pairs = (bytes((high, low)) for high in rows for low in range(0xA1, 0xFF))
    gb2312 = {pair.decode("gb2312", errors="ignore") for pair in pairs} - {""}
    more = (FONTS / "characters.txt").read_text(encoding="utf-8").split()
    return gb2312 | set("".join(more)) | set(SIGNS) | {chr(code) for code in range(0x20, 0x7F)}


def make(source: Path, target: Path) -> None:
    """Write the subset of one font."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    # a box for what is missing: a name with a gap would look like another name
    options.notdef_outline = True
    options.drop_tables += UNUSED_TABLES
    options.name_IDs = ["*"]
    font = subset.load_font(str(source), options)
    # the date of the source, so that the same source gives the same bytes
    font.recalcTimestamp = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=sorted(map(ord, characters())))
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


def main() -> None:
    """Make both fonts."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for source, target in SOURCES.items():
        make(Path(sys.argv[1]) / source, FONTS / target)
        print(f"{target}: {(FONTS / target).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
