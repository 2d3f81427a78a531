"""A hand-over in words: the card of an offer, what is pushed about it, and the lines on the list."""

from __future__ import annotations

from dataclasses import replace

from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.i18n import N_
from bot.messages import Outgoing
from bot.parsing import given_name
from bot.rules import handover, handover_tasks
from bot.rules.handover import Minimum
from bot.rules.tasks import Moment, Task
from bot.rules.work import Notice
from storage import cases as stored_cases
from storage import handovers as stored
from storage import people, places, pupils
from storage.cases import Case
from storage.handovers import HandOver, HandOverStatus
from storage.promises import NO, YES
from storage.pupils import Pupil, PupilStatus
from storage.scope import Scope
from storage.visits import VisitReason

CLASSES_SHOWN = 4
REASONS = {
    VisitReason.HOUSEHOLD_WORK: N_("work at home"),
    VisitReason.MIGRATION: N_("with the parents, who work far away"),
    VisitReason.ILLNESS: N_("ill"),
    VisitReason.POVERTY: N_("lacks rice, clothes or books"),
    VisitReason.DISTANCE: N_("far, rain or flood"),
    VisitReason.WEAK_LEARNING: N_("learning is hard"),
    VisitReason.OTHER: N_("another reason"),
}
STATES = {
    HandOverStatus.OFFERED: N_("It waits for an answer since %(day)s; the file stays here until then."),
    HandOverStatus.REFUSED: N_("They cannot just now: %(answer)s. The file stays here."),
    HandOverStatus.TAKEN_BACK: N_("It was taken back; the file stays here."),
}


def school_name(chat: Chat, row: HandOver) -> str:
    """Where a case is offered to, as people say it."""
    place = places.get(chat.session, row.to_id)
    return place.name if place is not None else row.to_words or chat.say("another school")


def pupil_values(chat: Chat, row: HandOver) -> dict[str, str]:
    """Given name and former class, all that a push says; whoever may see the offer may know these."""
    pupil = chat.session.get_one(Pupil, row.pupil_id)
    return {"pupil": given_name(pupil.name), "class_name": row.from_class}


# The card


def card(chat: Chat, offer_id: int) -> Outgoing:
    """An offer, for the school that is asked with its answers, for the sender with how it stands."""
    found = handover.look(chat.work, offer_id)
    if handover.is_asked(chat.work, found.offer):
        return _asked(chat, found)
    return _sent(chat, found)


def _asked(chat: Chat, found: Minimum) -> Outgoing:
    lines = [
        chat.say(
            "%(school)s asks to take over %(pupil)s, class %(class_name)s:",
            school=found.school or chat.say("Another school"),
            pupil=found.name,
            class_name=found.class_name,
        ),
        *_known(chat, found),
        chat.say("Can %(you)s take the pupil in?"),
    ]
    return replace(chat.menu_of("\n".join(lines), *answers(chat, found.offer)), is_private=True)


def _known(chat: Chat, found: Minimum) -> list[str]:
    """Reason, promises and who knows the family: the minimum (peers-and-evidence §5, 11)."""
    lines = (
        [chat.say("• Reason: %(reason)s", reason=chat.say(REASONS[VisitReason(found.reason)]))] if found.reason else []
    )
    for promise in found.promises[:2]:
        sentence = {
            YES: N_("• Promised for %(day)s, and came"),
            NO: N_("• Promised for %(day)s, has not come"),
        }.get(promise.kept, N_("• Promised for %(day)s"))
        lines.append(chat.say(sentence, day=chat.reader.day(promise.day)))
    known = [wording.person(chat.reader, one) for one in found.knows]
    if known:
        lines.append(chat.say("• Knows the family: %(who)s", who=wording.all_of(known)))
    return lines


def answers(chat: Chat, row: HandOver) -> list[tuple[str, str]]:
    """One tap takes the pupil into a class of the same grade; another class, or no, are a tap further."""
    known = handover.classes(chat.work, row)
    same = [one for one in known if known and one.grade == known[0].grade][:CLASSES_SHOWN]
    options = [
        (chat.to("handover", f"take.{row.id}.{one.id}"), chat.say("Take in, class %(class_name)s", class_name=one.name))
        for one in same
    ]
    if len(known) > len(same):
        options.append((chat.to("handover", f"classes.{row.id}.0"), chat.say("Take in, another class")))
    return [*options, (chat.to("handover", f"refuse.{row.id}"), chat.say("Cannot take the pupil in yet"))]


