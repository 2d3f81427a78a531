"""March 2024 of a small school, with what makes counting hard: a correction, a closure after a register, an afternoon,
a pupil who changed class, a dropout, a return, and a village that was renamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.clock import VIETNAM
from bot.reports.exports import Transaction
from bot.rules import attendance, calendar, cases, moves, place_changes, visits
from bot.rules.attendance import Line
from bot.rules.calendar import Days, Where
from bot.rules.visits import Findings
from bot.rules.work import Work
from storage import cases as stored_cases
from storage.attendance import Half, Reason
from storage.calendar import Why
from storage.people import Person
from storage.places import Place
from storage.pupils import Pupil
from storage.scope import Scope
from storage.visits import Met
from tests.world import World

SINCE, UNTIL = date(2024, 3, 1), date(2024, 3, 29)
NAMES = ("An", "Bình", "Chi", "Dút", "Đào", "<&> =1+1")


@dataclass
class Month:
    """What was made."""

    world: World
    commune: Place
    school: Place
    official: Person
    hoa: Person
    na: Person
    six: Sequence[Pupil]
    seven: Sequence[Pupil]

    @property
    def transaction(self) -> Transaction:
        """A work of the machine in the test's one transaction, as a command has it; each knows nothing beforehand."""

        @contextmanager
        def opened() -> Iterator[Work]:
            yield replace(self.world.work, person=None, scope=Scope.everything(), known={}, held={}, notices=[])

        return opened

    def of(self, person: Person) -> Transaction:
        """The same as a person has it."""

        @contextmanager
        def opened() -> Iterator[Work]:
            self.world.acting(person)
            yield replace(self.world.work, known={}, held={}, notices=[])
            self.world.acting(None)

        return opened

    def at(self, on: date, hour: int, who: Person | None) -> None:
        self.world.work.now = datetime.combine(on, time(hour), VIETNAM)
        self.world.work.today = on
        self.world.work.known.clear()
        self.world.acting(who)

    def roll(self, who: Person, of: str, on: date, *away: Line, half: Half = Half.MORNING, base: int = 0) -> None:
        self.at(on, 8 if half is Half.MORNING else 14, who)
        attendance.report(self.world.work, self.world.school_class(of).id, on, half, list(away), base=base)


def build(world: World) -> Month:
    """The month from its first day to its last, the machine acting at its end."""
    world.at = world.work.now = datetime.combine(SINCE, time(6), VIETNAM)
    world.work.today = SINCE
    six = [world.pupil(f"Đinh Thị {name}", of="6A", village="Cà Xen", born="2012-05-10") for name in NAMES]
    seven = [
        world.pupil(f"Phạm Văn {name}", of="7A", village="Làng Trê", born="2011-03-02", code=name) for name in NAMES[:4]
    ]
    world.pupil("Hồ Văn Khem", of="8B", village="Cà Xen", born="2010")  # a class that never reports
    month = Month(
        world, world.commune(), world.school(), world.official("Phạm Thị Thu"), world.teacher("Đinh Thị Hoa", of="6A"),
        world.teacher("Đinh Thị Na", of="7A"), six, seven,
    )  # fmt: skip
    world.session.flush()
    day = SINCE
    while day <= UNTIL:
        if day.weekday() < 5:
            _day(month, day)
        day += timedelta(days=1)
    month.at(UNTIL, 17, None)
    return month


def _day(month: Month, day: date) -> None:
    an, binh, chi, dut, *_ = month.six
    away = [Line.absent(binh.id, Reason.ILL)] if day.day % 5 == 0 else []
    if date(2024, 3, 11) <= day <= date(2024, 3, 15):
        away.append(Line.absent(chi.id, Reason.FIELDS))
    if day.day == 20:
        month.at(day, 7, month.official)
        place_changes.rename(month.world.work, month.world.village("Cà Xen").id, "Cà Xen Mới", day)
    if day.day not in (6, 7):  # two days that nobody reported
        month.roll(month.hoa, "6A", day, *away)
    if day.day == 12:  # corrected: somebody else was away too
        month.roll(month.hoa, "6A", day, *away, Line.absent(dut.id, Reason.UNKNOWN), base=1)
    if day.day == 13:  # one was away in the afternoon alone, another all day
        month.roll(month.hoa, "6A", day, Line.absent(an.id, Reason.FAMILY), Line.absent(chi.id, Reason.FIELDS),
                   half=Half.AFTERNOON)  # fmt: skip
    gone = [Line.absent(month.seven[0].id, Reason.UNKNOWN)] if 18 <= day.day <= 27 else []
    moved = [Line.absent(dut.id, Reason.OTHER)] if day.day == 22 else []
    month.roll(month.na, "7A", day, *gone, *moved)
    _happenings(month, day)


def _happenings(month: Month, day: date) -> None:
    work, (_, _, chi, dut, *_) = month.world.work, month.six
    if day.day == 12:
        month.at(day, 10, month.official)
        cases.open(work, chi.id)
    if day.day == 14:
        month.at(day, 17, month.official)
        findings = Findings(visited_at=work.now, met=Met.PARENTS, promised_on=date(2024, 3, 18))
        visits.report(work, chi.id, findings)
    if day.day == 18:
        month.at(day, 9, None)
        moves.enrol(work, dut, month.world.school_class("7A"))
    if day.day == 21:  # registered in the morning, then closed for a flood
        month.at(day, 11, month.official)
        calendar.close(work, Where(), Days(day, day), Why.FLOOD)
    if day.day == 27:
        month.at(day, 9, month.official)
        case = stored_cases.open_of(Scope.everything(), work.session, month.seven[0].id)
        assert case is not None  # the rule of three days in a row has opened it
        cases.has_dropped_out(work, case.id)
    month.world.work.notices.clear()
