"""`ralop rules`: the numbers in words, set or refused, and rehearsed on registers that are there."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from bot.rules import people, thresholds
from bot.rules.thresholds import DEFAULTS, NUMBERS
from bot.rules.work import Work
from storage.alerts import Alert
from storage.attendance import Absence, Half, Mark, Reason, Register
from storage.audit import Audit
from storage.cases import Case
from storage.people import Person
from storage.places import SchoolClass
from storage.pupils import Pupil
from storage.thresholds import Threshold
from tests.commands.shell import Shell
from tests.world import World

MONDAY = date(2024, 3, 11)


def registers(shell: Shell, away: dict[str, str]) -> None:
    """Mornings of class 6A from Monday 11 March on: `K` away without leave, `P` with leave, `.` there; one sign a day.

    They are written as if nobody had ever read them: no alert, no case.
    """
    with shell.database() as database, database.transaction() as session:
        class_id = session.scalars(select(SchoolClass.id)).one()
        teacher = session.scalars(select(Person).where(Person.name == "Đinh Thị Hoa")).one()
        known = {one.name: one.id for one in session.scalars(select(Pupil))}
        length = max(len(signs) for signs in away.values())
        for n in range(length):
            day = MONDAY + timedelta(days=n + 2 * (n // 5))
            at = World(session).at
            register = Register(
                class_id=class_id, day=day, half=Half.MORNING, enrolled=31, reported_by=teacher.id, written_at=at,
                reported_at=at,
            )  # fmt: skip
            session.add(register)
            session.flush()
            for name, signs in away.items():
                if signs[n : n + 1] in ("K", "P"):
                    mark = Mark.UNEXCUSED if signs[n] == "K" else Mark.EXCUSED
                    session.add(Absence(register_id=register.id, pupil_id=known[name], mark=mark, reason=Reason.FIELDS))


def count(shell: Shell, table: type) -> int:
    with shell.database() as database, database.transaction() as session:
        return int(session.scalar(select(func.count()).select_from(table)) or 0)


def test_every_number_is_told_with_its_meaning_in_the_language_of_the_deployment(shell: Shell) -> None:
    ended = shell.ralop("rules", DEFAULT_LOCALE="vi")
    assert ended.code == 0
    assert "  R2.days = 3: vắng 3 ngày liền, hai ngày cuối không phép hay chưa rõ: mở hồ sơ" in ended.out.splitlines()
    assert "  report.weekday = 6: trường gửi báo cáo đều kỳ vào thứ 6" in ended.out.splitlines()
    assert [key for key in NUMBERS if f"  {key} = " not in ended.out] == []


def test_for_scripts_there_is_one_object(shell: Shell) -> None:
    told = json.loads(shell.ralop("rules", "--json").out)
    assert list(told["thresholds"]) == list(NUMBERS)
    assert told["thresholds"]["R2.days"] == {
        "value": 3, "default": 3, "least": 2, "greatest": 20, "unit": "days",
    }  # fmt: skip


def test_a_number_is_set_and_stays_and_who_looks_sees_what_is_usual(shell: Shell) -> None:
    assert shell.ralop("rules", "--set", "R2.days=4", "--set", "R4.days=8").code == 0
    assert "  R2.days = 4 (usually 3): absent 4 days in a row" in shell.ralop("rules").out
    with shell.database() as database, database.transaction() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "threshold.set").order_by(Audit.id)).all()
        assert [(row.details["key"], row.details["value"], row.details["via"]) for row in rows] == [
            ("R2.days", 4, "command"),
            ("R4.days", 8, "command"),
        ]


@pytest.mark.parametrize(
    ("given", "code", "reason"),
    [
        (("R2.days=30",), 1, "R2.days can be 2 to 20"),
        (("R2.days=8",), 1, "R2.days must be smaller than R4.days"),
        (("R9.share=101",), 1, "R9.share can be 50 to 100"),
        (("R4.days=6", "R2.days=6"), 1, "R2.days must be smaller than R4.days"),
        (("R2.days=drei",), 2, "R2.days needs a whole number; an example: --set R2.days=3"),
        (("R2.days=-3",), 2, "R2.days needs a whole number; an example: --set R2.days=3"),
        (("R2.days",), 2, "R2.days needs a whole number; an example: --set R2.days=3"),
        (("R99.days=3",), 2, "No number is called R99.days; an example: "),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason_and_nothing_is_set(
    shell: Shell, given: tuple[str, ...], code: int, reason: str
) -> None:
    ended = shell.ralop("rules", "--set", "R1.days=2", *(part for one in given for part in ("--set", one)))
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith(f"ralop: {reason}")
    assert ended.err.count("\n") == 1
    assert count(shell, Threshold) == 0
    assert shell.ralop("rules", "--set", "R2.days=5").code == 0


def test_a_rehearsal_counts_cases_by_rule_week_and_village_and_writes_nothing(shell: Shell) -> None:
    registers(shell, {"Đinh Thị Chi": ".KKK...", "Hồ Văn An": "K.K.K.K", "Đinh Thị An": "KK....."})
    ended = shell.ralop("rules", "--rehearse", "2024-03-01", "2024-03-20", "--json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)["rehearsal"]
    assert (found["pupils"], found["cases"]) == (31, 2)
    assert (found["raised"]["R1"], found["raised"]["R2"], found["raised"]["R3"]) == (2, 1, 1)
    assert [(one["week"], one["cases"]) for one in found["by_week"]] == [
        ("2024-02-26", {}),
        ("2024-03-04", {}),
        ("2024-03-11", {"R2": 1}),
        ("2024-03-18", {"R3": 1}),
    ]
    assert {one["village"]: one["cases"] for one in found["by_village"]} == {"Cà Xen": {"R2": 1}, "Làng Trê": {"R3": 1}}
    assert found["warnings"] == []
    assert [count(shell, table) for table in (Alert, Case, Threshold)] == [0, 0, 0]
    words = shell.ralop("rules", "--rehearse", "2024-03-01", "2024-03-20", DEFAULT_LOCALE="vi").out
    assert "  tuần từ 11/3/2024: 1 (R2 1)" in words.splitlines()


def test_other_numbers_are_rehearsed_without_being_set(shell: Shell) -> None:
    registers(shell, {"Đinh Thị Chi": ".KKK...", "Đinh Thị An": "KK....."})
    arguments = ("rules", "--rehearse", "2024-03-11", "2024-03-20", "--json")
    stricter = shell.ralop(*arguments, "--set", "R1.days=1", "--set", "R2.days=2")
    assert json.loads(stricter.out)["rehearsal"]["cases"] == 2
    assert json.loads(shell.ralop(*arguments, "--set", "R2.days=4").out)["rehearsal"]["cases"] == 0
    assert json.loads(shell.ralop(*arguments).out)["rehearsal"]["cases"] == 1
    assert count(shell, Threshold) == 0


def test_a_rule_that_would_ask_for_more_than_five_visits_a_day_in_a_village_warns(shell: Shell) -> None:
    with shell.database() as database, database.transaction() as session:
        names = session.scalars(select(Pupil.name).order_by(Pupil.id)).all()[:12]
    registers(shell, dict.fromkeys(names, "KKK"))
    ended = shell.ralop("rules", "--rehearse", "2024-03-11", "2024-03-13")
    assert ended.code == 0
    assert "R2 would have raised 7 cases in one day (13/3/2024) in Cà Xen." in ended.out
    assert "in Làng Trê" not in ended.out
    told = json.loads(shell.ralop("rules", "--rehearse", "2024-03-11", "2024-03-13", "--json").out)
    assert told["rehearsal"]["warnings"] == [{"rule": "R2", "date": "2024-03-13", "village": "Cà Xen", "cases": 7}]


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        (("2024-03-20", "tomorrow"), "--rehearse needs two days"),
        (("2024-03-20", "2024-03-01"), "The last day lies before the first"),
    ],
)
def test_days_that_are_none_are_wrong_usage(shell: Shell, days: tuple[str, str], reason: str) -> None:
    ended = shell.ralop("rules", "--rehearse", *days)
    assert ended.code == 2
    assert ended.err.startswith(f"ralop: {reason}")


def test_a_number_set_by_the_command_opens_and_withdraws_cases_at_once(shell: Shell) -> None:
    registers(shell, {"Đinh Thị Chi": ".....KK"})
    shell.ralop("rules", "--set", "R1.days=1", "--set", "R2.days=2")
    with shell.database() as database, database.transaction() as session:
        assert [one.opened_by for one in session.scalars(select(Case).where(Case.closed_at.is_(None)))] == ["R2"]
    shell.ralop("rules", "--set", "R2.days=3")
    with shell.database() as database, database.transaction() as session:
        assert session.scalars(select(Case).where(Case.closed_at.is_(None))).all() == []
        work = Work(session=session, now=World(session).at, today=date(2024, 3, 20))
        assert thresholds.of_commune(work, people.commune_of(work).id) == DEFAULTS | {"R1.days": 1}
