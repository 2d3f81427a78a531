"""What a pupil needs, noted by whoever sees the pupil: one tap after a visit, from the card, or from /hotro."""

from __future__ import annotations

from typing import Any

from bot.conversations import support_words as words
from bot.conversations import wording
from bot.conversations.pupils_words import nobody, told_apart, unknown_here
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Choose, Misread, Option, Partial
from bot.i18n import N_
from bot.messages import Outgoing
from bot.parsing import clean_line, fold, numbers
from bot.rules import cases, people, pupils, support
from storage import pupils as stored_pupils
from storage.support import Need, NeedKind, NeedStatus

AT_MOST = 7
OTHER = f"{NeedKind.OTHER}:"  # before the words of another thing


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """`pupil.12` asks what; `see.3`, `back.3` are about a need; without an argument the pupil is asked for."""
    what, _, key = argument.partition(".")
    if what == "see" and key.isdigit():
        return see(chat, int(key))
    if what == "back" and key.isdigit():
        return back(chat, int(key))
    if what == "pupil" and key.isdigit():
        cases.require_pupil(chat.work, int(key))
        return {"pupil": key}
    return {} if not chat.scope.is_empty else nobody(chat, "")


def see(chat: Chat, need_id: int) -> Outgoing:
    """A need as whoever noted it may see it."""
    one = support.look(chat.work, need_id)
    text = chat.say(
        "%(pupil)s: %(thing)s, %(state)s",
        pupil=words.big(words.full(chat, one.pupil_id)),
        thing=words.thing(chat, one),
        state=chat.say(STATES[NeedStatus(one.status)]),
    )
    return chat.menu_of(
        text,
        (chat.to("support_note", f"pupil.{one.pupil_id}"), chat.say("Note something else")),
        (chat.to("tasks"), chat.say("My tasks")),
    )


STATES = {
    NeedStatus.NEEDED: N_("without a giver yet"),
    NeedStatus.PLEDGED: N_("somebody will give it"),
    NeedStatus.HANDED_OVER: N_("handed over"),
    NeedStatus.WITHDRAWN: N_("no longer needed"),
}


def back(chat: Chat, need_id: int) -> Outgoing:
    """What was just noted is taken back."""
    one = support.withdraw(chat.work, need_id)
    text = chat.say(
        "✅ Taken back: %(pupil)s, %(thing)s.", pupil=words.short(chat, one.pupil_id), thing=words.thing(chat, one)
    )
    return chat.menu_of(text, (chat.to("tasks"), chat.say("My tasks")), (chat.to("menu"), chat.say("Menu")))


# Questions


def which_pupil(chat: Chat) -> Choose:
    """By name; several who fit are a question."""
    found = chat.draft.get("~found")
    hint = chat.say("Which pupil? Type name and class, for example: Chi 6A")
    options: list[Option] = []
    if found:
        fitting = stored_pupils.listed(chat.scope, chat.session, pupil_ids=found)
        options = [Option(str(one.pupil.id), told_apart(chat, one)) for one in fitting]
    return Choose(
        chat.say("%(n)d pupils fit. Which one is it?", n=len(options)) if options else hint,
        options,
        hint=hint,
        free=_typed_pupil,
        valid=lambda chat, answer: str(answer).isdigit() and words.pupil(chat, int(answer)) is not None,
        back=True,
        required=True,
        is_private=True,
    )


def _typed_pupil(chat: Chat, text: str) -> Any:
    found = pupils.search(chat.work, text)
    if found.is_sure:
        return str(found.hits[0].pupil.id)
    near = [*found.hits, *found.near]
    if not near:
        raise Misread(unknown_here(chat, found.name))
    if len(near) > AT_MOST:
        raise Misread(chat.say("%(n)d pupils fit. Please add the whole name, the class or the village.", n=len(near)))
    return Partial({"~found": [one.pupil.id for one in near]})


