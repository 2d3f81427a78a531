"""The same year by clock: the real service, thirty phones, and a hand that moves the time through every due moment."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import VIETNAM
from bot.rules import cases, promises
from bot.rules.quiet import is_quiet
from bot.rules.work import Work
from bot.service.outbox import PUSHES_A_DAY
from storage import attendance, people, pupils
from storage import chat as memory
from storage.attendance import Half, Reason, Register
from storage.cases import Case, CaseEvent, Outcome
from storage.chat import Outbox, OutboxStatus
from storage.people import Person, Role
from storage.promises import Promise
from storage.pupils import Pupil, PupilStatus
from storage.reminders import Announced, AnnouncedStatus
from storage.scope import Scope
from tests.phone import Shown
from tests.service.stage import Bench
from tests.simulation.chances import Chances
from tests.simulation.year import CLASSES, MARKET_DAY, WEEKS, Child, Kind, School, draw
from tests.world import World

LEAP = timedelta(hours=12)
BEFORE = datetime(2023, 9, 4, 20, 0, tzinfo=VIETNAM)
FAMILY, MIDDLE = ("Đinh", "Phạm", "Hồ"), ("Thị", "Văn")
GIVEN = (
    "Anh", "Bông", "Cúc", "Dút", "Đào", "Gái", "Hạnh", "Khem", "Lía", "Mận", "Nương", "Oanh", "Phượng", "Quý", "Rin",
    "Sương", "Thủy", "Ửng", "Vân", "Xiêm", "Yến", "Lập", "Nghĩa", "Tro", "Vút", "Rớt",
)  # fmt: skip
SAID = {Reason.ILL: "ốm", Reason.FIELDS: "đi rẫy", Reason.FAMILY: "nhà có việc", Reason.UNKNOWN: "chưa rõ"}
ASKED = (time(7, 15), time(7, 45), time(9, 0))
GAP, NO_ROLL = time(10, 30), time(10, 30)
Event = tuple[datetime, int, str, object]


@dataclass
class Counts:
    """What a year by clock was seen to do; `wrong` holds every broken promise of ours, in words."""

    days: int = 0
    registers: int = 0
    late: int = 0
    never: int = 0
    questions: int = 0
    gaps: int = 0
    cases: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    declined: int = 0
    silent: int = 0
    visits: int = 0
    promised: int = 0
    kept: int = 0
    broken: int = 0
    asked_without_roll: int = 0
    pushes: int = 0
    counted: int = 0
    most_counted: int = 0
    waited: int = 0
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The figures, a line each."""
        return [
            f"by clock: {self.days} school days, {self.registers} registers ({self.late} late, {self.never} never),"
            f" asked {self.questions} times, the school told of gaps {self.gaps} times",
            f"  {self.cases} cases ({', '.join(f'{rule} {n}' for rule, n in sorted(self.by_rule.items()))});"
            f" accepted {self.accepted}, handed on {self.declined}, no answer {self.silent}; {self.visits} visits",
            f"  {self.promised} promises: kept {self.kept}, broken {self.broken},"
            f" visitor asked at 10:30 {self.asked_without_roll}",
            f"  {self.pushes} pushes, of them counted {self.counted}, at most {self.most_counted} a person a day,"
            f" {self.waited} waited for the next morning",
            f"  not as promised: {len(self.wrong)}",
        ]


