"""/hoso: the pupils somebody looks after: why, who does what next, what has been done; and who takes it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.conversations import advice_words, cases_news
from bot.conversations.cases_words import history, listed, state, values, who, why_of, with_position
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply
from bot.dialogue.questions import MORE_NUMBER
from bot.i18n import N_
from bot.messages import Choice, Outgoing
from bot.parsing import given_name
from bot.rules import assignment, cases, early_warning, people
from bot.rules.ladder import Rung
from bot.rules.work import Refused
from storage import alerts
from storage import cases as stored
from storage import people as stored_people
from storage.alerts import Alert
from storage.cases import Case, CaseStatus, Outcome
from storage.pupils import PupilStatus

A_PAGE = 6
WATCHED_AT_MOST = 7
GIVEN_AT_MOST = 6
OUTCOMES = {
    Outcome.BACK: N_("Back in class"),
    Outcome.MOVED: N_("Moved away"),
    Outcome.DROPPED_OUT: N_("No longer comes to school"),
    Outcome.OTHER: N_("Something else"),
}


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The list, `page.6`, or an act upon a case: `see.5`, `take.5`, `pass.5`, `give.5.7` …"""
    act, _, key = argument.partition(".")
    if act in ("", "page"):
        people.require(chat.work, "cases.see")
        return page(chat, int(key) if key.isdigit() else 0)
    if act == "much":
        people.require(chat.work, "cases.see")
        return watch_list(chat)
    numbers = [int(part) for part in key.split(".") if part.isdigit()]
    if act not in ACTS or not numbers:
        found = _named(chat, argument)
        if found is None:
            raise Refused("outside_scope")
        return found
    return ACTS[act](chat, *numbers[:2]) if act in TAKES_TWO else ACTS[act](chat, numbers[0])


def _named(chat: Chat, text: str) -> Reply | None:
    """A name typed behind the command."""
    found = [
        case
        for case, _, _ in stored.all_open(chat.scope, chat.session)
        if given_name(text).casefold() in values(chat, case.pupil_id)["pupil"].casefold()
    ]
    return see(chat, found[0].id) if len(found) == 1 else page(chat, 0) if text and found else None


# The list


def ranked(chat: Chat) -> list[Case]:
    """The open cases of the scope: nobody's first, then the overdue, the open, the watched; within each the oldest."""
    found = [case for case, _, _ in stored.all_open(chat.scope, chat.session)]
    return sorted(found, key=lambda case: (_urgency(chat, case), case.opened_at, case.id))


def _urgency(chat: Chat, case: Case) -> int:
    if case.status == CaseStatus.WATCHING:
        return 4
    if case.is_with_commune or case.owner_id is None:
        return 0
    if case.overdue or (case.due_at is not None and case.due_at < chat.now):
        return 1
    return 2 if case.accepted_at is None else 3


def page(chat: Chat, start: int) -> Outgoing:
    """A page of the list; each line opens its card."""
    found = ranked(chat)
    if not found:
        text = chat.say("No pupil here needs looking after just now.")
        ways = (chat.to("tasks"), chat.say("My tasks")), (chat.to("pupils"), chat.say("Pupil list"))
        return chat.menu_of(text, *_to_watch_list(chat), *ways)
    shown = found[start : start + A_PAGE]
    watched = sum(case.status == CaseStatus.WATCHING for case in found)
    chat.work.audit("cases.listed", n=len(shown))
    text = chat.say_n(
        "%(n)d pupil is looked after, %(watched)d of them back in class and watched. Which one?",
        "%(n)d pupils are looked after, %(watched)d of them back in class and watched. Which one?",
        len(found),
        watched=watched,
    )
    entries = [(chat.to("cases", f"see.{case.id}"), _entry(chat, case)) for case in shown]
    message = chat.menu_of(text, *entries, *_to_watch_list(chat))
    left = len(found) - start - A_PAGE
    if left <= 0:
        return message
    more = Choice(chat.to("cases", f"page.{start + A_PAGE}"), chat.say("More"), number=MORE_NUMBER, is_bare=True)
    return replace(message, choices=(*message.choices, more))


def _entry(chat: Chat, case: Case) -> str:
    """`Em Chi, 6A: bác Rớt đã thăm, hẹn thứ 6, 22/3`."""
    return chat.say("%(pupil)s, %(class_name)s: %(state)s", state=state(chat, case), **values(chat, case.pupil_id))


