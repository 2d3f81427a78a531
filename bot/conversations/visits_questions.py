"""The questions of a home visit that are not about days, and the photos and voice notes that come with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.conversations import advice_words, wording
from bot.conversations.visits_days import NONE, OTHER_DAY
from bot.conversations.visits_line import OTHER, read_met, read_reason
from bot.conversations.visits_news import MET, REASONS, STEPS
from bot.conversations.visits_whose import given, pupil, teacher
from bot.dialogue.conversation import Chat
from bot.dialogue.questions import Answer, Ask, Choose, Misread, Option, Outcome, Partial
from bot.messages import Attachment, Incoming, Kind
from bot.parsing import fold, negative, numbers
from storage.visits import Met, VisitReason

FILES = 10


def met_somebody(chat: Chat) -> bool:
    return bool(chat.answer("met") != Met.NOBODY)


def met_nobody(chat: Chat) -> bool:
    return not met_somebody(chat)


def other_day(step: str) -> Callable[[Chat], bool]:
    def asked(chat: Chat) -> bool:
        return met_nobody(chat) == (step == "again") and chat.answer(step) == OTHER_DAY

    return asked


def whom(chat: Chat) -> Choose:
    """Who was met (1/5)."""
    name = given(chat)
    options = [Option(met, chat.say(label, given=name)) for met, label in MET.items() if met != Met.NOBODY]
    options.append(Option(Met.NOBODY, chat.say("Met nobody")))
    text = chat.say("Home visit to %(pupil)s. (1/5)\nWhom did %(you)s meet?", pupil=wording.full(chat, pupil(chat)))
    if "~voice.met" in chat.draft:
        text = _voice_heard(chat, "met")
    return Choose(
        text,
        options,
        hint=chat.say(
            "It is not clear whom %(you)s met. Please type a number from 1 to %(last)d. For the parents, type: 1",
            last=len(options),
        ),
        free=typed_met,
        skip="~voice.met" in chat.draft,
        takes=frozenset({Kind.VOICE}),
        take=voice_at("met"),
        beside=[advice_words.beside(chat, f"visit.{pupil(chat).pupil.id}")],
    )


def typed_met(chat: Chat, text: str) -> str:
    _only_numbers_shown(chat, text, len(MET))
    found = read_met(text, given(chat))
    if found is None:
        raise Misread(whom(chat).hint)
    return found


def why(chat: Chat) -> Choose:
    """Why the pupil stays away (2/5): a number, words, or a voice note for the teacher."""
    options = [Option(reason, chat.say(label)) for reason, label in REASONS.items()]
    if "~voice.why" in chat.draft:
        text = _voice_heard(chat, "why")
    elif chat.profile.voice:
        text = chat.say(
            "Why does the pupil stay away from school? (2/5)\n%(You)s can choose a number, type or send a voice note."
        )
    else:
        text = chat.say("Why does the pupil stay away from school? (2/5)\n%(You)s can choose a number or type.")
    return Choose(
        text,
        options,
        free=typed_reason,
        valid=lambda _, answer: str(answer).startswith(OTHER),
        skip="~voice.why" in chat.draft,
        takes=frozenset({Kind.VOICE}),
        take=voice_at("why"),
    )


def typed_reason(chat: Chat, text: str) -> str:
    """A reason in words of one's own is kept as it was typed."""
    _only_numbers_shown(chat, text, len(REASONS))
    found = read_reason(text)
    if found is not None:
        return found
    if len(fold(text)) < 3:
        raise Misread(
            chat.say(
                "The reason is not clear. Please type a number from 1 to %(last)d. For example, if ill, type: 3",
                last=len(REASONS),
            )
        )
    return f"{OTHER}{text}"


def _only_numbers_shown(chat: Chat, text: str, last: int) -> None:
    if numbers(text) is not None:
        raise Misread(chat.say("Only 1 to %(last)d, please. Type one of these numbers again.", last=last))