class ClockYear:
    """A commune of the drawn school, lived through day by day."""

    def __init__(
        self,
        url: str,
        chances: Chances,
        seed: int,
        *,
        pupils: int = 400,
        weeks: int = WEEKS,
        classes: tuple[str, ...] = CLASSES,
    ) -> None:
        self.school: School = draw(chances, seed, pupils=pupils, weeks=weeks, classes=classes)
        self.dice = Random(f"people {chances.name} {seed}")
        self.counts = Counts()
        self.bench = Bench(url, BEFORE)
        self.children: dict[int, Child] = {}  # by pupil
        self.phones: dict[str, int] = {}  # address -> person
        self.teachers: dict[str, str] = {}  # class -> address
        self.classes: dict[str, int] = {}
        self.read: dict[str, int] = defaultdict(int)  # how many messages of a phone were reacted to
        self.agenda: list[Event] = []
        self.order = itertools.count()
        with self.bench.database.transaction() as session:
            self._settle_in(World(session, BEFORE))

    # The commune

    def _settle_in(self, world: World) -> None:
        for village in MARKET_DAY:
            world.village(village)
        names = {child.class_name: iter(self._names()) for child in self.school.children}
        for child in self.school.children:
            pupil = world.pupil(next(names[child.class_name]), of=child.class_name, village=child.village)
            self.children[pupil.id] = child
        for place, name in enumerate(sorted(names)):
            self._joins(world.teacher(f"Đinh Thị Cô{place}", of=name, address=f"cô {name}"), f"cô {name}")
            self.teachers[name] = f"cô {name}"
            self.classes[name] = world.school_class(name).id
        for village in MARKET_DAY:
            head = world.village_head(f"Hồ Văn {village}", of=village, address=f"bác {village}")
            self._joins(head, f"bác {village}")
            front = world.person(
                f"Phạm Văn {village}", Role.VILLAGE_FRONT, form="chú", place_id=world.village(village).id,
                address=f"chú {village}",
            )  # fmt: skip
            self._joins(front, f"chú {village}")
        self._joins(world.school_head("Phạm Văn Sơn", address="thầy Sơn"), "thầy Sơn")
        for name in ("Thu", "Nga"):
            self._joins(world.official(f"Phạm Thị {name}", address=f"chị {name}"), f"chị {name}")
        commune = world.commune().id
        xem = world.person("Đinh Thị Xem", Role.FRONT, form="chị", place_id=commune, address="chị Xem")
        self._joins(xem, "chị Xem")
        tu = world.person("Hồ Văn Tú", Role.POLICE, form="anh", place_id=commune, address="anh Tú")
        self._joins(tu, "anh Tú")
        for village in MARKET_DAY:
            parents = world.person(
                f"Đinh Thị {village}", Role.PARENTS, form="cô", place_id=world.village(village).id,
                address=f"hội {village}",
            )  # fmt: skip
            self._joins(parents, f"hội {village}")
        world.done()

    def _names(self) -> list[str]:
        found = [f"{family} {middle} {given}" for given in GIVEN for family in FAMILY for middle in MIDDLE]
        by_given = [found[place :: len(FAMILY) * len(MIDDLE)] for place in range(len(FAMILY) * len(MIDDLE))]
        return [name for names in by_given for name in names]

    def _joins(self, person: Person, address: str) -> None:
        self.phones[address] = person.id

    # Time

    async def live(self) -> Counts:
        """Every day from the first to the last; returns what was seen."""
        for n, on in enumerate(self.school.days):
            self._plan_day(n, on)
            await self._until(at(on, time(21, 0)))
            self._check_day(on)
            self.counts.days += 1
        self._sum_up()
        self.bench.close()
        return self.counts

    def _plan_day(self, n: int, on: date) -> None:
        away: dict[str, list[tuple[int, Reason]]] = defaultdict(list)
        for pupil_id, child in self.children.items():
            found = child.day(n, on)
            if found is not None and not found.is_half:
                away[child.class_name].append((pupil_id, found.reason))
        for name in self.classes:
            if (name, on) in self.school.missing:
                self.counts.never += 1
                continue
            self._put(at(on, self._reports_at()), "report", (name, away[name]))
        if on.weekday() == 4:
            self._put(at(on, time(16, 30)), "confirm", None)

    def _reports_at(self) -> time:
        luck = self.dice.random()
        if luck < 0.75:
            return time(7, self.dice.randint(16, 44))
        if luck < 0.90:
            return time(8, self.dice.randint(0, 59))
        self.counts.late += 1
        return time(self.dice.choice((9, 10, 11, 14)), self.dice.randint(5, 29))

    def _put(self, when: datetime, what: str, details: object) -> None:
        self.agenda.append((when, next(self.order), what, details))

    async def _until(self, end: datetime) -> None:
        """What people do until then, in order; each phone is looked at whenever the time stands still."""
        while True:
            due = min(((when, order) for when, order, _, _ in self.agenda if when <= end), default=None)
            stop = due[0] if due is not None else end
            await self._advance(stop)
            if due is None:
                return
            event = next(one for one in self.agenda if one[1] == due[1])
            self.agenda.remove(event)
            await self._do(event[2], event[3])

    async def _advance(self, until: datetime) -> None:
        """Through every due moment, as `Service.advance` does; everybody looks at the phone after each."""
        service, clock = self.bench.service, self.bench.clock
        while clock.now() < until:
            horizon = min(until, clock.now() + LEAP)
            following = await self.bench.database.run(partial(service.schedule.next_moment, until=horizon))
            clock.move_to(following or horizon)
            await service.tick()
            await service.settle()
            await self._react()

    # What people do

    async def _do(self, what: str, details: object) -> None:
        if what == "report":
            await self._report(*details)  # type: ignore[misc]
        elif what == "visit":
            await self._visit(*details)  # type: ignore[misc]
        else:
            self._confirm()
        await self._react()

    async def _report(self, name: str, away: list[tuple[int, Reason]]) -> None:
        address = self.teachers[name]
        with self.bench.database.transaction() as session:
            on_roll = {one.id: one.name for one in pupils.of_class(Scope.everything(), session, self.classes[name])}
        said = [f"{on_roll[pupil_id]} {SAID[reason]}" for pupil_id, reason in away if pupil_id in on_roll]
        await self.bench.says(address, f"vắng {name}: {', '.join(said)}" if said else f"{name} đủ")
        if said:
            await self._press(address, "Gửi")
        self.counts.registers += 1

    async def _press(self, address: str, label: str) -> bool:
        """Presses the choice of the newest message whose label begins so."""
        shown = self.bench.screens.screens[address][-1]
        for choice in shown.message.choices:
            if choice.label.startswith(label):
                await self.bench.says(
                    address, kind="press", press=choice.value, press_id="p", message_id=shown.id, text=""
                )
                return True
        return False

    async def _react(self) -> None:
        """Each person looks at what is new on the phone, until nobody finds anything new."""
        is_new = True
        while is_new:
            is_new = False
            for address in self.phones:
                screen = self.bench.screens.screens[address]
                new, self.read[address] = screen[self.read[address] :], len(screen)
                is_new = is_new or bool(new)
                for shown in new:
                    await self._answer(address, shown)

    async def _answer(self, address: str, shown: Shown) -> None:
        labels = {choice.label: choice for choice in shown.message.choices}
        if "Tôi sẽ ghé" in labels:
            await self._asked(address, shown)
        elif "Tôi ghé lại hôm nay" in labels and self.dice.random() < 0.5:
            await self._take(address, shown, "Tôi ghé lại hôm nay")
            self._visits_soon(address, None)
        elif "Tôi chưa biết" in labels:
            await self._take(address, shown, "Tôi chưa biết")
        elif address.startswith("chị") and any(one.startswith("Giao việc") for one in labels):
            await self._take(address, shown, "Giao việc")
            last = self.bench.screens.screens[address][-1]
            people_named = [one.label for one in last.message.choices if one.value.startswith("!cases:give")]
            if people_named:
                await self._take(address, last, self.dice.choice(people_named))

    async def _take(self, address: str, shown: Shown, label: str) -> None:
        choice = next(one for one in shown.message.choices if one.label.startswith(label))
        await self.bench.says(address, kind="press", press=choice.value, press_id="p", message_id=shown.id, text="")

    async def _asked(self, address: str, shown: Shown) -> None:
        luck = self.dice.random()
        if luck < 0.65:
            self.counts.accepted += 1
            await self._take(address, shown, "Tôi sẽ ghé")
            if self.dice.random() < 0.85:
                self._visits_soon(address, None)
        elif luck < 0.85:
            self.counts.declined += 1
            await self._take(address, shown, "Tôi bận")
        else:
            self.counts.silent += 1

    def _visits_soon(self, address: str, _: object) -> None:
        day = self.bench.clock.now().astimezone(VIETNAM).date() + timedelta(days=self.dice.choice((0, 1)))
        when = at(day, time(17, self.dice.randint(0, 59)))
        self._put(max(when, self.bench.clock.now() + timedelta(minutes=20)), "visit", (address,))

    async def _visit(self, address: str) -> None:
        """The visitor goes to every home that they have said they would go to, and reports each in one line."""
        person_id = self.phones[address]
        with self.bench.database.transaction() as session:
            owned = select(Case).where(Case.owner_id == person_id, Case.closed_at.is_(None), Case.due_at.is_not(None))
            found = [one.pupil_id for one in session.scalars(owned.where(Case.accepted_at.is_not(None)))]
            names = {one: session.get_one(Pupil, one).name for one in found}
        for pupil_id in found:
            child = self.children[pupil_id]
            await self.bench.says(address, f"thăm em {names[pupil_id]} {child.class_name}: {self._finds(child)}")
            for _ in range(3):
                if await self._press(address, "Gửi"):
                    self.counts.visits += 1
                    break
                await self.bench.says(address, "bỏ qua")

    def _finds(self, child: Child) -> str:
        """What a visitor meets with: nobody, no promise, or a promise for one of the next school days."""
        luck = self.dice.random()
        if luck < 0.15:
            return "không gặp ai"
        if luck < 0.30:
            return "gặp cha mẹ, đi rẫy, chưa hẹn"
        today = self.bench.clock.now().astimezone(VIETNAM).date()
        coming = [day for day in self.school.days if day > today][:3]
        if not coming:
            return "gặp cha mẹ, đi rẫy, chưa hẹn"
        promised = self.dice.choice(coming)
        if self.dice.random() < 0.6:
            child.back_at = self.school.days.index(promised)
            if child.kind is not Kind.LEAVING:
                child.is_away = False
        return f"gặp cha mẹ, đi rẫy, hẹn {promised.day}/{promised.month}"

    def _confirm(self) -> None:
        """On Fridays: teachers close what the roll proposes, and say who of those that had left is back."""
        with self.bench.database.transaction() as session:
            for case in session.scalars(select(Case).where(Case.closed_at.is_(None))).all():
                child = self.children[case.pupil_id]
                work = self._work(session, self.phones[self.teachers[child.class_name]])
                if case.proposed_at is not None:
                    cases.close(work, case.id, Outcome.BACK)
                elif session.get_one(Pupil, case.pupil_id).status == PupilStatus.DROPPED_OUT and not child.has_left:
                    cases.is_back(work, case.id)

    def _work(self, session: Session, person_id: int | None) -> Work:
        now = self.bench.clock.now()
        today = now.astimezone(VIETNAM).date()
        person = session.get(Person, person_id) if person_id is not None else None
        scope = people.scope_of(session, person, today) if person is not None else Scope.everything()
        return Work(session=session, now=now, today=today, person=person, scope=scope)

    # What must have happened

    def _check_day(self, on: date) -> None:
        with self.bench.database.transaction() as session:
            rows = session.scalars(
                select(Outbox)
                .where(Outbox.is_push, Outbox.sent_at >= at(on - timedelta(days=3), time(0)))
                .where(Outbox.sent_at < at(on, time(23, 59)), Outbox.status == OutboxStatus.SENT)
            ).all()
            self._check_pushes(session, on, [row for row in rows if day_of(row.sent_at) == on])
            self._check_chase(session, on)
            self._check_promises(session, on)

    def _check_pushes(self, session: Session, on: date, rows: Iterable[Outbox]) -> None:
        said: Counter[tuple[object, ...]] = Counter()
        for row in rows:
            assert row.sent_at is not None
            self.counts.pushes += 1
            self.counts.counted += row.is_counted
            if is_quiet(row.sent_at, VIETNAM):
                self._wrong(on, f"{row.kind} in quiet hours, {clock(row.sent_at)}")
            if row.useful_until is not None and row.sent_at > row.useful_until:
                self._wrong(on, f"{row.kind} after its use")
            if not row.kind.startswith(
                "attendance."
            ):  # the class question is asked thrice, each time by a moment's name
                said[row.person_id, row.kind, row.subject, str((row.payload or {}).get("text"))] += 1
        for (person_id, kind, subject, _), n in said.items():
            if n > max(1, self._asked_on(session, on, kind, subject, person_id)):
                self._wrong(on, f"{kind} {subject} to {person_id} said {n} times")
        for person_id in self.phones.values():
            n = memory.counted(session, person_id, at(on, time(0)), at(on + timedelta(days=1), time(0)))
            self.counts.most_counted = max(self.counts.most_counted, n)
            if n > PUSHES_A_DAY:
                self._wrong(on, f"{n} counted pushes to {person_id}")

    def _asked_on(self, session: Session, on: date, kind: str, subject: object, person_id: object) -> int:
        """How often a case was asked of somebody, or given to the commune, on a day: each time is news of its own."""
        of = {"cases.asked": "asked", "cases.commune": "commune"}.get(kind)
        if of is None:
            return 0
        wanted = select(CaseEvent).where(CaseEvent.case_id == int(str(subject).rpartition(":")[2]))
        found = session.scalars(wanted.where(CaseEvent.kind == of, CaseEvent.at >= at(on - timedelta(days=1), time(0))))
        return sum(1 for one in found if one.facts.get("person", person_id) == person_id)

    def _check_chase(self, session: Session, on: date) -> None:
        wanted = select(Register.class_id, Register.reported_at).where(Register.day == on, Register.revision == 1)
        reported = {row[0]: row[1] for row in session.execute(wanted)}
        missing_at_gap = [
            name for name, class_id in self.classes.items() if reported.get(class_id, at(on, time(23))) > at(on, GAP)
        ]
        for name, class_id in self.classes.items():
            told = {
                one.moment: one
                for one in session.scalars(
                    select(Announced).where(
                        Announced.kind == "attendance.report", Announced.subject_id == class_id,
                        Announced.occurrence == f"{on.isoformat()}.{Half.MORNING}",
                        Announced.status == AnnouncedStatus.TOLD,
                    )
                )
            }  # fmt: skip
            for asked in ASKED:
                must = reported.get(class_id, at(on, time(23))) > at(on, asked)
                announced = told.get(f"{asked:%H:%M}")
                sent = session.get(Outbox, announced.outbox_id) if announced and announced.outbox_id else None
                self.counts.questions += sent is not None
                latest = at(on, asked) + timedelta(minutes=1)
                if must and (sent is None or sent.sent_at is None or sent.sent_at > latest):
                    self._wrong(on, f"{name} not asked at {asked:%H:%M}")
                if not must and announced is not None:
                    self._wrong(on, f"{name} asked at {asked:%H:%M} although reported")
        self._check_gap(session, on, missing_at_gap)

    def _check_gap(self, session: Session, on: date, missing: list[str]) -> None:
        row = session.scalars(
            select(Outbox).where(
                Outbox.kind == "reports.gap", Outbox.sent_at >= at(on, GAP), Outbox.sent_at <= at(on, time(10, 31))
            )
        ).first()
        self.counts.gaps += row is not None
        if bool(missing) != (row is not None):
            self._wrong(on, f"the school hears of {missing}: {row is not None}")
        if row is not None and not all(name in str((row.payload or {}).get("text")) for name in missing):
            self._wrong(on, f"the school is not told all of {missing}")

    def _check_promises(self, session: Session, on: date) -> None:
        work = self._work(session, None)
        for promise in session.scalars(select(Promise).where(Promise.taken_back_at.is_(None))).all():
            child = self.children[promise.pupil_id]
            if promises.answered_by(work, self.classes[child.class_name], promise.day) != on:
                continue
            register = attendance.register(
                Scope.everything(), session, self.classes[child.class_name], on, Half.MORNING
            )
            is_latest = not any(
                one.day > promise.day or (one.day == promise.day and one.id > promise.id)
                for one in session.scalars(select(Promise).where(Promise.pupil_id == promise.pupil_id))
                if promises.answered_by(work, self.classes[child.class_name], one.day) == on
            )
            if not is_latest or promise.made_at > at(on, time(7)):
                continue
            self._check_promise(session, on, promise, register)

    def _check_promise(self, session: Session, on: date, promise: Promise, register: Register | None) -> None:
        is_off_roll = session.get_one(Pupil, promise.pupil_id).status != PupilStatus.STUDYING
        if register is None or register.reported_at > at(on, NO_ROLL):
            asked = session.scalars(
                select(Announced).where(Announced.kind == "promises.check", Announced.subject_id == promise.id)
            ).first()
            self.counts.asked_without_roll += asked is not None
            if (asked is None and not promise.said) or (asked is not None and asked.due_at != at(on, NO_ROLL)):
                self._wrong(on, f"nobody asked about promise {promise.id} without a roll")
        if register is None or is_off_roll:
            return
        if not promise.kept:
            self._wrong(on, f"promise {promise.id} not checked although the roll is in")
            return
        told = session.scalars(
            select(Outbox).where(
                Outbox.subject == promises.subject(promise), Outbox.kind == f"promises.{_told(promise)}",
                Outbox.person_id == promise.to_id,
            )
        ).all()  # fmt: skip
        sent = [row for row in told if row.sent_at is not None and day_of(row.sent_at) == on]
        waits = [row for row in told if row.status == OutboxStatus.QUEUED]
        self.counts.waited += bool(waits and not sent)
        if not sent and not waits and register.reported_by != promise.to_id:
            self._wrong(on, f"nobody told that promise {promise.id} was {_told(promise)}")

    def _wrong(self, on: date, what: str) -> None:
        self.counts.wrong.append(f"{on.isoformat()}: {what}")

    def _sum_up(self) -> None:
        with self.bench.database.transaction() as session:
            found = session.scalars(select(Case)).all()
            self.counts.cases = len(found)
            self.counts.by_rule.update(case.opened_by for case in found)
            made = session.scalars(select(Promise).where(Promise.taken_back_at.is_(None))).all()
            self.counts.promised = len(made)
            self.counts.kept = sum(one.kept == "yes" for one in made)
            self.counts.broken = sum(one.kept == "no" for one in made)


def _told(promise: Promise) -> str:
    return "kept" if promise.kept == "yes" else "broken"


def at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, VIETNAM)


def day_of(moment: datetime | None) -> date | None:
    return moment.astimezone(VIETNAM).date() if moment is not None else None


def clock(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%H:%M")


__all__ = ["ClockYear", "Counts"]
