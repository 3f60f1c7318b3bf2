"""Make the pictures of docs/printing.md: ``python docs/printing_pictures.py``.

Pages are set, turned into PNG by typst, and brought down to few colours.
"""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path

import pandas as pd
import typst
from PIL import Image

from gridtool.pipeline import Beneath, map_file, notice_files, partition_files

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "sample_data" / "county.gpkg"
COMMUNITY, TOGETHER = "天花井社区", "解放桥社区"
COLOURS = 128


def as_png(pdf: Path, name: str, *, width_px: int) -> None:
    """Write the first page of a PDF as a small picture."""
    page = f'#set page(width: auto, height: auto, margin: 0pt)\n#image("{pdf.name}", width: 6in)'
    source = pdf.with_suffix(".typ")
    source.write_text(page, encoding="utf-8")
    content = typst.compile(source, format="png", ppi=width_px / 6)
    picture = Image.open(BytesIO(content)).convert("RGB")
    few = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    target = HERE / "img" / name
    few.save(target, optimize=True)
    print(f"{target.name}: {target.stat().st_size:,} bytes")


def write_roster(grids: pd.DataFrame, path: Path) -> None:
    """Write a roster of made-up workers."""
    serials = range(len(grids))
    roster = {
        "网格编码": grids["grid_code"],
        "姓名": [f"{'甲乙丙丁戊己庚辛壬癸'[at % 10]}某某" for at in serials],
        "电话": [f"1390000{at:04d}" for at in serials],
        "专兼职": ["专职" if at % 5 else "兼职" for at in serials],
    }
    pd.DataFrame(roster).to_csv(path, index=False)


def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        division, (grids, _) = partition_files(SAMPLE, folder / "out")
        write_roster(division.grids, folder / "workers.csv")
        beneath = Beneath(SAMPLE)
        for name, community in (("map-community", COMMUNITY), ("map-county", None)):
            out = folder / f"{name}.pdf"
            map_file(grids, out, community=community, beneath=beneath, date="2026-03-01")
            as_png(out, f"{name}.png", width_px=900)
        for name, per, community in (
            ("notice-community", "community", COMMUNITY),
            ("notice-grid", "grid", TOGETHER),
        ):
            printed = notice_files(
                grids,
                folder / name,
                folder / "workers.csv",
                beneath=beneath,
                per=per,
                communities=(community,),
                formats=("pdf",),
                hotline="0813-0000000",
                date="2026年3月1日",
            )
            plain = printed.written[0].replace(folder / f"{name}.pdf")
            as_png(plain, f"{name}.png", width_px=640)


if __name__ == "__main__":
    main()