def what(chat: Chat) -> Choose:
    """One thing; another in words. One tap, so that a visit stays short."""
    text = chat.say(
        "What does %(pupil)s need?\n%(You)s can choose a number, or type something else.",
        pupil=words.big(words.short(chat, int(chat.draft["pupil"]))),
    )
    return Choose(
        text,
        [Option(kind, chat.say(label), is_short=True) for kind, label in words.KINDS.items()],
        hint=chat.say("What is needed? Choose a number, or type it. For example: a raincoat"),
        free=_typed_thing,
        valid=lambda _, answer: str(answer).startswith(OTHER),
        required=True,
        back=True,
    )


def which_other(chat: Chat) -> Choose:
    """The words of another thing."""
    hint = chat.say("What does the pupil need? Please type it. For example: a raincoat")
    return Choose(hint, [], hint=hint, free=_typed_thing, valid=lambda _, a: bool(a), required=True, back=True)


def _typed_thing(chat: Chat, text: str) -> str:
    typed = clean_line(text)
    if numbers(typed) is not None or len(fold(typed)) < 2:
        raise Misread(chat.say("What is needed? Choose a number, or type it. For example: a raincoat"))
    for kind, label in words.KINDS.items():
        if fold(typed) in (fold(chat.say(label)), *TYPED.get(kind, ())):
            return kind if kind != NeedKind.OTHER else f"{OTHER}{typed}"
    return f"{OTHER}{typed}"


TYPED = {
    NeedKind.RICE: ("gao", "com gao", "rice"),
    NeedKind.CLOTHES: ("ao", "quan ao", "ao quan", "ao am", "clothes"),
    NeedKind.BOOKS: ("sach", "sach vo", "vo", "but vo", "books"),
    NeedKind.BICYCLE: ("xe", "xe dap", "bicycle"),
    NeedKind.PAPERS: ("giay to", "khai sinh", "giay khai sinh", "papers"),
}


def is_other(chat: Chat) -> bool:
    """Another thing was chosen without saying which."""
    return bool(chat.answer("what") == NeedKind.OTHER)


# Recording


def record(chat: Chat) -> Reply:
    """Notes it at once; a slip is taken back in one tap."""
    pupil_id, answer = int(chat.draft["pupil"]), str(chat.answer("what"))
    kind, _, said = answer.partition(":")
    if is_other(chat):
        said = str(chat.answer("other")).removeprefix(OTHER)
        known = str(chat.answer("other"))
        kind = kind if known.startswith(OTHER) else known
    noted = support.note(chat.work, pupil_id, NeedKind(kind), said)
    return _receipt(chat, noted.need, is_new=noted.is_new)


def _receipt(chat: Chat, need: Need, *, is_new: bool) -> Outgoing:
    """What was noted and who sees it."""
    values = {"pupil": words.short(chat, need.pupil_id), "thing": words.thing(chat, need)}
    if is_new:
        lines = [chat.say("✅ Noted: %(pupil)s needs this: %(thing)s.", **values)]
    else:
        lines = [chat.say("That stands there already: %(pupil)s needs this: %(thing)s.", **values)]
    lines.append(chat.say("The school and the commune see it and look for a giver."))
    options = [
        (chat.to("support_note", f"pupil.{need.pupil_id}"), chat.say("Note something else")),
        (chat.to("tasks"), chat.say("My tasks")),
    ]
    if people.may(chat.work, "support.manage"):
        options.insert(0, (chat.to("support", f"need.{need.id}"), chat.say("See this need")))
    message = chat.menu_of("\n".join(lines), *options)
    if not is_new:
        return message
    undo = wording.take_back(chat, chat.to("support_note", f"back.{need.id}"))
    return message.with_choices((undo, *message.choices))


SUPPORT_NOTE = Conversation(
    name="support_note",
    title=lambda chat: chat.say("What a pupil needs"),
    words=("em cần", "cần hỗ trợ", "note a need"),
    may="support.note",
    opens=opening,
    steps=(
        Step("pupil", which_pupil),
        Step("what", what),
        Step("other", which_other, when=is_other),
    ),
    finish=record,
)
