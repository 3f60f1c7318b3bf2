"""Pictures of sizes: a histogram of households, and a strip of dots for each community."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from gridtool.geom import Ints
from gridtool.legend import Class
from gridtool.messages import Lang
from gridtool.rules import BASE, Rules

_BIN: Final = 25
_LINES: Final = 5
_WIDTH, _HEIGHT = 1200.0, 280.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 12.0, 34.0, 38.0
_STRIP, _STRIP_HEIGHT = 190.0, 22.0
_MOST: Final = 1000
"""Households that the scales reach at most; larger grids stand at the end."""

_WORDS: Final = {
    "zh": ("基础网格按户数的分布", "户数", "网格数", "{low}–{high} 户：{count} 格", "第八条"),
    "en": (
        "base grids by households",
        "households",
        "grids",
        "{low}–{high} households: {count} grids",
        "Art. 8",
    ),
}


def histogram_svg(grids: pd.DataFrame, classes: Sequence[Class], rules: Rules, lang: Lang) -> str:
    """Draw how many base grids have how many households, by the rule their size follows.

    Parameters
    ----------
    grids : DataFrame
        ``grid_kind``, ``households``, ``size_rule``.
    classes : sequence of Class
        Of ``size_rule``.
    rules : Rules
        Its window is shaded.
    lang : ``zh`` or ``en``
    """
    base = grids[grids["grid_kind"] == BASE]
    sizes = base["households"].clip(upper=_MOST - 1).to_numpy(dtype=np.int64)
    last = max(int(sizes.max(initial=0)), rules.max_households + 2 * _BIN) // _BIN + 1
    counts = {
        item.value: np.bincount(
            sizes[(base["size_rule"] == item.value).to_numpy()] // _BIN, minlength=last
        )
        for item in classes
    }
    most = max(1, int(np.sum(list(counts.values()), axis=0).max(initial=0)))
    title, across, up, bar, article = _WORDS[lang]
    scale = _Scale(last * _BIN, most)
    low, high = scale.x(rules.min_households), scale.x(rules.max_households)
    parts = [
        f'<rect class="window" x="{low:.1f}" y="{_TOP}" width="{high - low:.1f}"'
        f' height="{_HEIGHT - _TOP - _BOTTOM}"/>',
        f'<text class="window-label" x="{(low + high) / 2:.1f}" y="{_TOP - 8}">'
        f"{rules.min_households}–{rules.max_households} · {article}</text>",
        *_axes(scale, across, up),
        *_bars(counts, classes, scale, bar),
    ]
    return (
        f'<svg class="histogram" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img"'
        f' aria-label="{title}">{"".join(parts)}</svg>'
    )


class _Scale:
    """From households and counts to places in the picture."""

    step: int
    most: int

    def __init__(self, widest: int, most: int) -> None:
        self.widest = widest
        power = 10 ** (len(str(most)) - 1)
        sizes = (power // 5, power // 2, power, 2 * power, 5 * power)
        self.step = next(size for size in sizes if size > 0 and most / size <= _LINES)
        self.most = -(-most // self.step) * self.step

    def x(self, households: float) -> float:
        """Return the place of a number of households."""
        return _LEFT + households / self.widest * (_WIDTH - _LEFT - _RIGHT)

    def y(self, count: float) -> float:
        """Return the height of a number of grids."""
        return _HEIGHT - _BOTTOM - count / self.most * (_HEIGHT - _TOP - _BOTTOM)


def _axes(scale: _Scale, across: str, up: str) -> Iterator[str]:
    """Draw both axes, their lines and numbers."""
    for count in range(0, scale.most + 1, scale.step):
        y = scale.y(count)
        yield f'<path class="rule" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>'
        yield f'<text class="tick up" x="{_LEFT - 7}" y="{y + 4:.1f}">{count}</text>'
    for households in range(0, scale.widest + 1, 100):
        x = scale.x(households)
        more = "+" if households >= _MOST else ""
        y = _HEIGHT - _BOTTOM + 17
        yield f'<text class="tick" x="{x:.1f}" y="{y}">{households}{more}</text>'
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield f'<text class="axis" x="{middle:.1f}" y="{_HEIGHT - 4}">{across}</text>'
    yield f'<text class="axis up" x="{_LEFT - 7}" y="{_TOP - 18}">{up}</text>'


def _bars(
    counts: Mapping[str, Ints], classes: Sequence[Class], scale: _Scale, words: str
) -> Iterator[str]:
    """Draw a bar for each bin, one rule upon the other."""
    heights = np.zeros(scale.widest // _BIN, dtype=np.int64)
    for item in classes:
        for at in np.flatnonzero(counts[item.value]):
            count = int(counts[item.value][at])
            low = int(at) * _BIN
            bottom, top = scale.y(int(heights[at])), scale.y(int(heights[at]) + count)
            x = scale.x(low) + 1
            wide = scale.x(_BIN) - scale.x(0) - 2
            said = words.format(low=low, high=low + _BIN - 1, count=count)
            yield (
                f'<rect class="bar" fill="{item.hex[:7]}" x="{x:.1f}" y="{top:.1f}"'
                f' width="{wide:.1f}" height="{bottom - top:.1f}"><title>{said}</title></rect>'
            )
            heights[at] += count


def strip_svg(sizes: Sequence[int], colours: Sequence[str], rules: Rules) -> str:
    """Draw the base grids of one community as dots on a line, the window behind them.

    Parameters
    ----------
    sizes : sequence of int
        Households.
    colours : sequence of str
        Of each.
    rules : Rules
    """
    widest = 2 * rules.max_households - rules.min_households + 100
    scale = (_STRIP - 10) / widest

    def place(households: float) -> float:
        return 5 + min(households, widest) * scale

    low, high = place(rules.min_households), place(rules.max_households)
    middle = _STRIP_HEIGHT / 2
    dots = "".join(
        f'<circle cx="{place(size):.1f}" cy="{middle}" r="4" fill="{colour}"/>'
        for size, colour in zip(sizes, colours, strict=True)
    )
    return (
        f'<svg class="strip" viewBox="0 0 {_STRIP:.0f} {_STRIP_HEIGHT:.0f}" aria-hidden="true">'
        f'<rect class="window" x="{low:.1f}" y="1" width="{high - low:.1f}"'
        f' height="{_STRIP_HEIGHT - 2}"/><path class="rule" d="M5 {middle}H{_STRIP - 5}"/>'
        f"{dots}</svg>"
    )
