"""A plan document sent in the chat: its meetings are shown, its doubts asked; then it is taken in as by the command."""

from __future__ import annotations

from bot.conversations import plan_doubts, sent_papers
from bot.conversations.sent_papers import TROUBLE, Paper
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Choose, Confirm
from bot.i18n import N_
from bot.importers import kept
from bot.importers.plan import PlanDocument
from bot.messages import Attachment
from bot.rules import people, plan_import
from bot.rules.plan_import import Result, Shown
from bot.rules.quiet import after_quiet
from bot.rules.work import Refused
from storage import files
from storage.files import KeptFile

MEETINGS_SHOWN = DOUBTS_SHOWN = 8
LINE_AT_MOST = 160


# The file


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The words; `file.12` goes on with a file that was read."""
    what, _, key = argument.partition(".")
    held = sent_papers.of_mine(chat, PLAN, key) if what == "file" else None
    if held is not None:
        return {"file": key} if held.read_at is None else sent_papers.begun(chat, PLAN, held)
    return sent_papers.by_page(chat, PLAN, chat.say("A plan comes as a document (.docx, .txt, .md).")) or {}


def begin(chat: Chat, held: KeptFile) -> Draft | Reply:
    """The first answers of a plan that was read; of one that adds nothing, what stands there already."""
    document = kept.plan_of(held.read or {})
    doubts = [f"• {line}" for line in _doubts(chat, document)]
    if not document.meetings:
        files.forget(held)
        sentence = NO_MEETINGS if not doubts else N_("No meeting of this plan is clear yet:")
        return {TROUBLE: "\n".join([chat.say(sentence), *doubts])}
    found = plan_import.look(chat.work, document, organiser=chat.person)
    if found.added:
        held.tried = {"lines": [*_lines(chat, document, found), *doubts], "added": found.added}
        return {"file": str(held.id)}
    files.forget(held)
    first = chat.say_n(
        "%(plan)s has been read already: its %(n)d meeting stands. Nothing was added.",
        "%(plan)s has been read already: its %(n)d meetings stand. Nothing was added.",
        len(found.meetings),
        plan=_name(chat, document),
    )
    return chat.menu_of(
        "\n".join([first, *doubts]), (chat.to("meetings"), chat.say("Meetings")), (chat.to("menu"), chat.say("Menu"))
    )


NO_MEETINGS = N_("No table of meetings was found in this paper.")


def which_file(chat: Chat) -> Choose:
    """The question that a file answers."""
    return sent_papers.asked(chat, PLAN, chat.say("Please send the plan (.docx, .txt, .md) into this chat."))


def received(chat: Chat, file: Attachment, is_busy: bool) -> Draft | Reply | None:
    """A document that was sent, out of the blue too, or that is read by now."""
    return sent_papers.received(chat, PLAN, file, is_busy)


PLAN = Paper(kept.PLAN, "plan_import", "/nhap", begin)


def _held(chat: Chat) -> KeptFile:
    held = sent_papers.of_mine(chat, PLAN, chat.answer("file"))
    if held is None or not held.tried:
        raise Refused("file_is_gone")
    return held


# What it would lead to


def _name(chat: Chat, document: PlanDocument) -> str:
    """`Kế hoạch 30/KH-UBND ngày 20/3/2024`."""
    number = document.number or chat.say("without a number")
    if document.issued_on is None:
        return chat.say("Plan %(number)s, without a date", number=number)
    return chat.say("Plan %(number)s of %(date)s", number=number, date=plan_doubts.date_of(document.issued_on))


def _lines(chat: Chat, document: PlanDocument, found: Result) -> list[str]:
    """The meetings with how many they invite, and what should be seen before it is said yes to."""
    lines = [chat.say("Please look it over: %(plan)s", plan=_name(chat, document))]
    if found.is_foreign:
        own = people.commune_of(chat.work).name
        lines.append(chat.say("⚠️ It is not of %(commune)s: %(issuer)s", commune=own, issuer=document.issuer or ""))
    lines += [_meeting(chat, one) for one in found.meetings[:MEETINGS_SHOWN]]
    more = len(found.meetings) - MEETINGS_SHOWN
    if more > 0:
        lines.append(chat.say_n("• and %(n)d more meeting", "• and %(n)d more meetings", more))
    if found.villages:
        lines.append(chat.say("• New villages: %(names)s", names=", ".join(found.villages)))
    if readers := sum(n for _, n in found.given):
        lines.append(chat.say_n("• The plan itself goes to %(n)d person", "• The plan itself goes to %(n)d people",
                                readers))  # fmt: skip
    lines += [chat.say("• Named in it, but no recipient: %(words)s", words=one.rstrip(": "))[:LINE_AT_MOST]
              for one in found.forgotten[:2]]  # fmt: skip
    return lines


def _meeting(chat: Chat, one: Shown) -> str:
    values = {
        "hour": chat.reader.hour(one.starts_at),
        "day": chat.reader.day(one.starts_at.date()),
        "place": one.planned.venue or one.planned.place_text,
        "n": one.invited,
    }
    if not one.is_new:
        return chat.say("• %(hour)s, %(day)s, %(place)s: stands already", **values)
    if one.is_past:
        return chat.say("• %(hour)s, %(day)s, %(place)s: is over, nobody is told", **values)
    if one.double_booked:
        values["twice"] = one.double_booked
        return chat.say(
            "• %(hour)s, %(day)s, %(place)s: %(n)d people, %(twice)d of them invited elsewhere at that hour", **values
        )
    return chat.say("• %(hour)s, %(day)s, %(place)s: %(n)d people", **values)


def _doubts(chat: Chat, document: PlanDocument) -> list[str]:
    """What is held back, each as a question."""
    found = [plan_doubts.sentence(chat.reader, doubt)[: 2 * LINE_AT_MOST] for doubt in document.doubts[:DOUBTS_SHOWN]]
    more = len(document.doubts) - len(found)
    return [*found, chat.say("and %(n)d more rows", n=more)] if more > 0 else found


def summary(chat: Chat) -> Confirm:
    """`1. Tạo 2 buổi họp và gửi lời mời`."""
    held = _held(chat)
    return Confirm(
        "\n".join(held.tried["lines"]),
        [],
        send=chat.say_n(
            "Make %(n)d meeting and invite them", "Make %(n)d meetings and invite them", held.tried["added"]
        ),
        drop=chat.say("Drop it, make nothing"),
    )


# Taking it in


def record(chat: Chat) -> Reply:
    """Makes the meetings; invitations leave at once, in quiet hours at their end. The file itself is forgotten."""
    held = _held(chat)
    document = kept.plan_of(held.read or {})
    done = plan_import.take(chat.work, document, organiser=chat.person)
    files.forget(held)
    chat.work.audit("file.forgotten", "file", held.id)
    lines = [
        chat.say_n(
            "✅ %(n)d meeting was made at %(time)s.",
            "✅ %(n)d meetings were made at %(time)s.",
            done.added,
            time=chat.reader.clock(chat.now),
        ),
        _leaving(chat),
    ]
    if document.doubts:
        lines.append(
            chat.say(
                "Held back: %(n)d rows. %(You)s can put them right in the paper and send it once more.",
                n=len(document.doubts),
            )
        )
    return chat.menu_of(
        "\n".join(lines), (chat.to("meetings"), chat.say("Meetings")), (chat.to("menu"), chat.say("Menu"))
    )


def _leaving(chat: Chat) -> str:
    at = after_quiet(chat.now, chat.work.zone)
    if at <= chat.now:
        return chat.say("The invitations leave now.")
    return chat.say("The invitations leave at %(time)s.", time=chat.reader.clock(at))


PLAN_IMPORT = Conversation(
    name="plan_import",
    title=lambda chat: chat.say("The plan document"),
    words=("nhập kế hoạch", "gửi kế hoạch", "send a plan"),
    may="meetings.organise",
    opens=opening,
    receives=received,
    steps=(
        Step("file", which_file),
        Step(
            "reading",
            lambda chat: sent_papers.waiting(chat, PLAN),
            when=lambda chat: sent_papers.is_waiting(chat, PLAN),
        ),
        Step("check", summary),
    ),
    finish=record,
)