def _watch_list(chat: Chat) -> list[Alert]:
    """The pupils who miss much (R5) and have no file: watched, nobody is sent."""
    cared_for = {case.pupil_id for case, _, _ in stored.all_open(chat.scope, chat.session)}
    found = alerts.open_of_rule(chat.scope, chat.session, ("R5.watch",))
    return sorted(
        (one for one in found if one.pupil_id not in cared_for),
        key=lambda one: (-int(one.facts.get("percent", 0)), one.id),
    )


def _to_watch_list(chat: Chat) -> list[tuple[str, str]]:
    n = len(_watch_list(chat))
    return [(chat.to("cases", "much"), chat.say("Pupils who miss much (%(n)d)", n=n))] if n else []


def watch_list(chat: Chat) -> Outgoing:
    """Who has missed a tenth of the school days and more, the most first; each line opens the pupil's card."""
    found = _watch_list(chat)
    chat.work.audit("cases.listed", n=len(found[:WATCHED_AT_MOST]), watch=1)
    text = chat.say_n(
        "%(n)d pupil has missed much this year and has no file yet. Whom does %(you)s look at?",
        "%(n)d pupils have missed much this year and have no file yet. Whom does %(you)s look at?",
        len(found),
    )
    options = [
        (
            chat.to("pupils", f"see.{one.pupil_id}"),
            chat.say(
                "%(pupil)s, %(class_name)s: missed %(percent)d%%",
                percent=one.facts.get("percent", 0),
                **values(chat, one.pupil_id),
            ),
        )
        for one in found[:WATCHED_AT_MOST]
    ]
    return chat.menu_of(text, *options, (chat.to("cases"), chat.say("All cases")))


# The card


def see(chat: Chat, case_id: int) -> Outgoing:
    """One case: the pupil in full, why, whose turn it is, the year so far, and what can be done."""
    case = cases.look(chat.work, case_id)
    one = listed(chat, case.pupil_id)
    if one is None:
        raise Refused("outside_scope")
    standing = early_warning.standing(chat.work, [case.pupil_id])[case.pupil_id]
    lines = [
        chat.say("%(name)s, class %(class_name)s, %(village)s", name=one.pupil.name, class_name=one.class_name,
                 village=one.village),
        chat.say("Why: %(why)s", why=why_of(chat, case)),
        chat.say("Now: %(state)s", state=state(chat, case)),
        chat.say(
            "This year: %(n)d missed, %(left)d left of %(limit)d",
            n=standing.sessions_missed,
            left=standing.left,
            limit=standing.limit,
        ),
        *history(chat, case),
    ]  # fmt: skip
    return replace(_with_advice(chat, case, chat.menu_of("\n".join(lines), *_choices(chat, case))), is_private=True)


def _with_advice(chat: Chat, case: Case, message: Outgoing) -> Outgoing:
    """Beside the choices: what to say to the family, for whoever may visit."""
    if case.closed_at is not None or not people.may(chat.work, "visits.report"):
        return message
    return message.with_choices((*message.choices, advice_words.beside(chat, f"case.{case.id}")))


def _choices(chat: Chat, case: Case) -> list[tuple[str, str]]:
    """What the reader may do with a case, the likeliest first; at most eight."""
    if case.closed_at is not None:
        return [(chat.to("cases"), chat.say("All cases"))]
    found = []
    if case.owner_id == chat.me.id and case.accepted_at is None and case.asked_at is not None:
        found += cases_news.answers(chat, case)
    if case.proposed_at is not None and (case.owner_id == chat.me.id or people.may(chat.work, "cases.manage")):
        found.append((chat.to("cases", f"end.{case.id}.0"), chat.say("Close the file")))
    if people.may(chat.work, "visits.report"):
        found.append((chat.to("visits", f"pupil.{case.pupil_id}"), chat.say("Report a home visit")))
    if people.may(chat.work, "cases.manage"):
        found.append((chat.to("cases", f"assign.{case.id}"), chat.say("Give it to somebody")))
        found.append((chat.to("cases", f"more.{case.id}"), chat.say("Something else")))
    found.append((chat.to("cases"), chat.say("All cases")))
    return found[:8]