def _voice_heard(chat: Chat, step: str) -> str:
    """`Đã nhận tin thoại 18 giây, cô Hoa sẽ nghe. Lý do gần nhất là số mấy ạ?`; not every platform tells how long."""
    seconds = chat.draft[f"~voice.{step}"]
    listener = teacher(chat)
    values = {"seconds": seconds, "teacher": wording.person(chat.reader, listener) if listener else ""}
    if not seconds:
        return _voice_of_any_length(chat, step, **values)
    if step == "met":
        return chat.say(
            "Voice note of %(seconds)d seconds received. Which number is it: whom did %(you)s meet?", **values
        )
    if listener is None:
        return chat.say("Voice note of %(seconds)d seconds received. Which number is nearest to the reason?", **values)
    return chat.say(
        "Voice note of %(seconds)d seconds received, %(teacher)s will listen. Which number is nearest to the reason?",
        **values,
    )


def _voice_of_any_length(chat: Chat, step: str, **values: Any) -> str:
    if step == "met":
        return chat.say("Voice note received. Which number is it: whom did %(you)s meet?")
    if not values["teacher"]:
        return chat.say("Voice note received. Which number is nearest to the reason?")
    return chat.say(
        "Voice note received, %(teacher)s will listen. Which number is nearest to the reason?",
        teacher=values["teacher"],
    )


def voice_at(step: str) -> Callable[[Chat, Incoming], Outcome]:
    """A voice note is kept, and the question asks for the nearest number: a list can be counted, a voice cannot."""

    def take(chat: Chat, incoming: Incoming) -> Outcome:
        seconds = incoming.attachment.seconds if incoming.attachment is not None else 0
        return Partial({"files": with_file(chat, incoming.attachment), f"~voice.{step}": seconds})

    return take


def with_file(chat: Chat, attachment: Attachment | None) -> list[dict[str, Any]]:
    """The draft's files with one more."""
    files = list(chat.draft.get("files", []))
    if attachment is None or chat.incoming is None or len(files) >= FILES:
        return files
    one = {
        "kind": attachment.kind.value,
        "file_id": attachment.file_id,
        "channel": chat.incoming.channel,
        "bot": chat.incoming.bot,
        "seconds": attachment.seconds,
    }
    return files if one in files else [*files, one]


def what_next(chat: Chat) -> Choose:
    """What should happen next (4/5)."""
    return Choose(
        chat.say("What should come next? (4/5)"), [Option(step, chat.say(label)) for step, label in STEPS.items()]
    )


def photo(chat: Chat) -> Ask:
    """Papers and places, not children (5/5)."""
    shown = photos(chat)
    options = [Option(NONE, chat.say("Leave out the photos sent"))] if shown and chat.draft.get("~ask.photo") else []
    return Ask(
        chat.say("If %(you)s has a photo of the paper or the house, please send it; none of the children. (5/5)"),
        typed_photo,
        takes=frozenset({Kind.PHOTO, Kind.FILE, Kind.VOICE}),
        take=take_photo,
        skip=True,
        options=options,
    )


def take_photo(chat: Chat, incoming: Incoming) -> Outcome:
    return Answer("yes", {"files": with_file(chat, incoming.attachment)})


def typed_photo(chat: Chat, text: str) -> str:
    if negative(text) or fold(text) in ("chua co", "khong co", "xong", "het"):
        return NONE if chat.draft.get("~ask.photo") is None else "yes"
    raise Misread(chat.say("Please send the photo here. If there is none, type: skip"))


def files_of(chat: Chat) -> list[dict[str, Any]]:
    """The files that go with the visit; photos may have been left out again."""
    files: list[dict[str, Any]] = chat.draft.get("files", [])
    without = chat.answer("photo") == NONE
    return [one for one in files if one["kind"] == Kind.VOICE or not without]


def photos(chat: Chat) -> int:
    return sum(one["kind"] != Kind.VOICE for one in files_of(chat))


def voices(chat: Chat) -> int:
    return sum(one["kind"] == Kind.VOICE for one in files_of(chat))


def attach(chat: Chat, attachment: Attachment) -> bool:
    """A photo or voice note while another question is open: several photos come as several messages."""
    if attachment.kind not in (Kind.PHOTO, Kind.FILE, Kind.VOICE):
        return False
    chat.draft["files"] = with_file(chat, attachment)
    if chat.answer("photo") == NONE or chat.is_skipped("photo"):
        chat.draft["photo"] = "yes"
    return True


def reason_of(chat: Chat) -> tuple[str, str]:
    """The code, and the words of a typed one."""
    code, _, note = str(chat.answer("why") or VisitReason.UNKNOWN).partition(":")
    return code, note
