"""The budget of a channel that counts messages: what is used, what the plans of the month will need, what goes first.

Zalo's free plan has 3,000 messages a month and 50 users a bot; what counts is not published, so both directions do
(zalo-bot-api.md §8, §14). The numbers are those of one bot and of a calendar month in the commune's zone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.clock import moment
from bot.rules import attendance, meetings, school_days
from bot.rules.work import Refused, Work
from storage import budget as stored
from storage import cases as stored_cases
from storage import meetings as stored_meetings
from storage import people
from storage.people import Address, Role
from storage.reminders import recall, remember
from storage.scope import Scope

WARN_PERCENT, RESERVE_PERCENT = 80, 90
PLANS_PERCENT = 80  # a forecast of the first weeks errs by a fifth, and what waits for the morning costs nobody much
INVITES_END_AT, PEOPLE_AT_MOST = 48, 50  # of one bot; two seats are left for whoever has a code already
LOOKS_BACK = timedelta(days=28)  # what a day costs is learnt from the last four weeks, whatever month they lie in
FORECAST_HOLDS = timedelta(hours=1)
CALLED_BY = time(9)  # when most classes of a morning have been called
# Until three school days have been seen: question, answer, summary, sending and receipt of a class; a home visit.
A_REGISTER, A_CASE, DAYS_TO_LEARN = 4, 8, 3
HELD_BACK = "budget"  # why a push was kept back

Bot = tuple[str, str]  # channel and bot


class Stage(StrEnum):
    """How a bot stands with its month."""

    PLENTY = "plenty"
    THRIFTY = "thrifty"  # four fifths are used, or will be by the plans: courtesy and digests are merged
    RESERVE = "reserve"  # the last tenth: for what must be answered, and for answers
    SPENT = "spent"  # nothing unprompted but what has no other way


class Handling(StrEnum):
    """What becomes of a push."""

    GO = "go"
    WAIT = "wait"  # for the next morning list, in one message with others
    ELSEWHERE = "elsewhere"  # over another chat of the person
    KEEP = "keep"  # said on the list or by nobody; kept as missed


# What the last tenth is kept for: meetings, class questions, homes to visit; and what only an alarm can mend.
KEPT_FOR = ("meetings.", "attendance.", "cases.asked", "visits.again", "alarms.", "linking.", "devices.")
# Thanks, news and gentle reminders: nobody has to act on them this evening.
COURTESY = frozenset(
    {
        "cases.back",
        "cases.commune",
        "cases.listed_again",
        "invitation.comes_after_all",
        "promises.kept",
        "regular_report.sent",
        "regular_report.corrected",
        "seen_at_home.told",
        "support.arrived",
        "village_week.page",
        "village_week.commune",
        "visits.corrected",
        "visits.heard",
        "visits.told",
    }
)
DIGESTS = frozenset({"reports.digest"})
WAITS = COURTESY | DIGESTS
LEFT_OUT = frozenset({"alerts.why"})  # a question of today that nobody could answer tomorrow morning

GROUPS = {
    "registers": ("attendance", "correction"),
    "meetings": ("meetings", "invitation", "minutes", "move", "call_off", "organise", "guests", "aloud"),
    "homes": ("cases", "visits", "promises", "calls", "alerts", "case_reason", "case_note", "seen_at_home"),
    "lists": ("tasks", "menu"),
    "digests": ("reports",),
}
GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}


@dataclass(frozen=True)
class Usage:
    """What went over a bot in a time, both ways; `by_kind`: (sent, received) of each group of `GROUPS`, and `other`."""

    outbound: int
    inbound: int
    by_kind: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.outbound + self.inbound


@dataclass(frozen=True)
class Status:
    """A bot as doctor and the office page show it. `limit` 0: no limit. `parts` of what the month still needs."""

    channel: str
    bot: str
    limit: int
    usage: Usage
    parts: dict[str, int]
    people: int
    stage: Stage

    @property
    def forecast(self) -> int:
        """What the month will have come to."""
        return self.usage.total + sum(self.parts.values())

    @property
    def percent(self) -> int:
        return 100 * self.usage.total // self.limit if self.limit else 0


# Counting


def month_of(work: Work, on: date | None = None) -> tuple[datetime, datetime]:
    """The calendar month of a day (UTC): [start, end)."""
    first = (on or work.now.astimezone(work.zone).date()).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return moment(first, time(0), work.zone), moment(following, time(0), work.zone)


def usage(work: Work, channel: str, bot: str, start: datetime, end: datetime) -> Usage:
    """What went over a bot between two moments (UTC), with what it was spent on."""
    sent: dict[str, int] = {}
    where = (work.session, channel, bot, start, end)
    for found in (stored.pushed_by_kind(*where), stored.answered_by_conversation(*where)):
        for kind, n in found.items():
            sent[_group(kind)] = sent.get(_group(kind), 0) + n
    came: dict[str, int] = {}
    for about, n in stored.came_by_conversation(*where).items():
        came[_group(about)] = came.get(_group(about), 0) + n
    groups = {name: (sent.get(name, 0), came.get(name, 0)) for name in (*GROUPS, "other")}
    return Usage(sum(sent.values()), sum(came.values()), groups)


def _group(kind: str) -> str:
    return GROUP_OF.get(kind.partition(".")[0], "other")


def bots(work: Work) -> list[tuple[str, str, int]]:
    """(channel, bot, limit) of every bot that is known, in the order of the settings."""
    return [(channel, bot, limit) for (channel, bot), limit in work.limits.items()]


def status(work: Work, channel: str, bot: str) -> Status:
    """How a bot stands this month, with its forecast and its people."""
    limit = work.limits.get((channel, bot), 0)
    used = usage(work, channel, bot, *month_of(work))
    parts = needs(work, channel, bot)
    found = stage_of(limit, used.total, used.total + sum(parts.values()))
    return Status(channel, bot, limit, used, parts, stored.people_on(work.session, channel, bot), found)


def used(work: Work, channel: str, bot: str) -> int:
    """How many messages of this month are gone, both ways; read once in a transaction."""
    return work.once(
        ("budget used", channel, bot), lambda: sum(stored.totals(work.session, channel, bot, *month_of(work)))
    )


# The forecast


def forecast(work: Work, channel: str, bot: str) -> int:
    """What the month will have come to; its plans are looked up once an hour."""
    return used(work, channel, bot) + _remembered(work, channel, bot)


def needs(work: Work, channel: str, bot: str) -> dict[str, int]:
    """What the plans of the month still need: registers, meetings, digests, cases that are open, and the usual rest.

    A bot's own last four weeks tell what each costs.
    """
    here = stored.first_on(work.session, channel, bot)
    days = _days_left(work)
    cost = _costs(work, channel, bot, here)
    officials = _with_role(work, Role.OFFICIAL) & here
    homes = sum(case.owner_id in here for case, _, _ in stored_cases.all_open(Scope.everything(), work.session))
    return {
        "registers": round(days * len(_classes(work, here)) * cost.register),
        "meetings": max(_meetings(work, here), round(days * cost.meetings)),
        "digests": days * len(officials),
        "homes": max(homes * A_CASE, round(days * cost.homes)),
        "rest": round(days * cost.rest),
    }


@dataclass(frozen=True)
class Costs:
    """What a school day costs: each class for its register, all meetings, all homes, and everything without a plan."""

    register: float
    meetings: float
    homes: float
    rest: float


def _costs(work: Work, channel: str, bot: str, here: set[int]) -> Costs:
    since = work.now - LOOKS_BACK
    first = stored.first_sent(work.session, channel, bot, since)
    days = [] if first is None else _school_days(work, first.astimezone(work.zone).date(), work.today)
    if len(days) < DAYS_TO_LEARN:
        return Costs(A_REGISTER, 0, 0, 0)
    seen = usage(work, channel, bot, since, work.now).by_kind
    classes = len(_classes(work, here)) or 1
    spent = {name: sum(both) for name, both in seen.items()}
    rest = spent["lists"] + spent["other"] + seen["digests"][1]
    a_day = {name: spent[name] / len(days) for name in ("registers", "meetings", "homes")}
    return Costs(a_day["registers"] / classes, a_day["meetings"], a_day["homes"], rest / len(days))


def _meetings(work: Work, here: set[int]) -> int:
    """Of every meeting of the month that is to come: the invitation and its answer where it is owed, the reminders."""
    _, end = month_of(work)
    found = 0
    for meeting in stored_meetings.upcoming(Scope.everything(), work.session, work.now):
        if meeting.starts_at >= end or meeting.invited_from is None:
            continue
        standing = meetings.standing(work, meeting)
        left = sum(one.at > work.now for one in work.reminder_times.moments(meeting.starts_at, work.zone))
        answered = {one.person.id for one in (*standing.coming, *standing.late)} & here
        silent = {one.person.id for one in standing.silent} & here
        invitation = 1 if meeting.invited_from > work.now else 0
        found += len(answered) * left + len(silent) * (left + invitation + 2)
    return found


def _classes(work: Work, here: set[int]) -> set[int]:
    """The classes whose register is asked for over this bot."""
    return {class_id for person_id, class_id in people.class_teachers(work.session, work.today) if person_id in here}


def _with_role(work: Work, role: Role) -> set[int]:
    return {person.id for person in people.with_role(work.session, role, work.today)}


def _days_left(work: Work) -> int:
    """The school days whose classes are still to be called; before nine today's is one of them."""
    is_early = work.now.astimezone(work.zone).time() < CALLED_BY
    last = month_of(work)[1].astimezone(work.zone).date() - timedelta(days=1)
    return len(_school_days(work, work.today + timedelta(days=0 if is_early else 1), last))


