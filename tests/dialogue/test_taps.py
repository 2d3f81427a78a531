"""How many taps and typed characters the main job takes (issue 1, point 7)."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import VIETNAM
from bot.conversations import REMINDERS
from bot.dialogue.conversation import Chat
from bot.messages import Outgoing
from bot.rules import reminders
from bot.rules.tasks import Task
from bot.rules.work import Work
from bot.service.outbox import reader_of
from storage.attendance import Absence, Register
from storage.meetings import Answer, Invitation
from storage.people import Person, scope_of
from storage.visits import Visit
from tests.dialogue.hands import Hand, person
from tests.play import SURROUNDINGS

MORNING = datetime(2024, 3, 20, 7, 16, tzinfo=VIETNAM)
EVENING = datetime(2024, 3, 20, 16, 30, tzinfo=VIETNAM)


class Counting(Hand):
    """Counts what the finger does; `told` puts a push on the screen first."""

    count = 0

    def tap(self, label: str) -> list[Outgoing]:
        self.count += 1
        return self.taps(label)

    def told(self, kind: str) -> Counting:
        work = Work(
            session=self.session,
            now=self.at,
            today=self.at.date(),
            person=self.person,
            scope=scope_of(self.session, self.person, self.at.date()),
        )
        task = next(one for one in tasks(work, self.person) if one.kind == kind)
        chat = Chat(work, reader_of(self.person, VIETNAM), surroundings=SURROUNDINGS)
        message = REMINDERS[kind](chat, task, task.remind[0])
        assert message is not None
        self.said = [message]
        return self


def tasks(work: Work, who: Person) -> list[Task]:
    return reminders.of_person(work, who.id)


@pytest.fixture
def hoa(lively: Session) -> Counting:
    return Counting(lively, person(lively, "Đinh Thị Hoa"), at=MORNING)


@pytest.fixture
def rot(lively: Session) -> Counting:
    return Counting(lively, person(lively, "Đinh Văn Rớt"), at=EVENING)


def absent_today(session: Session) -> int:
    today = select(Absence).join(Register, Register.id == Absence.register_id)
    return len(session.scalars(today.where(Register.day == MORNING.date(), Register.is_current)).all())


def test_all_present_is_one_tap_from_the_morning_question(hoa: Counting) -> None:
    hoa.told("attendance.report").tap("Đủ cả")
    assert hoa.count == 1
    assert hoa.session.scalars(select(Register).where(Register.day == MORNING.date())).one().enrolled == 32


def test_three_absent_for_one_reason_are_seven_taps_from_the_morning_question(hoa: Counting) -> None:
    hoa.told("attendance.report").tap("Có em vắng")
    for name in ("☐ Đinh Thị An", "☐ Phạm Văn Bình", "☐ Đinh Thị Chi"):
        hoa.tap(name)
    hoa.tap("Xong: 3 em")
    hoa.tap("Cùng ốm, mệt")
    hoa.tap("1. Gửi")
    assert hoa.count <= 7
    assert absent_today(hoa.session) == 3


def test_three_absent_are_one_typed_line_and_the_look_over(hoa: Counting) -> None:
    line = "vắng 6A: Bình, Chi, Dút đều ốm"
    hoa.types(line)
    if not any("Gửi" in choice.label for message in hoa.said for choice in message.choices):
        hoa.tap("Cả 3 em")
    hoa.tap("1. Gửi")
    assert len(line) <= 40
    assert hoa.count <= 2
    assert absent_today(hoa.session) == 3


def test_a_home_visit_is_eight_taps_from_the_task_list(rot: Counting) -> None:
    rot.types("việc")
    for label in (
        "Thăm nhà em Chi",
        "Cha mẹ",
        "Ở nhà phụ việc",
        "Mai, thứ 5",
        "Cô giáo đến nhà",
        "Bỏ qua",
        "1. Gửi",
    ):
        rot.tap(label)
    assert rot.count <= 8
    assert rot.session.scalars(select(Visit).where(Visit.visitor_id == rot.person.id)).one().promised_on


def test_an_answer_to_a_meeting_is_one_tap(rot: Counting) -> None:
    rot.told("meetings.answer").tap("Đi được")
    assert rot.count == 1
    answers = select(Invitation.answer).where(Invitation.person_id == rot.person.id)
    assert rot.session.scalars(answers).all() == [Answer.YES]
