"""The simulated year in small: what is promised always holds, and the goals of the issue are met by the numbers."""

from __future__ import annotations

from bot.rules.thresholds import DEFAULTS
from tests.simulation.chances import FIRST, SECOND
from tests.simulation.figures import GOALS, lines, measure
from tests.simulation.year import CLASSES, Kind, draw


def test_three_unexcused_days_in_a_row_always_have_a_case_by_then() -> None:
    for chances in (FIRST, SECOND):
        figures = measure(chances, range(2), pupils=120)
        assert figures.three_in_a_row > 20
        assert figures.three_late == 0
        assert figures.found[Kind.LEAVING] == figures.of_kind[Kind.LEAVING] > 0


def test_the_goals_are_met_where_the_numbers_are_reported() -> None:
    figures = measure(SECOND, range(41, 43))
    assert figures.unmet() == [], "\n".join(lines(figures, SECOND.name))
    assert set(figures.measured) == set(GOALS)


def test_another_number_finds_others() -> None:
    """The figures speak of the rules, not of the generator: a rule that asks for more finds fewer."""
    usual = measure(FIRST, [7], pupils=200)
    stricter = measure(FIRST, [7], {**DEFAULTS, "R2.days": 6, "R3.spells": 5, "R3.days": 8}, pupils=200)
    assert stricter.soon < usual.soon
    assert stricter.three_late > 0


def test_the_same_seed_is_the_same_year() -> None:
    one, other = (list(draw(FIRST, 3, pupils=40, weeks=6).series()) for _ in range(2))
    assert [series for _, series in one] == [series for _, series in other]
    assert {child.class_name for child, _ in one} == set(CLASSES)
