"""Open grids.gpkg in QGIS without a window and draw what it shows.

Run with the Python that has QGIS (Debian: ``apt-get install qgis python3-qgis python3-pil``)::

    QT_QPA_PLATFORM=offscreen /usr/bin/python3 docs/qgis_picture.py out/grids.gpkg docs/img/qgis.png

Nothing is styled here: the file brings its styles, and QGIS finds them by itself.
"""

from __future__ import annotations

import os
import sys

from PIL import Image
from qgis.core import (
    QgsApplication,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

ORDER = ("findings", "grids", "units", "buildings")
SIZE = (1000, 640)
DPI = 88
TOWNS = "\"town_code\" IN ('510302001', '510302002')"


def opened(path: str) -> list[QgsVectorLayer]:
    """Return the layers of the file, the topmost first, each with the style it brings."""
    layers = []
    for name in ORDER:
        layer = QgsVectorLayer(f"{path}|layername={name}", name)
        if not layer.isValid():
            raise SystemExit(f"{path}: {name} cannot be opened")
        print(name, layer.renderer().type(), layer.featureCount(), layer.crs().authid())
        layers.append(layer)
    return layers


def draw(layers: list[QgsVectorLayer], out: str) -> None:
    """Draw the urban communities."""
    grids = layers[ORDER.index("grids")]
    extent = QgsRectangle()
    for grid in grids.getFeatures(TOWNS):
        extent.combineExtentWith(grid.geometry().boundingBox())
    extent.scale(1.03)
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setExtent(extent)
    settings.setOutputSize(QSize(*SIZE))
    settings.setOutputDpi(DPI)
    settings.setDestinationCrs(grids.crs())
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(out)
    # a palette keeps the picture small
    image = Image.open(out).convert("RGB")
    image.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        out, optimize=True
    )


def main() -> None:
    """Open the file and draw it."""
    path, out = sys.argv[1:3]
    application = QgsApplication([], False)
    application.initQgis()
    layers = opened(path)
    QgsProject.instance().addMapLayers(layers)
    draw(layers, out)
    print(out, os.path.getsize(out) // 1024, "KB")  # noqa: PTH202
    # QGIS does not always take its leave well
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
