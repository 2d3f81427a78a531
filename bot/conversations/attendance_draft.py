"""The draft of an absence report: which class and session, who is absent, and why, as the answers have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.conversations import wording
from bot.dialogue.conversation import Chat
from bot.rules import attendance
from bot.rules.attendance import MARK_OF, Line
from bot.rules.work import Refused
from storage import places
from storage.attendance import Half, Mark, Reason
from storage.places import SchoolClass
from storage.pupils import Pupil

EACH = "each"


@dataclass(frozen=True)
class Session:
    """The class, day and half-day that the draft speaks of."""

    school_class: SchoolClass
    day: date
    half: Half


def chosen(chat: Chat) -> Session:
    """What is being reported; the day is the one on which the message was written."""
    school_class = places.school_class(chat.session, int(chat.draft["class"]))
    if school_class is None:
        raise Refused("outside_scope")
    return Session(school_class, date.fromisoformat(chat.draft["day"]), Half(chat.draft["half"]))


def roll(chat: Chat) -> Sequence[Pupil]:
    """The pupils of the chosen class, in register order; in the evening those of them who lodge."""
    class_id, half = int(chat.draft["class"]), Half(chat.draft["half"])
    return chat.once(("roll", class_id, half), lambda: attendance.on_roll(chat.scope, chat.work, class_id, half))


def absent(chat: Chat) -> list[Pupil]:
    """Those who are absent, in register order; who of two was meant is known by now."""
    meant = {int(chat.draft[f"which.{name}"]) for name in unsure(chat) if chat.draft.get(f"which.{name}", "").isdigit()}
    both = {
        key for name in unsure(chat) if chat.draft.get(f"which.{name}") == "all" for key in chat.draft["~unsure"][name]
    }
    wanted = set(chat.answer("absent", [])) | meant | both
    return [pupil for pupil in roll(chat) if pupil.id in wanted]


def unsure(chat: Chat) -> list[str]:
    """Typed names that fit several pupils of the class."""
    return sorted(chat.draft.get("~unsure", {}))


def header(chat: Chat) -> str:
    """`Lớp 6A, sáng thứ 4, 20/3`."""
    session = chosen(chat)
    return chat.say(
        "Class %(class_name)s, %(half)s of %(day)s",
        class_name=session.school_class.name,
        half=chat.say(wording.HALVES[session.half]),
        day=chat.reader.day(session.day),
    )


def own_classes(chat: Chat) -> list[SchoolClass]:
    """The classes whose register this person may report."""
    ids = chat.once("own classes", lambda: attendance.reportable_classes(chat.work))
    return [one for one in (places.school_class(chat.session, class_id) for class_id in ids) if one is not None]


def last_named(chat: Chat) -> int:
    """The pupil that the reason stood behind."""
    named = chat.draft["~last"]
    if isinstance(named, int):
        return named
    return int(chat.draft.get(f"which.{named}", 0) or 0)


def lines(chat: Chat) -> list[Line]:
    """The register's lines as the answers have them."""
    found = []
    for pupil in absent(chat):
        reason = _reason_of(chat, pupil)
        found.append(Line(pupil.id, reason, _mark_of(chat, pupil, reason), _note_of(chat, pupil)))
    return found


def _reason_of(chat: Chat, pupil: Pupil) -> Reason:
    own = chat.answer(f"one.{pupil.id}") or chat.draft.get("~reasons", {}).get(str(pupil.id))
    if chat.answer("alike") == "all":
        return Reason(chat.draft["~last_reason"])
    if chat.answer("alike") == "last" and pupil.id == last_named(chat):
        return Reason(chat.draft["~last_reason"])
    common = chat.answer("why")
    return Reason(own or (common if common != EACH else None) or Reason.UNKNOWN)


def _mark_of(chat: Chat, pupil: Pupil, reason: Reason) -> Mark:
    if chat.answer("excused") is None:
        kept = chat.draft.get("~marks", {}).get(str(pupil.id))
        return Mark(kept) if kept else MARK_OF[reason]
    return Mark.EXCUSED if pupil.id in chat.answer("excused") else Mark.UNEXCUSED


def _note_of(chat: Chat, pupil: Pupil) -> str:
    return str(chat.draft.get("~notes", {}).get(str(pupil.id), ""))


def has_reason_at_end(chat: Chat) -> bool:
    return bool(chat.draft.get("~last_reason")) and len(absent(chat)) > 1


def needs_reason(chat: Chat) -> bool:
    return bool(absent(chat)) and not has_reason_at_end(chat) and bool(without_reason(chat))


def without_reason(chat: Chat) -> list[Pupil]:
    """Absent pupils for whom no reason was typed."""
    typed = chat.draft.get("~reasons", {})
    return [pupil for pupil in absent(chat) if str(pupil.id) not in typed]


def reasons_to_ask(chat: Chat) -> list[str]:
    return [str(pupil.id) for pupil in without_reason(chat)]


def asks_each(chat: Chat) -> bool:
    return needs_reason(chat) and chat.answer("why") == EACH
