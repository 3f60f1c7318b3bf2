"""Draw the pictures of the report in docs/img: ``python docs/report_pictures.py``.

The sample county is divided, its report made and opened in Chromium; what is seen there is kept.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image

from gridtool.pipeline import partition_files, report_file

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "sample_data" / "county.gpkg"
IMAGES = HERE / "img"
READY = "document.documentElement?.dataset.ready"
GRID = "510302002012001"

sys.path.insert(0, str(HERE.parent / "tests"))
from browser import Browser  # noqa: E402


def keep(browser: Browser, name: str) -> None:
    """Keep what is seen, with a palette, to stay small."""
    path = IMAGES / name
    browser.screenshot(path)
    image = Image.open(path).convert("RGB")
    palette = image.quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    palette.save(path, optimize=True)
    print(f"{path.relative_to(HERE.parent)}: {path.stat().st_size // 1024} KB, {image.size}")


def main() -> None:
    """Divide the sample, make its report, and draw both pictures."""
    with tempfile.TemporaryDirectory() as name, Browser(1300, 1240) as browser:
        folder = Path(name)
        partition_files(SAMPLE, folder)
        page, _ = report_file(folder / "grids.gpkg", folder / "report.html", lang="zh")
        browser.open(page, READY)
        keep(browser, "report.png")
        browser.ask(
            "Emulation.setDeviceMetricsOverride",
            width=1300,
            height=840,
            deviceScaleFactor=1,
            mobile=False,
        )
        browser.run(
            f"map.invalidateSize(); choose(facts.grid_code.indexOf('{GRID}'), {{ fly: true }})"
        )
        browser.wait("one('#facts h3')")
        keep(browser, "report_grid.png")


if __name__ == "__main__":
    main()
