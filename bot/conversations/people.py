"""/moi: inviting somebody with a role and its place, who has not joined yet, and the inviter's word on who did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.conversations import invite_cards, seats, wording
from bot.conversations.wording import ROLES
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import MORE_NUMBER, Ask, Choose, Confirm, Misread, Option
from bot.i18n import N_
from bot.messages import Choice, Outgoing
from bot.parsing import class_key, clean_line, fold, phone, phone_shown, tidy_name
from bot.rules import newcomers
from bot.rules.newcomers import NEEDS_CLASS, NEEDS_VILLAGE, Newcomer
from bot.rules.people import NewInvite
from bot.rules.work import Notice, Refused
from storage import people as stored
from storage import places
from storage.people import Person, Role
from storage.places import PlaceKind

PAGE = 7
NAME_AT_MOST = 60
WHOLE, BRANCHES = "whole", 7  # so many villages are offered; any can be typed
# The likeliest first; the others behind "another role".
FIRST = (Role.TEACHER, Role.VILLAGE_HEAD, Role.VILLAGE_FRONT, Role.PARENTS, Role.SCHOOL, Role.OFFICIAL)


# Opening


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The command; a role (`teacher`); `others`, `waiting.0`, `again.12`, `right.12`, `wrong.12`, `card.3`."""
    what, _, key = argument.partition(".")
    if what in ACTS and key.isdigit():
        return ACTS[what](chat, int(key))
    roles = newcomers.roles_to_give(chat.work)
    if what in roles:
        return {"role": what}
    others = [role for role in roles if role not in FIRST]
    shown = others if what == "others" else [role for role in FIRST if role in roles]
    options = [(chat.to("people", role), _capital(chat.say(ROLES[role]))) for role in shown]
    if what != "others" and others:
        options.append((chat.to("people", "others"), chat.say("Another role")))
    if what != "others" and (n := len(newcomers.not_joined(chat.work))):
        options.append((chat.to("people", "waiting.0"), chat.say("Not joined yet (%(n)d)", n=n)))
    if what == "others":
        options.append((chat.to("people"), chat.say("Back to the roles")))
    return chat.menu_of(chat.say("Whom does %(you)s invite?"), *options)


def _capital(text: str) -> str:
    """Only the first letter: `Trưởng ban công tác Mặt trận thôn`."""
    return text[:1].upper() + text[1:]


def waiting(chat: Chat, start: int) -> Draft | Reply:
    """Who was named and has not joined; each can be given another code."""
    found = newcomers.not_joined(chat.work)
    if not found:
        return chat.menu_of(
            chat.say("Everybody who was invited has joined."), (chat.to("people"), chat.say("Invite somebody"))
        )
    start = start if start < len(found) else 0
    page = found[start : start + PAGE]
    options = [(chat.to("people", f"again.{one.id}"), _who(chat, one)) for one in page]
    text = chat.say_n(
        "%(n)d person has not joined yet. For another code choose the name.",
        "%(n)d people have not joined yet. For another code choose the name.",
        len(found),
    )
    message = replace(chat.menu_of(text, *options), is_private=True)
    if len(found) <= PAGE:
        return message
    on = chat.to("people", f"waiting.{start + PAGE if start + PAGE < len(found) else 0}")
    return message.with_choices((*message.choices, Choice(on, chat.say("More"), number=MORE_NUMBER, is_bare=True)))


def _who(chat: Chat, person: Person) -> str:
    return wording.all_of([part for part in (person.name, wording.position(chat, person)) if part])


def again(chat: Chat, person_id: int) -> Draft | Reply:
    """Another code for somebody who has not joined."""
    return {"person": newcomers.require_not_joined(chat.work, person_id).id}


# Questions


def role(chat: Chat) -> Role:
    return Role(chat.draft["role"])


def is_new(chat: Chat) -> bool:
    """Somebody is named anew, rather than given another code."""
    return "person" not in chat.draft


def wants_class(chat: Chat) -> bool:
    """A teacher's class; a school names the parents of a class too, since it invites for its own classes only."""
    return is_new(chat) and (role(chat) in NEEDS_CLASS or (role(chat) == Role.PARENTS and not _is_admin(chat)))