def _school_days(work: Work, first: date, last: date) -> list[date]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if school_days.is_school_day(work, day)]


# Stages


def stage(work: Work, channel: str, bot: str) -> Stage:
    """How a bot stands now. The forecast is made once an hour, what is used is counted at each look."""
    limit = work.limits.get((channel, bot), 0)
    if not limit:
        return Stage.PLENTY
    gone = used(work, channel, bot)
    return work.once(
        ("budget stage", channel, bot), lambda: stage_of(limit, gone, gone + _remembered(work, channel, bot))
    )


def stage_of(limit: int, used: int, forecast: int) -> Stage:
    """The stage of these numbers; a limit of 0 is none."""
    if not limit:
        return Stage.PLENTY
    if used >= limit:
        return Stage.SPENT
    if 100 * used >= RESERVE_PERCENT * limit:
        return Stage.RESERVE
    if 100 * used >= WARN_PERCENT * limit or 100 * forecast > PLANS_PERCENT * limit:
        return Stage.THRIFTY
    return Stage.PLENTY


def _remembered(work: Work, channel: str, bot: str) -> int:
    """What the month still needs, looked up anew after an hour, and when the month has turned."""
    key = f"budget:{channel}:{bot}"
    known, month = recall(work.session, key), month_of(work)[0].isoformat()
    if known.get("month") == month:
        age = work.now - datetime.fromisoformat(known["at"])
        if timedelta(0) <= age < FORECAST_HOLDS:
            return int(known["needs"])
    found = sum(needs(work, channel, bot).values())
    remember(work.session, key, month=month, at=work.now.isoformat(), needs=found)
    return found


