"""The weekly page of a village, thanks first; the officials see every village in a line, each opens its page."""

from __future__ import annotations

from datetime import date, timedelta

from bot.conversations import meetings_words, wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.i18n import N_
from bot.messages import Choice, Outgoing
from bot.parsing import given_name
from bot.rules import people, village_week
from bot.rules.tasks import Moment, Task
from bot.rules.village_week import COMMUNE_TASK, PAGE_TASK, Open, Page
from storage import people as stored_people
from storage import places, pupils
from storage.places import Place

NAMES_AT_MOST = 8
OPEN_AT_MOST = 5
VISITORS_AT_MOST = 6
VILLAGES_A_PAGE = 7
COMMUNE = "commune"


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """One's own village so far this week, or all villages; `7.2024-03-22` a village's week, `commune.…` all of them."""
    first, _, rest = argument.partition(".")
    if first == COMMUNE:
        day, _, start = rest.partition(".")
        return all_villages(chat, _day(chat, day), int(start) if start.isdigit() else 0)
    if first.isdigit():
        return page(chat, village_week.page(chat.work, int(first), _day(chat, rest)))
    if chat.scope.communes:
        return all_villages(chat, _day(chat, ""), 0)
    villages = [one for one in sorted(chat.scope.villages) if places.get(chat.session, one) is not None]
    if len(villages) == 1:
        return page(chat, village_week.page(chat.work, villages[0], _day(chat, "")))
    options = [(chat.to("village_week", str(one.id)), one.name) for one in _places(chat, villages)]
    return chat.menu_of(chat.say("Which village does %(you)s want to see?"), *options[:8])


def _places(chat: Chat, village_ids: list[int]) -> list[Place]:
    found = (places.get(chat.session, one) for one in village_ids)
    return [one for one in found if one is not None]


