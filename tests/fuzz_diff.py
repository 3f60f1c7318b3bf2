"""Revisions with known truth, without end: every group exact, none false, and back again.

    python tests/fuzz_diff.py [SCENARIOS] [EDITS] [SEED]

A scenario is a county of 144 grids with each kind of change once, redrawn borders, and noise of
files, programs and people; a random edit is a small county with a few changes, applied and taken
back. The same seed gives the same revisions.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from comparing import Truth, assert_again, assert_sound, compare, kinds_of
from revisions import EDITS, NOISE, Scenario, scenario

from gridtool.diff import Diff

DEFAULTS = (24, 1000, 0)
SMALL = [name for name in EDITS if name not in ("create", "retire")]


def noisy(seed: int) -> tuple[Scenario, list[str]]:
    """Return a scenario with some kinds of noise, and which."""
    made = scenario(seed)
    rng = np.random.default_rng([seed, 2])
    kinds = [name for name in NOISE if rng.random() < 0.4]
    for name in kinds:
        made.new = NOISE[name](made.new, rng)
    return made, kinds


def verdict(found: Diff, truth: Truth) -> tuple[Truth, Truth]:
    """Return the groups that were missed or taken for another kind, and the false ones."""
    told = kinds_of(found)
    missed = {key: kind for key, kind in truth.items() if told.get(key) != kind}
    return missed, {key: kind for key, kind in told.items() if key not in truth}


def edited(seed: int) -> Scenario:
    """Return a small county with one to four edits drawn at random."""
    rng = np.random.default_rng([seed, 3])
    edits = rng.choice(SMALL, size=int(rng.integers(1, 5)), replace=False).tolist()
    return scenario(seed, size=6, edits=edits, per_cell=8, redraw=int(rng.integers(0, 12)))


def there_and_back(seed: int) -> None:
    """Apply and take back one random edit; hold its truth."""
    made = edited(seed)
    found = compare(made.old, made.new, made.buildings)
    assert verdict(found, made.truth) == ({}, {}), seed
    assert_sound(found)


def _scenarios(count: int, first: int) -> Iterator[str]:
    """Run scenarios, and say what went wrong with each."""
    for seed in range(first, first + count):
        made, kinds = noisy(seed)
        found = compare(made.old, made.new, made.buildings)
        missed, false = verdict(found, made.truth)
        again = True
        try:
            assert_sound(found)
            assert_again(found)
        except AssertionError:
            again = False
        strict = found.invariants[0].value["result"]["strict"]
        if missed or false or not again or not strict:
            yield f"{seed} {kinds} missed {missed} false {false} again {again} strict {strict}"


def main() -> None:
    """Run both, and count."""
    given = [int(word) for word in sys.argv[1:]]
    scenarios, edits, seed = (*given, *DEFAULTS[len(given) :])
    wrong = list(_scenarios(scenarios, seed))
    for line in wrong:
        print(line)
    print(f"{scenarios} scenarios, {len(wrong)} to look at")
    for number in range(seed, seed + edits):
        there_and_back(number)
        if number % 100 == 99:
            print(f"{number + 1 - seed} edits there and back", flush=True)


if __name__ == "__main__":
    main()