def wants_village(chat: Chat) -> bool:
    return is_new(chat) and role(chat) in NEEDS_VILLAGE


def wants_school(chat: Chat) -> bool:
    return is_new(chat) and role(chat) == Role.SCHOOL and len(newcomers.schools(chat.work)) > 1


def _is_admin(chat: Chat) -> bool:
    return Role.ADMIN in newcomers.roles_to_give(chat.work)


def which_class(chat: Chat) -> Choose:
    """Classes without a teacher who has joined come first; any class can be typed."""
    known = newcomers.classes(chat.work)
    if not known:
        raise Refused("no_class_yet")
    free = [one for one in known if not wording.teacher_of(chat, one.id)]
    options = [Option(str(one.id), one.name, is_short=True) for one in (free or known)[:8]]

    def typed(chat: Chat, text: str) -> str:
        for one in known:
            if one.key == class_key(text):
                return str(one.id)
        raise Misread(chat.say("Which class? For example: 6A"))

    return Choose(
        chat.say("Of which class?"),
        options,
        hint=chat.say("Which class? For example: 6A"),
        free=typed,
        valid=lambda _, answer: answer in {str(one.id) for one in known},
        back=True,
        required=True,
    )


def which_village(chat: Chat) -> Choose:
    return _place(chat, chat.say("Of which village?"), newcomers.villages(chat.work), "no_village_yet")


def which_school(chat: Chat) -> Choose:
    return _place(chat, chat.say("Of which school?"), newcomers.schools(chat.work), "no_school_yet")


def is_of_organisation(chat: Chat) -> bool:
    """Somebody of an organisation: which one, and whether of a village's branch."""
    return is_new(chat) and role(chat) == Role.ORGANISATION


def which_organisation(chat: Chat) -> Choose:
    """Of which organisation; it may stay open."""
    options = [Option(code, _capital(chat.say(label))) for code, label in wording.ORGANISATIONS.items()]
    return Choose(chat.say("Of which organisation?"), options, skip=True, back=True)


def which_branch(chat: Chat) -> Choose:
    """The commune's, or a branch in a village."""
    known = newcomers.villages(chat.work)
    options = [Option(WHOLE, chat.say("Of the whole commune"))]
    options += [
        Option(str(one.id), chat.say("Branch of the village of %(place)s", place=one.name)) for one in known[:BRANCHES]
    ]

    def typed(chat: Chat, text: str) -> str:
        for place in known:
            if place.folded == fold(text):
                return str(place.id)
        raise Misread(chat.say("Please choose a number, or type the name of the village."))

    return Choose(
        chat.say("Of the commune, or of a village?"),
        options,
        free=typed,
        valid=lambda _, answer: answer in {str(place.id) for place in known},
        required=True,
        back=True,
    )


def _place(chat: Chat, text: str, known: Sequence[places.Place], refusal: str) -> Choose:
    if not known:
        raise Refused(refusal)

    def typed(chat: Chat, text: str) -> str:
        for place in known:
            if place.folded == fold(text):
                return str(place.id)
        raise Misread(chat.say("Please choose a number or type the name. For example: %(name)s", name=known[0].name))

    return Choose(
        text,
        [Option(str(place.id), place.name, is_short=True) for place in known[:8]],
        hint=chat.say("Please choose a number or type the name. For example: %(name)s", name=known[0].name),
        free=typed,
        valid=lambda _, answer: answer in {str(place.id) for place in known},
        back=True,
        required=True,
    )


def name(chat: Chat) -> Ask:
    hint = chat.say("Please type family name and given name. For example: Đinh Văn Rin")
    return Ask(chat.say("What is the name? Please type it whole."), _name, hint=hint, back=True)


def _name(chat: Chat, text: str) -> str:
    typed = tidy_name(clean_line(text))
    if not 2 <= len(typed) <= NAME_AT_MOST or not all(sign.isalpha() or sign in " '-." for sign in typed):
        raise Misread(chat.say("Please type family name and given name. For example: Đinh Văn Rin"))
    return typed


