"""/start: joining with an invite code, consent, and the form of address (voice.md V01)."""

from __future__ import annotations

from bot.conversations import wording
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import Choose, Option
from bot.i18n import N_
from bot.messages import Outgoing
from bot.parsing import clean_line
from bot.rules import budget, newcomers, people, second_ways
from bot.rules.people import FORMS
from bot.rules.work import Refused
from storage import people as stored
from storage import places
from storage.people import Invite, Role
from storage.second_ways import LinkRequest

EXAMPLE = "7K3P-9QXM"
FORM_LABELS = {
    "bác": N_("bác"),
    "chú": N_("chú"),
    "anh": N_("anh"),
    "cô": N_("cô"),
    "chị": N_("chị"),
    "thầy": N_("thầy"),
}
FORMS_OFFERED = {Role.TEACHER: ("cô", "thầy", "anh", "chị"), Role.SCHOOL: ("thầy", "cô", "anh", "chị")}


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """A stranger's first words, or a link's token; whoever has joined gets the menu instead."""
    if chat.person is not None:
        if argument:
            return _already(chat)
        return chat.menu_of(
            chat.say("Hello, %(you)s %(name)s. What do you need?"),
            (chat.to("tasks"), chat.say("My tasks")),
            (chat.to("menu"), chat.say("Menu")),
        )
    typed = _without_command(argument)
    if not typed:
        return _waiting(chat) or greeting(chat)
    return with_code(chat, typed)


def _without_command(text: str) -> str:
    """`/start 7K3P-9QXM` and the bare code are the same."""
    return text.removeprefix("/start").strip()


def _already(chat: Chat) -> Outgoing:
    return chat.menu_of(
        chat.say("You have joined already."),
        (chat.to("tasks"), chat.say("My tasks")),
        (chat.to("menu"), chat.say("Menu")),
    )


def greeting(chat: Chat) -> Outgoing:
    """Who we are, and the request for a code; nothing about who exists."""
    commune = places.commune(chat.session)
    return Outgoing(
        chat.say(
            "Hello. This is Ra Lớp, the channel of %(commune)s commune that looks after the children's schooling.\n"
            "Please type the invite code. For example: %(example)s",
            commune=commune.name if commune is not None else "",
            example=EXAMPLE,
        )
    )


def with_code(chat: Chat, text: str) -> Draft | Reply:
    """Looks a code up; a wrong one is counted, and the answer says only what the person needs.

    While an address must wait it hears so once; further codes are met with silence, other words are answered (T3).
    """
    incoming = chat.incoming
    if incoming is None:
        return greeting(chat)
    place = (incoming.channel, incoming.bot, incoming.address)
    try:
        people.check_guessing(chat.work, *place)
        link = second_ways.of_code(chat.work, chat.surroundings.invite_key, text)
        if link is not None:
            return _with_link_code(chat, link, place)
        invite = people.find_invite(chat.work, chat.surroundings.invite_key, text)
        budget.require_seat(chat.work, *place[:2])
    except Refused as refused:
        is_code = people.code_shown(text) is not None
        if refused.code == "too_many_codes" and is_code and not people.note_unread_code(chat.work, *place):
            return []
        return _refused(chat, refused, place)
    return {"invite": invite.id}


def _refused(chat: Chat, refused: Refused, place: tuple[str, str, str]) -> Outgoing:
    contact = wording.helper(chat)
    if refused.code == "no_code":
        return _waiting(chat) or greeting(chat)
    if refused.code == "unknown_code":
        people.note_wrong_code(chat.work, *place)
        return Outgoing(
            chat.say(
                "The code %(code)s is not known. Please check it letter by letter and type it again.\n"
                "No code yet? Call %(contact)s.",
                code=refused.details["code"],
                contact=contact,
            )
        )
    if refused.code == "bot_full":
        return wording.refusal(chat, refused)
    if refused.code == "used_code":
        return Outgoing(chat.say("This code has been used. Please call the person who invited you for a new one."))
    if refused.code == "expired_code":
        day = refused.details["expired_at"].astimezone(chat.work.zone).date()
        return Outgoing(
            chat.say(
                "This code expired on %(date)s. Please call the person who invited you for a new one.",
                date=chat.reader.date(day),
            )
        )
    return Outgoing(chat.say("Please try again in 15 minutes, or call %(helper)s.", helper=contact))


def _with_link_code(chat: Chat, link: LinkRequest, place: tuple[str, str, str]) -> Outgoing:
    """A further channel of somebody who has joined: asked on their first one; nothing is said here about who it is."""
    waiting = _waiting(chat)
    if waiting is not None:
        return waiting
    try:
        shown_as = chat.incoming.sender_name if chat.incoming is not None else ""
        second_ways.claim(chat.work, link, place, clean_line(shown_as))
    except Refused as refused:
        return wording.refusal(chat, refused)
    return Outgoing(
        chat.say(
            "The code is right. Ra Lớp has just asked on %(channel)s: when “It is me” is chosen there, "
            "this chat can be used.",
            channel=wording.channel(second_ways.first_channel(chat.work, link)),
        )
    )


