"""What is pushed about a case: a home to visit, a case for the commune, good news, and that nobody need go."""

from __future__ import annotations

from dataclasses import replace

from bot.conversations.cases_words import values, who
from bot.dialogue.conversation import Chat
from bot.i18n import N_
from bot.messages import Brief, Choice, Outgoing
from bot.rules import case_events as events
from bot.rules.case_requests import KIND
from bot.rules.findings import IN_A_ROW
from bot.rules.reasons import Why
from bot.rules.tasks import Moment, Task
from bot.rules.work import Notice
from storage import cases as stored
from storage.cases import Case


def answers(chat: Chat, case: Case) -> list[tuple[str, str]]:
    """What whoever is asked may answer."""
    return [
        (chat.to("cases", f"take.{case.id}"), chat.say("I shall call there")),
        (chat.to("case_reason", str(case.id)), chat.say("I know the reason already")),
        (chat.to("cases", f"pass.{case.id}"), chat.say("I am busy, ask somebody else")),
    ]


def asked(chat: Chat, notice: Notice) -> Outgoing | None:
    """`Chào bác Rớt. Em Chi, lớp 6A, vắng 3 buổi liền. Nhờ bác ghé nhà hỏi thăm giúp, hôm nay hoặc mai ạ.`"""
    case = _open(chat, notice)
    if case is None or case.owner_id != chat.me.id:
        return None
    see = chat.to("cases", f"see.{case.id}")
    shown = chat.menu_of(_request(chat, case), *answers(chat, case), (see, chat.say("Show me who it is")))
    pupil = values(chat, case.pupil_id)
    line = chat.say(
        "%(pupil)s, class %(class_name)s: please call at the house, %(until)s.", until=_until(chat, case), **pupil
    )
    return replace(shown, brief=Brief(line, Choice(see, chat.say("See %(pupil)s, class %(class_name)s", **pupil))))


def _request(chat: Chat, case: Case) -> str:
    rule, facts = str((case.why or {}).get("rule", "")), case.why or {}
    is_one = facts.get("one_session", True)
    found = {"n": facts.get("n", 0), "weeks": facts.get("weeks", 4), "until": _until(chat, case)}
    found |= values(chat, case.pupil_id)
    cause = _cause(chat, case)
    if cause in CAUSES:
        return chat.say(CAUSES[cause], **found)
    if rule in IN_A_ROW or rule.startswith("R1"):
        return chat.say(IN_A_ROW_SESSIONS if is_one else IN_A_ROW_DAYS, **found)
    if rule == "R3":
        return chat.say(ON_AND_OFF_SESSIONS if is_one else ON_AND_OFF_DAYS, **found)
    if rule.startswith("R5"):
        return chat.say(SHARE, **found)
    return chat.say(BY_HAND, **found)


def _cause(chat: Chat, case: Case) -> str:
    """What happened just before somebody was asked: away again, a promise that nobody answered, nothing of the kind."""
    kinds = [one.kind for one in stored.events(chat.scope, chat.session, case.id)]
    asked = [place for place, kind in enumerate(kinds) if kind == events.ASKED]
    return kinds[asked[-1] - 1] if asked and asked[-1] > 0 else ""


def _until(chat: Chat, case: Case) -> str:
    """`hôm nay hoặc mai`, `trước tối thứ 6, 22/3`."""
    day = case.due_at.astimezone(chat.work.zone).date() if case.due_at is not None else chat.work.today
    ahead = (day - chat.work.today).days
    if ahead <= 0:
        return chat.say("today")
    if ahead == 1:
        return chat.say("today or tomorrow")
    return chat.say("by the evening of %(day)s", day=chat.reader.day(day))


IN_A_ROW_SESSIONS = N_(
    "Hello, %(you)s %(name)s. %(pupil)s, class %(class_name)s, has missed %(n)d sessions in a row. "
    "Please call at the house and ask how they are, %(until)s."
)
IN_A_ROW_DAYS = N_(
    "Hello, %(you)s %(name)s. %(pupil)s, class %(class_name)s, has missed %(n)d days in a row. "
    "Please call at the house and ask how they are, %(until)s."
)
ON_AND_OFF_SESSIONS = N_(
    "Hello, %(you)s %(name)s. %(pupil)s, class %(class_name)s, has missed %(n)d sessions in %(weeks)d weeks, "
    "now and then. Please call at the house and ask how they are, %(until)s."
)
ON_AND_OFF_DAYS = N_(
    "Hello, %(you)s %(name)s. %(pupil)s, class %(class_name)s, has missed %(n)d days in %(weeks)d weeks, now and then. "
    "Please call at the house and ask how they are, %(until)s."
)
SHARE = N_(
    "Hello, %(you)s %(name)s. %(pupil)s, class %(class_name)s, has missed %(n)d school days this year. "
    "Please call at the house and ask how they are, %(until)s."
)
AGAIN = N_(
    "Hello, %(you)s %(name)s. %(pupil)s, class %(class_name)s, had been back and is away again. "
    "Please call at the house and ask how they are, %(until)s."
)
CAUSES = {
    events.AWAY_AGAIN: AGAIN,
    events.UNANSWERED: N_(
        "Hello, %(you)s %(name)s. %(pupil)s, class %(class_name)s, was to be back at school; "
        "nobody knows whether it is so. Please ask at the house, %(until)s."
    ),
}
BY_HAND = N_(
    "Hello, %(you)s %(name)s. %(pupil)s, class %(class_name)s, needs somebody to ask after them. "
    "Please call at the house, %(until)s."
)