def number(chat: Chat) -> Ask:
    """For whoever must be telephoned: the organiser of a meeting reads it."""
    text = chat.say("The telephone number of %(name)s, if known?", name=chat.answer("name") or "")
    return Ask(text, _number, hint=chat.say("Please type ten digits. For example: 0900 000 001"), skip=True, back=True)


def _number(chat: Chat, text: str) -> str:
    found = phone(text)
    if found is None:
        raise Misread(chat.say("Please type ten digits. For example: 0900 000 001"))
    return found


def summary(chat: Chat) -> Confirm:
    """A code is made when this is confirmed, not before."""
    if not is_new(chat):
        person = newcomers.require_not_joined(chat.work, int(chat.draft["person"]))
        text = chat.say("A new code for %(who)s? The former code ends.", who=_who(chat, person))
        return Confirm(text, [], send=chat.say("Make the code"))
    number_line = chat.answer("phone")
    lines = [
        chat.say("Please look it over:"),
        chat.say("• Invited: %(name)s", name=chat.answer("name") or ""),
        chat.say("• Role: %(role)s", role=_position(chat)),
        *([chat.say("• Telephone: %(phone)s", phone=phone_shown(number_line))] if number_line else []),
    ]
    changes = [("name", chat.say("Name")), ("phone", chat.say("Telephone number"))]
    if wants_class(chat):
        changes.append(("class", chat.say("Class")))
    if wants_village(chat):
        changes.append(("village", chat.say("Village")))
    if is_of_organisation(chat):
        changes += [("organisation", chat.say("Organisation")), ("branch", chat.say("Commune or village"))]
    return Confirm("\n".join(lines), changes, send=chat.say("Make the code"))


def _position(chat: Chat) -> str:
    school_class = places.school_class(chat.session, _id(chat, "class"))
    place = places.get(chat.session, _place_id(chat)) or places.commune(chat.session)
    where = school_class.name if school_class is not None else place.name if place is not None else ""
    if chat.answer("organisation"):
        is_village = place is not None and place.kind == PlaceKind.VILLAGE
        return wording.organisation(chat.reader, chat.answer("organisation"), where, is_village=is_village)
    return chat.say(wording.POSITIONS[role(chat)], place=where)


def _id(chat: Chat, step: str) -> int | None:
    answer = chat.answer(step)
    return int(answer) if answer else None


def _place_id(chat: Chat) -> int | None:
    if role(chat) == Role.SCHOOL:
        known = newcomers.schools(chat.work)
        return _id(chat, "school") or (known[0].id if len(known) == 1 else None)
    if role(chat) == Role.ORGANISATION:
        return None if chat.answer("branch") in (None, WHOLE) else _id(chat, "branch")
    return _id(chat, "village")


# The code


def make(chat: Chat) -> Reply:
    """Shows the code, this once: where to type it, and the links that can be passed on."""
    key = chat.surroundings.invite_key
    if not is_new(chat):
        return _shown(chat, *newcomers.invite_again(chat.work, key, int(chat.draft["person"])))
    newcomer = Newcomer(
        role=role(chat),
        name=chat.answer("name") or "",
        place_id=_place_id(chat),
        class_id=_id(chat, "class"),
        phone=chat.answer("phone") or "",
        organisation=chat.answer("organisation") or "",
    )
    return _shown(chat, *newcomers.invite(chat.work, key, newcomer))


def _shown(chat: Chat, person: Person, made: NewInvite) -> Outgoing:
    until = made.expires_at.astimezone(chat.work.zone)
    when = chat.say("%(time)s, %(day)s", time=chat.reader.clock(made.expires_at), day=chat.reader.day(until.date()))
    lines = [
        chat.say("✅ Invited: %(who)s.", who=_who(chat, person)),
        chat.say("The code: %(code)s", code=made.code),
        chat.say("It works once, until %(when)s. Ra Lớp shows it only now.", when=when),
        chat.say("How to join: open Ra Lớp and type the code."),
    ]
    bot_links = chat.surroundings.bot_links
    lines += [chat.say("• %(line)s", line=line) for line in seats.lines(chat.reader, chat.work, bot_links)]
    join_links = chat.surroundings.join_links
    links = join_links(made.token) if join_links is not None else []
    if links:
        lines.append(chat.say("Or open one of these links:"))
        lines += [chat.say("• %(channel)s: %(link)s", channel=channel, link=link) for channel, link in links]
    return chat.menu_of(
        "\n".join(lines),
        *invite_cards.offered(chat, made),
        (chat.to("people"), chat.say("Invite another person")),
        (chat.to("menu"), chat.say("Menu")),
    )


