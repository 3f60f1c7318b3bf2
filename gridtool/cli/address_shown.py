"""What ``gridtool address`` shows on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from gridtool.addresses.places import LEVELS
from gridtool.addresses.words import (
    NOTE_WORDS,
    VERDICT_WORDS,
    WAY_WORDS,
    said,
)
from gridtool.cli.code_options import padded
from gridtool.messages import CATALOGUE, INFO, Lang
from gridtool.rules import BASE, DEDICATED

if TYPE_CHECKING:
    from gridtool.addresses import Checked
    from gridtool.pipeline import Answer, Parsed

_COMMUNITIES = 20
_WORDS = {
    "zh": {
        "verdict": "结论",
        "way": "依据",
        "rows": "行数",
        "share": "占比",
        "community": "社区（村）",
        "unknown": "不明",
        "in all": "合计",
        "written": "已写出",
        "more": "其余 {count} 个社区（村）见 summary.json",
        "grid": "网格",
        "candidate": "候选",
        "normal form": "规范地址",
        "map": "地图",
        "notes": "说明",
        "QGIS": "QGIS 坐标框",
    },
    "en": {"more": "{count} more communities in summary.json", "QGIS": "QGIS coordinate box"},
}
_FACTS = {
    "grid_kind": ("类型", "kind"),
    "households": ("户数", "households"),
    "persons": ("人口", "persons"),
    "buildings": ("楼栋数", "buildings"),
    "area_m2": ("面积（平方米）", "area, m²"),
    "bounds_text": ("四至", "bounds"),
    "included_units": ("包含", "includes"),
}
_PARTS = {
    "province": ("省", "province"),
    "city": ("市", "city"),
    "county": ("县（区）", "county"),
    "town": ("乡镇（街道）", "town"),
    "community": ("社区（村）", "community"),
    "unknown": ("不认识的地名", "unknown place"),
    "group": ("组", "group"),
    "road": ("街路巷", "road"),
    "number": ("门牌号", "number"),
    "sub": ("附号", "sub-number"),
    "compound": ("小区", "compound"),
    "building": ("楼栋", "building"),
    "unit": ("单元", "unit"),
    "floor": ("层", "floor"),
    "room": ("室", "room"),
    "rest": ("未解析", "not read"),
    "notes": ("括注", "in brackets"),
}


def print_checked(checked: Checked, lang: Lang, *, verbose: bool) -> None:
    """Print verdicts and communities, the findings and the files, on stdout."""
    summary = checked.summary
    rows = max(summary["rows"], 1)
    _row(_word(lang, "verdict"), _word(lang, "rows"), _word(lang, "share"))
    for verdict, count in summary["verdicts"].items():
        if count:
            _row(said(VERDICT_WORDS, verdict, lang), f"{count:,}", f"{count / rows:.1%}")
    _row(_word(lang, "in all"), f"{summary['rows']:,}", "")
    _print_communities(summary["communities"], lang, verbose=verbose)
    if checked.findings:
        typer.echo()
    for item in checked.findings:
        message = CATALOGUE[item.code]
        values = {"layer": item.layer, **item.values}
        mark = "·" if message.severity == INFO else "!"
        shown = f"[{', '.join(map(str, item.where))}]" if item.where else ""
        text = f"{message.what(lang, **values)} · {message.mend(lang, **values)}"
        typer.echo(f"{mark} {item.code} {item.layer}{shown}: {text}")
    typer.echo()
    for path in checked.written:
        typer.echo(f"{_word(lang, 'written')} {path}")


def _print_communities(rows: list[dict[str, Any]], lang: Lang, *, verbose: bool) -> None:
    """Print the verdicts by community, those with most to look at first."""
    if len(rows) < 2 and not verbose:
        return
    typer.echo()
    ordered = sorted(rows, key=lambda row: row["verdicts"].get("ok", 0) - row["rows"])
    for row in ordered if verbose else ordered[:_COMMUNITIES]:
        label = " ".join(item for item in (row["code"], row["name"]) if item)
        told = [
            f"{said(VERDICT_WORDS, verdict, lang)} {count:,}"
            for verdict, count in row["verdicts"].items()
        ]
        typer.echo(f"{padded(label or _word(lang, 'unknown'), 32)}  {' · '.join(told)}")
    if not verbose and len(rows) > _COMMUNITIES:
        typer.echo(_word(lang, "more").format(count=len(rows) - _COMMUNITIES))


def print_answer(answer: Answer, lang: Lang) -> None:
    """Print what is known of one address."""
    verdict = said(VERDICT_WORDS, answer.verdict, lang)
    way = said(WAY_WORDS, answer.way, lang)
    typer.echo(f"{answer.text}  [{verdict}]")
    _line(_word(lang, "normal form"), answer.normal_form)
    sure = answer.verdict == "ok"
    for grid in answer.grids:
        label = _word(lang, "grid" if sure else "candidate")
        _line(label, f"{grid['code']} {grid['name']}")
    if sure:
        (grid,) = answer.grids
        _line(_word(lang, "community"), f"{grid['community_code']} {grid['community_name']}")
        for key, names in _FACTS.items():
            if (value := grid.get(key)) not in (None, ""):
                shown = f"{value:,.0f}" if isinstance(value, (int, float)) else _said(value, lang)
                _line(names[lang == "en"], shown)
    _line(_word(lang, "way"), f"{way} ({answer.confidence:.2f})")
    if answer.notes:
        _line(
            _word(lang, "notes"), "; ".join(said(NOTE_WORDS, note, lang) for note in answer.notes)
        )
    if answer.lonlat is not None:
        lon, lat = answer.lonlat
        _line(_word(lang, "map"), map_link(answer.lonlat))
        _line(_word(lang, "QGIS"), f"{lon},{lat}")
    typer.echo()


def _said(value: object, lang: Lang) -> str:
    """Return a fact as text, the kind of a grid in words."""
    kinds = {BASE: "基础网格", DEDICATED: "专属网格"} if lang == "zh" else {}
    return kinds.get(str(value), str(value))


def answer_as_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain JSON types."""
    return {
        "text": answer.text,
        "normal_form": answer.normal_form,
        "verdict": answer.verdict,
        "way": answer.way,
        "confidence": answer.confidence,
        "grids": answer.grids,
        "map": None if answer.lonlat is None else map_link(answer.lonlat),
        "notes": answer.notes,
    }


