"""People and channels: who has joined, as what, reached over what, when last heard from; and the channels' budgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.conversations import wording
from bot.i18n import N_
from bot.parsing import fold
from bot.rules import budget
from bot.rules.budget import Stage
from bot.web.office import lists
from bot.web.office.desk import Cell, Desk, Grid, Pages, Room, Row, Sheet
from storage import office as stored
from storage.office import PeopleAsked
from storage.people import Address, AddressStatus, Person, Status

LETTERS_AT_MOST = 60
STATUSES = {
    Status.ACTIVE: N_("has joined"),
    Status.INVITED: N_("invited, has not joined"),
    Status.UNREACHABLE: N_("no message arrives"),
    Status.LEFT: N_("has left"),
}
STAGES = {
    Stage.PLENTY: N_("plenty"),
    Stage.THRIFTY: N_("thrifty: news waits for the morning list"),
    Stage.RESERVE: N_("the last tenth: only what must be answered"),
    Stage.SPENT: N_("used up"),
}
GROUPS = {
    "registers": N_("registers of classes"),
    "meetings": N_("messages about meetings"),
    "homes": N_("home visits"),
    "lists": N_("lists of tasks"),
    "digests": N_("figures of the day"),
    "other": N_("other messages"),
}


def page(desk: Desk) -> Sheet:
    """`?tim=rot`, `?loc=unreachable`, pages; an audited look."""
    letters = desk.asked.query.get("tim", "").strip()[:LETTERS_AT_MOST]
    status = desk.asked.query.get("loc", "")
    asked = PeopleAsked(fold(letters), status if status in set(Status) else "")
    n = stored.count_people(desk.scope, desk.session, asked)
    pages = desk.page(n)
    found = stored.people(desk.scope, desk.session, asked, pages.rows)
    desk.work.audit("people.listed", n=len(found))
    filters = [("", N_("Everybody")), *((str(code), label) for code, label in STATUSES.items())]
    values = {
        "letters": letters,
        "chosen": asked.status,
        "filters": [(f"?loc={code}", desk.say(label), code == asked.status) for code, label in filters],
        "budgets": _budgets(desk),
        "people": _grid(desk, found, n, pages),
    }
    return Sheet("people.html", desk.say("People and channels"), values)


def _grid(desk: Desk, found: Sequence[Person], n: int, pages: Pages) -> Grid:
    ids = [person.id for person in found]
    chats, roles = stored.chats(desk.session, ids), lists.positions(desk, found)
    return Grid(
        [
            desk.say("Who"), desk.say("Role"), desk.say("Telephone"), desk.say("Channels, in order"),
            desk.say("Last heard from"), desk.say("State"),
        ],
        [_row(desk, person, roles.get(person.id, ""), chats.get(person.id, [])) for person in found],
        desk.say_n("%(n)d person", "%(n)d people", n),
        empty=desk.say("Nobody is called so."),
        pages=pages,
    )  # fmt: skip


def _row(desk: Desk, person: Person, role: str, chats: list[Address]) -> Row:
    is_lost = person.status == Status.UNREACHABLE
    name = f"{person.name} ({person.form})" if person.form else person.name
    return [
        name,
        role or "–",
        lists.numbers([person]),
        wording.all_of([_channel(desk, one) for one in chats]) or "–",
        _moment(desk, person.last_seen_at),
        Cell(desk.say(STATUSES[Status(person.status)]), is_loud=is_lost),
    ]


def _channel(desk: Desk, one: Address) -> str:
    name = wording.channel(one.channel)
    return name if one.status == AddressStatus.ACTIVE else desk.say("%(channel)s (closed)", channel=name)


def _moment(desk: Desk, at: datetime | None) -> str:
    """`20/3, 7:24`."""
    if at is None:
        return "–"
    return f"{desk.reader.date(at.astimezone(desk.work.zone).date())}, {desk.reader.clock(at)}"


def _budgets(desk: Desk) -> Grid | None:
    """How each bot whose messages are counted stands this month."""
    bots = [(channel, bot, limit) for channel, bot, limit in budget.bots(desk.work) if limit]
    if not bots or not desk.scope.communes:
        return None
    rows: list[Row] = [_budget(desk, *one) for one in bots]
    return Grid(
        [
            desk.say("Bot"), desk.say("Used this month"), desk.say("Will be used"), desk.say("Limit"),
            desk.say("State"), desk.say("Used for"),
        ],
        rows, desk.say("Messages of the month"), numbers=frozenset({1, 2, 3}),
    )  # fmt: skip


def _budget(desk: Desk, channel: str, bot: str, limit: int) -> Row:
    used = budget.usage(desk.work, channel, bot, *budget.month_of(desk.work))
    stage = budget.stage(desk.work, channel, bot)
    spent = sorted(((sum(both), name) for name, both in used.by_kind.items() if sum(both)), reverse=True)
    return [
        f"{wording.channel(channel)} {bot}" if bot != channel else wording.channel(channel),
        used.total,
        budget.forecast(desk.work, channel, bot),
        limit,
        Cell(desk.say(STAGES[stage]), is_loud=stage is not Stage.PLENTY),
        wording.all_of([f"{desk.say(GROUPS[name])} {n}" for n, name in spent]) or "–",
    ]


ROOMS = (Room("/nguoi", "people.see", page, label=N_("People and channels")),)