def _sent(chat: Chat, found: Minimum) -> Outgoing:
    row = found.offer
    lines = [
        chat.say(
            "Hand-over of %(pupil)s, class %(class_name)s, to %(school)s.",
            pupil=found.name,
            class_name=found.class_name,
            school=school_name(chat, row),
        ),
        _state(chat, row),
    ]
    options = []
    if row.status == HandOverStatus.OFFERED:
        if handover.is_confirmed_here(chat.work, row):
            options.append((chat.to("handover", f"confirm.{row.id}"), chat.say("They have confirmed")))
        options.append((chat.to("handover", f"back.{row.id}"), chat.say("Do not hand over")))
    if pupils.get(chat.scope, chat.session, row.pupil_id) is not None:
        options.append((chat.to("cases", f"see.{row.case_id}"), chat.say("See the file")))
    return replace(chat.menu_of("\n".join(lines), *options, _tasks(chat)), is_private=True)


def _state(chat: Chat, row: HandOver) -> str:
    if row.status != HandOverStatus.HANDED_OVER:
        at = row.offered_at.astimezone(chat.work.zone).date()
        answer = row.answer[:1].lower() + row.answer[1:]
        return chat.say(STATES[HandOverStatus(row.status)], day=chat.reader.day(at), answer=answer)
    if row.answer:
        return chat.say("%(who)s has confirmed there.", who=row.answer)
    by = people.get(chat.session, row.answered_by)
    return chat.say("%(who)s has taken it over there.", who=_capital(wording.person(chat.reader, by)) if by else "")


def _tasks(chat: Chat) -> tuple[str, str]:
    return chat.to("tasks"), chat.say("My tasks")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# What is pushed: given name and class only (voice.md §2)


def _row(chat: Chat, offer_id: int) -> HandOver | None:
    return stored.get(chat.scope, chat.session, offer_id)


def offered(chat: Chat, notice: Notice) -> Outgoing | None:
    """To the head of the school that is asked, two minutes later."""
    row = _row(chat, notice.subject_id)
    return _request(chat, row) if row is not None and row.status == HandOverStatus.OFFERED else None


def _request(chat: Chat, row: HandOver) -> Outgoing:
    school = places.get(chat.session, row.from_school_id)
    text = chat.say(
        "%(school)s asks to hand over the file of %(pupil)s, class %(class_name)s. Please take a look.",
        school=school.name if school is not None else chat.say("Another school"),
        **pupil_values(chat, row),
    )
    return chat.menu_of(text, (chat.to("handover", f"see.{row.id}"), chat.say("See it")), _tasks(chat))


def answered(chat: Chat, notice: Notice) -> Outgoing | None:
    """To whoever offered it and the head of their school."""
    row = _row(chat, notice.subject_id)
    if row is None or row.status not in (HandOverStatus.HANDED_OVER, HandOverStatus.REFUSED):
        return None
    values = {"school": school_name(chat, row), **pupil_values(chat, row)}
    text = (
        chat.say("✅ %(school)s has taken over %(pupil)s, class %(class_name)s. Thank you, %(you)s.", **values)
        if row.status == HandOverStatus.HANDED_OVER
        else chat.say(
            "%(school)s cannot take over %(pupil)s, class %(class_name)s, yet. The file stays here.", **values
        )
    )
    return chat.menu_of(text, (chat.to("handover", f"see.{row.id}"), chat.say("See it")), _tasks(chat))


def arrived(chat: Chat, notice: Notice) -> Outgoing | None:
    """To the teacher of the class that the pupil comes into."""
    row = _row(chat, notice.subject_id)
    school_class = pupils.class_of(chat.session, row.pupil_id) if row is not None else None
    if row is None or school_class is None or pupils.get(chat.scope, chat.session, row.pupil_id) is None:
        return None
    text = chat.say(
        "%(pupil)s comes into class %(class_name)s, with a file that goes on here.",
        pupil=pupil_values(chat, row)["pupil"],
        class_name=school_class.name,
    )
    return chat.menu_of(text, (chat.to("cases", f"see.{row.case_id}"), chat.say("See the file")), _tasks(chat))


