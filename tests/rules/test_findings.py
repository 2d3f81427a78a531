"""What the rules find in a series written as signs: `.` there, `K` without leave, `?` nobody knows, `P` family matters
with leave, `I` ill, `-` not reported, `x` closed; a space is a weekend."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import series
from bot.rules.findings import Finding, evaluate
from bot.rules.replay import replay
from bot.rules.series import SchoolDay
from bot.rules.thresholds import DEFAULTS, Thresholds
from storage.attendance import Reason

MONDAY = date(2024, 1, 8)
REASONS = {"K": Reason.FIELDS, "?": Reason.UNKNOWN, "P": Reason.FAMILY, "I": Reason.ILL}
SIGNS = st.lists(st.sampled_from("....KKK?PI-x"), min_size=1, max_size=90).map("".join)


def days(signs: str) -> list[SchoolDay]:
    """A series with one sign a calendar day; what was not reported, closed or a weekend is not in it."""
    return [
        SchoolDay(
            MONDAY + timedelta(days=n),
            missed=int(sign in REASONS),
            is_excused=sign in "PI",
            reason=REASONS.get(sign, ""),
        )
        for n, sign in enumerate(signs)
        if sign not in "-x "
    ]


def rules(signs: str, **numbers: int) -> list[str]:
    """The rules that hold at the end."""
    changed: Thresholds = {**DEFAULTS, **{key.replace("_", ".", 1): value for key, value in numbers.items()}}
    return [one.rule for one in evaluate(days(signs), changed)]


def found(signs: str, rule: str) -> Finding:
    return next(one for one in evaluate(days(signs), DEFAULTS) if one.rule == rule)


@pytest.mark.parametrize(
    ("signs", "wanted"),
    [
        # R0 and R1: the day itself, two in a row
        (".", []),
        ("K", []),
        ("?", ["R0"]),
        (".?.", []),
        ("KK", ["R1"]),
        ("K?", ["R0", "R1"]),
        ("KP", []),
        ("PK", []),
        ("II", []),
        ("IIII", []),
        ("IIIII", ["R1.ill"]),
        ("IIIIP", []),
        # R2: three in a row of any reason, the last two not excused
        ("KKK", ["R1", "R2"]),
        ("PKK", ["R1", "R2"]),
        ("IK?", ["R0", "R1", "R2"]),
        ("KKI", ["R1"]),
        ("KPK", []),
        ("PPP", []),
        ("KK.K", []),
        ("K-KK", ["R1", "R2"]),  # a day that nobody reported neither breaks nor counts
        ("KxKK", ["R1", "R2"]),  # nor does a day without school
        ("K KK", ["R1", "R2"]),  # nor a weekend
        ("K-K", ["R1"]),
        ("K--?", ["R0", "R1"]),
        ("KKKP", ["R1", "R2"]),  # a note that comes later does not take it back
        ("KKK.", []),
        # R4: seven, fifteen
        ("K" * 6, ["R1", "R2"]),
        ("K" * 7, ["R1", "R2", "R4"]),
        ("K" * 14, ["R1", "R2", "R4"]),
        ("K" * 15, ["R1", "R2", "R4", "R4.dropout", "R6.first"]),
        ("PPPPPKK", ["R1", "R2", "R4"]),
        ("I" * 15, ["R1.ill", "R6.first"]),
        # R3: học giã gạo
        ("K.KK.K", ["R3"]),
        ("K.K.K", []),  # three days only
        ("KK.KK", ["R1"]),  # two spells only
        ("KK..KK..K", ["R3"]),
        ("K.K.K.K..", ["R3"]),  # there today
        ("P.I.P.I", []),  # all with leave
        ("P.I.K.I", []),
        ("P.K.K.I", ["R3"]),
        ("KKK.K.K.K", []),  # a run of three: R2 has spoken
        ("PPP.K.K.K", []),
        ("K" + "." * 19 + "KK.K", []),  # the first lies outside the last twenty days
        ("K" + "." * 15 + "KK.K", ["R3"]),
        ("KKK" + "." * 13 + "K.K.K.", []),  # the run reaches into the window: it was three
        ("K-K.-K.K", ["R3"]),
    ],
)
def test_what_holds_at_the_end_of_a_series(signs: str, wanted: list[str]) -> None:
    assert [rule for rule in rules(signs) if not rule.startswith("R5")] == wanted


@pytest.mark.parametrize(
    ("signs", "wanted"),
    [
        ("K" * 2 + "." * 18, []),  # twenty days: too early to speak of shares
        ("K.K" + "." * 18, []),
        ("PP." + "." * 17 + "P", ["R5.watch"]),  # 3 of 21, with leave: watched all the same
        ("PP.PP" + "." * 15 + "P", ["R5.watch", "R5.case"]),
        ("PP.PP" + "." * 15 + "." * 20, ["R5.watch"]),
    ],
)
def test_the_share_of_the_year_is_looked_at_after_twenty_days(signs: str, wanted: list[str]) -> None:
    assert [rule for rule in rules(signs) if rule.startswith("R5")] == wanted


def test_an_unreported_day_is_no_day_of_the_share() -> None:
    assert "R5.watch" not in rules("PPP" + "." * 17 + "-" * 20)
    assert "R5.watch" in rules("PPP" + "." * 18 + "-" * 20)


@pytest.mark.parametrize(("n", "wanted"), [(14, []), (15, ["R6.first"]), (30, ["R6.first", "R6.second"]), (44, 3)])
def test_the_meter_speaks_at_15_30_and_40_sessions(n: int, wanted: object) -> None:
    told = [rule for rule in rules("I." * n) if rule.startswith("R6")]
    assert told == wanted or len(told) == wanted
    assert found("I." * 30, "R6.second").facts == {"n": 30, "limit": 45, "left": 15}


def test_half_of_the_sessions_missed_is_a_day_missed() -> None:
    one_of_two = [SchoolDay(MONDAY + timedelta(days=n), sessions=2, missed=1) for n in range(3)]
    assert [one.rule for one in evaluate(one_of_two, DEFAULTS)] == ["R1", "R2"]
    one_of_three = [SchoolDay(MONDAY + timedelta(days=n), sessions=3, missed=1) for n in range(3)]
    assert evaluate(one_of_three, DEFAULTS) == []


def test_a_watched_day_asks_about_each_absence_without_leave() -> None:
    for signs, wanted in (("K", ["R7"]), ("?", ["R0", "R7"]), ("P", []), ("K.", [])):
        assert [one.rule for one in evaluate(days(signs), DEFAULTS, watched="after_tet")] == wanted


def test_a_finding_tells_its_days_as_words_need_them() -> None:
    assert found("K..K.  KK", "R3").facts == {
        "n": 4,
        "spells": 3,
        "weeks": 1,
        "weekdays": {"0": 2, "1": 1, "3": 1},
        "one_session": True,
        "days": ["2024-01-08", "2024-01-11", "2024-01-15", "2024-01-16"],
    }
    assert found(".KKK", "R2").since == MONDAY + timedelta(days=1)
    assert found(".KKK", "R2").facts["n"] == 3


@pytest.mark.parametrize("key", ["R1.days", "R2.days", "R4.days", "R4.dropout"])
def test_each_number_moves_the_rule_by_exactly_its_days(key: str) -> None:
    rule = key.removesuffix(".days")
    for least in (2, 3, 6):
        changed = {**DEFAULTS, key: least}
        assert rule not in [one.rule for one in evaluate(days("K" * (least - 1)), changed)]
        assert rule in [one.rule for one in evaluate(days("K" * least), changed)]


# Properties


@given(SIGNS)
def test_three_unexcused_days_in_a_row_are_always_found(signs: str) -> None:
    read = days(signs)
    last = read[-3:]
    assert (len(last) == 3 and all(one.is_unexcused for one in last)) <= ("R2" in rules(signs))


@given(SIGNS, st.integers(min_value=0, max_value=90))
def test_a_closed_or_unreported_day_changes_nothing_wherever_it_lies(signs: str, at: int) -> None:
    at = min(at, len(signs))
    for sign in "x-":
        with_gap = rules(signs[:at] + sign + signs[at:])
        assert with_gap == rules(signs)


@given(SIGNS)
def test_a_pupil_who_is_there_today_is_called_about_and_visited_for_no_run(signs: str) -> None:
    assert {"R0", "R1", "R1.ill", "R2", "R4", "R4.dropout"}.isdisjoint(rules(signs + "."))


@given(SIGNS)
def test_excused_days_alone_open_no_case_for_coming_and_going(signs: str) -> None:
    read = days(signs)[-20:]
    assert ("R3" in rules(signs)) <= (sum(one.is_unexcused for one in read) >= DEFAULTS["R3.not_excused"])


@given(SIGNS)
def test_what_is_found_depends_on_the_days_alone(signs: str) -> None:
    assert evaluate(days(signs), DEFAULTS) == evaluate(days(signs), DEFAULTS)
    assert all(one.since >= days(signs)[0].day for one in evaluate(days(signs), DEFAULTS))


@given(SIGNS)
def test_a_replay_finds_what_each_day_by_itself_would_find(signs: str) -> None:
    """The short cuts of the replay miss nothing, and each rule is told once from beginning to end."""
    read, before, wanted = days(signs), set[str](), set[tuple[str, date]]()
    for n in range(len(read)):
        holding = {one.rule for one in evaluate(read[: n + 1], DEFAULTS)}
        wanted |= {(rule, read[n].day) for rule in holding - before if rule != "R0" and not rule.startswith("R6")}
        before = holding
    hits = {(one.rule, one.on) for one in replay(read, DEFAULTS) if one.rule not in ("R0", "R9")}
    again = {(one.rule, one.on) for one in replay(read, DEFAULTS) if one.opens}
    assert {one for one in hits if not one[0].startswith("R6")} - again == wanted - again


@given(SIGNS)
def test_spells_and_shares_agree_with_the_days(signs: str) -> None:
    read = days(signs)
    assert sum(len(run) for run in series.runs(read)) == len(series.missed(read))
    assert not read or (series.last_run(read) == []) != (series.present_run(read) == [])


@pytest.mark.parametrize(
    ("signs", "wanted"),
    [
        ("KKK", [("R2", 3)]),
        ("KKK..KKK", [("R2", 3)]),  # the same file: it is open still
        ("KKK" + "." * 30 + "KK", [("R2", 3), ("R1", 35)]),  # closed after twenty days, and the same file again
        ("KKK" + "." * 90 + "KK", [("R2", 3)]),  # long after, two days are two days
        ("KKK" + "." * 90 + "KKK", [("R2", 3), ("R2", 96)]),
        ("K.K.KK", [("R3", 6)]),
        ("P" * 5 + "." * 16 + "." * 40, [("R5.case", 21)]),
    ],
)
def test_the_life_of_a_case_in_a_replay(signs: str, wanted: list[tuple[str, int]]) -> None:
    opened = [(one.rule, (one.on - MONDAY).days + 1) for one in replay(days(signs), DEFAULTS) if one.opens]
    assert opened == wanted
