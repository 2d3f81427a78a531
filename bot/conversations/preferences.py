"""/caidat: language, form of address, channels, what one is sent and when, what is kept about one, leaving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.conversations import files, wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Choose, Confirm, Misread, Option
from bot.i18n import N_, languages
from bot.messages import Kind, Outgoing
from bot.parsing import phone_shown
from bot.rules import people, preferences
from bot.rules.people import FORMS
from storage.people import Role

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}  # each in its own words, so that nobody is lost in another
FORM_LABELS = {
    "bác": N_("bác"),
    "chú": N_("chú"),
    "anh": N_("anh"),
    "cô": N_("cô"),
    "chị": N_("chị"),
    "thầy": N_("thầy"),
}
# What is sent to whom (voice.md §3.12).
SENT: tuple[tuple[frozenset[Role], str], ...] = (
    (frozenset(Role), N_("• 6:30 in the morning: the day's tasks, if there are any")),
    (frozenset({Role.TEACHER}), N_("• 7:15 on school days: who is absent; again at 7:45 and 9:00")),
    (frozenset({Role.TEACHER, Role.OFFICIAL}), N_("• after a home visit: who has visited whom")),
    (frozenset({Role.SCHOOL}), N_("• 10:30 on school days: which classes have not reported, if any")),
    (frozenset({Role.OFFICIAL}), N_("• 17:00 on school days: the figures of the day")),
    (frozenset(Role), N_("• before a meeting: when and where")),
)


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """How things are set, and what can be changed; or one of these (`language`, `form`, `leave`, `sent`, `data`)."""
    if argument in SHOWN:
        return SHOWN[argument](chat)
    if argument in QUESTIONS:
        return {"about": argument}
    return settings(chat)


def settings(chat: Chat) -> Outgoing:
    """Language, form and channels as they are."""
    names = [wording.channel(channel) for channel in preferences.channels(chat.work)]
    lines = [
        chat.say("How Ra Lớp is set for %(you)s:"),
        chat.say("• Language: %(language)s", language=LANGUAGES.get(chat.reader.locale, chat.reader.locale)),
        chat.say("• Form of address: %(form)s", form=chat.me.form or "–"),
        chat.say("• Channels: %(channels)s", channels=wording.all_of(names)),
    ]
    if chat.me.speaks_hre:
        lines.append(chat.say("• Speaks Hrê"))
    speaks = chat.say("I do not speak Hrê") if chat.me.speaks_hre else chat.say("I speak Hrê")
    return chat.menu_of(
        "\n".join(lines),
        (chat.to("preferences", "language"), chat.say("Language")),
        (chat.to("preferences", "form"), chat.say("Form of address")),
        (chat.to("preferences", "sent"), chat.say("What I am sent")),
        (chat.to("preferences", "data"), chat.say("My data")),
        (chat.to("preferences", "leave"), chat.say("Leave Ra Lớp")),
        (chat.to("preferences", "no_hre" if chat.me.speaks_hre else "hre"), speaks),
        (chat.to("linking"), chat.say("Channels")),
        (chat.to("menu"), chat.say("Menu")),
    )


def speaks_hre(chat: Chat) -> Outgoing:
    """Whoever speaks the families' language is named to visitors who do not."""
    preferences.set_speaks_hre(chat.work, True)
    text = chat.say("✅ Noted: %(you)s speaks Hrê. Visitors who do not may ask %(you)s to come along.")
    return _with_way_back(chat, text)


def speaks_no_hre(chat: Chat) -> Outgoing:
    """It is no longer so."""
    preferences.set_speaks_hre(chat.work, False)
    return _with_way_back(chat, chat.say("✅ Noted: %(you)s does not speak Hrê."))


def sent(chat: Chat) -> Outgoing:
    """What comes, and when nothing comes."""
    held = people.roles(chat.work)
    lines = [
        chat.say("Ra Lớp writes to %(you)s:"),
        *(chat.say(sentence) for roles, sentence in SENT if roles & held),
        chat.say("At most four messages a day, besides meetings and the roll call."),
        chat.say("From 9 in the evening to 6 in the morning and at noon (11:30 to 13:30) Ra Lớp does not write."),
    ]
    return chat.menu_of("\n".join(lines), *_calendar(chat), *_way_back(chat))


def _calendar(chat: Chat) -> list[tuple[str, str]]:
    """Meetings can stand in the phone's own calendar, too, where a file or a page of ours reaches this person."""
    if not files.can_send(chat, Kind.FILE):
        return []
    return [(chat.to("phone_calendar"), chat.say("Meetings into the phone's calendar"))]