def relieved(chat: Chat, notice: Notice) -> Outgoing | None:
    """To whoever was asked to go, when the pupil now belongs to others."""
    case = stored_cases.get(Scope.everything(), chat.session, notice.subject_id)
    if case is None or case.owner_id == chat.me.id:
        return None
    pupil = chat.session.get_one(Pupil, case.pupil_id)
    text = chat.say(
        "Somebody else looks after %(pupil)s from now on, so %(you)s need not go there. Thank you.",
        pupil=given_name(pupil.name),
    )
    return chat.menu_of(text, _tasks(chat))


def late(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """To both schools, once, when nobody has answered for some days."""
    row = _row(chat, task.subject_id)
    if row is None:
        return None
    if handover.is_asked(chat.work, row):
        return _request(chat, row)
    text = chat.say(
        "%(school)s has not answered about %(pupil)s, class %(class_name)s, yet. The file stays here.",
        school=school_name(chat, row),
        **pupil_values(chat, row),
    )
    return chat.menu_of(text, (chat.to("handover", f"see.{row.id}"), chat.say("See it")), _tasks(chat))


# A pupil whom the school's list calls moved or finished


def left_question(chat: Chat, case: Case) -> Outgoing:
    """`Danh sách mới ghi em Chi, lớp 6A, đã chuyển trường. Trường mới xác nhận chưa ạ?`"""
    pupil = chat.session.get_one(Pupil, case.pupil_id)
    school_class = pupils.class_of(chat.session, case.pupil_id)
    sentence = (
        N_("The new list says that %(pupil)s, class %(class_name)s, has finished school. Has that been confirmed?")
        if pupil.status == PupilStatus.FINISHED
        else N_("The new list says that %(pupil)s, class %(class_name)s, has moved. Has the new school confirmed?")
    )
    text = chat.say(
        sentence, pupil=given_name(pupil.name), class_name=school_class.name if school_class is not None else ""
    )
    return chat.menu_of(
        text,
        (chat.to("handover", f"gone.{case.id}"), chat.say("Confirmed")),
        (chat.to("handover", f"wait.{case.id}"), chat.say("Not confirmed yet")),
        (chat.to("handover", f"here.{case.id}"), chat.say("The pupil still learns here")),
        (chat.to("handover", str(case.id)), chat.say("Hand it to another school")),
    )


def left_asked(chat: Chat, notice: Notice) -> Outgoing | None:
    """To the class teacher, when a list has said it."""
    case = stored_cases.get(chat.scope, chat.session, notice.subject_id)
    if case is None or case.closed_at is not None:
        return None
    if chat.session.get_one(Pupil, case.pupil_id).status not in handover.LEFT:
        return None
    return left_question(chat, case)


# On the list


def task_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Trả lời việc nhận em Chi, 6A`, `Trường mới xác nhận em Chi, 6A, chưa`."""
    if task.kind == "moves.confirm":
        case = stored_cases.get(chat.scope, chat.session, task.subject_id)
        if case is None:
            return None
        pupil, school_class = chat.session.get_one(Pupil, case.pupil_id), pupils.class_of(chat.session, case.pupil_id)
        values = {
            "pupil": given_name(pupil.name),
            "class_name": school_class.name if school_class is not None else "",
        }
        return chat.to("handover", f"left.{case.id}"), chat.say(
            "%(pupil)s, %(class_name)s: has the new school confirmed?", **values
        )
    row = _row(chat, task.subject_id)
    if row is None:
        return None
    sentence = (
        N_("Answer about taking over %(pupil)s, %(class_name)s")
        if task.kind == handover_tasks.ANSWER
        else N_("No answer yet about handing over %(pupil)s, %(class_name)s")
    )
    return chat.to("handover", f"see.{row.id}"), chat.say(sentence, **pupil_values(chat, row))


NOTICES = {
    "handover.offered": offered,
    "handover.accepted": answered,
    "handover.refused": answered,
    "handover.arrived": arrived,
    "moves.relieved": relieved,
    "moves.confirm": left_asked,
}
REMINDERS = {"handover.answer": late, "handover.late": late}