def _waiting(chat: Chat) -> Outgoing | None:
    """This chat has typed the code of a further channel and waits for the answer on the first."""
    if chat.incoming is None:
        return None
    place = (chat.incoming.channel, chat.incoming.bot, chat.incoming.address)
    link = second_ways.waiting_at(chat.work, place)
    if link is None:
        return None
    return Outgoing(
        chat.say(
            "Ra Lớp waits for the answer on %(channel)s: please choose “It is me” there. For help call %(contact)s.",
            channel=wording.channel(second_ways.first_channel(chat.work, link)),
            contact=wording.helper(chat),
        )
    )


def invited(chat: Chat) -> stored.Person:
    """The person that the invite names."""
    invite = chat.session.get(Invite, int(chat.draft["invite"]))
    person = stored.get(chat.session, invite.person_id) if invite is not None else None
    if person is None or invite is None:
        raise Refused("used_code")
    if invite.used_at is not None or invite.expires_at <= chat.now:
        raise Refused("used_code")
    return person


def agree(chat: Chat) -> Choose:
    """Consent: free, informed, by pressing; silence is none (Luật 91/2025 Đ.9)."""
    person = invited(chat)
    text = chat.say(
        "The code is right. The invited person is %(name)s, %(position)s.\n"
        "Commune and school will keep the name, the number and the messages sent here, "
        "only for the children's schooling.\n"
        "If that is you and you agree, choose 1.",
        name=person.name,
        position=wording.position(chat, person),
    )
    return Choose(
        text,
        [Option("yes", chat.say("That is me, I agree")), Option("no", chat.say("That is not me"))],
        hint=chat.say("Please type 1 if that is you and you agree, or 2 if not."),
        required=True,
    )


def form(chat: Chat) -> Choose:
    """How to be addressed: chosen by the person, never guessed."""
    person = invited(chat)
    held = {grant.role for grant in stored.grants(chat.session, person.id, chat.work.today)}
    offered = next((forms for role, forms in FORMS_OFFERED.items() if role in held), FORMS[:5])
    return Choose(
        chat.say("What is the proper way for Ra Lớp to address you?"),
        [Option(one, chat.say(FORM_LABELS[one]).capitalize(), is_short=True) for one in offered],
        hint=chat.say("Please type a number, or how you are addressed. For example: bác"),
        free=_typed_form,
        required=True,
    )


def _typed_form(chat: Chat, text: str) -> str:
    from bot.dialogue.questions import Misread

    if text.casefold() in FORMS:
        return text.casefold()
    raise Misread(chat.say("Please type a number, or how you are addressed. For example: bác"))


def join(chat: Chat) -> Reply:
    """Joins, or leaves the code for the one it is meant for."""
    if chat.answer("agree") == "no":
        return Outgoing(
            chat.say(
                "All right, nothing was recorded. Please type your own invite code, or call %(contact)s.",
                contact=wording.helper(chat),
            )
        )
    incoming = chat.incoming
    if incoming is None:
        raise Refused("used_code")
    place = (incoming.channel, incoming.bot, incoming.address)
    budget.require_seat(chat.work, *place[:2])
    person = people.join(chat.work, int(chat.draft["invite"]), str(chat.answer("form")), *place)
    chat.reader = type(chat.reader)(person.locale, person.form, chat.reader.given_name, chat.reader.zone)
    _tell_inviter(chat, person)
    return welcome(chat)


def _tell_inviter(chat: Chat, person: stored.Person) -> None:
    invite = chat.session.get(Invite, int(chat.draft["invite"]))
    if invite is not None and invite.created_by is not None and invite.created_by != person.id:
        shown_as = chat.incoming.sender_name if chat.incoming is not None else ""
        chat.work.tell(invite.created_by, "person.joined", person.id, shown_as=shown_as)


def welcome(chat: Chat) -> Outgoing:
    """What comes from now on, and when nothing comes; or whose word a role of weight still waits for."""
    if newcomers.waits(chat.work, chat.me):
        inviter = newcomers.inviter_of(chat.work, chat.me.id)
        who = wording.person(chat.reader, inviter) if inviter is not None else wording.helper(chat)
        return chat.menu_of(
            chat.say("✅ Done. When %(who)s has seen that it is %(you)s, Ra Lớp tells %(you)s to begin.", who=who),
            (chat.to("help"), chat.say("Guide")),
        )
    return chat.menu_of(
        chat.say(
            "✅ Done. From now on Ra Lớp writes to %(you)s:\n"
            "• 6:30 in the morning: the day's tasks, if there are any\n"
            "• before a meeting: when and where\n"
            "From 9 in the evening to 6 in the morning Ra Lớp does not write.\n"
            "Whenever you need it, type: tasks"
        ),
        (chat.to("tasks"), chat.say("My tasks")),
        (chat.to("help"), chat.say("Guide")),
    )


START = Conversation(
    name="start",
    title=lambda chat: chat.say("Joining"),
    command="start",
    opens=opening,
    steps=(Step("agree", agree), Step("form", form, when=lambda chat: chat.answer("agree") == "yes")),
    finish=join,
    for_strangers=True,
)
