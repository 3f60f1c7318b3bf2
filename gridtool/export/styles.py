"""Map styles of the output layers, as QML for QGIS 3.22 and newer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from gridtool.columns import DIFF_LAYERS, OUTPUT_LAYERS
from gridtool.legend import HOUSEHOLDS, SEVERITIES, Class, size_rules
from gridtool.messages import Lang
from gridtool.rules import DEDICATED

_CHANGES: Final = (
    Class("", "0,0,0,0", "未变", "unchanged"),
    Class("split_off", "230,150,60,110", "划出", "split off"),
    Class("breakdown", "230,150,60,160", "拆分", "broken up"),
    Class("take_over", "80,135,200,110", "并入", "taken over"),
    Class("merger", "80,135,200,160", "合并", "merged"),
    Class("transfer", "150,115,190,110", "边界调整", "boundary moved"),
    Class("redistribution", "150,115,190,165", "重新划分", "redistributed"),
    Class("create", "80,165,140,130", "新设", "created"),
    Class("recode", "190,175,90,110", "编码变更", "recoded"),
    Class("parent", "190,175,90,150", "隶属变更", "moved to another community"),
    Class("dedicated_on", "190,175,90,180", "改为专属网格", "made dedicated"),
    Class("dedicated_off", "190,175,90,130", "改为基础网格", "no longer dedicated"),
    Class("rename", "190,175,90,80", "更名", "renamed"),
    Class("redraw", "150,160,170,90", "界线修绘", "redrawn"),
    Class("code_swap", "200,40,55,170", "编码错位", "codes swapped"),
)
_STYLED: Final = {**OUTPUT_LAYERS, **DIFF_LAYERS}
_MOVED: Final = "214,84,30"

_INK: Final = "44,58,71,255"
_FONTS: Final = (
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "WenQuanYi Micro Hei",
)
_GRID_TIPS: Final = {
    "zh": '<b>[% "grid_full_name" %]</b> [% "grid_code" %]<br>[% "households" %] 户 · '
    '[% "persons" %] 人 · [% "buildings" %] 栋<br>[% "bounds_text" %]',
    "en": '<b>[% "grid_full_name" %]</b> [% "grid_code" %]<br>[% "households" %] households · '
    '[% "persons" %] persons · [% "buildings" %] buildings<br>[% "bounds_text" %]',
}
_SYMBOLS: Final = {"polygon": "fill", "line": "line", "point": "marker"}
_GEOMETRY_TYPES: Final = {"polygon": "Polygon", "line": "Line", "point": "Point"}


def style_name(layer: str, lang: Lang) -> str:
    """Return the name of a layer's style in QGIS."""
    return _STYLED[layer].zh if lang == "zh" else layer


def layer_style(layer: str, shapes: Sequence[str], lang: Lang, *, rules: Mapping[str, int]) -> str:
    """Return the QML of a layer.

    Parameters
    ----------
    layer : str
        Key of `gridtool.columns.OUTPUT_LAYERS` or `DIFF_LAYERS`.
    shapes : sequence of str
        ``polygon``, ``line``, ``point`` as found in the layer, the most frequent first.
    lang : ``zh`` or ``en``
        Of the legend and labels.
    rules : mapping
        Fields of `gridtool.rules.Rules`, named in the legend.

    Returns
    -------
    str
        An XML document.
    """
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling|Fields|MapTips")
    shape = shapes[0] if shapes else "polygon"
    if layer == "grids":
        _categorised(root, "size_rule", size_rules(rules), lang)
        # a dedicated grid is known by its name; its few households would only mislead
        households = f"'\\n' || \"households\" || {_unit(lang)}"
        _label(root, f"\"grid_name\" || if(\"grid_kind\" = '{DEDICATED}', '', {households})")
        ET.SubElement(root, "mapTip").text = _GRID_TIPS[lang]
        ET.SubElement(root, "previewExpression").text = '"grid_full_name"'
    elif layer == "units":
        _single(root)
    elif layer == "buildings":
        _graduated(root, "households", HOUSEHOLDS, shape, lang)
    elif layer in DIFF_LAYERS:
        _changed(root, layer, lang)
    else:
        _ruled(root, "severity", SEVERITIES, shapes or ("polygon",), lang)
    if lang == "zh":
        _aliases(root, layer)
    ET.indent(root)
    return "<!DOCTYPE qgis>\n" + ET.tostring(root, encoding="unicode") + "\n"


