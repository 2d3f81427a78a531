"""A giver's promise, and the thing handed over with a photo of it."""

from __future__ import annotations

from bot.conversations import support_words as words
from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Answer, Ask, Choose, Confirm, Misread, Option, Outcome
from bot.messages import Attachment, Incoming, Kind, Outgoing
from bot.parsing import clean_line, fold, negative, numbers, phone, phone_shown
from bot.rules import people, support
from bot.rules.sent_files import File
from bot.rules.support import Gift
from bot.rules.work import Refused
from storage import support as stored
from storage.support import OPEN, Need, NeedStatus

DONORS_SHOWN = 6
NEW = "new:"  # before the name of a giver who is not known yet
PHOTOS = 5


# A promise


def promising(chat: Chat, argument: str) -> Draft | Reply:
    """`12`: the need that somebody gives."""
    need = _need(chat, argument)
    if need.status != NeedStatus.NEEDED:
        raise Refused("need_changed")
    return {"need": need.id}


def _need(chat: Chat, argument: str) -> Need:
    if not argument.isdigit():
        raise Refused("outside_scope")
    return support.look(chat.work, int(argument))


def need(chat: Chat) -> Need:
    """The need in hand. Raises Refused when its pupil left the scope meanwhile."""
    found = stored.get(chat.scope, chat.session, int(chat.draft["need"]))
    if found is None:
        raise Refused("outside_scope")
    return found


def who(chat: Chat) -> Choose:
    """Somebody who gave before, or a name (1/4)."""
    text = chat.say(
        "%(pupil)s needs this: %(thing)s. Who gives it? (1/4)\nPlease type the name, or choose.",
        pupil=words.short(chat, need(chat).pupil_id),
        thing=words.thing(chat, need(chat)),
    )
    known = stored.donors(chat.session, people.commune_of(chat.work).id)
    latest = sorted(known, key=lambda one: one.created_at, reverse=True)[:DONORS_SHOWN]
    return Choose(
        text,
        [Option(str(one.id), one.name) for one in latest],
        hint=chat.say("Please type the giver's name. For example: anh Tuấn, Quảng Ngãi"),
        free=_typed_donor,
        valid=lambda _, answer: str(answer).startswith(NEW) or str(answer) in {str(one.id) for one in known},
        back=True,
        required=True,
        is_private=True,
    )


def _typed_donor(chat: Chat, text: str) -> str:
    name = clean_line(text)
    known = stored.donor_named(chat.session, people.commune_of(chat.work).id, fold(name))
    if known is not None:
        return str(known.id)
    if numbers(name) is not None or len(fold(name)) < 2 or len(name) > support.NAME_AT_MOST:
        raise Misread(chat.say("Please type the giver's name. For example: anh Tuấn, Quảng Ngãi"))
    return f"{NEW}{name}"


def is_new(chat: Chat) -> bool:
    """Whether this giver is noted for the first time."""
    return str(chat.answer("donor") or "").startswith(NEW)


def number(chat: Chat) -> Ask:
    """Whom to telephone (2/4)."""
    return Ask(
        chat.say("The giver's telephone number, if known? (2/4)"),
        _number,
        hint=chat.say("Please type ten digits. For example: 0900 000 001"),
        skip=True,
        back=True,
    )


def _number(chat: Chat, text: str) -> str:
    found = phone(text)
    if found is None:
        raise Misread(chat.say("Please type ten digits. For example: 0900 000 001"))
    return found


def gift(chat: Chat) -> Choose:
    """What is promised, in words; just the thing is one tap (3/4)."""
    thing = words.thing(chat, need(chat))
    return Choose(
        chat.say("What does the giver promise? (3/4)\nPlease choose, or type how much. For example: 2 warm coats"),
        [Option("thing", thing[:1].upper() + thing[1:])],
        hint=chat.say("What is promised? Type 1, or how much. For example: 2 warm coats"),
        free=_typed_gift,
        valid=lambda _, answer: bool(answer),
        back=True,
        required=True,
    )


def _typed_gift(chat: Chat, text: str) -> str:
    typed = clean_line(text)
    if len(fold(typed)) < 2 or fold(typed).isdigit():
        raise Misread(chat.say("What is promised? Type 1, or how much. For example: 2 warm coats"))
    return typed


def summary(chat: Chat) -> Confirm:
    """What will stand there (4/4)."""
    lines = [
        chat.say("Please look it over:"),
        chat.say("• For: %(pupil)s", pupil=words.full(chat, need(chat).pupil_id)),
        chat.say("• Giver: %(name)s, %(gift)s", name=_donor_name(chat), gift=_gift(chat)),
    ]
    if is_new(chat) and chat.answer("phone"):
        lines.append(chat.say("• Telephone: %(phone)s", phone=phone_shown(chat.answer("phone"))))
    changes = [("donor", chat.say("Giver")), ("gift", chat.say("What is given"))]
    if is_new(chat):
        changes.insert(1, ("phone", chat.say("Telephone number")))
    return Confirm("\n".join(lines), changes)