def more(chat: Chat, case_id: int) -> Outgoing:
    """What is needed less often."""
    people.require(chat.work, "cases.manage")
    case = cases.require(chat.work, case_id)
    one = listed(chat, case.pupil_id)
    is_away = one is not None and one.pupil.status == PupilStatus.DROPPED_OUT
    back = (chat.to("cases", f"back.{case.id}"), chat.say("Is in class again"))
    gone = (chat.to("cases", f"gone.{case.id}"), chat.say("No longer comes to school"))
    options = [
        back if is_away else gone,
        (chat.to("cases", f"along.{case.id}"), chat.say("Ask somebody along")),
        *EXTRA(chat, case),
        (chat.to("cases", f"close.{case.id}"), chat.say("Close the file")),
        (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")),
    ]
    text = chat.say("%(pupil)s, class %(class_name)s: what shall be done?", **values(chat, case.pupil_id))
    return chat.menu_of(text, *options)


def EXTRA(chat: Chat, case: Case) -> list[tuple[str, str]]:  # noqa: N802
    """What other conversations offer upon a case, when they are there."""
    from bot.conversations import DIALOGUE

    offered = ((name, label) for name, label in OFFERED if name in DIALOGUE.conversations)
    return [(chat.to(name, str(case.id)), chat.say(label)) for name, label in offered]


OFFERED = (("handover", N_("Hand it to another school")), ("case_why", N_("Write down the reason")))


# Taking it on


def take(chat: Chat, case_id: int) -> Outgoing:
    """`Tôi sẽ ghé`."""
    case = assignment.accept(chat.work, case_id)
    due = case.due_at or chat.now
    text = chat.say(
        "✅ Recorded: %(you)s goes to the home of %(pupil)s, class %(class_name)s, by %(day)s.",
        day=chat.reader.near_day(due.astimezone(chat.work.zone).date(), chat.work.today),
        **values(chat, case.pupil_id),
    )
    message = chat.menu_of(
        text,
        (chat.to("visits", f"pupil.{case.pupil_id}"), chat.say("Report the visit")),
        (chat.to("cases", f"see.{case.id}"), chat.say("Show me who it is")),
        (chat.to("tasks"), chat.say("My tasks")),
    )
    return _with_advice(chat, case, message)


def pass_on(chat: Chat, case_id: int) -> Outgoing:
    """`Tôi bận, nhờ người khác`: handed over at once, and said to whom."""
    _, person = assignment.decline(chat.work, case_id)
    if person is not None:
        text = chat.say("Thank you for telling. Ra Lớp asks %(who)s instead.", who=with_position(chat, person))
    else:
        text = chat.say("Thank you for telling. Ra Lớp asks the commune to find somebody.")
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


def assign(chat: Chat, case_id: int) -> Outgoing:
    """`Giao việc em Mai, 7A, thôn Làng Trê cho ai ạ?` (voice.md V14)."""
    people.require(chat.work, "cases.manage")
    case = cases.require(chat.work, case_id)
    owner_id = case.owner_id if case.accepted_at is not None and not case.is_with_commune else None
    found = [one for one in assignment.candidates(chat.work, case) if one[1].id != owner_id]
    one = listed(chat, case.pupil_id)
    text = chat.say(
        "Who shall go to %(pupil)s, class %(class_name)s, %(village)s?",
        pupil=one.pupil.name if one is not None else "",
        class_name=one.class_name if one is not None else "",
        village=one.village if one is not None else "",
    )
    options = [(chat.to("cases", f"give.{case.id}.{person.id}"), _rung(chat, case, step, person.id)) for step, person in
               found[:GIVEN_AT_MOST]]  # fmt: skip
    message = chat.menu_of(text, *options, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))
    return replace(message, is_private=True)


def _rung(chat: Chat, case: Case, step: Rung, person_id: int) -> str:
    """`Bác Rin, trưởng thôn Làng Trê`."""
    person = stored_people.get(chat.session, person_id)
    label = with_position(chat, person) if person is not None else ""
    return label[:1].upper() + label[1:]


def give(chat: Chat, case_id: int, person_id: int = 0) -> Outgoing:
    case = assignment.assign(chat.work, case_id, person_id)
    text = chat.say(
        "✅ Ra Lớp asks %(who)s to go to %(pupil)s, class %(class_name)s.",
        who=who(chat, case.owner_id),
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(text, (chat.to("cases"), chat.say("All cases")), (chat.to("tasks"), chat.say("My tasks")))


def along(chat: Chat, case_id: int) -> Outgoing:
    """An organisation or the police, who see no other pupils than those they are asked to help."""
    people.require(chat.work, "cases.manage")
    case = cases.require(chat.work, case_id)
    found = assignment.companions(chat.work, case)
    if not found:
        text = chat.say("Nobody of the organisations or the police has joined yet.")
        return chat.menu_of(text, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))
    options = [(chat.to("cases", f"with.{case.id}.{person.id}"), _capital(with_position(chat, person))) for person in
               found[:GIVEN_AT_MOST]]  # fmt: skip
    text = chat.say("Who shall help with %(pupil)s, class %(class_name)s?", **values(chat, case.pupil_id))
    return chat.menu_of(text, *options, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))


