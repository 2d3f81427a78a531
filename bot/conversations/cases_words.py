"""A case in words: why it was opened, whose turn it is, what has been done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.i18n import N_
from bot.parsing import given_name
from bot.rules import case_events as events
from bot.rules.findings import IN_A_ROW
from storage import cases, people, promises, pupils
from storage.cases import Case, CaseEvent, CaseStatus
from storage.people import Person
from storage.promises import NO, YES, Promise
from storage.pupils import Listed, PupilStatus

HISTORY_SHOWN = 6
A_WEEK = 7


def listed(chat: Chat, pupil_id: int) -> Listed | None:
    """The pupil of a case, within the scope; read once a turn."""

    def read() -> Listed | None:
        found = pupils.listed(chat.scope, chat.session, pupil_ids=[pupil_id], studying_only=False)
        return found[0] if found else None

    return chat.once(("listed", pupil_id), read)


def read_at_once(chat: Chat, found: Sequence[Case]) -> list[Person]:
    """Reads what the words of several cases ask for: pupils, promises, people. Whoever calls keeps the people."""
    ids = [case.pupil_id for case in found]
    pupils_of = {
        one.pupil.id: one for one in pupils.listed(chat.scope, chat.session, pupil_ids=ids, studying_only=False)
    }
    kept: dict[int, list[Promise]] = {pupil_id: [] for pupil_id in ids}
    for promise in promises.of_pupils(chat.scope, chat.session, ids):
        kept[promise.pupil_id].append(promise)
    for pupil_id in ids:
        chat.once(("listed", pupil_id), partial(pupils_of.get, pupil_id))
        chat.once(("promises", pupil_id), partial(kept.get, pupil_id))
    named = {promise.to_id for of_pupil in kept.values() for promise in of_pupil}
    named |= {int(case.opened_by) for case in found if case.opened_by.isdigit()}
    named |= {case.owner_id for case in found if case.owner_id is not None}
    return people.several(chat.session, named)


def values(chat: Chat, pupil_id: int) -> dict[str, str]:
    """`name` (given) and `class_name`, as a push names a pupil."""
    one = listed(chat, pupil_id)
    if one is None:
        return {"pupil": "", "class_name": ""}
    return {"pupil": given_name(one.pupil.name), "class_name": one.class_name}


def who(chat: Chat, person_id: int | None) -> str:
    """`bác Rớt`."""
    person = people.get(chat.session, person_id)
    return wording.person(chat.reader, person) if person is not None else ""


def with_position(chat: Chat, person: Person) -> str:
    """`bác Rớt, trưởng thôn Cà Xen`."""
    parts = (wording.person(chat.reader, person), wording.position(chat, person))
    return wording.all_of([part for part in parts if part])


# Why


def why(chat: Chat, rule: str, facts: dict[str, Any]) -> str:
    """`vắng 3 buổi liền`: what a rule found, in a few words."""
    is_one = facts.get("one_session", True)
    n = facts.get("n", 0)
    if rule in IN_A_ROW or rule.startswith("R1"):
        sentence = N_("%(n)d sessions missed in a row") if is_one else N_("%(n)d days missed in a row")
        return chat.say(sentence, n=n)
    if rule == "R3":
        sentence = (
            N_("%(n)d sessions missed in %(weeks)d weeks: %(days)s")
            if is_one
            else N_("%(n)d days missed in %(weeks)d weeks: %(days)s")
        )
        return chat.say(sentence, n=n, weeks=facts.get("weeks", 4), days=_weekdays(chat, facts))
    if rule.startswith("R5"):
        return chat.say(
            "%(n)d of %(of)d school days missed this year (%(percent)d%%)",
            n=n,
            of=facts.get("of", 0),
            percent=facts.get("percent", 0),
        )
    return ""


def _weekdays(chat: Chat, facts: dict[str, Any]) -> str:
    """`2 thứ 2, 3 thứ 6`: the commonest first."""
    counted = {int(day): int(n) for day, n in facts.get("weekdays", {}).items()}
    order = sorted(counted, key=lambda day: (-counted[day], day))
    monday = date(2024, 1, 1)
    return wording.all_of(
        [
            chat.say(
                "%(n)d × %(weekday)s",
                n=counted[day],
                weekday=chat.reader.weekday(date.fromordinal(monday.toordinal() + day)),
            )
            for day in order
        ]
    )


def why_of(chat: Chat, case: Case) -> str:
    """Why a case was opened; for one opened by a person, by whom."""
    if case.why:
        return why(chat, str(case.why.get("rule", "")), case.why)
    opener = who(chat, int(case.opened_by)) if case.opened_by.isdigit() else ""
    return chat.say("opened by %(who)s", who=opener) if opener else chat.say("opened after a home visit")


# Whose turn it is


def state(chat: Chat, case: Case, *, is_short: bool = False) -> str:
    """`bác Rớt đã thăm, hẹn thứ 6, 22/3`: who has it, or that nobody does.

    `is_short`: whoever was asked and has not said yes does not have it yet, as a digest says it.
    """
    if is_short and case.accepted_at is None and case.status == CaseStatus.OPEN:
        return chat.say("nobody has it yet")
    if case.status == CaseStatus.WATCHING and case.back_on is not None:
        return chat.say("back in class since %(day)s", day=chat.reader.day(case.back_on))
    if case.closed_at is not None:
        return chat.say("closed")
    if _has_dropped_out(chat, case):
        return chat.say("no longer comes to school")
    return _promised(chat, case, is_short=is_short) or _asked(chat, case)


def _has_dropped_out(chat: Chat, case: Case) -> bool:
    one = listed(chat, case.pupil_id)
    return one is not None and one.pupil.status == PupilStatus.DROPPED_OUT


def _promised(chat: Chat, case: Case, *, is_short: bool) -> str:
    """The last promise of a case that still speaks for itself."""
    found = [one for one in _promises(chat, case.pupil_id) if one.case_id == case.id]
    if not found or found[0].kept == YES:
        return ""
    last = found[0]
    is_near = is_short and 0 <= (last.day - chat.work.today).days < A_WEEK
    day = chat.reader.weekday(last.day) if is_near else chat.reader.day(last.day)
    facts = {"who": who(chat, last.to_id), "day": day}
    if last.kept == NO:
        return chat.say("promised for %(day)s, did not come", **facts) if case.accepted_at is None else ""
    if last.meeting_id is not None:
        return chat.say("promised at the meeting for %(day)s", **facts)
    return chat.say("%(who)s has visited, promised for %(day)s", **facts)


def _promises(chat: Chat, pupil_id: int) -> Sequence[Promise]:
    """A pupil's promises, the latest first; read once a turn."""
    return chat.once(("promises", pupil_id), lambda: promises.of_pupils(chat.scope, chat.session, [pupil_id]))