def _donor_name(chat: Chat) -> str:
    if is_new(chat):
        return str(chat.answer("donor")).removeprefix(NEW)
    known = stored.donor(chat.session, people.commune_of(chat.work).id, int(chat.answer("donor")))
    return known.name if known is not None else ""


def _gift(chat: Chat) -> str:
    answer = str(chat.answer("gift") or "thing")
    return words.thing(chat, need(chat)) if answer == "thing" else answer


def promise(chat: Chat) -> Reply:
    """Calls the rule, and says what comes next."""
    donor = str(chat.answer("donor"))
    made = Gift(
        donor_id=None if is_new(chat) else int(donor),
        name=donor.removeprefix(NEW) if is_new(chat) else "",
        phone=chat.answer("phone") or "",
        words=_gift(chat),
    )
    one = support.pledge(chat.work, int(chat.draft["need"]), made)
    text = "\n".join(
        [
            chat.say("✅ Noted: %(name)s gives %(pupil)s: %(gift)s.", name=_donor_name(chat), **_for(chat, one)),
            chat.say("When the pupil has it, %(you)s presses “It is handed over” here."),
        ]
    )
    return chat.menu_of(
        text,
        (chat.to("support_handover", str(one.id)), chat.say("It is handed over")),
        (chat.to("support", "needed.0"), chat.say("Who else needs something")),
        (chat.to("support"), chat.say("Support (list)")),
    )


def _for(chat: Chat, one: Need) -> dict[str, str]:
    return {"pupil": words.short(chat, one.pupil_id), "gift": one.gift or words.thing(chat, one)}


SUPPORT_GIVE = Conversation(
    name="support_give",
    title=lambda chat: chat.say("The giver's promise"),
    may="support.manage",
    opens=promising,
    steps=(
        Step("donor", who),
        Step("phone", number, when=is_new),
        Step("gift", gift),
        Step("check", summary),
    ),
    finish=promise,
)


# Handing over


def handing(chat: Chat, argument: str) -> Draft | Reply:
    """`12`: the need that is answered."""
    one = _need(chat, argument)
    if one.status not in OPEN:
        raise Refused("need_changed")
    return {"need": one.id}


def photo(chat: Chat) -> Ask:
    """A photo of the thing, not of the child."""
    return Ask(
        chat.say(
            "Handed over to %(pupil)s: %(gift)s.\nPlease send a photo of the gift; none of the pupil.",
            **_for(chat, need(chat)),
        ),
        _typed_photo,
        takes=frozenset({Kind.PHOTO, Kind.FILE}),
        take=_take,
        skip=True,
        back=True,
    )


def _take(chat: Chat, incoming: Incoming) -> Outcome:
    return Answer("yes", {"files": _with(chat, incoming.attachment)})


def _typed_photo(chat: Chat, text: str) -> str:
    if negative(text) or fold(text) in ("chua co", "khong co", "khong"):
        return "none"
    raise Misread(chat.say("Please send the photo here. If there is none, type: skip"))


def _with(chat: Chat, attachment: Attachment | None) -> list[dict[str, str]]:
    """The draft's photos with one more."""
    files: list[dict[str, str]] = list(chat.draft.get("files", []))
    if attachment is None or chat.incoming is None or len(files) >= PHOTOS:
        return files
    incoming = chat.incoming
    one = {
        "kind": attachment.kind.value,
        "file_id": attachment.file_id,
        "channel": incoming.channel,
        "bot": incoming.bot,
    }
    return files if one in files else [*files, one]


def handed(chat: Chat) -> Reply:
    """Records it; a slip is taken back within 24 hours."""
    files = [File(**one) for one in chat.draft.get("files", [])]
    one = support.hand_over(chat.work, int(chat.draft["need"]), files)
    lines = [chat.say("✅ Noted: %(pupil)s has it: %(gift)s. Thank you, %(you)s.", **_for(chat, one))]
    if any(notice.kind == "support.arrived" for notice in chat.work.notices):
        lines.append(chat.say("Ra Lớp passes the good news on to whoever noted it."))
    message: Outgoing = chat.menu_of("\n".join(lines), (chat.to("support"), chat.say("Support (list)")))
    undo = wording.take_back(chat, chat.to("support", f"undo.{one.id}"))
    return message.with_choices((undo, *message.choices))


SUPPORT_HANDOVER = Conversation(
    name="support_handover",
    title=lambda chat: chat.say("The gift handed over"),
    may="support.manage",
    opens=handing,
    steps=(Step("photo", photo),),
    finish=handed,
)
