"""What a register leads to, said in its receipt: who is asked to visit, whom to telephone, how many days are left."""

from __future__ import annotations

from bot.conversations import tasks
from bot.conversations.cases_words import values, with_position
from bot.dialogue.conversation import Chat
from bot.dialogue.open import SAID
from bot.dialogue.replies import renumbered
from bot.i18n import N_
from bot.messages import Choice
from bot.rules import attendance, budget, fast_path
from bot.rules.early_warning import AGAIN, Raised
from bot.rules.findings import IN_A_ROW, OPENS_CASE
from storage import people
from storage.attendance import Register

WHAT = "attendance"
AT_ONCE = "~at_once"  # in a draft: reasons came along with the names
SAID_AT_MOST = 3
CALLS_AT_MOST = 2
ASKS_FOR_CALL = ("R7", "R1.ill", "R1")


def lines(chat: Chat, register: Register) -> tuple[list[str], tuple[Choice, ...]]:
    """The lines of a receipt after the first, the gravest first, and the calls that the teacher can log at once."""
    raised = _one_a_pupil(attendance.raised(chat.work, register))
    found = [line for one in raised if (line := _line(chat, one))]
    to_call = [one for one in raised if one.rule in ASKS_FOR_CALL][:CALLS_AT_MOST]
    choices = tuple(
        Choice(
            chat.to("calls", str(one.pupil_id)),
            chat.say("Telephone about %(pupil)s", **values(chat, one.pupil_id)),
            number=str(place),
        )
        for place, one in enumerate(to_call, start=1)
    )
    if len(found) > SAID_AT_MOST:
        left = len(found) - SAID_AT_MOST
        found = [*found[:SAID_AT_MOST], chat.say_n("And %(n)d more pupil.", "And %(n)d more pupils.", left)]
    return found, choices


def offers_line(chat: Chat) -> bool:
    """Where a channel counts messages, the line that holds everything is offered to whoever has used it."""
    return budget.counts(chat.work, chat.me.id) is not None and fast_path.is_used(chat.work, WHAT)


def taught(chat: Chat, class_name: str) -> list[str]:
    """Below the receipt of somebody's third report by questions: how one line says it all. Notes how this one came."""
    if chat.draft.get(SAID) or chat.draft.get(AT_ONCE):
        fast_path.note_used(chat.work, WHAT)
    elif not chat.draft.get("~edit") and fast_path.note_guided(chat.work, WHAT):
        return [
            chat.say(
                "Next time %(you)s can also type it in one line: absent %(class_name)s: An ill, Bình fields",
                class_name=class_name,
            )
        ]
    return []


def with_list(chat: Chat, following: list[str], choices: tuple[Choice, ...]) -> tuple[list[str], tuple[Choice, ...]]:
    """The list of the morning below a receipt: where a month's messages run short it is no message of its own."""
    opened = {choice.value for choice in choices}
    left = [Choice(value, label, number="1") for value, label in tasks.left(chat) if value not in opened]
    whole = tuple(renumbered((*choices, *left[: tasks.AT_MOST])))
    if not left:
        return following, choices
    line = chat.say_n("Today %(you)s has %(n)d task as well:", "Today %(you)s has %(n)d tasks as well:", len(whole))
    return [*following, line], whole


def _one_a_pupil(raised: list[Raised]) -> list[Raised]:
    """The gravest thing of each pupil: a case before a call, a call before a figure."""
    best: dict[int, Raised] = {}
    for one in raised:
        if one.pupil_id not in best or _gravity(one) < _gravity(best[one.pupil_id]):
            best[one.pupil_id] = one
    return sorted(best.values(), key=_gravity)


def _gravity(one: Raised) -> int:
    if one.case_id is not None and one.rule in (*OPENS_CASE, "R1", AGAIN):
        return 0
    if one.rule == "promise.yes":
        return 1
    return 2 + ASKS_FOR_CALL.index(one.rule) if one.rule in ASKS_FOR_CALL else 9


def _line(chat: Chat, one: Raised) -> str:
    if one.case_id is not None:
        return _asked(chat, one)
    facts = {**one.facts, **values(chat, one.pupil_id)}
    if one.rule == "promise.yes":
        return chat.say("Good news: %(pupil)s is in class as promised.", **facts)
    if one.rule in SAYINGS:
        sentences = SAYINGS[one.rule]
        return chat.say(sentences[0] if one.facts.get("one_session", True) else sentences[1], **facts)
    return ""


def _asked(chat: Chat, one: Raised) -> str:
    """`Em Chi vắng 3 buổi liền chưa rõ lý do. Ra Lớp sẽ nhờ bác Rớt, trưởng thôn Cà Xen, ghé thăm nhà.`"""
    facts = {"n": 0, "weeks": 4, "percent": 0, **one.facts, **values(chat, one.pupil_id)}
    if one.rule == AGAIN:
        kind = "again"
    elif one.rule in IN_A_ROW or one.rule == "R1":
        kind = "unknown" if one.facts.get("is_unknown") else "row"
    else:
        kind = "pattern" if one.rule == "R3" else "share"
    first = chat.say(FOUND[kind][0 if one.facts.get("one_session", True) else 1], **facts)
    asked = people.get(chat.session, one.asked_id)
    if asked is None:
        return chat.say("%(found)s Ra Lớp will ask the commune who goes there.", found=first)
    if asked.id == chat.me.id:
        return chat.say("%(found)s Please call at the house.", found=first)
    return chat.say(
        "%(found)s Ra Lớp will ask %(who)s to call at the house.", found=first, who=with_position(chat, asked)
    )


FOUND = {
    "again": (N_("%(pupil)s is away again."), N_("%(pupil)s is away again.")),
    "unknown": (
        N_("%(pupil)s has missed %(n)d sessions in a row, the reason is not known."),
        N_("%(pupil)s has missed %(n)d days in a row, the reason is not known."),
    ),
    "row": (
        N_("%(pupil)s has missed %(n)d sessions in a row."),
        N_("%(pupil)s has missed %(n)d days in a row."),
    ),
    "pattern": (
        N_("%(pupil)s has missed %(n)d sessions in %(weeks)d weeks, now and then."),
        N_("%(pupil)s has missed %(n)d days in %(weeks)d weeks, now and then."),
    ),
    "share": (
        N_("%(pupil)s has missed %(percent)d%% of the school days this year."),
        N_("%(pupil)s has missed %(percent)d%% of the school days this year."),
    ),
}
SAYINGS = {
    "R1": (
        N_("%(pupil)s has missed %(n)d sessions in a row. Please telephone the family."),
        N_("%(pupil)s has missed %(n)d days in a row. Please telephone the family."),
    ),
    "R1.ill": (
        N_("%(pupil)s has been ill for %(n)d sessions. Please telephone and ask how it is."),
        N_("%(pupil)s has been ill for %(n)d days. Please telephone and ask how it is."),
    ),
    "R7": (
        N_("%(pupil)s: in these weeks every absence counts. Please telephone the family today."),
        N_("%(pupil)s: in these weeks every absence counts. Please telephone the family today."),
    ),
    **{
        rule: (
            N_("%(pupil)s has missed %(n)d sessions this year, %(left)d are left."),
            N_("%(pupil)s has missed %(n)d days this year, %(left)d are left."),
        )
        for rule in ("R6.first", "R6.second", "R6.third")
    },
}