def _unit(lang: Lang) -> str:
    """Return the word for households as a literal of a QGIS expression."""
    return "'户'" if lang == "zh" else "' households'"


def _renderer(root: ET.Element, kind: str, **attributes: str) -> tuple[ET.Element, ET.Element]:
    """Add a renderer and its list of symbols."""
    plain = {"type": kind, "symbollevels": "0", "enableorderby": "0", "forceraster": "0"}
    renderer = ET.SubElement(root, "renderer-v2", {**plain, **attributes})
    return renderer, ET.SubElement(renderer, "symbols")


def _symbol(symbols: ET.Element, kind: str, *layers: tuple[str, Mapping[str, str]]) -> ET.Element:
    """Add a symbol of one or more symbol layers; its name is its number."""
    symbol = ET.SubElement(
        symbols,
        "symbol",
        type=kind,
        name=str(len(symbols)),
        alpha="1",
        clip_to_extent="1",
        force_rhr="0",
    )
    for name, options in layers:
        layer = ET.SubElement(symbol, "layer", {"class": name, "enabled": "1", "pass": "0"})
        table = ET.SubElement(layer, "Option", type="Map")
        for key, value in options.items():
            ET.SubElement(table, "Option", name=key, type="QString", value=value)
    return symbol


def _fill(colour: str | None, outline: str, width: float) -> tuple[str, dict[str, str]]:
    """Return a symbol layer for polygons; without colour it is hollow."""
    return "SimpleFill", {
        "color": colour or "0,0,0,0",
        "style": "solid" if colour else "no",
        "outline_color": outline,
        "outline_style": "solid",
        "outline_width": str(width),
        "outline_width_unit": "MM",
        "joinstyle": "round",
    }


def _line(colour: str, width: float) -> tuple[str, dict[str, str]]:
    """Return a symbol layer for lines."""
    return "SimpleLine", {
        "line_color": colour,
        "line_width": str(width),
        "line_width_unit": "MM",
        "capstyle": "round",
        "joinstyle": "round",
    }


def _dot(colour: str, size: float) -> tuple[str, dict[str, str]]:
    """Return a symbol layer for points."""
    return "SimpleMarker", {
        "name": "circle",
        "color": colour,
        "size": str(size),
        "size_unit": "MM",
        "outline_color": "255,255,255,255",
        "outline_width": "0.3",
        "outline_width_unit": "MM",
    }


def _categorised(root: ET.Element, column: str, classes: Sequence[Class], lang: Lang) -> None:
    """Add a renderer with one fill for each value."""
    renderer, symbols = _renderer(root, "categorizedSymbol", attr=column)
    categories = ET.SubElement(renderer, "categories")
    for number, item in enumerate(classes):
        _symbol(symbols, "fill", _fill(item.colour, _INK, 0.5))
        ET.SubElement(
            categories,
            "category",
            value=item.value,
            symbol=str(number),
            label=item.label(lang),
            render="true",
        )


def _single(root: ET.Element) -> None:
    """Add a renderer of thin grey outlines."""
    _, symbols = _renderer(root, "singleSymbol")
    _symbol(symbols, "fill", _fill(None, "150,155,160,255", 0.12))


def _changed(root: ET.Element, layer: str, lang: Lang) -> None:
    """Add what a layer of a diff is drawn with: after filled by kind, before in dashes."""
    if layer == "after":
        _categorised(root, "type", _CHANGES, lang)
        _label(root, f"if(\"group_id\" is null, '', \"grid_code\" || '\\n' || {_count(lang)})")
        return
    _, symbols = _renderer(root, "singleSymbol")
    if layer == "before":
        dashed = {"line_style": "dash", "use_custom_dash": "0"}
        name, options = _line(_INK, 0.6)
        _symbol(symbols, "fill", (name, {**options, **dashed}))
    elif layer == "moved_ground":
        _symbol(symbols, "fill", _fill(f"{_MOVED},90", f"{_MOVED},255", 0.4))
        _label(root, f"{_count(lang)} || ' → ' || right(\"new_code\", 6)")
    else:
        _symbol(symbols, "marker", _dot(f"{_MOVED},255", 2.2))


