"""Messages that did not arrive: whom to telephone today, and what was lost in the last days."""

from __future__ import annotations

from datetime import timedelta

from bot.conversations import unreached as words
from bot.conversations import wording
from bot.i18n import N_
from bot.rules import people, unreached
from bot.web.office import lists
from bot.web.office.desk import ROOT, Desk, Gone, Grid, Room, Row, Sheet
from storage import office as stored
from storage.chat import Outbox, OutboxStatus
from storage.people import Person

BACK = timedelta(days=14)
# What a message was about, by what its kind begins with.
ABOUT = {
    "attendance": N_("absences of a class"),
    "correction": N_("absences of a class"),
    "meetings": N_("a meeting"),
    "invitation": N_("a meeting"),
    "minutes": N_("a meeting"),
    "plans": N_("a plan"),
    "cases": N_("a pupil at risk"),
    "visits": N_("a pupil at risk"),
    "promises": N_("a promised day"),
    "tasks": N_("the tasks of the day"),
    "reports": N_("the figures of the day"),
    "support": N_("help for a pupil"),
}
OTHER = N_("another matter")


def page(desk: Desk) -> Sheet:
    """Whom to telephone today, each with a button for having done it; below it what was lost. Audited looks."""
    to_call = unreached.look(desk.work) if people.may(desk.work, "unreached.call") else []
    calls = [
        (one.person.id, one.person.name, lists.calls([one.person]), words.about(desk.chat, one)) for one in to_call
    ]
    since = desk.work.now - BACK
    n = stored.count_lost(desk.scope, desk.session, since)
    pages = desk.page(n)
    found = stored.lost(desk.scope, desk.session, since, pages.rows)
    if found:
        desk.work.audit("unreached.phones_seen", n=len(found))
    grid = Grid(
        [desk.say("When"), desk.say("Who"), desk.say("Telephone"), desk.say("About"), desk.say("What became of it")],
        [_row(desk, row, person) for row, person in found],
        desk.say("Lost in the last 14 days"),
        empty=desk.say("Every message has arrived."),
        pages=pages,
    )
    return Sheet("messages.html", desk.say("Messages"), {"calls": calls, "lost": grid})


def _row(desk: Desk, row: Outbox, person: Person) -> Row:
    day = desk.reader.day(row.due_at.astimezone(desk.work.zone).date())
    name = wording.channel(row.channel)
    is_refused = row.status == OutboxStatus.FAILED
    what = (
        desk.say("%(channel)s did not take it", channel=name)
        if is_refused
        else desk.say("its time ran out (%(channel)s)", channel=name)
    )
    about = desk.say(ABOUT.get(row.kind.partition(".")[0], OTHER))
    return [f"{day}, {desk.reader.clock(row.due_at)}", person.name, lists.numbers([person]), about, what]


def called(desk: Desk) -> Gone:
    """They have been telephoned; nobody else is asked to. Raises Refused: not allowed, `nothing_waits`."""
    unreached.note_called(desk.work, [desk.number("person")])
    return Gone(f"{ROOT}/tin")


ROOMS = (Room("/tin", "people.see", page, called, label=N_("Lost messages")),)