def counts(work: Work, person_id: int) -> Bot | None:
    """The bot that a person is reached over first, if its messages are counted."""

    def first() -> Bot | None:
        for address in people.addresses(work.session, person_id)[:1]:
            if work.limits.get((address.channel, address.bot)):
                return address.channel, address.bot
        return None

    return work.once(("budget counts", person_id), first) if work.limits else None


def is_short(work: Work, person_id: int) -> bool:
    """Whether the bot that a person is reached over runs short of messages this month."""
    bot = counts(work, person_id)
    return bot is not None and stage(work, *bot) is not Stage.PLENTY


def low(work: Work) -> list[Bot]:
    """The bots that have used four fifths of their month: administrators hear of them."""
    return [
        (channel, bot)
        for channel, bot, limit in bots(work)
        if limit and 100 * used(work, channel, bot) >= WARN_PERCENT * limit
    ]


def handling(found: Stage, kind: str, *, has_other: bool) -> Handling:
    """What becomes of a push of a kind over a bot at a stage; `has_other`: the person has another chat to use."""
    if found is Stage.PLENTY:
        return Handling.GO
    is_kept_for = kind.startswith(KEPT_FOR)
    if found is Stage.THRIFTY:
        return Handling.WAIT if kind in WAITS else Handling.KEEP if kind in LEFT_OUT else Handling.GO
    if is_kept_for and (found is Stage.RESERVE or not has_other):
        return Handling.GO
    return Handling.ELSEWHERE if has_other else Handling.KEEP


def goes_with_register(work: Work, person_id: int) -> bool:
    """Whether a person's class is asked for later today: then the receipt of its register carries the list."""
    start, end = work.now, moment(work.today + timedelta(days=1), time(0), work.zone)
    owed = attendance.tasks(work, start, end, person_id)
    return any(start < one.at <= end for task in owed for one in task.remind)


# People


def other_chat(work: Work, person_id: int, address: Address) -> Address | None:
    """The person's next chat over a bot that does not count, or has enough left."""
    for other in people.addresses(work.session, person_id):
        if other.id != address.id and stage(work, other.channel, other.bot) in (Stage.PLENTY, Stage.THRIFTY):
            return other
    return None


@dataclass(frozen=True)
class Seat:
    """Where a code can be typed on a channel whose bots take 50 people each.

    `bot` is the one that it is meant for, the `number`th of `of`; empty when all of them are full.
    """

    channel: str
    bot: str
    number: int
    of: int


def require_seat(work: Work, channel: str, bot: str) -> None:
    """Raises Refused("bot_full") where the 51st person would join: the platform does not serve them."""
    if (channel, bot) in work.limits and stored.people_on(work.session, channel, bot) >= PEOPLE_AT_MOST:
        raise Refused("bot_full", n=PEOPLE_AT_MOST)


def seats(work: Work) -> list[Seat]:
    """For the newest code, the bot of each such channel: the first of the settings with room.

    So one bot fills before the next begins, and whoever looks after them has one to watch. Other codes that are out
    take the rooms before it, in the same order.
    """
    channels = dict.fromkeys(channel for channel, _, _ in bots(work))
    return [_seat(work, channel) for channel in channels]


def _seat(work: Work, channel: str) -> Seat:
    known = [bot for of_channel, bot, _ in bots(work) if of_channel == channel]
    before = max(stored.open_invites(work.session, channel, work.now) - 1, 0)
    for number, bot in enumerate(known, start=1):
        room = INVITES_END_AT - stored.people_on(work.session, channel, bot)
        if room > before:
            return Seat(channel, bot, number, len(known))
        before -= max(room, 0)
    return Seat(channel, "", 0, len(known))