def _asked(chat: Chat, case: Case) -> str:
    owner = who(chat, case.owner_id)
    if not owner or (case.is_with_commune and case.accepted_at is None):
        return chat.say("nobody has it yet")
    if case.accepted_at is None and case.asked_at is not None:
        return chat.say("%(who)s has been asked", who=owner)
    if case.due_at is not None and case.asked_at is not None:
        day = chat.reader.near_day(case.due_at.astimezone(chat.work.zone).date(), chat.work.today)
        return chat.say("%(who)s goes there, by %(day)s", who=owner, day=day)
    return chat.say("%(who)s looks after it", who=owner)


# What has been done


def history(chat: Chat, case: Case) -> list[str]:
    """The last lines of a case's history, the earliest first."""
    found = cases.events(chat.scope, chat.session, case.id)
    told = [line for event in found if (line := line_of(chat, event))]
    return told[-HISTORY_SHOWN:]


def line_of(chat: Chat, event: CaseEvent) -> str:
    """`• 20/3 nhờ bác Rớt`; nothing for what only the machine needs."""
    sentence = LINES.get(event.kind)
    if sentence is None:
        return ""
    facts = event.facts
    if event.kind == events.NOTED and event.actor_id == chat.me.id and facts.get("note"):
        sentence = OWN_NOTE  # what a person wrote is shown in a chat to nobody else (T2)
    named = facts.get("person") or facts.get("to") or event.actor_id
    promised = facts.get("day")
    return chat.say(
        sentence,
        date=chat.reader.date(event.at.astimezone(chat.work.zone).date()),
        who=who(chat, int(named)) if named else chat.say("Ra Lớp"),
        day=chat.reader.day(date.fromisoformat(promised)) if promised else "",
        n=facts.get("n", 0),
        note=facts.get("note", ""),
    )


LINES = {
    events.OPENED: N_("• %(date)s: opened"),
    events.REOPENED: N_("• %(date)s: absent again, opened once more"),
    events.ASKED: N_("• %(date)s: %(who)s was asked"),
    events.ALONG: N_("• %(date)s: %(who)s was asked to help"),
    events.ACCEPTED: N_("• %(date)s: %(who)s said yes"),
    events.DECLINED: N_("• %(date)s: %(who)s is busy"),
    events.SILENT: N_("• %(date)s: no answer yet, somebody else is asked"),
    events.OVERDUE: N_("• %(date)s: the visit has not been made yet"),
    events.UNANSWERED: N_("• %(date)s: nobody knows whether the promise was kept"),
    events.VISITED: N_("• %(date)s: %(who)s visited"),
    events.CALLED: N_("• %(date)s: %(who)s telephoned"),
    events.REASON: N_("• %(date)s: %(who)s knows the reason"),
    events.PROMISED: N_("• %(date)s: the family promised %(day)s to %(who)s"),
    events.KEPT: N_("• %(date)s: came to class as promised"),
    events.BROKEN: N_("• %(date)s: did not come as promised"),
    events.COMMUNE: N_("• %(date)s: passed to the commune"),
    events.DROPPED_OUT: N_("• %(date)s: no longer comes to school"),
    events.BACK: N_("• %(date)s: back in class"),
    events.AWAY_AGAIN: N_("• %(date)s: absent again"),
    events.WATCHED: N_("• %(date)s: %(n)d days in class in a row, watched"),
    events.NOTED: N_("• %(date)s: %(who)s wrote how it goes"),
    events.PROPOSED: N_("• %(date)s: %(n)d days without trouble, can be closed"),
    events.CORRECTED: N_("• %(date)s: the register was corrected"),
    events.HANDED: N_("• %(date)s: %(who)s asked the new school to go on"),
    events.RETURNED: N_("• %(date)s: the other school cannot take it"),
    events.TAKEN_OVER: N_("• %(date)s: %(who)s goes on"),
    events.MERGED: N_("• %(date)s: two files became one"),
    events.CLOSED: N_("• %(date)s: closed"),
}
OWN_NOTE = N_("• %(date)s: %(who)s wrote: %(note)s")