# The inviter's word


def tell_joined(chat: Chat, notice: Notice) -> Outgoing | None:
    """To the inviter, at once."""
    person = stored.get(chat.session, notice.subject_id)
    if person is None:
        return None
    return joined(chat, person, clean_line(str(notice.facts.get("shown_as", "")))[:40])


def see(chat: Chat, person_id: int) -> Reply:
    """The same again, from the list of tasks."""
    return joined(chat, newcomers.require_invited_by_me(chat.work, person_id), "")


def joined(chat: Chat, person: Person, shown_as: str) -> Outgoing:
    """Who joined, and the tap that undoes it; a role of weight waits for the tap that says it is right."""
    text = [_joined(chat, person)]
    if shown_as:
        text.append(chat.say("The name on that phone: %(name)s", name=shown_as))
    wrong = (chat.to("people", f"wrong.{person.id}"), chat.say("That is somebody else"))
    if newcomers.waits(chat.work, person):
        text.append(chat.say("Is it the right person? Until then the role waits."))
        return chat.menu_of(
            "\n".join(text), (chat.to("people", f"right.{person.id}"), chat.say("The right person")), wrong
        )
    return chat.menu_of("\n".join(text), (chat.to("menu"), chat.say("Menu")), wrong)


def _joined(chat: Chat, person: Person) -> str:
    waits = newcomers.waits(chat.work, person)
    position = wording.position(chat, person) or (chat.say(ROLES[waits[0]]) if waits else "")
    return chat.say("%(name)s, %(position)s, has joined.", name=person.name, position=position)


def right(chat: Chat, person_id: int) -> Reply:
    """The role holds from now on."""
    person = newcomers.confirm(chat.work, person_id)
    return chat.menu_of(
        chat.say("✅ Noted: %(who)s. The role holds from now on.", who=_who(chat, person)),
        (chat.to("tasks"), chat.say("My tasks")),
        (chat.to("menu"), chat.say("Menu")),
    )


def wrong(chat: Chat, person_id: int) -> Reply:
    """Undone in one tap."""
    person = newcomers.undo(chat.work, person_id)
    return chat.menu_of(
        chat.say(
            "✅ Undone: that phone no longer hears or sees anything. %(name)s can be invited anew.", name=person.name
        ),
        (chat.to("people"), chat.say("Invite somebody")),
        (chat.to("menu"), chat.say("Menu")),
    )


def tell_confirmed(chat: Chat, notice: Notice) -> Outgoing | None:
    """To the newcomer: now the role holds."""
    position = wording.position(chat, chat.me)
    text = chat.say("%(You)s can begin now: Ra Lớp knows %(you)s as %(position)s.", position=position)
    return chat.menu_of(text, (chat.to("menu"), chat.say("Menu")), (chat.to("help"), chat.say("Guide")))


ACTS: dict[str, Callable[[Chat, int], Draft | Reply]] = {
    "waiting": waiting,
    "again": again,
    "see": see,
    "right": right,
    "wrong": wrong,
    "card": invite_cards.card,
}

PEOPLE = Conversation(
    name="people",
    title=lambda chat: chat.say("The invite"),
    command="moi",
    words=("mời", "mời người vào", "invite"),
    may="people.invite",
    opens=opening,
    steps=(
        Step("class", which_class, when=wants_class),
        Step("village", which_village, when=wants_village),
        Step("school", which_school, when=wants_school),
        Step("organisation", which_organisation, when=is_of_organisation),
        Step("branch", which_branch, when=is_of_organisation),
        Step("name", name, when=is_new),
        Step("phone", number, when=is_new),
        Step("check", summary),
    ),
    finish=make,
    help=N_("Invite somebody: a code and a link; who has not joined yet"),
)
NOTICES = {"person.joined": tell_joined, "person.confirmed": tell_confirmed}