def _day(chat: Chat, text: str) -> date:
    """The day that a week's page is of; without one, this week's."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return village_week.week_of(chat.work, people.commune_of(chat.work).id)


def page(chat: Chat, found: Page) -> Outgoing:
    """At most 900 characters: who was visited and by whom, who is back, what is open, what comes."""
    rows = [_head(chat, found)]
    rows += [chat.say("• %(line)s", line=line) for line in (*_done(chat, found), *_counts(chat, found))]
    rows += [
        chat.say(
            "• Next week's meeting: %(when)s, %(place)s",
            when=meetings_words.hour_and_day(chat, one.starts_at),
            place=meetings_words.place(chat, one),
        )
        for one in found.meetings[:2]
    ]
    rows += _open(chat, found)
    options = [(chat.to("tasks"), chat.say("My tasks"))]
    if found.still_open:
        options.append((chat.to("cases"), chat.say("Pupils who are looked after")))
    if found.meetings:
        options.append((chat.to("meetings"), chat.say("Meetings")))
    return chat.menu_of("\n".join(rows), *options)


def _head(chat: Chat, found: Page) -> str:
    values = {"village": found.village.name, "week": _week(chat, found)}
    if found.homes or found.back or found.kept or found.in_time or found.late:
        return chat.say(
            "%(village)s, week %(week)s. Thank you, %(you)s, and everybody who looked after the children.", **values
        )
    return chat.say("%(village)s, week %(week)s:", **values)


def _week(chat: Chat, found: Page) -> str:
    zone = chat.work.zone
    first = found.since.astimezone(zone).date() + timedelta(days=1)
    last = found.until.astimezone(zone).date()
    return chat.say("%(first)s-%(last)s", first=chat.reader.date(first), last=chat.reader.date(last))


def _done(chat: Chat, found: Page) -> list[str]:
    lines = []
    if found.homes:
        visitors = [
            chat.say("%(who)s %(n)d", who=wording.person(chat.reader, one), n=n)
            for person_id, n in found.visited[:VISITORS_AT_MOST]
            if (one := stored_people.get(chat.session, person_id)) is not None
        ]
        lines.append(
            chat.say_n(
                "%(n)d home visited: %(who)s", "%(n)d homes visited: %(who)s", found.homes, who=wording.all_of(visitors)
            )
        )
    if found.back:
        lines.append(chat.say("Back in class: %(names)s", names=_names(chat, found.back)))
    return lines


def _counts(chat: Chat, found: Page) -> list[str]:
    lines = []
    if found.promised:
        lines.append(chat.say("Promises kept: %(kept)d of %(n)d", kept=found.kept, n=found.promised))
    if found.late:
        lines.append(chat.say("Tasks done: %(n)d in time, %(late)d late", n=found.in_time, late=found.late))
    elif found.in_time:
        lines.append(chat.say("Tasks done: %(n)d, all in time", n=found.in_time))
    return lines


def _names(chat: Chat, pupil_ids: tuple[int, ...]) -> str:
    """`em Chi (6A), em Bình (6A)`."""
    shown = [name for one in pupil_ids[:NAMES_AT_MOST] if (name := _name(chat, one))]
    more = len(pupil_ids) - len(shown)
    listed = wording.all_of(shown)
    return chat.say("%(names)s and %(n)d more", names=listed, n=more) if more > 0 else listed


def _name(chat: Chat, pupil_id: int) -> str:
    """By given name and class, as a push names a pupil."""
    listed = pupils.listed(chat.scope, chat.session, pupil_ids=[pupil_id], studying_only=False)
    if not listed:
        return ""
    return chat.say(
        "%(given)s (%(class_name)s)", given=given_name(listed[0].pupil.name), class_name=listed[0].class_name
    )


def _open(chat: Chat, found: Page) -> list[str]:
    if not found.still_open:
        return []
    rows = [chat.say("Still to be looked after:")]
    rows += [
        chat.say("• %(name)s: %(step)s", name=_name(chat, one.case.pupil_id), step=_step(chat, one))
        for one in found.still_open[:OPEN_AT_MOST]
    ]
    more = len(found.still_open) - OPEN_AT_MOST
    if more > 0:
        rows.append(chat.say("• and %(n)d more", n=more))
    return rows


def _step(chat: Chat, one: Open) -> str:
    """Whose step it is; never that it is late."""
    if one.promised_on is not None:
        return chat.say("promised for %(day)s", day=chat.reader.day(one.promised_on))
    owner = stored_people.get(chat.session, one.owner_id)
    if owner is None:
        return chat.say("the commune looks at it")
    return chat.say("%(who)s looks after it", who=wording.person(chat.reader, owner))


# For the officials


def all_villages(chat: Chat, on: date, start: int) -> Outgoing:
    """A line a village, and the way to its page."""
    commune_id = people.commune_of(chat.work).id
    found = village_week.pages(chat.work, commune_id, on)
    if not found:
        text = chat.say("This week there is nothing to tell of the villages yet.")
        return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))
    start = start if start < len(found) else 0
    shown = found[start : start + VILLAGES_A_PAGE]
    head = chat.say("The villages, week %(week)s. Thank you, everybody.", week=_week(chat, found[0]))
    rows = [head, *(_line(chat, one) for one in shown)]
    options = [(chat.to("village_week", f"{one.village.id}.{on.isoformat()}"), one.village.name) for one in shown]
    message = chat.menu_of("\n".join(rows), *options)
    if start + VILLAGES_A_PAGE >= len(found):
        return message
    more = Choice(
        chat.to("village_week", f"{COMMUNE}.{on.isoformat()}.{start + VILLAGES_A_PAGE}"),
        chat.say("More"),
        number="99",
        is_bare=True,
    )
    return message.with_choices((*message.choices, more))


def _line(chat: Chat, found: Page) -> str:
    """`• Cà Xen: thăm 3 nhà, 2 em đi học lại, còn 1 em`."""
    values = {"village": found.village.name, "homes": found.homes, "back": len(found.back)}
    if not found.still_open:
        return chat.say("• %(village)s: %(homes)d homes visited, %(back)d pupils back", **values)
    return chat.say(
        "• %(village)s: %(homes)d homes visited, %(back)d pupils back, %(open)d still to be looked after",
        open=len(found.still_open),
        **values,
    )


def told(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """Friday's page to those of the village; nothing when there is nothing to say."""
    found = village_week.page(chat.work, task.subject_id, date.fromisoformat(task.occurrence))
    return page(chat, found) if found.has_something_to_say else None


def told_commune(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """The same to the officials, all villages at once."""
    on = date.fromisoformat(task.occurrence)
    return all_villages(chat, on, 0) if village_week.pages(chat.work, task.subject_id, on) else None


VILLAGE_WEEK = Conversation(
    name="village_week",
    title=lambda chat: chat.say("The village's week"),
    words=("tuần của thôn", "trang tuần", "the village's week"),
    may="village_week.see",
    opens=opening,
    help=N_("What was done for the children of the village this week"),
    is_lookup=True,
)
REMINDERS = {PAGE_TASK: told, COMMUNE_TASK: told_commune}
