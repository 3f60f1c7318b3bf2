"""The limits of Art. 8, counted by hand."""

from __future__ import annotations

import pytest

from gridtool.errors import SettingsError
from gridtool.rules import RULES, Rules


@pytest.mark.parametrize(
    ("households", "persons", "rule"),
    [
        (299, 800, "exception"),
        (300, 800, "in_range"),
        (500, 1300, "in_range"),
        (501, 1300, "exception"),
        (501, 1100, "about_1000"),
        (250, 900, "about_1000"),
        (250, 899, "exception"),
        (501, 1101, "exception"),
    ],
)
def test_the_size_of_an_urban_base_grid(households: int, persons: int, rule: str) -> None:
    assert RULES.size_rule("base", "community", households, persons) == rule


def test_villages_and_sites_have_no_number() -> None:
    assert RULES.size_rule("base", "village", 20, 50) == "village"
    assert RULES.size_rule("dedicated", "community", 0, 0) == "dedicated"


@pytest.mark.parametrize(
    ("households", "fits"),
    [(0, False), (299, False), (300, True), (500, True), (501, False), (599, False), (600, True),
     (1000, True), (1001, True), (100_000, True)],
)  # fmt: skip
def test_which_totals_some_number_of_grids_can_hold(households: int, fits: bool) -> None:
    assert RULES.count_fits(households) is fits


def test_a_narrow_window_leaves_more_gaps() -> None:
    narrow = Rules(min_households=400, max_households=450, target_households=420)
    assert [n for n in (400, 451, 799, 800, 900, 901, 1199, 1200) if narrow.count_fits(n)] == [
        400, 800, 900, 1200,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "window",
    [
        {"min_households": 0},
        {"min_households": 600},
        {"target_households": 200},
        {"max_households": 350},
    ],
)
def test_an_impossible_window_is_refused(window: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match="GT040 the household window is impossible"):
        Rules(**window)


def test_about_1000_must_not_reach_zero() -> None:
    with pytest.raises(SettingsError, match="persons-tolerance < persons"):
        Rules(persons=100, persons_tolerance=100)