def with_(chat: Chat, case_id: int, person_id: int = 0) -> Outgoing:
    case = assignment.ask_along(chat.work, case_id, person_id)
    text = chat.say(
        "✅ Ra Lớp asks %(who)s to help with %(pupil)s, class %(class_name)s.",
        who=who(chat, person_id),
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(text, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# Leaving, coming back, closing


def gone(chat: Chat, case_id: int) -> Outgoing:
    """Asked once more, since the pupil leaves the roll that is asked about."""
    case = cases.require(chat.work, case_id)
    text = chat.say(
        "%(pupil)s, class %(class_name)s, no longer comes to school at all. Is that right?",
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(
        text,
        (chat.to("cases", f"left.{case.id}"), chat.say("Yes, record it")),
        (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")),
    )


def left(chat: Chat, case_id: int) -> Outgoing:
    case = cases.has_dropped_out(chat.work, case_id)
    text = chat.say(
        "✅ Recorded. %(pupil)s stays on the commune's list until somebody says: in class again.",
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(text, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))


def back(chat: Chat, case_id: int) -> Outgoing:
    case = early_warning.is_back(chat.work, case_id)
    text = chat.say(
        "✅ Recorded: %(pupil)s, class %(class_name)s, is in class again and stands on the list of the class.",
        **values(chat, case.pupil_id),
    )
    return chat.menu_of(text, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))


def close(chat: Chat, case_id: int) -> Outgoing:
    """What came of it; a person confirms, always."""
    case = cases.require(chat.work, case_id)
    text = chat.say("What has come of %(pupil)s, class %(class_name)s?", **values(chat, case.pupil_id))
    options = [(chat.to("cases", f"end.{case.id}.{place}"), chat.say(label)) for place, label in
               enumerate(OUTCOMES.values())]  # fmt: skip
    return chat.menu_of(text, *options, (chat.to("cases", f"see.{case.id}"), chat.say("Back to the file")))


def end(chat: Chat, case_id: int, place: int = 0) -> Outgoing:
    outcomes = list(OUTCOMES)
    if place >= len(outcomes):
        raise Refused("outside_scope")
    case = cases.close(chat.work, case_id, outcomes[place])
    pupil = values(chat, case.pupil_id)
    if outcomes[place] == Outcome.BACK:
        text = chat.say(
            "✅ Closed. %(pupil)s, class %(class_name)s, is back. Thank you, %(you)s, and everybody.", **pupil
        )
    else:
        text = chat.say("✅ Closed: %(pupil)s, class %(class_name)s.", **pupil)
    return chat.menu_of(text, (chat.to("cases"), chat.say("All cases")), (chat.to("tasks"), chat.say("My tasks")))


def open_by_hand(chat: Chat, pupil_id: int) -> Outgoing:
    """From the pupil's card: somebody sees that this pupil needs looking after before a rule does."""
    case = cases.open_and_ask(chat.work, pupil_id)
    owner = who(chat, case.owner_id)
    pupil = values(chat, pupil_id)
    if owner:
        text = chat.say("✅ Opened. Ra Lớp asks %(who)s to go to %(pupil)s, class %(class_name)s.", who=owner, **pupil)
    else:
        text = chat.say("✅ Opened. Ra Lớp asks the commune who goes to %(pupil)s, class %(class_name)s.", **pupil)
    return chat.menu_of(text, (chat.to("cases", f"see.{case.id}"), chat.say("The file")))


ACTS: dict[str, Callable[..., Reply]] = {
    "see": see,
    "more": more,
    "take": take,
    "pass": pass_on,
    "assign": assign,
    "give": give,
    "along": along,
    "with": with_,
    "gone": gone,
    "left": left,
    "back": back,
    "close": close,
    "end": end,
    "open": open_by_hand,
}
TAKES_TWO = frozenset({"give", "with", "end"})


CASES = Conversation(
    name="cases",
    title=lambda chat: chat.say("The files"),
    command="hoso",
    words=("hồ sơ", "cases"),
    may="cases.see",
    opens=opening,
    help=N_("Pupils who are looked after: why, and who does what next"),
    is_lookup=True,
)
NOTICES = cases_news.NOTICES
