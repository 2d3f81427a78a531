"""Changing a number changes the list of tasks, what is sent, the digest, the case page and the exports alike: they all
read one function. Each number is changed in turn, and one history is lived under the old and the new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import VIETNAM
from bot.conversations import cases as case_words
from bot.conversations import reports
from bot.dialogue.conversation import Chat
from bot.i18n import Reader
from bot.reports import exports
from bot.reports.exports import Window
from bot.reports.tables import TABLES
from bot.rules import assignment, cases, early_warning, promises, reminders, thresholds, visits
from bot.rules.thresholds import NUMBERS
from bot.rules.visits import Findings
from bot.rules.work import Refused, Work
from storage.cases import Outcome
from storage.chat import Outbox
from storage.people import Person
from storage.scope import Scope
from storage.visits import Met, VisitReason
from tests.rules.test_early_warning import CHI, HOA, ROT, THU, at, case_of, commune, play, pupil, roll, school_day, tick
from tests.rules.test_early_warning import the_case as case
from tests.rules.test_visits import by
from tests.world import World

__all__ = ["commune"]

ROOT = Path(__file__).parents[2]
TASKS, SENT, DIGEST, PAGE, EXPORT, CARD = "tasks", "sent", "digest", "page", "export", "card"
History = Callable[[World], datetime]


# Where it is looked


def views(world: World, now: datetime) -> dict[str, Any]:
    """What stands where at an hour: five places that people read, and the pupil's card."""
    day = now.astimezone(VIETNAM).date()
    return {
        TASKS: [
            (name, task.kind, task.due)
            for name in (HOA, ROT, THU)
            for task in reminders.of_person(by(world, name, now), by(world, name, now).actor_id or 0)
            if task.kind.partition(".")[0] in ("cases", "alerts", "promises")
        ],
        SENT: [
            (person, kind)
            for person, kind in world.session.execute(
                select(Person.name, Outbox.kind).join(Person, Person.id == Outbox.person_id).order_by(Outbox.id)
            )
        ],
        DIGEST: reports.figures_of(chat(world, THU, now), day).text,
        PAGE: case_page(world, now),
        EXPORT: exported(world, now, "cases") + exported(world, now, "pupils"),
        CARD: [
            (one.rule, one.facts)
            for one in early_warning.standing(by(world, HOA, now), [pupil(world).id])[pupil(world).id].findings
        ]
        + [early_warning.standing(by(world, HOA, now), [pupil(world).id])[pupil(world).id].left],
    }


def chat(world: World, name: str, now: datetime) -> Chat:
    return Chat(by(world, name, now), Reader())


def case_page(world: World, now: datetime) -> list[str]:
    """/hoso: the list, and those who miss much."""
    page, watched = (case_words.opening(chat(world, THU, now), argument) for argument in ("", "much"))
    return [str(page), str(watched)]


def exported(world: World, now: datetime, name: str) -> list[object]:
    @contextmanager
    def machine() -> Iterator[Work]:
        day = now.astimezone(VIETNAM).date()
        yield Work(session=world.session, now=now, today=day, scope=Scope.everything())

    return [tuple(row) for part in exports.rows(machine, TABLES[name], Window()) for row in part]


# Histories


def absences(signs: str, start: date = date(2024, 3, 4)) -> History:
    """One sign a school day of em Chi."""

    def live(world: World) -> datetime:
        play(world, signs, start=start)
        return at(school_day(len(signs), start), 16, 0)

    return live


def accepted_and_not_visited(world: World) -> datetime:
    play(world, "KKK")
    if case_of(world) is not None:
        assignment.accept(by(world, ROT, at(school_day(3), 8, 0)), case(world).id)
    tick(world, at(school_day(5), 6, 0))
    return at(school_day(5), 16, 0)


def asked_and_silent(world: World) -> datetime:
    play(world, "KKK")
    tick(world, at(school_day(3), 18, 0))
    return at(school_day(3), 18, 30)


def promised_and_broken(world: World) -> datetime:
    play(world, "KKK")
    hour = at(school_day(3), 17, 0)
    findings = Findings(hour, Met.PARENTS, VisitReason.HOUSEHOLD_WORK, promised_on=school_day(4))
    visits.report(by(world, ROT, hour), pupil(world).id, findings)
    roll(world, school_day(4), {CHI: "K"})
    assert promises.times_broken(by(world, ROT, hour), case(world)) == 1
    return at(school_day(4), 16, 0)


def closed_and_away_again(world: World) -> datetime:
    play(world, "KKK")
    cases.close(by(world, HOA, at(school_day(6), 8, 0)), case(world).id, Outcome.BACK)
    play(world, "." * 10 + "KK", start=school_day(6))
    return at(school_day(17), 16, 0)


@dataclass(frozen=True)
class Change:
    """A number, what it is changed to, the history that tells them apart, and where the change is seen."""

    key: str
    value: int
    history: History
    seen: frozenset[str]