def _count(lang: Lang) -> str:
    """Return the expression of a count of households with its unit."""
    return f'"households" || {_unit(lang)}'


def _graduated(
    root: ET.Element, column: str, classes: Sequence[Class], shape: str, lang: Lang
) -> None:
    """Add a renderer with one colour for each range ``low:high``."""
    renderer, symbols = _renderer(
        root, "graduatedSymbol", attr=column, graduatedMethod="GraduatedColor"
    )
    ranges = ET.SubElement(renderer, "ranges")
    for number, item in enumerate(classes):
        if shape == "point":
            _symbol(symbols, "marker", _dot(item.colour, 2.0))
        else:
            _symbol(symbols, "fill", _fill(item.colour, "110,116,122,255", 0.1))
        lower, upper = item.value.split(":")
        ET.SubElement(
            ranges,
            "range",
            lower=lower,
            upper=upper,
            symbol=str(number),
            label=item.label(lang),
            render="true",
        )


def _ruled(
    root: ET.Element, column: str, classes: Sequence[Class], shapes: Sequence[str], lang: Lang
) -> None:
    """Add a renderer with one rule for each value and shape.

    QGIS opens a layer of mixed shapes as one layer for each, all with the same style: a rule
    draws only the shape its symbol is for.
    """
    renderer, symbols = _renderer(root, "RuleRenderer")
    rules = ET.SubElement(renderer, "rules", key="{root}")
    for shape in shapes:
        for item in classes:
            number = str(len(symbols))
            _symbol(symbols, _SYMBOLS[shape], *_finding_symbol(shape, item.colour))
            condition = f"\"{column}\" = '{item.value}'"
            if len(shapes) > 1:
                condition += f" AND geometry_type($geometry) = '{_GEOMETRY_TYPES[shape]}'"
            ET.SubElement(
                rules,
                "rule",
                key=f"{{{shape}-{item.value}}}",
                symbol=number,
                filter=condition,
                label=item.label(lang),
            )


def _finding_symbol(shape: str, colour: str) -> list[tuple[str, Mapping[str, str]]]:
    """Return the symbol layers of a finding."""
    if shape == "polygon":
        return [_fill(f"{colour},60", f"{colour},255", 0.7)]
    if shape == "line":
        return [_line(f"{colour},255", 0.9)]
    return [_dot(f"{colour},255", 3.0)]


def _label(root: ET.Element, expression: str) -> None:
    """Add labels with a white halo, centred inside the polygon."""
    labeling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    style = ET.SubElement(
        settings,
        "text-style",
        fieldName=expression,
        isExpression="1",
        fontFamily=_FONTS[0],
        fontSize="9",
        fontSizeUnit="Point",
        fontWeight="63",
        textColor=_INK,
        textOpacity="1",
        multilineHeight="1",
    )
    families = ET.SubElement(style, "families")
    for font in _FONTS[1:]:
        ET.SubElement(families, "family", name=font)
    ET.SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor="255,255,255,255",
        bufferOpacity="0.85",
        bufferJoinStyle="128",
        bufferNoFill="1",
    )
    ET.SubElement(settings, "text-format", multilineAlign="1", wrapChar="")
    ET.SubElement(
        settings, "placement", placement="4", centroidInside="1", polygonPlacementFlags="2"
    )
    ET.SubElement(settings, "rendering", drawLabels="1", obstacle="1", obstacleType="1")
    ET.SubElement(root, "layerOpacity").text = "1"


def _aliases(root: ET.Element, layer: str) -> None:
    """Add the Chinese names of the columns, as the attribute table shows them."""
    aliases = ET.SubElement(root, "aliases")
    # field 0 is the row number that every GeoPackage layer has
    for number, column in enumerate(_STYLED[layer].columns, start=1):
        ET.SubElement(aliases, "alias", index=str(number), field=column.key, name=column.zh)
