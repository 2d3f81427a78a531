"""A home visit as it is shown: its words, the whole of it on a press, and what is pushed to teachers and officials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.i18n import N_
from bot.messages import Brief, Kind, Outgoing
from bot.parsing import given_name
from bot.rules import visits
from bot.rules.tasks import Moment, Task
from bot.rules.work import Notice
from storage import people, pupils
from storage import visits as stored
from storage.pupils import Listed
from storage.visits import Met, NextStep, Visit, VisitReason

MET = {
    Met.PARENTS: N_("Parents"),
    Met.PARENTS_AND_PUPIL: N_("Parents and %(given)s"),
    Met.RELATIVES: N_("Grandparents, relatives"),
    Met.PUPIL: N_("%(given)s, the pupil"),
    Met.NOBODY: N_("Nobody was met"),
}
REASONS = {
    VisitReason.HOUSEHOLD_WORK: N_("Work at home, minding younger ones"),
    VisitReason.MIGRATION: N_("With the parents to the fields or to work far away"),
    VisitReason.ILLNESS: N_("Illness"),
    VisitReason.POVERTY: N_("No rice, clothes or books"),
    VisitReason.DISTANCE: N_("Far, rain or flood"),
    VisitReason.WEAK_LEARNING: N_("Tired of school, learning is hard"),
    VisitReason.PRIVATE: N_("A private matter, to be told to the teacher"),
    VisitReason.OTHER: N_("Another reason"),
}
STEPS = {
    NextStep.WAIT: N_("Wait for the pupil to come"),
    NextStep.TEACHER_VISITS: N_("The teacher visits"),
    NextStep.SUPPORT: N_("Ask for rice, books or a bicycle"),
    NextStep.COMMUNE_VISITS: N_("Commune and village go together"),
}
TOGETHER = 6  # so many are named in one push


def listed_pupil(chat: Chat, pupil_id: int) -> Listed | None:
    """A pupil within the scope, with class and village; read once a turn."""

    def read() -> Listed | None:
        found = pupils.listed(chat.scope, chat.session, pupil_ids=[pupil_id], studying_only=False)
        return found[0] if found else None

    return chat.once(("listed", pupil_id), read)


def small(label: str) -> str:
    """A label inside a line."""
    return label[:1].lower() + label[1:]


def lines(
    chat: Chat,
    given: str,
    *,
    met: str,
    reason: str,
    note: str,
    voices: int,
    promised: date | None,
    is_promise_none: bool,
    again: date | None,
    next_step: str,
    photos: int,
) -> list[str]:
    """The lines of a visit; what nobody said has none."""
    found = []
    if met == Met.NOBODY:
        found.append(chat.say("• Nobody was met"))
    elif met:
        found.append(chat.say("• Met: %(whom)s", whom=small(chat.say(MET[Met(met)], given=given))))
    if reason and reason != VisitReason.UNKNOWN:
        heard = note or small(chat.say(REASONS[VisitReason(reason)]))
        if voices:
            found.append(chat.say("• Reason: %(reason)s (with a voice note)", reason=heard))
        else:
            found.append(chat.say("• Reason: %(reason)s", reason=heard))
    elif voices:
        found.append(chat.say("• Voice notes: %(n)d", n=voices))
    if promised is not None:
        found.append(chat.say("• Back at school: promised for %(day)s", day=chat.reader.day(promised)))
    elif is_promise_none:
        found.append(chat.say("• Back at school: no date promised"))
    if again is not None:
        found.append(chat.say("• Comes again: %(day)s", day=chat.reader.day(again)))
    if next_step:
        found.append(chat.say("• Next: %(step)s", step=small(chat.say(STEPS[NextStep(next_step)]))))
    if photos:
        found.append(chat.say("• Photos: %(n)d", n=photos))
    return found


def whole(chat: Chat, visit: Visit, *further: tuple[str, str], remark: str = "") -> Outgoing:
    """A recorded visit for whoever may see it; a private reason is not told in clear.

    `further` choices stand first; `remark` is the last line.
    """
    one = listed_pupil(chat, visit.pupil_id)
    visitor = people.get(chat.session, visit.visitor_id)
    if one is None or visitor is None:
        return chat.menu_of(chat.say("There is nothing to see here."), (chat.to("menu"), chat.say("Menu")))
    files = stored.files(chat.scope, chat.session, visit.id)
    is_private = visit.reason == VisitReason.PRIVATE and visit.visitor_id != chat.me.id
    text = [
        chat.say(
            "Home visit to %(pupil)s, %(day)s", pupil=wording.full(chat, one), day=chat.reader.day(visit.visited_on)
        ),
        chat.say("• Visitor: %(who)s", who=who(chat, visit)),
        *lines(
            chat,
            given_name(one.pupil.name),
            met=visit.met,
            reason=visit.reason,
            note=chat.say("private, ask the visitor") if is_private else visit.note,
            voices=sum(file.kind == Kind.VOICE for file in files),
            promised=visit.promised_on,
            is_promise_none=False,
            again=visit.again_on,
            next_step=visit.next_step,
            photos=sum(file.kind != Kind.VOICE for file in files),
        ),
    ]
    if visit.skipped:
        missing = wording.all_of([chat.say(ASKED[step]) for step in ASKED if step in visit.skipped])
        text.append(chat.say("• Not said yet: %(missing)s", missing=missing))
    if visit.revision > 1:
        text.append(chat.say("Corrected at %(time)s.", time=recorded(chat, visit)))
    if remark:
        text.append(remark)
    shown = chat.menu_of(
        "\n".join(text),
        *further,
        (chat.to("visits", f"pupil.{visit.pupil_id}"), chat.say("Report a visit to this home")),
        (chat.to("tasks"), chat.say("My tasks")),
    )
    return Outgoing(shown.text, shown.choices, is_private=True)


ASKED = {
    "met": N_("who was met"),
    "why": N_("the reason"),
    "promise": N_("the day promised"),
    "next": N_("what comes next"),
}


def recorded(chat: Chat, visit: Visit) -> str:
    """`16:40, thứ 4, 20/3`."""
    at = visit.reported_at
    day = at.astimezone(chat.work.zone).date()
    return chat.say("%(time)s, %(day)s", time=chat.reader.clock(at), day=chat.reader.day(day))


def who(chat: Chat, visit: Visit) -> str:
    """`bác Rớt, trưởng thôn Cà Xen`."""
    visitor = people.get(chat.session, visit.visitor_id)
    if visitor is None:
        return ""
    position = wording.position(chat, visitor)
    name = wording.person(chat.reader, visitor)
    return chat.say("%(name)s, %(position)s", name=name, position=position) if position else name


# What is pushed: given name and class only, no reason (voice.md §2)


def short(chat: Chat, visit: Visit) -> str:
    """`em Chi, lớp 6A`."""
    one = listed_pupil(chat, visit.pupil_id)
    if one is None:
        return ""
    return chat.say("%(name)s, class %(class_name)s", name=given_name(one.pupil.name), class_name=one.class_name)


def _visitor(chat: Chat, visit: Visit) -> str:
    visitor = people.get(chat.session, visit.visitor_id)
    name = wording.person(chat.reader, visitor) if visitor is not None else ""
    return name[:1].upper() + name[1:]


def _see(chat: Chat, visit: Visit) -> str:
    return chat.to("visits", f"see.{visit.first_id}")


def heard(chat: Chat, visit: Visit) -> Outgoing:
    """One visit, for the class teacher or an official."""
    text = chat.say("%(who)s has visited the home of %(pupil)s.", who=_visitor(chat, visit), pupil=short(chat, visit))
    return _with_brief(chat, visit, text)


def _with_brief(chat: Chat, visit: Visit, text: str) -> Outgoing:
    """The news with the way to see it; among others the choice names the pupil."""
    shown = chat.menu_of(text, (_see(chat, visit), chat.say("See it")))
    label = chat.say("See %(pupil)s", pupil=short(chat, visit))
    return replace(shown, brief=Brief(text, replace(shown.choices[0], label=label)))


def told(chat: Chat, notice: Notice) -> Outgoing | None:
    """To the class teacher, two minutes later."""
    visit = stored.current(chat.scope, chat.session, notice.subject_id)
    if visit is None:
        return None
    return _in_private(chat, visit) if visit.reason == VisitReason.PRIVATE else heard(chat, visit)


def _in_private(chat: Chat, visit: Visit) -> Outgoing:
    """`Có việc của một em cần cô xem riêng.`: not even whose (voice.md §2)."""
    text = chat.say("There is something about a pupil for %(you)s to look at alone.")
    shown = chat.menu_of(text, (_see(chat, visit), chat.say("See it")))
    return replace(shown, is_private=True, brief=Brief(text, replace(shown.choices[0], label=chat.say("See it alone"))))


def corrected(chat: Chat, notice: Notice) -> Outgoing | None:
    """To those who had heard already."""
    visit = stored.current(chat.scope, chat.session, notice.subject_id)
    if visit is None:
        return None
    text = chat.say(
        "⚠️ %(who)s has corrected the visit to the home of %(pupil)s.",
        who=_visitor(chat, visit),
        pupil=short(chat, visit),
    )
    return _with_brief(chat, visit, text)


def remind(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """To an official: the first visit at once, the further ones of its half hour together."""
    found = visits.told_together(chat.work, chat.me.id, task.subject_id, task.occurrence)
    if not found:
        return None
    return heard(chat, found[0]) if len(found) == 1 else _together(chat, found)


def _together(chat: Chat, found: Sequence[Visit]) -> Outgoing:
    names = "; ".join(short(chat, visit) for visit in found[:TOGETHER])
    if len(found) > TOGETHER:
        text = chat.say("%(n)d more homes have been visited, among them: %(pupils)s.", n=len(found), pupils=names)
    else:
        text = chat.say("%(n)d more homes have been visited: %(pupils)s.", n=len(found), pupils=names)
    options = [(_see(chat, visit), chat.say("See %(pupil)s", pupil=short(chat, visit))) for visit in found[:TOGETHER]]
    return chat.menu_of(text, *options)


REMINDERS = {"visits.heard": remind}
NOTICES = {"visits.told": told, "visits.corrected": corrected}