ALL = frozenset({TASKS, SENT, DIGEST, PAGE, EXPORT})
WINTER = date(2024, 1, 8)
CHANGES = [
    Change("R1.days", 1, absences("K"), frozenset({TASKS, CARD})),
    Change("R1.ill_days", 3, absences("III"), frozenset({TASKS, CARD})),
    Change("R2.days", 4, absences("KKK"), ALL | {CARD}),
    Change("R2.visit_days", 5, absences("KKK"), frozenset({TASKS, EXPORT})),
    Change("R3.window", 8, absences("K.....K...K.K"), ALL | {CARD}),
    Change("R3.spells", 4, absences("K.K.KK"), ALL | {CARD}),
    Change("R3.days", 5, absences("K.K.KK"), ALL | {CARD}),
    Change("R3.not_excused", 0, absences("P.P.P.P"), ALL | {CARD}),
    Change("R4.days", 4, absences("KKKK"), ALL - {DIGEST} | {CARD}),  # the evening says "nobody yet" of both
    Change("R4.overdue", 1, accepted_and_not_visited, frozenset({TASKS, SENT, DIGEST, PAGE})),
    Change("R4.dropout", 8, absences("K" * 8), frozenset({PAGE, EXPORT, CARD})),
    Change("R5.from_day", 5, absences("I.I.II"), ALL | {CARD}),
    Change("R5.watch", 19, absences("PP." + "." * 18 + "P", WINTER), frozenset({PAGE, CARD})),
    Change("R5.case", 14, absences("PP." + "." * 17 + "P", WINTER), ALL | {CARD}),
    Change("R6.limit", 50, absences("K"), frozenset({CARD})),
    Change("R6.first", 2, absences("PP"), frozenset({CARD})),
    Change("R6.second", 16, absences("PP." * 8, WINTER), frozenset({CARD})),
    Change("R6.third", 31, absences("P" * 31, WINTER), frozenset({CARD})),
    Change("R7.days", 0, absences("K", date(2024, 2, 19)), frozenset({TASKS})),
    Change("R8.broken", 1, promised_and_broken, frozenset({TASKS, SENT, DIGEST, PAGE})),
    Change("R9.watch", 3, absences("KKK..."), frozenset({PAGE, EXPORT})),
    Change("R9.note", 6, absences("KKK......"), frozenset({TASKS})),
    Change("R9.close", 12, absences("KKK" + "." * 12), frozenset({TASKS})),
    Change("R9.share", 50, absences("KKK" + "." * 8 + "PPP" + "." * 9), frozenset({TASKS})),
    Change("R9.reopen", 5, closed_and_away_again, ALL),
    Change("ladder.hours", 3, asked_and_silent, ALL - {DIGEST}),
]
# Numbers of other subjects, which their own tests move.
ELSEWHERE = {
    "handover.days", "report.weekday", "report.hour", "village.weekday", "plan.days", "plan.remind_days",
    "support.pledge_days", "support.donor_days", "entitlement.km_primary", "entitlement.km_secondary",
}  # fmt: skip


def lived(world: World, history: History, changes: dict[str, int]) -> dict[str, Any]:
    """What is seen after a history under these numbers; the database is as before."""
    saved = world.session.begin_nested()
    try:
        set_to(world, changes, at(date(2024, 1, 2)))
        return views(world, history(world))
    finally:
        saved.rollback()
        world.session.expire_all()


def set_to(world: World, changes: dict[str, int], now: datetime) -> None:
    work = Work(session=world.session, now=now, today=now.astimezone(VIETNAM).date(), scope=Scope.everything())
    thresholds.put(work, world.commune().id, changes)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.key)
def test_a_changed_number_is_seen_wherever_people_look(commune: World, change: Change) -> None:
    before = lived(commune, change.history, {})
    after = lived(commune, change.history, {change.key: change.value})
    assert {where for where in before if before[where] != after[where]} >= change.seen


@pytest.mark.parametrize(
    "change", [one for one in CHANGES if one.seen >= {TASKS, SENT, CARD}], ids=lambda change: change.key
)
def test_a_number_changed_later_brings_every_list_up_to_it(commune: World, change: Change) -> None:
    """Whoever looks after the change sees what they would have seen if the number had always been so."""
    from_the_first = lived(commune, change.history, {change.key: change.value})
    now = change.history(commune)
    official = by(commune, THU, now)
    thresholds.put(official, commune.commune().id, {change.key: change.value})
    early_warning.recompute_commune(official, commune.commune().id)
    found = views(commune, now)
    assert [kind for _, kind, _ in found[TASKS]] == [kind for _, kind, _ in from_the_first[TASKS]]
    assert found[CARD] == from_the_first[CARD]


def test_every_number_is_changed_here_or_belongs_to_another_subject_that_reads_it() -> None:
    assert {one.key for one in CHANGES} | ELSEWHERE == set(NUMBERS)
    files = [path for path in (ROOT / "bot" / "rules").glob("*.py") if path.stem != "thresholds"]
    code = "".join(path.read_text("utf-8") for path in files)
    assert [key for key in ELSEWHERE if f'"{key}"' not in code] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"R2.days": 1}, "impossible_number"),
        ({"R2.days": 7}, "numbers_out_of_order"),
        ({"R3.days": 2}, "numbers_out_of_order"),
        ({"R9.close": 8}, "numbers_out_of_order"),
        ({"R2.day": 4}, "unknown_threshold"),
        ({"R1.days": 1, "R2.days": 99}, "impossible_number"),
    ],
)
def test_numbers_that_make_no_sense_are_refused_all_together(
    commune: World, changes: dict[str, int], code: str
) -> None:
    work = by(commune, THU)
    with pytest.raises(Refused) as refused:
        thresholds.put(work, commune.commune().id, changes)
    assert refused.value.code == code
    assert thresholds.of_commune(work, commune.commune().id) == thresholds.DEFAULTS


def test_only_officials_and_administrators_set_numbers(commune: World) -> None:
    for name in (HOA, ROT):
        with pytest.raises(Refused) as refused:
            thresholds.put(by(commune, name), commune.commune().id, {"R2.days": 4})
        assert refused.value.code == "not_allowed"
    thresholds.put(by(commune, THU), commune.commune().id, {"R2.days": 4})
    assert thresholds.value(by(commune, THU, at(date(2024, 3, 21))), "R2.days", commune.commune().id) == 4


def test_the_usual_numbers_fit_each_other_and_their_bounds() -> None:
    thresholds.check(thresholds.DEFAULTS)
    assert all(number.least <= number.default <= number.greatest for number in NUMBERS.values())