def for_commune(chat: Chat, notice: Notice) -> Outgoing | None:
    """To officials and the Front: nobody could go, or it lasts too long; somebody has to decide."""
    case = _open(chat, notice)
    if case is None or not case.is_with_commune:
        return None
    told = [one for one in stored.events(chat.scope, chat.session, case.id) if one.kind == events.COMMUNE]
    why = str(told[-1].facts.get("why", "")) if told else ""
    facts = case.why or {}
    text = chat.say(
        COMMUNE.get(why, COMMUNE["nobody_left"]),
        n=facts.get("n", 0),
        who=who(chat, case.owner_id),
        **values(chat, case.pupil_id),
    )
    pupil = values(chat, case.pupil_id)["pupil"]
    return chat.menu_of(
        text,
        (chat.to("cases", f"assign.{case.id}"), chat.say("Give %(pupil)s to somebody", pupil=pupil)),
        (chat.to("cases", f"see.{case.id}"), chat.say("See the file")),
    )


COMMUNE = {
    "nobody_left": N_("%(pupil)s, class %(class_name)s: nobody could go to the house yet. Please give it to somebody."),
    "overdue": N_("%(pupil)s, class %(class_name)s: nobody has been to the house yet. Please give it to somebody."),
    "days": N_("%(pupil)s, class %(class_name)s, has been away for a long time. Please decide who goes there."),
    "promises": N_("%(pupil)s, class %(class_name)s: promised more than once and has not come. Please decide."),
    "visit": N_("For %(pupil)s, class %(class_name)s, it is asked that commune and village go together."),
    "dropped_out": N_("%(pupil)s, class %(class_name)s, no longer comes to school. Please decide what is done."),
}


def along(chat: Chat, notice: Notice) -> Outgoing | None:
    """To an organisation or the police: they were asked to help with one pupil."""
    case = _open(chat, notice)
    if case is None:
        return None
    text = chat.say(
        "Please help with %(pupil)s, class %(class_name)s: somebody goes to the house.", **values(chat, case.pupil_id)
    )
    return chat.menu_of(text, (chat.to("cases", f"see.{case.id}"), chat.say("See the file")))


def withdrawn(chat: Chat, notice: Notice) -> Outgoing | None:
    """The register was corrected: whoever was asked need not go."""
    case = stored.get(chat.scope, chat.session, notice.subject_id)
    if case is None:
        return None
    text = chat.say(
        "⚠️ %(pupil)s, class %(class_name)s, was in class after all. Nobody need go to the house now.",
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")))


def back(chat: Chat, notice: Notice) -> Outgoing | None:
    """The pupil is in class again before anybody has been there."""
    case = stored.get(chat.scope, chat.session, notice.subject_id)
    if case is None:
        return None
    text = chat.say(
        "Good news: %(pupil)s, class %(class_name)s, came to school today. Thank you, %(you)s.",
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")))


def reason(chat: Chat, notice: Notice) -> Outgoing | None:
    """To the teacher: somebody knows why; the reason itself wants a press."""
    case = _open(chat, notice)
    if case is None:
        return None
    see = (chat.to("case_reason", f"see.{case.id}"), chat.say("See it"))
    if case.reason == Why.PRIVATE:
        return chat.menu_of(chat.say("There is something about a pupil for %(you)s to look at alone."), see)
    told = [one for one in stored.events(chat.scope, chat.session, case.id) if one.kind == events.REASON]
    name = who(chat, told[-1].actor_id) if told else ""
    text = chat.say(
        "%(who)s knows why %(pupil)s, class %(class_name)s, stays away.",
        who=name[:1].upper() + name[1:],
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(text, see)


def listed_again(chat: Chat, notice: Notice) -> Outgoing | None:
    """To the teacher: somebody who had left school is said to be back, and is called with the class from now on."""
    case = _open(chat, notice)
    if case is None:
        return None
    text = chat.say(
        "%(pupil)s, class %(class_name)s, is said to be at school again and stands on the list of the class.",
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(
        text,
        (chat.to("cases", f"see.{case.id}"), chat.say("See the file")),
        (chat.to("tasks"), chat.say("My tasks")),
    )


def _open(chat: Chat, notice: Notice) -> Case | None:
    case = stored.get(chat.scope, chat.session, notice.subject_id)
    return case if case is not None and case.closed_at is None else None


def asked_again(chat: Chat, task: Task, moment: Moment) -> Outgoing | None:
    """The request once more, over another channel of whoever is silent."""
    return asked(chat, Notice(task.person_id, "cases.asked", task.subject_id))


REMINDERS = {KIND: asked_again}
NOTICES = {
    "cases.asked": asked,
    "cases.commune": for_commune,
    "cases.along": along,
    "cases.withdrawn": withdrawn,
    "cases.back": back,
    "cases.reason": reason,
    "cases.listed_again": listed_again,
}