def map_link(lonlat: tuple[float, float]) -> str:
    """Return a place as a link that maps open. Source: RFC 5870; WGS 84, latitude first."""
    lon, lat = lonlat
    return f"geo:{lat:.6f},{lon:.6f}"


def print_parsed(item: Parsed, lang: Lang) -> None:
    """Print the parts of an address."""
    typer.echo(item.text)
    for key, value in parsed_as_json(item)["parts"].items():
        _line(_PARTS[key][lang == "en"], value)
    _line(_word(lang, "normal form"), item.normal_form)
    typer.echo()


def parsed_as_json(item: Parsed) -> dict[str, Any]:
    """Return the parts of an address as plain JSON types, those that are told."""
    address = item.address
    named = {"unknown": address.area.foreign + address.area.unknown, "notes": address.notes}
    parts = {**item.area, **address.parts._asdict(), **named}
    if address.town:
        parts["town"] = address.town
    order = [*LEVELS.values(), "unknown", *address.parts._fields, "notes"]
    return {
        "text": item.text,
        "codes": list(address.area.codes),
        "parts": {key: parts[key] for key in order if parts.get(key)},
        "normal_form": item.normal_form,
    }


def _word(lang: Lang, key: str) -> str:
    """Return a word of the output; the key itself is the English one."""
    return _WORDS[lang].get(key, key)


def _row(name: str, count: str, share: str) -> None:
    """Print a row of the table of verdicts."""
    typer.echo(f"{padded(name, 26)}{_right(count, 12)}{_right(share, 10)}")


def _right(text: str, width: int) -> str:
    """Return text moved to the right end of its column."""
    return " " * (len(padded(text, width)) - len(text)) + text


def _line(label: str, text: str) -> None:
    """Print a labelled line, nothing without text."""
    if text:
        typer.echo(f"  {padded(label, 20)} {text}")
