"""How a plan is said: its name, its card, its own words in pages; a line of the task list."""

from __future__ import annotations

from datetime import date

from bot.conversations import meetings_words
from bot.dialogue.conversation import Chat
from bot.messages import Outgoing
from bot.rules import plan_copies
from bot.rules.plan_copies import CALL_TASK
from bot.rules.tasks import Task
from storage import meetings as stored
from storage.meetings import Plan

PAGE_AT_MOST = 820  # of the paper's own words; with the line above them a page stays below 900 characters
SUBJECT_IN_PUSH, SUBJECT_IN_CARD, PURPOSE_AT_MOST = 120, 200, 200


def name(chat: Chat, plan: Plan) -> str:
    """`Kế hoạch 30/KH-UBND`; without a number by its day."""
    if plan.number:
        return chat.say("Plan %(number)s", number=plan.number)
    if plan.issued_on is not None:
        return chat.say("The plan of %(date)s", date=whole_date(plan.issued_on))
    return chat.say("The plan")


def whole_date(day: date) -> str:
    """`20/3/2024`: of papers, with the year."""
    return f"{day.day}/{day.month}/{day.year}"


def push(chat: Chat, plan: Plan) -> Outgoing:
    """The copy, shortly; it stands as well beside the invitation that comes in the same minute."""
    rows = [_given(chat, plan)]
    n = len(plan_copies.meetings_of(chat.work, plan))
    if n:
        rows.append(chat.say_n("It sets %(n)d meeting.", "It sets %(n)d meetings.", n))
    if plan_copies.duties(chat.work, plan):
        rows.append(chat.say("One part of it is for %(you)s to do."))
    return chat.menu_of(
        "\n".join([rows[0], " ".join(rows[1:])]) if rows[1:] else rows[0],
        (chat.to("plans", str(plan.id)), chat.say("See the plan")),
        (chat.to("plans", f"{plan.id}.read"), chat.say("I have read it")),
    )


def _given(chat: Chat, plan: Plan) -> str:
    values = {
        "number": plan.number,
        "date": whole_date(plan.issued_on) if plan.issued_on is not None else "",
        "subject": clipped(plan.subject, SUBJECT_IN_PUSH),
    }
    if plan.number and plan.issued_on is not None:
        return chat.say("The commune gives %(you)s plan %(number)s of %(date)s: %(subject)s.", **values)
    if plan.number:
        return chat.say("The commune gives %(you)s plan %(number)s: %(subject)s.", **values)
    return chat.say("The commune gives %(you)s a plan: %(subject)s.", **values)


def card(chat: Chat, plan: Plan) -> str:
    """Number, day and title; what it is for; the meetings it sets."""
    rows = [_title(chat, plan)]
    if plan.subject:
        rows.append(chat.say("About: %(subject)s", subject=clipped(plan.subject, SUBJECT_IN_CARD)))
    if plan.purpose:
        rows.append(chat.say("Its aim: %(purpose)s", purpose=clipped(plan.purpose, PURPOSE_AT_MOST)))
    meetings = plan_copies.meetings_of(chat.work, plan)
    if meetings:
        rows.append(chat.say("Its meetings:"))
    rows += [
        chat.say(
            "• %(when)s: %(place)s",
            when=meetings_words.hour_and_day(chat, one.starts_at),
            place=meetings_words.place(chat, one),
        )
        for one in meetings
    ]
    return "\n".join(rows)


def _title(chat: Chat, plan: Plan) -> str:
    if not plan.number or plan.issued_on is None:
        return name(chat, plan)
    values = {"number": plan.number, "date": whole_date(plan.issued_on), "issuer": plan.issuer}
    if plan.issuer:
        return chat.say("Plan %(number)s, %(date)s, %(issuer)s", **values)
    return chat.say("Plan %(number)s, %(date)s", **values)


def clipped(written: str, at_most: int) -> str:
    """A paper's words, as written, cut at a word where they are long; without the full stop at their end."""
    written = written.strip().rstrip(".;")
    return written if len(written) <= at_most else f"{written[: at_most - 2].rpartition(' ')[0]} …"


def pages(text: str) -> list[str]:
    """The words in pages: cut between lines, a long line between sentences or words; nothing is lost or changed."""
    found = [""]
    for line in (piece for whole in text.split("\n") for piece in _pieces(whole)):
        joined = f"{found[-1]}\n{line}" if found[-1] else line
        if len(joined) <= PAGE_AT_MOST:
            found[-1] = joined
        else:
            found.append(line)
    return [page for page in found if page.strip()]


def _pieces(line: str) -> list[str]:
    pieces = []
    while len(line) > PAGE_AT_MOST:
        cut = max(line.rfind(sign, 0, PAGE_AT_MOST) for sign in (". ", "; "))
        cut = cut + 1 if cut > PAGE_AT_MOST // 2 else line.rfind(" ", 0, PAGE_AT_MOST)
        cut = cut if cut > 0 else PAGE_AT_MOST
        pieces.append(line[:cut].rstrip())
        line = line[cut:].lstrip()
    return [*pieces, line]


def task_line(chat: Chat, task: Task) -> tuple[str, str] | None:
    """`Đọc Kế hoạch 30/KH-UBND`; to its author `Gọi cho ai chưa đọc Kế hoạch 30/KH-UBND`."""
    plan = chat.session.get(stored.Plan, task.subject_id)
    if plan is None:
        return None
    if task.kind == CALL_TASK:
        label = chat.say("Telephone whoever has not read: %(plan)s", plan=name(chat, plan))
        return chat.to("plans", f"{plan.id}.who"), label
    return chat.to("plans", str(plan.id)), chat.say("Read: %(plan)s", plan=name(chat, plan))