def data(chat: Chat) -> Outgoing:
    """What is kept about this person, in a few lines."""
    found = preferences.kept(chat.work)
    lines = [
        chat.say("What is kept about %(you)s:"),
        chat.say("• Name: %(name)s", name=found.person.name),
        chat.say("• Role: %(role)s", role=wording.position(chat, found.person) or "–"),
    ]
    if found.person.phone:
        lines.append(chat.say("• Telephone: %(phone)s", phone=phone_shown(found.person.phone)))
    if found.registers:
        lines.append(chat.say_n("• %(n)d roll call reported", "• %(n)d roll calls reported", found.registers))
    if found.visits:
        lines.append(chat.say_n("• %(n)d home visit reported", "• %(n)d home visits reported", found.visits))
    lines.append(chat.say_n("• %(n)d message sent here", "• %(n)d messages sent here", found.messages))
    lines.append(chat.say("The commune and the school keep this, only for the children's schooling."))
    lines.append(chat.say("To correct something, call %(helper)s.", helper=wording.helper(chat)))
    return replace(_with_way_back(chat, "\n".join(lines)), is_private=True)


def _with_way_back(chat: Chat, text: str) -> Outgoing:
    return chat.menu_of(text, *_way_back(chat))


def _way_back(chat: Chat) -> list[tuple[str, str]]:
    return [(chat.to("preferences"), chat.say("Settings")), (chat.to("menu"), chat.say("Menu"))]


SHOWN: dict[str, Callable[[Chat], Outgoing]] = {
    "sent": sent,
    "data": data,
    "hre": speaks_hre,
    "no_hre": speaks_no_hre,
}
QUESTIONS = ("language", "form", "leave")


def about(topic: str) -> Callable[[Chat], bool]:
    """Whether the draft is about one of the questions."""
    return lambda chat: chat.draft.get("about") == topic


def language(chat: Chat) -> Choose:
    """The languages there are, each in its own words."""
    options = [Option(code, LANGUAGES.get(code, code), is_short=True) for code in sorted(languages(), reverse=True)]
    return Choose(chat.say("In which language?"), options, back=True, required=True)


def form(chat: Chat) -> Choose:
    """How to be addressed."""
    hint = chat.say("Please type a number, or how you are addressed. For example: bác")

    def typed(chat: Chat, text: str) -> str:
        if text.casefold() in FORMS:
            return text.casefold()
        raise Misread(hint)

    options = [Option(one, chat.say(FORM_LABELS[one]).capitalize(), is_short=True) for one in FORMS]
    text = chat.say("What is the proper way for Ra Lớp to address you?")
    return Choose(text, options, hint=hint, free=typed, back=True, required=True)


def leave(chat: Chat) -> Confirm:
    """Leaving is confirmed: what it ends, and what stays."""
    text = "\n".join(
        [
            chat.say("If %(you)s leaves Ra Lớp:"),
            chat.say("• Ra Lớp no longer writes to %(you)s, and %(you)s no longer sees any list"),
            chat.say("• what %(you)s has reported stays with the commune and the school"),
            chat.say("To come back, ask for a new invite code."),
        ]
    )
    return Confirm(text, [], send=chat.say("Leave Ra Lớp now"), drop=chat.say("Stay"))


def settle(chat: Chat) -> Reply:
    """Does what was chosen, and answers already in the new language and form."""
    topic = chat.draft["about"]
    if topic == "language":
        preferences.set_language(chat.work, str(chat.answer("language")))
        chat.reader = replace(chat.reader, locale=chat.me.locale)
    elif topic == "form":
        preferences.set_form(chat.work, str(chat.answer("form")))
        chat.reader = replace(chat.reader, form=chat.me.form)
    else:
        people.leave(chat.work)
        return Outgoing(
            chat.say(
                "✅ %(You)s has left Ra Lớp. Thank you for the time given to the children. "
                "To come back, call %(helper)s.",
                helper=wording.helper(chat),
            )
        )
    text = chat.say("✅ Changed. From now on Ra Lớp writes like this to %(you)s %(name)s.")
    return _with_way_back(chat, text)


PREFERENCES = Conversation(
    name="preferences",
    title=lambda chat: chat.say("The settings"),
    command="caidat",
    words=("cài đặt", "settings"),
    opens=opening,
    steps=(
        Step("language", language, when=about("language")),
        Step("form", form, when=about("form")),
        Step("leave", leave, when=about("leave")),
    ),
    finish=settle,
    is_lookup=True,
    help=N_("Language, form of address, channels, what is sent, my data, leave"),
)
