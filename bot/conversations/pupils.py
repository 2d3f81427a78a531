"""/danhsach: the pupils one looks after: lists by class and village, search by name, one pupil's card."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.conversations import wording
from bot.conversations.pupils_card import absences, card, more, phones
from bot.conversations.pupils_words import nobody, told_apart
from bot.dialogue.conversation import Chat, Conversation, Draft, Reply, Step
from bot.dialogue.questions import MORE_NUMBER, Choose, Misread, Option, Partial
from bot.i18n import N_
from bot.messages import Act, Choice, Kind, Outgoing
from bot.parsing import clean_line, fold, grade
from bot.rules import people, pupils
from bot.rules.pupils import Found
from bot.rules.work import Refused
from storage import places
from storage.pupils import Listed

PAGE = 8
AT_MOST = 7  # pupils in a choice of one
FIND = re.compile(r"^(?:tim|find)(?: (?:em|chau|ten))?\b")
LIST = re.compile(r"^(?:danh sach|pupil list|list)\b")
EXAMPLE = "Đinh Thị Bé 6A"


# Opening


def opening(chat: Chat, argument: str) -> Draft | Reply:
    """The command (a name or place may follow it), or a choice: `in.7.0.2`, `by_class`, `see.12`, `find`."""
    what, *rest = argument.split(".")
    known = OPENINGS.get(what)
    if known is None or not all(part.isdigit() for part in rest):
        return found_or_asked(chat, argument)
    return known(chat, [int(part) for part in rest])


def start(chat: Chat, _: Sequence[int]) -> Draft | Reply:
    """Straight to the one list there is, else the lists to choose from."""
    scope = chat.scope
    if scope.is_empty:
        return nobody(chat, "")
    if scope.communes:
        return _how_to_look(chat)
    if scope.schools:
        return by_class(chat, [])
    held = [_class_option(chat, class_id) for class_id in sorted(scope.classes)]
    held += [_village_option(chat, place_id) for place_id in sorted(scope.villages)]
    if len(held) > 1:
        return chat.menu_of(chat.say("Which list does %(you)s want?"), *held[:PAGE])
    if scope.classes:
        return roll(chat, [*scope.classes, 0, 0])
    return village(chat, [*scope.villages])


def _how_to_look(chat: Chat) -> Outgoing:
    return chat.menu_of(
        chat.say("How does %(you)s want to look at the list?"),
        (chat.to("pupils", "by_class"), chat.say("By class")),
        (chat.to("pupils", "by_village"), chat.say("By village")),
        (chat.to("pupils", "find"), chat.say("Find by name")),
    )


def _class_option(chat: Chat, class_id: int) -> tuple[str, str]:
    school_class = places.school_class(chat.session, class_id)
    name = school_class.name if school_class is not None else ""
    return chat.to("pupils", f"in.{class_id}.0.0"), chat.say("Class %(class_name)s", class_name=name)


def _village_option(chat: Chat, place_id: int) -> tuple[str, str]:
    place = places.get(chat.session, place_id)
    name = place.name if place is not None else ""
    return chat.to("pupils", f"village.{place_id}"), chat.say("Village %(village)s", village=name)


def by_class(chat: Chat, page: Sequence[int]) -> Reply:
    """The classes of the scope, with how many pupils each has."""
    counts = Counter(_of_class(one) for one in _everybody(chat))
    options = [
        (chat.to("pupils", f"in.{class_id}.0.0"), _class_label(chat, name, n))
        for (_, name, class_id), n in sorted(counts.items())
    ]
    return _paged(chat, chat.say("Which class?"), options, page, "by_class")


def by_village(chat: Chat, page: Sequence[int]) -> Reply:
    """The villages of the scope, with how many pupils each has."""
    counts = Counter((one.village, one.pupil.village_id or 0) for one in _everybody(chat))
    options = [
        (chat.to("pupils", f"village.{place_id}"), _village_label(chat, name, n))
        for (name, place_id), n in sorted(counts.items())
    ]
    return _paged(chat, chat.say("Which village?"), options, page, "by_village")


def village(chat: Chat, key: Sequence[int]) -> Reply:
    """A village by class; one with few pupils at once."""
    place_id = key[0] if key else 0
    of_village = [one for one in _everybody(chat) if one.pupil.village_id == place_id]
    if len(of_village) <= PAGE:
        return roll(chat, [0, place_id, 0])
    place = places.get(chat.session, place_id)
    counts = Counter(_of_class(one) for one in of_village)
    options = [
        (chat.to("pupils", f"in.{class_id}.{place_id}.0"), _class_label(chat, name, n))
        for (_, name, class_id), n in sorted(counts.items())
    ]
    text = chat.say(
        "Village %(village)s has %(n)d pupils. Which class?",
        village=place.name if place is not None else "",
        n=len(of_village),
    )
    return _paged(chat, text, options, key[1:], f"village.{place_id}")


def _class_label(chat: Chat, name: str, n: int) -> str:
    return chat.say_n("Class %(class_name)s (%(n)d pupil)", "Class %(class_name)s (%(n)d pupils)", n, class_name=name)


def _village_label(chat: Chat, name: str, n: int) -> str:
    return chat.say_n("Village %(village)s (%(n)d pupil)", "Village %(village)s (%(n)d pupils)", n, village=name)


def _everybody(chat: Chat) -> list[Listed]:
    people.require(chat.work, "pupils.see")
    return chat.once("pupils of the scope", lambda: pupils.everybody(chat.work))


def _of_class(one: Listed) -> tuple[int, str, int]:
    return grade(one.class_name) or 0, one.class_name, one.class_id or 0


# Lists


def roll(chat: Chat, key: Sequence[int]) -> Reply:
    """`in.CLASS.VILLAGE.PAGE` (0: any): names by the page, each opens its card."""
    class_id, place_id, page = (*key, 0, 0, 0)[:3]
    found = pupils.roll(chat.work, class_id=class_id or None, village_id=place_id or None)
    if not found:
        return nobody(chat, "")
    options = [(chat.to("pupils", f"see.{one.pupil.id}"), _name_in_list(one, class_id)) for one in found]
    return _paged(chat, _heading(chat, found, class_id, place_id), options, [page], f"in.{class_id}.{place_id}")


def _name_in_list(one: Listed, class_id: int) -> str:
    return one.pupil.name if class_id else wording.all_of([one.pupil.name, one.class_name])


def _heading(chat: Chat, found: Sequence[Listed], class_id: int, place_id: int) -> str:
    n, class_name, where = len(found), found[0].class_name, found[0].village
    if class_id and place_id:
        return chat.say_n(
            "Class %(class_name)s, village %(village)s: %(n)d pupil",
            "Class %(class_name)s, village %(village)s: %(n)d pupils",
            n,
            class_name=class_name,
            village=where,
        )
    if class_id:
        return chat.say_n(
            "Class %(class_name)s: %(n)d pupil", "Class %(class_name)s: %(n)d pupils", n, class_name=class_name
        )
    return chat.say_n("Village %(village)s: %(n)d pupil", "Village %(village)s: %(n)d pupils", n, village=where)


def _paged(chat: Chat, text: str, options: Sequence[tuple[str, str]], page: Sequence[int], to: str) -> Outgoing:
    """Eight at a time; `Xem thêm` changes the page where it stands and comes round to the first."""
    pages = -(-len(options) // PAGE) or 1
    at = (page[0] if page else 0) % pages
    shown = list(enumerate(options, start=1))[at * PAGE : (at + 1) * PAGE]
    choices = [Choice(value, label, number=str(place), is_short=True) for place, (value, label) in shown]
    if pages > 1:
        text = chat.say("%(text)s (page %(page)d of %(pages)d)", text=text, page=at + 1, pages=pages)
        more = chat.to("pupils", f"{to}.{(at + 1) % pages}")
        choices.append(Choice(more, chat.say("More"), number=MORE_NUMBER, is_bare=True))
    hint = chat.say("To find a pupil, type for example: find %(example)s", example=EXAMPLE)
    choices.append(Choice(chat.to("pupils", "find"), chat.say("Find by name"), typed=hint))
    return _in_place(chat, Outgoing(text, tuple(choices), is_private=True), is_turned=bool(page) and pages > 1)


def _in_place(chat: Chat, message: Outgoing, *, is_turned: bool) -> Outgoing:
    """A page that was turned by a press changes the message where it stands (voice.md §3.10)."""
    incoming = chat.incoming
    turned = is_turned and incoming is not None and incoming.kind is Kind.PRESS and chat.profile.edits
    if not turned or incoming is None or not _stands_on_a_page(incoming.press):
        return message
    return replace(message, act=Act.EDIT, target=incoming.message_id)


def _stands_on_a_page(press: str) -> bool:
    """Whether a press turned a page, rather than opening a list."""
    return bool(re.search(r":(?:in\.\d+\.\d+|by_class|by_village|village\.\d+)\.\d+$", press)) and "~" not in press


# Search


def finding(chat: Chat, _: Sequence[int]) -> Draft | Reply:
    """Asks for a name."""
    return {} if not chat.scope.is_empty else nobody(chat, "")


def fast(chat: Chat, text: str) -> Draft | Reply | None:
    """`tìm dinh thi be 6A`, `danh sách 6A`."""
    line = clean_line(text)
    begun = FIND.match(fold(line)) or LIST.match(fold(line))
    if begun is None:
        return None
    rest = " ".join(line.split()[len(begun[0].split()) :]).strip(" :,.")
    return found_or_asked(chat, rest)


def found_or_asked(chat: Chat, text: str) -> Draft | Reply:
    """What was typed behind the command: a card, a list, or the question who is meant."""
    if not text:
        return finding(chat, [])
    found = pupils.search(chat.work, text)
    if not found.name and (found.class_id or found.village_id):
        return roll(chat, [found.class_id or 0, found.village_id or 0, 0])
    if found.is_sure:
        return card(chat, [found.hits[0].pupil.id])
    if not found.hits and not found.near:
        return nobody(chat, _spelled(found.name))
    return {"~query": text}


def which(chat: Chat) -> Choose:
    """Who is meant: asked for a name first, then for one of those who fit; never chosen unasked."""
    query = str(chat.draft.get("~query", ""))
    if not query:
        text = chat.say(
            "Type the pupil's name, with class or village if known. For example: %(example)s", example=EXAMPLE
        )
        return _choose(text, [], text)
    found = chat.once(("found", query), lambda: pupils.search(chat.work, query))
    if len(found.hits) > AT_MOST:
        text = _too_many(chat, found)
        return _choose(text, [], text)
    if found.hits:
        text = chat.say_n(
            "%(n)d pupil is close. Is it this one?", "%(n)d pupils are close. Which one?", len(found.hits)
        )
        none = chat.say("None of these")
    elif found.near:
        text = chat.say("No pupil is called %(name)s. Close to it:", name=_spelled(found.name))
        none = chat.say("Find another name")
    else:
        message = nobody(chat, _spelled(found.name))
        return _choose(message.text, [Option(one.value, one.label) for one in message.choices], message.text)
    options = [Option(str(one.pupil.id), told_apart(chat, one)) for one in (*found.hits, *found.near)]
    return _choose(text, [*options, Option(chat.to("pupils", "find"), none)], "")


def _choose(text: str, options: list[Option], hint: str) -> Choose:
    return Choose(text, options, hint=hint, free=typed, valid=_is_seen, required=True, is_private=True)


def _too_many(chat: Chat, found: Found) -> str:
    values = {"n": len(found.hits), "example": EXAMPLE}
    if found.beginning:
        return chat.say(
            "%(n)d pupils have names that begin with %(beginning)s. Please add the given name, class or village. "
            "For example: %(example)s",
            beginning=found.beginning,
            **values,
        )
    return chat.say("%(n)d pupils fit. Please add the given name, class or village. For example: %(example)s", **values)


def typed(chat: Chat, text: str) -> str | Partial:
    """More words for the name that was typed before, or another name."""
    former = str(chat.draft.get("~query", ""))
    for query in (f"{former} {text}", text) if former else (text,):
        found = pupils.search(chat.work, query)
        if found.is_sure:
            return str(found.hits[0].pupil.id)
        if found.hits:
            return Partial({"~query": query})
    if not fold(text):
        raise Misread(chat.say("Type the pupil's name. For example: %(example)s", example=EXAMPLE))
    return Partial({"~query": text})


def _is_seen(chat: Chat, answer: object) -> bool:
    try:
        pupils.require_pupil(chat.work, int(str(answer)))
    except (Refused, ValueError):
        return False
    return True


def _spelled(name: str) -> str:
    """A typed name with capitals, as names are written: `Đinh Thị Xoan`."""
    return " ".join(word[:1].upper() + word[1:] for word in name.split())


def show(chat: Chat) -> Reply:
    """The card of the pupil who was meant."""
    return card(chat, [int(chat.answer("pupil"))])


OPENINGS: dict[str, Callable[[Chat, Sequence[int]], Draft | Reply]] = {
    "": start,
    "find": finding,
    "by_class": by_class,
    "by_village": by_village,
    "village": village,
    "in": roll,
    "see": card,
    "absences": absences,
    "more": more,
    "phones": phones,
}

PUPILS = Conversation(
    name="pupils",
    title=lambda chat: chat.say("The search for a pupil"),
    command="danhsach",
    words=("danh sách", "danh sách lớp", "danh sách thôn", "pupil list"),
    may="pupils.see",
    opens=opening,
    fast=fast,
    steps=(Step("pupil", which),),
    finish=show,
    is_lookup=True,
    help=N_("Pupils by class and village; to find one, type for example: find Chi 6A"),
)
