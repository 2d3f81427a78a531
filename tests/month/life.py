"""What people do with their phones in the month: they answer in digits and in short lines, some late, some never."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random

from sqlalchemy import select

from bot.clock import VIETNAM, HandClock
from bot.dialogue.conversation import Surroundings
from bot.messages import Profile
from bot.rules import invitees, meetings
from bot.service.app import Service
from storage import pupils
from storage.attendance import Reason
from storage.cases import Case
from storage.database import Database
from storage.people import Person
from storage.pupils import Pupil
from storage.scope import Scope
from tests.month.commune import CHANNEL, Town
from tests.phone import PhoneChannel, Screens, Shown
from tests.simulation.year import Kind
from tests.world import World

ZALO = Profile(buttons=False, edits=False, photos=False, voice=False, files=False, text_limit=1900)
LEAP = timedelta(hours=12)
SAID = {Reason.ILL: "ốm", Reason.FIELDS: "rẫy", Reason.FAMILY: "nhà có việc", Reason.UNKNOWN: "chưa rõ"}
GIVES = {"chị Thu": 0.7, "chị Nga": 0.2}  # who of the officials decides about homes; the others read
Event = tuple[datetime, int, str, object]


def at(day: date, wall: time) -> datetime:
    return datetime.combine(day, wall, VIETNAM)


@dataclass
class Life:
    """The service, its clock, and everybody's habits; `live` goes on to a moment."""

    url: str
    town: Town
    begins: datetime
    seed: int
    surroundings: Surroundings
    read: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    agenda: list[Event] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)  # answers of ours that nobody knew what to do with

    def __post_init__(self) -> None:
        self.dice, self.order = Random(f"habits {self.seed}"), itertools.count()
        self.clock, self.screens = HandClock(self.begins), Screens()
        self.channel = PhoneChannel(self.screens, ZALO, CHANNEL)
        self.database = Database(self.url)
        self.service = Service(self.database, [self.channel], self.clock, self.surroundings)
        # Three of four teachers type the whole line that the question shows, the others pick from the list; every
        # third villager reports by questions.
        self.quick = set(sorted(self.town.teachers.values())[: len(self.town.teachers) * 3 // 4])

    # Time

    async def day(self, n: int, on: date) -> None:
        """One school day with its registers, until nine in the evening."""
        away: dict[str, list[tuple[int, Reason]]] = defaultdict(list)
        for pupil_id, child in self.town.children.items():
            found = child.day(n, on)
            if found is not None and not found.is_half:
                away[child.class_name].append((pupil_id, found.reason))
        for name in self.town.classes:
            if (name, on) not in self.town.school.missing:
                self.plan(at(on, self._reports_at()), "report", (name, away[name]))
        await self.until(at(on, time(21, 0)))

    def _reports_at(self) -> time:
        luck = self.dice.random()
        if luck < 0.80:
            return time(7, self.dice.randint(16, 44))
        if luck < 0.93:
            return time(8, self.dice.randint(0, 59))
        return time(self.dice.choice((9, 10, 14)), self.dice.randint(5, 29))

    def plan(self, when: datetime, what: str, details: object) -> None:
        self.agenda.append((when, next(self.order), what, details))

    async def until(self, end: datetime) -> None:
        """What people do until then, in order; each phone is looked at whenever the time stands still."""
        while True:
            due = min(((when, order) for when, order, _, _ in self.agenda if when <= end), default=None)
            await self._advance(due[0] if due is not None else end)
            if due is None:
                return
            event = next(one for one in self.agenda if one[1] == due[1])
            self.agenda.remove(event)
            await getattr(self, f"_{event[2]}")(*event[3])  # type: ignore[misc]
            await self._react()

    async def _advance(self, until: datetime) -> None:
        while self.clock.now() < until:
            horizon = min(until, self.clock.now() + LEAP)
            following = await self.database.run(partial(self.service.schedule.next_moment, until=horizon))
            self.clock.move_to(following or horizon)
            await self.service.tick()
            await self.service.settle()
            await self._react()

    # Hands

    async def types(self, address: str, text: str) -> Shown | None:
        """One message of a person; the last thing that stands on the phone then."""
        update = self.channel.update(address, self.clock.now(), text=text)
        await self.service.take(self.channel, [update])
        await self.service.settle()
        return self.last(address)

    def last(self, address: str) -> Shown | None:
        shown = self.screens.screens[address]
        return shown[-1] if shown else None

    async def picks(self, address: str, label: str) -> bool:
        """Types the number of the choice whose label begins so, if the newest message has it."""
        shown = self.last(address)
        for choice in shown.message.choices if shown is not None else ():
            if choice.label.startswith(label):
                await self.types(address, choice.number or choice.label)
                return True
        return False

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def soon(self, what: str, *details: object, within: tuple[int, int] = (3, 40)) -> None:
        """Somebody gets round to it in some minutes; at night, in the morning."""
        when = self.clock.now() + timedelta(minutes=self.dice.randint(*within))
        wall = when.astimezone(VIETNAM)
        if wall.hour >= 21:
            when = at(wall.date() + timedelta(days=1), time(6, self.dice.randint(0, 25)))
        self.plan(when, what, details)

    # What arrives

    async def _react(self) -> None:
        for address in self.town.people:
            screen = self.screens.screens[address]
            new, self.read[address] = screen[self.read[address] :], len(screen)
            for shown in new if address not in self.town.silent else ():
                self._noticed(address, shown)

    def _noticed(self, address: str, shown: Shown) -> None:
        """Most of what arrives is read and left at that; what asks is answered a while later."""
        labels = [choice.label for choice in shown.message.choices]

        def offers(label: str) -> bool:
            return any(one.startswith(label) for one in labels)

        if offers("Tôi sẽ ghé"):
            self.soon("asked", address)
        elif offers("Đi được"):
            self.soon("invited", address, within=(5, 200))
        elif offers("Tôi nhớ rồi") and self.chance(0.4):
            self.soon("press", address, "Tôi nhớ rồi")
        elif offers("Tôi biết rồi") and self.chance(0.4):
            self.soon("press", address, "Tôi biết rồi")
        elif offers("Tôi ghé lại hôm nay") and self.chance(0.5):
            self.soon("press", address, "Tôi ghé lại hôm nay")
            self._visits_soon(address)
        elif offers("Giao việc") and self.chance(GIVES.get(address, 0)):
            self.soon("give", address, within=(3, 90))
        elif offers("Họp xong rồi"):
            self.soon("minutes", address, within=(5, 30))
        elif offers("Đã gọi hết"):
            self.soon("press", address, "Đã gọi hết", within=(20, 60))
        elif shown.message.is_list or "việc:" in shown.text:
            self._list(address, labels)

    def _list(self, address: str, labels: list[str]) -> None:
        """The morning list: calls are made, what the roll proposes is closed, the rest is kept in mind."""
        for label in labels:
            if label.startswith("Gọi hỏi thăm") and self.chance(0.5):
                self.soon("call", address, within=(60, 600))
                return
            if label.startswith("Khép hồ sơ") and self.chance(0.6):
                self.soon("close", address, within=(60, 600))
                return

    # What is done

    async def _press(self, address: str, label: str) -> None:
        self.did[label] += await self.picks(address, label)

    async def _report(self, name: str, away: list[tuple[int, Reason]]) -> None:
        """The register: all present in one sign; else in one line, or from the list with the reasons in it."""
        address = self.town.teachers[name]
        with self.database.transaction() as session:
            roll = {one.id for one in pupils.of_class(Scope.everything(), session, self.town.classes[name])}
        here = [(key, SAID[reason]) for key, reason in away if key in roll]
        self.did["registers"] += 1
        shown = self.last(address)
        is_asked = shown is not None and any(one.label.startswith("Đủ cả") for one in shown.message.choices)
        if not here:
            await self.types(address, "đủ" if self.chance(0.5) or not is_asked else "1")
        elif address in self.quick or not is_asked:
            said = ", ".join(f"{self.town.names[key].split()[-1]} {reason}" for key, reason in here)
            await self.types(address, f"vắng {said}")
        else:
            await self.types(address, "2")
            numbers = {name: number for number, name in self._numbered(address)}
            said = ", ".join(f"{numbers.get(self.town.names[key], '1')} {reason}" for key, reason in here)
            await self.types(address, said)
        if here:
            await self._through(address, "register")
        if here and self.chance(0.03):
            self.soon("correct", address, self.town.names[here[0][0]].split()[-1], within=(30, 120))

    def _numbered(self, address: str) -> list[tuple[str, str]]:
        shown = self.last(address)
        return [(one.number, one.label) for one in shown.message.choices] if shown is not None else []

    async def _through(self, address: str, what: str) -> None:
        """Whatever is still asked gets the likeliest answer, and the summary is sent."""
        for _ in range(6):
            if await self.picks(address, "Gửi"):
                self.did[f"{what} sent"] += 1
                return
            shown = self.last(address)
            labels = [one.label for one in shown.message.choices] if shown is not None else []
            if any(one.startswith("Bỏ qua") for one in labels):
                await self.types(address, "bỏ qua")
            elif labels and shown is not None and shown.message.choices[0].number == "1":
                await self.types(address, "1")
            else:
                break
        self.lost[f"{what}: {shown.text[:80] if shown is not None else ''}"] += 1

    async def _correct(self, address: str, given: str) -> None:
        await self.types(address, f"{given} đến rồi")
        self.did["corrections"] += await self.picks(address, "Đến muộn")

    async def _asked(self, address: str) -> None:
        """A home to visit: two thirds say that they go, a fifth cannot, the others say nothing."""
        luck = self.dice.random()
        if luck < 0.65 and await self.picks(address, "Tôi sẽ ghé"):
            self.did["accepted"] += 1
        elif 0.65 <= luck < 0.8 and await self.picks(address, "Tôi bận"):
            self.did["passed on"] += 1
            return
        if luck < 0.65 and self.chance(0.9):
            self._visits_soon(address)

    def _visits_soon(self, address: str) -> None:
        day = self.clock.now().astimezone(VIETNAM).date() + timedelta(days=self.dice.choice((0, 1)))
        when = at(day, time(17, self.dice.randint(0, 59)))
        self.plan(max(when, self.clock.now() + timedelta(minutes=20)), "visit", (address,))

    async def _visit(self, address: str) -> None:
        """Every home that this person said they would go to, reported in one line, or by the five questions."""
        with self.database.transaction() as session:
            owned = select(Case).where(Case.owner_id == self.town.people[address], Case.closed_at.is_(None))
            wanted = owned.where(Case.due_at.is_not(None), Case.accepted_at.is_not(None))
            found = {one.pupil_id: session.get_one(Pupil, one.pupil_id).name for one in session.scalars(wanted)}
        for pupil_id, name in found.items():
            child = self.town.children[pupil_id]
            self.did["visits"] += 1
            if hash_of(address) % 3:
                await self.types(address, f"thăm em {name} {child.class_name}: {self._finds(child)}")
                await self._through(address, "visit")
            else:
                await self._by_questions(address, name.split()[-1], child)

    async def _by_questions(self, address: str, given: str, child: object) -> None:
        await self.types(address, "thăm nhà")
        shown = self.last(address)
        mine = [one for one in shown.message.choices if f"{given}," in one.label] if shown is not None else []
        if mine:
            await self.types(address, mine[0].number)
        for answer in ("1", "2", "3", "1", "bỏ qua"):
            shown = self.last(address)
            if shown is not None and any(one.label == "Gửi" for one in shown.message.choices):
                break
            await self.types(address, answer)
        await self._through(address, "visit")

    def _finds(self, child: object) -> str:
        luck, today = self.dice.random(), self.clock.now().astimezone(VIETNAM).date()
        coming = [day for day in self.town.school.days if day > today][:3]
        if luck < 0.15:
            return "không gặp ai"
        if luck < 0.30 or not coming:
            return "gặp cha mẹ, đi rẫy, chưa hẹn"
        promised = self.dice.choice(coming)
        if self.chance(0.6):
            child.back_at = self.town.school.days.index(promised)  # type: ignore[attr-defined]
            if child.kind is not Kind.LEAVING:  # type: ignore[attr-defined]
                child.is_away = False  # type: ignore[attr-defined]
        return f"gặp cha mẹ, đi rẫy, hẹn {promised.day}/{promised.month}"

    async def _invited(self, address: str) -> None:
        luck = self.dice.random()
        if luck < 0.80:
            self.did["comes"] += await self.picks(address, "Đi được")
        elif luck < 0.88 and await self.picks(address, "Không đi được"):
            await self.picks(address, "Không có ai")
            self.did["declines"] += 1

    async def _give(self, address: str) -> None:
        if not await self.picks(address, "Giao việc"):
            return
        shown = self.last(address)
        named = [one for one in shown.message.choices if one.value.startswith("!cases:give")] if shown else []
        if named:
            await self.types(address, self.dice.choice(named).number)
            self.did["given"] += 1

    async def _call(self, address: str) -> None:
        if await self.picks(address, "Gọi hỏi thăm") and await self.picks(address, "Đã nói chuyện"):
            self.did["calls"] += 1
            await self.types(address, "1")
        else:
            self.did["calls in vain"] += 1

    async def _close(self, address: str) -> None:
        if await self.picks(address, "Khép hồ sơ"):
            await self.types(address, "1")
            self.did["closed"] += 1

    async def _minutes(self, address: str) -> None:
        if not await self.picks(address, "Họp xong rồi"):
            return
        for answer in ("11", "3 nhà hứa cho con đi học từ thứ 2", "bỏ qua"):
            await self.types(address, answer)
        await self._through(address, "minutes")

    async def _convene(self, villages: tuple[str, ...], starts: datetime) -> None:
        """An official calls a meeting of one or more villages; those of the plan invite as the plan does."""
        with self.database.transaction() as session:
            world = World(session, self.clock.now())
            organiser = session.get_one(Person, self.town.people["chị Thu"])
            world.acting(organiser)
            ids = tuple(world.village(name).id for name in villages)
            meetings.create(world.work, meetings.Setting(starts, ids, invitees.USUAL))
        await self.service.tick()
        await self.service.settle()


def hash_of(address: str) -> int:
    """The same for everybody's machine: habits must not change from run to run."""
    return sum(map(ord, address))
