"""What is written down beside a visit: the teacher's own reason of a case, and of which organisation a guardian is."""

from __future__ import annotations

from dataclasses import replace

from bot.conversations import advice_words as words
from bot.conversations import support_words, wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Choose, Misread, Option
from bot.messages import Outgoing
from bot.parsing import fold
from bot.rules import advice, cases, people, reasons
from bot.rules.reasons import Why
from bot.rules.work import Refused
from storage.people import Organisation
from storage.pupils import Guardian

MORE, NONE = "more", "none"
FIRST = 7  # reasons on the first page; the others behind one more tap


# The reason, as the teacher knows it


def reason_opening(chat: Chat, argument: str) -> Draft | Reply:
    """`5`: the case."""
    people.require(chat.work, "cases.reason")
    if not argument.isdigit():
        raise Refused("outside_scope")
    return {"case": cases.require(chat.work, int(argument)).id}


def _pupil_id(chat: Chat) -> int:
    return cases.require(chat.work, int(chat.draft["case"])).pupil_id


def why(chat: Chat) -> Choose:
    """The likeliest reasons; any can be typed."""
    text = chat.say(
        "Why does %(pupil)s stay away? What is private nobody else is shown.",
        pupil=support_words.short(chat, _pupil_id(chat)),
    )
    shown = list(words.LABELS.items())
    options = [Option(code, chat.say(label)) for code, label in shown[:FIRST]]
    return _choose(chat, text, [*options, Option(MORE, chat.say("A reason of another kind"))])


def other_why(chat: Chat) -> Choose:
    """The rest of them."""
    options = [Option(code, chat.say(label)) for code, label in list(words.LABELS.items())[FIRST:]]
    return _choose(chat, chat.say("Which is it?"), options)


def _choose(chat: Chat, text: str, options: list[Option]) -> Choose:
    hint = chat.say(
        "The reason is not clear. Please type a number from 1 to %(last)d. For example: 1", last=len(options)
    )

    def typed(chat: Chat, said: str) -> str:
        for code, label in words.LABELS.items():
            if fold(said) and fold(chat.say(label)).startswith(fold(said)):
                return code
        raise Misread(hint)

    return Choose(
        text,
        options,
        hint=hint,
        free=typed,
        valid=lambda _, answer: answer in words.LABELS,
        back=True,
        required=True,
        is_private=True,
    )


def wants_more(chat: Chat) -> bool:
    return bool(chat.answer("why") == MORE)


def reason_record(chat: Chat) -> Reply:
    """Recorded at once; who sees it is said, and the hotline where a child may be in danger."""
    code = str(chat.answer("other") if wants_more(chat) else chat.answer("why"))
    case = advice.set_reason(chat.work, int(chat.draft["case"]), code)
    lines = [chat.say("✅ Recorded for %(pupil)s.", pupil=support_words.short(chat, case.pupil_id))]
    if Why(code) in reasons.PRIVATE:
        lines.append(chat.say("Only %(you)s is shown this reason; others read: a private matter."))
        lines.append(chat.say("If a child is in danger, call 111, free of charge, day and night."))
    message = chat.menu_of(
        "\n".join(lines),
        (chat.to("advice", f"case.{case.id}"), chat.say("What to say to the family")),
        (chat.to("cases", f"see.{case.id}"), chat.say("See the file")),
        (chat.to("tasks"), chat.say("My tasks")),
    )
    return replace(message, is_private=True)


CASE_WHY = Conversation(
    name="case_why",
    title=lambda chat: chat.say("The reason of an absence"),
    may="cases.reason",
    opens=reason_opening,
    steps=(Step("why", why), Step("other", other_why, when=wants_more)),
    finish=reason_record,
)


# The organisation of a guardian


def member_opening(chat: Chat, argument: str) -> Draft | Reply:
    """`12`: the pupil; the only guardian is meant unasked."""
    if not argument.isdigit():
        raise Refused("outside_scope")
    found = advice.guardians(chat.work, int(argument))
    first: Draft = {"pupil": int(argument)}
    return {**first, "guardian": str(found[0].id)} if len(found) == 1 else first


def _guardians(chat: Chat) -> list[Guardian]:
    return chat.once("guardians", lambda: advice.guardians(chat.work, int(chat.draft["pupil"])))


def whose(chat: Chat) -> Choose:
    text = chat.say("Who of the family of %(pupil)s?", pupil=support_words.short(chat, int(chat.draft["pupil"])))
    options = [Option(str(one.id), one.name) for one in _guardians(chat)]
    return Choose(text, options, required=True, back=True, is_private=True)


def which(chat: Chat) -> Choose:
    """Of which organisation; its branch in the village is then asked along first."""
    guardian = next((one for one in _guardians(chat) if str(one.id) == chat.answer("guardian")), None)
    text = chat.say("Of which organisation is %(name)s a member?", name=guardian.name if guardian is not None else "")
    options = [Option(code, chat.say(label)) for code, label in wording.ORGANISATIONS.items()]
    options.append(Option(NONE, chat.say("A member of none")))
    return Choose(text, options, required=True, back=True, is_private=True)


def member_record(chat: Chat) -> Reply:
    code = str(chat.answer("organisation"))
    guardian = advice.set_member(chat.work, int(chat.answer("guardian")), "" if code == NONE else code)
    pupil_id = guardian.pupil_id
    if guardian.member_of:
        name = chat.say(wording.ORGANISATIONS[Organisation(guardian.member_of)])
        text = chat.say(
            "✅ Recorded: %(guardian)s is a member of %(organisation)s. Its branch is asked along first.",
            guardian=guardian.name,
            organisation=name,
        )
    else:
        text = chat.say("✅ Recorded: %(guardian)s is a member of no organisation.", guardian=guardian.name)
    message: Outgoing = chat.menu_of(
        text,
        (chat.to("pupils", f"see.{pupil_id}"), chat.say("See this pupil")),
        (chat.to("tasks"), chat.say("My tasks")),
    )
    return replace(message, is_private=True)


MEMBER = Conversation(
    name="member",
    title=lambda chat: chat.say("The family's organisation"),
    may="pupils.see",
    opens=member_opening,
    steps=(Step("guardian", whose), Step("organisation", which)),
    finish=member_record,
)
